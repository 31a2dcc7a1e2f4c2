/** refcount-misuse: decisions on page counts of acquired pages; a plain reference taken on a pinned page. */
import type { CallExpr, Expr } from '../../language/c/ast.ts';
import { walkExpr, walkStmt } from '../../language/c/index.ts';
import { existsIn } from '../../language/kernel/index.ts';
import { exprsOf, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite, Group, ReleaseSite, UseSite } from '../analysis/sites.ts';
import type { RuleMeta } from '../findings.ts';
import { callName, isCore, isOwn, lineAt, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'refcount-misuse',
  level: 'warning',
  summary: 'Page counts of acquired pages decide something, or a pin is handed on with a plain reference',
  docs: `The reference count of a user page says nothing that a driver could act on: page tables, the page cache, per-CPU batches, compaction and
speculative look-ups (GUP itself among them) all hold references for a moment, a pin adds 1024 to a small folio and its count to a large one,
and the value is stale when it is read. page_mapcount() is no better. Code that waits for a count, compares it, or drops
references "until one is left" breaks other users of the page.

To ask whether a page may be pinned for DMA there is folio_maybe_dma_pinned(). To hand a pinned page on, give the pin away with it or take a
second one (pin the range again, folio_add_pin() in the kernel's core); get_page() gives the new owner a reference that does not protect the data, and a
put_page() that does not fit the pin.`,
  fixable: false,
  source: 'Documentation/core-api/pin_user_pages.rst; include/linux/mm.h (folio_maybe_dma_pinned)',
  examples: [
    {
      title: 'A count that decides',
      bad: `void give_back(struct page *page);

int finish(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (page_count(page) > 1) //~ refcount-misuse
		note_shared(addr);
	put_page(page);
	return 0;
}
`,
      good: `int finish(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (folio_maybe_dma_pinned(page_folio(page)))
		note_shared(addr);
	put_page(page);
	return 0;
}
`,
    },
  ],
};

/** Assertions and messages: the count is looked at, nothing depends on it. */
const ASSERTS =
  /^(VM_)?(WARN|BUG)(_ON)?\w*$|^(pr|dev|drm|netdev|trace|seq|s[cn]*)_?(print|dbg|err|info|warn|notice|debug)\w*$|^trace_|^(dev|pr)_\w+$|printk|assert/i;

/** Does the value of `call` decide where the function goes, what it returns, or what it stores? */
function decides(f: FunctionContext, call: CallExpr): boolean {
  for (const node of f.cfg.nodes) {
    for (const e of exprsOf(node)) {
      const way = wayTo(e, call);
      if (!way) continue;
      if (way.some((x) => x.kind === 'call' && x !== call && ASSERTS.test(callName(x)))) return false;
      const what = node.what.kind;
      if (what === 'branch' || what === 'switch' || what === 'return') return true;
      if (way.some((x) => x.kind === 'cond' && !!wayTo(x.test, call))) return true;
      const into = way.find((x) => x.kind === 'assign');
      const name =
        node.what.kind === 'decl'
          ? node.what.decl.name
          : into?.kind === 'assign' && into.left.kind === 'id'
            ? into.left.name
            : undefined;
      return name !== undefined && isTested(f, name);
    }
  }
  return false;
}

/** The expressions around `call` in `e`, outermost first; undefined if it is not in there. */
function wayTo(e: Expr, call: CallExpr): Expr[] | undefined {
  const way: Expr[] = [];
  let found = false;
  walkExpr(e, (x) => {
    if (x.start <= call.start && x.end >= call.end) way.push(x);
    if (x === call) found = true;
  });
  return found ? way : undefined;
}

function isTested(f: FunctionContext, name: string): boolean {
  return f.cfg.nodes.some((node) => {
    if (node.what.kind !== 'branch' && node.what.kind !== 'switch') return false;
    let found = false;
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'id' && x.name === name) found = true;
      });
    return found;
  });
}

/** All of the pages are pins, of known origin; nobody takes plain references of them from gup. */
const allPins = (g: Group): boolean =>
  g.acquires.length > 0 &&
  g.foreign.length === 0 &&
  g.acquires.every((a) => a.kind === 'pin' && a.fact.takes === 'pin');

function countReport(file: FileAnalysis, a: AcquireSite, use: UseSite): Report {
  const name = callName(use.call);
  const pin = existsIn('folio_maybe_dma_pinned', file.unit.target.kernel);
  return {
    span: use.call,
    functionName: use.fn,
    message: `A decision is made on ${name}() of user pages (taken on ${lineAt(file, a.call.start)} by ${callName(a.call)}): page tables, reclaim and other pins change the count at any time. ${
      pin ? 'Use folio_maybe_dma_pinned() to ask for pins, or keep a count of your own.' : 'Keep a count of your own.'
    }`,
    steps: [
      stepAt(file, a.call, `${callName(a.call)}() takes the pages`, 'acquire'),
      stepAt(file, use.call, `${name}() decides`, 'fault'),
    ],
    shape: `${name}:count`,
  };
}

