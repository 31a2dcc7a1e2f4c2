/**
 * What is computed once: what only the text of one function decides, however often its file is analysed, and what many ask of one
 * analysis of a file.
 */
import type { CallExpr, Expr } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import type { FunctionDef } from '../../language/c/unit.ts';
import { exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';

/** Each function that keeps results has a place of its own in what is kept of a graph. */
let places = 0;

/** A function of a context that keeps its results. Nothing but the context may decide what it gives. */
export function perFunction<T>(compute: (f: FunctionContext) => T): (f: FunctionContext) => T {
  const place = places++;
  return (f) => {
    let kept = f.kept[place] as { readonly value: T } | undefined;
    if (!kept) f.kept[place] = kept = { value: compute(f) };
    return kept.value;
  };
}

/** What is worked out when it is first asked for, and kept as long as what it is about. */
function keptFor<K extends object, T>(compute: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, { readonly value: T }>();
  return (of) => {
    let kept = known.get(of);
    if (!kept) known.set(of, (kept = { value: compute(of) }));
    return kept.value;
  };
}

/** The same as perFunction of a definition alone, for what its text and head tell: it is not read for that. */
export const perDefinition = <T>(compute: (def: FunctionDef) => T): ((def: FunctionDef) => T) => keptFor(compute);

/** A function of an analysed file that is worked out when it is first asked for. */
export const perFile = <T>(compute: (file: FileAnalysis) => T): ((file: FileAnalysis) => T) => keptFor(compute);

/** What is kept of a function in several surroundings: those of a file's kernels and variants. */
const MAX_AROUND = 4;

/**
 * A function of an analysed file and of one of its functions that keeps its results as long as neither that function nor what stands
 * around it changes: declarations, and of the other functions their names and those of their parameters. Nothing else may decide what it gives.
 */
export function perSurroundings<F extends Around, T>(
  compute: (file: F, f: FunctionContext) => T,
): (file: F, f: FunctionContext) => T {
  const known = perFunction((): { readonly around: string; readonly value: T }[] => []);
  return (file, f) => {
    const { around } = file.groups;
    const list = known(f);
    for (const kept of list) if (kept.around === around) return kept.value;
    const value = compute(file, f);
    if (list.length >= MAX_AROUND) list.pop();
    list.unshift({ around, value });
    return value;
  };
}

/** An analysed file, or as much of it as there is. */
interface Around {
  readonly groups: { readonly around: string };
}

/** Names in a function that may be those of other functions. */
interface Names {
  /** Called by name. */
  readonly called: ReadonlySet<string>;
  /** Standing anywhere else: assigned, passed along, compared. */
  readonly mentioned: ReadonlySet<string>;
}

/** Which names a function calls, and which it mentions without calling them. */
export const namesIn: (f: FunctionContext) => Names = perFunction((f) => {
  const called = new Set<string>();
  const mentioned = new Set<string>();
  const callees = new Set<Expr>(f.calls.map((c) => c.callee));
  for (const node of f.cfg.nodes)
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'id') (callees.has(x) ? called : mentioned).add(x.name);
      });
  return { called, mentioned };
});

/** Calls of a function with a name among their arguments (under & or a cast) that is no local variable. */
export const callsWithNames: (f: FunctionContext) => readonly CallExpr[] = perFunction((f) =>
  f.calls.filter((c) => c.args.some((a) => isOuterName(a, f))),
);

/** The name of something outside of the function: bare, behind & or under a cast. */
export function isOuterName(e: Expr, f: FunctionContext): boolean {
  const x = e.kind === 'cast' ? e.arg : e.kind === 'unary' && e.op === '&' ? e.arg : e;
  return x.kind === 'id' && !f.types.has(x.name);
}

/** Right sides of what a function writes. */
interface Writes {
  /** By name of a variable: initial values too. */
  readonly variables: ReadonlyMap<string, readonly Expr[]>;
  /** By name of a field. */
  readonly fields: ReadonlyMap<string, readonly Expr[]>;
}

/** What a function assigns to variables and fields, by their names. */
export const writesIn: (f: FunctionContext) => Writes = perFunction((f) => {
  const variables = new Map<string, Expr[]>();
  const fields = new Map<string, Expr[]>();
  const push = (map: Map<string, Expr[]>, name: string, value: Expr): void => {
    const list = map.get(name);
    if (list) list.push(value);
    else map.set(name, [value]);
  };
  for (const node of f.cfg.nodes) {
    if (node.what.kind === 'decl' && node.what.decl.init) push(variables, node.what.decl.name, node.what.decl.init);
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind !== 'assign') return;
        if (x.left.kind === 'id') push(variables, x.left.name, x.right);
        else if (x.left.kind === 'member') push(fields, x.left.name, x.right);
      });
  }
  return { variables, fields };
});

/** Names of all kinds that stand in a function: variables, fields, functions. */
export const wordsIn: (f: FunctionContext) => ReadonlySet<string> = perFunction((f) => {
  const words = new Set<string>();
  for (const node of f.cfg.nodes) {
    if (node.what.kind === 'decl') words.add(node.what.decl.name);
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'id' || x.kind === 'member') words.add(x.name);
      });
  }
  return words;
});

/** What `make` gives, made when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
