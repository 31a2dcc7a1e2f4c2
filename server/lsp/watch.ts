/** Changes from outside of a document: settings, headers on disk and in the editor, workspace folders. */
import { DidChangeConfigurationNotification } from 'vscode-languageserver';
import type { Session } from './session.ts';

/** Milliseconds after the last keystroke in a header until the files that include it are checked anew. */
const HEADER_DELAY = 300;

/** `refresh` has all open documents shown anew. */
export function registerWatching(session: Session, refresh: () => void): void {
  const { connection, documents, settings } = session;
  let timer: ReturnType<typeof setTimeout> | undefined;

  connection.onDidChangeConfiguration(({ settings: pushed }) => {
    settings.push(pushed);
    settings.clear();
    session.problems.forgetSettings();
    session.everythingChanged();
    refresh();
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    if (changes.some(({ uri }) => settings.isConfigHeader(uri))) {
      settings.clear();
      session.problems.forgetSettings();
      session.everythingChanged();
      refresh();
      return;
    }
    // An open document is what the editor holds, whatever happens on disk.
    const changed = changes.filter(({ uri }) => documents.get(uri) === undefined && session.headerChanged(uri));
    if (changed.length > 0) refresh();
  });
  documents.onDidChangeContent(({ document: { uri } }) => {
    if (!session.isHeader(uri)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (session.headerChanged(uri)) refresh();
    }, HEADER_DELAY);
  });
  documents.onDidClose(({ document: { uri } }) => session.close(uri));
  connection.onInitialized(() => {
    if (session.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration) {
      void connection.client
        .register(DidChangeConfigurationNotification.type, { section: 'pinscope' })
        .catch(() => undefined);
    }
    if (!session.capabilities.workspace?.workspaceFolders) return;
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      const gone = new Set(removed.map((folder) => folder.uri));
      settings.folders = [...settings.folders.filter((folder) => !gone.has(folder.uri)), ...added];
      settings.clear();
      session.everythingChanged();
      refresh();
    });
  });
}
