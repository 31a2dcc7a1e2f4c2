import type { ExtensionContext, LogOutputChannel } from 'vscode';
import type { StartEngine } from './engine.ts';
import type { LanguageServer } from './language-server.ts';

/** What a feature is given to work with. */
export interface Host {
  readonly context: ExtensionContext;
  readonly server: LanguageServer;
  readonly output: LogOutputChannel;
  /** Starts the simulator's worker; `new Engine(host.startEngine)` does so when it is first asked. */
  readonly startEngine: StartEngine;
}
