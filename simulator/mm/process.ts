/** Processes and what a CPU access does (arch/x86/mm/fault.c). */
import { PTE, VM } from './flags.ts';
import { dupMmap, exitMmap } from './fork.ts';
import { findVma } from './vma.ts';
import { handleMmFault } from './fault.ts';
import { GFP_USER } from './page_alloc.ts';
import { isHugeZero } from './thp.ts';
import { flushTlb, inTlb, pmdSlot, pteIn } from './pagetable.ts';
import { SCALAR, type State } from './state.ts';

/** The row of a process by name; 0 if there is none alive. */
export function procByName(s: State, name: string): number {
  const id = s.names.id(name);
  for (let p = s.scalar.at(SCALAR.nextProc) - 1; p > 0; p--) if (s.procName.at(p) === id && s.procMm.at(p)) return p;
  return 0;
}
/** Has there ever been a process of this name? */
export function everProc(s: State, name: string): boolean {
  const id = s.names.id(name);
  for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++) if (s.procName.at(p) === id) return true;
  return false;
}
/** A new process with an empty address space. */
export function newProc(s: State, name: string): number {
  const p = s.next(SCALAR.nextProc);
  s.set(s.procName, p, s.names.id(name));
  s.set(s.procMm, p, p);
  return p;
}
/** fork(2). */
export function forkProc(s: State, parent: number, name: string): number {
  const child = newProc(s, name);
  flushTlb(s);
  dupMmap(s, s.procMm.at(parent), s.procMm.at(child));
  return child;
}
/** exit(2): the address space goes. */
export function exitProc(s: State, proc: number): void {
  exitMmap(s, s.procMm.at(proc));
  s.set(s.procMm, proc, 0);
}

/** What a CPU access found: the page, or the signal it ended in. */
export type Access = { page: number } | { signal: 'SIGSEGV' | 'SIGBUS' | 'SIGKILL' };

/**
 * The page of a CPU access that is nobody's work: its translation is in the TLB, with the bits that it needs. 0: the page table has to be
 * looked at (cpuAccess). Nothing changes.
 */
export function tlbPage(s: State, mm: number, vpn: number, write: boolean): number {
  if (s.scalar.at(SCALAR.tlbMm) !== mm) return 0;
  const vma = findVma(s, mm, vpn);
  if (!vma || !(s.vmaFlags.at(vma) & (write ? VM.WRITE : VM.READ | VM.WRITE))) return 0;
  const pmd = pmdSlot(s, mm, vpn);
  const leaf = pmd !== 0 && (s.entf.at(pmd) & PTE.leaf) !== 0;
  const slot = leaf ? pmd : pmd ? pteIn(s, pmd, vpn) : 0;
  const bits = slot ? s.entf.at(slot) : 0;
  const needs = PTE.present | (write ? PTE.write | PTE.dirty : 0);
  if ((bits & needs) !== needs || bits & PTE.protnone || !inTlb(s, slot)) return 0;
  return s.ent.at(slot) + (leaf ? vpn & 511 : 0);
}
/** One CPU read or write at a virtual page (do_user_addr_fault): faults until the access goes through; accessed and dirty bits as the MMU sets them. */
export function cpuAccess(s: State, mm: number, vpn: number, write: boolean): Access {
  if (s.scalar.at(SCALAR.tlbMm) !== mm) {
    flushTlb(s);
    s.set(s.scalar, SCALAR.tlbMm, mm);
  }
  const vma = findVma(s, mm, vpn);
  if (!vma) return { signal: 'SIGSEGV' };
  const f = s.vmaFlags.at(vma);
  if (write ? !(f & VM.WRITE) : !(f & (VM.READ | VM.WRITE))) return { signal: 'SIGSEGV' };
  let pmd = 0;
  for (let tries = 0; tries < 8; tries++) {
    // a fault fills upper tables, and takes none away
    pmd ||= pmdSlot(s, mm, vpn);
    const pb = pmd ? s.entf.at(pmd) : 0;
    const slot = pb & PTE.leaf ? pmd : pb & PTE.table ? s.ent.at(pmd) * 512 + (vpn & 511) : 0;
    const bits = slot ? s.entf.at(slot) : 0;
    if (bits & PTE.present && !(bits & PTE.protnone) && (!write || bits & PTE.write)) {
      // a translation that the TLB holds is used without looking at the table: its accessed bit is not set again
      const cached = inTlb(s, slot) && (!write || bits & PTE.dirty);
      if (!cached) {
        const now = bits | PTE.young | (write ? PTE.dirty : 0);
        if (now !== bits) s.set(s.entf, slot, now);
        s.set(s.entTlb, slot, s.scalar.at(SCALAR.tlbGen));
      }
      return { page: bits & PTE.leaf ? s.ent.at(slot) + (vpn & 511) : s.ent.at(slot) };
    }
    const r = handleMmFault(s, mm, vpn, write, false, GFP_USER, true, vma);
    // pagefault_out_of_memory(): somebody is killed, and here that is who asked
    if (r === 'OOM') return { signal: 'SIGKILL' };
    if (r === 'SIGBUS' || r === 'HWPOISON') return { signal: 'SIGBUS' };
  }
  return { signal: 'SIGBUS' };
}
/** Content of a page as the CPU sees it. */
export function contentOf(s: State, page: number): number {
  return isHugeZero(s, s.head(page)) ? 0 : s.content.at(page);
}
