/** Page faults (mm/memory.c): anonymous, file, swap, copy on write, unsharing. */
import { MAPPING, PG, PTE, VM } from './flags.ts';
import { FS, addToPageCache, attachBuffers, cachedPage, filemapGet, tracksDirty, xaSlot } from './filemap.ts';
import { GFP_USER, allocFolio, folioGet, folioPut, type Gfp } from './page_alloc.ts';
import { addToSwapCache, folioFreeSwap, freeSwapCache, swapFree, swapReadFolio } from './swap.ts';
import {
  anonExclusive,
  drainIfBatched,
  folioAnon,
  folioKsm,
  mapPmd,
  mapPte,
  setAnonExclusive,
  unmapSlot,
} from './rmap.ts';
import { clearEntry, pmdSlot, pteSlot, setEntry, PMD_NR } from './pagetable.ts';
import {
  doHugePmdWpPage,
  hugeZeroFolio,
  isHugeZero,
  isZeroPage,
  mapNewAnonThp,
  orderSuitable,
  splitHugePmd,
  thpAllowed,
  zeroPage,
} from './thp.ts';
import { findVma, vmaIsAnonymous } from './vma.ts';
import { folioAddLru, lruAdd, lruAddDrain, mlockFolio, mlockNewFolio } from './lru.ts';
import { folioMarkDirty } from './writeback.ts';
import { hugetlbFault } from './hugetlb.ts';
import { shmemGetPage } from './shmem.ts';
import { workingsetRefault } from './workingset.ts';
import { daxCow, daxMap } from './dax.ts';
import type { State } from './state.ts';

/** A fault in progress (struct vm_fault). */
export interface FaultCtx {
  mm: number;
  vma: number;
  vpn: number;
  write: boolean;
  /** FAULT_FLAG_UNSHARE: a read-only pin wants a page of its own. */
  unshare: boolean;
  gfp: Gfp;
  /** FAULT_FLAG_ALLOW_RETRY: a read may let go of the mmap lock, and the fault is tried again. */
  retry: boolean;
}
/** How a fault ended. */
export type FaultResult = 'ok' | 'SIGBUS' | 'OOM' | 'HWPOISON';

/** vm_page_prot: is a fresh mapping of this VMA writable at once? Private ones (COW) and files that track dirty pages are not. */
export function protWrite(s: State, vma: number): boolean {
  const f = s.vmaFlags.at(vma);
  if ((f & (VM.SHARED | VM.WRITE)) !== (VM.SHARED | VM.WRITE)) return false;
  const file = s.vmaFile.at(vma);
  return !(file && tracksDirty(s, file));
}
const maybeWrite = (s: State, vma: number): number => (s.vmaFlags.at(vma) & VM.WRITE ? PTE.write : 0);
/** linear_page_index. */
export function pgoffOf(s: State, vma: number, vpn: number): number {
  return s.vmaPgoff.at(vma) + vpn - s.vmaStart.at(vma);
}

/** handle_mm_fault / __handle_mm_fault. The VMA's permissions are the caller's to check. */
export function handleMmFault(
  s: State,
  mm: number,
  vpn: number,
  write: boolean,
  unshare = false,
  gfp: Gfp = GFP_USER,
  retry = true,
): FaultResult {
  const c: FaultCtx = { mm, vma: findVma(s, mm, vpn), vpn, write, unshare, gfp, retry };
  const flags = s.vmaFlags.at(c.vma);
  if (flags & VM.HUGETLB) return hugetlbFault(s, c);
  const pmd = pmdSlot(s, mm, vpn, true);
  if (
    s.entf.at(pmd) === 0 &&
    thpAllowed(s, c.vma) &&
    vmaIsAnonymous(s, c.vma) &&
    orderSuitable(s, c.vma, vpn, 9) &&
    s.vmaKind.at(c.vma) >= 0
  ) {
    // do_huge_pmd_anonymous_page
    if (!write) {
      setEntry(s, pmd, hugeZeroFolio(s), PTE.present | PTE.leaf | PTE.young);
      return 'ok';
    }
    const folio = mapNewAnonThp(s, mm, c.vma, vpn, gfp);
    if (folio) {
      if (flags & VM.LOCKED) {
        lruAddDrain(s);
        mlockFolio(s, folio);
      }
      return 'ok';
    }
  }
  const huge = s.entf.at(pmd);
  if (huge & PTE.leaf) {
    if ((write || unshare) && !(huge & PTE.write)) {
      if (folioAnon(s, s.ent.at(pmd)) || isHugeZero(s, s.ent.at(pmd))) {
        if (doHugePmdWpPage(s, pmd, c.vma, unshare)) return 'ok';
      } else splitHugePmd(s, pmd);
    } else {
      s.set(s.entf, pmd, huge | PTE.young | (write ? PTE.dirty : 0));
      return 'ok';
    }
  }
  return handlePteFault(s, c);
}

