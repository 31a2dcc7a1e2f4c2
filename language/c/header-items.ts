/**
 * What stands in headers: types, variables and functions, parsed when somebody asks, and shared between the files that include the same
 * text with the same meaning. A header means the same where its text is the same and so are the macros that its words stand for.
 */
import { countBefore } from '../search.ts';
import { emptyDeclarations, holdsItems, readDeclarations, type Declarations } from './items.ts';
import type { FileContext } from './function-item.ts';
import { hashText } from './hash.ts';
import { functionsIn, LazyHeaderFunctions } from './header-functions.ts';
import { wordsOfHeader, type HeaderState, type ReadHeader } from './headers.ts';
import { wordsOfBody } from './macro-words.ts';
import { StandIns } from './stand-ins.ts';
import type { TopLevelNode } from './parser.ts';
import type { Preprocessed } from './preprocessor.ts';
import type { Source } from './source.ts';
import { baseOf } from './sources.ts';
import { lasting } from './top-items.ts';
import type { HeaderFunction, HeaderFunctions, MacroDef } from './unit.ts';

interface HeaderItems {
  readonly raw: string;
  readonly file: FileContext;
  readonly top: () => readonly TopLevelNode[];
  /** What each of them declares, where somebody asked. */
  readonly declared: Map<TopLevelNode, Declarations>;
  functions?: readonly HeaderFunction[];
}

/** By path and key; the ones used last are at the end. */
const items = new Map<string, HeaderItems>();
/** Characters of headers that are kept in parsed form. */
const MAX_CHARACTERS = 4 * 1024 * 1024;
let characters = 0;

/** Nothing is kept of what was read in headers. */
export function forgetHeaderItems(): void {
  items.clear();
  characters = 0;
}

/** The headers as one file includes them. */
export class Headers {
  private readonly entries = new Map<ReadHeader, HeaderItems>();
  private readonly named = new Map<string, readonly Declarations[]>();
  private readonly standIns: StandIns;
  /** Functions with a body. */
  readonly functions: HeaderFunctions;

  constructor(
    private readonly state: HeaderState,
    /** Of the file that includes them. */
    private readonly file: FileContext,
    /** Names of macros that the file itself defines or undefines. */
    private readonly own: readonly string[],
    private readonly makeSource: (header: ReadHeader) => Source,
  ) {
    this.standIns = new StandIns(state.macros, file.macros, own);
    this.functions = new LazyHeaderFunctions(state.headers, file.macros, (header) => {
      const entry = this.read(header);
      return (entry.functions ??= functionsIn(entry.file, entry.top));
    });
  }

  /** What those items declare that may declare a name as such, in the order of the text. */
  declaring(as: keyof typeof FOLLOWED, name: string): readonly Declarations[] {
    const key = `${as} ${name}`;
    let known = this.named.get(key);
    if (!known) this.named.set(key, (known = this.state.headers.flatMap((h) => this.declaringIn(h, as, name))));
    return known;
  }

  private declaringIn(header: ReadHeader, as: keyof typeof FOLLOWED, name: string): Declarations[] {
    if (!header.hasCode) return [];
    const words = wordsOfHeader(header);
    const isHidden = this.standIns.mayHide(words);
    if (isHidden) {
      const entry = this.read(header);
      return entry.top().map((item) => declaredBy(entry, item));
    }
    const holding = as === 'member' ? wordsInUnions(header.pre) : words;
    const names = [name, ...this.standIns.of(name)].filter((one) => holding.has(one));
    const may = MAY_FOLLOW[as];
    if (!names.some((one) => !may || placesOf(header.pre.raw, one, may).length > 0)) return [];
    const entry = this.read(header);
    const top = entry.top();
    const items = new Set(names.flatMap((one) => itemsDeclaring(entry, one, FOLLOWED[as])));
    return [...items].sort((a, b) => a - b).map((at) => declaredBy(entry, top[at]!));
  }

  private read(header: ReadHeader): HeaderItems {
    let entry = this.entries.get(header);
    if (!entry) this.entries.set(header, (entry = this.readShared(header)));
    return entry;
  }

  private readShared(header: ReadHeader): HeaderItems {
    const name = this.nameOf(header);
    let entry = items.get(name);
    if (entry) items.delete(name);
    else {
      const source = this.makeSource(header);
      const { parser, macros, maskMacros, cache, environment } = this.file;
      const base = baseOf(header.path);
      const { path } = header;
      const file: FileContext = {
        path,
        parser,
        source,
        macros,
        maskMacros,
        cache,
        environment,
        definitions: [],
        base,
      };
      let parsed: readonly TopLevelNode[] | undefined;
      const top = (): readonly TopLevelNode[] => (parsed ??= lasting(parser.parse(path, source.text).top, isHurt));
      entry = { raw: header.pre.raw, file, top, declared: new Map() };
      characters += entry.raw.length;
    }
    items.set(name, entry);
    for (const [old, { raw }] of items) {
      if (characters <= MAX_CHARACTERS || old === name) break;
      items.delete(old);
      characters -= raw.length;
    }
    return entry;
  }

  private nameOf(header: ReadHeader): string {
    // variants of a file see other parts of a header
    let raw = raws.get(header.pre);
    if (raw === undefined) raws.set(header.pre, (raw = hashText(header.pre.raw)));
    return `${header.path}|${raw}|${this.keyOf(header)}`;
  }

  /** Hash of the macros that the header's words stand for. */
  private keyOf(header: ReadHeader): string {
    const own = wordsOfHeader(header);
    let common = inCommon.get(header);
    if (!common) inCommon.set(header, (common = meaningOf(own, this.state.macros)));
    const { words, pasted } = common;
    for (const name of this.own)
      if (own.has(name) || words.has(name) || pasted.some((part) => part.fits(name)))
        return hashText(meaningOf(own, this.file.macros).text);
    return common.key;
  }
}

