/** dirty-without-lock and refcount-misuse over shapes that the documentation does not show. */
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../server/apply-fixes.ts';
import { analyse, check } from './check.ts';

describe('dirty-without-lock', () => {
  it('in another function, through a field, by folio, by the flag alone', () =>
    check(
      `
struct buf { struct page **pages; int nr; };
int fill(struct buf *b, unsigned long a)
{
	b->nr = pin_user_pages_fast(a, 16, FOLL_WRITE, b->pages);
	return b->nr;
}
static void drop_one(struct page *page)
{
	set_page_dirty(page); //~ dirty-without-lock
	unpin_user_page(page);
}
void drop(struct buf *b)
{
	int i;

	for (i = 0; i < b->nr; i++)
		drop_one(b->pages[i]);
}
void drop_folios(struct buf *b)
{
	int i;

	for (i = 0; i < b->nr; i++) {
		folio_mark_dirty(page_folio(b->pages[i])); //~ dirty-without-lock
		unpin_user_page(b->pages[i]);
	}
}
void drop_flag(struct buf *b)
{
	int i;

	for (i = 0; i < b->nr; i++) {
		if (!PageReserved(b->pages[i]))
			SetPageDirty(b->pages[i]); //~ dirty-without-lock
		unpin_user_page(b->pages[i]);
	}
}`,
      { only: 'dirty-without-lock' },
    ));

  it('of pages that nobody here is seen to take: one that a call gave, and one that is found by number and given back as a pin', async () => {
    const result = await check(
      `
void tag(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;
	struct page *page;

	mmap_read_lock(mm);
	page = get_user_page_vma_remote(mm, addr, FOLL_WRITE, &vma);
	mmap_read_unlock(mm);
	if (IS_ERR(page))
		return;
	tag_memory(page_address(page));
	set_page_dirty(page); //~ dirty-without-lock
	put_page(page);
}
void forget(struct range *r)
{
	unsigned long pfn;

	for (pfn = r->first; pfn <= r->last; pfn++) {
		struct page *page = pfn_to_page(pfn);

		if (r->written)
			set_page_dirty(page); //~ dirty-without-lock
		unpin_user_page(page);
	}
}
void cached(struct range *r)
{
	struct page *page = pfn_to_page(r->cached);

	set_page_dirty(page);
	put_page(page);
}`,
      { only: 'dirty-without-lock' },
    );
    expect(result.findings.map((f) => f.message).join()).toMatch(
      /line 8 by get_user_page.*given back on line 25 by unpin/s,
    );
  });

  it('the lock taken here, tried for, taken by the caller, or by a helper', () =>
    check(
      `
struct buf { struct page **pages; int nr; };
int fill(struct buf *b, unsigned long a)
{
	b->nr = pin_user_pages_fast(a, 16, FOLL_WRITE, b->pages);
	return b->nr;
}
void here(struct buf *b)
{
	int i;

	for (i = 0; i < b->nr; i++) {
		lock_page(b->pages[i]);
		set_page_dirty(b->pages[i]);
		unlock_page(b->pages[i]);
		unpin_user_page(b->pages[i]);
	}
}
void tried(struct buf *b)
{
	int i;

	for (i = 0; i < b->nr; i++) {
		if (trylock_page(b->pages[i])) {
			set_page_dirty(b->pages[i]);
			unlock_page(b->pages[i]);
		}
		unpin_user_page(b->pages[i]);
	}
}
static void mark(struct page *page)
{
	set_page_dirty(page);
}
void by_caller(struct buf *b)
{
	lock_page(b->pages[0]);
	mark(b->pages[0]);
	unlock_page(b->pages[0]);
	unpin_user_page(b->pages[0]);
}
static bool take(struct page *page)
{
	return trylock_page(page);
}
void by_helper(struct buf *b)
{
	if (!take(b->pages[0]))
		return;
	set_page_dirty(b->pages[0]);
	unlock_page(b->pages[0]);
}
void by_folio(struct folio *folio, struct buf *b)
{
	folio = page_folio(b->pages[0]);
	folio_lock(folio);
	folio_mark_dirty(folio);
	folio_unlock(folio);
}`,
      { only: 'dirty-without-lock' },
    ));

  it('a failed trylock, a lock that is dropped too early', () =>
    check(
      `
int f(unsigned long a, struct page **pages)
{
	if (pin_user_pages_fast(a, 1, FOLL_WRITE, pages) != 1)
		return -EFAULT;
	if (!trylock_page(pages[0]))
		set_page_dirty(pages[0]); //~ dirty-without-lock
	else
		unlock_page(pages[0]);
	lock_page(pages[0]);
	unlock_page(pages[0]);
	set_page_dirty(pages[0]); //~ dirty-without-lock
	unpin_user_page(pages[0]);
	return 0;
}`,
      { only: 'dirty-without-lock' },
    ));

  it("pages of the driver's own are no user pages", () =>
    check(`
int f(struct inode *inode)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	set_page_dirty(page);
	__free_page(page);
	return pin_user_pages_fast(0, 0, 0, NULL); //~ null-pages
}`));

  it('the fix, for pages and for folios', async () => {
    const text = `
int f(unsigned long a, struct page **pages)
{
	if (pin_user_pages_fast(a, 1, FOLL_WRITE, pages) != 1)
		return -EFAULT;
	set_page_dirty(pages[0]);
	folio_mark_dirty(page_folio(pages[0]));
	unpin_user_page(pages[0]);
	return 0;
}`;
    for (const [minor, second] of [
      [12, 'set_page_dirty_lock(pages[0])'],
      [13, 'folio_mark_dirty_lock(page_folio(pages[0]))'],
    ] as const) {
      const { findings } = await analyse(text, { major: 6, minor, patch: 0 });
      const edits = findings.filter((f) => f.rule === 'dirty-without-lock').flatMap((f) => f.fixes()[0]!.edits);
      const after = applyEdits(text, edits);
      expect(after).toContain('\tset_page_dirty_lock(pages[0]);\n');
      expect(after).toContain(second);
    }
  });
});

