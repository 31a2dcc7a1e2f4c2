/** Truncation, hole punching, invalidation (mm/truncate.c, fs/ext4/inode.c, mm/shmem.c). */
import { folioLock, folioTrylock } from './wait.ts';
import { folioWaitWriteback } from './writeback.ts';
import { MAPPING, PG } from './flags.ts';
import { FS, cachedPage, filemapReleaseFolio, removeFromPageCache, xaSlot, detachBuffers } from './filemap.ts';
import { LEASE, daxBusy, daxFree } from './dax.ts';
import { deactivateFileFolio, lruAddDrain } from './lru.ts';
import { folioGet, folioPut } from './page_alloc.ts';
import { folioMapcount } from './rmap.ts';
import { removeMapping } from './vmscan.ts';
import { freeSwapAndCache } from './swap.ts';
import { hugetlbDeleteFromPageCache } from './hugetlb.ts';
import { unmapMappingRange } from './zap.ts';
import { writeFile } from './writeback.ts';
import { splitFolio } from './thp.ts';
import { SCALAR, type State } from './state.ts';

/** truncate_inode_folio (mm/truncate.c): unmapped, buffers and dirt dropped, out of the page cache; who holds the page keeps it. */
function truncateInodeFolio(s: State, folio: number): void {
  const file = s.mapping.at(folio) - MAPPING.file;
  const index = s.index.at(folio);
  const nr = s.nr(folio);
  folioLock(s, folio);
  folioWaitWriteback(s, folio);
  folioGet(s, folio);
  if (folioMapcount(s, folio)) unmapMappingRange(s, file, index, index + nr, false);
  detachBuffers(s, folio);
  s.clearFlag(folio, PG.dirty);
  if (s.has(folio, PG.hugetlb)) hugetlbDeleteFromPageCache(s, folio);
  else {
    removeFromPageCache(s, folio);
    folioPut(s, folio, nr);
  }
  folioPut(s, folio);
}

/** truncate_inode_pages_range / shmem_undo_range: pages [first, end) leave the page cache and the swap. */
export function truncateInodePages(s: State, file: number, first: number, end: number): void {
  lruAddDrain(s);
  const limit = Math.min(end, s.fileCap.at(file));
  for (let i = first; i < limit; i++) {
    const at = xaSlot(s, file, i);
    const v = s.xa.at(at);
    if (v < 0) {
      s.set(s.xa, at, 0);
      freeSwapAndCache(s, -v);
      continue;
    }
    if (v > 0) {
      const folio = s.head(v);
      const from = s.index.at(folio);
      if (from < first || from + s.nr(folio) > end) {
        // truncate_inode_partial_folio: zeroes the part, and splits if it can
        for (let k = Math.max(from, first); k < Math.min(end, from + s.nr(folio)); k++)
          s.set(s.content, folio + (k - from), 0);
        // hugetlb pages are only zeroed (hugetlbfs_zero_partial_page)
        let ok = false;
        if (!s.has(folio, PG.hugetlb)) {
          folioGet(s, folio);
          ok = splitFolio(s, folio, v) === 0;
          folioPut(s, ok ? v : folio);
        }
        if (ok && cachedPage(s, file, i) === v) truncateInodeFolio(s, v);
        if (!ok) i = Math.min(end, from + s.nr(folio)) - 1;
        continue;
      }
      truncateInodeFolio(s, folio);
    }
    s.set(s.xaShadow, at, 0);
  }
}

/** Truncation to `pages` (ftruncate): ext4_setattr, shmem_setattr. False: it has to wait for somebody's DAX page. */
export function truncateFile(s: State, file: number, pages: number): boolean {
  const old = s.filePages.at(file);
  if (pages < old) {
    if (s.fileFs.at(file) === FS['ext4-dax']) {
      if (!breakLayouts(s, file)) return false;
      s.set(s.filePages, file, pages);
      daxFree(s, file, pages, old);
      return true;
    }
    s.set(s.filePages, file, pages);
    unmapMappingRange(s, file, pages, old, true);
    truncateInodePages(s, file, pages, Number.MAX_SAFE_INTEGER);
    for (let i = pages; i < Math.min(old, s.fileCap.at(file)); i++) s.set(s.xaDisk, xaSlot(s, file, i), 0);
  } else s.set(s.filePages, file, pages);
  return true;
}

