/** The panel's connection to the engine, which runs in a worker of this page: no run ever holds up the editor or the page. */
import { BrowserMessageReader, BrowserMessageWriter, createMessageConnection } from 'vscode-jsonrpc/browser';
import type { EngineMethod, EngineParams, EngineResult } from '../engine/protocol.ts';

/** Asks the engine. */
export interface Engine {
  request<M extends EngineMethod>(method: M, params: EngineParams<M>): Promise<EngineResult<M>>;
  dispose(): void;
}

/** Starts the engine from its program (a webview may only make workers out of blobs). */
export function startEngine(program: Blob, onError: (message: string) => void): Engine {
  const url = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'pinscope-engine' });
  worker.addEventListener('error', (event) => onError(event.message));
  const connection = createMessageConnection(new BrowserMessageReader(worker), new BrowserMessageWriter(worker));
  connection.listen();
  return {
    request: (method, params) => connection.sendRequest(method, params),
    dispose() {
      connection.dispose();
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
