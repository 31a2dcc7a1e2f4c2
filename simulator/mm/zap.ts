/** Taking mappings away: zap_page_range and unmap_mapping_range (mm/memory.c, mm/huge_memory.c, mm/hugetlb.c). */
import { PG, PTE } from './flags.ts';
import { folioMarkAccessed } from './lru.ts';
import { folioPut } from './page_alloc.ts';
import { folioAnon, unmapSlot } from './rmap.ts';
import { clearEntry, freeBlock, pmdSlot, PMD_NR } from './pagetable.ts';
import { freeSwapAndCache, freeSwapCache } from './swap.ts';
import { isHugeZero, splitHugePmd } from './thp.ts';
import { findVma, vmaHasRecency, vmasIn } from './vma.ts';
import { folioMarkDirty } from './writeback.ts';
import { MAPPING } from './flags.ts';
import { SCALAR, type State } from './state.ts';

/** Calls `pte` for every filled PTE slot and `pmd` for every huge PMD slot in [start, end). */
export function walkRange(
  s: State,
  mm: number,
  start: number,
  end: number,
  pte: (slot: number, vpn: number) => void,
  pmd: (slot: number, vpn: number) => void,
): void {
  for (let base = (start >>> 9) << 9; base < end; base += PMD_NR) {
    let slot = pmdSlot(s, mm, base);
    if (!slot) continue;
    if (s.entf.at(slot) & PTE.leaf) pmd(slot, base);
    slot = pmdSlot(s, mm, base);
    if (!(s.entf.at(slot) & PTE.table)) continue;
    const first = s.ent.at(slot) * 512;
    const to = Math.min(end, base + PMD_NR);
    for (let vpn = Math.max(start, base); vpn < to; vpn++) {
      const at = first + (vpn & 511);
      if (s.entf.at(at)) pte(at, vpn);
    }
  }
}

/** zap_pte_range for one entry: the dirty and accessed bits of file pages go to the folio. */
function zapPte(s: State, slot: number, vma: number): void {
  const bits = s.entf.at(slot);
  if (bits & PTE.swap) {
    const entry = s.ent.at(slot);
    clearEntry(s, slot);
    freeSwapAndCache(s, entry);
    return;
  }
  if (bits & (PTE.special | PTE.hwpoison)) {
    clearEntry(s, slot);
    return;
  }
  const page = s.ent.at(slot);
  const folio = s.head(page);
  if (!folioAnon(s, folio)) {
    if (bits & PTE.dirty) folioMarkDirty(s, folio);
    if (bits & PTE.young && vmaHasRecency(s, vma)) folioMarkAccessed(s, folio);
  }
  unmapSlot(s, slot, 0, 0, vma);
  freeSwapCache(s, folio);
  folioPut(s, folio);
}

/** zap_huge_pmd, __unmap_hugepage_range. */
function zapPmd(s: State, slot: number): void {
  const folio = s.ent.at(slot);
  const bits = s.entf.at(slot);
  if (isHugeZero(s, folio)) {
    clearEntry(s, slot);
    return;
  }
  if (!folioAnon(s, folio) && bits & PTE.dirty && !s.has(folio, PG.hugetlb)) s.setFlag(folio, PG.dirty);
  unmapSlot(s, slot);
  freeSwapCache(s, folio);
  folioPut(s, folio);
}

/** zap_page_range: unmaps [start, end) of an mm. `private`: also private copies (even_cows). */
export function zapRange(s: State, mm: number, start: number, end: number, privateToo = true): void {
  for (const vma of vmasIn(s, mm, start, end)) {
    const from = Math.max(start, s.vmaStart.at(vma));
    const to = Math.min(end, s.vmaEnd.at(vma));
    walkRange(
      s,
      mm,
      from,
      to,
      (slot) => {
        if (
          !privateToo &&
          s.entf.at(slot) & (PTE.present | PTE.swap) &&
          !(s.entf.at(slot) & PTE.special) &&
          (s.entf.at(slot) & PTE.swap || folioAnon(s, s.head(s.ent.at(slot))))
        )
          return;
        zapPte(s, slot, vma);
      },
      (slot, base) => {
        if (from <= base && to >= base + PMD_NR) zapPmd(s, slot);
        else if (s.has(s.ent.at(slot), PG.hugetlb)) zapPmd(s, slot);
        else splitHugePmd(s, slot);
      },
    );
  }
}

/** unmap_mapping_range (mm/memory.c): every mapping of pages [first, end) of a file goes away. */
export function unmapMappingRange(s: State, file: number, first: number, end: number, privateToo: boolean): void {
  for (let v = 1; v < s.scalar.at(SCALAR.nextVma); v++) {
    if (s.vmaMm.at(v) === 0 || s.vmaFile.at(v) !== file) continue;
    const from = s.vmaStart.at(v) + Math.max(0, first - s.vmaPgoff.at(v));
    const to = Math.min(s.vmaEnd.at(v), s.vmaStart.at(v) + Math.max(0, end - s.vmaPgoff.at(v)));
    if (from < to) zapRange(s, s.vmaMm.at(v), from, to, privateToo);
  }
}

/** free_pgtables: page tables of a range that no VMA uses any more. */
export function freePgtables(s: State, mm: number, start: number, end: number): void {
  for (let base = (start >>> 9) << 9; base < end; base += PMD_NR) {
    const slot = pmdSlot(s, mm, base);
    if (!slot || !(s.entf.at(slot) & PTE.table) || vmasIn(s, mm, base, base + PMD_NR).length) continue;
    const block = s.ent.at(slot);
    clearEntry(s, slot);
    freeBlock(s, block);
  }
}

/** Is a VMA of some process mapping the file? */
export function fileIsMapped(s: State, file: number): boolean {
  for (let v = 1; v < s.scalar.at(SCALAR.nextVma); v++) if (s.vmaMm.at(v) && s.vmaFile.at(v) === file) return true;
  return false;
}

/** Pages of a folio's file mapping, for readers. */
export function folioFile(s: State, folio: number): number {
  const m = s.mapping.at(folio);
  return m >= MAPPING.file ? m - MAPPING.file : 0;
}
export { findVma };
