/**
 * The state of one path: memory, what is known of symbols, and the page references that the path holds. States are
 * forked at branches and compared by `key` at joins.
 */
import type { CallExpr, Span } from '../../language/c/ast.ts';
import type { AcquireFact } from '../../language/kernel/types.ts';
import { Forked } from './forked.ts';
import { iterKind } from './iterators.ts';
import { PlaceMap } from './place-map.ts';
import type { Needs } from './needs.ts';
import { Rounds } from './rounds.ts';
import { SIGN } from './slice.ts';
import { ZERO, valKey, type Symbols, type Val } from './values.ts';

/** What happened on the path, newest first; shared between forks. */
export interface Trace {
  readonly parent: Trace | null;
  readonly span: Span;
  readonly message: string;
  readonly role: 'acquire' | 'branch' | 'event' | 'fault';
  readonly path?: string;
}

export type RefKind = 'get' | 'pin';

/** One acquisition, as a path sees it. */
export interface Resource {
  /** Identity: one per acquiring call expression (and inlining context). */
  readonly site: CallExpr;
  readonly fact: AcquireFact;
  readonly kind: RefKind;
  /** Function in whose text the call stands. */
  readonly functionName: string;
  /** Symbol of the array (or of the single page's address); for 'return' acquires the page itself. */
  readonly array: number;
  readonly index: Val;
  /** Result of the call. */
  readonly result: Val;
  readonly requested: Val;
  /** The iterator that decides whether anything is taken (iov_iter_extract_pages); 0: always. */
  readonly iter: number;
  /**
   * held: taken if `result` says so; partial: some released, which ones is not known; released; handed: ownership left
   * to code that is not seen.
   */
  readonly status: 'held' | 'partial' | 'released' | 'handed';
  /** Results of earlier rounds of the loop at this site, into the same array: those pages are held as well. */
  readonly earlier: readonly Val[];
  /** The round before filled the same slots: what it took is not in the array any more, so it went elsewhere. */
  readonly refilled: boolean;
  readonly releasedAt: readonly Span[];
  readonly releasedCount: string | null;
  /** The variable that the page goes to had no value before. */
  readonly blank: boolean;
  /** Index in the array of the page that was given back last, where they go one by one. */
  readonly lastIndex: Val | null;
  /** Names of the fills of its array (this acquire, earlier rounds): elements of other fills are other pages. */
  readonly fills: readonly string[];
  /** Fields of memory that others see, written since the acquire. */
  readonly published: readonly string[];
  /** The pages were also put into a scatterlist, other memory, or told by number: they can be found there. */
  readonly outflow: boolean;
  /** Result of the call that put them there last: if it failed, that batch is not there. Null: it cannot fail. */
  readonly outflowBy: Val | null;
  /** A count or flag beside the pages was set since the acquire and is 0 again: that field. */
  readonly forgotten: string | null;
}

/** How a symbol became known outside of the function. */
export interface Escape {
  /** In words: "passed to submit()". */
  readonly how: string;
  /** What the call that got it returned: a call that fails keeps nothing. Null: kept whatever happens. */
  readonly result: Val | null;
}

/** A release of pages that this path did not acquire (a parameter's, a field's): for double releases. */
export interface Ghost {
  readonly span: Span;
  readonly kind: RefKind;
  readonly count: string;
  readonly name: string;
}

interface Range {
  readonly lo: number;
  readonly hi: number;
  readonly ne: readonly number[];
  /** Of symbol and bounds. */
  readonly h1: number;
  readonly h2: number;
}
const ANY: Range = { lo: -Infinity, hi: Infinity, ne: [], h1: 0, h2: 0 };

/** Possible orderings of symbol x against symbol y plus d. */
interface Relation {
  readonly x: number;
  readonly y: number;
  readonly d: number;
  readonly mask: number;
}

const LT = 1;
const EQ = 2;
const GT = 4;
const MASK: Record<string, number> = { '<': LT, '<=': LT | EQ, '==': EQ, '!=': LT | GT, '>': GT, '>=': GT | EQ };
const negate = (m: number): number => 7 ^ m;
const mirror = (m: number): number => (m & EQ) | (m & LT ? GT : 0) | (m & GT ? LT : 0);

