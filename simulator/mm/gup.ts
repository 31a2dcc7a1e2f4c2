/** get_user_pages and pin_user_pages, fast and slow, and their releases (mm/gup.c). */
import { BIAS, E, FOLL, PG, PTE, VM } from './flags.ts';
import { FS } from './filemap.ts';
import { GFP_PIN, GFP_USER, folioGet, folioPut } from './page_alloc.ts';
import { anonExclusive, folioAnon, folioHasPincount } from './rmap.ts';
import { findVma, isCowMapping, vmaIsAnonymous } from './vma.ts';
import { folioFs, folioMarkDirty } from './writeback.ts';
import { folioIsolateLru, folioMarkAccessed, lruAdd, lruAddDrain, lruDelete } from './lru.ts';
import { handleMmFault } from './fault.ts';
import { isHugeZero, isZeroPage } from './thp.ts';
import { migrateFolios } from './migrate.ts';
import { pmdSlot, pteSlot, PMD_NR } from './pagetable.ts';
import { SCALAR, type State } from './state.ts';

/** Last virtual page of user space, exclusive (TASK_SIZE_MAX >> PAGE_SHIFT). */
const TASK_PAGES = 2 ** 27;

/** Does FOLL_PIN count on this folio in the era's way? */
function pinCounts(s: State): boolean {
  return s.f.follPin && s.f.tracking !== 'none';
}

/** What one pin adds to the refcount of a folio: 1024 where the refcount is all there is, 1 where pins are counted or marked elsewhere. */
export function pinWeight(s: State, page: number): number {
  if (!pinCounts(s)) return 1;
  if (isZeroPage(s, page)) return 0;
  return s.f.tracking !== 'bias' || folioHasPincount(s, s.head(page)) ? 1 : BIAS;
}

/** A pin in the ways not taken: a page bit (one put of two clears it), or off the LRU for as long as pins are counted. */
function trackPin(s: State, folio: number, refs: number): void {
  s.setFlag(folio, PG.pinned);
  if (s.f.tracking !== 'off-lru') return;
  s.add(s.pincount, folio, refs);
  lruAddDrain(s);
  if (s.has(folio, PG.lru)) {
    lruDelete(s, folio);
    s.clearFlag(folio, PG.lru);
  }
}
function untrackPin(s: State, folio: number, refs: number): void {
  if (s.f.tracking === 'page-bit') {
    s.clearFlag(folio, PG.pinned);
    return;
  }
  if (s.add(s.pincount, folio, -refs) > 0) return;
  s.clearFlag(folio, PG.pinned);
  if (!s.has(folio, PG.lru | PG.hugetlb | PG.driver)) {
    s.setFlag(folio, PG.lru);
    lruAdd(s, folio);
  }
}

/** folio_is_longterm_pinnable: not in ZONE_MOVABLE or CMA (the zero page may always be pinned). */
export function folioIsLongtermPinnable(s: State, folio: number): boolean {
  if (isZeroPage(s, folio)) return true;
  const zone = s.machine.zones[s.zoneOf(folio)]?.zone;
  return zone !== 'Movable' && zone !== 'CMA';
}

/** try_grab_folio (slow) and the counting half of try_grab_folio_fast: `refs` references or pins. 0 or -errno. */
export function tryGrabFolio(s: State, folio: number, refs: number, flags: number): number {
  if (s.refcount.at(folio) <= 0) {
    s.warnOnce('mm/gup.c', s.f.isValidGupArgs ? 'try_grab_folio' : 'try_grab_page', 'try_grab_folio');
    return -E.NOMEM;
  }
  if (flags & FOLL.PIN && pinCounts(s)) {
    if (isZeroPage(s, folio)) return 0;
    if (s.f.tracking !== 'bias') trackPin(s, folio, refs);
    else if (folioHasPincount(s, folio)) s.add(s.pincount, folio, refs);
    folioGet(s, folio, refs * pinWeight(s, folio));
    s.count('nr_foll_pin_acquired', refs);
  } else if (flags & (FOLL.GET | FOLL.PIN)) folioGet(s, folio, refs);
  return 0;
}

