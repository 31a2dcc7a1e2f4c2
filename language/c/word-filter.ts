/** Tells of most words, by their ends and their length, that they are none of some few: who looks for these need not look up each word of a text. */
export class WordFilter {
  private readonly slots: Uint8Array;

  /** `base`: the words of another filter are among them. */
  constructor(words: Iterable<string>, base?: WordFilter) {
    this.slots = base ? base.slots.slice() : new Uint8Array(SLOTS);
    for (const word of words) this.slots[slot(word.charCodeAt(0), word.charCodeAt(word.length - 1), word.length)] = 1;
  }

  /** May it be one of them? `first` and `last`: its characters there. */
  mayBe(first: number, last: number, length: number): boolean {
    return this.slots[slot(first, last, length)] === 1;
  }
}

const SLOTS = 8192;

const slot = (first: number, last: number, length: number): number =>
  (first * 61 + last * 197 + length * 1021) & (SLOTS - 1);
