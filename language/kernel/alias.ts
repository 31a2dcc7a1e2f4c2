/** Calls that turn one name of a page into another. Physical addresses count as `pfn`. Follows include/linux/mm.h, page-flags.h, scatterlist.h. */
import { bio, dmaAddr, folio, page, pages, pfn, row, sg, table, vaddr } from './build.ts';
import type { CallFact, Effect, PagesArg } from './types.ts';

const alias = (from: PagesArg, result: PagesArg['as']): Effect => ({ kind: 'alias', from, result });

/** Aliases: no reference is taken or dropped. */
export const aliases: readonly CallFact[] = [
  ...table('include/linux/mm.h, include/asm-generic/memory_model.h', [
    row('page_to_pfn page_to_phys', [alias(page(0), 'pfn')]),
    row('pfn_to_page pfn_to_online_page phys_to_page', [alias(pfn(0), 'page')]),
    row('PFN_PHYS PHYS_PFN __pfn_to_phys __phys_to_pfn PFN_DOWN PFN_UP', [alias(pfn(0), 'pfn')]),
    row('page_folio', [alias(page(0), 'folio')]),
    row('compound_head head_page', [alias(page(0), 'page')]),
    row('nth_page', [alias(page(0), 'page')], { until: '6.18' }),
    row('folio_page folio_file_page', [alias(folio(0), 'page')], { since: '5.16' }),
    row(
      'folio_page_idx folio_nr_pages folio_size folio_order folio_shift',
      [{ kind: 'struct-only', pages: folio(0) }],
      { since: '5.16' },
    ),
    row('folio_pfn', [alias(folio(0), 'pfn')], { since: '5.16' }),
    row('pfn_folio', [alias(pfn(0), 'folio')], { since: '5.16' }),
    row('virt_to_page virt_to_head_page vmalloc_to_page kmap_to_page', [alias(vaddr(0), 'page')]),
    row('virt_to_folio', [alias(vaddr(0), 'folio')], { since: '5.17' }),
    row('virt_to_phys __pa virt_to_pfn vmalloc_to_pfn', [alias(vaddr(0), 'pfn')]),
    row('phys_to_virt __va pfn_to_virt pfn_to_kaddr', [alias(pfn(0), 'vaddr')]),
    row(
      `
      page_to_nid page_zonenum page_zone page_index page_order compound_order compound_nr page_size page_shift
      is_zone_device_page is_device_private_page is_pci_p2pdma_page is_zero_page page_to_section page_is_ram
    `,
      [{ kind: 'struct-only', pages: page(0) }],
    ),
    row(
      `
      mark_page_accessed SetPageReserved ClearPageReserved SetPageUptodate ClearPageUptodate SetPagePrivate
      ClearPagePrivate page_private set_page_private dump_page
    `,
      [{ kind: 'struct-only', pages: page(0) }],
    ),
    row('set_pages_array_uc set_pages_array_wc set_pages_array_wb', [{ kind: 'struct-only', pages: pages(0, 1) }], {
      source: 'arch/x86/include/asm/set_memory.h',
    }),
    row('page_maybe_dma_pinned', [{ kind: 'struct-only', pages: page(0) }], {
      since: '5.7',
      until: '6.12',
      replacedBy: 'folio_maybe_dma_pinned',
    }),
    row('page_mapping', [{ kind: 'struct-only', pages: page(0) }], { until: '6.12', replacedBy: 'folio_mapping' }),
    row(
      'folio_maybe_dma_pinned folio_nid folio_zonenum folio_mapping folio_index folio_pos',
      [{ kind: 'struct-only', pages: folio(0) }],
      { since: '5.16' },
    ),
  ]),
  ...table('include/linux/scatterlist.h', [
    row('sg_page', [alias(sg(0), 'page')]),
    row('sg_phys', [alias(sg(0), 'pfn')]),
    row('sg_page_iter_page', [alias(sg(0), 'page')]),
  ]),
  ...table('include/linux/bio.h, include/linux/skbuff.h', [
    row('bio_page bio_first_page_all', [alias(bio(0), 'page')]),
    row('dma_to_phys', [alias(dmaAddr(1), 'pfn')], { source: 'include/linux/dma-direct.h' }),
  ]),
];
