/** Types as execution needs them: sizes, alignments and layouts of LP64 (x86-64 System V), bit-fields included. */
import type { CType, Expr, RecordDef, Span } from '../../language/c/ast.ts';

/** A member of a record. */
export interface Member {
  readonly name: string | null;
  readonly type: Ty;
  /** Byte offset; of a bit-field: of the unit that holds it. */
  readonly offset: number;
  /** Bit-field: first bit in its unit and width. */
  readonly bit?: number;
  readonly width?: number;
}
/** A laid-out struct or union. */
export interface RecordTy {
  readonly kind: 'record';
  readonly tag: 'struct' | 'union';
  readonly name: string;
  size: number;
  align: number;
  members: readonly Member[];
  /** False until its definition has been seen. */
  complete: boolean;
}
export interface IntTy {
  readonly kind: 'int';
  readonly size: 1 | 2 | 4 | 8;
  readonly align: number;
  readonly signed: boolean;
  readonly bool: boolean;
  /** Of equal types, the one with the higher rank wins: long long over long. */
  readonly rank: number;
  readonly name: string;
}
/** An integer of 128 bits. */
export interface WideTy {
  readonly kind: 'wide';
  readonly size: 16;
  readonly align: 16;
  readonly signed: boolean;
  readonly name: string;
}
export interface FloatTy {
  readonly kind: 'float';
  readonly size: 4 | 8;
  readonly align: number;
  readonly name: string;
}
export interface VoidTy {
  readonly kind: 'void';
  readonly size: 1;
  readonly align: 1;
}
export interface PtrTy {
  readonly kind: 'ptr';
  readonly size: 8;
  readonly align: 8;
  readonly to: Ty;
}
export interface ArrayTy {
  readonly kind: 'array';
  readonly of: Ty;
  /** Elements; -1: unknown (flexible member, extern). */
  readonly n: number;
  readonly size: number;
  readonly align: number;
  /** Place of the variable that holds its size in bytes, if that is known when it runs only. */
  readonly sizeAt?: number;
}
export interface FuncTy {
  readonly kind: 'func';
  readonly size: 1;
  readonly align: 1;
  readonly returns: Ty;
  readonly params: readonly Ty[];
  readonly variadic: boolean;
  /** `()` without a prototype cannot be told from `(void)`; calls with any arguments are let through. */
  readonly loose: boolean;
}
/** A type. */
export type Ty = IntTy | WideTy | FloatTy | VoidTy | PtrTy | ArrayTy | FuncTy | RecordTy;

/** What the compiler refuses, and where. */
export class CompileError extends Error {
  constructor(
    message: string,
    readonly span: Span,
  ) {
    super(message);
    this.name = 'CompileError';
  }
}

const int = (name: string, size: 1 | 2 | 4 | 8, signed: boolean, rank: number, bool = false): IntTy => ({
  kind: 'int',
  name,
  size,
  align: size,
  signed,
  rank,
  bool,
});
/** The basic types by their canonical names. */
export const T = {
  void: { kind: 'void', size: 1, align: 1 } as VoidTy,
  bool: int('bool', 1, false, 0, true),
  char: int('char', 1, true, 1),
  schar: int('signed char', 1, true, 1),
  uchar: int('unsigned char', 1, false, 1),
  short: int('short', 2, true, 2),
  ushort: int('unsigned short', 2, false, 2),
  int: int('int', 4, true, 3),
  uint: int('unsigned int', 4, false, 3),
  long: int('long', 8, true, 4),
  ulong: int('unsigned long', 8, false, 4),
  llong: int('long long', 8, true, 5),
  ullong: int('unsigned long long', 8, false, 5),
  i128: { kind: 'wide', size: 16, align: 16, signed: true, name: '__int128' } as WideTy,
  u128: { kind: 'wide', size: 16, align: 16, signed: false, name: 'unsigned __int128' } as WideTy,
  float: { kind: 'float', size: 4, align: 4, name: 'float' } as FloatTy,
  double: { kind: 'float', size: 8, align: 8, name: 'double' } as FloatTy,
} as const;

/** Integer promotion (C11 6.3.1.1). */
export function promote(t: Ty): Ty {
  return t.kind === 'int' && t.rank < T.int.rank ? T.int : t;
}
/** The usual arithmetic conversions of two promoted integers (C11 6.3.1.8). */
export function commonInteger(x: IntTy, y: IntTy): IntTy {
  if (x.signed === y.signed) return x.rank >= y.rank ? x : y;
  const [u, s] = x.signed ? [y, x] : [x, y];
  if (u.rank >= s.rank) return u;
  if (s.size > u.size) return s;
  return s.rank === T.llong.rank ? T.ullong : T.ulong;
}
const BASE: Readonly<Record<string, Ty>> = Object.fromEntries(
  Object.values(T).map((t) => [t.kind === 'void' ? 'void' : t.name, t]),
);

