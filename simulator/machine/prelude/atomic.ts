/** Atomics, reference counts and per-CPU data: include/linux/{atomic,refcount,kref,percpu}.h. */
export const ATOMIC = String.raw`
typedef struct { int counter; } atomic_t; typedef struct { s64 counter; } atomic64_t; typedef struct { long counter; } atomic_long_t;
#define ATOMIC_INIT(i) { (i) }
#define ATOMIC64_INIT(i) { (i) }
#define ATOMIC_LONG_INIT(i) { (i) }
#define __ATOMIC_FAMILY(P, A, T) \
static inline T P##_read(const A *v) { return v->counter; } static inline void P##_set(A *v, T i) { v->counter = i; } \
static inline T P##_read_acquire(const A *v) { return v->counter; } static inline void P##_set_release(A *v, T i) { v->counter = i; } \
static inline void P##_add(T i, A *v) { v->counter += i; } static inline void P##_sub(T i, A *v) { v->counter -= i; } \
static inline void P##_inc(A *v) { v->counter++; } static inline void P##_dec(A *v) { v->counter--; } \
static inline T P##_add_return(T i, A *v) { return v->counter += i; } static inline T P##_sub_return(T i, A *v) { return v->counter -= i; } \
static inline T P##_inc_return(A *v) { return ++v->counter; } static inline T P##_dec_return(A *v) { return --v->counter; } \
static inline T P##_fetch_add(T i, A *v) { T o = v->counter; v->counter += i; return o; } static inline T P##_fetch_sub(T i, A *v) { T o = v->counter; v->counter -= i; return o; } \
static inline T P##_fetch_inc(A *v) { return v->counter++; } static inline T P##_fetch_dec(A *v) { return v->counter--; } \
static inline T P##_fetch_or(T i, A *v) { T o = v->counter; v->counter |= i; return o; } static inline T P##_fetch_and(T i, A *v) { T o = v->counter; v->counter &= i; return o; } \
static inline void P##_or(T i, A *v) { v->counter |= i; } static inline void P##_and(T i, A *v) { v->counter &= i; } static inline void P##_andnot(T i, A *v) { v->counter &= ~i; } \
static inline bool P##_dec_and_test(A *v) { return --v->counter == 0; } static inline bool P##_inc_and_test(A *v) { return ++v->counter == 0; } \
static inline bool P##_sub_and_test(T i, A *v) { return (v->counter -= i) == 0; } static inline bool P##_add_negative(T i, A *v) { return (v->counter += i) < 0; } \
static inline bool P##_add_unless(A *v, T a, T u) { if (v->counter == u) return false; v->counter += a; return true; } \
static inline bool P##_inc_not_zero(A *v) { if (!v->counter) return false; v->counter++; return true; } \
static inline T P##_dec_if_positive(A *v) { T n = v->counter - 1; if (n >= 0) v->counter = n; return n; } \
static inline T P##_cmpxchg(A *v, T o, T n) { T c = v->counter; if (c == o) v->counter = n; return c; } static inline T P##_xchg(A *v, T n) { T c = v->counter; v->counter = n; return c; } \
static inline bool P##_try_cmpxchg(A *v, T *o, T n) { T c = v->counter; if (c == *o) { v->counter = n; return true; } *o = c; return false; }
__ATOMIC_FAMILY(atomic, atomic_t, int)
__ATOMIC_FAMILY(atomic64, atomic64_t, s64)
__ATOMIC_FAMILY(atomic_long, atomic_long_t, long)
#define xchg(p, n) ({ typeof(p) __xp = (p); typeof(*__xp) __xo = *__xp; *__xp = (n); __xo; })
#define cmpxchg(p, o, n) ({ typeof(p) __cp = (p); typeof(*__cp) __cc = *__cp; if (__cc == (o)) *__cp = (n); __cc; })
#define try_cmpxchg(p, op, n) ({ typeof(p) __tp = (p); typeof(op) __to = (op); bool __tr = *__tp == *__to; if (__tr) *__tp = (n); else *__to = *__tp; __tr; })
typedef struct refcount_struct { atomic_t refs; } refcount_t;
#define REFCOUNT_INIT(n) { .refs = { n } }
static inline void refcount_set(refcount_t *r, int n) { r->refs.counter = n; }
static inline unsigned int refcount_read(const refcount_t *r) { return r->refs.counter; }
static inline void refcount_inc(refcount_t *r) { if (r->refs.counter <= 0) __pinscope_warn("refcount_t: addition on 0; use-after-free."); r->refs.counter++; }
static inline void refcount_add(int i, refcount_t *r) { r->refs.counter += i; }
static inline bool refcount_inc_not_zero(refcount_t *r) { if (!r->refs.counter) return false; r->refs.counter++; return true; }
static inline bool refcount_sub_and_test(int i, refcount_t *r) { if (r->refs.counter < i) __pinscope_warn("refcount_t: underflow; use-after-free."); return (r->refs.counter -= i) == 0; }
static inline bool refcount_dec_and_test(refcount_t *r) { return refcount_sub_and_test(1, r); }
static inline void refcount_dec(refcount_t *r) { if (r->refs.counter <= 1) __pinscope_warn("refcount_t: decrement hit 0; leaking memory."); r->refs.counter--; }
#define refcount_dec_and_lock(r, l) (refcount_dec_and_test(r) ? (spin_lock(l), 1) : 0)
#define refcount_dec_and_mutex_lock(r, l) (refcount_dec_and_test(r) ? (mutex_lock(l), 1) : 0)
struct kref { refcount_t refcount; };
#define KREF_INIT(n) { .refcount = REFCOUNT_INIT(n) }
static inline void kref_init(struct kref *k) { refcount_set(&k->refcount, 1); }
static inline unsigned int kref_read(const struct kref *k) { return refcount_read(&k->refcount); }
static inline void kref_get(struct kref *k) { refcount_inc(&k->refcount); }
static inline int kref_get_unless_zero(struct kref *k) { return refcount_inc_not_zero(&k->refcount); }
static inline int kref_put(struct kref *k, void (*release)(struct kref *)) { if (refcount_dec_and_test(&k->refcount)) { release(k); return 1; } return 0; }
#define kref_put_mutex(k, f, l) ({ struct kref *__kp = (k); int __kr = 0; if (refcount_dec_and_test(&__kp->refcount)) { mutex_lock(l); f(__kp); __kr = 1; } __kr; })
#define kref_put_lock(k, f, l) ({ struct kref *__kp = (k); int __kr = 0; if (refcount_dec_and_test(&__kp->refcount)) { spin_lock(l); f(__kp); __kr = 1; } __kr; })
struct percpu_counter { s64 count; };
#define percpu_counter_add(c, n) ((c)->count += (n))
#define percpu_counter_inc(c) ((c)->count++)
#define percpu_counter_dec(c) ((c)->count--)
#define percpu_counter_sum(c) ((c)->count)
#define percpu_counter_read(c) ((c)->count)
struct percpu_ref { long count; void (*release)(struct percpu_ref *); bool dying; };
static inline int percpu_ref_init(struct percpu_ref *r, void (*rel)(struct percpu_ref *), unsigned int f, gfp_t g) { r->count = 1; r->release = rel; r->dying = false; return 0; }
static inline void percpu_ref_get(struct percpu_ref *r) { r->count++; }
static inline bool percpu_ref_tryget(struct percpu_ref *r) { if (!r->count) return false; r->count++; return true; }
static inline bool percpu_ref_tryget_live(struct percpu_ref *r) { return !r->dying && percpu_ref_tryget(r); }
static inline void percpu_ref_put(struct percpu_ref *r) { if (--r->count == 0 && r->release) r->release(r); }
static inline void percpu_ref_kill(struct percpu_ref *r) { r->dying = true; percpu_ref_put(r); }
static inline void percpu_ref_kill_and_confirm(struct percpu_ref *r, void (*f)(struct percpu_ref *)) { percpu_ref_kill(r); if (f) f(r); }
static inline void percpu_ref_exit(struct percpu_ref *r) { r->count = 0; }
#define DEFINE_PER_CPU(t, n) t n
#define DECLARE_PER_CPU(t, n) extern t n
#define this_cpu_ptr(p) (p)
#define raw_cpu_ptr(p) (p)
#define per_cpu_ptr(p, c) (p)
#define per_cpu(v, c) (v)
#define this_cpu_read(v) (v)
#define this_cpu_write(v, x) ((v) = (x))
#define this_cpu_inc(v) ((v)++)
#define this_cpu_dec(v) ((v)--)
#define this_cpu_add(v, x) ((v) += (x))
#define alloc_percpu(t) ((t *)__pinscope_alloc("alloc_percpu", sizeof(t), GFP_KERNEL, 1))
#define free_percpu(p) kfree(p)
`;
