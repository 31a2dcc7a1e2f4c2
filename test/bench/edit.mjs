/**
 * From a keystroke to its diagnostics, through the built language server over stdio, in the largest driver file that
 * calls the gup family: to the first answer, which tells all of the edited function (what its callers say may follow after a
 * pause, in editors that can be told to ask again, as VS Code can), and to the whole answer. Typing begins REST seconds after the file was
 * opened, as people do (meanwhile the server rehearses, server/lsp/rehearsal.ts); and, as a machine would, at once. Usage: KERNEL_SRC=… node test/bench/edit.mjs [--keys N] [--file PATH] [--json]
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';

const root = join(import.meta.dirname, '../..');
const server = join(root, 'dist/server.js');
const kernel = process.env.KERNEL_SRC ?? '/root/kernel/linux-source-6.12';
const NAMES = '(get|pin)_user_pages(_fast|_remote|_unlocked|_locked)?[ \\t]*\\(';
const WARM_UP = 10;
/** Seconds from the first diagnostics of an opened file to the first keystroke. */
const REST = 8;
const GOAL = 15;

const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const keys = Number(option('--keys', '100'));
if (!existsSync(server)) fail('dist/server.js is missing; run "npm run build".');
const file = option('--file') ?? largest();
const uri = pathToFileURL(file).href;
const original = readFileSync(file, 'utf8');
let text, connection, version;

// Typed into the body of a function that calls the family: a statement, letter by letter, then taken back.
const target = bodyOf(original);
const statement = `\n\tif (pinscope_bench_${'x'.repeat(8)} > 1)\n\t\treturn -EINVAL;\n`;
const first = await measure(true, REST);
const atOnce = await measure(true, 0);
const whole = await measure(false, REST);
const report = { file: relative(kernel, file), kB: Math.round(original.length / 1024), function: target.name, keys, open: first.open, ...quantiles(first.times), atOnce: quantiles(atOnce.times), whole: quantiles(whole.times), goal: GOAL };
if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify(report)}\n`);
} else {
  const ms = (number) => `${number.toFixed(1)} ms`;
  const line = ({ p50, p95, max }) => `p50 ${ms(p50)}   p95 ${ms(p95)}   max ${ms(max)}`;
  process.stdout.write(
    `${report.file} (${report.kB} kB), ${keys} keystrokes in ${report.function}(), ${REST} s after it was opened\n` +
    `open to first diagnostics   ${ms(report.open)}\n` +
    `keystroke to first answer   ${line(report)}   (goal: p95 below ${GOAL} ms)\n` +
    `the same, typed at once    ${line(report.atOnce)}\n` +
    `keystroke to whole answer   ${line(report.whole)}   (without the pause that it waits for in an editor)\n`,
  );
}

/** Types and asks after each letter; `refreshSupport`: as a client that can be told to ask again; `rest`: seconds before the first letter. */
async function measure(refreshSupport, rest) {
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  connection.onRequest('workspace/configuration', ({ items }) => items.map(() => ({})));
  connection.onRequest('client/registerCapability', () => null);
  connection.onRequest('workspace/diagnostic/refresh', () => null);
  connection.listen();
  text = original;
  version = 1;
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(kernel).href,
    workspaceFolders: [{ uri: pathToFileURL(kernel).href, name: 'linux' }],
    capabilities: {
      workspace: { configuration: true, diagnostics: { refreshSupport } },
      textDocument: { diagnostic: {}, publishDiagnostics: { relatedInformation: true } },
    },
  });
  await connection.sendNotification('initialized', {});
  await connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version: 1, text } });
  const opened = performance.now();
  let last = await pull();
  const open = performance.now() - opened;
  await new Promise((resolve) => setTimeout(resolve, rest * 1000));

  const times = [];
  let offset = target.offset;
  let typed = 0;
  for (let i = 0; i < keys + WARM_UP; i++) {
    if (typed === statement.length) {
      await edit(target.offset, target.offset + typed, '');
      offset = target.offset;
      typed = 0;
      last = await pull(last.resultId);
    }
    // an editor knows where its caret is
    const change = changeOf(offset, offset, statement[typed] ?? ' ');
    const start = performance.now();
    await send(change);
    last = await pull(last.resultId);
    if (i >= WARM_UP) times.push(performance.now() - start);
    offset++;
    typed++;
  }
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  connection.dispose();
  child.kill();

  return { open, times };
}

function quantiles(times) {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { p50: at(0.5), p95: at(0.95), max: times.at(-1) };
}

async function pull(previousResultId) {
  const report = await connection.sendRequest('textDocument/diagnostic', { textDocument: { uri }, ...(previousResultId && { previousResultId }) });
  return report;
}

async function edit(start, end, newText) {
  await send(changeOf(start, end, newText));
}

function changeOf(start, end, newText) {
  const range = { start: position(start), end: position(end) };
  text = text.slice(0, start) + newText + text.slice(end);
  return { range, text: newText };
}

async function send(change) {
  await connection.sendNotification('textDocument/didChange', { textDocument: { uri, version: ++version }, contentChanges: [change] });
}

function position(offset) {
  const before = text.slice(0, offset);
  const line = before.split('\n').length - 1;
  return { line, character: offset - (before.lastIndexOf('\n') + 1) };
}

/** The end of the line with the first call of the family, and the name of its function. */
function bodyOf(source) {
  const call = new RegExp(`^[\\t ].*\\b${NAMES}`, 'm').exec(source);
  if (!call) fail(`${file} has no call of the gup family.`);
  const before = source.slice(0, call.index);
  const open = before.lastIndexOf('\n{');
  const name = /(\w+)\s*\([^{};]*$/.exec(before.slice(0, open))?.[1] ?? '?';
  return { offset: source.indexOf('\n', open + 1), name };
}

function largest() {
  if (!existsSync(join(kernel, 'drivers'))) fail(`${kernel}/drivers does not exist; set KERNEL_SRC to a kernel tree.`);
  const files = execFileSync('grep', ['-rlE', '--include=*.c', `\\b${NAMES.replace('\\t', '')}`, 'drivers'], { cwd: kernel, encoding: 'utf8' }).trim().split('\n');
  return files.map((name) => join(kernel, name)).sort((a, b) => readFileSync(b).length - readFileSync(a).length)[0];
}

function fail(message) {
  process.stderr.write(`bench: ${message}\n`);
  process.exit(2);
}
