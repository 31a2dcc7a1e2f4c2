/** Replays a trace of a real kernel on the model and says where they differ. */
import { featuresOf } from '../../simulator/mm/era.ts';
import { machineConfig, type MachineConfig } from '../../simulator/mm/state.ts';
import { Model, OperationError, type Operation, type Result } from '../../simulator/mm/operations.ts';
import { Observer, type Observation, type Watch } from '../../simulator/mm/observe.ts';

/** A step of a trace: an operation with its answer, or an observation. */
export type TraceStep = (Operation & Result) | Observation;
/** A trace as recorded. */
export interface Trace {
  scenario: string;
  title: string;
  kernel: string;
  memory: string;
  lru: 'classic' | 'mglru';
  swap: 'zram' | 'disk';
  group: string;
  steps: TraceStep[];
}

/** One difference. */
export interface Difference {
  /** Number of the operation, from 1. */
  step: number;
  operation: string;
  /** Where in the answer or the observation. */
  path: string;
  expected: unknown;
  got: unknown;
}

/** The machine that a trace was recorded on, by its header. */
export function machineOf(t: Pick<Trace, 'kernel' | 'lru' | 'swap' | 'group'>): MachineConfig {
  return machineConfig(featuresOf(t.kernel), {
    lru: t.lru, swap: t.swap, movable: t.group === 'movable' ? 204800 : 0, dax: t.group === 'dax' ? 32768 : 0,
  });
}

/** Lines of the kernel's log by kind: without line numbers. */
const logKind = (line: string): string => line.replace(/(\.[ch]):\d+/, '$1').replace(/_to_map:\d+:/, '_to_map:');

function compareRecord(path: string, expected: Record<string, unknown>, got: Record<string, unknown> | undefined, out: (path: string, e: unknown, g: unknown) => void): void {
  if (!got) {
    out(path, short(expected), undefined);
    return;
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(got)])) {
    const e = expected[key];
    const g = got[key];
    if (e === null && key !== 'pincount' && key !== 'swapcache_id') continue;
    if (key === 'pincount' && e === null) {
      if (g !== null && expected['order'] === 0) out(`${path}.${key}`, e, g);
      continue;
    }
    if (key === 'flags' && Array.isArray(e) && Array.isArray(g)) {
      const open = e.includes(null);
      const want = e.filter((x) => x !== null).sort();
      const have = [...(g as string[])].sort();
      const bad = open ? want.some((x) => !have.includes(x as string)) : want.join() !== have.join();
      if (bad) {
        const missing = want.filter((x) => !have.includes(x as string)).map((x) => `-${String(x)}`);
        const extra = open ? [] : have.filter((x) => !want.includes(x)).map((x) => `+${x}`);
        out(`${path}.flags`, e.join(' '), [...extra, ...missing].join(' '));
      }
      continue;
    }
    if (JSON.stringify(e) !== JSON.stringify(g)) out(`${path}.${key}`, e, g);
  }
}
const short = (v: unknown): string => JSON.stringify(v) ?? 'undefined';

function compareObservation(e: Observation, g: Observation, out: (path: string, e: unknown, g: unknown) => void): void {
  const gp = new Map(g.pages.map((p) => [p.id, p]));
  for (const p of e.pages) {
    compareRecord(`page ${p.id}`, p as unknown as Record<string, unknown>, gp.get(p.id) as unknown as Record<string, unknown>, out);
    gp.delete(p.id);
  }
  for (const p of gp.values()) out(`page ${p.id}`, undefined, short(p));
  e.ptes.forEach((p, i) => compareRecord(`pte ${p.proc}:${p.at}`, p, g.ptes[i], out));
  for (const h of new Set([...Object.keys(e.handles), ...Object.keys(g.handles)])) if (short(e.handles[h]) !== short(g.handles[h])) out(`handle ${h}`, e.handles[h], g.handles[h]);
  for (const v of new Set([...Object.keys(e.vmstat), ...Object.keys(g.vmstat)])) {
    if (e.vmstat[v] === null) continue;
    if (e.vmstat[v] !== g.vmstat[v]) out(`vmstat ${v}`, e.vmstat[v] ?? 0, g.vmstat[v] ?? 0);
  }
}

/** An operation as one line. */
export function operationText(op: Operation): string {
  const a = Object.entries(op.args ?? {}).map(([k, v]) => `${k}=${Array.isArray(v) ? v.join('|') : String(v)}`).join(' ');
  return `${op.proc && op.proc !== 'P' ? op.proc + ': ' : ''}${op.op}(${a})`;
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
    const put = (path: string, expected: unknown, got: unknown): void => void out.push({ step, operation: operationText(op), path, expected, got });
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
      if (!(err instanceof OperationError)) put('exception', 'none', err instanceof Error ? err.stack ?? err.message : String(err));
      else put('refused', 'accepted', err.message);
      return out;
    }
    for (const k of ['ret', 'errno', 'data', 'signal', 'blocked', 'status'] as const) {
      if (k !== 'ret' && e[k] === null) continue;
      if (short(e[k]) !== short(r[k])) put(k, e[k], r[k]);
    }
    const want = (e.dmesg ?? []).map(logKind);
    const have = (r.dmesg ?? []).map(logKind);
    if (want.join('\n') !== have.join('\n')) put('dmesg', want, have);
  }
  return out;
}
