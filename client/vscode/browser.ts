/** Entry of the web extension host: the server is a web worker, and its wasm files are fetched by address. */
import { Uri, type ExtensionContext } from 'vscode';
import { createMessageConnection } from 'vscode-jsonrpc/browser';
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  LanguageClient,
  type LanguageClientOptions,
  type MessageTransports,
} from 'vscode-languageclient/browser';
import { startExtension } from './extension.ts';
import type { StartEngine } from './engine.ts';

/** Called by VS Code. */
export function activate(context: ExtensionContext): void {
  const inDist = (name: string): string => Uri.joinPath(context.extensionUri, 'dist', name).toString(true);
  const wasm = { treeSitter: inDist('web-tree-sitter.wasm'), c: inDist('tree-sitter-c.wasm') };
  let worker: Worker | undefined;
  // A function that gives transports: a restart needs a new worker, and workers of the web extension host are no instances
  // of the Worker that the client compares with.
  const startWorker = (): Promise<MessageTransports> => {
    worker?.terminate();
    worker = new Worker(inDist('server.browser.js'));
    return Promise.resolve({ reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) });
  };
  context.subscriptions.push({ dispose: () => worker?.terminate() });
  const startEngine: StartEngine = () => {
    const engine = new Worker(inDist('engine.browser.js'));
    return {
      reader: new BrowserMessageReader(engine),
      writer: new BrowserMessageWriter(engine),
      connect: createMessageConnection,
      terminate: () => engine.terminate(),
    };
  };
  const createClient = (options: LanguageClientOptions): LanguageClient => {
    options.initializationOptions = { ...options.initializationOptions, wasm };
    return new LanguageClient('pinscope', 'Pinscope', startWorker, options);
  };
  startExtension(context, createClient, startEngine);
}
