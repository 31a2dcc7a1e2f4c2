import { beforeAll, describe, expect, test } from 'vitest';
import { type CParser, walkStmt } from '../../../language/c/index.ts';
import { kernelCode } from '../../../language/c/environment.ts';
import { fn, type SnippetOptions, testParser, unit, units } from './helpers.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await testParser();
});

/** Is `#if condition` in (true), out (false) or open (undefined)? */
function value(condition: string, options: SnippetOptions = {}, before = ''): boolean | undefined {
  const u = unit(
    parser,
    `${before}\n#if ${condition}\nint yes(void) { return 1; }\n#else\nint no(void) { return 0; }\n#endif\n`,
    options,
  );
  const names = u.functions
    .map((f) => f.name)
    .sort()
    .join();
  return names === 'yes' ? true : names === 'no' ? false : undefined;
}

describe('conditions', () => {
  const cases: [string, string, boolean | undefined][] = [
    ['LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0)', '6.12', true],
    ['LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0)', '5.5', false],
    ['KERNEL_VERSION(6,5,0) <= LINUX_VERSION_CODE', '6.4', false],
    ['KERNEL_VERSION(6,5,0) > LINUX_VERSION_CODE', '6.4', true],
    ['LINUX_VERSION_CODE < 0x060500', '6.4', true],
    ['LINUX_VERSION_CODE < 394496', '6.5', false],
    ['(LINUX_VERSION_CODE >> 8) >= 0x0605', '6.5', true],
    ['(LINUX_VERSION_CODE >> 16) == 6 && ((LINUX_VERSION_CODE >> 8) & 0xff) < 5', '6.4', true],
    ['LINUX_VERSION_CODE > KERNEL_VERSION(4, 9, 300)', '4.9.255', false],
    ['LINUX_VERSION_CODE >= KERNEL_VERSION(4,9,0) && LINUX_VERSION_CODE < KERNEL_VERSION(5,0,0)', '4.19', true],
    ['!(LINUX_VERSION_CODE >= KERNEL_VERSION(5,0,0))', '4.19', true],
    ['LINUX_VERSION_CODE >= KERNEL_VERSION(5,0,0) ? 1 : 0', '4.19', false],
    ['defined(RHEL_RELEASE_CODE)', '5.14', false],
    ['defined(RHEL_RELEASE_CODE) && RHEL_RELEASE_CODE >= RHEL_RELEASE_VERSION(9, 3)', '5.14', false],
    [
      'LINUX_VERSION_CODE >= KERNEL_VERSION(6,5,0) || (defined(RHEL_RELEASE_CODE) && RHEL_RELEASE_CODE >= RHEL_RELEASE_VERSION(9,3))',
      '5.14',
      false,
    ],
    ['defined(CONFIG_SUSE_KERNEL) && SLE_VERSION_CODE >= SLE_VERSION(15,4,0)', '5.14', false],
    ['CONFIG_FOO', '6.12', undefined],
    ['defined(CONFIG_FOO)', '6.12', undefined],
    ['IS_ENABLED(CONFIG_FOO)', '6.12', undefined],
    ['IS_ENABLED(CONFIG_FOO) && 0', '6.12', false],
    ['HAVE_PIN_USER_PAGES || 1', '6.12', true],
    ['defined(__KERNEL__) && !defined(__cplusplus)', '6.12', true],
    ["'A' == 65", '6.12', true],
    ['(', '6.12', undefined],
  ];
  for (const [condition, version, expected] of cases)
    test(`${condition} on ${version}`, () => expect(value(condition, { version })).toBe(expected));

  test('--define decides', () => {
    expect(
      value('defined(RHEL_RELEASE_CODE) && RHEL_RELEASE_CODE >= RHEL_RELEASE_VERSION(9, 3)', {
        defines: { RHEL_RELEASE_CODE: '2307' },
      }),
    ).toBe(true);
    expect(value('HAVE_X', { defines: { HAVE_X: '1' } })).toBe(true);
    expect(value('defined(HAVE_X)', { defines: { HAVE_X: null } })).toBe(false);
    expect(value('IS_ENABLED(CONFIG_A)', { defines: { CONFIG_A: 'm' } })).toBe(true);
    expect(value('IS_BUILTIN(CONFIG_A)', { defines: { CONFIG_A: 'm' } })).toBe(false);
    expect(value('IS_MODULE(CONFIG_A)', { defines: { CONFIG_A_MODULE: '1' } })).toBe(true);
    expect(value('IS_REACHABLE(CONFIG_A)', { defines: { CONFIG_A: null } })).toBe(false);
  });

  test('version helpers of the file', () => {
    expect(
      value('KV(6, 5)', { version: '6.5' }, '#define KV(a, b) (LINUX_VERSION_CODE >= KERNEL_VERSION(a, b, 0))'),
    ).toBe(true);
    expect(
      value('KV(6, 5)', { version: '6.4' }, '#define KV(a, b) (LINUX_VERSION_CODE >= KERNEL_VERSION(a, b, 0))'),
    ).toBe(false);
    expect(
      value(
        'NEW',
        { version: '6.4' },
        '#if LINUX_VERSION_CODE > KERNEL_VERSION(6,0,0)\n#define NEW 1\n#else\n#define NEW 0\n#endif',
      ),
    ).toBe(true);
    expect(
      value('defined(NEW)', { version: '5.4' }, '#if LINUX_VERSION_CODE > KERNEL_VERSION(6,0,0)\n#define NEW\n#endif'),
    ).toBe(false); // the file says itself when it is defined
    expect(value('VER >= 605', {}, '#define VER \\\n\t612 /* here */')).toBe(true);
    expect(value('defined(A)', {}, '#define A\n#undef A')).toBe(false);
  });

  test('helpers of a header, with an include guard', () => {
    const headers = {
      'compat.h':
        '#ifndef COMPAT_H\n#define COMPAT_H\n#include "more.h"\n#define KV(a, b) (LINUX_VERSION_CODE >= KERNEL_VERSION(a, b, 0))\n#endif\n',
      'more.h': '#pragma once\n#define LEVEL 3\n',
    };
    expect(value('KV(6, 5) && LEVEL == 3', { headers }, '#include "compat.h"')).toBe(true);
  });

  test('the sublevel saturates at 255', () => {
    expect(kernelCode({ major: 4, minor: 9, patch: 337 })).toBe(0x0409ffn);
  });
});

