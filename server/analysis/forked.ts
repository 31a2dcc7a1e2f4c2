/**
 * Maps of a path state that fork in no time: both sides share the entries until one of them writes. They are small
 * (bounds and memory have some twenty entries, the others mostly none): two lists are searched as fast as a hash table
 * is asked, and copied much faster.
 */

/** Never written: `isShared` is set beside it. */
const NOTHING: never[] = [];

/** A map with copies on write; entries stand in the order in which their keys came. */
export class Forked<K, V> {
  private names: K[] = NOTHING;
  private contents: V[] = NOTHING;
  private isShared = true;

  /** The same entries, to be changed on its own. */
  fork(): Forked<K, V> {
    const copy = new Forked<K, V>();
    copy.names = this.names;
    copy.contents = this.contents;
    this.isShared = true;
    return copy;
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
    if (this.isShared) this.own();
    if (at < 0) {
      this.names.push(key);
      this.contents.push(value);
    } else this.contents[at] = value;
  }

  delete(key: K): void {
    const at = this.names.indexOf(key);
    if (at < 0) return;
    if (this.isShared) this.own();
    this.names.splice(at, 1);
    this.contents.splice(at, 1);
  }

  /** Keeps the entries that are wanted. */
  filter(isWanted: (key: K, value: V) => boolean): void {
    const { names, contents } = this;
    if (names.every((key, i) => isWanted(key, contents[i]!))) return;
    this.names = [];
    this.contents = [];
    this.isShared = false;
    for (let i = 0; i < names.length; i++) {
      if (!isWanted(names[i]!, contents[i]!)) continue;
      this.names.push(names[i]!);
      this.contents.push(contents[i]!);
    }
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

  /** The entries by their places, for where much depends on it; `i` is below `size`. */
  keyAt(i: number): K {
    return this.names[i]!;
  }

  /** See `keyAt`. */
  valueAt(i: number): V {
    return this.contents[i]!;
  }

  private own(): void {
    this.names = this.names.slice();
    this.contents = this.contents.slice();
    this.isShared = false;
  }
}
