/**
 * Functions that headers define. A file uses few of those that its headers have: which names a header may define is told by what stands in
 * front of its braces, and its functions are read when somebody asks for one of these names, or for what its words tell.
 */
import { nameAfterMacros, type FileContext } from './function-item.ts';
import type { ReadHeader } from './headers.ts';
import { holdsItems, readFunctions } from './items.ts';
import { wordsOfBody } from './macro-words.ts';
import { ANNOTATIONS, ATTRIBUTE_CALLS } from './masknames.ts';
import { functionsOutline, itemsOfOutline } from './outline.ts';
import type { TopLevelNode } from './parser.ts';
import type { Preprocessed } from './preprocessor.ts';
import { skipString } from './scan.ts';
import type { HeaderFunction, HeaderFunctions } from './unit.ts';

/** A header in which there may be functions. */
interface Holder {
  readonly header: ReadHeader;
  /** That they may have. */
  readonly names: readonly string[];
}

/** Functions of the headers as one file includes them. */
export class LazyHeaderFunctions implements HeaderFunctions {
  #found: { readonly holders: readonly Holder[]; readonly names: ReadonlySet<string> } | undefined;

  constructor(
    private readonly headers: readonly ReadHeader[],
    private readonly macros: FileContext['macros'],
    private readonly read: (header: ReadHeader) => readonly HeaderFunction[],
  ) {}

  get names(): ReadonlySet<string> {
    return this.#look().names;
  }

  named(names: Pick<ReadonlySet<string>, 'has'>): HeaderFunction[] {
    return this.#look().holders.flatMap((holder) =>
      holder.names.some((name) => names.has(name)) ? this.read(holder.header).filter((f) => names.has(f.name)) : [],
    );
  }

  holding(test: (word: string) => boolean): HeaderFunction[] {
    return this.#look().holders.flatMap(({ header }) =>
      this.mayHold(header, test) ? this.read(header).filter((f) => some(f.words, test)) : [],
    );
  }

  #look(): { readonly holders: readonly Holder[]; readonly names: ReadonlySet<string> } {
    if (this.#found) return this.#found;
    const holders: Holder[] = [];
    for (const header of this.headers) {
      if (!header.hasCode) continue;
      const names = this.namesIn(header);
      if (names.length > 0) holders.push({ header, names });
    }
    return (this.#found = { holders, names: new Set(holders.flatMap((holder) => holder.names)) });
  }

  private namesIn(header: ReadHeader): readonly string[] {
    const told = toldOf(header.pre);
    const names = told?.names.map((name) => nameAfterMacros(this.macros, name));
    // what a macro stands for there, only the masked text tells
    const isTold = names?.every((name, i) => name !== told!.names[i] || !this.macros.has(name));
    return isTold ? names! : this.read(header).map((f) => f.name);
  }

  /** Some word of the header's functions, or of the macros among them, passes. */
  private mayHold(header: ReadHeader, test: (word: string) => boolean): boolean {
    const words = toldOf(header.pre)?.words();
    if (!words) return true;
    const inner = new Set<string>();
    const passes = (word: string): boolean => {
      if (test(word)) return true;
      for (let def = this.macros.get(word); def; def = def.previous)
        for (const one of wordsOfBody(def.body)) inner.add(one);
      return false;
    };
    return some(words, passes) || some(inner, passes);
  }
}

function some(words: Iterable<string>, test: (word: string) => boolean): boolean {
  for (const word of words) if (test(word)) return true;
  return false;
}

/** What a header's text tells of its functions. */
interface Told {
  /** Words that may be their names, before macros. */
  readonly names: readonly string[];
  /** The words in them. */
  readonly words: () => ReadonlySet<string>;
}

const tellings = new WeakMap<Preprocessed, { readonly told: Told | undefined }>();

function toldOf(pre: Preprocessed): Told | undefined {
  let known = tellings.get(pre);
  if (!known) tellings.set(pre, (known = { told: tell(pre.raw) }));
  return known.told;
}

const [QUOTE, APOS, RPAREN, SEMI, LBRACE, RBRACE] = [34, 39, 41, 59, 123, 125];

const NOTHING: Told = { names: [], words: () => new Set() };

