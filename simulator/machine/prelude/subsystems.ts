/** What drivers of other subsystems use in passing: messages, private data, fences, descriptors. */

/** include/linux/{netdevice,device,dma-fence,file,bvec,iommu,…}.h, as far as the machine knows them. */
export const SUBSYSTEMS = String.raw`
#define netdev_err(d, f, a...) printk(f, ##a)
#define netdev_warn(d, f, a...) printk(f, ##a)
#define netdev_info(d, f, a...) printk(f, ##a)
#define ibdev_err(d, f, a...) printk(f, ##a)
#define ibdev_warn(d, f, a...) printk(f, ##a)
#define ibdev_info(d, f, a...) printk(f, ##a)
#define drm_err(d, f, a...) printk(f, ##a)
#define drm_warn(d, f, a...) printk(f, ##a)
#define drm_info(d, f, a...) printk(f, ##a)
#define v4l2_err(d, f, a...) printk(f, ##a)
#define v4l2_warn(d, f, a...) printk(f, ##a)
#define v4l2_info(d, f, a...) printk(f, ##a)
#define DRM_DEV_ERROR(d, f, a...) printk(f, ##a)
#define DRM_DEV_INFO(d, f, a...) printk(f, ##a)
#define netdev_dbg(d, f, a...) ((void)(d))
#define ibdev_dbg(d, f, a...) ((void)(d))
#define drm_dbg(d, f, a...) ((void)(d))
#define drm_dbg_driver(d, f, a...) ((void)(d))
#define drm_dbg_kms(d, f, a...) ((void)(d))
#define drm_dbg_core(d, f, a...) ((void)(d))
#define v4l2_dbg(d, f, a...) ((void)(d))
#define DRM_DEV_DEBUG(d, f, a...) ((void)(d))
#define netif_err(p, t, f, a...) printk(f, ##a)
#define netif_warn(p, t, f, a...) printk(f, ##a)
#define netif_info(p, t, f, a...) printk(f, ##a)
#define sdev_printk(p, t, f, a...) printk(f, ##a)
#define scmd_printk(p, t, f, a...) printk(f, ##a)
#define netif_dbg(p, t, d, f, a...) ((void)(d))
#define DRM_ERROR(f, a...) printk(f, ##a)
#define DRM_WARN(f, a...) printk(f, ##a)
#define DRM_INFO(f, a...) printk(f, ##a)
#define snd_printk(f, a...) printk(f, ##a)
#define DRM_DEBUG(f, a...) ((void)0)
#define DRM_DEBUG_DRIVER(f, a...) ((void)0)
#define DRM_DEBUG_KMS(f, a...) ((void)0)
#define drm_WARN_ON(d, c) WARN_ON(c)
#define drm_WARN_ON_ONCE(d, c) WARN_ON(c)
#define usb_set_intfdata(p, v) ((p)->dev.driver_data = (v))
#define i2c_set_clientdata(p, v) ((p)->dev.driver_data = (v))
#define spi_set_drvdata(p, v) ((p)->dev.driver_data = (v))
#define amba_set_drvdata(p, v) ((p)->dev.driver_data = (v))
#define auxiliary_set_drvdata(p, v) ((p)->dev.driver_data = (v))
#define video_set_drvdata(p, v) ((p)->dev.driver_data = (v))
#define input_set_drvdata(p, v) ((p)->dev.driver_data = (v))
#define snd_soc_card_set_drvdata(p, v) ((p)->dev.driver_data = (v))
#define mdev_set_drvdata(p, v) ((p)->dev.driver_data = (v))
#define usb_get_intfdata(p) ((p)->dev.driver_data)
#define i2c_get_clientdata(p) ((p)->dev.driver_data)
#define spi_get_drvdata(p) ((p)->dev.driver_data)
#define amba_get_drvdata(p) ((p)->dev.driver_data)
#define auxiliary_get_drvdata(p) ((p)->dev.driver_data)
#define video_get_drvdata(p) ((p)->dev.driver_data)
#define video_drvdata(f) ((f)->private_data)
static inline void list_bulk_move_tail(struct list_head *h, struct list_head *f, struct list_head *l) { f->prev->next = l->next; l->next->prev = f->prev; h->prev->next = f; f->prev = h->prev; l->next = h; h->prev = l; }
struct dma_fence_cb { struct list_head node; void (*func)(struct dma_fence *, struct dma_fence_cb *); };
static inline int dma_fence_add_callback(struct dma_fence *f, struct dma_fence_cb *c, void (*fn)(struct dma_fence *, struct dma_fence_cb *)) { if (f->signaled) { INIT_LIST_HEAD(&c->node); return -ENOENT; } c->func = fn; list_add_tail(&c->node, &f->cb_list); return 0; }
static inline bool dma_fence_remove_callback(struct dma_fence *f, struct dma_fence_cb *c) { bool on = !list_empty(&c->node); if (on) list_del_init(&c->node); return on; }
static inline int __dma_fence_signal(struct dma_fence *f) { struct dma_fence_cb *c, *t; if (f->signaled) return -EINVAL; f->signaled = true; list_for_each_entry_safe(c, t, &f->cb_list, node) { list_del_init(&c->node); c->func(f, c); } wake_up_all(&f->wq); return 0; }
#define dma_fence_init(f, o, l, c, s) do { kref_init(&(f)->refcount); INIT_LIST_HEAD(&(f)->cb_list); (f)->signaled = false; (f)->error = 0; } while (0)
#define dma_fence_get(f) (kref_get(&(f)->refcount), (f))
static inline void __dma_fence_release(struct kref *k) { kfree(container_of(k, struct dma_fence, refcount)); }
#define dma_fence_put(f) ((void)kref_put(&(f)->refcount, __dma_fence_release))
#define dma_fence_signal(f) __dma_fence_signal(f)
#define dma_fence_is_signaled(f) ((f)->signaled)
#define dma_fence_wait(f, i) wait_event_interruptible((f)->wq, (f)->signaled)
#define dma_fence_wait_timeout(f, i, t) wait_event_timeout((f)->wq, (f)->signaled, t)
#define dma_resv_wait_timeout(r, u, i, t) 1L
struct fd { struct file *file; };
#define fdget(n) ((struct fd){ __pinscope_fget(n) })
#define fdput(f) do { if ((f).file) fput((f).file); } while (0)
#define fd_file(f) ((f).file)
#define fd_empty(f) (!(f).file)
struct regmap { int x; }; struct regmap_config { int reg_bits, val_bits, reg_stride; unsigned int max_register; const char *name; }; struct regmap __pinscope_regmap;
#define devm_regmap_init_mmio(d, r, c) (&__pinscope_regmap)
#define devm_regmap_init_i2c(d, c) (&__pinscope_regmap)
#define regmap_read(m, r, v) (*(v) = readl((const volatile void *)__pinscope_io() + (r)), 0)
#define regmap_write(m, r, v) (writel(v, (volatile void *)__pinscope_io() + (r)), 0)
static inline int regmap_update_bits(struct regmap *m, unsigned int r, unsigned int k, unsigned int v) { unsigned int o; regmap_read(m, r, &o); return regmap_write(m, r, (o & ~k) | (v & k)); }
#define regmap_set_bits(m, r, b) regmap_update_bits(m, r, b, b)
#define regmap_clear_bits(m, r, b) regmap_update_bits(m, r, b, 0)
struct gpio_desc { int value; }; struct gpio_desc __pinscope_gpio;
#define devm_gpiod_get(d, n, f) (&__pinscope_gpio)
#define devm_gpiod_get_optional(d, n, f) (&__pinscope_gpio)
#define gpiod_set_value(g, v) ((void)((g)->value = (v)))
#define gpiod_get_value(g) ((g)->value)
#define gpiod_set_value_cansleep(g, v) gpiod_set_value(g, v)
#define gpiod_get_value_cansleep(g) gpiod_get_value(g)
#define GPIOD_OUT_LOW 3
#define GPIOD_OUT_HIGH 7
#define GPIOD_IN 1
#define inb(p) readb((const volatile void *)__pinscope_io() + (p))
#define inw(p) readw((const volatile void *)__pinscope_io() + (p))
#define inl(p) readl((const volatile void *)__pinscope_io() + (p))
#define outb(v, p) writeb(v, (volatile void *)__pinscope_io() + (p))
#define outw(v, p) writew(v, (volatile void *)__pinscope_io() + (p))
#define outl(v, p) writel(v, (volatile void *)__pinscope_io() + (p))
#define bvec_set_page(b, p, l, o) ((b)->bv_page = (p), (b)->bv_len = (l), (b)->bv_offset = (o))
#define bvec_set_folio(b, f, l, o) bvec_set_page(b, &(f)->page, l, o)
#define bvec_set_virt(b, a, l) bvec_set_page(b, virt_to_page(a), l, offset_in_page(a))
#define iov_iter_discard(i, d, c) memset(i, 0, sizeof(*(i)))
#define iov_iter_gap_alignment(i) iov_iter_alignment(i)
#define iov_iter_save_state(i, s) (*(s) = *(i))
#define iov_iter_restore(i, s) (*(i) = *(s))
static inline size_t iov_length(const struct iovec *v, unsigned long n) { size_t r = 0; while (n--) r += (v++)->iov_len; return r; }
#define copy_to_iter_mcsafe(s, n, i) copy_to_iter(s, n, i)
#define head_page(p) compound_head(p)
#define strlen_user(s) strnlen_user(s, PATH_MAX)
#define reservation_object_lock(r, c) ww_mutex_lock(&(r)->lock, c)
#define reservation_object_unlock(r) ww_mutex_unlock(&(r)->lock)
#define IOMMU_READ 1
#define IOMMU_WRITE 2
#define IOMMU_CACHE 4
#define IOMMU_NOEXEC 8
#define IOMMU_MMIO 16
#define IOMMU_PRIV 32
#define platform_bus_type (*(const struct bus_type *)0)
#define pci_bus_type (*(const struct bus_type *)0)
struct iommu_domain { unsigned int type; unsigned long pgsize_bitmap; };
long __pinscope_domain(int op, unsigned long iova, unsigned long pa);
static inline struct iommu_domain *iommu_domain_alloc(const void *bus) { return kzalloc(sizeof(struct iommu_domain), GFP_KERNEL); }
static inline struct iommu_domain *iommu_paging_domain_alloc(struct device *dev) { struct iommu_domain *d = kzalloc(sizeof(struct iommu_domain), GFP_KERNEL); return d ? d : ERR_PTR(-ENOMEM); }
static inline void iommu_domain_free(struct iommu_domain *d) { kfree(d); }
#define iommu_attach_device(d, dev) ((void)(d), (void)(dev), 0)
#define iommu_detach_device(d, dev) ((void)(d), (void)(dev))
#define iommu_attach_group(d, g) ((void)(d), (void)(g), 0)
#define iommu_detach_group(d, g) ((void)(d), (void)(g))
#define iommu_present(b) true
#define device_iommu_mapped(d) true
#define device_iommu_capable(d, c) true
#define iommu_capable(b, c) true
static inline size_t iommu_unmap(struct iommu_domain *d, unsigned long iova, size_t n) { size_t done = 0; for (; done < n && __pinscope_domain(1, iova + done, 0); done += PAGE_SIZE) ; return done; }
static inline int iommu_map(struct iommu_domain *d, unsigned long iova, phys_addr_t pa, size_t n, int prot, ...) { size_t done; if (!n || ((iova | pa | n) & ~PAGE_MASK)) return -EINVAL; for (done = 0; done < n; done += PAGE_SIZE) if (__pinscope_domain(0, iova + done, pa + done)) { iommu_unmap(d, iova, done); return -EEXIST; } return 0; }
#define iommu_map_atomic(d, a, p, n, r) iommu_map(d, a, p, n, r)
#define iommu_unmap_fast(d, a, n, g) iommu_unmap(d, a, n)
#define iommu_iotlb_sync(d, g) ((void)(g))
static inline ssize_t iommu_map_sg(struct iommu_domain *d, unsigned long a, struct scatterlist *s, unsigned int n, int p, ...) { ssize_t t = 0; unsigned int i; for (i = 0; i < n && s; i++, s = sg_next(s)) { int r = iommu_map(d, a + t, sg_phys(s) & PAGE_MASK, PAGE_ALIGN(s->offset + s->length), p); if (r) { iommu_unmap(d, a, t); return r; } t += PAGE_ALIGN(s->offset + s->length); } return t; }
#define iommu_map_sgtable(d, a, t, p) iommu_map_sg(d, a, (t)->sgl, (t)->orig_nents, p)
#define iommu_iova_to_phys(d, a) ({ phys_addr_t __itp = __pinscope_domain(2, a, 0); __itp ? __itp + ((a) & ~PAGE_MASK) : 0; })
#define iommu_iotlb_sync(d, g) ((void)0)
#define iommu_flush_iotlb_all(d) ((void)0)
`;
