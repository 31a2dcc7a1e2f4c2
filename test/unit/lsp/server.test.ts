import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  CancellationTokenSource,
  type CodeAction,
  type TextDocumentEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { createAnalyser, mayMatter } from '../../../server/index.ts';
import { loadWasm } from '../../../server/wasm-files.ts';
import { CAPABILITIES, brief, check, connect } from './client.ts';

const A = 'file:///w/a.c';

describe('diagnostics', () => {
  it('are where the marks are', async () => {
    const { actual, expected } = await check(`
int probe(void)
{
\tleak_user_pages(p); //! leaked-pin error
\tforce_user_pages(p); //! foll-force warning
\tplain_user_pages(p); //! null-pages hint
\tkept_user_pages(p);
}
`);
    expect(actual).toEqual(expected);
  });

  it('come from the real analyser too', async () => {
    const { actual, expected } = await check(
      `
static int probe(unsigned long addr, struct page **pages)
{
\treturn pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_PIN, pages); //! internal-flag error
}
`,
      { analyser: { createAnalyser: () => createAnalyser(loadWasm()), mayMatter } },
    );
    expect(actual.filter((one) => one.includes('internal-flag'))).toEqual(expected);
  });

  it('carry source, rule page and path, in UTF-16', async () => {
    const client = await connect();
    client.open(A, 'pinned\r\n/* 😀 */ leak_user_pages(p);\r\n');
    const report = await client.pull(A);
    expect(report).toMatchObject({
      kind: 'full',
      items: [
        {
          range: { start: { line: 1, character: 9 }, end: { line: 1, character: 27 } },
          severity: 1,
          source: 'pinscope',
          code: 'leaked-pin',
          codeDescription: { href: 'file:///docs/rules/leaked-pin.md' },
          relatedInformation: [
            { location: { uri: A, range: { start: { line: 0, character: 0 } } }, message: 'pinned here' },
            { message: '`ret < nr` is true' },
          ],
        },
      ],
    });
  });

  it('are not sent twice', async () => {
    const client = await connect();
    client.open(A, 'leak_user_pages(p);\n');
    const first = await client.pull(A);
    const second = await client.pull(A, first.resultId);
    client.change(A, 'leak_user_pages(p);\nint x;\n');
    const third = await client.pull(A, first.resultId);
    client.change(A, '\nleak_user_pages(p);\n');
    const fourth = await client.pull(A, first.resultId);
    expect([first.kind, second.kind, third.kind, fourth.kind]).toEqual(['full', 'unchanged', 'unchanged', 'full']);
    // the second pull needed no analysis
    expect(client.fake.analysed).toHaveLength(3);
  });

  it('follow edits, closing and reopening', async () => {
    const client = await connect();
    client.open(A, 'leak_user_pages(p);\n');
    expect(await client.diagnostics(A)).toEqual(['1:1 leaked-pin error']);
    void client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: A, version: 2 },
      contentChanges: [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: '\n\n' }],
    });
    expect(await client.diagnostics(A)).toEqual(['3:1 leaked-pin error']);
    void client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: A } });
    expect(await client.diagnostics(A)).toEqual([]);
    client.open(A, 'int x;\n');
    expect(await client.diagnostics(A)).toEqual([]);
  });

  it('are pushed to clients that cannot pull', async () => {
    const client = await connect({ capabilities: {} });
    expect(client.initialized.capabilities.diagnosticProvider).toBeUndefined();
    client.open(A, 'leak_user_pages(p);\n');
    await expect.poll(() => client.pushed.get(A)?.map(brief)).toEqual(['1:1 leaked-pin error']);
    client.change(A, 'int x;\n');
    await expect.poll(() => client.pushed.get(A)).toEqual([]);
  });

  it('grey out unused suppressions', async () => {
    const { actual, expected } = await check(
      '/* pinscope-ignore leaked-pin: no */ //! unused-suppression info\nint x;\nforce_user_pages(); //! foll-force warning\n',
    );
    expect(actual.sort()).toEqual(expected.sort());
  });

  it('may be cancelled', async () => {
    const client = await connect();
    client.open(A, 'leak_user_pages(p);\n');
    const source = new CancellationTokenSource();
    const answer = client.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: A } }, source.token);
    source.cancel();
    await expect(answer).rejects.toMatchObject({ code: -32802 });
    expect(client.fake.analysed).toEqual([]);
  });

  it('offer no definitions, and completion for annotations', async () => {
    const { capabilities } = (await connect()).initialized;
    expect(Object.keys(capabilities).sort()).toEqual([
      'codeActionProvider',
      'completionProvider',
      'diagnosticProvider',
      'hoverProvider',
      'positionEncoding',
      'textDocumentSync',
      'workspace',
    ]);
  });
});

