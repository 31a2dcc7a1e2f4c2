/** What the executions say of each property: it holds in all of them, or is broken in some; the shortest is kept. */
import type { Simulation } from '../scenario/index.ts';

/** An execution that can be run again. */
export interface Witness {
  /** For `--schedule`, and RunOptions.schedule. */
  readonly schedule: string;
  readonly steps: number;
  /** What went wrong (or, for `exists`, right) in it. */
  readonly text: string;
  readonly line: number;
}
/** The verdict on one property, assertion, or fault that nobody asked for. */
export interface Verdict {
  /** As the source has it: `never lost-write`, `assert x == 2`; `no deadlock` for a fault that no annotation names. */
  readonly text: string;
  readonly mode: 'all' | 'exists';
  readonly holds: boolean;
  /** Executions in which it is broken; for `exists`, in which it occurs. */
  readonly count: number;
  readonly shortest: Witness | undefined;
}

/** Collects verdicts. */
export class Verdicts {
  private readonly all = new Map<string, { mode: 'all' | 'exists'; count: number; shortest: Witness | undefined }>();
  private readonly wanted: ReadonlySet<string>;
  constructor(private readonly sim: Simulation) {
    const { properties } = sim.loaded;
    this.wanted = new Set(properties.flatMap((p) => (p.mode === 'exists' && p.fault !== undefined ? [p.fault] : [])));
    for (const p of properties)
      this.of(`${p.mode} ${p.fault ?? p.expr?.text ?? ''}`, p.mode === 'exists' ? 'exists' : 'all');
  }
  private of(text: string, mode: 'all' | 'exists'): { mode: string; count: number; shortest: Witness | undefined } {
    let v = this.all.get(text);
    if (!v) this.all.set(text, (v = { mode, count: 0, shortest: undefined }));
    return v;
  }
  private hit(text: string, mode: 'all' | 'exists', schedule: () => string, what: string, line: number): void {
    const v = this.of(text, mode);
    v.count++;
    if (!v.shortest || this.sim.length < v.shortest.steps)
      v.shortest = { schedule: schedule(), steps: this.sim.length, text: what, line };
  }
  /** The simulation is at the end of an execution. */
  judge(schedule: () => string): void {
    const { sim } = this;
    const broken = new Map<string, { what: string; line: number }>();
    const seen = new Set<string>();
    for (const r of sim.results) {
      seen.add(r.text);
      const exists = r.text.startsWith('exists ');
      if (exists ? r.holds : !r.holds)
        if (!broken.has(r.text)) broken.set(r.text, { what: this.why(r.text) ?? r.text, line: r.line });
      if (!exists) this.of(r.text, 'all');
    }
    for (const f of sim.faults) {
      const text = `no ${f.kind}`;
      if (this.wanted.has(f.kind) || seen.has(`never ${f.kind}`) || broken.has(text)) continue;
      broken.set(text, { what: f.text, line: f.line });
    }
    for (const [text, b] of broken)
      this.hit(text, text.startsWith('exists ') ? 'exists' : 'all', schedule, b.what, b.line);
  }
  private why(text: string): string | undefined {
    const kind = /^(?:never|exists) ([a-z-]+)$/.exec(text)?.[1];
    return kind === undefined ? undefined : this.sim.faults.find((f) => f.kind === kind)?.text;
  }
  list(): Verdict[] {
    return [...this.all].map(([text, v]) => ({
      text,
      mode: v.mode,
      holds: v.mode === 'exists' ? v.count > 0 : v.count === 0,
      count: v.count,
      shortest: v.shortest,
    }));
  }
}
