/** CPU mappings of pages. Follows include/linux/highmem.h, include/linux/highmem-internal.h, include/linux/mm.h. */
import { folio, page, pfn, row, table, vaddr } from './build.ts';
import type { CallFact, Effect, PagesArg } from './types.ts';

const map = (pages: PagesArg): Effect => ({ kind: 'kmap', pages, address: 'result' });

/** Calls whose result is an address of the page's data, and those that end it. */
export const kmaps: readonly CallFact[] = table('include/linux/highmem.h, include/linux/highmem-internal.h', [
  row('kmap', [map(page(0)), { kind: 'sleeps' }], {
    doc: 'Maps a page for the CPU; may sleep. kunmap() takes the page.',
  }),
  row('kmap_atomic kmap_atomic_prot', [map(page(0)), { kind: 'lock', what: 'atomic-kmap', arg: null }], {
    doc: 'Maps a page with page faults and preemption off; kunmap_atomic() takes the address.',
  }),
  row('kmap_local_page kmap_local_page_prot', [map(page(0))], {
    since: '5.11',
    doc: 'Maps a page for this thread; unmap in reverse order with kunmap_local(address).',
  }),
  row('kmap_local_folio', [map(folio(0))], { since: '5.16' }),
  row('kmap_local_pfn kmap_atomic_pfn', [map(pfn(0))]),
  row('kunmap', [{ kind: 'kunmap', pages: page(0) }]),
  row('kunmap_atomic', [
    { kind: 'kunmap', pages: vaddr(0) },
    { kind: 'unlock', what: 'atomic-kmap', arg: null },
  ]),
  row('kunmap_local', [{ kind: 'kunmap', pages: vaddr(0) }], { since: '5.11' }),
  row('page_address page_to_virt lowmem_page_address', [map(page(0))], {
    source: 'include/linux/mm.h',
    doc: 'Address of a page in the linear map; nothing to undo.',
  }),
  row('folio_address', [map(folio(0))], { since: '5.16', source: 'include/linux/mm.h' }),
  row('sg_virt', [{ kind: 'kmap', pages: { arg: 0, as: 'sg' }, address: 'result' }], {
    source: 'include/linux/scatterlist.h',
  }),
  row('kmap_flush_unused', [{ kind: 'pure' }]),
]);
