/** What both hosts share: one language client, and the features around it, each in its own file. */
import { window, type ExtensionContext } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { followDebugger, registerDebug } from './features/debug.ts';
import { registerKernelVersions } from './features/kernel-versions.ts';
import { registerOutput } from './features/output.ts';
import { registerProjectFiles } from './features/project-files.ts';
import { registerRestart, RestartingErrorHandler } from './features/restart.ts';
import { registerRuleDocs } from './features/rule-docs.ts';
import { registerTestExplorer } from './features/test-explorer.ts';
import { registerStatus } from './features/status.ts';
import { registerSchemes } from './features/documents.ts';
import type { EngineWorker, StartEngine } from './engine.ts';
import { registerFollow } from './features/follow.ts';
import { registerGallery } from './features/gallery.ts';
import { registerInlayValues } from './features/inlay-values.ts';
import { registerRunView } from './features/run-view.ts';
import { registerSimulate } from './features/simulate.ts';
import { registerSimulateLens } from './features/simulate-lens.ts';
import type { Host } from './host.ts';
import type { ClientParts } from './language-client/options.ts';
import { LanguageServer } from './language-server.ts';

/** What each host has its own way for, loaded when it is first wanted. */
interface HostProgram {
  readonly createClient: (parts: ClientParts) => BaseLanguageClient;
  readonly startEngine: (context: ExtensionContext) => EngineWorker;
}

/** Registers every feature, and has the server start. */
export function startExtension(context: ExtensionContext, load: () => Promise<HostProgram>): void {
  const output = window.createOutputChannel('Pinscope', { log: true });
  const errors = new RestartingErrorHandler(output);
  const create = async (): Promise<BaseLanguageClient> => (await load()).createClient({ context, output, errors });
  const server = new LanguageServer(create, errors);
  const startEngine: StartEngine = async () => (await load()).startEngine(context);
  const host: Host = { context, server, output, startEngine };
  context.subscriptions.push(output, server);
  registerOutput(host);
  registerRestart(host, errors);
  registerKernelVersions(host);
  registerRuleDocs(host);
  registerProjectFiles(host);
  registerStatus(host);
  registerSchemes(host);
  const panel = registerSimulate(host);
  const debugging = registerDebug(host);
  registerFollow(host, panel, debugging);
  registerInlayValues(host, panel);
  registerSimulateLens(host, panel);
  registerRunView(host, panel);
  registerGallery(host, panel);
  context.subscriptions.push(followDebugger(debugging, panel));
  registerTestExplorer(host);
  // Activation waits neither for the client's code nor for the server's process: the features are there without them.
  setTimeout(() => void server.start(), 0);
}
