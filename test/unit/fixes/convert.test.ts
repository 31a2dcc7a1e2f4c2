/** convertToPin: acquires, releases and the idioms around them. */
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../server/apply-fixes.ts';
import { analysed, check, fixesOf, refused } from './check.ts';

const convert = { convert: true } as const;

/** A function that takes one page, maps it, and ends with `tail`. */
const one = (tail: string, acquire = 'get_user_pages_fast', flags = 'FOLL_WRITE'): string => `#include <linux/mm.h>
int use(struct device *dev, unsigned long addr, bool dirty)
{
	struct page *page;
	dma_addr_t dma;

	if (${acquire}(addr, 1, ${flags}, &page) != 1)
		return -EFAULT;
	dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	dma_unmap_page(dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
${tail}
	return 0;
}
`;

/** A function with an array of pages whose release is `body`. */
const many = (body: string, decls = '\tint i;\n\n', acquire = 'get_user_pages_fast'): string => `struct req {
	struct page **pages;
	int nr;
	bool dirty;
};

static int start(struct req *r, unsigned long addr)
{
	int ret = ${acquire}(addr, r->nr, FOLL_WRITE, r->pages);

	if (ret < 0)
		return ret;
	r->nr = ret;
	return 0;
}

static void finish(struct req *r)
{
${decls}${body}
	kfree(r->pages);
}
int go(struct req *r, unsigned long a) { int e = start(r, a); if (e) return e; finish(r); return 0; }
`;

const both = (before: string, after: string, decls?: string, afterDecls?: string): Promise<unknown> =>
  check(convert, many(before, decls), many(after, afterDecls ?? '', 'pin_user_pages_fast'), { safe: true });

describe('single pages', () => {
  it('renames acquire and release', () =>
    check(
      convert,
      one('\tput_page(page); /* ours */'),
      one('\tunpin_user_page(page); /* ours */', 'pin_user_pages_fast'),
      { safe: true },
    ));
  it('folds dirtying and put', () =>
    check(
      convert,
      one('\tset_page_dirty_lock(page);\n\tput_page(page);'),
      one('\tunpin_user_pages_dirty_lock(&page, 1, true);', 'pin_user_pages_fast'),
      { safe: true },
    ));
  it('folds a conditional dirtying', () =>
    check(
      convert,
      one('\tif (dirty)\n\t\tset_page_dirty_lock(page);\n\tput_page(page);'),
      one('\tunpin_user_pages_dirty_lock(&page, 1, dirty);', 'pin_user_pages_fast'),
      { safe: true },
    ));
  it('knows the PageReserved idiom, and that SetPageDirty did not sleep', () =>
    check(
      convert,
      one('\tif (!PageReserved(page))\n\t\tSetPageDirty(page);\n\tput_page(page);'),
      one('\tunpin_user_pages_dirty_lock(&page, 1, true);', 'pin_user_pages_fast'),
      { safe: false },
    ));
  it('keeps the rest of a condition', () =>
    check(
      convert,
      one('\tif (dirty && !PageReserved(page)) {\n\t\tset_page_dirty_lock(page);\n\t}\n\tput_page(page);'),
      one('\tunpin_user_pages_dirty_lock(&page, 1, dirty);', 'pin_user_pages_fast'),
    ));
  it('does not bring a sleeping call under a lock', () =>
    check(
      convert,
      one('\tspin_lock(&lock);\n\tSetPageDirty(page);\n\tput_page(page);\n\tspin_unlock(&lock);'),
      one(
        '\tspin_lock(&lock);\n\tSetPageDirty(page);\n\tunpin_user_page(page);\n\tspin_unlock(&lock);',
        'pin_user_pages_fast',
      ),
    ));
  it('keeps comments between the two calls', () =>
    check(
      convert,
      one('\tset_page_dirty_lock(page);\n\t/* done */\n\tput_page(page);'),
      one('\t/* done */\n\tunpin_user_pages_dirty_lock(&page, 1, true);', 'pin_user_pages_fast'),
    ));
  it('keeps comments within the dirtying', () =>
    check(
      convert,
      one('\tif (dirty) /* written */\n\t\tset_page_dirty_lock(page);\n\tput_page(page);'),
      one('\t/* written */\n\tunpin_user_pages_dirty_lock(&page, 1, dirty);', 'pin_user_pages_fast'),
    ));
  it('renames where the put is no statement', () =>
    check(
      convert,
      one('\tdirty ? put_page(page) : put_page(page);'),
      one('\tdirty ? unpin_user_page(page) : unpin_user_page(page);', 'pin_user_pages_fast'),
    ));
  it('drops FOLL_GET and keeps FOLL_LONGTERM', () =>
    check(
      convert,
      one('\tput_page(page);', 'get_user_pages_fast', 'FOLL_WRITE | FOLL_GET | FOLL_LONGTERM'),
      one('\tunpin_user_page(page);', 'pin_user_pages_fast', 'FOLL_WRITE | FOLL_LONGTERM'),
    ));
  it('turns folio_put into unpin_folio or, with page_folio, into unpin_user_page', async () => {
    await check(
      convert,
      one('\tfolio_put(page_folio(page));'),
      one('\tunpin_user_page(page);', 'pin_user_pages_fast'),
      { kernel: '6.1' },
    );
  });
  it('is careful with an else', () =>
    check(
      convert,
      one('\tif (dirty)\n\t\tset_page_dirty_lock(page);\n\telse\n\t\tput_page(page);'),
      one('\tif (dirty)\n\t\tset_page_dirty_lock(page);\n\telse\n\t\tunpin_user_page(page);', 'pin_user_pages_fast'),
    ));
});

