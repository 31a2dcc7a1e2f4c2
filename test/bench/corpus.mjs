/**
 * Robustness: every .c file of a kernel tree is analysed with the prefilters switched off, so that all rules and the path walk meet all the C
 * that there is; with --headers, together with its project's headers. Prints crashes, rules that threw, files that hung, functions over their budget (each has its note), findings by rule, and
 * the slowest files; exit code 1 if something crashed or hung.
 *
 *     KERNEL_SRC=… node test/bench/corpus.mjs [--dir .] [--headers] [--limit N] [--every N] [-j 2] [--json FILE]
 */
import { build } from 'esbuild';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

const root = new URL('../..', import.meta.url).pathname;
const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
const kernel = process.env.KERNEL_SRC ?? '/root/kernel/linux-source-6.12';
const start = join(kernel, option('--dir', '.'));
if (!existsSync(start)) {
  console.error(`bench:corpus: ${start} does not exist; set KERNEL_SRC to a kernel tree`);
  process.exit(2);
}
/** No file may take longer, in ms. */
const HANG = 120_000;
/** Nobody waits longer for a file, in ms: the rule of issue 2 for bad input. */
const SLOW = 5_000;

const require = createRequire(import.meta.url);
const contents = `
import { parentPort } from 'node:worker_threads';
import { readFileSync } from 'node:fs';
import { Checker } from './client/cli/checker.ts';
import { decode } from './client/cli/encoding.ts';
import { analyserModule } from './client/cli/engine.ts';
import { toReport } from './client/cli/report.ts';
import { loadWasm } from './server/wasm-files.ts';
const targets = [{ kernel: { major: 6, minor: 12, patch: 0 }, defines: new Map() }];
const options = { targets, severity: {}, fixes: 'none', exhaustive: true };
const checker = new Checker(analyserModule, options);
const analyser = await analyserModule.createAnalyser(loadWasm());
/** As \`check\` does it, or the file alone. */
async function reportOf(path) {
  if (${args.includes('--headers')}) return checker.analyse(path, []).finally(() => checker.takeTouched());
  const text = decode(readFileSync(path))?.text;
  if (text === undefined) return undefined;
  try {
    return toReport(analyser.analyse({ path, text, headers: [] }, options), new Map([[path, text]]));
  } finally {
    analyser.close(path);
  }
}
parentPort.on('message', async (path) => {
  const started = performance.now();
  const report = await reportOf(path);
  parentPort.postMessage({ path, ms: performance.now() - started, report });
});`;
const wts = { name: 'wts', setup: (b) => b.onResolve({ filter: /^web-tree-sitter$/ }, () => ({ path: pathToFileURL(require.resolve('web-tree-sitter').replace(/\.cjs$/, '.js')).href, external: true })) };
const script = join(root, 'node_modules/.cache', `pinscope-corpus-${process.pid}.mjs`);
await build({ stdin: { contents, resolveDir: root, loader: 'ts' }, bundle: true, format: 'esm', platform: 'node', outfile: script, logLevel: 'error', plugins: [wts] });

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (entry.isFile() && path.endsWith('.c')) yield path;
  }
}
const every = Number(option('--every', 1));
const queue = [...sources(start)].filter((_, i) => i % every === 0).slice(0, Number(option('--limit', Infinity)));
const total = queue.length;
const sum = { files: 0, binary: 0, functions: 0, followed: 0, overBudget: 0 };
const crashes = [], hangs = [], rows = [];
const rules = new Map();

function take({ path, ms, report }) {
  const name = relative(kernel, path);
  sum.files++;
  rows.push({ name, ms, functions: report?.functions ?? 0 });
  if (!report) {
    sum.binary++;
    return;
  }
  sum.functions += report.functions;
  sum.followed += report.analysed;
  for (const { kind, message } of report.notices) {
    if (kind === 'budget') sum.overBudget++;
    if (kind === 'internal' || kind === 'rule-failed' || kind === 'unreadable') crashes.push(`${name}: ${message}`);
  }
  for (const { rule } of report.findings) rules.set(rule, (rules.get(rule) ?? 0) + 1);
}

/** One thread, and another one in its place when a file ends or blocks it. */
async function thread() {
  let worker = new Worker(script);
  for (let path = queue.shift(); path; path = queue.shift()) {
    const name = relative(kernel, path);
    const answer = await new Promise((resolve) => {
      const answered = (message) => done(message);
      const failed = (error) => done({ error });
      const timer = setTimeout(() => done({ hung: true }), HANG);
      const done = (what) => {
        clearTimeout(timer);
        worker.off('message', answered).off('error', failed);
        resolve(what);
      };
      worker.on('message', answered).on('error', failed);
      worker.postMessage(path);
    });
    if (answer.report !== undefined || answer.ms !== undefined) take(answer);
    else {
      sum.files++;
      if (answer.hung) hangs.push(name);
      else crashes.push(`${name}: ended its thread: ${answer.error?.message}`);
      await worker.terminate();
      worker = new Worker(script);
    }
    if (sum.files % 2000 === 0) console.error(`${sum.files} of ${total} files`);
  }
  await worker.terminate();
}

const began = performance.now();
await Promise.all(Array.from({ length: Number(option('-j', Math.min(2, availableParallelism()))) }, thread));
const seconds = (performance.now() - began) / 1000;
rmSync(script);
rows.sort((a, b) => b.ms - a.ms);
const slow = rows.filter(({ ms }) => ms > SLOW).length;
if (option('--json')) writeFileSync(option('--json'), JSON.stringify({ ...sum, seconds, crashes, hangs, slow, rules: Object.fromEntries(rules), slowest: rows.slice(0, 10) }));
console.log(`${sum.files} files (${sum.binary} binary), ${sum.functions} functions, ${sum.followed} followed path by path, in ${seconds.toFixed(0)} s`);
console.log(`crashes and rules that threw: ${crashes.length}; files that hung (${HANG / 1000} s): ${hangs.length}; slower than ${SLOW / 1000} s: ${slow}`);
for (const line of [...crashes, ...hangs].slice(0, 40)) console.log(`  ${line}`);
console.log(`functions over their budget, each with its note: ${sum.overBudget}`);
console.log(`findings: ${[...rules].sort((a, b) => b[1] - a[1]).map(([rule, n]) => `${rule} ${n}`).join(', ') || 'none'}`);
console.log('slowest:');
for (const { name, ms, functions } of rows.slice(0, 10)) console.log(`  ${ms.toFixed(0).padStart(7)} ms ${String(functions).padStart(5)} functions  ${name}`);
process.exit(crashes.length + hangs.length > 0 ? 1 : 0);
