/**
 * Bulk records: what a step with very many writes changed, by blocks of rows. A block is copied when the step first writes to it; the record says
 * what differs in the end, as stretches of rows whose values before and after grow by the same amounts. One record is one entry of the journal.
 */
import type { Column } from './column.ts';

/** Column of an entry of the journal that stands for a bulk record; its index is the record's number. */
export const BULK = (1 << 16) - 1;
const BLOCK_BITS = 10;
/** Rows of a block. */
const BLOCK = 1 << BLOCK_BITS;
/** Copies that are kept at a time: 4 MiB. */
const MAX_BLOCKS = 1024;

/** The number of the block that row `i` is in. */
export const blockOf = (i: number): number => i >>> BLOCK_BITS;
/** How many blocks so many rows are. */
export const blocksFor = (rows: number): number => (rows + BLOCK - 1) >>> BLOCK_BITS;

/** Copies of blocks as they were before they were written to. */
export class Blocks {
  private readonly columns: Column[] = [];
  private readonly numbers: number[] = [];
  private readonly copies: Int32Array[] = [];

  get full(): boolean {
    return this.columns.length >= MAX_BLOCKS;
  }
  /** Keeps a copy of block number `block` of a column. */
  keep(column: Column, block: number): void {
    const k = this.columns.push(column) - 1;
    this.numbers.push(block);
    const copy = (this.copies[k] ??= new Int32Array(BLOCK));
    const from = block * BLOCK;
    const rows = column.data.subarray(from, from + BLOCK);
    copy.set(rows);
    // rows that a column may yet grow by are zeroes
    copy.fill(0, rows.length);
  }
  /** The record of what has changed since; the copies are given up. */
  record(): Uint8Array {
    size = 0;
    let last: Column | undefined;
    let row = 0;
    for (let k = 0; k < this.columns.length; k++) {
      const column = this.columns[k]!;
      const from = this.numbers[k]! * BLOCK;
      if (column !== last) {
        put(-column.id - 1);
        row = 0;
      }
      last = column;
      row = stretches(this.copies[k]!, column.data.subarray(from, from + BLOCK), from, row);
    }
    this.columns.length = this.numbers.length = 0;
    return buffer.slice(0, size);
  }
}

// A record is signed numbers of 7 bits a byte: -(column + 1), then stretches: length, rows since the last one, before, after, and (if longer than 1)
// by how much both grow.
let buffer = new Uint8Array(1 << 16);
let size = 0;
let at = 0;

function put(value: number): void {
  if (size + 5 > buffer.length) {
    const grown = new Uint8Array(buffer.length * 2);
    grown.set(buffer);
    buffer = grown;
  }
  let v = ((value << 1) ^ (value >> 31)) >>> 0;
  while (v >= 0x80) {
    buffer[size++] = (v & 0x7f) | 0x80;
    v >>>= 7;
  }
  buffer[size++] = v;
}
function take(bytes: Uint8Array): number {
  let v = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    v |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (v >>> 1) ^ -(v & 1);
  }
}

/** Writes what differs between two states of the rows from `from` on; `row`: the end of the stretch before. Returns the end of the last one. */
function stretches(before: Int32Array, after: Int32Array, from: number, row: number): number {
  const n = after.length;
  for (let i = 0; i < n;) {
    let b = before[i]!;
    let a = after[i]!;
    if (b === a) {
      i++;
      continue;
    }
    const start = i++;
    const [first, then] = [b, a];
    let db = 0;
    let da = 0;
    if (i < n && before[i] !== after[i]) {
      db = (before[i]! - b) | 0;
      da = (after[i]! - a) | 0;
      do {
        b = before[i]!;
        a = after[i]!;
        i++;
      } while (i < n && ((before[i]! - b) | 0) === db && ((after[i]! - a) | 0) === da);
    }
    put(i - start);
    put(from + start - row);
    put(first);
    put(then);
    if (i - start > 1) {
      put(db);
      put(da);
    }
    row = from + i;
  }
  return row;
}

function each(
  bytes: Uint8Array,
  f: (column: number, row: number, length: number, before: number, after: number, db: number, da: number) => void,
): void {
  let column = -1;
  let row = 0;
  at = 0;
  while (at < bytes.length) {
    const length = take(bytes);
    if (length < 0) {
      column = -length - 1;
      row = 0;
      continue;
    }
    row += take(bytes);
    const before = take(bytes);
    const after = take(bytes);
    const db = length > 1 ? take(bytes) : 0;
    const da = length > 1 ? take(bytes) : 0;
    f(column, row, length, before, after, db, da);
    row += length;
  }
}

/** Brings the columns to what they were before a record, or after it. */
export function applyRecord(bytes: Uint8Array, columns: readonly Column[], forward: boolean): void {
  each(bytes, (column, row, length, before, after, db, da) => {
    const { data } = columns[column]!;
    let value = forward ? after : before;
    const step = forward ? da : db;
    for (let i = row; i < row + length; i++, value = (value + step) | 0) data[i] = value;
  });
}

/** Calls `visit` for every row that a record changes. */
export function visitRecord(
  bytes: Uint8Array,
  visit: (column: number, row: number, before: number, after: number) => void,
): void {
  each(bytes, (column, row, length, before, after, db, da) => {
    let b = before;
    let a = after;
    for (let i = row; i < row + length; i++, b = (b + db) | 0, a = (a + da) | 0) if (b !== a) visit(column, i, b, a);
  });
}
