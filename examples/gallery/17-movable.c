// SPDX-License-Identifier: MIT
/*
 * 17. A long-term pin does not stay in a movable zone: the page is migrated first.
 */
//@ kernel 6.12
//@ machine movable=16
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static struct page *p[1];
static int take(unsigned long addr)
{
	return pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, p);
}
static void give(void)
{
	unpin_user_pages(p, 1);
}

//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	buf[0] = 3;
	//@ assert movable(page(buf))
	take((unsigned long)buf);
	//@ assert !movable(page(buf)) && page(buf) == p[0] && buf[0] == 3
	give();
	return 0;
}
