/** The phases of a run: initialisers, insmod, programs (or the entry points of a driver that has none), rmmod. */
import { ACTOR, HI, findMember, isDevice, MachineFault, type FnInfo, type Word } from '../machine/index.ts';
import { fillAssumed, makeArguments } from './arguments.ts';
import { PHASE } from './control.ts';
import type { Simulation } from './simulation.ts';

/** Starts what each phase consists of. */
export class Phases {
  constructor(private readonly sim: Simulation) {}

  /** The next phase begins. */
  next(): void {
    const { sim } = this;
    const { control, kernel: k, loaded } = sim;
    const { program } = loaded;
    control.set('current', 0);
    control.set('since', 0);
    switch (control.get('phase')) {
      case PHASE.start: {
        this.whole(k.spawn(program.functions[program.init]!, [], { kind: ACTOR.init, name: 'initialisers' }));
        const init = loaded.whole === undefined ? this.moduleFunction('__pinscope_module_init') : undefined;
        if (!init) return this.startPrograms();
        control.set('phase', PHASE.insmod);
        control.set('insmod', k.newProcess('insmod'));
        const t = k.spawn(init, [], { kind: ACTOR.init, name: 'insmod', proc: control.get('insmod') });
        control.waitFor(t);
        control.set('current', t);
        return;
      }
      case PHASE.insmod: {
        const code = control.get('result');
        if (code < 0) control.set('refused', 1);
        if (code < 0) k.event('insmod', `module_init() returned ${code}: the module is not loaded`, 0);
        k.exitProcess(control.get('insmod'), 0);
        if (code < 0 && !loaded.processes.length) {
          control.set('phase', PHASE.ended);
          return;
        }
        return this.startPrograms();
      }
      case PHASE.entryPoints:
        if (this.nextEntryPoint()) return;
        k.exitProcess(control.get('entryProcess'), 0);
        return this.unload();
      case PHASE.programs:
        this.tellResult();
        return this.unload();
      default:
        control.set('phase', PHASE.ended);
    }
  }
  /** What the function returned that ran alone. */
  private tellResult(): void {
    const { control, kernel: k, loaded } = this.sim;
    const fn = loaded.whole === undefined ? undefined : k.program.byName.get(loaded.whole);
    if (fn?.returns.kind === 'int') k.event('return', `${fn.name}() returned ${control.get('result')}`, 0);
  }
  private unload(): void {
    const { control, kernel: k } = this.sim;
    const exit = this.moduleFunction('__pinscope_module_exit');
    if (
      !exit ||
      control.get('refused') ||
      this.sim.loaded.whole !== undefined ||
      !this.moduleFunction('__pinscope_module_init')
    ) {
      control.set('phase', PHASE.ended);
      return;
    }
    control.set('phase', PHASE.rmmod);
    const t = k.spawn(exit, [], { kind: ACTOR.init, name: 'rmmod', proc: k.newProcess('rmmod') });
    control.waitFor(t);
    control.set('current', t);
  }
  /** module_init() or module_exit() of the snippet. */
  moduleFunction(name: string): FnInfo | undefined {
    const decl = this.sim.loaded.source.globals.get(name);
    if (decl?.init?.kind !== 'id') return undefined;
    return this.sim.loaded.program.byName.get(decl.init.name);
  }
  private startPrograms(): void {
    const { control, loaded } = this.sim;
    const { program } = loaded;
    control.set('phase', PHASE.programs);
    for (const p of loaded.processes) this.startProcess(p.name, program.byName.get(p.fn)!);
    if (loaded.processes.length) return;
    const fn = loaded.whole === undefined ? undefined : program.byName.get(loaded.whole);
    if (fn) this.startWhole(fn);
    else if (this.moduleFunction('__pinscope_module_init')) this.startEntryPoints();
  }
  private startProcess(name: string, fn: FnInfo): void {
    const { control, kernel: k, loaded } = this.sim;
    const p = k.newProcess(name);
    const { program } = loaded;
    this.whole(k.spawn(program.functions[program.userInit]!, [], { kind: ACTOR.init, name: 'initialisers', proc: p }));
    const args: Word[] = fn.params.map(() => ({ hi: 0, lo: 0 }));
    control.waitFor(k.spawn(fn, args, { kind: ACTOR.process, name, proc: p }));
  }
  /** A function without annotations: process, buffer and arguments are made from its signature. */
  private startWhole(fn: FnInfo): void {
    const { control, kernel: k, loaded } = this.sim;
    const p = k.newProcess('app');
    fillAssumed(k, p);
    const args = makeArguments(k, loaded, fn, p);
    k.event('call', `${fn.name}(${args.texts.join(', ')})`, 0);
    control.waitFor(k.spawn(fn, args.words, { kind: ACTOR.process, name: 'app', proc: p }));
  }
  /** A loaded driver without a program: each of its entry points is called once, in the order of their use. */
  private startEntryPoints(): void {
    const { control, kernel: k, loaded } = this.sim;
    const row = k.chardevs.find((r) => !k.chardevs.get(r, 'gone') && isDevice(k, r) && k.chardevs.get(r, 'ops') !== 0);
    if (!row || !k.program.record('file_operations')) return;
    const p = k.newProcess('app');
    control.set('entryProcess', p);
    control.set('entryFile', makeArguments(k, loaded, undefined, p).file().lo);
    control.set('phase', PHASE.entryPoints);
  }
  private nextEntryPoint(): boolean {
    const { control, kernel: k, loaded } = this.sim;
    const row = k.chardevs.find((r) => !k.chardevs.get(r, 'gone') && isDevice(k, r) && k.chardevs.get(r, 'ops') !== 0);
    const at = row ? k.chardevs.get(row, 'ops') : 0;
    const order = ['open', 'mmap', 'write', 'read', 'unlocked_ioctl', 'release'];
    const p = control.get('entryProcess');
    while (at && control.get('entry') < order.length) {
      const name = order[control.add('entry', 1) - 1]!;
      const m = findMember(k.program.record('file_operations')!, name);
      if (!m || !k.vm.memory.isInit(at + m.offset, 8) || k.vm.memory.r32(at + m.offset + 4) === 0) continue;
      const fn = k.vm.functionAt(k.vm.memory.r32(at + m.offset + 4), k.vm.memory.r32(at + m.offset));
      if (fn.builtin >= 0 || fn.entry < 0) continue;
      const args = makeArguments(k, loaded, fn, p, { hi: HI.kernel, lo: control.get('entryFile') });
      k.event('call', `${fn.name}(${args.texts.join(', ')})`, 0);
      const t = k.spawn(fn, args.words, { kind: ACTOR.thread, name: `app: ${name}`, proc: p });
      control.waitFor(t);
      control.set('current', t);
      return true;
    }
    return false;
  }
  /** Runs a thread to its end with nobody else. */
  private whole(t: number): void {
    const { sim } = this;
    const k = sim.kernel;
    sim.active = t;
    sim.whole(() => {
      for (let guard = 0; guard < 100_000; guard++) {
        const r = k.vm.run(t, 10_000);
        if (r === 'exit') {
          k.kill(t);
          return;
        }
        if (r === 'blocked') throw new MachineFault('hang', 'this waits where nothing can wake it');
      }
      throw new MachineFault('step-limit', 'the initialisers do not end');
    });
  }
}