function handlePteFault(s: State, c: FaultCtx): FaultResult {
  const slot = pteSlot(s, c.mm, c.vpn, vmaIsAnonymous(s, c.vma));
  const bits = slot ? s.entf.at(slot) : 0;
  if (!bits) return vmaIsAnonymous(s, c.vma) ? doAnonymousPage(s, c, slot) : doFault(s, c);
  if (bits & PTE.hwpoison) return 'HWPOISON';
  if (bits & PTE.swap) return doSwapPage(s, c, slot);
  if (c.write || c.unshare) {
    if (!(bits & PTE.write)) return doWpPage(s, c, slot);
    s.set(s.entf, slot, bits | PTE.dirty | PTE.young);
    return 'ok';
  }
  s.set(s.entf, slot, bits | PTE.young);
  return 'ok';
}

/** A new anonymous folio is mapped for the first time: mapping, exclusive, LRU (folio_add_new_anon_rmap, folio_add_lru_vma). */
export function addNewAnon(s: State, c: { vma: number; vpn: number }, folio: number): void {
  s.set(s.mapping, folio, MAPPING.anon);
  s.set(s.index, folio, c.vpn);
  s.setFlag(folio, PG.uptodate | PG.swapbacked | PG.anon_exclusive);
  for (let i = 1; i < s.nr(folio); i++) setAnonExclusive(s, folio + i, true);
  s.set(s.vmaFlags, c.vma, s.vmaFlags.at(c.vma) | VM.ANON_VMA);
  if (s.vmaFlags.at(c.vma) & VM.LOCKED) mlockNewFolio(s, folio);
  else faultAddLru(s, folio);
}
/** folio_add_lru in a fault: under MGLRU a freshly faulted folio is young (lru_gen_in_fault). */
function faultAddLru(s: State, folio: number): void {
  if (s.machine.lru === 'mglru') s.setFlag(folio, PG.active);
  folioAddLru(s, folio);
}
/** mlock_vma_folio: a small folio that a locked VMA maps is mlocked. */
function mlockVmaFolio(s: State, vma: number, folio: number): void {
  if (s.vmaFlags.at(vma) & VM.LOCKED && s.order.at(folio) === 0) mlockFolio(s, folio);
}

/** do_anonymous_page: the zero page for reads, a new folio for writes (of 16 pages where mTHP applies). */
function doAnonymousPage(s: State, c: FaultCtx, slot: number): FaultResult {
  if (!c.write) {
    setEntry(s, slot, zeroPage(s), PTE.present | PTE.special | PTE.young);
    return 'ok';
  }
  const w = PTE.young | (s.vmaFlags.at(c.vma) & VM.WRITE ? PTE.write | PTE.dirty : 0);
  if (s.f.mthp && thpAllowed(s, c.vma) && orderSuitable(s, c.vma, c.vpn, 4)) {
    const base = (c.vpn >>> 4) << 4;
    let empty = true;
    for (let i = 0; i < 16; i++) if (s.entf.at(pteSlot(s, c.mm, base + i, true))) empty = false;
    const folio = empty ? allocFolio(s, 4, c.gfp) : 0;
    if (folio) {
      for (let i = 0; i < 16; i++) mapPte(s, pteSlot(s, c.mm, base + i, true), folio + i, w);
      folioGet(s, folio, 15);
      addNewAnon(s, { vma: c.vma, vpn: base }, folio);
      return 'ok';
    }
  }
  const folio = allocFolio(s, 0, c.gfp);
  if (!folio) return 'OOM';
  mapPte(s, slot, folio, w);
  addNewAnon(s, c, folio);
  return 'ok';
}

/** The file's page at the faulting address (vm_ops->fault), without a reference; 0 beyond the end of the file. */
function filePage(s: State, c: FaultCtx, huge: boolean): number | 'SIGBUS' | 'OOM' {
  const file = s.vmaFile.at(c.vma);
  const index = pgoffOf(s, c.vma, c.vpn);
  if (index >= s.filePages.at(file)) return 'SIGBUS';
  if (s.fileFs.at(file) === FS.secretmem) return secretmemPage(s, file, index) || 'OOM';
  if (s.fileFs.at(file) === FS.tmpfs) return shmemGetPage(s, file, index, { huge, gfp: c.gfp }) || 'OOM';
  return filemapGet(s, file, index, c.gfp) || 'OOM';
}

