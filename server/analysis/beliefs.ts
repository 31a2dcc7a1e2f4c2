/**
 * Releases of the wrong kind where no path and no group of pages leads from the acquire to them: what the rest of the file
 * does says what they should be. Most of it is for files whose acquires are of one kind.
 */
import type { CallExpr, Expr } from '../../language/c/ast.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { makes } from './flow.ts';
import { namingOf, wordKind } from './naming.ts';
import { perFile, perFunction } from './per-function.ts';
import { isPageType, resultOf, type AcquireSite, type Group, type ReleaseSite } from './sites.ts';
import { undoes } from './opposites.ts';

/** A release that gives back what nothing in the file takes, and the acquire that it should undo. */
export interface PresumedWrong {
  readonly release: ReleaseSite;
  readonly acquire: AcquireSite;
}

/** Does a call by that name give pages, or references of them, if the file does not define it? 'perhaps': a page cache, a page table, a region of memory that is not seen. */
function gives(name: string): 'always' | 'perhaps' | undefined {
  const known = facts.call(name);
  const refers = known?.effects.some((e) => e.kind === 'ref');
  const allocates =
    known?.effects.some((e) => e.kind === 'alloc') && /page|folio/.test(name) && !/free_page|zeroed_page/.test(name);
  if (refers || allocates) return 'always';
  return !known && !facts.acquire(name) && LOOKS_UP.test(name) ? 'perhaps' : undefined;
}
const LOOKS_UP = /(^|_)(get|find|grab|read|lookup|alloc|to)_(\w+_)?(page|folio)s?(_|$)/;
const GIVER = wordKind((word) => gives(word) !== undefined);

/** Names of calls that give pages. */
const givers = perFunction((f) => {
  const found = new Set<string>();
  for (const call of f.calls) {
    const name = calleeName(call);
    if (name === undefined || found.has(name)) continue;
    const how = gives(name);
    if (how === 'always' || (how === 'perhaps' && !saysHowItWent(call, f))) found.add(name);
  }
  return [...found];
});

/** Calls by which a file comes to other pages than those of its acquires, or to other references of them. */
export const hasOtherPages = perFile((file): boolean => {
  const may = namingOf(file.functions).holding(GIVER);
  return may.some((f) => givers(f).some((name) => !file.functions.has(name)));
});

/** `ret = demo_get_pages(obj)`: an error code comes of it, and no page, for it is given nowhere to leave one. */
function saysHowItWent(call: CallExpr, f: FunctionContext): boolean {
  const result = resultOf(call, f);
  const type = result === undefined ? undefined : f.types.get(result);
  return (
    type?.kind === 'base' &&
    /^(int|long)$/.test(type.name) &&
    call.args.length === 1 &&
    call.args.every((a) => a.kind === 'id' && !isPageType(f.types.get(a.name) ?? type))
  );
}

/** `sg_page(sg)`, `pfn_to_page(n)`: the page is found in something that keeps pages, not taken here. */
function isLookup(e: Expr, f: FunctionContext): boolean {
  if (e.kind === 'cast') return isLookup(e.arg, f);
  if (e.kind === 'unary' && e.op === '&') return isLookup(e.arg, f);
  if (e.kind === 'call') {
    const name = calleeName(e) ?? '';
    const alias = facts.call(name)?.effects.find((x) => x.kind === 'alias');
    return alias?.kind === 'alias' && /^(pfn|sg|bio|dma-addr)$/.test(alias.from.as) && !/online/.test(name);
  }
  if (e.kind !== 'id' || f.def.params.some((p) => p.name === e.name)) return false;
  let found = false;
  let other = false;
  const value = (v: Expr): void => {
    if (v.kind === 'id' && v.name === 'NULL') return;
    if (v.kind !== 'id' && isLookup(v, f)) found = true;
    else other = true;
  };
  for (const node of f.cfg.nodes) {
    if (node.what.kind === 'decl' && node.what.decl.name === e.name && node.what.decl.init) value(node.what.decl.init);
    for (const x of exprsOf(node))
      if (x.kind === 'assign' && x.op === '=' && x.left.kind === 'id' && x.left.name === e.name) value(x.right);
  }
  return found && !other;
}

/** A page that is found by number or in a scatterlist, in a file where all such pages can only be what its acquires took. */
function* byExclusion(file: FileAnalysis, acquire: AcquireSite): Iterable<PresumedWrong> {
  if (hasOtherPages(file)) return;
  for (const release of file.groups.releases) {
    if (release.effect.of === acquire.kind) continue;
    const f = file.functions.get(release.fn);
    const g = file.groups.groupOf(release.key);
    const arg = release.call.args[release.effect.pages.arg];
    if (!f || !arg || g?.acquires.length || g?.foreign.length || !isLookup(arg, f)) continue;
    yield { release, acquire };
  }
}

