/** A header that is read piece by piece declares what the same text declares that is read as a file. */
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import {
  forgetAll,
  parseUnit,
  type CParser,
  type FunctionDef,
  type TranslationUnit,
} from '../../../language/c/index.ts';
import { target, testParser } from './helpers.ts';

const LONG = '\tdo_something(with, several, arguments, of, some, length);\n'.repeat(4);

const ITEMS = [
  'struct one {\n\tint a;\n\tunion {\n\t\tstruct page **pages;\n\t\tlong *addrs;\n\t};\n};\n',
  'struct two { struct { int in; } inner; void (*f)(int x); } __packed;\n',
  'struct __packed three {\n\tchar c __aligned(4);\n\tDECLARE_BITMAP(bits, 4);\n} some_three;\n',
  'typedef struct { int t; } four_t, *four_p;\n',
  'typedef int (*callback)(struct one *o, unsigned long flags);\n',
  'enum way { IN, OUT = 3, BOTH };\n',
  'union five { int i; long l; };\n',
  'extern int declared(struct one *o);\nint other(void), another(int);\n',
  'static const char *const texts[] = { "a{", "b;", \'}\' };\n',
  'static struct two made = (struct two) { .inner = { 1 } };\n',
  'MODULE_LICENSE("GPL");\n',
  'DEFINE_SOMETHING(x)\n',
  '#define ALIAS renamed\nstatic inline int ALIAS(void) { return 1; }\n',
  '#define QUIET __attribute__((unused))\nstatic int QUIET hushed(int a)\n{\n\treturn a;\n}\n',
  `static inline int short_one(struct one *o)\n{\n\treturn o->a;\n}\n`,
  `static inline void __must_check *long_one(struct one *o, int (*cb)(int))\n{\n${LONG}\tput_page(o->pages[0]);\n}\n`,
  `static inline __printf(1, 2) struct one *by_format(const char *f, ...)\n{\n${LONG}}\n`,
  `int spaced (void)\n{\n${LONG}};\n`,
  `#ifdef CONFIG_X\nstatic inline int maybe(void)\n{\n\treturn 1;\n}\n#else\nstatic inline int maybe(void)\n{\n\treturn 0;\n}\n#endif\n`,
  'int kr(a)\n\tint a;\n{\n\treturn a;\n}\n',
  'extern "C" {\nint in_c(void)\n{\n\treturn 2;\n}\n}\n',
  'int (in_parens)(int a)\n{\n\treturn a;\n}\n',
  '#define MEMBERS struct six { int hidden; }\nMEMBERS;\n',
];

let parser: CParser;
beforeAll(async () => {
  parser = await testParser();
});

/** Without places. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (key, one: unknown) =>
      key === 'start' || key === 'end' || key === 'argsStart' || key === 'argsEnd'
        ? undefined
        : typeof one === 'bigint'
          ? `${one}n`
          : one,
    ),
  );

const ofFunction = (f: FunctionDef): unknown =>
  plain([
    f.name,
    f.source.trim(),
    f.params,
    f.returns,
    f.condition,
    f.isStatic,
    f.hasError,
    f.body(),
    [...f.words].sort(),
  ]);

function read(text: string, header?: string): TranslationUnit {
  forgetAll(parser);
  const headers = header === undefined ? [] : [{ path: 'a.h', text: header }];
  return parseUnit(parser, { path: 'a.c', text, headers, target: target() });
}

it('whatever order they are asked in', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(ITEMS, { minLength: 1 }), fc.boolean(), (items, isByName) => {
      const text = items.join('\n');
      const file = read(text);
      const all = new Map(file.functions.map((f) => [f.name, f]));
      const unit = read('#include "a.h"\n', text);
      const { headerFunctions } = unit;
      const found = isByName
        ? [...all.keys()].flatMap((name) => headerFunctions.named(new Set([name])))
        : headerFunctions.named({ has: () => true });
      expect(found.map(ofFunction)).toEqual(
        (isByName
          ? [...all.keys()].flatMap((name) => file.functions.filter((f) => f.name === name))
          : file.functions
        ).map(ofFunction),
      );
      for (const name of all.keys()) expect(headerFunctions.names.has(name)).toBe(true);
      expect(headerFunctions.holding((word) => word === 'put_page').map((f) => f.name)).toEqual(
        file.functions.filter((f) => f.words.has('put_page')).map((f) => f.name),
      );
      for (const [name, record] of file.own.records) {
        expect(plain(unit.records.get(name))).toEqual(plain(record));
        for (const { name: field } of record.fields)
          if (field) expect(unit.recordsWith(field).map((r) => r.name)).toContain(name);
      }
      for (const name of ['pages', 'addrs'])
        if (file.own.records.has('one')) expect(unit.recordsWithUnionOf(name).map((r) => r.name)).toContain('one');
      for (const [name, type] of file.own.typedefs) expect(plain(unit.typedefs.get(name))).toEqual(plain(type));
      for (const one of file.own.enums)
        for (const { name } of one.items) expect(plain(unit.enums.get(name))).toEqual(plain(one));
      for (const name of file.own.prototypes) expect(unit.prototypes.has(name)).toBe(true);
    }),
    { numRuns: Number(process.env.RUNS ?? 150), seed: Number(process.env.SEED ?? 7) },
  );
});

it('where its own macros hold', () => {
  const use = (name: string): string => `static inline int ${name}(void) { return GET; }\n`;
  const header = `#define GET first()\n${use('a')}#undef GET\n#define GET second()\n${use('b')}`;
  const unit = read('#include "a.h"\n', header);
  const called = unit.headerFunctions
    .named({ has: () => true })
    .map((f) => /first|second/.exec(JSON.stringify(plain(f.body())))?.[0]);
  expect(called).toEqual(['first', 'second']);
});
