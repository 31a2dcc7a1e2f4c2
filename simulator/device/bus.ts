/** The bus: devices, their view of memory, and a monitor that finds faults at the step where they become inevitable. */
import { BIAS, MAPPING, PG, PTE } from '../mm/flags.ts';
import { FS, cachedPage, xaSlot } from '../mm/filemap.ts';
import { Device, type Descriptor, type DeviceOptions } from './device.ts';
import { Iommu } from './iommu.ts';
import { FAULT_KINDS, FAULT_TEXT, type Fault, type FaultKind } from './faults.ts';
import { cpuAccess, procByName } from '../mm/process.ts';
import { findVma, mapBase } from '../mm/vma.ts';
import { folioSlots } from '../mm/rmap.ts';
import { isZeroPage } from '../mm/thp.ts';
import { pgoffOf } from '../mm/fault.ts';
import { SCALAR, type State } from '../mm/state.ts';
import { pmdSlot, pteSlot, slotMm } from '../mm/pagetable.ts';
import type { Column } from '../trace/journal.ts';
import type { Model, Operation, Result } from '../mm/model.ts';

/** What is remembered of a page that a device was told to use. */
const WATCH_FIELDS = [
  'address',
  'pfn',
  'serial',
  'write',
  'mm',
  'vpn',
  'diverged',
  'freed',
  'written',
  'touched',
] as const;
type WatchField = (typeof WATCH_FIELDS)[number];

/** One watched page, kept in the journal. `diverged`, `freed`: the step of it, 0 before. */
class Watched {
  constructor(
    private readonly s: State,
    private readonly columns: Readonly<Record<WatchField, Column>>,
    private readonly row: number,
  ) {}
  get(f: WatchField): number {
    return this.columns[f].at(this.row);
  }
  set(f: WatchField, v: number): void {
    this.s.set(this.columns[f], this.row, v);
  }
}

/** Devices, IOMMU and monitor around a model. */
export class Bus {
  readonly iommu: Iommu;
  readonly devices: Device[] = [];
  private readonly clock: Column;
  private readonly faultKind: Column;
  private readonly faultPfn: Column;
  private readonly faultAt: Column;
  private readonly faultShown: Column;
  private readonly wb: Column;
  private readonly watches: Readonly<Record<WatchField, Column>>;
  constructor(
    readonly m: Model,
    o: { iommu?: boolean } = {},
  ) {
    const { store } = m.s;
    this.iommu = new Iommu(m.s, o.iommu ?? false);
    this.clock = store.column('bus.step', 4);
    this.faultKind = store.column('fault.kind');
    this.faultPfn = store.column('fault.page');
    this.faultAt = store.column('fault.inevitable');
    this.faultShown = store.column('fault.shown');
    this.wb = store.column('writeback.content');
    this.watches = Object.fromEntries(WATCH_FIELDS.map((f) => [f, store.column(`watch.${f}`)])) as Record<
      WatchField,
      Column
    >;
  }
  /** Number of the present step. */
  step(): number {
    return this.clock.at(0);
  }
  /** Adds a device. */
  device(o: DeviceOptions): Device {
    const d = new Device(this, o);
    this.devices.push(d);
    return d;
  }
  /** One operation of the machine, then one step of every device. */
  run(op: Operation): Result {
    const r = this.m.run(op);
    this.after(op, r);
    return r;
  }
  /** A step in which only the devices work. */
  idle(steps = 1): void {
    for (let i = 0; i < steps; i++) this.after();
  }
  /** wait_for_completion on a device: steps until its ring is empty; false if it does not get there in `limit` steps. */
  waitForCompletion(d: Device, limit = 1000): boolean {
    for (let i = 0; i < limit && d.pending().length; i++) this.idle();
    return d.pending().length === 0;
  }

  private after(op?: Operation, r?: Result): void {
    this.m.s.store.mark('devices');
    this.m.s.add(this.clock, 0, 1);
    this.inspect();
    for (const d of this.devices) d.tick();
    if (op) this.showReads(op, r);
    this.inspect();
  }

  private watchedPages(): Watched[] {
    const out: Watched[] = [];
    for (let i = 0; this.watches.serial.at(i); i++) out.push(new Watched(this.m.s, this.watches, i));
    return out;
  }

  /** A descriptor is queued: from now on its pages are watched. */
  watch(d: Descriptor, write: boolean): void {
    const t = this.iommu.translate(d.address, write);
    if ('fault' in t || d.mirror) return;
    const s = this.m.s;
    let mm = 0;
    let vpn = 0;
    if (d.buffer) {
      mm = s.procMm.at(procByName(s, d.buffer.proc));
      const at = /^(.*)\[(\d+)\]$/.exec(d.buffer.addr);
      if (at) vpn = mapBase(s, mm, at[1]!) + Number(at[2]);
    }
    const w = new Watched(s, this.watches, this.watchedPages().length);
    w.set('address', d.address);
    w.set('pfn', t.pfn);
    w.set('serial', s.serial.at(t.pfn));
    w.set('write', write ? 1 : 0);
    w.set('mm', mm);
    w.set('vpn', vpn);
    if (write && isZeroPage(s, t.pfn)) this.fault('zero-page-write', t.pfn, this.step(), 0);
  }

