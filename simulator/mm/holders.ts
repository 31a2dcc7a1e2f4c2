/**
 * Who holds which pages: handles of the operation list, kernel users (a pipe, io_uring), slots of a driver. A holder is a named row with a list
 * of pages and the way in which it took them, so that every reference has an owner.
 */
import { SCALAR, type State } from './state.ts';
import { pinWeight } from './gup_pin.ts';

/** How a holder took its pages. */
export const HOLD = { get: 0, pin: 1 } as const;

/** Row of the holder called `name`; 0 if the name was never used. */
export function holderRow(s: State, name: string): number {
  const id = s.names.id(name);
  for (let h = s.scalar.at(SCALAR.nextHandle) - 1; h > 0; h--) if (s.handleName.at(h) === id) return h;
  return 0;
}

/** Pages that a holder still has, in order: `nr` of them from number `first` on. */
export function holderPages(s: State, row: number, first = 0, nr = Infinity): number[] {
  const from = s.handleFirst.at(row);
  const end = from + s.handleNr.at(row);
  const out: number[] = [];
  for (let i = from, k = 0; i < end && k < first + nr; i++) {
    const p = s.slotPage.at(i);
    if (p && k++ >= first) out.push(p);
  }
  return out;
}
/** How many pages a holder still has. */
export function holderCount(s: State, row: number): number {
  const from = s.handleFirst.at(row);
  const end = from + s.handleNr.at(row);
  let n = 0;
  for (let i = from; i < end; i++) if (s.slotPage.at(i)) n++;
  return n;
}

/** Gives `name` a new list of pages; what it listed before is forgotten (not released). */
export function fillHolder(s: State, name: string, pages: readonly number[], pin: boolean): void {
  let h = holderRow(s, name);
  if (!h) {
    h = s.next(SCALAR.nextHandle);
    s.set(s.handleName, h, s.names.id(name));
  }
  // a list that fits into the old run of slots takes its place
  const room = s.handleRoom.at(h);
  let first = s.handleFirst.at(h);
  if (pages.length > room) {
    first = s.next(SCALAR.nextHandlePage, pages.length);
    s.set(s.handleFirst, h, first);
    s.set(s.handleRoom, h, pages.length);
  }
  const old = s.handleNr.at(h);
  s.set(s.handleNr, h, pages.length);
  s.set(s.handlePin, h, pin ? HOLD.pin : HOLD.get);
  s.store.reserve(s.slotPage, first + pages.length);
  for (let i = 0; i < pages.length; i++) s.set(s.slotPage, first + i, pages[i]!);
  if (pages.length <= room) for (let i = pages.length; i < old; i++) s.set(s.slotPage, first + i, 0);
}

/** Gives a holder a new list although it may hold pages still: those are not released, nobody will do it any more. */
export function replaceHolder(s: State, name: string, pages: readonly number[], pin: boolean): void {
  const row = holderRow(s, name);
  for (const page of holderPages(s, row)) {
    s.add(s.stray, s.head(page), holderWeight(s, row, page));
    if (s.handlePin.at(row) === HOLD.pin) s.add(s.strayPins, s.head(page), 1);
  }
  fillHolder(s, name, pages, pin);
}

/** Takes the pages number `first` … `first + nr - 1` of those that are left from a holder, without releasing them. */
export function takeFromHolder(s: State, row: number, first: number, nr: number): void {
  const base = s.handleFirst.at(row);
  let k = 0;
  for (let i = 0; i < s.handleNr.at(row) && k < first + nr; i++) {
    if (!s.slotPage.at(base + i)) continue;
    if (k >= first) s.set(s.slotPage, base + i, 0);
    k++;
  }
}

/** Takes all pages from a holder, without releasing them. */
export function emptyHolder(s: State, row: number): number[] {
  const pages = holderPages(s, row);
  if (row) {
    const base = s.handleFirst.at(row);
    for (let i = 0; i < s.handleNr.at(row); i++) s.set(s.slotPage, base + i, 0);
    s.set(s.handleNr, row, 0);
  }
  return pages;
}

/** What one page of a holder adds to the refcount of its folio. */
export function holderWeight(s: State, row: number, page: number): number {
  return s.handlePin.at(row) === HOLD.pin ? pinWeight(s, page) : 1;
}

/**
 * The holder whose reference a release of `page` should take: of the right kind, the newest first; else one of the wrong kind (a mismatched
 * release takes what there is); 0 if nobody holds the page. Returns the row and its slot.
 */
export function holderOf(s: State, page: number, pin: boolean): { row: number; slot: number } {
  let other = { row: 0, slot: 0 };
  for (let row = s.scalar.at(SCALAR.nextHandle) - 1; row > 0; row--) {
    const base = s.handleFirst.at(row);
    for (let i = s.handleNr.at(row) - 1; i >= 0; i--) {
      if (s.slotPage.at(base + i) !== page) continue;
      if ((s.handlePin.at(row) === HOLD.pin) === pin) return { row, slot: base + i };
      if (!other.row) other = { row, slot: base + i };
      break;
    }
  }
  return other;
}
