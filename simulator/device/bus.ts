/** The bus: devices, their accesses to memory, and one step after the other. */
import { Device, type Descriptor, type DeviceOptions } from './device.ts';
import { FaultList, type Fault } from './faults.ts';
import { Iommu } from './iommu.ts';
import { Monitor } from './monitor.ts';
import { SCALAR } from '../mm/state.ts';
import { cachedPage } from '../mm/filemap.ts';
import { contentOf, cpuAccess, procByName } from '../mm/process.ts';
import { endWriteback, startWriteback, writebackUnstable } from '../mm/writeback.ts';
import { mapBase } from '../mm/vma.ts';
import type { Column } from '../trace/journal.ts';
import type { Model, Operation, Result } from '../mm/model.ts';

/** Where a process has a buffer: `m[0]` of P. */
export interface UserBuffer {
  readonly proc: string;
  readonly addr: string;
}

/**
 * Devices, IOMMU and monitor around a model. A step is one operation (`run`), or `step()` after something was done through the model's own
 * functions; in each, every device works once and the monitor looks.
 */
export class Bus {
  readonly iommu: Iommu;
  readonly devices: Device[] = [];
  private readonly clock: Column;
  private readonly list: FaultList;
  private readonly monitor: Monitor;
  constructor(
    readonly m: Model,
    o: { iommu?: boolean } = {},
  ) {
    this.iommu = new Iommu(m.s, o.iommu ?? false);
    this.clock = m.s.store.column('bus.step', 4);
    this.list = new FaultList(m.s);
    this.monitor = new Monitor(m, this.iommu, this.list, (address) => this.devices.some((d) => d.uses(address)));
  }
  /** Number of the present step. */
  step(): number {
    return this.clock.at(0);
  }
  /** Adds a device. Its name must be its own. */
  device(o: DeviceOptions): Device {
    if (this.devices.some((d) => d.o.name === o.name)) throw new RangeError(`there is a device ${o.name}`);
    const d = new Device(this, o);
    this.devices.push(d);
    return d;
  }
  /** One operation of the machine, then one step of every device. */
  run(op: Operation): Result {
    const r = this.m.run(op);
    this.advance();
    if (op.op === 'read' && r.data !== undefined) {
      const { mm, vpn } = this.locate({ proc: op.proc ?? 'P', addr: String(op.args?.['addr'] ?? '') });
      if (mm) this.userRead(mm, vpn);
    }
    return r;
  }
  /** Steps in which only the devices work, or the end of a step that the caller made. `cause` names it in the journal. */
  advance(cause = 'devices'): void {
    this.m.s.store.mark(cause);
    this.m.s.add(this.clock, 0, 1);
    this.m.wakeBlocked();
    this.monitor.inspect(this.step());
    for (const d of this.devices) d.tick();
    this.monitor.inspect(this.step());
  }
  /** Would a step change nothing but the clock? */
  get quiet(): boolean {
    return this.monitor.idle && this.m.idle && this.devices.every((d) => !d.pending().length);
  }
  /** A step of an idle bus. */
  pass(cause = 'devices'): void {
    this.m.s.store.mark(cause);
    this.m.s.add(this.clock, 0, 1);
  }
  /** What a step made certain, with the clock and the devices standing still. */
  observe(cause = 'observe'): void {
    this.m.s.store.mark(cause);
    this.m.wakeBlocked();
    this.monitor.inspect(this.step());
  }
  /** `steps` steps in which only the devices work. */
  idle(steps = 1): void {
    for (let i = 0; i < steps; i++) this.advance();
  }
  /** wait_for_completion on a device: steps until its ring is empty; false if it does not get there in `limit` steps. */
  waitForCompletion(d: Device, limit = 1000): boolean {
    for (let i = 0; i < limit && d.pending().length; i++) this.idle();
    return d.pending().length === 0;
  }