function refReport(file: FileAnalysis, a: AcquireSite, use: UseSite): Report {
  const name = callName(use.call);
  return {
    span: use.call,
    functionName: use.fn,
    message: `${name}() takes a plain reference on a page that ${callName(a.call)}() pinned (${lineAt(file, a.call.start)}): whoever gets it holds no pin. Hand the pin on, or take a second one.`,
    steps: [
      stepAt(file, a.call, `${callName(a.call)}() pins the pages`, 'acquire'),
      stepAt(file, use.call, `${name}() adds a plain reference`, 'fault'),
    ],
    shape: `${name}:ref`,
  };
}

/** Pages that come from the allocator, by name of what gave them. */
const ALLOCATES = /alloc|get_(zeroed|free)_page|vmalloc/;
/** What a condition is called that says that pages are pinned. */
const PINNED = /(^|_)(un)?pin(ned|s)?(_|$)/i;

/** A function whose name says that it ends pins. */
const UNPINS = /(^|_)unpin(_|$)/;

/** Why pages that are given to the page allocator are pins: where the group says so, or the condition that stands before it. */
function freedPin(file: FileAnalysis, g: Group, r: ReleaseSite): string | undefined {
  // where all of the pages are known to be pins, mismatched-release says it
  if (g.acquires.length && !g.foreign.length) return undefined;
  const f = file.functions.get(r.fn);
  if (!f || g.foreign.some((x) => ALLOCATES.test(x.what))) return undefined;
  const unpin = g.releases.find((x) => x.effect.of === 'pin');
  if (unpin && g.foreign.some((x) => PINNED.test(x.what.replace(/\W+/g, ''))))
    return `${callName(unpin.call)}() in ${unpin.fn}() gives back pins on the same pages`;
  const said = guardOf(f, r.call);
  if (said) return `\`${said}\` says that they are pinned`;
  const pins = file.groups.acquires.some((a) => a.kind === 'pin' || a.fact.takes === 'by-iter');
  return pins && UNPINS.test(r.fn) ? `${r.fn}() says by its name that they are pinned` : undefined;
}

/** Name in a condition that holds at `call`, if it speaks of pins. */
function guardOf(f: FunctionContext, call: CallExpr): string | undefined {
  let name: string | undefined;
  walkStmt(f.def.body(), {
    stmt: (s) => {
      if (s.kind !== 'if' || s.then.start > call.start || s.then.end < call.end || s.test.kind === 'unary') return;
      walkExpr(s.test, (x) => {
        if ((x.kind === 'member' || x.kind === 'id') && PINNED.test(x.name)) name = x.name;
      });
    },
  });
  return name;
}

function freeReport(file: FileAnalysis, r: ReleaseSite, why: string): Report {
  const name = callName(r.call);
  return {
    span: r.call,
    functionName: r.fn,
    message: `${name}() frees user pages to the page allocator, though ${why}: the process still maps them. Give them back with unpin_user_page() (a plain reference with put_page()).`,
    steps: [stepAt(file, r.call, `${name}() frees pinned pages`, 'fault')],
    shape: `${name}:free`,
  };
}

export const refcountMisuse: Rule = {
  meta,
  *check(file): Iterable<Report> {
    // a test may look at the counts that it tests
    const core = isCore(file) || /selftest|_k?unit(_test)?\.c$|_test\.c$/.test(file.unit.path);
    const seen = new Set<number>();
    for (const g of file.groups.all().values()) {
      for (const r of g.releases) {
        if (!r.effect.frees || seen.has(r.call.start) || !isOwn(file, r.fn)) continue;
        const why = freedPin(file, g, r);
        if (!why) continue;
        seen.add(r.call.start);
        yield freeReport(file, r, why);
      }
      const a = g.acquires[0];
      if (!a || core) continue;
      for (const use of [...g.uses, ...g.releases]) {
        const f = file.functions.get(use.fn);
        if (!f || seen.has(use.call.start) || !isOwn(file, use.fn)) continue;
        const reads = use.effect.kind === 'reads-count' || /_testzero$|_and_test$/.test(callName(use.call));
        if (reads && decides(f, use.call)) {
          seen.add(use.call.start);
          yield countReport(file, a, use);
        } else if (use.effect.kind === 'ref' && use.effect.of === 'get' && allPins(g)) {
          seen.add(use.call.start);
          yield refReport(file, a, use);
        }
      }
    }
  },
};
