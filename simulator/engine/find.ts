/** Looking for a step: breakpoints of all kinds, forwards and backwards. */
import type { FindStepParams, Found, NextStepParams, ResultInfo, Run, Stop } from './protocol.ts';
import { readWatch, watchName } from './watch.ts';
import type { Session } from './session.ts';

/** How a long search stays polite: it gives way now and then, and ends when nobody wants its answer any more. */
export interface Patience {
  cancelled(): boolean;
  /** Lets messages in. */
  pause(): Promise<void>;
}
/** Nobody wants the answer any more. */
export class Cancelled extends Error {}

/** Milliseconds between pauses. */
export const SLICE = 25;

/** Number of a hit against `5`, `>= 5`, `% 2`. */
export function hitsHold(text: string, count: number): boolean {
  const m = /^\s*(==|=|>=|>|<=|<|%)?\s*(\d+)\s*$/.exec(text);
  if (!m) return true;
  const n = Number(m[2]);
  switch (m[1]) {
    case '>':
      return count > n;
    case '>=':
      return count >= n;
    case '<':
      return count < n;
    case '<=':
      return count <= n;
    case '%':
      return n > 0 && count % n === 0;
    default:
      return count === n;
  }
}

/** One stop, ready to be asked about steps. */
class Watcher {
  private readonly steps: ReadonlySet<number> | undefined;
  private last: { readonly step: number; readonly value: string | undefined } | undefined;
  private count: number | undefined;
  problem: string | undefined;
  text = '';

  constructor(
    private readonly session: Session,
    readonly stop: Stop,
  ) {
    const { on } = stop;
    const { statements, run } = session;
    if (on.kind === 'line') this.steps = new Set(statements.stepsAtLine(on.line, on.file));
    else if (on.kind === 'function') this.steps = new Set(statements.entries(on.name));
    else if (on.kind === 'step') this.steps = new Set([on.step]);
    else if (on.kind === 'fault') {
      const wanted = run.faults.filter(
        (f) => (!on.kinds || on.kinds.includes(f.kind)) && !(on.unwanted === true && f.wanted),
      );
      const failed = !on.kinds || on.kinds.includes('assertion') ? failedAssertions(run) : [];
      this.steps = new Set([
        ...wanted.flatMap((f) => (f.shown < 0 ? [f.inevitable] : [f.inevitable, f.shown])),
        ...failed.map((r) => r.step),
      ]);
    }
  }
  get isData(): boolean {
    return this.stop.on.kind === 'data';
  }

  private value(step: number): string | undefined {
    if (this.last?.step === step) return this.last.value;
    this.session.goTo(step);
    const { on } = this.stop;
    return on.kind === 'data' ? readWatch(this.session, on.watch, step) : undefined;
  }
  /** Values before and behind the statement that leads to a step. The one that is nearer to where the search goes is kept for the next. */
  private values(step: number): readonly [string | undefined, string | undefined] {
    const first = this.last?.step === step ? step : step - 1;
    const one = { step: first, value: this.value(first) };
    const other = { step: 2 * step - 1 - first, value: this.value(2 * step - 1 - first) };
    this.last = other;
    return first < step ? [one.value, other.value] : [other.value, one.value];
  }

  /** Does the stop hold at a step, hit counts aside? Of data: did the statement before change it? */
  matches(step: number): boolean {
    const { on, condition } = this.stop;
    if (on.kind === 'data') {
      if (step === 0) return false;
      const [old, now] = this.values(step);
      if (old === undefined || now === undefined || old === now) return false;
      this.text = `${watchName(on.watch)} changes from ${old} to ${now}`;
    } else if (!this.steps!.has(step)) return false;
    if (condition === undefined || condition === '') return true;
    this.session.goTo(step);
    const truth = this.session.evaluator.truth(condition, { thread: this.session.threadAt(step), frame: 0 });
    if (typeof truth === 'string') this.problem ??= `${condition}: ${truth}`;
    return truth === true;
  }

  /** The same with the hit count, which is counted from the beginning of the run. `from`: where the search began. */
  *holds(step: number, from: number, direction: 1 | -1): Generator<void, boolean> {
    const { hits } = this.stop;
    if (hits === undefined || hits.trim() === '') return this.matches(step);
    if (this.count === undefined) {
      this.count = 0;
      const until = direction > 0 ? from + 1 : this.isData ? from + 1 : from;
      for (let i = 0; i < until; i++) {
        if (this.matches(i)) this.count++;
        yield;
      }
    }
    if (!this.matches(step)) return false;
    const number = direction > 0 ? ++this.count : this.count--;
    return hitsHold(hits, number);
  }
}

