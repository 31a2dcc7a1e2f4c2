/**
 * Calls that give page references back, or free pages. Follows mm/gup.c, mm/swap.c, include/linux/mm.h,
 * include/linux/gfp.h and include/linux/bio.h of 6.12 and 6.1; put_user_page* as in 5.2 to 5.5.
 */
import { bio, folio, folios, page, pages, row, table, vaddr } from './build.ts';
import type { CallFact, Effect, PagesArg } from './types.ts';

const unpin = (what: PagesArg, dirties: boolean | number = false): Effect => ({
  kind: 'release',
  of: 'pin',
  pages: what,
  dirties,
});
const put = (what: PagesArg, dirties: boolean | number = false): Effect => ({
  kind: 'release',
  of: 'get',
  pages: what,
  dirties,
});
const free = (what: PagesArg): Effect => ({ kind: 'release', of: 'get', pages: what, dirties: false, frees: true });
const sleeps: Effect = { kind: 'sleeps' };

const pins = table('mm/gup.c', [
  row('unpin_user_page', [unpin(page(0))], {
    since: '5.6',
    prototype: 'void unpin_user_page(struct page *page);',
    doc: 'Gives back one pin on one page.',
  }),
  row('unpin_user_pages', [unpin(pages(0, 1))], {
    since: '5.6',
    prototype: 'void unpin_user_pages(struct page **pages, unsigned long npages);',
    doc: 'Gives back one pin on each page of an array.',
  }),
  row('unpin_user_pages_dirty_lock', [unpin(pages(0, 1), 2), sleeps], {
    since: '5.6',
    prototype: 'void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);',
    doc: 'Marks each page dirty under its page lock (when make_dirty), then gives back its pin. May sleep.',
  }),
  row('unpin_user_page_range_dirty_lock', [unpin(page(0, 1), 2), sleeps], {
    since: '5.13',
    prototype: 'void unpin_user_page_range_dirty_lock(struct page *page, unsigned long npages, bool make_dirty);',
    doc: 'unpin_user_pages_dirty_lock for consecutive pages that begin with `page`. May sleep.',
  }),
  row('unpin_user_folio', [unpin(folio(0, 1))], {
    since: '6.12',
    prototype: 'void unpin_user_folio(struct folio *folio, unsigned long npages);',
    doc: 'Gives back `npages` pins on one folio.',
  }),
  row('unpin_folio', [unpin(folio(0))], {
    since: '6.11',
    prototype: 'void unpin_folio(struct folio *folio);',
    doc: 'Gives back one pin on one folio.',
  }),
  row('unpin_folios', [unpin(folios(0, 1))], {
    since: '6.11',
    prototype: 'void unpin_folios(struct folio **folios, unsigned long nfolios);',
    doc: 'Gives back one pin on each folio of an array.',
  }),
]);

const gets = table('include/linux/mm.h, mm/swap.c', [
  row('put_page', [put(page(0))], {
    prototype: 'void put_page(struct page *page);',
    doc: 'Gives back a plain reference. Never for a pin.',
  }),
  row('folio_put', [put(folio(0))], {
    since: '5.16',
    prototype: 'void folio_put(struct folio *folio);',
    doc: 'Gives back a plain reference on a folio. Never for a pin.',
  }),
  row('folio_put_refs', [put(folio(0, 1))], {
    since: '5.17',
    prototype: 'void folio_put_refs(struct folio *folio, int refs);',
    doc: 'Gives back several plain references on one folio.',
  }),
  row('release_pages', [put(pages(0, 1))], {
    until: '4.15',
    prototype: 'void release_pages(struct page **pages, int nr, bool cold);',
    doc: 'put_page on each page of an array.',
  }),
  row('release_pages', [put(pages(0, 1))], {
    since: '4.15',
    prototype: 'void release_pages(release_pages_arg, int nr);',
    doc: 'put_page on each page (or folio) of an array.',
  }),
  row('page_cache_release', [put(page(0))], {
    until: '4.6',
    replacedBy: 'put_page',
    prototype: '#define page_cache_release(page)',
    doc: 'put_page under its old name.',
    source: 'include/linux/pagemap.h',
  }),
  row('page_ref_dec page_ref_dec_and_test put_page_testzero', [put(page(0)), { kind: 'reads-count', pages: page(0) }], {
    source: 'include/linux/page_ref.h',
  }),
  row('page_ref_sub page_ref_sub_and_test', [put(page(0, 1)), { kind: 'reads-count', pages: page(0) }], {
    source: 'include/linux/page_ref.h',
  }),
  row(
    'folio_ref_dec folio_ref_dec_and_test folio_put_testzero',
    [put(folio(0)), { kind: 'reads-count', pages: folio(0) }],
    { since: '5.16', source: 'include/linux/page_ref.h' },
  ),
  row('put_devmap_managed_page', [{ kind: 'struct-only', pages: page(0) }], {
    since: '4.18',
    until: '6.8',
    doc: 'The device-memory half of put_page; true if the page was one and its reference is gone.',
  }),
]);

