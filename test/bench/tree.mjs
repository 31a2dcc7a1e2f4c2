/**
 * `pinscope check drivers/` beside `grep -rlE` for the same names over the same files: time and peak memory, files in the
 * page cache, all in one run, best of three; the check with nothing known (--no-cache), and once more over the unchanged tree. --growth instead: time over 1, 2, 4 and 8 copies of the files that name the families (one thread, so
 * that nothing but their number changes). Usage: KERNEL_SRC=… node test/bench/tree.mjs [--folder drivers] [--runs 3] [-j N] [--json] [--growth]
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli.js');
const kernel = process.env.KERNEL_SRC ?? '/root/kernel/linux-source-6.12';
const GOAL = { ratio: 2, MB: 400 };
/** What the prefilter looks for (client/cli/scan.ts and the tables of language/kernel), as grep writes it. */
const NAMES = '\\b(__)?(get|pin|unpin|put)_user_pages?(_[a-z_]+)?\\b|\\biov_iter_(get|extract)_pages|\\b(un|memfd_)pin_folios?\\b|\\bunpin_user_folio\\b|\\bget_kernel_pages\\b|\\bbio_(release|check)_pages?|\\bfolio_add_pin\\b';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const folder = option('--folder', 'drivers');
const runs = Number(option('--runs', '3'));
if (!existsSync(cli)) fail('dist/cli.js is missing; run "npm run build".');
if (!existsSync(join(kernel, folder))) fail(`${join(kernel, folder)} does not exist; set KERNEL_SRC to a kernel tree.`);

const work = mkdtempSync(join(tmpdir(), 'pinscope-bench-'));
if (process.argv.includes('--growth')) {
  growth();
  rmSync(work, { recursive: true, force: true });
  process.exit(0);
}
const jobs = option('-j') ? ['-j', option('-j')] : [];
const commands = {
  grep: ['grep', '-rlE', '--include=*.c', NAMES, folder],
  pinscope: [process.execPath, cli, 'check', '--no-cache', '--format', 'json', '--output', join(work, 'out.json'), ...jobs, folder],
  again: [process.execPath, cli, 'check', '--format', 'json', '--output', join(work, 'again.json'), ...jobs, folder],
};
const best = {};
for (let i = 0; i <= runs; i++) {
  for (const [name, command] of Object.entries(commands)) {
    const result = measure(command);
    // Round 0 warms the cache.
    if (i > 0 && (best[name] === undefined || result.seconds < best[name].seconds)) best[name] = result;
  }
}
const result = readFileSync(join(work, 'out.json'), 'utf8');
if (readFileSync(join(work, 'again.json'), 'utf8') !== result) fail('the second check said something else than the first.');
const { filesChecked, findings } = JSON.parse(result);
rmSync(work, { recursive: true, force: true });

const ratioOf = ({ seconds }) => seconds / best.grep.seconds;
const ratio = ratioOf(best.pinscope);
if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ folder, filesChecked, findings: findings.length, grep: plain(best.grep), pinscope: plain(best.pinscope), again: plain(best.again), ratio, ratioAgain: ratioOf(best.again), goal: GOAL })}\n`);
} else {
  const row = (name, { seconds, MB }) => `${name.padEnd(10)} ${seconds.toFixed(2).padStart(7)} s ${MB.toFixed(0).padStart(5)} MB\n`;
  process.stdout.write(
    `${folder}/: ${filesChecked.toLocaleString('en-US')} files, ${findings.length} findings; best of ${runs}, warm\n` +
    row('grep -rlE', best.grep) + row('pinscope', best.pinscope) + row('once more', best.again) +
    `${ratio.toFixed(2)} times grep, once more ${ratioOf(best.again).toFixed(2)} times (goal: at most ${GOAL.ratio}), ${best.pinscope.MB < GOAL.MB ? 'below' : 'ABOVE'} ${GOAL.MB} MB\n`,
  );
}

/** Without its output. */
function plain({ seconds, MB }) {
  return { seconds, MB };
}

/** Copies of the files that matter, with the headers next to them, in folders of their own; checked by one thread. */
function growth() {
  const { stdout } = spawnSync('grep', ['-rlE', '--include=*.c', NAMES, folder], { cwd: kernel, encoding: 'utf8', maxBuffer: 1 << 28 });
  const files = stdout.trim().split('\n');
  const folders = [...new Set(files.map((name) => dirname(name)))];
  const headers = spawnSync('find', [...folders, '-maxdepth', '1', '-name', '*.h'], { cwd: kernel, encoding: 'utf8', maxBuffer: 1 << 28 }).stdout.trim().split('\n');
  let first;
  for (let copies = 0; copies < 8; copies++) {
    for (const name of [...files, ...headers]) {
      const to = join(work, `copy${copies}`, name);
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(join(kernel, name), to);
    }
    if (![1, 2, 4, 8].includes(copies + 1)) continue;
    const output = join(work, 'out.json');
    const command = [process.execPath, cli, 'check', '--no-cache', '--format', 'json', '--output', output, '-j', '1', '--stats', work];
    let best;
    for (let i = 0; i < runs; i++) {
      const result = measure(command);
      if (!best || result.seconds < best.seconds) best = result;
    }
    const functions = Number(/\((\d+) followed path by path\)/.exec(best.stderr)?.[1]);
    first ??= best.seconds;
    process.stdout.write(`${copies + 1} x  ${String(functions).padStart(6)} functions followed  ${best.seconds.toFixed(2).padStart(7)} s  ${(best.seconds / first / (copies + 1)).toFixed(2)} of linear  ${best.MB.toFixed(0)} MB\n`);
  }
}

/** Time and peak memory of a command and its threads. */
function measure([program, ...argv]) {
  const started = performance.now();
  const timed = existsSync('/usr/bin/time');
  const [command, ...rest] = timed ? ['/usr/bin/time', '-f', 'peak %M kB', program, ...argv] : [program, ...argv];
  const { status, stderr, error } = spawnSync(command, rest, { cwd: kernel, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C.UTF-8', XDG_CACHE_HOME: work } });
  const seconds = (performance.now() - started) / 1000;
  if (error || status > 1) fail(`${program} failed: ${error?.message ?? stderr}`);
  return { seconds, stderr, MB: Number(/peak (\d+) kB/.exec(stderr)?.[1] ?? NaN) / 1024 };
}

function fail(message) {
  process.stderr.write(`bench: ${message}\n`);
  process.exit(2);
}
