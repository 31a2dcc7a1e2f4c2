// SPDX-License-Identifier: MIT
/*
 * 9. CASE 1, wrong: the device writes, but the pages were pinned without FOLL_WRITE. Of a buffer that was never touched that is the
 * shared zero page.
 */
//@ kernel 6.12
//@ device cam capture pattern=0xAA latency=3
//@ exists zero-page-write
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static struct page *pages[1];
static dma_addr_t dma;

/* Takes the page and starts the device. */
static int grab_start(unsigned long addr)
{
	int ret = pin_user_pages_fast(addr, 1, 0, pages);

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
	unpin_user_pages(pages, 1);
}

//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	grab_start((unsigned long)buf);
	//@ assert shared_zero(pages[0])
	//@ wait 6
	grab_stop();
	return 0;
}
