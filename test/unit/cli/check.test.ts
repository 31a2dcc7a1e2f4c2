import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check, chmodSync, folder, join } from './check.ts';
import { fakeAnalyser } from './fake-analyser.ts';

const LEAK = 'int probe(void)\n{\n\tleak_user_pages(p);\n}\n';
const CLEAN = 'int probe(void)\n{\n\tkept_user_pages(p);\n}\n';

describe('what is checked', () => {
  it('takes files, folders and globs, each file once', async () => {
    const files = { 'a.c': LEAK, 'sub/b.c': LEAK, 'sub/deep/c.c': LEAK, 'sub/d.h': LEAK };
    expect(await check(files, 'a.c', 'sub', 'sub/b.c')).toEqual([
      'a.c:3:2 leaked-pin',
      'sub/b.c:3:2 leaked-pin',
      'sub/deep/c.c:3:2 leaked-pin',
    ]);
    expect(await check(files, 'sub/d.h')).toEqual(['sub/d.h:3:2 leaked-pin']);
    expect(await check(files, 'sub/**/*.{c,h}')).toHaveLength(3);
    expect(await check(files, 'sub/*.h')).toEqual(['sub/d.h:3:2 leaked-pin']);
  });

  it('obeys ignore files, and skips hidden folders and node_modules', async () => {
    const files = {
      '.git/HEAD': '',
      '.gitignore': 'old/\n*_gen.c\n',
      '.pinscopeignore': 'skip.c\n',
      'x/.ignore': '!keep_gen.c\n',
      'old/a.c': LEAK,
      'x/b_gen.c': LEAK,
      'x/keep_gen.c': LEAK,
      'skip.c': LEAK,
      '.hidden/a.c': LEAK,
      'node_modules/a.c': LEAK,
      'ok.c': LEAK,
    };
    expect(await check(files, '.')).toEqual(['ok.c:3:2 leaked-pin', 'x/keep_gen.c:3:2 leaked-pin']);
    // named: checked all the same
    expect(await check(files, 'old/a.c')).toEqual(['old/a.c:3:2 leaked-pin']);
  });

  it('obeys the ignore files above, up to the repository', async () => {
    expect(
      await check({ '.git/HEAD': '', '.gitignore': '/sub/gone.c', 'sub/gone.c': LEAK, 'sub/a.c': LEAK }, 'sub'),
    ).toEqual(['sub/a.c:3:2 leaked-pin']);
    expect(await check({ '.gitignore': '/sub/gone.c', 'sub/gone.c': LEAK }, 'sub')).toEqual([
      'sub/gone.c:3:2 leaked-pin',
    ]);
  });

  it('obeys .gitignore in a repository only, and says so where nothing is left', async () => {
    const files = { '.gitignore': '/*\n', 'sub/a.c': LEAK };
    expect(await check(files, '.')).toEqual(['sub/a.c:3:2 leaked-pin']);
    const { stderr } = await folder({ ...files, '.git/HEAD': '' }).run('check', '.');
    expect(stderr).toContain('no .c file to check in .: 1 folder is left out by .gitignore');
  });

  it('does not parse what names no call of the family', async () => {
    const analyser = fakeAnalyser();
    await folder({ 'a.c': 'int x;', 'b.c': LEAK }, { analyser }).run('check', '.');
    expect(analyser.analysed.map((path) => path.replace(/.*\//, ''))).toEqual(['b.c']);
  });

  it('reads local headers, those of headers too', async () => {
    const files = {
      'd/a.c': '#include "a.h"\ndeep_user_pages();\n',
      'd/a.h': '#include "../up/b.h"\n',
      'up/b.h': '#include "../d/a.h"\n#define DEEP\n',
    };
    expect(await check(files, 'd')).toEqual(['d/a.c:2:1 mismatched-release']);
  });
});

describe('bad input', () => {
  it('names what is wrong and what to do, and exits with 2', async () => {
    const { run } = folder({
      'a.c': LEAK,
      'list.json': '{"version":1,"findings":[{"path":3}]}',
      'newer.json': '{"version":2,"findings":[]}',
      'cut.json': '{"version":1,"fin',
    });
    const failing: [string[], RegExp][] = [
      [['check', 'gone.c'], /^pinscope: gone\.c: no such file or folder/],
      [['check', 'gone/*.c'], /gone\/\*\.c: no such file/],
      [['check', '*.cc'], /^pinscope: \*\.cc: the glob matches no file/],
      [['check'], /needs a PATH/],
      [['check', '--kernel', 'banana', 'a.c'], /--kernel: "banana" is not a kernel version; write it like "6\.12"/],
      [['check', '--kernel', '5.42', 'a.c'], /There is no kernel 5\.42/],
      [['check', '--format', 'xml', 'a.c'], /choose pretty, json, sarif, github, gitlab, gcc/],
      [['check', '--define', '1A', 'a.c'], /NAME=VALUE/],
      [['check', '--severity', 'leaked-pin', 'a.c'], /RULE=LEVEL/],
      [['check', '--severity', 'nope=off', 'a.c'], /there is no rule "nope"/],
      [['check', '-j', '0', 'a.c'], /number of threads/],
      [['check', '--frmat', 'json', 'a.c'], /--frmat/],
      [['check', '--baseline', 'none.json', 'a.c'], /no such baseline file/],
      [
        ['check', '--baseline', 'list.json', 'a.c'],
        /list\.json: is no baseline file \(at findings\.0\.path: .*--write-baseline/,
      ],
      [['check', '--baseline', 'newer.json', 'a.c'], /newer\.json: .*"version" is not 1/],
      [['check', '--baseline', 'cut.json', 'a.c'], /cut\.json: is no baseline file \(.*JSON/],
      [['check', '--output', 'no/such/out', 'a.c'], /no\/such\/out: cannot be written: there is no such folder/],
      [['check', '--write-baseline', '.', 'a.c'], /cannot be written: it is a folder/],
      [['check', '--config', 'none.h', 'a.c'], /--config: none\.h cannot be read: it is gone/],
      [['chekc', 'a.c'], /there is no command "chekc"/],
      [['explain', 'nope'], /there is no rule "nope"/],
    ];
    for (const [argv, message] of failing) {
      const { code, stdout, stderr } = await run(...argv);
      expect({ argv, code, stdout }).toEqual({ argv, code: 2, stdout: '' });
      expect(stderr).toMatch(message);
    }
  });

  it('skips binary files and counts them; of a named one it says so', async () => {
    const utf16 = Buffer.from('\ufeffleak_user_pages(p);', 'utf16le');
    const { run } = folder({ 'a.c': Buffer.from('leak_user_pages\0'), 'b.c': utf16 });
    const { code, stdout, stderr } = await run('check', '--stats', '--format', 'json', '.');
    expect([code, JSON.parse(stdout).findings, JSON.parse(stdout).notices]).toEqual([0, [], []]);
    expect(stderr).toMatch(/binary, skipped\s+1/);
    expect((await run('check', 'b.c')).stdout).toMatch(/^b\.c note is binary, or text in UTF-16, and was not checked/);
  });

  it('does not wait for pipes and devices', async () => {
    const dir = folder({ 'a.c': LEAK });
    execFileSync('mkfifo', [join(dir.path, 'pipe.c')]);
    const { code, stderr } = await dir.run('check', 'pipe.c');
    expect([code, stderr]).toEqual([2, 'pinscope: pipe.c: is neither a file nor a folder.\n']);
    expect((await dir.run('check', '.')).stdout).toMatch(/1 of 1 file;/);
  });

  it('meets a file once, whatever links lead to it, and no folder through a link', async () => {
    const dir = folder({ 'a/x.c': LEAK });
    const elsewhere = folder({ 'far.c': LEAK });
    mkdirSync(join(dir.path, 'b'));
    for (const [from, to] of [
      ['b/loop', '..'],
      ['b/again.c', '../a/x.c'],
      ['b/self.c', 'self.c'],
      ['b/far.c', join(elsewhere.path, 'far.c')],
    ] as const)
      symlinkSync(to, join(dir.path, from));
    const { stdout } = await dir.run('check', '--format', 'json', '.');
    const paths = (JSON.parse(stdout) as { findings: { path: string }[] }).findings.map((one) => one.path);
    expect(paths).toEqual(['a/x.c', 'b/far.c']);
  });

  it('keeps offsets true in CRLF, tabs, BOM, Latin-1, emoji', async () => {
    const text = '/* café */\r\n\t/* 😀 */ leak_user_pages(p);\r\n';
    const expected = ['a.c:2:11 leaked-pin'];
    expect(await check({ 'a.c': text }, 'a.c')).toEqual(expected);
    expect(await check({ 'a.c': `\ufeff${text}` }, 'a.c')).toEqual(expected);
    expect(
      await check({ 'a.c': Buffer.from('/* caf\xe9 */\r\n\t/* \xff\xfe */ leak_user_pages(p);\r\n', 'latin1') }, 'a.c'),
    ).toEqual(['a.c:2:11 leaked-pin']);
  });

  it('handles 5 MB and empty files', async () => {
    expect(await check({ 'a.c': `${'int filler;\n'.repeat(450_000)}leak_user_pages();\n`, 'b.c': '' }, '.')).toEqual([
      'a.c:450001:1 leaked-pin',
    ]);
  });

  it('notes a file that is gone before it was read', async () => {
    const fake = fakeAnalyser();
    const dir = folder(
      { 'a.c': LEAK, 'b.c': LEAK },
      {
        analyser: {
          ...fake,
          mayMatter: (text) => (rmSync(join(dir.path, 'b.c'), { force: true }), fake.mayMatter(text)),
        },
      },
    );
    const { code, stdout } = await dir.run('check', '.');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^b\.c note cannot be read: it is gone$/m);
  });

  it('skips dangling links', async () => {
    const dir = folder({ 'b.c': LEAK });
    symlinkSync('gone.c', join(dir.path, 'a.c'));
    expect((await dir.run('check', '.')).stdout).toMatch(/1 of 1 file;/);
  });

  it('tells of a rule that failed and goes on', async () => {
    const { code, stdout } = await folder({ 'a.c': `crash_user_pages();\n${LEAK}` }).run('check', 'a.c');
    expect(code).toBe(1);
    expect(stdout).toMatch(/double-release failed here/);
    expect(stdout).toMatch(/error\[leaked-pin\]/);
  });
});

describe('options', () => {
  it('passes 6.10 on as 6.10, and several kernels', async () => {
    const { run } = folder({ 'a.c': LEAK });
    const { stdout } = await run(
      'check',
      '--kernel',
      '6.10',
      '--kernel=5.4.17',
      '--kernel',
      '6.10',
      '--format',
      'json',
      'a.c',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      kernels: ['6.10', '5.4.17'],
      findings: [{ kernels: ['6.10', '5.4.17'] }],
    });
  });

  it('sets severities', async () => {
    expect(await check({ 'a.c': LEAK }, '--severity', 'leaked-pin=off', 'a.c')).toEqual([]);
  });

  it('writes the result to --output alone', async () => {
    const dir = folder({ 'a.c': LEAK });
    const { code, stdout, stderr } = await dir.run('check', '--format', 'json', '--output', 'out.json', 'a.c');
    expect([code, stdout, stderr]).toEqual([1, '', '']);
    expect(JSON.parse(dir.read('out.json').toString()).findings).toHaveLength(1);
  });

  it('has help, version, rules', async () => {
    const { run } = folder({});
    expect(await run('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect((await run('--help')).stdout).toMatch(/pinscope check/);
    expect((await run('check', '--help')).stdout).toMatch(/--write-baseline/);
    expect((await run('--list-rules')).stdout).toMatch(/^leaked-pin +error +fix +Summary/);
    expect((await run('check', '--list-rules')).stdout).toMatch(/^leaked-pin/);
    expect((await run('--explain', 'leaked-pin')).stdout).toMatch(/Wrong:\n\n {4}leak_user_pages/);
    expect((await run()).code).toBe(2);
  });
});

describe('suppressions and baseline', () => {
  it('leaves suppressed findings out and notes unused comments', async () => {
    const { run } = folder({
      'a.c': '/* pinscope-ignore leaked-pin: pool */\nleak_user_pages();\n// pinscope-ignore foll-force: no\nint x;\n',
    });
    const { code, stdout } = await run('check', '--format', 'json', 'a.c');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      findings: [],
      suppressed: [{ rule: 'leaked-pin', reason: 'pool' }],
      notices: [{ kind: 'unused-suppression', line: 3 }],
    });
  });

  it('reports only what the baseline has not', async () => {
    const dir = folder({ 'a.c': LEAK });
    expect((await dir.run('check', '--write-baseline', 'base.json', 'a.c')).code).toBe(0);
    expect((await dir.run('check', '--baseline', 'base.json', 'a.c')).code).toBe(0);
    // Moved lines do not matter; a second leak of the same shape does.
    dir.write('a.c', `\n\n${LEAK}${LEAK}`);
    const { code, stdout } = await dir.run('check', '--baseline', 'base.json', '--format', 'json', 'a.c');
    expect([code, JSON.parse(stdout).findings.length, JSON.parse(stdout).baselined.length]).toEqual([1, 1, 1]);
    dir.write('a.c', CLEAN);
    expect((await dir.run('check', '--baseline', 'base.json', 'a.c')).stderr).toMatch(/1 entry no longer found/);
    dir.write('base.json', '{"version": 2}');
    expect((await dir.run('check', '--baseline', 'base.json', 'a.c')).stderr).toMatch(/is no baseline file/);
  });
});

describe('--fix', () => {
  it('applies safe fixes only and reports the rest', async () => {
    const dir = folder({ 'a.c': `${LEAK}force_user_pages();\n`, 'b.c': CLEAN });
    const { code, stdout, stderr } = await dir.run('check', '--fix', '.');
    expect(code).toBe(1);
    expect(dir.read('a.c').toString()).toBe(`${CLEAN}force_user_pages();\n`);
    expect(stderr).toBe('1 fix applied in 1 file (leaked-pin 1)\n');
    expect(stdout).toMatch(/1 finding \(1 warning\)/);
    expect((await dir.run('check', '--fix', '.')).stderr).toBe('no safe fix to apply\n');
    expect(dir.list()).toEqual(['a.c', 'b.c']);
  });

  it('keeps encoding, line ends and mode', async () => {
    const latin = Buffer.from('/* caf\xe9 */\r\nleak_user_pages();\r\n', 'latin1');
    const dir = folder({ 'a.c': latin, 'b.c': '\ufeff/* é */\r\nleak_user_pages();\n' });
    chmodSync(join(dir.path, 'a.c'), 0o640);
    expect((await dir.run('check', '--fix', '.')).code).toBe(0);
    expect(dir.read('a.c')).toEqual(Buffer.from('/* caf\xe9 */\r\nkept_user_pages();\r\n', 'latin1'));
    expect(dir.read('b.c').toString()).toBe('\ufeff/* é */\r\nkept_user_pages();\n');
    expect(dir.mode('a.c')).toBe(0o640);
  });

  it('goes through symbolic links to the file', async () => {
    const dir = folder({ 'real/a.c': LEAK });
    symlinkSync('real/a.c', join(dir.path, 'link.c'));
    await dir.run('check', '--fix', 'link.c');
    expect(dir.read('real/a.c').toString()).toBe(CLEAN);
    expect(lstatSync(join(dir.path, 'link.c')).isSymbolicLink()).toBe(true);
  });
});
