/** Migration of folios and what asks for it: move_pages, soft offline (mm/migrate.c, mm/memory-failure.c). */
import { folioLock } from './wait.ts';
import { folioWaitWriteback } from './writeback.ts';
import { E, MAPPING, PG, PTE, VM } from './flags.ts';
import { GFP_USER, allocFolio, folioGet, folioPut, prepNewFolio, type Gfp } from './page_alloc.ts';
import {
  anonExclusive,
  folioAnon,
  folioMapcount,
  folioMaybeDmaPinned,
  folioSlots,
  mapPmd,
  mapPte,
  setAnonExclusive,
  unmapSlot,
} from './rmap.ts';
import { clearEntry, pmdSlot, pteSlot, slotIsPmd, slotMm, slotVpn } from './pagetable.ts';
import { filemapReleaseFolio, xaSlot } from './filemap.ts';
import { folioAddLru, folioIsolateLru, folioPutbackLru, lruAddDrain, mlockFolio } from './lru.ts';
import { allocHugetlb, hugetlbCacheRefs } from './hugetlb.ts';
import { folioMarkDirty } from './writeback.ts';
import { gup } from './gup.ts';
import { gupPutFolio } from './gup_pin.ts';
import { isHugeZero, isZeroPage, splitFolio } from './thp.ts';
import { removeMapping } from './vmscan.ts';
import { findVma } from './vma.ts';
import { FOLL } from './flags.ts';
import type { State } from './state.ts';

/** Why and whereto folios move. */
export interface MigrateTarget {
  gfp: Gfp;
  reason: 'longterm_pin' | 'syscall' | 'memory_failure' | 'compaction';
  /** Where the new page comes from, if not from the allocator (compaction_alloc): 0 if there is none. */
  target?: () => number;
  /** The source is not given back: soft offline poisons it. */
  poison?: boolean;
}

interface Parked {
  mm: number;
  vpn: number;
  pmd: boolean;
  offset: number;
  bits: number;
  exclusive: boolean;
}

/** migrate_pages: moves isolated folios; those that cannot move go back to the LRU. Returns how many folios failed. */
export function migrateFolios(s: State, list: readonly number[], target: MigrateTarget): { failed: number } {
  let failed = 0;
  for (const folio of list) {
    const nr = s.nr(folio);
    const thp = nr > 1 && !s.has(folio, PG.hugetlb);
    let ok = false;
    // two attempts: asynchronous, then synchronous
    for (let attempt = 0; attempt < s.f.migrateAttempts && !ok; attempt++) ok = migrateFolio(s, folio, target);
    s.count(ok ? 'pgmigrate_success' : 'pgmigrate_fail', nr);
    if (thp && nr === 512) s.count(ok ? 'thp_migration_success' : 'thp_migration_fail');
    if (!ok) {
      failed++;
      if (s.has(folio, PG.hugetlb)) {
        s.clearFlag(folio, PG.isolated);
        folioPut(s, folio);
      } else folioPutbackLru(s, folio);
    }
  }
  lruAddDrain(s);
  return { failed };
}

/** try_to_migrate: mappings become migration entries. False when an exclusive page may be pinned: everything is mapped again. */
function tryToMigrate(s: State, folio: number, parked: Parked[]): boolean {
  const anon = folioAnon(s, folio);
  for (const slot of folioSlots(s, folio)) {
    const page = s.ent.at(slot);
    const pmd = slotIsPmd(s, slot);
    const bits = s.entf.at(slot);
    const exclusive = anon && anonExclusive(s, page);
    const hugetlb = s.has(folio, PG.hugetlb);
    if (!pmd && bits & PTE.dirty) folioMarkDirty(s, folio);
    if (exclusive && folioMaybeDmaPinned(s, folio)) return false;
    if (pmd && !hugetlb && bits & PTE.dirty) folioMarkDirty(s, folio);
    parked.push({ mm: slotMm(s, slot), vpn: slotVpn(s, slot), pmd, offset: page - folio, bits, exclusive });
    unmapSlot(s, slot);
    s.add(s.refcount, folio, -1);
  }
  return true;
}

/** remove_migration_ptes: maps `folio` wherever the entries were. */
function removeMigrationPtes(s: State, folio: number, parked: readonly Parked[]): void {
  for (const e of parked) {
    const bits = e.bits & (PTE.write | PTE.dirty | PTE.young | PTE.protnone);
    folioGet(s, folio);
    if (e.pmd) mapPmd(s, pmdSlot(s, e.mm, e.vpn, true), folio, bits);
    else mapPte(s, pteSlot(s, e.mm, e.vpn, true), folio + e.offset, bits);
    if (e.exclusive) setAnonExclusive(s, folio + e.offset, true);
    const vma = findVma(s, e.mm, e.vpn);
    if (s.vmaFlags.at(vma) & VM.LOCKED && !s.has(folio, PG.hugetlb) && (s.order.at(folio) === 0 || e.pmd))
      mlockFolio(s, folio);
  }
}

