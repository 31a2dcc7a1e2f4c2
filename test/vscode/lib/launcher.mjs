#!/usr/bin/env node
/**
 * Takes the arguments of a VS Code executable and runs them in the VS Code server with a headless browser, so that
 * runTests() of @vscode/test-electron needs neither Electron nor a display:
 *   launcher.mjs FOLDER --extensionDevelopmentPath=DIR --extensionTestsPath=MODULE [ignored options]
 * The exit code is the test run's. See shared/real-vscode.md.
 */
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { CACHE } from '../../../scripts/lib/paths.mjs';
import { say } from '../../../scripts/lib/say.mjs';
import { startVsCodeServer } from '../../../scripts/lib/vscode-server.mjs';
import { launchBrowser } from './browser.mjs';

/** What the suite prints (suite/index.ts); the rest of the console goes to a log file. */
const MARK = '[suite] ';
/** Milliseconds for a whole run. */
const LIMIT = Number(process.env.PINSCOPE_VSCODE_LIMIT ?? 300_000);

const args = process.argv.slice(2);
const option = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const development = option('extensionDevelopmentPath');
const tests = option('extensionTestsPath');
const folder = args.find((arg) => !arg.startsWith('--'));
if (!development || !tests || !folder) {
  say('launcher: FOLDER, --extensionDevelopmentPath=… and --extensionTestsPath=… are needed');
  process.exit(2);
}

mkdirSync(CACHE, { recursive: true });
const dataDir = mkdtempSync(join(CACHE, 'vscode-run-'));
const log = createWriteStream(join(dataDir, 'console.log'));
const server = await startVsCodeServer({ dataDir, args: ['--enable-smoke-test-driver'] });
const browser = await launchBrowser();
let code = 1;
try {
  code = await runPage();
} catch (error) {
  say(`launcher: ${error instanceof Error ? error.stack : error}`);
} finally {
  await browser.close().catch(() => {});
  server.stop();
  if (code === 0) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  else say(`launcher: the profile and its logs are in ${dataDir}`);
}
process.exit(code);

async function runPage() {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  const exit = new Promise((resolve, reject) => {
    void page.exposeFunction('codeAutomationLog', (type, messages) => {
      const text = format(...messages);
      if (text.startsWith(MARK)) process.stdout.write(`${text.slice(MARK.length)}\n`);
      else log.write(`${type}: ${text}\n`);
    });
    void page.exposeFunction('codeAutomationExit', (value) => resolve(Number(value)));
    page.on('crash', () => reject(new Error('the page crashed')));
    setTimeout(() => reject(new Error(`no result after ${LIMIT / 1000} s`)), LIMIT).unref();
    server.child.once('exit', () => reject(new Error('the VS Code server ended')));
  });
  const remote = (path) => `vscode-remote://127.0.0.1:${server.port}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(development)],
    ['extensionTestsPath', remote(tests)],
    ['skipWelcome', 'true'],
  ];
  const query = `folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  await page.goto(`${server.url}?${query}`);
  const result = await exit.catch(async (error) => {
    await page.screenshot({ path: join(dataDir, 'last.png') }).catch(() => {});
    throw error;
  });
  return result;
}
