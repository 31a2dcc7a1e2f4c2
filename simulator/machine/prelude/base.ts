/** Types, constants and macros of the kernel that drivers use, stated as facts in C: include/linux/{types,kernel,err,list,bitops,…}.h. */

/** Plain types, helpers, errors, lists, bits, atomics. */
export const BASE = String.raw`
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
typedef struct { unsigned long pgprot; } pgprot_t; typedef struct { u64 val; } pfn_t; typedef struct { unsigned int val; } kuid_t; typedef struct { unsigned int val; } kgid_t;
typedef char *va_list; typedef char *__builtin_va_list; typedef u64 cycles_t;
#define va_start(ap, last) __builtin_va_start(ap)
#define va_end(ap) ((void)0)
#define va_copy(d, s) ((d) = (s))
#define va_arg(ap, t) __builtin_va_arg(ap, t)
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
#define IS_ENABLED(x) 0
#define IS_BUILTIN(x) 0
#define IS_MODULE(x) 0
#define IS_REACHABLE(x) 0
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
#define min(a, b) ({ typeof((a) + 0) __min_a = (a); typeof((b) + 0) __min_b = (b); __min_a < __min_b ? __min_a : __min_b; })
#define max(a, b) ({ typeof((a) + 0) __max_a = (a); typeof((b) + 0) __max_b = (b); __max_a > __max_b ? __max_a : __max_b; })
#define umin(a, b) min(a, b)
#define umax(a, b) max(a, b)
#define MIN(a, b) min(a, b)
#define MAX(a, b) max(a, b)
#define min3(a, b, c) min(min(a, b), c)
#define max3(a, b, c) max(max(a, b), c)
#define min_t(t, a, b) ({ t __mint_a = (a); t __mint_b = (b); __mint_a < __mint_b ? __mint_a : __mint_b; })
#define max_t(t, a, b) ({ t __maxt_a = (a); t __maxt_b = (b); __maxt_a > __maxt_b ? __maxt_a : __maxt_b; })
#define min_not_zero(a, b) ({ typeof(a) __mnz_a = (a); typeof(b) __mnz_b = (b); __mnz_a == 0 ? __mnz_b : (__mnz_b == 0 ? __mnz_a : min(__mnz_a, __mnz_b)); })
#define clamp(v, lo, hi) min(max(v, lo), hi)
#define clamp_t(t, v, lo, hi) min_t(t, max_t(t, v, lo), hi)
#define clamp_val(v, lo, hi) clamp_t(typeof(v), v, lo, hi)
#define swap(a, b) do { typeof(a) __swap_t = (a); (a) = (b); (b) = __swap_t; } while (0)
#define abs(x) ({ typeof(x) __abs_x = (x); __abs_x < 0 ? -__abs_x : __abs_x; })
#define abs_diff(a, b) ({ typeof(a) __ad_a = (a); typeof(b) __ad_b = (b); __ad_a > __ad_b ? __ad_a - __ad_b : __ad_b - __ad_a; })
#define in_range(v, s, l) ((v) >= (s) && (v) < (s) + (l))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d) DIV_ROUND_UP((u64)(n), d)
#define DIV_ROUND_DOWN_ULL(n, d) ((u64)(n) / (d))
#define DIV_ROUND_UP_SECTOR_T(n, d) DIV_ROUND_UP(n, d)
#define DIV_ROUND_CLOSEST(x, d) (((x) + ((d) / 2)) / (d))
#define do_div(n, b) ({ u32 __dd_b = (b); u32 __dd_r = (u64)(n) % __dd_b; (n) = (u64)(n) / __dd_b; __dd_r; })
#define div_u64(a, b) ((u64)(a) / (u32)(b))
#define div64_u64(a, b) ((u64)(a) / (u64)(b))
#define div64_ul(a, b) ((u64)(a) / (unsigned long)(b))
#define div_s64(a, b) ((s64)(a) / (s32)(b))
static inline u64 div_u64_rem(u64 a, u32 b, u32 *r) { *r = a % b; return a / b; }
#define mul_u64_u32_div(a, m, d) ((u64)(a) * (m) / (d))
#define mult_frac(x, n, d) ((x) / (d) * (n) + (x) % (d) * (n) / (d))
#define roundup(x, y) ((((x) + ((y) - 1)) / (y)) * (y))
#define rounddown(x, y) ((x) - ((x) % (y)))
#define __round_mask(x, y) ((typeof(x))((y) - 1))
#define round_up(x, y) ((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y) ((x) & ~__round_mask(x, y))
#define ALIGN(x, a) (((x) + ((typeof(x))(a) - 1)) & ~((typeof(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((typeof(x))(a) - 1))
#define PTR_ALIGN(p, a) ((typeof(p))ALIGN((unsigned long)(p), (a)))
#define PTR_ALIGN_DOWN(p, a) ((typeof(p))ALIGN_DOWN((unsigned long)(p), (a)))
#define IS_ALIGNED(x, a) (((x) & ((typeof(x))(a) - 1)) == 0)
#define is_power_of_2(n) ({ unsigned long __ip = (n); __ip != 0 && (__ip & (__ip - 1)) == 0; })
#define upper_32_bits(n) ((u32)(((u64)(n)) >> 32))
#define lower_32_bits(n) ((u32)((n) & 0xffffffff))
#define upper_16_bits(n) ((u16)((n) >> 16))
#define lower_16_bits(n) ((u16)((n) & 0xffff))
#define size_mul(a, b) ({ size_t __sm_a = (a), __sm_b = (b); __sm_b && __sm_a > SIZE_MAX / __sm_b ? SIZE_MAX : __sm_a * __sm_b; })
#define size_add(a, b) ({ size_t __sa_a = (a), __sa_b = (b); __sa_a + __sa_b < __sa_a ? SIZE_MAX : __sa_a + __sa_b; })
#define size_sub(a, b) ((size_t)(a) - (size_t)(b))
#define array_size(a, b) size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define flex_array_size(p, m, n) size_mul(n, sizeof(*(p)->m))
#define struct_size(p, m, n) size_add(sizeof(*(p)), size_mul(n, sizeof(*(p)->m)))
#define struct_size_t(t, m, n) struct_size((t *)0, m, n)
#define struct_group(NAME, MEMBERS...) union { struct { MEMBERS }; struct { MEMBERS } NAME; }
#define DECLARE_FLEX_ARRAY(t, n) t n[]
#define overflows_type(n, t) ((typeof(n))(t)(n) != (n))
#define __wider(r, a, b, op) ((r) == (typeof(r))((a) op (b)))
#define check_add_overflow(a, b, d) ({ typeof(*(d)) __ca = (a), __cb = (b); *(d) = __ca + __cb; (typeof(*(d)))-1 > 0 ? *(d) < __ca : ((__cb > 0 && *(d) < __ca) || (__cb < 0 && *(d) > __ca)); })
#define check_sub_overflow(a, b, d) ({ typeof(*(d)) __cs = (a), __ct = (b); *(d) = __cs - __ct; (typeof(*(d)))-1 > 0 ? __cs < __ct : ((__ct > 0 && *(d) > __cs) || (__ct < 0 && *(d) < __cs)); })
#define check_mul_overflow(a, b, d) ({ typeof(*(d)) __cm = (a), __cn = (b); *(d) = __cm * __cn; __cn != 0 && *(d) / __cn != __cm; })
#define check_shl_overflow(a, s, d) ({ typeof(*(d)) __cl = (a); *(d) = __cl << (s); (*(d) >> (s)) != __cl; })
#define SIZE_MAX (~(size_t)0)
#define CHAR_BIT 8
#define CHAR_MAX 127
#define UCHAR_MAX 255
#define SHRT_MAX 32767
#define SHRT_MIN (-32768)
#define USHRT_MAX 65535
#define INT_MAX 0x7fffffff
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX (~0U)
#define LONG_MAX ((long)(~0UL >> 1))
#define LONG_MIN (-LONG_MAX - 1)
#define ULONG_MAX (~0UL)
#define LLONG_MAX ((long long)(~0ULL >> 1))
#define ULLONG_MAX (~0ULL)
#define S8_MAX 127
#define U8_MAX ((u8)~0U)
#define S16_MAX 32767
#define U16_MAX ((u16)~0U)
#define S32_MAX INT_MAX
#define S32_MIN INT_MIN
#define U32_MAX ((u32)~0U)
#define S64_MAX LLONG_MAX
#define U64_MAX (~0ULL)
#define UINT8_MAX 255
#define UINT16_MAX 65535
#define UINT32_MAX U32_MAX
#define UINT64_MAX U64_MAX
#define INT32_MAX INT_MAX
#define SSIZE_MAX LONG_MAX
#define PATH_MAX 4096
#define NAME_MAX 255
#define NSEC_PER_SEC 1000000000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_USEC 1000L
#define USEC_PER_SEC 1000000L
#define USEC_PER_MSEC 1000L
#define MSEC_PER_SEC 1000L
#define SZ_1 1
#define SZ_4 4
#define SZ_64 64
#define SZ_128 128
#define SZ_256 256
#define SZ_512 512
#define SZ_1K 0x400
#define SZ_2K 0x800
#define SZ_4K 0x1000
#define SZ_8K 0x2000
#define SZ_16K 0x4000
#define SZ_32K 0x8000
#define SZ_64K 0x10000
#define SZ_128K 0x20000
#define SZ_256K 0x40000
#define SZ_512K 0x80000
#define SZ_1M 0x100000
#define SZ_2M 0x200000
#define SZ_4M 0x400000
#define SZ_8M 0x800000
#define SZ_16M 0x1000000
#define SZ_32M 0x2000000
#define SZ_64M 0x4000000
#define SZ_1G 0x40000000
#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define EIO 5
#define ENXIO 6
#define E2BIG 7
#define ENOEXEC 8
#define EBADF 9
#define ECHILD 10
#define EAGAIN 11
#define EWOULDBLOCK EAGAIN
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define ENOTBLK 15
#define EBUSY 16
#define EEXIST 17
#define EXDEV 18
#define ENODEV 19
#define ENOTDIR 20
#define EISDIR 21
#define EINVAL 22
#define ENFILE 23
#define EMFILE 24
#define ENOTTY 25
#define ETXTBSY 26
#define EFBIG 27
#define ENOSPC 28
#define ESPIPE 29
#define EROFS 30
#define EMLINK 31
#define EPIPE 32
#define EDOM 33
#define ERANGE 34
#define EDEADLK 35
#define ENAMETOOLONG 36
#define ENOSYS 38
#define ENODATA 61
#define ETIME 62
#define EPROTO 71
#define EBADMSG 74
#define EOVERFLOW 75
#define EILSEQ 84
#define EUSERS 87
#define EMSGSIZE 90
#define EOPNOTSUPP 95
#define ENOBUFS 105
#define EISCONN 106
#define ENOTCONN 107
#define ESHUTDOWN 108
#define ETIMEDOUT 110
#define ECONNREFUSED 111
#define EHOSTDOWN 112
#define EALREADY 114
#define EINPROGRESS 115
#define ESTALE 116
#define EREMOTEIO 121
#define ECANCELED 125
#define EHWPOISON 133
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ENOIOCTLCMD 515
#define EPROBE_DEFER 517
#define ENOTSUPP 524
#define EIOCBQUEUED 529
#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)
static inline void *ERR_PTR(long error) { return (void *)error; }
static inline long PTR_ERR(const void *p) { return (long)p; }
static inline bool IS_ERR(const void *p) { return IS_ERR_VALUE((unsigned long)p); }
static inline bool IS_ERR_OR_NULL(const void *p) { return !p || IS_ERR_VALUE((unsigned long)p); }
static inline void *ERR_CAST(const void *p) { return (void *)p; }
static inline int PTR_ERR_OR_ZERO(const void *p) { return IS_ERR(p) ? (int)PTR_ERR(p) : 0; }
#define PTR_RET(p) PTR_ERR_OR_ZERO(p)
#define IS_ERR_PCPU(p) IS_ERR(p)

struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };
struct llist_node { struct llist_node *next; };
struct llist_head { struct llist_node *first; };
struct rcu_head { struct rcu_head *next; void (*func)(struct rcu_head *); };
#define callback_head rcu_head
#define LIST_POISON1 ((void *)0xdead000000000100UL)
#define LIST_POISON2 ((void *)0xdead000000000122UL)
#define LIST_HEAD_INIT(n) { &(n), &(n) }
#define LIST_HEAD(n) struct list_head n = LIST_HEAD_INIT(n)
static inline void INIT_LIST_HEAD(struct list_head *l) { l->next = l; l->prev = l; }
static inline void __list_add(struct list_head *n, struct list_head *prev, struct list_head *next) { next->prev = n; n->next = next; n->prev = prev; prev->next = n; }
static inline void list_add(struct list_head *n, struct list_head *head) { __list_add(n, head, head->next); }
static inline void list_add_tail(struct list_head *n, struct list_head *head) { __list_add(n, head->prev, head); }
static inline void __list_del(struct list_head *prev, struct list_head *next) { next->prev = prev; prev->next = next; }
static inline void list_del(struct list_head *e) { __list_del(e->prev, e->next); e->next = LIST_POISON1; e->prev = LIST_POISON2; }
static inline void list_del_init(struct list_head *e) { __list_del(e->prev, e->next); INIT_LIST_HEAD(e); }
static inline void list_replace(struct list_head *o, struct list_head *n) { n->next = o->next; n->next->prev = n; n->prev = o->prev; n->prev->next = n; }
static inline void list_replace_init(struct list_head *o, struct list_head *n) { list_replace(o, n); INIT_LIST_HEAD(o); }
static inline void list_move(struct list_head *e, struct list_head *h) { __list_del(e->prev, e->next); list_add(e, h); }
static inline void list_move_tail(struct list_head *e, struct list_head *h) { __list_del(e->prev, e->next); list_add_tail(e, h); }
static inline int list_empty(const struct list_head *h) { return h->next == h; }
static inline int list_is_last(const struct list_head *l, const struct list_head *h) { return l->next == h; }
static inline int list_is_first(const struct list_head *l, const struct list_head *h) { return l->prev == h; }
static inline int list_is_head(const struct list_head *l, const struct list_head *h) { return l == h; }
static inline int list_is_singular(const struct list_head *h) { return !list_empty(h) && h->next == h->prev; }
static inline void list_rotate_left(struct list_head *h) { if (!list_empty(h)) list_move_tail(h->next, h); }
static inline void __list_splice(const struct list_head *l, struct list_head *p, struct list_head *n) { struct list_head *first = l->next, *last = l->prev; first->prev = p; p->next = first; last->next = n; n->prev = last; }
static inline void list_splice(const struct list_head *l, struct list_head *h) { if (!list_empty(l)) __list_splice(l, h, h->next); }
static inline void list_splice_tail(struct list_head *l, struct list_head *h) { if (!list_empty(l)) __list_splice(l, h->prev, h); }
static inline void list_splice_init(struct list_head *l, struct list_head *h) { if (!list_empty(l)) { __list_splice(l, h, h->next); INIT_LIST_HEAD(l); } }
static inline void list_splice_tail_init(struct list_head *l, struct list_head *h) { if (!list_empty(l)) { __list_splice(l, h->prev, h); INIT_LIST_HEAD(l); } }
static inline void list_cut_position(struct list_head *l, struct list_head *h, struct list_head *e) { if (list_empty(h)) return; if (h == e) { INIT_LIST_HEAD(l); return; } struct list_head *n = e->next; l->next = h->next; l->next->prev = l; l->prev = e; e->next = l; h->next = n; n->prev = h; }
static inline size_t list_count_nodes(struct list_head *h) { size_t n = 0; struct list_head *p; for (p = h->next; p != h; p = p->next) n++; return n; }
#define list_add_rcu(n, h) list_add(n, h)
#define list_add_tail_rcu(n, h) list_add_tail(n, h)
#define list_del_rcu(e) list_del(e)
#define list_del_init_careful(e) list_del_init(e)
#define list_empty_careful(h) list_empty(h)
#define list_entry(p, t, m) container_of(p, t, m)
#define list_first_entry(h, t, m) list_entry((h)->next, t, m)
#define list_last_entry(h, t, m) list_entry((h)->prev, t, m)
#define list_first_entry_or_null(h, t, m) ({ struct list_head *__lf_h = (h), *__lf_p = __lf_h->next; __lf_p != __lf_h ? list_entry(__lf_p, t, m) : NULL; })
#define list_next_entry(p, m) list_entry((p)->m.next, typeof(*(p)), m)
#define list_prev_entry(p, m) list_entry((p)->m.prev, typeof(*(p)), m)
#define list_entry_is_head(p, h, m) (&(p)->m == (h))
#define list_entry_rcu(p, t, m) container_of(p, t, m)
#define list_for_each(p, h) for (p = (h)->next; p != (h); p = p->next)
#define list_for_each_prev(p, h) for (p = (h)->prev; p != (h); p = p->prev)
#define list_for_each_safe(p, n, h) for (p = (h)->next, n = p->next; p != (h); p = n, n = p->next)
#define list_for_each_entry(p, h, m) for (p = list_first_entry(h, typeof(*p), m); !list_entry_is_head(p, h, m); p = list_next_entry(p, m))
#define list_for_each_entry_rcu(p, h, m, c...) list_for_each_entry(p, h, m)
#define list_for_each_entry_reverse(p, h, m) for (p = list_last_entry(h, typeof(*p), m); !list_entry_is_head(p, h, m); p = list_prev_entry(p, m))
#define list_for_each_entry_safe(p, n, h, m) for (p = list_first_entry(h, typeof(*p), m), n = list_next_entry(p, m); !list_entry_is_head(p, h, m); p = n, n = list_next_entry(n, m))
#define list_for_each_entry_safe_reverse(p, n, h, m) for (p = list_last_entry(h, typeof(*p), m), n = list_prev_entry(p, m); !list_entry_is_head(p, h, m); p = n, n = list_prev_entry(n, m))
#define list_for_each_entry_continue(p, h, m) for (p = list_next_entry(p, m); !list_entry_is_head(p, h, m); p = list_next_entry(p, m))
#define list_for_each_entry_continue_reverse(p, h, m) for (p = list_prev_entry(p, m); !list_entry_is_head(p, h, m); p = list_prev_entry(p, m))
#define list_for_each_entry_from(p, h, m) for (; !list_entry_is_head(p, h, m); p = list_next_entry(p, m))
#define HLIST_HEAD_INIT { .first = NULL }
#define HLIST_HEAD(n) struct hlist_head n = { .first = NULL }
#define INIT_HLIST_HEAD(p) ((p)->first = NULL)
static inline void INIT_HLIST_NODE(struct hlist_node *n) { n->next = NULL; n->pprev = NULL; }
static inline int hlist_unhashed(const struct hlist_node *n) { return !n->pprev; }
static inline int hlist_empty(const struct hlist_head *h) { return !h->first; }
static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h) { n->next = h->first; if (h->first) h->first->pprev = &n->next; h->first = n; n->pprev = &h->first; }
static inline void hlist_add_before(struct hlist_node *n, struct hlist_node *next) { n->pprev = next->pprev; n->next = next; next->pprev = &n->next; *n->pprev = n; }
static inline void hlist_add_behind(struct hlist_node *n, struct hlist_node *prev) { n->next = prev->next; prev->next = n; n->pprev = &prev->next; if (n->next) n->next->pprev = &n->next; }
static inline void __hlist_del(struct hlist_node *n) { *n->pprev = n->next; if (n->next) n->next->pprev = n->pprev; }
static inline void hlist_del(struct hlist_node *n) { __hlist_del(n); n->next = LIST_POISON1; n->pprev = LIST_POISON2; }
static inline void hlist_del_init(struct hlist_node *n) { if (n->pprev) { __hlist_del(n); INIT_HLIST_NODE(n); } }
#define hlist_add_head_rcu(n, h) hlist_add_head(n, h)
#define hlist_add_tail_rcu(n, h) hlist_add_head(n, h)
#define hlist_bl_add_head(n, h) hlist_add_head(n, h)
#define hlist_nulls_add_head_rcu(n, h) hlist_add_head(n, h)
#define hlist_del_rcu(n) hlist_del(n)
#define hlist_del_init_rcu(n) hlist_del_init(n)
#define hlist_entry(p, t, m) container_of(p, t, m)
#define hlist_entry_safe(p, t, m) ({ typeof(p) __he = (p); __he ? hlist_entry(__he, t, m) : NULL; })
#define hlist_for_each_entry(p, h, m) for (p = hlist_entry_safe((h)->first, typeof(*(p)), m); p; p = hlist_entry_safe((p)->m.next, typeof(*(p)), m))
#define hlist_for_each_entry_rcu(p, h, m, c...) hlist_for_each_entry(p, h, m)
#define hlist_for_each_entry_safe(p, n, h, m) for (p = hlist_entry_safe((h)->first, typeof(*p), m); p && ({ n = p->m.next; 1; }); p = hlist_entry_safe(n, typeof(*p), m))
#define DECLARE_HASHTABLE(n, b) struct hlist_head n[1 << (b)]
#define DEFINE_HASHTABLE(n, b) struct hlist_head n[1 << (b)]
#define HASH_SIZE(n) ARRAY_SIZE(n)
#define hash_min(k, b) ((u32)(k) & ((1u << (b)) - 1))
#define hash_long(v, b) ((unsigned int)(((unsigned long)(v) * 0x61C8864680B583EBUL) >> (64 - (b))))
#define hash_64(v, b) hash_long(v, b)
#define hash_32(v, b) (((u32)(v) * 0x61C88647u) >> (32 - (b)))
#define hash_ptr(p, b) hash_long((unsigned long)(p), b)
#define hash_init(t) memset(t, 0, sizeof(t))
#define __hash_slot(t, k) ((u32)(((unsigned long)(k) * 0x61C8864680B583EBUL) >> 33) % HASH_SIZE(t))
#define hash_add(t, n, k) hlist_add_head(n, &(t)[__hash_slot(t, k)])
#define hash_add_rcu(t, n, k) hash_add(t, n, k)
#define hash_del(n) hlist_del_init(n)
#define hash_del_rcu(n) hlist_del_init(n)
#define hash_hashed(n) (!hlist_unhashed(n))
static inline int __hash_empty(struct hlist_head *t, unsigned int n) { unsigned int i; for (i = 0; i < n; i++) if (t[i].first) return 0; return 1; }
#define hash_empty(t) __hash_empty(t, HASH_SIZE(t))
#define hash_for_each_possible(t, o, m, k) hlist_for_each_entry(o, &(t)[__hash_slot(t, k)], m)
#define hash_for_each(t, b, o, m) for ((b) = 0, o = NULL; o == NULL && (b) < HASH_SIZE(t); (b)++) hlist_for_each_entry(o, &(t)[b], m)
#define hash_for_each_safe(t, b, tmp, o, m) for ((b) = 0, o = NULL; o == NULL && (b) < HASH_SIZE(t); (b)++) hlist_for_each_entry_safe(o, tmp, &(t)[b], m)
#define init_llist_head(l) ((l)->first = NULL)
#define LLIST_HEAD(n) struct llist_head n = { NULL }
static inline bool llist_add(struct llist_node *n, struct llist_head *h) { n->next = h->first; h->first = n; return !n->next; }
static inline bool llist_add_batch(struct llist_node *a, struct llist_node *b, struct llist_head *h) { b->next = h->first; h->first = a; return !b->next; }
static inline struct llist_node *llist_del_all(struct llist_head *h) { struct llist_node *n = h->first; h->first = NULL; return n; }
#define llist_empty(h) ((h)->first == NULL)
#define llist_entry(p, t, m) container_of(p, t, m)
#define llist_for_each_entry_safe(p, n, node, m) for (p = (node) ? llist_entry(node, typeof(*p), m) : NULL; p && ({ n = p->m.next ? llist_entry(p->m.next, typeof(*n), m) : NULL; 1; }); p = n)
struct plist_node { int prio; struct list_head node_list; };
struct plist_head { struct list_head node_list; };
static inline void plist_add(struct plist_node *n, struct plist_head *h) { list_add_tail(&n->node_list, &h->node_list); }

struct rb_node { unsigned long color; struct rb_node *parent, *rb_right, *rb_left; };
struct rb_root { struct rb_node *rb_node; };
struct rb_root_cached { struct rb_root rb_root; struct rb_node *rb_leftmost; };
#define RB_ROOT (struct rb_root){ NULL }
#define RB_ROOT_CACHED (struct rb_root_cached){ { NULL }, NULL }
#define RB_EMPTY_ROOT(r) ((r)->rb_node == NULL)
#define RB_EMPTY_NODE(n) ((n)->parent == (n))
#define RB_CLEAR_NODE(n) ((n)->parent = (n))
#define rb_entry(p, t, m) container_of(p, t, m)
#define rb_entry_safe(p, t, m) ({ typeof(p) __rbe = (p); __rbe ? rb_entry(__rbe, t, m) : NULL; })
#define rb_parent(n) ((n)->parent)
static inline void rb_link_node(struct rb_node *n, struct rb_node *parent, struct rb_node **link) { n->color = 0; n->parent = parent; n->rb_left = NULL; n->rb_right = NULL; *link = n; }
#define rb_link_node_rcu(n, p, l) rb_link_node(n, p, l)
#define rb_insert_color(n, r) ((void)(n), (void)(r))
static inline void rb_insert_color_cached(struct rb_node *n, struct rb_root_cached *r, bool left) { if (left) r->rb_leftmost = n; }
static inline struct rb_node *rb_first(const struct rb_root *r) { struct rb_node *n = r->rb_node; while (n && n->rb_left) n = n->rb_left; return n; }
static inline struct rb_node *rb_last(const struct rb_root *r) { struct rb_node *n = r->rb_node; while (n && n->rb_right) n = n->rb_right; return n; }
static inline struct rb_node *rb_next(const struct rb_node *n) { if (n->rb_right) { n = n->rb_right; while (n->rb_left) n = n->rb_left; return (struct rb_node *)n; } while (n->parent && n == n->parent->rb_right) n = n->parent; return n->parent; }
static inline struct rb_node *rb_prev(const struct rb_node *n) { if (n->rb_left) { n = n->rb_left; while (n->rb_right) n = n->rb_right; return (struct rb_node *)n; } while (n->parent && n == n->parent->rb_left) n = n->parent; return n->parent; }
static inline void __rb_swap(struct rb_root *r, struct rb_node *o, struct rb_node *n) { struct rb_node *p = o->parent; if (!p) r->rb_node = n; else if (p->rb_left == o) p->rb_left = n; else p->rb_right = n; if (n) n->parent = p; }
static inline void rb_erase(struct rb_node *n, struct rb_root *r) { if (!n->rb_left) __rb_swap(r, n, n->rb_right); else if (!n->rb_right) __rb_swap(r, n, n->rb_left); else { struct rb_node *s = n->rb_right; while (s->rb_left) s = s->rb_left; if (s->parent != n) { __rb_swap(r, s, s->rb_right); s->rb_right = n->rb_right; s->rb_right->parent = s; } __rb_swap(r, n, s); s->rb_left = n->rb_left; s->rb_left->parent = s; } }
static inline void rb_erase_cached(struct rb_node *n, struct rb_root_cached *r) { if (r->rb_leftmost == n) r->rb_leftmost = rb_next(n); rb_erase(n, &r->rb_root); }
#define rb_first_cached(r) ((r)->rb_leftmost)
static inline void rb_add(struct rb_node *n, struct rb_root *r, bool (*less)(struct rb_node *, const struct rb_node *)) { struct rb_node **l = &r->rb_node, *p = NULL; while (*l) { p = *l; l = less(n, p) ? &p->rb_left : &p->rb_right; } rb_link_node(n, p, l); }
static inline struct rb_node *rb_add_cached(struct rb_node *n, struct rb_root_cached *r, bool (*less)(struct rb_node *, const struct rb_node *)) { rb_add(n, &r->rb_root, less); r->rb_leftmost = rb_first(&r->rb_root); return r->rb_leftmost == n ? n : NULL; }
static inline struct rb_node *rb_find(const void *k, const struct rb_root *r, int (*cmp)(const void *, const struct rb_node *)) { struct rb_node *n = r->rb_node; while (n) { int c = cmp(k, n); if (c < 0) n = n->rb_left; else if (c > 0) n = n->rb_right; else return n; } return NULL; }
static inline struct rb_node *rb_find_add(struct rb_node *n, struct rb_root *r, int (*cmp)(struct rb_node *, const struct rb_node *)) { struct rb_node **l = &r->rb_node, *p = NULL; while (*l) { int c; p = *l; c = cmp(n, p); if (c < 0) l = &p->rb_left; else if (c > 0) l = &p->rb_right; else return p; } rb_link_node(n, p, l); return NULL; }
#define rbtree_postorder_for_each_entry_safe(p, n, r, m) for (p = rb_entry_safe(rb_first(r), typeof(*p), m); p && ({ n = rb_entry_safe(rb_next(&p->m), typeof(*p), m); 1; }); p = n)
struct interval_tree_node { struct rb_node rb; unsigned long start, last, __subtree_last; };
static inline void interval_tree_insert(struct interval_tree_node *n, struct rb_root_cached *r) { struct rb_node **l = &r->rb_root.rb_node, *p = NULL; while (*l) { p = *l; l = n->start < rb_entry(p, struct interval_tree_node, rb)->start ? &p->rb_left : &p->rb_right; } rb_link_node(&n->rb, p, l); r->rb_leftmost = rb_first(&r->rb_root); }
static inline void interval_tree_remove(struct interval_tree_node *n, struct rb_root_cached *r) { rb_erase_cached(&n->rb, r); }
static inline struct interval_tree_node *interval_tree_iter_first(struct rb_root_cached *r, unsigned long s, unsigned long e) { struct rb_node *n; for (n = rb_first(&r->rb_root); n; n = rb_next(n)) { struct interval_tree_node *i = rb_entry(n, struct interval_tree_node, rb); if (i->start <= e && i->last >= s) return i; } return NULL; }
static inline struct interval_tree_node *interval_tree_iter_next(struct interval_tree_node *i, unsigned long s, unsigned long e) { struct rb_node *n; for (n = rb_next(&i->rb); n; n = rb_next(n)) { struct interval_tree_node *j = rb_entry(n, struct interval_tree_node, rb); if (j->start <= e && j->last >= s) return j; } return NULL; }

#define BITS_PER_LONG 64
#define BITS_PER_BYTE 8
#define BITS_PER_LONG_LONG 64
#define BITS_PER_TYPE(t) (sizeof(t) * 8)
#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)
#define BITS_TO_BYTES(n) DIV_ROUND_UP(n, 8)
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define BIT_MASK(n) (1UL << ((n) % BITS_PER_LONG))
#define BIT_WORD(n) ((n) / BITS_PER_LONG)
#define GENMASK(h, l) (((~0UL) - (1UL << (l)) + 1) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) (((~0ULL) - (1ULL << (l)) + 1) & (~0ULL >> (63 - (h))))
#define __bf_shf(x) __pinscope_ctz(x)
#define FIELD_GET(m, r) ((typeof(m))(((r) & (m)) >> __bf_shf(m)))
#define FIELD_PREP(m, v) (((typeof(m))(v) << __bf_shf(m)) & (m))
#define FIELD_FIT(m, v) (!((((typeof(m))(v)) << __bf_shf(m)) & ~(m)))
#define u32_get_bits(v, f) ((u32)FIELD_GET((u32)(f), v))
#define u32_encode_bits(v, f) ((u32)FIELD_PREP((u32)(f), v))
#define u64_get_bits(v, f) ((u64)FIELD_GET((u64)(f), v))
#define DECLARE_BITMAP(n, b) unsigned long n[BITS_TO_LONGS(b)]
static inline int __pinscope_ctz(unsigned long x) { int n = 0; if (!x) return 64; while (!(x & 1)) { x >>= 1; n++; } return n; }
static inline int __pinscope_fls(unsigned long x) { int n = 0; while (x) { x >>= 1; n++; } return n; }
static inline int __pinscope_popcount(unsigned long x) { int n = 0; while (x) { n += x & 1; x >>= 1; } return n; }
#define __builtin_ctz(x) __pinscope_ctz((unsigned int)(x))
#define __builtin_ctzl(x) __pinscope_ctz(x)
#define __builtin_ctzll(x) __pinscope_ctz(x)
#define __builtin_clz(x) (32 - __pinscope_fls((unsigned int)(x)))
#define __builtin_clzl(x) (64 - __pinscope_fls(x))
#define __builtin_clzll(x) (64 - __pinscope_fls(x))
#define __builtin_popcount(x) __pinscope_popcount((unsigned int)(x))
#define __builtin_popcountl(x) __pinscope_popcount(x)
#define __builtin_popcountll(x) __pinscope_popcount(x)
#define __builtin_ffs(x) ((x) ? __pinscope_ctz(x) + 1 : 0)
#define __builtin_memcpy memcpy
#define __builtin_memset memset
#define __builtin_bswap32(x) swab32(x)
#define ffs(x) ({ unsigned int __ffs_x = (x); __ffs_x ? __pinscope_ctz(__ffs_x) + 1 : 0; })
#define fls(x) __pinscope_fls((unsigned int)(x))
#define fls64(x) __pinscope_fls(x)
#define fls_long(x) __pinscope_fls(x)
#define __ffs(x) ((unsigned long)__pinscope_ctz(x))
#define __ffs64(x) ((unsigned long)__pinscope_ctz(x))
#define __fls(x) ((unsigned long)(__pinscope_fls(x) - 1))
#define ffz(x) __ffs(~(x))
#define ilog2(n) (__pinscope_fls(n) - 1)
#define order_base_2(n) ({ unsigned long __ob = (n); __ob > 1 ? __pinscope_fls(__ob - 1) : 0; })
#define roundup_pow_of_two(n) (1UL << order_base_2(n))
#define rounddown_pow_of_two(n) (1UL << ilog2(n))
#define get_order(s) ({ unsigned long __go = (s); __go <= 4096 ? 0 : __pinscope_fls((__go - 1) >> 12); })
static inline unsigned long int_sqrt(unsigned long x) { unsigned long r = 0; while ((r + 1) * (r + 1) <= x) r++; return r; }
#define hweight8(x) ((unsigned int)__pinscope_popcount((u8)(x)))
#define hweight16(x) ((unsigned int)__pinscope_popcount((u16)(x)))
#define hweight32(x) ((unsigned int)__pinscope_popcount((u32)(x)))
#define hweight64(x) ((unsigned long)__pinscope_popcount(x))
#define hweight_long(x) ((unsigned long)__pinscope_popcount(x))
static inline void set_bit(long n, volatile unsigned long *p) { p[BIT_WORD(n)] |= BIT_MASK(n); }
static inline void clear_bit(long n, volatile unsigned long *p) { p[BIT_WORD(n)] &= ~BIT_MASK(n); }
static inline void change_bit(long n, volatile unsigned long *p) { p[BIT_WORD(n)] ^= BIT_MASK(n); }
static inline bool test_bit(long n, const volatile unsigned long *p) { return (p[BIT_WORD(n)] >> (n % BITS_PER_LONG)) & 1; }
static inline bool test_and_set_bit(long n, volatile unsigned long *p) { bool o = test_bit(n, p); set_bit(n, p); return o; }
static inline bool test_and_clear_bit(long n, volatile unsigned long *p) { bool o = test_bit(n, p); clear_bit(n, p); return o; }
static inline bool test_and_change_bit(long n, volatile unsigned long *p) { bool o = test_bit(n, p); change_bit(n, p); return o; }
#define __set_bit(n, p) set_bit(n, p)
#define __clear_bit(n, p) clear_bit(n, p)
#define __change_bit(n, p) change_bit(n, p)
#define __test_and_set_bit(n, p) test_and_set_bit(n, p)
#define __test_and_clear_bit(n, p) test_and_clear_bit(n, p)
#define clear_bit_unlock(n, p) clear_bit(n, p)
#define __clear_bit_unlock(n, p) clear_bit(n, p)
#define test_and_set_bit_lock(n, p) test_and_set_bit(n, p)
#define assign_bit(n, p, v) ((v) ? set_bit(n, p) : clear_bit(n, p))
#define __assign_bit(n, p, v) assign_bit(n, p, v)
static inline unsigned long find_next_bit(const unsigned long *p, unsigned long n, unsigned long i) { while (i < n && !test_bit(i, p)) i++; return i < n ? i : n; }
static inline unsigned long find_next_zero_bit(const unsigned long *p, unsigned long n, unsigned long i) { while (i < n && test_bit(i, p)) i++; return i < n ? i : n; }
#define find_first_bit(p, n) find_next_bit(p, n, 0)
#define find_first_zero_bit(p, n) find_next_zero_bit(p, n, 0)
static inline unsigned long find_last_bit(const unsigned long *p, unsigned long n) { unsigned long i = n; while (i--) if (test_bit(i, p)) return i; return n; }
#define for_each_set_bit(b, p, n) for ((b) = find_first_bit(p, n); (b) < (n); (b) = find_next_bit(p, n, (b) + 1))
#define for_each_clear_bit(b, p, n) for ((b) = find_first_zero_bit(p, n); (b) < (n); (b) = find_next_zero_bit(p, n, (b) + 1))
static inline void bitmap_set(unsigned long *p, unsigned int s, unsigned int n) { while (n--) set_bit(s++, p); }
static inline void bitmap_clear(unsigned long *p, unsigned int s, unsigned int n) { while (n--) clear_bit(s++, p); }
static inline void bitmap_zero(unsigned long *p, unsigned int n) { memset(p, 0, BITS_TO_LONGS(n) * 8); }
static inline void bitmap_fill(unsigned long *p, unsigned int n) { memset(p, 255, BITS_TO_LONGS(n) * 8); }
static inline void bitmap_copy(unsigned long *d, const unsigned long *s, unsigned int n) { memcpy(d, s, BITS_TO_LONGS(n) * 8); }
static inline bool bitmap_empty(const unsigned long *p, unsigned int n) { return find_first_bit(p, n) == n; }
static inline bool bitmap_full(const unsigned long *p, unsigned int n) { return find_first_zero_bit(p, n) == n; }
static inline unsigned int bitmap_weight(const unsigned long *p, unsigned int n) { unsigned int c = 0, i; for (i = 0; i < n; i++) c += test_bit(i, p); return c; }
static inline void bitmap_or(unsigned long *d, const unsigned long *a, const unsigned long *b, unsigned int n) { unsigned int i; for (i = 0; i < BITS_TO_LONGS(n); i++) d[i] = a[i] | b[i]; }
static inline bool bitmap_and(unsigned long *d, const unsigned long *a, const unsigned long *b, unsigned int n) { unsigned int i; unsigned long r = 0; for (i = 0; i < BITS_TO_LONGS(n); i++) r |= d[i] = a[i] & b[i]; return r != 0; }
static inline bool bitmap_andnot(unsigned long *d, const unsigned long *a, const unsigned long *b, unsigned int n) { unsigned int i; unsigned long r = 0; for (i = 0; i < BITS_TO_LONGS(n); i++) r |= d[i] = a[i] & ~b[i]; return r != 0; }
static inline bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int n) { unsigned int i; for (i = 0; i < n; i++) if (test_bit(i, a) != test_bit(i, b)) return false; return true; }
static inline unsigned long bitmap_find_next_zero_area(unsigned long *p, unsigned long size, unsigned long start, unsigned int nr, unsigned long mask) { unsigned long i, k; for (i = (start + mask) & ~mask; i + nr <= size; i = (i + 1 + mask) & ~mask) { for (k = 0; k < nr; k++) if (test_bit(i + k, p)) break; if (k == nr) return i; } return size; }
static inline int bitmap_find_free_region(unsigned long *p, unsigned int n, int order) { unsigned int i, k, l = 1u << order; for (i = 0; i + l <= n; i += l) { for (k = 0; k < l; k++) if (test_bit(i + k, p)) break; if (k == l) { bitmap_set(p, i, l); return i; } } return -ENOMEM; }
static inline void bitmap_release_region(unsigned long *p, unsigned int s, int order) { bitmap_clear(p, s, 1u << order); }
static inline unsigned long *bitmap_zalloc(unsigned int n, gfp_t f) { return __pinscope_alloc("bitmap_zalloc", BITS_TO_LONGS(n) * 8, f, 1); }
#define bitmap_alloc(n, f) bitmap_zalloc(n, f)
#define bitmap_free(p) kfree(p)

typedef struct { int counter; } atomic_t; typedef struct { s64 counter; } atomic64_t; typedef struct { long counter; } atomic_long_t;
#define ATOMIC_INIT(i) { (i) }
#define ATOMIC64_INIT(i) { (i) }
#define ATOMIC_LONG_INIT(i) { (i) }
#define __ATOMIC_FAMILY(P, A, T) \
static inline T P##_read(const A *v) { return v->counter; } static inline void P##_set(A *v, T i) { v->counter = i; } \
static inline T P##_read_acquire(const A *v) { return v->counter; } static inline void P##_set_release(A *v, T i) { v->counter = i; } \
static inline void P##_add(T i, A *v) { v->counter += i; } static inline void P##_sub(T i, A *v) { v->counter -= i; } \
static inline void P##_inc(A *v) { v->counter++; } static inline void P##_dec(A *v) { v->counter--; } \
static inline T P##_add_return(T i, A *v) { return v->counter += i; } static inline T P##_sub_return(T i, A *v) { return v->counter -= i; } \
static inline T P##_inc_return(A *v) { return ++v->counter; } static inline T P##_dec_return(A *v) { return --v->counter; } \
static inline T P##_fetch_add(T i, A *v) { T o = v->counter; v->counter += i; return o; } static inline T P##_fetch_sub(T i, A *v) { T o = v->counter; v->counter -= i; return o; } \
static inline T P##_fetch_inc(A *v) { return v->counter++; } static inline T P##_fetch_dec(A *v) { return v->counter--; } \
static inline T P##_fetch_or(T i, A *v) { T o = v->counter; v->counter |= i; return o; } static inline T P##_fetch_and(T i, A *v) { T o = v->counter; v->counter &= i; return o; } \
static inline void P##_or(T i, A *v) { v->counter |= i; } static inline void P##_and(T i, A *v) { v->counter &= i; } static inline void P##_andnot(T i, A *v) { v->counter &= ~i; } \
static inline bool P##_dec_and_test(A *v) { return --v->counter == 0; } static inline bool P##_inc_and_test(A *v) { return ++v->counter == 0; } \
static inline bool P##_sub_and_test(T i, A *v) { return (v->counter -= i) == 0; } static inline bool P##_add_negative(T i, A *v) { return (v->counter += i) < 0; } \
static inline bool P##_add_unless(A *v, T a, T u) { if (v->counter == u) return false; v->counter += a; return true; } \
static inline bool P##_inc_not_zero(A *v) { if (!v->counter) return false; v->counter++; return true; } \
static inline T P##_dec_if_positive(A *v) { T n = v->counter - 1; if (n >= 0) v->counter = n; return n; } \
static inline T P##_cmpxchg(A *v, T o, T n) { T c = v->counter; if (c == o) v->counter = n; return c; } static inline T P##_xchg(A *v, T n) { T c = v->counter; v->counter = n; return c; } \
static inline bool P##_try_cmpxchg(A *v, T *o, T n) { T c = v->counter; if (c == *o) { v->counter = n; return true; } *o = c; return false; }
__ATOMIC_FAMILY(atomic, atomic_t, int)
__ATOMIC_FAMILY(atomic64, atomic64_t, s64)
__ATOMIC_FAMILY(atomic_long, atomic_long_t, long)
#define xchg(p, n) ({ typeof(p) __xp = (p); typeof(*__xp) __xo = *__xp; *__xp = (n); __xo; })
#define cmpxchg(p, o, n) ({ typeof(p) __cp = (p); typeof(*__cp) __cc = *__cp; if (__cc == (o)) *__cp = (n); __cc; })
#define try_cmpxchg(p, op, n) ({ typeof(p) __tp = (p); typeof(op) __to = (op); bool __tr = *__tp == *__to; if (__tr) *__tp = (n); else *__to = *__tp; __tr; })
typedef struct refcount_struct { atomic_t refs; } refcount_t;
#define REFCOUNT_INIT(n) { .refs = { n } }
static inline void refcount_set(refcount_t *r, int n) { r->refs.counter = n; }
static inline unsigned int refcount_read(const refcount_t *r) { return r->refs.counter; }
static inline void refcount_inc(refcount_t *r) { if (r->refs.counter <= 0) __pinscope_warn("refcount_t: addition on 0; use-after-free."); r->refs.counter++; }
static inline void refcount_add(int i, refcount_t *r) { r->refs.counter += i; }
static inline bool refcount_inc_not_zero(refcount_t *r) { if (!r->refs.counter) return false; r->refs.counter++; return true; }
static inline bool refcount_sub_and_test(int i, refcount_t *r) { if (r->refs.counter < i) __pinscope_warn("refcount_t: underflow; use-after-free."); return (r->refs.counter -= i) == 0; }
static inline bool refcount_dec_and_test(refcount_t *r) { return refcount_sub_and_test(1, r); }
static inline void refcount_dec(refcount_t *r) { if (r->refs.counter <= 1) __pinscope_warn("refcount_t: decrement hit 0; leaking memory."); r->refs.counter--; }
#define refcount_dec_and_lock(r, l) (refcount_dec_and_test(r) ? (spin_lock(l), 1) : 0)
#define refcount_dec_and_mutex_lock(r, l) (refcount_dec_and_test(r) ? (mutex_lock(l), 1) : 0)
struct kref { refcount_t refcount; };
#define KREF_INIT(n) { .refcount = REFCOUNT_INIT(n) }
static inline void kref_init(struct kref *k) { refcount_set(&k->refcount, 1); }
static inline unsigned int kref_read(const struct kref *k) { return refcount_read(&k->refcount); }
static inline void kref_get(struct kref *k) { refcount_inc(&k->refcount); }
static inline int kref_get_unless_zero(struct kref *k) { return refcount_inc_not_zero(&k->refcount); }
static inline int kref_put(struct kref *k, void (*release)(struct kref *)) { if (refcount_dec_and_test(&k->refcount)) { release(k); return 1; } return 0; }
#define kref_put_mutex(k, f, l) ({ struct kref *__kp = (k); int __kr = 0; if (refcount_dec_and_test(&__kp->refcount)) { mutex_lock(l); f(__kp); __kr = 1; } __kr; })
#define kref_put_lock(k, f, l) ({ struct kref *__kp = (k); int __kr = 0; if (refcount_dec_and_test(&__kp->refcount)) { spin_lock(l); f(__kp); __kr = 1; } __kr; })
struct percpu_counter { s64 count; };
#define percpu_counter_add(c, n) ((c)->count += (n))
#define percpu_counter_inc(c) ((c)->count++)
#define percpu_counter_dec(c) ((c)->count--)
#define percpu_counter_sum(c) ((c)->count)
#define percpu_counter_read(c) ((c)->count)
struct percpu_ref { long count; void (*release)(struct percpu_ref *); bool dying; };
static inline int percpu_ref_init(struct percpu_ref *r, void (*rel)(struct percpu_ref *), unsigned int f, gfp_t g) { r->count = 1; r->release = rel; r->dying = false; return 0; }
static inline void percpu_ref_get(struct percpu_ref *r) { r->count++; }
static inline bool percpu_ref_tryget(struct percpu_ref *r) { if (!r->count) return false; r->count++; return true; }
static inline bool percpu_ref_tryget_live(struct percpu_ref *r) { return !r->dying && percpu_ref_tryget(r); }
static inline void percpu_ref_put(struct percpu_ref *r) { if (--r->count == 0 && r->release) r->release(r); }
static inline void percpu_ref_kill(struct percpu_ref *r) { r->dying = true; percpu_ref_put(r); }
static inline void percpu_ref_kill_and_confirm(struct percpu_ref *r, void (*f)(struct percpu_ref *)) { percpu_ref_kill(r); if (f) f(r); }
static inline void percpu_ref_exit(struct percpu_ref *r) { r->count = 0; }
#define DEFINE_PER_CPU(t, n) t n
#define DECLARE_PER_CPU(t, n) extern t n
#define this_cpu_ptr(p) (p)
#define raw_cpu_ptr(p) (p)
#define per_cpu_ptr(p, c) (p)
#define per_cpu(v, c) (v)
#define this_cpu_read(v) (v)
#define this_cpu_write(v, x) ((v) = (x))
#define this_cpu_inc(v) ((v)++)
#define this_cpu_dec(v) ((v)--)
#define this_cpu_add(v, x) ((v) += (x))
#define alloc_percpu(t) ((t *)__pinscope_alloc("alloc_percpu", sizeof(t), GFP_KERNEL, 1))
#define free_percpu(p) kfree(p)
#define swab16(x) ((u16)((((u16)(x) & 0xff) << 8) | ((u16)(x) >> 8)))
#define swab32(x) ({ u32 __sw = (x); (u32)((__sw << 24) | ((__sw & 0xff00) << 8) | ((__sw >> 8) & 0xff00) | (__sw >> 24)); })
#define swab64(x) ({ u64 __sq = (x); ((u64)swab32((u32)__sq) << 32) | swab32((u32)(__sq >> 32)); })
#define cpu_to_le16(x) ((__le16)(x))
#define cpu_to_le32(x) ((__le32)(x))
#define cpu_to_le64(x) ((__le64)(x))
#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))
#define le16_to_cpup(p) (*(p))
#define le32_to_cpup(p) (*(p))
#define le64_to_cpup(p) (*(p))
#define cpu_to_be16(x) swab16(x)
#define cpu_to_be32(x) swab32(x)
#define cpu_to_be64(x) swab64(x)
#define be16_to_cpu(x) swab16(x)
#define be32_to_cpu(x) swab32(x)
#define be64_to_cpu(x) swab64(x)
#define htons(x) swab16(x)
#define htonl(x) swab32(x)
#define ntohs(x) swab16(x)
#define ntohl(x) swab32(x)
#define __get_un(t, p) ({ t __gu; memcpy(&__gu, p, sizeof(t)); __gu; })
#define __put_un(t, v, p) do { t __pu = (v); memcpy(p, &__pu, sizeof(t)); } while (0)
#define get_unaligned(p) __get_un(typeof(*(p)), p)
#define put_unaligned(v, p) __put_un(typeof(*(p)), v, p)
#define get_unaligned_le16(p) __get_un(u16, p)
#define get_unaligned_le32(p) __get_un(u32, p)
#define get_unaligned_le64(p) __get_un(u64, p)
#define get_unaligned_be16(p) swab16(__get_un(u16, p))
#define get_unaligned_be32(p) swab32(__get_un(u32, p))
#define get_unaligned_be64(p) swab64(__get_un(u64, p))
#define put_unaligned_le16(v, p) __put_un(u16, v, p)
#define put_unaligned_le32(v, p) __put_un(u32, v, p)
#define put_unaligned_le64(v, p) __put_un(u64, v, p)
#define put_unaligned_be16(v, p) __put_un(u16, swab16(v), p)
#define put_unaligned_be32(v, p) __put_un(u32, swab32(v), p)
#define put_unaligned_be64(v, p) __put_un(u64, swab64(v), p)
#define array_index_nospec(i, n) (i)

void *memcpy(void *d, const void *s, size_t n); void *memmove(void *d, const void *s, size_t n); void *memset(void *d, int c, size_t n); int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s); int strcmp(const char *a, const char *b); int strncmp(const char *a, const char *b, size_t n);
void *__pinscope_alloc(const char *name, size_t n, gfp_t f, int zero); void kfree(const void *p); void __pinscope_warn(const char *text);
#define __memcpy(d, s, n) memcpy(d, s, n)
#define unsafe_memcpy(d, s, n, w...) memcpy(d, s, n)
#define memzero_explicit(p, n) memset(p, 0, n)
static inline void *memset16(u16 *p, u16 v, size_t n) { size_t i; for (i = 0; i < n; i++) p[i] = v; return p; }
static inline void *memset32(u32 *p, u32 v, size_t n) { size_t i; for (i = 0; i < n; i++) p[i] = v; return p; }
static inline void *memset64(u64 *p, u64 v, size_t n) { size_t i; for (i = 0; i < n; i++) p[i] = v; return p; }
static inline void *memchr(const void *p, int c, size_t n) { const unsigned char *s = p; while (n--) { if (*s == (unsigned char)c) return (void *)s; s++; } return NULL; }
static inline void *memchr_inv(const void *p, int c, size_t n) { const unsigned char *s = p; while (n--) { if (*s != (unsigned char)c) return (void *)s; s++; } return NULL; }
static inline void *memscan(void *p, int c, size_t n) { unsigned char *s = p; while (n-- && *s != (unsigned char)c) s++; return s; }
static inline size_t strnlen(const char *s, size_t n) { size_t i = 0; while (i < n && s[i]) i++; return i; }
static inline char *strcpy(char *d, const char *s) { char *r = d; while ((*d++ = *s++)) ; return r; }
static inline char *strncpy(char *d, const char *s, size_t n) { size_t i = 0; for (; i < n && s[i]; i++) d[i] = s[i]; for (; i < n; i++) d[i] = 0; return d; }
static inline size_t strlcpy(char *d, const char *s, size_t n) { size_t l = strlen(s); if (n) { size_t k = l >= n ? n - 1 : l; memcpy(d, s, k); d[k] = 0; } return l; }
static inline ssize_t __strscpy(char *d, const char *s, size_t n) { size_t i; if (!n) return -E2BIG; for (i = 0; i < n - 1; i++) { d[i] = s[i]; if (!s[i]) return i; } d[i] = 0; return s[i] ? -E2BIG : (ssize_t)i; }
#define __strscpy2(d, s) __strscpy(d, s, sizeof(d))
#define __strscpy3(d, s, n) __strscpy(d, s, n)
#define __strscpy_pick(a, b, c, f, ...) f
#define strscpy(...) __strscpy_pick(__VA_ARGS__, __strscpy3, __strscpy2, x)(__VA_ARGS__)
#define strscpy_pad(...) strscpy(__VA_ARGS__)
static inline char *strcat(char *d, const char *s) { strcpy(d + strlen(d), s); return d; }
static inline char *strncat(char *d, const char *s, size_t n) { char *p = d + strlen(d); while (n-- && *s) *p++ = *s++; *p = 0; return d; }
static inline size_t strlcat(char *d, const char *s, size_t n) { size_t l = strlen(d); return l + strlcpy(d + l, s, n - l); }
static inline int tolower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }
static inline int toupper(int c) { return c >= 'a' && c <= 'z' ? c - 32 : c; }
static inline int isdigit(int c) { return c >= '0' && c <= '9'; }
static inline int isspace(int c) { return c == ' ' || (c >= 9 && c <= 13); }
static inline int isalpha(int c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
static inline int isalnum(int c) { return isalpha(c) || isdigit(c); }
static inline int isxdigit(int c) { return isdigit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }
static inline int isprint(int c) { return c >= 32 && c < 127; }
static inline int isupper(int c) { return c >= 'A' && c <= 'Z'; }
static inline int islower(int c) { return c >= 'a' && c <= 'z'; }
static inline int hex_to_bin(unsigned char c) { return isdigit(c) ? c - '0' : isxdigit(c) ? (c | 32) - 'a' + 10 : -1; }
static inline int strcasecmp(const char *a, const char *b) { while (*a && tolower(*a) == tolower(*b)) a++, b++; return tolower(*a) - tolower(*b); }
static inline int strncasecmp(const char *a, const char *b, size_t n) { while (n && *a && tolower(*a) == tolower(*b)) a++, b++, n--; return n ? tolower(*a) - tolower(*b) : 0; }
static inline char *strchr(const char *s, int c) { for (;; s++) { if (*s == (char)c) return (char *)s; if (!*s) return NULL; } }
static inline char *strrchr(const char *s, int c) { const char *r = NULL; for (;; s++) { if (*s == (char)c) r = s; if (!*s) return (char *)r; } }
static inline char *strstr(const char *s, const char *t) { size_t n = strlen(t); for (; strlen(s) >= n; s++) { if (!memcmp(s, t, n)) return (char *)s; if (!*s) break; } return NULL; }
static inline char *strnstr(const char *s, const char *t, size_t len) { size_t n = strlen(t), i; for (i = 0; i + n <= len; i++) if (!memcmp(s + i, t, n)) return (char *)s + i; return NULL; }
static inline char *strsep(char **s, const char *ct) { char *b = *s, *e; if (!b) return NULL; for (e = b; *e; e++) if (strchr(ct, *e)) { *e = 0; *s = e + 1; return b; } *s = NULL; return b; }
static inline char *skip_spaces(const char *s) { while (isspace(*s)) s++; return (char *)s; }
static inline char *strim(char *s) { size_t n = strlen(s); while (n && isspace(s[n - 1])) s[--n] = 0; return skip_spaces(s); }
#define strstrip(s) strim(s)
static inline bool sysfs_streq(const char *a, const char *b) { while (*a && *a == *b) a++, b++; if (*a == *b) return true; if (!*a && *b == '\n' && !b[1]) return true; return *a == '\n' && !a[1] && !*b; }
static inline int match_string(const char *const *a, size_t n, const char *s) { size_t i; for (i = 0; i < n && a[i]; i++) if (!strcmp(a[i], s)) return i; return -EINVAL; }
static inline bool str_has_prefix(const char *s, const char *p) { return !strncmp(s, p, strlen(p)); }
static inline int __pinscope_number(const char *s, unsigned int base, u64 *out, bool *neg) { u64 v = 0; int any = 0; *neg = false; if (*s == '+' || *s == '-') *neg = *s++ == '-'; if (base == 0) { if (*s == '0' && (s[1] | 32) == 'x') base = 16; else base = *s == '0' ? 8 : 10; } if (base == 16 && *s == '0' && (s[1] | 32) == 'x') s += 2; for (; *s; s++) { int d = hex_to_bin(*s); if (d < 0 || d >= (int)base) break; v = v * base + d; any = 1; } if (*s == '\n') s++; *out = v; return any && !*s ? 0 : -EINVAL; }
#define __KSTRTO(N, T) static inline int N(const char *s, unsigned int base, T *r) { u64 v; bool neg; int e = __pinscope_number(s, base, &v, &neg); if (e) return e; if (neg && (T)-1 > 0) return -EINVAL; if ((u64)(T)v != v && (T)-1 > 0) return -ERANGE; *r = neg ? (T)-v : (T)v; return 0; }
__KSTRTO(kstrtoint, int) __KSTRTO(kstrtouint, unsigned int) __KSTRTO(kstrtol, long) __KSTRTO(kstrtoul, unsigned long) __KSTRTO(kstrtoll, long long) __KSTRTO(kstrtoull, unsigned long long) __KSTRTO(kstrtou8, u8) __KSTRTO(kstrtou16, u16) __KSTRTO(kstrtou32, u32) __KSTRTO(kstrtou64, u64)
static inline int kstrtobool(const char *s, bool *r) { if (*s == 'y' || *s == 'Y' || *s == '1' || *s == 't') { *r = true; return 0; } if (*s == 'n' || *s == 'N' || *s == '0' || *s == 'f') { *r = false; return 0; } return -EINVAL; }
static inline unsigned long simple_strtoul(const char *s, char **e, unsigned int base) { unsigned long v = 0; if (base == 0) base = *s == '0' ? ((s[1] | 32) == 'x' ? 16 : 8) : 10; if (base == 16 && *s == '0' && (s[1] | 32) == 'x') s += 2; for (;; s++) { int d = hex_to_bin(*s); if (d < 0 || d >= (int)base) break; v = v * base + d; } if (e) *e = (char *)s; return v; }
#define simple_strtoull(s, e, b) ((u64)simple_strtoul(s, e, b))
static inline long simple_strtol(const char *s, char **e, unsigned int b) { return *s == '-' ? -(long)simple_strtoul(s + 1, e, b) : (long)simple_strtoul(s, e, b); }
#define atoi(s) ((int)simple_strtol(s, NULL, 10))
#define strtoul(s, e, b) simple_strtoul(s, e, b)
#define strtol(s, e, b) simple_strtol(s, e, b)
static inline void sort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *), void (*sw)(void *, void *, int)) { size_t i, j, k; char *b = base; for (i = 1; i < n; i++) for (j = i; j > 0 && cmp(b + (j - 1) * size, b + j * size) > 0; j--) for (k = 0; k < size; k++) { char t = b[(j - 1) * size + k]; b[(j - 1) * size + k] = b[j * size + k]; b[j * size + k] = t; } }
#define qsort(b, n, s, c) sort(b, n, s, c, NULL)
static inline u32 crc32_le(u32 crc, const unsigned char *p, size_t len) { int i; while (len--) { crc ^= *p++; for (i = 0; i < 8; i++) crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320u : 0); } return crc; }
#define crc32(c, p, n) crc32_le(c, (const unsigned char *)(p), n)
#define get_random_u32() __pinscope_random()
#define prandom_u32() __pinscope_random()
u32 __pinscope_random(void);
`;
