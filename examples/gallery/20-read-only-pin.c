// SPDX-License-Identifier: MIT
/*
 * 20. A read-only pin of a page that is shared copy-on-write, and a device that writes to it all the same. Since 5.19 such a pin un-shares
 * the page first: the child does not see the write. The missing FOLL_WRITE is wrong nevertheless: of an untouched buffer the device
 * would get the zero page (see 9).
 */
//@ kernel 6.12
//@ device cam capture pattern=0xAA latency=3
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
	int pid;

	buf[0] = 1;
	pid = fork();
	if (pid == 0) {
		//@ wait 12
		exit(buf[0] == 0xAA ? 7 : 0);
	}
	grab_start((unsigned long)buf);
	//@ wait 6
	grab_stop();
	int st;
	wait(&st);
	//@ assert buf[0] == 0xAA && st == 0
	return 0;
}
