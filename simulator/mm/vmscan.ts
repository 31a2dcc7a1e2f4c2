/** Reclaim of single folios: shrink_folio_list and its outcomes (mm/vmscan.c). */
import { folioTrylock } from './wait.ts';
import { FS, filemapReleaseFolio, removeFromPageCache } from './filemap.ts';
import { MAPPING, PG } from './flags.ts';
import { ageNonresident, folioEvictable, folioPutbackLru, isFileLru, lruAdd, lruAddDrain, lruDelete } from './lru.ts';
import { folioPut, freeFolio } from './page_alloc.ts';
import { folioAnon, folioMapcount, folioMaybeDmaPinned, folioReferenced, tryToUnmap } from './rmap.ts';
import { type State } from './state.ts';
import {
  addToSwap,
  addToSwapCache,
  allocSwap,
  deleteFromSwapCache,
  folioFreeSwap,
  swapDuplicate,
  swapWritepage,
} from './swap.ts';
import { canSplitFolio, splitFolio } from './thp.ts';
import { workingsetEviction } from './workingset.ts';
import { folioClearDirtyForIo, folioFs } from './writeback.ts';

/** struct scan_control: what a reclaim may do. */
export interface ScanControl {
  /** Reclaim of the scenario's memory cgroup (target_mem_cgroup), else of the machine. */
  memcg: boolean;
  kswapd?: boolean;
  /** Active folios are deactivated whatever the balance of the lists. */
  forceDeactivate?: boolean;
  /** An active list was passed over. */
  skippedDeactivate?: boolean;
}

/** struct reclaim_stat, as far as it decides something. */
export interface ReclaimStat {
  nrUnqueuedDirty: number;
}

/** folio_check_references (mm/vmscan.c). */
function folioCheckReferences(s: State, folio: number): 'reclaim' | 'reclaim-clean' | 'keep' | 'activate' {
  const r = folioReferenced(s, folio);
  const referenced = s.testClear(folio, PG.referenced);
  if (r.locked) return 'activate';
  if (r.ptes) {
    s.setFlag(folio, PG.referenced);
    if (referenced || r.ptes > 1) return 'activate';
    return 'keep';
  }
  if (referenced && isFileLru(s, folio)) return 'reclaim-clean';
  return 'reclaim';
}

/** __remove_mapping (mm/vmscan.c): out of its cache if nobody else holds it (folio_ref_freeze). */
export function removeMapping(s: State, folio: number, sc: ScanControl, reclaimed = true): boolean {
  const nr = s.nr(folio);
  if (s.refcount.at(folio) !== 1 + nr) return false;
  if (s.has(folio, PG.dirty)) return false;
  if (s.has(folio, PG.swapcache)) {
    const shadow = reclaimed ? workingsetEviction(s, folio, sc.memcg) : 0;
    deleteFromSwapCache(s, folio, shadow, false);
  } else {
    const shadow = reclaimed && isFileLru(s, folio) ? workingsetEviction(s, folio, sc.memcg) : 0;
    removeFromPageCache(s, folio, shadow);
  }
  s.set(s.refcount, folio, 1);
  return true;
}

/** pageout (mm/vmscan.c): writes a dirty swap-cache or shmem folio. */
function pageout(s: State, folio: number, isolated: number[]): 'keep' | 'activate' | 'writeback' | 'success' | 'clean' {
  const priv = s.has(folio, PG.private) ? 1 : 0;
  if (s.refcount.at(folio) - priv !== 1 + s.nr(folio)) return 'keep';
  if (s.has(folio, PG.swapcache)) {
    if (!s.testClear(folio, PG.dirty)) return 'clean';
    return submitted(s, swapWritepage(s, folio));
  }
  const fs = folioFs(s, folio);
  if (!fs) return 'keep';
  if (fs === FS.tmpfs) {
    if (!folioClearDirtyForIo(s, folio)) return 'clean';
    return shmemWritepage(s, folio, isolated);
  }
  return 'activate';
}

