/** An exploration as text and as JSON. */
import type { Exploration } from './explorer.ts';

/** Does every property hold, and does what should exist exist? */
export function explorationOk(e: Exploration): boolean {
  return e.verdicts.every((v) => v.holds);
}

/** What was found, in a few lines. */
export function explorationLines(e: Exploration): string[] {
  const n = `${e.executions} execution${e.executions === 1 ? '' : 's'}`;
  const out = [
    `explored ${n} (${e.states} states, ${e.turns} turns${e.pruned ? `, ${e.pruned} more led to known states` : ''})${e.complete ? '' : '; a bound was reached: not everything was looked at'}`,
  ];
  for (const v of e.verdicts) {
    if (v.holds && v.mode === 'all')
      out.push(`ok: ${v.text} holds in all ${n}${e.complete ? '' : ' that were looked at'}`);
    else if (!v.holds && v.mode === 'exists') out.push(`FAILED: ${v.text}: in none of ${n}`);
    else {
      const s = v.shortest!;
      out.push(
        `${v.holds ? 'ok' : 'BROKEN'}: ${v.text}: ${v.holds ? 'occurs' : 'broken'} in ${v.count}; the shortest has ${s.steps} steps${s.line ? ` (line ${s.line})` : ''}: ${s.text}`,
        `    --schedule '${s.schedule}'`,
      );
    }
  }
  return out;
}

/** The exploration as JSON. */
export function explorationJson(e: Exploration): string {
  return JSON.stringify({ ok: explorationOk(e), ...e });
}
