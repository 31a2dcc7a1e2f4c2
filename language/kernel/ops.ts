/**
 * Members of operations tables: who calls a driver's function, and in which context. Follows include/linux/fs.h, mm.h, miscdevice.h,
 * the bus headers, dma-buf.h, mmu_notifier.h, blk-mq.h, netdevice.h, include/media/videobuf2-core.h, include/drm/drm_gem.h,
 * include/drm/drm_drv.h, include/linux/vfio.h.
 */
import type { OpsMember } from './types.ts';
import { words } from './build.ts';

type Role = OpsMember['role'];

/** `member:role` or `member:role:context`; a member without role is 'other', without context 'process'. */
function record(names: string, members: string): readonly OpsMember[] {
  return words(names).flatMap((name) =>
    words(members).map((text): OpsMember => {
      const [member = '', role = 'other', context = 'process'] = text.split(':');
      return { record: name, member, role: role as Role, context: context as OpsMember['context'] };
    }),
  );
}

const pm = 'suspend:other resume:other shutdown:remove';

/** Every member that the tables know. */
export const opsMembers: readonly OpsMember[] = [
  ...record(
    'file_operations',
    `
    open:open release:release flush:other unlocked_ioctl:ioctl compat_ioctl:ioctl ioctl:ioctl read:read
    read_iter:read write:write write_iter:write mmap:mmap mmap_prepare:mmap poll:other fsync:other fasync:other
    llseek:other splice_read:read splice_write:write aio_read:read aio_write:write uring_cmd:ioctl fallocate:other
    show_fdinfo:other get_unmapped_area:other iterate_shared:read
  `,
  ),
  ...record(
    'proc_ops',
    `
    proc_open:open proc_release:release proc_ioctl:ioctl proc_read:read proc_read_iter:read proc_write:write
    proc_mmap:mmap proc_poll:other
  `,
  ),
  ...record(
    'vm_operations_struct',
    `
    open:open close:close fault:fault huge_fault:fault pfn_mkwrite:fault page_mkwrite:fault map_pages:fault
    access:other may_split:other mremap:other find_special_page:other
  `,
  ),
  ...record(
    'address_space_operations',
    `
    read_folio:read readpage:read readahead:read writepage:write writepages:write direct_IO:other dirty_folio:other
    set_page_dirty:other release_folio:release invalidate_folio:other write_begin:begin write_end:end
    launder_folio:other
  `,
  ),
  ...record(
    'platform_driver auxiliary_driver amba_driver mdio_driver rpmsg_driver virtio_driver vdpa_driver xenbus_driver vio_driver ps3_system_bus_driver',
    `probe:probe remove:remove remove_new:remove ${pm} scan:other freeze:other restore:other`,
  ),
  ...record(
    'pci_driver',
    `probe:probe remove:remove ${pm} sriov_configure:other error_detected:other slot_reset:other`,
  ),
  ...record(
    'pci_error_handlers',
    `
    error_detected:other mmio_enabled:other slot_reset:other resume:other reset_prepare:begin reset_done:end
  `,
  ),
  ...record(
    'usb_driver',
    `
    probe:probe disconnect:remove suspend:other resume:other reset_resume:other pre_reset:begin post_reset:end
    unlocked_ioctl:ioctl
  `,
  ),
  ...record('i2c_driver spi_driver', `probe:probe probe_new:probe remove:remove ${pm} alert:other`),
  ...record(
    'mdev_driver vfio_device_ops',
    `
    probe:probe remove:remove init:open release:release open:open open_device:open close_device:close read:read
    write:write ioctl:ioctl mmap:mmap request:other match:other dma_unmap:unmap bind_iommufd:attach
    unbind_iommufd:detach attach_ioas:attach detach_ioas:detach
  `,
  ),
  ...record(
    'mdev_parent_ops',
    `
    create:probe remove:remove open:open open_device:open release:release close_device:close read:read write:write
    ioctl:ioctl mmap:mmap
  `,
  ),
  ...record(
    'vfio_iommu_driver_ops',
    `
    open:open release:release ioctl:ioctl attach_group:attach detach_group:detach pin_pages:map unpin_pages:unmap
    dma_rw:other register_device:other unregister_device:other notify:other
  `,
  ),
  ...record(
    'dev_pm_ops',
    `
    suspend:other resume:other runtime_suspend:other runtime_resume:other freeze:other thaw:other poweroff:other
    restore:other prepare:begin complete:end
  `,
  ),
  ...record('component_ops', 'bind:probe unbind:remove'),
  ...record(
    'dma_buf_ops',
    `
    attach:attach detach:detach pin:map unpin:unmap map_dma_buf:map unmap_dma_buf:unmap release:release
    begin_cpu_access:begin end_cpu_access:end mmap:mmap vmap:vmap vunmap:unmap map:vmap unmap:unmap map_atomic:vmap
    cache_sgt_mapping:other
  `,
  ),
  ...record('dma_buf_attach_ops', 'move_notify:other'),
  ...record(
    'drm_gem_object_funcs',
    `
    free:release open:open close:close print_info:other export:other pin:map unpin:unmap get_sg_table:map vmap:vmap
    vunmap:unmap mmap:mmap evict:other status:other rss:other
  `,
  ),
  ...record(
    'drm_i915_gem_object_ops',
    `
    get_pages:map put_pages:unmap truncate:other shrink:other pread:read pwrite:write mmap_offset:mmap
    dmabuf_export:other release:release adjust_lru:other delayed_free:release migrate:other
  `,
  ),
  ...record(
    'drm_driver',
    `
    open:open postclose:close preclose:close lastclose:close load:probe unload:remove release:release
    gem_create_object:other gem_free_object:release gem_free_object_unlocked:release gem_prime_import:other
    gem_prime_export:other gem_prime_import_sg_table:map gem_prime_mmap:mmap dumb_create:other dumb_map_offset:other
    prime_handle_to_fd:other
  `,
  ),
  ...record('drm_ioctl_desc', 'func:ioctl'),
  ...record(
    'ttm_device_funcs ttm_bo_driver',
    `
    ttm_tt_create:other ttm_tt_populate:map ttm_tt_unpopulate:unmap ttm_tt_destroy:release move:other
    evict_flags:other swap_notify:other delete_mem_notify:other io_mem_reserve:map io_mem_free:unmap
  `,
  ),
  ...record(
    'vb2_mem_ops',
    `
    alloc:map put:unmap get_dmabuf:other get_userptr:map put_userptr:unmap prepare:begin finish:end
    attach_dmabuf:attach detach_dmabuf:detach map_dmabuf:map unmap_dmabuf:unmap vaddr:vmap cookie:other
    num_users:other mmap:mmap
  `,
  ),
  ...record(
    'vb2_ops',
    `
    queue_setup:begin buf_init:map buf_out_validate:other buf_prepare:begin buf_finish:end buf_cleanup:unmap
    start_streaming:begin stop_streaming:end buf_queue:queue buf_request_complete:end wait_prepare:other
    wait_finish:other prepare_streaming:begin unprepare_streaming:end
  `,
  ),
  ...record('videobuf_queue_ops', 'buf_setup:begin buf_prepare:begin buf_queue:queue buf_release:release'),
  ...record('videobuf_qtype_ops', 'alloc_vb:map iolock:map sync:other mmap_mapper:mmap vaddr:vmap'),
  ...record(
    'v4l2_file_operations',
    `
    open:open release:release read:read write:write poll:other unlocked_ioctl:ioctl compat_ioctl32:ioctl mmap:mmap
    get_unmapped_area:other
  `,
  ),
  ...record('miscdevice', 'fops:other'),
  ...record(
    'mmu_notifier_ops',
    `
    release:release invalidate_range_start:unmap invalidate_range_end:end invalidate_range:unmap
    arch_invalidate_secondary_tlbs:unmap invalidate_page:unmap change_pte:unmap clear_flush_young:other
    clear_young:other test_young:other alloc_notifier:other free_notifier:release
  `,
  ),
  ...record('mmu_interval_notifier_ops', 'invalidate:unmap'),
  ...record('mmu_rb_ops', 'filter:other insert:map remove:unmap evict:unmap invalidate:unmap'),
  ...record('iommufd_access_ops', 'unmap:unmap'),
  ...record('host1x_bo_ops', 'get:other put:release pin:map unpin:unmap mmap:vmap munmap:unmap'),
  ...record(
    'block_device_operations',
    `
    open:open release:release submit_bio:queue rw_page:queue ioctl:ioctl compat_ioctl:ioctl check_events:other
    revalidate_disk:other getgeo:other free_disk:release
  `,
  ),
  ...record(
    'blk_mq_ops',
    `
    queue_rq:queue commit_rqs:other queue_rqs:queue complete:end:softirq timeout:other init_hctx:probe
    exit_hctx:remove init_request:probe exit_request:remove poll:other cleanup_rq:release
  `,
  ),
  ...record(
    'scsi_host_template',
    `
    queuecommand:queue ioctl:ioctl eh_abort_handler:other eh_device_reset_handler:other eh_bus_reset_handler:other
    eh_host_reset_handler:other slave_alloc:probe slave_destroy:remove
  `,
  ),
  ...record(
    'net_device_ops',
    `
    ndo_open:open ndo_stop:close ndo_init:probe ndo_uninit:remove ndo_start_xmit:queue:softirq ndo_do_ioctl:ioctl
    ndo_eth_ioctl:ioctl ndo_siocdevprivate:ioctl ndo_bpf:other ndo_xdp_xmit:queue:softirq ndo_xsk_wakeup:other
    ndo_tx_timeout:other:work ndo_set_rx_mode:other ndo_change_mtu:other
  `,
  ),
  ...record(
    'proto_ops',
    `
    release:release bind:other connect:other sendmsg:write recvmsg:read ioctl:ioctl mmap:mmap poll:other
    setsockopt:other getsockopt:other shutdown:close
  `,
  ),
  ...record(
    'proto',
    `
    close:close init:open destroy:release sendmsg:write recvmsg:read ioctl:ioctl setsockopt:other
  `,
  ),
  ...record(
    'ib_device_ops',
    `
    reg_user_mr:map rereg_user_mr:map reg_user_mr_dmabuf:map dereg_mr:unmap alloc_mr:map map_mr_sg:map
    alloc_ucontext:open dealloc_ucontext:close alloc_pd:open dealloc_pd:close create_cq:open destroy_cq:close
    create_qp:open destroy_qp:close create_srq:open destroy_srq:close mmap:mmap mmap_free:unmap
    disassociate_ucontext:close post_send:queue post_recv:queue poll_cq:other dealloc_driver:remove
  `,
  ),
  ...record(
    'snd_pcm_ops',
    `
    open:open close:close ioctl:ioctl hw_params:map hw_free:unmap prepare:begin trigger:queue:hardirq
    pointer:other:hardirq copy:other mmap:mmap
  `,
  ),
  ...record(
    'tty_operations',
    `
    open:open close:close write:write ioctl:ioctl hangup:close install:open cleanup:release
  `,
  ),
  ...record(
    'super_operations',
    `
    put_super:release destroy_inode:release evict_inode:release free_inode:release
  `,
  ),
  ...record('kernfs_ops bin_attribute', 'open:open release:release read:read write:write mmap:mmap'),
  ...record('device_attribute kobj_attribute driver_attribute', 'show:read store:write'),
  ...record('kobj_type device_type device class', 'release:release'),
  ...record('dma_fence_ops', 'release:release enable_signaling:begin:hardirq signaled:other wait:other'),
  ...record(
    'tee_shm_pool_ops tee_shm_pool_mgr_ops tee_driver_ops',
    `
    alloc:map free:unmap destroy_pool:release destroy_poolmgr:release open:open release:release close_session:close
    invoke_func:ioctl supp_recv:ioctl supp_send:ioctl shm_register:map shm_unregister:unmap
  `,
  ),
  ...record(
    'vhost_iotlb_ops vdpa_config_ops',
    `
    dma_map:map dma_unmap:unmap set_map:map free:release reset:other set_vq_address:other kick_vq:queue
  `,
  ),
  ...record(
    'fb_ops',
    `
    fb_open:open fb_release:release fb_read:read fb_write:write fb_ioctl:ioctl fb_mmap:mmap fb_destroy:release
  `,
  ),
  ...record('urb', 'complete:end:softirq'),
  ...record('bio', 'bi_end_io:end:softirq'),
  ...record('dma_async_tx_descriptor', 'callback:end:softirq callback_result:end:softirq'),
  ...record('work_struct', 'func:other:work'),
];
