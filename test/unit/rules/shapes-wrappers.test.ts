/** Wrapper shapes of real drivers: macros and functions that stand before, or in place of, the kernel's. */
import { describe, it } from 'vitest';
import { shape } from './shapes.ts';

describe('macros that shadow names of the kernel', () => {
  it('put_page that unpins, unpin_user_page that puts', () =>
    shape(`
#define put_page(p) drv_trace_put(p, unpin_user_page(p))
#define drv_trace_put(p, what) do { pr_debug("%p", p); what; } while (0)
int f(unsigned long a, struct page *page)
{
	if (pin_user_pages_fast(a, 1, 0, &page) != 1)
		return -EFAULT;
	start(page);
	put_page(page);
	return 0;
}
#undef put_page
#define unpin_user_page(p) put_page(p)
int g(unsigned long a, struct page *page)
{
	if (get_user_pages_fast(a, 1, 0, &page) != 1)
		return -EFAULT;
	look(page_to_nid(page));
	unpin_user_page(page);
	return 0;
}
int h(unsigned long a, struct page *page)
{
	if (pin_user_pages_fast(a, 1, 0, &page) != 1)
		return -EFAULT;
	start(page);
	unpin_user_page(page); //~ mismatched-release
	return 0;
}`));

  it('pin_user_pages_fast that gets, by an object-like macro', () =>
    shape(`
#define pin_user_pages_fast get_user_pages_fast
#define unpin_user_pages(pages, n) release_pages(pages, n)
int f(unsigned long a, struct page **pages, int nr)
{
	int ret = pin_user_pages_fast(a, nr, 0, pages);

	if (ret <= 0)
		return ret;
	look(page_to_nid(pages[0]));
	unpin_user_pages(pages, ret);
	return 0;
}`));

  it('the kernel macro with other arguments', () =>
    shape(`
#define get_user_pages_remote(t, m, s, n, w, f, p, v) \\
	get_user_pages_remote(m, s, n, ((w) ? FOLL_WRITE : 0), p, NULL)
int f(struct task_struct *t, struct mm_struct *mm, unsigned long a, struct page **pages)
{
	long ret;

	mmap_read_lock(mm);
	ret = get_user_pages_remote(t, mm, a, 1, 1, 0, pages, NULL); //~ get-for-dma
	mmap_read_unlock(mm);
	if (ret != 1)
		return -EFAULT;
	if (look(pages[0]))
		return -EIO; //~ leaked-pin
	set_page_dirty_lock(pages[0]);
	put_page(pages[0]);
	return 0;
}`));
});

describe('functions in place of the kernel’s', () => {
  const header = {
    'compat.h': `static inline void unpin_user_page(struct page *page)
{
	put_page(page);
}
static inline void unpin_user_pages(struct page **pages, unsigned long n)
{
	unsigned long i;

	for (i = 0; i < n; i++)
		unpin_user_page(pages[i]);
}
static inline int pin_user_pages_fast(unsigned long start, int nr, unsigned int flags, struct page **pages)
{
	return get_user_pages_fast(start, nr, flags, pages);
}
`,
  };
  it('redefinitions in a compat header', () =>
    shape(
      `#include "compat.h"
int f(unsigned long a, struct page **pages, int nr)
{
	int ret = pin_user_pages_fast(a, nr, 0, pages);

	if (ret <= 0)
		return ret;
	look(page_to_nid(pages[0]));
	unpin_user_pages(pages, ret);
	return 0;
}
int g(unsigned long a, struct page *page)
{
	if (get_user_pages_fast(a, 1, 0, &page) != 1)
		return -EFAULT;
	look(page_to_nid(page));
	unpin_user_page(page);
	return 0;
}
int h(unsigned long a, struct page **pages, int nr)
{
	int ret = pin_user_pages_fast(a, nr, 0, pages);

	if (ret <= 0)
		return ret;
	if (look(page_to_nid(pages[0])))
		return -EIO; //~ leaked-pin
	unpin_user_pages(pages, ret);
	return 0;
}`,
      { headers: header },
    ));

  it('a local function that is called pin_user_pages, and does something else', () =>
    shape(`
struct buf { struct page **pages; int nr; };
static int pin_user_pages(struct buf *b, unsigned long a)
{
	int ret = pin_user_pages_fast(a, b->nr, 0, b->pages);

	if (ret == b->nr)
		return 0;
	if (ret > 0)
		unpin_user_pages(b->pages, ret);
	return ret < 0 ? ret : -EFAULT;
}
int f(struct buf *b, unsigned long a)
{
	int err = pin_user_pages(b, a);

	if (err)
		return err;
	err = start(b->pages);
	unpin_user_pages(b->pages, b->nr);
	return err;
}
int g(struct buf *b, unsigned long a)
{
	int err = pin_user_pages(b, a);

	if (err)
		return err;
	err = start(b->pages);
	if (err)
		return err; //~ leaked-pin
	unpin_user_pages(b->pages, b->nr);
	return 0;
}`));

  it('wrappers of any depth', () =>
    shape(`
static int one(unsigned long a, struct page **p)
{
	return pin_user_pages_fast(a, 1, 0, p);
}
static int two(unsigned long a, struct page **p)
{
	int ret = one(a, p);

	return ret == 1 ? 0 : ret < 0 ? ret : -EFAULT;
}
static void undo(struct page *p)
{
	unpin_user_page(p);
}
int f(unsigned long a)
{
	struct page *page;
	int err = two(a, &page);

	if (err)
		return err;
	err = start(page);
	undo(page);
	return err;
}
int g(unsigned long a)
{
	struct page *page;
	int err = two(a, &page);

	if (err)
		return err;
	err = start(page);
	put_page(page); //~ mismatched-release
	return err;
}
int h(unsigned long a)
{
	struct page *page;
	int err = two(a, &page);

	if (err)
		return err;
	if (start(page))
		return -EIO; //~ leaked-pin
	undo(page);
	return 0;
}`));
});

