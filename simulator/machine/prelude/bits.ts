/** Bits and bitmaps: include/linux/{bits,bitfield,bitops,bitmap}.h. */
export const BITS = String.raw`
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
#define __builtin_memcmp memcmp
#define __builtin_strlen strlen
#define __builtin_bswap16(x) swab16(x)
#define __builtin_bswap32(x) swab32(x)
#define __builtin_bswap64(x) swab64(x)
#define __builtin_parity(x) (__builtin_popcount(x) & 1)
#define __builtin_ffsl(x) ((x) ? __pinscope_ctz(x) + 1 : 0)
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
`;
