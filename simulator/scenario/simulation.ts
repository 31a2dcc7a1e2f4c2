/**
 * One run of a snippet: a deterministic scheduler over the machine's threads, devices and the events that annotations ask for. The run
 * is recorded step by step; seek() goes to any step, backwards or forwards, at once; runOn() runs on from any step.
 */
import { parseSchedule, type Action, type Turn } from '../../language/annotations/index.ts';
import type { Bus, Fault } from '../device/index.ts';
import {
  BLOCK,
  Kernel,
  MachineFault,
  PRELUDE_BASE,
  readVariables,
  WIDTH,
  type Answer,
  type Director,
  type Event,
  type FrameInfo,
  type Variable,
  type Word,
} from '../machine/index.ts';
import type { Model } from '../machine/model.ts';
import type { Store } from '../trace/journal.ts';
import { act } from './actions.ts';
import { Control } from './control.ts';
import { driverFault, notify, raise, runNow } from './interrupts.ts';
import { reportLeaks } from './leaks.ts';
import type { Loaded } from './load.ts';
import { decision } from './properties.ts';
import { Record } from './record.ts';
import { Scheduler } from './scheduler.ts';
import { machineOptions, makeModel, makeParts } from './setup.ts';
import type { PropertyResult, RunFault, RunOptions, Step } from './types.ts';
import { unsure } from './unsure.ts';
import { Watcher } from './watcher.ts';

/** Journal entries after which a run is stopped. */
const JOURNAL_LIMIT = 60_000_000;

/** A run. */
export class Simulation implements Director {
  readonly kernel: Kernel;
  readonly model: Model;
  readonly record: Record;
  readonly control: Control;
  readonly scheduler: Scheduler;
  /** What the schedule asks for. */
  readonly turns: readonly Turn[];
  /** The thread that runs or ran last. */
  active = 0;
  /** Why the run ended early, if it did. */
  stopped: string | undefined;
  /** It stands between two turns, and goOn() continues it: what there is of it can be looked at. */
  paused = false;
  /** It was paused, and ended there by hand: nobody knows how it would have gone on. */
  cut = false;
  private endPosition = 0;
  private readonly points = new Map<string, Action[]>();
  private readonly limit: number;
  /** Limit of the statements, those of the machine's headers included. */
  private readonly hiddenLimit: number;
  private readonly store: Store;
  private readonly spanOf: Int32Array;
  private watcher: Watcher | undefined;
  /** Rows of spans whose statements are steps: those outside of the machine's headers. */
  private readonly shown: Uint8Array;

  constructor(
    readonly loaded: Loaded,
    readonly options: RunOptions = {},
  ) {
    const machine = machineOptions(loaded);
    this.model = makeModel(loaded);
    this.shown = Uint8Array.from(loaded.program.spans, (s) => (s.start < PRELUDE_BASE ? 1 : 0));
    const { store } = this.model.s;
    this.store = store;
    this.spanOf = loaded.program.spanOf;
    this.limit = options.steps ?? (machine['steps'] ? Number(machine['steps']) : 1_000_000);
    this.hiddenLimit = this.limit * 20;
    const k = new Kernel(this.model, loaded.program, this, {
      iommu: machine['iommu'] === 'on',
      memory: (options.memory ?? Number(machine['memory'] ?? 64)) << 20,
    });
    this.kernel = k;
    this.record = new Record(store, k);
    this.control = new Control(store);
    this.scheduler = new Scheduler(this);
    this.control.set('random', options.seed ?? loaded.annotations.find((a) => a.kind === 'seed')?.seed ?? 0);
    this.turns = parseSchedule(
      options.schedule ?? loaded.annotations.flatMap((a) => (a.kind === 'schedule' ? [a.turns] : [])).join(' '),
    );
    if (this.turns.length) this.watchAccesses();
    k.preludeBase = PRELUDE_BASE;
    k.assumed = loaded.assumed;
    k.cutOut = loaded.whole !== undefined;
    k.lineOf = (row) => (row >= 0 && loaded.program.spans[row] ? loaded.lineOf(loaded.program.spans[row].start) : 0);
    k.vm.memory.lineOf = (row) => k.lineOf(row);
    k.onDriverFault = (vma, at, write, thread) => driverFault(this, vma, at, write, thread);
    k.runNow = (fn, args, name, proc) => runNow(this, fn, args, name, proc);
    k.onNotify = (row, start, end, thread, how) => notify(this, row, start, end, thread, how);
    k.vm.onStep = (t, pc) => this.onStep(t, pc);
    makeParts(loaded, k, () => raise(this));
    for (const a of loaded.annotations) {
      if (a.kind === 'at') {
        const list = this.points.get(a.label) ?? [];
        list.push(a.action);
        this.points.set(a.label, list);
      } else if (a.kind === 'action' && (a.action.kind === 'fail' || a.action.kind === 'short')) {
        if (!loaded.notes.some((n) => n.span.start === a.start)) act(this, a.action, 0);
      }
    }
  }

