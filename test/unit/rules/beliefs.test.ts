/** What names, leftovers and the rest of the file say where no path leads from an acquire to its release. */
import { describe, test } from 'vitest';
import { check } from './check.ts';

const PIN = `int dev_pin(struct dev *d, unsigned long addr, u64 *hpa)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	*hpa = page_to_pfn(page) << PAGE_SHIFT;
	return 0;
}

`;

describe('leaked-pin: releases that release nothing', () => {
  const leaks = async (text: string): Promise<void> => void (await check(text, { only: 'leaked-pin' }));

  test('a page is looked up for nothing', () =>
    leaks(`${PIN}void dev_unuse(u64 hpa)
{
	struct page *page;

	page = pfn_to_page(hpa >> PAGE_SHIFT); //~ leaked-pin
}
`));

  test('a page is dirtied and then kept', () =>
    leaks(`${PIN}void dev_release(struct scatterlist *sg, int dirty)
{
	struct page *page = sg_page(sg); //~ leaked-pin

	if (dirty)
		set_page_dirty_lock(page);
}
`));

  test('pages are given for nothing', () =>
    leaks(`${PIN}void dev_release_user_pages(struct page **p, size_t n, struct mm_struct *mm) //~ leaked-pin
{
	if (mm)
		atomic64_sub(n, &mm->pinned_vm);
}
`));

  test('nothing in it releases', () =>
    leaks(`${PIN}struct item { struct list_head list; struct page *page; };

static void unpin_all(struct list_head *all) //~ leaked-pin
{
	struct item *i, *tmp;

	list_for_each_entry_safe(i, tmp, all, list) {
		list_del(&i->list);
		kfree(i);
	}
}

void dev_exit(struct list_head *all)
{
	unpin_all(all);
}
`));

  test.each([
    ['it counts', 'void dev_unpin(struct dev *d)\n{\n\t--d->pin_count;\n}\n'],
    ['code that is not seen does it', 'void dev_unpin(struct dev *d)\n{\n\tcore_unpin(d->core);\n}\n'],
    ['the stub of a configuration', '#ifndef CONFIG_DEV\nvoid dev_unpin_pages(struct page **p)\n{\n}\n#endif\n'],
    [
      'another verb',
      'void add_to_unpin_list(struct dev *d, struct item *i)\n{\n\tlist_add_tail(&i->list, &d->list);\n}\n',
    ],
    [
      'the page is asked for',
      'bool dev_has(u64 n)\n{\n\tstruct page *page = pfn_to_online_page(n);\n\n\treturn page != NULL;\n}\n',
    ],
    [
      'it is read in another configuration',
      'void f(u64 n)\n{\n\tstruct page *page = pfn_to_page(n);\n#ifdef DEV_DEBUG\n\tdump(page);\n#endif\n}\n',
    ],
  ])('right: %s', (_, text) => leaks(PIN + text));
});

describe('mismatched-release by what else the file does', () => {
  const mixed = async (text: string): Promise<void> => void (await check(text, { only: 'mismatched-release' }));

  test('by its number, shifted, through an out-parameter', () =>
    mixed(`${PIN}static void dev_unuse(u64 hpa)
{
	struct page *page = pfn_to_page(hpa >> PAGE_SHIFT);

	put_page(page); //~ mismatched-release
}

int dev_use(struct dev *d, unsigned long addr)
{
	u64 hpa;

	if (dev_pin(d, addr, &hpa))
		return -EFAULT;
	dev_unuse(hpa);
	return 0;
}
`));

  test('found in a list of another file, where the file only pins', () =>
    mixed(`${PIN}void dev_unmap(struct map *map)
{
	u64 pfn;

	for (pfn = map->start; pfn <= map->last; pfn++)
		put_page(pfn_to_page(pfn)); //~ mismatched-release
}
`));

  test('right where the file comes to other pages as well', () =>
    mixed(`${PIN}void dev_share(struct dev *d, u64 pfn)
{
	get_page(pfn_to_page(pfn));
}

void dev_unmap(struct map *map)
{
	put_page(pfn_to_page(map->start));
}
`));

  test('a pair of wrappers by name', () =>
    mixed(`int dev_acquire_user_pages(unsigned long addr, int n, struct page **pages)
{
	return pin_user_pages_fast(addr, n, FOLL_LONGTERM, pages);
}

void dev_release_user_pages(struct page **p, size_t n)
{
	release_pages(p, n); //~ mismatched-release
}
`));
});