/** secretmem_fault (mm/secretmem.c): a page that the kernel itself cannot see, unevictable. */
function secretmemPage(s: State, file: number, index: number): number {
  const found = cachedPage(s, file, index);
  if (found) return found;
  const folio = allocFolio(s, 0, { movable: false, node: 0 });
  if (!folio) return 0;
  addToPageCache(s, file, index, folio);
  s.setFlag(folio, PG.uptodate | PG.unevictable | PG.lru);
  s.count('unevictable_pgs_culled');
  lruAdd(s, folio);
  folioPut(s, folio);
  return folio;
}

/** do_fault: do_read_fault, do_cow_fault, do_shared_fault. */
function doFault(s: State, c: FaultCtx): FaultResult {
  const file = s.vmaFile.at(c.vma);
  if (!file) return 'SIGBUS';
  const shared = (s.vmaFlags.at(c.vma) & VM.SHARED) !== 0;
  const index = pgoffOf(s, c.vma, c.vpn);
  if (s.fileFs.at(file) === FS['ext4-dax']) {
    if (index >= s.filePages.at(file)) return 'SIGBUS';
    return c.write && !shared ? daxCow(s, c) : daxMap(s, c, c.write);
  }
  const hugeVma = thpAllowed(s, c.vma) && orderSuitable(s, c.vma, c.vpn, 9);
  if (c.write && !shared) {
    // do_cow_fault
    const folio = allocFolio(s, 0, c.gfp);
    if (!folio) return 'OOM';
    const page = filePage(s, c, false);
    if (typeof page === 'string') {
      folioPut(s, folio);
      return page;
    }
    s.set(s.content, folio, s.content.at(page));
    mapPte(s, pteSlot(s, c.mm, c.vpn, true), folio, PTE.young | maybeWrite(s, c.vma) | PTE.dirty);
    addNewAnon(s, c, folio);
    return 'ok';
  }
  if (!c.write && faultAround(s, c)) return 'ok';
  const missing = c.retry && s.fileFs.at(file) === FS.ext4 && !cachedPage(s, file, index);
  const page = filePage(s, c, hugeVma || s.fileHuge.at(file) === 2);
  if (typeof page === 'string') return page;
  const folio = s.head(page);
  if (c.write) pageMkwrite(s, file, folio);
  finishFault(s, c, page);
  if (c.write) folioMarkDirty(s, folio);
  else if (missing) faultAround(s, c); // the read let go of the mmap lock: the fault was tried again
  return 'ok';
}

/** page_mkwrite (ext4_page_mkwrite): buffers are attached, the page is dirty from here. */
export function pageMkwrite(s: State, file: number, folio: number): void {
  if (s.fileFs.at(file) !== FS.ext4) return;
  attachBuffers(s, folio);
  folioMarkDirty(s, folio);
}

/** finish_fault, set_pte_range, do_set_pmd: maps the file page. */
function finishFault(s: State, c: FaultCtx, page: number): void {
  const folio = s.head(page);
  const bits = PTE.young | (protWrite(s, c.vma) ? PTE.write : 0) | (c.write ? maybeWrite(s, c.vma) | PTE.dirty : 0);
  if (s.order.at(folio) === 9 && orderSuitable(s, c.vma, c.vpn, 9) && !(s.vmaFlags.at(c.vma) & VM.NOHUGEPAGE)) {
    const pmd = pmdSlot(s, c.mm, c.vpn, true);
    const aligned = (pgoffOf(s, c.vma, c.vpn) & (PMD_NR - 1)) === (c.vpn & (PMD_NR - 1));
    if (s.entf.at(pmd) === 0 && aligned) {
      folioGet(s, folio);
      mapPmd(s, pmd, folio, bits);
      return;
    }
  }
  folioGet(s, folio);
  mapPte(s, pteSlot(s, c.mm, c.vpn, true), page, bits);
  mlockVmaFolio(s, c.vma, folio);
}

