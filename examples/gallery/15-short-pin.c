// SPDX-License-Identifier: MIT
/*
 * 15. A short pin, released as if it were full: the array behind the pages that were pinned holds nothing.
 */
//@ kernel 6.12
//@ short-pin 1
//@ exists null-dereference
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static int setup(unsigned long addr)
{
	struct page *p[2] = { NULL, NULL };
	int ret = pin_user_pages_fast(addr, 2, FOLL_WRITE, p);

	if (ret != 2) {
		unpin_user_pages(p, 2);		/* only ret of them are held */
		return -EFAULT;
	}
	unpin_user_pages(p, 2);
	return 0;
}

//@ process app
int main(void)
{
	char *buf = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	buf[0] = 1;
	setup((unsigned long)buf);
	return 0;
}
