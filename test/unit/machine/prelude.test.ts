/** The built-in headers: their functions are read when they are called, so that all of them are read here. */
import { expect, test } from 'vitest';
import { ExactParser, Preprocessor } from '../../../language/c/exact/index.ts';
import { headerText, prelude, PRELUDE_BASE } from '../../../simulator/machine/prelude/index.ts';

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

test('what is read when it is asked for is what reading all at once gives', () => {
  const whole = new ExactParser(new Preprocessor().run(headerText(), PRELUDE_BASE)).program();
  const { program } = prelude('6.12');
  expect(whole.problems).toEqual([]);
  expect([...program.prototypes.keys()].sort()).toEqual([...whole.prototypes.keys()].sort());
  // names of records without one hold the number of a token
  const shown = (x: unknown): string =>
    JSON.stringify(x, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)).replace(
      /(<anonymous>'\d+)'\d+/g,
      '$1',
    );
  const differ = [...whole.prototypes.keys()].filter(
    (name) => shown(program.prototypes.get(name)) !== shown(whole.prototypes.get(name)),
  );
  expect(differ).toEqual([]);
  expect([...program.functions.keys()].sort()).toEqual([...whole.functions.keys()].sort());
  for (const [name, f] of whole.functions) {
    const { start, end, nameSpan, isStatic, isInline, variadic } = program.functions.get(name)!;
    expect({ name, start, end, nameSpan, isStatic, isInline, variadic }).toEqual({
      name,
      start: f.start,
      end: f.end,
      nameSpan: f.nameSpan,
      isStatic: f.isStatic,
      isInline: f.isInline,
      variadic: f.variadic,
    });
  }
  expect([...program.scope.tags]).toEqual([...whole.scope.tags]);
  expect([...program.scope.types.keys()]).toEqual([...whole.scope.types.keys()]);
});
