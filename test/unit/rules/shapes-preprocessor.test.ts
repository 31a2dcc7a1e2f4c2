/** Preprocessor shapes of real drivers: each rule must see what the compiler of each kernel sees. */
import { describe, it } from 'vitest';
import { shape } from './shapes.ts';

const both = ['6.1', '6.12'];

/** A driver that is right before 6.5 in one branch and from 6.5 in the other; `test` is true from 6.5. */
const ladder = (test: string, more = ''): string => `${more}
int right(struct mm_struct *mm, unsigned long a, int nr, struct page **pages)
{
	int ret;

	mmap_read_lock(mm);
#if ${test}
	ret = pin_user_pages(a, nr, FOLL_WRITE, pages);
#else
	ret = pin_user_pages(a, nr, FOLL_WRITE, pages, NULL);
#endif
	mmap_read_unlock(mm);
	if (ret > 0)
		unpin_user_pages(pages, ret);
	return ret < 0 ? ret : 0;
}
int wrong(struct mm_struct *mm, unsigned long a, int nr, struct page **pages)
{
	int ret;

	mmap_read_lock(mm);
#if ${test}
	ret = pin_user_pages(a, nr, FOLL_WRITE, pages, NULL); //~ removed-api @6.12
#else
	ret = pin_user_pages(a, nr, FOLL_WRITE, pages); //~ removed-api @6.1
#endif
	mmap_read_unlock(mm);
	if (ret > 0)
		unpin_user_pages(pages, ret);
	return ret < 0 ? ret : 0;
}
int crossed(unsigned long a, struct page *page)
{
#if ${test}
	if (get_user_pages_fast(a, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page); //~ mismatched-release @6.12
#else
	if (pin_user_pages_fast(a, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page); //~ mismatched-release @6.1
#endif
	return 0;
}
int leaks(unsigned long a, struct page **pages)
{
	if (pin_user_pages_fast(a, 1, FOLL_WRITE, pages) != 1)
		return -EFAULT;
#if ${test}
	if (start(pages))
		return -EIO; //~ leaked-pin @6.12
#endif
	unpin_user_page(pages[0]);
	return 0;
}
`;

