/**
 * npm test                  installs what is missing and runs every check and test; the last line is the sum
 * npm test -- NAME…         runs only the named steps (see STEPS)
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { ensureBrowser, ensurePackages, ensureVsCodeServer } from './lib/install.mjs';
import { ROOT } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { Refusal, runMain, say } from './lib/say.mjs';

const OUT = join(ROOT, 'out');
const bin = (path) => join(ROOT, 'node_modules', path);

/** A step gives what passed, what failed (names) and what was skipped (names). */
const STEPS = {
  build: () => check('build', [join(ROOT, 'esbuild.mjs'), '--tests']),
  typecheck: () => check('typecheck', [bin('typescript/bin/tsc'), '--noEmit']),
  lint: () => check('lint', [bin('eslint/bin/eslint.js'), '.']),
  format: () => check('format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.']),
  unused: () => check('unused code', [bin('knip/bin/knip.js')]),
  generated: () => check('generated files', [join(ROOT, 'scripts/generate.mjs'), '--check']),
  grammar,
  unit: () => vitest('unit'),
  architecture: () => vitest('architecture'),
  panel: panelInBrowser,
  vscode: extensionHost,
  vsix: packaged,
};

await runMain(main);

async function main() {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !(name in STEPS));
  if (unknown) throw new Refusal(`no step "${unknown}"; there are: ${Object.keys(STEPS).join(', ')}`);
  const steps = wanted.length ? wanted : Object.keys(STEPS);
  await ensurePackages();
  if (steps.some((name) => ['vscode', 'vsix'].includes(name))) await ensureVsCodeServer();
  if (steps.some((name) => ['panel', 'vscode', 'vsix'].includes(name))) await ensureBrowser();
  mkdirSync(OUT, { recursive: true });
  const total = { passed: 0, failed: [], skipped: [] };
  for (const name of steps) {
    const started = performance.now();
    say(`— ${name}`);
    const result = await STEPS[name]();
    total.passed += result.passed;
    total.failed.push(...result.failed);
    total.skipped.push(...result.skipped);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`— ${name}: ${result.passed} passed, ${result.failed.length} failed, ${seconds} s`);
  }
  for (const name of total.skipped) process.stdout.write(`skipped: ${name}\n`);
  for (const name of total.failed) process.stdout.write(`failed: ${name}\n`);
  const skipped = total.skipped.length ? `, ${total.skipped.length} skipped` : '';
  process.stdout.write(`${total.passed} passed, ${total.failed.length} failed${skipped}\n`);
  process.exitCode = total.failed.length || total.passed === 0 ? 1 : 0;
}

/** One program whose exit code is the result. */
async function check(name, args) {
  const code = await run(process.execPath, args, { stdout: 'inherit' });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? [] : [name], skipped: [] };
}

/** Highlighting: the injection of package.json, on top of as much of a C grammar as it meets. */
async function grammar() {
  // Resolved here and not above: on a fresh machine the packages come first.
  const tester = fileURLToPath(import.meta.resolve('vscode-tmgrammar-test/dist/unit.js'));
  return check('grammar', [tester, '-g', 'test/grammar/c.tmLanguage.json', 'test/grammar/*.c']);
}

/** A project of vitest.config.ts. */
async function vitest(project) {
  const file = join(OUT, `vitest-${project}.json`);
  rmSync(file, { force: true });
  const args = [bin('vitest/vitest.mjs'), 'run', '--project', project];
  args.push('--reporter=default', '--reporter=json', `--outputFile.json=${file}`);
  const code = await run(process.execPath, args, { stdout: 'inherit' });
  if (!existsSync(file))
    return { passed: 0, failed: [`${project}: vitest ended with code ${code} and no report`], skipped: [] };
  const result = { passed: 0, failed: [], skipped: [] };
  for (const suite of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    const where = suite.name.replace(`${ROOT}/`, '');
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') {
        result.passed++;
        // The errors of the first try stay in the report.
        if (test.failureMessages.length) say(`passed at the second try: ${where}: ${test.fullName}`);
      } else if (test.status === 'failed') result.failed.push(`${where}: ${test.fullName}`);
      else result.skipped.push(`${where}: ${test.fullName}`);
    }
    const told = suite.assertionResults.some((test) => test.status === 'failed');
    if (suite.status === 'failed' && !told) result.failed.push(`${where}: ${firstLine(suite.message)}`);
  }
  if (code !== 0 && !result.failed.length) result.failed.push(`${project}: vitest ended with code ${code}`);
  if (!result.passed && !result.failed.length) result.failed.push(`${project}: no test was run`);
  return result;
}

function firstLine(text) {
  return (text ?? '').split('\n')[0] || 'the file could not be run';
}

/** The simulator's panel in a browser, with the programs of dist/. */
async function panelInBrowser() {
  await build();
  return vitest('panel');
}

/** The mocha suite inside a real VS Code. */
async function extensionHost() {
  const file = join(OUT, 'vscode-results.json');
  rmSync(file, { force: true });
  await build('--tests');
  const env = { PINSCOPE_TEST_RESULTS: file };
  const code = await run(process.execPath, [join(ROOT, 'test/vscode/run.mjs')], { stdout: 'inherit', env });
  if (!existsSync(file))
    return { passed: 0, failed: [`vscode: the run ended with code ${code} and no results`], skipped: [] };
  const result = JSON.parse(readFileSync(file, 'utf8'));
  result.failed = result.failed.map((name) => `vscode: ${name}`);
  if (code !== 0 && !result.failed.length) result.failed.push(`vscode: the run ended with code ${code}`);
  return result;
}

/** Packs the .vsix, looks into it, installs it in a real VS Code and works with it. */
async function packaged() {
  const packing = await check('package', [join(ROOT, 'scripts/package.mjs')]);
  if (packing.failed.length) return packing;
  const result = await vitest('vscode');
  return { ...result, passed: result.passed + packing.passed };
}
