/** mmap, munmap, mprotect, mremap, mlock, msync (mm/mmap.c, mm/mprotect.c, mm/mremap.c, mm/mlock.c). */
import { E, FOLL, MAPPING, PG, PTE, VM } from './flags.ts';
import { ensureCapacity, FS, newFile } from './filemap.ts';
import { allocFolio, folioGet } from './page_alloc.ts';
import { anonExclusive, folioAnon, mapPte } from './rmap.ts';
import {
  changeBits,
  clearEntry,
  pmdSlot,
  pteSlot,
  rmapLink,
  rmapUnlink,
  setEntry,
  slotIsPmd,
  reserveTables,
} from './pagetable.ts';
import {
  findVma,
  firstGap,
  keepFree,
  KINDS,
  mapBase,
  maySplit,
  mergeVmas,
  nameMap,
  newVma,
  splitVma,
  unmappedArea,
  vmasExactly,
  vmasIn,
  type Kind,
  protNone,
} from './vma.ts';
import { fsyncFile } from './writeback.ts';
import { gup } from './gup.ts';
import { handleMmFault, protWrite } from './fault.ts';
import { isHugeZero, splitPmdAt } from './thp.ts';
import { freePgtables, walkRange } from './zap.ts';
import { lruAddDrain, mlockFolio, munlockFolio } from './lru.ts';
import { unmapRegion } from './fork.ts';
import type { State } from './state.ts';

/** prot of an operation as VMA flags. */
export function protFlags(prot: string): number {
  return (prot.includes('r') ? VM.READ : 0) | (prot.includes('w') ? VM.WRITE : 0);
}

/** do_mmap: a new map of a kind, anywhere or at page `at`; its first virtual page. */
export function doMmap(
  s: State,
  mm: number,
  name: string,
  kind: Kind,
  pages: number,
  prot: string,
  file: number,
  o: { readonly at?: number; readonly pgoff?: number } = {},
): number {
  const base = o.at || unmappedArea(s, mm, pages);
  let flags = (prot === 'none' ? 0 : protFlags(prot)) | VM.MAYREAD | VM.MAYWRITE;
  if (
    kind.endsWith('-shared') ||
    kind === 'shmem' ||
    kind === 'shmem-thp' ||
    kind === 'pfnmap' ||
    kind === 'mixedmap' ||
    kind === 'secretmem'
  )
    flags |= VM.SHARED;
  if (kind === 'anon') flags |= VM.NOHUGEPAGE;
  if (kind === 'thp' || kind === 'mthp-64k' || kind === 'shmem-thp') flags |= VM.HUGEPAGE;
  if (kind.startsWith('hugetlb')) flags |= VM.HUGETLB;
  if (kind === 'pfnmap') flags |= VM.PFNMAP | VM.IO;
  if (kind === 'mixedmap') flags |= VM.MIXEDMAP;
  let f = file;
  if (kind === 'hugetlb-shared' && !f) f = newFile(s, '', FS.hugetlbfs, pages);
  if (kind === 'secretmem') {
    flags |= VM.SECRETMEM | VM.LOCKED;
    f ||= newFile(s, '', FS.secretmem, pages);
  }
  if (kind === 'shmem-thp' && f) s.set(s.fileHuge, f, 1);
  newVma(s, mm, { start: base, end: base + pages, flags, file: f, pgoff: o.pgoff ?? 0, kind: KINDS.indexOf(kind) });
  if (!(flags & (VM.HUGEPAGE | VM.HUGETLB))) reserveTables(s, pages);
  nameMap(s, mm, name, base);
  if (o.at) keepFree(s, mm, base + pages);
  if (kind === 'pfnmap' || kind === 'mixedmap') {
    for (let i = 0; i < pages; i++) {
      const page = allocFolio(s, 0, { movable: false, node: 0 });
      if (!page) break;
      s.setFlag(page, PG.driver);
      const slot = pteSlot(s, mm, base + i, true);
      const w = (prot.includes('w') ? PTE.write : 0) | protNone(flags);
      if (kind === 'pfnmap') setEntry(s, slot, page, PTE.present | PTE.special | PTE.young | w);
      else {
        folioGet(s, page);
        mapPte(s, slot, page, PTE.young | w);
      }
    }
  }
  return base;
}

