/** Page tables: three levels of 512 entries, and the reverse map from a page to the entries that map it. */
import { PTE } from './flags.ts';
import { invalidate } from './mmu_notifier.ts';
import { SCALAR, type State } from './state.ts';

/** Pages of a PMD (HPAGE_PMD_NR). */
export const PMD_NR = 512;
/** HPAGE_PMD_ORDER. */
export const PMD_ORDER = 9;

/** A new table of 512 entries; returns its number. */
function allocBlock(s: State, mm: number, vpn: number, level: number): number {
  let b = s.scalar.at(SCALAR.freeBlock);
  if (b) s.set(s.scalar, SCALAR.freeBlock, s.blockVpn.at(b));
  else b = s.next(SCALAR.nextBlock);
  s.set(s.blockMm, b, mm);
  s.set(s.blockVpn, b, vpn);
  s.set(s.blockLevel, b, level + 1);
  return b;
}

/** Gives a table back; its entries must be clear. */
export function freeBlock(s: State, b: number): void {
  s.set(s.blockMm, b, 0);
  s.set(s.blockLevel, b, 0);
  s.set(s.blockVpn, b, s.scalar.at(SCALAR.freeBlock));
  s.set(s.scalar, SCALAR.freeBlock, b);
}

/** The table block behind a slot, made if asked for; 0 if there is none. */
function tableAt(s: State, slot: number, mm: number, vpn: number, level: number, alloc: boolean): number {
  const f = s.entf.at(slot);
  if (f & PTE.table) return s.ent.at(slot);
  if (!alloc || f) return 0;
  const b = allocBlock(s, mm, vpn, level);
  s.set(s.ent, slot, b);
  s.set(s.entf, slot, PTE.table);
  return b;
}

/** pmd_offset: the slot of the PMD for virtual page `vpn`; 0 if the upper tables are missing. */
export function pmdSlot(s: State, mm: number, vpn: number, alloc = false): number {
  let pgd = s.mmPgd.at(mm);
  if (!pgd) {
    if (!alloc) return 0;
    pgd = allocBlock(s, mm, 0, 2);
    s.set(s.mmPgd, mm, pgd);
  }
  const b = tableAt(s, pgd * 512 + ((vpn >>> 18) & 511), mm, (vpn >>> 18) << 18, 1, alloc);
  return b ? b * 512 + ((vpn >>> 9) & 511) : 0;
}

/** The slot of the PTE for `vpn` in the table that the PMD at slot `pmd` points to; 0 if it points to none. */
export function pteIn(s: State, pmd: number, vpn: number): number {
  return s.entf.at(pmd) & PTE.table ? s.ent.at(pmd) * 512 + (vpn & 511) : 0;
}
/** pte_offset_map: the slot of the PTE; 0 if there is no table (or a huge PMD). */
export function pteSlot(s: State, mm: number, vpn: number, alloc = false): number {
  const pmd = pmdSlot(s, mm, vpn, alloc);
  if (!pmd) return 0;
  return pteSlotAt(s, pmd, mm, vpn, alloc);
}
/** As pteSlot, where the slot of the PMD is known. */
export function pteSlotAt(s: State, pmd: number, mm: number, vpn: number, alloc: boolean): number {
  const b = tableAt(s, pmd, mm, (vpn >>> 9) << 9, 0, alloc);
  return b ? b * 512 + (vpn & 511) : 0;
}
/** A range of so many pages is mapped: room for the entries that it may need, at most as many as there are pages in the machine. */
export function reserveTables(s: State, pages: number): void {
  const rows = (s.scalar.at(SCALAR.nextBlock) + Math.ceil(pages / 512) + (pages >>> 18) + 8) * 512;
  for (const c of [s.ent, s.entf, s.entNext, s.entTlb]) s.store.reserve(c, Math.min(rows, s.pages));
}

/** mm and virtual page of a slot. */
export function slotMm(s: State, slot: number): number {
  return s.blockMm.at(slot >>> 9);
}
/** First virtual page that a slot maps. */
export function slotVpn(s: State, slot: number): number {
  const b = slot >>> 9;
  return s.blockVpn.at(b) + ((slot & 511) << ((s.blockLevel.at(b) - 1) * 9));
}
/** Is the slot a PMD? */
export function slotIsPmd(s: State, slot: number): boolean {
  return s.blockLevel.at(slot >>> 9) === 2;
}

/** set_pte_at: value and bits of an entry, without reverse map or counts. */
export function setEntry(s: State, slot: number, value: number, bits: number): void {
  s.zero(s.entTlb, slot);
  s.set(s.ent, slot, value);
  s.set(s.entf, slot, bits);
}
/** pte_clear. */
export function clearEntry(s: State, slot: number): void {
  setEntry(s, slot, 0, 0);
}

/** Changes the bits of an entry and flushes it from the TLB (flush_tlb_page). */
export function changeBits(s: State, slot: number, bits: number): void {
  if (s.entf.at(slot) === bits) return;
  invalidate(s, slot);
  s.set(s.entf, slot, bits);
  s.zero(s.entTlb, slot);
}
/** flush_tlb_mm, or a switch to another address space (this CPU has no PCID): every translation is forgotten. */
export function flushTlb(s: State): void {
  s.add(s.scalar, SCALAR.tlbGen, 1);
}
/** Is the entry's translation, accessed bit and all, still in the TLB? */
export function inTlb(s: State, slot: number): boolean {
  return s.entTlb.at(slot) === s.scalar.at(SCALAR.tlbGen);
}

/** Adds a slot to the page's reverse map. */
export function rmapLink(s: State, page: number, slot: number): void {
  const first = s.rmap.at(page);
  if (first || s.entNext.at(slot)) s.set(s.entNext, slot, first);
  s.set(s.rmap, page, slot);
}
/** Takes a slot out of the page's reverse map. */
export function rmapUnlink(s: State, page: number, slot: number): void {
  let at = s.rmap.at(page);
  if (at === slot) s.set(s.rmap, page, s.entNext.at(slot));
  else {
    while (at && s.entNext.at(at) !== slot) at = s.entNext.at(at);
    if (!at) return;
    s.set(s.entNext, at, s.entNext.at(slot));
  }
  s.zero(s.entNext, slot);
}
/** The slots that map `page`. */
export function rmapSlots(s: State, page: number): number[] {
  const out: number[] = [];
  for (let at = s.rmap.at(page); at; at = s.entNext.at(at)) out.push(at);
  return out;
}
