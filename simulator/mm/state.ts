/** The state of the modelled machine: struct-of-arrays over pages, page-table entries, VMAs, files, swap slots and handles. */
import { Store, type Column } from '../trace/journal.ts';
import { Contents, Names } from './contents.ts';
import { type Features } from './era.ts';
import { watermarks, type MachineConfig } from './machine.ts';
import { VMSTAT_ROW, type VmstatName } from './vmstat.ts';

/** Rows of the scalar column. */
export const SCALAR = {
  nextSerial: 0,
  nextBlock: 1,
  freeBlock: 2,
  nextVma: 3,
  freeVma: 4,
  nextFile: 5,
  nextXa: 6,
  swapHint: 7,
  nonresRoot: 8,
  nonresMemcg: 9,
  batchCount: 10,
  zeroPage: 11,
  hugeZero: 12,
  nextMap: 13,
  nextProc: 14,
  nextHandle: 15,
  minSeqAnon: 16,
  minSeqFile: 17,
  maxSeq: 18,
  nextHandlePage: 19,
  kernelHeld: 20,
  nextPipe: 21,
  metaFile: 22,
  flushers: 24,
  isolatedHead: 25,
  iouring: 26,
  nonresRoot1: 28,
  nonresMemcg1: 29,
  tlbGen: 30,
  tlbMm: 31,
  /** kswapd was woken (wakeup_kswapd). */
  kswapd: 34,
  /** No slot of the swap device is free (get_nr_swap_pages() is 0). */
  swapFull: 35,
  /** MMU notifiers ever registered, + 1; how many are registered now. */
  nextNotifier: 32,
  notifiers: 33,
} as const;

function zonelist(machine: MachineConfig, node: number, kinds: readonly string[]): number[] {
  const of = (n: number): number[] =>
    kinds.flatMap((kind) => machine.zones.flatMap((z, i) => (z.zone === kind && z.node === n ? [i] : [])));
  return [...of(node), ...of(1 - node)];
}

/** All columns, and the machine they belong to. Only `set`/`add` write. */
export class State {
  readonly store = new Store();
  readonly names = new Names();
  readonly contents = new Contents();
  readonly f: Features;
  /** Lines that appeared in the kernel's log during the present operation. */
  dmesg: string[] = [];
  /** An allocation is reclaiming (PF_MEMALLOC): allocations within it take what there is. */
  reclaiming = false;
  /** A fault is being handled (lru_gen_in_fault): under MGLRU what is added to the LRU meanwhile is young. */
  inFault = false;
  /** Folios whose swap writeback the operation in progress has started; empty between operations. */
  readonly underWriteback: number[] = [];

