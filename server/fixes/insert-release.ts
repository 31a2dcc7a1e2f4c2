/** Fix for a leak: release exactly what is held in front of the exit. */
import type { Expr, IfStmt, Span, Stmt } from '../../language/c/ast.ts';
import { existsIn } from '../../language/kernel/index.ts';
import type { LeakEvent, OutlivesEvent } from '../analysis/events.ts';
import type { FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite } from '../analysis/groups.ts';
import { traceSteps } from '../analysis/state.ts';
import type { Fix, TextEdit } from '../findings.ts';
import { walkStmt } from '../../language/c/index.ts';
import {
  argSpan,
  assignedBetween,
  defOf,
  edit,
  eolOf,
  holdsDirective,
  indentAt,
  indentUnit,
  isBlank,
  isPure,
  lineEnd,
  mentions,
  type Place,
  placesOf,
  shape,
  slice,
  statementAt,
  stripCasts,
} from './edits.ts';
import { knownPositive, leaves, resultTarget } from './idioms.ts';

/** Offers the release of what the acquire of `event` holds where the event's path leaves it behind. Never safe. */
export function insertRelease(file: FileAnalysis, event: LeakEvent | OutlivesEvent): readonly Fix[] {
  const { site: call } = event.resource;
  const fn = event.kind === 'leak' ? event.functionName : event.root;
  const site =
    file.groups.acquires.find((a) => a.call === call) ??
    file.groups.acquires.find((a) => a.call.start === call.start && a.call.end === call.end);
  const f = file.functions.get(fn);
  const def = f && defOf(file, fn, call);
  if (!site || !f || !def || site.fn !== fn) return [];
  const exit = exitOf(f, event);
  if (!exit || exit.macro) return [];
  if (!sameRound(f, call, exit)) return [];
  const held = heldText(file, f, site, exit, event.short);
  if (!held || (held.count && knownEmpty(file, f, exit, held.count))) return [];
  if (
    exit.kind === 'return' &&
    exit.value &&
    held.names.some((n) => mentions(exit.value!, n)) &&
    !isCountOnly(file, exit.value, held.count)
  )
    return [];
  const lines = held.guard ? [`if (${held.guard})`, `${indentUnit(file, def)}${held.release}`] : [held.release];
  const edits = exit === def.body() ? atEnd(file, f, lines) : before(file, f, exit, lines);
  if (!edits.length) return [];
  return [{ title: `Release the pages with ${held.release.replace(/;$/, '')}`, safe: false, preferred: true, edits }];
}

/** An acquire in a loop is undone within the same round, or not at all: behind the loop it is not known how many rounds there were. */
function sameRound(f: FunctionContext, call: Span, exit: Stmt): boolean {
  for (const s of placesOf(f.def).keys()) {
    if (!['for', 'while', 'do', 'foreach'].includes(s.kind) || s.start > call.start || s.end < call.end) continue;
    if (exit.start < s.start || exit.end > s.end) return false;
  }
  return true;
}

/** A test around the exit says that the count is an error or zero: nothing is held here. */
function knownEmpty(file: FileAnalysis, f: FunctionContext, exit: Stmt, count: string): boolean {
  const map = placesOf(f.def);
  for (let s: Stmt | null = exit; s;) {
    const parent: Stmt | null = map.get(s)?.parent ?? null;
    if (
      parent?.kind === 'if' &&
      parent.then === s &&
      parent.test.kind === 'binary' &&
      ['<', '<='].includes(parent.test.op)
    ) {
      const { left, right } = parent.test;
      if (
        shape(file, left) === count.replace(/\s+/g, ' ') &&
        right.kind === 'num' &&
        right.value <= (parent.test.op === '<' ? 1n : 0n)
      )
        return true;
    }
    s = parent;
  }
  return false;
}

/** The value only tells how many there were: `return ret;`. */
const isCountOnly = (file: FileAnalysis, e: Expr, count: string): boolean =>
  shape(file, e) === count || shape(file, e) === `-${count}`;

