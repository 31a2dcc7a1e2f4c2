/** Kernel samepage merging: full scans over mergeable VMAs (mm/ksm.c). */
import { folioTrylock } from './wait.ts';
import { MAPPING, PG, PTE, VM } from './flags.ts';
import {
  anonExclusive,
  folioAnon,
  folioKsm,
  folioMaybeDmaPinned,
  mapPte,
  setAnonExclusive,
  unmapSlot,
} from './rmap.ts';
import { folioGet, folioPut } from './page_alloc.ts';
import { folioMarkAccessed, lruAddDrain } from './lru.ts';
import { handleMmFault } from './fault.ts';
import { isZeroPage } from './thp.ts';
import { changeBits, pteSlot, slotMm, slotVpn } from './pagetable.ts';
import { vmasIn } from './vma.ts';
import { SCALAR, type State } from './state.ts';

/** write_protect_page: read-only and clean, if every reference is accounted for (no GUP user). */
function writeProtectPage(s: State, slot: number, kept: number): boolean {
  const page = s.ent.at(slot);
  const folio = s.head(page);
  const swapped = s.has(folio, PG.swapcache) ? 1 : 0;
  if (!folioTrylock(s, folio)) return false;
  if (s.mapcount.at(page) + swapped + kept !== s.refcount.at(folio)) return false;
  if (anonExclusive(s, page) && folioMaybeDmaPinned(s, folio)) return false;
  if (s.entf.at(slot) & PTE.dirty) s.setFlag(folio, PG.dirty);
  setAnonExclusive(s, page, false);
  changeBits(s, slot, s.entf.at(slot) & ~(PTE.write | PTE.dirty));
  return true;
}

/** replace_page: the slot maps the merged page instead. */
function replacePage(s: State, slot: number, kpage: number): void {
  const old = s.head(s.ent.at(slot));
  const none = s.entf.at(slot) & PTE.protnone;
  unmapSlot(s, slot);
  folioGet(s, kpage);
  mapPte(s, slot, kpage, PTE.young | none);
  folioPut(s, old);
}

/** ksmd's ksm_do_scan, `scans` full scans: the first only computes checksums. */
export function ksmScan(s: State, scans = 4): void {
  for (let scan = 0; scan < scans; scan++) {
    lruAddDrain(s);
    if (scan === 0) continue;
    const unstable: { mm: number; vpn: number; page: number }[] = [];
    for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++) {
      const mm = s.procMm.at(p);
      if (mm)
        for (const vma of vmasIn(s, mm, 0, 2 ** 31 - 1))
          if (s.vmaFlags.at(vma) & VM.MERGEABLE) scanVma(s, mm, vma, unstable);
    }
  }
}

function scanVma(s: State, mm: number, vma: number, unstable: { mm: number; vpn: number; page: number }[]): void {
  for (let vpn = s.vmaStart.at(vma); vpn < s.vmaEnd.at(vma); vpn++) {
    const slot = pteSlot(s, mm, vpn);
    if (!slot || !(s.entf.at(slot) & PTE.present) || s.entf.at(slot) & PTE.special) continue;
    const page = s.ent.at(slot);
    const folio = s.head(page);
    if (!folioAnon(s, folio) || folioKsm(s, folio) || s.order.at(folio) || isZeroPage(s, page)) continue;
    cmpAndMerge(s, slot, page, unstable);
  }
}

/** cmp_and_merge_page. */
function cmpAndMerge(
  s: State,
  slot: number,
  page: number,
  unstable: { mm: number; vpn: number; page: number }[],
): void {
  const stable = findStable(s, s.content.at(page));
  if (stable) {
    if (writeProtectPage(s, slot, 0)) {
      folioMarkAccessed(s, stable);
      replacePage(s, slot, stable);
    }
    return;
  }
  const twin = unstable.find((u) => {
    const sl = pteSlot(s, u.mm, u.vpn);
    return (
      sl &&
      s.entf.at(sl) & PTE.present &&
      s.ent.at(sl) === u.page &&
      u.page !== page &&
      s.contents.identical(s.content.at(u.page), s.content.at(page))
    );
  });
  const at = { mm: slotMm(s, slot), vpn: slotVpn(s, slot), page };
  if (!twin) {
    unstable.push(at);
    return;
  }
  // try_to_merge_two_pages: this page becomes the KSM page, then its twin joins
  if (!writeProtectPage(s, slot, 0)) return;
  s.set(s.mapping, page, MAPPING.ksm);
  folioMarkAccessed(s, page);
  s.setFlag(page, PG.dirty);
  const twinSlot = pteSlot(s, twin.mm, twin.vpn);
  if (writeProtectPage(s, twinSlot, 0)) {
    replacePage(s, twinSlot, page);
    unstable.splice(unstable.indexOf(twin), 1);
  } else handleMmFault(s, at.mm, at.vpn, !s.f.ksmBreaksByUnshare, s.f.ksmBreaksByUnshare);
}

/** stable_tree_search. */
function findStable(s: State, content: number): number {
  for (let z = 0; z < s.machine.zones.length; z++) {
    const r = s.machine.zones[z]!;
    for (let pfn = r.start; pfn < s.zoneLow.at(z); pfn++) {
      if (
        s.mapping.at(pfn) === MAPPING.ksm &&
        s.has(pfn, PG.allocated) &&
        s.contents.identical(s.content.at(pfn), content)
      )
        return pfn;
    }
  }
  return 0;
}

/** MADV_UNMERGEABLE: every merged page of the range becomes private again (unmerge_ksm_pages, break_ksm). */
export function unmergeKsm(s: State, mm: number, start: number, end: number): void {
  for (let vpn = start; vpn < end; vpn++) {
    const slot = pteSlot(s, mm, vpn);
    if (
      slot &&
      s.entf.at(slot) & PTE.present &&
      !(s.entf.at(slot) & PTE.special) &&
      folioKsm(s, s.head(s.ent.at(slot)))
    )
      handleMmFault(s, mm, vpn, !s.f.ksmBreaksByUnshare, s.f.ksmBreaksByUnshare);
  }
}
