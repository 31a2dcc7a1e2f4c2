/** What pages hold: an append-only store of immutable page contents, so that a page's content is one number in the journal. */

/** Size of a page in bytes. */
export const PAGE_SIZE = 4096;

/** Materialised pages that are kept; the others are made again from their patches. */
const CACHED = 256;
/** A chain of patches is at most this long before the whole page is stored. */
const CHAIN = 64;

/** How a content differs from the one it was made from. */
interface Patch {
  readonly parent: number;
  readonly offset: number;
  readonly data: Uint8Array;
  /** Patches between this content and a stored page. */
  readonly depth: number;
}

/** Append-only page contents. Number 0 is a page of zeroes. A content is a token and zeroes, a patch of another content, or a whole page. */
export class Contents {
  private readonly byToken = new Map<string, number>([['', 0]]);
  private readonly tokens: string[] = [''];
  private readonly parts = new Map<number, Patch | Uint8Array>();
  private readonly cache = new Map<number, Uint8Array>();
  /** Contents that are more than a token, by the hash of their bytes. */
  private readonly byBytes = new Map<number, number[]>();

  /** The content that is `token` at its start and zeroes after it. */
  ofToken(token: string): number {
    let id = this.byToken.get(token);
    if (id === undefined) {
      id = this.tokens.length;
      this.byToken.set(token, id);
      this.tokens.push(token);
    }
    return id;
  }
  /** The token at the start of a content: its characters up to the first zero byte, at most 7. */
  token(id: number): string {
    return this.tokens[id] ?? '';
  }
  /** The 4096 bytes of a content. Not to be written to. */
  page(id: number): Uint8Array {
    const part = this.parts.get(id);
    if (part instanceof Uint8Array) return part;
    const have = this.cache.get(id);
    if (have) return have;
    let bytes: Uint8Array;
    if (part) {
      bytes = this.page(part.parent).slice();
      bytes.set(part.data, part.offset);
    } else {
      bytes = new Uint8Array(PAGE_SIZE);
      new TextEncoder().encodeInto(this.token(id), bytes);
    }
    this.keep(id, bytes);
    return bytes;
  }
  /** The content that results when `data` is written at `offset` of content `id`. */
  write(id: number, offset: number, data: Uint8Array): number {
    if (!(offset >= 0 && offset + data.length <= PAGE_SIZE))
      throw new RangeError(`write of ${data.length} bytes at ${offset} leaves the page`);
    const bytes = this.page(id).slice();
    bytes.set(data, offset);
    const end = bytes.indexOf(0);
    const token = String.fromCharCode(...bytes.subarray(0, Math.min(7, end < 0 ? 7 : end)));
    if (/^[ -~]*$/.test(token) && bytes.subarray(token.length).every((x) => x === 0)) return this.ofToken(token);
    // equal bytes are one content: states that are equal have equal numbers
    const key = hashOf(bytes);
    const alike = this.byBytes.get(key) ?? [];
    for (const have of alike) if (this.page(have).every((v, i) => v === bytes[i])) return have;
    const made = this.tokens.length;
    alike.push(made);
    this.byBytes.set(key, alike);
    this.tokens.push(token);
    const from = this.parts.get(id);
    const depth = from instanceof Uint8Array ? 1 : (from?.depth ?? 0) + 1;
    if (depth >= CHAIN || data.length * 2 > PAGE_SIZE) this.parts.set(made, bytes);
    else {
      this.parts.set(made, { parent: id, offset, data: data.slice(), depth });
      this.keep(made, bytes);
    }
    return made;
  }
  /** Are two contents equal, byte for byte (pages_identical, mm/ksm.c)? */
  identical(a: number, b: number): boolean {
    if (a === b) return true;
    if (!this.parts.has(a) && !this.parts.has(b)) return false;
    const x = this.page(a);
    const y = this.page(b);
    return x.every((v, i) => v === y[i]);
  }

  private keep(id: number, bytes: Uint8Array): void {
    if (this.cache.size >= CACHED) this.cache.delete(this.cache.keys().next().value!);
    this.cache.set(id, bytes);
  }
}

/** FNV-1a, a word at a time. */
function hashOf(bytes: Uint8Array): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  let h = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) h = Math.imul(h ^ words[i]!, 0x01000193);
  return h;
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
