/** Transparent huge pages: splitting of mappings and of folios, write-protect faults (mm/huge_memory.c). */
import { folioTrylock } from './wait.ts';
import { E, MAPPING, PG, PTE, VM } from './flags.ts';
import { allocFolio, folioGet, folioPut, type Gfp } from './page_alloc.ts';
import {
  anonExclusive,
  folioAnon,
  folioMapcount,
  folioMaybeDmaPinned,
  folioSlots,
  mapPmd,
  mapPte,
  setAnonExclusive,
  tryToUnmap,
  unmapSlot,
} from './rmap.ts';
import { clearEntry, pmdSlot, pteSlot, setEntry, slotIsPmd, slotMm, slotVpn, PMD_NR, PMD_ORDER } from './pagetable.ts';
import { folioMarkDirty } from './writeback.ts';
import { deleteFromPageCacheSlot } from './filemap.ts';
import { isFileLru, lruAddDrain, listAdd, folioAddLru } from './lru.ts';
import { findVma, vmasIn, protNone } from './vma.ts';
import { folioFreeSwap } from './swap.ts';
import { SCALAR, type State } from './state.ts';

/** The huge zero folio, made on first use (get_huge_zero_page). */
export function hugeZeroFolio(s: State): number {
  let z = s.scalar.at(SCALAR.hugeZero);
  if (!z) {
    z = allocFolio(s, PMD_ORDER, { movable: false, node: 0 });
    if (z) s.setFlag(z, PG.driver);
    s.set(s.scalar, SCALAR.hugeZero, z);
  }
  return z;
}
/** is_huge_zero_folio. */
export function isHugeZero(s: State, folio: number): boolean {
  return folio !== 0 && s.scalar.at(SCALAR.hugeZero) === folio;
}
/** is_zero_pfn: the shared zero page. */
export function isZeroPage(s: State, page: number): boolean {
  return page !== 0 && s.scalar.at(SCALAR.zeroPage) === page;
}
/** ZERO_PAGE(0): the shared zero page, reserved at boot. */
export function zeroPage(s: State): number {
  let z = s.scalar.at(SCALAR.zeroPage);
  if (!z) {
    z = allocFolio(s, 0, { movable: false, node: 0 });
    s.setFlag(z, PG.reserved | PG.driver);
    s.set(s.scalar, SCALAR.zeroPage, z);
  }
  return z;
}

/** __split_huge_pmd (mm/huge_memory.c): a PMD mapping becomes 512 PTEs (anonymous) or goes away (file; faulted again later). `freeze`: on the way to migration entries, which keep the dirty bit. */
export function splitHugePmd(s: State, pmd: number, freeze = false): void {
  const bits = s.entf.at(pmd);
  const folio = s.ent.at(pmd);
  const mm = slotMm(s, pmd);
  const vpn = slotVpn(s, pmd);
  s.count('thp_split_pmd');
  if (bits & PTE.migration) return;
  if (isHugeZero(s, folio)) {
    clearEntry(s, pmd);
    const z = zeroPage(s);
    const zero = PTE.present | PTE.special | PTE.young | (bits & PTE.protnone);
    for (let i = 0; i < PMD_NR; i++) setEntry(s, pteSlot(s, mm, vpn + i, true), z, zero);
    return;
  }
  if (!folioAnon(s, folio)) {
    if (bits & PTE.dirty) folioMarkDirty(s, folio);
    if (bits & PTE.young) s.setFlag(folio, PG.referenced);
    unmapSlot(s, pmd);
    folioPut(s, folio);
    return;
  }
  const keep = bits & (PTE.write | PTE.young | PTE.protnone | (s.f.splitPmdKeepsDirty || freeze ? PTE.dirty : 0));
  if (bits & PTE.dirty) s.setFlag(folio, PG.dirty);
  const exclusive = anonExclusive(s, folio);
  const partial = s.has(folio, PG.partially_mapped);
  folioGet(s, folio, PMD_NR - 1);
  unmapSlot(s, pmd);
  for (let i = 0; i < PMD_NR; i++) {
    mapPte(s, pteSlot(s, mm, vpn + i, true), folio + i, keep);
    if (exclusive) setAnonExclusive(s, folio + i, true);
  }
  // the kernel adds the PTE mappings before the PMD mapping goes: nothing was unmapped meanwhile
  if (!partial) s.clearFlag(folio, PG.partially_mapped);
}

/** Splits the PMD that maps `vpn`, if it is huge and of a kind that splits (split_huge_pmd_address). */
export function splitPmdAt(s: State, mm: number, vpn: number): void {
  const pmd = pmdSlot(s, mm, vpn);
  if (!pmd || !(s.entf.at(pmd) & PTE.leaf)) return;
  const folio = s.ent.at(pmd);
  if (s.has(s.head(folio), PG.hugetlb)) return;
  if ((vpn & (PMD_NR - 1)) !== 0) splitHugePmd(s, pmd);
}

