/** What pages hold: an append-only store of immutable page contents, so that a page's content is one number in the journal. */

/** Size of a page in bytes. */
export const PAGE_SIZE = 4096;

/** Materialised pages that are kept; the others are made again from their patches. */
const CACHED = 256;
/** A chain of patches is at most this long before the whole page is stored. */
const CHAIN = 64;

/** What a content is made from: a token, a whole page, or (0 and up) the content that it patches. */
const TOKEN = -1;
const WHOLE = -2;

/**
 * Columns of the table. What a content is made from; of a patch: offset, length, place of its bytes in `patches`, patches down to a stored page;
 * hash of its bytes, how many are not zero, and the content with the same hash that came before it (-1: none).
 */
const COLUMN = { parent: 0, offset: 1, length: 2, place: 3, depth: 4, hash: 5, filled: 6, alike: 7 } as const;
const ROW = 8;

/** Append-only page contents. Number 0 is a page of zeroes. A content is a token and zeroes, a patch of another content, or a whole page. */
export class Contents {
  private readonly byToken = new Map<string, number>();
  /** Tokens, of those that were asked for. */
  private readonly tokens = new Map<number, string>();
  /** Number of contents, and what is known of each: a row of `table`. */
  private count = 0;
  private table = new Int32Array(64 * ROW);
  private readonly byHash = new Map<number, number>();
  private patches = new Uint8Array(4096);
  private patched = 0;
  private readonly whole = new Map<number, Uint8Array>();
  private readonly cache = new Map<number, Uint8Array>();
  /** The content that was made last, kept apart from the others: the next one is mostly made from it. */
  private hot = -1;
  private hotBytes: Uint8Array = new Uint8Array(0);

  constructor() {
    this.ofToken('');
  }

  /** The content that is `token` at its start and zeroes after it. */
  ofToken(token: string): number {
    let id = this.byToken.get(token);
    if (id === undefined) {
      const bytes = new Uint8Array(PAGE_SIZE);
      new TextEncoder().encodeInto(token, bytes);
      let hash = 0;
      let filled = 0;
      for (let w = 0; w <= token.length; w++) hash = (hash + wordHash(bytes, w)) | 0;
      for (let i = 0; bytes[i]; i++) filled++;
      id = this.add(TOKEN, hash, filled);
      this.tokens.set(id, token);
      this.byToken.set(token, id);
    }
    return id;
  }
  /** The token at the start of a content: its characters up to the first zero byte, at most 7. */
  token(id: number): string {
    if (!(id >= 0 && id < this.count)) return '';
    let token = this.tokens.get(id);
    if (token === undefined) this.tokens.set(id, (token = tokenOf(this.page(id))));
    return token;
  }
  /** The 4096 bytes of a content. Not to be written to, and not to be kept. */
  page(id: number): Uint8Array {
    if (id === this.hot) return this.hotBytes;
    const have = this.cache.get(id) ?? this.whole.get(id);
    if (have) return have;
    // down to a page that is there, and the patches on it back up
    const chain: number[] = [];
    let base = id;
    let bytes: Uint8Array | undefined;
    while (!bytes && this.of(base, COLUMN.parent) >= 0) {
      chain.push(base);
      base = this.of(base, COLUMN.parent);
      bytes = base === this.hot ? this.hotBytes : (this.cache.get(base) ?? this.whole.get(base));
    }
    if (bytes) bytes = bytes.slice();
    else {
      bytes = new Uint8Array(PAGE_SIZE);
      new TextEncoder().encodeInto(this.tokens.get(base) ?? '', bytes);
    }
    for (const c of chain.reverse()) {
      const at = this.of(c, COLUMN.place);
      bytes.set(this.patches.subarray(at, at + this.of(c, COLUMN.length)), this.of(c, COLUMN.offset));
    }
    this.keep(id, bytes);
    return bytes;
  }
  /** The content that results when `data` is written at `offset` of content `id`. */
  write(id: number, offset: number, data: Uint8Array): number {
    const n = data.length;
    if (!(offset >= 0 && offset + n <= PAGE_SIZE))
      throw new RangeError(`write of ${n} bytes at ${offset} leaves the page`);
    if (n === 0) return id;
    // what was made from a patch or a token can be made again: its bytes become those of the new content
    let bytes = this.page(id);
    const isHot = id === this.hot;
    const isWhole = !isHot && this.whole.has(id);
    if (isWhole || data.buffer === bytes.buffer) bytes = bytes.slice();
    else if (isHot) this.hot = -1;
    else this.cache.delete(id);
    let hash = this.of(id, COLUMN.hash);
    let filled = this.of(id, COLUMN.filled);
    const last = (offset + n - 1) >> 2;
    for (let w = offset >> 2; w <= last; w++) hash = (hash - wordHash(bytes, w)) | 0;
    for (let i = 0; i < n; i++) {
      if (bytes[offset + i] !== 0) filled--;
      const v = data[i]!;
      bytes[offset + i] = v;
      if (v !== 0) filled++;
    }
    for (let w = offset >> 2; w <= last; w++) hash = (hash + wordHash(bytes, w)) | 0;
    const found = this.find(bytes, hash, filled);
    if (found >= 0) {
      this.keep(found, bytes);
      return found;
    }
    const depth = isWhole || this.of(id, COLUMN.parent) === TOKEN ? 1 : this.of(id, COLUMN.depth) + 1;
    if (depth >= CHAIN || n * 2 > PAGE_SIZE) {
      const made = this.add(WHOLE, hash, filled);
      this.whole.set(made, bytes);
      return made;
    }
    const made = this.add(id, hash, filled);
    const place = this.store(data);
    const row = made * ROW;
    this.table[row + COLUMN.offset] = offset;
    this.table[row + COLUMN.length] = n;
    this.table[row + COLUMN.depth] = depth;
    this.table[row + COLUMN.place] = place;
    this.keep(made, bytes);
    return made;
  }
  /** Are two contents equal, byte for byte (pages_identical, mm/ksm.c)? */
  identical(a: number, b: number): boolean {
    if (a === b) return true;
    return this.of(a, COLUMN.hash) === this.of(b, COLUMN.hash) && equal(this.page(a), this.page(b));
  }

