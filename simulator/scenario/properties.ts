/** Properties that are conditions: looked at after every visible step. */
import { ACTOR, MachineFault } from '../machine/index.ts';
import type { Simulation } from './simulation.ts';

/** Tells new faults of the devices, and decides properties. */
export function watch(sim: Simulation): void {
  const { control, kernel: k, record } = sim;
  const all = k.bus.faults();
  for (let i = control.get('told'); i < all.length; i++)
    k.event(all[i]!.kind, `becomes inevitable: ${all[i]!.text}`, record.thread(record.length - 1));
  control.set('told', all.length);
  sim.loaded.properties.forEach((p, i) => {
    if (!p.fn || decision(sim, i)) return;
    const value = holds(sim, p.fn, p.mode === 'always');
    if (p.mode === 'always' ? value : !value) return;
    control.decided.add({ property: i, step: record.length, line: sim.lineOfStep(record.length - 1) });
  });
}

/** Where property `i` was decided; undefined: not yet. */
export function decision(sim: Simulation, i: number): { step: number; line: number } | undefined {
  const { decided } = sim.control;
  const r = decided.find((x) => decided.get(x, 'property') === i);
  return r ? { step: decided.get(r, 'step'), line: decided.get(r, 'line') } : undefined;
}

/** Value of a condition. Its evaluation leaves no trace: whatever it writes is taken back. */
function holds(sim: Simulation, name: string, otherwise: boolean): boolean {
  const { kernel: k, model } = sim;
  const fn = sim.loaded.program.byName.get(name);
  if (!fn) return otherwise;
  const { onStep, steps } = k.vm;
  const { beforeCall } = k;
  k.vm.onStep = () => false;
  k.beforeCall = undefined;
  try {
    return model.s.store.attempt(() => {
      const t = k.spawn(fn, [], { kind: ACTOR.init, name: 'property', proc: 1 });
      for (let guard = 0; k.vm.run(t, 1000) !== 'exit';)
        if (++guard > 1000) throw new MachineFault('step-limit', 'the condition does not end');
      return k.vm.tResult.at(t) !== 0;
    });
  } catch (e) {
    if (!(e instanceof MachineFault)) throw e;
    return otherwise;
  } finally {
    k.vm.onStep = onStep;
    k.vm.steps = steps;
    k.beforeCall = beforeCall;
    k.touched = false;
  }
}
