/** Snippets as tests: which lines of a text state something that a run can break, and what a run says about each. Knows no editor. */
import type { FaultInfo, ResultInfo, Run } from '../../../simulator/engine/protocol.ts';

/** A line with a property or an assertion. */
export interface Property {
  /** From 1. */
  readonly line: number;
  /** As written behind `//@`. */
  readonly text: string;
}
/** What is tested about a text; undefined: it is no snippet. */
export function propertiesOf(text: string): Property[] | undefined {
  if (!/\/\/@[ \t]*[a-z]/.test(text)) return undefined;
  const out: Property[] = [];
  text.split('\n').forEach((line, i) => {
    const m = /\/\/@[ \t]*((?:never|always|exists|assert)\b[^\r]*)/.exec(line);
    if (m) out.push({ line: i + 1, text: m[1]!.replace(/\s\/\/(?!@).*$/, '').trim() });
  });
  return out;
}

/** Why a test failed. */
export interface Failure {
  readonly message: string;
  /** Line of the text that it is shown at. */
  readonly line: number;
  readonly expected?: string;
  readonly actual?: string;
}
/** What became of one test: nothing to say if it passed. */
export interface Verdict {
  readonly failures: readonly Failure[];
}

/** Faults that nobody asked for and that no property forbids by name: they are the file's own failures. */
function unclaimed(run: Run): FaultInfo[] {
  const named = new Set(run.results.flatMap((r) => /^never (\S+)$/.exec(r.text)?.[1] ?? []));
  return run.faults.filter((f) => !f.wanted && !named.has(f.kind));
}

/** What a run says about the file as a whole, beside its properties. */
export function judgeFile(run: Run): Verdict {
  const faults = unclaimed(run).map((f): Failure => ({ message: faultMessage(f), line: f.line || 1 }));
  if (!run.faults.length && run.stopped !== undefined) faults.push({ message: run.stopped, line: 1 });
  return { failures: faults };
}

/** What a run says about a property. */
export function judge(run: Run, p: Property): Verdict {
  const results = run.results.filter((r) => r.annotation === p.line);
  if (!results.length) {
    const message = p.text.startsWith('assert')
      ? 'The run never came to this assertion.'
      : 'The run ended before this could be decided.';
    return { failures: [{ message, line: p.line }] };
  }
  return { failures: results.filter((r) => !r.holds).map((r) => failureOf(run, p, r)) };
}

function failureOf(run: Run, p: Property, r: ResultInfo): Failure {
  if (r.sides)
    return {
      message: `${r.text} does not hold at step ${r.step}: it is ${r.sides.actual}.`,
      line: p.line,
      expected: r.sides.expected,
      actual: r.sides.actual,
    };
  if (r.text.startsWith('assert ')) return { message: `${r.text} does not hold at step ${r.step}.`, line: p.line };
  if (r.text.startsWith('exists '))
    return {
      message: `${r.text.slice('exists '.length)} never happened in the ${run.length} steps of the run.`,
      line: p.line,
    };
  const fault = run.faults.find((f) => r.text === `never ${f.kind}`);
  if (fault) return { message: faultMessage(fault), line: fault.line || p.line };
  return { message: `${r.text} is broken from step ${r.step} on.`, line: r.line || p.line };
}

function faultMessage(f: FaultInfo): string {
  const shown = f.shown < 0 ? ' It never showed.' : f.shown === f.inevitable ? '' : ` It showed at step ${f.shown}.`;
  return `${f.kind}: ${f.text}. ${f.actor} made it inevitable at step ${f.inevitable}${f.line ? `, line ${f.line}` : ''}.${shown}`;
}
