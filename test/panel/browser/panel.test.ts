/** The panel in a browser: what a person sees and does with a run. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHandlers } from '../../../simulator/engine/requests.ts';
import type { Session } from '../../../simulator/engine/session.ts';
import { snapshotHandlers } from '../../../simulator/engine/snapshot.ts';
import { firstPicture } from '../../../simulator/panel/first.ts';
import { hashOf, toPanel, type PanelMessage, type ToPanel } from '../../../simulator/panel/messages.ts';
import { launchBrowser } from '../../vscode/lib/browser.mjs';
import { galleryText, loadOf, openPanel, type OpenPanel } from '../lib/page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Line of a gallery snippet that holds a text. */
const lineOf = (name: string, text: string): number =>
  galleryText(name)
    .split('\n')
    .findIndex((l) => l.includes(text)) + 1;
const happened = (p: OpenPanel): Promise<string[]> => p.page.locator('.now .happened li').allInnerTexts();
const position = (p: OpenPanel): Promise<string> => p.page.locator('.position').innerText();

describe('a run with a fault (gallery 3)', () => {
  let p: OpenPanel;
  beforeAll(async () => {
    p = await openPanel(browser);
    await p.send(loadOf('03-fork-get.c'));
    await p.page.locator('.timeline').waitFor();
  });
  afterAll(() => p.page.close());

  test('opens at the fault, with the page that it is about', async () => {
    await expect.poll(() => happened(p)).toHaveLength(1);
    expect((await happened(p))[0]).toContain('lost-write becomes inevitable');
    expect(await p.page.locator('.verdict').innerText()).toContain('lost-write, as the snippet shows');
    expect(await p.page.locator('#page-title').innerText()).toMatch(/^Page \d+$/);
    const ran = await p.sent('ran');
    expect(ran).toHaveLength(1);
    expect(ran[0]).toMatchObject({ ok: true, faults: [{ kind: 'lost-write' }] });
  });

  test('steps forward and back, and tells the editor where it is', async () => {
    await p.page.locator('.position').click();
    const fault = (await p.sent('ran'))[0]!.faults[0]!.step + 1;
    await p.page.keyboard.press(',');
    await p.at(fault - 1);
    await p.page.keyboard.press(',');
    await p.at(fault - 2);
    await p.page.getByRole('button', { name: 'Step', exact: true }).click();
    await p.at(fault - 1);
    await expect.poll(async () => (await p.sent('at')).at(-1)?.step).toBe(fault - 1);
    const at = (await p.sent('at')).at(-1)!;
    expect([at.ran, at.line]).toEqual(
      ['//@ point running', 'buf[1] = 2;'].map((text) => lineOf('03-fork-get.c', text)),
    );
    expect(at.stack.at(-1)!.name).toBe('main');
    expect(await position(p)).toBe(`Step ${fault - 1} of ${at.length}`);
    await p.page.keyboard.press('f');
    await p.at(fault);
    await p.page.keyboard.press(']');
    await p.at(at.length);
    await p.page.keyboard.press('[');
    await p.at(0);
    expect(await position(p)).toBe('Before the first step');
  });

  test('the next change of the page, and why a value is so', async () => {
    await p.page.keyboard.press('[');
    await p.at(0);
    await p.page.keyboard.press('c');
    await expect
      .poll(async () => Number(await p.page.locator('.timeline').getAttribute('aria-valuenow')))
      .toBeGreaterThan(0);
    await p.page.keyboard.press(']');
    await expect.poll(() => position(p)).toMatch(/Step (\d+) of \1$/);
    await p.page.getByRole('button', { name: 'Why is contents so?' }).click();
    const causes = p.page.locator('.causes li');
    await expect.poll(() => causes.first().innerText()).toMatch(/all aa|aa aa aa/);
    expect(await causes.first().locator('.by').innerText()).toBe('cam');
    await causes.first().locator('.link').first().click();
    await expect.poll(() => p.page.locator('.now .changes').innerText()).toContain('contents');
  });

  test('the host moves it, and asks for its pages by line', async () => {
    await p.send(toPanel('goTo', { step: 5 }));
    await p.at(5);
    await p.page.keyboard.press('?');
    expect(await p.page.locator('.keys').isVisible()).toBe(true);
    await p.page.keyboard.press('?');
    await p.send(toPanel('selectLine', { line: lineOf('03-fork-get.c', 'buf[1] = 2;') }));
    await expect.poll(() => p.page.locator('.position').innerText()).toContain('Step 5');
  });

  test('every tab has something to say', async () => {
    await p.page.keyboard.press('f');
    for (const name of await p.page.getByRole('tab').allInnerTexts()) {
      await p.page.getByRole('tab', { name, exact: true }).click();
      await expect.poll(() => p.page.locator('#tab-panel').innerText()).not.toBe('');
    }
    await p.page.getByRole('tab', { name: 'Page tables' }).click();
    await expect.poll(() => p.page.locator('#tab-panel').innerText()).toMatch(/app-child\d+:/);
  });

  test('nothing went wrong, the policy was kept', () => expect(p.errors).toEqual([]));
});

