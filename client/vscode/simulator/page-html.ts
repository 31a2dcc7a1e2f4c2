/** The page of the simulator panel: one script, one style sheet, and the engine that the script fetches; nothing else may load. */
import { inScript, inStyle } from '../../../simulator/panel/export/html.ts';

/** The programs that the page holds: they are there when the page is, without a way through the editor for each. */
export interface PageParts {
  readonly panel: string;
  readonly style: string;
}

/**
 * The page. `engine`: the address of the engine, which the panel's script fetches from `origin` and makes its worker of (a blob: of the text, for a
 * webview is of another origin than its files).
 */
export function pageHtml({
  panel,
  style,
  engine,
  origin,
  nonce,
}: PageParts & { readonly engine: string; readonly origin: string; readonly nonce: string }): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // Styles: the sheet of the panel, and those that its components make.
    `style-src 'nonce-${nonce}'`,
    `img-src ${origin} data: blob:`,
    `connect-src ${origin}`,
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
