/** Snippets as tests: what is a test, and what a run says about it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../../client/vscode/engine.ts';
import { judge, judgeFile, propertiesOf } from '../../../client/vscode/tests/snippets.ts';
import { engine, gallery, lineOf, load } from '../engine/engine.ts';

let e: Engine;
beforeEach(() => void (e = engine()));
afterEach(() => e.dispose());

describe('properties', () => {
  test('of a snippet, with their lines; comments behind them are none of it', () => {
    const text = '//@ kernel 6.12\n//@ never leak, lost-write // both\nint main(void)\n{\n\t//@ assert 1 == 2\n}\n';
    expect(propertiesOf(text)).toEqual([
      { line: 2, text: 'never leak, lost-write' },
      { line: 5, text: 'assert 1 == 2' },
    ]);
  });
  test('a file without annotations is no test; one without properties is', () => {
    expect(propertiesOf('int main(void) { return 0; }\n')).toBe(undefined);
    expect(propertiesOf('//@ process app\nint main(void) { return 0; }\n')).toEqual([]);
  });
});

/** Messages by property, then those of the file itself. */
async function outcome(source: string): Promise<{ properties: Record<string, string[]>; file: string[] }> {
  const run = await load(e, source);
  return {
    properties: Object.fromEntries(
      propertiesOf(source)!.map((p) => [p.text, judge(run, p).failures.map((f) => `${f.line}: ${f.message}`)]),
    ),
    file: judgeFile(run).failures.map((f) => `${f.line}: ${f.message}`),
  };
}

describe('verdicts', () => {
  test('the gallery passes, every property of it', async () => {
    for (const name of ['01-swap', '03-fork-get', '14-leak']) {
      const { properties, file } = await outcome(gallery(name));
      expect(file, name).toEqual([]);
      expect(Object.values(properties).flat(), name).toEqual([]);
    }
  });
  test('a failed assertion has both sides; one that is never reached fails', async () => {
    const source = `//@ process app
int main(void)
{
	int n = 2;
	//@ assert n == 3
	//@ assert n == 2
	if (n > 5) {
		//@ assert n == 6
		n = 0;
	}
	return 0;
}
`;
    const run = await load(e, source);
    const [first, second, third] = propertiesOf(source)!;
    expect(judge(run, first!).failures).toMatchObject([{ line: 5, expected: '3', actual: '2' }]);
    expect(judge(run, second!).failures).toEqual([]);
    expect(judge(run, third!).failures).toMatchObject([
      { line: 8, message: expect.stringContaining('never came') as string },
    ]);
    expect(judgeFile(run).failures).toEqual([]);
  });
  test('a forbidden fault fails its property at the statement; one that nobody names fails the file', async () => {
    const leak = `#include <linux/slab.h>
#include <linux/module.h>
static int __init leak_init(void)
{
	void *p = kmalloc(64, GFP_KERNEL);

	return p ? 0 : -ENOMEM;
}
static void __exit leak_exit(void)
{
}
module_init(leak_init);
module_exit(leak_exit);
//@ process app
int main(void)
{
	return 0;
}
`;
    const named = await outcome(`//@ never memory-leak\n${leak}`);
    const line = lineOf(leak, 'kmalloc');
    expect(named.properties['never memory-leak']![0]).toMatch(new RegExp(`^${line + 1}: memory-leak: `));
    expect(named.file).toEqual([]);
    expect((await outcome(leak)).file[0]).toMatch(new RegExp(`^${line}: memory-leak: `));
  });
  test('what should exist and does not', async () => {
    const { properties } = await outcome('//@ exists lost-write\n//@ process app\nint main(void)\n{\n\treturn 0;\n}\n');
    expect(properties['exists lost-write']![0]).toMatch(/^1: lost-write never happened/);
  });
});
