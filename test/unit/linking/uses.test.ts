/** What other files do with pages that they neither take nor give back: they are found by the field, or by the function that hands the pages out. */
import { describe, it } from 'vitest';
import { checkDriver } from './check.ts';

const HEADER = `
struct buf {
	struct page **pages;
	dma_addr_t *at;
	int nr;
};
int buf_get(struct buf *b, unsigned long addr, int nr);
void buf_put(struct buf *b);
struct page *buf_page(struct buf *b, int i);
int buf_map(struct device *dev, struct buf *b);
`;

const TAKES = (marker: string): string => `#include "buf.h"
int buf_get(struct buf *b, unsigned long addr, int nr)
{
	int ret = get_user_pages_fast(addr, nr, 0, b->pages); ${marker}

	if (ret != nr) {
		while (ret-- > 0)
			put_page(b->pages[ret]);
		return -EFAULT;
	}
	b->nr = nr;
	return 0;
}

void buf_put(struct buf *b)
{
	int i;

	for (i = 0; i < b->nr; i++)
		put_page(b->pages[i]);
}

struct page *buf_page(struct buf *b, int i)
{
	return b->pages[i];
}
`;

/** Nothing in it comes near the pages of a buffer. */
const BESIDE = `
static void show(struct page *page, char *text)
{
	void *addr = kmap_local_page(page);

	memcpy(addr, text, 8);
	kunmap_local(addr);
}

int dev_show(struct dev *d)
{
	struct page *page = d->ops->page(d);

	show(page, d->text);
	return dev_count(d, page_count(page));
}
`;

describe('pages of a plain reference', () => {
  it('that another file maps for a device, by the field', () =>
    checkDriver({
      'buf.h': HEADER,
      'take.c': TAKES('//~ get-for-dma'),
      'map.c': `#include "buf.h"
${BESIDE}
int buf_map(struct device *dev, struct buf *b)
{
	int i;

	for (i = 0; i < b->nr; i++)
		b->at[i] = dma_map_page(dev, b->pages[i], 0, PAGE_SIZE, DMA_TO_DEVICE);
	return 0;
}
`,
    }));

  it('that nobody maps: nothing, whatever another file does with other pages', () =>
    checkDriver({
      'buf.h': HEADER,
      'take.c': TAKES(''),
      'end.c': `#include "buf.h"
${BESIDE}
static void dev_close(struct dev *d)
{
	buf_put(&d->buf);
}

void dev_remove(struct dev *d)
{
	dev_close(d);
	dev_forget(d);
}
`,
    }));
});
