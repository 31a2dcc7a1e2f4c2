/** Releases that miss the first or the last page, or go one slot too far; mmap_lock given back twice. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

const buffer = `
struct buffer { struct page **pages; int nr_pages; };
int buffer_pin(struct buffer *b, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, b->pages);

	if (ret != nr) {
		if (ret > 0)
			unpin_user_pages(b->pages, ret);
		return -EFAULT;
	}
	b->nr_pages = nr;
	return 0;
}
`;

describe('the bounds of a release', () => {
  it('the last page', () =>
    check(
      `${buffer}
void buffer_free(struct buffer *b)
{
	unpin_user_pages_dirty_lock(b->pages, b->nr_pages - 1, true); //~ leaked-pin
}
void buffer_free_all(struct buffer *b)
{
	unpin_user_pages_dirty_lock(b->pages, b->nr_pages, true);
}
void buffer_keep_first(struct buffer *b)
{
	unpin_user_pages_dirty_lock(&b->pages[1], b->nr_pages - 1, true);
}
void buffer_apart(struct buffer *b)
{
	unpin_user_page(b->pages[b->nr_pages - 1]);
	unpin_user_pages_dirty_lock(b->pages, b->nr_pages - 1, true);
}`,
      { only: 'leaked-pin' },
    ));

  it('the first page', () =>
    check(
      `${buffer}
void buffer_free(struct buffer *b)
{
	int i;

	for (i = 1; i < b->nr_pages; i++) //~ leaked-pin
		unpin_user_page(b->pages[i]);
}
void buffer_free_all(struct buffer *b)
{
	int i;

	for (i = 0; i < b->nr_pages; i++)
		unpin_user_page(b->pages[i]);
}
void buffer_first(struct buffer *b)
{
	int i;

	keep(b->pages[0]);
	for (i = 1; i < b->nr_pages; i++)
		unpin_user_page(b->pages[i]);
}
void buffer_from(struct buffer *b, int from)
{
	int i;

	for (i = from; i < b->nr_pages; i++)
		unpin_user_page(b->pages[i]);
}`,
      { only: 'leaked-pin' },
    ));

  it('the slot behind the last', () =>
    check(
      `${buffer}
void buffer_free(struct buffer *b)
{
	int i;

	for (i = 0; i <= b->nr_pages; i++) //~ double-release
		unpin_user_page(b->pages[i]);
}
void buffer_to(struct buffer *b, int last)
{
	int i;

	for (i = 0; i <= last; i++)
		unpin_user_page(b->pages[i]);
}`,
      { only: 'double-release' },
    ));
});

describe('mmap_lock', () => {
  it('given back twice', () =>
    check(
      `
int take(struct mm_struct *mm, unsigned long addr, struct page **pages, int nr)
{
	int ret;

	mmap_read_lock(mm);
	ret = pin_user_pages_remote(mm, addr, nr, FOLL_WRITE, pages, NULL);
	mmap_read_unlock(mm);
	if (ret != nr) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		mmap_read_unlock(mm); //~ mmap-lock
		return -EFAULT;
	}
	return 0;
}
int take_again(struct mm_struct *mm, unsigned long addr, struct page **pages, int nr)
{
	int ret;

	mmap_read_lock(mm);
	if (!usable(mm, addr)) {
		mmap_read_unlock(mm);
		return -EFAULT;
	}
	mmap_read_unlock(mm);
	prepare(mm);
	mmap_read_lock(mm);
	ret = pin_user_pages_remote(mm, addr, nr, FOLL_WRITE, pages, NULL);
	mmap_read_unlock(mm);
	return ret;
}
int take_dropped(struct mm_struct *mm, unsigned long addr, struct page **pages, int nr)
{
	int ret;

	mmap_read_unlock(mm);
	prepare(mm);
	mmap_read_lock(mm);
	ret = pin_user_pages_remote(mm, addr, nr, FOLL_WRITE, pages, NULL);
	mmap_read_unlock(mm);
	return ret;
}`,
      { only: 'mmap-lock' },
    ));
});
