// SPDX-License-Identifier: MIT
/*
 * 12. CASE 4: only struct page is looked at, not the data: get_user_pages() is right.
 */
//@ kernel 6.12
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static int node_of(unsigned long addr)
{
	struct page *p;
	int nid;

	if (get_user_pages_fast(addr, 1, 0, &p) != 1)
		return -EFAULT;
	nid = page_to_nid(p);
	put_page(p);
	return nid;
}

//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int nid;

	buf[0] = 1;
	nid = node_of((unsigned long)buf);
	//@ assert nid == 0 && refs_held() == 0
	return 0;
}
