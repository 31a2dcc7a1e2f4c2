/** Expressions to code: values, operators, assignments. */
import type { BinaryOp, Expr } from '../../language/c/ast.ts';
import { common, isWide, type Val } from './compile-base.ts';
import { FnWide } from './compile-wide.ts';
import type { OpName } from './opcodes.ts';
import { promote, ptr, T, typeName, type Ty } from './types.ts';

const ARITH: Readonly<Record<string, readonly [s: OpName, u: OpName, sl: OpName, ul: OpName]>> = {
  '+': ['ADD', 'ADD', 'ADDL', 'ADDL'],
  '-': ['SUB', 'SUB', 'SUBL', 'SUBL'],
  '*': ['MUL', 'MUL', 'MULL', 'MULL'],
  '/': ['DIVS', 'DIVU', 'DIVSL', 'DIVUL'],
  '%': ['REMS', 'REMU', 'REMSL', 'REMUL'],
  '&': ['AND', 'AND', 'ANDL', 'ANDL'],
  '|': ['OR', 'OR', 'ORL', 'ORL'],
  '^': ['XOR', 'XOR', 'XORL', 'XORL'],
  '<<': ['SHL', 'SHL', 'SHLL', 'SHLL'],
  '>>': ['SHRS', 'SHRU', 'SHRSL', 'SHRUL'],
  '==': ['EQ', 'EQ', 'EQL', 'EQL'],
  '!=': ['NE', 'NE', 'NEL', 'NEL'],
  '<': ['LTS', 'LTU', 'LTSL', 'LTUL'],
  '<=': ['LES', 'LEU', 'LESL', 'LEUL'],
};
const FLOAT: Readonly<Record<string, OpName>> = {
  '+': 'ADDF',
  '-': 'SUBF',
  '*': 'MULF',
  '/': 'DIVF',
  '==': 'EQF',
  '!=': 'NEF',
  '<': 'LTF',
  '<=': 'LEF',
};
/** Operators that compare. */
export const COMPARE = new Set(['==', '!=', '<', '>', '<=', '>=']);

/** Expression code of a function. */
export abstract class FnExpr extends FnWide {
  abstract stmtExpr(e: Expr & { kind: 'stmtexpr' }, dst?: number): Val;
  protected abstract call(e: Expr & { kind: 'call' }, dst?: number): Val;
  protected abstract conditional(e: Expr & { kind: 'cond' }, dst?: number): Val;
  /** Jumps (their positions are collected) if the condition's truth equals `when`; falls through otherwise. */
  protected abstract condJump(e: Expr, when: boolean, jumps: number[]): void;
  /** Points a conditional jump made by condJump here (or at `target`). */
  protected abstract patchJump(at: number, target?: number): void;

  /** Value of an expression; in slot `dst` if given. Arrays and functions decay to pointers. */
  rv(e: Expr, dst?: number): Val {
    const k =
      e.kind === 'id' ||
      e.kind === 'num' ||
      e.kind === 'binary' ||
      e.kind === 'unary' ||
      e.kind === 'sizeof' ||
      e.kind === 'offsetof' ||
      e.kind === 'cast' ||
      e.kind === 'cond' ||
      e.kind === 'call'
        ? this.constant(e)
        : undefined;
    if (k) return this.loadConst(k.v, k.type, dst);
    const outer = this.span;
    // code of prelude macros and helpers is shown where they are used
    if (e.end > e.start) this.span = e;
    try {
      return this.value(e, dst);
    } finally {
      this.span = outer;
    }
  }

