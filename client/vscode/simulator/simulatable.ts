/** What of a document can be simulated, asked of the server once a version. */
import type { TextDocument } from 'vscode';
import type { ServerRequests, SimulatableFunction } from '../../../server/lsp/protocol.ts';
import type { Host } from '../host.ts';

type Answer = ServerRequests['pinscope/simulatable']['result'];

const known = new WeakMap<TextDocument, { readonly version: number; readonly answer: Promise<Answer> }>();

/** The functions of a document, and where its annotations begin; null while the server does not know it. */
export async function simulatable({ server }: Host, document: TextDocument): Promise<Answer> {
  const before = known.get(document);
  if (before?.version === document.version) return before.answer;
  if (server.state === 'stopped') return null;
  const answer = server.request('pinscope/simulatable', { uri: document.uri.toString() }).catch(() => null);
  known.set(document, { version: document.version, answer });
  const value = await answer;
  // Asked too early: the next one asks again.
  if (value === null) known.delete(document);
  return value;
}

/** The function that holds a line, of those that can be run. */
export function functionAt(answer: Answer, line: number): SimulatableFunction | undefined {
  return answer?.functions.find((one) => one.start <= line && line <= one.end);
}
