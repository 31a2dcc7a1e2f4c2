/** What compiling one function needs: code, slots, scopes, constants. */
import type { CType, Expr, Span } from '../../language/c/ast.ts';
import type { ExactFunction } from '../../language/c/exact/index.ts';
import type { Compiler } from './compiler.ts';
import { CONSTANTS, FRAME, OP, TEMPORARIES, WIDTH, type OpName } from './opcodes.ts';
import type { FnInfo, VarInfo } from './program.ts';
import {
  array,
  commonInteger,
  CompileError,
  findMember,
  promote,
  ptr,
  T,
  typeName,
  type IntTy,
  type Ty,
} from './types.ts';

/** A name in scope. */
export type Sym =
  | { readonly kind: 'slot'; readonly type: Ty; readonly slot: number; readonly flag: number; readonly info: VarInfo }
  | { readonly kind: 'mem'; readonly type: Ty; readonly offset: number; readonly info: VarInfo }
  | { readonly kind: 'global'; readonly index: number }
  | { readonly kind: 'const'; readonly value: bigint; readonly type: IntTy };
/** A value: its type and the place of the window that holds it (records: their address). */
export interface Val {
  readonly type: Ty;
  readonly slot: number;
}
/** A place that can be assigned. */
export type Place =
  | { readonly kind: 'slot'; readonly type: Ty; readonly sym: Sym & { kind: 'slot' } }
  | {
      readonly kind: 'mem';
      readonly type: Ty;
      readonly addr: number;
      readonly off: number;
      readonly bit?: number;
      readonly width?: number;
    };
/** A constant with its type. */
export interface Const {
  readonly v: bigint;
  readonly type: Ty;
}
/** One block: names, and what runs when it is left. */
export interface Block {
  readonly names: Map<string, Sym>;
  readonly cleanups: { readonly fn: string; readonly sym: Sym; readonly span: Span }[];
  /** Temporaries and variables to go back to. */
  readonly temporaries: number;
  readonly registers: number;
  readonly vars: VarInfo[];
  /** Node of the tree, for jumps into it. */
  readonly node: object;
}

/** The usual arithmetic conversions. */
export function common(a: Ty, b: Ty): Ty {
  if (a.kind === 'float' || b.kind === 'float') {
    const size = Math.max(a.kind === 'float' ? a.size : 0, b.kind === 'float' ? b.size : 0);
    return size === 8 ? T.double : T.float;
  }
  const x = promote(a);
  const y = promote(b);
  if (x.kind !== 'int' || y.kind !== 'int') return T.long;
  return commonInteger(x, y);
}
/** A number cut to an integer type. */
export function wrap(v: bigint, t: Ty): bigint {
  if (t.kind === 'int') {
    if (t.bool) return v !== 0n ? 1n : 0n;
    return t.signed ? BigInt.asIntN(t.size * 8, v) : BigInt.asUintN(t.size * 8, v);
  }
  return BigInt.asUintN(64, v);
}
/** Does the type take both words of a slot? */
export function isWide(t: Ty): boolean {
  return t.kind !== 'int' || t.size === 8;
}

/** Instructions that write nothing to the window. (Calls have their result in another operand.) */
const NO_RESULT: ReadonlySet<OpName> = new Set<OpName>([
  ...(['STEP', 'TRAP', 'JMP', 'JZ', 'JNZ', 'JZL', 'JNZL', 'JEQ', 'JNE', 'JLTS', 'JGES', 'JLTU', 'JGEU'] as const),
  ...(['ST8', 'ST16', 'ST32', 'ST64', 'STF', 'STB', 'COPY', 'ZERO', 'DECL', 'CHK', 'RET', 'NOTE', 'WIDE'] as const),
]);

/** State of the function being compiled and the ways to emit. */
export abstract class FnBase {
  readonly blocks: Block[] = [];
  /** Next temporary, and next place of a variable: words of the window. */
  protected cur = TEMPORARIES;
  protected register = 0;
  protected frame = 0;
  protected span: Span;
  /** Names of variables whose address is taken. */
  protected taken = new Set<string>();
  /** Flag slots of variables that certainly have a value here. */
  protected assigned = new Set<number>();
  protected reachable = true;
  /** Slots with the sizes of arrays of variable length. */
  protected readonly variableSizes = new Map<Sym, number>();

  constructor(
    readonly c: Compiler,
    readonly info: FnInfo,
    readonly fn: ExactFunction | undefined,
  ) {
    this.span = info.span;
  }

  abstract rv(e: Expr, dst?: number): Val;
  abstract place(e: Expr): Place;

