/**
 * The undo journal: every change of the model's state is one entry {index, field, before, after} in typed arrays,
 * written by the only function that writes state. Going back n entries and forward again gives the same state.
 */

/** One field of the state: a growable Int32Array. Rows that were never written read as 0. */
export class Column {
  data: Int32Array;
  /** @param name kernel name of the field. @param id number of the field in its store. @param capacity rows allocated at once. */
  constructor(readonly name: string, readonly id: number, capacity: number) {
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
  private index: Int32Array = new Int32Array(1024);
  private before: Int32Array = new Int32Array(1024);
  private after: Int32Array = new Int32Array(1024);
  private field: Uint8Array = new Uint8Array(1024);

  /** Adds a field. */
  column(name: string, capacity = 64): Column {
    const c = new Column(name, this.columns.length, capacity);
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
    }
    const old = data[i]!;
    if (old === value) return;
    if (this.recording) {
      const p = this.position;
      if (p === this.index.length) this.grow();
      this.index[p] = i;
      this.before[p] = old;
      this.after[p] = value;
      this.field[p] = c.id;
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
  }

  /** Goes to journal position `target` (0 … length), backwards or forwards. */
  seek(target: number): void {
    if (!(target >= 0 && target <= this.length)) throw new RangeError(`journal position ${target} is not in 0..${this.length}`);
    while (this.position > target) {
      const p = --this.position;
      this.columns[this.field[p]!]!.data[this.index[p]!] = this.before[p]!;
    }
    while (this.position < target) {
      const p = this.position++;
      this.columns[this.field[p]!]!.data[this.index[p]!] = this.after[p]!;
    }
  }

  /** The entry at `p`. */
  entry(p: number): { column: Column; index: number; before: number; after: number } {
    return { column: this.columns[this.field[p]!]!, index: this.index[p]!, before: this.before[p]!, after: this.after[p]! };
  }

  /** Undoes what happened since `position` and forgets it: for operations refused half-way. */
  rollback(position: number): void {
    this.seek(position);
    this.length = position;
  }

  /** Forgets the past (the state stays): the journal starts anew from here. */
  forget(): void {
    this.position = this.length = 0;
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
        h2 = Math.imul((h2 << 13) | (h2 >>> 19), 5) + (h1 ^ v) | 0;
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

  private grow(): void {
    const n = this.index.length * 2;
    const wide = (a: Int32Array): Int32Array => {
      const b = new Int32Array(n);
      b.set(a);
      return b;
    };
    this.index = wide(this.index);
    this.before = wide(this.before);
    this.after = wide(this.after);
    const f = new Uint8Array(n);
    f.set(this.field);
    this.field = f;
  }
}