const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);
/** 32 bits of a number of any size. */
const fold = (n: number): number => {
  if (n === (n | 0)) return n;
  bits[0] = n;
  return words[0]! ^ Math.imul(words[1]!, 31);
};
const mix1 = (h: number, n: number): number => {
  const x = Math.imul(h ^ n, 0x9e3779b1);
  return x ^ (x >>> 15);
};
const mix2 = (h: number, n: number): number => {
  const x = Math.imul((h + n) | 0, 0x85ebca77);
  return x ^ (x >>> 13);
};

const makeRange = (id: number, lo: number, hi: number, ne: readonly number[]): Range => {
  let h1 = mix1(mix1(mix1(0x51, id), fold(lo)), fold(hi));
  let h2 = mix2(mix2(mix2(0x52, id), fold(lo)), fold(hi));
  for (const n of ne) {
    h1 = mix1(h1, fold(n));
    h2 = mix2(h2, fold(n));
  }
  return { lo, hi, ne, h1, h2 };
};

/** Mutable state of one path; `fork` before letting two paths go on from it. */
export class State {
  readonly memory: PlaceMap;
  private readonly ranges: Forked<number, Range>;
  /** Never changed in place. */
  private relations: readonly Relation[];
  readonly resources: Forked<string, Resource>;
  readonly ghosts: Forked<string, Ghost>;
  /** Symbols that became reachable from outside the function. */
  readonly escaped: Forked<number, readonly Escape[]>;
  /** Which acquire last filled an array: its elements are other pages than before. */
  readonly filled: Forked<number, string>;
  /** Unknown preprocessor conditions decided on this path. */
  readonly choices: Forked<string, boolean>;
  /** Arrivals at each loop head; never changed in place. */
  rounds: Rounds;
  trace: Trace | null;

  constructor(
    readonly symbols: Symbols,
    from?: State,
  ) {
    this.memory = from ? from.memory.fork() : new PlaceMap();
    this.ranges = from ? from.ranges.fork() : new Forked();
    this.relations = from ? from.relations : [];
    this.resources = from ? from.resources.fork() : new Forked();
    this.ghosts = from ? from.ghosts.fork() : new Forked();
    this.escaped = from ? from.escaped.fork() : new Forked();
    this.filled = from ? from.filled.fork() : new Forked();
    this.choices = from ? from.choices.fork() : new Forked();
    this.rounds = from ? from.rounds : Rounds.none;
    this.trace = from ? from.trace : null;
  }

  fork(): State {
    return new State(this.symbols, this);
  }

  /** The symbol is known to other code from here on. */
  escape(id: number, how: string, result: Val | null = null): void {
    const known = this.escaped.get(id) ?? [];
    if (!known.some((e) => e.how === how && e.result?.s === result?.s))
      this.escaped.set(id, [...known, { how, result }].slice(-6));
  }

  /** How other code knows the symbol, apart from calls that this path saw fail. */
  knownBy(id: number, onError: boolean): readonly string[] {
    const out: string[] = [];
    for (const e of this.escaped.get(id) ?? []) if (!e.result || !this.failed(e.result, onError)) out.push(e.how);
    return out;
  }

  /** Every call that got the symbol, whatever became of it. */
  givenTo(id: number): readonly string[] {
    return (this.escaped.get(id) ?? []).map((e) => e.how);
  }

  /** The call says by its result that it did nothing: an error code, or, on a path that ends in an error, not 0. */
  failed(result: Val, onError: boolean): boolean {
    if (this.compare('<', result, ZERO) === true) return true;
    return onError && this.compare('!=', result, ZERO) === true && this.compare('>', result, ZERO) !== true;
  }

  note(span: Span, message: string, role: Trace['role'], path?: string): void {
    this.trace = { parent: this.trace, span, message, role, path };
  }

  private range(id: number): Range {
    const known = this.ranges.get(id);
    if (known) return known;
    const info = this.symbols.info(id);
    if (info.lo !== undefined || info.hi !== undefined || info.nonNull) {
      return { lo: info.lo ?? (info.nonNull ? 1 : -Infinity), hi: info.hi ?? Infinity, ne: ANY.ne, h1: 0, h2: 0 };
    }
    return ANY;
  }

