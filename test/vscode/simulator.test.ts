/**
 * The story of the simulator, told with the packaged extension in a real VS Code: an example is opened from the gallery, its finding is
 * simulated, stepped back, repaired and run again. Pictures in the four themes go to out/images.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { Workbench } from './lib/workbench.ts';

const IMAGES = join(ROOT, process.env.PINSCOPE_IMAGES ? 'docs/images' : 'out/images');
const THEMES = [
  ['light', 'Default Light Modern', 'vs'],
  ['dark', 'Default Dark Modern', 'vs-dark'],
  ['high-contrast', 'Default High Contrast', 'hc-black'],
  ['high-contrast-light', 'Default High Contrast Light', 'hc-light'],
] as const;

let vscode: Workbench;

/** Takes a picture of what is shown in every theme. */
async function pictures(name: string): Promise<void> {
  for (const [suffix, theme, mark] of THEMES) {
    await vscode.theme(theme, mark);
    await vscode.page.waitForTimeout(600);
    await vscode.page.screenshot({ path: join(IMAGES, `${name}-${suffix}.png`) });
  }
}

function row(view: string, hasText: string | RegExp): Locator {
  return vscode.page.locator(`.pane:has(.pane-header[aria-label*="${view}"]) .monaco-list-row`, { hasText }).first();
}

/** Clicks an example; the tree holds only what is on screen. */
async function openExample(title: string): Promise<void> {
  const wanted = row('Gallery', title);
  // (the list, not a row: one that is half scrolled away lies under the header)
  await vscode.page.locator('.pane:has(.pane-header[aria-label*="Gallery"]) .monaco-list').first().hover();
  for (let i = 0; i < 20 && !(await wanted.isVisible()); i++) await vscode.page.mouse.wheel(0, 120);
  await wanted.click();
}

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  vscode = await Workbench.open({ viewport: { width: 1500, height: 900 } });
  await vscode.page.locator('.activitybar .action-label[aria-label^="Pinscope"]').click();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail')
    await vscode.page.screenshot({ path: join(ROOT, `out/failed-simulator-${task.name.slice(0, 20)}.png`) });
});
afterAll(() => vscode?.close());

describe('the simulator in the installed package', () => {
  test('views that have nothing to show say what to do', async () => {
    await vscode.page.locator('.pane-body', { hasText: 'Nothing is being simulated.' }).first().waitFor();
    await row('Gallery', '1. Is get_user_pages() enough').waitFor();
    await pictures('views');
  });

  test('an example is opened, its path simulated, stepped back, repaired, and run again clean', async () => {
    const { page } = vscode;
    await openExample('14. A leak on an error path');
    await page.locator('.tab', { hasText: '14-leak.c' }).first().waitFor();
    // Opening runs it: as the snippet says, there is a leak.
    await row('Simulation', 'leak').waitFor();
    await pictures('example');

    await vscode.focusEditor('14-leak.c');
    await page.locator('.editor-instance .squiggly-error').first().waitFor();
    await vscode.goTo(23, 3);
    // The run that opening began is shown until that of the path has come.
    const opened = await vscode.simulatedStep();
    await (await vscode.quickFixes()).filter({ hasText: 'Simulate this path' }).first().click();
    await row('Simulation', /14-leak.c: setup\(\): not as it should be/).waitFor();
    await expect.poll(() => vscode.simulatedStep()).not.toBe(opened);
    const fault = await vscode.simulatedStep();
    await pictures('path');

    await vscode.pressInPanel('Comma');
    await expect.poll(() => vscode.simulatedStep()).toBe(fault - 1);

    await vscode.focusEditor('14-leak.c');
    await vscode.goTo(23, 3);
    await (await vscode.quickFixes()).first().click();
    await expect.poll(() => vscode.shownText()).toMatch(/unpin_user_pages\(p, ret\);\s+return -ENOMEM/);
    await page.keyboard.press('Control+KeyS');
    await row('Simulation', /14-leak.c: setup\(\): as it should be/).waitFor();
    await page.locator('.editor-instance .squiggly-error').first().waitFor({ state: 'detached' });
    await pictures('repaired');
  });

  test('the walkthrough ends with the question of 2009 running', async () => {
    const { page } = vscode;
    await vscode.command('Pinscope: Take the Tour');
    await page.locator('.getting-started-step', { hasText: 'The question of 2009' }).first().click();
    await page.waitForTimeout(500);
    await pictures('tour');
    await page.locator('.getting-started-step .monaco-button', { hasText: 'Run the Question' }).first().click();
    await row('Simulation', '01-swap.c: as it should be').waitFor();
    await pictures('swap');
  });

  test('the panel comes back with the window where it was', async () => {
    const { page } = vscode;
    for (let i = 0; i < 3; i++) await vscode.pressInPanel('Period');
    await page.waitForTimeout(1500);
    const before = await vscode.simulatedStep();
    expect(before).toBeGreaterThan(2);
    await page.reload();
    await page.locator('.monaco-workbench .tab', { hasText: '01-swap.c' }).first().waitFor();
    await expect.poll(() => vscode.simulatedStep()).toBe(before);
  });
});