  /** Code position. */
  get pc(): number {
    return this.c.code.length;
  }
  protected emit(op: OpName, a = 0, b = 0, c = 0, d = 0): number {
    const at = this.c.code.length;
    this.c.code.push(OP[op], a, b, c, d);
    this.c.spanRows.push(this.c.spanRow(this.span));
    while (this.written.length && this.written.at(-1)! >= this.cur - TEMPORARIES) this.written.pop();
    this.c.live.push(this.c.liveRow(this.written));
    if (!NO_RESULT.has(op)) this.noteWritten((op.startsWith('CALL') ? c : a) - TEMPORARIES);
    return at;
  }
  /** Sets the target of a jump. */
  protected patch(at: number, operand: number, target = this.pc): void {
    this.c.code[at + operand] = target;
  }
  /** Temporaries that hold something here, in their order: what has to be kept if the thread stops. */
  private written: number[] = [];
  private noteWritten(word: number): void {
    if (word < 0 || word >= FRAME - TEMPORARIES || this.written.includes(word)) return;
    this.written.push(word);
    this.written.sort((x, y) => x - y);
  }
  /** A temporary holds nothing here, whatever was written to it in code before this place: another branch begins, or nothing was returned. */
  protected unwritten(slot: number): void {
    this.written = this.written.filter((w) => w !== slot - TEMPORARIES);
  }
  protected tmp(): number {
    const s = this.cur;
    this.takeTo(s + 2);
    return s;
  }
  /** Temporaries up to here are in use. */
  protected takeTo(end: number): void {
    this.cur = end;
    const n = end - TEMPORARIES;
    if (n > this.info.temporaries) this.info.temporaries = n;
    if (n > TEMPORARIES) this.fail('this expression is too large');
  }
  /** A place for a variable. */
  protected newRegister(): number {
    const s = this.register;
    this.register += 2;
    if (this.register > this.info.registers) this.info.registers = this.register;
    if (this.register > TEMPORARIES) this.fail('this function has too many variables');
    return s;
  }
  protected fail(message: string, span: Span = this.span): never {
    throw new CompileError(message, span);
  }

  protected find(name: string): Sym | undefined {
    for (let i = this.blocks.length - 1; i >= 0; i--) {
      const s = this.blocks[i]!.names.get(name);
      if (s) return s;
    }
    return this.c.globalSym(name);
  }
  protected typeOf(t: CType, span: Span = this.span): Ty {
    if (this.fn && this.hasRunSize(t)) return this.variableType(t, span);
    const ty = this.c.types.of(t, span);
    this.noteEnums(t);
    return ty;
  }
  /** Is it an array whose size is known when it runs only, or a pointer to one? Then its type is made by code. */
  protected abstract hasRunSize(t: CType): boolean;
  protected abstract variableType(t: CType, span: Span): Ty;
  /** Enumerators of an enum that a type defines come into scope. */
  protected noteEnums(t: CType, depth = 0): void {
    if (depth > 8) return;
    if (t.kind === 'enum' && t.def) {
      const block = this.blocks[this.blocks.length - 1];
      if (block)
        for (const [name, sym] of this.c.enumerators(t.def, (e) => this.constant(e)?.v)) block.names.set(name, sym);
    } else if (t.kind === 'record' && t.def) for (const f of t.def.fields) this.noteEnums(f.type, depth + 1);
    else if (t.kind === 'pointer') this.noteEnums(t.to, depth + 1);
    else if (t.kind === 'array') this.noteEnums(t.of, depth + 1);
  }

  /** Memory in the frame; `name` is what messages call it. Returns its offset. */
  protected frameMemory(size: number, align: number): number {
    const a = Math.max(16, align);
    if (a > this.info.align) this.info.align = a;
    // 16 bytes in front of everything: one object's end is not the next one's start
    const at = Math.ceil((this.frame + 16) / a) * a;
    this.frame = at + Math.max(size, 1);
    if (this.frame > this.info.frame) this.info.frame = Math.ceil(this.frame / 16) * 16 + 16;
    return at;
  }
  protected declareLocal(off: number, name: string, type: Ty, size = type.size): void {
    this.c.locals.push({ name, size, type, span: this.span, fn: this.info.name });
    this.emit('DECL', off, this.c.locals.length - 1);
  }

