/** What a path knows of the numbers that symbols stand for: bounds, numbers that they are not, how they stand to each other. */
import { Forked } from './forked.ts';
import { fold, mix1, mix2, type Sum } from './hash.ts';
import type { Marks, Symbols } from './symbols.ts';
import type { Val } from './values.ts';

/** Bounds of a symbol. */
interface Range {
  readonly lo: number;
  readonly hi: number;
  readonly ne: readonly number[];
  /** Of symbol and bounds. */
  readonly h1: number;
  readonly h2: number;
}
const NONE: readonly number[] = [];
const ANY: Range = { lo: -Infinity, hi: Infinity, ne: NONE, h1: 0, h2: 0 };

/** Possible orderings of symbol x against symbol y plus d. */
interface Relation {
  readonly x: number;
  readonly y: number;
  readonly d: number;
  readonly mask: number;
  /** Of all that. */
  readonly h1: number;
  readonly h2: number;
}

const LT = 1;
const EQ = 2;
const GT = 4;
const MASK: Readonly<Record<string, number>> = {
  '<': LT,
  '<=': LT | EQ,
  '==': EQ,
  '!=': LT | GT,
  '>': GT,
  '>=': GT | EQ,
};
const negate = (m: number): number => 7 ^ m;
const mirror = (m: number): number => (m & EQ) | (m & LT ? GT : 0) | (m & GT ? LT : 0);
/** How two known numbers stand to each other. */
const order = (a: number, b: number): number => (a < b ? LT : a > b ? GT : EQ);

/** Facts about symbols; changed as the path goes on, forked with its state. */
export class Numbers {
  /** What `measure` found. */
  private lo: number;
  private hi: number;

  constructor(
    private readonly symbols: Symbols,
    /** By symbol: what its bounds are on all paths. */
    private readonly firsts: (Range | undefined)[] = [],
    private readonly ranges = new Forked<number, Range>(),
    /** Never changed in place. */
    private relations: readonly Relation[] = [],
  ) {
    this.lo = 0;
    this.hi = 0;
  }

  /** The same facts, to be changed on their own. */
  fork(): Numbers {
    return new Numbers(this.symbols, this.firsts, this.ranges.fork(), this.relations);
  }

  /** Bounds of a value. */
  bounds(v: Val): { readonly lo: number; readonly hi: number } {
    this.measure(v);
    return { lo: this.lo, hi: this.hi };
  }

  /** How a value may stand to another: the possible ones of below, equal and above. */
  relation(a: Val, b: Val): number {
    // a place inside of an object is no null pointer: nobody counts from one
    if (a.x && b.s === 0 && !b.x && b.o === 0) return GT;
    if (a.x || b.x) return a.x === b.x && a.s === b.s ? order(a.o, b.o) : 7;
    if (a.s === b.s) return order(a.o, b.o);
    if (!b.s) return this.against(a.s, b.o - a.o);
    if (!a.s) return mirror(this.against(b.s, a.o - b.o));
    this.measure(a);
    const { lo, hi } = this;
    this.measure(b);
    let mask = 7;
    if (hi < this.lo) mask &= LT;
    else if (hi <= this.lo) mask &= LT | EQ;
    if (lo > this.hi) mask &= GT;
    else if (lo >= this.hi) mask &= GT | EQ;
    if (this.symbols.info(a.s).unique && this.symbols.info(b.s).unique) mask &= LT | GT;
    const isFlipped = a.s > b.s;
    const known = isFlipped ? this.related(b.s, a.s, a.o - b.o) : this.related(a.s, b.s, b.o - a.o);
    if (known < 0) return mask;
    const told = this.relations[known]!.mask;
    return mask & (isFlipped ? mirror(told) : told);
  }

  /** How a symbol may stand to a number. */
  private against(id: number, n: number): number {
    const own = this.range(id);
    if (!this.measureSymbol(id, own)) return 7;
    const { lo, hi } = this;
    let mask = hi < n ? LT : hi === n ? LT | EQ : 7;
    if (lo > n) mask &= GT;
    else if (lo === n) mask &= GT | EQ;
    return own.ne.length && own.ne.includes(n) ? mask & (LT | GT) : mask;
  }

