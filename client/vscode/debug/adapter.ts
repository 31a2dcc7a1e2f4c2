/** The debug adapter of the simulator: a thin layer that says in the protocol what the runtime does. Knows no editor. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type {
  EventInfo,
  LoadOptions,
  LoadParams,
  Place,
  Stop,
  VariableInfo,
} from '../../../simulator/engine/protocol.ts';
import { completions } from './completions.ts';
import { frameId, frameOf } from './frames.ts';
import { CAPABILITIES, faultStops } from './capabilities.ts';
import { DapSession, RequestFailed } from './dap.ts';
import { faultReport, summary } from './report.ts';
import { Runtime, type Listener, type Why } from './runtime.ts';
import type { Engine } from '../engine.ts';

/** Attributes of a launch configuration. */
export interface LaunchArguments extends P.LaunchRequestArguments {
  readonly program: string;
  readonly stopOnEntry?: boolean;
  /** Stop before this step first, whatever comes before it. */
  readonly startAt?: number;
  /** Stay at the end of the run instead of ending the session. */
  readonly stopAtEnd?: boolean;
  readonly kernel?: string;
  readonly function?: string;
  readonly seed?: number;
  /** Who runs when. Without one, a file that says `//@ explore` runs as in its shortest counterexample; '': in the usual order. */
  readonly schedule?: string;
  readonly steps?: number;
  readonly failures?: LoadOptions['failures'];
  readonly shortPin?: number;
  readonly mutedLines?: readonly number[];
}
/** What was read for a launch. */
export interface Program extends LoadParams {
  /** Where the headers are: paths by what stands in `#include "…"`. */
  readonly places: Readonly<Record<string, string>>;
}
/** What the adapter needs of its host. */
export interface AdapterHost {
  readonly engine: Engine;
  newToken: ConstructorParameters<typeof Runtime>[2];
  /** Reads the program and its headers. */
  read(args: LaunchArguments): Promise<Program>;
  /** The session stands at a step now; undefined: it is over. */
  moved(step: number | undefined, program: Program, options: LoadOptions): void;
  /** Fills in what a configuration leaves open. */
  withDefaults?(args: LaunchArguments): LaunchArguments;
}

/** One debug session. */
export class Adapter extends DapSession implements Listener {
  private readonly runtime: Runtime;
  private program: Program | undefined;
  private launched: LaunchArguments | undefined;
  private options: LoadOptions = {};
  private lineBase = 1;
  private columnBase = 1;
  private ids = 1;

  constructor(
    private readonly host: AdapterHost,
    send: (message: P.ProtocolMessage) => void,
  ) {
    super(send);
    this.runtime = new Runtime(host.engine, this, host.newToken);
  }