describe('ladders', () => {
  const calls = (text: string, options: SnippetOptions = {}): string[] =>
    units(parser, text, options).map((u) => {
      const names: string[] = [];
      for (const f of u.functions) {
        expect(f.hasError, `${f.name} has an error`).toBe(false);
        walkStmt(f.body(), {
          expr: (e) =>
            void (e.kind === 'call' && e.callee.kind === 'id' && names.push(`${e.callee.name}/${e.args.length}`)),
        });
      }
      return names.join(' ');
    });

  test('#elif chooses one', () => {
    const text =
      '#if LINUX_VERSION_CODE >= KERNEL_VERSION(6,5,0)\nint f(void) { a(); }\n#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5,6,0)\nint f(void) { b(); }\n#else\nint f(void) { c(); }\n#endif\n';
    expect(calls(text, { version: '6.5' })).toEqual(['a/0']);
    expect(calls(text, { version: '5.10' })).toEqual(['b/0']);
    expect(calls(text, { version: '4.19' })).toEqual(['c/0']);
  });

  test('inside an argument list, by version', () => {
    const text =
      'int f(void)\n{\n\tg(start, nr,\n#if LINUX_VERSION_CODE < KERNEL_VERSION(6,5,0)\n\t  flags, pages, NULL\n#else\n\t  flags, pages\n#endif\n\t);\n}\n';
    expect(calls(text, { version: '6.4' })).toEqual(['g/5']);
    expect(calls(text, { version: '6.5' })).toEqual(['g/4']);
  });

  test('inside an argument list, unknown: two variants', () => {
    const text =
      'int f(void)\n{\n\tg(start,\n#ifdef HAVE_FLAGS\n\t  flags,\n#endif\n\t  pages);\n\th(\n#ifndef HAVE_FLAGS\n1\n#endif\n);\n}\n';
    expect(calls(text)).toEqual(['g/3 h/0', 'g/2 h/1']);
  });

  test('inside a parameter list, and a function head', () => {
    const text =
      'static int f(struct a *a,\n#ifdef A\n int b,\n#endif\n int c)\n{\n\tg();\n}\n#ifdef B\nstatic int h(int x)\n#else\nstatic int h(long x, int y)\n#endif\n{\n\ti();\n}\n';
    const all = units(parser, text);
    expect(all.length).toBe(4);
    expect(all.map((u) => u.functions.map((f) => f.params.length).join())).toEqual(['3,1', '2,1', '3,2', '2,2']);
  });

  test('unbalanced braces and else', () => {
    expect(
      calls(
        'int f(void)\n{\n#ifdef A\n\tif (x) {\n#else\n\tif (y) {\n#endif\n\t\tg();\n\t}\n\tif (a) b();\n#ifdef A\n\telse c();\n#endif\n}\n',
      ),
    ).toEqual(['g/0 b/0 c/0', 'g/0 b/0']);
  });

  test('condition tails', () => {
    expect(calls('int f(void)\n{\n\tif (a()\n#ifdef A\n\t    && b()\n#endif\n\t   )\n\t\tc();\n}\n')).toEqual([
      'a/0 b/0 c/0',
      'a/0 c/0',
    ]);
  });

  test('at most four variants', () => {
    const text = `int f(void)\n{\n${Array.from({ length: 8 }, (_, i) => `g(\n#ifdef C${i}\n1\n#else\n1, 2\n#endif\n);\n`).join('')}}\n`;
    expect(units(parser, text).length).toBe(4);
  });

  test('macros that differ by an unknown condition make variants, the same at acquire and release', () => {
    const text =
      '#ifdef HAVE_PIN\n#define GRAB(p) pin_user_pages(p)\n#define DROP(p) unpin_user_page(p)\n#else\n#define GRAB(p) get_user_pages(p)\n#define DROP(p) put_page(p)\n#endif\nint f(void) { GRAB(p); DROP(p); }\n';
    expect(calls(text)).toEqual(['pin_user_pages/1 unpin_user_page/1', 'get_user_pages/1 put_page/1']);
    expect(calls(text, { defines: { HAVE_PIN: null } })).toEqual(['get_user_pages/1 put_page/1']);
  });

  test('a compat header forks a file only by the macros that it uses', () => {
    const headers = {
      'compat.h':
        '#ifdef HAVE_PIN\n#define grab(p) pin_user_pages(p)\n#else\n#define grab(p) get_user_pages(p)\n#endif\n#ifdef HAVE_OTHER\n#define lock_it(p) mmap_read_lock(p)\n#else\n#define lock_it(p) down_read(p)\n#endif\n#define outer(p) grab(p)\n',
    };
    expect(calls('#include "compat.h"\nint f(void) { outer(p); }\n', { headers })).toEqual([
      'pin_user_pages/1',
      'get_user_pages/1',
    ]);
    expect(calls('#include "compat.h"\nint f(void) { other(p); }\n', { headers })).toEqual(['other/1']);
  });

  test('labels and cases per branch', () => {
    expect(
      calls(
        'int f(int c)\n{\n\tswitch (c) {\n\tcase 1:\n#ifdef A\n\t\ta();\n\t\tbreak;\n\tcase 2:\n#endif\n\t\tb();\n\t}\n#ifdef A\nout:\n\td();\n#endif\n}\n',
      ),
    ).toEqual(['a/0 b/0 d/0']);
  });

  test('members of an initialiser, enumerators and fields under a condition', () => {
    const u = unit(
      parser,
      'static const struct file_operations ops = {\n\t.open = o,\n#ifdef CONFIG_COMPAT\n\t.compat_ioctl = c,\n#endif\n\t.release = r,\n};\nenum e { A,\n#ifdef X\nB,\n#endif\nC };\nstruct s { int a;\n#ifdef X\nint b;\n#endif\nint c; };\n',
    );
    expect(u.problems).toEqual([]);
    expect(u.globals[0]?.init).toMatchObject({
      kind: 'init',
      items: [
        { designators: [{ field: 'open' }] },
        { designators: [{ field: 'compat_ioctl' }] },
        { designators: [{ field: 'release' }] },
      ],
    });
    expect(u.enums.get('B')?.items.map((i) => i.name)).toEqual(['A', 'B', 'C']);
    expect(u.records.get('s')?.fields.map((f) => f.name)).toEqual(['a', 'b', 'c']);
  });

  test('condition of a function', () => {
    const u = unit(
      parser,
      '#ifdef A\nint f(void) { }\n#elif defined(B)\nint g(void) { }\n#else\nint h(void) { }\n#endif\nint i(void) { }\n',
    );
    expect(u.functions.map((f) => [f.name, f.condition])).toEqual([
      ['f', 'defined(A)'],
      ['g', 'defined(B)'],
      ['h', '!defined(A) && !defined(B)'],
      ['i', undefined],
    ]);
  });

  test('comments and continuations in directives', () => {
    expect(
      calls(
        '#if /* a */ LINUX_VERSION_CODE \\\n  >= KERNEL_VERSION(6,0,0) // b\nint f(void) { a(); }\n#else /* c */\nint f(void) { b(); }\n#endif /* d */\n',
      ),
    ).toEqual(['a/0']);
    expect(calls('/*\n#if 0\n*/\nint f(void) { a("#if 0\\\n"); }\n')).toEqual(['a/1']);
    expect(calls('  #  if 0\r\nint f(void) { a(); }\r\n# endif\r\nint g(void) { b(); }\r\n')).toEqual(['b/0']);
  });

  test('spans are those of the file', () => {
    const text =
      '#if LINUX_VERSION_CODE < KERNEL_VERSION(6,0,0)\nint f(void) { a(); }\n#else\nint f(void) { b(); }\n#endif\n';
    const f = fn(unit(parser, text));
    expect(text.slice(f.start, f.end)).toBe('int f(void) { b(); }');
  });

  test('the key of a function depends on its text, macros and branches only', () => {
    const text = '#define P(x) pin(x)\nint f(void) { P(1); }\n';
    const key = (t: string, o: SnippetOptions = {}): string => fn(unit(parser, t, o)).key;
    expect(key(`\n\n${text}`)).toBe(key(text));
    expect(key(text.replace('pin(x)', 'get(x)'))).not.toBe(key(text));
    expect(key(text.replace('P(1)', 'P(2)'))).not.toBe(key(text));
  });
});
