/** Lets worker threads do the tasks of a check. */
import { Worker } from 'node:worker_threads';
import type { AnalysisOptions } from '../../server/findings.ts';
import { startWithRoom } from '../../server/tiering.ts';
import { noStats, type CheckStats } from './checker.ts';
import type { Answer, Sweep, Task } from './sweep.ts';

/** What a worker is started with. */
export interface WorkerOptions {
  /** Without functions. */
  readonly options: Omit<AnalysisOptions, 'cancelled'>;
  /** See Checker. */
  readonly remembers: boolean;
}

/** In MB. A heap that may become large is seldom swept: with less, a tree takes a third of the memory, and a tenth more time. */
const LIMITS = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 32 };

/** A thread may die of its first file, but not one after the other of all. */
const MAX_STILLBORN = 4;

/** Tasks come one by one: a thread that meets a costly file keeps no others waiting behind it. */
export class Pool {
  readonly #stats = new Map<Worker, CheckStats>();
  readonly #idle = new Set<Worker>();
  readonly #busy = new Map<Worker, Task>();
  /** Threads that may take all the memory that there is: one each for a task that was too much for another. */
  readonly #large = new Set<Worker>();
  #finished: (() => void) | undefined;
  #failed: ((why: Error) => void) | undefined;
  /** Threads that ended before any thread had answered anything. */
  #stillborn = 0;

  constructor(
    readonly script: URL,
    readonly options: WorkerOptions,
    readonly threads: number,
    readonly sweep: Sweep,
  ) {
    startWithRoom();
  }

  /** Gives idle threads what there is to do. */
  dispatch(): void {
    do {
      while (this.sweep.settle()) {
        let worker = this.#idle.values().next().value;
        if (!worker && this.#busy.size >= this.threads) break;
        if (!worker) this.#idle.add((worker = this.#start()));
        const task = this.sweep.next(worker);
        if (!task) break;
        this.#idle.delete(worker);
        this.#busy.set(worker, task);
        worker.postMessage(task);
      }
    } while (this.sweep.advance() && this.#busy.size < this.threads);
    if (this.sweep.isDone) this.#finished?.();
  }

  /** Resolves when all is done that the sweep has to do; rejects where threads cannot even start. */
  async finish(): Promise<CheckStats> {
    await new Promise<void>((resolve, reject) => {
      this.#finished = resolve;
      this.#failed = reject;
      this.dispatch();
    });
    const sum = noStats();
    for (const stats of this.#stats.values())
      for (const key of Object.keys(sum) as (keyof CheckStats)[]) sum[key] += stats[key];
    await Promise.all([...this.#idle].map((worker) => worker.terminate()));
    return sum;
  }

  #start(isLarge = false): Worker {
    const worker = new Worker(this.script, {
      workerData: this.options,
      ...(!isLarge && { resourceLimits: LIMITS }),
    });
    if (isLarge) this.#large.add(worker);
    worker.on('message', (answer: Answer) => {
      const task = this.#busy.get(worker);
      this.#stats.set(worker, answer.stats);
      this.#busy.delete(worker);
      this.#idle.add(worker);
      if (task) this.sweep.answered(task, answer);
      this.dispatch();
    });
    let failed = false;
    const lost = (error: unknown): void => {
      if (failed) return;
      failed = true;
      if (this.#stats.size === 0 && ++this.#stillborn > MAX_STILLBORN * this.threads) {
        this.#failed?.(new Error(`the threads of the check do not start: ${messageOf(error)}`));
        return;
      }
      const task = this.#busy.get(worker);
      this.#busy.delete(worker);
      this.#idle.delete(worker);
      // A thread can die of one file: the others go on in a new one.
      if (task && isOutOfMemory(error) && !this.#large.has(worker)) {
        const large = this.#start(true);
        this.#busy.set(large, task);
        large.postMessage(task);
      } else if (task) this.sweep.lost(task, messageOf(error));
      this.dispatch();
    };
    worker.on('error', lost);
    worker.on('exit', (code) => {
      if (this.#busy.has(worker)) lost(new Error(`exit code ${code}`));
    });
    return worker;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
