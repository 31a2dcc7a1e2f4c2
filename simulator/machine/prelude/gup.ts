/** get_user_pages() and its relatives, user copies: include/linux/{mm,uaccess}.h. */
export const GUP = String.raw`
#define FOLL_WRITE 1
#define FOLL_GET 2
#define FOLL_DUMP 4
#define FOLL_FORCE 16
#define FOLL_NOWAIT 32
#define FOLL_NOFAULT 64
#define FOLL_HWPOISON 128
#define FOLL_LONGTERM 256
#define FOLL_SPLIT_PMD 512
#define FOLL_PCI_P2PDMA 1024
#define FOLL_INTERRUPTIBLE 2048
#define FOLL_HONOR_NUMA_FAULT 4096
#define FOLL_TOUCH 65536
#define FOLL_REMOTE 262144
#define FOLL_PIN 524288
#define FOLL_FAST_ONLY 1048576
#define GUP_PIN_COUNTING_BIAS 1024
int __pinscope_kernel_pages(const struct kvec *k, int n, struct page **p); long __pinscope_gup(const char *name, struct mm_struct *mm, unsigned long start, unsigned long nr, unsigned int flags, struct page **pages);
#define __gup_cur(N, s, n, f, p) __pinscope_gup(N, current->mm, s, n, f, p)
#define __GUP4(N) static inline long __##N##4(unsigned long s, unsigned long n, unsigned int f, struct page **p) { return __gup_cur(#N, s, n, f, p); }
__GUP4(get_user_pages) __GUP4(pin_user_pages) __GUP4(get_user_pages_longterm)
#define __gup8(t, m, s, n, w, f, p, v) __pinscope_gup("get_user_pages", m, s, n, ((w) ? FOLL_WRITE : 0) | ((f) ? FOLL_FORCE : 0), p)
#define __gup5(s, n, f, p, v) __get_user_pages4(s, n, f, p)
#define __gup4(s, n, f, p) __get_user_pages4(s, n, f, p)
#define __gup_pick(a, b, c, d, e, f, g, h, n, ...) n
#define get_user_pages(a...) __gup_pick(a, __gup8, __gup7, __gup6, __gup5, __gup4, x, x, x)(a)
#define __pup4(s, n, f, p) __pin_user_pages4(s, n, f, p)
#define __pup5(s, n, f, p, v) __pin_user_pages4(s, n, f, p)
#define pin_user_pages(a...) __gup_pick(a, x, x, x, __pup5, __pup4, x, x, x)(a)
#define get_user_pages_longterm(s, n, f, p, v...) __pinscope_gup("get_user_pages", current->mm, s, n, f, p)
static inline int get_user_pages_fast(unsigned long s, int n, unsigned int f, struct page **p) { return __pinscope_gup("get_user_pages_fast", current->mm, s, n, f, p); }
static inline int pin_user_pages_fast(unsigned long s, int n, unsigned int f, struct page **p) { return __pinscope_gup("pin_user_pages_fast", current->mm, s, n, f, p); }
static inline int get_user_pages_fast_only(unsigned long s, int n, unsigned int f, struct page **p) { return __pinscope_gup("get_user_pages_fast_only", current->mm, s, n, f, p); }
static inline int pin_user_pages_fast_only(unsigned long s, int n, unsigned int f, struct page **p) { return __pinscope_gup("pin_user_pages_fast", current->mm, s, n, f, p); }
static inline bool get_user_page_fast_only(unsigned long s, unsigned int f, struct page **p) { return get_user_pages_fast_only(s, 1, f, p) == 1; }
#define __get_user_pages_fast(s, n, w, p) get_user_pages_fast_only(s, n, (w) ? FOLL_WRITE : 0, p)
static inline long __gup_locked(const char *name, struct mm_struct *mm, unsigned long s, unsigned long n, unsigned int f, struct page **p) { long r; mmap_read_lock(mm); r = __pinscope_gup(name, mm, s, n, f, p); mmap_read_unlock(mm); return r; }
static inline long get_user_pages_unlocked(unsigned long s, unsigned long n, struct page **p, unsigned int f) { return __gup_locked("get_user_pages", current->mm, s, n, f, p); }
static inline long pin_user_pages_unlocked(unsigned long s, unsigned long n, struct page **p, unsigned int f) { return __gup_locked("pin_user_pages", current->mm, s, n, f, p); }
#define __get_user_pages_unlocked(t, m, s, n, p, f) __gup_locked("get_user_pages_remote", m, s, n, f, p)
#define get_user_pages_locked(s, n, f, p, l) __get_user_pages4(s, n, f, p)
#define pin_user_pages_locked(s, n, f, p, l) __pin_user_pages4(s, n, f, p)
#define __gur6(m, s, n, f, p, l) __pinscope_gup("get_user_pages_remote", m, s, n, f, p)
#define __gur7(m, s, n, f, p, v, l) __pinscope_gup("get_user_pages_remote", m, s, n, f, p)
#define __gur8(t, m, s, n, f, p, v, l) __pinscope_gup("get_user_pages_remote", m, s, n, f, p)
#define get_user_pages_remote(a...) __gup_pick(a, __gur8, __gur7, __gur6, x, x, x, x, x)(a)
#define __pur6(m, s, n, f, p, l) __pinscope_gup("pin_user_pages_remote", m, s, n, f, p)
#define __pur7(m, s, n, f, p, v, l) __pinscope_gup("pin_user_pages_remote", m, s, n, f, p)
#define __pur8(t, m, s, n, f, p, v, l) __pinscope_gup("pin_user_pages_remote", m, s, n, f, p)
#define pin_user_pages_remote(a...) __gup_pick(a, __pur8, __pur7, __pur6, x, x, x, x, x)(a)
#define __get_user_pages(t, m, s, n, f, p, v, l) __pinscope_gup("get_user_pages_remote", m, s, n, f, p)
static inline struct page *get_user_page_vma_remote(struct mm_struct *mm, unsigned long a, int f, struct vm_area_struct **v) { struct page *p = NULL; long r = __pinscope_gup("get_user_pages_remote", mm, a, 1, f, &p); if (r < 0) return ERR_PTR(r); if (r == 0) return ERR_PTR(-EFAULT); *v = find_vma(mm, a); return p; }
#define get_kernel_pages(k, n, w, p) __pinscope_kernel_pages(k, n, p)
unsigned long copy_from_user(void *d, const void *s, unsigned long n); unsigned long copy_to_user(void *d, const void *s, unsigned long n); unsigned long clear_user(void *d, unsigned long n); long strncpy_from_user(char *d, const char *s, long n); long strnlen_user(const char *s, long n); int __pinscope_access_ok(const void *p, unsigned long n);
#define __copy_from_user(d, s, n) copy_from_user(d, s, n)
#define __copy_to_user(d, s, n) copy_to_user(d, s, n)
#define raw_copy_from_user(d, s, n) copy_from_user(d, s, n)
#define raw_copy_to_user(d, s, n) copy_to_user(d, s, n)
#define __copy_from_user_inatomic(d, s, n) copy_from_user(d, s, n)
#define __copy_to_user_inatomic(d, s, n) copy_to_user(d, s, n)
#define copy_from_user_nofault(d, s, n) (copy_from_user(d, s, n) ? -EFAULT : 0)
#define copy_to_user_nofault(d, s, n) (copy_to_user(d, s, n) ? -EFAULT : 0)
#define copy_in_user(d, s, n) ({ void *__ciu = kmalloc(n, GFP_KERNEL); unsigned long __cir = copy_from_user(__ciu, s, n) ? (n) : copy_to_user(d, __ciu, n); kfree(__ciu); __cir; })
#define __clear_user(d, n) clear_user(d, n)
#define get_user(x, p) ({ typeof(*(p)) __gu_v = 0; int __gu_e = copy_from_user(&__gu_v, p, sizeof(__gu_v)) ? -EFAULT : 0; (x) = (typeof(x))__gu_v; __gu_e; })
#define put_user(x, p) ({ typeof(*(p)) __pu_v = (typeof(*(p)))(x); copy_to_user(p, &__pu_v, sizeof(__pu_v)) ? -EFAULT : 0; })
#define __get_user(x, p) get_user(x, p)
#define __put_user(x, p) put_user(x, p)
#define unsafe_get_user(x, p, l) do { if (get_user(x, p)) goto l; } while (0)
#define unsafe_put_user(x, p, l) do { if (put_user(x, p)) goto l; } while (0)
#define user_access_begin(p, n) access_ok(p, n)
#define user_read_access_begin(p, n) access_ok(p, n)
#define user_write_access_begin(p, n) access_ok(p, n)
#define user_access_end() ((void)0)
#define user_read_access_end() ((void)0)
#define user_write_access_end() ((void)0)
#define VERIFY_READ 0
#define VERIFY_WRITE 1
#define __aok2(p, n) __pinscope_access_ok((const void *)(p), n)
#define __aok3(t, p, n) __pinscope_access_ok((const void *)(p), n)
#define access_ok(a...) __puds_pick(a, __aok3, __aok2)(a)
#define untagged_addr(a) (a)
#define untagged_addr_remote(m, a) ((void)(m), (a))
#define u64_to_user_ptr(x) ((void *)(unsigned long)(x))
#define compat_ptr(x) ((void *)(unsigned long)(u32)(x))
#define ptr_to_compat(p) ((u32)(unsigned long)(p))
static inline size_t __fault_in(const char *p, size_t n, int wr) { size_t i = 0; char c; while (i < n) { if (copy_from_user(&c, p + i, 1) || (wr && copy_to_user((char *)p + i, &c, 1))) return n - i; i = ((((unsigned long)p + i) | ~PAGE_MASK) + 1) - (unsigned long)p; } return 0; }
#define fault_in_readable(p, n) __fault_in((const char *)(p), n, 0)
#define fault_in_writeable(p, n) __fault_in((const char *)(p), n, 1)
#define fault_in_safe_writeable(p, n) __fault_in((const char *)(p), n, 1)
#define fault_in_subpage_writeable(p, n) __fault_in((const char *)(p), n, 1)
#define fault_in_pages_readable(p, n) (__fault_in((const char *)(p), n, 0) ? -EFAULT : 0)
#define fault_in_pages_writeable(p, n) (__fault_in((const char *)(p), n, 1) ? -EFAULT : 0)
#define check_zeroed_user(p, n) ({ const char *__czp = (const char *)(p); size_t __czi; char __czc; int __czr = 1; for (__czi = 0; __czi < (n); __czi++) { if (copy_from_user(&__czc, __czp + __czi, 1)) { __czr = -EFAULT; break; } if (__czc) { __czr = 0; break; } } __czr; })
static inline int copy_struct_from_user(void *d, size_t k, const void *s, size_t u) { size_t n = min(k, u); if (u > k) { int r = check_zeroed_user((const char *)s + n, u - n); if (r <= 0) return r ? r : -E2BIG; } memset(d, 0, k); return copy_from_user(d, s, n) ? -EFAULT : 0; }
typedef struct { void *p; } sockptr_t;
#define copy_from_sockptr(d, s, n) (copy_from_user(d, (s).p, n) ? -EFAULT : 0)
#define copy_to_sockptr(d, s, n) (copy_to_user((d).p, s, n) ? -EFAULT : 0)
static inline void *memdup_user(const void *s, size_t n) { void *p = __pinscope_alloc("memdup_user", n, GFP_USER, 0); if (!p) return ERR_PTR(-ENOMEM); if (copy_from_user(p, s, n)) { kfree(p); return ERR_PTR(-EFAULT); } return p; }
#define vmemdup_user(s, n) memdup_user(s, n)
#define memdup_array_user(s, n, z) memdup_user(s, size_mul(n, z))
#define vmemdup_array_user(s, n, z) memdup_user(s, size_mul(n, z))
static inline void *memdup_user_nul(const void *s, size_t n) { char *p = __pinscope_alloc("memdup_user_nul", n + 1, GFP_USER, 0); if (!p) return ERR_PTR(-ENOMEM); if (copy_from_user(p, s, n)) { kfree(p); return ERR_PTR(-EFAULT); } p[n] = 0; return p; }
static inline char *strndup_user(const char *s, long n) { long l = strnlen_user(s, n); char *p; if (!l) return ERR_PTR(-EFAULT); if (l > n) return ERR_PTR(-EINVAL); p = memdup_user(s, l); return p; }
static inline ssize_t simple_read_from_buffer(void *to, size_t count, loff_t *ppos, const void *from, size_t avail) { loff_t pos = *ppos; size_t ret; if (pos < 0) return -EINVAL; if (pos >= (loff_t)avail || !count) return 0; if (count > avail - pos) count = avail - pos; ret = copy_to_user(to, (const char *)from + pos, count); if (ret == count) return -EFAULT; count -= ret; *ppos = pos + count; return count; }
static inline ssize_t simple_write_to_buffer(void *to, size_t avail, loff_t *ppos, const void *from, size_t count) { loff_t pos = *ppos; size_t res; if (pos < 0) return -EINVAL; if (pos >= (loff_t)avail || !count) return 0; if (count > avail - pos) count = avail - pos; res = copy_from_user((char *)to + pos, from, count); if (res == count) return -EFAULT; count -= res; *ppos = pos + count; return count; }
`;
