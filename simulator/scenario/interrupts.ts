/** Interrupts and MMU notifiers: calls of the driver that the machine makes by itself. */
import { ACTOR, findMember, HI, KIND, MachineFault, THREAD, type Word } from '../machine/index.ts';
import type { Simulation } from './simulation.ts';

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

/** invalidate() of an MMU notifier, before the mapping changes. */
export function invalidate(sim: Simulation, row: number, start: number, end: number, thread: number): void {
  const k = sim.kernel;
  const { program } = sim.loaded;
  const object = k.notifiers.get(row, 'object');
  const interval = k.notifiers.get(row, 'kind') === 1;
  const type = program.record(interval ? 'mmu_interval_notifier' : 'mmu_notifier');
  const opsType = program.record(interval ? 'mmu_interval_notifier_ops' : 'mmu_notifier_ops');
  const rangeType = program.record('mmu_notifier_range');
  if (!type || !opsType || !rangeType) return;
  const m = k.vm.memory;
  const ops = m.r32(object + findMember(type, 'ops')!.offset);
  const slot = ops + findMember(opsType, interval ? 'invalidate' : 'invalidate_range_start')!.offset;
  if (!m.r32(slot)) return;
  const fn = k.vm.functionAt(m.r32(slot + 4), m.r32(slot));
  const range = m.address(m.alloc(rangeType.size, KIND.device, -1, true, 16, 'the mmu_notifier_range'));
  const u64 = (name: string, v: number): void => {
    const at = range + findMember(rangeType, name)!.offset;
    m.w32(at, v | 0);
    m.w32(at + 4, Math.floor(v / 4294967296) | 0);
  };
  u64('start', start * 4096);
  u64('end', end * 4096);
  const args: Word[] = [
    { hi: HI.kernel, lo: object },
    { hi: HI.kernel, lo: range },
  ];
  if (interval) args.push({ hi: 0, lo: 2 });
  const t = k.spawn(fn, args, { kind: ACTOR.kthread, name: `notifier: ${fn.name}`, proc: 0 });
  k.event(
    'notifier',
    `${fn.name}() is told that 0x${(start * 4096).toString(16)}–0x${(end * 4096).toString(16)} goes`,
    thread,
  );
  atOnce(sim, t, `${fn.name}() waits for a lock while the mm changes`);
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
  const name = `${k.actorName(thread)}: page fault`;
  const t = k.spawn(fn, args, { kind: ACTOR.thread, name, proc: k.vm.tProc.at(thread) });
  atOnce(sim, t, 'the fault handler waits for what the faulting program holds');
  return k.vm.tResult.at(t) === 0;
}
/** Runs a thread to its end while its cause waits: nobody else runs. */
function atOnce(sim: Simulation, t: number, stuck: string): void {
  const k = sim.kernel;
  const before = sim.active;
  sim.whole(() => {
    sim.active = t;
    for (let guard = 0; guard < 1000; guard++) {
      k.touched = false;
      const r = k.vm.run(t, 10_000);
      if (r === 'exit') break;
      if (r === 'blocked') throw new MachineFault('deadlock', stuck);
    }
  });
  sim.active = before;
  k.touched = true;
  k.kill(t);
}
