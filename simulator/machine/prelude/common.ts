/** What drivers use in passing: kfifo, debugfs, further string, time and byte-order helpers. */

/** include/linux/{kfifo,debugfs,seq_file,string,ktime,…}.h. */
export const COMMON = String.raw`
struct __kfifo { unsigned int in, out, size; };
#define DECLARE_KFIFO(n, t, s) struct { unsigned int in, out, size; t *data; t buf[s]; } n
#define DECLARE_KFIFO_PTR(n, t) struct { unsigned int in, out, size; t *data; t buf[0]; } n
#define DEFINE_KFIFO(n, t, s) DECLARE_KFIFO(n, t, s) = { .size = s }
struct kfifo { unsigned int in, out, size; unsigned char *data; unsigned char buf[0]; };
#define INIT_KFIFO(f) ((f).in = (f).out = 0, (f).data = NULL, (f).size = ARRAY_SIZE((f).buf))
#define __kfifo_data(f) ((f)->data ? (f)->data : (f)->buf)
#define __kfifo_at(f, i) __kfifo_data(f)[(i) % (f)->size]
#define kfifo_size(f) ((f)->size)
#define kfifo_esize(f) sizeof((f)->buf[0])
#define kfifo_len(f) ((f)->in - (f)->out)
#define kfifo_avail(f) ((f)->size - kfifo_len(f))
#define kfifo_is_empty(f) ((f)->in == (f)->out)
#define kfifo_is_full(f) (kfifo_len(f) >= (f)->size)
#define kfifo_initialized(f) ((f)->size != 0)
#define kfifo_reset(f) ((void)((f)->in = (f)->out = 0))
#define kfifo_reset_out(f) ((void)((f)->out = (f)->in))
#define kfifo_skip(f) ((void)(f)->out++)
#define kfifo_alloc(f, n, g) ({ (f)->in = (f)->out = 0; (f)->size = roundup_pow_of_two(n); (f)->data = __pinscope_alloc("kfifo_alloc", (f)->size * sizeof((f)->buf[0]), g, 0); (f)->data ? 0 : -ENOMEM; })
#define kfifo_free(f) do { kfree((f)->data); (f)->data = NULL; (f)->size = 0; } while (0)
#define kfifo_init(f, b, n) ((f)->in = (f)->out = 0, (f)->data = (void *)(b), (f)->size = (n) / sizeof((f)->buf[0]), 0)
#define kfifo_put(f, v) ({ int __kp = !kfifo_is_full(f); if (__kp) { __kfifo_at(f, (f)->in) = (v); (f)->in++; } __kp; })
#define kfifo_get(f, p) ({ int __kg = !kfifo_is_empty(f); if (__kg) { *(p) = __kfifo_at(f, (f)->out); (f)->out++; } __kg; })
#define kfifo_peek(f, p) ({ int __kk = !kfifo_is_empty(f); if (__kk) *(p) = __kfifo_at(f, (f)->out); __kk; })
#define kfifo_in(f, b, n) ({ unsigned int __ki, __kn = min_t(unsigned int, n, kfifo_avail(f)); for (__ki = 0; __ki < __kn; __ki++) __kfifo_at(f, (f)->in + __ki) = ((const typeof((f)->buf[0]) *)(b))[__ki]; (f)->in += __kn; __kn; })
#define kfifo_out_peek(f, b, n) ({ unsigned int __ko, __kl = min_t(unsigned int, n, kfifo_len(f)); for (__ko = 0; __ko < __kl; __ko++) ((typeof((f)->buf[0]) *)(b))[__ko] = __kfifo_at(f, (f)->out + __ko); __kl; })
#define kfifo_out(f, b, n) ({ unsigned int __kq = kfifo_out_peek(f, b, n); (f)->out += __kq; __kq; })
#define kfifo_in_spinlocked(f, b, n, l) ({ unsigned int __ks; spin_lock(l); __ks = kfifo_in(f, b, n); spin_unlock(l); __ks; })
#define kfifo_out_spinlocked(f, b, n, l) ({ unsigned int __kt; spin_lock(l); __kt = kfifo_out(f, b, n); spin_unlock(l); __kt; })
#define kfifo_in_locked(f, b, n, l) kfifo_in_spinlocked(f, b, n, l)
#define kfifo_out_locked(f, b, n, l) kfifo_out_spinlocked(f, b, n, l)
#define kfifo_to_user(f, u, n, c) ({ unsigned int __ku = 0; int __ke = 0; while (__ku + sizeof((f)->buf[0]) <= (n) && !kfifo_is_empty(f)) { if (copy_to_user((char *)(u) + __ku, &__kfifo_at(f, (f)->out), sizeof((f)->buf[0]))) { __ke = -EFAULT; break; } (f)->out++; __ku += sizeof((f)->buf[0]); } *(c) = __ku; __ke; })
#define kfifo_from_user(f, u, n, c) ({ unsigned int __kv = 0; int __kw = 0; while (__kv + sizeof((f)->buf[0]) <= (n) && !kfifo_is_full(f)) { if (copy_from_user(&__kfifo_at(f, (f)->in), (const char *)(u) + __kv, sizeof((f)->buf[0]))) { __kw = -EFAULT; break; } (f)->in++; __kv += sizeof((f)->buf[0]); } *(c) = __kv; __kw; })


struct circ_buf { char *buf; int head, tail; };
#define CIRC_CNT(h, t, s) (((h) - (t)) & ((s) - 1))
#define CIRC_SPACE(h, t, s) CIRC_CNT((t), ((h) + 1), (s))
#define CIRC_CNT_TO_END(h, t, s) ({ int __cce = (s) - (t), __ccn = ((h) + __cce) & ((s) - 1); __ccn < __cce ? __ccn : __cce; })
#define CIRC_SPACE_TO_END(h, t, s) ({ int __cse = (s) - 1 - (h), __csn = (__cse + (t)) & ((s) - 1); __csn <= __cse ? __csn : __cse + 1; })
static inline const char *kbasename(const char *p) { const char *t = strrchr(p, '/'); return t ? t + 1 : p; }
static inline char *strnchr(const char *s, size_t n, int c) { while (n--) { if (*s == (char)c) return (char *)s; if (!*s++) break; } return NULL; }
static inline size_t strspn(const char *s, const char *a) { size_t n = 0; while (s[n] && strchr(a, s[n])) n++; return n; }
static inline size_t strcspn(const char *s, const char *r) { size_t n = 0; while (s[n] && !strchr(r, s[n])) n++; return n; }
static inline char *strpbrk(const char *s, const char *a) { for (; *s; s++) if (strchr(a, *s)) return (char *)s; return NULL; }
static inline char *strchrnul(const char *s, int c) { while (*s && *s != (char)c) s++; return (char *)s; }
static inline char *stpcpy(char *d, const char *s) { while ((*d = *s++)) d++; return d; }
static inline char *strreplace(char *s, char a, char b) { char *p = s; for (; *p; p++) if (*p == a) *p = b; return s; }
#define strstarts(s, p) (!strncmp(s, p, strlen(p)))
static inline int __sysfs_match_string(const char *const *a, size_t n, const char *s) { size_t i; for (i = 0; i < n && a[i]; i++) if (sysfs_streq(a[i], s)) return i; return -EINVAL; }
#define sysfs_match_string(a, s) __sysfs_match_string(a, ARRAY_SIZE(a), s)
static inline int kstrtos32(const char *s, unsigned int b, s32 *r) { return kstrtoint(s, b, r); }
static inline int kstrtoul_from_user(const char *u, size_t n, unsigned int b, unsigned long *r) { char t[24]; n = min(n, sizeof(t) - 1); if (copy_from_user(t, u, n)) return -EFAULT; t[n] = 0; return kstrtoul(t, b, r); }
static inline int kstrtouint_from_user(const char *u, size_t n, unsigned int b, unsigned int *r) { unsigned long v; int e = kstrtoul_from_user(u, n, b, &v); if (!e) *r = v; return e; }
#define kstrtoint_from_user(u, n, b, r) kstrtouint_from_user(u, n, b, (unsigned int *)(r))
static inline int kstrtobool_from_user(const char *u, size_t n, bool *r) { char t[4] = { 0 }; if (copy_from_user(t, u, min_t(size_t, n, 3))) return -EFAULT; return kstrtobool(t, r); }
#define str_yes_no(v) ((v) ? "yes" : "no")
#define str_on_off(v) ((v) ? "on" : "off")
#define str_enabled_disabled(v) ((v) ? "enabled" : "disabled")
#define str_true_false(v) ((v) ? "true" : "false")
#define str_read_write(v) ((v) ? "read" : "write")
#define str_plural(n) ((n) == 1 ? "" : "s")
#define strtomem_pad(d, s, p) memcpy(d, s, min(sizeof(d), strlen(s)))
#define memcpy_and_pad(d, n, s, c, p) do { memset(d, p, n); memcpy(d, s, min_t(size_t, n, c)); } while (0)
#define be16_to_cpup(p) be16_to_cpu(*(p))
#define be32_to_cpup(p) be32_to_cpu(*(p))
#define be64_to_cpup(p) be64_to_cpu(*(p))
#define le16_add_cpu(p, v) (*(p) += (v))
#define le32_add_cpu(p, v) (*(p) += (v))
#define le64_add_cpu(p, v) (*(p) += (v))
#define be32_add_cpu(p, v) (*(p) = cpu_to_be32(be32_to_cpu(*(p)) + (v)))
#define le32_to_cpus(p) ((void)(p))
#define cpu_to_le32s(p) ((void)(p))
static inline void le32_to_cpu_array(u32 *b, unsigned int n) {}
static inline void cpu_to_be32_array(u32 *d, const u32 *s, size_t n) { while (n--) *d++ = cpu_to_be32(*s++); }
static inline void be32_to_cpu_array(u32 *d, const u32 *s, size_t n) { while (n--) *d++ = be32_to_cpu(*s++); }
#define ktime_add_us(k, n) ((k) + (n) * 1000L)
#define ktime_sub_us(k, n) ((k) - (n) * 1000L)
#define ktime_sub_ns(k, n) ((k) - (n))
#define ktime_sub_ms(k, n) ((k) - (n) * 1000000L)
#define ktime_to_timespec64(k) ((struct timespec64){ (k) / NSEC_PER_SEC, (k) % NSEC_PER_SEC })
#define ktime_divns(k, d) ((k) / (d))
#define ktime_get_raw_ns() ktime_get_ns()
#define ktime_get_boottime_ns() ktime_get_ns()
#define ktime_get_coarse() ktime_get()
#define jiffies_64 get_jiffies_64()
#define jiffies_to_nsecs(j) ((u64)(j) * 4000000)
#define jiffies_delta_to_msecs(d) jiffies_to_msecs(max(0L, (long)(d)))
#define PRId64 "lld"
#define PRIu64 "llu"
#define PRIx64 "llx"
#define llist_for_each_entry(p, node, m) for (p = (node) ? llist_entry(node, typeof(*p), m) : NULL; p; p = p->m.next ? llist_entry(p->m.next, typeof(*p), m) : NULL)
#define llist_for_each(p, node) for (p = (node); p; p = p->next)
#define llist_for_each_safe(p, n, node) for (p = (node); p && (n = p->next, true); p = n)
static inline struct llist_node *llist_reverse_order(struct llist_node *h) { struct llist_node *r = NULL; while (h) { struct llist_node *n = h->next; h->next = r; r = h; h = n; } return r; }
static inline struct llist_node *llist_del_first(struct llist_head *h) { struct llist_node *n = h->first; if (n) h->first = n->next; return n; }
#define hlist_for_each(p, h) for (p = (h)->first; p; p = p->next)
#define hlist_for_each_safe(p, n, h) for (p = (h)->first; p && ({ n = p->next; 1; }); p = n)
#define hlist_first_rcu(h) ((h)->first)
static inline void hlist_move_list(struct hlist_head *o, struct hlist_head *n) { n->first = o->first; if (n->first) n->first->pprev = &n->first; o->first = NULL; }
#define hash_for_each_rcu(t, b, o, m) hash_for_each(t, b, o, m)
#define hash_for_each_possible_safe(t, o, n, m, k) hlist_for_each_entry_safe(o, n, &(t)[__hash_slot(t, k)], m)
#define hash_for_each_possible_rcu(t, o, m, k) hash_for_each_possible(t, o, m, k)
#define list_for_each_prev_safe(p, n, h) for (p = (h)->prev, n = p->prev; p != (h); p = n, n = p->prev)
#define list_for_each_continue(p, h) for (p = p->next; p != (h); p = p->next)
#define list_for_each_entry_safe_continue(p, n, h, m) for (p = list_next_entry(p, m), n = list_next_entry(p, m); !list_entry_is_head(p, h, m); p = n, n = list_next_entry(n, m))
#define list_for_each_entry_safe_from(p, n, h, m) for (n = list_next_entry(p, m); !list_entry_is_head(p, h, m); p = n, n = list_next_entry(n, m))
#define list_for_each_entry_from_reverse(p, h, m) for (; !list_entry_is_head(p, h, m); p = list_prev_entry(p, m))
#define list_prepare_entry(p, h, m) ((p) ? (p) : list_entry(h, typeof(*p), m))
#define list_safe_reset_next(p, n, m) (n = list_next_entry(p, m))
#define list_last_entry_or_null(h, t, m) (list_empty(h) ? NULL : list_last_entry(h, t, m))
#define list_next_entry_circular(p, h, m) (list_is_last(&(p)->m, h) ? list_first_entry(h, typeof(*(p)), m) : list_next_entry(p, m))
static inline void list_bulk_move(struct list_head *h, struct list_head *f, struct list_head *l) { list_bulk_move_tail(h, f, l); }
static inline void list_swap(struct list_head *a, struct list_head *b) { struct list_head *p = b->prev; list_del(b); list_replace(a, b); if (p == a) p = b; list_add(a, p); }
static inline int __import_iovec(int rw, const struct iovec *u, unsigned int n, unsigned int fast, struct iovec **v, struct iov_iter *i) { struct iovec *k = *v; size_t total = 0; unsigned int j; if (n > 1024) return -EINVAL; if (n > fast) { k = __pinscope_alloc("import_iovec", n * sizeof(struct iovec), GFP_KERNEL, 0); if (!k) { *v = NULL; return -ENOMEM; } } if (n && copy_from_user(k, u, n * sizeof(struct iovec))) { if (k != *v) kfree(k); *v = NULL; return -EFAULT; } for (j = 0; j < n; j++) { if ((ssize_t)k[j].iov_len < 0 || !access_ok(k[j].iov_base, k[j].iov_len)) { if (k != *v) kfree(k); *v = NULL; return (ssize_t)k[j].iov_len < 0 ? -EINVAL : -EFAULT; } total += k[j].iov_len; } iov_iter_init(i, rw, k, n, total); *v = k == *v ? NULL : k; return total; }
#define import_iovec(rw, u, n, f, v, i) __import_iovec(rw, u, n, f, v, i)
#define BUG_ON_MAPPING(x) BUG_ON(x)
#define GFP_NOIO_FLAGS GFP_NOIO
#define __GFP_IO 0x40u
#define __GFP_FS 0x80u
#define __GFP_RECLAIM 0xc00u
#define __GFP_KSWAPD_RECLAIM 0x800u
#define __GFP_THISNODE 0x200000u
#define __GFP_MEMALLOC 0x20000u
#define __GFP_NOMEMALLOC 0x80000u
#define __GFP_HARDWALL 0x100000u
#define HPAGE_SHIFT 21
#define HPAGE_MASK (~(HPAGE_SIZE - 1))
#define HPAGE_PMD_MASK (~(HPAGE_PMD_SIZE - 1))
#define PMD_MASK (~(PMD_SIZE - 1))
#define EBADE 52
#define EBADR 53
#define ENOSR 63
#define ENOMEDIUM 123
#define ECOMM 70
#define ENOLINK 67
#define ENOPKG 65
#define EBADFD 77
#define ENOTSOCK 88
#define EPROTONOSUPPORT 93
#define EADDRINUSE 98
#define ENETDOWN 100
#define EHOSTUNREACH 113
#define EDQUOT 122
#define EKEYREJECTED 129
#define ERFKILL 132
`;