test('a new page shows what was kept', async () => {
  const first = await openPanel(browser);
  await first.send(loadOf('01-swap.c', { at: 0 }));
  await first.page.locator('.timeline').waitFor();
  await first.page.getByRole('tab', { name: 'LRU' }).click();
  await first.page.getByRole('radio', { name: 'LRU' }).check({ force: true });
  await first.page.keyboard.press('.');
  await first.at(1);
  await expect
    .poll(async () => (await first.sent('state')).at(-1))
    .toMatchObject({ step: 1, view: { tab: 'lru', arrangement: 'lru' } });
  const { step, view } = (await first.sent('state')).at(-1)!;
  await first.page.close();

  const second = await openPanel(browser);
  await second.send(loadOf('01-swap.c', { at: step, view }));
  await second.at(1);
  expect(await second.page.getByRole('tab', { name: 'LRU' }).getAttribute('aria-selected')).toBe('true');
  expect(await second.page.getByRole('radio', { name: 'LRU' }).isChecked()).toBe(true);
  expect(second.errors).toEqual([]);
  await second.page.close();
});

test('what does not run says why', async () => {
  const p = await openPanel(browser);
  await p.send(toPanel('empty', { reason: 'no-file' }));
  await p.page.getByRole('button', { name: 'Open an example' }).click();
  expect(await p.sent('command')).toMatchObject([{ name: 'gallery' }]);
  await p.send(loadOf('bad.c', {}, 'int main(void) { return 1 +; }\n'));
  await expect.poll(() => p.page.locator('.findings').innerText()).toContain('line 1');
  await p.page.locator('.findings .link').first().click();
  expect(await p.sent('openSource')).toMatchObject([{ path: '/gallery/bad.c', line: 1 }]);
  expect(p.errors).toEqual([]);
  await p.page.close();
});

test('names as long as people make them widen nothing', async () => {
  const name = 'a_name_that_goes_on_and_on_'.repeat(4);
  const text = `//@ process ${name}
int main(void)
{
	unsigned char *${name} = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	${name}[0] = 1;
	//@ assert refcount(page(${name})) == 17
	return 0;
}
`;
  const p = await openPanel(browser, { width: 300 });
  await p.send(loadOf(`${name}.c`, {}, text));
  await p.page.locator('.timeline[aria-valuemax]').waitFor();
  const tabs = await p.page.getByRole('tab').all();
  expect(tabs).toHaveLength(8);
  for (const tab of tabs) {
    await tab.click();
    await p.page.locator('[role=tab][aria-selected=true]', { hasText: await tab.innerText() }).waitFor();
    expect(await p.page.evaluate(() => document.documentElement.scrollWidth)).toBe(300);
  }
  await p.page.close();
});
test('one of a thing is called one', async () => {
  const p = await openPanel(browser);
  await p.send(loadOf('empty.c', {}, '//@ process app\nint main(void)\n{\n\treturn 0;\n}\n'));
  await p.page.getByText('1 event', { exact: true }).waitFor();
  await p.page.getByText('This run uses no page of its own.').waitFor();
  await p.page.close();
});
/** A program that touches a page again and again. */
const touches = (rounds: number): string => `//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;
	for (i = 0; i < ${rounds}; i++)
		buf[0] = i;
	return 0;
}
`;
test('a long run is shown while it goes on; who has moved stays where he is', async () => {
  const rounds = 150_000;
  const p = await openPanel(browser);
  await p.send(loadOf('long.c', {}, touches(rounds)));
  await p.page.getByText('steps so far').waitFor();
  await p.at(1);
  expect(await p.sent('ran')).toEqual([]);
  const begun = Number(await p.page.locator('.timeline').getAttribute('aria-valuemax'));
  await p.page.keyboard.press('.');
  await p.at(2);
  await expect.poll(async () => (await p.sent('ran')).length).toBe(1);
  expect((await p.sent('ran'))[0]).toMatchObject({ ok: true, faults: [] });
  const { steps } = (await p.sent('ran'))[0]!;
  expect(steps).toBeGreaterThan(2 * rounds);
  expect(begun).toBeLessThan(steps);
  await expect.poll(() => position(p)).toBe(`Step 2 of ${steps}`);
  await p.page.getByRole('button', { name: 'To the end', exact: true }).click();
  await p.at(steps);
  await expect.poll(async () => (await p.sent('at')).at(-1)?.length).toBe(steps);
  expect([p.errors, await p.sent('error')]).toEqual([[], []]);
  await p.page.close();
});
for (const how of ['button', 'key'] as const)
  test(`a long run is stopped by ${how}: what has run stays, and can be walked`, async () => {
    const rounds = 400_000;
    const p = await openPanel(browser);
    await p.send(loadOf('long.c', {}, touches(rounds)));
    await p.page.getByText('steps so far').waitFor();
    if (how === 'button') await p.page.getByRole('button', { name: 'Stop', exact: true }).click();
    else await p.page.keyboard.press('Escape');
    await expect.poll(async () => (await p.sent('ran')).length).toBe(1);
    const [ran] = await p.sent('ran');
    expect(ran).toMatchObject({ ok: true, cut: true, faults: [] });
    expect(ran!.steps).toBeLessThan(2 * rounds);
    await expect.poll(() => p.page.locator('.verdict').innerText()).toBe(`Stopped after ${ran!.steps} steps`);
    expect(await p.page.getByRole('button', { name: 'Stop', exact: true }).count()).toBe(0);
    await p.page.getByRole('button', { name: 'To the end', exact: true }).click();
    await p.at(ran!.steps);
    await expect.poll(async () => (await p.sent('at')).at(-1)?.length).toBe(ran!.steps);
    await p.page.locator('.verdict').click();
    await p.page.getByText('What would have happened later is not known').waitFor();
    expect([p.errors, await p.sent('error')]).toEqual([[], []]);
    await p.page.close();
  });
