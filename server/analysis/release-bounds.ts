/**
 * Releases that stop one page early, start one page late or go one page too far: `unpin_user_pages(pages, n - 1)`, a loop from 1, a loop
 * to `i <= n`, where `n` is how many there are.
 */
import type { Expr, Span } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { strip } from './count-forms.ts';
import { exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { constantOf, makes, plain } from './flow.ts';
import { perFile, perFunction, writesIn } from './per-function.ts';
import { resultOf, type Group, type ReleaseSite } from './sites.ts';

/** A release that does not go over the pages that there are. */
export interface WrongBound {
  readonly release: ReleaseSite;
  readonly at: Span;
  /** 'short': the last ones are left; 'late': the first ones are; 'far': slots behind the last are given back. */
  readonly kind: 'short' | 'late' | 'far';
  readonly count: string;
}

const nameOf = (e: Expr): string | undefined => (e.kind === 'id' || e.kind === 'member' ? e.name : undefined);

/** What numbers of pages are called. */
const COUNTS =
  /^(n|nr|num|count|cnt|page_?count|n_?pages|npgs|nents|n_?pinned|pinned|npinned)$|(^|_)(nr|num|n)_(\w+_)?(pages|pgs|bvecs|vecs|folios|ents|sgs?)$|(^|_)(pages?|bvecs?|folios?|sgs?|bv)_(nr|num|count|cnt|len)$/;

/** `count` says how many pages of the group there are: by its name, or what was asked for, what the call returned, or a field that notes one of these. */
function isFullCount(file: FileAnalysis, g: Group, fn: string, count: Expr): boolean {
  const name = nameOf(strip(count));
  if (name === undefined) return false;
  if (COUNTS.test(name)) return true;
  return g.acquires.some((a) => {
    const f = file.functions.get(a.fn);
    const nr = a.call.args[a.form?.params.indexOf('nr') ?? -1];
    const result = f && resultOf(a.call, f);
    if (!f) return false;
    const here = a.fn === fn && strip(count).kind === 'id';
    if (here && (name === result || (nr && nameOf(strip(nr)) === name))) return true;
    if (strip(count).kind !== 'member') return false;
    if (nr && strip(nr).kind === 'member' && nameOf(strip(nr)) === name) return true;
    const counts = [result, nr && nameOf(strip(nr))].filter((x) => x !== undefined);
    return (writesIn(f).fields.get(name) ?? []).some((v) => counts.some((c) => nameOf(strip(v)) === c));
  });
}

/** Loops over an index from a constant. */
interface Counting {
  readonly index: string;
  readonly from: number;
  readonly op: '<' | '<=';
  readonly bound: Expr;
  readonly test: Expr;
  readonly first: number;
  readonly last: number;
}

const counting = perFunction((f) => {
  const out: Counting[] = [];
  for (const { head, last } of f.loops.values()) {
    const test = f.cfg.nodes[head]?.what;
    const t = test?.kind === 'branch' ? plain(test.test) : undefined;
    if (t?.kind !== 'binary' || (t.op !== '<' && t.op !== '<=') || t.left.kind !== 'id') continue;
    const index = t.left.name;
    const before = f.cfg.nodes.filter((n) => n.id < head && n.succs.some((s) => s.to === head && !s.back));
    const w = before.length === 1 ? before[0]!.what : undefined;
    const value =
      w?.kind === 'expr' && w.expr.kind === 'assign' && w.expr.op === '=' && nameOf(w.expr.left) === index
        ? w.expr.right
        : w?.kind === 'decl' && w.decl.name === index
          ? w.decl.init
          : undefined;
    const from = value && constantOf(value);
    if (from !== undefined) out.push({ index, from, op: t.op, bound: t.right, test: t, first: head, last });
  }
  return out;
});

/** The page that the loop's index names: `pages[i]`, or a variable that is set to it. */
function namesSlot(f: FunctionContext, e: Expr, index: string): boolean {
  const x = strip(e);
  if (x.kind === 'index') return strip(x.index).kind === 'id' && nameOf(strip(x.index)) === index;
  if (x.kind === 'unary' && x.op === '&') return namesSlot(f, x.arg, index);
  if (x.kind !== 'id') return false;
  const values = writesIn(f).variables.get(x.name) ?? [];
  return values.length === 1 && values[0]!.kind === 'index' && namesSlot(f, values[0]!, index);
}

/** `pages[0]` has a part of its own in the function. */
const looksAtFirst = perFunction((f) =>
  f.cfg.nodes.some((n) =>
    exprsOf(n).some((e) => {
      let found = false;
      walkExpr(e, (x) => {
        if (x.kind === 'index' && constantOf(strip(x.index)) === 0) found = true;
      });
      return found;
    }),
  ),
);

/** One page by its own name, or some behind the first. */
function isPartial(r: ReleaseSite): boolean {
  const x = strip(r.call.args[r.effect.pages.arg]!);
  const e = x.kind === 'unary' && x.op === '&' ? strip(x.arg) : x;
  if (r.effect.pages.count === undefined) return e.kind !== 'index' || strip(e.index).kind !== 'id';
  return e.kind === 'index' || e.kind === 'binary';
}

/** Not from the first to the last. */
const isOdd = (l: Counting): boolean => (l.op === '<' ? l.from > 0 : l.from === 0);

/** All of a file. */
export const wrongBounds = perFile((file): readonly WrongBound[] => [...boundsOf(file)]);

function* boundsOf(file: FileAnalysis): Iterable<WrongBound> {
  for (const g of file.groups.all().values()) {
    if (!g.acquires.length && !g.releases.some((r) => r.effect.of === 'pin')) continue;
    for (const release of g.releases) {
      const f = file.functions.get(release.fn);
      const { call, effect } = release;
      const pages = call.args[effect.pages.arg];
      // another release beside it may be that of the rest
      const beside = g.releases.filter((r) => r !== release && r.fn === release.fn);
      if (!f || !pages || effect.frees || beside.some((r) => isPartial(r))) continue;
      const count = effect.pages.count === undefined ? undefined : call.args[effect.pages.count];
      const n = count && strip(count);
      const array = strip(pages);
      const whole = array.kind === 'id' || array.kind === 'member';
      if (n?.kind === 'binary' && n.op === '-' && (constantOf(n.right) ?? 0) > 0 && whole) {
        if (isFullCount(file, g, release.fn, n.left))
          yield { release, at: call, kind: 'short', count: file.groups.text(n.left) };
        continue;
      }
      if (!counting(f).some(isOdd)) continue;
      const at = f.cfg.nodes.find((node) => exprsOf(node).some((e) => makes(e, call)))?.id ?? -1;
      const loop = counting(f).find((l) => l.first < at && at <= l.last && namesSlot(f, pages, l.index));
      if (!loop || !isFullCount(file, g, release.fn, loop.bound)) continue;
      const words = file.groups.text(loop.bound);
      if (loop.op === '<' && loop.from > 0 && !looksAtFirst(f))
        yield { release, at: loop.test, kind: 'late', count: words };
      if (loop.op === '<=' && loop.from === 0) yield { release, at: loop.test, kind: 'far', count: words };
    }
  }
}
