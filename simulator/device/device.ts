/** A PCIe-like device: registers, a descriptor ring, a scatter-gather engine with latency, interrupts. */
import type { Bus } from './bus.ts';
import type { Column } from '../trace/journal.ts';

/** What a device does with a descriptor. */
export type DeviceKind = 'capture' | 'playback' | 'copy' | 'rdma' | 'page-faulting';
/** Registers, by index (readl, writel). */
export const REG = { CONTROL: 0, STATUS: 1, HEAD: 2, TAIL: 3, IRQ_ENABLE: 4, IRQ_STATUS: 5 } as const;
/** Bits of REG.CONTROL and REG.STATUS. */
export const BIT = { RUN: 1, BUSY: 1, ERROR: 2, DONE: 4 } as const;

/** One descriptor: `address` and, for copies, `source` are device addresses in pages. */
export interface Descriptor {
  address: number;
  /** Device reads memory (playback) instead of writing it. */
  read?: boolean;
  source?: number;
  /** The buffer's address in a process, so that lost writes can be told: `P:m[0]`. */
  buffer?: { proc: string; addr: string };
  /** Virtual page for a page-faulting device (HMM-like mirror): translated at the access. */
  mirror?: { proc: string; addr: string };
}
export interface DeviceOptions {
  kind: DeviceKind;
  name: string;
  /** What a capture device writes: one token of up to 7 characters. */
  pattern?: string;
  /** Steps from starting a descriptor to its access. Default 1. */
  latency?: number;
  /** Descriptors in the ring. Default 16. */
  ring?: number;
}

/** A device on the bus. All of its state is in the journal. */
export class Device {
  private readonly reg: Column;
  private readonly desc: Column;
  private readonly descs: Descriptor[] = [];
  readonly latency: number;
  readonly size: number;
  private handler: (() => void) | undefined;
  constructor(
    readonly bus: Bus,
    readonly o: DeviceOptions,
  ) {
    const { store } = bus.m.s;
    this.reg = store.column(`${o.name}.registers`, 16);
    this.desc = store.column(`${o.name}.ring`, 64);
    this.latency = o.latency ?? 1;
    this.size = o.ring ?? 16;
    if (!(this.latency >= 0) || !(this.size > 0))
      throw new RangeError(`device ${o.name}: latency and ring must not be negative`);
  }
  /** readl. */
  readl(reg: number): number {
    return this.reg.at(reg);
  }
  /** writel: starting the engine is writing RUN to REG.CONTROL. */
  writel(value: number, reg: number): void {
    const { s } = this.bus.m;
    if (reg === REG.IRQ_STATUS) s.set(this.reg, reg, this.reg.at(reg) & ~value);
    else s.set(this.reg, reg, value);
  }
  /** request_irq. */
  requestIrq(handler: () => void): void {
    this.handler = handler;
  }
  /** Queues a descriptor and rings the doorbell (REG.TAIL). Returns its number; throws when the ring is full. */
  submit(d: Descriptor): number {
    const { s } = this.bus.m;
    const tail = this.reg.at(REG.TAIL);
    if (tail - this.reg.at(REG.HEAD) >= this.size) throw new RangeError(`device ${this.o.name}: the ring is full`);
    this.descs[tail] = d;
    s.set(this.desc, tail, this.bus.step() + this.latency + 1);
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
    return this.descs.slice(this.reg.at(REG.HEAD), this.reg.at(REG.TAIL));
  }
  /** One step of the engine: every descriptor whose latency is over is carried out, in order. */
  tick(): void {
    const { s } = this.bus.m;
    for (
      let head = this.reg.at(REG.HEAD);
      head < this.reg.at(REG.TAIL) && this.desc.at(head) <= this.bus.step();
      head++
    ) {
      const d = this.descs[head]!;
      const ok = this.execute(d);
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
      const from = this.bus.dmaRead(d.source, d);
      return from !== undefined && this.bus.dmaWrite(d.address, from, d);
    }
    if (d.mirror) {
      const page = this.bus.deviceFault(d.mirror, this.writes(d));
      if (!page) return false;
      if (this.writes(d)) m.s.set(m.s.content, page, m.s.contents.ofToken(this.o.pattern ?? this.o.name.slice(0, 7)));
      return true;
    }
    if (!this.writes(d)) return this.bus.dmaRead(d.address, d) !== undefined;
    return this.bus.dmaWrite(d.address, m.s.contents.ofToken(this.o.pattern ?? this.o.name.slice(0, 7)), d);
  }
}
