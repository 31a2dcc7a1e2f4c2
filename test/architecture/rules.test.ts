/** I-7: a rule is one file, named like its id, and every list of rules is that list. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULE_IDS } from '../../server/rule-ids.ts';
import { ruleMetas } from '../../server/index.ts';
import { pathOf, ROOT, sources } from './sources.ts';

const ids = ruleMetas.map((meta) => meta.id);

describe('rules', () => {
  test('every rule is listed once, in the order of the ids', () => {
    expect(ids).toEqual(RULE_IDS.filter((id) => ids.includes(id)));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(ids)('%s has a file of its own in server/rules', (id) => {
    expect(existsSync(join(ROOT, 'server/rules', `${id}.ts`))).toBe(true);
  });

  test('a file of server/rules that is named like no rule holds none', () => {
    const files = sources.filter((file) => pathOf(file).startsWith('server/rules/'));
    const naming = files.filter((file) => /\bid:\s*'([a-z-]+)'/.test(file.getFullText()));
    for (const file of naming) {
      const found = [...file.getFullText().matchAll(/^\s*id:\s*'([a-z-]+)'/gm)].map((match) => match[1]);
      expect(found, pathOf(file)).toEqual([basename(pathOf(file), '.ts')]);
    }
  });

  test.each(ids)('%s is documented: summary, docs, source and an example', (id) => {
    const meta = ruleMetas.find((one) => one.id === id)!;
    expect(meta.summary).not.toMatch(/\n/);
    expect(meta.summary.length).toBeGreaterThan(20);
    expect(meta.docs.length).toBeGreaterThan(100);
    expect(meta.source).not.toBe('');
    expect(meta.examples.length).toBeGreaterThan(0);
  });

  test.each(ids)('%s has its page in docs/rules', (id) => {
    expect(readFileSync(join(ROOT, 'docs/rules', `${id}.md`), 'utf8')).toContain(id);
  });
});