describe('loops', () => {
  it('makes one call of a loop and drops the counter', () =>
    both('\tfor (i = 0; i < r->nr; i++)\n\t\tput_page(r->pages[i]);', '\tunpin_user_pages(r->pages, r->nr);'));
  it('keeps a counter that is used elsewhere', () =>
    both(
      '\tfor (i = 0; i < r->nr; i++)\n\t\tput_page(r->pages[i]);\n\tfor (i = 0; i < 3; i++)\n\t\tcpu_relax();',
      '\tunpin_user_pages(r->pages, r->nr);\n\tfor (i = 0; i < 3; i++)\n\t\tcpu_relax();',
      '\tint i;\n\n',
      '\tint i;\n\n',
    ));
  it('drops one declarator of several', () =>
    both(
      '\tn = 3;\n\tfor (i = 0; i < r->nr; i++) {\n\t\tput_page(r->pages[i]);\n\t}\n\tmdelay(n);',
      '\tn = 3;\n\tunpin_user_pages(r->pages, r->nr);\n\tmdelay(n);',
      '\tint i, n;\n\n',
      '\tint n;\n\n',
    ));
  it('folds the dirtying, with an invariant condition', () =>
    both(
      '\tfor (i = 0; i < r->nr; i++) {\n\t\tif (r->dirty)\n\t\t\tset_page_dirty_lock(r->pages[i]);\n\t\tput_page(r->pages[i]);\n\t}',
      '\tunpin_user_pages_dirty_lock(r->pages, r->nr, r->dirty);',
    ));
  it('sees through a temporary', () =>
    both(
      '\tfor (i = 0; i < r->nr; i++) {\n\t\tstruct page *p = r->pages[i];\n\n\t\tset_page_dirty_lock(p);\n\t\tput_page(p);\n\t}',
      '\tunpin_user_pages_dirty_lock(r->pages, r->nr, true);',
    ));
  it('undoes the block of a mutant', () =>
    both(
      '\t{\nunsigned long gup_i;\nfor (gup_i = 0; gup_i < r->nr; gup_i++) {\nset_page_dirty_lock((r->pages)[gup_i]);\nput_page((r->pages)[gup_i]);\n}\n}',
      '\tunpin_user_pages_dirty_lock(r->pages, r->nr, true);',
      '',
      '',
    ));
  it('counts down', () =>
    both(
      '\ti = r->nr;\n\twhile (i--)\n\t\tput_page(r->pages[i]);',
      '\ti = r->nr;\n\tunpin_user_pages(r->pages, i);',
      '\tint i;\n\n',
      '\tint i;\n\n',
    ));
  it('keeps comments of the loop', () =>
    both(
      '\tfor (i = 0; i < r->nr; i++) {\n\t\t/* all of them */\n\t\tput_page(r->pages[i]);\n\t}',
      '\t/* all of them */\n\tunpin_user_pages(r->pages, r->nr);',
    ));
  it('only renames in a loop that does more', () =>
    both(
      '\tfor (i = 0; i < r->nr; i++) {\n\t\tput_page(r->pages[i]);\n\t\tr->pages[i] = NULL;\n\t}',
      '\tfor (i = 0; i < r->nr; i++) {\n\t\tunpin_user_page(r->pages[i]);\n\t\tr->pages[i] = NULL;\n\t}',
      '\tint i;\n\n',
      '\tint i;\n\n',
    ));
  it('folds the pair in place where the condition differs from page to page', () =>
    both(
      '\tfor (i = 0; i < r->nr; i++) {\n\t\tif (test_bit(i, map))\n\t\t\tset_page_dirty_lock(r->pages[i]);\n\t\tput_page(r->pages[i]);\n\t}',
      '\tfor (i = 0; i < r->nr; i++) {\n\t\tunpin_user_pages_dirty_lock(&r->pages[i], 1, test_bit(i, map));\n\t}',
      '\tint i;\n\n',
      '\tint i;\n\n',
    ));
  it('renames release_pages', () =>
    both('\trelease_pages(r->pages, r->nr);', '\tunpin_user_pages(r->pages, r->nr);', '', ''));
  it('guards a count that may be an error', async () => {
    const text = (acquire: string, release: string, decl: string): string =>
      `int f(unsigned long a, int nr, struct page **pages)
{
	int ret${decl};

	ret = ${acquire}(a, nr, 0, pages);
	if (ret != nr) {
${release}
		return -EFAULT;
	}
	copy(page_address(pages[0]));
	${acquire === 'get_user_pages_fast' ? 'release_pages' : 'unpin_user_pages'}(pages, nr);
	return 0;
}
int g(unsigned long a) { struct page *p[4]; return f(a, 4, p); }
`.replace('int f(', 'static int f(');
    await check(
      convert,
      text('get_user_pages_fast', '\t\tfor (i = 0; i < ret; i++)\n\t\t\tput_page(pages[i]);', ', i'),
      text('pin_user_pages_fast', '\t\tif (ret > 0)\n\t\t\tunpin_user_pages(pages, ret);', ''),
    );
  });
});

