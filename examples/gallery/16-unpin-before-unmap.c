// SPDX-License-Identifier: MIT
/*
 * 16. Unpin before dma_unmap: the page is freed while the device still writes to it.
 */
//@ kernel 6.12
//@ device cam capture pattern=0xAA latency=3
//@ exists freed-page-write
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

/* Wrong: the device is not done, and still has the address. */
static void grab_abort(void)
{
	unpin_user_pages_dirty_lock(pages, 1, true);
}
static void grab_unmap(void)
{
	dma_unmap_page(NULL, dma, PAGE_SIZE, DMA_FROM_DEVICE);
}

//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	buf[0] = 1;
	grab_start((unsigned long)buf);
	grab_abort();
	munmap(buf, 4096);
	//@ reclaim all
	//@ wait 6
	grab_unmap();
	return 0;
}
