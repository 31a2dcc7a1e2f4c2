/** The page of the simulator panel: one script, one style sheet, and the engine that the script fetches; nothing else may load. */
import { inScript, inStyle } from '../../../simulator/panel/export/html.ts';
import { TOLD, writeTold } from '../../../simulator/panel/told.ts';
import type { ToPanel } from '../../../simulator/panel/messages.ts';

/** The programs that the page holds: they are there when the page is, without a way through the editor for each. */
export interface PageParts {
  readonly panel: string;
  readonly style: string;
}

/**
 * The page. `engine`: the address of the engine, which the panel's script fetches from `origin` and makes its worker of (a blob: of the text, for a
 * webview is of another origin than its files). `told`: what it shows at once. The engine is asked for before anything else is read: it has the longest way.
 */
export function pageHtml({
  panel,
  style,
  engine,
  origin,
  nonce,
  told = [],
}: PageParts & {
  readonly engine: string;
  readonly origin: string;
  readonly nonce: string;
  readonly told?: readonly ToPanel[];
}): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // Styles: the sheet of the panel, and those that its components make.
    `style-src 'nonce-${nonce}'`,
    `img-src ${origin} data: blob:`,
    `connect-src ${origin}`,
    'worker-src blob:',
  ].join('; ');
  const given = told.length ? `<script type="text/plain" id="${TOLD}">${writeTold(told)}</script>\n` : '';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<script nonce="${nonce}">window.pinscopeEngine = fetch(${JSON.stringify(engine).replaceAll('<', '\\u003c')});</script>
<style id="pinscope-style" nonce="${nonce}">${inStyle(style)}</style>
<title>Pinscope Simulator</title>
</head>
<body>
<div id="pinscope"></div>
${given}<script id="pinscope-panel" nonce="${nonce}">${inScript(panel)}</script>
</body>
</html>
`;
}
