/**
 * The engine as a worker thread of Node: the program of the web worker, which lies beside this one, with the thread's port as its `self`.
 * (One program for both hosts: two of them would be an eighth of the package.)
 */
import { parentPort } from 'node:worker_threads';

if (!parentPort) throw new Error('This program is a worker of the Pinscope extension.');
Object.assign(globalThis, { self: parentPort });
await import(new URL('./engine.browser.js', import.meta.url).href);
