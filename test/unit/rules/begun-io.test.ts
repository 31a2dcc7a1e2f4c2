/** I/O that a function begins and something else ends: completions, kiocbs, requests embedded in an object. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

describe('what is begun holds its pages', () => {
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

  it('an I/O that was begun: the kiocb is completed by a work item', () =>
    check(
      `
struct demo_io { struct kiocb *iocb; struct work_struct work; struct page **pages; int npages; bool dirty; size_t size; int status; struct demo_dev *dev; };
static void demo_io_work(struct work_struct *work)
{
	struct demo_io *io = container_of(work, struct demo_io, work);

	unpin_user_pages_dirty_lock(io->pages, io->npages, io->dirty);
	kvfree(io->pages);
	io->iocb->ki_complete(io->iocb, io->status ? io->status : io->size);
	kfree(io);
}
static void demo_io_done(void *data, int status)
{
	struct demo_io *io = data;

	io->status = status;
	queue_work(system_wq, &io->work);
}
static ssize_t demo_rw_iter(struct kiocb *iocb, struct iov_iter *iter, bool read)
{
	struct demo_dev *dev = iocb->ki_filp->private_data;
	struct demo_io *io;
	unsigned long addr;
	size_t len = iov_iter_count(iter);
	int n, got, ret;

	if (!iter_is_ubuf(iter))
		return -EOPNOTSUPP;
	addr = (unsigned long)iter->ubuf + iter->iov_offset;
	io = kzalloc(sizeof(*io), GFP_KERNEL);
	if (!io)
		return -ENOMEM;
	n = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	io->pages = kvmalloc_array(n, sizeof(*io->pages), GFP_KERNEL);
	if (!io->pages) {
		ret = -ENOMEM;
		goto free_io;
	}
	got = pin_user_pages_fast(addr, n, read ? FOLL_WRITE : 0, io->pages);
	if (got <= 0) {
		ret = got ?: -EFAULT;
		goto free_pages;
	}
	io->npages = got;
	if (got < n)
		len = got * PAGE_SIZE - offset_in_page(addr);
	io->iocb = iocb;
	io->dirty = read;
	io->size = len;
	io->dev = dev;
	INIT_WORK(&io->work, demo_io_work);
	ret = demo_dev_submit(dev, io->pages, got, offset_in_page(addr), len, read, demo_io_done, io);
	if (ret)
		goto unpin;
	iov_iter_advance(iter, len);
	return -EIOCBQUEUED;
unpin:
	unpin_user_pages(io->pages, io->npages);
free_pages:
	kvfree(io->pages);
free_io:
	kfree(io);
	return ret;
}
static ssize_t demo_read_iter(struct kiocb *iocb, struct iov_iter *to) { return demo_rw_iter(iocb, to, true); }
static ssize_t demo_write_iter(struct kiocb *iocb, struct iov_iter *from) { return demo_rw_iter(iocb, from, false); }
static const struct file_operations demo_fops = { .read_iter = demo_read_iter, .write_iter = demo_write_iter };`,
      { only: ['leaked-pin', 'missing-longterm'] },
    ));

  it('a part of the object is handed on, and its owner finds the pages', () =>
    check(
      `
struct args { int op; void (*end)(struct args *); };
struct io { struct args args; struct page **pages; unsigned int num; };
int demo_send(unsigned long addr, unsigned int max)
{
	struct io *ia = kzalloc(sizeof(*ia), GFP_KERNEL);
	int ret, err;

	if (!ia)
		return -ENOMEM;
	ia->pages = kcalloc(max, sizeof(struct page *), GFP_KERNEL);
	if (!ia->pages) {
		kfree(ia);
		return -ENOMEM;
	}
	ret = pin_user_pages_fast(addr, max, FOLL_WRITE, ia->pages);
	if (ret != max) {
		if (ret > 0)
			unpin_user_pages(ia->pages, ret);
		kfree(ia->pages);
		kfree(ia);
		return -EFAULT;
	}
	ia->num = ret;
	err = demo_background(&ia->args, GFP_KERNEL);
	if (err) {
		unpin_user_pages(ia->pages, ia->num);
		kfree(ia->pages);
		kfree(ia);
		return err;
	}
	return 0;
}`,
      { only: 'leaked-pin' },
    ));
});
