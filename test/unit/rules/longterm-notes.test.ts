/** unaccounted-longterm and prefer-mmu-notifier over shapes that the documentation does not show. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

describe('unaccounted-longterm', () => {
  it('only compared with the limit, only taken back', () =>
    check(
      `
struct buf { struct page **pages; long nr; struct mm_struct *mm; };
long pin(struct buf *b, unsigned long a)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;

	if (b->nr + atomic64_read(&b->mm->pinned_vm) > limit && !capable(CAP_IPC_LOCK))
		return -ENOMEM;
	return pin_user_pages_fast(a, b->nr, FOLL_LONGTERM, b->pages); //~ unaccounted-longterm
}
void unpin(struct buf *b)
{
	unpin_user_pages(b->pages, b->nr);
	atomic64_sub(b->nr, &b->mm->pinned_vm);
}`,
      { only: 'unaccounted-longterm' },
    ));

  const core = (count: string, back: string): string => `
struct region { struct page **pages; long nr; struct mm_struct *mm; };
long region_pin(struct region *r, unsigned long a)
{
${count}	return pin_user_pages_fast(a, r->nr, FOLL_LONGTERM, r->pages);${count ? '' : ' //~ unaccounted-longterm'}
}
void region_put(struct region *r)
{
	unpin_user_pages(r->pages, r->nr);
${back}}`;
  it.each(['	account_locked_vm(r->mm, r->nr, false);\n', '	r->mm->locked_vm -= r->nr;\n'])(
    'in the core too, where the pins are taken off a count: %s',
    async (back) => {
      const only = 'unaccounted-longterm';
      const path = '/linux/virt/region.c';
      await check(core('', back), { only, path });
      await check(core('	account_locked_vm(r->mm, r->nr, true);\n', back), { only, path });
      const nothing = core('', '').replace(/ \/\/~.*/, '');
      await check(nothing, { only, path });
    },
  );

  it('accounted by a caller, a helper of this file or another, by hand', () =>
    check(
      `
struct buf { struct page **pages; long nr; struct mm_struct *mm; };
static long pin(struct buf *b, unsigned long a)
{
	return pin_user_pages_fast(a, b->nr, FOLL_LONGTERM, b->pages);
}
static int charge(struct buf *b, long n)
{
	b->mm->pinned_vm += n;
	return 0;
}
long by_helper(struct buf *b, unsigned long a)
{
	int ret = charge(b, b->nr);

	return ret ? ret : pin(b, a);
}
long by_name(struct buf *b, unsigned long a)
{
	if (my_account_mem(b->mm, b->nr))
		return -ENOMEM;
	return pin_user_pages_fast(a, b->nr, FOLL_LONGTERM, b->pages);
}
long by_hand(struct buf *b, unsigned long a)
{
	long now = atomic64_add_return(b->nr, &b->mm->pinned_vm);

	if (now > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT)
		return -ENOMEM;
	return pin_user_pages_fast(a, b->nr, FOLL_LONGTERM, b->pages);
}
long for_a_moment(struct buf *b, unsigned long a)
{
	return pin_user_pages_fast(a, b->nr, FOLL_WRITE, b->pages);
}`,
      { only: 'unaccounted-longterm' },
    ));
});

describe('prefer-mmu-notifier', () => {
  it('a notifier anywhere in the file; not for a pin of a moment, not without one', async () => {
    const pins = `
int f(unsigned long a, struct page **pages)
{
	return pin_user_pages_fast(a, 1, FOLL_LONGTERM, pages); //~ prefer-mmu-notifier
}
int g(unsigned long a, struct page **pages)
{
	return pin_user_pages_fast(a, 1, FOLL_WRITE, pages);
}`;
    await check(
      `${pins}
int open(struct ctx *c)
{
	c->mn.ops = &ops;
	return mmu_notifier_register(&c->mn, current->mm);
}`,
      { only: 'prefer-mmu-notifier' },
    );
    await check(pins.replace(/ \/\/~.*/, ''), { only: 'prefer-mmu-notifier' });
  });
});