function mayHoldFunctions(raw: string): boolean {
  for (let at = raw.indexOf('{'); at >= 0; at = raw.indexOf('{', at + 1)) if (mayOpenFunction(raw, at)) return true;
  return false;
}

/** Undefined: the text alone does not tell where functions begin. */
function tell(raw: string): Told | undefined {
  if (!mayHoldFunctions(raw)) return NOTHING;
  const names: string[] = [];
  const spans: { readonly start: number; readonly end: number }[] = [];
  let depth = 0;
  let start = 0;
  let isFunction = false;
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charCodeAt(i);
    if (c === SEMI) {
      if (depth === 0) start = i + 1;
    } else if (c === LBRACE) {
      if (depth++ === 0) {
        isFunction = mayOpenFunction(raw, i);
        const found = isFunction ? namesInHead(raw.slice(start, i)) : [];
        if (!found) return undefined;
        names.push(...found);
      } else if (!isFunction && raw.charCodeAt(endOfCode(raw, i) - 1) === RPAREN) return undefined;
    } else if (c === RBRACE) {
      if (--depth < 0) return undefined;
      if (depth > 0) continue;
      if (isFunction) spans.push({ start, end: i });
      start = i + 1;
    } else if (c === QUOTE || c === APOS) i = skipString(raw, i) - 1;
  }
  if (depth > 0) return undefined;
  let words: ReadonlySet<string> | undefined;
  return {
    names,
    words: () =>
      (words ??= new Set(spans.flatMap((span) => raw.slice(span.start, span.end).match(/[A-Za-z_]\w*/g) ?? []))),
  };
}

/** Words with their parameters behind them, or with the body. */
const NAME = /(?:([A-Za-z_]\w*)\s+)?([A-Za-z_]\w*)(?=\s*(?:\(|\)\s*\(|$))/g;

/** Which words of the text in front of a body may be the function's name; undefined: none. */
function namesInHead(head: string): readonly string[] | undefined {
  // extern "C" and the like has functions inside of it
  if (head.includes('"')) return undefined;
  const names: string[] = [];
  for (const [, before, name] of head.matchAll(NAME)) {
    names.push(name!);
    if (before !== undefined && (ANNOTATIONS.has(name!) || ATTRIBUTE_CALLS.has(name!)) && !KEYWORDS.has(before))
      names.push(before);
  }
  return names.length === 0 ? undefined : names;
}

const KEYWORDS: ReadonlySet<string> = new Set(
  'static inline extern const void int unsigned signed char short long bool struct union enum'.split(' '),
);

/** Functions with a body: from the header's outline, if that can be understood. */
export function functionsIn(file: FileContext, top: () => readonly TopLevelNode[]): HeaderFunction[] {
  const { text } = file.source;
  const outline = functionsOutline(text, (at) => mayOpenFunction(text, at));
  if (outline.bodies.length === 0) return readFunctions(file, top());
  const parsed = file.parser.parse(`${file.path}#outline`, outline.text);
  const isFunction = ({ type }: TopLevelNode): boolean => type === 'function_definition';
  const found = itemsOfOutline(file.parser, text, outline, parsed.top).filter(isFunction);
  const isClear = !parsed.hasError && !parsed.top.some(holdsItems) && !found.some((item) => item.isOutlined);
  const isAll = found.length === parsed.top.filter(isFunction).length;
  return readFunctions(file, isClear && isAll ? found : top());
}

/**
 * May the brace at an offset open a function's body? Most headers have only those of records, enums and initial values: nobody need read
 * these for functions.
 */
function mayOpenFunction(raw: string, at: number): boolean {
  const end = endOfCode(raw, at);
  if ('=,{('.includes(raw.charAt(end - 1))) return false;
  return !/\b(?:struct|union|enum)(?:\s+\w+)?$/.test(raw.slice(Math.max(0, end - 100), end));
}

/** Behind the last character in front of an offset that is not blank. */
function endOfCode(raw: string, at: number): number {
  let end = at;
  while (end > 0 && isBlank(raw.charCodeAt(end - 1))) end--;
  return end;
}

const isBlank = (c: number): boolean => c === 32 || (c >= 9 && c <= 13);
