import assert from 'node:assert/strict';
import {
  commands,
  tests,
  type FileCoverage,
  type TestController,
  type TestItem,
  type TestMessage,
  type TestRun,
} from 'vscode';
import { openText, until } from './helpers.ts';

/** What the extension reports to VS Code; the explorer's tree itself can't be read by extensions. */
const seen = {
  controller: undefined as TestController | undefined,
  passed: [] as string[],
  failed: new Map<string, readonly TestMessage[]>(),
  coverage: [] as FileCoverage[],
  ended: 0,
};
// The suite is loaded before the extension starts, and shares its `vscode`.
const create = tests.createTestController.bind(tests);
tests.createTestController = (id, label) => {
  const controller = create(id, label);
  seen.controller = controller;
  const createRun = controller.createTestRun.bind(controller);
  controller.createTestRun = (...args): TestRun => {
    const run = createRun(...args);
    const { passed, failed, addCoverage, end } = run;
    run.passed = (item: TestItem, took?: number) => {
      seen.passed.push(item.label);
      passed.call(run, item, took);
    };
    run.failed = (item: TestItem, message: TestMessage | readonly TestMessage[], took?: number) => {
      seen.failed.set(
        item.label,
        Array.isArray(message) ? (message as readonly TestMessage[]) : [message as TestMessage],
      );
      failed.call(run, item, message as TestMessage, took);
    };
    run.addCoverage = (one: FileCoverage) => {
      seen.coverage.push(one);
      addCoverage.call(run, one);
    };
    run.end = () => {
      seen.ended++;
      end.call(run);
    };
    return run;
  };
  return controller;
};

const TEXT = `//@ never lost-write
//@ process app
int main(void)
{
	int n = 2;

	if (n > 5)
		n = 0;
	//@ assert n == 2
	//@ assert n == 3
	return 0;
}
`;

/** Runs the tests of the active file. VS Code learns of them a moment after the extension has made them. */
async function runFile(command: string): Promise<void> {
  const before = seen.ended;
  for (let i = 0; i < 40 && seen.ended === before; i++) {
    await commands.executeCommand(command);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await until('the end of the run', () => seen.ended > before);
}

describe('test explorer', () => {
  it('a snippet and its properties are tests; a failed assertion has a diff at its line', async () => {
    const { document } = await openText(TEXT, {}, 'tested.c');
    const file = await until('the tests of the file', () => seen.controller?.items.get(document.uri.toString()));
    assert.deepEqual(
      [...file.children].map(([, item]) => item.label),
      ['never lost-write', 'assert n == 2', 'assert n == 3'],
    );
    await runFile('testing.runCurrentFile');
    assert.ok(seen.passed.includes('never lost-write') && seen.passed.includes('assert n == 2'), seen.passed.join());
    const [message] = seen.failed.get('assert n == 3') ?? [];
    assert.equal(message?.expectedOutput, '3');
    assert.equal(message?.actualOutput, '2');
    assert.equal(message?.location?.range.start.line, 9);
  });

  it('coverage says which statements ran', async () => {
    const { document } = await openText(TEXT, {}, 'covered.c');
    await until('its tests', () => seen.controller?.items.get(document.uri.toString()));
    await runFile('testing.coverageCurrentFile');
    const one = await until('coverage', () => seen.coverage.find((c) => c.uri.toString() === document.uri.toString()));
    assert.equal(one.statementCoverage.total - one.statementCoverage.covered, 1);
    assert.deepEqual([one.declarationCoverage?.covered, one.declarationCoverage?.total], [1, 1]);
  });
});
