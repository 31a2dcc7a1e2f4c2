/** A worker thread of `check -j N`: takes lists of paths, gives reports. Shares nothing with the others. */
import { parentPort, workerData } from 'node:worker_threads';
import { Checker } from './checker.ts';
import { analyserModule } from './engine.ts';
import type { FromWorker, WorkerOptions } from './pool.ts';

const checker = new Checker(analyserModule, workerData as WorkerOptions);

parentPort?.on('message', async (paths: readonly string[]) => {
  const reports = [];
  for (const path of paths) {
    const report = await checker.check(path);
    if (report) reports.push(report);
  }
  parentPort?.postMessage({ reports, stats: { ...checker.stats } } satisfies FromWorker);
});
