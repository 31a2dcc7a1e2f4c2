/** `simulate FILE…`: story, JSON, schedules and explorations; exit codes; limits. */
import { describe, expect, it } from 'vitest';
import { folder } from './check.ts';

const GOOD = `int main(void) {
  int x = 1;
  x += 2;
  printf("x = %d\\n", x);
  //@ assert x == 3
  return 0;
}
`;
const BAD = GOOD.replace('x == 3', 'x == 4');
const RACE = `static int n;
static void *inc(void *x) { n++; return 0; }
int main(void) {
  pthread_t a, b;
  pthread_create(&a, 0, inc, 0);
  pthread_create(&b, 0, inc, 0);
  pthread_join(a, 0);
  pthread_join(b, 0);
  //@ assert n == 2
  return 0;
}
`;

interface Trace {
  readonly ok: boolean;
  readonly steps: readonly (readonly [line: number, actor: number])[];
  readonly actors: readonly string[];
  readonly output: string;
  readonly results: readonly { readonly text: string; readonly holds: boolean }[];
}

describe('simulate', () => {
  it('tells the story, and says with its exit code how it went', async () => {
    const f = folder({ 'good.c': GOOD, 'bad.c': BAD, 'broken.c': 'int main(void) { return x; }\n' });
    const good = await f.run('simulate', 'good.c');
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toContain('good.c: ok,');
    expect(good.stdout).toContain('output: x = 3');
    expect(good.stdout).toContain('ok: assert x == 3');
    const bad = await f.run('simulate', 'bad.c');
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain('FAILED: assert x == 4');
    expect(bad.stdout).toContain('line 5');
    expect((await f.run('simulate', 'good.c', 'bad.c')).code).toBe(1);
  });

  it('answers bad input with exit code 2 and says what is wrong', async () => {
    const f = folder({
      'good.c': GOOD,
      'broken.c': 'int main(void) { return 1 +; }\n',
      'note.c': '//@ nonsense\n' + GOOD,
    });
    for (const [argv, said] of [
      [['broken.c'], 'broken.c:1:'],
      [['note.c'], "unknown annotation 'nonsense'"],
      [['nowhere.c'], 'nowhere.c does not exist'],
      [[], 'no file given'],
      [['good.c', '--format', 'xml'], 'one of pretty, json'],
      [['good.c', '--seed', 'x'], 'needs a number'],
      [['good.c', '--until'], 'needs a value'],
      [['good.c', '--what'], 'unknown option --what'],
      [['good.c', '--schedule', 'main@@'], "'main@@' is no part of a schedule"],
    ] as const) {
      const r = await f.run('simulate', ...argv);
      expect([r.code, r.stderr], argv.join(' ')).toEqual([2, expect.stringContaining(said)]);
    }
    expect((await f.run('simulate', 'good.c', 'broken.c')).code).toBe(2);
  });

  it('--step tells every statement, --until the beginning', async () => {
    const f = folder({ 'good.c': GOOD });
    const lines = (text: string): string[] => text.split('\n').filter((l) => /^ +\d+ +\d+ {2}/.test(l));
    const all = lines((await f.run('simulate', 'good.c', '--step')).stdout);
    expect(all[0]).toContain('int x = 1;');
    expect(all).toHaveLength(5);
    expect(lines((await f.run('simulate', 'good.c', '--step', '--until', '2')).stdout)).toEqual(all.slice(0, 2));
    expect(lines((await f.run('simulate', 'good.c')).stdout).length).toBeLessThan(all.length);
  });

  it('--format json and --trace give the same trace', async () => {
    const f = folder({ 'good.c': GOOD });
    const { stdout } = await f.run('simulate', 'good.c', '--format', 'json');
    const trace = JSON.parse(stdout) as Trace;
    expect(trace).toMatchObject({ ok: true, output: 'x = 3\n', actors: expect.arrayContaining(['main']) as string[] });
    expect(trace.steps.slice(0, 3).map((s) => s[0])).toEqual([2, 3, 4]);
    await f.run('simulate', 'good.c', '--trace', 'trace.json');
    expect(`${f.read('trace.json').toString()}\n`).toBe(stdout);
  });

  it('--report writes Markdown or HTML', async () => {
    const built = { 'dist/panel.js': 'panel();', 'dist/panel.css': '', 'dist/engine.browser.js': 'engine();' };
    const f = folder({ 'bad.c': BAD, ...built }, { programs: 'dist' });
    expect((await f.run('simulate', 'bad.c', '--report', 'md')).stdout).toMatch(/^# .*bad\.c\n\nThis run failed/);
    expect((await f.run('simulate', 'bad.c', '--report=html')).stdout).toMatch(
      /^<!doctype html>[\s\S]*bad\.c[\s\S]*panel\(\);/,
    );
    const bare = await folder({ 'bad.c': BAD }, { programs: '.' }).run('simulate', 'bad.c', '--report=html');
    expect(bare).toMatchObject({ code: 2, stdout: '' });
    expect(bare.stderr).toContain('needs panel.js');
  });

  it('--seed: the same seed, the same trace; some seeds find what the usual order does not', async () => {
    const f = folder({ 'race.c': RACE.replace('n++;', 'int v = n; sched_yield(); n = v + 1;') });
    const of = async (seed: number): Promise<string> =>
      (await f.run('simulate', 'race.c', '--format', 'json', '--seed', String(seed))).stdout;
    const first = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(of));
    expect(await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(of))).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
  });

  it('--explore finds the order that breaks an assertion; --schedule runs it again', async () => {
    const f = folder({ 'race.c': RACE });
    expect((await f.run('simulate', 'race.c')).code).toBe(0);
    const r = await f.run('simulate', 'race.c', '--explore');
    expect(r.code).toBe(1);
    expect(r.stdout).toMatch(/explored \d+ executions/);
    expect(r.stdout).toContain('BROKEN: assert n == 2');
    const schedule = /--schedule '([^']*)'/.exec(r.stdout)![1]!;
    const again = await f.run('simulate', 'race.c', '--schedule', schedule);
    expect(again.code).toBe(1);
    expect(again.stdout).toContain('FAILED: assert n == 2');
    const json = JSON.parse((await f.run('simulate', 'race.c', '--explore', '--format', 'json')).stdout) as {
      ok: boolean;
      verdicts: { text: string; holds: boolean; shortest?: { schedule: string } }[];
    };
    expect(json).toMatchObject({
      ok: false,
      verdicts: [{ text: 'assert n == 2', holds: false, shortest: { schedule } }],
    });
    // the same order, said in the file
    f.write('said.c', `//@ schedule ${schedule}\n${RACE}`);
    expect((await f.run('simulate', 'said.c')).code).toBe(1);
  });

  it('ends endless loops and runs that need too much', async () => {
    const f = folder({
      'loop.c': 'int main(void) { for (;;) ; }\n',
      'recursion.c': 'static int f(int n) { return f(n + 1) + 1; }\nint main(void) { return f(0); }\n',
      'memory.c':
        '//@ machine memory=1\n#include <linux/slab.h>\nint hog(void) { int i; for (i = 0; i < 100000; i++) kmalloc(4096, GFP_KERNEL); return 0; }\n',
    });
    const loop = await f.run('simulate', 'loop.c', '--steps', '1000');
    expect([loop.code, loop.stdout]).toEqual([1, expect.stringContaining('the run was stopped after 1000 steps')]);
    const recursion = await f.run('simulate', 'recursion.c');
    expect([recursion.code, recursion.stdout]).toEqual([1, expect.stringContaining('stack is used up in f()')]);
    const memory = await f.run('simulate', 'memory.c');
    expect([memory.code, memory.stdout]).toEqual([1, expect.stringContaining('more than 1 MiB of memory')]);
  });
});
