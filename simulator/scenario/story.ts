/** A run as text: a story for people, JSON for programs, a report. */
import type { Simulation } from './simulation.ts';

/** The story of a run: steps by actor and line, with what happened in them. `every`: each statement, not only those with events. */
export function story(s: Simulation, o: { every?: boolean; until?: number } = {}): string {
  const out: string[] = [];
  const lines = s.loaded.text.split('\n');
  const byStep = new Map<number, string[]>();
  for (const e of s.events) {
    const list = byStep.get(e.step) ?? [];
    list.push(`${e.failure ? '!' : '·'} ${e.kind}: ${e.text}`);
    byStep.set(e.step, list);
  }
  let actor = '';
  const end = Math.min(s.length, o.until ?? Infinity);
  for (const e of byStep.get(0) ?? []) out.push(`      ${e}`);
  for (let i = 0; i < end; i++) {
    const notes = byStep.get(i + 1);
    if (!o.every && !notes) continue;
    const st = s.step(i);
    if (st.actor !== actor) out.push(`[${(actor = st.actor)}]`);
    out.push(`${String(i).padStart(5)} ${String(st.line).padStart(4)}  ${(lines[st.line - 1] ?? '').trim()}`);
    for (const n of notes ?? []) out.push(`            ${n}`);
  }
  return out.join('\n');
}

/** What a run found, in a few lines. */
export function outcome(s: Simulation): string[] {
  const out: string[] = [];
  for (const d of s.loaded.diagnostics) out.push(`${d.severity}: line ${s.loaded.lineOf(d.start)}: ${d.message}`);
  const asked = new Set(s.loaded.properties.filter((p) => p.mode === 'exists' && p.fault).map((p) => p.fault));
  for (const f of s.faults) {
    const shown = f.shown < 0 ? 'it did not show' : f.shown !== f.inevitable ? `it showed at step ${f.shown}` : '';
    out.push(
      `${asked.has(f.kind) ? 'as shown' : 'FAULT'}: ${f.kind}${f.line ? ` at line ${f.line}` : ''} (step ${f.inevitable}, ${f.actor}): ${f.text}${shown ? `; ${shown}` : ''}`,
    );
  }
  if (s.stopped !== undefined && !s.faults.length) out.push(`the run ended early: ${s.stopped}`);
  for (const r of s.results)
    out.push(
      `${r.holds ? 'ok' : 'FAILED'}: ${r.text}${r.holds ? '' : ` (step ${r.step}${r.line ? `, line ${r.line}` : ''})`}`,
    );
  const reached = new Set(s.results.map((r) => r.at));
  for (const a of s.loaded.annotations)
    if (
      a.kind === 'action' &&
      a.action.kind === 'assert' &&
      !reached.has(a.action.expr.start) &&
      !s.loaded.diagnostics.some((d) => d.severity === 'error')
    )
      out.push(`never reached: assert ${a.action.expr.text} (line ${s.loaded.lineOf(a.start)})`);
  return out;
}

/** The trace as JSON: steps, events, faults, results. */
export function traceJson(s: Simulation): string {
  const steps = Array.from({ length: s.length }, (_, i) => {
    const st = s.step(i);
    return [st.line, st.actor] as const;
  });
  const actors = [...new Set(steps.map((x) => x[1]))];
  return JSON.stringify({
    kernel: s.loaded.kernel,
    ok: s.ok,
    actors,
    steps: steps.map(([line, actor]) => [line, actors.indexOf(actor)]),
    events: s.events.map((e) => ({
      step: e.step,
      actor: e.actor,
      kind: e.kind,
      text: e.text,
      ...(e.failure ? { failure: true } : {}),
    })),
    faults: s.faults,
    results: s.results,
    diagnostics: s.loaded.diagnostics.map((d) => ({
      line: s.loaded.lineOf(d.start),
      severity: d.severity,
      message: d.message,
    })),
    output: s.kernel.output.join(''),
  });
}

/** A report in Markdown. */
export function markdownReport(s: Simulation, name: string): string {
  return `# ${name}\n\n${s.ok ? 'Everything went as the annotations say.' : 'This run failed.'} Kernel ${s.loaded.kernel}, ${s.length} steps.\n\n${outcome(
    s,
  )
    .map((l) => `- ${l}`)
    .join('\n')}\n\n## What happened\n\n\`\`\`\n${story(s)}\n\`\`\`\n`;
}
