/**
 * What an acquire left in a driver's hands, as the text of its release at a given place. There may be several ways to say
 * it (the result, a copy of it, the number asked for, another release of the function); the proof decides.
 */
import type { Expr, Stmt } from '../../language/c/ast.ts';
import { walkExpr, walkStmt } from '../../language/c/index.ts';
import { existsIn } from '../../language/kernel/index.ts';
import { calleeName, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite } from '../analysis/sites.ts';
import {
  argSpan,
  assignedBetween,
  commentsIn,
  holdsDirective,
  indentAt,
  indentUnit,
  isBlank,
  isPure,
  locate,
  placesOf,
  shape,
  slice,
  stripCasts,
} from './edits.ts';
import { knownPositive, leaves, resultTarget } from './idioms.ts';

/** A release, as it would be written at one place. */
export interface Held {
  /** Lines without the indentation of the place. */
  readonly lines: readonly string[];
  /** For the title. */
  readonly what: string;
  /** Names that stand for the pages or their number. */
  readonly names: readonly string[];
  /** The number of pages, as written; empty for one page. */
  readonly count: string;
}

/** The ways to release what `site` took, at `place`; likely ones first. `short`: fewer than asked for are held there. */
export function heldAt(file: FileAnalysis, f: FunctionContext, site: AcquireSite, place: Stmt, short: boolean): Held[] {
  const direct = site.fn === f.def.name ? directly(file, f, site, place, short) : [];
  const [careful, other] = [direct.filter((h) => h.sure), direct.filter((h) => !h.sure)];
  return [...careful, ...likeSiblings(file, f, site, place), ...other];
}

interface Direct extends Held {
  /** The count is the call's own result. */
  readonly sure: boolean;
}

interface Count {
  readonly text: string;
  readonly expr?: Expr;
  readonly sure: boolean;
}

function directly(file: FileAnalysis, f: FunctionContext, site: AcquireSite, place: Stmt, short: boolean): Direct[] {
  const { def } = f;
  const until = place === def.body() ? place.end : place.start;
  const target = resultTarget(f, site.call);
  if (site.fact.takes === 'by-iter' || site.call.macro) return [];
  if (site.fact.into === 'return') {
    if (target?.kind !== 'id' || assignedBetween(file, def, shape(file, target), site.call.end, until)) return [];
    const release = `put_page(${target.name});`;
    return [{ lines: [release], what: release, names: [target.name], count: '', sure: true }];
  }
  const { pages } = site;
  const counted = site.fact.result === 'pages' || site.fact.result === 'bool';
  if (!pages || pages.macro || !isPure(pages) || !counted) return [];
  const rounds = loopAround(f, site.call, place);
  const earlier = rounds ? earlierRounds(file, f, site, pages, rounds, until) : [];
  if (rounds && !rounds.inside) return earlier;
  const names = baseNames(pages);
  if (names.some((n) => assignedBetween(file, def, n, site.call.end, until))) return earlier;
  const single = onePage(file, site, pages);
  const now = countsAt(file, f, site, place, until, target, short).flatMap((count) => {
    const release = releaseText(file, site, single, slice(file, argSpan(file, site.call, site.pagesArg)!), count.text);
    if (!release) return [];
    const positive =
      !count.expr ||
      count.text === '1' ||
      knownPositive(
        file,
        { def },
        place === def.body() ? (def.body().body.at(-1) ?? place) : place,
        shape(file, count.expr),
      );
    const test = positive ? nullTest(file, f, pages) : single ? `${count.text} == 1` : `${count.text} > 0`;
    const common = { names, count: count.text, what: release, sure: count.sure };
    const guarded = { ...common, lines: [`if (${test})`, `${indentUnit(file, def)}${release}`] };
    if (positive) return test ? [{ ...common, lines: [release] }, guarded] : [{ ...common, lines: [release] }];
    return [guarded];
  });
  return [...now, ...earlier];
}

/** A pointer that starts as NULL may be NULL where several paths meet. */
function nullTest(file: FileAnalysis, f: FunctionContext, pages: Expr): string {
  const p = stripCasts(pages);
  if (p.kind !== 'id') return '';
  for (const s of placesOf(f.def).keys()) {
    if (s.kind !== 'decl') continue;
    const d = s.decls.find((x) => x.name === p.name);
    if (d?.init?.kind === 'id' && d.init.name === 'NULL') return slice(file, p);
  }
  return '';
}

