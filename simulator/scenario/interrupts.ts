/** Interrupts and MMU notifiers: calls of the driver that the machine makes by itself. */
import {
  ACTOR,
  findMember,
  HI,
  KIND,
  MachineFault,
  THREAD,
  type FnInfo,
  type Notice,
  type Word,
} from '../machine/index.ts';
import type { Simulation } from './simulation.ts';

/** mmu_notifier_range: MMU_NOTIFIER_RANGE_BLOCKABLE, and MMU_NOTIFY_RELEASE. */
const BLOCKABLE = 1;
const EVENT_RELEASE = 5;

/** A device raises its interrupt. */
export function raise(sim: Simulation): void {
  const k = sim.kernel;
  const row = k.irqs.find((r) => !k.irqs.get(r, 'gone'));
  if (row) k.irqs.set(row, 'pending', 1);
}

function handlerArguments(sim: Simulation, r: number): Word[] {
  const k = sim.kernel;
  const dev = k.irqs.get(r, 'dev');
  return [
    { hi: 0, lo: k.irqs.get(r, 'irq') },
    { hi: dev ? HI.kernel : 0, lo: dev },
  ];
}

/** Pending interrupts start their handlers, unless interrupts are off: there is one CPU. */
export function deliver(sim: Simulation): void {
  const k = sim.kernel;
  for (let r = 1; r <= k.irqs.count; r++) {
    if (!k.irqs.get(r, 'pending') || k.irqs.get(r, 'gone') || k.irqs.get(r, 'masked')) continue;
    let off = false;
    for (let t = 1; t < k.threadCount; t++)
      if ((k.vm.tState.at(t) === THREAD.ready || k.vm.tState.at(t) === THREAD.blocked) && k.tIrqOff.at(t) > 0)
        off = true;
    if (off) continue;
    k.irqs.set(r, 'pending', 0);
    const fn = sim.loaded.program.functions[k.irqs.get(r, 'handler') - 1];
    if (fn)
      k.spawn(fn, handlerArguments(sim, r), {
        kind: ACTOR.irq,
        name: `irq ${k.irqs.get(r, 'irq')}: ${fn.name}`,
        key: r,
      });
    else wakeThread(sim, r);
  }
}

/** A handler ended: IRQ_WAKE_THREAD starts its thread. */
export function handlerEnded(sim: Simulation, t: number): void {
  if (sim.kernel.vm.tResult.at(t) === 2) wakeThread(sim, sim.kernel.tKey.at(t));
}
function wakeThread(sim: Simulation, r: number): void {
  const k = sim.kernel;
  const fn = sim.loaded.program.functions[k.irqs.get(r, 'thread') - 1];
  if (fn)
    k.spawn(fn, handlerArguments(sim, r), {
      kind: ACTOR.kthread,
      name: `irq/${k.irqs.get(r, 'irq')}: ${fn.name}`,
    });
}

/** Members of mmu_notifier_ops that hear of a notice, in their order. */
const CALLBACKS: Readonly<Record<Notice, readonly string[]>> = {
  start: ['invalidate_range_start'],
  end: ['arch_invalidate_secondary_tlbs', 'invalidate_range', 'invalidate_range_end'],
  release: ['release'],
};

