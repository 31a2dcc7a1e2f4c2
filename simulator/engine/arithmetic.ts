/** Arithmetic of C on the values of expressions that people type. */
import { typeName, type Ty } from '../machine/index.ts';
import { commonInteger, promote, ptr, T, type IntTy } from '../machine/types.ts';
import { NoValue, wrap, type Value, type Where } from './values.ts';

/** A value that has a place. */
export interface Place extends Value {
  readonly where: Where;
}

/** Operators of floating values; flags are 1 and 0. */
export const floats: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
};
/** An int that is 1 or 0. */
export const flag = (on: boolean): Value => ({ type: T.int, bits: on ? 1n : 0n });
/** An integer, cut to its type. */
export const integer = (v: bigint, type: Ty): Value => ({ type, bits: wrap(v, type) });

/** The bits of a number or pointer. */
export function bitsOf(v: Value): bigint {
  if (v.bits === undefined) throw new NoValue(`${typeName(v.type)} is no number`);
  return v.bits;
}
/** A place in memory. */
export function memory(type: Ty, address: bigint): Place {
  return { type, where: { at: 'memory', address } };
}
/** Where a pointer leads. */
export function deref(p: Value): Place {
  if (p.type.kind !== 'ptr') throw new NoValue(`* needs a pointer, not ${typeName(p.type)}`);
  if (p.type.to.kind === 'void') throw new NoValue('a void pointer can’t be followed: cast it first');
  return memory(p.type.to, bitsOf(p));
}
/** Is it not zero? */
export function isTrue(v: Value): boolean {
  return v.float !== undefined ? v.float !== 0 : bitsOf(decay(v)) !== 0n;
}
/** An array is a pointer to its first element. */
export function decay(v: Value): Value {
  if (v.type.kind !== 'array' || v.where?.at !== 'memory') return v;
  return { type: ptr(v.type.of), bits: v.where.address };
}
/** The usual arithmetic conversions (C11 6.3.1.8); pointers compare as unsigned longs. */
export function common(a: Ty, b: Ty): IntTy {
  const x = promote(a);
  const y = promote(b);
  if (x.kind !== 'int' || y.kind !== 'int') return T.ulong;
  return commonInteger(x, y);
}
/** Type of an integer literal (C11 6.4.4.1). */
export function literalType(text: string, v: bigint): Ty {
  if (text.startsWith("'")) return T.int;
  const suffix = /[uUlL]*$/.exec(text)![0].toLowerCase();
  const unsigned = suffix.includes('u');
  const long = suffix.includes('l');
  if (!long && !unsigned && v <= 0x7fffffffn) return T.int;
  if (!long && (unsigned || /^0/.test(text)) && v <= 0xffffffffn) return T.uint;
  return unsigned || v > 0x7fffffffffffffffn ? T.ulong : T.long;
}