const pointers = new WeakMap<Ty, PtrTy>();
/** The pointer type to a type. */
export function ptr(to: Ty): PtrTy {
  let p = pointers.get(to);
  if (!p) pointers.set(to, (p = { kind: 'ptr', size: 8, align: 8, to }));
  return p;
}
/** An array of n elements. */
export function array(of: Ty, n: number): ArrayTy {
  return { kind: 'array', of, n, size: n < 0 ? 0 : of.size * n, align: of.align };
}
/** Is it an integer, floating or pointer type? */
export function isScalar(t: Ty): boolean {
  return t.kind === 'int' || t.kind === 'float' || t.kind === 'ptr';
}
/** The type as C writes it. */
export function typeName(t: Ty): string {
  switch (t.kind) {
    case 'void':
      return 'void';
    case 'int':
    case 'wide':
    case 'float':
      return t.name;
    case 'ptr':
      return t.to.kind === 'func' ? `${typeName(t.to.returns)} (*)()` : `${typeName(t.to)} *`;
    case 'array':
      return `${typeName(t.of)}[${t.n < 0 ? '' : t.n}]`;
    case 'func':
      return `${typeName(t.returns)} ()`;
    case 'record':
      return `${t.tag} ${t.name.startsWith('<') ? '{…}' : t.name.replace(/'\d+$/, '')}`;
  }
}
/** Finds a member, those of anonymous members included; its offset counts from the record. */
export function findMember(r: RecordTy, name: string): Member | undefined {
  for (const m of r.members) {
    if (m.name === name) return m;
    if (m.name === null && m.type.kind === 'record') {
      const inner = findMember(m.type, name);
      if (inner) return { ...inner, offset: inner.offset + m.offset };
    }
  }
  return undefined;
}

/** What resolving types needs from the compiler. */
export interface TypeContext {
  readonly records: ReadonlyMap<string, RecordDef>;
  constant(e: Expr): bigint | undefined;
  typeOf(e: Expr): Ty;
  enumDefined(type: CType & { kind: 'enum' }): Ty;
  /** What an unknown type name is taken for. */
  named(name: string): CType | undefined;
}

/** Turns types of the tree into laid-out ones; records are laid out once. */
export class Types {
  private readonly made = new Map<string, RecordTy>();
  private readonly cache = new WeakMap<CType, Ty>();
  constructor(private readonly cx: TypeContext) {}

  of(c: CType, span: Span): Ty {
    const hit = this.cache.get(c);
    if (hit) return hit;
    const t = this.make(c, span);
    // typeof and array sizes may depend on where they stand, but a node stands in one place
    this.cache.set(c, t);
    return t;
  }

  private make(c: CType, span: Span): Ty {
    switch (c.kind) {
      case 'base': {
        const b = BASE[c.name];
        if (!b) throw new CompileError(`the type ${c.name} is not supported`, span);
        return b;
      }
      case 'named': {
        const assumed = this.cx.named(c.name);
        if (assumed) return this.of(assumed, span);
        throw new CompileError(`unknown type ${c.name}`, span);
      }
      case 'pointer':
        // who uses it computes its size (FnBase.typeOf); who only passes it on need not know
        return ptr(c.to.kind === 'array' && this.hasRunSize(c.to) ? T.void : this.of(c.to, span));
      case 'array': {
        const of = this.of(c.of, span);
        if (c.size === null) return array(of, -1);
        const n = this.cx.constant(c.size);
        if (n === undefined)
          throw new CompileError(
            'arrays of variable length are not supported: the size is not a constant',
            c.size.end ? c.size : span,
          );
        if (n < 0n) throw new CompileError('the size of this array is negative', c.size.end ? c.size : span);
        return array(of, Number(n));
      }
      case 'function':
        return {
          kind: 'func',
          size: 1,
          align: 1,
          returns: this.of(c.returns, span),
          params: c.params.map((p) => this.of(p.type, p)),
          variadic: c.variadic,
          loose: c.params.length === 0 && !c.variadic,
        };
      case 'typeof':
        return this.cx.typeOf(c.expr);
      case 'enum':
        return this.cx.enumDefined(c);
      case 'record': {
        const name = c.name ?? '<anonymous>';
        const key = `${c.tag} ${name}`;
        let r = this.made.get(key);
        if (!r) {
          r = { kind: 'record', tag: c.tag, name, size: 0, align: 1, members: [], complete: false };
          this.made.set(key, r);
        }
        if (!r.complete) {
          const def = this.cx.records.get(name) ?? c.def;
          if (def) this.laidOut(r, def);
        }
        return r;
      }
    }
  }

