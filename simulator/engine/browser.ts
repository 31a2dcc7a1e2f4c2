/** The engine as a web worker. */
import { BrowserMessageReader, BrowserMessageWriter, createMessageConnection } from 'vscode-jsonrpc/browser';
import { serve } from './serve.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;
serve(createMessageConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope)));
