/** Reclaim: shrink_folio_list and what feeds it (mm/vmscan.c). */
import { MAPPING, PG } from './flags.ts';
import {
  folioFreeSwap,
  addToSwap,
  addToSwapCache,
  allocSwap,
  deleteFromSwapCache,
  swapDuplicate,
  swapWritepage,
} from './swap.ts';
import { FS, filemapReleaseFolio, removeFromPageCache } from './filemap.ts';
import {
  ageNonresident,
  folioEvictable,
  folioLruList,
  folioPutbackLru,
  isFileLru,
  listDelete,
  lruAdd,
  lruAddDrain,
  lruDelete,
} from './lru.ts';
import { MIN_NR_GENS, genList, minSeq } from './lru_gen.ts';
import { folioGet, folioPut, freeFolio } from './page_alloc.ts';
import { folioAnon, folioMapcount, folioMaybeDmaPinned, folioReferenced, tryToUnmap } from './rmap.ts';
import { canSplitFolio, splitFolio } from './thp.ts';
import { workingsetEviction } from './workingset.ts';
import { folioClearDirtyForIo, folioFs, wakeupFlusherThreads } from './writeback.ts';
import { SCALAR, type State } from './state.ts';

/** SWAP_CLUSTER_MAX. */
const SWAP_CLUSTER_MAX = 32;

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
function pageout(s: State, folio: number, isolated: number[]): 'keep' | 'activate' | 'success' | 'clean' {
  const priv = s.has(folio, PG.private) ? 1 : 0;
  if (s.refcount.at(folio) - priv !== 1 + s.nr(folio)) return 'keep';
  if (s.has(folio, PG.swapcache)) {
    if (!s.testClear(folio, PG.dirty)) return 'clean';
    swapWritepage(s, folio);
    return 'success';
  }
  const fs = folioFs(s, folio);
  if (!fs) return 'keep';
  if (fs === FS.tmpfs) {
    if (!folioClearDirtyForIo(s, folio)) return 'clean';
    return shmemWritepage(s, folio, isolated) ? 'success' : 'activate';
  }
  return 'activate';
}