  protected readonly handlers: Readonly<Record<string, (args: never) => unknown>> = {
    initialize: (args: P.InitializeRequestArguments): P.Capabilities => {
      this.lineBase = args.linesStartAt1 === false ? 0 : 1;
      this.columnBase = args.columnsStartAt1 === false ? 0 : 1;
      return CAPABILITIES;
    },
    launch: (args: LaunchArguments) => this.launch(args),
    configurationDone: () => this.begin(),
    disconnect: () => this.over(),
    terminate: () => {
      this.over();
      this.event('terminated');
    },
    setBreakpoints: (args: P.SetBreakpointsArguments) => this.setBreakpoints(args),
    setFunctionBreakpoints: (args: P.SetFunctionBreakpointsArguments) => this.setFunctionBreakpoints(args),
    setExceptionBreakpoints: (args: P.SetExceptionBreakpointsArguments) => {
      this.runtime.setStops('faults', faultStops(args));
    },
    dataBreakpointInfo: (args: P.DataBreakpointInfoArguments) => this.dataBreakpointInfo(args),
    setDataBreakpoints: (args: P.SetDataBreakpointsArguments) => this.setDataBreakpoints(args),
    breakpointLocations: (args: P.BreakpointLocationsArguments) => this.breakpointLocations(args),
    threads: async (): Promise<P.ThreadsResponse['body']> => {
      const threads = await this.host.engine.request('threads', { step: this.runtime.step });
      return {
        threads: threads.map((t) => ({ id: t.thread, name: t.state === 'waiting' ? `${t.name} (waiting)` : t.name })),
      };
    },
    stackTrace: (args: P.StackTraceArguments) => this.stackTrace(args),
    scopes: async ({ frameId }: P.ScopesArguments): Promise<P.ScopesResponse['body']> => {
      const scopes = await this.host.engine.request('scopes', { step: this.runtime.step, ...frameOf(frameId) });
      return {
        scopes: scopes.map((s) => ({
          name: s.name,
          variablesReference: s.ref,
          expensive: s.expensive,
          ...(s.kind === 'locals' ? { presentationHint: 'locals' } : {}),
        })),
      };
    },
    variables: async (args: P.VariablesArguments): Promise<P.VariablesResponse['body']> => {
      const rows = await this.host.engine.request('variables', {
        step: this.runtime.step,
        ref: args.variablesReference,
        ...(args.start === undefined ? {} : { start: args.start }),
        ...(args.count ? { count: args.count } : {}),
      });
      return { variables: rows.map(variable) };
    },
    evaluate: (args: P.EvaluateArguments) => this.evaluate(args),
    completions: (args: P.CompletionsArguments) =>
      completions(this.host.engine, this.runtime.step, args, { line: this.lineBase, column: this.columnBase }),
    continue: (): P.ContinueResponse['body'] => {
      this.start(this.runtime.go(1));
      return { allThreadsContinued: true };
    },
    reverseContinue: () => this.start(this.runtime.go(-1)),
    next: ({ threadId, granularity }: P.NextArguments) =>
      this.move(granularity === 'instruction' ? 'into' : 'over', 1, threadId),
    stepIn: ({ threadId }: P.StepInArguments) => this.move('into', 1, threadId),
    stepOut: ({ threadId }: P.StepOutArguments) => this.move('out', 1, threadId),
    stepBack: ({ threadId }: P.StepBackArguments) => this.move('over', -1, threadId),
    pause: () => this.runtime.pause(),
    gotoTargets: (args: P.GotoTargetsArguments) => this.gotoTargets(args),
    goto: ({ targetId }: P.GotoArguments) => this.start(this.runtime.goTo(targetId)),
    restartFrame: async ({ frameId }: P.RestartFrameArguments) => {
      const step = await this.runtime.startOfFrame(frameOf(frameId).frame);
      this.start(this.runtime.goTo(step));
    },
    exceptionInfo: (): P.ExceptionInfoResponse['body'] => faultReport(this.runtime),
    loadedSources: (): P.LoadedSourcesResponse['body'] => ({
      sources: this.runtime.run.files.map((_, file) => this.source(file)),
    }),
    /** Not of the protocol: the panel goes to a step. */
    goToStep: ({ step }: { step: number }) => this.start(this.runtime.goTo(step)),
  };

  // ---- beginning and end

