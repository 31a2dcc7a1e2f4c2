/** Lists, hash tables and trees: include/linux/{list,hashtable,llist,rbtree,interval_tree}.h. */
export const LISTS = String.raw`
struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };
struct llist_node { struct llist_node *next; };
struct llist_head { struct llist_node *first; };
struct rcu_head { struct rcu_head *next; void (*func)(struct rcu_head *); };
#define callback_head rcu_head
#define LIST_POISON1 ((void *)0xdead000000000100UL)
#define LIST_POISON2 ((void *)0xdead000000000122UL)
#define LIST_HEAD_INIT(n) { &(n), &(n) }
#define LIST_HEAD(n) struct list_head n = LIST_HEAD_INIT(n)
static inline void INIT_LIST_HEAD(struct list_head *l) { l->next = l; l->prev = l; }
static inline void __list_add(struct list_head *n, struct list_head *prev, struct list_head *next) { next->prev = n; n->next = next; n->prev = prev; prev->next = n; }
static inline void list_add(struct list_head *n, struct list_head *head) { __list_add(n, head, head->next); }
static inline void list_add_tail(struct list_head *n, struct list_head *head) { __list_add(n, head->prev, head); }
static inline void __list_del(struct list_head *prev, struct list_head *next) { next->prev = prev; prev->next = next; }
static inline void list_del(struct list_head *e) { __list_del(e->prev, e->next); e->next = LIST_POISON1; e->prev = LIST_POISON2; }
static inline void list_del_init(struct list_head *e) { __list_del(e->prev, e->next); INIT_LIST_HEAD(e); }
static inline void list_replace(struct list_head *o, struct list_head *n) { n->next = o->next; n->next->prev = n; n->prev = o->prev; n->prev->next = n; }
static inline void list_replace_init(struct list_head *o, struct list_head *n) { list_replace(o, n); INIT_LIST_HEAD(o); }
static inline void list_move(struct list_head *e, struct list_head *h) { __list_del(e->prev, e->next); list_add(e, h); }
static inline void list_move_tail(struct list_head *e, struct list_head *h) { __list_del(e->prev, e->next); list_add_tail(e, h); }
static inline int list_empty(const struct list_head *h) { return h->next == h; }
static inline int list_is_last(const struct list_head *l, const struct list_head *h) { return l->next == h; }
static inline int list_is_first(const struct list_head *l, const struct list_head *h) { return l->prev == h; }
static inline int list_is_head(const struct list_head *l, const struct list_head *h) { return l == h; }
static inline int list_is_singular(const struct list_head *h) { return !list_empty(h) && h->next == h->prev; }
static inline void list_rotate_left(struct list_head *h) { if (!list_empty(h)) list_move_tail(h->next, h); }
static inline void __list_splice(const struct list_head *l, struct list_head *p, struct list_head *n) { struct list_head *first = l->next, *last = l->prev; first->prev = p; p->next = first; last->next = n; n->prev = last; }
static inline void list_splice(const struct list_head *l, struct list_head *h) { if (!list_empty(l)) __list_splice(l, h, h->next); }
static inline void list_splice_tail(struct list_head *l, struct list_head *h) { if (!list_empty(l)) __list_splice(l, h->prev, h); }
static inline void list_splice_init(struct list_head *l, struct list_head *h) { if (!list_empty(l)) { __list_splice(l, h, h->next); INIT_LIST_HEAD(l); } }
static inline void list_splice_tail_init(struct list_head *l, struct list_head *h) { if (!list_empty(l)) { __list_splice(l, h->prev, h); INIT_LIST_HEAD(l); } }
static inline void list_cut_position(struct list_head *l, struct list_head *h, struct list_head *e) { if (list_empty(h)) return; if (h == e) { INIT_LIST_HEAD(l); return; } struct list_head *n = e->next; l->next = h->next; l->next->prev = l; l->prev = e; e->next = l; h->next = n; n->prev = h; }
static inline size_t list_count_nodes(struct list_head *h) { size_t n = 0; struct list_head *p; for (p = h->next; p != h; p = p->next) n++; return n; }
#define list_add_rcu(n, h) list_add(n, h)
#define list_add_tail_rcu(n, h) list_add_tail(n, h)
#define list_del_rcu(e) list_del(e)
#define list_del_init_careful(e) list_del_init(e)
#define list_empty_careful(h) list_empty(h)
#define list_entry(p, t, m) container_of(p, t, m)
#define list_first_entry(h, t, m) list_entry((h)->next, t, m)
#define list_last_entry(h, t, m) list_entry((h)->prev, t, m)
#define list_first_entry_or_null(h, t, m) ({ struct list_head *__lf_h = (h), *__lf_p = __lf_h->next; __lf_p != __lf_h ? list_entry(__lf_p, t, m) : NULL; })
#define list_next_entry(p, m) list_entry((p)->m.next, typeof(*(p)), m)
#define list_prev_entry(p, m) list_entry((p)->m.prev, typeof(*(p)), m)
#define list_entry_is_head(p, h, m) (&(p)->m == (h))
#define list_entry_rcu(p, t, m) container_of(p, t, m)
#define list_for_each(p, h) for (p = (h)->next; p != (h); p = p->next)
#define list_for_each_prev(p, h) for (p = (h)->prev; p != (h); p = p->prev)
#define list_for_each_safe(p, n, h) for (p = (h)->next, n = p->next; p != (h); p = n, n = p->next)
#define list_for_each_entry(p, h, m) for (p = list_first_entry(h, typeof(*p), m); !list_entry_is_head(p, h, m); p = list_next_entry(p, m))
#define list_for_each_entry_rcu(p, h, m, c...) list_for_each_entry(p, h, m)
#define list_for_each_entry_reverse(p, h, m) for (p = list_last_entry(h, typeof(*p), m); !list_entry_is_head(p, h, m); p = list_prev_entry(p, m))
#define list_for_each_entry_safe(p, n, h, m) for (p = list_first_entry(h, typeof(*p), m), n = list_next_entry(p, m); !list_entry_is_head(p, h, m); p = n, n = list_next_entry(n, m))
#define list_for_each_entry_safe_reverse(p, n, h, m) for (p = list_last_entry(h, typeof(*p), m), n = list_prev_entry(p, m); !list_entry_is_head(p, h, m); p = n, n = list_prev_entry(n, m))
#define list_for_each_entry_continue(p, h, m) for (p = list_next_entry(p, m); !list_entry_is_head(p, h, m); p = list_next_entry(p, m))
#define list_for_each_entry_continue_reverse(p, h, m) for (p = list_prev_entry(p, m); !list_entry_is_head(p, h, m); p = list_prev_entry(p, m))
#define list_for_each_entry_from(p, h, m) for (; !list_entry_is_head(p, h, m); p = list_next_entry(p, m))
#define HLIST_HEAD_INIT { .first = NULL }
#define HLIST_HEAD(n) struct hlist_head n = { .first = NULL }
#define INIT_HLIST_HEAD(p) ((p)->first = NULL)
static inline void INIT_HLIST_NODE(struct hlist_node *n) { n->next = NULL; n->pprev = NULL; }
static inline int hlist_unhashed(const struct hlist_node *n) { return !n->pprev; }
static inline int hlist_empty(const struct hlist_head *h) { return !h->first; }
static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h) { n->next = h->first; if (h->first) h->first->pprev = &n->next; h->first = n; n->pprev = &h->first; }
static inline void hlist_add_before(struct hlist_node *n, struct hlist_node *next) { n->pprev = next->pprev; n->next = next; next->pprev = &n->next; *n->pprev = n; }
static inline void hlist_add_behind(struct hlist_node *n, struct hlist_node *prev) { n->next = prev->next; prev->next = n; n->pprev = &prev->next; if (n->next) n->next->pprev = &n->next; }
static inline void __hlist_del(struct hlist_node *n) { *n->pprev = n->next; if (n->next) n->next->pprev = n->pprev; }
static inline void hlist_del(struct hlist_node *n) { __hlist_del(n); n->next = LIST_POISON1; n->pprev = LIST_POISON2; }
static inline void hlist_del_init(struct hlist_node *n) { if (n->pprev) { __hlist_del(n); INIT_HLIST_NODE(n); } }
#define hlist_add_head_rcu(n, h) hlist_add_head(n, h)
#define hlist_add_tail_rcu(n, h) hlist_add_head(n, h)
#define hlist_bl_add_head(n, h) hlist_add_head(n, h)
#define hlist_nulls_add_head_rcu(n, h) hlist_add_head(n, h)
#define hlist_del_rcu(n) hlist_del(n)
#define hlist_del_init_rcu(n) hlist_del_init(n)
#define hlist_entry(p, t, m) container_of(p, t, m)
#define hlist_entry_safe(p, t, m) ({ typeof(p) __he = (p); __he ? hlist_entry(__he, t, m) : NULL; })
#define hlist_for_each_entry(p, h, m) for (p = hlist_entry_safe((h)->first, typeof(*(p)), m); p; p = hlist_entry_safe((p)->m.next, typeof(*(p)), m))
#define hlist_for_each_entry_rcu(p, h, m, c...) hlist_for_each_entry(p, h, m)
#define hlist_for_each_entry_safe(p, n, h, m) for (p = hlist_entry_safe((h)->first, typeof(*p), m); p && ({ n = p->m.next; 1; }); p = hlist_entry_safe(n, typeof(*p), m))
#define DECLARE_HASHTABLE(n, b) struct hlist_head n[1 << (b)]
#define DEFINE_HASHTABLE(n, b) struct hlist_head n[1 << (b)]
#define HASH_SIZE(n) ARRAY_SIZE(n)
#define hash_min(k, b) ((u32)(k) & ((1u << (b)) - 1))
#define hash_long(v, b) ((unsigned int)(((unsigned long)(v) * 0x61C8864680B583EBUL) >> (64 - (b))))
#define hash_64(v, b) hash_long(v, b)
#define hash_32(v, b) (((u32)(v) * 0x61C88647u) >> (32 - (b)))
#define hash_ptr(p, b) hash_long((unsigned long)(p), b)
#define hash_init(t) memset(t, 0, sizeof(t))
#define __hash_slot(t, k) ((u32)(((unsigned long)(k) * 0x61C8864680B583EBUL) >> 33) % HASH_SIZE(t))
#define hash_add(t, n, k) hlist_add_head(n, &(t)[__hash_slot(t, k)])
#define hash_add_rcu(t, n, k) hash_add(t, n, k)
#define hash_del(n) hlist_del_init(n)
#define hash_del_rcu(n) hlist_del_init(n)
#define hash_hashed(n) (!hlist_unhashed(n))
static inline int __hash_empty(struct hlist_head *t, unsigned int n) { unsigned int i; for (i = 0; i < n; i++) if (t[i].first) return 0; return 1; }
#define hash_empty(t) __hash_empty(t, HASH_SIZE(t))
#define hash_for_each_possible(t, o, m, k) hlist_for_each_entry(o, &(t)[__hash_slot(t, k)], m)
#define hash_for_each(t, b, o, m) for ((b) = 0, o = NULL; o == NULL && (b) < HASH_SIZE(t); (b)++) hlist_for_each_entry(o, &(t)[b], m)
#define hash_for_each_safe(t, b, tmp, o, m) for ((b) = 0, o = NULL; o == NULL && (b) < HASH_SIZE(t); (b)++) hlist_for_each_entry_safe(o, tmp, &(t)[b], m)
#define init_llist_head(l) ((l)->first = NULL)
#define LLIST_HEAD(n) struct llist_head n = { NULL }
static inline bool llist_add(struct llist_node *n, struct llist_head *h) { n->next = h->first; h->first = n; return !n->next; }
static inline bool llist_add_batch(struct llist_node *a, struct llist_node *b, struct llist_head *h) { b->next = h->first; h->first = a; return !b->next; }
static inline struct llist_node *llist_del_all(struct llist_head *h) { struct llist_node *n = h->first; h->first = NULL; return n; }
#define llist_empty(h) ((h)->first == NULL)
#define llist_entry(p, t, m) container_of(p, t, m)
#define llist_for_each_entry_safe(p, n, node, m) for (p = (node) ? llist_entry(node, typeof(*p), m) : NULL; p && ({ n = p->m.next ? llist_entry(p->m.next, typeof(*n), m) : NULL; 1; }); p = n)
struct plist_node { int prio; struct list_head node_list; };
struct plist_head { struct list_head node_list; };
static inline void plist_add(struct plist_node *n, struct plist_head *h) { list_add_tail(&n->node_list, &h->node_list); }

struct rb_node { unsigned long color; struct rb_node *parent, *rb_right, *rb_left; };
struct rb_root { struct rb_node *rb_node; };
struct rb_root_cached { struct rb_root rb_root; struct rb_node *rb_leftmost; };
#define RB_ROOT (struct rb_root){ NULL }
#define RB_ROOT_CACHED (struct rb_root_cached){ { NULL }, NULL }
#define RB_EMPTY_ROOT(r) ((r)->rb_node == NULL)
#define RB_EMPTY_NODE(n) ((n)->parent == (n))
#define RB_CLEAR_NODE(n) ((n)->parent = (n))
#define rb_entry(p, t, m) container_of(p, t, m)
#define rb_entry_safe(p, t, m) ({ typeof(p) __rbe = (p); __rbe ? rb_entry(__rbe, t, m) : NULL; })
#define rb_parent(n) ((n)->parent)
static inline void rb_link_node(struct rb_node *n, struct rb_node *parent, struct rb_node **link) { n->color = 0; n->parent = parent; n->rb_left = NULL; n->rb_right = NULL; *link = n; }
#define rb_link_node_rcu(n, p, l) rb_link_node(n, p, l)
#define rb_insert_color(n, r) ((void)(n), (void)(r))
static inline void rb_insert_color_cached(struct rb_node *n, struct rb_root_cached *r, bool left) { if (left) r->rb_leftmost = n; }
static inline struct rb_node *rb_first(const struct rb_root *r) { struct rb_node *n = r->rb_node; while (n && n->rb_left) n = n->rb_left; return n; }
static inline struct rb_node *rb_last(const struct rb_root *r) { struct rb_node *n = r->rb_node; while (n && n->rb_right) n = n->rb_right; return n; }
static inline struct rb_node *rb_next(const struct rb_node *n) { if (n->rb_right) { n = n->rb_right; while (n->rb_left) n = n->rb_left; return (struct rb_node *)n; } while (n->parent && n == n->parent->rb_right) n = n->parent; return n->parent; }
static inline struct rb_node *rb_prev(const struct rb_node *n) { if (n->rb_left) { n = n->rb_left; while (n->rb_right) n = n->rb_right; return (struct rb_node *)n; } while (n->parent && n == n->parent->rb_left) n = n->parent; return n->parent; }
static inline void __rb_swap(struct rb_root *r, struct rb_node *o, struct rb_node *n) { struct rb_node *p = o->parent; if (!p) r->rb_node = n; else if (p->rb_left == o) p->rb_left = n; else p->rb_right = n; if (n) n->parent = p; }
static inline void rb_erase(struct rb_node *n, struct rb_root *r) { if (!n->rb_left) __rb_swap(r, n, n->rb_right); else if (!n->rb_right) __rb_swap(r, n, n->rb_left); else { struct rb_node *s = n->rb_right; while (s->rb_left) s = s->rb_left; if (s->parent != n) { __rb_swap(r, s, s->rb_right); s->rb_right = n->rb_right; s->rb_right->parent = s; } __rb_swap(r, n, s); s->rb_left = n->rb_left; s->rb_left->parent = s; } }
static inline void rb_erase_cached(struct rb_node *n, struct rb_root_cached *r) { if (r->rb_leftmost == n) r->rb_leftmost = rb_next(n); rb_erase(n, &r->rb_root); }
#define rb_first_cached(r) ((r)->rb_leftmost)
static inline void rb_add(struct rb_node *n, struct rb_root *r, bool (*less)(struct rb_node *, const struct rb_node *)) { struct rb_node **l = &r->rb_node, *p = NULL; while (*l) { p = *l; l = less(n, p) ? &p->rb_left : &p->rb_right; } rb_link_node(n, p, l); }
static inline struct rb_node *rb_add_cached(struct rb_node *n, struct rb_root_cached *r, bool (*less)(struct rb_node *, const struct rb_node *)) { rb_add(n, &r->rb_root, less); r->rb_leftmost = rb_first(&r->rb_root); return r->rb_leftmost == n ? n : NULL; }
static inline struct rb_node *rb_find(const void *k, const struct rb_root *r, int (*cmp)(const void *, const struct rb_node *)) { struct rb_node *n = r->rb_node; while (n) { int c = cmp(k, n); if (c < 0) n = n->rb_left; else if (c > 0) n = n->rb_right; else return n; } return NULL; }
static inline struct rb_node *rb_find_add(struct rb_node *n, struct rb_root *r, int (*cmp)(struct rb_node *, const struct rb_node *)) { struct rb_node **l = &r->rb_node, *p = NULL; while (*l) { int c; p = *l; c = cmp(n, p); if (c < 0) l = &p->rb_left; else if (c > 0) l = &p->rb_right; else return p; } rb_link_node(n, p, l); return NULL; }
#define rbtree_postorder_for_each_entry_safe(p, n, r, m) for (p = rb_entry_safe(rb_first(r), typeof(*p), m); p && ({ n = rb_entry_safe(rb_next(&p->m), typeof(*p), m); 1; }); p = n)
struct interval_tree_node { struct rb_node rb; unsigned long start, last, __subtree_last; };
static inline void interval_tree_insert(struct interval_tree_node *n, struct rb_root_cached *r) { struct rb_node **l = &r->rb_root.rb_node, *p = NULL; while (*l) { p = *l; l = n->start < rb_entry(p, struct interval_tree_node, rb)->start ? &p->rb_left : &p->rb_right; } rb_link_node(&n->rb, p, l); r->rb_leftmost = rb_first(&r->rb_root); }
static inline void interval_tree_remove(struct interval_tree_node *n, struct rb_root_cached *r) { rb_erase_cached(&n->rb, r); }
static inline struct interval_tree_node *interval_tree_iter_first(struct rb_root_cached *r, unsigned long s, unsigned long e) { struct rb_node *n; for (n = rb_first(&r->rb_root); n; n = rb_next(n)) { struct interval_tree_node *i = rb_entry(n, struct interval_tree_node, rb); if (i->start <= e && i->last >= s) return i; } return NULL; }
static inline struct interval_tree_node *interval_tree_iter_next(struct interval_tree_node *i, unsigned long s, unsigned long e) { struct rb_node *n; for (n = rb_next(&i->rb); n; n = rb_next(n)) { struct interval_tree_node *j = rb_entry(n, struct interval_tree_node, rb); if (j->start <= e && j->last >= s) return j; } return NULL; }
`;
