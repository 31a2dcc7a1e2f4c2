/**
 * The undo journal: every change of the model's state is one entry {index, field, before, after} in typed arrays,
 * written by the only function that writes state. Going back n entries and forward again gives the same state.
 */

/** One field of the state: a growable Int32Array. Rows that were never written read as 0. */
export class Column {
  data: Int32Array;
  /** Of columns with few, often written cells: journal position + 1 of the last entry of each cell. */
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

/** Position of the journal at the end of a step, and what the step was. */
export interface Mark {
  /** Number of entries before this mark. */
  readonly position: number;
  /** What caused the entries that follow, in the kernel's words. */
  readonly cause: string;
}

interface Chunk {
  readonly index: Int32Array;
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly field: Uint8Array;
}
const CHUNK_BITS = 16;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;

/** State columns and the journal of their changes: the one write path of the model. */
export class Store {
  readonly columns: Column[] = [];
  /** False: changes are made but not recorded (bulk set-up, benchmarks). */
  recording = true;
  /** Entries that are in effect; entries beyond it can be redone. */
  position = 0;
  /** Entries that exist. */
  length = 0;
  readonly marks: Mark[] = [];
  /** Entries in chunks that never move: index, before and after of 2^16 entries each, and their fields. */
  private readonly chunks: Chunk[] = [];
  private chunk: Chunk | undefined;
  /** Entries from here on belong to the present step. */
  private stepStart = 0;

  /** Adds a field. `hot`: within one step only the last of several writes to a cell is kept. */
  column(name: string, capacity = 64, hot = false): Column {
    const c = new Column(name, this.columns.length, capacity);
    if (hot) c.last = new Int32Array(capacity);
    if (c.id > 255) throw new Error('more than 256 columns');
    this.columns.push(c);
    return c;
  }

  /** Writes `value` into row `i` of `c`, through the journal. */
  set(c: Column, i: number, value: number): void {
    let data = c.data;
    if (i >= data.length) {
      if (value === 0) return;
      const grown = new Int32Array(Math.max(i + 1, data.length * 2));
      grown.set(data);
      c.data = data = grown;
      if (c.last) {
        const last = new Int32Array(grown.length);
        last.set(c.last);
        c.last = last;
      }
    }
    const old = data[i]!;
    if (old === value) return;
    if (this.recording) {
      if (c.last) {
        const l = c.last[i]! - 1;
        if (l >= this.stepStart && l < this.position) {
          // positions outlive undo and forget(): the entry must be this cell's
          const k = this.chunks[l >>> CHUNK_BITS]!;
          const o = l & CHUNK_MASK;
          if (k.index[o] === i && k.field[o] === c.id) {
            k.after[o] = value;
            data[i] = value;
            return;
          }
        }
        c.last[i] = this.position + 1;
      }
      const p = this.position;
      const o = p & CHUNK_MASK;
      let k = this.chunk;
      if (o === 0 || k === undefined) k = this.chunkAt(p);
      k.index[o] = i;
      k.before[o] = old;
      k.after[o] = value;
      k.field[o] = c.id;
      this.position = p + 1;
      this.length = p + 1;
    }
    data[i] = value;
  }

  /** Adds `delta` to row `i` of `c`; returns the new value. */
  add(c: Column, i: number, delta: number): number {
    const v = c.at(i) + delta;
    this.set(c, i, v);
    return v;
  }

  /** Starts a step: what follows is caused by `cause`. Marks beyond the present position are dropped. */
  mark(cause: string): void {
    while (this.marks.length && this.marks[this.marks.length - 1]!.position > this.position) this.marks.pop();
    this.marks.push({ position: this.position, cause });
    this.stepStart = this.position;
  }

  /** A position that one can come back to: ends the present step, as mark() and seek() do. */
  boundary(): number {
    this.stepStart = this.position;
    return this.position;
  }

  /** Goes to journal position `target` (0 … length), backwards or forwards. */
  seek(target: number): void {
    if (!(target >= 0 && target <= this.length))
      throw new RangeError(`journal position ${target} is not in 0..${this.length}`);
    while (this.position > target) {
      const p = --this.position;
      const k = this.chunks[p >>> CHUNK_BITS]!;
      const o = p & CHUNK_MASK;
      this.columns[k.field[o]!]!.data[k.index[o]!] = k.before[o]!;
    }
    while (this.position < target) {
      const p = this.position++;
      const k = this.chunks[p >>> CHUNK_BITS]!;
      const o = p & CHUNK_MASK;
      this.columns[k.field[o]!]!.data[k.index[o]!] = k.after[o]!;
    }
    this.chunk = this.chunks[this.position >>> CHUNK_BITS];
    this.stepStart = this.position;
  }

  /** The entry at `p`. */
  entry(p: number): { column: Column; index: number; before: number; after: number } {
    const k = this.chunks[p >>> CHUNK_BITS]!;
    const o = p & CHUNK_MASK;
    return { column: this.columns[k.field[o]!]!, index: k.index[o]!, before: k.before[o]!, after: k.after[o]! };
  }

  /** Undoes what happened since `position` and forgets it: for operations refused half-way. */
  rollback(position: number): void {
    this.seek(position);
    this.length = position;
  }

  /** Forgets the past (the state stays): the journal starts anew from here. */
  forget(): void {
    this.position = this.length = this.stepStart = 0;
    this.chunks.length = 0;
    this.chunk = undefined;
    this.marks.length = 0;
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
    for (const c of this.columns) state += c.data.byteLength;
    return { state, journal: this.length * 13 };
  }

  private chunkAt(p: number): Chunk {
    const n = p >>> CHUNK_BITS;
    let k = this.chunks[n];
    if (!k) {
      const size = CHUNK_MASK + 1;
      k = {
        index: new Int32Array(size),
        before: new Int32Array(size),
        after: new Int32Array(size),
        field: new Uint8Array(size),
      };
      this.chunks[n] = k;
    }
    this.chunk = k;
    return k;
  }
}
