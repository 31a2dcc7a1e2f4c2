/** Arithmetic: minima, rounding, division, overflow checks, limits and sizes (include/linux/{minmax,math,overflow,limits,sizes}.h). */
export const ARITH = String.raw`
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
static inline u64 div64_u64_rem(u64 a, u64 b, u64 *r) { *r = a % b; return a / b; }
static inline s64 div_s64_rem(s64 a, s32 b, s32 *r) { *r = a % b; return a / b; }
#define div64_s64(a, b) ((s64)(a) / (s64)(b))
#define div64_long(a, b) ((s64)(a) / (long)(b))
typedef unsigned __int128 u128; typedef __int128 s128;
static inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 c) { return (u64)((u128)a * b / c); }
#define mul_u32_u32(a, b) ((u64)(u32)(a) * (u32)(b))
static inline u64 mul_u64_u32_shr(u64 a, u32 m, unsigned int s) { u64 r = ((u64)(u32)a * m) >> s; if (a >> 32) r += ((a >> 32) * m) << (32 - s); return r; }
static inline u64 mul_u64_u64_shr(u64 a, u64 b, unsigned int s) { u64 ll = (u64)(u32)a * (u32)b, lh = (u64)(u32)a * (b >> 32), hl = (a >> 32) * (u32)b, mid = (ll >> 32) + (u32)lh + (u32)hl, lo = (mid << 32) | (u32)ll, hi = (a >> 32) * (b >> 32) + (lh >> 32) + (hl >> 32) + (mid >> 32); if (!s) return lo; return s < 64 ? (lo >> s) | (hi << (64 - s)) : hi >> (s - 64); }
static inline u64 mul_u64_u32_div(u64 a, u32 m, u32 d) { u64 l = (u64)(u32)a * m, h = (a >> 32) * m + (l >> 32), q = h / d; return (q << 32) | ((((h % d) << 32) | (u32)l) / d); }
#define DIV64_U64_ROUND_UP(n, d) div64_u64((u64)(n) + (d) - 1, d)
#define DIV64_U64_ROUND_CLOSEST(n, d) div64_u64((u64)(n) + (d) / 2, d)
#define DIV_U64_ROUND_CLOSEST(n, d) div_u64((u64)(n) + (d) / 2, d)
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
#define __builtin_add_overflow(a, b, d) check_add_overflow(a, b, d)
#define __builtin_sub_overflow(a, b, d) check_sub_overflow(a, b, d)
#define __builtin_mul_overflow(a, b, d) check_mul_overflow(a, b, d)
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
`;
