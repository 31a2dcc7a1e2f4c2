/** madvise (mm/madvise.c). */
import { E, FOLL, PG, PTE, VM } from './flags.ts';
import { PMD_NR, changeBits, pteSlot } from './pagetable.ts';
import { folioAnon, folioMapcount, setAnonExclusive } from './rmap.ts';
import { folioDeactivate, folioIsolateLru, folioMarkLazyfree, folioPutbackLru, lruAddDrain } from './lru.ts';
import { folioFreeSwap, freeSwapAndCache } from './swap.ts';
import { clearEntry } from './pagetable.ts';
import { folioGet, folioPut } from './page_alloc.ts';
import { gup } from './gup.ts';
import { folioTrylock } from './wait.ts';
import { madviseCollapse } from './khugepaged.ts';
import { isHugeZero, splitFolio, splitPmdAt } from './thp.ts';
import { punchHole } from './truncate.ts';
import { reclaimPages } from './reclaim.ts';
import { softOffline } from './migrate.ts';
import { unmergeKsm } from './ksm.ts';
import { checkVmaFlags } from './gup_slow.ts';
import { findVma, firstGap, maySplit, mergeVmas, vmaIsAnonymous, vmasExactly, vmasIn } from './vma.ts';
import { walkRange, zapRange } from './zap.ts';
import type { State } from './state.ts';

/** Advice that madvise() knows, as operations name it. */
export const ADVICE = [
  'NORMAL',
  'RANDOM',
  'SEQUENTIAL',
  'WILLNEED',
  'DONTNEED',
  'DONTNEED_LOCKED',
  'FREE',
  'COLD',
  'PAGEOUT',
  'REMOVE',
  'DONTFORK',
  'DOFORK',
  'WIPEONFORK',
  'KEEPONFORK',
  'MERGEABLE',
  'UNMERGEABLE',
  'HUGEPAGE',
  'NOHUGEPAGE',
  'COLLAPSE',
  'POPULATE_READ',
  'POPULATE_WRITE',
  'SOFT_OFFLINE',
] as const;
/** One advice. */
export type Advice = (typeof ADVICE)[number];

/** VMA flags that an advice sets and clears (madvise_vma_behavior). */
const BEHAVIOR: Partial<Record<Advice, { set: number; clear: number }>> = {
  NORMAL: { set: 0, clear: VM.RAND_READ | VM.SEQ_READ },
  RANDOM: { set: VM.RAND_READ, clear: VM.SEQ_READ },
  SEQUENTIAL: { set: VM.SEQ_READ, clear: VM.RAND_READ },
  DONTFORK: { set: VM.DONTCOPY, clear: 0 },
  DOFORK: { set: 0, clear: VM.DONTCOPY },
  WIPEONFORK: { set: VM.WIPEONFORK, clear: 0 },
  KEEPONFORK: { set: 0, clear: VM.WIPEONFORK },
  MERGEABLE: { set: VM.MERGEABLE, clear: 0 },
  UNMERGEABLE: { set: 0, clear: VM.MERGEABLE },
  HUGEPAGE: { set: VM.HUGEPAGE, clear: VM.NOHUGEPAGE },
  NOHUGEPAGE: { set: VM.NOHUGEPAGE, clear: VM.HUGEPAGE },
};

/** do_madvise. 0 or -errno. */
export function doMadvise(s: State, mm: number, start: number, end: number, advice: Advice): number {
  if (advice === 'SOFT_OFFLINE') {
    // madvise_inject_error: one page of each folio, as large as it was before
    for (let vpn = start; vpn < end;) {
      const { ret, size } = softOffline(s, mm, vpn);
      if (ret) return ret;
      vpn += size;
    }
    return 0;
  }
  const vmas = vmasIn(s, mm, start, end);
  if (!vmas.length) return -E.NOMEM;
  // madvise_walk_vmas goes on behind a hole, and says -ENOMEM in the end
  const hole = firstGap(s, mm, start, end) < end ? -E.NOMEM : 0;
  if (advice === 'COLLAPSE') return madviseCollapse(s, mm, start, end);
  if (advice === 'POPULATE_READ' || advice === 'POPULATE_WRITE') {
    return madvisePopulate(s, mm, start, end, advice === 'POPULATE_WRITE' ? FOLL.WRITE : 0);
  }
  const behavior = BEHAVIOR[advice];
  if (behavior) {
    for (const v of vmas) {
      const f = s.vmaFlags.at(v);
      if (advice === 'HUGEPAGE' && f & (VM.PFNMAP | VM.IO | VM.MIXEDMAP | VM.HUGETLB)) return -E.INVAL;
      if (advice === 'DOFORK' && f & VM.IO) return -E.INVAL;
    }
    if (!maySplit(s, mm, start, end)) return -E.INVAL;
    splitPmdAt(s, mm, start);
    splitPmdAt(s, mm, end);
    for (const v of vmasExactly(s, mm, start, end)) {
      const f = s.vmaFlags.at(v);
      if (
        (advice === 'MERGEABLE' || advice === 'UNMERGEABLE') &&
        f & (VM.SHARED | VM.PFNMAP | VM.IO | VM.MIXEDMAP | VM.HUGETLB)
      )
        continue;
      s.set(s.vmaFlags, v, (f | behavior.set) & ~behavior.clear);
    }
    if (advice === 'UNMERGEABLE') unmergeKsm(s, mm, start, end);
    mergeVmas(s, mm);
    return hole;
  }
  if (advice === 'REMOVE') {
    for (const v of vmas) {
      const f = s.vmaFlags.at(v);
      if (f & VM.LOCKED) return -E.INVAL;
      if (!s.vmaFile.at(v)) return -E.INVAL;
      if ((f & (VM.SHARED | VM.WRITE)) !== (VM.SHARED | VM.WRITE)) return -E.ACCES;
      const from = Math.max(start, s.vmaStart.at(v));
      const to = Math.min(end, s.vmaEnd.at(v));
      punchHole(s, s.vmaFile.at(v), s.vmaPgoff.at(v) + from - s.vmaStart.at(v), to - from);
    }
    return hole;
  }
  for (const v of vmas) {
    const r = adviseVma(s, mm, v, Math.max(start, s.vmaStart.at(v)), Math.min(end, s.vmaEnd.at(v)), advice);
    if (r) return r;
  }
  return hole;
}

