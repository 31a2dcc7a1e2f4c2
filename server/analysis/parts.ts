/** Long work in parts: a generator that yields where whoever drives it may do something else, or give up. */

/** Work that ends in a result, and stops here and there on the way. */
export type Parts<T> = Generator<void, T, void>;

/** Does the work without a stop. */
export function finish<T>(parts: Parts<T>): T {
  for (;;) {
    const step = parts.next();
    if (step.done) return step.value;
  }
}