  /** Whether `a op b` holds: true, false, or undefined when both are possible. */
  compare(op: string, a: Val, b: Val): boolean | undefined {
    const want = MASK[op]!;
    const mask = this.relation(a, b);
    if (!(mask & want)) return false;
    if (!(mask & negate(want))) return true;
    return undefined;
  }

  /** Adds the fact `a op b`; false if the path becomes impossible. */
  assume(op: string, a: Val, b: Val): boolean {
    const mask = this.relation(a, b) & MASK[op]!;
    if (!mask) return false;
    if (a.x || b.x || a.s === b.s) return true;
    if (!a.s) return this.assumeMask(mirror(mask), b, a);
    return this.assumeMask(mask, a, b);
  }

  /** Adds what is known of the symbols in the set to two hashes, in any order. */
  hash({ stamps, stamp }: Marks, into: Sum): void {
    const { relations } = this;
    const { names: ids, contents: ranges } = this.ranges;
    let { h1, h2 } = into;
    for (let i = 0; i < ids.length; i++) {
      if (stamps[ids[i]!] !== stamp) continue;
      const r = ranges[i]!;
      h1 = (h1 + r.h1) | 0;
      h2 = (h2 + r.h2) | 0;
    }
    for (let i = 0; i < relations.length; i++) {
      const r = relations[i]!;
      if (stamps[r.x] !== stamp || stamps[r.y] !== stamp) continue;
      h1 = (h1 + r.h1) | 0;
      h2 = (h2 + r.h2) | 0;
    }
    into.h1 = h1;
    into.h2 = h2;
  }

  /** Leaves the bounds of a value in `lo` and `hi`. */
  private measure(v: Val): void {
    if (v.x) {
      this.lo = -Infinity;
      this.hi = Infinity;
      return;
    }
    const { s, o } = v;
    if (s === 0) {
      this.lo = this.hi = o;
      return;
    }
    if (!this.measureSymbol(s, this.range(s))) {
      this.lo = -Infinity;
      this.hi = Infinity;
    } else if (o !== 0) {
      this.lo += o;
      this.hi += o;
    }
  }

  /** Leaves the bounds of a symbol in `lo` and `hi`; false: nothing at all is known of it. */
  private measureSymbol(s: number, own: Range): boolean {
    let isKnown = own !== ANY;
    let { lo, hi } = own;
    // what the bounds of related symbols say
    const { relations } = this;
    for (let i = 0; i < relations.length; i++) {
      const r = relations[i]!;
      const isFirst = r.x === s;
      if (!isFirst && r.y !== s) continue;
      isKnown = true;
      const other = this.range(isFirst ? r.y : r.x);
      const shift = isFirst ? r.d : -r.d;
      const mask = isFirst ? r.mask : mirror(r.mask);
      if (!(mask & GT)) hi = Math.min(hi, other.hi + shift - (mask & EQ ? 0 : 1));
      if (!(mask & LT)) lo = Math.max(lo, other.lo + shift + (mask & EQ ? 0 : 1));
    }
    if (isKnown) {
      this.lo = lo;
      this.hi = hi;
    }
    return isKnown;
  }

  private range(id: number): Range {
    return this.ranges.get(id) ?? (this.firsts[id] ??= this.first(id));
  }

  private first(id: number): Range {
    const { lo, hi, nonNull } = this.symbols.info(id);
    if (lo === undefined && hi === undefined && !nonNull) return ANY;
    return { ...ANY, lo: lo ?? (nonNull ? 1 : -Infinity), hi: hi ?? Infinity };
  }

