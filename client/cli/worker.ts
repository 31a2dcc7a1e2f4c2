/** A worker thread of `check -j N`. Shares nothing with the others. */
import { parentPort, workerData } from 'node:worker_threads';
import { tierForOneCheck } from '../../server/tiering.ts';
import { Checker } from './checker.ts';
import { analyserModule } from './engine.ts';
import type { WorkerOptions } from './pool.ts';
import { perform, type Task } from './sweep.ts';

// not before all of this has been read: what runs once only is interpreted
tierForOneCheck();
const { options, remembers } = workerData as WorkerOptions;
const checker = new Checker(analyserModule, options, remembers);

parentPort?.on(
  'message',
  (task: Task) => void perform(task, checker).then((answer) => parentPort?.postMessage(answer)),
);
