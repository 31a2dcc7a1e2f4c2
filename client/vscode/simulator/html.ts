/** The page of the simulator panel, as a webview is given it. */
import { Uri, workspace, type Webview } from 'vscode';
import type { ToPanel } from '../../../simulator/panel/messages.ts';
import { pageHtml, type PageParts } from './page-html.ts';

/** Folders whose files the page may ask for. */
export function panelRoots(extension: Uri): Uri[] {
  return [Uri.joinPath(extension, 'dist')];
}

/** Reads the programs that the page holds; they are the same for every page. */
export async function readPageParts(extension: Uri): Promise<PageParts> {
  const read = async (name: string): Promise<string> =>
    new TextDecoder().decode(await workspace.fs.readFile(Uri.joinPath(extension, 'dist', name)));
  const [panel, style] = await Promise.all([read('panel.js'), read('panel.css')]);
  return { panel, style };
}

/** The page for one webview, which shows at once what it is `told`. */
export function panelHtml(webview: Webview, extension: Uri, parts: PageParts, told: readonly ToPanel[]): string {
  const engine = webview.asWebviewUri(Uri.joinPath(extension, 'dist', 'engine.browser.js')).toString();
  return pageHtml({ ...parts, engine, origin: webview.cspSource, nonce: makeNonce(), told });
}

/** A number used once, for the policy of one page. */
function makeNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
