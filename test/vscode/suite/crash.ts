import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { openText, replace, rulesBecome, serverProcesses, until, WRONG_RELEASE } from './helpers.ts';

/** Kills the server as a crash would; its process id. */
async function crash(): Promise<number> {
  const pid = await until('a server process', () => serverProcesses()[0]);
  process.kill(pid, 'SIGKILL');
  await until('its end', () => !serverProcesses().includes(pid));
  return pid;
}

describe('crash of the server', () => {
  beforeEach(async () => {
    // By command: the count of crashes begins anew.
    await commands.executeCommand('pinscope.restart');
  });

  it('it is started again and reports what it reported', async () => {
    const { document } = await openText(WRONG_RELEASE);
    await rulesBecome(document, ['mismatched-release']);
    const before = await crash();
    const after = await until('a new server', () => serverProcesses()[0]);
    assert.notEqual(after, before);
    await rulesBecome(document, ['mismatched-release']);
    await replace(document, 'put_page(page)', 'unpin_user_page(page)');
    await rulesBecome(document, []);
  });

  it('it stays off after five crashes in a row, and the command brings it back', async () => {
    const { document } = await openText(WRONG_RELEASE);
    for (let count = 0; count < 5; count++) await crash();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.deepEqual(serverProcesses(), []);
    // The message waits for an answer; nothing else does.
    await commands.executeCommand('pinscope.restart');
    await rulesBecome(document, ['mismatched-release']);
    assert.equal(serverProcesses().length, 1);
  });
});
