/** Integers of 128 bits: they live in memory, and a value of such a type is its address. */
import type { BinaryOp } from '../../language/c/ast.ts';
import type { Val } from './compile-base.ts';
import { FnPlace } from './compile-place.ts';
import { FRAME, WIDE_COMPARE, WIDE_OPS, WIDE_SIGNED } from './opcodes.ts';
import { T, typeName, type Ty, type WideTy } from './types.ts';

/** Code for them. */
export abstract class FnWide extends FnPlace {
  /** Memory for a value. */
  private wideTemporary(t: WideTy): Val {
    const off = this.frameMemory(t.size, t.align);
    this.declareLocal(off, 'a value', t);
    const slot = this.tmp();
    this.emit('ADDLI', slot, FRAME, off);
    return { type: t, slot };
  }
  protected toWide(v: Val, to: WideTy): Val {
    if (v.type.kind === 'wide') return { type: to, slot: v.slot };
    if (v.type.kind !== 'int' && v.type.kind !== 'ptr')
      return this.fail(`${typeName(v.type)} as ${typeName(to)} is not supported`);
    const signed = v.type.kind === 'int' && v.type.signed;
    const low = this.convert(v, signed ? T.long : T.ulong);
    const d = this.wideTemporary(to);
    this.emit('ST64', d.slot, low.slot, 0);
    const high = this.tmp();
    if (signed) this.emit('SHRSL', high, low.slot, this.loadConst(63n, T.int).slot);
    else this.loadConst(0n, T.ulong, high);
    this.emit('ST64', d.slot, high, 8);
    return d;
  }
  protected fromWide(v: Val, to: Ty, dst?: number): Val {
    const low = this.tmp();
    this.emit('LD64', low, v.slot, 0);
    if (to.kind === 'int' && to.bool) {
      const high = this.tmp();
      this.emit('LD64', high, v.slot, 8);
      this.emit('ORL', low, low, high);
    } else if (to.kind !== 'int' && to.kind !== 'ptr')
      this.fail(`${typeName(v.type)} as ${typeName(to)} is not supported`);
    return this.convert({ type: T.ulong, slot: low }, to, dst);
  }
  /** a op b where one of them has 128 bits; undefined: it is no operation of integers. */
  protected operateWide(op: BinaryOp, a: Val, b: Val, dst?: number): Val | undefined {
    const shift = op === '<<' || op === '>>';
    const unsigned = (v: Val): boolean => v.type.kind === 'wide' && !v.type.signed;
    const t = unsigned(a) || (!shift && unsigned(b)) ? T.u128 : T.i128;
    const compare = WIDE_COMPARE.indexOf(op);
    const arithmetic = WIDE_OPS.indexOf(op);
    if (compare < 0 && arithmetic < 0) return undefined;
    const x = this.toWide(a, t);
    const y = this.toWide(b, t);
    const flag = t.signed ? WIDE_SIGNED : 0;
    if (compare >= 0) {
      const d = dst ?? this.tmp();
      this.emit('WCMP', d, x.slot, y.slot, compare + flag);
      return { type: T.int, slot: d };
    }
    const d = this.wideTemporary(t);
    this.emit('WIDE', d.slot, x.slot, y.slot, arithmetic + flag);
    return d;
  }
}
