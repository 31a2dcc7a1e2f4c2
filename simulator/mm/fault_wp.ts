/** Writes to read-only pages, and unsharing (do_wp_page; mm/memory.c). */
import { protNone } from './vma.ts';
import { folioTrylock } from './wait.ts';
import { daxMap } from './dax.ts';
import { addNewAnon, maybeWrite, type FaultCtx, type FaultResult } from './fault.ts';
import { pageMkwrite } from './fault_file.ts';
import { PG, PTE, VM } from './flags.ts';
import { allocFolio, folioPut } from './page_alloc.ts';
import { clearEntry } from './pagetable.ts';
import { anonExclusive, drainIfBatched, folioAnon, folioKsm, mapPte, setAnonExclusive, unmapSlot } from './rmap.ts';
import { type State } from './state.ts';
import { folioFreeSwap, folioSwapped, freeSwapCache } from './swap.ts';
import { isZeroPage } from './thp.ts';
import { folioMarkDirty } from './writeback.ts';

/** do_wp_page: a write to (or unsharing of) a read-only page. */
export function doWpPage(s: State, c: FaultCtx, slot: number): FaultResult {
  const bits = s.entf.at(slot);
  const page = s.ent.at(slot);
  const special = (bits & PTE.special) !== 0;
  if (s.vmaFlags.at(c.vma) & VM.SHARED) {
    if (special) {
      if (isZeroPage(s, page)) {
        // DAX hole: the zero page gives way to storage
        clearEntry(s, slot);
        return daxMap(s, c, true);
      }
      s.set(s.entf, slot, bits | PTE.write | PTE.dirty | PTE.young);
      return 'ok';
    }
    const folio = s.head(page);
    const file = s.vmaFile.at(c.vma);
    pageMkwrite(s, file, folio);
    s.set(s.entf, slot, bits | maybeWrite(s, c.vma) | PTE.dirty | PTE.young);
    folioMarkDirty(s, folio);
    return 'ok';
  }
  if (!special && folioAnon(s, s.head(page)) && (anonExclusive(s, page) || wpCanReuseAnonFolio(s, s.head(page)))) {
    if (!anonExclusive(s, page)) setAnonExclusive(s, page, true);
    if (!c.unshare) s.set(s.entf, slot, s.entf.at(slot) | PTE.young | PTE.dirty | maybeWrite(s, c.vma));
    return 'ok';
  }
  return wpPageCopy(s, c, slot);
}

/** wp_can_reuse_anon_folio: is the mapping the only reference? */
function wpCanReuseAnonFolio(s: State, folio: number): boolean {
  if (s.order.at(folio) > 0) return false;
  // reuse_swap_page, before 5.19: what nobody else maps is reused, whoever else holds it
  if (!s.f.anonExclusive && !folioKsm(s, folio) && folioTrylock(s, folio)) {
    if (s.mapcount.at(folio) !== 1 || (s.has(folio, PG.swapcache) && folioSwapped(s, folio))) return false;
    if (s.has(folio, PG.swapcache)) folioFreeSwap(s, folio);
    return true;
  }
  if (folioKsm(s, folio) || s.refcount.at(folio) > 3 || !folioTrylock(s, folio)) return false;
  drainIfBatched(s, folio);
  if (s.refcount.at(folio) > 1 + (s.has(folio, PG.swapcache) ? 1 : 0)) return false;
  if (s.has(folio, PG.swapcache)) folioFreeSwap(s, folio);
  return s.refcount.at(folio) === 1;
}

/** wp_page_copy: a copy in place of the shared page. */
function wpPageCopy(s: State, c: FaultCtx, slot: number): FaultResult {
  const bits = s.entf.at(slot);
  const old = s.ent.at(slot);
  const folio = allocFolio(s, 0, c.gfp);
  if (!folio) return 'OOM';
  if (s.ent.at(slot) !== old || s.entf.at(slot) !== bits) {
    // the allocation reclaimed the page that was to be copied: the fault is tried again
    folioPut(s, folio);
    return 'ok';
  }
  s.set(s.content, folio, isZeroPage(s, old) ? 0 : s.content.at(old));
  if (bits & PTE.special) clearEntry(s, slot);
  else {
    const head = s.head(old);
    unmapSlot(s, slot);
    freeSwapCache(s, head);
    folioPut(s, head);
  }
  mapPte(s, slot, folio, PTE.young | protNone(c.flags) | (c.unshare ? 0 : PTE.dirty | maybeWrite(s, c.vma)));
  addNewAnon(s, c, folio);
  return 'ok';
}
