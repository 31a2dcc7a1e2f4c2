/** Invariants and undo over the oracle's traces; the traces themselves are compared by the conformance test. */
import { describe, expect, it } from 'vitest';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packedTraces } from '../../conformance/traces.ts';
import { machineOf, replay } from '../../conformance/replay.ts';
import { violations } from '../../../simulator/mm/invariants.ts';
import { Model, type Operation } from '../../../simulator/mm/model.ts';

const home = `${dirname(dirname(dirname(fileURLToPath(import.meta.url))))}/conformance`;

describe('the oracle traces', () => {
  const traces = packedTraces(home);
  it('are all there', () => {
    expect(traces.length).toBe(925);
  });
  it('keep every invariant after every operation', { timeout: 60_000 }, () => {
    for (const t of traces) {
      if (t.group === 'danger') continue; // mismatched releases break them on purpose
      replay(t, (m, op) => {
        const v = violations(m, 3);
        if (v.length) throw new Error(`${t.scenario} [${t.kernel}] after ${op.op}: ${v.join('; ')}`);
      });
    }
  });
  it('agree with the kernels but for the two that depend on timing', { timeout: 60_000 }, () => {
    const different = traces.filter((t) => replay(t).length > 0).map((t) => `${t.kernel} ${t.scenario}`);
    expect(different).toEqual(['6.1.192 reclaim-lru.ext4-shared.pin', '6.12.117 reclaim-lru.ext4-shared.get-ro@mglru']);
  });
  it('undo to the beginning and redo to the same end', { timeout: 60_000 }, () => {
    for (const t of traces.filter((_, i) => i % 25 === 0)) {
      const m = new Model(machineOf(t));
      const start = m.s.store.hash();
      for (const s of t.steps) if (s.op !== 'observe') m.run(s as Operation);
      const end = m.s.store.hash();
      const position = m.s.store.boundary();
      m.s.store.seek(0);
      expect(m.s.store.hash()).toBe(start);
      m.s.store.seek(position);
      expect(m.s.store.hash()).toBe(end);
    }
  });
});
