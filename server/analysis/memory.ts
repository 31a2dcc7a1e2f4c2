/** Places and what they hold: addresses, loads, stores, and which resources a value leads to. */
import { spellsError } from '../../language/c/index.ts';
import type { PagesArg } from '../../language/kernel/types.ts';
import type { Frame } from './frame.ts';
import type { Place } from './place.ts';
import { isElsewhere, type RefKind, type Resource, type State } from './state.ts';
import type { SymFacts, Symbols } from './symbols.ts';
import { ZERO, sameVal, symbol, valKey, type Val } from './values.ts';

/** What is known of an unknown value. */
type FreshInfo = Pick<SymFacts, 'name' | 'lo' | 'hi' | 'zeroed' | 'unset' | 'nonNull'> & { readonly local?: 'heap' };

const NONE: readonly never[] = [];

/** Reads and writes the memory of a state. */
export class Memory {
  constructor(private readonly symbols: Symbols) {}

  /** The value that is the address of a place. */
  address(loc: Place): Val {
    return (loc.address ??= symbol(
      this.symbols.get(`addr:${loc.text}`, {
        nonNull: true,
        local: loc.isLocal ? 'variable' : undefined,
        addressOf: loc,
        name: isFirst(loc) ? shortLoc(loc.whole!) : `&${shortLoc(loc)}`,
      }),
    ));
  }

  /** The value of an array: the address of what it begins with. */
  start(array: Place): Val {
    return this.address(array.element(0));
  }

  /** The place that a pointer points to. */
  deref(v: Val): Place {
    const known = this.symbols.info(v.s).addressOf;
    if (!known) return this.symbols.places.behind(v);
    if (!v.o && !v.x) return known;
    return (isFirst(known) ? known.whole! : known).element(v.o, v.x);
  }

  /** What a place holds; `name` is asked for when nothing was known of it. */
  load(loc: Place, state: State, name?: () => string, unsigned?: () => boolean): Val {
    return state.memory.get(loc) ?? this.first(loc, state, name, unsigned);
  }

  /** What a place holds to which the path has not written yet. */
  first(loc: Place, state: State, name?: () => string, unsigned?: () => boolean): Val {
    const base = loc.pointer?.s;
    const elementOf = this.elementAt(loc);
    const whole = state.memory.wholeOf(loc);
    // what was written as a whole (copy_from_user()) is not what was allocated
    if (
      base !== undefined &&
      !whole &&
      this.symbols.info(base).zeroed &&
      base === loc.base &&
      !elementOf &&
      isInObject(loc, loc.root) &&
      !state.escaped.has(base)
    )
      return ZERO;
    // a field that an initialiser did not name
    if (base === undefined && !elementOf && whole && this.symbols.info(whole.val.s).zeroed && isNamedIn(loc, whole.at))
      return ZERO;
    const filled = elementOf ? state.filled.get(elementOf.array) : undefined;
    // a member of something that was overwritten as a whole is not what it was at first
    const isFirstContent = !whole && filled === undefined;
    if (isFirstContent && loc.initial) return loc.initial;
    const content = whole ? `${valKey(whole.val)}~${loc.text.slice(whole.at.text.length)}` : loc.text;
    const key = `init:${content}${filled ? `#${filled}` : ''}`;
    const val = symbol(
      this.symbols.find(key) ??
        this.symbols.get(key, {
          name: name?.(),
          ...(unsigned?.() ? { lo: 0 } : loc.isGlobal && spellsError(loc.text.slice(2)) ? { hi: -1 } : {}),
          elementOf,
          fill: filled,
          from: base !== undefined ? { base, field: loc.field } : undefined,
        }),
    );
    if (isFirstContent) loc.initial = val;
    if (filled !== undefined) this.assumeTaken(val, elementOf!, filled, state);
    return val;
  }

  /** A slot that an acquire filled, as far as the path knows, holds a page: `if (!pages[i]) break;` does not end there. */
  private assumeTaken(page: Val, { index }: NonNullable<SymFacts['elementOf']>, fill: string, state: State): void {
    for (const r of state.resources.values()) {
      if (r.status !== 'held' || r.fact.result !== 'pages' || r.fills.at(-1) !== fill || r.index.o || r.index.x)
        continue;
      if (state.compare('==', r.result, r.requested) === true || state.compare('<', index, r.result) === true)
        state.assume('!=', page, ZERO);
    }
  }