describe('refcount-misuse', () => {
  it('waiting for a count, a count in a variable, in what is returned, by mapcount', () =>
    check(
      `
struct buf { struct page **pages; int nr; };
int fill(struct buf *b, unsigned long a)
{
	b->nr = pin_user_pages_fast(a, 16, FOLL_WRITE, b->pages);
	return b->nr;
}
void wait(struct buf *b)
{
	while (page_count(b->pages[0]) > 1) //~ refcount-misuse
		msleep(1);
}
bool idle(struct buf *b)
{
	int count = page_ref_count(b->pages[0]); //~ refcount-misuse

	if (count == 1)
		return true;
	return false;
}
bool shared(struct buf *b)
{
	return page_mapcount(b->pages[0]) > 1; //~ refcount-misuse
}
int folios(struct buf *b)
{
	struct folio *folio = page_folio(b->pages[0]);

	return folio_ref_count(folio) == 2 ? 0 : -EBUSY; //~ refcount-misuse
}`,
      { only: 'refcount-misuse' },
    ));

  it('a message, an assertion, pages that are not from gup, a question for pins', () =>
    check(
      `
int f(unsigned long a, struct page **pages)
{
	if (pin_user_pages_fast(a, 1, 0, pages) != 1)
		return -EFAULT;
	pr_debug("count %d\\n", page_count(pages[0]));
	WARN_ON(page_count(pages[0]) < 1);
	if (folio_maybe_dma_pinned(page_folio(pages[0])))
		note();
	unpin_user_page(pages[0]);
	return 0;
}
bool recycle(struct ring *r)
{
	struct page *page = dev_alloc_page();

	return page && page_count(page) == 1;
}`,
      { only: 'refcount-misuse' },
    ));

  it('a pin handed on with a plain reference', () =>
    check(
      `
int f(struct sk_buff *skb, unsigned long a)
{
	struct page *page;

	if (pin_user_pages_fast(a, 1, 0, &page) != 1)
		return -EFAULT;
	get_page(page); //~ refcount-misuse
	skb_fill_page_desc(skb, 0, page, 0, 64);
	unpin_user_page(page);
	return 0;
}
int g(struct sk_buff *skb, unsigned long a)
{
	struct page *page;

	if (get_user_pages_fast(a, 1, 0, &page) != 1)
		return -EFAULT;
	get_page(page);
	skb_fill_page_desc(skb, 0, page, 0, 64);
	put_page(page);
	return 0;
}`,
      { only: 'refcount-misuse' },
    ));

  it('pins of unknown origin given to the allocator', () =>
    check(
      `
struct req { struct page **pages; int nr; bool pinned; };
void drop(struct req *r)
{
	int i;

	for (i = 0; i < r->nr; i++)
		if (r->pinned)
			__free_page(r->pages[i]); //~ refcount-misuse
}
void other(struct req *r)
{
	unpin_user_pages(r->pages, r->nr);
}
struct own { struct page *page; };
void fine(struct own *o)
{
	o->page = alloc_page(GFP_KERNEL);
	__free_page(o->page);
}`,
      { only: 'refcount-misuse' },
    ));
});
