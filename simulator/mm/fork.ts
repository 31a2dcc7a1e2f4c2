/** fork and exit of a process's memory (mm/memory.c copy_page_range, mm/huge_memory.c copy_huge_pmd, mm/hugetlb.c). */
import { MAPPING, PG, PTE, VM } from './flags.ts';
import { GFP_USER, allocFolio, folioGet, folioPut } from './page_alloc.ts';
import { addNewAnon } from './fault.ts';
import { allocHugetlb } from './hugetlb.ts';
import { anonExclusive, folioAnon, folioMaybeDmaPinned, mapPmd, mapPte, setAnonExclusive } from './rmap.ts';
import { changeBits, pmdSlot, pteSlot, setEntry, PMD_NR } from './pagetable.ts';
import { lruAddDrain } from './lru.ts';
import { isHugeZero, splitHugePmd } from './thp.ts';
import { swapDuplicate } from './swap.ts';
import { mapBase, nameMap, newVma, vmasIn, protNone } from './vma.ts';
import { fileIsMapped, freePgtables, walkRange, zapRange } from './zap.ts';
import { removeVma } from './vma.ts';
import { FS } from './filemap.ts';
import { truncateInodePages } from './truncate.ts';
import { isCowMapping } from './vma.ts';
import { SCALAR, type State } from './state.ts';

/** vma_needs_copy: VMAs without private pages are faulted in again instead of copied. */
function vmaNeedsCopy(s: State, vma: number): boolean {
  return (s.vmaFlags.at(vma) & (VM.PFNMAP | VM.MIXEDMAP | VM.ANON_VMA)) !== 0;
}

/** folio_needs_cow_for_dma: the parent has pinned something once, and this folio looks pinned. */
function needsCowForDma(s: State, mm: number, folio: number): boolean {
  return s.f.forkCopiesPinned && s.mmPinned.at(mm) !== 0 && folioMaybeDmaPinned(s, folio);
}

/** folio_try_dup_anon_rmap: may the page be shared with the child? Clears exclusivity if so. */
function tryDupAnonRmap(s: State, mm: number, page: number): boolean {
  if (!anonExclusive(s, page)) return true;
  if (needsCowForDma(s, mm, s.head(page))) return false;
  setAnonExclusive(s, page, false);
  return true;
}

/** dup_mmap / copy_page_range: the child's memory. */
export function dupMmap(s: State, src: number, dst: number): void {
  s.set(s.mmNext, dst, s.mmNext.at(src));
  for (let m = 1, n = s.scalar.at(SCALAR.nextMap); m < n; m++) {
    if (s.mapMm.at(m) !== src) continue;
    const name = s.names.text(s.mapName.at(m));
    if (mapBase(s, src, name) === s.mapBase.at(m)) nameMap(s, dst, name, s.mapBase.at(m));
  }
  for (const vma of vmasIn(s, src, 0, 2 ** 31 - 1)) {
    const flags = s.vmaFlags.at(vma);
    if (flags & VM.DONTCOPY) continue;
    const child = newVma(s, dst, {
      start: s.vmaStart.at(vma),
      end: s.vmaEnd.at(vma),
      flags: flags & ~(VM.LOCKED | VM.LOCKONFAULT),
      file: s.vmaFile.at(vma),
      pgoff: s.vmaPgoff.at(vma),
      kind: s.vmaKind.at(vma),
    });
    if (!vmaNeedsCopy(s, vma) || flags & VM.WIPEONFORK) continue;
    walkRange(
      s,
      src,
      s.vmaStart.at(vma),
      s.vmaEnd.at(vma),
      (slot, vpn) => copyPte(s, src, dst, vma, child, slot, vpn),
      (slot, vpn) => copyPmd(s, src, dst, vma, slot, vpn),
    );
  }
}

