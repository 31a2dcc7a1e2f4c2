/** One run and what is known about it, for all that reads it: where its statements are, who its actors are, which state it is in. */
import { parseSchedule, ScheduleError } from '../../language/annotations/index.ts';
import { FILE_BASE } from '../../language/c/exact/index.ts';
import { lineCounter } from '../../language/search.ts';
import { ACTOR } from '../machine/index.ts';
import { FAULT_DOCS, load, Simulation } from '../scenario/index.ts';
import { Evaluator } from './evaluate.ts';
import type {
  Actor,
  FaultInfo,
  GoneOn,
  LoadParams,
  Place,
  Problem,
  ResultInfo,
  Run,
  RunRequests,
  SourceFile,
  Steps,
} from './protocol.ts';
import { adviceFor, prepareSource } from './source.ts';
import { Statements } from './statements.ts';
import { Variables } from './variables.ts';

const NOWHERE: Place = { file: 0, line: 0, start: 0, end: 0 };
const KINDS = Object.fromEntries(Object.entries(ACTOR).map(([name, n]) => [n, name as Actor['kind']]));

/** What is wrong with a schedule that a client gave: it stands in no text, so that the place is the beginning of the file. */
function scheduleProblem(schedule = ''): Problem | undefined {
  try {
    parseSchedule(schedule);
    return undefined;
  } catch (e) {
    if (!(e instanceof ScheduleError)) throw e;
    const message = `The schedule can’t be read: ${e.message}`;
    return { severity: 'error', message, advice: adviceFor(message), file: 0, start: 0, end: 0, line: 1 };
  }
}

/** Says when so many milliseconds are over. */
function after(ms: number | undefined): (() => boolean) | undefined {
  if (ms === undefined) return undefined;
  const end = performance.now() + ms;
  return () => performance.now() >= end;
}

/** A loaded run. */
export class Session {
  readonly sim: Simulation;
  /** What is known of it; of an unfinished run what was when it was loaded. */
  run: Run;
  readonly evaluator: Evaluator;
  readonly variables = new Variables(this);
  private madeStatements: Statements | undefined;
  private readonly files: readonly SourceFile[];
  private readonly problems: readonly Problem[];
  private readonly counters: readonly ((offset: number) => number)[];

