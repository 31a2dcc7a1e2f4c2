/** From a program read exactly to code: functions on demand, globals, literals, constants. */
import type { CType, EnumDef, Expr, Span } from '../../language/c/ast.ts';
import { FILE_BASE, tooDeep, type ExactFunction, type ExactProgram } from '../../language/c/exact/index.ts';
import type { Block, Const, FnBase, Sym } from './compile-base.ts';
import { wrap } from './compile-base.ts';
import { classify } from './compile-classify.ts';
import { sizedBy, sizeWith, type ArrayTy, type SizeQueries } from './compile-size.ts';
import { Tables } from './compile-tables.ts';
import { FnCompiler, type CodeNote } from './compile-stmt.ts';
import { TEMPORARIES, WIDTH } from './opcodes.ts';
import type { FnInfo, GlobalInfo, LocalInfo, Problem, Program } from './program.ts';
import { array, CompileError, sameType, T, Types, type FuncTy, type IntTy, type RecordTy, type Ty } from './types.ts';

/** What is compiled. */
export interface CompileInput {
  readonly program: ExactProgram;
  /** Built-in functions of the machine by name. */
  readonly builtins: readonly string[];
  /** Offsets from here on belong to the built-in headers. */
  readonly preludeBase: number;
  /** Functions to compile even if nobody calls them. */
  readonly roots: readonly string[];
  /** Functions that are the programs of processes. */
  readonly userRoots: readonly string[];
  /** Names that a user program may call; what calls any other name of the headers is kernel code. */
  readonly userNames: ReadonlySet<string>;
  /** Annotations by the function whose body they stand in. */
  readonly notes?: ReadonlyMap<string, readonly CodeNote[]>;
}

/** Compiles a program. */
export function compile(input: CompileInput): Program {
  return new Compiler(input).run();
}

/** State of the compilation of a program. */
export class Compiler extends Tables {
  readonly functions: FnInfo[] = [];
  readonly byName = new Map<string, FnInfo>();
  readonly globals: GlobalInfo[] = [];
  readonly locals: LocalInfo[] = [];
  readonly problems: Problem[] = [];
  readonly lateInits: { index: number; init: Expr; span: Span; blocks: Block[] }[] = [];
  readonly types: Types;
  private readonly literals = new Map<string, number>();
  readonly globalByName = new Map<string, number>();
  private readonly enumNames = new Map<string, Sym & { kind: 'const' }>();
  private readonly enumTypes = new Map<string, IntTy>();
  private readonly queue: FnInfo[] = [];
  private readonly builtinRow: ReadonlyMap<string, number>;
  private current: FnBase | undefined;

  constructor(readonly input: CompileInput) {
    super();
    this.builtinRow = new Map(input.builtins.map((n, i) => [n, i]));
    this.types = new Types({
      records: input.program.records,
      constant: (e) => (this.current ?? this.scratch()).constant(e)?.v,
      typeOf: (e) => (this.current ?? this.scratch()).staticType(e),
      enumDefined: (t) => this.enumType(t),
      // of a cut-out file nobody may have come past the declaration that needs it
      named: (name) => input.program.assumed && (input.program.assumed.get(name) ?? { kind: 'base', name: 'long' }),
    });
    for (const def of input.program.enums.values()) {
      // enumerators of file scope; those of blocks come into scope with their declaration
      try {
        for (const [name, sym] of this.enumerators(def, (e) => this.scratch().constant(e)?.v))
          this.enumNames.set(name, sym);
      } catch (e) {
        if (!(e instanceof CompileError)) throw e;
        // what a cut-out file does not declare is inferred; in a program it is a mistake
        if (!input.program.assumed && e.span.start < input.preludeBase)
          this.problems.push({ message: e.message, start: e.span.start, end: e.span.end });
      }
    }
  }

