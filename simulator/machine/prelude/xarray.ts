/** XArrays, IDs, fences and file references: include/linux/{xarray,idr,dma-resv,file,eventfd}.h. */
export const XARRAY = String.raw`
struct xarray { spinlock_t xa_lock; struct list_head list; int next; }; struct __xa_node { struct list_head list; unsigned long index; void *entry; }; struct xa_limit { u32 max, min; };
typedef struct { int x; } xa_mark_t; typedef struct { struct xarray xa; } idr_t; struct idr { struct xarray xa; }; struct ida { int next; }; struct radix_tree_root { struct xarray xa; };
#define DEFINE_XARRAY(n) struct xarray n
#define DEFINE_XARRAY_ALLOC(n) struct xarray n
#define DEFINE_XARRAY_ALLOC1(n) struct xarray n = { .next = 1 }
#define DEFINE_XARRAY_FLAGS(n, f) struct xarray n = { .next = ((f) >> 3) & 1 }
#define XA_FLAGS_ALLOC1 12
#define XA_FLAGS_LOCK_BH 2
#define XA_FLAGS_ACCOUNT 32
#define XA_CHUNK_SIZE 64
#define xa_limit_16b ((struct xa_limit){ 0xffff, 0 })
#define DEFINE_IDR(n) struct idr n
#define DEFINE_IDA(n) struct ida n
#define XA_FLAGS_ALLOC 4
#define XA_FLAGS_LOCK_IRQ 1
#define xa_limit_32b ((struct xa_limit){ ~0u, 0 })
#define xa_limit_31b ((struct xa_limit){ 0x7fffffff, 0 })
#define XA_LIMIT(a, b) ((struct xa_limit){ .min = a, .max = b })
static inline void xa_init(struct xarray *x) { memset(x, 0, sizeof(*x)); }
#define xa_init_flags(x, f) (xa_init(x), (void)((x)->next = ((f) >> 3) & 1))
static inline struct list_head *__xa_list(struct xarray *x) { if (!x->list.next) INIT_LIST_HEAD(&x->list); return &x->list; }
static inline struct __xa_node *__xa_find(struct xarray *x, unsigned long i) { struct __xa_node *n; list_for_each_entry(n, __xa_list(x), list) if (n->index == i) return n; return NULL; }
#define xa_lock(x) spin_lock(&(x)->xa_lock)
#define xa_unlock(x) spin_unlock(&(x)->xa_lock)
#define xa_trylock(x) spin_trylock(&(x)->xa_lock)
#define xa_lock_irq(x) spin_lock_irq(&(x)->xa_lock)
#define xa_unlock_irq(x) spin_unlock_irq(&(x)->xa_lock)
#define xa_lock_irqsave(x, f) spin_lock_irqsave(&(x)->xa_lock, f)
#define xa_unlock_irqrestore(x, f) spin_unlock_irqrestore(&(x)->xa_lock, f)
#define xa_lock_bh(x) spin_lock_bh(&(x)->xa_lock)
#define xa_unlock_bh(x) spin_unlock_bh(&(x)->xa_lock)
int __pinscope_holds(const void *l);
static inline bool __xa_in(struct xarray *x) { if (__pinscope_holds(&x->xa_lock)) return false; xa_lock(x); return true; }
static inline void __xa_out(struct xarray *x, bool locked) { if (locked) xa_unlock(x); }
static inline struct __xa_node *__xa_node(gfp_t f) { return __pinscope_alloc("xa_store", sizeof(struct __xa_node), f, 1); }
static inline void *__xa_take(struct xarray *x, unsigned long i) { struct __xa_node *n = __xa_find(x, i); void *e = NULL; if (n) { e = n->entry; list_del(&n->list); kfree(n); } return e; }
static inline void *__xa_put(struct xarray *x, unsigned long i, void *e, struct __xa_node *n) { struct __xa_node *o = __xa_find(x, i), *p; struct list_head *at = __xa_list(x); if (!e) { kfree(n); return __xa_take(x, i); } if (o) { void *old = o->entry; o->entry = e; kfree(n); return old; } n->index = i; n->entry = e; list_for_each_entry(p, __xa_list(x), list) if (p->index > i) { at = &p->list; break; } list_add_tail(&n->list, at); return NULL; }
static inline int __xa_new(struct xarray *x, unsigned long i, void *e, struct __xa_node *n) { if (__xa_find(x, i)) { kfree(n); return -EBUSY; } __xa_put(x, i, e, n); return 0; }
static inline int __xa_id(struct xarray *x, u32 *id, void *e, struct xa_limit l, struct __xa_node *n) { u32 i = max(l.min, (u32)x->next); while (__xa_find(x, i)) if (i++ >= l.max) { kfree(n); return -EBUSY; } *id = i; __xa_put(x, i, e, n); return 0; }
static inline void *xa_load(struct xarray *x, unsigned long i) { bool l = __xa_in(x); struct __xa_node *n = __xa_find(x, i); void *e = n ? n->entry : NULL; __xa_out(x, l); return e; }
static inline void *xa_erase(struct xarray *x, unsigned long i) { void *e; xa_lock(x); e = __xa_take(x, i); xa_unlock(x); return e; }
static inline void *xa_store(struct xarray *x, unsigned long i, void *e, gfp_t f) { struct __xa_node *n = __xa_node(f); void *o; if (!n) return ERR_PTR(-ENOMEM); xa_lock(x); o = __xa_put(x, i, e, n); xa_unlock(x); return o; }
static inline int xa_insert(struct xarray *x, unsigned long i, void *e, gfp_t f) { struct __xa_node *n = __xa_node(f); int r; if (!n) return -ENOMEM; xa_lock(x); r = __xa_new(x, i, e, n); xa_unlock(x); return r; }
static inline int xa_alloc(struct xarray *x, u32 *id, void *e, struct xa_limit l, gfp_t f) { struct __xa_node *n = __xa_node(f); int r; if (!n) return -ENOMEM; xa_lock(x); r = __xa_id(x, id, e, l, n); xa_unlock(x); return r; }
static inline void *xa_cmpxchg(struct xarray *x, unsigned long i, void *o, void *e, gfp_t f) { struct __xa_node *n = __xa_node(f), *c; void *r; if (!n) return ERR_PTR(-ENOMEM); xa_lock(x); c = __xa_find(x, i); r = c ? c->entry : NULL; if (r == o) __xa_put(x, i, e, n); else kfree(n); xa_unlock(x); return r; }
static inline void *__xa_store(struct xarray *x, unsigned long i, void *e, gfp_t f) { struct __xa_node *n = __xa_node(f & ~__GFP_DIRECT_RECLAIM); return n ? __xa_put(x, i, e, n) : ERR_PTR(-ENOMEM); }
static inline int __xa_insert(struct xarray *x, unsigned long i, void *e, gfp_t f) { struct __xa_node *n = __xa_node(f & ~__GFP_DIRECT_RECLAIM); return n ? __xa_new(x, i, e, n) : -ENOMEM; }
static inline int __xa_alloc(struct xarray *x, u32 *id, void *e, struct xa_limit l, gfp_t f) { struct __xa_node *n = __xa_node(f & ~__GFP_DIRECT_RECLAIM); return n ? __xa_id(x, id, e, l, n) : -ENOMEM; }
#define __xa_erase(x, i) __xa_take(x, i)
static inline void xa_destroy(struct xarray *x) { struct __xa_node *n, *t; bool l = __xa_in(x); list_for_each_entry_safe(n, t, __xa_list(x), list) { list_del(&n->list); kfree(n); } __xa_out(x, l); }
static inline void *xa_find(struct xarray *x, unsigned long *i, unsigned long max, int m) { struct __xa_node *n; void *e = NULL; bool l = __xa_in(x); list_for_each_entry(n, __xa_list(x), list) if (n->index >= *i && n->index <= max) { *i = n->index; e = n->entry; break; } __xa_out(x, l); return e; }
#define xa_err(e) (IS_ERR(e) ? (int)PTR_ERR(e) : 0)
#define xa_is_err(e) IS_ERR(e)
#define xa_empty(x) list_empty(__xa_list(x))
#define xa_mk_value(v) ((void *)(((unsigned long)(v) << 1) | 1))
#define xa_to_value(e) ((unsigned long)(e) >> 1)
static inline int xa_alloc_cyclic(struct xarray *x, u32 *id, void *e, struct xa_limit l, u32 *next, gfp_t f) { int r = xa_alloc(x, id, e, l, f); *next = *id + 1; return r; }
static inline void *xa_find_after(struct xarray *x, unsigned long *i, unsigned long max, int m) { unsigned long k = *i + 1; void *e = xa_find(x, &k, max, m); if (e) *i = k; return e; }
#define XA_PRESENT 8
#define xa_for_each(x, i, e) for (i = 0, e = xa_find(x, &i, ULONG_MAX, 0); e; e = xa_find_after(x, &i, ULONG_MAX, 0))
#define xa_for_each_range(x, i, e, a, b) for (i = a, e = xa_find(x, &i, b, 0); e; e = xa_find_after(x, &i, b, 0))
#define xa_store_bh(x, i, e, f) xa_store(x, i, e, f)
#define xa_store_irq(x, i, e, f) xa_store(x, i, e, f)
#define xa_insert_bh(x, i, e, f) xa_insert(x, i, e, f)
#define xa_insert_irq(x, i, e, f) xa_insert(x, i, e, f)
#define xa_erase_bh(x, i) xa_erase(x, i)
#define xa_erase_irq(x, i) xa_erase(x, i)
#define xa_alloc_bh(x, i, e, l, f) xa_alloc(x, i, e, l, f)
#define xa_alloc_irq(x, i, e, l, f) xa_alloc(x, i, e, l, f)
#define xa_alloc_cyclic_irq(x, i, e, l, n, f) xa_alloc_cyclic(x, i, e, l, n, f)
#define idr_init(i) xa_init(&(i)->xa)
#define idr_destroy(i) xa_destroy(&(i)->xa)
#define idr_find(i, n) xa_load(&(i)->xa, n)
#define idr_remove(i, n) xa_erase(&(i)->xa, n)
#define idr_is_empty(i) xa_empty(&(i)->xa)
#define idr_preload(f) ((void)(f))
#define idr_preload_end() ((void)0)
static inline int idr_alloc(struct idr *i, void *p, int start, int end, gfp_t f) { u32 id; int r = xa_alloc(&i->xa, &id, p, (struct xa_limit){ .max = end > 0 ? end - 1 : INT_MAX, .min = start }, f); return r == -EBUSY ? -ENOSPC : r ? r : (int)id; }
#define idr_alloc_cyclic(i, p, s, e, f) idr_alloc(i, p, s, e, f)
#define idr_alloc_u32(i, p, n, m, f) xa_alloc(&(i)->xa, n, p, (struct xa_limit){ .max = m, .min = *(n) }, f)
#define idr_replace(i, p, n) xa_store(&(i)->xa, n, p, GFP_KERNEL)
#define idr_for_each_entry(i, e, n) for (n = 0; ({ unsigned long __ife = n; e = xa_find(&(i)->xa, &__ife, INT_MAX, 0); n = __ife; e != NULL; }); n++)
#define xa_is_value(e) (((unsigned long)(e) & 1) != 0)
#define xa_for_each_start(x, i, e, s) for (i = s, e = xa_find(x, &i, ULONG_MAX, 0); e; e = xa_find_after(x, &i, ULONG_MAX, 0))
#define xa_reserve(x, i, f) 0
#define xa_release(x, i) ((void)(x))
#define xa_lock_bh(x) ((void)(x))
#define xa_unlock_bh(x) ((void)(x))
#define xa_lock_irqsave(x, f) ((f) = 0, (void)(x))
#define xa_unlock_irqrestore(x, f) ((void)(f))
#define xa_trylock(x) 1
#define idr_for_each_entry_ul(i, e, t, n) xa_for_each(&(i)->xa, n, e)
static inline int idr_for_each(struct idr *i, int (*fn)(int, void *, void *), void *d) { struct __xa_node *n, *t; int r = 0; list_for_each_entry_safe(n, t, __xa_list(&i->xa), list) { r = fn(n->index, n->entry, d); if (r) break; } return r; }
static inline void *idr_get_next(struct idr *i, int *n) { unsigned long k = *n; void *e = xa_find(&i->xa, &k, INT_MAX, 0); *n = k; return e; }
#define idr_init_base(i, b) (xa_init(&(i)->xa), (void)((i)->xa.next = (b)))
#define ida_init(i) ((void)((i)->next = 0))
#define ida_destroy(i) ((void)(i))
#define ida_alloc_max(i, m, f) ((i)->next <= (int)(m) ? (i)->next++ : -ENOSPC)
#define ida_alloc_min(i, m, f) ((i)->next < (int)(m) ? ((i)->next = (m), (i)->next++) : (i)->next++)
#define ida_alloc_range(i, a, b, f) ((i)->next < (int)(a) ? ((i)->next = (a), (i)->next++) : (i)->next <= (int)(b) ? (i)->next++ : -ENOSPC)
#define ida_alloc(i, f) ((i)->next++)
#define ida_free(i, n) ((void)(i))
#define ida_simple_get(i, s, e, f) ((i)->next++)
#define ida_simple_remove(i, n) ((void)(i))
struct maple_tree { struct xarray xa; };
#define MTREE_INIT(n, f) { .xa = { .next = 0 } }
#define DEFINE_MTREE(n) struct maple_tree n
#define mt_init(m) xa_init(&(m)->xa)
#define mtree_load(m, i) xa_load(&(m)->xa, i)
#define mtree_store(m, i, e, f) xa_err(xa_store(&(m)->xa, i, e, f))
#define mtree_insert(m, i, e, f) ({ int __mti = xa_insert(&(m)->xa, i, e, f); __mti == -EBUSY ? -EEXIST : __mti; })
#define mtree_erase(m, i) xa_erase(&(m)->xa, i)
#define mtree_destroy(m) xa_destroy(&(m)->xa)
#define INIT_RADIX_TREE(r, f) memset(r, 0, sizeof(*(r)))
#define radix_tree_insert(r, i, e) xa_insert(&(r)->xa, i, e, GFP_KERNEL)
#define radix_tree_lookup(r, i) xa_load(&(r)->xa, i)
#define radix_tree_delete(r, i) xa_erase(&(r)->xa, i)
struct dma_fence { struct kref refcount; struct list_head cb_list; int error; bool signaled; wait_queue_head_t wq; }; struct dma_resv { struct ww_mutex lock; };
#define dma_resv_lock(r, c) ww_mutex_lock(&(r)->lock, c)
#define dma_resv_lock_interruptible(r, c) ww_mutex_lock_interruptible(&(r)->lock, c)
#define dma_resv_trylock(r) ww_mutex_trylock(&(r)->lock)
#define dma_resv_unlock(r) ww_mutex_unlock(&(r)->lock)
#define dma_resv_assert_held(r) ((void)(r))
#define fget(fd) __pinscope_fget(fd)
#define get_file(f) ((f)->f_count++, (f))
struct file *__pinscope_anon_file(const struct file_operations *ops, void *priv, int flags); int __pinscope_unused_fd(void); void __pinscope_unused_put(int fd); void __pinscope_install(int fd, struct file *f); struct file *__pinscope_fget(int fd); int __pinscope_close(int fd); struct eventfd_ctx;
static inline void fput(struct file *f) { if (f->f_count <= 0) { __pinscope_warn("fput() of a file whose last reference is gone"); return; } if (--f->f_count > 0 || !f->__row) return; if (f->f_op && f->f_op->release) f->f_op->release(f->f_inode, f); __pinscope_close(-1 - f->__row); }
static inline void __free_fput(void *p) { struct file *f = *(struct file **)p; if (!IS_ERR_OR_NULL(f)) fput(f); }
static inline void __free_put_device(void *p) { struct device *d = *(struct device **)p; if (!IS_ERR_OR_NULL(d)) put_device(d); }
static inline void __free_put_task(void *p) { struct task_struct *t = *(struct task_struct **)p; if (t) put_task_struct(t); }
static inline void __free_mmput(void *p) { struct mm_struct *m = *(struct mm_struct **)p; if (m) mmput(m); }
static inline void __free_free_page(void *p) { void *v = *(void **)p; free_page((unsigned long)v); }
`;
