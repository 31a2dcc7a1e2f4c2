/** Blocks and declarations to code: scopes, variables, cleanups. */
import type { BlockStmt, CType, Declarator, Expr, Span } from '../../language/c/ast.ts';
import type { Block, Sym } from './compile-base.ts';
import { FnInit } from './compile-init.ts';
import type { VarInfo } from './program.ts';
import { FRAME } from './opcodes.ts';
import { isScalar, ptr, T, type Ty } from './types.ts';

/** Declarations of a function. */
export abstract class FnDecl extends FnInit {
  protected open(node: object): Block {
    const b: Block = {
      names: new Map(),
      cleanups: [],
      temporaries: this.cur,
      registers: this.register,
      vars: [],
      node,
    };
    this.blocks.push(b);
    return b;
  }

  protected close(node: object): void {
    void node;
    const b = this.blocks[this.blocks.length - 1]!;
    if (this.reachable) this.cleanups(b);
    this.closeSilently();
  }

  protected closeSilently(): void {
    const b = this.blocks.pop()!;
    for (const v of b.vars) v.to = this.pc;
    this.cur = b.temporaries;
    this.register = b.registers;
  }

  protected cleanups(b: Block): void {
    for (let i = b.cleanups.length - 1; i >= 0; i--) {
      const c = b.cleanups[i]!;
      const f = this.c.functionRef(c.fn);
      if (!f) this.fail(`the machine has no ${c.fn}()`, c.span);
      this.info.calls.add(c.fn);
      const base = this.cur;
      const arg = this.tmp();
      if (c.sym.kind !== 'mem') this.fail('a cleanup needs a variable in memory', c.span);
      this.emit('ADDLI', arg, FRAME, c.sym.offset);
      const d = this.tmp();
      if (f.builtin >= 0) this.emit('CALLB', f.builtin, base, d, 1);
      else this.emit('CALL', f.index, base, d, 1);
      this.cur = base;
    }
  }

  protected slotVar(name: string, type: Ty, initialised: boolean): Sym & { kind: 'slot' } {
    const slot = this.newRegister();
    const flag = initialised ? -1 : this.newRegister();
    const info: VarInfo = { name, type, slot, ...(flag >= 0 ? { flag } : {}), from: this.pc, to: this.pc };
    const s: Sym & { kind: 'slot' } = { kind: 'slot', type, slot, flag, info };
    const b = this.blocks[this.blocks.length - 1]!;
    b.names.set(name, s);
    b.vars.push(info);
    if (!name.startsWith("'")) this.info.vars.push(info);
    return s;
  }

  protected memVar(name: string, type: Ty): Sym & { kind: 'mem' } {
    const offset = this.frameMemory(type.size, type.align);
    const info: VarInfo = { name, type, offset, from: this.pc, to: this.pc };
    const s: Sym & { kind: 'mem' } = { kind: 'mem', type, offset, info };
    const b = this.blocks[this.blocks.length - 1]!;
    b.names.set(name, s);
    b.vars.push(info);
    this.info.vars.push(info);
    return s;
  }

  protected step(span: Span): void {
    this.span = span;
    this.emit('STEP');
  }

  /** An array whose size is known when it comes into being: memory of its own that goes with its block. */
  private variableArray(d: Declarator, element: CType, size: Expr): void {
    const of = this.typeOf(element, d);
    if (d.init) this.fail('an array of variable length has no initialiser', d);
    this.step(d);
    const s = this.memVar(d.name, ptr(of));
    this.declareLocal(s.offset, d.name, s.type);
    const bytes = this.newRegister();
    const at = { start: d.start, end: d.end };
    this.bytesOf(size, of, bytes);
    this.variableSizes.set(s, bytes);
    const mark = this.cur;
    const name: Expr = { kind: 'str', value: d.name, ...at };
    const sized: Expr = { kind: 'sizeof', arg: { kind: 'id', name: d.name, ...at }, ...at };
    const callee: Expr = { kind: 'id', name: '__pinscope_vla', ...at };
    const made = this.rv({ kind: 'call', callee, args: [name, sized], argsStart: 0, argsEnd: 0, ...at });
    this.store({ kind: 'mem', type: s.type, addr: FRAME, off: s.offset }, made);
    this.cur = mark;
    this.blocks[this.blocks.length - 1]!.cleanups.push({ fn: '__pinscope_vla_end', sym: s, span: d });
  }

  protected declaration(d: Declarator): void {
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
    } else if (d.type.kind === 'array' && d.type.size && this.hasRunSize(d.type) && !d.isStatic && !d.isExtern)
      return this.variableArray(d, d.type.of, d.type.size);
    else t = this.typeOf(d.type, d);
    if (t.kind === 'func') return;
    this.c.types.need(t);
    if (t.kind === 'void' || (t.kind === 'record' && !t.complete)) this.fail(`'${d.name}' has an unknown size`, d);
    if (d.isStatic || d.isExtern) {
      if (d.isExtern) return;
      if (t.kind === 'array' && t.n < 0 && d.init) t = this.c.sizedBy(t, d.init, (e) => this.constant(e)?.v);
      const index = this.c.addGlobal(t, d, `${this.info.name}.${d.name}`, d.init);
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
      this.loadConst(0n, T.int, s.flag);
      this.assigned.delete(s.flag);
      return;
    }
    const s = this.memVar(d.name, t);
    if (d.init) this.step(d);
    this.declareLocal(s.offset, d.name, t);
    if (d.init) {
      const mark = this.cur;
      if (scalar || t.kind === 'wide' || (t.kind === 'record' && d.init.kind !== 'init'))
        this.store(
          { kind: 'mem', type: t, addr: FRAME, off: s.offset },
          this.rv(d.init.kind === 'init' ? (d.init.items[0]?.value ?? d.init) : d.init),
        );
      else this.initInto(t, FRAME, s.offset, d.init, false);
      this.cur = mark;
    }
    if (d.cleanup !== undefined) this.blocks[this.blocks.length - 1]!.cleanups.push({ fn: d.cleanup, sym: s, span: d });
  }
}

/** Names of variables whose address is taken somewhere. */
export function collectTaken(root: BlockStmt, out: Set<string>): void {
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
