/** Finds known words in text without making strings of all the others: folders of drivers have millions of words. */

const START = 1;
const PART = 2;
/** What a character is in a word; those that are not ASCII are nothing. */
const KIND = new Uint8Array(256);
for (let c = 0; c < 128; c++) {
  const char = String.fromCharCode(c);
  if (/[A-Za-z_]/.test(char)) KIND[c] = START | PART;
  else if (/\d/.test(char)) KIND[c] = PART;
}
/** What stands between a word and the next one in its place of the table. */
const FREE = -1;

/** What is no ASCII counts as this. */
const OTHER = 128;
const encoder = new TextEncoder();
let codes = new Uint8Array(64 * 1024);

/** The characters of a text as bytes: a piece of a longer text is slow to ask for its characters one by one. Valid until the next call. */
function codesOf(text: string): Uint8Array {
  if (codes.length < text.length) codes = new Uint8Array(text.length * 2);
  const { read, written } = encoder.encodeInto(text, codes);
  // where UTF-8 takes several bytes, those behind them have moved
  if (read !== text.length || written !== text.length)
    for (let i = 0; i < text.length; i++) codes[i] = Math.min(text.charCodeAt(i), OTHER);
  return codes;
}

/** A set of words, each with a number. */
export class WordTable {
  private readonly words: string[] = [];
  /** Open addressing; always at least half empty. */
  private slots = new Int32Array(64).fill(FREE);
  private hashes = new Int32Array(64);

  /** The number of a word, which is taken in if it is new. */
  add(word: string): number {
    const hash = hashOf(word);
    let at = this.place(word, 0, word.length, hash);
    if (this.slots[at] !== FREE) return this.slots[at]!;
    if (this.words.length * 2 >= this.slots.length) {
      this.grow();
      at = this.place(word, 0, word.length, hash);
    }
    this.slots[at] = this.words.length;
    this.hashes[at] = hash;
    return this.words.push(word) - 1;
  }

  numberOf(word: string): number | undefined {
    const found = this.slots[this.place(word, 0, word.length, hashOf(word))]!;
    return found === FREE ? undefined : found;
  }

  /** Calls `hit` for every word of `text` that is in the table. */
  find(text: string, hit: (word: number, at: number) => void): void {
    const { slots, hashes } = this;
    const mask = slots.length - 1;
    const end = text.length;
    const codes = codesOf(text);
    let i = 0;
    while (i < end) {
      let c = codes[i]!;
      if ((KIND[c]! & START) === 0) {
        i++;
        continue;
      }
      const start = i;
      let hash = 0;
      do {
        hash = (Math.imul(hash, 31) + c) | 0;
        i++;
        if (i === end) break;
        c = codes[i]!;
      } while (KIND[c] !== 0);
      for (let at = spread(hash) & mask; slots[at] !== FREE; at = (at + 1) & mask) {
        if (hashes[at] !== hash) continue;
        const word = slots[at]!;
        if (!isAt(this.words[word]!, text, start, i)) continue;
        hit(word, start);
        break;
      }
    }
  }

  private place(text: string, from: number, to: number, hash: number): number {
    const mask = this.slots.length - 1;
    let at = spread(hash) & mask;
    for (; this.slots[at] !== FREE; at = (at + 1) & mask)
      if (this.hashes[at] === hash && isAt(this.words[this.slots[at]!]!, text, from, to)) break;
    return at;
  }

  private grow(): void {
    const { slots, hashes } = this;
    this.slots = new Int32Array(slots.length * 2).fill(FREE);
    this.hashes = new Int32Array(slots.length * 2);
    const mask = this.slots.length - 1;
    for (let i = 0; i < slots.length; i++) {
      const word = slots[i]!;
      if (word === FREE) continue;
      // no two words are the same: the next free place is its own
      const hash = hashes[i]!;
      let at = spread(hash) & mask;
      while (this.slots[at] !== FREE) at = (at + 1) & mask;
      this.slots[at] = word;
      this.hashes[at] = hash;
    }
  }
}

const isAt = (word: string, text: string, from: number, to: number): boolean =>
  word.length === to - from && text.startsWith(word, from);

const spread = (hash: number): number => hash ^ (hash >>> 15);

function hashOf(word: string): number {
  let hash = 0;
  for (let i = 0; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0;
  return hash;
}
