/** C as the machine runs it: values, layout, control flow; and what C forbids, at its line. */
import { describe, expect, it } from 'vitest';
import { run } from '../../../simulator/scenario/index.ts';
import { compareWithGcc, hasGcc } from '../../fuzz/run.ts';
import { expectedFaults, outputOf, wrong } from './check.ts';

const main = (body: string, before = ''): string =>
  `#include <stdio.h>\n${before}\nint main(void)\n{\n${body}\nreturn 0;\n}\n`;

describe('C on the machine', () => {
  it.each([
    [
      'integers wrap at their widths',
      'unsigned char c = 250; short s = 32767; unsigned u = ~0u; c += 10; s++; u += 2; printf("%d %d %u %ld\\n", c, s, u, (long)(int)0x80000000);',
      '4 -32768 1 -2147483648\n',
    ],
    [
      'usual arithmetic conversions',
      'int i = -1; unsigned u = 1; long l = -1; printf("%d %d %d %d\\n", i < u, l < u, sizeof(i) > -1, (unsigned short)-1 > i);',
      '0 1 0 1\n',
    ],
    [
      '64 bits',
      'long a = 0x123456789abcdefL; unsigned long b = -1; printf("%ld %lu %ld %lx\\n", a * 31, b / 10, a % -1000, a >> 7 ^ b << 3);',
      '2541551405711093745 1844674407370955161 895 fffdb97530eca863\n',
    ],
    [
      'shifts and division of negative numbers',
      'int a = -7; printf("%d %d %d %ld\\n", a / 2, a % 2, a >> 1, (long)a >> 33);',
      '-3 -1 -4 -1\n',
    ],
    [
      'floating point',
      'double d = 1.0 / 3; float f = 0.1f; printf("%.10f %.9g %g %d\\n", d, f, d * 3, (int)-2.9);',
      '0.3333333333 0.100000001 1 -2\n',
    ],
    [
      'labels, switch with ranges and fall-through',
      'int i = 0; again: switch (i) { case 0 ... 1: printf("a"); case 2: printf("b"); break; default: printf("c"); } if (++i < 4) goto again; printf("\\n");',
      'ababbc\n',
    ],
    [
      'comma, conditional without a middle, nested conditionals',
      'int i = (1, 2); printf("%d %d %d\\n", i, 0 ?: 7, i > 1 ? i > 5 ? 1 : 2 : 3);',
      '2 7 2\n',
    ],
    [
      'arrays with several dimensions of variable length, and pointers to their rows',
      'int n = 3, m = 4; int a[n][m]; char c[m][2][n]; int (*row)[m] = a + 1; for (int i = 0; i < n * m; i++) a[i / m][i % m] = i / m * 10 + i % m; row++; c[3][1][2] = 81; printf("%d %d %td %zu %zu %zu %c\\n", (*row)[3], row[-1][0], row - a, sizeof a, sizeof a[0], sizeof c[0], *(&c[0][0][0] + 3 * 2 * n + n + 2));',
      '23 10 2 48 16 6 Q\n',
    ],
    [
      'integers of 128 bits',
      'u128 x = (u128)~0ul * 10, g = ~(u128)0; __int128 s = -1, v[2] = { -2, 3 }; struct { char c; u128 w; } b = { 1, x++ }; v[1] *= v[0]; s = s << 70; printf("%lx:%lx %ld %d %d %zu %ld %d\\n", (unsigned long)(x >> 64), (unsigned long)x, (long)v[1], v[0] < 0, g > x, sizeof(b), (long)(s / 3 >> 64), b.w == x - 1 && !!b.w);',
      '9:fffffffffffffff7 -6 1 1 32 -22 1\n',
    ],
    [
      'names in any script, text as UTF-8',
      'int größe = 3, длина = größe + 1; printf("%d höhe %zu\\n", длина, sizeof("ö"));',
      '4 höhe 3\n',
    ],
    [
      'zeros of an exponent',
      'printf("%g %g %g %#g %.3g %G\\n", -6.47767e+10, 100.0, 1e100, 2.0, 1000.0, 1e-10);',
      '-6.47767e+10 100 1e+100 2.00000 1e+03 1E-10\n',
    ],
    [
      'assembly that only holds back compiler or processor',
      'int x = 4, y; asm volatile("mfence" ::: "memory"); __asm__("" : "+r"(x)); asm("" : "=r"(y) : "0"(x + 1)); asm volatile("rep; nop" : : "r"(x)); printf("%d %d\\n", x, y);',
      '4 5\n',
    ],
    [
      'values behind a designator go on where it leads',
      'struct { int a; struct { int c, d; }; struct { int e[2], f; } g; int h; } s = { 1, .c = 2, 3, .g.e[1] = 4, 5, 6 }; printf("%d %d %d %d %d %d %d\\n", s.a, s.c, s.d, s.g.e[0], s.g.e[1], s.g.f, s.h);',
      '1 2 3 0 4 5 6\n',
    ],
    [
      'static objects: compound literals, values of a flexible member',
      'static int *p[] = { &(int){ 5 }, (int[]){ 1, 2, 3 } + 1 }; static struct { int n; short v[]; } f = { 2, { 10, 20 } }; *p[0] += 1; printf("%d %d %d %zu\\n", *p[0], p[1][1], f.v[1], sizeof(f));',
      '6 3 20 4\n',
    ],
    [
      'values in the middle of an expression outlive calls and statements in it',
      'int x = 3; printf("%d\\n", x * 2 + (x > 2 && ({ int t = 0; for (int i = 0; i < 3; i++) t += abs(-i); t; }) ? max(x, 9) * ({ int u = x++; u; }) : 1) - x * x);',
      '17\n',
    ],
    [
      'statement expressions and typeof',
      'int x = 3; typeof(x) y = ({ int t = x; t * t; }); printf("%d %zu\\n", y, sizeof(typeof(1L)));',
      '9 8\n',
    ],
    [
      'strings and arrays',
      'char s[] = "ab\\x41\\0c"; const char *t = "x" "yz"; int m[2][3] = {{1,2,3},{4,5,6}}; printf("%zu %s %s %d %d\\n", sizeof s, s, t, m[1][2], (int)(&m[1][0] - &m[0][0]));',
      '6 abA xyz 6 3\n',
    ],
  ])('%s', (_, body, expected) => {
    expect(outputOf(main(body))).toBe(expected);
  });

  it('lays out structs, unions and bit-fields as x86-64 does', () => {
    const types = `struct a { char c; long l; short s; }; struct b { unsigned x:3, y:7; int :0; unsigned char z; } __attribute__((packed));
      struct c { int i; union { double d; char t[12]; }; struct { short p, q; } in; }; struct d { char c; struct a a[2]; } ; struct e { unsigned long w:40; unsigned v:20; _Bool f:1; };`;
    expect(
      outputOf(
        main(
          'printf("%zu %zu %zu %zu %zu %zu %zu\\n", sizeof(struct a), sizeof(struct b), sizeof(struct c), sizeof(struct d), sizeof(struct e), __builtin_offsetof(struct c, t), __builtin_offsetof(struct d, a[1].s));',
          types,
        ),
      ),
    ).toBe('24 5 32 56 8 8 48\n');
  });
  it('initialises with designators, ranges, elided braces and compound literals', () => {
    const before = 'struct p { int x, y[3]; struct { char n[4]; } in; };';
    const body =
      'struct p a = { .y = { [1] = 5 }, .in.n = "ab", .x = 1 }, b[] = { 1, 2, 3, 4, "cd", { .x = 9 } }; int r[6] = { [1 ... 3] = 7, 8 }; struct p *c = &(struct p){ .x = 4 }; printf("%d %d %s %zu %d %s %d %d %d %d\\n", a.x, a.y[1], a.in.n, sizeof b / sizeof *b, b[0].y[2], b[0].in.n, b[1].x, r[3], r[4], c->x);';
    expect(outputOf(main(body, before))).toBe('1 5 ab 2 4 cd 9 7 8 4\n');
  });
  it('passes and returns structs, calls through pointers, keeps static locals, takes variable arguments', () => {
    const before = `#include <stdarg.h>
      struct v { long a, b; char c; }; static struct v mk(int i) { struct v r = { i, i * 2, 'x' }; return r; } static long add(struct v v, struct v *w) { v.a++; return v.a + w->b; }
      static int count(void) { static int n = 5; return n++; } static int sum(int n, ...) { va_list ap; int s = 0; va_start(ap, n); while (n--) s += va_arg(ap, int); va_end(ap); return s; }
      static int (*table[])(void) = { count, &count };`;
    expect(
      outputOf(
        main(
          'struct v a = mk(3), b = mk(10); printf("%ld %ld %d %d %d\\n", add(a, &b), a.a, table[0](), (*table[1])(), sum(3, 1, -2, 30));',
          before,
        ),
      ),
    ).toBe('24 3 5 6 29\n');
  });
  it('expands macros exactly: pasting, strings, variadic, recursive', () => {
    const before =
      '#define CAT(a, b) a##b\n#define XCAT(a, b) CAT(a, b)\n#define STR(x...) #x\n#define LOG(f, a...) printf(f "\\n", ##a)\n#define N 4\n#define X(m) m(one) m(two)\n#define D(n) n,\nenum { X(D) last };\n#if defined(N) && N > 3 && !defined(M)\n#define OK 1\n#else\n#error no\n#endif';
    expect(
      outputOf(
        main(
          'int v4 = 8, self1 = 2; LOG("plain"); LOG("%d %s %d %d %d", XCAT(v, N), STR(a b, "c"), last, self1, OK);',
          before,
        ),
      ),
    ).toBe('plain\n8 a b, "c" 2 2 1\n');
  });
  it('runs kernel idioms', () => {
    const text = `struct item { int v; struct list_head node; struct rcu_head rcu; };
static LIST_HEAD(items);
static DEFINE_MUTEX(lock);
static int add(int v)
{
	struct item *it __free(kfree) = kzalloc(sizeof(*it), GFP_KERNEL);

	if (!it)
		return -ENOMEM;
	it->v = v;
	guard(mutex)(&lock);
	list_add_tail(&it->node, &items);
	retain_and_null_ptr(it);
	return 0;
}
int run(void)
{
	struct item *it, *tmp;
	int sum = 0, i;

	for (i = 1; i <= 4; i++)
		add(i * i);
	list_for_each_entry(it, &items, node)
		sum += min_t(int, it->v, 10);
	list_for_each_entry_safe(it, tmp, &items, node) {
		list_del(&it->node);
		kfree(it);
	}
	pr_info("sum %d max %d %d %ld %pe\\n", sum, max(3, sum), ARRAY_SIZE(((int[]){1, 2, 3})) == 3, PTR_ERR(ERR_PTR(-EINVAL)), ERR_PTR(-ENOMEM));
	return WARN_ON(!list_empty(&items));
}
`;
    expect(outputOf(text)).toBe('sum 24 max 24 1 -22 -ENOMEM\n');
  });
});

