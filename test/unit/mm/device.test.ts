/** The virtual device and its named faults, each at the step where it becomes inevitable. */
import { describe, expect, it } from 'vitest';
import { Bus } from '../../../simulator/device/bus.ts';
import { DIRECTION } from '../../../simulator/device/iommu.ts';
import { ERAS } from '../../../simulator/mm/era.ts';
import { Model, type Operation } from '../../../simulator/mm/model.ts';
import { REG } from '../../../simulator/device/device.ts';
import { fileByName } from '../../../simulator/mm/filemap.ts';
import { machineConfig } from '../../../simulator/mm/machine.ts';

const bus = (iommu = false): Bus => new Bus(new Model(machineConfig(ERAS['6.12']!, { pages: 8192 })), { iommu });
const anon: Operation[] = [
  { op: 'mmap', args: { map: 'm', kind: 'anon', pages: 1, prot: 'rw' } },
  { op: 'write', args: { addr: 'm[0]', data: 'u1' } },
  { op: 'lru_drain' },
];
const ext4: Operation[] = [
  { op: 'create_file', args: { file: 'F', fs: 'ext4', pages: 1 } },
  { op: 'mmap', args: { map: 'm', kind: 'ext4-shared', pages: 1, prot: 'rw', file: 'F' } },
  { op: 'write', args: { addr: 'm[0]', data: 'u1' } },
];
const take = (b: Bus, op: string, flags = ['FOLL_WRITE']): number => {
  b.run({ op, args: { addr: 'm[0]', nr: 1, flags, handle: 'h0' } });
  return b.m.handles()[0]!.pages[0]!;
};
const kinds = (b: Bus): string[] => b.faults().map((f) => f.kind);

