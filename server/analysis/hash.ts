/** Two hashes at a time, of 32 bits each: states of a walk are compared by them. */

const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);

/** Both hashes of several things, added up: their order does not matter. */
export interface Sum {
  h1: number;
  h2: number;
}

/** 32 bits of a number of any size. */
export const fold = (n: number): number => {
  if (n === (n | 0)) return n;
  bits[0] = n;
  return words[0]! ^ Math.imul(words[1]!, 31);
};

/** The first hash, with a number added to what it tells. */
export const mix1 = (h: number, n: number): number => {
  const x = Math.imul(h ^ n, 0x9e3779b1);
  return x ^ (x >>> 15);
};

/** The second hash. */
export const mix2 = (h: number, n: number): number => {
  const x = Math.imul((h + n) | 0, 0x85ebca77);
  return x ^ (x >>> 13);
};

const known = new Map<string, readonly [number, number]>();

/** Both hashes of a text that comes again and again. */
export function hashOfText(text: string): readonly [number, number] {
  let pair = known.get(text);
  if (!pair) {
    if (known.size > 50_000) known.clear();
    known.set(text, (pair = hashPair(text)));
  }
  return pair;
}

/** Both hashes of a text that is not asked for again. */
export function hashPair(text: string): readonly [number, number] {
  let h1 = 0x2545f491;
  let h2 = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    h1 = Math.imul(h1 ^ c, 2654435761);
    h2 = Math.imul(h2 ^ c, 1597334677);
  }
  return [h1 ^ (h1 >>> 15), h2 ^ (h2 >>> 13)];
}
