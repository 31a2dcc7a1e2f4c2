/** Block I/O: bios whose pages go to and come from a modelled disk of 256 KiB. include/linux/{bio,blk_types}.h. */

/** A request is carried out two ticks after submit_bio(): until then its pages must be held. */
export const BLOCK_LAYER = String.raw`
enum req_op { REQ_OP_READ = 0, REQ_OP_WRITE = 1, REQ_OP_FLUSH = 2, REQ_OP_DISCARD = 3 };
#define REQ_OP_MASK 255u
#define REQ_SYNC (1u << 11)
#define REQ_META (1u << 12)
#define REQ_PRIO (1u << 13)
#define REQ_IDLE (1u << 15)
#define REQ_FUA (1u << 17)
#define REQ_PREFLUSH (1u << 18)
#define REQ_NOWAIT (1u << 21)
#define REQ_POLLED (1u << 24)
#define BLK_STS_OK 0
#define BLK_STS_NOTSUPP 1
#define BLK_STS_RESOURCE 9
#define BLK_STS_IOERR 10
#define SECTOR_SHIFT 9
#define SECTOR_SIZE 512
#define BIO_MAX_VECS 256U
#define BIO_MAX_PAGES 256
struct gendisk { const char *disk_name; void *private_data; }; struct request_queue { void *queuedata; };
struct block_device { sector_t bd_nr_sectors; struct gendisk *bd_disk; struct inode *bd_inode; dev_t bd_dev; struct super_block *bd_super; };
struct bvec_iter { sector_t bi_sector; unsigned int bi_size, bi_idx, bi_bvec_done; };
struct bio_set { int x; }; struct bio; typedef void (bio_end_io_t)(struct bio *);
struct bio { struct bio *bi_next; struct block_device *bi_bdev; blk_opf_t bi_opf; unsigned short bi_flags, bi_ioprio; blk_status_t bi_status; struct bvec_iter bi_iter; bio_end_io_t *bi_end_io; void *bi_private; unsigned short bi_vcnt, bi_max_vecs; atomic_t __bi_cnt; struct bio *__chained; int __remaining; bool __own; struct bio_vec *bi_io_vec; struct work_struct __work; };
#define BIO_PAGE_PINNED 1
#define BIO_NO_PAGE_REF 2
#define bio_flagged(b, f) (((b)->bi_flags & (f)) != 0)
#define bio_set_flag(b, f) ((b)->bi_flags |= (f))
#define bio_clear_flag(b, f) ((b)->bi_flags &= ~(f))
#define bio_op(b) ((b)->bi_opf & REQ_OP_MASK)
#define op_is_write(o) (((o) & 1) != 0)
#define bio_data_dir(b) (op_is_write(bio_op(b)) ? WRITE : READ)
#define bio_sectors(b) ((b)->bi_iter.bi_size >> 9)
#define bio_end_sector(b) ((b)->bi_iter.bi_sector + bio_sectors(b))
#define bio_has_data(b) ((b)->bi_iter.bi_size != 0)
#define bio_set_dev(b, d) ((b)->bi_bdev = (d))
#define bio_set_op_attrs(b, o, f) ((b)->bi_opf = (o) | (f))
#define bio_get(b) (atomic_inc(&(b)->__bi_cnt))
#define bio_max_segs(n) min_t(unsigned int, n, BIO_MAX_VECS)
#define bio_full(b, n) ((b)->bi_vcnt >= (b)->bi_max_vecs)
#define bdev_nr_sectors(d) ((sector_t)512)
#define bdev_nr_bytes(d) ((loff_t)262144)
#define bdev_logical_block_size(d) 512
#define bdev_get_queue(d) ((struct request_queue *)0)
#define bdev_read_only(d) 0
static inline void __bio_init(struct bio *b, struct block_device *d, struct bio_vec *v, unsigned short n, blk_opf_t o) { memset(b, 0, sizeof(*b)); b->bi_bdev = d; b->bi_opf = o; b->bi_io_vec = v; b->bi_max_vecs = n; b->__remaining = 1; atomic_set(&b->__bi_cnt, 1); }
#define __bio_init3(b, v, n) __bio_init(b, NULL, v, n, 0)
#define __bio_init5(b, d, v, n, o) __bio_init(b, d, v, n, o)
#define __bio_pick5(a, b, c, d, e, f, ...) f
#define bio_init(a...) __bio_pick5(a, __bio_init5, x, __bio_init3)(a)
static inline struct bio *__bio_alloc(struct block_device *d, unsigned short n, blk_opf_t o, gfp_t g) { struct bio *b = __pinscope_alloc("bio_alloc", sizeof(*b), g, 1); if (!b) return NULL; __bio_init(b, d, n ? __pinscope_alloc("bio_alloc", n * sizeof(struct bio_vec), g, 1) : NULL, n, o); b->__own = true; return b; }
#define __bio_alloc2(g, n) __bio_alloc(NULL, n, 0, g)
#define __bio_alloc4(d, n, o, g) __bio_alloc(d, n, o, g)
#define __bio_alloc5(d, n, o, g, s) __bio_alloc(d, n, o, g)
#define __bio_pick4(a, b, c, d, e, ...) e
#define bio_alloc(a...) __bio_pick4(a, __bio_alloc4, x, __bio_alloc2)(a)
#define bio_alloc_bioset(a...) __bio_pick5(a, __bio_alloc5, x, x, x, x)(a)
#define bio_kmalloc(n, g) __bio_alloc(NULL, n, 0, g)
static inline void bio_uninit(struct bio *b) {}
static inline void bio_put(struct bio *b) { if (atomic_read(&b->__bi_cnt) <= 0) __pinscope_warn("bio_put() of a bio that has been freed"); if (!atomic_dec_and_test(&b->__bi_cnt)) return; if (b->__own) { kfree(b->bi_io_vec); kfree(b); } }
static inline void __bio_reset(struct bio *b, struct block_device *d, blk_opf_t o) { struct bio_vec *v = b->bi_io_vec; unsigned short n = b->bi_max_vecs; bool own = b->__own; __bio_init(b, d, v, n, o); b->__own = own; }
#define bio_reset(b, d, o) __bio_reset(b, d, o)
static inline int bio_add_page(struct bio *b, struct page *p, unsigned int len, unsigned int off) { struct bio_vec *v; if (b->bi_vcnt && b->bi_io_vec[b->bi_vcnt - 1].bv_page == p && b->bi_io_vec[b->bi_vcnt - 1].bv_offset + b->bi_io_vec[b->bi_vcnt - 1].bv_len == off) { b->bi_io_vec[b->bi_vcnt - 1].bv_len += len; b->bi_iter.bi_size += len; return len; } if (b->bi_vcnt >= b->bi_max_vecs) return 0; v = &b->bi_io_vec[b->bi_vcnt++]; v->bv_page = p; v->bv_len = len; v->bv_offset = off; b->bi_iter.bi_size += len; return len; }
#define __bio_add_page(b, p, l, o) ((void)bio_add_page(b, p, l, o))
#define bio_add_pc_page(q, b, p, l, o) bio_add_page(b, p, l, o)
static inline bool bio_add_folio(struct bio *b, struct folio *f, size_t len, size_t off) { return bio_add_page(b, &f->page + (off >> PAGE_SHIFT), len, offset_in_page(off)) > 0; }
#define bio_add_folio_nofail(b, f, l, o) ((void)bio_add_folio(b, f, l, o))
#define bio_first_page_all(b) ((b)->bi_io_vec[0].bv_page)
#define bio_first_bvec_all(b) (&(b)->bi_io_vec[0])
struct bvec_iter_all { int idx; };
#define bio_for_each_segment_all(v, b, i) for ((i).idx = 0; (i).idx < (b)->bi_vcnt && ((v) = &(b)->bi_io_vec[(i).idx], 1); (i).idx++)
#define bio_for_each_bvec_all(v, b, i) for (i = 0; i < (b)->bi_vcnt && ((v) = &(b)->bi_io_vec[i], 1); i++)
#define bio_for_each_segment(v, b, i) for ((i) = (struct bvec_iter){ .bi_sector = (b)->bi_iter.bi_sector }; (i).bi_idx < (b)->bi_vcnt && ((v) = (b)->bi_io_vec[(i).bi_idx], 1); (i).bi_sector += (v).bv_len >> 9, (i).bi_idx++)
#define bio_for_each_bvec(v, b, i) bio_for_each_segment(v, b, i)
struct folio_iter { struct folio *folio; size_t offset, length; int _i; };
static inline bool __bio_folio(struct folio_iter *f, struct bio *b) { if (f->_i >= b->bi_vcnt) return false; f->folio = page_folio(b->bi_io_vec[f->_i].bv_page); f->offset = b->bi_io_vec[f->_i].bv_offset; f->length = b->bi_io_vec[f->_i].bv_len; return true; }
#define bio_for_each_folio_all(f, b) for ((f)._i = 0; __bio_folio(&(f), b); (f)._i++)
#define bvec_kmap_local(v) ((void *)((char *)kmap_local_page((v)->bv_page) + (v)->bv_offset))
#define bvec_virt(v) ((void *)((char *)page_address((v)->bv_page) + (v)->bv_offset))
static inline int blk_status_to_errno(blk_status_t s) { return s == BLK_STS_OK ? 0 : s == BLK_STS_NOTSUPP ? -EOPNOTSUPP : s == BLK_STS_RESOURCE ? -ENOMEM : -EIO; }
static inline blk_status_t errno_to_blk_status(int e) { return e == 0 ? BLK_STS_OK : e == -EOPNOTSUPP ? BLK_STS_NOTSUPP : e == -ENOMEM ? BLK_STS_RESOURCE : BLK_STS_IOERR; }
static inline void bio_endio(struct bio *b) { struct bio *parent = b->__chained; if (--b->__remaining > 0) return; if (parent) { if (b->bi_status && !parent->bi_status) parent->bi_status = b->bi_status; bio_put(b); bio_endio(parent); return; } if (b->bi_end_io) b->bi_end_io(b); }
static inline void bio_io_error(struct bio *b) { b->bi_status = BLK_STS_IOERR; bio_endio(b); }
static inline void bio_chain(struct bio *b, struct bio *parent) { b->__chained = parent; parent->__remaining++; }
u8 __pinscope_disk_bytes[262144];
static inline void __bio_transfer(struct work_struct *w) { struct bio *b = container_of(w, struct bio, __work); size_t at = (size_t)b->bi_iter.bi_sector << 9; int i; if (__pinscope_choice("bio")) b->bi_status = BLK_STS_IOERR; else if (bio_op(b) <= REQ_OP_WRITE) for (i = 0; i < b->bi_vcnt; i++) { struct bio_vec *v = &b->bi_io_vec[i]; char *p; if (at + v->bv_len > sizeof(__pinscope_disk_bytes)) { b->bi_status = BLK_STS_IOERR; break; } p = (char *)page_address(v->bv_page) + v->bv_offset; if (bio_op(b) == REQ_OP_WRITE) memcpy(__pinscope_disk_bytes + at, p, v->bv_len); else memcpy(p, __pinscope_disk_bytes + at, v->bv_len); at += v->bv_len; } bio_endio(b); }
static inline void submit_bio(struct bio *b) { __pinscope_spawn(4, __bio_transfer, &b->__work, &b->__work, 2); }
#define submit_bio_noacct(b) submit_bio(b)
#define generic_make_request(b) submit_bio(b)
static inline void __bio_wake(struct bio *b) { complete(b->bi_private); }
static inline int submit_bio_wait(struct bio *b) { DECLARE_COMPLETION_ONSTACK(done); b->bi_private = &done; b->bi_end_io = __bio_wake; submit_bio(b); wait_for_completion(&done); return blk_status_to_errno(b->bi_status); }
static inline void bio_set_pages_dirty(struct bio *b) { int i; for (i = 0; i < b->bi_vcnt; i++) set_page_dirty_lock(b->bi_io_vec[i].bv_page); }
static inline void __bio_release_pages(struct bio *b, bool dirty) { int i; for (i = 0; i < b->bi_vcnt; i++) { struct bio_vec *v = &b->bi_io_vec[i]; unsigned int k, n = DIV_ROUND_UP(v->bv_offset + v->bv_len, PAGE_SIZE); for (k = 0; k < n; k++) { if (dirty) set_page_dirty_lock(v->bv_page + k); unpin_user_page(v->bv_page + k); } } }
#define bio_release_pages(b, d) do { if (bio_flagged(b, BIO_PAGE_PINNED)) __bio_release_pages(b, d); } while (0)
static inline void bio_check_pages_dirty(struct bio *b) { bio_release_pages(b, true); bio_put(b); }
#define bio_iov_vecs_to_alloc(i, m) (iov_iter_is_bvec(i) ? 0 : iov_iter_npages(i, m))
static inline int bio_iov_iter_get_pages(struct bio *b, struct iov_iter *i) { int done = 0; if (iov_iter_extract_will_pin(i)) bio_set_flag(b, BIO_PAGE_PINNED); while (iov_iter_count(i) && b->bi_vcnt < b->bi_max_vecs) { struct page *one[1], **p = one; size_t off; ssize_t n = iov_iter_extract_pages(i, &p, PAGE_SIZE, 1, 0, &off); if (n <= 0) return done ? 0 : n ? (int)n : -EFAULT; if (n > PAGE_SIZE - off) { n = PAGE_SIZE - off; } if (bio_add_page(b, one[0], n, off) != n) return -EIO; done = 1; } return 0; }
#define bio_release_page(b, p) unpin_user_page(p)
#define bio_page(b) ((b)->bi_io_vec[0].bv_page)
static inline int bio_add_hw_page(struct request_queue *q, struct bio *b, struct page *p, unsigned int len, unsigned int off, unsigned int max, bool *same) { *same = false; if (b->bi_iter.bi_size + len > max << 9) return 0; return bio_add_page(b, p, len, off); }
struct blk_plug { int x; };
#define blk_start_plug(p) ((void)(p))
#define blk_finish_plug(p) ((void)(p))
`;
