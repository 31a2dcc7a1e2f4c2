/** The one way in for server tests: a real LSP connection over streams in memory, with a client that answers the server's requests. */
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import {
  createConnection,
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type ClientCapabilities,
  type CodeAction,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type Hover,
  type InitializeResult,
  type ProtocolConnection,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Analyser } from '../../../server/analyser.ts';
import type { InitializationOptions } from '../../../server/lsp/protocol.ts';
import { startServer } from '../../../server/lsp/server.ts';
import { fakeAnalyser, type FakeAnalyser } from '../cli/fake-analyser.ts';

export const CAPABILITIES: ClientCapabilities = {
  workspace: { configuration: true, workspaceEdit: { documentChanges: true }, diagnostics: { refreshSupport: true } },
  textDocument: {
    diagnostic: { dynamicRegistration: false },
    publishDiagnostics: { relatedInformation: true },
    codeAction: { resolveSupport: { properties: ['edit'] }, disabledSupport: true, dataSupport: true },
  },
};

export interface ClientOptions {
  readonly capabilities?: ClientCapabilities;
  readonly settings?: unknown;
  readonly initializationOptions?: InitializationOptions;
  /** The host can list folders. */
  readonly listFolders?: boolean;
  /** Files on disk by URI. */
  readonly files?: Record<string, string>;
  readonly analyser?: {
    readonly createAnalyser: () => Promise<Analyser>;
    readonly mayMatter: (text: string) => boolean;
  };
}

export interface Client {
  readonly connection: ProtocolConnection;
  readonly initialized: InitializeResult;
  readonly fake: FakeAnalyser;
  /** Everything that the server told a person or the log, in order. */
  readonly messages: string[];
  readonly pushed: Map<string, Diagnostic[]>;
  readonly files: Record<string, string>;
  refreshes: number;
  settings: unknown;
  open(uri: string, text: string): void;
  change(uri: string, text: string): void;
  pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport>;
  /** "line:column code severity", from 1. */
  diagnostics(uri: string): Promise<string[]>;
  actions(uri: string, line: number, only?: string[]): Promise<CodeAction[]>;
  hover(uri: string, line: number, character: number): Promise<string | undefined>;
  /** The texts of the open documents after an edit. */
  apply(edit: WorkspaceEdit | undefined): Record<string, string>;
}

const SEVERITIES = ['', 'error', 'warning', 'info', 'hint'];

export async function connect(options: ClientOptions = {}): Promise<Client> {
  const up = new PassThrough();
  const down = new PassThrough();
  const fake = fakeAnalyser();
  const files = { ...options.files };
  startServer(createConnection(new StreamMessageReader(up), new StreamMessageWriter(down)), {
    createAnalyser: options.analyser?.createAnalyser ?? (() => fake.createAnalyser({ treeSitter: '', c: '' })),
    mayMatter: options.analyser?.mayMatter ?? fake.mayMatter,
    readFile: (uri) => files[uri],
    ...(options.listFolders && {
      listFolder: (uri: string) =>
        Object.keys(files)
          .filter((file) => file.slice(0, file.lastIndexOf('/')) === uri)
          .map((file) => file.slice(uri.length + 1)),
    }),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const connection = createProtocolConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
  onTestFinished(() => connection.dispose());
  const texts = new Map<string, { version: number; text: string }>();
  const messages: string[] = [];
  const pushed = new Map<string, Diagnostic[]>();
  const client: Client = {
    connection,
    fake,
    messages,
    pushed,
    files,
    refreshes: 0,
    settings: options.settings ?? {},
    initialized: { capabilities: {} },
    open(uri, text) {
      texts.set(uri, { version: 1, text });
      void connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'c', version: 1, text },
      });
    },
    change(uri, text) {
      const version = (texts.get(uri)?.version ?? 0) + 1;
      texts.set(uri, { version, text });
      void connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
    },
    pull: (uri, previousResultId) =>
      connection.sendRequest('textDocument/diagnostic', {
        textDocument: { uri },
        ...(previousResultId !== undefined && { previousResultId }),
      }),
    async diagnostics(uri) {
      const report = await client.pull(uri);
      return report.kind === 'full' ? report.items.map(brief) : ['unchanged'];
    },
    async actions(uri, line, only) {
      const range = { start: { line: line - 1, character: 0 }, end: { line: line - 1, character: 1000 } };
      return connection.sendRequest('textDocument/codeAction', {
        textDocument: { uri },
        range,
        context: { diagnostics: [], ...(only && { only }) },
      });
    },
    async hover(uri, line, character) {
      const hover: Hover | null = await connection.sendRequest('textDocument/hover', {
        textDocument: { uri },
        position: { line: line - 1, character },
      });
      return (hover?.contents as { value: string } | undefined)?.value;
    },
    apply(edit) {
      const changed: Record<string, string> = {};
      const changes = edit?.documentChanges?.flatMap((one) => ('textDocument' in one ? [one] : [])) ?? [];
      for (const { textDocument, edits } of changes) {
        const before = texts.get(textDocument.uri);
        if (textDocument.version !== (before?.version ?? null))
          throw new Error(`edit of version ${textDocument.version}, open is ${before?.version}`);
        const document = TextDocument.create(textDocument.uri, 'c', 1, before?.text ?? files[textDocument.uri] ?? '');
        changed[textDocument.uri] = TextDocument.applyEdits(document, edits as never);
      }
      return changed;
    },
  };
  connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
    items.map(() => client.settings),
  );
  connection.onRequest('workspace/diagnostic/refresh', () => {
    client.refreshes++;
    return null;
  });
  connection.onRequest('client/registerCapability', () => null);
  connection.onRequest('window/showMessageRequest', ({ message }: { message: string }) => {
    messages.push(`show: ${message}`);
    return null;
  });
  connection.onNotification(
    'window/showMessage',
    ({ message }: { message: string }) => void messages.push(`show: ${message}`),
  );
  connection.onNotification(
    'window/logMessage',
    ({ message }: { message: string }) => void messages.push(`log: ${message}`),
  );
  connection.onNotification(
    'textDocument/publishDiagnostics',
    ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => void pushed.set(uri, diagnostics),
  );
  connection.listen();
  const initialized: InitializeResult = await connection.sendRequest('initialize', {
    processId: null,
    rootUri: 'file:///w',
    capabilities: options.capabilities ?? CAPABILITIES,
    workspaceFolders: [{ uri: 'file:///w', name: 'w' }],
    initializationOptions: { ruleDocs: 'file:///docs/rules', ...options.initializationOptions },
  });
  Object.assign(client, { initialized });
  void connection.sendNotification('initialized', {});
  return client;
}

export function brief({ range, code, severity }: Diagnostic): string {
  return `${range.start.line + 1}:${range.start.character + 1} ${String(code)} ${SEVERITIES[severity ?? 0]}`;
}

const MARK = /[ \t]*\/\/![ \t]*([^\r\n]*)/g;

/**
 * Opens a text and compares its diagnostics with the marks in it: `code; //! rule severity, rule severity` says what
 * is expected on that line.
 */
export async function check(
  marked: string,
  options: ClientOptions = {},
): Promise<{ readonly actual: string[]; readonly expected: string[]; readonly client: Client }> {
  const expected = marked
    .split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(MARK)].flatMap((match) => (match[1] ?? '').split(',').map((one) => `${i + 1} ${one.trim()}`)),
    );
  const client = await connect(options);
  client.open('file:///w/a.c', marked.replace(MARK, ''));
  const actual = (await client.diagnostics('file:///w/a.c')).map((one) => one.replace(/:\d+/, ''));
  return { actual, expected, client };
}
