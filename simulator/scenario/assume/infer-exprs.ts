/** Types of expressions, learnt from both sides: operands, arguments, results. */
import type { CType, Expr, InitListExpr, Stmt } from '../../../language/c/ast.ts';
import { CHAR_POINTER, InferPlaces, isNumber } from './infer-places.ts';
import { base, INT, LONG, pointerTo, Slot, ULONG, VOID } from './slots.ts';

const ONE: Expr = { kind: 'num', value: 1n, text: '1', start: 0, end: 0 };
const COMPARE = new Set(['==', '!=', '<', '>', '<=', '>=']);
const FROM_USER = /^(?:_*copy_from_user\w*|copy_struct_from_user|copy_from_sockptr)$/;

/** Expressions of one walk. */
export abstract class InferExpressions extends InferPlaces {
  protected abstract scoped(run: () => void): void;
  protected abstract statement(s: Stmt): void;
  protected abstract list(e: InitListExpr, type: CType | undefined): void;

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
        const target = this.place(e.left);
        if (target instanceof Slot) target.assigned = true;
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
        if (e.arg) this.sized(e.arg);
        return ULONG;
      case 'offsetof': {
        this.declared(e.type, e);
        let t = this.resolve(e.type);
        for (const part of e.member.match(/\w+|\[.*?\]/g) ?? []) {
          if (t?.kind !== 'record' || part.startsWith('[')) break;
          const m: CType | Slot = this.member(t, part, e);
          t = this.resolve(m instanceof Slot ? m.type : m);
        }
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

  /** The operand of sizeof: ARRAY_SIZE(x) says that x is an array, sizeof(*x->flex) that there are elements. */
  private sized(e: Expr): void {
    const s = this.place(e.kind === 'unary' && e.op === '*' ? e.arg : e);
    if (s instanceof Slot && !s.type) {
      if (e.kind === 'unary') s.weak ??= { kind: 'array', of: ULONG, size: ONE };
      else s.array = true;
    }
    this.expr(e);
  }
  protected unary(e: Expr & { kind: 'unary' }, want: CType | undefined): CType | undefined {
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
        const t = this.expr(e.arg, e.arg.kind === 'index' ? to : undefined);
        return t && pointerTo(t);
      }
      case '!':
        this.expr(e.arg);
        return INT;
      default:
        return this.expr(e.arg, want);
    }
  }
  protected binary(e: Expr & { kind: 'binary' }, want: CType | undefined): CType | undefined {
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
  protected containerOf(e: Expr & { kind: 'binary' }): boolean {
    if (e.op !== '-' || e.left.kind !== 'cast' || e.right.kind !== 'offsetof' || !/^[\w.]+$/.test(e.right.member))
      return false;
    this.declared(e.right.type, e);
    let t = this.resolve(e.right.type);
    const p = this.expr(e.left.arg);
    const path = e.right.member.split('.');
    const last = path.pop()!;
    for (const part of path) {
      if (t?.kind !== 'record') break;
      const of: CType | Slot = this.member(t, part, e);
      t = this.resolve(of instanceof Slot ? of.type : of);
    }
    if (t?.kind !== 'record') return true;
    const m = this.member(t, last, e);
    const direct = path.length === 0;
    if (direct && e.left.arg.kind === 'id' && t.name !== null)
      this.known.insideParameter.set(`${this.current}:${e.left.arg.name}`, { record: t.name, member: e.right.member });
    const inner = this.resolve(m instanceof Slot ? m.type : m);
    if (direct && inner?.kind === 'record' && inner.name !== null && t.name !== null && !this.links.has(inner.name))
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

  protected callee(name: string): CType | undefined {
    this.reach(name);
    const proto = this.program.prototypes.get(name);
    if (proto && !this.isUndefined(name)) return proto;
    return undefined;
  }
  protected call(e: Expr & { kind: 'call' }, want: CType | undefined): CType | undefined {
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
  protected isLocal(name: string): boolean {
    return this.scopes.some((s) => s.has(name)) || this.program.globals.has(name);
  }
  /** The compiler's own calls. */
  protected special(name: string, e: Expr & { kind: 'call' }, want: CType | undefined): CType | undefined {
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

/** Is it a number as it stands? */
export function literal(e: Expr): boolean {
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
