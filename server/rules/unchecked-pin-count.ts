/** unchecked-pin-count: the result of an acquire is not looked at, or not well enough. */
import type { CountFault } from '../analysis/counts.ts';
import { countFaults } from '../analysis/counts.ts';
import { zeroReason } from '../analysis/count-forms.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { insertCheck, NO_CHECK } from '../fixes/count-check.ts';
import type { RuleMeta } from '../findings.ts';
import { callName, pagesName, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'unchecked-pin-count',
  level: 'warning',
  summary: 'How many pages were taken is not checked before they are used',
  docs: `get_user_pages*() and pin_user_pages*() return how many pages they took: all, some, or a negative error code. With an error nothing was
written to the array: its slots are what they were before, often garbage. With a short count the last slots are not filled.

Check for an error with a signed comparison: against an \`unsigned int\` count, or stored in an unsigned variable, a negative code is a huge number and
\`ret < nr\` is false. Check for a short count too, or carry on with the count that was returned: release those pages and fail, or use only them.`,
  fixable: true,
  source: 'mm/gup.c (return values of pin_user_pages and get_user_pages_fast)',
  examples: [
    {
      title: 'A short count is taken for all',
      bad: `int map_all(struct device *dev, struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count

	if (ret < 0)
		return ret;
	ret = sg_alloc_table_from_pages(&d->sgt, d->pages, nr, 0, (size_t)nr << PAGE_SHIFT, GFP_KERNEL);
	if (ret)
		unpin_user_pages(d->pages, nr);
	return ret;
}
`,
      good: `int map_all(struct device *dev, struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret < 0)
		return ret;
	if (ret != nr) {
		unpin_user_pages(d->pages, ret);
		return -EFAULT;
	}
	ret = sg_alloc_table_from_pages(&d->sgt, d->pages, nr, 0, (size_t)nr << PAGE_SHIFT, GFP_KERNEL);
	if (ret)
		unpin_user_pages(d->pages, nr);
	return ret;
}
`,
    },
    {
      title: 'A comparison that an error code passes',
      bad: `int fill(struct demo *d, unsigned long addr, unsigned int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count

	if (ret < nr) {
		unpin_user_pages(d->pages, ret);
		return -EFAULT;
	}
	demo_submit(d, d->pages, nr);
	return 0;
}
`,
      good: `int fill(struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret < nr) {
		if (ret > 0)
			unpin_user_pages(d->pages, ret);
		return -EFAULT;
	}
	demo_submit(d, d->pages, nr);
	return 0;
}
`,
    },
    {
      title: 'The result is thrown away',
      bad: `int node_of(unsigned long addr)
{
	struct page *page;
	int node;

	get_user_pages_fast(addr, 1, 0, &page); //~ unchecked-pin-count
	node = page_to_nid(page);
	put_page(page);
	return node;
}
`,
      good: `int node_of(unsigned long addr)
{
	struct page *page;
	int node;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return NUMA_NO_NODE;
	node = page_to_nid(page);
	put_page(page);
	return node;
}
`,
    },
  ],
};

/** Why one page that was asked for may not be there, in words. */
function whyZero(file: FileAnalysis, f: CountFault): string {
  const reason = zeroReason(f.site, file);
  if (reason?.why === 'nowait') return ' (with FOLL_NOWAIT, where it would have to wait)';
  if (reason?.why === 'address')
    return ' (kernels before 6.5 return 0 for the last page of the address space, which user space can name here)';
  return reason?.why === 'elsewhere' ? ` (which ${reason.site.fn}() reckons with)` : '';
}

function message(file: FileAnalysis, f: CountFault): string {
  const name = callName(f.site.call);
  const isOwn = file.groups.acquires.some((a) => a.call === f.site.call);
  const pages = `\`${isOwn || !f.site.pages ? pagesName(file, f.site.call) : file.groups.text(f.site.pages)}\``;
  const result = f.result ? `\`${f.result}\`` : 'the result';
  switch (f.kind) {
    case 'ignored':
      return `The result of ${name}() is thrown away: whether ${pages} holds any page is not known. Check it before the pages are used.`;
    case 'error-passes':
      return f.unsigned
        ? `An error of ${name}() passes the check of ${result}: the comparison is unsigned, so a negative code counts as a huge number, and ${pages} is used although nothing was taken. Compare as signed, or test \`< 0\` first.`
        : `${pages} is used although ${name}() may have failed: ${result} is not checked for an error code first.`;
    case 'error-lost':
      return `An error of ${name}() is lost: ${result} is not checked for one, the loop over the pages then does not run, and the function returns 0 as if all were done. Return the code if it is negative.`;
    case 'error-as-count':
      return `${result} of ${name}() is used as a number of pages although it may be a negative error code; check it first.`;
    case 'none-passes':
      return `${pages} is used although ${name}() may have taken no page${whyZero(file, f)}: ${result} is checked for an error only, and 0 passes that check. Compare it with 1.`;
    case 'short-unasked':
      return `${name}() may take fewer pages than asked for, but the test of ${result} behind it sorts out errors only, so that what is written here for fewer pages never runs. Compare ${result} with the requested count instead.`;
    case 'short-passes':
      return `${name}() may take fewer pages than asked for: ${result} is checked for an error only, and ${pages} is then used as if all were there. Compare it with the requested count, and release what was taken if it is short.`;
  }
}

export const uncheckedPinCount: Rule = {
  meta,
  *check(file): Iterable<Report> {
    for (const f of countFaults(file)) {
      const name = callName(f.site.call);
      yield {
        span: f.site.call,
        functionName: f.site.fn,
        message: message(file, f),
        steps: [
          stepAt(file, f.site.call, `${name}() may take all pages, some, or none`, 'acquire'),
          ...f.way
            .filter((w) => w.span.start > f.site.call.start)
            .map((w) => stepAt(file, w.span, w.message, 'branch')),
          ...(f.kind === 'ignored'
            ? []
            : [
                stepAt(
                  file,
                  f.at,
                  f.kind === 'error-as-count'
                    ? 'the result counts as a number of pages'
                    : f.kind === 'short-unasked'
                      ? 'this test has one outcome only'
                      : f.kind === 'error-lost'
                        ? 'this loop does not run for an error code'
                        : 'the pages are used',
                  'fault',
                ),
              ]),
        ],
        shape: `${name}:${f.kind}`,
        fixes: () => insertCheck(file, f),
        fixNote: () => (insertCheck(file, f).length > 0 ? undefined : NO_CHECK),
      };
    }
  },
};
