/** Line and column of an offset. Lines end at `\n` (a `\r` before it belongs to the line's end), as for compilers. */

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** Line starts of a text: offsets (UTF-16) to lines and columns and back. */
export class LineIndex {
  readonly #starts: number[] = [0];

  constructor(readonly text: string) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Number of the line (from 1) that holds `offset`; offsets outside of the text are moved to its ends. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  at(offset: number): Position {
    const inside = Math.max(0, Math.min(offset, this.text.length));
    const line = this.lineAt(inside);
    return { line, column: inside - this.start(line) + 1 };
  }

  /** Offset of a line's first character. */
  start(line: number): number {
    return this.#starts[line - 1] ?? this.text.length;
  }

  /** A line without its end. */
  lineText(line: number): string {
    if (line < 1 || line > this.#starts.length) return '';
    let end = line < this.#starts.length ? this.start(line + 1) - 1 : this.text.length;
    if (end > this.start(line) && this.text[end - 1] === '\r') end--;
    return this.text.slice(this.start(line), end);
  }
}
