/**
 * Completes a program that was cut out of a driver: what it uses and does not declare gets a declaration inferred from the use. Functions that
 * are not there succeed: they return 0, or a new object, and write zeros through the pointers that they are given.
 */
import type { BlockStmt, CType, Declarator, Expr, FieldDef, RecordDef, Span, Stmt } from '../../../language/c/ast.ts';
import { LaterMap, type ExactFunction, type ExactProgram } from '../../../language/c/exact/index.ts';
import type { Assumed } from '../../machine/index.ts';
import { Inference } from './infer.ts';
import { LONG, ULONG, type Known, type Slot } from './slots.ts';

/** Something that was assumed, to be told to the user. */
export interface Assumption extends Span {
  readonly message: string;
}
/** The completed program. */
export interface Completed {
  readonly program: ExactProgram;
  readonly assumed: Assumed;
  readonly notes: readonly Assumption[];
  /** Functions that were made up, to be compiled too. */
  readonly made: readonly string[];
}

const NOWHERE: Span = { start: 0, end: 0 };
const num = (n: number): Expr => ({ kind: 'num', value: BigInt(n), text: String(n), ...NOWHERE });
const str = (value: string): Expr => ({ kind: 'str', value, ...NOWHERE });
const id = (name: string): Expr => ({ kind: 'id', name, ...NOWHERE });
const call = (name: string, ...args: Expr[]): Expr => ({
  kind: 'call',
  callee: id(name),
  args,
  argsStart: 0,
  argsEnd: 0,
  ...NOWHERE,
});
const cast = (type: CType, arg: Expr): Expr => ({ kind: 'cast', type, arg, ...NOWHERE });

/** Completes what `roots` reach. `own`: does this stand in the files of the user? */
export function complete(
  program: ExactProgram,
  roots: readonly string[],
  own: (at: { start: number }) => boolean,
  headers: ExactProgram,
): Completed {
  const inference = new Inference(program, own);
  inference.links = new Set(headers.records.keys());
  inference.ownPrototypes = program.prototypes.own;
  return new Builder(program, inference.run(roots), headers.records).build();
}

class Builder {
  private readonly notes: Assumption[] = [];
  private readonly made: string[] = [];
  private readonly functions: Map<string, ExactFunction>;
  private readonly prototypes: LaterMap<CType>;
  private readonly globals: Map<string, Declarator>;
  private readonly records: Map<string, RecordDef>;
  private readonly pointers = new Map<string, string>();

  constructor(
    private readonly program: ExactProgram,
    private readonly known: Known,
    private readonly headers: ReadonlyMap<string, RecordDef>,
  ) {
    this.functions = new Map(program.functions);
    this.prototypes = LaterMap.over(program.prototypes);
    this.globals = new Map(program.globals);
    this.records = new Map(program.records);
  }

