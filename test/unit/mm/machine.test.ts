/** What a machine does by itself or on request: memory pressure, compaction, page locks, writeback in flight, leases, notifiers. */
import { describe, expect, it } from 'vitest';
import { ERAS } from '../../../simulator/mm/era.ts';
import { Model, type Operation, type Result } from '../../../simulator/mm/model.ts';
import { machineConfig, type MachineOptions } from '../../../simulator/mm/machine.ts';
import { violations } from '../../../simulator/mm/invariants.ts';

class Machine {
  readonly m: Model;
  constructor(o: MachineOptions = {}, era = '6.12') {
    this.m = new Model(machineConfig(ERAS[era]!, { pages: 8192, ...o }));
  }
  /** Runs an operation and checks every invariant. */
  run(op: string, args: Record<string, unknown> = {}, proc?: string): Result {
    const o: Operation = { op, args, ...(proc ? { proc } : {}) };
    const r = this.m.run(o);
    expect(violations(this.m)).toEqual([]);
    return r;
  }
  anon(pages: number): void {
    this.run('mmap', { map: 'm', kind: 'anon', pages, prot: 'rw' });
  }
  file(kind: 'ext4-shared' | 'shmem' | 'dax-shared', pages = 2): void {
    const fs = kind === 'shmem' ? 'tmpfs' : kind === 'ext4-shared' ? 'ext4' : 'ext4-dax';
    this.run('create_file', { file: 'F', fs, pages });
    this.run('mmap', { map: 'm', kind, pages, prot: 'rw', file: 'F' });
    this.run('write', { addr: 'm[0]', data: 'u1' });
  }
  pin(handle: string, ...flags: string[]): Result {
    return this.run('pin_user_pages_fast', { addr: 'm[0]', nr: 1, flags: ['FOLL_WRITE', ...flags], handle });
  }
  free(): number {
    return this.m.s.zoneNrFree.at(0);
  }
}

describe('a machine that runs out of memory', () => {
  it('swaps what nobody pinned, and keeps what somebody did', () => {
    const k = new Machine({ pages: 128, nodes: 1, swapPages: 512 });
    k.anon(256);
    k.run('write', { addr: 'm[0]', data: 'pin' });
    k.pin('h');
    for (let i = 1; i < 256; i++) k.run('write', { addr: `m[${i}]`, data: `u${i}` });
    expect(k.m.s.vmstat.at(3)).toBeGreaterThan(100); // pswpout
    expect(k.run('dma_read', { handle: 'h', index: 0 }).data).toBe('pin');
    for (const i of [0, 1, 100, 255]) expect(k.run('read', { addr: `m[${i}]` }).data).toBe(i ? `u${i}` : 'pin');
  });
  it('wakes kswapd at the low watermark, which works up to the high one', () => {
    const k = new Machine({ pages: 1024, nodes: 1, swapPages: 2048 });
    k.anon(2048);
    let least = Infinity;
    for (let i = 0; i < 1500; i++) {
      k.m.run({ op: 'write', args: { addr: `m[${i}]`, data: 'x' } });
      least = Math.min(least, k.free());
    }
    expect(least).toBeGreaterThanOrEqual(32); // the min watermark of 1024 pages
    expect(violations(k.m)).toEqual([]);
  });
  it('has an end: pinned pages and no swap', () => {
    const k = new Machine({ pages: 64, nodes: 1, swap: 'none' });
    k.anon(128);
    let r: Result = { ret: 0 };
    for (let i = 0; i < 128 && r.ret === 0; i++) r = k.run('write', { addr: `m[${i}]`, data: 'x' });
    expect(r.signal).toBe('SIGKILL');
  });
});