  /** Reads, compiles and runs a source text. Takes as long as the run takes. */
  constructor(params: LoadParams) {
    const { options = {}, headers = {} } = params;
    const source = prepareSource(params.source, options);
    const loaded = load(source, {
      includes: (spec) => (headers[spec] === undefined ? undefined : { path: spec, text: headers[spec] }),
      ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
      ...(options.fn === undefined ? {} : { fn: options.fn }),
    });
    const files: SourceFile[] = [
      { name: params.name, text: params.source },
      ...loaded.files.map((file) => ({ name: file.path, text: file.text })),
    ];
    this.counters = files.map((file) => lineCounter(file.text));
    const unreadable = scheduleProblem(options.schedule);
    this.sim = new Simulation(loaded, {
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.steps === undefined ? {} : { steps: options.steps }),
      ...(options.schedule === undefined ? {} : { schedule: unreadable ? '' : options.schedule }),
    });
    const problems = loaded.diagnostics.map((d): Problem => {
      const place = this.place(d.start, d.end);
      return { severity: d.severity, message: d.message, advice: adviceFor(d.message), ...place };
    });
    if (unreadable) problems.push(unreadable);
    if (!problems.some((p) => p.severity === 'error')) this.sim.run(after(params.pause));
    this.evaluator = new Evaluator(this.sim);
    this.files = files;
    this.problems = problems;
    this.run = this.describe(params.name);
  }

  /** Continues an unfinished run, or ends it where it stands. */
  goOn({ pause, stop }: RunRequests['goOn']['params']): GoneOn {
    if (stop) this.sim.cutOff();
    else this.sim.goOn(after(pause));
    const { length } = this.sim;
    if (this.sim.paused) return { length };
    this.madeStatements = undefined;
    this.run = this.describe(this.run.name);
    return { length, run: this.run };
  }

  private describe(name: string): Run {
    const { sim, problems } = this;
    const { loaded } = sim;
    return {
      name,
      kernel: loaded.kernel,
      ok: sim.ok && !problems.some((p) => p.severity === 'error'),
      length: sim.length,
      files: this.files,
      ...this.steps(),
      faults: this.faults(),
      results: this.results(),
      problems,
      explores: loaded.annotations.some((a) => a.kind === 'explore'),
      ...(loaded.whole === undefined ? {} : { whole: loaded.whole }),
      ...(sim.stopped === undefined ? {} : { stopped: sim.stopped }),
      ...(sim.paused ? { unfinished: true } : {}),
      ...(sim.cut ? { cut: true } : {}),
    };
  }

  /** Where its statements are. */
  get statements(): Statements {
    return (this.madeStatements ??= new Statements(this));
  }

  /** Where a span of the program is: its file, and offsets and line in it. */
  place(start: number, end: number): Place {
    const file = Math.floor(start / FILE_BASE);
    const counter = this.counters[file];
    if (!counter) return NOWHERE;
    const base = file * FILE_BASE;
    return { file, line: counter(start - base), start: start - base, end: end - base };
  }

  /** Brings the state to the one before a step, unless it is there. */
  goTo(step: number): void {
    this.sim.seek(Math.max(0, Math.min(step, this.sim.length)));
  }

  /** The thread that is meant: the given one, or the one whose step it is. */
  threadAt(step: number, thread?: number): number {
    if (thread !== undefined) return thread;
    const { steps, actors, length } = this.run;
    return length ? actors[steps.actor[Math.min(step, length - 1)]!]!.thread : 0;
  }

  private steps(): { places: Place[]; steps: Steps; actors: Actor[] } {
    const { sim } = this;
    const places: Place[] = [];
    const placeOf = new Map<number, number>();
    const actorOf = new Map<string, number>();
    const actors: Actor[] = [];
    const steps = {
      place: new Int32Array(sim.length),
      actor: new Int32Array(sim.length),
      depth: new Int32Array(sim.length),
    };
    for (let i = 0; i < sim.length; i++) {
      const step = sim.step(i);
      let place = placeOf.get(step.row);
      if (place === undefined) {
        place = places.push(this.place(step.start, step.end)) - 1;
        placeOf.set(step.row, place);
      }
      const key = `${step.thread} ${step.actor}`;
      let actor = actorOf.get(key);
      if (actor === undefined) {
        sim.seek(i);
        const kind = KINDS[sim.kernel.vm.tKind.at(step.thread)] ?? 'thread';
        actor = actors.push({ name: step.actor, kind, thread: step.thread, first: i }) - 1;
        actorOf.set(key, actor);
      }
      steps.place[i] = place;
      steps.actor[i] = actor;
      steps.depth[i] = step.depth;
    }
    return { places, steps, actors };
  }

  private faults(): FaultInfo[] {
    const wanted = new Set(
      this.sim.loaded.properties.flatMap((p) => (p.mode === 'exists' && p.fault !== undefined ? [p.fault] : [])),
    );
    return this.sim.faults.map((f) => ({ ...f, about: FAULT_DOCS[f.kind] ?? '', wanted: wanted.has(f.kind) }));
  }

  private results(): ResultInfo[] {
    return this.sim.results.map(({ at, ...r }): ResultInfo => {
      const info = { ...r, annotation: this.place(at, at).line };
      if (r.holds || !r.text.startsWith('assert ')) return info;
      this.goTo(r.step);
      const sides = this.evaluator.sides(r.text.slice('assert '.length), this.sim.threadOf(r.step - 1));
      return sides ? { ...info, sides } : info;
    });
  }
}
