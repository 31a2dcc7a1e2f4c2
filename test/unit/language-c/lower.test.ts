import { beforeAll, describe, expect, test } from 'vitest';
import {
  callsIn,
  type CParser,
  exprText,
  foldConstant,
  type Expr,
  resolveType,
  scopeOf,
  typeOfExpr,
  type TranslationUnit,
  typeText,
  walkStmt,
} from '../../../language/c/index.ts';
import { fn, type SnippetOptions, testParser, unit } from './helpers.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await testParser();
});

/** Statements of `f` as text: what its expressions look like after expansion. */
function exprs(text: string, options: SnippetOptions = {}): string[] {
  const u = unit(parser, text, options);
  const out: string[] = [];
  walkStmt(fn(u).body(), { expr: (e) => (out.push(exprText(e, text)), false) });
  return out;
}

describe('macros', () => {
  test('wrappers are seen through at any depth, arguments keep their spans', () => {
    const text =
      '#define PIN(a, n, p) pin_user_pages_fast(a, n, FOLL_WRITE, p)\n#define PIN1(a, p) PIN(a, 1, p)\nint f(void) { ret = PIN1(addr + 1, &page); }\n';
    expect(exprs(text)).toEqual(['ret = pin_user_pages_fast(addr + 1, 1, FOLL_WRITE, &page)']);
    const u = unit(parser, text);
    let call: Expr | undefined;
    walkStmt(fn(u).body(), { expr: (e) => void (call ??= callsIn(e)[0]) });
    if (call?.kind !== 'call') throw new Error('no call');
    expect(text.slice(call.start, call.end)).toBe('PIN1(addr + 1, &page)');
    expect(call.macro).toBe('PIN1');
    expect(call.args.map((a) => [text.slice(a.start, a.end), a.macro])).toEqual([
      ['addr + 1', undefined],
      ['PIN1(addr + 1, &page)', 'PIN1'],
      ['PIN1(addr + 1, &page)', 'PIN1'],
      ['&page', undefined],
    ]);
  });

  const cases: [string, string, string[]][] = [
    [
      'flags fold to what they are',
      '#define FLAGS (FOLL_WRITE | FOLL_LONGTERM)\nint f(void) { g(FLAGS); }',
      ['g(FOLL_WRITE | FOLL_LONGTERM)'],
    ],
    ['plain literals keep their names', '#define N 16\nint f(void) { g(N); }', ['g(N)']],
    ['aliases of functions', '#define my_pin pin_user_pages\nint f(void) { my_pin(a); }', ['pin_user_pages(a)']],
    ['aliases of function-like macros', '#define P2(a) pin(a, 2)\n#define P P2\nint f(void) { P(x); }', ['pin(x, 2)']],
    [
      'a macro of its own name is not expanded again',
      '#define unpin_user_page(p) do_unpin(unpin_user_page(p))\nint f(void) { unpin_user_page(x); }',
      ['do_unpin(unpin_user_page(x))'],
    ],
    ['the same macro inside its argument', '#define P(x) g(x)\nint f(void) { P(P(1)); }', ['g(g(1))']],
    [
      'statement macros',
      '#define PUT(p) do { set_page_dirty(p); put_page(p); } while (0)\nint f(void) { PUT(x); }',
      ['set_page_dirty(x)', 'put_page(x)', '0'],
    ],
    ['several statements', '#define TWO(p) a(p); b(p)\nint f(void) { TWO(x); }', ['a(x)', 'b(x)']],
    [
      'variadic',
      '#define DBG(fmt, ...) pr(fmt, ##__VA_ARGS__)\nint f(void) { DBG("a"); DBG("b", 1, 2); }',
      ['pr("a")', 'pr("b", 1, 2)'],
    ],
    [
      'pasting and strings',
      '#define REG(n) dev->reg_##n\n#define S(x) g(#x)\nint f(void) { a = REG(4); S(b); }',
      ['a = dev->reg_4', 'g("b")'],
    ],
    [
      'type arguments',
      '#define NEW(t) ((t *)alloc(sizeof(t)))\nint f(void) { p = NEW(struct page); }',
      ['p = (struct page *)alloc(sizeof(struct page))'],
    ],
    ['a macro that is no expression is left alone', '#define ODD(x) } x {\nint f(void) { ODD(1); }', ['ODD(1)']],
    ['wrong number of arguments', '#define ONE(x) g(x)\nint f(void) { ONE(1, 2); }', ['ONE(1, 2)']],
    [
      'as a value by statement expression',
      '#define TRY(x) ({ int r = x; if (r) return r; r; })\nint f(void) { TRY(g()); }',
      ['({ … })'],
    ],
    [
      'multi-line body with comments',
      '#define P(a) /* first */ \\\n\tpin(a, \\\n\t    2) // second\nint f(void) { P(x); }',
      ['pin(x, 2)'],
    ],
    ['fallthrough and empty macros vanish', '#define NOTHING(x)\nint f(void) { NOTHING(g()); h(); }', ['h()']],
    ['-D macros', 'int f(void) { g(FL); }', ['g(FOLL_WRITE | 1)']],
  ];
  for (const [name, text, expected] of cases)
    test(name, () => expect(exprs(text, { defines: { FL: '(FOLL_WRITE | 1)' } })).toEqual(expected));

  test('macros of a local header', () => {
    expect(
      exprs('#include "c.h"\nint f(void) { PIN(a, p); }', {
        headers: { 'c.h': '#define PIN(a, p) pin_user_pages_fast(a, 1, 0, p)\n' },
      }),
    ).toEqual(['pin_user_pages_fast(a, 1, 0, p)']);
  });

  test("a project's loop macro is the loop that it is", () => {
    const u = unit(parser, '#define each(i, n) for (i = 0; i < n; i++)\nint f(void) { each(k, 3) put(k); }');
    expect(fn(u).body().body[0]).toMatchObject({ kind: 'for', body: { kind: 'expr' } });
  });
});