  private value(e: Expr, dst?: number): Val {
    switch (e.kind) {
      case 'num': {
        const f32 = /^[^xX]*[fF]$/.test(e.text);
        const v = e.float ?? 0;
        return f32 ? this.floatConst(Math.fround(v), T.float, dst) : this.floatConst(v, T.double, dst);
      }
      case 'str': {
        const slot = this.addressConst('global', this.c.literal(e.value, e));
        return this.into({ type: ptr(T.char), slot }, dst);
      }
      case 'id':
      case 'member':
      case 'index':
        if (e.kind === 'id') {
          const f = this.functionNamed(e.name, dst);
          if (f) return f;
        }
        return this.load(this.place(e), dst);
      case 'unary':
        return this.unary(e, dst);
      case 'update':
        return this.update(e, dst);
      case 'binary':
        return this.binary(e, dst);
      case 'assign':
        return this.assign(e, dst);
      case 'cond':
        return this.conditional(e, dst);
      case 'cast': {
        const t = this.typeOf(e.type, e);
        if (t.kind === 'void') {
          this.rv(e.arg);
          return { type: T.void, slot: 0 };
        }
        if (t.kind === 'record') {
          const v = this.rv(e.arg, dst);
          if (v.type !== t) this.fail(`${typeName(v.type)} can't be cast to ${typeName(t)}`, e);
          return v;
        }
        return this.convert(this.rv(e.arg), t, dst, true);
      }
      case 'compound': {
        const p = this.compound(e);
        return this.load(p, dst);
      }
      case 'stmtexpr':
        return this.stmtExpr(e, dst);
      case 'call':
        return this.call(e, dst);
      case 'init':
        return this.fail('a braced list is no value here', e);
      case 'type':
        return this.fail('expected a value, not a type', e);
      case 'opaque':
        return this.fail(`${e.text} is not supported`, e);
      case 'sizeof': {
        const s = e.arg?.kind === 'id' ? this.find(e.arg.name) : undefined;
        const slot = s && this.variableSizes.get(s);
        if (slot !== undefined) return this.into({ type: T.ulong, slot }, dst);
        const t = e.type ? this.typeOf(e.type, e) : e.arg && this.staticType(e.arg);
        if (t?.kind === 'array' && t.sizeAt !== undefined) return this.into({ type: T.ulong, slot: t.sizeAt }, dst);
        return this.fail('this is no constant', e);
      }
      case 'offsetof':
        return this.fail('this is no constant', e);
    }
  }

  private unary(e: Expr & { kind: 'unary' }, dst?: number): Val {
    switch (e.op) {
      case '*':
        return this.load(this.place(e), dst);
      case '&': {
        if (e.arg.kind === 'unary' && e.arg.op === '*') return this.rv(e.arg.arg, dst);
        if (e.arg.kind === 'id') {
          const f = this.functionNamed(e.arg.name, dst);
          if (f) return f;
        }
        const p = this.place(e.arg);
        if (p.kind === 'slot') this.fail('internal: the address of a variable in a register', e);
        if (p.width !== undefined) this.fail('a bit-field has no address', e);
        return this.addressOf(p, ptr(p.type), dst);
      }
      case '!': {
        const v = this.rv(e.arg);
        const zero = v.type.kind === 'wide' && this.operateWide('==', v, this.loadConst(0n, T.int), dst);
        if (zero) return zero;
        const d = dst ?? this.tmp();
        if (v.type.kind === 'float') {
          this.emit('NEZF', d, v.slot);
          const z = this.loadConst(0n, T.int);
          this.emit('EQ', d, d, z.slot);
        } else {
          const z = this.loadConst(0n, T.int);
          this.emit(isWide(v.type) ? 'EQL' : 'EQ', d, v.slot, z.slot);
        }
        return { type: T.int, slot: d };
      }
      default: {
        const v = this.rv(e.arg);
        if (v.type.kind === 'float') {
          if (e.op === '~') this.fail('~ of a floating value', e);
          if (e.op === '+') return this.into(v, dst);
          const d = dst ?? this.tmp();
          this.emit('NEGF', d, v.slot);
          return { type: v.type, slot: d };
        }
        if (v.type.kind === 'wide') {
          if (e.op === '+') return v;
          const zero = this.loadConst(e.op === '-' ? 0n : -1n, T.long);
          return this.operateWide(e.op === '-' ? '-' : '^', zero, v) ?? this.fail(`${e.op} of ${typeName(v.type)}`, e);
        }
        if (v.type.kind !== 'int') this.fail(`${e.op} of ${typeName(v.type)}`, e);
        const t = promote(v.type);
        if (e.op === '+') return this.convert(v, t, dst);
        const d = dst ?? this.tmp();
        const wide = isWide(t);
        this.emit(e.op === '-' ? (wide ? 'NEGL' : 'NEG') : wide ? 'NOTL' : 'NOT', d, v.slot);
        return { type: t, slot: d };
      }
    }
  }

