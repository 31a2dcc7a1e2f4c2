/** What both hosts share: one language client, and the features around it, each in its own file. */
import { l10n, window, workspace, type ExtensionContext } from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import type { InitializationOptions } from '../../server/lsp/protocol.ts';
import { followDebugger, registerDebug } from './features/debug.ts';
import { registerKernelVersions } from './features/kernel-versions.ts';
import { registerOutput } from './features/output.ts';
import { registerProjectFiles } from './features/project-files.ts';
import { repull } from './features/pull.ts';
import { registerRestart, RestartingErrorHandler } from './features/restart.ts';
import { registerRuleDocs, ruleDocsFolder } from './features/rule-docs.ts';
import { registerTestExplorer } from './features/test-explorer.ts';
import { registerStatus } from './features/status.ts';
import { checkedDocuments, registerSchemes } from './features/documents.ts';
import type { StartEngine } from './engine.ts';
import { registerFollow } from './features/follow.ts';
import { registerGallery } from './features/gallery.ts';
import { registerInlayValues } from './features/inlay-values.ts';
import { registerRunView } from './features/run-view.ts';
import { registerSimulate } from './features/simulate.ts';
import { registerSimulateLens } from './features/simulate-lens.ts';
import type { Host } from './host.ts';

/** Makes the client of a host; called once. */
type CreateClient = (options: LanguageClientOptions) => BaseLanguageClient;

/** Registers every feature, and has the server start. */
export function startExtension(context: ExtensionContext, createClient: CreateClient, startEngine: StartEngine): void {
  const output = window.createOutputChannel('Pinscope', { log: true });
  context.subscriptions.push(output);
  const errors = new RestartingErrorHandler(output);
  const initializationOptions: InitializationOptions = {
    ruleDocs: ruleDocsFolder(context).toString(),
    simulatePath: 'pinscope.simulatePath',
  };
  const client = createClient({
    documentSelector: checkedDocuments(),
    outputChannel: output,
    initializationOptions,
    errorHandler: errors,
    middleware: repull,
    diagnosticPullOptions: { onChange: true, onSave: true, onTabs: false },
    // Headers that an open file includes, and the kernel's .config, may change outside of the editor. (The server asks for
    // changed settings itself.)
    synchronize: { fileEvents: workspace.createFileSystemWatcher('**/{*.c,*.h,.config}') },
  });
  const host: Host = { context, client, output, startEngine };
  registerOutput(host);
  registerRestart(host, errors);
  registerKernelVersions(host);
  registerRuleDocs(host);
  registerProjectFiles(host);
  registerStatus(host);
  registerSchemes(host);
  const panel = registerSimulate(host);
  registerFollow(host, panel);
  registerInlayValues(host, panel);
  registerSimulateLens(host);
  registerRunView(host, panel);
  registerGallery(host, panel);
  context.subscriptions.push(followDebugger(registerDebug(host), panel));
  registerTestExplorer(host);
  context.subscriptions.push(client);
  // Activation does not wait for the server: a process has to start, and the features are there without it.
  void client.start().catch((error: unknown) => {
    output.error(error instanceof Error ? error : String(error));
    void errors.offerHelp(l10n.t('The Pinscope language server did not start.'));
  });
}