describe('expressions', () => {
  const same = [
    'a ? b : c',
    'a ?: b',
    '*p++',
    '!(a && b)',
    '-1',
    'a->b.c[d + 1]',
    '(int)x',
    '(struct page **)p',
    'sizeof(struct page)',
    'sizeof(*p)',
    'f(a)(b)',
    '(a, b)',
    'x <<= 2',
    "c == 'x'",
    '&(struct s){ .a = 1, [2] = 3 }',
    'offsetof(struct s, a.b[0])',
    'A - 1',
    '"a" "b"',
  ];
  const printed: Record<string, string> = {
    '(a, b)': 'a, b',
    '"a" "b"': '"ab"',
    '*p++': '*(p++)'.replace('(p++)', 'p++'),
  };
  for (const e of same) test(e, () => expect(exprs(`int f(void) { ${e}; }`)[0]).toBe(printed[e] ?? e));

  test('a cast of a negative number and a difference', () => {
    expect(exprs('int f(void) { a = (MAX) - 1; b = (u32) - 1; c = (x) & y; d = (size_t) *p; }')).toEqual([
      'a = MAX - 1',
      'b = (u32)-1',
      'c = x & y',
      'd = (size_t)*p',
    ]);
  });

  test('numbers', () => {
    const u = unit(parser, "int f(void) { g(0x10UL, 017, 1.5, 0b11, '\\n', 18446744073709551615ULL); }");
    const call = callsIn((fn(u).body().body[0] as { expr: Expr }).expr)[0]!;
    expect(call.args.map((a) => (a.kind === 'num' ? (a.float ?? a.value) : null))).toEqual([
      16n,
      15n,
      1.5,
      3n,
      10n,
      18446744073709551615n,
    ]);
  });
});

const types = `
typedef unsigned int u32;
typedef struct dev { struct page **pages; int n; struct { long inner; union { char c; u32 w; }; } anon; struct { short loose; }; struct list *next; } dev_t;
enum mode { A, B = 5, C, D = C + 10 };
#define SIZE (4 * 16)
#define BIT3 (1 << 3)
static int helper(struct dev *d);
static long helper2(void) { return 0; }
static struct dev table[4];
int (*cb)(int, char *), count;
static inline struct page *f(dev_t *d, const char *name, unsigned long long addr, struct page *pages[], int (*done)(void *), ...)
{
	u32 i = 0, *q;
	struct page **list __free(kfree) = d->pages;
	typeof(d->n) m = 3;
	return list[0];
}
`;

