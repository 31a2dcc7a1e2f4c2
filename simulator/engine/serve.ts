/** The engine on a connection: one request after the other, in the order of their coming; long ones can be cancelled. */
import { ResponseError, type MessageConnection } from 'vscode-jsonrpc';
import { prelude } from '../machine/index.ts';
import { Cancelled } from './find.ts';
import type { EngineRequests } from './protocol.ts';
import { runHandlers, type Handlers } from './requests.ts';
import type { Session } from './session.ts';
import { snapshotHandlers } from './snapshot.ts';

/** Codes of the language server protocol, which clients know: the request was cancelled; nothing is loaded. */
const CANCELLED = -32800;
const NOT_LOADED = -32002;

/** Answers on a connection. A run in progress can't be interrupted: who has lost patience ends the worker. */
export function serve(connection: MessageConnection): void {
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new ResponseError(NOT_LOADED, 'No run is loaded.');
    return session;
  };
  const handlers: Handlers<EngineRequests> = {
    ...runHandlers(current, (loaded) => (session = loaded)),
    ...snapshotHandlers(current),
  };
  let last: Promise<unknown> = Promise.resolve();
  for (const [method, handler] of Object.entries(handlers)) {
    const answer = handler as (
      params: unknown,
      patience: Parameters<Handlers<EngineRequests>['findStep']>[1],
    ) => unknown;
    connection.onRequest(method, (params: unknown, token) => {
      const patience = {
        cancelled: () => token.isCancellationRequested,
        pause: () => new Promise<void>((resolve) => setTimeout(resolve, 0)),
      };
      const result = last.then(async () => {
        if (token.isCancellationRequested) throw new ResponseError(CANCELLED, 'cancelled');
        try {
          return await answer(params, patience);
        } catch (error) {
          throw error instanceof Cancelled ? new ResponseError(CANCELLED, 'cancelled') : error;
        }
      });
      last = result.catch(() => undefined);
      return result;
    });
  }
  connection.listen();
  // Whoever starts an engine is about to load something: until that comes, the headers that every source needs, whatever its kernel, are read.
  setTimeout(() => void prelude('6.12'), 0);
}
