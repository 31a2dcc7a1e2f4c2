/** Allocation and freeing of folios, and references to them (mm/page_alloc.c, include/linux/mm.h, mm/swap.c). */
import { MAPPING, PG } from './flags.ts';
import { lruDelete } from './lru.ts';
import { SCALAR, type State } from './state.ts';
import { compactForAllocation } from './compaction.ts';
import { directReclaim } from './reclaim.ts';

/** Where a folio may come from. */
export interface Gfp {
  /** __GFP_MOVABLE: ZONE_MOVABLE may be used, and is used first. */
  movable: boolean;
  node: number;
  /** Only this node (move_pages, soft offline's target). */
  thisNode?: boolean;
  /** May the allocation reclaim memory when there is none (__GFP_DIRECT_RECLAIM)? Default: yes. */
  reclaim?: boolean;
}

/** GFP_HIGHUSER_MOVABLE on the CPU's node. */
export const GFP_USER: Gfp = { movable: true, node: 0 };
/** memalloc_pin_save(): FOLL_LONGTERM's slow path allocates outside ZONE_MOVABLE (current_gfp_context). */
export const GFP_PIN: Gfp = { movable: false, node: 0 };

function takeFromZone(s: State, z: number, order: number): number {
  const free = z * 16 + order;
  const listed = s.zoneFree.at(free);
  if (listed) {
    s.set(s.zoneFree, free, s.lruNext.at(listed));
    s.set(s.lruNext, listed, 0);
    return listed;
  }
  const n = 1 << order;
  const low = s.zoneLow.at(z);
  const high = s.zoneHigh.at(z);
  if (order === 0) {
    if (low < high) {
      s.set(s.zoneLow, z, low + 1);
      return low;
    }
  } else {
    const start = Math.floor((high - n) / n) * n;
    if (start >= low) {
      for (let pfn = start + n; pfn < high; pfn++) pushFree(s, z, 0, pfn);
      s.set(s.zoneHigh, z, start);
      return start;
    }
  }
  for (let o = order + 1; o <= 9; o++) {
    const big = s.zoneFree.at(z * 16 + o);
    if (!big) continue;
    s.set(s.zoneFree, z * 16 + o, s.lruNext.at(big));
    s.set(s.lruNext, big, 0);
    for (let pfn = big + n; pfn < big + (1 << o); pfn += n) pushFree(s, z, order, pfn);
    return big;
  }
  return 0;
}

function pushFree(s: State, z: number, order: number, pfn: number): void {
  s.set(s.lruNext, pfn, s.zoneFree.at(z * 16 + order));
  s.set(s.zoneFree, z * 16 + order, pfn);
}

/** get_page_from_freelist: the first zone that has the folio and keeps more than its watermark. */
function getPageFromFreelist(s: State, order: number, gfp: Gfp, mark: 'low' | 'min' | 'none'): number {
  const lists = s.zonelists[gfp.node]!;
  const list = gfp.movable ? lists.movable : lists.other;
  const marks = s.watermarks[mark];
  for (let i = 0; i < list.length; i++) {
    const z = list[i]!;
    if (gfp.thisNode && s.machine.zones[z]!.node !== gfp.node) break;
    const free = s.zoneNrFree.at(z) - (1 << order);
    if (free < marks[z]!) continue;
    const pfn = takeFromZone(s, z, order);
    if (!pfn) continue;
    s.set(s.zoneNrFree, z, free);
    prepNewFolio(s, pfn, order);
    return pfn;
  }
  return 0;
}

/** folio_alloc (__alloc_pages): a folio of 2^order pages with one reference; 0 when there is no memory, reclaim or not. */
export function allocFolio(s: State, order: number, gfp: Gfp): number {
  if (s.reclaiming) return getPageFromFreelist(s, order, gfp, 'none');
  const fast = getPageFromFreelist(s, order, gfp, 'low');
  if (fast) return fast;
  // __alloc_pages_slowpath: wake kswapd, go down to the lower watermark, then reclaim
  s.set(s.scalar, SCALAR.kswapd, 1);
  const slow = getPageFromFreelist(s, order, gfp, 'min');
  if (slow || gfp.reclaim === false || gfp.thisNode) return slow;
  if (order > 0) {
    compactForAllocation(s);
    return getPageFromFreelist(s, order, gfp, 'min');
  }
  for (let tries = 0; tries < 16 && directReclaim(s); tries++) {
    const pfn = getPageFromFreelist(s, order, gfp, 'min');
    if (pfn) return pfn;
  }
  // __alloc_pages_may_oom: what is below the watermark is for those who free memory
  return 0;
}

/** prep_new_page / prep_compound_page: a fresh folio with _refcount 1. */
export function prepNewFolio(s: State, pfn: number, order: number): void {
  const n = 1 << order;
  const serial = s.next(SCALAR.nextSerial);
  for (let i = 0; i < n; i++) {
    s.set(s.flags, pfn + i, PG.allocated | (i ? PG.tail : 0));
    s.set(s.serial, pfn + i, serial);
    if (i) {
      s.set(s.tail, pfn + i, i);
      s.set(s.sub, pfn + i, i);
    } else s.zero(s.sub, pfn);
    s.zero(s.content, pfn + i);
  }
  if (order) s.set(s.order, pfn, order);
  else s.zero(s.order, pfn);
  s.set(s.refcount, pfn, 1);
}

