/** mmap-lock and sleep-in-atomic: every spelling of the locks, callers, callees, registered callbacks; and what must stay silent. */
import { describe, test } from 'vitest';
import { check } from './check.ts';

const mmap = async (text: string): Promise<void> => {
  await check(text, { only: 'mmap-lock' });
};
const atomic = async (text: string): Promise<void> => {
  await check(text, { only: 'sleep-in-atomic' });
};

/** Pages of one call, taken and given back. */
const PIN = (call: string, marker = ''): string =>
  `	ret = ${call}(addr, 1, FOLL_WRITE, &page);${marker ? ` //~ ${marker}` : ''}\n`;

describe('mmap-lock: held in every spelling', () => {
  test.each([
    ['mmap_read_lock(mm)', 'mmap_read_unlock(mm)'],
    ['mmap_write_lock(mm)', 'mmap_write_unlock(mm)'],
    ['down_read(&mm->mmap_sem)', 'up_read(&mm->mmap_sem)'],
    ['down_write(&mm->mmap_sem)', 'up_write(&mm->mmap_sem)'],
    ['down_read(&current->mm->mmap_lock)', 'up_read(&current->mm->mmap_lock)'],
    ['my_mmap_lock(mm)', 'my_mmap_unlock(mm)'],
  ])('%s', (take, drop) =>
    mmap(`int f(unsigned long addr)
{
	struct page *page;
	int ret;

	${take};
${PIN('pin_user_pages')}	${drop};
	return ret;
}
`),
  );

  test('killable and try forms: the success path holds it, the other one does not', () =>
    mmap(`int killable(unsigned long addr)
{
	struct page *page;
	int ret = mmap_read_lock_killable(current->mm);

	if (ret)
		return ret;
${PIN('pin_user_pages')}	mmap_read_unlock(current->mm);
	return ret;
}

int tried(unsigned long addr)
{
	struct page *page;
	int ret;

	if (!mmap_read_trylock(current->mm))
		return -EAGAIN;
${PIN('pin_user_pages')}	mmap_read_unlock(current->mm);
	return ret;
}

int wrong(unsigned long addr)
{
	struct page *page;
	int ret;

	if (mmap_read_trylock(current->mm)) {
		mmap_read_unlock(current->mm);
		return 0;
	}
${PIN('pin_user_pages', 'mmap-lock')}	return ret;
}
`));

  test('macros and functions of the file', () =>
    mmap(`#define LOCK_MM(m) down_read(&(m)->mmap_sem)
#define UNLOCK_MM(m) up_read(&(m)->mmap_sem)
static int take(struct mm_struct *mm)
{
	if (mmap_read_lock_killable(mm))
		return -EINTR;
	return 0;
}

int by_macro(unsigned long addr)
{
	struct page *page;
	int ret;

	LOCK_MM(current->mm);
${PIN('pin_user_pages')}	UNLOCK_MM(current->mm);
	return ret;
}

int by_function(unsigned long addr)
{
	struct page *page;
	int ret = take(current->mm);

	if (ret)
		return ret;
${PIN('pin_user_pages')}	mmap_read_unlock(current->mm);
	return ret;
}
`));

  test('held by the callers, whichever way; one without it is enough if all are', () =>
    mmap(`static int inner(unsigned long addr)
{
	struct page *page;
	int ret;

${PIN('pin_user_pages')}	return ret;
}

static int middle(unsigned long addr)
{
	return inner(addr);
}

int outer(unsigned long addr)
{
	int ret;

	mmap_read_lock(current->mm);
	ret = middle(addr);
	mmap_read_unlock(current->mm);
	return ret;
}

static int bare(unsigned long addr)
{
	struct page *page;
	int ret;

${PIN('pin_user_pages', 'mmap-lock')}	return ret;
}

int enters(unsigned long addr)
{
	return bare(addr);
}
`));

  test('the locked argument may drop it', () =>
    mmap(`int remote(struct mm_struct *mm, unsigned long addr)
{
	struct page *page;
	int locked = 1;
	long ret;

	mmap_read_lock(mm);
	ret = get_user_pages_remote(mm, addr, 1, 0, &page, &locked);
	if (locked)
		mmap_read_unlock(mm);
	if (ret == 1)
		put_page(page);
	return ret;
}
`));

  test('guards', () =>
    mmap(`int guarded(unsigned long addr)
{
	struct page *page;
	int ret;

	guard(mmap_read_lock)(current->mm);
${PIN('pin_user_pages')}	return ret;
}

int scoped(unsigned long addr)
{
	struct page *page;
	int ret = 0;

	scoped_guard(rwsem_read, &current->mm->mmap_lock) {
	${PIN('pin_user_pages')}	}
	return ret;
}
`));

  test('a flag that is tested twice', () =>
    mmap(`int flagged(unsigned long addr, bool locked)
{
	struct page *page;
	int ret;

	if (!locked)
		mmap_read_lock(current->mm);
	ret = other(addr);
	if (!locked)
		mmap_read_unlock(current->mm);
${PIN('pin_user_pages_fast')}	return ret;
}
`));
});

