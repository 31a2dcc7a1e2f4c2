/** The built-in headers: their functions are read when they are called, so that all of them are read here. */
import { expect, test } from 'vitest';
import {
  ExactParser,
  packHeaders,
  Preprocessor,
  readHeaders,
  unpackHeaders,
  type PackedHeaders,
} from '../../../language/c/exact/index.ts';
import { prelude, PRELUDE_BASE } from '../../../simulator/machine/prelude/index.ts';
import { headerText } from '../../../simulator/machine/prelude/text.ts';

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

test('what a build packs says the same as the text', () => {
  const text = headerText();
  const plain = JSON.parse(JSON.stringify(packHeaders(text, PRELUDE_BASE))) as PackedHeaders;
  const [packed, read] = [unpackHeaders(plain), readHeaders(text, PRELUDE_BASE)];
  expect(packed.program.scope).toEqual(read.program.scope);
  expect(packed.program.records).toEqual(read.program.records);
  expect(packed.program.enums).toEqual(read.program.enums);
  expect(packed.program.globals).toEqual(read.program.globals);
  expect(new Map([...packed.program.prototypes].sort())).toEqual(new Map([...read.program.prototypes].sort()));
  expect([...packed.program.functions.keys()].sort()).toEqual([...read.program.functions.keys()].sort());
  for (const [name, f] of read.program.functions) {
    const other = packed.program.functions.get(name)!;
    const fields = [
      'start',
      'end',
      'nameSpan',
      'params',
      'returns',
      'variadic',
      'isStatic',
      'isInline',
      'body',
    ] as const;
    for (const field of fields) expect(other[field], `${name}.${field}`).toEqual(f[field]);
  }
  for (const [, name] of text.matchAll(/^\s*#\s*define\s+(\w+)/gm)) {
    const [one, other] = [packed.macros.get(name!), read.macros.get(name!)];
    expect([one?.params, one?.rest, one?.body], name).toEqual([other?.params, other?.rest, other?.body]);
  }
});
