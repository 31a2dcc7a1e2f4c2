/** What pages hold: an append-only store of immutable page contents, so that a page's content is one number in the journal. */

/** Size of a page in bytes. */
export const PAGE_SIZE = 4096;

/** Append-only page contents. Number 0 is a page of zeroes. */
export class Contents {
  private readonly byToken = new Map<string, number>([['', 0]]);
  private readonly tokens: string[] = [''];
  private readonly bytes: (Uint8Array | undefined)[] = [undefined];

  /** The content that is `token` at its start and zeroes after it. */
  ofToken(token: string): number {
    let id = this.byToken.get(token);
    if (id === undefined) {
      id = this.tokens.length;
      this.byToken.set(token, id);
      this.tokens.push(token);
      this.bytes.push(undefined);
    }
    return id;
  }
  /** The token at the start of a content: its characters up to the first zero byte, at most 7. */
  token(id: number): string {
    return this.tokens[id] ?? '';
  }
  /** The 4096 bytes of a content. */
  page(id: number): Uint8Array {
    const b = this.bytes[id];
    if (b) return b;
    const p = new Uint8Array(PAGE_SIZE);
    p.set(new TextEncoder().encode(this.token(id)));
    return p;
  }
  /** The content that results when `data` is written at `offset` of content `id`. */
  write(id: number, offset: number, data: Uint8Array): number {
    if (offset < 0 || offset + data.length > PAGE_SIZE)
      throw new RangeError(`write of ${data.length} bytes at ${offset} leaves the page`);
    const p = this.page(id).slice();
    p.set(data, offset);
    const end = p.indexOf(0);
    const token = new TextDecoder('latin1').decode(p.subarray(0, Math.min(7, end < 0 ? 7 : end)));
    if (!p.subarray(token.length).some((x) => x !== 0)) return this.ofToken(token);
    this.tokens.push(token);
    this.bytes.push(p);
    return this.tokens.length - 1;
  }
  /** Are two contents equal, byte for byte (pages_identical, mm/ksm.c)? */
  identical(a: number, b: number): boolean {
    if (a === b) return true;
    if (!this.bytes[a] && !this.bytes[b]) return false;
    const x = this.page(a);
    const y = this.page(b);
    for (let i = 0; i < PAGE_SIZE; i++) if (x[i] !== y[i]) return false;
    return true;
  }
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