describe('macros with return or goto inside', () => {
  it('checks that leave the function', () =>
    shape(`
#define CHECK(x) do { int __e = (x); if (__e) return __e; } while (0)
#define CHECK_GOTO(x, label) do { err = (x); if (err) goto label; } while (0)
#define BAIL(e) do { err = (e); goto out; } while (0)
#define FAIL_IF(c, e) if (c) return (e)
int f(unsigned long a, struct page **pages, int nr)
{
	int ret = pin_user_pages_fast(a, nr, 0, pages);

	FAIL_IF(ret < 0, ret);
	if (ret != nr) {
		unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	CHECK(start(pages)); //~ leaked-pin
	unpin_user_pages(pages, nr);
	return 0;
}
int g(unsigned long a, struct page **pages, int nr)
{
	int err, ret = pin_user_pages_fast(a, nr, 0, pages);

	if (ret < 0)
		return ret;
	if (ret != nr)
		BAIL(-EFAULT);
	CHECK_GOTO(start(pages), out);
	CHECK_GOTO(submit(pages), out);
	err = 0;
out:
	unpin_user_pages(pages, ret);
	return err;
}
int h(unsigned long a, struct page **pages, int nr)
{
	int err, ret = pin_user_pages_fast(a, nr, 0, pages);

	if (ret != nr)
		BAIL(ret < 0 ? ret : -EFAULT);
	CHECK_GOTO(start(pages), free);
	unpin_user_pages(pages, ret);
	return 0;
out:
	if (ret > 0)
		unpin_user_pages(pages, ret);
free:
	kfree(pages); //~ leaked-pin
	return err;
}`));

  it('a macro that acquires, one that releases, one that declares', () =>
    shape(`
#define GRAB(ret, a, n, p) ((ret) = pin_user_pages_fast((a), (n), FOLL_WRITE, (p)))
#define DROP(p, n) do { int __i; for (__i = 0; __i < (n); __i++) unpin_user_page((p)[__i]); } while (0)
#define DROP_WRONG(p, n) do { int __i; for (__i = 0; __i < (n); __i++) put_page((p)[__i]); } while (0)
int f(unsigned long a, struct page **pages, int nr)
{
	int ret;

	if (GRAB(ret, a, nr, pages) <= 0)
		return ret;
	start(pages);
	DROP(pages, ret);
	return 0;
}
int g(unsigned long a, struct page **pages, int nr)
{
	int ret;

	if (GRAB(ret, a, nr, pages) <= 0)
		return ret;
	start(pages);
	DROP_WRONG(pages, ret); //~ mismatched-release
	return 0;
}
int h(unsigned long a, struct page **pages, int nr)
{
	int ret;

	if (GRAB(ret, a, nr, pages) <= 0)
		return ret;
	if (start(pages))
		return -EIO; //~ leaked-pin
	DROP(pages, ret);
	return 0;
}`));
});

