// SPDX-License-Identifier: MIT
/*
 * 13. CASE 5: the kernel itself writes to the page data: pin, write, dirty, unpin.
 */
//@ kernel 6.12
//@ file /data pages=1
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static int poke(unsigned long addr, u8 v)
{
	struct page *p;
	u8 *k;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &p) != 1)
		return -EFAULT;
	k = kmap_local_page(p);
	k[0] = v;
	kunmap_local(k);
	unpin_user_pages_dirty_lock(&p, 1, true);
	return 0;
}

//@ process app
int main(void)
{
	int fd = open("/data", O_RDWR);
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	buf[0] = 1;
	fsync(fd);
	poke((unsigned long)buf, 9);
	fsync(fd);
	//@ assert buf[0] == 9 && disk(fd, 0) == 9
	close(fd);
	return 0;
}
