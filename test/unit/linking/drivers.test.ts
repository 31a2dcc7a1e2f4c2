/** Drivers of several files: what one file does matters to the others. */
import { describe, expect, it } from 'vitest';
import { checkDriver } from './check.ts';

const HEADER = `
struct buf {
	struct page **pages;
	struct page *monitor;
	int nr;
};
int buf_pin(struct buf *b, unsigned long addr, int nr);
void buf_unpin(struct buf *b);
void buf_drop(struct page **pages, int nr);
`;

const TAKES = `#include "buf.h"
int buf_watch(struct buf *b, unsigned long addr)
{
	struct page *page;
	int ret = pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page);

	if (ret != 1)
		return -EFAULT;
	b->monitor = page;
	return 0;
}
`;

const PINS = `#include "buf.h"
int buf_pin(struct buf *b, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, b->pages);

	if (ret < 0)
		return ret;
	if (ret != nr) {
		unpin_user_pages(b->pages, ret);
		return -EFAULT;
	}
	b->nr = nr;
	return 0;
}
`;

describe('fields', () => {
  it('filled in one file, released with the wrong partner in another that names no gup call', async () => {
    const [finding] = await checkDriver(
      {
        'buf.h': HEADER,
        'take.c': TAKES,
        'end.c': `#include "buf.h"
void buf_destroy(struct buf *b)
{
	if (b->monitor) {
		put_page(b->monitor); //~ mismatched-release
		b->monitor = NULL;
	}
}
`,
      },
      'mismatched-release',
    );
    expect(finding?.path).toBe('end.c');
    expect(finding?.message).toMatch(/line 5 of take\.c/);
    expect(finding?.steps.map((s) => `${s.path.split('/').pop()} ${s.role}`)).toEqual([
      'take.c acquire',
      'end.c fault',
    ]);
  });

  it('released rightly in another file: nothing', () =>
    checkDriver({
      'buf.h': HEADER,
      'take.c': TAKES,
      'end.c': `#include "buf.h"
void buf_destroy(struct buf *b)
{
	unpin_user_page(b->monitor);
}
`,
    }));

  it('of records that only look the same are not linked', () =>
    checkDriver(
      {
        'take.c': TAKES.replace('#include "buf.h"', 'struct buf { struct page *monitor; };'),
        'end.c': `struct buf { struct page *monitor; };
void other_destroy(struct buf *b)
{
	put_page(b->monitor);
}
`,
      },
      'mismatched-release',
    ));

  it('of two modules of one folder are not linked', () =>
    checkDriver({
      Makefile: 'obj-m += one.o two.o\none-y := take.o\ntwo-y := end.o\n',
      'buf.h': HEADER,
      'take.c': TAKES,
      'end.c': `#include "buf.h"
void other_destroy(struct buf *b)
{
	put_page(b->monitor);
}
`,
    }));

  it('pinned without FOLL_LONGTERM, released by another file', async () => {
    const [finding] = await checkDriver(
      {
        'buf.h': HEADER,
        'take.c': TAKES.replace(' | FOLL_LONGTERM', '')
          .replace('int ret = pin', 'int ret = pin')
          .replace('&page);', '&page); //~ missing-longterm'),
        'end.c': `#include "buf.h"
static int buf_release(struct inode *inode, struct file *file)
{
	struct buf *b = file->private_data;

	unpin_user_pages_dirty_lock(&b->monitor, 1, true);
	return 0;
}
const struct file_operations buf_fops = { .release = buf_release };
`,
      },
      'missing-longterm',
    );
    expect(finding?.message).toMatch(/released by buf_release\(\) of end\.c/);
  });
});