/** gup_put_folio: releases `refs` references or pins. */
export function gupPutFolio(s: State, folio: number, refs: number, flags: number): void {
  if (flags & FOLL.PIN && pinCounts(s)) {
    if (isZeroPage(s, folio)) return;
    s.count('nr_foll_pin_released', refs);
    if (s.f.tracking !== 'bias') untrackPin(s, folio, refs);
    else if (folioHasPincount(s, folio)) s.add(s.pincount, folio, -refs);
    folioPut(s, folio, refs * pinWeight(s, folio));
    return;
  }
  folioPut(s, folio, refs);
}

/** gup_must_unshare: does a read-only pin need a page of its own first? `vma` 0: not known (GUP-fast). */
export function gupMustUnshare(s: State, vma: number, flags: number, page: number): boolean {
  if ((flags & (FOLL.WRITE | FOLL.PIN)) !== FOLL.PIN || !pinCounts(s)) return false;
  const folio = s.head(page);
  if (!folioAnon(s, folio)) {
    if (!(flags & FOLL.LONGTERM) || !s.f.longtermUnsharesNonAnon) return false;
    if (!vma) return true;
    return isCowMapping(s.vmaFlags.at(vma));
  }
  return !anonExclusive(s, page);
}

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
function gupFast(s: State, mm: number, vpn: number, nr: number, flags: number, out: number[]): number {
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
    const slot = pteSlot(s, mm, vpn);
    const bits = slot ? s.entf.at(slot) : 0;
    if (!(bits & PTE.present) || bits & PTE.protnone || (flags & FOLL.WRITE && !(bits & PTE.write))) break;
    if (bits & PTE.devmap) {
      if (flags & FOLL.LONGTERM) break;
    } else if (bits & PTE.special) break;
    const page = s.ent.at(slot);
    if (!gupFastGrab(s, page, 1, flags, (bits & PTE.write) !== 0)) break;
    out.push(page);
    n++;
    vpn++;
    if (nr === 0 && (vpn & 511) === 0) break;
  }
  return n;
}

/** check_vma_flags. 0 or -errno. */
function checkVmaFlags(s: State, vma: number, flags: number): number {
  const vf = s.vmaFlags.at(vma);
  const file = s.vmaFile.at(vma);
  const anon = vmaIsAnonymous(s, vma);
  if (vf & (VM.IO | VM.PFNMAP)) return -E.FAULT;
  if (flags & FOLL.LONGTERM && s.fileFs.at(file) === FS['ext4-dax']) return -E.OPNOTSUPP;
  if (vf & VM.SECRETMEM) return -E.FAULT;
  if (flags & FOLL.WRITE) {
    if (
      !anon &&
      s.f.longtermRefusesDirtyTracked &&
      (flags & (FOLL.PIN | FOLL.LONGTERM)) === (FOLL.PIN | FOLL.LONGTERM) &&
      vmaNeedsDirtyTracking(s, vma)
    )
      return -E.FAULT;
    if (!(vf & VM.WRITE)) {
      if (!(flags & FOLL.FORCE)) return -E.FAULT;
      if (vf & VM.HUGETLB) return -E.FAULT;
      if (!isCowMapping(vf)) return -E.FAULT;
    }
  } else if (!(vf & VM.READ)) {
    if (!(flags & FOLL.FORCE) || !(vf & VM.MAYREAD)) return -E.FAULT;
  }
  return 0;
}

/** vma_needs_dirty_tracking: shared, writable, of a file system that writes back. */
function vmaNeedsDirtyTracking(s: State, vma: number): boolean {
  const vf = s.vmaFlags.at(vma);
  if ((vf & (VM.WRITE | VM.SHARED)) !== (VM.WRITE | VM.SHARED)) return false;
  const fs = s.fileFs.at(s.vmaFile.at(vma));
  return fs === FS.ext4 || fs === FS['ext4-dax'];
}

/** can_follow_write_pte / _pmd: writable, or forced onto an exclusive page of a private read-only mapping. */
function canFollowWrite(s: State, vma: number, page: number, bits: number, flags: number): boolean {
  if (bits & PTE.write) return true;
  const vf = s.vmaFlags.at(vma);
  if (!(flags & FOLL.FORCE) || vf & VM.SHARED || !(vf & VM.MAYWRITE) || vf & VM.WRITE) return false;
  if (!page || bits & PTE.special || !folioAnon(s, s.head(page))) return false;
  return anonExclusive(s, page);
}

