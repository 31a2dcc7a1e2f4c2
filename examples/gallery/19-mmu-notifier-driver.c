// SPDX-License-Identifier: MIT
/*
 * 19. A driver that mirrors memory of a process and drops its reference when the notifier calls: reclaim and munmap are never in its way.
 */
//@ kernel 6.12
//@ never leak
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

struct mirror {
	struct mmu_interval_notifier notifier;
	struct mutex lock;
	struct page *page;
};
static struct mirror m;

static bool mirror_invalidate(struct mmu_interval_notifier *n, const struct mmu_notifier_range *r, unsigned long seq)
{
	struct mirror *mi = container_of(n, struct mirror, notifier);

	mutex_lock(&mi->lock);
	mmu_interval_set_seq(n, seq);
	if (mi->page)
		put_page(mi->page);
	mi->page = NULL;
	mutex_unlock(&mi->lock);
	return true;
}
static const struct mmu_interval_notifier_ops ops = { .invalidate = mirror_invalidate };

static int mirror_page(unsigned long addr)
{
	int ret;

	mutex_init(&m.lock);
	ret = mmu_interval_notifier_insert(&m.notifier, current->mm, addr, PAGE_SIZE, &ops);
	if (ret)
		return ret;
	return get_user_pages_fast(addr, 1, FOLL_WRITE, &m.page);
}
static void mirror_end(void)
{
	//@ assert m.page == NULL
	mmu_interval_notifier_remove(&m.notifier);
}

//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	buf[0] = 1;
	mirror_page((unsigned long)buf);
	//@ assert refs_held() == 1
	madvise(buf, 4096, MADV_DONTNEED);
	mirror_end();
	return 0;
}
