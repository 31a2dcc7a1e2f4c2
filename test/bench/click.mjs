/**
 * What a user waits for, in a real VS Code with the packaged extension: npm run bench:click [sessions]. Prints the activation time that VS Code itself
 * measures ("Developer: Show Running Extensions"), and the time from the mouse button on the lens "Simulate" to the frame behind the one in which the
 * pages of the run are drawn: in a window in which the panel was never open, and with the panel closed and opened again. What of it passes until the
 * page of the panel begins is the making of a webview by VS Code.
 */
/* global window, document, requestAnimationFrame */
import { loadTestTs } from '../../scripts/lib/load-test-ts.mjs';

const sessions = Number(process.argv[2] ?? 3);
const { Workbench } = await loadTestTs('test/vscode/lib/workbench.ts');

/** In every page, before anything of it: when the picture was there, if it ever is. (A listener or a frame asked for here would be lost when VS Code writes the page.) */
function watch() {
  const wait = setInterval(() => {
    if (!document.getElementById('pinscope')) return;
    clearInterval(wait);
    requestAnimationFrame(function look() {
      const canvas = document.querySelector('.grid-canvas');
      const timeline = document.querySelector('.timeline[aria-valuemax]');
      if (canvas && canvas.width > 0 && canvas.height > 10 && timeline)
        requestAnimationFrame(() => (window.painted = performance.timeOrigin + performance.now()));
      else requestAnimationFrame(look);
    });
  }, 4);
}
const seenIn = () => window.painted && { painted: window.painted, origin: performance.timeOrigin };

async function simulate(vscode) {
  const { page } = vscode;
  await page.evaluate(() => {
    window.addEventListener('mousedown', () => (window.pressed = performance.timeOrigin + performance.now()), { capture: true, once: true });
  });
  await page.locator('.codelens-decoration', { hasText: 'Simulate' }).first().locator('a').first().click();
  for (;;) {
    for (const frame of page.frames()) {
      const seen = await frame.evaluate(seenIn).catch(() => undefined);
      if (!seen) continue;
      const pressed = await page.evaluate(() => window.pressed);
      return { whole: seen.painted - pressed, page: seen.origin - pressed };
    }
    await page.waitForTimeout(5);
  }
}

const round = ({ whole, page }) => `${Math.round(whole)} ms (${Math.round(page)} until the page begins, ${Math.round(whole - page)} from there)`;
for (let i = 0; i < sessions; i++) {
  const vscode = await Workbench.open();
  try {
    const { page } = vscode;
    await page.context().addInitScript(watch);
    await vscode.openFile('gallery/01-swap.c');
    await page.locator('.codelens-decoration', { hasText: 'Simulate' }).first().waitFor();
    await page.waitForTimeout(3000);
    process.stdout.write(`first picture ${round(await simulate(vscode))}`);
    await vscode.command('View: Close All Editors');
    await vscode.openFile('gallery/01-swap.c');
    // (the panel has shown the line of its step)
    await page.keyboard.press('Control+Home');
    await page.locator('.codelens-decoration', { hasText: 'Simulate' }).first().waitFor();
    await page.waitForTimeout(1000);
    process.stdout.write(`; panel opened again ${round(await simulate(vscode))}`);
    process.stdout.write(`; activation ${await activationTime(vscode)}\n`);
  } finally {
    await vscode.close();
  }
}

async function activationTime(vscode) {
  await vscode.command('Developer: Show Running Extensions');
  const row = vscode.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'Pinscope' }).first();
  return (await row.locator('.activation-time').first().textContent()).replace(/^Activation: /, '');
}