  /** The page that a virtual page means now or would mean at the next access; 0 if it will be another one. */
  private meaning(mm: number, vpn: number): number {
    const s = this.m.s;
    const vma = findVma(s, mm, vpn);
    if (!vma) return 0;
    const pmd = pmdSlot(s, mm, vpn);
    if (pmd && s.entf.at(pmd) & PTE.leaf) return s.ent.at(pmd) + (vpn & 511);
    const slot = pteSlot(s, mm, vpn);
    const bits = slot ? s.entf.at(slot) : 0;
    if (bits & PTE.present) return s.ent.at(slot);
    if (bits & PTE.swap) return s.swapCache.at(s.ent.at(slot));
    const file = s.vmaFile.at(vma);
    return file && !bits ? cachedPage(s, file, pgoffOf(s, vma, vpn)) : 0;
  }

  private pendingOn(w: Watched): boolean {
    return this.devices.some((d) => d.pending().some((x) => x.address === w.get('address')));
  }

  /** Looks for what has become inevitable. */
  private inspect(): void {
    const s = this.m.s;
    const now = this.step();
    for (const w of this.watchedPages()) {
      const busy = this.pendingOn(w);
      const pfn = w.get('pfn');
      const writes = w.get('write') === 1;
      if (!w.get('freed') && (s.serial.at(pfn) !== w.get('serial') || !s.has(pfn, PG.allocated))) {
        w.set('freed', now);
        if (busy && writes && !this.iommu.on) this.fault('freed-page-write', pfn, now, 0);
      }
      if (busy && this.iommu.on && !this.iommu.mapped(w.get('address'))) this.fault('iommu-fault', pfn, now, 0);
      if (w.get('mm') && !w.get('diverged') && !w.get('freed') && this.meaning(w.get('mm'), w.get('vpn')) !== pfn) {
        w.set('diverged', now);
        if (busy) this.fault(writes ? 'lost-write' : 'stale-read', pfn, now, 0);
      }
      if (s.refcount.at(s.head(pfn)) < 0) this.fault('refcount-underflow', pfn, now, now);
      if (w.get('touched')) this.inspectTouched(w, now);
    }
  }

  /** A file page that the device wrote: does anything still say that it is newer than the medium? */
  private inspectTouched(w: Watched, now: number): void {
    const s = this.m.s;
    const pfn = w.get('pfn');
    const folio = s.head(pfn);
    const m = s.mapping.at(folio);
    const held = s.refcount.at(folio) >= BIAS || this.m.handles().some((h) => h.pages.includes(pfn));
    if (m >= MAPPING.file && s.fileFs.at(m - MAPPING.file) === FS.ext4) {
      const disk = s.xaDisk.at(xaSlot(s, m - MAPPING.file, s.index.at(folio)));
      const dirty = s.has(folio, PG.dirty) || folioSlots(s, folio).some((x) => s.entf.at(x) & PTE.dirty);
      if (!dirty && !held && disk !== s.content.at(pfn) + 1) this.fault('dirty-lost', pfn, now, 0);
    } else if (!s.has(pfn, PG.allocated)) {
      const f = this.find('dirty-lost', pfn);
      if (f >= 0) this.show(f);
      w.set('touched', 0);
    }
  }

  /** A user's read of a watched buffer shows what was lost. */
  private showReads(op: Operation, r: Result | undefined): void {
    if (op.op !== 'read' || !r || r.data === undefined) return;
    const s = this.m.s;
    const mm = s.procMm.at(procByName(s, op.proc ?? 'P'));
    const at = /^(?:\w+:)?(.*)\[(\d+)\]$/.exec(String(op.args?.['addr'] ?? ''));
    if (!at) return;
    const vpn = mapBase(s, mm, at[1]!) + Number(at[2]);
    for (const w of this.watchedPages()) {
      if (w.get('mm') !== mm || w.get('vpn') !== vpn || !w.get('diverged') || !w.get('written')) continue;
      const f = this.find('lost-write', w.get('pfn'));
      if (f >= 0) this.show(f);
    }
  }

