/**
 * Reads files fast and looks whether they can matter before anything is decoded: of 20,000 driver files, some hundred
 * name a call of the family.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isKernels } from '../../server/headers.ts';
import { ABSENT, signatureOf } from './cache.ts';

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
const PARTS = ['_page', 'folio', 'iov_iter_extract_will_pin'].map((part) => {
  const bytes = bytesOf(part);
  const names = NEEDLES.filter((needle) => needle.includes(bytes));
  return { bytes, names: names.map((name) => ({ name, at: name.indexOf(bytes), first: name[0] })) };
});

/** No source file is that large; reading on would only fill the memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads one file after the other into the same memory. One per thread. */
export class Reader {
  #buffer = Buffer.allocUnsafeSlow(1024 * 1024);

  /** `onRead` is told how each file was when it was read; files that cannot be opened count as absent. */
  constructor(readonly onRead: (path: string, signature: string) => void = () => undefined) {}

  /** The file's bytes (at most about `limit` of them), valid until the next call. Throws what node:fs throws. */
  read(path: string, limit = Infinity): Buffer {
    const file = this.#open(path);
    try {
      this.onRead(path, signatureOf(fstatSync(file)));
      let length = 0;
      for (;;) {
        if (length === this.#buffer.length && length < limit) this.#grow(path);
        const wanted = Math.min(this.#buffer.length, limit) - length;
        const count = wanted > 0 ? readSync(file, this.#buffer, length, wanted, null) : 0;
        length += count;
        // A short read of a plain file is its end; a second read would find nothing.
        if (count === 0 || length < Math.min(this.#buffer.length, limit)) return this.#buffer.subarray(0, length);
      }
    } finally {
      closeSync(file);
    }
  }

  #open(path: string): number {
    try {
      return openSync(path, 'r');
    } catch (error) {
      this.onRead(path, ABSENT);
      throw error;
    }
  }

  #grow(path: string): void {
    if (this.#buffer.length >= MAX_BYTES) throw new Error(`${path}: larger than ${MAX_BYTES / 1024 / 1024} MB`);
    const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 4);
    this.#buffer.copy(larger);
    this.#buffer = larger;
  }
}

/** True if the bytes hold a name of the families: decided before decoding. */
export function holdsNeedle(bytes: Buffer): boolean {
  for (const part of PARTS) {
    for (let found = bytes.indexOf(part.bytes); found >= 0; found = bytes.indexOf(part.bytes, found + 1)) {
      for (const { name, at, first } of part.names) {
        const start = found - at;
        const end = start + name.length;
        if (bytes[start] !== first || end > bytes.length) continue;
        if (bytes.compare(name, 0, name.length, start, end) === 0) return true;
      }
    }
  }
  return false;
}

const HASH = 0x23;
const QUOTE = 0x22;
const LESS = 0x3c;
const INCLUDE = Buffer.from('include', 'latin1');
const isBlank = (c: number | undefined): boolean => c === 0x20 || c === 0x09;
const isLineEnd = (c: number | undefined): boolean => c === 0x0a || c === 0x0d;

/** What the bytes include of the project's own headers, without decoding the rest (server/headers.ts reads them for good). */
export function includesIn(bytes: Buffer): string[] {
  const found = new Set<string>();
  for (let at = bytes.indexOf(HASH); at >= 0; at = bytes.indexOf(HASH, at + 1)) {
    let i = at + 1;
    while (isBlank(bytes[i])) i++;
    if (bytes[i] !== INCLUDE[0] || bytes[i + 2] !== INCLUDE[2]) continue;
    const end = i + INCLUDE.length;
    if (end > bytes.length || bytes.compare(INCLUDE, 0, INCLUDE.length, i, end) !== 0) continue;
    i = end;
    while (isBlank(bytes[i])) i++;
    const open = bytes[i];
    if ((open !== QUOTE && open !== LESS) || !beginsLine(bytes, at)) continue;
    const close = bytes.indexOf(open === LESS ? '>' : '"', i + 1, 'latin1');
    const spec = close < 0 || close - i > MAX_SPEC ? '' : bytes.toString('latin1', i + 1, close);
    if (spec !== '' && !/[\r\n]/.test(spec) && (open === QUOTE || !isKernels(spec))) found.add(spec);
  }
  return [...found];
}

/** Longer ones are none. */
const MAX_SPEC = 512;

function beginsLine(bytes: Buffer, at: number): boolean {
  let i = at - 1;
  while (isBlank(bytes[i])) i--;
  // nothing before it, or a byte order mark
  return i < 0 || isLineEnd(bytes[i]) || (i === 2 && bytes[0] === 0xef);
}