  private async launch(given: LaunchArguments): Promise<void> {
    const args = (this.launched = this.host.withDefaults?.(given) ?? given);
    const program = (this.program = await this.host.read(args));
    this.options = loadOptions(args);
    await this.runtime.load({ ...program, options: this.options });
    if (args.schedule === undefined && this.runtime.run.explores) {
      const { lines, schedule } = await this.runtime.explore();
      for (const line of lines) this.output('stdout', `${line}\n`);
      if (schedule !== undefined) {
        this.options = { ...this.options, schedule };
        await this.runtime.load({ ...program, options: this.options });
      }
    }
    for (const p of this.runtime.run.problems) this.output('console', `${p.message}\n`, p.line, p.file);
    this.event('initialized');
  }
  private begin(): void {
    const { startAt, stopOnEntry = false } = this.launched ?? {};
    this.start(startAt === undefined ? this.runtime.begin(stopOnEntry) : this.runtime.beginAt(startAt));
  }
  private over(): void {
    if (this.program) this.host.moved(undefined, this.program, this.options);
    this.runtime.engine.stop();
  }
  /** Runs something whose outcome is an event, behind the response. */
  private start(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.output('stderr', `${error instanceof Error ? error.message : String(error)}\n`);
      this.event('terminated');
    });
  }
  private move(granularity: 'into' | 'over' | 'out', direction: 1 | -1, thread: number): void {
    this.start(this.runtime.move(granularity, direction, thread));
  }

  // ---- what the runtime tells

  stopped(why: Why): void {
    if (why.kind === 'end') {
      for (const line of summary(this.runtime.run))
        this.output(line.ok ? 'stdout' : 'stderr', `${line.text}\n`, line.line);
      if (this.launched?.stopAtEnd !== true) {
        this.over();
        this.event('exited', { exitCode: this.runtime.run.ok ? 0 : 1 });
        this.event('terminated');
        return;
      }
    }
    if (this.program) this.host.moved(this.runtime.step, this.program, this.options);
    const { steps, actors, length } = this.runtime.run;
    const thread = length ? actors[steps.actor[Math.min(this.runtime.step, length - 1)]!]!.thread : 1;
    this.event('stopped', { threadId: thread, allThreadsStopped: true, ...this.reason(why) });
  }
  private reason(why: Why): Omit<P.StoppedEvent['body'], 'threadId'> {
    if (why.kind === 'end') return { reason: 'pause', description: 'At the end of the run' };
    if (why.kind === 'beginning') return { reason: 'entry', description: 'At the beginning of the run' };
    if (why.kind !== 'stop') return { reason: why.kind };
    const first =
      why.stops.find((s) => s.key.on === 'fault') ?? why.stops.find((s) => s.key.on === 'data') ?? why.stops[0]!;
    const hitBreakpointIds = why.stops.flatMap(({ key }) => this.breakpointIds.get(key.group)?.[key.index] ?? []);
    const text = why.stops.flatMap((s) => (s.text ? [s.text] : [])).join('; ');
    const kinds = {
      fault: 'exception',
      data: 'data breakpoint',
      function: 'function breakpoint',
      line: 'breakpoint',
      step: 'goto',
    };
    const say = first.key.on === 'fault' ? { description: 'Stopped at a fault' } : {};
    return { reason: kinds[first.key.on], hitBreakpointIds, ...say, ...(text ? { text } : {}) };
  }
  happened(events: readonly EventInfo[]): void {
    for (const e of events) {
      if (e.kind === 'printk' || e.kind === 'printf' || e.kind === 'stdout')
        this.output('stdout', `${e.text}\n`, e.line);
      else this.output(e.failure ? 'stderr' : 'stdout', `[${e.actor}] ${e.kind}: ${e.text}\n`, e.line);
    }
  }
  logged(logs: readonly { readonly step: number; readonly text: string }[]): void {
    const { places, steps } = this.runtime.run;
    for (const { step, text } of logs) {
      const place = places[steps.place[step] ?? -1];
      this.output('stdout', `${text}\n`, place?.line ?? 0, place?.file);
    }
  }
  complained(message: string): void {
    this.output('stderr', `A breakpoint's condition has no value: ${message}\n`);
  }
  /** (VS Code shows `console` in the colour of warnings.) */
  private output(category: 'console' | 'stdout' | 'stderr', output: string, line = 0, file = 0): void {
    const where = line && this.program ? { source: this.source(file), line: line - 1 + this.lineBase } : {};
    this.event('output', { category, output, ...where });
  }

  // ---- sources and places

  private source(file: number): P.Source {
    const path = this.pathOf(file);
    return { name: path.replace(/^.*[\\/]/, ''), path };
  }
  private pathOf(file: number): string {
    const name = this.runtime.run.files[file]!.name;
    return file === 0 ? this.program!.name : (this.program!.places[name] ?? name);
  }
  private fileOf(source: P.Source): number {
    return this.runtime.run.files.findIndex((_, file) => samePath(this.pathOf(file), source.path ?? ''));
  }
  private range(p: Place): { line: number; column: number; endLine?: number; endColumn?: number } {
    const { text } = this.runtime.run.files[p.file]!;
    const column = (offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1) + this.columnBase;
    const lines = text.slice(p.start, p.end).split('\n').length - 1;
    const line = p.line - 1 + this.lineBase;
    return { line, column: column(p.start), endLine: line + lines, endColumn: column(p.end) };
  }

  // ---- breakpoints

  /** Ids that the client knows stops by. */
  private readonly breakpointIds = new Map<string, number[]>();
  private keep(group: string, count: number): number[] {
    const ids = Array.from({ length: count }, () => this.ids++);
    this.breakpointIds.set(group, ids);
    return ids;
  }

  private async setBreakpoints(args: P.SetBreakpointsArguments): Promise<P.SetBreakpointsResponse['body']> {
    const wanted = args.breakpoints ?? [];
    const group = `lines of ${args.source.path ?? ''}`;
    const ids = this.keep(group, wanted.length);
    const file = this.fileOf(args.source);
    if (file < 0) {
      this.runtime.setStops(group, []);
      const message = 'This file takes no part in the run.';
      return { breakpoints: ids.map((id) => ({ id, verified: false, message })) };
    }
    const lines = await this.host.engine.request('statementLines', {
      lines: wanted.map((b) => b.line + 1 - this.lineBase),
      file,
    });
    const stops = wanted.map((b, i): Stop => {
      const line = lines[i]!;
      return {
        on: { kind: 'line', line, file },
        ...(b.condition ? { condition: b.condition } : {}),
        ...(b.hitCondition ? { hits: b.hitCondition } : {}),
        ...(b.logMessage ? { log: b.logMessage } : {}),
      };
    });
    this.runtime.setStops(group, stops);
    return {
      breakpoints: lines.map((line, i) =>
        line
          ? { id: ids[i]!, verified: true, line: line - 1 + this.lineBase }
          : { id: ids[i]!, verified: false, message: 'No statement of the run stands here or below.' },
      ),
    };
  }
  private setFunctionBreakpoints(args: P.SetFunctionBreakpointsArguments): P.SetFunctionBreakpointsResponse['body'] {
    const ids = this.keep('functions', args.breakpoints.length);
    this.runtime.setStops(
      'functions',
      args.breakpoints.map((b) => ({
        on: { kind: 'function', name: b.name.trim() },
        ...(b.condition ? { condition: b.condition } : {}),
        ...(b.hitCondition ? { hits: b.hitCondition } : {}),
      })),
    );
    const texts = this.runtime.run.files.map((f) => f.text);
    return {
      breakpoints: args.breakpoints.map((b, i) => {
        const name = b.name.trim();
        const used = /^\w+$/.test(name) && texts.some((t) => new RegExp(`\\b${name}\\s*\\(`).test(t));
        return {
          id: ids[i]!,
          verified: used,
          ...(used ? {} : { message: `Nothing here defines or calls ${name}().` }),
        };
      }),
    };
  }
  private async breakpointLocations(
    args: P.BreakpointLocationsArguments,
  ): Promise<P.BreakpointLocationsResponse['body']> {
    const file = this.fileOf(args.source);
    if (file < 0) return { breakpoints: [] };
    const from = args.line + 1 - this.lineBase;
    const to = (args.endLine ?? args.line) + 1 - this.lineBase;
    const asked = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
    const lines = await this.host.engine.request('statementLines', { lines: asked, file });
    return { breakpoints: asked.filter((l, i) => lines[i] === l).map((l) => ({ line: l - 1 + this.lineBase })) };
  }

  private async dataBreakpointInfo(args: P.DataBreakpointInfoArguments): Promise<P.DataBreakpointInfoResponse['body']> {
    const { step } = this.runtime;
    let watch: string | undefined;
    let name = args.name;
    if (args.variablesReference) {
      const rows = await this.host.engine.request('variables', { step, ref: args.variablesReference });
      const row = rows.find((r) => r.name === args.name);
      watch = row?.watch;
      name = row?.expression ?? args.name;
    } else {
      const at = frameOf(args.frameId);
      const value = await this.host.engine.request('evaluate', { step, expression: args.name, ...at });
      if (!value.ok) return { dataId: null, description: value.message };
      watch = value.watch;
    }
    if (watch === undefined) return { dataId: null, description: `${name} is nothing that can be watched.` };
    const page = /^page:(\d+):(\w+)$/.exec(watch);
    const description = page ? `${page[2]} of page ${page[1]}` : name;
    return { dataId: watch, description, accessTypes: ['write'], canPersist: page !== null };
  }
  private setDataBreakpoints(args: P.SetDataBreakpointsArguments): P.SetDataBreakpointsResponse['body'] {
    const ids = this.keep('data', args.breakpoints.length);
    this.runtime.setStops(
      'data',
      args.breakpoints.map((b) => ({
        on: { kind: 'data', watch: b.dataId },
        ...(b.condition ? { condition: b.condition } : {}),
        ...(b.hitCondition ? { hits: b.hitCondition } : {}),
      })),
    );
    return { breakpoints: ids.map((id) => ({ id, verified: true })) };
  }

  // ---- looking

  private async stackTrace(args: P.StackTraceArguments): Promise<P.StackTraceResponse['body']> {
    const { step, run } = this.runtime;
    const all = await this.host.engine.request('callStack', { step, thread: args.threadId });
    const frames = all.map((f, i): P.StackFrame => ({
      id: frameId(args.threadId, i),
      name: f.name,
      source: this.source(f.place.file),
      ...this.range(f.place),
      canRestart: true,
    }));
    if (!frames.length && step >= run.length)
      frames.push({
        id: frameId(args.threadId, 0),
        name: 'the end of the run',
        line: 0,
        column: 0,
        presentationHint: 'label',
      });
    const from = args.startFrame ?? 0;
    return {
      stackFrames: frames.slice(from, args.levels ? from + args.levels : undefined),
      totalFrames: frames.length,
    };
  }
  private async evaluate(args: P.EvaluateArguments): Promise<P.EvaluateResponse['body']> {
    const at = frameOf(args.frameId);
    const { step } = this.runtime;
    const value = await this.host.engine.request('evaluate', { step, expression: args.expression, ...at });
    if (!value.ok) throw new RequestFailed(value.message, true);
    return {
      result: value.value,
      type: value.type,
      variablesReference: value.ref,
      ...(value.indexed === undefined ? {} : { indexedVariables: value.indexed }),
    };
  }
  private async gotoTargets(args: P.GotoTargetsArguments): Promise<P.GotoTargetsResponse['body']> {
    const file = this.fileOf(args.source);
    if (file < 0) return { targets: [] };
    const line = args.line + 1 - this.lineBase;
    const steps = await this.host.engine.request('stepsOfLine', { line, file });
    const after = steps.find((s) => s > this.runtime.step);
    const before = steps.findLast((s) => s < this.runtime.step);
    return {
      targets: [
        ...(after === undefined ? [] : [{ id: after, label: `on to step ${after}`, line: args.line }]),
        ...(before === undefined ? [] : [{ id: before, label: `back to step ${before}`, line: args.line }]),
      ],
    };
  }
}

