/** LRU lists, the per-CPU batches in front of them, activation, and mlock's unevictable list (mm/swap.c, mm/mlock.c, include/linux/mm_inline.h). */
import { MAPPING, PG } from './flags.ts';
import { FS } from './filemap.ts';
import { folioGet, folioPut } from './page_alloc.ts';
import { genAdd, genDelete, genIncRefs } from './lru_gen.ts';
import { SCALAR, type State } from './state.ts';

/** LRU list numbers within a node's lruvec (enum lru_list). */
export const LRU = { INACTIVE_ANON: 0, ACTIVE_ANON: 1, INACTIVE_FILE: 2, ACTIVE_FILE: 3, UNEVICTABLE: 4 } as const;
/** FOLIO_BATCH_SIZE of the per-CPU batches. */
const PAGEVEC_SIZE = 15;

/** folio_is_file_lru: 1 for page-cache folios without swap backing (and lazily freed anon ones). */
export function isFileLru(s: State, folio: number): boolean {
  return !s.has(folio, PG.swapbacked);
}

/** folio_lru_list: which list a folio belongs to. */
export function folioLruList(s: State, folio: number): number {
  const flags = s.flags.at(folio);
  if (flags & PG.unevictable) return LRU.UNEVICTABLE;
  return (flags & PG.swapbacked ? LRU.INACTIVE_ANON : LRU.INACTIVE_FILE) + (flags & PG.active ? 1 : 0);
}

/** Puts a folio at the head (or tail) of list number `list` of the machine. */
export function listAdd(s: State, list: number, folio: number, tail = false): void {
  const nr = s.nr(folio);
  const head = s.lruHead.at(list);
  const last = s.lruTail.at(list);
  if (!head) {
    s.set(s.lruHead, list, folio);
    s.set(s.lruTail, list, folio);
  } else if (tail) {
    s.set(s.lruNext, last, folio);
    s.set(s.lruPrev, folio, last);
    s.set(s.lruTail, list, folio);
  } else {
    s.set(s.lruPrev, head, folio);
    s.set(s.lruNext, folio, head);
    s.set(s.lruHead, list, folio);
  }
  s.add(s.lruSize, list, nr);
}

/** Takes a folio out of list number `list`. */
export function listDelete(s: State, list: number, folio: number): void {
  const prev = s.lruPrev.at(folio);
  const next = s.lruNext.at(folio);
  if (prev) s.set(s.lruNext, prev, next);
  else s.set(s.lruHead, list, next);
  if (next) s.set(s.lruPrev, next, prev);
  else s.set(s.lruTail, list, prev);
  s.zero(s.lruPrev, folio);
  s.zero(s.lruNext, folio);
  s.add(s.lruSize, list, -s.nr(folio));
}

/** lruvec_add_folio (include/linux/mm_inline.h). */
export function lruAdd(s: State, folio: number, tail = false, reclaiming = false): void {
  if (s.machine.lru === 'mglru' && !s.has(folio, PG.unevictable)) {
    genAdd(s, folio, reclaiming || tail);
    return;
  }
  listAdd(s, s.nodeOf(folio) * 8 + folioLruList(s, folio), folio, tail);
}

/** lruvec_del_folio (include/linux/mm_inline.h). */
export function lruDelete(s: State, folio: number, reclaiming = false): void {
  if (s.gen.at(folio)) {
    genDelete(s, folio, reclaiming);
    return;
  }
  listDelete(s, s.nodeOf(folio) * 8 + folioLruList(s, folio), folio);
}

/**
 * folio_add_lru (mm/swap.c): into the per-CPU batch, which holds one reference until it is drained. Large folios and a full batch drain at once.
 * Under MGLRU a folio that a fault adds is young. `more`: flags to set as well.
 */
export function folioAddLru(s: State, folio: number, more = 0): void {
  const young = s.inFault && !s.reclaiming && s.machine.lru === 'mglru' && !s.has(folio, PG.unevictable);
  s.setFlag(folio, PG.batched | more | (young ? PG.active : 0));
  folioGet(s, folio);
  const n = s.scalar.at(SCALAR.batchCount);
  s.set(s.batch, n, folio);
  s.set(s.scalar, SCALAR.batchCount, n + 1);
  if (n + 1 >= PAGEVEC_SIZE || s.order.at(folio) > 0) lruAddDrain(s);
}

