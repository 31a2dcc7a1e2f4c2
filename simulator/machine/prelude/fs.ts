/** Files, devices, modules, VMAs, iterators and the system calls of user programs, as C over built-ins. */

/** include/linux/{fs,cdev,miscdevice,platform_device,pci,interrupt,io,uio,mmu_notifier,…}.h and the C library of user programs. */
export const FILES = String.raw`
struct module { int x; }; struct dentry { struct inode *d_inode; struct { const char *name; } d_name; }; struct path { struct dentry *dentry; }; struct super_block { unsigned long s_blocksize; };
struct address_space { struct inode *host; unsigned long nrpages; unsigned long flags; };
struct cdev; struct poll_table_struct; typedef struct poll_table_struct { int x; } poll_table; struct kiocb; struct iov_iter; struct seq_file; struct pipe_inode_info; struct dir_context; struct file_lock; typedef void *fl_owner_t;
struct inode { umode_t i_mode; dev_t i_rdev; loff_t i_size; struct address_space *i_mapping; struct address_space i_data; struct super_block *i_sb; struct cdev *i_cdev; void *i_private; unsigned long i_ino; struct rw_semaphore i_rwsem; int __file; };
struct file { const struct file_operations *f_op; void *private_data; unsigned int f_flags; fmode_t f_mode; loff_t f_pos; struct inode *f_inode; struct address_space *f_mapping; struct path f_path; struct mutex f_pos_lock; long f_count; int __row; };
struct vm_fault { struct vm_area_struct *vma; unsigned long address, pgoff; unsigned int flags; struct page *page, *cow_page; };
struct vm_operations_struct { void (*open)(struct vm_area_struct *); void (*close)(struct vm_area_struct *); int (*may_split)(struct vm_area_struct *, unsigned long); int (*mremap)(struct vm_area_struct *); vm_fault_t (*fault)(struct vm_fault *); vm_fault_t (*page_mkwrite)(struct vm_fault *); vm_fault_t (*pfn_mkwrite)(struct vm_fault *); int (*access)(struct vm_area_struct *, unsigned long, void *, int, int); const char *(*name)(struct vm_area_struct *); };
struct vm_area_struct { unsigned long vm_start, vm_end; struct mm_struct *vm_mm; pgprot_t vm_page_prot; unsigned long vm_flags, vm_pgoff; const struct vm_operations_struct *vm_ops; struct file *vm_file; void *vm_private_data; struct vm_area_struct *vm_next; int __vma; };
struct file_operations { struct module *owner; loff_t (*llseek)(struct file *, loff_t, int); ssize_t (*read)(struct file *, char *, size_t, loff_t *); ssize_t (*write)(struct file *, const char *, size_t, loff_t *); ssize_t (*read_iter)(struct kiocb *, struct iov_iter *); ssize_t (*write_iter)(struct kiocb *, struct iov_iter *); __poll_t (*poll)(struct file *, struct poll_table_struct *); long (*unlocked_ioctl)(struct file *, unsigned int, unsigned long); long (*compat_ioctl)(struct file *, unsigned int, unsigned long); int (*mmap)(struct file *, struct vm_area_struct *); int (*open)(struct inode *, struct file *); int (*flush)(struct file *, fl_owner_t); int (*release)(struct inode *, struct file *); int (*fsync)(struct file *, loff_t, loff_t, int); int (*fasync)(int, struct file *, int); int (*iopoll)(struct kiocb *, void *, unsigned int); unsigned long mmap_supported_flags; int (*uring_cmd)(void *, unsigned int); ssize_t (*splice_read)(struct file *, loff_t *, struct pipe_inode_info *, size_t, unsigned int); int (*ioctl)(struct inode *, struct file *, unsigned int, unsigned long); };
struct attribute { const char *name; umode_t mode; }; struct attribute_group { const char *name; struct attribute **attrs; }; struct kobject { const char *name; struct kref kref; }; struct fwnode_handle { int x; }; struct device_node { const char *name; };
struct device_driver { const char *name; struct module *owner; const void *of_match_table; const struct attribute_group **dev_groups; const void *pm; const void *acpi_match_table; int probe_type; };
struct class { const char *name; struct module *owner; void *dev_groups; char *(*devnode)(const struct device *, umode_t *); }; struct bus_type { const char *name; };
struct device { struct kobject kobj; struct device *parent; const char *init_name; void *driver_data, *platform_data; struct device_driver *driver; const struct class *class; dev_t devt; struct device_node *of_node; struct fwnode_handle *fwnode; u64 *dma_mask, coherent_dma_mask; struct mutex mutex; void (*release)(struct device *); const struct bus_type *bus; const struct attribute_group **groups; void *dma_parms; int numa_node; u64 __mask; };
struct device_attribute { struct attribute attr; ssize_t (*show)(struct device *, struct device_attribute *, char *); ssize_t (*store)(struct device *, struct device_attribute *, const char *, size_t); };
#define DEVICE_ATTR(n, m, s, t) struct device_attribute dev_attr_##n = { .attr = { .name = #n, .mode = m }, .show = s, .store = t }
#define DEVICE_ATTR_RO(n) struct device_attribute dev_attr_##n = { .attr = { .name = #n, .mode = 0444 }, .show = n##_show }
#define DEVICE_ATTR_RW(n) struct device_attribute dev_attr_##n = { .attr = { .name = #n, .mode = 0644 }, .show = n##_show, .store = n##_store }
#define DEVICE_ATTR_WO(n) struct device_attribute dev_attr_##n = { .attr = { .name = #n, .mode = 0200 }, .store = n##_store }
#define ATTRIBUTE_GROUPS(n) static const struct attribute_group n##_group = { .attrs = n##_attrs }; static const struct attribute_group *n##_groups[] = { &n##_group, NULL }
struct cdev { struct kobject kobj; struct module *owner; const struct file_operations *ops; struct list_head list; dev_t dev; unsigned int count; };
struct miscdevice { int minor; const char *name; const struct file_operations *fops; struct list_head list; struct device *parent, *this_device; const struct attribute_group **groups; const char *nodename; umode_t mode; struct device __dev; };
struct resource { resource_size_t start, end; const char *name; unsigned long flags; };
struct platform_device_id { char name[24]; unsigned long driver_data; }; struct of_device_id { char name[32], type[32], compatible[128]; const void *data; }; struct pci_device_id { u32 vendor, device, subvendor, subdevice, class, class_mask; unsigned long driver_data; };
struct platform_device { const char *name; int id; struct device dev; u32 num_resources; struct resource *resource; };
struct platform_driver { int (*probe)(struct platform_device *); int (*remove)(struct platform_device *); void (*remove_new)(struct platform_device *); void (*shutdown)(struct platform_device *); struct device_driver driver; const struct platform_device_id *id_table; };
struct pci_dev { struct device dev; unsigned short vendor, device, subsystem_vendor; unsigned int irq, devfn; u8 revision; struct resource resource[6]; };
struct pci_driver { const char *name; const struct pci_device_id *id_table; int (*probe)(struct pci_dev *, const struct pci_device_id *); void (*remove)(struct pci_dev *); void (*shutdown)(struct pci_dev *); struct device_driver driver; void *err_handler; int (*suspend)(struct pci_dev *, int); int (*resume)(struct pci_dev *); };
#define THIS_MODULE ((struct module *)0)
#define KBUILD_MODNAME "snippet"
#define MODULE_LICENSE(x)
#define MODULE_AUTHOR(x)
#define MODULE_DESCRIPTION(x)
#define MODULE_VERSION(x)
#define MODULE_ALIAS(x)
#define MODULE_FIRMWARE(x)
#define MODULE_IMPORT_NS(x)
#define MODULE_SOFTDEP(x)
#define MODULE_INFO(a, b)
#define MODULE_PARM_DESC(a, b)
#define MODULE_DEVICE_TABLE(a, b)
#define MODULE_ALIAS_MISCDEV(x)
#define MODULE_ALIAS_CHARDEV_MAJOR(x)
#define module_param(a, b, c)
#define module_param_named(a, b, c, d)
#define module_param_array(a, b, c, d)
#define module_param_string(a, b, c, d)
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)
#define EXPORT_SYMBOL_NS_GPL(x, n)
#define ALLOW_ERROR_INJECTION(a, b)
#define module_init(f) int (*__pinscope_module_init)(void) = f
#define module_exit(f) void (*__pinscope_module_exit)(void) = f
#define late_initcall(f) module_init(f)
#define device_initcall(f) module_init(f)
#define subsys_initcall(f) module_init(f)
#define module_driver(d, r, u, a...) static int d##_init(void) { return r(&(d), ##a); } static void d##_exit(void) { u(&(d)); } module_init(d##_init); module_exit(d##_exit)
#define module_platform_driver(d) module_driver(d, platform_driver_register, platform_driver_unregister)
#define module_pci_driver(d) module_driver(d, pci_register_driver, pci_unregister_driver)
#define module_misc_device(d) module_driver(d, misc_register, misc_deregister)
#define builtin_platform_driver(d) module_platform_driver(d)
#define try_module_get(m) 1
#define __module_get(m) ((void)0)
#define module_put(m) ((void)0)
#define MINORBITS 20
#define MINORMASK ((1U << MINORBITS) - 1)
#define MAJOR(d) ((unsigned int)((d) >> MINORBITS))
#define MINOR(d) ((unsigned int)((d) & MINORMASK))
#define MKDEV(a, i) (((a) << MINORBITS) | (i))
#define imajor(i) MAJOR((i)->i_rdev)
#define iminor(i) MINOR((i)->i_rdev)
#define MISC_DYNAMIC_MINOR 255
#define S_IRUGO 0444
#define S_IWUSR 0200
#define S_IRUSR 0400
#define FMODE_READ 1
#define FMODE_WRITE 2
#define FMODE_UNSIGNED_OFFSET 0x2000
#define file_inode(f) ((f)->f_inode)
#define file_mode(f) ((f)->f_mode)
#define file_count(f) ((f)->f_count)
#define inode_lock(i) down_write(&(i)->i_rwsem)
#define inode_unlock(i) up_write(&(i)->i_rwsem)
#define inode_lock_shared(i) down_read(&(i)->i_rwsem)
#define inode_unlock_shared(i) up_read(&(i)->i_rwsem)
#define i_size_read(i) ((i)->i_size)
void __pinscope_register(const char *name, const struct file_operations *ops, void *object, dev_t devt); void __pinscope_unregister(void *object); 
static inline int misc_register(struct miscdevice *m) { if (__pinscope_choice("misc_register")) return -EBUSY; m->this_device = &m->__dev; m->this_device->init_name = m->name; m->this_device->parent = m->parent; __pinscope_register(m->nodename ? m->nodename : m->name, m->fops, m, MKDEV(10, m->minor)); return 0; }
static inline int misc_deregister(struct miscdevice *m) { __pinscope_unregister(m); return 0; }
static inline int alloc_chrdev_region(dev_t *d, unsigned int f, unsigned int n, const char *name) { if (__pinscope_choice("alloc_chrdev_region")) return -EBUSY; *d = MKDEV(240, f); return 0; }
static inline int register_chrdev_region(dev_t d, unsigned int n, const char *name) { return 0; }
static inline void unregister_chrdev_region(dev_t d, unsigned int n) {}
static inline void cdev_init(struct cdev *c, const struct file_operations *o) { memset(c, 0, sizeof(*c)); c->ops = o; }
static inline struct cdev *cdev_alloc(void) { return kzalloc(sizeof(struct cdev), GFP_KERNEL); }
static inline int cdev_add(struct cdev *c, dev_t d, unsigned int n) { if (__pinscope_choice("cdev_add")) return -ENOMEM; c->dev = d; c->count = n; __pinscope_register(NULL, c->ops, c, d); return 0; }
static inline void cdev_del(struct cdev *c) { __pinscope_unregister(c); }
#define cdev_device_add(c, d) ({ (d)->devt ? (__pinscope_register((d)->init_name, NULL, d, (d)->devt), cdev_add(c, (d)->devt, 1)) : 0; })
#define cdev_device_del(c, d) cdev_del(c)
#define cdev_set_parent(c, k) ((void)(c))
static inline int __register_chrdev(unsigned int major, unsigned int b, unsigned int n, const char *name, const struct file_operations *o) { __pinscope_register(name, o, (void *)o, MKDEV(major ? major : 241, 0)); return major ? 0 : 241; }
#define register_chrdev(m, n, o) __register_chrdev(m, 0, 256, n, o)
static inline void unregister_chrdev(unsigned int m, const char *n) { __pinscope_unregister((void *)n); }
#define __class_create1(n) __class_create(n)
#define __class_create2(o, n) __class_create(n)
#define class_create(a...) __puds_pick(a, x, __class_create2, __class_create1)(a)
static inline struct class *__class_create(const char *n) { struct class *c = __pinscope_alloc("class_create", sizeof(*c), GFP_KERNEL, 1); if (!c) return ERR_PTR(-ENOMEM); c->name = n; return c; }
static inline void class_destroy(struct class *c) { kfree(c); }
static inline int class_register(struct class *c) { return 0; }
static inline void class_unregister(struct class *c) {}
static inline struct device *__device_create(struct class *c, struct device *p, dev_t d, void *data, const char *name) { struct device *v = __pinscope_alloc("device_create", sizeof(*v), GFP_KERNEL, 1); if (!v) return ERR_PTR(-ENOMEM); v->devt = d; v->driver_data = data; v->parent = p; v->class = c; v->init_name = name; __pinscope_register(name, NULL, v, d); return v; }
#define device_create(c, p, d, v, f, a...) __device_create(c, p, d, v, __pinscope_name(f, ##a))
const char *__pinscope_name(const char *f, ...); void *__pinscope_by_devt(dev_t d);
static inline void device_destroy(struct class *c, dev_t d) { void *v = __pinscope_by_devt(d); if (v) { __pinscope_unregister(v); kfree(v); } }
#define device_initialize(d) ((void)(d))
#define device_add(d) 0
#define device_del(d) ((void)(d))
#define device_register(d) 0
#define device_unregister(d) ((void)(d))
#define dev_set_name(d, f, a...) ((d)->init_name = __pinscope_name(f, ##a), 0)
#define device_create_file(d, a) 0
#define device_remove_file(d, a) ((void)(d))
#define sysfs_create_group(k, g) 0
#define sysfs_remove_group(k, g) ((void)(k))
#define device_lock(d) mutex_lock(&(d)->mutex)
#define device_unlock(d) mutex_unlock(&(d)->mutex)
#define device_trylock(d) mutex_trylock(&(d)->mutex)
#define device_lock_interruptible(d) mutex_lock_interruptible(&(d)->mutex)
#define get_device(d) (d)
#define put_device(d) ((void)(d))
#define kobject_get(k) (k)
#define kobject_put(k) ((void)(k))
#define dev_name(d) ((d)->init_name ? (d)->init_name : "device")
#define dev_to_node(d) 0
#define dev_is_pci(d) 0
#define dev_driver_string(d) "snippet"
#define dev_get_drvdata(d) ((d)->driver_data)
#define dev_set_drvdata(d, v) ((d)->driver_data = (v))
#define platform_get_drvdata(p) ((p)->dev.driver_data)
#define platform_set_drvdata(p, v) ((p)->dev.driver_data = (v))
#define pci_get_drvdata(p) ((p)->dev.driver_data)
#define pci_set_drvdata(p, v) ((p)->dev.driver_data = (v))
#define pci_name(p) "0000:00:04.0"
#define to_pci_dev(d) container_of(d, struct pci_dev, dev)
#define to_platform_device(d) container_of(d, struct platform_device, dev)
#define dev_printk(l, d, f, a...) printk(f, ##a)
#define dev_emerg(d, f, a...) printk(f, ##a)
#define dev_alert(d, f, a...) printk(f, ##a)
#define dev_crit(d, f, a...) printk(f, ##a)
#define dev_err(d, f, a...) printk(f, ##a)
#define _dev_err(d, f, a...) printk(f, ##a)
#define _dev_warn(d, f, a...) printk(f, ##a)
#define _dev_info(d, f, a...) printk(f, ##a)
#define dev_warn(d, f, a...) printk(f, ##a)
#define dev_notice(d, f, a...) printk(f, ##a)
#define dev_info(d, f, a...) printk(f, ##a)
#define dev_dbg(d, f, a...) ((void)(d))
#define dev_vdbg(d, f, a...) ((void)(d))
#define dev_err_once(d, f, a...) printk(f, ##a)
#define dev_warn_once(d, f, a...) printk(f, ##a)
#define dev_info_once(d, f, a...) printk(f, ##a)
#define dev_dbg_once(d, f, a...) ((void)(d))
#define dev_err_ratelimited(d, f, a...) printk(f, ##a)
#define dev_warn_ratelimited(d, f, a...) printk(f, ##a)
#define dev_info_ratelimited(d, f, a...) printk(f, ##a)
#define dev_dbg_ratelimited(d, f, a...) ((void)(d))
#define dev_err_probe(d, e, f, a...) ({ printk(f, ##a); (e); })
#define dev_WARN(d, f, a...) WARN(1, f, ##a)
#define dev_WARN_ONCE(d, c, f, a...) WARN(c, f, ##a)
#define pci_err(p, f, a...) printk(f, ##a)
#define pci_warn(p, f, a...) printk(f, ##a)
#define pci_info(p, f, a...) printk(f, ##a)
#define pci_dbg(p, f, a...) ((void)(p))
void *__pinscope_devm(struct device *d, size_t n, int zero);
#define devm_kmalloc(d, n, f) __pinscope_devm(d, n, 0)
#define devm_kzalloc(d, n, f) __pinscope_devm(d, n, 1)
#define devm_kcalloc(d, n, s, f) __pinscope_devm(d, size_mul(n, s), 1)
#define devm_kmalloc_array(d, n, s, f) __pinscope_devm(d, size_mul(n, s), 0)
#define devm_kmemdup(d, s, n, f) ({ void *__dmd = __pinscope_devm(d, n, 0); if (__dmd) memcpy(__dmd, s, n); __dmd; })
#define devm_kstrdup(d, s, f) devm_kmemdup(d, s, strlen(s) + 1, f)
#define devm_krealloc(d, p, n, f) krealloc(p, n, f)
#define devm_kasprintf(d, g, f, a...) kasprintf(g, f, ##a)
#define devm_kfree(d, p) kfree(p)
#define devm_get_free_pages(d, f, o) __get_free_pages(f, o)
#define devm_add_action(d, f, a) 0
#define devm_add_action_or_reset(d, f, a) 0
#define IORESOURCE_MEM 0x200
#define IORESOURCE_IRQ 0x400
#define resource_size(r) ((r)->end - (r)->start + 1)
void *__pinscope_io(void); int __pinscope_irq_number(void);
struct platform_device __pinscope_pdev; struct resource __pinscope_res = { .start = 0xf0000000, .end = 0xf0000fff, .flags = IORESOURCE_MEM }; struct pci_dev __pinscope_pcidev;
static inline int platform_driver_register(struct platform_driver *d) { __pinscope_pdev.name = d->driver.name; __pinscope_pdev.dev.init_name = d->driver.name; __pinscope_pdev.resource = &__pinscope_res; __pinscope_pdev.num_resources = 1; return d->probe ? d->probe(&__pinscope_pdev) : 0; }
static inline void platform_driver_unregister(struct platform_driver *d) { if (d->remove) d->remove(&__pinscope_pdev); else if (d->remove_new) d->remove_new(&__pinscope_pdev); }
#define platform_device_register_simple(n, i, r, k) (&__pinscope_pdev)
#define platform_device_unregister(p) ((void)(p))
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
static inline int __pci_register_driver(struct pci_driver *d) { __pinscope_pcidev.irq = __pinscope_irq_number(); __pinscope_pcidev.dev.init_name = d->name; __pinscope_pcidev.resource[0] = __pinscope_res; return d->probe ? d->probe(&__pinscope_pcidev, d->id_table) : 0; }
#define pci_register_driver(d) __pci_register_driver(d)
static inline void pci_unregister_driver(struct pci_driver *d) { if (d->remove) d->remove(&__pinscope_pcidev); }
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
int __pinscope_request_irq(unsigned int irq, void *h, void *thread, void *dev); void __pinscope_free_irq(unsigned int irq, void *dev); void __pinscope_mask_irq(unsigned int irq, int off);
#define request_irq(i, h, f, n, d) __pinscope_request_irq(i, h, NULL, d)
#define request_threaded_irq(i, h, t, f, n, d) __pinscope_request_irq(i, h, t, d)
#define request_any_context_irq(i, h, f, n, d) __pinscope_request_irq(i, h, NULL, d)
#define devm_request_irq(v, i, h, f, n, d) __pinscope_request_irq(i, h, NULL, d)
#define devm_request_threaded_irq(v, i, h, t, f, n, d) __pinscope_request_irq(i, h, t, d)
#define free_irq(i, d) __pinscope_free_irq(i, d)
#define devm_free_irq(v, i, d) __pinscope_free_irq(i, d)
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
#define zap_vma_ptes(v, a, n) __pinscope_zap(v, a, n)
#define zap_page_range(v, a, n) __pinscope_zap(v, a, n)
#define zap_page_range_single(v, a, n, d) __pinscope_zap(v, a, n)
#define unmap_mapping_range(m, a, n, e) ((void)(m))
#define follow_pfn(v, a, p) __pinscope_follow_pfn(v, a, p)

struct mmu_notifier; struct mmu_interval_notifier;
struct mmu_notifier_range { struct mm_struct *mm; unsigned long start, end; unsigned int flags; int event; void *owner; };
enum mmu_notifier_event { MMU_NOTIFY_UNMAP, MMU_NOTIFY_CLEAR, MMU_NOTIFY_PROTECTION_VMA, MMU_NOTIFY_PROTECTION_PAGE, MMU_NOTIFY_SOFT_DIRTY, MMU_NOTIFY_RELEASE, MMU_NOTIFY_MIGRATE, MMU_NOTIFY_EXCLUSIVE };
struct mmu_notifier_ops { void (*release)(struct mmu_notifier *, struct mm_struct *); int (*invalidate_range_start)(struct mmu_notifier *, const struct mmu_notifier_range *); void (*invalidate_range_end)(struct mmu_notifier *, const struct mmu_notifier_range *); void (*invalidate_range)(struct mmu_notifier *, struct mm_struct *, unsigned long, unsigned long); int (*clear_flush_young)(struct mmu_notifier *, struct mm_struct *, unsigned long, unsigned long); struct mmu_notifier *(*alloc_notifier)(struct mm_struct *); void (*free_notifier)(struct mmu_notifier *); };
struct mmu_interval_notifier_ops { bool (*invalidate)(struct mmu_interval_notifier *, const struct mmu_notifier_range *, unsigned long); };
struct mmu_notifier { const struct mmu_notifier_ops *ops; struct mm_struct *mm; struct hlist_node hlist; unsigned int users; };
struct mmu_interval_notifier { struct interval_tree_node interval_tree; const struct mmu_interval_notifier_ops *ops; struct mm_struct *mm; unsigned long invalidate_seq; };
void __pinscope_notifier(void *n, struct mm_struct *mm, unsigned long a, unsigned long e, int kind); void __pinscope_notifier_remove(void *n);
static inline int mmu_notifier_register(struct mmu_notifier *n, struct mm_struct *mm) { n->mm = mm; n->users = 1; __pinscope_notifier(n, mm, 0, ULONG_MAX >> 17, 0); return 0; }
#define __mmu_notifier_register(n, m) mmu_notifier_register(n, m)
static inline void mmu_notifier_unregister(struct mmu_notifier *n, struct mm_struct *mm) { __pinscope_notifier_remove(n); if (n->ops->release) n->ops->release(n, mm); }
static inline int mmu_interval_notifier_insert(struct mmu_interval_notifier *n, struct mm_struct *mm, unsigned long a, unsigned long l, const struct mmu_interval_notifier_ops *o) { n->mm = mm; n->ops = o; n->interval_tree.start = a; n->interval_tree.last = a + l - 1; n->invalidate_seq = 1; __pinscope_notifier(n, mm, a, a + l, 1); return 0; }
#define mmu_interval_notifier_insert_locked(n, m, a, l, o) mmu_interval_notifier_insert(n, m, a, l, o)
static inline void mmu_interval_notifier_remove(struct mmu_interval_notifier *n) { __pinscope_notifier_remove(n); }
static inline unsigned long mmu_interval_read_begin(struct mmu_interval_notifier *n) { return n->invalidate_seq; }
static inline bool mmu_interval_read_retry(struct mmu_interval_notifier *n, unsigned long s) { return n->invalidate_seq != s; }
#define mmu_interval_check_retry(n, s) mmu_interval_read_retry(n, s)
#define mmu_interval_set_seq(n, s) ((n)->invalidate_seq = (s))
#define mmu_notifier_range_blockable(r) 1
#define mmu_notifier_synchronize() ((void)0)

typedef unsigned int fop_flags_t;
struct iovec { void *iov_base; size_t iov_len; }; struct kvec { void *iov_base; size_t iov_len; }; struct bio_vec { struct page *bv_page; unsigned int bv_len, bv_offset; };
enum iter_type { ITER_UBUF, ITER_IOVEC, ITER_BVEC, ITER_KVEC, ITER_XARRAY, ITER_DISCARD };
#define READ 0
#define WRITE 1
#define ITER_SOURCE 1
#define ITER_DEST 0
struct iov_iter { u8 iter_type; bool data_source; size_t iov_offset, count; union { const struct iovec *iov; const struct kvec *kvec; const struct bio_vec *bvec; void *ubuf; }; unsigned long nr_segs; };
struct kiocb { struct file *ki_filp; loff_t ki_pos; void (*ki_complete)(struct kiocb *, long); void *private; int ki_flags; };
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
static inline void *__iter_at(struct iov_iter *i, size_t *n) { if (i->iter_type == ITER_UBUF) { *n = i->count; return (char *)i->ubuf + i->iov_offset; } *n = min(i->count, i->iov->iov_len - i->iov_offset); return (char *)i->iov->iov_base + i->iov_offset; }
static inline void iov_iter_advance(struct iov_iter *i, size_t n) { i->count -= n; if (i->iter_type == ITER_UBUF) { i->iov_offset += n; return; } n += i->iov_offset; while (i->nr_segs && n >= i->iov->iov_len) { n -= i->iov->iov_len; i->iov++; i->nr_segs--; } i->iov_offset = n; }
static inline void iov_iter_revert(struct iov_iter *i, size_t n) { i->count += n; if (n <= i->iov_offset) { i->iov_offset -= n; return; } n -= i->iov_offset; for (;;) { i->iov--; i->nr_segs++; if (n <= i->iov->iov_len) { i->iov_offset = i->iov->iov_len - n; return; } n -= i->iov->iov_len; } }
static inline size_t iov_iter_single_seg_count(struct iov_iter *i) { size_t n; __iter_at(i, &n); return n; }
static inline int iov_iter_npages(struct iov_iter *i, int max) { struct iov_iter c = *i; int n = 0; while (c.count && n < max) { size_t k; unsigned long a = (unsigned long)__iter_at(&c, &k); n += DIV_ROUND_UP(offset_in_page(a) + k, PAGE_SIZE); iov_iter_advance(&c, k); } return min(n, max); }
static inline unsigned long iov_iter_alignment(struct iov_iter *i) { size_t n; unsigned long a = (unsigned long)__iter_at(i, &n); return a | i->count; }
#define iov_iter_is_aligned(i, a, l) ((iov_iter_alignment(i) & ((a) | (l))) == 0)
static inline size_t copy_to_iter(const void *s, size_t n, struct iov_iter *i) { size_t done = 0; n = min(n, i->count); while (done < n) { size_t k; void *d = __iter_at(i, &k); unsigned long left = 0; k = min(k, n - done); if (i->iter_type == ITER_KVEC) memcpy(d, (const char *)s + done, k); else left = copy_to_user(d, (const char *)s + done, k); k -= left; iov_iter_advance(i, k); done += k; if (left) break; } return done; }
static inline size_t copy_from_iter(void *d, size_t n, struct iov_iter *i) { size_t done = 0; n = min(n, i->count); while (done < n) { size_t k; void *s = __iter_at(i, &k); unsigned long left = 0; k = min(k, n - done); if (i->iter_type == ITER_KVEC) memcpy((char *)d + done, s, k); else left = copy_from_user((char *)d + done, s, k); k -= left; iov_iter_advance(i, k); done += k; if (left) break; } return done; }
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
static inline ssize_t __iter_pages(struct iov_iter *i, struct page **p, size_t maxsize, unsigned int maxpages, size_t *off, int pin, bool advance) { size_t n; unsigned long a = (unsigned long)__iter_at(i, &n); unsigned int flags = i->data_source ? 0 : FOLL_WRITE; long r; n = min(n, maxsize); *off = offset_in_page(a); if (i->iter_type > ITER_IOVEC) return -EFAULT; if (n > maxpages * PAGE_SIZE - *off) n = maxpages * PAGE_SIZE - *off; r = pin ? pin_user_pages_fast(a & PAGE_MASK, DIV_ROUND_UP(*off + n, PAGE_SIZE), flags, p) : get_user_pages_fast(a & PAGE_MASK, DIV_ROUND_UP(*off + n, PAGE_SIZE), flags, p); if (r <= 0) return r; n = min(n, r * PAGE_SIZE - *off); if (advance) iov_iter_advance(i, n); return n; }
#define iov_iter_get_pages(i, p, s, m, o) __iter_pages(i, p, s, m, o, 0, false)
#define iov_iter_get_pages2(i, p, s, m, o) __iter_pages(i, p, s, m, o, 0, true)
static inline ssize_t __iter_alloc(struct iov_iter *i, struct page ***p, size_t max, size_t *off, bool adv) { int n = iov_iter_npages(i, 64); *p = kvmalloc_array(n, sizeof(struct page *), GFP_KERNEL); if (!*p) return -ENOMEM; return __iter_pages(i, *p, max, n, off, 0, adv); }
#define iov_iter_get_pages_alloc(i, p, s, o) __iter_alloc(i, p, s, o, false)
#define iov_iter_get_pages_alloc2(i, p, s, o) __iter_alloc(i, p, s, o, true)
static inline ssize_t iov_iter_extract_pages(struct iov_iter *i, struct page ***p, size_t max, unsigned int maxpages, unsigned int f, size_t *off) { if (!*p) { *p = kvmalloc_array(maxpages, sizeof(struct page *), GFP_KERNEL | __GFP_ZERO); if (!*p) return -ENOMEM; } return __iter_pages(i, *p, max, maxpages, off, 1, true); }
#define fault_in_iov_iter_readable(i, n) 0
#define fault_in_iov_iter_writeable(i, n) 0
static inline int import_ubuf(int rw, void *b, size_t n, struct iov_iter *i) { if (!access_ok(b, n)) return -EFAULT; iov_iter_ubuf(i, rw, b, n); return 0; }
#define import_single_range(rw, b, n, v, i) import_ubuf(rw, b, n, i)
struct seq_file { char *buf; size_t size, count; void *private; struct file *file; }; struct seq_operations { void *(*start)(struct seq_file *, loff_t *); void (*stop)(struct seq_file *, void *); void *(*next)(struct seq_file *, void *, loff_t *); int (*show)(struct seq_file *, void *); };
#define seq_printf(m, f, a...) ((void)(m), (void)printk(f, ##a))
#define seq_puts(m, s) ((void)printk("%s", s))
#define seq_putc(m, c) ((void)printk("%c", c))
#define seq_write(m, d, n) 0
#define sysfs_emit(b, f, a...) sprintf(b, f, ##a)
#define sysfs_emit_at(b, o, f, a...) sprintf((b) + (o), f, ##a)
#define single_open(f, s, d) 0
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
struct xarray { struct list_head list; int next; }; struct __xa_node { struct list_head list; unsigned long index; void *entry; }; struct xa_limit { u32 max, min; };
typedef struct { int x; } xa_mark_t; typedef struct { struct xarray xa; } idr_t; struct idr { struct xarray xa; }; struct ida { int next; }; struct radix_tree_root { struct xarray xa; };
#define DEFINE_XARRAY(n) struct xarray n
#define DEFINE_XARRAY_ALLOC(n) struct xarray n
#define DEFINE_IDR(n) struct idr n
#define DEFINE_IDA(n) struct ida n
#define XA_FLAGS_ALLOC 4
#define XA_FLAGS_LOCK_IRQ 1
#define xa_limit_32b ((struct xa_limit){ ~0u, 0 })
#define xa_limit_31b ((struct xa_limit){ 0x7fffffff, 0 })
#define XA_LIMIT(a, b) ((struct xa_limit){ .min = a, .max = b })
static inline void xa_init(struct xarray *x) { memset(x, 0, sizeof(*x)); }
#define xa_init_flags(x, f) xa_init(x)
static inline struct list_head *__xa_list(struct xarray *x) { if (!x->list.next) INIT_LIST_HEAD(&x->list); return &x->list; }
static inline struct __xa_node *__xa_find(struct xarray *x, unsigned long i) { struct __xa_node *n; list_for_each_entry(n, __xa_list(x), list) if (n->index == i) return n; return NULL; }
static inline void *xa_load(struct xarray *x, unsigned long i) { struct __xa_node *n = __xa_find(x, i); return n ? n->entry : NULL; }
static inline void *xa_erase(struct xarray *x, unsigned long i) { struct __xa_node *n = __xa_find(x, i); void *e = NULL; if (n) { e = n->entry; list_del(&n->list); kfree(n); } return e; }
static inline void *xa_store(struct xarray *x, unsigned long i, void *e, gfp_t f) { struct __xa_node *n = __xa_find(x, i), *p; void *o = NULL; struct list_head *at = __xa_list(x); if (n) { o = n->entry; n->entry = e; return o; } n = __pinscope_alloc("xa_store", sizeof(*n), f, 1); if (!n) return ERR_PTR(-ENOMEM); n->index = i; n->entry = e; list_for_each_entry(p, __xa_list(x), list) if (p->index > i) { at = &p->list; break; } list_add_tail(&n->list, at); return NULL; }
#define xa_err(e) (IS_ERR(e) ? (int)PTR_ERR(e) : 0)
#define xa_is_err(e) IS_ERR(e)
#define xa_empty(x) list_empty(__xa_list(x))
#define xa_mk_value(v) ((void *)(((unsigned long)(v) << 1) | 1))
#define xa_to_value(e) ((unsigned long)(e) >> 1)
static inline int xa_insert(struct xarray *x, unsigned long i, void *e, gfp_t f) { if (__xa_find(x, i)) return -EBUSY; return xa_err(xa_store(x, i, e, f)); }
static inline int xa_alloc(struct xarray *x, u32 *id, void *e, struct xa_limit l, gfp_t f) { u32 i = l.min; while (__xa_find(x, i)) if (i++ == l.max) return -EBUSY; *id = i; return xa_err(xa_store(x, i, e, f)); }
static inline int xa_alloc_cyclic(struct xarray *x, u32 *id, void *e, struct xa_limit l, u32 *next, gfp_t f) { int r = xa_alloc(x, id, e, l, f); *next = *id + 1; return r; }
static inline void xa_destroy(struct xarray *x) { struct __xa_node *n, *t; list_for_each_entry_safe(n, t, __xa_list(x), list) { list_del(&n->list); kfree(n); } }
static inline void *xa_find(struct xarray *x, unsigned long *i, unsigned long max, int m) { struct __xa_node *n; list_for_each_entry(n, __xa_list(x), list) if (n->index >= *i && n->index <= max) { *i = n->index; return n->entry; } return NULL; }
static inline void *xa_find_after(struct xarray *x, unsigned long *i, unsigned long max, int m) { unsigned long k = *i + 1; void *e = xa_find(x, &k, max, m); if (e) *i = k; return e; }
#define XA_PRESENT 8
#define xa_for_each(x, i, e) for (i = 0, e = xa_find(x, &i, ULONG_MAX, 0); e; e = xa_find_after(x, &i, ULONG_MAX, 0))
#define xa_for_each_range(x, i, e, a, b) for (i = a, e = xa_find(x, &i, b, 0); e; e = xa_find_after(x, &i, b, 0))
#define xa_lock(x) ((void)(x))
#define xa_unlock(x) ((void)(x))
#define xa_lock_irq(x) ((void)(x))
#define xa_unlock_irq(x) ((void)(x))
#define __xa_store(x, i, e, f) xa_store(x, i, e, f)
#define __xa_insert(x, i, e, f) xa_insert(x, i, e, f)
#define __xa_erase(x, i) xa_erase(x, i)
#define __xa_alloc(x, i, e, l, f) xa_alloc(x, i, e, l, f)
#define xa_store_bh(x, i, e, f) xa_store(x, i, e, f)
#define xa_store_irq(x, i, e, f) xa_store(x, i, e, f)
#define xa_insert_bh(x, i, e, f) xa_insert(x, i, e, f)
#define xa_insert_irq(x, i, e, f) xa_insert(x, i, e, f)
#define xa_erase_bh(x, i) xa_erase(x, i)
#define xa_erase_irq(x, i) xa_erase(x, i)
#define xa_alloc_bh(x, i, e, l, f) xa_alloc(x, i, e, l, f)
#define xa_alloc_irq(x, i, e, l, f) xa_alloc(x, i, e, l, f)
#define xa_alloc_cyclic_irq(x, i, e, l, n, f) xa_alloc_cyclic(x, i, e, l, n, f)
static inline void *xa_cmpxchg(struct xarray *x, unsigned long i, void *o, void *n, gfp_t f) { void *c = xa_load(x, i); if (c == o) xa_store(x, i, n, f); return c; }
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
#define ida_alloc(i, f) ((i)->next++)
#define ida_free(i, n) ((void)(i))
#define ida_simple_get(i, s, e, f) ((i)->next++)
#define ida_simple_remove(i, n) ((void)(i))
#define INIT_RADIX_TREE(r, f) memset(r, 0, sizeof(*(r)))
#define radix_tree_insert(r, i, e) xa_insert(&(r)->xa, i, e, GFP_KERNEL)
#define radix_tree_lookup(r, i) xa_load(&(r)->xa, i)
#define radix_tree_delete(r, i) xa_erase(&(r)->xa, i)
struct dma_fence { struct kref refcount; int error; bool signaled; wait_queue_head_t wq; }; struct dma_resv { struct ww_mutex lock; };
#define dma_resv_lock(r, c) ww_mutex_lock(&(r)->lock, c)
#define dma_resv_lock_interruptible(r, c) ww_mutex_lock_interruptible(&(r)->lock, c)
#define dma_resv_trylock(r) ww_mutex_trylock(&(r)->lock)
#define dma_resv_unlock(r) ww_mutex_unlock(&(r)->lock)
#define dma_resv_assert_held(r) ((void)(r))
#define fget(fd) __pinscope_fget(fd)
#define get_file(f) ((f)->f_count++, (f))
#define fput(f) ((f)->f_count--)
struct file *__pinscope_fget(int fd);
struct eventfd_ctx { int count; };
#define eventfd_signal(c, n...) ((c)->count++)

/* user programs */
#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100
#define O_EXCL 0200
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_NONBLOCK 04000
#define O_DIRECT 040000
#define O_SYNC 04010000
#define O_CLOEXEC 02000000
#define O_TMPFILE 020200000
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_ANON 0x20
#define MAP_POPULATE 0x8000
#define MAP_LOCKED 0x2000
#define MAP_NORESERVE 0x4000
#define MAP_HUGETLB 0x40000
#define MAP_SYNC 0x80000
#define MAP_SHARED_VALIDATE 3
#define MAP_FAILED ((void *)-1)
#define MADV_NORMAL 0
#define MADV_RANDOM 1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4
#define MADV_FREE 8
#define MADV_REMOVE 9
#define MADV_DONTFORK 10
#define MADV_DOFORK 11
#define MADV_MERGEABLE 12
#define MADV_UNMERGEABLE 13
#define MADV_HUGEPAGE 14
#define MADV_NOHUGEPAGE 15
#define MADV_DONTDUMP 16
#define MADV_WIPEONFORK 18
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#define MADV_COLLAPSE 25
#define MS_ASYNC 1
#define MS_INVALIDATE 2
#define MS_SYNC 4
#define MREMAP_MAYMOVE 1
#define MCL_CURRENT 1
#define MCL_FUTURE 2
#define MFD_CLOEXEC 1
#define FALLOC_FL_KEEP_SIZE 1
#define FALLOC_FL_PUNCH_HOLE 2
#define _SC_PAGESIZE 30
#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define WEXITSTATUS(s) (((s) >> 8) & 255)
#define WIFEXITED(s) (((s) & 127) == 0)
#define SIGKILL 9
#define SIGTERM 15
int errno; typedef int __FILE; 
#define stdout ((void *)1)
#define stderr ((void *)2)
typedef unsigned long pthread_t; typedef struct { int owner, count, line, kind; } pthread_mutex_t; typedef struct { int x; } pthread_attr_t, pthread_mutexattr_t;
struct pollfd { int fd; short events, revents; };
#define PTHREAD_MUTEX_INITIALIZER { 0 }
int __pinscope_open(const char *path, int flags, struct file **f); struct file *__pinscope_file(int fd); int __pinscope_close(int fd); long __pinscope_disk(int op, int fd, void *buf, long n, long pos); void *__pinscope_mmap(unsigned long len, int prot, int flags, int fd, long off, struct vm_area_struct **v); long __pinscope_vm(int op, unsigned long a, unsigned long n, long x); int __pinscope_fork(void); int __pinscope_waitpid(int pid); void __pinscope_exit_process(int code); int printf(const char *f, ...); int puts(const char *s); int fprintf(void *s, const char *f, ...); int dprintf(int fd, const char *f, ...); int __pinscope_thread(void *fn, void *arg); long __pinscope_join(unsigned long t); void *__pinscope_malloc(size_t n, size_t align, int zero); void free(void *p); void *__pinscope_user_realloc(void *p, size_t n); int __pinscope_memfd(const char *name); void __pinscope_vma_close(unsigned long a, unsigned long n, int op); int __pinscope_copy_vma(int k, struct vm_area_struct **v);
static inline long __syscall_ret(long r) { if (r < 0 && r > -4096) { errno = -r; return -1; } return r; }
static inline int open(const char *path, int flags, ...) { struct file *f = NULL; int fd = __pinscope_open(path, flags, &f), r; if (fd < 0) return __syscall_ret(fd); if (f && f->f_op && f->f_op->open) { r = f->f_op->open(f->f_inode, f); if (r) { __pinscope_close(fd); return __syscall_ret(r); } } return fd; }
#define openat(d, p, f, m...) open(p, f)
#define creat(p, m) open(p, O_CREAT | O_WRONLY | O_TRUNC)
#define memfd_create(n, f) __pinscope_memfd(n)
static inline int close(int fd) { struct file *f = __pinscope_file(fd); int last; if (!f) return __syscall_ret(-EBADF); if (f->f_op && f->f_op->flush) f->f_op->flush(f, NULL); last = __pinscope_close(fd); if (last == 1 && f->f_op && f->f_op->release) { f->f_op->release(f->f_inode, f); } if (last == 1) __pinscope_close(-1 - f->__row); return 0; }
static inline ssize_t __rw(int fd, void *b, size_t n, long pos, int wr) { struct file *f = __pinscope_file(fd); ssize_t r; loff_t p; if (!f) return __syscall_ret(-EBADF); if (!f->f_op) return __syscall_ret(__pinscope_disk(wr, fd, b, n, pos)); p = pos >= 0 ? pos : f->f_pos; if (wr ? f->f_op->write != NULL : f->f_op->read != NULL) r = wr ? f->f_op->write(f, b, n, &p) : f->f_op->read(f, b, n, &p); else if (wr ? f->f_op->write_iter != NULL : f->f_op->read_iter != NULL) { struct kiocb k; struct iov_iter i; memset(&k, 0, sizeof(k)); k.ki_filp = f; k.ki_pos = p; iov_iter_ubuf(&i, wr, b, n); r = wr ? f->f_op->write_iter(&k, &i) : f->f_op->read_iter(&k, &i); p = k.ki_pos; } else r = -EINVAL; if (pos < 0) f->f_pos = p; return __syscall_ret(r); }
static inline ssize_t read(int fd, void *b, size_t n) { return __rw(fd, b, n, -1, 0); }
static inline ssize_t write(int fd, const void *b, size_t n) { return __rw(fd, (void *)b, n, -1, 1); }
static inline ssize_t pread(int fd, void *b, size_t n, off_t o) { return __rw(fd, b, n, o, 0); }
static inline ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return __rw(fd, (void *)b, n, o, 1); }
static inline int ioctl(int fd, unsigned long cmd, ...) { va_list ap; unsigned long a; struct file *f = __pinscope_file(fd); long r; va_start(ap, cmd); a = va_arg(ap, unsigned long); va_end(ap); if (!f) return __syscall_ret(-EBADF); if (!f->f_op) return __syscall_ret(-ENOTTY); if (f->f_op->unlocked_ioctl) r = f->f_op->unlocked_ioctl(f, cmd, a); else if (f->f_op->ioctl) r = f->f_op->ioctl(f->f_inode, f, cmd, a); else r = -ENOTTY; if (r == -ENOIOCTLCMD) r = -ENOTTY; return __syscall_ret(r); }
static inline off_t lseek(int fd, off_t o, int w) { struct file *f = __pinscope_file(fd); if (!f) return __syscall_ret(-EBADF); if (f->f_op && f->f_op->llseek) return __syscall_ret(f->f_op->llseek(f, o, w)); if (!f->f_op) return __syscall_ret(__pinscope_disk(5, fd, NULL, o, w)); f->f_pos = w == 1 ? f->f_pos + o : o; return f->f_pos; }
static inline int fsync(int fd) { struct file *f = __pinscope_file(fd); if (!f) return __syscall_ret(-EBADF); if (f->f_op) return f->f_op->fsync ? (int)__syscall_ret(f->f_op->fsync(f, 0, 0x7fffffff, 0)) : 0; return __syscall_ret(__pinscope_disk(2, fd, NULL, 0, 0)); }
#define fdatasync(fd) fsync(fd)
#define sync() ((void)__pinscope_disk(6, 0, NULL, 0, 0))
#define ftruncate(fd, n) ((int)__syscall_ret(__pinscope_disk(3, fd, NULL, n, 0)))
#define fallocate(fd, m, o, n) ((int)__syscall_ret(__pinscope_disk((m) & FALLOC_FL_PUNCH_HOLE ? 4 : 7, fd, NULL, n, o)))
#define posix_fallocate(fd, o, n) fallocate(fd, 0, o, n)
static inline int poll(struct pollfd *p, unsigned long n, int timeout) { unsigned long i; int hits = 0; for (i = 0; i < n; i++) { struct file *f = __pinscope_file(p[i].fd); p[i].revents = f && f->f_op && f->f_op->poll ? f->f_op->poll(f, NULL) & (p[i].events | POLLERR) : p[i].events; if (p[i].revents) hits++; } return hits; }
static inline void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off) { struct vm_area_struct *v = NULL; void *p = __pinscope_mmap(len, prot, flags, fd, off, &v); if ((unsigned long)p >= (unsigned long)-4095) { errno = -(int)(long)p; return MAP_FAILED; } if (v) { struct file *f = v->vm_file; int r = f->f_op->mmap ? f->f_op->mmap(f, v) : -ENODEV; if (r) { __pinscope_vm(0, (unsigned long)p, len, 0); errno = -r; return MAP_FAILED; } if (v->vm_ops && v->vm_ops->fault) { unsigned long a; for (a = v->vm_start; a < v->vm_end; a += PAGE_SIZE) { struct vm_fault vmf; vm_fault_t e; memset(&vmf, 0, sizeof(vmf)); vmf.vma = v; vmf.address = a; vmf.pgoff = linear_page_index(v, a); vmf.flags = FAULT_FLAG_WRITE; e = v->vm_ops->fault(&vmf); if (!(e & (VM_FAULT_ERROR | VM_FAULT_NOPAGE)) && vmf.page) { vm_insert_page(v, a, vmf.page); put_page(vmf.page); } } } } return p; }
static inline int munmap(void *a, size_t n) { struct vm_area_struct *v = __pinscope_find_vma(current->mm, (unsigned long)a, 2); if (v && v->vm_ops && v->vm_ops->close) v->vm_ops->close(v); return __syscall_ret(__pinscope_vm(0, (unsigned long)a, n, 0)); }
#define mprotect(a, n, p) ((int)__syscall_ret(__pinscope_vm(1, (unsigned long)(a), n, p)))
#define madvise(a, n, x) ((int)__syscall_ret(__pinscope_vm(2, (unsigned long)(a), n, x)))
#define mlock(a, n) ((int)__syscall_ret(__pinscope_vm(3, (unsigned long)(a), n, 0)))
#define mlock2(a, n, f) mlock(a, n)
#define munlock(a, n) ((int)__syscall_ret(__pinscope_vm(4, (unsigned long)(a), n, 0)))
#define mlockall(f) ((int)__pinscope_vm(8, 0, 0, f))
#define munlockall() ((int)__pinscope_vm(9, 0, 0, 0))
#define msync(a, n, f) ((int)__syscall_ret(__pinscope_vm(5, (unsigned long)(a), n, f)))
#define mremap(a, o, n, f, x...) ((void *)__pinscope_vm(6, (unsigned long)(a), o, n))
#define mincore(a, n, v) ((int)__pinscope_vm(7, (unsigned long)(a), n, (long)(v)))
#define fork() __pinscope_fork()
#define vfork() __pinscope_fork()
static inline int waitpid(int pid, int *st, int o) { int r = __pinscope_waitpid(pid); if (r < 0) return __syscall_ret(r); if (st) *st = (r & 255) << 8; return pid > 0 ? pid : r >> 8; }
#define wait(s) waitpid(-1, s, 0)
static inline void __exit_files(void) { int fd; for (fd = 3; fd < 32; fd++) if (__pinscope_file(fd)) close(fd); }
static inline void __exit_vmas(void) { struct vm_area_struct *v; int k; for (k = 0; __pinscope_copy_vma(k, &v); k++) if (v && v->vm_ops && v->vm_ops->close) v->vm_ops->close(v); }
#define exit(c) do { __exit_vmas(); __exit_files(); __pinscope_exit_process(c); } while (0)
#define _exit(c) exit(c)
#define abort() exit(134)
#define getpid() (current->tgid)
#define gettid() (current->pid)
#define getpagesize() 4096
#define sysconf(n) 4096L
#define sleep(n) (__pinscope_sleep((n) * HZ), 0)
#define usleep(n) (__pinscope_sleep((n) / 4000 + 1), 0)
#define nanosleep(a, b) (__pinscope_sleep(1), 0)
#define sched_yield() (__pinscope_sleep(0), 0)
#define perror(s) ((void)printf("%s: error %d\n", s, errno))
#define strerror(e) "error"
#define assert(c) do { if (!(c)) __pinscope_bug("assert(" #c ")"); } while (0)
#define fflush(f) 0
#define fputs(s, f) fprintf(f, "%s", s)
#define putchar(c) printf("%c", c)
#define malloc(n) __pinscope_malloc(n, 16, 0)
#define calloc(n, s) __pinscope_malloc((n) * (s), 16, 1)
#define realloc(p, n) __pinscope_user_realloc(p, n)
#define aligned_alloc(a, n) __pinscope_malloc(n, a, 0)
#define memalign(a, n) __pinscope_malloc(n, a, 0)
#define valloc(n) __pinscope_malloc(n, 4096, 0)
#define posix_memalign(p, a, n) ({ *(void **)(p) = __pinscope_malloc(n, a, 0); *(void **)(p) ? 0 : ENOMEM; })
#define pthread_create(t, a, f, x) ({ *(t) = __pinscope_thread(f, x); 0; })
#define pthread_join(t, r) ((void)__pinscope_join(t), 0)
#define pthread_mutex_init(m, a) ((m)->owner = 0)
#define pthread_mutex_lock(m) (__pinscope_lock(m, LOCK_MUTEX, 0), 0)
#define pthread_mutex_unlock(m) (__pinscope_unlock(m, LOCK_MUTEX), 0)
#define strdup(s) ({ const char *__sd = (s); char *__sn = malloc(strlen(__sd) + 1); strcpy(__sn, __sd); __sn; })
int refcount(struct page *p); int mapcount(struct page *p); int pincount(struct page *p); struct page *page(const void *a); int pinned(struct page *p); int dirty(struct page *p); int writeback(struct page *p); int present(const void *a); int swapped(const void *a); int writable(const void *a); int free_page_of(struct page *p); u8 byte_of(struct page *p, unsigned long off); u8 disk(int fd, unsigned long off); u8 device_data(const char *dev); long vmstat(const char *name); int locked(struct page *p); int movable(struct page *p); int on_lru(struct page *p); int same_page(const void *a, const void *b); long faults(const char *kind); int shared_zero(struct page *p); int mlocked(struct page *p); u8 mem(const void *a); int refs_held(void);
`;
