/** The modelled machine and its operations, one at a time. */
import { Args } from './args.ts';
import { ERRNO_NAME } from './flags.ts';
import { gup, unpinUserPages, type GupCall } from './gup.ts';
import { pinWeight } from './gup_pin.ts';
import { folioGet, folioPut } from './page_alloc.ts';
import { fillHolder, holderOf, holderPages, holderRow, holderWeight } from './holders.ts';
import { OPERATIONS } from './operations.ts';
import { newProc } from './process.ts';
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
      throw e;
    }
    this.wakeBlocked();
    if (r.ret !== null && r.ret < 0) r.errno = ERRNO_NAME[-r.ret] ?? String(-r.ret);
    if (s.dmesg.length) r.dmesg = s.dmesg;
    return r;
  }

  /** A call that waits for a DAX page goes on when the page is idle (wake_up_var in put_devmap_managed_folio_refs). */
  wakeBlocked(): void {
    const { s } = this;
    for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++) {
      const at = s.procPending.at(p * 4);
      if (at === 0 || at === 9) continue;
      const [a, b, c] = [s.procPending.at(p * 4 + 1), s.procPending.at(p * 4 + 2), s.procPending.at(p * 4 + 3)];
      const done = at === 1 ? punchHole(s, a, b, c) : truncateFile(s, a, b);
      if (done) s.set(s.procPending, p * 4, 9);
    }
  }
  /** Remembers a blocked call. */
  block(proc: number, kind: 1 | 2, a: number, b: number, c: number): Result {
    [kind, a, b, c].forEach((v, i) => this.s.set(this.s.procPending, proc * 4 + i, v));
    return { ret: null, blocked: true };
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
  }
}
