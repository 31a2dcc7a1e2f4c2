/** What is told where no path leads from the acquire to the mistake: too much to follow, numbers, tables of bio_vecs, labels. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

/** Statements that double the paths of a function as often as it takes to run out of steps. */
const MANY = Array.from({ length: 12 }, (_, i) => `\tif (o->flag${i})\n\t\to->sum${i} = step(o->sum${i}, ${i});`).join(
  '\n',
);

describe('missing-longterm where the walk runs out', () => {
  const numbers = (flags: string, marker: string): string => `
static int region_pin(struct region *o, unsigned long addr, unsigned long n, struct page **list)
{
	unsigned long i, pfn;
	long got = 0;
	int ret = 0;

	while (n) {
${MANY}
		got = pin_user_pages(addr, n, ${flags}, list);${marker}
		if (got != n) {
			if (got > 0)
				unpin_user_pages(list, got);
			ret = -ENOMEM;
			break;
		}
		for (i = 0; i < got; i++) {
			pfn = page_to_pfn(list[i]);
			if (o->map && pfn != o->last + 1) {
				ret = region_map(o, pfn, o->flags);
				if (ret)
					break;
			}
${MANY}
			o->last = pfn;
		}
		n -= got;
	}
	return ret;
}
static long region_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct region *o = file->private_data;

	mmap_read_lock(current->mm);
	o->ret = region_pin(o, arg, cmd, o->scratch);
	mmap_read_unlock(current->mm);
	return o->ret;
}
static void region_unpin(struct mapping *m)
{
	unsigned long pfn;

	for (pfn = m->first; pfn < m->first + m->n; pfn++)
		unpin_user_page(pfn_to_page(pfn));
}
static int region_release(struct inode *inode, struct file *file)
{
	region_unpin(file->private_data);
	return 0;
}
static const struct file_operations region_ops = {
	.unlocked_ioctl = region_ioctl,
	.release = region_release,
};
`;

  it('pins that a release of the file gives back by their numbers', () =>
    check(numbers('FOLL_WRITE', ' //~ missing-longterm'), { only: 'missing-longterm' }));

  it('with the flag', () => check(numbers('FOLL_WRITE | FOLL_LONGTERM', ''), { only: 'missing-longterm' }));
});

describe('mismatched-release of pages in bio_vecs', () => {
  const extract = (release: string): string => `
ssize_t table_of(struct iov_iter *from, struct bio_vec *table, size_t size)
{
	struct page *slots[8], **pages = slots;
	size_t start;
	ssize_t ret = iov_iter_extract_pages(from, &pages, size, 8, 0, &start);
	int i, n;

	if (ret < 0)
		return ret;
	n = DIV_ROUND_UP(ret + start, PAGE_SIZE);
	for (i = 0; i < n; i++)
		bvec_set_page(&table[i], pages[i], PAGE_SIZE, 0);
	if (submit_table(table, n)) {
		for (i = 0; i < n; i++)
			${release}
		return -EIO;
	}
	return n;
}
`;

  it('put_page() of what was extracted', () =>
    check(extract('put_page(table[i].bv_page); //~ mismatched-release'), { only: 'mismatched-release' }));

  it('unpinned', () => check(extract('unpin_user_page(table[i].bv_page);'), { only: 'mismatched-release' }));
});

describe('a helper that gives pages back, called twice', () => {
  const umem = (between: string, marker: string, unpin = ''): string => `
struct umem { struct page **pgs; u32 npgs; void *addrs; };
static void umem_unpin(struct umem *u)
{
${unpin}	unpin_user_pages_dirty_lock(u->pgs, u->npgs, true);
	kvfree(u->pgs);
	u->pgs = NULL;
}
int umem_reg(struct umem *u, unsigned long addr)
{
	long got;

	u->pgs = kvcalloc(u->npgs, sizeof(*u->pgs), GFP_KERNEL);
	if (!u->pgs)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, u->npgs, FOLL_WRITE | FOLL_LONGTERM, u->pgs);
	if (got != u->npgs) {
		u->npgs = got < 0 ? 0 : got;
		umem_unpin(u);
		return -EFAULT;
	}
	u->addrs = vmap(u->pgs, u->npgs, VM_MAP, PAGE_KERNEL);
	if (!u->addrs) {
		umem_unpin(u);
${between}		umem_unpin(u);${marker}
		return -ENOMEM;
	}
	return 0;
}
`;
  it('it forgets the array, but not how many pages there were', async () => {
    const only = 'double-release';
    await check(umem('', ' //~ double-release'), { only });
    await check(umem('		u->npgs = 0;\n', ''), { only });
    await check(umem('', '', '	if (!u->pgs)\n		return;\n'), { only });
  });
});

