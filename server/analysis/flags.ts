/** Which FOLL_* flags a flags argument may hold: through constants, locals, parameters (from callers in the file), fields. */
import type { Expr } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { callersOf } from './constants.ts';
import { exprsOf, type FunctionContext } from './context.ts';
import { namingOf } from './naming.ts';
import { writesIn } from './per-function.ts';

export interface FlagSet {
  /** Flags that may be set, with the place where each is named. */
  readonly names: ReadonlySet<string>;
  /** Something else may be in it: a parameter of an external caller, a value from elsewhere. */
  readonly unknown: boolean;
}

/** May-set of the flags in `e`, evaluated in `f`. */
export function flagsOf(e: Expr, f: FunctionContext, functions: ReadonlyMap<string, FunctionContext>): FlagSet {
  const names = new Set<string>();
  let unknown = false;
  const seen = new Set<string>();
  const visit = (x: Expr, g: FunctionContext): void => {
    switch (x.kind) {
      case 'num':
        return;
      case 'id':
        if (/^FOLL_/.test(x.name)) names.add(x.name);
        else if (g.types.has(x.name)) variable(x.name, g);
        else if (!/^[A-Z_0-9]+$|^(true|false)$/.test(x.name)) unknown = true;
        return;
      case 'binary':
        if (x.op === '&') {
          visit(x.left, g); // flags & ~FOLL_X: at most what the left side has
          return;
        }
        visit(x.left, g);
        visit(x.right, g);
        return;
      case 'cond': {
        const known = x.test.kind === 'num' ? x.test.value !== 0n : undefined;
        if (x.then && known !== false) visit(x.then, g);
        if (known !== true) visit(x.else, g);
        return;
      }
      case 'cast':
        visit(x.arg, g);
        return;
      case 'assign':
        visit(x.right, g);
        return;
      case 'member':
        field(x.name);
        return;
      case 'unary':
        if (x.op === '~') return;
        visit(x.arg, g);
        return;
      default:
        unknown = true;
    }
  };
  const assignedIn = (g: FunctionContext, name: string): void => {
    for (const node of g.cfg.nodes) {
      if (node.what.kind === 'decl' && node.what.decl.name === name && node.what.decl.init)
        visit(node.what.decl.init, g);
      for (const y of exprsOf(node)) {
        walkExpr(y, (z) => {
          if (z.kind === 'assign' && z.left.kind === 'id' && z.left.name === name && z.op !== '&=') visit(z.right, g);
        });
      }
    }
  };
  const variable = (name: string, g: FunctionContext): void => {
    const key = `${g.def.name}:${name}`;
    if (seen.has(key)) return;
    seen.add(key);
    assignedIn(g, name);
    const index = g.def.params.findIndex((p) => p.name === name);
    if (index < 0) return;
    let callers = 0;
    for (const { args, f: h } of callersOf(g.def.name, functions)) {
      const a = args[index];
      if (!a) continue;
      callers++;
      visit(a, h);
    }
    if (!callers || !g.def.isStatic) unknown = true;
  };
  const field = (name: string): void => {
    const key = `.${name}`;
    if (seen.has(key)) return;
    seen.add(key);
    unknown = true; // another file may set it too
    for (const g of namingOf(functions).of(name)) for (const v of writesIn(g).fields.get(name) ?? []) visit(v, g);
  };
  visit(e, f);
  return { names, unknown };
}
