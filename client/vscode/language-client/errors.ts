/** What the client library does about a server that crashed. */
import { l10n, type LogOutputChannel } from 'vscode';
import { CloseAction, ErrorAction, type ErrorHandler } from 'vscode-languageclient';
import type { RestartingErrorHandler } from '../features/restart.ts';

/** The library's side of the restarts. */
export function errorHandler(output: LogOutputChannel, errors: RestartingErrorHandler): ErrorHandler {
  return {
    /** A message could not be written or read. The connection goes on: `closed` is told when it is gone. */
    error(error) {
      output.error(error);
      return { action: ErrorAction.Continue, handled: true };
    },
    closed() {
      return errors.crashed()
        ? {
            action: CloseAction.Restart,
            message: l10n.t('The language server ended unexpectedly and is started again.'),
            handled: true,
          }
        : {
            action: CloseAction.DoNotRestart,
            message: l10n.t('The language server crashed too often.'),
            handled: true,
          };
    },
  };
}
