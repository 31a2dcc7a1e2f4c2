/** The language client, and the engine's worker, of the desktop and remote extension host: a file of its own (dist/client.cjs), loaded after activation. */
import { Worker } from 'node:worker_threads';
import { Uri, type ExtensionContext } from 'vscode';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import type { EngineWorker } from '../engine.ts';
import { clientOptions, type ClientParts } from './options.ts';

/** Makes the client: the server is a Node process of its own. */
export function createClient(parts: ClientParts): LanguageClient {
  const module = Uri.joinPath(parts.context.extensionUri, 'dist', 'server.js').fsPath;
  const run = { module, transport: TransportKind.ipc };
  const debug = { ...run, options: { execArgv: ['--nolazy', '--inspect=6019'] } };
  return new LanguageClient('pinscope', 'Pinscope', { run, debug }, clientOptions(parts));
}

/** Starts a worker of the simulator. */
export function startEngine(context: ExtensionContext): EngineWorker {
  const worker = new Worker(Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath);
  return {
    reader: new PortMessageReader(worker),
    writer: new PortMessageWriter(worker),
    connect: createMessageConnection,
    terminate: () => void worker.terminate(),
  };
}
