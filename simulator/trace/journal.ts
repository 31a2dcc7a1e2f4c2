/**
 * The undo journal: every change of the model's state is one entry {index, column, before, after}, written by the only function that writes
 * state. Going back n entries and forward again gives the same state. Entries that are no longer being written are packed. A step that has
 * written a whole run of entries goes on in bulk: what it changes is recorded by blocks of rows (bulk.ts).
 */
import { BULK, Blocks, applyRecord, blockOf, blocksFor, visitRecord } from './bulk.ts';
import { ENTRY, decode, encode } from './codec.ts';
import { Column } from './column.ts';
import { netOf, type Net } from './net.ts';
import { Steps, type Mark } from './steps.ts';

export type { Column, Mark };

const CHUNK_BITS = 15;
const CHUNK = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK - 1;
const CHUNK_WORDS = CHUNK * ENTRY;
/** Stamps begin anew before they leave 32 bits. */
const MAX_STAMP = 2 ** 31 - 2 * CHUNK_WORDS;
/** Stands for the run that is not open. */
const CLOSED: Int32Array = new Int32Array(0);

/** State columns and the journal of their changes: the one write path of the model. */
export class Store {
  readonly columns: Column[] = [];
  private readonly steps = new Steps();
  /** Entries in runs of 2^15: packed, but for the last one. */
  private readonly chunks: (Int32Array | Uint8Array)[] = [];
  /** Net effects of packed runs, for going across them. */
  private readonly nets: (Net | undefined)[] = [];
  /** The run that is being written, from entry `base` on, its next free word, and entries that existed when it was closed. */
  private raw: Int32Array = CLOSED;
  private base = 0;
  private at = 0;
  private end = 0;
  /** Entries behind this word belong to the present step: a later write to the same cell may change them. */
  private mergeFrom = 0;
  /** The word behind an entry, plus this, is the entry's stamp. No two openings of a run give the same stamps. */
  private stamps = 0;
  private stepStart = 0;
  /** An unpacked run for readers, and its number. */
  private view: Int32Array | undefined;
  private viewed = -1;
  private spare: Int32Array | undefined;
  /** The step writes in bulk: the number of this bulk; else 0. Never the same number twice. */
  private bulk = 0;
  private bulks = 0;
  private readonly blocks = new Blocks();
  private readonly records: { readonly position: number; readonly bytes: Uint8Array }[] = [];
  private on = true;

  /** False: changes are made but not recorded (set-up, benchmarks). */
  get recording(): boolean {
    return this.on;
  }
  set recording(on: boolean) {
    this.endBulk();
    this.on = on;
  }
  /** Entries that are in effect; entries beyond it can be redone. */
  get position(): number {
    if (this.bulk) this.flush();
    return this.here;
  }
  private get here(): number {
    return this.base + this.at / ENTRY;
  }
  /** Entries that exist. */
  get length(): number {
    return this.raw === CLOSED ? this.end : this.position;
  }

  /**
   * Adds a field. `merge`: within one step only the last of several writes to a cell is kept. `bulk`: its rows may be written in bulk; not for
   * columns that are written past the journal for a while (commit).
   */
  column(name: string, capacity = 64, merge = false, bulk = false): Column {
    const c = new Column(name, this.columns.length, capacity);
    if (merge) c.last = new Int32Array(capacity);
    if (bulk) c.saved = new Int32Array(blocksFor(capacity));
    if (c.id >= BULK) throw new Error(`more than ${BULK} columns`);
    this.columns.push(c);
    return c;
  }

