/**
 * Small drivers with one mistake or more, each complete enough for a compiler: what the fixes make of them is looked at by
 * the auditor and compiled against real kernel headers. Styles differ on purpose.
 */
const HEAD = `#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/scatterlist.h>
#include <linux/pagemap.h>
#include <linux/version.h>

`;

const REQUEST = `struct req {
	struct page **pages;
	int nr;
	bool dirty;
	struct device *dev;
	dma_addr_t dma;
};

`;

/** A driver whose acquire and release are in functions of their own. */
const split = (release: string, acquire?: string): string => {
  const writes = /dirty/i.test(release);
  const take = acquire ?? `get_user_pages_fast(addr, r->nr, ${writes ? 'FOLL_WRITE' : '0'}, r->pages)`;
  const direction = writes ? 'DMA_FROM_DEVICE' : 'DMA_TO_DEVICE';
  return `${REQUEST}static int req_start(struct req *r, unsigned long addr)
{
	int got = ${take};

	if (got < 0)
		return got;
	r->nr = got;
	r->dma = dma_map_page(r->dev, r->pages[0], 0, PAGE_SIZE, ${direction});
	return 0;
}

static void req_finish(struct req *r)
{
${release}
	kfree(r->pages);
}

int req_run(struct req *r, unsigned long addr);
int req_run(struct req *r, unsigned long addr)
{
	int ret = req_start(r, addr);

	if (ret)
		return ret;
	dma_unmap_page(r->dev, r->dma, PAGE_SIZE, ${direction});
	req_finish(r);
	return 0;
}
`;
};

/** A function that takes pages, and \`body\` behind it. */
const local = (
  body: string,
  decls = '',
  acquire = 'pin_user_pages_fast(start, nr, FOLL_WRITE, pages)',
): string => `int prepare(int n);
int grab(unsigned long start, int nr, struct page **pages, void __user *to);
int grab(unsigned long start, int nr, struct page **pages, void __user *to)
{
	int ret${decls};

	ret = ${acquire};
${body}
}
`;

