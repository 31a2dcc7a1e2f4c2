/** Input that is no program, or no end: a message at its place, and an end. */
import { describe, expect, it } from 'vitest';
import { run } from '../../../simulator/scenario/index.ts';

const program = (body: string, before = ''): string => `${before}//@ process app\nint main(void) { ${body} }\n`;
/** Messages and faults with their lines. */
const said = (text: string): string[] => {
  const s = run(text);
  return [
    ...s.loaded.diagnostics.map((d) => `${s.loaded.lineOf(d.start)}: ${d.message}`),
    ...s.faults.map((f) => `${f.line}: ${f.kind}`),
  ];
};

describe('bad input', () => {
  it.each([
    ['unfinished', program('int x =').slice(0, -3), '2: expected an expression before the end of the file'],
    [
      'parentheses without end',
      program(`return ${'('.repeat(5000)}1${')'.repeat(5000)};`),
      '2: this is nested too deeply',
    ],
    ['blocks without end', program(`${'{'.repeat(3000)}${'}'.repeat(3000)} return 0;`), '2: this is nested too deeply'],
    ['a sum without end', program(`return ${Array(20_000).fill('1').join('+')};`), '2: main() is nested too deeply'],
    [
      'recursion without end',
      program('return f(0);', 'static int f(int n) { return f(n + 1) + 1; }\n'),
      '1: stack-overflow',
    ],
    [
      'a constant that divides by zero',
      program('return X;', 'enum { X = 1 / 0 };\n'),
      '1: the value of X is no constant',
    ],
    ['a division by zero', program('int a = 1, b = 0; return a % b;'), '2: division-by-zero'],
    ['processes without end', program('for (;;) fork();'), '2: limit'],
    [
      'more memory than there is',
      `//@ machine ram=4 swap=1\n${program('char *p = mmap(0, 32 << 20, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); for (long i = 0; i < 32 << 20; i += 4096) p[i] = 1; return 0;')}`,
      '3: out-of-memory',
    ],
    ['a loop without end', program('volatile long i = 0; for (;;) i++;'), '2: step-limit'],
    [
      'annotations that are none',
      `//@ kernl 6.12\n${program('\n//@ asert 1\nreturn 0;')}`,
      "1: unknown annotation 'kernl'; did you mean 'kernel'?",
    ],
  ])('%s', (_, text, message) => {
    expect(
      said(text).some((m) => m.startsWith(message)),
      said(text).join('\n'),
    ).toBe(true);
  });

  it('atomic types of C are integers', () => {
    const s = run(program('a++; b = a; return 0;', 'static _Atomic(int) a = 4;\n_Atomic int b;\n'));
    expect(s.loaded.diagnostics).toEqual([]);
    expect(s.ok).toBe(true);
  });
  it("a driver's own functions and members may have the names of macros of the headers", () => {
    const s = run(`#include <linux/kernel.h>
struct ops { int (*exit)(int); int (*wait)(int, int); };
static int up(int a) { return a + 1; }
static int leave(int a) { return a * 2; }
static int both(int a, int b) { return a + b; }
static const struct ops ops = { .exit = leave, .wait = both };
//@ process app
int main(void)
{
  const struct ops *o = &ops;
  int r = up(o->exit(3)) + ops.wait(1, 2);
  //@ assert r == 10
  return IS_ENABLED(CONFIG_MMU) && !IS_ENABLED(CONFIG_NO_SUCH_THING) ? 0 : 1;
}
`);
    expect(s.loaded.diagnostics).toEqual([]);
    expect(s.ok).toBe(true);
  });
});