  // ---- the run

  /** Runs to the end; or to a place between two turns where `pause` says so. */
  run(pause?: () => boolean): this {
    this.model.s.store.forget();
    return this.drive(pause);
  }
  /** Goes on where a run was paused, wherever one has looked meanwhile. */
  goOn(pause?: () => boolean): this {
    if (!this.paused) return this;
    this.store.seek(this.endPosition);
    return this.drive(pause);
  }
  /** Ends a paused run where it stands: what it is and found up to there. */
  cutOff(): this {
    if (!this.paused) return this;
    this.store.seek(this.endPosition);
    this.paused = false;
    this.cut = true;
    return this.finish();
  }
  /**
   * Goes back to where the run stood before the turn in which step `i` happened, forgets what came after it, and runs on from there: the
   * same way if nothing is changed. `change` may change something first, such as who runs next (`chooseNext`).
   */
  runOn(i: number, change?: () => void): this {
    this.back(this.record.placeBefore(i));
    change?.();
    return this.drive();
  }
  /** Goes back to a place of the record (see Record.place) and forgets what came after it. */
  back(position: number): void {
    this.record.back(position);
    const fault = this.control.get('stopped');
    this.stopped = fault ? this.record.faults[fault - 1]?.text : undefined;
    this.kernel.touched = false;
  }
  /** The next turn is this thread's, if it can run. */
  chooseNext(thread: number): void {
    this.control.set('current', thread);
    this.control.set('since', 0);
  }
  private drive(pause?: () => boolean): this {
    this.paused = false;
    try {
      while (this.scheduler.round()) {
        if (!pause?.()) continue;
        this.paused = true;
        this.endPosition = this.store.boundary();
        return this;
      }
      return this.finish();
    } catch (e) {
      if (!(e instanceof MachineFault)) throw e;
      this.machineFault(e, this.active);
      return this.finish();
    }
  }
  /** Carries out `f` in one go: nobody gives way in it. */
  whole<T>(f: () => T): T {
    this.kernel.calling++;
    try {
      return f();
    } finally {
      this.kernel.calling--;
    }
  }
  /** Accesses and calls of the program are announced from now on: turns may end before them. */
  watchAccesses(): Watcher {
    this.watcher ??= new Watcher(this.kernel);
    return this.watcher;
  }
  /** Does somebody choose turns and failures? */
  get watched(): boolean {
    return this.watcher !== undefined;
  }
  /** A turn of a schedule begins, or is over. */
  beginTurn(turn: Turn | undefined): void {
    this.watcher?.begin(turn);
  }
  /** An action by its words, as `//@ explore` and schedules name it. */
  actionNamed(words: string): Action | undefined {
    for (const a of this.loaded.annotations)
      if (a.kind === 'explore') {
        const item = a.items.find((x) => x.text === words);
        if (item?.action) return item.action;
      }
    return undefined;
  }