describe('missing-longterm by accounting', () => {
  test('pinned_vm counts them', () =>
    check(
      `int dev_acquire(struct mm_struct *mm, unsigned long addr, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(addr, n, FOLL_WRITE, pages); //~ missing-longterm

	if (ret < 0)
		return ret;
	atomic64_add(ret, &mm->pinned_vm);
	return ret;
}
`,
      { only: 'missing-longterm' },
    ));
});

describe('double-release through helpers', () => {
  const HELPER = `static void drop(struct page **pages, int n)
{
	unpin_user_pages(pages, n);
}

`;
  const twice = async (text: string): Promise<void> => void (await check(text, { only: 'double-release' }));

  test('before the goto and behind the label', () =>
    twice(`${HELPER}int use(struct obj *o, int n)
{
	int err = start(o);

	if (err) {
		drop(o->pages, n);
		goto out;
	}
	return 0;
out:
	drop(o->pages, n); //~ double-release
	return err;
}
`));

  test('right: other pages, a helper that notes it, one way or the other', () =>
    twice(`${HELPER}static void clear(struct obj *o)
{
	unpin_user_pages(o->pages, o->n);
	o->n = 0;
}

void all(struct obj *o, int n, int err)
{
	if (err)
		drop(o->a, n);
	else
		drop(o->a, n);
	drop(o->b, n);
	clear(o);
	clear(o);
}
`));
});

describe('write-direction-mismatch and missing-dirty by what nobody reads', () => {
  test('the acquire is told, and does not ask for writing', () =>
    check(
      `int dev_acquire(unsigned long addr, int n, bool writable, struct page **pages)
{
	unsigned int flags = FOLL_LONGTERM;

	return pin_user_pages_fast(addr, n, flags, pages); //~ write-direction-mismatch
}
`,
      { only: 'write-direction-mismatch' },
    ));

  test('the release is told, and does not dirty', () =>
    check(
      `int dev_acquire(unsigned long addr, int n, bool w, struct page **pages)
{
	return pin_user_pages_fast(addr, n, w ? FOLL_WRITE : 0, pages);
}

void dev_release(struct page **p, int n, bool dirty)
{
	unpin_user_pages(p, n); //~ missing-dirty
}
`,
      { only: 'missing-dirty' },
    ));

  test('the error path dirties, the end of the use does not', () =>
    check(
      `struct buf { struct page **pages; int n; dma_addr_t dma; };

int buf_map(struct device *dev, struct buf *b, unsigned long addr)
{
	int ret = pin_user_pages_fast(addr, b->n, FOLL_WRITE | FOLL_LONGTERM, b->pages);

	if (ret != b->n) {
		if (ret > 0)
			unpin_user_pages_dirty_lock(b->pages, ret, true);
		return -EFAULT;
	}
	b->dma = dma_map_page(dev, b->pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	return 0;
}

void buf_unmap(struct device *dev, struct buf *b)
{
	dma_unmap_page(dev, b->dma, PAGE_SIZE, DMA_FROM_DEVICE);
	unpin_user_pages(b->pages, b->n); //~ missing-dirty
}
`,
      { only: 'missing-dirty' },
    ));
});

