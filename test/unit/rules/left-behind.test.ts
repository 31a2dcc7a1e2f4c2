/** leaked-pin: what a forgotten release leaves behind; missing-dirty: what says that pages are written. */
import { describe, expect, it } from 'vitest';
import { check } from './check.ts';

const leaks = { only: 'leaked-pin' } as const;
const dirty = { only: 'missing-dirty' } as const;

describe('what a forgotten release leaves behind', () => {
  const user = `
int take(struct pkt *p, unsigned long addr)
{
	return pin_user_pages_fast(addr, 1, FOLL_LONGTERM, &p->page);
}
`;

  it('a branch that does nothing beside one that frees', () =>
    check(
      `${user}
void coalesce(struct pkt *p)
{
	p->page = alloc_page(GFP_KERNEL);
}
void frag_done(struct pkt *p)
{
	if (p->put_page) { } else { //~ leaked-pin
		__free_page(p->page);
	}
}
void frag_free(struct pkt *p)
{
	if (p->put_page)
		unpin_user_page(p->page);
	else
		__free_page(p->page);
}
void frag_skip(struct pkt *p)
{
	if (p->borrowed) {
		/* the owner gives it back */
	} else {
		unpin_user_page(p->page);
	}
}`,
      leaks,
    ));

  it('the index of a loop that is gone', () =>
    check(
      `${user}
struct table { struct scatterlist *sgl; int nents; bool need_unpin; };
void table_free(struct table *t)
{
	int i; //~ leaked-pin

	if (t->sgl)
		kvfree(t->sgl);
}
void table_free_right(struct table *t)
{
	int i;

	if (t->need_unpin)
		for (i = 0; i < t->nents; i++)
			unpin_user_page(sg_page(&t->sgl[i]));
	kvfree(t->sgl);
}
void table_free_perhaps(struct table *t)
{
	int i;

#ifdef CONFIG_DEMO_UNPIN
	for (i = 0; i < t->nents; i++)
		unpin_user_page(sg_page(&t->sgl[i]));
#endif
	kvfree(t->sgl);
}
void link_free(struct pkt *p)
{
	int i;

	kfree(p);
}`,
      leaks,
    ));

  it('an object that keeps pages and is not looked at', () =>
    check(
      `
struct dio { struct page *pages[16]; bool is_pinned; };
struct submit { unsigned int head, tail; };
int dio_refill(struct dio *dio, struct submit *sub, unsigned long addr)
{
	int ret = pin_user_pages_fast(addr, 16, FOLL_WRITE, dio->pages);

	if (ret < 0)
		return ret;
	sub->head = 0;
	sub->tail = ret;
	return 0;
}
static inline void dio_cleanup(struct dio *dio, struct submit *sub) //~ leaked-pin
{
	sub->head = sub->tail;
}
static void dio_unlock(struct dio *dio, struct submit *sub)
{
	sub->head = 0;
}
static void dio_free_cb(struct dio *dio, void *arg)
{
}
static const struct dio_ops ops = { .release = dio_free_cb };
int dio_run(struct dio *dio, struct submit *sub, unsigned long addr)
{
	int ret = dio_refill(dio, sub, addr);

	dio_unlock(dio, sub);
	dio_cleanup(dio, sub);
	demo_register(dio, &ops);
	return ret;
}`,
      leaks,
    ));

  it('an answer that nobody reads', () =>
    check(
      `
static int add_folio(struct vecs *v, struct folio *folio, size_t len)
{
	bool same_page = false;

	if (try_merge(v, folio, len, &same_page)) { //~ leaked-pin
		v->size += len;
		return 0;
	}
	append(v, folio, len);
	return 0;
}
static int add_hw_folio(struct vecs *v, struct folio *folio, size_t len)
{
	bool same_page = false;

	if (append_hw(v, folio, len, &same_page) != len)
		return -EINVAL;
	if (same_page && vecs_flagged(v))
		unpin_user_folio(folio, 1);
	return 0;
}
int add_page(struct vecs *v, struct folio *folio, size_t len)
{
	bool same_page = false;

	return append_hw(v, folio, len, &same_page);
}
int add(struct vecs *v, struct folio *folio, size_t len)
{
	return v->hw ? add_hw_folio(v, folio, len) : add_folio(v, folio, len);
}`,
      leaks,
    ));

  it('a page that is only asked whether it is there', () =>
    check(
      `${user}
void aif_disable(struct pkt *p)
{
	struct page *page = NULL;
	int count = 0;

	if (p->addr)
		page = phys_to_page(p->addr); //~ leaked-pin
	if (page)
		count++;
	unaccount(p, count);
}
void other_disable(struct pkt *p)
{
	struct page *page = NULL;

	if (p->addr)
		page = phys_to_page(p->addr);
	if (page)
		unpin_user_page(page);
}`,
      leaks,
    ));

  it('a label named after a release', () =>
    check(
      `
int map_ring(struct ring *r, unsigned long addr, int nr)
{
	struct page **pages = grab_pages(addr, nr);
	void *at = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	int ret = -ENOMEM;

	if (!at)
		goto error_unpin;
	r->pages = pages;
	return 0;
error_unpin: //~ leaked-pin
	kvfree(pages);
	return ret;
}
int map_ring_well(struct ring *r, unsigned long addr, int nr)
{
	struct page **pages = grab_pages(addr, nr);
	void *at = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	int ret = -ENOMEM;

	if (!at)
		goto error_unpin;
	r->pages = pages;
	return 0;
error_unpin:
	unpin_user_pages(pages, nr);
	kvfree(pages);
	return ret;
}`,
      leaks,
    ));

  const labelled = (undo: string, marker: string): string => `
struct bufmap { struct page **pages; int nr; unsigned long *bits; };
int bufmap_map(struct bufmap *b, unsigned long addr)
{
	return grab_pages(b, addr);
}
void bufmap_unmap(struct bufmap *b)
{
	unpin_user_pages(b->pages, b->nr);
}
void bufmap_free(struct bufmap *b)
{
	bitmap_free(b->bits);
	kfree(b);
}
int bufmap_init(struct bufmap *b, unsigned long addr)
{
	int ret = bufmap_map(b, addr);

	if (ret)
		goto out_free_bufmap;
	if (is_installed()) {
		ret = -EINVAL;
		goto out_unmap_bufmap;
	}
	return 0;
out_unmap_bufmap:${marker}
	${undo}
out_free_bufmap:
	bufmap_free(b);
	return ret;
}`;
  it('a label that goes by the name of a function which releases', async () => {
    await check(labelled('', ' //~ leaked-pin'), leaks);
    await check(labelled('bufmap_unmap(b);', ''), leaks);
  });

  const copied = (release: string, marker: string): string => `
int table_write(struct dev *dev, unsigned long src, int nr)
{
	struct page *pages[16];
	int i, res = pin_user_pages_fast(src, nr, 0, pages);

	if (res < nr) {
		if (res > 0)
			unpin_user_pages(pages, res);
		return -EINVAL;
	}
	for (i = 0; i < nr; i++) {
		u32 *addr = kmap_local_page(pages[i]);

		regwrite(dev, i, addr[0]);
		kunmap_local(addr);
		${release}
	}
	return 0;${marker}
}`;
  it('words of the data are given away, not the pages', async () => {
    await check(copied('', ' //~ leaked-pin'), leaks);
    await check(copied('unpin_user_page(pages[i]);', ''), leaks);
  });

  it('a function that is too much to follow: its own pages at least', async () => {
    const fields = Array.from({ length: 14 }, (_, i) => i);
    const slow = `
int slow(struct obj *o, unsigned long addr)
{
	int n = 0;
${fields
  .map(
    (i) => `	if (o->want${i}) {
		n = pin_user_pages_fast(addr + ${i}, 1, 0, &o->page${i});
		if (n != 1)
			goto undo;
		o->have${i} = o->next${i};
	}`,
  )
  .join('\n')}
	return 0;
undo:
${fields
  .map(
    (i) => `	if (o->have${i})
		unpin_user_page(o->page${i});`,
  )
  .join('\n')}
	return -EFAULT;
}
int rw(struct obj *o, unsigned long addr, void *to)
{
	struct page *page;
	int rc;

	if (!mmget_not_zero(o->mm))
		return slow(o, addr);
	mmap_read_lock(o->mm);
	rc = pin_user_pages_remote(o->mm, addr, 1, 0, &page, NULL);
	mmap_read_unlock(o->mm);
	if (rc != 1)
		return -EFAULT;
	copy_from(to, page);
	RELEASE
	return 0;MARK
}
static void copy_from(void *to, struct page *page)
{
	memcpy(to, kmap_local_page(page), PAGE_SIZE);
}`;
    const marked = slow.replace('RELEASE', '').replace('MARK', ' //~ leaked-pin');
    const result = await check(marked, leaks);
    expect(result.stats.overBudget).toContain('rw');
    await check(slow.replace('RELEASE', 'unpin_user_page(page);').replace('MARK', ''), leaks);
  });

  it('a number of pages to unpin that nobody uses', () =>
    check(
      `
int merge(struct page **pages, int nr, int folios)
{
	int i, nr_unpin;

	for (i = 0; i < folios; i++)
		nr_unpin = min(nr, 8); //~ leaked-pin
	return nr;
}
int merge_well(struct page **pages, int nr, int folios)
{
	int i, nr_unpin;

	for (i = 0; i < folios; i++) {
		nr_unpin = min(nr, 8);
		unpin_user_pages(pages + i, nr_unpin);
	}
	return nr;
}`,
      leaks,
    ));

  it('a function named after releasing that only dirties', () =>
    check(
      `${user}
void release_user_pages(struct args *a, bool should_dirty)
{
	int i;

	for (i = 0; i < a->num_pages; i++)
		if (should_dirty)
			set_page_dirty_lock(a->pages[i]); //~ leaked-pin
}
void put_user_pages(struct args *a, bool should_dirty)
{
	int i;

	for (i = 0; i < a->num_pages; i++) {
		if (should_dirty)
			set_page_dirty_lock(a->pages[i]);
		unpin_user_page(a->pages[i]);
	}
}`,
      leaks,
    ));
});

