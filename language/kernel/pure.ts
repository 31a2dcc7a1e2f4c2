/**
 * Calls that keep nothing and own nothing afterwards, and those that do not return. What a pure call gives back is a value
 * that says nothing of its arguments; numbers may be written through a pointer argument (kstrtoint, check_add_overflow).
 */
import { row, table } from './build.ts';
import type { CallFact, Effect } from './types.ts';

const pure: readonly Effect[] = [{ kind: 'pure' }];
const sleeps: readonly Effect[] = [{ kind: 'pure' }, { kind: 'sleeps' }];

/** What an analysis may step over without a thought. */
export const pureCalls: readonly CallFact[] = [
  ...table('include/linux/printk.h', [
    row(
      `
      printk _printk vprintk printk_once printk_ratelimited printk_deferred pr_emerg pr_alert pr_crit pr_err pr_warn
      pr_warning pr_notice pr_info pr_cont pr_debug pr_devel pr_err_once pr_warn_once pr_info_once pr_notice_once
      pr_debug_once pr_err_ratelimited pr_warn_ratelimited pr_info_ratelimited pr_notice_ratelimited
      pr_debug_ratelimited no_printk print_hex_dump print_hex_dump_debug print_hex_dump_bytes dump_stack
      trace_printk
    `,
      pure,
    ),
  ]),
  ...table('include/linux/dev_printk.h', [
    row(
      `
      dev_emerg dev_alert dev_crit dev_err dev_warn dev_notice dev_info dev_dbg dev_vdbg dev_printk _dev_err
      _dev_warn _dev_info dev_err_once dev_warn_once dev_info_once dev_dbg_once dev_err_ratelimited
      dev_warn_ratelimited dev_info_ratelimited dev_dbg_ratelimited dev_err_probe dev_WARN dev_WARN_ONCE
    `,
      pure,
    ),
    row(
      `
      netdev_err netdev_warn netdev_info netdev_dbg netif_err netif_warn netif_info netif_dbg ibdev_err ibdev_warn
      ibdev_info ibdev_dbg pci_err pci_warn pci_info pci_dbg drm_err drm_warn drm_info drm_dbg drm_dbg_driver
      drm_dbg_kms drm_dbg_core drm_WARN_ON drm_WARN_ON_ONCE DRM_ERROR DRM_WARN DRM_INFO DRM_DEBUG DRM_DEBUG_DRIVER
      DRM_DEBUG_KMS DRM_DEV_ERROR DRM_DEV_INFO DRM_DEV_DEBUG v4l2_err v4l2_warn v4l2_info v4l2_dbg sdev_printk
      scmd_printk snd_printk
    `,
      pure,
    ),
  ]),
  ...table('include/asm-generic/bug.h, include/linux/build_bug.h', [
    row(
      `
      WARN WARN_ON WARN_ON_ONCE WARN_ONCE WARN_RATELIMIT WARN_ON_SMP VM_BUG_ON VM_WARN_ON VM_WARN_ON_ONCE
      VM_BUG_ON_PAGE VM_WARN_ON_ONCE_PAGE VM_BUG_ON_FOLIO BUG_ON BUILD_BUG BUILD_BUG_ON BUILD_BUG_ON_MSG
      BUILD_BUG_ON_ZERO BUILD_BUG_ON_NOT_POWER_OF_2 static_assert kmemleak_ignore kmemleak_not_leak kmemleak_alloc
      kmemleak_free
    `,
      pure,
    ),
    row(
      `
      BUG panic do_exit kthread_exit make_task_dead nmi_panic module_put_and_exit module_put_and_kthread_exit
      kthread_complete_and_exit __builtin_unreachable unreachable __builtin_trap
    `,
      [{ kind: 'noreturn' }],
    ),
  ]),
  ...table('include/linux/kernel.h, include/linux/minmax.h, include/linux/math.h, include/linux/align.h', [
    row('min max min_t max_t min3 max3 min_not_zero clamp clamp_t clamp_val umin umax abs abs_diff', pure),
    row(
      `
      DIV_ROUND_UP DIV_ROUND_UP_ULL DIV_ROUND_DOWN_ULL DIV_ROUND_CLOSEST DIV_ROUND_UP_SECTOR_T do_div div_u64
      div64_u64 div_s64 div64_ul div_u64_rem mul_u64_u32_div roundup rounddown round_up round_down
      roundup_pow_of_two rounddown_pow_of_two order_base_2 ilog2 is_power_of_2 get_order int_sqrt mult_frac
    `,
      pure,
    ),
    row(
      `
      ALIGN ALIGN_DOWN PTR_ALIGN PTR_ALIGN_DOWN IS_ALIGNED PAGE_ALIGN PAGE_ALIGNED PAGE_ALIGN_DOWN offset_in_page
      offset_in_folio offset_in_thp page_offset linear_page_index
    `,
      pure,
    ),
    row(
      `
      likely unlikely ARRAY_SIZE container_of container_of_const offsetof offsetofend sizeof_field FIELD_SIZEOF
      struct_size struct_size_t flex_array_size array_size array3_size size_mul size_add size_sub overflows_type
      upper_32_bits lower_32_bits upper_16_bits lower_16_bits typecheck check_add_overflow check_sub_overflow
      check_mul_overflow check_shl_overflow READ_ONCE ACCESS_ONCE data_race __must_be_array IS_ENABLED IS_BUILTIN
      IS_MODULE __builtin_expect __builtin_constant_p __builtin_types_compatible_p __builtin_choose_expr
      __builtin_return_address __builtin_clz __builtin_ctz __builtin_popcount sizeof typeof __typeof__
    `,
      pure,
    ),
    row(
      `
      BIT BIT_ULL BIT_MASK BIT_WORD GENMASK GENMASK_ULL FIELD_GET FIELD_PREP FIELD_FIT u32_get_bits u32_encode_bits
      u64_get_bits hweight8 hweight16 hweight32 hweight64 hweight_long ffs fls ffz __ffs __fls fls64 fls_long
    `,
      pure,
    ),
    row(
      `
      kstrtoint kstrtouint kstrtoul kstrtol kstrtoull kstrtoll kstrtobool kstrtou8 kstrtou16 kstrtou32 kstrtou64
      simple_strtoul simple_strtol simple_strtoull sscanf
    `,
      pure,
    ),
  ]),
  ...table('include/linux/string.h', [
    row(
      `
      memset memset16 memset32 memset64 memzero_explicit memcmp memscan memchr memchr_inv memcpy_fromio memcpy_toio
      memset_io strcpy strncpy strlcpy strscpy
      strscpy_pad strcat strncat strlcat strcmp strncmp strcasecmp strncasecmp strlen strnlen strchr strrchr strstr
      strnstr strsep strim strstrip skip_spaces sysfs_streq match_string snprintf sprintf scnprintf vsnprintf
      vscnprintf sysfs_emit sysfs_emit_at seq_printf seq_puts seq_putc seq_write
    `,
      pure,
      { doc: 'Copies through pointers that may be kmap addresses are seen where the address is made.' },
    ),
  ]),
  ...table('include/linux/sched.h, include/linux/kernel.h', [
    row('might_sleep might_sleep_if might_fault cond_resched cond_resched_lock', sleeps),
    row(
      `
      signal_pending fatal_signal_pending signal_pending_state need_resched in_interrupt in_irq in_hardirq
      in_softirq in_task in_atomic irqs_disabled preempt_count preemptible smp_processor_id raw_smp_processor_id
      num_online_cpus num_possible_cpus cpu_online cpu_relax set_current_state __set_current_state task_pid_nr
      task_pid_vnr task_tgid_nr task_tgid_vnr current_uid current_euid capable ns_capable perfmon_capable rlimit
      task_rlimit get_current kthread_should_stop kthread_should_park freezing set_freezable try_to_freeze
    `,
      pure,
    ),
    row(
      `
      udelay ndelay mdelay jiffies_to_msecs jiffies_to_usecs msecs_to_jiffies usecs_to_jiffies nsecs_to_jiffies
      time_after time_before time_after_eq time_before_eq time_is_before_jiffies time_is_after_jiffies ktime_get
      ktime_get_ns ktime_get_real ktime_get_boottime ktime_get_ts64 ktime_get_real_ts64 ktime_sub ktime_add
      ktime_to_ns ktime_to_us ktime_to_ms ktime_us_delta ktime_ms_delta ns_to_ktime ms_to_ktime ktime_set
      sched_clock local_clock get_jiffies_64 round_jiffies
    `,
      pure,
    ),
    row(
      `
      mmgrab mmdrop mmget mmget_not_zero mmput mmput_async get_task_mm get_task_struct put_task_struct get_pid
      put_pid get_task_pid task_active_pid_ns get_file fput fget fdget fdput file_inode file_count try_module_get
      module_put __module_get get_device put_device kref_init kref_get kref_get_unless_zero kref_read kobject_get
      kobject_put refcount_set refcount_read refcount_inc refcount_inc_not_zero refcount_add refcount_dec
      refcount_dec_and_test refcount_sub_and_test dma_fence_get dma_fence_put dma_fence_signal dma_fence_init
      dma_fence_is_signaled get_user_ns put_user_ns get_uid free_uid current_user
    `,
      pure,
      { doc: 'Counts of objects, not of pages.' },
    ),
    row(
      `
      find_vma find_vma_intersection vma_lookup find_extend_vma vma_pages vma_is_anonymous vma_is_dax vma_is_fsdax
      is_vm_hugetlb_page vma_kernel_pagesize find_exact_vma vma_is_shmem vm_get_page_prot vm_flags_set
      vm_flags_clear vm_flags_mod vm_flags_init pgprot_noncached pgprot_writecombine pgprot_cached pgprot_decrypted
      zap_vma_ptes zap_page_range unmap_mapping_range
    `,
      pure,
    ),
  ]),
  ...table('include/linux/atomic.h, include/linux/bitops.h, include/linux/bitmap.h', [
    row(
      `
      atomic_read atomic_set atomic_inc atomic_dec atomic_add atomic_sub atomic_inc_return atomic_dec_return
      atomic_add_return atomic_sub_return atomic_fetch_add atomic_fetch_inc atomic_fetch_dec atomic_fetch_sub
      atomic_fetch_or atomic_fetch_and atomic_dec_and_test atomic_inc_and_test atomic_sub_and_test
      atomic_add_negative atomic_inc_not_zero atomic_add_unless atomic_dec_if_positive atomic_cmpxchg atomic_xchg
      atomic_or atomic_and atomic_set_release atomic_read_acquire atomic64_read atomic64_set atomic64_inc
      atomic64_dec atomic64_add atomic64_sub atomic64_add_return atomic64_sub_return atomic64_inc_return
      atomic64_dec_return atomic64_cmpxchg atomic64_xchg atomic_long_read atomic_long_set atomic_long_inc
      atomic_long_dec atomic_long_add atomic_long_sub atomic_long_add_return atomic_long_sub_return
      atomic_long_inc_return atomic_long_cmpxchg atomic_long_try_cmpxchg atomic_try_cmpxchg atomic64_try_cmpxchg
    `,
      pure,
    ),
    row(
      `
      set_bit clear_bit change_bit test_bit test_and_set_bit test_and_clear_bit test_and_change_bit __set_bit
      __clear_bit __test_and_set_bit __test_and_clear_bit clear_bit_unlock test_and_set_bit_lock assign_bit
      find_first_bit find_first_zero_bit find_next_bit find_next_zero_bit find_last_bit bitmap_set bitmap_clear
      bitmap_zero bitmap_fill bitmap_empty bitmap_full bitmap_weight bitmap_copy bitmap_or bitmap_and bitmap_andnot
      bitmap_equal bitmap_find_next_zero_area bitmap_find_free_region bitmap_release_region
    `,
      pure,
    ),
    row(
      `
      percpu_counter_add percpu_counter_inc percpu_counter_dec percpu_counter_sum percpu_counter_read this_cpu_inc
      this_cpu_add this_cpu_read this_cpu_write this_cpu_ptr per_cpu_ptr raw_cpu_ptr percpu_ref_get percpu_ref_put
      percpu_ref_tryget percpu_ref_tryget_live
    `,
      pure,
    ),
    row(
      `
      mb rmb wmb smp_mb smp_rmb smp_wmb smp_mb__before_atomic smp_mb__after_atomic smp_load_acquire dma_rmb dma_wmb
      dma_mb barrier barrier_data mmiowb rcu_dereference rcu_dereference_protected rcu_dereference_check
      rcu_dereference_raw rcu_access_pointer rcu_read_lock_held srcu_dereference
    `,
      pure,
    ),
  ]),
  ...table('include/asm-generic/io.h', [
    row(
      `
      readb readw readl readq writeb writew writel writeq readl_relaxed readw_relaxed readb_relaxed readq_relaxed
      writel_relaxed writew_relaxed writeb_relaxed writeq_relaxed ioread8 ioread16 ioread32 ioread64 iowrite8
      iowrite16 iowrite32 iowrite64 ioread32be iowrite32be inb inw inl outb outw outl __raw_readl __raw_writel
      __raw_readb __raw_writeb __raw_readq __raw_writeq lo_hi_writeq hi_lo_writeq lo_hi_readq hi_lo_readq
      array_index_nospec platform_get_irq platform_get_resource DMA_BIT_MASK eventfd_signal eventfd_ctx_put
      eventfd_ctx_fdget get_unused_fd_flags put_unused_fd sock_put sock_hold can_do_mlock kthread_use_mm
      kthread_unuse_mm cdev_init cdev_del misc_deregister pfn_valid key_to_poll readl_poll_timeout readl_poll_timeout_atomic readx_poll_timeout regmap_read regmap_write regmap_update_bits
    `,
      pure,
    ),
    row(
      `
      cpu_to_le16 cpu_to_le32 cpu_to_le64 le16_to_cpu le32_to_cpu le64_to_cpu cpu_to_be16 cpu_to_be32 cpu_to_be64
      be16_to_cpu be32_to_cpu be64_to_cpu le16_to_cpup le32_to_cpup le64_to_cpup get_unaligned put_unaligned
      get_unaligned_le16 get_unaligned_le32 get_unaligned_le64 get_unaligned_be16 get_unaligned_be32
      get_unaligned_be64 put_unaligned_le16 put_unaligned_le32 put_unaligned_le64 put_unaligned_be16
      put_unaligned_be32 put_unaligned_be64 swab16 swab32 swab64 htons htonl ntohs ntohl
    `,
      pure,
    ),
  ]),
  ...table('include/linux/device.h and the bus headers', [
    row(
      `
      dev_get_drvdata platform_get_drvdata pci_get_drvdata usb_get_intfdata i2c_get_clientdata spi_get_drvdata
      amba_get_drvdata auxiliary_get_drvdata video_get_drvdata video_drvdata dev_name pci_name dev_to_node
      dev_is_pci dev_driver_string to_pci_dev interface_to_usbdev pm_runtime_get_sync pm_runtime_put
      pm_runtime_put_sync pm_runtime_put_autosuspend pm_runtime_put_noidle pm_runtime_mark_last_busy
      pm_runtime_resume_and_get pm_runtime_get_noresume pm_runtime_suspended pm_runtime_active clk_prepare_enable
      clk_disable_unprepare clk_enable clk_disable clk_get_rate gpiod_set_value gpiod_get_value iminor imajor MINOR
      MAJOR MKDEV file_mode noop_llseek nonseekable_open
    `,
      pure,
    ),
  ]),
  ...table('include/linux/ioctl.h', [row('_IOC_SIZE _IOC_NR _IOC_TYPE _IOC_DIR', pure)]),
];
