/**
 * Calls after which an object is reachable from somewhere else. Where the other end is the kernel itself (a work queue, a
 * descriptor table), `into` is the argument that stands for it, or the item's own. Follows the headers named per row.
 */
import { row, table } from './build.ts';
import type { CallFact, Effect } from './types.ts';

type Structure = Extract<Effect, { kind: 'store' }>['structure'];
const store = (item: number, into: number, structure: Structure): readonly Effect[] => [
  { kind: 'store', item, into, structure },
];

/** Lists, trees, tables, driver data, and hand-overs to the kernel. */
export const containers: readonly CallFact[] = [
  ...table('include/linux/list.h, include/linux/rculist.h, include/linux/llist.h', [
    row(
      `
      list_add list_add_tail list_add_rcu list_add_tail_rcu list_move list_move_tail list_splice list_splice_init
      list_splice_tail list_splice_tail_init list_bulk_move_tail
    `,
      store(0, 1, 'list'),
    ),
    row(
      `
      hlist_add_head hlist_add_head_rcu hlist_add_before hlist_add_behind hlist_add_tail_rcu hlist_bl_add_head
      hlist_nulls_add_head_rcu
    `,
      store(0, 1, 'hlist'),
    ),
    row('hash_add hash_add_rcu', store(1, 0, 'hlist')),
    row('llist_add llist_add_batch', store(0, 1, 'list')),
    row('list_replace list_replace_init', store(1, 0, 'list')),
    row('plist_add', store(0, 1, 'list')),
    row(
      `
      list_del list_del_init list_del_rcu list_del_init_careful list_empty list_empty_careful list_is_singular
      list_is_last list_is_first list_first_entry list_first_entry_or_null list_last_entry list_next_entry
      list_prev_entry list_entry list_cut_position INIT_LIST_HEAD hlist_del hlist_del_init hlist_del_rcu
      hlist_del_init_rcu hlist_empty hlist_unhashed hash_del hash_del_rcu hash_init hash_empty INIT_HLIST_HEAD
      INIT_HLIST_NODE llist_empty init_llist_head
    `,
      [{ kind: 'pure' }],
    ),
  ]),
  ...table('include/linux/xarray.h, include/linux/idr.h, include/linux/radix-tree.h, include/linux/maple_tree.h', [
    row(
      'xa_store xa_store_bh xa_store_irq xa_insert xa_insert_bh xa_insert_irq __xa_store __xa_insert',
      store(2, 0, 'xarray'),
    ),
    row('xa_alloc xa_alloc_bh xa_alloc_irq xa_alloc_cyclic xa_alloc_cyclic_irq __xa_alloc', store(2, 0, 'xarray')),
    row('xa_cmpxchg', store(3, 0, 'xarray')),
    row('xas_store', store(1, 0, 'xarray')),
    row('idr_alloc idr_alloc_cyclic idr_alloc_u32 idr_replace', store(1, 0, 'idr')),
    row('idr_find idr_remove idr_is_empty xa_load xa_erase xa_erase_bh xa_erase_irq xa_find xa_find_after', [
      { kind: 'pure' },
    ]),
    row('radix_tree_lookup radix_tree_delete rb_entry rb_entry_safe', [{ kind: 'pure' }]),
    row('radix_tree_insert', store(2, 0, 'radix-tree')),
    row('mtree_store mtree_insert', store(2, 0, 'other')),
    row(
      `
      xa_init xa_init_flags xa_destroy xa_empty xa_err xa_is_err idr_init idr_destroy idr_preload idr_preload_end
      ida_alloc ida_free ida_simple_get ida_simple_remove INIT_RADIX_TREE
    `,
      [{ kind: 'pure' }],
    ),
  ]),
  ...table('include/linux/rbtree.h, include/linux/interval_tree.h', [
    row('rb_link_node rb_link_node_rcu', store(0, 2, 'rbtree')),
    row(
      'rb_insert_color rb_insert_color_cached rb_add rb_add_cached rb_find_add interval_tree_insert',
      store(0, 1, 'rbtree'),
    ),
    row(
      `
      rb_erase rb_erase_cached rb_first rb_next rb_last rb_prev interval_tree_remove RB_EMPTY_NODE RB_EMPTY_ROOT
      RB_CLEAR_NODE
    `,
      [{ kind: 'pure' }],
    ),
    row('rhashtable_insert_fast rhashtable_lookup_insert_fast', store(1, 0, 'other'), {
      source: 'include/linux/rhashtable.h',
    }),
    row('kfifo_put', store(1, 0, 'other'), { source: 'include/linux/kfifo.h' }),
  ]),
  ...table('include/linux/device.h and the bus headers', [
    row(
      `
      dev_set_drvdata platform_set_drvdata pci_set_drvdata usb_set_intfdata i2c_set_clientdata spi_set_drvdata
      amba_set_drvdata auxiliary_set_drvdata video_set_drvdata input_set_drvdata snd_soc_card_set_drvdata
      mdev_set_drvdata irq_set_handler_data
    `,
      store(1, 0, 'private-data'),
    ),
  ]),
  ...table('include/linux/rcupdate.h, include/asm-generic/barrier.h', [
    row('rcu_assign_pointer RCU_INIT_POINTER smp_store_release WRITE_ONCE smp_store_mb', store(1, 0, 'other')),
  ]),
  ...table('include/linux/workqueue.h, include/linux/timer.h, include/linux/interrupt.h', [
    row('queue_work queue_delayed_work mod_delayed_work queue_rcu_work', store(1, 0, 'other')),
    row('queue_work_on queue_delayed_work_on', store(2, 1, 'other')),
    row(
      `
      schedule_work schedule_delayed_work add_timer mod_timer tasklet_schedule tasklet_hi_schedule hrtimer_start
      irq_work_queue
    `,
      store(0, 0, 'other'),
    ),
    row('kthread_queue_work kthread_queue_delayed_work', store(1, 0, 'other')),
    row('schedule_work_on schedule_delayed_work_on', store(1, 1, 'other')),
  ]),
  ...table('include/linux/skbuff.h, include/linux/anon_inodes.h, include/linux/file.h, include/linux/dma-buf.h', [
    row('skb_queue_tail skb_queue_head __skb_queue_tail __skb_queue_head', store(1, 0, 'list')),
    row('anon_inode_getfd anon_inode_getfile', store(2, 2, 'private-data')),
    row('fd_install', store(1, 1, 'other')),
    row('dma_buf_export', store(0, 0, 'other')),
    row('usb_submit_urb', store(0, 0, 'other')),
    row('submit_bio submit_bio_noacct generic_make_request', store(0, 0, 'other')),
    row('blk_execute_rq_nowait blk_mq_start_request', store(0, 0, 'other')),
    row('dmaengine_submit', store(0, 0, 'other')),
    row('virtqueue_add_inbuf virtqueue_add_outbuf', store(3, 0, 'other')),
    row('virtqueue_add_sgs', store(4, 0, 'other')),
  ]),
  ...table('include/linux/string.h', [
    row('memcpy memmove __memcpy unsafe_memcpy', store(1, 0, 'other'), {
      doc: 'Page pointers copied to another array are reachable there.',
    }),
  ]),
  ...table('include/linux/miscdevice.h', [row('misc_register', store(0, 0, 'other'))]),
];
