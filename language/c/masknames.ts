/** Names that the kernel's headers define away or that are no part of the C grammar; see include/linux/compiler_types.h, init.h, linkage.h. */

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Annotations without arguments: they vanish. */
export const ANNOTATIONS: ReadonlySet<string> = new Set(
  words(`
  __user __iomem __kernel __percpu __rcu __force __nocast __safe __private __bitwise __bitwise__ __noderef __uptr
  __init __exit __initdata __initconst __exitdata __init_or_module __initdata_or_module __initconst_or_module __net_init __net_exit
  __net_initdata __net_initconst __net_exitdata __meminit __memexit __meminitdata __cpuinit __cpuinitdata __cpuexit __devinit __devexit
  __devinitdata __devinitconst __devexitdata __ref __refdata __refconst __head
  __maybe_unused __always_unused __used __must_check __cold __hot __weak __pure __attribute_const__ __noreturn __malloc
  __deprecated __visible __flatten __noclone __naked __gnu_inline __no_kcsan __no_sanitize_address __no_kasan_or_inline __no_sanitize_memory
  __no_sanitize_undefined __no_sanitize_or_inline __no_stack_protector __no_profile __nonstring __designated_init
  __randomize_layout __no_randomize_layout randomized_struct_fields_start randomized_struct_fields_end
  __packed __read_mostly __ro_after_init __cacheline_aligned ____cacheline_aligned __cacheline_aligned_in_smp ____cacheline_aligned_in_smp
  ____cacheline_internodealigned_in_smp __page_aligned_data __page_aligned_bss __aligned_largest __nosavedata
  __sched __kprobes __lockfunc __latent_entropy __irq_entry __softirq_entry __entry_text __cpuidle __noendbr __nocfi __ibt_endbr_noseal
  noinline noinline_for_stack notrace noinstr asmlinkage fastcall __fortify_function __overloadable
  __always_inline __inline __inline__ __extension__ __restrict __restrict__ __volatile__ __signed__
  __bpf_kfunc __ksym __kptr __kptr_untrusted __ipipe __xipram __efi_init __efi_rt_init __efi_rt_code __mocked
  __lsm_ro_after_init __hyp_text
  __refok __initbss __init_memblock __initdata_memblock
  __no_caller_saved_registers __attribute_pure__
  ACPI_INTERNAL_VAR_XFACE ACPI_SYSTEM_XFACE ACPI_INIT_FUNCTION
  __no_fgcse __ip_vs_init __initdata_or_acpilib __init_or_acpilib __initconst_or_acpilib __exception_irq_entry __always_used `),
);

/** Annotations with an argument list: they vanish with it. */
export const ATTRIBUTE_CALLS: ReadonlySet<string> = new Set(
  words(`
  __attribute__ __attribute __printf __scanf __aligned __section __acquires __releases __must_hold __must_not_hold __acquires_shared
  __releases_shared __must_hold_shared __cond_acquires __cond_releases __guarded_by __pt_guarded_by __alloc_size __realloc_size __counted_by
  __counted_by_le __counted_by_be __counted_by_ptr __sized_by __free __cleanup __assume_aligned __no_sanitize __copy __alias __diag_ignore_all
  __malloc_like __nonnull __returns_nonnull __bpf_fastcall ACPI_PRINTF_LIKE __alloc_align
  __diagnose_as __error __warning __compiletime_error __compiletime_warning __deprecated_for_modules __btf_type_tag __declspec
  __ordered_by __lockdep_no_validate __assume_ctx_lock __context_unsafe __no_context_analysis`),
);

/** Members of an initialiser that expand to nothing or to designators, without the comma behind them being theirs. */
export const INITIALISER_CALLS =
  /^(?:SET_|PM_)?(?:(?:LATE|NOIRQ)_)?(?:SYSTEM_SLEEP|RUNTIME|LATE_SYSTEM_SLEEP|NOIRQ_SYSTEM_SLEEP)_PM_OPS$/;

/** Loop macros of the kernel by the shape of their names. */
export function isLoopName(name: string): boolean {
  return (
    name.includes('for_each') ||
    name.includes('FOR_EACH') ||
    name.includes('foreach') ||
    name.includes('FOREACH') ||
    name.includes('scoped') ||
    name.includes('queue_walk') ||
    name.endsWith('_walk_safe') ||
    EXTRA_LOOPS.has(name)
  );
}

const EXTRA_LOOPS: ReadonlySet<string> = new Set(
  words(`
  scoped_guard scoped_cond_guard xas_for_each_conflict hlist_nulls_for_each_entry xa_for_each radix_tree_for_each_slot
  list_for_each while_each_thread do_each_thread scoped_ksimd
  with_intel_runtime_pm with_intel_runtime_pm_if_in_use
  with_intel_display_power with_intel_display_power_if_enabled with_intel_pps_lock with_intel_gt_pm with_intel_gt_pm_if_awake with_intel_gt_pm_async
  with_intel_gt_pm_delay with_intel_runtime_pm_if_active drm_exec_until_all_locked scoped_user_access scoped_user_read_access scoped_user_write_access
  scoped_seqlock_read drm_exec_until_all_locked`),
);

/** Loops with this shape run their body once, with something held. */
export const GUARD_LOOPS: ReadonlySet<string> = new Set(['scoped_guard', 'scoped_cond_guard']);

/** Spellings of typeof. */
export const TYPEOF: ReadonlySet<string> = new Set([
  'typeof',
  '__typeof__',
  '__typeof',
  'typeof_unqual',
  '__typeof_unqual__',
]);