/** folio_expected_refs: the isolation, the caches and the file system. */
function expectedRefs(s: State, folio: number): number {
  let n = 1;
  if (s.has(folio, PG.swapcache)) n += s.nr(folio);
  else if (s.mapping.at(folio) >= MAPPING.file) n += s.has(folio, PG.hugetlb) ? hugetlbCacheRefs(s) : s.nr(folio);
  if (s.has(folio, PG.private)) n += 1;
  return n;
}

function allocTarget(s: State, pfn: number): number {
  if (pfn) prepNewFolio(s, pfn, 0);
  return pfn;
}

/** migrate_folio_unmap and migrate_folio_move: one attempt. */
function migrateFolio(s: State, folio: number, target: MigrateTarget): boolean {
  if (s.refcount.at(folio) === 1 && !s.has(folio, PG.hugetlb)) {
    // freed under us: only the isolation holds it
    s.clearFlag(folio, PG.active | PG.unevictable | PG.isolated);
    folioPut(s, folio);
    return true;
  }
  folioLock(s, folio);
  folioWaitWriteback(s, folio);
  const hugetlb = s.has(folio, PG.hugetlb);
  const dst = hugetlb
    ? allocHugetlb(s, target.gfp.node, target.gfp.thisNode)
    : target.target
      ? allocTarget(s, target.target())
      : allocFolio(s, s.order.at(folio), target.gfp);
  if (!dst) return false;
  const parked: Parked[] = [];
  const done = tryToMigrate(s, folio, parked);
  if (!done || folioMapcount(s, folio) || s.refcount.at(folio) !== expectedRefs(s, folio)) {
    removeMigrationPtes(s, folio, parked);
    s.clearFlag(dst, PG.hugetlb);
    folioPut(s, dst);
    return false;
  }
  moveToNewFolio(s, folio, dst);
  const wasUnevictable = s.has(dst, PG.unevictable);
  if (!hugetlb) {
    folioAddLru(s, dst);
    if (wasUnevictable) lruAddDrain(s);
  }
  removeMigrationPtes(s, dst, parked);
  lruAddDrain(s);
  folioPut(s, dst);
  s.clearFlag(folio, PG.isolated);
  if (target.poison && !hugetlb) {
    s.setFlag(folio, PG.hwpoison);
    s.clearFlag(folio, PG.active | PG.unevictable | PG.mlocked);
    return true;
  }
  folioPut(s, folio);
  return true;
}

/** folio_migrate_mapping, folio_migrate_copy, folio_migrate_flags: caches, contents and flags go to the new folio. */
function moveToNewFolio(s: State, src: number, dst: number): void {
  const nr = s.nr(src);
  for (let i = 0; i < nr; i++) s.set(s.content, dst + i, s.content.at(src + i));
  s.set(s.mapping, dst, s.mapping.at(src));
  s.set(s.index, dst, s.index.at(src));
  const keep =
    PG.referenced |
    PG.uptodate |
    PG.active |
    PG.unevictable |
    PG.workingset |
    PG.dirty |
    PG.swapbacked |
    PG.refs0 |
    PG.refs1;
  s.setFlag(dst, s.flags.at(src) & keep);
  s.clearFlag(src, PG.active | PG.unevictable);
  if (s.has(src, PG.swapcache)) {
    const entry = s.priv.at(src);
    for (let i = 0; i < nr; i++) s.set(s.swapCache, entry + i, dst + i);
    s.set(s.priv, dst, entry);
    s.set(s.priv, src, 0);
    s.setFlag(dst, PG.swapcache);
    s.clearFlag(src, PG.swapcache);
    folioGet(s, dst, nr);
    s.add(s.refcount, src, -nr);
  } else if (s.mapping.at(src) >= MAPPING.file) {
    const file = s.mapping.at(src) - MAPPING.file;
    for (let i = 0; i < nr; i++) s.set(s.xa, xaSlot(s, file, s.index.at(src) + i), dst + i);
    const refs = s.has(src, PG.hugetlb) ? hugetlbCacheRefs(s) : nr;
    folioGet(s, dst, refs);
    s.add(s.refcount, src, -refs);
    s.clearFlag(src, PG.dirty);
    s.set(s.mapping, src, 0);
  }
  if (s.has(src, PG.private)) {
    s.clearFlag(src, PG.private);
    s.add(s.refcount, src, -1);
    s.setFlag(dst, PG.private);
    folioGet(s, dst);
  }
  if (s.mapping.at(src) === MAPPING.anon || s.mapping.at(src) === MAPPING.ksm)
    for (let i = 0; i < nr; i++) s.clearFlag(src + i, PG.anon_exclusive);
}

