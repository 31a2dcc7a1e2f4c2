/** Memory that is not the machine's own: user pages, the direct map, struct page, registers of devices. */
import { REG, type Device } from '../device/index.ts';
import type { KernelProcesses } from './kernel-processes.ts';
import { HI, MachineFault, NO_MEMORY } from './memory.ts';
import { addressName, PG, readFrame, readUser, writeFrame, writeUser } from './model.ts';

/** Accesses to it. */
export class Outside {
  constructor(private readonly k: KernelProcesses) {}

  read(hi: number, lo: number, size: number, thread: number): Uint8Array {
    if (hi >= 0 && hi < 0x8000 && (hi !== 0 || lo >>> 0 >= 65536)) {
      const mm = this.k.mmOf(thread);
      if (!this.k.vm.inUser(thread)) this.smap(hi, lo, 'reads');
      const into = new Uint8Array(size);
      const at = hi * 4294967296 + (lo >>> 0);
      const access = (): ReturnType<typeof readUser> =>
        mm ? readUser(this.k.model.s, mm, at, into) : { signal: 'SIGSEGV' as const, at };
      let r = access();
      if ('signal' in r && this.driverFault(mm, r.at, false, thread)) r = access();
      this.k.touched = true;
      if ('signal' in r) this.killed(r.signal, `a read of 0x${at.toString(16)}`, mm, at);
      this.k.bus.userRead(mm, Math.floor(at / 4096));
      return into;
    }
    if (hi === HI.direct) {
      const pfn = lo >>> 12;
      this.checkFrame(pfn, 'read');
      return readFrame(this.k.model.s, pfn, lo & 4095, Math.min(size, 4096 - (lo & 4095)));
    }
    if (hi === HI.vmap) {
      const pfn = this.mapped(lo, 'read');
      return readFrame(this.k.model.s, pfn, lo & 4095, Math.min(size, 4096 - (lo & 4095)));
    }
    if (hi === HI.vmemmap) return this.pageStruct(lo, size);
    if (hi === HI.io) {
      const v = this.readRegister(lo);
      const out = new Uint8Array(size);
      for (let i = 0; i < Math.min(4, size); i++) out[i] = (v >> (8 * i)) & 255;
      return out;
    }
    return this.badPointer(hi, lo, size, 'read');
  }
  write(hi: number, lo: number, data: Uint8Array, thread: number): void {
    if (hi >= 0 && hi < 0x8000 && (hi !== 0 || lo >>> 0 >= 65536)) {
      const mm = this.k.mmOf(thread);
      if (!this.k.vm.inUser(thread)) this.smap(hi, lo, 'writes');
      const at = hi * 4294967296 + (lo >>> 0);
      const access = (): ReturnType<typeof writeUser> =>
        mm ? writeUser(this.k.model.s, mm, at, data) : { signal: 'SIGSEGV' as const, at };
      let r = access();
      if ('signal' in r && this.driverFault(mm, r.at, true, thread)) r = access();
      this.k.touched = true;
      if ('signal' in r) this.killed(r.signal, `a write to 0x${at.toString(16)}`, mm, at);
      return;
    }
    if (hi === HI.direct || hi === HI.vmap) {
      let done = 0;
      while (done < data.length) {
        const a = (lo >>> 0) + done;
        const pfn = hi === HI.vmap ? this.mapped(a, 'write') : Math.floor(a / 4096);
        this.checkFrame(pfn, 'write');
        const n = Math.min(data.length - done, 4096 - (a & 4095));
        writeFrame(this.k.model.s, pfn, a & 4095, data.subarray(done, done + n));
        done += n;
      }
      return;
    }
    if (hi === HI.io) {
      let v = 0;
      for (let i = Math.min(4, data.length) - 1; i >= 0; i--) v = (v << 8) | data[i]!;
      this.writeRegister(lo, v);
      return;
    }
    if (hi === HI.vmemmap)
      throw new MachineFault(
        'unsupported',
        'this writes to a member of struct page; the machine keeps struct page itself',
      );
    this.badPointer(hi, lo, data.length, 'write');
  }
  /** Kernel code that uses a user pointer as its own (SMAP). */
  private smap(hi: number, lo: number, verb: string): void {
    throw new MachineFault(
      'user-pointer',
      `kernel code ${verb} user memory at 0x${(hi * 4294967296 + (lo >>> 0)).toString(16)} directly: a __user pointer goes through copy_from_user()/copy_to_user()`,
    );
  }
  /** vm_ops->fault of a driver's mapping. */
  private driverFault(mm: number, at: number, write: boolean, thread: number): boolean {
    const { vmas } = this.k;
    const vpn = Math.floor(at / 4096);
    const row = vmas.find(
      (r) =>
        !vmas.get(r, 'gone') && vmas.get(r, 'mm') === mm && vpn >= vmas.get(r, 'start') && vpn < vmas.get(r, 'end'),
    );
    return row !== 0 && this.k.onDriverFault(vmas.get(row, 'struct'), at, write, thread);
  }
  /** The signal that a program is killed by. */
  private killed(signal: 'SIGSEGV' | 'SIGBUS' | 'SIGKILL', access: string, mm: number, at: number): never {
    if (signal === 'SIGKILL') throw new MachineFault('out-of-memory', `${access}: ${NO_MEMORY}`);
    throw new MachineFault(signal === 'SIGBUS' ? 'sigbus' : 'segfault', `${signal}: ${access}, ${this.whyNot(mm, at)}`);
  }
  private whyNot(mm: number, at: number): string {
    const s = this.k.model.s;
    const vpn = Math.floor(at / 4096);
    for (let v = s.mmVmas.at(mm); v; v = s.vmaNext.at(v))
      if (vpn >= s.vmaStart.at(v) && vpn < s.vmaEnd.at(v))
        return 'which the mapping there does not allow (or its file is too short)';
    return 'where nothing is mapped';
  }
  private badPointer(hi: number, lo: number, size: number, verb: string): never {
    if (hi === 0 && lo >>> 0 < 65536) {
      const off = lo >>> 0;
      throw new MachineFault(
        'null-dereference',
        `${verb} of ${size} byte${size === 1 ? '' : 's'} through a NULL pointer${off ? ` (a member at offset ${off})` : ''}`,
      );
    }
    if (hi === -1 && lo >= -8192 && lo < 8192)
      throw new MachineFault(
        'error-pointer',
        `${verb} through an error pointer (${lo < 0 ? `errno ${-lo}` : 'beyond'}): the result of a call was not tested with IS_ERR()`,
      );
    if (hi === (0xdead0000 | 0))
      throw new MachineFault('list-poison', `${verb} through a list pointer of an entry that list_del() has removed`);
    if (hi === HI.text) throw new MachineFault('wild-pointer', `${verb} of a function's code`);
    throw new MachineFault(
      'wild-pointer',
      `${verb} through 0x${(BigInt.asUintN(32, BigInt(hi)) * 4294967296n + BigInt(lo >>> 0)).toString(16)}, which is no memory`,
    );
  }
  /** Frame of an address of vmap() or vmalloc(). */
  private mapped(lo: number, verb: string): number {
    const row = lo >>> 12;
    const known = row > 0 && row <= this.k.vpages.count;
    if (!known || !this.k.vpages.get(row, 'live')) {
      if (known && this.k.vpages.get(row, 'pfn'))
        throw new MachineFault('use-after-free', `${verb} of memory of vmap() or vmalloc() after vunmap() or vfree()`);
      throw new MachineFault('out-of-bounds', `${verb} past the end of memory of vmap() or vmalloc()`);
    }
    const pfn = this.k.vpages.get(row, 'pfn');
    this.checkFrame(pfn, verb);
    return pfn;
  }
  private checkFrame(pfn: number, verb: string): void {
    const s = this.k.model.s;
    if (s.zoneOf(pfn) < 0) throw new MachineFault('wild-pointer', `${verb} of page frame ${pfn}, which does not exist`);
    if (!s.has(pfn, PG.allocated))
      throw new MachineFault('use-after-free', `${verb} of a page (frame ${pfn}) that has been freed`);
  }
  /** Bytes of a struct page, made from the model. */
  private pageStruct(lo: number, size: number): Uint8Array {
    const s = this.k.model.s;
    const pfn = lo >>> 6;
    const b = new Int32Array(16);
    const head = s.head(pfn);
    b[0] = s.flags.at(head);
    const mapping = s.mapping.at(head);
    b[6] = mapping;
    b[7] = mapping ? HI.kernel : 0;
    b[8] = s.index.at(head);
    b[12] = s.mapcount.at(pfn) - 1;
    b[13] = s.refcount.at(head);
    return new Uint8Array(b.buffer).slice(lo & 63, (lo & 63) + size);
  }
  private readRegister(lo: number): number {
    const d = this.k.devices[(lo >>> 0) >>> 12];
    if (!d) return this.k.registers.at((lo & 0xfff) >> 2);
    this.k.touched = true;
    return d.readl((lo & 0xfff) >> 2);
  }
  private writeRegister(lo: number, value: number): void {
    const d = this.k.devices[(lo >>> 0) >>> 12];
    // nobody is behind the registers: they keep what is written
    if (!d) {
      this.k.store.set(this.k.registers, (lo & 0xfff) >> 2, value);
      return;
    }
    this.k.touched = true;
    this.registerWritten(d, (lo & 0xfff) >> 2, value);
  }
  /** Address and length registers behind the model's own: 6 address (low), 7 address (high), 8 length, 9 start with direction. */
  private registerWritten(d: Device, reg: number, value: number): void {
    if (reg === 9) {
      const address = (d.readl(7) >>> 0) * 4294967296 + (d.readl(6) >>> 0);
      this.submit(d, address, d.readl(8) >>> 0, value & 3);
      return;
    }
    if (reg === 12) {
      // doorbell of the ring: entries {u64 address; u32 length; u32 flags} at registers 10/11, up to this tail
      const ring = (d.readl(11) >>> 0) * 4294967296 + (d.readl(10) >>> 0);
      for (let i = d.readl(13); i < value; i++) {
        const e = this.readDma(ring + i * 16, 16);
        const v = new DataView(e.buffer, e.byteOffset, 16);
        this.submit(
          d,
          v.getUint32(0, true) + v.getUint32(4, true) * 4294967296,
          v.getUint32(8, true),
          v.getUint32(12, true) & 3,
        );
      }
      d.writel(value, 13);
      return;
    }
    d.writel(value, reg);
    if (reg === REG.IRQ_STATUS) this.k.irqs.find((r) => (this.k.irqs.set(r, 'pending', 0), false));
  }
  /** Memory as the device sees it. */
  private readDma(address: number, n: number): Uint8Array {
    const t = this.k.bus.iommu.translate(Math.floor(address / 4096), false);
    if ('fault' in t) return new Uint8Array(n);
    return readFrame(this.k.model.s, t.pfn, address % 4096, n);
  }
  /** Starts a transfer: one descriptor for each page. */
  submit(d: Device, address: number, length: number, dir: number): void {
    let at = address;
    const end = address + Math.max(1, length);
    while (at < end) {
      const page = Math.floor(at / 4096);
      const offset = at - page * 4096;
      const n = Math.min(end - at, 4096 - offset);
      const t = this.k.bus.iommu.translate(page, dir !== 1);
      const buffer = 'fault' in t ? undefined : this.bufferOf(t.pfn);
      d.submit({
        address: page,
        offset,
        length: n,
        ...(dir === 1 ? { read: true } : {}),
        ...(buffer ? { buffer } : {}),
      });
      at += n;
    }
    this.k.touched = true;
  }
  /** Whose buffer a pinned page is, by the reference taken last. */
  private bufferOf(pfn: number): { proc: string; addr: string } | undefined {
    for (let r = this.k.pins.count; r > 0; r--) {
      if (this.k.pins.get(r, 'pfn') !== pfn || !this.k.pins.get(r, 'mm')) continue;
      const name = addressName(this.k.model.s, this.k.pins.get(r, 'mm'), this.k.pins.get(r, 'vpn'));
      const m = /^([^:]+):(.+\[\d+\])$/.exec(name);
      return m ? { proc: m[1]!, addr: m[2]! } : undefined;
    }
    return undefined;
  }
}
