/**
 * The panel under load: npm run bench:panel [pages] [rounds]. A program touches its pages again and again (two statements a touch), the panel shows
 * all of memory, and the timeline is dragged from end to end and back. Prints
 * - the time to the first picture of a gallery snippet: in a page that is alone, from the message to the picture (its own engine is only starting then: what
 *   a page of the editor never is, for the editor's host has an engine as well); and as the editor's host opens the panel, with the host's own code,
 *   from "Simulate" to the picture, which leaves out what VS Code needs to make a frame for a page (npm run bench:click has it);
 * - the same of the big run, which is shown while it goes on, and until when it goes on;
 * - frames of the page (requestAnimationFrame) and pictures of the engine while dragging.
 */
/* global window, document, requestAnimationFrame */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import rpc from 'vscode-jsonrpc/node';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { loadTs } from '../../scripts/lib/load-ts.mjs';
import { launchBrowser } from '../vscode/lib/browser.mjs';

const pages = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 3);
const { toPanel } = await loadTs('simulator/panel/messages.ts');
const { THEMES } = await loadTs('test/panel/lib/themes.ts');
const { pageHtml } = await loadTs('client/vscode/simulator/page-html.ts');
const { Early } = await loadTs('client/vscode/simulator/early.ts');
const dist = (name) => readFileSync(join(ROOT, 'dist', name), 'utf8');
const browser = await launchBrowser();

const big = `//@ kernel 6.12
//@ machine ram=${Math.ceil(pages / 256) + 64} swap=64
#include <linux/mm.h>
//@ process app
int main(void)
{
	unsigned char *buf = mmap(NULL, ${pages}ul * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long i;
	int round;
	for (round = 0; round < ${rounds}; round++)
		for (i = 0; i < ${pages}; i++)
			buf[i * 4096] = round + 1;
	return 0;
}
`;

const empty = async () => (await browser.newContext({ viewport: { width: 900, height: 1000 } })).newPage();
/** Makes a page what the editor makes it; `told`: what its text says. */
async function open(page, told = []) {
  const style = Object.entries(THEMES.dark.colors).map(([name, value]) => `--vscode-${name}: ${value};`);
  await page.route('https://panel.test/**', (route) => {
    const path = new URL(route.request().url()).pathname.slice(1);
    if (path)
      return route.fulfill({
        contentType: 'text/javascript',
        body: dist(path),
      });
    return route.fulfill({
      contentType: 'text/html',
      body: pageHtml({ panel: dist('panel.js'), style: dist('panel.css'), engine: 'https://panel.test/engine.browser.js', origin: 'https://panel.test', nonce: 'bench', told })
        .replace('<head>', () => `<head><style nonce="bench">:root{${style.join('')}}</style>`)
        .replace('<body>', '<body class="vscode-dark">'),
    });
  });
  await page.addInitScript(() => {
    window.posted = [];
    window.acquireVsCodeApi = () => ({ postMessage: (m) => window.posted.push(m), getState: () => undefined, setState: () => undefined });
  });
  await page.goto('https://panel.test/');
  await page.waitForFunction(() => window.posted.some((m) => m.type === 'ready'));
}

/** In the page: calls back when the first frame is over in which the grid is drawn: the timeline has a length only with the run in it. */
function PICTURE() {
  window.whenShown = (done) => {
    const canvas = document.querySelector('.grid-canvas');
    if (canvas && canvas.width > 0 && document.querySelector('.timeline[aria-valuemax]') && canvas.height > 10)
      requestAnimationFrame(() => done(performance.now()));
    else requestAnimationFrame(() => window.whenShown(done));
  };
}

/** Milliseconds from the message to the picture. */
async function firstPicture(page, message) {
  await page.evaluate(PICTURE);
  return page.evaluate(
    (m) =>
      new Promise((done) => {
        const from = performance.now();
        window.postMessage(m, '*');
        window.whenShown((now) => done(now - from));
      }),
    message,
  );
}

