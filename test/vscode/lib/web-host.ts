/** VS Code with Pinscope as vscode.dev has it: in the web extension host, with a workspace that is on no disk. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page, Route } from 'playwright-core';
import { ROOT } from '../../../scripts/lib/paths.mjs';

interface WebWorkbench {
  /** Settings that hold from the start. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The workspace: text by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Collects the files of Pinscope that are fetched. */
  readonly asked: string[];
}

/** What browsers look at the type of. */
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.cjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The file system of the workspace; a file system has to come from an extension. */
const DRIVE = {
  'package.json': JSON.stringify({
    name: 'drive',
    publisher: 'test',
    version: '1.0.0',
    engines: { vscode: '^1.91.0' },
    browser: './drive.js',
    activationEvents: ['onFileSystem:drive', '*'],
    capabilities: { virtualWorkspaces: true, untrustedWorkspaces: { supported: true } },
  }),
  'drive.js': readFileSync(join(import.meta.dirname, 'drive.js'), 'utf8'),
};

/** Has the page serve such a VS Code, with the code of the VS Code server at `url`; the address to open. */
export async function serveWebWorkbench(
  page: Page,
  url: string,
  { settings, files, asked }: WebWorkbench,
): Promise<string> {
  const pinscope = await serveExtension(page, url, 'pinscope', (path) => {
    asked.push(path);
    const file = join(ROOT, path);
    return /^(package(\.nls)?\.json|(dist|docs|media|l10n|syntaxes)\/[\w./-]+)$/.test(path) && existsSync(file)
      ? readFileSync(file)
      : undefined;
  });
  const drive = await serveExtension(page, url, 'drive', (path) =>
    path === 'files.json' ? JSON.stringify(files) : DRIVE[path as keyof typeof DRIVE],
  );
  await page.route(`${url}?folder=*`, async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const configuration = /(id="vscode-workbench-web-configuration" data-settings=")([^"]*)"/.exec(html);
    if (!configuration) throw new Error('the page of the VS Code server has no configuration');
    const options = JSON.parse(configuration[2]!.replaceAll('&quot;', '"')) as Record<string, unknown>;
    options.additionalBuiltinExtensions = [pinscope, drive];
    options.configurationDefaults = settings;
    const text = JSON.stringify(options).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    await route.fulfill({ response, body: html.replace(configuration[0], () => `${configuration[1]}${text}"`) });
  });
  return `${url}?folder=${encodeURIComponent('drive:/project')}`;
}

/** Serves an extension's files from the server's own origin; its location as the workbench wants it. */
async function serveExtension(
  page: Page,
  url: string,
  name: string,
  read: (path: string) => Buffer | string | undefined,
): Promise<{ readonly scheme: string; readonly authority: string; readonly path: string }> {
  const base = new URL(`extension-${name}/`, url);
  const headers = { 'Access-Control-Allow-Origin': '*' };
  await page.context().route(`${base.href}**`, async (route: Route) => {
    const path = new URL(route.request().url()).pathname.slice(base.pathname.length);
    const body = read(path);
    // A worker takes no script of another type.
    const contentType = TYPES[/\.\w+$/.exec(path)?.[0] ?? ''] ?? 'application/octet-stream';
    await route.fulfill(body === undefined ? { status: 404, headers } : { body, headers, contentType });
  });
  return { scheme: base.protocol.slice(0, -1), authority: base.host, path: base.pathname.replace(/\/$/, '') };
}
