// SPDX-License-Identifier: MIT
/*
 * 11. CASE 3: a device with page faults and an MMU notifier needs no pin: when the mapping goes, it is told.
 */
//@ kernel 6.12
#include <linux/mm.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/fs.h>

static int invalidated;
static struct mmu_interval_notifier note;

static bool mirror_invalidate(struct mmu_interval_notifier *n, const struct mmu_notifier_range *r, unsigned long seq)
{
	mmu_interval_set_seq(n, seq);
	invalidated = r->end - r->start;
	return true;
}
static const struct mmu_interval_notifier_ops mirror_ops = { .invalidate = mirror_invalidate };
static int mirror(unsigned long addr)
{
	return mmu_interval_notifier_insert(&note, current->mm, addr, PAGE_SIZE, &mirror_ops);
}
static void unmirror(void)
{
	//@ assert invalidated == 4096
	mmu_interval_notifier_remove(&note);
}

//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	buf[0] = 1;
	mirror((unsigned long)buf);
	//@ assert refcount(page(buf)) < 1024 && !pinned(page(buf))
	munmap(buf, 4096);
	unmirror();
	return 0;
}
