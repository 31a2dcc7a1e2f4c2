/** Places and what they hold: addresses, loads, stores, and which resources a value leads to. */
import { spellsError } from '../../language/c/index.ts';
import type { PagesArg } from '../../language/kernel/types.ts';
import type { Frame } from './frame.ts';
import { isElsewhere, type RefKind, type Resource, type State } from './state.ts';
import { ZERO, sameVal, symbol, valKey, type Symbols, type SymInfo, type Val } from './values.ts';

/** What the text of a place says to a load. */
interface Reading {
  /** Symbol that the place hangs on. */
  readonly base: number | undefined;
  readonly elementOf: { readonly array: number; readonly index: Val } | undefined;
  /** A field of the object that `base` points to. */
  readonly isField: boolean;
}

/** Reads and writes the memory of a state; places are texts (`f0/name`, `12.*.field`). */
export class Memory {
  constructor(private readonly symbols: Symbols) {}

  /** The value that is the address of a place. */
  address(loc: string): Val {
    return symbol(
      this.symbols.get(`addr:${loc}`, {
        nonNull: true,
        local: loc.startsWith('f') ? 'variable' : undefined,
        addressOf: loc,
        name: loc.endsWith('[0]') ? shortLoc(loc).slice(0, -3) : `&${shortLoc(loc)}`,
      }),
    );
  }

  /** The place that a pointer points to. */
  deref(v: Val): string {
    const known = this.symbols.info(v.s).addressOf;
    if (known !== undefined)
      return v.o || v.x ? `${known.replace(/\[0\]$/, '')}[${v.o}${v.x ? `+x${v.x}` : ''}]` : known;
    return `${valKey(v)}.*`;
  }

  /** What a place holds; `name` is asked for when nothing was known of it. */
  load(loc: string, state: State, name?: () => string, unsigned?: () => boolean): Val {
    const known = state.memory.get(loc);
    if (known) return known;
    const { base, elementOf, isField } = this.reading(loc);
    // what was written as a whole (copy_from_user()) is not what was allocated
    if (isField && this.symbols.info(base!).zeroed && !state.escaped.has(base!) && !state.memory.wholeOf(loc))
      return ZERO;
    if (base === undefined && !elementOf) {
      // a field that an initialiser did not name
      const whole = state.memory.wholeOf(loc);
      if (whole && this.symbols.info(whole.val.s).zeroed && /^[.\w]+$/.test(whole.rest)) return ZERO;
    }
    const filled = elementOf ? state.filled.get(elementOf.array) : undefined;
    const key = `init:${this.epoch(loc, state)}${filled ? `#${filled}` : ''}`;
    const known0 = this.symbols.find(key);
    if (known0 !== undefined) return symbol(known0);
    return symbol(
      this.symbols.get(key, {
        name: name?.(),
        ...(unsigned?.() ? { lo: 0 } : loc.startsWith('G/') && spellsError(loc.slice(2)) ? { hi: -1 } : {}),
        elementOf,
        fill: filled,
        from: base !== undefined ? { base, field: loc.slice(loc.lastIndexOf('.') + 1) } : undefined,
      }),
    );
  }

  private readonly readings = new Map<string, Reading>();

  private reading(loc: string): Reading {
    let known = this.readings.get(loc);
    if (!known) this.readings.set(loc, (known = this.read(loc)));
    return known;
  }

  private read(loc: string): Reading {
    const m = /^(\d+)(?:\+(-?\d+))?(?:\+x(\d+))?\.\*$/.exec(loc);
    const base = /^(\d+)/.exec(loc);
    const arr = /^(.*)\[(-?\d+)(?:\+x(\d+))?\]$/.exec(loc);
    let elementOf: Reading['elementOf'];
    if (m)
      elementOf = { array: Number(m[1]), index: { s: 0, o: Number(m[2] ?? 0), x: m[3] ? Number(m[3]) : undefined } };
    else if (arr)
      elementOf = {
        array: this.address(`${arr[1]!}[0]`).s,
        index: { s: 0, o: Number(arr[2]), x: arr[3] ? Number(arr[3]) : undefined },
      };
    return {
      base: base ? Number(base[1]) : undefined,
      elementOf,
      isField: base !== null && !elementOf && /^\d+\.\*\./.test(loc),
    };
  }

  /** A member of something that was overwritten as a whole is not what it was at first. */
  epoch(loc: string, state: State): string {
    const whole = state.memory.wholeOf(loc);
    if (whole) return `${valKey(whole.val)}~${whole.rest}`;
    return loc;
  }

