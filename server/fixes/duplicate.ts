/** Fixes for a reference that is given back twice: take one of the releases out, or release only what was taken. */
import type { CallExpr, Expr, Span, Stmt } from '../../language/c/ast.ts';
import type { FunctionDef } from '../../language/c/unit.ts';
import { calleeName, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { Fix } from '../findings.ts';
import {
  argSpan,
  assignedBetween,
  edit,
  functionAt,
  holdsDirective,
  isLiteral,
  isPure,
  locate,
  type Located,
  placesOf,
  removeStatement,
  shape,
  slice,
} from './edits.ts';
import { guardStatement } from './insert.ts';
import { knownPositive, releaseLoop, resultTarget } from './idioms.ts';
import { callAt } from './rewrite.ts';

/**
 * Removes the statement of one of two releases. `first` is where the path gave the same pages back before: where a label
 * stands between the two, other paths come to the second one as well, so the first is the one to remove.
 */
export function dropRelease(file: FileAnalysis, release: CallExpr, first?: Span): readonly Fix[] {
  const def = functionAt(file, release);
  const at = def && locate(def, release);
  if (!def || !at) return [];
  const fixes: Fix[] = [];
  for (const earlier of earlierReleases(file, def, at, first))
    fixes.push(...removal(file, def, earlier, !fixes.length));
  fixes.push(...removal(file, def, at, !fixes.length));
  return fixes;
}

function removal(file: FileAnalysis, def: FunctionDef, at: Located, preferred: boolean): Fix[] {
  if (!at.whole || at.stmt.macro) return [];
  const removed = removeStatement(file, def, at.stmt);
  if (holdsDirective(file.unit.text, removed.span)) return [];
  return [{ title: `Remove ${callAt(file, at.call)}`, safe: false, preferred, edits: [removed] }];
}

/** The call gives pages back: itself, or in a function of the file that it enters. */
function isRelease(file: FileAnalysis, call: CallExpr): boolean {
  const { releases } = file.groups;
  const name = calleeName(call);
  if (releases.some((r) => r.call.start === call.start && r.call.end === call.end)) return true;
  if (!name || !file.functions.has(name)) return false;
  return releases.some((r) => file.reaches(name, r.fn));
}

/** The releases in front of a goto that leads to `at`, which a label makes common to several paths. */
function earlierReleases(file: FileAnalysis, def: FunctionDef, at: Located, first: Span | undefined): Located[] {
  const labels: { readonly name: string; readonly start: number }[] = [];
  for (const s of placesOf(def).keys()) if (s.kind === 'label' && s.start < at.stmt.start) labels.push(s);
  if (!labels.length) return [];
  const before = (file.functions.get(def.name)?.calls ?? []).filter(
    (c) => c.start < at.call.start && isRelease(file, c),
  );
  const named = before.filter((c) => first && c.start >= first.start && c.end <= first.end);
  const alike = before.filter((c) => calleeName(c) === calleeName(at.call) && !named.includes(c));
  const out: Located[] = [];
  for (const call of [...named, ...alike]) {
    const other = locate(def, call);
    if (!other?.whole || (alike.includes(call) && shape(file, other.call) !== shape(file, at.call))) continue;
    let stmt: Stmt = other.stmt;
    let place = placesOf(def).get(stmt);
    // out of its loop or its if, to where the jump follows
    for (let i = 0; i < 3 && place && !place.list?.slice(place.index + 1).some((s) => s.kind === 'goto'); i++) {
      if (!place.parent) break;
      stmt = place.parent;
      place = placesOf(def).get(stmt);
    }
    const jump = place?.list?.slice(place.index + 1).find((s) => s.kind === 'goto');
    if (jump?.kind === 'goto' && labels.some((l) => l.name === jump.label && l.start > jump.start)) out.push(other);
  }
  return out.slice(0, 3);
}

/** unpin_user_pages(pages, nr) after a short count: `ret` pages are held, and none if it is an error. */
export function narrowRelease(file: FileAnalysis, release: CallExpr): readonly Fix[] {
  const def = functionAt(file, release);
  const f = def && file.functions.get(def.name);
  const at = def && locate(def, release);
  if (!def || !f || !at || !isLiteral(file, at.call)) return [];
  const counted = countOf(file, f, at);
  if (!counted) return [];
  const target = resultBefore(file, f, at);
  if (!target || shape(file, target) === shape(file, counted.count)) return [];
  const held = slice(file, target);
  const narrowed = edit(file, counted.span.start, counted.span.end, held);
  const title = `Release \`${held}\` pages, not \`${slice(file, counted.span)}\``;
  const common = { title, safe: false, preferred: true, choice: 'narrow' };
  const guarded = guardStatement(file, f, counted.stmt, `${held} > 0`);
  // a negative count is an error: nothing is held
  const positive = knownPositive(file, { def }, counted.stmt, shape(file, target));
  const plain: Fix = { ...common, edits: [narrowed] };
  const careful: Fix[] = guarded.length ? [{ ...common, edits: [...guarded, narrowed] }] : [];
  return positive ? [plain, ...careful] : [...careful, plain];
}

interface Counted {
  readonly count: Expr;
  readonly span: Span;
  /** The call's statement, or the loop around it. */
  readonly stmt: Stmt;
}

/** How many pages a release gives back: its own argument, or the bound of its loop. */
function countOf(file: FileAnalysis, f: FunctionContext, at: Located): Counted | undefined {
  const site = file.groups.releases.find((r) => r.call.start === at.call.start && r.call.end === at.call.end);
  const index = site?.effect.pages.count;
  if (index !== undefined) {
    const count = at.call.args[index];
    const span = argSpan(file, at.call, index);
    return count && span && !count.macro ? { count, span, stmt: at.stmt } : undefined;
  }
  const loop = releaseLoop(file, f, at);
  if (!loop || loop.countExpr.start <= loop.loop.start || loop.countExpr.macro) return undefined;
  return { count: loop.countExpr, span: loop.countExpr, stmt: loop.loop };
}

/** The variable that still has the result of the acquire whose pages are released at `at`. */
function resultBefore(file: FileAnalysis, f: FunctionContext, at: Located): Expr | undefined {
  const { groups } = file;
  const site = groups.releases.find((r) => r.call.start === at.call.start && r.call.end === at.call.end);
  const acquires = (site && groups.groupOf(site.key)?.acquires) ?? [];
  const acquire = acquires
    .filter((a) => a.fn === f.def.name && a.call.start < at.call.start && a.fact.result === 'pages')
    .at(-1);
  const target = acquire && resultTarget(f, acquire.call);
  if (!acquire || !target || target.macro || !isPure(target)) return undefined;
  return assignedBetween(file, f.def, shape(file, target), acquire.call.end, at.stmt.start) ? undefined : target;
}
