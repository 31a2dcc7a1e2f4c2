/** What probe() and remove() ask of buses, firmware and power management: include/linux/{pci,of,property,pm,reset,firmware,cpumask,fs}.h. */
export const PLATFORM = String.raw`
#define PCI_VENDOR_ID 0
#define PCI_DEVICE_ID 2
#define PCI_COMMAND 4
#define PCI_COMMAND_MEMORY 2
#define PCI_COMMAND_MASTER 4
#define PCI_STATUS 6
#define PCI_REVISION_ID 8
#define PCI_CLASS_REVISION 8
#define PCI_INTERRUPT_LINE 0x3c
#define PCI_CAP_ID_EXP 0x10
#define PCI_CAP_ID_MSI 5
#define PCI_CAP_ID_MSIX 0x11
#define PCI_STD_NUM_BARS 6
#define PCI_BASE_ADDRESS_0 0x10
u8 __pinscope_pci_config[256];
static inline int __pci_config(struct pci_dev *p, int at, void *v, int n, int wr) { if (at < 0 || at + n > 256) return -EINVAL; if (!__pinscope_pci_config[0]) { memcpy(__pinscope_pci_config, &p->vendor, 2); memcpy(__pinscope_pci_config + 2, &p->device, 2); __pinscope_pci_config[8] = p->revision; } if (wr) memcpy(__pinscope_pci_config + at, v, n); else memcpy(v, __pinscope_pci_config + at, n); return 0; }
#define pci_read_config_byte(p, a, v) __pci_config(p, a, v, 1, 0)
#define pci_read_config_word(p, a, v) __pci_config(p, a, v, 2, 0)
#define pci_read_config_dword(p, a, v) __pci_config(p, a, v, 4, 0)
static inline int pci_write_config_byte(struct pci_dev *p, int a, u8 v) { return __pci_config(p, a, &v, 1, 1); }
static inline int pci_write_config_word(struct pci_dev *p, int a, u16 v) { return __pci_config(p, a, &v, 2, 1); }
static inline int pci_write_config_dword(struct pci_dev *p, int a, u32 v) { return __pci_config(p, a, &v, 4, 1); }
#define pci_find_capability(p, c) 0
#define pci_find_ext_capability(p, c) 0
#define pci_bus_address(p, b) pci_resource_start(p, b)
#define pci_resource_end(p, b) (pci_resource_start(p, b) + pci_resource_len(p, b) - 1)
#define pci_select_bars(p, f) 1
#define pci_enable_device_mem(p) pci_enable_device(p)
#define pci_reenable_device(p) 0
#define pci_is_enabled(p) 1
#define pci_request_mem_regions(p, n) pci_request_regions(p, n)
#define pci_request_selected_regions(p, b, n) pci_request_regions(p, n)
#define pci_release_mem_regions(p) ((void)(p))
#define pci_release_selected_regions(p, b) ((void)(p))
#define pcim_iomap(p, b, n) __pinscope_io()
#define pcim_iomap_regions_request_all(p, m, n) 0
#define pcim_iomap_region(p, b, n) __pinscope_io()
#define pcim_request_all_regions(p, n) 0
#define pcim_iounmap_regions(p, m) ((void)(p))
#define pci_iomap_range(p, b, o, n) (__pinscope_io() + (o))
#define pci_iomap_wc(p, b, n) __pinscope_io()
#define pci_save_state(p) 0
#define pci_restore_state(p) ((void)(p))
#define pci_set_power_state(p, s) 0
#define pci_try_set_mwi(p) 0
#define pci_clear_mwi(p) ((void)(p))
#define pci_intx(p, e) ((void)(p))
#define pci_dev_get(p) (get_device(&(p)->dev), (p))
#define pci_dev_put(p) do { struct pci_dev *__pcp = (p); if (__pcp) put_device(&__pcp->dev); } while (0)
#define pci_get_device(v, d, f) ((f) ? NULL : &__pinscope_pcidev)
#define pci_domain_nr(b) 0
#define pci_alloc_irq_vectors_affinity(p, a, b, f, d) pci_alloc_irq_vectors(p, a, b, f)
#define pci_enable_msix_range(p, e, a, b) (-ENOSPC)
#define pci_disable_msix(p) ((void)(p))
#define pci_msi_enabled() 1
#define pci_num_vf(p) 0
#define pci_is_pcie(p) 1
#define pci_pcie_cap(p) 0
#define pcie_capability_read_word(p, a, v) (*(v) = 0, 0)
#define pcie_set_readrq(p, n) 0
#define pci_enable_pcie_error_reporting(p) 0
#define pci_disable_pcie_error_reporting(p) 0
#define pci_request_irq(p, n, h, t, d, f, a...) __pinscope_request_irq(pci_irq_vector(p, n), h, t, d)
#define pci_free_irq(p, n, d) __pinscope_free_irq(pci_irq_vector(p, n), d)
#define PCI_DEVICE_SUB(v, d, sv, sd) .vendor = (v), .device = (d), .subvendor = (sv), .subdevice = (sd)
#define PCI_DEVICE_DATA(v, d, x) .vendor = PCI_VENDOR_ID_##v, .device = PCI_DEVICE_ID_##v##_##d, .subvendor = ~0, .subdevice = ~0, .driver_data = (unsigned long)(x)
#define PCI_DEVICE_CLASS(c, m) .class = (c), .class_mask = (m), .vendor = ~0, .device = ~0, .subvendor = ~0, .subdevice = ~0
#define DEFINE_PCI_DEVICE_TABLE(n) const struct pci_device_id n[]
#define PCI_DEVFN(s, f) ((((s) & 31) << 3) | ((f) & 7))
#define PCI_SLOT(d) (((d) >> 3) & 31)
#define PCI_FUNC(d) ((d) & 7)
#define PCI_VENDOR_ID_INTEL 0x8086
#define PCI_VENDOR_ID_NVIDIA 0x10de
#define PCI_VENDOR_ID_AMD 0x1022
#define PCI_VENDOR_ID_XILINX 0x10ee
#define PCI_VENDOR_ID_REDHAT_QUMRANET 0x1af4
#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)
#define IRQF_TRIGGER_LOW 8
#define IRQF_TRIGGER_FALLING 2
#define IRQF_NO_AUTOEN 0x80000
#define IRQF_NO_THREAD 0x10000
#define irq_set_affinity_hint(i, m) 0
#define irq_of_parse_and_map(n, i) __pinscope_irq_number()
#define platform_get_irq_optional(p, n) __pinscope_irq_number()
#define platform_get_irq_byname_optional(p, n) __pinscope_irq_number()
#define platform_irq_count(p) 1
#define devm_platform_get_and_ioremap_resource(p, n, r) ({ struct resource **__dpr = (r); if (__dpr) *__dpr = &__pinscope_res; __pinscope_io(); })
#define devm_platform_ioremap_resource_byname(p, n) __pinscope_io()
#define devm_ioremap_wc(d, a, n) __pinscope_io()
#define devm_ioremap_resource_wc(d, r) __pinscope_io()
#define devm_request_mem_region(d, s, n, m) (&__pinscope_res)
#define devm_release_mem_region(d, s, n) ((void)(d))
#define devm_iounmap(d, p) ((void)(p))
#define ioremap_cache(a, n) __pinscope_io()
#define platform_register_drivers(d, n) ({ int __prd; for (__prd = 0; __prd < (int)(n); __prd++) platform_driver_register((d)[__prd]); 0; })
#define platform_unregister_drivers(d, n) do { int __pud = (n); while (--__pud >= 0) platform_driver_unregister((d)[__pud]); } while (0)
#define readq_poll_timeout(a, v, c, s, t) readx_poll_timeout(readq, a, v, c, s, t)
#define readw_poll_timeout(a, v, c, s, t) readx_poll_timeout(readw, a, v, c, s, t)
#define readb_poll_timeout(a, v, c, s, t) readx_poll_timeout(readb, a, v, c, s, t)
#define readl_relaxed_poll_timeout(a, v, c, s, t) readl_poll_timeout(a, v, c, s, t)
#define readl_relaxed_poll_timeout_atomic(a, v, c, s, t) readl_poll_timeout(a, v, c, s, t)
#define readx_poll_timeout_atomic(o, a, v, c, s, t) readx_poll_timeout(o, a, v, c, s, t)
#define read_poll_timeout(op, v, c, s, t, b, a...) ({ int __rpt = 1000; for (;;) { (v) = op(a); if (c) break; if (!--__rpt) break; __pinscope_tick(); } (c) ? 0 : -ETIMEDOUT; })
#define read_poll_timeout_atomic(op, v, c, s, t, b, a...) read_poll_timeout(op, v, c, s, t, b, ##a)
#define poll_timeout_us(op, c, s, t, b) ({ int __ptu = 1000; for (;;) { op; if (c) break; if (!--__ptu) break; __pinscope_tick(); } (c) ? 0 : -ETIMEDOUT; })
#define of_property_read_u32(n, s, v) (-EINVAL)
#define of_property_read_u64(n, s, v) (-EINVAL)
#define of_property_read_string(n, s, v) (-EINVAL)
#define of_property_read_u32_array(n, s, v, c) (-EINVAL)
#define of_property_read_bool(n, s) false
#define of_property_present(n, s) false
#define of_find_property(n, s, l) NULL
#define of_get_property(n, s, l) NULL
#define of_device_get_match_data(d) NULL
#define device_get_match_data(d) NULL
#define of_match_device(m, d) NULL
#define of_match_node(m, n) NULL
#define of_device_is_compatible(n, c) 0
#define of_node_get(n) (n)
#define of_node_put(n) ((void)(n))
#define of_parse_phandle(n, s, i) NULL
#define of_get_child_by_name(n, s) NULL
#define of_address_to_resource(n, i, r) (*(r) = __pinscope_res, 0)
#define of_iomap(n, i) __pinscope_io()
#define of_dma_configure(d, n, f) 0
#define of_reserved_mem_device_init(d) (-ENODEV)
#define of_reserved_mem_device_release(d) ((void)(d))
#define device_property_read_u32(d, s, v) (-EINVAL)
#define device_property_read_u64(d, s, v) (-EINVAL)
#define device_property_read_string(d, s, v) (-EINVAL)
#define device_property_read_bool(d, s) false
#define device_property_present(d, s) false
#define dev_fwnode(d) ((d)->fwnode)
#define fwnode_property_read_u32(f, s, v) (-EINVAL)
#define ACPI_PTR(x) (x)
#define has_acpi_companion(d) false
struct dev_pm_ops { int (*suspend)(struct device *); int (*resume)(struct device *); int (*freeze)(struct device *); int (*thaw)(struct device *); int (*poweroff)(struct device *); int (*restore)(struct device *); int (*runtime_suspend)(struct device *); int (*runtime_resume)(struct device *); int (*runtime_idle)(struct device *); int (*prepare)(struct device *); void (*complete)(struct device *); int (*suspend_late)(struct device *); int (*resume_early)(struct device *); int (*suspend_noirq)(struct device *); int (*resume_noirq)(struct device *); };
#define SYSTEM_SLEEP_PM_OPS(s, r) .suspend = s, .resume = r, .freeze = s, .thaw = r, .poweroff = s, .restore = r,
#define SET_SYSTEM_SLEEP_PM_OPS(s, r) SYSTEM_SLEEP_PM_OPS(s, r)
#define RUNTIME_PM_OPS(s, r, i) .runtime_suspend = s, .runtime_resume = r, .runtime_idle = i,
#define SET_RUNTIME_PM_OPS(s, r, i) RUNTIME_PM_OPS(s, r, i)
#define SET_LATE_SYSTEM_SLEEP_PM_OPS(s, r) .suspend_late = s, .resume_early = r,
#define SET_NOIRQ_SYSTEM_SLEEP_PM_OPS(s, r) .suspend_noirq = s, .resume_noirq = r,
#define SIMPLE_DEV_PM_OPS(n, s, r) const struct dev_pm_ops n = { SYSTEM_SLEEP_PM_OPS(s, r) }
#define DEFINE_SIMPLE_DEV_PM_OPS(n, s, r) const struct dev_pm_ops n = { SYSTEM_SLEEP_PM_OPS(s, r) }
#define DEFINE_RUNTIME_DEV_PM_OPS(n, s, r, i) const struct dev_pm_ops n = { RUNTIME_PM_OPS(s, r, i) }
#define UNIVERSAL_DEV_PM_OPS(n, s, r, i) const struct dev_pm_ops n = { SYSTEM_SLEEP_PM_OPS(s, r) RUNTIME_PM_OPS(s, r, i) }
#define pm_ptr(p) (p)
#define pm_sleep_ptr(p) (p)
#define pm_runtime_set_autosuspend_delay(d, n) ((void)(d))
#define pm_runtime_use_autosuspend(d) ((void)(d))
#define pm_runtime_dont_use_autosuspend(d) ((void)(d))
#define pm_runtime_set_active(d) 0
#define pm_runtime_set_suspended(d) 0
#define pm_runtime_allow(d) ((void)(d))
#define pm_runtime_forbid(d) ((void)(d))
#define pm_runtime_autosuspend(d) 0
#define pm_runtime_suspend(d) 0
#define pm_runtime_resume(d) 0
#define pm_runtime_put_sync_suspend(d) 0
#define pm_runtime_put_sync_autosuspend(d) 0
#define pm_runtime_get(d) 0
#define pm_runtime_get_if_in_use(d) 1
#define pm_runtime_get_if_active(d...) 1
#define pm_runtime_enabled(d) 1
#define pm_runtime_force_suspend(d) 0
#define pm_runtime_force_resume(d) 0
#define pm_runtime_status_suspended(d) 0
#define devm_pm_runtime_enable(d) 0
#define device_init_wakeup(d, e) 0
#define device_may_wakeup(d) 0
struct reset_control { int x; };
#define devm_reset_control_get(d, n) ((struct reset_control *)1)
#define devm_reset_control_get_exclusive(d, n) ((struct reset_control *)1)
#define devm_reset_control_get_shared(d, n) ((struct reset_control *)1)
#define devm_reset_control_get_optional_exclusive(d, n) ((struct reset_control *)0)
#define reset_control_assert(r) 0
#define reset_control_deassert(r) 0
#define reset_control_reset(r) 0
#define devm_clk_get_enabled(d, n) devm_clk_get(d, n)
#define devm_clk_get_optional(d, n) ((struct clk *)0)
#define devm_clk_get_optional_enabled(d, n) ((struct clk *)0)
#define devm_clk_get_prepared(d, n) devm_clk_get(d, n)
#define clk_prepare(c) 0
#define clk_unprepare(c) ((void)(c))
#define clk_set_rate(c, r) 0
#define clk_put(c) ((void)(c))
struct regulator { int x; };
#define devm_regulator_get(d, n) ((struct regulator *)1)
#define devm_regulator_get_optional(d, n) ((struct regulator *)ERR_PTR(-ENODEV))
#define regulator_enable(r) 0
#define regulator_disable(r) 0
struct firmware { size_t size; const u8 *data; };
#define request_firmware(f, n, d) (*(f) = NULL, -ENOENT)
#define request_firmware_direct(f, n, d) (*(f) = NULL, -ENOENT)
#define firmware_request_nowarn(f, n, d) (*(f) = NULL, -ENOENT)
#define release_firmware(f) ((void)(f))
#define request_module(n, a...) (-ENOENT)
#define module_param_cb(n, o, a, p)
#define module_param_hw_named(a, b, c, d, e)
#define module_param_hw(a, b, c, d)
#define fs_initcall(f) module_init(f)
#define arch_initcall(f) module_init(f)
#define postcore_initcall(f) module_init(f)
#define prefetch(p) ((void)(p))
#define prefetchw(p) ((void)(p))
#define vmf_error(e) ((e) == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS)
#define vmf_fs_error(e) vmf_error(e)
struct fasync_struct { struct fasync_struct *fa_next; struct file *fa_file; };
static inline int fasync_helper(int fd, struct file *f, int on, struct fasync_struct **l) { struct fasync_struct **p, *e; for (p = l; (e = *p); p = &e->fa_next) if (e->fa_file == f) { if (on) return 0; *p = e->fa_next; kfree(e); return 1; } if (!on) return 0; e = kmalloc(sizeof(*e), GFP_KERNEL); if (!e) return -ENOMEM; e->fa_file = f; e->fa_next = *l; *l = e; return 1; }
#define kill_fasync(l, s, b) ((void)(l))
#define POLL_IN 1
#define POLL_OUT 2
#define i_size_write(i, n) ((i)->i_size = (n))
#define i_blocksize(i) PAGE_SIZE
#define i_minor iminor
#define inode_init_once(i) ((void)(i))
#define S_ISDIR(m) (((m) & 0170000) == 0040000)
#define S_ISBLK(m) (((m) & 0170000) == 0060000)
#define S_IFREG 0100000
#define S_IRWXU 0700
#define S_IRWXUGO 0777
#define S_IRGRP 0040
#define S_IROTH 0004
#define S_IWUGO 0222
typedef struct cpumask { unsigned long bits[1]; } cpumask_t; typedef struct cpumask *cpumask_var_t;
#define cpu_possible_mask ((const struct cpumask *)&(struct cpumask){ { 1 } })
#define cpu_online_mask cpu_possible_mask
#define zalloc_cpumask_var(m, f) ((*(m) = kzalloc(sizeof(struct cpumask), f)) != NULL)
#define alloc_cpumask_var(m, f) zalloc_cpumask_var(m, f)
#define free_cpumask_var(m) kfree(m)
#define cpumask_clear(m) ((void)((m)->bits[0] = 0))
#define cpumask_setall(m) ((void)((m)->bits[0] = 1))
#define cpumask_set_cpu(c, m) ((void)((m)->bits[0] |= 1UL << (c)))
#define cpumask_clear_cpu(c, m) ((void)((m)->bits[0] &= ~(1UL << (c))))
#define cpumask_test_cpu(c, m) (((m)->bits[0] >> (c)) & 1)
#define cpumask_empty(m) ((m)->bits[0] == 0)
#define cpumask_weight(m) ((unsigned int)((m)->bits[0] & 1))
#define cpumask_first(m) ((m)->bits[0] & 1 ? 0u : 1u)
#define cpumask_next(n, m) 1u
#define cpumask_copy(d, s) ((void)(*(d) = *(s)))
#define cpumask_of(c) cpu_possible_mask
#define cpumask_of_node(n) cpu_possible_mask
#define for_each_cpu(c, m) for ((c) = 0; (c) < 1; (c)++)
#define cpu_to_node(c) 0
#define numa_node_id() 0
#define numa_mem_id() 0
#define set_dev_node(d, n) ((void)((d)->numa_node = (n)))
#define num_present_cpus() 1
#define first_online_node 0
`;
