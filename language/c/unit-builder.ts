/** From text to TranslationUnit: preprocess, mask, parse, and read items on demand. */
import type { Declarator, RecordDef } from './ast.ts';
import { byField } from './fields.ts';
import { forgetMacroWords, wordsOfBody } from './macro-words.ts';
import { definitionsIn, type FileContext, type LazyFunction } from './function-item.ts';
import { hashText } from './hash.ts';
import { forgetHeaderItems, Headers } from './header-items.ts';
import { forgetHeaders, readHeaders, type HeaderState, targetKey } from './headers.ts';
import { Environment } from './environment.ts';
import { OwnNames } from './own-names.ts';
import { type Declarations, emptyDeclarations, type ItemMemo, readDeclarations, readFunctions } from './items.ts';
import { editedPiece } from './edit.ts';
import { forgetAllReadings, forgetReadings, keepPass, lastPass, type Pass, readingOf } from './file-memory.ts';
import { maskAgain } from './mask-pieces.ts';
import { areSameRegions, readItems, type Items } from './top-items.ts';
import type { KeptFunctions } from './moves.ts';
import { maskMacrosOf } from './mask-roles.ts';
import type { CParser, TopLevelNode } from './parser.ts';
import { preprocess, preprocessEdited, type Preprocessed } from './preprocessor.ts';
import { type Scan, scanText } from './scan.ts';
import { sourceOf, type Fragment } from './source.ts';
import { baseOf, Sources } from './sources.ts';
import type {
  Comment,
  FunctionDef,
  HeaderFunctions,
  HeaderText,
  Include,
  MacroDef,
  Lookup,
  SyntaxProblem,
  Target,
  TranslationUnit,
  UncertainBranch,
} from './unit.ts';

/** What is to be parsed. */
export interface ParseInput {
  readonly path: string;
  readonly text: string;
  readonly headers: readonly HeaderText[];
  readonly target: Target;
  /** Functions of earlier parses of this file, to be used again; see KeptFunctions for what that costs. */
  readonly kept?: KeptFunctions<LazyFunction>;
  /** Read beside another file: positions lie above those of that one, and what is the file's own has names that nobody else has. */
  readonly beside?: boolean;
}

/** At most this many variants of a file are made. */
export const MAX_VARIANTS = 4;
const MAX_FRAGMENTS = 200;
const NO_CHOICES: ReadonlyMap<string, boolean> = new Map();
const fragments = new Map<string, Map<string, Fragment | null>>();

/** Parses a file; where unknown conditions cut through its statements, with the first branch of each. */
export function parseUnit(parser: CParser, input: ParseInput): TranslationUnit {
  const scan = scanText(input.text);
  return build(
    parser,
    input,
    scan,
    decide(parser, input, scan, () => true),
    '',
  );
}

/** Parses a file in every variant that unknown conditions make of it; equal conditions are chosen equally. Usually one. */
export function parseVariants(parser: CParser, input: ParseInput): TranslationUnit[] {
  const scan = scanText(input.text);
  const first = decide(parser, input, scan, () => true);
  const count = first.choices.size === 0 ? 1 : first.choices.size === 1 ? 2 : MAX_VARIANTS;
  const units = [build(parser, input, scan, first, '')];
  const seen = new Set([choiceKey(first.choices)]);
  for (let i = 1; i < count; i++) {
    // One condition is a bit of the variant's number; from the third on they share the bits.
    const decided = decide(parser, input, scan, (k) => ((i >> (k % 2)) & 1) === 0);
    const key = choiceKey(decided.choices);
    if (seen.has(key)) continue;
    seen.add(key);
    units.push(build(parser, input, scan, decided, `#${i}`));
  }
  return units;
}

function choiceKey(choices: ReadonlyMap<string, boolean>): string {
  return [...choices].map(([k, v]) => `${k}=${v}`).join(';');
}

interface Decided {
  readonly pre: Preprocessed;
  readonly env: Environment;
  readonly header: HeaderState;
  readonly choices: ReadonlyMap<string, boolean>;
  /** What was not known before anything was decided. */
  readonly uncertain: readonly UncertainBranch[];
}

/** Preprocesses until no condition is left that must be decided. */
function decide(parser: CParser, input: ParseInput, scan: Scan, pick: (index: number) => boolean): Decided {
  let choices = NO_CHOICES;
  let uncertain: readonly UncertainBranch[] | undefined;
  for (let round = 0; ; round++) {
    const { pre, env, header } = preprocessIn(parser, input, scan, choices);
    uncertain ??= pre.uncertain;
    const open = new Set<string>();
    for (const f of pre.forks) if (!choices.has(f.condition)) open.add(f.condition);
    const asked = header.forks.filter((f) => !choices.has(f.condition));
    if (asked.length > 0) {
      const names = macrosReached(input.text, env);
      for (const f of asked) if (f.macro !== undefined && names.has(f.macro)) open.add(f.condition);
    }
    if (open.size === 0 || round >= 6) return { pre, env, header, choices, uncertain };
    const next = new Map(choices);
    for (const f of open) if (!next.has(f)) next.set(f, pick(next.size));
    choices = next;
  }
}

