/** Rounds of loops, as a path counts them. */

/** How often each loop head was reached; immutable. */
export class Rounds {
  static readonly none = new Rounds([]);
  /** Equal for equal rounds. */
  readonly text: string;

  private constructor(private readonly list: readonly (readonly [number, number])[]) {
    this.text = list.map(([head, n]) => `${head}:${n}`).join(',');
  }

  get(head: number): number | undefined {
    return this.list.find((e) => e[0] === head)?.[1];
  }

  with(head: number, n: number): Rounds {
    const at = this.list.findIndex((e) => e[0] === head);
    if (at < 0) return new Rounds([...this.list, [head, n]]);
    return this.list[at]![1] === n ? this : new Rounds(this.list.with(at, [head, n]));
  }

  without(head: number): Rounds {
    if (!this.list.some((e) => e[0] === head)) return this;
    return this.list.length === 1 ? Rounds.none : new Rounds(this.list.filter((e) => e[0] !== head));
  }

  /** The same rounds, under numbers that no head of another activation has. */
  moved(by: number): Rounds {
    return this.list.length ? new Rounds(this.list.map(([head, n]) => [head + by, n] as const)) : this;
  }

  /** How often, in the order of arrival. */
  counts(): string {
    return this.list.map((e) => e[1]).join(',');
  }
}