describe('a teardown that forgets pages', () => {
  const fields = (second: string, marker: string): string => `
struct desc;
int add(struct desc *d, unsigned long a, unsigned long b, int nr)
{
	struct page *one[8], *two[8];
	int i, got, more;

	got = pin_user_pages_fast(a, nr, FOLL_LONGTERM, one);
	if (got != nr)
		goto undo_one;
	for (i = 0; i < nr; i++)
		d->first[i] = page_to_pfn(one[i]);
	more = pin_user_pages_fast(b, nr, FOLL_LONGTERM, two);
	if (more != nr)
		goto undo_two;
	for (i = 0; i < nr; i++)
		d->second[i] = page_to_pfn(two[i]);
	return 0;
undo_two:
	if (more > 0)
		unpin_user_pages(two, more);
undo_one:
	if (got > 0)
		unpin_user_pages(one, got);
	return -EFAULT;
}
void cleanup(struct desc *d)
{
	int i;

	for (i = 0; i < 8; i++)
		unpin_user_page(pfn_to_page(d->first[i]));${marker}
	${second}
}`;
  it('one of two fields', () => check(fields('', ' //~ leaked-pin'), leaks));
  it('both fields', () =>
    check(fields('for (i = 0; i < 8; i++)\n\t\tunpin_user_page(pfn_to_page(d->second[i]));', ''), leaks));

  const xfers = (release: string, marker: string): string => `
struct xfer { struct page **pages; struct sg_table *sgt; int nr; struct list_head list; };
int grab(struct device *dev, struct xfer *x, unsigned long addr, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int ret = get_user_pages_fast(addr, nr, 0, pages);

	if (ret != nr) {
		if (ret > 0)
			release_pages(pages, ret);
		kvfree(pages);
		return -EFAULT;
	}
	x->pages = pages;
	x->nr = nr;
	sg_alloc_table_from_pages(x->sgt, pages, nr, 0, nr * PAGE_SIZE, GFP_KERNEL);
	dma_map_sgtable(dev, x->sgt, DMA_TO_DEVICE, 0);
	return 0;
}
void cleanup_one(struct device *dev, struct xfer *x)
{
	dma_unmap_sgtable(dev, x->sgt, DMA_TO_DEVICE, 0);
	release_pages(x->pages, x->nr);
	kvfree(x->pages);
}
void free_all(struct device *dev, struct list_head *xfers)
{
	struct xfer *x, *n;

	list_for_each_entry_safe(x, n, xfers, list) {
		dma_unmap_sgtable(dev, x->sgt, DMA_TO_DEVICE, 0);
		${release}kvfree(x->pages);${marker}
		kfree(x);
	}
}`;
  it('the array is freed, as elsewhere, but not its pages', () => check(xfers('', ' //~ leaked-pin'), leaks));
  it('and with its pages', () => check(xfers('release_pages(x->pages, x->nr);\n\t\t', ''), leaks));
});

