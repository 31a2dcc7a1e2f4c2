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
  /** Pages of the root lruvec that belong to nobody in the scenario (workingset_test_recent compares with their number). */
  readonly rootWorkingset: readonly [number, number];
  /** What truncating a DAX file does while a page is held: wait (the kernel), fail, or cut the holder off. */
  readonly daxPolicy: 'wait' | 'fail' | 'sigbus';
}

/** Parts of a machine that one can choose. */
export interface MachineOptions {
  /** Ordinary memory in pages, split over two nodes. Default 262144 (1 GiB). */
  pages?: number;
  /** Pages of ZONE_MOVABLE (movablecore=). */
  movable?: number;
  /** Pages of persistent memory for DAX. */
  dax?: number;
  /** Pages of a CMA area, where movable memory is taken from first. */
  cma?: number;
  daxPolicy?: 'wait' | 'fail' | 'sigbus';
  lru?: 'classic' | 'mglru';
  swap?: 'zram' | 'disk' | 'none';
  swapPages?: number;
}

/** Builds the machine of the oracle's virtual machine, or one like it: two nodes, the first pfn unused. */
export function machineConfig(features: Features, o: MachineOptions = {}): MachineConfig {
  const pages = o.pages ?? 262144;
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
  return {
    features,
    zones,
    lru: o.lru ?? 'classic',
    swap: o.swap ?? 'zram',
    swapPages: o.swapPages ?? pages,
    rootWorkingset: [200, 0],
    daxPolicy: o.daxPolicy ?? 'wait',
  };
}
