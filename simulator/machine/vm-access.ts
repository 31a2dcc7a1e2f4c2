/** How the virtual machine reads and writes memory, wherever it is, and its 64-bit arithmetic. */
import { HI, MachineFault, TEXT_BASE } from './memory.ts';
import { OP } from './opcodes.ts';
import type { FnInfo } from './program.ts';
import { VmThreads, type Word } from './vm-threads.ts';

/** Bytes on their way to memory of somebody else, by their number. */
const SCRATCH = Array.from({ length: 9 }, (_, n) => new Uint8Array(n));

/** Memory and wide numbers. */
export class VmAccess extends VmThreads {
  /** High word of the value that load() read. */
  protected high = 0;
  /** Result of the wide operation carried out last. */
  protected resLo = 0;
  protected resHi = 0;

  /**
   * Has every access of the program's instructions announced before it is carried out; the hook may throw PREEMPT. `first`: it is the first
   * of its instruction. Without this nothing is announced, and nothing is slower for it.
   */
  watchAccesses(hook: (at: number, size: number, write: boolean, first: boolean) => void): void {
    const { memory } = this;
    let inside = false;
    const once = <A extends unknown[]>(f: (...args: A) => void): ((...args: A) => void) => {
      return (...args) => {
        const outer = inside;
        inside = true;
        try {
          f(...args);
        } finally {
          inside = outer;
        }
      };
    };
    const check = memory.check.bind(memory);
    memory.check = (at, size, write) => {
      check(at, size, write);
      if (!inside) hook(at, size, write, true);
    };
    const copy = this.copy.bind(this);
    const copyOnce = once(copy);
    this.copy = (toHi, toLo, fromHi, fromLo, n, t) => {
      const to = this.physical(toHi, toLo, t);
      const from = this.physical(fromHi, fromLo, t);
      if (n > 0 && from >= 0) hook(from, n, false, true);
      if (n > 0 && to >= 0) hook(to, n, true, from < 0);
      copyOnce(toHi, toLo, fromHi, fromLo, n, t);
    };
    const storeBits = once(this.storeBits.bind(this));
    this.storeBits = (slot, row, lo, hi, t) => {
      const b = this.program.bits[row]!;
      const d = this.window.words;
      const at = this.physical(this.carry(d[slot + 1]!, d[slot]!, b.offset), (d[slot]! + b.offset) | 0, t);
      if (at >= 0) hook(at, (b.bit + b.width + 7) >> 3, true, true);
      storeBits(slot, row, lo, hi, t);
    };
  }

