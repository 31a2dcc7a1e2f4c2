/** Places (lvalues): their addresses, reading and writing them, conversions of values. */
import type { Expr, InitListExpr } from '../../language/c/ast.ts';
import { isWide, type Place, type Sym, type Val } from './compile-base.ts';
import { FnRunSize } from './compile-run-size.ts';
import { CONSTANTS, FRAME, type OpName } from './opcodes.ts';
import { findMember, ptr, T, typeName, type RecordTy, type Ty, type WideTy } from './types.ts';

/** Code for places and conversions of a function. */
export abstract class FnPlace extends FnRunSize {
  abstract initInto(type: Ty, addr: number, off: number, init: Expr, zeroed: boolean): Ty;
  /** p + i (or p - i). */
  protected abstract pointerPlus(p: Val, i: Val, minus: boolean, dst?: number): Val;

  protected into(v: Val, dst: number | undefined): Val {
    if (dst === undefined || v.slot === dst) return v;
    this.emit('MOV', dst, v.slot);
    return { type: v.type, slot: dst };
  }

  protected compound(e: Expr & { kind: 'compound' }): Place {
    let t = this.typeOf(e.type, e);
    if (t.kind === 'array' && t.n < 0) t = this.c.sizedBy(t, e.init, (x) => this.constant(x)?.v);
    if (!this.fn) {
      // in the initialiser of a global it is one too
      const addr = this.addressConst('global', this.c.compoundGlobal(t, e));
      if (t.kind === 'array' || t.kind === 'record') this.initInto(t, addr, 0, e.init, true);
      else this.store({ kind: 'mem', type: t, addr, off: 0 }, this.rv((e.init as InitListExpr).items[0]!.value));
      return { kind: 'mem', type: t, addr, off: 0 };
    }
    if (t.kind !== 'array' && t.kind !== 'record') {
      const off = this.frameMemory(t.size, t.align);
      this.declareLocal(off, 'a compound literal', t);
      const first = (e.init as InitListExpr).items[0];
      const p = { kind: 'mem', type: t, addr: FRAME, off } as const;
      this.store(p, first ? this.rv(first.value) : this.loadConst(0n, T.int));
      return p;
    }
    const off = this.frameMemory(t.size, t.align);
    this.declareLocal(off, 'a compound literal', t);
    this.initInto(t, FRAME, off, e.init, false);
    return { kind: 'mem', type: t, addr: FRAME, off };
  }

  protected functionNamed(name: string, dst?: number): Val | undefined {
    for (let i = this.blocks.length - 1; i >= 0; i--) if (this.blocks[i]!.names.has(name)) return undefined;
    if (this.c.globalSym(name)) return undefined;
    const f = this.c.functionRef(name);
    if (!f) return undefined;
    this.info.calls.add(name);
    const slot = this.addressConst('function', f.index);
    return this.into({ type: ptr(this.c.functionType(f)), slot }, dst);
  }

  /** The place that an lvalue names. */
  place(e: Expr): Place {
    switch (e.kind) {
      case 'id': {
        const s = this.find(e.name);
        if (!s) {
          if (e.name === '__func__' || e.name === '__FUNCTION__' || e.name === '__PRETTY_FUNCTION__') {
            const addr = this.addressConst('global', this.c.literal(this.info.name, e));
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
          const o = this.place(e.object);
          if (o.type.kind !== 'record') this.fail(`. needs a struct, this is ${typeName(o.type)}`, e);
          base = o;
        }
        const r = base.type as RecordTy;
        this.c.types.need(r);
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
        const addr = this.addressConst('global', this.c.literal(e.value, e));
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

  protected symPlace(s: Sym, e: Expr): Place {
    switch (s.kind) {
      case 'slot':
        return { kind: 'slot', type: s.type, sym: s };
      case 'mem':
        return { kind: 'mem', type: s.type, addr: FRAME, off: s.offset };
      case 'global': {
        const addr = this.addressConst('global', s.index);
        const g = this.c.globals[s.index]!;
        this.info.uses.add(g.name);
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
    if (t.kind === 'record' || t.kind === 'wide') return this.addressOf(p, t, dst);
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
  protected addressOf(p: Place & { kind: 'mem' }, type: Ty, dst?: number): Val {
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
    if (t.kind === 'wide') {
      if (p.kind !== 'mem') return this.fail('an __int128 in no memory');
      const v = this.toWide(value, t);
      const to = this.addressOf(p, t);
      this.emit('COPY', to.slot, v.slot, t.size);
      return to;
    }
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
    this.loadConst(1n, T.int, s.flag);
    this.assigned.add(s.flag);
  }

  /** Converts a value. `cast`: as a cast does, without complaint. */
  protected convert(v: Val, to: Ty, dst?: number, cast = false): Val {
    const from = v.type;
    if (from === to) return this.into(v, dst);
    if (to.kind === 'wide') return this.into(this.toWide(v, to), dst);
    if (from.kind === 'wide' && to.kind !== 'void') return this.fromWide(v, to, dst);
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

  protected abstract toWide(v: Val, to: WideTy): Val;
  protected abstract fromWide(v: Val, to: Ty, dst?: number): Val;
  protected wide(v: Val, dst?: number): Val {
    return this.convert(v, v.type.kind === 'int' && !v.type.signed ? T.ulong : T.long, dst);
  }
  private extend(v: Val, to: Ty, dst?: number): Val {
    const from = v.type;
    // constants are as wide as can be
    if (from.kind === 'int' && v.slot >= CONSTANTS && this.c.isExtended(v.slot - CONSTANTS, from.signed))
      return this.into({ type: to, slot: v.slot }, dst);
    const d = dst ?? this.tmp();
    this.emit(from.kind === 'int' && !from.signed && from.size === 4 ? 'ZXL' : 'SXL', d, v.slot);
    return { type: to, slot: d };
  }

  private narrow(v: Val, to: Ty & { kind: 'int' }, dst?: number): Val {
    const d = dst ?? this.tmp();
    this.emit(to.size === 1 ? (to.signed ? 'SX8' : 'ZX8') : to.signed ? 'SX16' : 'ZX16', d, v.slot);
    return { type: to, slot: d };
  }
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
