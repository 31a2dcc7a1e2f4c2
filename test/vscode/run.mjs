/**
 * Runs the extension-host suite (out/test/index.cjs, built from suite/) in a real VS Code. With PINSCOPE_VSCODE=/path/to/code
 * that executable is used, otherwise the VS Code server in a headless browser.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { say } from '../../scripts/lib/say.mjs';

const workspace = join(ROOT, 'out/workspace');
rmSync(workspace, { recursive: true, force: true });
mkdirSync(join(workspace, '.vscode'), { recursive: true });
cpSync(join(ROOT, 'examples'), workspace, { recursive: true });
// The suite writes settings; they start empty.
writeFileSync(join(workspace, '.vscode/settings.json'), '{}\n');

say('starting VS Code with the extension-host suite…');
process.exitCode = await runTests({
  vscodeExecutablePath: process.env.PINSCOPE_VSCODE ?? join(ROOT, 'test/vscode/lib/launcher.mjs'),
  extensionDevelopmentPath: ROOT,
  extensionTestsPath: join(ROOT, 'out/test/index.cjs'),
  launchArgs: [workspace, '--disable-extensions'],
  extensionTestsEnv: {
    PINSCOPE_TEST_RESULTS: process.env.PINSCOPE_TEST_RESULTS ?? join(ROOT, 'out/vscode-results.json'),
  },
}).catch((error) => {
  say(`the suite failed: ${error instanceof Error ? error.message : error}`);
  return 1;
});
