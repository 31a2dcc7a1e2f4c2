/** leaked-pin: the page that was just taken is not yet counted, and what gives back "all" of them goes by the count. */
import { describe, test } from 'vitest';
import { check } from './check.ts';

const leaks = async (text: string): Promise<void> => {
  await check(text, { only: ['leaked-pin', 'double-release'] });
};

/** Pages of a region, one by one; `late` is what happens when a page is refused, `counted` where it is counted. */
const region = (late: string, counted: 'before' | 'behind', mark: string): string => `struct region {
	struct page **pages;
	unsigned long nr_pages;
};

static int set_region(struct enclave *enc, unsigned long addr, unsigned long max, unsigned long size)
{
	struct region *r;
	unsigned long i, done = 0;
	long gup_rc;
	int rc;

	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	r->pages = kcalloc(max, sizeof(*r->pages), GFP_KERNEL);
	if (!r->pages) {
		rc = -ENOMEM;
		goto free_region;
	}
	do {
		i = r->nr_pages;
		if (i == max) {
			rc = -ENOMEM;
			goto put_pages;
		}
		gup_rc = get_user_pages_unlocked(addr + done, 1, r->pages + i, 0);
		if (gup_rc < 0) {
			rc = gup_rc;
			goto put_pages;
		}
${counted === 'before' ? '\t\tr->nr_pages++;\n' : ''}		rc = check_page(enc, page_to_nid(r->pages[i]));
		if (rc < 0) {
${late}			goto put_pages;
		}
		done += PAGE_SIZE;
${counted === 'behind' ? '\t\tr->nr_pages++;\n' : ''}	} while (done < size);
	list_add(&r->entry, &enc->regions);
	return 0;
put_pages:
	for (i = 0; i < r->nr_pages; i++)
		put_page(r->pages[i]);
free_region:
	kfree(r->pages);${mark}
	kfree(r);
	return rc;
}

static void remove_all(struct enclave *enc)
{
	struct region *r, *tmp;
	unsigned long i;

	list_for_each_entry_safe(r, tmp, &enc->regions, entry) {
		list_del(&r->entry);
		for (i = 0; i < r->nr_pages; i++)
			put_page(r->pages[i]);
		kfree(r->pages);
		kfree(r);
	}
}
`;

describe('leaked-pin: the loop that gives pages back stops before the last one', () => {
  test('a page is refused before it is counted', () => leaks(region('', 'behind', ' //~ leaked-pin')));
  test('given back by itself', () => leaks(region('\t\t\tput_page(r->pages[i]);\n', 'behind', '')));
  test('counted first', () => leaks(region('', 'before', '')));

  test('a loop that counts down, and one over as many as went before', () =>
    leaks(`static int down(struct demo *d, unsigned long addr, int nr, struct page **pages)
{
	int n = 0, ret = 0;

	while (n < nr) {
		ret = pin_user_pages_fast(addr + n * PAGE_SIZE, 1, FOLL_WRITE, &pages[n]);
		if (ret != 1)
			goto err;
		if (demo_check(d)) {
			ret = -EINVAL;
			goto err;
		}
		n++;
	}
	d->pages = pages;
	return 0;
err:
	while (n--)
		unpin_user_page(pages[n]);
	kvfree(pages); //~ leaked-pin
	return ret;
}

static int down_right(struct demo *d, unsigned long addr, int nr, struct page **pages)
{
	int n = 0, ret = 0;

	while (n < nr) {
		ret = pin_user_pages_fast(addr + n * PAGE_SIZE, 1, FOLL_WRITE, &pages[n]);
		if (ret != 1)
			goto err;
		n++;
		if (demo_check(d)) {
			ret = -EINVAL;
			goto err;
		}
	}
	d->pages = pages;
	return 0;
err:
	while (n--)
		unpin_user_page(pages[n]);
	kvfree(pages);
	return ret;
}

static int bytes_taken(struct demo *d, struct iov_iter *iter, size_t size)
{
	struct page **pages;
	ssize_t ret;
	size_t off;
	int i, n;

	ret = iov_iter_get_pages_alloc2(iter, &pages, size, &off);
	if (ret < 0)
		return ret;
	n = (ret + off + PAGE_SIZE - 1) / PAGE_SIZE;
	for (i = 0; i < n; i++)
		demo_add(d, page_to_pfn(pages[i]));
	for (i = 0; i < n; i++)
		put_page(pages[i]);
	kvfree(pages);
	return 0;
}
`));
});

describe('leaked-pin: a helper that gives pages back if it is told of them', () => {
  const source = (short: string, mark: string): string => `struct info {
	struct page **pages;
	int nr;
	int need_release;
};

static void cleanup(struct info *info)
{
	if (info->need_release)
		unpin_user_pages(info->pages, info->nr);
	kvfree(info->pages);
	kfree(info);
}

static struct info *create(unsigned long addr, int nr)
{
	struct info *info = kzalloc(sizeof(*info), GFP_KERNEL);
	int got;

	if (!info)
		return NULL;
	info->nr = nr;
	info->pages = kvmalloc_array(nr, sizeof(*info->pages), GFP_KERNEL);
	if (!info->pages) {
		kfree(info);
		return NULL;
	}
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, info->pages);
	if (got != nr) {
${short}		cleanup(info);${mark}
		return NULL;
	}
	info->need_release = 1;
	return info;
}
`;
  test('told where it is called, for there the pages are forgotten', () => leaks(source('', ' //~ leaked-pin')));
  test('given back before', () => leaks(source('\t\tif (got > 0)\n\t\t\tunpin_user_pages(info->pages, got);\n', '')));
});
