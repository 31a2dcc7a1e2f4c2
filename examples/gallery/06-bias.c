// SPDX-License-Identifier: MIT
/*
 * 6. The bias: a pin adds GUP_PIN_COUNTING_BIAS = 1024 to the refcount of a small folio, so 1024 plain references look like a pin. Huge
 * pages count their pins exactly.
 */
//@ kernel 6.12
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static struct page *p[1], *h[1];
static void bias(unsigned long small, unsigned long huge)
{
	int i;

	pin_user_pages_fast(small, 1, FOLL_WRITE, p);
	//@ assert refcount(p[0]) >= 1025 && refcount(p[0]) < 1030
	unpin_user_pages(p, 1);
	get_user_pages_fast(small, 1, FOLL_WRITE, p);
	for (i = 0; i < 1023; i++)
		get_page(p[0]);
	//@ assert page_maybe_dma_pinned(p[0])
	for (i = 0; i < 1024; i++)
		put_page(p[0]);
	//@ assert !page_maybe_dma_pinned(p[0])
	pin_user_pages_fast(huge, 1, FOLL_WRITE, h);
	//@ assert pincount(h[0]) == 1 && pinned(h[0])
	unpin_user_pages(h, 1);
	//@ assert pincount(h[0]) == 0
}

//@ process app
int main(void)
{
	char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *huge = mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);

	buf[0] = 1;
	huge[0] = 1;
	bias((unsigned long)buf, (unsigned long)huge);
	return 0;
}
