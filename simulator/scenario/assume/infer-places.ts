/** What names, members and elements of a program are, and what is learnt of those that nobody declares. */
import type { CType, Declarator, Expr, RecordDef, Span } from '../../../language/c/ast.ts';
import type { ExactFunction, ExactProgram } from '../../../language/c/exact/index.ts';
import { base, INT, Known, pointerTo, Slot, VOID } from './slots.ts';

/** A string. */
export const CHAR_POINTER = pointerTo(base('char'));
/** A name that is written as constants are. */
const CONSTANT = /^_*[A-Z][A-Z0-9_]*$|^[A-Z][A-Za-z0-9]*_[A-Z]/;

/** Look-ups of one walk. */
export abstract class InferPlaces {
  readonly known = new Known();
  protected scopes: Map<string, CType>[] = [];
  protected readonly queue: ExactFunction[] = [];
  protected readonly seen = new Set<string>();
  protected readonly enumerators = new Set<string>();
  protected readonly visited = new Set<RecordDef>();
  protected returns: CType = VOID;
  protected readonly usedGlobals = new Set<Declarator>();

  constructor(
    protected readonly program: ExactProgram,
    protected readonly own: (f: { start: number }) => boolean,
  ) {
    for (const e of program.enums.values()) for (const i of e.items) this.enumerators.add(i.name);
  }

  abstract expr(e: Expr, want?: CType): CType | undefined;
  protected abstract initialiser(e: Expr, t: CType | undefined): void;

  protected reach(name: string): void {
    const f = this.program.functions.get(name);
    if (!f || !this.own(f) || this.seen.has(name)) return;
    this.seen.add(name);
    this.queue.push(f);
  }
  /** A type that stands in a declaration: what it needs is noted. */
  protected declared(t: CType, span: Span): CType {
    switch (t.kind) {
      case 'named':
        if (t.name !== '__auto_type') this.known.typedefOf(t.name, span);
        return t;
      case 'pointer':
        this.declared(t.to, span);
        return t;
      case 'array':
        this.declared(t.of, span);
        if (t.size) this.expr(t.size, INT);
        return t;
      case 'function':
        this.declared(t.returns, span);
        for (const p of t.params) this.declared(p.type, span);
        return t;
      case 'typeof':
        return this.expr(t.expr) ?? t;
      case 'record':
        this.record(t);
        return t;
      default:
        return t;
    }
  }
  protected record(t: CType & { kind: 'record' }): void {
    const def = this.definition(t);
    if (!def) {
      if (t.name !== null) this.known.missing.set(t.name, t.tag);
      return;
    }
    if (this.visited.has(def)) return;
    this.visited.add(def);
    if (!this.own(def)) return;
    for (const f of def.fields) {
      this.declared(f.type, f);
      if (f.bits) this.expr(f.bits, INT);
    }
  }
  protected definition(t: CType & { kind: 'record' }): RecordDef | undefined {
    return t.def ?? (t.name !== null ? this.program.records.get(t.name) : undefined);
  }
  /** Follows what is inferred for unknown typedefs, and typeof. */
  protected resolve(t: CType | undefined): CType | undefined {
    let r = t;
    for (let i = 0; r && i < 20; i++) {
      if (r.kind === 'named') {
        const s = this.known.typedefs.get(r.name);
        if (!s?.type) return r;
        r = s.type;
      } else if (r.kind === 'typeof') r = this.expr(r.expr);
      else return r;
    }
    return r;
  }
  protected pointee(t: CType | undefined): CType | undefined {
    const r = this.resolve(t);
    return r?.kind === 'pointer' ? r.to : r?.kind === 'array' ? r.of : undefined;
  }
  /** Names, members and elements: the type, or the slot that holds what is inferred of it. */
  protected place(e: Expr): CType | Slot | undefined {
    switch (e.kind) {
      case 'id':
        return this.name(e);
      case 'member': {
        let o = this.resolve(this.expr(e.object));
        if (e.arrow) {
          this.follow(e.object);
          let to = this.resolve(this.pointee(o));
          if (to?.kind === 'named') to = this.asRecord(to.name, e);
          if (!o) {
            to = this.known.fresh(nameOf(e.object));
            if (!this.force(e.object, pointerTo(to))) to = undefined;
          }
          o = to;
        } else if (o?.kind === 'named') o = this.asRecord(o.name, e);
        else if (!o) {
          o = this.known.fresh(nameOf(e.object));
          if (!this.force(e.object, o)) o = undefined;
        }
        return o?.kind === 'record' ? this.member(o, e.name, e) : undefined;
      }
      case 'index': {
        const o = this.expr(e.object);
        this.expr(e.index);
        this.follow(e.object);
        const to = this.pointee(o);
        if (to) return to;
        return undefined;
      }
      case 'unary': {
        if (e.op !== '*') return undefined;
        this.follow(e.arg);
        return this.pointee(this.expr(e.arg));
      }
      default:
        return undefined;
    }
  }
  /** Makes an expression of unknown type one of this type; false if nothing of it can be learnt. */
  protected force(e: Expr, t: CType): boolean {
    if (e.kind === 'index') {
      const s = this.place(e.object);
      const of = s instanceof Slot && s.array && !s.type ? ELEMENTS : undefined;
      return this.force(e.object, of ? { kind: 'array', of: t, size: of } : pointerTo(t));
    }
    if (e.kind === 'unary' && e.op === '*') return this.force(e.arg, pointerTo(t));
    if (e.kind === 'unary' && e.op === '&' && t.kind === 'pointer') return this.force(e.arg, t.to);
    if (e.kind === 'binary' && e.op === '+') return this.force(e.left, t);
    if (e.kind === 'call' && e.callee.kind === 'id') {
      const f = this.known.functions.get(e.callee.name);
      f?.returns.learn(t);
      return f?.returns.type === t;
    }
    const s = this.place(e);
    if (!(s instanceof Slot) || s.type) return false;
    s.learn(t);
    return s.type === t;
  }
  protected asRecord(name: string, span: Span): CType {
    const s = this.known.typedefOf(name, span);
    s.type ??= this.known.fresh(name);
    return s.type;
  }
  /** Notes that a pointer is followed. */
  protected follow(e: Expr): void {
    if (e.kind === 'member') {
      const r = this.recordOf(e);
      if (r) this.known.followed.add(`${r}.${e.name}`);
    } else if (e.kind === 'id') {
      const s = this.known.variables.get(e.name);
      if (s) s.followed = true;
      this.known.followed.add(`${this.current}:${e.name}`);
      this.followLocal(`${this.current}:${e.name}`);
    } else if (e.kind === 'binary' && (e.op === '+' || e.op === '-')) this.follow(e.left);
  }
  protected current = '';
  /** Members that a local or parameter (function:name) stands for, and other locals. */
  protected readonly aliases = new Map<string, Set<string>>();
  protected alias(local: string, e: Expr | undefined): void {
    if (!e) return;
    if (e.kind === 'cast') return this.alias(local, e.arg);
    if (e.kind === 'cond') {
      this.alias(local, e.then ?? e.test);
      return this.alias(local, e.else);
    }
    if (e.kind === 'binary' && (e.op === '+' || e.op === '-')) return this.alias(local, e.left);
    const r = e.kind === 'member' ? this.recordOf(e) : undefined;
    const to =
      r !== undefined && e.kind === 'member'
        ? `${r}.${e.name}`
        : e.kind === 'id'
          ? `${this.current}:${e.name}`
          : undefined;
    if (to === undefined || to === local) return;
    let set = this.aliases.get(local);
    if (!set) this.aliases.set(local, (set = new Set()));
    if (!set.has(to)) {
      set.add(to);
      this.known.changed = true;
    }
  }
  protected followLocal(local: string): void {
    for (const to of this.aliases.get(local) ?? []) {
      if (this.known.followed.has(to)) continue;
      this.known.followed.add(to);
      this.known.changed = true;
      if (to.includes(':')) this.followLocal(to);
    }
  }
  protected recordOf(e: Expr & { kind: 'member' }): string | undefined {
    const o = this.resolve(this.expr(e.object));
    const t = e.arrow ? this.resolve(this.pointee(o)) : o;
    return t?.kind === 'record' && t.name !== null ? t.name : undefined;
  }
  protected member(t: CType & { kind: 'record' }, name: string, span: Span): CType | Slot {
    const def = this.definition(t);
    if (def) {
      if (!this.visited.has(def)) this.record(t);
      const f = this.findField(def, name);
      if (f) return f;
    } else if (t.name !== null) this.known.missing.set(t.name, t.tag);
    return this.known.field(t.name ?? def?.name ?? '?', name, span);
  }
  protected findField(def: RecordDef, name: string): CType | undefined {
    for (const f of def.fields) {
      if (f.name === name) return f.type;
      if (f.name === null && f.type.kind === 'record') {
        const inner = this.definition(f.type);
        const found = inner && this.findField(inner, name);
        if (found) return found;
      }
    }
    return undefined;
  }

