/**
 * Locks that matter to page pinning. Follows include/linux/mmap_lock.h (5.8 on), spinlock.h, rwlock.h, rwsem.h, mutex.h, rcupdate.h,
 * preempt.h, irqflags.h, cleanup.h. A sleeping lock of any kind (mutex, rwsem, semaphore) is stated as 'mutex', a spinning
 * reader-writer lock as 'rwlock'; `mmapRwsemEffects` tells which rwsem calls are the mmap lock.
 */
import { row, table } from './build.ts';
import type { CallFact, Effect } from './types.ts';

type What = Extract<Effect, { kind: 'lock' | 'unlock' }>['what'];
const lock = (what: What, arg: number | null, when?: 'nonzero' | 'zero'): Effect =>
  when ? { kind: 'lock', what, arg, when } : { kind: 'lock', what, arg };
const unlock = (what: What, arg: number | null): Effect => ({ kind: 'unlock', what, arg });
const sleeps: Effect = { kind: 'sleeps' };
const pure: Effect = { kind: 'pure' };

const mmap = table('include/linux/mmap_lock.h', [
  row('mmap_read_lock', [lock('mmap-read', 0), sleeps], { since: '5.8' }),
  row('mmap_read_lock_killable', [lock('mmap-read', 0, 'zero'), sleeps], { since: '5.8' }),
  row('mmap_read_trylock', [lock('mmap-read', 0, 'nonzero')], { since: '5.8' }),
  row('mmap_read_unlock mmap_read_unlock_non_owner', [unlock('mmap-read', 0)], { since: '5.8' }),
  row('mmap_write_lock mmap_write_lock_nested', [lock('mmap-write', 0), sleeps], { since: '5.8' }),
  row('mmap_write_lock_killable', [lock('mmap-write', 0, 'zero'), sleeps], { since: '5.8' }),
  row('mmap_write_trylock', [lock('mmap-write', 0, 'nonzero')], { since: '5.8', until: '6.12' }),
  row('mmap_write_unlock', [unlock('mmap-write', 0)], { since: '5.8' }),
  row('mmap_write_downgrade', [unlock('mmap-write', 0), lock('mmap-read', 0)], { since: '5.8' }),
  row('mmap_assert_locked', [{ kind: 'lock-assert', what: 'mmap-read', arg: 0 }], { since: '5.8' }),
  row('mmap_assert_write_locked', [{ kind: 'lock-assert', what: 'mmap-write', arg: 0 }], { since: '5.8' }),
  row('mmap_lock_is_contended mmap_init_lock', [pure], { since: '5.8' }),
]);

const spin = table('include/linux/spinlock.h, include/linux/rwlock.h', [
  row(
    `
    spin_lock raw_spin_lock spin_lock_nested raw_spin_lock_nested spin_lock_nest_lock arch_spin_lock bit_spin_lock
    task_lock
  `,
    [lock('spin', 0)],
  ),
  row('spin_lock_irq raw_spin_lock_irq spin_lock_irqsave raw_spin_lock_irqsave spin_lock_irqsave_nested', [
    lock('spin-irq', 0),
  ]),
  row('spin_lock_bh raw_spin_lock_bh', [lock('spin', 0), lock('bh', null)]),
  row('spin_trylock raw_spin_trylock bit_spin_trylock', [lock('spin', 0, 'nonzero')]),
  row('spin_trylock_irq raw_spin_trylock_irq spin_trylock_irqsave raw_spin_trylock_irqsave', [
    lock('spin-irq', 0, 'nonzero'),
  ]),
  row('spin_trylock_bh', [lock('spin', 0, 'nonzero'), lock('bh', null, 'nonzero')]),
  row('spin_unlock raw_spin_unlock arch_spin_unlock bit_spin_unlock task_unlock', [unlock('spin', 0)]),
  row('spin_unlock_irq raw_spin_unlock_irq spin_unlock_irqrestore raw_spin_unlock_irqrestore', [unlock('spin-irq', 0)]),
  row('spin_unlock_bh raw_spin_unlock_bh', [unlock('spin', 0), unlock('bh', null)]),
  row(
    `
    read_lock write_lock read_lock_irq write_lock_irq read_lock_irqsave write_lock_irqsave read_lock_bh
    write_lock_bh
  `,
    [lock('rwlock', 0)],
  ),
  row('read_trylock write_trylock', [lock('rwlock', 0, 'nonzero')]),
  row(
    `
    read_unlock write_unlock read_unlock_irq write_unlock_irq read_unlock_irqrestore write_unlock_irqrestore
    read_unlock_bh write_unlock_bh
  `,
    [unlock('rwlock', 0)],
  ),
  row('write_seqlock write_seqlock_irq write_seqlock_irqsave write_seqlock_bh read_seqlock_excl', [lock('spin', 0)], {
    source: 'include/linux/seqlock.h',
  }),
  row(
    'write_sequnlock write_sequnlock_irq write_sequnlock_irqrestore write_sequnlock_bh read_sequnlock_excl',
    [unlock('spin', 0)],
    { source: 'include/linux/seqlock.h' },
  ),
]);

