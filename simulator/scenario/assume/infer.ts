/**
 * Types of what a file uses and nobody declares, from its use: one walk over the reachable functions learns from assignments, comparisons,
 * arguments and results; walks are repeated until nothing new is learnt.
 */
import type {
  BlockStmt,
  CType,
  Declarator,
  Expr,
  InitListExpr,
  RecordDef,
  Span,
  Stmt,
} from '../../../language/c/ast.ts';
import type { ExactFunction, ExactProgram } from '../../../language/c/exact/index.ts';
import { base, INT, Known, LONG, pointerTo, Slot, ULONG, VOID } from './slots.ts';

const CHAR_POINTER = pointerTo(base('char'));
const COMPARE = new Set(['==', '!=', '<', '>', '<=', '>=']);
/** A name that is written as constants are. */
const CONSTANT = /^_*[A-Z][A-Z0-9_]*$|^[A-Z][A-Za-z0-9]*_[A-Z]/;
const FROM_USER = /^(?:_*copy_from_user\w*|copy_struct_from_user|copy_from_sockptr)$/;

/** What is looked up in the program. */
export class Inference {
  readonly known = new Known();
  private scopes: Map<string, CType>[] = [];
  private readonly queue: ExactFunction[] = [];
  private readonly seen = new Set<string>();
  private readonly enumerators = new Set<string>();
  private readonly visited = new Set<RecordDef>();
  private returns: CType = VOID;
  private readonly usedGlobals = new Set<Declarator>();

  constructor(
    private readonly program: ExactProgram,
    private readonly own: (f: { start: number }) => boolean,
  ) {
    for (const e of program.enums.values()) for (const i of e.items) this.enumerators.add(i.name);
  }

  /** Walks everything that the roots reach, until nothing changes. */
  run(roots: readonly string[]): Known {
    for (let round = 0; round < 6; round++) {
      this.known.changed = false;
      this.seen.clear();
      this.visited.clear();
      this.usedGlobals.clear();
      for (const name of roots) this.reach(name);
      for (const e of this.program.enums.values())
        if (e.items.some((i) => i.value) && this.own(e)) for (const i of e.items) if (i.value) this.expr(i.value, INT);
      for (let f = this.queue.pop(); f; f = this.queue.pop()) this.function(f);
      if (!this.known.changed) break;
    }
    return this.known;
  }
  private reach(name: string): void {
    const f = this.program.functions.get(name);
    if (!f || !this.own(f) || this.seen.has(name)) return;
    this.seen.add(name);
    this.queue.push(f);
  }

  private function(f: ExactFunction): void {
    this.scopes = [new Map()];
    this.current = f.name;
    this.returns = this.declared(f.returns, f);
    for (const p of f.params) if (p.name !== null) this.scopes[0]!.set(p.name, this.declared(p.type, p));
    this.statement(f.body);
  }

  // ---- types

