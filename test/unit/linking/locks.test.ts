/** Locks that the callers of a function hold, where the function stands in another file. */
import { describe, expect, it } from 'vitest';
import { checkDriver } from './check.ts';

const HEADER = `
struct buf {
	spinlock_t lock;
	struct page **pages;
	int nr;
};
int buf_pin(struct buf *b, unsigned long addr);
int buf_pin_of(struct buf *b, struct mm_struct *mm, unsigned long addr);
int buf_try(struct buf *b, unsigned long addr, bool atomic);
void buf_done(struct buf *b);
void buf_end(struct buf *b, bool dirty);
`;

const MEMORY = `#include "buf.h"
static int fill(struct buf *b, unsigned long addr)
{
	return pin_user_pages_fast(addr, b->nr, FOLL_WRITE | FOLL_LONGTERM, b->pages);
}
int buf_pin(struct buf *b, unsigned long addr)
{
	return fill(b, addr) == b->nr ? 0 : -EFAULT;
}
int buf_pin_of(struct buf *b, struct mm_struct *mm, unsigned long addr)
{
	return pin_user_pages_remote(mm, addr, b->nr, FOLL_WRITE | FOLL_LONGTERM, b->pages, NULL);
}
int buf_try(struct buf *b, unsigned long addr, bool atomic)
{
	if (atomic)
		return -EAGAIN;
	return fill(b, addr);
}
void buf_done(struct buf *b)
{
	unpin_user_pages_dirty_lock(b->pages, b->nr, true);
}
void buf_end(struct buf *b, bool dirty)
{
	unpin_user_pages_dirty_lock(b->pages, b->nr, dirty);
}
`;

/** A driver whose second file calls. */
const driver = (calls: string): Record<string, string> => ({
  'buf.h': HEADER,
  'memory.c': MEMORY,
  'calls.c': `#include "buf.h"\n${calls}`,
});

describe('sleep-in-atomic', () => {
  it('is told at the call in the file that holds the lock, with the place in the other', async () => {
    const [finding] = await checkDriver(
      driver(`static int start(struct buf *b, unsigned long addr)
{
	return buf_pin(b, addr); //~ sleep-in-atomic
}
int submit(struct buf *b, unsigned long addr)
{
	int ret;

	spin_lock(&b->lock);
	ret = start(b, addr);
	spin_unlock(&b->lock);
	return ret;
}
irqreturn_t finish(int irq, void *data)
{
	buf_done(data); //~ sleep-in-atomic
	return IRQ_HANDLED;
}
int probe(struct buf *b, int irq)
{
	return request_irq(irq, finish, 0, "buf", b);
}
`),
      'sleep-in-atomic',
    );
    expect(finding?.path).toBe('calls.c');
    expect(finding?.message).toMatch(
      /^buf_pin\(\) leads to pin_user_pages_fast\(\) \(line 4 of memory\.c\), which may/,
    );
    expect(finding?.steps.map((s) => `${s.path.split('/').pop()} ${s.role}`)).toEqual([
      'calls.c event',
      'calls.c event',
      'calls.c event',
      'memory.c event',
      'memory.c fault',
    ]);
  });

  it('nothing where no lock is held, the callee is told or asks, or does not dirty', () =>
    checkDriver(
      driver(`int submit(struct buf *b, unsigned long addr)
{
	int ret = buf_pin(b, addr);

	spin_lock(&b->lock);
	if (buf_try(b, addr, true))
		ret = -EAGAIN;
	buf_end(b, false);
	spin_unlock(&b->lock);
	return ret;
}
`),
      'sleep-in-atomic',
    ));
});

describe('mmap-lock', () => {
  it('held where the other file takes it itself', async () => {
    const [finding] = await checkDriver(
      driver(`int submit(struct buf *b, unsigned long addr)
{
	int ret;

	mmap_read_lock(current->mm);
	ret = buf_pin(b, addr); //~ mmap-lock
	mmap_read_unlock(current->mm);
	return ret;
}
`),
      'mmap-lock',
    );
    expect(finding?.steps.map((s) => `${s.path.split('/').pop()} ${s.role}`).at(-1)).toBe('memory.c fault');
  });

  it('not held where the other file leaves that to its callers', () =>
    checkDriver(
      driver(`int submit(struct buf *b, unsigned long addr)
{
	return buf_pin_of(b, current->mm, addr); //~ mmap-lock
}
int right(struct buf *b, unsigned long addr)
{
	int ret;

	mmap_read_lock(current->mm);
	ret = buf_pin_of(b, current->mm, addr);
	mmap_read_unlock(current->mm);
	return ret;
}
int perhaps(struct buf *b, struct mm_struct *mm, unsigned long addr)
{
	return buf_pin_of(b, mm, addr);
}
`),
      'mmap-lock',
    ));

  const PLAIN = (marker: string): string => `#include "buf.h"
static int grab(struct buf *b, unsigned long addr)
{
	return pin_user_pages(addr, b->nr, FOLL_WRITE | FOLL_LONGTERM, b->pages);${marker}
}
int buf_pin(struct buf *b, unsigned long addr)
{
	return grab(b, addr);
}
`;
  const CALLER = (take: string, drop: string): string => `#include "buf.h"
static int start(struct buf *b, unsigned long addr)
{
	return buf_pin(b, addr);
}
int submit(struct buf *b, unsigned long addr)
{
	int ret;

${take}	ret = start(b, addr);
${drop}	return ret;
}
`;
  it('held by the callers in another file: nothing; held by nobody: told where the lock is wanted', async () => {
    const take = '	mmap_read_lock(current->mm);\n';
    const drop = '	mmap_read_unlock(current->mm);\n';
    const [held, free] = [CALLER(take, drop), CALLER('', '')];
    await checkDriver({ 'buf.h': HEADER, 'memory.c': PLAIN(''), 'calls.c': held }, 'mmap-lock');
    await checkDriver({ 'buf.h': HEADER, 'memory.c': PLAIN(' //~ mmap-lock'), 'calls.c': free }, 'mmap-lock');
  });
});
