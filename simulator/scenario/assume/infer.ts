/**
 * Types of what a file uses and nobody declares, from its use: one walk over the reachable functions learns from assignments, comparisons,
 * arguments and results; walks are repeated until nothing new is learnt.
 */
import type { BlockStmt, CType, Declarator, Expr, InitListExpr, Stmt } from '../../../language/c/ast.ts';
import type { ExactFunction } from '../../../language/c/exact/index.ts';
import { InferExpressions, literal } from './infer-exprs.ts';
import { INT, LONG, Slot, type Known } from './slots.ts';

/** The walk. */
export class Inference extends InferExpressions {
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
      for (const slots of this.known.fields.values())
        for (const slot of slots.values()) if (slot.type) this.declared(slot.type, slot.span);
      if (!this.known.changed) break;
    }
    return this.known;
  }

  private function(f: ExactFunction): void {
    this.scopes = [new Map()];
    this.current = f.name;
    this.returns = this.declared(f.returns, f);
    for (const p of f.params) if (p.name !== null) this.scopes[0]!.set(p.name, this.declared(p.type, p));
    this.statement(f.body);
  }

  protected scoped(run: () => void): void {
    this.scopes.push(new Map());
    run();
    this.scopes.pop();
  }
  private block(b: BlockStmt): void {
    this.scoped(() => {
      for (const s of b.body) this.statement(s);
    });
  }
  protected statement(s: Stmt): void {
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
  protected initialiser(e: Expr, t: CType | undefined): void {
    if (e.kind === 'init') this.list(e, t);
    else this.expr(e, t?.kind === 'array' ? undefined : t);
  }
  protected list(e: InitListExpr, type: CType | undefined): void {
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
}
