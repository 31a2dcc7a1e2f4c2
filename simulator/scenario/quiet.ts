/**
 * Turns of somebody who is alone. Every access of user memory is a visible step: time passes, and others get their turn. Where nobody else is,
 * and nothing waits for the time, such turns follow each other without leaving the machine's loop; clock and counters go on as ever.
 */
import { THREAD } from '../machine/index.ts';
import type { Simulation } from './simulation.ts';

/** Quiet turns after which the run comes to a place from which it can go on. */
const MOST = 1000;
/** A time that never comes. */
const NEVER = 0x10000000;

/** Counts the quiet turns of one round. */
export class Quiet {
  private turns = 0;
  /** Statements before the one that the present turn began with. */
  private begun = 0;
  constructor(private readonly sim: Simulation) {}

  /** A round begins: may its accesses be quiet ones? */
  begin(thread: number): void {
    const { sim } = this;
    this.turns = 0;
    sim.kernel.accessed = false;
    sim.kernel.quiet = !sim.turns.length && !sim.watched && this.alone(thread) && sim.kernel.bus.quiet;
  }
  private alone(thread: number): boolean {
    const { kernel: k, control, loaded } = this.sim;
    for (let t = 1; t < k.threadCount; t++) {
      const state = k.vm.tState.at(t);
      if (t !== thread && state === THREAD.ready) return false;
      if (state === THREAD.blocked && k.tUntil.at(t) < NEVER) return false;
    }
    for (let r = 1; r <= control.writebacks.count; r++) if (control.writebacks.get(r, 'live')) return false;
    for (let r = 1; r <= k.irqs.count; r++) if (k.irqs.get(r, 'pending')) return false;
    return !loaded.properties.some((p) => p.fn);
  }
  /** A statement begins, and the one before it has accessed user memory: that was a turn. False: others have to look. */
  pass(): boolean {
    const { kernel: k, record } = this.sim;
    if (!k.quiet) {
      k.settleAccess();
      return false;
    }
    k.accessed = false;
    k.bus.pass();
    record.tick(k.bus.step());
    this.begun = k.vm.steps - 1;
    this.turns++;
    return true;
  }
  /** The thread has used up its statements: how many of `quantum` are left since its last quiet turn. */
  left(quantum: number): number {
    return this.turns ? quantum - (this.sim.kernel.vm.steps - this.begun) : 0;
  }
  /** Were there as many that the run should come to a place? */
  get many(): boolean {
    return this.turns >= MOST;
  }
  /** The round is over: counters go on by the turns that it had. `patience`: turns in a row after which a thread gives way. */
  end(thread: number, patience: number): void {
    const { kernel: k, control } = this.sim;
    k.quiet = false;
    k.settleAccess();
    if (!this.turns) return;
    const turns = control.add('turns', this.turns);
    k.store.set(control.ran, thread, turns);
    let since = control.get('since');
    for (let i = 0; i < this.turns; i++) {
      if (since > patience) control.set('rotate', thread);
      since = since > patience ? 0 : since + 1;
    }
    control.set('since', since);
  }
}
