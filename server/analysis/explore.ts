/** Walks over the paths of functions: made once, and kept as long as what they asked for stays the same. */
import type { FunctionDef, TranslationUnit } from '../../language/c/unit.ts';
import type { FunctionContext } from './context.ts';
import type { PathEvent } from './events.ts';
import { constantIn } from './unit-memo.ts';
import { Walker, type FileFunctions, type Limits } from './walker.ts';

const LIMITS: Limits = { steps: 2_000, callee: 400, states: 20, alike: 10, depth: 4 };
/** For functions above an acquire, by how many calls: what is found far above is found soon, or lost among the paths of others. */
export const LIMITS_ABOVE: readonly Limits[] = [LIMITS, LIMITS, { ...LIMITS, steps: 1_200 }, { ...LIMITS, steps: 500 }];

export interface WalkResult {
  readonly events: readonly PathEvent[];
  readonly steps: number;
  readonly overBudget: boolean;
  /** On all ways that were seen it gave back what it took, and nothing else: to its callers, it has nothing to do with pages. */
  readonly isBalanced: boolean;
  /** Given up on the way: what there is of it says nothing. */
  readonly cancelled: boolean;
}

/** A walk that was made, with all that it asked for: it holds as long as the answers are the same. */
interface Made {
  /** Where it was the answer. */
  readonly ways: Set<string>;
  readonly surroundings: string;
  readonly limits: Limits;
  readonly contexts: ReadonlyMap<string, FunctionContext | undefined>;
  readonly defined: ReadonlyMap<string, boolean>;
  readonly relevant: ReadonlyMap<string, boolean>;
  readonly failing: ReadonlyMap<string, boolean>;
  readonly constants: ReadonlyMap<string, number | undefined>;
  readonly result: WalkResult;
}
const made = new WeakMap<FunctionDef, Made[]>();
/** Results kept of one function: variants and targets of a file have one each. */
const MAX_MADE = 4;

/** A walk that was made of the same function earlier, and what it saw of others. */
export type EarlierWalk = Pick<Made, 'contexts' | 'result'>;

/** The newest walk of a function, whatever changed since in the functions that it calls. */
export const earlierWalk = (files: FileFunctions, root: FunctionContext): EarlierWalk | undefined =>
  made.get(root.def)?.find((m) => m.ways.has(files.way));

/** The result of an earlier walk that would be the same today. */
export function knownWalk(
  unit: TranslationUnit,
  files: FileFunctions,
  root: FunctionContext,
  limits: Limits = LIMITS,
): WalkResult | undefined {
  const known = made.get(root.def) ?? [];
  const same = known.find(
    (m) =>
      m.surroundings === unit.surroundings &&
      m.limits === limits &&
      [...m.contexts].every(([name, context]) => files.context(name) === context) &&
      [...m.defined].every(([name, defined]) => files.has(name) === defined) &&
      [...m.relevant].every(([name, relevant]) => files.relevant(name) === relevant) &&
      [...m.failing].every(([name, fails]) => files.alwaysFails(name) === fails) &&
      [...m.constants].every(([name, n]) => constantIn(unit, name) === n),
  );
  if (!same) return undefined;
  same.ways.add(files.way);
  // the newest answer comes first
  if (same !== known[0]) made.set(root.def, [same, ...known.filter((m) => m !== same)]);
  return same.result;
}

/** Walks all paths of `root`, or gives the result of an earlier walk that would be the same. */
export function walkFunction(
  unit: TranslationUnit,
  files: FileFunctions,
  root: FunctionContext,
  cancelled: () => boolean = () => false,
  limits: Limits = LIMITS,
): WalkResult {
  const same = knownWalk(unit, files, root, limits);
  if (same) return same;
  const asked = new Asked(files);
  const walker = new Walker(unit, asked, root, limits, cancelled);
  walker.run();
  const { events, steps, overBudget, isBalanced } = walker;
  const result: WalkResult = { events, steps, overBudget, isBalanced, cancelled: walker.isCancelled };
  if (result.cancelled) return result;
  const { contexts, defined, relevants: relevant, failing } = asked;
  // the root's own context tells of the loops what the functions called there do
  contexts.set(root.def.name, root);
  const ways = new Set([files.way]);
  const { surroundings } = unit;
  const known = made.get(root.def) ?? [];
  made.set(root.def, [
    { ways, surroundings, limits, contexts, defined, relevant, failing, constants: walker.constants, result },
    ...known.slice(0, MAX_MADE - 1),
  ]);
  return result;
}

/** Notes what is asked: most functions that are called only have to be there, and what is in them does not matter. */
class Asked implements FileFunctions {
  readonly contexts = new Map<string, FunctionContext | undefined>();
  readonly defined = new Map<string, boolean>();
  readonly relevants = new Map<string, boolean>();
  readonly failing = new Map<string, boolean>();

  constructor(private readonly files: FileFunctions) {}

  get way(): string {
    return this.files.way;
  }

  context(name: string): FunctionContext | undefined {
    if (this.contexts.has(name)) return this.contexts.get(name);
    const context = this.files.context(name);
    this.contexts.set(name, context);
    return context;
  }

  has(name: string): boolean {
    let known = this.defined.get(name);
    if (known === undefined) this.defined.set(name, (known = this.files.has(name)));
    return known;
  }

  relevant(name: string): boolean {
    let known = this.relevants.get(name);
    if (known === undefined) this.relevants.set(name, (known = this.files.relevant(name)));
    return known;
  }

  alwaysFails(name: string): boolean {
    let known = this.failing.get(name);
    if (known === undefined) this.failing.set(name, (known = this.files.alwaysFails(name)));
    return known;
  }
}
