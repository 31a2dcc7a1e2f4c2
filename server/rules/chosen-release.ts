/**
 * Releases that the data chooses: `if (obj->pinned) unpin_user_pages(…); else put_page(…)`. What such a branch does is no mistake where
 * nobody on the path has said which of the two it is.
 */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import type { Cfg } from '../../language/c/cfg.ts';
import { walkExpr } from '../../language/c/index.ts';
import { exprsOf, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { namingOf } from '../analysis/naming.ts';
import { constantOf, plain } from '../analysis/flow.ts';
import { writesIn } from '../analysis/per-function.ts';
import type { AcquireSite, ReleaseSite } from '../analysis/sites.ts';
import type { RefKind } from '../analysis/state.ts';

/** The call is reached from node `yes` and not from node `no` (without going through the branch again). */
export function isOnlyBehind(cfg: Cfg, call: Span, yes: number, no: number): boolean {
  const reached = (from: number): boolean => {
    const seen = new Set<number>();
    const work = [from];
    while (work.length) {
      const id = work.pop()!;
      if (seen.has(id)) continue;
      seen.add(id);
      const node = cfg.nodes[id]!;
      if (node.span.start <= call.start && call.end <= node.span.end && exprsOf(node).length) return true;
      for (const e of node.succs) if (!e.back) work.push(e.to);
    }
    return false;
  };
  return reached(yes) && !reached(no);
}

/**
 * A field decides here between `call` and a release of pages taken as `kind`, and neither the function that takes the pages nor the
 * one that gives them back sets that field: it is the caller's word, and the analysis has not heard it.
 */
export function isChosenByData(file: FileAnalysis, call: CallExpr, fn: string, kind: RefKind, acquire: Span): boolean {
  const f = file.functions.get(fn);
  if (!f) return false;
  const partners = file.groups.releases.filter((r) => r.fn === fn && r.effect.of === kind);
  if (!partners.length) return false;
  for (const node of f.cfg.nodes) {
    if (node.what.kind !== 'branch') continue;
    const field = fieldOf(node.what.test);
    const yes = node.succs.find((e) => e.label.kind === 'true')?.to;
    const no = node.succs.find((e) => e.label.kind === 'false')?.to;
    if (field === undefined || yes === undefined || no === undefined) continue;
    const decides = (here: number, there: number): boolean =>
      isOnlyBehind(f.cfg, call, here, there) && partners.some((p) => isOnlyBehind(f.cfg, p.call, there, here));
    if (!decides(yes, no) && !decides(no, yes)) continue;
    const taker = [...file.functions.values()].find((x) => x.def.start <= acquire.start && acquire.end <= x.def.end);
    return ![f, taker].some((x) => x && sets(x, field));
  }
  return false;
}

/** The field that a test looks at, if it looks at nothing else: `o->pinned`, `!o->pinned`, `o->flags & PINNED`. */
function fieldOf(test: Expr): string | undefined {
  if (test.kind === 'member') return test.name;
  if (test.kind === 'unary') return fieldOf(test.arg);
  return test.kind === 'binary' && test.op === '&' ? fieldOf(test.left) : undefined;
}

function sets(f: FunctionContext, field: string): boolean {
  let found = false;
  for (const node of f.cfg.nodes)
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'assign' && x.left.kind === 'member' && x.left.name === field) found = true;
      });
  return found;
}

/** `o->pinned`, or `!o->pinned`: the field, and whether the test holds where it is set. */
function flagOf(test: Expr): { readonly flag: Expr & { kind: 'member' }; readonly holds: boolean } | null {
  const e = plain(test);
  if (e.kind === 'member') return { flag: e, holds: true };
  const inner = e.kind === 'unary' && e.op === '!' ? flagOf(e.arg) : null;
  return inner && { flag: inner.flag, holds: !inner.holds };
}

/** The field is written `true` where pages are pinned, nowhere where they are taken otherwise, and never anything that is not known. */
function marksPins(file: FileAnalysis, field: string): boolean {
  let marked = false;
  for (const f of namingOf(file.functions).of(field))
    for (const value of writesIn(f).fields.get(field) ?? []) {
      const isTrue = (value.kind === 'id' && value.name === 'true') || constantOf(value) === 1;
      const isFalse = (value.kind === 'id' && value.name === 'false') || constantOf(value) === 0;
      if (!isTrue && !isFalse) return false;
      const taken = isTrue ? file.groups.acquires.filter((a) => a.fn === f.def.name) : [];
      if (isTrue && (!taken.length || taken.some((a) => a.kind !== 'pin'))) return false;
      marked ||= isTrue;
    }
  return marked;
}