const raw: Readonly<Record<string, string>> = {
  'a loop over the array': split('\tint i;\n\n\tfor (i = 0; i < r->nr; i++)\n\t\tput_page(r->pages[i]);'),
  'a loop that dirties': split(
    '\tint i;\n\n\tfor (i = 0; i < r->nr; i++) {\n\t\tset_page_dirty_lock(r->pages[i]); /* the device wrote it */\n\t\tput_page(r->pages[i]);\n\t}',
  ),
  'a loop that dirties if asked': split(
    '\tint i;\n\n\tfor (i = 0; i < r->nr; i++) {\n\t\tif (r->dirty)\n\t\t\tset_page_dirty_lock(r->pages[i]);\n\t\tput_page(r->pages[i]);\n\t}',
  ),
  'a loop with a temporary': split(
    '\tunsigned int n;\n\n\tfor (n = 0; n < r->nr; ++n) {\n\t\tstruct page *page = r->pages[n];\n\n\t\tif (!PageReserved(page))\n\t\t\tSetPageDirty(page);\n\t\tput_page(page);\n\t}',
  ),
  'a loop that counts down': split('\tint i = r->nr;\n\n\twhile (--i >= 0)\n\t\tput_page(r->pages[i]);'),
  'a loop that forgets each': split(
    '\tint i;\n\n\tfor (i = 0; i < r->nr; i++) {\n\t\tput_page(r->pages[i]);\n\t\tr->pages[i] = NULL;\n\t}',
  ),
  release_pages: split('\trelease_pages(r->pages, r->nr);'),
  folio_put: split('\tint i;\n\n\tfor (i = 0; i < r->nr; i++)\n\t\tfolio_put(page_folio(r->pages[i]));'),
  'a loop over an alias': split(
    '\tstruct page **p = r->pages;\n\tint i;\n\n\tfor (i = 0; i < r->nr; i++, p++)\n\t\tput_page(*p);',
  ),
  'a helper': `${REQUEST}static void drop(struct page **pages, int n, bool dirty)
{
	int i;

	for (i = 0; i < n; i++) {
		if (dirty)
			set_page_dirty_lock(pages[i]);
		put_page(pages[i]);
	}
}
${split('\tdrop(r->pages, r->nr, r->dirty);').slice(REQUEST.length)}`,
  'a macro for the release': `#define DROP_PAGE(p) do { if (p) put_page(p); } while (0)
${split('\tint i;\n\n\tfor (i = 0; i < r->nr; i++)\n\t\tDROP_PAGE(r->pages[i]);')}`,
  'a macro for the acquire': `#define TAKE(a, n, p) get_user_pages_fast(a, n, 0, p)
${split('\tint i;\n\n\tfor (i = 0; i < r->nr; i++)\n\t\tput_page(r->pages[i]);', 'TAKE(addr, r->nr, r->pages)')}`,
  'both sides of an #if': split(`	int i;

#ifdef CONFIG_VGRAB_DIRTY
	for (i = 0; i < r->nr; i++) {
		set_page_dirty_lock(r->pages[i]);
		put_page(r->pages[i]);
	}
#else
	for (i = 0; i < r->nr; i++)
		put_page(r->pages[i]);
#endif`),
  'both sides of a version ladder': split(`	int i;

	for (i = 0; i < r->nr; i++) {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
		folio_put(page_folio(r->pages[i]));
#else
		put_page(r->pages[i]);
#endif
	}`),
  'an #if in the arguments': split(
    '\tint i;\n\n\tfor (i = 0; i < r->nr; i++)\n\t\tput_page(r->pages[i]);',
    `get_user_pages_fast(addr, r->nr,
#ifdef CONFIG_VGRAB_FORCED
				      FOLL_NOFAULT,
#else
				      0,
#endif
				      r->pages)`,
  ),
  'flags in a variable': `int read_back(unsigned long addr, bool write);
int read_back(unsigned long addr, bool write)
{
	unsigned int flags = write ? FOLL_WRITE : 0;
	struct page *page;
	char *p;

	flags |= FOLL_FORCE;
	if (get_user_pages_fast(addr, 1, flags, &page) != 1)
		return -EFAULT;
	p = kmap_local_page(page);
	memset(p, 0, 16);
	kunmap_local(p);
	if (write)
		set_page_dirty_lock(page);
	put_page(page);
	return 0;
}
`,
  'a short count is thrown away': local(
    '\tif (ret != nr)\n\t\treturn -EFAULT;\n\tunpin_user_pages(pages, nr);\n\treturn 0;',
  ),
  'an early return': local(
    '\tif (ret <= 0)\n\t\treturn ret;\n\tif (prepare(ret))\n\t\treturn -EIO; /* no luck */\n\tunpin_user_pages(pages, ret);\n\treturn 0;',
  ),
  'a copy that fails': local(
    '\tif (ret <= 0)\n\t\treturn ret;\n\tif (copy_to_user(to, &ret, sizeof(ret))) return -EFAULT;\n\tunpin_user_pages_dirty_lock(pages, ret, true);\n\treturn 0;',
  ),
  'the wrong label': local(
    `	if (ret < 0)
		goto out;
	n = ret;
	ret = prepare(n);
	if (ret)
		goto out;
	ret = prepare(n + 1);
	if (ret)
		goto unpin;
	return n;

unpin:
	unpin_user_pages(pages, n);
out:
	return ret;`,
    ', n',
  ),
  'a release too many': local(
    `	if (ret != nr) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	ret = prepare(nr);
	if (ret) {
		unpin_user_pages(pages, nr);
		goto out;
	}
out:
	unpin_user_pages(pages, nr);
	return ret;`,
  ),
  'more is released than was taken': local(
    '\tif (ret != nr) {\n\t\tunpin_user_pages(pages, nr);\n\t\treturn -EFAULT;\n\t}\n\tunpin_user_pages(pages, nr);\n\treturn 0;',
  ),
  'pins that are put': local(
    '\tif (ret <= 0)\n\t\treturn ret;\n\tfor (i = 0; i < ret; i++)\n\t\tput_page(pages[i]);\n\treturn 0;',
    ', i',
  ),
  'gets that are unpinned': local(
    '\tif (ret <= 0)\n\t\treturn ret;\n\tunpin_user_pages(pages, ret);\n\treturn 0;',
    '',
    'get_user_pages_fast(start, nr, FOLL_WRITE, pages)',
  ),
  'gets that are freed': `int peek(unsigned long addr);
int peek(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	__free_page(page);
	return 0;
}
`,
  'page by page': local(
    `	for (i = 0; i < nr; i++) {
		ret = pin_user_pages_fast(start + i * PAGE_SIZE, 1, FOLL_WRITE, &pages[i]);
		if (ret != 1)
			return -EFAULT;
	}
	unpin_user_pages(pages, nr);
	return 0;`,
    ' = 0, i',
    'prepare(nr)',
  ),
  'until all are there': local(
    `	while (got < nr) {
		ret = pin_user_pages_fast(start + got * PAGE_SIZE, nr - got, FOLL_WRITE, pages + got);
		if (ret <= 0)
			return -EFAULT;
		got += ret;
	}
	unpin_user_pages(pages, got);
	return 0;`,
    ', got = 0',
    'prepare(nr)',
  ),
  'the array is freed': `int hold(unsigned long start, int nr);
int hold(unsigned long start, int nr)
{
	struct page **pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (ret < 0)
		goto free;
	if (ret < nr) {
		ret = -EFAULT;
		goto free;
	}
	unpin_user_pages(pages, nr);
	ret = 0;
free:
	kfree(pages);
	return ret;
}
`,
  'an object that goes away': `${REQUEST}int req_open(struct req *r, unsigned long addr, int nr);
void req_close(struct req *r);
int req_open(struct req *r, unsigned long addr, int nr)
{
	int got;

	r->pages = kcalloc(nr, sizeof(*r->pages), GFP_KERNEL);
	if (!r->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, r->pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(r->pages, got);
		kfree(r->pages);
		return -EFAULT;
	}
	r->nr = nr;
	return 0;
}

void req_close(struct req *r)
{
	kfree(r->pages);
	kfree(r);
}
`,
  'a long-term get': local(
    '\tif (ret <= 0)\n\t\treturn ret;\n\tfor (i = 0; i < ret; i++)\n\t\tput_page(pages[i]);\n\treturn 0;',
    ', i',
    'get_user_pages_fast(start, nr, FOLL_LONGTERM | FOLL_WRITE, pages)',
  ),
};

/** All of them, by name, with the headers that they need. */
export const snippets: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(raw).map(([name, text]) => [name, HEAD + text]),
);