describe('function pointers', () => {
  it('in a variable, in a table', () =>
    shape(`
struct pin_ops {
	int (*pin)(unsigned long a, int nr, unsigned int flags, struct page **pages);
	void (*unpin)(struct page **pages, unsigned long nr);
};
static const struct pin_ops ops = { .pin = pin_user_pages_fast, .unpin = unpin_user_pages };
int f(unsigned long a, struct page **pages, int nr)
{
	int ret = ops.pin(a, nr, 0, pages);

	if (ret <= 0)
		return ret;
	start(pages);
	ops.unpin(pages, ret);
	return 0;
}
int g(const struct pin_ops *o, unsigned long a, struct page **pages, int nr)
{
	int ret = pin_user_pages_fast(a, nr, 0, pages);

	if (ret <= 0)
		return ret;
	start(pages);
	o->unpin(pages, ret);
	return 0;
}
int h(unsigned long a, struct page **pages, int nr)
{
	int (*take)(unsigned long, int, unsigned int, struct page **) = pin_user_pages_fast;
	int ret = take(a, nr, 0, pages);

	if (ret <= 0)
		return ret;
	start(pages);
	unpin_user_pages(pages, ret);
	return 0;
}
struct obj { struct page **pages; int nr; void (*release)(struct obj *o); };
static void obj_release(struct obj *o)
{
	unpin_user_pages(o->pages, o->nr);
}
int i(struct obj *o, unsigned long a)
{
	int ret = pin_user_pages_fast(a, 16, 0, o->pages);

	if (ret <= 0)
		return ret;
	o->nr = ret;
	o->release = obj_release;
	start(o->pages);
	o->release(o);
	return 0;
}`));

  it('one function behind a pointer is that function; of several, nothing is said', () =>
    shape(`
struct pin_ops {
	int (*pin)(unsigned long a, int nr, unsigned int flags, struct page **pages);
	void (*unpin)(struct page *page);
};
static void drv_put(struct page *page)
{
	put_page(page); //~ mismatched-release
}
static const struct pin_ops ops = { .pin = pin_user_pages_fast, .unpin = drv_put };
int crossed(unsigned long a, struct page **pages)
{
	if (ops.pin(a, 1, 0, pages) != 1)
		return -EFAULT;
	start(pages);
	ops.unpin(pages[0]);
	return 0;
}
int leaks(unsigned long a, struct page **pages)
{
	int (*take)(unsigned long, int, unsigned int, struct page **) = pin_user_pages_fast;

	if ((*take)(a, 1, 0, pages) != 1)
		return -EFAULT;
	if (start(pages))
		return -EIO; //~ leaked-pin
	unpin_user_page(pages[0]);
	return 0;
}
int either(unsigned long a, struct page **pages, bool pin)
{
	int (*take)(unsigned long, int, unsigned int, struct page **) = pin_user_pages_fast;
	void (*give)(struct page *) = unpin_user_page;

	if (!pin) {
		take = get_user_pages_fast;
		give = put_page;
	}
	if (take(a, 1, 0, pages) != 1)
		return -EFAULT;
	look(pages);
	give(pages[0]);
	return 0;
}
int handed(int (*take)(unsigned long, int, unsigned int, struct page **), unsigned long a, struct page **pages)
{
	if (take(a, 1, 0, pages) != 1)
		return -EFAULT;
	look(pages);
	put_page(pages[0]);
	return 0;
}`));
});

describe('releases that the data chooses', () => {
  const DRIVER = (taking: string): string => `
struct io { struct page **pages; long n; boolean_t pinned; };
static int io_pin(struct io *io, unsigned long addr, long n)
{
	io->pinned = B_TRUE;
	io->n = pin_user_pages_unlocked(addr, n, io->pages, 0);
	return io->n == n ? 0 : -EFAULT;
}
static int io_get(struct io *io, unsigned long addr, long n)
{
	${taking}
	io->n = get_user_pages_unlocked(addr, n, io->pages, 0);
	return io->n == n ? 0 : -EFAULT;
}
int io_start(struct io *io, unsigned long addr, long n, int user)
{
	int error = user ? io_pin(io, addr, n) : io_get(io, addr, n);
	long i;
	if (error) {
		if (io->pinned)
			unpin_user_pages(io->pages, io->n); //~ RULE
		else
			for (i = 0; i < io->n; i++)
				put_page(io->pages[i]);
		return error;
	}
	io_submit(io);
	return 0;
}`;
  it('are the word of the caller where nobody on the path has set the flag', () =>
    shape(DRIVER('').replace('//~ RULE', '')));
  it('are wrong where the flag was set against the call', () =>
    shape(DRIVER('io->pinned = B_TRUE;').replace('RULE', 'mismatched-release')));
});
