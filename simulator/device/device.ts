/** A PCIe-like device: registers, a descriptor ring, a scatter-gather engine with latency, interrupts. */
import { PAGE_SIZE } from '../mm/contents.ts';
import type { Bus, UserBuffer } from './bus.ts';
import type { Column } from '../trace/journal.ts';

/** What a device does with a descriptor. */
export type DeviceKind = 'capture' | 'playback' | 'copy' | 'rdma' | 'page-faulting';
/** Registers that every device has, by index (readl, writel); those behind them are plain storage for whoever programs the device. */
export const REG = { CONTROL: 0, STATUS: 1, HEAD: 2, TAIL: 3, IRQ_ENABLE: 4, IRQ_STATUS: 5 } as const;
/** Bits of REG.CONTROL and REG.STATUS. */
export const BIT = { RUN: 1, BUSY: 1, ERROR: 2, DONE: 4 } as const;

/** One descriptor: one page. `address` and, for copies, `source` are device addresses in pages. */
export interface Descriptor {
  address: number;
  /** The device reads memory (playback) instead of writing it. */
  read?: boolean;
  source?: number;
  /** The buffer's address in a process, so that lost writes can be told. */
  buffer?: UserBuffer;
  /** Part of the page that is transferred; default all of it. Bytes. */
  offset?: number;
  length?: number;
  /** Virtual page for a page-faulting device (HMM-like mirror): translated at the access. */
  mirror?: UserBuffer;
}
/** How a device is made. */
export interface DeviceOptions {
  kind: DeviceKind;
  name: string;
  /** What a capture device writes: one token of up to 7 characters. */
  pattern?: string;
  /** What a capture device writes, as a byte that fills the range (instead of a token). */
  fill?: number;
  /** Steps from starting a descriptor to its access. Default 1. */
  latency?: number;
  /** Descriptors in the ring. Default 16. */
  ring?: number;
}

