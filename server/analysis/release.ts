/** What calls that give pages back, or free what holds them, do to a path. */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import type { Effect } from '../../language/kernel/types.ts';
import { calleeName } from './context.ts';
import { nameOf, type Frame, type Machine } from './frame.ts';
import type { Memory } from './memory.ts';
import { isElsewhere, isShort, isSureToHold, mayHold, type Resource, type State } from './state.ts';
import type { Symbols } from './symbols.ts';
import { constant, isConst, sameVal, valKey, ZERO, type Val } from './values.ts';

/** Pages that somebody puts into an array one by one. */
const MAX_FILLED = 8;

const isWithin = (a: Span, b: Span): boolean => a.start >= b.start && a.end <= b.end;

/** The call in that function, further up the stack, which led to the frame. */
export function calledFrom(fn: string, frame: Frame): CallExpr | undefined {
  let callee = frame;
  for (let f = frame.caller; f && callee.context.def.name !== fn; callee = f, f = f.caller)
    if (f.context.def.name === fn) {
      const start = Number(callee.id.slice(f.id.length + 1));
      return f.context.calls.find((c) => c.start === start);
    }
  return undefined;
}

/** Releases and frees on a path. */
export class Releases {
  constructor(
    private readonly machine: Machine,
    private readonly memory: Memory,
  ) {}

  private get symbols(): Symbols {
    return this.machine.symbols;
  }

  release(effect: Effect & { kind: 'release' }, e: CallExpr, args: readonly Val[], state: State, frame: Frame): void {
    const given = args[effect.pages.arg];
    if (!given || (isConst(given) && given.o === 0)) return;
    const v = this.memory.containerPages(given, effect.pages.as, state);
    if (!v) return;
    const count = effect.pages.count !== undefined ? args[effect.pages.count] : undefined;
    if (count && state.known(count) === 0) return;
    const whole = effect.pages.as === 'page-array' || effect.pages.as === 'folio-array';
    const contents =
      whole && !this.memory.resourcesOf(v, state).length
        ? this.contentsOf(v, count, e.args[effect.pages.arg]!, state)
        : undefined;
    if (contents) for (const content of contents) this.give(effect, e, content, false, count, state, frame);
    else this.give(effect, e, v, whole, count, state, frame);
  }

  /**
   * The pages in what is given as an array and was filled by hand, wherever they came from: `unpin_user_pages(&page, 1)`, a local
   * array with an initialiser, a literal. Undefined: it is no such thing.
   */
  private contentsOf(v: Val, count: Val | undefined, written: Expr, state: State): Val[] | undefined {
    const { addressOf: at, local } = this.symbols.info(v.s);
    if (!at || v.o || v.x) return undefined;
    const first = state.memory.get(at);
    if (written.kind === 'unary' && written.op === '&' && written.arg.kind === 'id') return first ? [first] : [];
    if (!first || local !== 'variable') return undefined;
    const out = [first];
    const all = (count && state.known(count)) ?? MAX_FILLED;
    for (let i = 1; i < all && i < MAX_FILLED; i++) {
      const content = state.memory.get(this.memory.deref({ s: v.s, o: i }));
      if (!content) break;
      out.push(content);
    }
    return out.some((one) => this.memory.resourcesOf(one, state).length > 0) ? out : undefined;
  }

