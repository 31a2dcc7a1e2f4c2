/**
 * Journal entries, packed. What the model does to one page it does to the next: the same columns in the same order, indices and values that
 * grow by the same amounts. An entry is predicted from the columns written before it; a run of entries that came as predicted is one byte.
 */

/** Entries of a chunk: index, before and after of each, and the number of its column. */
export interface RawChunk {
  readonly index: Int32Array;
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly field: Uint16Array;
}

/** Room for `size` entries. */
export function rawChunk(size: number): RawChunk {
  return {
    index: new Int32Array(size),
    before: new Int32Array(size),
    after: new Int32Array(size),
    field: new Uint16Array(size),
  };
}

/** A predictor's state for one context: last index, before and after, and by how much each had changed. */
const SLOT = 8;
const CONTEXTS = 2048;
const RUN = 0x80;
const MAX_RUN = 0x7f;
const MISS = { field: 1, index: 2, before: 4, after: 8 } as const;

const slots = new Int32Array(CONTEXTS * SLOT);
const fields = new Uint16Array(CONTEXTS);
let buffer = new Uint8Array(0);

/** The context that follows `context` when column `field` is written: the last few columns, hashed. */
const follow = (context: number, field: number): number => ((context << 3) ^ (field * 0x9e5)) & (CONTEXTS - 1);

function putVarint(out: Uint8Array, at: number, value: number): number {
  let v = ((value << 1) ^ (value >> 31)) >>> 0;
  while (v >= 0x80) {
    out[at++] = (v & 0x7f) | 0x80;
    v >>>= 7;
  }
  out[at++] = v;
  return at;
}

/** The first `n` entries of a chunk as bytes. */
export function encode(chunk: RawChunk, n: number): Uint8Array {
  const { index, before, after, field } = chunk;
  if (buffer.length < n * 18) buffer = new Uint8Array(n * 18);
  const out = buffer;
  slots.fill(0);
  fields.fill(0);
  let at = 0;
  let context = 0;
  let run = 0;
  for (let k = 0; k < n; k++) {
    const f = field[k]!;
    const expected = fields[context]!;
    fields[context] = f;
    context = follow(context, f);
    const s = context * SLOT;
    const i = index[k]!;
    const b = before[k]!;
    const a = after[k]!;
    const di = (i - slots[s]!) | 0;
    const db = (b - slots[s + 1]!) | 0;
    const da = (a - slots[s + 2]!) | 0;
    slots[s] = i;
    slots[s + 1] = b;
    slots[s + 2] = a;
    let miss = 0;
    if (f !== expected) miss |= MISS.field;
    if (di !== slots[s + 3]) {
      miss |= MISS.index;
      slots[s + 3] = di;
    }
    if (db !== slots[s + 4]) {
      miss |= MISS.before;
      slots[s + 4] = db;
    }
    if (da !== slots[s + 5]) {
      miss |= MISS.after;
      slots[s + 5] = da;
    }
    if (miss === 0) {
      if (++run === MAX_RUN) {
        out[at++] = RUN | run;
        run = 0;
      }
      continue;
    }
    if (run) {
      out[at++] = RUN | run;
      run = 0;
    }
    out[at++] = miss;
    if (miss & MISS.field) {
      out[at++] = f & 0xff;
      out[at++] = f >>> 8;
    }
    if (miss & MISS.index) at = putVarint(out, at, di);
    if (miss & MISS.before) at = putVarint(out, at, db);
    if (miss & MISS.after) at = putVarint(out, at, da);
  }
  if (run) out[at++] = RUN | run;
  return out.slice(0, at);
}

/** Unpacks `bytes` into `chunk`; the number of entries. */
export function decode(bytes: Uint8Array, chunk: RawChunk): number {
  const { index, before, after, field } = chunk;
  slots.fill(0);
  fields.fill(0);
  let context = 0;
  let k = 0;
  let at = 0;
  while (at < bytes.length) {
    const token = bytes[at++]!;
    if (token & RUN) {
      // as predicted: nothing to read, and the predicted columns stay the predicted ones
      for (const end = k + (token & MAX_RUN); k < end; k++) {
        const f = fields[context]!;
        context = ((context << 3) ^ (f * 0x9e5)) & (CONTEXTS - 1);
        const s = context * SLOT;
        field[k] = f;
        index[k] = slots[s] = slots[s]! + slots[s + 3]!;
        before[k] = slots[s + 1] = slots[s + 1]! + slots[s + 4]!;
        after[k] = slots[s + 2] = slots[s + 2]! + slots[s + 5]!;
      }
      continue;
    }
    const f = token & MISS.field ? bytes[at++]! | (bytes[at++]! << 8) : fields[context]!;
    fields[context] = f;
    context = follow(context, f);
    const s = context * SLOT;
    for (let part = 0; part < 3; part++) {
      if (!(token & (MISS.index << part))) continue;
      let v = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++]!;
        v |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      slots[s + 3 + part] = (v >>> 1) ^ -(v & 1);
    }
    field[k] = f;
    index[k] = slots[s] = slots[s]! + slots[s + 3]!;
    before[k] = slots[s + 1] = slots[s + 1]! + slots[s + 4]!;
    after[k] = slots[s + 2] = slots[s + 2]! + slots[s + 5]!;
    k++;
  }
  return k;
}
