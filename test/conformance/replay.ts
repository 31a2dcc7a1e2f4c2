/** Replays a trace of a real kernel on the model and says where they differ. */
import {
  compareObservation,
  compareResult,
  operationText,
  type Difference,
  type Trace,
} from '../../simulator/trace/compare.ts';
import { featuresOf } from '../../simulator/mm/era.ts';
import { machineConfig, type MachineConfig } from '../../simulator/mm/machine.ts';
import { Model, OperationError, type Operation, type Result } from '../../simulator/mm/model.ts';
import { Observer, type Observation, type Watch } from '../../simulator/mm/observe.ts';
export type { Difference, Trace };

/** The machine that a trace was recorded on, by its header. */
export function machineOf(t: Pick<Trace, 'kernel' | 'lru' | 'swap' | 'group'>): MachineConfig {
  return machineConfig(featuresOf(t.kernel), {
    lru: t.lru,
    swap: t.swap,
    movable: t.group === 'movable' ? 204800 : 0,
    dax: t.group === 'dax' ? 32768 : 0,
  });
}

/** Runs the operations of a trace on a fresh model; all differences, in order. */
export function replay(t: Trace, hook?: (m: Model, op: Operation) => void): Difference[] {
  const out: Difference[] = [];
  const m = new Model(machineOf(t));
  m.s.store.recording = false;
  const o = new Observer(m);
  const drain = !t.scenario.startsWith('baseline.');
  let step = 0;
  let op: Operation = { op: 'start' };
  for (const st of t.steps) {
    const put = (path: string, expected: unknown, got: unknown): void =>
      void out.push({ step, operation: operationText(op), path, expected, got });
    if (st.op === 'observe') {
      const e = st as Observation;
      const watch: Watch[] = e.ptes.map((p) => ({ proc: p.proc, at: p.at }));
      compareObservation(e, o.observe(watch, drain), put);
      hook?.(m, op);
      continue;
    }
    const e = st as Operation & Result;
    op = { op: e.op, ...(e.proc === undefined ? {} : { proc: e.proc }), args: e.args ?? {} };
    step++;
    let r: Result;
    try {
      r = m.run(op);
    } catch (err) {
      if (!(err instanceof OperationError))
        put('exception', 'none', err instanceof Error ? (err.stack ?? err.message) : String(err));
      else put('refused', 'accepted', err.message);
      return out;
    }
    compareResult(e, r, put);
  }
  return out;
}
