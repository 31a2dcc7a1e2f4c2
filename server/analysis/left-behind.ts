/**
 * What a release leaves behind where it is forgotten, or was taken out: a branch that does nothing beside one that gives pages
 * back, a label named after a release behind which none comes, a number of pages to unpin that nobody uses, pages that a
 * function named after releasing only dirties.
 */
import type { Expr, Stmt } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { effectsOf, ENDS, first, MAY_RELEASE, UNPINS, type IdleRelease } from './idle-release.ts';
import { mentions, pagePointers, perBody, standing } from './mentions.ts';
import { isOf, mayHave, mayName, wordKind } from './naming.ts';
import { perDefinition, perFunction } from './per-function.ts';

/** Words of a condition that speak of references on pages. */
const SPEAKS = /(^|_)(un)?pin(s|ned)?(_|$)|(^|_)put(_|$)|pages?(_|$)|folios?(_|$)/i;

/** Calls that free memory or end something else, not a reference on a page. */
const FREES_MEMORY = /^k?v?free|^kvfree|^vunmap$|unlock|^(bitmap|kmem_cache|mempool|ida|idr|dma|sg)_(\w+_)?free/;
/** References on something else, and mappings that hold none. */
const PUTS_OTHER =
  /^(mmdrop|mmput(_async)?|free_uid|put_(pid|cred|device|task_struct|mnt_ns|unused_fd)|module_put|of_node_put|path_put|pm_runtime_put\w*|(ib_)?dma_unmap_\w+|dma_free_\w+|ida_simple_remove|srcu_\w+|complete(_all)?|clear_bit\w*)$/;

/** The expression may give pages back: a release that the tables know, or a call that is not seen and is named so. */
function mayRelease(file: FileAnalysis, e: Expr, depth = 0): boolean {
  let found = false;
  walkExpr(e, (x) => {
    if (x.kind !== 'call' || found) return;
    const name = calleeName(x);
    const local = name === undefined ? undefined : file.functions.get(name);
    if (name === undefined) found = true;
    else if (local) found = depth > 4 || anyReleases(file, local, depth + 1);
    else {
      const effects = effectsOf(file, x);
      found = effects.length
        ? effects.some((y) => y.kind === 'release' && y.pages.as !== 'vaddr')
        : MAY_RELEASE.test(name) && !FREES_MEMORY.test(name) && !PUTS_OTHER.test(name);
    }
  });
  return found;
}

const anyReleases = (file: FileAnalysis, f: FunctionContext, depth: number): boolean =>
  f.cfg.nodes.some((n) => exprsOf(n).some((e) => mayRelease(file, e, depth)));

const isEmptyStmt = (s: Stmt): boolean => s.kind === 'empty' || (s.kind === 'block' && !s.body.length);

/** Every `if` of a body. */
function* ifs(s: Stmt): Iterable<Stmt & { kind: 'if' }> {
  if (s.kind === 'if') yield s;
  const below: (Stmt | undefined)[] =
    s.kind === 'block'
      ? [...s.body]
      : s.kind === 'if'
        ? [s.then, s.else]
        : 'body' in s && s.body && !Array.isArray(s.body)
          ? [s.body as Stmt]
          : [];
  for (const b of below) if (b) yield* ifs(b);
}

/** Branches that do nothing. */
const emptyIfs = perFunction((f) => [...ifs(f.def.body())].filter((s) => !s.macro && isEmptyStmt(s.then)));

/** `if (pinned) { } else put_page(page);`, and `if (pinned) { }` in what ends the use of pages. */
function* emptyBranches(file: FileAnalysis, f: FunctionContext): Iterable<IdleRelease> {
  if (!mayHaveEmptyBranches(f.def)) return;
  for (const s of emptyIfs(f)) {
    if (file.unit.comments.some((c) => c.start >= s.then.start && c.end <= s.then.end)) continue;
    let speaks = '';
    walkExpr(s.test, (x) => {
      if ((x.kind === 'id' || x.kind === 'member') && SPEAKS.test(x.name)) speaks ||= x.name;
    });
    const other = s.else && !isEmptyStmt(s.else) && elseReleases(file, f, s.else);
    if (other || (!s.else && (speaks || ENDS.test(f.def.name))))
      yield { fn: f.def.name, kind: 'branch', at: s, name: file.groups.text(s.test) };
  }
}

/** Such a branch stands in the text of the function. */
export const mayHaveEmptyBranches = perDefinition((def) => {
  const text = def.source;
  for (const { index } of text.matchAll(/\)\s*(\{\s*\}|;\s*else\b)/g)) if (mayEndTest(text, index)) return true;
  return false;
});

