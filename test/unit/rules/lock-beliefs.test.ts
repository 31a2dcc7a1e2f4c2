/** mmap-lock: what code shows of the lock that its callers hold, where those are not seen. */
import { describe, test } from 'vitest';
import { check } from './check.ts';

const mmap = async (text: string): Promise<void> => {
  await check(text, { only: 'mmap-lock' });
};

/** A helper that pins, and the member of a table that nobody knows by which it is entered. */
const entered = (before: string, marker: string): string => `static long grab(unsigned long addr, struct page **page)
{
	return pin_user_pages(addr, 1, FOLL_WRITE, page);${marker}
}

static long backend_attach(struct backend *b, unsigned long addr)
{
${before}	return grab(addr, &b->page);
}

static const struct some_backend_ops backend_ops = { .attach = backend_attach };
`;
const MARK = ' //~ mmap-lock';

describe('code that is entered by who is not seen', () => {
  test('takes the lock itself, or faults: it was not held', async () => {
    await mmap(entered('', ''));
    await mmap(
      entered('	mmap_write_lock(b->mm);\n	b->mm->locked_vm++;\n	mmap_write_unlock(b->mm);\n', '')
        .replace('return grab', 'if (!b->on)\n\t\treturn 0;\n\treturn grab')
        .replace('page);\n}', `page);${MARK}\n}`),
    );
    await mmap(entered('	if (account_locked_vm(b->mm, 1, true))\n		return -ENOMEM;\n', MARK));
    await mmap(entered('	struct req r;\n\n	if (copy_from_user(&r, b->user, sizeof(r)))\n		return -EFAULT;\n', MARK));
    await mmap(entered('	pin_user_pages_fast(addr, 1, 0, &b->other);\n', MARK));
  });

  test('through a function of the file', () =>
    mmap(
      `static int count(struct mm_struct *mm, long n)
{
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	mm->locked_vm += n;
	mmap_write_unlock(mm);
	return 0;
}

` + entered('	if (count(b->mm, 1))\n		return -EINTR;\n', MARK),
    ));

  test('does so only where it was told that the lock is free, tries to, or faults without sleeping: nothing', async () => {
    await mmap(entered('	if (!b->mm_locked) {\n		mmap_read_lock(b->mm);\n		mmap_read_unlock(b->mm);\n	}\n', ''));
    await mmap(entered('	if (mmap_read_trylock(b->mm))\n		mmap_read_unlock(b->mm);\n', ''));
    await mmap(entered('	u32 x;\n\n	pagefault_disable();\n	get_user(x, b->user);\n	pagefault_enable();\n', ''));
    await mmap(entered('	if (!b->remote)\n		pin_user_pages_fast(addr, 1, 0, &b->other);\n', ''));
  });

  test('speaks of the lock, or has a VMA in hand: what it copies tells nothing', () =>
    mmap(entered('	u32 x;\n\n	/* mmap_lock is held by the caller */\n	get_user(x, b->user);\n', '')));
});

describe('returning with the lock', () => {
  test('every function that does is told', () =>
    mmap(`int one(unsigned long addr, struct page **page)
{
	int ret;

	mmap_read_lock(current->mm);
	ret = pin_user_pages(addr, 1, 0, page);
	if (ret < 0)
		return ret; //~ mmap-lock
	mmap_read_unlock(current->mm);
	return ret;
}

int two(unsigned long addr, struct page **page)
{
	int ret;

	mmap_read_lock(current->mm);
	ret = pin_user_pages(addr, 1, FOLL_WRITE, page);
	return ret; //~ mmap-lock
}
`));

  test('one that callers undo by another function of the file: nothing', () =>
    mmap(`static int begin(struct reader *r, unsigned long addr)
{
	if (!r->locked) {
		mmap_read_lock(r->mm);
		r->locked = 1;
	}
	return pin_user_pages_remote(r->mm, addr, 1, 0, &r->page, &r->locked);
}

static void end(struct reader *r)
{
	if (r->locked)
		mmap_read_unlock(r->mm);
}

int read_all(struct reader *r, unsigned long addr)
{
	int ret = begin(r, addr);

	end(r);
	return ret;
}
`));
});

describe('mmap-lock: asserted', () => {
  for (const [title, assertion] of [
    ['by the kernel', 'mmap_assert_locked(mm);'],
    ['in a helper', 'demo_assert(mm);'],
    ['by asking whether it is locked', 'if (!rwsem_is_locked(&mm->mmap_lock))\n\t\tdemo_complain();'],
  ] as const)
    test(title, () =>
      check(
        `
static void demo_assert(struct mm_struct *mm)
{
	mmap_assert_locked(mm);
}
int demo_copy(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	${assertion}
	if (pin_user_pages_remote(mm, addr, 1, FOLL_WRITE, pages, NULL) != 1)
		return -EFAULT;
	set_page_dirty_lock(pages[0]);
	unpin_user_page(pages[0]);
	return 0;
}`,
        { only: 'mmap-lock' },
      ),
    );

  test('and given up, or taken by the call itself', () =>
    check(
      `
int demo_fast(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	mmap_assert_locked(mm);
	return pin_user_pages_fast(addr, 1, FOLL_WRITE, pages); //~ mmap-lock
}
int demo_late(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	mmap_assert_locked(mm);
	mmap_read_unlock(mm);
	return pin_user_pages_remote(mm, addr, 1, FOLL_WRITE, pages, NULL); //~ mmap-lock
}`,
      { only: 'mmap-lock' },
    ));
});
