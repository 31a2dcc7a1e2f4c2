/**
 * What a user sees of the packaged extension, done with keyboard and eyes in a real VS Code. The pictures of README.md are
 * taken on the way: PINSCOPE_IMAGES=1 writes them to docs/images.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

/** Line of the first occurrence in a file of the example driver, from 1, as the editor shows it. */
async function lineOf(text: string): Promise<number> {
  const { readFileSync } = await import('node:fs');
  const source = readFileSync(join(vscode.folder, 'vgrab/vgrab_capture.c'), 'utf8');
  return source.slice(0, source.indexOf(text)).split('\n').length;
}

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  vscode = await Workbench.open();
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

    // Back to the editor, at the finding.
    await rows.filter({ hasText: 'released by put_page()' }).first().dblclick();
    const fixes = await vscode.quickFixes();
    expect(await fixes.first().innerText()).toMatch(/unpin_user_page/);
    await page.keyboard.press('Enter');
    await expect.poll(() => vscode.shownText(), { timeout: 20_000 }).toMatch(/unpin_user_page/);
    expect(await vscode.shownText()).not.toContain('put_page(page)');
    await expect.poll(() => rows.filter({ hasText: 'mismatched-release' }).count(), { timeout: 20_000 }).toBe(0);
  });

  test('the Problems view opens the path to a leak, step by step', async () => {
    await vscode.openFile('vgrab_capture.c');
    const rows = await vscode.problems();
    const leak = rows.filter({ hasText: 'leaked-pin' }).first();
    await leak.waitFor();
    await leak.click();
    await vscode.page.keyboard.press('ArrowRight');
    await rows.filter({ hasText: 'copy_to_user(argp, &cap, sizeof(cap))` is true' }).last().waitFor();
    const steps = await rows.allInnerTexts();
    expect(steps.some((text) => text.includes('get_user_pages_fast() takes references'))).toBe(true);
    for (const [name, theme, mark] of THEMES) {
      await vscode.theme(theme, mark);
      await picture(`problems-${name}`);
    }
  });

  test('the quick-fix menu offers the conversion of acquire and releases', async () => {
    await vscode.openFile('vgrab_capture.c');
    await vscode.goTo(await lineOf('get_user_pages_fast('), 12);
    for (const [name, theme, mark] of THEMES) {
      await vscode.theme(theme, mark);
      const fixes = await vscode.quickFixes();
      expect(await fixes.first().innerText()).toMatch(/Convert to pin_user_pages_fast/);
      await picture(`quick-fix-${name}`);
      await vscode.page.keyboard.press('Escape');
    }
    await vscode.quickFixes();
    await vscode.page.keyboard.press('Enter');
    await expect.poll(() => vscode.shownText(), { timeout: 20_000 }).toMatch(/ pin_user_pages_fast\(start/);
    const rows = await vscode.problems();
    await expect.poll(() => rows.filter({ hasText: 'get-for-dma' }).count(), { timeout: 20_000 }).toBe(0);
    await picture('converted-light');
    await vscode.openFile('vgrab_capture.c');
    await vscode.command('File: Revert File');
    await rows.filter({ hasText: 'get-for-dma' }).first().waitFor();
  });

  test('the hover tells what the call takes and how to give it back', async () => {
    await vscode.openFile('vgrab_capture.c');
    await vscode.goTo(await lineOf('get_user_pages_fast('), 12);
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

  test('the page of a rule opens from the command', async () => {
    await vscode.command('Pinscope: Open the Documentation of a Rule');
    await vscode.page.locator('.quick-input-list .monaco-list-row', { hasText: 'leaked-pin' }).first().waitFor();
    await vscode.page.keyboard.type('leaked-pin');
    await vscode.page.keyboard.press('Enter');
    await vscode.page.locator('.tab.active', { hasText: 'leaked-pin' }).waitFor();
  });
});
