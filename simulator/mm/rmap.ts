/** Counts of mappings and walks over them (mm/rmap.c). */
import { BIAS, MAPPING, PG, PTE, VM } from './flags.ts';
import { folioMarkDirty } from './writeback.ts';
import { folioGet, folioPut } from './page_alloc.ts';
import { lruAddDrain, mlockFolio, munlockFolio } from './lru.ts';
import { changeBits, rmapLink, rmapSlots, rmapUnlink, setEntry, slotIsPmd, slotMm, slotVpn } from './pagetable.ts';
import { invalidate } from './mmu_notifier.ts';
import { splitHugePmd } from './thp.ts';
import { swapDuplicate, swapFree } from './swap.ts';
import { findVma, vmaHasRecency } from './vma.ts';
import type { State } from './state.ts';

/** PageAnon of the folio (KSM pages are anonymous too). */
export function folioAnon(s: State, folio: number): boolean {
  const m = s.mapping.at(folio);
  return m === MAPPING.anon || m === MAPPING.ksm;
}
/** folio_test_ksm. */
export function folioKsm(s: State, folio: number): boolean {
  return s.mapping.at(folio) === MAPPING.ksm;
}
/** folio_mapcount. */
export function folioMapcount(s: State, folio: number): number {
  return s.order.at(folio) !== 0 ? s.fmap.at(folio) : s.mapcount.at(folio);
}
/** page_mapcount: mappings of this one page, PMD mappings included. */
export function pageMapcount(s: State, page: number): number {
  const head = s.head(page);
  return s.mapcount.at(page) + Math.max(0, s.entire.at(head));
}
/** folio_has_pincount: an exact count, kept by folios of order > 1. */
export function folioHasPincount(s: State, folio: number): boolean {
  const order = s.order.at(folio);
  return order > 1 || (order === 1 && !s.f.isValidGupArgs) || s.has(folio, PG.bad_large);
}
/** folio_maybe_dma_pinned (include/linux/mm.h): exact for large folios, `refcount ≥ 1024` (as unsigned) for small ones. */
export function folioMaybeDmaPinned(s: State, folio: number): boolean {
  if (!s.f.follPin) return false;
  if (s.f.tracking !== 'bias') return s.has(folio, PG.pinned);
  if (folioHasPincount(s, folio)) return s.pincount.at(folio) > 0;
  return s.refcount.at(folio) >>> 0 >= BIAS;
}
/** PageAnonExclusive: of hugetlb folios on the head page. */
export function anonExclusive(s: State, page: number): boolean {
  const head = s.head(page);
  return s.has(s.has(head, PG.hugetlb) ? head : page, PG.anon_exclusive);
}
/** SetPageAnonExclusive / ClearPageAnonExclusive. */
export function setAnonExclusive(s: State, page: number, on: boolean): void {
  const head = s.head(page);
  const p = s.has(head, PG.hugetlb) ? head : page;
  if (on) s.setFlag(p, PG.anon_exclusive);
  else s.clearFlag(p, PG.anon_exclusive);
}