/** A device on the bus. Its registers and the state of its ring are in the journal. */
export class Device {
  private readonly reg: Column;
  private readonly due: Column;
  /** Descriptors of the ring, by number: rows of `kinds`. */
  private readonly descs: Column;
  private readonly kinds: Descriptor[] = [];
  private readonly kindIds = new Map<string, number>();
  readonly latency: number;
  readonly size: number;
  private handler: (() => void) | undefined;
  constructor(
    readonly bus: Bus,
    readonly o: DeviceOptions,
  ) {
    const { store } = bus.m.s;
    this.reg = store.column(`${o.name}.registers`, 16);
    this.due = store.column(`${o.name}.ring`, 64);
    this.descs = store.column(`${o.name}.descriptors`, 64);
    this.latency = o.latency ?? 1;
    this.size = o.ring ?? 16;
    if (!(this.latency >= 0) || !(this.size > 0))
      throw new RangeError(`device ${o.name}: latency and ring must not be negative`);
  }
  /** readl. */
  readl(reg: number): number {
    return this.reg.at(reg);
  }
  /** writel. IRQ_STATUS clears the bits that are written. */
  writel(value: number, reg: number): void {
    const { s } = this.bus.m;
    s.set(this.reg, reg, reg === REG.IRQ_STATUS ? this.reg.at(reg) & ~value : value);
  }
  /** request_irq: called in the step in which the device raises its interrupt, if IRQ_ENABLE is set. */
  requestIrq(handler: () => void): void {
    this.handler = handler;
  }
  /** free_irq. */
  freeIrq(): void {
    this.handler = undefined;
  }
  private descriptor(i: number): Descriptor {
    return this.kinds[this.descs.at(i)]!;
  }
  /** Equal descriptors have one number, so that the ring is a column of the journal. */
  private kindOf(d: Descriptor): number {
    const key = JSON.stringify(d);
    let id = this.kindIds.get(key);
    if (id === undefined) {
      id = this.kinds.push({ ...d }) - 1;
      this.kindIds.set(key, id);
    }
    return id;
  }
  /** Queues a descriptor and rings the doorbell (REG.TAIL). Returns its number; throws when the ring is full. */
  submit(d: Descriptor): number {
    const { s } = this.bus.m;
    const { offset = 0, length = PAGE_SIZE - offset } = d;
    if (!(offset >= 0 && length > 0 && offset + length <= PAGE_SIZE))
      throw new RangeError(
        `device ${this.o.name}: a descriptor is a part of one page, not ${length} bytes at ${offset}`,
      );
    const tail = this.reg.at(REG.TAIL);
    if (tail - this.reg.at(REG.HEAD) >= this.size) throw new RangeError(`device ${this.o.name}: the ring is full`);
    s.set(this.descs, tail, this.kindOf(d));
    s.set(this.due, tail, this.bus.step() + this.latency + 1);
    s.set(this.reg, REG.TAIL, tail + 1);
    s.set(this.reg, REG.STATUS, this.reg.at(REG.STATUS) | BIT.BUSY);
    this.bus.watch(d, this.writes(d));
    return tail;
  }
  /** Queues one descriptor per address. */
  submitSg(addresses: readonly number[], d: Omit<Descriptor, 'address'> = {}): number[] {
    return addresses.map((address) => this.submit({ ...d, address }));
  }
  /** Does a descriptor make the device write memory? */
  writes(d: Descriptor): boolean {
    return !(d.read || this.o.kind === 'playback');
  }
  /** Descriptors that are queued or running. */
  pending(): Descriptor[] {
    const out: Descriptor[] = [];
    for (let i = this.reg.at(REG.HEAD); i < this.reg.at(REG.TAIL); i++) out.push(this.descriptor(i));
    return out;
  }
  /** The last `limit` descriptors of the ring, oldest first, and from which step of the bus on each is carried out. */
  ring(limit: number): { number: number; descriptor: Descriptor; due: number; done: boolean }[] {
    const [head, tail] = [this.reg.at(REG.HEAD), this.reg.at(REG.TAIL)];
    const out: { number: number; descriptor: Descriptor; due: number; done: boolean }[] = [];
    for (let i = Math.max(0, tail - limit); i < tail; i++)
      out.push({ number: i, descriptor: this.descriptor(i), due: this.due.at(i), done: i < head });
    return out;
  }
  /** Is a queued descriptor going to use this device page? */
  uses(address: number): boolean {
    for (let i = this.reg.at(REG.HEAD); i < this.reg.at(REG.TAIL); i++) {
      const d = this.descriptor(i);
      if (!d.mirror && (d.address === address || d.source === address)) return true;
    }
    return false;
  }
  /** One step of the engine: every descriptor whose latency is over is carried out, in order. */
  tick(): void {
    const { s } = this.bus.m;
    for (
      let head = this.reg.at(REG.HEAD);
      head < this.reg.at(REG.TAIL) && this.due.at(head) <= this.bus.step();
      head++
    ) {
      const ok = this.execute(this.descriptor(head));
      s.set(this.reg, REG.HEAD, head + 1);
      const empty = head + 1 === this.reg.at(REG.TAIL);
      s.set(this.reg, REG.STATUS, (ok ? BIT.DONE : BIT.ERROR) | (empty ? 0 : BIT.BUSY));
      s.set(this.reg, REG.IRQ_STATUS, 1);
      if (this.reg.at(REG.IRQ_ENABLE)) this.handler?.();
    }
  }
  private execute(d: Descriptor): boolean {
    const { m } = this.bus;
    if (this.o.kind === 'copy' && d.source !== undefined) {
      const from = this.bus.dmaRead(d.source);
      if (from === undefined) return false;
      const { offset = 0, length = PAGE_SIZE - offset } = d;
      const bytes = m.s.contents.page(from).subarray(offset, offset + length);
      return this.bus.dmaWrite(d.address, (old) =>
        length === PAGE_SIZE ? from : m.s.contents.write(old, offset, bytes),
      );
    }
    if (d.mirror) {
      const page = this.bus.deviceFault(d.mirror, this.writes(d));
      if (!page) return false;
      if (this.writes(d)) m.s.set(m.s.content, page, this.data(d, m.s.content.at(page)));
      return true;
    }
    if (!this.writes(d)) return this.bus.dmaRead(d.address) !== undefined;
    return this.bus.dmaWrite(d.address, (old) => this.data(d, old));
  }
  /** The content that a page of content `old` has after the device wrote its data into the descriptor's range. */
  private data(d: Descriptor, old: number): number {
    const { contents } = this.bus.m.s;
    const { offset = 0, length = PAGE_SIZE - offset } = d;
    if (this.o.fill !== undefined) return contents.write(old, offset, new Uint8Array(length).fill(this.o.fill));
    const token = this.o.pattern ?? this.o.name.slice(0, 7);
    if (length === PAGE_SIZE) return contents.ofToken(token);
    const bytes = new Uint8Array(length);
    bytes.set(new TextEncoder().encode(token).subarray(0, length));
    return contents.write(old, offset, bytes);
  }
}
