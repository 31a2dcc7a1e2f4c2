/** The C library of user programs over system calls. */
export const USER = String.raw`
/* user programs */
#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100
#define O_EXCL 0200
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_NONBLOCK 04000
#define O_DIRECT 040000
#define O_SYNC 04010000
#define O_CLOEXEC 02000000
#define O_TMPFILE 020200000
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_ANON 0x20
#define MAP_POPULATE 0x8000
#define MAP_LOCKED 0x2000
#define MAP_NORESERVE 0x4000
#define MAP_HUGETLB 0x40000
#define MAP_SYNC 0x80000
#define MAP_SHARED_VALIDATE 3
#define MAP_FAILED ((void *)-1)
#define MADV_NORMAL 0
#define MADV_RANDOM 1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4
#define MADV_FREE 8
#define MADV_REMOVE 9
#define MADV_DONTFORK 10
#define MADV_DOFORK 11
#define MADV_MERGEABLE 12
#define MADV_UNMERGEABLE 13
#define MADV_HUGEPAGE 14
#define MADV_NOHUGEPAGE 15
#define MADV_DONTDUMP 16
#define MADV_WIPEONFORK 18
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#define MADV_COLLAPSE 25
#define MS_ASYNC 1
#define MS_INVALIDATE 2
#define MS_SYNC 4
#define MREMAP_MAYMOVE 1
#define MCL_CURRENT 1
#define MCL_FUTURE 2
#define MFD_CLOEXEC 1
#define FALLOC_FL_KEEP_SIZE 1
#define FALLOC_FL_PUNCH_HOLE 2
#define _SC_PAGESIZE 30
#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define WEXITSTATUS(s) (((s) >> 8) & 255)
#define WIFEXITED(s) (((s) & 127) == 0)
#define SIGKILL 9
#define SIGTERM 15
int errno; typedef int __FILE; 
#define stdout ((void *)1)
#define stderr ((void *)2)
typedef unsigned long pthread_t; typedef struct { int owner, count, line, kind; } pthread_mutex_t; typedef struct { int x; } pthread_attr_t, pthread_mutexattr_t;
struct pollfd { int fd; short events, revents; };
#define PTHREAD_MUTEX_INITIALIZER { 0 }
int __pinscope_open(const char *path, int flags, struct file **f); struct file *__pinscope_file(int fd); int __pinscope_close(int fd); long __pinscope_disk(int op, int fd, void *buf, long n, long pos); void *__pinscope_mmap(unsigned long len, int prot, int flags, int fd, long off, struct vm_area_struct **v, void *addr); void *__pinscope_mremap(void *a, unsigned long o, unsigned long n, int f, void *to); long __pinscope_vm(int op, unsigned long a, unsigned long n, long x); int __pinscope_fork(void); int __pinscope_waitpid(int pid); void __pinscope_exit_process(int code); int printf(const char *f, ...); int puts(const char *s); int fprintf(void *s, const char *f, ...); int dprintf(int fd, const char *f, ...); int __pinscope_thread(void *fn, void *arg); long __pinscope_join(unsigned long t); void *__pinscope_malloc(size_t n, size_t align, int zero); void free(void *p); size_t __pinscope_user_size(void *p); static inline void *__user_realloc(void *p, size_t n) { void *q; size_t o; if (!p) return __pinscope_malloc(n, 16, 0); o = __pinscope_user_size(p); q = __pinscope_malloc(n, 16, 0); memcpy(q, p, o < n ? o : n); free(p); return q; } int __pinscope_memfd(const char *name, unsigned int flags); int __pinscope_copy_vma(int k, struct vm_area_struct **v); int __pinscope_vma_between(unsigned long s, unsigned long e, int k, struct vm_area_struct **v); int __pinscope_vma_split(unsigned long at, struct vm_area_struct **v, struct vm_area_struct **w); 
static inline long __syscall_ret(long r) { if (r < 0 && r > -4096) { errno = -r; return -1; } return r; }
static inline int open(const char *path, int flags, ...) { struct file *f = NULL; int fd = __pinscope_open(path, flags, &f), r; if (fd < 0) return __syscall_ret(fd); if (f && f->f_op && f->f_op->open) { r = f->f_op->open(f->f_inode, f); if (r) { __pinscope_close(fd); return __syscall_ret(r); } } return fd; }
#define openat(d, p, f, m...) open(p, f)
#define creat(p, m) open(p, O_CREAT | O_WRONLY | O_TRUNC)
#define memfd_create(n, f) __pinscope_memfd(n, f)
static inline int close(int fd) { struct file *f = __pinscope_file(fd); int last; if (!f) return __syscall_ret(-EBADF); if (f->f_op && f->f_op->flush) f->f_op->flush(f, NULL); last = __pinscope_close(fd); if (last == 1) fput(f); return 0; }
static inline int __iocb_flags(struct file *f) { return (f->f_flags & 040000 ? IOCB_DIRECT : 0) | (f->f_flags & 04000 ? IOCB_NOWAIT : 0) | (f->f_flags & 02000 ? IOCB_APPEND : 0); }
static inline ssize_t __dio(int fd, void *b, size_t n, long pos, int wr) { unsigned long a = (unsigned long)b; struct file *f = __pinscope_file(fd); long at = pos >= 0 ? pos : __pinscope_disk(5, fd, NULL, 0, 1), np = ((a & 4095) + n + 4095) >> 12, got, i; struct page **p; char *k; ssize_t r, done = 0; if ((a | n | at) & 511) return -EINVAL; if (!n) return 0; p = kmalloc(np * sizeof(*p), GFP_KERNEL); k = kmalloc(n, GFP_KERNEL); if (!p || !k) { kfree(p); kfree(k); return -ENOMEM; } got = pin_user_pages_fast(a & PAGE_MASK, np, wr ? 0 : FOLL_WRITE, p); if (got != np) { if (got > 0) unpin_user_pages(p, got); r = got < 0 ? got : -EFAULT; goto out; } __pinscope_sleep(1); if (!wr) { __pinscope_disk(2, fd, NULL, 0, 0); r = __pinscope_disk(0, fd, k, n, at); } else r = n; for (i = 0; i < np && done < r; i++) { size_t o = i ? 0 : a & 4095, c = min((size_t)(r - done), 4096 - o); if (wr) memcpy(k + done, (char *)page_address(p[i]) + o, c); else memcpy((char *)page_address(p[i]) + o, k + done, c); done += c; } if (wr) { r = __pinscope_disk(1, fd, k, n, at); __pinscope_disk(9, fd, NULL, 0, 0); } unpin_user_pages_dirty_lock(p, np, !wr); if (r > 0 && pos < 0) __pinscope_disk(5, fd, NULL, at + r, 0); out: kfree(p); kfree(k); return r; }
static inline ssize_t __rw(int fd, void *b, size_t n, long pos, int wr) { struct file *f = __pinscope_file(fd); ssize_t r; loff_t p; if (!f) return __syscall_ret(-EBADF); if (!f->f_op && (f->f_flags & O_DIRECT)) return __syscall_ret(__dio(fd, b, n, pos, wr)); if (!f->f_op) return __syscall_ret(__pinscope_disk(wr, fd, b, n, pos)); p = pos >= 0 ? pos : f->f_pos; if (wr ? f->f_op->write != NULL : f->f_op->read != NULL) r = wr ? f->f_op->write(f, b, n, &p) : f->f_op->read(f, b, n, &p); else if (wr ? f->f_op->write_iter != NULL : f->f_op->read_iter != NULL) { struct kiocb k; struct iov_iter i; memset(&k, 0, sizeof(k)); k.ki_filp = f; k.ki_pos = p; k.ki_flags = __iocb_flags(f); iov_iter_ubuf(&i, wr, b, n); r = wr ? f->f_op->write_iter(&k, &i) : f->f_op->read_iter(&k, &i); BUG_ON(r == -EIOCBQUEUED); p = k.ki_pos; } else r = -EINVAL; if (pos < 0) f->f_pos = p; return __syscall_ret(r); }
static inline ssize_t read(int fd, void *b, size_t n) { return __rw(fd, b, n, -1, 0); }
static inline ssize_t write(int fd, const void *b, size_t n) { return __rw(fd, (void *)b, n, -1, 1); }
static inline ssize_t pread(int fd, void *b, size_t n, off_t o) { return __rw(fd, b, n, o, 0); }
static inline ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return __rw(fd, (void *)b, n, o, 1); }
static inline int ioctl(int fd, unsigned long cmd, ...) { va_list ap; unsigned long a; struct file *f = __pinscope_file(fd); long r; va_start(ap, cmd); a = va_arg(ap, unsigned long); va_end(ap); if (!f) return __syscall_ret(-EBADF); if (!f->f_op) return __syscall_ret(-ENOTTY); if (f->f_op->unlocked_ioctl) r = f->f_op->unlocked_ioctl(f, cmd, a); else if (f->f_op->ioctl) r = f->f_op->ioctl(f->f_inode, f, cmd, a); else r = -ENOTTY; if (r == -ENOIOCTLCMD) r = -ENOTTY; return __syscall_ret(r); }
static inline off_t lseek(int fd, off_t o, int w) { struct file *f = __pinscope_file(fd); if (!f) return __syscall_ret(-EBADF); if (f->f_op && f->f_op->llseek) return __syscall_ret(f->f_op->llseek(f, o, w)); if (!f->f_op) return __syscall_ret(__pinscope_disk(5, fd, NULL, o, w)); f->f_pos = w == 1 ? f->f_pos + o : o; return f->f_pos; }
static inline int fsync(int fd) { struct file *f = __pinscope_file(fd); if (!f) return __syscall_ret(-EBADF); if (f->f_op) return f->f_op->fsync ? (int)__syscall_ret(f->f_op->fsync(f, 0, 0x7fffffff, 0)) : 0; return __syscall_ret(__pinscope_disk(2, fd, NULL, 0, 0)); }
#define fdatasync(fd) fsync(fd)
#define sync() ((void)__pinscope_disk(6, 0, NULL, 0, 0))
#define ftruncate(fd, n) ((int)__syscall_ret(__pinscope_disk(3, fd, NULL, n, 0)))
#define fallocate(fd, m, o, n) ((int)__syscall_ret(__pinscope_disk((m) & FALLOC_FL_PUNCH_HOLE ? 4 : 7, fd, NULL, n, o)))
#define posix_fallocate(fd, o, n) fallocate(fd, 0, o, n)
static inline void __pinscope_vma_open(struct vm_area_struct *v) { if (v->vm_ops && v->vm_ops->open) v->vm_ops->open(v); }
static inline int __pinscope_vm_fault(struct vm_area_struct *v, unsigned long a, int wr) { struct vm_fault vmf; vm_fault_t e; if (!v->vm_ops || !v->vm_ops->fault) return -1; memset(&vmf, 0, sizeof(vmf)); vmf.vma = v; vmf.address = a & PAGE_MASK; vmf.pgoff = linear_page_index(v, a); vmf.flags = wr ? FAULT_FLAG_WRITE : 0; e = v->vm_ops->fault(&vmf); if (e & VM_FAULT_ERROR) return -1; if (e & VM_FAULT_NOPAGE) return 0; if (!vmf.page) return -1; if (vm_insert_page(v, a & PAGE_MASK, vmf.page)) return -1; if (e & VM_FAULT_LOCKED) unlock_page(vmf.page); put_page(vmf.page); return 0; }
static inline int munmap(void *a, size_t n);
static inline void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off) { struct vm_area_struct *v = NULL; void *p; if ((flags & 0x100010) == MAP_FIXED && __pinscope_vma_between((unsigned long)addr, (unsigned long)addr + PAGE_ALIGN(len), 0, &v)) munmap(addr, len); v = NULL; p = __pinscope_mmap(len, prot, flags, fd, off, &v, addr); if ((unsigned long)p >= (unsigned long)-4095) { errno = -(int)(long)p; return MAP_FAILED; } if (v) { struct file *f = v->vm_file; struct mm_struct *mm = current->mm; int r; f->f_count++; mmap_write_lock(mm); r = f->f_op->mmap ? f->f_op->mmap(f, v) : -ENODEV; mmap_write_unlock(mm); if (r) { f = v->vm_file; __pinscope_vm(0, (unsigned long)p, len, 0); fput(f); errno = -r; return MAP_FAILED; } } return p; }
static inline int __vma_split_at(unsigned long at) { struct vm_area_struct *v = NULL, *w; if (!__pinscope_vma_split(at, &v, NULL)) return 0; if (v->vm_ops && v->vm_ops->may_split) { int r = v->vm_ops->may_split(v, at); if (r) return r; } __pinscope_vma_split(at, &v, &w); w->vm_file->f_count++; if (w->vm_ops && w->vm_ops->open) w->vm_ops->open(w); return 0; }
static inline void __vma_gone(struct vm_area_struct *v) { struct file *f = v->vm_file; if (v->vm_ops && v->vm_ops->close) v->vm_ops->close(v); if (f) fput(f); }
static inline int munmap(void *a, size_t n) { unsigned long s = (unsigned long)a, e = s + PAGE_ALIGN(n); struct vm_area_struct *v[16]; struct mm_struct *mm; int k = 0, i, r; if ((s & ~PAGE_MASK) || !n || !__pinscope_vma_between(s, e, 0, v)) return __syscall_ret(__pinscope_vm(0, s, n, 0)); mm = current->mm; mmap_write_lock(mm); r = __vma_split_at(s); if (!r) r = __vma_split_at(e); if (!r) { while (k < 16 && __pinscope_vma_between(s, e, k, &v[k])) k++; r = __pinscope_vm(0, s, n, 0); for (i = 0; i < k; i++) __vma_gone(v[i]); } mmap_write_unlock(mm); return __syscall_ret(r); }
#define mprotect(a, n, p) ((int)__syscall_ret(__pinscope_vm(1, (unsigned long)(a), n, p)))
#define madvise(a, n, x) ((int)__syscall_ret(__pinscope_vm(2, (unsigned long)(a), n, x)))
#define mlock(a, n) ((int)__syscall_ret(__pinscope_vm(3, (unsigned long)(a), n, 0)))
#define mlock2(a, n, f) ((int)__syscall_ret(__pinscope_vm(3, (unsigned long)(a), n, f)))
#define munlock(a, n) ((int)__syscall_ret(__pinscope_vm(4, (unsigned long)(a), n, 0)))
#define mlockall(f) ((int)__pinscope_vm(8, 0, 0, f))
#define munlockall() ((int)__pinscope_vm(9, 0, 0, 0))
#define msync(a, n, f) ((int)__syscall_ret(__pinscope_vm(5, (unsigned long)(a), n, f)))
#define __mremap4(a, o, n, f) ((void *)__syscall_ret((long)__pinscope_mremap(a, o, n, f, NULL)))
#define __mremap5(a, o, n, f, x) ((void *)__syscall_ret((long)__pinscope_mremap(a, o, n, f, x)))
#define __mremap_pick(a, b, c, d, e, n, ...) n
#define mremap(a...) __mremap_pick(a, __mremap5, __mremap4, x, x, x)(a)
#define mincore(a, n, v) ((int)__syscall_ret(__pinscope_vm(7, (unsigned long)(a), n, (long)(v))))
#define fork() __pinscope_fork()
#define vfork() __pinscope_fork()
static inline int waitpid(int pid, int *st, int o) { int r = __pinscope_waitpid(pid); if (r < 0) return __syscall_ret(r); if (st) *st = (r & 255) << 8; return pid > 0 ? pid : r >> 8; }
#define wait(s) waitpid(-1, s, 0)
static inline void __exit_files(void) { int fd; for (fd = 3; fd < 32; fd++) if (__pinscope_file(fd)) close(fd); }
static inline void __exit_vmas(void) { struct vm_area_struct *v; int k; for (k = 0; __pinscope_copy_vma(k, &v); k++) if (v && v->vm_file) __vma_gone(v); }
#define exit(c) do { __exit_vmas(); __exit_files(); __pinscope_exit_process(c); } while (0)
#define _exit(c) exit(c)
#define abort() exit(134)
#define getpid() (current->tgid)
#define gettid() (current->pid)
#define getpagesize() 4096
#define sysconf(n) 4096L
#define sleep(n) (__pinscope_sleep((n) * HZ), 0)
#define usleep(n) (__pinscope_sleep((n) / 4000 + 1), 0)
#define nanosleep(a, b) (__pinscope_sleep(1), 0)
#define sched_yield() (__pinscope_sleep(0), 0)
static inline const char *strerror(int e) { switch (e) { case 0: return "Success"; case 1: return "Operation not permitted"; case 2: return "No such file or directory"; case 3: return "No such process"; case 4: return "Interrupted system call"; case 5: return "Input/output error"; case 6: return "No such device or address"; case 7: return "Argument list too long"; case 9: return "Bad file descriptor"; case 10: return "No child processes"; case 11: return "Resource temporarily unavailable"; case 12: return "Cannot allocate memory"; case 13: return "Permission denied"; case 14: return "Bad address"; case 16: return "Device or resource busy"; case 17: return "File exists"; case 18: return "Invalid cross-device link"; case 19: return "No such device"; case 20: return "Not a directory"; case 21: return "Is a directory"; case 22: return "Invalid argument"; case 23: return "Too many open files in system"; case 24: return "Too many open files"; case 25: return "Inappropriate ioctl for device"; case 26: return "Text file busy"; case 27: return "File too large"; case 28: return "No space left on device"; case 29: return "Illegal seek"; case 30: return "Read-only file system"; case 32: return "Broken pipe"; case 33: return "Numerical argument out of domain"; case 34: return "Numerical result out of range"; case 35: return "Resource deadlock avoided"; case 38: return "Function not implemented"; case 61: return "No data available"; case 62: return "Timer expired"; case 71: return "Protocol error"; case 75: return "Value too large for defined data type"; case 95: return "Operation not supported"; case 110: return "Connection timed out"; case 114: return "Operation already in progress"; case 115: return "Operation now in progress"; case 116: return "Stale file handle"; case 125: return "Operation canceled"; case 133: return "Memory page has hardware error"; default: return "Unknown error"; } }
#define perror(s) ((void)printf("%s: %s\n", s, strerror(errno)))
#define assert(c) do { if (!(c)) __pinscope_bug("assert(" #c ")"); } while (0)
#define fflush(f) 0
#define fputs(s, f) fprintf(f, "%s", s)
#define putchar(c) printf("%c", c)
#define malloc(n) __pinscope_malloc(n, 16, 0)
#define calloc(n, s) __pinscope_malloc((n) * (s), 16, 1)
#define realloc(p, n) __user_realloc(p, n)
#define reallocarray(p, n, s) __user_realloc(p, (n) * (s))
#define aligned_alloc(a, n) __pinscope_malloc(n, a, 0)
#define memalign(a, n) __pinscope_malloc(n, a, 0)
#define valloc(n) __pinscope_malloc(n, 4096, 0)
#define posix_memalign(p, a, n) ({ *(void **)(p) = __pinscope_malloc(n, a, 0); *(void **)(p) ? 0 : ENOMEM; })
#define pthread_create(t, a, f, x) ({ *(t) = __pinscope_thread(f, x); 0; })
#define pthread_join(t, r) ({ long __pjr = __pinscope_join(t); void **__pjp = (void **)(r); if (__pjp) *__pjp = (void *)__pjr; 0; })
#define pthread_mutex_init(m, a) ((m)->owner = 0)
#define pthread_mutex_lock(m) (__pinscope_lock(m, LOCK_MUTEX, 0), 0)
#define pthread_mutex_unlock(m) (__pinscope_unlock(m, LOCK_MUTEX), 0)
#define strdup(s) ({ const char *__sd = (s); char *__sn = malloc(strlen(__sd) + 1); strcpy(__sn, __sd); __sn; })
int refcount(struct page *p); int mapcount(struct page *p); int pincount(struct page *p); struct page *page(const void *a); int pinned(struct page *p); int dirty(struct page *p); int writeback(struct page *p); int present(const void *a); int swapped(const void *a); int writable(const void *a); int free_page_of(struct page *p); u8 byte_of(struct page *p, unsigned long off); u8 disk(int fd, unsigned long off); u8 device_data(const char *dev); long vmstat(const char *name); int locked(struct page *p); int movable(struct page *p); int on_lru(struct page *p); int same_page(const void *a, const void *b); long faults(const char *kind); int shared_zero(struct page *p); int mlocked(struct page *p); u8 mem(const void *a); int refs_held(void);
`;
