/** Arguments of built-ins. */
import { HI, MachineFault } from './memory.ts';
import type { Kernel } from './kernel.ts';
import type { Word } from './vm.ts';

/** Arguments of a built-in. */
export class Args {
  constructor(
    readonly k: Kernel,
    readonly base: number,
    readonly count: number,
    readonly thread: number,
  ) {}
  /** 32-bit integer. */
  n(i: number): number {
    return this.k.vm.argLo(this.base, i);
  }
  /** 64-bit integer as a number (exact up to 2^53). */
  u(i: number): number {
    return (this.k.vm.argHi(this.base, i) >>> 0) * 4294967296 + (this.k.vm.argLo(this.base, i) >>> 0);
  }
  /** Signed 64-bit integer as a number. */
  s(i: number): number {
    return this.k.vm.argHi(this.base, i) * 4294967296 + (this.k.vm.argLo(this.base, i) >>> 0);
  }
  w(i: number): Word {
    return { hi: this.k.vm.argHi(this.base, i), lo: this.k.vm.argLo(this.base, i) };
  }
  big(i: number): bigint {
    return (BigInt(this.k.vm.argHi(this.base, i)) << 32n) | BigInt(this.k.vm.argLo(this.base, i) >>> 0);
  }
  isNull(i: number): boolean {
    return (this.k.vm.argHi(this.base, i) | this.k.vm.argLo(this.base, i)) === 0;
  }
  text(i: number): string {
    return cString(this.k, this.w(i), this.thread);
  }
  /** Page frame of a struct page pointer. */
  pfn(i: number): number {
    return framed(this.k, this.w(i));
  }
}

/** A C string, as a string of bytes. */
export function cString(k: Kernel, at: Word, thread: number, limit = 65536): string {
  let out = '';
  let lo = at.lo;
  const phys = k.vm.physical(at.hi, at.lo, thread);
  for (let i = 0; i < limit; i++) {
    const b = phys >= 0 ? k.vm.readBytes(at.hi, lo, 1, thread)[0]! : k.read(at.hi, lo, 1, thread)[0]!;
    if (b === 0) break;
    out += String.fromCharCode(b);
    lo = (lo + 1) | 0;
  }
  return out;
}
/** Frames from here on stand for pages of kmalloc() and other memory of the machine: they have a struct page, and no references of their own. */
const SLAB = 1 << 24;
/** The struct page of an address of the machine's memory. */
export function slabPage(lo: number): Word {
  return pagePointer(SLAB + (lo >>> 12));
}
/** The address that such a struct page stands for; undefined if it is one of a page frame. */
export function slabAddress(w: Word): Word | undefined {
  const pfn = w.lo >>> 6;
  return w.hi === HI.vmemmap && (w.lo & 63) === 0 && pfn >= SLAB
    ? { hi: HI.kernel, lo: (pfn - SLAB) << 12 }
    : undefined;
}
/** Page frame of a struct page pointer. */
export function framed(k: Kernel, w: Word): number {
  if (w.hi !== HI.vmemmap || w.lo & 63) {
    if (w.hi === 0 && w.lo >>> 0 < 4096)
      throw new MachineFault('null-dereference', 'a NULL struct page pointer is used');
    if (w.hi === -1 && w.lo >= -4095 && w.lo < 0)
      throw new MachineFault('error-pointer', `an error pointer (errno ${-w.lo}) is used as a struct page`);
    throw new MachineFault('wild-pointer', 'this is no struct page');
  }
  const pfn = w.lo >>> 6;
  if (pfn >= SLAB)
    throw new MachineFault(
      'wild-pointer',
      'this is the struct page of kmalloc() memory: the slab allocator owns it, drivers do not take references to it',
    );
  if (k.model.s.zoneOf(pfn) < 0) throw new MachineFault('wild-pointer', `page frame ${pfn} does not exist`);
  return pfn;
}
/** The struct page pointer of a frame. */
export function pagePointer(pfn: number): Word {
  return { hi: HI.vmemmap, lo: (pfn << 6) | 0 };
}
