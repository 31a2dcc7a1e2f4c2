/** get-for-dma: plain references for pages whose data is read or written. */
import type { Expr, MemberExpr } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { rootOf } from '../analysis/count-forms.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { writesIn, once } from '../analysis/per-function.ts';
import { resultOf, type AcquireSite, type Group, type UseSite } from '../analysis/sites.ts';
import { convertToPin } from '../fixes/convert.ts';
import type { RuleMeta } from '../findings.ts';
import { compareVersions } from '../../language/kernel/version.ts';
import { usesNotifiers } from './notifiers.ts';
import { callName, pagesName, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'get-for-dma',
  level: 'warning',
  summary: 'get_user_pages() for pages whose data is accessed: these want a pin',
  docs: `Since 5.6 pages whose *data* is read or written, by a device (CASE 1 and 2) or by the CPU (CASE 5), are to be taken with
pin_user_pages*() and given back with unpin_user_page*(). A plain reference keeps the page from being freed, but not from being
unmapped by reclaim, cleaned by writeback or copied at fork: what the device then writes is lost. Only code that looks at struct page
alone (CASE 4), or that has MMU notifiers and drops the pages when told to (CASE 3), may keep get_user_pages*().

Convert the acquire and every release; set_page_dirty_lock() + put_page() becomes unpin_user_pages_dirty_lock().`,
  fixable: true,
  source: 'Documentation/core-api/pin_user_pages.rst',
  examples: [
    {
      title: 'DMA into pages that are only referenced',
      bad: `int start(struct device *dev, unsigned long addr)
{
	struct page *page;
	dma_addr_t dma;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1) //~ get-for-dma
		return -EFAULT;
	dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	run_engine(dma);
	dma_unmap_page(dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(page);
	put_page(page);
	return 0;
}
`,
      good: `int start(struct device *dev, unsigned long addr)
{
	struct page *page;
	dma_addr_t dma;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	run_engine(dma);
	dma_unmap_page(dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}
`,
    },
  ],
};

/** How strongly a use says that page data is accessed. */
function dataUse(u: UseSite): { case: 1 | 5; words: string } | null {
  switch (u.effect.kind) {
    case 'dma-map':
      return { case: 1, words: 'mapped for DMA' };
    case 'put-in':
      return {
        case: 1,
        words: `put into ${u.effect.what === 'bio' ? 'a bio' : u.effect.what === 'skb' ? 'an skb' : u.effect.what === 'iommu' ? 'a device page table' : 'a scatter-gather list'}`,
      };
    case 'kmap':
      return { case: 5, words: 'mapped for the CPU' };
    case 'data':
      return { case: 5, words: u.effect.write ? 'written by the CPU' : 'read by the CPU' };
    case 'dirty':
      return { case: 5, words: 'dirtied after a write' };
    default:
      return null;
  }
}

export const getForDma: Rule = {
  meta,
  *check(file): Iterable<Report> {
    if (compareVersions(file.unit.target.kernel, { major: 5, minor: 6, patch: 0 }) < 0) return;
    for (const g of file.groups.all().values()) {
      for (const a of g.acquires) {
        if (
          a.kind !== 'get' ||
          // what implements an acquire gives the pages to its caller
          facts.acquire(a.fn) ||
          a.fact.into === 'bio' ||
          a.fact.takes !== 'get' ||
          !a.fact.partner ||
          /iov_iter/.test(callName(a.call))
        )
          continue;
        // on every path that was followed it is given no array
        if (
          file.events.some((e) => e.kind === 'no-array' && e.at.start === a.call.start) &&
          !file.events.some((e) => e.resource?.site.start === a.call.start)
        )
          continue;
        const use = bestUse(g) ?? mappedBeside(file, a);
        if (use && isOfOthers(file, g, a, use.site)) continue;
        if (use && usesNotifiers(file)) return;
        if (use) yield report(file, a, use.site, use.case, use.words);
      }
    }
  },
};

/**
 * `dma_map_sg(dev, dma->list, dma->count, …)` where `dma->map` holds `dma->count` pages: a function that is not seen has put them into
 * the list of the same object.
 */
function mappedBeside(file: FileAnalysis, a: AcquireSite): { site: UseSite; case: 1 | 5; words: string } | null {
  const f = file.functions.get(a.fn);
  const keeper = a.pages && rootOf(a.pages);
  const result = f && resultOf(a.call, f);
  if (!f || keeper?.kind !== 'member' || result === undefined) return null;
  const object = file.groups.text(keeper.object);
  const beside = (e: Expr | undefined): e is MemberExpr =>
    e?.kind === 'member' && e.name !== keeper.name && file.groups.text(e.object) === object;
  for (const call of f.calls) {
    const effect = facts.call(callName(call))?.effects.find((x) => x.kind === 'dma-map');
    if (effect?.kind !== 'dma-map') continue;
    const list = call.args[effect.pages.arg];
    if (effect.pages.as !== 'sg' || call.start < a.call.start || !beside(list)) continue;
    const counts = call.args.some(
      (n) => n !== list && beside(n) && (writesIn(f).fields.get(n.name) ?? []).some((v) => names(v, result)),
    );
    const filled = f.calls.some(
      (c) =>
        c.start > a.call.start &&
        c.start < call.start &&
        !file.functions.has(callName(c)) &&
        !facts.call(callName(c)) &&
        c.args.some((x) => file.groups.text(x) === object),
    );
    if (counts && filled)
      return { site: { fn: a.fn, call, effect, key: a.key ?? '' }, case: 1, words: 'mapped for DMA' };
  }
  return null;
}

const names = (e: Expr, name: string): boolean => {
  let found = false;
  walkExpr(e, (x) => {
    if (x.kind === 'id' && x.name === name) found = true;
  });
  return found;
};

/** The caller's array is filled with pages of both kinds, and what is done elsewhere to pages that are allocated says nothing of the user's. */
function isOfOthers(file: FileAnalysis, g: Group, a: AcquireSite, use: UseSite): boolean {
  if (use.fn === a.fn || !g.foreign.some((x) => /alloc_(page|folio)/.test(x.what))) return false;
  const root = a.pages && file.functions.get(a.fn)?.def.params.some((p) => p.name && a.key === `L:${a.fn}:${p.name}`);
  return root === true && callName(use.call).includes('page') && use.effect.kind === 'data';
}

function bestUse(g: Group): { site: UseSite; case: 1 | 5; words: string } | null {
  let best: { site: UseSite; case: 1 | 5; words: string } | null = null;
  for (const site of g.uses) {
    const d = dataUse(site);
    if (d && (!best || d.case < best.case)) best = { site, ...d };
  }
  return best;
}

function report(file: FileAnalysis, a: AcquireSite, use: UseSite, kase: 1 | 5, words: string): Report {
  const name = callName(a.call);
  const number = kase === 1 && a.flags.names.has('FOLL_LONGTERM') ? 2 : kase;
  const conversion = once(() => convertToPin(file, a.call));
  return {
    span: a.call,
    functionName: a.fn,
    message: `\`${pagesName(file, a.call)}\` is taken with a plain reference by ${name}() but its data is ${words} (${callName(use.call)}() in ${use.fn}()): CASE ${number} wants ${a.fact.partner ?? 'a pin'}(), released by unpin_user_page*().`,
    steps: [
      stepAt(file, a.call, `${name}() takes a plain reference`, 'acquire'),
      stepAt(file, use.call, `the page's data is ${words}`, 'fault'),
    ],
    shape: `${name}:${use.effect.kind}`,
    caseNumber: number,
    fixes: () => conversion().fixes,
    fixNote: () => conversion().note,
  };
}
