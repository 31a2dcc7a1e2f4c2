/** The other ways in: the web extension host with the server in a web worker, and `npm start`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { launchBrowser } from './lib/browser.mjs';
import { Workbench } from './lib/workbench.ts';

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