  protected loadConst(v: bigint, type: Ty, dst?: number): Val {
    // both words are those of the number, so that nothing is left to do where it is widened
    const slot = CONSTANTS + this.c.constant(type.kind === 'int' ? wrap(v, type) : v);
    if (dst === undefined) return { type, slot };
    this.emit('MOV', dst, slot);
    return { type, slot: dst };
  }
  protected floatConst(v: number, type: Ty, dst?: number): Val {
    const slot = CONSTANTS + this.c.floatConstant(v);
    if (dst === undefined) return { type, slot };
    this.emit('MOV', dst, slot);
    return { type, slot: dst };
  }
  /** Address of a global or a function: a constant that is known when the program is loaded. */
  protected addressConst(of: 'global' | 'function', index: number): number {
    return CONSTANTS + this.c.addressConstant(of, index);
  }

  /** Value of an integer constant expression. */
  constant(e: Expr): Const | undefined {
    switch (e.kind) {
      case 'num':
        if (e.float !== undefined) return undefined;
        return { v: e.value, type: this.numberType(e.text, e.value) };
      case 'id': {
        const s = this.find(e.name);
        return s?.kind === 'const' ? { v: s.value, type: s.type } : undefined;
      }
      case 'sizeof': {
        if (e.arg?.kind === 'id' && this.variableSizes.size) {
          const s = this.find(e.arg.name);
          if (s?.kind === 'mem' && this.variableSizes.has(s)) return undefined;
        }
        if (e.type && this.fn && this.hasRunSize(e.type) && e.type.kind === 'array') return undefined;
        const t = e.type ? this.typeOf(e.type, e) : e.arg ? this.staticType(e.arg) : T.int;
        if (t.kind === 'array' && t.sizeAt !== undefined) return undefined;
        return { v: BigInt(t.size), type: T.ulong };
      }
      case 'offsetof': {
        let t = this.typeOf(e.type, e);
        let off = 0;
        for (const part of e.member.match(/[A-Za-z_]\w*|\[[^\]]*\]/g) ?? []) {
          if (part.startsWith('[')) {
            const n = Number(part.slice(1, -1));
            if (t.kind !== 'array' || Number.isNaN(n)) return undefined;
            off += n * t.of.size;
            t = t.of;
          } else {
            const m = t.kind === 'record' ? findMember(t, part) : undefined;
            if (!m) this.fail(`${typeName(t)} has no member ${part}`, e);
            off += m.offset;
            t = m.type;
          }
        }
        return { v: BigInt(off), type: T.ulong };
      }
      case 'cast': {
        const t = this.typeOf(e.type, e);
        if (t.kind !== 'int' && t.kind !== 'ptr') return undefined;
        if (e.arg.kind === 'num' && e.arg.float !== undefined)
          return t.kind === 'int' ? { v: wrap(BigInt(Math.trunc(e.arg.float)), t), type: t } : undefined;
        const a = this.constant(e.arg);
        return a && { v: wrap(a.v, t), type: t };
      }
      case 'unary': {
        if (e.op === '*' || e.op === '&') return undefined;
        const a = this.constant(e.arg);
        if (!a || a.type.kind !== 'int') return undefined;
        if (e.op === '!') return { v: a.v === 0n ? 1n : 0n, type: T.int };
        const t = promote(a.type);
        return { v: wrap(e.op === '-' ? -a.v : e.op === '~' ? ~a.v : a.v, t), type: t };
      }
      case 'cond': {
        const t = this.constant(e.test);
        if (!t) return undefined;
        const a = e.then ? this.constant(e.then) : t;
        const b = this.constant(e.else);
        if (a && b && a.type.kind === 'int' && b.type.kind === 'int') {
          const k = common(a.type, b.type);
          return { v: wrap(t.v !== 0n ? a.v : b.v, k), type: k };
        }
        return a && b ? (t.v !== 0n ? a : b) : undefined;
      }
      case 'binary':
        return this.constantBinary(e);
      case 'call':
        return e.callee.kind === 'id' ? this.c.constantCall(this, e.callee.name, e.args) : undefined;
      default:
        return undefined;
    }
  }

  private constantBinary(e: Expr & { kind: 'binary' }): Const | undefined {
    const a = this.constant(e.left);
    if (!a) return undefined;
    if (e.op === '&&' && a.v === 0n) return { v: 0n, type: T.int };
    if (e.op === '||' && a.v !== 0n) return { v: 1n, type: T.int };
    const b = this.constant(e.right);
    if (!b || a.type.kind !== 'int' || b.type.kind !== 'int') return undefined;
    const flag = (x: boolean): Const => ({ v: x ? 1n : 0n, type: T.int });
    if (e.op === '<<' || e.op === '>>') {
      const t = promote(a.type);
      if (b.v < 0n || b.v >= BigInt(t.size * 8)) return undefined;
      return { v: wrap(e.op === '<<' ? wrap(a.v, t) << b.v : wrap(a.v, t) >> b.v, t), type: t };
    }
    const t = common(a.type, b.type);
    const x = wrap(a.v, t);
    const y = wrap(b.v, t);
    switch (e.op) {
      case '+':
        return { v: wrap(x + y, t), type: t };
      case '-':
        return { v: wrap(x - y, t), type: t };
      case '*':
        return { v: wrap(x * y, t), type: t };
      case '/':
        return y === 0n ? undefined : { v: wrap(x / y, t), type: t };
      case '%':
        return y === 0n ? undefined : { v: wrap(x % y, t), type: t };
      case '&':
        return { v: x & y, type: t };
      case '|':
        return { v: x | y, type: t };
      case '^':
        return { v: x ^ y, type: t };
      case '==':
        return flag(x === y);
      case '!=':
        return flag(x !== y);
      case '<':
        return flag(x < y);
      case '>':
        return flag(x > y);
      case '<=':
        return flag(x <= y);
      case '>=':
        return flag(x >= y);
      case '&&':
        return flag(a.v !== 0n && b.v !== 0n);
      case '||':
        return flag(a.v !== 0n || b.v !== 0n);
      default:
        return undefined;
    }
  }

  /** Type of an integer literal. */
  protected numberType(text: string, v: bigint): IntTy {
    if (text.startsWith("'")) return T.int;
    const suffix = /[uUlL]*$/.exec(text)![0].toLowerCase();
    const u = suffix.includes('u');
    const l = (suffix.match(/l/g) ?? []).length;
    const decimal = !/^0/.test(text);
    if (!u && l === 0 && v <= 0x7fffffffn) return T.int;
    if (l === 0 && (u || !decimal) && v <= 0xffffffffn) return T.uint;
    if (!u && l < 2 && v <= 0x7fffffffffffffffn) return T.long;
    if (!u && l === 2 && v <= 0x7fffffffffffffffn) return T.llong;
    return l === 2 ? T.ullong : T.ulong;
  }

  /** Type of an expression that is not evaluated: its code is thrown away. */
  staticType(e: Expr): Ty {
    const direct = this.lvalueType(e);
    if (direct) return direct;
    const code = this.c.code.length;
    const { cur, register, written, frame, reachable } = this;
    this.written = [...written];
    const assigned = new Set(this.assigned);
    try {
      return this.rv(e).type;
    } finally {
      this.c.cut(code);
      this.cur = cur;
      this.register = register;
      this.written = written;
      this.frame = frame;
      this.reachable = reachable;
      this.assigned = assigned;
    }
  }
  /** Type of a name, member or element without its decay; strings are arrays. */
  private lvalueType(e: Expr): Ty | undefined {
    switch (e.kind) {
      case 'str':
        return array(T.char, e.value.length + 1);
      case 'compound': {
        const t = this.typeOf(e.type, e);
        return t.kind === 'array' && t.n < 0 ? this.c.sizedBy(t, e.init, (x) => this.constant(x)?.v) : t;
      }
      case 'id': {
        const s = this.find(e.name);
        if (!s || s.kind === 'const') return undefined;
        return s.kind === 'global' ? this.c.globals[s.index]!.type : s.type;
      }
      case 'member': {
        const o = this.staticType(e.object);
        const r = e.arrow && (o.kind === 'ptr' || o.kind === 'array') ? (o.kind === 'ptr' ? o.to : o.of) : o;
        if (r.kind !== 'record') return undefined;
        const m = findMember(r, e.name);
        // a bit-field that fits into an int is one
        if (m?.width !== undefined && m.type.kind === 'int' && m.width <= 32)
          return m.width === 32 && !m.type.signed ? T.uint : T.int;
        return m?.type;
      }
      case 'index': {
        const o = this.staticType(e.object);
        if (o.kind === 'array') return o.of;
        if (o.kind === 'ptr') return o.to;
        return undefined;
      }
      case 'unary': {
        if (e.op === '&') {
          const t = this.lvalueType(e.arg);
          return t && ptr(t);
        }
        if (e.op !== '*') return undefined;
        const o = this.staticType(e.arg);
        if (o.kind === 'ptr') return o.to;
        if (o.kind === 'array') return o.of;
        return undefined;
      }
      case 'cast':
        return this.typeOf(e.type, e);
      default:
        return undefined;
    }
  }
  /** Bytes of one instruction. */
  static readonly WIDTH = WIDTH;
}
