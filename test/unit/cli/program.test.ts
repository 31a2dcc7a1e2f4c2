/** The built program: threads, pipes, exit codes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '../../..');
const work = realpathSync(mkdtempSync(join(tmpdir(), 'pinscope-program-')));
const BAD =
  'static int probe(unsigned long a, struct page **p)\n{\n\treturn pin_user_pages_fast(a, 1, FOLL_WRITE | FOLL_PIN, p);\n}\n';

beforeAll(async () => {
  await build({
    absWorkingDir: root,
    entryPoints: { cli: 'client/cli/main.ts', worker: 'client/cli/worker.ts' },
    outdir: work,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: { js: "import { createRequire as cr } from 'node:module'; const require = cr(import.meta.url);" },
  });
  writeFileSync(join(work, 'package.json'), '{"type":"module"}');
  copyFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm'), join(work, 'web-tree-sitter.wasm'));
  copyFileSync(require.resolve('tree-sitter-c/tree-sitter-c.wasm'), join(work, 'tree-sitter-c.wasm'));
  for (let i = 0; i < 500; i++) {
    mkdirSync(join(work, `src/d${i % 20}`), { recursive: true });
    writeFileSync(join(work, `src/d${i % 20}/f${i}.c`), i % 50 === 7 ? BAD : 'int x;\n');
  }
}, 60_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

const run = (...argv: string[]) => spawnSync(process.execPath, ['cli.js', ...argv], { cwd: work, encoding: 'utf8' });

it('gives the same with one thread and with several', () => {
  const [one, two, more] = [['-j', '1'], [], ['-j', '3']].map((jobs) =>
    run('check', '--format', 'json', ...jobs, 'src'),
  );
  expect([one?.status, one?.stderr]).toEqual([1, '']);
  expect(JSON.parse(one?.stdout ?? '').filesChecked).toBe(500);
  expect(
    JSON.parse(one?.stdout ?? '').findings.filter((each: { rule: string }) => each.rule === 'internal-flag'),
  ).toHaveLength(10);
  expect(two?.stdout).toBe(one?.stdout);
  expect(more?.stdout).toBe(one?.stdout);
}, 60_000);

it('ends quietly when the reader closes the pipe', () => {
  const output = execFileSync('sh', ['-c', `${process.execPath} cli.js check --format json src 2>&1 | head -c 5`], {
    cwd: work,
    encoding: 'utf8',
  });
  expect(output).toBe('{\n  "');
}, 60_000);

it('has exit codes', () => {
  expect([
    run('check', 'src/d0/f0.c').status,
    run('check', 'src/d7/f7.c').status,
    run('check', 'nope.c').status,
  ]).toEqual([0, 1, 2]);
}, 60_000);

it('takes macros from the config of a build', () => {
  const branches = BAD.replace(' | FOLL_PIN', '').replace(
    '\treturn',
    '#ifdef CONFIG_ODD\n\treturn pin_user_pages_fast(a, 1, FOLL_PIN, p);\n#endif\n\treturn',
  );
  writeFileSync(join(work, 'branches.c'), branches);
  writeFileSync(join(work, '.config'), '# CONFIG_ODD is not set\n');
  writeFileSync(join(work, 'autoconf.h'), '#define CONFIG_ODD 1\n');
  const rules = (...argv: string[]): number | null => run('check', 'branches.c', ...argv).status;
  expect([rules(), rules('--config', '.config'), rules('--config', 'autoconf.h')]).toEqual([1, 0, 1]);
  expect(rules('--config', 'autoconf.h', '--define', '!CONFIG_ODD')).toBe(0);
}, 60_000);

it('says that it gave a file up', () => {
  const filler = Array.from({ length: 800_000 }, () => '1').join(',');
  writeFileSync(join(work, 'large.c'), `${BAD}int table[] = { ${filler} };\n`);
  const { stdout } = run('check', 'large.c');
  // As fast as the machine is: found, or said that it was given up.
  expect(stdout).toMatch(/internal-flag|more than 3 s and was given up/);
}, 60_000);

it('finds in the example driver what the README beside it lists', () => {
  const examples = join(root, 'examples');
  const listed = readFileSync(join(examples, 'README.md'), 'utf8').matchAll(/^\| `(\S+?)` \|.*\| `(\S+?)` \|$/gm);
  const { stdout } = run('check', '--format', 'gcc', join(examples, 'vgrab'));
  const found = stdout.matchAll(/([\w.]+):\d+:\d+: (?:error|warning): .* \[pinscope-(\S+)\]$/gm);
  const names = (matches: Iterable<RegExpMatchArray>): string[] => [...matches].map(([, a, b]) => `${a} ${b}`).sort();
  expect(names(found)).toEqual(names(listed));
}, 60_000);