describe('functions', () => {
  it('of another file that take pages: what they took leaks here', async () => {
    const [finding] = await checkDriver(
      {
        'buf.h': HEADER,
        'pin.c': `#include "buf.h"
int buf_get(struct page **pages, unsigned long addr, int nr)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
}
`,
        'use.c': `#include "buf.h"
int send(unsigned long addr)
{
	struct page *pages[4];
	int ret = buf_get(pages, addr, 4);

	if (ret <= 0)
		return ret;
	if (start_engine())
		return -EIO; //~ leaked-pin
	unpin_user_pages_dirty_lock(pages, ret, true);
	return 0;
}
`,
      },
      'leaked-pin',
    );
    expect(finding?.steps[0]?.path).toMatch(/pin\.c$/);
  });

  it('of another file that give pages back, two calls deep', () =>
    checkDriver(
      {
        'buf.h': HEADER,
        'drop.c': `#include "buf.h"
static void give(struct page **pages, int nr)
{
	unpin_user_pages_dirty_lock(pages, nr, true);
}
void buf_drop(struct page **pages, int nr)
{
	give(pages, nr);
}
`,
        'use.c': `#include "buf.h"
int send(unsigned long addr)
{
	struct page *pages[4];
	int ret = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	if (ret <= 0)
		return ret;
	if (start_engine())
		return -EIO; //~ leaked-pin
	buf_drop(pages, ret);
	return 0;
}
`,
      },
      'leaked-pin',
    ));

  it('static ones of the same name stay apart', () =>
    checkDriver(
      {
        'buf.h': HEADER,
        'drop.c': `#include "buf.h"
static void give(struct page **pages, int nr)
{
	unpin_user_pages_dirty_lock(pages, nr, true);
}
void buf_drop(struct page **pages, int nr)
{
	give(pages, nr);
}
`,
        'use.c': `#include "buf.h"
static void give(struct page **pages, int nr)
{
	pr_info("%d", nr);
}
int send(unsigned long addr)
{
	struct page *pages[4];
	int ret = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	if (ret <= 0)
		return ret;
	give(pages, ret);
	buf_drop(pages, ret);
	return 0;
}
`,
      },
      'leaked-pin',
    ));

  it('of a header, used by a file that names no gup call', async () => {
    const [finding] = await checkDriver(
      {
        'compat.h': `
static inline int compat_pin(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
}
`,
        'use.c': `#include "compat.h"
int send(unsigned long addr)
{
	struct page *pages[4];
	int ret = compat_pin(addr, 4, pages);

	if (ret <= 0)
		return ret;
	return start_engine(); //~ leaked-pin
}
`,
      },
      'leaked-pin',
    );
    expect(finding?.steps[0]?.path).toMatch(/compat\.h$/);
    expect(finding?.message).toMatch(/line 4 of compat\.h/);
  });
});

describe('headers', () => {
  it('a finding in a header carries its path', async () => {
    const header = `
static inline int compat_sum(unsigned long addr)
{
	struct page *page;
	int ret = pin_user_pages_fast(addr, 1, 0, &page);

	if (ret != 1)
		return -EFAULT;
	put_page(page); //~ mismatched-release
	return 0;
}
`;
    const [finding] = await checkDriver(
      {
        'compat.h': header,
        'one.c': '#include "compat.h"\nint one(unsigned long a) { return compat_sum(a); }\n',
        'two.c':
          '/* longer than the header\n'.padEnd(900, '.') +
          '*/\n#include "compat.h"\nint two(unsigned long a)\n{\n\treturn compat_sum(a);\n}\n',
      },
      'mismatched-release',
    );
    expect(finding?.path).toBe('compat.h');
    expect(header.slice(finding!.span.start, finding!.span.end)).toBe('put_page(page)');
  });
});

it('a whole driver without mistakes has no findings', () =>
  checkDriver({
    'buf.h': HEADER,
    'pin.c': PINS,
    'end.c': `#include "buf.h"
void buf_unpin(struct buf *b)
{
	unpin_user_pages_dirty_lock(b->pages, b->nr, true);
	b->nr = 0;
}
`,
    'use.c': `#include "buf.h"
int buf_start(struct buf *b, unsigned long addr)
{
	int ret = buf_pin(b, addr, 8);

	if (ret)
		return ret;
	ret = start_engine(b);
	if (ret)
		buf_unpin(b);
	return ret;
}
`,
  }));

describe('an object that only one file knows', () => {
  const WINDOW = (end: string): string => `#include "buf.h"
struct window { struct page **pages; int nr; };
int window_open(struct window *w, unsigned long addr)
{
	long got;

	w->pages = (struct page **)__get_free_page(GFP_KERNEL);
	if (!w->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, 16, FOLL_WRITE | FOLL_LONGTERM, w->pages);${end ? '' : ' //~ leaked-pin'}
	if (got <= 0) {
		free_page((unsigned long)w->pages);
		return -EFAULT;
	}
	w->nr = got;
	return 0;
}
void window_close(struct window *w)
{
${end}	w->nr = 0;
	free_page((unsigned long)w->pages);
}
`;
  const OTHER = `#include "buf.h"
struct range { struct page **pages; struct domain *domain; };
void range_unpin(struct range *r, unsigned long addr)
{
	unsigned long pfn = domain_find(r->domain, addr);
	struct page *page = pfn_to_page(pfn);

	unpin_user_page(page);
	r->pages = NULL;
}
`;
  it('is not emptied by functions of others that it does not call', async () => {
    await checkDriver({ 'buf.h': HEADER, 'window.c': WINDOW(''), 'range.c': OTHER }, 'leaked-pin');
    const unpins = '	unpin_user_pages(w->pages, w->nr);\n';
    await checkDriver({ 'buf.h': HEADER, 'window.c': WINDOW(unpins), 'range.c': OTHER }, 'leaked-pin');
  });
});
