/** Locks with owners, waiting, threads, work, timers, interrupts. */
import { MachineFault } from '../memory.ts';
import { ACTOR, BLOCK, THREAD } from '../vm.ts';
import type { Args, Kernel } from '../kernel.ts';
import type { Builtins } from './index.ts';
import { HI } from '../memory.ts';

const SPIN = 0;
const READ = 2;
const SEM = 4;
const RREAD = 5;
const RWRITE = 6;
const KIND_NAME = [
  'spinlock',
  'mutex',
  'rwsem (read)',
  'rwsem (write)',
  'semaphore',
  'rwlock (read)',
  'rwlock (write)',
];
const spins = (kind: number): boolean => kind === SPIN || kind === RREAD || kind === RWRITE;

/** Address of a lock as a number: its place in memory. */
function lockAt(k: Kernel, a: Args): number {
  const w = a.w(0);
  const at = k.vm.physical(w.hi, w.lo, a.thread);
  if (at < 0) k.read(w.hi, w.lo, 4, a.thread);
  k.vm.memory.check(at, 16, true);
  if (!k.vm.memory.isInit(at, 8)) throw new MachineFault('uninitialised', 'a lock is used that was never initialised');
  return at;
}
/** Name of the object that a lock lies in. */
function lockName(k: Kernel, at: number): string {
  const o = k.vm.memory.describe(at);
  return o ? (o.name.startsWith('the ') || o.name.startsWith('an ') ? `a lock in ${o.name}` : o.name) : 'a lock';
}
function heldRow(k: Kernel, lock: number, thread: number): number {
  return k.held.find(
    (r) =>
      k.held.get(r, 'live') === 1 &&
      k.held.get(r, 'lock') === lock &&
      (thread === 0 || k.held.get(r, 'thread') === thread),
  );
}

/** Words of every lock: owner + 1 (writer), number of readers or units. */
function acquire(k: Kernel, a: Args): number | typeof BLOCK {
  const at = lockAt(k, a);
  const kind = a.n(1);
  const how = a.n(2);
  const m = k.vm.memory;
  const owner = m.r32(at);
  const count = m.r32(at + 4);
  const me = a.thread;
  const shared = kind === READ || kind === RREAD;
  const free = kind === SEM ? count > 0 : shared ? owner === 0 : owner === 0 && count === 0;
  if (!spins(kind) && how !== 1) k.mayBlock(me);
  if (free) {
    if (kind === SEM) m.w32(at + 4, count - 1);
    else if (shared) m.w32(at + 4, count + 1);
    else m.w32(at, me + 1);
    if (kind !== SEM || how >= 0) {
      const row = k.held.find((r) => k.held.get(r, 'live') === 0);
      const values = { lock: at, thread: me, kind, span: k.spanAt(me), live: 1 };
      if (row) for (const [f, v] of Object.entries(values)) k.held.set(row, f as 'lock', v);
      else k.held.add(values);
    }
    if (spins(kind)) k.store.add(k.tAtomic, me, 1);
    k.store.set(k.tPhase, me, 0);
    k.touched = true;
    return how === 2 ? 0 : 1;
  }
  if (how === 1) return 0;
  const mine = heldRow(k, at, me);
  if (mine && kind !== SEM && !(shared && k.held.get(mine, 'kind') === kind))
    throw new MachineFault(
      'deadlock',
      `${k.actorName(me)} takes ${lockName(k, at)} (${KIND_NAME[kind]}), which it holds already since line ${k.lineOf(k.held.get(mine, 'span'))}`,
    );
  if (spins(kind) && k.vm.tKind.at(me) === ACTOR.irq) {
    const holder = heldRow(k, at, 0);
    throw new MachineFault(
      'deadlock',
      `the interrupt handler spins on ${lockName(k, at)}, which ${holder ? `${k.actorName(k.held.get(holder, 'thread'))} holds since line ${k.lineOf(k.held.get(holder, 'span'))} with interrupts enabled` : 'the interrupted code holds'}: spin_lock_irqsave() is needed there`,
    );
  }
  // spinning is waiting too; only the kind of wait differs
  const atomic = k.tAtomic.at(me);
  if (spins(kind)) k.store.set(k.tAtomic, me, 0);
  k.store.set(k.tPhase, me, 0);
  const r = k.block(me, at, -1);
  if (spins(kind)) k.store.set(k.tAtomic, me, atomic);
  return r === BLOCK ? BLOCK : 0;
}

