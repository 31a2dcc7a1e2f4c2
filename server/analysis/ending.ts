/** The end of a root function: what of its resources is given back, lost, or found from outside. */
import type { Span } from '../../language/c/ast.ts';
import type { FunctionDef } from '../../language/c/unit.ts';
import type { Outcome } from './events.ts';
import type { Frame, Machine } from './frame.ts';
import { shortLoc } from './memory.ts';
import type { Place } from './place.ts';
import { isElsewhere, isErrKnown, isShort, isSureToHold, mayHold, type Resource, type State } from './state.ts';
import type { Symbols } from './symbols.ts';
import { isBegun } from './unit-memo.ts';
import { constant, ZERO, isConst, type Val } from './values.ts';

const HANDED = /^(passed|linked|the result)/;

/** A way out of a function. */
export interface Ended {
  readonly state: State;
  readonly value: Val | null;
  readonly at: Span;
}

/** Turns the ends of the root into events. */
export class Endings {
  constructor(private readonly machine: Machine) {}

  private get symbols(): Symbols {
    return this.machine.symbols;
  }

  finish(end: Ended, frame: Frame): void {
    const { state } = end;
    const outcome = this.outcome(end, frame.context.def);
    const isEnd = end.at.start === frame.context.def.start;
    const at = isEnd ? closingBrace(frame.context.def) : end.at;
    for (const r of state.resources.values()) {
      if (r.status === 'released') {
        this.machine.emit({
          kind: 'given-back',
          resource: r,
          root: frame.context.def.name,
          outcome,
          reach: this.reach(r, state, end.value, outcome === 'error').concat(r.published.map((f) => `~${f}`)),
        });
        continue;
      }
      if (this.isCutShort(r, state, frame)) {
        if (!this.reach(r, state, end.value, outcome === 'error').length)
          this.machine.emit({
            kind: 'leak',
            resource: r,
            at,
            why: 'rest',
            refused: false,
            trace: state.trace,
            functionName: frame.context.def.name,
            short: false,
          });
        continue;
      }
      if (!mayHold(state, r)) continue;
      const reach = this.reach(r, state, end.value, outcome === 'error');
      const short = isShort(state, r);
      const why = !reach.length
        ? isEnd
          ? 'end'
          : 'return'
        : outcome === 'error' && !reach.some((how) => HANDED.test(how))
          ? this.unknownTo(r, state, end.value)
          : null;
      if (why && !isSureToHold(state, r)) continue;
      if (why) {
        this.machine.emit({
          kind: 'leak',
          resource: r,
          at,
          why,
          by: r.forgotten ?? undefined,
          refused: !reach.length && this.reach(r, state, end.value, false, true).length > 0,
          trace: state.trace,
          functionName: frame.context.def.name,
          short,
        });
      } else {
        this.machine.emit({
          kind: 'outlives',
          resource: r,
          root: frame.context.def.name,
          outcome,
          at: end.at,
          onlyAddress: reach.length === 1 && this.isInsidePage(end.value),
          inResult: end.value !== null && end.value.s !== r.array && reach.includes('the result'),
          reach: reach.concat(r.published.map((f) => `~${f}`)),
          trace: state.trace,
          short,
          ofEarlier: r.refilled && r.earlier.length > 0 && state.compare('>', r.result, ZERO) === false,
        });
      }
    }
  }

  /**
   * A loop that gives the pages back one by one was left before its end, and as far as the path knows there were more of them. (A
   * loop that ends by its own condition has given all of them back, see LoopBorders.leave().)
   */
  private isCutShort(r: Resource, state: State, { context }: Frame): boolean {
    const last = r.releasedAt.at(-1);
    if (r.status !== 'partial' || r.releasedCount !== 'loop' || !last || r.releasedAt.length > 1) return false;
    if (r.fact.result !== 'pages' || r.iter || r.earlier.length || r.outflow || r.published.length) return false;
    const { lastIndex } = r;
    // in the first round only: later ones stand for any
    if (!lastIndex || lastIndex.s || lastIndex.x || lastIndex.o !== 0) return false;
    if (![...context.loops.values()].some(({ span }) => last.start >= span.start && last.end <= span.end)) return false;
    const [isOne, isAsked] = [r.result, r.requested].map((n) => state.compare('<=', n, constant(1)) === true);
    return !isOne && !isAsked;
  }

