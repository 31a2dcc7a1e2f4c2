/**
 * Containers and mappings that get at the pages' data: scatterlists, bios, bvecs, skb fragments, iterators, vmap, page tables, copies.
 * Follows include/linux/scatterlist.h, bio.h, bvec.h, skbuff.h, uio.h, vmalloc.h, highmem.h, mm.h under include/linux.
 */
import { folio, page, pages, pfn, row, sg, table, vaddr } from './build.ts';
import type { CallFact, Effect, PagesArg } from './types.ts';

type What = 'sg' | 'sg-table' | 'bio' | 'bvec' | 'skb' | 'iommu' | 'iov_iter';
const putIn = (what: What, from: PagesArg, container: number | 'result'): Effect => ({
  kind: 'put-in',
  pages: from,
  container,
  what,
});
const reads = (from: PagesArg): Effect => ({ kind: 'data', pages: from, write: false });
const writes = (from: PagesArg): Effect => ({ kind: 'data', pages: from, write: true });
const pure: Effect = { kind: 'pure' };

const scatterlists = table('include/linux/scatterlist.h', [
  row('sg_set_page sg_assign_page', [putIn('sg', page(1), 0)]),
  row('sg_set_folio', [putIn('sg', folio(1), 0)], { since: '6.5' }),
  row('sg_set_buf sg_init_one', [putIn('sg', vaddr(1), 0)]),
  row('sg_alloc_table_from_pages sg_alloc_table_from_pages_segment sg_alloc_append_table_from_pages', [
    putIn('sg-table', pages(1, 2), 0),
  ]),
  row('__sg_alloc_table_from_pages', [putIn('sg-table', pages(1, 2), 0)], {
    since: '4.15',
    until: '5.15',
    replacedBy: 'sg_alloc_table_from_pages_segment',
  }),
  row('sg_next sg_last', [{ kind: 'alias', from: sg(0), result: 'sg' }]),
  row(
    `
    sg_chain sg_init_table sg_init_marker sg_mark_end sg_unmark_end sg_is_last sg_is_chain sg_nents sg_nents_for_len
  `,
    [pure],
  ),
  row('sg_alloc_table sg_alloc_table_chained', [pure], { doc: 'Allocates entries, puts no pages in; 0 or -errno.' }),
  row('sg_free_table sg_free_table_chained sg_free_append_table', [pure], {
    doc: 'Frees the entries; the pages they name keep their references.',
  }),
  row('sg_copy_to_buffer sg_pcopy_to_buffer', [reads(sg(0, 1))], { source: 'lib/scatterlist.c' }),
  row('sg_copy_from_buffer sg_pcopy_from_buffer sg_zero_buffer', [writes(sg(0, 1))], { source: 'lib/scatterlist.c' }),
  row('sg_miter_start', [reads(sg(1, 2))], { source: 'lib/scatterlist.c' }),
  row('sg_miter_next sg_miter_stop sg_miter_skip', [pure], { source: 'lib/scatterlist.c' }),
  row('drm_prime_pages_to_sg', [putIn('sg-table', pages(0, 1), 'result')], {
    until: '5.10',
    source: 'drivers/gpu/drm/drm_prime.c',
  }),
  row('drm_prime_pages_to_sg', [putIn('sg-table', pages(1, 2), 'result')], {
    since: '5.10',
    source: 'drivers/gpu/drm/drm_prime.c',
  }),
]);

const block = table('include/linux/bio.h, include/linux/bvec.h', [
  row('bio_add_page __bio_add_page', [putIn('bio', page(1), 0)]),
  row('bio_add_pc_page bio_add_hw_page', [putIn('bio', page(2), 1)]),
  row('bio_add_folio', [putIn('bio', folio(1), 0)], { since: '5.16' }),
  row('bio_add_folio_nofail', [putIn('bio', folio(1), 0)], { since: '6.3' }),
  row('bvec_set_page', [putIn('bvec', page(1), 0)], { since: '6.1', doc: 'Of 6.3, also in 6.1 stable.' }),
  row('bvec_set_folio', [putIn('bvec', folio(1), 0)], { since: '6.3' }),
  row('bvec_set_virt', [putIn('bvec', vaddr(1), 0)], { since: '6.3' }),
]);

