/** What a machine is made of: zones, swap, policies. */
import { type Features } from './era.ts';

/** Zones in the kernel's names, in the order of `ZONE` values. */
export const ZONE_NAMES = ['DMA32', 'Movable', 'Device', 'CMA'] as const;

/** One range of page frames that belongs to a zone of a node. */
export interface ZoneRange {
  readonly zone: (typeof ZONE_NAMES)[number];
  readonly node: number;
  /** First pfn. */
  readonly start: number;
  readonly pages: number;
}

/** What the machine is made of; the state of the world is in State. */
export interface MachineConfig {
  readonly features: Features;
  readonly zones: readonly ZoneRange[];
  readonly lru: 'classic' | 'mglru';
  /** zram is synchronous (SWP_SYNCHRONOUS_IO): a page is written and freed in one go. */
  readonly swap: 'zram' | 'disk' | 'none';
  /** Swap slots. */
  readonly swapPages: number;
  /**
   * Pages on the root cgroup's lists that belong to nobody in the scenario, by node: what else runs on the machine. workingset_test_recent compares
   * refault distances with their number when a page was evicted for the machine, not for a cgroup. The other processes live on the CPU's node.
   */
  readonly rootWorkingset: readonly [number, number];
  readonly daxPolicy: DaxPolicy;
  /** The disk needs pages that do not change while they are written (a checksum is taken): writers wait for writeback. */
  readonly stablePages: boolean;
}

/**
 * What truncating a DAX file does while a page is held: wait for the holder (the kernel), fail with -EBUSY, cut the holder off (its pages leave the
 * file at once; a process that touches them gets SIGBUS), or recall the lease that a long-term holder needs.
 */
export type DaxPolicy = 'wait' | 'fail' | 'sigbus' | 'lease';

/** Parts of a machine that one can choose. */
export interface MachineOptions {
  /** Ordinary memory in pages, split over two nodes. Default 262144 (1 GiB). */
  pages?: number;
  /** NUMA nodes; one node has exactly the pages asked for. Default 2. */
  nodes?: 1 | 2;
  /** Pages of ZONE_MOVABLE (movablecore=). */
  movable?: number;
  /** Pages of persistent memory for DAX. */
  dax?: number;
  /** Pages of a CMA area, where movable memory is taken from first. */
  cma?: number;
  daxPolicy?: DaxPolicy;
  stablePages?: boolean;
  lru?: 'classic' | 'mglru';
  swap?: 'zram' | 'disk' | 'none';
  swapPages?: number;
}

/** Zones of a machine with one node, without holes: any size goes. */
function oneNode(pages: number, o: MachineOptions): ZoneRange[] {
  const out: ZoneRange[] = [];
  let start = 512;
  const add = (zone: ZoneRange['zone'], n: number): void => {
    if (n) out.push({ zone, node: 0, start, pages: n });
    start += n;
  };
  const [cma, movable, dax] = [o.cma ?? 0, o.movable ?? 0, o.dax ?? 0];
  add('DMA32', pages - cma - movable);
  add('CMA', cma);
  add('Movable', movable);
  add('Device', dax);
  return out;
}

/**
 * Watermarks of a zone of that many pages (setup_per_zone_wmarks): below `low` kswapd is woken and works up to `high`; below `min` an allocation
 * has to reclaim by itself.
 */
export function watermarks(pages: number): { none: number; min: number; low: number; high: number } {
  const min = Math.min(Math.floor(Math.sqrt(pages * 64) / 4), pages >>> 5);
  return { none: 0, min, low: min + (min >>> 2), high: min + (min >>> 1) };
}

/** Builds the machine of the oracle's virtual machine, or one like it: two nodes, the first pfn unused. */
export function machineConfig(features: Features, o: MachineOptions = {}): MachineConfig {
  const pages = o.pages ?? 262144;
  if (o.nodes === 1)
    return {
      ...machineConfig(features, {
        ...o,
        nodes: 2,
        pages: 4096,
        movable: 0,
        cma: 0,
        dax: 0,
        swapPages: o.swapPages ?? pages,
      }),
      zones: oneNode(pages, o),
    };
  const movable = o.movable ?? 0;
  const half = Math.ceil(pages / 2 / 512) * 512;
  const movableHalf = Math.ceil(movable / 2 / 512) * 512;
  const dax = o.dax ?? 0;
  const zones: ZoneRange[] = [];
  const base = 512;
  for (let node = 0; node < 2; node++) {
    const start = base + node * half;
    const cma = node === 0 ? (o.cma ?? 0) : 0;
    const mem = half - movableHalf - (node === 1 ? dax : 0);
    zones.push({ zone: 'DMA32', node, start, pages: mem - cma });
    if (cma) zones.push({ zone: 'CMA', node, start: start + mem - cma, pages: cma });
    if (movableHalf) zones.push({ zone: 'Movable', node, start: start + mem, pages: movableHalf });
    if (node === 1 && dax) zones.push({ zone: 'Device', node, start: start + half - dax, pages: dax });
  }
  if (zones.some((z) => z.pages <= 0))
    throw new RangeError(`a node of ${half} pages has no room for its movable, CMA and DAX memory`);
  return {
    features,
    zones,
    lru: o.lru ?? 'classic',
    swap: o.swap ?? 'zram',
    swapPages: o.swapPages ?? pages,
    rootWorkingset: [200, 0],
    daxPolicy: o.daxPolicy ?? 'wait',
    stablePages: o.stablePages ?? false,
  };
}