function declaredBy(entry: HeaderItems, item: TopLevelNode): Declarations {
  let declared = entry.declared.get(item);
  if (!declared) {
    entry.declared.set(item, (declared = emptyDeclarations()));
    readDeclarations(entry.file, [item], declared);
  }
  return declared;
}

/** What follows a name where it is declared, by what it is declared as. */
const FOLLOWED = {
  record: /\s*\{/y,
  constant: /\s*[,}=]/y,
  type: /\s*[;,()[]/y,
  prototype: /\s*[()]/y,
  field: /\s*[;,:()[]/y,
  // of a union
  member: /\s*[;,:()[]/y,
} as const;
/** The same where the code is not understood, or has annotations: where there is no such thing, a header need not be parsed. */
const MAY_FOLLOW: { readonly [as in keyof typeof FOLLOWED]?: RegExp } = {
  record: /\s*[\w{(]/y,
  type: /\s*(?:[;,()[]|__|[A-Z])/y,
};

const unions = new WeakMap<Preprocessed, ReadonlySet<string>>();

/** The words that stand between the braces of unions. */
function wordsInUnions(pre: Preprocessed): ReadonlySet<string> {
  let known = unions.get(pre);
  if (known) return known;
  const words = new Set<string>();
  const { raw } = pre;
  for (const { index } of raw.matchAll(/\bunion\b[^;{]*\{/g)) {
    let depth = 0;
    let at = raw.indexOf('{', index);
    for (; at < raw.length; at++) {
      const c = raw.charCodeAt(at);
      if (c === 123) depth++;
      else if (c === 125 && --depth === 0) break;
    }
    for (const word of raw.slice(index, at).match(/[A-Za-z_]\w*/g) ?? []) words.add(word);
  }
  unions.set(pre, (known = words));
  return known;
}

/** Where a word stands in a text with such a thing behind it. */
function placesOf(text: string, word: string, followed: RegExp | undefined): number[] {
  const out: number[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    if (isWordPart(text.charCodeAt(at - 1)) || isWordPart(text.charCodeAt(end))) continue;
    if (followed) followed.lastIndex = end;
    if (!followed || followed.test(text)) out.push(at);
  }
  return out;
}

/** Which items may declare a name. */
function itemsDeclaring(entry: HeaderItems, name: string, followed: RegExp): number[] {
  const { text } = entry.file.source;
  const top = entry.top();
  const items = (places: readonly number[]): number[] =>
    places.flatMap((at) => {
      const i = countBefore(top.length, (k) => top[k]!.end <= at);
      return i < top.length && top[i]!.start <= at ? [i] : [];
    });
  const sure = items(placesOf(text, name, followed));
  // where the code is not understood, nobody knows what follows
  return top.some(isHurt) ? [...sure, ...items(placesOf(text, name, undefined)).filter((i) => isHurt(top[i]!))] : sure;
}

const isHurt = (item: TopLevelNode): boolean => item.hasError || holdsItems(item);

/** A letter, a digit or an underscore. */
const isWordPart = (c: number): boolean =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 95;

interface Meaning {
  /** The definitions, in a form that is the same where they are. */
  readonly text: string;
  readonly key: string;
  /** Words of the macros among the header's, and of those among them; without the header's own. */
  readonly words: ReadonlySet<string>;
  /** Names that are put together of pieces. */
  readonly pasted: readonly Pasted[];
}

/** A name that `##` makes: it begins, or ends, with what is written beside it. */
interface Pasted {
  fits(name: string): boolean;
}

/** Hashes of what is left of a header's text. */
const raws = new WeakMap<Preprocessed, string>();

/** With the macros of the headers alone, which is all that most of them mean. */
const inCommon = new WeakMap<ReadHeader, Meaning>();

function meaningOf(header: ReadonlySet<string>, macros: ReadonlyMap<string, MacroDef>): Meaning {
  const words = new Set<string>();
  const pasted: Pasted[] = [];
  const parts: string[] = [];
  const look = (word: string): void => {
    const def = macros.get(word);
    if (!def) return;
    parts.push(define(def));
    for (const inner of wordsOfBody(def.body)) add(inner);
    if (def.body.includes('##')) pasted.push(...pastedIn(def));
  };
  const add = (word: string): void => {
    if (header.has(word) || words.has(word)) return;
    words.add(word);
    look(word);
  };
  for (const word of header) look(word);
  for (let done = 0; done < pasted.length;) {
    const fresh = pasted.slice(done);
    done = pasted.length;
    for (const name of macros.keys()) if (fresh.some((part) => part.fits(name))) add(name);
  }
  const text = parts.sort().join('\n');
  return { text, key: hashText(text), words, pasted };
}

function pastedIn({ body, params }: MacroDef): Pasted[] {
  const out: Pasted[] = [];
  const isParameter = (word: string): boolean => word === '__VA_ARGS__' || (params?.includes(word) ?? false);
  for (const [, left, right] of body.matchAll(/(\w*)\s*##\s*(?=(\w*))/g)) {
    if (left && !isParameter(left)) out.push({ fits: (name) => name.startsWith(left) });
    else if (right && !isParameter(right)) out.push({ fits: (name) => name.endsWith(right) });
  }
  return out;
}

/** A definition with its history: where the same file defined or undefined it before or later. */
function define(def: MacroDef): string {
  const { name, params, body, path, start, ended, previous } = def;
  const since = ended === undefined && !previous ? '' : ` ${path}:${start}-${ended ?? ''}`;
  return `${name}${params ? `(${params.join()})` : ''}${body}${since}${previous ? define(previous) : ''}`;
}