describe('text', () => {
  it('keeps CRLF', async () => {
    const crlf = (s: string): string => s.replaceAll('\n', '\r\n');
    await check(
      convert,
      crlf(one('\tset_page_dirty_lock(page);\n\tput_page(page);')),
      crlf(one('\tunpin_user_pages_dirty_lock(&page, 1, true);', 'pin_user_pages_fast')),
    );
    await check(
      convert,
      crlf(many('\tfor (i = 0; i < r->nr; i++) {\n\t\t/* c */\n\t\tput_page(r->pages[i]);\n\t}')),
      crlf(many('\t/* c */\n\tunpin_user_pages(r->pages, r->nr);', '', 'pin_user_pages_fast')),
    );
  });
  it('keeps UTF-8, strings with API names and odd layout', () =>
    check(
      convert,
      one('\tpr_info("größe: put_page(page)\\n"); // put_page(page)\n\tput_page ( /* the page */ page ) ;'),
      one(
        '\tpr_info("größe: put_page(page)\\n"); // put_page(page)\n\tunpin_user_page ( /* the page */ page ) ;',
        'pin_user_pages_fast',
      ),
    ));
  it('edits exactly the names', async () => {
    const text = one('\tput_page(page);');
    const fix = fixesOf(await analysed(text), convert).fixes[0]!;
    expect(fix.edits.map((e) => text.slice(e.span.start, e.span.end))).toEqual(['get_user_pages_fast', 'put_page']);
    expect(applyEdits(text, [])).toBe(text);
  });
});

