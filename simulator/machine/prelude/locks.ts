/** Locks and contexts: include/linux/{spinlock,mutex,rwsem,seqlock,lockdep,preempt}.h. */
export const LOCKS = String.raw`
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
struct ww_acquire_ctx { int x; }; struct ww_class { int x; }; struct ww_mutex { struct mutex base; }; struct srcu_struct { int readers; };
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
#define DEFINE_SEMAPHORE(x, n...) struct semaphore x = { 0, __take_second_arg(0, ##n, 1) }
#define __SEMAPHORE_INITIALIZER(x, n) { 0, n }
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
int __pinscope_cut_out(void);
#define lockdep_assert_held(l) do { if (!__pinscope_locked(l) && !__pinscope_cut_out()) __pinscope_warn("lockdep_assert_held(): the lock is not held"); } while (0)
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
int __pinscope_rcu_readers;
#define rcu_read_lock() (__pinscope_atomic(1, 2), (void)__pinscope_rcu_readers++)
#define rcu_read_unlock() do { __pinscope_atomic(-1, 2); if (!--__pinscope_rcu_readers) __pinscope_wake(&__pinscope_rcu_readers, 1); } while (0)
#define rcu_read_lock_bh() rcu_read_lock()
#define rcu_read_unlock_bh() rcu_read_unlock()
#define rcu_read_lock_sched() rcu_read_lock()
#define rcu_read_unlock_sched() rcu_read_unlock()
#define rcu_read_lock_held() 1
#define srcu_read_lock(s) ((s)->readers++, 0)
#define srcu_read_unlock(s, i) do { (void)(i); if (!--(s)->readers) __pinscope_wake(&(s)->readers, 1); } while (0)
#define srcu_read_lock_held(s) ((s)->readers > 0)
#define init_srcu_struct(s) (__pinscope_choice("init_srcu_struct") ? -ENOMEM : ((s)->readers = 0))
#define cleanup_srcu_struct(s) do { if ((s)->readers) __pinscope_warn("cleanup_srcu_struct() with readers inside"); } while (0)
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
`;