/** The first picture, of an engine without a page. */
function pictureOf(load: PanelMessage<'load'>): ReturnType<typeof firstPicture> {
  let session: Session;
  const current = (): Session => session;
  const handlers = { ...runHandlers(current, (one) => (session = one)), ...snapshotHandlers(current) };
  return firstPicture((method, params) => Promise.resolve((handlers[method] as (x: unknown) => never)(params)), load);
}
test('the picture of an engine that was there before is shown, and the engine of the page goes on from it', async () => {
  let comes!: () => void;
  const p = await openPanel(browser, { engine: new Promise((resolve) => (comes = resolve)) });
  const load = loadOf('03-fork-get.c') as PanelMessage<'load'>;
  await p.send(loadOf('03-fork-get.c'));
  const first = await pictureOf(load);
  await p.send(toPanel('first', { hash: hashOf(`${load.source.text} `, load.options), first }));
  await p.page.getByText('Running').first().waitFor();
  await p.send(toPanel('first', { hash: hashOf(load.source.text, load.options), first }));
  await p.at(first.asked.step);
  expect((await happened(p))[0]).toContain('lost-write becomes inevitable');
  expect(await p.page.locator('#page-title').innerText()).toBe(`Page ${first.asked.page}`);
  await p.page.locator('.position').click();
  await p.page.keyboard.press(',');
  comes();
  await p.at(first.asked.step - 1);
  await expect.poll(async () => (await p.sent('at')).at(-1)?.step).toBe(first.asked.step - 1);
  await expect.poll(async () => (await happened(p)).join()).not.toContain('lost-write becomes inevitable');
  expect(await p.sent('ran')).toHaveLength(1);
  expect([p.errors, await p.sent('error')]).toEqual([[], []]);
  await p.page.close();
});
test('a page that is told a picture shows it before its engine is there; one that is made again asks', async () => {
  let comes!: () => void;
  const load = loadOf('03-fork-get.c') as ToPanel & PanelMessage<'load'>;
  const first = await pictureOf(load);
  const told = [load, toPanel('first', { hash: hashOf(load.source.text, load.options), first })];
  const p = await openPanel(browser, { told, engine: new Promise((resolve) => (comes = resolve)) });
  await p.at(first.asked.step);
  expect((await happened(p))[0]).toContain('lost-write becomes inevitable');
  expect(await p.page.locator('#page-title').innerText()).toBe(`Page ${first.asked.page}`);
  comes();
  await p.page.locator('.position').click();
  await p.page.keyboard.press(',');
  await p.at(first.asked.step - 1);
  await expect.poll(async () => (await p.sent('at')).at(-1)?.step).toBe(first.asked.step - 1);
  expect(await p.sent('ran')).toHaveLength(1);
  expect([p.errors, await p.sent('error')]).toEqual([[], []]);
  await p.page.close();

  const again = await openPanel(browser, { told, again: true });
  await again.send(loadOf('01-swap.c', { at: 0 }));
  await again.page.locator('.timeline').waitFor();
  expect(await again.page.locator('h1').innerText()).toBe('01-swap.c');
  expect(await again.sent('ran')).toHaveLength(1);
  expect([again.errors, await again.sent('error')]).toEqual([[], []]);
  await again.page.close();
});

test('a second load that comes before the engine is there is run by an engine of its own', async () => {
  let comes!: () => void;
  const p = await openPanel(browser, { engine: new Promise((resolve) => (comes = resolve)) });
  await p.send(loadOf('03-fork-get.c'));
  await p.send(loadOf('01-swap.c', { at: 0 }));
  comes();
  await p.page.locator('.timeline').waitFor();
  expect(await p.page.locator('h1').innerText()).toBe('01-swap.c');
  await p.at(0);
  // (what the editor marks is asked of the engine)
  await expect.poll(async () => (await p.sent('at')).at(-1)?.step).toBe(0);
  expect(await p.sent('ran')).toHaveLength(1);
  expect([p.errors, await p.sent('error')]).toEqual([[], []]);
  await p.page.close();
});