function loadOptions(args: LaunchArguments): LoadOptions {
  return {
    ...(args.kernel === undefined ? {} : { kernel: args.kernel }),
    ...(args.function === undefined ? {} : { fn: args.function }),
    ...(args.seed === undefined ? {} : { seed: args.seed }),
    ...(args.schedule ? { schedule: args.schedule } : {}),
    ...(args.steps === undefined ? {} : { steps: args.steps }),
    ...(args.failures === undefined ? {} : { failures: args.failures }),
    ...(args.shortPin === undefined ? {} : { shortPin: args.shortPin }),
    ...(args.mutedLines === undefined ? {} : { muted: args.mutedLines }),
  };
}
function variable(v: VariableInfo): P.Variable {
  return {
    name: v.name,
    value: v.value,
    variablesReference: v.ref,
    ...(v.type ? { type: v.type } : {}),
    ...(v.expression === undefined ? {} : { evaluateName: v.expression }),
    ...(v.indexed === undefined ? {} : { indexedVariables: v.indexed }),
  };
}
/** Windows writes drive letters either way. */
function samePath(a: string, b: string): boolean {
  const plain = (path: string): string => path.replace(/\\/g, '/').replace(/^[a-z]:/, (drive) => drive.toUpperCase());
  return plain(a) === plain(b);
}
