/** DAX: file pages that are the storage itself (fs/dax.c, fs/ext4). */
import { protNone } from './vma.ts';
import { MAPPING, PG, PTE, VM } from './flags.ts';
import { allocFolio, folioPut, prepNewFolio } from './page_alloc.ts';
import { mapPte } from './rmap.ts';
import { addNewAnon, pgoffOf, type FaultCtx, type FaultResult } from './fault.ts';
import { ensureCapacity, xaSlot } from './filemap.ts';
import { pteSlot, setEntry } from './pagetable.ts';
import { zeroPage } from './thp.ts';
import type { State } from './state.ts';

/** Layout lease of a DAX file (fs/locks.c, as proposed): who holds pages for long takes one, and is recalled before the blocks go. */
export const LEASE = { none: 0, held: 1, recalled: 2 } as const;

/** The storage page behind a block of a DAX file: allocated on demand; refcount 1 means idle. 0 when the device is full. */
export function daxStorage(s: State, file: number, index: number, alloc: boolean): number {
  ensureCapacity(s, file, index + 1);
  const at = xaSlot(s, file, index);
  // the block number is kept in xaDisk: pfn + 1
  const have = s.xaDisk.at(at);
  if (have) return have - 1;
  if (!alloc) return 0;
  const z = s.machine.zones.findIndex((r) => r.zone === 'Device');
  if (z < 0) return 0;
  const pfn = s.zoneLow.at(z);
  if (pfn >= s.zoneHigh.at(z)) return 0;
  s.set(s.zoneLow, z, pfn + 1);
  prepNewFolio(s, pfn, 0);
  s.setFlag(pfn, PG.reserved | PG.driver);
  s.set(s.xaDisk, at, pfn + 1);
  return pfn;
}

/** dax_iomap_pte_fault: maps the storage page (or the zero page over a hole) without a page reference; the file's tree knows the page. */
export function daxMap(s: State, c: FaultCtx, write: boolean): FaultResult {
  const file = s.vmaFile.at(c.vma);
  const index = pgoffOf(s, c.vma, c.vpn);
  const pfn = daxStorage(s, file, index, write);
  const slot = pteSlot(s, c.mm, c.vpn, true);
  if (!pfn) {
    if (write) return 'SIGBUS';
    setEntry(s, slot, zeroPage(s), PTE.present | PTE.special | PTE.young | protNone(c.flags));
    return 'ok';
  }
  s.set(s.mapping, pfn, MAPPING.file + file);
  s.set(s.index, pfn, index);
  s.set(s.xa, xaSlot(s, file, index), pfn);
  const w = write && s.vmaFlags.at(c.vma) & VM.WRITE ? PTE.write | PTE.dirty : 0;
  setEntry(s, slot, pfn, PTE.present | PTE.special | PTE.devmap | PTE.young | protNone(c.flags) | w);
  return 'ok';
}

/** dax_fault_cow: a private mapping is written: an anonymous copy of the storage. */
export function daxCow(s: State, c: FaultCtx): FaultResult {
  const file = s.vmaFile.at(c.vma);
  const storage = daxStorage(s, file, pgoffOf(s, c.vma, c.vpn), false);
  const folio = allocFolio(s, 0, c.gfp);
  if (!folio) return 'OOM';
  s.set(s.content, folio, storage ? s.content.at(storage) : 0);
  mapPte(
    s,
    pteSlot(s, c.mm, c.vpn, true),
    folio,
    PTE.young | protNone(c.flags) | PTE.dirty | (c.flags & VM.WRITE ? PTE.write : 0),
  );
  addNewAnon(s, c, folio);
  return 'ok';
}

/** dax_page_unused / the idle test of ext4_break_layouts: is some page of the range still held? */
export function daxBusy(s: State, file: number, first: number, end: number): boolean {
  for (let i = first; i < Math.min(end, s.fileCap.at(file)); i++) {
    const d = s.xaDisk.at(xaSlot(s, file, i));
    if (d && s.refcount.at(d - 1) > 1) return true;
  }
  return false;
}

/** Frees the storage of a range (ext4_ext_remove_space): the pages may be given to other blocks. */
export function daxFree(s: State, file: number, first: number, end: number): void {
  for (let i = first; i < Math.min(end, s.fileCap.at(file)); i++) {
    const at = xaSlot(s, file, i);
    const d = s.xaDisk.at(at);
    if (!d) continue;
    s.set(s.xa, at, 0);
    s.set(s.xaDisk, at, 0);
    // held pages (policy `sigbus`) live on without the file until their last user lets go
    s.clearFlag(d - 1, PG.driver);
    s.set(s.mapping, d - 1, 0);
    folioPut(s, d - 1);
  }
}
