/** Fix for a leak: release exactly what is held, at an unwinding label that does, or in front of the exit. */
import type { Expr, GotoStmt, IfStmt, LabelStmt, Span, Stmt } from '../../language/c/ast.ts';
import { walkStmt } from '../../language/c/index.ts';
import type { LeakEvent, OutlivesEvent } from '../analysis/events.ts';
import type { FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite } from '../analysis/sites.ts';
import { traceSteps } from '../analysis/state.ts';
import type { Fix, TextEdit } from '../findings.ts';
import {
  assignedBetween,
  disjoint,
  functionAt,
  locate,
  mentions,
  type Place,
  placesOf,
  shape,
  slice,
  statementAt,
} from './edits.ts';
import { baseNames, heldAt, type Held } from './held.ts';
import { resultTarget } from './idioms.ts';
import { insertAtEnd, insertBefore, insertBehindLabel } from './insert.ts';

/** Proposes releases of what the acquire of `event` holds where the event's path leaves it behind. Never safe. */
export function insertRelease(file: FileAnalysis, event: LeakEvent | OutlivesEvent): readonly Fix[] {
  const { site: call } = event.resource;
  const fn = event.kind === 'leak' ? event.functionName : event.root;
  const site =
    file.groups.acquires.find((a) => a.call === call) ??
    file.groups.acquires.find((a) => a.call.start === call.start && a.call.end === call.end);
  const f = file.functions.get(fn);
  if (!site || !f || functionAt(file, f.def) !== f.def) return [];
  // where the pages come into this function's hands
  const from = site.fn === fn ? call : f.calls.find((c) => isCallTo(file, c, site.fn) && c.start < event.at.start);
  if (!from) return [];
  const fixes: Fix[] = [];
  const exits = exitsOf(f, event, from);
  for (const jump of exits) fixes.push(...throughLabel(file, f, event, jump));
  const places: Where[] = [
    ...exits.map((stmt): Where => ({ kind: 'before', stmt })),
    ...exits.flatMap((stmt) =>
      beforeOverwrite(file, f, site.fn === fn ? resultTarget(f, call) : undefined, from, stmt),
    ),
    ...labelsBefore(f, from, event).map((stmt): Where => ({ kind: 'label', stmt })),
  ];
  for (const place of places) {
    for (const held of heldAt(file, f, site, place.stmt, event.short)) {
      if (givesOut(file, place.stmt, held) || !heldByAll(file, f, site, from, place.stmt, held)) continue;
      const edits = editsAt(file, f, place, held);
      if (edits.length)
        fixes.push({
          title: `Release the pages with ${held.what.replace(/;$/, '').replace(/\s+/g, ' ')}`,
          safe: false,
          preferred: true,
          choice: 'release',
          edits,
        });
    }
  }
  const all = atEachJump(file, f, site, from, event);
  return all ? [...fixes, all] : fixes;
}

/** Several jumps lead to the place where the pages are lost: the release goes in front of each that comes from behind the acquire. */
function atEachJump(
  file: FileAnalysis,
  f: FunctionContext,
  site: AcquireSite,
  from: Span,
  event: LeakEvent | OutlivesEvent,
): Fix | undefined {
  const map = placesOf(f.def);
  const target = site.fn === f.def.name ? resultTarget(f, site.call) : undefined;
  const labels = new Set(
    [...map.keys()].flatMap((s) =>
      s.kind === 'label' && s.start > from.end && s.start < event.at.start ? [s.name] : [],
    ),
  );
  const jumps = [...map.keys()].filter(
    (s): s is GotoStmt =>
      s.kind === 'goto' &&
      s.label !== null &&
      labels.has(s.label) &&
      s.start > from.end &&
      !s.macro &&
      !(target && nothingTaken(file, f, s, from, shape(file, target))),
  );
  if (jumps.length < 2 || jumps.length > 8) return undefined;
  const held = jumps.map((jump) => heldAt(file, f, site, jump, false)[0]);
  const edits = jumps.flatMap((jump, i) => (held[i] ? editsAt(file, f, { kind: 'before', stmt: jump }, held[i]) : []));
  if (held.some((h) => !h) || !disjoint(edits)) return undefined;
  const title = `Release the pages with ${held[0]!.what.replace(/;$/, '').replace(/\s+/g, ' ')} before each goto`;
  return { title, safe: false, preferred: true, choice: 'release', edits };
}

/**
 * Paths that come to the place through a label: all of them must hold the pages, as far as their jumps tell. A jump from
 * before the acquire, or from where the result is an error, does not; a release that asks the pointer knows itself.
 */
function heldByAll(
  file: FileAnalysis,
  f: FunctionContext,
  site: AcquireSite,
  from: Span,
  place: Stmt,
  held: Held,
): boolean {
  const map = placesOf(f.def);
  const names = held.names.length ? held.names : baseNames(site.pages);
  if (names.some((n) => new RegExp(`^if \\((\\w+ && )*${n}( != NULL)?\\)`).test(held.lines[0] ?? ''))) return true;
  const end = place === f.def.body() ? place.end : place.start;
  const labels = new Set(
    [...map.keys()].flatMap((s) => (s.kind === 'label' && s.start > from.start && s.start <= end ? [s.name] : [])),
  );
  if (!labels.size) return true;
  const target = site.fn === f.def.name ? resultTarget(f, site.call) : undefined;
  const result = target && shape(file, target);
  for (const s of map.keys()) {
    if (s.kind !== 'goto' || s.label === null || !labels.has(s.label)) continue;
    if (s.start < from.start || (result && nothingTaken(file, f, s, from, result))) return false;
  }
  return true;
}

