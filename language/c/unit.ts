/** A parsed file: what `parseUnit` returns. Types only. */
import type { Sources } from './sources.ts';
import type { BlockStmt, CType, Declarator, EnumDef, Expr, Param, RecordDef, Span } from './ast.ts';

/** The kernel a file is analysed for, e.g. {major: 6, minor: 12, patch: 0}. */
export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** Everything that fixes the value of a preprocessor condition. */
export interface Target {
  readonly kernel: KernelVersion;
  /** -D NAME=VALUE; a null value means: known to be undefined (-U). Names absent here and in no header are unknown. */
  readonly defines: ReadonlyMap<string, string | null>;
}

/** A file next to the one analysed: project headers that it includes, transitively, in inclusion order. */
export interface HeaderText {
  readonly path: string;
  readonly text: string;
}

export interface Comment extends Span {
  /** With its delimiters. */
  readonly text: string;
}

export interface Include extends Span {
  readonly spec: string;
  /** "…" rather than <…>. */
  readonly local: boolean;
}

export interface MacroDef extends Span {
  readonly name: string;
  /** null: object-like. */
  readonly params: readonly string[] | null;
  readonly variadic: boolean;
  readonly body: string;
  /** Path of the file that defines it. */
  readonly path: string;
  /** Where the same file undefines or redefines it. */
  readonly ended?: number;
  /** What the name meant further up in the same file. */
  readonly previous?: MacroDef;
}

export interface FunctionDef extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  readonly params: readonly Param[];
  readonly returns: CType;
  readonly variadic: boolean;
  readonly isStatic: boolean;
  readonly isInline: boolean;
  /** Span of `{ … }`. */
  readonly bodySpan: Span;
  /** True if the body holds an ERROR or MISSING node after masking. */
  readonly hasError: boolean;
  /** Content hash of everything that the lowered body depends on: text, branch values, macros used. Same key, same body. */
  readonly key: string;
  /** Names in its text, and in the macros among them: what the body can mention, told without lowering it. PASTED: and others. */
  readonly words: ReadonlySet<string>;
  /** The unknown preprocessor condition that this definition stands under, if any. */
  readonly condition?: string;
  /** Lowered on first use, then cached. */
  body(): BlockStmt;
  /** What was made of the function and is kept with it: its positions move when the function does. */
  adopt(derived: object): void;
  /** The position is one of the function, or of what it adopted. */
  holds(position: Span): boolean;
  /** The text from `start` to `end`, as the target's compiler sees it. */
  readonly source: string;
}

/** A branch of a preprocessor conditional that the target does not decide. */
export interface UncertainBranch extends Span {
  /** The first of the conditional's conditions, in normal form: all of its branches have the same. */
  readonly condition: string;
}

export interface SyntaxProblem extends Span {
  readonly message: string;
}

/** What names were declared as, in a file and its headers: these are read as far as somebody asks. */
export interface Lookup<V> {
  get(name: string): V | undefined;
  has(name: string): boolean;
}

/** A function that a header defines. */
export type HeaderFunction = FunctionDef & { readonly path: string };

/** The functions of a file's local headers, which are read as far as somebody asks. What is given back is in the order of the headers. */
export interface HeaderFunctions {
  /** Their names, and perhaps others. */
  readonly names: ReadonlySet<string>;
  /** Those that have one of the names. */
  named(names: Pick<ReadonlySet<string>, 'has'>): readonly HeaderFunction[];
  /** Those that hold a word, in their text or the macros among it, which passes a test. */
  holding(test: (word: string) => boolean): readonly HeaderFunction[];
}

/** What stands at file scope besides functions. */
export interface OwnDeclarations {
  readonly records: ReadonlyMap<string, RecordDef>;
  readonly enums: readonly EnumDef[];
  readonly typedefs: ReadonlyMap<string, CType>;
  readonly globals: readonly Declarator[];
  readonly prototypes: ReadonlySet<string>;
}

export interface TranslationUnit {
  readonly path: string;
  readonly text: string;
  readonly target: Target;
  /** The parser gave up on the text, which was too large for its time: nothing is known of it. */
  readonly timedOut: boolean;
  /** In source order. */
  readonly functions: readonly FunctionDef[];
  /** Definitions from local headers (static inline). */
  readonly headerFunctions: HeaderFunctions;
  /** Definitions from other files of the driver, if the unit was linked with them (linked-unit.ts). */
  readonly linkedFunctions: readonly FunctionDef[];
  readonly records: Lookup<RecordDef>;
  /** Enums by the names of their constants. */
  readonly enums: Lookup<EnumDef>;
  readonly typedefs: Lookup<CType>;
  /** What the file declares itself, without its headers. */
  readonly own: OwnDeclarations;
  /** File-scope variables, ops tables with their designated initialisers among them. */
  readonly globals: readonly Declarator[];
  readonly macros: ReadonlyMap<string, MacroDef>;
  readonly includes: readonly Include[];
  /** Paths of the headers that were read for it. */
  readonly headers: readonly string[];
  /** Functions that the file or one of its headers declares without a body. */
  readonly prototypes: Pick<Lookup<unknown>, 'has'>;
  /** Code that is compiled or not, as far as the target tells. */
  readonly uncertain: readonly UncertainBranch[];
  readonly comments: readonly Comment[];
  readonly problems: readonly SyntaxProblem[];
  /** The texts that positions lie in: this file's, those of its headers. */
  readonly sources: Sources;
  /** Hash of the headers, the target and all that stands outside of functions: where it is the same, types and variables are. */
  readonly surroundings: string;
  /** Those of `records` that may have a field of a name: who looks for these need not read all of them. */
  recordsWith(field: string): readonly RecordDef[];
  /** Those that may have one in a union. */
  recordsWithUnionOf(field: string): readonly RecordDef[];
}

export type { Expr };
