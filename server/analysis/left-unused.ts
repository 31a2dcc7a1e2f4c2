/**
 * Names that a forgotten release leaves unused: the index of the loop that gave pages back, the object that keeps them, the answer
 * that decides in a function beside this one whether a page is to be given back.
 */
import type { CType } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import type { FunctionDef } from '../../language/c/unit.ts';
import { callersOf } from './constants.ts';
import { exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { effectsOf, ENDS, first, isConditional, type IdleRelease } from './idle-release.ts';
import { givenByAddress, mentions, perBody, standing } from './mentions.ts';
import { isOf, mayHave, mayName, namingOf, TELLING, wordKind } from './naming.ts';
import { namesIn, perFile, perFunction, wordsIn } from './per-function.ts';

/** What fields that name many pages are called. */
const MANY = /(^|_)(pages|folios|bvecs?|bv|sgs?|sgl|sgt|sg_(table|list))(_|$)/;
const INDEX = /^([ijkn]|idx|index|pg|\w+_idx|\w+_index)$/;

/** Verbs that end an object, not a lock on it or a use of it. */
const ENDS_OBJECT = /(^|_)(unpin|release|put|unuse|free|cleanup|teardown|destroy)(_|$)/;

const isInteger = (t: CType | undefined): boolean =>
  t?.kind === 'base'
    ? /int|long|short|char/.test(t.name)
    : t?.kind === 'named' && /^(size_t|s?size_t|[us]\d+)$/.test(t.name);

/** Integers that are declared without a value. */
const bareIndices = perFunction((f) =>
  f.cfg.nodes.flatMap(({ what, span }) =>
    what.kind === 'decl' && !what.decl.init && INDEX.test(what.decl.name) && isInteger(what.decl.type)
      ? [{ name: what.decl.name, span }]
      : [],
  ),
);

/** The function speaks of many pages. */
const speaksOfMany = perFunction((f) => [...wordsIn(f)].some((w) => MANY.test(w)));

/** `int i;` in a function that ends an object with many pages, or that takes pages itself, and nothing goes over them. */
function* unusedIndex(file: FileAnalysis, f: FunctionContext): Iterable<IdleRelease> {
  if (!bareIndices(f).length || !speaksOfMany(f)) return;
  if (!ENDS.test(f.def.name) && !file.groups.acquires.some((a) => a.fn === f.def.name)) return;
  for (const { name, span } of bareIndices(f))
    if (mentions(file, f, name) === 1) yield { fn: f.def.name, kind: 'index', at: span, name };
}

/** Records with a field that holds acquired pages. */
const keepers = perFile((file): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const g of file.groups.all().values())
    if (g.acquires.length) for (const k of g.keys) if (k.startsWith('F:')) found.add(k.slice(2, k.indexOf('.')));
  return found;
});

/** Objects that a function is given to end them. */
const objects = ({ def }: FunctionContext): readonly { name: string; record: string }[] =>
  def.isStatic && ENDS_OBJECT.test(def.name)
    ? def.params.flatMap(({ name, type }) => {
        const record = type.kind === 'pointer' && type.to.kind === 'record' ? type.to.name : undefined;
        return name && record ? [{ name, record }] : [];
      })
    : [];

/** `static void demo_cleanup(struct demo *d, …)` that never looks at `d`, where `d` keeps the pages. */
function* unusedKeeper(file: FileAnalysis, f: FunctionContext): Iterable<IdleRelease> {
  for (const { name, record } of objects(f)) {
    if (!keepers(file).has(record) || mentions(file, f, name) > 0 || isConditional(file, f)) continue;
    // called as it is asked to be: a callback may do without what it is given
    const callback = namingOf(file.functions)
      .of(f.def.name)
      .some((g) => namesIn(g).mentioned.has(f.def.name));
    const inTable = new RegExp(`[={,]\\s*&?${f.def.name}\\s*[,}]`).test(file.unit.text);
    if (!callback && !inTable) yield { fn: f.def.name, kind: 'keeper', at: f.def.nameSpan, name };
  }
}

/** Variables that a call answers into through their address, and how often a function does more with them than that. */
const answers = perFunction((f) => {
  const found = new Map<string, { at: { start: number; end: number }; given: number }>();
  for (const call of f.calls)
    for (const a of call.args)
      if (a.kind === 'unary' && a.op === '&' && a.arg.kind === 'id' && f.types.get(a.arg.name)?.kind === 'base') {
        const known = found.get(a.arg.name);
        found.set(a.arg.name, { at: known?.at ?? call, given: (known?.given ?? 0) + 1 });
      }
  return found;
});