/** A test around the statement says that the result is an error or zero. */
function nothingTaken(file: FileAnalysis, f: FunctionContext, stmt: Stmt, from: Span, result: string): boolean {
  const map = placesOf(f.def);
  for (let s: Stmt | null = stmt; s && s.end > from.end;) {
    const parent: Stmt | null = map.get(s)?.parent ?? null;
    const test = parent?.kind === 'if' && parent.then === s ? parent.test : undefined;
    if (test?.kind === 'binary' && shape(file, test.left) === result && test.right.kind === 'num') {
      const n = test.right.value;
      const empty = (test.op === '<' && n <= 1n) || (test.op === '<=' && n <= 0n);
      if (empty && !assignedBetween(file, f.def, result, from.end, test.start)) return true;
    }
    s = parent;
  }
  return false;
}

interface Where {
  readonly kind: 'before' | 'label';
  readonly stmt: Stmt;
}

function editsAt(file: FileAnalysis, f: FunctionContext, { kind, stmt }: Where, held: Held): TextEdit[] {
  if (kind === 'label') return stmt.kind === 'label' ? insertBehindLabel(file, f, stmt, held.lines) : [];
  return stmt === f.def.body() ? insertAtEnd(file, f, held.lines) : insertBefore(file, f, stmt, held.lines);
}

/** The call enters `fn`, at once or further down. */
const isCallTo = (file: FileAnalysis, c: { readonly callee: Expr }, fn: string): boolean =>
  c.callee.kind === 'id' && file.functions.has(c.callee.name) && file.reaches(c.callee.name, fn);

/** The exit returns the pages themselves: they are not the function's to release. */
function givesOut(file: FileAnalysis, exit: Stmt, held: Held): boolean {
  if (exit.kind !== 'return' || !exit.value) return false;
  const { value } = exit;
  const text = shape(file, value);
  return held.names.some((n) => mentions(value, n)) && text !== held.count && text !== `-${held.count}`;
}

/** Where the path leaves the pages behind: the goto that leads it there, the call that frees, the return. */
function exitsOf(f: FunctionContext, event: LeakEvent | OutlivesEvent, from: Span): Stmt[] {
  const out: Stmt[] = [];
  const jump = exitOf(f, event, from);
  if (jump && !jump.macro) out.push(jump);
  const end = event.kind === 'leak' && event.why === 'end' ? f.def.body() : statementAt(f.def, event.at.start);
  if (end && end !== jump && !end.macro && end.end >= from.start) out.push(end);
  return out;
}

/** In front of `ret = -EFAULT;` on the way to the exit: behind it the result is gone. */
function beforeOverwrite(
  file: FileAnalysis,
  f: FunctionContext,
  target: Expr | undefined,
  from: Span,
  exit: Stmt,
): Where[] {
  if (!target) return [];
  const result = shape(file, target);
  const first = [...placesOf(f.def).keys()].find(
    (s) =>
      s.kind === 'expr' &&
      s.start > from.end &&
      s.end <= exit.start &&
      s.expr.kind === 'assign' &&
      shape(file, s.expr.left) === result &&
      !mentionsShape(file, s.expr.right, result),
  );
  return first ? [{ kind: 'before', stmt: first }] : [];
}

const mentionsShape = (file: FileAnalysis, e: Expr, what: string): boolean => shape(file, e).includes(what);

/** Labels between the acquire and the exit at which paths meet, nearest to the exit first. */
function labelsBefore(f: FunctionContext, from: Span, event: LeakEvent | OutlivesEvent): LabelStmt[] {
  const map = placesOf(f.def);
  return [...map.keys()]
    .filter((s): s is LabelStmt => s.kind === 'label' && s.start > from.end && s.start < event.at.start && !s.macro)
    .reverse()
    .slice(0, 3);
}

/**
 * `goto free_pages;` where the code in front of that label is `unpin_pages: unpin_user_pages(…);`: the jump only has to go
 * there. What else is done between the two labels would be done too, so nothing else may be.
 */
function throughLabel(file: FileAnalysis, f: FunctionContext, event: LeakEvent | OutlivesEvent, exit: Stmt): Fix[] {
  if (exit.kind !== 'goto' || exit.label === null || exit.macro) return [];
  const map = placesOf(f.def);
  const labels = [...map.keys()].filter((s): s is LabelStmt => s.kind === 'label');
  const target = labels.find((l) => l.name === exit.label);
  const place = target && map.get(target);
  if (!target || !place?.list) return [];
  const out: Fix[] = [];
  for (const label of labels) {
    const at = map.get(label);
    if (at?.list !== place.list || at.index >= place.index || label.start < exit.end) continue;
    const between = place.list.slice(at.index + 1, place.index).filter((s) => s.kind !== 'empty' && s.kind !== 'label');
    if (!between.length || !between.every((s) => isReleaseOf(file, f, s, event))) continue;
    out.push({
      title: `Release the pages at \`${label.name}\``,
      safe: false,
      preferred: true,
      choice: 'release',
      edits: retarget(file, exit, label.name),
    });
  }
  return out;
}