  private update(e: Expr & { kind: 'update' }, dst?: number): Val {
    const p = this.place(e.arg);
    const delta = e.op === '++' ? 1 : -1;
    const t = p.type;
    const loaded = this.load(p);
    let old = loaded;
    if (!e.prefix && p.kind === 'slot') {
      old = { type: t, slot: dst ?? this.tmp() };
      this.emit('MOV', old.slot, loaded.slot);
    }
    let next: Val;
    if (t.kind === 'wide') {
      // the old value is a place of its own before the variable changes
      old = e.prefix ? loaded : this.operateWide('+', loaded, this.loadConst(0n, T.int))!;
      next = this.operateWide('+', loaded, this.loadConst(BigInt(delta), T.int))!;
    } else if (t.kind === 'ptr') {
      const d = p.kind === 'slot' ? p.sym.slot : this.tmp();
      if (t.to.kind === 'array' && t.to.sizeAt !== undefined)
        this.emit(delta > 0 ? 'ADDL' : 'SUBL', d, loaded.slot, t.to.sizeAt);
      else this.emit('ADDLI', d, loaded.slot, delta * t.to.size);
      next = { type: t, slot: d };
    } else if (t.kind === 'float') {
      const one = this.floatConst(delta, T.double);
      const d = this.tmp();
      this.emit('ADDF', d, loaded.slot, one.slot);
      next = { type: T.double, slot: d };
    } else if (t.kind === 'int') {
      const d = p.kind === 'slot' && t.size >= 4 ? p.sym.slot : this.tmp();
      if (isWide(t)) this.emit('ADDLI', d, loaded.slot, delta);
      else this.emit('ADD', d, loaded.slot, this.loadConst(BigInt(delta), T.int).slot);
      next = { type: promote(t), slot: d };
    } else return this.fail(`${e.op} of ${typeName(t)}`, e);
    if (p.kind === 'slot' && next.slot === p.sym.slot && (t.kind !== 'int' || t.size >= 4)) {
      this.markSet(p.sym);
      return this.into(e.prefix ? { type: t, slot: p.sym.slot } : old, dst);
    }
    const stored = this.store(p, next);
    return this.into(e.prefix ? stored : old, dst);
  }

  /** p + i (or p - i). */
  protected pointerPlus(p: Val, i: Val, minus: boolean, dst?: number): Val {
    if (p.type.kind !== 'ptr' || i.type.kind !== 'int')
      this.fail(`${typeName(p.type)} and ${typeName(i.type)} can't be added`);
    this.c.types.need(p.type.to);
    if (p.type.to.kind === 'record' && !p.type.to.complete)
      this.fail(`the size of ${typeName(p.type.to)} is not known here`);
    const scale = p.type.to.size * (minus ? -1 : 1);
    const d = dst ?? this.tmp();
    if (p.type.to.kind === 'array' && p.type.to.sizeAt !== undefined) {
      const bytes = this.tmp();
      this.emit('MULL', bytes, this.wide(i).slot, p.type.to.sizeAt);
      this.emit(minus ? 'SUBL' : 'ADDL', d, p.slot, bytes);
      return { type: p.type, slot: d };
    }
    if (isWide(i.type)) this.emit('PIDXL', d, p.slot, i.slot, scale);
    else if (i.type.signed || i.type.size < 4) this.emit('PIDX', d, p.slot, i.slot, scale);
    else {
      const w = this.convert(i, T.ulong);
      this.emit('PIDXL', d, p.slot, w.slot, scale);
    }
    return { type: p.type, slot: d };
  }

  private binary(e: Expr & { kind: 'binary' }, dst?: number): Val {
    if (e.op === ',') {
      this.rv(e.left);
      return this.rv(e.right, dst);
    }
    if (e.op === '&&' || e.op === '||') {
      const d = dst ?? this.tmp();
      const jumps: number[] = [];
      // the value is written at the end only: d may be a variable of the expression
      const t = this.tmp();
      this.condJump(e, false, jumps);
      this.loadConst(1n, T.int, t);
      const end = this.emit('JMP');
      for (const j of jumps) this.patchJump(j);
      this.loadConst(0n, T.int, t);
      this.patch(end, 1);
      this.emit('MOV', d, t);
      return { type: T.int, slot: d };
    }
    const a = this.rv(e.left);
    const b = this.rv(e.right);
    return this.operate(e.op, a, b, e, dst);
  }

