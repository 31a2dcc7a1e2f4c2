/** Bugs, warnings and messages: include/linux/{bug,printk,kern_levels}.h. */
export const PRINTK = String.raw`
#define BUG() __pinscope_bug("BUG()")
#define BUG_ON(c) do { if (c) __pinscope_bug("BUG_ON(" #c ")"); } while (0)
#define VM_BUG_ON(c) BUG_ON(c)
#define VM_BUG_ON_PAGE(c, p) BUG_ON(c)
#define VM_BUG_ON_FOLIO(c, p) BUG_ON(c)
#define WARN_ON(c) ({ int __wo = !!(c); if (__wo) __pinscope_warn("WARN_ON(" #c ")"); __wo; })
#define WARN_ON_ONCE(c) WARN_ON(c)
#define WARN_ON_SMP(c) WARN_ON(c)
#define WARN(c, f...) ({ int __wn = !!(c); if (__wn) { printk(f); __pinscope_warn("WARN(" #c ")"); } __wn; })
#define WARN_ONCE(c, f...) WARN(c, f)
#define WARN_RATELIMIT(c, f...) WARN(c, f)
#define VM_WARN_ON(c) ((void)WARN_ON(c))
#define VM_WARN_ON_ONCE(c) ((void)WARN_ON(c))
#define VM_WARN_ON_ONCE_PAGE(c, p) WARN_ON(c)
#define VM_WARN_ON_ONCE_FOLIO(c, p) WARN_ON(c)
#define panic(f...) do { printk(f); __pinscope_bug("panic"); } while (0)
#define nmi_panic(r, m) __pinscope_bug(m)
#define dump_stack() ((void)0)
#define kmemleak_ignore(p) ((void)(p))
#define kmemleak_not_leak(p) ((void)(p))
#define kmemleak_alloc(p, s, m, g) ((void)(p))
#define kmemleak_free(p) ((void)(p))
int printk(const char *f, ...); int snprintf(char *b, size_t n, const char *f, ...); int scnprintf(char *b, size_t n, const char *f, ...); int sprintf(char *b, const char *f, ...); int vsnprintf(char *b, size_t n, const char *f, va_list a); int vprintk(const char *f, va_list a); char *kasprintf(gfp_t g, const char *f, ...); char *kvasprintf(gfp_t g, const char *f, va_list a); int sscanf(const char *s, const char *f, ...);
#define vscnprintf(b, n, f, a) vsnprintf(b, n, f, a)
struct va_format { const char *fmt; va_list *va; };
#define KERN_SOH ""
#define KERN_EMERG ""
#define KERN_ALERT ""
#define KERN_CRIT ""
#define KERN_ERR ""
#define KERN_WARNING ""
#define KERN_NOTICE ""
#define KERN_INFO ""
#define KERN_DEBUG ""
#define KERN_DEFAULT ""
#define KERN_CONT ""
#define pr_fmt(f) f
#define pr_emerg(f, a...) printk(pr_fmt(f), ##a)
#define pr_alert(f, a...) printk(pr_fmt(f), ##a)
#define pr_crit(f, a...) printk(pr_fmt(f), ##a)
#define pr_err(f, a...) printk(pr_fmt(f), ##a)
#define pr_warn(f, a...) printk(pr_fmt(f), ##a)
#define pr_warning(f, a...) printk(pr_fmt(f), ##a)
#define pr_notice(f, a...) printk(pr_fmt(f), ##a)
#define pr_info(f, a...) printk(pr_fmt(f), ##a)
#define pr_cont(f, a...) printk(f, ##a)
#define pr_debug(f, a...) ((void)0)
#define pr_devel(f, a...) ((void)0)
#define no_printk(f, a...) 0
#define _printk(f, a...) printk(f, ##a)
#define printk_once(f, a...) printk(f, ##a)
#define printk_deferred(f, a...) printk(f, ##a)
#define printk_ratelimited(f, a...) printk(f, ##a)
#define printk_ratelimit() 1
#define trace_printk(f, a...) printk(f, ##a)
#define pr_err_once(f, a...) pr_err(f, ##a)
#define pr_warn_once(f, a...) pr_warn(f, ##a)
#define pr_info_once(f, a...) pr_info(f, ##a)
#define pr_notice_once(f, a...) pr_notice(f, ##a)
#define pr_debug_once(f, a...) pr_debug(f, ##a)
#define pr_err_ratelimited(f, a...) pr_err(f, ##a)
#define pr_warn_ratelimited(f, a...) pr_warn(f, ##a)
#define pr_info_ratelimited(f, a...) pr_info(f, ##a)
#define pr_notice_ratelimited(f, a...) pr_notice(f, ##a)
#define pr_debug_ratelimited(f, a...) pr_debug(f, ##a)
#define print_hex_dump(l, p, t, r, g, b, n, a) ((void)(b))
#define print_hex_dump_debug(p, t, r, g, b, n, a) ((void)(b))
#define print_hex_dump_bytes(p, t, b, n) ((void)(b))
`;
