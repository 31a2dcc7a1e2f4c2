/** What is not declared in a file and is inferred from its use: members, variables, functions, types, constants. */
import type { CType, Span } from '../../../language/c/ast.ts';

/** Basic types by name, one object each. */
export const base = (name: string): CType => {
  let t = bases.get(name);
  if (!t) bases.set(name, (t = { kind: 'base', name }));
  return t;
};
const bases = new Map<string, CType>();
/** Basic types that are used often. */
export const INT = base('int');
export const LONG = base('long');
export const ULONG = base('unsigned long');
export const VOID = base('void');

const pointers = new WeakMap<CType, CType>();
/** The pointer type to a type. */
export function pointerTo(to: CType): CType {
  let p = pointers.get(to);
  if (!p) pointers.set(to, (p = { kind: 'pointer', to }));
  return p;
}

/** A type that is looked for. */
export class Slot {
  /** What it is for certain: it was assigned to or from something known. */
  type: CType | undefined;
  /** What it is if nothing better is found. */
  weak: CType | undefined;
  /** It is followed, indexed or called: an object has to be there. */
  followed = false;
  /** Its address goes to something that takes any memory. */
  memory = false;
  /** Its size is asked for, and that of an element. */
  array = false;
  /** It is assigned to: it is no array. */
  assigned = false;
  constructor(
    readonly name: string,
    readonly span: Span,
    readonly owner: Known,
  ) {}

  /** Learns a type. */
  learn(t: CType | undefined): void {
    if (!t || this.type) return;
    const d: CType = t.kind === 'array' && !this.array ? pointerTo(t.of) : t.kind === 'function' ? pointerTo(t) : t;
    if (d.kind === 'base' && d.name === 'void') return;
    if (d.kind === 'pointer' && d.to.kind === 'base' && d.to.name === 'void') {
      this.weak ??= d;
      return;
    }
    this.type = d;
    this.owner.changed = true;
  }
  /** The type in the end. */
  get final(): CType {
    return this.type ?? this.weak ?? LONG;
  }
}

/** A function that is called and nowhere defined. */
export interface UnknownFunction {
  readonly returns: Slot;
  /** Types of the arguments of the first call that tells them. */
  readonly params: (CType | undefined)[];
  /** Calls without fewer arguments were seen: how many there always are. */
  always: number;
}

/** All that is inferred. */
export class Known {
  changed = false;
  readonly fields = new Map<string, Map<string, Slot>>();
  readonly variables = new Map<string, Slot>();
  readonly functions = new Map<string, UnknownFunction>();
  readonly typedefs = new Map<string, Slot>();
  readonly constants = new Map<string, Span>();
  /** Records without a definition that some declaration needs, by key. */
  readonly missing = new Map<string, 'struct' | 'union'>();
  /** Members (record.name) that are followed as pointers: an argument's object needs something there. */
  readonly followed = new Set<string>();
  /** Records that container_of() looks for around others: member of what, by the inner record. */
  readonly inside = new Map<string, { readonly record: string; readonly member: string }>();
  /** The same for parameters (function:name). */
  readonly insideParameter = new Map<string, { readonly record: string; readonly member: string }>();
  /** Function pointers (record.name) that are called. */
  readonly called = new Map<string, CType>();
  /** Records that are read from user memory with copy_from_user() and its kin. */
  readonly fromUser: string[] = [];
  /** Names of the functions that are called. */
  readonly calls = new Set<string>();
  private serial = 0;

  field(record: string, name: string, span: Span): Slot {
    let of = this.fields.get(record);
    if (!of) this.fields.set(record, (of = new Map()));
    let s = of.get(name);
    if (!s) {
      of.set(name, (s = new Slot(name, span, this)));
      this.changed = true;
    }
    return s;
  }
  variable(name: string, span: Span): Slot {
    let s = this.variables.get(name);
    if (!s) {
      this.variables.set(name, (s = new Slot(name, span, this)));
      this.changed = true;
    }
    return s;
  }
  fn(name: string, span: Span): UnknownFunction {
    let f = this.functions.get(name);
    if (!f) {
      this.functions.set(name, (f = { returns: new Slot(name, span, this), params: [], always: 99 }));
      this.changed = true;
    }
    return f;
  }
  typedefOf(name: string, span: Span): Slot {
    let s = this.typedefs.get(name);
    if (!s) this.typedefs.set(name, (s = new Slot(name, span, this)));
    return s;
  }
  /** A record that nobody has declared, for what is followed by -> or . */
  fresh(name: string): CType {
    const key = `what ${name} is'${++this.serial}`;
    this.missing.set(key, 'struct');
    return { kind: 'record', tag: 'struct', name: key };
  }
}
