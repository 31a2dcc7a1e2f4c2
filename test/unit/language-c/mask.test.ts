import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CParser } from '../../../language/c/index.ts';
import { maskSource } from '../../../language/c/mask.ts';
import { fn, testParser, unit } from './helpers.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await testParser();
});

/** Constructs that the grammar can't read unmasked. */
const constructs: Record<string, string> = {
  annotations: 'static int __init f(const char __user *p, void __iomem *q) __must_hold(&lock)\n{\n\treturn 0;\n}\n',
  attributes: '__attribute__((cold, format(printf, 1, 2))) int f(const char *x, ...) { return 0; }\n',
  'type arguments':
    'int f(void *p) { struct a *x = container_of(p, struct a, m.n); return va_arg(ap, unsigned int) + min_t(unsigned long, a, b) + offsetof(struct a, b[3].c); }\n',
  'pointer type argument': 'int f(void) { p = va_arg(ap, struct page *); q = va_arg(ap, foo_t *); return 0; }\n',
  typeof: 'int f(int a) { typeof(a) b = a; __typeof__(*p) c; return b; }\n',
  'loop macros':
    'int f(void) { list_for_each_entry(a, &b, c) { d(); } for_each_sg(s, sg, n, i) e(); for_each_online_cpu(cpu) g(); return 0; }\n',
  'unknown macro with a block': 'int f(void) { with_lock_held(&x) { d(); } return 0; }\n',
  'file-scope macro lines': 'MODULE_FOO("x")\nEXPORT_BAR(f)\nint f(void) { return 0; }\n',
  'declaring macros':
    'static DEFINE_TIMER(x, y);\nstatic DEFINE_SPINLOCK(l);\nint f(void) { DECLARE_BITMAP(m, 10) = { 0 }; return 0; }\n',
  'statement argument':
    'int f(void) { CHECK(a, return -1); TRY(b, goto out); poll(d, 2000, if (x) break; ); out: return 0; }\n',
  'label before brace': 'int f(void) { if (a) goto out; out: }\n',
  'case range': 'int f(int a) { switch (a) { case 1 ... 3: case A + 1 ... B << 2: return 1; } return 0; }\n',
  'macro without semicolon': 'int f(void) { TRACE(x)\n\tg();\n\treturn 0; }\n',
  'joined strings': 'int f(void) { printk(KERN_INFO PFX "a" __stringify(x) "b" PRIu64 "\\n", 1); return 0; }\n',
  'pasted numbers': 'int f(void) { set(x, 10baseT_Full, 15_0, 0x1fUL, 1e3f); return 0; }\n',
  'struct macros':
    'struct s { DECLARE_BITMAP(a, 8); struct_group(g, int b; int c;); int (*fn)(int); DECLARE_FLEX_ARRAY(u8, d); };\nint f(struct s *s) { return s->b; }\n',
  asm: 'int f(void) { asm volatile("1: nop\\n" EX_TABLE(1b, 2b) : "=r" (x) : "r" (y) : "memory"); return 0; }\n',
  'empty macro arguments': 'int f(void) { A(x, ); B(, y); C(,,); return 0; }\n',
  'K&R': 'int f(a, b)\n\tint a;\n\tchar *b;\n{\n\treturn a;\n}\n',
  syscall: 'SYSCALL_DEFINE2(foo, int, a, char __user *, b)\n{\n\treturn 0;\n}\n',
};

describe('masking', () => {
  for (const [name, text] of Object.entries(constructs)) {
    test(`${name} keeps its length and parses`, () => {
      const masked = maskSource(text);
      expect(masked.text.length).toBe(text.length);
      const u = unit(parser, text);
      expect(u.problems).toEqual([]);
      expect(u.functions.map((f) => [f.hasError, text.slice(f.start, f.start + 1) !== ''])).toEqual([[false, true]]);
    });
  }

  test('offsets are those of the original', () => {
    const text = constructs['type arguments']!;
    const body = fn(unit(parser, text)).body();
    const json = JSON.stringify(body, (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v));
    expect(json).toContain('"name":"container_of"');
    const decl = body.body[0];
    if (decl?.kind !== 'decl' || decl.decls[0]?.init?.kind !== 'call') throw new Error('not a call');
    const init = decl.decls[0].init;
    expect(text.slice(init.start, init.end)).toBe('container_of(p, struct a, m.n)');
    expect(init.args.map((a) => text.slice(a.start, a.end))).toEqual(['p', 'struct a', 'm.n']);
    expect(init.args[1]).toMatchObject({ kind: 'type', type: { kind: 'record', tag: 'struct', name: 'a' } });
    expect(text[init.argsEnd - 1]).toBe(')');
  });

  test('a call of a function that is called like a loop stays a call', () => {
    const text =
      'int f(void) { ret = bus_for_each_dev(b, NULL, d, fn); bus_for_each_dev(b, NULL, d, fn); return ret; }\n';
    expect(
      fn(unit(parser, text))
        .body()
        .body.map((s) => s.kind),
    ).toEqual(['expr', 'expr', 'return']);
  });

  test('a definition of a function that is called like a loop stays one', () => {
    expect(unit(parser, 'int bus_for_each_dev(int a, int b) {\n\treturn a;\n}\n').functions.map((f) => f.name)).toEqual(
      ['bus_for_each_dev'],
    );
  });

  test('any text keeps its length and its line ends up to a separator', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '__user',
            'list_for_each(',
            ')',
            '(',
            '{',
            '}',
            ';',
            ',',
            ' ',
            '\n',
            'x',
            'struct s',
            '"',
            "'",
            '/*',
            '*/',
            '#',
            '\\',
            ':',
            '...',
            'case',
            '10b',
            'static',
            '😀',
            '=',
          ),
          { maxLength: 60 },
        ),
        (parts) => {
          const text = parts.join('');
          const masked = maskSource(text).text;
          expect(masked.length).toBe(text.length);
        },
      ),
      { numRuns: 2000, seed: 7 },
    );
  });
});