  // pages
  readonly refcount: Column;
  readonly mapcount: Column;
  readonly entire: Column;
  /** folio_mapcount of a large folio: all PTE and PMD mappings. */
  readonly fmap: Column;
  readonly pincount: Column;
  readonly flags: Column;
  readonly order: Column;
  /** Distance to the head page. */
  readonly tail: Column;
  readonly mapping: Column;
  readonly index: Column;
  /** Swap entry of a swap-cache page. */
  readonly priv: Column;
  readonly content: Column;
  readonly lruPrev: Column;
  readonly lruNext: Column;
  /** First page-table slot that maps this page (rmap). */
  readonly rmap: Column;
  readonly serial: Column;
  /** Offset in the folio as it was allocated. */
  readonly sub: Column;
  /** References that no owner accounts for any more: mismatched releases. */
  readonly stray: Column;
  /** Pins that a large folio still counts after a plain put, or counts no more after an unpin of a plain reference. */
  readonly strayPins: Column;
  readonly mlockCount: Column;
  /** Process that holds PG_locked across steps. */
  readonly lockOwner: Column;
  /** Content that a page had when the I/O in flight began, + 1; 0 without I/O. */
  readonly wbContent: Column;
  /** Is that I/O done from a bounce buffer? */
  readonly wbBounce: Column;
  readonly gen: Column;
  // page tables
  readonly ent: Column;
  readonly entf: Column;
  readonly entNext: Column;
  /** TLB: generation in which the CPU loaded this entry, with its accessed bit; current if it equals SCALAR.tlbGen. */
  readonly entTlb: Column;
  readonly blockMm: Column;
  readonly blockVpn: Column;
  readonly blockLevel: Column;
  // processes
  readonly procName: Column;
  readonly procMm: Column;
  readonly procPending: Column;
  readonly mmPgd: Column;
  readonly mmPinned: Column;
  readonly mmNext: Column;
  readonly mmVmas: Column;
  // VMAs and named maps
  readonly vmaMm: Column;
  readonly vmaStart: Column;
  readonly vmaEnd: Column;
  readonly vmaFlags: Column;
  readonly vmaFile: Column;
  readonly vmaPgoff: Column;
  readonly vmaKind: Column;
  readonly vmaNext: Column;
  /** Rows of VMAs that were found last, by hash: a shortcut that is checked at each use, and so no state. */
  readonly vmaFound = new Int32Array(256);
  // MMU notifiers
  readonly mnName: Column;
  readonly mnMm: Column;
  readonly mnStart: Column;
  readonly mnEnd: Column;
  /** Invalidations so far (mmu_interval_read_begin). */
  readonly mnSeq: Column;
  readonly mapName: Column;
  readonly mapMm: Column;
  readonly mapBase: Column;
  // files
  readonly fileName: Column;
  readonly fileFs: Column;
  readonly filePages: Column;
  readonly fileCap: Column;
  readonly fileXa: Column;
  readonly fileHuge: Column;
  /** Layout lease of a DAX file: 0 none, 1 held, 2 recalled. */
  readonly fileLease: Column;
  /** Page index + 1 that the last read of the file ended in (f_ra.prev_pos). */
  readonly filePrev: Column;
  /** Page cache slot: pfn, or -(swap entry) for shmem. */
  readonly xa: Column;
  readonly xaShadow: Column;
  /** What the medium holds: content + 1; 0 a hole. */
  readonly xaDisk: Column;
  // swap
  readonly swapCount: Column;
  readonly swapCache: Column;
  readonly swapContent: Column;
  readonly swapShadow: Column;
  /** Slots whose folio was all zeroes: nothing was written (swap_zeromap_folio_set). */
  readonly swapZero: Column;
  // handles
  readonly handleName: Column;
  readonly handleFirst: Column;
  readonly handleNr: Column;
  readonly handlePin: Column;
  /** Slots of slotPage that the handle owns from handleFirst on. */
  readonly handleRoom: Column;
  readonly slotPage: Column;
  // lists, zones, counters
  readonly lruHead: Column;
  readonly lruTail: Column;
  readonly lruSize: Column;
  /** The per-CPU folio batch of this one CPU (cpu_fbatches.lru_add). */
  readonly batch: Column;
  readonly zoneLow: Column;
  readonly zoneHigh: Column;
  readonly zoneFree: Column;
  /** Free pages of a zone (NR_FREE_PAGES). */
  readonly zoneNrFree: Column;
  readonly scalar: Column;
  readonly vmstat: Column;
  readonly warned: Column;

  /** Page frames up to the last zone's end. */
  readonly pages: number;
  /** Zones that an allocation tries, in order (build_zonelists): by the node asked for, for movable memory and for other. */
  readonly zonelists: readonly { readonly movable: readonly number[]; readonly other: readonly number[] }[];
  /** Watermarks by zone. */
  readonly watermarks: Readonly<Record<'none' | 'min' | 'low' | 'high', readonly number[]>>;

