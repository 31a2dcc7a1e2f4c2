// SPDX-License-Identifier: MIT
/*
 * 4. Stable pages: a device that writes into a page while it is being written to the disk changes what the checksum was made of.
 */
//@ kernel 6.12
//@ device cam capture pattern=0xAA latency=3
//@ file /data pages=1
//@ exists unstable-writeback
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static struct page *pages[1];
static dma_addr_t dma;

/* Takes the page and starts the device. */
static int grab_start(unsigned long addr)
{
	int ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, pages);

	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	dma = dma_map_page(NULL, pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	virtual_device_start("cam", dma, PAGE_SIZE, DMA_FROM_DEVICE);
	return 0;
}

/* The device is done: gives the page back. */
static void grab_stop(void)
{
	dma_unmap_page(NULL, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	unpin_user_pages_dirty_lock(pages, 1, true);
}

//@ process app
int main(void)
{
	int fd = open("/data", O_RDWR);
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	buf[0] = 1;
	grab_start((unsigned long)buf);
	//@ writeback 8
	//@ wait 12
	grab_stop();
	close(fd);
	return 0;
}
