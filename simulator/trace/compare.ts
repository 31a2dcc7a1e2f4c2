/** Traces, and how two of them differ, field by field. */
import type { Observation } from '../mm/observe.ts';
import type { Operation, Result } from '../mm/model.ts';

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

/** Lines of the kernel's log by kind: without line numbers. */
const logKind = (line: string): string => line.replace(/(\.[ch]):\d+/, '$1').replace(/_to_map:\d+:/, '_to_map:');

function compareRecord(
  path: string,
  expected: Record<string, unknown>,
  got: Record<string, unknown> | undefined,
  out: (path: string, e: unknown, g: unknown) => void,
): void {
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

/** Compares one observation; `null` fields of the expected one are left out. */
export function compareObservation(
  e: Observation,
  g: Observation,
  out: (path: string, e: unknown, g: unknown) => void,
): void {
  const gp = new Map(g.pages.map((p) => [p.id, p]));
  for (const p of e.pages) {
    compareRecord(
      `page ${p.id}`,
      p as unknown as Record<string, unknown>,
      gp.get(p.id) as unknown as Record<string, unknown>,
      out,
    );
    gp.delete(p.id);
  }
  for (const p of gp.values()) out(`page ${p.id}`, undefined, short(p));
  e.ptes.forEach((p, i) => compareRecord(`pte ${p.proc}:${p.at}`, p, g.ptes[i], out));
  for (const h of new Set([...Object.keys(e.handles), ...Object.keys(g.handles)]))
    if (short(e.handles[h]) !== short(g.handles[h])) out(`handle ${h}`, e.handles[h], g.handles[h]);
  for (const v of new Set([...Object.keys(e.vmstat), ...Object.keys(g.vmstat)])) {
    if (e.vmstat[v] === null) continue;
    if (e.vmstat[v] !== g.vmstat[v]) out(`vmstat ${v}`, e.vmstat[v] ?? 0, g.vmstat[v] ?? 0);
  }
}

/** An operation as one line. */
export function operationText(op: Operation): string {
  const a = Object.entries(op.args ?? {})
    .map(([k, v]) => `${k}=${Array.isArray(v) ? v.join('|') : String(v)}`)
    .join(' ');
  return `${op.proc && op.proc !== 'P' ? op.proc + ': ' : ''}${op.op}(${a})`;
}

/** Compares the answer of one operation. */
export function compareResult(e: Result, r: Result, out: (path: string, e: unknown, g: unknown) => void): void {
  for (const k of ['ret', 'errno', 'data', 'signal', 'blocked', 'status'] as const) {
    if (k !== 'ret' && e[k] === null) continue;
    if (short(e[k]) !== short(r[k])) out(k, e[k], r[k]);
  }
  const want = (e.dmesg ?? []).map(logKind);
  const have = (r.dmesg ?? []).map(logKind);
  if (want.join('\n') !== have.join('\n')) out('dmesg', want, have);
}

const stepText = (s: TraceStep): string => (s.op === 'observe' ? 'observe' : operationText(s as Operation));

/** All differences of two traces of the same operations. */
export function compareTraces(expected: Trace, got: Trace): Difference[] {
  const out: Difference[] = [];
  let step = 0;
  let op: Operation = { op: 'start' };
  expected.steps.forEach((e, i) => {
    const g = got.steps[i];
    const put = (path: string, a: unknown, b: unknown): void =>
      void out.push({ step, operation: operationText(op), path, expected: a, got: b });
    if (e.op !== 'observe') {
      step++;
      op = e as Operation;
    }
    const other = !g || g.op !== e.op || ((e as Operation).proc ?? 'P') !== ((g as Operation).proc ?? 'P');
    if (other) put('operation', stepText(e), g && stepText(g));
    else if (e.op === 'observe') compareObservation(e as Observation, g as Observation, put);
    else compareResult(e as Result, g as Result, put);
  });
  const more = got.steps.slice(expected.steps.length).find((s) => s.op !== 'observe') as Operation | undefined;
  if (more)
    out.push({
      step: step + 1,
      operation: operationText(more),
      path: 'operation',
      expected: undefined,
      got: stepText(more as TraceStep),
    });
  return out;
}
