/** Conditions: jumps, `&&` and `||`, `?:`. */
import type { BinaryOp, Expr } from '../../language/c/ast.ts';
import { common, isWide, type Val } from './compile-base.ts';
import { COMPARE, FnExpr } from './compile-expr.ts';
import { TEMPORARIES, type OpName } from './opcodes.ts';
import { ptr, T, typeName, type Ty } from './types.ts';

/** Conditional code of a function. */
export abstract class FnCond extends FnExpr {
  protected conditional(e: Expr & { kind: 'cond' }, dst?: number): Val {
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
    else if (thenType.kind === 'wide' || elseType.kind === 'wide')
      t = [thenType, elseType].find((x) => x.kind === 'wide' && !x.signed) ?? T.i128;
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
      const mark = this.cur;
      this.convert(this.rv(e.else), t, d);
      this.cur = mark;
      this.patch(skip, 2);
      this.assigned = before;
      return this.into({ type: t, slot: d }, dst);
    }
    const jumps: number[] = [];
    const mark = this.cur;
    this.condJump(e.test, false, jumps);
    const tested = new Set(this.assigned);
    this.intoType(this.rv(e.then), t, d);
    this.cur = mark;
    this.unwritten(d);
    const end = this.emit('JMP');
    for (const j of jumps) this.patchJump(j);
    this.assigned = new Set([...before]);
    this.intoType(this.rv(e.else), t, d);
    this.cur = mark;
    this.patch(end, 1);
    this.assigned = before;
    void tested;
    return this.into({ type: t, slot: d }, dst);
  }

  private intoType(v: Val, t: Ty, d: number): void {
    if (t.kind === 'void') return;
    if (t.kind === 'wide') {
      const c = this.toWide(v, t);
      if (c.slot !== d) this.emit('MOV', d, c.slot);
      return;
    }
    if (t.kind === 'record') {
      if (v.slot !== d) this.emit('MOV', d, v.slot);
      return;
    }
    const c = this.convert(v, t);
    if (c.slot !== d) this.emit('MOV', d, c.slot);
  }

  protected decayed(e: Expr): Ty {
    const k = this.constant(e);
    if (k) return k.type;
    const t = this.staticType(e);
    return t.kind === 'array' ? ptr(t.of) : t.kind === 'func' ? ptr(t) : t;
  }

  /** Is the slot a variable's (rather than a temporary)? */
  private isVariable(slot: number): boolean {
    return slot < TEMPORARIES;
  }

  /** Jumps (their positions are collected) if the condition's truth equals `when`; falls through otherwise. */
  protected condJump(e: Expr, when: boolean, jumps: number[]): void {
    const mark = this.cur;
    this.jumpOn(e, when, jumps);
    // nothing of a condition is left but where the code goes on
    this.cur = mark;
  }
  private jumpOn(e: Expr, when: boolean, jumps: number[]): void {
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
      let v = this.rv(e);
      if (v.type.kind === 'wide') v = this.convert(v, T.bool);
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
}
