import { readFileSync } from 'node:fs';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import { folder } from './check.ts';

const FILES = {
  'dir a/ö%.c':
    'pinned = 1;\n\tleak_user_pages(p);\n/* pinscope-ignore foll-force: ptrace */\nforce_user_pages();\nplain_user_pages();\n/* pinscope-ignore */\n',
};

describe('SARIF', () => {
  const schema = JSON.parse(readFileSync(new URL('sarif-2.1.0.schema.json', import.meta.url), 'utf8')) as object;
  const validate = addFormats(new Ajv({ strict: false, unicodeRegExp: false })).compile(schema);

  it('is valid, with code flows, rules, fingerprints, suppressions, fixes', async () => {
    const { stdout } = await folder(FILES).run('check', '--format', 'sarif', '--kernel', '6.12', '.');
    const log = JSON.parse(stdout) as Log;
    validate(log);
    expect(validate.errors).toBeNull();
    const [run] = log.runs;
    const [leak, plain, force] = run?.results ?? [];
    expect(leak).toMatchObject({
      ruleId: 'leaked-pin',
      ruleIndex: 0,
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'dir%20a/%C3%B6%25.c', uriBaseId: 'SRCROOT' },
            region: { startLine: 2, startColumn: 2, endLine: 2, endColumn: 20 },
          },
          logicalLocations: [{ name: 'probe', kind: 'function' }],
        },
      ],
      codeFlows: [
        {
          threadFlows: [
            {
              locations: [
                { location: { message: { text: 'pinned here' } } },
                { location: { message: { text: '`ret < nr` is true' } } },
              ],
            },
          ],
        },
      ],
      relatedLocations: [{ id: 0 }, { id: 1 }],
      partialFingerprints: { 'pinscope/v1': 'leaked-pin:probe:leak' },
      properties: { kernels: ['6.12'], caseNumber: 2 },
      fixes: [
        {
          description: { text: 'Call kept_user_pages' },
          artifactChanges: [{ replacements: [{ insertedContent: { text: 'kept_user_pages' } }] }],
        },
      ],
    });
    expect(plain).toMatchObject({ ruleId: 'null-pages', level: 'note' });
    expect(force).toMatchObject({
      ruleId: 'foll-force',
      suppressions: [{ kind: 'inSource', justification: 'ptrace' }],
    });
    expect(run?.tool.driver.rules?.map((rule) => rule.id)).toEqual([
      'leaked-pin',
      'foll-force',
      'null-pages',
      'mismatched-release',
    ]);
  });

  it('is valid for a clean check and for paths outside of the folder', async () => {
    const outside = folder({ 'x.c': 'leak_user_pages();\n' });
    const { stdout } = await folder({ 'a.c': '' }).run('check', '--format', 'sarif', 'a.c', `${outside.path}/x.c`);
    const log = JSON.parse(stdout) as Log;
    validate(log);
    expect(validate.errors).toBeNull();
    expect(log.runs[0]?.results?.[0]?.locations?.[0]?.physicalLocation?.artifactLocation).toEqual({
      uri: `file://${outside.path}/x.c`,
    });
  });
});

describe('GitHub', () => {
  it('escapes properties and messages', async () => {
    const { stdout } = await folder({ 'a,b:c.c': 'pinned\nleak_user_pages(p);\n' }).run(
      'check',
      '--format',
      'github',
      '.',
    );
    expect(stdout).toBe(
      '::error file=a%2Cb%3Ac.c,line=2,endLine=2,col=1,endColumn=19,title=Pinscope leaked-pin::leak_user_pages(p) is wrong: 100%25, `pages` leak%0Aa,b:c.c:1: pinned here\n',
    );
  });
});

