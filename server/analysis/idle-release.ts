/**
 * Functions that say by their name that they give pages back and do not: what is left of them looks the pages up, or gets
 * them, and does nothing that could release them. Told by the text alone, for where the pages come from another file (or by a
 * number, a scatterlist, a list) no group of pages leads here.
 */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { countBefore } from '../../language/search.ts';
import { facts } from '../../language/kernel/index.ts';
import type { Effect } from '../../language/kernel/types.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { isPageType } from './sites.ts';
import { leftBehind, mayHaveEmptyBranches, mayLeaveBehind, mightLeaveBehind } from './left-behind.ts';
import { leftUnused, mayLeaveUnused, mightLeaveUnused } from './left-unused.ts';
import { mentions, perBody } from './mentions.ts';
import { perFile, perFunction } from './per-function.ts';

/** The first of what is found, if anything is; the rest is not looked for. */
export function first<T>(found: Iterable<T>): T | undefined {
  for (const one of found) return one;
  return undefined;
}

/** A function that should release pages and does not. */
export interface IdleRelease {
  readonly fn: string;
  /**
   * 'unread': a page is looked up for nothing; 'dirtied': it is dirtied only; 'parameter': pages are given for nothing; 'empty': no release at all; 'tested': a
   * page is only asked whether it is there; 'branch', 'label': a way that leads to nothing; 'count': a number of pages to unpin is not used; 'unused': nor is the variable that would name a page;
   * 'index': nor the one that would count them; 'keeper': nor the object that keeps them; 'answer': nor what says whether to give one back.
   */
  readonly kind:
    | 'unread'
    | 'tested'
    | 'dirtied'
    | 'parameter'
    | 'empty'
    | 'branch'
    | 'label'
    | 'count'
    | 'unused'
    | 'index'
    | 'keeper'
    | 'answer';
  readonly at: Span;
  /** Variable or parameter that names the pages; empty for 'empty'. */
  readonly name: string;
  /** Function that does it right. */
  readonly like?: string;
}

/** Words that a function which ends the use of something has in its name. */
export const ENDS =
  /(^|_)(unpin|release|put|unuse|unlock|unmap|unmap_pages|free|cleanup|teardown|destroy|drop|uninit|deinit|disable|remove|detach|fini|exit)(_|$)/;
/** Names that say what it is that goes: pins, or pages. */
export const UNPINS =
  /(^|_)(unpin|unpinned)(_|$)|(^|_)(release|put|unuse|return)_(\w+_)?(user_)?(pages?|folios?|pins?|pfns?)(_|$)/;
/** Names whose verb is to unpin, as opposed to "add_to_unpin_list", "update_unpinned", "needs_unpin". */
const UNPINS_BY_VERB = /(^|_)unpin(_|$)|(^|_)(release|put)_(\w+_)?pins(_|$)/;
const OTHER_VERB =
  /(^|_)(add|update|set|get|init|alloc|is|has|can|will|need|needs|should|check|count|to|for|mark|queue|test)(_|$)/;
/** Calls whose name says that they may release what they are given. */
export const MAY_RELEASE =
  /unpin|release|put|free|drop|destroy|unmap|unlock|cleanup|dec|unref|remove|clear|done|complete|queue|schedule|submit|call|flush|return|finish|end|fini|erase|delete|del/i;

const PRINTS = /^(v?printk|pr_\w+|dev_\w+|netdev_\w+|trace_\w+|\w*(dbg|debug|DEBUG|warn|WARN|VM_BUG|BUG)\w*)$/;

const lookups = new Set(['page', 'folio']);

/** `sg_page(sg)`, `pfn_to_page(pfn)`, `pages[i]`, `bv->bv_page`: no reference is taken by it. */
function looksUp(e: Expr): boolean {
  if (e.kind === 'cast') return looksUp(e.arg);
  if (e.kind === 'index' || e.kind === 'member') return true;
  if (e.kind !== 'call') return false;
  return facts.call(calleeName(e) ?? '')?.effects.some((x) => x.kind === 'alias' && lookups.has(x.result)) ?? false;
}

export const effectsOf = (file: FileAnalysis, call: CallExpr): readonly Effect[] =>
  file.functions.has(calleeName(call) ?? '') ? [] : (facts.call(calleeName(call) ?? '')?.effects ?? []);