describe('what says that pages are written', () => {
  it('a parameter that nobody reads', () =>
    check(
      `
void put_bvecs(struct bio_vec *bvecs, int num, bool should_dirty)
{
	int i;

	for (i = 0; i < num; i++)
		put_page(bvecs[i].bv_page); //~ missing-dirty
	kvfree(bvecs);
}
void put_bvecs_well(struct bio_vec *bvecs, int num, bool should_dirty)
{
	int i;

	for (i = 0; i < num; i++) {
		if (should_dirty)
			set_page_dirty_lock(bvecs[i].bv_page);
		put_page(bvecs[i].bv_page);
	}
	kvfree(bvecs);
}
ssize_t grab(struct iov_iter *i, struct page **pages, size_t max)
{
	size_t off;

	return iov_iter_get_pages2(i, pages, max, 16, &off);
}`,
      dirty,
    ));

  const writeEnd = (body: string): string => `
static int demo_write_end(struct file *file, struct address_space *mapping, loff_t pos, unsigned len, unsigned copied,
			  struct folio *folio, void *fsdata)
{
	${body}
	folio_put(folio);
	return copied;
}
static const struct address_space_operations demo_aops = { .write_end = demo_write_end };
ssize_t grab(struct iov_iter *i, struct page **pages, size_t max)
{
	size_t off;

	return iov_iter_get_pages2(i, pages, max, 16, &off);
}`;
  it('the end of a write to the page cache', () =>
    check(writeEnd('folio_mark_uptodate(folio);\n\tfolio_unlock(folio); //~ missing-dirty'), dirty));
  it('and one that dirties', () => check(writeEnd('folio_mark_dirty(folio);\n\tfolio_unlock(folio);'), dirty));

  const hypercall = (flags: string, release: string): string => `
static int lock_pages(struct buf *bufs, struct page *pages[], unsigned int nr, unsigned int *pinned)
{
	int got = pin_user_pages_fast((unsigned long)bufs->uptr, nr, ${flags}, pages);

	if (got <= 0)
		return got ? got : -EFAULT;
	*pinned = got;
	return 0;
}
static void unlock_pages(struct page *pages[], unsigned int nr)
{
	${release}
}
long dm_op(struct handle *handle, struct buf *bufs, unsigned int nr)
{
	unsigned int pinned = 0;
	struct page **pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	long rc;

	if (!pages)
		return -ENOMEM;
	rc = lock_pages(bufs, pages, nr, &pinned);
	if (rc == 0) {
		set_guest_handle(handle, bufs->uptr);
		rc = hypervisor_op(handle);
	}
	unlock_pages(pages, pinned);
	kfree(pages);
	return rc;
}`;
  it('pins for somebody who knows the addresses', async () => {
    await check(hypercall('FOLL_WRITE', 'unpin_user_pages(pages, nr); //~ missing-dirty'), dirty);
    await check(hypercall('FOLL_WRITE', 'unpin_user_pages_dirty_lock(pages, nr, true);'), dirty);
    await check(hypercall('0', 'unpin_user_pages(pages, nr);'), dirty);
  });
});

