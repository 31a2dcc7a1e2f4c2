/** Calls in expressions that people type: on a thread of their own, and nothing of it is told. */
import { ACTOR, typeName } from '../machine/index.ts';
import { isScalar, T } from '../machine/types.ts';
import type { Simulation } from '../scenario/index.ts';
import { integer } from './arithmetic.ts';
import { addressOf, NoValue, words, type Value } from './values.ts';

/** Statements that a call in an expression may run. */
const CALL_LIMIT = 200_000;

/** Calls a function of the program, or what `//@ assert` may ask (refcount(), page(), …), for the process of `thread`. */
export function callFunction(
  sim: Simulation,
  thread: number,
  name: string,
  args: () => { hi: number; lo: number }[],
): Value {
  const { kernel, loaded } = sim;
  const { program } = loaded;
  const fn = program.byName.get(name);
  const builtin = program.builtins.indexOf(name);
  if (builtin < 0 && (!fn || fn.entry < 0))
    throw new NoValue(`${name}() is not part of this program: only what the program calls can be called`);
  const given = args();
  const t = kernel.spawn(program.functions[program.init]!, [], {
    kind: ACTOR.init,
    name: 'evaluation',
    proc: kernel.vm.tProc.at(thread) || (kernel.procs.count ? 1 : 0),
  });
  const { events, output, touched, stepNumber } = kernel;
  const before = { events: events.length, output: output.length };
  const { onStep } = kernel.vm;
  kernel.vm.onStep = () => false;
  try {
    if (builtin >= 0) {
      const r = kernel.vm.withArguments(given, t, (at) => kernel.call(builtin, at, given.length, t));
      if (typeof r === 'symbol') throw new NoValue(`${name}() would wait`);
      const type = fn && fn.returns.kind !== 'void' ? fn.returns : T.long;
      if (r === undefined) return { type: T.void };
      return integer(typeof r === 'object' ? addressOf(r.hi, r.lo) : BigInt(r), type);
    }
    const u = kernel.spawn(fn!, given, { kind: ACTOR.init, name: 'evaluation', proc: kernel.vm.tProc.at(t) });
    for (let n = 0; n < CALL_LIMIT; n += 1000) {
      const stop = kernel.vm.run(u, 1000);
      if (stop === 'exit') {
        if (fn!.returns.kind === 'void') return { type: T.void };
        if (fn!.returns.size > 4 || !isScalar(fn!.returns) || fn!.returns.kind === 'float')
          throw new NoValue(`${name}() returns ${typeName(fn!.returns)}, which can’t be shown here`);
        return integer(BigInt(kernel.vm.tResult.at(u)), fn!.returns);
      }
      if (stop === 'blocked') throw new NoValue(`${name}() would wait`);
    }
    throw new NoValue(`${name}() does not end`);
  } finally {
    kernel.vm.onStep = onStep;
    kernel.touched = touched;
    kernel.stepNumber = stepNumber;
    events.length = before.events;
    output.length = before.output;
  }
}

/** Address of a string: that of the program's literal, if it has one. */
export function stringArgument(sim: Simulation, text: string): { hi: number; lo: number } {
  const literal = sim.loaded.program.globals.find((g) => g.literal === text);
  const { memory } = sim.kernel.vm;
  if (literal) return words(addressOf(0xffff8881, literal.address));
  const at = memory.address(memory.alloc(text.length + 1, 2, -1, true));
  memory.put(
    at,
    Uint8Array.from(`${text}\0`, (c) => c.charCodeAt(0)),
  );
  return words(addressOf(0xffff8881, at));
}