/** What follow_page_mask found: a page (grabbed), or why not. */
type Follow = { page: number; more: number } | 'none' | 'unshare' | { errno: number };

/** follow_page_mask: follow_page_pte, follow_huge_pmd, follow_hugetlb_page. */
function followPageMask(s: State, mm: number, vma: number, vpn: number, flags: number): Follow {
  const pmd = pmdSlot(s, mm, vpn);
  if (!pmd) return 'none';
  const pb = s.entf.at(pmd);
  if (pb & PTE.leaf) {
    const folio = s.ent.at(pmd);
    const page = folio + (vpn & 511);
    if (!(pb & PTE.present)) return 'none';
    if (flags & FOLL.WRITE && !canFollowWrite(s, vma, folio, isHugeZero(s, folio) ? pb | PTE.special : pb, flags))
      return 'none';
    if (!(pb & PTE.write) && gupMustUnshare(s, vma, flags, folio)) return 'unshare';
    const r = tryGrabFolio(s, folio, 1, flags);
    if (r < 0) return { errno: r };
    if (flags & FOLL.TOUCH && !s.has(folio, PG.hugetlb))
      s.set(s.entf, pmd, pb | PTE.young | (flags & FOLL.WRITE && pb & PTE.write ? PTE.dirty : 0));
    return { page, more: PMD_NR - 1 - (vpn & 511) };
  }
  const slot = pteSlot(s, mm, vpn);
  const bits = slot ? s.entf.at(slot) : 0;
  if (!(bits & PTE.present)) return 'none';
  const page = s.ent.at(slot);
  const folio = s.head(page);
  if (bits & PTE.protnone && !(flags & FOLL.FORCE && s.vmaFlags.at(vma) & VM.READ) && s.vmaFlags.at(vma) & VM.READ)
    return 'none';
  if (flags & FOLL.WRITE && !canFollowWrite(s, vma, page, bits, flags)) return 'none';
  if (bits & PTE.special && !(bits & PTE.devmap) && !isZeroPage(s, page)) return { errno: -E.EXIST };
  if (!(bits & PTE.write) && gupMustUnshare(s, vma, flags, page)) return 'unshare';
  const r = tryGrabFolio(s, folio, 1, flags);
  if (r < 0) return { errno: r };
  if (flags & FOLL.TOUCH) {
    if (flags & FOLL.WRITE && !(bits & PTE.dirty) && !s.has(folio, PG.dirty)) folioMarkDirty(s, folio);
    folioMarkAccessed(s, folio);
  }
  return { page, more: 0 };
}

/** __get_user_pages: the slow path, which faults pages in. Pages taken, or -errno if none. */
function getUserPagesSlow(
  s: State,
  mm: number,
  start: number,
  nr: number,
  flags: number,
  out: number[] | null,
): number {
  if (nr === 0) return 0;
  const gfp = flags & FOLL.LONGTERM ? GFP_PIN : GFP_USER;
  let i = 0;
  let vma = 0;
  let vpn = start;
  while (i < nr) {
    if (!vma || vpn >= s.vmaEnd.at(vma)) {
      vma = vpn >= 0 && vpn < TASK_PAGES ? findVma(s, mm, vpn) : 0;
      if (!vma) return i || -E.FAULT;
      const r = checkVmaFlags(s, vma, flags);
      if (r) return i || r;
    }
    let f = followPageMask(s, mm, vma, vpn, flags);
    let tries = 0;
    while (f === 'none' || f === 'unshare') {
      if (flags & FOLL.NOFAULT) return i || -E.FAULT;
      if (++tries > 8) return i || -E.FAULT;
      const r = handleMmFault(
        s,
        mm,
        vpn,
        (flags & FOLL.WRITE) !== 0,
        f === 'unshare',
        gfp,
        (flags & FOLL.UNLOCKABLE) !== 0,
      );
      if (r !== 'ok')
        return (
          i || (r === 'OOM' ? -E.NOMEM : r === 'HWPOISON' ? (flags & FOLL.HWPOISON ? -E.HWPOISON : -E.FAULT) : -E.FAULT)
        );
      f = followPageMask(s, mm, vma, vpn, flags);
    }
    if ('errno' in f) {
      if (f.errno === -E.EXIST && !out) f = { page: 0, more: 0 };
      else return i || f.errno;
    }
    const take = Math.min(1 + f.more, nr - i);
    if (out && take > 1) tryGrabFolio(s, s.head(f.page), take - 1, flags);
    for (let j = 0; j < take; j++) out?.push(f.page + j);
    i += take;
    vpn += take;
  }
  return i;
}