/** can_split_folio (mm/huge_memory.c): no references but the mappings', the cache's and the caller's. */
export function canSplitFolio(s: State, folio: number, callerPins: number): boolean {
  const extra = folioAnon(s, folio) ? (s.has(folio, PG.swapcache) ? s.nr(folio) : 0) : s.nr(folio);
  return folioMapcount(s, folio) === s.refcount.at(folio) - extra - callerPins;
}

/**
 * split_folio (split_huge_page_to_list, mm/huge_memory.c): a large folio becomes 2^order small ones. The caller holds one reference on
 * `at` (any page of it), which keeps it. Pages that nobody maps are freed. Returns 0 or -errno.
 */
export function splitFolio(s: State, folio: number, at: number, isolated: number[] | undefined = undefined): number {
  const order = s.order.at(folio);
  const result = splitFolioInner(s, folio, at, isolated);
  if (order >= PMD_ORDER) s.count(result === 0 ? 'thp_split_page' : 'thp_split_page_failed');
  return result;
}

function splitFolioInner(s: State, folio: number, at: number, isolated: number[] | undefined): number {
  if (isHugeZero(s, folio) || !folioTrylock(s, folio)) return -E.BUSY;
  if (s.has(folio, PG.writeback)) return -E.BUSY;
  const anon = folioAnon(s, folio);
  if (!anon && s.mapping.at(folio) < MAPPING.file) return -E.BUSY;
  const nr = s.nr(folio);
  if (!canSplitFolio(s, folio, 1)) return -E.AGAIN;
  // unmap_folio: anonymous mappings are parked in migration entries, file mappings just go
  const parked: { mm: number; vpn: number; page: number; bits: number; exclusive: boolean }[] = [];
  if (anon) {
    for (const pmd of folioSlots(s, folio).filter((x) => slotIsPmd(s, x))) splitHugePmd(s, pmd, true);
    if (folioMaybeDmaPinned(s, folio)) return -E.AGAIN;
    for (const slot of folioSlots(s, folio)) {
      const page = s.ent.at(slot);
      if (s.entf.at(slot) & PTE.dirty) s.setFlag(folio, PG.dirty);
      parked.push({
        mm: slotMm(s, slot),
        vpn: slotVpn(s, slot),
        page,
        bits: s.entf.at(slot),
        exclusive: anonExclusive(s, page),
      });
      unmapSlot(s, slot);
      s.add(s.refcount, folio, -1);
    }
  } else tryToUnmap(s, folio, true);
  // __split_huge_page
  const lru = s.has(folio, PG.lru);
  const inCache = !anon || s.has(folio, PG.swapcache);
  const inherit =
    s.flags.at(folio) &
    (PG.referenced |
      PG.swapbacked |
      PG.swapcache |
      PG.mlocked |
      PG.uptodate |
      PG.active |
      PG.workingset |
      PG.unevictable |
      PG.dirty |
      PG.refs0 |
      PG.refs1);
  const gen = s.gen.at(folio);
  s.clearFlag(folio, PG.partially_mapped);
  s.set(s.order, folio, 0);
  s.set(s.fmap, folio, 0);
  s.set(s.refcount, folio, 1 + (inCache ? 1 : 0));
  const list = gen
    ? gen - 1
    : s.nodeOf(folio) * 8 +
      (s.has(folio, PG.unevictable) ? 4 : (isFileLru(s, folio) ? 2 : 0) + (s.has(folio, PG.active) ? 1 : 0));
  if (lru) s.add(s.lruSize, list, 1 - nr);
  for (let i = 1; i < nr; i++) {
    const p = folio + i;
    s.set(s.tail, p, 0);
    s.set(s.flags, p, (s.flags.at(p) & (PG.anon_exclusive | PG.hwpoison)) | PG.allocated | inherit);
    s.set(s.mapping, p, s.mapping.at(folio));
    s.set(s.index, p, s.index.at(folio) + i);
    if (inherit & PG.swapcache) s.set(s.priv, p, s.priv.at(folio) + i);
    s.set(s.refcount, p, 1 + (inCache ? 1 : 0));
    if (lru) {
      s.setFlag(p, PG.lru);
      listAdd(s, list, p, true);
      if (gen) s.set(s.gen, p, gen);
    } else if (isolated) {
      s.setFlag(p, PG.isolated);
      folioGet(s, p);
      isolated.push(p);
    }
  }
  // file pages beyond the end of the file leave the page cache
  if (!anon) {
    const file = s.mapping.at(folio) - MAPPING.file;
    for (let i = 0; i < nr; i++)
      if (s.index.at(folio + i) >= s.filePages.at(file)) deleteFromPageCacheSlot(s, folio + i);
  }
  // remap_page
  for (const e of parked) {
    const vma = findVma(s, e.mm, e.vpn);
    const slot = pteSlot(s, e.mm, e.vpn);
    if (
      s.f.splitMapsZeroPages &&
      anon &&
      !(s.vmaFlags.at(vma) & VM.LOCKED) &&
      !s.has(e.page, PG.swapcache) &&
      s.contents.identical(s.content.at(e.page), 0)
    ) {
      setEntry(s, slot, zeroPage(s), PTE.present | PTE.special | PTE.young | (e.bits & PTE.protnone));
      setAnonExclusive(s, e.page, false);
      continue;
    }
    mapPte(s, slot, e.page, e.bits & (PTE.write | PTE.dirty | PTE.young | PTE.protnone));
    folioGet(s, e.page);
    setAnonExclusive(s, e.page, e.exclusive);
  }
  // every page but the caller's loses the reference that the split gave it (free_page_and_swap_cache)
  for (let i = 0; i < nr; i++) {
    const p = folio + i;
    if (p === at) continue;
    if (s.has(p, PG.swapcache) && s.mapcount.at(p) === 0) folioFreeSwap(s, p);
    folioPut(s, p);
  }
  return 0;
}

