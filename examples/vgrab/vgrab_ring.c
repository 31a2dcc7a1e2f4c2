// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * vgrab - the ring: a buffer of the caller that the device fills for as long as it is registered
 *
 * Copyright (C) 2026 The Pinscope authors
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "vgrab.h"

int vgrab_ring_start(struct vgrab_file *vf, const struct vgrab_ring_desc *desc)
{
	struct vgrab_dev *vg = vf->vg;
	struct vgrab_buf *ring = &vf->ring;
	int got, ret;

	if (ring->nr_pages)
		return -EBUSY;
	if (offset_in_page(desc->addr) || !desc->length ||
	    desc->length > VGRAB_MAX_BYTES || !PAGE_ALIGNED(desc->length))
		return -EINVAL;

	ring->length = desc->length;
	ring->dir = DMA_FROM_DEVICE;
	ring->nr_pages = desc->length >> PAGE_SHIFT;
	ring->pages = kvcalloc(ring->nr_pages, sizeof(*ring->pages), GFP_KERNEL);
	if (!ring->pages) {
		ret = -ENOMEM;
		goto err_reset;
	}

	got = pin_user_pages_fast(desc->addr, ring->nr_pages, FOLL_WRITE,
				  ring->pages);
	if (got != ring->nr_pages) {
		if (got > 0)
			unpin_user_pages(ring->pages, got);
		ret = got < 0 ? got : -EFAULT;
		goto err_free;
	}

	ret = sg_alloc_table_from_pages(&ring->sgt, ring->pages, ring->nr_pages,
					0, ring->length, GFP_KERNEL);
	if (ret)
		goto err_unpin;

	ret = dma_map_sgtable(&vg->pdev->dev, &ring->sgt, DMA_FROM_DEVICE, 0);
	if (ret)
		goto err_sgt;

	vgrab_program(vg, &ring->sgt);
	writel(VGRAB_CTRL_START | VGRAB_CTRL_RING, vg->regs + VGRAB_REG_CTRL);
	return 0;

err_sgt:
	sg_free_table(&ring->sgt);
err_unpin:
	unpin_user_pages(ring->pages, ring->nr_pages);
err_free:
	kvfree(ring->pages);
	ring->pages = NULL;
err_reset:
	ring->nr_pages = 0;
	return ret;
}

/* Called by VGRAB_IOC_RING_STOP, and when the file is closed. */
void vgrab_ring_stop(struct vgrab_file *vf)
{
	struct vgrab_dev *vg = vf->vg;
	struct vgrab_buf *ring = &vf->ring;

	if (!ring->nr_pages)
		return;

	writel(0, vg->regs + VGRAB_REG_CTRL);
	readl(vg->regs + VGRAB_REG_CTRL);

	dma_unmap_sgtable(&vg->pdev->dev, &ring->sgt, DMA_FROM_DEVICE, 0);
	sg_free_table(&ring->sgt);
	unpin_user_pages_dirty_lock(ring->pages, ring->nr_pages, true);
	kvfree(ring->pages);
	ring->pages = NULL;
	ring->nr_pages = 0;
}
