/** Entry of the web extension host: the server is a web worker, and its wasm files are fetched by address. */
import { Uri, type ExtensionContext } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { startExtension } from './extension.ts';

/** Called by VS Code. */
export function activate(context: ExtensionContext): Promise<void> {
  const inDist = (name: string): string => Uri.joinPath(context.extensionUri, 'dist', name).toString(true);
  const wasm = { treeSitter: inDist('web-tree-sitter.wasm'), c: inDist('tree-sitter-c.wasm') };
  return startExtension(context, (options) => {
    options.initializationOptions = { ...options.initializationOptions, wasm };
    // A function: a restart needs a new worker.
    const startWorker = (): Promise<Worker> => Promise.resolve(new Worker(inDist('server.browser.js')));
    return new LanguageClient('pinscope', 'Pinscope', startWorker, options);
  });
}
