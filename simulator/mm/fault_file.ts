/** Faults on file mappings: read, shared write, private copy, fault-around (do_fault, filemap_map_pages; mm/memory.c, mm/filemap.c). */
import { protNone } from './vma.ts';
import { folioLock } from './wait.ts';
import { folioWaitStable } from './writeback.ts';
import { daxCow, daxMap } from './dax.ts';
import { addNewAnon, maybeWrite, mlockVmaFolio, pgoffOf, protWrite, type FaultCtx, type FaultResult } from './fault.ts';
import { FS, addToPageCache, attachBuffers, cachedPage, filemapGet } from './filemap.ts';
import { PG, PTE, VM } from './flags.ts';
import { folioAddLru, mlockFolio } from './lru.ts';
import { allocFolio, folioGet, folioPut } from './page_alloc.ts';
import { PMD_NR, PMD_ORDER, pmdSlot, pteSlot } from './pagetable.ts';
import { mapPmd, mapPte } from './rmap.ts';
import { shmemGetPage } from './shmem.ts';
import { type State } from './state.ts';
import { orderSuitable, thpAllowed } from './thp.ts';
import { folioMarkDirty } from './writeback.ts';

/** The file's page at the faulting address (vm_ops->fault), without a reference; 0 beyond the end of the file. */
function filePage(s: State, c: FaultCtx, huge: boolean): number | 'SIGBUS' | 'OOM' {
  const file = s.vmaFile.at(c.vma);
  const index = pgoffOf(s, c.vma, c.vpn);
  if (index >= s.filePages.at(file)) return 'SIGBUS';
  if (s.fileFs.at(file) === FS.secretmem) return secretmemPage(s, file, index) || 'OOM';
  if (s.fileFs.at(file) === FS.tmpfs) return shmemGetPage(s, file, index, { huge, gfp: c.gfp }) || 'OOM';
  return filemapGet(s, file, index, c.gfp) || 'OOM';
}

/** secretmem_fault (mm/secretmem.c): a page that the kernel itself cannot see. Its mapping is unevictable. */
function secretmemPage(s: State, file: number, index: number): number {
  const found = cachedPage(s, file, index);
  if (found) return found;
  const folio = allocFolio(s, 0, { movable: false, node: 0 });
  if (!folio) return 0;
  addToPageCache(s, file, index, folio);
  s.setFlag(folio, PG.uptodate);
  folioAddLru(s, folio);
  folioPut(s, folio);
  return folio;
}

/** do_fault: do_read_fault, do_cow_fault, do_shared_fault. */
export function doFault(s: State, c: FaultCtx): FaultResult {
  const file = s.vmaFile.at(c.vma);
  if (!file) return 'SIGBUS';
  const shared = (s.vmaFlags.at(c.vma) & VM.SHARED) !== 0;
  const index = pgoffOf(s, c.vma, c.vpn);
  if (s.fileFs.at(file) === FS['ext4-dax']) {
    if (index >= s.filePages.at(file)) return 'SIGBUS';
    return c.write && !shared ? daxCow(s, c) : daxMap(s, c, c.write);
  }
  const hugeVma = thpAllowed(c.flags) && orderSuitable(s, c.vma, c.vpn, 9);
  if (c.write && !shared) {
    // do_cow_fault
    const folio = allocFolio(s, 0, c.gfp);
    if (!folio) return 'OOM';
    const page = filePage(s, c, hugeVma);
    if (typeof page === 'string') {
      folioPut(s, folio);
      return page;
    }
    s.set(s.content, folio, s.content.at(page));
    mapPte(s, pteSlot(s, c.mm, c.vpn, true), folio, PTE.young | protNone(c.flags) | maybeWrite(s, c.vma) | PTE.dirty);
    addNewAnon(s, c, folio);
    return 'ok';
  }
  if (!c.write && faultAround(s, c)) return 'ok';
  const missing = c.retry && s.fileFs.at(file) === FS.ext4 && !cachedPage(s, file, index);
  const page = filePage(s, c, hugeVma || s.fileHuge.at(file) === 2);
  if (typeof page === 'string') return page;
  const folio = s.head(page);
  folioLock(s, folio);
  if (c.write) pageMkwrite(s, file, folio);
  finishFault(s, c, page);
  if (c.write) folioMarkDirty(s, folio);
  else if (missing) faultAround(s, c); // the read let go of the mmap lock: the fault was tried again
  return 'ok';
}

