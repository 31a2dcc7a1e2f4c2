/** Memory management as drivers see it: allocation, pages and folios, GUP, user copies, DMA mapping, scatterlists. */

/** include/linux/{slab,gfp,mm,highmem,uaccess,dma-mapping,scatterlist,…}.h. */
export const MM = String.raw`
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
#define kfree_rcu(p, a...) kfree(p)
#define kvfree_rcu(p, a...) kvfree(p)
#define kfree_rcu_mightsleep(p) kfree(p)
#define kvfree_rcu_mightsleep(p) kvfree(p)
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

struct address_space; struct vm_area_struct; struct file; struct inode; struct device; struct dev_pagemap; struct kvec;
struct page { unsigned long flags; struct list_head lru; struct address_space *mapping; unsigned long index; unsigned long private; atomic_t _mapcount; atomic_t _refcount; unsigned long memcg_data; };
struct folio { union { struct { unsigned long flags; struct list_head lru; struct address_space *mapping; unsigned long index; unsigned long private; atomic_t _mapcount; atomic_t _refcount; unsigned long memcg_data; }; struct page page; }; };
typedef struct { struct page **pages; } release_pages_arg;
int __pinscope_page(struct page *p, int what); void __pinscope_page_set(struct page *p, int what, unsigned long v); struct page *__pinscope_head(const struct page *p); unsigned long __pinscope_pfn(const struct page *p); struct page *pfn_to_page(unsigned long pfn); int pfn_valid(unsigned long pfn);
void *page_address(const struct page *p); struct page *virt_to_page(const void *p); struct page *__pinscope_vmalloc_page(const void *p); void *__pinscope_kmap(struct page *p, int how); void __pinscope_kunmap(const void *p, int how);
struct page *alloc_pages(gfp_t f, unsigned int order); void __free_pages(struct page *p, unsigned int order); void *vmap(struct page **p, unsigned int n, unsigned long f, pgprot_t prot); void vunmap(const void *p);
#define alloc_page(f) alloc_pages(f, 0)
#define alloc_pages_node(n, f, o) alloc_pages(f, o)
#define __alloc_pages(f, o, n, m) alloc_pages(f, o)
#define dev_alloc_pages(o) alloc_pages(GFP_ATOMIC, o)
#define dev_alloc_page() alloc_pages(GFP_ATOMIC, 0)
#define folio_alloc(f, o) ((struct folio *)alloc_pages(f, o))
#define vma_alloc_folio(f, o, v, a, h...) folio_alloc(f, o)
#define alloc_zeroed_user_highpage_movable(v, a) alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_ZERO, 0)
#define __free_page(p) __free_pages(p, 0)
#define free_hot_cold_page(p, c) __free_pages(p, 0)
static inline unsigned long __get_free_pages(gfp_t f, unsigned int o) { struct page *p = alloc_pages(f, o); return p ? (unsigned long)page_address(p) : 0; }
#define __get_free_page(f) __get_free_pages(f, 0)
#define __get_dma_pages(f, o) __get_free_pages(f, o)
#define get_zeroed_page(f) __get_free_pages((f) | __GFP_ZERO, 0)
static inline void free_pages(unsigned long a, unsigned int o) { if (a) __free_pages(virt_to_page((void *)a), o); }
#define free_page(a) free_pages((unsigned long)(a), 0)
#define alloc_pages_exact(n, f) ((void *)__get_free_pages(f, get_order(n)))
#define free_pages_exact(p, n) free_pages((unsigned long)(p), get_order(n))
#define page_folio(p) ((struct folio *)__pinscope_head((const struct page *)(p)))
#define compound_head(p) __pinscope_head(p)
#define folio_page(f, n) (&(f)->page + (n))
#define folio_file_page(f, i) folio_page(f, 0)
#define folio_page_idx(f, p) ((unsigned long)((p) - &(f)->page))
#define nth_page(p, n) ((p) + (n))
#define page_to_pfn(p) __pinscope_pfn(p)
#define folio_pfn(f) __pinscope_pfn(&(f)->page)
#define pfn_folio(n) page_folio(pfn_to_page(n))
#define pfn_to_online_page(n) pfn_to_page(n)
#define page_to_phys(p) PFN_PHYS(__pinscope_pfn(p))
#define phys_to_page(a) pfn_to_page(PHYS_PFN(a))
#define page_to_virt(p) page_address(p)
#define lowmem_page_address(p) page_address(p)
#define folio_address(f) page_address(&(f)->page)
#define virt_to_head_page(p) __pinscope_head(virt_to_page(p))
#define virt_to_folio(p) page_folio(virt_to_page(p))
#define virt_to_phys(p) ((phys_addr_t)page_to_phys(virt_to_page(p)) + offset_in_page(p))
#define __pa(p) virt_to_phys((void *)(p))
#define virt_to_pfn(p) page_to_pfn(virt_to_page(p))
#define phys_to_virt(a) ((void *)((char *)page_address(phys_to_page(a)) + offset_in_page(a)))
#define __va(a) phys_to_virt(a)
#define pfn_to_virt(n) page_address(pfn_to_page(n))
#define pfn_to_kaddr(n) page_address(pfn_to_page(n))
#define dma_to_phys(d, a) ((phys_addr_t)(a))
#define vmalloc_to_page(p) __pinscope_vmalloc_page(p)
#define vmalloc_to_pfn(p) page_to_pfn(vmalloc_to_page(p))
#define kmap_to_page(p) virt_to_page(p)
#define is_vmalloc_addr(p) 0
#define virt_addr_valid(p) 1
#define folio_nr_pages(f) ((long)__pinscope_page(&(f)->page, 0))
#define folio_size(f) ((size_t)folio_nr_pages(f) << PAGE_SHIFT)
#define folio_order(f) ((unsigned int)__pinscope_page(&(f)->page, 1))
#define folio_shift(f) (PAGE_SHIFT + folio_order(f))
#define compound_order(p) ((unsigned int)__pinscope_page(p, 1))
#define compound_nr(p) ((unsigned long)__pinscope_page(p, 0))
#define page_order(p) compound_order(p)
#define page_size(p) (compound_nr(p) << PAGE_SHIFT)
#define page_shift(p) (PAGE_SHIFT + compound_order(p))
#define thp_nr_pages(p) ((int)compound_nr(p))
#define page_count(p) __pinscope_page(p, 2)
#define page_ref_count(p) __pinscope_page(p, 2)
#define folio_ref_count(f) __pinscope_page(&(f)->page, 2)
#define page_mapcount(p) __pinscope_page(p, 3)
#define total_mapcount(p) __pinscope_page(p, 4)
#define folio_mapcount(f) __pinscope_page(&(f)->page, 4)
#define page_mapped(p) (__pinscope_page(p, 4) > 0)
#define folio_mapped(f) (__pinscope_page(&(f)->page, 4) > 0)
#define page_maybe_dma_pinned(p) __pinscope_page(p, 5)
#define folio_maybe_dma_pinned(f) __pinscope_page(&(f)->page, 5)
#define PageDirty(p) __pinscope_page(p, 6)
#define folio_test_dirty(f) __pinscope_page(&(f)->page, 6)
#define PageLocked(p) __pinscope_page(p, 7)
#define folio_test_locked(f) __pinscope_page(&(f)->page, 7)
#define PageUptodate(p) __pinscope_page(p, 8)
#define folio_test_uptodate(f) __pinscope_page(&(f)->page, 8)
#define PageAnon(p) __pinscope_page(p, 9)
#define folio_test_anon(f) __pinscope_page(&(f)->page, 9)
#define PageCompound(p) __pinscope_page(p, 10)
#define PageHead(p) (__pinscope_page(p, 10) && __pinscope_head(p) == (p))
#define PageTail(p) (__pinscope_head(p) != (p))
#define PageTransHuge(p) PageHead(p)
#define PageTransCompound(p) PageCompound(p)
#define folio_test_large(f) __pinscope_page(&(f)->page, 10)
#define PageHuge(p) __pinscope_page(p, 11)
#define folio_test_hugetlb(f) __pinscope_page(&(f)->page, 11)
#define PageReserved(p) __pinscope_page(p, 12)
#define PageWriteback(p) __pinscope_page(p, 13)
#define folio_test_writeback(f) __pinscope_page(&(f)->page, 13)
#define PageSwapCache(p) __pinscope_page(p, 14)
#define PageLRU(p) __pinscope_page(p, 15)
#define PageHighMem(p) 0
#define PagePrivate(p) (page_private(p) != 0)
#define page_to_nid(p) __pinscope_page(p, 16)
#define folio_nid(f) __pinscope_page(&(f)->page, 16)
#define page_zonenum(p) __pinscope_page(p, 17)
#define folio_zonenum(f) __pinscope_page(&(f)->page, 17)
#define page_zone(p) ((void *)0)
#define is_zone_movable_page(p) (__pinscope_page(p, 17) == 3)
#define is_zone_device_page(p) __pinscope_page(p, 18)
#define is_device_private_page(p) 0
#define is_pci_p2pdma_page(p) 0
#define is_zero_page(p) __pinscope_page(p, 19)
#define is_zero_pfn(n) is_zero_page(pfn_to_page(n))
#define folio_is_longterm_pinnable(f) __pinscope_page(&(f)->page, 20)
#define page_is_ram(n) 1
#define page_to_section(p) 0
#define page_index(p) ((p)->index)
#define folio_index(f) ((f)->index)
#define folio_pos(f) ((loff_t)(f)->index << PAGE_SHIFT)
#define page_mapping(p) ((p)->mapping)
#define folio_mapping(f) ((f)->mapping)
#define page_private(p) ((p)->private)
#define set_page_private(p, v) __pinscope_page_set(p, 2, v)
#define SetPagePrivate(p) ((void)(p))
#define ClearPagePrivate(p) ((void)(p))
#define SetPageReserved(p) __pinscope_page_set(p, 3, 1)
#define ClearPageReserved(p) __pinscope_page_set(p, 3, 0)
#define SetPageUptodate(p) ((void)(p))
#define ClearPageUptodate(p) ((void)(p))
#define mark_page_accessed(p) __pinscope_page_set(p, 4, 1)
#define folio_mark_accessed(f) __pinscope_page_set(&(f)->page, 4, 1)
#define folio_expected_ref_count(f) 1
#define linear_page_index(v, a) ((v)->vm_pgoff + (((a) - (v)->vm_start) >> PAGE_SHIFT))
#define page_offset(p) ((loff_t)(p)->index << PAGE_SHIFT)
void dump_page(struct page *p, const char *why);
int __pinscope_ref(const struct page *p, int n); void __pinscope_put(const struct page *p, int n); void __pinscope_unpin(struct page **p, unsigned long n, int dirty, int flat); int __pinscope_lock_page(struct page *p, int how);
#define get_page(p) ((void)__pinscope_ref(p, 1))
#define folio_get(f) ((void)__pinscope_ref(&(f)->page, 1))
#define try_get_page(p) __pinscope_ref(p, 1)
#define get_page_unless_zero(p) (page_count(p) ? __pinscope_ref(p, 1) : 0)
#define folio_try_get(f) (folio_ref_count(f) ? __pinscope_ref(&(f)->page, 1) : 0)
#define page_ref_inc(p) ((void)__pinscope_ref(p, 1))
#define page_ref_add(p, n) ((void)__pinscope_ref(p, n))
#define page_cache_get(p) ((void)__pinscope_ref(p, 1))
#define folio_ref_inc(f) ((void)__pinscope_ref(&(f)->page, 1))
#define folio_ref_add(f, n) ((void)__pinscope_ref(&(f)->page, n))
#define page_ref_inc_return(p) (__pinscope_ref(p, 1), page_count(p))
#define page_ref_dec_return(p) ({ struct page *__prd = (p); int __prn = page_count(__prd) - 1; __pinscope_put(__prd, 1); __prn; })
#define page_ref_add_unless(p, n, u) (page_count(p) != (u) ? __pinscope_ref(p, n) : 0)
#define page_ref_freeze(p, n) (page_count(p) == (n))
#define page_ref_unfreeze(p, n) ((void)(p))
#define put_page(p) __pinscope_put(p, 1)
#define page_cache_release(p) __pinscope_put(p, 1)
#define folio_put(f) __pinscope_put(&(f)->page, 1)
#define folio_put_refs(f, n) __pinscope_put(&(f)->page, n)
#define page_ref_dec(p) __pinscope_put(p, 1)
#define page_ref_sub(p, n) __pinscope_put(p, n)
#define page_ref_dec_and_test(p) (page_ref_dec_return(p) == 0)
#define page_ref_sub_and_test(p, n) ({ int __prs = page_count(p) - (n); __pinscope_put(p, n); __prs == 0; })
#define put_page_testzero(p) page_ref_dec_and_test(p)
#define folio_ref_dec(f) __pinscope_put(&(f)->page, 1)
#define folio_ref_dec_and_test(f) page_ref_dec_and_test(&(f)->page)
#define folio_put_testzero(f) page_ref_dec_and_test(&(f)->page)
#define put_devmap_managed_page(p) 0
#define put_user_page(p) __pinscope_unpin1(p, 0)
static inline void __pinscope_unpin1(struct page *p, int dirty) { __pinscope_unpin(&p, 1, dirty, 0); }
#define put_user_pages(p, n) __pinscope_unpin(p, n, 0, 0)
#define put_user_pages_dirty(p, n) __pinscope_unpin(p, n, 1, 0)
#define __puds2(p, n) __pinscope_unpin(p, n, 1, 0)
#define __puds3(p, n, d) __pinscope_unpin(p, n, d, 0)
#define __puds_pick(a, b, c, f, ...) f
#define put_user_pages_dirty_lock(a...) __puds_pick(a, __puds3, __puds2)(a)
#define __rp2(p, n) __release_pages((struct page **)(p), n)
#define __rp3(p, n, c) __release_pages((struct page **)(p), n)
#define release_pages(a...) __puds_pick(a, __rp3, __rp2)(a)
static inline void __release_pages(struct page **p, int n) { int i; for (i = 0; i < n; i++) put_page(p[i]); }
#define unpin_user_page(p) __pinscope_unpin1(p, 0)
static inline void unpin_user_pages(struct page **p, unsigned long n) { __pinscope_unpin(p, n, 0, 0); }
static inline void unpin_user_pages_dirty_lock(struct page **p, unsigned long n, bool dirty) { __pinscope_unpin(p, n, dirty, 0); }
#define unpin_user_page_range_dirty_lock(p, n, d) __pinscope_unpin_range(p, n, d)
static inline void __pinscope_unpin_range(struct page *p, unsigned long n, bool d) { unsigned long i; for (i = 0; i < n; i++) __pinscope_unpin1(p + i, d); }
#define unpin_user_folio(f, n) __pinscope_unpin_range(&(f)->page, n, 0)
#define unpin_folio(f) __pinscope_unpin1(&(f)->page, 0)
#define unpin_folios(f, n) __pinscope_unpin((struct page **)(f), n, 0, 0)
#define folio_add_pin(f) __pinscope_add_pin(&(f)->page)
void __pinscope_add_pin(struct page *p);
#define set_page_dirty(p) __pinscope_dirty(p, 0)
#define set_page_dirty_lock(p) __pinscope_dirty(p, 1)
#define folio_mark_dirty(f) __pinscope_dirty(&(f)->page, 0)
#define folio_mark_dirty_lock(f) __pinscope_dirty(&(f)->page, 1)
#define filemap_dirty_folio(m, f) __pinscope_dirty(&(f)->page, 0)
#define __set_page_dirty_nobuffers(p) __pinscope_dirty(p, 0)
#define __set_page_dirty_no_writeback(p) __pinscope_dirty(p, 0)
#define SetPageDirty(p) ((void)__pinscope_dirty(p, 2))
#define folio_set_dirty(f) ((void)__pinscope_dirty(&(f)->page, 2))
int __pinscope_dirty(struct page *p, int lock);
#define lock_page(p) ((void)__pinscope_lock_page(p, 0))
#define lock_page_killable(p) __pinscope_lock_page(p, 2)
#define trylock_page(p) __pinscope_lock_page(p, 1)
#define unlock_page(p) ((void)__pinscope_lock_page(p, 3))
#define folio_lock(f) lock_page(&(f)->page)
#define folio_lock_killable(f) lock_page_killable(&(f)->page)
#define folio_trylock(f) trylock_page(&(f)->page)
#define folio_unlock(f) unlock_page(&(f)->page)
#define wait_on_page_writeback(p) ((void)__pinscope_lock_page(p, 4))
#define folio_wait_writeback(f) wait_on_page_writeback(&(f)->page)
#define wait_on_page_locked(p) ((void)__pinscope_lock_page(p, 5))
#define flush_dcache_page(p) ((void)(p))
#define flush_dcache_folio(f) ((void)(f))
#define flush_anon_page(v, p, a) ((void)(p))
#define flush_cache_all() ((void)0)
#define set_pages_array_uc(p, n) 0
#define set_pages_array_wc(p, n) 0
#define set_pages_array_wb(p, n) 0
#define kmap(p) __pinscope_kmap(p, 1)
#define kunmap(p) ((void)(p))
#define kmap_atomic(p) __pinscope_kmap(p, 2)
#define kmap_atomic_prot(p, t) __pinscope_kmap(p, 2)
#define kunmap_atomic(a) __pinscope_kunmap(a, 2)
#define kmap_local_page(p) __pinscope_kmap(p, 3)
#define kmap_local_page_prot(p, t) __pinscope_kmap(p, 3)
#define kmap_local_folio(f, o) ((void *)((char *)__pinscope_kmap(&(f)->page + ((o) >> PAGE_SHIFT), 3) + offset_in_page(o)))
#define kmap_local_pfn(n) kmap_local_page(pfn_to_page(n))
#define kmap_atomic_pfn(n) kmap_atomic(pfn_to_page(n))
#define kunmap_local(a) __pinscope_kunmap(a, 3)
#define kmap_flush_unused() ((void)0)
static inline void memcpy_to_page(struct page *p, size_t o, const char *s, size_t n) { memcpy((char *)page_address(p) + o, s, n); }
static inline void memcpy_from_page(char *d, struct page *p, size_t o, size_t n) { memcpy(d, (char *)page_address(p) + o, n); }
static inline void memcpy_page(struct page *d, size_t o, struct page *s, size_t so, size_t n) { memcpy((char *)page_address(d) + o, (char *)page_address(s) + so, n); }
static inline void memset_page(struct page *p, size_t o, int v, size_t n) { memset((char *)page_address(p) + o, v, n); }
#define memzero_page(p, o, n) memset_page(p, o, 0, n)
#define memcpy_to_folio(f, o, s, n) memcpy_to_page(&(f)->page, o, s, n)
#define memcpy_from_folio(d, f, o, n) memcpy_from_page(d, &(f)->page, o, n)
#define zero_user(p, o, n) memset_page(p, o, 0, n)
#define zero_user_segment(p, a, b) memset_page(p, a, 0, (b) - (a))
#define zero_user_segments(p, a, b, c, d) do { memset_page(p, a, 0, (b) - (a)); memset_page(p, c, 0, (d) - (c)); } while (0)
#define folio_zero_range(f, a, n) memset_page(&(f)->page, a, 0, n)
#define folio_zero_segment(f, a, b) memset_page(&(f)->page, a, 0, (b) - (a))
#define folio_zero_segments(f, a, b, c, d) zero_user_segments(&(f)->page, a, b, c, d)
#define clear_highpage(p) memset_page(p, 0, 0, PAGE_SIZE)
#define clear_user_highpage(p, a) clear_highpage(p)
#define clear_page(a) memset(a, 0, PAGE_SIZE)
#define clear_page_erms(a) clear_page(a)
#define copy_page(d, s) memcpy(d, s, PAGE_SIZE)
#define copy_highpage(d, s) memcpy_page(d, 0, s, 0, PAGE_SIZE)
#define copy_mc_highpage(d, s) (copy_highpage(d, s), 0)
#define copy_user_highpage(d, s, a, v) copy_highpage(d, s)
#define VM_MAP 4
#define PAGE_KERNEL ((pgprot_t){ 0x63 })
#define PAGE_SHARED ((pgprot_t){ 0x27 })
#define vm_map_ram(p, n, d) vmap(p, n, 0, PAGE_KERNEL)
#define vm_unmap_ram(a, n) vunmap(a)

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
#define u64_to_user_ptr(x) ((void *)(unsigned long)(x))
#define compat_ptr(x) ((void *)(unsigned long)(u32)(x))
#define ptr_to_compat(p) ((u32)(unsigned long)(p))
#define fault_in_readable(p, n) ({ char __fr; size_t __fi; for (__fi = 0; __fi < (n); __fi += PAGE_SIZE) if (copy_from_user(&__fr, (const char *)(p) + __fi, 1)) break; __fi >= (n) ? 0UL : (n) - __fi; })
#define fault_in_writeable(p, n) 0UL
#define fault_in_safe_writeable(p, n) 0UL
#define fault_in_pages_readable(p, n) 0
#define fault_in_pages_writeable(p, n) 0
static inline int copy_struct_from_user(void *d, size_t k, const void *s, size_t u) { size_t n = min(k, u); memset(d, 0, k); return copy_from_user(d, s, n) ? -EFAULT : 0; }
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

enum dma_data_direction { DMA_BIDIRECTIONAL = 0, DMA_TO_DEVICE = 1, DMA_FROM_DEVICE = 2, DMA_NONE = 3 };
#define PCI_DMA_BIDIRECTIONAL 0
#define PCI_DMA_TODEVICE 1
#define PCI_DMA_FROMDEVICE 2
#define DMA_MAPPING_ERROR (~(dma_addr_t)0)
#define DMA_ATTR_SKIP_CPU_SYNC 32
#define DMA_ATTR_WRITE_COMBINE 4
#define DMA_ATTR_NO_WARN 256
#define DMA_BIT_MASK(n) ((n) == 64 ? ~0ULL : (1ULL << (n)) - 1)
dma_addr_t __pinscope_dma_map(struct page *p, unsigned long off, size_t n, int dir); dma_addr_t __pinscope_dma_map_virt(const void *p, size_t n, int dir); void __pinscope_dma_unmap(dma_addr_t a, size_t n, int dir); void __pinscope_dma_sync(dma_addr_t a, size_t n, int dir, int cpu); void *__pinscope_dma_alloc(size_t n, dma_addr_t *h); void __pinscope_dma_free(void *p, size_t n, dma_addr_t h);
#define dma_map_page_attrs(d, p, o, n, r, a) __pinscope_dma_map(p, o, n, r)
#define dma_map_page(d, p, o, n, r) __pinscope_dma_map(p, o, n, r)
#define dma_map_phys(d, a, n, r, t) __pinscope_dma_map(phys_to_page(a), offset_in_page(a), n, r)
#define dma_map_single(d, p, n, r) __pinscope_dma_map_virt(p, n, r)
#define dma_map_single_attrs(d, p, n, r, a) __pinscope_dma_map_virt(p, n, r)
#define dma_unmap_page(d, a, n, r) __pinscope_dma_unmap(a, n, r)
#define dma_unmap_page_attrs(d, a, n, r, t) __pinscope_dma_unmap(a, n, r)
#define dma_unmap_phys(d, a, n, r, t) __pinscope_dma_unmap(a, n, r)
#define dma_unmap_single(d, a, n, r) __pinscope_dma_unmap(a, n, r)
#define dma_unmap_single_attrs(d, a, n, r, t) __pinscope_dma_unmap(a, n, r)
#define dma_map_resource(d, a, n, r, t) ((dma_addr_t)(a))
#define dma_unmap_resource(d, a, n, r, t) ((void)(a))
#define dma_mapping_error(d, a) ((a) == DMA_MAPPING_ERROR ? -ENOMEM : 0)
#define dma_sync_single_for_cpu(d, a, n, r) __pinscope_dma_sync(a, n, r, 1)
#define dma_sync_single_for_device(d, a, n, r) __pinscope_dma_sync(a, n, r, 0)
#define dma_sync_single_range_for_cpu(d, a, o, n, r) __pinscope_dma_sync((a) + (o), n, r, 1)
#define dma_sync_single_range_for_device(d, a, o, n, r) __pinscope_dma_sync((a) + (o), n, r, 0)
#define dma_alloc_coherent(d, n, h, f) __pinscope_dma_alloc(n, h)
#define dma_zalloc_coherent(d, n, h, f) __pinscope_dma_alloc(n, h)
#define dma_alloc_attrs(d, n, h, f, a) __pinscope_dma_alloc(n, h)
#define dma_alloc_wc(d, n, h, f) __pinscope_dma_alloc(n, h)
#define dma_alloc_noncoherent(d, n, h, r, f) __pinscope_dma_alloc(n, h)
#define dmam_alloc_coherent(d, n, h, f) __pinscope_dma_alloc(n, h)
#define dma_free_coherent(d, n, p, h) __pinscope_dma_free(p, n, h)
#define dma_free_attrs(d, n, p, h, a) __pinscope_dma_free(p, n, h)
#define dma_free_wc(d, n, p, h) __pinscope_dma_free(p, n, h)
#define dma_free_noncoherent(d, n, p, h, r) __pinscope_dma_free(p, n, h)
#define dmam_free_coherent(d, n, p, h) __pinscope_dma_free(p, n, h)
#define pci_alloc_consistent(d, n, h) __pinscope_dma_alloc(n, h)
#define pci_zalloc_consistent(d, n, h) __pinscope_dma_alloc(n, h)
#define pci_free_consistent(d, n, p, h) __pinscope_dma_free(p, n, h)
#define pci_map_page(d, p, o, n, r) dma_map_page(d, p, o, n, r)
#define pci_map_single(d, p, n, r) dma_map_single(d, p, n, r)
#define pci_unmap_page(d, a, n, r) dma_unmap_page(d, a, n, r)
#define pci_unmap_single(d, a, n, r) dma_unmap_single(d, a, n, r)
#define pci_map_sg(d, s, n, r) dma_map_sg(d, s, n, r)
#define pci_unmap_sg(d, s, n, r) dma_unmap_sg(d, s, n, r)
#define pci_dma_mapping_error(d, a) dma_mapping_error(d, a)
#define pci_dma_sync_single_for_cpu(d, a, n, r) dma_sync_single_for_cpu(d, a, n, r)
#define pci_dma_sync_single_for_device(d, a, n, r) dma_sync_single_for_device(d, a, n, r)
#define pci_dma_sync_sg_for_cpu(d, s, n, r) dma_sync_sg_for_cpu(d, s, n, r)
#define pci_dma_sync_sg_for_device(d, s, n, r) dma_sync_sg_for_device(d, s, n, r)
#define pci_set_dma_mask(d, m) 0
#define pci_set_consistent_dma_mask(d, m) 0
#define dma_set_mask(d, m) 0
#define dma_set_coherent_mask(d, m) 0
#define dma_set_mask_and_coherent(d, m) 0
#define dma_get_mask(d) (~0ULL)
#define dma_set_max_seg_size(d, n) 0
#define dma_get_max_seg_size(d) 0xffffffffu
#define dma_set_seg_boundary(d, m) 0
#define dma_get_cache_alignment() 64
#define dma_max_mapping_size(d) SIZE_MAX
#define dma_need_sync(d, a) false
#define valid_dma_direction(r) ((unsigned)(r) < 3)
#define DEFINE_DMA_UNMAP_ADDR(n) dma_addr_t n
#define DEFINE_DMA_UNMAP_LEN(n) u32 n
#define dma_unmap_addr(p, n) ((p)->n)
#define dma_unmap_addr_set(p, n, v) ((p)->n = (v))
#define dma_unmap_len(p, n) ((p)->n)
#define dma_unmap_len_set(p, n, v) ((p)->n = (v))
struct dma_pool { size_t size; };
static inline struct dma_pool *dma_pool_create(const char *n, struct device *d, size_t s, size_t a, size_t b) { struct dma_pool *p = __pinscope_alloc("dma_pool_create", sizeof(*p), GFP_KERNEL, 1); if (p) p->size = s; return p; }
#define dma_pool_destroy(p) kfree(p)
#define dma_pool_alloc(p, f, h) __pinscope_dma_alloc((p)->size, h)
#define dma_pool_zalloc(p, f, h) __pinscope_dma_alloc((p)->size, h)
#define dma_pool_free(p, v, h) __pinscope_dma_free(v, (p)->size, h)
struct scatterlist { unsigned long page_link; unsigned int offset, length; dma_addr_t dma_address; unsigned int dma_length, dma_flags; };
struct sg_table { struct scatterlist *sgl; unsigned int nents, orig_nents; };
struct sg_append_table { struct sg_table sgt; struct scatterlist *prv; unsigned int total_nents; };
struct sg_page_iter { struct scatterlist *sg; unsigned int sg_pgoffset, __nents; int __pg_advance; };
struct sg_mapping_iter { struct page *page; void *addr; size_t length, consumed; struct sg_page_iter piter; unsigned int __flags; struct scatterlist *__sg; unsigned int __left, __off; };
#define SG_MITER_ATOMIC 1
#define SG_MITER_TO_SG 2
#define SG_MITER_FROM_SG 4
#define SG_MAX_SINGLE_ALLOC 128
#define SG_CHUNK_SIZE 128
#define sg_dma_address(s) ((s)->dma_address)
#define sg_dma_len(s) ((s)->dma_length)
#define sg_is_last(s) (((s)->page_link & 2UL) != 0)
#define sg_is_chain(s) (((s)->page_link & 1UL) != 0)
#define sg_page(s) ((struct page *)((s)->page_link & ~3UL))
#define sg_phys(s) (page_to_phys(sg_page(s)) + (s)->offset)
#define sg_virt(s) ((void *)((char *)page_address(sg_page(s)) + (s)->offset))
#define sg_page_iter_page(i) (sg_page((i)->sg) + (i)->sg_pgoffset)
#define sg_mark_end(s) ((s)->page_link |= 2UL)
#define sg_unmark_end(s) ((s)->page_link &= ~2UL)
static inline void sg_assign_page(struct scatterlist *s, struct page *p) { s->page_link = (s->page_link & 3UL) | (unsigned long)p; }
static inline void sg_set_page(struct scatterlist *s, struct page *p, unsigned int len, unsigned int off) { sg_assign_page(s, p); s->offset = off; s->length = len; }
#define sg_set_folio(s, f, l, o) sg_set_page(s, &(f)->page, l, o)
static inline void sg_init_table(struct scatterlist *s, unsigned int n) { memset(s, 0, sizeof(*s) * n); sg_mark_end(&s[n - 1]); }
#define sg_init_marker(s, n) sg_mark_end(&(s)[(n) - 1])
static inline void sg_set_buf(struct scatterlist *s, const void *b, unsigned int n) { sg_set_page(s, virt_to_page(b), n, offset_in_page(b)); }
static inline void sg_init_one(struct scatterlist *s, const void *b, unsigned int n) { sg_init_table(s, 1); sg_set_buf(s, b, n); }
static inline struct scatterlist *sg_next(struct scatterlist *s) { if (sg_is_last(s)) return NULL; s++; if (sg_is_chain(s)) s = (struct scatterlist *)(s->page_link & ~3UL); return s; }
static inline struct scatterlist *sg_last(struct scatterlist *s, unsigned int n) { return &s[n - 1]; }
static inline void sg_chain(struct scatterlist *p, unsigned int n, struct scatterlist *s) { p[n - 1].page_link = (unsigned long)s | 1UL; }
static inline int sg_nents(struct scatterlist *s) { int n = 0; for (; s; s = sg_next(s)) n++; return n; }
static inline int sg_nents_for_len(struct scatterlist *s, u64 len) { int n = 0; u64 t = 0; if (!len) return 0; for (; s; s = sg_next(s)) { n++; t += s->length; if (t >= len) return n; } return -EINVAL; }
#define for_each_sg(l, s, n, i) for (i = 0, s = (l); i < (n); i++, s = sg_next(s))
#define for_each_sgtable_sg(t, s, i) for_each_sg((t)->sgl, s, (t)->orig_nents, i)
#define for_each_sgtable_dma_sg(t, s, i) for_each_sg((t)->sgl, s, (t)->nents, i)
static inline bool __sg_page_iter_next(struct sg_page_iter *i) { if (!i->__nents || !i->sg) return false; i->sg_pgoffset += i->__pg_advance; i->__pg_advance = 1; while (i->sg_pgoffset >= PAGE_ALIGN(i->sg->offset + i->sg->length) >> PAGE_SHIFT) { i->sg_pgoffset -= PAGE_ALIGN(i->sg->offset + i->sg->length) >> PAGE_SHIFT; i->sg = sg_next(i->sg); if (!--i->__nents || !i->sg) return false; } return true; }
static inline void __sg_page_iter_start(struct sg_page_iter *i, struct scatterlist *s, unsigned int n, unsigned long o) { i->__pg_advance = 0; i->__nents = n; i->sg = s; i->sg_pgoffset = o; }
#define for_each_sg_page(l, i, n, o) for (__sg_page_iter_start(i, l, n, o); __sg_page_iter_next(i);)
#define for_each_sgtable_page(t, i, o) for_each_sg_page((t)->sgl, i, (t)->orig_nents, o)
static inline int sg_alloc_table(struct sg_table *t, unsigned int n, gfp_t f) { memset(t, 0, sizeof(*t)); if (!n) return -EINVAL; t->sgl = __pinscope_alloc("sg_alloc_table", n * sizeof(struct scatterlist), f, 1); if (!t->sgl) return -ENOMEM; sg_init_table(t->sgl, n); t->nents = t->orig_nents = n; return 0; }
static inline void sg_free_table(struct sg_table *t) { if (t->sgl) kfree(t->sgl); t->sgl = NULL; t->nents = t->orig_nents = 0; }
#define sg_alloc_table_chained(t, n, f, m) sg_alloc_table(t, n, GFP_KERNEL)
#define sg_free_table_chained(t, n) sg_free_table(t)
#define sg_free_append_table(t) sg_free_table(&(t)->sgt)
static inline int __sg_alloc_pages(struct sg_table *t, struct page **pages, unsigned int n, unsigned long off, unsigned long size, unsigned long max, gfp_t f) { unsigned int i, chunks = 0, seg = 0; struct scatterlist *s; int r; if (!n) return -EINVAL; for (i = 0; i < n; i++) { if (i && seg + PAGE_SIZE <= max && page_to_pfn(pages[i]) == page_to_pfn(pages[i - 1]) + 1) { seg += PAGE_SIZE; continue; } chunks++; seg = PAGE_SIZE; } r = sg_alloc_table(t, chunks, f); if (r) return r; s = t->sgl; for (i = 0; i < n && s; s = sg_next(s)) { unsigned int j = i + 1; unsigned long len; seg = PAGE_SIZE; while (j < n && seg + PAGE_SIZE <= max && page_to_pfn(pages[j]) == page_to_pfn(pages[j - 1]) + 1) { j++; seg += PAGE_SIZE; } len = ((unsigned long)(j - i) << PAGE_SHIFT) - off; if (len > size) len = size; sg_set_page(s, pages[i], len, off); size -= len; off = 0; i = j; } return 0; }
#define sg_alloc_table_from_pages(t, p, n, o, z, f) __sg_alloc_pages(t, p, n, o, z, 0x7ffff000UL, f)
#define sg_alloc_table_from_pages_segment(t, p, n, o, z, m, f) __sg_alloc_pages(t, p, n, o, z, m, f)
#define __sg_alloc_table_from_pages(t, p, n, o, z, m, a...) __sg_alloc_pages(t, p, n, o, z, m, GFP_KERNEL)
#define sg_alloc_append_table_from_pages(t, p, n, o, z, m, l, f) __sg_alloc_pages(&(t)->sgt, p, n, o, z, m, f)
static inline int dma_map_sg(struct device *d, struct scatterlist *l, int n, enum dma_data_direction r) { struct scatterlist *s; int i, k; for_each_sg(l, s, n, i) { s->dma_address = __pinscope_dma_map(sg_page(s), s->offset, s->length, r); if (s->dma_address == DMA_MAPPING_ERROR) { struct scatterlist *u; for_each_sg(l, u, i, k) __pinscope_dma_unmap(u->dma_address, u->dma_length, r); return 0; } s->dma_length = s->length; } return n; }
static inline void dma_unmap_sg(struct device *d, struct scatterlist *l, int n, enum dma_data_direction r) { struct scatterlist *s; int i; for_each_sg(l, s, n, i) __pinscope_dma_unmap(s->dma_address, s->dma_length, r); }
static inline void __dma_sync_sg(struct scatterlist *l, int n, int r, int cpu) { struct scatterlist *s; int i; for_each_sg(l, s, n, i) __pinscope_dma_sync(s->dma_address, s->dma_length, r, cpu); }
static inline int dma_map_sgtable(struct device *d, struct sg_table *t, enum dma_data_direction r, unsigned long a) { int n = dma_map_sg(d, t->sgl, t->orig_nents, r); if (n <= 0) return -EIO; t->nents = n; return 0; }
static inline void dma_unmap_sgtable(struct device *d, struct sg_table *t, enum dma_data_direction r, unsigned long a) { dma_unmap_sg(d, t->sgl, t->orig_nents, r); }
#define dma_map_sg_attrs(d, s, n, r, a) dma_map_sg(d, s, n, r)
#define dma_unmap_sg_attrs(d, s, n, r, a) dma_unmap_sg(d, s, n, r)
#define dma_sync_sg_for_cpu(d, s, n, r) __dma_sync_sg(s, n, r, 1)
#define dma_sync_sg_for_device(d, s, n, r) __dma_sync_sg(s, n, r, 0)
#define dma_sync_sgtable_for_cpu(d, t, r) __dma_sync_sg((t)->sgl, (t)->orig_nents, r, 1)
#define dma_sync_sgtable_for_device(d, t, r) __dma_sync_sg((t)->sgl, (t)->orig_nents, r, 0)
static inline size_t __sg_copy(struct scatterlist *l, unsigned int n, char *b, size_t len, off_t skip, int to_buffer) { struct scatterlist *s; unsigned int i; size_t done = 0; for_each_sg(l, s, n, i) { size_t o = 0, c = s->length; if (skip >= (off_t)c) { skip -= c; continue; } o = skip; c -= skip; skip = 0; while (c && done < len) { struct page *p = sg_page(s) + ((s->offset + o) >> PAGE_SHIFT); size_t po = (s->offset + o) & (PAGE_SIZE - 1), k = min_t(size_t, min_t(size_t, c, len - done), PAGE_SIZE - po); if (to_buffer == 1) memcpy(b + done, (char *)page_address(p) + po, k); else if (to_buffer == 0) memcpy((char *)page_address(p) + po, b + done, k); else memset((char *)page_address(p) + po, 0, k); o += k; c -= k; done += k; } if (done >= len) break; } return done; }
#define sg_copy_to_buffer(l, n, b, z) __sg_copy(l, n, (char *)(b), z, 0, 1)
#define sg_pcopy_to_buffer(l, n, b, z, k) __sg_copy(l, n, (char *)(b), z, k, 1)
#define sg_copy_from_buffer(l, n, b, z) __sg_copy(l, n, (char *)(b), z, 0, 0)
#define sg_pcopy_from_buffer(l, n, b, z, k) __sg_copy(l, n, (char *)(b), z, k, 0)
#define sg_zero_buffer(l, n, z, k) __sg_copy(l, n, NULL, z, k, 2)
static inline void sg_miter_start(struct sg_mapping_iter *m, struct scatterlist *l, unsigned int n, unsigned int f) { memset(m, 0, sizeof(*m)); m->__sg = l; m->__left = n; m->__flags = f; }
static inline bool sg_miter_next(struct sg_mapping_iter *m) { if (m->consumed < m->length && m->addr) { m->__off -= m->length - m->consumed; } while (m->__sg && m->__left && m->__off >= m->__sg->length) { m->__sg = sg_next(m->__sg); m->__left--; m->__off = 0; } if (!m->__sg || !m->__left) return false; { unsigned int at = m->__sg->offset + m->__off; m->page = sg_page(m->__sg) + (at >> PAGE_SHIFT); m->addr = (char *)page_address(m->page) + (at & (PAGE_SIZE - 1)); m->length = min_t(size_t, m->__sg->length - m->__off, PAGE_SIZE - (at & (PAGE_SIZE - 1))); m->consumed = m->length; m->__off += m->length; } return true; }
static inline bool sg_miter_skip(struct sg_mapping_iter *m, off_t o) { while (o > 0) { size_t k; if (!sg_miter_next(m)) return false; k = min_t(size_t, o, m->length); o -= k; m->consumed = k; } return true; }
static inline void sg_miter_stop(struct sg_mapping_iter *m) { m->addr = NULL; }
static inline struct sg_table *drm_prime_pages_to_sg(void *dev, struct page **p, unsigned int n) { struct sg_table *t = kzalloc(sizeof(*t), GFP_KERNEL); int r; if (!t) return ERR_PTR(-ENOMEM); r = sg_alloc_table_from_pages(t, p, n, 0, (unsigned long)n << PAGE_SHIFT, GFP_KERNEL); if (r) { kfree(t); return ERR_PTR(r); } return t; }
struct ib_device { struct device *dma_device; };
#define ib_dma_map_page(d, p, o, n, r) dma_map_page((d)->dma_device, p, o, n, r)
#define ib_dma_map_single(d, p, n, r) dma_map_single((d)->dma_device, p, n, r)
#define ib_dma_unmap_page(d, a, n, r) dma_unmap_page((d)->dma_device, a, n, r)
#define ib_dma_unmap_single(d, a, n, r) dma_unmap_single((d)->dma_device, a, n, r)
#define ib_dma_map_sg(d, s, n, r) dma_map_sg((d)->dma_device, s, n, r)
#define ib_dma_map_sg_attrs(d, s, n, r, a) dma_map_sg((d)->dma_device, s, n, r)
#define ib_dma_unmap_sg(d, s, n, r) dma_unmap_sg((d)->dma_device, s, n, r)
#define ib_dma_unmap_sg_attrs(d, s, n, r, a) dma_unmap_sg((d)->dma_device, s, n, r)
#define ib_dma_map_sgtable_attrs(d, t, r, a) dma_map_sgtable((d)->dma_device, t, r, a)
#define ib_dma_unmap_sgtable_attrs(d, t, r, a) dma_unmap_sgtable((d)->dma_device, t, r, a)
#define ib_dma_mapping_error(d, a) dma_mapping_error((d)->dma_device, a)
#define ib_dma_sync_single_for_cpu(d, a, n, r) dma_sync_single_for_cpu((d)->dma_device, a, n, r)
#define ib_dma_sync_single_for_device(d, a, n, r) dma_sync_single_for_device((d)->dma_device, a, n, r)
#define ib_dma_max_seg_size(d) 0xffffffffu
#define ib_uses_virt_dma(d) false
`;
