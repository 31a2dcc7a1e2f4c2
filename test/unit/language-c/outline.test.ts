/** Bodies are left out of what is parsed first, and what is read of a file is the same. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createCParser, forgetAll, parseUnit, type CParser } from '../../../language/c/index.ts';
import { outlineOf } from '../../../language/c/outline.ts';
import { loadWasm } from '../../../server/wasm-files.ts';

const LONG = '\tdo_something(with, several, arguments, of, some, length);\n'.repeat(4);
const PLAIN = `static int a(struct x *x)\n{\n\tif (x) {\n${LONG}\t}\n\treturn 0;\n}\n`;

describe('an outline', () => {
  const cases: [string, string, boolean][] = [
    ['a function', PLAIN, true],
    ['a brace in a string', PLAIN.replace('several', '"{"'), true],
    ['behind a record', `struct y {\n\tint a;\n};\n\n${PLAIN}`, true],
    ['a record', `struct y {\n${'\tint a;\n'.repeat(40)}}\n__packed;\n`, false],
    ['a brace too few', PLAIN.replace('\t}\n', ''), false],
    ['a brace too many', PLAIN.replace('\t}\n', '\t}}\n'), false],
    ['blocks in column 0', `int odd(void)\n{\nif (1)\n{\n${LONG}}\n\treturn 3;\n}\n`, false],
    ['K&R', `int f(a)\n\tint a;\n{\n${LONG}}\n`, false],
    ['a short body', 'int f(void)\n{\n\treturn 1;\n}\n', false],
  ];
  it.each(cases)('%s', (_, text, isShorter) => {
    const { text: outline, bodies } = outlineOf(text);
    expect(bodies.length).toBe(isShorter ? 1 : 0);
    expect(outline.length + bodies.reduce((sum, b) => sum + b.end - b.start, 0)).toBe(text.length);
  });
});

describe('functions of an outline', () => {
  let parser: CParser;
  beforeAll(async () => {
    parser = await createCParser(loadWasm());
  });
  const read = (text: string): { name: string; text: string; hasError: boolean; statements: number }[] => {
    forgetAll(parser);
    const target = { kernel: { major: 6, minor: 12, patch: 0 }, defines: new Map<string, string>() };
    const unit = parseUnit(parser, { path: 'a.c', text, headers: [], target });
    return unit.functions.map((f) => ({
      name: f.name,
      text: text.slice(f.start, f.end).trim(),
      hasError: f.hasError,
      statements: f.body().body.length,
    }));
  };
  const named = (name: string): string => PLAIN.replace(' a(', ` ${name}(`);

  it('stand where they stand in the text', () => {
    const text = `/* one */\n${named('a')}\nint between;\n\n${named('b')}\n${named('c')}`;
    expect(read(text)).toEqual(
      ['a', 'b', 'c'].map((name) => ({ name, text: named(name).trim(), hasError: false, statements: 2 })),
    );
  });

  it('keep to themselves what is broken in a body', () => {
    const wrong = named('b').replace('return 0;', 'return (0;');
    const found = read(`${named('a')}\n${wrong}\n${named('c')}`);
    expect(found.map((f) => [f.name, f.hasError])).toEqual([
      ['a', false],
      ['b', true],
      ['c', false],
    ]);
    expect(found[1]!.text).toBe(wrong.trim());
  });

  it('of headers stand where they stand, whatever records are around them', () => {
    const record = `struct r {\n${'\tint a;\n'.repeat(40)}};\n`;
    const text = `${record}enum e { ${'A, '.repeat(60)}B };\nstatic inline int one(struct r *r)\n{\n\treturn r->a;\n}\n${record.replace(' r ', ' s ')}${named('two')}`;
    for (const header of [text, `extern "C" {\n${text}}\n`, text.replace('enum e', 'enum ) e')]) {
      forgetAll(parser);
      const unit = parseUnit(parser, {
        ...{ path: 'a.c', text: '#include "a.h"\n', headers: [{ path: 'a.h', text: header }] },
        target: { kernel: { major: 6, minor: 12, patch: 0 }, defines: new Map<string, string>() },
      });
      const found = unit.headerFunctions
        .named({ has: () => true })
        .map((f) => [f.name, f.source.trim().split('\n')[0], f.body().body.length]);
      expect(found).toEqual([
        ['one', 'static inline int one(struct r *r)', 1],
        ['two', 'static int two(struct x *x)', 2],
      ]);
      expect([unit.records.has('s'), unit.records.has('x'), unit.enums.has('B')]).toEqual([true, false, true]);
    }
  });

  it('are read with their bodies where a head is broken', () => {
    const found = read(`${named('a')}\n${named('b').replace('struct x *x', 'struct x *x ( ) [')}\n${named('c')}`);
    expect(found.filter((f) => f.name !== 'b')).toEqual(
      ['a', 'c'].map((name) => ({ name, text: named(name).trim(), hasError: false, statements: 2 })),
    );
  });
});
