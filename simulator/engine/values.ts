/** Values of C at a step, as the debugger reads them: where they are, what type they have, and their bits. Reading changes nothing. */
import { HI, scalar, typeName, type Kernel, type Ty } from '../machine/index.ts';
import { cachedPage, findVma, PTE, pmdSlot, pteSlot, readFrame } from '../machine/model.ts';

/** Where a value is: at an address, or in a register of the machine. */
export type Where =
  | { readonly at: 'memory'; readonly address: bigint; readonly bit?: number; readonly width?: number }
  | { readonly at: 'slot'; readonly slot: number; readonly flag?: number };
/** A value: integers, pointers and floats as numbers, everything else by where it is. */
export interface Value {
  readonly type: Ty;
  readonly where?: Where;
  /** The bits of an integer (in its own signedness) or pointer (unsigned). */
  readonly bits?: bigint;
  readonly float?: number;
}
/** Why there is no value. */
export class NoValue extends Error {}

const WORD = 0x1_0000_0000n;
/** The two words of an address. */
export function words(address: bigint): { hi: number; lo: number } {
  return { hi: Number(BigInt.asIntN(32, address >> 32n)), lo: Number(BigInt.asIntN(32, address)) };
}
/** An address out of its words, unsigned. */
export function addressOf(hi: number, lo: number): bigint {
  return BigInt(hi >>> 0) * WORD + BigInt(lo >>> 0);
}
/** An integer as a type holds it. */
export function wrap(v: bigint, t: Ty): bigint {
  if (t.kind === 'int') {
    if (t.bool) return v === 0n ? 0n : 1n;
    return t.signed ? BigInt.asIntN(t.size * 8, v) : BigInt.asUintN(t.size * 8, v);
  }
  return BigInt.asUintN(64, v);
}

/** Reads memory of the machine as one thread sees it. */
export class Reader {
  constructor(
    readonly kernel: Kernel,
    readonly thread: number,
  ) {}

  /** Bytes at an address; a string says why there are none. Page tables are walked, but nothing is faulted in. */
  bytes(address: bigint, n: number): Uint8Array | string {
    const { hi, lo } = words(address);
    const { vm } = this.kernel;
    if (hi === 0 && lo >>> 0 < 4096) return lo === 0 ? 'NULL' : 'no memory at this address';
    const physical = vm.physical(hi, lo, this.thread);
    if (physical >= 0) {
      if (!vm.memory.ok(physical, Math.max(1, n))) {
        const object = vm.memory.describe(physical);
        return object?.freed ? `${object.name} was freed` : 'outside of every object';
      }
      if (!vm.memory.isInit(physical, n)) return 'no value yet';
      return vm.memory.bytes().slice(physical, physical + n);
    }
    if (hi === HI.direct) return this.frame(lo >>> 12, lo & 4095, n);
    if (hi === HI.vmemmap) return this.kernel.store.attempt(() => this.kernel.read(hi, lo, n, this.thread));
    if (hi >= 0 && hi < 0x8000) return this.user(address, n);
    return 'this memory can’t be read without changing it';
  }
  private frame(pfn: number, from: number, n: number): Uint8Array | string {
    const { s } = this.kernel.model;
    if (s.zoneOf(pfn) < 0) return `page frame ${pfn} does not exist`;
    return readFrame(s, pfn, from, Math.min(n, 4096 - from));
  }
  private user(address: bigint, n: number): Uint8Array | string {
    const out = new Uint8Array(n);
    for (let done = 0; done < n;) {
      const at = Number(address) + done;
      const size = Math.min(n - done, 4096 - (at % 4096));
      const piece = this.userPage(Math.floor(at / 4096), at % 4096, size);
      if (typeof piece === 'string') return piece;
      out.set(piece, done);
      done += size;
    }
    return out;
  }
  private userPage(vpn: number, from: number, n: number): Uint8Array | string {
    const k = this.kernel;
    const { s } = k.model;
    const mm = k.mmOf(this.thread) || (k.procs.count ? k.procs.get(1, 'mm') : 0);
    if (!mm) return 'this thread has no address space';
    const pmd = pmdSlot(s, mm, vpn);
    if (pmd && s.entf.at(pmd) & PTE.leaf) return readFrame(s, s.ent.at(pmd) + (vpn & 511), from, n);
    const slot = pteSlot(s, mm, vpn);
    const bits = slot ? s.entf.at(slot) : 0;
    if (bits & PTE.present) return readFrame(s, s.ent.at(slot), from, n);
    if (bits & PTE.swap) {
      // A page that is still in the swap cache may be newer than its slot.
      const cached = s.swapCache.at(s.ent.at(slot));
      if (cached) return readFrame(s, cached, from, n);
      return s.contents.page(s.swapContent.at(s.ent.at(slot))).slice(from, from + n);
    }
    const vma = findVma(s, mm, vpn);
    if (!vma) return 'nothing is mapped here';
    const file = s.vmaFile.at(vma);
    if (!file) return new Uint8Array(n);
    const cached = cachedPage(s, file, s.vmaPgoff.at(vma) + vpn - s.vmaStart.at(vma));
    return cached ? readFrame(s, cached, from, n) : 'not in memory: the page of the file has not been read';
  }