  /** Bounds of a value. */
  bounds(v: Val): { lo: number; hi: number } {
    if (v.x) return { lo: -Infinity, hi: Infinity };
    if (v.s === 0) return { lo: v.o, hi: v.o };
    const r = this.range(v.s);
    let { lo, hi } = r;
    // what the bounds of related symbols say
    for (const { x, y, d, mask: m } of this.relations) {
      if (x !== v.s && y !== v.s) continue;
      const other = this.range(x === v.s ? y : x);
      const shift = x === v.s ? d : -d;
      const mask = x === v.s ? m : mirror(m);
      if (!(mask & GT)) hi = Math.min(hi, other.hi + shift - (mask & EQ ? 0 : 1));
      if (!(mask & LT)) lo = Math.max(lo, other.lo + shift + (mask & EQ ? 0 : 1));
    }
    return { lo: lo + v.o, hi: hi + v.o };
  }

  /** The value as a number, if the path fixes it. */
  known(v: Val): number | undefined {
    const b = this.bounds(v);
    return b.lo === b.hi ? b.lo : undefined;
  }

  private relation(a: Val, b: Val): number {
    // a place inside of an object is no null pointer: nobody counts from one
    if (a.x && b.s === 0 && !b.x && b.o === 0) return GT;
    if (a.x || b.x) return a.x === b.x && a.s === b.s ? (a.o < b.o ? LT : a.o > b.o ? GT : EQ) : 7;
    if (a.s === b.s) return a.o < b.o ? LT : a.o > b.o ? GT : EQ;
    let mask = 7;
    const ba = this.bounds(a);
    const bb = this.bounds(b);
    if (ba.hi < bb.lo) mask &= LT;
    else if (ba.hi <= bb.lo) mask &= LT | EQ;
    if (ba.lo > bb.hi) mask &= GT;
    else if (ba.lo >= bb.hi) mask &= GT | EQ;
    if (a.s && !b.s && this.range(a.s).ne.includes(b.o - a.o)) mask &= LT | GT;
    if (b.s && !a.s && this.range(b.s).ne.includes(a.o - b.o)) mask &= LT | GT;
    if (a.s && b.s && this.symbols.info(a.s).unique && this.symbols.info(b.s).unique) mask &= LT | GT;
    if (a.s && b.s) {
      const [x, y, flip] = a.s < b.s ? [a, b, false] : [b, a, true];
      const d = y.o - x.o;
      const known = this.relations.find((r) => r.x === x.s && r.y === y.s && r.d === d)?.mask;
      if (known !== undefined) mask &= flip ? mirror(known) : known;
    }
    return mask;
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
    const want = MASK[op]!;
    const mask = this.relation(a, b) & want;
    if (!mask) return false;
    if (a.x || b.x || a.s === b.s) return true;
    if (!a.s) return this.assumeMask(mirror(mask), b, a);
    return this.assumeMask(mask, a, b);
  }

