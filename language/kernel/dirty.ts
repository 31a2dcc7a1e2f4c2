/** Marking pages dirty, and the page lock. Follows mm/page-writeback.c, include/linux/pagemap.h, block/bio.c. */
import { bio, folio, page, row, table } from './build.ts';
import type { CallFact, Effect, PagesArg } from './types.ts';

const dirty = (pages: PagesArg, lock: 'takes' | 'needs' | 'none'): Effect => ({ kind: 'dirty', pages, lock });
const sleeps: Effect = { kind: 'sleeps' };

/** Calls that dirty pages, look at the dirty bit, or take the page lock. A trylock counts as taken. */
export const dirtying: readonly CallFact[] = [
  ...table('mm/page-writeback.c, include/linux/mm.h', [
    row('set_page_dirty', [dirty(page(0), 'needs')], {
      prototype: 'bool set_page_dirty(struct page *page);',
      doc: 'Marks a page dirty; needs the page lock, else it races with truncation.',
    }),
    row('set_page_dirty_lock', [dirty(page(0), 'takes'), sleeps], {
      prototype: 'int set_page_dirty_lock(struct page *page);',
      doc: 'Marks a page dirty under its lock. May sleep.',
    }),
    row('folio_mark_dirty filemap_dirty_folio', [dirty(folio(0), 'needs')], { since: '5.16' }),
    row('folio_mark_dirty_lock', [dirty(folio(0), 'takes'), sleeps], { since: '6.13' }),
    row('__set_page_dirty_nobuffers __set_page_dirty_no_writeback', [dirty(page(0), 'needs')]),
  ]),
  ...table('include/linux/page-flags.h', [
    row('SetPageDirty', [dirty(page(0), 'none')], {
      doc: 'Sets the flag alone: no accounting, no file system told. Not for user pages.',
    }),
    row('folio_set_dirty', [dirty(folio(0), 'none')], { since: '5.16' }),
    row(
      `
      PageDirty PageReserved PageLocked PageUptodate PageAnon PageCompound PageHead PageTail PageHighMem PageLRU
    `,
      [{ kind: 'struct-only', pages: page(0) }],
    ),
    row(
      `
      folio_test_dirty folio_test_locked folio_test_large folio_test_anon folio_test_uptodate folio_test_hugetlb
    `,
      [{ kind: 'struct-only', pages: folio(0) }],
      { since: '5.16' },
    ),
  ]),
  ...table('include/linux/pagemap.h', [
    row('lock_page', [{ kind: 'page-lock', pages: page(0) }, sleeps]),
    row('lock_page_killable', [{ kind: 'page-lock', pages: page(0) }, sleeps], {
      until: '6.12',
      replacedBy: 'folio_lock_killable',
    }),
    row('trylock_page', [{ kind: 'page-lock', pages: page(0) }]),
    row('unlock_page', [{ kind: 'page-unlock', pages: page(0) }]),
    row('folio_lock folio_lock_killable', [{ kind: 'page-lock', pages: folio(0) }, sleeps], { since: '5.16' }),
    row('folio_trylock', [{ kind: 'page-lock', pages: folio(0) }], { since: '5.16' }),
    row('folio_unlock', [{ kind: 'page-unlock', pages: folio(0) }], { since: '5.16' }),
  ]),
  ...table('block/bio.c', [row('bio_set_pages_dirty', [dirty(bio(0), 'takes'), sleeps])]),
];
