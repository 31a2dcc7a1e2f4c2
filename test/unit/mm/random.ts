/** Random operation sequences: numbers become operations that fit the present state. */
import { machineConfig, type MachineOptions } from '../../../simulator/mm/machine.ts';
import { ERAS } from '../../../simulator/mm/era.ts';
import { Model, type Operation } from '../../../simulator/mm/model.ts';
import type { Kind } from '../../../simulator/mm/vma.ts';

/** Six numbers that stand for one operation. */
export type Dice = readonly [number, number, number, number, number, number];

interface Map1 {
  name: string;
  kind: Kind;
  pages: number;
}

/** Builds operations that make sense now from dice, and remembers what exists. */
export class Chooser {
  private maps: Map1[] = [];
  private files: { name: string; fs: string; pages: number }[] = [];
  private procs = ['P'];
  private count = 0;
  constructor(
    readonly m: Model,
    readonly dax: boolean,
  ) {}

  next(d: Dice): Operation | undefined {
    const [what, a, b, c, e, f] = d;
    const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;
    if (this.maps.length < 1 || what % 25 === 0) return this.newMap(a, b);
    const proc = pick(this.procs, a);
    const map = pick(this.maps, b);
    const addr = `${map.name}[${c % map.pages}]`;
    const left = map.pages - (c % map.pages);
    const small = Math.min(left, 1 + (e % 4));
    const whole = e % 3 === 0;
    const range = whole ? { addr: `${map.name}[0]`, pages: map.pages } : { addr, pages: small };
    const handles = this.m.handles();
    const h = handles.length ? pick(handles, c) : undefined;
    const flags = [
      [],
      ['FOLL_WRITE'],
      ['FOLL_WRITE', 'FOLL_FORCE'],
      ['FOLL_LONGTERM'],
      ['FOLL_WRITE', 'FOLL_LONGTERM'],
    ][f % 5]!;
    switch (what % 25) {
      case 1:
      case 2:
        return { op: 'write', proc, args: { addr, data: `w${e % 5}` } };
      case 3:
      case 4:
        return { op: 'read', proc, args: { addr } };
      case 5:
      case 6: {
        const gets = ['get_user_pages', 'get_user_pages_fast', 'get_user_pages_fast_only'];
        return {
          op: pick(gets, e),
          proc,
          args: {
            addr,
            nr: small,
            flags: flags.filter((x) => x !== 'FOLL_LONGTERM'),
            handle: `h${f % 6}x${this.count++}`,
          },
        };
      }
      case 7:
      case 8:
        return {
          op: pick(['pin_user_pages', 'pin_user_pages_fast'], e),
          proc,
          args: { addr, nr: small, flags, handle: `p${this.count++}` },
        };
      case 9:
      case 10:
        if (!h) return undefined;
        return {
          op: h.name.startsWith('p') ? pick(['unpin_user_pages', 'unpin_user_pages_dirty_lock'], e) : 'put_page',
          args: { handle: h.name, ...(e % 4 === 0 ? { first: 0, nr: 1 } : {}) },
        };
      case 11:
        return (
          h && {
            op: pick(['dma_write', 'dma_read', 'set_page_dirty_lock', 'get_page'], e),
            args: { handle: h.name, index: f % h.pages.length, data: 'dma', count: 1 },
          }
        );
      case 12:
      case 13: {
        const advice = [
          'PAGEOUT',
          'PAGEOUT',
          'DONTNEED',
          'COLD',
          'FREE',
          'DONTFORK',
          'DOFORK',
          'MERGEABLE',
          'HUGEPAGE',
          'NOHUGEPAGE',
          'COLLAPSE',
          'REMOVE',
          'SOFT_OFFLINE',
          'POPULATE_READ',
          'POPULATE_WRITE',
          'UNMERGEABLE',
        ];
        const which = pick(advice, f);
        return {
          op: 'madvise',
          proc,
          args: { ...(which === 'SOFT_OFFLINE' ? { addr, pages: 1 } : range), advice: which },
        };
      }
      case 14:
        return { op: pick(['mlock', 'mlock_onfault', 'munlock', 'msync', 'split_huge_pages'], f), proc, args: range };
      case 15:
        return { op: 'mprotect', proc, args: { ...range, prot: pick(['r', 'rw', 'none', 'rw'], f) } };
      case 16:
        if (this.procs.length < 3) {
          const child = `C${++this.count}`;
          this.procs.push(child);
          return { op: 'fork', proc, args: { child } };
        } else {
          const p = this.procs.splice(1 + (f % (this.procs.length - 1)), 1)[0]!;
          return { op: 'exit', proc: p };
        }
      case 17:
        return { op: 'memcg_reclaim' };
      case 18:
        return { op: 'move_pages', proc, args: { addr, node: f % 2 } };
      case 19:
        return { op: pick(['ksm_scan', 'lru_drain', 'drop_caches'], f) };
      case 20: {
        const file = this.files.length ? pick(this.files, f) : undefined;
        if (!file) return undefined;
        const ops: Operation[] = [
          { op: 'fsync', args: { file: file.name } },
          { op: 'file_read', args: { file: file.name, page: c % file.pages } },
          { op: 'file_write', args: { file: file.name, page: c % file.pages, data: 'fw' } },
          { op: 'truncate', args: { file: file.name, pages: c % (file.pages + 1) } },
          { op: 'punch_hole', args: { file: file.name, first: c % file.pages, pages: 1 } },
          { op: 'file_write_direct', args: { file: file.name, page: c % file.pages, data: 'fd' } },
          { op: 'disk_read', args: { file: file.name, page: c % file.pages } },
        ];
        return pick(ops, e);
      }
      case 21:
        if (f % 4 === 0) {
          const to = `n${this.count++}`;
          this.maps.push({ ...map, name: to });
          return { op: 'mremap', proc, args: { map: map.name, to } };
        }
        return {
          op: 'munmap',
          proc,
          args: map.kind.startsWith('hugetlb') ? { addr: `${map.name}[0]`, pages: map.pages } : range,
        };
      case 22:
        return {
          op: pick(
            [
              'vmsplice',
              'pipe_read',
              'odirect_read_into',
              'odirect_write_from',
              'process_vm_writev',
              'io_uring_register_buffers',
              'io_uring_unregister_buffers',
            ],
            f,
          ),
          proc,
          args: { addr, pages: small, data: 'pv', device: '/dev/vda' },
        };
      case 23: {
        // what the traces do not have: locks, I/O in flight, leases, mirrors, folio pins, kswapd, compaction
        const file = this.files.length ? pick(this.files, f) : undefined;
        const page = file ? c % file.pages : 0;
        const ops: (Operation | undefined)[] = [
          h && { op: 'lock_page', proc, args: { handle: h.name, index: 0 } },
          h && { op: 'unlock_page', proc, args: { handle: h.name, index: 0 } },
          h && { op: 'unlock_page', proc, args: { handle: h.name, index: 0 } },
          h && { op: 'folio_add_pin', args: { handle: h.name, index: 0, to: `p${this.count++}` } },
          file && { op: 'writeback_start', args: { file: file.name, page, bounce: e % 2 === 0 } },
          file && { op: 'writeback_end', args: { file: file.name, page } },
          file && { op: pick(['lease_take', 'lease_release', 'lease_state'], e), args: { file: file.name } },
          file && {
            op: 'memfd_pin_folios',
            args: { file: file.name, first: page, pages: 1, handle: `p${this.count++}` },
          },
          {
            op: 'iov_iter_extract_pages',
            proc,
            args: { addr, nr: small, dest: e % 2 === 0, handle: `p${this.count++}` },
          },
        ];
        return pick(ops, e);
      }
      case 24: {
        const ops: Operation[] = [
          { op: 'mmu_notifier_register', proc, args: { name: `n${f % 3}`, ...range } },
          { op: 'mmu_notifier_unregister', args: { name: `n${f % 3}` } },
          { op: 'mmu_interval_read', args: { name: `n${f % 3}` } },
          { op: 'kswapd' },
          { op: 'compact' },
          { op: 'wait_blocked', proc },
        ];
        return pick(ops, e);
      }
      default:
        return undefined;
    }
  }

