/** missing-dirty and write-direction-mismatch: who writes, what says so, and what must stay silent. */
import { describe, test } from 'vitest';
import { check } from './check.ts';

const dirty = async (text: string): Promise<void> => {
  await check(text, { only: 'missing-dirty' });
};
const direction = async (text: string): Promise<void> => {
  await check(text, { only: 'write-direction-mismatch' });
};

/** A driver that keeps its pages in an object and gives them back from another entry point. */
const driver = (o: { flags: string; map: string; release: string; marker?: string; acquire?: string }): string => `
struct obj { struct page **pages; struct sg_table sgt; int n; int dir; bool write; };

int obj_get(struct obj *o, unsigned long addr)
{
	int ret = pin_user_pages_fast(addr, o->n, ${o.flags}, o->pages);${o.acquire ? ` //~ ${o.acquire}` : ''}

	if (ret != o->n) {
		if (ret > 0)
			unpin_user_pages(o->pages, ret);
		return -EFAULT;
	}
	ret = sg_alloc_table_from_pages(&o->sgt, o->pages, o->n, 0, PAGE_SIZE, GFP_KERNEL);
	if (ret) {
		unpin_user_pages(o->pages, o->n);
		return ret;
	}
	${o.map};
	return 0;
}

void obj_free(struct obj *o)
{
	sg_free_table(&o->sgt);
	${o.release};${o.marker ? ` //~ ${o.marker}` : ''}
}
`;

describe('missing-dirty: the device', () => {
  test.each([
    ['DMA_FROM_DEVICE', 'dma_map_sgtable(dev, &o->sgt, DMA_FROM_DEVICE, 0)'],
    ['DMA_BIDIRECTIONAL', 'dma_map_sg(dev, o->sgt.sgl, o->n, DMA_BIDIRECTIONAL)'],
    ['a conditional direction', 'dma_map_sgtable(dev, &o->sgt, o->write ? DMA_FROM_DEVICE : DMA_TO_DEVICE, 0)'],
    ['a mapping that is not seen', 'my_dma_map(dev, &o->sgt, DMA_FROM_DEVICE)'],
  ])('%s', (_, map) =>
    dirty(driver({ flags: 'FOLL_WRITE', map, release: 'unpin_user_pages(o->pages, o->n)', marker: 'missing-dirty' })),
  );

  test('the direction in a variable, and in a field', () =>
    dirty(
      driver({
        flags: 'FOLL_WRITE',
        map: 'o->dir = DMA_FROM_DEVICE; dma_map_sgtable(dev, &o->sgt, o->dir, 0)',
        release: 'unpin_user_pages_dirty_lock(o->pages, o->n, false)',
        marker: 'missing-dirty',
      }),
    ));

  test('to the device only: clean is right', () =>
    dirty(
      driver({
        flags: 'FOLL_WRITE',
        map: 'dma_map_sgtable(dev, &o->sgt, DMA_TO_DEVICE, 0)',
        release: 'unpin_user_pages(o->pages, o->n)',
      }),
    ));

  test('taken for reading: clean is right', () =>
    dirty(driver({ flags: '0', map: 'submit(&o->sgt)', release: 'unpin_user_pages(o->pages, o->n)' })));

  test.each(['true', 'o->write', 'o->dir == DMA_FROM_DEVICE'])('dirtied when %s', (when) =>
    dirty(
      driver({
        flags: 'FOLL_WRITE',
        map: 'dma_map_sgtable(dev, &o->sgt, DMA_FROM_DEVICE, 0)',
        release: `unpin_user_pages_dirty_lock(o->pages, o->n, ${when})`,
      }),
    ),
  );

  test('dirtied page by page, by another name of the pages', () =>
    dirty(
      driver({
        flags: 'FOLL_WRITE',
        map: 'dma_map_sgtable(dev, &o->sgt, DMA_FROM_DEVICE, 0)',
        release: `struct scatterlist *sg; int i;
	for_each_sgtable_sg(&o->sgt, sg, i) {
		if (o->write)
			set_page_dirty_lock(sg_page(sg));
		unpin_user_page(sg_page(sg));
	}`,
      }),
    ));

  test('FOLL_WRITE chosen by direction', () =>
    dirty(
      driver({
        flags: 'o->write ? FOLL_WRITE : 0',
        map: 'submit(&o->sgt)',
        release: 'unpin_user_pages(o->pages, o->n)',
        marker: 'missing-dirty',
      }),
    ));
});

describe('missing-dirty: the CPU', () => {
  test.each([
    ['memcpy', 'memcpy(to + 8, from, len)'],
    ['memset', 'memset(to, 0, len)'],
    ['a store', '*(int *)to = 1'],
    ['an element', '((char *)to)[3] = 0'],
    ['set_bit', 'set_bit(4, to)'],
    ['copy_from_user', 'if (copy_from_user(to, arg, len)) ret = -EFAULT'],
  ])('%s', (_, write) =>
    dirty(`int f(unsigned long addr, void *from, void __user *arg, size_t len)
{
	struct page *page;
	void *to;
	int ret = 0;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	to = kmap_local_page(page);
	${write};
	kunmap_local(to);
	unpin_user_page(page); //~ missing-dirty
	return ret;
}
`),
  );

  test('read only', () =>
    dirty(`int f(unsigned long addr, void *into, size_t len)
{
	struct page *page;
	void *from;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	from = kmap_local_page(page);
	memcpy(into, from, len);
	kunmap_local(from);
	unpin_user_page(page);
	return 0;
}
`));

  test('two pages, one of them forgotten', () =>
    dirty(`static struct page *one(unsigned long addr)
{
	struct page *page = NULL;

	get_user_pages_unlocked(addr, 1, &page, FOLL_WRITE);
	return page;
}