/** move_pages(2) of one page (add_folio_for_migration, do_pages_move): `ret` pages not moved, `status` the node or -errno. */
export function movePages(s: State, mm: number, vpn: number, node: number): { ret: number; status?: number } {
  lruAddDrain(s);
  const vma = findVma(s, mm, vpn);
  const flags = s.vmaFlags.at(vma);
  if (!vma || flags & (VM.PFNMAP | VM.IO | VM.SECRETMEM)) return { ret: 0, status: -E.FAULT };
  const pmd = pmdSlot(s, mm, vpn);
  const leaf = pmd && s.entf.at(pmd) & PTE.leaf;
  const slot = leaf ? pmd : pteSlot(s, mm, vpn);
  const bits = slot ? s.entf.at(slot) : 0;
  if (!(bits & PTE.present)) return { ret: 0, status: s.f.movePagesNoent || bits ? -E.NOENT : -E.FAULT };
  const page = leaf ? s.ent.at(pmd) + (vpn & 511) : s.ent.at(slot);
  const folio = s.head(page);
  if (isZeroPage(s, page) || isHugeZero(s, folio)) return { ret: 0, status: -E.FAULT };
  if (bits & PTE.special) return { ret: 0, status: -E.FAULT };
  if (s.nodeOf(folio) === node) return { ret: 0, status: node };
  const shared = s.order.at(folio)
    ? s.entire.at(folio)
      ? s.entire.at(folio) > 1 || s.fmap.at(folio) > 1
      : s.mapcount.at(folio) > 1
    : s.mapcount.at(folio) > 1;
  if (shared) return { ret: 0, status: -E.ACCES };
  if (s.has(folio, PG.hugetlb)) {
    folioGet(s, folio);
    s.setFlag(folio, PG.isolated);
  } else if (!folioIsolateLru(s, folio)) return { ret: 0, status: -E.BUSY };
  const { failed } = migrateFolios(s, [folio], { gfp: { movable: true, node, thisNode: true }, reason: 'syscall' });
  return failed ? { ret: failed } : { ret: 0, status: node };
}

/** madvise_inject_error of one page: 0 or -errno, and the pages of the folio that it was a part of. */
export function softOffline(s: State, mm: number, vpn: number): { ret: number; size: number } {
  const pages: number[] = [];
  const r = gup(s, 'get_user_pages_fast', mm, vpn, 1, 0, pages);
  if (r < 1) return { ret: r, size: 1 };
  const size = s.nr(s.head(pages[0]!));
  lruAddDrain(s);
  return { ret: softOfflinePage(s, pages[0]!), size };
}

/** soft_offline_page, soft_offline_in_use_page: moves the page's content away and poisons the frame. The caller's reference is used up. */
function softOfflinePage(s: State, page: number): number {
  let folio = s.head(page);
  if (isZeroPage(s, page) || s.machine.zones[s.zoneOf(page)]?.zone === 'Device') {
    gupPutFolio(s, folio, 1, FOLL.GET);
    return isZeroPage(s, page) ? -E.BUSY : -E.IO;
  }
  const hugetlb = s.has(folio, PG.hugetlb);
  if (s.order.at(folio) && !hugetlb) {
    if (splitFolio(s, folio, page)) {
      folioPut(s, folio);
      return -E.BUSY;
    }
    folio = page;
  }
  if (s.has(page, PG.hwpoison)) {
    folioPut(s, folio);
    return 0;
  }
  if (
    !hugetlb &&
    s.has(folio, PG.lru) &&
    !s.has(folio, PG.swapcache) &&
    !folioMapcount(s, folio) &&
    !s.has(folio, PG.dirty) &&
    s.mapping.at(folio) >= MAPPING.file
  ) {
    if (filemapReleaseFolio(s, folio) && removeMapping(s, folio, { memcg: false }, false)) {
      poison(s, folio);
      return 0;
    }
  }
  let isolated: boolean;
  if (hugetlb) {
    folioGet(s, folio);
    s.setFlag(folio, PG.isolated);
    isolated = true;
  } else isolated = folioIsolateLru(s, folio);
  folioPut(s, folio);
  if (!isolated) return -E.BUSY;
  return migrateFolios(s, [folio], { gfp: GFP_USER, reason: 'memory_failure', poison: true }).failed ? -E.BUSY : 0;
}

/** page_handle_poison: the frame is taken out of use; one reference stays for ever. */
function poison(s: State, folio: number): void {
  if (s.has(folio, PG.lru)) {
    folioIsolateLru(s, folio);
    s.clearFlag(folio, PG.isolated);
    folioPut(s, folio);
  }
  s.setFlag(folio, PG.hwpoison);
}
export { clearEntry };