const legacy = table('mm/gup.c of 5.2 to 5.5', [
  row('put_user_page', [put(page(0))], {
    since: '5.2',
    until: '5.6',
    replacedBy: 'unpin_user_page',
    prototype: 'void put_user_page(struct page *page);',
    doc: 'Placeholder for unpin_user_page: put_page by another name.',
  }),
  row('put_user_pages', [put(pages(0, 1))], {
    since: '5.2',
    until: '5.6',
    replacedBy: 'unpin_user_pages',
    prototype: 'void put_user_pages(struct page **pages, unsigned long npages);',
    doc: 'Placeholder for unpin_user_pages.',
  }),
  row('put_user_pages_dirty', [put(pages(0, 1), true)], {
    since: '5.2',
    until: '5.4',
    replacedBy: 'unpin_user_pages_dirty_lock',
    prototype: 'void put_user_pages_dirty(struct page **pages, unsigned long npages);',
    doc: 'Dirties (without the page lock) and puts each page.',
  }),
  row('put_user_pages_dirty_lock', [put(pages(0, 1), true), sleeps], {
    since: '5.2',
    until: '5.4',
    replacedBy: 'unpin_user_pages_dirty_lock',
    prototype: 'void put_user_pages_dirty_lock(struct page **pages, unsigned long npages);',
    doc: 'Dirties and puts each page.',
  }),
  row('put_user_pages_dirty_lock', [put(pages(0, 1), 2), sleeps], {
    since: '5.4',
    until: '5.6',
    replacedBy: 'unpin_user_pages_dirty_lock',
    prototype: 'void put_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);',
    doc: 'Dirties (when make_dirty) and puts each page.',
  }),
]);

const allocator = table('include/linux/gfp.h, mm/page_alloc.c', [
  row('__free_page', [free(page(0))], {
    prototype: '#define __free_page(page)',
    doc: 'Frees a page of alloc_page. Not for user pages.',
  }),
  row('__free_pages', [free(page(0))], {
    prototype: 'void __free_pages(struct page *page, unsigned int order);',
    doc: 'Frees pages of alloc_pages. Not for user pages.',
  }),
  row('free_page', [free(vaddr(0))], {
    prototype: '#define free_page(addr)',
    doc: 'Frees a page of __get_free_page, by address.',
  }),
  row('free_pages', [free(vaddr(0))], {
    prototype: 'void free_pages(unsigned long addr, unsigned int order);',
    doc: 'Frees pages of __get_free_pages, by address.',
  }),
  row('free_pages_exact', [free(vaddr(0))]),
  row('free_hot_cold_page', [free(page(0))], { until: '4.15' }),
]);

const bios = table('include/linux/bio.h, block/bio.c', [
  row('bio_release_pages', [put(bio(0), 1)], {
    since: '5.3',
    until: '6.5',
    prototype: 'void bio_release_pages(struct bio *bio, bool mark_dirty);',
    doc: 'Gives back what bio_iov_iter_get_pages took.',
  }),
  row('bio_release_pages', [unpin(bio(0), 1)], {
    since: '6.5',
    prototype: 'void bio_release_pages(struct bio *bio, bool mark_dirty);',
    doc: 'Gives back what bio_iov_iter_get_pages took: unpins pinned pages.',
  }),
  row('__bio_release_pages', [put(bio(0), 1)], {
    since: '5.16',
    until: '6.5',
    prototype: 'void __bio_release_pages(struct bio *bio, bool mark_dirty);',
  }),
  row('__bio_release_pages', [unpin(bio(0), 1)], {
    since: '6.5',
    prototype: 'void __bio_release_pages(struct bio *bio, bool mark_dirty);',
  }),
  row('bio_release_page', [unpin(page(1))], {
    since: '6.5',
    prototype: 'void bio_release_page(struct bio *bio, struct page *page);',
    doc: 'Unpins one page if the bio’s pages are pinned.',
    source: 'block/blk.h',
  }),
  row('bio_check_pages_dirty', [put(bio(0), true)], {
    until: '6.5',
    prototype: 'void bio_check_pages_dirty(struct bio *bio);',
    doc: 'At the end of a read: dirties the pages (later, from a work item, if need be), gives them back and puts the bio.',
  }),
  row('bio_check_pages_dirty', [unpin(bio(0), true)], {
    since: '6.5',
    prototype: 'void bio_check_pages_dirty(struct bio *bio);',
    doc: 'At the end of a read: dirties the pages (later, from a work item, if need be), gives them back and puts the bio.',
  }),
]);

/** Every call that gives references back or frees pages. */
export const releases: readonly CallFact[] = [...pins, ...gets, ...legacy, ...allocator, ...bios];