describe('versions, however they are written', () => {
  const tests: readonly (readonly [test: string, more?: string])[] = [
    ['LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)'],
    ['KERNEL_VERSION(6, 5, 0) <= LINUX_VERSION_CODE'],
    ['!(LINUX_VERSION_CODE < KERNEL_VERSION(6,5,0))'],
    ['!(KERNEL_VERSION(6,5,0) > LINUX_VERSION_CODE)'],
    ['LINUX_VERSION_CODE > KERNEL_VERSION(6, 4, 255)'],
    ['LINUX_VERSION_CODE >= 0x060500'],
    ['LINUX_VERSION_CODE >= 394496'],
    ['0x60500 <= LINUX_VERSION_CODE'],
    ['(LINUX_VERSION_CODE >> 8) >= 0x0605'],
    ['LINUX_VERSION_CODE >> 8 >= KERNEL_VERSION(6, 5, 0) >> 8'],
    ['(LINUX_VERSION_CODE >> 16) > 6 || ((LINUX_VERSION_CODE >> 16) == 6 && ((LINUX_VERSION_CODE >> 8) & 0xff) >= 5)'],
    ['(LINUX_VERSION_CODE & ~0xff) >= KERNEL_VERSION(6, 5, 0)'],
    ['LINUX_VERSION_CODE - KERNEL_VERSION(6, 4, 255) > 0'],
    ['LINUX_VERSION_MAJOR > 6 || (LINUX_VERSION_MAJOR == 6 && LINUX_VERSION_PATCHLEVEL >= 5)'],
    ['LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0) /* vmas is gone */ && 1'],
    ['LINUX_VERSION_CODE >= \\\n    KERNEL_VERSION(6, 5, 0)'],
    ['DRV_KVER(6, 5, 0)', '#define DRV_KVER(a, b, c) (LINUX_VERSION_CODE >= KERNEL_VERSION(a, b, c))'],
    ['DRV_AT_LEAST(6, 5)', '#define DRV_AT_LEAST(a, b) (LINUX_VERSION_CODE >= KERNEL_VERSION((a), (b), 0))'],
    ['DRV_VERSION >= KVER(6, 5)', '#define DRV_VERSION LINUX_VERSION_CODE\n#define KVER(a, b) KERNEL_VERSION(a, b, 0)'],
    ['KV >= LINUX_6_5', '#define KV (LINUX_VERSION_CODE)\n#define LINUX_6_5 KERNEL_VERSION(6, 5, 0)'],
    [
      'KERNEL_NEW',
      '#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)\n#define KERNEL_NEW 0\n#else\n#define KERNEL_NEW 1\n#endif',
    ],
    ['defined(NO_VMAS)', '#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)\n#define NO_VMAS\n#endif'],
    ['!defined(HAS_VMAS)', '#if KERNEL_VERSION(6, 5, 0) > LINUX_VERSION_CODE\n# define HAS_VMAS 1\n#endif'],
    [
      'LINUX_VERSION_IS_GEQ(6,5,0)',
      '#define LINUX_VERSION_IS_GEQ(x1,x2,x3)  (LINUX_VERSION_CODE >= KERNEL_VERSION(x1,x2,x3))',
    ],
    [
      'GUP_ARGS == 4',
      '#if LINUX_VERSION_CODE >= KERNEL_VERSION(6,5,0)\n#define GUP_ARGS 4\n#else\n#define GUP_ARGS 5\n#endif',
    ],
    [
      '(defined RHEL_RELEASE_CODE && RHEL_RELEASE_CODE >= RHEL_RELEASE_VERSION(9, 4)) || LINUX_VERSION_CODE >= KERNEL_VERSION(6,5,0)',
    ],
    ['RHEL_RELEASE_CODE >= 2308 || LINUX_VERSION_CODE >= KERNEL_VERSION(6,5,0)'],
    ['defined(CONFIG_SUSE_KERNEL) && SUSE_VERSION >= 15 || LINUX_VERSION_CODE >= KERNEL_VERSION(6,5,0)'],
    ['LINUX_VERSION_CODE >= KERNEL_VERSION(6,5,0) && !defined(CONFIG_SUSE_VERSION)'],
    ['defined(UTS_UBUNTU_RELEASE_ABI) && 0 || LINUX_VERSION_CODE >= KERNEL_VERSION(6,5,0)'],
    ['IS_ENABLED(CONFIG_MMU) || 1 ? LINUX_VERSION_CODE >= KERNEL_VERSION(6,5,0) : 0'],
  ];
  for (const [test, more] of tests) it(test, () => shape(ladder(test, more), { kernels: both }));

  it('a distribution given by --define', () =>
    shape(
      `
int f(struct mm_struct *mm, unsigned long a, int nr, struct page **pages)
{
	int ret;

	mmap_read_lock(mm);
#if defined(RHEL_RELEASE_CODE) && RHEL_RELEASE_CODE >= RHEL_RELEASE_VERSION(9, 4)
	ret = pin_user_pages(a, nr, FOLL_WRITE, pages); //~ removed-api
#else
	ret = pin_user_pages(a, nr, FOLL_WRITE, pages, NULL);
#endif
	mmap_read_unlock(mm);
	if (ret > 0)
		unpin_user_pages(pages, ret);
	return ret < 0 ? ret : 0;
}`,
      { kernels: ['5.14'], defines: { RHEL_RELEASE_CODE: '2308' } },
    ));
});