const skbs = table('include/linux/skbuff.h', [
  row('skb_fill_page_desc __skb_fill_page_desc', [putIn('skb', page(2), 0)]),
  row('skb_fill_page_desc_noacc __skb_fill_page_desc_noacc', [putIn('skb', page(2), 0)], { since: '6.0' }),
  row('skb_add_rx_frag', [putIn('skb', page(2), 0)]),
  row('skb_frag_set_page', [putIn('skb', page(2), 0)], { until: '6.5' }),
  row('__skb_frag_set_page', [putIn('skb', page(1), 0)], { until: '6.5' }),
  row('skb_frag_fill_page_desc', [putIn('skb', page(1), 0)], { since: '6.5' }),
  row('skb_append_pagefrags', [putIn('skb', page(1), 0)]),
  row('kernel_sendpage sock_no_sendpage', [reads(page(1))], { until: '6.5', source: 'net/socket.c' }),
]);

const iterators = table('include/linux/uio.h', [
  row('iov_iter_bvec iov_iter_kvec', [putIn('iov_iter', vaddr(2, 3), 0)], {
    doc: 'The iterator keeps the caller’s vector; the argument is the bio_vec or kvec array, not its pages.',
  }),
  row(
    `
    iov_iter_init iov_iter_ubuf iov_iter_xarray iov_iter_discard iov_iter_advance iov_iter_revert iov_iter_count
    iov_iter_truncate iov_iter_reexpand iov_iter_npages iov_iter_alignment iov_iter_is_aligned
    iov_iter_gap_alignment iov_iter_single_seg_count iov_iter_rw iov_iter_is_bvec iov_iter_is_kvec
    iov_iter_save_state iov_iter_restore user_backed_iter iter_is_iovec iter_is_ubuf
    iov_length import_iovec import_ubuf import_single_range fault_in_iov_iter_readable fault_in_iov_iter_writeable
  `,
    [pure],
  ),
  row('iov_iter_extract_will_pin', [pure], {
    since: '6.3',
    prototype: 'bool iov_iter_extract_will_pin(const struct iov_iter *iter);',
    doc: 'Whether iov_iter_extract_pages() takes pins on what this iterator has: only then is there something to unpin.',
  }),
  row('copy_page_to_iter copy_page_to_iter_nofault', [reads(page(0))]),
  row('copy_page_from_iter copy_page_from_iter_atomic', [writes(page(0))]),
  row('copy_folio_to_iter', [reads(folio(0))], { since: '5.18' }),
  row('copy_folio_from_iter_atomic', [writes(folio(0))], { since: '6.6' }),
]);

const mappings = table('include/linux/vmalloc.h, include/linux/mm.h', [
  row('vmap vm_map_ram', [{ kind: 'kmap', pages: pages(0, 1), address: 'result' }, { kind: 'sleeps' }]),
  row('vunmap vm_unmap_ram', [{ kind: 'kunmap', pages: vaddr(0) }]),
  row('vm_insert_page vmf_insert_page', [writes(page(2))], {
    doc: 'Puts the page into a user mapping, with a reference of its own; user space gets at the data.',
  }),
  row('vm_insert_pages', [writes(pages(2))]),
  row('vm_map_pages vm_map_pages_zero', [writes(pages(1, 2))]),
  row('remap_pfn_range io_remap_pfn_range vmf_insert_pfn vmf_insert_pfn_prot vmf_insert_mixed', [writes(pfn(2))], {
    source: 'mm/memory.c',
  }),
  row('vm_insert_pfn', [writes(pfn(2))], { until: '4.20', replacedBy: 'vmf_insert_pfn', source: 'mm/memory.c' }),
  row('vm_insert_mixed', [writes(pfn(2))], { until: '5.0', replacedBy: 'vmf_insert_mixed', source: 'mm/memory.c' }),
]);

const copies = table('include/linux/highmem.h', [
  row('memcpy_to_page', [writes(page(0))], { since: '5.10' }),
  row('memcpy_from_page', [reads(page(1))], { since: '5.10' }),
  row('memcpy_page', [writes(page(0)), reads(page(2))], { since: '5.10' }),
  row('memset_page memzero_page', [writes(page(0))], { since: '5.10' }),
  row('memcpy_to_folio', [writes(folio(0))], { since: '6.5' }),
  row('memcpy_from_folio', [reads(folio(1))], { since: '6.5' }),
  row('zero_user zero_user_segment zero_user_segments clear_highpage clear_user_highpage clear_page_erms', [
    writes(page(0)),
  ]),
  row('folio_zero_range folio_zero_segment folio_zero_segments', [writes(folio(0))], { since: '5.16' }),
  row('copy_highpage copy_user_highpage copy_mc_highpage', [writes(page(0)), reads(page(1))]),
  row('flush_dcache_page flush_dcache_folio flush_anon_page', [pure]),
]);

/** Calls that put pages into containers or get at their data. */
export const scatter: readonly CallFact[] = [...scatterlists, ...block, ...skbs, ...iterators, ...mappings, ...copies];