/** page_mkwrite (ext4_page_mkwrite): buffers are attached, the page is dirty from here. */
export function pageMkwrite(s: State, file: number, folio: number): void {
  if (s.fileFs.at(file) !== FS.ext4) return;
  folioLock(s, folio);
  folioWaitStable(s, folio);
  attachBuffers(s, folio);
  folioMarkDirty(s, folio);
}

/** do_set_pmd: maps a huge file page by the PMD. False if it does not fit (VM_FAULT_FALLBACK). */
function doSetPmd(s: State, c: FaultCtx, folio: number, bits: number): boolean {
  if (s.order.at(folio) !== PMD_ORDER || !orderSuitable(s, c.vma, c.vpn, PMD_ORDER)) return false;
  if (s.f.mthp && s.vmaFlags.at(c.vma) & VM.NOHUGEPAGE) return false; // vma_thp_disabled
  const aligned = (pgoffOf(s, c.vma, c.vpn) & (PMD_NR - 1)) === (c.vpn & (PMD_NR - 1));
  const pmd = pmdSlot(s, c.mm, c.vpn, true);
  if (s.entf.at(pmd) !== 0 || !aligned) return false;
  folioGet(s, folio);
  mapPmd(s, pmd, folio, bits);
  // folio_add_file_rmap_pmd mlocked it until large folios were left to mlock() and reclaim
  if (!s.f.mthp && s.vmaFlags.at(c.vma) & VM.LOCKED) mlockFolio(s, folio);
  return true;
}

/** finish_fault, set_pte_range: maps the file page. */
function finishFault(s: State, c: FaultCtx, page: number): void {
  const folio = s.head(page);
  const bits =
    PTE.young |
    protNone(c.flags) |
    (protWrite(s, c.vma) ? PTE.write : 0) |
    (c.write ? maybeWrite(s, c.vma) | PTE.dirty : 0);
  if (doSetPmd(s, c, folio, bits)) return;
  folioGet(s, folio);
  mapPte(s, pteSlot(s, c.mm, c.vpn, true), page, bits);
  mlockVmaFolio(s, c.vma, folio);
}

/** do_fault_around, filemap_map_pages: maps up-to-date cached pages of the 16-page window; true if the faulting one was among them. */
function faultAround(s: State, c: FaultCtx): boolean {
  const file = s.vmaFile.at(c.vma);
  const fs = s.fileFs.at(file);
  // vm_ops->map_pages
  if (fs !== FS.ext4 && fs !== FS.tmpfs) return false;
  const start = Math.max(s.vmaStart.at(c.vma), (c.vpn >>> 4) << 4);
  const end = Math.min(s.vmaEnd.at(c.vma), start + 16, ((start >>> 9) << 9) + PMD_NR);
  const prot = PTE.young | (protWrite(s, c.vma) ? PTE.write : 0);
  // filemap_map_pmd
  const first = cachedPage(s, file, pgoffOf(s, c.vma, c.vpn));
  if (first && doSetPmd(s, c, s.head(first), prot)) return true;
  let hit = false;
  for (let vpn = start; vpn < end; vpn++) {
    const index = pgoffOf(s, c.vma, vpn);
    if (index >= s.filePages.at(file)) break;
    const page = cachedPage(s, file, index);
    const slot = pteSlot(s, c.mm, vpn);
    if (
      !page ||
      (slot && s.entf.at(slot)) ||
      s.has(s.head(page), PG.locked | PG.reclaim) ||
      s.has(page, PG.hwpoison) ||
      !s.has(s.head(page), PG.uptodate)
    )
      continue;
    folioGet(s, s.head(page));
    mapPte(s, pteSlot(s, c.mm, vpn, true), page, prot);
    mlockVmaFolio(s, c.vma, s.head(page));
    if (vpn === c.vpn) hit = true;
  }
  return hit;
}
