/** Pins of folios, without addresses (memfd_pin_folios, folio_add_pin, unpin_folio; mm/gup.c). */
import { E, FOLL } from './flags.ts';
import { FS } from './filemap.ts';
import { GFP_PIN } from './page_alloc.ts';
import { folioIsLongtermPinnable, gupPutFolio, tryGrabFolio } from './gup_pin.ts';
import { folioIsolateLru, lruAddDrain } from './lru.ts';
import { migrateFolios } from './migrate.ts';
import { shmemGetPage } from './shmem.ts';
import type { State } from './state.ts';

/**
 * memfd_pin_folios (since 6.11): pins the folios behind pages [first, first + nr) of a tmpfs file for long; new ones come from memory that may be
 * pinned for long, others are moved there first. Folios pinned, or -errno.
 */
export function memfdPinFolios(s: State, file: number, first: number, nr: number, out: number[]): number {
  if (s.fileFs.at(file) !== FS.tmpfs || first + nr > s.filePages.at(file)) return -E.INVAL;
  for (let tries = 0; tries < 16; tries++) {
    let last = 0;
    for (let i = 0; i < nr; i++) {
      const page = shmemGetPage(s, file, first + i, { gfp: GFP_PIN });
      if (!page) {
        unpin(s, out);
        return -E.NOMEM;
      }
      const folio = s.head(page);
      if (folio === last) continue;
      last = folio;
      if (tryGrabFolio(s, folio, 1, FOLL.PIN | FOLL.LONGTERM) < 0) {
        unpin(s, out);
        return -E.INVAL;
      }
      out.push(folio);
    }
    // check_and_migrate_movable_folios
    const movable = out.filter((f) => !folioIsLongtermPinnable(s, f));
    if (!movable.length) return out.length;
    unpin(s, out);
    lruAddDrain(s);
    const list = movable.filter((f) => folioIsolateLru(s, f));
    if (!list.length || migrateFolios(s, list, { gfp: GFP_PIN, reason: 'longterm_pin' }).failed) return -E.NOMEM;
  }
  return -E.NOMEM;
}

/** unpin_folios. */
function unpin(s: State, folios: number[]): void {
  for (const f of folios) gupPutFolio(s, f, 1, FOLL.PIN);
  folios.length = 0;
}

/** folio_add_pin (since 6.5): one more pin of a folio that its caller holds pinned. */
export function folioAddPin(s: State, folio: number): void {
  tryGrabFolio(s, folio, 1, FOLL.PIN);
}
