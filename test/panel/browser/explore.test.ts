/** A snippet that asks for every interleaving: the panel opens the shortest execution in which something breaks, and lists the verdicts. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toPanel } from '../../../simulator/panel/messages.ts';
import { LOST_UPDATE } from '../../fixtures/lost-update.ts';
import { launchBrowser } from '../../vscode/lib/browser.mjs';
import { openPanel, type OpenPanel } from '../lib/page.ts';

const LOST = `//@ kernel 6.12\n${LOST_UPDATE}`;
const source = (text: string): { path: string; text: string } => ({ path: '/lost.c', text });

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Answers the nth `rerun` as the editor does. */
async function answer(p: OpenPanel, text: string, nth: number): Promise<void> {
  await expect.poll(async () => (await p.sent('rerun')).length).toBe(nth);
  const { options } = (await p.sent('rerun')).at(-1)!;
  await p.send(toPanel('load', { title: 'lost.c', source: source(text), options }));
}

test('//@ explore opens the shortest counterexample; the verdicts open theirs, and the usual order comes back', async () => {
  const p = await openPanel(browser);
  const text = LOST.replace('//@ kernel 6.12', '//@ kernel 6.12\n//@ explore');
  await p.send(toPanel('load', { title: 'lost.c', source: source(text), options: {} }));
  await answer(p, text, 1);
  const explored = (await p.sent('explored')).at(-1)!;
  const [verdict] = explored.verdicts;
  expect(verdict).toMatchObject({ text: 'assert n == 2', holds: false });
  const { schedule, steps } = verdict!.shortest!;
  expect((await p.sent('rerun')).at(-1)!.options.schedule).toBe(schedule);

  const part = p.page.getByRole('region', { name: 'Every interleaving' });
  await part.getByText(`The shortest execution, ${steps} steps, is shown.`).waitFor();
  expect(await part.innerText()).toContain(`is broken in ${verdict!.count} of ${explored.executions}`);
  await expect.poll(async () => (await p.sent('ran')).at(-1)).toMatchObject({ ok: false, steps });
  expect(await p.page.locator('.head').innerText()).toContain(`1 broken in ${explored.executions} interleavings`);

  // The usual order, in which nothing breaks: what was explored stays, and nothing is opened by itself.
  await p.page.getByRole('button', { name: 'Usual order' }).click();
  await answer(p, text, 2);
  await expect.poll(async () => (await p.sent('ran')).at(-1)?.ok).toBe(true);
  const open = part.getByRole('button', { name: /^Open the shortest execution/ });
  await open.click();
  await answer(p, text, 3);
  await expect.poll(async () => (await p.sent('ran')).at(-1)).toMatchObject({ ok: false, steps });
  expect(await p.sent('explored')).toHaveLength(1);
  expect(p.errors).toEqual([]);
  await p.page.close();
});

test('every interleaving is looked at on request, and a source in which all holds stays as it is', async () => {
  const p = await openPanel(browser);
  const text = LOST.replace('n++;', 'pthread_mutex_lock(&m); n++; pthread_mutex_unlock(&m);').replace(
    'static int n;',
    'static int n;\nstatic pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;',
  );
  await p.send(toPanel('load', { title: 'lost.c', source: source(text), options: {}, explore: true }));
  await expect.poll(async () => (await p.sent('explored')).length).toBe(1);
  const [{ verdicts, complete }] = (await p.sent('explored')) as [Awaited<ReturnType<typeof p.sent<'explored'>>>[0]];
  expect(complete).toBe(true);
  expect(verdicts.every((v) => v.holds)).toBe(true);
  await p.page.getByRole('button', { name: /^all \d+ interleavings hold$/ }).click();
  expect(await p.page.getByRole('region', { name: 'Every interleaving' }).innerText()).toContain('holds in all');
  expect(await p.sent('rerun')).toEqual([]);
  await p.page.close();
});

test('looking at very many interleavings holds nothing up, and can be stopped', async () => {
  const p = await openPanel(browser);
  const text = LOST.replace('n++;', 'for (int i = 0; i < 40; i++) n++;');
  await p.send(toPanel('load', { title: 'lost.c', source: source(text), options: {}, explore: true }));
  await p.page.locator('.timeline').waitFor();
  await p.page.getByRole('tab', { name: 'Findings' }).click();
  const part = p.page.getByRole('region', { name: 'Every interleaving' });
  await part.getByText('Looking at every interleaving').waitFor();
  await p.page.locator('.position').click();
  await p.page.keyboard.press('[');
  await p.at(0);
  await p.page.keyboard.press('.');
  await p.at(1);
  await part.getByRole('button', { name: 'Stop' }).click();
  await part.getByText('Stopped before every interleaving was looked at.').waitFor();
  expect(await p.sent('explored')).toEqual([]);
  expect(p.errors).toEqual([]);
  await p.page.close();
});
