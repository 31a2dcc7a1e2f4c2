/**
 * Callbacks and the context they run in, MMU notifiers, and waiting. Follows include/linux/interrupt.h, workqueue.h, timer.h,
 * rcupdate.h, kthread.h, mmu_notifier.h, completion.h, wait.h, usb.h.
 */
import { row, table } from './build.ts';
import type { CallFact, Effect } from './types.ts';

type Context = Extract<Effect, { kind: 'register-callback' }>['context'];
const calls = (fn: number, context: Context): Effect => ({ kind: 'register-callback', fn, context });
const keeps = (item: number): Effect => ({ kind: 'store', item, into: item, structure: 'other' });
const sleeps: Effect = { kind: 'sleeps' };
const waits = (arg: number | null): readonly Effect[] => [{ kind: 'wait', arg }, sleeps];

const callbacks = table('include/linux/interrupt.h', [
  row('request_irq request_any_context_irq', [calls(1, 'hardirq'), keeps(4), sleeps]),
  row('request_threaded_irq', [calls(1, 'hardirq'), calls(2, 'kthread'), keeps(5), sleeps]),
  row('devm_request_irq', [calls(2, 'hardirq'), keeps(5), sleeps]),
  row('devm_request_threaded_irq', [calls(2, 'hardirq'), calls(3, 'kthread'), keeps(6), sleeps]),
  row('tasklet_init', [calls(1, 'softirq'), keeps(2)]),
  row('tasklet_setup', [calls(1, 'softirq')], { since: '5.9' }),
  row(
    `
    INIT_WORK INIT_DELAYED_WORK INIT_WORK_ONSTACK INIT_DEFERRABLE_WORK INIT_RCU_WORK __INIT_WORK kthread_init_work
  `,
    [calls(1, 'work')],
    { source: 'include/linux/workqueue.h' },
  ),
  row('timer_setup timer_setup_on_stack', [calls(1, 'timer')], { since: '4.14', source: 'include/linux/timer.h' }),
  row('setup_timer', [calls(1, 'timer')], {
    until: '4.15',
    replacedBy: 'timer_setup',
    source: 'include/linux/timer.h',
  }),
  row('hrtimer_setup', [calls(1, 'hardirq')], { since: '6.13', source: 'include/linux/hrtimer.h' }),
  row('call_rcu call_rcu_hurry call_rcu_sched', [calls(1, 'rcu'), keeps(0)], { source: 'include/linux/rcupdate.h' }),
  row('kthread_run kthread_create', [calls(0, 'kthread'), keeps(1), sleeps], { source: 'include/linux/kthread.h' }),
  row('init_irq_work', [calls(1, 'hardirq')], { source: 'include/linux/irq_work.h' }),
  row('init_task_work', [calls(1, 'process')], { source: 'include/linux/task_work.h' }),
  row('kref_put', [calls(1, 'process')], {
    source: 'include/linux/kref.h',
    doc: 'Calls the function now, if this was the last reference.',
  }),
  row('kref_put_mutex kref_put_lock', [calls(1, 'process')], { source: 'include/linux/kref.h' }),
  row('dma_fence_add_callback', [calls(2, 'hardirq'), keeps(1)], { source: 'include/linux/dma-fence.h' }),
  row('usb_fill_bulk_urb usb_fill_int_urb', [calls(5, 'softirq'), keeps(6)], { source: 'include/linux/usb.h' }),
  row('usb_fill_control_urb', [calls(6, 'softirq'), keeps(7)], { source: 'include/linux/usb.h' }),
  row('devm_add_action devm_add_action_or_reset', [calls(1, 'process'), keeps(2)], {
    source: 'include/linux/device.h',
  }),
  row('netif_napi_add netif_napi_add_weight netif_napi_add_tx', [calls(2, 'softirq')], {
    source: 'include/linux/netdevice.h',
  }),
  row('smp_call_function on_each_cpu', [calls(0, 'hardirq')], { source: 'include/linux/smp.h' }),
  row('smp_call_function_single', [calls(1, 'hardirq')], { source: 'include/linux/smp.h' }),
]);