  private onStep(t: number, pc: number): boolean {
    const k = this.kernel;
    // what the statement before did ends the turn first: devices and clocks go on, and this statement is one step
    if (k.touched || (k.accessed && !this.scheduler.quiet.pass())) return true;
    const { record } = this;
    if (this.shown[this.spanOf[pc / WIDTH]!]) record.step(t, pc);
    // one test for all limits: what is rare stands elsewhere, so that the engine need not compile anew when it happens
    if (record.length >= this.limit || k.vm.steps > this.hiddenLimit || this.store.length > JOURNAL_LIMIT)
      this.tooLong();
    return false;
  }
  private tooLong(): never {
    if (this.record.length >= this.limit)
      throw new MachineFault('step-limit', `the run was stopped after ${this.limit} steps (an endless loop?)`);
    if (this.kernel.vm.steps > this.hiddenLimit)
      throw new MachineFault('step-limit', `the run was stopped after ${this.kernel.vm.steps} statements`);
    throw new MachineFault('memory-limit', 'the run was stopped: its history needs too much memory');
  }

  // ---- director

  fails(name: string): boolean {
    const { control } = this;
    const call = this.kernel.nameId(name);
    const n = control.called(call);
    const { failures } = control;
    const row = failures.find(
      (r) => failures.get(r, 'live') === 1 && failures.get(r, 'call') === call && failures.get(r, 'at') === n,
    );
    if (row) failures.set(row, 'live', 0);
    return row !== 0 || (this.watcher?.fails(name) ?? false);
  }
  shorten(name: string, nr: number): number | undefined {
    const short = this.control.get('short');
    if (short) {
      this.control.set('short', 0);
      return Math.min(short - 1, nr);
    }
    return nr > 1 && this.watcher?.fails('short-pin', name) ? nr - 1 : undefined;
  }
  ended(): void {
    // nothing to do: the scheduler looks at states
  }
  note(id: number, args: readonly Word[], thread: number): Answer {
    const n = this.loaded.notes[id]!;
    const { noted } = this.control;
    const { store } = this.kernel;
    const all = n.action.kind === 'point' ? [n.action, ...(this.points.get(n.action.label) ?? [])] : [n.action];
    for (let i = noted.at(thread); i < all.length; i++) {
      store.set(noted, thread, i);
      if (act(this, all[i]!, thread, args, n.texts) === BLOCK) return BLOCK;
    }
    store.set(noted, thread, 0);
    return undefined;
  }

  /** What the modelled kernel printed. */
  tellWarnings(thread: number): void {
    const { s } = this.model;
    if (s.dmesg.length) for (const line of s.dmesg.splice(0)) this.kernel.event('warning', line, thread, true);
  }

  // ---- faults and the end

  /** The fault reported last stops the run. */
  stop(): void {
    this.stopped = this.record.faults.at(-1)?.text;
    this.control.set('stopped', this.record.faults.length);
  }
  /** The machine stopped a thread. */
  machineFault(e: MachineFault, thread: number): void {
    const k = this.kernel;
    const why = unsure(this, e);
    if (why !== undefined) {
      this.stopped = `${e.message}: ${why}`;
      k.event('assumed', `the run ends here: ${this.stopped}`, thread);
      return;
    }
    const row = thread ? k.spanAt(thread) : -1;
    const step = Math.max(0, this.record.length - 1);
    this.record.faults.push({
      kind: e.kind,
      text: e.message,
      inevitable: step,
      shown: step,
      line: k.lineOf(row),
      actor: thread ? k.actorName(thread) : 'machine',
    });
    k.event(e.kind, e.message, thread, true);
    this.stop();
  }
  /** A fault that shows at the end. */
  addFault(kind: string, text: string, step: number, line = 0, actor = 'machine'): void {
    this.record.faults.push({ kind, text, inevitable: step, shown: step, line, actor });
    this.kernel.events.push({ kind, text, step, thread: 0, actor, span: -1, failure: true });
  }
  private deviceFault(f: Fault): void {
    const { record } = this;
    const step = Math.max(0, record.stepOfTick(f.inevitable) - 1);
    record.faults.push({
      kind: f.kind,
      text: f.text,
      inevitable: step,
      shown: f.shown ? Math.max(0, record.stepOfTick(f.shown) - 1) : -1,
      line: this.lineOfStep(step),
      actor: record.name(step) || 'machine',
    });
  }
  /** What is known when nobody runs any more: leaks, faults of devices, properties. */
  finish(): this {
    const k = this.kernel;
    const { record } = this;
    const last = Math.max(0, record.length - 1);
    if (this.stopped === undefined && !this.cut) {
      const failed = !this.loaded.processes.length && k.events.some((e) => e.kind === 'insmod');
      reportLeaks(this, failed || this.scheduler.phases.moduleFunction('__pinscope_module_exit') !== undefined);
      if (this.scheduler.truncateWaits())
        this.addFault('hung-truncate', 'a truncate still waits for pages that somebody holds', last);
    }
    for (const f of k.bus.faults()) this.deviceFault(f);
    for (const e of k.events)
      if (e.failure && (e.kind === 'warning' || e.kind === 'info-leak' || e.kind === 'mismatch'))
        record.faults.push({
          kind: e.kind === 'mismatch' ? 'warning' : e.kind,
          text: e.text,
          inevitable: e.step - 1,
          shown: e.step - 1,
          line: k.lineOf(e.span),
          actor: e.actor,
        });
    this.loaded.properties.forEach((p, i) => {
      const text = `${p.mode} ${p.fault ?? p.expr?.text ?? ''}`;
      const fault = p.fault === undefined ? undefined : record.faults.find((x) => x.kind === p.fault);
      const hit = p.fault === undefined ? decision(this, i) : fault && { step: fault.inevitable, line: fault.line };
      // of a run that was cut off only what has happened is known
      if (this.cut && hit === undefined) return;
      record.results.push({
        text,
        holds: p.mode === 'exists' ? hit !== undefined : hit === undefined,
        step: hit?.step ?? last,
        line: hit?.line ?? 0,
        at: p.start,
      });
    });
    this.endPosition = this.model.s.store.position;
    return this;
  }
  /** Line of a step; 0: none. */
  lineOfStep(i: number): number {
    const row = this.record.row(i);
    return row >= 0 ? this.kernel.lineOf(row) : 0;
  }