/** madvise_populate, faultin_page_range (mm/gup.c): faults pages in, and says more exactly than GUP why it could not. 0 or -errno. */
function madvisePopulate(s: State, mm: number, start: number, end: number, flags: number): number {
  for (let at = start; at < end;) {
    const vma = findVma(s, mm, at);
    if (!vma) return -E.NOMEM;
    if (checkVmaFlags(s, vma, flags)) return -E.INVAL;
    const to = Math.min(end, s.vmaEnd.at(vma));
    const r = gup(s, 'get_user_pages', mm, at, to - at, flags | FOLL.HWPOISON, null);
    lruAddDrain(s);
    if (r <= 0) return r || -E.FAULT;
    at += r;
  }
  return 0;
}

function adviseVma(s: State, mm: number, vma: number, from: number, to: number, advice: Advice): number {
  const f = s.vmaFlags.at(vma);
  switch (advice) {
    case 'DONTNEED':
    case 'DONTNEED_LOCKED':
      if (f & VM.PFNMAP || (f & VM.LOCKED && advice === 'DONTNEED' && !(f & VM.HUGETLB))) return -E.INVAL;
      if (f & VM.HUGETLB && (from % PMD_NR || to % PMD_NR)) return -E.INVAL;
      zapRange(s, mm, from, to);
      return 0;
    case 'FREE':
      if (f & (VM.LOCKED | VM.PFNMAP | VM.HUGETLB) || !vmaIsAnonymous(s, vma)) return -E.INVAL;
      madviseFree(s, mm, from, to);
      return 0;
    case 'COLD':
    case 'PAGEOUT':
      if (f & (VM.LOCKED | VM.PFNMAP | VM.HUGETLB)) return -E.INVAL;
      madvisePageout(s, mm, from, to, advice === 'PAGEOUT');
      return 0;
    default:
      return 0;
  }
}

/** folio_likely_mapped_shared: does another process map it? */
function mappedShared(s: State, folio: number): boolean {
  if (!s.order.at(folio)) return s.mapcount.at(folio) > 1;
  if (s.fmap.at(folio) <= 1) return false;
  if (s.entire.at(folio)) return s.entire.at(folio) > 1 || s.fmap.at(folio) > 1;
  if (s.fmap.at(folio) > s.nr(folio)) return true;
  return s.mapcount.at(folio) > 1;
}