int f(unsigned long a, unsigned long b)
{
	struct page *first, *second;
	void *map;

	first = one(a);
	if (!first)
		return -1;
	second = one(b);
	if (!second) {
		put_page(first);
		return -1;
	}
	map = page_address(first);
	set_bit(1, map);
	map = page_address(second);
	set_bit(2, map);
	set_page_dirty_lock(second);
	put_page(first); //~ missing-dirty
	put_page(second);
	return 0;
}
`));

  test('kernel pages in the same list: what is written may be theirs', () =>
    dirty(`struct msg { struct page *page; bool mine; };

int f(struct msg *m, unsigned long addr, struct iov_iter *from)
{
	if (m->mine) {
		m->page = alloc_page(GFP_KERNEL);
		copy_page_from_iter(m->page, 0, PAGE_SIZE, from);
		return 0;
	}
	return pin_user_pages_fast(addr, 1, FOLL_WRITE, &m->page) == 1 ? 0 : -EFAULT;
}

void g(struct msg *m)
{
	if (m->mine)
		__free_page(m->page);
	else
		unpin_user_page(m->page);
}
`));
});

describe('write-direction-mismatch', () => {
  test('a mapping from the device', () =>
    direction(
      driver({
        flags: 'FOLL_LONGTERM',
        map: 'dma_map_sgtable(dev, &o->sgt, DMA_BIDIRECTIONAL, 0)',
        release: 'unpin_user_pages_dirty_lock(o->pages, o->n, true)',
        acquire: 'write-direction-mismatch',
      }),
    ));

  test('the file dirties them', () =>
    direction(
      driver({
        flags: '0',
        map: 'submit(&o->sgt)',
        release: 'unpin_user_pages_dirty_lock(o->pages, o->n, o->write)',
        acquire: 'write-direction-mismatch',
      }),
    ));

  test('never dirtied, to the device; flags of unknown origin; flags by direction', async () => {
    await direction(
      driver({
        flags: '0',
        map: 'dma_map_sgtable(dev, &o->sgt, DMA_TO_DEVICE, 0)',
        release: 'unpin_user_pages(o->pages, o->n)',
      }),
    );
    await direction(
      driver({ flags: '0', map: 'submit(&o->sgt)', release: 'unpin_user_pages_dirty_lock(o->pages, o->n, 0)' }),
    );
    await direction(
      driver({
        flags: 'o->flags',
        map: 'submit(&o->sgt)',
        release: 'unpin_user_pages_dirty_lock(o->pages, o->n, true)',
      }),
    );
    await direction(
      driver({
        flags: 'o->write ? FOLL_WRITE : 0',
        map: 'submit(&o->sgt)',
        release: 'unpin_user_pages_dirty_lock(o->pages, o->n, o->write)',
      }),
    );
  });

  test('the CPU writes', () =>
    direction(`int f(unsigned long addr, void *from, size_t len)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1) //~ write-direction-mismatch
		return -EFAULT;
	memcpy_to_page(page, 0, from, len);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}
`));
});
