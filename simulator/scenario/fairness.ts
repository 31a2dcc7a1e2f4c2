/** Who waits too long for his turn: timers and their work come again and again, and would keep the others from running. */
import type { Simulation } from './simulation.ts';

/** Turns after which somebody who can run comes before the others. */
const LATE = 300;

/** One of those who can run and did not for long, the longest first; 0: nobody. */
export function starved(sim: Simulation, ready: readonly number[]): number {
  const { control, kernel: k } = sim;
  const now = control.add('turns', 1);
  let late = 0;
  if (ready.length > 1)
    for (const t of ready) {
      const ran = control.ran.at(t);
      if (!ran) k.store.set(control.ran, t, now);
      else if (now - ran > LATE && (!late || ran < control.ran.at(late))) late = t;
    }
  return late;
}
