/** use-after-release: what comes behind a release, and orders that are right. */
import { describe, test } from 'vitest';
import { check } from './check.ts';

const late = async (text: string): Promise<void> => {
  await check(text, { only: 'use-after-release' });
};

const OBJECT = `struct obj { struct page **pages; struct sg_table *sgt; dma_addr_t dma; int n; bool mapped; };

int obj_map(struct device *dev, struct obj *o, unsigned long addr)
{
	int ret = pin_user_pages_fast(addr, o->n, FOLL_WRITE, o->pages);

	if (ret != o->n)
		return -EFAULT;
	o->dma = dma_map_page(dev, o->pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	return sg_alloc_table_from_pages(o->sgt, o->pages, o->n, 0, PAGE_SIZE, GFP_KERNEL);
}

`;

describe('use-after-release: wrong', () => {
  test.each([
    ['under a condition', 'if (o->mapped)\n\t\tdma_unmap_sgtable(dev, o->sgt, DMA_FROM_DEVICE, 0);'],
    ['by a call that is not seen', 'my_dma_unmap_sgtable(dev, o->sgt, DMA_FROM_DEVICE);'],
    ['by its DMA address', 'dma_unmap_page(dev, o->dma, PAGE_SIZE, DMA_FROM_DEVICE);'],
    ['the pages are touched', 'memset(page_address(o->pages[0]), 0, 8);\n\tset_page_dirty_lock(o->pages[0]);'],
  ])('%s', (_, behind) =>
    late(`${OBJECT}void obj_free(struct device *dev, struct obj *o)
{
	unpin_user_pages_dirty_lock(o->pages, o->n, true); //~ use-after-release
	${behind}
}
`),
  );

  test('page by page, the table behind the loop', () =>
    late(`void f(struct device *dev, struct sg_table *table, struct page **pages, int n, unsigned long addr)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_sg(table, sg, i)
		unpin_user_page(sg_page(sg)); //~ use-after-release
	dma_unmap_sgtable(dev, table, DMA_TO_DEVICE, 0);
}
`));

  test('in the same round of a loop', () =>
    late(`void f(struct device *dev, struct tab *t)
{
	int i;

	for (i = 0; i < t->n; i++) {
		unpin_user_page(sg_page(&t->page[i].mem)); //~ use-after-release
		dma_unmap_sg(dev, &t->page[i].mem, 1, DMA_TO_DEVICE);
	}
}
`));

  test('waited for too late', () =>
    late(`int f(struct device *dev, struct page **pages, unsigned long addr, struct completion *done)
{
	dma_addr_t dma;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, pages) != 1)
		return -EFAULT;
	dma = dma_map_page(dev, pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	start(dev, dma);
	unpin_user_pages_dirty_lock(pages, 1, true); //~ use-after-release
	wait_for_completion(done);
	return 0;
}
`));
});

describe('use-after-release: right', () => {
  test('unmapped first; other objects; the next page of a loop; taken again; another branch', () =>
    late(`${OBJECT}void obj_free(struct device *dev, struct obj *o, struct obj *other)
{
	dma_unmap_sgtable(dev, o->sgt, DMA_FROM_DEVICE, 0);
	unpin_user_pages_dirty_lock(o->pages, o->n, true);
	dma_unmap_sgtable(dev, other->sgt, DMA_FROM_DEVICE, 0);
	unpin_user_pages_dirty_lock(other->pages, other->n, true);
	sg_free_table(o->sgt);
	kvfree(o->pages);
}

void each(struct device *dev, struct obj *o)
{
	int i;

	for (i = 0; i < o->n; i++) {
		dma_sync_sg_for_cpu(dev, o->sgt->sgl, 1, DMA_FROM_DEVICE);
		unpin_user_page(o->pages[i]);
	}
}

int again(unsigned long addr, struct page *page)
{
	void *p;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	p = kmap_local_page(page);
	memset(p, 0, 8);
	kunmap_local(p);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}

int branches(struct device *dev, struct obj *o, int err)
{
	if (err)
		unpin_user_pages(o->pages, o->n);
	trace(o);
	if (!err)
		dma_unmap_sgtable(dev, o->sgt, DMA_FROM_DEVICE, 0);
	return err;
}
`));

  test('others of the same type have further references: of a page of the function itself they say nothing', () =>
    late(`
static void read_page(struct page *page, void *into)
{
	void *from = kmap_local_page(page);

	memcpy(into, from, 8);
	kunmap_local(from);
}

int replace(struct page *page, void *into)
{
	get_page(page);
	read_page(page, into);
	put_page(page);
	return page_to_nid(page);
}

int peek(unsigned long addr, void *into)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page); //~ use-after-release
	read_page(page, into);
	return 0;
}

static void keep(struct page *page)
{
	get_page(page);
}

int kept(unsigned long addr, void *into)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	keep(page);
	put_page(page);
	read_page(page, into);
	put_page(page);
	return 0;
}
`));
});