/** madvise_cold_or_pageout_pte_range: folios of this range that only this process maps. */
function madvisePageout(s: State, mm: number, from: number, to: number, pageout: boolean): void {
  lruAddDrain(s);
  for (let base = (from >>> 9) << 9; base < to; base += PMD_NR) {
    const list: number[] = [];
    const take = (folio: number): void => {
      s.clearFlag(folio, PG.referenced);
      if (s.has(folio, PG.active) && s.f.pageoutMarksWorkingset) s.setFlag(folio, PG.workingset);
      if (!pageout) {
        folioDeactivate(s, folio);
        return;
      }
      if (folioIsolateLru(s, folio)) {
        if (s.has(folio, PG.unevictable)) folioPutbackLru(s, folio);
        else list.push(folio);
      }
    };
    const seen = new Set<number>();
    // before mTHP the walk of a page table ended at the first large folio that could not be split
    let stopped = false;
    walkRange(
      s,
      mm,
      Math.max(from, base),
      Math.min(to, base + PMD_NR),
      (slot, vpn) => {
        const bits = s.entf.at(slot);
        if (stopped || !(bits & PTE.present) || bits & PTE.special) return;
        const page = s.ent.at(slot);
        let folio = s.head(page);
        if (s.order.at(folio)) {
          if (seen.has(folio)) return;
          if (!s.f.mthp || !mapsWhole(s, mm, page, vpn, to)) {
            if (s.f.mthp ? mappedShared(s, folio) : s.mapcount.at(page) !== 1) {
              seen.add(folio);
              stopped = !s.f.mthp;
              return;
            }
            if (!splitForAdvice(s, folio, page)) {
              seen.add(folio);
              stopped = !s.f.mthp;
              return;
            }
            if (s.ent.at(slot) !== page || s.entf.at(slot) & PTE.special || !(s.entf.at(slot) & PTE.present)) return;
            folio = page;
          } else seen.add(folio);
        }
        if (!s.has(folio, PG.lru) || folioMapcount(s, folio) !== s.nr(folio)) return;
        if (!pageout || s.f.pageoutClearsYoung) changeBits(s, slot, s.entf.at(slot) & ~PTE.young);
        take(folio);
      },
      (slot) => {
        const folio = s.ent.at(slot);
        if (isHugeZero(s, folio) || !(s.entf.at(slot) & PTE.present) || mappedShared(s, folio)) return;
        if (from > base || to < base + PMD_NR) {
          splitForAdvice(s, folio, folio);
          return;
        }
        if (!pageout || s.f.pageoutClearsYoung) changeBits(s, slot, s.entf.at(slot) & ~PTE.young);
        take(folio);
      },
    );
    // list_add: the last one isolated is the first one tried
    if (pageout && list.length) reclaimPages(s, list.reverse());
  }
}

/** Splits a large folio of which only a part is meant (split_folio under folio_trylock). True if `at` is a folio of its own now. */
function splitForAdvice(s: State, folio: number, at: number): boolean {
  folioGet(s, folio);
  const failed = splitFolio(s, folio, at) !== 0;
  folioPut(s, failed ? folio : at);
  return !failed;
}

/** madvise_folio_pte_batch: does this range map the whole folio, from its first page on at `vpn`, in one run of entries? */
function mapsWhole(s: State, mm: number, page: number, vpn: number, to: number): boolean {
  const nr = s.nr(s.head(page));
  if (page !== s.head(page) || vpn + nr > to) return false;
  for (let i = 0; i < nr; i++) {
    const slot = pteSlot(s, mm, vpn + i);
    if (!slot || !(s.entf.at(slot) & PTE.present) || s.ent.at(slot) !== page + i) return false;
  }
  return true;
}

/** madvise_free_pte_range, madvise_free_huge_pmd: clean and lazily freed; of a large folio of which only a part is freed, the pages (it is split). */
function madviseFree(s: State, mm: number, from: number, to: number): void {
  lruAddDrain(s);
  const seen = new Set<number>();
  /** A large folio that is freed whole: how many of its entries are still to come. */
  const whole = new Set<number>();
  let stopped = false;
  walkRange(
    s,
    mm,
    from,
    to,
    (slot, vpn) => {
      const bits = s.entf.at(slot);
      if (bits & PTE.swap) {
        const entry = s.ent.at(slot);
        clearEntry(s, slot);
        freeSwapAndCache(s, entry);
        return;
      }
      if (stopped || !(bits & PTE.present) || bits & PTE.special) return;
      const page = s.ent.at(slot);
      let folio = s.head(page);
      if (s.order.at(folio) && !whole.has(folio)) {
        if (seen.has(folio)) return;
        if (s.f.mthp && mapsWhole(s, mm, page, vpn, to)) whole.add(folio);
        else {
          seen.add(folio);
          const shared = s.f.mthp ? mappedShared(s, folio) : s.mapcount.at(folio) !== 1;
          if (shared || !splitForAdvice(s, folio, page)) {
            // before mTHP the walk of a page table ended here
            stopped = !s.f.mthp;
            return;
          }
          if (s.ent.at(slot) !== page || s.entf.at(slot) & PTE.special || !(s.entf.at(slot) & PTE.present)) return;
          folio = page;
        }
      }
      if (s.has(folio, PG.swapcache | PG.dirty)) {
        if (folioMapcount(s, folio) !== s.nr(folio)) return;
        if (s.has(folio, PG.swapcache) && !folioFreeSwap(s, folio)) return;
        s.clearFlag(folio, PG.dirty);
      }
      changeBits(s, slot, s.entf.at(slot) & ~(PTE.young | PTE.dirty));
      folioMarkLazyfree(s, folio);
    },
    (slot, base) => {
      const folio = s.ent.at(slot);
      if (isHugeZero(s, folio) || !folioTrylock(s, folio)) return;
      if (s.f.mthp ? mappedShared(s, folio) : folioMapcount(s, folio) !== 1) return;
      if (from > base || to < base + PMD_NR) {
        splitForAdvice(s, folio, folio);
        return;
      }
      s.clearFlag(folio, PG.dirty);
      changeBits(s, slot, s.entf.at(slot) & ~(PTE.young | PTE.dirty));
      folioMarkLazyfree(s, folio);
    },
  );
}
export { folioAnon, setAnonExclusive };
