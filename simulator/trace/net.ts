/** The net effect of a run of journal entries: each cell once, with its value before the first entry and after the last. Going across a run is that. */
import { BULK } from './bulk.ts';
import { ENTRY } from './codec.ts';

/** Field, row, before and after of each cell that differs. */
export type Net = Int32Array;

const SLOT_BITS = 15;
const SLOTS = 1 << SLOT_BITS;
const table = new Int32Array(SLOTS);
/** Above this many cells going entry by entry costs as little, and the net effect more memory than the entries. */
const MAX_CELLS = 1 << 13;
const cells = new Int32Array(MAX_CELLS * 4);
/** Where the first entries hardly meet a cell twice, the others will not either. */
const SAMPLE = 2048;
const MAX_SAMPLED = 1536;

/** The net effect of the first `n` entries; undefined if it is not worth keeping. */
export function netOf(raw: Int32Array, n: number): Net | undefined {
  table.fill(0);
  let count = 0;
  for (let k = 0; k < n; k++) {
    if (k === SAMPLE && count > MAX_SAMPLED) return undefined;
    const e = k * ENTRY;
    const i = raw[e]!;
    const f = raw[e + 3]!;
    if (f === BULK) return undefined;
    let h = (Math.imul(i, 0x9e3779b1) ^ Math.imul(f, 0x85ebca6b)) >>> (32 - SLOT_BITS);
    for (;;) {
      const c = table[h]! - 1;
      if (c < 0) {
        if (count === MAX_CELLS) return undefined;
        table[h] = count + 1;
        const at = count++ * 4;
        cells[at] = f;
        cells[at + 1] = i;
        cells[at + 2] = raw[e + 1]!;
        cells[at + 3] = raw[e + 2]!;
        break;
      }
      if (cells[c * 4] === f && cells[c * 4 + 1] === i) {
        cells[c * 4 + 3] = raw[e + 2]!;
        break;
      }
      h = (h + 1) & (SLOTS - 1);
    }
  }
  return cells.slice(0, count * 4);
}
