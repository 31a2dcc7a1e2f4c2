/** Everything that the rules look at for one file and one target, computed once. */
import { walkExpr } from '../../language/c/index.ts';
import type { FunctionDef, TranslationUnit } from '../../language/c/unit.ts';
import { existsIn, facts, formatVersion, gupFamilyNames } from '../../language/kernel/index.ts';
import { alwaysFails } from './always-fails.ts';
import { contextOf, LazyContext, resolved, type FunctionContext } from './context.ts';
import { CallGraph } from './call-graph.ts';
import type { PathEvent } from './events.ts';
import { ownEvents } from './foreign.ts';
import { earlierEvents } from './earlier.ts';
import { earlierWalk, knownWalk, LIMITS_ABOVE, walkFunction, type WalkResult } from './explore.ts';
import { Groups } from './groups.ts';
import { finish, type Parts } from './parts.ts';
import { UNPINS } from './idle-release.ts';
import { Naming, TELLING } from './naming.ts';
import { once } from './per-function.ts';
import { Pointers } from './pointers.ts';
import type { FileFunctions } from './walker.ts';

export interface FileAnalysis {
  readonly unit: TranslationUnit;
  /** There is nothing in it that a rule could be about. */
  readonly isIdle: boolean;
  readonly functions: ReadonlyMap<string, FunctionContext>;
  readonly groups: Groups;
  readonly events: readonly PathEvent[];
  /** False: of some functions there was no time for more than what an earlier walk of them says (see earlier.ts). */
  readonly isSettled: boolean;
  /** Code outside of the file enters the function: it is not static, or its address is taken, or nobody here calls it. */
  isEntry(name: string): boolean;
  /** Functions that code outside of the file enters and that can reach `name` by calls, in the order of the file. */
  entriesAbove(name: string): readonly string[];
  /** The function, or one that it calls, takes or gives back pages. */
  touches(name: string): boolean;
  /** The function stands in another file that this one is linked with: what is wrong in it is said where that one is analysed. */
  isElsewhere(name: string): boolean;
  /** Functions of the file that `name` can reach by calls, itself first; each is looked for when it is asked for. */
  reachable(name: string): Iterable<string>;
  /** Functions of the file that can reach `name` by calls, itself included. */
  reaching(name: string): ReadonlySet<string>;
  /** `from` is `to`, or can reach it by calls. Cheaper than to work out all that it can reach. */
  reaches(from: string, to: string): boolean;
  readonly stats: {
    readonly functions: number;
    readonly analysed: number;
    readonly steps: number;
    readonly overBudget: readonly string[];
  };
}

/** Node visits per file; functions behind that are named as over budget. */
const FILE_STEPS = 26_000;

/** Callers further up than this from an acquire are not walked from. */
const MAX_DISTANCE = LIMITS_ABOVE.length - 1;

/**
 * Functions of the headers that matter to the file: those that it, or one of them, mentions, and those that have to do with pages
 * themselves. A large driver has thousands of others, and looking at each costs more than the file itself.
 */
function headerFunctionsOf(unit: TranslationUnit): readonly FunctionDef[] {
  const { headerFunctions, functions, linkedFunctions, globals } = unit;
  const { names } = headerFunctions;
  if (names.size === 0) return [];
  const named = new Set<string>();
  const mention = (name: string): void => {
    if (names.has(name)) named.add(name);
  };
  const wanted = new Set<FunctionDef>(headerFunctions.holding((word) => TELLING.test(word)));
  for (const f of [...functions, ...linkedFunctions, ...wanted]) for (const word of f.words) mention(word);
  for (const g of globals)
    if (g.init)
      walkExpr(g.init, (x) => {
        if (x.kind === 'id') mention(x.name);
      });
  for (let count = -1; count < named.size;) {
    count = named.size;
    for (const f of headerFunctions.named(named)) {
      if (wanted.has(f)) continue;
      wanted.add(f);
      for (const word of f.words) mention(word);
    }
  }
  const all = new Set([...wanted].map((f) => f.name));
  return headerFunctions.named(all).filter((f) => wanted.has(f));
}

/**
 * The function that a name stands for: the file's own rather than a header's, and of those in several branches of a
 * conditional that is not decided the longest, for the others are mostly stubs.
 */