/** shmem_writepage (mm/shmem.c): from the page cache to the swap cache, and written. A large folio without slots is split. */
function shmemWritepage(s: State, folio: number, isolated: number[]): boolean {
  const entry = allocSwap(s, s.nr(folio));
  if (!entry) {
    s.setFlag(folio, PG.dirty);
    if (s.nr(folio) > 1) splitFolio(s, folio, folio, isolated);
    return false;
  }
  const nr = s.nr(folio);
  addToSwapCache(s, folio, entry);
  for (let i = 0; i < nr; i++) swapDuplicate(s, entry + i);
  removeFromPageCache(s, folio, 0, entry);
  folioPut(s, folio, nr);
  swapWritepage(s, folio);
  return true;
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
  // splitting a large folio adds its pages to the end
  for (let i = 0; i < queue.length; i++) {
    const folio = queue[i]!;
    const r = shrinkOne(s, folio, queue, sc, stat, ignoreReferences);
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
  if (s.has(folio, PG.hwpoison)) return -1;
  if (!folioEvictable(s, folio)) return activateLocked(s, folio);
  if (s.machine.lru === 'mglru' && !ignoreReferences && folioMapcount(s, folio) && s.has(folio, PG.referenced))
    return -1;
  if (isFileLru(s, folio) && !folioAnon(s, folio) && s.has(folio, PG.dirty) && !s.has(folio, PG.writeback))
    stat.nrUnqueuedDirty += s.nr(folio);
  if (s.has(folio, PG.writeback)) {
    s.setFlag(folio, PG.reclaim);
    return activateLocked(s, folio);
  }
  if (!ignoreReferences) references = folioCheckReferences(s, folio);
  if (references === 'activate') return activateLocked(s, folio);
  if (references === 'keep') return -1;

  const anon = folioAnon(s, folio);
  if (anon && s.has(folio, PG.swapbacked) && !s.has(folio, PG.swapcache)) {
    if (folioMaybeDmaPinned(s, folio)) return -1;
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
  if (folioMaybeDmaPinned(s, folio)) return activateLocked(s, folio);
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
      case 'success':
        if (s.machine.swap === 'disk') {
          // asynchronous: the folio is under writeback now; it is freed by a later pass
          s.setFlag(folio, PG.writeback | PG.reclaim);
          s.underWriteback.push(folio);
          return -1;
        }
        break;
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
  for (let i = list.length - 1; i >= 0; i--) {
    const folio = list[i]!;
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

const pagesOf = (s: State, list: readonly number[]): number => list.reduce((n, f) => n + s.nr(f), 0);

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
function shrinkActiveList(s: State, list: number, nr: number): void {
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
function shrinkLruvec(s: State, node: number, priority: number, sc: ScanControl): number {
  const base = node * 8;
  // prepare_scan_control reads the cgroup's statistics: fresh in one kernel, rarely flushed in the other
  const lowAtStart = inactiveIsLow(s, base, false);
  const mayDeactivate = [
    sc.forceDeactivate || lowAtStart,
    sc.forceDeactivate || (s.f.reclaimFlushesStats && inactiveIsLow(s, base, true)),
  ];
  const nr = [0, 1, 2, 3].map((l) => s.lruSize.at(base + l) >> priority);
  if (priority) {
    if (s.lruSize.at(base + 2) >> priority && !mayDeactivate[1]) nr[0] = nr[1] = 0;
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
  if (s.f.reclaimFlushesStats ? lowAtStart : inactiveIsLow(s, base, false))
    shrinkActiveList(s, base + 1, SWAP_CLUSTER_MAX);
  return reclaimed;
}

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

// MGLRU

function typeSize(s: State, node: number, type: number): number {
  let n = 0;
  for (let g = 0; g < 4; g++) n += s.lruSize.at(32 + node * 8 + type * 4 + g);
  return n;
}

/** try_to_inc_min_seq: empty oldest generations go. */
function incMinSeq(s: State): void {
  for (const type of [0, 1]) {
    const row = type ? SCALAR.minSeqFile : SCALAR.minSeqAnon;
    while (minSeq(s, type) + MIN_NR_GENS <= s.scalar.at(SCALAR.maxSeq)) {
      const seq = minSeq(s, type);
      if (s.lruHead.at(genList(0, type, seq)) || s.lruHead.at(genList(1, type, seq))) break;
      s.set(s.scalar, row, seq + 1);
    }
  }
}

/** try_to_inc_max_seq (aging): walks page tables — young pages move to the youngest generation — and starts a new one. */
function incMaxSeq(s: State): void {
  const max = s.scalar.at(SCALAR.maxSeq);
  incMinSeq(s);
  for (const type of [0, 1]) {
    if (max - minSeq(s, type) < 3) continue;
    // inc_min_seq: the oldest generation joins the next one
    for (const node of [0, 1]) {
      const from = genList(node, type, minSeq(s, type));
      for (let f = s.lruTail.at(from); f; f = s.lruTail.at(from)) {
        listDelete(s, from, f);
        s.set(s.gen, f, genList(node, type, minSeq(s, type) + 1) + 1);
        lruRelink(s, f);
      }
    }
    s.set(s.scalar, type ? SCALAR.minSeqFile : SCALAR.minSeqAnon, minSeq(s, type) + 1);
  }
  for (const node of [0, 1]) {
    for (let l = 32 + node * 8; l < 40 + node * 8; l++) {
      for (let f = s.lruHead.at(l); f;) {
        const next = s.lruNext.at(f);
        const target = genList(node, isFileLru(s, f) ? 1 : 0, max);
        if (folioMapcount(s, f) && folioReferenced(s, f).ptes && l !== target) {
          listDelete(s, l, f);
          s.clearFlag(f, PG.referenced | PG.workingset | PG.refs0 | PG.refs1);
          s.set(s.gen, f, target + 1);
          lruRelink(s, f);
        }
        f = next;
      }
    }
  }
  s.set(s.scalar, SCALAR.maxSeq, max + 1);
}

function lruRelink(s: State, f: number): void {
  const list = s.gen.at(f) - 1;
  const head = s.lruHead.at(list);
  if (head) {
    s.set(s.lruPrev, head, f);
    s.set(s.lruNext, f, head);
  } else s.set(s.lruTail, list, f);
  s.set(s.lruHead, list, f);
  s.add(s.lruSize, list, s.nr(f));
}

/** try_to_shrink_lruvec, evict_folios: ages when the cold generations run out, evicts the oldest. */
function genShrinkLruvec(s: State, node: number, priority: number, sc: ScanControl): number {
  lruAddDrain(s);
  const total = typeSize(s, node, 0) + typeSize(s, node, 1);
  if (!(total >> priority)) return 0;
  let reclaimed = 0;
  incMinSeq(s);
  const max = s.scalar.at(SCALAR.maxSeq);
  if (Math.min(minSeq(s, 0), minSeq(s, 1)) + MIN_NR_GENS > max - 0 || priority < 12) incMaxSeq(s);
  for (const type of [0, 1]) {
    const list = genList(node, type, minSeq(s, type));
    if (minSeq(s, type) + MIN_NR_GENS > s.scalar.at(SCALAR.maxSeq)) continue;
    const folios: number[] = [];
    for (let f = s.lruTail.at(list); f; f = s.lruTail.at(list)) {
      if (s.f.mglruSkipsDirtyFiles && type === 1 && s.has(f, PG.dirty | PG.writeback)) {
        // sort_folio: waiting for writeback, one generation on
        listDelete(s, list, f);
        s.setFlag(f, PG.reclaim);
        s.set(s.gen, f, genList(node, 1, minSeq(s, 1) + 1) + 1);
        lruRelink(s, f);
        continue;
      }
      lruDelete(s, f, true);
      s.clearFlag(f, PG.lru);
      if (!s.has(f, PG.referenced)) s.clearFlag(f, PG.refs0 | PG.refs1);
      s.clearFlag(f, PG.referenced);
      s.setFlag(f, PG.isolated);
      folioGet(s, f);
      folios.push(f);
    }
    incMinSeq(s);
    if (!folios.length) continue;
    const taken = pagesOf(s, folios);
    const stat: ReclaimStat = { nrUnqueuedDirty: 0 };
    const n = shrinkFolioList(s, folios, sc, stat, false);
    s.count(type ? 'pgsteal_file' : 'pgsteal_anon', n);
    reclaimed += n;
    for (const f of folios) {
      if (!folioEvictable(s, f)) continue;
      if (s.has(f, PG.reclaim) && s.has(f, PG.dirty | PG.writeback)) {
        if (s.has(f, PG.workingset)) s.setFlag(f, PG.referenced);
        continue;
      }
      s.clearFlag(f, PG.referenced | PG.workingset | PG.refs0 | PG.refs1);
      s.setFlag(f, PG.active);
    }
    moveFoliosToLru(s, folios, true);
    if (s.f.mglruWakesFlusher && stat.nrUnqueuedDirty && stat.nrUnqueuedDirty === taken) wakeupFlusherThreads(s);
  }
  return reclaimed;
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
