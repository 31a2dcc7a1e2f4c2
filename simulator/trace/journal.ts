/**
 * The undo journal: every change of the model's state is one entry {index, column, before, after}, written by the only function that writes
 * state. Going back n entries and forward again gives the same state. Entries that are no longer being written are packed.
 */
import { decode, encode, rawChunk, type RawChunk } from './codec.ts';
import { netOf, type Net } from './net.ts';

/** One field of the state: a growable Int32Array. Rows that were never written read as 0. */
export class Column {
  data: Int32Array;
  /** Of columns whose cells are written several times a step: journal position + 1 of the last entry of each cell. */
  last: Int32Array | undefined;
  /** @param name kernel name of the field. @param id number of the field in its store. @param capacity rows allocated at once. */
  constructor(
    readonly name: string,
    readonly id: number,
    capacity: number,
  ) {
    this.data = new Int32Array(capacity);
  }
  /** Value of row `i`; 0 beyond the end. */
  at(i: number): number {
    return this.data[i]! | 0;
  }
}

/** Position of the journal at the beginning of a step, and what the step is. */
export interface Mark {
  /** Number of entries before this mark. */
  readonly position: number;
  /** What caused the entries that follow, in the kernel's words. */
  readonly cause: string;
}

const CHUNK_BITS = 16;
const CHUNK = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK - 1;
const MAX_COLUMNS = 1 << 16;

/** State columns and the journal of their changes: the one write path of the model. */
export class Store {
  readonly columns: Column[] = [];
  /** False: changes are made but not recorded (bulk set-up, benchmarks). */
  recording = true;
  /** Entries that are in effect; entries beyond it can be redone. */
  position = 0;
  /** Entries that exist. */
  length = 0;
  /** Steps that began so far: where, and what caused them. */
  private markPosition = new Float64Array(256);
  private markCause = new Int32Array(256);
  private markLength = 0;
  private readonly causes: string[] = [];
  private readonly causeIds = new Map<string, number>();
  /** Entries in runs of 2^16: packed, but for the run that is being written. */
  private readonly chunks: (RawChunk | Uint8Array)[] = [];
  /** Net effects of packed runs, for going across them. */
  private readonly nets: (Net | undefined)[] = [];
  /** The run that is being written; undefined after going back or forth. */
  private chunk: RawChunk | undefined;
  /** Entries from here on belong to the present step and are not packed: a later write to the same cell may change them. */
  private mergeFrom = 0;
  private stepStart = 0;
  /** An unpacked run for readers, and its number. */
  private view: RawChunk | undefined;
  private viewed = -1;
  private spare: RawChunk | undefined;

  /** Adds a field. `merge`: within one step only the last of several writes to a cell is kept. */
  column(name: string, capacity = 64, merge = false): Column {
    const c = new Column(name, this.columns.length, capacity);
    if (merge) c.last = new Int32Array(capacity);
    if (c.id >= MAX_COLUMNS) throw new Error(`more than ${MAX_COLUMNS} columns`);
    this.columns.push(c);
    return c;
  }

  /** Writes `value` into row `i` of `c`, through the journal. */
  set(c: Column, i: number, value: number): void {
    let data = c.data;
    if (i >= data.length) {
      if (value === 0) return;
      data = this.grow(c, i);
    }
    const old = data[i]!;
    if (old === value) return;
    data[i] = value;
    if (!this.recording) {
      this.trial?.push(c.id, i, old);
      return;
    }
    const p = this.position;
    const { last } = c;
    if (last) {
      const l = last[i]! - 1;
      if (l >= this.mergeFrom && l < p && this.chunk) {
        // positions outlive undo and forget(): the entry must be this cell's
        const before = l & CHUNK_MASK;
        if (this.chunk.index[before] === i && this.chunk.field[before] === c.id) {
          this.chunk.after[before] = value;
          return;
        }
      }
      last[i] = p + 1;
    }
    const o = p & CHUNK_MASK;
    const k = o === 0 || this.chunk === undefined ? this.open(p) : this.chunk;
    k.index[o] = i;
    k.before[o] = old;
    k.after[o] = value;
    k.field[o] = c.id;
    this.position = p + 1;
    this.length = p + 1;
  }

  /** A cell that was written past the journal for a while reaches it now: `before` is what the journal knows. */
  commit(c: Column, i: number, before: number): void {
    const now = c.data[i]!;
    c.data[i] = before;
    this.set(c, i, now);
  }

  /** Cells that show something else than the journal says, until the next move: column, row, value before. */
  private readonly shown: { readonly column: Column; readonly row: number; readonly before: number }[] = [];
  /** Shows `value` in row `i` of `c` until the next move: for places that the journal does not know as exactly as others do. */
  show(c: Column, i: number, value: number): void {
    this.shown.push({ column: c, row: i, before: c.data[i]! });
    c.data[i] = value;
  }

