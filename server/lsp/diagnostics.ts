/** Diagnostics: pulled by clients that can (textDocument/diagnostic), pushed to those that cannot. */
import {
  CancellationTokenSource,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type Diagnostic,
} from 'vscode-languageserver';
import { annotationDiagnostics } from './annotations.ts';
import { noticeDiagnostic, toDiagnostic } from './convert.ts';
import type { Analysed, Session } from './session.ts';

/** A client that is pushed to cannot say when it wants to know: wait for a pause in typing, in milliseconds. */
const PUSH_DELAY = 150;

function diagnosticsOf(analysed: Analysed | undefined, session: Session): Diagnostic[] {
  if (!analysed) return [];
  const { findings, notices } = analysed.result;
  return [
    ...findings.map((finding) => toDiagnostic(finding, analysed, session)),
    ...notices.map((notice) => noticeDiagnostic(notice, analysed)),
    ...annotationDiagnostics(analysed.document),
  ].filter((diagnostic) => diagnostic !== undefined);
}

/** A pause in typing, in milliseconds: then there is time for what a hasty answer left open. */
const SETTLE_DELAY = 150;

/** Pull diagnostics. `refresh` has the client ask again; undefined where it does not do that. */
export function registerDiagnostics(session: Session, refresh: () => (() => void) | undefined): void {
  const { connection } = session;
  const last = new Map<string, { readonly resultId: string; readonly content: string }>();
  let nextId = 1;
  const settling = new Settling(session, (uri, items) => {
    if (last.get(uri)?.content !== JSON.stringify(items)) refresh()?.();
  });

  connection.languages.diagnostics.on(async ({ textDocument: { uri }, previousResultId }, token) => {
    let items: Diagnostic[];
    try {
      // who cannot be told to ask again gets the whole answer at once
      const analysed = await (refresh() ? session.analyseHastily(uri, token) : session.analyse(uri, token));
      items = diagnosticsOf(analysed, session);
      if (analysed?.result.isSettled === false) settling.begin(uri);
      else settling.end(uri);
    } catch (error) {
      if (error instanceof ResponseError)
        throw new ResponseError(LSPErrorCodes.ServerCancelled, error.message, { retriggerRequest: false });
      session.problems.failed('textDocument/diagnostic', error);
      items = [];
    }
    const content = JSON.stringify(items);
    const before = last.get(uri);
    if (before && before.content === content && before.resultId === previousResultId) {
      return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: before.resultId };
    }
    const resultId = String(nextId++);
    last.set(uri, { resultId, content });
    return { kind: DocumentDiagnosticReportKind.Full, resultId, items };
  });
  session.documents.onDidChangeContent(({ document }) => settling.end(document.uri));
  session.documents.onDidClose(({ document }) => {
    settling.end(document.uri);
    last.delete(document.uri);
  });
}

/** Analyses without haste, after a pause in typing, of documents of which only a hasty one was shown. */
class Settling {
  readonly #waiting = new Map<
    string,
    { readonly timer: ReturnType<typeof setTimeout>; readonly cancel: CancellationTokenSource }
  >();

  constructor(
    private readonly session: Session,
    private readonly found: (uri: string, items: readonly Diagnostic[]) => void,
  ) {}

  begin(uri: string): void {
    this.end(uri);
    const cancel = new CancellationTokenSource();
    this.#waiting.set(uri, { cancel, timer: setTimeout(() => void this.#settle(uri, cancel.token), SETTLE_DELAY) });
  }

  end(uri: string): void {
    const waiting = this.#waiting.get(uri);
    if (waiting) clearTimeout(waiting.timer);
    waiting?.cancel.cancel();
    this.#waiting.delete(uri);
  }

  async #settle(uri: string, token: CancellationToken): Promise<void> {
    try {
      const analysed = await this.session.analyse(uri, token);
      if (!token.isCancellationRequested) this.found(uri, diagnosticsOf(analysed, this.session));
    } catch (error) {
      if (!(error instanceof ResponseError)) this.session.problems.failed('diagnostics', error);
    }
  }
}

/** For clients without pull diagnostics. Returns what refreshes all open documents. */
export function startPushing(session: Session): () => void {
  const timers = new Map<
    string,
    { readonly timer: ReturnType<typeof setTimeout>; readonly cancel: CancellationTokenSource }
  >();
  const drop = (uri: string): void => {
    const waiting = timers.get(uri);
    if (waiting) clearTimeout(waiting.timer);
    waiting?.cancel.cancel();
    timers.delete(uri);
  };
  const publish = async (uri: string, token: CancellationToken): Promise<void> => {
    try {
      const analysed = await session.analyse(uri, token);
      if (token.isCancellationRequested) return;
      await session.connection.sendDiagnostics({
        uri,
        ...(analysed && { version: analysed.version }),
        diagnostics: diagnosticsOf(analysed, session),
      });
    } catch (error) {
      if (!(error instanceof ResponseError)) session.problems.failed('diagnostics', error);
    }
  };
  const schedule = (uri: string, delay: number): void => {
    drop(uri);
    const cancel = new CancellationTokenSource();
    timers.set(uri, { cancel, timer: setTimeout(() => void publish(uri, cancel.token), delay) });
  };
  session.documents.onDidChangeContent(({ document }) =>
    schedule(document.uri, document.version <= 1 ? 0 : PUSH_DELAY),
  );
  session.documents.onDidClose(({ document: { uri } }) => {
    drop(uri);
    void session.connection.sendDiagnostics({ uri, diagnostics: [] });
  });
  return () => {
    for (const document of session.documents.all()) schedule(document.uri, 0);
  };
}
