/** Deferred work: include/linux/{workqueue,interrupt,timer,hrtimer}.h. */
export const WORK = String.raw`
struct work_struct { unsigned long data; struct list_head entry; void (*func)(struct work_struct *); };
struct timer_list { struct hlist_node entry; unsigned long expires; void (*function)(struct timer_list *); u32 flags; };
struct delayed_work { struct work_struct work; struct timer_list timer; };
struct rcu_work { struct work_struct work; struct rcu_head rcu; };
struct workqueue_struct { char name[24]; }; struct irq_work { void (*func)(struct irq_work *); }; struct kthread_worker { int x; };
struct kthread_work { struct list_head node; void (*func)(struct kthread_work *); }; struct kthread_delayed_work { struct kthread_work work; };
struct tasklet_struct { unsigned long state; void (*func)(unsigned long); void (*callback)(struct tasklet_struct *); unsigned long data; bool use_callback; };
enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART }; enum hrtimer_mode { HRTIMER_MODE_ABS, HRTIMER_MODE_REL, HRTIMER_MODE_PINNED, HRTIMER_MODE_REL_PINNED, HRTIMER_MODE_SOFT, HRTIMER_MODE_REL_SOFT, HRTIMER_MODE_ABS_HARD = 8, HRTIMER_MODE_REL_HARD, HRTIMER_MODE_ABS_SOFT = 4, HRTIMER_MODE_ABS_PINNED = 2 };
struct hrtimer { ktime_t expires; enum hrtimer_restart (*function)(struct hrtimer *); };
typedef void (*work_func_t)(struct work_struct *); typedef irqreturn_t (*irq_handler_t)(int, void *);
extern struct workqueue_struct *system_wq, *system_highpri_wq, *system_long_wq, *system_unbound_wq, *system_power_efficient_wq, *system_freezable_wq;
struct workqueue_struct __pinscope_wq = { "events" };
struct workqueue_struct *system_wq = &__pinscope_wq, *system_highpri_wq = &__pinscope_wq, *system_long_wq = &__pinscope_wq, *system_unbound_wq = &__pinscope_wq, *system_power_efficient_wq = &__pinscope_wq, *system_freezable_wq = &__pinscope_wq;
#define WQ_UNBOUND 2
#define WQ_MEM_RECLAIM 8
#define WQ_HIGHPRI 16
#define WQ_FREEZABLE 4
#define INIT_WORK(w, f) do { (w)->data = 0; INIT_LIST_HEAD(&(w)->entry); (w)->func = (f); } while (0)
#define __INIT_WORK(w, f, s) INIT_WORK(w, f)
#define from_work(v, w, m) container_of(w, typeof(*v), m)
#define INIT_WORK_ONSTACK(w, f) INIT_WORK(w, f)
#define PREPARE_WORK(w, f) ((w)->func = (f))
#define INIT_DELAYED_WORK(w, f) INIT_WORK(&(w)->work, f)
#define INIT_DEFERRABLE_WORK(w, f) INIT_WORK(&(w)->work, f)
#define INIT_RCU_WORK(w, f) INIT_WORK(&(w)->work, f)
#define destroy_work_on_stack(w) ((void)(w))
#define DECLARE_WORK(n, f) struct work_struct n = { .func = f }
#define DECLARE_DELAYED_WORK(n, f) struct delayed_work n = { .work = { .func = f } }
#define to_delayed_work(w) container_of(w, struct delayed_work, work)
static inline bool __pinscope_queue(struct work_struct *w, long d) { if (!w->func) { if (__pinscope_cut_out()) return true; __pinscope_warn("queue_work() of a work item that was never initialised"); return false; } return __pinscope_spawn(4, w->func, w, w, d); }
#define schedule_work(w) __pinscope_queue(w, 0)
#define schedule_work_on(c, w) __pinscope_queue(w, 0)
#define queue_work(q, w) __pinscope_queue(w, 0)
#define queue_work_on(c, q, w) __pinscope_queue(w, 0)
#define queue_rcu_work(q, w) __pinscope_queue(&(w)->work, 1)
#define schedule_delayed_work(w, d) __pinscope_queue(&(w)->work, d)
#define schedule_delayed_work_on(c, w, d) __pinscope_queue(&(w)->work, d)
#define queue_delayed_work(q, w, d) __pinscope_queue(&(w)->work, d)
#define queue_delayed_work_on(c, q, w, d) __pinscope_queue(&(w)->work, d)
#define mod_delayed_work(q, w, d) (__pinscope_cancel(&(w)->work, 4, 0), __pinscope_queue(&(w)->work, d))
#define work_pending(w) __pinscope_pending(w, 4)
#define work_busy(w) __pinscope_pending(w, 4)
#define delayed_work_pending(w) __pinscope_pending(&(w)->work, 4)
#define flush_work(w) __pinscope_cancel(w, 4, 2)
#define flush_delayed_work(w) __pinscope_cancel(&(w)->work, 4, 2)
#define cancel_work(w) __pinscope_cancel(w, 4, 0)
#define cancel_work_sync(w) __pinscope_cancel(w, 4, 1)
#define cancel_delayed_work(w) __pinscope_cancel(&(w)->work, 4, 0)
#define cancel_delayed_work_sync(w) __pinscope_cancel(&(w)->work, 4, 1)
#define flush_workqueue(q) ((void)__pinscope_cancel(NULL, 4, 2))
#define drain_workqueue(q) flush_workqueue(q)
#define flush_scheduled_work() flush_workqueue(NULL)
#define alloc_workqueue(f, l, m, a...) ((struct workqueue_struct *)__pinscope_alloc("alloc_workqueue", sizeof(struct workqueue_struct), GFP_KERNEL, 1))
#define alloc_ordered_workqueue(f, l, a...) alloc_workqueue(f, l, 1)
#define create_workqueue(n) alloc_workqueue(n, 0, 1)
#define create_singlethread_workqueue(n) alloc_workqueue(n, 0, 1)
#define destroy_workqueue(q) do { flush_workqueue(q); kfree(q); } while (0)
#define init_irq_work(w, f) ((w)->func = (f))
#define irq_work_queue(w) __pinscope_spawn(4, (w)->func, w, w, 0)
struct callback_work { void (*func)(struct rcu_head *); };
#define init_task_work(w, f) ((w)->func = (f))
#define task_work_add(t, w, n) (__pinscope_spawn(4, (w)->func, w, w, 0), 0)
#define kthread_init_work(w, f) ((w)->func = (f))
#define kthread_queue_work(k, w) __pinscope_spawn(4, (w)->func, w, w, 0)
#define kthread_queue_delayed_work(k, w, d) __pinscope_spawn(4, (w)->work.func, &(w)->work, w, d)
#define kthread_create_worker(f, n, a...) ((struct kthread_worker *)__pinscope_alloc("kthread_create_worker", sizeof(struct kthread_worker), GFP_KERNEL, 1))
#define kthread_destroy_worker(k) kfree(k)
#define kthread_flush_worker(k) ((void)__pinscope_cancel(NULL, 4, 2))
#define kthread_flush_work(w) __pinscope_cancel(w, 4, 2)
#define kthread_cancel_work_sync(w) __pinscope_cancel(w, 4, 1)
#define tasklet_init(t, f, d) do { memset(t, 0, sizeof(*(t))); (t)->func = (f); (t)->data = (d); } while (0)
#define tasklet_setup(t, f) do { memset(t, 0, sizeof(*(t))); (t)->callback = (f); (t)->use_callback = true; } while (0)
#define DECLARE_TASKLET(n, f) struct tasklet_struct n = { .callback = f, .use_callback = true }
#define from_tasklet(v, t, m) container_of(t, typeof(*(v)), m)
static inline void tasklet_schedule(struct tasklet_struct *t) { if (t->use_callback) __pinscope_spawn(5, t->callback, t, t, 0); else __pinscope_spawn(5, t->func, (void *)t->data, t, 0); }
#define tasklet_hi_schedule(t) tasklet_schedule(t)
#define tasklet_kill(t) ((void)__pinscope_cancel(t, 5, 2))
#define tasklet_disable(t) ((void)__pinscope_cancel(t, 5, 2))
#define tasklet_enable(t) ((void)(t))
#define timer_setup(t, f, x) do { memset(t, 0, sizeof(*(t))); (t)->function = (f); } while (0)
#define timer_setup_on_stack(t, f, x) timer_setup(t, f, x)
#define setup_timer(t, f, d) do { memset(t, 0, sizeof(*(t))); (t)->function = (void (*)(struct timer_list *))(f); } while (0)
#define DEFINE_TIMER(n, f) struct timer_list n = { .function = f }
#define from_timer(v, t, m) container_of(t, typeof(*(v)), m)
#define timer_container_of(v, t, m) container_of(t, typeof(*(v)), m)
static inline int mod_timer(struct timer_list *t, unsigned long e) { int was = __pinscope_cancel(t, 5, 0); long d = (long)(e - jiffies); t->expires = e; __pinscope_spawn(5, t->function, t, t, d > 0 ? d : 1); return was; }
static inline void add_timer(struct timer_list *t) { mod_timer(t, t->expires); }
#define timer_pending(t) __pinscope_pending(t, 5)
#define del_timer(t) __pinscope_cancel(t, 5, 0)
#define timer_delete(t) __pinscope_cancel(t, 5, 0)
#define del_timer_sync(t) __pinscope_cancel(t, 5, 1)
#define timer_delete_sync(t) __pinscope_cancel(t, 5, 1)
#define timer_shutdown_sync(t) __pinscope_cancel(t, 5, 1)
#define timer_shutdown(t) __pinscope_cancel(t, 5, 0)
#define hrtimer_init(t, c, m) memset(t, 0, sizeof(*(t)))
#define hrtimer_init_on_stack(t, c, m) hrtimer_init(t, c, m)
#define hrtimer_setup(t, f, c, m) do { memset(t, 0, sizeof(*(t))); (t)->function = (f); } while (0)
#define hrtimer_setup_on_stack(t, f, c, m) hrtimer_setup(t, f, c, m)
static inline void __pinscope_hrtimer(struct hrtimer *t);
static inline void __hrtimer_arm(struct hrtimer *t) { ktime_t d = t->expires - ktime_get(); __pinscope_spawn(5, __pinscope_hrtimer, t, t, d > 0 ? (d + 3999999) / 4000000 : 1); }
static inline void __pinscope_hrtimer(struct hrtimer *t) { if (t->function(t) == HRTIMER_RESTART) __hrtimer_arm(t); }
static inline void hrtimer_start(struct hrtimer *t, ktime_t k, enum hrtimer_mode m) { if (!t->function) { __pinscope_warn("hrtimer_start() of a timer without a function"); return; } t->expires = m & 1 ? ktime_get() + k : k; __pinscope_cancel(t, 5, 0); __hrtimer_arm(t); }
#define hrtimer_start_range_ns(t, k, d, m) hrtimer_start(t, k, m)
#define hrtimer_start_expires(t, m) __hrtimer_arm(t)
#define hrtimer_restart(t) __hrtimer_arm(t)
static inline u64 hrtimer_forward(struct hrtimer *t, ktime_t now, ktime_t k) { u64 n = 0; if (k <= 0 || t->expires > now) return 0; n = (now - t->expires) / k + 1; t->expires += n * k; return n; }
#define hrtimer_forward_now(t, k) hrtimer_forward(t, ktime_get(), k)
#define hrtimer_get_expires(t) ((t)->expires)
#define hrtimer_set_expires(t, k) ((void)((t)->expires = (k)))
#define hrtimer_add_expires_ns(t, n) ((void)((t)->expires += (n)))
#define hrtimer_get_remaining(t) ((t)->expires - ktime_get())
#define hrtimer_cb_get_time(t) ktime_get()
#define hrtimer_is_queued(t) __pinscope_pending(t, 5)
#define hrtimer_callback_running(t) 0
#define hrtimer_cancel(t) __pinscope_cancel(t, 5, 1)
#define hrtimer_try_to_cancel(t) __pinscope_cancel(t, 5, 0)
#define hrtimer_active(t) __pinscope_pending(t, 5)
#define CLOCK_MONOTONIC 1
#define CLOCK_REALTIME 0
`;
