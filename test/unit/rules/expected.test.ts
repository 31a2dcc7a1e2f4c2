/** What a file expects of its pages without saying so at the acquire: that they are written, mapped by another file, kept for long. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

const direction = { only: 'write-direction-mismatch' } as const;
const dirty = { only: 'missing-dirty' } as const;

describe('pages that are to be written', () => {
  it('are noted as writable where they were got', () =>
    check(
      `
int fault(struct vm *vm, unsigned long hva, bool writing)
{
	struct page *page = NULL;
	bool write_ok = writing;

	if (get_user_page_fast_only(hva, 0, &page)) { //~ write-direction-mismatch
		write_ok = true;
	} else {
		page = slow_page(vm, hva, &write_ok);
	}
	map(vm, page, write_ok);
	if (page)
		put_page(page);
	return 0;
}
int fault_right(struct vm *vm, unsigned long hva, bool writing)
{
	struct page *page = NULL;
	bool write_ok = writing;

	if (get_user_page_fast_only(hva, FOLL_WRITE, &page))
		write_ok = true;
	map(vm, page, write_ok);
	if (page)
		put_page(page);
	return 0;
}
int fault_read(struct vm *vm, unsigned long hva)
{
	struct page *page = NULL;
	bool found = false;

	if (get_user_page_fast_only(hva, 0, &page))
		found = true;
	map(vm, page, found);
	if (page)
		put_page(page);
	return 0;
}`,
      direction,
    ));

  it('are given back by a function that is told whether they are dirty', () =>
    check(
      `
void *demo_pin_page(struct vm *vm, unsigned long hva)
{
	struct page *pages[1];

	if (get_user_pages_fast(hva, 1, 0, pages) < 1) //~ write-direction-mismatch
		return NULL;
	return page_address(pages[0]);
}
void demo_unpin_page(struct vm *vm, void *va, unsigned long gfn, bool dirty)
{
	put_page(virt_to_page(va));
	if (!dirty)
		return;
	mark_gfn(vm, gfn);
}`,
      direction,
    ));

  it('are written by a function that is given the one page', () =>
    check(
      `
static void copy_data(struct page *page, void *data, size_t len, unsigned int flags)
{
	void *mem = kmap_local_page(page);

	if (flags & RW_WRITE) {
		memcpy(mem, data, len);
		set_page_dirty_lock(page);
	} else {
		memcpy(data, mem, len);
	}
	kunmap_local(mem);
}
int rw(unsigned long addr, void *data, size_t len, unsigned int flags)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1) //~ write-direction-mismatch
		return -EFAULT;
	copy_data(page, data, len, flags);
	unpin_user_page(page);
	return 0;
}`,
      direction,
    ));

  it('stand in a record whose place the hardware knows', () =>
    check(
      `
struct ccb { u64 control; void *out; };
struct ctx { struct ccb *ccbs; u64 ccbs_ra; struct page *pages[64]; };
static int lock_page_at(void *va, struct page **p)
{
	return pin_user_pages_fast((unsigned long)va, 1, FOLL_WRITE, p) == 1 ? 0 : -1;
}
int lock_all(struct ctx *ctx, int n)
{
	int i;

	ctx->ccbs_ra = virt_to_phys(ctx->ccbs);
	for (i = 0; i < n; i++) {
		struct ccb *c = &ctx->ccbs[i];

		if (lock_page_at(c->out, &ctx->pages[i]))
			return -EFAULT;
	}
	return 0;
}
void unlock_all(struct ctx *ctx, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		struct page *p = ctx->pages[i];

		if (p)
			unpin_user_pages(&p, 1); //~ missing-dirty
	}
}`,
      dirty,
    ));

  it('are to be dirtied under a condition under which nothing is done', () =>
    check(
      `
void release_all(struct req *r, bool mark_dirty)
{
	int i;

	for (i = 0; i < r->nr; i++) {
		if (mark_dirty) {
			folio_lock(r->folios[i]);
			folio_unlock(r->folios[i]);
		}
		unpin_user_folio(r->folios[i], 1); //~ missing-dirty
	}
}
void release_right(struct req *r, bool mark_dirty)
{
	int i;

	for (i = 0; i < r->nr; i++) {
		if (mark_dirty) {
			folio_lock(r->folios[i]);
			folio_mark_dirty(r->folios[i]);
			folio_unlock(r->folios[i]);
		}
		unpin_user_folio(r->folios[i], 1);
	}
}
void release_locked(struct req *r, bool mark_dirty)
{
	if (mark_dirty)
		set_page_dirty_lock(r->page);
	unpin_user_page(r->page);
}
void release_noted(struct req *r, bool dirty)
{
	unpin_user_folio(r->folios[0], 1);
	if (dirty)
		note_write(r);
}`,
      dirty,
    ));
});

describe('pages of an object', () => {
  it('are mapped by its scatterlist, which another file fills', () =>
    check(
      `
int prepare(struct dev *d, struct user_dma *dma, unsigned long addr, int nr)
{
	int got = get_user_pages_unlocked(addr, nr, &dma->map[0], 0); //~ get-for-dma

	if (got != nr) {
		if (got > 0)
			release_pages(dma->map, got);
		return -EFAULT;
	}
	dma->page_count = got;
	fill_sg_list(dma);
	dma->sg_length = dma_map_sg(d->dev, dma->sglist, dma->page_count, DMA_TO_DEVICE);
	return 0;
}
int prepare_other(struct dev *d, struct user_dma *dma, unsigned long addr, int nr)
{
	int got = get_user_pages_unlocked(addr, nr, &dma->map[0], 0);

	if (got != nr) {
		if (got > 0)
			release_pages(dma->map, got);
		return -EFAULT;
	}
	dma->page_count = got;
	fill_sg_list(dma);
	dma->sg_length = dma_map_sg(d->dev, d->ring, d->ring_entries, DMA_TO_DEVICE);
	return 0;
}`,
      { only: 'get-for-dma' },
    ));

  it('of the open file stay when the ioctl returns', () =>
    check(
      `
static long demo_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct vm *vm = filp->private_data;
	struct page *page;

	if (pin_user_pages_fast(arg, 1, FOLL_WRITE, &page) != 1) //~ missing-longterm
		return -EFAULT;
	if (monitor(vm, page_to_phys(page)) < 0) {
		unpin_user_page(page);
		return -EIO;
	}
	if (vm->monitor_page)
		unpin_user_page(vm->monitor_page);
	vm->monitor_page = page;
	return 0;
}
static const struct file_operations demo_fops = { .unlocked_ioctl = demo_ioctl };`,
      { only: 'missing-longterm' },
    ));
});

describe('pages that are given back clean', () => {
  it('though they were noted as writable', () =>
    check(
      `
int fault(struct vm *vm, unsigned long hva, bool ro)
{
	struct page *page = NULL;
	bool write_ok = false;
	int ret;

	if (!ro && get_user_page_fast_only(hva, FOLL_WRITE, &page)) {
		write_ok = true;
	} else {
		page = slow_page(vm, hva, &write_ok);
	}
	if (!vm_present(vm)) {
		if (page)
			put_page(page);
		return -EAGAIN;
	}
	ret = map(vm, hva, write_ok);
	if (page)
		put_page(page); //~ missing-dirty
	return ret;
}
int fault_right(struct vm *vm, unsigned long hva, bool ro)
{
	struct page *page = NULL;
	bool write_ok = false;
	int ret;

	if (!ro && get_user_page_fast_only(hva, FOLL_WRITE, &page)) {
		write_ok = true;
	} else {
		page = slow_page(vm, hva, &write_ok);
	}
	ret = map(vm, hva, write_ok);
	if (page) {
		if (!ret && write_ok)
			set_page_dirty_lock(page);
		put_page(page);
	}
	return ret;
}`,
      dirty,
    ));

  const finish = (body: string): string => `struct copy { struct page *pg; int write; struct iov_iter *iter; };
static int copy_fill(struct copy *cs)
{
	struct page *page;
	size_t off;

	if (iov_iter_get_pages2(cs->iter, &page, PAGE_SIZE, 1, &off) < 0)
		return -EFAULT;
	cs->pg = page;
	return 0;
}
static void copy_finish(struct copy *cs)
{
	if (cs->pg) {
${body}
	}
	cs->pg = NULL;
}
int copy_one(struct copy *cs)
{
	int ret = copy_fill(cs);

	copy_finish(cs);
	return ret;
}`;

  it('though they are flushed because they were written', async () => {
    const right = `		if (cs->write) {
			flush_dcache_page(cs->pg);
			set_page_dirty_lock(cs->pg);
		}
		put_page(cs->pg);`;
    await check(finish(right), dirty);
    await check(
      finish(
        right
          .replace('\t\t\tset_page_dirty_lock(cs->pg);\n', '')
          .replace('\t\tput_page(cs->pg);', '$& //~ missing-dirty'),
      ),
      dirty,
    );
    // to be read, as far as the name tells
    await check(finish(`		if (cs->coherent)\n			flush_dcache_page(cs->pg);\n		put_page(cs->pg);`), dirty);
  });
});

describe('pages that are freed', () => {
  const free = (name: string, call: string): string => `
void ${name}(struct bio_vec *bv, int n)
{
	int i;

	for (i = 0; i < n; i++)
		${call}
}
int map(struct iov_iter *iter, struct page **pages, struct bio_vec *bv)
{
	size_t off;
	ssize_t n = iov_iter_extract_pages(iter, &pages, PAGE_SIZE, 1, 0, &off);

	return n <= 0 ? -EFAULT : fill(bv, pages, n);
}`;
  it('are pins where the function is named after ending them', async () => {
    const only = { only: 'refcount-misuse' } as const;
    await check(free('demo_unpin_bvec', '__free_page(bv[i].bv_page); //~ refcount-misuse'), only);
    await check(free('demo_unpin_bvec', 'unpin_user_page(bv[i].bv_page);'), only);
    await check(free('demo_free_bounce', '__free_page(bv[i].bv_page);'), only);
  });
});
