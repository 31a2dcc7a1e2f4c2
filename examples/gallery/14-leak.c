// SPDX-License-Identifier: MIT
/*
 * 14. A leak on an error path: what pin_user_pages_fast() took is not given back when the allocation behind it fails.
 */
//@ kernel 6.12
//@ fail kmalloc 1
//@ exists leak
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static int setup(unsigned long addr)
{
	struct page *p[2];
	void *desc;
	int ret = pin_user_pages_fast(addr, 2, FOLL_WRITE, p);

	if (ret < 0)
		return ret;
	desc = kmalloc(64, GFP_KERNEL);
	if (!desc)
		return -ENOMEM;		/* the pins stay */
	kfree(desc);
	unpin_user_pages(p, ret);
	return 0;
}

//@ process app
int main(void)
{
	char *buf = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int r;

	buf[0] = 1;
	r = setup((unsigned long)buf);
	//@ assert r == -ENOMEM && vmstat("nr_foll_pin_acquired") == 2 && vmstat("nr_foll_pin_released") == 0
	return 0;
}
