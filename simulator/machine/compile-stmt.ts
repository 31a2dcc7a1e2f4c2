/** Statements to code. */
import type { BlockStmt, CaseStmt, Declarator, Expr, Span, Stmt } from '../../language/c/ast.ts';
import { isWide, wrap, type Block, type Sym, type Val } from './compile-base.ts';
import { FnInit } from './compile-init.ts';
import type { VarInfo } from './program.ts';
import { CompileError, isScalar, ptr, T, type Ty } from './types.ts';

interface Loop {
  readonly breaks: number[];
  readonly continues: number[] | undefined;
  /** Blocks that are open around it. */
  readonly depth: number;
}
interface Label {
  at: number;
  readonly path: readonly object[];
  readonly jumps: { readonly at: number }[];
}

/** An annotation of the source that becomes code. */
export interface CodeNote {
  /** Offset in the source: it runs before the statement behind it. */
  readonly at: number;
  readonly id: number;
  /** Expression to evaluate and hand over, if it has one. */
  readonly exprs: readonly Expr[];
  readonly span: Span;
}

/** Compiles one function. */
export class FnCompiler extends FnInit {
  private readonly loops: Loop[] = [];
  private readonly labels = new Map<string, Label>();
  private readonly cases: { node: CaseStmt; at: number }[][] = [];
  private notes: readonly CodeNote[] = [];
  private nextNote = 0;

  /** Compiles the body of a definition. */
  define(notes: readonly CodeNote[]): void {
    const fn = this.fn!;
    const { info } = this;
    this.notes = notes;
    this.nextNote = 0;
    info.entry = this.pc;
    this.open(fn.body);
    collectTaken(fn.body, this.taken);
    this.collectLabels(fn.body, [fn.body]);
    if (info.returns.kind === 'record') this.slotVar("'result", ptr(info.returns), true);
    const late: { name: string; type: Ty; slot: number }[] = [];
    fn.params.forEach((p, i) => {
      const t = info.params[i]!;
      const name = p.name ?? `'arg${i}`;
      if (t.kind === 'record' || this.taken.has(name)) late.push({ name, type: t, slot: this.tmp() });
      else this.slotVar(name, t, true);
    });
    if (fn.variadic) this.slotVar("'varargs", ptr(T.char), true);
    this.span = { start: fn.nameSpan.start, end: fn.nameSpan.end };
    for (const p of late) {
      const s = this.memVar(p.name, p.type);
      this.declareLocal(s.offset, p.name, p.type);
      const addr = this.tmp();
      this.emit('LEA', addr, s.offset);
      this.store({ kind: 'mem', type: p.type, addr, off: 0 }, { type: p.type, slot: p.slot });
      this.cur--;
    }
    this.statements(fn.body.body, fn.body.end);
    this.span = { start: fn.body.end - 1, end: fn.body.end };
    if (this.reachable) {
      this.emit('STEP');
      this.close(fn.body);
      // the value of a function without a return statement is only wrong if it is used; main() returns 0
      const z = this.loadConst(0n, T.int);
      this.emit('RET', z.slot);
    } else this.closeSilently();
    for (const l of this.labels.values()) for (const j of l.jumps) this.patch(j.at, 1, l.at);
    info.end = this.pc;
  }

  /** Code that runs once: initialises a global. */
  initialise(index: number, init: Expr, span: Span): void {
    this.span = span;
    const g = this.c.globals[index]!;
    const addr = this.tmp();
    this.emit('GADDR', addr, index);
    if (isScalar(g.type) && init.kind !== 'init')
      this.store({ kind: 'mem', type: g.type, addr, off: 0 }, this.rv(init));
    else this.initInto(g.type, addr, 0, init, true);
    this.cur = 0;
  }
  begin(node: object): void {
    this.blocks.push({ names: new Map(), cleanups: [], slots: this.cur, vars: [], node });
    this.info.entry = this.pc;
  }
  finish(): void {
    const z = this.loadConst(0n, T.int);
    this.emit('RET', z.slot);
    this.info.end = this.pc;
  }

  private open(node: object): Block {
    const b: Block = { names: new Map(), cleanups: [], slots: this.cur, vars: [], node };
    this.blocks.push(b);
    return b;
  }
  private close(node: object): void {
    void node;
    const b = this.blocks[this.blocks.length - 1]!;
    if (this.reachable) this.cleanups(b);
    this.closeSilently();
  }
  private closeSilently(): void {
    const b = this.blocks.pop()!;
    for (const v of b.vars) v.to = this.pc;
    this.cur = b.slots;
  }
  private cleanups(b: Block): void {
    for (let i = b.cleanups.length - 1; i >= 0; i--) {
      const c = b.cleanups[i]!;
      const f = this.c.functionRef(c.fn);
      if (!f) this.fail(`the machine has no ${c.fn}()`, c.span);
      this.info.calls.add(c.fn);
      const base = this.cur;
      const arg = this.tmp();
      if (c.sym.kind !== 'mem') this.fail('a cleanup needs a variable in memory', c.span);
      this.emit('LEA', arg, c.sym.offset);
      const d = this.tmp();
      if (f.builtin >= 0) this.emit('CALLB', f.builtin, base, d, 1);
      else this.emit('CALL', f.index, base, d, 1);
      this.cur = base;
    }
  }

