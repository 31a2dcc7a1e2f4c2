/** Who asks for reclaim: memory.reclaim of a cgroup, MADV_PAGEOUT (mm/vmscan.c, mm/memcontrol.c). */
import { PG } from './flags.ts';
import { folioLruList, folioPutbackLru, lruAddDrain } from './lru.ts';
import { folioMaybeDmaPinned } from './rmap.ts';
import { SCALAR, type State } from './state.ts';
import { endSwapWriteback, shrinkFolioList, type ScanControl } from './vmscan.ts';
import { genShrinkLruvec } from './vmscan_gen.ts';
import { SWAP_CLUSTER_MAX, shrinkActiveList, shrinkLruvec } from './vmscan_lru.ts';
import { wakeupFlusherThreads } from './writeback.ts';

/** do_try_to_free_pages for a cgroup: priorities from 12 to 0 over both nodes, again as a full walk, then again with forced deactivation. */
function tryToFreeMemCgroupPages(s: State, nrToReclaim: number): number {
  const sc: ScanControl = { memcg: true };
  let reclaimed = 0;
  let fullWalk = !s.f.reclaimWalksTwice;
  for (;;) {
    for (let priority = 12; priority >= 0 && reclaimed < nrToReclaim; priority--)
      reclaimed += shrinkNodes(s, [0, 1], priority, sc);
    if (reclaimed) return reclaimed;
    if (!fullWalk) {
      fullWalk = true;
      continue;
    }
    if (!sc.skippedDeactivate) return 0;
    sc.forceDeactivate = true;
    sc.skippedDeactivate = false;
  }
}

/** What the operation asks for: 16 MiB, in pages. */
const MEMORY_RECLAIM = 4096;
/** MAX_RECLAIM_RETRIES. */
const MAX_RECLAIM_RETRIES = 16;
/** From this many pages on the lists, passes that free nothing are not repeated as often as the kernel repeats them. */
const MANY = 256;

/** memory.reclaim of the scenario's cgroup, `times` times: each retries until 17 passes in a row freed nothing (memory_reclaim, mm/memcontrol.c). */
export function memcgReclaim(s: State, times = 6): void {
  for (let t = 0; t < times; t++) {
    let left = MEMORY_RECLAIM;
    let retries = MAX_RECLAIM_RETRIES;
    // what a fruitless pass does to the lists the next but one undoes: an even number of passes can be left out
    let listed = 0;
    for (let list = 0; list < 64; list++) listed += s.lruSize.at(list);
    if (listed > MANY) retries = 2;
    while (left > 0) {
      if (retries === 0) lruAddDrain(s);
      const n = tryToFreeMemCgroupPages(s, Math.max(SWAP_CLUSTER_MAX, s.f.reclaimWalksTwice ? left >>> 2 : left));
      if (!n && !retries--) break;
      left -= n;
    }
    flushIdleMetadata(s);
  }
  // An attempt that frees nothing leaves what it activated on the inactive list again: in 6.12 its last pass deactivates by force, in 6.1 every
  // second attempt does so and their number is even (17 for each write). What the slab shrinkers count as progress can shift that by one; the
  // recordings show the inactive list.
  if (s.machine.lru === 'classic')
    for (const base of [0, 8]) if (s.lruSize.at(base + 3)) shrinkActiveList(s, base + 3, s.lruSize.at(base + 3));
}

/**
 * The file system's own dirty blocks (inode table, bitmaps; charged to nobody in the scenario) are written by the flusher when reclaim finds the
 * cgroup all but empty: nothing inactive that it could scan, no anonymous memory, none in swap. No call of the reclaim path explains it (the one
 * wakeup_flusher_threads() there needs dirty folios that were isolated); the recordings of both kernels agree on it, and the traces' README calls
 * the flusher's coming and going a matter of timing. It shows in `nr_written` only.
 */
function flushIdleMetadata(s: State): void {
  if (s.machine.lru === 'mglru' || !s.scalar.at(SCALAR.flushers)) return;
  const held = (lists: readonly number[]): boolean => lists.some((l) => s.lruSize.at(l) > 0);
  if (held([0, 1, 8, 9])) return;
  if ([2, 10].some((l) => !listEvery(s, l, (f) => folioMaybeDmaPinned(s, f)))) return;
  for (let e = 1; e < s.scalar.at(SCALAR.swapHint); e++) if (s.swapCount.at(e)) return;
  wakeupFlusherThreads(s);
}

function listEvery(s: State, list: number, test: (folio: number) => boolean): boolean {
  for (let f = s.lruHead.at(list); f; f = s.lruNext.at(f)) if (!test(f)) return false;
  return true;
}

/** shrink_zones of the whole machine at one priority. */
function shrinkNodes(s: State, nodes: readonly number[], priority: number, sc: ScanControl): number {
  let n = 0;
  for (const node of nodes)
    n += s.machine.lru === 'mglru' ? genShrinkLruvec(s, node, priority, sc) : shrinkLruvec(s, node, priority, sc);
  endSwapWriteback(s);
  return n;
}

/**
 * try_to_free_pages: an allocation below the min watermark reclaims by itself. Pages freed; 0 when there is nothing to reclaim, forced
 * deactivation included.
 */
export function directReclaim(s: State): number {
  if (s.reclaiming) return 0;
  s.reclaiming = true;
  try {
    for (const forceDeactivate of [false, true]) {
      const sc: ScanControl = { memcg: false, forceDeactivate };
      let reclaimed = 0;
      for (let priority = 12; priority >= 0 && reclaimed < SWAP_CLUSTER_MAX; priority--)
        reclaimed += shrinkNodes(s, [0, 1], priority, sc);
      if (reclaimed) return reclaimed;
    }
    return 0;
  } finally {
    s.reclaiming = false;
  }
}

/** Does every zone of a node have more free pages than its high watermark (pgdat_balanced)? */
function balanced(s: State, node: number): boolean {
  return s.machine.zones.every(
    (zone, z) => zone.node !== node || zone.zone === 'Device' || s.zoneNrFree.at(z) >= s.watermarks.high[z]!,
  );
}

/** kswapd (balance_pgdat): reclaims in the background until every zone is above its high watermark, or nothing more can be had. Pages freed. */
export function kswapd(s: State): number {
  s.set(s.scalar, SCALAR.kswapd, 0);
  s.reclaiming = true;
  let total = 0;
  try {
    for (const node of [0, 1]) {
      for (let failures = 0; failures < 2 && !balanced(s, node);) {
        let reclaimed = 0;
        const sc: ScanControl = { memcg: false, kswapd: true, forceDeactivate: failures > 0 };
        for (let priority = 12; priority >= 1 && !balanced(s, node); priority--)
          reclaimed += shrinkNodes(s, [node], priority === 1 ? 0 : priority, sc);
        total += reclaimed;
        if (!reclaimed) failures++;
      }
    }
    return total;
  } finally {
    s.reclaiming = false;
  }
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
