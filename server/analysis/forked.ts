/**
 * Maps of a path state that fork in no time: both sides share the entries until one of them writes. Deleting while
 * iterating is fine, as with a plain Map.
 */

/** Never written: `shared` is set beside it. */
const NOTHING = new Map<never, never>();

/** A map with copies on write. */
export class Forked<K, V> {
  private map: Map<K, V> = NOTHING;
  private shared = true;

  /** The same entries, to be changed on its own. */
  fork(): Forked<K, V> {
    const copy = new Forked<K, V>();
    copy.map = this.map;
    this.shared = true;
    return copy;
  }

  get size(): number {
    return this.map.size;
  }

  get(key: K): V | undefined {
    return this.map.get(key);
  }

  has(key: K): boolean {
    return this.map.has(key);
  }

  set(key: K, value: V): void {
    if (this.shared) this.own();
    this.map.set(key, value);
  }

  delete(key: K): void {
    if (!this.map.has(key)) return;
    if (this.shared) this.own();
    this.map.delete(key);
  }

  keys(): IterableIterator<K> {
    return this.map.keys();
  }

  values(): IterableIterator<V> {
    return this.map.values();
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.map[Symbol.iterator]();
  }

  /** As for…of over the values, which makes an object for each where the code is not optimised. */
  forEach(visit: (value: V, key: K) => void): void {
    this.map.forEach(visit);
  }

  private own(): void {
    // `new Map(map)` makes an array of each entry
    const copy = new Map<K, V>();
    this.map.forEach((value, key) => copy.set(key, value));
    this.map = copy;
    this.shared = false;
  }
}