  /** Physical address of a machine address, or -1 if it is not the machine's own memory. */
  physical(hi: number, lo: number, t: number): number {
    if (hi === HI.kernel) return lo >= 0 ? lo : -1;
    if (hi === HI.user) {
      const p = this.tProc.data[t]!;
      if (!p || lo < 0) return -1;
      return (t === this.window.thread ? this.window.arena : this.host.arena(p)) + lo;
    }
    return -1;
  }
  /** Reads bytes wherever they are; uninitialised ones are an error unless `raw`. */
  readBytes(hi: number, lo: number, n: number, t: number, raw = false): Uint8Array {
    const at = this.physical(hi, lo, t);
    if (at < 0) return this.host.read(hi, lo, n, t);
    if (n === 0) return new Uint8Array(0);
    this.memory.check(at, n, false);
    if (!raw && !this.memory.isInit(at, n)) this.uninitialised(at, n);
    return this.memory.bytes().slice(at, at + n);
  }
  writeBytes(hi: number, lo: number, data: Uint8Array, t: number): void {
    const at = this.physical(hi, lo, t);
    if (at < 0) return this.host.write(hi, lo, data, t);
    if (data.length === 0) return;
    this.memory.check(at, data.length, true);
    this.memory.put(at, data);
  }
  protected uninitialised(at: number, n: number): never {
    const o = this.memory.describe(at);
    let first = at;
    while (first < at + n && this.memory.isInit(first, 1)) first++;
    const what = o ? ` of ${o.name}` : '';
    throw new MachineFault(
      'uninitialised',
      `read of a value${what} that was never written${o ? ` (byte ${first - o.address} of ${o.size})` : ''}`,
    );
  }
  protected load(slot: number, off: number, size: number, t: number): number {
    const d = this.window.words;
    const lo = (d[slot]! + off) | 0;
    const hi = d[slot + 1]!;
    const at = hi === HI.kernel && lo >= 0 ? lo : this.physical(this.carry(hi, d[slot]!, off), lo, t);
    if (at < 0) return this.loadSlow(this.carry(hi, d[slot]!, off), lo, size, t);
    const m = this.memory;
    m.check(at, size, false);
    if (!m.isInit(at, size)) this.uninitialised(at, size);
    if (size === 4) return m.r32(at);
    if (size === 1) return m.r8(at);
    if (size === 2) return m.r16(at);
    this.high = m.r32(at + 4);
    return m.r32(at);
  }
  /** High word of address + offset. */
  protected carry(hi: number, lo: number, off: number): number {
    const sum = (lo >>> 0) + off;
    return sum > 0xffffffff ? (hi + 1) | 0 : sum < 0 ? (hi - 1) | 0 : hi;
  }
  protected loadSlow(hi: number, lo: number, size: number, t: number): number {
    const page = this.host.peek(hi, lo, size, t);
    if (page) return this.bytesAt(page, lo & 4095, size);
    const b = this.host.read(hi, lo, size, t);
    if (b.length >= size) return this.bytesAt(b, 0, size);
    const whole = new Uint8Array(size);
    whole.set(b);
    return this.bytesAt(whole, 0, size);
  }
  private bytesAt(b: Uint8Array, o: number, size: number): number {
    if (size === 1) return b[o]!;
    if (size === 2) return b[o]! | (b[o + 1]! << 8);
    if (size === 8) this.high = b[o + 4]! | (b[o + 5]! << 8) | (b[o + 6]! << 16) | (b[o + 7]! << 24);
    return b[o]! | (b[o + 1]! << 8) | (b[o + 2]! << 16) | (b[o + 3]! << 24);
  }
  protected save(slot: number, off: number, size: number, lo: number, hiWord: number, t: number): void {
    const d = this.window.words;
    const a = (d[slot]! + off) | 0;
    const hi = d[slot + 1]!;
    const at = hi === HI.kernel && a >= 0 ? a : this.physical(this.carry(hi, d[slot]!, off), a, t);
    if (at < 0) {
      const b = SCRATCH[size]!;
      for (let k = 0; k < size; k++) b[k] = (k < 4 ? lo >> (8 * k) : hiWord >> (8 * (k - 4))) & 255;
      const h = this.carry(hi, d[slot]!, off);
      if (!this.host.poke(h, a, b, t)) this.host.write(h, a, b.slice(), t);
      return;
    }
    const m = this.memory;
    m.check(at, size, true);
    if (size === 4) m.w32(at, lo);
    else if (size === 1) m.w8(at, lo);
    else if (size === 2) m.w16(at, lo);
    else {
      m.w32(at, lo);
      m.w32(at + 4, hiWord);
    }
    if (!m.isInit(at, size)) m.setInit(at, size, true);
  }
  /** memmove between any two places. */
  copy(toHi: number, toLo: number, fromHi: number, fromLo: number, n: number, t: number): void {
    if (n <= 0) return;
    const to = this.physical(toHi, toLo, t);
    const from = this.physical(fromHi, fromLo, t);
    if (to >= 0 && from >= 0) {
      this.memory.check(from, n, false);
      this.memory.check(to, n, true);
      this.memory.copy(to, from, n);
      return;
    }
    this.writeBytes(toHi, toLo, this.readBytes(fromHi, fromLo, n, t, true), t);
  }
  protected multiply(al: number, ah: number, bl: number, bh: number): void {
    const a0 = al & 0xffff;
    const a1 = al >>> 16;
    const b0 = bl & 0xffff;
    const b1 = bl >>> 16;
    const w1 = a1 * b0 + ((a0 * b0) >>> 16);
    const w2 = (w1 & 0xffff) + a0 * b1;
    const high = a1 * b1 + (w1 >>> 16) + (w2 >>> 16);
    this.resLo = Math.imul(al, bl);
    this.resHi = (high + Math.imul(al, bh) + Math.imul(ah, bl)) | 0;
  }
  protected divide(al: number, ah: number, bl: number, bh: number, op: number): void {
    if ((bl | bh) === 0) throw new MachineFault('division-by-zero', 'division by zero');
    const signed = op === OP.DIVSL || op === OP.REMSL;
    const rem = op === OP.REMSL || op === OP.REMUL;
    if (ah >= 0 && bh >= 0 && ah < 0x200000 && bh < 0x200000) {
      const x = ah * 4294967296 + (al >>> 0);
      const y = bh * 4294967296 + (bl >>> 0);
      let q = Math.floor(x / y);
      let r = x - q * y;
      if (r < 0) {
        q--;
        r += y;
      }
      const v = rem ? r : q;
      this.resLo = v | 0;
      this.resHi = Math.floor(v / 4294967296) | 0;
      return;
    }
    const big = (hi: number, lo: number): bigint => {
      const v = (BigInt(hi) << 32n) | BigInt(lo >>> 0);
      return signed ? v : BigInt.asUintN(64, v);
    };
    const x = big(ah, al);
    const y = big(bh, bl);
    const v = rem ? x % y : x / y;
    this.resLo = Number(BigInt.asIntN(32, v));
    this.resHi = Number(BigInt.asIntN(32, v >> 32n));
  }
  protected loadBits(slot: number, row: number, t: number): void {
    const b = this.program.bits[row]!;
    const n = (b.bit + b.width + 7) >> 3;
    const d = this.window.words;
    const bytes = this.readBytes(this.carry(d[slot + 1]!, d[slot]!, b.offset), (d[slot]! + b.offset) | 0, n, t);
    let v = 0n;
    for (let k = n - 1; k >= 0; k--) v = (v << 8n) | BigInt(bytes[k]!);
    v >>= BigInt(b.bit);
    v = b.signed ? BigInt.asIntN(b.width, v) : BigInt.asUintN(b.width, v);
    this.resLo = Number(BigInt.asIntN(32, v));
    this.resHi = Number(BigInt.asIntN(32, v >> 32n));
  }
  protected storeBits(slot: number, row: number, lo: number, hi: number, t: number): void {
    const b = this.program.bits[row]!;
    const n = (b.bit + b.width + 7) >> 3;
    const d = this.window.words;
    const at = (d[slot]! + b.offset) | 0;
    const h = this.carry(d[slot + 1]!, d[slot]!, b.offset);
    const bytes = this.readBytes(h, at, n, t, true).slice();
    let v = 0n;
    for (let k = n - 1; k >= 0; k--) v = (v << 8n) | BigInt(bytes[k]!);
    const mask = ((1n << BigInt(b.width)) - 1n) << BigInt(b.bit);
    const value = (BigInt.asUintN(32, BigInt(hi)) << 32n) | BigInt.asUintN(32, BigInt(lo));
    v = (v & ~mask) | ((value << BigInt(b.bit)) & mask);
    for (let k = 0; k < n; k++) bytes[k] = Number((v >> BigInt(8 * k)) & 255n);
    this.writeBytes(h, at, bytes, t);
  }
  /** The function at an address. */
  functionAt(hi: number, lo: number): FnInfo {
    if (hi === 0 && lo >>> 0 < 4096) throw new MachineFault('null-dereference', 'call through a NULL function pointer');
    const i = ((lo - TEXT_BASE) | 0) / 16;
    const fn = hi === HI.text && Number.isInteger(i) ? this.program.functions[i] : undefined;
    if (!fn) throw new MachineFault('wild-pointer', 'call through a pointer that is no function');
    return fn;
  }
  /** Address of a function. */
  functionAddress(fn: FnInfo): Word {
    return { hi: HI.text, lo: (TEXT_BASE + fn.index * 16) | 0 };
  }
}
