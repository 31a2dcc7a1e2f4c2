// SPDX-License-Identifier: MIT
/*
 * 5. DAX and truncate: the pages are the storage, so truncate has to wait for a pin. Here nobody gives the pin back.
 */
//@ kernel 6.12
//@ machine pmem=16
//@ file /pmem pages=1 fs=dax
//@ exists hung-truncate
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static struct page *held[1];
static int hold(unsigned long addr)
{
	return pin_user_pages_fast(addr, 1, FOLL_WRITE, held);
}
static void drop(void)
{
	unpin_user_pages_dirty_lock(held, 1, true);
}

//@ process app
int main(void)
{
	int fd = open("/pmem", O_RDWR);
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	buf[0] = 1;
	if (hold((unsigned long)buf) != 1)
		return 1;
	ftruncate(fd, 0);
	drop();
	return 0;
}
