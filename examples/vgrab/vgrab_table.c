// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * vgrab - the gamma table, and the counters
 *
 * Copyright (C) 2026 The Pinscope authors
 */
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "vgrab.h"

/* Sends the gamma table, which the device copies into its own memory. */
int vgrab_load_table(struct vgrab_dev *vg, const struct vgrab_table *table)
{
	size_t length = (size_t)table->entries * sizeof(__le32);
	unsigned long nr = DIV_ROUND_UP(offset_in_page(table->addr) + length,
					PAGE_SIZE);
	struct sg_table sgt;
	struct page **pages;
	int got, ret;

	if (!length || length > SZ_64K)
		return -EINVAL;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	got = pin_user_pages_fast(table->addr & PAGE_MASK, nr, 0, pages);
	if (got < 0) {
		ret = got;
		goto out_free;
	}
	if (got < nr) {
		ret = -EFAULT;
		goto out_free;
	}

	ret = sg_alloc_table_from_pages(&sgt, pages, nr,
					offset_in_page(table->addr), length,
					GFP_KERNEL);
	if (ret)
		goto out_unpin;

	ret = dma_map_sgtable(&vg->pdev->dev, &sgt, DMA_TO_DEVICE, 0);
	if (ret)
		goto out_table;

	reinit_completion(&vg->done);
	vgrab_program(vg, &sgt);
	writel(VGRAB_CTRL_START | VGRAB_CTRL_TABLE, vg->regs + VGRAB_REG_CTRL);
	if (!wait_for_completion_timeout(&vg->done, HZ)) {
		writel(0, vg->regs + VGRAB_REG_CTRL);
		ret = -ETIMEDOUT;
	}

	dma_unmap_sgtable(&vg->pdev->dev, &sgt, DMA_TO_DEVICE, 0);
out_table:
	sg_free_table(&sgt);
out_unpin:
	unpin_user_pages(pages, nr);
out_free:
	kfree(pages);
	return ret;
}

/* Adds the counters to those that a monitoring program keeps in one page of its own. */
int vgrab_add_stats(struct vgrab_dev *vg, u64 addr)
{
	struct vgrab_stats *sum;
	struct page *page;
	void *va;
	int ret;

	if (offset_in_page(addr) > PAGE_SIZE - sizeof(*sum))
		return -EINVAL;

	ret = pin_user_pages_fast(addr & PAGE_MASK, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;

	va = kmap_local_page(page);
	sum = va + offset_in_page(addr);
	sum->frames += vg->stats.frames;
	sum->dropped += vg->stats.dropped;
	sum->bytes += vg->stats.bytes;
	kunmap_local(va);

	set_page_dirty_lock(page);
	put_page(page);
	return 0;
}