/** Maps a page by a PTE: entry, reverse map and counts (folio_add_*_rmap_pte, set_pte_at). The reference is the caller's. */
export function mapPte(s: State, slot: number, page: number, bits: number): void {
  setEntry(s, slot, page, bits | PTE.present);
  rmapLink(s, page, slot);
  s.add(s.mapcount, page, 1);
  const head = s.head(page);
  if (s.order.at(head)) s.add(s.fmap, head, 1);
}
/** Maps a whole folio by a PMD (folio_add_*_rmap_pmd, set_pmd_at). */
export function mapPmd(s: State, slot: number, folio: number, bits: number): void {
  setEntry(s, slot, folio, bits | PTE.present | PTE.leaf);
  rmapLink(s, folio, slot);
  s.add(s.entire, folio, 1);
  s.add(s.fmap, folio, 1);
}
/** folio_remove_rmap_pte / _pmd: takes one mapping away (the entry becomes `value` and `left`, empty by default; the reference is the caller's to drop). */
export function unmapSlot(
  s: State,
  slot: number,
  value = 0,
  left = 0,
  vma = findVma(s, slotMm(s, slot), slotVpn(s, slot)),
): void {
  invalidate(s, slot);
  const page = s.ent.at(slot);
  const head = s.head(page);
  rmapUnlink(s, page, slot);
  if (slotIsPmd(s, slot)) s.add(s.entire, head, -1);
  else s.add(s.mapcount, page, -1);
  if (s.order.at(head)) {
    const mapped = s.add(s.fmap, head, -1);
    if (mapped > 0 && s.entire.at(head) === 0 && folioAnon(s, head)) deferSplit(s, head, page, slot);
  }
  setEntry(s, slot, value, left);
  // munlock_vma_folio: large folios only when they were mapped by the PMD
  if (
    vma &&
    (s.vmaFlags.at(vma) & (VM.LOCKED | VM.PFNMAP | VM.IO | VM.HUGETLB)) === VM.LOCKED &&
    (s.order.at(head) === 0 || s.has(head, PG.mlocked))
  )
    munlockFolio(s, head);
}

/**
 * The end of __folio_remove_rmap and deferred_split_folio: the folio is partially mapped from here, if this was the last mapping of some of its
 * pages and others are mapped still. Swap-cache folios are not queued.
 */
function deferSplit(s: State, folio: number, page: number, slot: number): void {
  if (s.has(folio, PG.partially_mapped | PG.swapcache | PG.hugetlb)) return;
  let lost = s.mapcount.at(page) === 0;
  if (slotIsPmd(s, slot)) {
    lost = false;
    for (let i = 0; i < s.nr(folio) && !lost; i++) lost = s.mapcount.at(folio + i) === 0;
  }
  if (lost) s.setFlag(folio, PG.partially_mapped);
}

/** All mappings of a folio, PMD entries first. */
export function folioSlots(s: State, folio: number): number[] {
  const n = s.nr(folio);
  if (n === 1) return rmapSlots(s, folio);
  const out: number[] = [];
  for (let i = 0; i < n; i++) if (s.rmap.at(folio + i)) out.push(...rmapSlots(s, folio + i));
  return out;
}

/** What folio_referenced found. */
export interface Referenced {
  /** PTEs (or PMDs) whose accessed bit was set; it is cleared. */
  ptes: number;
  locked: boolean;
}

/** folio_referenced (mm/rmap.c): VMAs that used the folio since last asked; clears their accessed bits. */
export function folioReferenced(s: State, folio: number): Referenced {
  const vmas = new Set<number>();
  let lockedPtes = 0;
  for (const slot of folioSlots(s, folio)) {
    const vma = findVma(s, slotMm(s, slot), slotVpn(s, slot));
    // invalid_folio_referenced_vma
    if (s.f.randReadHasNoRecency && !vmaHasRecency(s, vma)) continue;
    if (s.vmaFlags.at(vma) & VM.LOCKED) {
      if (s.order.at(folio) === 0 || slotIsPmd(s, slot)) {
        if (!s.has(folio, PG.mlocked)) mlockFolio(s, folio);
        return { ptes: vmas.size, locked: true };
      }
      if (s.f.referencedSkipsLockedPtes) {
        lockedPtes++;
        continue;
      }
    }
    const bits = s.entf.at(slot);
    if (bits & PTE.young) {
      // ptep_clear_flush_young does not flush on x86: the TLB keeps the translation
      if (slotIsPmd(s, slot))
        changeBits(s, slot, bits & ~PTE.young); // pmdp_clear_flush_young does flush
      else s.set(s.entf, slot, bits & ~PTE.young);
      if (vmaHasRecency(s, vma) || slotIsPmd(s, slot)) vmas.add(vma);
    }
  }
  if (lockedPtes === s.nr(folio) && lockedPtes > 1) {
    if (!s.has(folio, PG.mlocked)) mlockFolio(s, folio);
    return { ptes: vmas.size, locked: true };
  }
  return { ptes: vmas.size, locked: false };
}

