/** Shapes of drivers outside of the kernel and of older kernels gone wrong: beside those of outer-drivers.test.ts, which are right. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

describe('one mistake is told once', () => {
  it('a short count that is forgotten, and all pages given back', () =>
    check(
      `
static void demo_free(struct demo *d)
{
	switch (d->state) {
	case DEMO_LOCKED:
		unpin_user_pages_dirty_lock(d->pages, d->nr, true); //~ double-release
		fallthrough;
	case DEMO_ALLOC:
		vfree(d->pages);
		fallthrough;
	default:
		d->state = DEMO_INIT;
	}
}
static int demo_lock(struct demo *d, unsigned long addr, unsigned long nr)
{
	int ret;

	d->nr = nr;
	d->pages = vzalloc(array_size(sizeof(struct page *), d->nr));
	if (!d->pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(addr, d->nr, FOLL_WRITE, d->pages);
	if (ret != d->nr) {
		if (ret < 0)
			return ret;
		d->state = DEMO_LOCKED;
		return -EINVAL;
	}
	d->state = DEMO_LOCKED;
	return 0;
}
int demo_build(struct demo *d, unsigned long addr, unsigned long nr)
{
	int ret;

	d->state = DEMO_INIT;
	ret = demo_lock(d, addr, nr);
	if (ret) {
		demo_free(d);
		return ret;
	}
	return demo_run(d);
}
void demo_done(struct demo *d)
{
	demo_free(d);
}`,
      { only: ['leaked-pin', 'double-release'] },
    ));
});

describe('the same, wrong', () => {
  it('the other kind, told by a constant', () =>
    check(
      `
int demo_take(struct demo *d, unsigned long addr, int nr)
{
	int ret;

	if (d->long_lived) {
		ret = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, d->pages);
		d->kind = DEMO_PINNED;
	} else {
		ret = get_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);
		d->kind = DEMO_TAKEN;
	}
	if (ret == nr)
		return 0;
	if (ret > 0 && d->kind == DEMO_TAKEN)
		unpin_user_pages(d->pages, ret); //~ mismatched-release
	return -EFAULT;
}`,
      { only: 'mismatched-release' },
    ));

  it('an I/O that could not be begun', () =>
    check(
      `
struct demo_io { struct kiocb *iocb; struct page **pages; int npages; };
static void demo_done(void *data)
{
	struct demo_io *io = data;

	unpin_user_pages_dirty_lock(io->pages, io->npages, true);
	io->iocb->ki_complete(io->iocb, 0);
}
ssize_t demo_rw(struct demo_io *io, struct kiocb *iocb, unsigned long addr, int nr)
{
	int ret, got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, io->pages);
	if (got <= 0)
		return -EFAULT;
	io->npages = got;
	io->iocb = iocb;
	if (nr > demo_room()) {
		return -ENOSPC; //~ leaked-pin
	}
	ret = demo_submit(io, demo_done);
	if (ret) {
		unpin_user_pages(io->pages, got);
		return ret;
	}
	return -EIOCBQUEUED;
}`,
      { only: ['leaked-pin', 'missing-longterm'] },
    ));

  it('a part of the object is locked, and the pages are lost', () =>
    check(
      `
struct demo_io { struct demo_lock lock; struct page **pages; };
int demo_send(unsigned long addr, int max)
{
	struct demo_io *io = kzalloc(sizeof(*io), GFP_KERNEL);

	if (!io)
		return -ENOMEM;
	io->pages = kcalloc(max, sizeof(struct page *), GFP_KERNEL);
	if (!io->pages) {
		kfree(io);
		return -ENOMEM;
	}
	if (pin_user_pages_fast(addr, max, FOLL_WRITE, io->pages) != max)
		goto fail;
	demo_lock(&io->lock);
	if (demo_run(max)) {
		demo_unlock(&io->lock);
		return -EIO; //~ leaked-pin
	}
	demo_unlock(&io->lock);
	unpin_user_pages_dirty_lock(io->pages, max, true);
	kfree(io->pages);
	kfree(io);
	return 0;
fail:
	kfree(io->pages); //~ leaked-pin
	kfree(io);
	return -EFAULT;
}`,
      { only: 'leaked-pin' },
    ));

  it('a later round fails, and only one way gives all back', () =>
    check(
      `
int demo_map(struct device *dev, struct entry *ptes, int num, unsigned long host)
{
	struct page *page;
	int ret, i;

	for (i = 0; i < num; i++) {
		ret = pin_user_pages_fast(host + i * PAGE_SIZE, 1, FOLL_WRITE | FOLL_LONGTERM, &page);
		if (ret != 1)
			return -EFAULT; //~ leaked-pin
		ptes[i].page = page;
		ptes[i].dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
		if (dma_mapping_error(dev, ptes[i].dma))
			goto undo;
	}
	return 0;
undo:
	for (; i >= 0; i--)
		unpin_user_page(ptes[i].page);
	return -EIO;
}
void demo_unmap(struct entry *ptes, int num)
{
	while (num--)
		unpin_user_page(ptes[num].page);
}`,
      { only: 'leaked-pin' },
    ));
});