describe('headers', () => {
  const H = 'file:///w/inc/a%20b.h';
  const text = '#include "inc/a b.h"\ndeep_user_pages();\n';

  it('are read, and read again when they change on disk', async () => {
    const client = await connect({ files: { [H]: '' } });
    client.open(A, text);
    expect(await client.diagnostics(A)).toEqual([]);
    client.files[H] = '#define DEEP\n';
    expect(await client.diagnostics(A)).toEqual([]);
    void client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [
        { uri: H, type: 2 },
        { uri: 'file:///w/other.h', type: 2 },
      ],
    });
    expect(await client.diagnostics(A)).toEqual(['2:1 mismatched-release error']);
    expect(client.refreshes).toBe(1);
  });

  it('count as they are in the editor', async () => {
    const client = await connect({ files: { [H]: '' } });
    client.open(A, text);
    client.open(H, '#define DEEP\n');
    expect(await client.diagnostics(A)).toEqual(['2:1 mismatched-release error']);
    client.change(H, '\n');
    await expect.poll(() => client.diagnostics(A)).toEqual([]);
  });
});

describe('code actions', () => {
  const text = 'int f(void)\r\n{\r\n\tleak_user_pages(p);\r\n\tforce_user_pages(p);\r\n\tplain_user_pages(p);\r\n}\r\n';

  it('offer the fix, resolved on demand, and suppressions', async () => {
    const client = await connect();
    client.open(A, text);
    const actions = await client.actions(A, 3);
    expect(actions.map(({ title, isPreferred, edit }) => [title, isPreferred ?? false, edit !== undefined])).toEqual([
      ['Call kept_user_pages', true, false],
      ['Suppress leaked-pin for this line', false, true],
      ['Suppress leaked-pin in this file', false, true],
    ]);
    const resolved = await client.connection.sendRequest<(typeof actions)[0]>('codeAction/resolve', actions[0]);
    expect(client.apply(resolved.edit)[A]).toBe(text.replace('leak_', 'kept_'));
    const suppressed = client.apply(actions[1]?.edit)[A] ?? '';
    expect(suppressed).toContain('{\r\n\t/* pinscope-ignore leaked-pin: reason */\r\n\tleak_user_pages(p);\r\n');
    client.change(A, suppressed);
    expect(await client.diagnostics(A)).toEqual(['5:2 foll-force warning', '6:2 null-pages hint']);
  });

  it('run the path in the simulator, where the client has one', async () => {
    const client = await connect({ initializationOptions: { simulatePath: 'x.simulate' } });
    client.open(A, text);
    const run = (await client.actions(A, 3)).find((one) => one.title === 'Simulate this path');
    expect(run?.command).toMatchObject({ command: 'x.simulate', arguments: [A, { fn: 'probe', failures: [] }] });
    expect(run?.diagnostics?.map((one) => one.code)).toEqual(['leaked-pin']);
  });

  it('resolve to nothing once the text is another', async () => {
    const client = await connect();
    client.open(A, text);
    const [action] = await client.actions(A, 3);
    client.change(A, `\r\n${text}`);
    expect(await client.connection.sendRequest('codeAction/resolve', action)).not.toHaveProperty('edit');
  });

  it('come with their edit where the client cannot resolve', async () => {
    const client = await connect({ capabilities: { ...CAPABILITIES, textDocument: { diagnostic: {} } } });
    client.open(A, text);
    const [action] = await client.actions(A, 3);
    expect(client.apply(action?.edit)[A]).toBe(text.replace('leak_', 'kept_'));
  });

  it('edit a header as it is now, on disk or in the editor', async () => {
    const H = 'file:///w/h.h';
    const client = await connect({ files: { [H]: '#define DEEP\n' } });
    client.open(A, '#include "h.h"\ndeep_user_pages();\n');
    const resolve = async () => {
      const [action] = await client.actions(A, 2);
      return client.connection.sendRequest<CodeAction>('codeAction/resolve', action);
    };
    const range = (edit: WorkspaceEdit | undefined) =>
      (edit?.documentChanges as TextDocumentEdit[] | undefined)?.map(
        ({ textDocument, edits }) => [textDocument.uri, textDocument.version, edits[0]?.range.start] as const,
      );
    expect(range((await resolve()).edit)).toEqual([[H, null, { line: 0, character: 8 }]]);
    // No watcher told of it.
    client.files[H] = '\n\n  #define DEEP\n';
    expect(range((await resolve()).edit)).toEqual([[H, null, { line: 2, character: 10 }]]);
    client.files[H] = 'int x;\n';
    expect((await resolve()).edit).toBeUndefined();
    client.open(H, '#define DEEP\n');
    await expect.poll(() => client.diagnostics(A)).toHaveLength(1);
    client.change(H, '\n#define DEEP\n');
    // At once: sooner than a header that is typed in is looked at again.
    expect(range((await resolve()).edit)).toEqual([[H, 2, { line: 1, character: 8 }]]);
  });

  it('say why there is no fix', async () => {
    const client = await connect();
    client.open(A, text);
    expect((await client.actions(A, 5))[0]).toMatchObject({ disabled: { reason: 'a person must decide' } });
  });

  it('fix all: safe ones only, only when asked for', async () => {
    const client = await connect();
    client.open(A, text + text);
    expect((await client.actions(A, 1)).map((one) => one.kind)).not.toContain('source.fixAll.pinscope');
    for (const only of [['source.fixAll.pinscope'], ['source.fixAll'], ['source']]) {
      const [action, ...more] = await client.actions(A, 1, only);
      expect([action?.kind, more]).toEqual(['source.fixAll.pinscope', []]);
      expect(client.apply(action?.edit)[A]).toBe((text + text).replaceAll('leak_', 'kept_'));
    }
    expect(await client.actions(A, 1, ['source.organizeImports'])).toEqual([]);
    client.change(A, 'force_user_pages(p);\n');
    expect(await client.actions(A, 1, ['source.fixAll'])).toEqual([]);
  });
});