/** Local pointers to pages that are looked up. */
const lookedUp = perFunction((f) => {
  const params = new Set(f.def.params.map((p) => p.name));
  const pages = [...f.types].flatMap(([name, type]) =>
    !params.has(name) && type.kind === 'pointer' && type.to.kind === 'record' && isPageType(type) ? [name] : [],
  );
  if (pages.length === 0) return pages;
  const found = new Set<string>();
  for (const node of f.cfg.nodes) {
    const { what } = node;
    if (what.kind === 'decl' && what.decl.init && looksUp(what.decl.init)) found.add(what.decl.name);
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'assign' && x.op === '=' && x.left.kind === 'id' && looksUp(x.right)) found.add(x.left.name);
      });
  }
  return pages.filter((name) => found.has(name));
});

/** Pages that are looked up, and at most dirtied. */
const unread = perBody((file, f) => first(unreadPages(file, f)));

function* unreadPages(file: FileAnalysis, f: FunctionContext): Iterable<IdleRelease> {
  for (const name of lookedUp(f)) {
    let written = 0;
    let at: Span | undefined;
    let other = false;
    let dirtied = 0;
    let declared = 0;
    for (const node of f.cfg.nodes) {
      if (node.what.kind === 'decl' && node.what.decl.name === name) {
        declared++;
        const { init } = node.what.decl;
        if (init && looksUp(init)) {
          written++;
          at ??= node.span;
        } else if (init && !isNull(init)) other = true;
      }
      for (const e of exprsOf(node))
        walkExpr(e, (x) => {
          if (x.kind === 'assign' && x.left.kind === 'id' && x.left.name === name) {
            if (x.op === '=' && looksUp(x.right)) at ??= x;
            else if (!isNull(x.right)) other = true;
            written++;
            declared++;
          }
          if (x.kind === 'call' && x.args.some((a) => a.kind === 'id' && a.name === name)) {
            if (PRINTS.test(calleeName(x) ?? '')) other = true;
            if (effectsOf(file, x).some((y) => y.kind === 'dirty')) dirtied++;
          }
          if (
            x.kind === 'call' &&
            x.args.some((a) => a.kind === 'unary' && a.op === '&' && a.arg.kind === 'id' && a.arg.name === name)
          )
            other = true;
        });
    }
    if (!at || other || !written) continue;
    const reads = mentions(file, f, name) - declared;
    const tests = testsOf(f, name);
    // `struct page *page;` and the assignment, or both in one
    const without = [...f.cfg.nodes].some((n) => n.what.kind === 'decl' && n.what.decl.name === name) ? 0 : 1;
    if (reads - without === 0) yield { fn: f.def.name, kind: 'unread', at, name };
    else if (reads - without === tests && ENDS.test(f.def.name)) yield { fn: f.def.name, kind: 'tested', at, name };
    else if (reads - without === dirtied && ENDS.test(f.def.name)) yield { fn: f.def.name, kind: 'dirtied', at, name };
  }
}

/** How often a variable is asked whether it is there: `if (page)`. */
const testsOf = (f: FunctionContext, name: string): number =>
  f.cfg.nodes.filter((n) => {
    const t = n.what.kind === 'branch' ? n.what.test : undefined;
    const x = t?.kind === 'unary' && t.op === '!' ? t.arg : t;
    return x?.kind === 'id' && x.name === name;
  }).length;

export const isNull = (e: Expr): boolean =>
  e.kind === 'cast' ? isNull(e.arg) : (e.kind === 'id' && e.name === 'NULL') || (e.kind === 'num' && e.value === 0n);

/** Offsets of `#if` and `#endif` in the files of an analysis, and how deep the text is behind each. */
const conditionals = perFile(() => new Map<string, { readonly at: number; readonly depth: number }[]>());

function conditionalsIn(text: string): { readonly at: number; readonly depth: number }[] {
  const found: { at: number; depth: number }[] = [];
  const word = /[ \t]*(if|endif)/y;
  let depth = 0;
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) {
    let start = at;
    while (start > 0 && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--;
    if (start > 0 && !/[\n\r\u2028\u2029]/.test(text[start - 1]!)) continue;
    word.lastIndex = at + 1;
    const which = word.exec(text)?.[1];
    if (which) found.push({ at: word.lastIndex, depth: (depth += which === 'if' ? 1 : -1) });
  }
  return found;
}

