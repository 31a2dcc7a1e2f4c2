import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gupFamilyNames } from '../../../language/kernel/index.ts';
import { Reader, type Scan } from '../../../client/cli/scan.ts';
import { WordFinder } from '../../../client/cli/word-finder.ts';
import { projectIncludes } from '../../../server/headers.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'pinscope-scan-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const reader = new Reader();
function scan(content: string): Scan {
  const path = join(folder, 'a.c');
  writeFileSync(path, content);
  reader.read(path);
  return reader.scan();
}

it('finds every name of the family', () => {
  expect(gupFamilyNames.filter((name) => !scan(`x = ${name}(a);`).holdsNeedle)).toEqual([]);
  expect(gupFamilyNames.filter((name) => scan(`x = ${name.slice(1, 8)}`).holdsNeedle)).toEqual([]);
});

it('finds a name in a file that is larger than the memory was', () => {
  const filling = `${'x'.repeat(63)}\n`.repeat(20_000);
  expect(scan(`${filling}#include "a.h"\npin_user_pages();`)).toEqual({ holdsNeedle: true, includes: ['a.h'] });
  // what stands behind the end is not this file's
  expect(scan('x')).toEqual({ holdsNeedle: false, includes: [] });
  expect(scan(filling)).toEqual({ holdsNeedle: false, includes: [] });
});

it('finds words wherever they stand', () => {
  const words = ['page', 'foli', 'incl'];
  const finder = new WordFinder(words);
  const text = fc
    .array(fc.oneof(fc.constantFrom(...words, 'pag', 'pane', 'f', 'li', 'c'), fc.string({ maxLength: 20 })), {
      maxLength: 60,
    })
    .map((parts) => Buffer.from(parts.join('')));
  fc.assert(
    fc.property(text, fc.nat(40_000), (bytes, before) => {
      const length = before + bytes.length;
      finder.bytes.fill('.', 0, before);
      bytes.copy(finder.bytes, before);
      const found: number[] = [];
      finder.each(length, (at) => found.push(at));
      const all = [...bytes.keys()].filter((at) => words.includes(bytes.toString('latin1', at, at + 4)));
      expect(found).toEqual(all.map((at) => at + before));
    }),
  );
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
  expect(scan(text).includes).toEqual(projectIncludes(text.slice(1)));
});