/** do_munmap. 0 or -errno. */
export function doMunmap(s: State, mm: number, start: number, end: number): number {
  if (!maySplit(s, mm, start, end)) return -E.INVAL;
  splitPmdAt(s, mm, start);
  splitPmdAt(s, mm, end);
  const vmas = vmasExactly(s, mm, start, end);
  unmapRegion(s, mm, vmas, start, end);
  return 0;
}

/** do_mprotect_pkey: up to the first hole, which is -ENOMEM. */
export function doMprotect(s: State, mm: number, start: number, end: number, prot: string): number {
  const gap = firstGap(s, mm, start, end);
  if (gap === start) return -E.NOMEM;
  return mprotectFixup(s, mm, start, gap, prot) || (gap < end ? -E.NOMEM : 0);
}

/** mprotect_fixup, change_protection. */
function mprotectFixup(s: State, mm: number, start: number, end: number, prot: string): number {
  const newFlags = prot === 'none' ? 0 : protFlags(prot);
  if (!maySplit(s, mm, start, end)) return -E.INVAL;
  splitPmdAt(s, mm, start);
  splitPmdAt(s, mm, end);
  for (const vma of vmasExactly(s, mm, start, end)) {
    s.set(s.vmaFlags, vma, (s.vmaFlags.at(vma) & ~(VM.READ | VM.WRITE)) | newFlags);
    const prots = protWrite(s, vma);
    const change = (slot: number): void => {
      let bits = s.entf.at(slot);
      if (!(bits & PTE.present)) return;
      bits = (bits & ~(PTE.write | PTE.protnone)) | (prots ? PTE.write : 0);
      if (newFlags === 0) bits |= PTE.protnone;
      else if (!(bits & PTE.write) && newFlags & VM.WRITE && canChangePteWritable(s, vma, slot, bits))
        bits |= PTE.write;
      changeBits(s, slot, bits);
    };
    walkRange(s, mm, s.vmaStart.at(vma), s.vmaEnd.at(vma), change, change);
  }
  mergeVmas(s, mm);
  return 0;
}

/** can_change_pte_writable (and _pmd_, which older kernels lack): may the entry become writable without a fault? */
function canChangePteWritable(s: State, vma: number, slot: number, bits: number): boolean {
  if (s.vmaFlags.at(vma) & VM.HUGETLB) return false;
  const shared = (s.vmaFlags.at(vma) & VM.SHARED) !== 0;
  if (!s.f.mprotectNeedsNoDirty && (slotIsPmd(s, slot) || !(bits & PTE.dirty))) return false;
  if (shared) return (bits & PTE.dirty) !== 0;
  const page = s.ent.at(slot);
  if (bits & PTE.special || isHugeZero(s, page)) return false;
  return folioAnon(s, s.head(page)) && anonExclusive(s, page);
}

/** mremap with MREMAP_MAYMOVE of a whole map, by name: its new first page, or -errno. */
export function doMremap(s: State, mm: number, from: string, to: string): number {
  const base = mapBase(s, mm, from);
  const vma = vmasIn(s, mm, base, base + 1)[0];
  if (base < 0 || vma === undefined) return -E.FAULT;
  const nr = s.vmaEnd.at(vma) - s.vmaStart.at(vma);
  const target = unmappedArea(s, mm, nr);
  moveVma(s, mm, s.vmaStart.at(vma), nr, target);
  nameMap(s, mm, to, target);
  return target;
}

