// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * vgrab - one frame into a buffer of the caller
 *
 * Copyright (C) 2026 The Pinscope authors
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vgrab.h"

/* Tells the device where the buffer lies. */
void vgrab_program(struct vgrab_dev *vg, struct sg_table *sgt)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		writeq(sg_dma_address(sg), vg->regs + VGRAB_REG_SEG_ADDR(i));
		writel(sg_dma_len(sg), vg->regs + VGRAB_REG_SEG_LEN(i));
	}
	writel(sgt->nents, vg->regs + VGRAB_REG_SEGMENTS);
}

/* Makes the caller's memory ready for a transfer by the device. */
static int vgrab_buf_get(struct vgrab_dev *vg, struct vgrab_buf *buf, u64 addr,
			 size_t length, enum dma_data_direction dir)
{
	unsigned long start = addr & PAGE_MASK;
	int got, ret, i;

	if (!length || length > VGRAB_MAX_BYTES)
		return -EINVAL;

	buf->offset = offset_in_page(addr);
	buf->length = length;
	buf->dir = dir;
	buf->nr_pages = DIV_ROUND_UP(buf->offset + length, PAGE_SIZE);
	buf->pages = kvmalloc_array(buf->nr_pages, sizeof(*buf->pages),
				    GFP_KERNEL);
	if (!buf->pages)
		return -ENOMEM;

	got = get_user_pages_fast(start, buf->nr_pages, FOLL_WRITE, buf->pages);
	if (got < 0) {
		ret = got;
		goto err_free;
	}
	if (got < buf->nr_pages) {
		ret = -EFAULT;
		goto err_put;
	}

	ret = sg_alloc_table_from_pages(&buf->sgt, buf->pages, buf->nr_pages,
					buf->offset, length, GFP_KERNEL);
	if (ret)
		goto err_put;

	ret = dma_map_sgtable(&vg->pdev->dev, &buf->sgt, dir, 0);
	if (ret)
		goto err_sgt;

	if (buf->sgt.nents > VGRAB_MAX_SEGMENTS) {
		ret = -E2BIG;
		goto err_unmap;
	}
	return 0;

err_unmap:
	dma_unmap_sgtable(&vg->pdev->dev, &buf->sgt, dir, 0);
err_sgt:
	sg_free_table(&buf->sgt);
err_put:
	for (i = 0; i < got; i++)
		put_page(buf->pages[i]);
err_free:
	kvfree(buf->pages);
	buf->pages = NULL;
	buf->nr_pages = 0;
	return ret;
}

/* Gives it back. What the device wrote must reach the disk, if the buffer is a mapped file. */
static void vgrab_buf_put(struct vgrab_dev *vg, struct vgrab_buf *buf)
{
	unsigned long i;

	dma_unmap_sgtable(&vg->pdev->dev, &buf->sgt, buf->dir, 0);
	sg_free_table(&buf->sgt);

	for (i = 0; i < buf->nr_pages; i++) {
		if (buf->dir == DMA_FROM_DEVICE)
			set_page_dirty_lock(buf->pages[i]);
		put_page(buf->pages[i]);
	}
	kvfree(buf->pages);
	buf->pages = NULL;
	buf->nr_pages = 0;
}

static int vgrab_wait(struct vgrab_dev *vg, unsigned int timeout_ms)
{
	long left;

	left = wait_for_completion_interruptible_timeout(&vg->done,
							 msecs_to_jiffies(timeout_ms));
	if (left <= 0) {
		writel(0, vg->regs + VGRAB_REG_CTRL);
		/* a read pushes the write out; the device stops its DMA before it answers */
		readl(vg->regs + VGRAB_REG_CTRL);
		vg->stats.dropped++;
		return left ? left : -ETIMEDOUT;
	}
	return vg->status & VGRAB_STATUS_ERROR ? -EIO : 0;
}

long vgrab_capture(struct vgrab_dev *vg, void __user *argp)
{
	struct vgrab_capture cap;
	struct vgrab_buf buf = {};
	int ret;

	if (copy_from_user(&cap, argp, sizeof(cap)))
		return -EFAULT;

	ret = vgrab_buf_get(vg, &buf, cap.addr, cap.length, DMA_FROM_DEVICE);
	if (ret)
		return ret;

	reinit_completion(&vg->done);
	vgrab_program(vg, &buf.sgt);
	writel(VGRAB_CTRL_START, vg->regs + VGRAB_REG_CTRL);

	ret = vgrab_wait(vg, cap.timeout_ms);
	if (ret)
		goto out;

	cap.sequence = readl(vg->regs + VGRAB_REG_SEQUENCE);
	cap.bytes_used = readl(vg->regs + VGRAB_REG_BYTES);
	vg->stats.frames++;
	vg->stats.bytes += cap.bytes_used;

	if (copy_to_user(argp, &cap, sizeof(cap)))
		return -EFAULT;
out:
	vgrab_buf_put(vg, &buf);
	return ret;
}
