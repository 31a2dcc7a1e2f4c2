/** VMAs, faults and MMU notifiers: include/linux/{mm,mmu_notifier}.h. */
export const VMAS = String.raw`
#define VM_NONE 0
#define VM_READ 1
#define VM_WRITE 2
#define VM_EXEC 4
#define VM_SHARED 8
#define VM_MAYREAD 0x10
#define VM_MAYWRITE 0x20
#define VM_MAYEXEC 0x40
#define VM_PFNMAP 0x400
#define VM_LOCKED 0x2000
#define VM_IO 0x4000
#define VM_DONTCOPY 0x20000
#define VM_DONTEXPAND 0x40000
#define VM_HUGETLB 0x400000
#define VM_DONTDUMP 0x4000000
#define VM_MIXEDMAP 0x10000000
#define VM_RESERVED VM_DONTDUMP
#define VM_FAULT_SIGBUS 2
#define VM_FAULT_OOM 1
#define VM_FAULT_NOPAGE 0x100
#define VM_FAULT_LOCKED 0x200
#define VM_FAULT_ERROR 0x73
#define FAULT_FLAG_WRITE 1
#define FAULT_FLAG_REMOTE 0x80
struct vm_area_struct *__pinscope_find_vma(struct mm_struct *mm, unsigned long a, int exact); int remap_pfn_range(struct vm_area_struct *v, unsigned long a, unsigned long pfn, unsigned long n, pgprot_t p); int vm_insert_page(struct vm_area_struct *v, unsigned long a, struct page *p); void __pinscope_zap(struct vm_area_struct *v, unsigned long a, unsigned long n); int fixup_user_fault(struct mm_struct *mm, unsigned long a, unsigned int f, bool *u); int __pinscope_follow_pfn(struct vm_area_struct *v, unsigned long a, unsigned long *pfn);
#define find_vma(m, a) __pinscope_find_vma(m, a, 0)
#define vma_lookup(m, a) __pinscope_find_vma(m, a, 1)
#define find_extend_vma(m, a) __pinscope_find_vma(m, a, 1)
#define find_exact_vma(m, a, e) __pinscope_find_vma(m, a, 1)
#define find_vma_intersection(m, a, e) ({ struct vm_area_struct *__fvi = __pinscope_find_vma(m, a, 0); __fvi && __fvi->vm_start < (e) ? __fvi : NULL; })
#define vma_pages(v) (((v)->vm_end - (v)->vm_start) >> PAGE_SHIFT)
#define vma_is_anonymous(v) (!(v)->vm_file && !((v)->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)))
#define vma_is_shmem(v) 0
#define vma_is_dax(v) 0
#define vma_is_fsdax(v) 0
#define is_vm_hugetlb_page(v) (((v)->vm_flags & VM_HUGETLB) != 0)
#define vma_kernel_pagesize(v) (is_vm_hugetlb_page(v) ? HPAGE_SIZE : PAGE_SIZE)
#define vm_get_page_prot(f) ((pgprot_t){ (f) })
#define vm_flags_set(v, f) ((v)->vm_flags |= (f))
#define vm_flags_clear(v, f) ((v)->vm_flags &= ~(f))
#define vm_flags_mod(v, s, c) ((v)->vm_flags = ((v)->vm_flags | (s)) & ~(c))
#define vm_flags_init(v, f) ((v)->vm_flags = (f))
#define pgprot_noncached(p) (p)
#define pgprot_writecombine(p) (p)
#define pgprot_cached(p) (p)
#define pgprot_decrypted(p) (p)
#define pgprot_val(p) ((p).pgprot)
#define __pgprot(x) ((pgprot_t){ (x) })
#define io_remap_pfn_range(v, a, p, n, t) remap_pfn_range(v, a, p, n, t)
#define vmf_insert_page(v, a, p) (vm_insert_page(v, a, p) ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE)
#define vmf_insert_pfn(v, a, p) (remap_pfn_range(v, a, p, PAGE_SIZE, (v)->vm_page_prot) ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE)
#define vmf_insert_pfn_prot(v, a, p, t) vmf_insert_pfn(v, a, p)
#define vmf_insert_mixed(v, a, p) vmf_insert_pfn(v, a, (p).val)
#define vm_insert_pfn(v, a, p) remap_pfn_range(v, a, p, PAGE_SIZE, (v)->vm_page_prot)
#define vm_insert_mixed(v, a, p) vm_insert_pfn(v, a, (p).val)
static inline int vm_insert_pages(struct vm_area_struct *v, unsigned long a, struct page **p, unsigned long *n) { while (*n) { int r = vm_insert_page(v, a, *p++); if (r) return r; a += PAGE_SIZE; (*n)--; } return 0; }
static inline int vm_map_pages(struct vm_area_struct *v, struct page **p, unsigned long n) { unsigned long i, c = vma_pages(v); if (v->vm_pgoff >= n || c > n - v->vm_pgoff) return -ENXIO; for (i = 0; i < c; i++) { int r = vm_insert_page(v, v->vm_start + i * PAGE_SIZE, p[v->vm_pgoff + i]); if (r) return r; } return 0; }
#define vm_map_pages_zero(v, p, n) vm_map_pages(v, p, n)
static inline int remap_vmalloc_range_partial(struct vm_area_struct *v, unsigned long u, void *k, unsigned long pgoff, unsigned long size) { char *p = (char *)k + (pgoff << PAGE_SHIFT); if (((unsigned long)u | (unsigned long)k) & ~PAGE_MASK) return -EINVAL; for (size = PAGE_ALIGN(size); size; size -= PAGE_SIZE, u += PAGE_SIZE, p += PAGE_SIZE) { int r = vm_insert_page(v, u, __pinscope_vmalloc_page(p)); if (r) return r; } vm_flags_set(v, VM_DONTEXPAND | VM_DONTDUMP); return 0; }
#define remap_vmalloc_range(v, a, o) remap_vmalloc_range_partial(v, (v)->vm_start, a, o, (v)->vm_end - (v)->vm_start)
static inline int vm_iomap_memory(struct vm_area_struct *v, phys_addr_t start, unsigned long len) { unsigned long vl = v->vm_end - v->vm_start, pages = (len + (start & ~PAGE_MASK) + ~PAGE_MASK) >> PAGE_SHIFT; if (start + len < start) return -EINVAL; if (v->vm_pgoff > pages || vl >> PAGE_SHIFT > pages - v->vm_pgoff) return -EINVAL; return io_remap_pfn_range(v, v->vm_start, (start >> PAGE_SHIFT) + v->vm_pgoff, vl, v->vm_page_prot); }
#define vma_set_file(v, f) do { struct file *__vsf = get_file(f); swap((v)->vm_file, __vsf); fput(__vsf); } while (0)
#define zap_vma_ptes(v, a, n) __pinscope_zap(v, a, n)
#define zap_page_range(v, a, n) __pinscope_zap(v, a, n)
#define zap_page_range_single(v, a, n, d) __pinscope_zap(v, a, n)
#define unmap_mapping_range(m, a, n, e) ((void)(m))
#define follow_pfn(v, a, p) __pinscope_follow_pfn(v, a, p)

struct mmu_notifier; struct mmu_interval_notifier;
struct mmu_notifier_range { struct mm_struct *mm; unsigned long start, end; unsigned int flags; int event; void *owner; };
enum mmu_notifier_event { MMU_NOTIFY_UNMAP, MMU_NOTIFY_CLEAR, MMU_NOTIFY_PROTECTION_VMA, MMU_NOTIFY_PROTECTION_PAGE, MMU_NOTIFY_SOFT_DIRTY, MMU_NOTIFY_RELEASE, MMU_NOTIFY_MIGRATE, MMU_NOTIFY_EXCLUSIVE };
struct mmu_notifier_ops { void (*release)(struct mmu_notifier *, struct mm_struct *); int (*invalidate_range_start)(struct mmu_notifier *, const struct mmu_notifier_range *); void (*invalidate_range_end)(struct mmu_notifier *, const struct mmu_notifier_range *); void (*invalidate_range)(struct mmu_notifier *, struct mm_struct *, unsigned long, unsigned long); int (*clear_flush_young)(struct mmu_notifier *, struct mm_struct *, unsigned long, unsigned long); int (*clear_young)(struct mmu_notifier *, struct mm_struct *, unsigned long, unsigned long); int (*test_young)(struct mmu_notifier *, struct mm_struct *, unsigned long); void (*change_pte)(struct mmu_notifier *, struct mm_struct *, unsigned long, pte_t); void (*arch_invalidate_secondary_tlbs)(struct mmu_notifier *, struct mm_struct *, unsigned long, unsigned long); void (*invalidate_page)(struct mmu_notifier *, struct mm_struct *, unsigned long); struct mmu_notifier *(*alloc_notifier)(struct mm_struct *); void (*free_notifier)(struct mmu_notifier *); };
struct mmu_interval_notifier_ops { bool (*invalidate)(struct mmu_interval_notifier *, const struct mmu_notifier_range *, unsigned long); };
struct mmu_notifier { const struct mmu_notifier_ops *ops; struct mm_struct *mm; struct hlist_node hlist; unsigned int users; };
struct mmu_interval_notifier { struct interval_tree_node interval_tree; const struct mmu_interval_notifier_ops *ops; struct mm_struct *mm; unsigned long invalidate_seq; };
int __pinscope_notifier(void *n, struct mm_struct *mm, unsigned long a, unsigned long e, int kind); int __pinscope_notifier_remove(void *n); void *__pinscope_notifier_find(const void *ops, struct mm_struct *mm);
static inline int mmu_notifier_register(struct mmu_notifier *n, struct mm_struct *mm) { if (__pinscope_choice("mmu_notifier_register")) return -ENOMEM; n->mm = mm; n->users = 1; __pinscope_notifier(n, mm, 0, ULONG_MAX >> 17, 0); mmgrab(mm); return 0; }
#define __mmu_notifier_register(n, m) mmu_notifier_register(n, m)
static inline void mmu_notifier_unregister(struct mmu_notifier *n, struct mm_struct *mm) { if (__pinscope_notifier_remove(n) && n->ops->release) n->ops->release(n, mm); mmdrop(mm); }
static inline struct mmu_notifier *mmu_notifier_get_locked(const struct mmu_notifier_ops *ops, struct mm_struct *mm) { struct mmu_notifier *n = __pinscope_notifier_find(ops, mm); int r; if (n) { n->users++; return n; } n = ops->alloc_notifier(mm); if (IS_ERR(n)) return n; n->ops = ops; r = mmu_notifier_register(n, mm); if (r) { ops->free_notifier(n); return ERR_PTR(r); } return n; }
#define mmu_notifier_get(o, m) mmu_notifier_get_locked(o, m)
static inline void __mmu_notifier_free(struct mmu_notifier *n) { struct mm_struct *mm = n->mm; n->ops->free_notifier(n); mmdrop(mm); }
static inline void mmu_notifier_put(struct mmu_notifier *n) { if (--n->users) return; __pinscope_notifier_remove(n); __pinscope_spawn(4, __mmu_notifier_free, n, n, 1); }
static inline int mmu_interval_notifier_insert(struct mmu_interval_notifier *n, struct mm_struct *mm, unsigned long a, unsigned long l, const struct mmu_interval_notifier_ops *o) { if (!l || a + l < a) return -EOVERFLOW; if (__pinscope_choice("mmu_interval_notifier_insert")) return -ENOMEM; mmgrab(mm); n->mm = mm; n->ops = o; n->interval_tree.start = a; n->interval_tree.last = a + l - 1; n->invalidate_seq = 2; __pinscope_notifier(n, mm, a, a + l, 1); return 0; }
#define mmu_interval_notifier_insert_locked(n, m, a, l, o) mmu_interval_notifier_insert(n, m, a, l, o)
static inline void mmu_interval_notifier_remove(struct mmu_interval_notifier *n) { __pinscope_notifier_remove(n); mmdrop(n->mm); }
static inline unsigned long mmu_interval_read_begin(struct mmu_interval_notifier *n) { return n->invalidate_seq; }
static inline bool mmu_interval_read_retry(struct mmu_interval_notifier *n, unsigned long s) { return n->invalidate_seq != s; }
#define mmu_interval_check_retry(n, s) mmu_interval_read_retry(n, s)
#define mmu_interval_set_seq(n, s) ((n)->invalidate_seq = (s))
#define mmu_notifier_range_blockable(r) (((r)->flags & 1) != 0)
#define MMU_NOTIFIER_RANGE_BLOCKABLE 1
#define mmu_notifier_synchronize() ((void)0)
`;
