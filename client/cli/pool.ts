/** Spreads files over worker threads. */
import { dirname, sep } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AnalysisOptions } from '../../server/findings.ts';
import { failure, noStats, type CheckStats } from './checker.ts';
import type { FileReport } from './report.ts';

/** What a worker is started with: options without functions. */
export type WorkerOptions = Omit<AnalysisOptions, 'cancelled'>;

/** Files to look through, files to analyse. */
export interface Task {
  readonly scan: readonly string[];
  readonly headers: readonly string[];
  /** Files of one folder where something names the families: which of them matter though they name nothing themselves? */
  readonly related: readonly string[];
  readonly analyse: readonly string[];
}

export interface FromWorker {
  /** Of the files that were looked through, those to analyse. */
  readonly candidates: readonly string[];
  /** Of the headers, those that name the families. */
  readonly headers: readonly string[];
  readonly reports: readonly FileReport[];
  /** Since the worker's start. */
  readonly stats: CheckStats;
}

const NOTHING: Task = { scan: [], headers: [], related: [], analyse: [] };

/** Files looked through at a time: many enough for messages not to count. */
const CHUNK = 192;

/**
 * Looks through all files in chunks first, then analyses those that matter one by one: a thread that meets a costly file
 * keeps no others waiting behind it.
 */
export class Pool {
  readonly reports: FileReport[] = [];
  readonly #queue: Task[] = [];
  readonly #stats = new Map<Worker, CheckStats>();
  readonly #idle = new Set<Worker>();
  readonly #busy = new Map<Worker, Task>();
  /** Files by folder, and the folders whose files were asked for what is related. */
  readonly #folders = new Map<string, string[]>();
  readonly #asked = new Set<string>();
  #next: string[] = [];
  #nextHeaders: string[] = [];
  #closed = false;
  #finished: () => void = () => undefined;

  constructor(
    readonly script: URL,
    readonly options: WorkerOptions,
    readonly threads: number,
  ) {}

  add(path: string): void {
    const folder = dirname(path);
    const known = this.#folders.get(folder);
    if (known) known.push(path);
    else this.#folders.set(folder, [path]);
    this.#next.push(path);
    if (this.#next.length >= CHUNK) this.#flush();
  }

  /** A header is looked through, but not analysed by itself. */
  addHeader(path: string): void {
    this.#nextHeaders.push(path);
    if (this.#nextHeaders.length >= CHUNK) this.#flush();
  }

  /** Resolves when every file was checked. */
  async finish(): Promise<CheckStats> {
    this.#flush();
    this.#closed = true;
    if (this.#busy.size > 0 || this.#queue.length > 0) await new Promise<void>((resolve) => (this.#finished = resolve));
    const sum = noStats();
    for (const stats of this.#stats.values())
      for (const key of Object.keys(sum) as (keyof CheckStats)[]) sum[key] += stats[key];
    await Promise.all([...this.#idle].map((worker) => worker.terminate()));
    return sum;
  }

  #flush(): void {
    if (this.#next.length + this.#nextHeaders.length > 0)
      this.#queue.push({ ...NOTHING, scan: this.#next, headers: this.#nextHeaders });
    this.#next = [];
    this.#nextHeaders = [];
    this.#dispatch();
  }

  /** What a header offers is used beside it; from a folder of headers only, in the folders around that one. */
  #askBeside(header: string): void {
    const folder = dirname(header);
    if (this.#folders.has(folder)) return this.#ask(folder);
    const around = dirname(folder) + sep;
    for (const other of this.#folders.keys()) if ((other + sep).startsWith(around)) this.#ask(other);
  }

  #ask(folder: string): void {
    const related = this.#folders.get(folder) ?? [];
    if (this.#asked.has(folder) || related.length === 0) return;
    this.#asked.add(folder);
    this.#queue.push({ ...NOTHING, related });
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.values().next().value ?? (this.#busy.size < this.threads ? this.#start() : undefined);
      if (!worker) return;
      const task = this.#queue.shift();
      if (!task) return;
      this.#idle.delete(worker);
      this.#busy.set(worker, task);
      worker.postMessage(task);
    }
    if (this.#closed && this.#busy.size === 0) this.#finished();
  }

  #start(): Worker {
    const worker = new Worker(this.script, { workerData: this.options });
    worker.on('message', ({ candidates, headers, reports, stats }: FromWorker) => {
      this.reports.push(...reports);
      for (const path of candidates) {
        this.#queue.push({ ...NOTHING, analyse: [path] });
        this.#ask(dirname(path));
      }
      for (const path of headers) this.#askBeside(path);
      this.#stats.set(worker, stats);
      this.#busy.delete(worker);
      this.#idle.add(worker);
      this.#dispatch();
    });
    let failed = false;
    const lost = (error: unknown): void => {
      if (failed) return;
      failed = true;
      const { scan, related, analyse } = this.#busy.get(worker) ?? NOTHING;
      this.#busy.delete(worker);
      this.#idle.delete(worker);
      // A thread can die of one file (out of memory): the others go on in a new one.
      if (scan.length > 1) this.#queue.push(...scan.map((path) => ({ ...NOTHING, scan: [path] })));
      const why = error instanceof Error ? error.message : String(error);
      for (const path of [...(scan.length > 1 ? [] : scan), ...related, ...analyse])
        this.reports.push(failure(path, 'internal', `ended its thread: ${why}`));
      this.#dispatch();
    };
    worker.on('error', lost);
    worker.on('exit', (code) => {
      if (this.#busy.has(worker)) lost(new Error(`exit code ${code}`));
    });
    return worker;
  }
}
