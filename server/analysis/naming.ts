/**
 * Which functions of a file a name stands in, told by their words: what is asked of all functions of a file is mostly asked of the few
 * that hold some name, and the others need not be read for that.
 */
import { PASTED, plainName } from '../../language/c/index.ts';
import type { FunctionDef } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import { releases, type FunctionContext } from './context.ts';
import { perDefinition } from './per-function.ts';

/** What says something of pages wherever it is called. */
const OF_PAGES: ReadonlySet<string> = new Set(
  'release ref dirty page-lock dma-map dma-unmap put-in kmap data alias memlock-account'.split(' '),
);

/** Words of some kind: those that a rule or a part of the analysis looks for. A function is asked for all kinds at once, when it is first asked for one. */
export interface WordKind {
  readonly bit: number;
  readonly test: (word: string) => boolean;
}

const kinds: WordKind[] = [];
/** The kinds of words, by their bits; more words than that are of several trees. */
const kindsOfWords = new Map<string, number>();
const MAX_WORDS = 100_000;

/** A new kind. To be made when the program is loaded. */
export function wordKind(test: (word: string) => boolean): WordKind {
  if (kinds.length > 30) throw new Error('more kinds of words than bits');
  const kind = { bit: 1 << kinds.length, test };
  kinds.push(kind);
  return kind;
}

function kindsOfWord(word: string): number {
  let bits = kindsOfWords.get(word);
  if (bits === undefined) {
    bits = 0;
    for (const { bit, test } of kinds) if (test(word)) bits |= bit;
    if (kindsOfWords.size > MAX_WORDS) kindsOfWords.clear();
    kindsOfWords.set(word, bits);
  }
  return bits;
}

/** A word is of that kind. */
export const isOf = (word: string, kind: WordKind): boolean => (kindsOfWord(word) & kind.bit) !== 0;

/** The kinds of all words of a function; where nobody can tell them all, every kind. */
const kindsOf = perDefinition(({ words }) => {
  let bits = words.has(PASTED) ? -1 : 0;
  if (bits === 0) for (const word of words) bits |= kindsOfWord(word);
  return bits;
});

/** Some word of a function is of that kind; or nobody can tell them all. */
export const mayHave = (def: FunctionDef, kind: WordKind): boolean => (kindsOf(def) & kind.bit) !== 0;

/** Names of calls that have to do with pages. */
export const TELLING = wordKind(
  (word) => !!facts.acquire(word) || (facts.call(word)?.effects.some((e) => OF_PAGES.has(e.kind)) ?? false),
);

/** Names of calls that take pages or give them back. */
export const TAKES_OR_GIVES = wordKind((word) => !!facts.acquire(word) || releases(facts.call(word)));

/** The name may stand in the text or the macros of a function. */
export function mayName({ words }: FunctionDef, name: string): boolean {
  return words.has(plainName(name)) || words.has(PASTED);
}

type Functions = ReadonlyMap<string, FunctionContext>;

const NO_NAMES: ReadonlySet<string> = new Set();
const namings = new WeakMap<Functions, Naming>();

/** Who names what among some functions, the same whoever asks. */
export function namingOf(functions: Functions): Naming {
  return namings.get(functions) ?? new Naming(functions);
}

/** The names in the functions of one analysis. */
export class Naming {
  readonly #known = new Map<string, readonly string[]>();
  /** Names and definitions side by side, in the order of the file: what is asked a hundred times a file goes over all of them. */
  #names: readonly string[] = [];
  #defs: readonly FunctionDef[] = [];

  /** `pointersTo`: names of the pointers through which a function may be called. */
  constructor(
    private readonly functions: Functions,
    private readonly pointersTo: (fn: string) => ReadonlySet<string> = () => NO_NAMES,
  ) {
    namings.set(functions, this);
  }

  /** Functions, in the order of the file, in whose text or macros the name may stand: all in which it does, and perhaps others. */
  of(name: string): FunctionContext[] {
    const plain = plainName(name);
    let known = this.#known.get(plain);
    if (!known) {
      if (this.#names.length !== this.functions.size) {
        this.#names = [...this.functions.keys()];
        this.#defs = Array.from(this.functions.values(), ({ def }) => def);
      }
      const names: string[] = [];
      for (let i = 0; i < this.#defs.length; i++) if (mayName(this.#defs[i]!, plain)) names.push(this.#names[i]!);
      this.#known.set(plain, (known = names));
    }
    return known.map((one) => this.functions.get(one)!);
  }

  /** Functions, in the order of the file, that may call another, by its name or through a pointer: all that do, and perhaps others. */
  mayCall(fn: string): readonly FunctionContext[] {
    const direct = this.of(fn);
    const pointers = this.pointersTo(fn);
    if (pointers.size === 0) return direct;
    const all = new Set(direct);
    for (const name of pointers) for (const f of this.of(name)) all.add(f);
    return all.size === direct.length ? direct : [...this.functions.values()].filter((f) => all.has(f));
  }

  /** Functions, in the order of the file, that may hold a word of some kind. */
  holding(kind: WordKind): FunctionContext[] {
    return [...this.functions.values()].filter(({ def }) => mayHave(def, kind));
  }
}
