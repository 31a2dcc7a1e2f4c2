/** Reclaim from the classic active and inactive lists (shrink_lruvec; mm/vmscan.c). */
import { PG } from './flags.ts';
import { folioEvictable, folioPutbackLru, listDelete, lruAddDrain } from './lru.ts';
import { folioGet } from './page_alloc.ts';
import { folioReferenced } from './rmap.ts';
import { type State } from './state.ts';
import { moveFoliosToLru, pagesOf, shrinkFolioList, type ReclaimStat, type ScanControl } from './vmscan.ts';
import { wakeupFlusherThreads } from './writeback.ts';

/** SWAP_CLUSTER_MAX. */
export const SWAP_CLUSTER_MAX = 32;

/** isolate_lru_folios: takes up to `nr` pages off the tail of a list. */
function isolateLruFolios(s: State, list: number, nr: number): number[] {
  const out: number[] = [];
  let taken = 0;
  for (let f = s.lruTail.at(list); f && taken < nr;) {
    const prev = s.lruPrev.at(f);
    taken += s.nr(f);
    listDelete(s, list, f);
    s.set(s.flags, f, (s.flags.at(f) & ~PG.lru) | PG.isolated);
    folioGet(s, f);
    out.push(f);
    f = prev;
  }
  return out;
}

/** shrink_inactive_list (mm/vmscan.c). */
function shrinkInactiveList(s: State, list: number, nr: number, sc: ScanControl, file: boolean): number {
  lruAddDrain(s);
  const folios = isolateLruFolios(s, list, nr);
  const taken = pagesOf(s, folios);
  if (!taken) return 0;
  const stat: ReclaimStat = { nrUnqueuedDirty: 0 };
  const reclaimed = shrinkFolioList(s, folios, sc, stat, false);
  moveFoliosToLru(s, folios, true);
  s.count(file ? 'pgsteal_file' : 'pgsteal_anon', reclaimed);
  if (stat.nrUnqueuedDirty === taken) wakeupFlusherThreads(s);
  return reclaimed;
}

/** shrink_active_list (mm/vmscan.c): deactivates, and marks workingset. */
export function shrinkActiveList(s: State, list: number, nr: number): void {
  lruAddDrain(s);
  const folios = isolateLruFolios(s, list, nr);
  for (const f of folios) {
    if (!folioEvictable(s, f)) {
      folioPutbackLru(s, f);
      lruAddDrain(s);
      continue;
    }
    folioReferenced(s, f);
    s.clearFlag(f, PG.active);
    s.setFlag(f, PG.workingset);
    moveFoliosToLru(s, [f], true);
  }
}

/** inactive_is_low (mm/vmscan.c), for lists below a gigabyte. */
function inactiveIsLow(s: State, base: number, file: boolean): boolean {
  const l = base + (file ? 2 : 0);
  return s.lruSize.at(l) < s.lruSize.at(l + 1);
}

/** shrink_lruvec (mm/vmscan.c) of one node at one priority. */
export function shrinkLruvec(s: State, node: number, priority: number, sc: ScanControl): number {
  const base = node * 8;
  const size = s.lruSize;
  // prepare_scan_control reads the cgroup's statistics: fresh in one kernel, rarely flushed in the other
  const lowAtStart = inactiveIsLow(s, base, false);
  // most calls are for so high a priority that no list has a page to scan
  const held = size.at(base) | size.at(base + 1) | size.at(base + 2) | size.at(base + 3);
  const reclaimed = held >> priority ? scanLists(s, base, priority, sc, lowAtStart) : 0;
  if (s.f.reclaimFlushesStats ? lowAtStart : inactiveIsLow(s, base, false))
    shrinkActiveList(s, base + 1, SWAP_CLUSTER_MAX);
  return reclaimed;
}

/** Its loop over the lists: of each the part that the priority says. */
function scanLists(s: State, base: number, priority: number, sc: ScanControl, lowAtStart: boolean): number {
  const mayDeactivate = [
    sc.forceDeactivate || lowAtStart,
    sc.forceDeactivate || (s.f.reclaimFlushesStats && inactiveIsLow(s, base, true)),
  ];
  const nr = [0, 1, 2, 3].map((l) => s.lruSize.at(base + l) >> priority);
  if (priority) {
    if (nr[2] && !mayDeactivate[1]) nr[0] = nr[1] = 0;
    else for (let i = 0; i < 4; i++) nr[i] = nr[i]! >> 1;
  }
  let reclaimed = 0;
  while (nr[0]! || nr[3]! || nr[2]!) {
    for (let l = 0; l < 4; l++) {
      if (!nr[l]) continue;
      const scan = Math.min(nr[l]!, SWAP_CLUSTER_MAX);
      nr[l] = nr[l]! - scan;
      if (l & 1) {
        if (mayDeactivate[l >> 1]) shrinkActiveList(s, base + l, scan);
        else sc.skippedDeactivate = true;
      } else reclaimed += shrinkInactiveList(s, base + l, scan, sc, l >= 2);
    }
  }
  return reclaimed;
}
