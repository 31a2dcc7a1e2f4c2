/** Files that are made of text: include/linux/{seq_file,debugfs,proc_fs,sysfs}.h. A program opens them by their last name below /sys or /proc. */
export const VIRTUAL_FILES = String.raw`
struct seq_operations { void *(*start)(struct seq_file *, loff_t *); void (*stop)(struct seq_file *, void *); void *(*next)(struct seq_file *, void *, loff_t *); int (*show)(struct seq_file *, void *); };
struct seq_file { char *buf; size_t size, count; loff_t index; void *private; struct file *file; const struct seq_operations *op; int (*__show)(struct seq_file *, void *); bool __full, __own; };
static inline void seq_vprintf(struct seq_file *m, const char *f, va_list ap) { size_t n; if (!m || !m->buf) { vprintk(f, ap); return; } n = vsnprintf(m->buf + m->count, m->size - m->count, f, ap); if (m->count + n < m->size) m->count += n; else m->__full = true; }
static inline void seq_printf(struct seq_file *m, const char *f, ...) { va_list ap; va_start(ap, f); seq_vprintf(m, f, ap); va_end(ap); }
static inline int seq_write(struct seq_file *m, const void *d, size_t n) { if (!m->buf || m->count + n >= m->size) { m->__full = true; return -1; } memcpy(m->buf + m->count, d, n); m->count += n; return 0; }
static inline void seq_putc(struct seq_file *m, char c) { seq_write(m, &c, 1); }
static inline void seq_puts(struct seq_file *m, const char *s) { seq_write(m, s, strlen(s)); }
#define seq_put_decimal_ull(m, d, n) seq_printf(m, "%s%llu", (const char *)(d), (unsigned long long)(n))
#define seq_put_decimal_ll(m, d, n) seq_printf(m, "%s%lld", (const char *)(d), (long long)(n))
#define seq_put_hex_ll(m, d, n, w) seq_printf(m, "%s%llx", (const char *)(d), (unsigned long long)(n))
#define seq_has_overflowed(m) ((m)->__full)
static inline int __seq_fill(struct seq_file *m) { void *p; loff_t pos = 0; int r = 0; m->count = 0; m->__full = false; if (m->__show) return m->__show(m, NULL); p = m->op->start(m, &pos); while (p && !IS_ERR(p)) { r = m->op->show(m, p); if (r < 0) break; r = 0; p = m->op->next(m, p, &pos); } m->op->stop(m, p); return IS_ERR(p) ? (int)PTR_ERR(p) : r; }
static inline ssize_t seq_read(struct file *f, char *b, size_t n, loff_t *o) { struct seq_file *m = f->private_data; int r; while (!m->buf || (m->__full && m->size < 1 << 20)) { kfree(m->buf); m->size = m->size ? m->size * 2 : PAGE_SIZE; m->buf = __pinscope_alloc("seq_read", m->size, GFP_KERNEL, 0); if (!m->buf) return -ENOMEM; r = __seq_fill(m); if (r) { kfree(m->buf); m->buf = NULL; m->size = 0; return r; } } return simple_read_from_buffer(b, n, o, m->buf, m->count); }
static inline loff_t seq_lseek(struct file *f, loff_t o, int w) { struct seq_file *m = f->private_data; f->f_pos = w == 1 ? f->f_pos + o : o; if (!f->f_pos && m->buf) { kfree(m->buf); m->buf = NULL; m->size = 0; } return f->f_pos; }
static inline int seq_open(struct file *f, const struct seq_operations *op) { struct seq_file *m = __pinscope_alloc("seq_open", sizeof(*m), GFP_KERNEL, 1); if (!m) return -ENOMEM; m->op = op; m->file = f; f->private_data = m; return 0; }
static inline int seq_release(struct inode *i, struct file *f) { struct seq_file *m = f->private_data; kfree(m->buf); kfree(m); return 0; }
static inline void *__seq_open_private(struct file *f, const struct seq_operations *op, int n) { void *p = __pinscope_alloc("seq_open_private", n, GFP_KERNEL, 1); if (!p) return NULL; if (seq_open(f, op)) { kfree(p); return NULL; } ((struct seq_file *)f->private_data)->private = p; return p; }
#define seq_open_private(f, o, n) (__seq_open_private(f, o, n) ? 0 : -ENOMEM)
static inline int seq_release_private(struct inode *i, struct file *f) { struct seq_file *m = f->private_data; kfree(m->private); return seq_release(i, f); }
static inline int single_open(struct file *f, int (*show)(struct seq_file *, void *), void *d) { int r = seq_open(f, NULL); struct seq_file *m = f->private_data; if (r) return r; m->__show = show; m->private = d; return 0; }
#define single_open_size(f, s, d, n) single_open(f, s, d)
static inline int single_release(struct inode *i, struct file *f) { return seq_release(i, f); }
static inline struct list_head *seq_list_start(struct list_head *h, loff_t pos) { struct list_head *l; for (l = h->next; l != h; l = l->next) if (pos-- == 0) return l; return NULL; }
static inline struct list_head *seq_list_next(void *v, struct list_head *h, loff_t *pos) { struct list_head *l = ((struct list_head *)v)->next; ++*pos; return l == h ? NULL : l; }
#define seq_list_start_head(h, p) ((p) ? seq_list_start(h, (p) - 1) : (h))
#define SEQ_START_TOKEN ((void *)1)
#define SEQ_SKIP 1
#define DEFINE_SHOW_ATTRIBUTE(n) static int n##_open(struct inode *inode, struct file *file) { return single_open(file, n##_show, inode->i_private); } static const struct file_operations n##_fops = { .owner = THIS_MODULE, .open = n##_open, .read = seq_read, .llseek = seq_lseek, .release = single_release }
#define DEFINE_SHOW_STORE_ATTRIBUTE(n) static int n##_open(struct inode *inode, struct file *file) { return single_open(file, n##_show, inode->i_private); } static const struct file_operations n##_fops = { .owner = THIS_MODULE, .open = n##_open, .read = seq_read, .write = n##_write, .llseek = seq_lseek, .release = single_release }
#define DEFINE_SEQ_ATTRIBUTE(n) static int n##_open(struct inode *inode, struct file *file) { int r = seq_open(file, &n##_sops); if (!r && inode->i_private) ((struct seq_file *)file->private_data)->private = inode->i_private; return r; } static const struct file_operations n##_fops = { .owner = THIS_MODULE, .open = n##_open, .read = seq_read, .llseek = seq_lseek, .release = seq_release }
#define DEFINE_PROC_SHOW_ATTRIBUTE(n) static int n##_open(struct inode *inode, struct file *file) { return single_open(file, n##_show, inode->i_private); } static const struct proc_ops n##_proc_ops = { .proc_open = n##_open, .proc_read = seq_read, .proc_lseek = seq_lseek, .proc_release = single_release }

struct __number_file { int (*get)(void *, u64 *); int (*set)(void *, u64); const char *fmt; };
static inline ssize_t __number_read(struct file *f, char *b, size_t n, loff_t *o, const struct __number_file *a) { char t[32]; u64 v; int r; if (!a->get) return -EACCES; r = a->get(f->private_data, &v); if (r) return r; r = snprintf(t, sizeof(t), a->fmt, v); return simple_read_from_buffer(b, n, o, t, r); }
static inline ssize_t __number_write(struct file *f, const char *b, size_t n, loff_t *o, const struct __number_file *a) { char t[32]; u64 v; int r; if (!a->set) return -EACCES; if (n >= sizeof(t)) return -EINVAL; if (copy_from_user(t, b, n)) return -EFAULT; t[n] = 0; r = kstrtoull(t, 0, &v); if (!r) r = a->set(f->private_data, v); return r ? r : (ssize_t)n; }
#define DEFINE_SIMPLE_ATTRIBUTE(n, g, s, f) static const struct __number_file n##__number = { g, s, f }; static ssize_t n##__read(struct file *file, char *b, size_t c, loff_t *o) { return __number_read(file, b, c, o, &n##__number); } static ssize_t n##__write(struct file *file, const char *b, size_t c, loff_t *o) { return __number_write(file, b, c, o, &n##__number); } static const struct file_operations n = { .owner = THIS_MODULE, .open = simple_open, .read = n##__read, .write = n##__write, .llseek = noop_llseek }
#define DEFINE_DEBUGFS_ATTRIBUTE(n, g, s, f) DEFINE_SIMPLE_ATTRIBUTE(n, g, s, f)
#define DEFINE_SIMPLE_ATTRIBUTE_SIGNED(n, g, s, f) DEFINE_SIMPLE_ATTRIBUTE(n, g, s, f)
#define __NUMBER_FILE(n, t, f) static inline int __get_##n(void *p, u64 *v) { *v = *(t *)p; return 0; } static inline int __set_##n(void *p, u64 v) { *(t *)p = v; return 0; } DEFINE_SIMPLE_ATTRIBUTE(__fops_##n, __get_##n, __set_##n, f);
__NUMBER_FILE(u8, u8, "%llu\n") __NUMBER_FILE(u16, u16, "%llu\n") __NUMBER_FILE(u32, u32, "%llu\n") __NUMBER_FILE(u64, u64, "%llu\n") __NUMBER_FILE(x8, u8, "0x%02llx\n") __NUMBER_FILE(x16, u16, "0x%04llx\n") __NUMBER_FILE(x32, u32, "0x%08llx\n") __NUMBER_FILE(x64, u64, "0x%016llx\n")
static inline int __get_atomic(void *p, u64 *v) { *v = atomic_read((atomic_t *)p); return 0; } static inline int __set_atomic(void *p, u64 v) { atomic_set((atomic_t *)p, v); return 0; }
DEFINE_SIMPLE_ATTRIBUTE(__fops_atomic, __get_atomic, __set_atomic, "%lld\n");
static inline ssize_t __bool_read(struct file *f, char *b, size_t n, loff_t *o) { return simple_read_from_buffer(b, n, o, *(bool *)f->private_data ? "Y\n" : "N\n", 2); }
static inline ssize_t __bool_write(struct file *f, const char *b, size_t n, loff_t *o) { char t[8]; bool v; if (n >= sizeof(t)) return -EINVAL; if (copy_from_user(t, b, n)) return -EFAULT; t[n] = 0; if (!kstrtobool(t, &v)) *(bool *)f->private_data = v; return n; }
static const struct file_operations __fops_bool = { .open = simple_open, .read = __bool_read, .write = __bool_write };

struct __virtual { const char *name; int kind, parent; struct inode inode; struct file_operations ops; const void *given; void *data; struct dentry d; }; struct __virtual __pinscope_virtual[64];
static inline int __virtual_of(const void *d) { int i; for (i = 0; i < 64; i++) if (__pinscope_virtual[i].kind && &__pinscope_virtual[i].d == d) return i + 1; return 0; }
static inline struct dentry *__virtual_add(const char *n, int kind, const void *parent, void *data, const struct file_operations *f) { int i; for (i = 0; i < 64; i++) { struct __virtual *v = &__pinscope_virtual[i]; if (v->kind) continue; v->name = __pinscope_name("%s", n); v->kind = kind; v->parent = IS_ERR_OR_NULL(parent) ? 0 : __virtual_of(parent); v->data = data; v->given = NULL; v->inode.i_private = data; v->inode.i_mode = 0; v->d.d_inode = &v->inode; v->d.d_name.name = v->name; if (f) { v->ops = *f; __pinscope_register(v->name, &v->ops, v, 0xfff00000u); } return &v->d; } return ERR_PTR(-ENOSPC); }
static inline void __virtual_drop(int n) { int i; struct __virtual *v = &__pinscope_virtual[n - 1]; for (i = 0; i < 64; i++) if (__pinscope_virtual[i].kind && __pinscope_virtual[i].parent == n) __virtual_drop(i + 1); __pinscope_unregister(v); v->kind = 0; }
static inline void *__virtual_data(struct inode *i) { int k; for (k = 0; k < 64; k++) if (__pinscope_virtual[k].kind && (void *)i->i_cdev == (void *)&__pinscope_virtual[k]) return __pinscope_virtual[k].data; return NULL; }
static inline struct dentry *debugfs_create_dir(const char *n, struct dentry *p) { if (__pinscope_choice("debugfs_create_dir")) return ERR_PTR(-ENOMEM); if (IS_ERR(p)) return p; return __virtual_add(n, 1, p, NULL, NULL); }
static inline struct dentry *debugfs_create_file(const char *n, umode_t m, struct dentry *p, void *d, const struct file_operations *f) { if (IS_ERR(p)) return p; return __virtual_add(n, 1, p, d, f); }
#define debugfs_create_file_unsafe(n, m, p, d, f) debugfs_create_file(n, m, p, d, f)
#define debugfs_create_file_size(n, m, p, d, f, s) ((void)debugfs_create_file(n, m, p, d, f))
#define debugfs_create_symlink(n, p, t) __virtual_add(n, 1, p, NULL, NULL)
#define debugfs_create_u8(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_u8))
#define debugfs_create_u16(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_u16))
#define debugfs_create_u32(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_u32))
#define debugfs_create_u64(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_u64))
#define debugfs_create_ulong(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_u64))
#define debugfs_create_size_t(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_u64))
#define debugfs_create_x8(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_x8))
#define debugfs_create_x16(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_x16))
#define debugfs_create_x32(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_x32))
#define debugfs_create_x64(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_x64))
#define debugfs_create_atomic_t(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_atomic))
#define debugfs_create_bool(n, m, p, v) ((void)debugfs_create_file(n, m, p, v, &__fops_bool))
struct debugfs_blob_wrapper { void *data; unsigned long size; };
static inline ssize_t __blob_read(struct file *f, char *b, size_t n, loff_t *o) { struct debugfs_blob_wrapper *w = f->private_data; return simple_read_from_buffer(b, n, o, w->data, w->size); }
static const struct file_operations __fops_blob = { .open = simple_open, .read = __blob_read };
#define debugfs_create_blob(n, m, p, v) debugfs_create_file(n, m, p, v, &__fops_blob)
#define debugfs_create_regset32(n, m, p, v) ((void)__virtual_add(n, 1, p, (void *)(v), NULL))
static inline void debugfs_remove(struct dentry *d) { int n = IS_ERR_OR_NULL(d) ? 0 : __virtual_of(d); if (n) __virtual_drop(n); }
#define debugfs_remove_recursive(d) debugfs_remove(d)
static inline struct dentry *debugfs_lookup(const char *n, struct dentry *p) { int i, k = p ? __virtual_of(p) : 0; for (i = 0; i < 64; i++) if (__pinscope_virtual[i].kind == 1 && __pinscope_virtual[i].parent == k && !strcmp(__pinscope_virtual[i].name, n)) return &__pinscope_virtual[i].d; return NULL; }
#define debugfs_lookup_and_remove(n, p) debugfs_remove(debugfs_lookup(n, p))
#define debugfs_initialized() 1

struct proc_dir_entry; struct proc_ops { unsigned int proc_flags; int (*proc_open)(struct inode *, struct file *); ssize_t (*proc_read)(struct file *, char *, size_t, loff_t *); ssize_t (*proc_read_iter)(struct kiocb *, struct iov_iter *); ssize_t (*proc_write)(struct file *, const char *, size_t, loff_t *); loff_t (*proc_lseek)(struct file *, loff_t, int); int (*proc_release)(struct inode *, struct file *); __poll_t (*proc_poll)(struct file *, struct poll_table_struct *); long (*proc_ioctl)(struct file *, unsigned int, unsigned long); int (*proc_mmap)(struct file *, struct vm_area_struct *); };
static inline struct proc_dir_entry *proc_create_data(const char *n, umode_t m, struct proc_dir_entry *p, const struct proc_ops *o, void *d) { struct file_operations f; if (__pinscope_choice("proc_create")) return NULL; memset(&f, 0, sizeof(f)); f.open = o->proc_open; f.read = o->proc_read; f.read_iter = o->proc_read_iter; f.write = o->proc_write; f.llseek = o->proc_lseek; f.release = o->proc_release; f.poll = o->proc_poll; f.unlocked_ioctl = o->proc_ioctl; f.mmap = o->proc_mmap; return (struct proc_dir_entry *)__virtual_add(n, 2, p, d, &f); }
#define proc_create(n, m, p, o) proc_create_data(n, m, p, o, NULL)
static inline int __proc_single_open(struct inode *i, struct file *f) { int k; for (k = 0; k < 64; k++) if (i->i_cdev == (void *)&__pinscope_virtual[k]) return single_open(f, (void *)__pinscope_virtual[k].given, __pinscope_virtual[k].data); return -ENOENT; }
static inline struct proc_dir_entry *proc_create_single_data(const char *n, umode_t m, struct proc_dir_entry *p, int (*show)(struct seq_file *, void *), void *d) { static const struct file_operations f = { .open = __proc_single_open, .read = seq_read, .llseek = seq_lseek, .release = single_release }; struct dentry *e = __virtual_add(n, 2, p, d, &f); if (IS_ERR(e)) return NULL; __pinscope_virtual[__virtual_of(e) - 1].given = (void *)show; return (struct proc_dir_entry *)e; }
#define proc_create_single(n, m, p, f) proc_create_single_data(n, m, p, f, NULL)
#define proc_mkdir(n, p) ((struct proc_dir_entry *)__virtual_add(n, 2, p, NULL, NULL))
#define proc_remove(e) debugfs_remove((struct dentry *)(e))
#define pde_data(i) __virtual_data(i)
#define PDE_DATA(i) __virtual_data(i)
static inline void remove_proc_entry(const char *n, struct proc_dir_entry *p) { int i, k = p ? __virtual_of(p) : 0; for (i = 0; i < 64; i++) if (__pinscope_virtual[i].kind == 2 && __pinscope_virtual[i].parent == k && !strcmp(__pinscope_virtual[i].name, n)) { __virtual_drop(i + 1); return; } }
#define remove_proc_subtree(n, p) remove_proc_entry(n, p)

static inline struct __virtual *__virtual_opened(struct file *f) { int k; for (k = 0; k < 64; k++) if ((void *)f->f_inode->i_cdev == (void *)&__pinscope_virtual[k]) return &__pinscope_virtual[k]; return NULL; }
static inline ssize_t __attr_read(struct file *f, char *b, size_t n, loff_t *o) { struct __virtual *v = __virtual_opened(f); struct device_attribute *a = (void *)v->given; char *p; ssize_t r; if (!a->show) return -EIO; p = __pinscope_alloc("sysfs", PAGE_SIZE, GFP_KERNEL, 1); if (!p) return -ENOMEM; r = a->show(v->data, a, p); if (r >= 0) r = simple_read_from_buffer(b, n, o, p, r); kfree(p); return r; }
static inline ssize_t __attr_write(struct file *f, const char *b, size_t n, loff_t *o) { struct __virtual *v = __virtual_opened(f); struct device_attribute *a = (void *)v->given; char *p; ssize_t r; if (!a->store) return -EIO; if (n >= PAGE_SIZE) return -EINVAL; p = __pinscope_alloc("sysfs", n + 1, GFP_KERNEL, 1); if (!p) return -ENOMEM; r = copy_from_user(p, b, n) ? -EFAULT : a->store(v->data, a, p, n); kfree(p); return r; }
static const struct file_operations __attr_fops = { .read = __attr_read, .write = __attr_write };
static inline int __attr_add(void *object, const struct attribute *a) { struct dentry *d = __virtual_add(a->name, 3, NULL, object, &__attr_fops); if (IS_ERR(d)) return PTR_ERR(d); __pinscope_virtual[__virtual_of(d) - 1].given = a; return 0; }
static inline void __attr_remove(void *object, const struct attribute *a) { int i; for (i = 0; i < 64; i++) if (__pinscope_virtual[i].kind == 3 && __pinscope_virtual[i].data == object && (!a || __pinscope_virtual[i].given == a)) __virtual_drop(i + 1); }
static inline int device_create_file(struct device *d, const struct device_attribute *a) { if (__pinscope_choice("device_create_file")) return -ENOMEM; return __attr_add(d, &a->attr); }
#define device_remove_file(d, a) __attr_remove(d, &(a)->attr)
static inline int __attr_group(void *object, const struct attribute_group *g) { struct attribute **a; for (a = g->attrs; a && *a; a++) { int r = __attr_add(object, *a); if (r) return r; } return 0; }
static inline int sysfs_create_group(struct kobject *k, const struct attribute_group *g) { if (__pinscope_choice("sysfs_create_group")) return -ENOMEM; return __attr_group(k, g); }
static inline int sysfs_create_groups(struct kobject *k, const struct attribute_group **g) { for (; g && *g; g++) { int r = sysfs_create_group(k, *g); if (r) return r; } return 0; }
static inline void sysfs_remove_group(struct kobject *k, const struct attribute_group *g) { struct attribute **a; for (a = g->attrs; a && *a; a++) __attr_remove(k, *a); }
static inline void sysfs_remove_groups(struct kobject *k, const struct attribute_group **g) { for (; g && *g; g++) sysfs_remove_group(k, *g); }
#define sysfs_create_file(k, a) __attr_add(k, a)
#define sysfs_remove_file(k, a) __attr_remove(k, a)
#define device_add_group(d, g) sysfs_create_group(&(d)->kobj, g)
#define device_add_groups(d, g) sysfs_create_groups(&(d)->kobj, g)
#define device_remove_group(d, g) sysfs_remove_group(&(d)->kobj, g)
#define device_remove_groups(d, g) sysfs_remove_groups(&(d)->kobj, g)
#define devm_device_add_group(d, g) sysfs_create_group(&(d)->kobj, g)
#define devm_device_add_groups(d, g) sysfs_create_groups(&(d)->kobj, g)
#define sysfs_notify(k, d, a) ((void)(k))
struct kobj_attribute { struct attribute attr; ssize_t (*show)(struct kobject *, struct kobj_attribute *, char *); ssize_t (*store)(struct kobject *, struct kobj_attribute *, const char *, size_t); };
struct bin_attribute { struct attribute attr; size_t size; void *private; };
#define __ATTR(n, m, s, t) { .attr = { .name = #n, .mode = (m) }, .show = s, .store = t }
#define __ATTR_RO(n) { .attr = { .name = #n, .mode = 0444 }, .show = n##_show }
#define __ATTR_WO(n) { .attr = { .name = #n, .mode = 0200 }, .store = n##_store }
#define __ATTR_RW(n) { .attr = { .name = #n, .mode = 0644 }, .show = n##_show, .store = n##_store }
#define __ATTR_NULL { .attr = { .name = NULL } }
`;
