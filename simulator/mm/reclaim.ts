/** Who asks for reclaim: memory.reclaim of a cgroup, MADV_PAGEOUT (mm/vmscan.c, mm/memcontrol.c). */
import { PG } from './flags.ts';
import { folioLruList, folioPutbackLru, lruAddDrain } from './lru.ts';
import { folioMaybeDmaPinned } from './rmap.ts';
import { SCALAR, type State } from './state.ts';
import { endSwapWriteback, shrinkFolioList, type ScanControl } from './vmscan.ts';
import { genShrinkLruvec } from './vmscan_gen.ts';
import { SWAP_CLUSTER_MAX, shrinkActiveList, shrinkLruvec } from './vmscan_lru.ts';
import { wakeupFlusherThreads } from './writeback.ts';

/** try_to_free_mem_cgroup_pages: priorities from 12 to 0 over both nodes. */
function tryToFreeMemCgroupPages(s: State): number {
  const sc: ScanControl = { memcg: true };
  let reclaimed = 0;
  for (;;) {
    for (let priority = 12; priority >= 0 && reclaimed < SWAP_CLUSTER_MAX; priority--) {
      for (const node of [0, 1])
        reclaimed +=
          s.machine.lru === 'mglru' ? genShrinkLruvec(s, node, priority, sc) : shrinkLruvec(s, node, priority, sc);
      endSwapWriteback(s);
    }
    if (reclaimed || !sc.skippedDeactivate) return reclaimed;
    sc.forceDeactivate = true;
    sc.skippedDeactivate = false;
  }
}

/** memory.reclaim of the scenario's cgroup, `times` times: each retries until 17 passes in a row freed nothing (memory_reclaim, mm/memcontrol.c). */
export function memcgReclaim(s: State, times = 6): void {
  for (let t = 0; t < times; t++) {
    let retries = 16;
    for (;;) {
      if (retries === 0) lruAddDrain(s);
      const n = tryToFreeMemCgroupPages(s);
      if (!n && !retries--) break;
    }
    flushIdleMetadata(s);
  }
  // the last passes find nothing to free and deactivate by force what they activated before
  if (s.machine.lru === 'classic')
    for (const base of [0, 8]) if (s.lruSize.at(base + 3)) shrinkActiveList(s, base + 3, s.lruSize.at(base + 3));
}

/**
 * The file system's own dirty blocks are written once reclaim finds nothing evictable of the cgroup any more, unless it has anonymous memory
 * (in memory or in swap). Observed in every recording; what wakes the flusher there is not known.
 */
function flushIdleMetadata(s: State): void {
  if (s.machine.lru === 'mglru' || !s.scalar.at(SCALAR.flushers)) return;
  if ([0, 1, 8, 9].some((l) => s.lruSize.at(l)) || [2, 10].some((l) => s.lruSize.at(l))) {
    const clean = [2, 10].some((l) => s.lruSize.at(l));
    const pinnedOnly = clean && [2, 10].every((l) => listEvery(s, l, (f) => folioMaybeDmaPinned(s, f)));
    if (!pinnedOnly) return;
  }
  for (let e = 1; e < s.scalar.at(SCALAR.swapHint); e++) if (s.swapCount.at(e)) return;
  wakeupFlusherThreads(s);
}

function listEvery(s: State, list: number, test: (folio: number) => boolean): boolean {
  for (let f = s.lruHead.at(list); f; f = s.lruNext.at(f)) if (!test(f)) return false;
  return true;
}

/** reclaim_pages, reclaim_folio_list (mm/vmscan.c): MADV_PAGEOUT's list of isolated folios. */
export function reclaimPages(s: State, folios: number[]): void {
  for (const f of folios) s.clearFlag(f, PG.active);
  shrinkFolioList(s, folios, { memcg: false }, { nrUnqueuedDirty: 0 }, true);
  for (const f of folios) folioPutbackLru(s, f);
  lruAddDrain(s);
  endSwapWriteback(s);
}

/** Which LRU list a folio is on, for people. */
export function lruName(s: State, folio: number): string {
  if (!s.has(folio, PG.lru))
    return s.has(folio, PG.batched) ? 'batch' : s.has(folio, PG.isolated) ? 'isolated' : 'none';
  return ['inactive_anon', 'active_anon', 'inactive_file', 'active_file', 'unevictable'][folioLruList(s, folio)]!;
}
