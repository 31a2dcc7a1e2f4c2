/** Functions that take pages into an array of their caller's and return the count as it came: their calls, as calls that take pages. */
import type { AcquireForm, AcquireRole } from '../../language/kernel/types.ts';
import { strip } from './count-forms.ts';
import { callersOf } from './constants.ts';
import type { FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import type { AcquireSite } from './sites.ts';

/** The roles of a wrapper's parameters, if both the array and the count asked for are its caller's. */
function rolesOf(site: AcquireSite, f: FunctionContext): AcquireRole[] | null {
  const inner = site.form?.params ?? [];
  const named = new Map<string, AcquireRole>();
  for (const [i, arg] of site.call.args.entries()) {
    const e = strip(arg);
    if (e.kind === 'id' && inner[i]) named.set(e.name, inner[i]);
  }
  const roles = f.def.params.map((p): AcquireRole => named.get(p.name ?? '') ?? 'tsk');
  return roles.includes('nr') && roles.includes('pages') ? roles : null;
}

/** Calls of the file's own functions that do no more than take pages; `returnsShort` says whether one returns a short count. */
export function* wrapperSites(
  file: FileAnalysis,
  returnsShort: (inner: AcquireSite) => boolean,
): Iterable<AcquireSite> {
  for (const inner of file.groups.acquires) {
    const f = file.functions.get(inner.fn);
    const roles = f && inner.fact.into === 'array' ? rolesOf(inner, f) : null;
    if (!f || !roles || file.groups.acquires.some((a) => a !== inner && a.fn === inner.fn)) continue;
    const calls = callersOf(inner.fn, file.functions).map(({ call, f: g }) => ({ fn: g.def.name, call }));
    if (!calls.length || !returnsShort(inner)) continue;
    const form: AcquireForm = { ...inner.form!, params: roles };
    const pagesArg = roles.indexOf('pages');
    for (const { fn, call } of calls)
      if (call.args.length === roles.length)
        yield { ...inner, fn, call, form, pagesArg, pages: call.args[pagesArg], flagsExpr: undefined };
  }
}
