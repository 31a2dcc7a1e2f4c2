/** Why nobody can run: who waits for whom. */
import { THREAD } from '../machine/index.ts';
import type { Simulation } from './simulation.ts';

/** Reports that these threads will never run again. */
export function reportDeadlock(sim: Simulation, stuck: readonly number[]): void {
  const k = sim.kernel;
  const parts: string[] = [];
  let lock = false;
  for (let t = 1; t < k.threadCount; t++) {
    if (k.vm.tState.at(t) !== THREAD.blocked || (k.tUntil.at(t) < 0x7fffffff && k.tUntil.at(t) > 0)) continue;
    const on = k.tWait.at(t);
    const owner = k.held.find((r) => k.held.get(r, 'live') === 1 && k.held.get(r, 'lock') === on);
    const page = k.pageLocks.find(
      (r) => k.pageLocks.get(r, 'live') === 1 && -100_000 - k.pageLocks.get(r, 'pfn') === on,
    );
    const line = k.lineOf(k.spanAt(t));
    if (owner) {
      lock = true;
      parts.push(
        `${k.actorName(t)} waits at line ${line} for a lock that ${k.actorName(k.held.get(owner, 'thread'))} took at line ${k.lineOf(k.held.get(owner, 'span'))}`,
      );
    } else if (page) {
      lock = true;
      parts.push(
        `${k.actorName(t)} waits at line ${line} for a page lock that ${k.actorName(k.pageLocks.get(page, 'thread'))} took at line ${k.lineOf(k.pageLocks.get(page, 'span'))}`,
      );
    } else
      parts.push(
        `${k.actorName(t)} waits at line ${line}${on === -3 ? ' in truncate, for pages that are held' : ''} and nobody will wake it`,
      );
  }
  const t = stuck[0] ?? 0;
  const kind = lock
    ? 'deadlock'
    : k.tWait.at(t) === -3 || stuck.some((x) => k.tWait.at(x) === -3)
      ? 'hung-truncate'
      : 'hang';
  const step = Math.max(0, sim.record.length - 1);
  if (kind === 'hang' && k.cutOut) {
    // the rest of the driver is not there
    k.event('assumed', `the run ends here: ${parts.join('; ')}, for the rest of the driver does not run`, t);
    return;
  }
  const text = parts.join('; ') || 'nobody can run';
  sim.record.faults.push({
    kind,
    text,
    inevitable: step,
    shown: step,
    line: t ? k.lineOf(k.spanAt(t)) : 0,
    actor: t ? k.actorName(t) : 'machine',
  });
  k.event(kind, text, t, true);
  sim.stop();
}
