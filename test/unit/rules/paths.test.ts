/** Paths: what the walk must see through, and where it must stay silent. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

describe('leaked-pin', () => {
  it('a short count treated as failure still holds pages', () =>
    check(`
int f(unsigned long start, int nr)
{
	struct page *pages[16];
	int ret;

	ret = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (ret != nr)
		return -EFAULT; //~ leaked-pin
	unpin_user_pages(pages, nr);
	return 0;
}`));

  it('one page is taken or not: no short count', () =>
    check(`
int f(unsigned long start)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE, &page);

	if (ret != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}`));

  it('an array that is freed on the way out is one leak, with a table over the pages or without', () =>
    check(
      `
static void g(struct mem *m)
{
	if (m->pages) {
		release_pages(m->pages, m->size >> PAGE_SHIFT);
		vfree(m->pages);
	}
}
static int f(struct drm_device *dev, struct mem *mems, u32 idx, u64 start, u64 size)
{
	u64 want = 0, nr = 0;
	int ret = 0;
	struct mem *m = &mems[idx];
	struct sg_table *sgt = NULL;

	want = size >> PAGE_SHIFT;
	m->pages = vzalloc(want * sizeof(struct page *));
	if (!m->pages) {
		ret = -ENOMEM;
		goto done;
	}
	nr = get_user_pages_fast(start, want, 1, m->pages);
	if (nr != want) {
		ret = -EINVAL;
		goto done;
	}
	sgt = vzalloc(sizeof(struct sg_table));
	if (!sgt) {
		ret = -ENOMEM;
		goto done;
	}
	ret = sg_alloc_table_from_pages(sgt, m->pages, want, 0, size, GFP_KERNEL);
	if (ret) {
		ret = -ENOMEM;
		goto done;
	}
	if (sgt->orig_nents != 1) {
		ret = -EINVAL;
		goto done;
	}
	m->size = size;
	m->sgt = sgt;
done:
	if (ret) {
		vfree(m->pages); //~ leaked-pin
		m->pages = NULL;
		if (sgt) {
			sg_free_table(sgt);
			vfree(sgt);
		}
	}
	return ret;
}`,
      { only: 'leaked-pin' },
    ));

  it('a choice between two calls is two paths', () =>
    check(`
static int one(unsigned long a, struct page **p)
{
	return pin_user_pages_fast(a, 1, FOLL_WRITE, p) == 1 ? 0 : -EFAULT;
}
static int two(unsigned long a, struct page **p)
{
	return pin_user_pages_fast(a, 1, 0, p) == 1 ? 0 : -EFAULT;
}
int f(unsigned long a, int write)
{
	struct page *p[1];
	int ret = write ? one(a, p) : two(a, p);

	if (ret)
		return ret;
	if (start(write))
		return -EIO; //~ leaked-pin
	unpin_user_page(p[0]);
	return 0;
}
int g(struct job *job, unsigned long a, int write)
{
	struct page *p[1];

	job->ret = write ? pin_user_pages_fast(a, 1, FOLL_WRITE, p) : pin_user_pages_fast(a, 1, 0, p);
	if (job->ret != 1)
		return -EFAULT;
	if (start(write))
		return -EIO; //~ leaked-pin
	unpin_user_page(p[0]);
	return 0;
}`));

  it('unwinding by goto, exactly what is held', () =>
    check(`
int f(struct device *dev, unsigned long start, int nr)
{
	struct page **pages;
	int ret, pinned;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	pinned = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (pinned < 0) {
		ret = pinned;
		goto free;
	}
	if (pinned != nr) {
		ret = -EFAULT;
		goto unpin;
	}
	ret = run(dev, nr);
unpin:
	unpin_user_pages(pages, pinned);
free:
	kfree(pages);
	return ret;
}`));

  it('the wrong label', () =>
    check(`
int f(struct device *dev, unsigned long start, int nr)
{
	struct page **pages;
	int ret, pinned;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	pinned = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (pinned < 0) {
		ret = pinned;
		goto free;
	}
	ret = run(dev, pinned);
	if (ret)
		goto free;
	unpin_user_pages(pages, pinned);
free:
	kfree(pages); //~ leaked-pin
	return ret;
}`));

  it('copy_to_user fails after the pin', () =>
    check(`
long f(unsigned long start, struct req __user *arg)
{
	struct page *page;
	struct req r;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (copy_to_user(arg, &r, sizeof(r)))
		return -EFAULT; //~ leaked-pin
	unpin_user_page(page);
	return 0;
}`));

  it('kept in an object: handed on', () =>
    check(`
struct obj { struct page **pages; int nr; };
int f(struct obj *o, unsigned long start, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (ret < 0) {
		kvfree(pages);
		return ret;
	}
	o->pages = pages;
	o->nr = ret;
	return 0;
}
void g(struct obj *o)
{
	unpin_user_pages(o->pages, o->nr);
	kvfree(o->pages);
}`));

  it('an error path that forgets what another one remembers', () =>
    check(`
struct obj { struct page **pages; int nr; };
int f(struct obj *o, unsigned long start, int nr)
{
	int ret = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, o->pages);

	if (ret < 0)
		return ret;
	if (first(nr)) {
		unpin_user_pages(o->pages, ret);
		return -EIO;
	}
	if (second(nr))
		return -EBUSY; //~ leaked-pin
	o->nr = ret;
	return 0;
}
void g(struct obj *o)
{
	unpin_user_pages(o->pages, o->nr);
}`));

  it('released in a loop', () =>
    check(`
int f(unsigned long start, int nr, struct page **pages)
{
	int i, ret;

	ret = get_user_pages_fast(start, nr, 0, pages);
	if (ret < 0)
		return ret;
	for (i = 0; i < ret; i++)
		put_page(pages[i]);
	return ret < nr ? -EFAULT : 0;
}`));

  it('released by counting down', () =>
    check(`
int f(unsigned long start, int nr, struct page **pages)
{
	int ret = get_user_pages_fast(start, nr, 0, pages);

	while (ret > 0)
		put_page(pages[--ret]);
	return 0;
}`));

  it('a helper of the same file releases', () =>
    check(`
static void drop(struct page **p, long n)
{
	long i;

	for (i = 0; i < n; i++)
		unpin_user_page(p[i]);
}
int f(unsigned long start, int nr)
{
	struct page *pages[16];
	long ret = pin_user_pages_fast(start, nr, 0, pages);

	if (ret <= 0)
		return -EFAULT;
	drop(pages, ret);
	return 0;
}`));

  it('a wrapper of the same file acquires', () =>
    check(`
static int take(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);

	if (ret < 0)
		return ret;
	if (ret != nr) {
		unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	return 0;
}
int f(unsigned long start, int nr)
{
	struct page *pages[16];
	int ret = take(start, nr, pages);

	if (ret)
		return ret;
	if (start_io(nr))
		return -EIO; //~ leaked-pin
	unpin_user_pages(pages, nr);
	return 0;
}`));

  it('chunked pinning with the rest thrown away', () =>
    check(`
int f(unsigned long start, int nr, struct page **pages)
{
	int pinned = 0, ret;

	while (pinned < nr) {
		ret = pin_user_pages_fast(start + pinned * PAGE_SIZE, nr - pinned, FOLL_WRITE, pages + pinned);
		if (ret <= 0)
			goto err;
		pinned += ret;
	}
	unpin_user_pages(pages, nr);
	return 0;
err:
	if (pinned)
		unpin_user_pages(pages, pinned);
	return -EFAULT;
}`));

  it('a NULL array takes nothing', () =>
    check(`
int f(unsigned long start, int nr)
{
	return get_user_pages_unlocked(start, nr, NULL, FOLL_WRITE) > 0 ? 0 : -EFAULT;
}`));

  it('a flag tested twice', () =>
    check(`
int f(unsigned long start, int nr, bool user, struct page **pages)
{
	int ret = 0;

	if (user) {
		ret = pin_user_pages_fast(start, nr, 0, pages);
		if (ret <= 0)
			return -EFAULT;
	}
	run(nr);
	if (user)
		unpin_user_pages(pages, ret);
	return 0;
}`));

  it('seen through a macro', () =>
    check(`
#define PIN(a, n, p) pin_user_pages_fast(a, n, FOLL_WRITE, p)
int f(unsigned long start, int nr)
{
	struct page *pages[16];
	int ret = PIN(start, nr, pages); //~ unchecked-pin-count

	if (ret <= 0)
		return ret;
	return 0; //~ leaked-pin
}`));
});

describe('double-release', () => {
  it('twice in a row', () =>
    check(`
struct obj { struct page **pages; int nr; };
void g(struct obj *o)
{
	unpin_user_pages(o->pages, o->nr);
	unpin_user_pages(o->pages, o->nr); //~ double-release
}`));

  it('more than was filled', () =>
    check(`
int f(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, 0, pages);

	if (ret < 0)
		return ret;
	if (ret < nr) {
		unpin_user_pages(pages, nr); //~ double-release
		return -EFAULT;
	}
	unpin_user_pages(pages, ret);
	return 0;
}`));

  it('one per round of a loop', () =>
    check(`
void g(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++)
		unpin_user_page(pages[i]);
}`));
});

describe('mismatched-release', () => {
  it('across functions, through a field', () =>
    check(`
struct obj { struct page **pages; int nr; };
int f(struct obj *o, unsigned long start)
{
	o->nr = pin_user_pages_fast(start, 4, FOLL_WRITE | FOLL_LONGTERM, o->pages);
	return o->nr < 0 ? o->nr : 0;
}
void g(struct obj *o)
{
	int i;

	for (i = 0; i < o->nr; i++)
		put_page(o->pages[i]); //~ mismatched-release
}`));

  it('pages of both kinds in one object: silence', () =>
    check(`
struct obj { struct page **pages; int nr; bool user; };
int f(struct obj *o, unsigned long start)
{
	int i;

	if (o->user) {
		o->nr = pin_user_pages_fast(start, 4, FOLL_WRITE | FOLL_LONGTERM, o->pages);
		return o->nr < 0 ? o->nr : 0;
	}
	for (i = 0; i < 4; i++)
		o->pages[i] = alloc_page(GFP_KERNEL);
	o->nr = 4;
	return 0;
}
void g(struct obj *o)
{
	int i;

	for (i = 0; i < o->nr; i++) {
		if (o->user)
			unpin_user_page(o->pages[i]);
		else
			__free_page(o->pages[i]);
	}
}`));
});

describe('names of the family', () => {
  it('a function of the file by such a name is that function', () =>
    check(`
static int pin_user_pages_fast(unsigned long start, int nr, unsigned int flags, struct page **pages)
{
	return my_lookup(start, nr, pages);
}
int f(unsigned long start, int nr)
{
	struct page *pages[16];

	return pin_user_pages_fast(start, nr, 0, pages);
}`));
});
