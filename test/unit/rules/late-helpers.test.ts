/** use-after-release: what gives the pages back, or unmaps them, is a function of the file. */
import { describe, test } from 'vitest';
import { check } from './check.ts';

const late = async (text: string): Promise<void> => {
  await check(text, { only: 'use-after-release' });
};

/** A context that is mapped, with helpers; `rest` ends its use. */
const source = (
  rest: string,
): string => `struct ctx { struct page **pages; int nr; struct sg_table sgt; struct device *dev; };

static void ctx_unmap(struct ctx *c)
{
	dma_unmap_sgtable(c->dev, &c->sgt, DMA_FROM_DEVICE, 0);
	sg_free_table(&c->sgt);
}

static int ctx_map(struct ctx *c, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, c->pages);

	if (ret < 0)
		return ret;
	c->nr = ret;
	if (ret != nr) {
		unpin_user_pages(c->pages, ret);
		return -EFAULT;
	}
	ret = sg_alloc_table_from_pages(&c->sgt, c->pages, nr, 0, nr << PAGE_SHIFT, GFP_KERNEL);
	if (ret)
		goto unpin;
	ret = dma_map_sgtable(c->dev, &c->sgt, DMA_FROM_DEVICE, 0);
	if (ret)
		goto free_table;
	return 0;
free_table:
	sg_free_table(&c->sgt);
unpin:
	unpin_user_pages(c->pages, nr);
	return ret;
}

static void ctx_put_pages(struct ctx *c, int dirty)
{
	int i;

	for (i = 0; i < c->nr; i++) {
		if (dirty)
			set_page_dirty_lock(c->pages[i]);
		unpin_user_page(c->pages[i]);
	}
}

static void put_array(struct page **pages, int nr)
{
	unpin_user_pages_dirty_lock(pages, nr, true);
}

${rest}`;

describe('use-after-release: unmapped behind the release, by helpers', () => {
  test('the helper gives back what is still mapped', () =>
    late(
      source(`static void ctx_free(struct ctx *c)
{
	ctx_put_pages(c, 1); //~ use-after-release
	dma_unmap_sgtable(c->dev, &c->sgt, DMA_FROM_DEVICE, 0);
	sg_free_table(&c->sgt);
	kvfree(c->pages);
}

static void ctx_free_array(struct ctx *c)
{
	put_array(c->pages, c->nr); //~ use-after-release
	dma_unmap_sgtable(c->dev, &c->sgt, DMA_FROM_DEVICE, 0);
	sg_free_table(&c->sgt);
}
`),
    ));

  test('the helper unmaps what was given back', () =>
    late(
      source(`static void ctx_free(struct ctx *c)
{
	unpin_user_pages_dirty_lock(c->pages, c->nr, true); //~ use-after-release
	ctx_unmap(c);
	kvfree(c->pages);
}
`),
    ));

  test('the right order, another context, one after the other in a loop, unmapped before, a helper that unmaps itself', () =>
    late(
      source(`static void ctx_free(struct ctx *c)
{
	ctx_unmap(c);
	ctx_put_pages(c, 1);
	kvfree(c->pages);
}

static void swap_over(struct ctx *old, struct ctx *next)
{
	ctx_unmap(old);
	ctx_put_pages(old, 1);
	dma_unmap_sgtable(next->dev, &next->sgt, DMA_FROM_DEVICE, 0);
}

static void free_all(struct ctx *list, int n)
{
	struct ctx *c = list;
	int i;

	for (i = 0; i < n; i++, c++) {
		dma_unmap_sgtable(c->dev, &c->sgt, DMA_FROM_DEVICE, 0);
		ctx_put_pages(c, 1);
	}
}

static void twice(struct ctx *c)
{
	ctx_unmap(c);
	unpin_user_pages_dirty_lock(c->pages, c->nr, true);
	c->nr = 0;
	ctx_unmap(c);
}

static void ctx_drop(struct ctx *c)
{
	dma_unmap_sgtable(c->dev, &c->sgt, DMA_FROM_DEVICE, 0);
	unpin_user_pages_dirty_lock(c->pages, c->nr, true);
}

static void drop_and_reset(struct ctx *c)
{
	ctx_drop(c);
	dma_unmap_sgtable(c->dev, &c->sgt, DMA_FROM_DEVICE, 0);
}
`),
    ));
});
