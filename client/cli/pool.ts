/** Spreads files over worker threads. */
import { Worker } from 'node:worker_threads';
import type { AnalysisOptions } from '../../server/findings.ts';
import { failure, noStats, type CheckStats } from './checker.ts';
import type { FileReport } from './report.ts';

/** What a worker is started with: options without functions. */
export type WorkerOptions = Omit<AnalysisOptions, 'cancelled'>;

/** Files to look through, files to analyse. */
export interface Task {
  readonly scan: readonly string[];
  readonly analyse: readonly string[];
}

export interface FromWorker {
  /** Of the files that were looked through, those to analyse. */
  readonly candidates: readonly string[];
  readonly reports: readonly FileReport[];
  /** Since the worker's start. */
  readonly stats: CheckStats;
}

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
  #next: string[] = [];
  #closed = false;
  #finished: () => void = () => undefined;

  constructor(
    readonly script: URL,
    readonly options: WorkerOptions,
    readonly threads: number,
  ) {}

  add(path: string): void {
    this.#next.push(path);
    if (this.#next.length >= CHUNK) this.#flush();
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
    if (this.#next.length > 0) this.#queue.push({ scan: this.#next, analyse: [] });
    this.#next = [];
    this.#dispatch();
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
    worker.on('message', ({ candidates, reports, stats }: FromWorker) => {
      this.reports.push(...reports);
      this.#queue.push(...candidates.map((path) => ({ scan: [], analyse: [path] })));
      this.#stats.set(worker, stats);
      this.#busy.delete(worker);
      this.#idle.add(worker);
      this.#dispatch();
    });
    let failed = false;
    const lost = (error: unknown): void => {
      if (failed) return;
      failed = true;
      const { scan, analyse } = this.#busy.get(worker) ?? { scan: [], analyse: [] };
      this.#busy.delete(worker);
      this.#idle.delete(worker);
      // A thread can die of one file (out of memory): the others go on in a new one.
      if (scan.length > 1) this.#queue.push(...scan.map((path) => ({ scan: [path], analyse: [] })));
      const why = error instanceof Error ? error.message : String(error);
      for (const path of [...(scan.length > 1 ? [] : scan), ...analyse])
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