/** check_and_migrate_movable_pages: pages that must not stay where they are, moved out of ZONE_MOVABLE. 0: nothing to do; -EAGAIN: try again. */
function checkAndMigrateMovablePages(s: State, pages: number[]): number {
  const list: number[] = [];
  let collected = 0;
  let prev = 0;
  for (const page of pages) {
    const folio = s.head(page);
    if (folio === prev) continue;
    prev = folio;
    if (folioIsLongtermPinnable(s, folio)) continue;
    collected++;
    lruAddDrain(s);
    if (s.has(folio, PG.hugetlb)) {
      folioGet(s, folio);
      s.setFlag(folio, PG.isolated);
      list.push(folio);
    } else if (folioIsolateLru(s, folio)) list.push(folio);
  }
  if (!collected) return 0;
  for (const page of pages) gupPutFolio(s, s.head(page), 1, FOLL.PIN);
  pages.length = 0;
  if (!list.length) return -E.NOMEM;
  return migrateFolios(s, list, { gfp: GFP_PIN, reason: 'longterm_pin' }).failed ? -E.NOMEM : -E.AGAIN;
}

/** __gup_longterm_locked: the slow path; with FOLL_LONGTERM until every page is where it may stay. */
function gupLongtermLocked(
  s: State,
  mm: number,
  start: number,
  nr: number,
  flags: number,
  out: number[] | null,
): number {
  if (!(flags & FOLL.LONGTERM)) return getUserPagesSlow(s, mm, start, nr, flags, out);
  for (let tries = 0; tries < 16; tries++) {
    const pages: number[] = [];
    const n = getUserPagesSlow(s, mm, start, nr, flags, pages);
    if (n <= 0) return n;
    const r = checkAndMigrateMovablePages(s, pages);
    if (r === 0) {
      out?.push(...pages);
      return n;
    }
    if (r !== -E.AGAIN) return r;
  }
  return -E.NOMEM;
}

/** gup_fast_fallback / internal_get_user_pages_fast. */
function gupFastFallback(s: State, mm: number, start: number, nr: number, flags: number, out: number[]): number {
  if (flags & FOLL.PIN && s.f.follPin) s.set(s.mmPinned, mm, 1);
  if (!(start >= 0 && start + nr <= TASK_PAGES)) return -E.FAULT;
  const n = gupFast(s, mm, start, nr, flags, out);
  if (n === nr || flags & FOLL.FAST_ONLY) return n;
  // with nr 0 the kernel's subtraction wraps: the slow path runs to the end of the mapping
  const rest = nr === 0 ? Infinity : nr - n;
  const touch = !(flags & FOLL.LONGTERM) || s.f.fastLongtermTouches ? FOLL.TOUCH : 0;
  const r = gupLongtermLocked(s, mm, start + n, rest, flags | touch | (touch ? FOLL.UNLOCKABLE : 0), out);
  if (r < 0) return n || r;
  return n + r;
}

/** Names of the GUP calls that operations use. */
export const GUP_CALLS = [
  'get_user_pages',
  'get_user_pages_fast',
  'get_user_pages_remote',
  'get_user_pages_fast_only',
  'pin_user_pages',
  'pin_user_pages_fast',
  'pin_user_pages_remote',
] as const;
/** Name of a GUP call. */
export type GupCall = (typeof GUP_CALLS)[number];

const INTERNAL = FOLL.TOUCH | FOLL.REMOTE | FOLL.PIN | FOLL.FAST_ONLY | FOLL.UNLOCKABLE;