/** do_huge_pmd_wp_page: true if the mapping could be reused; false after splitting it, so that the PTE fault goes on. */
export function doHugePmdWpPage(s: State, pmd: number, vma: number, unshare: boolean): boolean {
  const folio = s.ent.at(pmd);
  if (!isHugeZero(s, folio) && folioAnon(s, folio)) {
    if (!anonExclusive(s, folio)) {
      if (s.has(folio, PG.batched)) lruAddDrain(s);
      const swapRefs = s.has(folio, PG.swapcache) ? s.nr(folio) : 0;
      if (s.refcount.at(folio) <= 1 + swapRefs) {
        if (swapRefs) folioFreeSwap(s, folio);
        if (s.refcount.at(folio) === 1) setAnonExclusive(s, folio, true);
      }
    }
    if (anonExclusive(s, folio)) {
      if (!unshare) {
        const write = s.vmaFlags.at(vma) & VM.WRITE ? PTE.write : 0;
        s.set(s.entf, pmd, s.entf.at(pmd) | PTE.young | PTE.dirty | write);
      }
      return true;
    }
  }
  splitHugePmd(s, pmd);
  return false;
}

/** transhuge_vma_suitable: does the aligned range of 2^order pages around `vpn` lie within the VMA? */
export function orderSuitable(s: State, vma: number, vpn: number, order: number): boolean {
  const base = (vpn >>> order) << order;
  return base >= s.vmaStart.at(vma) && base + (1 << order) <= s.vmaEnd.at(vma);
}

/** thp_vma_allowable: THP is `madvise`, so only MADV_HUGEPAGE ranges get huge pages. */
export function thpAllowed(flags: number): boolean {
  return (flags & (VM.HUGEPAGE | VM.NOHUGEPAGE)) === VM.HUGEPAGE;
}

/** __do_huge_pmd_anonymous_page: a new huge page at an empty PMD. False without memory. */
export function mapNewAnonThp(s: State, mm: number, vma: number, vpn: number, gfp: Gfp): number {
  const folio = allocFolio(s, PMD_ORDER, gfp);
  if (!folio) return 0;
  const base = (vpn >>> 9) << 9;
  s.set(s.mapping, folio, MAPPING.anon);
  s.set(s.index, folio, base);
  s.setFlag(folio, PG.uptodate | PG.swapbacked);
  const flags = s.vmaFlags.at(vma);
  s.set(s.vmaFlags, vma, flags | VM.ANON_VMA);
  const write = flags & VM.WRITE ? PTE.write : 0;
  mapPmd(s, pmdSlot(s, mm, vpn, true), folio, PTE.young | protNone(flags) | PTE.dirty | write);
  setAnonExclusive(s, folio, true);
  folioAddLru(s, folio);
  s.count('thp_fault_alloc');
  return folio;
}

/** split_huge_pages (debugfs, split_huge_pages_pid): splits every large folio of a range that nobody else holds. */
export function splitHugePagesRange(s: State, mm: number, start: number, end: number): void {
  for (const vma of vmasIn(s, mm, start, end)) {
    if (s.vmaFlags.at(vma) & VM.HUGETLB) continue;
    for (let vpn = Math.max(start, s.vmaStart.at(vma)); vpn < Math.min(end, s.vmaEnd.at(vma)); vpn++) {
      const pmd = pmdSlot(s, mm, vpn);
      const leaf = pmd && s.entf.at(pmd) & PTE.leaf;
      const slot = leaf ? pmd : pteSlot(s, mm, vpn);
      if (!slot || !(s.entf.at(slot) & PTE.present) || s.entf.at(slot) & PTE.special) continue;
      const page = leaf ? s.ent.at(pmd) + (vpn & 511) : s.ent.at(slot);
      const folio = s.head(page);
      if (!s.order.at(folio) || isHugeZero(s, folio) || s.has(folio, PG.hugetlb)) continue;
      if (!canSplitFolio(s, folio, 0)) continue;
      folioGet(s, folio);
      splitFolio(s, folio, page);
      folioPut(s, s.head(page)); // its own head by now, if the split went through
    }
  }
}
