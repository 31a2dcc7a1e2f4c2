/**
 * Symbolic values. A value is `symbol + offset (+ symbolic index)`; symbol 0 is the constant zero, so a constant is
 * `{s: 0, o: n}`. Symbols are hash-consed by a key that says what they stand for ("the initial content of s5.pages",
 * "s3 * 4096"), so the same expression over the same inputs is the same symbol: that is what makes `obj->pages` in
 * the acquire and `pages` in the release the same array.
 */

/** A symbolic value: constant (`s` is 0), or symbol plus constant offset, plus for array elements a symbolic index. */
export interface Val {
  readonly s: number;
  readonly o: number;
  /** Symbol of a non-constant index that is added; 0 or absent: none. */
  readonly x?: number;
}

export const ZERO: Val = { s: 0, o: 0 };

/** A constant. */
export const constant = (n: number): Val => (n === 0 ? ZERO : { s: 0, o: n });
/** A bare symbol. */
export const symbol = (s: number): Val => ({ s, o: 0 });
/** True if the value is a known number. */
export const isConst = (v: Val): boolean => v.s === 0 && !v.x;
/** Text that is equal for equal values. */
export const valKey = (v: Val): string => (v.x ? `${v.s}+${v.o}+x${v.x}` : v.o ? `${v.s}+${v.o}` : `${v.s}`);
/** Same value for certain. */
export const sameVal = (a: Val, b: Val): boolean => a.s === b.s && a.o === b.o && (a.x ?? 0) === (b.x ?? 0);
