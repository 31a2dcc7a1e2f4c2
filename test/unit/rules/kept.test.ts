/** Pages that are kept in objects: what tells that an error path, a reset or a teardown loses them. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

const leaks = { only: 'leaked-pin' } as const;
const mismatches = { only: 'mismatched-release' } as const;

describe('an error path with pages in an object', () => {
  const setup = (onFailure: string, result: string): string => `
int setup(struct dma *dma, unsigned long start, int nr)
{
	int got = pin_user_pages_fast(start, nr, 0, dma->map);

	if (got != nr) {
		if (got > 0)
			unpin_user_pages(dma->map, got);
		return -EFAULT;
	}
	dma->page_count = got;
	if (fill(dma) < 0) {
		${onFailure}
		return ${result}
	}
	return 0;
}
void unmap(struct dma *dma)
{
	unpin_user_pages(dma->map, dma->page_count);
	dma->page_count = 0;
}`;

  it('the count beside them is cleared, the pages are not released', () =>
    check(setup('dma->page_count = 0;', '-ENOMEM; //~ leaked-pin'), leaks));
  it('released and cleared', () =>
    check(setup('unpin_user_pages(dma->map, dma->page_count);\n\t\tdma->page_count = 0;', '-ENOMEM;'), leaks));

  it('a short count that nobody is told', () =>
    check(
      `
int setup(struct dma *dma, unsigned long start, int nr)
{
	int got = pin_user_pages_fast(start, nr, 0, dma->map);

	if (got != nr)
		return got < 0 ? got : -EFAULT; //~ leaked-pin
	dma->page_count = nr;
	return 0;
}
void unmap(struct dma *dma)
{
	unpin_user_pages(dma->map, dma->page_count);
}`,
      leaks,
    ));
  it('a short count that the object tells', () =>
    check(
      `
int setup(struct dma *dma, unsigned long start, int nr)
{
	dma->page_count = pin_user_pages_fast(start, nr, 0, dma->map);
	if (dma->page_count != nr)
		return -EFAULT;
	return 0;
}
void unmap(struct dma *dma)
{
	if (dma->page_count > 0)
		unpin_user_pages(dma->map, dma->page_count);
}`,
      leaks,
    ));
});

describe('calls that fail', () => {
  const monitor = (release: string, result: string): string => `
int monitor(struct vm *vm, unsigned long start)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page);

	if (ret != 1)
		return -EFAULT;
	ret = tell_hypervisor(vm->id, page_to_phys(page));
	if (ret < 0) {
		${release}
		return ret;${result}
	}
	vm->page = page;
	return 0;
}
void stop(struct vm *vm)
{
	unpin_user_page(vm->page);
}`;
  it('keep nothing of what they were told', () => check(monitor('log("failed");', ' //~ leaked-pin'), leaks));
  it('and what is released is released', () => check(monitor('unpin_user_page(page);', ''), leaks));

  it('a call that takes the reference over whatever happens', () =>
    check(
      `
int poison(unsigned long start)
{
	struct page *page;
	unsigned long pfn;
	int ret = get_user_pages_fast(start, 1, 0, &page);

	if (ret != 1)
		return -EFAULT;
	pfn = page_to_pfn(page);
	ret = offline(pfn, 1);
	if (ret)
		return ret;
	return 0;
}`,
      leaks,
    ));

  const table = (release: string, mark: string): string => `
int fill(struct mem *mem, unsigned long start, unsigned long nr)
{
	struct page **list = (struct page **)__get_free_page(GFP_KERNEL);
	struct scatterlist *sg;
	int got, ret = 0, i;

	if (!list)
		return -ENOMEM;
	while (nr) {
		got = pin_user_pages_fast(start, min(nr, 512UL), FOLL_LONGTERM, list);
		if (got <= 0) {
			ret = got;
			goto fail;
		}
		nr -= got;
		ret = sg_alloc_append_table_from_pages(&mem->append, list, got, 0, got << PAGE_SHIFT, 4096, nr, GFP_KERNEL);
		if (ret) {
			${release}
			goto fail;
		}
	}
	goto out;
fail:
	for_each_sgtable_sg(&mem->append.sgt, sg, i)
		unpin_user_page_range_dirty_lock(sg_page(sg), 1, false);
out:
	free_page((unsigned long)list);${mark}
	return ret;
}
void drop(struct mem *mem)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_sg(&mem->append.sgt, sg, i)
		unpin_user_page_range_dirty_lock(sg_page(sg), 1, true);
}`;
  it('the batch that did not get into the table is lost', () => check(table('log(ret);', ' //~ leaked-pin'), leaks));
  it('the batch that did not get into the table is released by itself', () =>
    check(table('unpin_user_pages(list, got);', ''), leaks));
});

describe('a teardown that forgets the pages', () => {
  const object = (teardown: string, mark = ''): string => `
struct vm { struct page *page; void *buf; int id; };
int init(struct vm *vm, unsigned long start)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, &page);${mark}

	if (ret != 1)
		return -EFAULT;
	vm->buf = page_address(page);
	vm->page = page;
	return 0;
}
void deinit(struct vm *vm)
{
	if (vm->buf && vm->page) {
		${teardown}
		vm->buf = NULL;
	}
}`;
  it('what stands for the pages is cleared', () => check(object('log(vm->id);', ' //~ leaked-pin'), leaks));
  it('after their release', () => check(object('unpin_user_page(vm->page);'), leaks));

  const mapped = (teardown: string, mark = ''): string => `
int map(struct dev *dev, struct table *t, unsigned long start)
{
	struct page *pages[1];
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, pages);${mark}

	if (ret < 0)
		return ret;
	sg_set_page(&t->mem, pages[0], PAGE_SIZE, 0);
	if (!dma_map_sg(dev->dma, &t->mem, 1, DMA_TO_DEVICE)) {
		unpin_user_page(pages[0]);
		return -ENOMEM;
	}
	t->users = 1;
	return 0;
}
void unmap(struct dev *dev, struct table *t)
{
	dma_unmap_sg(dev->dma, &t->mem, 1, DMA_TO_DEVICE);
	${teardown}
}`;
  it('they are taken off the device and left', () => check(mapped('t->users = 0;', ' //~ leaked-pin'), leaks));
  it('they are taken off the device and released', () => check(mapped('unpin_user_page(sg_page(&t->mem));'), leaks));
});

describe('names of pages', () => {
  it('an accessor that is not seen gives the pages of the object', () =>
    check(
      `
int get_frames(unsigned long start, int nr, struct frames *vec)
{
	int ret = pin_user_pages_fast(start, nr, FOLL_LONGTERM, (struct page **)vec->ptrs);

	vec->nr = ret > 0 ? ret : 0;
	return ret;
}
void put_frames(struct frames *vec)
{
	struct page **pages = frames_pages(vec);

	release_pages(pages, vec->nr); //~ mismatched-release
	vec->nr = 0;
}`,
      mismatches,
    ));

  it('a call that pins by its name, unpinned here and put there', () =>
    check(
      `
int register_ring(struct ring *r, unsigned long start, int size)
{
	struct page **pages = engine_pin_pages(start, size, &r->nr);

	if (IS_ERR(pages))
		return PTR_ERR(pages);
	r->pages = pages;
	r->base = vmap(pages, r->nr, VM_MAP, PAGE_KERNEL);
	if (!r->base) {
		release_pages(pages, r->nr); //~ mismatched-release
		kvfree(pages);
		return -ENOMEM;
	}
	return 0;
}
void unregister_ring(struct ring *r)
{
	int i;

	for (i = 0; i < r->nr; i++)
		unpin_user_page(r->pages[i]);
}
int other(unsigned long s, struct page **p) { return pin_user_pages_fast(s, 1, 0, p); }`,
      mismatches,
    ));

  it('a flag that says unpin', () =>
    check(
      `
void release(struct request *rq)
{
	int i;

	for (i = 0; i < rq->count; i++) {
		if (rq->need_unpin)
			put_page(rq->pages[i]); //~ mismatched-release
		else
			put_page(rq->pages[i]);
	}
}
int other(unsigned long s, struct page **p) { return pin_user_pages_fast(s, 1, 0, p); }`,
      mismatches,
    ));

  it('members of an anonymous union are one array', () =>
    check(
      `
struct region { union { struct page **pages; phys_addr_t *addresses; }; int nr; };
struct region *make(unsigned long start, int nr)
{
	struct region *r = kzalloc(sizeof(*r), GFP_KERNEL);
	int got;

	if (!r)
		return NULL;
	r->addresses = vzalloc(array_size(nr, sizeof(*r->addresses)));
	if (!r->addresses)
		goto free;
	got = pin_user_pages_fast(start, nr, FOLL_LONGTERM, r->pages);
	if (got == nr) {
		r->nr = nr;
		return r;
	}
	if (got > 0)
		unpin_user_pages(r->pages, got);
	vfree(r->addresses);
free:
	kfree(r);
	return NULL;
}
void destroy(struct region *r)
{
	unpin_user_pages(r->pages, r->nr);
	vfree(r->addresses);
	kfree(r);
}`,
      leaks,
    ));
});

describe('pages of an iterator', () => {
  const extract = (release: string, mark: string): string => `
int send(struct ctx *ctx, struct iov_iter *iter, int nr)
{
	size_t off;
	ssize_t len;
	int ret = 0;

	ctx->pages = kcalloc(nr, sizeof(*ctx->pages), GFP_KERNEL);
	if (!ctx->pages)
		return -ENOMEM;
	len = iov_iter_extract_pages(iter, &ctx->pages, LONG_MAX, nr, 0, &off);
	if (len <= 0) {
		kfree(ctx->pages);
		return len ? len : -EFAULT;
	}
	ret = submit(ctx, len);
	${release}
	kfree(ctx->pages);${mark}
	return ret;
}`;
  it('released if it pinned', () =>
    check(extract('if (iov_iter_extract_will_pin(iter))\n\t\tunpin_user_pages(ctx->pages, nr);', ''), leaks));
  it('it pinned, and nobody unpins', () =>
    check(extract('if (iov_iter_extract_will_pin(iter))\n\t\tlog(len);', ' //~ leaked-pin'), leaks));
  it('put though it pinned', () =>
    check(
      extract('if (iov_iter_extract_will_pin(iter))\n\t\trelease_pages(ctx->pages, nr); //~ mismatched-release', ''),
      mismatches,
    ));
});