/** folio_try_share_anon_rmap_pte: an exclusive page can become shared unless it may be pinned. */
export function tryShareAnonRmap(s: State, page: number): boolean {
  if (s.f.reclaimKeepsPinned && folioMaybeDmaPinned(s, s.head(page))) return false;
  setAnonExclusive(s, page, false);
  return true;
}

/** try_to_unmap (mm/rmap.c): every mapping becomes a swap entry (anon) or none (file); what may not be unmapped stays. */
export function tryToUnmap(s: State, folio: number, ignoreMlock = false): void {
  while (s.order.at(folio) > 0) {
    const pmd = folioSlots(s, folio).find((x) => slotIsPmd(s, x));
    if (!pmd || s.has(folio, PG.hugetlb)) break;
    const vma = findVma(s, slotMm(s, pmd), slotVpn(s, pmd));
    if (!ignoreMlock && s.vmaFlags.at(vma) & VM.LOCKED) return;
    splitHugePmd(s, pmd);
    if (!folioAnon(s, folio)) continue;
  }
  if (s.order.at(folio) === 0) {
    let slot = s.rmap.at(folio);
    while (slot) {
      const next = s.entNext.at(slot);
      if (!tryToUnmapOne(s, folio, slot, ignoreMlock)) return;
      slot = next;
    }
    return;
  }
  for (const slot of folioSlots(s, folio)) if (!tryToUnmapOne(s, folio, slot, ignoreMlock)) return;
}

/** try_to_unmap_one (mm/rmap.c), for one present entry. False: the walk is aborted, the entry is back in place. */
function tryToUnmapOne(s: State, folio: number, slot: number, ignoreMlock: boolean): boolean {
  const vma = findVma(s, slotMm(s, slot), slotVpn(s, slot));
  if (!ignoreMlock && s.vmaFlags.at(vma) & VM.LOCKED) {
    if (s.order.at(folio) === 0 && !s.has(folio, PG.mlocked)) mlockFolio(s, folio);
    return false;
  }
  const bits = s.entf.at(slot);
  const page = s.ent.at(slot);
  if (bits & PTE.dirty) folioMarkDirty(s, folio);
  if (folioAnon(s, folio)) {
    const exclusive = anonExclusive(s, page);
    if (!s.has(folio, PG.swapbacked)) {
      if (s.refcount.at(folio) === 1 + folioMapcount(s, folio) && !s.has(folio, PG.dirty)) {
        unmapSlot(s, slot, 0, 0, vma);
        folioPut(s, folio);
        return true;
      }
      s.setFlag(folio, PG.swapbacked);
      return false;
    }
    if (!s.has(folio, PG.swapcache)) return false;
    const entry = s.priv.at(folio) + (page - folio);
    swapDuplicate(s, entry);
    if (exclusive && !tryShareAnonRmap(s, page)) {
      swapFree(s, entry);
      return false;
    }
    unmapSlot(s, slot, entry, PTE.swap | (exclusive ? PTE.exclusive : 0), vma);
  } else unmapSlot(s, slot, 0, 0, vma);
  folioPut(s, folio);
  return true;
}

/** folio_mkclean (mm/rmap.c): write-protects and cleans every mapping of a file folio; how many were dirty or writable. */
export function folioMkclean(s: State, folio: number): number {
  let cleaned = 0;
  for (const slot of folioSlots(s, folio)) {
    const vma = findVma(s, slotMm(s, slot), slotVpn(s, slot));
    if (!(s.vmaFlags.at(vma) & VM.SHARED)) continue;
    const bits = s.entf.at(slot);
    if (bits & (PTE.dirty | PTE.write)) {
      changeBits(s, slot, bits & ~(PTE.dirty | PTE.write));
      cleaned++;
    }
  }
  return cleaned;
}

/** Drains the LRU batch if the folio waits in it: its reference would hide the only user. */
export function drainIfBatched(s: State, folio: number): void {
  if (s.has(folio, PG.batched)) lruAddDrain(s);
}

/** Takes `n` references for new mappings of a folio. */
export function refMappings(s: State, folio: number, n: number): void {
  folioGet(s, folio, n);
}
