/**
 * What says that pages are to be written although no mapping of theirs does: a note that they are writable, made where they were
 * got; the function that undoes the acquire and is told whether they are dirty; a function of the file that writes to the one page it is given.
 */
import type { Expr } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import type { AccessMap, Evidence } from './access.ts';
import { constantOf, makes, plain } from './flow.ts';
import { calleeName, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { mentions } from './mentions.ts';
import { undoes } from './opposites.ts';
import type { AcquireSite } from './sites.ts';

const isTrue = (e: Expr): boolean => (e.kind === 'id' && e.name === 'true') || constantOf(e) === 1;

/** `writable = true`, `*write_ok = true`. */
function notesWritable(node: CfgNode): { name: string; at: Expr } | null {
  const e = node.what.kind === 'expr' ? node.what.expr : undefined;
  if (e?.kind !== 'assign' || e.op !== '=' || !isTrue(e.right)) return null;
  const to = e.left.kind === 'unary' && e.left.op === '*' ? e.left.arg : e.left;
  const name = to.kind === 'id' || to.kind === 'member' ? to.name : '';
  return /(^|_)(writ(e|able|eable)|wr)(_|$)/i.test(name) ? { name, at: e } : null;
}

/** `if (get_user_page_fast_only(…, &page)) write_ok = true;` and nothing like it where no page was got. */
export function notedWritable(f: FunctionContext, a: AcquireSite): Evidence | null {
  const { nodes } = f.cfg;
  const follow = (from: number | undefined): { name: string; at: Expr } | null => {
    let at = from;
    for (let steps = 0; steps < 4 && at !== undefined; steps++) {
      const node = nodes[at]!;
      const note = notesWritable(node);
      if (note) return note;
      if (node.succs.length !== 1) return null;
      at = node.succs[0]!.to;
    }
    return null;
  };
  for (const node of nodes) {
    if (node.what.kind !== 'branch' || !makes(node.what.test, a.call)) continue;
    const way = (truth: 'true' | 'false'): number | undefined => node.succs.find((s) => s.label.kind === truth)?.to;
    // a function that answers with the truth, not with a count or an error
    if (plain(node.what.test).kind !== 'call') continue;
    const note = follow(way('true'));
    if (note && follow(way('false'))?.name !== note.name)
      return { fn: a.fn, span: note.at, words: `held for writable where \`${note.name}\` is set` };
  }
  return null;
}

/** `demo_unpin_page(…, bool dirty)` undoes `demo_pin_page()`, and somebody listens to `dirty`. */
function givenBackDirty(file: FileAnalysis, a: AcquireSite): Evidence | null {
  if (a.flagsExpr?.kind !== 'num') return null;
  for (const r of file.groups.releases) {
    const g = r.fn === a.fn || !undoes(r.fn, a.fn) ? undefined : file.functions.get(r.fn);
    const p = g?.def.params.find(
      (x) => /^(make_|mark_|set_|is_)?dirty$/.test(x.name ?? '') && x.type.kind !== 'pointer',
    );
    if (g && p?.name && mentions(file, g, p.name) > 0)
      return { fn: r.fn, span: p, words: `written where \`${p.name}\` says so to ${r.fn}()` };
  }
  return null;
}

/** The one page is given to a function of the file that writes to it, or dirties it. */
function writtenBelow(file: FileAnalysis, access: AccessMap, f: FunctionContext, a: AcquireSite): Evidence | null {
  const name = a.pages?.kind === 'unary' && a.pages.op === '&' && a.pages.arg.kind === 'id' ? a.pages.arg.name : null;
  const g = file.groups.groupOfAcquire(a.call);
  if (name === null || !g) return null;
  const { cpuWrites, dirtied } = access.of(g);
  for (const call of f.calls) {
    const callee = calleeName(call);
    const below = callee === undefined ? undefined : file.functions.get(callee);
    // what is told by a constant may be not to write
    if (!below || call.start < a.call.start || call.args.some((x) => constantOf(x) !== undefined)) continue;
    const index = call.args.findIndex((x) => x.kind === 'id' && x.name === name);
    const param = below.def.params[index]?.name;
    const why = [...dirtied, ...cpuWrites].find((w) => w.fn === callee && w.key === `L:${callee}:${param}`);
    if (why) return why;
  }
  return null;
}

/** Whatever of these a file shows for pages that are taken for reading. */
export function expectedWrite(file: FileAnalysis, access: AccessMap, a: AcquireSite): Evidence | null {
  const f = file.functions.get(a.fn);
  return f ? (notedWritable(f, a) ?? givenBackDirty(file, a) ?? writtenBelow(file, access, f, a)) : null;
}