function preprocessIn(parser: CParser, input: ParseInput, scan: Scan, choices: ReadonlyMap<string, boolean>): Pass {
  const header = readHeaders(input.headers, input.target, choices);
  const decisions = targetKey(input.target, choices);
  const earlier = lastPass(parser, memoryKey(input), decisions);
  const edited = earlier?.header === header ? preprocessEdited(earlier.pre, input.text, scan) : undefined;
  const env = earlier && edited ? earlier.env : new Environment(input.target, choices, header.env);
  const pre = edited ?? preprocess(input.path, input.text, scan, env, { earlier: earlier?.pre.blanked });
  const pass = { pre, env, header };
  // Only who reads a file again and again keeps its functions.
  if (input.kept) keepPass(parser, memoryKey(input), decisions, pass);
  return pass;
}

/** Words of a file, and of the bodies of the macros that it uses. */
function macrosReached(text: string, env: Environment): ReadonlySet<string> {
  const names = new Set<string>();
  const queue: (readonly string[])[] = [text.match(/[A-Za-z_]\w*/g) ?? []];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const word of next) {
      if (names.has(word)) continue;
      names.add(word);
      const def = env.definition(word);
      if (def) queue.push(wordsOfBody(def.body));
    }
  }
  return names;
}

function build(parser: CParser, input: ParseInput, scan: Scan, decided: Decided, variant: string): TranslationUnit {
  const { pre, env, header } = decided;
  const { all: macros, own, gone } = env.over(header.macros);
  const maskMacros = maskMacrosOf(own, header.maskMacros);
  const environment = hashText(`${targetKey(input.target, decided.choices)}|${header.id}|${macroText(own)}`);
  let cache = fragments.get(environment);
  if (!cache) {
    cache = new Map();
    if (fragments.size > MAX_FRAGMENTS) fragments.clear();
    fragments.set(environment, cache);
  }
  const key = memoryKey(input);
  const reading = readingOf(parser, key, variant, environment);
  const { latest } = reading;
  const masked = maskAgain(pre.raw, maskMacros, latest?.masked);
  const source = sourceOf(pre.raw, masked.masked, pre.regions);
  const items = readItems(parser, key + variant, source.text, latest?.items);
  input.kept?.begin(input.text);
  const file: FileContext = {
    path: input.path,
    parser,
    source,
    macros,
    maskMacros,
    cache,
    environment,
    definitions: definitionsIn(input.path, own.values()),
    base: input.beside ? baseOf(input.path) : 0,
    offset: 0,
    ...(input.kept && { kept: input.kept }),
    ...(input.beside && { own: new OwnNames(input.path, () => void unit.globals) }),
  };
  const isSame = !!latest && areSameRegions(latest.regions, pre.regions, editedPiece(latest.masked.raw, pre.raw));
  const unit: Unit = new Unit(
    input,
    file,
    items,
    readFunctions(file, items.top, reading, isSame),
    reading,
    header,
    scan.comments,
    pre.includes,
    decided.uncertain,
    [...own.keys(), ...gone],
  );
  if (input.kept) reading.latest = { masked, items, regions: pre.regions };
  return unit;
}

const memoryKey = (input: ParseInput): string => (input.beside ? besideKey(input.path) : input.path);

/** What is kept of a file as others see it is kept by another name. */
export const besideKey = (path: string): string => `${path}#beside`;

function macroText(macros: ReadonlyMap<string, MacroDef>): string {
  let out = '';
  for (const m of macros.values())
    out += `${m.name}(${m.params?.join() ?? ''})${m.body}${m.ended === undefined && !m.previous ? '' : history(m)}
`;
  return out;
}

/** Where a macro that does not hold for the whole file begins and ends. */
function history(m: MacroDef): string {
  return ` ${m.start}-${m.ended ?? ''}${m.previous ? `${m.previous.body}${history(m.previous)}` : ''}`;
}

/** Nothing is kept of a file that was closed, nor of its headers as it saw them. */
export function forgetFile(parser: CParser, path: string): void {
  parser.close(path);
  for (const environment of forgetReadings(parser, path)) fragments.delete(environment);
}

/** Nothing is kept of any file, nor of headers: what comes next has to do with others. */
export function forgetAll(parser: CParser): void {
  forgetAllReadings(parser);
  fragments.clear();
  forgetHeaders();
  forgetHeaderItems();
  forgetMacroWords();
  parser.reset();
}