function definitions(unit: TranslationUnit): Map<string, FunctionDef> {
  const defs = new Map<string, FunctionDef>(headerFunctionsOf(unit).map((f) => [f.name, f]));
  const own = new Map<string, FunctionDef>();
  const size = (f: FunctionDef): number => f.bodySpan.end - f.bodySpan.start;
  for (const f of unit.functions) {
    const other = own.get(f.name);
    if (!other || f.condition === undefined || size(f) >= size(other)) own.set(f.name, f);
  }
  for (const [name, f] of own) defs.set(name, f);
  for (const f of unit.linkedFunctions) if (!defs.has(f.name)) defs.set(f.name, f);
  return defs;
}

const FAMILY: ReadonlySet<string> = new Set(gupFamilyNames);

/** No function names what a finding could be about: the text did, in a comment, or in a branch that this kernel does not compile. */
function isIdle(unit: TranslationUnit, defs: Iterable<FunctionDef>): boolean {
  const { kernel } = unit.target;
  const matters = (word: string): boolean =>
    FAMILY.has(word) ||
    facts.acquire(word) !== undefined ||
    facts.flag(word) !== undefined ||
    (facts.call(word) !== undefined && !existsIn(word, kernel));
  const version = formatVersion(kernel);
  for (const def of defs) {
    let known = matter.get(def);
    if (!known) matter.set(def, (known = new Map()));
    let any = known.get(version);
    if (any === undefined) known.set(version, (any = [...def.words].some(matters)));
    if (any) return false;
  }
  return true;
}
/** Of functions: whether they name such things, by kernel. */
const matter = new WeakMap<FunctionDef, Map<string, boolean>>();

/**
 * Something that a finding could be about stands in the file itself or its headers: they name it, one of their functions comes near pages, or a
 * function of the file says by its name that it gives some back. A file without that is only linked with others of which this is true.
 */
function mayConcern(
  unit: TranslationUnit,
  defs: ReadonlyMap<string, FunctionDef>,
  isNear: (name: string) => boolean,
): boolean {
  const linked = new Set(unit.linkedFunctions);
  if (linked.size === 0 || unit.functions.some((def) => UNPINS.test(def.name))) return true;
  const own = [...defs.values()].filter((def) => !linked.has(def));
  return own.some((def) => isNear(def.name)) || !isIdle(unit, own);
}

function idle(unit: TranslationUnit, functions: number): FileAnalysis {
  return {
    unit,
    isIdle: true,
    functions: new Map(),
    get groups() {
      const none = new Map<string, FunctionContext>();
      const naming = new Naming(none);
      return new Groups(unit, none, naming, new Pointers(unit, none, naming));
    },
    events: [],
    isSettled: true,
    isEntry: () => true,
    entriesAbove: () => [],
    touches: () => false,
    isElsewhere: () => false,
    reachable: (name) => new Set([name]),
    reaching: (name) => new Set([name]),
    reaches: (from, to) => from === to,
    stats: { functions, analysed: 0, steps: 0, overBudget: [] },
  };
}

/** Analyses a parsed file, at once. */
export const analyseUnit = (unit: TranslationUnit): FileAnalysis => finish(analysing(unit, { cancelled: () => false }));

/** How a file is to be analysed. */
interface Manner {
  /** Polled within functions too. */
  readonly cancelled: () => boolean;
  /** Tells the targets and variants of one file apart. */
  readonly lane?: string;
  /** Only the functions that were edited are walked; of those that call them, earlier walks are taken. */
  readonly hasty?: boolean;
  /** Also where no function names what a finding could be about. */
  readonly exhaustive?: boolean;
}