  // ---- the trace

  /** Number of steps. */
  get length(): number {
    return this.record.length;
  }
  get events(): readonly Event[] {
    return this.kernel.events;
  }
  get faults(): readonly RunFault[] {
    return this.record.faults;
  }
  get results(): readonly PropertyResult[] {
    return this.record.results;
  }
  get bus(): Bus {
    return this.kernel.bus;
  }
  /** What step `i` was. */
  step(i: number): Step {
    const { record } = this;
    const row = record.row(i);
    const span = this.loaded.program.spans[row]!;
    return {
      index: i,
      thread: record.thread(i),
      actor: record.name(i),
      line: this.loaded.lineOf(span.start),
      start: span.start,
      end: span.end,
      row,
      depth: record.depth(i),
    };
  }
  /** Thread of step `i`; 0: there is no such step. */
  threadOf(i: number): number {
    return i >= 0 ? this.record.thread(i) : 0;
  }
  /** Position in the journal of the state before step `i` (length: the end). */
  position(i: number): number {
    return i >= this.length ? this.endPosition : this.record.position(Math.max(0, i));
  }
  /** Goes to the state before step `i` (length: the end). */
  seek(i: number): void {
    this.model.s.store.seek(this.position(i));
    if (i >= 0 && i < this.length) this.record.show(i);
  }
  /** Frames at the present place: innermost first, functions of the headers left out. */
  frames(thread: number): FrameInfo[] {
    return this.kernel.vm.frames(thread).filter((f) => !f.fn.prelude);
  }
  /** Call stack at the present place: innermost first, functions of the headers left out. */
  callStack(thread: number): { name: string; line: number; start: number; end: number; variables: () => Variable[] }[] {
    const { program } = this.loaded;
    return this.frames(thread).map((f) => {
      const span = program.spans[program.spanOf[f.pc / WIDTH] ?? 0]!;
      return {
        name: f.fn.name,
        line: this.loaded.lineOf(span.start),
        start: span.start,
        end: span.end,
        variables: () => readVariables(this.kernel.vm, f, thread),
      };
    });
  }
  /** Did everything go as the annotations say, with no fault that they do not ask for? */
  get ok(): boolean {
    const wanted = new Set(this.loaded.properties.filter((p) => p.mode === 'exists' && p.fault).map((p) => p.fault!));
    if (this.loaded.diagnostics.some((d) => d.severity === 'error')) return false;
    if (this.results.some((r) => !r.holds)) return false;
    return this.faults.every((f) => wanted.has(f.kind));
  }
}
