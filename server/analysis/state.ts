/**
 * The state of one path: memory, what is known of symbols, and the page references that the path holds. States are
 * forked at branches and compared by `key` at joins.
 */
import type { CallExpr, Span } from '../../language/c/ast.ts';
import type { AcquireFact } from '../../language/kernel/types.ts';
import { Forked } from './forked.ts';
import { fold, hashOfText, hashPair, mix1, mix2, type Sum } from './hash.ts';
import { iterKind } from './iterators.ts';
import { Numbers } from './numbers.ts';
import { PlaceMap } from './place-map.ts';
import type { Needs } from './needs.ts';
import { Rounds } from './rounds.ts';
import { NOTHING, SIGN } from './slice.ts';
import type { Marks, Symbols } from './symbols.ts';
import { ZERO, valKey, type Val } from './values.ts';

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
  /** Of the symbol and the result. */
  readonly h1: number;
  readonly h2: number;
}

/** A release of pages that this path did not acquire (a parameter's, a field's): for double releases. */
export interface Ghost {
  readonly span: Span;
  readonly kind: RefKind;
  readonly count: string;
  readonly name: string;
}

/** Mutable state of one path; `fork` before letting two paths go on from it. */
export class State {
  private constructor(
    readonly symbols: Symbols,
    readonly memory: PlaceMap,
    private readonly numbers: Numbers,
    readonly resources: Forked<string, Resource>,
    readonly ghosts: Forked<string, Ghost>,
    /** Symbols that became reachable from outside the function. */
    readonly escaped: Forked<number, readonly Escape[]>,
    /** Which acquire last filled an array: its elements are other pages than before. */
    readonly filled: Forked<number, string>,
    /** Unknown preprocessor conditions decided on this path. */
    readonly choices: Forked<string, boolean>,
    /** Arrivals at each loop head; never changed in place. */
    public rounds: Rounds,
    public trace: Trace | null,
  ) {}

  /** Nothing is known, and nothing was done. */
  static start(symbols: Symbols): State {
    const none = <K, V>(): Forked<K, V> => new Forked<K, V>();
    const numbers = new Numbers(symbols);
    return new State(symbols, new PlaceMap(), numbers, none(), none(), none(), none(), none(), Rounds.none, null);
  }

  fork(): State {
    return new State(
      this.symbols,
      this.memory.fork(),
      this.numbers.fork(),
      this.resources.fork(),
      this.ghosts.fork(),
      this.escaped.fork(),
      this.filled.fork(),
      this.choices.fork(),
      this.rounds,
      this.trace,
    );
  }

  /** The symbol is known to other code from here on. */
  escape(id: number, how: string, result: Val | null = null): void {
    const known = this.escaped.get(id) ?? [];
    if (known.some((e) => e.how === how && e.result?.s === result?.s)) return;
    const s = result ? result.s : 0;
    const one = { how, result, h1: mix1(mix1(0x71, id), s), h2: mix2(mix2(0x72, id), s) };
    this.escaped.set(id, [...known, one].slice(-6));
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

  /** Bounds of a value. */
  bounds(v: Val): { readonly lo: number; readonly hi: number } {
    return this.numbers.bounds(v);
  }

  /** The value as a number, if the path fixes it. */
  known(v: Val): number | undefined {
    const { lo, hi } = this.numbers.bounds(v);
    return lo === hi ? lo : undefined;
  }

  /** Whether `a op b` holds: true, false, or undefined when both are possible. */
  compare(op: string, a: Val, b: Val): boolean | undefined {
    return this.numbers.compare(op, a, b);
  }

  /** Adds the fact `a op b`; false if the path becomes impossible. */
  assume(op: string, a: Val, b: Val): boolean {
    return this.numbers.assume(op, a, b);
  }

  /** The value leads to pages that the path holds: where it is stored decides whether they are lost. */
  private carries(v: Val): boolean {
    if (!v.s) return false;
    const info = this.symbols.info(v.s);
    if (info.local === 'heap') return true;
    const { contents: resources } = this.resources;
    for (let i = 0; i < resources.length; i++) {
      const { array } = resources[i]!;
      if (array === v.s || array === info.elementOf?.array) return true;
    }
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
    const { names: ids, contents: resources } = this.resources;
    let h = value ? mix1(0x11, this.numbers.relation(value, ZERO)) : 0;
    for (let i = 0; i < ids.length; i++) {
      const r = resources[i]!;
      h = (h + mix1(hashesOf(ids[i]!, r).outline, this.numbers.relation(r.result, ZERO))) | 0;
    }
    for (const id of this.ghosts.names) h = (h + hashOfText(id)[1]) | 0;
    return h;
  }

  /**
   * A number that is equal for states that no later step can tell apart: memory that may still be read (from a node on;
   * null: behind the activation), resources, ghosts, and what is known of the symbols that those mention. (A hash of 53
   * bits over all of that, in any order.)
   */
  key(needs: Needs, node: number | null, value: Val | null = null): number {
    const { ghosts, choices } = this;
    const marks = this.symbols.newMarks();
    const sum = { h1: 0, h2: 0 };
    if (value !== null) {
      const x = value.x ?? 0;
      sum.h1 = mix1(mix1(mix1(0x11, value.s), fold(value.o)), x);
      sum.h2 = mix2(mix2(mix2(0x12, value.s), fold(value.o)), x);
    }
    this.hashMemory(needs, node, marks, sum);
    this.hashResources(marks, sum);
    this.hashEscapes(marks, sum);
    this.numbers.hash(marks, sum);
    for (let i = 0; i < ghosts.size; i++) addText(sum, 0x61, `${ghosts.names[i]!}:${ghosts.contents[i]!.count}`, 0);
    for (let i = 0; i < choices.size; i++) addText(sum, 0x91, choices.names[i]!, choices.contents[i]! ? 1 : 2);
    if (this.rounds !== Rounds.none) addText(sum, 0xa1, this.rounds.text, 0);
    return (sum.h1 >>> 0) * 0x200000 + (sum.h2 >>> 11);
  }

  // The parts of a key are functions of their own, with plain loops: small ones are optimised long before large ones.

  private hashMemory(needs: Needs, node: number | null, { stamps, stamp }: Marks, sum: Sum): void {
    const { names: places, contents: cells } = this.memory.cells;
    const known = needs.of(node);
    let { h1, h2 } = sum;
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      const cell = cells[i]!;
      const need = known[place.id] ?? needs.find(node, place);
      if (need === NOTHING && (place.isLocal || !this.carries(cell.val))) continue;
      if (need === SIGN && !this.tellsOfPages(cell.val)) {
        const sign = this.numbers.relation(cell.val, ZERO);
        h1 = (h1 + mix1(mix1(0x21, place.id), sign)) | 0;
        h2 = (h2 + mix2(mix2(0x22, place.id), sign)) | 0;
        continue;
      }
      h1 = (h1 + cell.h1) | 0;
      h2 = (h2 + cell.h2) | 0;
      stamps[cell.s] = stamp;
      stamps[cell.x] = stamp;
      if (place.base > 0) stamps[place.base] = stamp;
    }
    sum.h1 = h1;
    sum.h2 = h2;
  }