/** `if (o->pinned) put_page(…); else unpin_user_page(…);`, where the function that pins the pages sets `o->pinned`. */
export function* chosenTheWrongWay(file: FileAnalysis): Iterable<{ release: ReleaseSite; flag: Expr }> {
  for (const release of file.groups.releases) {
    const f = release.effect.of === 'get' && !release.effect.frees ? file.functions.get(release.fn) : undefined;
    const partners = f ? file.groups.releases.filter((r) => r.fn === release.fn && r.effect.of === 'pin') : [];
    if (!f || !partners.length) continue;
    for (const { what, succs } of f.cfg.nodes) {
      const test = what.kind === 'branch' ? flagOf(what.test) : null;
      const on = succs.find((e) => e.label.kind === String(test?.holds))?.to;
      const off = succs.find((e) => e.label.kind === String(!test?.holds))?.to;
      if (!test || on === undefined || off === undefined || !isOnlyBehind(f.cfg, release.call, on, off)) continue;
      if (partners.some((p) => isOnlyBehind(f.cfg, p.call, off, on)) && marksPins(file, test.flag.name))
        yield { release, flag: test.flag };
    }
  }
}

/** A call in a function. */
type Called = Pick<ReleaseSite, 'fn' | 'call'>;

/** A branch of the function chooses between the two. */
export function isEither(file: FileAnalysis, a: Called, b: Called): boolean {
  const cfg = file.functions.get(a.fn)?.cfg;
  return !!cfg && branches(cfg).some(([yes, no]) => isChoice(cfg, a, b, yes, no) || isChoice(cfg, a, b, no, yes));
}

const isChoice = (cfg: Cfg, a: Called, b: Called, here: number, there: number): boolean =>
  isOnlyBehind(cfg, a.call, here, there) && isOnlyBehind(cfg, b.call, there, here);

/** Where the branches of a function lead: to which node if the test holds, to which if not. */
function branches(cfg: Cfg): [yes: number, no: number, test: Expr][] {
  return cfg.nodes.flatMap(({ what, succs }): [number, number, Expr][] => {
    const way = (truth: string): number | undefined => succs.find((e) => e.label.kind === truth)?.to;
    const [yes, no] = [way('true'), way('false')];
    return what.kind === 'branch' && yes !== undefined && no !== undefined ? [[yes, no, what.test]] : [];
  });
}

/** A release of pins that no way gives back as such. */
interface Unpinned {
  readonly release: ReleaseSite;
  readonly acquire: AcquireSite;
  readonly test: Expr;
}

/**
 * `if (slot->user) put_page(slot->page); else __free_page(slot->page);`: user pages that are pinned and pages of the allocator, told from each
 * other where they are given back, and neither way undoes a pin.
 */
export function* neitherUnpins(file: FileAnalysis): Iterable<Unpinned> {
  for (const g of file.groups.all().values()) {
    const acquire = g.acquires[0];
    if (!acquire || g.acquires.some((a) => a.kind !== 'pin') || g.uses.some((u) => u.effect.kind === 'ref')) continue;
    if (!g.foreign.length || !g.foreign.every((x) => ALLOCATES.test(x.what))) continue;
    const unpin = new Set(g.releases.filter((r) => r.effect.of === 'pin').map((r) => r.fn));
    for (const release of g.releases) {
      const cfg = unpin.has(release.fn) ? undefined : file.functions.get(release.fn)?.cfg;
      const freed = g.releases.filter(
        (r) => r !== release && r.fn === release.fn && r.key === release.key && r.effect.frees,
      );
      if (!cfg || !freed.length) continue;
      const stands = (r: ReleaseSite, at: number): boolean =>
        exprsOf(cfg.nodes[at]!).some((e) => e.start === r.call.start && e.end === r.call.end);
      for (const [yes, no, test] of branches(cfg)) {
        const name = test.kind === 'id' || test.kind === 'member' ? test.name : '';
        if (OF_USERS.test(name) && stands(release, yes) && freed.some((r) => stands(r, no)))
          yield { release, acquire, test };
      }
    }
  }
}

/** Calls that give pages of the allocator, as groups tell where pages come from. */
export const ALLOCATES = /^(__)?(dev_)?alloc_pages?(_node)?\(\)$|^(__get_free_pages?|folio_alloc)\(\)$/;
/** Flags of pages that others have as well. */
const OF_USERS = /(^|_)(put|get|got|user|usr|gup|pin|pinned|unpin|ref)(_|$)/;