/** Is the I/O of a page on its way still (a disk), or done (zram, or there was none)? */
function submitted(s: State, io: boolean): 'writeback' | 'success' {
  return io && s.machine.swap === 'disk' ? 'writeback' : 'success';
}

/** shmem_writepage (mm/shmem.c): from the page cache to the swap cache, and written. A large folio without slots is split. */
function shmemWritepage(s: State, folio: number, isolated: number[]): 'activate' | 'writeback' | 'success' {
  const entry = allocSwap(s, s.nr(folio));
  if (!entry) {
    s.setFlag(folio, PG.dirty);
    if (s.nr(folio) > 1) splitFolio(s, folio, folio, isolated);
    return 'activate';
  }
  const nr = s.nr(folio);
  addToSwapCache(s, folio, entry);
  for (let i = 0; i < nr; i++) swapDuplicate(s, entry + i);
  removeFromPageCache(s, folio, 0, entry);
  folioPut(s, folio, nr);
  return submitted(s, swapWritepage(s, folio));
}

/**
 * shrink_folio_list (mm/vmscan.c): tries to reclaim every isolated folio of `list`; returns how many pages were freed. What stays is left in
 * `list`, still isolated.
 */
export function shrinkFolioList(
  s: State,
  list: number[],
  sc: ScanControl,
  stat: ReclaimStat,
  ignoreReferences: boolean,
): number {
  const queue = list.slice();
  list.length = 0;
  let reclaimed = 0;
  // splitting a large folio adds its pages where the next one is taken from (lru_add_page_tail)
  let split: number[] = [];
  for (let i = 0; i < queue.length; i++) {
    const folio = queue[i]!;
    const r = shrinkOne(s, folio, split, sc, stat, ignoreReferences);
    if (split.length) {
      queue.splice(i + 1, 0, ...split);
      split = [];
    }
    if (r < 0) list.push(folio);
    else reclaimed += r;
  }
  return reclaimed;
}

/** One folio of shrink_folio_list: pages freed, or -1 if it stays. */
function shrinkOne(
  s: State,
  folio: number,
  queue: number[],
  sc: ScanControl,
  stat: ReclaimStat,
  ignoreReferences: boolean,
): number {
  let references: ReturnType<typeof folioCheckReferences> = 'reclaim';
  if (s.has(folio, PG.hwpoison) || !folioTrylock(s, folio)) return -1;
  if (!folioEvictable(s, folio)) return activateLocked(s, folio);
  if (s.machine.lru === 'mglru' && !ignoreReferences && folioMapcount(s, folio) && s.has(folio, PG.referenced))
    return -1;
  const anon = folioAnon(s, folio);
  if (!anon && isFileLru(s, folio) && s.has(folio, PG.dirty) && !s.has(folio, PG.writeback))
    stat.nrUnqueuedDirty += s.nr(folio);
  if (s.has(folio, PG.writeback)) {
    s.setFlag(folio, PG.reclaim);
    return activateLocked(s, folio);
  }
  if (!ignoreReferences) references = folioCheckReferences(s, folio);
  if (references === 'activate') return activateLocked(s, folio);
  if (references === 'keep') return -1;

  if (anon && (s.flags.at(folio) & (PG.swapbacked | PG.swapcache)) === PG.swapbacked) {
    if (s.f.reclaimKeepsPinned && folioMaybeDmaPinned(s, folio)) return -1;
    if (s.order.at(folio)) {
      if (!canSplitFolio(s, folio, 1)) return activateLocked(s, folio);
      const partial = s.f.mthp ? s.has(folio, PG.partially_mapped) : s.entire.at(folio) === 0;
      if (partial && s.fmap.at(folio) > 0 && splitFolio(s, folio, folio, queue)) return activateLocked(s, folio);
    }
    if (!addToSwap(s, folio)) {
      if (!s.order.at(folio) || splitFolio(s, folio, folio, queue)) return activateLocked(s, folio);
      if (!addToSwap(s, folio)) return activateLocked(s, folio);
    }
  }
  if (folioMapcount(s, folio)) {
    tryToUnmap(s, folio);
    if (folioMapcount(s, folio)) return activateLocked(s, folio);
  }
  if (s.f.reclaimKeepsPinned && folioMaybeDmaPinned(s, folio)) return activateLocked(s, folio);
  if (s.has(folio, PG.dirty)) {
    if (isFileLru(s, folio) && !anon && !sc.kswapd) {
      s.setFlag(folio, PG.reclaim);
      return activateLocked(s, folio);
    }
    if (references === 'reclaim-clean') return -1;
    switch (pageout(s, folio, queue)) {
      case 'keep':
        return -1;
      case 'activate':
        return activateLocked(s, folio);
      case 'writeback':
        // asynchronous: the folio is under writeback now; it is freed by a later pass
        s.setFlag(folio, PG.writeback | PG.reclaim);
        s.underWriteback.push(folio);
        return -1;
      case 'success':
      case 'clean':
        break;
    }
  }
  if (s.has(folio, PG.private)) {
    if (!filemapReleaseFolio(s, folio)) return activateLocked(s, folio);
    if (!s.mapping.at(folio) && s.refcount.at(folio) === 1) return freeIsolated(s, folio);
  }
  if (folioAnon(s, folio) && !s.has(folio, PG.swapbacked)) {
    if (s.refcount.at(folio) !== 1) return -1;
  } else {
    const cached = s.has(folio, PG.swapcache) || s.mapping.at(folio) >= MAPPING.file;
    if (!cached || !removeMapping(s, folio, sc)) return -1;
  }
  return freeIsolated(s, folio);
}

