/** What both hosts tell the client library. */
import { workspace, type ExtensionContext, type LogOutputChannel } from 'vscode';
import type { ErrorHandler, LanguageClientOptions } from 'vscode-languageclient';
import type { InitializationOptions } from '../../../server/lsp/protocol.ts';
import { checkedDocuments } from '../features/documents.ts';
import type { RestartingErrorHandler } from '../features/restart.ts';
import { ruleDocsFolder } from '../features/rule-docs.ts';
import { errorHandler } from './errors.ts';
import { repull } from './pull.ts';

/** What the client is made of; `initialization` is what a host adds. */
export interface ClientParts {
  readonly context: ExtensionContext;
  readonly output: LogOutputChannel;
  readonly errors: RestartingErrorHandler;
}

/** Options of the client. */
export function clientOptions(
  { context, output, errors }: ClientParts,
  initialization: InitializationOptions = {},
): LanguageClientOptions & { readonly errorHandler: ErrorHandler } {
  const initializationOptions: InitializationOptions = {
    ruleDocs: ruleDocsFolder(context).toString(),
    simulatePath: 'pinscope.simulatePath',
    ...initialization,
  };
  return {
    documentSelector: checkedDocuments(),
    outputChannel: output,
    initializationOptions,
    errorHandler: errorHandler(output, errors),
    middleware: repull,
    diagnosticPullOptions: { onChange: true, onSave: true, onTabs: false },
    // Headers that an open file includes, and the kernel's .config, may change outside of the editor. (The server asks for
    // changed settings itself.)
    synchronize: { fileEvents: workspace.createFileSystemWatcher('**/{*.c,*.h,.config}') },
  };
}