  /** mm and virtual page of a buffer; mm 0 if there is no such process or map. */
  locate(b: UserBuffer | undefined): { mm: number; vpn: number } {
    const { s } = this.m;
    const at = /^(?:(\w+):)?([\w.-]+)\[(\d+)\]$/.exec(b?.addr ?? '');
    const proc = b && at ? procByName(s, at[1] ?? b.proc) : 0;
    const mm = proc ? s.procMm.at(proc) : 0;
    const base = mm && at ? mapBase(s, mm, at[2]!) : -1;
    return base < 0 ? { mm: 0, vpn: 0 } : { mm, vpn: base + Number(at![3]) };
  }
  /** A descriptor is queued: from now on its page is watched. */
  watch(d: Descriptor, write: boolean): void {
    if (d.mirror) return;
    const use = this.locate(d.buffer);
    this.monitor.watch({ address: d.address, write, mm: use.mm, vpn: use.vpn }, this.step());
    if (d.source !== undefined) this.monitor.watch({ address: d.source, write: false, mm: 0, vpn: 0 }, this.step());
  }
  /** A process reads a page of its memory (a CPU access that was not an operation): what a device lost there shows. */
  userRead(mm: number, vpn: number): void {
    this.monitor.userReads(mm, vpn, this.step());
  }

  /** The device writes the page at a device address: `content` is what it holds then, given what it held. False: the IOMMU refused. */
  dmaWrite(address: number, content: number | ((old: number) => number)): boolean {
    const { s } = this.m;
    const t = this.iommu.translate(address, true);
    if ('fault' in t) {
      this.monitor.refused(t.fault, address, this.step());
      return false;
    }
    this.monitor.deviceWrites(address, t.pfn, this.step());
    s.set(s.content, t.pfn, typeof content === 'number' ? content : content(s.content.at(t.pfn)));
    return true;
  }
  /** The device reads the page at a device address: its content; undefined when the IOMMU refused. */
  dmaRead(address: number): number | undefined {
    const t = this.iommu.translate(address, false);
    if ('fault' in t) {
      this.monitor.refused(t.fault, address, this.step());
      return undefined;
    }
    this.monitor.deviceReads(address, t.pfn, this.step());
    return contentOf(this.m.s, t.pfn);
  }
  /** A page-faulting device (hmm_range_fault, mm/hmm.c): faults like a CPU and holds no reference. 0: the access failed. */
  deviceFault(at: UserBuffer, write: boolean): number {
    const { mm, vpn } = this.locate(at);
    if (!mm) return 0;
    const r = cpuAccess(this.m.s, mm, vpn, write);
    return 'page' in r ? r.page : 0;
  }
  /** Starts writeback of a cached page and keeps it in flight. `bounce`: a copy is written instead. */
  startWriteback(file: number, index: number, bounce = false): void {
    if (!cachedPage(this.m.s, file, index)) throw new RangeError(`page ${index} is not in the page cache`);
    startWriteback(this.m.s, file, index, bounce);
  }
  /** Ends it: a content that changed meanwhile does not fit the checksum. */
  endWriteback(file: number, index: number): void {
    const { s } = this.m;
    const page = cachedPage(s, file, index);
    if (!page) return;
    if (writebackUnstable(s, page)) this.list.add('unstable-writeback', page, this.step(), this.step());
    endWriteback(s, page);
  }

  /** The end of the driver: what is still held, still mapped, still waiting. */
  finish(): Fault[] {
    const { s } = this.m;
    const now = this.step();
    for (let row = 1; row < s.scalar.at(SCALAR.nextHandle); row++)
      for (let i = 0; i < s.handleNr.at(row); i++) {
        const page = s.slotPage.at(s.handleFirst.at(row) + i);
        if (page) this.list.add('leak', page, now, now);
      }
    for (const a of this.iommu.live()) this.list.add('leak', a, now, now);
    for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++) {
      const at = s.procPending.at(p * 4);
      if (at === 1 || at === 2) this.list.add('hung-truncate', s.procPending.at(p * 4 + 1), now, now);
    }
    return this.faults();
  }
  /** All faults so far, in the order in which they became inevitable. */
  faults(): Fault[] {
    return this.list.list();
  }
}
