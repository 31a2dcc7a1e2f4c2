/** Entry of the desktop and remote extension host. */
import type { ExtensionContext } from 'vscode';
import { startExtension } from './extension.ts';

/** Called by VS Code. */
export function activate(context: ExtensionContext): void {
  // The build keeps this a file of its own (dist/client.cjs), read when it is first wanted.
  startExtension(context, () => import('./language-client/node.ts'));
}
