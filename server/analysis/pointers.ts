/**
 * Calls through function pointers whose target the file shows: a variable, a table of the file, a field of a record that the file
 * itself defines, when only one function ever gets there. Such a call becomes a call of that function.
 */
import type { CallExpr, CType, Expr, Span } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { mapChildren, recordNameOf, typeOfExpr, walkExpr } from '../../language/c/index.ts';
import type { FunctionDef, TranslationUnit } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import { contextOf, exprsOf, type FunctionContext, type SeenThrough } from './context.ts';
import type { Naming } from './naming.ts';
import { once, perFunction } from './per-function.ts';

/** The only function behind a pointer; null where there are several or others. */
type Targets = Map<string, string | null>;

/** What is written to a pointer: in the initial value of a variable of the file, or in a function. */
interface Written {
  /** See key(). */
  readonly keys: readonly string[];
  readonly value: Expr;
}

/** The variable or field that an expression names, under * and casts. */
const lastName = (e: Expr): string | undefined =>
  e.kind === 'id' || e.kind === 'member'
    ? e.name
    : e.kind === 'cast' || (e.kind === 'unary' && e.op === '*')
      ? lastName(e.arg)
      : undefined;

/** A value without & and casts. */
function behind(value: Expr): Expr {
  let x = value;
  while (x.kind === 'cast' || (x.kind === 'unary' && x.op === '&')) x = x.arg;
  return x;
}

/** Names that a function writes to variables and fields, by the names of these. */
const writesOf = perFunction((f) => {
  const out: { readonly left: string; readonly right: string }[] = [];
  const note = (left: string | undefined, value: Expr): void => {
    const x = behind(value);
    if (left !== undefined && x.kind === 'id') out.push({ left, right: x.name });
  };
  for (const node of f.cfg.nodes) {
    const d = node.what.kind === 'decl' ? node.what.decl : undefined;
    if (d?.init?.kind === 'init') {
      for (const { designators, value } of d.init.items)
        for (const one of designators) if ('field' in one) note(one.field, value);
    } else if (d?.init) note(d.name, d.init);
    for (const e of exprsOf(node)) walkExpr(e, (x) => void (x.kind === 'assign' && note(lastName(x.left), x.right)));
  }
  return out;
});

const isIndirect = (c: CallExpr, f: FunctionContext): boolean => c.callee.kind !== 'id' || f.types.has(c.callee.name);

/** Calls of a function through pointers. */
const indirectCalls = perFunction((f) => f.calls.filter((c) => isIndirect(c, f)));

function mapNode(node: CfgNode, f: (e: Expr) => Expr): CfgNode {
  const w = node.what;
  switch (w.kind) {
    case 'expr':
      return { ...node, what: { ...w, expr: f(w.expr) } };
    case 'decl':
      return w.decl.init ? { ...node, what: { ...w, decl: { ...w.decl, init: f(w.decl.init) } } } : node;
    case 'branch':
      return { ...node, what: { ...w, test: f(w.test) } };
    case 'switch':
      return { ...node, what: { ...w, value: f(w.value) } };
    case 'return':
      return w.value ? { ...node, what: { ...w, value: f(w.value) } } : node;
    default:
      return node;
  }
}