/** move_vma: the pages [start, start + nr) of one VMA, and their entries, go to `target`. */
export function moveVma(s: State, mm: number, start: number, nr: number, target: number): void {
  splitPmdAt(s, mm, start);
  splitPmdAt(s, mm, start + nr);
  const vma = vmasExactly(s, mm, start, start + nr)[0]!;
  const moved = newVma(s, mm, {
    start: target,
    end: target + nr,
    flags: s.vmaFlags.at(vma),
    file: s.vmaFile.at(vma),
    pgoff: s.vmaPgoff.at(vma),
    kind: s.vmaKind.at(vma),
  });
  const move =
    (pmd: boolean) =>
    (slot: number, vpn: number): void => {
      const to = target + (vpn - start);
      const dst = pmd ? pmdSlot(s, mm, to, true) : pteSlot(s, mm, to, true);
      const bits = s.entf.at(slot);
      const page = s.ent.at(slot);
      const mapped = bits & PTE.present && !(bits & (PTE.special | PTE.hwpoison)) && !isHugeZero(s, page);
      if (mapped) rmapUnlink(s, page, slot);
      clearEntry(s, slot);
      setEntry(s, dst, page, bits);
      if (mapped) rmapLink(s, page, dst);
    };
  walkRange(s, mm, start, start + nr, move(false), move(true));
  s.set(s.vmaFlags, moved, s.vmaFlags.at(vma));
  unmapRegion(s, mm, [vma], start, start + nr);
  freePgtables(s, mm, start, start + nr);
}

/** vma_expand: a VMA reaches up to `end` now; what is behind it is free. A locked one is filled. */
export function growVma(s: State, mm: number, vma: number, end: number): void {
  const from = s.vmaEnd.at(vma);
  s.set(s.vmaEnd, vma, end);
  keepFree(s, mm, end);
  const file = s.vmaFile.at(vma);
  if (file) ensureCapacity(s, file, s.vmaPgoff.at(vma) + end - s.vmaStart.at(vma));
  if (s.vmaFlags.at(vma) & VM.LOCKED) doMlock(s, mm, from, end, false);
}

/** VMAs that mlock_fixup leaves as they are (VM_SPECIAL, hugetlb, secretmem, DAX). */
function neverLocked(s: State, vma: number): boolean {
  const special = VM.HUGETLB | VM.PFNMAP | VM.IO | VM.MIXEDMAP | VM.SECRETMEM;
  return (s.vmaFlags.at(vma) & special) !== 0 || s.fileFs.at(s.vmaFile.at(vma)) === FS['ext4-dax'];
}

/** do_mlock: apply_vma_lock_flags, mlock_vma_pages_range, and __mm_populate unless `onFault`. 0 or -errno. */
export function doMlock(s: State, mm: number, start: number, end: number, onFault: boolean): number {
  const gap = firstGap(s, mm, start, end);
  if (gap === start) return -E.NOMEM;
  lruAddDrain(s);
  for (const v of vmasIn(s, mm, start, gap)) if (!neverLocked(s, v)) splitIfNeeded(s, mm, v, start, gap);
  for (const vma of vmasIn(s, mm, start, gap)) {
    if (neverLocked(s, vma)) continue;
    const old = s.vmaFlags.at(vma);
    s.set(s.vmaFlags, vma, (old & ~VM.LOCKONFAULT) | VM.LOCKED | (onFault ? VM.LOCKONFAULT : 0));
    // mlocking twice would be wrong
    if (!(old & VM.LOCKED)) mlockPages(s, mm, vma, true);
  }
  mergeVmas(s, mm);
  // what a hole cuts short is not populated
  if (gap < end) return -E.NOMEM;
  return onFault ? 0 : mmPopulate(s, mm, start, end);
}