describe('compaction', () => {
  it('moves what is not held, so that a huge page fits again', () => {
    const k = new Machine({ pages: 1024, nodes: 1, swap: 'none' });
    k.anon(900);
    for (let i = 0; i < 900; i++) k.m.run({ op: 'write', args: { addr: `m[${i}]`, data: 'x' } });
    // every other page goes: memory is free, but in pieces
    for (let i = 0; i < 900; i += 2)
      k.m.run({ op: 'madvise', args: { addr: `m[${i}]`, pages: 1, advice: 'DONTNEED' } });
    k.run('pin_user_pages_fast', { addr: 'm[1]', nr: 1, flags: ['FOLL_WRITE'], handle: 'h' });
    const r = k.run('compact');
    expect(r.ret).toBeGreaterThan(0);
    expect(r.status).toBe(1); // the pinned one stays
    expect(k.run('read', { addr: 'm[899]' }).data).toBe('x');
    expect(k.run('dma_read', { handle: 'h', index: 0 }).data).toBe('x');
  });
});

describe('page locks', () => {
  it('make a truncate wait, and it goes on when the lock is gone', () => {
    const k = new Machine();
    k.file('ext4-shared');
    k.pin('h');
    k.run('lock_page', { handle: 'h', index: 0 });
    k.run('fork', { child: 'C1' });
    expect(k.run('truncate', { file: 'F', pages: 0 }, 'C1')).toEqual({ ret: null, blocked: true });
    expect(k.run('wait_blocked', {}, 'C1').blocked).toBe(true);
    expect(k.m.deadlocked()).toEqual([]);
    expect(k.run('read', { addr: 'm[0]' }).data).toBe('u1');
    k.run('unlock_page', { handle: 'h', index: 0 });
    expect(k.run('wait_blocked', {}, 'C1').ret).toBe(0);
    expect(k.run('read', { addr: 'm[0]' }).signal).toBe('SIGBUS');
  });
  it('held while the same process needs them are a deadlock', () => {
    const k = new Machine();
    k.file('shmem');
    k.pin('h');
    k.run('lock_page', { handle: 'h', index: 0 });
    expect(k.run('set_page_dirty_lock', { handle: 'h', index: 0 }).blocked).toBe(true);
    expect(k.m.deadlocked()).toEqual([1]);
  });
  it('keep reclaim away, as a pin would, but only as long as they are held', () => {
    const k = new Machine();
    k.anon(1);
    k.run('write', { addr: 'm[0]', data: 'u1' });
    k.run('get_user_pages_fast', { addr: 'm[0]', nr: 1, flags: ['FOLL_WRITE'], handle: 'h' });
    k.run('lock_page', { handle: 'h', index: 0 });
    k.run('madvise', { addr: 'm[0]', pages: 1, advice: 'PAGEOUT' });
    const page = k.m.handles()[0]!.pages[0]!;
    expect(k.m.s.mapcount.at(page)).toBe(1);
    k.run('unlock_page', { handle: 'h', index: 0 });
    k.run('madvise', { addr: 'm[0]', pages: 1, advice: 'PAGEOUT' });
    expect(k.m.s.mapcount.at(page)).toBe(0);
  });
});

describe('writeback in flight', () => {
  const start = (o: MachineOptions, bounce = false): Machine => {
    const k = new Machine(o);
    k.file('ext4-shared');
    k.pin('h');
    expect(k.run('writeback_start', { file: 'F', page: 0, bounce }).ret).toBe(1);
    k.run('dma_write', { handle: 'h', index: 0, data: 'd1' });
    return k;
  };
  it('takes what the page holds at the end; a checksum would not fit', () => {
    const k = start({ stablePages: true });
    expect(k.run('writeback_end', { file: 'F', page: 0 }).errno).toBe('EIO');
    expect(k.run('disk_read', { file: 'F', page: 0 }).data).toBe('d1');
  });
  it('takes the copy of a bounce buffer', () => {
    const k = start({ stablePages: true }, true);
    expect(k.run('writeback_end', { file: 'F', page: 0 }).ret).toBe(0);
    expect(k.run('disk_read', { file: 'F', page: 0 }).data).toBe('u1');
  });
  it('is waited for by the CPU where pages must be stable', () => {
    for (const stablePages of [true, false]) {
      const k = new Machine({ stablePages });
      k.file('ext4-shared');
      k.run('writeback_start', { file: 'F', page: 0 });
      k.run('write', { addr: 'm[0]', data: 'u2' });
      // with stable pages the write fault waited for the I/O: there is none left to end
      if (stablePages) expect(() => k.run('writeback_end', { file: 'F', page: 0 })).toThrow('not under writeback');
      else k.run('writeback_end', { file: 'F', page: 0 });
      expect(k.run('disk_read', { file: 'F', page: 0 }).data).toBe(stablePages ? 'u1' : 'u2');
    }
  });
  it('ends before fsync and truncation do', () => {
    const k = start({});
    k.run('fsync', { file: 'F' });
    expect(k.run('disk_read', { file: 'F', page: 0 }).data).toBe('d1');
    expect(k.m.s.vmstat.at(7)).toBeGreaterThan(0); // nr_written
  });
});