  private assumeMask(mask: number, a: Val, b: Val): boolean {
    if (!b.s) return this.narrow(a.s, mask, b.o - a.o);
    if (mask === EQ && !this.onlyOne(a.s, b.s)) return false;
    const [x, y, m] = a.s < b.s ? [a, b, mask] : [b, a, mirror(mask)];
    this.relate({ x: x.s, y: y.s, d: y.o - x.o, mask: m });
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

  private relate(relation: Relation): void {
    const { x, y, d } = relation;
    const at = this.relations.findIndex((r) => r.x === x && r.y === y && r.d === d);
    if (at < 0) this.relations = [...this.relations, relation];
    else if (this.relations[at]!.mask !== relation.mask) this.relations = this.relations.with(at, relation);
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
    if (lo !== r.lo || hi !== r.hi || ne !== r.ne) this.ranges.set(id, makeRange(id, lo, hi, lo === hi ? [] : ne));
    return true;
  }

  /** The value leads to pages that the path holds: where it is stored decides whether they are lost. */
  private carries(v: Val): boolean {
    if (!v.s) return false;
    const info = this.symbols.info(v.s);
    if (info.local === 'heap') return true;
    for (const r of this.resources.values()) if (r.array === v.s || r.array === info.elementOf?.array) return true;
    return false;
  }

  /** The value leads to pages, or was computed from how many were taken. */
  private tellsOfPages(v: Val): boolean {
    if (!v.s) return false;
    if (this.symbols.info(v.s).elementOf || this.carries(v)) return true;
    for (const r of this.resources.values())
      if (r.result.s === v.s || (r.result.s && this.symbols.mentions(v.s, r.result.s))) return true;
    return false;
  }

  /**
   * A number that is equal for states that hold alike: the same pages, as far as they were given back, and as much as is known of
   * whether they were taken. Much less than `key` tells.
   */
  outline(value: Val | null): number {
    let h = value ? mix1(0x11, this.relation(value, ZERO)) : 0;
    for (const [id, r] of this.resources) {
      const [a] = hashOfText(`${id}:${r.status}:${r.earlier.length}:${r.releasedAt.length}`);
      h = (h + mix1(a, this.relation(r.result, ZERO))) | 0;
    }
    for (const id of this.ghosts.keys()) h = (h + hashOfText(id)[1]) | 0;
    return h;
  }

  /**
   * A number that is equal for states that no later step can tell apart: memory that may still be read (from a node on;
   * null: behind the activation), resources, ghosts, and what is known of the symbols that those mention. (A hash of 53
   * bits over all of that, in any order.)
   */
  key(needs: Needs, node: number | null, value: Val | null = null): number {
    const marks = this.symbols.newMarks();
    let h1 = 0;
    let h2 = 0;
    const mention = (v: Val): void => {
      marks.add(v.s);
      if (v.x) marks.add(v.x);
    };
    if (value) {
      h1 = mix1(mix1(mix1(0x11, value.s), fold(value.o)), value.x ?? 0);
      h2 = mix2(mix2(mix2(0x12, value.s), fold(value.o)), value.x ?? 0);
    }
    this.memory.forEach((val, place) => {
      const need = node === null ? needs.behind(place) : needs.at(node, place);
      if (!need && (place.frame !== undefined || !this.carries(val))) return;
      if (need === SIGN && !this.tellsOfPages(val)) {
        const sign = this.relation(val, ZERO);
        h1 = (h1 + mix1(mix1(0x21, place.id), sign)) | 0;
        h2 = (h2 + mix2(mix2(0x22, place.id), sign)) | 0;
        return;
      }
      const o = fold(val.o);
      const x = val.x ?? 0;
      h1 = (h1 + mix1(mix1(mix1(mix1(0x31, place.id), val.s), o), x)) | 0;
      h2 = (h2 + mix2(mix2(mix2(mix2(0x32, place.id), val.s), o), x)) | 0;
      marks.add(val.s);
      if (x) marks.add(x);
      if (place.base > 0) marks.add(place.base);
    });
    const arrays = new Set<number>();
    for (const [id, r] of this.resources) {
      const [a, b] = hashOfResource(id, r);
      h1 = (h1 + a) | 0;
      h2 = (h2 + b) | 0;
      for (const v of r.earlier) mention(v);
      mention(r.result);
      mention(r.requested);
      if (r.outflowBy) mention(r.outflowBy);
      marks.add(r.array);
      arrays.add(r.array);
    }
    const text = (kind: number, key: string, more: number): void => {
      const [a, b] = hashOfText(key);
      h1 = (h1 + mix1(a ^ kind, more)) | 0;
      h2 = (h2 + mix2(b ^ kind, more)) | 0;
    };
    for (const [id, g] of this.ghosts) text(0x61, `${id}:${g.count}`, 0);
    for (const [id, escapes] of this.escaped) {
      if (!marks.has(id) || (this.symbols.isFoundAnyway(id) && !arrays.has(id))) continue;
      for (const e of escapes) {
        // of the result it only matters whether the call failed
        const verdict = e.result ? this.relation(e.result, ZERO) : 0;
        h1 = (h1 + mix1(mix1(mix1(0x71, id), e.result?.s ?? 0), verdict)) | 0;
        h2 = (h2 + mix2(mix2(mix2(0x72, id), e.result?.s ?? 0), verdict)) | 0;
      }
    }
    this.ranges.forEach((r, id) => {
      if (!marks.has(id)) return;
      h1 = (h1 + r.h1) | 0;
      h2 = (h2 + r.h2) | 0;
    });
    for (const { x, y, d, mask } of this.relations) {
      if (!marks.has(x) || !marks.has(y)) continue;
      h1 = (h1 + mix1(mix1(mix1(mix1(0x81, x), y), fold(d)), mask)) | 0;
      h2 = (h2 + mix2(mix2(mix2(mix2(0x82, x), y), fold(d)), mask)) | 0;
    }
    for (const [c, b] of this.choices) text(0x91, c, b ? 1 : 2);
    if (this.rounds.text !== '') text(0xa1, this.rounds.text, 0);
    return (h1 >>> 0) * 0x200000 + (h2 >>> 11);
  }
}

/** Two 32-bit hashes of a text. */
function hashPair(text: string): [number, number] {
  let h1 = 0x2545f491;
  let h2 = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    h1 = Math.imul(h1 ^ c, 2654435761);
    h2 = Math.imul(h2 ^ c, 1597334677);
  }
  return [h1 ^ (h1 >>> 15), h2 ^ (h2 >>> 13)];
}

