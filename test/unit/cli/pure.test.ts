import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { applyEdits, chooseSafeFixes, fixAll, isSound, lineEdit } from '../../../server/apply-fixes.ts';
import { readDefine, readSettings, SETTING_KEYS, targetsOf } from '../../../server/config.ts';
import { readConfigHeader } from '../../../server/config-header.ts';
import { collectHeaders, includeFolders, HEADER_LIMITS } from '../../../server/headers.ts';
import { LineIndex } from '../../../server/lines.ts';
import { RULE_IDS } from '../../../server/rule-ids.ts';
import { applySuppressions } from '../../../server/suppressions.ts';
import type { AnalysisResult, Finding, Fix, RuleId, TextEdit } from '../../../server/findings.ts';

const edit = (start: number, end: number, newText: string, path = 'a.c'): TextEdit => ({
  path,
  span: { start, end },
  newText,
});

function finding(rule: RuleId, start: number, end: number, fixes: readonly Fix[] = []): Finding {
  return {
    rule,
    level: 'error',
    path: 'a.c',
    span: { start, end },
    message: '',
    functionName: 'f',
    steps: [],
    kernels: [],
    fingerprint: rule,
    fixes: () => fixes,
  };
}

describe('suppressions', () => {
  /** `!` in the text is a leaked-pin, `?` a foll-force; gives what is left and the notices. */
  function check(text: string): [left: string, notices: string[]] {
    const comments = Array.from(text.matchAll(/\/\*[^]*?\*\/|\/\/.*/g), (match) => ({
      start: match.index,
      end: match.index + match[0].length,
      text: match[0],
    }));
    const findings = Array.from(text.matchAll(/[!?]/g), (match) =>
      finding(match[0] === '!' ? 'leaked-pin' : 'foll-force', match.index, match.index + 1),
    );
    const result = applySuppressions(text, comments, findings, { path: 'a.c', ran: (rule) => rule !== 'null-pages' });
    return [
      result.findings.map((one) => text[one.span.start]).join(''),
      result.notices.map((notice) => notice.message.replace(/\..*/s, '')),
    ];
  }

  it.each([
    ['a(!); /* pinscope-ignore leaked-pin: x */\nb(!);', '!', []],
    ['/* pinscope-ignore leaked-pin: x */\na(!, ?);\nb(!);', '?!', []],
    ['/* pinscope-ignore leaked-pin, foll-force: x */\na(!, ?);', '', []],
    ['// pinscope-ignore leaked-pin\n// pinscope-ignore foll-force\n\na(!, ?);', '', []],
    ['/* pinscope-ignore */\r\na(!, ?);', '', []],
    ['/*\n * pinscope-ignore leaked-pin: x\n */\na(!);', '', []],
    ['a(\n !, /* pinscope-ignore leaked-pin */\n b);', '', []],
    ['int a;\na(!);\n/* pinscope-ignore-file leaked-pin: x */ b(?);', '?', []],
    ['/* pinscope-ignore-file */ a(!, ?);', '', []],
    ['/* pinscope-ignore leaked-pin */\nint x;', '', ['Unused suppression: leaked-pin reports nothing on line 2']],
    ['/* pinscope-ignore-file foll-force */', '', ['Unused suppression: foll-force reports nothing in this file']],
    ['/* pinscope-ignore null-pages: is off */', '', []],
    ['/* pinscope-ignore leaked-pim: x */\na(!);', '!', ['pinscope-ignore names no rule that exists: "leaked-pim"']],
    ['/* see pinscope-ignore leaked-pin */\na(!); // pinscope-ignored', '!', []],
    ['/* pinscope-ignore freed by firmware */\na(!, ?);', '', []],
    ['/* pinscope-ignore leaked-pin freed by firmware */\na(!, ?);', '?', []],
  ])('%j', (text, left, notices) => {
    expect(check(text)).toEqual([left, notices]);
  });
});