/** The definition stands in a branch of a conditional: it may be the stub of a configuration without the feature. */
export function isConditional(file: FileAnalysis, f: FunctionContext): boolean {
  if (f.def.condition !== undefined) return true;
  const { path, text, span } = file.unit.sources.locate(f.def);
  const known = conditionals(file);
  let all = known.get(path);
  if (!all) known.set(path, (all = conditionalsIn(text)));
  const before = countBefore(all.length, (i) => all[i]!.at <= span.start);
  return before > 0 && all[before - 1]!.depth > 0;
}

/** Pages that a function named after releasing is given, and does not look at. */
function* unusedParameter(file: FileAnalysis, f: FunctionContext): Iterable<IdleRelease> {
  if (!UNPINS.test(f.def.name) || isConditional(file, f)) return;
  for (const p of f.def.params)
    if (p.name && isPageType(p.type) && mentions(file, f, p.name) === 0)
      yield { fn: f.def.name, kind: 'parameter', at: f.def.nameSpan, name: p.name };
}

/** The function counts: what it undoes is a number (`--ctx->pin_count`), not a pin of a page. */
const countsDown = (g: FunctionContext): boolean =>
  g.cfg.nodes.some((n) =>
    exprsOf(n).some((e) => {
      let found = false;
      walkExpr(e, (x) => {
        const written = x.kind === 'update' ? x.arg : x.kind === 'assign' && x.op !== '=' ? x.left : null;
        if (written?.kind === 'member') found = true;
      });
      return found;
    }),
  );

/** Nothing in the function, or below it, could give pages back. */
function isEmpty(file: FileAnalysis, f: FunctionContext): boolean {
  const { name } = f.def;
  if (!UNPINS_BY_VERB.test(name) || OTHER_VERB.test(name) || isConditional(file, f) || countsDown(f)) return false;
  for (const below of file.reachable(name)) {
    const g = file.functions.get(below);
    if (!g || (g !== f && UNPINS_BY_VERB.test(below))) return false;
    for (const call of g.calls) {
      const callee = calleeName(call);
      if (callee === undefined) return false; // through a pointer
      if (file.functions.has(callee)) continue;
      const known = facts.call(callee);
      if (known ? known.effects.some((e) => e.kind === 'release' && e.pages.as !== 'vaddr') : MAY_RELEASE.test(callee))
        return false;
      if (/^[A-Z]/.test(callee) && !known) return false;
    }
  }
  return true;
}

/** Anything of this may be said of the function: of most, by their text alone, nothing. */
const isSuspect = perFunction(
  (f) =>
    lookedUp(f).length > 0 ||
    UNPINS.test(f.def.name) ||
    UNPINS_BY_VERB.test(f.def.name) ||
    mayLeaveBehind(f) ||
    mayLeaveUnused(f),
);

/** The same by its name, words and text, told without reading it. */
const mightBe = (file: FileAnalysis, f: FunctionContext): boolean =>
  UNPINS_BY_VERB.test(f.def.name) ||
  mightLeaveBehind(file, f) ||
  mightLeaveUnused(file, f) ||
  mayHaveEmptyBranches(f.def);

/** All of a file that takes user pages. */
export function idleReleases(file: FileAnalysis): IdleRelease[] {
  const pins = file.groups.acquires.length > 0 || file.groups.releases.some((r) => r.effect.of === 'pin');
  // the only release may be what is missing
  if (!pins && !/\b(\w+_)?(un)?pin(ned)?\b/.test(file.unit.text)) return [];
  const out: IdleRelease[] = [];
  const own = new Set(file.unit.functions);
  for (const f of file.functions.values()) {
    if (!own.has(f.def) || !mightBe(file, f)) continue;
    // who was read for the first question is not parsed once more for the second
    if (!(isSuspect(f) || mayHaveEmptyBranches(f.def)) || f.def.hasError) continue;
    const found = unread(file, f) ?? first(unusedParameter(file, f)) ?? leftBehind(file, f) ?? leftUnused(file, f);
    if (found) out.push(found);
    else if (isEmpty(file, f)) out.push({ fn: f.def.name, kind: 'empty', at: f.def.nameSpan, name: '' });
  }
  return out;
}