describe('hover', () => {
  it('tells of calls and flags, not in comments and strings', async () => {
    const client = await connect({ settings: { kernelVersions: ['6.12', '4.19'] } });
    client.open(
      A,
      'int r = pin_user_pages_fast(a, n, FOLL_LONGTERM, p);\n/* pin_user_pages_fast */ char *s = "pin_user_pages_fast"; int other;\n',
    );
    const call = await client.hover(A, 1, 10);
    expect(call).toMatch(/pin_user_pages_fast\(/);
    expect(call).toMatch(/Not in Linux 4\.19/);
    expect(await client.hover(A, 1, 36)).toMatch(/\*\*FOLL_LONGTERM\*\*/);
    for (const character of [5, 40, 65]) expect(await client.hover(A, 2, character)).toBeUndefined();
  });
});

describe('settings', () => {
  it('set severities and kernels, and are asked for anew when they change', async () => {
    const client = await connect({ settings: { severity: { 'leaked-pin': 'hint' } } });
    client.open(A, 'leak_user_pages(p);\n');
    expect(await client.diagnostics(A)).toEqual(['1:1 leaked-pin hint']);
    client.settings = { severity: { 'leaked-pin': 'off' } };
    void client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    expect(await client.diagnostics(A)).toEqual([]);
    expect(client.refreshes).toBe(1);
  });

  it('that make no sense are named once; the defaults stand in', async () => {
    const client = await connect({
      settings: { kernelVersions: ['banana', 5], severity: { nope: 'off', 'leaked-pin': 'loud' }, exclude: 'x' },
    });
    client.open(A, 'leak_user_pages(p);\n');
    client.open('file:///w/b.c', 'leak_user_pages(p);\n');
    expect(await client.diagnostics(A)).toEqual(['1:1 leaked-pin error']);
    expect(await client.diagnostics('file:///w/b.c')).toEqual(['1:1 leaked-pin error']);
    const shown = client.messages.filter((message) => message.startsWith('show:'));
    expect(shown).toHaveLength(4);
    expect(shown.join('\n')).toMatch(
      /pinscope\.kernelVersions: must be a list.*\n.*exclude.*\n.*there is no rule "nope".*\n.*"loud" is no level for leaked-pin/s,
    );
  });

  it('config headers are read, and read again when they change; one that cannot be read is named', async () => {
    const client = await connect({
      settings: { configHeaders: ['conf/a.h', '/usr/b.h', 'gone.h'], defines: { LISTED: 2 } },
      files: { 'file:///w/conf/a.h': '#define LEAKY 1\n#define LISTED 1\n', 'file:///usr/b.h': '#define B 1\n' },
    });
    client.open(A, 'leak_user_pages(p);\n');
    await client.diagnostics(A);
    expect(client.fake.targets.at(-1)?.map(({ defines }) => Object.fromEntries(defines))).toEqual([
      { LEAKY: '1', B: '1', LISTED: '2' },
    ]);
    expect(client.messages.filter((message) => message.startsWith('show:')).join()).toMatch(
      /pinscope\.configHeaders: "gone\.h" cannot be read/,
    );
    client.files['file:///w/conf/a.h'] = '#undef LEAKY\n';
    void client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: 'file:///w/conf/a.h', type: 2 }],
    });
    await client.diagnostics(A);
    expect(client.fake.targets.at(-1)?.[0]?.defines.get('LEAKY')).toBeNull();
    expect(client.refreshes).toBe(1);
  });

  it('exclude files by globs from the workspace folder on', async () => {
    const client = await connect({ settings: { exclude: ['vendor', '**/*.gen.c'] } });
    const results = [];
    for (const name of ['vendor/x/a.c', 'y/a.gen.c', 'y/vendor/a.c']) {
      client.open(`file:///w/${name}`, 'leak_user_pages(p);\n');
      results.push((await client.diagnostics(`file:///w/${name}`)).length);
    }
    expect(results).toEqual([0, 0, 1]);
  });
});