describe('use-after-release further off', () => {
  const late = async (text: string): Promise<void> => void (await check(text, { only: 'use-after-release' }));

  test('a helper gets at the data', () =>
    late(`static void copy(struct page *page, void *to)
{
	memcpy(to, page_address(page), 8);
}

int peek(unsigned long addr, void *to)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page); //~ use-after-release
	copy(page, to);
	return 0;
}
`));

  test('vunmap() comes behind it', () =>
    late(`struct map { struct page **pages; void *va; int n; };

int map_all(struct map *m, unsigned long addr)
{
	int ret = pin_user_pages_fast(addr, m->n, FOLL_WRITE | FOLL_LONGTERM, m->pages);

	if (ret != m->n)
		return -EFAULT;
	m->va = vmap(m->pages, m->n, VM_MAP, PAGE_KERNEL);
	return 0;
}

void unmap_all(struct map *m)
{
	int i;

	for (i = 0; i < m->n; i++)
		unpin_user_page(m->pages[i]); //~ use-after-release
	vunmap(m->va);
}
`));
});

test('of definitions in undecided branches the real one counts, not the stub', () =>
  check(
    `#ifdef CONFIG_DEV_DMA
static int grab(unsigned long addr, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(addr, nr, 0, pages);

	if (ret == nr && start(nr))
		return -EIO; //~ leaked-pin
	unpin_user_pages(pages, ret);
	return 0;
}
#else
static int grab(unsigned long addr, int nr, struct page **pages)
{
	return -ENODEV;
}
#endif

int dev_ioctl(struct dev *d, unsigned long addr)
{
	return grab(addr, 4, d->pages);
}
`,
    { only: 'leaked-pin' },
  ));

describe('leaked-pin: earlier rounds of a loop', () => {
  const loop = (told: string, failed: string): string => `struct buf { int got; };

int grab(struct buf *b, unsigned long addr, int n, struct page **p)
{
	int got, ret;

	for (got = 0; got < n; got += ret) {
		ret = pin_user_pages_fast(addr + got * PAGE_SIZE, n - got, FOLL_LONGTERM, p + got);
		if (ret < 0)
			goto failed;
		${told}
	}
	return 0;
failed:
	${failed}
	return ret;
}
`;

  test('nobody is told how many there were', async () =>
    void (await check(loop('', 'stop(b);').replace('return ret;', 'return ret; //~ leaked-pin'), {
      only: 'leaked-pin',
    })));

  test.each([
    ['given back', '', 'unpin_user_pages(p, got);'],
    ['counted for the caller', 'b->got += ret;', 'stop(b);'],
  ])('right: %s', async (_, told, failed) => void (await check(loop(told, failed), { only: 'leaked-pin' })));
});

test('an error code is added to a counter', async () =>
  void (await check(
    `int grab(struct mm_struct *mm, unsigned long addr, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(addr, n, FOLL_LONGTERM, pages); //~ unchecked-pin-count

	atomic64_add(ret, &mm->pinned_vm);
	return ret;
}
`,
    { only: 'unchecked-pin-count' },
  )));

describe('mismatched-release: a function says by its name that it unpins', () => {
  const map = (name: string, release: string, marker: string): string => `
static void ${name}(struct bio_vec *bv, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		${release}(bv[i].bv_page);${marker}
}

int map_user(struct target *t, struct iov_iter *iter, size_t bytes, struct page **pages, struct bio_vec *bv)
{
	size_t offset;
	ssize_t ret = iov_iter_extract_pages(iter, &pages, bytes, 16, 0, &offset);
	int i;

	if (ret < 0)
		return ret;
	if (ret != bytes) {
		for (i = 0; i < DIV_ROUND_UP(offset + ret, PAGE_SIZE); i++)
			unpin_user_page(pages[i]);
		return -EFAULT;
	}
	for (i = 0; i < 16; i++)
		bvec_set_page(&bv[i], pages[i], PAGE_SIZE, 0);
	if (target_submit(t, bv, 16)) {
		${name}(bv, 16);
		return -EIO;
	}
	return 0;
}
`;
  test('and others unpin such pages', async () => {
    const only = 'mismatched-release';
    await check(map('unpin_bvec', 'put_page', ' //~ mismatched-release'), { only });
    await check(map('unpin_bvec', 'unpin_user_page', ''), { only });
    await check(map('end_bvec', 'put_page', ''), { only });
  });
});
