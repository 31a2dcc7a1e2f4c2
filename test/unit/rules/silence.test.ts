/** Right code that was cried wolf at, in shapes of real drivers. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

describe('silence', () => {
  it('a write ends in a function that is not seen', () =>
    check(
      `
static int demo_write_end(struct file *file, struct address_space *mapping, loff_t pos, unsigned len, unsigned copied,
			  struct folio *folio, void *fsdata)
{
	int status = demo_update_folio(file, folio, pos, copied);

	folio_unlock(folio);
	folio_put(folio);
	return status < 0 ? status : copied;
}
static const struct address_space_operations demo_aops = { .write_end = demo_write_end };
int demo_take(struct page **pages, unsigned long addr, int nr)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
}`,
      { only: 'missing-dirty' },
    ));

  it('a page of the kernel own beside user pages', () =>
    check(
      `
int demo_issue(struct page *page, const void *from)
{
	memcpy(page_address(page), from, 16);
	return demo_command(page);
}
int demo_update(unsigned long addr, const void *from)
{
	struct page *user, *copy;
	int ret;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &user) != 1)
		return -EFAULT;
	ret = demo_issue(user, from);
	set_page_dirty_lock(user);
	unpin_user_page(user);
	copy = alloc_page(GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	memcpy(page_address(copy), from, 16);
	ret = demo_issue(copy, from);
	__free_page(copy);
	return ret;
}`,
      { only: 'missing-dirty' },
    ));

  it('a field of another object is cleared behind the acquire', () =>
    check(
      `
int demo_map(struct demo *d, struct core *core, unsigned long addr)
{
	int ret;

	core->runner = d;
	ret = pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, d->pages);
	if (ret != 1)
		return -EFAULT;
	core->runner = d->name;
	if (demo_wait(core)) {
		core->runner = NULL;
		return -EINTR;
	}
	core->runner = NULL;
	return 0;
}`,
      { only: 'leaked-pin' },
    ));

  it('a force argument that is always 0', () =>
    check(
      `
long demo_lock(unsigned long addr, unsigned long n, struct page **pages)
{
	const int write = 1, force = 0;
	long ret;

	down_read(&current->mm->mmap_sem);
	ret = get_user_pages(addr, n, write, force, pages, NULL);
	up_read(&current->mm->mmap_sem);
	return ret;
}
long demo_force(unsigned long addr, unsigned long n, struct page **pages, int force)
{
	long ret;

	down_read(&current->mm->mmap_sem);
	ret = get_user_pages(addr, n, 1, force, pages, NULL); //~ foll-force
	up_read(&current->mm->mmap_sem);
	return ret;
}`,
      { only: 'foll-force', kernel: { major: 4, minor: 8, patch: 0 } },
    ));

  it('an acquire that is only made where there is no array', () =>
    check(
      `
int demo_populate(struct mm_struct *mm, unsigned long start, unsigned long n, bool touch)
{
	struct page **pages = NULL;
	long i, ret;

	if (touch) {
		pages = kvmalloc_array(n, sizeof(*pages), GFP_KERNEL);
		if (!pages)
			return -ENOMEM;
	}
	mmap_read_lock(mm);
	if (touch)
		ret = pin_user_pages_remote(mm, start, n, 0, pages, NULL);
	else
		ret = get_user_pages_remote(mm, start, n, 0, pages, NULL);
	mmap_read_unlock(mm);
	if (touch && ret > 0) {
		for (i = 0; i < ret; i++)
			demo_read(kmap(pages[i]));
		unpin_user_pages(pages, ret);
	}
	kvfree(pages);
	return ret < 0 ? ret : 0;
}`,
      { only: 'get-for-dma' },
    ));

  it('pages that are chosen by how they were taken: what is said of the pins is not said of the others', () =>
    check(
      `
struct dio { struct page **pages; long npages; bool pinned; };
int dio_pin(struct dio *d, unsigned long addr, int rw)
{
	long res;

	d->pinned = true;
	res = pin_user_pages_unlocked(addr, d->npages, d->pages, rw == READ ? FOLL_WRITE : 0);
	return res == d->npages ? 0 : -EFAULT;
}
int dio_get(struct dio *d, struct iov_iter *iter)
{
	size_t start;

	return iov_iter_get_pages2(iter, d->pages, LONG_MAX, d->npages, &start) > 0 ? 0 : -EFAULT;
}
void dio_replace_zero(struct dio *d)
{
	long i;

	for (i = 0; i < d->npages; i++)
		if (d->pages[i] == ZERO_PAGE(0))
			put_page(d->pages[i]);
}`,
      { only: 'missing-dirty' },
    ));

  it('chunks of pages in a list are given back by a function that counts them', () =>
    check(
      `
struct chunk { struct page **plist; };
struct umem { struct chunk *chunks; int n; };
static void chunk_free(struct chunk *c, int n)
{
	unpin_user_pages_dirty_lock(c->plist, n, true);
}
void umem_release(struct umem *u)
{
	int i, n = u->n;

	for (i = 0; n; i++) {
		int some = min_t(int, CHUNK_PAGES, n);

		chunk_free(&u->chunks[i], some);
		kfree(u->chunks[i].plist);
		n -= some;
	}
	kfree(u->chunks);
	kfree(u);
}
struct umem *umem_get(unsigned long addr, int n)
{
	struct umem *u = kzalloc(sizeof(*u), GFP_KERNEL);
	int i, rv = -ENOMEM;

	if (!u)
		return ERR_PTR(-ENOMEM);
	u->chunks = kcalloc(n / CHUNK_PAGES + 1, sizeof(*u->chunks), GFP_KERNEL);
	if (!u->chunks)
		goto out;
	for (i = 0; n; i++) {
		int nents = min_t(int, n, CHUNK_PAGES);
		struct page **plist = kcalloc(nents, sizeof(struct page *), GFP_KERNEL);

		if (!plist) {
			rv = -ENOMEM;
			goto out;
		}
		u->chunks[i].plist = plist;
		while (nents) {
			rv = pin_user_pages_fast(addr, nents, FOLL_WRITE | FOLL_LONGTERM, plist);
			if (rv < 0)
				goto out;
			u->n += rv;
			addr += rv * PAGE_SIZE;
			plist += rv;
			nents -= rv;
			n -= rv;
		}
	}
out:
	if (rv > 0)
		return u;
	umem_release(u);
	return ERR_PTR(rv);
}`,
      { only: 'leaked-pin' },
    ));

  it('a helper gives a page back that is there twice, and the loop behind gives back the rest', () =>
    check(
      `
static int bio_take(struct bio *bio, struct page *page, unsigned len)
{
	bool same = false;

	if (!bio_merge(bio, page, len, &same)) {
		bio_add(bio, page, len);
		return 0;
	}
	if (same)
		put_page(page);
	return 0;
}
int bio_fill(struct bio *bio, struct iov_iter *iter, struct page **pages, int nr)
{
	size_t offset;
	ssize_t left, size = iov_iter_get_pages2(iter, pages, LONG_MAX, nr, &offset);
	int i = 0;

	if (size <= 0)
		return -EFAULT;
	for (left = size; left > 0; left -= PAGE_SIZE, i++)
		if (bio_take(bio, pages[i], PAGE_SIZE))
			break;
	while (i < nr)
		put_page(pages[i++]);
	return 0;
}`,
      { only: 'double-release' },
    ));

  it('one page, a check for an error, and an assertion that it is there', () =>
    check(
      `
#define DEMO_ASSERT(x) do { if (!(x)) demo_complain(#x); } while (0)
int demo_read(unsigned long addr, u64 *val)
{
	struct page *page;
	long ret = pin_user_pages_fast(addr, 1, 0, &page);

	if (ret < 0)
		return ret;
	DEMO_ASSERT(ret == 1);
	*val = *(u64 *)kmap(page);
	kunmap(page);
	unpin_user_page(page);
	return 0;
}`,
      { only: 'double-release' },
    ));
});

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

  it('the completion gives the pages back while the function waits for it', () =>
    check(
      `
struct acd { struct page **user_pages; int page_count; struct completion *cpl; size_t len; struct sg_table sgt; };
int demo_transfer(struct dev *ldev, struct desc *desc, unsigned long base, size_t len)
{
	struct acd *acd;
	DECLARE_COMPLETION_ONSTACK(done);
	int rv, i, p, pcnt, nents;
	struct scatterlist *sg;

	acd = kzalloc(sizeof(*acd), GFP_KERNEL);
	if (!acd)
		return -ENOMEM;
	acd->cpl = &done;
	acd->len = len;
	acd->page_count = len >> PAGE_SHIFT;
	acd->user_pages = kcalloc(acd->page_count, sizeof(struct page *), GFP_KERNEL);
	if (!acd->user_pages) {
		kfree(acd);
		return -ENOMEM;
	}
	rv = pin_user_pages_fast(base, acd->page_count, FOLL_WRITE, acd->user_pages);
	if (rv != acd->page_count) {
		if (rv > 0)
			unpin_user_pages(acd->user_pages, rv);
		kfree(acd->user_pages);
		kfree(acd);
		return -EFAULT;
	}
	rv = sg_alloc_table_from_pages(&acd->sgt, acd->user_pages, acd->page_count, 0, len, GFP_KERNEL);
	if (rv)
		goto unpin;
	nents = dma_map_sg(ldev->dev, acd->sgt.sgl, acd->sgt.nents, DMA_FROM_DEVICE);
	if (nents <= 0)
		goto free;
	for_each_sg(acd->sgt.sgl, sg, nents, i) {
		pcnt = demo_parts(sg);
		for (p = 0; p < pcnt; p++) {
			desc->addr = sg_dma_address(sg) + p * 0x80000;
			if (i == nents - 1 && p == pcnt - 1)
				desc->acd = acd;
			desc = desc->next;
		}
	}
	demo_start(ldev);
	rv = wait_for_completion_interruptible(&done);
	if (rv == -ERESTARTSYS)
		acd->cpl = NULL;
	if (rv == 0) {
		rv = acd->len;
		kfree(acd);
	}
	return rv;
free:
	sg_free_table(&acd->sgt);
unpin:
	unpin_user_pages(acd->user_pages, acd->page_count);
	kfree(acd->user_pages);
	kfree(acd);
	return rv;
}
void demo_complete(struct acd *acd)
{
	dma_unmap_sg(acd->dev, acd->sgt.sgl, acd->sgt.nents, DMA_FROM_DEVICE);
	unpin_user_pages_dirty_lock(acd->user_pages, acd->page_count, true);
	sg_free_table(&acd->sgt);
	kfree(acd->user_pages);
	if (acd->cpl)
		complete(acd->cpl);
	else
		kfree(acd);
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

describe('one mistake is told once', () => {
  it('a short count that is forgotten, and all pages given back', () =>
    check(
      `
static void demo_free(struct demo *d)
{
	switch (d->state) {
	case DEMO_LOCKED:
		unpin_user_pages_dirty_lock(d->pages, d->nr, true); //~ double-release
		fallthrough;
	case DEMO_ALLOC:
		vfree(d->pages);
		fallthrough;
	default:
		d->state = DEMO_INIT;
	}
}
static int demo_lock(struct demo *d, unsigned long addr, unsigned long nr)
{
	int ret;

	d->nr = nr;
	d->pages = vzalloc(array_size(sizeof(struct page *), d->nr));
	if (!d->pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(addr, d->nr, FOLL_WRITE, d->pages);
	if (ret != d->nr) {
		if (ret < 0)
			return ret;
		d->state = DEMO_LOCKED;
		return -EINVAL;
	}
	d->state = DEMO_LOCKED;
	return 0;
}
int demo_build(struct demo *d, unsigned long addr, unsigned long nr)
{
	int ret;

	d->state = DEMO_INIT;
	ret = demo_lock(d, addr, nr);
	if (ret) {
		demo_free(d);
		return ret;
	}
	return demo_run(d);
}
void demo_done(struct demo *d)
{
	demo_free(d);
}`,
      { only: ['leaked-pin', 'double-release'] },
    ));
});

describe('the same, wrong', () => {
  it('the other kind, told by a constant', () =>
    check(
      `
int demo_take(struct demo *d, unsigned long addr, int nr)
{
	int ret;

	if (d->long_lived) {
		ret = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, d->pages);
		d->kind = DEMO_PINNED;
	} else {
		ret = get_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);
		d->kind = DEMO_TAKEN;
	}
	if (ret == nr)
		return 0;
	if (ret > 0 && d->kind == DEMO_TAKEN)
		unpin_user_pages(d->pages, ret); //~ mismatched-release
	return -EFAULT;
}`,
      { only: 'mismatched-release' },
    ));

  it('a later round fails, and only one way gives all back', () =>
    check(
      `
int demo_map(struct device *dev, struct entry *ptes, int num, unsigned long host)
{
	struct page *page;
	int ret, i;

	for (i = 0; i < num; i++) {
		ret = pin_user_pages_fast(host + i * PAGE_SIZE, 1, FOLL_WRITE | FOLL_LONGTERM, &page);
		if (ret != 1)
			return -EFAULT; //~ leaked-pin
		ptes[i].page = page;
		ptes[i].dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
		if (dma_mapping_error(dev, ptes[i].dma))
			goto undo;
	}
	return 0;
undo:
	for (; i >= 0; i--)
		unpin_user_page(ptes[i].page);
	return -EIO;
}
void demo_unmap(struct entry *ptes, int num)
{
	while (num--)
		unpin_user_page(ptes[num].page);
}`,
      { only: 'leaked-pin' },
    ));
});