function freeIsolated(s: State, folio: number): number {
  const nr = s.nr(folio);
  s.set(s.refcount, folio, 0);
  freeFolio(s, folio);
  return nr;
}

/** The activate_locked label of shrink_folio_list. */
function activateLocked(s: State, folio: number): -1 {
  if (s.has(folio, PG.swapcache) && s.has(folio, PG.mlocked)) folioFreeSwap(s, folio);
  if (!s.has(folio, PG.mlocked)) s.setFlag(folio, PG.active);
  return -1;
}

/** I/O that reclaim started ends: swap writeback of the disk. Freshly written folios rotate to the tail, for the next pass. */
export function endSwapWriteback(s: State): void {
  for (const f of s.underWriteback) {
    const reclaim = s.has(f, PG.reclaim);
    if (!reclaim || !s.has(f, PG.lru) || s.has(f, PG.unevictable | PG.dirty)) s.clearFlag(f, PG.writeback | PG.reclaim);
    else rotateReclaimable(s, f);
  }
  s.underWriteback.length = 0;
}

/** folio_rotate_reclaimable (mm/swap.c). */
function rotateReclaimable(s: State, folio: number): void {
  lruDelete(s, folio);
  s.clearFlag(folio, PG.writeback | PG.reclaim | PG.active);
  lruAdd(s, folio, true);
}

/** move_folios_to_lru (mm/vmscan.c): what was not reclaimed goes back to the list its flags say. */
export function moveFoliosToLru(s: State, list: readonly number[], memcg: boolean): void {
  for (const folio of list) {
    if (!folioEvictable(s, folio)) {
      folioPutbackLru(s, folio);
      lruAddDrain(s);
      continue;
    }
    s.clearFlag(folio, PG.isolated);
    if (s.refcount.at(folio) === 1) {
      folioPut(s, folio);
      continue;
    }
    s.setFlag(folio, PG.lru);
    s.add(s.refcount, folio, -1);
    lruAdd(s, folio);
    if (s.has(folio, PG.active)) ageNonresident(s, memcg, s.nr(folio), s.nodeOf(folio));
  }
}

export const pagesOf = (s: State, list: readonly number[]): number => list.reduce((n, f) => n + s.nr(f), 0);
