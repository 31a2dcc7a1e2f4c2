/** The words of a driver that say what its functions have to do with pages and with each other, found in one pass over their text. */
import { facts } from '../../language/kernel/index.ts';
import type { FileSketch, FunctionSketch } from './sketch.ts';
import { WordTable } from './words.ts';

/** What a function does to pages by itself, and which words of the driver it has in it. */
export interface Mentions {
  /** Calls the gup family. */
  readonly takes: boolean;
  /** Gives back pins. */
  readonly unpins: boolean;
  /** Takes or gives back pages, in whatever way. */
  readonly owns: boolean;
  /** Maps, reads or writes their data, or hands them on. */
  readonly uses: boolean;
  /** Calls what wants mmap_lock to be held. */
  readonly wantsLock: boolean;
  /** Names mmap_lock, or a call that takes it. */
  readonly namesLock: boolean;
  /** Names of functions, of the driver or the kernel, and fields, by number, in the order of the text. */
  readonly words: readonly number[];
  /** Fields of page types that stand behind `->` or `.`. */
  readonly fields: ReadonlySet<string>;
}

const NONE = 0;
const USES = 1;
const OWNS = 2;
const TAKES = 4;
const UNPINS = 8;
const WANTS_LOCK = 16;
const NAMES_LOCK = 32;
/** The kernel's calls that do something to pages, or to mmap_lock. */
const ROLES = new Map<string, number>([
  ['mmap_sem', NAMES_LOCK],
  ['mmap_lock', NAMES_LOCK],
]);
for (const { name } of [...facts.acquires, ...facts.calls]) {
  const acquire = facts.acquire(name);
  let role = acquire ? TAKES | OWNS : NONE;
  if (acquire?.mmapLock === 'required' || acquire?.mmapLock === 'if-locked-arg') role |= WANTS_LOCK;
  for (const e of facts.call(name)?.effects ?? []) {
    if (e.kind === 'release') role |= OWNS | (e.of === 'pin' ? UNPINS : NONE);
    else if (e.kind === 'put-in' || e.kind === 'kmap' || e.kind === 'dirty' || e.kind === 'dma-map') role |= USES;
    else if (e.kind === 'lock' && e.what.startsWith('mmap')) role |= NAMES_LOCK;
  }
  if (role !== NONE) ROLES.set(name, role);
}

const NO_FIELDS: ReadonlySet<string> = new Set();

/** The names of a driver's functions, and of its fields of page types; each has a number. */
export class Vocabulary {
  private readonly words: string[] = [];
  /** By number. */
  private readonly roles: (number | undefined)[] = [];
  private readonly table = new WordTable();
  private readonly pageFields = new Set<number>();
  /** Of functions that were edited, or stand for those. */
  private readonly digests = new WeakMap<FunctionSketch, string>();
  /** In which look each word was met last. */
  private readonly met: number[] = [];
  private looks = 0;
  constructor(sketches: Iterable<FileSketch>) {
    for (const [name, role] of ROLES) this.roles[this.numberOf(name)] = role;
    for (const s of sketches) {
      for (const f of s.functions) this.numberOf(f.name);
      for (const f of s.pageFields) this.pageFields.add(this.numberOf(f));
    }
  }

  numberOf(word: string): number {
    const number = this.table.add(word);
    this.words[number] = word;
    return number;
  }

  /** What an index takes from a function: while it stays the same, so does the index. */
  digest(fn: FunctionSketch): string {
    let known = this.digests.get(fn);
    if (known === undefined) {
      const { takes, unpins, owns, uses, words, fields } = this.in(fn);
      known = [fn.name, fn.isStatic, takes, unpins, owns, uses, ...[...words].sort(), ...[...fields].sort()].join();
      this.digests.set(fn, known);
    }
    return known;
  }

  /** What is said of pages in a function; `itself`: the number of its name. Looks through its text. */
  in(fn: FunctionSketch, itself = this.numberOf(fn.name)): Mentions {
    const look = ++this.looks;
    const words: number[] = [];
    let fields: Set<string> | undefined;
    let role = NONE;
    this.table.find(fn.text, (word, at) => {
      if (this.met[word] !== look) {
        this.met[word] = look;
        words.push(word);
        if (word !== itself) role |= this.roles[word] ?? NONE;
      }
      if (at >= fn.body && this.pageFields.has(word) && isMember(fn.text, at))
        (fields ??= new Set()).add(this.words[word]!);
    });
    return {
      takes: (role & TAKES) !== 0,
      unpins: (role & UNPINS) !== 0,
      owns: (role & OWNS) !== 0,
      uses: (role & USES) !== 0,
      wantsLock: (role & WANTS_LOCK) !== 0,
      namesLock: (role & NAMES_LOCK) !== 0,
      words,
      fields: fields ?? NO_FIELDS,
    };
  }
}

/** Does `->` or `.` stand before the word? */
function isMember(text: string, at: number): boolean {
  let i = at - 1;
  while (i > 0 && /\s/.test(text[i]!)) i--;
  return text[i] === '.' || (text[i] === '>' && text[i - 1] === '-');
}