describe('trouble', () => {
  it('names a rule that failed once', async () => {
    const client = await connect();
    client.open(A, 'crash_user_pages();\nleak_user_pages();\n');
    expect(await client.diagnostics(A)).toEqual(['2:1 leaked-pin error']);
    client.change(A, 'crash_user_pages();\n');
    await client.diagnostics(A);
    const about = client.messages.filter((message) => message.includes('double-release'));
    expect(about.map((message) => message.slice(0, 4)).sort()).toEqual(['log:', 'show']);
  });

  it('says so when the parser does not start, and answers all the same', async () => {
    const client = await connect({
      analyser: { createAnalyser: () => Promise.reject(new Error('no wasm')), mayMatter: () => true },
    });
    client.open(A, 'leak_user_pages();\n');
    expect(await client.diagnostics(A)).toEqual([]);
    expect(client.messages.join()).toMatch(/its C parser did not start\. no wasm/);
    expect(await client.actions(A, 1)).toEqual([]);
  });

  it('says at the begin of a file that it was not checked', async () => {
    const client = await connect({ analyser: { createAnalyser: () => createAnalyser(loadWasm()), mayMatter } });
    client.open(A, `pin_user_pages();\n${'int filler;\n'.repeat(400_000)}`);
    expect(await client.diagnostics(A)).toEqual(['1:1 not-checked info']);
  });

  it('survives an analyser that throws and files that are odd', async () => {
    const client = await connect({
      analyser: {
        createAnalyser: () =>
          Promise.resolve({
            analyse: () => {
              throw new Error('boom');
            },
            steps: () => {
              throw new Error('boom');
            },
            close: () => undefined,
            forgetAll: () => undefined,
            dispose: () => undefined,
          }),
        mayMatter: () => true,
      },
    });
    client.open(A, '\0\0\ud800"');
    expect(await client.diagnostics(A)).toEqual([]);
    expect(await client.diagnostics('untitled:never-opened')).toEqual([]);
    await sleep(10);
    expect(client.messages.join()).toMatch(/boom/);
    expect(await client.hover(A, 99, 99)).toBeUndefined();
  });
});
