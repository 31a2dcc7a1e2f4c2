/** Further references on pages already held, and reading of counts. Follows include/linux/mm.h, page_ref.h, mm/gup.c. */
import { folio, page, row, table } from './build.ts';
import type { CallFact, Effect, PagesArg } from './types.ts';

const ref = (of: 'pin' | 'get', pages: PagesArg): Effect => ({ kind: 'ref', of, pages });
const counts = (pages: PagesArg): Effect => ({ kind: 'reads-count', pages });

/** Calls that take one more reference, or look at how many there are. */
export const refs: readonly CallFact[] = [
  ...table('include/linux/mm.h, include/linux/page_ref.h', [
    row('get_page', [ref('get', page(0))], { doc: 'One more plain reference; put_page() gives it back.' }),
    row('try_get_page get_page_unless_zero page_ref_inc', [ref('get', page(0))]),
    row('page_cache_get', [ref('get', page(0))], { until: '4.6', replacedBy: 'get_page' }),
    row('page_ref_add', [ref('get', page(0, 1))]),
    row('folio_get folio_try_get folio_ref_inc', [ref('get', folio(0))], { since: '5.16' }),
    row('folio_ref_add', [ref('get', folio(0, 1))], { since: '5.16' }),
    row('folio_add_pin', [ref('pin', folio(0))], {
      since: '6.5',
      source: 'mm/gup.c',
      prototype: 'void folio_add_pin(struct folio *folio);',
      doc: 'One more pin on a folio that is pinned already; unpin_user_page() gives it back.',
    }),
    row('folio_remove_rmap_pte folio_remove_rmap_ptes folio_remove_rmap_pmd', [ref('get', folio(0))], {
      since: '6.8',
      source: 'mm/rmap.c',
      doc: 'Takes a mapping away: its reference is the caller’s from then on, who gives it back with folio_put().',
    }),
    row('page_remove_rmap', [ref('get', page(0))], {
      until: '6.8',
      replacedBy: 'folio_remove_rmap_pte',
      source: 'mm/rmap.c',
    }),
    row('page_count page_ref_count page_mapped', [counts(page(0))]),
    row('page_mapcount total_mapcount', [counts(page(0))], { until: '6.12', replacedBy: 'folio_mapcount' }),
    row('folio_ref_count folio_mapcount folio_mapped folio_expected_ref_count', [counts(folio(0))], { since: '5.16' }),
    row('page_ref_freeze page_ref_unfreeze page_ref_add_unless page_ref_inc_return page_ref_dec_return', [
      counts(page(0)),
    ]),
  ]),
];
