/** The example driver: it runs without a fault, and each broken variant is found twice: by the analyser, and by the simulator. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lineOf } from '../../../server/rules/rule.ts';
import { run } from '../../../simulator/scenario/index.ts';
import { analyse } from '../rules/check.ts';
import { wrong } from './check.ts';

const text = (file: string): string =>
  readFileSync(new URL(`../../../examples/vdma-driver/${file}`, import.meta.url), 'utf8');

async function findings(source: string): Promise<string[]> {
  return (await analyse(source)).findings
    .filter((f) => f.level === 'error' || f.level === 'warning')
    .map((f) => `${f.rule} ${lineOf(source, f.span.start)}`);
}

describe('vdma driver', () => {
  it('is right: nothing is found, nothing goes wrong', async () => {
    const source = text('vdma.c');
    expect(await findings(source)).toEqual([]);
    const s = run(source);
    expect(wrong(s)).toEqual([]);
    expect(s.ok).toBe(true);
  });

  it.each([
    ['get-instead-of-pin.c', 'get-for-dma', 'lost-write'],
    ['leak-on-error.c', 'leaked-pin', 'leak'],
    ['no-foll-write.c', 'write-direction-mismatch', 'zero-page-write'],
  ])('%s: the analyser says %s, the simulator shows it', async (file, rule, fault) => {
    const source = text(`broken/${file}`);
    const found = await findings(source);
    expect(found.map((f) => f.split(' ')[0])).toContain(rule);
    const s = run(source);
    expect(s.faults.map((f) => f.kind)).toEqual(s.faults.map(() => fault));
    expect(s.faults).not.toEqual([]);
    expect(s.ok).toBe(true);
  });
});
