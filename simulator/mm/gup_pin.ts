/** References and pins of one folio: how they are counted, taken and dropped; when a pin needs a page of its own (mm/gup.c, include/linux/mm.h). */
import { BIAS, E, FOLL, PG } from './flags.ts';
import { lruAdd, lruAddDrain, lruDelete } from './lru.ts';
import { folioGet, folioPut } from './page_alloc.ts';
import { anonExclusive, folioAnon, folioHasPincount } from './rmap.ts';
import { type State } from './state.ts';
import { isZeroPage } from './thp.ts';
import { isCowMapping } from './vma.ts';

/** Does FOLL_PIN count on this folio in the era's way? */
function pinCounts(s: State): boolean {
  return s.f.follPin && s.f.tracking !== 'none';
}

/** What one pin adds to the refcount of a folio: 1024 where the refcount is all there is, 1 where pins are counted or marked elsewhere. */
export function pinWeight(s: State, page: number): number {
  if (!pinCounts(s)) return 1;
  return isZeroPage(s, page) ? 0 : countedWeight(s, s.head(page));
}
function countedWeight(s: State, folio: number): number {
  return s.f.tracking !== 'bias' || folioHasPincount(s, folio) ? 1 : BIAS;
}

/** A pin in the ways not taken: a page bit (one put of two clears it), or off the LRU for as long as pins are counted. */
function trackPin(s: State, folio: number, refs: number): void {
  s.setFlag(folio, PG.pinned);
  if (s.f.tracking !== 'off-lru') return;
  s.add(s.pincount, folio, refs);
  lruAddDrain(s);
  if (s.has(folio, PG.lru)) {
    lruDelete(s, folio);
    s.clearFlag(folio, PG.lru);
  }
}

function untrackPin(s: State, folio: number, refs: number): void {
  if (s.f.tracking === 'page-bit') {
    s.clearFlag(folio, PG.pinned);
    return;
  }
  if (s.add(s.pincount, folio, -refs) > 0) return;
  s.clearFlag(folio, PG.pinned);
  if (!s.has(folio, PG.lru | PG.hugetlb | PG.driver)) {
    s.setFlag(folio, PG.lru);
    lruAdd(s, folio);
  }
}

/** folio_is_longterm_pinnable: not in ZONE_MOVABLE or CMA (the zero page may always be pinned). */
export function folioIsLongtermPinnable(s: State, folio: number): boolean {
  if (isZeroPage(s, folio)) return true;
  const zone = s.machine.zones[s.zoneOf(folio)]?.zone;
  return zone !== 'Movable' && zone !== 'CMA';
}

/** try_grab_folio (slow) and the counting half of try_grab_folio_fast: `refs` references or pins. 0 or -errno. */
export function tryGrabFolio(s: State, folio: number, refs: number, flags: number): number {
  if (s.refcount.at(folio) <= 0) {
    s.warnOnce('mm/gup.c', s.f.isValidGupArgs ? 'try_grab_folio' : 'try_grab_page', 'try_grab_folio');
    return -E.NOMEM;
  }
  if (flags & FOLL.PIN && pinCounts(s)) {
    if (isZeroPage(s, folio)) return 0;
    const weight = countedWeight(s, folio);
    if (s.f.tracking !== 'bias') trackPin(s, folio, refs);
    else if (weight === 1) s.add(s.pincount, folio, refs);
    folioGet(s, folio, refs * weight);
    s.count('nr_foll_pin_acquired', refs);
  } else if (flags & (FOLL.GET | FOLL.PIN)) folioGet(s, folio, refs);
  return 0;
}

/** gup_put_folio: releases `refs` references or pins. */
export function gupPutFolio(s: State, folio: number, refs: number, flags: number): void {
  if (flags & FOLL.PIN && pinCounts(s)) {
    if (isZeroPage(s, folio)) return;
    s.count('nr_foll_pin_released', refs);
    const weight = countedWeight(s, folio);
    if (s.f.tracking !== 'bias') untrackPin(s, folio, refs);
    else if (weight === 1) s.add(s.pincount, folio, -refs);
    folioPut(s, folio, refs * weight);
    return;
  }
  folioPut(s, folio, refs);
}

/** gup_must_unshare: does a read-only pin need a page of its own first? `vma` 0: not known (GUP-fast). */
export function gupMustUnshare(s: State, vma: number, flags: number, page: number): boolean {
  if ((flags & (FOLL.WRITE | FOLL.PIN)) !== FOLL.PIN || !pinCounts(s) || !s.f.anonExclusive) return false;
  const folio = s.head(page);
  if (!folioAnon(s, folio)) {
    if (!(flags & FOLL.LONGTERM) || !s.f.longtermUnsharesNonAnon) return false;
    if (!vma) return true;
    return isCowMapping(s.vmaFlags.at(vma));
  }
  return !anonExclusive(s, page);
}
