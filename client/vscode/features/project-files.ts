/** Reads headers for a server that has no disk of its own (request `pinscope/readFile`). */
import { FileType, Uri, workspace } from 'vscode';
import type { ClientRequests } from '../../../server/lsp/protocol.ts';
import type { Host } from '../host.ts';

/** Bytes; a larger "header" is not one, and would only fill the worker's memory. */
const MAX_BYTES = 5_000_000;

type Handler<M extends keyof ClientRequests> = (
  params: ClientRequests[M]['params'],
) => Promise<ClientRequests[M]['result']>;

const readFile: Handler<'pinscope/readFile'> = async ({ uri }) => {
  const target = Uri.parse(uri);
  const open = workspace.textDocuments.find((document) => document.uri.toString() === target.toString());
  if (open) return { text: open.getText() };
  try {
    const { type, size } = await workspace.fs.stat(target);
    if (!(type & FileType.File) || size > MAX_BYTES) return null;
    return { text: new TextDecoder().decode(await workspace.fs.readFile(target)) };
  } catch {
    // Not there, or not readable: the server asks for names that may not exist.
    return null;
  }
};

/** Answers the server's requests for files. */
export function registerProjectFiles({ server }: Host): void {
  server.onRequest('pinscope/readFile', readFile);
}