  /** Writes `value` into row `i` of `c`, through the journal. */
  set(c: Column, i: number, value: number): void {
    let { data } = c;
    if (i >= data.length) {
      if (value === 0) return;
      data = this.grow(c, i);
    }
    const old = data[i]!;
    if (old === value) return;
    const { saved } = c;
    if (this.bulk !== 0 && saved) {
      // the block is copied already, but for the first time
      if (saved[blockOf(i)] !== this.bulk) this.save(c, blockOf(i));
      data[i] = value;
      return;
    }
    data[i] = value;
    this.journal(c, i, old, value);
  }
  /** What set() did becomes an entry, or part of one. */
  private journal(c: Column, i: number, old: number, value: number): void {
    if (!this.on) {
      this.trial?.push(c.id, i, old);
      return;
    }
    const { last } = c;
    if (last) {
      const behind = last[i]! - this.stamps;
      if (behind > this.mergeFrom) {
        this.raw[behind - 2] = value;
        return;
      }
    }
    this.append(i, old, value, c.id);
    if (last) last[i] = this.at + this.stamps;
  }
  private append(i: number, before: number, after: number, field: number): void {
    let { raw, at } = this;
    if (at === raw.length) {
      raw = this.open();
      at = this.at;
    }
    raw[at] = i;
    raw[at + 1] = before;
    raw[at + 2] = after;
    raw[at + 3] = field;
    this.at = at + ENTRY;
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
    this.steps.add(this.boundary(), cause);
  }
  /** Number of steps that began. */
  get markCount(): number {
    return this.steps.count;
  }
  /** Mark number `i`, from 0. */
  markAt(i: number): Mark {
    return this.steps.at(i);
  }
  /** Number of the step that the entry at `position` belongs to: the last mark at or before it; -1 before the first. */
  stepAt(position: number): number {
    return this.steps.of(position);
  }

  /** A position that one can come back to: ends the present step, as mark() and seek() do. */
  boundary(): number {
    this.endBulk();
    this.mergeFrom = this.at;
    return (this.stepStart = this.position);
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
    let now = this.close();
    while (now > target) {
      const n = Math.floor((now - 1) / CHUNK);
      const stop = Math.max(target, n * CHUNK);
      if (!this.across(n, now, stop, 2)) {
        const raw = this.read(n);
        const first = (stop - n * CHUNK) * ENTRY;
        for (let e = (now - 1 - n * CHUNK) * ENTRY; e >= first; e -= ENTRY)
          if (raw[e + 3] === BULK) applyRecord(this.records[raw[e]!]!.bytes, columns, false);
          else columns[raw[e + 3]!]!.data[raw[e]!] = raw[e + 1]!;
      }
      now = stop;
    }
    while (now < target) {
      const n = Math.floor(now / CHUNK);
      const stop = Math.min(target, (n + 1) * CHUNK);
      if (!this.across(n, stop, now, 3)) {
        const raw = this.read(n);
        const last = (stop - n * CHUNK) * ENTRY;
        for (let e = (now - n * CHUNK) * ENTRY; e < last; e += ENTRY)
          if (raw[e + 3] === BULK) applyRecord(this.records[raw[e]!]!.bytes, columns, true);
          else columns[raw[e + 3]!]!.data[raw[e]!] = raw[e + 2]!;
      }
      now = stop;
    }
    this.base = now;
    this.boundary();
  }

  /** Ends the writing of the open run: the next write opens one, at the position that `base` says. */
  private close(): number {
    this.endBulk();
    this.end = this.length;
    this.base = this.position;
    this.leave();
    return this.base;
  }
  /** Copies a block before the bulk writes to it for the first time. */
  private save(c: Column, block: number): void {
    if (this.blocks.full) this.flush();
    c.saved![block] = this.bulk;
    this.blocks.keep(c, block);
  }
  /** What the bulk has changed so far becomes an entry. */
  private flush(): void {
    const bytes = this.blocks.record();
    if (bytes.length) {
      if (this.at === this.raw.length) this.open();
      const number = this.records.push({ position: this.here, bytes }) - 1;
      this.append(number, 0, 0, BULK);
    }
    this.bulk = ++this.bulks;
  }
  private endBulk(): void {
    if (this.bulk) this.flush();
    this.bulk = 0;
  }
  private leave(): void {
    this.at = this.mergeFrom = 0;
    this.raw = CLOSED;
    // stamps of the run that was open are of no run from here on
    this.stamps += CHUNK_WORDS;
    if (this.stamps < MAX_STAMP) return;
    this.stamps = 0;
    for (const c of this.columns) c.last?.fill(0);
  }

  /** Applies the net effect of run `n` if all of it is to be crossed; `which`: the values before (2) or after (3). */
  private across(n: number, end: number, start: number, which: 2 | 3): boolean {
    const net = this.nets[n];
    if (!net || end - start !== CHUNK) return false;
    const { columns } = this;
    for (let c = 0; c < net.length; c += 4) columns[net[c]!]!.data[net[c + 1]!] = net[c + which]!;
    return true;
  }