/** Where the answer is true, pages are given back. */
function decidesRelease(file: FileAnalysis, f: FunctionContext, name: string): boolean {
  const { nodes } = f.cfg;
  return nodes.some((node) => {
    if (node.what.kind !== 'branch' || node.what.test.kind !== 'id' || node.what.test.name !== name) return false;
    let at = node.succs.find((s) => s.label.kind === 'true')?.to;
    for (let steps = 0; steps < 3 && at !== undefined; steps++) {
      const next = nodes[at]!;
      let released = false;
      for (const e of exprsOf(next))
        walkExpr(e, (x) => {
          if (x.kind === 'call' && effectsOf(file, x).some((y) => y.kind === 'release' && y.pages.as !== 'vaddr'))
            released = true;
        });
      if (released) return true;
      at = next.succs.find((s) => s.label.kind === 'true' || s.label.kind === 'next')?.to;
    }
    return false;
  });
}

/** Variables that decide in some function whether pages are given back, and those functions. */
const deciders = perFile((file): ReadonlyMap<string, readonly FunctionContext[]> => {
  const out = new Map<string, FunctionContext[]>();
  for (const f of namingOf(file.functions).holding(TELLING))
    for (const name of tested(f)) {
      if (!decidesRelease(file, f, name)) continue;
      const list = out.get(name);
      if (list) list.push(f);
      else out.set(name, [f]);
    }
  return out;
});

/** Variables that a function asks whether they are true. */
const tested = perFunction(
  (f) =>
    new Set(
      f.cfg.nodes.flatMap(({ what }) => (what.kind === 'branch' && what.test.kind === 'id' ? [what.test.name] : [])),
    ),
);

/** Some function calls both. */
const shareCaller = (file: FileAnalysis, a: FunctionContext, b: FunctionContext): boolean =>
  callersOf(a.def.name, file.functions).some(({ f: h }) => h.callees.includes(b.def.name));

/** Answers that nobody reads. */
const unreadAnswers = perBody((file, f) =>
  f.def.isStatic
    ? [...answers(f)].flatMap(([name, { at, given }]) =>
        f.def.params.some((p) => p.name === name) || mentions(file, f, name) !== given + 1 ? [] : [{ name, at }],
      )
    : [],
);

/** `merge(…, &same_page)` whose answer nobody reads, where another function gives the page back if it is true. */
function* unreadAnswer(file: FileAnalysis, f: FunctionContext): Iterable<IdleRelease> {
  for (const { name, at } of unreadAnswers(file, f)) {
    const other = deciders(file)
      .get(name)
      ?.find((g) => g !== f && answers(g).has(name) && shareCaller(file, f, g));
    if (other) yield { fn: f.def.name, kind: 'answer', at, name, like: other.def.name };
  }
}

/** By the text of the function alone, something of this may be said of it. */
export const mayLeaveUnused = perFunction(
  (f) =>
    (bareIndices(f).length > 0 && speaksOfMany(f)) || objects(f).length > 0 || (f.def.isStatic && answers(f).size > 0),
);

/** The same by its name and words, told without reading it. */
export function mightLeaveUnused(file: FileAnalysis, f: FunctionContext): boolean {
  const { def } = f;
  if (objects(f).some(({ name, record }) => standing(def, name).read === 0 && keepers(file).has(record))) return true;
  if (def.isStatic && mayDecide(file).some((name) => mayLeaveAnswer(def, name) && deciders(file).has(name)))
    return true;
  const takes = (): boolean => file.groups.acquires.some((a) => a.fn === def.name);
  if (!mayHave(def, INDICES) || !mayHave(def, MANIES) || !(ENDS.test(def.name) || takes())) return false;
  for (const word of def.words) if (isOf(word, INDICES) && standing(def, word).read === 1) return true;
  return false;
}

/** Answers that may decide in some function whether pages are given back: it is given their address. */
const mayDecide = perFile((file): readonly string[] => [
  ...new Set(
    namingOf(file.functions)
      .holding(TELLING)
      .flatMap((f) => givenByAddress(f.def)),
  ),
]);

/** The name is declared in the function, given by its address, and that is all. */
function mayLeaveAnswer(def: FunctionDef, name: string): boolean {
  if (!mayName(def, name)) return false;
  const { given, written, read } = standing(def, name);
  return given > 0 && written + read === 1;
}

const INDICES = wordKind((word) => INDEX.test(word));
const MANIES = wordKind((word) => MANY.test(word));

/** The first of a function. */
export const leftUnused = (file: FileAnalysis, f: FunctionContext): IdleRelease | undefined =>
  mayLeaveUnused(f)
    ? (first(unusedIndex(file, f)) ?? first(unusedKeeper(file, f)) ?? first(unreadAnswer(file, f)))
    : undefined;
