/** The page of the simulator panel: one script, one style sheet, nothing else may load. */
import { Uri, type Webview } from 'vscode';

/** Folders whose files the page may ask for. */
export function panelRoots(extension: Uri): Uri[] {
  return [Uri.joinPath(extension, 'dist')];
}

/**
 * The page. The panel's script finds the address of the engine, of which it makes its worker (a blob: of the text, for a webview is of
 * another origin than its files), in `data-engine` of its script element.
 */
export function panelHtml(webview: Webview, extension: Uri, nonce: string): string {
  const file = (name: string): string => webview.asWebviewUri(Uri.joinPath(extension, 'dist', name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // Styles: the sheet of the panel, and those that its components make.
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
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
<link rel="stylesheet" href="${file('panel.css')}">
<link rel="preload" as="fetch" crossorigin="anonymous" href="${file('engine.browser.js')}">
<title>Pinscope Simulator</title>
</head>
<body>
<div id="pinscope"></div>
<script id="pinscope-panel" data-engine="${file('engine.browser.js')}" nonce="${nonce}" src="${file('panel.js')}"></script>
</body>
</html>
`;
}

/** A number used once, for the policy of one page. */
export function makeNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