  /** Calls `visit` for the changes from position `from` up to, not including, `to`, in order, without an object for each. */
  scan(
    from: number,
    to: number,
    visit: (field: number, index: number, before: number, after: number, position: number) => void,
  ): void {
    for (let p = from; p < to;) {
      const raw = this.read(p >>> CHUNK_BITS);
      const stop = Math.min(to, ((p >>> CHUNK_BITS) + 1) << CHUNK_BITS);
      for (; p < stop; p++) {
        const e = (p & CHUNK_MASK) * ENTRY;
        if (raw[e + 3] !== BULK) visit(raw[e + 3]!, raw[e]!, raw[e + 1]!, raw[e + 2]!, p);
        else visitRecord(this.records[raw[e]!]!.bytes, (field, i, before, after) => visit(field, i, before, after, p));
      }
    }
  }

  /** Undoes what happened since `position` and forgets it: for operations refused half-way. */
  rollback(position: number): void {
    this.seek(position);
    this.end = position;
  }

  /** Forgets the past (the state stays): the journal starts anew from here. */
  forget(): void {
    this.endBulk();
    this.leave();
    this.base = this.end = this.stepStart = 0;
    this.chunks.length = 0;
    this.nets.length = 0;
    this.records.length = 0;
    this.viewed = -1;
    this.steps.count = 0;
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
    for (const k of this.chunks) journal += k.byteLength;
    for (const net of this.nets) journal += net?.byteLength ?? 0;
    for (const r of this.records) journal += r.bytes.byteLength;
    return { state, journal };
  }

  /** Makes room for `rows` rows at once, for a column that will fill up: growing copies. */
  reserve(c: Column, rows: number): void {
    if (rows > c.data.length * 2) this.grow(c, rows - 1, rows);
  }

  private grow(c: Column, i: number, rows = Math.max(i + 1, c.data.length * 2)): Int32Array {
    const grown = new Int32Array(rows);
    grown.set(c.data);
    c.data = grown;
    if (c.last) {
      const last = new Int32Array(grown.length);
      last.set(c.last);
      c.last = last;
    }
    if (c.saved) {
      const saved = new Int32Array(blocksFor(grown.length));
      saved.set(c.saved);
      c.saved = saved;
    }
    return grown;
  }

  /** Opens the run that the next entry goes to. The one before it is packed, what exists behind the present position is forgotten. */
  private open(): Int32Array {
    const p = this.here;
    this.leave();
    const n = Math.floor(p / CHUNK);
    const have = this.chunks[n];
    let raw: Int32Array | undefined;
    if (p % CHUNK && have) {
      raw = have instanceof Int32Array ? have : this.take();
      if (have instanceof Uint8Array) decode(have, raw);
    } else {
      const before = this.chunks[n - 1];
      if (before instanceof Int32Array) {
        this.chunks[n - 1] = encode(before, CHUNK);
        this.nets[n - 1] = netOf(before, CHUNK);
        this.spare = before;
      }
      raw = this.take();
      // a step that has filled a run goes on in bulk
      if (p > 0 && this.stepStart <= p - CHUNK && this.on) this.bulk ||= ++this.bulks;
    }
    while (this.records.length && this.records[this.records.length - 1]!.position >= p) this.records.pop();
    for (let k = n; k < this.chunks.length; k++) {
      const old = this.chunks[k];
      if (old instanceof Int32Array && old !== raw) this.spare = old;
    }
    this.chunks.length = n;
    this.nets.length = Math.min(this.nets.length, n);
    this.chunks[n] = raw;
    this.viewed = -1;
    this.base = n * CHUNK;
    this.at = (p - this.base) * ENTRY;
    this.mergeFrom = Math.max(0, this.stepStart - this.base) * ENTRY;
    return (this.raw = raw);
  }
  private take(): Int32Array {
    const raw = this.spare ?? new Int32Array(CHUNK_WORDS);
    this.spare = undefined;
    return raw;
  }
  /** Run number `n`, unpacked if need be. Not to be written to. */
  private read(n: number): Int32Array {
    const raw = this.chunks[n]!;
    if (raw instanceof Int32Array) return raw;
    if (this.viewed !== n) {
      this.view ??= new Int32Array(CHUNK_WORDS);
      decode(raw, this.view);
      this.viewed = n;
    }
    return this.view!;
  }
}
