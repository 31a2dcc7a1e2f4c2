/** Faults and outcomes in words. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { FaultInfo, Run } from '../../../simulator/engine/protocol.ts';
import type { Runtime } from './runtime.ts';

function stepText(run: Run, step: number): string {
  const place = run.places[run.steps.place[step] ?? -1];
  const actor = run.actors[run.steps.actor[step] ?? -1];
  if (!place || !actor) return `step ${step}`;
  const statement = run.files[place.file]!.text.slice(place.start, place.end).replace(/\s+/g, ' ').slice(0, 100);
  return `step ${step}, line ${place.line}, ${actor.name}: ${statement}`;
}
function faultText(run: Run, f: FaultInfo): string {
  const lines = [`${f.kind}: ${f.text}`];
  if (f.about && f.about !== f.text) lines.push(`In general: ${f.about}.`);
  lines.push(`It became inevitable at ${stepText(run, f.inevitable)}`);
  if (f.shown < 0) lines.push('It never showed: nobody looked before the end of the run.');
  else if (f.shown !== f.inevitable) lines.push(`It showed at ${stepText(run, f.shown)}`);
  if (f.wanted) lines.push('The snippet expects it (//@ exists).');
  return lines.join('\n');
}

/** Why the session stands at a fault. */
export function faultReport(runtime: Runtime): P.ExceptionInfoResponse['body'] {
  const { faults, failed } = runtime.faultsHere();
  const { run } = runtime;
  const parts = [
    ...faults.map((f) => faultText(run, f)),
    ...failed.map((r) =>
      r.sides ? `${r.text} failed: it is ${r.sides.actual}, expected ${r.sides.expected}` : `${r.text} failed`,
    ),
  ];
  const first = faults[0];
  return {
    exceptionId: first?.kind ?? (failed.length ? 'assertion' : 'fault'),
    description: parts.join('\n\n'),
    breakMode: faults.length > 0 && faults.every((f) => f.wanted) ? 'always' : 'unhandled',
    details: {
      typeName: first?.kind ?? 'assertion',
      message: first?.text ?? failed[0]?.text ?? '',
      stackTrace: faults.map((f) => `${f.kind} at ${stepText(run, f.inevitable)}`).join('\n'),
    },
  };
}

/** The outcome of a run, a line each. */
export function summary(run: Run): { readonly text: string; readonly ok: boolean; readonly line: number }[] {
  return [
    ...run.faults.map((f) => ({
      text: `${f.wanted ? 'as expected' : 'FAULT'}: ${f.kind} (step ${f.inevitable}, ${f.actor}): ${f.text}`,
      ok: f.wanted,
      line: f.line,
    })),
    ...run.results.map((r) => ({
      text: `${r.holds ? 'holds' : 'FAILED'}: ${r.text}${r.sides ? ` (it is ${r.sides.actual}, expected ${r.sides.expected})` : ''}`,
      ok: r.holds,
      line: r.annotation,
    })),
    {
      text: `${run.length} steps; ${run.ok ? 'everything went as the annotations say' : 'the run failed'}.`,
      ok: run.ok,
      line: 0,
    },
  ];
}
