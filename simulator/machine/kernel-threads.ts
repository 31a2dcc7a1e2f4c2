/** Threads of the kernel: starting, blocking, waking. */
import { KernelTables } from './kernel-tables.ts';
import { MachineFault, SC } from './memory.ts';
import type { FnInfo } from './program.ts';
import { ACTOR, BLOCK, THREAD, type Word } from './vm.ts';

/** How long a blocked thread waits. */
const FOREVER = 0x7fffffff;

/** Channel of those who wait for the lock of a folio. */
export const pageChannel = (folio: number): number => -100_000 - folio;

/** Threads and waiting. */
export abstract class KernelThreads extends KernelTables {
  /** Start of the arena of a process. */
  abstract arena(proc: number): number;

  /** mm that a thread uses; 0: none. */
  mmOf(thread: number): number {
    const other = this.tMm.at(thread);
    if (other) return other - 1;
    const p = this.vm.tProc.at(thread);
    return p ? this.procs.get(p, 'mm') : 0;
  }
  /** Starts a function in a new thread. */
  spawn(
    fn: FnInfo,
    args: readonly Word[],
    o: { kind: number; name: string; proc?: number; key?: number; delay?: number },
  ): number {
    const proc = o.proc ?? 0;
    const t = this.vm.spawn(fn, args, {
      kind: o.kind,
      name: this.nameId(o.name),
      proc,
      userStack: proc ? this.userStack(proc) : 0,
    });
    this.store.set(this.tKey, t, o.key ?? 0);
    this.queue(t, 0, false);
    this.store.set(this.tPhase, t, 0);
    this.store.set(this.tAtomic, t, o.kind === ACTOR.irq || o.kind === ACTOR.timer ? 1 : 0);
    this.store.set(this.tIrqOff, t, o.kind === ACTOR.irq ? 1 : 0);
    this.store.set(this.tMm, t, 0);
    this.store.set(this.tWait, t, 0);
    this.store.set(this.tUntil, t, 0);
    if (o.delay && o.delay > 0) {
      this.store.set(this.vm.tState, t, THREAD.blocked);
      this.store.set(this.tUntil, t, this.bus.step() + o.delay);
    }
    return t;
  }
  /** A stack in the arena of a process; each thread has its own. */
  private userStack(proc: number): number {
    const used = this.procs.get(proc, 'vm');
    this.procs.set(proc, 'vm', used + 1);
    return this.arena(proc) + 0x10000 + (used % 12) * 0x8000;
  }
  /**
   * Blocks the calling thread on a channel (an address or another number) until it is woken or `ticks` have passed. To be called again
   * when the thread runs: then it says what happened. `ticks` < 0: no limit.
   */
  block(thread: number, channel: number, ticks: number): typeof BLOCK | 'woken' | 'timeout' {
    const { store } = this;
    const phase = this.tPhase.at(thread);
    if (phase === 2 || phase === 3) {
      store.set(this.tPhase, thread, 0);
      return phase === 2 ? 'woken' : 'timeout';
    }
    this.mayBlock(thread);
    store.set(this.tPhase, thread, 1);
    store.set(this.tWait, thread, channel);
    store.set(this.tUntil, thread, ticks < 0 ? FOREVER : this.bus.step() + Math.max(1, ticks));
    store.set(this.vm.tState, thread, THREAD.blocked);
    this.touched = true;
    return BLOCK;
  }
  /** A thread is on a wait queue (0: on none), and about to sleep or not: prepare_to_wait(), set_current_state(). */
  queue(thread: number, channel: number, sleepy: boolean): void {
    this.store.set(this.tQueue, thread, channel);
    this.store.set(this.tSleepy, thread, sleepy ? 1 : 0);
  }
  /** Sleeping is not allowed with a spinlock held or in an interrupt. */
  mayBlock(thread: number): void {
    if (this.tAtomic.at(thread) <= 0) return;
    const lock = this.held.find(
      (r) =>
        this.held.get(r, 'live') === 1 &&
        this.held.get(r, 'thread') === thread &&
        this.held.get(r, 'kind') !== 1 &&
        this.held.get(r, 'kind') !== 4,
    );
    const kind = this.vm.tKind.at(thread);
    throw new MachineFault(
      'sleep-in-atomic',
      `this sleeps in atomic context${lock ? ` (a spinlock is held since line ${this.lineOf(this.held.get(lock, 'span'))})` : kind === ACTOR.irq ? ' (an interrupt handler)' : kind === ACTOR.timer ? ' (a timer or tasklet)' : ' (preemption or RCU section)'}`,
    );
  }
  /** Waits until the lock of a folio is given back. */
  waitForPage(thread: number, folio: number): void {
    const row = this.pageLocks.find(
      (r) => this.pageLocks.get(r, 'live') === 1 && this.pageLocks.get(r, 'pfn') === folio,
    );
    if (row && this.pageLocks.get(row, 'thread') === thread)
      throw new MachineFault(
        'deadlock',
        `this waits for the lock of a page that ${this.actorName(thread)} holds itself since line ${this.lineOf(this.pageLocks.get(row, 'span'))}`,
      );
    if (this.calling)
      throw new MachineFault('deadlock', 'this waits for the lock of a page, and nobody can give it back meanwhile');
    this.store.set(this.tPhase, thread, 0);
    this.block(thread, pageChannel(folio), row ? -1 : 1);
  }
  /** Wakes threads that wait on a channel. Returns how many. */
  wake(channel: number, all: boolean): number {
    let n = 0;
    for (let t = 1; t < this.threadCount; t++) {
      const sleeps = this.vm.tState.at(t) === THREAD.blocked && this.tWait.at(t) === channel && this.tPhase.at(t) === 1;
      if (sleeps) this.wakeThread(t, 2);
      // it has looked at its condition and is about to sleep: it will not
      else if (this.tSleepy.at(t) && this.tQueue.at(t) === channel) this.store.set(this.tSleepy, t, 0);
      else continue;
      n++;
      if (!all) break;
    }
    this.touched = true;
    return n;
  }
  wakeThread(t: number, phase: number): void {
    this.store.set(this.tPhase, t, phase);
    this.store.set(this.tWait, t, 0);
    this.store.set(this.vm.tState, t, THREAD.ready);
  }
  get threadCount(): number {
    return this.vm.memory.scalar.at(SC.threads);
  }
  /** Ends a thread. */
  kill(t: number): void {
    this.store.set(this.vm.tState, t, THREAD.dead);
  }
  /** A user copy may sleep in a fault: not in atomic context. */
  mayFault(thread: number): void {
    if (this.vm.tKind.at(thread) === ACTOR.irq) this.mayBlock(thread);
    if (
      this.tAtomic.at(thread) > 0 &&
      this.held.find(
        (r) =>
          this.held.get(r, 'live') === 1 &&
          this.held.get(r, 'thread') === thread &&
          [0, 5, 6].includes(this.held.get(r, 'kind')),
      )
    )
      this.mayBlock(thread);
  }
}
