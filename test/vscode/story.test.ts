/**
 * What a user sees of the packaged extension, done with keyboard and eyes in a real VS Code. The pictures of README.md are
 * taken on the way: PINSCOPE_IMAGES=1 writes them to docs/images.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { Workbench } from './lib/workbench.ts';

const IMAGES = join(ROOT, process.env.PINSCOPE_IMAGES ? 'docs/images' : 'out/images');
const THEMES = [
  ['light', 'Default Light Modern', 'vs'],
  ['dark', 'Default Dark Modern', 'vs-dark'],
  ['high-contrast', 'Default High Contrast', 'hc-black'],
] as const;

let vscode: Workbench;

/** Takes a picture once the workbench is still. */
async function picture(name: string): Promise<void> {
  await vscode.page.waitForTimeout(400);
  await vscode.page.screenshot({ path: join(IMAGES, `${name}.png`) });
}

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  vscode = await Workbench.open();
  // The pictures are of the editor.
  await vscode.command('View: Toggle Primary Side Bar Visibility');
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail')
    await vscode.page.screenshot({ path: join(ROOT, `out/failed-${task.name.slice(0, 20)}.png`) });
});
afterAll(() => vscode?.close());

describe('the installed package', () => {
  test('a bug that is typed shows in the Problems view, and Ctrl+. repairs it', async () => {
    const { page } = vscode;
    await vscode.openFile('vgrab_drv.c');
    await page.keyboard.press('Control+End');
    const typed = [
      'static int vgrab_touch(u64 addr)',
      '{',
      '\tstruct page *page;',
      '',
      '\tif (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)',
      '\t\treturn -EFAULT;',
      '\tput_page(page);',
      '\treturn 0;',
      '}',
    ];
    await page.keyboard.type(`\n${typed.join('\n')}\n`);
    const rows = await vscode.problems();
    await rows.filter({ hasText: 'released by put_page()' }).first().waitFor();
    const row = await rows.filter({ hasText: 'mismatched-release' }).first().innerText();
    expect(row).toContain('pinscope');

    // Back to the editor, three lines up: at the finding.
    await vscode.openFile('vgrab_drv.c');
    for (let line = 0; line < 3; line++) await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Home');
    const fixes = await vscode.quickFixes();
    expect(await fixes.first().innerText()).toMatch(/unpin_user_page/);
    await page.keyboard.press('Enter');
    await expect.poll(() => vscode.shownText()).toMatch(/unpin_user_page/);
    expect(await vscode.shownText()).not.toContain('put_page(page)');
    await expect.poll(() => rows.filter({ hasText: 'mismatched-release' }).count()).toBe(0);
    await vscode.openFile('vgrab_drv.c');
    await page.keyboard.press('Control+KeyS');
    // Until it is saved, closing would ask.
    await page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
    await vscode.command('View: Close Editor');
  });

  test('the Problems view opens the path to a leak, step by step', async () => {
    await vscode.openFile('vgrab_capture.c');
    const rows = await vscode.problems();
    const leak = rows.filter({ hasText: 'leaked-pin' }).first();
    await leak.waitFor();
    await leak.click();
    await vscode.page.keyboard.press('ArrowRight');
    const acquire = rows.filter({ hasText: 'get_user_pages_fast() takes references' });
    await acquire.waitFor();
    const steps = await rows.allInnerTexts();
    expect(steps.some((text) => /Ln \d+.*copy_to_user\(argp, &cap, sizeof\(cap\)\)` is true/s.test(text))).toBe(true);
    for (const [name, theme, mark] of THEMES) {
      await vscode.theme(theme, mark);
      await picture(`problems-${name}`);
    }
    await leak.click();
    await vscode.page.keyboard.press('ArrowLeft');
    await acquire.waitFor({ state: 'hidden' });
  });

  test('the quick-fix menu offers the conversion of acquire and releases', async () => {
    await vscode.openFile('vgrab_capture.c');
    await vscode.goToText('vgrab/vgrab_capture.c', 'get_user_pages_fast');
    for (const [name, theme, mark] of THEMES) {
      await vscode.theme(theme, mark);
      const fixes = await vscode.quickFixes();
      expect(await fixes.first().innerText()).toMatch(/Convert to pin_user_pages_fast/);
      await picture(`quick-fix-${name}`);
      await vscode.page.keyboard.press('Escape');
    }
    const squiggle = vscode.page.locator('.editor-instance .squiggly-warning');
    await squiggle.first().waitFor();
    await vscode.quickFixes();
    await vscode.page.keyboard.press('Enter');
    await expect.poll(() => vscode.shownText()).toMatch(/ pin_user_pages_fast\(start/);
    await expect.poll(() => squiggle.count()).toBe(0);
    await picture('converted-high-contrast');
    await vscode.page.keyboard.press('Control+KeyZ');
    await squiggle.first().waitFor();
    expect(await vscode.shownText()).toContain('get_user_pages_fast(start');
  });

  test('the hover tells what the call takes and how to give it back', async () => {
    await vscode.openFile('vgrab_capture.c');
    await vscode.command('View: Hide Panel');
    await vscode.goToText('vgrab/vgrab_capture.c', 'get_user_pages_fast');
    for (const [name, theme, mark] of THEMES) {
      await vscode.theme(theme, mark);
      await vscode.page.keyboard.press('Control+KeyK');
      await vscode.page.keyboard.press('Control+KeyI');
      const hover = vscode.page.locator('.monaco-hover:not(.hidden)', { hasText: 'get_user_pages_fast' });
      await hover.first().waitFor();
      await picture(`hover-${name}`);
      await vscode.page.keyboard.press('Escape');
    }
  });

  test('the status item names the kernels, and another one is chosen there', async () => {
    const { page } = vscode;
    await vscode.openFile('vgrab_capture.c');
    const item = page.locator('.hover-language-status');
    await page.locator('[id="status.languageStatus"]').click();
    await item.filter({ hasText: 'Pinscope: Linux 6.12' }).first().waitFor();
    await item.getByText('Select Kernel Versions').click();
    const input = page.locator('.quick-input-widget input.input');
    await input.fill('5.10');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: '5.10' }).first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    const settings = (): Record<string, unknown> =>
      JSON.parse(readFileSync(join(vscode.folder, '.vscode/settings.json'), 'utf8')) as Record<string, unknown>;
    await expect.poll(() => settings()['pinscope.kernelVersions'], { timeout: 10_000 }).toEqual(['6.12', '5.10']);
    vscode.settings({ 'pinscope.kernelVersions': ['banana', '6.1'] });
    await page.locator('.notifications-toasts', { hasText: '"banana" is not a kernel version' }).waitFor();
    await page.locator('[id="status.languageStatus"]').click();
    await item
      .filter({ hasText: /Pinscope: Linux 6\.1.*no such kernel: banana/s })
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    vscode.settings({});
    await vscode.command('Notifications: Clear All Notifications');
  });

  test('the page of a rule opens from the command', async () => {
    await vscode.command('Pinscope: Open the Documentation of a Rule');
    await vscode.page.locator('.quick-input-list .monaco-list-row', { hasText: 'leaked-pin' }).first().waitFor();
    await vscode.page.keyboard.type('leaked-pin');
    await vscode.page.keyboard.press('Enter');
    await vscode.page.locator('.tab.active', { hasText: 'leaked-pin' }).waitFor();
  });
});
