/** Swapping in (do_swap_page; mm/memory.c). */
import { protNone } from './vma.ts';
import { folioLock } from './wait.ts';
import { mlockVmaFolio, type FaultCtx, type FaultResult } from './fault.ts';
import { doWpPage } from './fault_wp.ts';
import { MAPPING, PG, PTE, VM } from './flags.ts';
import { folioAddLru } from './lru.ts';
import { allocFolio, folioGet, folioPut } from './page_alloc.ts';
import { pteSlot } from './pagetable.ts';
import { drainIfBatched, folioAnon, folioKsm, mapPte, setAnonExclusive } from './rmap.ts';
import { type State } from './state.ts';
import { addToSwapCache, folioFreeSwap, swapFree, swapReadFolio } from './swap.ts';
import { orderSuitable, thpAllowed } from './thp.ts';
import { workingsetRefault } from './workingset.ts';

/** do_swap_page: from the swap cache, or read from the device (past the swap cache when it is synchronous and the slot has one user). */
export function doSwapPage(s: State, c: FaultCtx, slot: number): FaultResult {
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
    if (s.ent.at(slot) !== entry || s.swapCache.at(entry)) {
      folioPut(s, folio);
      return 'ok';
    }
    s.setFlag(folio, PG.swapbacked);
    const first = entry - (entry & ((1 << order) - 1));
    if (!direct) addToSwapCache(s, folio, entry);
    if (shadow) workingsetRefault(s, folio, shadow);
    folioAddLru(s, folio);
    swapReadFolio(s, folio, first);
    if (!direct) folioPut(s, folio);
    page = folio + (entry - first);
  }
  const folio = s.head(page);
  folioLock(s, folio);
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
  let bits = PTE.young | protNone(c.flags);
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
  // folio_add_new_anon_rmap, which newer kernels use for what comes from the device, does not mlock; folio_add_anon_rmap_ptes does
  if (!fresh || !s.f.newAnonRmapSwapin) mlockVmaFolio(s, c.vma, folio);
  if (write) return doWpPage(s, c, pteSlot(s, c.mm, c.vpn));
  return 'ok';
}

/** alloc_swap_folio: the order in which a run of swap entries comes back (64 KiB where mTHP applies). */
function swapinOrder(s: State, c: FaultCtx, entry: number): number {
  if (!s.f.swapinLargeFolios || !thpAllowed(c.flags) || !orderSuitable(s, c.vma, c.vpn, 4)) return 0;
  const base = (c.vpn >>> 4) << 4;
  if ((entry & 15) !== (c.vpn & 15)) return 0;
  const first = entry - (c.vpn - base);
  const orig = s.entf.at(pteSlot(s, c.mm, c.vpn)) & (PTE.swap | PTE.exclusive);
  for (let i = 0; i < 16; i++) {
    const slot = pteSlot(s, c.mm, base + i);
    if (!slot || s.ent.at(slot) !== first + i || (s.entf.at(slot) & (PTE.swap | PTE.exclusive)) !== orig) return 0;
    if (s.swapCache.at(first + i) || s.swapCount.at(first + i) !== 1) return 0;
    if (s.swapZero.at(first + i) !== s.swapZero.at(first)) return 0;
  }
  return 4;
}