describe('the whole group', () => {
  it('goes through helpers and converts what is left of a half-done conversion', () =>
    check(
      convert,
      many('\tunpin_user_pages(r->pages, r->nr);', '').replace(
        '\tif (ret < 0)',
        '\tif (ret == 1) {\n\t\tput_page(r->pages[0]);\n\t\treturn -EAGAIN;\n\t}\n\tif (ret < 0)',
      ),
      many('\tunpin_user_pages(r->pages, r->nr);', '', 'pin_user_pages_fast').replace(
        '\tif (ret < 0)',
        '\tif (ret == 1) {\n\t\tunpin_user_page(r->pages[0]);\n\t\treturn -EAGAIN;\n\t}\n\tif (ret < 0)',
      ),
    ));
  it('edits the macro where all its uses are of the group', () =>
    check(
      convert,
      `#define DROP(p) put_page(p)\n#define TAKE get_user_pages_fast\n${one('\tDROP(page);', 'TAKE')}`,
      `#define DROP(p) unpin_user_page(p)\n#define TAKE pin_user_pages_fast\n${one('\tDROP(page);', 'TAKE')}`,
    ));
  it('leaves a macro of other pages alone', () =>
    refused(
      convert,
      `#define DROP(p) put_page(p)\nvoid other(struct address_space *m)\n{\n\tstruct page *p = find_get_page(m, 0);\n\n\tDROP(p);\n}\n${one('\tDROP(page);')}`,
      /macro DROP also serves other pages/,
    ));
  it('does not edit headers', () =>
    refused(convert, `#include "drop.h"\n${one('\tDROP(page);')}`, /DROP, which is not defined in this file/, {
      headers: { 'drop.h': '#define DROP(p) put_page(p)\n' },
    }));
});

describe('no half fix', () => {
  it('without a release', () => refused(convert, one('\tkeep(page);'), /no release/));
  it('with kernel pages in the same array', () =>
    refused(
      convert,
      many('\trelease_pages(r->pages, r->nr);', '').replace(
        '\tif (ret < 0)',
        '\tif (!ret)\n\t\tr->pages[0] = alloc_page(GFP_KERNEL);\n\tif (ret < 0)',
      ),
      /also releases pages from alloc_page\(\) \(line \d+\)/,
    ));
  it('with vmalloc pages in the same array', () =>
    refused(
      convert,
      many('\trelease_pages(r->pages, r->nr);', '').replace(
        '\tif (ret < 0)',
        '\tif (!ret)\n\t\tr->pages[0] = vmalloc_to_page(buf);\n\tif (ret < 0)',
      ),
      /vmalloc_to_page/,
    ));
  it('with another reference', () =>
    refused(convert, one('\tget_page(page);\n\tput_page(page);\n\tput_page(page);'), /another reference/));
  it('before 5.6', () => refused(convert, one('\tput_page(page);'), /came in 5\.6/, { kernel: '5.4' }));
  it('without a partner in the kernel', () =>
    refused(convert, one('\tput_page(page);', 'get_user_pages_fast_only'), /has no pin_user_pages_fast_only/));
  it('when the release is that of an address', () =>
    refused(convert, one('\tfree_page((unsigned long)page);'), /no release|frees pages/));
  it('unpins a user page that was given to the allocator', () =>
    check(convert, one('\t__free_page(page);'), one('\tunpin_user_page(page);', 'pin_user_pages_fast'), {
      safe: false,
    }));
  it('does not mistake pages that only meet in a scatterlist', () =>
    check(
      convert,
      many(
        '\tfor (i = 0; i < r->nr; i++)\n\t\tput_page(r->pages[i]);',
        '\tstruct scatterlist sg[2];\n\tstruct page *bounce = alloc_page(GFP_KERNEL);\n\tint i;\n\n\tsg_set_page(&sg[0], bounce, 4096, 0);\n\tsg_set_page(&sg[1], r->pages[0], 4096, 0);\n',
      ),
      many(
        '\tunpin_user_pages(r->pages, r->nr);',
        '\tstruct scatterlist sg[2];\n\tstruct page *bounce = alloc_page(GFP_KERNEL);\n\n\tsg_set_page(&sg[0], bounce, 4096, 0);\n\tsg_set_page(&sg[1], r->pages[0], 4096, 0);\n',
        'pin_user_pages_fast',
      ),
    ));
});

describe('forms', () => {
  it('writes the arguments of the target kernel', () => {
    const text = (call: string, put: string): string => `int f(struct mm_struct *mm, unsigned long a)
{
	struct page *page;
	int n;

	mmap_read_lock(mm);
	n = ${call};
	mmap_read_unlock(mm);
	if (n != 1)
		return -EFAULT;
	${put}(page);
	return 0;
}
`;
    return check(
      convert,
      text('get_user_pages(a, 1, 1, 0, &page, NULL)', 'put_page'),
      text('pin_user_pages(a, 1, FOLL_WRITE, &page)', 'unpin_user_page'),
    );
  });
});
