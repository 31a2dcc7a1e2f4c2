/** What a debugger does with a run, without any protocol: where it is, where it may stop, how it moves in either direction. */
import type { CancellationToken } from 'vscode-jsonrpc';
import type {
  EventInfo,
  FaultInfo,
  LoadParams,
  NextStepParams,
  Position,
  Problem,
  ResultInfo,
  Run,
  Stop,
} from '../../../simulator/engine/protocol.ts';
import type { Engine } from '../engine.ts';

/** Why the runtime stands where it stands. `end` and `beginning`: the run has no more steps in that direction. */
export type Why =
  | { readonly kind: 'entry' | 'step' | 'goto' | 'pause' | 'end' | 'beginning' }
  | { readonly kind: 'stop'; readonly stops: readonly { readonly key: StopKey; readonly text: string }[] };
/** Group of a stop and its number in it. */
export interface StopKey {
  readonly group: string;
  readonly index: number;
  readonly on: Stop['on']['kind'];
}
/** What the runtime tells. */
export interface Listener {
  stopped(why: Why): void;
  /** Something happened on the way, in order; each is told once. */
  happened(events: readonly EventInfo[]): void;
  logged(logs: readonly { readonly step: number; readonly text: string }[]): void;
  /** A condition that could not be evaluated. */
  complained(message: string): void;
}
/** The source can't be run; `problems` say why. */
export class NotRunnable extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(
      problems
        .map((p) => `${p.line ? `line ${p.line}: ` : ''}${p.message}${p.advice ? `. ${p.advice}` : ''}`)
        .join('\n'),
    );
    this.name = 'NotRunnable';
  }
}

/** A run under a debugger. */
export class Runtime {
  private loaded: Run | undefined;
  private at = 0;
  /** Events of the steps before this one have been told. */
  private told = 0;
  private readonly groups = new Map<string, readonly Stop[]>();
  private searching: { cancel(): void } | undefined;

  constructor(
    readonly engine: Engine,
    private readonly listener: Listener,
    private readonly newToken: () => { readonly token: CancellationToken; cancel(): void },
  ) {}

  get run(): Run {
    if (!this.loaded) throw new Error('Nothing has been run yet.');
    return this.loaded;
  }
  /** The step that it stands before. */
  get step(): number {
    return this.at;
  }

  /** Runs a source to its end; after that, the debugger can go anywhere in it. */
  async load(params: LoadParams): Promise<Run> {
    const run = await this.engine.request('load', params);
    const errors = run.problems.filter((p) => p.severity === 'error');
    if (errors.length) throw new NotRunnable(errors);
    this.loaded = run;
    this.at = this.told = 0;
    return run;
  }
  /** Tries every interleaving of what is loaded: what that says in words, and the shortest execution in which something is broken. */
  async explore(): Promise<{ readonly lines: readonly string[]; readonly schedule?: string }> {
    const { lines, verdicts } = await this.engine.request('explore', {});
    const broken = verdicts.find((v) => !v.holds && v.shortest)?.shortest;
    return { lines, ...(broken && { schedule: broken.schedule }) };
  }
  /** Replaces the stops of a group: those of a file, of functions, of data, of faults. */
  setStops(group: string, stops: readonly Stop[]): void {
    this.groups.set(group, stops);
  }
  /** Where it stands. */
  position(): Promise<Position> {
    return this.engine.request('position', { step: this.at });
  }

  /** First stop of the run. */
  async begin(stopOnEntry: boolean): Promise<void> {
    if (stopOnEntry) {
      this.at = 0;
      this.listener.stopped({ kind: 'entry' });
    } else await this.search(-1, 1);
  }
  /** The same at a step; a stop that is there says why. */
  beginAt(step: number): Promise<void> {
    const at = Math.max(0, Math.min(step, this.run.length));
    return at < this.run.length ? this.search(at - 1, 1, at) : this.goTo(at);
  }
  /** On to the next stop, forwards or backwards. */
  go(direction: 1 | -1): Promise<void> {
    return this.search(this.at, direction);
  }
  /** One statement on or back; stops on the way come first. */
  async move(granularity: NextStepParams['granularity'], direction: 1 | -1, thread?: number): Promise<void> {
    const target = await this.engine.request('nextStep', {
      from: this.at,
      direction,
      granularity,
      ...(thread === undefined ? {} : { thread }),
    });
    if (target === null) this.listener.stopped({ kind: direction > 0 ? 'end' : 'beginning' });
    else await this.search(this.at, direction, target);
  }
  /** To a step, whatever is on the way. */
  async goTo(step: number, why: Why = { kind: 'goto' }): Promise<void> {
    await this.arrive(Math.max(0, Math.min(step, this.run.length)));
    this.listener.stopped(why);
  }
  /** Ends a search that takes too long; the runtime stays where it was. */
  pause(): void {
    this.searching?.cancel();
  }

  private async search(from: number, direction: 1 | -1, target?: number): Promise<void> {
    const keys: StopKey[] = [];
    const stops: Stop[] = [];
    for (const [group, list] of this.groups)
      list.forEach((stop, index) => {
        keys.push({ group, index, on: stop.on.kind });
        stops.push(stop);
      });
    const source = this.newToken();
    this.searching = source;
    try {
      const found = await this.engine.request(
        'findStep',
        { from, direction, stops, ...(target === undefined ? {} : { to: target }) },
        source.token,
      );
      for (const p of found.problems) this.listener.complained(p.message);
      const end = direction > 0 ? this.run.length : 0;
      const step = found.step ?? target ?? end;
      this.listener.logged(found.logs);
      await this.arrive(step);
      if (found.step !== null)
        this.listener.stopped({
          kind: 'stop',
          stops: found.reasons.map((r) => ({ key: keys[r.stop]!, text: r.text })),
        });
      else if (target !== undefined && target < this.run.length) this.listener.stopped({ kind: 'step' });
      else this.listener.stopped({ kind: direction > 0 ? 'end' : 'beginning' });
    } catch (error) {
      if (!(error instanceof Error && error.name === 'EngineCancelled')) throw error;
      this.listener.stopped({ kind: 'pause' });
    } finally {
      if (this.searching === source) this.searching = undefined;
    }
  }
  private async arrive(step: number): Promise<void> {
    this.at = step;
    const to = step >= this.run.length ? Number.MAX_SAFE_INTEGER : step;
    if (to <= this.told) return;
    const events = await this.engine.request('events', { from: this.told, to });
    this.told = to;
    if (events.length) this.listener.happened(events);
  }

  /** First step of the call that a frame is in; frames count from the innermost. */
  async startOfFrame(frame: number): Promise<number> {
    const { steps } = this.run;
    let step = Math.min(this.at, this.run.length - 1);
    for (let i = 0; i < frame; i++) {
      const caller = await this.engine.request('nextStep', { from: step, direction: -1, granularity: 'out' });
      step = caller ?? 0;
    }
    const depth = steps.depth[step]!;
    for (let i = step - 1, first = step; ; i--) {
      if (i < 0 || (steps.actor[i] === steps.actor[step] && steps.depth[i]! < depth)) return first;
      if (steps.actor[i] === steps.actor[step] && steps.depth[i] === depth) first = i;
    }
  }
  /** The faults and failed assertions at the present step. */
  faultsHere(): { readonly faults: readonly FaultInfo[]; readonly failed: readonly ResultInfo[] } {
    const { faults, results } = this.run;
    return {
      faults: faults.filter((f) => f.inevitable === this.at || f.shown === this.at),
      failed: results.filter((r) => !r.holds && r.step === this.at),
    };
  }
}