  protected name(e: Expr & { kind: 'id' }): CType | Slot | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const t = this.scopes[i]!.get(e.name);
      if (t) return t;
    }
    if (this.enumerators.has(e.name)) return INT;
    const g = this.program.globals.get(e.name);
    if (g) {
      if (this.own(g) && !this.usedGlobals.has(g)) {
        this.usedGlobals.add(g);
        this.declared(g.type, g);
        if (g.init) this.initialiser(g.init, g.type);
      }
      return g.type;
    }
    const f = this.program.prototypes.get(e.name);
    if (f) {
      this.reach(e.name);
      if (this.program.functions.has(e.name) || !this.isUndefined(e.name)) return f;
      this.known.fn(e.name, e);
      return f;
    }
    if (/^__(?:func|FUNCTION|PRETTY_FUNCTION)__$/.test(e.name)) return CHAR_POINTER;
    if (e.name.startsWith('__builtin_')) return undefined;
    if (CONSTANT.test(e.name)) {
      if (!this.known.constants.has(e.name)) this.known.changed = true;
      this.known.constants.set(e.name, e);
      return INT;
    }
    return this.known.variable(e.name, e);
  }
  /** A prototype of the file's own whose function is somewhere else. */
  protected isUndefined(name: string): boolean {
    return this.ownPrototypes.has(name) && !this.program.functions.has(name);
  }
  /** Records of the machine's headers: lists and the like lie in anything. */
  links: ReadonlySet<string> = new Set();
  /** Prototypes that do not come from the machine's headers. */
  ownPrototypes: ReadonlySet<string> = new Set();
}

/** Elements of an array of which only this is known: that it is one. */
const ELEMENTS: Expr = { kind: 'num', value: 4n, text: '4', start: 0, end: 0 };

/** Is it an arithmetic type? */
export function isNumber(t: CType | undefined): boolean {
  return (t?.kind === 'base' && t.name !== 'void') || t?.kind === 'enum';
}
/** A name for what an expression stands for. */
function nameOf(e: Expr): string {
  if (e.kind === 'id' || e.kind === 'member') return e.name;
  if (e.kind === 'index') return nameOf(e.object);
  if (e.kind === 'unary' || e.kind === 'cast') return nameOf(e.arg);
  return e.kind === 'call' ? nameOf(e.callee) : 'it';
}