describe('functions', () => {
  it('take arrays whose dimensions are other parameters', () => {
    const sum =
      'static int sum(int n, int m, int a[n][m], int (*last)[m]) { int s = 0; for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) s += a[i][j] * (i + 1); return s * 100 + (*last)[1]; }';
    expect(
      outputOf(main('int a[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } }; printf("%d\\n", sum(2, 3, a, &a[1]));', sum)),
    ).toBe('3605\n');
  });
});
describe('what C forbids', () => {
  it.each([
    ['read past an array', 'int a[3] = {1, 2, 3}; int i = 3;\nprintf("%d\\n", a[i]); //~ out-of-bounds'],
    ['a NULL pointer', 'struct { int a, b; } *p = 0;\np->b = 1; //~ null-dereference'],
    ['an uninitialised variable', 'int x;\nif (x > 3) printf("?"); //~ uninitialised'],
    ['an uninitialised member', 'struct { int a, b; } s; s.a = 1;\nprintf("%d\\n", s.b); //~ uninitialised'],
    ['division by zero', 'int z = 0;\nprintf("%d\\n", 1 / z); //~ division-by-zero'],
  ])('%s', (_, body) => {
    const text = main(body);
    expect(wrong(run(text))).toEqual(expectedFaults(text));
  });
  it.each([
    ['use after free', 'char *p = kmalloc(8, GFP_KERNEL);\nkfree(p);\np[0] = 1; //~ use-after-free'],
    ['double free', 'char *p = kzalloc(8, GFP_KERNEL);\nkfree(p);\nkfree(p); //~ double-free'],
    ['heap overflow', 'char *p = kzalloc(8, GFP_KERNEL);\nmemset(p, 1, 9); //~ out-of-bounds'],
    ['free in the middle', 'char *p = kzalloc(8, GFP_KERNEL);\nkfree(p + 1); //~ bad-free'],
    ['an error pointer', 'int *p = ERR_PTR(-ENOMEM);\nreturn *p; //~ error-pointer'],
    ['a leak', 'char *p = kzalloc(8, GFP_KERNEL); //~ memory-leak\nreturn p != NULL;'],
    ['uninitialised heap', 'int *p = kmalloc(8, GFP_KERNEL);\nif (p[1]) //~ uninitialised\nreturn 1;'],
    [
      'sleeping with a spinlock held',
      'static DEFINE_SPINLOCK(l);\nspin_lock(&l);\nmsleep(1); //~ sleep-in-atomic\nspin_unlock(&l);',
    ],
    ['taking a mutex twice', 'static DEFINE_MUTEX(m);\nmutex_lock(&m);\nmutex_lock(&m); //~ deadlock'],
    ['unlocking what is not locked', 'static DEFINE_MUTEX(m);\nmutex_unlock(&m); //~ unlock'],
  ])('%s', (_, body) => {
    const text = `int f(void)\n{\n${body}\nreturn 0;\n}\n`;
    expect(wrong(run(text))).toEqual(expectedFaults(text));
  });
  it('names a local that outlives its function', () => {
    const text =
      'static int *f(void) { int x = 1; int *p = &x; return p; }\nint g(void)\n{\nint *p = f();\nreturn *p; //~ stack-escape\n}\n';
    expect(wrong(run(text, {}))).toEqual(expectedFaults(text));
  });
  it('stops an endless loop, says what it cannot do, and where it cannot read', () => {
    expect(wrong(run('int f(void) { for (;;) ; return 0; }', { steps: 500 }))).toEqual(['step-limit 1']);
    expect(wrong(run('int f(int n)\n{\n  asm("hlt");\n  return n;\n}'))).toEqual([
      'warning 3: inline assembly ("hlt") is not supported',
      'unsupported 3',
    ]);
    expect(wrong(run('//@ process app\nint f(void)\n{\n  return frobnicate(1);\n}'))).toEqual([
      'warning 4: the machine has no frobnicate(): define it in this file, or leave the call out',
      'unsupported 4',
    ]);
    expect(wrong(run('int f(void)\n{\n  return 1 +;\n}\nint g(void) { return 0; }'))[0]).toContain(
      'error 3: expected an expression',
    );
  });
});

