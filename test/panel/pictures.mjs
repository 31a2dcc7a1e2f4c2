/**
 * Makes the animated picture of README.md anew: node test/panel/pictures.mjs. Steps through a gallery snippet in the panel of dist/ and puts the
 * frames together with ImageMagick's `convert`, which has to be installed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadTestTs } from '../../scripts/lib/load-test-ts.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { launchBrowser } from '../vscode/lib/browser.mjs';

const SNIPPET = '03-fork-get.c';
const FIRST = 6;
const frames = join(ROOT, 'out/frames');
const file = join(ROOT, 'docs/images/simulator-dark.gif');
mkdirSync(frames, { recursive: true });
const { openPanel } = await loadTestTs('test/panel/lib/page.ts');
const browser = await launchBrowser();
try {
  const panel = await openPanel(browser, { theme: 'dark', width: 900, height: 680 });
  const text = readFileSync(join(ROOT, 'examples/gallery', SNIPPET), 'utf8');
  await panel.send({
    type: 'load',
    version: 1,
    title: SNIPPET,
    source: { path: SNIPPET, text },
    options: {},
    at: FIRST,
  });
  await panel.at(FIRST);
  await panel.page.locator('.position').click();
  const [{ steps }] = await panel.sent('ran');
  const pictures = [];
  for (let step = FIRST; step <= steps; step++) {
    await panel.at(step);
    await panel.page.mouse.move(450, 670);
    await panel.page.waitForTimeout(400);
    pictures.push(join(frames, `${step}.png`));
    await panel.page.screenshot({ path: pictures.at(-1) });
    await panel.page.keyboard.press('.');
  }
  execFileSync('convert', [
    '-delay',
    '120',
    '-loop',
    '0',
    ...pictures,
    '+dither',
    '-colors',
    '64',
    '-fuzz',
    '2%',
    '-layers',
    'optimize',
    file,
  ]);
  process.stdout.write(`${file}: ${pictures.length} frames, ${statSync(file).size} bytes\n`);
} finally {
  await browser.close();
}
