/**
 * Releases in the acquiring function, or beside a look at the data, that should dirty and do not: a note that the page is held for
 * writing was made where it was got, or a branch for writing is left in which the page is flushed only.
 */
import type { Expr } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import type { AccessMap, Evidence } from './access.ts';
import { calleeName, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { plain } from './flow.ts';
import { namingOf, wordKind } from './naming.ts';
import { perFunction } from './per-function.ts';
import type { Group, ReleaseSite } from './sites.ts';
import { notedWritable } from './write-beliefs.ts';

/** A release that leaves written pages clean, and what says that they were written. */
export interface LeftClean {
  readonly g: Group;
  readonly r: ReleaseSite;
  readonly why: Evidence;
}

/** Nothing in the function dirties pages of the group. */
const dirtiesNothing = (access: AccessMap, g: Group, fn: string): boolean =>
  !access.of(g).dirtied.some((d) => d.fn === fn) && !g.releases.some((r) => r.fn === fn && access.dirties(r));

/** `if (get_user_page_fast_only(addr, FOLL_WRITE, &page)) write_ok = true;`, and `page` is given back by the same function. */
function* heldForWriting(file: FileAnalysis, access: AccessMap, g: Group): Iterable<LeftClean> {
  for (const a of g.acquires) {
    const f = file.functions.get(a.fn);
    if (!f || !a.flags.names.has('FOLL_WRITE') || !dirtiesNothing(access, g, a.fn)) continue;
    const why = notedWritable(f, a);
    // the last one: those before it are for pages that came to nothing
    const r = g.releases.filter((x) => x.fn === a.fn && x.key === a.key && x.effect.of === a.kind).at(-1);
    if (why && r && !r.effect.frees && r.call.start > a.call.start) yield { g, r, why };
  }
}

/** Calls that keep other views of a page's data in step with the one that was written. */
const FLUSHES = /^flush_dcache_(page|folio)$/;
const FLUSH = wordKind((word) => FLUSHES.test(word));
const AROUND = /^(folio_(un)?lock|(un)?lock_page(_nosync)?)$/;
const WRITES = /^(is_|to_|for_|from_)?(write|writing|written|writable|dirty)$/;

/** `if (cs->write)`: a condition that is told by its name. */
function asksForWrite(n: CfgNode): string | null {
  const test = n.what.kind === 'branch' ? plain(n.what.test) : undefined;
  return test && (test.kind === 'id' || test.kind === 'member') && WRITES.test(test.name) ? test.name : null;
}

/** `if (write) { flush_dcache_page(page); }`: branches in which nothing else is done. */
const flushedOnly = perFunction((f) => {
  const out: { page: Expr; at: Expr; name: string }[] = [];
  const { nodes } = f.cfg;
  for (const n of nodes) {
    const name = asksForWrite(n);
    if (name === null) continue;
    const way = (truth: string): number => n.succs.find((s) => s.label.kind === truth)?.to ?? -1;
    const end = way('false');
    let page: Expr | undefined;
    let at = way('true');
    for (let steps = 0; steps < 6 && at !== end && at >= 0; steps++) {
      const { what, succs } = nodes[at]!;
      const call = what.kind === 'expr' && what.expr.kind === 'call' ? what.expr : undefined;
      const callee = call ? (calleeName(call) ?? '') : '';
      if (!call || succs.length !== 1 || !(FLUSHES.test(callee) || AROUND.test(callee))) break;
      if (FLUSHES.test(callee)) page = call.args[0];
      at = succs[0]!.to;
    }
    if (at === end && page && n.what.kind === 'branch') out.push({ page, at: n.what.test, name });
  }
  return out;
});

/** Pages that were flushed because they were written, and are given back clean. */
function* flushed(file: FileAnalysis, access: AccessMap, f: FunctionContext): Iterable<LeftClean> {
  for (const { page, at, name } of flushedOnly(f)) {
    const key = file.groups.keyOf(page, f);
    const g = key ? file.groups.groupOf(key) : undefined;
    if (!g?.acquires.length || !dirtiesNothing(access, g, f.def.name)) continue;
    const r = g.releases.find((x) => x.fn === f.def.name && x.key === key && x.call.start > at.start);
    if (r && !r.effect.frees && g.acquires.some((a) => a.kind === r.effect.of))
      yield { g, r, why: { fn: f.def.name, span: at, words: `written where \`${name}\` holds: it is flushed there` } };
  }
}

/** All of a file. */
export function* leftClean(file: FileAnalysis, access: AccessMap): Iterable<LeftClean> {
  for (const g of file.groups.all().values()) if (g.acquires.length) yield* heldForWriting(file, access, g);
  if (!file.groups.acquires.length) return;
  for (const f of namingOf(file.functions).holding(FLUSH)) if (flushedOnly(f).length) yield* flushed(file, access, f);
}