const context = table('include/linux/rcupdate.h, include/linux/preempt.h, include/linux/irqflags.h', [
  row('rcu_read_lock rcu_read_lock_bh rcu_read_lock_sched', [lock('rcu', null)]),
  row('rcu_read_unlock rcu_read_unlock_bh rcu_read_unlock_sched', [unlock('rcu', null)]),
  row('preempt_disable preempt_disable_notrace get_cpu get_cpu_ptr get_cpu_var', [lock('preempt', null)]),
  row('preempt_enable preempt_enable_no_resched preempt_enable_notrace put_cpu put_cpu_ptr put_cpu_var', [
    unlock('preempt', null),
  ]),
  row('local_irq_disable local_irq_save raw_local_irq_disable raw_local_irq_save', [lock('irq', null)]),
  row('local_irq_enable local_irq_restore raw_local_irq_enable raw_local_irq_restore', [unlock('irq', null)]),
  row('local_bh_disable', [lock('bh', null)]),
  row('local_bh_enable', [unlock('bh', null)]),
  row('pagefault_disable pagefault_enable srcu_read_lock srcu_read_unlock', [pure]),
]);

const sleeping = table(
  'include/linux/mutex.h, include/linux/rwsem.h, include/linux/semaphore.h, include/linux/ww_mutex.h',
  [
    row(
      `
    mutex_lock mutex_lock_nested mutex_lock_nest_lock mutex_lock_io rt_mutex_lock down inode_lock inode_lock_shared
    device_lock
  `,
      [lock('mutex', 0), sleeps],
    ),
    row(
      `
    mutex_lock_interruptible mutex_lock_killable mutex_lock_interruptible_nested down_interruptible down_killable
    down_timeout ww_mutex_lock ww_mutex_lock_interruptible dma_resv_lock dma_resv_lock_interruptible
    device_lock_interruptible
  `,
      [lock('mutex', 0, 'zero'), sleeps],
    ),
    row('reservation_object_lock', [lock('mutex', 0, 'zero'), sleeps], { until: '5.4', replacedBy: 'dma_resv_lock' }),
    row('reservation_object_unlock', [unlock('mutex', 0)], { until: '5.4', replacedBy: 'dma_resv_unlock' }),
    row('mutex_trylock ww_mutex_trylock dma_resv_trylock device_trylock', [lock('mutex', 0, 'nonzero')]),
    row('down_trylock', [lock('mutex', 0, 'zero')]),
    row(
      `
    mutex_unlock rt_mutex_unlock up ww_mutex_unlock dma_resv_unlock inode_unlock inode_unlock_shared device_unlock
  `,
      [unlock('mutex', 0)],
    ),
    row('down_read down_write down_read_nested down_write_nested down_read_non_owner', [lock('mutex', 0), sleeps]),
    row('down_read_killable down_write_killable down_read_interruptible', [lock('mutex', 0, 'zero'), sleeps]),
    row('down_read_trylock down_write_trylock', [lock('mutex', 0, 'nonzero')]),
    row('up_read up_write up_read_non_owner', [unlock('mutex', 0)]),
    row('downgrade_write', [pure]),
    row(
      `
    lockdep_assert_held lockdep_assert_held_read lockdep_assert_held_write lockdep_assert_not_held
    lockdep_assert_held_once lockdep_assert_irqs_disabled lockdep_assert_irqs_enabled lockdep_assert_once
    lockdep_is_held assert_spin_locked might_lock might_lock_read dma_resv_assert_held lockdep_set_class
    lockdep_init_map lockdep_register_key
  `,
      [pure],
    ),
    row(
      `
    mutex_init __mutex_init mutex_destroy mutex_is_locked init_rwsem sema_init spin_lock_init raw_spin_lock_init
    rwlock_init spin_is_locked rwsem_is_locked seqlock_init seqcount_init ww_mutex_init ww_acquire_init
    ww_acquire_fini
  `,
      [pure],
    ),
  ],
);

