import assert from 'node:assert/strict';
import { commands, type Hover, type MarkdownString, type TextDocument } from 'vscode';
import { finding, openExample } from './helpers.ts';

async function hoverAt(document: TextDocument, text: string): Promise<string> {
  const at = document.positionAt(document.getText().indexOf(text) + 1);
  const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, at);
  return hovers.flatMap((hover) => hover.contents.map((one) => (one as MarkdownString).value)).join('\n');
}

describe('hover', () => {
  it('tells what a call takes, how to give it back, and since when', async () => {
    const { document } = await openExample('vgrab_capture.c');
    await finding(document, 'get-for-dma');
    const text = await hoverAt(document, 'get_user_pages_fast');
    assert.match(text, /get_user_pages_fast/);
    assert.match(text, /put_page/);
    assert.match(text, /FOLL_GET|reference/);
  });

  it('tells what a flag means, and nothing of other words', async () => {
    const { document } = await openExample('vgrab_capture.c');
    assert.match(await hoverAt(document, 'FOLL_WRITE'), /FOLL_WRITE/);
    assert.equal(await hoverAt(document, 'kvmalloc_array'), '');
  });
});
