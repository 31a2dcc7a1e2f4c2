/** A file together with functions of other files of its driver. */
import type { CType, Declarator, EnumDef, RecordDef } from './ast.ts';
import { hashText } from './hash.ts';
import type { Sources } from './sources.ts';
import type {
  Comment,
  FunctionDef,
  Include,
  Lookup,
  MacroDef,
  OwnDeclarations,
  SyntaxProblem,
  Target,
  TranslationUnit,
  UncertainBranch,
} from './unit.ts';

/** Another file, read beside (see ParseInput.beside), and which of its functions matter. */
export interface BesideUnit {
  readonly unit: TranslationUnit;
  readonly functions: ReadonlySet<string>;
}

/** What the other files declare is known too; where names are the same, the file's own counts. */
export function linkUnits(main: TranslationUnit, beside: readonly BesideUnit[]): TranslationUnit {
  return beside.length === 0 ? main : new LinkedUnit(main, beside);
}

class LinkedUnit implements TranslationUnit {
  readonly path: string;
  readonly text: string;
  readonly target: Target;
  readonly timedOut: boolean;
  readonly functions: readonly FunctionDef[];
  readonly linkedFunctions: readonly FunctionDef[];
  readonly macros: ReadonlyMap<string, MacroDef>;
  readonly includes: readonly Include[];
  readonly headers: readonly string[];
  readonly uncertain: readonly UncertainBranch[];
  readonly comments: readonly Comment[];
  readonly surroundings: string;
  readonly sources: Sources;
  readonly records: Lookup<RecordDef>;
  readonly typedefs: Lookup<CType>;
  readonly enums: Lookup<EnumDef>;
  private readonly units: readonly TranslationUnit[];
  private variables: readonly Declarator[] | undefined;

  constructor(
    private readonly main: TranslationUnit,
    beside: readonly BesideUnit[],
  ) {
    const units = beside.map((b) => b.unit);
    this.units = units;
    this.path = main.path;
    this.text = main.text;
    this.target = main.target;
    this.timedOut = main.timedOut;
    this.functions = main.functions;
    this.macros = main.macros;
    this.includes = main.includes;
    this.headers = main.headers;
    this.uncertain = main.uncertain;
    this.comments = main.comments;
    this.records = firstOf([main, ...units].map((u) => u.records));
    this.typedefs = firstOf([main, ...units].map((u) => u.typedefs));
    this.enums = firstOf([...units.toReversed(), main].map((u) => u.enums));
    this.linkedFunctions = linkable(main, beside);
    this.surroundings = hashText([main, ...units].map((u) => u.surroundings).join('\n'));
    this.sources = main.sources.with(units.map((u) => u.sources));
  }

  get own(): OwnDeclarations {
    return this.main.own;
  }
  get globals(): readonly Declarator[] {
    if (this.variables) return this.variables;
    const { main, units } = this;
    const seen = new Set(main.globals.map((g) => g.name));
    return (this.variables = [...main.globals, ...units.flatMap((u) => u.globals.filter((g) => !seen.has(g.name)))]);
  }
  recordsWith(field: string): readonly RecordDef[] {
    return this.recordsAmong((unit) => unit.recordsWith(field));
  }
  recordsWithUnionOf(field: string): readonly RecordDef[] {
    return this.recordsAmong((unit) => unit.recordsWithUnionOf(field));
  }
  private recordsAmong(of: (unit: TranslationUnit) => readonly RecordDef[]): RecordDef[] {
    const { records } = this;
    return [this.main, ...this.units].flatMap((u) => of(u).filter((r) => r.name !== null && records.get(r.name) === r));
  }
  get headerFunctions(): TranslationUnit['headerFunctions'] {
    return this.main.headerFunctions;
  }
  get prototypes(): TranslationUnit['prototypes'] {
    return this.main.prototypes;
  }
  get problems(): readonly SyntaxProblem[] {
    return this.main.problems;
  }
}

/** What the first one says that knows a name. */
function firstOf<V>(lookups: readonly Lookup<V>[]): Lookup<V> {
  return {
    get: (name) => {
      for (const one of lookups) {
        const found = one.get(name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    has: (name) => lookups.some((one) => one.has(name)),
  };
}

/** The functions asked for; not those of which the driver has two, since nobody can tell which is meant. */
function linkable(main: TranslationUnit, beside: readonly BesideUnit[]): FunctionDef[] {
  const asked = new Set(beside.flatMap(({ functions }) => [...functions]));
  const own = new Set([...main.functions, ...main.headerFunctions.named(asked)].map((f) => f.name));
  const found = new Map<string, FunctionDef | null>();
  for (const { unit, functions } of beside) {
    for (const f of [...unit.headerFunctions.named(functions), ...unit.functions]) {
      if (own.has(f.name) || !functions.has(plainName(f.name))) continue;
      const known = found.get(f.name);
      // a header that two files include is read twice
      if (known === undefined || known?.start === f.start) found.set(f.name, f);
      else found.set(f.name, null);
    }
  }
  return [...found.values()].filter((f) => f !== null);
}

/** `cleanup (vm.c)` → `cleanup`. */
const plainName = (name: string): string => name.replace(/ \([^()]*\)$/, '');
