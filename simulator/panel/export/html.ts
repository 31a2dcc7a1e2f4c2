/**
 * One file that replays a run without an editor: the panel, the engine and the source in it. The panel and the command line both make it with
 * this function, from the same programs.
 */
import { toPanel, type PanelMessage } from '../messages.ts';
import { TOLD, writeTold } from '../told.ts';

/** What the page is made of. */
export interface HtmlParts {
  readonly load: PanelMessage<'load'>;
  /** Texts of dist/panel.js, dist/panel.css and dist/engine.browser.js. */
  readonly panel: string;
  readonly style: string;
  readonly engine: string;
}

/** A program inside of a script element: nothing in it may end the element. Both forms mean the same in strings and regular expressions. */
export const inScript = (code: string): string =>
  code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
/** A style sheet inside of a style element. */
export const inStyle = (sheet: string): string => sheet.replaceAll('</style', '<\\/style');
const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

/** The page. It fetches nothing and sends nothing. */
export function htmlPage({ load, panel, style, engine }: HtmlParts): string {
  const policy =
    "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src data:";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escape(load.title)} · Pinscope</title>
<style id="pinscope-style">${inStyle(style)}</style>
</head>
<body class="standalone">
<div id="pinscope"></div>
<script type="text/plain" id="${TOLD}">${writeTold([toPanel('load', load)])}</script>
<script type="text/plain" id="pinscope-engine">${inScript(engine)}</script>
<script id="pinscope-panel">${inScript(panel)}</script>
</body>
</html>
`;
}
