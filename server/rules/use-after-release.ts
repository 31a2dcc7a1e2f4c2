/** use-after-release: pages touched, mapped or still mapped for DMA after they were given back. */
import { lateUses, type LateUse } from '../analysis/afterlife.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { moveRelease } from '../fixes/move-release.ts';
import type { RuleMeta } from '../findings.ts';
import { callName, isOwn, lineAt, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'use-after-release',
  level: 'error',
  summary: 'Pages are used, or still mapped for DMA, after they were given back',
  docs: `Once the last reference or pin is given back, the page may be freed and belong to somebody else at once. Until dma_unmap_*() the
device may still write to it, and on machines that bounce or are not coherent the unmap itself copies data into it. The same holds for a kernel mapping
that is still read or written.

Release last: wait for the transfer, unmap it from the device, end the last access, then give the pages back.`,
  fixable: true,
  source: 'Documentation/core-api/dma-api.rst; Documentation/core-api/pin_user_pages.rst',
  examples: [
    {
      title: 'Released before the unmap',
      bad: `void buffer_free(struct device *dev, struct buffer *b)
{
	unpin_user_pages_dirty_lock(b->pages, b->nr, true); //~ use-after-release
	dma_unmap_sgtable(dev, &b->sgt, DMA_FROM_DEVICE, 0);
	sg_free_table(&b->sgt);
}

int buffer_map(struct device *dev, struct buffer *b)
{
	int ret = sg_alloc_table_from_pages(&b->sgt, b->pages, b->nr, 0, b->size, GFP_KERNEL);

	return ret ? ret : dma_map_sgtable(dev, &b->sgt, DMA_FROM_DEVICE, 0);
}
`,
      good: `void buffer_free(struct device *dev, struct buffer *b)
{
	dma_unmap_sgtable(dev, &b->sgt, DMA_FROM_DEVICE, 0);
	sg_free_table(&b->sgt);
	unpin_user_pages_dirty_lock(b->pages, b->nr, true);
}

int buffer_map(struct device *dev, struct buffer *b)
{
	int ret = sg_alloc_table_from_pages(&b->sgt, b->pages, b->nr, 0, b->size, GFP_KERNEL);

	return ret ? ret : dma_map_sgtable(dev, &b->sgt, DMA_FROM_DEVICE, 0);
}
`,
    },
    {
      title: 'Read after the release',
      bad: `int peek(unsigned long addr, void *into, size_t len)
{
	struct page *page;
	void *from;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	from = kmap_local_page(page);
	unpin_user_page(page); //~ use-after-release
	memcpy(into, from, len);
	kunmap_local(from);
	return 0;
}
`,
      good: `int peek(unsigned long addr, void *into, size_t len)
{
	struct page *page;
	void *from;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	from = kmap_local_page(page);
	memcpy(into, from, len);
	kunmap_local(from);
	unpin_user_page(page);
	return 0;
}
`,
    },
  ],
};

function message(file: FileAnalysis, u: LateUse): string {
  const name = callName(u.release.call);
  const line = lineAt(file, u.at.start);
  switch (u.kind) {
    case 'unmapped':
      return `${name}() gives the pages back while they are still mapped for the device: ${u.words} (${line}). Until then the device may write to memory that is somebody else's; unmap first.`;
    case 'waited':
      return `${name}() gives the pages back while the device may still work on them: ${u.words} (${line}). Wait first.`;
    case 'accessed':
      return `${name}() gives the page back, and then ${u.words} (${line}): the memory may be somebody else's by then. Release it behind the last use.`;
  }
}

export const useAfterRelease: Rule = {
  meta,
  *check(file): Iterable<Report> {
    for (const u of lateUses(file)) {
      if (!isOwn(file, u.fn)) continue;
      const name = callName(u.release.call);
      yield {
        span: u.release.call,
        functionName: u.fn,
        message: message(file, u),
        steps: [
          stepAt(file, u.release.call, `${name}() gives the pages back`, 'event'),
          ...u.way.map((w) => stepAt(file, w.span, w.message, 'branch')),
          stepAt(file, u.at, u.kind === 'accessed' ? u.words : 'the device had them until here', 'fault'),
        ],
        shape: `${name}:${u.kind}`,
        fixes: () => moveRelease(file, u),
      };
    }
  },
};
