/** Snippets that are wrong on purpose: `//~ kind` marks where each fault is to be reported; nothing else may be. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../../../simulator/scenario/index.ts';
import { expectedFaults, wrong } from './check.ts';

const folder = new URL('../../fixtures/faulty/', import.meta.url);

describe('snippets with faults', () => {
  it.each(readdirSync(folder))('%s', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    expect(wrong(run(text, { steps: 200_000 })).sort()).toEqual(expectedFaults(text).sort());
  });
});
