/** Platform and PCI devices, power, interrupts, registers: include/linux/{platform_device,pci,pm_runtime,interrupt,io}.h. */
export const BUSES = String.raw`
#define IORESOURCE_MEM 0x200
#define IORESOURCE_IRQ 0x400
#define resource_size(r) ((r)->end - (r)->start + 1)
void *__pinscope_io(void); int __pinscope_irq_number(void);
struct platform_device __pinscope_pdev; struct resource __pinscope_res = { .start = 0xf0000000, .end = 0xf0000fff, .flags = IORESOURCE_MEM }; struct pci_dev __pinscope_pcidev;
struct platform_device *__pinscope_pdevs[8]; struct platform_driver *__pinscope_pdrivers[8], *__pinscope_pdev_driver;
static inline bool __platform_match(struct platform_driver *d, struct platform_device *p) { const struct platform_device_id *i; for (i = d->id_table; i && i->name[0]; i++) if (!strcmp(i->name, p->name)) return true; return d->driver.name && p->name && !strcmp(d->driver.name, p->name); }
static inline int __platform_bind(struct platform_driver *d, struct platform_device *p) { int r; if (p->dev.driver) return 0; p->dev.driver = &d->driver; r = d->probe ? d->probe(p) : 0; if (!r && d->driver.dev_groups) r = sysfs_create_groups(&p->dev.kobj, d->driver.dev_groups); if (r) { __devres_release(&p->dev); p->dev.driver = NULL; p->dev.driver_data = NULL; printk("%s: probe with driver %s failed with error %d\n", dev_name(&p->dev), d->driver.name, r); } return r; }
static inline void __platform_unbind(struct platform_device *p) { struct platform_driver *d; if (!p->dev.driver) return; d = container_of(p->dev.driver, struct platform_driver, driver); if (d->driver.dev_groups) sysfs_remove_groups(&p->dev.kobj, d->driver.dev_groups); if (d->remove) d->remove(p); else if (d->remove_new) d->remove_new(p); __devres_release(&p->dev); p->dev.driver = NULL; p->dev.driver_data = NULL; }
static inline int platform_device_add(struct platform_device *p) { int i; if (__pinscope_choice("platform_device_add")) return -EBUSY; for (i = 0; i < 8; i++) if (!__pinscope_pdevs[i]) { __pinscope_pdevs[i] = p; break; } p->dev.init_name = p->name; get_device(&p->dev); for (i = 0; i < 8; i++) if (__pinscope_pdrivers[i] && __platform_match(__pinscope_pdrivers[i], p)) { __platform_bind(__pinscope_pdrivers[i], p); break; } return 0; }
static inline void platform_device_del(struct platform_device *p) { int i; __platform_unbind(p); for (i = 0; i < 8; i++) if (__pinscope_pdevs[i] == p) __pinscope_pdevs[i] = NULL; put_device(&p->dev); }
#define platform_device_put(p) do { struct platform_device *__pdp = (p); if (!IS_ERR_OR_NULL(__pdp)) put_device(&__pdp->dev); } while (0)
static inline int platform_device_register(struct platform_device *p) { device_initialize(&p->dev); return platform_device_add(p); }
static inline void platform_device_unregister(struct platform_device *p) { if (IS_ERR_OR_NULL(p)) return; platform_device_del(p); platform_device_put(p); }
static inline void __platform_device_release(struct device *d) { kfree(container_of(d, struct platform_device, dev)); }
static inline struct platform_device *platform_device_alloc(const char *n, int id) { struct platform_device *p = __pinscope_alloc("platform_device_alloc", sizeof(*p), GFP_KERNEL, 1); if (!p) return NULL; p->name = n; p->id = id; device_initialize(&p->dev); p->dev.release = __platform_device_release; return p; }
static inline int platform_device_add_data(struct platform_device *p, const void *d, size_t n) { p->dev.platform_data = devm_kmemdup(&p->dev, d, n, GFP_KERNEL); return p->dev.platform_data ? 0 : -ENOMEM; }
#define dev_get_platdata(d) ((d)->platform_data)
static inline struct platform_device *platform_device_register_data(struct device *parent, const char *n, int id, const void *d, size_t size) { struct platform_device *p = platform_device_alloc(n, id); int r; if (!p) return ERR_PTR(-ENOMEM); p->dev.parent = parent; r = size ? platform_device_add_data(p, d, size) : 0; if (!r) r = platform_device_add(p); if (r) { platform_device_put(p); return ERR_PTR(r); } return p; }
#define platform_device_register_simple(n, i, r, k) platform_device_register_data(NULL, n, i, NULL, 0)
#define platform_device_register_resndata(p, n, i, r, k, d, z) platform_device_register_data(p, n, i, d, z)
static inline int platform_driver_register(struct platform_driver *d) { int i, own = 0; if (__pinscope_choice("platform_driver_register")) return -EBUSY; for (i = 0; i < 8; i++) if (!__pinscope_pdrivers[i]) { __pinscope_pdrivers[i] = d; break; } for (i = 0; i < 8; i++) if (__pinscope_pdevs[i] && __platform_match(d, __pinscope_pdevs[i])) { own = 1; __platform_bind(d, __pinscope_pdevs[i]); } if (own || __pinscope_pdev.dev.driver) return 0; __pinscope_pdev.name = d->driver.name; __pinscope_pdev.dev.init_name = d->driver.name; __pinscope_pdev.resource = &__pinscope_res; __pinscope_pdev.num_resources = 1; mutex_init(&__pinscope_pdev.dev.mutex); __platform_bind(d, &__pinscope_pdev); return 0; }
static inline void platform_driver_unregister(struct platform_driver *d) { int i; for (i = 0; i < 8; i++) { if (__pinscope_pdrivers[i] == d) __pinscope_pdrivers[i] = NULL; if (__pinscope_pdevs[i] && __pinscope_pdevs[i]->dev.driver == &d->driver) __platform_unbind(__pinscope_pdevs[i]); } if (__pinscope_pdev.dev.driver == &d->driver) __platform_unbind(&__pinscope_pdev); }
static inline int __platform_driver_probe(struct platform_driver *d, int (*probe)(struct platform_device *)) { d->probe = probe; platform_driver_register(d); if (__pinscope_pdev.dev.driver == &d->driver) return 0; platform_driver_unregister(d); return -ENODEV; }
#define platform_driver_probe(d, p) __platform_driver_probe(d, p)
#define __platform_driver_register(d, m) platform_driver_register(d)
#define platform_get_resource(p, t, n) (&__pinscope_res)
#define platform_get_resource_byname(p, t, n) (&__pinscope_res)
#define platform_get_irq(p, n) __pinscope_irq_number()
#define platform_get_irq_byname(p, n) __pinscope_irq_number()
#define devm_ioremap_resource(d, r) __pinscope_io()
#define devm_platform_ioremap_resource(p, n) __pinscope_io()
#define devm_ioremap(d, a, n) __pinscope_io()
#define ioremap(a, n) __pinscope_io()
#define ioremap_wc(a, n) __pinscope_io()
#define ioremap_uc(a, n) __pinscope_io()
#define memremap(a, n, f) __pinscope_io()
#define memunmap(p) ((void)(p))
#define iounmap(p) ((void)(p))
#define request_mem_region(s, n, m) (&__pinscope_res)
#define release_mem_region(s, n) ((void)0)
#define of_match_ptr(x) (x)
static inline int __pci_register_driver(struct pci_driver *d) { int r; if (__pinscope_choice("pci_register_driver")) return -EBUSY; if (__pinscope_pcidev.dev.driver) return 0; __pinscope_pcidev.irq = __pinscope_irq_number(); __pinscope_pcidev.dev.init_name = d->name; __pinscope_pcidev.resource[0] = __pinscope_res; mutex_init(&__pinscope_pcidev.dev.mutex); if (d->id_table) { __pinscope_pcidev.vendor = d->id_table->vendor; __pinscope_pcidev.device = d->id_table->device; } __pinscope_pcidev.dev.driver = &d->driver; r = d->probe ? d->probe(&__pinscope_pcidev, d->id_table) : 0; if (r) { __devres_release(&__pinscope_pcidev.dev); __pinscope_pcidev.dev.driver = NULL; printk("%s: probe with driver %s failed with error %d\n", pci_name(&__pinscope_pcidev), d->name, r); } return 0; }
#define pci_register_driver(d) __pci_register_driver(d)
static inline void pci_unregister_driver(struct pci_driver *d) { if (__pinscope_pcidev.dev.driver != &d->driver) return; if (d->remove) d->remove(&__pinscope_pcidev); __devres_release(&__pinscope_pcidev.dev); __pinscope_pcidev.dev.driver = NULL; }
#define PCI_DEVICE(v, d) .vendor = (v), .device = (d), .subvendor = ~0, .subdevice = ~0
#define PCI_VDEVICE(v, d) .vendor = 0x8086, .device = (d)
#define PCI_ANY_ID (~0)
#define pci_enable_device(p) (__pinscope_choice("pci_enable_device") ? -EIO : 0)
#define pcim_enable_device(p) pci_enable_device(p)
#define pci_disable_device(p) ((void)(p))
#define pci_set_master(p) ((void)(p))
#define pci_clear_master(p) ((void)(p))
#define pci_request_regions(p, n) (__pinscope_choice("pci_request_regions") ? -EBUSY : 0)
#define pci_request_region(p, b, n) 0
#define pci_release_regions(p) ((void)(p))
#define pci_release_region(p, b) ((void)(p))
#define pcim_iomap_regions(p, m, n) 0
#define pcim_iomap_table(p) ({ static void *__pit[6]; __pit[0] = __pinscope_io(); __pit; })
#define pci_iomap(p, b, n) __pinscope_io()
#define pci_ioremap_bar(p, b) __pinscope_io()
#define pci_iounmap(p, a) ((void)(a))
#define pci_resource_start(p, b) 0xf0000000ULL
#define pci_resource_len(p, b) 0x1000ULL
#define pci_resource_flags(p, b) IORESOURCE_MEM
#define pci_alloc_irq_vectors(p, a, b, f) 1
#define pci_free_irq_vectors(p) ((void)(p))
#define pci_irq_vector(p, n) __pinscope_irq_number()
#define pci_enable_msi(p) 0
#define pci_disable_msi(p) ((void)(p))
#define PCI_IRQ_MSI 2
#define PCI_IRQ_MSIX 4
#define PCI_IRQ_ALL_TYPES 7
#define pm_runtime_enable(d) ((void)(d))
#define pm_runtime_disable(d) ((void)(d))
#define pm_runtime_get_sync(d) 0
#define pm_runtime_resume_and_get(d) 0
#define pm_runtime_get_noresume(d) ((void)(d))
#define pm_runtime_put(d) 0
#define pm_runtime_put_sync(d) 0
#define pm_runtime_put_autosuspend(d) 0
#define pm_runtime_put_noidle(d) ((void)(d))
#define pm_runtime_mark_last_busy(d) ((void)(d))
#define pm_runtime_suspended(d) 0
#define pm_runtime_active(d) 1
struct clk { int x; };
#define devm_clk_get(d, n) ((struct clk *)1)
#define clk_prepare_enable(c) 0
#define clk_disable_unprepare(c) ((void)(c))
#define clk_enable(c) 0
#define clk_disable(c) ((void)(c))
#define clk_get_rate(c) 100000000UL
#define IRQ_NONE 0
#define IRQ_HANDLED 1
#define IRQ_WAKE_THREAD 2
#define IRQF_SHARED 0x80
#define IRQF_ONESHOT 0x2000
#define IRQF_TRIGGER_NONE 0
#define IRQF_TRIGGER_RISING 1
#define IRQF_TRIGGER_HIGH 4
void __pinscope_mask_irq(unsigned int irq, int off);
#define request_irq(i, h, f, n, d) __pinscope_request_irq(i, h, NULL, d)
#define request_threaded_irq(i, h, t, f, n, d) __pinscope_request_irq(i, h, t, d)
#define request_any_context_irq(i, h, f, n, d) __pinscope_request_irq(i, h, NULL, d)
#define free_irq(i, d) __pinscope_free_irq(i, d)
#define disable_irq(i) __pinscope_mask_irq(i, 1)
#define disable_irq_nosync(i) __pinscope_mask_irq(i, 1)
#define enable_irq(i) __pinscope_mask_irq(i, 0)
#define synchronize_irq(i) __pinscope_sleep(1)
#define irq_set_handler_data(i, d) 0
u64 __pinscope_readio(const void *a, int n); void __pinscope_writeio(u64 v, void *a, int n);
#define __RW(n, b, t) static inline t read##n(const volatile void *a) { return (t)__pinscope_readio((const void *)a, b); } static inline void write##n(t v, volatile void *a) { __pinscope_writeio(v, (void *)a, b); }
__RW(b, 1, u8) __RW(w, 2, u16) __RW(l, 4, u32) __RW(q, 8, u64)
#define readb_relaxed(a) readb(a)
#define readw_relaxed(a) readw(a)
#define readl_relaxed(a) readl(a)
#define readq_relaxed(a) readq(a)
#define writeb_relaxed(v, a) writeb(v, a)
#define writew_relaxed(v, a) writew(v, a)
#define writel_relaxed(v, a) writel(v, a)
#define writeq_relaxed(v, a) writeq(v, a)
#define __raw_readb(a) readb(a)
#define __raw_readl(a) readl(a)
#define __raw_readq(a) readq(a)
#define __raw_writeb(v, a) writeb(v, a)
#define __raw_writel(v, a) writel(v, a)
#define __raw_writeq(v, a) writeq(v, a)
#define lo_hi_readq(a) readq(a)
#define hi_lo_readq(a) readq(a)
#define lo_hi_writeq(v, a) writeq(v, a)
#define hi_lo_writeq(v, a) writeq(v, a)
#define ioread8(a) readb(a)
#define ioread16(a) readw(a)
#define ioread32(a) readl(a)
#define ioread64(a) readq(a)
#define iowrite8(v, a) writeb(v, a)
#define iowrite16(v, a) writew(v, a)
#define iowrite32(v, a) writel(v, a)
#define iowrite64(v, a) writeq(v, a)
#define ioread32be(a) swab32(readl(a))
#define iowrite32be(v, a) writel(swab32(v), a)
#define memcpy_fromio(d, s, n) memcpy(d, s, n)
#define memcpy_toio(d, s, n) memcpy(d, s, n)
#define memset_io(d, c, n) memset(d, c, n)
#define readx_poll_timeout(op, a, v, c, s, t) ({ int __rp_n = 1000; for (;;) { (v) = op(a); if (c) break; if (!--__rp_n) break; __pinscope_tick(); } (c) ? 0 : -ETIMEDOUT; })
#define readl_poll_timeout(a, v, c, s, t) readx_poll_timeout(readl, a, v, c, s, t)
#define readl_poll_timeout_atomic(a, v, c, s, t) readl_poll_timeout(a, v, c, s, t)
struct device *__pinscope_device(const char *name); void __pinscope_submit(const char *dev, dma_addr_t a, size_t n, int dir);
#define virtual_device(n) __pinscope_device(n)
#define virtual_device_start(n, a, l, d) __pinscope_submit(n, a, l, d)
`;
