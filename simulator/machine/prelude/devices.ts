/** Files as drivers see them, modules, character devices, the device model: include/linux/{fs,module,cdev,miscdevice,device}.h. */
export const DEVICES = String.raw`
struct module { int x; }; struct dentry { struct inode *d_inode; struct { const char *name; } d_name; }; struct path { struct dentry *dentry; }; struct super_block { unsigned long s_blocksize; };
struct address_space { struct inode *host; unsigned long nrpages; unsigned long flags; };
struct device; static inline void __devres_release(struct device *d);
struct cdev; struct poll_table_struct; typedef struct poll_table_struct { int x; } poll_table; struct kiocb; struct iov_iter; struct seq_file; struct pipe_inode_info; struct dir_context; struct file_lock; typedef void *fl_owner_t;
struct inode { umode_t i_mode; dev_t i_rdev; loff_t i_size; struct address_space *i_mapping; struct address_space i_data; struct super_block *i_sb; struct cdev *i_cdev; void *i_private; unsigned long i_ino; struct rw_semaphore i_rwsem; int __file; };
struct file { const struct file_operations *f_op; void *private_data; unsigned int f_flags; fmode_t f_mode; loff_t f_pos; struct inode *f_inode; struct address_space *f_mapping; struct path f_path; struct mutex f_pos_lock; long f_count; int __row; };
struct vm_fault { struct vm_area_struct *vma; unsigned long address, pgoff; unsigned int flags; struct page *page, *cow_page; };
struct vm_operations_struct { void (*open)(struct vm_area_struct *); void (*close)(struct vm_area_struct *); int (*may_split)(struct vm_area_struct *, unsigned long); int (*mremap)(struct vm_area_struct *); vm_fault_t (*fault)(struct vm_fault *); vm_fault_t (*page_mkwrite)(struct vm_fault *); vm_fault_t (*pfn_mkwrite)(struct vm_fault *); int (*access)(struct vm_area_struct *, unsigned long, void *, int, int); const char *(*name)(struct vm_area_struct *); };
struct vm_area_struct { unsigned long vm_start, vm_end; struct mm_struct *vm_mm; pgprot_t vm_page_prot; unsigned long vm_flags, vm_pgoff; const struct vm_operations_struct *vm_ops; struct file *vm_file; void *vm_private_data; struct vm_area_struct *vm_next; int __vma; };
struct file_operations { struct module *owner; loff_t (*llseek)(struct file *, loff_t, int); ssize_t (*read)(struct file *, char *, size_t, loff_t *); ssize_t (*write)(struct file *, const char *, size_t, loff_t *); ssize_t (*read_iter)(struct kiocb *, struct iov_iter *); ssize_t (*write_iter)(struct kiocb *, struct iov_iter *); __poll_t (*poll)(struct file *, struct poll_table_struct *); long (*unlocked_ioctl)(struct file *, unsigned int, unsigned long); long (*compat_ioctl)(struct file *, unsigned int, unsigned long); int (*mmap)(struct file *, struct vm_area_struct *); int (*open)(struct inode *, struct file *); int (*flush)(struct file *, fl_owner_t); int (*release)(struct inode *, struct file *); int (*fsync)(struct file *, loff_t, loff_t, int); int (*fasync)(int, struct file *, int); int (*iopoll)(struct kiocb *, void *, unsigned int); unsigned long mmap_supported_flags; int (*uring_cmd)(void *, unsigned int); ssize_t (*splice_read)(struct file *, loff_t *, struct pipe_inode_info *, size_t, unsigned int); int (*ioctl)(struct inode *, struct file *, unsigned int, unsigned long); };
struct attribute { const char *name; umode_t mode; }; struct attribute_group { const char *name; struct attribute **attrs; }; struct kobj_type; struct kobject { const char *name; struct kobject *parent; struct kref kref; const struct kobj_type *ktype; struct list_head entry; }; struct sysfs_ops { ssize_t (*show)(struct kobject *, struct attribute *, char *); ssize_t (*store)(struct kobject *, struct attribute *, const char *, size_t); }; struct kobj_type { void (*release)(struct kobject *); const struct sysfs_ops *sysfs_ops; const struct attribute_group **default_groups; }; struct fwnode_handle { int x; }; struct device_node { const char *name; };
struct device_driver { const char *name; struct module *owner; const void *of_match_table; const struct attribute_group **dev_groups; const void *pm; const void *acpi_match_table; int probe_type; };
struct device_type { const char *name; const struct attribute_group **groups; void (*release)(struct device *); };
struct class { const char *name; struct module *owner; void *dev_groups; void (*dev_release)(struct device *); char *(*devnode)(const struct device *, umode_t *); }; struct bus_type { const char *name; };
struct device { struct kobject kobj; struct device *parent; const char *init_name; void *driver_data, *platform_data; struct device_driver *driver; const struct class *class; dev_t devt; struct device_node *of_node; struct fwnode_handle *fwnode; u64 *dma_mask, coherent_dma_mask; struct mutex mutex; void (*release)(struct device *); const struct bus_type *bus; const struct attribute_group **groups; void *dma_parms; int numa_node; u64 __mask; const struct device_type *type; int __refs, __own; struct __devres *__devres; };
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
#define module_init(f) int (*__pinscope_module_init)(void) = f;
#define module_exit(f) void (*__pinscope_module_exit)(void) = f;
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
#define cdev_set_parent(c, k) ((void)(c))
static inline int __register_chrdev(unsigned int major, unsigned int b, unsigned int n, const char *name, const struct file_operations *o) { __pinscope_register(name, o, (void *)o, MKDEV(major ? major : 241, 0)); return major ? 0 : 241; }
#define register_chrdev(m, n, o) __register_chrdev(m, 0, 256, n, o)
static inline void unregister_chrdev(unsigned int m, const char *n) { __pinscope_unregister((void *)n); }
#define __class_create1(n) __class_create(n)
#define __class_create2(o, n) __class_create(n)
static inline struct device *get_device(struct device *d) { if (d) d->__refs++; return d; }
static inline void put_device(struct device *d) { if (!d || --d->__refs > 0 || !d->__own) return; __devres_release(d); if (d->release) d->release(d); else if (d->type && d->type->release) d->type->release(d); else if (d->class && d->class->dev_release) d->class->dev_release(d); else __pinscope_warn("put_device(): the device has no release() function"); }
#define class_create(a...) __puds_pick(a, x, __class_create2, __class_create1)(a)
static inline struct class *__class_create(const char *n) { struct class *c = __pinscope_alloc("class_create", sizeof(*c), GFP_KERNEL, 1); if (!c) return ERR_PTR(-ENOMEM); c->name = n; return c; }
static inline void class_destroy(struct class *c) { kfree(c); }
static inline int class_register(struct class *c) { return 0; }
static inline void class_unregister(struct class *c) {}
static inline struct device *__device_create(struct class *c, struct device *p, dev_t d, void *data, const char *name) { struct device *v = __pinscope_alloc("device_create", sizeof(*v), GFP_KERNEL, 1); if (!v) return ERR_PTR(-ENOMEM); v->devt = d; v->driver_data = data; v->parent = p; v->class = c; v->init_name = name; __pinscope_register(name, NULL, v, d); return v; }
#define device_create(c, p, d, v, f, a...) __device_create(c, p, d, v, __pinscope_name(f, ##a))
const char *__pinscope_name(const char *f, ...); void *__pinscope_by_devt(dev_t d);
static inline void device_destroy(struct class *c, dev_t d) { void *v = __pinscope_by_devt(d); if (v) { __pinscope_unregister(v); kfree(v); } }
#define device_initialize(d) ((d)->__refs = 1, (d)->__own = 1, (d)->__devres = NULL, mutex_init(&(d)->mutex))
static inline int device_add(struct device *d) { if (__pinscope_choice("device_add")) return -ENOMEM; get_device(d); if (d->devt) __pinscope_register(d->init_name, NULL, d, d->devt); return 0; }
static inline void device_del(struct device *d) { __pinscope_unregister(d); put_device(d); }
static inline int device_register(struct device *d) { device_initialize(d); return device_add(d); }
static inline void device_unregister(struct device *d) { device_del(d); put_device(d); }
#define dev_set_name(d, f, a...) ((d)->init_name = __pinscope_name(f, ##a), 0)
#define device_lock(d) mutex_lock(&(d)->mutex)
#define device_unlock(d) mutex_unlock(&(d)->mutex)
#define device_trylock(d) mutex_trylock(&(d)->mutex)
#define device_lock_interruptible(d) mutex_lock_interruptible(&(d)->mutex)
static inline int cdev_device_add(struct cdev *c, struct device *d) { int r; if (d->devt) { r = cdev_add(c, d->devt, 1); if (r) return r; } r = device_add(d); if (r && d->devt) cdev_del(c); return r; }
static inline void cdev_device_del(struct cdev *c, struct device *d) { device_del(d); if (d->devt) cdev_del(c); }
#define kobject_init(k, t) do { kref_init(&(k)->kref); (k)->ktype = (t); } while (0)
#define kobject_set_name(k, f, a...) ((k)->name = __pinscope_name(f, ##a), 0)
#define kobject_add(k, p, f, a...) (__pinscope_choice("kobject_add") ? -ENOMEM : ((k)->parent = (p), (k)->name = __pinscope_name(f, ##a), 0))
#define kobject_init_and_add(k, t, p, f, a...) ({ kobject_init(k, t); kobject_add(k, p, f, ##a); })
#define kobject_del(k) ((void)(k))
#define kobject_name(k) ((k)->name)
#define kobject_uevent(k, a) 0
#define kobject_uevent_env(k, a, e) 0
static inline struct kobject *kobject_get(struct kobject *k) { if (k) kref_get(&k->kref); return k; }
static inline void __kobject_release(struct kref *r) { struct kobject *k = container_of(r, struct kobject, kref); if (k->ktype && k->ktype->release) k->ktype->release(k); else __pinscope_warn("kobject_put(): the kobject has no release() function"); }
static inline void kobject_put(struct kobject *k) { if (k) kref_put(&k->kref, __kobject_release); }
static inline void __dynamic_kobject_release(struct kobject *k) { kfree(k); }
static const struct kobj_type __dynamic_kobject = { .release = __dynamic_kobject_release };
static inline struct kobject *kobject_create_and_add(const char *n, struct kobject *p) { struct kobject *k = __pinscope_alloc("kobject_create_and_add", sizeof(*k), GFP_KERNEL, 1); if (!k) return NULL; kobject_init(k, &__dynamic_kobject); k->name = n; k->parent = p; return k; }
struct kobject *kernel_kobj, *mm_kobj;
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
`;