/** The pointers of one file. What a pointer holds is looked up when a call goes through it, in the functions that name it. */
export class Pointers {
  private readonly targets: Targets = new Map();
  /** Pointers whose targets are known, by the names of variables and fields. */
  private readonly filled = new Set<string>();
  private readonly seen = new Map<string, SeenThrough | undefined>();
  private readonly holders = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly unit: TranslationUnit,
    private readonly functions: ReadonlyMap<string, FunctionContext>,
    private readonly naming: Naming,
  ) {}

  /** A function with what its calls through known pointers are; the function as it stands where there is none. */
  through(def: FunctionDef): FunctionContext {
    return contextOf(def, undefined, this.seenIn(def));
  }

  /** What is seen through in a function. */
  seenIn(def: FunctionDef): SeenThrough | undefined {
    if (!this.seen.has(def.name)) this.seen.set(def.name, this.look(contextOf(def)));
    return this.seen.get(def.name);
  }

  private look(f: FunctionContext): SeenThrough | undefined {
    if (!indirectCalls(f).length) return undefined;
    const targets = f.calls.map((c) => (isIndirect(c, f) ? this.target(c.callee, f) : undefined));
    if (targets.every((t) => t === undefined)) return undefined;
    const visit = (e: Expr): Expr => {
      const name = e.kind === 'call' ? targets[f.calls.indexOf(e)] : undefined;
      const inner = mapChildren(e, visit);
      if (inner.kind !== 'call' || name === undefined) return inner;
      return { ...inner, callee: { kind: 'id', name, start: inner.callee.start, end: inner.callee.end } };
    };
    return {
      key: targets.map((t) => t ?? '').join(),
      cfg: () => ({ ...f.cfg, nodes: f.cfg.nodes.map((n) => mapNode(n, visit)) }),
    };
  }

  /** Names of the pointers to which a function is assigned: who names one of them may call it. */
  holding(fn: string): ReadonlySet<string> {
    let names = this.holders.get(fn);
    if (names) return names;
    const found = new Set(this.initialHolders().get(fn));
    for (const { def } of this.naming.of(fn))
      for (const { left, right } of writesOf(contextOf(def))) if (right === fn) found.add(left);
    this.holders.set(fn, (names = found));
    return names;
  }

  /** Records that the file itself defines. */
  private readonly own = once(() => {
    const { text, own } = this.unit;
    const isDefined = (name: string, { start, end }: Span): boolean =>
      new RegExp(`^(struct|union)\\s+${name}\\b`).test(text.slice(start, end));
    return new Set([...own.records].filter(([name, r]) => isDefined(name, r)).map(([name]) => name));
  });

  /** What the variables of the file hold at first, by the names of variables and fields. */
  private readonly initials = once(() => {
    const out = new Map<string, Written[]>();
    for (const g of this.unit.globals)
      if (g.init)
        for (const { name, written } of this.written(`G:${g.name}`, g.name, g.type, g.init)) {
          const list = out.get(name);
          if (list) list.push(written);
          else out.set(name, [written]);
        }
    return out;
  });

  /** The same by what is held: names of functions. */
  private readonly initialHolders = once(() => {
    const out = new Map<string, Set<string>>();
    for (const [name, all] of this.initials())
      for (const { value } of all) {
        const x = behind(value);
        if (x.kind !== 'id') continue;
        const names = out.get(x.name);
        if (names) names.add(name);
        else out.set(x.name, new Set([name]));
      }
    return out;
  });

  /** What an initial value writes to pointers. */
  private *written(
    key: string,
    variable: string,
    type: CType,
    init: Expr,
  ): Iterable<{ readonly name: string; readonly written: Written }> {
    if (init.kind !== 'init') return yield { name: variable, written: { keys: [key], value: init } };
    const record = recordNameOf(type, this.unit);
    for (const { designators, value } of init.items) {
      const d = designators[0];
      if (designators.length !== 1 || !d || !('field' in d)) continue;
      const keys = key.startsWith('G:') ? [`${key}.${d.field}`] : [];
      if (record !== undefined && this.own().has(record)) keys.push(`F:${record}.${d.field}`);
      yield { name: d.field, written: { keys, value } };
    }
  }

  /** Looks up what the pointers of a name hold. */
  private fill(name: string): void {
    if (this.filled.has(name)) return;
    this.filled.add(name);
    for (const { keys, value } of this.initials().get(name) ?? [])
      for (const key of keys) this.add(key, value, undefined);
    for (const { def } of this.naming.of(name)) {
      const f = contextOf(def);
      for (const node of f.cfg.nodes) {
        const d = node.what.kind === 'decl' ? node.what.decl : undefined;
        if (d?.init)
          for (const { name: to, written } of this.written(`L:${f.def.name}:${d.name}`, d.name, d.type, d.init))
            if (to === name) for (const key of written.keys) this.add(key, written.value, f);
        for (const e of exprsOf(node))
          walkExpr(e, (x) => {
            if (x.kind === 'assign' && x.op === '=' && lastName(x.left) === name)
              this.add(this.key(x.left, f), x.right, f);
            // what has its address taken may be set anywhere
            if (x.kind === 'unary' && x.op === '&' && x.arg.kind === 'id' && x.arg.name === name)
              this.spoil(this.key(x.arg, f));
          });
      }
    }
  }

  /** The function that `callee` stands for. */
  target(callee: Expr, f: FunctionContext): string | undefined {
    const name = lastName(callee);
    if (name === undefined) return undefined;
    this.fill(name);
    if (callee.kind === 'unary' && callee.op === '*') return this.target(callee.arg, f);
    if (callee.kind === 'cast') return this.target(callee.arg, f);
    // a table of this file knows better than its type
    if (callee.kind === 'member' && callee.object.kind === 'id' && !callee.arrow && !f.types.has(callee.object.name)) {
      const known = this.targets.get(`G:${callee.object.name}.${callee.name}`);
      if (known) return known;
    }
    const key = this.key(callee, f);
    return (key && this.targets.get(key)) || undefined;
  }

  private key(e: Expr, f: FunctionContext | undefined): string | undefined {
    if (e.kind === 'id') return f?.types.has(e.name) ? `L:${f.def.name}:${e.name}` : `G:${e.name}`;
    if (e.kind === 'unary' && e.op === '*') return this.key(e.arg, f);
    if (e.kind !== 'member' || !f) return undefined;
    const record = recordNameOf(typeOfExpr(e.object, { unit: this.unit, locals: f.types }), this.unit);
    return record !== undefined && this.own().has(record) ? `F:${record}.${e.name}` : undefined;
  }

  private spoil(key: string | undefined): void {
    if (key?.startsWith('L:')) this.targets.set(key, null);
  }

  private add(key: string | undefined, value: Expr, f: FunctionContext | undefined): void {
    if (!key) return;
    const x = behind(value);
    if ((x.kind === 'id' && x.name === 'NULL') || (x.kind === 'num' && x.value === 0n)) return;
    const known = this.targets.get(key);
    const name = x.kind === 'id' && !f?.types.has(x.name) && this.isFunction(x.name) ? x.name : null;
    // fields and variables that never hold a function are of no interest
    if (name === null && known === undefined && !this.holdsFunction(value, f)) return;
    this.targets.set(key, known === undefined || known === name ? name : null);
  }

  private isFunction(name: string): boolean {
    return this.functions.has(name) || facts.acquire(name) !== undefined || facts.call(name) !== undefined;
  }

  /** A value of function type of unknown origin: a parameter, another field. */
  private holdsFunction(value: Expr, f: FunctionContext | undefined): boolean {
    const t = typeOfExpr(value, { unit: this.unit, locals: f?.types ?? new Map() });
    const to = t?.kind === 'pointer' ? t.to : t;
    return to === undefined ? value.kind === 'id' || value.kind === 'member' : to.kind === 'function';
  }
}
