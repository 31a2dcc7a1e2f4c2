// SPDX-License-Identifier: MIT
/*
 * 18. Holding the page lock instead of a pin: set_page_dirty_lock() of the same thread waits for ever.
 */
//@ kernel 6.12
//@ exists deadlock
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static int locked_dma(unsigned long addr)
{
	struct page *p;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &p) != 1)
		return -EFAULT;
	lock_page(p);
	set_page_dirty_lock(p);
	unlock_page(p);
	put_page(p);
	return 0;
}

//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	buf[0] = 1;
	locked_dma((unsigned long)buf);
	return 0;
}
