/** Plain types, attributes of the compiler, and barriers: include/linux/{types,compiler,stddef,build_bug}.h. */
export const TYPES = String.raw`
typedef unsigned char u8; typedef signed char s8; typedef unsigned short u16; typedef short s16;
typedef unsigned int u32; typedef int s32; typedef unsigned long long u64; typedef long long s64;
typedef u8 __u8; typedef s8 __s8; typedef u16 __u16; typedef s16 __s16; typedef u32 __u32; typedef s32 __s32; typedef u64 __u64; typedef s64 __s64;
typedef u16 __le16, __be16; typedef u32 __le32, __be32, __wsum; typedef u64 __le64, __be64;
typedef u8 uint8_t, u_int8_t; typedef u16 uint16_t; typedef u32 uint32_t; typedef unsigned long uint64_t;
typedef s8 int8_t; typedef s16 int16_t; typedef s32 int32_t; typedef long int64_t;
typedef unsigned long size_t, uintptr_t, ulong, __kernel_size_t; typedef long ssize_t, ptrdiff_t, intptr_t, off_t, time_t;
typedef unsigned int uint; typedef unsigned char uchar; typedef unsigned short ushort;
typedef long long loff_t; typedef _Bool bool; typedef unsigned int gfp_t, fmode_t, slab_flags_t, vm_fault_t, __poll_t, isolate_mode_t;
typedef unsigned short umode_t; typedef u32 dev_t; typedef int pid_t; typedef unsigned int uid_t, gid_t; typedef u64 dma_addr_t, phys_addr_t, resource_size_t, sector_t;
typedef unsigned long pgoff_t, vm_flags_t; typedef s64 ktime_t; typedef long long time64_t; typedef unsigned long irq_hw_number_t; typedef int irqreturn_t; typedef unsigned int blk_status_t, blk_opf_t;
typedef struct { unsigned long pgprot; } pgprot_t; typedef struct { unsigned long pte; } pte_t; typedef struct { u64 val; } pfn_t; typedef struct { unsigned int val; } kuid_t; typedef struct { unsigned int val; } kgid_t;
typedef char *va_list; typedef char *__builtin_va_list; typedef u64 cycles_t;
#define va_start(ap, last) __builtin_va_start(ap)
#define va_end(ap) ((void)0)
#define va_copy(d, s) ((d) = (s))
#define va_arg(ap, t) __builtin_va_arg(ap, t)
#define __builtin_va_end(ap) ((void)0)
#define __builtin_va_copy(d, s) ((d) = (s))
#define true 1
#define false 0
#define NULL ((void *)0)
#define __user
#define __iomem
#define __kernel
#define __percpu
#define __rcu
#define __force
#define __bitwise
#define __must_check
#define __init
#define __exit
#define __initdata
#define __initconst
#define __exitdata
#define __devinit
#define __devexit
#define __ref
#define __refdata
#define __read_mostly
#define __ro_after_init
#define __maybe_unused
#define __always_unused
#define __used
#define __unused
#define __weak
#define __cold
#define __hot
#define __pure
#define __sched
#define __noreturn
#define __always_inline inline
#define noinline
#define notrace
#define asmlinkage
#define __deprecated
#define __visible
#define __private
#define __nonstring
#define __randomize_layout
#define __cacheline_aligned
#define ____cacheline_aligned
#define ____cacheline_aligned_in_smp
#define __cacheline_aligned_in_smp
#define __packed __attribute__((packed))
#define __aligned(x) __attribute__((aligned(x)))
#define __printf(a, b)
#define __scanf(a, b)
#define __section(x)
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __counted_by(x)
#define __counted_by_le(x)
#define __alias(x)
#define __malloc
#define __nocast
#define __cond_lock(x, c) (c)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)
#define fallthrough do {} while (0)
#define __cleanup(f) __attribute__((cleanup(f)))
#define __free(name) __cleanup(__free_##name)
#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))
#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)
#define __CONCAT(a, b) a##b
#define ___PASTE(a, b) a##b
#define __PASTE(a, b) ___PASTE(a, b)
#define CONCATENATE(a, b) __PASTE(a, b)
#define __UNIQUE_ID(p) __PASTE(__PASTE(__UNIQUE_ID_, p), __COUNTER__)
#define __FILE__ "snippet.c"
#define __LINE__ 0
#define _RET_IP_ 0UL
#define _THIS_IP_ 0UL
#define __builtin_return_address(n) ((void *)0)
#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(a, v, ...) v
#define ____is_defined(x) __take_second_arg(x 1, 0)
#define ___is_defined(v) ____is_defined(__ARG_PLACEHOLDER_##v)
#define __is_defined(x) ___is_defined(x)
#define IS_BUILTIN(x) __is_defined(x)
#define IS_MODULE(x) 0
#define IS_REACHABLE(x) __is_defined(x)
#define IS_ENABLED(x) __is_defined(x)
#define likely(x) (x)
#define unlikely(x) (x)
#define offsetof(t, m) __builtin_offsetof(t, m)
#define sizeof_field(t, m) sizeof(((t *)0)->m)
#define FIELD_SIZEOF(t, m) sizeof_field(t, m)
#define offsetofend(t, m) (offsetof(t, m) + sizeof_field(t, m))
#define container_of(p, t, m) ((t *)((char *)(p) - offsetof(t, m)))
#define container_of_const(p, t, m) container_of(p, t, m)
#define typeof_member(t, m) typeof(((t *)0)->m)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define __must_be_array(a) 0
#define typecheck(t, x) 1
#define BUILD_BUG_ON(c) ((void)0)
#define BUILD_BUG_ON_MSG(c, m) ((void)0)
#define BUILD_BUG_ON_ZERO(c) 0
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) ((void)0)
#define BUILD_BUG() ((void)0)
#define compiletime_assert(c, m) ((void)0)
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, v) ((x) = (v))
#define ACCESS_ONCE(x) (x)
#define data_race(x) (x)
#define barrier() ((void)0)
#define barrier_data(p) ((void)(p))
#define OPTIMIZER_HIDE_VAR(v) ((void)(v))
#define barrier_data(p) ((void)(p))
#define mb() ((void)0)
#define rmb() ((void)0)
#define wmb() ((void)0)
#define smp_mb() ((void)0)
#define smp_rmb() ((void)0)
#define smp_wmb() ((void)0)
#define dma_mb() ((void)0)
#define dma_rmb() ((void)0)
#define dma_wmb() ((void)0)
#define mmiowb() ((void)0)
#define smp_mb__before_atomic() ((void)0)
#define smp_mb__after_atomic() ((void)0)
#define smp_load_acquire(p) (*(p))
#define smp_store_release(p, v) (*(p) = (v))
#define smp_store_mb(x, v) ((x) = (v))
#define unreachable() __builtin_unreachable()
#define __builtin_trap() BUG()
`;
