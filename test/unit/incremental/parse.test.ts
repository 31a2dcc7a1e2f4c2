/** A file that is read after each key says of itself what it says when it is read for the first time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCParser, forgetFile, KeptFunctions, parseVariants, type ParseInput } from '../../../language/c/index.ts';
import type { TranslationUnit } from '../../../language/c/unit.ts';
import { loadWasm } from '../../../server/wasm-files.ts';
import { HEADERS, ITEMS, TYPED } from './driver-items.ts';

const PATH = 'driver.c';
const MORE = [
  '#ifdef CONFIG_MORE\nstatic int more(void)\n{\n\treturn 1;\n}\n#else\nstatic int more(void)\n{\n\treturn 0;\n}\n#endif\n',
  'struct one {\n\tint a;\n}\n__packed;\n',
  'static const struct file_operations fops = {\n\t.release = helper,\n};\n',
  'int odd(void)\n{\nif (1)\n{\n\treturn 2;\n}\nreturn 3;\n}\n',
  'enum way { IN, OUT };\n\nint with_enum(enum way w)\n{\n\tint i;\n\n\tfor_each_sg(table, sg, n, i)\n\t\tput_page(sg_page(sg));\n\treturn w;\n}\n',
];

/** Letters, a word, or nothing that is taken away. */
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) }),
  typed: fc.constantFrom(
    ...TYPED,
    '\n\tif (some_name > 1)\n\t\treturn -EINVAL;\n',
    '\tret = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);\n',
    '}\n\n{',
    '\n}\n',
    'if (',
    'struct x {\n\tint a;\n}\n',
  ),
});

const said = (unit: TranslationUnit): unknown => ({
  functions: unit.functions.map((f) => ({
    ...{ name: f.name, start: f.start, end: f.end, key: f.key, hasError: f.hasError, condition: f.condition },
    ...{ nameSpan: f.nameSpan, bodySpan: f.bodySpan, params: f.params, returns: f.returns, source: f.source },
    ...{ isStatic: f.isStatic, words: [...f.words].sort() },
    body: f.body(),
  })),
  globals: unit.globals,
  records: [...unit.own.records],
  fromHeaders: [
    unit.records.get('buffer'),
    unit.recordsWith('pages'),
    unit.recordsWithUnionOf('pages'),
    unit.headerFunctions.named({ has: () => true }).map((f) => f.body()),
  ],
  enums: unit.own.enums,
  comments: unit.comments,
  includes: unit.includes,
  uncertain: unit.uncertain,
  problems: unit.problems,
  surroundings: unit.surroundings,
  prototypes: [...unit.own.prototypes],
});

const isBroken = (unit: TranslationUnit): boolean => unit.problems.length > 0 || unit.functions.some((f) => f.hasError);

/** Functions without errors; where odd() ends is guessed as long as something else is broken: its blocks have braces in column 0. */
const sound = (unit: TranslationUnit): unknown =>
  unit.functions
    .filter((f) => !f.hasError && f.name !== 'odd')
    .map(({ name, start, end, key }) => ({ name, start, end, key }));

const json = (units: readonly TranslationUnit[], tell: (unit: TranslationUnit) => unknown): string =>
  JSON.stringify(units.map(tell), (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

test('letter by letter, everywhere in a file', { timeout: 120_000 }, async () => {
  const [parser, fresh] = [await createCParser(loadWasm()), await createCParser(loadWasm())];
  const input = (text: string): ParseInput => ({
    path: PATH,
    text,
    headers: HEADERS,
    target: { kernel: { major: 6, minor: 12, patch: 0 }, defines: new Map() },
  });
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...ITEMS, ...MORE], { minLength: 3, maxLength: 7 }),
      fc.array(edit, { minLength: 1, maxLength: 4 }),
      (items, edits) => {
        const kept: NonNullable<ParseInput['kept']> = new KeptFunctions();
        let text = items.join('\n');
        forgetFile(parser, PATH);
        parseVariants(parser, { ...input(text), kept });
        for (const { at, drop, typed } of edits) {
          const place = Math.floor(at * text.length);
          text = text.slice(0, place) + text.slice(place + drop);
          for (let i = 0; i <= typed.length; i++) {
            const now = text.slice(0, place) + typed.slice(0, i) + text.slice(place);
            const one = parseVariants(parser, { ...input(now), kept });
            forgetFile(fresh, PATH);
            const other = parseVariants(fresh, { ...input(now), kept: new KeptFunctions() });
            // Trees of broken code depend on how it came about; what is not broken in it does not.
            const tell = other.some(isBroken) ? sound : said;
            if (json(one, tell) !== json(other, tell))
              expect({ now, all: one.map(tell) }).toEqual({ now, all: other.map(tell) });
          }
          text = text.slice(0, place) + typed + text.slice(place);
        }
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 60), seed: Number(process.env.SEED ?? 7) },
  );
});

test('an edit behind many bodies that are not closed ends', { timeout: 60_000 }, async () => {
  const parser = await createCParser(loadWasm());
  const kept: NonNullable<ParseInput['kept']> = new KeptFunctions();
  const target = { kernel: { major: 6, minor: 12, patch: 0 }, defines: new Map() };
  const open = `int a(void)\n{\n}\n${')\n{\n'.repeat(20_000)}int b;\n}\n`;
  for (const more of ['', 'x', 'x;']) {
    const text = `${open}int c(void)\n{\n\t${more}\n}\n`;
    const [unit] = parseVariants(parser, { path: PATH, text, headers: [], target, kept });
    expect(unit!.functions.map((f) => f.name)).toContain('a');
  }
  const inside = open.replace('int b;', 'int b; int more;');
  expect(parseVariants(parser, { path: PATH, text: inside, headers: [], target, kept })).toHaveLength(1);
});
