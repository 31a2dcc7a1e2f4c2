/** Fixes for a reference that is given back twice: take the second release out. */
import type { CallExpr } from '../../language/c/ast.ts';
import { calleeName } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { Fix } from '../findings.ts';
import { argSpan, edit, functionAt, holdsDirective, isLiteral, locate, removeStatement, slice } from './edits.ts';
import { resultTarget } from './idioms.ts';

/** Removes the statement of a release; where it gives back more than was taken, narrowing it to the acquire's result is offered first. */
export function dropRelease(file: FileAnalysis, release: CallExpr): readonly Fix[] {
  const def = functionAt(file, release);
  const at = def && locate(def, release);
  if (!def || !at || !at.whole || at.stmt.macro) return [];
  const fixes: Fix[] = [];
  const removal = removeStatement(file, def, at.stmt);
  if (!holdsDirective(file.unit.text, removal.span)) fixes.push({ title: `Remove this ${calleeName(release) ?? 'release'}()`, safe: false, preferred: true, edits: [removal] });
  const narrow = narrowed(file, release, def.name);
  return narrow ? [...fixes, narrow] : fixes;
}

/** unpin_user_pages(pages, nr) after a short count: `ret` pages are held. */
export function narrowRelease(file: FileAnalysis, release: CallExpr): readonly Fix[] {
  const def = functionAt(file, release);
  const fix = def && narrowed(file, release, def.name);
  return fix ? [{ ...fix, preferred: true }] : [];
}

function narrowed(file: FileAnalysis, release: CallExpr, fn: string): Fix | undefined {
  const f = file.functions.get(fn);
  const site = file.groups.releases.find((r) => r.call.start === release.start && r.call.end === release.end);
  const count = site?.effect.pages.count;
  if (!f || !site || count === undefined || !isLiteral(file, site.call)) return undefined;
  const acquire = file.groups.groupOf(site.key)?.acquires.filter((a) => a.fn === fn && a.call.start < release.start && a.fact.result === 'pages').at(-1);
  const target = acquire && resultTarget(f, acquire.call);
  const span = argSpan(file, site.call, count);
  const nr = acquire && argSpan(file, acquire.call, acquire.form?.params.indexOf('nr') ?? -1);
  if (!target || !span || !nr || slice(file, nr) !== slice(file, span)) return undefined;
  return { title: `Release \`${slice(file, target)}\` pages, not \`${slice(file, span)}\``, safe: false, edits: [edit(file, span.start, span.end, slice(file, target))] };
}