/** Tells an MMU notifier: before the mapping changes, after it, or that the mm ends. Pages [start, end). */
export function notify(sim: Simulation, row: number, start: number, end: number, thread: number, how: Notice): void {
  const k = sim.kernel;
  const { program } = sim.loaded;
  const object = k.notifiers.get(row, 'object');
  const interval = k.notifiers.get(row, 'kind') === 1;
  const type = program.record(interval ? 'mmu_interval_notifier' : 'mmu_notifier');
  const opsType = program.record(interval ? 'mmu_interval_notifier_ops' : 'mmu_notifier_ops');
  const rangeType = program.record('mmu_notifier_range');
  if (!type || !opsType || !rangeType) return;
  const m = k.vm.memory;
  const at = object + findMember(type, 'ops')!.offset;
  // operations that only a program's own function names are variables of its process
  const proc = k.procs.find((p) => k.procs.get(p, 'mm') === k.notifiers.get(row, 'mm'));
  const ops = m.r32(at) + (m.r32(at + 4) === HI.user ? k.arena(proc) : 0);
  const mm = k.mmStructOf(k.notifiers.get(row, 'mm'));
  const address = (vpn: number): Word => ({ hi: Math.floor(vpn / 1048576), lo: (vpn % 1048576) << 12 });
  for (const name of interval ? ['invalidate'] : CALLBACKS[how]) {
    const slot = ops + findMember(opsType, name)!.offset;
    if (!m.r32(slot + 4)) continue;
    const fn = k.vm.functionAt(m.r32(slot + 4), m.r32(slot));
    const args: Word[] = [{ hi: HI.kernel, lo: object }];
    if (name === 'release') args.push(mm);
    else if (name === 'invalidate_range' || name.startsWith('arch_')) args.push(mm, address(start), address(end));
    else {
      const range = m.address(m.alloc(rangeType.size, KIND.device, -1, true, 16, 'the mmu_notifier_range'));
      const put = (member: string, w: Word): void => {
        const at = range + findMember(rangeType, member)!.offset;
        m.w32(at, w.lo);
        m.w32(at + 4, w.hi);
      };
      put('start', address(start));
      put('end', address(end));
      put('mm', mm);
      m.w32(range + findMember(rangeType, 'flags')!.offset, BLOCKABLE);
      if (how === 'release') m.w32(range + findMember(rangeType, 'event')!.offset, EVENT_RELEASE);
      args.push({ hi: HI.kernel, lo: range });
    }
    if (interval) {
      const seq = k.notifiers.get(row, 'seq') + 1;
      k.notifiers.set(row, 'seq', seq);
      // odd while a range is invalidated, as itree_inv_start_range() counts
      args.push({ hi: 0, lo: 1 + 2 * seq });
    }
    if (how !== 'end')
      k.event(
        'notifier',
        how === 'release'
          ? `${fn.name}() is told that the address space ends`
          : `${fn.name}() is told that 0x${(start * 4096).toString(16)}–0x${(end * 4096).toString(16)} changes`,
        thread,
      );
    const t = k.spawn(fn, args, { kind: ACTOR.kthread, name: `notifier: ${fn.name}`, proc: 0 });
    atOnce(sim, t, `${fn.name}() waits for a lock while the mm changes`);
  }
}
/** vm_ops->fault: the driver is asked for the page before the access goes on. */
export function driverFault(sim: Simulation, vma: number, at: number, write: boolean, thread: number): boolean {
  const k = sim.kernel;
  const fn = sim.loaded.program.byName.get('__pinscope_vm_fault');
  if (!fn) return false;
  const args: Word[] = [
    { hi: HI.kernel, lo: vma },
    { hi: Math.floor(at / 4294967296), lo: at | 0 },
    { hi: 0, lo: write ? 1 : 0 },
  ];
  const t = runNow(sim, fn, args, `${k.actorName(thread)}: page fault`, k.vm.tProc.at(thread));
  return k.vm.tResult.at(t) === 0;
}
/** Runs a function to its end on behalf of a process, before anything else happens. Its thread. */
export function runNow(sim: Simulation, fn: FnInfo, args: readonly Word[], name: string, proc: number): number {
  const t = sim.kernel.spawn(fn, args, { kind: ACTOR.thread, name, proc });
  atOnce(sim, t, `${name} waits for what its program holds`);
  return t;
}
/** Runs a thread to its end while its cause waits: nobody else runs. */
function atOnce(sim: Simulation, t: number, stuck: string): void {
  const k = sim.kernel;
  const before = sim.active;
  const { running } = k;
  sim.whole(() => {
    sim.active = t;
    for (let guard = 0; guard < 1000; guard++) {
      k.touched = false;
      const r = k.vm.run(t, 10_000);
      if (r === 'exit') break;
      if (r === 'blocked' || k.vm.tState.at(t) === THREAD.blocked) throw new MachineFault('deadlock', stuck);
    }
  });
  sim.active = before;
  k.enter(running);
  k.touched = true;
  k.kill(t);
}
