/** DMA engines, hmm mirrors, RDMA regions and dma-bufs: long-lived users of pages. */

/** include/linux/{dmaengine,hmm,dma-buf}.h, include/rdma/ib_umem.h. */
export const ENGINES = String.raw`
enum dma_transfer_direction { DMA_MEM_TO_MEM, DMA_MEM_TO_DEV, DMA_DEV_TO_MEM, DMA_DEV_TO_DEV, DMA_TRANS_NONE };
enum dma_status { DMA_COMPLETE, DMA_IN_PROGRESS, DMA_PAUSED, DMA_ERROR };
enum dma_slave_buswidth { DMA_SLAVE_BUSWIDTH_UNDEFINED = 0, DMA_SLAVE_BUSWIDTH_1_BYTE = 1, DMA_SLAVE_BUSWIDTH_2_BYTES = 2, DMA_SLAVE_BUSWIDTH_4_BYTES = 4, DMA_SLAVE_BUSWIDTH_8_BYTES = 8 };
enum dma_transaction_type { DMA_MEMCPY, DMA_SLAVE, DMA_PRIVATE, DMA_CYCLIC };
#define DMA_PREP_INTERRUPT 1
#define DMA_CTRL_ACK 2
#define DMA_PREP_FENCE 32
typedef s32 dma_cookie_t; typedef struct { unsigned long bits[1]; } dma_cap_mask_t; typedef void (*dma_async_tx_callback)(void *); typedef bool (*dma_filter_fn)(struct dma_chan *, void *);
struct dmaengine_result { int result; u32 residue; }; typedef void (*dma_async_tx_callback_result)(void *, const struct dmaengine_result *);
struct dma_chan; struct dma_async_tx_descriptor; struct dma_device { struct device *dev; unsigned int copy_align; }; struct dma_slave_config { enum dma_transfer_direction direction; phys_addr_t src_addr, dst_addr; enum dma_slave_buswidth src_addr_width, dst_addr_width; u32 src_maxburst, dst_maxburst; };
struct dma_chan { struct dma_device *device; dma_cookie_t cookie, completed_cookie; void *private; const char *name; struct list_head __submitted, __running; struct dma_device __device; };
struct dma_async_tx_descriptor { dma_cookie_t cookie; unsigned int flags; struct dma_chan *chan; dma_async_tx_callback callback; dma_async_tx_callback_result callback_result; void *callback_param; struct list_head __list; struct scatterlist *__sg; unsigned int __n; int __dir; dma_addr_t __src, __dst; size_t __len; };
struct dma_tx_state { dma_cookie_t last, used; u32 residue; };
void __pinscope_engine(dma_addr_t a, size_t n, int dir);
#define dma_cap_zero(m) memset(&(m), 0, sizeof(m))
#define dma_cap_set(t, m) ((m).bits[0] |= 1UL << (t))
static inline struct dma_chan *__dma_chan(const char *n) { struct dma_chan *c; if (__pinscope_choice("dma_request_chan")) return ERR_PTR(-ENODEV); c = __pinscope_alloc("dma_request_chan", sizeof(*c), GFP_KERNEL, 1); if (!c) return ERR_PTR(-ENOMEM); c->name = n; c->device = &c->__device; INIT_LIST_HEAD(&c->__submitted); INIT_LIST_HEAD(&c->__running); return c; }
#define dma_request_chan(d, n) __dma_chan(n)
#define dma_request_chan_by_mask(m) __dma_chan("any")
static inline struct dma_chan *__dma_chan_or_null(const char *n) { struct dma_chan *c = __dma_chan(n); return IS_ERR(c) ? NULL : c; }
#define dma_request_channel(m, f, p) __dma_chan_or_null("any")
#define dma_request_slave_channel(d, n) __dma_chan_or_null(n)
static inline int dmaengine_slave_config(struct dma_chan *c, struct dma_slave_config *s) { return 0; }
static inline struct dma_async_tx_descriptor *__dma_prep(struct dma_chan *c, struct scatterlist *s, unsigned int n, int dir, unsigned long f) { struct dma_async_tx_descriptor *t = __pinscope_alloc("dmaengine_prep", sizeof(*t), GFP_NOWAIT, 1); if (!t) return NULL; t->chan = c; t->flags = f; t->__sg = s; t->__n = n; t->__dir = dir; return t; }
#define dmaengine_prep_slave_sg(c, s, n, d, f) __dma_prep(c, s, n, (d) == DMA_DEV_TO_MEM ? DMA_FROM_DEVICE : DMA_TO_DEVICE, f)
static inline struct dma_async_tx_descriptor *__dma_prep_single(struct dma_chan *c, dma_addr_t a, size_t n, int dir, unsigned long f) { struct dma_async_tx_descriptor *t = __dma_prep(c, NULL, 0, dir, f); if (t) { t->__dst = a; t->__len = n; } return t; }
#define dmaengine_prep_slave_single(c, a, n, d, f) __dma_prep_single(c, a, n, (d) == DMA_DEV_TO_MEM ? DMA_FROM_DEVICE : DMA_TO_DEVICE, f)
#define dmaengine_prep_dma_cyclic(c, a, n, p, d, f) dmaengine_prep_slave_single(c, a, n, d, f)
static inline struct dma_async_tx_descriptor *dmaengine_prep_dma_memcpy(struct dma_chan *c, dma_addr_t d, dma_addr_t s, size_t n, unsigned long f) { struct dma_async_tx_descriptor *t = __dma_prep_single(c, d, n, DMA_FROM_DEVICE, f); if (t) t->__src = s; return t; }
static inline dma_cookie_t dmaengine_submit(struct dma_async_tx_descriptor *t) { t->cookie = ++t->chan->cookie; list_add_tail(&t->__list, &t->chan->__submitted); return t->cookie; }
#define dma_submit_error(c) ((c) < 0 ? (c) : 0)
static inline void __dma_done(struct dma_chan *c) { while (!list_empty(&c->__running)) { struct dma_async_tx_descriptor *t = list_first_entry(&c->__running, struct dma_async_tx_descriptor, __list); struct dmaengine_result r = { 0 }; list_del(&t->__list); c->completed_cookie = t->cookie; if (t->callback_result) t->callback_result(t->callback_param, &r); else if (t->callback) t->callback(t->callback_param); kfree(t); } }
static inline void dma_async_issue_pending(struct dma_chan *c) { struct dma_async_tx_descriptor *t; if (list_empty(&c->__submitted)) return; list_for_each_entry(t, &c->__submitted, __list) { struct scatterlist *s; unsigned int i; if (t->__sg) { for_each_sg(t->__sg, s, t->__n, i) __pinscope_engine(sg_dma_address(s), sg_dma_len(s), t->__dir); } else { if (t->__src) __pinscope_engine(t->__src, t->__len, DMA_TO_DEVICE); __pinscope_engine(t->__dst, t->__len, t->__dir); } } list_splice_tail_init(&c->__submitted, &c->__running); __pinscope_spawn(5, __dma_done, c, c, 12); }
#define dmaengine_tx_status(c, k, s) ((c)->completed_cookie >= (k) ? DMA_COMPLETE : DMA_IN_PROGRESS)
#define dma_async_is_tx_complete(c, k, l, u) dmaengine_tx_status(c, k, NULL)
#define dma_async_is_complete(k, l, u) ((k) <= (l) ? DMA_COMPLETE : DMA_IN_PROGRESS)
static inline enum dma_status dma_sync_wait(struct dma_chan *c, dma_cookie_t k) { int n = 0; dma_async_issue_pending(c); while (c->completed_cookie < k && n++ < 1000) __pinscope_sleep(1); return c->completed_cookie >= k ? DMA_COMPLETE : DMA_ERROR; }
static inline enum dma_status dma_wait_for_async_tx(struct dma_async_tx_descriptor *t) { return t ? dma_sync_wait(t->chan, t->cookie) : DMA_COMPLETE; }
static inline int dmaengine_terminate_sync(struct dma_chan *c) { struct dma_async_tx_descriptor *t, *n; __pinscope_cancel(c, 5, 1); list_splice_tail_init(&c->__running, &c->__submitted); list_for_each_entry_safe(t, n, &c->__submitted, __list) { list_del(&t->__list); kfree(t); } return 0; }
#define dmaengine_terminate_all(c) dmaengine_terminate_sync(c)
#define dmaengine_terminate_async(c) dmaengine_terminate_sync(c)
#define dmaengine_synchronize(c) ((void)__pinscope_cancel(c, 5, 2))
#define dmaengine_desc_free(t) kfree(t)
#define dmaengine_desc_get_metadata_ptr(t, n, m) ((void *)0)
static inline void dma_release_channel(struct dma_chan *c) { dmaengine_terminate_sync(c); kfree(c); }

enum hmm_pfn_flags_dummy { __HMM_DUMMY };
#define HMM_PFN_VALID (1UL << 63)
#define HMM_PFN_WRITE (1UL << 62)
#define HMM_PFN_ERROR (1UL << 61)
#define HMM_PFN_REQ_FAULT HMM_PFN_VALID
#define HMM_PFN_REQ_WRITE HMM_PFN_WRITE
#define HMM_PFN_FLAGS (HMM_PFN_VALID | HMM_PFN_WRITE | HMM_PFN_ERROR)
#define HMM_RANGE_DEFAULT_TIMEOUT 1000
struct hmm_range { struct mmu_interval_notifier *notifier; unsigned long notifier_seq, start, end; unsigned long *hmm_pfns; unsigned long default_flags, pfn_flags_mask; void *dev_private_owner; };
#define hmm_pfn_to_page(p) (((p) & HMM_PFN_VALID) ? pfn_to_page((p) & ~HMM_PFN_FLAGS) : NULL)
#define hmm_pfn_to_phys(p) PFN_PHYS((p) & ~HMM_PFN_FLAGS)
#define hmm_pfn_to_map_order(p) 0u
/* faults pages in and reads the page tables; takes no reference that outlives the call, as in the kernel */
int __pinscope_gup_writable(struct mm_struct *mm, unsigned long a);
static inline int hmm_range_fault(struct hmm_range *r) { struct mm_struct *mm = r->notifier->mm; unsigned long a; if (__pinscope_choice("hmm_range_fault")) return -EBUSY; lockdep_assert_held(&mm->mmap_lock); for (a = r->start; a < r->end; a += PAGE_SIZE) { unsigned long i = (a - r->start) >> PAGE_SHIFT, want = r->default_flags | (r->pfn_flags_mask ? r->hmm_pfns[i] & r->pfn_flags_mask : 0); struct page *p; long n; if (mmu_interval_check_retry(r->notifier, r->notifier_seq)) return -EBUSY; n = __pinscope_gup((want & HMM_PFN_REQ_FAULT) ? "get_user_pages_remote" : "get_user_pages_fast_only", mm, a, 1, (want & HMM_PFN_REQ_WRITE) ? FOLL_WRITE : 0, &p); if (n != 1) { r->hmm_pfns[i] = HMM_PFN_ERROR; if (want & HMM_PFN_REQ_FAULT) return -EFAULT; r->hmm_pfns[i] = 0; continue; } r->hmm_pfns[i] = page_to_pfn(p) | HMM_PFN_VALID | ((want & HMM_PFN_REQ_WRITE) || __pinscope_gup_writable(mm, a) ? HMM_PFN_WRITE : 0); put_page(p); } return mmu_interval_check_retry(r->notifier, r->notifier_seq) ? -EBUSY : 0; }

struct ib_umem { struct ib_device *ibdev; struct mm_struct *owning_mm; u64 iova; size_t length; unsigned long address; u32 writable : 1, is_odp : 1, is_dmabuf : 1; struct sg_append_table sgt_append; struct page **__pages; unsigned long __n; };
struct ib_pd { struct ib_device *device; }; struct ib_udata { const void *inbuf; void *outbuf; size_t inlen, outlen; }; struct ib_ucontext { struct ib_device *device; }; struct ib_mr { struct ib_device *device; struct ib_pd *pd; u32 lkey, rkey; u64 iova, length; };
#define IB_ACCESS_LOCAL_WRITE 1
#define IB_ACCESS_REMOTE_WRITE 2
#define IB_ACCESS_REMOTE_READ 4
#define IB_ACCESS_REMOTE_ATOMIC 8
#define IB_ACCESS_MW_BIND 16
#define IB_ACCESS_ON_DEMAND 64
#define ib_access_writable(a) (((a) & (IB_ACCESS_LOCAL_WRITE | IB_ACCESS_REMOTE_WRITE | IB_ACCESS_REMOTE_ATOMIC | IB_ACCESS_MW_BIND)) != 0)
#define ib_umem_offset(u) ((int)((u)->address & ~PAGE_MASK))
#define ib_umem_num_pages(u) ((size_t)((ALIGN((u)->iova + (u)->length, PAGE_SIZE) - ALIGN_DOWN((u)->iova, PAGE_SIZE)) >> PAGE_SHIFT))
#define ib_umem_num_dma_blocks(u, p) ib_umem_num_pages(u)
#define ib_umem_find_best_pgsz(u, b, v) PAGE_SIZE
static inline struct ib_umem *ib_umem_get(struct ib_device *dev, unsigned long addr, size_t size, int access) { struct ib_umem *u; struct mm_struct *mm = current->mm; unsigned long n, done = 0; long got = 0; if (!size || addr + size < addr || PAGE_ALIGN(addr + size) < addr + size) return ERR_PTR(-EINVAL); if (__pinscope_choice("ib_umem_get")) return ERR_PTR(-ENOMEM); u = __pinscope_alloc("ib_umem_get", sizeof(*u), GFP_KERNEL, 1); if (!u) return ERR_PTR(-ENOMEM); u->ibdev = dev; u->length = size; u->address = u->iova = addr; u->writable = ib_access_writable(access); u->owning_mm = mm; mmgrab(mm); n = ib_umem_num_pages(u); u->__pages = __pinscope_alloc("ib_umem_get", n * sizeof(struct page *), GFP_KERNEL, 1); if (!u->__pages) { got = -ENOMEM; goto free; } if (atomic64_add_return(n, &mm->pinned_vm) > (long)(rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT) && !capable(CAP_IPC_LOCK)) { got = -ENOMEM; goto account; } while (done < n) { got = pin_user_pages_fast((addr & PAGE_MASK) + done * PAGE_SIZE, n - done, FOLL_LONGTERM | (u->writable ? FOLL_WRITE : 0), u->__pages + done); if (got <= 0) goto unpin; done += got; } got = sg_alloc_table_from_pages(&u->sgt_append.sgt, u->__pages, n, 0, n << PAGE_SHIFT, GFP_KERNEL); if (got) goto unpin; got = dma_map_sgtable(dev->dma_device, &u->sgt_append.sgt, DMA_BIDIRECTIONAL, 0); if (got) { sg_free_table(&u->sgt_append.sgt); goto unpin; } u->__n = n; return u; unpin: unpin_user_pages(u->__pages, done); if (!got) got = -EFAULT; account: atomic64_sub(n, &mm->pinned_vm); free: kfree(u->__pages); mmdrop(mm); kfree(u); return ERR_PTR(got); }
#define ib_umem_get_peer(d, a, n, x, f) ib_umem_get(d, a, n, x)
static inline void ib_umem_release(struct ib_umem *u) { if (!u) return; dma_unmap_sgtable(u->ibdev->dma_device, &u->sgt_append.sgt, DMA_BIDIRECTIONAL, 0); unpin_user_pages_dirty_lock(u->__pages, u->__n, u->writable); sg_free_table(&u->sgt_append.sgt); atomic64_sub(u->__n, &u->owning_mm->pinned_vm); mmdrop(u->owning_mm); kfree(u->__pages); kfree(u); }
static inline int ib_umem_copy_from(void *d, struct ib_umem *u, size_t off, size_t n) { size_t at = off + ib_umem_offset(u); if (off + n > u->length) return -EINVAL; while (n) { size_t k = min(n, PAGE_SIZE - offset_in_page(at)); memcpy_from_page(d, u->__pages[at >> PAGE_SHIFT], offset_in_page(at), k); d = (char *)d + k; at += k; n -= k; } return 0; }
struct ib_block_iter { struct ib_umem *__u; unsigned long __i; dma_addr_t __dma_addr; };
static inline bool __ib_block_next(struct ib_block_iter *b) { struct scatterlist *s = b->__u->sgt_append.sgt.sgl; unsigned long at = b->__i; if (b->__i >= b->__u->__n) return false; for (; s; s = sg_next(s)) { unsigned long n = PFN_UP(sg_dma_len(s)); if (at < n) { b->__dma_addr = sg_dma_address(s) + at * PAGE_SIZE; b->__i++; return true; } at -= n; } return false; }
#define rdma_umem_for_each_dma_block(u, b, p) for (*(b) = (struct ib_block_iter){ .__u = (u) }; __ib_block_next(b);)
#define rdma_block_iter_dma_address(b) ((b)->__dma_addr)

struct iosys_map { void *vaddr; bool is_iomem; };
#define IOSYS_MAP_INIT_VADDR(v) { .vaddr = (v) }
#define iosys_map_set_vaddr(m, v) ((m)->vaddr = (v), (m)->is_iomem = false)
#define iosys_map_clear(m) ((m)->vaddr = NULL)
#define iosys_map_is_null(m) ((m)->vaddr == NULL)
struct dma_buf; struct dma_buf_attachment; struct dma_buf_attach_ops { bool allow_peer2peer; void (*move_notify)(struct dma_buf_attachment *); };
struct dma_buf_ops { bool cache_sgt_mapping; int (*attach)(struct dma_buf *, struct dma_buf_attachment *); void (*detach)(struct dma_buf *, struct dma_buf_attachment *); int (*pin)(struct dma_buf_attachment *); void (*unpin)(struct dma_buf_attachment *); struct sg_table *(*map_dma_buf)(struct dma_buf_attachment *, enum dma_data_direction); void (*unmap_dma_buf)(struct dma_buf_attachment *, struct sg_table *, enum dma_data_direction); void (*release)(struct dma_buf *); int (*begin_cpu_access)(struct dma_buf *, enum dma_data_direction); int (*end_cpu_access)(struct dma_buf *, enum dma_data_direction); int (*mmap)(struct dma_buf *, struct vm_area_struct *); int (*vmap)(struct dma_buf *, struct iosys_map *); void (*vunmap)(struct dma_buf *, struct iosys_map *); };
struct dma_buf { size_t size; struct file *file; struct list_head attachments; const struct dma_buf_ops *ops; const char *exp_name, *name; struct module *owner; void *priv; struct dma_resv *resv; struct dma_resv __resv; };
struct dma_buf_attachment { struct dma_buf *dmabuf; struct device *dev; struct list_head node; struct sg_table *sgt; enum dma_data_direction dir; bool peer2peer; const struct dma_buf_attach_ops *importer_ops; void *importer_priv, *priv; };
struct dma_buf_export_info { const char *exp_name; struct module *owner; const struct dma_buf_ops *ops; size_t size; int flags; struct dma_resv *resv; void *priv; };
#define DEFINE_DMA_BUF_EXPORT_INFO(n) struct dma_buf_export_info n = { .exp_name = KBUILD_MODNAME, .owner = THIS_MODULE }
static inline int __dma_buf_release(struct inode *i, struct file *f) { struct dma_buf *b = f->private_data; if (!list_empty(&b->attachments)) __pinscope_warn("dma-buf released with attachments"); b->ops->release(b); kfree(b); return 0; }
static inline int __dma_buf_mmap(struct file *f, struct vm_area_struct *v) { struct dma_buf *b = f->private_data; if (!b->ops->mmap) return -EINVAL; if (v->vm_pgoff + vma_pages(v) > b->size >> PAGE_SHIFT) return -EINVAL; return b->ops->mmap(b, v); }
static const struct file_operations __dma_buf_fops = { .release = __dma_buf_release, .mmap = __dma_buf_mmap };
static inline struct dma_buf *dma_buf_export(const struct dma_buf_export_info *i) { struct dma_buf *b; if (!i->ops || !i->ops->map_dma_buf || !i->ops->unmap_dma_buf || !i->ops->release) { __pinscope_warn("dma_buf_export(): map_dma_buf, unmap_dma_buf and release are needed"); return ERR_PTR(-EINVAL); } if (__pinscope_choice("dma_buf_export")) return ERR_PTR(-ENOMEM); b = __pinscope_alloc("dma_buf_export", sizeof(*b), GFP_KERNEL, 1); if (!b) return ERR_PTR(-ENOMEM); b->size = i->size; b->ops = i->ops; b->priv = i->priv; b->exp_name = i->exp_name; mutex_init(&b->__resv.lock.base); b->resv = i->resv ? i->resv : &b->__resv; INIT_LIST_HEAD(&b->attachments); b->file = __pinscope_anon_file(&__dma_buf_fops, b, i->flags); return b; }
static inline int dma_buf_fd(struct dma_buf *b, int f) { int fd; if (!b || !b->file) return -EINVAL; if (__pinscope_choice("dma_buf_fd")) return -EMFILE; fd = __pinscope_unused_fd(); __pinscope_install(fd, b->file); return fd; }
static inline struct dma_buf *dma_buf_get(int fd) { struct file *f = fget(fd); if (!f) return ERR_PTR(-EBADF); if (f->f_op != &__dma_buf_fops) { fput(f); return ERR_PTR(-EINVAL); } return f->private_data; }
#define get_dma_buf(b) ((void)get_file((b)->file))
static inline void dma_buf_put(struct dma_buf *b) { if (IS_ERR_OR_NULL(b) || !b->file) { __pinscope_warn("dma_buf_put() of no dma-buf"); return; } fput(b->file); }
#define is_dma_buf_file(f) ((f)->f_op == &__dma_buf_fops)
static inline struct dma_buf_attachment *__dma_buf_attach(struct dma_buf *b, struct device *d, const struct dma_buf_attach_ops *o, void *p) { struct dma_buf_attachment *a = __pinscope_alloc("dma_buf_attach", sizeof(*a), GFP_KERNEL, 1); int r; if (!a) return ERR_PTR(-ENOMEM); a->dmabuf = b; a->dev = d; a->importer_ops = o; a->importer_priv = p; if (b->ops->attach) { r = b->ops->attach(b, a); if (r) { kfree(a); return ERR_PTR(r); } } list_add(&a->node, &b->attachments); return a; }
#define dma_buf_attach(b, d) __dma_buf_attach(b, d, NULL, NULL)
#define dma_buf_dynamic_attach(b, d, o, p) __dma_buf_attach(b, d, o, p)
static inline void dma_buf_detach(struct dma_buf *b, struct dma_buf_attachment *a) { list_del(&a->node); if (a->sgt) __pinscope_warn("dma_buf_detach() of an attachment that is still mapped"); if (b->ops->detach) b->ops->detach(b, a); kfree(a); }
static inline struct sg_table *dma_buf_map_attachment(struct dma_buf_attachment *a, enum dma_data_direction d) { struct sg_table *t = a->dmabuf->ops->map_dma_buf(a, d); if (!t) t = ERR_PTR(-ENOMEM); if (!IS_ERR(t)) { a->sgt = t; a->dir = d; } return t; }
static inline void dma_buf_unmap_attachment(struct dma_buf_attachment *a, struct sg_table *t, enum dma_data_direction d) { a->sgt = NULL; a->dmabuf->ops->unmap_dma_buf(a, t, d); }
#define dma_buf_map_attachment_unlocked(a, d) dma_buf_map_attachment(a, d)
#define dma_buf_unmap_attachment_unlocked(a, t, d) dma_buf_unmap_attachment(a, t, d)
#define dma_buf_begin_cpu_access(b, d) ((b)->ops->begin_cpu_access ? (b)->ops->begin_cpu_access(b, d) : 0)
#define dma_buf_end_cpu_access(b, d) ((b)->ops->end_cpu_access ? (b)->ops->end_cpu_access(b, d) : 0)
#define dma_buf_vmap(b, m) ((b)->ops->vmap ? (b)->ops->vmap(b, m) : -EINVAL)
#define dma_buf_vunmap(b, m) do { if ((b)->ops->vunmap) (b)->ops->vunmap(b, m); } while (0)
#define dma_buf_vmap_unlocked(b, m) dma_buf_vmap(b, m)
#define dma_buf_vunmap_unlocked(b, m) dma_buf_vunmap(b, m)
#define dma_buf_mmap(b, v, o) ((b)->ops->mmap ? (b)->ops->mmap(b, v) : -EINVAL)
#define dma_buf_pin(a) ((a)->dmabuf->ops->pin ? (a)->dmabuf->ops->pin(a) : 0)
#define dma_buf_unpin(a) do { if ((a)->dmabuf->ops->unpin) (a)->dmabuf->ops->unpin(a); } while (0)
`;
