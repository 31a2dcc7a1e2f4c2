/** Swap slots and the swap cache (mm/swapfile.c, mm/swap_state.c, mm/page_io.c). */
import { PG } from './flags.ts';
import { folioGet, folioPut } from './page_alloc.ts';
import { SCALAR, type State } from './state.ts';

/** folio_alloc_swap: a run of slots for the folio, aligned to its size; 0 if there is none. */
export function allocSwap(s: State, nr: number): number {
  const end = s.machine.swap === 'none' ? 0 : s.machine.swapPages;
  if (s.scalar.at(SCALAR.swapFull)) return 0;
  let from = s.scalar.at(SCALAR.swapHint);
  for (let wrapped = 0; wrapped < 2; wrapped++) {
    for (let e = Math.ceil(from / nr) * nr; e + nr <= end; e += nr) {
      let i = 0;
      while (i < nr && !s.swapCount.at(e + i) && !s.swapCache.at(e + i)) i++;
      if (i === nr && e > 0) {
        s.set(s.scalar, SCALAR.swapHint, e + nr);
        return e;
      }
    }
    from = 1;
  }
  if (nr === 1) s.set(s.scalar, SCALAR.swapFull, 1);
  return 0;
}

/** add_to_swap (mm/swap_state.c): slots, swap cache (one reference per page), dirty. */
export function addToSwap(s: State, folio: number): boolean {
  const nr = s.nr(folio);
  const entry = allocSwap(s, nr);
  if (!entry) return false;
  addToSwapCache(s, folio, entry, PG.dirty);
  return true;
}

/** add_to_swap_cache (mm/swap_state.c). `more`: flags to set with PG_swapcache. */
export function addToSwapCache(s: State, folio: number, entry: number, more = 0): void {
  const nr = s.nr(folio);
  for (let i = 0; i < nr; i++) {
    s.set(s.swapCache, entry + i, folio + i);
    s.zero(s.swapShadow, entry + i);
  }
  s.set(s.priv, folio, entry);
  s.setFlag(folio, PG.swapcache | more);
  folioGet(s, folio, nr);
}

/** delete_from_swap_cache, __delete_from_swap_cache: out of the cache; `shadow` stays behind. The references are dropped by the caller's choice. */
export function deleteFromSwapCache(s: State, folio: number, shadow = 0, put = true): void {
  const nr = s.nr(folio);
  const entry = s.priv.at(folio);
  s.clearFlag(folio, PG.swapcache);
  s.set(s.priv, folio, 0);
  for (let i = 0; i < nr; i++) {
    s.set(s.swapCache, entry + i, 0);
    if (s.swapCount.at(entry + i)) s.set(s.swapShadow, entry + i, shadow);
    else freeSlot(s, entry + i);
  }
  if (put) folioPut(s, folio, nr);
}

function freeSlot(s: State, entry: number): void {
  s.zero(s.swapContent, entry);
  s.zero(s.swapShadow, entry);
  s.zero(s.swapZero, entry);
  if (s.scalar.at(SCALAR.swapFull)) s.set(s.scalar, SCALAR.swapFull, 0);
}

/** swap_duplicate: one more page-table entry (or shmem slot) refers to the slot. */
export function swapDuplicate(s: State, entry: number): void {
  s.add(s.swapCount, entry, 1);
}
/** swap_free: one fewer. */
export function swapFree(s: State, entry: number): void {
  const left = s.add(s.swapCount, entry, -1);
  if (left === 0 && !s.swapCache.at(entry)) freeSlot(s, entry);
}
/** free_swap_and_cache (mm/swapfile.c): as swap_free, and reclaims the cached page when it was its last use. */
export function freeSwapAndCache(s: State, entry: number): void {
  swapFree(s, entry);
  if (s.swapCount.at(entry) > 0) return;
  const page = s.swapCache.at(entry);
  if (!page) return;
  const folio = s.head(page);
  if (s.mapcount.at(folio) + s.entire.at(folio) + s.fmap.at(folio) > 0) return;
  folioFreeSwap(s, folio);
}
/** folio_swapped: do page tables still refer to the slots of this swap-cache folio? */
export function folioSwapped(s: State, folio: number): boolean {
  const entry = s.priv.at(folio);
  for (let i = 0; i < s.nr(folio); i++) if (s.swapCount.at(entry + i)) return true;
  return false;
}
/** folio_free_swap (mm/swapfile.c): leaves the swap cache if nobody needs the slot. */
export function folioFreeSwap(s: State, folio: number): boolean {
  if (!s.has(folio, PG.swapcache) || s.has(folio, PG.writeback) || folioSwapped(s, folio)) return false;
  s.setFlag(folio, PG.dirty);
  deleteFromSwapCache(s, folio);
  return true;
}

/** free_swap_cache (mm/swap_state.c): a page that lost its last mapping leaves the swap cache if its slot is unused. */
export function freeSwapCache(s: State, folio: number): void {
  if (s.has(folio, PG.swapcache) && s.mapcount.at(folio) + s.entire.at(folio) + s.fmap.at(folio) === 0)
    folioFreeSwap(s, folio);
}

/** is_folio_zero_filled (mm/page_io.c). */
function isFolioZeroFilled(s: State, folio: number): boolean {
  for (let i = 0; i < s.nr(folio); i++) if (!s.contents.identical(s.content.at(folio + i), 0)) return false;
  return true;
}

/** swap_writepage (mm/page_io.c): contents to the slots. False if there was nothing to write: all zeroes, which the slots remember. */
export function swapWritepage(s: State, folio: number): boolean {
  const nr = s.nr(folio);
  const entry = s.priv.at(folio);
  const zero = s.f.swapZeromap && isFolioZeroFilled(s, folio);
  for (let i = 0; i < nr; i++) {
    s.set(s.swapContent, entry + i, s.content.at(folio + i));
    s.set(s.swapZero, entry + i, zero ? 1 : 0);
  }
  if (zero) return false;
  s.count('pswpout', nr);
  if (nr >= 512) s.count('thp_swpout');
  s.count('nr_written', nr);
  if (nr > 1 && s.f.swapRwPage && s.machine.swap === 'zram') s.count('nr_written', nr);
  return true;
}

/** swap_read_folio (mm/page_io.c): contents from the slots. */
export function swapReadFolio(s: State, folio: number, entry: number): void {
  const nr = s.nr(folio);
  for (let i = 0; i < nr; i++) s.set(s.content, folio + i, s.swapContent.at(entry + i));
  s.setFlag(folio, PG.uptodate);
  if (!s.swapZero.at(entry)) s.count('pswpin', nr);
}

/** swap_cache_get_folio: the cached page of a slot, 0 if none. */
export function swapCachePage(s: State, entry: number): number {
  return s.swapCache.at(entry);
}