/** The page of a call that asks for one, as an expression of type struct page *; empty if it asks for more. */
function onePage(file: FileAnalysis, site: AcquireSite, pages: Expr): string {
  const nr = site.call.args[site.form?.params.indexOf('nr') ?? -1];
  if (site.fact.into === 'folios' || !(site.fact.into === 'single' || (nr?.kind === 'num' && nr.value === 1n)))
    return '';
  const plain = stripCasts(pages);
  if (plain.kind === 'unary' && plain.op === '&') return slice(file, plain.arg);
  return (plain.kind === 'id' || plain.kind === 'member') && site.fact.into === 'array'
    ? `${slice(file, plain)}[0]`
    : '';
}

function releaseText(
  file: FileAnalysis,
  site: AcquireSite,
  single: string,
  array: string,
  count: string,
): string | undefined {
  const { kernel } = file.unit.target;
  if (single) return `${site.kind === 'pin' ? 'unpin_user_page' : 'put_page'}(${single});`;
  const call =
    site.fact.into === 'folios' ? 'unpin_folios' : site.kind === 'pin' ? 'unpin_user_pages' : 'release_pages';
  if (!existsIn(call, kernel)) return undefined;
  const cold = call === 'release_pages' && (kernel.major < 4 || (kernel.major === 4 && kernel.minor < 15)) ? ', 0' : '';
  return `${call}(${array}, ${count}${cold});`;
}

/** What tells the number of pages at the place. */
function countsAt(
  file: FileAnalysis,
  f: FunctionContext,
  site: AcquireSite,
  place: Stmt,
  until: number,
  target: Expr | undefined,
  short: boolean,
): Count[] {
  const { def } = f;
  const out: Count[] = [];
  const nr = site.call.args[site.form?.params.indexOf('nr') ?? -1];
  const nrSpan = argSpan(file, site.call, site.form?.params.indexOf('nr') ?? -1);
  const one = site.fact.into === 'single' || (nr?.kind === 'num' && nr.value === 1n);
  const result = target && isPure(target) ? shape(file, target) : '';
  const alive = result !== '' && !assignedBetween(file, def, result, site.call.end, until);
  if (alive && target) out.push({ text: slice(file, target), expr: target, sure: true });
  const copy = target && !alive ? copyOf(file, f, result, site.call.end, place, until) : undefined;
  if (copy) out.push({ text: slice(file, copy), expr: copy, sure: true });
  const left = leftUnlessFull(file, f, site, result, nr, until);
  if (one && !alive && left !== 'inside' && (left || !target)) out.push({ text: '1', sure: left });
  const narrowed = nr && assignedBetween(file, def, shape(file, nr), site.call.end, until);
  if (
    nr &&
    nrSpan &&
    isPure(nr) &&
    !one &&
    (narrowed || (!short && left !== 'inside')) &&
    onlyFrom(file, f, shape(file, nr), result, site.call.end, until)
  )
    out.push({ text: slice(file, nrSpan), sure: !alive && !copy && left === true });
  return out;
}

/** `npages = ret;` on the way to the place: the count lives on in another variable. */
function copyOf(
  file: FileAnalysis,
  f: FunctionContext,
  result: string,
  from: number,
  place: Stmt,
  until: number,
): Expr | undefined {
  const map = placesOf(f.def);
  let found: Expr | undefined;
  for (const s of map.keys()) {
    if (s.kind !== 'expr' || s.start < from || s.end > until || s === place) continue;
    const e = s.expr;
    if (e.kind !== 'assign' || e.op !== '=' || shape(file, stripCasts(e.right)) !== result || !isPure(e.left)) continue;
    const copied = shape(file, e.left);
    if (!assignedBetween(file, f.def, result, from, s.start) && onlyFrom(file, f, copied, result, from, until))
      found = e.left;
  }
  return found;
}

/** Between the two offsets `what` is given nothing but the result (or zero). */
function onlyFrom(
  file: FileAnalysis,
  f: FunctionContext,
  what: string,
  result: string,
  from: number,
  until: number,
): boolean {
  let only = true;
  walkStmt(f.def.body(), {
    expr: (e) => {
      if (e.start < from || e.start >= until) return;
      if (e.kind === 'update' && shape(file, e.arg) === what) only = false;
      if (e.kind !== 'assign' || shape(file, e.left) !== what) return;
      const right = stripCasts(e.right);
      if (e.op !== '=' || (shape(file, right) !== result && !(right.kind === 'num' && right.value === 0n)))
        only = false;
    },
  });
  return only;
}

const MIRROR: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };

