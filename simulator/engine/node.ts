/** The engine as a worker thread of Node. */
import { parentPort } from 'node:worker_threads';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { serve } from './serve.ts';

if (!parentPort) throw new Error('This program is a worker of the Pinscope extension.');
serve(createMessageConnection(new PortMessageReader(parentPort), new PortMessageWriter(parentPort)));
