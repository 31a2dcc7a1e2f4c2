/** GUP-fast: pages that the page tables already map, without locks or faults (gup_fast, lockless_pages_from_mm; mm/gup.c). */
import { FS } from './filemap.ts';
import { FOLL, PG, PTE } from './flags.ts';
import { folioIsLongtermPinnable, gupMustUnshare, gupPutFolio, tryGrabFolio } from './gup_pin.ts';
import { PMD_NR, pmdSlot, pteIn } from './pagetable.ts';
import { folioAnon } from './rmap.ts';
import { type State } from './state.ts';
import { folioFs } from './writeback.ts';

/** gup_fast_folio_allowed: file folios that a long-term writer must not pin, secretmem, folios without a mapping. */
function gupFastFolioAllowed(s: State, folio: number, flags: number): boolean {
  const all = FOLL.PIN | FOLL.LONGTERM | FOLL.WRITE;
  const reject = s.f.longtermRefusesDirtyTracked && (flags & all) === all;
  const small = s.order.at(folio) === 0;
  if (folioFs(s, folio) === FS.secretmem) return false;
  if (!s.f.longtermRefusesDirtyTracked) return true;
  if (!reject && !small) return true;
  if (s.has(folio, PG.hugetlb)) return true;
  if (s.mapping.at(folio) === 0) return false;
  if (folioAnon(s, folio)) return true;
  return !reject || folioFs(s, folio) === FS.tmpfs;
}

/** try_grab_folio_fast with the checks around it; false: the slow path decides. */
function gupFastGrab(s: State, page: number, refs: number, flags: number, writable: boolean): boolean {
  const folio = s.head(page);
  if (s.refcount.at(folio) <= 0) return false;
  if (flags & FOLL.PIN && flags & FOLL.LONGTERM && !folioIsLongtermPinnable(s, folio)) return false;
  if (tryGrabFolio(s, folio, refs, flags) < 0) return false;
  if (
    !gupFastFolioAllowed(s, folio, flags) ||
    (!writable && gupMustUnshare(s, 0, flags, s.order.at(folio) === 9 ? page - (page - folio) : page))
  ) {
    gupPutFolio(s, folio, refs, flags);
    return false;
  }
  s.setFlag(folio, PG.referenced);
  return true;
}

/** lockless_pages_from_mm / gup_fast: present pages from `vpn` on, without faulting. `nr` 0 runs on until a page is missing, as the kernel does. */
export function gupFast(s: State, mm: number, vpn: number, nr: number, flags: number, out: number[]): number {
  const end = nr === 0 ? Infinity : vpn + nr;
  let n = 0;
  while (vpn < end) {
    const pmd = pmdSlot(s, mm, vpn);
    if (!pmd) break;
    const pb = s.entf.at(pmd);
    if (pb & PTE.leaf) {
      if (!(pb & PTE.present) || pb & PTE.protnone || (flags & FOLL.WRITE && !(pb & PTE.write))) break;
      const count = Math.min(nr === 0 ? 0 : end - vpn, PMD_NR - (vpn & 511));
      if (count === 0) break;
      const page = s.ent.at(pmd) + (vpn & 511);
      if (!gupFastGrab(s, page, count, flags, (pb & PTE.write) !== 0)) break;
      for (let i = 0; i < count; i++) out.push(page + i);
      n += count;
      vpn += count;
      continue;
    }
    // gup_fast_pte_range
    const table = pteIn(s, pmd, vpn & ~511);
    const stop = Math.min(nr === 0 ? Infinity : end, (vpn | 511) + 1);
    const first = vpn;
    for (; table && vpn < stop; vpn++) {
      const slot = table + (vpn & 511);
      const bits = s.entf.at(slot);
      if (!(bits & PTE.present) || bits & PTE.protnone || (flags & FOLL.WRITE && !(bits & PTE.write))) break;
      if (bits & PTE.devmap) {
        if (flags & FOLL.LONGTERM) break;
      } else if (bits & PTE.special) break;
      const page = s.ent.at(slot);
      if (!gupFastGrab(s, page, 1, flags, (bits & PTE.write) !== 0)) break;
      out.push(page);
    }
    n += vpn - first;
    if (vpn < stop || nr === 0) break;
  }
  return n;
}
