/**
 * `pinscope check drivers/` beside Coccinelle (Debian's package coccinelle) over the same files, all in one run: one literal rule with spatch's own
 * prefilter (peers/literal.cocci), and, if it is named, a whole rule set, stopped after a while.
 *
 *     KERNEL_SRC=… node test/bench/peers.mjs [--folder drivers] [--rules FILE.cocci] [--stop SECONDS] [--json]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli.js');
const kernel = process.env.KERNEL_SRC ?? '/root/kernel/linux-source-6.12';
const GOAL = 4;
const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const folder = option('--folder', 'drivers');
const rules = option('--rules');
const stop = Number(option('--stop', '600'));
if (!existsSync(cli)) fail('dist/cli.js is missing; run "npm run build".');
if (!existsSync(join(kernel, folder))) fail(`${join(kernel, folder)} does not exist; set KERNEL_SRC to a kernel tree.`);
if (rules !== undefined && !existsSync(rules)) fail(`${rules} does not exist.`);
if (spawnSync('spatch', ['--version']).error) fail('spatch is not there: apt-get install coccinelle.');

const work = mkdtempSync(join(tmpdir(), 'pinscope-peers-'));
const spatch = (file, ...more) => ['spatch', '-D', 'report', '--very-quiet', '--no-includes', '-j', '2', '--use-coccigrep', ...more, '--sp-file', file, '--dir', folder];
const commands = {
  'pinscope, all rules': [process.execPath, cli, 'check', '--no-cache', '-j', '2', '--format', 'json', '--output', join(work, 'out.json'), folder],
  'pinscope, once more': [process.execPath, cli, 'check', '-j', '2', '--format', 'json', '--output', join(work, 'out.json'), folder],
  'spatch, one literal rule': spatch(join(import.meta.dirname, 'peers/literal.cocci')),
  ...(rules !== undefined && { [`spatch, ${rules}`]: spatch(resolve(rules), '--timeout', '60') }),
};
const env = { ...process.env, XDG_CACHE_HOME: work };
// the files once through the page cache, and through pinscope's own
spawnSync(commands['pinscope, once more'][0], commands['pinscope, once more'].slice(1), { cwd: kernel, env });
const times = Object.entries(commands).map(([name, [program, ...argv]]) => {
  const started = performance.now();
  const { status, error, stderr } = spawnSync(program, argv, { cwd: kernel, env, encoding: 'utf8', maxBuffer: 1 << 28, timeout: stop * 1000 });
  const seconds = (performance.now() - started) / 1000;
  const isStopped = error?.code === 'ETIMEDOUT';
  if (!isStopped && (error || status > 1)) fail(`${name} failed: ${error?.message ?? stderr}`);
  return { name, seconds, isStopped };
});
rmSync(work, { recursive: true, force: true });
const [own] = times;
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ folder, times, goal: GOAL })}\n`);
else {
  for (const { name, seconds, isStopped } of times)
    process.stdout.write(`${name.padEnd(28)} ${isStopped ? 'more than ' : ''}${seconds.toFixed(1)} s   ${(seconds / own.seconds).toFixed(1)} x\n`);
  process.stdout.write(`goal: spatch with one literal rule takes at least ${GOAL} times as long\n`);
}

function fail(message) {
  process.stderr.write(`bench: ${message}\n`);
  process.exit(2);
}
