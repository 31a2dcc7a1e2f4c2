/** Socket buffers with page fragments. include/linux/skbuff.h. */

/** The fragments of a freed skb give their page references back. */
export const NET = String.raw`
struct net_device { char name[16]; unsigned int mtu; void *priv; struct device dev; }; struct sock { int sk_err; void *sk_user_data; }; struct socket { struct sock *sk; struct file *file; };
struct napi_struct { int (*poll)(struct napi_struct *, int); struct net_device *dev; };
#define MAX_SKB_FRAGS 17
typedef struct bio_vec skb_frag_t; struct ubuf_info { void (*callback)(struct ubuf_info *, bool); refcount_t refcnt; u8 flags; };
struct sk_buff; struct skb_shared_info { u8 nr_frags, tx_flags; unsigned short gso_size; struct sk_buff *frag_list; void *destructor_arg; skb_frag_t frags[MAX_SKB_FRAGS]; };
struct sk_buff { struct sk_buff *next, *prev; struct sock *sk; struct net_device *dev; char cb[48]; unsigned int len, data_len; u16 mac_len, hdr_len, queue_mapping; u8 ip_summed, pfmemalloc; __be16 protocol; unsigned int truesize; refcount_t users; void (*destructor)(struct sk_buff *); unsigned char *head, *data; unsigned int tail, end; struct skb_shared_info __info; };
struct sk_buff_head { struct sk_buff *next, *prev; u32 qlen; spinlock_t lock; };
#define CHECKSUM_NONE 0
#define CHECKSUM_UNNECESSARY 1
#define CHECKSUM_PARTIAL 3
#define NET_SKB_PAD 64
#define NET_IP_ALIGN 0
static inline struct sk_buff *__alloc_skb(unsigned int n, gfp_t f) { struct sk_buff *s = __pinscope_alloc("alloc_skb", sizeof(*s), f, 1); if (!s) return NULL; s->head = s->data = __pinscope_alloc("alloc_skb", n ? n : 1, f, 0); if (!s->head) { kfree(s); return NULL; } s->end = n; s->truesize = n; refcount_set(&s->users, 1); return s; }
#define alloc_skb(n, f) __alloc_skb(n, f)
#define dev_alloc_skb(n) __alloc_skb(n, GFP_ATOMIC)
#define netdev_alloc_skb(d, n) __alloc_skb(n, GFP_ATOMIC)
#define netdev_alloc_skb_ip_align(d, n) __alloc_skb(n, GFP_ATOMIC)
#define napi_alloc_skb(p, n) __alloc_skb(n, GFP_ATOMIC)
#define sock_alloc_send_skb(k, n, b, e) ({ struct sk_buff *__sas = __alloc_skb(n, GFP_KERNEL); if (!__sas) *(e) = -ENOBUFS; __sas; })
#define sock_alloc_send_pskb(k, h, d, b, e, o) sock_alloc_send_skb(k, h, b, e)
#define skb_shinfo(s) (&(s)->__info)
#define skb_headlen(s) ((s)->len - (s)->data_len)
#define skb_is_nonlinear(s) ((s)->data_len != 0)
#define skb_tail_pointer(s) ((s)->head + (s)->tail)
#define skb_end_pointer(s) ((s)->head + (s)->end)
#define skb_headroom(s) ((unsigned int)((s)->data - (s)->head))
#define skb_tailroom(s) (skb_is_nonlinear(s) ? 0 : (int)((s)->end - (s)->tail))
#define skb_frag_page(f) ((f)->bv_page)
#define skb_frag_size(f) ((f)->bv_len)
#define skb_frag_off(f) ((f)->bv_offset)
#define skb_frag_size_set(f, n) ((f)->bv_len = (n))
#define skb_frag_size_add(f, n) ((f)->bv_len += (n))
#define skb_frag_off_set(f, n) ((f)->bv_offset = (n))
#define skb_frag_off_add(f, n) ((f)->bv_offset += (n))
#define __skb_frag_set_page(f, p) ((f)->bv_page = (p))
#define skb_frag_fill_page_desc(f, p, o, n) ((f)->bv_page = (p), (f)->bv_offset = (o), (f)->bv_len = (n))
#define skb_frag_address(f) ((void *)((char *)page_address((f)->bv_page) + (f)->bv_offset))
#define __skb_frag_ref(f) get_page((f)->bv_page)
#define __skb_frag_unref(f, r) put_page((f)->bv_page)
#define skb_frag_ref(s, i) get_page((s)->__info.frags[i].bv_page)
#define skb_frag_unref(s, i) put_page((s)->__info.frags[i].bv_page)
#define skb_frag_dma_map(d, f, o, n, r) dma_map_page(d, (f)->bv_page, (f)->bv_offset + (o), n, r)
static inline void *skb_put(struct sk_buff *s, unsigned int n) { void *p = s->head + s->tail; if (s->tail + n > s->end) __pinscope_bug("skb_over_panic: skb_put() beyond the end of the buffer"); s->tail += n; s->len += n; return p; }
#define __skb_put(s, n) skb_put(s, n)
static inline void *skb_put_data(struct sk_buff *s, const void *d, unsigned int n) { return memcpy(skb_put(s, n), d, n); }
static inline void *skb_put_zero(struct sk_buff *s, unsigned int n) { return memset(skb_put(s, n), 0, n); }
static inline void *skb_push(struct sk_buff *s, unsigned int n) { if (s->data - s->head < n) __pinscope_bug("skb_under_panic: skb_push() before the start of the buffer"); s->data -= n; s->len += n; return s->data; }
static inline void *skb_pull(struct sk_buff *s, unsigned int n) { if (n > skb_headlen(s)) return NULL; s->len -= n; s->data += n; return s->data; }
static inline void skb_reserve(struct sk_buff *s, int n) { s->data += n; s->tail += n; }
static inline void skb_trim(struct sk_buff *s, unsigned int n) { if (s->len > n) { s->tail -= s->len - n; s->len = n; } }
static inline void __skb_fill_page_desc(struct sk_buff *s, int i, struct page *p, int off, int n) { skb_frag_fill_page_desc(&s->__info.frags[i], p, off, n); }
static inline void skb_fill_page_desc(struct sk_buff *s, int i, struct page *p, int off, int n) { if (i >= MAX_SKB_FRAGS) __pinscope_bug("skb_fill_page_desc() beyond MAX_SKB_FRAGS"); __skb_fill_page_desc(s, i, p, off, n); s->__info.nr_frags = i + 1; }
#define skb_fill_page_desc_noacc(s, i, p, o, n) skb_fill_page_desc(s, i, p, o, n)
static inline void skb_add_rx_frag(struct sk_buff *s, int i, struct page *p, int off, int n, unsigned int t) { skb_fill_page_desc(s, i, p, off, n); s->len += n; s->data_len += n; s->truesize += t; }
#define skb_get(s) (refcount_inc(&(s)->users), (s))
static inline void kfree_skb(struct sk_buff *s) { int i; if (!s || !refcount_dec_and_test(&s->users)) return; if (s->destructor) s->destructor(s); for (i = 0; i < s->__info.nr_frags; i++) put_page(s->__info.frags[i].bv_page); kfree(s->head); kfree(s); }
#define consume_skb(s) kfree_skb(s)
#define kfree_skb_reason(s, r) kfree_skb(s)
#define dev_kfree_skb(s) kfree_skb(s)
#define dev_kfree_skb_any(s) kfree_skb(s)
#define dev_kfree_skb_irq(s) kfree_skb(s)
#define dev_consume_skb_any(s) kfree_skb(s)
static inline int skb_copy_bits(const struct sk_buff *s, int off, void *to, int n) { char *d = to; int i; if (off + n > s->len) return -EFAULT; while (n > 0) { int head = skb_headlen(s); if (off < head) { int k = min(n, head - off); memcpy(d, s->data + off, k); d += k; off += k; n -= k; continue; } { int at = head; for (i = 0; i < s->__info.nr_frags; i++) { const skb_frag_t *f = &s->__info.frags[i]; if (off < at + (int)f->bv_len) { int k = min(n, at + (int)f->bv_len - off); memcpy(d, (char *)page_address(f->bv_page) + f->bv_offset + (off - at), k); d += k; off += k; n -= k; break; } at += f->bv_len; } if (i == s->__info.nr_frags) return -EFAULT; } } return 0; }
static inline void skb_queue_head_init(struct sk_buff_head *q) { q->next = q->prev = (struct sk_buff *)q; q->qlen = 0; }
static inline void __skb_queue_tail(struct sk_buff_head *q, struct sk_buff *s) { s->next = (struct sk_buff *)q; s->prev = q->prev; q->prev->next = s; q->prev = s; q->qlen++; }
static inline struct sk_buff *__skb_dequeue(struct sk_buff_head *q) { struct sk_buff *s = q->next; if (s == (struct sk_buff *)q) return NULL; q->next = s->next; s->next->prev = (struct sk_buff *)q; s->next = s->prev = NULL; q->qlen--; return s; }
#define skb_queue_tail(q, s) __skb_queue_tail(q, s)
#define skb_dequeue(q) __skb_dequeue(q)
#define skb_queue_empty(q) ((q)->next == (struct sk_buff *)(q))
#define skb_queue_len(q) ((q)->qlen)
static inline void skb_queue_purge(struct sk_buff_head *q) { struct sk_buff *s; while ((s = __skb_dequeue(q))) kfree_skb(s); }
#define __netdev_alloc_skb(d, n, f) __alloc_skb(n, f)
#define __skb_fill_page_desc_noacc(i, k, p, o, n) skb_frag_fill_page_desc(&(i)->frags[k], p, o, n)
#define skb_frag_set_page(s, i, p) ((s)->__info.frags[i].bv_page = (p))
static inline int skb_append_pagefrags(struct sk_buff *s, struct page *p, int off, size_t n, size_t max) { int i = s->__info.nr_frags; if (i >= max) return -EMSGSIZE; get_page(p); skb_fill_page_desc(s, i, p, off, n); return 0; }
static inline void __skb_queue_head(struct sk_buff_head *q, struct sk_buff *s) { s->prev = (struct sk_buff *)q; s->next = q->next; q->next->prev = s; q->next = s; q->qlen++; }
#define skb_queue_head(q, s) __skb_queue_head(q, s)
#define netif_napi_add(d, n, p) ((n)->dev = (d), (n)->poll = (p))
#define netif_napi_add_weight(d, n, p, w) netif_napi_add(d, n, p)
#define netif_napi_add_tx(d, n, p) netif_napi_add(d, n, p)
#define netif_napi_del(n) ((void)(n))
#define napi_enable(n) ((void)(n))
#define napi_disable(n) ((void)(n))
#define sock_hold(k) ((void)(k))
#define sock_put(k) ((void)(k))
#define netdev_priv(d) ((d)->priv)
#define page_frag_free(p) put_page(virt_to_page(p))
`;
