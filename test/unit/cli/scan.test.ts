import { expect, it } from 'vitest';
import { gupFamilyNames } from '../../../language/kernel/index.ts';
import { holdsNeedle, includesIn } from '../../../client/cli/scan.ts';
import { projectIncludes } from '../../../server/headers.ts';

it('finds every name of the family', () => {
  expect(gupFamilyNames.filter((name) => !holdsNeedle(Buffer.from(`x = ${name}(a);`)))).toEqual([]);
});

it('sees the includes that headers are collected by', () => {
  const text = [
    '\ufeff#include "first.h"',
    '#include <linux/mm.h>',
    ' \t#  include\t"../a b/own.h"',
    '#include <compat/pages.h>',
    'x = 1; #include "no.h"',
    '#include MACRO',
    '#include "open',
    '#includes "no.h"',
    '#include<drm/none.h>',
    '/*\r\n#include "kept.h" */',
    '#include "linux/local.h"',
    '#include "last.c"',
  ].join('\n');
  const bytes = Buffer.from(text);
  expect(includesIn(bytes)).toEqual(projectIncludes(bytes.toString('utf8', 3)));
});
