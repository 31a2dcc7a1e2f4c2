/** unaccounted-longterm: a long-term pin that no limit bounds. */
import type { Expr } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { accountingNames, facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { RuleMeta } from '../findings.ts';
import { callName, isCore, isOwn, pagesName, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'unaccounted-longterm',
  level: 'info',
  summary: 'Long-term pins are not accounted against RLIMIT_MEMLOCK',
  docs: `Pages pinned for long cannot be reclaimed or swapped. Unless somebody counts them, any process that may open the device can lock all
of memory with it. The kernel's pattern: add to mm->pinned_vm (or mm->locked_vm through account_locked_vm()) before the pin, compare with
rlimit(RLIMIT_MEMLOCK) unless capable(CAP_IPC_LOCK), and take the number off again with the pins.

There is no quick fix: where the count belongs (the process or the user), and when it is taken back, is the driver's design. A device that only
root can open may do without.`,
  fixable: false,
  source: 'mm/util.c (account_locked_vm); drivers/vfio/vfio_iommu_type1.c (vfio_lock_acct)',
  examples: [
    {
      title: 'An ioctl that pins as much as it is asked for',
      bad: `long pin_region(struct region *r, unsigned long addr)
{
	long ret = pin_user_pages_fast(addr, r->nr, FOLL_WRITE | FOLL_LONGTERM, r->pages); //~ unaccounted-longterm

	if (ret != r->nr) {
		if (ret > 0)
			unpin_user_pages(r->pages, ret);
		return -EFAULT;
	}
	return 0;
}
`,
      good: `long pin_region(struct region *r, unsigned long addr)
{
	long ret = account_locked_vm(current->mm, r->nr, true);

	if (ret)
		return ret;
	ret = pin_user_pages_fast(addr, r->nr, FOLL_WRITE | FOLL_LONGTERM, r->pages);
	if (ret != r->nr) {
		if (ret > 0)
			unpin_user_pages(r->pages, ret);
		account_locked_vm(current->mm, r->nr, false);
		return -EFAULT;
	}
	return 0;
}
`,
    },
  ],
};

/** Counters that a driver adds to; a limit that is only compared with counts nothing. */
const COUNTERS = new Set(accountingNames.filter((name) => /^[a-z]/.test(name)));
/** Helpers of another file, by what they are called. */
const HELPER = /(^|_)account(ed|ing)?(_|$)|lock(ed)?_?acct|memlock|(pinned|locked)_(vm|pages|mem)|(^|_)charge/i;
const TAKES_BACK = /unaccount|uncharge|(^|_)(sub|dec|unlock|release|put|free|dealloc|uninc)(_|$)/i;

/** Does the function add to a count of locked memory? Taking back what was added is no such thing. */
function counts(f: FunctionContext, own: (name: string) => boolean): boolean {
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

export const unaccountedLongterm: Rule = {
  meta,
  *check(file): Iterable<Report> {
    if (isCore(file)) return;
    const accounts = new Map<string, boolean>();
    const does = (name: string): boolean => {
      let known = accounts.get(name);
      if (known === undefined) {
        const f = file.functions.get(name);
        accounts.set(name, (known = f ? counts(f, (callee) => file.functions.has(callee)) : false));
      }
      return known;
    };
    for (const a of file.groups.acquires) {
      if (!isOwn(file, a.fn) || a.kind !== 'pin' || !a.flags.names.has('FOLL_LONGTERM')) continue;
      if (around(file, a.fn).some(does)) continue;
      const name = callName(a.call);
      yield {
        span: a.call,
        functionName: a.fn,
        message: `\`${pagesName(file, a.call)}\` is pinned for long by ${name}() and nothing here counts it against RLIMIT_MEMLOCK: whoever calls this can lock any amount of memory. Account it (account_locked_vm(), mm->pinned_vm) before the pin.`,
        steps: [stepAt(file, a.call, `${name}() pins with FOLL_LONGTERM`, 'fault')],
        shape: name,
        caseNumber: 2,
      };
    }
  },
};

/** What the acquiring function reaches, its callers in the file at any distance, and what those reach. */
function around(file: FileAnalysis, fn: string): string[] {
  const callers = new Set([fn]);
  for (const name of callers) {
    for (const g of file.functions.values()) if (g.calls.some((c) => calleeName(c) === name)) callers.add(g.def.name);
  }
  return [...new Set([...callers].flatMap((name) => [...file.reachable(name)]))];
}
