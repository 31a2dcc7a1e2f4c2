/** Functions and their statements to code. */
import type { Expr, Span, Stmt } from '../../language/c/ast.ts';
import type { Val } from './compile-base.ts';
import { collectTaken } from './compile-decl.ts';
import { FnFlow, headSpan } from './compile-flow.ts';
import { FRAME, TEMPORARIES } from './opcodes.ts';
import { CompileError, isScalar, ptr, T, type Ty } from './types.ts';

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
export class FnCompiler extends FnFlow {
  private readonly labels = new Map<string, Label>();
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
    if ([info.returns, ...info.params].some((t) => t.kind === 'wide'))
      this.fail('an __int128 as an argument or result is not supported: give its address', fn.nameSpan);
    fn.params.forEach((p, i) => {
      const t = info.params[i]!;
      const name = p.name ?? `'arg${i}`;
      if (t.kind === 'record' || this.taken.has(name)) late.push({ name, type: t, slot: this.newRegister() });
      else this.slotVar(name, t, true);
    });
    if (fn.variadic) this.slotVar("'varargs", ptr(T.char), true);
    this.span = { start: fn.nameSpan.start, end: fn.nameSpan.end };
    // pointers to arrays whose sizes other parameters say
    const { names } = this.blocks[0]!;
    for (const p of fn.params) {
      const s = p.name === null || !this.hasRunSize(p.type) ? undefined : names.get(p.name);
      if (s?.kind === 'slot') names.set(p.name!, { ...s, type: this.typeOf(p.type, p) });
    }
    for (const p of late) {
      const s = this.memVar(p.name, p.type);
      this.declareLocal(s.offset, p.name, p.type);
      this.store({ kind: 'mem', type: p.type, addr: FRAME, off: s.offset }, { type: p.type, slot: p.slot });
      this.cur = TEMPORARIES;
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
    const addr = this.addressConst('global', index);
    if (isScalar(g.type) && init.kind !== 'init')
      this.store({ kind: 'mem', type: g.type, addr, off: 0 }, this.rv(init));
    else this.initInto(g.type, addr, 0, init, true);
    this.cur = TEMPORARIES;
  }
  begin(node: object): void {
    this.blocks.push({
      names: new Map(),
      cleanups: [],
      temporaries: this.cur,
      registers: this.register,
      vars: [],
      node,
    });
    this.info.entry = this.pc;
  }
  finish(): void {
    const z = this.loadConst(0n, T.int);
    this.emit('RET', z.slot);
    this.info.end = this.pc;
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

  protected statement(s: Stmt): void {
    const mark = this.cur;
    const depth = this.blocks.length;
    try {
      this.compile(s);
    } catch (e) {
      this.problem(e);
      while (this.blocks.length > depth) this.closeSilently();
      this.cur = mark;
    }
    this.cur = mark;
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
      case 'while':
        return this.whileStatement(s);
      case 'do':
        return this.doStatement(s);
      case 'for':
        return this.forStatement(s);
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
        if (s.value) return this.computedGoto(s, s.value);
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

  /** goto *p: p is the number of a label; cleanups of blocks that it leaves are not run, as in C. */
  private computedGoto(s: Stmt, value: Expr): void {
    const v = this.convert(this.rv(value), T.ulong);
    for (const [name, label] of this.labels) {
      const k = this.loadConst(this.c.labelNumber(name), T.ulong);
      const flag = this.tmp();
      this.emit('NEL', flag, k.slot, v.slot);
      const skip = this.emit('JNZ', flag);
      label.jumps.push({ at: this.emit('JMP') });
      this.patch(skip, 2);
    }
    this.span = s;
    this.emit('TRAP', this.c.message('this goto leads to no label of the function'));
    this.reachable = false;
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
        this.cur = mark;
        return;
      }
      const v = this.rv(s.expr);
      type = v.type;
      if (type.kind === 'record') {
        // the value outlives the block
        const off = this.frameMemory(type.size, type.align);
        this.declareLocal(off, 'a value', type);
        this.emit('ADDLI', result, FRAME, off);
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
