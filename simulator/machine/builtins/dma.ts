/** DMA mappings and the devices' side of them. */
import { HI, MachineFault } from '../memory.ts';
import { slabAddress, type Args, type Kernel } from '../kernel.ts';
import { allocPages, freePages, readFrame, writeFrame, PG } from '../model.ts';
import type { Builtins } from './index.ts';
import type { Word } from '../vm.ts';

/** dma_map_page: one bus page for each page touched; consecutive if the frames are. */
function map(k: Kernel, a: Args, pfn: number, off: number, size: number, dir: number, bounce = 0): number {
  if (k.director.fails('dma_map_page') || k.director.fails('dma_map_sg') || k.director.fails('dma_map_single'))
    return -1;
  const s = k.model.s;
  if (!s.has(pfn, PG.allocated))
    throw new MachineFault('use-after-free', `DMA mapping of a page (frame ${pfn}) that has been freed`);
  const n = Math.ceil((off + Math.max(1, size)) / 4096);
  let first = 0;
  for (let i = 0; i < n; i++) {
    const at = k.bus.iommu.map(pfn + i, dir === 3 ? 0 : (dir as 0 | 1 | 2));
    if (i === 0) first = at;
  }
  const dma = first * 4096 + off;
  k.maps.add({ dma: first, virt: off, size, dir, pfn, live: 1, span: k.spanAt(a.thread), bounce });
  k.event('dma-map', `maps ${size} bytes of page ${pfn} for the device`, a.thread);
  k.touched = true;
  return dma;
}
/** iommu_map (0), iommu_unmap (1) and iommu_iova_to_phys (2) of one page. */
function domain(k: Kernel, a: Args): number {
  const page = Math.floor(a.u(1) / 4096);
  const { iommu } = k.bus;
  k.touched = true;
  if (a.n(0) === 0) return iommu.mapAt(page, Math.floor(a.u(2) / 4096)) ? 0 : -17;
  if (a.n(0) === 1) return iommu.unmapAt(page) ? 4096 : 0;
  return iommu.frameAt(page) * 4096;
}
function find(k: Kernel, dma: number, size?: number): number {
  const page = Math.floor(dma / 4096);
  // without an IOMMU a page that is mapped twice has one address: the mapping that fits best is meant (kernel/dma/debug.c)
  for (let r = k.maps.count; r > 0 && size !== undefined; r--)
    if (
      k.maps.get(r, 'live') === 1 &&
      k.maps.get(r, 'size') === size &&
      k.maps.get(r, 'dma') * 4096 + k.maps.get(r, 'virt') === dma
    )
      return r;
  for (let r = k.maps.count; r > 0; r--)
    if (k.maps.get(r, 'live') === 1 && k.maps.get(r, 'dma') * 4096 + k.maps.get(r, 'virt') === dma) return r;
  for (let r = k.maps.count; r > 0; r--) {
    if (k.maps.get(r, 'live') !== 1) continue;
    const first = k.maps.get(r, 'dma');
    const pages = Math.ceil((k.maps.get(r, 'virt') + Math.max(1, k.maps.get(r, 'size'))) / 4096);
    if (page >= first && page < first + pages) return r;
  }
  return 0;
}
const DIRECTIONS = ['DMA_BIDIRECTIONAL', 'DMA_TO_DEVICE', 'DMA_FROM_DEVICE', 'DMA_NONE'];
/** Mapped one way, given back or synced another: the caches are treated wrongly. */
function checkDirection(k: Kernel, a: Args, r: number, dir: number, verb: string): void {
  const mapped = k.maps.get(r, 'dir');
  if (mapped === dir || (verb === 'synced' && mapped === 0)) return;
  k.event(
    'warning',
    `DMA-API: ${verb} as ${DIRECTIONS[dir] ?? dir}, mapped as ${DIRECTIONS[mapped]} at line ${k.lineOf(k.maps.get(r, 'span'))}`,
    a.thread,
    true,
  );
}
/** What is known of an address that is not mapped. */
function notMapped(k: Kernel, dma: number): string {
  for (let r = k.maps.count; r > 0; r--)
    if (k.maps.get(r, 'gone') && k.maps.get(r, 'dma') * 4096 + k.maps.get(r, 'virt') === dma)
      return `was mapped at line ${k.lineOf(k.maps.get(r, 'span'))} and unmapped at line ${k.lineOf(k.maps.get(r, 'gone') - 1)} already`;
  return dma >= 2 ** 53 ? 'is DMA_MAPPING_ERROR: the mapping failed, and nobody tested it' : 'no dma_map call returned';
}
/** A kmalloc()ed buffer is copied to and from a page that the device can reach. */
function bounce(k: Kernel, r: number, toDevice: boolean): void {
  const at = k.maps.get(r, 'bounce');
  if (!at) return;
  const s = k.model.s;
  const n = k.maps.get(r, 'size');
  const pfn = k.maps.get(r, 'pfn');
  const m = k.vm.memory;
  for (let done = 0; done < n;) {
    const step = Math.min(n - done, 4096);
    if (toDevice) writeFrame(s, pfn + done / 4096, 0, m.bytes().slice(at + done, at + done + step));
    else if (m.ok(at + done, step)) m.put(at + done, readFrame(s, pfn + done / 4096, 0, step));
    done += step;
  }
}

