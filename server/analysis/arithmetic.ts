/** Sums, differences, comparisons of symbolic values; what the path knows of the operands bounds the result. */
import type { CallExpr } from '../../language/c/ast.ts';
import type { State } from './state.ts';
import { NAMED_CONSTANT, type Symbols } from './symbols.ts';
import { ZERO, constant, isConst, symbol, valKey, type Val } from './values.ts';

/** Operators on values. */
export class Arithmetic {
  constructor(private readonly symbols: Symbols) {}

  add(a: Val, b: Val, state: State, pointer = false): Val {
    if (isConst(b)) return { ...a, o: a.o + b.o };
    if (isConst(a)) return { ...b, o: b.o + a.o };
    if (!pointer && this.isAddress(b) && !this.isAddress(a)) [a, b] = [b, a];
    if (pointer || this.isAddress(a)) {
      const x = this.symbols.get(`idx:${a.x ?? 0}:${valKey(b)}`);
      return { s: a.s, o: a.o, x };
    }
    const [l, r] = valKey(a) < valKey(b) ? [a, b] : [b, a];
    const id = this.symbols.get(`(${valKey(l)}+${valKey(r)})`);
    const ba = state.bounds(a);
    const bb = state.bounds(b);
    state.assume('>=', symbol(id), constant(Math.max(ba.lo + bb.lo, -Number.MAX_SAFE_INTEGER)));
    if (bb.lo >= 0 && !a.o) state.assume(bb.lo > 0 ? '>' : '>=', symbol(id), a);
    if (ba.lo >= 0 && !b.o) state.assume(ba.lo > 0 ? '>' : '>=', symbol(id), b);
    return symbol(id);
  }

  /** The address that lies an unknown number before another one. */
  before(a: Val, b: Val): Val {
    return { s: a.s, o: a.o, x: this.symbols.get(`idx:${a.x ?? 0}:-${valKey(b)}`) };
  }

  /** Known to be an address, or a number that stands for a page, whatever its type says. */
  isAddress(v: Val): boolean {
    const info = this.symbols.info(v.s);
    return !!(info.elementOf ?? info.numberOf) || info.addressOf !== undefined || info.local !== undefined;
  }

  binary(op: string, a: Val, b: Val, state: State, pointer: boolean): Val {
    if (op === '+') return this.add(a, b, state, pointer);
    if (op === '-') {
      if (isConst(b)) return { ...a, o: a.o - b.o };
      if (a.s === b.s && (a.x ?? 0) === (b.x ?? 0)) return constant(a.o - b.o);
    }
    if (isConst(a) && isConst(b)) {
      const n = foldNumbers(op, a.o, b.o);
      if (n !== undefined) return constant(n);
    }
    // flags in the low bits, a shift between frame and address: still the number of that page
    const paged = [a, b].map((v) => this.symbols.info(v.s)).filter((i) => i.numberOf);
    if (paged.length === 1 && ['|', '&', '<<', '>>'].includes(op)) {
      const { numberOf, elementOf, fill } = paged[0]!;
      return symbol(this.symbols.get(`(${valKey(a)}${op}${valKey(b)})`, { numberOf, elementOf, fill }));
    }
    // (A | B) & A is A, whatever bits those are
    if (op === '&' && !b.o && !b.x && this.bitsOf(a).includes(b.s)) {
      state.assume('!=', b, ZERO);
      return b;
    }
    // flags of one word are different bits: those that were added before say nothing of this one
    if (op === '&' && !b.o && !b.x && this.isFlag(b.s) && !a.o && !a.x) {
      const { bits } = this.symbols.info(a.s);
      const rest = bits?.filter((s) => !this.isFlag(s));
      if (rest?.length === 0) return ZERO;
      if (rest?.length === 1 && bits!.length > 1) return this.binary(op, symbol(rest[0]!), b, state, pointer);
    }
    if (op === '|') {
      const bits = [...new Set([...this.bitsOf(a), ...this.bitsOf(b)])];
      return symbol(this.symbols.get(`(${valKey(a)}|${valKey(b)})`, { bits }));
    }
    const lo = state.bounds(a).lo >= 0 && state.bounds(b).lo >= 0 && op !== '-' ? 0 : undefined;
    return symbol(this.symbols.get(`(${valKey(a)}${op}${valKey(b)})`, lo === 0 ? { lo: 0 } : {}));
  }

  /** A constant of a header that was not read: `DEV_MAPPED`. */
  private isFlag(s: number): boolean {
    return NAMED_CONSTANT.test(this.symbols.info(s).key);
  }

  /** Symbols that were or-ed into a value. */
  private bitsOf(v: Val): readonly number[] {
    if (v.o || v.x || !v.s) return [];
    return this.symbols.info(v.s).bits ?? [v.s];
  }

  truth(op: string, a: Val, b: Val, state: State): Val {
    const known = state.compare(op, a, b);
    if (known !== undefined) return constant(known ? 1 : 0);
    return symbol(this.symbols.get(`(${valKey(a)}${op}${valKey(b)})`, { lo: 0, hi: 1, test: { op, a, b } }));
  }

  minMax(name: string, e: CallExpr, args: readonly Val[], state: State): Val {
    const [a, b] = e.args[0]?.kind === 'type' || args.length === 3 ? [args[1], args[2]] : [args[0], args[1]];
    if (!a || !b) return ZERO;
    const less = state.compare('<=', a, b);
    const isMin = name.includes('min');
    if (less !== undefined) return less === isMin ? a : b;
    const v = symbol(this.symbols.get(`${isMin ? 'min' : 'max'}(${valKey(a)},${valKey(b)})`));
    state.assume(isMin ? '<=' : '>=', v, a);
    state.assume(isMin ? '<=' : '>=', v, b);
    return v;
  }
}

function foldNumbers(op: string, a: number, b: number): number | undefined {
  switch (op) {
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b ? Math.trunc(a / b) : undefined;
    case '%':
      return b ? a % b : undefined;
    case '<<':
      return b < 31 && b >= 0 ? a * 2 ** b : undefined;
    case '>>':
      return b < 53 && b >= 0 ? Math.floor(a / 2 ** b) : undefined;
    case '&':
      return a >= 0 && b >= 0 ? Number(BigInt(a) & BigInt(b)) : undefined;
    case '|':
      return a >= 0 && b >= 0 ? Number(BigInt(a) | BigInt(b)) : undefined;
    case '^':
      return a >= 0 && b >= 0 ? Number(BigInt(a) ^ BigInt(b)) : undefined;
    default:
      return undefined;
  }
}