describe('the virtual device', () => {
  it('writes into a pinned buffer that the process sees, and raises its interrupt', () => {
    const b = bus();
    for (const op of anon) b.run(op);
    const page = take(b, 'pin_user_pages_fast');
    const cam = b.device({ kind: 'capture', name: 'cam', pattern: 'PIX', latency: 2 });
    let irqs = 0;
    cam.requestIrq(() => irqs++);
    cam.writel(1, REG.IRQ_ENABLE);
    cam.submit({ address: b.iommu.map(page, DIRECTION.FROM_DEVICE), buffer: { proc: 'P', addr: 'm[0]' } });
    b.run({ op: 'fork', args: { child: 'C1' } });
    b.run({ op: 'write', args: { addr: 'm[0]', data: 'u2' } });
    expect(b.waitForCompletion(cam)).toBe(true);
    expect(b.run({ op: 'read', args: { addr: 'm[0]' } }).data).toBe('PIX');
    expect(irqs).toBe(1);
    expect(b.faults()).toEqual([]);
  });

  it('loses its write when a plain reference meets fork: inevitable at the copy, shown at the read', () => {
    const b = bus();
    for (const op of anon) b.run(op);
    const page = take(b, 'get_user_pages_fast');
    const cam = b.device({ kind: 'capture', name: 'cam', pattern: 'PIX', latency: 4 });
    cam.submit({ address: b.iommu.map(page, DIRECTION.FROM_DEVICE), buffer: { proc: 'P', addr: 'm[0]' } });
    b.run({ op: 'fork', args: { child: 'C1' } });
    expect(b.faults()).toEqual([]);
    b.run({ op: 'write', args: { addr: 'm[0]', data: 'u2' } });
    const copied = b.step();
    expect(b.faults()).toMatchObject([{ kind: 'lost-write', inevitable: copied, shown: 0 }]);
    b.waitForCompletion(cam);
    expect(b.run({ op: 'read', args: { addr: 'm[0]' } }).data).toBe('u2');
    expect(b.faults()).toMatchObject([{ kind: 'lost-write', inevitable: copied, shown: b.step() }]);
  });

  it('writes to a page that was freed, and finds it at the release', () => {
    const b = bus();
    for (const op of anon) b.run(op);
    const page = take(b, 'pin_user_pages_fast');
    const cam = b.device({ kind: 'capture', name: 'cam', latency: 5 });
    cam.submit({ address: b.iommu.map(page, DIRECTION.FROM_DEVICE), buffer: { proc: 'P', addr: 'm[0]' } });
    b.run({ op: 'munmap', args: { addr: 'm[0]', pages: 1 } });
    b.run({ op: 'unpin_user_pages', args: { handle: 'h0' } });
    const freed = b.step();
    b.waitForCompletion(cam);
    expect(b.faults().find((f) => f.kind === 'freed-page-write')).toMatchObject({ inevitable: freed });
    expect(b.faults().find((f) => f.kind === 'freed-page-write')!.shown).toBeGreaterThan(freed);
  });

  it('faults in the IOMMU after an unmap that came too early', () => {
    const b = bus(true);
    for (const op of anon) b.run(op);
    const page = take(b, 'pin_user_pages_fast');
    const cam = b.device({ kind: 'capture', name: 'cam', latency: 3 });
    const address = b.iommu.map(page, DIRECTION.FROM_DEVICE);
    cam.submit({ address, buffer: { proc: 'P', addr: 'm[0]' } });
    b.iommu.unmap(address);
    b.idle();
    const at = b.step();
    b.waitForCompletion(cam);
    expect(b.faults()).toMatchObject([{ kind: 'iommu-fault', inevitable: at }]);
    expect(b.faults()[0]!.shown).toBeGreaterThan(at);
  });

  it('refuses an access against the direction of the mapping', () => {
    const b = bus(true);
    for (const op of anon) b.run(op);
    const page = take(b, 'pin_user_pages_fast');
    const cam = b.device({ kind: 'capture', name: 'cam', latency: 0 });
    cam.submit({ address: b.iommu.map(page, DIRECTION.TO_DEVICE) });
    b.waitForCompletion(cam);
    expect(kinds(b)).toContain('direction');
  });

  it('writes to the zero page through a read-only reference', () => {
    const b = bus();
    b.run(anon[0]!);
    const page = take(b, 'get_user_pages_fast', []);
    const cam = b.device({ kind: 'capture', name: 'cam', latency: 0 });
    cam.submit({ address: b.iommu.map(page, DIRECTION.FROM_DEVICE), buffer: { proc: 'P', addr: 'm[0]' } });
    b.waitForCompletion(cam);
    expect(b.faults()).toMatchObject([{ kind: 'zero-page-write' }]);
    expect(b.faults()[0]!.shown).toBeGreaterThan(0);
  });

  it('loses the dirty bit when a file page is released without set_page_dirty_lock', () => {
    for (const dirty of [false, true]) {
      const b = bus();
      for (const op of ext4) b.run(op);
      const page = take(b, 'pin_user_pages_fast');
      b.run({ op: 'fsync', args: { file: 'F' } });
      const cam = b.device({ kind: 'capture', name: 'cam', latency: 0 });
      cam.submit({ address: b.iommu.map(page, DIRECTION.FROM_DEVICE), buffer: { proc: 'P', addr: 'm[0]' } });
      b.waitForCompletion(cam);
      b.run({ op: 'unpin_user_pages_dirty_lock', args: { handle: 'h0', dirty } });
      expect(kinds(b)).toEqual(dirty ? [] : ['dirty-lost']);
    }
  });

  it('writes under writeback unless a bounce buffer is in between', () => {
    for (const bounce of [false, true]) {
      const b = bus();
      for (const op of ext4) b.run(op);
      const page = take(b, 'pin_user_pages_fast');
      const cam = b.device({ kind: 'capture', name: 'cam', latency: 0 });
      const file = fileByName(b.m.s, 'F');
      b.startWriteback(file, 0, bounce);
      cam.submit({ address: b.iommu.map(page, DIRECTION.FROM_DEVICE) });
      b.waitForCompletion(cam);
      b.endWriteback(file, 0);
      expect(kinds(b).includes('unstable-writeback')).toBe(!bounce);
    }
  });

  it('reads a stale page after a discard, and reports leaks at the end', () => {
    const b = bus();
    for (const op of anon) b.run(op);
    const page = take(b, 'get_user_pages_fast');
    const dac = b.device({ kind: 'playback', name: 'dac', latency: 2 });
    dac.submit({ address: b.iommu.map(page, DIRECTION.TO_DEVICE), buffer: { proc: 'P', addr: 'm[0]' } });
    b.run({ op: 'madvise', args: { addr: 'm[0]', pages: 1, advice: 'DONTNEED' } });
    b.waitForCompletion(dac);
    expect(kinds(b)).toEqual(['stale-read']);
    expect(b.finish().map((f) => f.kind)).toEqual(['stale-read', 'leak']);
  });

  it('page-faulting devices need no reference', () => {
    const b = bus();
    for (const op of anon) b.run(op);
    const gpu = b.device({ kind: 'page-faulting', name: 'gpu', pattern: 'GPU', latency: 1 });
    gpu.submit({ address: 0, mirror: { proc: 'P', addr: 'm[0]' } });
    b.run({ op: 'madvise', args: { addr: 'm[0]', pages: 1, advice: 'PAGEOUT' } });
    b.waitForCompletion(gpu);
    expect(b.run({ op: 'read', args: { addr: 'm[0]' } }).data).toBe('GPU');
    expect(b.faults()).toEqual([]);
  });

  it('copies, scatters, and refuses a full ring', () => {
    const b = bus(true);
    b.run({ op: 'mmap', args: { map: 'm', kind: 'anon', pages: 4, prot: 'rw' } });
    b.run({ op: 'write', args: { addr: 'm[0]', data: 'src' } });
    b.run({ op: 'pin_user_pages_fast', args: { addr: 'm[0]', nr: 4, flags: ['FOLL_WRITE'], handle: 'h0' } });
    const pages = b.m.handles()[0]!.pages;
    const [from, ...to] = b.iommu.mapSg(pages, DIRECTION.BIDIRECTIONAL);
    const dma = b.device({ kind: 'copy', name: 'dma', latency: 1, ring: 3 });
    dma.submitSg(to, { source: from });
    expect(() => dma.submit({ address: from! })).toThrow('ring is full');
    b.waitForCompletion(dma);
    expect(b.run({ op: 'read', args: { addr: 'm[3]' } }).data).toBe('src');
    expect(b.faults()).toEqual([]);
  });

  it('goes back in time with everything else', () => {
    const b = bus();
    const { store } = b.m.s;
    for (const op of anon) b.run(op);
    const page = take(b, 'get_user_pages_fast');
    const cam = b.device({ kind: 'capture', name: 'cam', pattern: 'PIX', latency: 2 });
    const start = { position: store.boundary(), hash: store.hash() };
    const go = (): { hash: string; faults: unknown } => {
      cam.submit({ address: b.iommu.map(page, DIRECTION.FROM_DEVICE), buffer: { proc: 'P', addr: 'm[0]' } });
      b.run({ op: 'madvise', args: { addr: 'm[0]', pages: 1, advice: 'DONTNEED' } });
      b.waitForCompletion(cam);
      b.run({ op: 'read', args: { addr: 'm[0]' } });
      return { hash: store.hash(), faults: b.faults() };
    };
    const first = go();
    expect(first.faults).toMatchObject([{ kind: 'lost-write' }]);
    store.seek(start.position);
    expect(store.hash()).toBe(start.hash);
    expect(b.faults()).toEqual([]);
    expect(cam.pending()).toEqual([]);
    expect(go()).toEqual(first);
  });

  it('writes a part of a page, byte by byte', () => {
    const b = bus(true);
    for (const op of anon) b.run(op);
    const page = take(b, 'pin_user_pages_fast');
    const cam = b.device({ kind: 'capture', name: 'cam', fill: 0x41, latency: 0 });
    cam.submit({ address: b.iommu.map(page, DIRECTION.FROM_DEVICE), offset: 1, length: 3 });
    b.waitForCompletion(cam);
    expect(b.run({ op: 'read', args: { addr: 'm[0]' } }).data).toBe('uAAA');
    expect(() => cam.submit({ address: 0, offset: 4000, length: 200 })).toThrow('part of one page');
    expect(() => b.device({ kind: 'copy', name: 'cam' })).toThrow('there is a device cam');
  });

  it('writes to a page that another process got after it was freed too early', () => {
    const b = bus();
    for (const op of anon) b.run(op);
    const page = take(b, 'get_user_pages_fast');
    b.run({ op: 'fork', args: { child: 'C1' } });
    b.run({ op: 'mmap', proc: 'C1', args: { map: 'x', kind: 'anon', pages: 1, prot: 'rw' } });
    const rdma = b.device({ kind: 'rdma', name: 'rdma', latency: 8 });
    rdma.submit({ address: b.iommu.map(page, DIRECTION.FROM_DEVICE), buffer: { proc: 'P', addr: 'm[0]' } });
    // the driver lets go while the device still works; the page goes from hand to hand
    b.run({ op: 'put_page', args: { handle: 'h0' } });
    b.run({ op: 'munmap', args: { addr: 'm[0]', pages: 1 } });
    b.run({ op: 'munmap', proc: 'C1', args: { addr: 'm[0]', pages: 1 } });
    b.run({ op: 'write', proc: 'C1', args: { addr: 'x[0]', data: 'secret' } });
    b.waitForCompletion(rdma);
    expect(kinds(b)).toEqual(['lost-write', 'freed-page-write', 'other-process-write']);
    expect(b.run({ op: 'read', proc: 'C1', args: { addr: 'x[0]' } }).data).toBe('rdma');
  });

  it('finds more releases than references', () => {
    const b = bus();
    for (const op of anon) b.run(op);
    const page = take(b, 'get_user_pages_fast');
    const cam = b.device({ kind: 'capture', name: 'cam', latency: 9 });
    cam.submit({ address: b.iommu.map(page, DIRECTION.FROM_DEVICE) });
    b.run({ op: 'unpin_user_pages', args: { handle: 'h0' } });
    expect(kinds(b)).toContain('refcount-underflow');
  });

  it('sees a truncate that hangs, and a deadlock on a page lock', () => {
    const dax = new Bus(new Model(machineConfig(ERAS['6.12']!, { pages: 8192, dax: 512 })));
    dax.run({ op: 'create_file', args: { file: 'F', fs: 'ext4-dax', pages: 1 } });
    dax.run({ op: 'mmap', args: { map: 'm', kind: 'dax-shared', pages: 1, prot: 'rw', file: 'F' } });
    dax.run({ op: 'write', args: { addr: 'm[0]', data: 'u1' } });
    take(dax, 'pin_user_pages_fast');
    expect(dax.run({ op: 'truncate', args: { file: 'F', pages: 0 } }).blocked).toBe(true);
    expect(dax.finish().map((f) => f.kind)).toEqual(['leak', 'hung-truncate']);

    const b = bus();
    for (const op of ext4) b.run(op);
    take(b, 'pin_user_pages_fast');
    b.run({ op: 'fork', args: { child: 'C1' } });
    b.run({ op: 'lock_page', proc: 'C1', args: { handle: 'h0', index: 0 } });
    b.run({ op: 'set_page_dirty_lock', args: { handle: 'h0', index: 0 } });
    expect(kinds(b)).toEqual([]); // P waits for C1, and C1 is free to unlock
    b.run({ op: 'fsync', proc: 'C1', args: { file: 'F' } });
    expect(kinds(b)).toEqual(['deadlock']);
  });
});
