/** Themes and access: axe finds nothing in any of the four themes, in any tab; exports can be used elsewhere. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../../vscode/lib/browser.mjs';
import { toPanel } from '../../../simulator/panel/messages.ts';
import { loadOf, openPanel, type OpenPanel } from '../lib/page.ts';
import { THEMES, type ThemeName } from '../lib/themes.ts';

let browser: Browser;
let folder: string;
beforeAll(async () => {
  browser = await launchBrowser();
  folder = mkdtempSync(join(tmpdir(), 'pinscope-panel-'));
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page: rule, and the elements. */
async function violations(p: OpenPanel): Promise<string[]> {
  const result = await p.page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  return result.violations.flatMap((v) =>
    v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)} ${n.any[0]?.message ?? ''}`),
  );
}

test.each(Object.keys(THEMES) as ThemeName[])('axe finds nothing in %s', async (theme) => {
  const p = await openPanel(browser, { theme });
  await p.page.evaluate(AXE);
  await p.send(toPanel('empty', { reason: 'no-file' }));
  await p.page.locator('.empty').waitFor();
  expect(await violations(p)).toEqual([]);
  await p.send(loadOf('03-fork-get.c'));
  await p.page.locator('.inspector .parts').waitFor();
  await p.page.getByRole('button', { name: 'Why is refcount so?' }).click();
  await p.page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  for (const name of await p.page.getByRole('tab').allInnerTexts()) {
    await p.page.getByRole('tab', { name, exact: true }).click();
    await p.page.waitForTimeout(100);
    expect([name, await violations(p)]).toEqual([name, []]);
  }
  await p.page.getByRole('button', { name: 'Export' }).click();
  expect(await violations(p)).toEqual([]);
  await p.page.close();
});

test('the keyboard alone: to the pages, through them, out', async () => {
  const p = await openPanel(browser);
  await p.send(loadOf('06-bias.c', { at: 20 }));
  const grid = p.page.getByRole('listbox', { name: 'Pages' });
  await grid.focus();
  await p.page.keyboard.press('Home');
  const option = p.page.locator('#cell');
  await expect.poll(() => option.innerText()).toMatch(/^Page \d+: /);
  const first = await option.innerText();
  await p.page.keyboard.press('ArrowRight');
  await expect.poll(() => option.innerText()).not.toBe(first);
  expect(await option.getAttribute('aria-posinset')).toBe('2');
  await expect
    .poll(() => p.page.locator('#page-title').innerText())
    .toBe(/Page \d+/.exec(await option.innerText())![0]);
  await p.page.keyboard.press('Escape');
  await expect.poll(() => p.page.locator('#page-title').innerText()).toBe('No page selected');
  await p.page.keyboard.press('.');
  await expect.poll(() => p.page.locator('[role=status]').innerText()).toMatch(/^Step 21 of/);
  expect(p.errors).toEqual([]);
  await p.page.close();
});

test('exports: trace, report, pictures, and a page that replays by itself', async () => {
  const p = await openPanel(browser);
  await p.send(loadOf('01-swap.c', { at: 12 }));
  await p.page.locator('.inspector .parts').waitFor();
  for (const kind of ['json', 'md', 'svg', 'png', 'html'] as const) await p.send(toPanel('export', { kind }));
  await expect.poll(async () => (await p.sent('save')).length).toBe(5);
  const saved = Object.fromEntries((await p.sent('save')).map((x) => [x.name, x]));
  expect(Object.keys(saved).sort()).toEqual([
    '01-swap-step-12.png',
    '01-swap-step-12.svg',
    '01-swap.html',
    '01-swap.md',
    '01-swap.trace.json',
  ]);
  expect((JSON.parse(saved['01-swap.trace.json']!.data) as { ok: boolean }).ok).toBe(true);
  expect(saved['01-swap.md']!.data).toContain('# 01-swap.c');
  expect(saved['01-swap-step-12.svg']!.data).toMatch(/^<svg[^>]*>.*refcount \d.*<\/svg>\s*$/s);
  expect(Buffer.from(saved['01-swap-step-12.png']!.data, 'base64').subarray(1, 4).toString()).toBe('PNG');
  expect(p.errors).toEqual([]);

  const file = join(folder, 'replay.html');
  writeFileSync(file, saved['01-swap.html']!.data);
  const replay = await browser.newPage();
  const errors: string[] = [];
  replay.on('pageerror', (e) => errors.push(e.message));
  replay.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
  const asked: string[] = [];
  replay.on('request', (r) => /^https?:/.test(r.url()) && asked.push(r.url()));
  await replay.goto(pathToFileURL(file).href);
  await replay.locator('.timeline[aria-valuenow="12"]').waitFor();
  await replay.locator('.position').click();
  await replay.keyboard.press('.');
  await replay.locator('.timeline[aria-valuenow="13"]').waitFor();
  await replay.getByRole('tab', { name: 'Source' }).click();
  await expect.poll(() => replay.locator('.source .ran').count()).toBe(1);
  expect(errors).toEqual([]);
  expect(asked).toEqual([]);
  await replay.close();
  await p.page.close();
});