  private slotVar(name: string, type: Ty, initialised: boolean): Sym & { kind: 'slot' } {
    const slot = this.tmp();
    const flag = initialised ? -1 : this.tmp();
    const info: VarInfo = { name, type, slot, ...(flag >= 0 ? { flag } : {}), from: this.pc, to: this.pc };
    const s: Sym & { kind: 'slot' } = { kind: 'slot', type, slot, flag, info };
    const b = this.blocks[this.blocks.length - 1]!;
    b.names.set(name, s);
    b.vars.push(info);
    if (!name.startsWith("'")) this.info.vars.push(info);
    return s;
  }
  private memVar(name: string, type: Ty): Sym & { kind: 'mem' } {
    const offset = this.frameMemory(type.size, type.align);
    const info: VarInfo = { name, type, offset, from: this.pc, to: this.pc };
    const s: Sym & { kind: 'mem' } = { kind: 'mem', type, offset, info };
    const b = this.blocks[this.blocks.length - 1]!;
    b.names.set(name, s);
    b.vars.push(info);
    this.info.vars.push(info);
    return s;
  }

  private collectLabels(s: Stmt, path: readonly object[]): void {
    switch (s.kind) {
      case 'label':
        this.labels.set(s.name, { at: -1, path, jumps: [] });
        return;
      case 'block':
        for (const x of s.body) this.collectLabels(x, path[path.length - 1] === s ? path : [...path, s]);
        return;
      case 'if':
        this.collectLabels(s.then, path);
        if (s.else) this.collectLabels(s.else, path);
        return;
      case 'while':
      case 'do':
        this.collectLabels(s.body, path);
        return;
      case 'for':
        this.collectLabels(s.body, [...path, s]);
        return;
      case 'switch':
        this.collectLabels(s.body, path);
        return;
      default:
    }
  }

  /** Annotations in front of `before` become code. */
  private flushNotes(before: number): void {
    while (this.nextNote < this.notes.length && this.notes[this.nextNote]!.at < before) {
      const note = this.notes[this.nextNote++]!;
      this.span = note.span;
      this.emit('STEP');
      const mark = this.cur;
      try {
        const base = this.cur;
        const slots = note.exprs.map(() => this.tmp());
        note.exprs.forEach((e, i) => {
          const v = this.rv(e, slots[i]);
          if (v.slot !== slots[i]) this.emit('MOV', slots[i], v.slot);
          if (v.type.kind === 'int' && v.type.size < 8)
            this.emit(v.type.signed || v.type.size < 4 ? 'SXL' : 'ZXL', slots[i], slots[i]);
        });
        this.emit('NOTE', note.id, base, note.exprs.length);
      } catch (e) {
        this.problem(e);
      }
      this.cur = mark;
    }
  }
  private problem(e: unknown): void {
    if (!(e instanceof CompileError)) throw e;
    this.c.problems.push({ message: e.message, start: e.span.start, end: e.span.end });
    this.span = e.span;
    this.emit('TRAP', this.c.message(e.message));
  }

  private statements(list: readonly Stmt[], end: number): void {
    for (const s of list) {
      this.flushNotes(s.start);
      this.statement(s);
    }
    this.flushNotes(end);
  }

  private statement(s: Stmt): void {
    const mark = this.cur;
    const depth = this.blocks.length;
    try {
      this.compile(s);
    } catch (e) {
      this.problem(e);
      while (this.blocks.length > depth) this.closeSilently();
      this.cur = mark;
    }
    if (s.kind !== 'decl') this.cur = mark;
  }
  private step(span: Span): void {
    this.span = span;
    this.emit('STEP');
  }