/** __mm_populate, populate_vma_page_range (mm/gup.c), with the errors of __mlock_posix_error_return. */
function mmPopulate(s: State, mm: number, start: number, end: number): number {
  for (const vma of vmasIn(s, mm, start, end)) {
    const f = s.vmaFlags.at(vma);
    if (f & (VM.PFNMAP | VM.IO | VM.LOCKONFAULT)) continue;
    if (!(f & (VM.READ | VM.WRITE))) return -E.NOMEM;
    const flags = (f & (VM.WRITE | VM.SHARED)) === VM.WRITE ? FOLL.WRITE : FOLL.FORCE;
    const to = Math.min(end, s.vmaEnd.at(vma));
    for (let at = Math.max(start, s.vmaStart.at(vma)); at < to;) {
      const r = gup(s, 'get_user_pages', mm, at, to - at, flags, null);
      if (r <= 0) return r === -E.NOMEM ? -E.AGAIN : -E.NOMEM;
      at += r;
    }
  }
  lruAddDrain(s);
  return 0;
}

/** munlock. */
export function doMunlock(s: State, mm: number, start: number, end: number): number {
  const gap = firstGap(s, mm, start, end);
  if (gap === start) return -E.NOMEM;
  lruAddDrain(s);
  for (const v of vmasIn(s, mm, start, gap)) {
    if (!(s.vmaFlags.at(v) & VM.LOCKED) || s.vmaFlags.at(v) & VM.SECRETMEM) continue;
    splitIfNeeded(s, mm, v, start, gap);
  }
  for (const vma of vmasIn(s, mm, start, gap)) {
    if (!(s.vmaFlags.at(vma) & VM.LOCKED) || s.vmaFlags.at(vma) & VM.SECRETMEM) continue;
    mlockPages(s, mm, vma, false);
    s.set(s.vmaFlags, vma, s.vmaFlags.at(vma) & ~(VM.LOCKED | VM.LOCKONFAULT));
  }
  mergeVmas(s, mm);
  return gap < end ? -E.NOMEM : 0;
}

/** Splits a VMA at the borders of [start, end); huge mappings that a border cuts are split too (vma_adjust_trans_huge). */
function splitIfNeeded(s: State, mm: number, vma: number, start: number, end: number): void {
  splitPmdAt(s, mm, start);
  splitPmdAt(s, mm, end);
  splitVma(s, vma, start);
  for (const w of vmasIn(s, mm, start, end)) splitVma(s, w, end);
}

/** mlock_pte_range: mlocks or munlocks the folios of a VMA; large folios only whole (allow_mlock_munlock). */
function mlockPages(s: State, mm: number, vma: number, lock: boolean): void {
  const from = s.vmaStart.at(vma);
  const to = s.vmaEnd.at(vma);
  const seen = new Set<number>();
  walkRange(
    s,
    mm,
    from,
    to,
    (slot, vpn) => {
      const bits = s.entf.at(slot);
      if (!(bits & PTE.present) || bits & PTE.special) return;
      const page = s.ent.at(slot);
      const folio = s.head(page);
      const nr = s.nr(folio);
      if (nr > 1) {
        if (!s.f.mthp || seen.has(folio)) return;
        seen.add(folio);
        const first = vpn - (page - folio);
        if (lock && (first < from || first + nr > to)) return;
        if (lock) for (let i = 0; i < nr; i++) if (s.ent.at(pteSlot(s, mm, first + i)) !== folio + i) return;
      }
      if (lock) mlockFolio(s, folio);
      else munlockFolio(s, folio);
    },
    (slot) => {
      const folio = s.ent.at(slot);
      if (isHugeZero(s, folio)) return;
      if (lock) mlockFolio(s, folio);
      else munlockFolio(s, folio);
    },
  );
}

/** msync(MS_SYNC): vfs_fsync of shared file mappings. */
export function doMsync(s: State, mm: number, start: number, end: number): number {
  const vmas = vmasIn(s, mm, start, end);
  if (!vmas.length) return -E.NOMEM;
  for (const vma of vmas) if (s.vmaFlags.at(vma) & VM.SHARED && s.vmaFile.at(vma)) fsyncFile(s, s.vmaFile.at(vma));
  return firstGap(s, mm, start, end) < end ? -E.NOMEM : 0;
}
export { MAPPING, findVma, handleMmFault };
