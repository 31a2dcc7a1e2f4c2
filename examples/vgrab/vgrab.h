/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * vgrab - driver for a PCI frame grabber
 *
 * Copyright (C) 2026 The Pinscope authors
 */
#ifndef VGRAB_H
#define VGRAB_H

#include <linux/cdev.h>
#include <linux/completion.h>
#include <linux/io.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

#include "vgrab_ioctl.h"

#define VGRAB_NAME		"vgrab"
#define VGRAB_MAX_BYTES		(32 << 20)
#define VGRAB_MAX_SEGMENTS	256

/* Registers of BAR 0 */
#define VGRAB_REG_CTRL		0x00
#define   VGRAB_CTRL_START	BIT(0)
#define   VGRAB_CTRL_RING	BIT(1)
#define   VGRAB_CTRL_TABLE	BIT(2)
#define VGRAB_REG_STATUS	0x04
#define   VGRAB_STATUS_DONE	BIT(0)
#define   VGRAB_STATUS_ERROR	BIT(1)
#define VGRAB_REG_SEQUENCE	0x08
#define VGRAB_REG_BYTES		0x0c
#define VGRAB_REG_SEGMENTS	0x10
#define VGRAB_REG_SEG_ADDR(n)	(0x1000 + (n) * 16)
#define VGRAB_REG_SEG_LEN(n)	(0x1008 + (n) * 16)

/* Pages of a user buffer, and the device's view of them. */
struct vgrab_buf {
	struct page **pages;
	unsigned long nr_pages;
	unsigned int offset;		/* of the first byte in pages[0] */
	size_t length;
	struct sg_table sgt;
	enum dma_data_direction dir;
};

struct vgrab_dev {
	struct pci_dev *pdev;
	void __iomem *regs;
	struct cdev cdev;
	dev_t devt;
	struct mutex lock;		/* the device does one thing at a time */
	struct completion done;
	u32 status;
	struct vgrab_stats stats;
};

/* One open file */
struct vgrab_file {
	struct vgrab_dev *vg;
	struct vgrab_buf ring;		/* nr_pages is 0: no ring */
};

/* vgrab_capture.c */
void vgrab_program(struct vgrab_dev *vg, struct sg_table *sgt);
long vgrab_capture(struct vgrab_dev *vg, void __user *argp);

/* vgrab_table.c */
int vgrab_load_table(struct vgrab_dev *vg, const struct vgrab_table *table);
int vgrab_add_stats(struct vgrab_dev *vg, u64 addr);

/* vgrab_ring.c */
int vgrab_ring_start(struct vgrab_file *vf, const struct vgrab_ring_desc *desc);
void vgrab_ring_stop(struct vgrab_file *vf);

#endif /* VGRAB_H */
