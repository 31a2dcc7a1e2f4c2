/** The language client, and the engine's worker, of the web extension host. */
import { Uri, type ExtensionContext } from 'vscode';
import { createMessageConnection } from 'vscode-jsonrpc/browser';
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  LanguageClient,
  type MessageTransports,
} from 'vscode-languageclient/browser';
import type { EngineWorker } from '../engine.ts';
import { clientOptions, type ClientParts } from './options.ts';

function address(context: ExtensionContext, name: string): string {
  return Uri.joinPath(context.extensionUri, 'dist', name).toString(true);
}

/** Makes the client: the server is a web worker, and its wasm files are fetched by address. */
export function createClient(parts: ClientParts): LanguageClient {
  const { context } = parts;
  let worker: Worker | undefined;
  // A function that gives transports: a restart needs a new worker, and workers of the web extension host are no instances
  // of the Worker that the client compares with.
  const startWorker = (): Promise<MessageTransports> => {
    worker?.terminate();
    worker = new Worker(address(context, 'server.browser.js'));
    return Promise.resolve({ reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) });
  };
  context.subscriptions.push({ dispose: () => worker?.terminate() });
  const wasm = { treeSitter: address(context, 'web-tree-sitter.wasm'), c: address(context, 'tree-sitter-c.wasm') };
  return new LanguageClient('pinscope', 'Pinscope', startWorker, clientOptions(parts, { wasm }));
}

/** Starts a worker of the simulator. */
export function startEngine(context: ExtensionContext): EngineWorker {
  const engine = new Worker(address(context, 'engine.browser.js'));
  return {
    reader: new BrowserMessageReader(engine),
    writer: new BrowserMessageWriter(engine),
    connect: createMessageConnection,
    terminate: () => engine.terminate(),
  };
}