  build(): Completed {
    const types = new Map<string, CType>();
    for (const [name, slot] of this.known.typedefs) {
      const t = this.final(slot);
      types.set(name, t);
      this.note(`the type ${name} is not known here; it is taken to be ${show(t)}`, slot.span);
    }
    this.constants();
    this.fields();
    for (const [name, slot] of this.known.variables) this.variable(name, slot);
    for (const [name, f] of this.known.functions) {
      const proto = this.program.prototypes.get(name);
      const returns = proto?.kind === 'function' ? proto.returns : this.final(f.returns);
      const params =
        proto?.kind === 'function'
          ? proto.params.map((p) => p.type)
          : f.params.slice(0, f.always).map((p) => p ?? LONG);
      this.define(name, returns, params, f.returns.span);
      this.note(
        `${name}() is not defined here: every call is taken to succeed and ${gives(returns)} (//@ fail ${name} lets one fail)`,
        f.returns.span,
      );
    }
    for (const [member, type] of this.known.called) {
      if (type.kind !== 'function') continue;
      const name = `*${member.replace(/'\d+$/, '')}`;
      this.define(
        name,
        type.returns,
        type.params.map((p) => p.type),
        NOWHERE,
      );
      this.pointers.set(member, name);
    }
    return {
      program: {
        ...this.program,
        functions: this.functions,
        prototypes: this.prototypes,
        globals: this.globals,
        records: this.records,
        enums: new Map([...this.program.enums, ...this.constantEnum]),
        assumed: types,
      },
      assumed: {
        variables: [...this.known.variables.keys()],
        followed: this.known.followed,
        given: this.given(),
        inside: this.known.inside,
        insideParameter: this.known.insideParameter,
        called: this.pointers,
        fromUser: this.known.fromUser,
        isOwn: (record) =>
          this.records.get(record) !== undefined && this.headers.get(record) !== this.records.get(record),
      },
      notes: this.notes.sort((a, b) => a.start - b.start),
      made: this.made,
    };
  }
  /** Code that gives back pages and takes none is given pages that its caller took. */
  private given(): 'pin' | 'get' | undefined {
    const calls = [...this.known.calls];
    if (
      calls.some(
        (c) =>
          /gup|^(?:__)?(?:get|pin)_user_page|iov_iter_(?:get|extract)_pages|__iter_|pin_folios$|pfn_to_page|alloc_page/.test(
            c,
          ) && !/unpin/.test(c),
      )
    )
      return undefined;
    return calls.some((c) => /unpin/.test(c)) ? 'pin' : 'get';
  }
  private note(message: string, at: Span): void {
    this.notes.push({ message, start: at.start, end: at.end });
  }
  private final(s: Slot): CType {
    if (!s.type && !s.weak && s.memory && !s.assigned) return { kind: 'array', of: ULONG, size: num(16) };
    return s.final;
  }

  private readonly constantEnum: [string, ExactProgram['enums'] extends Map<string, infer V> ? V : never][] = [];
  private constants(): void {
    if (!this.known.constants.size) return;
    let next = 1;
    const items = [...this.known.constants].map(([name, span]) => {
      const value = constantValue(name) ?? next++;
      this.note(`${name} is not declared here; it is taken to be ${value}`, span);
      return { name, value: num(value), span };
    });
    this.constantEnum.push(["assumed'constants", { ...NOWHERE, name: "assumed'constants", items }]);
  }

