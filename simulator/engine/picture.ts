/** Pictures of a run for the panel. Pure: (run, step, what is looked at) → plain data; nothing is remembered but an index of the run. */
import { changedPages, changesOf } from './changes.ts';
import { grid, pageMarks } from './cells.ts';
import { listInfos } from './lists.ts';
import { card, fieldValues, pageInfo } from './page-info.ts';
import { changedRegisters, hardware } from './hardware.ts';
import { changedSlots, spaces } from './tables.ts';
import { storage } from './storage.ts';
import { indexRun, type RunIndex } from './timeline.ts';
import { VMSTAT } from '../mm/vmstat.ts';
import type { Simulation } from '../scenario/index.ts';
import { CARDS, type Snapshot, type SnapshotParams, type Timeline } from './snapshot-protocol.ts';

const indices = new WeakMap<Simulation, RunIndex & { readonly paused: boolean }>();
/** The index of a run; of an unfinished one that of its beginning, until it is finished. */
function indexOf(sim: Simulation): RunIndex {
  let index = indices.get(sim);
  if (!index || (index.paused && !sim.paused)) {
    index = { ...indexRun(sim), paused: sim.paused };
    indices.set(sim, index);
  }
  return index;
}

/** Lanes and ticks of a run. */
export function timeline(sim: Simulation): Timeline {
  return indexOf(sim).timeline;
}

/** The machine before `step` (the length of the run: its end), with marks at what the step before changed. */
export function snapshot(sim: Simulation, p: SnapshotParams): Snapshot {
  const index = indexOf(sim);
  const step = Math.max(0, Math.min(sim.length, Math.floor(p.step)));
  const last = step - 1;
  const { s } = sim.model;
  const parts = new Set(p.parts ?? []);
  const page = p.page !== undefined && p.page >= 0 && p.page < index.timeline.pages ? p.page : undefined;

  // what it was before the last step
  sim.seek(Math.max(0, last));
  const before = { fields: new Map<string, string>(), flags: 0 };
  if (page !== undefined) {
    before.fields = fieldValues(s, page);
    before.flags = s.flags.at(s.head(page));
  }
  const old = parts.has('counters') ? VMSTAT.map((_, i) => s.vmstat.at(i)) : [];

  sim.seek(step);
  const changed = last >= 0 ? changedPages(sim, last, step) : new Set<number>();
  const marks = pageMarks(sim, changed);
  const { changes, total } = changesOf(sim, last);
  const cells = grid(sim, p.arrangement, marks, p.all ? undefined : index.used, index.touched);
  return {
    step,
    grid: cells,
    ...(cells.pages.length <= CARDS ? { cards: Array.from(cells.pages, (x) => card(sim, x)) } : {}),
    changes,
    changeCount: total,
    ...(page === undefined ? {} : { page: pageInfo(sim, page, marks, before) }),
    ...(parts.has('lists') ? { lists: listInfos(s) } : {}),
    ...(parts.has('tables') ? { spaces: spaces(sim, changedSlots(sim, last)) } : {}),
    ...(parts.has('device') ? { hardware: hardware(sim, changedRegisters(sim, last)) } : {}),
    ...(parts.has('storage') ? { storage: storage(sim, changed) } : {}),
    ...(parts.has('counters')
      ? { counters: VMSTAT.map((name, i) => ({ name, value: s.vmstat.at(i), before: old[i]! })) }
      : {}),
  };
}
