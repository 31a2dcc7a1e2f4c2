import { beforeAll, describe, expect, test } from 'vitest';
import { buildCfg, type CParser, parseVariants, walkStmt } from '../../../language/c/index.ts';
import { maskSource } from '../../../language/c/mask.ts';
import { target, testParser } from './helpers.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await testParser();
});

/** JSON with big integers. */
const json = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v));

const good = 'int good(int n)\n{\n\treturn n;\n}\n';
const unfinished = [
  'int f(void) {',
  'int f(void) { if (a',
  'int f(void) { x = "abc',
  "int f(void) { c = 'x",
  '#if',
  '#if (',
  '#ifdef A\nint f(void) { }',
  '#define',
  '#define F(',
  '#define F(a',
  '#include',
  '/* open',
  '} } }',
  '))))',
  '#else\n#endif\n#endif',
  'struct {',
  'enum { A,',
  'int f(void) { list_for_each_entry(',
  'int f(void) { scoped_guard(',
  'typedef',
  'int f(a, b) int a; {',
  '#elif 1',
  '__attribute__((',
  'guard(',
  'case 1 ... :',
  '\\',
  '"\\',
  '#',
  '#\\',
  '#if 1\\',
  'int f(void) { switch (x) { case',
  'int f(void) { do { } while',
  'int f(void) { for (;',
  'int f(void) { goto',
  'int f(void) { return ({',
  '#define X X\nint f(void) { X; }',
  '#define A B\n#define B A\nint f(void) { A(); B(); }',
  '#define R(x) R(R(x)) + R(x)\nint f(void) { R(R(R(1))); }',
];

const inputs: Record<string, string> = {
  empty: '',
  'only white space': ' \n\t\r\n',
  'byte order mark': `\ufeff${good}`,
  CRLF: good.replaceAll('\n', '\r\n'),
  'lone CR': good.replaceAll('\n', '\r'),
  'non-ASCII': 'int f(void)\n{\n\t/* ümläut 😀 */\n\tg("日本語 😀");\n\treturn x; // é\n}\n',
  'NUL bytes': `int a;\0\0\0${good}\0`,
  binary: Array.from({ length: 60000 }, (_, i) => String.fromCharCode((i * 7919 + (i >> 3) * 104729) & 255)).join(''),
  '100k parentheses': `int f(void) { x = ${'('.repeat(100000)}1${')'.repeat(100000)}; }\n`,
  '100k open parentheses': `int f(void) { x = ${'('.repeat(100000)}`,
  '100k blocks': `int f(void) ${'{'.repeat(100000)}${'}'.repeat(100000)}\n`,
  '20k nested ifs': `int f(void) { ${'if (a) '.repeat(20000)} x(); }\n`,
  '5k else ifs': `int f(void) { if (a) x();${' else if (a) x();'.repeat(5000)} }\n`,
  '50k operators': `int f(void) { x = a${' + a'.repeat(50000)}; }\n`,
  '50k unary': `int f(void) { x = ${'!'.repeat(50000)}a; }\n`,
  '30k nested calls': `int f(void) { ${'f('.repeat(30000)}1${')'.repeat(30000)}; }\n`,
  '20k pointers': `int ${'*'.repeat(20000)}p;\n`,
  '5k nested #if': `${'#ifdef A\n'.repeat(5000)}int x;\n${'#endif\n'.repeat(5000)}${good}`,
  '2k unknown conditionals': `int f(void) {\n${Array.from({ length: 2000 }, (_, i) => `#ifdef C${i}\n\tx(${i});\n#endif\n`).join('')}}\n`,
  '300 conditionals in argument lists': Array.from(
    { length: 300 },
    (_, i) => `int f${i}(void) { g(1,\n#ifdef C${i}\n2\n#else\n3\n#endif\n); }\n`,
  ).join(''),
  'exponential macro': `${Array.from({ length: 40 }, (_, i) => `#define M${i + 1}(x) M${i}(x) + M${i}(x)\n`).join('')}#define M0(x) x\nint f(void) { return M40(1); }\n`,
  'deep macro': `${Array.from({ length: 500 }, (_, i) => `#define D${i + 1}(x) D${i}(x)\n`).join('')}#define D0(x) x\nint f(void) { return D500(1); }\n`,
  'a long line': `int a[] = { ${'1, '.repeat(200000)} };\n`,
  'huge comment': `/*${' * x\n'.repeat(200000)}*/\n${good}`,
};
for (const [i, text] of unfinished.entries()) {
  inputs[`unfinished ${i}: ${text.slice(0, 20)}`] = text;
  inputs[`unfinished ${i} before a function`] = `${text}\n${good}`;
}

