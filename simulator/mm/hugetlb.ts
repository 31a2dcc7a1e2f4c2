/** hugetlbfs: 2 MiB pages mapped by PMDs (mm/hugetlb.c). */
import { protNone } from './vma.ts';
import { MAPPING, PG, PTE, VM } from './flags.ts';
import { addToPageCache, cachedPage, removeFromPageCache } from './filemap.ts';
import { allocFolio, folioGet, folioPut } from './page_alloc.ts';
import { anonExclusive, folioAnon, folioMapcount, mapPmd, setAnonExclusive, unmapSlot } from './rmap.ts';
import { PMD_NR, PMD_ORDER, pmdSlot } from './pagetable.ts';
import type { FaultCtx } from './fault.ts';
import type { State } from './state.ts';

/** alloc_hugetlb_folio: hugetlb pages come from the pool; `node` for migration. */
export function allocHugetlb(s: State, node = 0, thisNode = false): number {
  const folio = allocFolio(s, PMD_ORDER, { movable: true, node, thisNode });
  if (folio) s.setFlag(folio, PG.hugetlb | PG.uptodate);
  return folio;
}

/** References that the page cache holds on a hugetlb folio: one per base page since 6.8, one before. */
export function hugetlbCacheRefs(s: State): number {
  return s.f.hugetlbCacheRefPerPage ? PMD_NR : 1;
}

/** hugetlb_add_to_page_cache. */
export function hugetlbAddToPageCache(s: State, file: number, index: number, folio: number): void {
  addToPageCache(s, file, index, folio);
  s.add(s.refcount, folio, hugetlbCacheRefs(s) - PMD_NR);
}
/** hugetlb_delete_from_page_cache, with the cache's references. */
export function hugetlbDeleteFromPageCache(s: State, folio: number): void {
  removeFromPageCache(s, folio);
  folioPut(s, folio, hugetlbCacheRefs(s));
}

/** make_huge_pte: bits of a new entry. */
function makeHugePte(s: State, vma: number, writable: boolean): number {
  const flags = s.vmaFlags.at(vma);
  return PTE.young | protNone(flags) | (writable && flags & VM.WRITE ? PTE.write | PTE.dirty : 0);
}

/** hugetlb_fault: fills an empty entry (hugetlb_no_page) or resolves a write to a read-only one (hugetlb_wp). */
export function hugetlbFault(s: State, c: FaultCtx): 'ok' | 'SIGBUS' {
  const { mm, vma } = c;
  const pmd = pmdSlot(s, mm, c.vpn, true);
  const bits = s.entf.at(pmd);
  if (!(bits & PTE.present)) {
    const shared = (s.vmaFlags.at(vma) & VM.SHARED) !== 0;
    const base = (c.vpn >>> 9) << 9;
    const index = s.vmaPgoff.at(vma) + base - s.vmaStart.at(vma);
    let folio: number;
    if (shared) {
      const file = s.vmaFile.at(vma);
      folio = cachedPage(s, file, index);
      if (!folio) {
        folio = allocHugetlb(s);
        if (!folio) return 'SIGBUS';
        hugetlbAddToPageCache(s, file, index, folio);
      } else folioGet(s, folio);
      mapPmd(s, pmd, folio, makeHugePte(s, vma, true));
      return 'ok';
    }
    folio = allocHugetlb(s);
    if (!folio) return 'SIGBUS';
    s.set(s.mapping, folio, MAPPING.anon);
    s.set(s.index, folio, base);
    s.set(s.vmaFlags, vma, s.vmaFlags.at(vma) | VM.ANON_VMA);
    mapPmd(s, pmd, folio, makeHugePte(s, vma, false));
    setAnonExclusive(s, folio, true);
    if (c.write) return hugetlbWp(s, c, pmd);
    return 'ok';
  }
  if ((c.write || c.unshare) && !(bits & PTE.write)) return hugetlbWp(s, c, pmd);
  s.set(s.entf, pmd, bits | PTE.young | (c.write ? PTE.dirty : 0));
  return 'ok';
}

/** hugetlb_wp: reuses the folio if it is mapped once (whatever references it has), else copies. */
function hugetlbWp(s: State, c: FaultCtx, pmd: number): 'ok' | 'SIGBUS' {
  const old = s.ent.at(pmd);
  const bits = s.entf.at(pmd);
  if (s.vmaFlags.at(c.vma) & VM.SHARED) {
    s.set(s.entf, pmd, bits | PTE.write | PTE.dirty | PTE.young);
    return 'ok';
  }
  if (folioMapcount(s, old) === 1 && folioAnon(s, old)) {
    if (!anonExclusive(s, old)) setAnonExclusive(s, old, true);
    if (!c.unshare) s.set(s.entf, pmd, bits | PTE.write | PTE.dirty | PTE.young);
    return 'ok';
  }
  const folio = allocHugetlb(s);
  if (!folio) return 'SIGBUS';
  for (let i = 0; i < PMD_NR; i++) s.set(s.content, folio + i, s.content.at(old + i));
  s.set(s.mapping, folio, MAPPING.anon);
  s.set(s.index, folio, (c.vpn >>> 9) << 9);
  unmapSlot(s, pmd);
  folioPut(s, old);
  mapPmd(s, pmd, folio, makeHugePte(s, c.vma, !c.unshare));
  setAnonExclusive(s, folio, true);
  s.set(s.vmaFlags, c.vma, s.vmaFlags.at(c.vma) | VM.ANON_VMA);
  return 'ok';
}