  store(loc: string, v: Val, state: State): void {
    const before = state.memory.get(loc);
    state.memory.set(loc, v);
    if (!loc.startsWith('f') && !loc.startsWith('T')) {
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
  private published(loc: string, state: State, cleared: boolean): void {
    const field = loc.slice(loc.lastIndexOf('.') + 1);
    if (field === '*') return;
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
  private isBeside(loc: string, r: Resource, state: State): boolean {
    const base = /^\d+/.exec(loc)?.[0];
    if (base === undefined) return true;
    const { addressOf, from } = this.symbols.info(r.array);
    if (from?.base === Number(base) || addressOf?.startsWith(`${base}.`)) return true;
    const prefix = `${base}.`;
    for (const [at, v] of state.memory)
      if (at.startsWith(prefix) && v.s && this.resourcesOf(v, state).some(([, x]) => x === r)) return true;
    return false;
  }

  /** A value that nobody knows anything about; the same one each time that this place of the code is reached in the same round. */
  fresh(
    tag: string,
    state: State,
    frame: Frame,
    info: Pick<SymInfo, 'name' | 'lo' | 'hi' | 'zeroed' | 'unset' | 'nonNull'> & { local?: 'heap' } = {},
  ): Val {
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
  changed(loc: string, now: Val, state: State): void {
    const isPart = (at: string): boolean =>
      at.startsWith(loc) && (at.charAt(loc.length) === '.' || at.charAt(loc.length) === '[');
    const kept = state.resources.size
      ? [...state.memory].filter(([at, v]) => v.s !== 0 && isPart(at) && this.touchesResource(v, state))
      : [];
    this.store(loc, now, state);
    for (const [at, v] of kept) state.memory.set(at, v);
  }

  /**
   * Unseen code got an object, or the address of a field: what was 0 there may be so no more (a count that a device is asked for, a flag
   * that an interrupt sets). Other values are mostly what the function says to that code.
   */
  mayBeFilled(v: Val, now: (field: string) => Val, state: State): void {
    const field = this.symbols.info(v.s).addressOf;
    if (field?.startsWith('f')) return;
    const prefix = field ?? `${valKey(v)}.*`;
    for (const { place, val } of state.memory.entries()) {
      if (val.s || val.o || val.x || !place.text.startsWith(prefix)) continue;
      const rest = place.text.slice(prefix.length);
      if (rest === '' || rest.startsWith('.')) state.memory.set(place.text, now(place.text));
    }
  }

  /** Code that is known got the address of a variable: what its initialiser left out may be set now. */
  mayBeSet(v: Val, now: () => Val, state: State): void {
    const loc = v.s ? this.symbols.info(v.s).addressOf : undefined;
    if (!loc?.startsWith('f')) return;
    for (let at = loc; ; at = at.slice(0, Math.max(at.lastIndexOf('.'), at.lastIndexOf('[')))) {
      const known = state.memory.get(at);
      if (known && this.symbols.info(known.s).zeroed) state.memory.set(at, now());
      if (!/[.[]/.test(at.slice(at.indexOf('/')))) return;
    }
  }

  /** An embedded member's address stands for the object that holds it. */
  ownerOf(v: Val): number {
    const loc = this.symbols.info(v.s).addressOf;
    const m = loc ? /^(\d+)[^/]*\.\*/.exec(loc) : null;
    return m ? Number(m[1]) : v.s;
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
    for (const [loc, val] of state.memory) {
      if (!loc.includes('@')) continue;
      for (const [id, r] of this.resourcesOf(val, state))
        if (isElsewhere(state, r)) state.resources.set(id, { ...r, status: 'handed' });
    }
  }

  /** Arrays that stand in slots of a list (`chunk[i].pages`): a release of what is not known may be of them. */
  handOverListed(kind: RefKind, state: State): void {
    for (const [loc, v] of state.memory) {
      if (loc.startsWith('f') || !v.s || !/\[|\+x|\+\d/.test(loc)) continue;
      for (const [id, r] of state.resources)
        if (r.array === v.s && r.kind === kind && this.symbols.info(v.s).local === 'heap')
          state.resources.set(id, { ...r, status: 'handed' });
    }
  }

  /** Resources whose pages `v` names: the array itself, or an element of it. */
  resourcesOf(v: Val, state: State): [string, Resource][] {
    const { elementOf: el, fill } = this.symbols.info(v.s);
    const out: [string, Resource][] = [];
    for (const [id, r] of state.resources) {
      if (r.array === v.s || (el && r.array === el.array && (fill === undefined || r.fills.includes(fill))))
        out.push([id, r]);
    }
    return out;
  }

  containerPages(v: Val, as: PagesArg['as'], state: State): Val | undefined {
    if (as !== 'sg' && as !== 'sg-table' && as !== 'bio') return v;
    return state.memory.get(`${this.deref(v)}.@pages`) ?? state.memory.get(`${this.deref(v)}.@page`);
  }
}

/** `f0:12/obj` → `obj`. */
export const shortLoc = (loc: string): string => loc.slice(loc.lastIndexOf('/') + 1);