/** `demo_acquire_pages(…, pages)` fills what it is given, and `demo_release_pages(pages, …)` gives it back: their names say that they belong together. */
function* byName(file: FileAnalysis, acquire: AcquireSite): Iterable<PresumedWrong> {
  const taker = file.functions.get(acquire.fn);
  if (!taker || taker.def.isStatic || acquire.pages?.kind !== 'id') return;
  const { name } = acquire.pages;
  if (!taker.def.params.some((p) => p.name === name && isPageType(p.type))) return;
  for (const release of file.groups.releases) {
    const f = file.functions.get(release.fn);
    if (!f || release.effect.of === acquire.kind || !undoes(release.fn, acquire.fn)) continue;
    const param = /^L:[^:]+:(.+)$/.exec(release.key)?.[1];
    if (f.def.params.some((p) => p.name === param && isPageType(p.type))) yield { release, acquire };
  }
}

/** Pins only are in the group, and a function gives back some of them as pins and, on the same way, others as plain references. */
function* bothOnOneWay(file: FileAnalysis, g: Group): Iterable<PresumedWrong> {
  const acquire = g.acquires[0];
  if (!acquire || g.acquires.some((a) => a.kind !== acquire.kind || a.fact.takes === 'by-iter')) return;
  if (g.uses.some((u) => u.effect.kind === 'ref')) return;
  for (const release of g.releases) {
    if (release.effect.of === acquire.kind) continue;
    const f = file.functions.get(release.fn);
    const arg = release.call.args[release.effect.pages.arg];
    const right = g.releases.filter((r) => r.fn === release.fn && r.effect.of === acquire.kind);
    if (!f || !arg || !isLookup(arg, f) || !right.length) continue;
    if (right.some((r) => follows(f, r, release) || follows(f, release, r))) yield { release, acquire };
  }
}

/**
 * A file that only pins, and a function of it that finds two pages by their numbers: one is unpinned and, on the same way, the
 * other given back as a plain reference.
 */
function* besideAnother(file: FileAnalysis, acquire: AcquireSite): Iterable<PresumedWrong> {
  const looked = (r: ReleaseSite, f: FunctionContext): Expr | undefined => {
    const arg = r.call.args[r.effect.pages.arg];
    return arg && isLookup(arg, f) ? arg : undefined;
  };
  for (const release of file.groups.releases) {
    const f = file.functions.get(release.fn);
    const g = file.groups.groupOf(release.key);
    const arg = f && looked(release, f);
    if (release.effect.of === acquire.kind || !f || !arg || g?.acquires.length || g?.foreign.length) continue;
    if (g?.uses.some((u) => u.effect.kind === 'ref')) continue;
    const right = file.groups.releases.some((r) => {
      const other = r.fn === release.fn && r.effect.of === acquire.kind ? looked(r, f) : undefined;
      return (
        other !== undefined &&
        file.groups.text(other) !== file.groups.text(arg) &&
        (follows(f, r, release) || follows(f, release, r))
      );
    });
    if (right) yield { release, acquire };
  }
}

/** A function says by its name that it unpins, others unpin such pages, and it gives them back as plain references. */
function* byVerb(g: Group): Iterable<PresumedWrong> {
  const acquire = g.acquires[0];
  if (!acquire || g.acquires.some((a) => a.kind !== 'pin') || g.uses.some((u) => u.effect.kind === 'ref')) return;
  const unpins = new Set(g.releases.filter((r) => r.effect.of === 'pin').map((r) => r.fn));
  if (!unpins.size) return;
  for (const release of g.releases)
    if (
      release.effect.of === 'get' &&
      !release.effect.frees &&
      !unpins.has(release.fn) &&
      /(^|_)unpin(_|$)/.test(release.fn)
    )
      yield { release, acquire };
}

/** `b` can be reached behind `a` without going back in a loop. */
function follows(f: FunctionContext, a: ReleaseSite, b: ReleaseSite): boolean {
  const { nodes } = f.cfg;
  const from = nodes.findIndex((n) => exprsOf(n).some((e) => makes(e, a.call)));
  const to = nodes.findIndex((n) => exprsOf(n).some((e) => makes(e, b.call)));
  if (from < 0 || to < 0 || from === to) return false;
  const seen = new Set<number>();
  const work = [from];
  while (work.length) {
    const id = work.pop()!;
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const e of nodes[id]!.succs) if (!e.back || id !== from) work.push(e.to);
  }
  return false;
}

/** All releases of a file that are presumed to be of the wrong kind. */
export function presumedWrong(file: FileAnalysis): PresumedWrong[] {
  const out: PresumedWrong[] = [];
  for (const g of file.groups.all().values()) out.push(...byVerb(g));
  const taken = file.groups.acquires.filter((a) => a.pages || a.fact.into === 'return');
  const acquire = taken[0];
  if (!acquire || taken.some((a) => a.kind !== acquire.kind || a.fact.takes === 'by-iter')) return out;
  out.push(...byExclusion(file, acquire), ...besideAnother(file, acquire));
  for (const a of taken) out.push(...byName(file, a));
  for (const g of file.groups.all().values()) out.push(...bothOnOneWay(file, g));
  return out;
}