  /** The device writes a page's content. False: it could not. */
  dmaWrite(address: number, content: number, d: Descriptor): boolean {
    const s = this.m.s;
    const now = this.step();
    const t = this.iommu.translate(address, true);
    if ('fault' in t) {
      this.showOrFault(t.fault, address, now);
      return false;
    }
    const w = this.watchedPages().find((x) => x.get('address') === address && x.get('pfn') === t.pfn);
    if (isZeroPage(s, t.pfn)) this.showOrFault('zero-page-write', t.pfn, now);
    else if (w && (w.get('freed') || s.serial.at(t.pfn) !== w.get('serial'))) {
      this.showOrFault('freed-page-write', t.pfn, now);
      const users = folioSlots(s, s.head(t.pfn)).map((x) => slotMm(s, x));
      if (users.length && w.get('mm') && !users.includes(w.get('mm')))
        this.showOrFault('other-process-write', t.pfn, now);
    }
    if (s.has(s.head(t.pfn), PG.writeback) || this.wb.at(t.pfn)) this.fault('unstable-writeback', t.pfn, now, 0);
    if (w?.get('diverged') && !w.get('freed')) this.fault('lost-write', t.pfn, w.get('diverged'), 0);
    w?.set('written', 1);
    s.set(s.content, t.pfn, content);
    if (s.mapping.at(s.head(t.pfn)) >= MAPPING.file) w?.set('touched', 1);
    void d;
    return true;
  }
  /** The device reads a page's content; undefined when it could not. */
  dmaRead(address: number, d: Descriptor): number | undefined {
    const now = this.step();
    const t = this.iommu.translate(address, false);
    if ('fault' in t) {
      this.showOrFault(t.fault, address, now);
      return undefined;
    }
    const w = this.watchedPages().find((x) => x.get('address') === address && x.get('pfn') === t.pfn);
    if (w?.get('diverged') || w?.get('freed'))
      this.showOrFault('stale-read', t.pfn, now, w.get('diverged') || w.get('freed'));
    void d;
    return this.m.s.content.at(t.pfn);
  }
  /** A page-faulting device (hmm_range_fault, mm/hmm.c): faults like a CPU and holds no reference. 0: the access failed. */
  deviceFault(at: { proc: string; addr: string }, write: boolean): number {
    const s = this.m.s;
    const mm = s.procMm.at(procByName(s, at.proc));
    const a = /^(.*)\[(\d+)\]$/.exec(at.addr);
    if (!a || !mm) return 0;
    const r = cpuAccess(s, mm, mapBase(s, mm, a[1]!) + Number(a[2]), write);
    return 'page' in r ? r.page : 0;
  }

  /** Starts writeback of a cached page and keeps it going: what the medium will get is its checksum now. `bounce`: a copy is written instead. */
  startWriteback(file: number, index: number, bounce = false): void {
    const s = this.m.s;
    const page = cachedPage(s, file, index);
    if (!page) throw new RangeError(`page ${index} is not in the page cache`);
    s.clearFlag(page, PG.dirty);
    if (!bounce) s.setFlag(page, PG.writeback);
    s.set(this.wb, page, bounce ? 0 : s.content.at(page) + 1);
    s.set(s.xaDisk, xaSlot(s, file, index), s.content.at(page) + 1);
  }
  /** Ends it: a content that changed meanwhile does not fit the checksum. */
  endWriteback(file: number, index: number): void {
    const s = this.m.s;
    const page = cachedPage(s, file, index);
    if (!page) return;
    const f = this.find('unstable-writeback', page);
    if (f >= 0) this.show(f);
    s.clearFlag(page, PG.writeback);
    s.set(this.wb, page, 0);
  }

  /** The end of the driver: what is still held, still mapped, still waiting. */
  finish(): Fault[] {
    const s = this.m.s;
    const now = this.step();
    for (const h of this.m.handles()) for (const p of h.pages) this.fault('leak', p, now, now);
    for (const a of this.iommu.live()) this.fault('leak', a, now, now);
    for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++) {
      const at = s.procPending.at(p * 4);
      if (at !== 0 && at !== 9) this.fault('hung-truncate', s.procPending.at(p * 4 + 1), now, now);
    }
    return this.faults();
  }
  /** All faults so far, in the order in which they became inevitable. */
  faults(): Fault[] {
    const out: Fault[] = [];
    for (let i = 0; this.faultKind.at(i); i++) {
      const kind = FAULT_KINDS[this.faultKind.at(i) - 1]!;
      out.push({
        kind,
        pfn: this.faultPfn.at(i),
        inevitable: this.faultAt.at(i),
        shown: this.faultShown.at(i),
        text: FAULT_TEXT[kind],
      });
    }
    return out;
  }
  private find(kind: FaultKind, pfn: number): number {
    const k = FAULT_KINDS.indexOf(kind) + 1;
    for (let i = 0; this.faultKind.at(i); i++) if (this.faultKind.at(i) === k && this.faultPfn.at(i) === pfn) return i;
    return -1;
  }
  private fault(kind: FaultKind, pfn: number, inevitable: number, shown: number): void {
    if (this.find(kind, pfn) >= 0) return;
    const s = this.m.s;
    let i = 0;
    while (this.faultKind.at(i)) i++;
    s.set(this.faultKind, i, FAULT_KINDS.indexOf(kind) + 1);
    s.set(this.faultPfn, i, pfn);
    s.set(this.faultAt, i, inevitable);
    s.set(this.faultShown, i, shown);
  }
  private show(i: number): void {
    if (!this.faultShown.at(i)) this.m.s.set(this.faultShown, i, this.step());
  }
  private showOrFault(kind: FaultKind, where: number, now: number, inevitable = now): void {
    const watchedPfn =
      this.watchedPages()
        .find((w) => w.get('address') === where)
        ?.get('pfn') ?? where;
    const i = this.find(kind, watchedPfn);
    if (i >= 0) this.show(i);
    else this.fault(kind, watchedPfn, inevitable, now);
  }
}
