/** A worker thread of `check -j N`. Shares nothing with the others. */
import { parentPort, workerData } from 'node:worker_threads';
import { Checker } from './checker.ts';
import { analyserModule } from './engine.ts';
import type { FromWorker, Task, WorkerOptions } from './pool.ts';
import type { FileReport } from './report.ts';

const checker = new Checker(analyserModule, workerData as WorkerOptions);

async function run({ scan, headers, related, analyse }: Task): Promise<FromWorker> {
  const candidates: string[] = [];
  const reports: FileReport[] = [];
  for (const path of scan) {
    const isCandidate = checker.scan(path);
    if (isCandidate === true) candidates.push(path);
    else if (isCandidate) reports.push(isCandidate);
  }
  const naming = headers.filter((path) => checker.scanHeader(path));
  candidates.push(...checker.related(related));
  for (const path of analyse) {
    const report = await checker.analyse(path);
    if (report) reports.push(report);
  }
  return { candidates, headers: naming, reports, stats: { ...checker.stats } };
}

parentPort?.on('message', (task: Task) => void run(task).then((answer) => parentPort?.postMessage(answer)));
