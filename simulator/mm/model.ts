/** The modelled machine and its operations, one at a time. */
import { Args } from './args.ts';
import { ERRNO_NAME } from './flags.ts';
import { gup, unpinUserPages, type GupCall } from './gup.ts';
import { pinWeight } from './gup_pin.ts';
import { folioGet, folioPut } from './page_alloc.ts';
import { HOLD, fillHolder, holderOf, holderPages, holderRow, holderWeight } from './holders.ts';
import { OPERATIONS } from './operations.ts';
import { kswapd } from './reclaim.ts';
import { newProc, procByName } from './process.ts';
import { memfdPinFolios } from './gup_folio.ts';
import { WouldBlock } from './wait.ts';
import { punchHole, truncateFile } from './truncate.ts';
import { zeroPage } from './thp.ts';
import { SCALAR, State } from './state.ts';
import { type MachineConfig } from './machine.ts';

/** An operation as traces and scripts write it. */
export interface Operation {
  op: string;
  proc?: string;
  args?: Record<string, unknown>;
}
/** What an operation answered. */
export interface Result {
  ret: number | null;
  errno?: string;
  data?: string;
  signal?: string;
  blocked?: true;
  status?: number;
  dmesg?: string[];
}

/** A refused operation: names the step and the argument; the state is as it was. */
export class OperationError extends Error {
  constructor(
    readonly step: number,
    readonly argument: string,
    message: string,
  ) {
    super(`step ${step}: ${argument}: ${message}`);
    this.name = 'OperationError';
  }
}

/** What a process waits for (rows of procPending: kind and three numbers). */
const PENDING = { none: 0, punchHole: 1, truncate: 2, lock: 3, done: 9 } as const;

/**
 * A machine: its state, and two ways to act on it. `run` takes operations as traces write them. `acquire`, `getPage`, `putPage` and
 * `unpinPages` are for drivers that name their own holders; they make no mark in the journal (the caller's step does).
 */
export class Model {
  readonly s: State;
  /** Operations run so far; `run` counts from 1. */
  private step = 0;
  constructor(readonly machine: MachineConfig) {
    this.s = new State(machine);
    zeroPage(this.s);
    newProc(this.s, 'P');
    this.s.store.forget();
  }

  /** Filled handles by name, in order of appearance. */
  handles(): { name: string; row: number; pages: number[] }[] {
    const { s } = this;
    const out = [];
    for (let row = 1; row < s.scalar.at(SCALAR.nextHandle); row++) {
      const name = s.names.text(s.handleName.at(row));
      const pages = name.startsWith('h:') ? holderPages(s, row) : [];
      if (pages.length) out.push({ name: name.slice(2), row, pages });
    }
    return out;
  }

  /** Runs one operation. A refused one (OperationError) leaves the state as it was. */
  run(op: Operation): Result {
    this.step++;
    const { s } = this;
    const fn = Object.hasOwn(OPERATIONS, op.op) ? OPERATIONS[op.op] : undefined;
    if (!fn) throw new OperationError(this.step, 'op', `unknown operation ${JSON.stringify(op.op)}`);
    s.dmesg = [];
    const before = s.store.position;
    s.store.mark(op.op);
    let r: Result;
    try {
      r = fn(this, new Args(this, op, this.step));
    } catch (e) {
      if (s.store.recording) s.store.rollback(before);
      if (!(e instanceof WouldBlock) || !s.store.recording) throw e;
      return this.sleep(op, e.folio);
    }
    if (s.scalar.at(SCALAR.kswapd)) kswapd(s);
    this.wakeBlocked();
    if (r.ret !== null && r.ret < 0) r.errno = ERRNO_NAME[-r.ret] ?? String(-r.ret);
    if (s.dmesg.length) r.dmesg = s.dmesg;
    return r;
  }