describe('leases', () => {
  it('allow long-term pins of DAX files, and are recalled before the blocks go', () => {
    const k = new Machine({ dax: 512 });
    k.file('dax-shared');
    expect(k.pin('h', 'FOLL_LONGTERM').errno).toBe('EOPNOTSUPP');
    expect(k.run('lease_take', { file: 'F' }).ret).toBe(0);
    expect(k.pin('h', 'FOLL_LONGTERM').ret).toBe(1);
    k.run('fork', { child: 'C1' });
    expect(k.run('truncate', { file: 'F', pages: 0 }, 'C1').blocked).toBe(true);
    expect(k.run('lease_state', { file: 'F' }).ret).toBe(2);
    expect(k.pin('h2', 'FOLL_LONGTERM').errno).toBe('EOPNOTSUPP');
    k.run('unpin_user_pages', { handle: 'h' });
    expect(k.run('wait_blocked', {}, 'C1').blocked).toBe(true);
    k.run('lease_release', { file: 'F' });
    expect(k.run('wait_blocked', {}, 'C1').ret).toBe(0);
  });
});

describe('notifiers as state', () => {
  it('count invalidations, also backwards in time', () => {
    const k = new Machine();
    k.anon(4);
    k.run('write', { addr: 'm[0]', data: 'u1' });
    k.run('mmu_notifier_register', { name: 'gpu', addr: 'm[0]', pages: 4 });
    const { store } = k.m.s;
    const before = store.boundary();
    expect(k.run('mmu_interval_read', { name: 'gpu' }).ret).toBe(1);
    k.run('madvise', { addr: 'm[0]', pages: 1, advice: 'DONTNEED' });
    expect(k.run('mmu_interval_read', { name: 'gpu' }).ret).toBe(2);
    store.seek(before);
    expect(k.run('mmu_interval_read', { name: 'gpu' }).ret).toBe(1);
    k.run('mmu_notifier_unregister', { name: 'gpu' });
    expect(() => k.run('mmu_interval_read', { name: 'gpu' })).toThrow('no such notifier');
  });
});

describe('pins without addresses', () => {
  it('of tmpfs files (memfd_pin_folios), of iterators, of pinned folios', () => {
    const k = new Machine({ movable: 2048 });
    k.file('shmem');
    const page = (h: string): number => k.m.handles().find((x) => x.name === h)!.pages[0]!;
    expect(k.run('memfd_pin_folios', { file: 'F', first: 0, pages: 2, handle: 'f' }).ret).toBe(2);
    const zone = (p: number): string => k.m.machine.zones[k.m.s.zoneOf(p)]!.zone;
    expect(zone(page('f'))).toBe('DMA32');
    expect(k.run('read', { addr: 'm[0]' }).data).toBe('u1');
    expect(k.run('iov_iter_extract_pages', { addr: 'm[0]', nr: 1, handle: 'i' }).ret).toBe(4096);
    k.run('folio_add_pin', { handle: 'i', index: 0, to: 'j' });
    expect(k.m.s.refcount.at(page('j'))).toBe(2 + 3 * 1024);
    for (const h of ['f', 'i', 'j']) k.run('unpin_user_pages', { handle: h });
    expect(k.m.s.vmstat.at(0)).toBe(k.m.s.vmstat.at(1));
  });
});