function unlock(k: Kernel, a: Args): undefined {
  const at = lockAt(k, a);
  const kind = a.n(1);
  const m = k.vm.memory;
  const me = a.thread;
  const row = heldRow(k, at, me) || (kind === SEM || kind === READ ? heldRow(k, at, 0) : 0);
  if (kind === SEM) m.w32(at + 4, m.r32(at + 4) + 1);
  else if (!row) {
    const other = heldRow(k, at, 0);
    throw new MachineFault(
      'unlock',
      other
        ? `unlocks ${lockName(k, at)}, which ${k.actorName(k.held.get(other, 'thread'))} holds (line ${k.lineOf(k.held.get(other, 'span'))})`
        : `unlocks ${lockName(k, at)}, which is not locked`,
    );
  } else if (kind === READ || kind === RREAD) m.w32(at + 4, m.r32(at + 4) - 1);
  else m.w32(at, 0);
  if (row) k.held.set(row, 'live', 0);
  if (spins(kind)) k.store.add(k.tAtomic, me, -1);
  k.wake(at, true);
  return undefined;
}

/** Thread that runs for a key (a work item, a timer). */
function threadOf(k: Kernel, key: number, kind: number): number {
  for (let t = 1; t < k.threadCount; t++) {
    const s = k.vm.tState.at(t);
    if (
      (s === THREAD.ready || s === THREAD.blocked) &&
      k.vm.tKind.at(t) === kind &&
      (key === 0 || k.tKey.at(t) === key)
    )
      return t;
  }
  return 0;
}
const started = (k: Kernel, t: number): boolean => {
  const f = k.vm.frames(t);
  return f.length !== 1 || f[0]!.pc !== f[0]!.fn.entry;
};
/** Channel on which those wait who wait for the end of a thread. */
const endOf = (t: number): number => -1000 - t;

