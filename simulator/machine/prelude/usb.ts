/** USB requests and virtqueues: buffers that a device fills or reads some ticks after they are handed over. */

/** include/linux/{usb,virtio}.h. The data that such a device gives is the byte 0xa5. */
export const USB = String.raw`
struct usb_device { struct device dev; int devnum; u8 speed; struct usb_bus *bus; }; struct usb_host_interface { struct { u8 bNumEndpoints; } desc; }; struct usb_interface { struct device dev; struct usb_host_interface *cur_altsetting; int minor; struct device *usb_dev; };
struct usb_device_id { u16 idVendor, idProduct; unsigned long driver_info; }; struct usb_driver { const char *name; int (*probe)(struct usb_interface *, const struct usb_device_id *); void (*disconnect)(struct usb_interface *); const struct usb_device_id *id_table; int (*suspend)(struct usb_interface *, int); int (*resume)(struct usb_interface *); };
struct urb; typedef void (*usb_complete_t)(struct urb *); struct usb_anchor { struct list_head urb_list; wait_queue_head_t wait; };
struct usb_iso_packet_descriptor { unsigned int offset, length, actual_length; int status; };
struct urb { struct kref kref; struct list_head urb_list, anchor_list; struct usb_anchor *anchor; struct usb_device *dev; unsigned int pipe, transfer_flags; int status; void *transfer_buffer; dma_addr_t transfer_dma; struct scatterlist *sg; int num_sgs, num_mapped_sgs; u32 transfer_buffer_length, actual_length; unsigned char *setup_packet; int start_frame, number_of_packets, interval, error_count; void *context; usb_complete_t complete; bool __submitted; struct usb_iso_packet_descriptor iso_frame_desc[0]; };
#define USB_DIR_IN 0x80
#define USB_DIR_OUT 0
#define URB_NO_TRANSFER_DMA_MAP 4
#define URB_ZERO_PACKET 0x40
#define URB_FREE_BUFFER 0x100
#define USB_DEVICE(v, p) .idVendor = (v), .idProduct = (p)
#define usb_rcvbulkpipe(d, e) (USB_DIR_IN | ((e) << 15))
#define usb_sndbulkpipe(d, e) ((e) << 15)
#define usb_rcvintpipe(d, e) (USB_DIR_IN | ((e) << 15))
#define usb_sndintpipe(d, e) ((e) << 15)
#define usb_rcvctrlpipe(d, e) (USB_DIR_IN | ((e) << 15))
#define usb_sndctrlpipe(d, e) ((e) << 15)
#define usb_rcvisocpipe(d, e) (USB_DIR_IN | ((e) << 15))
#define usb_sndisocpipe(d, e) ((e) << 15)
#define usb_pipein(p) (((p) & USB_DIR_IN) != 0)
#define usb_pipeout(p) (!usb_pipein(p))
#define usb_urb_dir_in(u) usb_pipein((u)->pipe)
struct usb_device __pinscope_usbdev; struct usb_interface __pinscope_usbif;
#define interface_to_usbdev(i) ((void)(i), &__pinscope_usbdev)
#define usb_get_dev(d) (d)
#define usb_put_dev(d) ((void)(d))
#define usb_get_intf(i) (i)
#define usb_put_intf(i) ((void)(i))
static inline int usb_register(struct usb_driver *d) { return d->probe ? d->probe(&__pinscope_usbif, d->id_table) : 0; }
static inline void usb_deregister(struct usb_driver *d) { if (d->disconnect) d->disconnect(&__pinscope_usbif); }
#define module_usb_driver(d) module_driver(d, usb_register, usb_deregister)
static inline struct urb *usb_alloc_urb(int n, gfp_t f) { struct urb *u = __pinscope_alloc("usb_alloc_urb", sizeof(struct urb) + n * sizeof(struct usb_iso_packet_descriptor), f, 1); if (u) { kref_init(&u->kref); INIT_LIST_HEAD(&u->urb_list); INIT_LIST_HEAD(&u->anchor_list); } return u; }
static inline void usb_init_urb(struct urb *u) { memset(u, 0, sizeof(*u)); kref_init(&u->kref); INIT_LIST_HEAD(&u->anchor_list); }
static inline void __urb_destroy(struct kref *k) { struct urb *u = container_of(k, struct urb, kref); if (u->transfer_flags & URB_FREE_BUFFER) kfree(u->transfer_buffer); kfree(u); }
static inline void usb_free_urb(struct urb *u) { if (u) kref_put(&u->kref, __urb_destroy); }
#define usb_put_urb(u) usb_free_urb(u)
#define usb_get_urb(u) ({ struct urb *__gu = (u); if (__gu) kref_get(&__gu->kref); __gu; })
static inline void usb_fill_bulk_urb(struct urb *u, struct usb_device *d, unsigned int pipe, void *b, int n, usb_complete_t f, void *c) { u->dev = d; u->pipe = pipe; u->transfer_buffer = b; u->transfer_buffer_length = n; u->complete = f; u->context = c; }
#define usb_fill_int_urb(u, d, p, b, n, f, c, i) usb_fill_bulk_urb(u, d, p, b, n, f, c)
static inline void usb_fill_control_urb(struct urb *u, struct usb_device *d, unsigned int pipe, unsigned char *s, void *b, int n, usb_complete_t f, void *c) { usb_fill_bulk_urb(u, d, pipe, b, n, f, c); u->setup_packet = s; }
static inline void __urb_move(struct urb *u) { unsigned int i, n = u->transfer_buffer_length; struct scatterlist *s; if (u->sg && u->num_sgs) { for (s = u->sg, i = 0; s && i < u->num_sgs; i++, s = sg_next(s)) { char *p = (char *)page_address(sg_page(s)) + s->offset; if (usb_pipein(u->pipe)) memset(p, 0xa5, s->length); else (void)memchr_inv(p, 0, s->length); } } else if (n) { if (usb_pipein(u->pipe)) memset(u->transfer_buffer, 0xa5, n); else (void)memchr_inv(u->transfer_buffer, 0, n); } u->actual_length = n; }
static inline void usb_unanchor_urb(struct urb *u) { if (u->anchor) { list_del_init(&u->anchor_list); u->anchor = NULL; } }
static inline void __urb_giveback(struct urb *u) { u->__submitted = false; usb_unanchor_urb(u); u->complete(u); usb_free_urb(u); }
static inline void __urb_run(struct urb *u) { if (__pinscope_choice("urb")) u->status = -EPROTO; else { u->status = 0; __urb_move(u); } __urb_giveback(u); }
static inline int usb_submit_urb(struct urb *u, gfp_t f) { if (!u || !u->complete) return -EINVAL; if (u->__submitted) { __pinscope_warn("URB submitted while active"); return -EBUSY; } if (__pinscope_choice("usb_submit_urb")) return -ENODEV; if (f & __GFP_DIRECT_RECLAIM) __pinscope_choice("sleep"); kref_get(&u->kref); u->__submitted = true; u->status = -EINPROGRESS; u->actual_length = 0; __pinscope_spawn(5, __urb_run, u, u, 3); return 0; }
static inline void __urb_stop(struct urb *u, int status) { if (!u || !u->__submitted) return; if (__pinscope_cancel(u, 5, 1) && u->__submitted) { u->status = status; __urb_giveback(u); } }
#define usb_kill_urb(u) __urb_stop(u, -ENOENT)
#define usb_poison_urb(u) __urb_stop(u, -ENOENT)
static inline int usb_unlink_urb(struct urb *u) { if (!u->__submitted) return -EINVAL; __urb_stop(u, -ECONNRESET); return -EINPROGRESS; }
static inline void init_usb_anchor(struct usb_anchor *a) { INIT_LIST_HEAD(&a->urb_list); init_waitqueue_head(&a->wait); }
static inline void usb_anchor_urb(struct urb *u, struct usb_anchor *a) { list_add_tail(&u->anchor_list, &a->urb_list); u->anchor = a; }
static inline void usb_kill_anchored_urbs(struct usb_anchor *a) { while (!list_empty(&a->urb_list)) { struct urb *u = list_first_entry(&a->urb_list, struct urb, anchor_list); usb_kill_urb(u); usb_unanchor_urb(u); } }
#define usb_wait_anchor_empty_timeout(a, t) ({ int __uw; for (__uw = 0; __uw < 100 && !list_empty(&(a)->urb_list); __uw++) __pinscope_sleep(1); list_empty(&(a)->urb_list); })
#define usb_alloc_coherent(d, n, f, h) dma_alloc_coherent(NULL, n, h, f)
#define usb_free_coherent(d, n, p, h) dma_free_coherent(NULL, n, p, h)
static inline int usb_bulk_msg(struct usb_device *d, unsigned int pipe, void *b, int n, int *actual, int timeout) { __pinscope_choice("sleep"); if (__pinscope_choice("usb_bulk_msg")) return -ETIMEDOUT; if (usb_pipein(pipe)) memset(b, 0xa5, n); else (void)memchr_inv(b, 0, n); if (actual) *actual = n; return 0; }
#define usb_interrupt_msg(d, p, b, n, a, t) usb_bulk_msg(d, p, b, n, a, t)
#define usb_control_msg(d, p, r, t, v, i, b, n, o) ({ int __ucm = usb_bulk_msg(d, p, b, n, NULL, o); __ucm ? __ucm : (int)(n); })
struct usb_sg_request { int status; size_t bytes; struct urb __urb; struct completion __done; };
static inline void __usb_sg_done(struct urb *u) { complete(u->context); }
static inline int usb_sg_init(struct usb_sg_request *r, struct usb_device *d, unsigned int pipe, unsigned int period, struct scatterlist *sg, int n, size_t len, gfp_t f) { memset(r, 0, sizeof(*r)); init_completion(&r->__done); kref_init(&r->__urb.kref); kref_get(&r->__urb.kref); usb_fill_bulk_urb(&r->__urb, d, pipe, NULL, len, __usb_sg_done, &r->__done); r->__urb.sg = sg; r->__urb.num_sgs = n; return 0; }
static inline void usb_sg_wait(struct usb_sg_request *r) { r->status = usb_submit_urb(&r->__urb, GFP_KERNEL); if (r->status) return; wait_for_completion(&r->__done); r->status = r->__urb.status; r->bytes = r->__urb.actual_length; }
#define usb_sg_cancel(r) usb_kill_urb(&(r)->__urb)

struct virtqueue; struct virtio_device; typedef void vq_callback_t(struct virtqueue *);
struct virtio_device_id { u32 device, vendor; }; struct virtio_device { struct device dev; struct virtio_device_id id; void *priv; u64 features; int index; };
struct virtio_driver { struct device_driver driver; const struct virtio_device_id *id_table; const unsigned int *feature_table; unsigned int feature_table_size; int (*probe)(struct virtio_device *); void (*remove)(struct virtio_device *); };
struct virtqueue { struct list_head list; vq_callback_t *callback; const char *name; struct virtio_device *vdev; unsigned int index, num_free; void *priv; struct list_head __posted, __finished; bool __enabled; };
struct __vq_buf { struct list_head list; void *data; struct scatterlist *sg[8]; int out, in; unsigned int len; };
#define VIRTIO_DEV_ANY_ID 0xffffffff
#define virtio_has_feature(d, f) 0
#define virtio_device_ready(d) ((void)(d))
#define virtio_reset_device(d) ((void)(d))
struct virtio_device __pinscope_virtdev;
static inline int register_virtio_driver(struct virtio_driver *d) { return d->probe ? d->probe(&__pinscope_virtdev) : 0; }
static inline void unregister_virtio_driver(struct virtio_driver *d) { if (d->remove) d->remove(&__pinscope_virtdev); }
#define module_virtio_driver(d) module_driver(d, register_virtio_driver, unregister_virtio_driver)
static inline void __vq_free(struct virtqueue *q) { struct __vq_buf *b, *t; list_for_each_entry_safe(b, t, &q->__posted, list) kfree(b); list_for_each_entry_safe(b, t, &q->__finished, list) kfree(b); }
struct virtqueue __pinscope_vqs[8]; int __pinscope_nr_vqs;
static inline struct virtqueue *virtio_find_single_vq(struct virtio_device *d, vq_callback_t *c, const char *n) { struct virtqueue *q; if (__pinscope_choice("virtio_find_single_vq")) return ERR_PTR(-ENOENT); q = &__pinscope_vqs[__pinscope_nr_vqs++ & 7]; memset(q, 0, sizeof(*q)); q->vdev = d; q->callback = c; q->name = n; q->num_free = 64; q->__enabled = true; INIT_LIST_HEAD(&q->__posted); INIT_LIST_HEAD(&q->__finished); return q; }
static inline int virtqueue_add_sgs(struct virtqueue *q, struct scatterlist **sgs, unsigned int out, unsigned int in, void *data, gfp_t f) { struct __vq_buf *b; unsigned int i; if (!q->num_free) return -ENOSPC; if (out + in > 8) return -EINVAL; b = __pinscope_alloc("virtqueue_add_sgs", sizeof(*b), f, 1); if (!b) return -ENOMEM; for (i = 0; i < out + in; i++) b->sg[i] = sgs[i]; b->out = out; b->in = in; b->data = data; q->num_free--; list_add_tail(&b->list, &q->__posted); return 0; }
#define virtqueue_add_outbuf(q, s, n, d, f) ({ struct scatterlist *__vqo[1] = { s }; virtqueue_add_sgs(q, __vqo, 1, 0, d, f); })
#define virtqueue_add_inbuf(q, s, n, d, f) ({ struct scatterlist *__vqi[1] = { s }; virtqueue_add_sgs(q, __vqi, 0, 1, d, f); })
#define virtqueue_add_inbuf_ctx(q, s, n, d, c, f) virtqueue_add_inbuf(q, s, n, d, f)
static inline void __vq_device(struct virtqueue *q) { while (!list_empty(&q->__posted)) { struct __vq_buf *b = list_first_entry(&q->__posted, struct __vq_buf, list); int i; for (i = 0; i < b->out + b->in; i++) { struct scatterlist *s; for (s = b->sg[i]; s; s = sg_next(s)) { char *p = (char *)page_address(sg_page(s)) + s->offset; if (i < b->out) (void)memchr_inv(p, 0, s->length); else { memset(p, 0xa5, s->length); b->len += s->length; } } } list_move_tail(&b->list, &q->__finished); } if (q->__enabled && q->callback) q->callback(q); }
static inline bool virtqueue_notify(struct virtqueue *q) { if (!list_empty(&q->__posted)) __pinscope_spawn(5, __vq_device, q, q, 2); return true; }
#define virtqueue_kick_prepare(q) (!list_empty(&(q)->__posted))
#define virtqueue_kick(q) virtqueue_notify(q)
static inline void *virtqueue_get_buf(struct virtqueue *q, unsigned int *len) { struct __vq_buf *b; void *d; __pinscope_tick(); if (list_empty(&q->__finished)) return NULL; b = list_first_entry(&q->__finished, struct __vq_buf, list); list_del(&b->list); *len = b->len; d = b->data; q->num_free++; kfree(b); return d; }
#define virtqueue_get_buf_ctx(q, l, c) virtqueue_get_buf(q, l)
static inline void *virtqueue_detach_unused_buf(struct virtqueue *q) { struct __vq_buf *b; void *d; if (list_empty(&q->__posted)) return NULL; b = list_first_entry(&q->__posted, struct __vq_buf, list); list_del(&b->list); d = b->data; q->num_free++; kfree(b); return d; }
#define virtqueue_disable_cb(q) ((q)->__enabled = false)
#define virtqueue_enable_cb(q) ((q)->__enabled = true, list_empty(&(q)->__finished))
#define virtqueue_enable_cb_prepare(q) ((q)->__enabled = true, 0u)
#define virtqueue_enable_cb_delayed(q) virtqueue_enable_cb(q)
#define virtqueue_poll(q, x) (!list_empty(&(q)->__finished))
#define virtqueue_is_broken(q) 0
#define virtqueue_get_vring_size(q) 64
`;