describe('against gcc', () => {
  it.skipIf(!hasGcc())(
    'generated programs print the same',
    () => {
      expect(compareWithGcc(1, 15)).toEqual([]);
    },
    120_000,
  );
});

describe('time travel', () => {
  it('goes to any step in both directions, with line, stack and variables', () => {
    const s = run(
      'static int sq(int n)\n{\n  int r = n * n;\n  return r;\n}\nint main(void)\n{\n  int i, sum = 0;\n  for (i = 0; i < 3; i++)\n    sum += sq(i);\n  return sum;\n}\n',
    );
    const end = s.model.s.store.hash();
    const at = Array.from({ length: s.length }, (_, i) => i).filter((i) => s.step(i).line === 4);
    expect(at).toHaveLength(3);
    const look = (i: number): unknown => {
      s.seek(i);
      return s
        .callStack(s.step(i).thread)
        .map((f) => [f.name, f.line, f.variables().map((v) => `${v.name}=${v.value}`)]);
    };
    expect(look(at[2]!)).toEqual([
      ['sq', 4, ['n=2', 'r=4']],
      ['main', 10, ['i=2', 'sum=1']],
    ]);
    expect(look(at[1]!)).toEqual([
      ['sq', 4, ['n=1', 'r=1']],
      ['main', 10, ['i=1', 'sum=0']],
    ]);
    s.seek(s.length);
    expect(s.model.s.store.hash()).toBe(end);
  });
});
