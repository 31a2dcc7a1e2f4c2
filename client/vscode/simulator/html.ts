/** The page of the simulator panel: one script, one style sheet, and the engine that the script fetches; nothing else may load. */
import { Uri, workspace, type Webview } from 'vscode';
import { inScript, inStyle } from '../../../simulator/panel/export/html.ts';

/** Folders whose files the page may ask for. */
export function panelRoots(extension: Uri): Uri[] {
  return [Uri.joinPath(extension, 'dist')];
}

/** The programs that the page holds: they are there when the page is, without a way through the editor for each. */
export interface PageParts {
  readonly panel: string;
  readonly style: string;
}
/** Reads them; they are the same for every page. */
export async function readPageParts(extension: Uri): Promise<PageParts> {
  const read = async (name: string): Promise<string> =>
    new TextDecoder().decode(await workspace.fs.readFile(Uri.joinPath(extension, 'dist', name)));
  const [panel, style] = await Promise.all([read('panel.js'), read('panel.css')]);
  return { panel, style };
}

/**
 * The page. The panel's script finds the address of the engine, of which it makes its worker (a blob: of the text, for a webview is of
 * another origin than its files), in `data-engine` of its script element.
 */
export function panelHtml(webview: Webview, extension: Uri, nonce: string, { panel, style }: PageParts): string {
  const engine = webview.asWebviewUri(Uri.joinPath(extension, 'dist', 'engine.browser.js')).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // Styles: the sheet of the panel, and those that its components make.
    `style-src 'nonce-${nonce}'`,
    `img-src ${webview.cspSource} data: blob:`,
    // The engine's text is fetched, and runs as a worker from a blob.
    `connect-src ${webview.cspSource}`,
    'worker-src blob:',
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style id="pinscope-style" nonce="${nonce}">${inStyle(style)}</style>
<title>Pinscope Simulator</title>
</head>
<body>
<div id="pinscope"></div>
<script id="pinscope-panel" data-engine="${engine}" nonce="${nonce}">${inScript(panel)}</script>
</body>
</html>
`;
}

/** A number used once, for the policy of one page. */
export function makeNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
