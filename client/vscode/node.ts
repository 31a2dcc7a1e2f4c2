/** Entry of the desktop and remote extension host: the server is a Node process of its own. */
import { Worker } from 'node:worker_threads';
import { Uri, type ExtensionContext } from 'vscode';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { LanguageClient, TransportKind, type LanguageClientOptions } from 'vscode-languageclient/node';
import { startExtension } from './extension.ts';
import type { StartEngine } from './engine.ts';

/** Called by VS Code. */
export function activate(context: ExtensionContext): void {
  const module = Uri.joinPath(context.extensionUri, 'dist', 'server.js').fsPath;
  const startEngine: StartEngine = () => {
    const worker = new Worker(Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath);
    return {
      reader: new PortMessageReader(worker),
      writer: new PortMessageWriter(worker),
      connect: createMessageConnection,
      terminate: () => void worker.terminate(),
    };
  };
  const createClient = (options: LanguageClientOptions): LanguageClient => {
    const run = { module, transport: TransportKind.ipc };
    const debug = { ...run, options: { execArgv: ['--nolazy', '--inspect=6019'] } };
    return new LanguageClient('pinscope', 'Pinscope', { run, debug }, options);
  };
  startExtension(context, createClient, startEngine);
}
