/** unchecked-pin-count: which checks let an error or a short count through, and which uses of a count are right. */
import { describe, test } from 'vitest';
import { analyse, check } from './check.ts';
import { expect } from 'vitest';

const counts = async (text: string): Promise<void> => {
  await check(text, { only: 'unchecked-pin-count' });
};

describe('unchecked-pin-count: an error passes', () => {
  test.each([
    ['int', 'int', 'ret < nr', false],
    ['int', 'unsigned int', 'ret < nr', true],
    ['long', 'unsigned int', 'ret < nr', false],
    ['long', 'unsigned long', 'ret < nr', true],
    ['int', 'size_t', 'ret < nr', true],
    ['int', 'size_t', 'ret != nr', false],
    ['unsigned int', 'unsigned int', 'ret <= 0', true],
    ['unsigned long', 'unsigned long', 'ret < 0', true],
    ['unsigned long', 'unsigned long', 'IS_ERR_VALUE(ret)', false],
    ['unsigned long', 'unsigned long', '(long)ret < 0', false],
    ['int', 'unsigned int', 'ret < (int)nr', false],
    ['int', 'int', '!ret', true],
  ])('%s ret, %s nr: if (%s)', (result, count, test, wrong) =>
    counts(`int f(struct demo *d, unsigned long addr, ${count} nr)
{
	${result} ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);${wrong ? ' //~ unchecked-pin-count' : ''}

	if (${test})
		return -EFAULT;
	submit(d, d->pages, ret);
	return 0;
}
`),
  );

  test('no check at all, the count in arithmetic, a page used, the result dropped', () =>
    counts(`int none(struct demo *d, unsigned long addr, int nr)
{
	int ret;

	ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count
	ret = submit(d, d->pages, nr);
	return ret;
}

int sums(struct demo *d, unsigned long addr, int nr)
{
	int ret, done = 0;

	while (done < nr) {
		ret = pin_user_pages_fast(addr, nr - done, FOLL_WRITE, d->pages + done); //~ unchecked-pin-count
		done += ret;
	}
	return done;
}

int page_used(unsigned long addr)
{
	struct page *page;
	int ret = get_user_pages_fast(addr, 1, 0, &page); //~ unchecked-pin-count

	note(page_to_pfn(page));
	put_page(page);
	return ret;
}

void dropped(unsigned long addr, struct page **pages, int nr)
{
	pin_user_pages_fast(addr, nr, FOLL_WRITE, pages); //~ unchecked-pin-count
}
`));
});

describe('unchecked-pin-count: a short count passes', () => {
  test('checked for an error only, then taken for all', () =>
    counts(`int all(struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count

	if (ret < 0)
		return ret;
	d->nr = nr;
	return 0;
}

int positive(struct demo *d, unsigned long addr, int nr)
{
	int i, ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count

	if (ret > 0) {
		for (i = 0; i < nr; i++)
			d->pfn[i] = page_to_pfn(d->pages[i]);
	}
	return 0;
}

int in_the_test(struct demo *d, unsigned long addr, int nr)
{
	if (pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages) < 0) //~ unchecked-pin-count
		return -EFAULT;
	return submit(d, d->pages, nr);
}
`));

  test('a count that is used on purpose: returned, stored, a loop bound, summed up, folded into the request', () =>
    counts(`long returned(unsigned long addr, struct page **pages, int nr)
{
	long ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (ret < 0)
		return ret;
	return ret;
}

int stored(struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret <= 0)
		return -EFAULT;
	d->nr = ret;
	return 0;
}

int bound(struct demo *d, unsigned long addr, int nr)
{
	int i, ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	for (i = 0; i < ret; i++)
		use(d->pages[i]);
	return 0;
}

int summed(struct page **pages, unsigned long addr, int nr)
{
	int ret, done = 0;

	do {
		ret = pin_user_pages_fast(addr + done * PAGE_SIZE, nr - done, FOLL_WRITE, pages + done);
		if (ret <= 0)
			break;
		done += ret;
	} while (done < nr);
	return done;
}

int folded(struct demo *d, unsigned long addr, unsigned int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret < 0)
		nr = 0;
	else
		nr = ret;
	return submit(d, d->pages, nr);
}

int flag(struct demo *d, unsigned long addr, int nr)
{
	int err = 0, ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret != nr)
		err = -EFAULT;
	if (err) {
		if (ret > 0)
			unpin_user_pages(d->pages, ret);
		return err;
	}
	return submit(d, d->pages, nr);
}
`));

  test('one page is taken or not: an error check is enough', () =>
    counts(`int one(struct demo *d, unsigned long addr)
{
	int nr = 1;
	int ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, &d->page);

	if (ret < 0)
		return ret;
	ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);
	if (ret < 0)
		return ret;
	return submit(d, d->pages[0]);
}

int prefault(unsigned long addr)
{
	struct page *page = NULL;

	get_user_pages_fast(addr, 1, 0, &page);
	if (page)
		put_page(page);
	return 0;
}
`));
});

