/** unchecked-pin-count: errors that nobody hears of, results kept in a field of a variable, and one page for which 0 can come. */
import { describe, expect, test } from 'vitest';
import { check } from './check.ts';

const counts = (text: string, kernel?: { major: number; minor: number; patch: number }): ReturnType<typeof check> =>
  check(text, { only: 'unchecked-pin-count', ...(kernel && { kernel }) });
const old = { major: 6, minor: 1, patch: 0 };

describe('unchecked-pin-count: an error is only the bound of a loop', () => {
  test('the function says that all went well', async () => {
    const { findings } =
      await counts(`static long fill(struct demo *d, struct file *memfd, loff_t start, loff_t end, u32 max)
{
	struct folio **folios;
	pgoff_t off;
	long nr, ret = 0;
	u32 i;

	folios = kvmalloc_array(max, sizeof(*folios), GFP_KERNEL);
	if (!folios)
		return -ENOMEM;
	nr = memfd_pin_folios(memfd, start, end, folios, max, &off); //~ unchecked-pin-count
	for (i = 0; i < nr; i++) {
		ret = demo_add(d, folios[i]);
		if (ret < 0)
			goto out;
	}
out:
	kvfree(folios);
	return ret;
}

int note_all(struct demo *d, unsigned long addr, int nr)
{
	int i, got;

	if (nr > d->max)
		return -EINVAL;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count
	for (i = 0; i < got; i++)
		demo_add(d, d->pages[i]);
	return 0;
}
`);
    expect(findings.find((f) => f.functionName === 'fill')?.message).toContain('returns 0 as if all were done');
  });

  test('asked before or behind the loop, given on as a count, only tried, or nobody to tell', () =>
    counts(`int before(struct demo *d, unsigned long addr, int nr)
{
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	if (got < 0)
		return got;
	for (i = 0; i < got; i++)
		demo_add(d, d->pages[i]);
	return 0;
}

int behind(struct demo *d, unsigned long addr, int nr)
{
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	for (i = 0; i < got; i++)
		demo_add(d, d->pages[i]);
	if (got < 0)
		return got;
	return 0;
}

int given_on(struct demo *d, unsigned long addr, int nr)
{
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	for (i = 0; i < got; i++)
		demo_add(d, d->pages[i]);
	return got;
}

int faulted_in(unsigned long addr, int nr, struct page **pages)
{
	int i, got;

	if (nr > 16)
		return -EINVAL;
	got = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return 0;
}

int never_fails(struct demo *d, unsigned long addr, int nr)
{
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	for (i = 0; i < got; i++)
		demo_add(d, d->pages[i]);
	return 0;
}

void nobody_to_tell(struct demo *d, unsigned long addr, int nr)
{
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);

	for (i = 0; i < got; i++)
		demo_add(d, d->pages[i]);
}
`));

  test('compared as unsigned the loop runs on an error', async () => {
    const { findings } = await counts(`int add_all(struct demo *d, unsigned long addr, unsigned int nr)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count
	unsigned int i;

	for (i = 0; i < got; i++)
		demo_add(d, d->pages[i]);
	return 0;
}
`);
    expect(findings.find((f) => f.rule === 'unchecked-pin-count')?.message).toContain('the comparison is unsigned');
  });
});

describe('unchecked-pin-count: what follows runs for errors too', () => {
  test('the code gives way to the result of the call that is given the pages', () =>
    counts(`int add(struct demo *d, unsigned long addr, size_t nr)
{
	int rc;

	rc = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count
	if (rc > 0)
		d->num_pages = rc;
	rc = demo_register(d, d->pages, d->num_pages);
	return rc;
}
`));

  test('errors go their own way, or are sorted out', () =>
    counts(`int fallback(struct demo *d, unsigned long addr, size_t nr)
{
	int rc;

	rc = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);
	if (rc > 0)
		d->num_pages = rc;
	else
		d->num_pages = kernel_pages(addr, nr, d->pages);
	rc = demo_register(d, d->pages, d->num_pages);
	return rc;
}

int sorted_out(struct demo *d, unsigned long addr, size_t nr)
{
	int rc;

	rc = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);
	if (rc > 0)
		d->num_pages = rc;
	if (rc != nr) {
		if (rc >= 0)
			rc = -ENOMEM;
		goto err;
	}
	rc = demo_register(d, d->pages, d->num_pages);
	if (rc)
		goto err;
	return 0;
err:
	unpin_user_pages(d->pages, d->num_pages);
	return rc;
}
`));

  test('a test behind which there are errors only, though the result may be of another call', () =>
    counts(`int two_sources(struct demo *d, unsigned long addr, size_t nr, bool user)
{
	int rc;

	if (user)
		rc = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages); //~ unchecked-pin-count
	else
		rc = kernel_pages(addr, nr, d->pages);
	if (rc > 0)
		d->num_pages = rc;
	if (rc < 0) {
		if (rc >= 0)
			rc = -ENOMEM;
		goto err;
	}
	rc = demo_register(d, d->pages, nr);
	if (rc)
		goto err;
	return 0;
err:
	demo_unregister(d, user);
	return rc;
}

int two_sources_right(struct demo *d, unsigned long addr, size_t nr, bool user)
{
	int rc;

	if (user)
		rc = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);
	else
		rc = kernel_pages(addr, nr, d->pages);
	if (rc > 0)
		d->num_pages = rc;
	if (rc != nr) {
		if (rc >= 0)
			rc = -ENOMEM;
		goto err;
	}
	rc = demo_register(d, d->pages, nr);
	if (rc)
		goto err;
	return 0;
err:
	demo_unregister(d, user);
	return rc;
}
`));
});