const textHashes = new Map<string, readonly [number, number]>();
const hashOfText = (text: string): readonly [number, number] => {
  let known = textHashes.get(text);
  if (!known) {
    if (textHashes.size > 50_000) textHashes.clear();
    textHashes.set(text, (known = hashPair(text)));
  }
  return known;
};

/**
 * The resource was taken by the root of the walk or by a function that it calls itself: rules ask what those wrote
 * beside the pages (see leaked-pin), of others nothing hangs on it.
 */
const isNear = (id: string): boolean => {
  let at = -1;
  for (let i = 0; i < 3; i++) if ((at = id.indexOf(':', at + 1)) < 0) return true;
  return false;
};

const resourceHashes = new WeakMap<Resource, readonly [number, number]>();
const hashOfResource = (id: string, r: Resource): readonly [number, number] => {
  let known = resourceHashes.get(r);
  if (!known) {
    const text = `R${id}:${r.status}${r.earlier.map(valKey).join('+')}:${valKey(r.result)}:${r.releasedCount ?? ''}:${r.releasedAt.length}:${isNear(id) ? r.published.join() : ''}${r.outflow ? `>${r.outflowBy?.s ?? 0}` : ''}${r.forgotten ?? ''}`;
    resourceHashes.set(r, (known = hashPair(text)));
  }
  return known;
};

/** The pages that the last call took can be found elsewhere as well: in a scatterlist, in other memory, by number. */
export const isElsewhere = (state: State, r: Resource): boolean =>
  r.outflow && !(r.outflowBy !== null && state.failed(r.outflowBy, true));

/** How many pages the path may hold of a resource: does any possible value of the result mean that pages are held? */
export function mayHold(state: State, r: Resource): boolean {
  if (r.status !== 'held') return false;
  if (r.iter && iterKind(state, r.iter) === 'kernel') return false;
  const op = r.fact.result === 'zero' ? '==' : '>';
  return [...r.earlier, r.result].some((v) => state.compare(op, v, { s: 0, o: 0 }) !== false);
}

/**
 * The resource counts as lost where the path loses it. What an iterator's pages are is often told by flags that are not
 * followed: there only a path that has asked the iterator itself says enough.
 */
export const isSureToHold = (state: State, r: Resource): boolean => !r.iter || iterKind(state, r.iter) === 'user';

/** True if the path knows that the pointer is an error code: kernel addresses count as positive, ERR_PTR()s as negative. */
export function isErrKnown(state: State, v: Val): boolean {
  return state.compare('<', v, { s: 0, o: 0 }) === true;
}

/** The path knows that fewer pages were taken than asked for. */
export const isShort = (state: State, r: Resource): boolean =>
  r.fact.result === 'pages' && state.compare('<', r.result, r.requested) === true;

/** The steps of a trace, oldest first. */
export function traceSteps(trace: Trace | null): Trace[] {
  const out: Trace[] = [];
  for (let t = trace; t; t = t.parent) out.push(t);
  return out.reverse();
}