  /**
   * Calls that wait go on when they can: for an idle DAX page (wake_up_var in put_devmap_managed_folio_refs), for a page lock. To be called
   * after every step that was not made by `run`.
   */
  wakeBlocked(): void {
    const { s } = this;
    for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++) {
      const at = s.procPending.at(p * 4);
      if (at === PENDING.none || at === PENDING.done) continue;
      const [a, b, c] = [1, 2, 3].map((i) => s.procPending.at(p * 4 + i)) as [number, number, number];
      if (at === PENDING.lock) {
        this.retry(p, a);
        continue;
      }
      const done = at === PENDING.punchHole ? punchHole(s, a, b, c) : truncateFile(s, a, b);
      if (done) this.pend(p, PENDING.done);
    }
  }
  /** Does no call wait, and was nothing printed? */
  get idle(): boolean {
    const { s } = this;
    for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++) if (s.procPending.at(p * 4) !== PENDING.none) return false;
    return !s.dmesg.length;
  }
  /** A call of a process waits: what it is, so that it can go on. */
  block(proc: number, kind: 'punchHole' | 'truncate', a: number, b: number, c: number): Result {
    this.pend(proc, PENDING[kind], a, b, c);
    return { ret: null, blocked: true };
  }
  /** What the blocked call of a process answered: undefined if it waits for nothing, `blocked` while it waits. */
  takeBlocked(proc: number): Result | undefined {
    const { s } = this;
    const at = s.procPending.at(proc * 4);
    if (at === PENDING.none) return undefined;
    if (at !== PENDING.done) return { ret: null, blocked: true };
    const answer = s.procPending.at(proc * 4 + 1);
    this.pend(proc, PENDING.none);
    return answer ? (JSON.parse(s.names.text(answer)) as Result) : { ret: 0 };
  }
  /** Processes that wait for page locks in a circle (one that waits for itself too): their rows. */
  deadlocked(): number[] {
    const { s } = this;
    const waitsFor = (p: number): number =>
      s.procPending.at(p * 4) === PENDING.lock ? s.lockOwner.at(s.procPending.at(p * 4 + 2)) : 0;
    const out: number[] = [];
    for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++) {
      let q = waitsFor(p);
      for (let steps = 0; q && q !== p && steps < s.scalar.at(SCALAR.nextProc); steps++) q = waitsFor(q);
      if (q === p) out.push(p);
    }
    return out;
  }

  private pend(proc: number, ...values: number[]): void {
    for (let i = 0; i < 4; i++) this.s.set(this.s.procPending, proc * 4 + i, values[i] ?? 0);
  }
  /** An operation that needs a locked page: nothing of it has happened; it is tried again after every later one. */
  private sleep(op: Operation, folio: number): Result {
    const { s } = this;
    s.store.mark(op.op);
    this.pend(procByName(s, op.proc ?? 'P'), PENDING.lock, s.names.id(JSON.stringify(op)), folio);
    return { ret: null, blocked: true };
  }
  private retry(proc: number, text: number): void {
    const { s } = this;
    const op = JSON.parse(s.names.text(text)) as Operation;
    const before = s.store.boundary();
    try {
      const r = OPERATIONS[op.op]!(this, new Args(this, op, this.step));
      if (r.ret !== null && r.ret < 0) r.errno = ERRNO_NAME[-r.ret] ?? String(-r.ret);
      this.pend(proc, PENDING.done, s.names.id(JSON.stringify(r)));
    } catch (e) {
      s.store.rollback(before);
      if (!(e instanceof WouldBlock)) throw e;
    }
  }

  /**
   * A GUP call of a driver: its pages are held under `owner` (a name for people, such as `cam->pages`), beside what it holds already.
   * `ret` is what the call returns; `pages` what it stored into the caller's array.
   */
  acquire(
    owner: string,
    call: GupCall,
    mm: number,
    vpn: number,
    nr: number,
    flags: number,
  ): { ret: number; pages: number[] } {
    const pages: number[] = [];
    const ret = gup(this.s, call, mm, vpn, nr, flags, pages);
    this.hold(owner, pages, call.startsWith('pin_'));
    return { ret, pages };
  }
  /** get_page / folio_get of a driver. */
  getPage(owner: string, page: number): void {
    folioGet(this.s, this.s.head(page));
    this.hold(owner, [page], false);
  }
  /** put_page / folio_put of a driver: one reference of whoever holds the page. Releasing what nobody holds is accounted as stray. */
  putPage(page: number): void {
    this.disown(page, false, 1);
    folioPut(this.s, this.s.head(page));
  }
  /** unpin_user_pages and its dirty variants. */
  unpinPages(pages: readonly number[], dirty = false): void {
    for (const page of pages) {
      this.disown(page, true, pinWeight(this.s, page));
      unpinUserPages(this.s, [page], dirty);
    }
  }
  /** memfd_pin_folios() of a driver: the folios behind `nr` pages of a file from page `first` on, held under `owner`. */
  pinFolios(owner: string, file: number, first: number, nr: number): { ret: number; pages: number[] } {
    const pages: number[] = [];
    const ret = memfdPinFolios(this.s, file, first, nr, pages);
    this.hold(owner, pages, true);
    return { ret, pages };
  }
  /** Pages that a named holder of this kind has. */
  heldBy(owner: string, pin: boolean): number[] {
    return holderPages(this.s, holderRow(this.s, pin ? `${owner} (pin)` : owner));
  }

  private hold(owner: string, pages: readonly number[], pin: boolean): void {
    if (!pages.length) return;
    const name = pin ? `${owner} (pin)` : owner;
    fillHolder(this.s, name, [...holderPages(this.s, holderRow(this.s, name)), ...pages], pin);
  }
  /** Takes a page from the holder whose reference a release takes. */
  private disown(page: number, pin: boolean, released: number): void {
    const { s } = this;
    const { row, slot } = holderOf(s, page, pin);
    const owned = row ? holderWeight(s, row, page) : 0;
    if (slot) s.set(s.slotPage, slot, 0);
    if (owned !== released) s.add(s.stray, s.head(page), owned - released);
    const pins = (row && s.handlePin.at(row) === HOLD.pin ? 1 : 0) - (pin ? 1 : 0);
    if (pins) s.add(s.strayPins, s.head(page), pins);
  }
}
