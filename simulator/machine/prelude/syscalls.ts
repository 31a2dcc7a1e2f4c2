/** Descriptors that are no files of a disk (pipes, eventfd, epoll), system calls on other processes, threads: what programs use beside plain files. */
export const SYSCALLS = String.raw`
int __pinscope_dup(int fd, int to);
#define get_unused_fd_flags(f) (__pinscope_choice("get_unused_fd_flags") ? -EMFILE : __pinscope_unused_fd())
#define get_unused_fd() get_unused_fd_flags(0)
#define put_unused_fd(fd) __pinscope_unused_put(fd)
#define fd_install(fd, f) __pinscope_install(fd, f)
#define receive_fd(f, u, fl) ({ int __rfd = __pinscope_unused_fd(); get_file(f); __pinscope_install(__rfd, f); __rfd; })
static inline struct file *anon_inode_getfile(const char *name, const struct file_operations *ops, void *priv, int flags) { if (__pinscope_choice("anon_inode_getfile")) return ERR_PTR(-ENOMEM); return __pinscope_anon_file(ops, priv, flags); }
static inline int anon_inode_getfd(const char *name, const struct file_operations *ops, void *priv, int flags) { int fd; if (__pinscope_choice("anon_inode_getfd")) return -EMFILE; fd = __pinscope_unused_fd(); __pinscope_install(fd, __pinscope_anon_file(ops, priv, flags)); return fd; }
#define anon_inode_getfd_secure(n, o, p, f, i) anon_inode_getfd(n, o, p, f)
#define anon_inode_create_getfd(n, o, p, f, i) anon_inode_getfd(n, o, p, f)
#define anon_inode_create_getfile(n, o, p, f, i) anon_inode_getfile(n, o, p, f)
#define anon_inode_getfile_secure(n, o, p, f, i) anon_inode_getfile(n, o, p, f)

struct __pipe_buf { struct page *page; unsigned int off, len; bool own; }; struct __pipe { wait_queue_head_t rd, wr; int readers, writers; unsigned int n; struct __pipe_buf buf[16]; };
static inline void __pipe_drop(struct __pipe *p) { unsigned int i; put_page(p->buf[0].page); for (i = 1; i < p->n; i++) p->buf[i - 1] = p->buf[i]; p->n--; }
static inline int __pipe_room(struct __pipe *p, struct file *f) { for (;;) { if (!p->readers) return -EPIPE; if (p->n < 16) return 0; if (f->f_flags & 04000) return -EAGAIN; if (wait_event_interruptible(p->wr, p->n < 16 || !p->readers)) return -ERESTARTSYS; } }
static inline void __pipe_push(struct __pipe *p, struct page *g, unsigned int off, unsigned int len, bool own) { struct __pipe_buf *b = &p->buf[p->n++]; b->page = g; b->off = off; b->len = len; b->own = own; wake_up_interruptible(&p->rd); }
static inline ssize_t __pipe_write(struct file *f, const char *b, size_t n, loff_t *o) { struct __pipe *p = f->private_data; size_t done = 0; while (done < n) { struct __pipe_buf *l = p->n ? &p->buf[p->n - 1] : NULL; size_t c; int r = p->readers ? 0 : -EPIPE; struct page *g; if (!r && l && l->own && l->off + l->len < PAGE_SIZE) { c = min(n - done, PAGE_SIZE - l->off - l->len); if (copy_from_user((char *)page_address(l->page) + l->off + l->len, b + done, c)) return done ? (ssize_t)done : -EFAULT; l->len += c; done += c; wake_up_interruptible(&p->rd); continue; } if (!r) r = __pipe_room(p, f); if (r) return done ? (ssize_t)done : r; c = min(n - done, PAGE_SIZE); g = alloc_pages(GFP_HIGHUSER, 0); if (!g) return done ? (ssize_t)done : -ENOMEM; if (copy_from_user(page_address(g), b + done, c)) { __free_pages(g, 0); return done ? (ssize_t)done : -EFAULT; } __pipe_push(p, g, 0, c, true); done += c; } return done; }
static inline ssize_t __pipe_read(struct file *f, char *b, size_t n, loff_t *o) { struct __pipe *p = f->private_data; size_t done = 0; while (done < n) { struct __pipe_buf *h = &p->buf[0]; size_t c; if (!p->n) { if (done || !p->writers) break; if (f->f_flags & 04000) return -EAGAIN; if (wait_event_interruptible(p->rd, p->n || !p->writers)) return -ERESTARTSYS; continue; } c = min(n - done, (size_t)h->len); if (copy_to_user(b + done, (char *)page_address(h->page) + h->off, c)) return done ? (ssize_t)done : -EFAULT; h->off += c; h->len -= c; done += c; if (!h->len) { __pipe_drop(p); wake_up_interruptible(&p->wr); } } return done; }
static inline int __pipe_release(struct inode *i, struct file *f) { struct __pipe *p = f->private_data; if ((f->f_flags & 3) == 1) p->writers = 0; else p->readers = 0; wake_up_interruptible_all(&p->rd); wake_up_interruptible_all(&p->wr); if (p->readers || p->writers) return 0; while (p->n) __pipe_drop(p); kfree(p); return 0; }
static inline __poll_t __pipe_poll(struct file *f, struct poll_table_struct *t) { struct __pipe *p = f->private_data; return (f->f_flags & 3) == 1 ? (p->n < 16 ? EPOLLOUT | EPOLLWRNORM : 0) | (p->readers ? 0 : EPOLLERR) : (p->n ? EPOLLIN | EPOLLRDNORM : 0) | (p->writers ? 0 : 16); }
static const struct file_operations __pipe_fops = { .read = __pipe_read, .write = __pipe_write, .poll = __pipe_poll, .release = __pipe_release };
static inline int pipe2(int *fds, int flags) { struct __pipe *p = kzalloc(sizeof(struct __pipe), GFP_KERNEL); if (!p) return __syscall_ret(-ENOMEM); p->readers = p->writers = 1; fds[0] = __pinscope_unused_fd(); __pinscope_install(fds[0], __pinscope_anon_file(&__pipe_fops, p, flags & 04000)); fds[1] = __pinscope_unused_fd(); __pinscope_install(fds[1], __pinscope_anon_file(&__pipe_fops, p, 1 | (flags & 04000))); return 0; }
static inline int pipe(int *fds) { return pipe2(fds, 0); }
#define SPLICE_F_MOVE 1
#define SPLICE_F_NONBLOCK 2
#define SPLICE_F_MORE 4
#define SPLICE_F_GIFT 8
static inline struct __pipe *__pipe_of(int fd, struct file **f) { *f = __pinscope_file(fd); return *f && (*f)->f_op == &__pipe_fops ? (*f)->private_data : NULL; }
static inline ssize_t vmsplice(int fd, const struct iovec *v, unsigned long n, unsigned int flags) { struct file *f; struct __pipe *p = __pipe_of(fd, &f); ssize_t done = 0; unsigned long i; if (!p) return __syscall_ret(-EBADF); if ((f->f_flags & 3) != 1) { for (i = 0; i < n; i++) { ssize_t r = __pipe_read(f, v[i].iov_base, v[i].iov_len, NULL); if (r < 0) return done ? done : __syscall_ret(r); done += r; if (r < (ssize_t)v[i].iov_len) break; } return done; } for (i = 0; i < n; i++) { unsigned long a = (unsigned long)v[i].iov_base, e = a + v[i].iov_len; while (a < e) { struct page *g; unsigned int c = min(e - a, PAGE_SIZE - offset_in_page(a)); int r; if (p->n == 16 && (flags & SPLICE_F_NONBLOCK)) r = -EAGAIN; else r = __pipe_room(p, f); if (!r) { r = get_user_pages_fast(a & PAGE_MASK, 1, 0, &g); r = r == 1 ? 0 : r ? r : -EFAULT; } if (r) return done ? done : __syscall_ret(r); __pipe_push(p, g, offset_in_page(a), c, false); a += c; done += c; } } return done; }
static inline ssize_t splice(int in, loff_t *oi, int out, loff_t *oo, size_t n, unsigned int flags) { struct file *fi, *fo; struct __pipe *pi = __pipe_of(in, &fi), *po = __pipe_of(out, &fo); char *b; ssize_t r, w; if (!fi || !fo) return __syscall_ret(-EBADF); if (!pi && !po) return __syscall_ret(-EINVAL); if (n > 65536) n = 65536; b = kmalloc(n, GFP_KERNEL); if (!b) return __syscall_ret(-ENOMEM); r = pi ? __pipe_read(fi, b, n, NULL) : __rw(in, b, n, oi ? *oi : -1, 0); if (r > 0) { if (oi) *oi += r; w = po ? __pipe_write(fo, b, r, NULL) : __rw(out, b, r, oo ? *oo : -1, 1); if (w > 0 && oo) *oo += w; r = w; } kfree(b); return pi || r >= 0 ? __syscall_ret(r) : r; }
static inline ssize_t tee(int in, int out, size_t n, unsigned int flags) { struct file *fi, *fo; struct __pipe *pi = __pipe_of(in, &fi), *po = __pipe_of(out, &fo); ssize_t done = 0; unsigned int i; if (!pi || !po) return __syscall_ret(-EINVAL); for (i = 0; i < pi->n && po->n < 16 && done < (ssize_t)n; i++) { get_page(pi->buf[i].page); __pipe_push(po, pi->buf[i].page, pi->buf[i].off, min((size_t)pi->buf[i].len, n - done), false); done += po->buf[po->n - 1].len; } return done; }

static inline ssize_t __process_vm_rw(int pid, const struct iovec *l, unsigned long ln, const struct iovec *r, unsigned long rn, unsigned long flags, int wr) { struct task_struct *t = __pinscope_task_of(pid); struct iov_iter it; struct iovec lv[16]; size_t total = 0; ssize_t done = 0; unsigned long i; struct mm_struct *mm; if (flags || ln > 16) return __syscall_ret(-EINVAL); for (i = 0; i < ln; i++) { lv[i] = l[i]; total += lv[i].iov_len; } if (!t) return __syscall_ret(-ESRCH); mm = get_task_mm(t); if (!mm) return __syscall_ret(-ESRCH); iov_iter_init(&it, wr, lv, ln, total); for (i = 0; i < rn && iov_iter_count(&it); i++) { unsigned long a = (unsigned long)r[i].iov_base, e = a + r[i].iov_len; while (a < e && iov_iter_count(&it)) { struct page *g; int locked = 1; size_t c = min(e - a, PAGE_SIZE - offset_in_page(a)), k; long n; mmap_read_lock(mm); n = __pinscope_gup("pin_user_pages_remote", mm, a & PAGE_MASK, 1, wr ? FOLL_WRITE : 0, &g); if (locked) mmap_read_unlock(mm); if (n != 1) { mmput(mm); return done ? done : __syscall_ret(-EFAULT); } k = wr ? copy_page_from_iter(g, offset_in_page(a), c, &it) : copy_page_to_iter(g, offset_in_page(a), c, &it); unpin_user_pages_dirty_lock(&g, 1, wr); done += k; a += k; if (k < c) break; } } mmput(mm); return done; }
static inline ssize_t process_vm_readv(int pid, const struct iovec *l, unsigned long ln, const struct iovec *r, unsigned long rn, unsigned long flags) { return __process_vm_rw(pid, l, ln, r, rn, flags, 0); }
static inline ssize_t process_vm_writev(int pid, const struct iovec *l, unsigned long ln, const struct iovec *r, unsigned long rn, unsigned long flags) { return __process_vm_rw(pid, l, ln, r, rn, flags, 1); }
static inline ssize_t __rwv(int fd, const struct iovec *v, int n, long pos, int wr) { struct file *f = __pinscope_file(fd); ssize_t done = 0, r; int j; if (!f) return __syscall_ret(-EBADF); if (f->f_op && (wr ? f->f_op->write_iter != NULL : f->f_op->read_iter != NULL)) { struct kiocb k; struct iov_iter i; struct iovec c[16]; size_t total = 0; if (n < 0 || n > 16) return __syscall_ret(-EINVAL); for (j = 0; j < n; j++) { c[j] = v[j]; total += c[j].iov_len; } memset(&k, 0, sizeof(k)); k.ki_filp = f; k.ki_pos = pos >= 0 ? pos : f->f_pos; k.ki_flags = __iocb_flags(f); iov_iter_init(&i, wr, c, n, total); r = wr ? f->f_op->write_iter(&k, &i) : f->f_op->read_iter(&k, &i); BUG_ON(r == -EIOCBQUEUED); if (pos < 0) f->f_pos = k.ki_pos; return __syscall_ret(r); } if (!f->f_op && (f->f_flags & 040000)) for (j = 0; j < n; j++) if (((unsigned long)v[j].iov_base | v[j].iov_len) & 511) return __syscall_ret(-EINVAL); for (j = 0; j < n; j++) { r = __rw(fd, v[j].iov_base, v[j].iov_len, pos < 0 ? -1 : pos + done, wr); if (r < 0) return done ? done : r; done += r; if (r < (ssize_t)v[j].iov_len) break; } return done; }
static inline ssize_t readv(int fd, const struct iovec *v, int n) { return __rwv(fd, v, n, -1, 0); }
static inline ssize_t writev(int fd, const struct iovec *v, int n) { return __rwv(fd, v, n, -1, 1); }
static inline ssize_t preadv(int fd, const struct iovec *v, int n, off_t o) { return __rwv(fd, v, n, o, 0); }
static inline ssize_t pwritev(int fd, const struct iovec *v, int n, off_t o) { return __rwv(fd, v, n, o, 1); }

struct eventfd_ctx { struct kref kref; wait_queue_head_t wqh; u64 count; unsigned int flags; };
#define EFD_SEMAPHORE 1
#define EFD_NONBLOCK 04000
#define EFD_CLOEXEC 02000000
static inline void __eventfd_free(struct kref *k) { kfree(container_of(k, struct eventfd_ctx, kref)); }
static inline void eventfd_ctx_put(struct eventfd_ctx *c) { kref_put(&c->kref, __eventfd_free); }
static inline void eventfd_ctx_do_read(struct eventfd_ctx *c, u64 *v) { *v = (c->flags & EFD_SEMAPHORE) && c->count ? 1 : c->count; c->count -= *v; }
static inline ssize_t __eventfd_read(struct file *f, char *b, size_t n, loff_t *o) { struct eventfd_ctx *c = f->private_data; u64 v; if (n < 8) return -EINVAL; if (!c->count) { if (f->f_flags & 04000) return -EAGAIN; if (wait_event_interruptible(c->wqh, c->count)) return -ERESTARTSYS; } eventfd_ctx_do_read(c, &v); return copy_to_user(b, &v, 8) ? -EFAULT : 8; }
static inline ssize_t __eventfd_write(struct file *f, const char *b, size_t n, loff_t *o) { struct eventfd_ctx *c = f->private_data; u64 v; if (n < 8 || copy_from_user(&v, b, 8)) return n < 8 ? -EINVAL : -EFAULT; c->count += v; wake_up_all(&c->wqh); return 8; }
static inline __poll_t __eventfd_poll(struct file *f, struct poll_table_struct *t) { struct eventfd_ctx *c = f->private_data; return EPOLLOUT | (c->count ? EPOLLIN : 0); }
static inline int __eventfd_release(struct inode *i, struct file *f) { eventfd_ctx_put(f->private_data); return 0; }
static const struct file_operations __eventfd_fops = { .read = __eventfd_read, .write = __eventfd_write, .poll = __eventfd_poll, .release = __eventfd_release };
static inline int eventfd(unsigned int v, int flags) { struct eventfd_ctx *c = kzalloc(sizeof(struct eventfd_ctx), GFP_KERNEL); int fd; if (!c) return __syscall_ret(-ENOMEM); kref_init(&c->kref); c->count = v; c->flags = flags; fd = __pinscope_unused_fd(); __pinscope_install(fd, __pinscope_anon_file(&__eventfd_fops, c, 2 | (flags & 04000))); return fd; }
static inline struct eventfd_ctx *eventfd_ctx_fileget(struct file *f) { struct eventfd_ctx *c; if (!f->__row) { c = kzalloc(sizeof(struct eventfd_ctx), GFP_KERNEL); kref_init(&c->kref); return c; } if (f->f_op != &__eventfd_fops) return ERR_PTR(-EINVAL); c = f->private_data; kref_get(&c->kref); return c; }
static inline struct eventfd_ctx *eventfd_ctx_fdget(int fd) { struct file *f = fget(fd); struct eventfd_ctx *c; if (!f) return ERR_PTR(-EBADF); c = eventfd_ctx_fileget(f); fput(f); return c; }
#define eventfd_fget(fd) ({ struct file *__ef = fget(fd); __ef ? __ef : ERR_PTR(-EBADF); })
static inline void __eventfd_add(struct eventfd_ctx *c, u64 n) { c->count += n; wake_up_all(&c->wqh); }
#define __eventfd_signal1(c) __eventfd_add(c, 1)
#define __eventfd_signal2(c, n) __eventfd_add(c, n)
#define eventfd_signal(a...) __puds_pick(a, x, __eventfd_signal2, __eventfd_signal1)(a)
#define eventfd_signal_mask(c, m) __eventfd_add(c, 1)
#define eventfd_ctx_remove_wait_queue(c, w, v) ({ eventfd_ctx_do_read(c, v); *(v) ? 0 : -EAGAIN; })

#define POLLPRI 2
#define POLLHUP 16
#define POLLNVAL 32
#define POLLRDHUP 0x2000
#define EPOLLHUP 16
#define EPOLLRDHUP 0x2000
#define EPOLLPRI 2
#define EPOLLET (1u << 31)
#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3
static inline unsigned int __poll_one(int fd, unsigned int want) { struct file *f = __pinscope_file(fd); if (!f) return POLLNVAL; if (!f->f_op || !f->f_op->poll) return want & (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM); return f->f_op->poll(f, NULL) & (want | POLLERR | POLLHUP); }
static inline int __poll_wait(int *waited, int timeout) { if (timeout >= 0 && *waited >= (timeout + 3) / 4) return 0; if (++*waited > 2000) { int nobody = 0; __pinscope_wait(&nobody, -1, 0); } __pinscope_sleep(1); return 1; }
static inline int poll(struct pollfd *p, unsigned long n, int timeout) { int waited = 0; for (;;) { unsigned long i; int hits = 0; for (i = 0; i < n; i++) { p[i].revents = p[i].fd < 0 ? 0 : __poll_one(p[i].fd, (unsigned short)p[i].events); if (p[i].revents) hits++; } if (hits || !__poll_wait(&waited, timeout)) return hits; } }
#define ppoll(p, n, t, s) poll(p, n, (t) ? (int)((t)->tv_sec * 1000 + (t)->tv_nsec / 1000000) : -1)
typedef struct { unsigned long bits[2]; } fd_set;
#define FD_ZERO(s) memset(s, 0, sizeof(fd_set))
#define FD_SET(n, s) ((s)->bits[(n) / 64] |= 1UL << ((n) % 64))
#define FD_CLR(n, s) ((s)->bits[(n) / 64] &= ~(1UL << ((n) % 64)))
#define FD_ISSET(n, s) (((s)->bits[(n) / 64] >> ((n) % 64)) & 1)
#define FD_SETSIZE 128
static inline int select(int n, fd_set *r, fd_set *w, fd_set *e, struct timeval *t) { int waited = 0; fd_set gr, gw; for (;;) { int i, hits = 0; FD_ZERO(&gr); FD_ZERO(&gw); for (i = 0; i < n; i++) { if (r && FD_ISSET(i, r) && __poll_one(i, POLLIN | POLLRDNORM) & (POLLIN | POLLRDNORM | POLLHUP | POLLERR)) { FD_SET(i, &gr); hits++; } if (w && FD_ISSET(i, w) && __poll_one(i, POLLOUT | POLLWRNORM) & (POLLOUT | POLLWRNORM | POLLERR)) { FD_SET(i, &gw); hits++; } } if (hits || !__poll_wait(&waited, t ? (int)(t->tv_sec * 1000 + t->tv_usec / 1000) : -1)) { if (r) *r = gr; if (w) *w = gw; if (e) FD_ZERO(e); return hits; } } }
typedef union { void *ptr; int fd; u32 u32; u64 u64; } epoll_data_t; struct epoll_event { u32 events; epoll_data_t data; } __packed; struct __epoll { int n; struct { int fd; struct epoll_event e; } w[32]; };
static inline int __epoll_release(struct inode *i, struct file *f) { kfree(f->private_data); return 0; }
static const struct file_operations __epoll_fops = { .release = __epoll_release };
static inline int epoll_create1(int flags) { struct __epoll *e = kzalloc(sizeof(struct __epoll), GFP_KERNEL); int fd = __pinscope_unused_fd(); __pinscope_install(fd, __pinscope_anon_file(&__epoll_fops, e, 2)); return fd; }
#define epoll_create(n) epoll_create1(0)
static inline struct __epoll *__epoll_of(int fd) { struct file *f = __pinscope_file(fd); return f && f->f_op == &__epoll_fops ? f->private_data : NULL; }
static inline int epoll_ctl(int ep, int op, int fd, struct epoll_event *v) { struct __epoll *e = __epoll_of(ep); int i; if (!e || !__pinscope_file(fd)) return __syscall_ret(-EBADF); for (i = 0; i < e->n && e->w[i].fd != fd; i++) ; if (op == EPOLL_CTL_ADD) { if (i < e->n) return __syscall_ret(-EEXIST); if (i == 32) return __syscall_ret(-ENOSPC); e->n++; } else if (i == e->n) return __syscall_ret(-ENOENT); if (op == EPOLL_CTL_DEL) { e->w[i] = e->w[--e->n]; return 0; } e->w[i].fd = fd; e->w[i].e = *v; return 0; }
static inline int epoll_wait(int ep, struct epoll_event *v, int max, int timeout) { struct __epoll *e = __epoll_of(ep); int waited = 0; if (!e) return __syscall_ret(-EBADF); for (;;) { int i, hits = 0; for (i = 0; i < e->n && hits < max; i++) { unsigned int m = __poll_one(e->w[i].fd, e->w[i].e.events); if (m) { v[hits].events = m; v[hits++].data = e->w[i].e.data; } } if (hits || !__poll_wait(&waited, timeout)) return hits; } }

static inline int dup(int fd) { return __syscall_ret(__pinscope_dup(fd, -1)); }
static inline int dup2(int fd, int to) { if (fd != to && __pinscope_file(to)) close(to); return fd == to ? to : __syscall_ret(__pinscope_dup(fd, to)); }
#define dup3(a, b, f) dup2(a, b)
#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_DUPFD_CLOEXEC 1030
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#define FD_CLOEXEC 1
#define F_SEAL_SEAL 1
#define F_SEAL_SHRINK 2
#define F_SEAL_GROW 4
#define F_SEAL_WRITE 8
#define F_SEAL_FUTURE_WRITE 16
static inline int fcntl(int fd, int cmd, ...) { struct file *f = __pinscope_file(fd); va_list ap; long a; if (!f) return __syscall_ret(-EBADF); va_start(ap, cmd); a = va_arg(ap, long); va_end(ap); if (cmd == F_GETFL) return f->f_flags; if (cmd == F_SETFL) { f->f_flags = (f->f_flags & ~06000) | (a & 06000); return 0; } if (cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC) return dup(fd); return 0; }
struct stat { dev_t st_dev; unsigned long st_ino; unsigned int st_mode, st_nlink; dev_t st_rdev; off_t st_size; long st_blksize, st_blocks; };
#define S_ISREG(m) (((m) & 0170000) == 0100000)
#define S_ISCHR(m) (((m) & 0170000) == 0020000)
static inline int fstat(int fd, struct stat *st) { struct file *f = __pinscope_file(fd); if (!f) return __syscall_ret(-EBADF); memset(st, 0, sizeof(*st)); st->st_blksize = 4096; st->st_mode = f->f_op ? 0020600 : 0100600; st->st_rdev = f->f_inode->i_rdev; if (!f->f_op) st->st_size = __pinscope_disk(8, fd, NULL, 0, 0); st->st_blocks = (st->st_size + 511) / 512; return 0; }
static inline int stat(const char *p, struct stat *st) { int fd = open(p, 0), r; if (fd < 0) return -1; r = fstat(fd, st); close(fd); return r; }
#define truncate(p, n) ({ int __tfd = open(p, 2); int __tr = __tfd < 0 ? -1 : ftruncate(__tfd, n); if (__tfd >= 0) close(__tfd); __tr; })
static inline int shm_open(const char *n, int f, unsigned int m) { char p[128] = "/dev/shm/"; strcat(p, *n == '/' ? n + 1 : n); return open(p, f, m); }
#define shm_unlink(n) ((void)(n), 0)
#define unlink(n) ((void)(n), 0)
#define mkstemp(t) open(t, 0102)
#define tmpfile_fd() open("/tmp/unnamed", 0102)
int __pinscope_secret(void);
#define memfd_secret(f) __pinscope_secret()

typedef struct { unsigned int seq; int pad[3]; } pthread_cond_t; typedef struct { int x; } pthread_condattr_t, pthread_barrierattr_t, pthread_rwlockattr_t; typedef struct { unsigned int count, need, round, pad; } pthread_barrier_t; typedef struct { int value, pad[3]; } sem_t; typedef struct { int owner, count, line, kind; } pthread_rwlock_t; typedef pthread_mutex_t pthread_spinlock_t; typedef int pthread_once_t;
#define PTHREAD_COND_INITIALIZER { 0 }
#define PTHREAD_RWLOCK_INITIALIZER { 0 }
#define PTHREAD_ONCE_INIT 0
#define pthread_cond_init(c, a) (memset(c, 0, sizeof(*(c))), 0)
#define pthread_cond_destroy(c) ((void)(c), 0)
#define pthread_cond_wait(c, m) ({ unsigned int __pcw = (c)->seq; pthread_mutex_unlock(m); while ((c)->seq == __pcw) { __pinscope_prepare(c); if ((c)->seq == __pcw) __pinscope_wait(c, -1, 0); else __pinscope_prepare(NULL); } pthread_mutex_lock(m); })
#define pthread_cond_timedwait(c, m, t) pthread_cond_wait(c, m)
#define pthread_cond_signal(c) ((c)->seq++, __pinscope_wake(c, 0), 0)
#define pthread_cond_broadcast(c) ((c)->seq++, __pinscope_wake(c, 1), 0)
#define pthread_barrier_init(b, a, n) ((b)->count = 0, (b)->round = 0, (b)->need = (n), 0)
#define pthread_barrier_wait(b) ({ unsigned int __pbw = (b)->round; int __pbl = 0; if (++(b)->count == (b)->need) { (b)->count = 0; (b)->round++; __pinscope_wake(b, 1); __pbl = -1; } else while ((b)->round == __pbw) { __pinscope_prepare(b); if ((b)->round == __pbw) __pinscope_wait(b, -1, 0); else __pinscope_prepare(NULL); } __pbl; })
#define pthread_barrier_destroy(b) ((void)(b), 0)
#define PTHREAD_BARRIER_SERIAL_THREAD (-1)
#define sem_init(s, p, n) ((s)->value = (n), 0)
#define sem_destroy(s) ((void)(s), 0)
#define sem_post(s) ((s)->value++, __pinscope_wake(s, 0), 0)
#define sem_wait(s) ({ while ((s)->value <= 0) { __pinscope_prepare(s); if ((s)->value <= 0) __pinscope_wait(s, -1, 0); else __pinscope_prepare(NULL); } (s)->value--; 0; })
#define sem_trywait(s) ((s)->value > 0 ? ((s)->value--, 0) : -1)
#define sem_getvalue(s, v) (*(v) = (s)->value, 0)
#define pthread_mutex_destroy(m) ((void)(m), 0)
#define pthread_mutex_trylock(m) (__pinscope_lock(m, LOCK_MUTEX, 1) ? 0 : EBUSY)
#define pthread_rwlock_init(l, a) (memset(l, 0, sizeof(*(l))), 0)
#define pthread_rwlock_rdlock(l) (__pinscope_lock(l, LOCK_READ, 0), 0)
#define pthread_rwlock_wrlock(l) (__pinscope_lock(l, LOCK_WRITE, 0), 0)
#define pthread_rwlock_unlock(l) ((l)->owner ? __pinscope_unlock(l, LOCK_WRITE) : __pinscope_unlock(l, LOCK_READ), 0)
#define pthread_spin_init(l, a) ((l)->owner = 0, (l)->count = 0, 0)
#define pthread_spin_lock(l) pthread_mutex_lock(l)
#define pthread_spin_unlock(l) pthread_mutex_unlock(l)
#define pthread_detach(t) ((void)(t), 0)
#define pthread_self() ((pthread_t)current->pid)
#define pthread_attr_init(a) ((void)(a), 0)
#define pthread_attr_destroy(a) ((void)(a), 0)
#define pthread_once(o, f) ({ if (!*(o)) { *(o) = 1; f(); } 0; })
#define __atomic_load_n(p, m) (*(p))
#define __atomic_store_n(p, v, m) ((void)(*(p) = (v)))
#define __atomic_add_fetch(p, v, m) (*(p) += (v))
#define __atomic_sub_fetch(p, v, m) (*(p) -= (v))
#define __atomic_fetch_add(p, v, m) ({ typeof(*(p)) __afa = *(p); *(p) += (v); __afa; })
#define __atomic_fetch_sub(p, v, m) ({ typeof(*(p)) __afs = *(p); *(p) -= (v); __afs; })
#define __atomic_exchange_n(p, v, m) ({ typeof(*(p)) __axn = *(p); *(p) = (v); __axn; })
#define __atomic_compare_exchange_n(p, e, d, w, s, f) ({ bool __ace = *(p) == *(e); if (__ace) *(p) = (d); else *(e) = *(p); __ace; })
#define __ATOMIC_RELAXED 0
#define __ATOMIC_ACQUIRE 2
#define __ATOMIC_RELEASE 3
#define __ATOMIC_ACQ_REL 4
#define __ATOMIC_SEQ_CST 5
#define __sync_fetch_and_add(p, v) __atomic_fetch_add(p, v, 5)
#define __sync_fetch_and_sub(p, v) __atomic_fetch_sub(p, v, 5)
#define __sync_add_and_fetch(p, v) (*(p) += (v))
#define __sync_sub_and_fetch(p, v) (*(p) -= (v))
#define __sync_synchronize() ((void)0)
#define __sync_bool_compare_and_swap(p, o, n) ({ bool __sbc = *(p) == (o); if (__sbc) *(p) = (n); __sbc; })
#define __sync_val_compare_and_swap(p, o, n) ({ typeof(*(p)) __svc = *(p); if (__svc == (o)) *(p) = (n); __svc; })
#define __sync_lock_test_and_set(p, v) __atomic_exchange_n(p, v, 5)
#define __sync_lock_release(p) ((void)(*(p) = 0))
#define atomic_load(p) (*(p))
#define atomic_store(p, v) ((void)(*(p) = (v)))
#define atomic_load_explicit(p, m) (*(p))
#define atomic_store_explicit(p, v, m) ((void)(*(p) = (v)))
#define SIGINT 2
#define SIGHUP 1
#define SIGABRT 6
#define SIGBUS 7
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGCHLD 17
#define SIGIO 29
#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)
#define SIG_ERR ((void (*)(int))-1)
#define signal(n, h) ((void)(h), SIG_DFL)
typedef int sig_atomic_t; typedef struct { unsigned long bits; } sigset_t; struct sigaction { void (*sa_handler)(int); sigset_t sa_mask; int sa_flags; };
#define SA_RESTART 0x10000000
#define sigaction(n, a, o) ((void)(a), 0)
#define sigemptyset(s) ((s)->bits = 0, 0)
#define sigaddset(s, n) ((s)->bits |= 1UL << (n), 0)
#define usleep_us(n) usleep(n)
#define CLOCK_MONOTONIC_RAW 4
#define clock_gettime(c, t) ((t)->tv_sec = ktime_get() / NSEC_PER_SEC, (t)->tv_nsec = ktime_get() % NSEC_PER_SEC, 0)
#define gettimeofday(t, z) ((t)->tv_sec = ktime_get() / NSEC_PER_SEC, (t)->tv_usec = ktime_get() % NSEC_PER_SEC / 1000, 0)
#define time(t) ((long)(ktime_get() / NSEC_PER_SEC))
#define getuid() 1000
#define geteuid() 1000
#define getgid() 1000
#define getppid() 1
#define getrlimit(n, r) ((r)->rlim_cur = (r)->rlim_max = 8UL << 20, 0)
#define setrlimit(n, r) ((void)(r), 0)
#define prctl(a, b...) 0
#define WNOHANG 1
#define WIFSIGNALED(s) (((s) & 127) != 0)
#define WTERMSIG(s) ((s) & 127)
#define MCL_ONFAULT 4
#define MLOCK_ONFAULT 1
#define MADV_KEEPONFORK 19
#define MADV_DODUMP 17
#define MADV_DONTNEED_LOCKED 24
#define MADV_SOFT_OFFLINE 101
#define MAP_FIXED_NOREPLACE 0x100000
#define MAP_GROWSDOWN 0x100
#define MAP_STACK 0x20000
#define MAP_NONBLOCK 0x10000
#define MAP_FILE 0
#define MAP_HUGE_SHIFT 26
#define MAP_HUGE_2MB (21 << 26)
#define MREMAP_FIXED 2
#define MREMAP_DONTUNMAP 4
#define MFD_ALLOW_SEALING 2
#define MFD_HUGETLB 4
#define MFD_HUGE_2MB (21 << 26)
#define MFD_NOEXEC_SEAL 8
#define PROT_SEM 8
#define O_DIRECTORY 0200000
#define O_NOCTTY 0400
#define O_DSYNC 010000
#define O_PATH 010000000
#define AT_FDCWD (-100)
#define RTLD_DEFAULT NULL
`;