/** Argument checks: is_valid_gup_args (≥ 6.2), is_valid_gup_flags and the WARN_ON_ONCEs before. 0, or what the call returns. */
function validateGup(s: State, call: GupCall, flags: number, hasPages: boolean): number | undefined {
  const pin = call.startsWith('pin_');
  const warn = (fn: string, key: string): void => s.warnOnce('mm/gup.c', fn, key);
  if (s.f.isValidGupArgs) {
    const bad = pin && !call.endsWith('_fast') ? 0 : -E.INVAL;
    if (flags & INTERNAL) {
      warn('is_valid_gup_args', 'is_valid_gup_args internal');
      return bad;
    }
    const set = flags | (pin ? FOLL.PIN : hasPages || call.includes('fast') ? FOLL.GET : 0);
    if ((set & (FOLL.PIN | FOLL.GET)) === (FOLL.PIN | FOLL.GET)) {
      warn('is_valid_gup_args', 'is_valid_gup_args get+pin');
      return bad;
    }
    if (set & FOLL.LONGTERM && !(set & FOLL.PIN)) {
      warn('is_valid_gup_args', 'is_valid_gup_args longterm');
      return bad;
    }
    if (set & (FOLL.GET | FOLL.PIN) && !hasPages) {
      warn('is_valid_gup_args', 'is_valid_gup_args pages');
      return bad;
    }
    return undefined;
  }
  if (pin) {
    if (flags & FOLL.GET) {
      warn(call, `${call} get`);
      return -E.INVAL;
    }
    if (!hasPages) {
      warn(call, `${call} pages`);
      return -E.INVAL;
    }
    return undefined;
  }
  if (call === 'get_user_pages_fast_only') return undefined;
  if (flags & (FOLL.PIN | FOLL.LONGTERM)) {
    s.warnOnce('mm/gup.c', call, flags & FOLL.PIN ? 'is_valid_gup_flags pin' : 'is_valid_gup_flags longterm', call);
    return -E.INVAL;
  }
  return undefined;
}

/** One call of the GUP family: what it returns; the pages are pushed to `out` (null: the caller passed no array). */
export function gup(
  s: State,
  call: GupCall,
  mm: number,
  start: number,
  nr: number,
  flags: number,
  out: number[] | null,
): number {
  const bad = validateGup(s, call, flags, out !== null);
  if (bad !== undefined) return bad;
  const pin = call.startsWith('pin_');
  const set = flags | (pin ? FOLL.PIN : out ? FOLL.GET : 0);
  switch (call) {
    case 'get_user_pages_fast':
    case 'pin_user_pages_fast':
      return gupFastFallback(s, mm, start, nr, set, out ?? []);
    case 'get_user_pages_fast_only':
      return fastOnly(s, gupFastFallback(s, mm, start, nr, set | FOLL.FAST_ONLY, out ?? []));
    case 'get_user_pages':
    case 'pin_user_pages':
      if (pin && s.f.follPin && (nr > 0 || !s.f.isValidGupArgs)) s.set(s.mmPinned, mm, 1);
      return gupLongtermLocked(s, mm, start, nr, set | (pin ? 0 : FOLL.TOUCH), out);
    case 'get_user_pages_remote':
    case 'pin_user_pages_remote':
      if (pin && s.f.follPin) s.set(s.mmPinned, mm, 1);
      return gupLongtermLocked(s, mm, start, nr, set | FOLL.REMOTE | FOLL.TOUCH, out);
  }
}

/** get_user_pages_fast_only never returned errors before is_valid_gup_args(). */
function fastOnly(s: State, r: number): number {
  return s.f.isValidGupArgs ? r : Math.max(0, r);
}

/** unpin_user_pages / unpin_user_pages_dirty_lock. */
export function unpinUserPages(s: State, pages: readonly number[], dirty: boolean): void {
  for (const page of pages) {
    const folio = s.head(page);
    if (dirty && !s.has(folio, PG.dirty)) folioMarkDirty(s, folio);
    gupPutFolio(s, folio, 1, FOLL.PIN);
  }
}

/** Number of handles, for readers. */
export function handleCount(s: State): number {
  return s.scalar.at(SCALAR.nextHandle) - 1;
}