describe('mmap-lock: not known is silence', () => {
  test('a VMA or an mm in hand, a comment, an operations table that is not known', () =>
    mmap(`int with_vma(struct vm_area_struct *vma, unsigned long addr)
{
	struct page *page;
	int ret;

${PIN('pin_user_pages')}	return ret;
}

/* Called with mmap_lock held for read. */
int with_comment(unsigned long addr)
{
	struct page *page;
	int ret;

${PIN('pin_user_pages')}	return ret;
}

static int from_table(unsigned long addr)
{
	struct page *page;
	int ret;

${PIN('pin_user_pages')}	return ret;
}

static const struct demo_backend_ops ops = { .populate = from_table };

static int demo_mmap(struct file *file, struct vm_area_struct *area)
{
	struct page *page;
	unsigned long addr = area->vm_start;
	int ret;

${PIN('pin_user_pages')}	return ret;
}

static const struct file_operations fops = { .mmap = demo_mmap };
`));
});

describe('mmap-lock: wrong', () => {
  test('released before the call, held over fast and unlocked forms, held by the caller of a fast form', () =>
    mmap(`int early(unsigned long addr)
{
	struct page *page;
	int ret;

	down_read(&current->mm->mmap_sem);
	up_read(&current->mm->mmap_sem);
${PIN('get_user_pages', 'mmap-lock')}	return ret;
}

static int fast(unsigned long addr)
{
	struct page *page;
	int ret;

${PIN('pin_user_pages_fast', 'mmap-lock')}	return ret;
}

int outer(unsigned long addr)
{
	int ret;

	mmap_write_lock(current->mm);
	ret = fast(addr);
	mmap_write_unlock(current->mm);
	return ret;
}

int unlocked(unsigned long addr, struct page **pages)
{
	int ret;

	mmap_read_lock(current->mm);
	ret = pin_user_pages_unlocked(addr, 1, pages, FOLL_WRITE); //~ mmap-lock
	mmap_read_unlock(current->mm);
	return ret;
}
`));

  test('an error path that keeps the lock', () =>
    mmap(`int keeps(unsigned long addr, int n, struct page **pages)
{
	long ret;

	mmap_read_lock(current->mm);
	ret = pin_user_pages(addr, n, FOLL_WRITE, pages);
	if (ret < 0)
		goto out;
	mmap_read_unlock(current->mm);
	ret = 0;
out:
	return ret; //~ mmap-lock
}
`));
});