  private compile(s: Stmt): void {
    switch (s.kind) {
      case 'block':
        this.open(s);
        this.statements(s.body, s.end);
        this.close(s);
        return;
      case 'decl':
        for (const d of s.decls) this.declaration(d);
        return;
      case 'expr':
        this.step(s);
        this.rv(s.expr);
        return;
      case 'empty':
        return;
      case 'if': {
        const k = this.constant(s.test);
        if (k && !hasLabel(s)) {
          // configuration tests: the branch not taken need not even be known
          if (k.v !== 0n) this.statement(s.then);
          else if (s.else) this.statement(s.else);
          return;
        }
        this.step(headSpan(s, s.test));
        const jumps: number[] = [];
        this.condJump(s.test, false, jumps);
        const before = new Set(this.assigned);
        this.reachable = true;
        this.statement(s.then);
        const thenAssigned = this.reachable ? this.assigned : undefined;
        if (s.else) {
          const end = this.emit('JMP');
          for (const j of jumps) this.patchJump(j);
          this.assigned = new Set(before);
          const thenReach = this.reachable;
          this.reachable = true;
          this.statement(s.else);
          this.patch(end, 1);
          const elseAssigned = this.reachable ? this.assigned : undefined;
          this.assigned = meet(thenAssigned, elseAssigned) ?? before;
          this.reachable = this.reachable || thenReach;
        } else {
          for (const j of jumps) this.patchJump(j);
          this.assigned = meet(thenAssigned, before) ?? before;
          this.reachable = true;
        }
        return;
      }
      case 'while': {
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
        return;
      }
      case 'do': {
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
        return;
      }
      case 'for': {
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
        return;
      }
      case 'switch':
        return this.switchStatement(s);
      case 'case': {
        const list = this.cases[this.cases.length - 1];
        if (!list) this.fail('a case outside of a switch', s);
        list.push({ node: s, at: this.pc });
        this.reachable = true;
        return;
      }
      case 'label': {
        const l = this.labels.get(s.name)!;
        l.at = this.pc;
        this.reachable = true;
        this.assigned = new Set();
        return;
      }
      case 'goto': {
        this.step(s);
        const l = s.label === null ? undefined : this.labels.get(s.label);
        if (!l) this.fail(`there is no label ${s.label}`, s);
        for (let i = this.blocks.length - 1; i >= 0 && !l.path.includes(this.blocks[i]!.node); i--)
          this.cleanups(this.blocks[i]!);
        l.jumps.push({ at: this.emit('JMP') });
        this.reachable = false;
        return;
      }
      case 'return':
        return this.returnStatement(s);
      case 'break':
      case 'continue': {
        this.step(s);
        const loop = s.kind === 'break' ? this.loops[this.loops.length - 1] : this.loops.findLast((x) => x.continues);
        if (!loop) this.fail(`${s.kind} outside of a loop`, s);
        for (let i = this.blocks.length - 1; i >= loop.depth; i--) this.cleanups(this.blocks[i]!);
        (s.kind === 'break' ? loop.breaks : loop.continues!).push(this.emit('JMP'));
        this.reachable = false;
        return;
      }
      case 'opaque':
        return this.fail(`${s.text} is not supported`, s);
      case 'foreach':
      case 'guard':
      case 'choice':
        return this.fail('this is not supported', s);
    }
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

  private returnStatement(s: Stmt & { kind: 'return' }): void {
    this.step(s);
    const rt = this.info.returns;
    let slot = 0;
    if (s.value) {
      let v: Val = this.rv(s.value);
      if (rt.kind === 'record') {
        const out = this.find("'result");
        if (v.type !== rt || out?.kind !== 'slot') this.fail('the returned struct is of another type', s.value);
        this.emit('COPY', out.slot, v.slot, rt.size);
      } else if (rt.kind !== 'void') {
        v = this.convert(v, rt);
        if (this.blocks.some((b) => b.cleanups.length)) {
          const keep = this.tmp();
          this.emit('MOV', keep, v.slot);
          v = { type: rt, slot: keep };
        }
      }
      slot = v.slot;
    } else if (rt.kind !== 'void') slot = this.loadConst(0n, T.int).slot;
    for (let i = this.blocks.length - 1; i >= 0; i--) this.cleanups(this.blocks[i]!);
    this.emit('RET', slot, rt.kind === 'void' ? 1 : 0);
    this.reachable = false;
  }

  private switchStatement(s: Stmt & { kind: 'switch' }): void {
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

  private declaration(d: Declarator): void {
    this.span = d;
    if (d.isTypedef) {
      this.typeOf(d.type, d);
      return;
    }
    let t: Ty;
    if (d.type.kind === 'named' && d.type.name === '__auto_type') {
      if (!d.init) this.fail('__auto_type needs a value', d);
      const st = this.staticType(d.init);
      t = st.kind === 'array' ? ptr(st.of) : st.kind === 'func' ? ptr(st) : st;
    } else t = this.typeOf(d.type, d);
    if (t.kind === 'func') return;
    if (t.kind === 'void' || (t.kind === 'record' && !t.complete)) this.fail(`'${d.name}' has an unknown size`, d);
    if (d.isStatic || d.isExtern) {
      if (d.isExtern) return;
      if (t.kind === 'array' && t.n < 0 && d.init) t = this.c.sizedBy(t, d.init, (e) => this.constant(e)?.v);
      const index = this.c.addGlobal(d.name, t, d, this.info.prelude, `${this.info.name}.${d.name}`);
      this.blocks[this.blocks.length - 1]!.names.set(d.name, { kind: 'global', index });
      if (d.init) this.c.lateInits.push({ index, init: d.init, span: d, blocks: [...this.blocks] });
      return;
    }
    if (t.kind === 'array' && t.n < 0) {
      if (!d.init) this.fail(`the size of '${d.name}' is not known`, d);
      t = this.c.sizedBy(t, d.init, (e) => this.constant(e)?.v);
    }
    const scalar = isScalar(t);
    if (scalar && !this.taken.has(d.name) && d.cleanup === undefined) {
      if (d.init) {
        this.step(d);
        // the name is in scope in its own initialiser: p = kmalloc(sizeof(*p))
        const s = this.slotVar(d.name, t, true);
        const mark = this.cur;
        const init = d.init.kind === 'init' ? (d.init.items[0]?.value ?? d.init) : d.init;
        const v = this.convert(this.rv(init), t, s.slot);
        if (v.slot !== s.slot) this.emit('MOV', s.slot, v.slot);
        this.cur = mark;
        return;
      }
      const s = this.slotVar(d.name, t, false);
      this.emit('LDI', s.flag, 0);
      this.assigned.delete(s.flag);
      return;
    }
    const s = this.memVar(d.name, t);
    if (d.init) this.step(d);
    this.declareLocal(s.offset, d.name, t);
    if (d.init) {
      const mark = this.cur;
      const addr = this.tmp();
      this.emit('LEA', addr, s.offset);
      if (scalar || (t.kind === 'record' && d.init.kind !== 'init'))
        this.store(
          { kind: 'mem', type: t, addr, off: 0 },
          this.rv(d.init.kind === 'init' ? (d.init.items[0]?.value ?? d.init) : d.init),
        );
      else this.initInto(t, addr, 0, d.init, false);
      this.cur = mark;
    }
    if (d.cleanup !== undefined) this.blocks[this.blocks.length - 1]!.cleanups.push({ fn: d.cleanup, sym: s, span: d });
  }

  stmtExpr(e: Expr & { kind: 'stmtexpr' }, dst?: number): Val {
    const body = e.body.body;
    const result = dst ?? this.tmp();
    this.open(e.body);
    let type: Ty = T.void;
    body.forEach((s, i) => {
      this.flushNotes(s.start);
      if (i < body.length - 1 || s.kind !== 'expr') {
        const mark = this.cur;
        this.compile(s);
        if (s.kind !== 'decl') this.cur = mark;
        return;
      }
      const v = this.rv(s.expr);
      type = v.type;
      if (type.kind === 'record') {
        // the value outlives the block
        const off = this.frameMemory(type.size, type.align);
        this.declareLocal(off, 'a value', type);
        this.emit('LEA', result, off);
        this.emit('COPY', result, v.slot, type.size);
      } else if (type.kind !== 'void' && v.slot !== result) this.emit('MOV', result, v.slot);
    });
    this.close(e.body);
    return { type, slot: result };
  }
}

function meet(a: Set<number> | undefined, b: Set<number> | undefined): Set<number> | undefined {
  if (!a) return b && new Set(b);
  if (!b) return new Set(a);
  return new Set([...a].filter((x) => b.has(x)));
}
function headSpan(s: Span, test: Expr): Span {
  return { start: s.start, end: Math.max(test.end, s.start + 1) };
}
function hasLabel(s: Stmt): boolean {
  switch (s.kind) {
    case 'label':
    case 'case':
      return true;
    case 'block':
      return s.body.some(hasLabel);
    case 'if':
      return hasLabel(s.then) || (s.else ? hasLabel(s.else) : false);
    case 'while':
    case 'do':
    case 'for':
    case 'switch':
      return hasLabel(s.body);
    default:
      return false;
  }
}

/** Names of variables whose address is taken somewhere. */
function collectTaken(root: BlockStmt, out: Set<string>): void {
  const seen = (x: unknown): void => {
    if (Array.isArray(x)) {
      for (const y of x) seen(y);
      return;
    }
    if (x === null || typeof x !== 'object') return;
    const n = x as { kind?: string; op?: string; arg?: unknown };
    if (n.kind === 'unary' && n.op === '&') {
      let a = n.arg as Expr;
      while ((a.kind === 'member' && !a.arrow) || a.kind === 'index') a = a.object;
      if (a.kind === 'id') out.add(a.name);
    }
    for (const k in x) if (k !== 'span') seen((x as Record<string, unknown>)[k]);
  };
  seen(root);
}
