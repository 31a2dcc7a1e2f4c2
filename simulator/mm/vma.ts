/** VMAs and named maps of a process (mm/mmap.c, mm/vma.c). */
import { PTE, VM } from './flags.ts';
import { PMD_NR } from './pagetable.ts';
import { SCALAR, type State } from './state.ts';

/** Kinds of mapping, as the operations name them. */
export const KINDS = [
  'anon',
  'thp',
  'mthp-64k',
  'shmem',
  'shmem-thp',
  'shmem-private',
  'ext4-shared',
  'ext4-private',
  'dax-shared',
  'dax-private',
  'hugetlb',
  'hugetlb-shared',
  'pfnmap',
  'mixedmap',
  'secretmem',
] as const;
/** Kind of a mapping. */
export type Kind = (typeof KINDS)[number];

/** find_vma: the VMA that holds virtual page `vpn`; 0 if none. */
export function findVma(s: State, mm: number, vpn: number): number {
  // the one found last near there, if it still is one of this mm's: VMAs of an mm do not overlap
  const h = (vpn >>> 6) & 255;
  const known = s.vmaFound[h]!;
  if (known && s.vmaMm.at(known) === mm && vpn >= s.vmaStart.at(known) && vpn < s.vmaEnd.at(known)) return known;
  for (let v = s.mmVmas.at(mm); v; v = s.vmaNext.at(v))
    if (vpn >= s.vmaStart.at(v) && vpn < s.vmaEnd.at(v)) return (s.vmaFound[h] = v);
  return 0;
}
/** vma_has_recency (include/linux/mm_inline.h): do accesses through this VMA say that a page will be used again? */
export function vmaHasRecency(s: State, vma: number): boolean {
  return !(s.vmaFlags.at(vma) & (s.f.randReadHasNoRecency ? VM.SEQ_READ | VM.RAND_READ : VM.SEQ_READ));
}
/** All VMAs of an mm that overlap [start, end). */
export function vmasIn(s: State, mm: number, start: number, end: number): number[] {
  const out: number[] = [];
  for (let v = s.mmVmas.at(mm); v; v = s.vmaNext.at(v))
    if (s.vmaStart.at(v) < end && s.vmaEnd.at(v) > start) out.push(v);
  return out.sort((a, b) => s.vmaStart.at(a) - s.vmaStart.at(b));
}
/** First page of [start, end) that no VMA has; `end` if there is none. */
export function firstGap(s: State, mm: number, start: number, end: number): number {
  let at = start;
  for (const v of vmasIn(s, mm, start, end)) {
    if (s.vmaStart.at(v) > at) break;
    at = s.vmaEnd.at(v);
  }
  return Math.min(at, end);
}
/** Adds a VMA to an mm; returns its number. */
export function newVma(
  s: State,
  mm: number,
  v: { start: number; end: number; flags: number; file: number; pgoff: number; kind: number },
): number {
  let row = s.scalar.at(SCALAR.freeVma);
  if (row) s.set(s.scalar, SCALAR.freeVma, s.vmaNext.at(row));
  else row = s.next(SCALAR.nextVma);
  s.set(s.vmaMm, row, mm);
  s.set(s.vmaStart, row, v.start);
  s.set(s.vmaEnd, row, v.end);
  s.set(s.vmaFlags, row, v.flags);
  s.set(s.vmaFile, row, v.file);
  s.set(s.vmaPgoff, row, v.pgoff);
  s.set(s.vmaKind, row, v.kind);
  s.set(s.vmaNext, row, s.mmVmas.at(mm));
  s.set(s.mmVmas, mm, row);
  return row;
}
/** Removes a VMA from its mm. */
export function removeVma(s: State, vma: number): void {
  const mm = s.vmaMm.at(vma);
  if (s.mmVmas.at(mm) === vma) s.set(s.mmVmas, mm, s.vmaNext.at(vma));
  else {
    let v = s.mmVmas.at(mm);
    while (v && s.vmaNext.at(v) !== vma) v = s.vmaNext.at(v);
    if (v) s.set(s.vmaNext, v, s.vmaNext.at(vma));
  }
  for (const c of [s.vmaMm, s.vmaStart, s.vmaEnd, s.vmaFlags, s.vmaFile, s.vmaPgoff, s.vmaKind]) s.set(c, vma, 0);
  s.set(s.vmaNext, vma, s.scalar.at(SCALAR.freeVma));
  s.set(s.scalar, SCALAR.freeVma, vma);
}
/** __split_vma: splits at `vpn`; afterwards a VMA starts there. */
export function splitVma(s: State, vma: number, vpn: number): void {
  const start = s.vmaStart.at(vma);
  const end = s.vmaEnd.at(vma);
  if (vpn <= start || vpn >= end) return;
  newVma(s, s.vmaMm.at(vma), {
    start: vpn,
    end,
    flags: s.vmaFlags.at(vma),
    file: s.vmaFile.at(vma),
    pgoff: s.vmaPgoff.at(vma) + vpn - start,
    kind: s.vmaKind.at(vma),
  });
  s.set(s.vmaEnd, vma, vpn);
}
/** The VMAs of [start, end), split so that they lie within it (vma_modify_flags). */
export function vmasExactly(s: State, mm: number, start: number, end: number): number[] {
  for (const v of vmasIn(s, mm, start, end)) {
    splitVma(s, v, start);
    for (const w of vmasIn(s, mm, start, end)) splitVma(s, w, end);
  }
  return vmasIn(s, mm, start, end);
}
/** vm_ops->may_split: hugetlb VMAs are only split at huge-page borders. False: the caller answers -EINVAL. */
export function maySplit(s: State, mm: number, start: number, end: number): boolean {
  return vmasIn(s, mm, start, end).every(
    (v) =>
      !(s.vmaFlags.at(v) & VM.HUGETLB) ||
      ((start <= s.vmaStart.at(v) || start % PMD_NR === 0) && (end >= s.vmaEnd.at(v) || end % PMD_NR === 0)),
  );
}
/** vma_merge: joins neighbours that do not differ. */
export function mergeVmas(s: State, mm: number): void {
  const all = vmasIn(s, mm, 0, 2 ** 31 - 1);
  for (let i = 0; i + 1 < all.length; i++) {
    const a = all[i]!;
    const b = all[i + 1]!;
    const same =
      s.vmaEnd.at(a) === s.vmaStart.at(b) &&
      s.vmaFlags.at(a) === s.vmaFlags.at(b) &&
      s.vmaFile.at(a) === s.vmaFile.at(b) &&
      s.vmaKind.at(a) === s.vmaKind.at(b) &&
      s.vmaPgoff.at(a) + s.vmaEnd.at(a) - s.vmaStart.at(a) === s.vmaPgoff.at(b);
    if (!same) continue;
    s.set(s.vmaEnd, a, s.vmaEnd.at(b));
    removeVma(s, b);
    all[i + 1] = a;
  }
}
/** vma_is_anonymous: no file behind it (private anonymous memory). */
export function vmaIsAnonymous(s: State, vma: number): boolean {
  return s.vmaFile.at(vma) === 0 && !(s.vmaFlags.at(vma) & (VM.PFNMAP | VM.MIXEDMAP | VM.SECRETMEM | VM.HUGETLB));
}
/** is_cow_mapping: private and possibly writable. */
export function isCowMapping(flags: number): boolean {
  return (flags & (VM.SHARED | VM.MAYWRITE)) === VM.MAYWRITE;
}
/** vm_page_prot of a VMA that may not be accessed: PAGE_NONE. FOLL_FORCE faults such pages in. */
export const protNone = (flags: number): number => (flags & (VM.READ | VM.WRITE) ? 0 : PTE.protnone);
/** Kind of a VMA. */
export function vmaKind(s: State, vma: number): Kind {
  return KINDS[s.vmaKind.at(vma)]!;
}
/** Address (virtual page) of a named map in an mm; -1 if it has none. */
export function mapBase(s: State, mm: number, name: string): number {
  const id = s.names.id(name);
  for (let m = s.scalar.at(SCALAR.nextMap) - 1; m > 0; m--)
    if (s.mapMm.at(m) === mm && s.mapName.at(m) === id) return s.mapBase.at(m);
  return -1;
}
/** Gives a name to a range of addresses. */
export function nameMap(s: State, mm: number, name: string, base: number): void {
  const row = s.next(SCALAR.nextMap);
  s.set(s.mapName, row, s.names.id(name));
  s.set(s.mapMm, row, mm);
  s.set(s.mapBase, row, base);
}
/** get_unmapped_area: addresses for `pages` pages, aligned to a PMD, with a gap behind. */
export function unmappedArea(s: State, mm: number, pages: number): number {
  const base = Math.max(s.mmNext.at(mm), 8 * PMD_NR);
  s.set(s.mmNext, mm, base + (Math.ceil(pages / PMD_NR) + 1) * PMD_NR);
  return base;
}
/** What lies below `end` is taken: unmappedArea() gives what is behind it. */
export function keepFree(s: State, mm: number, end: number): void {
  if (s.mmNext.at(mm) < end) s.set(s.mmNext, mm, Math.ceil(end / PMD_NR) * PMD_NR + PMD_NR);
}