/** A test behind (or around) the acquire leaves unless all that was asked for is there; 'inside': the place is on that way. */
function leftUnlessFull(
  file: FileAnalysis,
  f: FunctionContext,
  site: AcquireSite,
  result: string,
  nr: Expr | undefined,
  until: number,
): boolean | 'inside' {
  const wanted = nr ? shape(file, nr) : '1';
  let found: boolean | 'inside' = false;
  const isResult = (e: Expr): boolean => {
    const x = stripCasts(e);
    if (x.kind === 'call') return x.start === site.call.start;
    if (x.kind === 'assign') return isResult(x.right);
    return result !== '' && shape(file, x) === result;
  };
  const says = (e: Expr): boolean => {
    if (e.kind === 'binary' && e.op === '||') return says(e.left) || says(e.right);
    if (e.kind === 'call' && /^(un)?likely$/.test(calleeName(e) ?? '')) return e.args.some(says);
    if (e.kind === 'unary' && e.op === '!') return isResult(e.arg) && wanted === '1';
    if (e.kind !== 'binary') return false;
    const [l, r] = isResult(e.left) ? [e.left, e.right] : isResult(e.right) ? [e.right, e.left] : [];
    if (!l || !r) return false;
    const op = isResult(e.left) || !MIRROR[e.op] ? e.op : MIRROR[e.op];
    const same = shape(file, stripCasts(r)) === wanted;
    if (same) return op === '!=' || op === '<';
    // of one page, what is no error is that page
    return wanted === '1' && r.kind === 'num' && ((op === '<=' && r.value === 0n) || (op === '<' && r.value <= 1n));
  };
  walkStmt(f.def.body(), {
    stmt: (s) => {
      if (s.kind !== 'if' || s.end <= site.call.start || s.start >= until || !leaves(s.then) || !says(s.test)) return;
      found = s.then.start <= until && s.then.end >= until ? 'inside' : found || true;
    },
  });
  return found;
}

interface Rounds {
  readonly loop: Stmt;
  readonly inside: boolean;
}

/** The loop that the acquire stands in, if it may have gone round before the place is come to. */
function loopAround(
  f: FunctionContext,
  call: { readonly start: number; readonly end: number },
  place: Stmt,
): Rounds | undefined {
  let found: Stmt | undefined;
  for (const s of placesOf(f.def).keys()) {
    if (!['for', 'while', 'do', 'foreach'].includes(s.kind) || s.start > call.start || s.end < call.end) continue;
    if (!found || s.start > found.start) found = s;
  }
  if (!found) return undefined;
  return { loop: found, inside: place.start >= found.start && place.end <= found.end };
}

/** `pvec + pinned`, `&pages[i]`: the array and how many of it are filled when a round begins. */
function earlierRounds(
  file: FileAnalysis,
  f: FunctionContext,
  site: AcquireSite,
  pages: Expr,
  { loop }: Rounds,
  until: number,
): Direct[] {
  const { def } = f;
  const p = resolveLocal(f, stripCasts(pages), loop);
  const at =
    p.kind === 'binary' && p.op === '+'
      ? { base: p.left, index: stripCasts(p.right) }
      : p.kind === 'unary' && p.op === '&' && p.arg.kind === 'index'
        ? { base: p.arg.object, index: stripCasts(p.arg.index) }
        : undefined;
  if (!at || !isPure(at.base) || !isPure(at.index) || at.base.macro || at.index.macro) return [];
  if (baseNames(at.base).some((n) => assignedBetween(file, def, n, loop.start, until))) return [];
  const array = slice(file, at.base);
  const index = slice(file, at.index);
  const nr = site.call.args[site.form?.params.indexOf('nr') ?? -1];
  const pagewise = nr?.kind === 'num' && nr.value === 1n;
  const counts = pagewise ? [index, `${index} + 1`] : [index];
  return counts.flatMap((count) => {
    const release = releaseText(file, site, '', array, count);
    return release ? [{ lines: [release], what: release, names: baseNames(at.base), count, sure: true }] : [];
  });
}

/** `struct page **pages = pvec + pinned;` in the loop: what the variable stands for. */
function resolveLocal(f: FunctionContext, e: Expr, loop: Stmt): Expr {
  if (e.kind !== 'id') return e;
  for (const s of placesOf(f.def).keys()) {
    if (s.start < loop.start || s.end > loop.end) continue;
    if (s.kind === 'decl') {
      const d = s.decls.find((x) => x.name === e.name);
      if (d?.init) return stripCasts(d.init);
    }
    if (
      s.kind === 'expr' &&
      s.expr.kind === 'assign' &&
      s.expr.op === '=' &&
      s.expr.left.kind === 'id' &&
      s.expr.left.name === e.name
    )
      return stripCasts(s.expr.right);
  }
  return e;
}

