/** DMA mappings and scatterlists: include/linux/{dma-mapping,dmapool,scatterlist}.h. */
export const DMA = String.raw`
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
#define dma_free_coherent(d, n, p, h) __pinscope_dma_free(p, n, h)
#define dma_free_attrs(d, n, p, h, a) __pinscope_dma_free(p, n, h)
#define dma_free_wc(d, n, p, h) __pinscope_dma_free(p, n, h)
#define dma_free_noncoherent(d, n, p, h, r) __pinscope_dma_free(p, n, h)
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
struct sg_dma_page_iter { struct sg_page_iter base; };
#define sg_page_iter_dma_address(i) (sg_dma_address((i)->base.sg) + ((dma_addr_t)(i)->base.sg_pgoffset << PAGE_SHIFT))
static inline bool __sg_page_iter_dma_next(struct sg_dma_page_iter *d) { struct sg_page_iter *i = &d->base; if (!i->__nents || !i->sg) return false; i->sg_pgoffset += i->__pg_advance; i->__pg_advance = 1; while (i->sg_pgoffset >= PAGE_ALIGN(i->sg->offset + sg_dma_len(i->sg)) >> PAGE_SHIFT) { i->sg_pgoffset -= PAGE_ALIGN(i->sg->offset + sg_dma_len(i->sg)) >> PAGE_SHIFT; i->sg = sg_next(i->sg); if (!--i->__nents || !i->sg) return false; } return true; }
#define for_each_sg_dma_page(l, i, n, o) for (__sg_page_iter_start(&(i)->base, l, n, o); __sg_page_iter_dma_next(i);)
#define for_each_sgtable_dma_page(t, i, o) for_each_sg_dma_page((t)->sgl, i, (t)->nents, o)
#define dma_map_bvec(d, b, r, a) dma_map_page_attrs(d, (b)->bv_page, (b)->bv_offset, (b)->bv_len, r, a)
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
