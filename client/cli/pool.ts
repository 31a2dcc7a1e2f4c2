/** Lets worker threads do the tasks of a check. */
import { Worker } from 'node:worker_threads';
import type { AnalysisOptions } from '../../server/findings.ts';
import { noStats, type CheckStats } from './checker.ts';
import type { Answer, Sweep, Task } from './sweep.ts';

/** What a worker is started with: options without functions. */
export type WorkerOptions = Omit<AnalysisOptions, 'cancelled'>;

/** Tasks come one by one: a thread that meets a costly file keeps no others waiting behind it. */
export class Pool {
  readonly #stats = new Map<Worker, CheckStats>();
  readonly #idle = new Set<Worker>();
  readonly #busy = new Map<Worker, Task>();
  #finished: (() => void) | undefined;

  constructor(
    readonly script: URL,
    readonly options: WorkerOptions,
    readonly threads: number,
    readonly sweep: Sweep,
  ) {}

  /** Gives idle threads what there is to do. */
  dispatch(): void {
    for (;;) {
      let worker = this.#idle.values().next().value;
      if (!worker && this.#busy.size >= this.threads) return;
      if (!worker) this.#idle.add((worker = this.#start()));
      const task = this.sweep.next(worker);
      if (!task) break;
      this.#idle.delete(worker);
      this.#busy.set(worker, task);
      worker.postMessage(task);
    }
    if (this.sweep.isDone) this.#finished?.();
  }

  /** Resolves when all is done that the sweep has to do. */
  async finish(): Promise<CheckStats> {
    await new Promise<void>((resolve) => {
      this.#finished = resolve;
      this.dispatch();
    });
    const sum = noStats();
    for (const stats of this.#stats.values())
      for (const key of Object.keys(sum) as (keyof CheckStats)[]) sum[key] += stats[key];
    await Promise.all([...this.#idle].map((worker) => worker.terminate()));
    return sum;
  }

  #start(): Worker {
    const worker = new Worker(this.script, { workerData: this.options });
    worker.on('message', (answer: Answer) => {
      const task = this.#busy.get(worker);
      this.#stats.set(worker, answer.stats);
      this.#busy.delete(worker);
      this.#idle.add(worker);
      if (task) this.sweep.take(task, answer);
      this.dispatch();
    });
    let failed = false;
    const lost = (error: unknown): void => {
      if (failed) return;
      failed = true;
      const task = this.#busy.get(worker);
      this.#busy.delete(worker);
      this.#idle.delete(worker);
      // A thread can die of one file (out of memory): the others go on in a new one.
      if (task) this.sweep.lost(task, error instanceof Error ? error.message : String(error));
      this.dispatch();
    };
    worker.on('error', lost);
    worker.on('exit', (code) => {
      if (this.#busy.has(worker)) lost(new Error(`exit code ${code}`));
    });
    return worker;
  }
}
