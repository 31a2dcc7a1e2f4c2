/** Which constants an expression may be: through locals, parameters (from callers in the file), fields and conditions. */
import type { CallExpr, Expr } from '../../language/c/ast.ts';
import { calleeName, type FunctionContext } from './context.ts';
import { namingOf } from './naming.ts';
import { namesIn, writesIn } from './per-function.ts';

/** A value that is none of the constants of the file. */
export const UNKNOWN = '?';

/** A call, and the function that makes it. */
export interface Caller {
  readonly call: CallExpr;
  readonly args: readonly Expr[];
  readonly f: FunctionContext;
}

/** Calls of the functions of a file that were asked for. */
const callers = new WeakMap<ReadonlyMap<string, FunctionContext>, Map<string, readonly Caller[]>>();

/** The calls of a function in its file, with who makes them. */
export function callersOf(name: string, functions: ReadonlyMap<string, FunctionContext>): readonly Caller[] {
  let known = callers.get(functions);
  if (!known) callers.set(functions, (known = new Map()));
  let found = known.get(name);
  if (!found) {
    const list: Caller[] = [];
    for (const f of namingOf(functions).mayCall(name))
      if (namesIn(f).called.has(name))
        for (const c of f.calls) if (calleeName(c) === name) list.push({ call: c, args: c.args, f });
    known.set(name, (found = list));
  }
  return found;
}

/** Names of constants (or their digits) that `e` may be in `f`; holds UNKNOWN if it may be anything else. */
export function constantsOf(
  e: Expr,
  f: FunctionContext,
  functions: ReadonlyMap<string, FunctionContext>,
): ReadonlySet<string> {
  const out = new Set<string>();
  const seen = new Set<string>();
  const visit = (x: Expr, g: FunctionContext): void => {
    switch (x.kind) {
      case 'num':
        out.add(String(x.value));
        return;
      case 'cast':
        visit(x.arg, g);
        return;
      case 'assign':
        visit(x.right, g);
        return;
      case 'cond':
        if (x.then) visit(x.then, g);
        visit(x.else, g);
        return;
      case 'unary':
        if (x.op === '!' || x.op === '-') {
          out.add(x.op === '!' ? UNKNOWN : '-1');
          return;
        }
        out.add(UNKNOWN);
        return;
      case 'id': {
        if (!g.types.has(x.name)) {
          out.add(/^[A-Z_0-9]+$/.test(x.name) || x.name === 'true' || x.name === 'false' ? x.name : UNKNOWN);
          return;
        }
        const key = `${g.def.name}:${x.name}`;
        if (seen.has(key)) return;
        seen.add(key);
        for (const v of writesIn(g).variables.get(x.name) ?? []) visit(v, g);
        const p = g.def.params.findIndex((q) => q.name === x.name);
        if (p < 0) return;
        const calls = callersOf(g.def.name, functions);
        for (const c of calls) if (c.args[p]) visit(c.args[p], c.f);
        if (!g.def.isStatic || !calls.length) out.add(UNKNOWN);
        return;
      }
      case 'member': {
        const key = `.${x.name}`;
        if (seen.has(key)) return;
        seen.add(key);
        let isWritten = false;
        for (const h of namingOf(functions).of(x.name)) {
          for (const v of writesIn(h).fields.get(x.name) ?? []) {
            isWritten = true;
            visit(v, h);
          }
        }
        if (!isWritten) out.add(UNKNOWN);
        return;
      }
      default:
        out.add(UNKNOWN);
    }
  };
  visit(e, f);
  return out;
}
