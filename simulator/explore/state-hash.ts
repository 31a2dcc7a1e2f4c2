/** A hash of the state that follows the journal: what a turn changed is all that has to be looked at. */
import type { Store } from '../trace/journal.ts';

/** What happened, and when, is not what can happen next. */
const HISTORY = new Set(['run.lengths', 'run.properties', 'fault.inevitable', 'fault.shown']);

function mix(column: number, row: number, value: number, salt: number): number {
  let h = Math.imul(column ^ salt, 0x9e3779b1) ^ Math.imul(row + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ Math.imul(value, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x297a2d39);
  return h ^ (h >>> 16);
}

/** The hash. Cells that are 0 count for nothing. */
export class StateHash {
  private h1 = 0;
  private h2 = 0;
  private h3 = 0;
  private readonly history: ReadonlySet<number>;
  constructor(private readonly store: Store) {
    this.history = new Set(store.columns.filter((c) => HISTORY.has(c.name)).map((c) => c.id));
  }
  /** Takes in the changes from `from` to the present position. */
  follow(from: number): void {
    this.store.scan(from, this.store.position, (column, row, before, after) => {
      if (this.history.has(column)) return;
      this.toggle(column, row, before);
      this.toggle(column, row, after);
    });
  }
  private toggle(column: number, row: number, value: number): void {
    if (value === 0) return;
    this.h1 ^= mix(column, row, value, 0x1234567);
    this.h2 ^= mix(column, row, value, 0x7654321);
    this.h3 ^= mix(column, row, value, 0x2468ace);
  }
  /** The hash as it is now; `restore` goes back to it. */
  save(): readonly [number, number, number] {
    return [this.h1, this.h2, this.h3];
  }
  restore(h: readonly [number, number, number]): void {
    [this.h1, this.h2, this.h3] = h;
  }
  get key(): string {
    return `${this.h1},${this.h2},${this.h3}`;
  }
}