  private assumeMask(mask: number, a: Val, b: Val): boolean {
    if (!b.s) return this.narrow(a.s, mask, b.o - a.o);
    if (mask === EQ && !this.onlyOne(a.s, b.s)) return false;
    const [x, y, m] = a.s < b.s ? [a, b, mask] : [b, a, mirror(mask)];
    this.relate(x.s, y.s, y.o - x.o, m);
    // what a bound of one side says of the other
    const ba = this.bounds(a);
    const bb = this.bounds(b);
    if (!(mask & GT)) {
      const hi = bb.hi - (mask & EQ ? 0 : 1);
      if (hi < Infinity && !this.narrow(a.s, LT | EQ, hi - a.o)) return false;
      const lo = ba.lo + (mask & EQ ? 0 : 1);
      if (lo > -Infinity && !this.narrow(b.s, GT | EQ, lo - b.o)) return false;
    }
    if (!(mask & LT)) {
      const lo = bb.lo + (mask & EQ ? 0 : 1);
      if (lo > -Infinity && !this.narrow(a.s, GT | EQ, lo - a.o)) return false;
      const hi = ba.hi - (mask & EQ ? 0 : 1);
      if (hi < Infinity && !this.narrow(b.s, LT | EQ, hi - b.o)) return false;
    }
    return true;
  }

  /** Where the relation of those two stands, with that distance; -1: nowhere. */
  private related(x: number, y: number, d: number): number {
    const { relations } = this;
    for (let i = 0; i < relations.length; i++) {
      const r = relations[i]!;
      if (r.x === x && r.y === y && r.d === d) return i;
    }
    return -1;
  }

  private relate(x: number, y: number, d: number, mask: number): void {
    const at = this.related(x, y, d);
    if (at < 0) this.relations = [...this.relations, makeRelation(x, y, d, mask)];
    else if (this.relations[at]!.mask !== mask) this.relations = this.relations.with(at, makeRelation(x, y, d, mask));
  }

  /** A symbol cannot equal two different constants. */
  private onlyOne(a: number, b: number): boolean {
    const [name, other] = this.symbols.info(b).unique ? [b, a] : [a, b];
    if (!this.symbols.info(name).unique) return true;
    for (const { x, y, d, mask } of this.relations) {
      if (mask !== EQ) continue;
      const third = x === other ? y : y === other ? x : 0;
      if (d === 0 && third && third !== name && this.symbols.info(third).unique) return false;
    }
    return true;
  }

  private narrow(id: number, mask: number, n: number): boolean {
    const r = this.range(id);
    let { lo, hi, ne } = r;
    if (mask === EQ) {
      if (n < lo || n > hi || ne.includes(n)) return false;
      lo = hi = n;
    } else if (mask === (LT | GT)) {
      if (!ne.includes(n)) ne = [...ne, n].slice(-8);
    } else {
      if (mask === LT) hi = Math.min(hi, n - 1);
      if (mask === (LT | EQ)) hi = Math.min(hi, n);
      if (mask === GT) lo = Math.max(lo, n + 1);
      if (mask === (GT | EQ)) lo = Math.max(lo, n);
    }
    while (ne.includes(lo) && lo <= hi) lo++;
    while (ne.includes(hi) && lo <= hi) hi--;
    if (lo > hi) return false;
    if (lo !== r.lo || hi !== r.hi || ne !== r.ne) this.ranges.set(id, makeRange(id, lo, hi, lo === hi ? NONE : ne));
    return true;
  }
}

function makeRange(id: number, lo: number, hi: number, ne: readonly number[]): Range {
  let h1 = mix1(mix1(mix1(0x51, id), fold(lo)), fold(hi));
  let h2 = mix2(mix2(mix2(0x52, id), fold(lo)), fold(hi));
  for (const n of ne) {
    h1 = mix1(h1, fold(n));
    h2 = mix2(h2, fold(n));
  }
  return { lo, hi, ne, h1, h2 };
}

function makeRelation(x: number, y: number, d: number, mask: number): Relation {
  const h1 = mix1(mix1(mix1(mix1(0x81, x), y), fold(d)), mask);
  const h2 = mix2(mix2(mix2(mix2(0x82, x), y), fold(d)), mask);
  return { x, y, d, mask, h1, h2 };
}
