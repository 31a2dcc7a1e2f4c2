/** Page faults: the walk, anonymous memory, what a fresh anonymous page gets (handle_mm_fault, do_anonymous_page; mm/memory.c). */
import { doFault } from './fault_file.ts';
import { doSwapPage } from './fault_swap.ts';
import { doWpPage } from './fault_wp.ts';
import { tracksDirty, xaSlot } from './filemap.ts';
import { MAPPING, PG, PTE, VM } from './flags.ts';
import { hugetlbFault } from './hugetlb.ts';
import { folioAddLru, lruAddDrain, mlockFolio, mlockNewFolio } from './lru.ts';
import { GFP_USER, allocFolio, folioGet, type Gfp } from './page_alloc.ts';
import { pmdSlot, pteSlot, pteSlotAt, setEntry } from './pagetable.ts';
import { folioAnon, mapPte, setAnonExclusive } from './rmap.ts';
import { type State } from './state.ts';
import {
  doHugePmdWpPage,
  hugeZeroFolio,
  isHugeZero,
  mapNewAnonThp,
  orderSuitable,
  splitHugePmd,
  thpAllowed,
  zeroPage,
} from './thp.ts';
import { findVma, vmaIsAnonymous, protNone } from './vma.ts';

/** A fault in progress (struct vm_fault). */
export interface FaultCtx {
  mm: number;
  vma: number;
  /** vm_flags. */
  flags: number;
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

export const maybeWrite = (s: State, vma: number): number => (s.vmaFlags.at(vma) & VM.WRITE ? PTE.write : 0);

/** linear_page_index. */
export function pgoffOf(s: State, vma: number, vpn: number): number {
  return s.vmaPgoff.at(vma) + vpn - s.vmaStart.at(vma);
}

/** handle_mm_fault. The VMA's permissions are the caller's to check. */
export function handleMmFault(
  s: State,
  mm: number,
  vpn: number,
  write: boolean,
  unshare = false,
  gfp: Gfp = GFP_USER,
  retry = true,
  vma = findVma(s, mm, vpn),
): FaultResult {
  const flags = s.vmaFlags.at(vma);
  const c: FaultCtx = { mm, vma, flags, vpn, write, unshare, gfp, retry };
  const outer = s.inFault;
  // lru_gen_enter_fault
  s.inFault = !(flags & (VM.SEQ_READ | VM.RAND_READ));
  try {
    return handleFault(s, c);
  } finally {
    s.inFault = outer;
  }
}

/** __handle_mm_fault. */
function handleFault(s: State, c: FaultCtx): FaultResult {
  const { mm, flags, vpn, write, unshare, gfp } = c;
  if (flags & VM.HUGETLB) return hugetlbFault(s, c);
  const pmd = pmdSlot(s, mm, vpn, true);
  const huge = s.entf.at(pmd);
  if (
    huge === 0 &&
    thpAllowed(flags) &&
    vmaIsAnonymous(s, c.vma) &&
    orderSuitable(s, c.vma, vpn, 9) &&
    s.vmaKind.at(c.vma) >= 0
  ) {
    // do_huge_pmd_anonymous_page
    const zero = write ? 0 : hugeZeroFolio(s);
    if (zero) {
      setEntry(s, pmd, zero, PTE.present | PTE.leaf | PTE.young | protNone(flags));
      return 'ok';
    }
    const folio = write ? mapNewAnonThp(s, mm, c.vma, vpn, gfp) : 0;
    if (folio) {
      if (flags & VM.LOCKED) {
        lruAddDrain(s);
        mlockFolio(s, folio);
      }
      return 'ok';
    }
  }
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
  return handlePteFault(s, c, pmd);
}

/** handle_pte_fault; `pmd`: the slot above the entry. */
function handlePteFault(s: State, c: FaultCtx, pmd: number): FaultResult {
  const anonymous = vmaIsAnonymous(s, c.vma);
  const slot = pteSlotAt(s, pmd, c.mm, c.vpn, anonymous);
  const bits = slot ? s.entf.at(slot) : 0;
  if (!bits) return anonymous ? doAnonymousPage(s, c, slot) : doFault(s, c);
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
export function addNewAnon(s: State, c: { vma: number; flags: number; vpn: number }, folio: number): void {
  s.set(s.mapping, folio, MAPPING.anon);
  s.set(s.index, folio, c.vpn);
  for (let i = s.nr(folio) - 1; i > 0; i--) setAnonExclusive(s, folio + i, true);
  if (!(c.flags & VM.ANON_VMA)) s.set(s.vmaFlags, c.vma, c.flags | VM.ANON_VMA);
  const flags = PG.uptodate | PG.swapbacked | PG.anon_exclusive;
  if (c.flags & VM.LOCKED) {
    s.setFlag(folio, flags);
    mlockNewFolio(s, folio);
  } else folioAddLru(s, folio, flags);
}

/** mlock_vma_folio: a small folio that a locked VMA maps is mlocked. */
export function mlockVmaFolio(s: State, vma: number, folio: number): void {
  if (s.vmaFlags.at(vma) & VM.LOCKED && s.order.at(folio) === 0) mlockFolio(s, folio);
}

/** do_anonymous_page: the zero page for reads, a new folio for writes (of 16 pages where mTHP applies). */
function doAnonymousPage(s: State, c: FaultCtx, slot: number): FaultResult {
  if (!c.write) {
    setEntry(s, slot, zeroPage(s), PTE.present | PTE.special | PTE.young | protNone(c.flags));
    return 'ok';
  }
  const w = PTE.young | protNone(c.flags) | (c.flags & VM.WRITE ? PTE.write | PTE.dirty : 0);
  if (s.f.mthp && thpAllowed(c.flags) && orderSuitable(s, c.vma, c.vpn, 4)) {
    const base = (c.vpn >>> 4) << 4;
    let empty = true;
    for (let i = 0; i < 16; i++) if (s.entf.at(pteSlot(s, c.mm, base + i, true))) empty = false;
    const folio = empty ? allocFolio(s, 4, c.gfp) : 0;
    if (folio) {
      for (let i = 0; i < 16; i++) mapPte(s, pteSlot(s, c.mm, base + i, true), folio + i, w);
      folioGet(s, folio, 15);
      addNewAnon(s, { vma: c.vma, flags: c.flags, vpn: base }, folio);
      return 'ok';
    }
  }
  const folio = allocFolio(s, 0, c.gfp);
  if (!folio) return 'OOM';
  mapPte(s, slot, folio, w);
  addNewAnon(s, c, folio);
  return 'ok';
}

/** Content slot of the file on its medium, for DAX and reads past the cache. */
export function diskContent(s: State, file: number, index: number): number {
  const d = s.xaDisk.at(xaSlot(s, file, index));
  return d ? d - 1 : 0;
}
