/** Memory compaction: movable pages go to the far end of their zone, free pages join into larger ones (mm/compaction.c). */
import { PG } from './flags.ts';
import { folioIsolateLru, lruAddDrain } from './lru.ts';
import { migrateFolios } from './migrate.ts';
import type { State } from './state.ts';

/** Largest order that free pages are joined to (pageblock_order). */
const MAX_ORDER = 9;

/** What a compaction did. */
export interface Compaction {
  moved: number;
  /** Folios that could not be moved: pinned, referenced, locked. */
  failed: number;
}

/** Takes all free pages of a zone's lists, in ascending order. */
function takeFreePages(s: State, z: number): number[] {
  const free: number[] = [];
  for (let order = 0; order <= MAX_ORDER; order++) {
    for (let pfn = s.zoneFree.at(z * 16 + order); pfn;) {
      const next = s.lruNext.at(pfn);
      for (let i = 0; i < 1 << order; i++) free.push(pfn + i);
      s.set(s.lruNext, pfn, 0);
      pfn = next;
    }
    s.set(s.zoneFree, z * 16 + order, 0);
  }
  return free.sort((a, b) => a - b);
}

/** __free_one_page, for all free pages of a zone: those that lie together, aligned, become free folios of higher order. */
function giveFreePages(s: State, z: number, free: readonly number[]): void {
  for (let i = 0; i < free.length;) {
    const pfn = free[i]!;
    let order = 0;
    while (order < MAX_ORDER && pfn % (2 << order) === 0 && free[i + (2 << order) - 1] === pfn + (2 << order) - 1)
      order++;
    s.set(s.lruNext, pfn, s.zoneFree.at(z * 16 + order));
    s.set(s.zoneFree, z * 16 + order, pfn);
    i += 1 << order;
  }
}

/** compact_zone: isolates movable folios from the start of the zone upwards and migrates them to free pages from its end downwards. */
function compactZone(s: State, z: number): Compaction {
  const out = { moved: 0, failed: 0 };
  const zone = s.machine.zones[z]!;
  const free = takeFreePages(s, z);
  /** isolate_freepages: the last free page behind `pfn`, handed out before or not; 0 if there is none. */
  const last = (pfn: number): number => {
    const fresh = s.zoneHigh.at(z) - 1;
    const listed = free[free.length - 1] ?? 0;
    if (fresh >= s.zoneLow.at(z) && fresh > listed && fresh > pfn) {
      s.set(s.zoneHigh, z, fresh);
      return fresh;
    }
    return listed > pfn ? free.pop()! : 0;
  };
  for (let pfn = zone.start; pfn < s.zoneLow.at(z); pfn++) {
    if (!s.has(pfn, PG.allocated) || s.has(pfn, PG.tail | PG.unevictable | PG.hugetlb) || s.order.at(pfn)) continue;
    if (!s.has(pfn, PG.lru)) continue;
    let target = last(pfn);
    if (!target) break;
    folioIsolateLru(s, pfn);
    s.add(s.zoneNrFree, z, -1);
    const to = { gfp: { movable: true, node: zone.node, thisNode: true }, reason: 'compaction' as const };
    const { failed } = migrateFolios(s, [pfn], {
      ...to,
      target: () => {
        // a page that a first attempt gave back is free again
        const once = target;
        target = 0;
        return once;
      },
    });
    out[failed ? 'failed' : 'moved']++;
  }
  giveFreePages(
    s,
    z,
    [...free, ...takeFreePages(s, z)].sort((a, b) => a - b),
  );
  return out;
}

/** compact_node, /proc/sys/vm/compact_memory: all zones of ordinary memory. */
export function compactMemory(s: State): Compaction {
  const out = { moved: 0, failed: 0 };
  lruAddDrain(s);
  s.machine.zones.forEach((zone, z) => {
    if (zone.zone === 'Device') return;
    const r = compactZone(s, z);
    out.moved += r.moved;
    out.failed += r.failed;
  });
  return out;
}

/** try_to_compact_pages of an allocation (PF_MEMALLOC: it does not reclaim, and does not compact within itself). */
export function compactForAllocation(s: State): void {
  s.reclaiming = true;
  try {
    compactMemory(s);
  } finally {
    s.reclaiming = false;
  }
}
