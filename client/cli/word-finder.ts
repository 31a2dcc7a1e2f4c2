/**
 * Finds words of four letters in bytes, all of them in one pass and at sixteen places at a time: a WebAssembly function with vector
 * instructions, put together here. Node's own search takes one word a pass and stops at each of its first letters, which over the
 * files of a kernel takes six times as long.
 */

/** Bytes in a page of WebAssembly's memory. */
const PAGE = 64 * 1024;
/** Places are told in the memory's first page; what is looked through lies behind it. */
const BYTES_AT = PAGE;
/** Bytes looked through in one call: as many places as that page can tell. */
const BLOCK = PAGE / Int32Array.BYTES_PER_ELEMENT;
/** What the last vector may read behind the end. */
const SPARE = 32;

/** Finds some words in the bytes of a memory of its own. */
export class WordFinder {
  readonly #memory = new WebAssembly.Memory({ initial: 1 + (1024 * 1024) / PAGE });
  readonly #find: (from: number, to: number) => number;
  #places = new Int32Array(0);
  #bytes = Buffer.alloc(0);

  /** `words`: of four ASCII letters each. */
  constructor(words: readonly string[]) {
    const module = new WebAssembly.Module(assemble(words.map((word) => Buffer.from(word, 'latin1'))));
    const { find } = new WebAssembly.Instance(module, { '': { memory: this.#memory } }).exports;
    this.#find = find as (from: number, to: number) => number;
    this.#view();
  }

  /** The memory that is looked through. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Makes that memory larger: what it held stays in it, `bytes` is another object. */
  grow(size: number): void {
    this.#memory.grow(Math.max(0, Math.ceil((size + SPARE - this.#bytes.length) / PAGE)));
    this.#view();
  }

  /** Calls `hit` with each place in the first `length` bytes where one of the words begins, in order. */
  each(length: number, hit: (at: number) => void): void {
    for (let from = 0; from < length; from += BLOCK) {
      const to = Math.min(length, from + BLOCK);
      const end = this.#find(BYTES_AT + from, BYTES_AT + to) / Int32Array.BYTES_PER_ELEMENT;
      for (let i = 0; i < end; i++) {
        const at = this.#places[i]! - BYTES_AT;
        // what stands behind the end is another file's
        if (at + 4 <= length) hit(at);
      }
    }
  }

  #view(): void {
    this.#places = new Int32Array(this.#memory.buffer, 0, BLOCK);
    this.#bytes = Buffer.from(this.#memory.buffer, BYTES_AT, this.#memory.buffer.byteLength - BYTES_AT - SPARE);
  }
}

/** Instructions that are used, as WebAssembly's binary format writes them. */
const BLOCK_OF = [0x02, 0x40];
const LOOP = [0x03, 0x40];
const IF = [0x04, 0x40];
const END = [0x0b];
const BRANCH = 0x0c;
const BRANCH_IF = 0x0d;
const EQUAL = [0x46];
const NOT_BELOW = [0x4f];
const ZEROS_AT_END = [0x68];
const ADD = [0x6a];
const SUBTRACT = [0x6b];
const AND = [0x71];
const OR = [0x72];
const I32 = 0x7f;
const vector = (code: number, ...rest: number[]): number[] => [0xfd, ...unsigned(code), ...rest];
const VECTOR_EQUAL = vector(35);
const VECTOR_AND = vector(78);
const VECTOR_OR = vector(80);
/** Of each of sixteen bytes its highest bit. */
const VECTOR_BITS = vector(100);

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const loadWord = [0x28, 0, 0];
const storeWord = [0x36, 2, 0];
const loadVector = (offset: number): number[] => vector(0, 0, offset);
const sixteenTimes = (byte: number): number[] => vector(12, ...Array<number>(16).fill(byte));

/** The function's arguments, and its other variables. */
const AT = 0;
const TO = 1;
const OUT = 2;
const HITS = 3;
const PLACE = 4;
const WORD = 5;

/**
 * A module with the function `find(from, to)`: it writes the places of the words that begin there to the begin of the memory, and gives
 * the address behind them. Sixteen places are compared with the words' first and third letters; where both fit, all four are.
 */
function assemble(words: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const letter = (word: Buffer, i: number): number[] => [
    ...get(AT),
    ...loadVector(i),
    ...sixteenTimes(word[i]!),
    ...VECTOR_EQUAL,
  ];
  const looksAlike = words.flatMap((word, i) => [
    ...[...letter(word, 0), ...letter(word, 2), ...VECTOR_AND],
    ...(i > 0 ? VECTOR_OR : []),
  ]);
  const isAlike = words.flatMap((word, i) => [
    ...[...get(WORD), ...constant(word.readInt32LE()), ...EQUAL],
    ...(i > 0 ? OR : []),
  ]);
  const tell = [...[...get(OUT), ...get(PLACE), ...storeWord], ...[...get(OUT), ...constant(4), ...ADD, ...set(OUT)]];
  const look = [
    ...[...get(AT), ...get(HITS), ...ZEROS_AT_END, ...ADD, ...tee(PLACE), ...loadWord, ...set(WORD)],
    ...[...isAlike, ...IF, ...tell, ...END],
    // without its lowest bit, as long as there is one
    ...[...get(HITS), ...get(HITS), ...constant(1), ...SUBTRACT, ...AND, ...tee(HITS), BRANCH_IF, 0],
  ];
  const code = [
    ...[...BLOCK_OF, ...LOOP],
    ...[...get(AT), ...get(TO), ...NOT_BELOW, BRANCH_IF, 1],
    ...[...looksAlike, ...VECTOR_BITS, ...tee(HITS), ...IF, ...LOOP, ...look, ...END, ...END],
    ...[...get(AT), ...constant(16), ...ADD, ...set(AT), BRANCH, 0],
    ...[...END, ...END, ...get(OUT), ...END],
  ];
  const body = [1, WORD - TO, I32, ...code];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // type: (from, to) => address; import: the memory, '' 'memory'; export: function 0
    ...section(1, [1, 0x60, 2, I32, I32, 1, I32]),
    ...section(2, [1, 0, ...named('memory'), 0x02, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...named('find'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
const named = (name: string): number[] => [name.length, ...Buffer.from(name, 'latin1')];

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
