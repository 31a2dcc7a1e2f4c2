/** Resources that belong to a device, and are given back when its driver is unbound: include/linux/device/devres.h, drivers/base/devres.c. */
export const DEVRES = String.raw`
struct __devres { struct __devres *next; void (*fn)(void *); void *data; int managed; };
int __pinscope_request_irq(unsigned int irq, void *h, void *thread, void *dev); void __pinscope_free_irq(unsigned int irq, void *dev);
void *__pinscope_devm(const char *what, size_t n, int zero); void __pinscope_devm_free(void *p);
static inline struct __devres *__devres_push(struct device *d, void (*fn)(void *), void *data) { struct __devres *r = __pinscope_devm("devres", sizeof(*r), 1); r->fn = fn; r->data = data; r->next = d->__devres; d->__devres = r; return r; }
static inline bool __devres_drop(struct device *d, void (*fn)(void *), void *data) { struct __devres **p, *r; for (p = &d->__devres; (r = *p); p = &r->next) { if (r->fn != fn || r->data != data) continue; *p = r->next; __pinscope_devm_free(r); return true; } return false; }
static inline void __devres_release(struct device *d) { struct __devres *r; while ((r = d->__devres)) { d->__devres = r->next; r->fn(r->data); __pinscope_devm_free(r); } }
static inline void __devm_kfree(void *p) { __pinscope_devm_free(p); }
static inline void *__devm_alloc(struct device *d, const char *what, size_t n, int zero) { void *p = __pinscope_devm(what, n, zero); if (p && n && d) __devres_push(d, __devm_kfree, p); return p; }
#define devm_kmalloc(d, n, f) __devm_alloc(d, "devm_kmalloc", n, ((f) & __GFP_ZERO) != 0)
#define devm_kzalloc(d, n, f) __devm_alloc(d, "devm_kzalloc", n, 1)
#define devm_kcalloc(d, n, s, f) __devm_alloc(d, "devm_kcalloc", size_mul(n, s), 1)
#define devm_kmalloc_array(d, n, s, f) __devm_alloc(d, "devm_kmalloc_array", size_mul(n, s), 0)
#define devm_kmemdup(d, s, n, f) ({ size_t __dmn = (n); void *__dmd = __devm_alloc(d, "devm_kmemdup", __dmn, 0); if (__dmd) memcpy(__dmd, s, __dmn); __dmd; })
#define devm_kmemdup_array(d, s, n, z, f) devm_kmemdup(d, s, size_mul(n, z), f)
#define devm_kstrdup(d, s, f) ({ const char *__dms = (s); (char *)(__dms ? devm_kmemdup(d, __dms, strlen(__dms) + 1, f) : NULL); })
#define devm_kstrdup_const(d, s, f) devm_kstrdup(d, s, f)
static inline void *__devm_krealloc(struct device *d, void *p, size_t n) { void *q = __devm_alloc(d, "devm_krealloc", n, 0); size_t o = p ? __pinscope_ksize(p) : 0; if (q && p) { memcpy(q, p, o < n ? o : n); __devres_drop(d, __devm_kfree, p); __pinscope_devm_free(p); } return q; }
#define devm_krealloc(d, p, n, f) __devm_krealloc(d, p, n)
#define devm_krealloc_array(d, p, n, s, f) __devm_krealloc(d, p, size_mul(n, s))
#define devm_kasprintf(d, g, f, a...) ({ char *__dka = kasprintf(g, f, ##a); char *__dkb = devm_kstrdup(d, __dka, g); kfree(__dka); __dkb; })
static inline void devm_kfree(struct device *d, const void *p) { if (!p) return; if (d && !__devres_drop(d, __devm_kfree, (void *)p)) { __pinscope_warn("devm_kfree() of memory that is not the device's"); return; } __pinscope_devm_free((void *)p); }
static inline int __devm_action(struct device *d, void (*fn)(void *), void *data, int reset) { if (__pinscope_choice("devm_add_action")) { if (reset) fn(data); return -ENOMEM; } if (d) __devres_push(d, fn, data)->managed = 1; return 0; }
#define devm_add_action(d, f, a) __devm_action(d, f, a, 0)
#define devm_add_action_or_reset(d, f, a) __devm_action(d, f, a, 1)
#define devm_remove_action(d, f, a) ((void)__devres_drop(d, f, a))
static inline void devm_release_action(struct device *d, void (*fn)(void *), void *data) { if (__devres_drop(d, fn, data)) fn(data); }
static inline void __devm_free_pages(void *p) { free_pages((unsigned long)p & PAGE_MASK, (unsigned long)p & 15); }
static inline unsigned long __devm_get_free_pages(struct device *d, gfp_t f, unsigned int o) { unsigned long p = __get_free_pages(f, o); if (p) __devres_push(d, __devm_free_pages, (void *)(p | o)); return p; }
#define devm_get_free_pages(d, f, o) __devm_get_free_pages(d, f, o)
#define devm_free_pages(d, p) devm_release_action(d, __devm_free_pages, (void *)(p))
struct __devm_irq { unsigned int irq; void *dev; };
static inline void __devm_irq_free(void *p) { struct __devm_irq *i = p; __pinscope_free_irq(i->irq, i->dev); __pinscope_devm_free(i); }
static inline int __devm_irq(struct device *d, unsigned int irq, void *h, void *t, void *dev) { struct __devm_irq *i; int r = __pinscope_request_irq(irq, h, t, dev); if (r || !d) return r; i = __pinscope_devm("devres", sizeof(*i), 0); i->irq = irq; i->dev = dev; __devres_push(d, __devm_irq_free, i); return 0; }
#define devm_request_irq(v, i, h, f, n, d) __devm_irq(v, i, h, NULL, d)
#define devm_request_threaded_irq(v, i, h, t, f, n, d) __devm_irq(v, i, h, t, d)
#define devm_request_any_context_irq(v, i, h, f, n, d) __devm_irq(v, i, h, NULL, d)
static inline void devm_free_irq(struct device *v, unsigned int irq, void *dev) { struct __devres **p, *r; for (p = &v->__devres; (r = *p); p = &r->next) { struct __devm_irq *i = r->data; if (r->fn != __devm_irq_free || i->irq != irq || i->dev != dev) continue; *p = r->next; __devm_irq_free(i); __pinscope_devm_free(r); return; } }
static inline void __devm_misc(void *p) { misc_deregister(p); }
static inline int devm_misc_register(struct device *d, struct miscdevice *m) { int r = misc_register(m); if (!r) __devres_push(d, __devm_misc, m); return r; }
static inline void __devm_wq(void *p) { struct workqueue_struct *w = p; destroy_workqueue(w); }
#define devm_alloc_workqueue(d, f, l, m, a...) ({ struct workqueue_struct *__daw = alloc_workqueue(f, l, m); if (__daw) __devres_push(d, __devm_wq, __daw); __daw; })
#define devm_alloc_ordered_workqueue(d, f, l, a...) devm_alloc_workqueue(d, f, l, 1)
static inline void __devm_mutex(void *p) { struct mutex *m = p; mutex_destroy(m); }
static inline int devm_mutex_init(struct device *d, struct mutex *m) { mutex_init(m); __devres_push(d, __devm_mutex, m); return 0; }
struct __dmam { size_t n; void *p; dma_addr_t h; };
static inline void __dmam_free(void *v) { struct __dmam *m = v; dma_free_coherent(NULL, m->n, m->p, m->h); __pinscope_devm_free(m); }
static inline void *__dmam_alloc(struct device *d, size_t n, dma_addr_t *h) { void *p = dma_alloc_coherent(d, n, h, GFP_KERNEL); struct __dmam *m; if (!p || !d) return p; m = __pinscope_devm("devres", sizeof(*m), 0); m->n = n; m->p = p; m->h = *h; __devres_push(d, __dmam_free, m); return p; }
#define dmam_alloc_coherent(d, n, h, f) __dmam_alloc(d, n, h)
#define dmam_alloc_attrs(d, n, h, f, a) __dmam_alloc(d, n, h)
static inline void dmam_free_coherent(struct device *d, size_t n, void *p, dma_addr_t h) { struct __devres **q, *r; for (q = &d->__devres; (r = *q); q = &r->next) { struct __dmam *m = r->data; if (r->fn != __dmam_free || m->p != p) continue; *q = r->next; __dmam_free(m); __pinscope_devm_free(r); return; } }
static inline void __dmam_pool(void *p) { struct dma_pool *d = p; dma_pool_destroy(d); }
#define dmam_pool_create(n, d, s, a, b) ({ struct device *__dpd = (d); struct dma_pool *__dpc = dma_pool_create(n, __dpd, s, a, b); if (__dpc) __devres_push(__dpd, __dmam_pool, __dpc); __dpc; })
#define dmam_pool_destroy(p) ((void)(p))
#define devres_open_group(d, i, g) ((void *)(d))
#define devres_close_group(d, i) ((void)(d))
#define devres_remove_group(d, i) ((void)(d))
#define devres_release_group(d, i) __devres_release(d)
`;