  /** A type that stands in a declaration: what it needs is noted. */
  private declared(t: CType, span: Span): CType {
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
  private record(t: CType & { kind: 'record' }): void {
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
  private definition(t: CType & { kind: 'record' }): RecordDef | undefined {
    return t.def ?? (t.name !== null ? this.program.records.get(t.name) : undefined);
  }
  /** Follows what is inferred for unknown typedefs, and typeof. */
  private resolve(t: CType | undefined): CType | undefined {
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
  private pointee(t: CType | undefined): CType | undefined {
    const r = this.resolve(t);
    return r?.kind === 'pointer' ? r.to : r?.kind === 'array' ? r.of : undefined;
  }

  // ---- statements

  private scoped(run: () => void): void {
    this.scopes.push(new Map());
    run();
    this.scopes.pop();
  }
  private block(b: BlockStmt): void {
    this.scoped(() => {
      for (const s of b.body) this.statement(s);
    });
  }
  private statement(s: Stmt): void {
    switch (s.kind) {
      case 'block':
        return this.block(s);
      case 'decl':
        for (const d of s.decls) this.local(d);
        return;
      case 'expr':
        this.expr(s.expr);
        return;
      case 'if':
        this.expr(s.test);
        this.statement(s.then);
        if (s.else) this.statement(s.else);
        return;
      case 'while':
      case 'do':
        this.expr(s.test);
        this.statement(s.body);
        return;
      case 'for':
        this.scoped(() => {
          if (s.init) this.statement(s.init);
          if (s.test) this.expr(s.test);
          if (s.update) this.expr(s.update);
          this.statement(s.body);
        });
        return;
      case 'switch': {
        const t = this.expr(s.value);
        this.caseType.push(t);
        this.statement(s.body);
        this.caseType.pop();
        return;
      }
      case 'case':
        if (s.value) this.expr(s.value, this.caseType.at(-1));
        if (s.to) this.expr(s.to);
        return;
      case 'return':
        if (s.value) this.expr(s.value, this.returns);
        return;
      default:
    }
  }
  private readonly caseType: (CType | undefined)[] = [];
  private local(d: Declarator): void {
    let t = this.declared(d.type, d);
    if (t.kind === 'named' && t.name === '__auto_type') t = (d.init && this.expr(d.init)) ?? LONG;
    this.scopes.at(-1)!.set(d.name, t);
    if (d.cleanup !== undefined) this.callee(d.cleanup);
    if (d.init) {
      this.initialiser(d.init, t);
      if (t.kind === 'pointer') this.alias(`${this.current}:${d.name}`, d.init);
    }
  }
  private initialiser(e: Expr, t: CType | undefined): void {
    if (e.kind === 'init') this.list(e, t);
    else this.expr(e, t?.kind === 'array' ? undefined : t);
  }
  private list(e: InitListExpr, type: CType | undefined): void {
    const t = this.resolve(type);
    const def = t?.kind === 'record' ? this.definition(t) : undefined;
    let next = 0;
    for (const item of e.items) {
      const d = item.designators[0];
      let want: CType | undefined;
      if (d && 'field' in d) {
        if (t?.kind === 'record' && t.name !== null) {
          const m = this.member(t, d.field, e);
          if (m instanceof Slot) {
            const v = item.value.kind === 'init' ? undefined : this.expr(item.value, m.type);
            if (v && !literal(item.value)) m.learn(v);
            want = m.type;
          } else want = m;
          if (def) next = def.fields.findIndex((f) => f.name === d.field) + 1;
        }
        // the type of a nested designator is that of its last member
        for (const more of item.designators.slice(1)) {
          const r = this.resolve(want);
          if ('field' in more && r?.kind === 'record') {
            const m = this.member(r, more.field, e);
            want = m instanceof Slot ? m.type : m;
          } else want = this.pointee(want);
        }
      } else if (d) {
        this.expr(d.index, INT);
        want = this.pointee(t);
      } else if (t?.kind === 'array') want = t.of;
      else if (def) want = def.fields[next++]?.type;
      else if (e.items.length === 1) want = t;
      this.initialiser(item.value, want);
    }
  }

  // ---- expressions

  /** Type of an expression; `want`: what its surroundings make of it, learnt if it is not known. */
  expr(e: Expr, want?: CType): CType | undefined {
    const place = this.place(e);
    if (place instanceof Slot) {
      place.learn(want);
      return place.type;
    }
    if (place) return place;
    switch (e.kind) {
      case 'num':
        return e.float === undefined
          ? /[lL]{2}/.test(e.text)
            ? base('long long')
            : /[lL]/.test(e.text)
              ? /[uU]/.test(e.text)
                ? ULONG
                : LONG
              : INT
          : base('double');
      case 'str':
        return CHAR_POINTER;
      case 'unary':
        return this.unary(e, want);
      case 'update':
        return this.expr(e.arg, want);
      case 'binary':
        return this.binary(e, want);
      case 'assign': {
        const l = this.expr(e.left);
        const r = this.expr(e.right, l);
        if (e.left.kind === 'id' && l?.kind === 'pointer') this.alias(`${this.current}:${e.left.name}`, e.right);
        if (!l && r && !literal(e.right)) return this.expr(e.left, r);
        if (!l && negative(e.right)) return this.expr(e.left, LONG);
        return l ?? r;
      }
      case 'cond': {
        this.expr(e.test);
        const a = e.then ? this.expr(e.then, want) : this.expr(e.test, want);
        const b = this.expr(e.else, want ?? a);
        if (!a && e.then && b) this.expr(e.then, b);
        return a && !isVoidPointer(a) && !(a.kind === 'base' && b?.kind === 'pointer') ? a : (b ?? a);
      }
      case 'cast':
        this.declared(e.type, e);
        if (e.type.kind === 'pointer') {
          const s = this.place(e.arg);
          if (s instanceof Slot) s.weak ??= isVoidPointer(e.type) ? ULONG : e.type;
        }
        this.expr(e.arg);
        return e.type;
      case 'compound':
        this.declared(e.type, e);
        this.list(e.init as InitListExpr, e.type);
        return e.type;
      case 'init':
        this.list(e, want);
        return undefined;
      case 'stmtexpr': {
        let last: CType | undefined;
        this.scoped(() => {
          e.body.body.forEach((s, i) => {
            if (i === e.body.body.length - 1 && s.kind === 'expr') last = this.expr(s.expr, want);
            else this.statement(s);
          });
        });
        return last;
      }
      case 'sizeof':
        if (e.type) this.declared(e.type, e);
        if (e.arg) this.expr(e.arg);
        return ULONG;
      case 'offsetof': {
        this.declared(e.type, e);
        const t = this.resolve(e.type);
        const first = /^\w+/.exec(e.member)?.[0];
        if (t?.kind === 'record' && first !== undefined) this.member(t, first, e);
        return ULONG;
      }
      case 'call':
        return this.call(e, want);
      case 'index':
        if (want) this.force(e, want);
        return undefined;
      case 'type':
        this.declared(e.type, e);
        return undefined;
      default:
        return undefined;
    }
  }

  /** Names, members and elements: the type, or the slot that holds what is inferred of it. */
  private place(e: Expr): CType | Slot | undefined {
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
  private force(e: Expr, t: CType): boolean {
    if (e.kind === 'index') return this.force(e.object, pointerTo(t));
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
  private asRecord(name: string, span: Span): CType {
    const s = this.known.typedefOf(name, span);
    s.type ??= this.known.fresh(name);
    return s.type;
  }
  /** Notes that a pointer is followed. */
  private follow(e: Expr): void {
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
  private current = '';
  /** Members that a local or parameter (function:name) stands for, and other locals. */
  private readonly aliases = new Map<string, Set<string>>();
  private alias(local: string, e: Expr | undefined): void {
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
  private followLocal(local: string): void {
    for (const to of this.aliases.get(local) ?? []) {
      if (this.known.followed.has(to)) continue;
      this.known.followed.add(to);
      this.known.changed = true;
      if (to.includes(':')) this.followLocal(to);
    }
  }
  private recordOf(e: Expr & { kind: 'member' }): string | undefined {
    const o = this.resolve(this.expr(e.object));
    const t = e.arrow ? this.resolve(this.pointee(o)) : o;
    return t?.kind === 'record' && t.name !== null ? t.name : undefined;
  }
  private member(t: CType & { kind: 'record' }, name: string, span: Span): CType | Slot {
    const def = this.definition(t);
    if (def) {
      if (!this.visited.has(def)) this.record(t);
      const f = this.findField(def, name);
      if (f) return f;
    } else if (t.name !== null) this.known.missing.set(t.name, t.tag);
    return this.known.field(t.name ?? def?.name ?? '?', name, span);
  }
  private findField(def: RecordDef, name: string): CType | undefined {
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

  private name(e: Expr & { kind: 'id' }): CType | Slot | undefined {
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
  private isUndefined(name: string): boolean {
    return this.ownPrototypes.has(name) && !this.program.functions.has(name);
  }
  /** Records of the machine's headers: lists and the like lie in anything. */
  links: ReadonlySet<string> = new Set();
  /** Prototypes that do not come from the machine's headers. */
  ownPrototypes: ReadonlySet<string> = new Set();

  private unary(e: Expr & { kind: 'unary' }, want: CType | undefined): CType | undefined {
    switch (e.op) {
      case '*': {
        // nothing is known of what the pointer points to
        if (want) this.force(e.arg, pointerTo(want));
        return undefined;
      }
      case '&': {
        const to = this.pointee(want);
        const s = this.place(e.arg);
        if (s instanceof Slot && !s.type) {
          if (to && !(to.kind === 'base' && to.name === 'void')) {
            s.type = to;
            this.known.changed = true;
          } else if (want) s.memory = true;
        }
        const t = this.expr(e.arg);
        return t && pointerTo(t);
      }
      case '!':
        this.expr(e.arg);
        return INT;
      default:
        return this.expr(e.arg, want);
    }
  }
  private binary(e: Expr & { kind: 'binary' }, want: CType | undefined): CType | undefined {
    if (e.op === ',') {
      this.expr(e.left);
      return this.expr(e.right, want);
    }
    if (e.op === '&&' || e.op === '||') {
      this.expr(e.left);
      this.expr(e.right);
      return INT;
    }
    if (this.containerOf(e)) return CHAR_POINTER;
    let l = this.expr(e.left);
    const r = this.expr(e.right);
    if (COMPARE.has(e.op)) {
      if (!l && r && !literal(e.right)) l = this.expr(e.left, r);
      if (!r && l && !literal(e.left)) this.expr(e.right, l);
      return INT;
    }
    if (l?.kind === 'pointer' || l?.kind === 'array')
      return e.op === '-' && (r?.kind === 'pointer' || r?.kind === 'array')
        ? LONG
        : l.kind === 'array'
          ? pointerTo(l.of)
          : l;
    if (r?.kind === 'pointer') return r;
    if (e.op === '<<' || e.op === '>>') return l ?? (want?.kind === 'base' ? want : undefined);
    const number = want && isNumber(want) ? want : undefined;
    if (!l) this.expr(e.left, isNumber(r) && !literal(e.right) ? r : undefined);
    if (!r) this.expr(e.right, isNumber(l) && !literal(e.left) ? l : undefined);
    return wider(l, r) ?? number;
  }
  /** ((T *)((char *)(p) - offsetof(T, m))): p points to a T.m. */
  private containerOf(e: Expr & { kind: 'binary' }): boolean {
    if (e.op !== '-' || e.left.kind !== 'cast' || e.right.kind !== 'offsetof' || !/^\w+$/.test(e.right.member))
      return false;
    this.declared(e.right.type, e);
    const t = this.resolve(e.right.type);
    const p = this.expr(e.left.arg);
    if (t?.kind !== 'record') return true;
    const m = this.member(t, e.right.member, e);
    const inner = this.resolve(m instanceof Slot ? m.type : m);
    if (inner?.kind === 'record' && inner.name !== null && t.name !== null && !this.links.has(inner.name))
      this.known.inside.set(inner.name, { record: t.name, member: e.right.member });
    if (m instanceof Slot) {
      const to = this.pointee(p);
      if (to && !m.type && !(to.kind === 'base' && to.name === 'void')) {
        m.type = to;
        this.known.changed = true;
      }
      if (!p && m.type) this.expr(e.left.arg, pointerTo(m.type));
    } else if (!p) this.expr(e.left.arg, pointerTo(m));
    return true;
  }

  // ---- calls

  private callee(name: string): CType | undefined {
    this.reach(name);
    const proto = this.program.prototypes.get(name);
    if (proto && !this.isUndefined(name)) return proto;
    return undefined;
  }
  private call(e: Expr & { kind: 'call' }, want: CType | undefined): CType | undefined {
    let type: CType | undefined;
    if (e.callee.kind === 'id' && !this.isLocal(e.callee.name)) {
      const name = e.callee.name;
      const special = this.special(name, e, want);
      if (special) return special === VOID ? undefined : special;
      this.known.calls.add(name);
      type = this.callee(name);
      if (!type) {
        const f = this.known.fn(name, e.callee);
        const proto = this.program.prototypes.get(name);
        if (proto?.kind === 'function') f.returns.learn(proto.returns);
        e.args.forEach((a, i) => {
          const t = this.expr(a, proto?.kind === 'function' ? proto.params[i]?.type : undefined);
          const decayed = t?.kind === 'array' ? pointerTo(t.of) : t;
          if (!f.params[i] || isVoidPointer(f.params[i])) f.params[i] = decayed;
        });
        f.always = Math.min(f.always, e.args.length);
        if (proto?.kind === 'function') return proto.returns;
        f.returns.learn(want);
        return f.returns.type;
      }
    } else {
      const p = this.place(e.callee);
      let t = this.resolve(p instanceof Slot ? p.type : (p ?? this.expr(e.callee)));
      if (t?.kind === 'named' || (!t && p instanceof Slot)) {
        const returns = want ?? LONG;
        const made: CType = pointerTo({ kind: 'function', returns, params: [], variadic: true });
        if (t?.kind === 'named') {
          const s = this.known.typedefOf(t.name, e);
          s.type ??= made;
          t = s.type;
        } else if (p instanceof Slot && want) {
          p.learn(made);
          t = p.type;
        } else if (p instanceof Slot) {
          p.weak ??= made;
          t = p.weak;
        }
      }
      type = t?.kind === 'pointer' ? this.resolve(t.to) : t;
      if (e.callee.kind === 'member' && type?.kind === 'function') {
        const r = this.recordOf(e.callee);
        if (r) this.known.called.set(`${r}.${e.callee.name}`, type);
      }
    }
    const fn = type?.kind === 'function' ? type : undefined;
    const target = e.callee.kind === 'id' ? this.program.functions.get(e.callee.name) : undefined;
    e.args.forEach((a, i) => {
      if (fn?.params[i]?.type.kind === 'pointer') {
        const name = e.callee.kind === 'id' ? e.callee.name : '';
        if (target && this.own(target)) {
          const p = target.params[i]?.name;
          if (p != null) {
            this.alias(`${target.name}:${p}`, a);
            if (this.known.followed.has(`${target.name}:${p}`)) this.follow(a);
          }
        } else if (!/free|put|_destroy|IS_ERR|PTR_ERR|printk/.test(name)) this.follow(a);
      }
      const p = fn?.params[i]?.type;
      const t = this.expr(a, p);
      if (e.callee.kind === 'id' && i === 0 && FROM_USER.test(e.callee.name)) {
        const to = this.resolve(this.pointee(t));
        if (to?.kind === 'record' && to.name !== null && !this.known.fromUser.includes(to.name))
          this.known.fromUser.push(to.name);
      }
    });
    return fn?.returns;
  }
  private isLocal(name: string): boolean {
    return this.scopes.some((s) => s.has(name)) || this.program.globals.has(name);
  }
  /** The compiler's own calls. */
  private special(name: string, e: Expr & { kind: 'call' }, want: CType | undefined): CType | undefined {
    if (!name.startsWith('__builtin_') && name !== '_Generic') return undefined;
    for (const a of e.args) this.expr(a);
    switch (name) {
      case '__builtin_va_arg': {
        const t = e.args[1];
        return t?.kind === 'type' ? t.type : VOID;
      }
      case '__builtin_choose_expr':
        return (e.args[1] && this.expr(e.args[1], want)) ?? VOID;
      case '_Generic':
        return (e.args[2] && this.expr(e.args[2], want)) ?? VOID;
      case '__builtin_expect':
        return LONG;
      case '__builtin_types_compatible_p':
      case '__builtin_constant_p':
        return INT;
      case '__builtin_alignof':
        return ULONG;
      default:
        return this.program.prototypes.has(name) ? undefined : VOID;
    }
  }
}

function literal(e: Expr): boolean {
  if (e.kind === 'num') return true;
  if (e.kind === 'unary') return literal(e.arg);
  return e.kind === 'cast' && literal(e.arg);
}
function negative(e: Expr): boolean {
  return e.kind === 'unary' && e.op === '-' && literal(e.arg);
}
function isVoidPointer(t: CType | undefined): boolean {
  return t?.kind === 'pointer' && t.to.kind === 'base' && t.to.name === 'void';
}
function isNumber(t: CType | undefined): boolean {
  return (t?.kind === 'base' && t.name !== 'void') || t?.kind === 'enum';
}
const RANK = [
  'bool',
  'char',
  'signed char',
  'unsigned char',
  'short',
  'unsigned short',
  'int',
  'unsigned int',
  'long',
  'long long',
  'unsigned long',
  'unsigned long long',
];
function wider(a: CType | undefined, b: CType | undefined): CType | undefined {
  if (a?.kind !== 'base' || b?.kind !== 'base') return a ?? b;
  const x = Math.max(RANK.indexOf(a.name), RANK.indexOf(b.name), RANK.indexOf('int'));
  return RANK[x] === undefined ? a : base(RANK[x]);
}
/** A name for what an expression stands for. */
function nameOf(e: Expr): string {
  if (e.kind === 'id' || e.kind === 'member') return e.name;
  if (e.kind === 'index') return nameOf(e.object);
  if (e.kind === 'unary' || e.kind === 'cast') return nameOf(e.arg);
  return e.kind === 'call' ? nameOf(e.callee) : 'it';
}