  /** a op b. */
  protected operate(op: BinaryOp, a: Val, b: Val, e: Expr, dst?: number): Val {
    if (a.type.kind === 'void' || b.type.kind === 'void') this.fail('a void value is used', e);
    if (a.type.kind === 'record' || b.type.kind === 'record')
      this.fail(`${op} of ${typeName(a.type)} and ${typeName(b.type)}`, e);
    if (a.type.kind === 'wide' || b.type.kind === 'wide')
      return this.operateWide(op, a, b, dst) ?? this.fail(`${op} of ${typeName(a.type)}`, e);
    if (op === '+' && a.type.kind === 'ptr') return this.pointerPlus(a, b, false, dst);
    if (op === '+' && b.type.kind === 'ptr') return this.pointerPlus(b, a, false, dst);
    if (op === '-' && a.type.kind === 'ptr') {
      if (b.type.kind !== 'ptr') return this.pointerPlus(a, b, true, dst);
      const d = dst ?? this.tmp();
      if (a.type.to.kind === 'array' && a.type.to.sizeAt !== undefined) {
        const bytes = this.tmp();
        this.emit('SUBL', bytes, a.slot, b.slot);
        this.emit('DIVSL', d, bytes, a.type.to.sizeAt);
      } else this.emit('PDIFF', d, a.slot, b.slot, Math.max(1, a.type.to.size));
      return { type: T.long, slot: d };
    }
    if (COMPARE.has(op)) {
      const pointers = a.type.kind === 'ptr' || b.type.kind === 'ptr';
      const t = pointers ? T.ulong : common(a.type, b.type);
      const swap = op === '>' || op === '>=';
      const name = op === '>' ? '<' : op === '>=' ? '<=' : op;
      let x = this.convert(a, t);
      let y = this.convert(b, t);
      if (swap) [x, y] = [y, x];
      const d = dst ?? this.tmp();
      if (t.kind === 'float') this.emit(FLOAT[name]!, d, x.slot, y.slot);
      else this.emit(ARITH[name]![arithColumn(t)]!, d, x.slot, y.slot);
      return { type: T.int, slot: d };
    }
    if (op === '<<' || op === '>>') {
      if (a.type.kind !== 'int' || b.type.kind !== 'int') this.fail(`${op} of ${typeName(a.type)}`, e);
      const t = promote(a.type);
      const x = this.convert(a, t);
      const d = dst ?? this.tmp();
      this.emit(ARITH[op]![arithColumn(t)]!, d, x.slot, b.slot);
      return { type: t, slot: d };
    }
    if (a.type.kind === 'ptr' || b.type.kind === 'ptr')
      this.fail(`${op} of ${typeName(a.type)} and ${typeName(b.type)}`, e);
    const t = common(a.type, b.type);
    const x = this.convert(a, t);
    const y = this.convert(b, t);
    const d = dst ?? this.tmp();
    if (t.kind === 'float') {
      const f = FLOAT[op];
      if (!f) this.fail(`${op} of floating values`, e);
      this.emit(f, d, x.slot, y.slot);
      if (t.size === 4) this.emit('FROUND', d, d);
      return { type: t, slot: d };
    }
    this.emit(ARITH[op]![arithColumn(t)]!, d, x.slot, y.slot);
    return { type: t, slot: d };
  }

  private assign(e: Expr & { kind: 'assign' }, dst?: number): Val {
    if (e.op === '=') {
      const lt = e.left.kind === 'id' ? this.find(e.left.name) : undefined;
      if (lt?.kind === 'slot') {
        const v = this.rv(e.right, lt.slot);
        return this.into(this.store({ kind: 'slot', type: lt.type, sym: lt }, v), dst);
      }
      const p = this.place(e.left);
      return this.into(this.store(p, this.rv(e.right)), dst);
    }
    const op = e.op.slice(0, -1) as BinaryOp;
    const p = this.place(e.left);
    const right = this.rv(e.right);
    const old = this.load(p);
    const direct =
      p.kind === 'slot' &&
      p.type.kind === 'int' &&
      p.type.size >= 4 &&
      right.type.kind === 'int' &&
      isWide(p.type) === isWide(common(p.type, right.type)) &&
      right.slot !== p.sym.slot
        ? p.sym.slot
        : undefined;
    const v = this.operate(op, old, right, e, direct);
    return this.into(this.store(p, v), dst);
  }
}

function arithColumn(t: Ty): 0 | 1 | 2 | 3 {
  const signed = t.kind === 'int' && t.signed;
  return isWide(t) ? (signed ? 2 : 3) : signed ? 0 : 1;
}
