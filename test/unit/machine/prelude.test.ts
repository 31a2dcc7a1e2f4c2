/** The built-in headers: their functions are read when they are called, so that all of them are read here. */
import { expect, test } from 'vitest';
import { prelude } from '../../../simulator/machine/index.ts';

test('every declaration and every body of the built-in headers can be read', () => {
  const { program } = prelude('6.12');
  expect(program.problems).toEqual([]);
  const unread = [...program.functions.values()].filter(({ body }) => body.end <= body.start);
  expect(unread.map(({ name }) => name)).toEqual([]);
  expect(program.functions.get('list_add_tail')!.body.body).not.toEqual([]);
});

test('they are read once for all kernels, and each has its version', () => {
  const [old, young] = [prelude('5.4'), prelude('6.12.3')];
  expect(old.program).toBe(young.program);
  const version = (of: typeof old): string | undefined => of.macros.get('LINUX_VERSION_CODE')?.body[0]?.text;
  expect([version(old), version(young)]).toEqual([String((5 << 16) + (4 << 8)), String((6 << 16) + (12 << 8) + 3)]);
});
