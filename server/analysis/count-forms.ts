/** What the operands of an acquire are: how wide, signed or not, one page or many, and what names them. */
import type { CallExpr, CType, Expr } from '../../language/c/ast.ts';
import { isInMain, walkExpr } from '../../language/c/index.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { constantOf, makes, plain, sameCall, textOf } from './flow.ts';
import { resultOf, type AcquireSite } from './sites.ts';
import { mayGiveZeroForAddress } from './wrapped-range.ts';

/** An expression without its casts. */
export const strip = (e: Expr): Expr => (e.kind === 'cast' ? strip(e.arg) : e);

/** The variable or field that names the pages: `&page` → `page`, `pages + i` → `pages`. */
export function rootOf(e: Expr): Expr {
  const x = strip(e);
  if (x.kind === 'unary' && (x.op === '&' || x.op === '*')) return rootOf(x.arg);
  if (x.kind === 'binary' && (x.op === '+' || x.op === '-')) return rootOf(x.left);
  if (x.kind === 'index') return rootOf(x.object);
  return x;
}

const UNSIGNED_INT = 32;
/** Width and sign of an integer type: [bits, unsigned]; null if not known. */
export function integer(t: CType | undefined): { bits: number; unsigned: boolean } | null {
  if (t?.kind === 'base') {
    if (/double|float|void/.test(t.name)) return null;
    if (t.name === 'bool' || /char|short/.test(t.name)) return { bits: 31, unsigned: false };
    return { bits: /long/.test(t.name) ? 64 : UNSIGNED_INT, unsigned: t.name.startsWith('unsigned') };
  }
  if (t?.kind === 'enum') return { bits: 32, unsigned: false };
  if (t?.kind === 'named') {
    if (
      /^(__)?(u|uint|be|le)64(_t)?$|^(size_t|ulong|uintptr_t|pgoff_t|sector_t|dma_addr_t|phys_addr_t|loff_t)$/.test(
        t.name,
      )
    )
      return { bits: 64, unsigned: t.name !== 'loff_t' };
    if (/^(__)?(u|uint|be|le)32(_t)?$|^(uint|gfp_t)$/.test(t.name)) return { bits: 32, unsigned: true };
    if (/^(__)?[su](8|16)$|^u?int(8|16)_t$/.test(t.name)) return { bits: 31, unsigned: false };
    if (/^(__)?s32$|^int32_t$/.test(t.name)) return { bits: 32, unsigned: false };
    if (/^(__)?s64$|^int64_t$|^ssize_t$/.test(t.name)) return { bits: 64, unsigned: false };
  }
  return null;
}

/** One page is asked for: by a constant, by a variable that never is anything else, or into a variable for one page. */
export function isOne(nr: Expr, pages: Expr, f: FunctionContext): boolean {
  const x = strip(nr);
  if (constantOf(x) === 1) return true;
  const p = strip(pages);
  if (p.kind === 'unary' && p.op === '&' && p.arg.kind === 'id' && f.types.get(p.arg.name)?.kind === 'pointer')
    return true;
  if (x.kind !== 'id' || f.def.params.some((q) => q.name === x.name)) return false;
  let all = true;
  let some = false;
  for (const n of f.cfg.nodes) {
    if (n.what.kind === 'decl' && n.what.decl.name === x.name && n.what.decl.init) {
      if (constantOf(n.what.decl.init) === 1) some = true;
      else all = false;
    }
    for (const e of exprsOf(n))
      walkExpr(e, (y) => {
        if (y.kind === 'assign' && y.left.kind === 'id' && y.left.name === x.name) {
          if (y.op === '=' && constantOf(y.right) === 1) some = true;
          else all = false;
        }
        if (
          (y.kind === 'update' || (y.kind === 'unary' && y.op === '&')) &&
          y.arg.kind === 'id' &&
          y.arg.name === x.name
        )
          all = false;
      });
  }
  return some && all;
}