describe('a loop that gives pages back, and the same again', () => {
  const range = (early: string, marker: string, between = ''): string => `
int range_map(struct range *r, struct page **list, unsigned long addr, unsigned long n)
{
	unsigned long pfn, first, last;
	bool open = true;
	long got;
	int ret;

	got = pin_user_pages_fast(addr, n, FOLL_WRITE | FOLL_LONGTERM, list);
	if (got != n) {
		if (got > 0)
			unpin_user_pages(list, got);
		return -EFAULT;
	}
	first = page_to_pfn(list[0]);
	last = page_to_pfn(list[n - 1]);
	ret = range_insert(r, first, last);
	if (ret) {
${early}		goto out;
	}
	ret = range_flush(r);
out:
	if (ret && open) {
${between}		for (pfn = first; pfn <= last; pfn++)
			unpin_user_page(pfn_to_page(pfn));${marker}
	}
	return ret;
}
`;
  const LOOP = '		for (pfn = first; pfn <= last; pfn++)\n			unpin_user_page(pfn_to_page(pfn));\n';
  it('is told, unless a flag, a bound or a new pin stands between', async () => {
    const only = 'double-release';
    await check(range(LOOP, ' //~ double-release'), { only });
    await check(range('', ''), { only });
    await check(range(`${LOOP}		open = false;\n`, ''), { only });
    await check(range(`${LOOP}		first = last + 1;\n`, ''), { only });
    await check(range(LOOP, '', '		pin_user_pages_fast(addr, n, 0, list);\n'), { only });
  });
});

describe('a release twice in a row', () => {
  it('of a page that is found by its number', () =>
    check(
      `
void range_unpin(struct range *r)
{
	unsigned long pfn;

	for (pfn = r->first; pfn < r->last; pfn++) {
		unpin_user_page(pfn_to_page(pfn));
		unpin_user_page(pfn_to_page(pfn)); //~ double-release
	}
}
void both_unpin(struct range *r)
{
	unpin_user_page(pfn_to_page(r->first));
	unpin_user_page(pfn_to_page(r->last));
}
void list_unpin(struct range *r, int i)
{
	unpin_user_page(r->list[i++]);
	unpin_user_page(r->list[i++]);
}`,
      { only: 'double-release' },
    ));
});

describe('labels behind which other things end', () => {
  it('an address space and a user are given back, the pages are not', () =>
    check(
      `
struct area { struct page **pgs; long n; struct user_struct *user; struct mm_struct *mm; };
static void area_unpin(struct area *a)
{
	unpin_user_pages_dirty_lock(a->pgs, a->n, true);
}
static void area_unaccount(struct area *a)
{
	free_uid(a->user);
	mmdrop(a->mm);
}
int area_register(struct area *a, unsigned long addr)
{
	long got;
	int err;

	got = pin_user_pages_fast(addr, a->n, FOLL_WRITE | FOLL_LONGTERM, a->pgs);
	if (got != a->n) {
		a->n = got;
		err = -ENOMEM;
		goto out_account;
	}
	err = area_map(a);
	if (err)
		goto out_unpin;
	return 0;
out_unpin: //~ leaked-pin
out_account:
	area_unaccount(a);
	return err;
}
void area_close(struct area *a)
{
	area_unpin(a);
}`,
      { only: 'leaked-pin' },
    ));
});

describe('an array that is filled again from its begin', () => {
  it('what the rounds before took went elsewhere', () =>
    check(
      `
struct io { struct page *pages[64]; struct iov_iter *iter; int head, tail; };
static struct page *next_page(struct io *io)
{
	size_t from;
	ssize_t ret;

	if (io->head == io->tail) {
		ret = iov_iter_get_pages2(io->iter, io->pages, LONG_MAX, 64, &from);
		if (ret < 0)
			return ERR_PTR(ret);
		io->head = 0;
		io->tail = io_slots(ret, from);
	}
	return io->pages[io->head];
}
int io_run(struct io *io)
{
	while (io_left(io)) {
		struct page *page = next_page(io);

		if (IS_ERR(page))
			return PTR_ERR(page);
		io_take(io, page);
		io->head++;
	}
	return 0;
}`,
      { only: 'leaked-pin' },
    ));
});

