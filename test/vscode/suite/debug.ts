import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, debug, Location, Position, SourceBreakpoint, type DebugSession, type Disposable } from 'vscode';
import { openText, until, workspaceFolder } from './helpers.ts';

interface Frame {
  readonly id: number;
  readonly name: string;
  readonly line: number;
}

describe('debugger', () => {
  const toDispose: Disposable[] = [];
  afterEach(async () => {
    await debug.stopDebugging();
    debug.removeBreakpoints(debug.breakpoints);
    for (const one of toDispose.splice(0)) one.dispose();
  });

  it('hits a breakpoint, steps back, evaluates, and reverses to the beginning', async () => {
    const text = readFileSync(join(workspaceFolder(), 'gallery/01-swap.c'), 'utf8');
    const { document } = await openText(text, {}, 'swap.c');
    const line = (of: string): number => text.split('\n').findIndex((one) => one.includes(of));
    let stops = 0;
    let session: DebugSession | undefined;
    toDispose.push(
      debug.registerDebugAdapterTrackerFactory('pinscope', {
        createDebugAdapterTracker: () => ({
          onDidSendMessage: (m: { type: string; event?: string }) => {
            if (m.type === 'event' && m.event === 'stopped') stops++;
          },
        }),
      }),
      debug.onDidStartDebugSession((one) => (session = one)),
    );
    debug.addBreakpoints([new SourceBreakpoint(new Location(document.uri, new Position(line('grab_stop();'), 0)))]);
    // As F5 does without a launch.json: a configuration with nothing but a type, filled in by the provider.
    assert.ok(
      await debug.startDebugging(undefined, { type: 'pinscope', request: 'launch', name: 'swap', program: '${file}' }),
    );
    const stopped = (n: number): Promise<boolean> => until(`stop ${n}`, () => stops >= n);
    const top = async (): Promise<Frame> => {
      const { threads } = (await session!.customRequest('threads')) as { threads: { id: number }[] };
      for (const { id } of threads) {
        const { stackFrames } = (await session!.customRequest('stackTrace', { threadId: id })) as {
          stackFrames: Frame[];
        };
        if (stackFrames[0]) return stackFrames[0];
      }
      throw new Error('nobody runs');
    };
    await stopped(1);
    assert.ok(session);
    const frame = await top();
    assert.equal(frame.line - 1, line('grab_stop();'));
    const value = (await session.customRequest('evaluate', { expression: 'buf[0]', frameId: frame.id })) as {
      result: string;
    };
    assert.equal(value.result, '170');
    await commands.executeCommand('workbench.action.debug.stepBack');
    await stopped(2);
    assert.ok((await top()).line - 1 < line('grab_stop();'));
    await commands.executeCommand('workbench.action.debug.reverseContinue');
    await stopped(3);
    const before = await top();
    assert.equal(before.name, 'main');
    assert.equal(before.line - 1, line('unsigned char *buf = mmap'));
  });
});
