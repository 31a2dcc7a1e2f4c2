/** Every snippet of the gallery runs as its annotations say, the same way each time, and can be entered at any step. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run, traceJson } from '../../../simulator/scenario/index.ts';
import { wrong } from './check.ts';

const folder = new URL('../../../examples/gallery/', import.meta.url);
const files = readdirSync(folder).filter((f) => f.endsWith('.c'));

describe('the gallery', () => {
  it('has all twenty themes', () => {
    expect([...new Set(files.map((f) => Number(f.slice(0, 2))))].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });
  it.each(files)('%s', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const s = run(text);
    const asked = new Set(s.loaded.properties.flatMap((p) => (p.mode === 'exists' && p.fault ? [p.fault] : [])));
    expect(wrong(s).filter((w) => !asked.has(w.split(' ')[0]!))).toEqual([]);
    expect(s.ok).toBe(true);
    // it proves something
    expect(s.results.length).toBeGreaterThan(0);
    expect(text).toMatch(/^\/\/ SPDX[^\n]*\n\/\*\n \* \d+[. ]/);
    const json = traceJson(s);
    s.seek(0);
    s.seek(s.length);
    expect(traceJson(run(text))).toBe(json);
  });
});
