/**
 * Journal entries, packed. What the model does to one page it does to the next: the same columns in the same order, indices and values that
 * grow by the same amounts. A stretch of entries in which each continues the one a fixed distance (a lag) before it is one token; elsewhere an
 * entry is predicted from the columns written before it, and a run of entries that came as predicted is one byte.
 */

/** Words of an entry in an unpacked run: row, value before, value after, number of the column. */
export const ENTRY = 4;

/** A predictor's state for one context: last index, before and after, and by how much each had changed. */
const SLOT = 8;
const CONTEXTS = 2048;
const RUN = 0x80;
const MAX_RUN = 0x7f;
const COPY = 0x10;
const MISS = { field: 1, index: 2, before: 4, after: 8 } as const;
/** A stretch at one lag is worth a token from this many entries on. */
const MIN_COPY = 32;
/** After a failed search for a lag the next one comes this many entries later, at most. */
const MAX_WAIT = 512;
/** So many entries at the end of a stretch are shown to the predictors, at most. */
const MAX_LESSON = 256;
/** Ends of stretches that are remembered: the distance to one of them is the lag of a longer rhythm (pages, and a batch of pages). */
const ENDS = 4;

const slots = new Int32Array(CONTEXTS * SLOT);
const fields = new Uint16Array(CONTEXTS);
/** Where each context was met last. */
const seen = new Int32Array(CONTEXTS);
const ends = new Int32Array(ENDS);
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

/** How many entries from `k` on, of `n`, each continue the entry `lag` before it as that one continued its own. */
function stretch(raw: Int32Array, k: number, n: number, lag: number): number {
  if (lag <= 0 || lag * 2 > k) return 0;
  let a = k * ENTRY;
  let b = a - lag * ENTRY;
  let c = b - lag * ENTRY;
  const end = n * ENTRY;
  while (
    a < end &&
    raw[a] === ((2 * raw[b]! - raw[c]!) | 0) &&
    raw[a + 3] === raw[b + 3] &&
    raw[a + 1] === ((2 * raw[b + 1]! - raw[c + 1]!) | 0) &&
    raw[a + 2] === ((2 * raw[b + 2]! - raw[c + 2]!) | 0)
  ) {
    a += ENTRY;
    b += ENTRY;
    c += ENTRY;
  }
  return a / ENTRY - k;
}

/** Shows the predictors the last entries of a stretch that ends before `k`; returns the context there. */
function learn(raw: Int32Array, k: number, length: number, lag: number): number {
  let context = 0;
  for (let j = k - Math.min(length, lag * 2, MAX_LESSON); j < k; j++) {
    const e = j * ENTRY;
    const f = raw[e + 3]!;
    fields[context] = f;
    seen[context] = j;
    context = follow(context, f);
    const s = context * SLOT;
    for (let part = 0; part < 3; part++) {
      const v = raw[e + part]!;
      slots[s + 3 + part] = v - slots[s + part]!;
      slots[s + part] = v;
    }
  }
  return context;
}

/** The first `n` entries of an unpacked run as bytes. */
export function encode(raw: Int32Array, n: number): Uint8Array {
  if (buffer.length < n * 18) buffer = new Uint8Array(n * 18);
  const out = buffer;
  slots.fill(0);
  fields.fill(0);
  seen.fill(-1);
  ends.fill(-1);
  let ended = 0;
  let at = 0;
  let context = 0;
  let run = 0;
  let lag = 0;
  let tryAt = 0;
  let wait = 8;
  let justEnded = false;
  for (let k = 0; k < n;) {
    if (k >= tryAt) {
      let length = stretch(raw, k, n, lag);
      if (length < MIN_COPY && seen[context]! >= 0) {
        lag = k - seen[context]!;
        length = stretch(raw, k, n, lag);
      }
      if (justEnded) {
        // the longest of the rhythms that end where others ended
        for (let e = 0; e < ENDS; e++) {
          const other = k - ends[e]!;
          if (ends[e]! < 0 || other === lag) continue;
          const reach = stretch(raw, k, n, other);
          if (reach <= length) continue;
          length = reach;
          lag = other;
        }
        ends[ended++ % ENDS] = k;
        justEnded = false;
      }
      if (length >= MIN_COPY) {
        if (run) out[at++] = RUN | run;
        run = 0;
        out[at++] = COPY;
        at = putVarint(out, at, lag);
        at = putVarint(out, at, length);
        k += length;
        context = learn(raw, k, length, lag);
        tryAt = k;
        wait = 8;
        justEnded = true;
        continue;
      }
      tryAt = k + wait;
      wait = Math.min(wait * 2, MAX_WAIT);
    }
    const e = k * ENTRY;
    const i = raw[e]!;
    const b = raw[e + 1]!;
    const a = raw[e + 2]!;
    const f = raw[e + 3]!;
    const expected = fields[context]!;
    fields[context] = f;
    seen[context] = k++;
    context = follow(context, f);
    const s = context * SLOT;
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

/** Where takeVarint() stopped reading. */
let taken = 0;
function takeVarint(bytes: Uint8Array, at: number): number {
  let v = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    v |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  taken = at;
  return (v >>> 1) ^ -(v & 1);
}

/** Unpacks `bytes` into `raw`; the number of entries. */
export function decode(bytes: Uint8Array, raw: Int32Array): number {
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
        context = follow(context, f);
        const s = context * SLOT;
        const e = k * ENTRY;
        raw[e] = slots[s] = slots[s]! + slots[s + 3]!;
        raw[e + 1] = slots[s + 1] = slots[s + 1]! + slots[s + 4]!;
        raw[e + 2] = slots[s + 2] = slots[s + 2]! + slots[s + 5]!;
        raw[e + 3] = f;
      }
      continue;
    }
    if (token === COPY) {
      const lag = takeVarint(bytes, at);
      const length = takeVarint(bytes, taken);
      at = taken;
      const end = (k + length) * ENTRY;
      for (let e = k * ENTRY, b = e - lag * ENTRY, c = b - lag * ENTRY; e < end; e += ENTRY, b += ENTRY, c += ENTRY) {
        raw[e] = 2 * raw[b]! - raw[c]!;
        raw[e + 1] = 2 * raw[b + 1]! - raw[c + 1]!;
        raw[e + 2] = 2 * raw[b + 2]! - raw[c + 2]!;
        raw[e + 3] = raw[b + 3]!;
      }
      k += length;
      context = learn(raw, k, length, lag);
      continue;
    }
    let f = fields[context]!;
    if (token & MISS.field) {
      f = bytes[at]! | (bytes[at + 1]! << 8);
      at += 2;
    }
    fields[context] = f;
    context = follow(context, f);
    const s = context * SLOT;
    const e = k++ * ENTRY;
    for (let part = 0; part < 3; part++) {
      if (token & (MISS.index << part)) {
        slots[s + 3 + part] = takeVarint(bytes, at);
        at = taken;
      }
      raw[e + part] = slots[s + part] = slots[s + part]! + slots[s + 3 + part]!;
    }
    raw[e + 3] = f;
  }
  return k;
}
