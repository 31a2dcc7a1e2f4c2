/**
 * The order in which a tree is checked, as tasks that any thread can do: a first look at all files; then, for the folders where
 * something names the families, which of their files matter; for files whose headers do, whether they use that; last, the analysis of
 * what matters: a thread stays in a folder, whose files share headers and are linked with each other, and large folders come first, so that all end together.
 */
import { dirname } from 'node:path';
import type { Prefilter } from '../../server/analyser.ts';
import type { Link } from '../../server/linking/driver.ts';
import type { Cache, Touched } from './cache.ts';
import { failure, noStats, type Checker, type CheckStats } from './checker.ts';
import type { FileReport } from './report.ts';
import { Survey, type Seen } from './survey.ts';

/** Something to do, and with which files. */
export type Task =
  | { readonly kind: 'look'; readonly files: readonly string[]; readonly beside: readonly string[] }
  /** Files of one folder: which of them matter? */
  | { readonly kind: 'folder'; readonly files: readonly string[] }
  /** Which of them use what their headers define to take pages or to give them back? */
  | { readonly kind: 'headers'; readonly files: readonly string[] }
  | { readonly kind: 'analyse'; readonly file: string; readonly links: readonly Link[] };

/** What came of a task. */
export interface Answer {
  readonly seen: readonly Seen[];
  /** Files to be analysed, and what they are linked with. */
  readonly mattering: readonly { readonly file: string; readonly links: readonly Link[] }[];
  readonly reports: readonly FileReport[];
  /** What it was made from; not told of looks, each of which has its own signature. */
  readonly touched: readonly Touched[];
  /** Since the thread's start. */
  readonly stats: CheckStats;
}

/** Files looked through at a time, which takes 10 ms: the main thread, which walks the folders meanwhile, is seldom asked for more. */
const CHUNK = 1024;
/** Files asked for at a time whether they use their headers. */
const QUESTIONS = 16;

/** Does a task. Never rejects because of a file. */
export async function perform(task: Task, checker: Checker): Promise<Answer> {
  const seen: Seen[] = [];
  const mattering: Answer['mattering'][number][] = [];
  const reports: FileReport[] = [];
  const stats = checker.stats;
  if (task.kind === 'look') {
    for (const path of task.files) {
      const one = checker.look(path);
      if ('findings' in one) reports.push(one);
      else seen.push(one);
    }
    for (const path of task.beside) {
      const one = checker.lookBeside(path);
      if (one) seen.push(one);
    }
  } else if (task.kind === 'folder') {
    for (const file of task.files) {
      const links = checker.linksOf(file);
      if (links) mattering.push({ file, links });
    }
    checker.forgetFolders();
  } else if (task.kind === 'headers') {
    for (const file of task.files) if (checker.usesHeaders(file)) mattering.push({ file, links: [] });
  } else {
    const report = await checker.analyse(task.file, task.links);
    if (report) reports.push(report);
  }
  const touched = checker.takeTouched();
  return { seen, mattering, reports, touched: task.kind === 'look' ? [] : touched, stats: { ...stats } };
}

type Analysis = Extract<Task, { kind: 'analyse' }>;

/** One check of many files: gives tasks, takes answers. */
export class Sweep {
  readonly reports: FileReport[] = [];
  /** What an earlier check found out, where there was one. */
  cache: Cache | undefined;
  /** What no thread had to look at, because the cache knows it. */
  readonly remembered = noStats();
  readonly #survey: Survey;
  readonly #files = new Set<string>();
  /** Files that were named: nothing is known of what lies beside them. */
  readonly #alone = new Set<string>();
  readonly #sizes = new Map<string, number>();
  readonly #naming = new Set<string>();
  readonly #namingFolders = new Set<string>();
  readonly #taken = new Set<string>();
  /** By folder. */
  readonly #analyses = new Map<string, Analysis[]>();
  /** The folder in which each thread is. */
  readonly #places = new Map<object, string>();
  readonly #questions: Task[] = [];
  /** Tasks that the cache was asked about. */
  readonly #asked = new WeakSet<Task>();
  #settled = 0;
  #next: string[] = [];
  #nextBeside: string[] = [];
  /** Questions and analyses that are not answered yet. */
  #open = 0;
  #running = 0;
  #stages: (() => void)[] = [() => this.#askFolders(), () => this.#askHeaders()];
  #roots: readonly string[] | undefined;