  /** The array that the place is an element of: the one that it is in, or what its pointer counts from. */
  private elementAt({ whole, index, pointer }: Place): SymFacts['elementOf'] {
    if (index) return { array: this.start(whole!).s, index };
    return pointer && !whole ? { array: pointer.s, index: { s: 0, o: pointer.o, x: pointer.x } } : undefined;
  }

  store(loc: Place, v: Val, state: State): void {
    const before = state.memory.get(loc);
    if (before !== v) state.memory.set(loc, v);
    if (loc.isShared) {
      this.published(loc, state, before !== undefined && !sameVal(before, ZERO) && sameVal(v, ZERO));
      if (v.s && this.symbols.info(v.s).elementOf) this.flowsOut(v, state);
    }
    state.memory.deleteParts(loc);
  }

  flowsOut(v: Val, state: State, by: Val | null = null): void {
    for (const [id, r] of this.resourcesOf(v, state))
      if (!r.outflow || r.outflowBy?.s !== by?.s) state.resources.set(id, { ...r, outflow: true, outflowBy: by });
  }

  /** Notes for held pages that the function wrote to memory that others see: a sign that the object now owns them. */
  private published(loc: Place, state: State, cleared: boolean): void {
    const { field } = loc;
    if (field === '*' || state.resources.size === 0) return;
    for (const [id, r] of state.resources) {
      if (r.status !== 'held') continue;
      const forgotten =
        cleared && r.published.includes(field) && this.isBeside(loc, r, state)
          ? field
          : r.forgotten === field
            ? null
            : r.forgotten;
      const published = r.published.includes(field) ? r.published : [...r.published, field].sort();
      if (published !== r.published || forgotten !== r.forgotten)
        state.resources.set(id, { ...r, published, forgotten });
    }
  }

  /** The place is in the object that holds the array of the pages, or their only page. */
  private isBeside(loc: Place, r: Resource, state: State): boolean {
    const base = loc.pointer?.s;
    if (base === undefined) return true;
    const { addressOf, from } = this.symbols.info(r.array);
    if (from?.base === base || addressOf?.base === base) return true;
    for (const { place: at, val: v } of state.memory.entries())
      if (at.base === base && v.s && this.resourcesOf(v, state).some(([, x]) => x === r)) return true;
    return false;
  }

  /**
   * A value that nobody knows anything about; the same one each time that this place of the code (`at`, and which of several values it
   * makes) is reached in the same round.
   */
  fresh(kind: string, at: number, state: State, frame: Frame, info: FreshInfo = {}, which = ''): Val {
    if (which !== '') return this.unknown(`${kind}${at}${which}`, state, frame, info);
    const known = frame.scope.freshIn(state.rounds.text, kind);
    let val = known.get(at);
    if (val === undefined) known.set(at, (val = this.unknown(`${kind}${at}`, state, frame, info)));
    return val;
  }

  private unknown(tag: string, state: State, frame: Frame, info: FreshInfo): Val {
    return symbol(this.symbols.get(`fresh:${frame.id}:${tag}:${state.rounds.text}`, info));
  }

  /** The array holds other pages now: what was released before is no second release. */
  refilled(array: number, state: State): void {
    for (const k of state.ghosts.keys()) {
      const s = Number(k.slice(0, k.indexOf('@')));
      if (s === array || this.symbols.info(s).elementOf?.array === array) state.ghosts.delete(k);
    }
  }

  touchesResource(v: Val, state: State): boolean {
    const el = this.symbols.info(v.s).elementOf;
    for (const r of state.resources.values()) if (r.array === v.s || r.array === el?.array) return true;
    return false;
  }

  /**
   * Unseen code got the address of a local variable and may have changed what is there. Pages that are kept in it stay: whoever is done
   * with them finds them there.
   */
  changed(loc: Place, now: Val, state: State): void {
    const kept = state.resources.size
      ? state.memory
          .entries()
          .filter(({ place, val }) => val.s !== 0 && place.isPartOf(loc) && this.touchesResource(val, state))
      : [];
    this.store(loc, now, state);
    for (const { place, val } of kept) state.memory.set(place, val);
  }

  /**
   * Unseen code got an object, or the address of a field: what was 0 there may be so no more (a count that a device is asked for, a flag
   * that an interrupt sets). Other values are mostly what the function says to that code.
   */
  mayBeFilled(v: Val, now: (at: Place) => Val, state: State): void {
    const object = this.symbols.info(v.s).addressOf ?? this.symbols.places.behind(v);
    if (object.isLocal) return;
    const { contents: cells } = state.memory.cells;
    let empty: Place[] | undefined;
    for (let i = 0; i < cells.length; i++) {
      const { place, s, x, val } = cells[i]!;
      if (s === 0 && x === 0 && val.o === 0 && isInObject(place, object)) (empty ??= []).push(place);
    }
    if (empty) for (const place of empty) state.memory.set(place, now(place));
  }

