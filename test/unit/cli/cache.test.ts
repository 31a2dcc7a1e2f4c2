/** A tree that is checked again: what did not change is not read, and what is said is the same as without a cache. */
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { AnalyserModule } from '../../../server/analyser.ts';
import { mayMatter, ruleMetas } from '../../../server/index.ts';
import { TWO_FILES } from '../../fixtures/two-files.ts';
import { theAnalyser } from '../rules/check.ts';
import { folder, type Folder } from './check.ts';
import { fakeAnalyser } from './fake-analyser.ts';

/** Enough files for a tree. */
const MANY = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`many/f${i}.c`, `int f${i};\n`]));
const LONG_AGO = new Date(Date.now() - 3600_000);

/** As if nothing had been written for an hour. */
function settle({ path, list }: Folder): void {
  const age = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true }))
      if (entry.isDirectory()) age(join(at, entry.name));
      else utimesSync(join(at, entry.name), LONG_AGO, LONG_AGO);
    utimesSync(at, LONG_AGO, LONG_AGO);
  };
  expect(list().length).toBeGreaterThan(0);
  age(path);
}

function tree(files: Readonly<Record<string, string>>, module: AnalyserModule, program = () => 'one') {
  const cache = mkdtempSync(join(tmpdir(), 'pinscope-cache-'));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  const made = folder({ ...MANY, ...files }, { analyser: module, cache: { folder: cache, program } });
  settle(made);
  const check = async (...more: string[]) => {
    const { stdout, stderr } = await made.run('check', '--format', 'json', '--stats', '-j', '1', ...more, '.');
    const [, files, parsed] = /from the cache +(\S+) read, (\S+) parsed/.exec(stderr) ?? [];
    return { stdout, remembered: `${files} ${parsed}`, read: /files read +(\S+)/.exec(stderr)?.[1] };
  };
  return { ...made, cache, check };
}

const LEAK = '#include "a.h"\nleak_user_pages();\n';

it('the second check says the same, and analyses nothing', async () => {
  const fake = fakeAnalyser();
  const { check } = tree({ 'drv/a.c': LEAK, 'drv/b.c': 'plain_user_pages();\n' }, fake);
  const first = await check();
  expect(first.remembered).toBe('0 0');
  expect(JSON.parse(first.stdout).findings).toHaveLength(2);
  expect(fake.analysed).toHaveLength(2);
  const second = await check();
  expect(second).toEqual({ stdout: first.stdout, remembered: '402 2', read: '402' });
  expect(fake.analysed).toHaveLength(2);
});

it.each<[string, (made: Folder) => void, number]>([
  ['a file', ({ write }) => write('drv/a.c', 'int now_clean;\n'), 1],
  ['a file, to one of the same size', ({ write }) => write('drv/a.c', LEAK.replace('leak_', 'bear_')), 1],
  ['a header', ({ write }) => write('drv/deep.h', '#define SHALLOW\n'), 1],
  ['a header that was not there', ({ write }) => write('drv/a.h', '#define DEEP\n'), 3],
  ['another file of the folder', ({ write }) => write('drv/c.c', 'force_user_pages();\n'), 3],
  ['a file that is taken away', ({ path }) => rmSync(join(path, 'drv/b.c')), 1],
])('a change is seen: %s', async (_, change, findings) => {
  const made = tree(
    {
      'drv/a.c': `${LEAK}deep_user_pages();\n`,
      'drv/b.c': '#include "deep.h"\ndeep_user_pages();\n',
      'drv/deep.h': '#define DEEP\n',
    },
    fakeAnalyser(),
  );
  const before = JSON.parse((await made.check()).stdout).findings.length;
  expect(before).toBe(2);
  change(made);
  const cached = await made.check();
  expect(JSON.parse(cached.stdout).findings).toHaveLength(findings);
  expect(cached.stdout).toBe((await made.check('--no-cache')).stdout);
  // and the same once more, when the change is old enough to be kept
  settle(made);
  await made.check();
  const known = await made.check();
  expect(known.stdout).toBe(cached.stdout);
  expect(known.remembered.split(' ')[0]).toBe(known.read);
});

it('what changes twice within the grain of the clock is not kept in between', async () => {
  const made = tree({}, fakeAnalyser());
  made.write('drv/a.c', 'leak_user_pages();\n');
  expect(JSON.parse((await made.check()).stdout).findings).toHaveLength(1);
  const { remembered } = await made.check();
  expect(remembered).toBe('400 0');
});

it('other options, or another build of the program, are other questions', async () => {
  const fake = fakeAnalyser();
  let program = 'one';
  const { check, cache } = tree({ 'drv/a.c': LEAK }, fake, () => program);
  await check();
  expect((await check('--severity', 'leaked-pin=off')).remembered).toBe('0 0');
  expect((await check('--kernel', '6.1')).remembered).toBe('0 0');
  program = 'two';
  expect((await check()).remembered).toBe('0 0');
  expect(fake.analysed).toHaveLength(4);
  expect(readdirSync(cache)).toHaveLength(4);
  program = 'one';
  expect((await check()).remembered).toBe('401 1');
  expect((await check('--no-cache')).remembered).toBe('0 0');
});

it('a cache that is broken or cannot be written is none', async () => {
  const made = tree({ 'drv/a.c': LEAK }, fakeAnalyser());
  const { stdout } = await made.check();
  for (const name of readdirSync(made.cache)) writeFileSync(join(made.cache, name), '{"paths":[["');
  expect(await made.check()).toMatchObject({ stdout, remembered: '0 0' });
  rmSync(made.cache, { recursive: true });
  writeFileSync(made.cache, 'a file');
  expect(await made.check()).toMatchObject({ stdout, remembered: '0 0' });
});

it('old caches go', async () => {
  const made = tree({ 'drv/a.c': LEAK }, fakeAnalyser());
  const years = new Date(Date.now() - 60 * 24 * 3600_000);
  for (let i = 0; i < 30; i++) writeFileSync(join(made.cache, `young${i}.json`), '{}');
  writeFileSync(join(made.cache, 'old.json'), '{}');
  utimesSync(join(made.cache, 'old.json'), years, years);
  await made.check();
  const left = readdirSync(made.cache);
  expect(left).not.toContain('old.json');
  expect(left.length).toBeLessThan(30);
  expect((await made.check()).remembered).toBe('401 1');
});

it('what one file of a driver did to another is made anew when either changes', async () => {
  const module: AnalyserModule = { createAnalyser: theAnalyser, mayMatter, ruleMetas };
  const { header, take, end } = TWO_FILES;
  const made = tree({ 'drv/buf.h': header, 'drv/take.c': take, 'drv/end.c': end }, module);
  const rules = (stdout: string): string[] =>
    JSON.parse(stdout)
      .findings.map((one: { rule: string }) => one.rule)
      .filter((rule: string) => rule === 'mismatched-release');
  expect(rules((await made.check()).stdout)).toEqual(['mismatched-release']);
  expect((await made.check()).remembered).toBe('402 2');
  made.write('drv/end.c', end.replace('put_page', 'unpin_user_page'));
  expect(rules((await made.check()).stdout)).toEqual([]);
  made.write('drv/end.c', end);
  settle(made);
  expect(rules((await made.check()).stdout)).toEqual(['mismatched-release']);
});
