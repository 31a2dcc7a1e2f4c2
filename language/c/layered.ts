/** A map that sees through to a base it does not copy: a file's few macros over its headers' many. */

/** Read-only union of two maps; `own` wins, `gone` hides entries of the base. */
export class LayeredMap<V> implements ReadonlyMap<string, V> {
  constructor(
    private readonly base: ReadonlyMap<string, V>,
    private readonly own: ReadonlyMap<string, V>,
    private readonly gone: ReadonlySet<string>,
  ) {}

  get size(): number {
    let n = this.own.size;
    for (const k of this.base.keys()) if (!this.own.has(k) && !this.gone.has(k)) n++;
    return n;
  }

  get(key: string): V | undefined {
    return this.own.get(key) ?? (this.gone.has(key) ? undefined : this.base.get(key));
  }

  has(key: string): boolean {
    return this.own.has(key) || (!this.gone.has(key) && this.base.has(key));
  }

  *entries(): MapIterator<[string, V]> {
    for (const e of this.base) if (!this.own.has(e[0]) && !this.gone.has(e[0])) yield e;
    yield* this.own;
  }

  *keys(): MapIterator<string> {
    for (const [k] of this.entries()) yield k;
  }

  *values(): MapIterator<V> {
    for (const [, v] of this.entries()) yield v;
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(f: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [k, v] of this.entries()) f(v, k, this);
  }
}