function retarget(file: FileAnalysis, jump: GotoStmt, label: string): TextEdit[] {
  const text = slice(file, jump);
  const at = /^goto\s+/.exec(text);
  if (!at || !jump.label || !text.startsWith(jump.label, at[0].length)) return [];
  const start = jump.start + at[0].length;
  return [{ path: file.unit.path, span: { start, end: start + jump.label.length }, newText: label }];
}

/** The statement does nothing but release pages of the group, perhaps under a condition or in a loop. */
function isReleaseOf(file: FileAnalysis, f: FunctionContext, s: Stmt, event: LeakEvent | OutlivesEvent): boolean {
  const group = file.groups.groupOfAcquire(event.resource.site);
  const releases = (group?.releases ?? []).filter(
    (r) => r.fn === f.def.name && r.call.start >= s.start && r.call.end <= s.end,
  );
  if (!releases.length) return false;
  let others = 0;
  walkStmt(s, {
    stmt: (x) => {
      if (x.kind === 'goto' || x.kind === 'return' || x.kind === 'label') others++;
      if (x.kind === 'expr' && !releases.some((r) => locate(f.def, r.call)?.stmt === x)) others++;
    },
  });
  return others === 0;
}

/** The statement in front of which the release goes: the exit itself, or the goto that leads this path to it. */
function exitOf(f: FunctionContext, event: LeakEvent | OutlivesEvent, from: Span): Stmt | undefined {
  const { def } = f;
  const map = placesOf(def);
  const acquireAt = from.start;
  const atEndOfBody = event.kind === 'leak' && event.why === 'end';
  const stmt = atEndOfBody ? def.body() : statementAt(def, event.at.start);
  if (!stmt) return undefined;
  if (stmt.end < acquireAt) return undefined;
  // several paths meet at a label between the acquire and the exit: the goto of this path is the place
  const labels = labelsBetween(def.body(), acquireAt, atEndOfBody ? def.end : stmt.start);
  if (!labels.size) return stmt;
  // decisions behind the label are those of the unwinding
  const firstLabel = Math.min(
    ...[...map.keys()].filter((s) => s.kind === 'label' && labels.has(s.name)).map((s) => s.start),
  );
  const steps = traceSteps(event.trace).filter(
    (t) => t.role === 'branch' && t.span.start > acquireAt && t.span.start < firstLabel,
  );
  const last = steps.at(-1);
  const owner =
    last &&
    [...map.keys()]
      .filter((s): s is IfStmt => s.kind === 'if' && s.test.start <= last.span.start && s.test.end >= last.span.end)
      .at(-1);
  if (!last || !owner) return undefined;
  // which side of the last decision leads on to a jump, without another decision?
  const jump = [owner.then, owner.else]
    .flatMap((side) => (side ? [straightGoto(map, side)] : []))
    .find((j) => j !== undefined);
  const taken = truthOf(last.message);
  const onward = straightGoto(map, owner, true);
  const whole = owner.test.start === last.span.start && owner.test.end === last.span.end;
  const found =
    whole && taken === false
      ? owner.else
        ? straightGoto(map, owner.else)
        : onward
      : whole && taken === true
        ? straightGoto(map, owner.then)
        : onward
          ? undefined
          : jump;
  return found?.kind === 'goto' && found.label !== null && labels.has(found.label) ? found : undefined;
}

const truthOf = (message: string): boolean | undefined =>
  / is true\b/.test(message) ? true : / is false\b/.test(message) ? false : undefined;

/** The goto that a statement (or, with `behind`, what follows it) comes to without any decision. */
function straightGoto(map: ReadonlyMap<Stmt, Place>, s: Stmt, behind = false): Stmt | undefined {
  const body = behind ? [] : s.kind === 'block' ? s.body : [s];
  for (const x of body) {
    if (x.kind === 'goto') return x;
    if (x.kind !== 'expr' && x.kind !== 'decl' && x.kind !== 'empty') return undefined;
  }
  for (let at: Stmt = s; ;) {
    const place = map.get(at);
    if (!place?.parent || !['block', 'if'].includes(place.parent.kind)) return undefined;
    for (const x of place.list?.slice(place.index + 1) ?? []) {
      if (x.kind === 'goto') return x;
      if (x.kind !== 'expr' && x.kind !== 'decl' && x.kind !== 'empty') return undefined;
    }
    at = place.parent;
  }
}

function labelsBetween(body: Stmt, from: number, to: number): Set<string> {
  const out = new Set<string>();
  walkStmt(body, {
    stmt: (s) => {
      if (s.kind === 'label' && s.start > from && s.start < to) out.add(s.name);
    },
  });
  return out;
}
