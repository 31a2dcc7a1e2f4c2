/**
 * What stands in headers: types, variables and functions, parsed when somebody asks, and shared between the files that include the same
 * text with the same meaning. A header means the same where its text is the same and so are the macros that its words stand for.
 */
import { addDeclarations, emptyDeclarations, readDeclarations, readFunctions, type Declarations } from './items.ts';
import type { FileContext } from './function-item.ts';
import { hashText } from './hash.ts';
import { wordsOfHeader, type HeaderState, type ReadHeader } from './headers.ts';
import type { TopLevelNode } from './parser.ts';
import type { Source } from './source.ts';
import { baseOf } from './sources.ts';
import type { FunctionDef, MacroDef } from './unit.ts';

type HeaderFunction = FunctionDef & { readonly path: string };

interface HeaderItems {
  readonly raw: string;
  readonly file: FileContext;
  readonly top: readonly TopLevelNode[];
  declared?: Declarations;
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
  bodies.clear();
  characters = 0;
}

/** The headers as one file includes them. */
export class Headers {
  /** By what each goes in `items`. */
  private readonly names = new Map<ReadHeader, string>();

  constructor(
    private readonly state: HeaderState,
    /** Of the file that includes them. */
    private readonly file: FileContext,
    /** Names of macros that the file itself defines or undefines. */
    private readonly own: readonly string[],
    private readonly makeSource: (header: ReadHeader) => Source,
  ) {}

  /** Adds what the headers declare. */
  declare(into: Declarations): void {
    for (const header of this.state.headers) {
      if (!header.hasCode) continue;
      const entry = this.read(header);
      if (!entry.declared) {
        entry.declared = emptyDeclarations();
        readDeclarations(entry.file, entry.top, entry.declared);
      }
      addDeclarations(into, entry.declared);
    }
  }

  /** Functions with a body. */
  functions(): HeaderFunction[] {
    return this.state.headers.flatMap((header) => {
      if (!header.hasCode || !header.pre.raw.includes('{')) return [];
      const entry = this.read(header);
      return (entry.functions ??= readFunctions(entry.file, entry.top));
    });
  }

  private read(header: ReadHeader): HeaderItems {
    const name = this.nameOf(header);
    let entry = items.get(name);
    if (entry) items.delete(name);
    else {
      const source = this.makeSource(header);
      const { top } = this.file.parser.parse(header.path, source.text);
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
      entry = { raw: header.pre.raw, file, top };
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
    let name = this.names.get(header);
    if (name !== undefined) return name;
    // variants of a file see other parts of a header
    let raw = raws.get(header);
    if (raw === undefined) raws.set(header, (raw = hashText(header.pre.raw)));
    name = `${header.path}|${raw}|${this.keyOf(header)}`;
    this.names.set(header, name);
    return name;
  }

  /** Hash of the macros that the header's words stand for. */
  private keyOf(header: ReadHeader): string {
    let common = inCommon.get(header);
    if (!common) inCommon.set(header, (common = meaningOf(wordsOfHeader(header), this.state.macros)));
    const { words, pasted } = common;
    for (const name of this.own)
      if (words.has(name) || pasted.some((part) => part.fits(name)))
        return hashText(meaningOf(wordsOfHeader(header), this.file.macros).text);
    return common.key;
  }
}

interface Meaning {
  /** The definitions, in a form that is the same where they are. */
  readonly text: string;
  readonly key: string;
  /** Words of the header, and of the macros among them. */
  readonly words: ReadonlySet<string>;
  /** Names that are put together of pieces. */
  readonly pasted: readonly Pasted[];
}

/** A name that `##` makes: it begins, or ends, with what is written beside it. */
interface Pasted {
  fits(name: string): boolean;
}

/** Hashes of what is left of a header's text. */
const raws = new WeakMap<ReadHeader, string>();

/** With the macros of the headers alone, which is all that most of them mean. */
const inCommon = new WeakMap<ReadHeader, Meaning>();

/** Words of the bodies of macros: several headers, and several files that include them, use the same. */
const bodies = new Map<string, readonly string[]>();
const MAX_BODIES = 50_000;

function wordsOfBody(body: string): readonly string[] {
  if (body === '') return NO_WORDS;
  let words = bodies.get(body);
  if (!words) {
    if (bodies.size >= MAX_BODIES) bodies.clear();
    bodies.set(body, (words = body.match(/[A-Za-z_]\w*/g) ?? NO_WORDS));
  }
  return words;
}
const NO_WORDS: readonly string[] = [];

function meaningOf(header: Iterable<string>, macros: ReadonlyMap<string, MacroDef>): Meaning {
  const words = new Set<string>();
  const pasted: Pasted[] = [];
  const parts: string[] = [];
  const add = (word: string): void => {
    if (words.has(word)) return;
    words.add(word);
    const def = macros.get(word);
    if (!def) return;
    parts.push(define(def));
    for (const inner of wordsOfBody(def.body)) add(inner);
    if (def.body.includes('##')) pasted.push(...pastedIn(def));
  };
  for (const word of header) add(word);
  for (let done = 0; done < pasted.length;) {
    const fresh = pasted.slice(done);
    done = pasted.length;
    for (const name of macros.keys()) if (!words.has(name) && fresh.some((part) => part.fits(name))) add(name);
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
