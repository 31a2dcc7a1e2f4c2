// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * vgrab - PCI glue and character device
 *
 * Copyright (C) 2026 The Pinscope authors
 */
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vgrab.h"

static int vgrab_open(struct inode *inode, struct file *file)
{
	struct vgrab_dev *vg = container_of(inode->i_cdev, struct vgrab_dev, cdev);
	struct vgrab_file *vf;

	vf = kzalloc(sizeof(*vf), GFP_KERNEL);
	if (!vf)
		return -ENOMEM;
	vf->vg = vg;
	file->private_data = vf;
	return 0;
}

static int vgrab_release(struct inode *inode, struct file *file)
{
	struct vgrab_file *vf = file->private_data;

	mutex_lock(&vf->vg->lock);
	vgrab_ring_stop(vf);
	mutex_unlock(&vf->vg->lock);
	kfree(vf);
	return 0;
}

static long vgrab_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vgrab_file *vf = file->private_data;
	struct vgrab_dev *vg = vf->vg;
	void __user *argp = (void __user *)arg;
	struct vgrab_ring_desc ring;
	struct vgrab_table table;
	__u64 addr;
	long ret;

	if (mutex_lock_interruptible(&vg->lock))
		return -ERESTARTSYS;

	switch (cmd) {
	case VGRAB_IOC_CAPTURE:
		ret = vf->ring.nr_pages ? -EBUSY : vgrab_capture(vg, argp);
		break;
	case VGRAB_IOC_TABLE:
		ret = -EFAULT;
		if (!copy_from_user(&table, argp, sizeof(table)))
			ret = vgrab_load_table(vg, &table);
		break;
	case VGRAB_IOC_RING:
		ret = -EFAULT;
		if (!copy_from_user(&ring, argp, sizeof(ring)))
			ret = vgrab_ring_start(vf, &ring);
		break;
	case VGRAB_IOC_RING_STOP:
		vgrab_ring_stop(vf);
		ret = 0;
		break;
	case VGRAB_IOC_STATS:
		ret = -EFAULT;
		if (!copy_from_user(&addr, argp, sizeof(addr)))
			ret = vgrab_add_stats(vg, addr);
		break;
	default:
		ret = -ENOTTY;
	}

	mutex_unlock(&vg->lock);
	return ret;
}

static const struct file_operations vgrab_fops = {
	.owner		= THIS_MODULE,
	.open		= vgrab_open,
	.release	= vgrab_release,
	.unlocked_ioctl	= vgrab_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

static irqreturn_t vgrab_irq(int irq, void *data)
{
	struct vgrab_dev *vg = data;
	u32 status = readl(vg->regs + VGRAB_REG_STATUS);

	if (!(status & (VGRAB_STATUS_DONE | VGRAB_STATUS_ERROR)))
		return IRQ_NONE;

	writel(status, vg->regs + VGRAB_REG_STATUS);
	vg->status = status;
	complete(&vg->done);
	return IRQ_HANDLED;
}

static int vgrab_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vgrab_dev *vg;
	int ret;

	vg = devm_kzalloc(&pdev->dev, sizeof(*vg), GFP_KERNEL);
	if (!vg)
		return -ENOMEM;
	vg->pdev = pdev;
	mutex_init(&vg->lock);
	init_completion(&vg->done);
	pci_set_drvdata(pdev, vg);

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	ret = pcim_iomap_regions(pdev, BIT(0), VGRAB_NAME);
	if (ret)
		return ret;
	vg->regs = pcim_iomap_table(pdev)[0];

	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;
	pci_set_master(pdev);

	ret = devm_request_irq(&pdev->dev, pdev->irq, vgrab_irq, IRQF_SHARED,
			       VGRAB_NAME, vg);
	if (ret)
		return ret;

	ret = alloc_chrdev_region(&vg->devt, 0, 1, VGRAB_NAME);
	if (ret)
		return ret;
	cdev_init(&vg->cdev, &vgrab_fops);
	vg->cdev.owner = THIS_MODULE;
	ret = cdev_add(&vg->cdev, vg->devt, 1);
	if (ret)
		unregister_chrdev_region(vg->devt, 1);
	return ret;
}

static void vgrab_remove(struct pci_dev *pdev)
{
	struct vgrab_dev *vg = pci_get_drvdata(pdev);

	cdev_del(&vg->cdev);
	unregister_chrdev_region(vg->devt, 1);
}

static const struct pci_device_id vgrab_ids[] = {
	{ PCI_DEVICE(0x1234, 0x6762) },
	{ }
};
MODULE_DEVICE_TABLE(pci, vgrab_ids);

static struct pci_driver vgrab_driver = {
	.name		= VGRAB_NAME,
	.id_table	= vgrab_ids,
	.probe		= vgrab_probe,
	.remove		= vgrab_remove,
};
module_pci_driver(vgrab_driver);

MODULE_AUTHOR("The Pinscope authors");
MODULE_DESCRIPTION("Driver for a PCI frame grabber");
MODULE_LICENSE("Dual MIT/GPL");
