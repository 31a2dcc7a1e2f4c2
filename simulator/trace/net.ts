/** The net effect of a run of journal entries: each cell once, with its value before the first entry and after the last. Going across a run is that. */
import type { RawChunk } from './codec.ts';

/** Field, row, before and after of each cell that differs. */
export type Net = Int32Array;

const SLOTS = 1 << 17;
const table = new Int32Array(SLOTS);
/** Above this many cells going entry by entry costs as little, and the net effect more memory than the entries. */
const MAX_CELLS = 1 << 14;
const cells = new Int32Array(MAX_CELLS * 4);

/** The net effect of the first `n` entries; undefined if it is not worth keeping. */
export function netOf(chunk: RawChunk, n: number): Net | undefined {
  const { index, before, after, field } = chunk;
  table.fill(0);
  let count = 0;
  for (let k = 0; k < n; k++) {
    const f = field[k]!;
    const i = index[k]!;
    let h = (Math.imul(i, 0x9e3779b1) ^ Math.imul(f, 0x85ebca6b)) >>> 15;
    for (;;) {
      const c = table[h]! - 1;
      if (c < 0) {
        if (count === MAX_CELLS) return undefined;
        table[h] = count + 1;
        const at = count++ * 4;
        cells[at] = f;
        cells[at + 1] = i;
        cells[at + 2] = before[k]!;
        cells[at + 3] = after[k]!;
        break;
      }
      if (cells[c * 4] === f && cells[c * 4 + 1] === i) {
        cells[c * 4 + 3] = after[k]!;
        break;
      }
      h = (h + 1) & (SLOTS - 1);
    }
  }
  return cells.slice(0, count * 4);
}
