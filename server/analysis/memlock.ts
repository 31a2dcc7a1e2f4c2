/** Accounting of pinned memory: which functions add to a count of locked pages (RLIMIT_MEMLOCK, `mm->pinned_vm`). */
import type { Expr } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { accountingNames, facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { namingOf, wordKind } from './naming.ts';
import { perFile, perFunction } from './per-function.ts';

/** Counters that a driver adds to; a limit that is only compared with counts nothing. */
const COUNTERS = new Set(accountingNames.filter((name) => /^[a-z]/.test(name)));
/** Helpers of another file, by what they are called. */
const HELPER = /(^|_)account(ed|ing)?(_|$)|lock(ed)?_?acct|memlock|(pinned|locked)_(vm|pages|mem)|(^|_)charge/i;
const TAKES_BACK = /unaccount|uncharge|(^|_)(sub|dec|unlock|release|put|free|dealloc|uninc)(_|$)/i;

/** Does the function add to a count of locked memory? Taking back what was added is no such thing. */
function countsLocked(f: FunctionContext, own: (name: string) => boolean): boolean {
  for (const node of f.cfg.nodes) {
    for (const e of exprsOf(node)) {
      let found = false;
      walkExpr(e, (x) => {
        if (x.kind === 'call') {
          const name = calleeName(x) ?? (x.callee.kind === 'member' ? x.callee.name : '');
          if (isUndoing(name, x.args)) return false;
          if (own(name)) return undefined;
          if (facts.call(name)?.effects.some((y) => y.kind === 'memlock-account') || HELPER.test(name)) found = true;
        }
        // reading a counter, to compare it with the limit, counts nothing
        const written =
          x.kind === 'call' && /add|inc|xchg|charge|account/.test(calleeName(x) ?? '')
            ? x.args
            : x.kind === 'assign' && x.op !== '-='
              ? [x.left]
              : x.kind === 'update' && x.op === '++'
                ? [x.arg]
                : [];
        if (written.some(namesCounter)) found = true;
        return undefined;
      });
      if (found) return true;
    }
  }
  return false;
}

/** `mm->pinned_vm`, or its address. */
function namesCounter(e: Expr): boolean {
  if (e.kind === 'unary' || e.kind === 'cast') return namesCounter(e.arg);
  return (e.kind === 'member' || e.kind === 'id') && COUNTERS.has(e.name);
}

/** account_locked_vm(mm, n, false), atomic64_sub(n, &mm->pinned_vm) */
function isUndoing(name: string, args: readonly Expr[]): boolean {
  if (TAKES_BACK.test(name)) return true;
  const last = args.at(-1);
  return (
    /account/.test(name) &&
    ((last?.kind === 'id' && last.name === 'false') || (last?.kind === 'num' && last.value === 0n))
  );
}

/** The kernel's own counting taken back: a counter that is lowered, or account_locked_vm(mm, n, false). */
const takesBack = perFunction((f) =>
  f.cfg.nodes.some((node) =>
    exprsOf(node).some((e) => {
      let found = false;
      walkExpr(e, (x) => {
        const name = x.kind === 'call' ? (calleeName(x) ?? '') : '';
        const lowered =
          x.kind === 'assign' && x.op === '-=' ? [x.left] : x.kind === 'update' && x.op === '--' ? [x.arg] : [];
        if (x.kind === 'call' && /_sub(_|$)|_dec(_|$)/.test(name)) lowered.push(...x.args);
        if (x.kind === 'call' && /^_*account_locked_vm$/.test(name) && isUndoing(name, x.args)) found = true;
        if (lowered.some(namesCounter)) found = true;
      });
      return found;
    }),
  ),
);

/** A function that takes pages off a count of locked memory to which nothing in the file adds; null: there is none. */
export function countedBackIn(file: FileAnalysis): string | null {
  if (counters(file).size > 0) return null;
  return namingOf(file.functions).holding(COUNTING).find(takesBack)?.def.name ?? null;
}

/** The function that takes the pages, or one that calls it, and which counts them as locked memory; null: none does. */
export function accountedIn(file: FileAnalysis, fn: string): string | null {
  const counting = counters(file);
  if (counting.size === 0) return null;
  const callers = file.reaching(fn);
  for (const name of callers) {
    if (counting.has(name)) return name;
    for (const c of file.functions.get(name)?.calls ?? []) {
      const callee = calleeName(c);
      if (callee !== undefined && !callers.has(callee) && counting.has(callee)) return callee;
    }
  }
  return null;
}

/** A function counts locked memory that can be reached from the one that takes the pages, or from one that calls it at any distance. */
export function isAccountedAround(file: FileAnalysis, fn: string): boolean {
  const callers = file.reaching(fn);
  for (const name of counters(file)) for (const above of file.reaching(name)) if (callers.has(above)) return true;
  return false;
}

/** Names of the functions that count locked memory. */
const counters = perFile((file): ReadonlySet<string> => {
  const isOwn = (callee: string): boolean => file.functions.has(callee);
  const may = namingOf(file.functions).holding(COUNTING);
  return new Set(may.filter((f) => countsLocked(f, isOwn)).map((f) => f.def.name));
});

/** What counts locked memory holds such a word. */
const COUNTING = wordKind(
  (word) =>
    COUNTERS.has(word) ||
    HELPER.test(word) ||
    (facts.call(word)?.effects.some((e) => e.kind === 'memlock-account') ?? false),
);