/** Is the folio open to reclaim (folio_evictable, mm/internal.h): neither mlocked nor of an unevictable mapping (secretmem)? */
export function folioEvictable(s: State, folio: number): boolean {
  if (s.has(folio, PG.mlocked)) return false;
  const m = s.mapping.at(folio);
  return !(m >= MAPPING.file && s.fileFs.at(m - MAPPING.file) === FS.secretmem);
}

/** lru_add_drain: every folio of the batch goes to its list (lru_add, mm/swap.c). */
export function lruAddDrain(s: State): void {
  const n = s.scalar.at(SCALAR.batchCount);
  if (!n) return;
  s.set(s.scalar, SCALAR.batchCount, 0);
  for (let i = 0; i < n; i++) {
    const folio = s.batch.at(i);
    let flags = (s.flags.at(folio) & ~PG.batched) | PG.lru;
    if (folioEvictable(s, folio)) {
      if (flags & PG.unevictable) s.count('unevictable_pgs_rescued', s.nr(folio));
      flags &= ~PG.unevictable;
    } else {
      if (!(flags & PG.unevictable)) s.count('unevictable_pgs_culled', s.nr(folio));
      flags = (flags & ~PG.active) | PG.unevictable;
      s.set(s.mlockCount, folio, flags & PG.mlocked ? 1 : 0);
    }
    s.set(s.flags, folio, flags);
    lruAdd(s, folio);
    folioPut(s, folio);
  }
}

/** folio_isolate_lru (mm/vmscan.c): takes the folio off its list with a reference; false if it is on none. */
export function folioIsolateLru(s: State, folio: number): boolean {
  if (!s.has(folio, PG.lru)) return false;
  lruDelete(s, folio);
  s.set(s.flags, folio, (s.flags.at(folio) & ~PG.lru) | PG.isolated);
  folioGet(s, folio);
  return true;
}

/** folio_putback_lru (mm/vmscan.c): back through folio_add_lru, dropping the isolation's reference. */
export function folioPutbackLru(s: State, folio: number): void {
  s.clearFlag(folio, PG.isolated);
  folioAddLru(s, folio);
  folioPut(s, folio);
}

/** folio_activate (mm/swap.c). */
export function folioActivate(s: State, folio: number): void {
  if (s.has(folio, PG.lru) && !s.has(folio, PG.active | PG.unevictable)) {
    lruDelete(s, folio);
    s.setFlag(folio, PG.active);
    lruAdd(s, folio);
  }
}

/** folio_mark_accessed (mm/swap.c): inactive,unreferenced → inactive,referenced → active,unreferenced → active,referenced. */
export function folioMarkAccessed(s: State, folio: number): void {
  if (s.machine.lru === 'mglru') {
    genIncRefs(s, folio);
    return;
  }
  if (!s.has(folio, PG.referenced)) s.setFlag(folio, PG.referenced);
  else if (s.has(folio, PG.unevictable)) {
    // Unevictable folios are on no list that an activation could change.
  } else if (!s.has(folio, PG.active)) {
    if (s.has(folio, PG.lru)) folioActivate(s, folio);
    else if (s.has(folio, PG.batched)) s.setFlag(folio, PG.active);
    s.clearFlag(folio, PG.referenced);
    workingsetActivation(s, folio);
  }
}

/** workingset_activation (mm/workingset.c). */
export function workingsetActivation(s: State, folio: number): void {
  ageNonresident(s, true, s.nr(folio), s.nodeOf(folio));
}

/** workingset_age_nonresident (mm/workingset.c): the lruvec and its parents age. */
export function ageNonresident(s: State, memcg: boolean, n: number, node: number): void {
  if (memcg) s.add(s.scalar, node ? SCALAR.nonresMemcg1 : SCALAR.nonresMemcg, n);
  s.add(s.scalar, node ? SCALAR.nonresRoot1 : SCALAR.nonresRoot, n);
}