/** `struct page *page = NULL`: what is in it afterwards tells as much as the result. */
export function startsEmpty(site: AcquireSite, f: FunctionContext): boolean {
  const root = rootOf(site.pages!);
  return (
    root.kind === 'id' &&
    f.cfg.nodes.some(
      (n) =>
        (n.what.kind === 'decl' &&
          n.what.decl.name === root.name &&
          n.what.decl.init &&
          constantOf(n.what.decl.init) === 0) ||
        (n.what.kind === 'expr' &&
          n.what.expr.kind === 'assign' &&
          n.what.expr.left.kind === 'id' &&
          n.what.expr.left.name === root.name &&
          constantOf(n.what.expr.right) === 0),
    )
  );
}

/** Why the result for one page can be zero; null where it cannot. */
export type ZeroReason =
  { readonly why: 'nowait' | 'address' } | { readonly why: 'elsewhere'; readonly site: AcquireSite };

/**
 * Zero is a result for one page only where the caller does not want to wait for the fault: the kernel promises an error code
 * otherwise (get_user_pages_remote(): "if no pages were pinned, returns -errno"), or where the address is one that older kernels answer
 * so. But a file that asks for 1 elsewhere believes that zero may come, and it should do so everywhere.
 */
export function zeroReason(site: AcquireSite, file: FileAnalysis): ZeroReason | null {
  if (site.flags.names.has('FOLL_NOWAIT')) return { why: 'nowait' };
  if (mayGiveZeroForAddress(site, file)) return { why: 'address' };
  const other = file.groups.acquires.find((a) => a !== site && isInMain(a.call.start) && asksForOne(a, file));
  return other ? { why: 'elsewhere', site: other } : null;
}

/** The result is compared so that zero fails: `!= 1`, `< 1`, `<= 0`. */
function asksForOne(a: AcquireSite, file: FileAnalysis): boolean {
  const f = file.functions.get(a.fn);
  const nr = a.call.args[a.form?.params.indexOf('nr') ?? -1];
  if (!f || !nr || !a.pages || a.fact.result !== 'pages' || !isOne(nr, a.pages, f)) return false;
  const result = resultOf(a.call, f);
  const isResult = (e: Expr): boolean => {
    const x = strip(plain(e));
    return (x.kind === 'id' && x.name === result) || (x.kind === 'call' && makes(x, a.call));
  };
  return f.cfg.nodes.some((n) =>
    exprsOf(n).some((top) => {
      let found = false;
      walkExpr(top, (x) => {
        if (x.kind !== 'binary' || !isResult(x.left)) return;
        const c = constantOf(x.right);
        if ((c === 1 && /^(!=|==|<|>=)$/.test(x.op)) || (c === 0 && /^(<=|>)$/.test(x.op))) found = true;
      });
      return found;
    }),
  );
}

/** The expression is that call. */
export const isSame = (e: Expr, call: CallExpr): boolean => e.kind === 'call' && sameCall(e, call);

/** How the call's value is bound. */
export type Binding =
  { readonly how: 'variable'; readonly text: string } | { readonly how: 'test' | 'ignored' | 'elsewhere' };

/** A variable, or a field of one: nobody else writes to it, unless its address is given away. */
const isVariable = (e: Expr): boolean => e.kind === 'id' || (e.kind === 'member' && !e.arrow && isVariable(e.object));

/** What takes the value of an acquire. */
export function bindingOf(site: AcquireSite, node: CfgNode, file: FileAnalysis): Binding {
  const isCall = (e: Expr): boolean => isSame(strip(e), site.call);
  const w = node.what;
  if (w.kind === 'decl')
    return w.decl.init && isCall(w.decl.init) ? { how: 'variable', text: w.decl.name } : { how: 'elsewhere' };
  for (const e of exprsOf(node)) {
    if (w.kind === 'expr' && isSame(e, site.call)) return { how: 'ignored' };
    let found: Binding | null = null;
    walkExpr(e, (x) => {
      if (x.kind === 'assign' && x.op === '=' && isCall(x.right))
        found = isVariable(x.left) ? { how: 'variable', text: textOf(x.left, file.unit) } : { how: 'elsewhere' };
    });
    if (found) return found;
    if (w.kind === 'branch') {
      const t = plain(e);
      if (isCall(t) || (t.kind === 'binary' && (isCall(t.left) || isCall(t.right)))) return { how: 'test' };
    }
  }
  return { how: 'elsewhere' };
}
