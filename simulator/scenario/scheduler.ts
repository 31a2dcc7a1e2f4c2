/**
 * The scheduler: a run is a row of turns. Before each turn nothing of the run lives outside of the journal, so that it can go on from there
 * again, with the same turn or another.
 */
import { actorWord, type Turn } from '../../language/annotations/index.ts';
import { ACTOR, MachineFault, THREAD, type Stop } from '../machine/index.ts';
import { SCALAR } from '../machine/model.ts';
import { act, goneChannel } from './actions.ts';
import { PHASE } from './control.ts';
import { reportDeadlock } from './deadlock.ts';
import { deliver, handlerEnded } from './interrupts.ts';
import { starved } from './fairness.ts';
import { Phases } from './phases.ts';
import { Quiet } from './quiet.ts';
import { watch } from './properties.ts';
import type { Simulation } from './simulation.ts';

/** Visible steps in a row after which somebody else has his turn. */
const PATIENCE = 50;
const IDLE_LIMIT = 4000;
/** Turns that work and timers get after a phase. */
const DRAIN = 300;
/** The same for kernel threads that are alone: some never wait. */
const THREADS_DRAIN = 30;
/** Statements that a thread may run before others get their turn, if it never comes to a visible point. */
const QUANTUM = 400;
/** Faults that end the process that made them, and not the run. */
const SIGNALS: ReadonlySet<string> = new Set(['segfault', 'sigbus', 'null-dereference', 'out-of-memory']);
/** Functions of the headers that close what a process leaves, in their order. */
const EXIT_STAGES = ['__exit_vmas', '__exit_files'];

/** Decides who runs, and what follows from it. */
export class Scheduler {
  readonly phases: Phases;
  readonly quiet: Quiet;
  constructor(private readonly sim: Simulation) {
    this.phases = new Phases(sim);
    this.quiet = new Quiet(sim);
  }

  // ---- turns

  /** One turn of the run; false: it is over. */
  round(): boolean {
    const { sim } = this;
    const { control, kernel: k } = sim;
    sim.record.place();
    if (control.get('phase') === PHASE.ended) return false;
    k.touched = false;
    k.enter(0);
    if (this.settled()) return control.get('phase') !== (PHASE.ended as number);
    const turn = sim.turns[control.get('turn')];
    if (turn) {
      control.add('turn', 1);
      this.perform(turn);
      return true;
    }
    const t = this.pick(control.get('current'));
    if (!t) {
      if (control.add('idle', 1) > IDLE_LIMIT || !this.mayHappen()) {
        this.stuck();
        return false;
      }
      this.tick();
      return true;
    }
    control.set('idle', 0);
    k.store.set(control.ran, t, control.get('turns'));
    control.set('since', t === control.get('current') ? control.get('since') + 1 : 0);
    control.set('current', t);
    const { quiet } = this;
    quiet.begin(t);
    let r = this.run(t, QUANTUM);
    while (r === 'budget' && !quiet.many && quiet.left(QUANTUM) > 0) r = this.run(t, quiet.left(QUANTUM));
    const unfinished = r === 'budget' && quiet.left(QUANTUM) > 0;
    if (unfinished && k.accessed) quiet.pass();
    quiet.end(t, PATIENCE);
    if (unfinished) return true;
    if (k.touched || r === 'budget') this.tick();
    // who waits, even for a tick, lets the others run first
    if (r === 'blocked') {
      control.set('current', 0);
      control.set('rotate', t);
    }
    // who never waits gives way now and then
    if (control.get('since') > (r === 'budget' ? 2 : PATIENCE)) {
      control.set('current', 0);
      control.set('since', 0);
      control.set('rotate', t);
    }
    return true;
  }
  /** Is the phase over (but for kernel threads, which may run for ever)? Then the next one begins. */
  settled(): boolean {
    const { control, kernel: k } = this.sim;
    if (control.get('phase') !== PHASE.start) {
      if (this.waiting()) return false;
      // work and timers come to an end first, but for those that start again and again; kernel threads do what they were woken for
      const ready = this.ready();
      const busy = ready.some((t) => k.vm.tKind.at(t) !== ACTOR.kthread);
      if (ready.length && control.add('drain', 1) < (busy ? DRAIN : THREADS_DRAIN)) return false;
    }
    control.set('drain', 0);
    this.phases.next();
    return true;
  }
  /** Does the phase still wait for somebody? */
  waiting(): boolean {
    const { control, kernel: k } = this.sim;
    for (let t = 1; t < k.threadCount; t++) {
      if (!this.alive(t)) continue;
      if (control.main.at(t) || control.exitOf.at(t)) return true;
      if (k.vm.tKind.at(t) === ACTOR.process && !k.procs.get(k.vm.tProc.at(t), 'exited')) return true;
    }
    return false;
  }
  private alive(t: number): boolean {
    const st = this.sim.kernel.vm.tState.at(t);
    return st === THREAD.ready || st === THREAD.blocked;
  }
  /** Nobody can run, and nothing will happen by itself: the run ends here. */
  stuck(): void {
    const { control, kernel: k } = this.sim;
    const stuck: number[] = [];
    for (let t = 1; t < k.threadCount; t++) if (control.main.at(t) && this.alive(t)) stuck.push(t);
    reportDeadlock(this.sim, stuck);
    control.set('phase', PHASE.ended);
  }
  /** Runs a thread until it has done something visible, waits, ends, or has used up `budget` statements. */
  run(t: number, budget: number): Stop {
    const { sim } = this;
    sim.active = t;
    sim.kernel.enter(t);
    let r: Stop;
    try {
      r = sim.kernel.vm.run(t, budget);
    } catch (e) {
      if (!(e instanceof MachineFault) || !this.recoverable(e, t)) throw e;
      r = 'exit';
    }
    if (r === 'exit') this.threadEnded(t);
    return r;
  }
  /** Threads that can run: an interrupt handler alone, if there is one. */
  ready(): number[] {
    const { vm, threadCount } = this.sim.kernel;
    const out: number[] = [];
    for (let t = 1; t < threadCount; t++) {
      if (vm.tState.at(t) !== THREAD.ready) continue;
      if (vm.tKind.at(t) === ACTOR.irq) return [t];
      out.push(t);
    }
    return out;
  }
  private first(): number {
    const ready = this.ready();
    const current = this.sim.control.get('current');
    return ready.includes(current) ? current : (ready.find((t) => t > this.sim.control.get('rotate')) ?? ready[0] ?? 0);
  }
  /** Who runs next: interrupts, then who ran last, then the others in turn. */
  private pick(current: number): number {
    const { control } = this.sim;
    const ready = this.ready();
    const late = starved(this.sim, ready);
    if (late) return late;
    if (ready.length > 1 && control.get('random')) return ready[control.random(ready.length)]!;
    if (current && ready.includes(current)) return current;
    return this.first();
  }

