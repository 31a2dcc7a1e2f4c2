/**
 * MMU notifiers (mm/mmu_notifier.c): somebody who mirrors a range of an address space without holding its pages, and is told before a
 * translation in it goes or loses rights. Registrations and their sequence numbers are state; what a listener does is the caller's.
 */
import { PMD_NR, slotIsPmd, slotMm, slotVpn } from './pagetable.ts';
import { SCALAR, type State } from './state.ts';

/** What a registered notifier is told: pages [first, end) of its mm. */
export type Invalidate = (first: number, end: number) => void;

/** Callbacks of a running program, by machine and row of the registration. */
const listeners = new WeakMap<State, Map<number, Invalidate>>();

/** Row of the notifier called `name`; 0 if there is none. */
export function notifierRow(s: State, name: string): number {
  const id = s.names.id(name);
  for (let n = 1; n < s.scalar.at(SCALAR.nextNotifier); n++) if (s.mnMm.at(n) && s.mnName.at(n) === id) return n;
  return 0;
}
/** mmu_interval_notifier_insert: pages [start, end) of `mm` are mirrored from now on. Returns the row of the registration. */
export function notifierInsert(
  s: State,
  name: string,
  mm: number,
  start: number,
  end: number,
  invalidate?: Invalidate,
): number {
  let row = 1;
  while (s.mnMm.at(row)) row++;
  if (row >= s.scalar.at(SCALAR.nextNotifier)) s.set(s.scalar, SCALAR.nextNotifier, row + 1);
  s.set(s.mnName, row, s.names.id(name));
  s.set(s.mnMm, row, mm);
  s.set(s.mnStart, row, start);
  s.set(s.mnEnd, row, end);
  s.set(s.mnSeq, row, 1);
  s.add(s.scalar, SCALAR.notifiers, 1);
  const map = listeners.get(s) ?? new Map<number, Invalidate>();
  listeners.set(s, map);
  if (invalidate) map.set(row, invalidate);
  else map.delete(row);
  return row;
}
/** mmu_interval_notifier_remove. */
export function notifierRemove(s: State, row: number): void {
  if (!s.mnMm.at(row)) return;
  s.set(s.mnMm, row, 0);
  s.add(s.scalar, SCALAR.notifiers, -1);
}
/** mmu_interval_read_begin: a number that changes with every invalidation (mmu_interval_read_retry compares). */
export function notifierSeq(s: State, row: number): number {
  return s.mnSeq.at(row);
}
/** mmu_notifier_invalidate_range_start: tells everybody who mirrors this entry that its translation changes. */
export function invalidate(s: State, slot: number): void {
  if (!s.scalar.at(SCALAR.notifiers)) return;
  const mm = slotMm(s, slot);
  const vpn = slotVpn(s, slot);
  const end = vpn + (slotIsPmd(s, slot) ? PMD_NR : 1);
  for (let n = 1; n < s.scalar.at(SCALAR.nextNotifier); n++) {
    if (s.mnMm.at(n) !== mm || s.mnStart.at(n) >= end || s.mnEnd.at(n) <= vpn) continue;
    s.add(s.mnSeq, n, 1);
    listeners.get(s)?.get(n)?.(Math.max(vpn, s.mnStart.at(n)), Math.min(end, s.mnEnd.at(n)));
  }
}