  /** The content with these bytes; -1: there is none yet. */
  private find(bytes: Uint8Array, hash: number, filled: number): number {
    if (filled <= 7) {
      const token = tokenOf(bytes);
      if (token.length === filled && /^[ -~]*$/.test(token)) return this.ofToken(token);
    }
    for (let have = this.byHash.get(hash) ?? -1; have >= 0; have = this.of(have, COLUMN.alike))
      if (this.of(have, COLUMN.filled) === filled && equal(this.page(have), bytes)) return have;
    return -1;
  }
  private add(parent: number, hash: number, filled: number): number {
    const id = this.count++;
    const row = id * ROW;
    if (row === this.table.length) {
      const grown = new Int32Array(row * 2);
      grown.set(this.table);
      this.table = grown;
    }
    this.table[row + COLUMN.parent] = parent;
    this.table[row + COLUMN.hash] = hash;
    this.table[row + COLUMN.filled] = filled;
    this.table[row + COLUMN.alike] = this.byHash.get(hash) ?? -1;
    this.byHash.set(hash, id);
    return id;
  }
  /** What a column says of content `id`; of no content: that of a token. */
  private of(id: number, column: number): number {
    return id >= 0 && id < this.count ? this.table[id * ROW + column]! : TOKEN;
  }
  private store(data: Uint8Array): number {
    const at = this.patched;
    if (at + data.length > this.patches.length) {
      const grown = new Uint8Array(Math.max(at + data.length, this.patches.length * 2));
      grown.set(this.patches);
      this.patches = grown;
    }
    this.patches.set(data, at);
    this.patched = at + data.length;
    return at;
  }
  private keep(id: number, bytes: Uint8Array): void {
    if (this.whole.has(id) || id === this.hot) return;
    const { hot, hotBytes } = this;
    this.hot = id;
    this.hotBytes = bytes;
    if (hot < 0) return;
    if (this.cache.size >= CACHED) this.cache.delete(this.cache.keys().next().value!);
    this.cache.set(hot, hotBytes);
  }
}

/** What word `w` of a page adds to its hash. A page's hash is a sum, so that a write changes it by what it writes. */
function wordHash(bytes: Uint8Array, w: number): number {
  const i = w * 4;
  const v = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
  if (v === 0) return 0;
  const h = Math.imul(v ^ Math.imul(w + 1, 0x9e3779b1), 0x85ebca6b);
  return Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
}
function tokenOf(bytes: Uint8Array): string {
  let n = 0;
  while (n < 7 && bytes[n] !== 0) n++;
  return String.fromCharCode(...bytes.subarray(0, n));
}
function equal(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < PAGE_SIZE; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Names as numbers, append-only. Number 0 is no name. */
export class Names {
  private readonly ids = new Map<string, number>();
  private readonly texts: string[] = [''];
  id(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.texts.length;
      this.texts.push(text);
      this.ids.set(text, id);
    }
    return id;
  }
  text(id: number): string {
    return this.texts[id] ?? '';
  }
}
