/**
 * Calls through function pointers whose target the file shows: a variable, a table of the file, a field of a record that the file
 * itself defines, when only one function ever gets there. Such a call becomes a call of that function.
 */
import type { CallExpr, CType, Expr } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { mapChildren, recordNameOf, typeOfExpr, walkExpr } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import { contextOf, exprsOf, type FunctionContext, type SeenThrough } from './context.ts';
import { perFunction } from './per-function.ts';

/** The only function behind a pointer; null where there are several or others. */
type Targets = Map<string, string | null>;

/** Replaces the contexts of the functions that call through known pointers; tells what they see instead. */
export function seeThroughPointers(
  unit: TranslationUnit,
  functions: Map<string, FunctionContext>,
): ReadonlyMap<string, SeenThrough> {
  const out = new Map<string, SeenThrough>();
  const callers = [...functions.values()].filter((f) => indirectCalls(f).length);
  if (!callers.length) return out;
  const names = new Set(callers.flatMap((f) => indirectCalls(f).map((c) => lastName(c.callee))));
  const pointers = new Pointers(unit, functions, names);
  if (!pointers.any) return out;
  for (const f of callers) {
    const targets = f.calls.map((c) => (isIndirect(c, f) ? pointers.target(c.callee, f) : undefined));
    if (targets.every((t) => t === undefined)) continue;
    const visit = (e: Expr): Expr => {
      const name = e.kind === 'call' ? targets[f.calls.indexOf(e)] : undefined;
      const inner = mapChildren(e, visit);
      if (inner.kind !== 'call' || name === undefined) return inner;
      return { ...inner, callee: { kind: 'id', name, start: inner.callee.start, end: inner.callee.end } };
    };
    const through: SeenThrough = {
      key: targets.map((t) => t ?? '').join(),
      cfg: () => ({ ...f.cfg, nodes: f.cfg.nodes.map((n) => mapNode(n, visit)) }),
    };
    out.set(f.def.name, through);
    functions.set(
      f.def.name,
      contextOf(
        f.def,
        () => false,
        () => false,
        through,
      ),
    );
  }
  return out;
}

/** The variable or field that an expression names, under * and casts. */
const lastName = (e: Expr): string | undefined =>
  e.kind === 'id' || e.kind === 'member'
    ? e.name
    : e.kind === 'cast' || (e.kind === 'unary' && e.op === '*')
      ? lastName(e.arg)
      : undefined;

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

class Pointers {
  private readonly targets: Targets = new Map();
  private readonly own: ReadonlySet<string>;

  constructor(
    private readonly unit: TranslationUnit,
    private readonly functions: ReadonlyMap<string, FunctionContext>,
    /** Names of the variables and fields that are called: what others hold is of no interest. */
    private readonly names: ReadonlySet<string | undefined>,
  ) {
    const { text } = unit;
    this.own = new Set(
      [...unit.own.records]
        .filter(([name, r]) => new RegExp(`^(struct|union)\\s+${name}\\b`).test(text.slice(r.start, r.end)))
        .map(([name]) => name),
    );
    for (const g of unit.globals) if (g.init) this.initialiser(`G:${g.name}`, g.type, g.init, undefined);
    for (const f of functions.values()) {
      for (const node of f.cfg.nodes) {
        const d = node.what.kind === 'decl' ? node.what.decl : undefined;
        if (d?.init) this.initialiser(`L:${f.def.name}:${d.name}`, d.type, d.init, f);
        for (const e of exprsOf(node))
          walkExpr(e, (x) => {
            if (x.kind === 'assign' && x.op === '=' && names.has(lastName(x.left)))
              this.add(this.key(x.left, f), x.right, f);
            // what has its address taken may be set anywhere
            if (x.kind === 'unary' && x.op === '&' && x.arg.kind === 'id' && names.has(x.arg.name))
              this.spoil(this.key(x.arg, f));
          });
      }
    }
  }

  get any(): boolean {
    return this.targets.size > 0;
  }

  /** The function that `callee` stands for. */
  target(callee: Expr, f: FunctionContext): string | undefined {
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
    return record !== undefined && this.own.has(record) ? `F:${record}.${e.name}` : undefined;
  }

  private initialiser(key: string, type: CType, init: Expr, f: FunctionContext | undefined): void {
    if (init.kind !== 'init') {
      if (this.names.has(key.slice(key.lastIndexOf(':') + 1))) this.add(key, init, f);
      return;
    }
    const record = recordNameOf(type, this.unit);
    for (const item of init.items) {
      const d = item.designators[0];
      if (item.designators.length !== 1 || !d || !('field' in d) || !this.names.has(d.field)) continue;
      if (key.startsWith('G:')) this.add(`${key}.${d.field}`, item.value, f);
      if (record !== undefined && this.own.has(record)) this.add(`F:${record}.${d.field}`, item.value, f);
    }
  }

  private spoil(key: string | undefined): void {
    if (key?.startsWith('L:')) this.targets.set(key, null);
  }

  private add(key: string | undefined, value: Expr, f: FunctionContext | undefined): void {
    if (!key) return;
    let x = value;
    while (x.kind === 'cast' || (x.kind === 'unary' && x.op === '&')) x = x.arg;
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
