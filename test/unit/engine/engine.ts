/** An engine at the other end of a message channel, as the extension has it. */
import { readFileSync } from 'node:fs';
import { MessageChannel } from 'node:worker_threads';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { serve } from '../../../simulator/engine/serve.ts';
import { Engine } from '../../../client/vscode/engine.ts';
import type { LoadOptions, Run } from '../../../simulator/engine/protocol.ts';

/** A new engine; dispose() it at the end. */
export function engine(): Engine {
  return new Engine(() => {
    const { port1, port2 } = new MessageChannel();
    serve(createMessageConnection(new PortMessageReader(port2), new PortMessageWriter(port2)));
    return {
      reader: new PortMessageReader(port1),
      writer: new PortMessageWriter(port1),
      connect: createMessageConnection,
      terminate: () => port1.close(),
    };
  });
}
/** Text of a snippet of the gallery. */
export function gallery(name: string): string {
  return readFileSync(new URL(`../../../examples/gallery/${name}.c`, import.meta.url), 'utf8');
}
/** Loads a text into an engine. */
export function load(e: Engine, source: string, options: LoadOptions = {}): Promise<Run> {
  return e.request('load', { name: 'snippet.c', source, options });
}
/** Number of the first line that contains a text, from 1. */
export function lineOf(source: string, text: string): number {
  const i = source.split('\n').findIndex((l) => l.includes(text));
  if (i < 0) throw new Error(`no line contains ${text}`);
  return i + 1;
}