describe('sleep-in-atomic', () => {
  test('not after a helper that maps and unmaps under conditions that belong together', () =>
    atomic(`
static void *map_state(struct dev *d)
{
	return kmap_atomic(d->page);
}
static void update(struct dev *d, int n, bool sparse)
{
	u32 *state = NULL;

	for (; n; n--)
		if (sparse && !state)
			state = map_state(d);
	if (state)
		kunmap_atomic(state);
}
int f(struct dev *d, unsigned long addr, struct page **page)
{
	update(d, d->n, d->sparse);
	return pin_user_pages_fast(addr, 1, FOLL_WRITE, page);
}`));

  test('after a helper that always leaves preemption off', () =>
    atomic(`
static void *map_state(struct dev *d)
{
	if (d->quiet)
		report(d);
	return kmap_atomic(d->page);
}
int f(struct dev *d, unsigned long addr, struct page **page)
{
	void *state = map_state(d);
	int ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, page); //~ sleep-in-atomic

	kunmap_atomic(state);
	return ret;
}`));

  test.each([
    ['spin_lock(&d->lock)', 'spin_unlock(&d->lock)'],
    ['spin_lock_irqsave(&d->lock, flags)', 'spin_unlock_irqrestore(&d->lock, flags)'],
    ['spin_lock_bh(&d->lock)', 'spin_unlock_bh(&d->lock)'],
    ['raw_spin_lock(&d->lock)', 'raw_spin_unlock(&d->lock)'],
    ['read_lock(&d->lock)', 'read_unlock(&d->lock)'],
    ['bit_spin_lock(0, &d->bits)', 'bit_spin_unlock(0, &d->bits)'],
    ['rcu_read_lock()', 'rcu_read_unlock()'],
    ['preempt_disable()', 'preempt_enable()'],
    ['local_irq_disable()', 'local_irq_enable()'],
    ['local_bh_disable()', 'local_bh_enable()'],
  ])('%s', (take, drop) =>
    atomic(`int f(struct demo *d, unsigned long addr, unsigned long flags)
{
	struct page *page;
	int ret;

	${take};
	ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, &page); //~ sleep-in-atomic
	${drop};
	if (ret == 1)
		unpin_user_pages_dirty_lock(&page, 1, true);
	return ret;
}
`),
  );

  test('the lock of a caller; dropped by the callee it is none', () =>
    atomic(`static void put_all(struct demo *d)
{
	unpin_user_pages_dirty_lock(d->pages, d->n, d->write); //~ sleep-in-atomic
}

void locked_put(struct demo *d)
{
	spin_lock(&d->lock);
	put_all(d);
	spin_unlock(&d->lock);
}

static void drop_and_put(struct demo *e)
{
	spin_unlock(&e->lock);
	unpin_user_pages_dirty_lock(e->pages, e->n, true);
}

void hands_over(struct demo *d)
{
	spin_lock(&d->lock);
	drop_and_put(d);
}
`));

  test('callbacks by registration: timer, tasklet, RCU; work items and threads may sleep', () =>
    atomic(`static void on_timer(struct timer_list *t)
{
	set_page_dirty_lock(the_page); //~ sleep-in-atomic
}

static void on_rcu(struct rcu_head *head)
{
	unpin_user_pages_dirty_lock(pages_of(head), 4, true); //~ sleep-in-atomic
}

static void on_work(struct work_struct *work)
{
	unpin_user_pages_dirty_lock(pages_of(work), 4, true);
}

void demo_init(struct demo *d)
{
	timer_setup(&d->timer, on_timer, 0);
	call_rcu(&d->rcu, on_rcu);
	INIT_WORK(&d->work, on_work);
}
`));

  test('kref_put() runs its release function under the locks that are held', () =>
    atomic(`static void demo_release(struct kref *ref)
{
	struct demo *d = container_of(ref, struct demo, ref);

	unpin_user_pages_dirty_lock(d->pages, d->n, true); //~ sleep-in-atomic
	kfree(d);
}

void demo_drop(struct demo *d)
{
	spin_lock(&d->parent->lock);
	kref_put(&d->ref, demo_release);
	spin_unlock(&d->parent->lock);
}
`));

  test('what does not sleep: unpin alone, make_dirty false, the _fast_only calls, a mutex, a path that asked', () =>
    atomic(`int quiet(struct demo *d, unsigned long addr)
{
	struct page *page;
	int n;

	rcu_read_lock();
	n = get_user_pages_fast_only(addr, 1, FOLL_WRITE, &page);
	unpin_user_pages(d->pages, d->n);
	unpin_user_pages_dirty_lock(d->pages, d->n, false);
	rcu_read_unlock();
	mutex_lock(&d->mutex);
	unpin_user_pages_dirty_lock(d->more, d->n, true);
	mutex_unlock(&d->mutex);
	return n;
}

static void asks(struct demo *d)
{
	if (in_interrupt())
		schedule_work(&d->work);
	else
		unpin_user_pages_dirty_lock(d->pages, d->n, true);
}

static irqreturn_t handler(int irq, void *data)
{
	asks(data);
	return IRQ_HANDLED;
}

int demo_probe(struct demo *d)
{
	return request_irq(3, handler, 0, "demo", d);
}
`));

  test('scoped_guard and guard', () =>
    atomic(`int scoped(struct demo *d, unsigned long addr)
{
	struct page *page;
	int ret = 0;

	scoped_guard(spinlock_irqsave, &d->lock) {
		d->busy = 1;
	}
	ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	return ret;
}

int inside(struct demo *d, unsigned long addr, struct page **pages)
{
	guard(rcu)();
	return pin_user_pages_fast(addr, 1, FOLL_WRITE, pages); //~ sleep-in-atomic
}
`));
});