/** The bracket closes the test of an `if`, or what it closes cannot be told by counting brackets. */
function mayEndTest(text: string, bracket: number): boolean {
  let depth = 0;
  for (let at = bracket; at >= 0; at--) {
    const c = text[at]!;
    if (c === '"' || c === "'") {
      do at = text.lastIndexOf(c, at - 1);
      while (at > 0 && text[at - 1] === '\\');
      if (at <= 0) return true;
    } else if (c === '/' && text[at - 1] === '*') return true;
    else if (c === ')') depth++;
    else if (c === '(' && --depth === 0) return /\bif\s*$/.test(text.slice(Math.max(0, at - 40), at));
  }
  return true;
}

const elseReleases = (file: FileAnalysis, f: FunctionContext, s: Stmt): boolean =>
  f.cfg.nodes.some(
    (n) =>
      n.span.start >= s.start &&
      n.span.end <= s.end &&
      exprsOf(n).some((e) => {
        let found = false;
        walkExpr(e, (x) => {
          if (x.kind === 'call' && effectsOf(file, x).some((y) => y.kind === 'release' && y.pages.as !== 'vaddr'))
            found = true;
        });
        return found;
      }),
  );

/** Labels that speak of pages. */
const NAMED = /(^|_)unpin(_|$|\d)|(^|_)(put|release|free)_(user_)?(pages?|folios?)(_|$|\d)/;

/** Words of a label that speaks of undoing something. */
function wordsOfUndoing(label: string): readonly string[] {
  const words = label.split('_').filter((w) => w && !/^(out|err|error|fail|failed|bad|exit|do|e)\d*$/.test(w));
  const undoes = words.some((w) => /^(unmap|unpin|put|release|undo|cleanup|teardown|destroy|unlock)$/.test(w));
  return words.length >= 2 && undoes ? words : [];
}

/** `out_unmap_bufmap` goes by the name of `demo_bufmap_unmap()`, which gives pages back. */
function namesReleaser(file: FileAnalysis, words: readonly string[]): boolean {
  if (!words.length) return false;
  for (const [name, f] of file.functions) {
    const parts = new Set(name.split('_'));
    if (words.every((w) => parts.has(w)) && file.groups.releases.some((r) => r.fn === f.def.name)) return true;
  }
  return false;
}

/** Labels that may be named after a release. */
const labels = perFunction((f) =>
  f.cfg.nodes.flatMap(({ id, span, what }) => {
    const undoing = what.kind === 'label' ? wordsOfUndoing(what.name) : [];
    return what.kind === 'label' && isOf(what.name, LABEL) ? [{ id, span, name: what.name, undoing }] : [];
  }),
);

/** `unpin_exit` is where demo_unpin() ends: what it gives back it gave back before. */
function isEndOf(label: string, fn: string): boolean {
  const [, undone] = /^(\w+)_(?:exit|out|done|end|ret)\d*$/.exec(label) ?? [];
  const parts = new Set(fn.split('_'));
  return undone !== undefined && undone.split('_').every((w) => parts.has(w));
}

/** `error_unpin:` behind which nothing is given back. */
function* idleLabels(file: FileAnalysis, f: FunctionContext): Iterable<IdleRelease> {
  for (const { id: at, span, name, undoing } of labels(f)) {
    if (!NAMED.test(name) && !namesReleaser(file, undoing)) continue;
    if (isEndOf(name, f.def.name)) continue;
    // `free_pages` is as well a label that frees the array
    const array = /(^|_)free_pages?/.test(name);
    const seen = new Set<number>();
    const work = [at];
    let released = array;
    while (work.length && !released) {
      const id = work.pop()!;
      if (seen.has(id)) continue;
      seen.add(id);
      released = exprsOf(f.cfg.nodes[id]!).some((e) => mayRelease(file, e));
      for (const s of f.cfg.nodes[id]!.succs) work.push(s.to);
    }
    if (!released) yield { fn: f.def.name, kind: 'label', at: span, name };
  }
}

/** Variables that may stand for a page, declared without a value. */
const bare = perFunction((f) =>
  f.cfg.nodes.flatMap(({ what, span }) => {
    if (what.kind !== 'decl' || what.decl.init) return [];
    const { name } = what.decl;
    const type = f.types.get(name);
    const isPage = type?.kind === 'pointer' && type.to.kind === 'record' && /^(page|folio)$/.test(type.to.name ?? '');
    return type && (isPage || (type.kind === 'base' && /^(pfn|pfns)$/.test(name))) ? [{ name, span }] : [];
  }),
);

