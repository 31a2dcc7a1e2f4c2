/** dirty-without-lock: set_page_dirty() on user pages without the page lock. */
import type { CallExpr } from '../../language/c/ast.ts';
import { typeOfExpr } from '../../language/c/index.ts';
import { existsIn } from '../../language/kernel/index.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { Group, UseSite } from '../analysis/sites.ts';
import { PageLocks } from '../analysis/page-lock.ts';
import { argSpan, edit, isLiteral, slice } from '../fixes/edits.ts';
import { hasLocks } from '../fixes/idioms.ts';
import type { Fix, RuleMeta } from '../findings.ts';
import { callName, isOwn, lineAt, notifierOf, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'dirty-without-lock',
  level: 'warning',
  summary: 'User pages are marked dirty without the page lock',
  docs: `set_page_dirty() and folio_mark_dirty() look at the page's mapping. For a page of a file that somebody else truncates at the same
time the mapping goes away under them, unless the page lock is held: the caller of get_user_pages() holds a reference on the page, not
on its inode. SetPageDirty() does not tell the file system at all: no accounting, and the data may never be written back.

Use set_page_dirty_lock(), which takes the lock and may sleep, or unpin_user_pages_dirty_lock(), which dirties and unpins in one call.`,
  fixable: true,
  source: 'mm/page-writeback.c (set_page_dirty_lock); Documentation/core-api/pin_user_pages.rst',
  examples: [
    {
      title: 'A read from a device, put back unlocked',
      bad: `int receive(struct device *dev, unsigned long addr, struct page **pages, int nr)
{
	int i, ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (ret <= 0)
		return ret;
	run_engine(dev, pages, ret);
	for (i = 0; i < ret; i++) {
		set_page_dirty(pages[i]); //~ dirty-without-lock
		unpin_user_page(pages[i]);
	}
	return 0;
}
`,
      good: `int receive(struct device *dev, unsigned long addr, struct page **pages, int nr)
{
	int i, ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (ret <= 0)
		return ret;
	run_engine(dev, pages, ret);
	for (i = 0; i < ret; i++) {
		set_page_dirty_lock(pages[i]);
		unpin_user_page(pages[i]);
	}
	return 0;
}
`,
    },
  ],
};

/** The locking call in place of the one that is there. */
function takeLock(file: FileAnalysis, use: UseSite): readonly Fix[] {
  const { call } = use;
  const f = file.functions.get(use.fn);
  const arg = argSpan(file, call, 0);
  if (!f || !arg || !isLiteral(file, call)) return [];
  // the locking call sleeps
  const safe = !hasLocks(f);
  const onFolio = 'pages' in use.effect && use.effect.pages.as === 'folio';
  const kernel = file.unit.target.kernel;
  const change = (to: string, argument?: string): readonly Fix[] => [
    {
      title: `Use ${to}()`,
      safe,
      preferred: true,
      edits: [
        edit(file, call.callee.start, call.callee.end, to),
        ...(argument === undefined ? [] : [edit(file, arg.start, arg.end, argument)]),
      ],
    },
  ];
  if (!onFolio) return change('set_page_dirty_lock');
  if (existsIn('folio_mark_dirty_lock', kernel)) return change('folio_mark_dirty_lock');
  const written = call.args[0]!;
  if (written.kind === 'call' && callName(written) === 'page_folio' && argSpan(file, written, 0))
    return change('set_page_dirty_lock', slice(file, argSpan(file, written, 0)!));
  const type = typeOfExpr(written, { unit: file.unit, locals: f.types });
  if (type?.kind !== 'pointer') return [];
  const text = slice(file, arg);
  return change('set_page_dirty_lock', `&${/^[\w>.[\]-]+$/.test(text) ? text : `(${text})`}->page`);
}

/** Calls for pages of anybody; those of a file system's own (filemap_dirty_folio) are for page cache that it has locked. */
const DIRTIES = /^(set_page_dirty|folio_mark_dirty|SetPageDirty|folio_set_dirty)$/;

/** User pages: somebody takes them, or gives them back as pins, which others are not. */
const isOurs = (g: Group): boolean =>
  g.acquires.some((a) => a.fact.into !== 'bio') ||
  g.releases.some((r) => r.effect.of === 'pin' && r.effect.pages.as !== 'bio');

export const dirtyWithoutLock: Rule = {
  meta,
  *check(file): Iterable<Report> {
    const locks = new PageLocks(file.functions);
    const seen = new Set<CallExpr['start']>();
    for (const g of file.groups.all().values()) {
      if (!isOurs(g)) continue;
      for (const use of g.uses) {
        if (use.effect.kind !== 'dirty' || use.effect.lock === 'takes' || seen.has(use.call.start)) continue;
        if (!DIRTIES.test(callName(use.call))) continue;
        // with MMU notifiers the mapping holds the page: only the flag is wanted (KVM)
        if (use.effect.lock === 'none' && notifierOf(file)) continue;
        if (!isOwn(file, use.fn) || locks.mayBeHeld(use.fn, use.call)) continue;
        seen.add(use.call.start);
        const a = g.acquires.find((x) => x.fn === use.fn) ?? g.acquires[0];
        const r = g.releases.find((x) => x.fn === use.fn && x.effect.of === 'pin') ?? g.releases[0];
        const [by, role] = a ? ([a.call, 'acquire'] as const) : ([r!.call, 'event'] as const);
        const whose = `${a ? 'taken' : 'given back'} on ${lineAt(file, by.start)} by ${callName(by)}`;
        const name = callName(use.call);
        const flagOnly = use.effect.lock === 'none';
        yield {
          span: use.call,
          functionName: use.fn,
          message: `${name}() dirties user pages (${whose}) ${
            flagOnly
              ? 'by the flag alone: the file system never hears of it'
              : 'without the page lock: it races with truncation of the file that they belong to'
          }. Use set_page_dirty_lock(), or unpin_user_pages_dirty_lock() where they are given back.`,
          steps: [
            stepAt(file, by, `${callName(by)}() ${a ? 'takes the pages' : 'gives pins back'}`, role),
            stepAt(file, use.call, `${name}() without the page lock`, 'fault'),
          ],
          shape: name,
          fixes: () => takeLock(file, use),
        };
      }
    }
  },
};