  // ---- schedules

  /** A turn that a schedule asks for. Time stands still but for `time`. */
  perform(turn: Turn): void {
    const { sim } = this;
    const k = sim.kernel;
    k.touched = false;
    if (turn.who === 'time') {
      this.passTime();
      return;
    }
    if (turn.who.startsWith('[')) {
      const action = sim.actionNamed(turn.who.slice(1, -1));
      if (!action) throw new MachineFault('schedule', `the schedule says ${turn.who}, which nothing can do here`);
      act(sim, action, 0);
      this.observe();
      return;
    }
    const t = this.named(turn);
    if (!t)
      throw new MachineFault('schedule', `the schedule says ${turn.who}, but there is no such actor that can run`);
    this.sim.control.set('current', t);
    sim.beginTurn(turn);
    this.run(t, 100_000);
    sim.beginTurn(undefined);
    this.observe();
  }
  private named(turn: Turn): number {
    let n = turn.nth;
    return this.ready().find((t) => this.wordOf(t) === turn.who && --n === 0) ?? 0;
  }
  private wordOf(t: number): string {
    return actorWord(this.sim.kernel.actorName(t));
  }
  /** How a schedule names a thread that can run. */
  nameOf(t: number): { who: string; nth: number } {
    const who = this.wordOf(t);
    return { who, nth: this.ready().filter((x) => x <= t && this.wordOf(x) === who).length };
  }
  /** The clock goes on until something has happened; false: nothing will. */
  passTime(): boolean {
    const k = this.sim.kernel;
    const sign = (): string =>
      [...k.devices.map((d) => d.pending().length), this.ready().length, this.writebacks().length].join();
    const before = sign();
    for (let i = 0; i < IDLE_LIMIT && this.mayHappen(); i++) {
      this.tick();
      if (sign() !== before) return true;
    }
    return false;
  }
  /** What follows at once from a visible step, with the clock standing still. */
  observe(): void {
    const { sim } = this;
    const k = sim.kernel;
    k.bus.observe();
    deliver(sim);
    sim.tellWarnings(sim.active);
    k.touched = false;
    watch(sim);
  }

  // ---- time