describe('declarations and types', () => {
  let u: TranslationUnit;
  beforeAll(() => {
    u = unit(parser, types);
  });

  test('signature', () => {
    const f = fn(u);
    expect(f.params.map((p) => [p.name, typeText(p.type)])).toEqual([
      ['d', 'dev_t *'],
      ['name', 'char *'],
      ['addr', 'unsigned long long'],
      ['pages', 'struct page *[]'],
      ['done', 'int (*)(void *)'],
    ]);
    expect([typeText(f.returns), f.isStatic, f.isInline, f.variadic]).toEqual(['struct page *', true, true, true]);
    expect(types.slice(f.nameSpan.start, f.nameSpan.end)).toBe('f');
  });

  test('locals', () => {
    const out: unknown[] = [];
    walkStmt(fn(u).body(), {
      stmt: (s) =>
        void (s.kind === 'decl' && s.decls.forEach((d) => out.push([d.name, typeText(d.type, types), d.cleanup]))),
    });
    expect(out).toEqual([
      ['i', 'u32', undefined],
      ['q', 'u32 *', undefined],
      ['list', 'struct page **', 'free:kfree'],
      ['m', 'typeof(d->n)', undefined],
    ]);
  });

  test('records, enums, typedefs, globals', () => {
    expect(u.records.get('dev')?.fields.map((f) => f.name)).toEqual(['pages', 'n', 'anon', null, 'next']);
    expect(u.enums.get('C')?.items.map((i) => i.name)).toEqual(['A', 'B', 'C', 'D']);
    expect([...u.own.typedefs.keys()]).toEqual(['u32', 'dev_t']);
    expect(u.globals.map((g) => [g.name, typeText(g.type)])).toEqual([
      ['table', 'struct dev[4]'],
      ['cb', 'int (*)(int, char *)'],
      ['count', 'int'],
    ]);
  });

  const typed: Record<string, string> = {
    'd->pages': 'struct page **',
    'd->pages[0]': 'struct page *',
    '*d': 'dev_t',
    'd->anon.inner': 'long',
    'd->anon.w': 'u32',
    'd->loose': 'short',
    'table[1].n': 'int',
    '&table[1]': 'struct dev *',
    'helper2()': 'long',
    'addr >> 12': 'unsigned long long',
    'container_of(q, struct dev, n)': 'struct dev *',
    '(char)i': 'char',
    'sizeof(i)': 'unsigned long',
    'pages + 1': 'struct page **',
    'i + addr': 'unsigned long long',
    list: 'struct page **',
    'cb(1, 0)': 'int',
    'min_t(size_t, a, b)': 'size_t',
    m: 'int',
  };
  for (const [text, expected] of Object.entries(typed)) {
    test(`type of ${text}`, () => {
      const whole = types.replace('return list[0];', `x = ${text};`);
      const unit1 = unit(parser, whole);
      const f = fn(unit1);
      const last = f.body().body[f.body().body.length - 1];
      if (last?.kind !== 'expr' || last.expr.kind !== 'assign') throw new Error('no assignment');
      const scope = scopeOf(f, unit1);
      const t = typeOfExpr(last.expr.right, scope);
      expect(t && typeText(t.kind === 'typeof' ? resolveType(t, scope)! : t, whole)).toBe(expected);
    });
  }

  const constants: Record<string, bigint | undefined> = {
    SIZE: 64n,
    'BIT3 | 1': 9n,
    A: 0n,
    C: 6n,
    D: 16n,
    '~0': -1n,
    'A ? 1 : 2': 2n,
    'BIT(4)': 16n,
    unknown: undefined,
    'B << 2': 20n,
  };
  for (const [text, expected] of Object.entries(constants)) {
    test(`constant ${text}`, () => {
      const unit1 = unit(parser, `${types}\nint k(void) { return ${text}; }\n`);
      const ret = fn(unit1, 'k').body().body[0];
      if (ret?.kind !== 'return' || !ret.value) throw new Error('no value');
      expect(foldConstant(ret.value, unit1)).toBe(expected);
    });
  }

  test('inline functions of local headers', () => {
    const unit1 = unit(parser, '#include "h.h"\nint f(void) { }\n', {
      headers: {
        'h.h':
          '#ifndef H\n#define H\nstruct hs { int a; };\nstatic inline void drop(struct page *p)\n{\n\tput_page(p);\n}\n#endif\n',
      },
    });
    expect(unit1.headerFunctions.named({ has: () => true }).map((x) => [x.name, x.path])).toEqual([['drop', 'h.h']]);
    expect(unit1.records.has('hs')).toBe(true);
    expect(unit1.functions.map((x) => x.name)).toEqual(['f']);
  });

  test('K&R parameters', () => {
    expect(
      fn(unit(parser, 'int f(a, b)\n\tint a;\n\tchar *b;\n{\n\treturn a;\n}\n')).params.map((p) => [
        p.name,
        typeText(p.type),
      ]),
    ).toEqual([
      ['a', 'int'],
      ['b', 'char *'],
    ]);
  });
});