  private give(
    effect: Effect & { kind: 'release' },
    e: CallExpr,
    v: Val,
    whole: boolean,
    count: Val | undefined,
    state: State,
    frame: Frame,
  ): void {
    let mine = this.memory.resourcesOf(v, state).filter(([, r]) => r.status !== 'handed');
    // several acquires into parts of one array: this part only, if the count says so
    const exact = whole ? mine.filter(([, r]) => sameVal(r.index, { ...v, s: 0 })) : [];
    if (
      exact.length &&
      exact.length < mine.length &&
      count &&
      exact.some(([, r]) => [r.result, r.requested].some((n) => state.compare('==', count, n) === true))
    )
      mine = exact;
    const shared = mine.length > 1;
    const name = nameOf(e.args[effect.pages.arg]!, this.machine.unit);
    const countKey = count ? valKey(count) : '1';
    if (!mine.length) {
      this.machine.gaveOthers();
      if (this.memory.resourcesOf(v, state).length) return;
      // out of a scatterlist: the pages that were put into one
      if (this.symbols.info(v.s).key.includes('.@page')) this.memory.handOverContained(state);
      this.memory.handOverListed(effect.of, state);
      const at = whole ? `${v.s}@${v.o}+${v.x ?? 0}` : `${v.s}@el`;
      const before = state.ghosts.get(at);
      if (before && before.count === countKey) {
        this.machine.emit({
          kind: 'double',
          refKind: effect.of,
          name,
          first: before.span,
          at: e,
          call: e,
          why: 'again',
          trace: state.trace,
          functionName: frame.context.def.name,
        });
      }
      if (!before) state.ghosts.set(at, { span: e, kind: effect.of, count: countKey, name });
      return;
    }
    for (const [id, r] of mine) {
      if (!r.earlier.length && r.status === 'held' && !mayHold(state, r)) {
        // nothing is held on this path
        // in the function that called it: elsewhere, flags that are not followed decide
        const isNear = id === `${frame.id}:${r.site.start}`;
        // asked for one page, a call takes it or fails: 0 is what is left behind `if (ret < 0)` and an assertion that it is 1
        const isAssertion = state.known(r.requested) === 1 && state.known(r.result) === 0;
        if (!shared && isNear && !isAssertion && this.isNeverFilled(r, v, whole ? count : undefined, whole, state))
          this.machine.emit({
            kind: 'double',
            refKind: effect.of,
            resource: r,
            name,
            first: r.site,
            at: e,
            call: e,
            why: 'nothing',
            trace: state.trace,
            functionName: frame.context.def.name,
          });
        continue;
      }
      const common = { resource: r, at: e as Span, call: e, trace: state.trace, functionName: frame.context.def.name };
      if (effect.of !== r.kind || effect.frees)
        this.machine.emit({ kind: 'mismatch', released: effect.of, frees: effect.frees ?? false, ...common });
      const el = this.symbols.info(v.s).elementOf;
      const single =
        sameVal(r.requested, constant(1)) ||
        (count && isConst(count) && count.o === 1 && state.known(r.requested) === 1);
      const elementwise = !whole && r.array !== v.s && !single;
      if (r.status === 'released') {
        const last = r.releasedAt.at(-1) ?? e;
        const sameCount = r.releasedCount === null || r.releasedCount === countKey || elementwise;
        if (
          sameCount &&
          !(r.iter && !whole) &&
          !(!whole && (r.earlier.length || this.symbols.info(v.s).key.startsWith('back:'))) &&
          !(elementwise && (shared || r.outflow || !isWithin(last, frame.context.def))) &&
          !(el && elementwise && r.releasedCount !== 'loop')
        ) {
          this.machine.emit({ kind: 'double', ...common, refKind: effect.of, name, first: last, why: 'again' });
        }
        continue;
      }
      if (elementwise) {
        const at = `${v.s}@el`;
        const before = state.ghosts.get(at);
        if (before && !shared && !this.symbols.info(v.s).key.startsWith('back:'))
          this.machine.emit({ kind: 'double', ...common, refKind: effect.of, name, first: before.span, why: 'again' });
        else state.ghosts.set(at, { span: e, kind: effect.of, count: '1', name });
        state.resources.set(id, {
          ...r,
          status: 'partial',
          releasedAt: [...r.releasedAt, e],
          releasedCount: 'loop',
          lastIndex: el && el.array === r.array ? el.index : null,
        });
        continue;
      }
      if (
        whole &&
        count &&
        r.fact.result === 'pages' &&
        !r.earlier.length &&
        sameVal(v, { s: r.array, o: r.index.o, x: r.index.x })
      ) {
        // more than was filled: the path knows that the result is below the count given back
        if (state.compare('>', count, r.result) === true) {
          this.machine.emit({ kind: 'double', ...common, refKind: effect.of, name, first: r.site, why: 'unfilled' });
        }
        const short = state.compare('<', count, r.result) === true;
        state.resources.set(id, {
          ...r,
          status: short ? 'partial' : 'released',
          releasedAt: [...r.releasedAt, e],
          releasedCount: countKey,
        });
        continue;
      }
      const atStart = sameVal(v, { s: r.array, o: r.index.o, x: r.index.x }) || (r.earlier.length > 0 && !v.o && !v.x);
      const offset = whole && !atStart;
      state.resources.set(id, {
        ...r,
        status: offset ? 'partial' : 'released',
        releasedAt: [...r.releasedAt, e],
        releasedCount: whole ? countKey : '1',
      });
    }
  }

