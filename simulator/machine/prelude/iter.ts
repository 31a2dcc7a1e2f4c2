/** Iterators, sequence files, poll and ioctl numbers: include/linux/{uio,seq_file,poll,ioctl}.h. */
export const ITER = String.raw`
typedef unsigned int fop_flags_t;
struct iovec { void *iov_base; size_t iov_len; }; struct kvec { void *iov_base; size_t iov_len; }; struct bio_vec { struct page *bv_page; unsigned int bv_len, bv_offset; };
enum iter_type { ITER_UBUF, ITER_IOVEC, ITER_BVEC, ITER_KVEC, ITER_XARRAY, ITER_DISCARD };
#define READ 0
#define WRITE 1
#define ITER_SOURCE 1
#define ITER_DEST 0
#define ITER_ALLOW_P2PDMA 1u
#define iter_iov(i) (iter_is_ubuf(i) ? (const struct iovec *)&(i)->__ubuf_iovec : (i)->iov)
#define iter_iov_addr(i) (iter_iov(i)->iov_base + (i)->iov_offset)
#define iter_iov_len(i) (iter_iov(i)->iov_len - (i)->iov_offset)
struct iov_iter { u8 iter_type; bool data_source; size_t iov_offset; union { struct iovec __ubuf_iovec; struct { union { const struct iovec *iov; const struct kvec *kvec; const struct bio_vec *bvec; void *ubuf; }; size_t count; }; }; unsigned long nr_segs; };
struct kiocb { struct file *ki_filp; loff_t ki_pos; void (*ki_complete)(struct kiocb *, long); void *private; int ki_flags; u16 ki_ioprio; };
#define IOCB_NOWAIT 8
#define IOCB_HIPRI 1
#define IOCB_DSYNC 2
#define IOCB_SYNC 4
#define IOCB_APPEND 16
#define IOCB_DIRECT (1 << 17)
#define IOCB_WRITE (1 << 18)
#define is_sync_kiocb(k) ((k)->ki_complete == NULL)
#define init_sync_kiocb(k, f) do { memset(k, 0, sizeof(*(k))); (k)->ki_filp = (f); } while (0)
static inline void iov_iter_init(struct iov_iter *i, unsigned int d, const struct iovec *v, unsigned long n, size_t c) { memset(i, 0, sizeof(*i)); i->iter_type = ITER_IOVEC; i->data_source = d; i->iov = v; i->nr_segs = n; i->count = c; }
static inline void iov_iter_ubuf(struct iov_iter *i, unsigned int d, void *b, size_t c) { memset(i, 0, sizeof(*i)); i->iter_type = ITER_UBUF; i->data_source = d; i->ubuf = b; i->nr_segs = 1; i->count = c; }
static inline void iov_iter_kvec(struct iov_iter *i, unsigned int d, const struct kvec *v, unsigned long n, size_t c) { memset(i, 0, sizeof(*i)); i->iter_type = ITER_KVEC; i->data_source = d; i->kvec = v; i->nr_segs = n; i->count = c; }
static inline void iov_iter_bvec(struct iov_iter *i, unsigned int d, const struct bio_vec *v, unsigned long n, size_t c) { memset(i, 0, sizeof(*i)); i->iter_type = ITER_BVEC; i->data_source = d; i->bvec = v; i->nr_segs = n; i->count = c; }
#define iov_iter_count(i) ((i)->count)
#define iov_iter_rw(i) ((i)->data_source ? WRITE : READ)
#define iov_iter_is_bvec(i) ((i)->iter_type == ITER_BVEC)
#define iov_iter_is_kvec(i) ((i)->iter_type == ITER_KVEC)
#define iter_is_iovec(i) ((i)->iter_type == ITER_IOVEC)
#define iter_is_ubuf(i) ((i)->iter_type == ITER_UBUF)
#define user_backed_iter(i) ((i)->iter_type <= ITER_IOVEC)
#define iov_iter_extract_will_pin(i) user_backed_iter(i)
#define iov_iter_truncate(i, c) do { if ((i)->count > (c)) (i)->count = (c); } while (0)
#define iov_iter_reexpand(i, c) ((i)->count = (c))
#define iov_iter_is_discard(i) ((i)->iter_type == ITER_DISCARD)
#define iov_iter_is_xarray(i) 0
#define __iter_kernel(i) ((i)->iter_type == ITER_KVEC || (i)->iter_type == ITER_BVEC)
static inline size_t __iter_len(struct iov_iter *i) { return i->iter_type == ITER_BVEC ? i->bvec->bv_len : i->iov->iov_len; }
static inline void __iter_move(struct iov_iter *i, int by) { if (i->iter_type == ITER_BVEC) i->bvec += by; else i->iov += by; i->nr_segs -= by; }
static inline void *__iter_at(struct iov_iter *i, size_t *n) { if (i->iter_type == ITER_UBUF || i->iter_type == ITER_DISCARD) { *n = i->count; return (char *)i->ubuf + i->iov_offset; } while (i->nr_segs > 1 && i->iov_offset >= __iter_len(i)) { i->iov_offset -= __iter_len(i); __iter_move(i, 1); } *n = min(i->count, __iter_len(i) - i->iov_offset); if (i->iter_type == ITER_BVEC) { size_t o = i->bvec->bv_offset + i->iov_offset; return (char *)page_address(i->bvec->bv_page) + o; } return (char *)i->iov->iov_base + i->iov_offset; }
static inline void iov_iter_advance(struct iov_iter *i, size_t n) { if (n > i->count) n = i->count; i->count -= n; if (i->iter_type == ITER_UBUF || i->iter_type == ITER_DISCARD) { i->iov_offset += n; return; } n += i->iov_offset; while (i->nr_segs && n >= __iter_len(i)) { n -= __iter_len(i); __iter_move(i, 1); } i->iov_offset = n; }
static inline void iov_iter_revert(struct iov_iter *i, size_t n) { i->count += n; if (n <= i->iov_offset || i->iter_type == ITER_UBUF || i->iter_type == ITER_DISCARD) { i->iov_offset -= n; return; } n -= i->iov_offset; for (;;) { __iter_move(i, -1); if (n <= __iter_len(i)) { i->iov_offset = __iter_len(i) - n; return; } n -= __iter_len(i); } }
static inline size_t iov_iter_single_seg_count(struct iov_iter *i) { size_t n; __iter_at(i, &n); return n; }
static inline int iov_iter_npages(struct iov_iter *i, int max) { struct iov_iter c = *i; int n = 0; while (c.count && n < max) { size_t k; unsigned long a = (unsigned long)__iter_at(&c, &k); n += DIV_ROUND_UP(offset_in_page(a) + k, PAGE_SIZE); iov_iter_advance(&c, k); } return min(n, max); }
static inline unsigned long iov_iter_alignment(struct iov_iter *i) { size_t n; unsigned long a = (unsigned long)__iter_at(i, &n); return a | i->count; }
#define iov_iter_is_aligned(i, a, l) ((iov_iter_alignment(i) & ((a) | (l))) == 0)
static inline size_t copy_to_iter(const void *s, size_t n, struct iov_iter *i) { size_t done = 0; n = min(n, i->count); while (done < n) { size_t k; void *d = __iter_at(i, &k); unsigned long left = 0; k = min(k, n - done); if (__iter_kernel(i)) memcpy(d, (const char *)s + done, k); else if (i->iter_type == ITER_DISCARD) ; else left = copy_to_user(d, (const char *)s + done, k); k -= left; iov_iter_advance(i, k); done += k; if (left) break; } return done; }
static inline size_t copy_from_iter(void *d, size_t n, struct iov_iter *i) { size_t done = 0; n = min(n, i->count); while (done < n) { size_t k; void *s = __iter_at(i, &k); unsigned long left = 0; k = min(k, n - done); if (__iter_kernel(i)) memcpy((char *)d + done, s, k); else left = copy_from_user((char *)d + done, s, k); k -= left; iov_iter_advance(i, k); done += k; if (left) break; } return done; }
#define _copy_to_iter(s, n, i) copy_to_iter(s, n, i)
#define _copy_from_iter(d, n, i) copy_from_iter(d, n, i)
#define copy_to_iter_full(s, n, i) (copy_to_iter(s, n, i) == (n))
#define copy_from_iter_full(d, n, i) (copy_from_iter(d, n, i) == (n))
#define copy_from_iter_nocache(d, n, i) copy_from_iter(d, n, i)
#define copy_page_to_iter(p, o, n, i) copy_to_iter((char *)page_address(p) + (o), n, i)
#define copy_page_from_iter(p, o, n, i) copy_from_iter((char *)page_address(p) + (o), n, i)
#define copy_page_from_iter_atomic(p, o, n, i) copy_page_from_iter(p, o, n, i)
#define copy_page_to_iter_nofault(p, o, n, i) copy_page_to_iter(p, o, n, i)
#define copy_folio_to_iter(f, o, n, i) copy_page_to_iter(&(f)->page, o, n, i)
#define copy_folio_from_iter_atomic(f, o, n, i) copy_page_from_iter(&(f)->page, o, n, i)
static inline ssize_t __iter_pages(struct iov_iter *i, struct page **p, size_t maxsize, unsigned int maxpages, size_t *off, int pin, bool advance, unsigned int more) { size_t n; unsigned long a = (unsigned long)__iter_at(i, &n); unsigned int flags = (i->data_source ? 0 : FOLL_WRITE) | more; long r; n = min(n, maxsize); *off = offset_in_page(a); if (!n) return 0; if (i->iter_type == ITER_DISCARD) return -EFAULT; if (n > maxpages * PAGE_SIZE - *off) n = maxpages * PAGE_SIZE - *off; if (__iter_kernel(i)) { unsigned int k, c = DIV_ROUND_UP(*off + n, PAGE_SIZE); for (k = 0; k < c; k++) { p[k] = virt_to_page((char *)(a & PAGE_MASK) + k * PAGE_SIZE); if (!pin) get_page(p[k]); } if (advance) iov_iter_advance(i, n); return n; } r = pin ? pin_user_pages_fast(a & PAGE_MASK, DIV_ROUND_UP(*off + n, PAGE_SIZE), flags, p) : get_user_pages_fast(a & PAGE_MASK, DIV_ROUND_UP(*off + n, PAGE_SIZE), flags, p); if (r <= 0) return r; n = min(n, r * PAGE_SIZE - *off); if (advance) iov_iter_advance(i, n); return n; }
#define iov_iter_get_pages(i, p, s, m, o) __iter_pages(i, p, s, m, o, 0, false, 0)
#define iov_iter_get_pages2(i, p, s, m, o) __iter_pages(i, p, s, m, o, 0, true, 0)
static inline ssize_t __iter_alloc(struct iov_iter *i, struct page ***p, size_t max, size_t *off, bool adv) { int n = iov_iter_npages(i, 64); if (!n) return 0; *p = kvmalloc_array(n, sizeof(struct page *), GFP_KERNEL); if (!*p) return -ENOMEM; return __iter_pages(i, *p, max, n, off, 0, adv, 0); }
#define iov_iter_get_pages_alloc(i, p, s, o) __iter_alloc(i, p, s, o, false)
#define iov_iter_get_pages_alloc2(i, p, s, o) __iter_alloc(i, p, s, o, true)
static inline ssize_t iov_iter_extract_pages(struct iov_iter *i, struct page ***p, size_t max, unsigned int maxpages, unsigned int f, size_t *off) { if (!*p) { *p = kvmalloc_array(maxpages, sizeof(struct page *), GFP_KERNEL | __GFP_ZERO); if (!*p) return -ENOMEM; } return __iter_pages(i, *p, max, maxpages, off, 1, true, f & ITER_ALLOW_P2PDMA ? FOLL_PCI_P2PDMA : 0); }
#define iov_iter_get_pages_flags(i, p, s, m, o, f) iov_iter_get_pages2(i, p, s, m, o)
static inline size_t __iter_fault_in(const struct iov_iter *i, size_t n, int wr) { struct iov_iter c = *i; size_t left = min(n, c.count); if (!user_backed_iter(i)) return 0; while (left) { size_t k, bad; char *a = __iter_at(&c, &k); k = min(k, left); bad = __fault_in(a, k, wr); if (bad) return left - k + bad; left -= k; iov_iter_advance(&c, k); } return 0; }
#define fault_in_iov_iter_readable(i, n) __iter_fault_in(i, n, 0)
#define fault_in_iov_iter_writeable(i, n) __iter_fault_in(i, n, 1)
static inline size_t iov_iter_zero(size_t n, struct iov_iter *i) { size_t done = 0; char z[64]; memset(z, 0, sizeof(z)); n = min(n, i->count); while (done < n) { size_t c = min(n - done, sizeof(z)), k = copy_to_iter(z, c, i); done += k; if (k < c) break; } return done; }
static inline int import_ubuf(int rw, void *b, size_t n, struct iov_iter *i) { if (!access_ok(b, n)) return -EFAULT; iov_iter_ubuf(i, rw, b, n); return 0; }
#define import_single_range(rw, b, n, v, i) import_ubuf(rw, b, n, i)
#define sysfs_emit(b, f, a...) sprintf(b, f, ##a)
#define sysfs_emit_at(b, o, f, a...) sprintf((b) + (o), f, ##a)
#define EPOLLIN 1
#define EPOLLOUT 4
#define EPOLLERR 8
#define EPOLLRDNORM 64
#define EPOLLWRNORM 256
#define POLLIN 1
#define POLLOUT 4
#define POLLERR 8
#define POLLRDNORM 64
#define poll_wait(f, q, t) ((void)(q))
#define key_to_poll(k) ((__poll_t)(unsigned long)(k))
static inline loff_t noop_llseek(struct file *f, loff_t o, int w) { return f->f_pos; }
static inline loff_t no_llseek(struct file *f, loff_t o, int w) { return -ESPIPE; }
static inline loff_t default_llseek(struct file *f, loff_t o, int w) { f->f_pos = w == 1 ? f->f_pos + o : o; return f->f_pos; }
static inline loff_t fixed_size_llseek(struct file *f, loff_t o, int w, loff_t size) { loff_t n = w == 1 ? f->f_pos + o : w == 2 ? size + o : o; if (n < 0 || n > size) return -EINVAL; f->f_pos = n; return n; }
static inline int nonseekable_open(struct inode *i, struct file *f) { return 0; }
static inline int stream_open(struct inode *i, struct file *f) { return 0; }
static inline int simple_open(struct inode *i, struct file *f) { if (i->i_private) f->private_data = i->i_private; return 0; }
static inline long compat_ptr_ioctl(struct file *f, unsigned int c, unsigned long a) { return f->f_op->unlocked_ioctl(f, c, a); }
#define _IOC_NONE 0U
#define _IOC_WRITE 1U
#define _IOC_READ 2U
#define _IOC(d, t, n, s) (((d) << 30) | ((t) << 8) | (n) | ((s) << 16))
#define _IO(t, n) _IOC(_IOC_NONE, (t), (n), 0)
#define _IOR(t, n, s) _IOC(_IOC_READ, (t), (n), (unsigned int)sizeof(s))
#define _IOW(t, n, s) _IOC(_IOC_WRITE, (t), (n), (unsigned int)sizeof(s))
#define _IOWR(t, n, s) _IOC(_IOC_READ | _IOC_WRITE, (t), (n), (unsigned int)sizeof(s))
#define _IOC_DIR(c) (((c) >> 30) & 3)
#define _IOC_TYPE(c) (((c) >> 8) & 255)
#define _IOC_NR(c) ((c) & 255)
#define _IOC_SIZE(c) (((c) >> 16) & 0x3fff)
`;
