/** Loops and switches to code. */
import type { CaseStmt, Span, Stmt } from '../../language/c/ast.ts';
import { isWide, wrap } from './compile-base.ts';
import { FnDecl } from './compile-decl.ts';
import { T } from './types.ts';
import type { Expr } from '../../language/c/ast.ts';

interface Loop {
  readonly breaks: number[];
  readonly continues: number[] | undefined;
  /** Blocks that are open around it. */
  readonly depth: number;
}

/** Loops and switches of a function. */
export abstract class FnFlow extends FnDecl {
  protected readonly loops: Loop[] = [];
  protected readonly cases: { node: CaseStmt; at: number }[][] = [];
  protected abstract statement(s: Stmt): void;

  protected whileStatement(s: Stmt & { kind: 'while' }): void {
    const top = this.pc;
    this.step(headSpan(s, s.test));
    const jumps: number[] = [];
    this.condJump(s.test, false, jumps);
    const before = new Set(this.assigned);
    this.body(s.body, top, () => {
      this.emit('JMP', top);
      for (const j of jumps) this.patchJump(j);
    });
    this.assigned = before;
    this.reachable = true;
  }

  protected doStatement(s: Stmt & { kind: 'do' }): void {
    const top = this.pc;
    this.reachable = true;
    const before = new Set(this.assigned);
    const loop: Loop = { breaks: [], continues: [], depth: this.blocks.length };
    this.loops.push(loop);
    this.statement(s.body);
    const hadContinue = loop.continues!.length > 0;
    for (const j of loop.continues!) this.patch(j, 1);
    if (hadContinue) this.assigned = before;
    this.step(s.test);
    const jumps: number[] = [];
    this.condJump(s.test, true, jumps);
    for (const j of jumps) this.patchJump(j, top);
    this.loops.pop();
    if (loop.breaks.length) this.assigned = new Set([...this.assigned].filter((x) => before.has(x)));
    for (const j of loop.breaks) this.patch(j, 1);
    this.reachable = true;
  }

  protected forStatement(s: Stmt & { kind: 'for' }): void {
    this.open(s);
    if (s.init) this.statement(s.init);
    const top = this.pc;
    const jumps: number[] = [];
    if (s.test) {
      this.step(s.test);
      this.condJump(s.test, false, jumps);
    } else this.step({ start: s.start, end: s.start + 3 });
    const before = new Set(this.assigned);
    const loop: Loop = { breaks: [], continues: [], depth: this.blocks.length };
    this.loops.push(loop);
    this.reachable = true;
    this.statement(s.body);
    for (const j of loop.continues!) this.patch(j, 1);
    this.assigned = new Set([...this.assigned].filter((x) => before.has(x)));
    if (s.update) {
      this.step(s.update);
      const mark = this.cur;
      this.rv(s.update);
      this.cur = mark;
    }
    this.emit('JMP', top);
    for (const j of jumps) this.patchJump(j);
    this.loops.pop();
    for (const j of loop.breaks) this.patch(j, 1);
    this.assigned = before;
    this.reachable = true;
    this.close(s);
  }

  private body(s: Stmt, top: number, close: () => void): void {
    const loop: Loop = { breaks: [], continues: [], depth: this.blocks.length };
    this.loops.push(loop);
    this.reachable = true;
    this.statement(s);
    this.loops.pop();
    for (const j of loop.continues!) this.patch(j, 1, top);
    close();
    for (const j of loop.breaks) this.patch(j, 1);
  }

  protected switchStatement(s: Stmt & { kind: 'switch' }): void {
    this.step(headSpan(s, s.value));
    let v = this.rv(s.value);
    if (v.type.kind !== 'int') this.fail('a switch needs an integer', s.value);
    const t = v.type.rank < 3 ? T.int : v.type;
    v = this.convert(v, t);
    const keep = this.tmp();
    this.emit('MOV', keep, v.slot);
    const dispatch = this.emit('JMP');
    const before = new Set(this.assigned);
    const list: { node: CaseStmt; at: number }[] = [];
    this.cases.push(list);
    const loop: Loop = { breaks: [], continues: undefined, depth: this.blocks.length };
    this.loops.push(loop);
    this.reachable = false;
    this.statement(s.body);
    this.loops.pop();
    this.cases.pop();
    const end = this.emit('JMP');
    this.patch(dispatch, 1);
    this.span = headSpan(s, s.value);
    let fallback: number | undefined;
    const wide = isWide(t);
    for (const c of list) {
      if (!c.node.value) {
        fallback = c.at;
        continue;
      }
      const from = this.constant(c.node.value);
      if (!from) this.fail('this case is no constant', c.node.value);
      const k = this.loadConst(wrap(from.v, t), t);
      const flag = this.tmp();
      if (c.node.to) {
        const to = this.constant(c.node.to);
        if (!to) this.fail('this case is no constant', c.node.to);
        const k2 = this.loadConst(wrap(to.v, t), t);
        const le = wide ? (t.signed ? 'LESL' : 'LEUL') : t.signed ? 'LES' : 'LEU';
        this.emit(le, flag, k.slot, keep);
        const f2 = this.tmp();
        this.emit(le, f2, keep, k2.slot);
        this.emit('AND', flag, flag, f2);
        this.emit('JNZ', flag, c.at);
      } else if (wide) {
        this.emit('EQL', flag, k.slot, keep);
        this.emit('JNZ', flag, c.at);
      } else this.emit('JEQ', keep, k.slot, c.at);
    }
    if (fallback !== undefined) this.emit('JMP', fallback);
    this.patch(end, 1);
    for (const j of loop.breaks) this.patch(j, 1);
    this.assigned = before;
    this.reachable = true;
  }
}

/** The head of a statement: what a debugger shows when its test runs. */
export function headSpan(s: Span, test: Expr): Span {
  return { start: s.start, end: Math.max(test.end, s.start + 1) };
}