/** Every locking call. */
export const locks: readonly CallFact[] = [...mmap, ...spin, ...context, ...sleeping];

const rwsemCalls: ReadonlyMap<string, readonly Effect[]> = new Map([
  ['down_read', [lock('mmap-read', 0), sleeps]],
  ['down_read_nested', [lock('mmap-read', 0), sleeps]],
  ['down_read_killable', [lock('mmap-read', 0, 'zero'), sleeps]],
  ['down_read_interruptible', [lock('mmap-read', 0, 'zero'), sleeps]],
  ['down_read_trylock', [lock('mmap-read', 0, 'nonzero')]],
  ['up_read', [unlock('mmap-read', 0)]],
  ['up_read_non_owner', [unlock('mmap-read', 0)]],
  ['down_write', [lock('mmap-write', 0), sleeps]],
  ['down_write_nested', [lock('mmap-write', 0), sleeps]],
  ['down_write_killable', [lock('mmap-write', 0, 'zero'), sleeps]],
  ['down_write_trylock', [lock('mmap-write', 0, 'nonzero')]],
  ['up_write', [unlock('mmap-write', 0)]],
  ['downgrade_write', [unlock('mmap-write', 0), lock('mmap-read', 0)]],
  // it is asked in assertions of a driver's own
  ['rwsem_is_locked', [{ kind: 'lock-assert', what: 'mmap-read', arg: 0 }]],
  ['lockdep_assert_held', [{ kind: 'lock-assert', what: 'mmap-read', arg: 0 }]],
  ['lockdep_assert_held_read', [{ kind: 'lock-assert', what: 'mmap-read', arg: 0 }]],
  ['lockdep_assert_held_write', [{ kind: 'lock-assert', what: 'mmap-write', arg: 0 }]],
]);

/**
 * Effects of an rwsem call whose first argument reads like the mmap lock (`&mm->mmap_sem`, `&current->mm->mmap_lock`), the
 * spelling of kernels before 5.8. Undefined for other calls and other semaphores.
 */
export function mmapRwsemEffects(name: string, argumentText: string): readonly Effect[] | undefined {
  if (!/(?:->|\.)\s*mmap_(?:sem|lock)\s*\)*\s*$/.test(argumentText)) return undefined;
  return rwsemCalls.get(name);
}

/** Class names of guard(name)(arg) and scoped_guard(name, arg): what is held to the end of the scope (include/linux/cleanup.h). */
export const guardClasses: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ['mutex', lock('mutex', 0)],
  ['mutex_intr', lock('mutex', 0, 'zero')],
  ['mutex_kill', lock('mutex', 0, 'zero')],
  ['mutex_try', lock('mutex', 0, 'nonzero')],
  ['rwsem_read', lock('mutex', 0)],
  ['rwsem_write', lock('mutex', 0)],
  ['device', lock('mutex', 0)],
  ['spinlock', lock('spin', 0)],
  ['spinlock_bh', lock('spin', 0)],
  ['spinlock_irq', lock('spin-irq', 0)],
  ['spinlock_irqsave', lock('spin-irq', 0)],
  ['spinlock_try', lock('spin', 0, 'nonzero')],
  ['raw_spinlock', lock('spin', 0)],
  ['raw_spinlock_irq', lock('spin-irq', 0)],
  ['raw_spinlock_irqsave', lock('spin-irq', 0)],
  ['read_lock', lock('rwlock', 0)],
  ['write_lock', lock('rwlock', 0)],
  ['rcu', lock('rcu', null)],
  ['preempt', lock('preempt', null)],
  ['irq', lock('irq', null)],
  ['irqsave', lock('irq', null)],
  ['bh', lock('bh', null)],
  ['mmap_read_lock', lock('mmap-read', 0)],
]);