/** free_pages_prepare and free_one_page: back to the allocator, with the checks of bad_page(). */
export function freeFolio(s: State, folio: number): void {
  const order = s.order.at(folio);
  const n = 1 << order;
  const bad = badPageReason(s, folio);
  if (bad) {
    freeBadPage(s, folio, bad);
    return;
  }
  const z = s.zoneOf(folio);
  for (let i = 0; i < n; i++) {
    const pfn = folio + i;
    s.set(s.flags, pfn, 0);
    if (i) s.set(s.tail, pfn, 0);
    s.zero(s.index, pfn);
    if (s.f.tracking === 'none' || i === 0) s.zero(s.priv, pfn);
  }
  s.zero(s.order, folio);
  s.zero(s.mapping, folio);
  s.zero(s.pincount, folio);
  s.zero(s.stray, folio);
  s.zero(s.strayPins, folio);
  s.zero(s.mlockCount, folio);
  s.zero(s.gen, folio);
  if (z >= 0 && s.machine.zones[z]!.zone !== 'Device') {
    pushFree(s, z, order, folio);
    s.add(s.zoneNrFree, z, n);
  }
}

/** free_huge_folio (mm/hugetlb.c): back to the pool, which looks at nothing; what still maps the folio maps it there. */
function freeHugeFolio(s: State, folio: number): void {
  s.clearFlag(folio, PG.anon_exclusive);
  s.zero(s.mapping, folio);
  if (s.entire.at(folio) > 0) return;
  s.zero(s.pincount, folio);
  freeFolio(s, folio);
}

/**
 * A page that is freed while something still uses it. Kernels that check freed pages print it and leak it on purpose; the others take it
 * back as if nothing were wrong (the model keeps it off the free lists, so that the page that is freed too early stays visible).
 */
function freeBadPage(s: State, folio: number, reason: string): void {
  const n = s.nr(folio);
  if (s.f.checksFreedPages) {
    s.dmesg.push('BUG: Bad page state', `page dumped because: ${reason}`);
    if (n > 1) s.setFlag(folio, PG.bad_large);
    for (let i = 0; i < n; i++)
      s.clearFlag(
        folio + i,
        PG.lru | PG.active | PG.dirty | PG.anon_exclusive | PG.allocated | PG.tail | PG.unevictable | PG.mlocked,
      );
  } else {
    for (let i = 0; i < n; i++) s.set(s.flags, folio + i, 0);
    if (n > 1) s.set(s.entire, folio, 0);
  }
  for (let i = 1; i < n; i++) s.set(s.tail, folio + i, 0);
  s.set(s.order, folio, 0);
  s.set(s.fmap, folio, 0);
  s.set(s.pincount, folio, 0);
  s.set(s.mapping, folio, 0);
  s.set(s.stray, folio, 0);
  s.set(s.strayPins, folio, 0);
}

function badPageReason(s: State, folio: number): string | undefined {
  if (s.entire.at(folio) > 0) return 'nonzero entire_mapcount';
  if (s.order.at(folio) === 0 && s.mapcount.at(folio) > 0) return 'nonzero mapcount';
  if (s.pincount.at(folio) !== 0 && s.f.checksFreedPages) return 'nonzero pincount';
  const mapping = s.mapping.at(folio);
  if (mapping >= MAPPING.file && cacheSlotHolds(s, folio)) return 'non-NULL mapping';
  return undefined;
}

function cacheSlotHolds(s: State, folio: number): boolean {
  const file = s.mapping.at(folio) - MAPPING.file;
  const index = s.index.at(folio);
  return index < s.fileCap.at(file) && s.xa.at(s.fileXa.at(file) + index) === folio;
}

/** folio_get / page_ref_add. */
export function folioGet(s: State, folio: number, n = 1): void {
  s.add(s.refcount, folio, n);
}

/** folio_put_refs: drops references; the last one frees the folio (__folio_put, mm/swap.c). */
export function folioPut(s: State, folio: number, n = 1): void {
  const left = s.add(s.refcount, folio, -n);
  if (left === 0) folioPutLast(s, folio);
}

/** __folio_put: off the LRU (page_cache_release), clears mlocked, frees. */
export function folioPutLast(s: State, folio: number): void {
  if (s.has(folio, PG.hugetlb)) {
    freeHugeFolio(s, folio);
    return;
  }
  if (s.has(folio, PG.driver)) {
    s.clearFlag(folio, PG.driver);
  }
  if (s.has(folio, PG.lru)) {
    lruDelete(s, folio);
    s.clearFlag(folio, PG.lru);
  }
  if (s.has(folio, PG.mlocked)) s.count('unevictable_pgs_cleared', s.nr(folio));
  s.clearFlag(folio, PG.active | PG.unevictable | PG.mlocked);
  freeFolio(s, folio);
}