describe('unchecked-pin-count: the result is in a field of a variable', () => {
  const source = (check_: string, mark: string, callee: string): string => `struct walk {
	struct page *pages[32];
	unsigned int off;
	int nr_pages;
};

${callee}

int copy_all(unsigned long addr, unsigned int nr)
{
	struct walk walk = { .off = 0 };
	unsigned int i, done = 0;

	while (done < nr) {
		walk.nr_pages = get_user_pages_fast(addr + (done << PAGE_SHIFT), nr - done, FOLL_WRITE, walk.pages);${mark}
${check_}		copy_some(&walk);
		for (i = 0; i < walk.nr_pages; i++) {
			set_page_dirty_lock(walk.pages[i]);
			put_page(walk.pages[i]);
		}
		done += walk.nr_pages;
	}
	return done;
}
`;
  const blind = `static void copy_some(struct walk *w)
{
	unsigned int i;

	for (i = 0; i < w->nr_pages; i++)
		demo_copy(w->pages[i]);
}`;
  test.each([
    ['nobody asks', '', ' //~ unchecked-pin-count', blind],
    ['asked at once', '\t\tif (walk.nr_pages <= 0)\n\t\t\treturn done;\n', '', blind],
    ['perhaps by a function that is not seen', '', '', 'void copy_some(struct walk *w);'],
    [
      'by the function that is given it',
      '',
      '',
      blind.replace('unsigned int i;', 'unsigned int i;\n\n\tif (w->nr_pages < 0)\n\t\tw->nr_pages = 0;'),
    ],
  ])('%s', async (_name, test_, mark, callee) => {
    await counts(source(test_, mark, callee));
  });
});

describe('unchecked-pin-count: before 6.5 the last page of the address space gives 0', () => {
  const entry = (
    first: string,
    mark: string,
  ): string => `long demo_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct page *page;
	int ret;

${first}	ret = pin_user_pages_fast(arg, 1, FOLL_WRITE, &page);${mark}
	if (ret < 0)
		return ret;
	demo_use(page);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}
`;
  const marked = ' //~ unchecked-pin-count';
  test('an address straight from user space', async () => {
    const { findings } = await counts(entry('', marked), old);
    expect(findings.find((f) => f.rule === 'unchecked-pin-count')?.message).toContain('kernels before 6.5 return 0');
    await counts(entry('', ''));
  });

  test('one that was checked', async () => {
    await counts(entry('\tif (!access_ok((void __user *)arg, PAGE_SIZE))\n\t\treturn -EFAULT;\n', ''), old);
    await counts(entry('\tif (arg >= TASK_SIZE)\n\t\treturn -EFAULT;\n', ''), old);
  });

  test('copied from user space and handed down, or found by the kernel', () =>
    counts(
      `static int get_one(struct demo *d, void __user *virt)
{
	unsigned long addr = (unsigned long)virt;
	struct page *page;
	int ret;

	ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, &page); //~ unchecked-pin-count
	if (ret < 0)
		return ret;
	d->pages[d->nr++] = page;
	return 0;
}

static int copy_seg(struct demo *d, struct demo_seg *seg)
{
	void __user *virt = seg->source.virt + d->copied;

	return get_one(d, virt);
}

long demo_copy(struct demo *d, void __user *u)
{
	struct demo_seg seg;

	if (copy_from_user(&seg, u, sizeof(seg)))
		return -EFAULT;
	return copy_seg(d, &seg);
}

int guest_page(struct kvm *kvm, gfn_t gfn)
{
	unsigned long hva = gfn_to_hva(kvm, gfn);
	struct page *page;
	int ret;

	ret = pin_user_pages_fast(hva, 1, FOLL_WRITE, &page);
	if (ret < 0)
		return ret;
	demo_use(page);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}
`,
      old,
    ));
});