const notifiers = table('include/linux/mmu_notifier.h', [
  row('mmu_notifier_register __mmu_notifier_register', [{ kind: 'mmu-notifier-register' }, keeps(0), sleeps]),
  row('mmu_notifier_get mmu_notifier_get_locked', [{ kind: 'mmu-notifier-register' }, sleeps], { since: '5.4' }),
  row(
    'mmu_interval_notifier_insert mmu_interval_notifier_insert_locked',
    [{ kind: 'mmu-notifier-register' }, keeps(0), sleeps],
    { since: '5.5' },
  ),
  row('hmm_mirror_register', [{ kind: 'mmu-notifier-register' }, keeps(0), sleeps], {
    until: '5.5',
    source: 'include/linux/hmm.h',
  }),
  row(
    `
    mmu_notifier_unregister mmu_notifier_put mmu_interval_notifier_remove mmu_interval_read_begin
    mmu_interval_read_retry mmu_interval_set_seq mmu_interval_check_retry mmu_notifier_range_blockable
    mmu_notifier_synchronize
  `,
    [{ kind: 'pure' }],
  ),
  row('hmm_range_fault', [sleeps], {
    source: 'mm/hmm.c',
    doc: 'Faults a range in and reports its pages without taking any reference.',
  }),
]);

const waiting = table(
  'include/linux/completion.h, include/linux/wait.h, include/linux/workqueue.h, include/linux/rcupdate.h',
  [
    row(
      `
    wait_for_completion wait_for_completion_timeout wait_for_completion_interruptible
    wait_for_completion_interruptible_timeout wait_for_completion_killable wait_for_completion_killable_timeout
    wait_for_completion_io wait_for_completion_io_timeout wait_for_completion_state
  `,
      waits(0),
    ),
    row(
      `
    wait_event wait_event_timeout wait_event_interruptible wait_event_interruptible_timeout wait_event_killable
    wait_event_lock_irq wait_event_interruptible_exclusive wait_event_freezable io_wait_event wait_event_cmd
    wait_event_hrtimeout
  `,
      waits(0),
    ),
    row(
      `
    flush_work flush_delayed_work cancel_work_sync cancel_delayed_work_sync flush_workqueue drain_workqueue
    destroy_workqueue tasklet_kill tasklet_disable del_timer_sync timer_delete_sync timer_shutdown_sync
    hrtimer_cancel kthread_stop kthread_flush_worker kthread_cancel_work_sync
  `,
      waits(0),
    ),
    row('synchronize_rcu synchronize_rcu_expedited rcu_barrier synchronize_net flush_scheduled_work', waits(null)),
    row(
      `
    synchronize_srcu synchronize_irq disable_irq free_irq usb_kill_urb usb_poison_urb dmaengine_terminate_sync
    dmaengine_synchronize dma_wait_for_async_tx dma_fence_wait dma_fence_wait_timeout dma_resv_wait_timeout
    percpu_ref_kill_and_confirm submit_bio_wait wait_on_page_writeback folio_wait_writeback wait_on_page_locked
  `,
      waits(0),
    ),
    row('devm_free_irq', waits(1)),
    row('blk_execute_rq dma_sync_wait', waits(null)),
    row(
      `
    msleep msleep_interruptible ssleep usleep_range fsleep schedule schedule_timeout schedule_timeout_interruptible
    schedule_timeout_uninterruptible schedule_timeout_killable io_schedule io_schedule_timeout
  `,
      [sleeps],
    ),
    row(
      `
    complete complete_all complete_and_exit wake_up wake_up_all wake_up_interruptible wake_up_interruptible_all
    wake_up_process wake_up_poll init_completion reinit_completion completion_done try_wait_for_completion
    init_waitqueue_head init_wait init_waitqueue_entry add_wait_queue remove_wait_queue prepare_to_wait
    prepare_to_wait_exclusive finish_wait waitqueue_active poll_wait
  `,
      [{ kind: 'pure' }],
    ),
  ],
);

/** Callbacks, notifiers, waiting. */
export const contexts: readonly CallFact[] = [...callbacks, ...notifiers, ...waiting];
