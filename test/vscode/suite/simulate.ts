import assert from 'node:assert/strict';
import type { Uri } from 'vscode';
import {
  CodeActionKind,
  commands,
  TabInputWebview,
  window,
  workspace,
  type CodeLens,
  type InlayHint,
  Range,
} from 'vscode';
import { actions, finding, openText, until } from './helpers.ts';

const PLAIN = `#include <linux/mm.h>
#include <linux/slab.h>

static int helper(int n)
{
	return n + 1;
}

int setup(unsigned long addr)
{
	struct page *p[2];
	void *desc;
	int ret = pin_user_pages_fast(addr, 2, FOLL_WRITE, p);

	if (ret != 2) {
		if (ret > 0)
			unpin_user_pages(p, ret);
		return helper(-EFAULT);
	}
	desc = kmalloc(64, GFP_KERNEL);
	if (!desc)
		return -ENOMEM;
	kfree(desc);
	unpin_user_pages(p, ret);
	return 0;
}
`;

async function lenses(uri: Uri): Promise<string[]> {
  const all = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', uri, 50);
  return all
    .filter((lens) => lens.command?.command === 'pinscope.simulate')
    .map((lens) => `${lens.range.start.line + 1} ${lens.command!.title}`);
}
const panels = (): string[] =>
  window.tabGroups.all.flatMap((group) =>
    group.tabs
      .filter((tab) => tab.input instanceof TabInputWebview && tab.input.viewType.endsWith('pinscope.simulator'))
      .map((tab) => tab.label),
  );

describe('simulator', () => {
  it('is offered above functions that take pages, and once above an annotated file', async () => {
    const { document } = await openText(PLAIN);
    await finding(document, 'leaked-pin');
    assert.deepEqual(await lenses(document.uri), ['9 $(play) Simulate setup()']);
    const annotated = await openText(`//@ kernel 6.12\n${PLAIN}`);
    await finding(annotated.document, 'leaked-pin');
    assert.deepEqual(await lenses(annotated.document.uri), ['1 $(play) Simulate']);
    const settings = workspace.getConfiguration('pinscope.simulator', document.uri);
    await settings.update('codeLens', false);
    try {
      assert.deepEqual(await lenses(document.uri), []);
    } finally {
      await settings.update('codeLens', undefined);
    }
  });

  it('runs the path of a finding beside the editor, and puts values beside its lines', async () => {
    const { document } = await openText(PLAIN);
    const leak = await finding(document, 'leaked-pin');
    const offered = await actions(document, leak.range, CodeActionKind.QuickFix);
    const run = offered.find((one) => one.title === 'Simulate this path');
    assert.ok(run?.command, 'the finding can be simulated');
    assert.deepEqual(run.command.arguments?.[1], { fn: 'setup', failures: [{ call: 'kmalloc', nth: 1 }] });
    assert.deepEqual(panels(), []);
    await commands.executeCommand(run.command.command, ...(run.command.arguments ?? []));
    await until('the panel', () => panels().length === 1);
    const hints = async (): Promise<string[]> => {
      const whole = new Range(0, 0, document.lineCount, 0);
      const all = await commands.executeCommand<InlayHint[]>('vscode.executeInlayHintProvider', document.uri, whole);
      return all.map((hint) => String(hint.label));
    };
    const end = Date.now() + 20_000;
    while (!(await hints()).some((text) => /refcount \d+/.test(text))) {
      assert.ok(Date.now() < end, `values beside the lines: ${(await hints()).join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  it('opens an example of the gallery as a copy that can be changed and saved', async () => {
    await commands.executeCommand('pinscope.openExample', '01-swap.c');
    const editor = await until('the example', () =>
      window.visibleTextEditors.find((one) => one.document.uri.path === '/01-swap.c'),
    );
    assert.match(editor.document.getText(), /get_user_pages_fast/);
    assert.ok(await editor.edit((edit) => edit.insert(editor.document.positionAt(0), '// mine\n')));
    assert.ok(await editor.document.save());
    const saved = new TextDecoder().decode(await workspace.fs.readFile(editor.document.uri));
    assert.ok(saved.startsWith('// mine\n'));
    await until('the panel of the example', () => panels().some((label) => label === '01-swap.c'));
    assert.equal(panels().length, 1, 'one panel shows all runs');
  });
});
