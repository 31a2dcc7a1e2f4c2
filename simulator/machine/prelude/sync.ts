/** Locks, waiting, deferred work, time, processes and threads of the kernel, as C over a few built-ins of the machine. */

/** include/linux/{spinlock,mutex,rwsem,wait,completion,workqueue,timer,kthread,sched,jiffies,…}.h. */
export const SYNC = String.raw`
int __pinscope_lock(void *l, int kind, int how); void __pinscope_unlock(void *l, int kind); void __pinscope_atomic(int by, int irq);
long __pinscope_wait(void *channel, long timeout, int interruptible); void __pinscope_wake(void *channel, int all); void __pinscope_sleep(long ticks); void __pinscope_tick(void);
int __pinscope_locked(const void *l); int __pinscope_in_atomic(void); int __pinscope_in_irq(void); int __pinscope_irqs_off(void);
struct task_struct *__pinscope_current(void); unsigned long __pinscope_jiffies(void);
void __pinscope_bug(const char *text); int __pinscope_spawn(int kind, void *fn, void *arg, void *key, long delay); int __pinscope_cancel(void *key, int kind, int wait); int __pinscope_pending(void *key, int kind); int __pinscope_choice(const char *what);
#define LOCK_SPIN 0
#define LOCK_MUTEX 1
#define LOCK_READ 2
#define LOCK_WRITE 3
#define LOCK_SEM 4
#define LOCK_RREAD 5
#define LOCK_RWRITE 6
struct lock_class_key { int x; }; struct lockdep_map { int x; };
typedef struct raw_spinlock { int owner, count, line, kind; } raw_spinlock_t; typedef raw_spinlock_t arch_spinlock_t;
typedef struct spinlock { int owner, count, line, kind; } spinlock_t;
typedef struct { int owner, count, line, kind; } rwlock_t;
struct mutex { int owner, count, line, kind; }; struct rt_mutex { int owner, count, line, kind; };
struct rw_semaphore { int owner, count, line, kind; };
struct semaphore { int owner, count, line, kind; };
typedef struct { unsigned sequence; spinlock_t lock; } seqlock_t; typedef struct { unsigned sequence; } seqcount_t;
struct ww_acquire_ctx { int x; }; struct ww_class { int x; }; struct ww_mutex { struct mutex base; }; struct srcu_struct { int x; };
#define DEFINE_WW_CLASS(n) struct ww_class n
#define __SPIN_LOCK_UNLOCKED(x) { 0 }
#define __MUTEX_INITIALIZER(x) { 0 }
#define __RWSEM_INITIALIZER(x) { 0 }
#define __RW_LOCK_UNLOCKED(x) { 0 }
#define DEFINE_SPINLOCK(x) spinlock_t x = { 0 }
#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x = { 0 }
#define DEFINE_MUTEX(x) struct mutex x = { 0 }
#define DEFINE_RWLOCK(x) rwlock_t x = { 0 }
#define DECLARE_RWSEM(x) struct rw_semaphore x = { 0 }
#define DEFINE_SEQLOCK(x) seqlock_t x = { 0 }
#define DEFINE_SEMAPHORE(x, n...) struct semaphore x = { 0, 1 }
#define DEFINE_STATIC_SRCU(x) static struct srcu_struct x
#define DEFINE_SRCU(x) struct srcu_struct x
#define __lock_init(l) memset(l, 0, sizeof(*(l)))
#define spin_lock_init(l) __lock_init(l)
#define raw_spin_lock_init(l) __lock_init(l)
#define rwlock_init(l) __lock_init(l)
#define mutex_init(l) __lock_init(l)
#define __mutex_init(l, n, k) __lock_init(l)
#define rt_mutex_init(l) __lock_init(l)
#define init_rwsem(l) __lock_init(l)
#define seqlock_init(l) memset(l, 0, sizeof(*(l)))
#define seqcount_init(l) memset(l, 0, sizeof(*(l)))
#define ww_mutex_init(l, c) __lock_init(&(l)->base)
#define ww_acquire_init(c, k) ((void)(c))
#define ww_acquire_fini(c) ((void)(c))
#define ww_acquire_done(c) ((void)(c))
#define sema_init(s, n) do { __lock_init(s); (s)->count = (n); } while (0)
#define mutex_destroy(l) do { if (__pinscope_locked(l)) __pinscope_warn("mutex_destroy() of a mutex that is held"); } while (0)
#define spin_lock(l) ((void)__pinscope_lock(l, LOCK_SPIN, 0))
#define spin_unlock(l) __pinscope_unlock(l, LOCK_SPIN)
#define spin_trylock(l) __pinscope_lock(l, LOCK_SPIN, 1)
#define spin_is_locked(l) __pinscope_locked(l)
#define spin_lock_nested(l, n) spin_lock(l)
#define spin_lock_nest_lock(l, n) spin_lock(l)
#define spin_lock_irq(l) do { __pinscope_atomic(1, 1); spin_lock(l); } while (0)
#define spin_unlock_irq(l) do { spin_unlock(l); __pinscope_atomic(-1, 1); } while (0)
#define spin_lock_irqsave(l, f) do { (f) = 0; spin_lock_irq(l); } while (0)
#define spin_lock_irqsave_nested(l, f, n) spin_lock_irqsave(l, f)
#define spin_unlock_irqrestore(l, f) do { (void)(f); spin_unlock_irq(l); } while (0)
#define spin_lock_bh(l) do { __pinscope_atomic(1, 0); spin_lock(l); } while (0)
#define spin_unlock_bh(l) do { spin_unlock(l); __pinscope_atomic(-1, 0); } while (0)
#define __try_irq(l) ({ int __ti; __pinscope_atomic(1, 1); __ti = spin_trylock(l); if (!__ti) __pinscope_atomic(-1, 1); __ti; })
#define spin_trylock_irq(l) __try_irq(l)
#define spin_trylock_irqsave(l, f) ({ (f) = 0; __try_irq(l); })
#define spin_trylock_bh(l) __try_irq(l)
#define raw_spin_lock(l) spin_lock(l)
#define raw_spin_unlock(l) spin_unlock(l)
#define raw_spin_trylock(l) spin_trylock(l)
#define raw_spin_trylock_irq(l) spin_trylock_irq(l)
#define raw_spin_trylock_irqsave(l, f) spin_trylock_irqsave(l, f)
#define raw_spin_lock_nested(l, n) spin_lock(l)
#define raw_spin_lock_irq(l) spin_lock_irq(l)
#define raw_spin_unlock_irq(l) spin_unlock_irq(l)
#define raw_spin_lock_irqsave(l, f) spin_lock_irqsave(l, f)
#define raw_spin_unlock_irqrestore(l, f) spin_unlock_irqrestore(l, f)
#define raw_spin_lock_bh(l) spin_lock_bh(l)
#define raw_spin_unlock_bh(l) spin_unlock_bh(l)
#define arch_spin_lock(l) spin_lock(l)
#define arch_spin_unlock(l) spin_unlock(l)
#define bit_spin_lock(n, p) do { while (test_and_set_bit(n, p)) cpu_relax(); __pinscope_atomic(1, 0); } while (0)
#define bit_spin_trylock(n, p) (test_and_set_bit(n, p) ? 0 : (__pinscope_atomic(1, 0), 1))
#define bit_spin_unlock(n, p) do { clear_bit(n, p); __pinscope_atomic(-1, 0); } while (0)
#define read_lock(l) ((void)__pinscope_lock(l, LOCK_RREAD, 0))
#define read_unlock(l) __pinscope_unlock(l, LOCK_RREAD)
#define read_trylock(l) __pinscope_lock(l, LOCK_RREAD, 1)
#define write_lock(l) ((void)__pinscope_lock(l, LOCK_RWRITE, 0))
#define write_unlock(l) __pinscope_unlock(l, LOCK_RWRITE)
#define write_trylock(l) __pinscope_lock(l, LOCK_RWRITE, 1)
#define read_lock_irq(l) do { __pinscope_atomic(1, 1); read_lock(l); } while (0)
#define read_unlock_irq(l) do { read_unlock(l); __pinscope_atomic(-1, 1); } while (0)
#define write_lock_irq(l) do { __pinscope_atomic(1, 1); write_lock(l); } while (0)
#define write_unlock_irq(l) do { write_unlock(l); __pinscope_atomic(-1, 1); } while (0)
#define read_lock_irqsave(l, f) do { (f) = 0; read_lock_irq(l); } while (0)
#define read_unlock_irqrestore(l, f) do { (void)(f); read_unlock_irq(l); } while (0)
#define write_lock_irqsave(l, f) do { (f) = 0; write_lock_irq(l); } while (0)
#define write_unlock_irqrestore(l, f) do { (void)(f); write_unlock_irq(l); } while (0)
#define read_lock_bh(l) read_lock_irq(l)
#define read_unlock_bh(l) read_unlock_irq(l)
#define write_lock_bh(l) write_lock_irq(l)
#define write_unlock_bh(l) write_unlock_irq(l)
#define write_seqlock(s) do { spin_lock(&(s)->lock); (s)->sequence++; } while (0)
#define write_sequnlock(s) do { (s)->sequence++; spin_unlock(&(s)->lock); } while (0)
#define write_seqlock_irq(s) do { __pinscope_atomic(1, 1); write_seqlock(s); } while (0)
#define write_sequnlock_irq(s) do { write_sequnlock(s); __pinscope_atomic(-1, 1); } while (0)
#define write_seqlock_irqsave(s, f) do { (f) = 0; write_seqlock_irq(s); } while (0)
#define write_sequnlock_irqrestore(s, f) do { (void)(f); write_sequnlock_irq(s); } while (0)
#define write_seqlock_bh(s) write_seqlock_irq(s)
#define write_sequnlock_bh(s) write_sequnlock_irq(s)
#define read_seqlock_excl(s) spin_lock(&(s)->lock)
#define read_sequnlock_excl(s) spin_unlock(&(s)->lock)
#define read_seqbegin(s) ((s)->sequence)
#define read_seqretry(s, v) ((s)->sequence != (v))
#define read_seqcount_begin(s) ((s)->sequence)
#define read_seqcount_retry(s, v) ((s)->sequence != (v))
#define write_seqcount_begin(s) ((void)(s)->sequence++)
#define write_seqcount_end(s) ((void)(s)->sequence++)
#define mutex_lock(l) ((void)__pinscope_lock(l, LOCK_MUTEX, 0))
#define mutex_lock_nested(l, n) mutex_lock(l)
#define mutex_lock_nest_lock(l, n) mutex_lock(l)
#define mutex_lock_io(l) mutex_lock(l)
#define mutex_unlock(l) __pinscope_unlock(l, LOCK_MUTEX)
#define mutex_trylock(l) __pinscope_lock(l, LOCK_MUTEX, 1)
#define mutex_is_locked(l) __pinscope_locked(l)
#define mutex_lock_interruptible(l) __pinscope_lock(l, LOCK_MUTEX, 2)
#define mutex_lock_interruptible_nested(l, n) mutex_lock_interruptible(l)
#define mutex_lock_killable(l) __pinscope_lock(l, LOCK_MUTEX, 2)
#define rt_mutex_lock(l) mutex_lock(l)
#define rt_mutex_unlock(l) mutex_unlock(l)
#define ww_mutex_lock(l, c) (__pinscope_lock(&(l)->base, LOCK_MUTEX, 0), 0)
#define ww_mutex_lock_interruptible(l, c) __pinscope_lock(&(l)->base, LOCK_MUTEX, 2)
#define ww_mutex_trylock(l, c...) __pinscope_lock(&(l)->base, LOCK_MUTEX, 1)
#define ww_mutex_unlock(l) __pinscope_unlock(&(l)->base, LOCK_MUTEX)
#define down_read(l) ((void)__pinscope_lock(l, LOCK_READ, 0))
#define down_read_nested(l, n) down_read(l)
#define down_read_non_owner(l) down_read(l)
#define down_read_killable(l) __pinscope_lock(l, LOCK_READ, 2)
#define down_read_interruptible(l) __pinscope_lock(l, LOCK_READ, 2)
#define down_read_trylock(l) __pinscope_lock(l, LOCK_READ, 1)
#define up_read(l) __pinscope_unlock(l, LOCK_READ)
#define up_read_non_owner(l) up_read(l)
#define down_write(l) ((void)__pinscope_lock(l, LOCK_WRITE, 0))
#define down_write_nested(l, n) down_write(l)
#define down_write_killable(l) __pinscope_lock(l, LOCK_WRITE, 2)
#define down_write_trylock(l) __pinscope_lock(l, LOCK_WRITE, 1)
#define up_write(l) __pinscope_unlock(l, LOCK_WRITE)
#define downgrade_write(l) do { up_write(l); down_read(l); } while (0)
#define rwsem_is_locked(l) __pinscope_locked(l)
#define rwsem_is_contended(l) 0
#define down(s) ((void)__pinscope_lock(s, LOCK_SEM, 0))
#define down_interruptible(s) __pinscope_lock(s, LOCK_SEM, 2)
#define down_killable(s) __pinscope_lock(s, LOCK_SEM, 2)
#define down_trylock(s) (!__pinscope_lock(s, LOCK_SEM, 1))
#define down_timeout(s, t) __pinscope_lock(s, LOCK_SEM, 2)
#define up(s) __pinscope_unlock(s, LOCK_SEM)
#define lockdep_assert_held(l) do { if (!__pinscope_locked(l)) __pinscope_warn("lockdep_assert_held(): the lock is not held"); } while (0)
#define lockdep_assert_held_read(l) lockdep_assert_held(l)
#define lockdep_assert_held_write(l) lockdep_assert_held(l)
#define lockdep_assert_held_once(l) lockdep_assert_held(l)
#define lockdep_assert_not_held(l) ((void)(l))
#define lockdep_assert_irqs_disabled() ((void)0)
#define lockdep_assert_irqs_enabled() ((void)0)
#define lockdep_assert_once(c) ((void)0)
#define lockdep_is_held(l) __pinscope_locked(l)
#define assert_spin_locked(l) lockdep_assert_held(l)
#define lockdep_set_class(l, k) ((void)0)
#define lockdep_init_map(m, n, k, s) ((void)0)
#define lockdep_register_key(k) ((void)0)
#define lockdep_unregister_key(k) ((void)0)
#define might_lock(l) ((void)0)
#define might_lock_read(l) ((void)0)
#define rcu_read_lock() __pinscope_atomic(1, 2)
#define rcu_read_unlock() __pinscope_atomic(-1, 2)
#define rcu_read_lock_bh() rcu_read_lock()
#define rcu_read_unlock_bh() rcu_read_unlock()
#define rcu_read_lock_sched() rcu_read_lock()
#define rcu_read_unlock_sched() rcu_read_unlock()
#define rcu_read_lock_held() 1
#define srcu_read_lock(s) 0
#define srcu_read_unlock(s, i) ((void)(i))
#define init_srcu_struct(s) 0
#define cleanup_srcu_struct(s) ((void)0)
#define preempt_disable() __pinscope_atomic(1, 0)
#define preempt_enable() __pinscope_atomic(-1, 0)
#define preempt_disable_notrace() preempt_disable()
#define preempt_enable_notrace() preempt_enable()
#define preempt_enable_no_resched() preempt_enable()
#define get_cpu() (preempt_disable(), 0)
#define put_cpu() preempt_enable()
#define get_cpu_ptr(p) (preempt_disable(), (p))
#define put_cpu_ptr(p) preempt_enable()
#define get_cpu_var(v) (*({ preempt_disable(); &(v); }))
#define put_cpu_var(v) preempt_enable()
#define local_irq_disable() __pinscope_atomic(1, 1)
#define local_irq_enable() __pinscope_atomic(-1, 1)
#define local_irq_save(f) do { (f) = 0; local_irq_disable(); } while (0)
#define local_irq_restore(f) do { (void)(f); local_irq_enable(); } while (0)
#define raw_local_irq_disable() local_irq_disable()
#define raw_local_irq_enable() local_irq_enable()
#define raw_local_irq_save(f) local_irq_save(f)
#define raw_local_irq_restore(f) local_irq_restore(f)
#define local_bh_disable() __pinscope_atomic(1, 0)
#define local_bh_enable() __pinscope_atomic(-1, 0)
#define pagefault_disable() ((void)0)
#define pagefault_enable() ((void)0)
#define irqs_disabled() __pinscope_irqs_off()
#define in_interrupt() __pinscope_in_irq()
#define in_irq() __pinscope_in_irq()
#define in_hardirq() __pinscope_in_irq()
#define in_softirq() 0
#define in_task() (!__pinscope_in_irq())
#define in_atomic() __pinscope_in_atomic()
#define preempt_count() __pinscope_in_atomic()
#define preemptible() (!__pinscope_in_atomic())
#define rcu_assign_pointer(p, v) ((p) = (v))
#define RCU_INIT_POINTER(p, v) ((p) = (v))
#define rcu_dereference(p) (p)
#define rcu_dereference_protected(p, c) (p)
#define rcu_dereference_check(p, c) (p)
#define rcu_dereference_raw(p) (p)
#define rcu_access_pointer(p) (p)
#define rcu_replace_pointer(p, v, c) ({ typeof(p) __rrp = (p); (p) = (v); __rrp; })
#define srcu_dereference(p, s) (p)
#define call_rcu(h, f) ((void)__pinscope_spawn(4, f, h, NULL, 1))
#define call_rcu_hurry(h, f) call_rcu(h, f)
#define call_rcu_sched(h, f) call_rcu(h, f)
#define synchronize_rcu() __pinscope_sleep(1)
#define synchronize_rcu_expedited() __pinscope_sleep(1)
#define synchronize_srcu(s) __pinscope_sleep(1)
#define synchronize_net() __pinscope_sleep(1)
#define rcu_barrier() __pinscope_sleep(2)

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
#define add_wait_queue(q, e) ((void)(q), (void)(e))
#define remove_wait_queue(q, e) ((void)(q), (void)(e))
#define prepare_to_wait(q, e, s) ((e)->private = (void *)(q), (void)__pinscope_choice("prepare"), __pinscope_prepare(q))
#define prepare_to_wait_exclusive(q, e, s) prepare_to_wait(q, e, s)
#define finish_wait(q, e) ((void)(q), (void)(e), __pinscope_prepare(NULL))
void __pinscope_prepare(void *q); int __pinscope_waiters(const void *q);
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
#define wait_event(q, c) do { while (!(c)) __pinscope_wait(&(q), -1, 0); } while (0)
#define io_wait_event(q, c) wait_event(q, c)
#define wait_event_cmd(q, c, a, b) do { while (!(c)) { a; __pinscope_wait(&(q), -1, 0); b; } } while (0)
#define wait_event_interruptible(q, c) ({ long __we = 0; while (!(c)) { __we = __pinscope_wait(&(q), -1, 1); if (__we) break; } (int)__we; })
#define wait_event_killable(q, c) wait_event_interruptible(q, c)
#define wait_event_freezable(q, c) wait_event_interruptible(q, c)
#define wait_event_interruptible_exclusive(q, c) wait_event_interruptible(q, c)
#define wait_event_idle(q, c) wait_event(q, c)
#define wait_event_timeout(q, c, t) ({ long __wt = (t); while (!(c) && __wt > 0) __wt = __pinscope_wait(&(q), __wt, 0); (c) ? (__wt > 0 ? __wt : 1) : 0L; })
#define wait_event_interruptible_timeout(q, c, t) ({ long __wit = (t); while (!(c) && __wit > 0) __wit = __pinscope_wait(&(q), __wit, 1); (c) ? (__wit > 0 ? __wit : 1) : __wit; })
#define wait_event_killable_timeout(q, c, t) wait_event_interruptible_timeout(q, c, t)
#define wait_event_hrtimeout(q, c, t) (wait_event_timeout(q, c, (long)((t) / 4000000 + 1)) ? 0 : -ETIME)
#define wait_event_lock_irq(q, c, l) do { while (!(c)) { spin_unlock_irq(&(l)); __pinscope_wait(&(q), -1, 0); spin_lock_irq(&(l)); } } while (0)
#define wait_event_interruptible_lock_irq(q, c, l) ({ long __wl = 0; while (!(c)) { spin_unlock_irq(&(l)); __wl = __pinscope_wait(&(q), -1, 1); spin_lock_irq(&(l)); if (__wl) break; } (int)__wl; })
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
static inline void wait_for_completion(struct completion *x) { while (!x->done) __pinscope_wait(&x->wait, -1, 0); if (x->done < UINT_MAX / 4) x->done--; }
static inline long __wait_completion(struct completion *x, long t, int intr) { while (!x->done) { t = __pinscope_wait(&x->wait, t, intr); if (t < 0) return t; if (t == 0) break; } if (!x->done) return 0; if (x->done < UINT_MAX / 4) x->done--; return t > 0 ? t : 1; }
static inline unsigned long wait_for_completion_timeout(struct completion *x, unsigned long t) { return __wait_completion(x, t, 0); }
static inline long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long t) { return __wait_completion(x, t, 1); }
static inline int wait_for_completion_interruptible(struct completion *x) { long r = 0; while (!x->done) { r = __pinscope_wait(&x->wait, -1, 1); if (r) return r; } if (x->done < UINT_MAX / 4) x->done--; return 0; }
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
#define schedule_timeout_interruptible(t) __pinscope_schedule(t)
#define schedule_timeout_uninterruptible(t) __pinscope_schedule(t)
#define schedule_timeout_killable(t) __pinscope_schedule(t)
#define schedule_timeout_idle(t) __pinscope_schedule(t)
#define io_schedule_timeout(t) __pinscope_schedule(t)
long __pinscope_schedule(long t);
#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_KILLABLE 258
#define TASK_IDLE 1026
#define TASK_NORMAL 3
#define set_current_state(s) ((void)(s))
#define __set_current_state(s) ((void)(s))
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

struct work_struct { unsigned long data; struct list_head entry; void (*func)(struct work_struct *); };
struct timer_list { struct hlist_node entry; unsigned long expires; void (*function)(struct timer_list *); u32 flags; };
struct delayed_work { struct work_struct work; struct timer_list timer; };
struct rcu_work { struct work_struct work; struct rcu_head rcu; };
struct workqueue_struct { char name[24]; }; struct irq_work { void (*func)(struct irq_work *); }; struct kthread_worker { int x; };
struct kthread_work { struct list_head node; void (*func)(struct kthread_work *); }; struct kthread_delayed_work { struct kthread_work work; };
struct tasklet_struct { unsigned long state; void (*func)(unsigned long); void (*callback)(struct tasklet_struct *); unsigned long data; bool use_callback; };
enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART }; enum hrtimer_mode { HRTIMER_MODE_ABS, HRTIMER_MODE_REL, HRTIMER_MODE_REL_SOFT = 5 };
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
#define INIT_WORK_ONSTACK(w, f) INIT_WORK(w, f)
#define PREPARE_WORK(w, f) ((w)->func = (f))
#define INIT_DELAYED_WORK(w, f) INIT_WORK(&(w)->work, f)
#define INIT_DEFERRABLE_WORK(w, f) INIT_WORK(&(w)->work, f)
#define INIT_RCU_WORK(w, f) INIT_WORK(&(w)->work, f)
#define destroy_work_on_stack(w) ((void)(w))
#define DECLARE_WORK(n, f) struct work_struct n = { .func = f }
#define DECLARE_DELAYED_WORK(n, f) struct delayed_work n = { .work = { .func = f } }
#define to_delayed_work(w) container_of(w, struct delayed_work, work)
static inline bool __pinscope_queue(struct work_struct *w, long d) { if (!w->func) { __pinscope_warn("queue_work() of a work item that was never initialised"); return false; } return __pinscope_spawn(4, w->func, w, w, d); }
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
#define hrtimer_setup(t, f, c, m) do { memset(t, 0, sizeof(*(t))); (t)->function = (f); } while (0)
static inline void __pinscope_hrtimer(struct hrtimer *t) { while (t->function(t) == HRTIMER_RESTART) __pinscope_sleep((t->expires + 3999999) / 4000000); }
static inline void hrtimer_start(struct hrtimer *t, ktime_t k, enum hrtimer_mode m) { t->expires = k; __pinscope_cancel(t, 5, 0); __pinscope_spawn(5, __pinscope_hrtimer, t, t, (k + 3999999) / 4000000); }
#define hrtimer_forward_now(t, k) ((t)->expires = (k), (u64)1)
#define hrtimer_forward(t, n, k) ((t)->expires = (k), (u64)1)
#define hrtimer_cancel(t) __pinscope_cancel(t, 5, 1)
#define hrtimer_try_to_cancel(t) __pinscope_cancel(t, 5, 0)
#define hrtimer_active(t) __pinscope_pending(t, 5)
#define CLOCK_MONOTONIC 1
#define CLOCK_REALTIME 0

struct pid { int nr; }; struct cred { kuid_t uid, gid, euid, fsuid; }; struct user_namespace { int x; }; struct user_struct { atomic_long_t locked_vm; atomic_t __count; };
struct rlimit { unsigned long rlim_cur, rlim_max; }; struct signal_struct { struct rlimit rlim[16]; }; struct files_struct { int x; };
struct mm_struct { struct rw_semaphore mmap_lock; atomic_t mm_users, mm_count; unsigned long total_vm, locked_vm; atomic64_t pinned_vm; unsigned long data_vm, start_code, end_code, start_brk, brk, start_stack, task_size; struct vm_area_struct *mmap; spinlock_t page_table_lock; struct task_struct *owner; struct user_namespace *user_ns; int __row; };
struct task_struct { struct mm_struct *mm, *active_mm; pid_t pid, tgid; char comm[16]; unsigned int flags; int exit_code; struct task_struct *group_leader, *parent, *real_parent; struct signal_struct *signal; struct files_struct *files; const struct cred *cred; int __thread, __stop; };
#define mmap_sem mmap_lock
#define current __pinscope_current()
#define get_current() __pinscope_current()
#define PF_KTHREAD 0x200000
#define PF_EXITING 4
#define task_pid_nr(t) ((t)->pid)
#define task_pid_vnr(t) ((t)->pid)
#define task_tgid_nr(t) ((t)->tgid)
#define task_tgid_vnr(t) ((t)->tgid)
#define task_pid(t) ((struct pid *)(t))
#define get_task_pid(t, k) ((struct pid *)(t))
#define get_pid(p) (p)
#define put_pid(p) ((void)(p))
#define find_get_pid(n) ((struct pid *)current)
#define pid_task(p, k) ((struct task_struct *)(p))
#define get_pid_task(p, k) ((struct task_struct *)(p))
#define task_active_pid_ns(t) ((void *)0)
#define PIDTYPE_PID 0
#define PIDTYPE_TGID 1
#define same_thread_group(a, b) ((a)->tgid == (b)->tgid)
#define get_task_struct(t) ({ struct task_struct *__gts = (t); __gts; })
#define put_task_struct(t) ((void)(t))
#define task_lock(t) ((void)(t))
#define task_unlock(t) ((void)(t))
#define task_comm(t) ((t)->comm)
#define get_task_comm(b, t) strcpy(b, (t)->comm)
#define mmgrab(m) atomic_inc(&(m)->mm_count)
#define mmdrop(m) atomic_dec(&(m)->mm_count)
#define mmget(m) atomic_inc(&(m)->mm_users)
#define mmget_not_zero(m) atomic_inc_not_zero(&(m)->mm_users)
#define mmput(m) atomic_dec(&(m)->mm_users)
#define mmput_async(m) atomic_dec(&(m)->mm_users)
#define get_task_mm(t) ({ struct mm_struct *__gtm = (t)->mm; if (__gtm) atomic_inc(&__gtm->mm_users); __gtm; })
#define kthread_use_mm(m) __pinscope_use_mm(m)
#define kthread_unuse_mm(m) __pinscope_use_mm(NULL)
#define use_mm(m) __pinscope_use_mm(m)
#define unuse_mm(m) __pinscope_use_mm(NULL)
void __pinscope_use_mm(struct mm_struct *m);
#define mmap_read_lock(m) down_read(&(m)->mmap_lock)
#define mmap_read_unlock(m) up_read(&(m)->mmap_lock)
#define mmap_read_unlock_non_owner(m) up_read(&(m)->mmap_lock)
#define mmap_read_trylock(m) down_read_trylock(&(m)->mmap_lock)
#define mmap_read_lock_killable(m) down_read_killable(&(m)->mmap_lock)
#define mmap_write_lock(m) down_write(&(m)->mmap_lock)
#define mmap_write_lock_nested(m, n) down_write(&(m)->mmap_lock)
#define mmap_write_lock_killable(m) down_write_killable(&(m)->mmap_lock)
#define mmap_write_trylock(m) down_write_trylock(&(m)->mmap_lock)
#define mmap_write_unlock(m) up_write(&(m)->mmap_lock)
#define mmap_write_downgrade(m) downgrade_write(&(m)->mmap_lock)
#define mmap_assert_locked(m) lockdep_assert_held(&(m)->mmap_lock)
#define mmap_assert_write_locked(m) lockdep_assert_held(&(m)->mmap_lock)
#define mmap_lock_is_contended(m) 0
#define mmap_init_lock(m) init_rwsem(&(m)->mmap_lock)
#define current_uid() ((kuid_t){ 1000 })
#define current_euid() ((kuid_t){ 1000 })
#define current_cred() ((const struct cred *)0)
#define current_user() (&__pinscope_user)
struct user_struct __pinscope_user;
#define get_uid(u) (u)
#define free_uid(u) ((void)(u))
#define get_user_ns(n) (n)
#define put_user_ns(n) ((void)(n))
#define from_kuid(n, u) ((u).val)
#define uid_eq(a, b) ((a).val == (b).val)
#define CAP_SYS_ADMIN 21
#define CAP_IPC_LOCK 14
#define CAP_SYS_RAWIO 17
#define CAP_SYS_PTRACE 19
#define capable(c) (__pinscope_choice("capable") ? 1 : 0)
#define ns_capable(n, c) capable(c)
#define perfmon_capable() capable(0)
#define can_do_mlock() 1
#define RLIMIT_MEMLOCK 8
#define RLIMIT_NOFILE 7
#define RLIM_INFINITY (~0UL)
#define rlimit(n) (8UL << 20)
#define task_rlimit(t, n) (8UL << 20)
static inline int __account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc, struct task_struct *t, bool bypass) { unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> 12; if (inc) { if (!bypass && mm->locked_vm + pages > limit) return -ENOMEM; mm->locked_vm += pages; } else { if (pages > mm->locked_vm) __pinscope_warn("account_locked_vm(): more is given back than was accounted"); mm->locked_vm -= pages; } return 0; }
static inline int account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc) { int r; if (!pages || !mm) return 0; mmap_write_lock(mm); r = __account_locked_vm(mm, pages, inc, current, capable(CAP_IPC_LOCK)); mmap_write_unlock(mm); return r; }
struct mmpin { struct user_struct *user; unsigned int num_pg; };
static inline int mm_account_pinned_pages(struct mmpin *m, size_t size) { unsigned long n = (size >> 12) + 2; atomic_long_add(n, &__pinscope_user.locked_vm); m->user = &__pinscope_user; m->num_pg += n; return 0; }
static inline void mm_unaccount_pinned_pages(struct mmpin *m) { if (m->user) atomic_long_sub(m->num_pg, &m->user->locked_vm); m->user = NULL; m->num_pg = 0; }
struct task_struct *__pinscope_kthread(void *fn, void *arg, const char *name, int run); int __pinscope_kthread_stop(struct task_struct *t); int __pinscope_should_stop(void); int wake_up_process(struct task_struct *t); void __pinscope_exit(long code);
#define kthread_create(f, d, n, a...) __pinscope_kthread(f, d, n, 0)
#define kthread_create_on_node(f, d, c, n, a...) __pinscope_kthread(f, d, n, 0)
#define kthread_run(f, d, n, a...) __pinscope_kthread(f, d, n, 1)
#define kthread_stop(t) __pinscope_kthread_stop(t)
#define kthread_should_stop() __pinscope_should_stop()
#define kthread_should_park() 0
#define kthread_parkme() ((void)0)
#define kthread_bind(t, c) ((void)(t))
#define kthread_exit(c) __pinscope_exit(c)
#define do_exit(c) __pinscope_exit(c)
#define complete_and_exit(x, c) do { complete(x); __pinscope_exit(c); } while (0)
#define kthread_complete_and_exit(x, c) complete_and_exit(x, c)
#define module_put_and_exit(c) __pinscope_exit(c)
#define module_put_and_kthread_exit(c) __pinscope_exit(c)
#define make_task_dead(s) __pinscope_exit(s)
#define freezing(t) 0
#define set_freezable() ((void)0)
#define try_to_freeze() 0
#define send_sig(s, t, p) 0
#define allow_signal(s) ((void)0)
#define flush_signals(t) ((void)0)

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
