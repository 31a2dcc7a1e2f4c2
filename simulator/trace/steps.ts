/** The steps of a journal: where each began, and what caused it. */

/** Position of the journal at the beginning of a step, and what the step is. */
export interface Mark {
  /** Number of entries before this mark. */
  readonly position: number;
  /** What caused the entries that follow, in the kernel's words. */
  readonly cause: string;
}

/** Marks in the order of their positions. */
export class Steps {
  count = 0;
  private positions = new Float64Array(256);
  private causes = new Int32Array(256);
  private readonly texts: string[] = [];
  private readonly ids = new Map<string, number>();

  /** Adds a mark; those beyond its position are dropped. */
  add(position: number, cause: string): void {
    while (this.count && this.positions[this.count - 1]! > position) this.count--;
    if (this.count === this.positions.length) {
      const positions = new Float64Array(this.count * 2);
      positions.set(this.positions);
      this.positions = positions;
      const causes = new Int32Array(this.count * 2);
      causes.set(this.causes);
      this.causes = causes;
    }
    let id = this.ids.get(cause);
    if (id === undefined) {
      id = this.texts.length;
      this.texts.push(cause);
      this.ids.set(cause, id);
    }
    this.positions[this.count] = position;
    this.causes[this.count++] = id;
  }
  /** Mark number `i`, from 0. */
  at(i: number): Mark {
    if (!(i >= 0 && i < this.count)) throw new RangeError(`mark ${i} is not in 0..${this.count - 1}`);
    return { position: this.positions[i]!, cause: this.texts[this.causes[i]!]! };
  }
  /** Number of the last mark at or before `position`; -1 before the first. */
  of(position: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.positions[mid]! <= position) low = mid + 1;
      else high = mid;
    }
    return low - 1;
  }
}