/** deactivate_file_folio, lru_deactivate_file (mm/swap.c): for pages that could not be invalidated. */
export function deactivateFileFolio(s: State, folio: number): void {
  if (s.has(folio, PG.unevictable) || !s.has(folio, PG.lru)) return;
  if (s.mapcount.at(folio) + s.entire.at(folio) > 0) return;
  lruDelete(s, folio);
  s.clearFlag(folio, PG.active | PG.referenced);
  if (s.has(folio, PG.writeback | PG.dirty)) {
    s.setFlag(folio, PG.reclaim);
    lruAdd(s, folio);
  } else lruAdd(s, folio, true);
}

/** folio_deactivate, lru_deactivate (mm/swap.c): MADV_COLD. */
export function folioDeactivate(s: State, folio: number): void {
  if (!s.has(folio, PG.lru) || s.has(folio, PG.unevictable)) return;
  if (!s.has(folio, PG.active) && s.machine.lru !== 'mglru') return;
  lruDelete(s, folio);
  s.clearFlag(folio, PG.active | PG.referenced);
  lruAdd(s, folio);
}

/** folio_mark_lazyfree, lru_lazyfree (mm/swap.c): MADV_FREE makes an anon folio look like a clean file folio. */
export function folioMarkLazyfree(s: State, folio: number): void {
  if (!s.has(folio, PG.lru) || !s.has(folio, PG.swapbacked) || s.has(folio, PG.swapcache | PG.unevictable)) return;
  lruDelete(s, folio);
  s.clearFlag(folio, PG.active | PG.referenced | PG.swapbacked);
  lruAdd(s, folio);
}

/** mlock_new_folio (mm/mlock.c): a new folio of a locked VMA goes to the unevictable list. */
export function mlockNewFolio(s: State, folio: number): void {
  s.setFlag(folio, PG.mlocked);
  s.count('unevictable_pgs_mlocked', s.nr(folio));
  s.setFlag(folio, PG.unevictable);
  s.count('unevictable_pgs_culled', s.nr(folio));
  s.set(s.mlockCount, folio, 1);
  s.setFlag(folio, PG.lru);
  lruAdd(s, folio);
}

/** mlock_folio (mm/mlock.c). */
export function mlockFolio(s: State, folio: number): void {
  const nr = s.nr(folio);
  if (!s.has(folio, PG.mlocked)) {
    s.setFlag(folio, PG.mlocked);
    s.count('unevictable_pgs_mlocked', nr);
  }
  if (s.has(folio, PG.batched)) lruAddDrain(s);
  if (!s.has(folio, PG.lru)) return;
  if (s.has(folio, PG.unevictable)) {
    s.add(s.mlockCount, folio, 1);
    return;
  }
  lruDelete(s, folio);
  s.clearFlag(folio, PG.active);
  s.setFlag(folio, PG.unevictable);
  s.set(s.mlockCount, folio, 1);
  lruAdd(s, folio);
  s.count('unevictable_pgs_culled', nr);
}

/** munlock_folio, __munlock_folio (mm/mlock.c). */
export function munlockFolio(s: State, folio: number): void {
  const nr = s.nr(folio);
  if (s.has(folio, PG.batched)) lruAddDrain(s);
  const isolated = s.has(folio, PG.lru);
  if (isolated && s.has(folio, PG.unevictable)) {
    if (s.mlockCount.at(folio)) s.add(s.mlockCount, folio, -1);
    if (s.mlockCount.at(folio)) return;
  }
  if (s.has(folio, PG.mlocked)) {
    s.clearFlag(folio, PG.mlocked);
    if (isolated || !s.has(folio, PG.unevictable)) s.count('unevictable_pgs_munlocked', nr);
    else s.count('unevictable_pgs_stranded', nr);
  }
  if (isolated && s.has(folio, PG.unevictable) && folioEvictable(s, folio)) {
    lruDelete(s, folio);
    s.clearFlag(folio, PG.unevictable);
    lruAdd(s, folio);
    s.count('unevictable_pgs_rescued', nr);
  }
}
