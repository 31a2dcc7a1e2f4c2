/** Tasks, address spaces, credentials and kernel threads: include/linux/{sched,mm_types,cred,kthread}.h. */
export const TASKS = String.raw`
struct pid { int nr; }; struct cred { kuid_t uid, gid, euid, fsuid; }; struct user_namespace { int x; }; struct user_struct { atomic_long_t locked_vm; atomic_t __count; };
struct rlimit { unsigned long rlim_cur, rlim_max; }; struct signal_struct { struct rlimit rlim[16]; }; struct files_struct { int x; };
struct mm_struct { struct rw_semaphore mmap_lock; atomic_t mm_users, mm_count; unsigned long total_vm, locked_vm; atomic64_t pinned_vm; unsigned long data_vm, start_code, end_code, start_brk, brk, start_stack, task_size; struct vm_area_struct *mmap; spinlock_t page_table_lock; struct task_struct *owner; struct user_namespace *user_ns; int __row; };
struct task_struct { struct mm_struct *mm, *active_mm; pid_t pid, tgid; char comm[16]; unsigned int flags; int exit_code; struct task_struct *group_leader, *parent, *real_parent; struct signal_struct *signal; struct files_struct *files; const struct cred *cred; int __tid, __stop; };
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
struct task_struct *__pinscope_task_of(int pid);
#define find_task_by_vpid(n) __pinscope_task_of(n)
#define find_task_by_pid_ns(n, s) __pinscope_task_of(n)
#define find_get_task_by_vpid(n) __pinscope_task_of(n)
#define find_vpid(n) ((struct pid *)__pinscope_task_of(n))
#define find_pid_ns(n, s) find_vpid(n)
#define find_get_pid(n) find_vpid(n)
#define pid_task(p, k) ((struct task_struct *)(p))
#define get_pid_task(p, k) ((struct task_struct *)(p))
#define pid_nr(p) ((p) ? ((struct task_struct *)(p))->pid : 0)
#define pid_vnr(p) pid_nr(p)
#define task_tgid(t) ((struct pid *)(t)->group_leader)
#define task_ppid_nr(t) ((t)->parent ? (t)->parent->tgid : 0)
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
void __pinscope_use_mm(struct mm_struct *m);
static inline void kthread_use_mm(struct mm_struct *m) { struct task_struct *t = current; if (t->mm) __pinscope_warn("kthread_use_mm() by a thread that has an mm"); t->mm = t->active_mm = m; __pinscope_use_mm(m); }
static inline void kthread_unuse_mm(struct mm_struct *m) { struct task_struct *t = current; t->mm = NULL; __pinscope_use_mm(NULL); }
#define use_mm(m) kthread_use_mm(m)
#define unuse_mm(m) kthread_unuse_mm(m)
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
static inline int __account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc, struct task_struct *t, bool bypass) { unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> 12; if (inc) { if (!bypass && mm->locked_vm + pages > limit) return -ENOMEM; mm->locked_vm += pages; } else { if (pages > mm->locked_vm && __pinscope_cut_out()) mm->locked_vm = pages; if (pages > mm->locked_vm) __pinscope_warn("account_locked_vm(): more is given back than was accounted"); mm->locked_vm -= pages; } return 0; }
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
`;