  private writebacks(): number[] {
    const { writebacks } = this.sim.control;
    const out: number[] = [];
    for (let r = 1; r <= writebacks.count; r++) if (writebacks.get(r, 'live')) out.push(r);
    return out;
  }
  /** Can anything still happen by itself? */
  mayHappen(): boolean {
    const k = this.sim.kernel;
    if (k.devices.some((d) => d.pending().length) || this.writebacks().length) return true;
    for (let t = 1; t < k.threadCount; t++)
      if (k.vm.tState.at(t) === THREAD.blocked && k.tUntil.at(t) < 0x10000000 && k.tUntil.at(t) > 0) return true;
    return false;
  }
  /** A visible step is over: devices work, time passes, properties are looked at. */
  tick(): void {
    const { sim } = this;
    const k = sim.kernel;
    const { writebacks } = sim.control;
    k.touched = false;
    k.bus.idle(1);
    sim.model.wakeBlocked();
    const now = k.bus.step();
    sim.record.tick(now);
    for (const r of this.writebacks()) {
      if (writebacks.get(r, 'until') > now) continue;
      k.bus.endWriteback(writebacks.get(r, 'file'), writebacks.get(r, 'index'));
      writebacks.set(r, 'live', 0);
    }
    for (let t = 1; t < k.threadCount; t++) {
      if (k.vm.tState.at(t) === THREAD.blocked && k.tUntil.at(t) <= now) {
        const waits = k.tPhase.at(t) === 1;
        k.store.set(k.tUntil, t, 0x7fffffff);
        k.wakeThread(t, waits ? 3 : 0);
      }
    }
    deliver(sim);
    sim.tellWarnings(sim.active);
    k.touched = false;
    watch(sim);
  }

  // ---- ends

  /** A signal ends the process; the run goes on. */
  private recoverable(e: MachineFault, t: number): boolean {
    const k = this.sim.kernel;
    if (!SIGNALS.has(e.kind) || !k.vm.inUser(t)) return false;
    this.sim.machineFault(e, t);
    const p = k.vm.tProc.at(t);
    for (let o = 1; o < k.threadCount; o++) if (k.vm.tProc.at(o) === p) k.kill(o);
    k.store.set(k.vm.tState, t, THREAD.done);
    this.leave(p, 139, t);
    return true;
  }
  private threadEnded(t: number): void {
    const { sim } = this;
    const { control, kernel: k } = sim;
    const kind = k.vm.tKind.at(t);
    if (kind === ACTOR.process && !k.procs.get(k.vm.tProc.at(t), 'exited'))
      // main() returned: exit(), which closes the files
      this.leave(k.vm.tProc.at(t), k.vm.tResult.at(t), t);
    else if (kind === ACTOR.process) k.wake(-4, true);
    const leaving = control.exitOf.at(t);
    if (leaving) {
      k.store.set(control.exitOf, t, 0);
      this.leave(leaving, control.exitCode.at(t), t, control.exitStage.at(t) + 1);
    }
    if (kind === ACTOR.irq) handlerEnded(sim, t);
    const leftover = k.held.find(
      (r) => k.held.get(r, 'live') === 1 && k.held.get(r, 'thread') === t && k.held.get(r, 'kind') !== 4,
    );
    if (leftover && kind !== ACTOR.process)
      k.event(
        'warning',
        `${k.actorName(t)} ends with a lock held that it took at line ${k.lineOf(k.held.get(leftover, 'span'))}`,
        t,
        true,
      );
    for (let r = 1; r <= k.held.count; r++)
      if (k.held.get(r, 'thread') === t && k.held.get(r, 'kind') !== 4) k.held.set(r, 'live', 0);
    if (control.main.at(t)) control.set('result', k.vm.tResult.at(t));
    k.store.set(control.main, t, 0);
    if (kind !== ACTOR.process) k.store.set(k.vm.tState, t, THREAD.dead);
    k.wake(-1000 - t, true);
  }
  /** The end of a process closes its mappings and descriptors: close() and release() of the driver run. `thread`: on whose behalf. */
  leave(p: number, code: number, thread: number, stage = 0): void {
    const { control, kernel: k, loaded } = this.sim;
    for (let i = stage; i < EXIT_STAGES.length; i++) {
      const name = EXIT_STAGES[i]!;
      const fn = loaded.program.byName.get(name);
      if (!fn) continue;
      if (name === '__exit_files' && !k.files.find((r) => k.files.get(r, 'open') !== 0 && k.files.get(r, 'proc') === p))
        continue;
      const c = k.spawn(fn, [], { kind: ACTOR.thread, name: `${k.nameText(k.procs.get(p, 'name'))}: exit`, proc: p });
      k.store.set(control.exitOf, c, p);
      k.store.set(control.exitStage, c, i);
      k.store.set(control.exitCode, c, code);
      control.set('current', c);
      return;
    }
    k.enter(thread);
    k.exitProcess(p, code);
    k.wake(-4, true);
    k.wake(goneChannel(p), true);
  }

  /** A truncate that waits, of a process that is gone. */
  truncateWaits(): boolean {
    const { s } = this.sim.model;
    for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++) {
      const at = s.procPending.at(p * 4);
      if (at !== 0 && at !== 9) return true;
    }
    return false;
  }
}