  /** The number that a place holds. */
  load(type: Ty, where: Where): Value {
    if (where.at === 'slot') {
      const { vm } = this.kernel;
      if (where.flag !== undefined && vm.lo(where.flag) === 0) throw new NoValue('no value yet');
      if (type.kind === 'float') return { type, where, float: vm.double(where.slot) };
      return { type, where, bits: wrap(addressOf(vm.hi(where.slot), vm.lo(where.slot)), type) };
    }
    if (type.kind === 'array' || type.kind === 'record' || type.kind === 'func' || type.kind === 'void')
      return { type, where };
    const n = where.width === undefined ? type.size : Math.ceil(((where.bit ?? 0) + where.width) / 8);
    const data = this.bytes(where.address, n);
    if (typeof data === 'string') throw new NoValue(data);
    if (type.kind === 'float') {
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      return { type, where, float: type.size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true) };
    }
    let bits = 0n;
    for (let i = data.length - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(data[i]!);
    if (where.width !== undefined) {
      const field = BigInt.asUintN(where.width, bits >> BigInt(where.bit ?? 0));
      const signed = type.kind === 'int' && type.signed && !type.bool;
      return { type, where, bits: signed ? BigInt.asIntN(where.width, field) : field };
    }
    return { type, where, bits: wrap(bits, type) };
  }

  /** The text of a C string; undefined if there is none. */
  text(address: bigint, limit = 200): string | undefined {
    let out = '';
    for (let i = 0; i < limit; i++) {
      const b = this.bytes(address + BigInt(i), 1);
      if (typeof b === 'string' || b.length === 0) return undefined;
      if (b[0] === 0) return out;
      if (b[0]! < 9 || (b[0]! > 13 && b[0]! < 32) || b[0]! > 126) return undefined;
      out += String.fromCharCode(b[0]!);
    }
    return out;
  }

  /** A value as one line. */
  show(v: Value): string {
    const { type } = v;
    if (v.float !== undefined) return String(v.float);
    if (v.bits !== undefined) {
      const { hi, lo } = words(v.bits);
      const text = scalar(type, type.kind === 'int' && type.size < 8 ? Number(v.bits) | 0 : lo, hi, 0);
      if (type.kind === 'int') return type.size === 1 && !type.bool ? `${text}${character(v.bits)}` : text;
      if (type.kind === 'ptr') return `${text}${this.aboutPointer(v.bits, type.to)}`;
      return text;
    }
    if (type.kind === 'array') {
      if (type.of.kind === 'int' && type.of.size === 1 && v.where?.at === 'memory') {
        const s = this.text(v.where.address, Math.min(type.n, 200));
        if (s) return JSON.stringify(s);
      }
      return `[${type.n < 0 ? '' : type.n}]`;
    }
    return type.kind === 'void' ? 'void' : '{…}';
  }
  private aboutPointer(address: bigint, to: Ty): string {
    const { hi, lo } = words(address);
    if (hi === HI.vmemmap) return ` page ${lo >>> 6}`;
    if (to.kind === 'func' && hi === HI.text) {
      try {
        return ` ${this.kernel.vm.functionAt(hi, lo).name}()`;
      } catch {
        return '';
      }
    }
    if (to.kind === 'int' && to.size === 1) {
      const s = this.text(address, 80);
      if (s) return ` ${JSON.stringify(s)}`;
    }
    const physical = this.kernel.vm.physical(hi, lo, this.thread);
    const object = physical >= 0 ? this.kernel.vm.memory.describe(physical) : undefined;
    if (!object) return '';
    const offset = physical - object.address;
    return ` ${object.freed ? 'freed: ' : ''}${object.name}${offset ? `+${offset}` : ''}`;
  }
  /** Type of a value as C writes it. */
  typeName(v: Value): string {
    return typeName(v.type);
  }
}

function character(v: bigint): string {
  const n = Number(v);
  return n >= 32 && n < 127 ? ` '${String.fromCharCode(n)}'` : '';
}