describe('settings', () => {
  it('are those of the manifest', () => {
    const keys = Object.keys(manifest.contributes.configuration.properties).map((key) => key.replace('pinscope.', ''));
    // what the client alone reads is none of the server's
    expect(keys.filter((key) => !/^(trace|simulator)\./.test(key)).sort()).toEqual([...SETTING_KEYS].sort());
    expect(Object.keys(manifest.contributes.configuration.properties['pinscope.severity'].properties)).toEqual(
      RULE_IDS,
    );
  });

  it('become targets', () => {
    const { settings, problems } = readSettings({
      kernelVersions: ['6.12', 'v5.4.17', '6.12'],
      defines: { CONFIG_A: true, CONFIG_B: false, N: 3, V: '"x"' },
    });
    expect(problems).toEqual([]);
    expect(targetsOf(settings).map(({ kernel }) => kernel)).toEqual([
      { major: 6, minor: 12, patch: 0 },
      { major: 5, minor: 4, patch: 17 },
    ]);
    expect([...settings.defines]).toEqual([
      ['CONFIG_A', '1'],
      ['CONFIG_B', null],
      ['N', '3'],
      ['V', '"x"'],
    ]);
  });

  it.each([null, undefined, 7, 'x', [], { kernelVersions: [] }, { kernelVersions: null }])('survive %j', (raw) => {
    expect(readSettings(raw).settings.kernelVersions).toEqual([{ major: 6, minor: 12, patch: 0 }]);
  });

  it('read -D', () => {
    expect(['A', 'A=', 'A=b=c', '!A', '!A=1', '', '1A'].map(readDefine)).toEqual([
      ['A', '1'],
      ['A', ''],
      ['A', 'b=c'],
      ['A', null],
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('config headers', () => {
  it('settle what they state for certain, and nothing else', () => {
    const header = `#ifndef CONF_H
#define CONF_H
/*
 * Automatically generated file; DO NOT EDIT.
 */
#define CONFIG_A 1
#define CONFIG_B_MODULE 1 // built as a module
#define CONFIG_S "x y" /* text */
#define HAVE_PIN
/* #undef HAVE_UNPIN */
#undef OLD
#define CALL(x) x
#ifdef CONFIG_A
#define MAYBE 1
#else
#undef CONFIG_S
#endif
#define LONG 1 + \\
  2
#endif
`;
    expect(Object.fromEntries(readConfigHeader(header))).toEqual({
      CONF_H: '',
      CONFIG_A: '1',
      CONFIG_B_MODULE: '1',
      CONFIG_B: null,
      HAVE_PIN: '',
      HAVE_UNPIN: null,
      OLD: null,
      LONG: '1 +    2',
    });
  });

  it('may be a .config', () => {
    const config = '# comment\r\nCONFIG_A=y\nCONFIG_B=m\nCONFIG_N=0x40\nCONFIG_T="t"\n# CONFIG_C is not set\n';
    expect(Object.fromEntries(readConfigHeader(config))).toEqual({
      CONFIG_A: '1',
      CONFIG_B: null,
      CONFIG_B_MODULE: '1',
      CONFIG_N: '0x40',
      CONFIG_T: '"t"',
      CONFIG_C: null,
      CONFIG_C_MODULE: null,
    });
  });

  it.each(['', '#', '#endif\n#else\n#define A', '#if\n'.repeat(50), '\0\ud800'])('survive %j', (text) => {
    expect(() => readConfigHeader(text)).not.toThrow();
  });
});

describe('headers', () => {
  const collect = (files: Record<string, string>): string[] =>
    collectHeaders('a.c', files['a.c'] ?? '', { resolve: (_, spec) => spec, read: (path) => files[path] }).map(
      (header) => header.path,
    );

  it('come once each, behind what they include', () => {
    expect(
      collect({
        'a.c': '#include "x.h"\n # include "y.h"\n#include <z.h>\n',
        'x.h': '#include "y.h"\n',
        'y.h': '#include "x.h"\n#include "a.c"\n#include "gone.h"\n',
      }),
    ).toEqual(['y.h', 'x.h']);
  });

  it('are looked for where makefiles of drivers point', () => {
    const files: Record<string, string> = {
      'top/drv/os/a.c': '#include "nv.h"\n#include <iprt/version.h>\n#include <linux/mm.h>\n#include <gone.h>\n',
      'top/common/inc/nv.h': '',
      'top/include/iprt/version.h': '#include "near.h"\n',
      'top/include/iprt/near.h': '',
      'top/include/linux/mm.h': '',
    };
    const tried: string[] = [];
    const found = collectHeaders('top/drv/os/a.c', files['top/drv/os/a.c']!, {
      resolve: (from, spec) => posix.join(posix.dirname(from), spec),
      read: (path) => {
        tried.push(path);
        return files[path];
      },
    });
    expect(found.map((header) => header.path)).toEqual([
      'top/common/inc/nv.h',
      'top/include/iprt/near.h',
      'top/include/iprt/version.h',
    ]);
    expect(new Set(tried).size, 'no path is read twice').toBe(tried.length);
  });

  it('the -I of a makefile, with its ways to say "here"', () => {
    const makefile = [
      'ccflags-y := -I$(src)/inc -I $(srctree)/$(src)/../hal/ \\',
      '  -I${CURDIR}/a.b -I. -DX=1 -I$(KDIR)/include',
      'EXTRA_CFLAGS += -I$(shell pwd)/os',
    ].join('\n');
    expect(includeFolders(makefile)).toEqual(['inc/', '../hal/', 'a.b/', '', 'os/']);
  });

  it('are bounded', () => {
    const names = Array.from({ length: 200 }, (_, i) => `h${i}.h`);
    const many = Object.fromEntries(names.map((name) => [name, '']));
    expect(collect({ ...many, 'a.c': names.map((name) => `#include "${name}"\n`).join('') })).toHaveLength(
      HEADER_LIMITS.files,
    );
    expect(
      collect({
        'a.c': '#include "big.h"\n#include "small.h"\n',
        'big.h': ' '.repeat(HEADER_LIMITS.characters + 1),
        'small.h': '',
      }),
    ).toEqual(['small.h']);
  });
});

describe('fixes', () => {
  const fix = (...edits: TextEdit[]): Fix => ({ title: 'x', safe: true, edits });

  it('are refused if they overlap or lie outside', () => {
    const texts = new Map([['a.c', '0123456789']]);
    expect(isSound(fix(edit(2, 4, ''), edit(0, 2, ''), edit(10, 10, 'x')), texts)).toBe(true);
    for (const bad of [
      fix(),
      fix(edit(0, 3, ''), edit(2, 4, '')),
      fix(edit(9, 11, '')),
      fix(edit(-1, 1, '')),
      fix(edit(3, 2, '')),
      fix(edit(0, 1, '', 'b.c')),
      fix(edit(NaN, 1, '')),
    ]) {
      expect(isSound(bad, texts)).toBe(false);
    }
    expect(applyEdits('0123456789', [edit(4, 6, 'x'), edit(0, 1, ''), edit(10, 10, 'y')])).toBe('123x6789y');
  });

  it('that collide wait for the next pass', () => {
    const findings = [
      finding('leaked-pin', 0, 1, [fix(edit(0, 3, 'a'))]),
      finding('foll-force', 0, 1, [fix(edit(2, 4, 'b'))]),
      finding('null-pages', 0, 1, [fix(edit(0, 0, 'c'))]),
    ];
    expect(chooseSafeFixes(findings, new Map([['a.c', '0123456789']])).fixes.map((one) => one.rule)).toEqual([
      'leaked-pin',
    ]);
  });

  it('end where they go round in circles', () => {
    const analyse = (texts: ReadonlyMap<string, string>): AnalysisResult => ({
      path: 'a.c',
      notices: [],
      suppressed: [],
      complete: true,
      stats: { functions: 0, analysed: 0, states: 0, syntaxErrors: 0, overBudget: [] },
      findings: [finding('leaked-pin', 0, 1, [fix(edit(0, 1, texts.get('a.c') === 'a' ? 'b' : 'a'))])],
    });
    expect(fixAll(new Map([['a.c', 'a']]), analyse)).toMatchObject({ passes: 1, applied: [{ rule: 'leaked-pin' }] });
  });

  it.each([
    ['', 'a'],
    ['a\nb\nc\n', 'a\nX\nc\n'],
    ['a\r\nb\r\n', 'a\r\nb\r\nb\r\n'],
    ['a\na\na\n', 'a\na\n'],
    ['ab', 'b'],
    ['x\ny', 'x\nz'],
    ['a\nb', 'a\n'],
  ])('line edit %j → %j', (before, after) => {
    const one = lineEdit('a.c', before, after);
    expect(applyEdits(before, one ? [one] : [])).toBe(after);
  });
});

describe('lines', () => {
  it('count as compilers do', () => {
    const index = new LineIndex('a\r\nbb\n\nc');
    expect([0, 2, 3, 5, 6, 7, 8, 99].map((offset) => index.at(offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 3 },
      { line: 2, column: 1 },
      { line: 2, column: 3 },
      { line: 3, column: 1 },
      { line: 4, column: 1 },
      { line: 4, column: 2 },
      { line: 4, column: 2 },
    ]);
    expect([0, 1, 2, 3, 4, 5].map((line) => index.lineText(line))).toEqual(['', 'a', 'bb', '', 'c', '']);
  });
});