/** do_fault_around, filemap_map_pages: maps up-to-date cached pages of the 16-page window; true if the faulting one was among them. */
function faultAround(s: State, c: FaultCtx): boolean {
  const file = s.vmaFile.at(c.vma);
  const start = Math.max(s.vmaStart.at(c.vma), (c.vpn >>> 4) << 4);
  const end = Math.min(s.vmaEnd.at(c.vma), start + 16, ((c.vpn >>> 4) << 4) + 16);
  const base = pgoffOf(s, c.vma, c.vpn);
  const first = cachedPage(s, file, base);
  if (first && s.order.at(s.head(first)) === 9 && !s.entf.at(pmdSlot(s, c.mm, c.vpn, true))) {
    finishFault(s, c, first);
    return true;
  }
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
    mapPte(s, pteSlot(s, c.mm, vpn, true), page, PTE.young | (protWrite(s, c.vma) ? PTE.write : 0));
    mlockVmaFolio(s, c.vma, s.head(page));
    if (vpn === c.vpn) hit = true;
  }
  return hit;
}

/** do_wp_page: a write to (or unsharing of) a read-only page. */
function doWpPage(s: State, c: FaultCtx, slot: number): FaultResult {
  const bits = s.entf.at(slot);
  const page = s.ent.at(slot);
  const special = (bits & PTE.special) !== 0;
  if (s.vmaFlags.at(c.vma) & VM.SHARED) {
    if (special) {
      if (isZeroPage(s, page)) {
        // DAX hole: the zero page gives way to storage
        clearEntry(s, slot);
        return daxMap(s, c, true);
      }
      s.set(s.entf, slot, bits | PTE.write | PTE.dirty | PTE.young);
      return 'ok';
    }
    const folio = s.head(page);
    const file = s.vmaFile.at(c.vma);
    pageMkwrite(s, file, folio);
    s.set(s.entf, slot, bits | maybeWrite(s, c.vma) | PTE.dirty | PTE.young);
    folioMarkDirty(s, folio);
    return 'ok';
  }
  if (!special && folioAnon(s, s.head(page)) && (anonExclusive(s, page) || wpCanReuseAnonFolio(s, s.head(page)))) {
    if (!anonExclusive(s, page)) setAnonExclusive(s, page, true);
    if (!c.unshare) s.set(s.entf, slot, s.entf.at(slot) | PTE.young | PTE.dirty | maybeWrite(s, c.vma));
    return 'ok';
  }
  return wpPageCopy(s, c, slot);
}

/** wp_can_reuse_anon_folio: is the mapping the only reference? */
function wpCanReuseAnonFolio(s: State, folio: number): boolean {
  if (s.order.at(folio) > 0) return false;
  if (folioKsm(s, folio) || s.refcount.at(folio) > 3) return false;
  drainIfBatched(s, folio);
  if (s.refcount.at(folio) > 1 + (s.has(folio, PG.swapcache) ? 1 : 0)) return false;
  if (s.has(folio, PG.swapcache)) folioFreeSwap(s, folio);
  return s.refcount.at(folio) === 1;
}

/** wp_page_copy: a copy in place of the shared page. */
function wpPageCopy(s: State, c: FaultCtx, slot: number): FaultResult {
  const bits = s.entf.at(slot);
  const old = s.ent.at(slot);
  const folio = allocFolio(s, 0, c.gfp);
  if (!folio) return 'OOM';
  s.set(s.content, folio, isZeroPage(s, old) ? 0 : s.content.at(old));
  if (bits & PTE.special) clearEntry(s, slot);
  else {
    const head = s.head(old);
    unmapSlot(s, slot);
    freeSwapCache(s, head);
    folioPut(s, head);
  }
  mapPte(s, slot, folio, PTE.young | (c.unshare ? 0 : PTE.dirty | maybeWrite(s, c.vma)));
  addNewAnon(s, c, folio);
  return 'ok';
}

