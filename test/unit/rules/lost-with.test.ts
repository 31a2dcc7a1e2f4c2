/** Pages that are lost with the memory, or the number, by which they were known; what a function asks an iterator first. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

const leaks = { only: 'leaked-pin' } as const;

describe('an address inside of the page', () => {
  const find = (body: string): string => `
static u64 demo_phys(u64 virt)
{
	u64 phys = 0;
	struct page *page;

	if (get_user_page_fast_only(virt, 0, &page)) {
${body}
	}
	return phys;
}
void demo_sample(struct demo_sample *s, u64 virt)
{
	s->phys = demo_phys(virt);
}
`;
  it('is no way to give the page back', async () => {
    await check(
      find('		phys = page_to_phys(page) + virt % PAGE_SIZE;').replace('	return phys;', '$& //~ leaked-pin'),
      leaks,
    );
    await check(find('		phys = page_to_phys(page) + virt % PAGE_SIZE;\n		put_page(page);'), leaks);
  });
  it('may be one where the file finds pages by their addresses', () =>
    check(
      `${find('		phys = page_to_phys(page) + virt % PAGE_SIZE;')}
void demo_done(struct demo_sample *s)
{
	put_page(phys_to_page(s->phys));
}`,
      leaks,
    ));
  // the number of the page itself: whoever gets it can give the page back
  it('is not the number of the page', () => check(find('		phys = page_to_pfn(page);'), leaks));
});

describe('a table in the memory that is freed', () => {
  const extract = (undo: string): string => `
ssize_t demo_extract(struct iov_iter *orig, size_t orig_len, struct iov_iter *new)
{
	struct bio_vec *bv = NULL;
	struct page **pages;
	unsigned int cur, max_pages, npages = 0, i;
	ssize_t ret = 0;
	size_t count = orig_len, offset, len, bv_size, pg_size;

	if (WARN_ON_ONCE(!iter_is_ubuf(orig) && !iter_is_iovec(orig)))
		return -EIO;
	max_pages = iov_iter_npages(orig, INT_MAX);
	bv_size = array_size(max_pages, sizeof(*bv));
	bv = kvmalloc(bv_size, GFP_KERNEL);
	if (!bv)
		return -ENOMEM;
	pg_size = array_size(max_pages, sizeof(*pages));
	pages = (void *)bv + bv_size - pg_size;
	while (count && npages < max_pages) {
		ret = iov_iter_extract_pages(orig, &pages, count, max_pages - npages, 0, &offset);
		if (ret <= 0) {
			ret = ret ?: -EIO;
			break;
		}
		cur = DIV_ROUND_UP(offset + ret, PAGE_SIZE);
		count -= ret;
		ret += offset;
		for (i = 0; i < cur; i++) {
			len = ret > PAGE_SIZE ? PAGE_SIZE : ret;
			bvec_set_page(bv + npages + i, *pages++, len - offset, offset);
			ret -= len;
			offset = 0;
		}
		npages += cur;
	}
	if (ret < 0 && (ret == -ENOMEM || npages == 0)) {
${undo}
		return ret;
	}
	iov_iter_bvec(new, orig->data_source, bv, npages, orig_len - count);
	return npages;
}`;
  it('takes the pages along', async () => {
    await check(extract('		kvfree(bv); //~ leaked-pin'), leaks);
    await check(extract('		for (i = 0; i < npages; i++)\n			unpin_user_page(bv[i].bv_page);\n		kvfree(bv);'), leaks);
  });
});

describe('what kind of pages an iterator has', () => {
  const take = (test: string): string => `
int demo_take(struct iov_iter *iter, struct page **pages, size_t len)
{
	size_t off;
	ssize_t n;

	${test}
	n = iov_iter_extract_pages(iter, &pages, len, 1, 0, &off);
	if (n <= 0)
		return -EFAULT;
	if (off) {
		kvfree(pages);
		return -EINVAL;
	}
	unpin_user_pages(pages, 1);
	return 0;
}`;
  const lost = (test: string): string => take(test).replace('kvfree(pages);', '$& //~ leaked-pin');

  it('is known when both kinds of user memory were asked for', async () => {
    await check(lost('if (!user_backed_iter(iter))\n		return -EINVAL;'), leaks);
    await check(lost('if (!iter_is_ubuf(iter) && !iter_is_iovec(iter))\n		return -EINVAL;'), leaks);
    await check(lost('if (WARN_ON(!iter_is_ubuf(iter) && !iter_is_iovec(iter)))\n		return -EINVAL;'), leaks);
  });
  it('is not known of what is not that one kind', async () => {
    await check(take('if (iov_iter_is_kvec(iter))\n		return -EINVAL;'), leaks);
    await check(take('if (iter_is_ubuf(iter) || iter_is_iovec(iter))\n		return -EINVAL;'), leaks);
  });
});

describe('an array at the end of an object whose type stands in another header', () => {
  const carve = (undo: string): string => `
struct demo_info { struct demo_list *list; struct page **pages; unsigned int n; };
static struct demo_info *demo_create(struct device *dev, unsigned long addr, unsigned int n)
{
	dma_addr_t dma;
	struct demo_list *list = dma_alloc_coherent(dev, demo_size(n), &dma, GFP_KERNEL);
	struct demo_info *info;
	struct page **pages;
	u32 *addrs;
	int got;

	if (!list)
		return NULL;
	addrs = list->addrs;
	pages = (struct page **)(addrs + n);
	info = (struct demo_info *)(pages + n);
	info->list = list;
	info->pages = pages;
	info->n = n;
	got = pin_user_pages_fast(addr, n, FOLL_WRITE, pages);
	if (got != n) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return NULL;
	}
	if (demo_start(dev)) {
${undo}
		return NULL;
	}
	return info;
}
int demo_run(struct device *dev, unsigned long addr, unsigned int n)
{
	struct demo_info *info = demo_create(dev, addr, n);

	if (!info)
		return -EINVAL;
	demo_wait(dev);
	unpin_user_pages_dirty_lock(info->pages, info->n, true);
	return 0;
}`;
  it('is lost where nothing of the object is given to anybody', async () => {
    const only = { only: 'leaked-pin' } as const;
    await check(
      carve('').replace(
        '\t\treturn NULL;\n\t}\n\treturn info;',
        '\t\treturn NULL; //~ leaked-pin\n\t}\n\treturn info;',
      ),
      only,
    );
    await check(carve('		unpin_user_pages(pages, n);'), only);
  });
});