/** ext4_break_layouts, dax_layout_busy_page: unmaps the whole file; false while somebody holds one of its pages. */
function breakLayouts(s: State, file: number): boolean {
  const cap = s.fileCap.at(file);
  unmapMappingRange(s, file, 0, cap, false);
  // __break_lease: the holder is told, and the caller waits until it has let go of the lease and of the pages
  if (s.fileLease.at(file)) {
    s.set(s.fileLease, file, LEASE.recalled);
    return false;
  }
  return s.machine.daxPolicy === 'sigbus' || !daxBusy(s, file, 0, cap);
}

/** fallocate(PUNCH_HOLE): ext4_punch_hole, shmem_fallocate. False: it has to wait (ext4_break_layouts on DAX). */
export function punchHole(s: State, file: number, first: number, pages: number): boolean {
  const end = first + pages;
  if (s.fileFs.at(file) === FS['ext4-dax']) {
    if (!breakLayouts(s, file)) return false;
    daxFree(s, file, first, end);
    return true;
  }
  if (s.f.punchHoleWritesBack && s.fileFs.at(file) === FS.ext4) writeFile(s, file, first, end);
  unmapMappingRange(s, file, first, end, false);
  truncateInodePages(s, file, first, end);
  if (s.fileFs.at(file) === FS.ext4)
    for (let i = first; i < Math.min(end, s.fileCap.at(file)); i++) s.set(s.xaDisk, xaSlot(s, file, i), 0);
  return true;
}

/** mapping_evict_folio: drops a clean, unmapped page-cache folio that nobody else holds. */
function invalidateFolio(s: State, folio: number): boolean {
  if (!folioTrylock(s, folio)) return false;
  if (s.has(folio, PG.dirty | PG.writeback) || folioMapcount(s, folio)) return false;
  const expected = s.nr(folio) + 1 + (s.has(folio, PG.private) ? 1 : 0);
  folioGet(s, folio);
  let ok = s.refcount.at(folio) <= expected && filemapReleaseFolio(s, folio);
  if (ok) ok = removeMapping(s, folio, { memcg: false }, false);
  folioPut(s, folio);
  return ok;
}

/** drop_caches (echo 1): drop_pagecache_sb → invalidate_mapping_pages of every file. tmpfs pages are dirty as soon as they hold
 * something, and stay; what cannot go is deactivated. */
export function dropCaches(s: State): void {
  lruAddDrain(s);
  for (let file = 1; file < s.scalar.at(SCALAR.nextFile); file++) {
    const fs = s.fileFs.at(file);
    if (fs !== FS.ext4 && fs !== FS.blockdev && fs !== FS.tmpfs) continue;
    for (let i = 0; i < s.fileCap.at(file); i++) {
      const page = cachedPage(s, file, i);
      if (!page) {
        s.set(s.xaShadow, xaSlot(s, file, i), 0);
        continue;
      }
      const folio = s.head(page);
      if (page === folio && !invalidateFolio(s, folio)) deactivateFileFolio(s, folio);
    }
  }
}

/** invalidate_inode_pages2_range: after a direct write the cached pages go, dirty or pinned or not (ext4 launders none). */
export function invalidateInodePages2(s: State, file: number, first: number, end: number): boolean {
  let ok = true;
  lruAddDrain(s);
  for (let i = first; i < Math.min(end, s.fileCap.at(file)); i++) {
    const page = cachedPage(s, file, i);
    if (!page) continue;
    folioLock(s, page);
    folioWaitWriteback(s, page);
    folioGet(s, page);
    if (folioMapcount(s, page)) unmapMappingRange(s, file, i, i + 1, false);
    const dirty = s.has(page, PG.dirty);
    if (!dirty && filemapReleaseFolio(s, page)) {
      removeFromPageCache(s, page);
      folioPut(s, page);
    } else ok = false;
    folioPut(s, page);
  }
  return ok;
}