/** Built-ins of this file. */
export const sync: Builtins = {
  __pinscope_lock: acquire,
  __pinscope_unlock: unlock,
  __pinscope_locked: (k, a) => {
    const at = lockAt(k, a);
    return k.vm.memory.r32(at) !== 0 || k.vm.memory.r32(at + 4) > 0 ? 1 : 0;
  },
  __pinscope_holds: (k, a) => (heldRow(k, lockAt(k, a), a.thread) ? 1 : 0),
  __pinscope_atomic: (k, a) => {
    const by = a.n(0);
    const what = a.n(1);
    const v = k.store.add(k.tAtomic, a.thread, by);
    if (v < 0)
      throw new MachineFault(
        'unlock',
        what === 2
          ? 'rcu_read_unlock() without rcu_read_lock()'
          : 'preemption is enabled more often than it was disabled',
      );
    if (what === 1) k.store.add(k.tIrqOff, a.thread, by);
    k.touched = true;
    return undefined;
  },
  __pinscope_in_atomic: (k, a) => k.tAtomic.at(a.thread),
  __pinscope_in_irq: (k, a) => (k.vm.tKind.at(a.thread) === ACTOR.irq ? 1 : 0),
  __pinscope_irqs_off: (k, a) => (k.tIrqOff.at(a.thread) > 0 ? 1 : 0),
  __pinscope_wait: (k, a) => {
    const w = a.w(0);
    const at = k.vm.physical(w.hi, w.lo, a.thread);
    const ticks = a.s(1);
    // woken between prepare_to_wait() and here
    if (k.tQueue.at(a.thread) === at && !k.tSleepy.at(a.thread) && !k.tPhase.at(a.thread)) {
      k.queue(a.thread, 0, false);
      return ticks < 0 ? 0 : ticks;
    }
    const before = k.tUntil.at(a.thread);
    const r = k.block(a.thread, at, ticks > 1e9 ? -1 : ticks);
    if (r === BLOCK) return BLOCK;
    k.queue(a.thread, 0, false);
    if (r === 'timeout' || ticks < 0) return 0;
    return Math.max(1, before - k.bus.step());
  },
  __pinscope_wake: (k, a) => {
    const w = a.w(0);
    k.wake(k.vm.physical(w.hi, w.lo, a.thread), a.n(1) !== 0);
    return undefined;
  },
  __pinscope_waiters: (k, a) => {
    const w = a.w(0);
    const at = k.vm.physical(w.hi, w.lo, a.thread);
    for (let t = 1; t < k.threadCount; t++)
      if ((k.vm.tState.at(t) === THREAD.blocked && k.tWait.at(t) === at) || k.tQueue.at(t) === at) return 1;
    return 0;
  },
  // on a queue and about to sleep; NULL: on none, and running
  __pinscope_prepare: (k, a) => {
    const w = a.w(0);
    k.queue(a.thread, w.hi ? k.vm.physical(w.hi, w.lo, a.thread) : 0, w.hi !== 0);
    return undefined;
  },
  __pinscope_enqueue: (k, a) => {
    const w = a.w(0);
    k.store.set(k.tQueue, a.thread, w.hi ? k.vm.physical(w.hi, w.lo, a.thread) : 0);
    return undefined;
  },
  __pinscope_state: (k, a) => {
    k.store.set(k.tSleepy, a.thread, a.n(0) === 0 ? 0 : 1);
    return undefined;
  },
  __pinscope_schedule: (k, a) => {
    const t = a.s(0);
    const forever = t < 0 || t > 1e9;
    const me = a.thread;
    // TASK_RUNNING: the others run, and then it goes on
    const ticks = k.tSleepy.at(me) || k.tPhase.at(me) ? (forever ? -1 : t) : 1;
    const r = k.block(me, k.tQueue.at(me) || -1, ticks);
    if (r === BLOCK) return BLOCK;
    k.store.set(k.tSleepy, me, 0);
    return r === 'timeout' ? 0 : forever ? t : Math.max(1, t - 1);
  },
  __pinscope_sleep: (k, a) => {
    const n = a.s(0);
    const r = k.block(a.thread, -2, n <= 0 ? 1 : n);
    return r === BLOCK ? BLOCK : 0;
  },
  __pinscope_tick: (k) => {
    k.touched = true;
    return undefined;
  },
  __pinscope_current: (k, a) => {
    const p = k.vm.tProc.at(a.thread) || k.procs.find((r) => k.nameText(k.procs.get(r, 'name')) === 'kthreadd');
    if (!p) return { hi: 0, lo: 0 };
    return { hi: HI.kernel, lo: k.procs.get(p, 'task') };
  },
  __pinscope_jiffies: (k) => 4294667296 + k.bus.step(),
  __pinscope_use_mm: (k, a) => {
    k.store.set(k.tMm, a.thread, a.isNull(0) ? 0 : k.modelMm(a.w(0)) + 1);
    return undefined;
  },
  __pinscope_choice: (k, a) => {
    const what = a.text(0);
    if (what === 'sleep') {
      k.mayBlock(a.thread);
      return 0;
    }
    if (k.director.fails(what)) {
      k.event('injected', `${what} is chosen, as asked`, a.thread);
      return 1;
    }
    return 0;
  },
  __pinscope_spawn: (k, a) => {
    const kind = a.n(0);
    const w = a.w(3);
    const key = w.hi || w.lo ? k.vm.physical(w.hi, w.lo, a.thread) || w.lo : 0;
    if (key && threadOf(k, key, kind) && !(threadOf(k, key, kind) === a.thread)) return 0;
    const fn = k.vm.functionAt(a.w(1).hi, a.w(1).lo);
    if (fn.entry < 0) throw new MachineFault('unsupported', `${fn.name}() has no body to run later`);
    k.spawn(fn, [a.w(2)], {
      kind,
      name: `${kind === ACTOR.timer ? 'timer' : 'kworker'}: ${fn.name}`,
      key,
      delay: a.s(4),
    });
    k.touched = true;
    return 1;
  },
  __pinscope_pending: (k, a) => {
    const w = a.w(0);
    return threadOf(k, k.vm.physical(w.hi, w.lo, a.thread), a.n(1)) ? 1 : 0;
  },
  __pinscope_cancel: (k, a) => {
    const w = a.w(0);
    const key = w.hi || w.lo ? k.vm.physical(w.hi, w.lo, a.thread) : 0;
    const kind = a.n(1);
    const mode = a.n(2);
    const t = threadOf(k, key, kind);
    if (k.tPhase.at(a.thread) === 2 || k.tPhase.at(a.thread) === 3) k.store.set(k.tPhase, a.thread, 0);
    if (!t || t === a.thread) return mode === 2 ? 0 : 0;
    if (!started(k, t) && mode !== 2) {
      k.kill(t);
      return 1;
    }
    if (mode === 0) return 1;
    // a delayed item that is flushed runs now
    if (mode === 2 && k.vm.tState.at(t) === THREAD.blocked && k.tPhase.at(t) === 0) k.wakeThread(t, 0);
    const r = k.block(a.thread, endOf(t), -1);
    return r === BLOCK ? BLOCK : 1;
  },
  __pinscope_kthread: (k, a) => {
    if (k.director.fails('kthread_run') || k.director.fails('kthread_create')) return { hi: -1, lo: -12 };
    const fn = k.vm.functionAt(a.w(0).hi, a.w(0).lo);
    const name = a.text(2);
    const p = k.newProcess(name, { parent: 0 });
    k.procs.set(p, 'mm', 0);
    const task = k.procs.get(p, 'task');
    const type = k.program.record('task_struct')!;
    const off = (n: string): number => type.members.find((x) => x.name === n)?.offset ?? 0;
    k.vm.memory.w32(task + off('mm') + 4, 0);
    k.vm.memory.w32(task + off('mm'), 0);
    const t = k.spawn(fn, [a.w(1)], { kind: ACTOR.kthread, name, proc: p, ...(a.n(3) ? {} : { delay: 1 << 29 }) });
    k.vm.memory.w32(task + off('__tid'), t);
    return { hi: HI.kernel, lo: task };
  },
  wake_up_process: (k, a) => {
    const t = taskThread(k, a);
    return t ? rouse(k, t) : 0;
  },
  __pinscope_kthread_stop: (k, a) => {
    const type = k.program.record('task_struct')!;
    const off = (n: string): number => type.members.find((x) => x.name === n)?.offset ?? 0;
    const w = a.w(0);
    if (w.hi !== HI.kernel) throw new MachineFault('null-dereference', 'kthread_stop() of no task');
    k.vm.memory.w32(w.lo + off('__stop'), 1);
    const t = taskThread(k, a);
    if (!t || k.vm.tState.at(t) === THREAD.dead) {
      k.store.set(k.tPhase, a.thread, 0);
      return t ? k.vm.tResult.at(t) : 0;
    }
    rouse(k, t);
    const r = k.block(a.thread, endOf(t), -1);
    return r === BLOCK ? BLOCK : k.vm.tResult.at(t);
  },
  __pinscope_should_stop: (k, a) => {
    const p = k.vm.tProc.at(a.thread);
    const type = k.program.record('task_struct')!;
    k.touched = true;
    const stop = p
      ? k.vm.memory.r32(k.procs.get(p, 'task') + (type.members.find((x) => x.name === '__stop')?.offset ?? 0))
      : 0;
    return stop;
  },
  __pinscope_exit: (k, a) => {
    k.store.set(k.vm.tResult, a.thread, a.n(0));
    k.store.set(k.vm.tState, a.thread, THREAD.done);
    return undefined;
  },
  __pinscope_request_irq: (k, a) => {
    if (k.director.fails('request_irq')) return -16;
    const fnRow = (i: number): number => (a.isNull(i) ? 0 : k.vm.functionAt(a.w(i).hi, a.w(i).lo).index + 1);
    const dev = a.w(3);
    k.irqs.add({ irq: a.n(0), handler: fnRow(1), thread: fnRow(2), dev: dev.hi === HI.kernel ? dev.lo : 0 });
    for (const d of k.devices) if (!d.readl(4)) d.writel(1, 4);
    return 0;
  },
  __pinscope_free_irq: (k, a) => {
    const irq = a.n(0);
    const row = k.irqs.find(
      (r) =>
        !k.irqs.get(r, 'gone') && k.irqs.get(r, 'irq') === irq && (a.isNull(1) || k.irqs.get(r, 'dev') === a.w(1).lo),
    );
    if (!row)
      throw new MachineFault('bad-free', `free_irq() of interrupt ${irq}, which was not requested with this dev_id`);
    k.irqs.set(row, 'gone', 1);
    return undefined;
  },
  __pinscope_mask_irq: (k, a) => {
    const irq = a.n(0);
    k.irqs.find((r) => {
      if (k.irqs.get(r, 'irq') === irq) k.irqs.set(r, 'masked', a.n(1));
      return false;
    });
    return undefined;
  },
  __pinscope_irq_number: () => 42,
  __pinscope_fork: () => -38,
};

/** try_to_wake_up(): whether it slept, or was about to. */
function rouse(k: Kernel, t: number): number {
  if (k.vm.tState.at(t) === THREAD.blocked) {
    k.wakeThread(t, k.tPhase.at(t) === 1 ? 2 : 0);
    return 1;
  }
  const sleepy = k.tSleepy.at(t);
  if (sleepy) k.store.set(k.tSleepy, t, 0);
  return sleepy;
}
/** Thread of a task_struct argument. */
function taskThread(k: Kernel, a: Args): number {
  const w = a.w(0);
  const p = k.procs.find((r) => k.procs.get(r, 'task') === w.lo);
  if (w.hi !== HI.kernel || !p) throw new MachineFault('wild-pointer', 'this is no task');
  for (let t = 1; t < k.threadCount; t++) if (k.vm.tProc.at(t) === p) return t;
  return 0;
}