  /** Code that is known got the address of a variable: what its initialiser left out may be set now. */
  mayBeSet(v: Val, now: () => Val, state: State): void {
    const loc = v.s ? this.symbols.info(v.s).addressOf : undefined;
    if (!loc?.isLocal) return;
    for (let at: Place | null = loc; at; at = at.whole) {
      const known = state.memory.get(at);
      if (known && this.symbols.info(known.s).zeroed) state.memory.set(at, now());
    }
  }

  /** An embedded member's address stands for the object that holds it. */
  ownerOf(v: Val): number {
    return this.symbols.info(v.s).addressOf?.pointer?.s ?? v.s;
  }

  /** An object that is made on the path has the array of held pages, or is in the same memory. */
  holdsPages(object: number, state: State): boolean {
    if (state.resources.size === 0 || this.symbols.info(object).local !== 'heap') return false;
    for (const { place, val } of state.memory.entries())
      if (place.base === object && val.s && this.resourcesOf(val, state).length) return true;
    for (const r of state.resources.values()) if (this.symbols.info(r.array).from?.base === object) return true;
    return false;
  }

  forget(v: Val, state: State): void {
    for (const k of state.ghosts.keys()) if (k.startsWith(`${v.s}@`) || k.includes(`=${v.s}@`)) state.ghosts.delete(k);
    this.handOver(v, state);
  }

  /** The pages behind `v` are somebody else's business from here on. */
  handOver(v: Val, state: State): void {
    for (const [id, r] of this.resourcesOf(v, state)) state.resources.set(id, { ...r, status: 'handed' });
  }

  /** Pages that sit in a scatterlist or the like are released through it; which entries is not followed. */
  handOverContained(state: State): void {
    for (const { place: loc, val: val } of state.memory.entries()) {
      if (!loc.isContained) continue;
      for (const [id, r] of this.resourcesOf(val, state))
        if (isElsewhere(state, r)) state.resources.set(id, { ...r, status: 'handed' });
    }
  }

  /** Arrays that stand in slots of a list (`chunk[i].pages`): a release of what is not known may be of them. */
  handOverListed(kind: RefKind, state: State): void {
    for (const { place: loc, val: v } of state.memory.entries()) {
      if (loc.isLocal || !v.s || !/\[|\+x|\+\d/.test(loc.text)) continue;
      for (const [id, r] of state.resources)
        if (r.array === v.s && r.kind === kind && this.symbols.info(v.s).local === 'heap')
          state.resources.set(id, { ...r, status: 'handed' });
    }
  }

  /** Resources whose pages `v` names: the array itself, or an element of it. */
  resourcesOf(v: Val, state: State): readonly (readonly [string, Resource])[] {
    const { names: ids, contents: resources } = state.resources;
    if (ids.length === 0) return NONE;
    const { elementOf: el, fill } = this.symbols.info(v.s);
    const out: [string, Resource][] = [];
    for (let i = 0; i < ids.length; i++) {
      const r = resources[i]!;
      if (r.array === v.s || (el && r.array === el.array && (fill === undefined || r.fills.includes(fill))))
        out.push([ids[i]!, r]);
    }
    return out;
  }

  containerPages(v: Val, as: PagesArg['as'], state: State): Val | undefined {
    if (as !== 'sg' && as !== 'sg-table' && as !== 'bio') return v;
    const container = this.deref(v);
    return state.memory.get(container.member('@pages')) ?? state.memory.get(container.member('@page'));
  }
}

/** The array's first element: its address is that of the array. */
const isFirst = (loc: Place): boolean => loc.index !== null && !loc.index.o && !loc.index.x;

/** It is the object, or in the object by names alone as far as that one goes: not in its neighbour in an array. */
function isInObject(loc: Place, object: Place): boolean {
  for (let at = loc; at !== object; at = at.whole) if (!at.whole || (at.whole === object && at.index)) return false;
  return true;
}

/** A part of the whole that is found by names alone. */
function isNamedIn(loc: Place, whole: Place): boolean {
  for (let at = loc; at !== whole; at = at.whole!) if (at.index || at.field.startsWith('@')) return false;
  return true;
}

/** `f0:12/obj` → `obj`. */
export const shortLoc = ({ text }: Place): string => text.slice(text.lastIndexOf('/') + 1);
