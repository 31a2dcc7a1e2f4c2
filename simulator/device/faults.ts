/** What can go wrong between a device and memory, by name; and the list of what did, kept in the journal. */
import { DEVICE_FAULTS } from '../../language/annotations/faults.ts';
import type { Column } from '../trace/journal.ts';
import type { State } from '../mm/state.ts';

/** Names of faults. */
export const FAULT_KINDS = Object.keys(DEVICE_FAULTS) as FaultKind[];
/** Name of a fault. */
export type FaultKind = keyof typeof DEVICE_FAULTS;

/** What each fault means, for people. */
export const FAULT_TEXT: Readonly<Record<FaultKind, string>> = DEVICE_FAULTS;

/** A fault that happened, or is bound to happen. */
export interface Fault {
  kind: FaultKind;
  /** Page frame; of a deadlock, the folio that is waited for; of a leaked mapping, the device page. */
  pfn: number;
  /** Step after which it could no longer be avoided. */
  inevitable: number;
  /** Step at which somebody could see it; 0 while it has not shown. */
  shown: number;
  /** For people. */
  text: string;
}

/** Faults so far: one per kind and page, in the order in which they became inevitable. */
export class FaultList {
  private readonly kind: Column;
  private readonly pfn: Column;
  private readonly at: Column;
  private readonly shownAt: Column;
  constructor(private readonly s: State) {
    this.kind = s.store.column('fault.kind');
    this.pfn = s.store.column('fault.page');
    this.at = s.store.column('fault.inevitable');
    this.shownAt = s.store.column('fault.shown');
  }
  /** All faults. */
  list(): Fault[] {
    const out: Fault[] = [];
    for (let i = 0; this.kind.at(i); i++) {
      const kind = FAULT_KINDS[this.kind.at(i) - 1]!;
      const [pfn, inevitable, shown] = [this.pfn.at(i), this.at.at(i), this.shownAt.at(i)];
      out.push({ kind, pfn, inevitable, shown, text: FAULT_TEXT[kind] });
    }
    return out;
  }
  /** Adds a fault unless it is known; one that is known and has not shown may show now (`shown` > 0). */
  add(kind: FaultKind, pfn: number, inevitable: number, shown = 0): void {
    const known = this.find(kind, pfn);
    if (known >= 0) {
      if (shown && !this.shownAt.at(known)) this.s.set(this.shownAt, known, shown);
      return;
    }
    let i = 0;
    while (this.kind.at(i)) i++;
    this.s.set(this.kind, i, FAULT_KINDS.indexOf(kind) + 1);
    this.s.set(this.pfn, i, pfn);
    this.s.set(this.at, i, inevitable);
    this.s.set(this.shownAt, i, shown);
  }
  /** A known fault shows at step `now`. */
  show(kind: FaultKind, pfn: number, now: number): void {
    const i = this.find(kind, pfn);
    if (i >= 0 && !this.shownAt.at(i)) this.s.set(this.shownAt, i, now);
  }
  private find(kind: FaultKind, pfn: number): number {
    const k = FAULT_KINDS.indexOf(kind) + 1;
    for (let i = 0; this.kind.at(i); i++) if (this.kind.at(i) === k && this.pfn.at(i) === pfn) return i;
    return -1;
  }
}