class Unit implements TranslationUnit {
  readonly path: string;
  readonly text: string;
  readonly target: Target;
  readonly headers: readonly string[];
  readonly timedOut: boolean;
  readonly linkedFunctions: readonly FunctionDef[] = [];
  readonly macros: ReadonlyMap<string, MacroDef>;
  private declared: Declarations | undefined;
  private readonly top: readonly TopLevelNode[];
  private readonly items: Headers;
  private found: readonly SyntaxProblem[] | undefined;
  private around: string | undefined;
  private texts: Sources | undefined;
  private ownByField: ReadonlyMap<string, readonly RecordDef[]> | undefined;

  constructor(
    private readonly input: ParseInput,
    private readonly file: FileContext,
    items: Items,
    readonly functions: readonly FunctionDef[],
    private readonly memo: ItemMemo,
    private readonly header: HeaderState,
    readonly comments: readonly Comment[],
    readonly includes: readonly Include[],
    readonly uncertain: readonly UncertainBranch[],
    own: readonly string[],
  ) {
    this.items = new Headers(header, file, own);
    this.path = input.path;
    this.text = input.text;
    this.target = input.target;
    this.headers = input.headers.map((h) => h.path);
    this.macros = file.macros;
    this.top = items.top;
    this.timedOut = items.timedOut;
  }

  get headerFunctions(): HeaderFunctions {
    return this.items.functions;
  }

  get sources(): Sources {
    const { path, text, headers, beside } = this.input;
    return (this.texts ??= new Sources({ path, text }, beside ? [...headers, { path, text }] : headers));
  }

  get surroundings(): string {
    return (this.around ??= this.hashAround());
  }

  private hashAround(): string {
    const { text } = this.file.source;
    const { major, minor, patch } = this.target.kernel;
    const parts = [`${major}.${minor}.${patch}|${this.header.id}|`];
    let at = 0;
    for (const f of this.functions) {
      if (f.start > at) parts.push(text.slice(at, f.start).replace(/\s+/g, ' '));
      parts.push(f.name);
      at = Math.max(at, f.end);
    }
    parts.push(text.slice(at).replace(/\s+/g, ' '));
    return hashText(parts.join('\n'));
  }

  get globals(): readonly Declarator[] {
    return this.own.globals;
  }

  get problems(): readonly SyntaxProblem[] {
    return (this.found ??= this.collectProblems());
  }

  private collectProblems(): SyntaxProblem[] {
    if (this.timedOut)
      return [{ start: 0, end: Math.min(1, this.text.length), message: 'The file could not be parsed in time.' }];
    return this.top
      .filter((t) => t.type === 'ERROR')
      .map((t) => ({ start: t.start, end: t.end, message: 'Syntax not understood.' }));
  }

  get own(): Declarations {
    if (this.declared) return this.declared;
    const into = emptyDeclarations();
    this.declared = into;
    readDeclarations(this.file, this.top, into, this.memo);
    const { own } = this.file;
    if (own) {
      const statics = this.functions.filter((f) => f.isStatic).map((f) => f.name);
      own.declare(statics, into);
    }
    return into;
  }

  /** What the last one says of a name of the items in which it stands: the file's own, or one of its headers'. */
  private lookup<V>(
    as: Parameters<Headers['declaring']>[0],
    get: (declared: Declarations, name: string) => V | undefined,
  ): Lookup<V> {
    const known = new Map<string, V | undefined>();
    const find = (name: string): V | undefined => {
      const own = get(this.own, name);
      if (own !== undefined) return own;
      for (const declared of this.items.declaring(as, name).toReversed()) {
        const found = get(declared, name);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    const look = (name: string): V | undefined => {
      if (!known.has(name)) known.set(name, find(name));
      return known.get(name);
    };
    return { get: look, has: (name) => look(name) !== undefined };
  }

  readonly records = this.lookup('record', (declared, name) => declared.records.get(name));
  readonly typedefs = this.lookup('type', (declared, name) => declared.typedefs.get(name));
  readonly enums = this.lookup('constant', (declared, name) =>
    declared.enums.findLast((one) => one.items.some((item) => item.name === name)),
  );
  readonly prototypes = this.lookup('prototype', (declared, name) => declared.prototypes.has(name) || undefined);

  recordsWith(field: string): RecordDef[] {
    return this.recordsAmong(this.items.declaring('field', field), field);
  }

  recordsWithUnionOf(field: string): RecordDef[] {
    return this.recordsAmong(this.items.declaring('member', field), field);
  }

  private recordsAmong(declaring: readonly Declarations[], field: string): RecordDef[] {
    this.ownByField ??= byField(this.own.records.values());
    const all = [...declaring.flatMap(({ records }) => [...records.values()]), ...(this.ownByField.get(field) ?? [])];
    return all.filter((record) => record.name !== null && this.records.get(record.name) === record);
  }
}
