/** A map of names to things that are read when somebody asks for them. */
export class LaterMap<V> extends Map<string, V> {
  readonly #unread = new Map<string, () => V>();
  readonly #own = new Set<string>();

  /** All that `base` holds, read or not; it is not changed, and what is read of it later serves both. */
  static over<V>(base: LaterMap<V>): LaterMap<V> {
    const map = new LaterMap<V>();
    for (const name of base.keys()) map.#put(name, () => base.get(name)!);
    return map;
  }

  /** Names that were set in this map itself rather than in the one that it lies over. */
  get own(): ReadonlySet<string> {
    return this.#own;
  }

  /** As set(), with a value that is read when it is asked for. */
  later(name: string, read: () => V): void {
    this.#put(name, read);
    this.#own.add(name);
  }

  /** Is its value still to be read? */
  isUnread(name: string): boolean {
    return this.#unread.has(name);
  }

  override get(name: string): V | undefined {
    const read = this.#unread.get(name);
    if (read) {
      super.set(name, read());
      this.#unread.delete(name);
    }
    return super.get(name);
  }
  override set(name: string, value: V): this {
    this.#unread.delete(name);
    this.#own.add(name);
    return super.set(name, value);
  }
  override delete(name: string): boolean {
    this.#unread.delete(name);
    this.#own.delete(name);
    return super.delete(name);
  }
  override clear(): void {
    this.#unread.clear();
    this.#own.clear();
    super.clear();
  }
  override *entries(): MapIterator<[string, V]> {
    for (const name of super.keys()) yield [name, this.get(name)!];
  }
  override *values(): MapIterator<V> {
    for (const name of super.keys()) yield this.get(name)!;
  }
  override [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }
  override forEach(callback: (value: V, name: string, map: Map<string, V>) => void, self?: unknown): void {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }

  #put(name: string, read: () => V): void {
    super.set(name, undefined as V);
    this.#unread.set(name, read);
  }
}