/** do_swap_page: from the swap cache, or read from the device (past the swap cache when it is synchronous and the slot has one user). */
function doSwapPage(s: State, c: FaultCtx, slot: number): FaultResult {
  let entry = s.ent.at(slot);
  const orig = s.entf.at(slot);
  let page = s.swapCache.at(entry);
  let direct = false;
  if (page && s.has(page, PG.hwpoison)) return 'HWPOISON';
  if (!page) {
    const shadow = s.swapShadow.at(entry);
    direct = s.machine.swap === 'zram' && s.swapCount.at(entry) === 1;
    const order = direct ? swapinOrder(s, c, entry) : 0;
    const folio = allocFolio(s, order, c.gfp) || 0;
    if (!folio) return 'OOM';
    s.setFlag(folio, PG.swapbacked);
    const first = entry - (entry & ((1 << order) - 1));
    if (!direct) addToSwapCache(s, folio, entry);
    if (shadow) workingsetRefault(s, folio, shadow);
    faultAddLru(s, folio);
    swapReadFolio(s, folio, first);
    if (!direct) folioPut(s, folio);
    page = folio + (entry - first);
  }
  const folio = s.head(page);
  if (!direct) {
    folioGet(s, folio);
    if (c.write) drainIfBatched(s, folio);
  }
  const ksmCopy = folioKsm(s, folio);
  let exclusive = direct || (!ksmCopy && (orig & PTE.exclusive) !== 0);
  // how many entries this fault maps
  let nr = 1;
  let vpn = c.vpn;
  if (direct) {
    nr = s.nr(folio);
    vpn = c.vpn - (page - folio);
    entry -= page - folio;
    page = folio;
  } else if (s.order.at(folio) && s.f.swapinLargeFolios) {
    const start = c.vpn - (page - folio);
    const first = entry - (page - folio);
    let all =
      start >= s.vmaStart.at(c.vma) &&
      start + s.nr(folio) <= s.vmaEnd.at(c.vma) &&
      start >>> 9 === (start + s.nr(folio) - 1) >>> 9;
    for (let i = 0; all && i < s.nr(folio); i++) {
      const sl = pteSlot(s, c.mm, start + i);
      if (
        !sl ||
        s.ent.at(sl) !== first + i ||
        (s.entf.at(sl) & (PTE.swap | PTE.exclusive)) !== (orig & (PTE.swap | PTE.exclusive))
      )
        all = false;
    }
    if (all) {
      nr = s.nr(folio);
      vpn = start;
      entry = first;
      page = folio;
    }
  }
  for (let i = 0; i < nr; i++) swapFree(s, entry + i);
  const locked = (s.vmaFlags.at(c.vma) & VM.LOCKED) !== 0;
  if (
    s.has(folio, PG.swapcache) &&
    (locked || s.has(folio, PG.mlocked) || (c.write && !ksmCopy && s.refcount.at(folio) === 1 + s.nr(folio)))
  )
    folioFreeSwap(s, folio);
  let bits = PTE.young;
  let write = c.write;
  if (!ksmCopy && (exclusive || s.refcount.at(folio) === 1)) {
    exclusive = true;
    if (s.vmaFlags.at(c.vma) & VM.WRITE && (s.f.swapinMapsExclusiveWritable || write)) {
      bits |= PTE.write;
      if (write) {
        bits |= PTE.dirty;
        write = false;
      }
    }
  } else exclusive = false;
  folioGet(s, folio, nr - 1);
  const fresh = !folioAnon(s, folio);
  for (let i = 0; i < nr; i++) {
    mapPte(s, pteSlot(s, c.mm, vpn + i, true), page + i, bits);
    if (exclusive) setAnonExclusive(s, page + i, true);
  }
  if (fresh) {
    s.set(s.mapping, folio, MAPPING.anon);
    s.set(s.index, folio, vpn);
  }
  s.set(s.vmaFlags, c.vma, s.vmaFlags.at(c.vma) | VM.ANON_VMA);
  mlockVmaFolio(s, c.vma, folio);
  if (write) return doWpPage(s, c, pteSlot(s, c.mm, c.vpn));
  return 'ok';
}

/** alloc_swap_folio: the order in which a run of swap entries comes back (64 KiB where mTHP applies). */
function swapinOrder(s: State, c: FaultCtx, entry: number): number {
  if (!s.f.swapinLargeFolios || !thpAllowed(s, c.vma) || !orderSuitable(s, c.vma, c.vpn, 4)) return 0;
  const base = (c.vpn >>> 4) << 4;
  if ((entry & 15) !== (c.vpn & 15)) return 0;
  const first = entry - (c.vpn - base);
  const orig = s.entf.at(pteSlot(s, c.mm, c.vpn)) & (PTE.swap | PTE.exclusive);
  for (let i = 0; i < 16; i++) {
    const slot = pteSlot(s, c.mm, base + i);
    if (!slot || s.ent.at(slot) !== first + i || (s.entf.at(slot) & (PTE.swap | PTE.exclusive)) !== orig) return 0;
    if (s.swapCache.at(first + i) || s.swapCount.at(first + i) !== 1) return 0;
  }
  return 4;
}

/** Content slot of the file on its medium, for DAX and reads past the cache. */
export function diskContent(s: State, file: number, index: number): number {
  const d = s.xaDisk.at(xaSlot(s, file, index));
  return d ? d - 1 : 0;
}
