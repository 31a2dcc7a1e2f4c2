/**
 * Maps of a path state that fork in no time: both sides share the entries until one of them writes. They are small
 * (bounds and memory have some twenty entries, the others mostly none): two lists are searched as fast as a hash table
 * is asked, and copied much faster.
 */

/** Never written: `isShared` is set beside it. */
const NOTHING: never[] = [];

/** A map with copies on write; entries stand in the order in which their keys came. */
export class Forked<K, V> {
  private isShared: boolean;

  constructor(
    /** Keys, and in `contents` their values, for loops on which much depends: a later write may change these lists. */
    public names: readonly K[] = NOTHING,
    /** See `names`. */
    public contents: readonly V[] = NOTHING,
  ) {
    this.isShared = true;
  }

  /** The same entries, to be changed on its own. */
  fork(): Forked<K, V> {
    this.isShared = true;
    return new Forked(this.names, this.contents);
  }

  get size(): number {
    return this.names.length;
  }

  get(key: K): V | undefined {
    const at = this.names.indexOf(key);
    return at < 0 ? undefined : this.contents[at];
  }

  has(key: K): boolean {
    return this.names.includes(key);
  }

  set(key: K, value: V): void {
    const at = this.names.indexOf(key);
    if (at < 0 && this.isShared) {
      // copied and grown in one
      this.names = this.names.concat([key]);
      this.contents = this.contents.concat([value]);
      this.isShared = false;
      return;
    }
    const { names, contents } = this.own();
    if (at < 0) {
      names.push(key);
      contents.push(value);
    } else contents[at] = value;
  }

  delete(key: K): void {
    const at = this.names.indexOf(key);
    if (at < 0) return;
    const { names, contents } = this.own();
    names.splice(at, 1);
    contents.splice(at, 1);
  }

  /** Keeps the entries whose keys are wanted. */
  filter(isWanted: (key: K) => boolean): void {
    const { names, contents } = this;
    if (names.every(isWanted)) return;
    this.contents = contents.filter((_, i) => isWanted(names[i]!));
    this.names = names.filter(isWanted);
    this.isShared = false;
  }

  /** The keys as they are now: what is written later does not change the list. */
  keys(): readonly K[] {
    this.isShared = true;
    return this.names;
  }

  /** The values as they are now. */
  values(): readonly V[] {
    this.isShared = true;
    return this.contents;
  }

  /** The entries as they are now. */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    const { names, contents } = this;
    return names.map((key, i): [K, V] => [key, contents[i]!])[Symbol.iterator]();
  }

  /** The lists, for nobody else. */
  private own(): { names: K[]; contents: V[] } {
    if (this.isShared) {
      this.names = this.names.slice();
      this.contents = this.contents.slice();
      this.isShared = false;
    }
    return this as unknown as { names: K[]; contents: V[] };
  }
}
