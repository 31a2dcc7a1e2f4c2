// SPDX-License-Identifier: MIT
/*
 * 7. Why one page bit is not enough to say "pinned": two pins, one release, and the bit is gone while the second device still writes.
 */
//@ kernel 6.12
//@ machine tracking=page-bit
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static struct page *a[1], *b[1];
static void twice(unsigned long addr)
{
	pin_user_pages_fast(addr, 1, FOLL_WRITE, a);
	pin_user_pages_fast(addr, 1, FOLL_WRITE, b);
	//@ assert pinned(a[0])
	unpin_user_pages(a, 1);
	//@ assert !pinned(b[0]) && refs_held() == 1
	unpin_user_pages(b, 1);
}

//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	buf[0] = 1;
	twice((unsigned long)buf);
	return 0;
}
