/** Collapsing small pages into a huge one (mm/khugepaged.c). */
import { handleMmFault } from './fault.ts';
import { E, MAPPING, PG, PTE, VM } from './flags.ts';
import { folioAddLru, lruAddDrain } from './lru.ts';
import { GFP_USER, allocFolio, folioPut } from './page_alloc.ts';
import { PMD_NR, PMD_ORDER, clearEntry, freeBlock, pmdSlot, pteSlot } from './pagetable.ts';
import { folioAnon, folioMapcount, mapPmd, setAnonExclusive, unmapSlot } from './rmap.ts';
import type { State } from './state.ts';
import { folioFreeSwap } from './swap.ts';
import { isZeroPage } from './thp.ts';
import { findVma, vmaIsAnonymous, protNone } from './vma.ts';

/**
 * MADV_COLLAPSE (madvise_collapse → hpage_collapse_scan_pmd, mm/khugepaged.c): small pages of each aligned range of a VMA into one huge page.
 * Returns 0 or -errno: -EAGAIN if a page has references that the collapse cannot account for. A range that fails does not keep the others from it.
 */
export function madviseCollapse(s: State, mm: number, start: number, end: number): number {
  const vma = findVma(s, mm, start);
  // thp_vma_allowable_order
  const last = (Math.floor(s.vmaEnd.at(vma) / PMD_NR) - 1) * PMD_NR;
  if (!vma || last < s.vmaStart.at(vma) || !vmaIsAnonymous(s, vma) || s.vmaFlags.at(vma) & VM.NOHUGEPAGE)
    return -E.INVAL;
  const first = Math.ceil(start / PMD_NR) * PMD_NR;
  const limit = Math.floor(end / PMD_NR) * PMD_NR;
  let failed = limit < first ? -E.INVAL : 0;
  for (let base = first; base < limit; base += PMD_NR) failed = collapseRange(s, mm, base) || failed;
  return failed;
}

function collapseRange(s: State, mm: number, base: number): number {
  const pmd = pmdSlot(s, mm, base);
  if (!pmd || s.entf.at(pmd) === 0) return -E.INVAL;
  if (s.entf.at(pmd) & PTE.leaf) return 0;
  // alloc_charge_folio comes first: it may reclaim or move what is collapsed
  const folio = allocFolio(s, PMD_ORDER, GFP_USER);
  if (!folio) return -E.NOMEM;
  const r = collapseInto(s, mm, base, folio);
  if (r) folioPut(s, folio);
  return r;
}

/** collapse_huge_page: the pages of an aligned range, none of which may be held by anybody, are copied into `folio`, which takes their place. */
function collapseInto(s: State, mm: number, base: number, folio: number): number {
  const vma = findVma(s, mm, base);
  const pmd = pmdSlot(s, mm, base);
  lruAddDrain(s);
  // __collapse_huge_page_swapin
  for (let i = 0; i < PMD_NR; i++)
    if (s.entf.at(pteSlot(s, mm, base + i)) & PTE.swap) handleMmFault(s, mm, base + i, false);
  lruAddDrain(s);
  const pages: (number | undefined)[] = [];
  let writable = false;
  for (let i = 0; i < PMD_NR; i++) {
    const slot = pteSlot(s, mm, base + i);
    const bits = s.entf.at(slot);
    if (!bits || (bits & PTE.special && isZeroPage(s, s.ent.at(slot)))) {
      pages.push(undefined);
      continue;
    }
    if (!(bits & PTE.present)) return -E.AGAIN;
    const page = s.ent.at(slot);
    const folio = s.head(page);
    if (!folioAnon(s, folio)) return -E.INVAL;
    if (!s.has(folio, PG.lru)) return -E.AGAIN;
    const expected = folioMapcount(s, folio) + (s.has(folio, PG.swapcache) ? s.nr(folio) : 0);
    if (s.refcount.at(folio) !== expected) return -E.AGAIN;
    if (bits & PTE.write) writable = true;
    pages.push(page);
  }
  // SCAN_PAGE_RO: none of them may be written
  if (!writable) return -E.INVAL;
  s.count('thp_collapse_alloc');
  for (let i = 0; i < PMD_NR; i++) {
    const slot = pteSlot(s, mm, base + i);
    const page = pages[i];
    if (page === undefined) {
      clearEntry(s, slot);
      continue;
    }
    s.set(s.content, folio + i, s.content.at(page));
    const old = s.head(page);
    unmapSlot(s, slot);
    if (s.has(old, PG.swapcache)) folioFreeSwap(s, old);
    folioPut(s, old);
  }
  const block = s.ent.at(pmd);
  clearEntry(s, pmd);
  freeBlock(s, block);
  s.set(s.mapping, folio, MAPPING.anon);
  s.set(s.index, folio, base);
  s.setFlag(folio, PG.uptodate | PG.swapbacked);
  const flags = s.vmaFlags.at(vma);
  const write = flags & VM.WRITE ? PTE.write : 0;
  mapPmd(s, pmd, folio, PTE.young | protNone(flags) | PTE.dirty | write);
  setAnonExclusive(s, folio, true);
  folioAddLru(s, folio);
  return 0;
}