  /** Is it an array whose size is known when it runs only, or a pointer to one? */
  hasRunSize(c: CType): boolean {
    if (c.kind === 'pointer') return this.hasRunSize(c.to);
    if (c.kind !== 'array') return false;
    return (c.size !== null && this.cx.constant(c.size) === undefined) || this.hasRunSize(c.of);
  }
  /** Struct by its name; undefined if the program has none. */
  record(name: string, tag: 'struct' | 'union' = 'struct'): RecordTy | undefined {
    const t = this.of({ kind: 'record', tag, name }, { start: 0, end: 0 });
    return t.kind === 'record' && t.complete ? t : undefined;
  }

  private readonly failures = new Map<RecordTy, CompileError>();
  /** Lays a record out. One that can't be laid out stays incomplete: pointers to it are as good as any. */
  private laidOut(r: RecordTy, def: RecordDef): void {
    if (this.failures.has(r)) return;
    try {
      this.layout(r, def);
    } catch (e) {
      if (!(e instanceof CompileError)) throw e;
      this.failures.set(r, e);
      r.complete = false;
      r.members = [];
    }
  }
  /** Complains of a record that is needed and could not be laid out. */
  need(t: Ty): void {
    const failure = t.kind === 'record' ? this.failures.get(t) : undefined;
    if (failure) throw failure;
  }
  private layout(r: RecordTy, def: RecordDef): void {
    r.complete = true;
    const members: Member[] = [];
    let bits = 0; // end of what is laid out so far, in bits
    let align = 1;
    let size = 0;
    for (const f of def.fields) {
      const type = this.of(f.type, f);
      if (type.kind === 'record' && !type.complete)
        throw this.failures.get(type) ?? new CompileError(`${typeName(type)} is not defined`, f);
      let a = def.packed ? 1 : type.align;
      if (f.aligned) {
        const n = this.cx.constant(f.aligned);
        if (n) a = Math.max(a, Number(n));
      }
      if (f.bits) {
        const width = Number(this.cx.constant(f.bits) ?? -1n);
        if (type.kind !== 'int' || width < 0 || width > type.size * 8) throw new CompileError('a bad bit-field', f);
        const unit = type.size * 8;
        if (r.tag === 'union') bits = 0;
        if (width === 0) {
          bits = Math.ceil(bits / unit) * unit;
          continue;
        }
        if (!def.packed && Math.floor(bits / unit) !== Math.floor((bits + width - 1) / unit))
          bits = Math.ceil(bits / unit) * unit;
        if (f.name !== null) {
          let offset = Math.floor(bits / unit) * type.size;
          let bit = bits - offset * 8;
          if (def.packed) {
            offset = Math.floor(bits / 8);
            bit = bits - offset * 8;
          }
          members.push({ name: f.name, type, offset, bit, width });
          align = Math.max(align, a);
        }
        bits += width;
        size = Math.max(size, Math.ceil(bits / 8));
        continue;
      }
      const offset = r.tag === 'union' ? 0 : Math.ceil(Math.ceil(bits / 8) / a) * a;
      members.push({ name: f.name, type, offset });
      bits = (offset + type.size) * 8;
      size = Math.max(size, offset + type.size);
      align = Math.max(align, a);
    }
    if (def.aligned) {
      const n = this.cx.constant(def.aligned);
      if (n) align = Math.max(align, Number(n));
    }
    r.members = members;
    r.align = align;
    r.size = Math.ceil(size / align) * align;
  }
}

const typeKeys = new WeakMap<Ty, string>();
function typeKey(t: Ty): string {
  let k = typeKeys.get(t);
  if (k === undefined) {
    k =
      t.kind === 'func'
        ? `${typeKey(t.returns)}(${t.params.map((p) => typeKey(p)).join()}${t.variadic ? '...' : ''})`
        : t.kind === 'ptr'
          ? `${typeKey(t.to)}*`
          : t.kind === 'array'
            ? `${typeKey(t.of)}[${t.n}]`
            : t.kind === 'record'
              ? `${t.tag} ${t.name}`
              : typeName(t);
    typeKeys.set(t, k);
  }
  return k;
}
/** Are these the same type? */
export function sameType(a: Ty, b: Ty): boolean {
  return a === b || typeKey(a) === typeKey(b);
}