describe('an address that was counted from', () => {
  it('is no null pointer: the array is the one that was given, not one of its own', () =>
    check(
      `
struct user { struct page **upages; };
static int pin(struct user *u, unsigned long addr, int nr)
{
	int rc;

	if (!u->upages) {
		u->upages = temp_alloc(nr);
		if (!u->upages)
			return -ENOMEM;
	}
	rc = pin_user_pages_fast(addr, nr, 0, u->upages);
	if (rc <= 0)
		return rc ? rc : -EFAULT;
	return 0;
}
int fill(unsigned long addr, int nr, int first, int from, struct page **out_pages)
{
	struct user u = {};
	int rc;

	u.upages = out_pages + (from - first);
	rc = pin(&u, addr, nr);
	if (rc)
		return rc;
	return 0;
}
int fill_own(unsigned long addr, int nr)
{
	struct user u = {};
	int rc;

	rc = pin(&u, addr, nr);
	if (rc)
		return rc;
	return 0; //~ leaked-pin
}`,
      leaks,
    ));
});

describe('what is no mistake', () => {
  const switches = (second: string): string => `
long bench(unsigned int cmd, unsigned long addr, struct page **pages, int nr)
{
	long got, i;

	switch (cmd) {
	case GUP_TEST:
		got = get_user_pages_fast(addr, nr, 0, pages);
		break;
	case PIN_TEST:
		got = pin_user_pages_fast(addr, nr, 0, pages);
		break;
	default:
		return -EINVAL;
	}
	if (got <= 0)
		return got;
	switch (cmd) {
	case GUP_TEST:
		${second}
		break;
	case PIN_TEST:
		unpin_user_pages(pages, got);
		break;
	}
	return 0;
}`;
  const mismatches = { only: 'mismatched-release' } as const;
  it('the same switch at acquire and release: its labels differ', async () => {
    await check(switches('for (i = 0; i < got; i++)\n\t\t\tput_page(pages[i]);'), mismatches);
    await check(switches('unpin_user_pages(pages, got); //~ mismatched-release'), mismatches);
  });

  const replace = (unmap: string, marker: string): string => `
int write_opcode(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct page *page;
	int ret = get_user_pages_remote(mm, addr, 1, 0, &page, NULL);

	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	${unmap}
	put_page(page);
	put_page(page);${marker}
	return 0;
}`;
  it('the reference of a mapping that was taken away', async () => {
    const doubles = { only: 'double-release' } as const;
    await check(replace('folio_remove_rmap_pte(page_folio(page), page, vma);', ''), doubles);
    await check(replace('flush_cache_page(vma, addr, 0);', ' //~ double-release'), doubles);
  });
});