describe('#if in the middle of things', () => {
  it('inside argument lists', () =>
    shape(
      `
int f(struct task_struct *tsk, struct mm_struct *mm, unsigned long a, int nr, struct page **pages)
{
	long ret;

	mmap_read_lock(mm);
	ret = get_user_pages_remote(
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 9, 0)
				    tsk,
#endif
				    mm, a, nr, FOLL_WRITE, pages
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
				    , NULL
#endif
				    , NULL);
	mmap_read_unlock(mm);
	while (ret > 0)
		put_page(pages[--ret]);
	return 0;
}
int g(struct mm_struct *mm, unsigned long a, int nr, struct page **pages)
{
	long ret;

	mmap_read_lock(mm);
	ret = get_user_pages(a, nr, FOLL_WRITE, pages //~ removed-api @6.1
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)
			     , NULL
#endif
			    );
	mmap_read_unlock(mm);
	while (ret > 0)
		put_page(pages[--ret]);
	return 0;
}`,
      { kernels: ['5.4', '5.10', '6.1', '6.12'].slice(1) },
    ));

  it('inside parameter lists and around the head of a function', () =>
    shape(
      `
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
static int take(unsigned long a, struct page **pages, int nr)
#else
static int take(unsigned long a, struct page **pages, int nr, struct vm_area_struct **vmas)
#endif
{
	return pin_user_pages_fast(a, nr, FOLL_WRITE, pages);
}
static void give(struct page **pages,
#ifdef CONFIG_DRV_COUNT_LONG
		 unsigned long nr
#else
		 int nr
#endif
		 )
{
	unpin_user_pages(pages, nr);
}
int f(unsigned long a, struct page **pages, int nr)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	int ret = take(a, pages, nr);
#else
	int ret = take(a, pages, nr, NULL);
#endif
	if (ret < 0)
		return ret;
	if (ret != nr) {
		give(pages, ret);
		return -EFAULT;
	}
	if (start(pages))
		return -EIO; //~ leaked-pin
	give(pages, nr);
	return 0;
}`,
      { kernels: both },
    ));

  it('labels, and whole functions, for each branch', () =>
    shape(
      `
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0)
static int take(unsigned long a, struct page **pages, int nr)
{
	return pin_user_pages_fast(a, nr, FOLL_WRITE, pages);
}
static void give(struct page **pages, int nr)
{
	unpin_user_pages(pages, nr);
}
#else
static int take(unsigned long a, struct page **pages, int nr)
{
	return get_user_pages_fast(a, nr, FOLL_WRITE, pages);
}
static void give(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		put_page(pages[i]);
}
#endif
int f(unsigned long a, struct page **pages, int nr)
{
	int err = -EIO, ret = take(a, pages, nr);

	if (ret < 0)
		return ret;
	if (ret != nr)
		goto short_count;
	if (start(pages))
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0)
		goto out_unpin;
#else
		goto out_put;
#endif
	if (submit(pages))
		return -EIO; //~ leaked-pin
	err = 0;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0)
out_unpin:
#else
out_put:
#endif
short_count:
	give(pages, ret);
	return err;
}`,
      { kernels: ['5.4', ...both] },
    ));

  it('a condition cut in two, an else that hangs in the air', () =>
    shape(
      `
int f(unsigned long a, struct page **pages, int nr)
{
	int ret;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0)
	ret = pin_user_pages_fast(a, nr, FOLL_WRITE, pages);
	if (ret < nr) {
#else
	ret = get_user_pages_fast(a, nr, FOLL_WRITE, pages);
	if (ret < nr && ret) {
#endif
		if (ret > 0)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0)
			unpin_user_pages(pages, ret);
#else
			release_pages(pages, ret);
#endif
		return -EFAULT;
	}
	if (start(pages))
		return -EIO; //~ leaked-pin
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0)
	if (nr)
		unpin_user_pages(pages, nr);
	else
#endif
		report(nr);
	return 0;
}`,
      { kernels: both },
    ));

  it('configure-time macros given, in a header, and correlated where unknown', async () => {
    const text = `#include "config.h"
struct buf { struct page **pages; int nr; };
int take(struct buf *b, unsigned long a)
{
#ifdef HAVE_DRV_PINS
	b->nr = pin_user_pages_fast(a, 16, FOLL_WRITE | FOLL_LONGTERM, b->pages);
#else
	b->nr = get_user_pages_fast(a, 16, FOLL_WRITE, b->pages);
#endif
	return b->nr < 0 ? b->nr : 0;
}
void give(struct buf *b)
{
	int i;

	for (i = 0; i < b->nr; i++)
#ifdef HAVE_DRV_PINS
		unpin_user_page(b->pages[i]);
#else
		put_page(b->pages[i]);
#endif
}
int once(unsigned long a, struct page *page)
{
#ifdef HAVE_DRV_PINS
	if (pin_user_pages_fast(a, 1, 0, &page) != 1)
		return -EFAULT;
#else
	if (get_user_pages_fast(a, 1, 0, &page) != 1)
		return -EFAULT;
#endif
	look(page_to_nid(page));
#if defined(HAVE_DRV_PINS)
	unpin_user_page(page);
#else
	put_page(page);
#endif
	return 0;
}`;
    await shape(text);
    await shape(text, { defines: { HAVE_DRV_PINS: '1' } });
    await shape(text, { defines: { HAVE_DRV_PINS: null } });
    await shape(text, { headers: { 'config.h': '#define HAVE_DRV_PINS 1\n' } });
    await shape(text, { headers: { 'config.h': '/* #undef HAVE_DRV_PINS */\n#undef HAVE_DRV_PINS\n' } });
  });

  it('configure-time macros told by the kernel that it is built for', () =>
    shape(
      `
static void drv_put(struct page **pages, int nr)
{
#ifdef HAVE_UNPIN_USER_PAGES
	unpin_user_pages(pages, nr);
#else
	int i;

	for (i = 0; i < nr; i++)
		put_page(pages[i]);
#endif
}
static int drv_pin(struct mm_struct *mm, unsigned long a, int nr, struct page **pages)
{
	int ret;

	mmap_read_lock(mm);
#if defined(HAVE_PIN_USER_PAGES)
# if defined(HAVE_GUP_VMAS_ARG)
	ret = pin_user_pages(a, nr, FOLL_WRITE, pages, NULL);
# else
	ret = pin_user_pages(a, nr, FOLL_WRITE, pages);
# endif
#else
	ret = get_user_pages(a, nr, FOLL_WRITE, pages, NULL);
#endif
	mmap_read_unlock(mm);
	return ret;
}
int f(struct mm_struct *mm, unsigned long a, int nr, struct page **pages)
{
	int ret = drv_pin(mm, a, nr, pages);

	if (ret < 0)
		return ret;
	if (ret < nr) {
		drv_put(pages, ret);
		return -EFAULT;
	}
	if (start(pages))
		return -EIO; //~ leaked-pin
	drv_put(pages, nr);
	return 0;
}`,
      { kernels: ['5.10', ...both] },
    ));

  it('told by arguments, in argument lists, by names of other habits', () =>
    shape(
      `
static int drv_pin(struct mm_struct *mm, unsigned long a, int nr, struct page **pages)
{
	int ret;

	mmap_read_lock(mm);
	ret = get_user_pages(a, nr, FOLL_WRITE, pages
#ifdef DRV_OLD_GUP
			     , NULL
#endif
			    );
	mmap_read_unlock(mm);
	return ret;
}
static long drv_pin_remote(struct mm_struct *mm, unsigned long a, int nr, struct page **pages)
{
	long ret;

	mmap_read_lock(mm);
#if defined(NV_PIN_USER_PAGES_REMOTE_HAS_ARGS_VMAS)
	ret = pin_user_pages_remote(mm, a, nr, FOLL_WRITE, pages, NULL, NULL);
#else
	ret = pin_user_pages_remote(mm, a, nr, FOLL_WRITE, pages, NULL);
#endif
	mmap_read_unlock(mm);
	return ret;
}
static int drv_pin_plain(struct mm_struct *mm, unsigned long a, int nr, struct page **pages)
{
	int ret;

#if NO_MMAP_READ_LOCK
	down_read(&mm->mmap_sem);
#else
	mmap_read_lock(mm);
#endif
	ret = drv_pin(mm, a, nr, pages);
#if NO_MMAP_READ_LOCK
	up_read(&mm->mmap_sem);
#else
	mmap_read_unlock(mm);
#endif
	return ret;
}`,
      { kernels: both },
    ));

  it('a compat header defines what the kernel lacks', () =>
    shape(
      `#include "drv_compat.h"
int f(unsigned long a, struct page *page)
{
	if (pin_user_pages_fast(a, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (start(page))
		return -EIO; //~ leaked-pin
	unpin_user_page(page);
	return 0;
}
int g(unsigned long a, struct page *page)
{
	if (pin_user_pages_fast(a, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	start(page);
	put_page(page); //~ mismatched-release @6.1 @6.12
	return 0;
}`,
      {
        kernels: ['5.4', ...both],
        headers: {
          'drv_compat.h': `#ifndef DRV_COMPAT_H
#define DRV_COMPAT_H
#ifndef HAVE_PIN_USER_PAGES
#define pin_user_pages_fast(a, n, f, p) get_user_pages_fast(a, n, f, p)
static inline void unpin_user_page(struct page *page)
{
	put_page(page);
}
#endif
#endif
`,
        },
      },
    ));

  it('a compat header asks for the version', () =>
    shape(
      `#include "drv_compat.h"
int f(unsigned long a, struct page *page)
{
	if (pin_user_pages_fast(a, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}
int g(struct mm_struct *mm, unsigned long a, struct page **pages)
{
	int ret;

	mmap_read_lock(mm);
	ret = drv_gup(a, 1, FOLL_WRITE, pages);
	mmap_read_unlock(mm);
	if (ret != 1)
		return -EFAULT;
	unpin_user_page(pages[0]); //~ mismatched-release @6.1 @6.12
	return 0;
}`,
      {
        kernels: ['5.4', ...both],
        headers: {
          'drv_compat.h': `#include <linux/version.h>
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 6, 0)
#define pin_user_pages_fast get_user_pages_fast
#define unpin_user_page put_page
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define drv_gup(a, n, f, p) get_user_pages(a, n, f, p, NULL)
#else
#define drv_gup get_user_pages
#endif
`,
        },
      },
    ));
});
