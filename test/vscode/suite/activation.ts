import assert from 'node:assert/strict';
import { commands, extensions } from 'vscode';

describe('extension', () => {
  it('is there and becomes active', async () => {
    const extension = extensions.getExtension('pinscope.pinscope');
    assert.ok(extension);
    await extension.activate();
    assert.ok((await commands.getCommands()).includes('pinscope.restart'));
  });
});