/** Analyses a parsed file, function by function. */
export function* analysing(
  unit: TranslationUnit,
  { cancelled, lane = '', hasty, exhaustive }: Manner,
): Parts<FileAnalysis> {
  const functions = new Map<string, FunctionContext>();
  const defs = definitions(unit);
  if (!exhaustive && isIdle(unit, defs.values())) return idle(unit, defs.size);
  const naming: Naming = new Naming(functions, (fn) => pointers.holding(fn));
  const pointers = new Pointers(unit, functions, naming);
  for (const [name, def] of defs) functions.set(name, new LazyContext(def, () => pointers.through(def)));
  const groups = new Groups(unit, functions, naming, pointers);
  // a put_page() matters where its page may come from gup; a file has many that have nothing to do with it
  const ours = new Set(
    groups.releases.filter((r) => r.effect.of === 'pin' || groups.groupOf(r.key)?.acquires.length).map((r) => r.fn),
  );
  const calls = new CallGraph(unit, functions, groups, naming, ours);
  const aboveAcquire = calls.distance(MAX_DISTANCE, (i) => i.acquires);
  const aboveRelease = calls.distance(MAX_DISTANCE, (i) => i.releases);
  // the implementation of an acquire owes its pages to the caller
  const isRoot = (name: string): boolean =>
    !facts.acquire(name) && (aboveAcquire.has(name) || (aboveRelease.get(name) ?? 9) <= 1);
  // it is only linked with files that take pages, and nothing in it comes near them
  if (!exhaustive && !mayConcern(unit, defs, (name) => isRoot(name) || groups.isRead(name)))
    return idle(unit, defs.size);
  // as with those further up: what is not looked at there is not missed
  const isFar = (name: string): boolean => aboveAcquire.get(name) === MAX_DISTANCE && (aboveRelease.get(name) ?? 9) > 1;
  const releasing = calls.closure((i) => i.releases);
  const acquiring = calls.closure((i) => i.acquires);
  const touching = calls.closure((i) => i.releases || i.acquires);
  const callees = { releasing: (n: string) => releasing.has(n), acquiring: (n: string) => acquiring.has(n) };
  for (const name of touching) {
    const def = defs.get(name)!;
    functions.set(name, contextOf(def, callees, pointers.seenIn(def)));
  }
  const files: FileFunctions = {
    way: lane,
    has: (n) => functions.has(n),
    context: (n) => resolved(functions.get(n)),
    relevant: (n) => touching.has(n),
    alwaysFails: (n) => {
      const def = defs.get(n);
      return def !== undefined && alwaysFails(def);
    },
  };
  const nearby: FileFunctions = {
    ...files,
    way: `${lane}near`,
    relevant: (n) => releasing.has(n) && !acquiring.has(n),
  };
  const reaches = (from: string, to: string): boolean => calls.reaches(from, to);
  let isSettled = true;
  const walk = (name: string, by: FileFunctions): WalkResult => {
    const root = functions.get(name)!;
    const limits = LIMITS_ABOVE[aboveAcquire.get(name) ?? 0]!;
    const earlier = hasty && !knownWalk(unit, by, root, limits) ? earlierWalk(by, root) : undefined;
    if (!earlier) return walkFunction(unit, by, root, cancelled, limits);
    isSettled = false;
    return { ...earlier.result, events: earlierEvents(earlier, functions, isRoot, reaches) };
  };
  const events: PathEvent[] = [];
  const overBudget: string[] = [];
  let steps = 0;
  let analysed = 0;
  // those that take pages first: where the steps of a file run out, it is for the ones far above
  const height = (def: FunctionDef): number => aboveAcquire.get(def.name) ?? MAX_DISTANCE + 1;
  const balanced = new Set<string>();
  /** Nothing of what it calls has to do with pages as far as it is concerned, and it has not either: no path of it can tell more. */
  const isOutside = (name: string): boolean => {
    const { acquires, releases, callees } = calls.of(name);
    return !acquires && !releases && [...callees].every((n) => !touching.has(n) || balanced.has(n));
  };
  for (const def of [...unit.functions].sort((a, b) => height(a) - height(b))) {
    if (!isRoot(def.name) || functions.get(def.name)?.def !== def) continue;
    yield;
    if (cancelled()) break;
    if (isOutside(def.name)) {
      balanced.add(def.name);
      continue;
    }
    if (steps > FILE_STEPS) {
      overBudget.push(def.name);
      continue;
    }
    const result = walk(def.name, files);
    if (result.cancelled) break;
    if (result.isBalanced) balanced.add(def.name);
    analysed++;
    steps += result.steps;
    if (result.overBudget && !isFar(def.name)) overBudget.push(def.name);
    events.push(...result.events);
    // its own pages at least: without the functions that take others
    if (result.overBudget && height(def) === 0) {
      const near = walk(def.name, nearby);
      if (near.cancelled) break;
      steps += near.steps;
      events.push(...near.events.filter((e) => e.resource?.functionName === def.name));
    }
  }
  const own = ownEvents(unit, events, reaches, (name) => walk(name, files).events);
  // what came with those files from headers is told of here as well
  const elsewhere = once(() => {
    const linked = unit.linkedFunctions.filter((def) => unit.sources.locate(def).path.endsWith('.c'));
    return new Set(linked.filter((def) => defs.get(def.name) === def).map((def) => def.name));
  });
  return {
    unit,
    isIdle: false,
    functions,
    groups,
    events: own,
    isSettled,
    isEntry: (name) => calls.isEntry(name),
    entriesAbove: (name) => calls.entriesAbove(name),
    touches: (name) => touching.has(name),
    isElsewhere: (name) => elsewhere().has(name),
    reachable: (name) => calls.reachable(name),
    reaching: (name) => calls.reaching(name),
    reaches,
    stats: { functions: defs.size, analysed, steps, overBudget },
  };
}
