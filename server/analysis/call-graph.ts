/** Who calls whom in a file, as far as somebody asks: functions that nothing leads to are not read. */
import { walkExpr } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import { releases, type FunctionContext } from './context.ts';
import type { Groups } from './groups.ts';
import { TAKES_OR_GIVES, type Naming } from './naming.ts';
import { namesIn, perSurroundings } from './per-function.ts';

/** What the calls of one function say of it. */
export interface Direct {
  /** It takes pages. */
  readonly acquires: boolean;
  /** It gives back pages that may be user's. */
  readonly releases: boolean;
  /** Functions of the file that it calls. */
  readonly callees: ReadonlySet<string>;
}

/** A file on the way to its analysis. */
interface Begun {
  readonly functions: ReadonlyMap<string, FunctionContext>;
  readonly groups: Groups;
}

const callsOf = perSurroundings((file: Begun, f): Omit<Direct, 'releases'> & { readonly mayRelease: boolean } => {
  const callees = new Set<string>();
  let acquires = false;
  let mayRelease = false;
  for (const callee of f.callees) {
    if (releases(facts.call(callee))) mayRelease = true;
    if (file.functions.has(callee)) callees.add(callee);
    else if (facts.acquire(callee)) acquires = true;
  }
  return { acquires, callees, mayRelease };
});

/** Names in initial values of variables of the file, by what stands around its functions. */
const namesAround = new Map<string, ReadonlySet<string>>();
const MAX_AROUND = 16;

function namesInGlobals(unit: TranslationUnit, around: string): ReadonlySet<string> {
  let names = namesAround.get(around);
  if (names) return names;
  const found = new Set<string>();
  for (const g of unit.globals)
    if (g.init)
      walkExpr(g.init, (x) => {
        if (x.kind === 'id') found.add(x.name);
      });
  if (namesAround.size >= MAX_AROUND) namesAround.clear();
  namesAround.set(around, (names = found));
  return names;
}

/** The calls between the functions of one file. */
export class CallGraph {
  readonly #directs = new Map<string, Direct>();
  readonly #callers = new Map<string, readonly string[]>();
  readonly #above = new Map<string, Set<string>>();
  readonly #entries = new Map<string, boolean>();

  constructor(
    private readonly unit: TranslationUnit,
    readonly functions: ReadonlyMap<string, FunctionContext>,
    readonly groups: Groups,
    private readonly naming: Naming,
    /** Functions that give back pages which may be user's. */
    private readonly releasing: ReadonlySet<string>,
  ) {}

  /** What the calls of a function of the file say of it. */
  of(name: string): Direct {
    let known = this.#directs.get(name);
    if (!known) {
      const { acquires, callees, mayRelease } = callsOf(this, this.functions.get(name)!);
      known = { acquires, releases: this.releasing.has(name) || (acquires && mayRelease), callees };
      this.#directs.set(name, known);
    }
    return known;
  }

  /** Functions that call `name`, in the order of the file. */
  callersOf(name: string): readonly string[] {
    let known = this.#callers.get(name);
    if (!known) {
      const names = this.naming.mayCall(name).map((f) => f.def.name);
      this.#callers.set(name, (known = names.filter((one) => this.of(one).callees.has(name))));
    }
    return known;
  }

  /** Those that take or give back pages themselves: they name what does. */
  #picked(pick: (i: Direct) => boolean): string[] {
    const names = this.naming.holding(TAKES_OR_GIVES).map((f) => f.def.name);
    return names.filter((name) => pick(this.of(name)));
  }

  /** Functions that take or give back pages as `pick` says, and all that call one at any distance. */
  closure(pick: (i: Direct) => boolean): Set<string> {
    return this.#upwards(this.#picked(pick));
  }

  /** With all that call one of them at any distance. */
  #upwards(names: readonly string[]): Set<string> {
    const set = new Set(names);
    for (const n of set) for (const caller of this.callersOf(n)) set.add(caller);
    return set;
  }

  /** How many calls a function is above the nearest one of `pick`, up to `most`: far above, nothing is decided any more. */
  distance(most: number, pick: (i: Direct) => boolean): Map<string, number> {
    const out = new Map(this.#picked(pick).map((name) => [name, 0]));
    for (const [n, d] of out)
      if (d < most) for (const caller of this.callersOf(n)) if (!out.has(caller)) out.set(caller, d + 1);
    return out;
  }

  /** See FileAnalysis, as those below. */
  reaching(name: string): ReadonlySet<string> {
    let set = this.#above.get(name);
    if (!set) this.#above.set(name, (set = this.#upwards([name])));
    return set;
  }

  reaches(from: string, to: string): boolean {
    return from === to || this.reaching(to).has(from);
  }

  *reachable(name: string): Iterable<string> {
    const set = new Set([name]);
    for (const n of set) {
      yield n;
      if (this.functions.has(n)) for (const callee of this.of(n).callees) set.add(callee);
    }
  }

  isEntry(name: string): boolean {
    let known = this.#entries.get(name);
    if (known === undefined) this.#entries.set(name, (known = this.#isEntered(name)));
    return known;
  }

  #isEntered(name: string): boolean {
    const f = this.functions.get(name);
    if (!f) return false;
    return (
      !f.def.isStatic ||
      namesInGlobals(this.unit, this.groups.around).has(name) ||
      this.naming.of(name).some((g) => namesIn(g).mentioned.has(name)) ||
      !this.naming.mayCall(name).some((g) => namesIn(g).called.has(name))
    );
  }

  entriesAbove(name: string): readonly string[] {
    const above = this.reaching(name);
    return [...this.functions.keys()].filter((one) => above.has(one) && this.isEntry(one));
  }
}