/** Milliseconds from "Simulate" to the picture in a window in which an annotated file has been open for some seconds, and of them those of the page. */
async function fromEditor(message) {
  const early = new Early(() => {
    const worker = new Worker(join(ROOT, 'dist/engine.js'));
    const [reader, writer] = [new rpc.PortMessageReader(worker), new rpc.PortMessageWriter(worker)];
    return { reader, writer, connect: rpc.createMessageConnection, terminate: () => void worker.terminate() };
  });
  early.prepare(() => Promise.resolve(message));
  const page = await empty();
  await page.addInitScript(PICTURE);
  await page.addInitScript(() => requestAnimationFrame(() => window.whenShown((now) => (window.painted = performance.timeOrigin + now))));
  await new Promise((done) => setTimeout(done, 2000));
  const from = performance.timeOrigin + performance.now();
  early.begin();
  early.run(message);
  const told = await early.told();
  await open(page, told);
  // (on a busy machine the host's picture may come too late for the text of the page: then the page has its own engine alone here)
  if (!told.length) await page.evaluate((m) => window.postMessage(m, '*'), message);
  await page.waitForFunction(() => window.painted);
  const { painted, begun } = await page.evaluate(() => ({
    painted: window.painted,
    begun: performance.timeOrigin + performance.getEntriesByType('navigation')[0].responseStart,
  }));
  await page.close();
  early.dispose();
  return { whole: painted - from, page: painted - begun, isTold: told.length > 0 };
}
const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];
const out = (text) => process.stdout.write(`${text}\n`);

const gallery = readFileSync(join(ROOT, 'examples/gallery/01-swap.c'), 'utf8');
const small = (text) => toPanel('load', { title: '01-swap.c', source: { path: 'a.c', text }, options: {} });
const first = [];
const openings = 15;
for (let i = 0; i < openings; i++) {
  const page = await empty();
  await open(page);
  first.push(await firstPicture(page, small(gallery)));
  if (i === openings - 1) {
    // again on the same page: on save
    const before = await page.evaluate(() => performance.now());
    await page.evaluate((m) => window.postMessage(m, '*'), small(gallery.replace('buf[0] = 1;', 'buf[0] = 1 ;')));
    await page.waitForFunction(() => window.posted.filter((m) => m.type === 'ran').length === 2);
    out(`second run on the same page: ${Math.round((await page.evaluate(() => performance.now())) - before)} ms`);
  }
  await page.close();
}
out(`first picture (gallery 1, new page each, the page alone): median ${Math.round(quantile(first, 0.5))} ms, of ${first.map((x) => Math.round(x)).join(' ')}`);

const opened = [];
for (let i = 0; i < openings; i++) opened.push(await fromEditor(small(gallery)));
const middle = (of) => `median ${Math.round(quantile(opened.map(of), 0.5))} ms, of ${opened.map((x) => Math.round(of(x))).join(' ')}`;
out(`first picture as the editor opens the panel, from "Simulate": ${middle((x) => x.whole)}`);
out(`of it from the first byte of the page: ${middle((x) => x.page)}; ${opened.filter((x) => x.isTold).length} of ${openings} pages had the picture in them`);

const page = await empty();
await open(page);
const load = toPanel('load', { title: 'big.c', source: { path: 'big.c', text: big }, options: { steps: 10_000_000 }, at: 1, view: { all: true } });
out(`big run: first picture after ${Math.round(await firstPicture(page, load))} ms`);
out(`of it were shown: ${await page.locator('.timeline').getAttribute('aria-valuemax')} steps`);
const shown = Date.now();
await page.waitForFunction(() => window.posted.some((m) => m.type === 'ran'), undefined, { timeout: 120_000 });
const steps = await page.evaluate(() => window.posted.find((m) => m.type === 'ran').steps);
out(`all ${steps} steps after another ${Date.now() - shown} ms`);
await page.waitForFunction((n) => document.querySelector('.timeline').getAttribute('aria-valuemax') === String(n), steps);
await page.waitForTimeout(500);
const box = await page.locator('.timeline').boundingBox();
await page.evaluate(() => {
  window.frames_ = [];
  let last = performance.now();
  const tick = (now) => {
    window.frames_.push(now - last);
    last = now;
    if (!window.stopFrames) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  window.long_ = [];
  new PerformanceObserver((list) => window.long_.push(...list.getEntries().map((e) => e.duration))).observe({ type: 'longtask' });
});
const left = box.x + 90;
const right = box.x + box.width - 16;
await page.mouse.move(left, box.y + 20);
await page.mouse.down();
for (let pass = 0; pass < 2; pass++)
  for (let i = 0; i <= 150; i++) {
    const k = pass ? 150 - i : i;
    await page.mouse.move(left + ((right - left) * k) / 150, box.y + 20);
    await page.waitForTimeout(12);
  }
await page.mouse.up();
const { frames, long } = await page.evaluate(() => {
  window.stopFrames = true;
  return { frames: window.frames_.slice(2), long: window.long_ };
});
out(`frames while dragging: ${frames.length}, p50 ${quantile(frames, 0.5).toFixed(1)} ms, p95 ${quantile(frames, 0.95).toFixed(1)} ms, max ${Math.max(...frames).toFixed(1)} ms; long tasks ${long.length}`);
await browser.close();