  /**
   * The array outlives the function, but nobody can tell any more that it holds pages, or how many: a count or flag beside
   * it was cleared, or fewer pages were taken than asked for and the number is in no place that others read.
   */
  private unknownTo(r: Resource, state: State, value: Val | null): 'forgotten' | 'uncounted' | null {
    if (r.status !== 'held') return null;
    if (r.forgotten !== null) return 'forgotten';
    if (r.fact.into !== 'array' || r.outflow) return null;
    // what a loop took in the rounds before the one that failed, or less than was asked for
    const rounds = r.earlier.length > 0 && !r.refilled && state.compare('<', r.result, ZERO) === true;
    if (!rounds && (r.earlier.length > 0 || !isShort(state, r) || state.known(r.requested) === 1)) return null;
    const counts = [r.result, ...r.earlier];
    const tells = (v: Val): boolean => counts.some((n) => v.s === n.s || this.symbols.mentions(v.s, n.s));
    if (value && tells(value) && state.bounds(value).hi >= 0) return null;
    for (const { place: loc, val: v } of state.memory.entries()) if (!loc.isLocal && v.s && tells(v)) return null;
    return 'uncounted';
  }

  /** `page_to_phys(page) + offset`. */
  private isInsidePage(v: Val | null): boolean {
    return v !== null && (v.o !== 0 || v.x !== undefined) && this.symbols.info(v.s).numberOf !== undefined;
  }

  private outcome(end: Ended, def: FunctionDef): Outcome {
    const r = def.returns;
    if (!end.value || (r.kind === 'base' && r.name === 'void')) return 'success';
    const v = end.value;
    if (r.kind === 'pointer') {
      if (isErrKnown(end.state, v) || (isConst(v) && v.o <= 0)) return 'error';
      return 'success';
    }
    if (r.kind === 'base' && r.name === 'bool') return isConst(v) ? (v.o ? 'success' : 'error') : 'unknown';
    if (isConst(v) && isBegun(v.o)) return 'begun';
    const b = end.state.bounds(v);
    if (b.hi < 0) return 'error';
    if (b.lo >= 0) return 'success';
    return end.state.compare('!=', v, ZERO) === true ? 'error' : 'unknown';
  }

  /** Through what the pages can still be found from outside; empty: lost. */
  private reach(r: Resource, state: State, value: Val | null, onError: boolean, failures = false): string[] {
    const out = new Set<string>();
    const visited = new Set<number>();
    const consider = (sym: number): void => {
      if (visited.has(sym) || !sym) return;
      visited.add(sym);
      const info = this.symbols.info(sym);
      for (const how of failures ? state.givenTo(sym) : state.knownBy(sym, onError)) out.add(how);
      if (value && (value.s === sym || this.symbols.info(value.s).elementOf?.array === sym)) out.add('the result');
      if (info.addressOf !== undefined) {
        const place = info.addressOf;
        if (!place.isLocal) this.placeReach(place, out, consider);
      } else if (info.from && !info.local && !info.elementOf) {
        out.add(info.name ?? 'memory');
      } else if (info.key.startsWith('init:f0/') || info.key.startsWith('init:G/')) out.add(info.name ?? 'parameter');
      else if (info.elementOf) {
        const arr = this.symbols.info(info.elementOf.array);
        if (!arr.local && sym === r.array) out.add(arr.name ?? 'memory');
      } else if (!info.local && !info.key.startsWith('fresh:f') && r.fact.into !== 'return')
        out.add(info.name ?? 'memory');
      for (const { place: loc, val: v } of state.memory.entries()) {
        const el = this.symbols.info(v.s).elementOf;
        if (v.s !== sym && el?.array !== sym) continue;
        if (loc.isLocal) {
          // inside a local struct or array: found through its address only; of the address of a page's data nobody keeps the page,
          // and nobody gives a page back because it is in a scatterlist there
          if (loc.isContained || this.symbols.info(v.s).key.startsWith('kmap:')) continue;
          for (const id of state.escaped.keys()) {
            const whole = this.symbols.info(id).addressOf;
            if (whole && loc.isPartOf(whole))
              for (const how of failures ? state.givenTo(id) : state.knownBy(id, onError)) out.add(how);
          }
          continue;
        }
        // a table that could not take the last batch does not lead to it
        if (loc.isContained && !isElsewhere(state, r)) continue;
        this.placeReach(loc, out, consider, sym);
      }
    };
    consider(r.array);
    return [...out].sort();
  }

  private placeReach(loc: Place, out: Set<string>, consider: (sym: number) => void, self?: number): void {
    if (loc.isGlobal) {
      out.add(shortLoc(loc));
      return;
    }
    const base = loc.pointer?.s;
    if (base === undefined || base === self) return;
    const info = this.symbols.info(base);
    if (info.local === 'heap') consider(base);
    else out.add(loc.isContained ? 'a scatterlist' : `${info.name ?? 'memory'}.${loc.field.replace(/\[0\]$/, '')}`);
  }
}

const braces = new WeakMap<FunctionDef, Span>();
/** One object for each function, which moves with it: events are kept. */
function closingBrace(def: FunctionDef): Span {
  let span = braces.get(def);
  if (!span) {
    span = { start: def.bodySpan.end - 1, end: def.bodySpan.end };
    def.adopt(span);
    braces.set(def, span);
  }
  return span;
}
