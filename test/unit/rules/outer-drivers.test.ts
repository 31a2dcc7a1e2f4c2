/** Shapes of drivers outside of the kernel and of older kernels: right code that was cried wolf at (outer-drivers-wrong.test.ts has the same gone wrong). */
import { describe, it } from 'vitest';
import { check } from './check.ts';

describe('silence in older and outer drivers', () => {
  it('which partner is told by a kind whose names stand in a header that is not read', () =>
    check(
      `
static void demo_free(struct demo *bo, unsigned int n)
{
	int i;

	total.size -= bo->count;
	if (bo->kind == DEMO_KIND_PFN) {
		unpin_user_pages(bo->pages, n);
	} else {
		for (i = 0; i < n; i++)
			put_page(bo->pages[i]);
	}
	kfree(bo->pages);
}
int demo_take(struct demo *bo, unsigned long addr, struct vm_area_struct *vma)
{
	int nr;
	struct page **pages = kmalloc_array(bo->count, sizeof(struct page *), GFP_KERNEL);

	if (!pages)
		return -ENOMEM;
	bo->pages = pages;
	if (vma->vm_flags & VM_IO) {
		nr = pin_user_pages_fast(addr, bo->count, FOLL_LONGTERM | FOLL_WRITE, pages);
		bo->kind = DEMO_KIND_PFN;
	} else {
		mutex_unlock(&bo->mutex);
		nr = get_user_pages_fast(addr, bo->count, FOLL_WRITE, pages);
		mutex_lock(&bo->mutex);
		bo->kind = DEMO_KIND_USER;
	}
	dev_dbg(demo_dev, "%d %s", bo->count, bo->kind == DEMO_KIND_USER ? "user" : "pfn");
	total.size += bo->count;
	if (nr != bo->count) {
		dev_err(demo_dev, "%d", nr);
		if (nr < 0)
			nr = 0;
		goto out;
	}
	return 0;
out:
	demo_free(bo, nr);
	return -ENOMEM;
}`,
      { only: 'mismatched-release', kernel: { major: 5, minor: 10, patch: 0 } },
    ));

  it('a flag that is not followed is added to those that tell the kind', () =>
    check(
      `
struct shm { struct page **pages; size_t nr; u32 flags; int id; };
static void demo_release(struct shm *shm)
{
	size_t n;

	if (!shm->pages)
		return;
	if (shm->flags & DEMO_USER_MAPPED) {
		unpin_user_pages(shm->pages, shm->nr);
	} else {
		for (n = 0; n < shm->nr; n++)
			put_page(shm->pages[n]);
	}
	kfree(shm->pages);
}
struct shm *demo_register(struct demo *d, unsigned long start, size_t num, u32 flags, struct kvec *kiov)
{
	struct shm *shm;
	int rc;

	shm = kzalloc(sizeof(*shm), GFP_KERNEL);
	if (!shm)
		return NULL;
	shm->flags = flags | DEMO_REGISTER;
	shm->pages = kcalloc(num, sizeof(*shm->pages), GFP_KERNEL);
	if (!shm->pages)
		goto err;
	if (flags & DEMO_USER_MAPPED)
		rc = pin_user_pages_fast(start, num, FOLL_WRITE | FOLL_LONGTERM, shm->pages);
	else
		rc = get_kernel_pages(kiov, num, 0, shm->pages);
	if (rc > 0)
		shm->nr = rc;
	if (rc != num)
		goto err;
	shm->id = idr_alloc(&d->idr, shm, 1, 0, GFP_KERNEL);
	if (shm->id < 0)
		goto err;
	rc = d->ops->shm_register(d, shm, shm->pages, shm->nr, start);
	if (rc)
		goto err;
	return shm;
err:
	demo_release(shm);
	kfree(shm);
	return NULL;
}`,
      { only: 'mismatched-release', kernel: { major: 5, minor: 10, patch: 0 } },
    ));

  it('one round of a loop gives back its own page, and a later one fails', () =>
    check(
      `
struct entry { struct page *page; dma_addr_t dma; int status; };
static bool demo_give(struct page *page)
{
	if (!page)
		return false;
	set_page_dirty_lock(page);
	unpin_user_page(page);
	return true;
}
int demo_map(struct device *dev, struct entry *ptes, int num, unsigned long host)
{
	struct page *page;
	int ret, i;

	for (i = 0; i < num; i++) {
		ret = pin_user_pages_fast(host + i * PAGE_SIZE, 1, FOLL_WRITE | FOLL_LONGTERM, &page);
		if (ret <= 0) {
			dev_err(dev, "%d\n", ret);
			return ret ? ret : -ENOMEM;
		}
		ptes[i].page = page;
		ptes[i].dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
		if (dma_mapping_error(dev, ptes[i].dma)) {
			demo_give(ptes[i].page);
			memset(&ptes[i], 0, sizeof(struct entry));
			return -EINVAL;
		}
		ptes[i].status = 1;
	}
	return 0;
}
void demo_unmap(struct device *dev, struct entry *ptes, int num)
{
	int i;

	for (i = 0; i < num; i++) {
		dma_unmap_page(dev, ptes[i].dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
		demo_give(ptes[i].page);
	}
}`,
      { only: 'leaked-pin', kernel: { major: 5, minor: 10, patch: 0 } },
    ));

  it('slots that were filled are not empty', () =>
    check(
      `
struct demo_cb { void __user *buf; size_t len; void *private; unsigned int pages_nr; struct sg_table sgt; struct page **pages; };
static void unmap_user_buf(struct demo_cb *cb, bool write)
{
	int i;

	sg_free_table(&cb->sgt);
	if (!cb->pages || !cb->pages_nr)
		return;
	for (i = 0; i < cb->pages_nr; i++) {
		if (cb->pages[i]) {
			if (!write)
				set_page_dirty_lock(cb->pages[i]);
			unpin_user_page(cb->pages[i]);
		} else
			break;
	}
	if (i != cb->pages_nr)
		pr_info("sgl pages %d/%u.\\n", i, cb->pages_nr);
	kfree(cb->pages);
	cb->pages = NULL;
}
static int map_user_buf_to_sgl(struct demo_cb *cb, bool write)
{
	struct sg_table *sgt = &cb->sgt;
	unsigned long len = cb->len;
	void __user *buf = cb->buf;
	struct scatterlist *sg;
	unsigned int pages_nr = (((unsigned long)buf + len + PAGE_SIZE - 1) - ((unsigned long)buf & PAGE_MASK)) >> PAGE_SHIFT;
	int i;
	int rv;

	if (pages_nr == 0)
		return -EINVAL;
	if (sg_alloc_table(sgt, pages_nr, GFP_KERNEL)) {
		pr_err("sgl OOM.\\n");
		return -ENOMEM;
	}
	cb->pages = kcalloc(pages_nr, sizeof(struct page *), GFP_KERNEL);
	if (!cb->pages) {
		pr_err("pages OOM.\\n");
		rv = -ENOMEM;
		goto err_out;
	}
	rv = pin_user_pages_fast((unsigned long)buf, pages_nr, FOLL_WRITE, cb->pages);
	if (rv < 0) {
		pr_err("unable to pin down %u user pages, %d.\\n", pages_nr, rv);
		goto err_out;
	}
	if (rv != pages_nr) {
		pr_err("unable to pin down all %u user pages, %d.\\n", pages_nr, rv);
		cb->pages_nr = rv;
		rv = -EFAULT;
		goto err_out;
	}
	for (i = 1; i < pages_nr; i++) {
		if (cb->pages[i - 1] == cb->pages[i]) {
			pr_err("duplicate pages, %d, %d.\\n", i - 1, i);
			rv = -EFAULT;
			cb->pages_nr = pages_nr;
			goto err_out;
		}
	}
	sg = sgt->sgl;
	for (i = 0; i < pages_nr; i++, sg = sg_next(sg)) {
		unsigned int offset = offset_in_page(buf);
		unsigned int nbytes = min_t(unsigned int, PAGE_SIZE - offset, len);

		flush_dcache_page(cb->pages[i]);
		sg_set_page(sg, cb->pages[i], nbytes, offset);
		buf += nbytes;
		len -= nbytes;
	}
	cb->pages_nr = pages_nr;
	return 0;
err_out:
	unmap_user_buf(cb, write);
	return rv;
}
static ssize_t demo_read_write(struct file *file, const char __user *buf, size_t count, loff_t *pos, bool write)
{
	struct demo_cb cb;
	ssize_t res;
	int rv;

	memset(&cb, 0, sizeof(struct demo_cb));
	cb.buf = (char __user *)buf;
	cb.len = count;
	rv = map_user_buf_to_sgl(&cb, write);
	if (rv < 0)
		return rv;
	res = xfer_submit(file->private_data, write, *pos, &cb.sgt, 0, 10000);
	unmap_user_buf(&cb, write);
	return res;
}
static ssize_t demo_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	return demo_read_write(file, buf, count, pos, 1);
}
static ssize_t demo_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return demo_read_write(file, buf, count, pos, 0);
}
static const struct file_operations demo_fops = { .owner = THIS_MODULE, .write = demo_write, .read = demo_read };`,
      { only: 'leaked-pin' },
    ));

  it('a driver that asks whether the mapping changed', () =>
    check(
      `
struct demo_obj { struct mmu_interval_notifier notifier; struct page **pages; unsigned long n; unsigned long addr; unsigned long seq; struct mutex lock; };
static bool demo_obj_invalidate(struct mmu_interval_notifier *mni, const struct mmu_notifier_range *range, unsigned long seq)
{
	struct demo_obj *o = container_of(mni, struct demo_obj, notifier);

	mmu_interval_set_seq(mni, seq);
	hw_stop(o);
	return true;
}
static const struct mmu_interval_notifier_ops demo_obj_ops = { .invalidate = demo_obj_invalidate };
int demo_obj_get(struct demo_obj *o, bool write)
{
	struct page **pages;
	unsigned long pinned = 0;
	int ret = 0;

	pages = kvmalloc_array(o->n, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	o->seq = mmu_interval_read_begin(&o->notifier);
	while (pinned < o->n) {
		ret = pin_user_pages_fast(o->addr + pinned * PAGE_SIZE, o->n - pinned, write ? FOLL_WRITE : 0, &pages[pinned]);
		if (ret < 0)
			goto out;
		pinned += ret;
	}
	mutex_lock(&o->lock);
	if (mmu_interval_read_retry(&o->notifier, o->seq)) {
		mutex_unlock(&o->lock);
		ret = -EAGAIN;
		goto out;
	}
	if (!o->pages) {
		o->pages = pages;
		pages = NULL;
		pinned = 0;
	}
	mutex_unlock(&o->lock);
	ret = 0;
out:
	if (pages) {
		unpin_user_pages(pages, pinned);
		kvfree(pages);
	}
	return ret;
}
void demo_obj_put(struct demo_obj *o)
{
	unsigned long i;

	mmu_interval_notifier_remove(&o->notifier);
	for (i = 0; i < o->n; i++) {
		set_page_dirty_lock(o->pages[i]);
		unpin_user_page(o->pages[i]);
	}
	kvfree(o->pages);
	o->pages = NULL;
}`,
      { only: 'missing-longterm' },
    ));

  it('what implements an acquire: its caller has the pages', () =>
    check(
      `
static void demo_zero(struct page *page)
{
	void *to = kmap_atomic(page);

	memset(to, 0, PAGE_SIZE);
	kunmap_atomic(to);
}
ssize_t iov_iter_get_pages(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned int maxpages, size_t *start)
{
	if (i->pipe) {
		demo_zero(i->bv->bv_page);
		pages[0] = i->bv->bv_page;
		return PAGE_SIZE;
	}
	return get_user_pages_fast(i->addr, maxpages, FOLL_WRITE, pages) * PAGE_SIZE;
}`,
      { only: 'get-for-dma' },
    ));

  it('a function that only fails', () =>
    check(
      `
static struct sg_table *demo_later(struct demo *d)
{
	struct demo_work *work = kmalloc(sizeof(*work), GFP_KERNEL);

	if (!work)
		return ERR_PTR(-ENOMEM);
	/* return NULL would be wrong here */
	queue_work(d->wq, &work->work);
	return ERR_PTR(-EAGAIN);
}
int demo_get(struct demo *d, unsigned long addr, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(struct page *), GFP_KERNEL);
	struct sg_table *table;
	int pinned;

	if (!pages)
		return -ENOMEM;
	pinned = pin_user_pages_fast_only(addr, nr, FOLL_WRITE, pages);
	if (pinned < 0)
		pinned = 0;
	table = demo_later(d);
	if (IS_ERR(table))
		unpin_user_pages(pages, pinned);
	kvfree(pages);
	return PTR_ERR_OR_ZERO(table);
}`,
      { only: 'leaked-pin' },
    ));

  it('a label where a function ends that unpins', () =>
    check(
      `
static int demo_unpin_pages(struct demo *d, unsigned long *pfns, int nr)
{
	int i;

	mutex_lock(&d->lock);
	for (i = 0; i < nr; i++) {
		struct demo_dma *dma = demo_find(d, pfns[i]);

		if (!dma)
			goto unpin_exit;
		unpin_user_page(dma->page);
	}
unpin_exit:
	mutex_unlock(&d->lock);
	return i;
}
int demo_pin(struct demo_dma *dma, unsigned long addr)
{
	return pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &dma->page) == 1 ? 0 : -EFAULT;
}`,
      { only: 'leaked-pin' },
    ));
});