  run(): Program {
    const initInfo = this.newInfo("'init", { start: 0, end: 0 }, undefined);
    for (const name of this.input.roots) this.root(name);
    let queued = 0;
    for (;;) {
      while (queued < this.queue.length) this.compileFunction(this.queue[queued++]!);
      if (!this.compileInits(initInfo)) {
        if (queued >= this.queue.length) break;
      }
    }
    classify(this);
    // the initialisers at the end, in two runs: the kernel's, and those of each process
    const userInit = this.newInfo("'init of a program", { start: 0, end: 0 }, undefined);
    this.finishInits(initInfo, false);
    this.finishInits(userInit, true);
    return {
      code: Int32Array.from(this.code),
      spanOf: Int32Array.from(this.spanRows),
      spans: this.spans,
      functions: this.functions,
      byName: this.byName,
      globals: this.globals,
      globalByName: new Map([...this.globalByName].map(([k, i]) => [k, this.globals[i]!])),
      locals: this.locals,
      bits: this.bits,
      live: Int32Array.from(this.live),
      liveSets: this.liveSets,
      constants: Int32Array.from(this.constants),
      addresses: this.addresses,
      messages: this.messages,
      builtins: this.input.builtins,
      problems: this.problems,
      init: initInfo.index,
      userInit: userInit.index,
      record: (name) => this.types.record(name),
    };
  }

  /** A function to compile; one whose signature can't be understood is a problem at its place. */
  private root(name: string): void {
    try {
      this.functionRef(name);
    } catch (e) {
      if (!(e instanceof CompileError)) throw e;
      this.problems.push({ message: e.message, start: e.span.start, end: e.span.end });
    }
  }
  private readonly initPieces: { index: number; init: Expr; span: Span; blocks: Block[] }[] = [];
  private initialised = 0;
  /** Looks into initialisers of globals that came into use: they may name further functions. True if there were any. */
  private compileInits(info: FnInfo): boolean {
    const todo = this.lateInits.splice(0);
    while (this.initialised < this.globals.length) {
      const index = this.initialised++;
      const g = this.globals[index]!;
      const decl = g.literal === undefined ? this.input.program.globals.get(g.name) : undefined;
      if (decl?.init && this.globalByName.get(g.name) === index)
        todo.push({ index, init: decl.init, span: decl, blocks: [] });
    }
    if (!todo.length) return false;
    for (const t of todo) {
      this.initPieces.push(t);
      // a trial run finds what it refers to
      const keep = this.code.length;
      this.initPiece(info, t, false);
      this.cut(keep);
    }
    return true;
  }
  private initPiece(
    info: FnInfo,
    t: { index: number; init: Expr; span: Span; blocks: Block[] },
    report: boolean,
  ): void {
    const f = new FnCompiler(this, info, undefined);
    this.current = f;
    f.blocks.push(...t.blocks);
    f.blocks.push({ names: new Map(), cleanups: [], temporaries: TEMPORARIES, registers: 0, vars: [], node: t });
    try {
      f.initialise(t.index, t.init, t.span);
    } catch (e) {
      if (!(e instanceof CompileError)) throw e;
      if (report) {
        this.problems.push({ message: e.message, start: e.span.start, end: e.span.end });
        this.trap(e.message, e.span);
      }
    }
    this.current = undefined;
  }
  private finishInits(info: FnInfo, user: boolean): void {
    info.entry = this.code.length;
    for (const t of this.initPieces) if (this.globals[t.index]!.user === user) this.initPiece(info, t, true);
    const f = new FnCompiler(this, info, undefined);
    f.finish();
    info.end = this.code.length;
  }

  private compileFunction(info: FnInfo): void {
    const fn = this.input.program.functions.get(info.name);
    if (!fn) return;
    const f = new FnCompiler(this, info, fn);
    this.current = f;
    try {
      f.define(this.input.notes?.get(info.name) ?? []);
    } catch (thrown) {
      const e = tooDeep(thrown) ? new CompileError(`${info.name}() is nested too deeply`, fn) : thrown;
      if (!(e instanceof CompileError)) throw e;
      this.problems.push({ message: e.message, start: e.span.start, end: e.span.end });
      this.trap(e.message, e.span);
      info.end = this.code.length;
    }
    this.current = undefined;
  }
  private scratchFn: FnCompiler | undefined;
  private scratch(): FnBase {
    if (!this.scratchFn) {
      const info = this.makeInfo("'scratch", { start: 0, end: 0 }, undefined, -1);
      this.scratchFn = new FnCompiler(this, info, undefined);
      this.scratchFn.blocks.push({
        names: new Map(),
        cleanups: [],
        temporaries: TEMPORARIES,
        registers: 0,
        vars: [],
        node: info,
      });
    }
    return this.scratchFn;
  }

  // ---- names