/** dma_map_single: kmalloc() memory goes through a page that the device can reach. */
function mapVirtual(k: Kernel, a: Args, w: Word, size: number, dir: number): number {
  if (w.hi === HI.direct) return map(k, a, w.lo >>> 12, w.lo & 4095, size, dir);
  if (w.hi !== HI.kernel) throw new MachineFault('wild-pointer', 'dma_map_single() needs an address of the kernel');
  k.vm.memory.check(w.lo, size, false);
  const o = k.vm.memory.describe(w.lo);
  if (o?.kind === 4)
    k.event('warning', `dma_map_single() of ${o.name} on the stack: DMA needs memory of the allocator`, a.thread, true);
  let order = 0;
  while (4096 << order < size) order++;
  const pfn = allocPages(k.model.s, order);
  const d = map(k, a, pfn, 0, size, dir, w.lo);
  if (dir !== 2) bounce(k, k.maps.count, true);
  return d;
}

/** Built-ins of this file. */
export const dma: Builtins = {
  __pinscope_domain: domain,
  __pinscope_engine: (k, a) => {
    const d = k.devices[0];
    if (d) k.submit(d, a.u(0), a.u(1), a.n(2));
    else k.event('dma-engine', `nothing moves: no device is declared (//@ device dma copy)`, a.thread);
    return undefined;
  },
  __pinscope_dma_map: (k, a) => {
    const slab = slabAddress(a.w(0));
    if (slab) return mapVirtual(k, a, { hi: slab.hi, lo: slab.lo + a.u(1) }, a.u(2), a.n(3));
    return map(k, a, a.pfn(0) + Math.floor(a.u(1) / 4096), a.u(1) % 4096, a.u(2), a.n(3));
  },
  __pinscope_dma_map_virt: (k, a) => mapVirtual(k, a, a.w(0), a.u(1), a.n(2)),
  __pinscope_dma_unmap: (k, a) => {
    const r = find(k, a.u(0), a.u(1));
    // an address of an object that was made up: its mapping is the caller's
    if (!r && k.assumed && a.u(0) === 0) return undefined;
    if (!r) throw new MachineFault('bad-free', `dma_unmap of an address that ${notMapped(k, a.u(0))}`);
    const size = k.maps.get(r, 'size');
    if (size !== a.u(1))
      k.event(
        'warning',
        `DMA-API: unmapped with ${a.u(1)} bytes, mapped with ${size} at line ${k.lineOf(k.maps.get(r, 'span'))}`,
        a.thread,
        true,
      );
    checkDirection(k, a, r, a.n(2), 'unmapped');
    k.maps.set(r, 'live', 0);
    k.maps.set(r, 'gone', k.spanAt(a.thread) + 1);
    if (k.maps.get(r, 'dir') !== 1) bounce(k, r, false);
    const pages = Math.ceil((k.maps.get(r, 'virt') + Math.max(1, size)) / 4096);
    // without an IOMMU one frame mapped twice is one address
    for (let i = 0; i < pages; i++) {
      const at = k.maps.get(r, 'dma') + i;
      if (k.bus.iommu.mapped(at)) k.bus.iommu.unmap(at);
    }
    if (k.maps.get(r, 'bounce')) freePages(k.model.s, k.maps.get(r, 'pfn'));
    k.event('dma-unmap', `unmaps ${size} bytes of page ${k.maps.get(r, 'pfn')}`, a.thread);
    k.touched = true;
    return undefined;
  },
  __pinscope_dma_sync: (k, a) => {
    const r = find(k, a.u(0));
    if (!r && k.assumed && a.u(0) === 0) return undefined;
    if (!r) throw new MachineFault('bad-free', `dma_sync of an address that ${notMapped(k, a.u(0))}`);
    checkDirection(k, a, r, a.n(2), 'synced');
    bounce(k, r, a.n(3) === 0);
    k.touched = true;
    return undefined;
  },
  __pinscope_dma_alloc: (k, a) => {
    const handle = a.w(1);
    if (k.director.fails('dma_alloc_coherent')) return { hi: 0, lo: 0 };
    const size = a.u(0);
    let order = 0;
    while (4096 << order < size) order++;
    const pfn = allocPages(k.model.s, order);
    if (!pfn) return { hi: 0, lo: 0 };
    k.heapPages.add({ pfn, order, span: k.spanAt(a.thread), live: 1 });
    let first = 0;
    for (let i = 0; i < 1 << order; i++) {
      const at = k.bus.iommu.map(pfn + i, 0);
      if (i === 0) first = at;
    }
    const b = new Uint8Array(8);
    new DataView(b.buffer).setBigUint64(0, BigInt(first) * 4096n, true);
    k.vm.writeBytes(handle.hi, handle.lo, b, a.thread);
    k.touched = true;
    return { hi: HI.direct, lo: (pfn << 12) | 0 };
  },
  __pinscope_dma_free: (k, a) => {
    const w = a.w(0);
    if (w.hi === 0 && w.lo === 0) return undefined;
    const pfn = w.lo >>> 12;
    const row = k.heapPages.find((r) => k.heapPages.get(r, 'live') === 1 && k.heapPages.get(r, 'pfn') === pfn);
    if (w.hi !== HI.direct || !row)
      throw new MachineFault('bad-free', 'dma_free_coherent() of memory that dma_alloc_coherent() did not give');
    k.heapPages.set(row, 'live', 0);
    const first = Math.floor(a.u(2) / 4096);
    for (let i = 0; i < 1 << k.heapPages.get(row, 'order'); i++) k.bus.iommu.unmap(first + i);
    freePages(k.model.s, pfn);
    k.touched = true;
    return undefined;
  },
  __pinscope_io: () => ({ hi: HI.io, lo: 0 }),
  __pinscope_readio: (k, a) => {
    const w = a.w(0);
    const b = k.read(w.hi, w.lo, a.n(1), a.thread);
    let v = 0;
    for (let i = Math.min(b.length, 4) - 1; i >= 0; i--) v = v * 256 + b[i]!;
    return v;
  },
  __pinscope_writeio: (k, a) => {
    const w = a.w(1);
    const n = a.n(2);
    const bytes = new Uint8Array(n);
    for (let i = 0; i < n; i++) bytes[i] = (i < 4 ? a.n(0) >> (8 * i) : k.vm.argHi(a.base, 0) >> (8 * (i - 4))) & 255;
    k.write(w.hi, w.lo, bytes.subarray(0, Math.min(4, n)), a.thread);
    if (n === 8) k.write(w.hi, w.lo + 4, bytes.subarray(4), a.thread);
    return undefined;
  },
  __pinscope_device: (k, a) => {
    const name = a.text(0);
    const i = k.devices.findIndex((d) => d.o.name === name);
    return i < 0 ? { hi: 0, lo: 0 } : { hi: HI.io, lo: i << 12 };
  },
  __pinscope_submit: (k, a) => {
    const name = a.text(0);
    const d = k.devices.find((x) => x.o.name === name);
    if (!d)
      throw new MachineFault('unsupported', `there is no device ${name}: declare it with //@ device ${name} capture`);
    k.submit(d, a.u(1), a.u(2), a.n(3));
    return undefined;
  },
};
