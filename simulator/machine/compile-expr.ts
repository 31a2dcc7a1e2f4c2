/** Expressions to code. */
import type { BinaryOp, Expr, InitListExpr } from '../../language/c/ast.ts';
import { common, FnBase, isWide, promote, type Place, type Sym, type Val } from './compile-base.ts';
import type { OpName } from './opcodes.ts';
import { findMember, ptr, T, typeName, type FuncTy, type RecordTy, type Ty } from './types.ts';

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
const COMPARE = new Set(['==', '!=', '<', '>', '<=', '>=']);

/** Expression code of a function. */
export abstract class FnExpr extends FnBase {
  abstract initInto(type: Ty, addr: number, off: number, init: Expr, zeroed: boolean): Ty;
  abstract stmtExpr(e: Expr & { kind: 'stmtexpr' }, dst?: number): Val;

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

  private into(v: Val, dst: number | undefined): Val {
    if (dst === undefined || v.slot === dst) return v;
    this.emit('MOV', dst, v.slot);
    return { type: v.type, slot: dst };
  }

  private value(e: Expr, dst?: number): Val {
    switch (e.kind) {
      case 'num': {
        const d = dst ?? this.tmp();
        const f32 = /^[^xX]*[fF]$/.test(e.text);
        this.emit('LDC', d, this.c.floatConstant(f32 ? Math.fround(e.float ?? 0) : (e.float ?? 0)));
        return { type: f32 ? T.float : T.double, slot: d };
      }
      case 'str': {
        const d = dst ?? this.tmp();
        this.emit('GADDR', d, this.c.literal(e.value, e));
        return { type: ptr(T.char), slot: d };
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
      case 'sizeof':
      case 'offsetof':
        return this.fail('this is no constant', e);
    }
  }

  private compound(e: Expr & { kind: 'compound' }): Place {
    let t = this.typeOf(e.type, e);
    if (t.kind === 'array' && t.n < 0) t = this.c.sizedBy(t, e.init, (x) => this.constant(x)?.v);
    if (t.kind !== 'array' && t.kind !== 'record') {
      const off = this.frameMemory(t.size, t.align);
      this.declareLocal(off, 'a compound literal', t);
      const addr = this.tmp();
      this.emit('LEA', addr, off);
      const first = (e.init as InitListExpr).items[0];
      this.store({ kind: 'mem', type: t, addr, off: 0 }, first ? this.rv(first.value) : this.loadConst(0n, T.int));
      return { kind: 'mem', type: t, addr, off: 0 };
    }
    const off = this.frameMemory(t.size, t.align);
    this.declareLocal(off, 'a compound literal', t);
    const addr = this.tmp();
    this.emit('LEA', addr, off);
    this.initInto(t, addr, 0, e.init, false);
    return { kind: 'mem', type: t, addr, off: 0 };
  }

  private functionNamed(name: string, dst?: number): Val | undefined {
    for (let i = this.blocks.length - 1; i >= 0; i--) if (this.blocks[i]!.names.has(name)) return undefined;
    if (this.c.globalSym(name)) return undefined;
    const f = this.c.functionRef(name);
    if (!f) return undefined;
    this.info.calls.add(name);
    const d = dst ?? this.tmp();
    this.emit('FADDR', d, f.index);
    return { type: ptr(this.c.functionType(f)), slot: d };
  }

  /** The place that an lvalue names. */
  place(e: Expr): Place {
    switch (e.kind) {
      case 'id': {
        const s = this.find(e.name);
        if (!s) {
          if (e.name === '__func__' || e.name === '__FUNCTION__' || e.name === '__PRETTY_FUNCTION__') {
            const addr = this.tmp();
            this.emit('GADDR', addr, this.c.literal(this.info.name, e));
            return {
              kind: 'mem',
              type: {
                kind: 'array',
                of: T.char,
                n: this.info.name.length + 1,
                size: this.info.name.length + 1,
                align: 1,
              },
              addr,
              off: 0,
            };
          }
          this.fail(`'${e.name}' is not declared`, e);
        }
        return this.symPlace(s, e);
      }
      case 'member': {
        let base: Place;
        if (e.arrow) {
          const v = this.rv(e.object);
          if (v.type.kind !== 'ptr' || v.type.to.kind !== 'record')
            this.fail(`-> needs a pointer to a struct, this is ${typeName(v.type)}`, e);
          base = { kind: 'mem', type: v.type.to, addr: v.slot, off: 0 };
        } else {
          const o = this.recordPlace(e.object);
          if (o.type.kind !== 'record') this.fail(`. needs a struct, this is ${typeName(o.type)}`, e);
          base = o;
        }
        const r = base.type as RecordTy;
        if (!r.complete) this.fail(`the members of ${typeName(r)} are not known here`, e);
        const m = findMember(r, e.name);
        if (!m) this.fail(`${typeName(r)} has no member '${e.name}'`, e);
        if (base.kind !== 'mem') this.fail('this struct is in no memory', e);
        return {
          kind: 'mem',
          type: m.type,
          addr: base.addr,
          off: base.off + m.offset,
          ...(m.bit !== undefined && m.width !== undefined ? { bit: m.bit, width: m.width } : {}),
        };
      }
      case 'index': {
        let o = this.rv(e.object);
        let i = this.rv(e.index);
        if (o.type.kind !== 'ptr') [o, i] = [i, o];
        if (o.type.kind !== 'ptr') this.fail(`${typeName(o.type)} has no elements`, e);
        const p = this.pointerPlus(o, i, false);
        return { kind: 'mem', type: o.type.to, addr: p.slot, off: 0 };
      }
      case 'unary':
        if (e.op === '*') {
          const v = this.rv(e.arg);
          if (v.type.kind !== 'ptr') this.fail(`* needs a pointer, this is ${typeName(v.type)}`, e);
          return { kind: 'mem', type: v.type.to, addr: v.slot, off: 0 };
        }
        break;
      case 'str': {
        const addr = this.tmp();
        this.emit('GADDR', addr, this.c.literal(e.value, e));
        return {
          kind: 'mem',
          type: { kind: 'array', of: T.char, n: e.value.length + 1, size: e.value.length + 1, align: 1 },
          addr,
          off: 0,
        };
      }
      case 'compound':
        return this.compound(e);
      case 'call':
      case 'cond':
      case 'assign':
      case 'stmtexpr':
      case 'binary': {
        const v = this.rv(e);
        if (v.type.kind === 'record') return { kind: 'mem', type: v.type, addr: v.slot, off: 0 };
        break;
      }
      case 'cast':
        if (e.type.kind === 'record') return this.place(e.arg);
        break;
      default:
    }
    return this.fail("this can't be assigned to, and has no address", e);
  }
  private recordPlace(e: Expr): Place {
    return this.place(e);
  }
  protected symPlace(s: Sym, e: Expr): Place {
    switch (s.kind) {
      case 'slot':
        return { kind: 'slot', type: s.type, sym: s };
      case 'mem': {
        const addr = this.tmp();
        this.emit('LEA', addr, s.offset);
        return { kind: 'mem', type: s.type, addr, off: 0 };
      }
      case 'global': {
        const addr = this.tmp();
        const g = this.c.globals[s.index]!;
        this.info.uses.add(g.name);
        this.emit('GADDR', addr, s.index);
        return { kind: 'mem', type: g.type, addr, off: 0 };
      }
      case 'const':
        return this.fail('an enumerator is no variable', e);
    }
  }

  /** Reads a place. */
  protected load(p: Place, dst?: number): Val {
    const t = p.type;
    if (p.kind === 'slot') {
      if (p.sym.flag >= 0 && !this.assigned.has(p.sym.flag))
        this.emit('CHK', p.sym.flag, this.c.message(p.sym.info.name));
      return this.into({ type: t, slot: p.sym.slot }, dst);
    }
    if (t.kind === 'array') return this.addressOf(p, ptr(t.of), dst);
    if (t.kind === 'func') return this.addressOf(p, ptr(t), dst);
    if (t.kind === 'record') return this.addressOf(p, t, dst);
    if (t.kind === 'void') return { type: T.void, slot: p.addr };
    const d = dst ?? this.tmp();
    if (p.width !== undefined && p.bit !== undefined) {
      const it = t.kind === 'int' ? t : T.int;
      this.emit('LDB', d, p.addr, this.c.bitRow({ offset: p.off, bit: p.bit, width: p.width, signed: it.signed }));
      const small = p.width < 32 || (p.width === 32 && it.signed);
      if (it.size === 8 && p.width > 32) return { type: it, slot: d };
      return { type: it.bool ? T.bool : small ? T.int : T.uint, slot: d };
    }
    this.emit(loadOp(t), d, p.addr, p.off);
    return { type: t, slot: d };
  }
  /** Address of a memory place as a value of type `type`. */
  private addressOf(p: Place & { kind: 'mem' }, type: Ty, dst?: number): Val {
    if (p.off === 0) return this.into({ type, slot: p.addr }, dst);
    const d = dst ?? this.tmp();
    this.emit('ADDLI', d, p.addr, p.off);
    return { type, slot: d };
  }

  /** Writes a place; the value converted to its type. */
  protected store(p: Place, value: Val): Val {
    const t = p.type;
    if (t.kind === 'record') {
      if (value.type !== t) this.fail(`a ${typeName(value.type)} can't be assigned to a ${typeName(t)}`);
      if (p.kind !== 'mem') return this.fail('a struct in no memory');
      const to = this.addressOf(p, t);
      this.emit('COPY', to.slot, value.slot, t.size);
      return to;
    }
    if (t.kind === 'array' || t.kind === 'func' || t.kind === 'void') this.fail(`${typeName(t)} can't be assigned`);
    if (p.kind === 'slot') {
      const v = this.convert(value, t, p.sym.slot);
      if (v.slot !== p.sym.slot) this.emit('MOV', p.sym.slot, v.slot);
      this.markSet(p.sym);
      return { type: t, slot: p.sym.slot };
    }
    const v = this.convert(value, t);
    if (p.width !== undefined && p.bit !== undefined) {
      const row = this.c.bitRow({ offset: p.off, bit: p.bit, width: p.width, signed: t.kind === 'int' && t.signed });
      this.emit('STB', p.addr, v.slot, row);
      const d = this.tmp();
      this.emit('LDB', d, p.addr, row);
      return { type: t, slot: d };
    }
    this.emit(storeOp(t), p.addr, v.slot, p.off);
    return v;
  }
  protected markSet(s: Sym & { kind: 'slot' }): void {
    if (s.flag < 0 || this.assigned.has(s.flag)) return;
    this.emit('LDI', s.flag, 1);
    this.assigned.add(s.flag);
  }

  /** Converts a value. `cast`: as a cast does, without complaint. */
  protected convert(v: Val, to: Ty, dst?: number, cast = false): Val {
    const from = v.type;
    if (from === to) return this.into(v, dst);
    if (to.kind === 'void') return { type: T.void, slot: v.slot };
    if (from.kind === 'void') this.fail('a void value is used');
    if (from.kind === 'record' || to.kind === 'record' || to.kind === 'array' || to.kind === 'func')
      this.fail(`${typeName(from)} can't be converted to ${typeName(to)}`);
    if (to.kind === 'ptr') {
      if (from.kind === 'float') this.fail('a floating value is no pointer');
      if (from.kind === 'int' && from.size < 8) return this.extend(v, to, dst);
      return this.into({ type: to, slot: v.slot }, dst);
    }
    void cast;
    if (to.kind === 'float') {
      if (from.kind === 'float') {
        if (to.size === 8) return this.into({ type: to, slot: v.slot }, dst);
        const d = dst ?? this.tmp();
        this.emit('FROUND', d, v.slot);
        return { type: to, slot: d };
      }
      if (from.kind !== 'int') this.fail('a pointer is no floating value');
      const d = dst ?? this.tmp();
      this.emit(
        from.size === 8 ? (from.signed ? 'SLF' : 'ULF') : from.signed || from.size < 4 ? 'SF' : 'UF',
        d,
        v.slot,
      );
      if (to.size === 4) this.emit('FROUND', d, d);
      return { type: to, slot: d };
    }
    // to an integer
    if (to.kind !== 'int') return this.fail('bad conversion');
    if (to.bool) {
      if (from.kind === 'int' && from.bool) return this.into({ type: to, slot: v.slot }, dst);
      const d = dst ?? this.tmp();
      this.emit(from.kind === 'float' ? 'NEZF' : isWide(from) ? 'NEZL' : 'NEZ', d, v.slot);
      return { type: to, slot: d };
    }
    if (from.kind === 'float') {
      const d = dst ?? this.tmp();
      this.emit(to.size === 8 ? (to.signed ? 'FSL' : 'FUL') : to.size === 4 && !to.signed ? 'FU' : 'FS', d, v.slot);
      return to.size < 4 ? this.narrow({ type: T.int, slot: d }, to, d) : { type: to, slot: d };
    }
    if (to.size === 8) {
      if (isWide(from)) return this.into({ type: to, slot: v.slot }, dst);
      return this.extend(v, to, dst);
    }
    if (to.size === 4) return this.into({ type: to, slot: v.slot }, dst);
    if (
      from.kind === 'int' &&
      from.size <= to.size &&
      (from.signed === to.signed || (from.size < to.size && !from.signed))
    )
      return this.into({ type: to, slot: v.slot }, dst);
    return this.narrow(v, to, dst);
  }
  private extend(v: Val, to: Ty, dst?: number): Val {
    const d = dst ?? this.tmp();
    const from = v.type;
    this.emit(from.kind === 'int' && !from.signed && from.size === 4 ? 'ZXL' : 'SXL', d, v.slot);
    return { type: to, slot: d };
  }
  private narrow(v: Val, to: Ty & { kind: 'int' }, dst?: number): Val {
    const d = dst ?? this.tmp();
    this.emit(to.size === 1 ? (to.signed ? 'SX8' : 'ZX8') : to.signed ? 'SX16' : 'ZX16', d, v.slot);
    return { type: to, slot: d };
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
    if (t.kind === 'ptr') {
      const d = p.kind === 'slot' ? p.sym.slot : this.tmp();
      this.emit('ADDLI', d, loaded.slot, delta * t.to.size);
      next = { type: t, slot: d };
    } else if (t.kind === 'float') {
      const one = this.tmp();
      this.emit('LDC', one, this.c.floatConstant(delta));
      const d = this.tmp();
      this.emit('ADDF', d, loaded.slot, one);
      next = { type: T.double, slot: d };
    } else if (t.kind === 'int') {
      const d = p.kind === 'slot' && t.size >= 4 ? p.sym.slot : this.tmp();
      this.emit(isWide(t) ? 'ADDLI' : 'ADDI', d, loaded.slot, delta);
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
  private pointerPlus(p: Val, i: Val, minus: boolean, dst?: number): Val {
    if (p.type.kind !== 'ptr' || i.type.kind !== 'int')
      this.fail(`${typeName(p.type)} and ${typeName(i.type)} can't be added`);
    if (p.type.to.kind === 'record' && !p.type.to.complete)
      this.fail(`the size of ${typeName(p.type.to)} is not known here`);
    const scale = p.type.to.size * (minus ? -1 : 1);
    const d = dst ?? this.tmp();
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
      this.emit('LDI', t, 1);
      const end = this.emit('JMP');
      for (const j of jumps) this.patchJump(j);
      this.emit('LDI', t, 0);
      this.patch(end, 1);
      this.emit('MOV', d, t);
      return { type: T.int, slot: d };
    }
    const a = this.rv(e.left);
    const b = this.rv(e.right);
    return this.operate(e.op, a, b, e, dst);
  }

  /** a op b. */
  private operate(op: BinaryOp, a: Val, b: Val, e: Expr, dst?: number): Val {
    if (a.type.kind === 'void' || b.type.kind === 'void') this.fail('a void value is used', e);
    if (a.type.kind === 'record' || b.type.kind === 'record')
      this.fail(`${op} of ${typeName(a.type)} and ${typeName(b.type)}`, e);
    if (op === '+' && a.type.kind === 'ptr') return this.pointerPlus(a, b, false, dst);
    if (op === '+' && b.type.kind === 'ptr') return this.pointerPlus(b, a, false, dst);
    if (op === '-' && a.type.kind === 'ptr') {
      if (b.type.kind !== 'ptr') return this.pointerPlus(a, b, true, dst);
      const d = dst ?? this.tmp();
      this.emit('PDIFF', d, a.slot, b.slot, Math.max(1, a.type.to.size));
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

  private conditional(e: Expr & { kind: 'cond' }, dst?: number): Val {
    const k = this.constant(e.test);
    if (k) {
      const chosen = k.v !== 0n ? (e.then ?? e.test) : e.else;
      // the value has the type of both branches, unless one of them has none
      let both: Ty | undefined;
      try {
        const x = this.decayed(e.then ?? e.test);
        const y = this.decayed(e.else);
        if ((x.kind === 'int' || x.kind === 'float') && (y.kind === 'int' || y.kind === 'float')) both = common(x, y);
      } catch {
        both = undefined;
      }
      return both ? this.convert(this.rv(chosen), both, dst) : this.rv(chosen, dst);
    }
    // the common type first: both branches end in it
    const thenType = this.decayed(e.then ?? e.test);
    const elseType = this.decayed(e.else);
    let t: Ty;
    if (thenType.kind === 'void' || elseType.kind === 'void') t = T.void;
    else if (thenType.kind === 'record') t = thenType;
    else if (thenType.kind === 'ptr' && elseType.kind === 'ptr') t = thenType.to.kind === 'void' ? elseType : thenType;
    else if (thenType.kind === 'ptr') t = thenType;
    else if (elseType.kind === 'ptr') t = elseType;
    else t = common(thenType, elseType);
    const d = dst !== undefined && !this.isVariable(dst) ? dst : this.tmp();
    const before = new Set(this.assigned);
    if (!e.then) {
      const v = this.rv(e.test);
      this.convert(v, t, d);
      const test = this.tmp();
      if (v.type.kind === 'float') this.emit('NEZF', test, v.slot);
      const skip =
        v.type.kind === 'float' ? this.emit('JNZ', test) : this.emit(isWide(v.type) ? 'JNZL' : 'JNZ', v.slot);
      this.convert(this.rv(e.else), t, d);
      this.patch(skip, 2);
      this.assigned = before;
      return this.into({ type: t, slot: d }, dst);
    }
    const jumps: number[] = [];
    this.condJump(e.test, false, jumps);
    const tested = new Set(this.assigned);
    this.intoType(this.rv(e.then), t, d);
    const end = this.emit('JMP');
    for (const j of jumps) this.patchJump(j);
    this.assigned = new Set([...before]);
    this.intoType(this.rv(e.else), t, d);
    this.patch(end, 1);
    this.assigned = before;
    void tested;
    return this.into({ type: t, slot: d }, dst);
  }
  private intoType(v: Val, t: Ty, d: number): void {
    if (t.kind === 'void') return;
    if (t.kind === 'record') {
      if (v.slot !== d) this.emit('MOV', d, v.slot);
      return;
    }
    const c = this.convert(v, t);
    if (c.slot !== d) this.emit('MOV', d, c.slot);
  }
  private decayed(e: Expr): Ty {
    const k = this.constant(e);
    if (k) return k.type;
    const t = this.staticType(e);
    return t.kind === 'array' ? ptr(t.of) : t.kind === 'func' ? ptr(t) : t;
  }
  /** Is the slot a variable's (rather than a temporary)? */
  private isVariable(slot: number): boolean {
    for (const b of this.blocks)
      for (const s of b.names.values()) if (s.kind === 'slot' && s.slot === slot) return true;
    return false;
  }

  /** Jumps (their positions are collected) if the condition's truth equals `when`; falls through otherwise. */
  condJump(e: Expr, when: boolean, jumps: number[]): void {
    if (e.kind === 'unary' && e.op === '!') return this.condJump(e.arg, !when, jumps);
    const k = this.constant(e);
    if (k) {
      if ((k.v !== 0n) === when) jumps.push(this.emit('JMP'));
      return;
    }
    if (e.kind === 'binary' && (e.op === '&&' || e.op === '||')) {
      const before = (): Set<number> => new Set(this.assigned);
      if ((e.op === '&&') === !when) {
        // && jumping on false, || jumping on true: either side may jump
        this.condJump(e.left, when, jumps);
        const a = before();
        this.condJump(e.right, when, jumps);
        this.assigned = a;
      } else {
        const past: number[] = [];
        this.condJump(e.left, !when, past);
        const a = before();
        this.condJump(e.right, when, jumps);
        this.assigned = a;
        for (const j of past) this.patchJump(j);
      }
      return;
    }
    const outer = this.span;
    if (e.end > e.start) this.span = e;
    if (e.kind === 'binary' && COMPARE.has(e.op)) {
      const a = this.rv(e.left);
      const b = this.rv(e.right);
      const fused = this.fusedJump(e.op, a, b, when, jumps);
      if (!fused) {
        const v = this.operate(e.op, a, b, e);
        jumps.push(this.emit(when ? 'JNZ' : 'JZ', v.slot));
      }
    } else {
      const v = this.rv(e);
      if (v.type.kind === 'float') {
        const d = this.tmp();
        this.emit('NEZF', d, v.slot);
        jumps.push(this.emit(when ? 'JNZ' : 'JZ', d));
      } else if (v.type.kind === 'record' || v.type.kind === 'void')
        this.fail(`${typeName(v.type)} is no condition`, e);
      else jumps.push(this.emit(isWide(v.type) ? (when ? 'JNZL' : 'JZL') : when ? 'JNZ' : 'JZ', v.slot));
    }
    this.span = outer;
  }
  private fusedJump(op: BinaryOp, a: Val, b: Val, when: boolean, jumps: number[]): boolean {
    if (a.type.kind !== 'int' || b.type.kind !== 'int') return false;
    const t = common(a.type, b.type);
    if (t.kind !== 'int' || t.size !== 4) return false;
    let [x, y] = [a.slot, b.slot];
    let name = op;
    if (!when) name = ({ '==': '!=', '!=': '==', '<': '>=', '>=': '<', '>': '<=', '<=': '>' } as const)[op as '<'];
    if (name === '>' || name === '<=') {
      [x, y] = [y, x];
      name = name === '>' ? '<' : '>=';
    }
    const code: OpName =
      name === '=='
        ? 'JEQ'
        : name === '!='
          ? 'JNE'
          : name === '<'
            ? t.signed
              ? 'JLTS'
              : 'JLTU'
            : t.signed
              ? 'JGES'
              : 'JGEU';
    jumps.push(this.emit(code, x, y));
    return true;
  }
  /** Points a conditional jump made by condJump here (or at `target`). */
  protected patchJump(at: number, target = this.pc): void {
    this.patch(at, this.c.jumpOperand(at), target);
  }

  private call(e: Expr & { kind: 'call' }, dst?: number): Val {
    if (e.callee.kind === 'id') {
      const special = this.special(e.callee.name, e, dst);
      if (special) return special;
    }
    let direct: ReturnType<typeof this.c.functionRef>;
    let target: Val | undefined;
    let type: FuncTy;
    const name = e.callee.kind === 'id' && !this.find(e.callee.name) ? e.callee.name : undefined;
    if (name !== undefined) {
      direct = this.c.functionRef(name);
      if (!direct) this.fail(`the machine has no ${name}()`, e.callee);
      this.info.calls.add(name);
      type = this.c.functionType(direct);
    } else {
      target = this.rv(e.callee);
      const ft = target.type.kind === 'ptr' ? target.type.to : target.type;
      if (ft.kind !== 'func') this.fail(`${typeName(target.type)} can't be called`, e.callee);
      type = ft;
    }
    const given = e.args.length;
    if (!type.loose && (given < type.params.length || (given > type.params.length && !type.variadic)))
      this.fail(
        `${name ?? 'this function'} takes ${type.params.length} argument${type.params.length === 1 ? '' : 's'}, not ${given}`,
        e,
      );
    const record = type.returns.kind === 'record' ? type.returns : undefined;
    let result = -1;
    if (record) {
      result = this.frameMemory(record.size, record.align);
      this.declareLocal(result, 'a returned struct', record);
    }
    const base = this.cur;
    const at = (i: number): number => {
      const s = base + i;
      this.cur = s + 1;
      if (this.cur > this.info.slots) this.info.slots = this.cur;
      return s;
    };
    let n = 0;
    if (record) this.emit('LEA', at(n++), result);
    const extra: Val[] = [];
    e.args.forEach((arg, i) => {
      const pt = type.params[i];
      const slot = at(n);
      if (pt) {
        let v = this.rv(arg);
        if (pt.kind === 'record') {
          if (v.type !== pt) this.fail(`argument ${i + 1} should be ${typeName(pt)}, not ${typeName(v.type)}`, arg);
          const off = this.frameMemory(pt.size, pt.align);
          this.declareLocal(off, 'an argument', pt);
          this.emit('LEA', slot, off);
          this.emit('COPY', slot, v.slot, pt.size);
        } else {
          this.checkArgument(v.type, pt, arg, i, name);
          v = this.convert(v, pt, slot);
          if (v.slot !== slot) this.emit('MOV', slot, v.slot);
        }
        n++;
      } else {
        let v = this.rv(arg);
        if (v.type.kind === 'float') v = this.convert(v, T.double);
        else if (v.type.kind === 'int') v = this.convert(v, promote(v.type));
        if (v.slot !== slot) this.emit('MOV', slot, v.slot);
        if (v.type.kind === 'int' && v.type.size === 4) this.emit(v.type.signed ? 'SXL' : 'ZXL', slot, slot);
        extra.push({ type: v.type, slot });
        n++;
      }
    });
    if (type.variadic && !(direct && direct.builtin >= 0)) {
      // the rest goes to memory; the callee gets its address behind its parameters
      const area = this.frameMemory(Math.max(8, extra.length * 8), 16);
      this.declareLocal(area, 'the arguments', T.void, Math.max(8, extra.length * 8));
      const addr = this.tmp();
      this.emit('LEA', addr, area);
      extra.forEach((x, i) => this.emit('ST64', addr, x.slot, i * 8));
      n -= extra.length;
      this.cur = base + n;
      this.emit('MOV', at(n++), addr);
    }
    const d = dst ?? this.tmp();
    const over = base + n + 1;
    if (over > this.info.slots) this.info.slots = over;
    if (direct && direct.builtin >= 0) this.emit('CALLB', direct.builtin, base, d, n);
    else if (direct) this.emit('CALL', direct.index, base, d, n);
    else this.emit('CALLI', target!.slot, base, d, n);
    this.cur = Math.max(base, d + 1);
    if (record) {
      const r = this.tmp();
      this.emit('LEA', r, result);
      return { type: record, slot: r };
    }
    return { type: type.returns, slot: d };
  }
  private checkArgument(from: Ty, to: Ty, arg: Expr, i: number, name: string | undefined): void {
    if (from.kind === 'record' || from.kind === 'void' || (from.kind === 'float' && to.kind === 'ptr'))
      this.fail(
        `argument ${i + 1}${name === undefined ? '' : ` of ${name}()`} should be ${typeName(to)}, not ${typeName(from)}`,
        arg,
      );
  }

  /** Calls that the compiler answers itself. */
  private special(name: string, e: Expr & { kind: 'call' }, dst?: number): Val | undefined {
    const [a, b] = e.args;
    switch (name) {
      case '__builtin_va_start': {
        if (!a) return undefined;
        const s = this.find("'varargs");
        if (s?.kind !== 'slot') this.fail('va_start outside of a variadic function', e);
        this.store(this.place(a), { type: ptr(T.char), slot: s.slot });
        return { type: T.void, slot: 0 };
      }
      case '__builtin_va_arg': {
        if (!a || b?.kind !== 'type') return undefined;
        const t = this.typeOf(b.type, e);
        const p = this.place(a);
        const old = this.load(p);
        const keep = this.tmp();
        this.emit('MOV', keep, old.slot);
        const next = this.tmp();
        this.emit('ADDLI', next, keep, 8);
        this.store(p, { type: old.type, slot: next });
        if (t.kind === 'record') {
          // structs are passed by address
          const d = this.tmp();
          this.emit('LD64', d, keep, 0);
          return { type: t, slot: d };
        }
        return this.load({ kind: 'mem', type: t, addr: keep, off: 0 }, dst);
      }
      case '__builtin_expect':
        return a && this.convert(this.rv(a), T.long, dst);
      case '__builtin_choose_expr': {
        const k = a && this.constant(a);
        const pick = k && (k.v !== 0n ? b : e.args[2]);
        return pick && this.rv(pick, dst);
      }
      case '_Generic': {
        if (!a) return undefined;
        const t = this.decayed(a);
        let fallback: Expr | undefined;
        for (let i = 1; i + 1 < e.args.length; i += 2) {
          const k = e.args[i]!;
          if (k.kind !== 'type') continue;
          if (k.type.kind === 'named' && k.type.name === 'default') fallback = e.args[i + 1];
          else if (this.c.sameType(this.typeOf(k.type, e), t)) return this.rv(e.args[i + 1]!, dst);
        }
        if (!fallback) this.fail(`no case of _Generic for ${typeName(t)}`, e);
        return this.rv(fallback, dst);
      }
      case '__builtin_unreachable':
        this.emit('TRAP', this.c.message('this place was said to be unreachable'));
        return { type: T.void, slot: 0 };
      case '__builtin_constant_p':
        return this.loadConst(a && (this.constant(a) || a.kind === 'str') ? 1n : 0n, T.int, dst);
      default:
        return undefined;
    }
  }
}

function arithColumn(t: Ty): 0 | 1 | 2 | 3 {
  const signed = t.kind === 'int' && t.signed;
  return isWide(t) ? (signed ? 2 : 3) : signed ? 0 : 1;
}
/** The load instruction of a scalar type. */
export function loadOp(t: Ty): OpName {
  if (t.kind === 'float') return t.size === 4 ? 'LDF' : 'LD64';
  if (t.kind !== 'int' || t.size === 8) return 'LD64';
  return t.size === 4 ? 'LD32' : t.size === 2 ? (t.signed ? 'LD16S' : 'LD16U') : t.signed ? 'LD8S' : 'LD8U';
}
/** The store instruction of a scalar type. */
export function storeOp(t: Ty): OpName {
  if (t.kind === 'float') return t.size === 4 ? 'STF' : 'ST64';
  if (t.kind !== 'int' || t.size === 8) return 'ST64';
  return t.size === 4 ? 'ST32' : t.size === 2 ? 'ST16' : 'ST8';
}
