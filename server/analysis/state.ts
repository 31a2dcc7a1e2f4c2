/**
 * The state of one path: memory, what is known of symbols, and the page references that the path holds. States are
 * forked at branches and compared by `key` at joins.
 */
import type { CallExpr, Span } from '../../language/c/ast.ts';
import type { AcquireFact } from '../../language/kernel/types.ts';
import { valKey, type Symbols, type Val } from './values.ts';

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
  /**
   * held: taken if `result` says so; partial: some released, which ones is not known; released; handed: ownership left
   * to code that is not seen.
   */
  readonly status: 'held' | 'partial' | 'released' | 'handed';
  /** Results of earlier rounds of the loop at this site, into the same array: those pages are held as well. */
  readonly earlier: readonly Val[];
  readonly releasedAt: readonly Span[];
  readonly releasedCount: string | null;
  /** Names of the fills of its array (this acquire, earlier rounds): elements of other fills are other pages. */
  readonly fills: readonly string[];
  /** Fields of memory that others see, written since the acquire. */
  readonly published: readonly string[];
  /** The pages were also put into a scatterlist, other memory, or told by number: they can be found there. */
  readonly outflow: boolean;
}

/** A release of pages that this path did not acquire (a parameter's, a field's): for double releases. */
export interface Ghost {
  readonly span: Span;
  readonly kind: RefKind;
  readonly count: string;
  readonly name: string;
}

interface Range {
  lo: number;
  hi: number;
  ne: readonly number[];
}
const ANY: Range = { lo: -Infinity, hi: Infinity, ne: [] };
const LT = 1;
const EQ = 2;
const GT = 4;
const MASK: Record<string, number> = { '<': LT, '<=': LT | EQ, '==': EQ, '!=': LT | GT, '>': GT, '>=': GT | EQ };
const negate = (m: number): number => 7 ^ m;
const mirror = (m: number): number => (m & EQ) | (m & LT ? GT : 0) | (m & GT ? LT : 0);

/** Mutable state of one path; `fork` before letting two paths go on from it. */
export class State {
  memory = new Map<string, Val>();
  ranges = new Map<number, Range>();
  /** `a|b|k` → possible orderings of a against b + k. */
  relations = new Map<string, number>();
  resources = new Map<string, Resource>();
  ghosts = new Map<string, Ghost>();
  /** Symbols that became reachable from outside the function. */
  escaped = new Map<number, string>();
  /** Which acquire last filled an array: its elements are other pages than before. */
  filled = new Map<number, string>();
  /** Unknown preprocessor conditions decided on this path. */
  choices = new Map<string, boolean>();
  /** Arrivals at each loop head. */
  rounds = new Map<number, number>();
  trace: Trace | null = null;

  constructor(readonly symbols: Symbols) {}

  fork(): State {
    const s = new State(this.symbols);
    s.memory = new Map(this.memory);
    s.ranges = new Map(this.ranges);
    s.relations = new Map(this.relations);
    s.resources = new Map(this.resources);
    s.ghosts = new Map(this.ghosts);
    s.escaped = new Map(this.escaped);
    s.filled = new Map(this.filled);
    s.choices = new Map(this.choices);
    s.rounds = new Map(this.rounds);
    s.trace = this.trace;
    return s;
  }

  note(span: Span, message: string, role: Trace['role'], path?: string): void {
    this.trace = { parent: this.trace, span, message, role, path };
  }

  range(id: number): Range {
    const known = this.ranges.get(id);
    if (known) return known;
    const info = this.symbols.info(id);
    if (info.lo !== undefined || info.hi !== undefined || info.nonNull) {
      return { lo: info.lo ?? (info.nonNull ? 1 : -Infinity), hi: info.hi ?? Infinity, ne: [] };
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
    for (const [k, m] of this.relations) {
      const cut = k.indexOf('|');
      const x = Number(k.slice(0, cut));
      const next = k.indexOf('|', cut + 1);
      const y = Number(k.slice(cut + 1, next));
      if (x !== v.s && y !== v.s) continue;
      const d = Number(k.slice(next + 1));
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
    // a place inside of an object is no null pointer
    if (a.x && b.s === 0 && !b.x && b.o === 0 && (this.symbols.info(a.s).nonNull || this.symbols.info(a.s).local))
      return GT;
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
      const known = this.relations.get(`${x.s}|${y.s}|${y.o - x.o}`);
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
    this.relations.set(`${x.s}|${y.s}|${y.o - x.o}`, m);
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

  /** A symbol cannot equal two different constants. */
  private onlyOne(a: number, b: number): boolean {
    const [name, other] = this.symbols.info(b).unique ? [b, a] : [a, b];
    if (!this.symbols.info(name).unique) return true;
    for (const [k, m] of this.relations) {
      if (m !== EQ) continue;
      const [x, y, d] = k.split('|').map(Number);
      const third = x === other ? y! : y === other ? x! : 0;
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
    this.ranges.set(id, { lo, hi, ne: lo === hi ? [] : ne });
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

  /**
   * Text that is equal for states that no later step can tell apart: memory that `live` may still read, resources,
   * ghosts, and what is known of the symbols that those mention.
   */
  key(live: (loc: string) => boolean): string {
    const parts: string[] = [];
    const seen = new Set<number>();
    const mention = (v: Val): string => {
      seen.add(v.s);
      if (v.x) seen.add(v.x);
      return valKey(v);
    };
    for (const [loc, v] of this.memory) {
      if (!live(loc) && (loc.startsWith('f') || !this.carries(v))) continue;
      parts.push(`${loc}=${mention(v)}`);
      const cut = loc.indexOf('.');
      if (cut > 0) seen.add(Number(loc.slice(0, cut)));
    }
    parts.sort();
    for (const [id, r] of this.resources) {
      parts.push(
        `R${id}:${r.status}${r.earlier.map(mention).join('+')}:${mention(r.result)}:${r.releasedCount ?? ''}:${r.releasedAt.length}:${r.published.join()}${r.outflow ? '>' : ''}`,
      );
      mention(r.requested);
      seen.add(r.array);
    }
    for (const [id, g] of this.ghosts) parts.push(`G${id}:${g.count}`);
    for (const id of seen) if (this.escaped.has(id)) parts.push(`E${id}`);
    for (const [id, r] of this.ranges) if (seen.has(id)) parts.push(`${id}[${r.lo},${r.hi}!${r.ne.join(',')}`);
    for (const [k, m] of this.relations) {
      const [a, b] = k.split('|');
      if (seen.has(Number(a)) && seen.has(Number(b))) parts.push(`${k}?${m}`);
    }
    for (const [c, b] of this.choices) parts.push(`#${c}${b}`);
    for (const [n, k] of this.rounds) parts.push(`L${n}:${k}`);
    return parts.join(';');
  }
}

/** How many pages the path may hold of a resource: does any possible value of the result mean that pages are held? */
export function mayHold(state: State, r: Resource): boolean {
  if (r.status !== 'held') return false;
  const op = r.fact.result === 'zero' ? '==' : '>';
  return [...r.earlier, r.result].some((v) => state.compare(op, v, { s: 0, o: 0 }) !== false);
}

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
