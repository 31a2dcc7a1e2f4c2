/** internal-flag: a flag that only mm/gup.c itself may set, passed by a caller. */
import { facts } from '../../language/kernel/index.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite } from '../analysis/sites.ts';
import { convertToPin } from '../fixes/convert.ts';
import { removeFlag } from '../fixes/flags.ts';
import type { Fix, RuleMeta } from '../findings.ts';
import { callName, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'internal-flag',
  level: 'error',
  summary: 'FOLL_PIN, FOLL_GET or another gup-internal flag is passed by the caller',
  docs: `FOLL_GET and FOLL_PIN say what a call takes; the calls set them themselves. Given by a caller they are refused (since 6.3 they
are not even declared outside of mm/), and nothing is taken. To pin, call pin_user_pages*(); to take a plain reference, get_user_pages*().`,
  fixable: true,
  source: 'mm/internal.h; mm/gup.c (is_valid_gup_args)',
  examples: [
    {
      title: 'FOLL_PIN from outside',
      bad: `int take(unsigned long addr, struct page **pages, int nr)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_PIN, pages); //~ internal-flag
}
`,
      good: `int take(unsigned long addr, struct page **pages, int nr)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
}
`,
    },
  ],
};

export const internalFlag: Rule = {
  meta,
  *check(file): Iterable<Report> {
    for (const a of file.groups.acquires) {
      if (!a.flagsExpr) continue;
      for (const flag of a.flags.names) {
        if (facts.flag(flag)?.use !== 'internal') continue;
        const name = callName(a.call);
        const pin = flag === 'FOLL_PIN' && a.kind === 'get';
        const harmless = flag === 'FOLL_GET' && a.kind === 'get';
        yield {
          span: a.call,
          functionName: a.fn,
          message: harmless
            ? `${name}() is given FOLL_GET, a flag of mm/gup.c's own that the call sets itself. Remove it.`
            : `${name}() is given ${flag}, a flag of mm/gup.c's own: the call is refused and takes nothing. ${pin ? `To pin, call ${a.fact.partner ?? 'pin_user_pages'}()` : 'Remove it'}.`,
          steps: [stepAt(file, a.call, `${flag} reaches ${name}()`, 'fault')],
          shape: `${name}:${flag}`,
          fixes: () => fixesFor(file, a, flag),
        };
      }
    }
  },
};

/** Without the flag; where a get was given FOLL_PIN, the pin call may be what was meant. */
function fixesFor(file: FileAnalysis, a: AcquireSite, flag: string): Fix[] {
  const pin = flag === 'FOLL_PIN' && a.kind === 'get' ? convertToPin(file, a.call).fixes : [];
  const plain = removeFlag(file, a.call, flag).map((fix) => ({
    ...fix,
    preferred: !pin.length,
    safe: fix.safe && !pin.length,
  }));
  return [...pin, ...plain].map((fix) => ({ ...fix, uncovers: true }));
}
