/** Entry of the web extension host, which loads one file only: what is imported later is in it, and run later. */
import type { ExtensionContext } from 'vscode';
import { startExtension } from './extension.ts';

/** Called by VS Code. */
export function activate(context: ExtensionContext): void {
  startExtension(context, () => import('./language-client/browser.ts'));
}
