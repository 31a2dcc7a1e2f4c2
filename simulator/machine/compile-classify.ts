/** Which functions are code of user programs, and which variables each process has for itself. */
import type { Expr } from '../../language/c/ast.ts';
import type { ExactProgram } from '../../language/c/exact/index.ts';
import { children } from '../../language/c/walk.ts';
import type { FnInfo, GlobalInfo } from './program.ts';

/** What is known of a program when all of it is compiled. */
export interface Compiled {
  readonly input: {
    readonly program: ExactProgram;
    readonly userRoots: readonly string[];
    readonly userNames: ReadonlySet<string>;
  };
  readonly functions: readonly FnInfo[];
  readonly byName: ReadonlyMap<string, FnInfo>;
  readonly globals: readonly GlobalInfo[];
  readonly globalByName: ReadonlyMap<string, number>;
}

/** Tells user programs from kernel code, and the variables that only they use. */
export function classify(c: Compiled): void {
  const kernel = new Set<FnInfo>();
  const roots = new Set(c.input.userRoots);
  const own = (f: FnInfo): boolean => !f.prelude && f.builtin < 0 && f.entry >= 0;
  for (let changed = true; changed;) {
    changed = false;
    for (const f of c.functions) {
      if (!own(f) || kernel.has(f) || roots.has(f.name)) continue;
      for (const name of f.calls) {
        const g = c.byName.get(name);
        if (!g) continue;
        if (own(g) ? kernel.has(g) : !c.input.userNames.has(name)) {
          kernel.add(f);
          changed = true;
          break;
        }
      }
    }
  }
  const queue = [...c.functions.filter((f) => roots.has(f.name))];
  for (let f = queue.pop(); f; f = queue.pop()) {
    if (f.user || kernel.has(f)) continue;
    f.user = true;
    for (const name of f.calls) {
      const g = c.byName.get(name);
      if (g && own(g)) queue.push(g);
    }
  }
  const usedBy = new Map<string, boolean>();
  for (const f of c.functions) for (const g of f.uses) usedBy.set(g, (usedBy.get(g) ?? true) && f.user);
  // what the initialiser of a kernel variable names is the kernel's
  for (const g of c.globals) if (g.literal === undefined && !g.prelude && usedBy.get(g.name) === true) g.user = true;
  for (const g of c.globals) {
    const decl = c.input.program.globals.get(g.name);
    if (!g.user && decl?.init)
      for (const name of namesIn(decl.init)) {
        const i = c.globalByName.get(name);
        if (i !== undefined) c.globals[i]!.user = false;
      }
  }
}

function namesIn(e: Expr, out: string[] = []): string[] {
  if (e.kind === 'id') out.push(e.name);
  for (const c of children(e)) namesIn(c, out);
  return out;
}
