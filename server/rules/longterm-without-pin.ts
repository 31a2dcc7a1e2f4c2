/** longterm-without-pin: FOLL_LONGTERM given to a get_user_pages* call. */
import { compareVersions } from '../../language/kernel/version.ts';
import { convertToPin } from '../fixes/convert.ts';
import { once } from '../analysis/per-function.ts';
import type { RuleMeta } from '../findings.ts';
import { callName, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'longterm-without-pin',
  level: 'error',
  summary: 'FOLL_LONGTERM needs pin_user_pages*(): the get calls refuse it',
  docs: `FOLL_LONGTERM is only for pins. Since 5.6 get_user_pages*() with FOLL_LONGTERM fails at run time (with a
WARN_ON_ONCE), so the code never works. Use the pin_user_pages*() call with the same arguments, and unpin_user_page*() to give the pages back.`,
  fixable: true,
  source: 'mm/gup.c (is_valid_gup_args)',
  examples: [
    {
      title: 'A long-term get',
      bad: `int hold(unsigned long addr, struct page **pages, int nr)
{
	int got = get_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages); //~ longterm-without-pin

	if (got <= 0)
		return got;
	run_engine(pages, got);
	release_pages(pages, got);
	return 0;
}
`,
      good: `int hold(unsigned long addr, struct page **pages, int nr)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);

	if (got <= 0)
		return got;
	run_engine(pages, got);
	unpin_user_pages(pages, got);
	return 0;
}
`,
    },
  ],
};

export const longtermWithoutPin: Rule = {
  meta,
  *check(file): Iterable<Report> {
    if (compareVersions(file.unit.target.kernel, { major: 5, minor: 6, patch: 0 }) < 0) return;
    for (const a of file.groups.acquires) {
      if (a.kind !== 'get' || !a.flagsExpr || !a.flags.names.has('FOLL_LONGTERM')) continue;
      const name = callName(a.call);
      const conversion = once(() => convertToPin(file, a.call));
      yield {
        span: a.call,
        functionName: a.fn,
        message: `${name}() is given FOLL_LONGTERM, which only the pin calls take: it fails at run time. Use ${a.fact.partner ?? 'pin_user_pages'}() and unpin_user_page*().`,
        steps: [stepAt(file, a.call, `FOLL_LONGTERM reaches ${name}()`, 'fault')],
        shape: name,
        caseNumber: 2,
        fixes: () => conversion().fixes.map((fix) => ({ ...fix, uncovers: true })),
        fixNote: () => conversion().note,
      };
    }
  },
};
