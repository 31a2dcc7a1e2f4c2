/** The other ways in: the web extension host with the server in a web worker, and `npm start`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { launchBrowser } from './lib/browser.mjs';
import { Workbench } from './lib/workbench.ts';

test('in the web extension host the server is a worker, and reads headers through the editor', async () => {
  const asked: string[] = [];
  const vscode = await Workbench.open({ webPaths: asked });
  try {
    await vscode.openFile('vgrab_ring.c');
    const rows = await vscode.problems();
    await rows.filter({ hasText: 'missing-longterm' }).first().waitFor();
    expect(asked).toEqual(expect.arrayContaining(['dist/extension.browser.cjs', 'dist/server.browser.js']));
    expect(asked).not.toContain('dist/extension.cjs');
  } catch (error) {
    await vscode.page.screenshot({ path: join(ROOT, 'out/failed-web-host.png') });
    throw error;
  } finally {
    await vscode.close();
  }
});

test('npm start serves VS Code with the extension on examples/, and prints where', async () => {
  const start = spawn(process.execPath, [join(ROOT, 'scripts/start.mjs'), '--browser', '--no-open'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const browser = await launchBrowser();
  try {
    const { value: url } = await createInterface({ input: start.stdout })[Symbol.asyncIterator]().next();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?folder=/);
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    await page.goto(url as string);
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'vgrab' }).first().click();
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'vgrab_table.c' }).first().click();
    // Two errors in the status bar.
    await page.locator('[id="status.problems"]', { hasText: '2' }).waitFor();
  } finally {
    await browser.close();
    start.kill('SIGTERM');
    await new Promise((resolve) => (start.exitCode === null ? start.once('exit', resolve) : resolve(0)));
  }
});
