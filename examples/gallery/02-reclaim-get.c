// SPDX-License-Identifier: MIT
/*
 * 2. Can pages taken by get_user_pages() be reclaimed without a put?
 * 
 * The page itself no; its mapping yes. get_user_pages_remote() warns of that: the address may mean another page later.
 */
//@ kernel 6.12
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static struct page *held[1];
static int hold(unsigned long addr)
{
	return get_user_pages_fast(addr, 1, 0, held);
}
static void drop(void)
{
	put_page(held[0]);
}

//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	buf[0] = 7;
	hold((unsigned long)buf);
	//@ reclaim all
	//@ assert !present(buf) && refcount(held[0]) > 0
	//@ assert byte_of(held[0], 0) == 7
	drop();
	return 0;
}