test('the fix releases what was taken and fails', async () => {
  const text = `int all(struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret < 0)
		return ret;
	return submit(d, d->pages, nr);
}
`;
  const { findings } = await analyse(text);
  const fix = findings.find((f) => f.rule === 'unchecked-pin-count')!.fixes()[0]!;
  let out = text;
  for (const e of [...fix.edits].reverse()) out = out.slice(0, e.span.start) + e.newText + out.slice(e.span.end);
  expect(out).toContain(`	if (ret < 0)
		return ret;
	if (ret != nr) {
		unpin_user_pages(d->pages, ret);
		return -EFAULT;
	}
	return submit`);
  await counts(out);
});

describe('unchecked-pin-count: nothing was taken', () => {
  test('zero passes the check of a call that may return it', () =>
    counts(`int peek(unsigned long addr)
{
	struct page *page;
	int ret;

	ret = get_user_pages(addr, 1, 0, &page); //~ unchecked-pin-count
	if (ret < 0)
		return ret;
	look_at(page);
	put_page(page);
	return 0;
}

int peek_checked(unsigned long addr)
{
	struct page *page;
	int ret;

	ret = get_user_pages(addr, 1, 0, &page);
	if (ret < 1)
		return ret ? ret : -EFAULT;
	look_at(page);
	put_page(page);
	return 0;
}
`));

  test('the _fast calls: only where the file itself asks for 1 elsewhere', async () => {
    const lax = `int lax(unsigned long addr)
{
	struct page *pages[1];
	int ret = pin_user_pages_fast(addr, 1, 0, pages);MARK

	if (ret < 0)
		return ret;
	look_at(pages[0]);
	unpin_user_page(pages[0]);
	return 0;
}
`;
    await counts(lax.replace('MARK', ''));
    await counts(`int strict(unsigned long addr)
{
	struct page *pages[1];
	int ret = pin_user_pages_fast(addr, 1, 0, pages);

	if (ret != 1)
		return -EFAULT;
	look_at(pages[0]);
	unpin_user_page(pages[0]);
	return 0;
}

${lax.replace('MARK', ' //~ unchecked-pin-count')}`);
  });
});

