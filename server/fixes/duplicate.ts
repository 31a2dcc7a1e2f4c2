/** Fixes for a reference that is given back twice: take the second release out. */
import type { CallExpr, Span, Stmt } from '../../language/c/ast.ts';
import type { FunctionDef } from '../../language/c/unit.ts';
import { calleeName } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { Fix } from '../findings.ts';
import {
  argSpan,
  edit,
  functionAt,
  holdsDirective,
  isLiteral,
  locate,
  type Located,
  placesOf,
  removeStatement,
  shape,
  slice,
} from './edits.ts';
import { resultTarget } from './idioms.ts';
import { callAt } from './rewrite.ts';

/**
 * Removes the statement of a release. `first` is where the path gave the same pages back before: where a label stands between
 * the two, other paths come to the second one as well, so the first is the one to remove. Narrowing the release to the
 * acquire's result is offered where that was the mistake.
 */
export function dropRelease(file: FileAnalysis, release: CallExpr, first?: Span): readonly Fix[] {
  const def = functionAt(file, release);
  const at = def && locate(def, release);
  if (!def || !at) return [];
  const fixes: Fix[] = [];
  for (const earlier of earlierReleases(file, def, at, first)) fixes.push(...removal(file, def, earlier, true));
  fixes.push(...removal(file, def, at, !fixes.length));
  const narrow = narrowed(file, release, def.name);
  return narrow ? [...fixes, narrow] : fixes;
}

function removal(file: FileAnalysis, def: FunctionDef, at: Located, preferred: boolean): Fix[] {
  if (!at.whole || at.stmt.macro) return [];
  const edit = removeStatement(file, def, at.stmt);
  if (holdsDirective(file.unit.text, edit.span)) return [];
  return [{ title: `Remove ${callAt(file, at.call)}`, safe: false, preferred, edits: [edit] }];
}

/** The release in front of a goto that leads to `at`, which a label makes common to several paths. */
function earlierReleases(file: FileAnalysis, def: FunctionDef, at: Located, first: Span | undefined): Located[] {
  const labels: { readonly name: string; readonly start: number }[] = [];
  for (const s of placesOf(def).keys()) if (s.kind === 'label' && s.start < at.stmt.start) labels.push(s);
  if (!labels.length) return [];
  const calls = (file.functions.get(def.name)?.calls ?? []).filter(
    (c) =>
      c.start < at.call.start &&
      (first ? c.start >= first.start && c.end <= first.end : calleeName(c) === calleeName(at.call)),
  );
  for (const call of calls) {
    const other = locate(def, call);
    if (!other?.whole || (!first && shape(file, other.call) !== shape(file, at.call))) continue;
    let stmt: Stmt = other.stmt;
    let place = placesOf(def).get(stmt);
    // out of its loop or its if, to where the jump follows
    for (let i = 0; i < 3 && place && !place.list?.slice(place.index + 1).some((s) => s.kind === 'goto'); i++) {
      if (!place.parent) break;
      stmt = place.parent;
      place = placesOf(def).get(stmt);
    }
    const jump = place?.list?.slice(place.index + 1).find((s) => s.kind === 'goto');
    if (jump?.kind === 'goto' && labels.some((l) => l.name === jump.label && l.start > jump.start)) return [other];
  }
  return [];
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
  const acquire = file.groups
    .groupOf(site.key)
    ?.acquires.filter((a) => a.fn === fn && a.call.start < release.start && a.fact.result === 'pages')
    .at(-1);
  const target = acquire && resultTarget(f, acquire.call);
  const span = argSpan(file, site.call, count);
  const nr = acquire && argSpan(file, acquire.call, acquire.form?.params.indexOf('nr') ?? -1);
  if (!target || !span || !nr || slice(file, nr) !== slice(file, span)) return undefined;
  return {
    title: `Release \`${slice(file, target)}\` pages, not \`${slice(file, span)}\``,
    safe: false,
    edits: [edit(file, span.start, span.end, slice(file, target))],
  };
}
