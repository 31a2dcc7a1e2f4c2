/**
 * What a function that runs without its caller may be blamed for. Its arguments, and what the functions that are not there give, are made up and
 * zero where nobody knows better. Where nothing has failed, a NULL pointer can only come from there: the run ends, and the code is not wrong.
 */
import type { MachineFault } from '../machine/index.ts';
import type { Simulation } from './simulation.ts';

/** Faults that follow from values that a test would have kept out. */
const MEMORY = new Set([
  'null-dereference',
  'wild-pointer',
  'out-of-bounds',
  'uninitialised',
  'bad-count',
  'division-by-zero',
]);

/** Has anything been made to fail? Then the code may have overlooked it. */
function injected(sim: Simulation): boolean {
  const { failures } = sim.control;
  return (
    sim.watched ||
    failures.count > 0 ||
    sim.loaded.annotations.some((a) => a.kind === 'action' && (a.action.kind === 'fail' || a.action.kind === 'short'))
  );
}

/** Why a fault says nothing about the code; undefined: it does. */
export function unsure(sim: Simulation, e: MachineFault): string | undefined {
  const k = sim.kernel;
  if (!k.cutOut || !k.assumed || injected(sim)) return undefined;
  // nothing is made up for a function that takes nothing and calls nothing unknown
  const given = sim.loaded.program.byName.get(sim.loaded.whole ?? '')?.params.length ?? 0;
  if (!given && !k.made.count && !k.told.count && !k.assumed.variables.length) return undefined;
  // the pages of calls that the code makes itself are known
  const took = k.pins.find((r) => k.pins.get(r, 'span') >= 0) !== 0 || sim.events.some((x) => x.kind === 'gup');
  if (k.steered && MEMORY.has(e.kind))
    return 'a test before it was taken to pass, whatever the values that were made up';
  switch (e.kind) {
    case 'null-dereference':
    case 'error-pointer':
      return took && /struct page/.test(e.message) ? undefined : 'nothing here says what that pointer points to';
    case 'wild-pointer':
      return 'that value was made up';
    case 'bad-free':
    case 'bad-count':
      return took ? undefined : 'that value was made up';
    case 'use-after-free':
      return took || k.pins.count > 0 || !/more references/.test(e.message) ? undefined : 'the caller took that page';
    case 'out-of-bounds':
    case 'uninitialised':
      if (e.madeUp) return 'the size of that object was made up';
      return /before the start of/.test(e.message) && given ? 'that value was made up' : undefined;
    case 'bug':
      return 'the values that this tests were made up';
    default:
      return undefined;
  }
}
