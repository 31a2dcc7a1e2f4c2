import assert from 'node:assert/strict';
import { commands, extensions, languages } from 'vscode';
import { finding, openExample } from './helpers.ts';
import { tell } from './tell.ts';

const id = 'pinscope.pinscope';

describe('activation', () => {
  it('is quick', async () => {
    const extension = extensions.getExtension(id);
    assert.ok(extension);
    assert.equal(extension.isActive, false, 'nothing has asked for it yet');
    const started = performance.now();
    const before = process.cpuUsage();
    await extension.activate();
    const { user, system } = process.cpuUsage(before);
    const [time, cpu] = [performance.now() - started, (user + system) / 1000].map(Math.round);
    tell(`  activation: ${time} ms, ${cpu} ms of CPU, with the loading of its code`);
  });

  it('has every command', async () => {
    await openExample('vgrab_ring.c');
    const extension = extensions.getExtension(id);
    assert.ok(extension);
    await extension.activate();
    const contributed = (extension.packageJSON as { contributes: { commands: { command: string }[] } }).contributes
      .commands;
    const known = await commands.getCommands(true);
    for (const { command } of contributed) assert.ok(known.includes(command), command);
  });

  it('takes no part in completion and definitions, which clangd gives', async () => {
    const { document } = await openExample('vgrab_ring.c');
    await finding(document, 'missing-longterm');
    const at = document.positionAt(document.getText().indexOf('pin_user_pages_fast'));
    const definitions = await commands.executeCommand<unknown[]>('vscode.executeDefinitionProvider', document.uri, at);
    assert.deepEqual(definitions, []);
    assert.deepEqual(new Set(languages.getDiagnostics(document.uri).map((one) => one.source)), new Set(['pinscope']));
  });
});
