/** Dirtying, cleaning and writing file pages; the flusher; fsync (mm/page-writeback.c, fs/ext4/inode.c, fs/fs-writeback.c). */
import { folioLock } from './wait.ts';
import { MAPPING, PG } from './flags.ts';
import { FS, cachedPage, xaSlot } from './filemap.ts';
import { folioMkclean } from './rmap.ts';
import { lruAdd, lruDelete } from './lru.ts';
import { SCALAR, type State } from './state.ts';

/** File system of a folio's mapping; 0 if it has none. */
export function folioFs(s: State, folio: number): number {
  const m = s.mapping.at(folio);
  return m >= MAPPING.file ? s.fileFs.at(m - MAPPING.file) : 0;
}

/** folio_mark_dirty (mm/page-writeback.c): true if it was clean. Each kind of mapping has its own dirty_folio. */
export function folioMarkDirty(s: State, folio: number): boolean {
  if (s.mapping.at(folio) !== 0) s.clearFlag(folio, PG.reclaim);
  const fs = folioFs(s, folio);
  if (fs === FS.ext4) {
    // ext4_dirty_folio: a folio without buffers was never prepared for writing
    if (!s.has(folio, PG.private)) s.warnOnce('fs/ext4/inode.c', 'ext4_dirty_folio', 'ext4_dirty_folio');
  }
  if (s.has(folio, PG.dirty)) return false;
  s.setFlag(folio, PG.dirty);
  if (fs === FS.ext4) s.count('nr_dirtied');
  return true;
}

/** set_page_dirty_lock (mm/page-writeback.c). Returns whether the folio was clean. */
export function setPageDirtyLock(s: State, page: number): boolean {
  folioLock(s, s.head(page));
  return folioMarkDirty(s, s.head(page));
}

/** folio_clear_dirty_for_io: cleans the page and write-protects its mappings; what the PTEs knew goes to the folio first. */
export function folioClearDirtyForIo(s: State, folio: number): boolean {
  const fs = folioFs(s, folio);
  if ((fs === FS.ext4 || fs === FS.blockdev) && folioMkclean(s, folio)) folioMarkDirty(s, folio);
  return s.testClear(folio, PG.dirty);
}

/** Writes the dirty pages of one ext4 file (ext4_writepages: mpage_prepare_extent_to_map, submit). Returns pages written. */
export function writeFile(s: State, file: number, first = 0, end = Infinity): number {
  if (s.fileFs.at(file) !== FS.ext4) return 0;
  let written = 0;
  for (let i = first; i < Math.min(end, s.filePages.at(file)); i++) {
    const page = cachedPage(s, file, i);
    if (!page || !s.has(page, PG.dirty | PG.writeback)) continue;
    folioLock(s, page);
    folioWaitWriteback(s, page);
    if (!s.has(page, PG.dirty)) continue;
    if (!s.has(page, PG.private)) {
      s.dmesg.push(
        `EXT4-fs warning (device vda): mpage_prepare_extent_to_map:${s.f.lines['mpage_prepare_extent_to_map']}: page ${i} does not have buffers attached`,
      );
      s.clearFlag(page, PG.dirty);
      continue;
    }
    folioClearDirtyForIo(s, page);
    s.set(s.xaDisk, xaSlot(s, file, i), s.content.at(page) + 1);
    s.count('nr_written');
    folioEndWriteback(s, page);
    written++;
  }
  return written;
}

/** folio_end_writeback: a folio marked for reclaim goes to the tail of its list (folio_rotate_reclaimable). */
export function folioEndWriteback(s: State, folio: number): void {
  const reclaim = s.has(folio, PG.reclaim);
  s.clearFlag(folio, PG.writeback | PG.reclaim);
  if (!reclaim || !s.has(folio, PG.lru) || s.has(folio, PG.unevictable | PG.dirty)) return;
  lruDelete(s, folio);
  s.clearFlag(folio, PG.active);
  lruAdd(s, folio, true);
}

/**
 * Starts writeback of one cached page and leaves the I/O in flight (ext4_writepages up to submit_bio): the page is clean and write-protected,
 * PG_writeback is set. `bounce`: the device of the file system gets a copy made now (block/bounce.c). False: there is nothing to write.
 */
export function startWriteback(s: State, file: number, index: number, bounce = false): boolean {
  const page = cachedPage(s, file, index);
  if (!page || !s.has(page, PG.dirty)) return false;
  folioLock(s, page);
  folioWaitWriteback(s, page);
  folioClearDirtyForIo(s, page);
  s.setFlag(page, PG.writeback);
  s.set(s.wbContent, page, s.content.at(page) + 1);
  // the copy is on its way to the medium; the page itself may change
  if (bounce) s.set(s.xaDisk, xaSlot(s, file, index), s.content.at(page) + 1);
  s.set(s.wbBounce, page, bounce ? 1 : 0);
  return true;
}

/** Did the page change while it was on its way to the medium, so that a checksum taken at the start does not fit? */
export function writebackUnstable(s: State, page: number): boolean {
  const began = s.wbContent.at(page);
  return began !== 0 && !s.wbBounce.at(page) && began !== s.content.at(page) + 1;
}

/** The I/O of a page ends (folio_end_writeback): the medium holds what the page holds now, or the bounce buffer's copy. */
export function endWriteback(s: State, page: number): void {
  if (!s.wbContent.at(page)) return;
  const mapping = s.mapping.at(page);
  if (mapping >= MAPPING.file && !s.wbBounce.at(page))
    s.set(s.xaDisk, xaSlot(s, mapping - MAPPING.file, s.index.at(page)), s.content.at(page) + 1);
  s.set(s.wbContent, page, 0);
  s.set(s.wbBounce, page, 0);
  s.count('nr_written');
  folioEndWriteback(s, page);
}

/** folio_wait_writeback: the I/O in flight ends before the caller goes on. */
export function folioWaitWriteback(s: State, folio: number): void {
  if (s.wbContent.at(folio)) endWriteback(s, folio);
}
/** folio_wait_stable: waits for writeback where the medium needs pages that do not change meanwhile (bdi_cap_stable_pages_required). */
export function folioWaitStable(s: State, folio: number): void {
  if (s.machine.stablePages) folioWaitWriteback(s, folio);
}

/** fsync (ext4_sync_file): data of the file reaches the medium. */
export function fsyncFile(s: State, file: number): void {
  writeFile(s, file);
}

/** wakeup_flusher_threads: everything dirty is written, the file system's own pages too. */
export function wakeupFlusherThreads(s: State): void {
  for (let f = 1; f < s.scalar.at(SCALAR.nextFile); f++) writeFile(s, f);
  const meta = s.scalar.at(SCALAR.flushers);
  if (meta) {
    s.count('nr_written', meta);
    s.set(s.scalar, SCALAR.flushers, 0);
  }
}
