/** Types whose size is known when the program runs only: arrays of variable length, and pointers to them. */
import type { CType, Expr, Span } from '../../language/c/ast.ts';
import { FnBase, type Val } from './compile-base.ts';
import { ptr, T, type Ty } from './types.ts';

/** Sizes that are values. */
export abstract class FnRunSize extends FnBase {
  /** Is it an array whose size is known when it runs only, or a pointer to one? */
  protected hasRunSize(t: CType): boolean {
    if (t.kind === 'pointer') return this.hasRunSize(t.to);
    return t.kind === 'array' && ((t.size !== null && !this.constant(t.size)) || this.hasRunSize(t.of));
  }
  /** Such a type: code computes the sizes of its arrays here. */
  protected variableType(t: CType, span: Span): Ty {
    if (t.kind === 'pointer') return ptr(this.variableType(t.to, span));
    if (t.kind !== 'array' || !this.hasRunSize(t)) return this.typeOf(t, span);
    const of = this.variableType(t.of, span);
    if (t.size === null) return { kind: 'array', of, n: -1, size: 0, align: of.align };
    const sizeAt = this.newRegister();
    this.bytesOf(t.size, of, sizeAt);
    return { kind: 'array', of, n: 1, size: 0, align: of.align, sizeAt };
  }
  /** Bytes of `n` elements, into a variable. */
  protected bytesOf(n: Expr, of: Ty, slot: number): void {
    const mark = this.cur;
    const count = this.tmp();
    const v = this.wide(this.rv(n), count);
    this.emit('MULL', slot, v.slot, this.sizeOf(of));
    this.cur = mark;
  }
  /** Place that holds the size of a type. */
  protected sizeOf(t: Ty): number {
    return t.kind === 'array' && t.sizeAt !== undefined ? t.sizeAt : this.loadConst(BigInt(t.size), T.ulong).slot;
  }
  /** An integer as one of 64 bits. */
  protected abstract wide(v: Val, dst?: number): Val;
}