/** Releases of the same pages that the function has elsewhere, as they are written there. */
function likeSiblings(file: FileAnalysis, f: FunctionContext, site: AcquireSite, place: Stmt): Held[] {
  const { def } = f;
  const { text } = file.unit;
  const group = site.key ? file.groups.groupOf(site.key) : undefined;
  if (!group) return [];
  const givers = new Set(group.releases.map((r) => r.fn));
  const gives = (name: string): boolean =>
    file.functions.has(name) && name !== def.name && [...givers].some((fn) => file.reaches(name, fn));
  const out = new Map<string, Held & { readonly distance: number }>();
  for (const call of f.calls) {
    const own = group.releases.some((r) => r.fn === def.name && r.call.start === call.start && r.call.end === call.end);
    if (!own && !gives(calleeName(call) ?? '')) continue;
    const at = locate(def, call);
    if (!at?.whole || at.stmt.macro) continue;
    const unit = withHead(f, at.stmt);
    if (holdsDirective(text, unit) || commentsIn(file, unit).length || !inScope(f, unit, place)) continue;
    const lines = dedented(text, unit);
    const what = slice(file, at.call);
    const distance = Math.abs(unit.start - place.start);
    const known = out.get(lines.join('\n'));
    if (!known || known.distance > distance)
      out.set(lines.join('\n'), { lines, what: `${what};`, names: [], count: '', distance });
  }
  return [...out.values()].sort((a, b) => a.distance - b.distance).slice(0, 3);
}

/** The statement with the `if (pages)` or the loop around it that has nothing else to do. */
function withHead(f: FunctionContext, stmt: Stmt): Stmt {
  const map = placesOf(f.def);
  let s = stmt;
  for (;;) {
    const place = map.get(s);
    const parent = place?.parent;
    if (!place || !parent || parent === f.def.body()) return s;
    const alone = !place.list || (parent.kind === 'block' && place.list.length === 1);
    if (!alone || parent.macro) return s;
    if (parent.kind === 'block') {
      const up = map.get(parent)?.parent;
      if (!up || !(up.kind === 'for' || up.kind === 'while' || (up.kind === 'if' && !up.else && isPure(up.test))))
        return s;
      s = up;
    } else if (parent.kind === 'for' || parent.kind === 'while' || parent.kind === 'foreach') s = parent;
    else if (parent.kind === 'if' && !parent.else && isPure(parent.test)) s = parent;
    else return s;
  }
}

/** All local names of the statement are declared where the place is, and have been given a value by then. */
function inScope(f: FunctionContext, unit: Stmt, place: Stmt): boolean {
  const map = placesOf(f.def);
  let seen = true;
  const names = new Set<string>();
  walkStmt(unit, { expr: (e) => walkExpr(e, (x) => void (x.kind === 'id' && names.add(x.name))) });
  for (const s of map.keys()) {
    if (s.kind !== 'decl' || (s.start >= unit.start && s.end <= unit.end) || !s.decls.some((d) => names.has(d.name)))
      continue;
    const parent = map.get(s)?.parent;
    if (s.start > place.start || (parent && (place.start < parent.start || place.end > parent.end))) seen = false;
    for (const d of s.decls)
      if (names.has(d.name) && !d.init && !writtenBefore(f, unit, d.name, place.start)) seen = false;
  }
  return seen;
}

/** Something in front of the place (or the statement itself, a loop) writes the variable, or gets its address. */
function writtenBefore(f: FunctionContext, unit: Stmt, name: string, until: number): boolean {
  let found = false;
  const expr = (e: Expr): void => {
    if (e.start >= until && !(e.start >= unit.start && e.end <= unit.end)) return;
    const to = e.kind === 'assign' ? e.left : e.kind === 'unary' && e.op === '&' ? e.arg : undefined;
    if (to && baseNames(to).includes(name)) found = true;
  };
  walkStmt(f.def.body(), { expr });
  return found;
}

function dedented(text: string, unit: Stmt): string[] {
  const indent = indentAt(text, unit.start);
  const own = isBlank(text, text.lastIndexOf('\n', unit.start - 1) + 1, unit.start);
  return text
    .slice(unit.start, unit.end)
    .split(/\r?\n/)
    .map((l, i) => (i > 0 && own && l.startsWith(indent) ? l.slice(indent.length) : l));
}

/** Variables that an expression of an array or a page starts from. */
export function baseNames(e: Expr | undefined): string[] {
  switch (e?.kind) {
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