/** `struct page *page;` or `unsigned long pfn;`, and nothing more is said of it. */
const unusedPages = perBody((file, f): IdleRelease | undefined => {
  const page = bare(f).find(({ name }) => mentions(file, f, name) === 1);
  return page && { fn: f.def.name, kind: 'unused', at: page.span, name: page.name };
});

const COUNTED = /(^|_)(to_)?unpin(_|$)/;
/** Numbers that are named after unpinning. */
const counts = perFunction((f) =>
  [...f.types].flatMap(([name, type]) =>
    type.kind === 'base' && COUNTED.test(name) && !f.def.params.some((p) => p.name === name) ? [name] : [],
  ),
);

/** `nr_unpin = …` is worked out, and nobody asks for it. */
const unusedCounts = perBody((file, f) => first(countsUnused(file, f)));

function* countsUnused(file: FileAnalysis, f: FunctionContext): Iterable<IdleRelease> {
  for (const name of counts(f)) {
    let written = 0;
    let declared = 0;
    let at: IdleRelease['at'] | undefined;
    for (const node of f.cfg.nodes) {
      if (node.what.kind === 'decl' && node.what.decl.name === name) {
        declared = 1;
        if (node.what.decl.init) at ??= node.span;
      }
      for (const e of exprsOf(node))
        walkExpr(e, (x) => {
          if (x.kind !== 'assign' || x.op !== '=' || x.left.kind !== 'id' || x.left.name !== name) return;
          written++;
          at ??= x;
        });
    }
    const total = mentions(file, f, name);
    if (at && (total === written + declared || total === written + 1))
      yield { fn: f.def.name, kind: 'count', at, name };
  }
}

/** A function named after releasing pages dirties them, and neither it nor what it calls gives them back. */
function* dirtiedOnly(file: FileAnalysis, f: FunctionContext): Iterable<IdleRelease> {
  if (!UNPINS.test(f.def.name) || anyReleases(file, f, 0)) return;
  const dirty = f.calls.find((c) => effectsOf(file, c).some((e) => e.kind === 'dirty' && e.pages.as !== 'bio'));
  const arg = dirty?.args[0];
  if (dirty && arg) yield { fn: f.def.name, kind: 'dirtied', at: dirty, name: file.groups.text(arg) };
}

/** By the function alone, something of this may be said of it that is not about an empty branch. */
export const mayLeaveBehind = perFunction(
  (f) => UNPINS.test(f.def.name) || labels(f).length > 0 || counts(f).length > 0 || bare(f).length > 0,
);

/** The same by its name, words and text, told without reading it; and so of pages that are looked up for nothing. */
export const mightLeaveBehind = (file: FileAnalysis, { def }: FunctionContext): boolean =>
  UNPINS.test(def.name) ||
  mayLeavePages(def) ||
  labelsInText(def).some((label) => NAMED.test(label) || namesReleaser(file, wordsOfUndoing(label)));

/** What may be labels named after a release. */
const labelsInText = perDefinition((def): readonly string[] => {
  if (!mayName(def, 'goto')) return [];
  const text = def.source;
  // the `goto` of a macro goes to one that a macro makes: any
  if (!text.includes('goto')) return ['unpin'];
  // most of them are no words of functions, and asked for here alone
  return Array.from(text.matchAll(/(\w+)\s*:/g), ([, label]) => label!).filter(LABEL.test);
});

/** A page, a page's number or a count of pages stands in one place at most besides those where it gets a value; or pages are looked up where their use ends. */
const mayLeavePages = perDefinition((def): boolean => {
  if (!mayHave(def, BARE)) return false;
  const pages = pagePointers(def);
  if (ENDS.test(def.name) && pages.length > 0) return true;
  const isLeft = (name: string): boolean => {
    const { given, written, read } = standing(def, name);
    return given === 0 && read <= 1 && written + read > 0;
  };
  if (pages.some(isLeft)) return true;
  for (const word of def.words) if (isOf(word, NUMBER) && isLeft(word)) return true;
  return false;
});

/** What a variable is called, or its type, that may be left without a use. */
const NUMBER = wordKind((word) => /^pfns?$/.test(word) || COUNTED.test(word));
const BARE = wordKind((word) => /^(page|folio|pfns?)$/.test(word) || COUNTED.test(word));
const LABEL = wordKind((label) => wordsOfUndoing(label).length > 0 || NAMED.test(label));

/** The first of a function. */
export const leftBehind = (file: FileAnalysis, f: FunctionContext): IdleRelease | undefined =>
  first(emptyBranches(file, f)) ??
  (mayLeaveBehind(f)
    ? (first(idleLabels(file, f)) ?? unusedCounts(file, f) ?? unusedPages(file, f) ?? first(dirtiedOnly(file, f)))
    : undefined);
