/** The panel in a browser, with a host that only remembers: served as a webview is, with the same policy. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from '../../../scripts/lib/paths.mjs';
import {
  toPanel,
  type HostMessage,
  type PanelMessage,
  type ToHost,
  type ToPanel,
} from '../../../simulator/panel/messages.ts';
import { pageHtml } from '../../../client/vscode/simulator/page-html.ts';
import { THEMES, type ThemeName } from './themes.ts';

const ORIGIN = 'https://panel.test/';
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css' };

/** A panel that is open. */
export interface OpenPanel {
  readonly page: Page;
  /** What went wrong in the page, its policy's complaints included. */
  readonly errors: string[];
  /** Sends a message of the host. */
  send(message: ToPanel): Promise<void>;
  /** Messages of a type that came from the panel so far. */
  sent<K extends ToHost['type']>(type: K): Promise<HostMessage<K>[]>;
  /** Waits until the page shows a place. */
  at(step: number): Promise<void>;
}

function html(theme: ThemeName, told: readonly ToPanel[] = []): string {
  const { className, colors } = THEMES[theme];
  const style = Object.entries(colors).map(([name, value]) => `--vscode-${name}: ${value};`);
  style.push('--vscode-font-family: "DejaVu Sans", system-ui, sans-serif;', '--vscode-font-size: 13px;');
  style.push('--vscode-editor-font-family: "DejaVu Sans Mono", monospace;', '--vscode-editor-font-size: 12px;');
  const dist = (name: string): string => readFileSync(join(ROOT, 'dist', name), 'utf8');
  const parts = { panel: dist('panel.js'), style: dist('panel.css') };
  const page = pageHtml({ ...parts, engine: `${ORIGIN}engine.browser.js`, origin: ORIGIN, nonce: 'test', told });
  // as VS Code does it: class and colours are there before anything of the page
  return page
    .replace('<head>', () => `<head><style>:root { ${style.join(' ')} }</style>`)
    .replace('<body>', `<body class="${className}">`);
}

/** Opens the panel. `engine`: its engine cannot be had before this; `told`: what its page says; `again`: it was made before. */
export async function openPanel(
  browser: Browser,
  o: {
    readonly theme?: ThemeName;
    readonly width?: number;
    readonly height?: number;
    readonly scale?: number;
    readonly engine?: Promise<void>;
    readonly told?: readonly ToPanel[];
    readonly again?: boolean;
  } = {},
): Promise<OpenPanel> {
  const context = await browser.newContext({
    viewport: { width: o.width ?? 900, height: o.height ?? 1000 },
    deviceScaleFactor: o.scale ?? 1,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.route(`${ORIGIN}**`, async (route) => {
    const path = new URL(route.request().url()).pathname.slice(1);
    if (!path) return route.fulfill({ contentType: 'text/html', body: html(o.theme ?? 'dark', o.told) });
    const file = join(ROOT, 'dist', path);
    if (path === 'engine.browser.js') await o.engine;
    if (!existsSync(file)) return route.fulfill({ status: 404 });
    return route.fulfill({ contentType: TYPES[path.split('.').pop()!] ?? 'text/plain', body: readFileSync(file) });
  });
  await page.addInitScript((again) => {
    const posted: unknown[] = [];
    let state = again ? { made: true } : undefined;
    const api = {
      postMessage: (m: unknown) => posted.push(m),
      getState: () => state,
      setState: (s: typeof state) => (state = s),
    };
    Object.assign(window, { posted, acquireVsCodeApi: () => api });
  }, o.again ?? false);
  await page.goto(ORIGIN);
  const panel: OpenPanel = {
    page,
    errors,
    send: (message) => page.evaluate((m) => window.postMessage(m, '*'), message),
    sent: (type) =>
      page.evaluate(
        (wanted) => (window as unknown as { posted: { type: string }[] }).posted.filter((m) => m.type === wanted),
        type as string,
      ) as Promise<never[]>,
    at: async (step) => {
      await page.locator(`.timeline[aria-valuenow="${step}"]`).waitFor();
    },
  };
  await page.waitForFunction(() =>
    (window as unknown as { posted: { type: string }[] }).posted.some((m) => m.type === 'ready'),
  );
  return panel;
}

/** Text of a gallery snippet. */
export function galleryText(name: string): string {
  return readFileSync(join(ROOT, 'examples/gallery', name), 'utf8');
}
/** A load message for a gallery snippet, or for a text. */
export function loadOf(name: string, more: Partial<PanelMessage<'load'>> = {}, text = galleryText(name)): ToPanel {
  return toPanel('load', { title: name, source: { path: `/gallery/${name}`, text }, options: {}, ...more });
}
