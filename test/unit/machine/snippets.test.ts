/** Snippets of many topics, written as driver authors write them: each runs without a message, and its assertions hold. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../../../simulator/scenario/index.ts';
import { wrong } from './check.ts';

const folder = new URL('../../fixtures/snippets/', import.meta.url);

describe('snippets', () => {
  it.each(readdirSync(folder))('%s', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const s = run(text, { steps: 200_000 });
    const asked = new Set(s.loaded.properties.flatMap((p) => (p.mode === 'exists' && p.fault ? [p.fault] : [])));
    expect(wrong(s).filter((w) => !asked.has(w.split(' ')[0]!))).toEqual([]);
    expect(s.ok).toBe(true);
    expect(s.length).toBeGreaterThan(2);
  });
});
