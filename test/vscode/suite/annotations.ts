import assert from 'node:assert/strict';
import { commands, type CompletionList, type Hover, type MarkdownString } from 'vscode';
import { findings, openText, replace, until } from './helpers.ts';

const SNIPPET = `//@ kernel 6.12
//@ machine iommu=
//@ process app
int main(void)
{
	int recl = 0;
	//@ recl
	return recl;
}
`;

describe('annotations', () => {
  it('have problems, completion and hover; code beside them has none of Pinscope', async () => {
    const { document } = await openText(SNIPPET);
    const problem = await until('a problem', () => findings(document).find((one) => one.message.includes('iommu')));
    assert.equal(problem.range.start.line, 1);
    const complete = async (text: string): Promise<string[]> => {
      const at = document.positionAt(document.getText().indexOf(text) + text.length);
      const list = await commands.executeCommand<CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        at,
      );
      // VS Code itself offers the words of the file.
      return list.items
        .filter((item) => item.detail !== undefined || item.documentation)
        .map((item) => String(item.label));
    };
    assert.deepEqual(await complete('iommu='), ['on', 'off']);
    assert.ok((await complete('//@ recl')).includes('reclaim'));
    assert.ok(!(await complete('return recl')).includes('reclaim'));
    const at = document.positionAt(document.getText().indexOf('kernel'));
    const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, at);
    const said = hovers.flatMap((hover) => hover.contents.map((one) => (one as MarkdownString).value)).join('\n');
    assert.match(said, /whose memory management is modelled/);
    await replace(document, 'iommu=', 'iommu=on');
    await replace(document, '//@ recl', '//@ reclaim');
    await until('no problem', () => findings(document).length === 0);
  });
});
