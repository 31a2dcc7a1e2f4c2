/** A run at one glance: who did something when, and what kind of thing; and which pages it is about. One pass over the journal. */
import { REG } from '../device/index.ts';
import { endOfMemory } from './cells.ts';
import { pageColumns } from './changes.ts';
import { PG } from '../mm/flags.ts';
import { TICK, type Lane, type Timeline } from './snapshot-protocol.ts';
import type { Simulation } from '../scenario/index.ts';

/** Ticks of events by their kind. */
const EVENT_TICK: Readonly<Record<string, number>> = {
  gup: TICK.take,
  'dma-map': TICK.dma,
  'dma-unmap': TICK.dma,
  mmap: TICK.memory,
  exit: TICK.memory,
  truncate: TICK.reclaim,
  reclaim: TICK.reclaim,
  writeback: TICK.reclaim,
  migrate: TICK.reclaim,
  compact: TICK.reclaim,
  'drop-caches': TICK.reclaim,
  point: TICK.branch,
  injected: TICK.branch,
  fork: TICK.branch,
  notifier: TICK.memory,
  device: TICK.device,
  printk: TICK.output,
  show: TICK.output,
};
/** Events that the kernel does by itself, with the lane that shows them. */
const KERNEL_LANE: Readonly<Record<string, string>> = {
  reclaim: 'kswapd',
  writeback: 'writeback',
  'drop-caches': 'kswapd',
  migrate: 'kcompactd',
  compact: 'kcompactd',
};

/** What is known of a run after one pass. */
export interface RunIndex {
  readonly timeline: Timeline;
  /** Page frames that the run uses, ascending. */
  readonly used: Int32Array;
  /** 1 for each of them. */
  readonly touched: Uint8Array;
}

/** Step that an event belongs to: events count the step that runs as done. */
export function eventStep(sim: Simulation, step: number): number {
  return Math.max(0, Math.min(sim.length - 1, step - 1));
}

/** Looks through a run. Moves the present place to the beginning. */
export function indexRun(sim: Simulation): RunIndex {
  const { s } = sim.model;
  const { store } = s;
  const end = endOfMemory(sim);
  const touched = new Uint8Array(end);
  const kinds = new Uint8Array(sim.length);
  const deviceOf = new Map<number, number>();
  const accesses: number[][] = sim.bus.devices.map(() => []);
  for (const c of store.columns)
    sim.bus.devices.forEach((d, i) => {
      if (c.name === `${d.o.name}.registers`) deviceOf.set(c.id, i);
    });
  // what to do with an entry: 1 page, 2 page table or VMA, 3 holder, 4 registers
  const role = new Uint8Array(store.columns.length);
  for (const id of pageColumns(s).keys()) role[id] = 1;
  for (const c of [s.ent, s.entf, s.vmaFlags, s.vmaMm]) role[c.id] = 2;
  role[s.slotPage.id] = 3;
  for (const id of deviceOf.keys()) role[id] = 4;
  let step = 0;
  let next = sim.length > 1 ? sim.position(1) : Infinity;
  const raise = (kind: number): void => {
    if (step < kinds.length && kinds[step]! < kind) kinds[step] = kind;
  };
  store.scan(0, store.length, (field, index, before, after, position) => {
    while (position >= next) {
      step++;
      next = step + 1 < sim.length ? sim.position(step + 1) : Infinity;
    }
    switch (role[field]) {
      case 1:
        if (index < end) touched[index] = 1;
        raise(TICK.memory);
        break;
      case 2:
        raise(TICK.memory);
        break;
      case 3:
        if (!after && before) raise(TICK.release);
        break;
      case 4:
        if (index === REG.HEAD) {
          const list = accesses[deviceOf.get(field)!]!;
          if (list.at(-1) !== step) list.push(step);
        }
        break;
      default:
    }
  });
  const kernel = new Map<string, Map<number, number>>();
  for (const e of sim.events) {
    const at = eventStep(sim, e.step);
    const kind = e.failure ? TICK.fault : (EVENT_TICK[e.kind] ?? TICK.statement);
    if (kinds[at] !== undefined && kinds[at] < kind) kinds[at] = kind;
    const lane = KERNEL_LANE[e.kind];
    if (lane) {
      const ticks = kernel.get(lane) ?? new Map<number, number>();
      ticks.set(at, kind);
      kernel.set(lane, ticks);
    }
  }
  for (const f of sim.faults)
    for (const at of [f.inevitable, f.shown]) if (at >= 0 && at < kinds.length) kinds[at] = TICK.fault;
  sim.seek(sim.length);
  const fault = sim.bus.faults().find((f) => f.kind !== 'iommu-fault' && f.pfn > 0 && f.pfn < end);
  const held = sim.kernel.pins.count
    ? sim.kernel.pins.get(1, 'pfn')
    : sim.kernel.maps.count
      ? sim.kernel.maps.get(1, 'pfn')
      : -1;
  sim.seek(0);
  // pages that are in use from the beginning: files that a snippet asks for, the zero page
  for (let p = 0; p < end; p++) if (s.flags.at(p) & PG.allocated && !(s.flags.at(p) & PG.reserved)) touched[p] = 1;
  const used: number[] = [];
  for (let p = 0; p < end; p++) if (touched[p]) used.push(p);

  const lanes = actorLanes(sim, kinds);
  sim.bus.devices.forEach((d, i) => {
    const steps = Int32Array.from(accesses[i]!);
    lanes.push({ name: d.o.name, kind: 'device', steps, ticks: new Uint8Array(steps.length).fill(TICK.device) });
  });
  for (const [name, ticks] of kernel) {
    const sorted = [...ticks].sort((a, b) => a[0] - b[0]);
    lanes.push({
      name,
      kind: 'kernel',
      steps: Int32Array.from(sorted, ([at]) => at),
      ticks: Uint8Array.from(sorted, ([, kind]) => kind),
    });
  }
  const bytes = store.bytes();
  return {
    used: Int32Array.from(used),
    touched,
    timeline: {
      lanes,
      pages: end,
      used: used.length,
      focus: fault?.pfn ?? held,
      entries: store.length,
      bytes: bytes.state + bytes.journal,
    },
  };
}

function actorLanes(sim: Simulation, kinds: Uint8Array): Lane[] {
  const steps = new Map<string, number[]>();
  for (let i = 0; i < sim.length; i++) {
    const { actor } = sim.step(i);
    const list = steps.get(actor);
    if (list) list.push(i);
    else steps.set(actor, [i]);
  }
  return [...steps].map(([name, list]) => ({
    name,
    kind: 'actor' as const,
    steps: Int32Array.from(list),
    ticks: Uint8Array.from(list, (i) => kinds[i]!),
  }));
}
