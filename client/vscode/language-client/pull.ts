/**
 * Pulls that the editor itself cancels must be pulled again. vscode-languageclient 10.1.2 forgets to when the server
 * answers with `retriggerRequest: false` (DiagnosticRequestor.pullAsync throws before it takes the request off its list), and
 * the document would keep its old diagnostics for good.
 */
import { CancellationError } from 'vscode';
import { LSPCancellationError, type DiagnosticProviderMiddleware } from 'vscode-languageclient';

/** Middleware that turns any cancellation into the plain one, after which the client pulls anew. */
export const repull: DiagnosticProviderMiddleware = {
  async provideDiagnostics(document, previousResultId, token, next) {
    try {
      return await next(document, previousResultId, token);
    } catch (error) {
      throw error instanceof LSPCancellationError ? new CancellationError() : error;
    }
  },
};
