// SPDX-License-Identifier: GPL-2.0
/*
 * vdma: a small character driver that lets a device write into memory of the caller, page by page.
 *
 * It builds against kernel headers (make), and runs in the simulator (pinscope simulate vdma.c): the program at the end is for the
 * simulator only. The directory broken/ has variants of it with one mistake each.
 */
//@ kernel 6.12
//@ device vdma capture pattern=0xAA latency=2
//@ never lost-write, leak, use-after-free
//@ at running: fork app
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#define VDMA_IRQ_ENABLE	0x10
#define VDMA_IRQ_STATUS	0x14
#define VDMA_ADDR_LO	0x18
#define VDMA_ADDR_HI	0x1c
#define VDMA_LEN	0x20
#define VDMA_START	0x24
#define VDMA_MAX_PAGES	256

struct vdma_fill {
	__u64 addr;
	__u64 len;
};
#define VDMA_IOC_FILL _IOW('V', 1, struct vdma_fill)

struct vdma {
	struct device *dev;
	void __iomem *regs;
	struct miscdevice misc;
	struct mutex lock;		/* one transfer at a time */
	struct completion done;
};

static irqreturn_t vdma_irq(int irq, void *data)
{
	struct vdma *v = data;

	writel(1, v->regs + VDMA_IRQ_STATUS);
	complete(&v->done);
	return IRQ_HANDLED;
}

static int vdma_transfer(struct vdma *v, struct sg_table *sgt)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		dma_addr_t at = sg_dma_address(sg);

		reinit_completion(&v->done);
		writel(lower_32_bits(at), v->regs + VDMA_ADDR_LO);
		writel(upper_32_bits(at), v->regs + VDMA_ADDR_HI);
		writel(sg_dma_len(sg), v->regs + VDMA_LEN);
		writel(DMA_FROM_DEVICE, v->regs + VDMA_START);
		//@ point running
		if (!wait_for_completion_timeout(&v->done, HZ))
			return -ETIMEDOUT;
	}
	return 0;
}

static int vdma_fill(struct vdma *v, unsigned long addr, size_t len)
{
	unsigned int first = offset_in_page(addr);
	int nr = DIV_ROUND_UP(first + len, PAGE_SIZE);
	struct page **pages;
	struct sg_table sgt;
	int pinned, ret;

	if (!len || nr > VDMA_MAX_PAGES)
		return -EINVAL;
	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	pinned = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (pinned != nr) {
		ret = pinned < 0 ? pinned : -EFAULT;
		if (pinned > 0)
			unpin_user_pages(pages, pinned);
		goto free_pages;
	}
	ret = sg_alloc_table_from_pages(&sgt, pages, nr, first, len, GFP_KERNEL);
	if (ret)
		goto unpin;
	ret = dma_map_sgtable(v->dev, &sgt, DMA_FROM_DEVICE, 0);
	if (ret)
		goto free_table;
	ret = vdma_transfer(v, &sgt);
	dma_unmap_sgtable(v->dev, &sgt, DMA_FROM_DEVICE, 0);
free_table:
	sg_free_table(&sgt);
unpin:
	unpin_user_pages_dirty_lock(pages, nr, true);
free_pages:
	kvfree(pages);
	return ret;
}

static long vdma_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vdma *v = container_of(file->private_data, struct vdma, misc);
	struct vdma_fill fill;
	long ret;

	if (cmd != VDMA_IOC_FILL)
		return -ENOTTY;
	if (copy_from_user(&fill, (void __user *)arg, sizeof(fill)))
		return -EFAULT;
	mutex_lock(&v->lock);
	ret = vdma_fill(v, fill.addr, fill.len);
	mutex_unlock(&v->lock);
	return ret;
}

static const struct file_operations vdma_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vdma_ioctl,
};

static int vdma_probe(struct platform_device *pdev)
{
	struct vdma *v = devm_kzalloc(&pdev->dev, sizeof(*v), GFP_KERNEL);
	int irq, ret;

	if (!v)
		return -ENOMEM;
	v->dev = &pdev->dev;
	mutex_init(&v->lock);
	init_completion(&v->done);
	v->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(v->regs))
		return PTR_ERR(v->regs);
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;
	ret = devm_request_irq(&pdev->dev, irq, vdma_irq, 0, "vdma", v);
	if (ret)
		return ret;
	writel(1, v->regs + VDMA_IRQ_ENABLE);
	v->misc.minor = MISC_DYNAMIC_MINOR;
	v->misc.name = "vdma";
	v->misc.fops = &vdma_fops;
	platform_set_drvdata(pdev, v);
	return misc_register(&v->misc);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
static void vdma_remove(struct platform_device *pdev)
#else
static int vdma_remove(struct platform_device *pdev)
#endif
{
	struct vdma *v = platform_get_drvdata(pdev);

	misc_deregister(&v->misc);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
	return 0;
#endif
}

static struct platform_driver vdma_driver = {
	.probe = vdma_probe,
	.remove = vdma_remove,
	.driver = { .name = "vdma" },
};
module_platform_driver(vdma_driver);
MODULE_DESCRIPTION("Example driver of Pinscope");
MODULE_LICENSE("GPL");

#ifdef __PINSCOPE__
//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vdma_fill fill = { .addr = (unsigned long)buf + 100, .len = 8192 };
	int fd = open("/dev/vdma", O_RDWR);
	int r;

	buf[0] = 1;
	r = ioctl(fd, VDMA_IOC_FILL, &fill);
	//@ assert r == 0 && buf[99] == 0 && buf[100] == 0xAA && buf[8291] == 0xAA && buf[8292] == 0
	close(fd);
	return 0;
}
#endif