  constructor(mayMatter: Prefilter) {
    this.#survey = new Survey(mayMatter);
  }

  get isDone(): boolean {
    const isAsked = this.#roots !== undefined && this.#stages.length === 0;
    return isAsked && this.#open + this.#running + this.#analyses.size === 0;
  }

  /** A file to check; `isAlone`: it was named, what lies beside it was not. */
  add(path: string, isAlone: boolean): void {
    this.#files.add(path);
    if (isAlone) this.#alone.add(path);
    this.#next.push(path);
    if (this.#next.length >= CHUNK) this.#flush();
  }

  /** A file beside those: it is looked through, but not checked. */
  addBeside(path: string): void {
    this.#nextBeside.push(path);
    if (this.#nextBeside.length >= CHUNK) this.#flush();
  }

  /** There are no more files; `roots`: the folders that were walked. */
  close(roots: readonly string[]): void {
    this.#flush();
    this.#roots = roots;
  }

  /**
   * Asks the next questions, where those before are answered; true if it did. That takes a while: whoever has threads gives them first
   * what else there is to do.
   */
  advance(): boolean {
    while (this.#roots && this.#open === 0 && this.#stages.length > 0) this.#stages.shift()?.();
    return this.#questions.length > 0;
  }

  /** Does what there is to do and the cache knows; true if something is left for threads to do now. */
  settle(): boolean {
    for (let before = -1; this.cache && before !== this.#settled;) {
      before = this.#settled;
      for (const question of this.#questions.splice(0)) this.#recall(question, (rest) => this.#questions.push(rest));
      for (const [folder, analyses] of this.#analyses) {
        const rest: Analysis[] = [];
        for (const one of analyses) {
          this.#running++;
          this.#recall(one, () => {
            this.#running--;
            rest.push(one);
          });
        }
        if (rest.length === 0) this.#analyses.delete(folder);
        else this.#analyses.set(folder, rest);
      }
    }
    return this.#questions.length + this.#analyses.size > 0;
  }

  /** Takes what the cache knows of a task; the rest is for a thread. */
  #recall(task: Task, leave: (rest: Task) => void): void {
    if (this.#asked.has(task) || !this.cache) return leave(task);
    const { remembered: stats } = this;
    if (task.kind !== 'look') {
      const known = this.cache.answer(task);
      this.#asked.add(task);
      if (!known) return leave(task);
      if (task.kind === 'analyse') stats.candidates++;
      this.#settled++;
      return this.take(task, { seen: [], ...known });
    }
    const rest = (files: readonly string[], isBeside: boolean): string[] =>
      files.filter((path) => {
        const seen = this.cache!.seen(path);
        if (!seen) return true;
        this.#see(seen);
        if (isBeside) return false;
        stats.files++;
        stats.bytes += seen.bytes;
        if (seen.isBinary) stats.binary++;
        return false;
      });
    const left = { ...task, files: rest(task.files, false), beside: rest(task.beside, true) };
    this.#asked.add(left);
    if (left.files.length + left.beside.length > 0) return leave(left);
    this.#settled++;
    this.take(task, { seen: [], mattering: [], reports: [] });
  }

  /** Something for a thread to do now; undefined: nothing, as long as no answer comes in. */
  next(thread: object): Task | undefined {
    const question = this.#questions.shift();
    if (question) return question;
    let folder = this.#places.get(thread);
    if (folder === undefined || !this.#analyses.has(folder)) folder = this.#largest();
    const analyses = folder === undefined ? undefined : this.#analyses.get(folder);
    if (folder === undefined || !analyses) return undefined;
    this.#places.set(thread, folder);
    const analysis = analyses.shift();
    if (analyses.length === 0) this.#analyses.delete(folder);
    this.#running++;
    return analysis;
  }

  /** The folder with most to read, if possible one where no other thread is. */
  #largest(): string | undefined {
    const taken = new Set(this.#places.values());
    let best: string | undefined;
    let most = -1;
    for (const [folder, analyses] of this.#analyses) {
      let size = analyses.reduce((sum, { file }) => sum + this.#sizeOf(file), 0);
      if (!taken.has(folder)) size += 1e12;
      if (size > most) [best, most] = [folder, size];
    }
    return best;
  }

  /** What a thread answered. */
  answered(task: Task, answer: Answer): void {
    this.cache?.keep(task, answer);
    this.take(task, answer);
  }

  take(task: Task, { seen, mattering, reports }: Omit<Answer, 'stats' | 'touched'>): void {
    this.reports.push(...reports);
    for (const one of seen) this.#see(one);
    for (const { file, links } of mattering) this.#analyse(file, links);
    // what names the families is analysed in any case
    if (task.kind === 'folder') for (const file of task.files) if (this.#naming.has(file)) this.#analyse(file, []);
    if (task.kind === 'analyse') this.#running--;
    else this.#open--;
  }

  #see(one: Seen): void {
    this.#survey.add(one);
    if (this.#files.has(one.path)) this.#sizes.set(one.path, one.bytes);
    if (!one.names) return;
    this.#naming.add(one.path);
    this.#namingFolders.add(dirname(one.path));
  }

  /** A thread ended under a task; of many files that it looked at, each is tried once more. */
  lost(task: Task, why: string): void {
    const files = task.kind === 'analyse' ? [task.file] : task.files;
    const isTriedAgain = task.kind === 'look' && files.length > 1;
    if (isTriedAgain) for (const file of files) this.#ask({ kind: 'look', files: [file], beside: [] });
    const reports = files.map((path) => failure(path, 'internal', `ended its thread: ${why}`));
    this.take(task, { seen: [], mattering: [], reports: isTriedAgain ? [] : reports });
  }

  #sizeOf(file: string): number {
    return this.#sizes.get(file) ?? 0;
  }

  #ask(task: Task): void {
    this.#questions.push(task);
    this.#open++;
  }

  #analyse(file: string, links: readonly Link[]): void {
    if (this.#taken.has(file)) return;
    this.#taken.add(file);
    const folder = dirname(file);
    const known = this.#analyses.get(folder);
    if (known) known.push({ kind: 'analyse', file, links });
    else this.#analyses.set(folder, [{ kind: 'analyse', file, links }]);
  }

  #flush(): void {
    if (this.#next.length + this.#nextBeside.length > 0)
      this.#ask({ kind: 'look', files: this.#next, beside: this.#nextBeside });
    this.#next = [];
    this.#nextBeside = [];
  }

  #askFolders(): void {
    const folders = new Map<string, string[]>();
    for (const path of this.#files) {
      const folder = dirname(path);
      if (!this.#namingFolders.has(folder) && !this.#alone.has(path)) continue;
      const known = folders.get(folder);
      if (known) known.push(path);
      else folders.set(folder, [path]);
    }
    for (const files of folders.values()) this.#ask({ kind: 'folder', files });
  }

  #askHeaders(): void {
    const users = this.#survey.users(this.#roots ?? []);
    const asked = [...this.#files].filter(
      (path) => (users.has(path) || this.#alone.has(path)) && !this.#taken.has(path) && this.#sizes.has(path),
    );
    for (let at = 0; at < asked.length; at += QUESTIONS)
      this.#ask({ kind: 'headers', files: asked.slice(at, at + QUESTIONS) });
  }
}
