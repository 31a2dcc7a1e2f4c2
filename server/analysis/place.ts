/**
 * Places in memory, each made once in a walk. A place is a variable of an activation (`f0:12/obj`), a name of the file
 * (`G/name`), what is behind a pointer (`7.*`, of symbol 7), something that is only read (`T/…`), or a part of another
 * place (`….field`, `…[3]`).
 */
import { valKey, type Val } from './values.ts';

/** What a place is that is no part of another one. */
interface Root {
  readonly text: string;
  /** Activation that the variable belongs to; undefined for memory that is not a local variable. */
  readonly frame?: string;
  /** The variable, of a local place. */
  readonly variable?: string;
  /** The pointer that leads there. */
  readonly pointer?: Val;
  /** It is no lasting place. */
  readonly isPassing?: boolean;
}

/** A place: the same memory is the same object. */
export class Place {
  /** Counts the places of a walk. */
  readonly id: number;
  /** Tells it from all others: keys of symbols are made of it. */
  readonly text: string;
  /** The place that this one is a part of. */
  readonly whole: Place | null;
  /** What it is in in the end. */
  readonly root: Place;
  /** Activation that the variable belongs to; undefined for memory that is not a local variable. */
  readonly frame: string | undefined;
  /** The variable, of a local place. */
  readonly variable: string;
  readonly isLocal: boolean;
  /** The pointer behind which it lies. */
  readonly pointer: Val | null;
  /** Symbol that points to the object which it is in; -1 if none. */
  readonly base: number;
  /** What stands behind the last dot. */
  readonly field: string;
  /** Where in the whole it is, if that is an array. */
  readonly index: Val | null;
  /** It is the pages, or the page, in a container of them, or a part of those. */
  readonly isContained: boolean;
  /** Others may see what is there. */
  readonly isShared: boolean;
  /** Its address, and what it held at first: kept by memory.ts. */
  address: Val | undefined;
  initial: Val | undefined;
  private parts: Map<string, Place> | undefined;

  constructor(
    private readonly all: Place[],
    as: Root | { readonly whole: Place; readonly step: string; readonly index: Val | null },
  ) {
    this.id = all.push(this);
    if ('whole' in as) {
      const { whole, step, index } = as;
      this.text = whole.text + step;
      this.whole = whole;
      this.root = whole.root;
      this.frame = whole.frame;
      this.variable = whole.variable;
      this.isLocal = whole.isLocal;
      this.pointer = whole.pointer;
      this.base = whole.base;
      this.field = index ? whole.field + step : step.slice(1);
      this.index = index;
      this.isContained = whole.isContained || step.startsWith('.@');
      this.isShared = whole.isShared;
    } else {
      this.text = as.text;
      this.whole = null;
      this.root = this;
      this.frame = as.frame;
      this.variable = as.variable ?? '';
      this.isLocal = as.frame !== undefined;
      this.pointer = as.pointer ?? null;
      this.base = as.pointer && !as.pointer.o && !as.pointer.x ? as.pointer.s : -1;
      this.field = as.pointer ? '*' : as.text;
      this.index = null;
      this.isContained = false;
      this.isShared = as.frame === undefined && !as.isPassing;
    }
  }

  /** It is, or is in, what a name of the file stands for. */
  get isGlobal(): boolean {
    return this.text.startsWith('G/');
  }

  /** Somebody may always read it: behind a bare pointer, or in a container of pages. */
  get isLasting(): boolean {
    return this.isContained || this.field === '*';
  }

  /** Some place is a part of this one. */
  get hasParts(): boolean {
    return this.parts !== undefined;
  }

  /** A part that has a name. */
  member(name: string): Place {
    return this.parts?.get(name) ?? this.part(name, `.${name}`, null);
  }

  /** A part that has an index, with the symbol of what is added to it. */
  element(o: number, x = 0): Place {
    const step = x ? `[${o}+x${x}]` : `[${o}]`;
    return this.parts?.get(step) ?? this.part(step, step, { s: 0, o, x: x || undefined });
  }

  /** It is a part of that place, however far down. */
  isPartOf(place: Place): boolean {
    for (let at = this.whole; at; at = at.whole) if (at === place) return true;
    return false;
  }

  private part(key: string, step: string, index: Val | null): Place {
    const made = new Place(this.all, { whole: this, step, index });
    (this.parts ??= new Map<string, Place>()).set(key, made);
    return made;
  }
}

/** All places of one walk. */
export class Places {
  private readonly all: Place[] = [];
  private readonly named = new Map<string, Place>();
  /** By the number of the pointer's symbol. */
  private readonly behindSymbols: (Place | undefined)[] = [];

  /** How many there are: their numbers are smaller. */
  get count(): number {
    return this.all.length;
  }

  /** A variable of an activation. */
  local(frame: string, variable: string): Place {
    return this.root({ text: `${frame}/${variable}`, frame, variable });
  }

  /** What a name of the file stands for. */
  global(name: string): Place {
    return this.root({ text: `G/${name}` });
  }

  /** What an expression stands for that is no place. */
  passing(offset: number): Place {
    return this.root({ text: `T/${offset}`, isPassing: true });
  }

  /** What a pointer points to. */
  behind(pointer: Val): Place {
    if (pointer.o || pointer.x) return this.root({ text: `${valKey(pointer)}.*`, pointer });
    return (this.behindSymbols[pointer.s] ??= new Place(this.all, { text: `${pointer.s}.*`, pointer }));
  }

  private root(as: Root): Place {
    let known = this.named.get(as.text);
    if (!known) this.named.set(as.text, (known = new Place(this.all, as)));
    return known;
  }
}
