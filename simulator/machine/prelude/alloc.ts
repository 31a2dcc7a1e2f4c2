/** Allocation: include/linux/{gfp,slab,vmalloc,cleanup,mempool}.h. */
export const ALLOC = String.raw`
void *__pinscope_vla(const char *name, unsigned long n); void __pinscope_vla_free(void *p); static inline void __pinscope_vla_end(void *p) { __pinscope_vla_free(*(void **)p); }
#define PAGE_SHIFT 12
#define PAGE_SIZE 4096UL
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define HPAGE_SIZE (2UL << 20)
#define HPAGE_PMD_SIZE (2UL << 20)
#define HPAGE_PMD_NR 512
#define HPAGE_PMD_ORDER 9
#define PMD_SIZE (2UL << 20)
#define PMD_SHIFT 21
#define PAGE_ALIGN(x) ALIGN(x, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(x) ALIGN_DOWN(x, PAGE_SIZE)
#define PAGE_ALIGNED(x) IS_ALIGNED((unsigned long)(x), PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define offset_in_folio(f, p) ((unsigned long)(p) & (folio_size(f) - 1))
#define offset_in_thp(f, p) offset_in_page(p)
#define PFN_UP(x) (((unsigned long)(x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((unsigned long)(x) >> PAGE_SHIFT)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x) ((unsigned long)((x) >> PAGE_SHIFT))
#define __pfn_to_phys(x) PFN_PHYS(x)
#define __phys_to_pfn(x) PHYS_PFN(x)
#define GFP_KERNEL 0xcc0u
#define GFP_ATOMIC 0x820u
#define GFP_NOWAIT 0x800u
#define GFP_NOIO 0xc00u
#define GFP_NOFS 0xc40u
#define GFP_USER 0x100cc0u
#define GFP_HIGHUSER 0x100cc2u
#define GFP_HIGHUSER_MOVABLE 0x1400cau
#define GFP_DMA 1u
#define GFP_DMA32 4u
#define GFP_KERNEL_ACCOUNT 0x400cc0u
#define GFP_TRANSHUGE 0x34ecau
#define __GFP_ZERO 0x100u
#define __GFP_NOWARN 0x2000u
#define __GFP_NORETRY 0x10000u
#define __GFP_RETRY_MAYFAIL 0x4000u
#define __GFP_NOFAIL 0x8000u
#define __GFP_COMP 0x40000u
#define __GFP_HIGHMEM 2u
#define __GFP_MOVABLE 8u
#define __GFP_DIRECT_RECLAIM 0x400u
#define __GFP_ACCOUNT 0x400000u
#define __GFP_DMA32 4u
#define __GFP_HIGH 0x20u
#define NUMA_NO_NODE (-1)
#define ARCH_KMALLOC_MINALIGN 8
#define KMALLOC_MAX_SIZE (4UL << 20)
#define KMALLOC_MAX_CACHE_SIZE 8192UL
#define MAX_ORDER 10
#define MAX_PAGE_ORDER 10
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(p) ((unsigned long)(p) <= 16)
void *__pinscope_realloc(const char *name, const void *p, size_t n, gfp_t f); size_t __pinscope_ksize(const void *p); void __pinscope_free(const char *name, const void *p);
#define kmalloc(n, f) __pinscope_alloc("kmalloc", n, f, ((f) & __GFP_ZERO) != 0)
#define __kmalloc(n, f) kmalloc(n, f)
#define kmalloc_track_caller(n, f) kmalloc(n, f)
#define kzalloc(n, f) __pinscope_alloc("kzalloc", n, f, 1)
#define kmalloc_array(n, s, f) __pinscope_alloc("kmalloc_array", size_mul(n, s), f, ((f) & __GFP_ZERO) != 0)
#define kcalloc(n, s, f) __pinscope_alloc("kcalloc", size_mul(n, s), f, 1)
#define kmalloc_node(n, f, d) __pinscope_alloc("kmalloc_node", n, f, 0)
#define kzalloc_node(n, f, d) __pinscope_alloc("kzalloc_node", n, f, 1)
#define kmalloc_array_node(n, s, f, d) __pinscope_alloc("kmalloc_array_node", size_mul(n, s), f, 0)
#define kcalloc_node(n, s, f, d) __pinscope_alloc("kcalloc_node", size_mul(n, s), f, 1)
#define kvmalloc(n, f) __pinscope_alloc("kvmalloc", n, f, ((f) & __GFP_ZERO) != 0)
#define kvzalloc(n, f) __pinscope_alloc("kvzalloc", n, f, 1)
#define kvmalloc_node(n, f, d) kvmalloc(n, f)
#define kvzalloc_node(n, f, d) kvzalloc(n, f)
#define kvmalloc_array(n, s, f) __pinscope_alloc("kvmalloc_array", size_mul(n, s), f, ((f) & __GFP_ZERO) != 0)
#define kvcalloc(n, s, f) __pinscope_alloc("kvcalloc", size_mul(n, s), f, 1)
#define vmalloc(n) __pinscope_alloc("vmalloc", n, GFP_KERNEL, 0)
#define vzalloc(n) __pinscope_alloc("vzalloc", n, GFP_KERNEL, 1)
#define vmalloc_node(n, d) vmalloc(n)
#define vzalloc_node(n, d) vzalloc(n)
#define vmalloc_32(n) vmalloc(n)
#define __vmalloc(n, f) __pinscope_alloc("__vmalloc", n, f, ((f) & __GFP_ZERO) != 0)
#define vmalloc_array(n, s) vmalloc(size_mul(n, s))
#define vcalloc(n, s) vzalloc(size_mul(n, s))
#define vmalloc_huge(n, f) vmalloc(n)
#define vmalloc_user(n) vzalloc(n)
#define vmalloc_32_user(n) vzalloc(n)
#define kmalloc_obj(p, f...) ((typeof(p) *)__pinscope_alloc("kmalloc_obj", sizeof(p), GFP_KERNEL, 0))
#define kzalloc_obj(p, f...) ((typeof(p) *)__pinscope_alloc("kzalloc_obj", sizeof(p), GFP_KERNEL, 1))
#define kvmalloc_obj(p, f...) kmalloc_obj(p)
#define kvzalloc_obj(p, f...) kzalloc_obj(p)
#define kmalloc_objs(p, n, f...) ((typeof(p) *)__pinscope_alloc("kmalloc_objs", size_mul(n, sizeof(p)), GFP_KERNEL, 0))
#define kzalloc_objs(p, n, f...) ((typeof(p) *)__pinscope_alloc("kzalloc_objs", size_mul(n, sizeof(p)), GFP_KERNEL, 1))
#define kvmalloc_objs(p, n, f...) kmalloc_objs(p, n)
#define kvzalloc_objs(p, n, f...) kzalloc_objs(p, n)
#define kmalloc_flex(p, m, n, f...) ((typeof(p) *)__pinscope_alloc("kmalloc_flex", struct_size(&(p), m, n), GFP_KERNEL, 0))
#define kzalloc_flex(p, m, n, f...) ((typeof(p) *)__pinscope_alloc("kzalloc_flex", sizeof(p) + (n) * sizeof(*(((typeof(p) *)0)->m)), GFP_KERNEL, 1))
#define krealloc(p, n, f) __pinscope_realloc("krealloc", p, n, f)
#define kvrealloc(p, n, f...) __pinscope_realloc("kvrealloc", p, n, GFP_KERNEL)
#define krealloc_array(p, n, s, f) krealloc(p, size_mul(n, s), f)
#define kvfree(p) __pinscope_free("kvfree", p)
#define vfree(p) __pinscope_free("vfree", p)
#define vfree_atomic(p) vfree(p)
#define kfree_const(p) kfree(p)
#define kfree_sensitive(p) kfree(p)
#define kvfree_sensitive(p, n) kvfree(p)
#define kzfree(p) kfree(p)
#define ksize(p) __pinscope_ksize(p)
#define kmalloc_size_roundup(n) (n)
static inline void __free_kfree(void *p) { void *v = *(void **)p; if (!IS_ERR_OR_NULL(v)) kfree(v); }
static inline void __free_kvfree(void *p) { void *v = *(void **)p; if (!IS_ERR_OR_NULL(v)) kvfree(v); }
static inline void __free_vfree(void *p) { void *v = *(void **)p; if (v) vfree(v); }
static inline void __free_bitmap(void *p) { void *v = *(void **)p; if (v) kfree(v); }
#define no_free_ptr(p) ({ typeof(p) __nfp = (p); (p) = NULL; __nfp; })
#define return_ptr(p) return no_free_ptr(p)
#define retain_and_null_ptr(p) ((p) = NULL)
#define DEFINE_FREE(n, t, c) static inline void __free_##n(void *p) { t _T = *(t *)p; c; }
#define DEFINE_CLASS(n, t, e, i, a...) typedef t class_##n##_t; static inline void class_##n##_destructor(t *p) { t _T = *p; e; } static inline t class_##n##_constructor(a) { t t = i; return t; }
#define CLASS(n, v) class_##n##_t v __cleanup(class_##n##_destructor) = class_##n##_constructor
#define __GUARD(n, t, l, u) typedef t *class_##n##_t; static inline class_##n##_t class_##n##_constructor(t *p) { l; return p; } static inline void class_##n##_destructor(class_##n##_t *_p) { t *p = *_p; if (p) { u; } }
#define DEFINE_GUARD(n, t, l, u) typedef t class_##n##_t; static inline t class_##n##_constructor(t _T) { l; return _T; } static inline void class_##n##_destructor(t *_p) { t _T = *_p; if (_T) { u; } }
#define guard(n) CLASS(n, __UNIQUE_ID(guard))
#define scoped_guard(n, a...) for (int __sg_done = 0; !__sg_done; ) for (CLASS(n, __sg_scope)(a); !__sg_done; __sg_done = 1)
#define scoped_cond_guard(n, fail, a...) for (int __sg_done = 0; !__sg_done; ) for (CLASS(n, __sg_scope)(a); !__sg_done; __sg_done = 1) if (!__sg_scope) fail; else
#define __GUARD_COND(n, x, t, c, u) typedef t *class_##n##x##_t; static inline t *class_##n##x##_constructor(t *_T) { if (_T && !(c)) _T = NULL; return _T; } static inline void class_##n##x##_destructor(t **_p) { t *p = *_p; if (p) { u; } }
#define DEFINE_GUARD_COND(n, x, c) typedef class_##n##_t class_##n##x##_t; static inline class_##n##_t class_##n##x##_constructor(class_##n##_t _T) { if (_T && !(c)) _T = NULL; return _T; } static inline void class_##n##x##_destructor(class_##n##_t *_p) { class_##n##_destructor(_p); }
#define DEFINE_LOCK_GUARD_1(n, t, l, u, m...) typedef struct { t *lock; m; } class_##n##_t; static inline class_##n##_t class_##n##_constructor(t *lock) { class_##n##_t _t = { .lock = lock }, *_T = &_t; if (_T->lock) { l; } return _t; } static inline void class_##n##_destructor(class_##n##_t *_T) { if (_T->lock) { u; } }
#define DEFINE_LOCK_GUARD_0(n, l, u, m...) typedef struct { void *lock; m; } class_##n##_t; static inline class_##n##_t class_##n##_constructor(void) { class_##n##_t _t = { .lock = (void *)1 }, *_T = &_t; (void)_T; l; return _t; } static inline void class_##n##_destructor(class_##n##_t *_T) { u; }
__GUARD_COND(mutex, _try, struct mutex, mutex_trylock(_T), mutex_unlock(p)) __GUARD_COND(mutex, _intr, struct mutex, mutex_lock_interruptible(_T) == 0, mutex_unlock(p)) __GUARD_COND(mutex, _kill, struct mutex, mutex_lock_killable(_T) == 0, mutex_unlock(p)) __GUARD_COND(spinlock, _try, spinlock_t, spin_trylock(_T), spin_unlock(p)) __GUARD_COND(rwsem_read, _try, struct rw_semaphore, down_read_trylock(_T), up_read(p)) __GUARD_COND(rwsem_read, _intr, struct rw_semaphore, down_read_interruptible(_T) == 0, up_read(p)) __GUARD_COND(rwsem_write, _try, struct rw_semaphore, down_write_trylock(_T), up_write(p)) __GUARD_COND(rwsem_write, _kill, struct rw_semaphore, down_write_killable(_T) == 0, up_write(p)) __GUARD_COND(mmap_read_lock, _try, struct mm_struct, mmap_read_trylock(_T), mmap_read_unlock(p))
__GUARD(mutex, struct mutex, mutex_lock(p), mutex_unlock(p)) __GUARD(spinlock, spinlock_t, spin_lock(p), spin_unlock(p)) __GUARD(spinlock_irq, spinlock_t, spin_lock_irq(p), spin_unlock_irq(p)) __GUARD(spinlock_irqsave, spinlock_t, spin_lock_irq(p), spin_unlock_irq(p)) __GUARD(spinlock_bh, spinlock_t, spin_lock_bh(p), spin_unlock_bh(p))
__GUARD(raw_spinlock, raw_spinlock_t, raw_spin_lock(p), raw_spin_unlock(p)) __GUARD(raw_spinlock_irq, raw_spinlock_t, raw_spin_lock_irq(p), raw_spin_unlock_irq(p)) __GUARD(raw_spinlock_irqsave, raw_spinlock_t, raw_spin_lock_irq(p), raw_spin_unlock_irq(p))
__GUARD(rwsem_read, struct rw_semaphore, down_read(p), up_read(p)) __GUARD(rwsem_write, struct rw_semaphore, down_write(p), up_write(p)) __GUARD(read_lock, rwlock_t, read_lock(p), read_unlock(p)) __GUARD(write_lock, rwlock_t, write_lock(p), write_unlock(p)) __GUARD(mmap_read_lock, struct mm_struct, mmap_read_lock(p), mmap_read_unlock(p)) __GUARD(mmap_write_lock, struct mm_struct, mmap_write_lock(p), mmap_write_unlock(p))
typedef int class_rcu_t, class_preempt_t, class_irq_t, class_irqsave_t, class_bh_t;
#define __GUARD0(n, l, u) static inline int class_##n##_constructor(void) { l; return 1; } static inline void class_##n##_destructor(int *p) { u; }
__GUARD0(rcu, rcu_read_lock(), rcu_read_unlock()) __GUARD0(preempt, preempt_disable(), preempt_enable()) __GUARD0(irq, local_irq_disable(), local_irq_enable()) __GUARD0(irqsave, local_irq_disable(), local_irq_enable()) __GUARD0(bh, local_bh_disable(), local_bh_enable())
static inline void *kmemdup(const void *s, size_t n, gfp_t f) { void *p = __pinscope_alloc("kmemdup", n, f, 0); if (p) memcpy(p, s, n); return p; }
#define kvmemdup(s, n, f) kmemdup(s, n, f)
#define kmemdup_array(s, n, z, f) kmemdup(s, size_mul(n, z), f)
static inline char *kmemdup_nul(const char *s, size_t n, gfp_t f) { char *p = __pinscope_alloc("kmemdup_nul", n + 1, f, 1); if (p) memcpy(p, s, n); return p; }
static inline char *kstrdup(const char *s, gfp_t f) { return s ? kmemdup(s, strlen(s) + 1, f) : NULL; }
static inline char *kstrndup(const char *s, size_t n, gfp_t f) { return kmemdup_nul(s, strnlen(s, n), f); }
#define kstrdup_const(s, f) kstrdup(s, f)
struct kmem_cache { size_t size; void (*ctor)(void *); const char *name; };
#define SLAB_HWCACHE_ALIGN 0x2000
#define SLAB_PANIC 0x40000
#define SLAB_RECLAIM_ACCOUNT 0x20000
#define SLAB_ACCOUNT 0x4000000
static inline struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align, slab_flags_t f, void (*ctor)(void *)) { struct kmem_cache *c = __pinscope_alloc("kmem_cache_create", sizeof(*c), GFP_KERNEL, 1); if (c) { c->size = size; c->ctor = ctor; c->name = name; } return c; }
#define kmem_cache_create_usercopy(n, s, a, f, o, u, c) kmem_cache_create(n, s, a, f, c)
#define KMEM_CACHE(s, f) kmem_cache_create(#s, sizeof(struct s), 8, f, NULL)
static inline void *kmem_cache_alloc(struct kmem_cache *c, gfp_t f) { void *p = __pinscope_alloc("kmem_cache_alloc", c->size, f, (f & __GFP_ZERO) != 0); if (p && c->ctor) c->ctor(p); return p; }
#define kmem_cache_alloc_node(c, f, n) kmem_cache_alloc(c, f)
#define kmem_cache_zalloc(c, f) kmem_cache_alloc(c, (f) | __GFP_ZERO)
#define kmem_cache_free(c, p) __pinscope_free("kmem_cache_free", p)
static inline void kmem_cache_destroy(struct kmem_cache *c) { if (c) kfree(c); }
typedef struct mempool_s { size_t size; void *data; void *(*alloc)(gfp_t, void *); void (*free)(void *, void *); } mempool_t;
typedef void *(mempool_alloc_t)(gfp_t, void *); typedef void (mempool_free_t)(void *, void *);
static inline mempool_t *mempool_create(int n, void *(*a)(gfp_t, void *), void (*f)(void *, void *), void *d) { mempool_t *m = __pinscope_alloc("mempool_create", sizeof(*m), GFP_KERNEL, 1); if (m) { m->alloc = a; m->free = f; m->data = d; } return m; }
static inline mempool_t *mempool_create_kmalloc_pool(int n, size_t s) { mempool_t *m = mempool_create(n, NULL, NULL, NULL); if (m) m->size = s; return m; }
static inline mempool_t *mempool_create_slab_pool(int n, struct kmem_cache *c) { return mempool_create_kmalloc_pool(n, c->size); }
#define mempool_create_page_pool(n, o) mempool_create_kmalloc_pool(n, PAGE_SIZE << (o))
static inline void *mempool_alloc(mempool_t *m, gfp_t f) { return m->alloc ? m->alloc(f, m->data) : __pinscope_alloc("mempool_alloc", m->size, f, 0); }
static inline void mempool_free(void *p, mempool_t *m) { if (!p) return; if (m->free) m->free(p, m->data); else kfree(p); }
static inline void mempool_destroy(mempool_t *m) { if (m) kfree(m); }
`;
