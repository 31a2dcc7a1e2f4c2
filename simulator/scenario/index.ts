/**
 * Runs of snippets. `run(text, options)` reads, compiles and runs a source text; the Simulation is its trace: `length` steps, `step(i)` (line,
 * actor), `seek(i)` to the state before any step in either direction, `callStack(thread)` with variables, `model` and `bus` for the rest,
 * `events`, `faults`, `results` of assertions and properties, `ok`. Same text, options and seed: the same trace.
 */
import { load, type Includes } from './load.ts';
import { Simulation } from './simulation.ts';
import type { RunOptions } from './types.ts';

/** Reads and runs a snippet. Errors of the source are in `loaded.diagnostics`; with any, nothing runs. */
export function run(
  text: string,
  options: RunOptions & {
    readonly includes?: Includes;
    readonly kernel?: string;
    readonly fn?: string;
    readonly extra?: readonly { path: string; text: string }[];
  } = {},
): Simulation {
  const loaded = load(text, options);
  const s = new Simulation(loaded, options);
  return loaded.diagnostics.some((d) => d.severity === 'error') ? s : s.run();
}
export { load, type Diagnostic, type Includes, type Loaded } from './load.ts';
export { act } from './actions.ts';
export { PHASE } from './control.ts';
export { Simulation } from './simulation.ts';
export type { PropertyResult, RunFault, RunOptions, Step } from './types.ts';
export { FAULT_DOCS, FAULTS, MACHINE_FAULTS } from './faults.ts';
export { outcome, story, traceJson, markdownReport } from './story.ts';
