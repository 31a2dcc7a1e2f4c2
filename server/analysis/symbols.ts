/** The symbols of a walk: what each of them stands for. */
import { Places, type Place } from './place.ts';
import type { Val } from './values.ts';

/** What may be known of a symbol. */
export interface SymFacts {
  /** Name for messages (`ret`, `obj->pages`), if it has a short one. */
  readonly name?: string;
  /** The location that it was first read from. */
  readonly from?: { readonly base: number; readonly field: string };
  /** It is an element read out of the array at this symbol, at that index. */
  readonly elementOf?: { readonly array: number; readonly index: Val };
  /** Address of a local variable or of memory that nobody else knows yet. */
  readonly local?: 'variable' | 'heap';
  /** Heap memory that starts as zeroes. */
  readonly zeroed?: boolean;
  /** What is in a variable that was declared without a value. */
  readonly unset?: boolean;
  /** Known to be a non-null address. */
  readonly nonNull?: boolean;
  /** It is the truth value of this comparison. */
  readonly test?: { readonly op: string; readonly a: Val; readonly b: Val };
  /** The symbols that were or-ed together into it. */
  readonly bits?: readonly number[];
  /** The acquire (and round) that filled the array with it. */
  readonly fill?: string;
  /** It is a number that stands for a page (its frame, its physical address): that page. */
  readonly numberOf?: Val;
  /** Address of this place. */
  readonly addressOf?: Place;
  /** A constant of unknown value: different from every other such constant. */
  readonly unique?: boolean;
  /** Initial range. */
  readonly lo?: number;
  readonly hi?: number;
}

/** What a symbol stands for: an object of one shape, whatever is known of it, as everything asks for it. */
export class SymInfo implements SymFacts {
  readonly name: SymFacts['name'];
  readonly from: SymFacts['from'];
  readonly elementOf: SymFacts['elementOf'];
  readonly local: SymFacts['local'];
  readonly zeroed: SymFacts['zeroed'];
  readonly unset: SymFacts['unset'];
  readonly nonNull: SymFacts['nonNull'];
  readonly test: SymFacts['test'];
  readonly bits: SymFacts['bits'];
  readonly fill: SymFacts['fill'];
  readonly numberOf: SymFacts['numberOf'];
  readonly addressOf: SymFacts['addressOf'];
  readonly unique: SymFacts['unique'];
  readonly lo: SymFacts['lo'];
  readonly hi: SymFacts['hi'];

  constructor(
    readonly id: number,
    readonly key: string,
    facts: SymFacts,
  ) {
    this.name = facts.name;
    this.from = facts.from;
    this.elementOf = facts.elementOf;
    this.local = facts.local;
    this.zeroed = facts.zeroed;
    this.unset = facts.unset;
    this.nonNull = facts.nonNull;
    this.test = facts.test;
    this.bits = facts.bits;
    this.fill = facts.fill;
    this.numberOf = facts.numberOf;
    this.addressOf = facts.addressOf;
    this.unique = facts.unique;
    this.lo = facts.lo;
    this.hi = facts.hi;
  }
}

const NO_FACTS: SymFacts = {};

/** Key of what a constant of a header that was not read stands for. */
export const NAMED_CONSTANT = /^init:G\/[A-Z][A-Z0-9_]*$/;

/** A set of symbols that costs nothing to empty: those whose stamp is the newest one are in it. */
export class Marks {
  /** By symbol. */
  stamps = new Int32Array(1024);
  stamp = 0;

  /** Empties it, and makes room for so many symbols. */
  clear(count: number): void {
    this.stamp++;
    if (count <= this.stamps.length) return;
    const larger = new Int32Array(count * 2);
    larger.set(this.stamps);
    this.stamps = larger;
  }

  add(id: number): void {
    this.stamps[id] = this.stamp;
  }

  /** Adds what a value is made of. */
  mention(v: Val): void {
    this.add(v.s);
    if (v.x) this.add(v.x);
  }
}

/** Table of all symbols of one analysis run. */
export class Symbols {
  readonly places = new Places();
  /** One for all walks: it is empty whenever somebody asks for it. */
  private static readonly marks = new Marks();
  private readonly infos: SymInfo[] = [new SymInfo(0, '0', NO_FACTS)];
  private readonly byKey = new Map<string, number>();
  private readonly foundAnyway: (boolean | undefined)[] = [];

  /** The symbol was computed from the other one (`(7+0+12+0)` from 7 and 12). */
  mentions(id: number, part: number): boolean {
    const { key } = this.infos[id]!;
    return key.startsWith('(') && new RegExp(`(?<![\\d.+-])${part}(?!\\d)`).test(key);
  }

  /** The symbol of that key, made on first use. */
  get(key: string, facts: SymFacts = NO_FACTS): number {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const id = this.infos.length;
    this.infos.push(new SymInfo(id, key, facts));
    this.byKey.set(key, id);
    return id;
  }

  /** A constant of a header that was not read is a label of a switch: it differs from all the other ones that are. */
  setLabel(id: number): void {
    const info = this.infos[id];
    if (info && !info.unique && NAMED_CONSTANT.test(info.key))
      this.infos[id] = new SymInfo(id, info.key, { ...info, unique: true });
  }

  /** What is in a place is compared with a constant of a header that was not read: if it is another such constant, it differs. */
  setLabels(content: Val, label: Val): void {
    if (content.o || content.x || label.o || label.x || content.s === label.s) return;
    const isName = (s: number): boolean => NAMED_CONSTANT.test(this.infos[s]?.key ?? '');
    if (!isName(content.s) || !isName(label.s)) return;
    this.setLabel(content.s);
    this.setLabel(label.s);
  }

  /** What the symbol points to can be found from outside of the function whoever else gets it: it came from there. */
  isFoundAnyway(id: number): boolean {
    return (this.foundAnyway[id] ??= this.comesFromOutside(this.info(id)));
  }

  private comesFromOutside({ key, from, local, elementOf }: SymInfo): boolean {
    return !local && ((from !== undefined && !elementOf) || key.startsWith('init:f0/') || key.startsWith('init:G/'));
  }

  /** What a parameter or a field held at first. */
  isInitial(v: Val): boolean {
    return v.s !== 0 && !v.o && !v.x && this.infos[v.s]!.key.startsWith('init:');
  }

  /** An empty set of symbols; the one given before is empty as well from now on. */
  newMarks(): Marks {
    Symbols.marks.clear(this.infos.length);
    return Symbols.marks;
  }

  /** The symbol of that key, if there is one. */
  find(key: string): number | undefined {
    return this.byKey.get(key);
  }

  info(id: number): SymInfo {
    return this.infos[id] ?? new SymInfo(id, `?${id}`, NO_FACTS);
  }
}