  /** Adds `delta` to row `i` of `c`; returns the new value. */
  add(c: Column, i: number, delta: number): number {
    const v = c.at(i) + delta;
    this.set(c, i, v);
    return v;
  }

  /** Starts a step: what follows is caused by `cause`. Marks beyond the present position are dropped. */
  mark(cause: string): void {
    while (this.markLength && this.markPosition[this.markLength - 1]! > this.position) this.markLength--;
    if (this.markLength === this.markPosition.length) {
      const positions = new Float64Array(this.markLength * 2);
      positions.set(this.markPosition);
      this.markPosition = positions;
      const causes = new Int32Array(this.markLength * 2);
      causes.set(this.markCause);
      this.markCause = causes;
    }
    let id = this.causeIds.get(cause);
    if (id === undefined) {
      id = this.causes.length;
      this.causes.push(cause);
      this.causeIds.set(cause, id);
    }
    this.markPosition[this.markLength] = this.position;
    this.markCause[this.markLength++] = id;
    this.boundary();
  }

  /** Number of steps that began. */
  get markCount(): number {
    return this.markLength;
  }
  /** Mark number `i`, from 0. */
  markAt(i: number): Mark {
    if (!(i >= 0 && i < this.markLength)) throw new RangeError(`mark ${i} is not in 0..${this.markLength - 1}`);
    return { position: this.markPosition[i]!, cause: this.causes[this.markCause[i]!]! };
  }
  /** Number of the step that the entry at `position` belongs to: the last mark at or before it; -1 before the first. */
  stepAt(position: number): number {
    let low = 0;
    let high = this.markLength;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.markPosition[mid]! <= position) low = mid + 1;
      else high = mid;
    }
    return low - 1;
  }

  /** A position that one can come back to: ends the present step, as mark() and seek() do. */
  boundary(): number {
    this.stepStart = this.mergeFrom = this.position;
    return this.position;
  }

  /** What a try has written so far: column, row, value before. */
  private trial: number[] | undefined;
  /** Runs `f` and takes back whatever it wrote; the history stays as it is, behind and ahead. */
  attempt<T>(f: () => T): T {
    if (this.trial) return f();
    const { recording } = this;
    const trial: number[] = (this.trial = []);
    this.recording = false;
    try {
      return f();
    } finally {
      this.trial = undefined;
      this.recording = recording;
      for (let i = trial.length - 3; i >= 0; i -= 3) this.columns[trial[i]!]!.data[trial[i + 1]!] = trial[i + 2]!;
    }
  }

  /** Goes to journal position `target` (0 … length), backwards or forwards. */
  seek(target: number): void {
    if (!(target >= 0 && target <= this.length))
      throw new RangeError(`journal position ${target} is not in 0..${this.length}`);
    const { columns } = this;
    for (let s = this.shown.pop(); s; s = this.shown.pop()) s.column.data[s.row] = s.before;
    while (this.position > target) {
      const n = (this.position - 1) >>> CHUNK_BITS;
      const stop = Math.max(target, n << CHUNK_BITS);
      if (this.across(n, this.position, stop, 2)) {
        this.position = stop;
        continue;
      }
      const { index, before, field } = this.read(n);
      for (let p = this.position - 1; p >= stop; p--) {
        const o = p & CHUNK_MASK;
        columns[field[o]!]!.data[index[o]!] = before[o]!;
      }
      this.position = stop;
    }
    while (this.position < target) {
      const n = this.position >>> CHUNK_BITS;
      const stop = Math.min(target, (n + 1) << CHUNK_BITS);
      if (this.across(n, stop, this.position, 3)) {
        this.position = stop;
        continue;
      }
      const { index, after, field } = this.read(n);
      for (let p = this.position; p < stop; p++) {
        const o = p & CHUNK_MASK;
        columns[field[o]!]!.data[index[o]!] = after[o]!;
      }
      this.position = stop;
    }
    this.chunk = undefined;
    this.boundary();
  }

  /** Applies the net effect of run `n` if all of it is to be crossed; `which`: the values before (2) or after (3). */
  private across(n: number, end: number, start: number, which: 2 | 3): boolean {
    const net = this.nets[n];
    if (!net || end - start !== CHUNK) return false;
    const { columns } = this;
    for (let c = 0; c < net.length; c += 4) columns[net[c]!]!.data[net[c + 1]!] = net[c + which]!;
    return true;
  }

  /** The entry at `p`. */
  entry(p: number): { column: Column; index: number; before: number; after: number } {
    if (!(p >= 0 && p < this.length)) throw new RangeError(`journal entry ${p} is not in 0..${this.length - 1}`);
    const k = this.read(p >>> CHUNK_BITS);
    const o = p & CHUNK_MASK;
    return { column: this.columns[k.field[o]!]!, index: k.index[o]!, before: k.before[o]!, after: k.after[o]! };
  }

  /** Calls `visit` for the entries from `from` up to, not including, `to`, in order, without an object for each. */
  scan(
    from: number,
    to: number,
    visit: (field: number, index: number, before: number, after: number, position: number) => void,
  ): void {
    for (let p = from; p < to;) {
      const k = this.read(p >>> CHUNK_BITS);
      const stop = Math.min(to, ((p >>> CHUNK_BITS) + 1) << CHUNK_BITS);
      for (; p < stop; p++) {
        const o = p & CHUNK_MASK;
        visit(k.field[o]!, k.index[o]!, k.before[o]!, k.after[o]!, p);
      }
    }
  }

  /** Undoes what happened since `position` and forgets it: for operations refused half-way. */
  rollback(position: number): void {
    this.seek(position);
    this.length = position;
  }

  /** Forgets the past (the state stays): the journal starts anew from here. */
  forget(): void {
    this.position = this.length = this.stepStart = this.mergeFrom = 0;
    this.chunks.length = 0;
    this.nets.length = 0;
    this.chunk = undefined;
    this.viewed = -1;
    this.markLength = 0;
  }

  /** FNV-1a over all non-zero cells: equal states have equal hashes, however far their columns have grown. */
  hash(): string {
    let h1 = 0x811c9dc5;
    let h2 = 0x1b873593;
    for (const c of this.columns) {
      const d = c.data;
      for (let i = 0; i < d.length; i++) {
        const v = d[i]!;
        if (v === 0) continue;
        h1 = Math.imul(h1 ^ (c.id + 1), 0x01000193);
        h1 = Math.imul(h1 ^ i, 0x01000193);
        h1 = Math.imul(h1 ^ v, 0x01000193);
        h2 = (Math.imul((h2 << 13) | (h2 >>> 19), 5) + (h1 ^ v)) | 0;
      }
    }
    return (h1 >>> 0).toString(16).padStart(8, '0') + (h2 >>> 0).toString(16).padStart(8, '0');
  }

  /** Bytes held by the state and by the journal. */
  bytes(): { state: number; journal: number } {
    let state = 0;
    for (const c of this.columns) state += c.data.byteLength + (c.last?.byteLength ?? 0);
    let journal = 0;
    for (const k of this.chunks)
      journal += k instanceof Uint8Array ? k.byteLength : k.index.byteLength * 3 + k.field.byteLength;
    for (const net of this.nets) journal += net?.byteLength ?? 0;
    return { state, journal };
  }

  private grow(c: Column, i: number): Int32Array {
    const grown = new Int32Array(Math.max(i + 1, c.data.length * 2));
    grown.set(c.data);
    c.data = grown;
    if (c.last) {
      const last = new Int32Array(grown.length);
      last.set(c.last);
      c.last = last;
    }
    return grown;
  }

  /** The run that entry `p` is about to be written to. The one before it is packed, those after it are forgotten. */
  private open(p: number): RawChunk {
    const n = p >>> CHUNK_BITS;
    let k: RawChunk | undefined;
    if (p & CHUNK_MASK) {
      const have = this.chunks[n]!;
      if (have instanceof Uint8Array) {
        k = this.take();
        decode(have, k);
      } else k = have;
    } else {
      const before = n > 0 ? this.chunks[n - 1] : undefined;
      if (before && !(before instanceof Uint8Array)) {
        this.chunks[n - 1] = encode(before, CHUNK);
        this.nets[n - 1] = netOf(before, CHUNK);
        this.spare = before;
      }
      k = this.take();
    }
    for (let later = n + 1; later < this.chunks.length; later++) {
      const old = this.chunks[later]!;
      if (!(old instanceof Uint8Array)) this.spare = old;
    }
    this.chunks.length = n;
    this.nets.length = Math.min(this.nets.length, n);
    this.chunks[n] = k;
    this.viewed = -1;
    this.chunk = k;
    this.mergeFrom = Math.max(this.stepStart, n << CHUNK_BITS);
    return k;
  }
  private take(): RawChunk {
    const k = this.spare ?? rawChunk(CHUNK);
    this.spare = undefined;
    return k;
  }
  /** Run number `n`, unpacked if need be. Not to be written to. */
  private read(n: number): RawChunk {
    const k = this.chunks[n]!;
    if (!(k instanceof Uint8Array)) return k;
    if (this.viewed !== n) {
      this.view ??= rawChunk(CHUNK);
      decode(k, this.view);
      this.viewed = n;
    }
    return this.view!;
  }
}
