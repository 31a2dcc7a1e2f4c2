/**
 * Reads files fast and looks whether they can matter before anything is decoded: of 20,000 driver files, some hundred
 * name a call of the family.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isKernels } from '../../server/headers.ts';
import { ABSENT, signatureOf } from './cache.ts';
import { WordFinder } from './word-finder.ts';

const bytesOf = (name: string): Buffer => Buffer.from(name, 'latin1');
/** Every name of the gup family holds one of these (a test compares them with the tables). */
const NEEDLES = [
  'user_page',
  'iov_iter_get_pages',
  'iov_iter_extract_pages',
  'iov_iter_extract_will_pin',
  'pin_folio',
  'user_folio',
  'get_kernel_pages',
  'bio_release_page',
  'bio_check_pages_dirty',
  'folio_add_pin',
].map(bytesOf);
/** Each of those holds one of these, which are looked for; what stands around one is compared. */
const PARTS = ['page', 'foli', 'will'].map((word) => ({
  word,
  names: NEEDLES.filter((name) => name.includes(word)).map((name) => ({ name, at: name.indexOf(word) })),
}));
/** An `#include` is looked for by its first letters: in a table of registers every line begins with a `#`. */
const INCLUDE = bytesOf('include');
const WORDS = [INCLUDE.toString('latin1', 0, 4), ...PARTS.map(({ word }) => word)];
/** By the first letter of the word. */
const PARTS_BY_LETTER = new Map(PARTS.map(({ word, names }) => [word.charCodeAt(0), names]));
/** Most includes begin so, and those are the kernel's (isKernels). */
const LINUX = bytesOf('linux/');

/** No source file is that large; reading on would only fill the memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What the bytes of a file tell before they are decoded. */
export interface Scan {
  /** They hold a name of the families. */
  readonly holdsNeedle: boolean;
  /** The project's own headers that they include, as they write them (server/headers.ts reads them for good). */
  readonly includes: readonly string[];
}

/** Where files are read to: all readers of a thread share it. */
let shared: WordFinder | undefined;

/** Reads one file after the other into the same memory. */
export class Reader {
  readonly #finder = (shared ??= new WordFinder(WORDS));
  #bytes = this.#finder.bytes;

  /** `onRead` is told how each file was when it was read; files that cannot be opened count as absent. Without it nothing is asked. */
  constructor(readonly onRead?: (path: string, signature: string) => void) {}

  /** The file's bytes (at most about `limit` of them), valid until any reader's next call. Throws what node:fs throws. */
  read(path: string, limit = Infinity): Buffer {
    const file = this.#open(path);
    this.#bytes = NONE;
    try {
      if (this.onRead) this.onRead(path, signatureOf(fstatSync(file)));
      let length = 0;
      for (;;) {
        if (length === this.#finder.bytes.length && length < limit) this.#grow(path);
        const { bytes } = this.#finder;
        const wanted = Math.min(bytes.length, limit) - length;
        const count = wanted > 0 ? readSync(file, bytes, length, wanted, null) : 0;
        length += count;
        // A short read of a plain file is its end; a second read would find nothing.
        if (count === 0 || length < Math.min(bytes.length, limit)) return (this.#bytes = bytes.subarray(0, length));
      }
    } finally {
      closeSync(file);
    }
  }

  /** What stands in the bytes that were read last, as long as they are valid. */
  scan(): Scan {
    const bytes = this.#bytes;
    const includes = new Set<string>();
    let holdsNeedle = false;
    this.#finder.each(bytes.length, (at) => {
      if (bytes[at] === INCLUDE[0]) {
        const spec = includeAt(bytes, at);
        if (spec !== undefined) includes.add(spec);
      } else if (!holdsNeedle)
        for (const one of PARTS_BY_LETTER.get(bytes[at]!)!) holdsNeedle ||= isAt(bytes, at - one.at, one.name);
    });
    return { holdsNeedle, includes: [...includes] };
  }

  #open(path: string): number {
    try {
      return openSync(path, 'r');
    } catch (error) {
      this.onRead?.(path, ABSENT);
      throw error;
    }
  }

  #grow(path: string): void {
    const { length } = this.#finder.bytes;
    if (length >= MAX_BYTES) throw new Error(`${path}: larger than ${MAX_BYTES / 1024 / 1024} MB`);
    this.#finder.grow(length * 4);
  }
}

const NONE = Buffer.alloc(0);

function isAt(bytes: Buffer, start: number, name: Buffer): boolean {
  let i = 0;
  while (i < name.length && bytes[start + i] === name[i]) i++;
  return i === name.length;
}

const HASH = 0x23;
const QUOTE = 0x22;
const LESS = 0x3c;
const GREATER = 0x3e;
const isBlank = (c: number | undefined): boolean => c === 0x20 || c === 0x09;
const isLineEnd = (c: number | undefined): boolean => c === 0x0a || c === 0x0d;
/** Longer ones are none. */
const MAX_SPEC = 512;

/** The project's own header that is included there, as it is written. */
function includeAt(bytes: Buffer, at: number): string | undefined {
  let hash = at - 1;
  while (isBlank(bytes[hash])) hash--;
  if (bytes[hash] !== HASH) return undefined;
  let i = at;
  while (i < at + INCLUDE.length) if (bytes[i] !== INCLUDE[i++ - at]) return undefined;
  while (isBlank(bytes[i])) i++;
  const open = bytes[i];
  if (open === LESS && isAt(bytes, i + 1, LINUX)) return undefined;
  if ((open !== QUOTE && open !== LESS) || !beginsLine(bytes, hash)) return undefined;
  const close = open === LESS ? GREATER : QUOTE;
  const start = ++i;
  for (; bytes[i] !== close; i++)
    if (i - start >= MAX_SPEC || i >= bytes.length || isLineEnd(bytes[i])) return undefined;
  const spec = bytes.toString('latin1', start, i);
  return spec !== '' && (open === QUOTE || !isKernels(spec)) ? spec : undefined;
}

function beginsLine(bytes: Buffer, at: number): boolean {
  let i = at - 1;
  while (isBlank(bytes[i])) i--;
  // nothing before it, or a byte order mark
  return i < 0 || isLineEnd(bytes[i]) || (i === 2 && bytes[0] === 0xef);
}
