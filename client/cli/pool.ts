/** Spreads files over worker threads. */
import { Worker } from 'node:worker_threads';
import type { AnalysisOptions } from '../../server/findings.ts';
import { failure, noStats, type CheckStats } from './checker.ts';
import type { FileReport } from './report.ts';

/** What a worker is started with: options without functions. */
export type WorkerOptions = Omit<AnalysisOptions, 'cancelled'>;

export interface FromWorker {
  readonly reports: readonly FileReport[];
  /** Since the worker's start. */
  readonly stats: CheckStats;
}

/** Files handed over at a time: few enough to keep all threads busy to the end, many enough for messages not to count. */
const CHUNK = 192;

export class Pool {
  readonly reports: FileReport[] = [];
  readonly #queue: string[][] = [];
  readonly #stats = new Map<Worker, CheckStats>();
  readonly #idle = new Set<Worker>();
  readonly #busy = new Map<Worker, readonly string[]>();
  #next: string[] = [];
  #closed = false;
  #finished: () => void = () => undefined;

  constructor(readonly script: URL, readonly options: WorkerOptions, readonly threads: number) {}

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
    for (const stats of this.#stats.values()) for (const key of Object.keys(sum) as (keyof CheckStats)[]) sum[key] += stats[key];
    await Promise.all([...this.#idle].map((worker) => worker.terminate()));
    return sum;
  }

  #flush(): void {
    if (this.#next.length > 0) this.#queue.push(this.#next);
    this.#next = [];
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.values().next().value ?? (this.#busy.size < this.threads ? this.#start() : undefined);
      if (!worker) return;
      const chunk = this.#queue.shift() ?? [];
      this.#idle.delete(worker);
      this.#busy.set(worker, chunk);
      worker.postMessage(chunk);
    }
    if (this.#closed && this.#busy.size === 0) this.#finished();
  }

  #start(): Worker {
    const worker = new Worker(this.script, { workerData: this.options });
    worker.on('message', ({ reports, stats }: FromWorker) => {
      this.reports.push(...reports);
      this.#stats.set(worker, stats);
      this.#busy.delete(worker);
      this.#idle.add(worker);
      this.#dispatch();
    });
    let failed = false;
    const lost = (error: unknown): void => {
      if (failed) return;
      failed = true;
      const chunk = this.#busy.get(worker) ?? [];
      this.#busy.delete(worker);
      this.#idle.delete(worker);
      // A thread can die of one file (out of memory): the others of the chunk are tried again, each on its own.
      if (chunk.length > 1) this.#queue.push(...chunk.map((path) => [path]));
      else for (const path of chunk) this.reports.push(failure(path, 'internal', `ended its thread: ${error instanceof Error ? error.message : String(error)}`));
      this.#dispatch();
    };
    worker.on('error', lost);
    worker.on('exit', (code) => {
      if (this.#busy.has(worker)) lost(new Error(`exit code ${code}`));
    });
    return worker;
  }
}