describe('what a lost loop leaves behind', () => {
  it('a number of a page that is declared for nothing', () =>
    check(
      `
int range_map(struct range *r, unsigned long addr)
{
	long got = pin_user_pages_fast(addr, r->n, FOLL_LONGTERM, r->list);
	int ret = range_add(r, page_to_pfn(r->list[0]), got);

	if (ret) {
		unsigned long pfn; //~ leaked-pin

		WARN_ON(!got);
	}
	return ret;
}
void range_unmap(struct range *r)
{
	unsigned long pfn;

	for (pfn = r->first; pfn < r->last; pfn++)
		unpin_user_page(pfn_to_page(pfn));
}`,
      { only: 'leaked-pin' },
    ));
});

describe('two pages by their numbers in one teardown', () => {
  const teardown = (second: string): string => `
struct fwd { unsigned long vec, sum; struct gate *gate; };
int fwd_enable(struct fwd *f, unsigned long addr)
{
	struct page *pages[1];

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, pages) < 1)
		return -EIO;
	f->vec = page_to_phys(pages[0]);
	return 0;
}
void fwd_disable(struct fwd *f)
{
	struct page *vpage = NULL, *spage = NULL;

	vpage = phys_to_page(f->vec);
	if (f->gate->sum != 0)
		spage = phys_to_page(f->gate->sum);
	if (vpage)
		unpin_user_page(vpage);
	if (spage)
		${second}
}
void fwd_choose(struct fwd *f, unsigned long pfn)
{
	if (f->pinned)
		unpin_user_page(pfn_to_page(pfn));
	else
		put_page(pfn_to_page(pfn));
}
`;

  it('one is put', () => check(teardown('put_page(spage); //~ mismatched-release'), { only: 'mismatched-release' }));

  it('both are unpinned', () => check(teardown('unpin_user_page(spage);'), { only: 'mismatched-release' }));
});

describe('a short count', () => {
  it('whose pages are only marked', () =>
    check(
      `
struct bufmap { struct page **page_array; int page_count; };
int bufmap_map(struct bufmap *b, unsigned long addr)
{
	int i, ret = pin_user_pages_fast(addr, b->page_count, FOLL_WRITE, b->page_array);

	if (ret < 0)
		return ret;
	if (ret != b->page_count) {
		for (i = 0; i < ret; i++)
			SetPageError(b->page_array[i]);
		kfree(b->page_array); //~ leaked-pin
		return -ENOMEM;
	}
	return 0;
}
void bufmap_unmap(struct bufmap *b)
{
	unpin_user_pages(b->page_array, b->page_count);
}`,
      { only: 'leaked-pin' },
    ));
});

describe('FOLL_FORCE without FOLL_WRITE', () => {
  it('does not make pages writable that the device writes', () =>
    check(
      `
int demo_read(struct device *dev, struct demo *d, unsigned long addr)
{
	int ret = pin_user_pages_fast(addr, d->n, FOLL_FORCE | FOLL_LONGTERM, d->pages); //~ write-direction-mismatch

	if (ret != d->n)
		return -EFAULT;
	d->dma = dma_map_page(dev, d->pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	return 0;
}
void demo_done(struct device *dev, struct demo *d)
{
	dma_unmap_page(dev, d->dma, PAGE_SIZE, DMA_FROM_DEVICE);
	unpin_user_pages_dirty_lock(d->pages, d->n, true);
}`,
      { only: 'write-direction-mismatch' },
    ));
});

describe('the address of a page in an object on the stack', () => {
  it('is given to code that is not seen, which does not keep the page for it', () =>
    check(
      `
struct info { u64 addr; u64 contents; };
int add_page(struct enclave *e, unsigned long src)
{
	struct info info;
	struct page *page;
	int ret;

	if (get_user_pages_fast(src, 1, 0, &page) < 1)
		return -EFAULT;
	info.addr = e->addr;
	info.contents = (unsigned long)kmap_local_page(page);
	ret = eadd(&info, e->slot);
	kunmap_local((void *)info.contents);
	return ret ? -EIO : 0; //~ leaked-pin
}`,
      { only: 'leaked-pin' },
    ));
});