  /**
   * What is given back was to be filled by an acquire that took nothing on this path, and nothing else can have filled it: as many
   * slots as it was asked for, or the one page of a variable that had no value before.
   */
  private isNeverFilled(r: Resource, v: Val, count: Val | undefined, whole: boolean, state: State): boolean {
    if (r.fact.result !== 'pages' || r.iter || r.earlier.length) return false;
    if (whole)
      return (
        !!count &&
        sameVal(v, { s: r.array, o: r.index.o, x: r.index.x }) &&
        (sameVal(count, r.requested) || (isConst(count) && count.o > 0)) &&
        state.compare('<=', r.requested, ZERO) !== true
      );
    return r.blank && !v.o && !v.x && this.symbols.info(r.array).addressOf?.isLocal === true;
  }

  /** kfree() and friends: a resource whose array, or whose array's owner, goes away can no longer be given back. */
  freed(v: Val | undefined, e: CallExpr, state: State, frame: Frame): void {
    if (!v?.s) return;
    for (const [id, r] of state.resources) {
      if (!mayHold(state, r)) continue;
      const info = this.symbols.info(r.array);
      const why =
        r.array === v.s && r.fact.into !== 'return'
          ? 'array-freed'
          : this.isInside(r.array, v, state)
            ? 'owner-freed'
            : null;
      if (!why) continue;
      // a single page's own pointer variable is no array
      if (why === 'array-freed' && info.addressOf !== undefined) continue;
      if (this.copiedOut(r, v, state) || !isSureToHold(state, r)) continue;
      this.machine.emit({
        kind: 'leak',
        resource: r.outflow && (!isElsewhere(state, r) || this.isOnlyIn(v, r, state)) ? { ...r, outflow: false } : r,
        at: e,
        why,
        by: calleeName(e),
        trace: state.trace,
        functionName: frame.context.def.name,
        from: calledFrom(r.functionName, frame),
        short: isShort(state, r),
        refused: false,
      });
      state.resources.set(id, { ...r, status: 'handed' });
    }
  }

  private isInside(array: number, owner: Val, state: State): boolean {
    const info = this.symbols.info(array);
    const object = this.symbols.places.behind(owner);
    if (info.addressOf?.root === object) return true;
    for (const { place: loc, val: val } of state.memory.entries())
      if (val.s === array && loc.root === object && !loc.isContained) return true;
    return info.from?.base === owner.s && owner.s !== 0 && info.elementOf === undefined;
  }

  /** The table that the pages were put into is part of the memory that goes away. (`copiedOut` says that no other is known.) */
  private isOnlyIn(freed: Val, r: Resource, state: State): boolean {
    for (const { place: loc, val: val } of state.memory.entries())
      if (loc.isContained && loc.pointer?.s === freed.s)
        if (val.s === r.array || this.symbols.info(val.s).elementOf?.array === r.array) return true;
    return false;
  }

  /** The pages were also put somewhere that is not going away. */
  private copiedOut(r: Resource, freed: Val, state: State): boolean {
    const object = this.symbols.places.behind(freed);
    for (const { place: loc, val: val } of state.memory.entries()) {
      const el = this.symbols.info(val.s).elementOf;
      if (
        (val.s === r.array || el?.array === r.array) &&
        !loc.isLocal &&
        loc.root !== object &&
        loc.pointer?.s !== r.array
      ) {
        // another name of the array that is freed (but a scatterlist made from it has the pages)
        if (r.array === freed.s && val.s === r.array && !loc.isContained) continue;
        if (loc.isContained && !isElsewhere(state, r)) continue;
        return true;
      }
    }
    return false;
  }
}
