/** The other ways in: the web extension host with the server in a web worker, and `npm start`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { launchBrowser } from './lib/browser.mjs';
import { Workbench } from './lib/workbench.ts';
import { LOST_UPDATE } from '../fixtures/lost-update.ts';

const GRAB_H = '#define GRAB(addr, page) pin_user_pages_fast(addr, 1, FOLL_WRITE, page)\n';
const GRAB_C = `#include <linux/mm.h>
#include "grab.h"

int grab_touch(unsigned long addr)
{
	struct page *page;

	if (GRAB(addr, &page) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}

void grab_drop(struct page **pages, unsigned long count)
{
	unpin_user_pages(pages, count);
}
`;

test('as on vscode.dev: the server is a web worker, and a workspace on no disk is checked and repaired', async () => {
  const asked: string[] = [];
  const vscode = await Workbench.openVirtual({ 'src/grab.c': GRAB_C, 'src/grab.h': GRAB_H }, asked);
  try {
    await vscode.openInExplorer('grab.c', 'src');
    const rows = await vscode.problems();
    // What GRAB() is, stands in the header.
    const row = rows.filter({ hasText: 'mismatched-release' });
    await row.first().waitFor();
    expect(asked).toEqual(expect.arrayContaining(['dist/extension.browser.cjs', 'dist/server.browser.js']));
    expect(asked.filter((path) => ['dist/extension.cjs', 'dist/server.js'].includes(path))).toEqual([]);

    await vscode.goTo(10, 10);
    await (await vscode.quickFixes()).filter({ hasText: 'unpin_user_page' }).first().click();
    await row.first().waitFor({ state: 'detached' });
    expect(await vscode.shownText()).toContain('unpin_user_page(page);');
    await vscode.page.keyboard.press('Control+Z');
    await row.first().waitFor();

    // A header that changes in the editor counts at once.
    await vscode.openInExplorer('grab.h');
    await vscode.page.keyboard.press('Control+A');
    await vscode.page.keyboard.type(GRAB_H.replace('pin_user', 'get_user'), { delay: 0 });
    await vscode.openInExplorer('grab.c');
    await row.first().waitFor({ state: 'detached' });
  } catch (error) {
    await vscode.page.screenshot({ path: join(ROOT, 'out/failed-web-host.png') });
    throw error;
  } finally {
    await vscode.close();
  }
});

const LEAK_C = `#include <linux/mm.h>
#include <linux/slab.h>

int leak_setup(unsigned long addr)
{
	struct page *p[2];
	void *desc;
	int ret = pin_user_pages_fast(addr, 2, FOLL_WRITE, p);

	if (ret < 0)
		return ret;
	desc = kmalloc(64, GFP_KERNEL);
	if (!desc)
		return -ENOMEM;
	kfree(desc);
	unpin_user_pages(p, ret);
	return 0;
}
`;

test('as on vscode.dev: a path is simulated, stepped back, repaired and run again, and nothing of that is loaded before', async () => {
  const asked: string[] = [];
  const vscode = await Workbench.openVirtual({ 'src/leak.c': LEAK_C }, asked);
  const simulator = ['dist/panel.js', 'dist/panel.css', 'dist/engine.browser.js'];
  try {
    await vscode.openInExplorer('leak.c', 'src');
    await vscode.page.locator('.editor-instance .squiggly-error').first().waitFor();
    await vscode.page.locator('.codelens-decoration', { hasText: 'Simulate leak_setup()' }).first().waitFor();
    expect(asked).toContain('dist/extension.browser.cjs');
    expect(asked.filter((path) => [...simulator, 'dist/gallery.json'].includes(path))).toEqual([]);

    await vscode.goTo(14, 3);
    await (await vscode.quickFixes()).filter({ hasText: 'Simulate this path' }).first().click();
    await expect.poll(() => vscode.simulatedStep()).toBeGreaterThan(0);
    expect(asked).toEqual(expect.arrayContaining(simulator));
    const fault = await vscode.simulatedStep();
    await vscode.pressInPanel('Comma');
    await expect.poll(() => vscode.simulatedStep()).toBe(fault - 1);
    const verdict = vscode.page.locator('.pane .monaco-list-row', { hasText: 'leak_setup()' }).first();
    await vscode.page.locator('.activitybar .action-label[aria-label^="Pinscope"]').click();
    await verdict.filter({ hasText: 'not as it should be' }).waitFor();

    await vscode.focusEditor('leak.c');
    await vscode.goTo(14, 3);
    await (await vscode.quickFixes()).first().click();
    await expect.poll(() => vscode.shownText()).toContain('unpin_user_pages(p, ret);');
    await vscode.page.keyboard.press('Control+KeyS');
    await verdict.filter({ hasText: ': as it should be' }).waitFor();
  } catch (error) {
    await vscode.page.screenshot({ path: join(ROOT, 'out/failed-web-simulator.png') });
    throw error;
  } finally {
    await vscode.close();
  }
});

const LOST_C = `//@ kernel 6.12\n//@ explore\n${LOST_UPDATE}`;

test('as on vscode.dev: every interleaving is looked at, and the counterexample is debugged, forwards and backwards', async () => {
  const vscode = await Workbench.openVirtual({ 'src/lost.c': LOST_C }, []);
  const { page } = vscode;
  const stopped = page.locator('.debug-toolbar');
  try {
    await vscode.openInExplorer('lost.c', 'src');
    await page.locator('.codelens-decoration', { hasText: 'Explore every interleaving' }).first().waitFor();
    await vscode.command('Pinscope: Explore Every Interleaving');
    await page.locator('.activitybar .action-label[aria-label^="Pinscope"]').click();
    const verdict = page
      .locator('.pane .monaco-list-row', { hasText: /assert n == 2.*in \d+ of \d+ executions/ })
      .first();
    await verdict.waitFor();
    await page.locator('.pane .monaco-list-row', { hasText: 'lost.c: not as it should be' }).first().waitFor();
    // It stands where the assertion broke, among the findings.
    await expect.poll(() => vscode.simulatedStep()).toBeGreaterThan(1);
    await vscode.panel().getByRole('tab', { name: 'Findings', selected: true }).waitFor();
    await page.screenshot({ path: join(ROOT, 'out/web-explored.png') });

    const arrow = page.locator('.glyph-margin-widgets .cgmr[class*="TextEditorDecorationType"]');
    await arrow.first().waitFor();
    await vscode.panel().getByRole('button', { name: 'Debug this run' }).click();
    await stopped.waitFor();
    await page.locator('.editor-instance .debug-top-stack-frame-line').first().waitFor();
    // Where the debugger stands the editor has an arrow of its own.
    await expect.poll(() => arrow.count()).toBe(0);
    await page.screenshot({ path: join(ROOT, 'out/web-debug.png') });
    const line = (): Promise<string> => vscode.stackFrameLine();
    expect(await line()).toContain('return 0;');
    await stopped.locator('[aria-label^="Step Back"]').first().click();
    await expect.poll(line).not.toContain('return 0;');
    await stopped.locator('[aria-label^="Stop"]').first().click();
    await stopped.waitFor({ state: 'hidden' });
  } catch (error) {
    await page.screenshot({ path: join(ROOT, 'out/failed-web-debug.png') });
    throw error;
  } finally {
    await vscode.close();
  }
});

test('a folder that is not trusted is checked and repaired as well', async () => {
  const vscode = await Workbench.open({ trust: false });
  try {
    await vscode.page.locator('[id="status.workspaceTrust"]', { hasText: 'Restricted Mode' }).waitFor();
    await vscode.openFile('vgrab_ring.c');
    const row = (await vscode.problems()).filter({ hasText: 'missing-longterm' });
    await row.first().waitFor();
    await vscode.goToText('vgrab/vgrab_ring.c', 'pin_user_pages_fast(');
    await (await vscode.quickFixes()).filter({ hasText: 'FOLL_LONGTERM' }).first().click();
    await row.first().waitFor({ state: 'detached' });
  } catch (error) {
    await vscode.page.screenshot({ path: join(ROOT, 'out/failed-untrusted.png') });
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
