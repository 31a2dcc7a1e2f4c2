/**
 * What earlier checks of the same tree found out, in the user's cache folder: a tree of which nothing changed is not read again. An
 * answer holds as long as every file that was asked for it (also where there was none) is as it was, by size and times, as `make` and
 * `git status` decide it; options and the program itself are part of the cache's name. What cannot be read or written is done without.
 */
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Answer, Task } from './sweep.ts';
import type { Seen } from './survey.ts';

/** A path, and how it was when it was read: see signatureOf(). */
export type Touched = readonly [path: string, signature: string];

/** There is no such file. */
export const ABSENT = '';
/** It may change once more without a sign of it: no answer that needs it is kept. */
export const UNSURE = '?';

/** Clocks of file systems are that coarse, in milliseconds. */
const COARSE = 2_000;
/** Caches that were not used for so long go, in milliseconds. */
const OLD = 30 * 24 * 3600 * 1000;
/** Caches kept, the newest first: one for each tree and set of options. */
const KEPT = 24;

/** What tells two states of a file (or of a folder's list of names) apart. */
export function signatureOf({ size, mtimeMs, ctimeMs }: Stats): string {
  if (Date.now() - mtimeMs < COARSE) return UNSURE;
  return `${size}:${mtimeMs}:${ctimeMs}`;
}

/** The signature of a path now. */
function signatureNow(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat ? signatureOf(stat) : ABSENT;
  } catch {
    return UNSURE;
  }
}

type Kept = Omit<Answer, 'stats' | 'seen' | 'touched'>;
interface KeptAnswer extends Kept {
  /** What it was made from: numbers of paths. */
  readonly from: readonly number[];
}

/** As it is written. */
interface Content {
  readonly paths: readonly Touched[];
  /** By number of the path: bytes, whether it names the families, whether it is binary, what it includes. */
  readonly looks: Readonly<Record<number, readonly [number, boolean, boolean, readonly string[]]>>;
  readonly answers: Readonly<Record<string, KeptAnswer>>;
}
const EMPTY: Content = { paths: [], looks: {}, answers: {} };

/** Where caches lie, and which program writes them. */
export interface CachePlace {
  readonly folder: string;
  /** Another text for every build of the program. */
  readonly program: () => string;
}

/** The answers of one tree, for one set of options. */
export class Cache {
  readonly #file: string;
  readonly #old: Content;
  readonly #signatures = new Map<string, string>();
  readonly #numbers = new Map<string, number>();
  readonly #now = new Map<string, string>();
  readonly #seen = new Map<string, Seen>();
  readonly #answers = new Map<string, { readonly touched: readonly Touched[]; readonly kept: Kept }>();
  #isChanged = false;

  /** `what`: all that decides on the answers but for the files. */
  constructor(
    readonly place: CachePlace,
    what: unknown,
  ) {
    // as text: V8's own form of a number says how it is held, which may differ from one check to the next
    const name = createHash('sha1')
      .update(JSON.stringify([place.program(), what], withCollections))
      .digest('hex');
    this.#file = join(place.folder, `${name}.json`);
    this.#old = read(this.#file);
    for (const [i, [path, signature]] of this.#old.paths.entries()) {
      this.#signatures.set(path, signature);
      this.#numbers.set(path, i);
    }
  }

  /** What a look at the file told, if the file is as it was. */
  seen(path: string): Seen | undefined {
    const number = this.#numbers.get(path);
    const look = number === undefined ? undefined : this.#old.looks[number];
    if (!look || !this.#isFresh(path)) return undefined;
    const [bytes, names, isBinary, includes] = look;
    const seen = { path, bytes, names, isBinary, includes, signature: this.#signatures.get(path)! };
    this.#seen.set(path, seen);
    return seen;
  }

  /** The answer to a task, if all that it was made from is as it was. */
  answer(task: Task): Kept | undefined {
    const key = keyOf(task);
    const known = Object.hasOwn(this.#old.answers, key) ? this.#old.answers[key] : undefined;
    if (!known) return undefined;
    const touched = known.from.map((number) => this.#old.paths[number]!);
    if (!touched.every(([path]) => this.#isFresh(path))) return undefined;
    this.#answers.set(key, { touched, kept: known });
    return known;
  }

  /** Keeps what a thread answered. */
  keep(task: Task, { seen, mattering, reports, touched }: Answer): void {
    for (const one of seen) {
      if (one.signature === UNSURE) continue;
      this.#seen.set(one.path, one);
      this.#isChanged = true;
    }
    if (task.kind === 'look' || !reports.every((report) => report.isLasting)) return;
    if (touched.some(([, signature]) => signature === UNSURE)) return;
    // how long it took this time is nothing to keep
    const plain = reports.map(({ milliseconds: _, ...report }) => report);
    this.#answers.set(keyOf(task), { touched, kept: { mattering, reports: plain } });
    this.#isChanged = true;
  }

  /** Writes what was asked for this time, and nothing else. */
  save(): void {
    if (!this.#isChanged) return this.#renew();
    const paths: Touched[] = [];
    const numbers = new Map<string, number>();
    /** Undefined: the file changed between two questions. */
    const numberOf = (path: string, signature: string): number | undefined => {
      let number = numbers.get(path);
      if (number === undefined) {
        numbers.set(path, (number = paths.length));
        paths.push([path, signature]);
      }
      return paths[number]![1] === signature ? number : undefined;
    };
    const looks: Record<number, Content['looks'][number]> = {};
    for (const { path, signature, bytes, names, isBinary, includes } of this.#seen.values()) {
      const number = numberOf(path, signature);
      if (number !== undefined) looks[number] = [bytes, names, isBinary, includes];
    }
    const answers: Record<string, KeptAnswer> = {};
    for (const [key, { touched, kept }] of this.#answers) {
      const from = touched.map(([path, signature]) => numberOf(path, signature));
      if (from.every((number) => number !== undefined))
        answers[key] = { from, mattering: kept.mattering, reports: kept.reports };
    }
    write(this.#file, JSON.stringify({ paths, looks, answers } satisfies Content));
  }

  /** It was used: it is not old. */
  #renew(): void {
    try {
      const now = new Date();
      utimesSync(this.#file, now, now);
    } catch {
      // There was nothing to keep.
    }
  }

  #isFresh(path: string): boolean {
    let now = this.#now.get(path);
    if (now === undefined) this.#now.set(path, (now = signatureNow(path)));
    return now !== UNSURE && now === this.#signatures.get(path);
  }
}

const withCollections = (_: string, value: unknown): unknown =>
  value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value;

const keyOf = (task: Task): string => createHash('sha1').update(JSON.stringify(task)).digest('base64');

function read(file: string): Content {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as Partial<Content>;
    return { ...EMPTY, ...content };
  } catch {
    // There is none, or it is broken: all is found out anew.
    return EMPTY;
  }
}

/** Whole, or not at all. */
function write(file: string, text: string): void {
  try {
    const folder = dirname(file);
    mkdirSync(folder, { recursive: true });
    // what a check that was ended left goes with the old ones
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, file);
    forgetOld(folder);
  } catch {
    // A full disk, a folder that cannot be written: the next check takes as long as this one.
  }
}

/** Throws if another check cleans up at the same time. */
function forgetOld(folder: string): void {
  const files = readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return { path, time: statSync(path).mtimeMs };
  });
  files.sort((a, b) => b.time - a.time);
  for (const [i, { path, time }] of files.entries())
    if (i >= KEPT || Date.now() - time > OLD) rmSync(path, { force: true });
}
