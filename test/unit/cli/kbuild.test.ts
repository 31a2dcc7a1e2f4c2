/** `pinscope kbuild`, as make calls it: flags of the compiler, a build folder around. */
import { expect, it } from 'vitest';
import { fakeAnalyser } from './fake-analyser.ts';
import { folder } from './check.ts';

const FLAGS = [
  ...['-D__linux__', '-D__CHECKER__', '-nostdinc', '-I./arch/x86/include', '-I', './include', '-Wall', '-O2'],
  ...['-include', './include/linux/kconfig.h', '-DMODULE', '-DKBUILD_BASENAME="a"', '-D', 'N=2', '-DF(x)=#x', '-UOLD'],
  ...['-Wp,-MMD,./.a.o.d', '-fno-pie', '--param', 'x=1', '-std=gnu11'],
];

it('takes kernel, configuration and macros from the build; findings do not end it', async () => {
  const analyser = fakeAnalyser();
  const { run } = folder(
    {
      'include/config/kernel.release': '6.1.0-18-amd64\n',
      'include/generated/autoconf.h': '#define CONFIG_X 1\n',
      'a.c': 'leak_user_pages(p);\n',
    },
    { analyser },
  );
  const { code, stdout } = await run('kbuild', '--severity', 'leaked-pin=warning', ...FLAGS, 'a.c');
  expect([code, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/^a\.c:1:1: warning: .*leaked-pin\]$/)]);
  const [target] = analyser.targets[0] ?? [];
  expect(target?.kernel).toMatchObject({ major: 6, minor: 1 });
  expect(Object.fromEntries(target?.defines ?? [])).toEqual({
    CONFIG_X: '1',
    __linux__: '1',
    MODULE: '1',
    KBUILD_BASENAME: '"a"',
    N: '2',
    OLD: null,
  });
});

it('finds the build of an out-of-tree module by the include paths', async () => {
  const analyser = fakeAnalyser();
  const { run } = folder(
    { 'kernel/include/generated/autoconf.h': '#define CONFIG_Y 1\n', 'm/a.c': 'leak_user_pages(p);\n' },
    { analyser },
  );
  await run('kbuild', '-Ikernel/include/generated/uapi', 'm/a.c');
  expect(analyser.targets[0]?.[0]?.defines.get('CONFIG_Y')).toBe('1');
});

it('leaves assembler alone, and says how it is meant to be called', async () => {
  const { run } = folder({ 'a.S': 'leak_user_pages' });
  expect(await run('kbuild', ...FLAGS, 'a.S')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect((await run('kbuild', ...FLAGS)).stderr).toMatch(/make C=1 CHECK="pinscope kbuild"/);
});
