/** null-pages and foll-force over shapes that the documentation does not show. */
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../server/apply-fixes.ts';
import { analyse, check } from './check.ts';

describe('null-pages', () => {
  it('NULL under a cast, as 0, in a variable', () =>
    check(
      `
int f(unsigned long a)
{
	return pin_user_pages_fast(a, 1, 0, (struct page **)NULL); //~ null-pages
}
int g(struct mm_struct *mm, unsigned long a)
{
	struct page **nowhere = NULL;

	return pin_user_pages_remote(mm, a, 1, 0, nowhere, NULL); //~ null-pages
}
int h(unsigned long a)
{
	return get_user_pages_fast(a, 1, FOLL_WRITE, NULL); //~ null-pages
}
int i(struct file *file)
{
	return memfd_pin_folios(file, 0, 4095, NULL, 1, NULL); //~ null-pages
}`,
      { only: 'null-pages' },
    ));

  it('NULL given by a caller to a wrapper that does not look', () =>
    check(
      `
static int grab(unsigned long a, int nr, struct page **pages)
{
	return pin_user_pages_fast(a, nr, FOLL_WRITE, pages); //~ null-pages
}
int prefault(unsigned long a, int nr)
{
	return grab(a, nr, NULL);
}`,
      { only: 'null-pages' },
    ));

  it('a get without an array takes nothing; an array that is filled in later; a wrapper that looks', () =>
    check(
      `
static int grab(unsigned long a, int nr, struct page **pages)
{
	if (!pages)
		return fault_in(a, nr);
	return pin_user_pages_fast(a, nr, FOLL_WRITE, pages);
}
int f(struct mm_struct *mm, unsigned long a, int nr)
{
	int ret;

	mmap_read_lock(mm);
	ret = get_user_pages(a, nr, FOLL_WRITE, NULL);
	mmap_read_unlock(mm);
	if (ret < 0)
		return ret;
	ret = get_user_pages_unlocked(a, nr, NULL, 0);
	return ret < 0 ? ret : grab(a, nr, NULL);
}
int g(unsigned long a, int nr)
{
	struct page **pages = NULL;
	int ret;

	pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(a, nr, 0, pages);
	if (ret > 0)
		unpin_user_pages(pages, ret);
	kvfree(pages);
	return ret;
}
int h(unsigned long a, int nr)
{
	struct page **pages = NULL;
	int ret = alloc_array(&pages, nr);

	if (ret)
		return ret;
	ret = pin_user_pages_fast(a, nr, 0, pages);
	if (ret > 0)
		unpin_user_pages(pages, ret);
	kvfree(pages);
	return ret;
}`,
      { only: 'null-pages' },
    ));

  it('the fix drops what a fault-in cannot have', async () => {
    const text = `
int f(struct mm_struct *mm, unsigned long a, int nr)
{
	int ret;

	mmap_read_lock(mm);
	ret = pin_user_pages(a, nr, FOLL_WRITE | FOLL_LONGTERM, NULL);
	mmap_read_unlock(mm);
	return ret;
}`;
    const found = (await analyse(text)).findings.find((f) => f.rule === 'null-pages')!;
    const [fix] = found.fixes();
    expect(applyEdits(text, fix!.edits)).toContain('ret = get_user_pages(a, nr, FOLL_WRITE, NULL);');
    expect(fix!.safe).toBe(false);
  });
});

describe('foll-force', () => {
  it('through fields, conditional flags, macros, helpers', () =>
    check(
      `
#define DRV_FLAGS (FOLL_WRITE | FOLL_FORCE)
struct ctx { unsigned int flags; };
static unsigned int gup_flags(bool write)
{
	return write ? FOLL_WRITE : 0;
}
static int grab(unsigned long a, int nr, unsigned int flags, struct page **pages)
{
	return pin_user_pages_fast(a, nr, flags, pages); //~ foll-force
}
int f(unsigned long a, struct page **pages, int nr)
{
	return pin_user_pages_fast(a, nr, DRV_FLAGS, pages); //~ foll-force
}
void init(struct ctx *c, bool write)
{
	c->flags = write ? FOLL_WRITE | FOLL_FORCE : 0;
}
int g(struct ctx *c, unsigned long a, struct page **pages, int nr)
{
	return pin_user_pages_fast(a, nr, c->flags, pages); //~ foll-force
}
int h(unsigned long a, struct page **pages, int nr)
{
	return grab(a, nr, FOLL_WRITE | FOLL_FORCE, pages);
}
int ok(unsigned long a, struct page **pages, int nr)
{
	return pin_user_pages_fast(a, nr, gup_flags(true), pages);
}
int masked(unsigned long a, struct page **pages, int nr, unsigned int flags)
{
	return pin_user_pages_fast(a, nr, flags & ~FOLL_FORCE, pages);
}`,
      { only: 'foll-force' },
    ));

  it('the force argument of old kernels', async () => {
    const text = `
int f(unsigned long a, struct page **pages, int nr)
{
	return get_user_pages(a, nr, 1, 1, pages, NULL); //~ foll-force
}
int g(unsigned long a, struct page **pages, int nr)
{
	return get_user_pages(a, nr, 1, 0, pages, NULL);
}`;
    const result = await check(text, { only: 'foll-force', kernel: { major: 4, minor: 8, patch: 0 } });
    const [fix] = result.findings.find((f) => f.rule === 'foll-force')!.fixes();
    expect(applyEdits(text, fix!.edits)).toContain('get_user_pages(a, nr, 1, 0, pages, NULL); //~');
  });

  it('a debugger may', () =>
    check(`
int peek(struct task_struct *t, struct mm_struct *mm, unsigned long a, struct page **pages)
{
	int ret;

	if (!ptrace_may_access(t, PTRACE_MODE_ATTACH_REALCREDS))
		return -EPERM;
	mmap_read_lock(mm);
	ret = get_user_pages_remote(mm, a, 1, FOLL_FORCE, pages, NULL);
	mmap_read_unlock(mm);
	return ret;
}`));
});
