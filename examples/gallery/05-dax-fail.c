// SPDX-License-Identifier: MIT
/*
 * 5. DAX and truncate, another answer: truncate fails while a page is pinned.
 */
//@ kernel 6.12
//@ machine pmem=16 dax=fail
//@ file /pmem pages=1 fs=dax
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
	//@ assert pinned(held[0])
	int r = ftruncate(fd, 0);
	//@ assert r == -1 && errno == EBUSY
	drop();
	r = ftruncate(fd, 0);
	//@ assert r == 0
	close(fd);
	return 0;
}