describe('bad input neither crashes nor hangs', () => {
  for (const [name, text] of Object.entries(inputs)) {
    test(
      name,
      () => {
        expect(maskSource(text).text.length).toBe(text.length);
        const start = performance.now();
        for (const unit of parseVariants(parser, { path: 'bad.c', text, headers: [], target: target() })) {
          for (const f of unit.functions) {
            expect(f.start).toBeLessThanOrEqual(f.bodySpan.start);
            expect(f.end).toBeLessThanOrEqual(text.length);
            walkStmt(f.body(), { expr: () => true });
            expect(buildCfg(f).nodes.length).toBeGreaterThan(0);
          }
          void [
            unit.records,
            unit.globals,
            unit.enums,
            unit.typedefs,
            unit.problems,
            unit.headerFunctions.named({ has: () => true }),
          ];
        }
        expect(performance.now() - start).toBeLessThan(5000);
        expect(parser.broken).toBe(false);
      },
      20000,
    );
  }

  test('a function behind broken code is still found', () => {
    const text = `int f(void)\n{\n\tif (a {\n\t\tx(;\n}\n\nint g(void)\n{\n\treturn 1;\n}\n`;
    const [unit] = parseVariants(parser, { path: 'bad2.c', text, headers: [], target: target() });
    expect(unit!.functions.map((f) => f.name)).toContain('g');
  });

  test('incremental parsing gives what a fresh parse gives', () => {
    const base = inputs['non-ASCII']! + good + '#define P(x) pin(x)\nint h(void) { P(1); return 0; }\n';
    const fresh = (text: string): string => {
      const path = 'fresh.c';
      const [u] = parseVariants(parser, { path, text, headers: [], target: target() });
      const out = json(u!.functions.map((f) => [f.name, f.start, f.end, f.hasError, f.body()]));
      parser.close(path);
      return out;
    };
    let text = base;
    let seed = 42;
    const random = (n: number): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
    const pieces = [
      'x',
      ';',
      '{',
      '}',
      '(',
      ')',
      '\n',
      'if (a) ',
      '/*',
      '*/',
      '"',
      '#ifdef A\n',
      '\n#endif\n',
      'return 1;',
      '😀',
      '__user ',
    ];
    for (let i = 0; i < 150; i++) {
      const at = random(text.length + 1);
      text =
        text.slice(0, at) +
        (random(3) === 0 ? '' : pieces[random(pieces.length)]!) +
        text.slice(at + (random(2) === 0 ? random(6) : 0));
      if (text.length > 4000) text = base;
      const [u] = parseVariants(parser, { path: 'inc.c', text, headers: [], target: target() });
      expect(json(u!.functions.map((f) => [f.name, f.start, f.end, f.hasError, f.body()])), text).toBe(fresh(text));
    }
  });

  test('a body can be read after its tree is gone', () => {
    const [u] = parseVariants(parser, { path: 'gone.c', text: good, headers: [], target: target() });
    parser.close('gone.c');
    expect(u!.functions[0]!.body().body[0]).toMatchObject({ kind: 'return', start: good.indexOf('return') });
  });
});