  globalSym(name: string): Sym | undefined {
    const e = this.enumNames.get(name);
    if (e) return e;
    const have = this.globalByName.get(name);
    if (have !== undefined) return { kind: 'global', index: have };
    const d = this.input.program.globals.get(name);
    if (!d) return undefined;
    let t = this.types.of(d.type, d);
    if (t.kind === 'array' && t.n < 0 && d.init) t = this.sizedBy(t, d.init, (x) => this.scratch().constant(x)?.v);
    this.types.need(t);
    if (t.kind === 'record' && !t.complete) throw new CompileError(`'${name}' has an unknown size`, d);
    const index = this.globals.length;
    this.globals.push(this.newGlobal(name, t, d, undefined, d.init));
    this.globalByName.set(name, index);
    return { kind: 'global', index };
  }
  private newGlobal(name: string, type: Ty, span: Span, literal: string | undefined, init?: Expr): GlobalInfo {
    return {
      name,
      type,
      size: Math.max(
        1,
        sizeWith(
          type,
          init,
          this.sizes((e) => (this.current ?? this.scratch()).constant(e)?.v),
        ),
      ),
      span: { start: span.start, end: span.end },
      literal,
      address: 0,
      user: false,
      prelude: span.start >= this.input.preludeBase,
    };
  }
  addGlobal(type: Ty, span: Span, unique: string, init: Expr | undefined): number {
    this.globals.push(this.newGlobal(unique, type, span, undefined, init));
    return this.globals.length - 1;
  }
  private readonly compounds = new Map<Expr, number>();
  /** The object of a compound literal outside of functions. */
  compoundGlobal(type: Ty, e: Expr): number {
    let i = this.compounds.get(e);
    if (i === undefined) {
      i = this.globals.push(this.newGlobal("'a compound literal", type, e, undefined)) - 1;
      this.compounds.set(e, i);
    }
    return i;
  }
  literal(value: string, span: Span): number {
    let i = this.literals.get(value);
    if (i === undefined) {
      i = this.globals.length;
      this.globals.push(this.newGlobal(`"${value}"`, array(T.char, value.length + 1), span, value));
      this.literals.set(value, i);
    }
    return i;
  }

  functionRef(name: string): FnInfo | undefined {
    const have = this.byName.get(name);
    if (have) return have;
    const fn = this.input.program.functions.get(name);
    const proto = this.input.program.prototypes.get(name);
    const b = this.builtinRow.get(name);
    if (!fn && (b === undefined || !proto)) return undefined;
    const info = this.newInfo(name, fn ? fn.nameSpan : { start: 0, end: 0 }, fn, fn ? -1 : b);
    return info;
  }
  private newInfo(name: string, span: Span, fn: ExactFunction | undefined, builtin = -1): FnInfo {
    const info = this.makeInfo(name, span, fn, builtin);
    this.functions.push(info);
    this.byName.set(name, info);
    if (fn) this.queue.push(info);
    return info;
  }
  private makeInfo(name: string, span: Span, fn: ExactFunction | undefined, builtin: number): FnInfo {
    const proto = fn ? undefined : this.input.program.prototypes.get(name);
    const type = fn ? undefined : proto && (this.types.of(proto, span) as FuncTy);
    return {
      name,
      index: this.functions.length,
      span: fn ? { start: fn.start, end: fn.end } : span,
      entry: -1,
      end: -1,
      registers: 2,
      temporaries: 2,
      frame: 0,
      align: 16,
      params: fn ? fn.params.map((p) => this.types.of(p.type, p)) : (type?.params ?? []),
      paramNames: fn ? fn.params.map((p) => p.name) : [],
      returns: fn ? this.types.of(fn.returns, fn) : (type?.returns ?? T.int),
      variadic: fn?.variadic ?? type?.variadic ?? false,
      vars: [],
      builtin,
      user: false,
      calls: new Set(),
      uses: new Set(),
      prelude: (fn?.start ?? 0) >= this.input.preludeBase,
    };
  }
  functionType(f: FnInfo): FuncTy {
    const proto = this.input.program.prototypes.get(f.name);
    if (proto) return this.types.of(proto, f.span) as FuncTy;
    return {
      kind: 'func',
      size: 1,
      align: 1,
      returns: f.returns,
      params: f.params,
      variadic: f.variadic,
      loose: false,
    };
  }

  // ---- types