  constructor(readonly machine: MachineConfig) {
    const marks = machine.zones.map((z) => watermarks(z.pages));
    this.watermarks = {
      none: marks.map((m) => m.none),
      min: marks.map((m) => m.min),
      low: marks.map((m) => m.low),
      high: marks.map((m) => m.high),
    };
    this.f = machine.features;
    const end = (this.pages = machine.zones.reduce((m, z) => Math.max(m, z.start + z.pages), 0));
    this.zonelists = [0, 1].map((node) => ({
      movable: zonelist(machine, node, ['CMA', 'Movable', 'DMA32']),
      other: zonelist(machine, node, ['DMA32']),
    }));
    const c = (name: string, n = 64, hot = false): Column => this.store.column(name, n, hot, true);
    // large machines get the columns that every page uses at once: growing them would copy them again and again
    const p = (name: string, merge = false): Column => this.store.column(name, end > 400_000 ? end : 4096, merge, true);
    // and those that few pages use when they need them: what was never written takes no memory and no look at it
    const few = (name: string): Column => this.store.column(name, 4096, false, true);
    this.refcount = p('_refcount', true);
    this.mapcount = p('_mapcount');
    this.entire = few('_entire_mapcount');
    this.fmap = few('folio_mapcount');
    this.pincount = few('_pincount');
    this.flags = p('flags', true);
    this.order = few('order');
    this.tail = few('compound_head');
    this.mapping = p('mapping');
    this.index = p('index');
    this.priv = few('private');
    this.content = few('content');
    this.lruPrev = p('lru.prev');
    this.lruNext = p('lru.next');
    this.rmap = p('rmap');
    this.serial = p('serial');
    this.sub = few('sub');
    this.stray = few('stray');
    this.strayPins = c('stray.pins');
    this.mlockCount = few('mlock_count');
    this.lockOwner = c('lock.owner');
    this.wbContent = c('writeback.content');
    this.wbBounce = c('writeback.bounce');
    this.gen = few('gen');
    this.ent = c('pte', 2048);
    this.entf = c('pte.flags', 2048);
    this.entNext = c('pte.rmap', 2048);
    this.entTlb = c('tlb', 2048);
    this.blockMm = c('table.mm');
    this.blockVpn = c('table.vpn');
    this.blockLevel = c('table.level');
    this.procName = c('proc.name');
    this.procMm = c('proc.mm');
    this.procPending = c('proc.pending');
    this.mmPgd = c('mm.pgd');
    this.mmPinned = c('mm.has_pinned');
    this.mmNext = c('mm.next');
    this.mmVmas = c('mm.vmas');
    this.vmaMm = c('vma.mm');
    this.vmaStart = c('vma.start');
    this.vmaEnd = c('vma.end');
    this.vmaFlags = c('vma.flags');
    this.vmaFile = c('vma.file');
    this.vmaPgoff = c('vma.pgoff');
    this.vmaKind = c('vma.kind');
    this.vmaNext = c('vma.next');
    this.mnName = c('notifier.name');
    this.mnMm = c('notifier.mm');
    this.mnStart = c('notifier.start');
    this.mnEnd = c('notifier.end');
    this.mnSeq = c('notifier.seq');
    this.mapName = c('map.name');
    this.mapMm = c('map.mm');
    this.mapBase = c('map.base');
    this.fileName = c('file.name');
    this.fileFs = c('file.fs');
    this.filePages = c('file.size');
    this.fileCap = c('file.cap');
    this.fileXa = c('file.xa');
    this.fileHuge = c('file.huge');
    this.fileLease = c('file.lease');
    this.filePrev = c('file.prev_pos');
    this.xa = c('i_pages');
    this.xaShadow = c('i_pages.shadow');
    this.xaDisk = c('disk');
    this.swapCount = c('swap_map');
    this.swapCache = c('swap_cache');
    this.swapContent = c('swap.content');
    this.swapShadow = c('swap.shadow');
    this.swapZero = c('swap.zeromap');
    this.handleName = c('handle.name');
    this.handleFirst = c('handle.first');
    this.handleNr = c('handle.nr');
    this.handlePin = c('handle.pin');
    this.handleRoom = c('handle.room');
    this.slotPage = c('handle.page');
    this.lruHead = c('lru.head', 128, true);
    this.lruTail = c('lru.tail', 128, true);
    this.lruSize = c('lru.size', 128, true);
    this.batch = c('fbatch', 64, true);
    this.zoneLow = c('zone.low', 64, true);
    this.zoneHigh = c('zone.high', 64, true);
    this.zoneFree = c('zone.free', 256, true);
    this.zoneNrFree = c('zone.nr_free', 64, true);
    this.scalar = c('scalar', 64, true);
    this.vmstat = c('vmstat', 64, true);
    this.warned = c('warned');
    machine.zones.forEach((z, i) => {
      this.set(this.zoneLow, i, z.start);
      this.set(this.zoneHigh, i, z.start + z.pages);
      this.set(this.zoneNrFree, i, z.pages);
    });
    for (const k of [
      'nextBlock',
      'nextVma',
      'nextFile',
      'nextXa',
      'nextMap',
      'nextProc',
      'nextHandle',
      'nextHandlePage',
      'nextSerial',
      'nextNotifier',
      'swapHint',
    ] as const) {
      this.set(this.scalar, SCALAR[k], 1);
    }
    this.set(this.scalar, SCALAR.maxSeq, 3);
    this.set(this.scalar, SCALAR.tlbGen, 1);
  }

