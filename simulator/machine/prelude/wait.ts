/** RCU, waiting and time: include/linux/{rcupdate,wait,completion,jiffies,ktime,delay,smp}.h. */
export const WAIT = String.raw`
#define rcu_assign_pointer(p, v) ((p) = (v))
#define RCU_INIT_POINTER(p, v) ((p) = (v))
#define rcu_dereference(p) (p)
#define rcu_dereference_protected(p, c) (p)
#define rcu_dereference_check(p, c) (p)
#define rcu_dereference_raw(p) (p)
#define rcu_access_pointer(p) (p)
#define rcu_replace_pointer(p, v, c) ({ typeof(p) __rrp = (p); (p) = (v); __rrp; })
#define srcu_dereference(p, s) (p)
#define call_rcu(h, f) __call_rcu(h, f)
#define call_rcu_hurry(h, f) call_rcu(h, f)
#define call_rcu_sched(h, f) call_rcu(h, f)
#define call_srcu(s, h, f) call_rcu(h, f)
#define synchronize_rcu() __synchronize_rcu()
#define synchronize_rcu_expedited() __synchronize_rcu()
#define synchronize_rcu_mult(a...) __synchronize_rcu()
#define synchronize_sched() __synchronize_rcu()
#define synchronize_srcu(s) __synchronize_srcu(s)
#define synchronize_srcu_expedited(s) __synchronize_srcu(s)
#define synchronize_net() __synchronize_rcu()
#define rcu_barrier() __rcu_barrier()
#define srcu_barrier(s) __rcu_barrier()
int __pinscope_rcu_callbacks;
void __pinscope_prepare(const void *q);
static inline void __rcu_wait(const int *n) { while (*n) { __pinscope_prepare(n); if (*n) __pinscope_wait((void *)n, -1, 0); else __pinscope_prepare(NULL); } }
static inline void __synchronize_rcu(void) { __pinscope_sleep(1); __rcu_wait(&__pinscope_rcu_readers); }
static inline void __synchronize_srcu(struct srcu_struct *s) { __pinscope_sleep(1); __rcu_wait(&s->readers); }
static inline void __rcu_done(void) { if (!--__pinscope_rcu_callbacks) __pinscope_wake(&__pinscope_rcu_callbacks, 1); }
static inline void __rcu_callback(struct rcu_head *h) { __rcu_wait(&__pinscope_rcu_readers); h->func(h); __rcu_done(); }
static inline void __call_rcu(struct rcu_head *h, void (*f)(struct rcu_head *)) { h->func = f; __pinscope_rcu_callbacks++; __pinscope_spawn(4, __rcu_callback, h, NULL, 1); }
static inline void __rcu_barrier(void) { __rcu_wait(&__pinscope_rcu_callbacks); }
static inline void __rcu_free(void *p) { __rcu_wait(&__pinscope_rcu_readers); kfree(p); __rcu_done(); }
static inline void __kfree_rcu(void *p) { if (!p) return; __pinscope_rcu_callbacks++; __pinscope_spawn(4, __rcu_free, p, NULL, 1); }
#define kfree_rcu(p, a...) __kfree_rcu((void *)(p))
#define kvfree_rcu(p, a...) __kfree_rcu((void *)(p))
#define kfree_rcu_mightsleep(p) ({ void *__krm = (void *)(p); __synchronize_rcu(); kfree(__krm); })
#define kvfree_rcu_mightsleep(p) kfree_rcu_mightsleep(p)

typedef struct wait_queue_head { spinlock_t lock; struct list_head head; } wait_queue_head_t;
typedef struct wait_queue_entry { unsigned int flags; void *private; int (*func)(struct wait_queue_entry *, unsigned, int, void *); struct list_head entry; } wait_queue_entry_t, wait_queue_t;
struct completion { unsigned int done; wait_queue_head_t wait; };
#define __WAIT_QUEUE_HEAD_INITIALIZER(n) { .lock = { 0 } }
#define DECLARE_WAIT_QUEUE_HEAD(n) wait_queue_head_t n = { .lock = { 0 } }
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(n) DECLARE_WAIT_QUEUE_HEAD(n)
#define DEFINE_WAIT(n) wait_queue_entry_t n = { .private = NULL }
#define DEFINE_WAIT_FUNC(n, f) wait_queue_entry_t n = { .func = f }
#define DECLARE_WAITQUEUE(n, t) wait_queue_entry_t n = { .private = (t) }
#define init_waitqueue_head(q) memset(q, 0, sizeof(*(q)))
#define init_waitqueue_entry(e, t) ((e)->private = (t))
#define init_wait(e) ((e)->flags = 0)
void __pinscope_prepare(const void *q); void __pinscope_enqueue(const void *q); void __pinscope_state(int s); int __pinscope_waiters(const void *q);
#define add_wait_queue(q, e) ((void)(e), __pinscope_enqueue(q))
#define add_wait_queue_exclusive(q, e) add_wait_queue(q, e)
#define remove_wait_queue(q, e) ((void)(q), (void)(e), __pinscope_enqueue(NULL))
#define prepare_to_wait(q, e, s) ((e)->private = (void *)(q), __pinscope_prepare(q))
#define prepare_to_wait_exclusive(q, e, s) prepare_to_wait(q, e, s)
#define prepare_to_wait_event(q, e, s) (prepare_to_wait(q, e, s), __pinscope_choice("signal") ? -ERESTARTSYS : 0)
#define finish_wait(q, e) ((void)(q), (void)(e), __pinscope_prepare(NULL))
#define waitqueue_active(q) __pinscope_waiters(q)
#define wq_has_sleeper(q) __pinscope_waiters(q)
#define wake_up(q) __pinscope_wake(q, 0)
#define wake_up_nr(q, n) __pinscope_wake(q, 1)
#define wake_up_all(q) __pinscope_wake(q, 1)
#define wake_up_interruptible(q) __pinscope_wake(q, 0)
#define wake_up_interruptible_all(q) __pinscope_wake(q, 1)
#define wake_up_interruptible_sync(q) __pinscope_wake(q, 0)
#define wake_up_locked(q) __pinscope_wake(q, 0)
#define wake_up_poll(q, m) __pinscope_wake(q, 1)
#define wake_up_interruptible_poll(q, m) __pinscope_wake(q, 1)
#define __wait_until(q, c, w) for (;;) { if (c) break; __pinscope_prepare(&(q)); if (c) { __pinscope_prepare(NULL); break; } w; }
#define wait_event(q, c) do { __wait_until(q, c, __pinscope_wait(&(q), -1, 0)) } while (0)
#define io_wait_event(q, c) wait_event(q, c)
#define wait_event_cmd(q, c, x, y) do { __wait_until(q, c, { x; __pinscope_wait(&(q), -1, 0); y; }) } while (0)
#define wait_event_interruptible(q, c) ({ long __we = 0; __wait_until(q, c, { __we = __pinscope_wait(&(q), -1, 1); if (__we) break; }) (int)__we; })
#define wait_event_killable(q, c) wait_event_interruptible(q, c)
#define wait_event_freezable(q, c) wait_event_interruptible(q, c)
#define wait_event_interruptible_exclusive(q, c) wait_event_interruptible(q, c)
#define wait_event_killable_exclusive(q, c) wait_event_interruptible(q, c)
#define wait_event_state(q, c, s) wait_event_interruptible(q, c)
#define wait_event_idle(q, c) wait_event(q, c)
#define wait_event_idle_exclusive(q, c) wait_event(q, c)
#define wait_event_exclusive_cmd(q, c, x, y) wait_event_cmd(q, c, x, y)
#define __wait_until_timeout(q, c, t, i) ({ long __wt = (t); bool __wd = false; for (;;) { if (c) { __wd = true; break; } if (__wt <= 0) break; __pinscope_prepare(&(q)); if (c) { __pinscope_prepare(NULL); __wd = true; break; } __wt = __pinscope_wait(&(q), __wt, i); } __wd ? (__wt > 0 ? __wt : 1L) : (__wt < 0 ? __wt : 0L); })
#define wait_event_timeout(q, c, t) __wait_until_timeout(q, c, t, 0)
#define wait_event_interruptible_timeout(q, c, t) __wait_until_timeout(q, c, t, 1)
#define wait_event_killable_timeout(q, c, t) __wait_until_timeout(q, c, t, 1)
#define wait_event_freezable_timeout(q, c, t) __wait_until_timeout(q, c, t, 1)
#define wait_event_idle_timeout(q, c, t) __wait_until_timeout(q, c, t, 0)
#define wait_event_hrtimeout(q, c, t) (wait_event_timeout(q, c, (long)((t) / 4000000 + 1)) ? 0 : -ETIME)
#define wait_event_interruptible_hrtimeout(q, c, t) wait_event_hrtimeout(q, c, t)
#define wait_event_lock_irq(q, c, l) do { __wait_until(q, c, { spin_unlock_irq(&(l)); __pinscope_wait(&(q), -1, 0); spin_lock_irq(&(l)); }) } while (0)
#define wait_event_lock_irq_cmd(q, c, l, x) do { __wait_until(q, c, { spin_unlock_irq(&(l)); x; __pinscope_wait(&(q), -1, 0); spin_lock_irq(&(l)); }) } while (0)
#define wait_event_interruptible_lock_irq(q, c, l) ({ long __wl = 0; __wait_until(q, c, { spin_unlock_irq(&(l)); __wl = __pinscope_wait(&(q), -1, 1); spin_lock_irq(&(l)); if (__wl) break; }) (int)__wl; })
#define wait_event_lock_irq_timeout(q, c, l, t) ({ long __wlt; spin_unlock_irq(&(l)); __wlt = wait_event_timeout(q, c, t); spin_lock_irq(&(l)); __wlt; })
#define wait_event_interruptible_lock_irq_timeout(q, c, l, t) wait_event_lock_irq_timeout(q, c, l, t)
#define wait_event_interruptible_locked(q, c) ({ long __wk = 0; while (!(c)) { __pinscope_prepare(&(q)); spin_unlock(&(q).lock); __wk = __pinscope_wait(&(q), -1, 1); spin_lock(&(q).lock); if (__wk) break; } (int)__wk; })
#define wait_var_event(v, c) do { for (;;) { if (c) break; __pinscope_prepare(v); if (c) { __pinscope_prepare(NULL); break; } __pinscope_wait(v, -1, 0); } } while (0)
#define wake_up_var(v) __pinscope_wake(v, 1)
#define wake_up_bit(w, b) __pinscope_wake(w, 1)
#define wake_up_all_locked(q) __pinscope_wake(q, 1)
#define wake_up_locked_poll(q, m) __pinscope_wake(q, 1)
static inline int __wait_bit(unsigned long *w, int b, int intr) { while (*w >> b & 1) { __pinscope_prepare(w); if (!(*w >> b & 1)) { __pinscope_prepare(NULL); break; } if (__pinscope_wait(w, -1, intr)) return -EINTR; } return 0; }
#define wait_on_bit(w, b, s) __wait_bit(w, b, 1)
#define wait_on_bit_io(w, b, s) __wait_bit(w, b, 1)
#define wait_on_bit_lock(w, b, s) ({ while (test_and_set_bit(b, w)) __wait_bit(w, b, 0); 0; })
#define clear_and_wake_up_bit(b, w) do { clear_bit(b, w); __pinscope_wake(w, 1); } while (0)
#define COMPLETION_INITIALIZER(n) { .done = 0 }
#define DECLARE_COMPLETION(n) struct completion n = { .done = 0 }
#define DECLARE_COMPLETION_ONSTACK(n) struct completion n = { .done = 0 }
#define init_completion(x) memset(x, 0, sizeof(*(x)))
#define reinit_completion(x) ((x)->done = 0)
#define INIT_COMPLETION(x) ((x).done = 0)
static inline void complete(struct completion *x) { x->done++; __pinscope_wake(&x->wait, 0); }
static inline void complete_all(struct completion *x) { x->done = UINT_MAX / 2; __pinscope_wake(&x->wait, 1); }
static inline bool completion_done(struct completion *x) { return x->done != 0; }
static inline bool try_wait_for_completion(struct completion *x) { if (!x->done) return false; if (x->done < UINT_MAX / 4) x->done--; return true; }
static inline void wait_for_completion(struct completion *x) { __wait_until(x->wait, x->done, __pinscope_wait(&x->wait, -1, 0)) if (x->done < UINT_MAX / 4) x->done--; }
static inline long __wait_completion(struct completion *x, long t, int intr) { t = __wait_until_timeout(x->wait, x->done, t, intr); if (t <= 0) return t; if (x->done < UINT_MAX / 4) x->done--; return t > 0 ? t : 1; }
static inline unsigned long wait_for_completion_timeout(struct completion *x, unsigned long t) { return __wait_completion(x, t, 0); }
static inline long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long t) { return __wait_completion(x, t, 1); }
static inline int wait_for_completion_interruptible(struct completion *x) { int r = wait_event_interruptible(x->wait, x->done); if (r) return r; if (x->done < UINT_MAX / 4) x->done--; return 0; }
#define wait_for_completion_killable(x) wait_for_completion_interruptible(x)
#define wait_for_completion_killable_timeout(x, t) wait_for_completion_interruptible_timeout(x, t)
#define wait_for_completion_io(x) wait_for_completion(x)
#define wait_for_completion_io_timeout(x, t) wait_for_completion_timeout(x, t)
#define wait_for_completion_state(x, s) wait_for_completion_interruptible(x)

#define HZ 250
#define jiffies __pinscope_jiffies()
#define get_jiffies_64() ((u64)jiffies)
#define MAX_SCHEDULE_TIMEOUT LONG_MAX
#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)
#define msecs_to_jiffies(m) ((unsigned long)(((m) + 3) / 4))
#define usecs_to_jiffies(u) ((unsigned long)(((u) + 3999) / 4000))
#define nsecs_to_jiffies(n) ((unsigned long)((n) / 4000000))
#define jiffies_to_msecs(j) ((unsigned int)((j) * 4))
#define jiffies_to_usecs(j) ((unsigned int)((j) * 4000))
#define secs_to_jiffies(s) ((s) * HZ)
#define round_jiffies(j) (j)
#define round_jiffies_relative(j) (j)
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)
#define ktime_get() ((ktime_t)(jiffies * 4000000))
#define ktime_get_real() ktime_get()
#define ktime_get_boottime() ktime_get()
#define ktime_get_raw() ktime_get()
#define ktime_get_ns() ((u64)ktime_get())
#define ktime_get_real_ns() ((u64)ktime_get())
#define ktime_get_seconds() (ktime_get() / NSEC_PER_SEC)
struct timespec64 { time64_t tv_sec; long tv_nsec; }; struct timespec { long tv_sec; long tv_nsec; }; struct timeval { long tv_sec; long tv_usec; };
#define ktime_get_ts64(t) ((t)->tv_sec = ktime_get() / NSEC_PER_SEC, (t)->tv_nsec = ktime_get() % NSEC_PER_SEC)
#define ktime_get_real_ts64(t) ktime_get_ts64(t)
#define ktime_sub(a, b) ((a) - (b))
#define ktime_add(a, b) ((a) + (b))
#define ktime_add_ns(a, b) ((a) + (b))
#define ktime_add_ms(a, b) ((a) + (b) * 1000000L)
#define ktime_to_ns(k) (k)
#define ktime_to_us(k) ((k) / 1000)
#define ktime_to_ms(k) ((k) / 1000000)
#define ktime_us_delta(a, b) (((a) - (b)) / 1000)
#define ktime_ms_delta(a, b) (((a) - (b)) / 1000000)
#define ktime_compare(a, b) ((a) < (b) ? -1 : (a) > (b))
#define ktime_after(a, b) ((a) > (b))
#define ktime_before(a, b) ((a) < (b))
#define ns_to_ktime(n) ((ktime_t)(n))
#define us_to_ktime(n) ((ktime_t)(n) * 1000)
#define ms_to_ktime(n) ((ktime_t)(n) * 1000000)
#define ktime_set(s, n) ((ktime_t)(s) * NSEC_PER_SEC + (n))
#define sched_clock() ktime_get_ns()
#define local_clock() ktime_get_ns()
#define cpu_clock(c) ktime_get_ns()
#define rdtsc() ktime_get_ns()
#define get_cycles() ktime_get_ns()
#define udelay(n) __pinscope_tick()
#define ndelay(n) __pinscope_tick()
#define mdelay(n) __pinscope_tick()
#define msleep(n) __pinscope_sleep(msecs_to_jiffies(n) + 1)
#define msleep_interruptible(n) (__pinscope_sleep(msecs_to_jiffies(n) + 1), 0UL)
#define ssleep(n) __pinscope_sleep((n) * HZ)
#define usleep_range(a, b) __pinscope_sleep(1)
#define usleep_range_state(a, b, s) __pinscope_sleep(1)
#define fsleep(n) __pinscope_sleep(1)
#define cpu_relax() __pinscope_tick()
#define cond_resched() (__pinscope_sleep(0), 0)
#define cond_resched_lock(l) 0
#define yield() __pinscope_sleep(0)
#define need_resched() 0
#define schedule() __pinscope_schedule(-1)
#define io_schedule() __pinscope_schedule(-1)
#define schedule_timeout(t) __pinscope_schedule(t)
#define schedule_timeout_interruptible(t) (__pinscope_state(1), __pinscope_schedule(t))
#define schedule_timeout_uninterruptible(t) (__pinscope_state(1), __pinscope_schedule(t))
#define schedule_timeout_killable(t) (__pinscope_state(1), __pinscope_schedule(t))
#define schedule_timeout_idle(t) (__pinscope_state(1), __pinscope_schedule(t))
#define io_schedule_timeout(t) __pinscope_schedule(t)
long __pinscope_schedule(long t);
#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_KILLABLE 258
#define TASK_IDLE 1026
#define TASK_NORMAL 3
#define set_current_state(s) __pinscope_state(s)
#define __set_current_state(s) __pinscope_state(s)
#define set_special_state(s) __pinscope_state(s)
#define might_sleep() ((void)__pinscope_choice("sleep"))
#define might_sleep_if(c) ((void)(c))
#define might_fault() ((void)0)
#define signal_pending(t) __pinscope_choice("signal")
#define fatal_signal_pending(t) __pinscope_choice("signal")
#define signal_pending_state(s, t) __pinscope_choice("signal")
#define smp_processor_id() 0
#define raw_smp_processor_id() 0
#define num_online_cpus() 1
#define num_possible_cpus() 1
#define nr_cpu_ids 1
#define cpu_online(c) ((c) == 0)
#define for_each_online_cpu(c) for ((c) = 0; (c) < 1; (c)++)
#define for_each_possible_cpu(c) for ((c) = 0; (c) < 1; (c)++)
#define smp_call_function(f, i, w) ((void)(f), 0)
#define smp_call_function_single(c, f, i, w) ((f)(i), 0)
#define on_each_cpu(f, i, w) ((f)(i))
`;