describe('a kernel of another time', () => {
  const bio = `
int map_user(struct bio *bio, struct iov_iter *iter, size_t max)
{
	struct page *pages[8];
	size_t off;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, max, 8, &off);

	if (bytes <= 0)
		return bytes ? bytes : -EFAULT;
	if (!bio_add_page(bio, pages[0], bytes, off))
		put_page(pages[0]);
	bio_release_pages(bio, false);
	return 0;
}`;
  it('bio_release_pages() put them before 6.5', async () => {
    await check(bio, { only: 'mismatched-release', kernel: { major: 6, minor: 1, patch: 0 } });
  });

  const vectors = (keep: string, marker: string): string => `
ssize_t get_bvecs(struct iov_iter *iter, size_t max, struct bio_vec *bvecs)
{
	struct page *pages[64];
	size_t start;
	int idx = 0;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, max, 64, &start), left = bytes;

	if (bytes < 0)
		return bytes;
	for (; left > 0; idx++) {
		struct bio_vec bv = { .bv_page = pages[idx], .bv_len = PAGE_SIZE };

		${keep}
		left -= PAGE_SIZE;
	}
	return bytes;${marker}
}`;
  it('a local object that holds a page is given away with it', async () => {
    await check(vectors('bvecs[idx] = bv;', ''), { only: 'leaked-pin' });
  });
});