describe('GitLab', () => {
  it('names each issue for good: by function and shape, not by line', async () => {
    const report = async (text: string): Promise<{ fingerprint: string; location: unknown; severity: string }[]> =>
      JSON.parse((await folder({ 'a.c': text }).run('check', '--format', 'gitlab', '.')).stdout) as never;
    const twice = 'leak_user_pages(p);\nleak_user_pages(p);\n';
    const [first, second] = await report(twice);
    expect(first).toMatchObject({ severity: 'critical', location: { path: 'a.c', lines: { begin: 1, end: 1 } } });
    expect(first?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(second?.fingerprint).not.toBe(first?.fingerprint);
    expect((await report(`\n\n${twice}`)).map((one) => one.fingerprint)).toEqual([
      first?.fingerprint,
      second?.fingerprint,
    ]);
    expect(await report('int x;\n')).toEqual([]);
  });
});

describe('gcc', () => {
  it('has a line for each finding and step, and nothing for a clean check', async () => {
    const { run } = folder({ 'a.c': 'pinned\nleak_user_pages(p);\n', 'b.c': 'int x;\n' });
    expect((await run('check', '--format', 'gcc', '.')).stdout).toBe(
      'a.c:2:1: error: leak_user_pages(p) is wrong: 100%, `pages` leak [pinscope-leaked-pin]\na.c:1:1: note: pinned here\n',
    );
    expect(await run('check', '--format', 'gcc', 'b.c')).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('JSON', () => {
  it('has the documented members', async () => {
    const { stdout } = await folder({ 'a.c': 'pinned\n leak_user_pages(p);\n' }).run(
      'check',
      '--format',
      'json',
      'a.c',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      tool: { name: 'Pinscope' },
      kernels: ['6.12'],
      filesChecked: 1,
      suppressed: [],
      baselined: [],
      notices: [],
      findings: [
        {
          rule: 'leaked-pin',
          level: 'error',
          path: 'a.c',
          line: 2,
          column: 2,
          endLine: 2,
          endColumn: 20,
          start: 8,
          end: 26,
          function: 'probe',
          case: 2,
          kernels: ['6.12'],
          steps: [{ role: 'acquire', line: 1, message: 'pinned here' }, { role: 'fault' }],
          fixes: [
            {
              title: 'Call kept_user_pages',
              safe: true,
              preferred: true,
              edits: [{ path: 'a.c', start: 8, end: 23, newText: 'kept_user_pages' }],
            },
          ],
        },
      ],
    });
  });
});

describe('pretty', () => {
  const text = 'int f(void)\n{\n\tif (x)\n\t\tleak_user_pages(p);\n}\n';

  it('shows frame, path, fix and sum', async () => {
    const { stdout } = await folder({ 'a.c': text }).run('check', 'a.c');
    expect(stdout).toBe(`a.c:4:3 error[leaked-pin] leak_user_pages(p) is wrong: 100%, \`pages\` leak
     2 │ {
     3 │         if (x)
>    4 │                 leak_user_pages(p);
       │                 ^^^^^^^^^^^^^^^^^^
     5 │ }
     6 │
  path:
        1:1  pinned here
        4:3  \`ret < nr\` is true
  CASE 2 of pin_user_pages.rst
  fix: Call kept_user_pages (--fix applies it)

1 finding (1 error) in 1 of 1 file; --fix repairs 1
`);
  });

  it('uses colours on a terminal, unless NO_COLOR is set', async () => {
    const colours = async (tty: boolean, env: Record<string, string>): Promise<boolean> =>
      (await folder({ 'a.c': text }, { tty, env }).run('check', 'a.c')).stdout.includes('\x1b[');
    expect(await colours(true, {})).toBe(true);
    expect(await colours(false, {})).toBe(false);
    expect(await colours(true, { NO_COLOR: '1' })).toBe(false);
    expect(await colours(false, { FORCE_COLOR: '1' })).toBe(true);
  });

  it('lets no control character of a file through', async () => {
    const { stdout } = await folder({ 'a.c': '\x1b[31m leak_user_pages(p);' }).run('check', 'a.c');
    expect(stdout).not.toContain('\x1b');
  });
});
