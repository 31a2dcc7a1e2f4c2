/** The server in a web worker; files are read through the editor. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { createAnalyser, mayMatter } from '../index.ts';
import type { ClientRequests, InitializationOptions } from './protocol.ts';
import { startServer } from './server.ts';

type Read = ClientRequests['pinscope/readFile'];

const scope = self as unknown as DedicatedWorkerGlobalScope;
const connection = createConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope));

startServer(connection, {
  async createAnalyser({ wasm }: InitializationOptions) {
    if (!wasm) throw new Error('The addresses of its wasm files are missing.');
    const [treeSitter, c] = await Promise.all([download(wasm.treeSitter), download(wasm.c)]);
    return createAnalyser({ treeSitter, c });
  },
  mayMatter,
  async readFile(uri) {
    try {
      const params: Read['params'] = { uri };
      return (await connection.sendRequest<Read['result']>('pinscope/readFile', params))?.text;
    } catch {
      return undefined;
    }
  },
  // Timers of workers are delayed when nested; a message to ourselves is not.
  pause: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    }),
});

async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
