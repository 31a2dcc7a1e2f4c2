/** The slow path of GUP: VMA checks, page-table walk, faults, migration out of movable zones (__get_user_pages, __gup_longterm_locked; mm/gup.c). */
import { LEASE } from './dax.ts';
import { handleMmFault } from './fault.ts';
import { FS } from './filemap.ts';
import { E, FOLL, PG, PTE, VM } from './flags.ts';
import { folioIsLongtermPinnable, gupMustUnshare, gupPutFolio, tryGrabFolio } from './gup_pin.ts';
import { folioIsolateLru, folioMarkAccessed, lruAddDrain } from './lru.ts';
import { migrateFolios } from './migrate.ts';
import { GFP_PIN, GFP_USER, folioGet } from './page_alloc.ts';
import { PMD_NR, pmdSlot, pteIn } from './pagetable.ts';
import { anonExclusive, folioAnon } from './rmap.ts';
import { type State } from './state.ts';
import { isHugeZero, isZeroPage } from './thp.ts';
import { findVma, isCowMapping, vmaIsAnonymous } from './vma.ts';
import { folioMarkDirty } from './writeback.ts';

/** Last virtual page of user space, exclusive (TASK_SIZE_MAX >> PAGE_SHIFT). */
export const TASK_PAGES = 2 ** 27;

/** check_vma_flags. 0 or -errno. */
export function checkVmaFlags(s: State, vma: number, flags: number): number {
  const vf = s.vmaFlags.at(vma);
  const file = s.vmaFile.at(vma);
  const anon = vmaIsAnonymous(s, vma);
  if (vf & (VM.IO | VM.PFNMAP)) return -E.FAULT;
  // vma_is_fsdax; with leases a long-term pin is allowed to whoever holds one
  if (flags & FOLL.LONGTERM && s.fileFs.at(file) === FS['ext4-dax'] && s.fileLease.at(file) !== LEASE.held)
    return -E.OPNOTSUPP;
  if (vf & VM.SECRETMEM) return -E.FAULT;
  if (flags & FOLL.WRITE) {
    if (
      !anon &&
      s.fileLease.at(file) !== LEASE.held &&
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
  const slot = pteIn(s, pmd, vpn);
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
export function gupLongtermLocked(
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
