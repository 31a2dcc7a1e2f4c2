/** The page cache and the files behind it (mm/filemap.c, mm/readahead.c, fs/ext4). */
import { MAPPING, PG } from './flags.ts';
import { GFP_USER, allocFolio, folioGet, folioPut, type Gfp } from './page_alloc.ts';
import { folioAddLru } from './lru.ts';
import { workingsetRefault } from './workingset.ts';
import { SCALAR, type State } from './state.ts';

/** File systems of files. */
export const FS = { none: 0, ext4: 1, tmpfs: 2, 'ext4-dax': 3, hugetlbfs: 4, blockdev: 5, secretmem: 6 } as const;
/** Name of a file system in operations. */
export type FsName = keyof typeof FS;

/** Makes a file of `pages` pages; its slots in the page cache are empty. */
export function newFile(s: State, name: string, fs: number, pages: number): number {
  const file = s.next(SCALAR.nextFile);
  s.set(s.fileName, file, s.names.id(name));
  s.set(s.fileFs, file, fs);
  s.set(s.filePages, file, pages);
  ensureCapacity(s, file, Math.max(pages, 1));
  return file;
}
/** Row of a file by its name; 0 if there is none. */
export function fileByName(s: State, name: string): number {
  const id = s.names.id(name);
  for (let f = s.scalar.at(SCALAR.nextFile) - 1; f > 0; f--) if (s.fileName.at(f) === id) return f;
  return 0;
}
/** Makes room for `pages` slots (the page cache is one run of slots per file; it moves when the file outgrows it). */
export function ensureCapacity(s: State, file: number, pages: number): void {
  const cap = s.fileCap.at(file);
  if (pages <= cap) return;
  const want = Math.ceil(Math.max(pages, cap * 2) / 512) * 512;
  const from = s.fileXa.at(file);
  const to = s.next(SCALAR.nextXa, want);
  for (let i = 0; i < cap; i++) {
    for (const c of [s.xa, s.xaShadow, s.xaDisk]) {
      s.set(c, to + i, c.at(from + i));
      s.set(c, from + i, 0);
    }
  }
  s.set(s.fileXa, file, to);
  s.set(s.fileCap, file, want);
}
/** Slot of page `index` of a file. */
export function xaSlot(s: State, file: number, index: number): number {
  return s.fileXa.at(file) + index;
}
/** filemap_get_folio: the cached page at `index` (a tail page of a large folio too); 0 if none (or swapped out, for tmpfs). */
export function cachedPage(s: State, file: number, index: number): number {
  if (index >= s.fileCap.at(file)) return 0;
  const v = s.xa.at(xaSlot(s, file, index));
  return v > 0 ? v : 0;
}
/** __filemap_add_folio: into the page cache; one reference per page. */
export function addToPageCache(s: State, file: number, index: number, folio: number): void {
  const nr = s.nr(folio);
  ensureCapacity(s, file, index + nr);
  for (let i = 0; i < nr; i++) {
    s.set(s.xa, xaSlot(s, file, index + i), folio + i);
    s.set(s.xaShadow, xaSlot(s, file, index + i), 0);
  }
  s.set(s.mapping, folio, MAPPING.file + file);
  s.set(s.index, folio, index);
  folioGet(s, folio, nr);
}
/** __filemap_remove_folio / page_cache_delete: out of the page cache; the caller drops the references. */
export function removeFromPageCache(s: State, folio: number, shadow = 0, value = 0): void {
  const file = s.mapping.at(folio) - MAPPING.file;
  const index = s.index.at(folio);
  for (let i = 0; i < s.nr(folio); i++) {
    s.set(s.xa, xaSlot(s, file, index + i), value ? -(value + i) : 0);
    s.set(s.xaShadow, xaSlot(s, file, index + i), shadow);
  }
  s.set(s.mapping, folio, 0);
}
/** Removes a folio from the page cache and drops the cache's references (filemap_remove_folio). */
export function deleteFromPageCacheSlot(s: State, folio: number): void {
  const nr = s.nr(folio);
  removeFromPageCache(s, folio);
  s.clearFlag(folio, PG.dirty);
  folioPut(s, folio, nr);
}
/** Pages that an mmap readahead reads around a missing page (ra_pages, 128 KiB). */
const RA_PAGES = 32;

/**
 * Brings the file's pages around `index` into the page cache (page_cache_sync_ra / do_sync_mmap_readahead, then ext4_mpage_readpages).
 * Returns the page at `index`, without a reference; 0 without memory.
 */
export function readIntoCache(s: State, file: number, index: number, gfp: Gfp = GFP_USER): number {
  const end = Math.min(s.filePages.at(file), index + RA_PAGES / 2 + 1);
  for (let i = Math.max(0, index - RA_PAGES / 2); i < end; i++) {
    if (s.xa.at(xaSlot(s, file, i)) > 0) continue;
    // readahead_gfp_mask: only the page that is asked for is worth reclaiming others
    const folio = allocFolio(s, 0, i === index ? gfp : { ...gfp, reclaim: false });
    if (!folio) {
      if (i < index) continue;
      break;
    }
    const shadow = s.xaShadow.at(xaSlot(s, file, i));
    addToPageCache(s, file, i, folio);
    const disk = s.xaDisk.at(xaSlot(s, file, i));
    s.set(s.content, folio, disk ? disk - 1 : 0);
    s.setFlag(folio, PG.uptodate);
    if (shadow) workingsetRefault(s, folio, shadow, i !== index);
    folioAddLru(s, folio);
    folioPut(s, folio);
  }
  return cachedPage(s, file, index);
}

/**
 * filemap_fault / filemap_read: the cached page, read in if it is missing. A page with PG_readahead — the same bit as PG_reclaim — starts the
 * next readahead and loses the mark (page_cache_async_ra). 0 without memory.
 */
export function filemapGet(s: State, file: number, index: number, gfp: Gfp = GFP_USER): number {
  const page = cachedPage(s, file, index);
  if (!page) return readIntoCache(s, file, index, gfp);
  if (s.has(page, PG.reclaim) && !s.has(page, PG.writeback)) {
    s.clearFlag(page, PG.reclaim);
    readIntoCache(s, file, index, gfp);
    // reading ahead may have reclaimed the page itself
    return cachedPage(s, file, index) || readIntoCache(s, file, index, gfp);
  }
  return page;
}

/** folio_attach_private with the file system's buffers (create_empty_buffers): one reference. */
export function attachBuffers(s: State, folio: number): void {
  if (s.has(folio, PG.private)) return;
  s.setFlag(folio, PG.private);
  folioGet(s, folio);
}
/** try_to_free_buffers → folio_detach_private: the buffers' reference goes. */
export function detachBuffers(s: State, folio: number): void {
  if (!s.testClear(folio, PG.private)) return;
  folioPut(s, folio);
}
/** filemap_release_folio (ext4_release_folio): drops clean buffers; false if they are dirty. */
export function filemapReleaseFolio(s: State, folio: number): boolean {
  if (!s.has(folio, PG.private)) return true;
  if (s.has(folio, PG.writeback | PG.dirty)) return false;
  detachBuffers(s, folio);
  return true;
}
/** Does the file track dirty pages by write-protecting them (mapping_can_writeback: not tmpfs, not hugetlbfs)? */
export function tracksDirty(s: State, file: number): boolean {
  const fs = s.fileFs.at(file);
  return fs === FS.ext4 || fs === FS['ext4-dax'] || fs === FS.blockdev;
}