  private enumType(t: CType & { kind: 'enum' }): IntTy {
    const def = t.def ?? (t.name !== null ? this.input.program.enums.get(t.name) : undefined);
    if (!def) return T.uint;
    const key = def.name ?? '';
    const known = this.enumTypes.get(key);
    if (known) return known;
    this.enumerators(def, (e) => (this.current ?? this.scratch()).constant(e)?.v);
    return this.enumTypes.get(key) ?? T.uint;
  }
  /** Enumerators of an enum with their values. */
  enumerators(def: EnumDef, constant: (e: Expr) => bigint | undefined): [string, Sym & { kind: 'const' }][] {
    const out: [string, Sym & { kind: 'const' }][] = [];
    let next = 0n;
    let low = 0n;
    let high = 0n;
    const scope = (this.current ?? this.scratchFn)?.blocks.at(-1);
    const added: string[] = [];
    for (const item of def.items) {
      if (item.value) {
        const v = constant(item.value);
        if (v === undefined) throw new CompileError(`the value of ${item.name} is no constant`, item.span);
        next = v;
      }
      if (next < low) low = next;
      if (next > high) high = next;
      const type =
        next >= -0x80000000n && next <= 0x7fffffffn
          ? T.int
          : next <= 0xffffffffn && next >= 0n
            ? T.uint
            : next >= 0n && next > 0x7fffffffffffffffn
              ? T.ulong
              : T.long;
      const sym = { kind: 'const' as const, value: next, type };
      out.push([item.name, sym]);
      // later enumerators may use the earlier ones
      if (scope && !scope.names.has(item.name)) {
        scope.names.set(item.name, sym);
        added.push(item.name);
      }
      next += 1n;
    }
    if (scope) for (const n of added) scope.names.delete(n);
    const type =
      low < 0n ? (low >= -0x80000000n && high <= 0x7fffffffn ? T.int : T.long) : high <= 0xffffffffn ? T.uint : T.ulong;
    this.enumTypes.set(def.name ?? '', type);
    return out;
  }

  /** An array whose size its initialiser gives. */
  sizedBy(t: ArrayTy, init: Expr, constant: (e: Expr) => bigint | undefined): ArrayTy {
    return sizedBy(t, init, this.sizes(constant));
  }
  private sizes(constant: (e: Expr) => bigint | undefined): SizeQueries {
    return { constant, typeOf: (x) => this.types.of(x.type, x), isRecord: (e) => this.looksLikeRecord(e) };
  }
  private looksLikeRecord(e: Expr): boolean {
    if (e.kind === 'num' || e.kind === 'unary' || e.kind === 'sizeof') return false;
    try {
      return (this.current ?? this.scratch()).staticType(e).kind === 'record';
    } catch {
      return false;
    }
  }

  /** Calls that are constants: tests of types, alignments. */
  private readonly labelNumbers = new Map<string, bigint>();
  /** What &&label is: a number for each name. */
  labelNumber(name: string): bigint {
    let n = this.labelNumbers.get(name);
    if (n === undefined) this.labelNumbers.set(name, (n = BigInt(this.labelNumbers.size + 1) * 64n));
    return n;
  }
  constantCall(f: FnBase, name: string, args: readonly Expr[]): Const | undefined {
    const typeArg = (e: Expr | undefined): Ty | undefined =>
      e ? (e.kind === 'type' ? this.types.of(e.type, e) : f.staticType(e)) : undefined;
    switch (name) {
      case '__builtin_alignof': {
        const t = typeArg(args[0]);
        return t && { v: BigInt(t.align), type: T.ulong };
      }
      case '__builtin_types_compatible_p':
      case '__same_type': {
        const a = typeArg(args[0]);
        const b = typeArg(args[1]);
        return a && b ? { v: sameType(a, b) ? 1n : 0n, type: T.int } : undefined;
      }
      case '__builtin_constant_p': {
        const k = args[0] && f.constant(args[0]);
        return { v: k || args[0]?.kind === 'str' ? 1n : 0n, type: T.int };
      }
      case '__builtin_expect': {
        const k = args[0] && f.constant(args[0]);
        return k && { v: wrap(k.v, T.long), type: T.long };
      }
      case '__builtin_label_address':
        return args[0]?.kind === 'id' ? { v: this.labelNumber(args[0].name), type: T.ulong } : undefined;
      case '__builtin_choose_expr': {
        const k = args[0] && f.constant(args[0]);
        const pick = k && (k.v !== 0n ? args[1] : args[2]);
        return pick && f.constant(pick);
      }
      default:
        return undefined;
    }
  }

  /** Name of the record type with this key, as the source has it. */
  static plainName(t: RecordTy): string {
    return t.name.replace(/'\d+$/, '');
  }
  static readonly FILE_BASE = FILE_BASE;
  static readonly WIDTH = WIDTH;
}