describe('unchecked-pin-count: pages used by a loop, counts that are kept', () => {
  test('a loop over all that were asked for', () =>
    counts(`int all(struct demo *d, unsigned long addr, int nr)
{
	int i, ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count

	if (ret < 0)
		return ret;
	for (i = 0; i < nr; i++)
		d->entry[i] = page_to_phys(d->pages[i]);
	start(d);
	for (i = 0; i < ret; i++)
		unpin_user_page(d->pages[i]);
	return 0;
}

int taken(struct demo *d, unsigned long addr, int nr)
{
	int i, ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret < 0)
		return ret;
	for (i = 0; i < ret; i++)
		d->entry[i] = page_to_phys(d->pages[i]);
	start(d);
	for (i = 0; i < ret; i++)
		unpin_user_page(d->pages[i]);
	return 0;
}

void guarded(struct demo *d, unsigned long addr, int nr)
{
	int i, ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret < 0)
		return;
	for (i = 0; i < nr; i++)
		if (d->pages[i])
			unpin_user_page(d->pages[i]);
	note(d, ret);
}
`));

  test('an error code in an unsigned field or parameter', () =>
    counts(`struct window { struct page **pages; unsigned long npages; };

int fill(struct window *w, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, w->pages); //~ unchecked-pin-count

	w->npages = (unsigned long)ret;
	w->start = addr;
	return 0;
}

int filled(struct window *w, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, w->pages);

	w->npages = ret;
	if (ret <= 0) {
		w->npages = 0;
		return -EFAULT;
	}
	return 0;
}

static void account(struct window *w, size_t npages)
{
	w->npages += npages;
}

int counted(struct window *w, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, w->pages); //~ unchecked-pin-count

	account(w, ret);
	return 0;
}

int counted_if_any(struct window *w, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, w->pages);

	if (ret <= 0)
		return ret ?: -EFAULT;
	account(w, ret);
	return 0;
}
`));

  test('a release of a negative number of pages', () =>
    counts(`int undo(struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count

	if (ret < 0) {
		unpin_user_pages(d->pages, ret);
		return -EFAULT;
	}
	return ret;
}

int undo_short(struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret >= 0 && ret < nr) {
		unpin_user_pages(d->pages, ret);
		return -EFAULT;
	}
	return ret;
}
`));

  test('what is written for a short count is never run', () =>
    counts(`int nested(struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count

	if (ret < 0) {
		ret = ret < 0 ? ret : -ENOMEM;
		return ret;
	}
	demo_submit(d, d->pages, ret);
	d->nr = nr;
	return 0;
}

int nested_right(struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret < nr) {
		if (ret < 0)
			return ret;
		unpin_user_pages(d->pages, ret);
		return -EFAULT;
	}
	demo_submit(d, d->pages, ret);
	return 0;
}

int noted(struct demo *d, unsigned long addr, int nr, unsigned int *last)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count

	if (ret <= 0)
		return -EFAULT;
	if (ret < 0)
		*last = PAGE_SIZE;
	return ret;
}

int noted_right(struct demo *d, unsigned long addr, int nr, unsigned int *last)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret <= 0)
		return -EFAULT;
	if (ret < nr)
		*last = PAGE_SIZE;
	return ret;
}

int asked_again(struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (ret < 0)
		goto out;
	demo_submit(d, d->pages, ret);
	ret = demo_wait(d);
out:
	if (ret < 0)
		demo_reset(d);
	return ret;
}
`));

  test('the count comes from a function of the file that returns it as it is', () =>
    counts(`static int take(unsigned long addr, unsigned int nr, struct page **pages, int write)
{
	unsigned int flags = FOLL_LONGTERM;

	if (write)
		flags |= FOLL_WRITE;
	return pin_user_pages_fast(addr, nr, flags, pages);
}

int all_of(struct demo *d, unsigned long addr, unsigned int nr)
{
	int ret;

	ret = take(addr, nr, d->pages, 1); //~ unchecked-pin-count
	if (ret < 0)
		return ret;
	demo_submit(d, d->pages, nr);
	return 0;
}

int as_many(struct demo *d, unsigned long addr, unsigned int nr)
{
	int ret;

	ret = take(addr, nr, d->pages, 1);
	if (ret < 0)
		return ret;
	demo_submit(d, d->pages, ret);
	return 0;
}
`));

  test('the caller need not ask where the function has', () =>
    counts(`static int take(unsigned long addr, unsigned int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (ret >= 0 && ret < nr) {
		unpin_user_pages(pages, ret);
		ret = -EFAULT;
	}
	return ret;
}

int all_of(struct demo *d, unsigned long addr, unsigned int nr)
{
	int ret;

	ret = take(addr, nr, d->pages);
	if (ret < 0)
		return ret;
	demo_submit(d, d->pages, nr);
	return 0;
}
`));

  test('one page is taken or an error comes', () =>
    counts(`int one(struct demo *d, unsigned long addr)
{
	struct page *page;
	int ret = pin_user_pages(addr, 1, FOLL_WRITE, &page);

	if (ret < 0)
		return ret;
	demo_submit(d, &page, 1);
	return 0;
}
`));
});