  /** Members that are used and not declared: of unknown records all of them. */
  private fields(): void {
    for (const [key, slots] of this.known.fields) {
      const old = this.program.records.get(key);
      const added: FieldDef[] = [...slots.values()].map((s) => ({ ...NOWHERE, name: s.name, type: this.final(s) }));
      const tag = old?.tag ?? this.known.missing.get(key) ?? 'struct';
      this.records.set(key, {
        ...(old ?? { ...NOWHERE, packed: false }),
        tag,
        name: key,
        fields: [...(old?.fields ?? []), ...added],
      });
      const at = [...slots.values()][0]!.span;
      const list = [...slots.values()].map((s) => `${s.name} (${show(this.final(s))})`).join(', ');
      const name = key.replace(/'\d+$/, '');
      this.note(
        old
          ? `${tag} ${name} has members here that its declaration lacks, inferred from their use: ${list}`
          : `${name.startsWith('what ') ? `${name.slice(5, -3)} points to a struct that is not known here` : `${tag} ${name} is not defined here`}; its members are inferred from their use: ${list}`,
        at,
      );
    }
    for (const [key, tag] of this.known.missing) {
      if (this.records.has(key)) continue;
      // something has to be there
      const reserved: FieldDef = { ...NOWHERE, name: '__unknown', type: { kind: 'array', of: ULONG, size: num(8) } };
      this.records.set(key, { ...NOWHERE, tag, name: key, packed: false, fields: [reserved] });
    }
  }
  private variable(name: string, slot: Slot): void {
    const type = this.final(slot);
    if (type.kind === 'pointer' && type.to.kind === 'function' && !slot.followed) {
      this.define(
        name,
        type.to.returns,
        type.to.params.map((p) => p.type),
        slot.span,
      );
      this.note(`${name}() is not defined here: it is taken to succeed`, slot.span);
      return;
    }
    this.globals.set(name, {
      ...slot.span,
      nameSpan: slot.span,
      name,
      type,
      isStatic: false,
      isExtern: false,
      isTypedef: false,
    });
    this.note(`'${name}' is not declared here; it is taken to be a variable (${show(type)})`, slot.span);
  }

  /** A function that succeeds. */
  private define(name: string, returns: CType, params: readonly CType[], at: Span): void {
    const body: Stmt[] = [];
    const expr = (e: Expr): void => void body.push({ kind: 'expr', expr: e, ...NOWHERE });
    const typed = params.map((t, i) => ({ ...NOWHERE, name: `a${i}`, type: this.sized(t) ? t : LONG }));
    typed.forEach((p) => {
      if (p.type.kind !== 'pointer' || p.type.to.kind === 'function') return;
      const to = p.type.to.kind === 'pointer' ? p.type.to.to : undefined;
      expr(call('__pinscope_assume_out', id(p.name), str(to?.kind === 'record' ? (to.name ?? '') : '')));
      // a new object may hold on to what it was made from
      if (returns.kind === 'pointer') expr(call('__pinscope_assume_kept', id(p.name)));
    });
    let value: Expr | undefined;
    if (returns.kind === 'pointer' && returns.to.kind !== 'function')
      value = cast(
        returns,
        call('__pinscope_assume_object', str(name), str(returns.to.kind === 'record' ? (returns.to.name ?? '') : '')),
      );
    else if (returns.kind === 'record') {
      const d: Declarator = {
        ...NOWHERE,
        nameSpan: NOWHERE,
        name: 'r',
        type: returns,
        init: { kind: 'init', items: [], ...NOWHERE },
        isStatic: false,
        isExtern: false,
        isTypedef: false,
      };
      body.push({ kind: 'decl', decls: [d], ...NOWHERE });
      value = id('r');
    } else if (!(returns.kind === 'base' && returns.name === 'void'))
      value = cast(returns, call('__pinscope_assume', str(name)));
    else expr(call('__pinscope_assume', str(name)));
    body.push({ kind: 'return', ...(value ? { value } : {}), ...NOWHERE });
    const block: BlockStmt = { kind: 'block', body, ...NOWHERE };
    // without parameters: any arguments are let through
    this.prototypes.set(name, { kind: 'function', returns, params: [], variadic: false });
    const far = { start: ASSUMED_AT + at.start, end: ASSUMED_AT + at.start };
    this.functions.set(name, {
      ...far,
      name,
      nameSpan: far,
      params: typed,
      returns,
      variadic: false,
      isStatic: false,
      isInline: false,
      body: block,
    });
    this.made.push(name);
  }
  /** Can it be passed by value? Records are not: an argument of another call may be of another type. */
  private sized(t: CType): boolean {
    return t.kind === 'base' ? t.name !== 'void' : t.kind === 'pointer' || t.kind === 'enum';
  }
}

/** Where functions that were made up stand: behind all files, like the machine's headers. */
export const ASSUMED_AT = 0x40000000;

/** Constants by what their names say; undefined: any number. */
function constantValue(name: string): number | undefined {
  if (/SUCCESS|(?:^|_)OK$|_NONE$|_NOERROR$/.test(name)) return 0;
  if (/PAGE_SIZE|_SIZE_4K/.test(name)) return 4096;
  if (/SHIFT|ORDER/.test(name)) return 12;
  if (/^E[A-Z]+$/.test(name)) return 200;
  if (/MAX|SIZE|LEN|COUNT|LIMIT|NUM|(?:^|_)NR(?:_|$)|ENTRIES/.test(name)) return 64;
  return undefined;
}
function gives(t: CType): string {
  if (t.kind === 'pointer') return 'return a new object';
  if (t.kind === 'base' && t.name === 'void') return 'return';
  return 'return 0';
}
/** A type in words. */
function show(t: CType): string {
  switch (t.kind) {
    case 'base':
      return t.name;
    case 'named':
      return t.name;
    case 'record':
      return t.name?.startsWith('what ') ? 'a struct' : `${t.tag} ${(t.name ?? '{…}').replace(/'\d+$/, '')}`;
    case 'enum':
      return `enum ${t.name ?? ''}`;
    case 'pointer':
      return t.to.kind === 'function' ? 'a function' : `${show(t.to)}${t.to.kind === 'pointer' ? '' : ' '}*`;
    case 'array':
      return `${show(t.of)}[]`;
    default:
      return 'unknown';
  }
}
