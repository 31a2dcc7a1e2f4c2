/** The TextMate injection and the annotations know the same keywords. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KEYWORDS } from '../../../language/annotations/index.ts';

it('highlights every keyword, and no other word', () => {
  const file = new URL('../../../syntaxes/pinscope-annotations.injection.tmLanguage.json', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const begins = [...text.matchAll(/"begin": "[^"]*\\\\s\*\(([a-z|-]+)\)(?:\\\\b|\\\\s\+)/g)].flatMap((m) =>
    m[1]!.split('|'),
  );
  expect([...begins].sort()).toEqual(KEYWORDS.map((k) => k.name).sort());
});