  /** Writes a cell through the journal. */
  set(c: Column, i: number, v: number): void {
    this.store.set(c, i, v);
  }
  /** Sets a cell to 0. Most are, and need no write. */
  zero(c: Column, i: number): void {
    if (c.at(i) !== 0) this.store.set(c, i, 0);
  }
  /** Adds to a cell through the journal; returns the new value. */
  add(c: Column, i: number, d: number): number {
    return this.store.add(c, i, d);
  }
  /** count_vm_events / node_stat_mod_folio. */
  count(name: VmstatName, n = 1): void {
    this.store.add(this.vmstat, VMSTAT_ROW[name], n);
  }
  /** Takes the next number of a scalar counter. */
  next(scalar: number, n = 1): number {
    const v = this.scalar.at(scalar);
    this.set(this.scalar, scalar, v + n);
    return v;
  }
  /** WARN_ON_ONCE: prints the first time only. `where` names the file and function, `key` the warning, `site` the inlined copy of it. */
  warnOnce(file: string, fn: string, key: string, site = ''): void {
    const id = this.names.id(`warn:${key}:${site}`);
    if (this.warned.at(id)) return;
    this.set(this.warned, id, 1);
    this.dmesg.push(`WARNING at ${file}:${this.f.lines[key] ?? 0} ${fn}`);
  }
  /** Index of the zone range that holds `pfn`. */
  zoneOf(pfn: number): number {
    const z = this.machine.zones;
    for (let i = 0; i < z.length; i++) {
      const { start, pages } = z[i]!;
      if (pfn >= start && pfn < start + pages) return i;
    }
    return -1;
  }
  /** page_to_nid. */
  nodeOf(pfn: number): number {
    return this.machine.zones[this.zoneOf(pfn)]?.node ?? 0;
  }
  /** compound_head(): the head page of the folio. */
  head(pfn: number): number {
    return pfn - this.tail.at(pfn);
  }
  /** folio_nr_pages. */
  nr(folio: number): number {
    return 1 << this.order.at(folio);
  }
  has(folio: number, flag: number): boolean {
    return (this.flags.at(folio) & flag) !== 0;
  }
  setFlag(folio: number, flag: number): void {
    const v = this.flags.at(folio);
    if ((v & flag) !== flag) this.store.set(this.flags, folio, v | flag);
  }
  clearFlag(folio: number, flag: number): void {
    const v = this.flags.at(folio);
    if (v & flag) this.store.set(this.flags, folio, v & ~flag);
  }
  /** Clears the flag; was it set? */
  testClear(folio: number, flag: number): boolean {
    const v = this.flags.at(folio);
    if (!(v & flag)) return false;
    this.set(this.flags, folio, v & ~flag);
    return true;
  }
}
