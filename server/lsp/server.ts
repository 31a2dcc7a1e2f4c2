/** The language server: one core for every host. Each feature is in a file of its own. */
import {
  CodeActionKind,
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type InitializeResult,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import manifest from '../../package.json' with { type: 'json' };
import { ANNOTATION_TRIGGERS, registerAnnotations } from './annotations.ts';
import { registerCodeActions } from './code-actions.ts';
import { FIX_ALL_KIND, SOURCE } from './convert.ts';
import { registerDiagnostics, startPushing } from './diagnostics.ts';
import type { ServerHost } from './host.ts';
import { registerHover } from './hover.ts';
import type { InitializationOptions } from './protocol.ts';
import { Session } from './session.ts';
import { registerRehearsal } from './rehearsal.ts';
import { registerSimulatable } from './simulatable.ts';
import { SettingsStore } from './settings.ts';
import { registerWatching } from './watch.ts';

/** Answers the messages of a connection; listens from now on. */
export function startServer(connection: Connection, host: ServerHost): Session {
  const documents = new TextDocuments(TextDocument);
  const settings = new SettingsStore(connection, (uri) => host.readFile(uri));
  const session = new Session(connection, host, documents, settings);
  settings.onProblem = (message) => session.problems.setting(message);
  let refresh: (() => void) | undefined;

  connection.onInitialize(({ capabilities, initializationOptions, workspaceFolders }): InitializeResult => {
    session.capabilities = capabilities;
    session.options = isOptions(initializationOptions) ? initializationOptions : {};
    settings.canAsk = capabilities.workspace?.configuration ?? false;
    settings.folders = workspaceFolders ?? [];
    const canPull = capabilities.textDocument?.diagnostic !== undefined;
    if (!canPull) refresh = startPushing(session);
    else if (capabilities.workspace?.diagnostics?.refreshSupport)
      refresh = () => void connection.languages.diagnostics.refresh().catch(() => undefined);
    return {
      serverInfo: { name: manifest.displayName, version: manifest.version },
      capabilities: {
        positionEncoding: 'utf-16',
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        hoverProvider: true,
        completionProvider: { triggerCharacters: [...ANNOTATION_TRIGGERS] },
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL_KIND], resolveProvider: true },
        // Headers: a change in one file can matter to another.
        ...(canPull && {
          diagnosticProvider: { identifier: SOURCE, interFileDependencies: true, workspaceDiagnostics: false },
        }),
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });
  connection.onShutdown(() => session.dispose());

  registerDiagnostics(session, () => refresh);
  registerCodeActions(session);
  registerHover(session);
  registerAnnotations(session);
  registerSimulatable(session);
  registerRehearsal(session);
  registerWatching(session, () => refresh?.());
  documents.listen(connection);
  connection.listen();
  return session;
}

function isOptions(value: unknown): value is InitializationOptions {
  return typeof value === 'object' && value !== null;
}
