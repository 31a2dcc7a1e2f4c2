/** Right code that was cried wolf at, in shapes of real drivers. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

describe('silence', () => {
  it('a write ends in a function that is not seen', () =>
    check(
      `
static int demo_write_end(struct file *file, struct address_space *mapping, loff_t pos, unsigned len, unsigned copied,
			  struct folio *folio, void *fsdata)
{
	int status = demo_update_folio(file, folio, pos, copied);

	folio_unlock(folio);
	folio_put(folio);
	return status < 0 ? status : copied;
}
static const struct address_space_operations demo_aops = { .write_end = demo_write_end };
int demo_take(struct page **pages, unsigned long addr, int nr)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
}`,
      { only: 'missing-dirty' },
    ));

  it('a page of the kernel own beside user pages', () =>
    check(
      `
int demo_issue(struct page *page, const void *from)
{
	memcpy(page_address(page), from, 16);
	return demo_command(page);
}
int demo_update(unsigned long addr, const void *from)
{
	struct page *user, *copy;
	int ret;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &user) != 1)
		return -EFAULT;
	ret = demo_issue(user, from);
	set_page_dirty_lock(user);
	unpin_user_page(user);
	copy = alloc_page(GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	memcpy(page_address(copy), from, 16);
	ret = demo_issue(copy, from);
	__free_page(copy);
	return ret;
}`,
      { only: 'missing-dirty' },
    ));

  it('a field of another object is cleared behind the acquire', () =>
    check(
      `
int demo_map(struct demo *d, struct core *core, unsigned long addr)
{
	int ret;

	core->runner = d;
	ret = pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, d->pages);
	if (ret != 1)
		return -EFAULT;
	core->runner = d->name;
	if (demo_wait(core)) {
		core->runner = NULL;
		return -EINTR;
	}
	core->runner = NULL;
	return 0;
}`,
      { only: 'leaked-pin' },
    ));

  it('a force argument that is always 0', () =>
    check(
      `
long demo_lock(unsigned long addr, unsigned long n, struct page **pages)
{
	const int write = 1, force = 0;
	long ret;

	down_read(&current->mm->mmap_sem);
	ret = get_user_pages(addr, n, write, force, pages, NULL);
	up_read(&current->mm->mmap_sem);
	return ret;
}
long demo_force(unsigned long addr, unsigned long n, struct page **pages, int force)
{
	long ret;

	down_read(&current->mm->mmap_sem);
	ret = get_user_pages(addr, n, 1, force, pages, NULL); //~ foll-force
	up_read(&current->mm->mmap_sem);
	return ret;
}`,
      { only: 'foll-force', kernel: { major: 4, minor: 8, patch: 0 } },
    ));

  it('an acquire that is only made where there is no array', () =>
    check(
      `
int demo_populate(struct mm_struct *mm, unsigned long start, unsigned long n, bool touch)
{
	struct page **pages = NULL;
	long i, ret;

	if (touch) {
		pages = kvmalloc_array(n, sizeof(*pages), GFP_KERNEL);
		if (!pages)
			return -ENOMEM;
	}
	mmap_read_lock(mm);
	if (touch)
		ret = pin_user_pages_remote(mm, start, n, 0, pages, NULL);
	else
		ret = get_user_pages_remote(mm, start, n, 0, pages, NULL);
	mmap_read_unlock(mm);
	if (touch && ret > 0) {
		for (i = 0; i < ret; i++)
			demo_read(kmap(pages[i]));
		unpin_user_pages(pages, ret);
	}
	kvfree(pages);
	return ret < 0 ? ret : 0;
}`,
      { only: 'get-for-dma' },
    ));

  it('pages that are chosen by how they were taken: what is said of the pins is not said of the others', () =>
    check(
      `
struct dio { struct page **pages; long npages; bool pinned; };
int dio_pin(struct dio *d, unsigned long addr, int rw)
{
	long res;

	d->pinned = true;
	res = pin_user_pages_unlocked(addr, d->npages, d->pages, rw == READ ? FOLL_WRITE : 0);
	return res == d->npages ? 0 : -EFAULT;
}
int dio_get(struct dio *d, struct iov_iter *iter)
{
	size_t start;

	return iov_iter_get_pages2(iter, d->pages, LONG_MAX, d->npages, &start) > 0 ? 0 : -EFAULT;
}
void dio_replace_zero(struct dio *d)
{
	long i;

	for (i = 0; i < d->npages; i++)
		if (d->pages[i] == ZERO_PAGE(0))
			put_page(d->pages[i]);
}`,
      { only: 'missing-dirty' },
    ));

  it('chunks of pages in a list are given back by a function that counts them', () =>
    check(
      `
struct chunk { struct page **plist; };
struct umem { struct chunk *chunks; int n; };
static void chunk_free(struct chunk *c, int n)
{
	unpin_user_pages_dirty_lock(c->plist, n, true);
}
void umem_release(struct umem *u)
{
	int i, n = u->n;

	for (i = 0; n; i++) {
		int some = min_t(int, CHUNK_PAGES, n);

		chunk_free(&u->chunks[i], some);
		kfree(u->chunks[i].plist);
		n -= some;
	}
	kfree(u->chunks);
	kfree(u);
}
struct umem *umem_get(unsigned long addr, int n)
{
	struct umem *u = kzalloc(sizeof(*u), GFP_KERNEL);
	int i, rv = -ENOMEM;

	if (!u)
		return ERR_PTR(-ENOMEM);
	u->chunks = kcalloc(n / CHUNK_PAGES + 1, sizeof(*u->chunks), GFP_KERNEL);
	if (!u->chunks)
		goto out;
	for (i = 0; n; i++) {
		int nents = min_t(int, n, CHUNK_PAGES);
		struct page **plist = kcalloc(nents, sizeof(struct page *), GFP_KERNEL);

		if (!plist) {
			rv = -ENOMEM;
			goto out;
		}
		u->chunks[i].plist = plist;
		while (nents) {
			rv = pin_user_pages_fast(addr, nents, FOLL_WRITE | FOLL_LONGTERM, plist);
			if (rv < 0)
				goto out;
			u->n += rv;
			addr += rv * PAGE_SIZE;
			plist += rv;
			nents -= rv;
			n -= rv;
		}
	}
out:
	if (rv > 0)
		return u;
	umem_release(u);
	return ERR_PTR(rv);
}`,
      { only: 'leaked-pin' },
    ));

  it('a helper gives a page back that is there twice, and the loop behind gives back the rest', () =>
    check(
      `
static int bio_take(struct bio *bio, struct page *page, unsigned len)
{
	bool same = false;

	if (!bio_merge(bio, page, len, &same)) {
		bio_add(bio, page, len);
		return 0;
	}
	if (same)
		put_page(page);
	return 0;
}
int bio_fill(struct bio *bio, struct iov_iter *iter, struct page **pages, int nr)
{
	size_t offset;
	ssize_t left, size = iov_iter_get_pages2(iter, pages, LONG_MAX, nr, &offset);
	int i = 0;

	if (size <= 0)
		return -EFAULT;
	for (left = size; left > 0; left -= PAGE_SIZE, i++)
		if (bio_take(bio, pages[i], PAGE_SIZE))
			break;
	while (i < nr)
		put_page(pages[i++]);
	return 0;
}`,
      { only: 'double-release' },
    ));

  it('one page, a check for an error, and an assertion that it is there', () =>
    check(
      `
#define DEMO_ASSERT(x) do { if (!(x)) demo_complain(#x); } while (0)
int demo_read(unsigned long addr, u64 *val)
{
	struct page *page;
	long ret = pin_user_pages_fast(addr, 1, 0, &page);

	if (ret < 0)
		return ret;
	DEMO_ASSERT(ret == 1);
	*val = *(u64 *)kmap(page);
	kunmap(page);
	unpin_user_page(page);
	return 0;
}`,
      { only: 'double-release' },
    ));
});