/** The next step, in a direction, at which one of the stops holds. */
export async function findStep(session: Session, p: FindStepParams, patience: Patience): Promise<Found> {
  const { direction, from } = p;
  const { run } = session;
  const watchers = p.stops.map((stop) => new Watcher(session, stop));
  const logs: { step: number; text: string; stop: number }[] = [];
  const reasons: { stop: number; text: string }[] = [];
  const end = p.to ?? (direction > 0 ? run.length : 0);
  let step: number | null = null;
  let since = performance.now();
  const rest = async (): Promise<void> => {
    if (performance.now() - since < SLICE) return;
    await patience.pause();
    if (patience.cancelled()) throw new Cancelled('cancelled');
    since = performance.now();
  };
  for (let i = from + direction; direction > 0 ? i <= end : i >= end; i += direction) {
    if ((i & 63) === 0) await rest();
    for (const [n, w] of watchers.entries()) {
      // Backwards, a change is met where the statement that makes it is about to run.
      const at = w.isData && direction < 0 ? i + 1 : i;
      const asked = w.holds(at, from, direction);
      let answer = asked.next();
      while (!answer.done) {
        await rest();
        answer = asked.next();
      }
      if (!answer.value) continue;
      if (w.stop.log !== undefined && w.stop.log !== '')
        logs.push({ step: i, text: logText(session, w.stop.log, i), stop: n });
      else reasons.push({ stop: n, text: w.text || reasonText(session, w.stop, i) });
    }
    if (reasons.length) {
      step = i;
      break;
    }
  }
  const problems = watchers.flatMap((w, stop) => (w.problem === undefined ? [] : [{ stop, message: w.problem }]));
  return { step, reasons, logs, problems };
}

function failedAssertions(run: Run): readonly ResultInfo[] {
  return run.results.filter((r) => !r.holds && r.text.startsWith('assert '));
}
function reasonText({ run }: Session, { on }: Stop, step: number): string {
  if (on.kind !== 'fault') return '';
  return [
    ...run.faults.filter((f) => f.inevitable === step || f.shown === step).map((f) => `${f.kind}: ${f.text}`),
    ...failedAssertions(run)
      .filter((r) => r.step === step)
      .map((r) => `assertion failed: ${r.text.slice('assert '.length)}`),
  ].join('; ');
}

/** A log message with the values of the expressions in its braces. */
function logText(session: Session, template: string, step: number): string {
  session.goTo(step);
  return template.replace(/\{([^{}]*)\}/g, (_, expression: string) => {
    const answer = session.evaluator.evaluate(expression, { thread: session.threadAt(step), frame: 0 });
    return 'message' in answer ? `<${answer.message}>` : answer.reader.show(answer.value);
  });
}

/** Where one step leads; null: beyond the beginning of the run. The end of an actor leads on to the next step of anybody. */
export function nextStep(session: Session, p: NextStepParams): number | null {
  const { steps, actors, length } = session.run;
  const { from, direction, granularity } = p;
  if (direction < 0 ? from <= 0 : from >= length) return null;
  const here = Math.min(from, length - 1);
  let actor = steps.actor[here]!;
  if (p.thread !== undefined && actors[actor]!.thread !== p.thread) {
    // another thread: its step nearest to here
    for (let i = here; i >= 0 && i < length; i += direction)
      if (actors[steps.actor[i]!]!.thread === p.thread && i !== from) return i;
    actor = steps.actor[here]!;
  }
  if (granularity === 'any' || (from >= length && granularity !== 'out')) return from + direction;
  const depth = steps.depth[here]!;
  for (let i = from + direction; i >= 0 && i < length; i += direction) {
    if (steps.actor[i] !== actor) continue;
    const d = steps.depth[i]!;
    if (granularity === 'into' || (granularity === 'over' ? d <= depth : d < depth)) return i;
  }
  if (direction < 0) return granularity === 'out' ? 0 : from + direction;
  return granularity === 'out' ? length : from + 1;
}
