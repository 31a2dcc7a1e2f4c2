/** Command `pinscope.showOutput`. */
import { commands } from 'vscode';
import type { Host } from '../host.ts';

/** Registers the command that shows the log of client and server. */
export function registerOutput({ context, output }: Host): void {
  context.subscriptions.push(commands.registerCommand('pinscope.showOutput', () => output.show(true)));
}