/** copy_present_pte / copy_nonpresent_pte. */
function copyPte(s: State, src: number, dst: number, vma: number, child: number, slot: number, vpn: number): void {
  const bits = s.entf.at(slot);
  const to = pteSlot(s, dst, vpn, true);
  if (bits & PTE.swap) {
    swapDuplicate(s, s.ent.at(slot));
    if (bits & PTE.exclusive) s.set(s.entf, slot, bits & ~PTE.exclusive);
    setEntry(s, to, s.ent.at(slot), PTE.swap);
    return;
  }
  const page = s.ent.at(slot);
  const cow = isCowMapping(s.vmaFlags.at(vma));
  let next = bits;
  if (cow && bits & PTE.write) {
    next &= ~PTE.write;
  }
  if (bits & (PTE.special | PTE.hwpoison)) {
    if (next !== bits) s.set(s.entf, slot, next);
    setEntry(s, to, page, next & ~(s.vmaFlags.at(vma) & VM.SHARED ? PTE.young | PTE.dirty : PTE.young));
    return;
  }
  const folio = s.head(page);
  if (folioAnon(s, folio) && !tryDupAnonRmap(s, src, page)) {
    // copy_present_page: the child gets a copy at once
    const copy = allocFolio(s, 0, GFP_USER);
    if (!copy) return;
    if (s.ent.at(slot) !== page || s.entf.at(slot) !== bits) {
      folioPut(s, copy);
      copyPte(s, src, dst, vma, child, slot, vpn);
      return;
    }
    s.set(s.content, copy, s.content.at(page));
    const flags = s.vmaFlags.at(child);
    mapPte(s, to, copy, PTE.young | protNone(flags) | PTE.dirty | (flags & VM.WRITE ? PTE.write : 0));
    addNewAnon(s, { vma: child, flags, vpn }, copy);
    return;
  }
  if (next !== bits) changeBits(s, slot, next);
  folioGet(s, folio);
  let dup = next & ~PTE.young;
  if (s.vmaFlags.at(vma) & VM.SHARED) dup &= ~PTE.dirty;
  mapPte(s, to, page, dup);
}

/** copy_huge_pmd, copy_hugetlb_page_range. */
function copyPmd(s: State, src: number, dst: number, vma: number, slot: number, vpn: number): void {
  const bits = s.entf.at(slot);
  const folio = s.ent.at(slot);
  const hugetlb = s.has(folio, PG.hugetlb);
  if (isHugeZero(s, folio)) {
    setEntry(s, pmdSlot(s, dst, vpn, true), folio, bits & ~(PTE.write | PTE.young));
    return;
  }
  if (!folioAnon(s, folio)) {
    if (!hugetlb) return;
  } else if (!tryDupAnonRmap(s, src, folio)) {
    if (!hugetlb) {
      splitHugePmd(s, slot);
      return;
    }
    const copy = allocHugetlb(s);
    if (!copy) return;
    for (let i = 0; i < PMD_NR; i++) s.set(s.content, copy + i, s.content.at(folio + i));
    s.set(s.mapping, copy, MAPPING.anon);
    s.set(s.index, copy, vpn);
    mapPmd(
      s,
      pmdSlot(s, dst, vpn, true),
      copy,
      PTE.young | (bits & PTE.protnone) | PTE.dirty | (s.vmaFlags.at(vma) & VM.WRITE ? PTE.write : 0),
    );
    setAnonExclusive(s, copy, true);
    return;
  }
  const shared = bits & ~PTE.write;
  changeBits(s, slot, shared);
  folioGet(s, folio);
  mapPmd(s, pmdSlot(s, dst, vpn, true), folio, hugetlb ? shared : shared & ~PTE.young);
}

/** Unmaps [start, end) and removes its VMAs (do_munmap, exit_mmap). Files that live only in mappings go with the last one. */
export function unmapRegion(s: State, mm: number, vmas: readonly number[], start: number, end: number): void {
  lruAddDrain(s);
  zapRange(s, mm, start, end);
  const files = new Set<number>();
  for (const v of vmas) {
    const file = s.vmaFile.at(v);
    if (file && (s.fileFs.at(file) === FS.hugetlbfs || s.fileFs.at(file) === FS.secretmem)) files.add(file);
    removeVma(s, v);
  }
  for (const f of files) if (!fileIsMapped(s, f)) truncateInodePages(s, f, 0, Number.MAX_SAFE_INTEGER);
  freePgtables(s, mm, start, end);
}

/** exit_mmap. */
export function exitMmap(s: State, mm: number): void {
  const vmas = vmasIn(s, mm, 0, 2 ** 31 - 1);
  for (const v of vmas) unmapRegion(s, mm, [v], s.vmaStart.at(v), s.vmaEnd.at(v));
}
export { folioPut };