  private newMap(a: number, b: number): Operation {
    const kinds: Kind[] = [
      'anon',
      'thp',
      'mthp-64k',
      'shmem',
      'shmem-private',
      'ext4-shared',
      'ext4-private',
      'hugetlb',
      'hugetlb-shared',
      'shmem-thp',
      'mixedmap',
      'pfnmap',
      'secretmem',
    ];
    if (this.dax) kinds.push('dax-shared', 'dax-private');
    const kind = kinds[a % kinds.length]!;
    const pages = /thp|hugetlb/.test(kind) && kind !== 'mthp-64k' ? 512 : kind === 'mthp-64k' ? 16 : 1 + (b % 4);
    const fs = kind.startsWith('shmem')
      ? 'tmpfs'
      : kind.startsWith('ext4')
        ? 'ext4'
        : kind.startsWith('dax')
          ? 'ext4-dax'
          : undefined;
    if (fs) {
      let file = this.files.find((x) => x.fs === fs && x.pages === pages);
      if (!file) {
        file = { name: `F${this.count++}`, fs, pages };
        this.files.push(file);
        return { op: 'create_file', args: { file: file.name, fs, pages } };
      }
      const name = `m${this.count++}`;
      this.maps.push({ name, kind, pages });
      return { op: 'mmap', proc: 'P', args: { map: name, kind, pages, prot: 'rw', file: file.name } };
    }
    const name = `m${this.count++}`;
    this.maps.push({ name, kind, pages });
    return { op: 'mmap', proc: 'P', args: { map: name, kind, pages, prot: 'rw' } };
  }
}

const ERA_NAMES = [
  '6.12',
  '6.1',
  '6.12',
  '5.6',
  '6.12',
  '6.1',
  '5.2',
  '4.0',
  '6.12+none',
  '6.12+page-bit',
  '6.12+off-lru',
];

/** A small machine for random sequences: all eras and trackings, some under memory pressure, some with DAX, ZONE_MOVABLE or CMA. */
export function smallModel(seed: number): { model: Model; dax: boolean } {
  const era = ERA_NAMES[seed % ERA_NAMES.length]!;
  const dax = seed % 3 === 0;
  const tight = seed % 4 === 1;
  const o: MachineOptions = {
    ...(tight ? { pages: 2048 + (seed % 5) * 300, nodes: 1 } : { pages: 32768 }),
    swapPages: tight ? 1024 : 16384,
    swap: seed % 2 ? 'disk' : 'zram',
    lru: seed % 5 === 4 ? 'mglru' : 'classic',
    stablePages: seed % 2 === 0,
    daxPolicy: (['wait', 'fail', 'sigbus', 'lease'] as const)[(seed >>> 2) % 4]!,
    ...(seed % 7 === 3 && !tight ? { movable: 12288 } : {}),
    ...(seed % 13 === 5 ? { cma: 512 } : {}),
    ...(dax ? { dax: tight ? 64 : 2048 } : {}),
  };
  return { model: new Model(machineConfig(ERAS[era]!, o)), dax };
}