/** The statement in front of which the release goes: the exit itself, or the goto that leads this path to it. */
function exitOf(f: FunctionContext, event: LeakEvent | OutlivesEvent): Stmt | undefined {
  const { def } = f;
  const map = placesOf(def);
  const acquireAt = event.resource.site.start;
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

interface Held {
  readonly release: string;
  readonly guard?: string;
  /** Names that stand for the pages or their number. */
  readonly names: readonly string[];
  readonly count: string;
}

function heldText(
  file: FileAnalysis,
  f: FunctionContext,
  site: AcquireSite,
  exit: Stmt,
  short: boolean,
): Held | undefined {
  const { kernel } = file.unit.target;
  const { def } = f;
  const until = exit === def.body() ? exit.end : exit.start;
  const kind = site.kind;
  const target = resultTarget(f, site.call);
  const roles = site.form?.params ?? [];
  if (site.fact.takes === 'by-iter') return undefined;
  if (site.fact.into === 'return') {
    if (target?.kind !== 'id' || assignedBetween(file, def, shape(file, target), site.call.end, until))
      return undefined;
    return { release: `put_page(${target.name});`, names: [target.name], count: '' };
  }
  const pages = site.pages;
  const pagesSpan = argSpan(file, site.call, site.pagesArg);
  if (
    !pages ||
    !pagesSpan ||
    site.call.macro ||
    pages.macro ||
    !isPure(pages) ||
    (site.fact.result !== 'pages' && site.fact.result !== 'bool')
  )
    return undefined;
  const names = baseNames(pages);
  if (names.some((n) => assignedBetween(file, def, n, site.call.end, until))) return undefined;
  const nrIndex = roles.indexOf('nr');
  const nrExpr = site.call.args[nrIndex];
  const nrSpan = nrIndex >= 0 ? argSpan(file, site.call, nrIndex) : undefined;
  const one = site.fact.into === 'single' || (nrExpr?.kind === 'num' && nrExpr.value === 1n);
  const plain = stripCasts(pages);
  const page =
    plain.kind === 'unary' && plain.op === '&'
      ? slice(file, plain.arg)
      : (plain.kind === 'id' || plain.kind === 'member') && site.fact.into === 'array'
        ? `${slice(file, plain)}[0]`
        : '';
  let targetText = target && isPure(target) ? slice(file, target) : undefined;
  let targetShape = target ? shape(file, target) : '';
  let alive = targetText !== undefined && !assignedBetween(file, def, targetShape, site.call.end, until);
  const copy = alive || !target ? undefined : copyOf(file, f, targetShape, site.call.end, exit);
  if (copy) {
    targetText = slice(file, copy);
    targetShape = shape(file, copy);
    alive = true;
  }
  if (one && !alive && target && leftUnlessOne(file, f, site, targetShape, until)) {
    // one page asked for, and an error left before: it is held
    alive = true;
    targetText = '1';
    targetShape = '1';
  }
  const folios = site.fact.into === 'folios';
  let count: string | undefined;
  let guard: string | undefined;
  if (alive) {
    count = targetText;
    if (
      targetText !== '1' &&
      !knownPositive(file, { def }, exit === def.body() ? (def.body().body.at(-1) ?? exit) : exit, targetShape)
    )
      guard = one ? `${count} == 1` : `${count} > 0`;
  } else if (
    !short &&
    nrExpr &&
    nrSpan &&
    isPure(nrExpr) &&
    !assignedBetween(file, def, shape(file, nrExpr), site.call.end, until) &&
    checkedFull(file, f, site, targetShape, shape(file, nrExpr), until)
  ) {
    count = slice(file, nrSpan);
  }
  if (count === undefined) return undefined;
  if (one && page && !folios) {
    return {
      release: `${kind === 'pin' ? 'unpin_user_page' : 'put_page'}(${page});`,
      names,
      count,
      ...(guard ? { guard } : {}),
    };
  }
  const array = slice(file, pagesSpan);
  const call = folios ? 'unpin_folios' : kind === 'pin' ? 'unpin_user_pages' : 'release_pages';
  if (!existsIn(call, kernel)) return undefined;
  const cold = call === 'release_pages' && (kernel.major < 4 || (kernel.major === 4 && kernel.minor < 15)) ? ', 0' : '';
  return { release: `${call}(${array}, ${count}${cold});`, names, count, ...(guard ? { guard } : {}) };
}

/** A test of the result behind the acquire, which leaves when there was no page. */
function leftUnlessOne(
  file: FileAnalysis,
  f: FunctionContext,
  site: AcquireSite,
  result: string,
  until: number,
): boolean {
  let found = false;
  walkStmt(f.def.body(), {
    stmt: (s) => {
      if (s.kind !== 'if' || s.start < site.call.end || s.end > until || !leaves(s.then)) return;
      const t = s.test;
      if (t.kind !== 'binary' || shape(file, t.left) !== result || t.right.kind !== 'num') return;
      const n = t.right.value;
      const says = (t.op === '<' && n <= 1n) || (t.op === '<=' && n === 0n) || (t.op === '!=' && n === 1n);
      if (says && !assignedBetween(file, f.def, result, site.call.end, s.start)) found = true;
    },
  });
  return found;
}

/** `npages = ret;` on the way to the exit: the count lives on in another variable. */
function copyOf(file: FileAnalysis, f: FunctionContext, result: string, from: number, exit: Stmt): Expr | undefined {
  const map = placesOf(f.def);
  for (let s: Stmt | null = exit; s; s = map.get(s)?.parent ?? null) {
    const place = map.get(s);
    for (const x of place?.list?.slice(0, place.index).reverse() ?? []) {
      if (x.start < from) return undefined;
      if (
        x.kind !== 'expr' ||
        x.expr.kind !== 'assign' ||
        x.expr.op !== '=' ||
        shape(file, x.expr.right) !== result ||
        !isPure(x.expr.left)
      )
        continue;
      const copied = shape(file, x.expr.left);
      if (
        !assignedBetween(file, f.def, result, from, x.start) &&
        !assignedBetween(file, f.def, copied, x.end, exit.start)
      )
        return x.expr.left;
    }
  }
  return undefined;
}

function baseNames(e: Expr): string[] {
  switch (e.kind) {
    case 'id':
      return [e.name];
    case 'member':
    case 'index':
      return baseNames(e.object);
    case 'unary':
    case 'cast':
      return baseNames(e.arg);
    case 'binary':
      return baseNames(e.left);
    default:
      return [];
  }
}

/** Somewhere behind the acquire the result was compared with the number asked for: what goes on holds all of them. */
function checkedFull(
  file: FileAnalysis,
  f: FunctionContext,
  site: AcquireSite,
  result: string,
  nr: string,
  until: number,
): boolean {
  if (!result) return false;
  let found = false;
  walkStmt(f.def.body(), {
    stmt: (s) => {
      if (s.kind === 'if' && s.start > site.call.start - 200 && s.end <= until)
        found ||= compares(file, s.test, result, nr);
    },
  });
  return found;
}

function compares(file: FileAnalysis, e: Expr, a: string, b: string): boolean {
  if (e.kind === 'binary' && ['!=', '<', '==', '>', '<=', '>='].includes(e.op)) {
    const strip = (x: Expr): Expr => (x.kind === 'assign' ? x.left : stripCasts(x));
    const [l, r] = [shape(file, strip(e.left)), shape(file, strip(e.right))];
    if ((l === a && r === b) || (l === b && r === a)) return true;
  }
  if (e.kind === 'binary') return compares(file, e.left, a, b) || compares(file, e.right, a, b);
  if (e.kind === 'unary') return compares(file, e.arg, a, b);
  return e.kind === 'call' && e.args.some((x) => compares(file, x, a, b));
}

/** In front of the closing brace of the function. */
function atEnd(file: FileAnalysis, f: FunctionContext, lines: readonly string[]): TextEdit[] {
  const { text } = file.unit;
  const close = f.def.bodySpan.end - 1;
  if (text[close] !== '}') return [];
  const nl = eolOf(text);
  const last = f.def.body().body.at(-1);
  const indent = last ? indentAt(text, last.start) || indentUnit(file, f.def) : indentUnit(file, f.def);
  const from = text.lastIndexOf('\n', close) + 1;
  if (isBlank(text, from, close)) return [edit(file, from, from, lines.map((l) => indent + l + nl).join(''))];
  return [edit(file, close, close, ` ${lines.join(' ')} `)];
}

/** In front of a statement; braces are added where it is the unbraced body of an if or a loop. */
function before(file: FileAnalysis, f: FunctionContext, stmt: Stmt, lines: readonly string[]): TextEdit[] {
  const { text } = file.unit;
  const place = placesOf(f.def).get(stmt);
  if (!place || stmt.kind === 'decl') return [];
  const nl = eolOf(text);
  const own = isBlank(text, text.lastIndexOf('\n', stmt.start - 1) + 1, stmt.start);
  if (place.list) {
    const indent = indentAt(text, stmt.start);
    return [
      edit(file, stmt.start, stmt.start, own ? lines.map((l) => l + nl + indent).join('') : `${lines.join(' ')} `),
    ];
  }
  const { parent } = place;
  if (!parent || parent.macro) return [];
  // behind the head's `)` or `else`
  let head = stmt.start;
  for (;;) {
    while (head > 0 && /\s/.test(text[head - 1]!)) head--;
    const c = file.unit.comments.find((x) => x.end === head && x.start > parent.start);
    if (!c) break;
    head = c.start;
  }
  if (holdsDirective(text, { start: head, end: stmt.end })) return [];
  const outerIndent = indentAt(text, text[head - 1] === ')' ? parent.start : head);
  const inner = own ? indentAt(text, stmt.start) : outerIndent + indentUnit(file, f.def);
  const edits: TextEdit[] = [];
  if (own) {
    edits.push(
      edit(file, head, head, ' {'),
      edit(file, stmt.start, stmt.start, lines.map((l) => l + nl + inner).join('')),
    );
  } else {
    edits.push(edit(file, head, stmt.start, ` {${nl}${inner}${lines.map((l) => l + nl + inner).join('')}`));
    if (!isBlank(text, head, stmt.start)) return [];
  }
  // behind the statement and a comment on its line
  const eol = lineEnd(text, stmt.end);
  let end = stmt.end;
  const tail = file.unit.comments
    .filter((c) => c.start >= stmt.end && c.start < eol && isBlank(text, stmt.end, c.start))
    .at(-1);
  if (tail && tail.end <= eol) end = tail.end;
  let next = end;
  while (next < text.length && /\s/.test(text[next]!)) next++;
  const isElse = parent.kind === 'if' && parent.then === stmt && parent.else !== undefined;
  if (isElse && text.startsWith('else', next)) edits.push(edit(file, end, next, `${nl}${outerIndent}} `));
  else if (isElse) return [];
  else edits.push(edit(file, end, end, `${nl}${outerIndent}}`));
  return edits;
}