  private hashResources(marks: Marks, sum: Sum): void {
    const { names: ids, contents: resources } = this.resources;
    for (let i = 0; i < ids.length; i++) {
      const r = resources[i]!;
      const hashes = hashesOf(ids[i]!, r);
      sum.h1 = (sum.h1 + hashes.h1) | 0;
      sum.h2 = (sum.h2 + hashes.h2) | 0;
      for (const v of r.earlier) marks.mention(v);
      marks.mention(r.result);
      marks.mention(r.requested);
      if (r.outflowBy) marks.mention(r.outflowBy);
      marks.add(r.array);
    }
  }

  private hashEscapes({ stamps, stamp }: Marks, sum: Sum): void {
    const { names: ids, contents: escapes } = this.escaped;
    let { h1, h2 } = sum;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (stamps[id] !== stamp || (this.symbols.isFoundAnyway(id) && !this.isArray(id))) continue;
      const list = escapes[i]!;
      for (let k = 0; k < list.length; k++) {
        const e = list[k]!;
        // of the result it only matters whether the call failed
        const verdict = e.result === null ? 0 : this.numbers.relation(e.result, ZERO);
        h1 = (h1 + mix1(e.h1, verdict)) | 0;
        h2 = (h2 + mix2(e.h2, verdict)) | 0;
      }
    }
    sum.h1 = h1;
    sum.h2 = h2;
  }

  /** The symbol is the array (or the page) of a resource. */
  private isArray(id: number): boolean {
    for (const { array } of this.resources.contents) if (array === id) return true;
    return false;
  }
}

function addText(sum: Sum, kind: number, text: string, more: number): void {
  const [a, b] = hashOfText(text);
  sum.h1 = (sum.h1 + mix1(a ^ kind, more)) | 0;
  sum.h2 = (sum.h2 + mix2(b ^ kind, more)) | 0;
}

/**
 * The resource was taken by the root of the walk or by a function that it calls itself: rules ask what those wrote
 * beside the pages (see leaked-pin), of others nothing hangs on it.
 */
const isNear = (id: string): boolean => {
  let at = -1;
  for (let i = 0; i < 3; i++) if ((at = id.indexOf(':', at + 1)) < 0) return true;
  return false;
};

interface Hashes {
  readonly h1: number;
  readonly h2: number;
  /** Of what `outline` tells. */
  readonly outline: number;
}
const hashes = new WeakMap<Resource, Hashes>();
function hashesOf(id: string, r: Resource): Hashes {
  let known = hashes.get(r);
  if (!known) {
    const text = `R${id}:${r.status}${r.earlier.map(valKey).join('+')}:${valKey(r.result)}:${r.releasedCount ?? ''}:${r.releasedAt.length}:${isNear(id) ? r.published.join() : ''}${r.outflow ? `>${r.outflowBy?.s ?? 0}` : ''}${r.forgotten ?? ''}`;
    const [h1, h2] = hashPair(text);
    const [outline] = hashOfText(`${id}:${r.status}:${r.earlier.length}:${r.releasedAt.length}`);
    hashes.set(r, (known = { h1, h2, outline }));
  }
  return known;
}

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
