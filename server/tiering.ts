/**
 * How soon V8 compiles what it runs. The analyser is much code that runs on many shapes of objects, and most of it runs only a few thousand times: V8's own
 * settings, made for small hot loops, have TurboFan compile functions whose next call meets a shape that is not expected, so that half of a check's time goes
 * into code that is thrown away. Machine code without guesses (Sparkplug) comes early instead, code with guesses late. And who clears young objects away.
 */
import { setFlagsFromString } from 'node:v8';

/** Compile all that is called, without guesses, at the first call; take notes for the optimiser from the first call on. */
const EARLY_BASELINE = ['--always-sparkplug', '--no-lazy-feedback-allocation'];

/**
 * By V8's major version (11 is Node 20, 12 is Node 22): a function has to run thirty (12: ten) times as long before TurboFan looks at it, one of the
 * parser's wasm forty times as long. From 13 on Maglev stands between, and nothing is gained.
 */
const LATE_OPTIMISER: Readonly<Record<string, readonly string[]>> = {
  11: [...EARLY_BASELINE, '--interrupt-budget=2000000', '--wasm-tiering-budget=72000000'],
  12: [...EARLY_BASELINE, '--invocation-count-for-turbofan=12000'],
};

/**
 * Each thread clears its own young objects away. V8 would share that work among as many threads as there are cores, and the one that waits for it is stopped
 * until all of them had their turn; but the cores are busy with the other threads of the check. Measured over drivers/ of Linux 6.12 with two cores and two
 * threads: 4.5 s instead of 4.7 s, with as much memory. (No threads for marking and sweeping either: nothing more, for up to 60 MB.)
 */
const OWN_GARBAGE = '--no-parallel-scavenge';

/** In MB, each of two: the largest that a thread of a check may have (see pool.ts). Growing to it step by step costs two threads 36 collections of 228. */
const YOUNG_OBJECTS = '--min-semi-space-size=16';

/** For threads that are started later. Does nothing where V8 is not known to gain by it. */
export function startWithRoom(v8 = process.versions.v8): void {
  if (LATE_OPTIMISER[major(v8)]) setFlagsFromString(YOUNG_OBJECTS);
}

/** For a process that checks once and ends. Holds for threads that are started later. Does nothing where V8 is not known to gain by it. */
export function tierForOneCheck(v8 = process.versions.v8): void {
  const flags = LATE_OPTIMISER[major(v8)];
  if (!flags) return;
  for (const flag of [...flags, OWN_GARBAGE]) setFlagsFromString(flag);
}

const major = (version: string): string => version.slice(0, version.indexOf('.'));
