/** All state of a run is in the journal: from any step it goes on the same way, or another way and back again. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run, traceJson, type Simulation } from '../../../simulator/scenario/index.ts';
import { THREAD } from '../../../simulator/machine/index.ts';

const GALLERY = new URL('../../../examples/gallery/', import.meta.url);
const gallery = readdirSync(GALLERY).filter((f) => f.endsWith('.c'));

/** Steps to go back to: first and last, and some between. */
function places(s: Simulation): number[] {
  const n = s.length;
  return [...new Set([0, 1, 2, Math.floor(n / 3), Math.floor(n / 2), n - 3, n - 1])].filter((k) => k >= 0 && k < n);
}

describe('running on from an earlier step', () => {
  it.each(gallery)('%s goes the same way again', (file) => {
    const s = run(readFileSync(new URL(file, GALLERY), 'utf8'));
    const whole = traceJson(s);
    const end = s.model.s.store.hash();
    for (const k of places(s)) {
      s.seek(k);
      expect(traceJson(s.runOn(k)), `from step ${k}`).toBe(whole);
      expect(s.model.s.store.hash(), `state at the end, from step ${k}`).toBe(end);
    }
  });

  const TWO = `
#include <linux/module.h>
static int order[8], n;
static void work(int me) { int i; for (i = 0; i < 3; i++) { order[n++] = me; msleep(1); } }
//@ process a
int a(void) { struct page *p = alloc_page(GFP_KERNEL); work(1); __free_page(p); return 0; }
//@ process b
int b(void) { work(2); printf("%d%d%d%d%d%d\\n", order[0], order[1], order[2], order[3], order[4], order[5]); return 0; }
`;
  it('can go another way: what was changed is part of the new history', () => {
    const first = traceJson(run(TWO));
    const outputs = new Set<string>();
    for (const k of places(run(TWO))) {
      const s = run(TWO);
      const ways = ['a', 'b'].map((name) => {
        s.runOn(k, () => s.chooseNext(threadNamed(s, name)));
        return traceJson(s);
      });
      s.runOn(k);
      expect(traceJson(s)).toBe(ways[1]);
      for (const way of ways) outputs.add(way);
    }
    expect(outputs).toContain(first);
    expect(outputs.size).toBeGreaterThan(1);
  });

  it('random schedules: the same seed, the same trace; other seeds, other orders', () => {
    const traces = [1, 2, 3, 4, 5, 6].map((seed) => traceJson(run(TWO, { seed })));
    expect([1, 2, 3, 4, 5, 6].map((seed) => traceJson(run(TWO, { seed })))).toEqual(traces);
    expect(new Set(traces).size).toBeGreaterThan(1);
  });
});

function threadNamed(s: Simulation, name: string): number {
  for (let t = 1; t < s.kernel.threadCount; t++)
    if (s.kernel.actorName(t) === name && s.kernel.vm.tState.at(t) !== THREAD.none) return t;
  return 0;
}
