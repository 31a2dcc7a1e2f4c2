/**
 * The machine's memory: bytes, which of them have a value, and which object each belongs to. All of it is columns of the
 * journal, so every store can be undone. Objects lie apart; a freed one's place is not used again, so that its name is
 * still known when somebody touches it.
 */
import type { Column, Store } from '../trace/journal.ts';
import type { LocalInfo, Program } from './program.ts';

/** High words of the machine's address ranges. */
export const HI = {
  /** Kernel objects: globals, heap, stacks. */
  kernel: 0xffff8881 | 0,
  /** Objects of a user program that are not mmap()ed: its variables, stack and heap. */
  user: 0x00005555,
  /** The kernel's direct map of page frames. */
  direct: 0xffff8880 | 0,
  /** struct page of each frame, 64 bytes apart. */
  vmemmap: 0xffffea00 | 0,
  /** Device registers. */
  io: 0xffffc900 | 0,
  /** Pages of vmap() and vmalloc(). */
  vmap: 0xffffc902 | 0,
  /** Functions, 16 bytes apart. */
  text: -1,
} as const;
/** Low word of the first function's address. */
export const TEXT_BASE = 0x81000000 | 0;

/** What an object is. */
export const KIND = { global: 1, literal: 2, heap: 3, stack: 4, user: 5, device: 6, zone: 7 } as const;
/** State of an object. */
export const STATE = { alive: 1, freed: 2 } as const;
const DEAD = 0x7fffffff;

/** What a killed program is told. */
export const NO_MEMORY = 'nothing is free, and reclaim finds nothing to take: the kernel kills the process';
/** Something that C forbids, found while running. `kind` is stable, the message is for people. */
export class MachineFault extends Error {
  constructor(
    readonly kind: string,
    message: string,
    /** It concerns an object that was made up for a function that runs alone. */
    readonly madeUp = false,
  ) {
    super(message);
    this.name = 'MachineFault';
  }
}

/** Rows of the scalar column. */
export const SC = {
  brk: 0,
  objects: 1,
  threads: 2,
  mainSeq: 3,
  current: 4,
  jiffies: 5,
  irqPending: 6,
  procs: 7,
  live: 8,
} as const;

/** An object as messages tell it. */
export interface ObjectInfo {
  readonly address: number;
  readonly size: number;
  readonly name: string;
  readonly freed: boolean;
  /** Span row of its allocation or declaration; -1: none. */
  readonly span: number;
  readonly freedSpan: number;
  readonly kind: number;
}

/** Where an access behind an object lies. */
function past(n: number): string {
  return n === 0 ? 'directly behind the end' : `${n} bytes past the end`;
}

/** Memory of the machine. Addresses here are offsets in the arena ("physical"). */
export class Memory {
  readonly mem: Column;
  readonly init: Column;
  readonly own: Column;
  readonly base: Column;
  readonly objAddress: Column;
  readonly objSize: Column;
  readonly objKind: Column;
  readonly objState: Column;
  readonly objSpan: Column;
  readonly objFreed: Column;
  readonly objName: Column;
  readonly scalar: Column;
  private view: Uint8Array;
  private viewOf: Int32Array;
  readonly names: string[] = [''];

  constructor(
    readonly store: Store,
    readonly program: Program,
    readonly limit = 256 << 20,
  ) {
    this.mem = store.column('vm.memory', 1 << 18);
    this.init = store.column('vm.initialised', 1 << 15);
    this.own = store.column('vm.owner', 1 << 16);
    this.base = store.column('vm.base', 1 << 16);
    this.objAddress = store.column('object.address', 256);
    this.objSize = store.column('object.size', 256);
    this.objKind = store.column('object.kind', 256);
    this.objState = store.column('object.state', 256);
    this.objSpan = store.column('object.span', 256);
    this.objFreed = store.column('object.freed', 256);
    this.objName = store.column('object.name', 256);
    this.scalar = store.column('vm.scalar', 16);
    store.set(this.scalar, SC.brk, 0x10000);
    store.set(this.scalar, SC.objects, 1);
    this.viewOf = this.mem.data;
    this.view = new Uint8Array(this.viewOf.buffer);
  }

  /** The bytes; good until memory grows. */
  bytes(): Uint8Array {
    if (this.viewOf !== this.mem.data) {
      this.viewOf = this.mem.data;
      this.view = new Uint8Array(this.viewOf.buffer);
    }
    return this.view;
  }
  /** Takes a range of addresses without making it an object. */
  reserve(bytes: number, align = 16): number {
    const { store, scalar } = this;
    const at = Math.ceil(scalar.data[SC.brk]! / align) * align;
    const end = at + Math.ceil(bytes / 16) * 16 + 32;
    if (end > this.limit)
      throw new MachineFault('memory-limit', `the program uses more than ${this.limit >> 20} MiB of memory`);
    store.set(scalar, SC.brk, end);
    this.grow(this.mem, end >> 2);
    this.grow(this.init, (end >> 5) + 1);
    this.grow(this.own, (end >> 4) + 1);
    this.grow(this.base, (end >> 4) + 1);
    return at;
  }
  private grow(c: Column, length: number): void {
    if (c.data.length >= length) return;
    const bigger = new Int32Array(Math.max(length, c.data.length * 2));
    bigger.set(c.data);
    c.data = bigger;
  }
  /** A new object; its row. */
  alloc(size: number, kind: number, span: number, zero: boolean, align = 16, name = ''): number {
    const at = this.reserve(size + 16, Math.max(16, align));
    return this.object(at, size, kind, span, zero, name);
  }
  /** Makes an object of reserved memory. */
  object(at: number, size: number, kind: number, span: number, zero: boolean, name = ''): number {
    const { store } = this;
    const row = this.scalar.data[SC.objects]!;
    store.set(this.scalar, SC.objects, row + 1);
    store.set(this.objAddress, row, at);
    store.set(this.objSize, row, size);
    store.set(this.objKind, row, kind);
    store.set(this.objState, row, STATE.alive);
    store.set(this.objSpan, row, span + 1);
    if (name !== '') {
      let i = this.names.indexOf(name);
      if (i < 0) i = this.names.push(name) - 1;
      store.set(this.objName, row, i);
    }
    for (let g = at >>> 4; g <= (at + Math.max(size, 1) - 1) >>> 4; g++) store.set(this.own, g, row);
    if (zero) this.setInit(at, size, true);
    return row;
  }
  address(row: number): number {
    return this.objAddress.data[row]!;
  }
  /** Row of the object that holds an address, 0 if none (or a local). */
  rowAt(at: number): number {
    const o = this.own.data[at >>> 4] ?? 0;
    return o > 0 && o !== DEAD ? o : 0;
  }
  free(row: number, span: number): void {
    this.store.set(this.objState, row, STATE.freed);
    this.store.set(this.objFreed, row, span + 1);
  }
  /** A local of a frame comes into being. */
  declare(at: number, localIndex: number): void {
    const l = this.program.locals[localIndex]!;
    const { store, own, base } = this;
    const size = Math.max(l.size, 1);
    for (let g = at >>> 4; g <= (at + size - 1) >>> 4; g++) {
      store.set(own, g, -(localIndex + 1));
      store.set(base, g, at);
    }
    this.setInit(at, size, false);
  }
  /** A frame goes: its locals are dead. */
  dropFrame(at: number, size: number): void {
    for (let g = at >>> 4; g < (at + size) >>> 4; g++) if (this.own.data[g]! < 0) this.store.set(this.own, g, DEAD);
  }

  /** Which object an address belongs to, or lies next to. */
  describe(at: number): ObjectInfo | undefined {
    const o = this.own.data[at >>> 4] ?? 0;
    if (o === DEAD) return undefined;
    if (o < 0) {
      const l = this.program.locals[-o - 1]!;
      return {
        address: this.base.data[at >>> 4]!,
        size: l.size,
        name: `'${l.name}'`,
        freed: false,
        span: -1,
        freedSpan: -1,
        kind: KIND.stack,
      };
    }
    if (o === 0) return undefined;
    return this.objectInfo(o);
  }
  objectInfo(o: number): ObjectInfo {
    const kind = this.objKind.data[o]!;
    const name = this.names[this.objName.data[o]!] ?? '';
    return {
      address: this.objAddress.data[o]!,
      size: this.objSize.data[o]!,
      name: name !== '' ? name : kind === KIND.heap ? `the ${this.objSize.data[o]!}-byte allocation` : 'an object',
      freed: this.objState.data[o] === STATE.freed,
      span: this.objSpan.data[o]! - 1,
      freedSpan: this.objFreed.data[o]! - 1,
      kind,
    };
  }

  /** May `size` bytes at `at` be used? Throws what is wrong. */
  check(at: number, size: number, write: boolean): void {
    const o = this.own.data[at >>> 4] ?? 0;
    if (o > 0 && o !== DEAD) {
      const base = this.objAddress.data[o]!;
      if (this.objState.data[o] === STATE.alive && at >= base && at + size <= base + this.objSize.data[o]!) return;
    } else if (o < 0) {
      const base = this.base.data[at >>> 4]!;
      if (at >= base && at + size <= base + this.program.locals[-o - 1]!.size) return;
    }
    this.complain(at, size, write);
  }
  /** Is the range usable? */
  ok(at: number, size: number): boolean {
    try {
      this.check(at, size, false);
      return true;
    } catch (e) {
      if (e instanceof MachineFault) return false;
      throw e;
    }
  }
  private complain(at: number, size: number, write: boolean): never {
    const verb = write ? 'write' : 'read';
    const o = this.own.data[at >>> 4] ?? 0;
    if (o === DEAD)
      throw new MachineFault(
        'stack-escape',
        `${verb} of ${size} byte${size === 1 ? '' : 's'} of a local variable whose function has returned`,
      );
    const info = this.describe(at);
    if (info?.freed) {
      throw new MachineFault(
        'use-after-free',
        `${verb} of ${size} byte${size === 1 ? '' : 's'} at offset ${at - info.address} of ${info.name}${this.line(info.span, ' allocated')}, which was freed${this.line(info.freedSpan, '')}`,
      );
    }
    // which object is next to it?
    let near = info;
    let where = '';
    if (near)
      where =
        at >= near.address + near.size
          ? past(at - near.address - near.size)
          : at < near.address
            ? `${near.address - at} bytes before the start`
            : `${at + size - near.address - near.size} bytes past the end, from offset ${at - near.address},`;
    else {
      for (let d = 1; d < 64 && !near; d++) {
        const before = this.describe(Math.max(0, at - d * 16));
        const after = this.describe(at + d * 16);
        if (before) {
          near = before;
          where = past(at - near.address - near.size);
        } else if (after) {
          near = after;
          where = `${near.address - at} bytes before the start`;
        }
      }
    }
    if (near) {
      if (near.freed) throw new MachineFault('use-after-free', `${verb} near ${near.name}, which was freed`);
      throw new MachineFault(
        'out-of-bounds',
        `${verb} of ${size} byte${size === 1 ? '' : 's'} ${where} of ${near.name} (${near.size} bytes${this.line(near.span, ', allocated')})`,
        near.kind === KIND.device,
      );
    }
    throw new MachineFault('wild-pointer', `${verb} through a pointer to no object`);
  }
  /** ` at line N` for a span row; set by who knows lines. */
  lineOf: (spanRow: number) => number = () => 0;
  private line(span: number, before: string): string {
    const n = span >= 0 ? this.lineOf(span) : 0;
    return n ? `${before} at line ${n}` : '';
  }

  // ---- values

  isInit(at: number, size: number): boolean {
    const { data } = this.init;
    if ((at & 31) + size <= 32) {
      const mask = size === 32 ? -1 : ((1 << size) - 1) << (at & 31);
      return (data[at >>> 5]! & mask) === mask;
    }
    for (let i = 0; i < size; i++) if (!((data[(at + i) >>> 5]! >>> ((at + i) & 31)) & 1)) return false;
    return true;
  }
  setInit(at: number, size: number, on: boolean): void {
    const { store, init } = this;
    let i = at;
    const end = at + size;
    while (i < end) {
      const w = i >>> 5;
      const from = i & 31;
      const n = Math.min(32 - from, end - i);
      const mask = n === 32 ? -1 : ((1 << n) - 1) << from;
      const v = init.data[w]!;
      store.set(init, w, on ? v | mask : v & ~mask);
      i += n;
    }
  }
  r8(at: number): number {
    return this.bytes()[at]!;
  }
  r16(at: number): number {
    const b = this.bytes();
    return b[at]! | (b[at + 1]! << 8);
  }
  r32(at: number): number {
    if ((at & 3) === 0) return this.mem.data[at >>> 2]!;
    const b = this.bytes();
    return b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24);
  }
  w8(at: number, v: number): void {
    const sh = (at & 3) * 8;
    const i = at >>> 2;
    this.store.set(this.mem, i, (this.mem.data[i]! & ~(255 << sh)) | ((v & 255) << sh));
  }
  w16(at: number, v: number): void {
    if ((at & 3) === 3) {
      this.w8(at, v);
      this.w8(at + 1, v >> 8);
      return;
    }
    const sh = (at & 3) * 8;
    const i = at >>> 2;
    this.store.set(this.mem, i, (this.mem.data[i]! & ~(65535 << sh)) | ((v & 65535) << sh));
  }
  w32(at: number, v: number): void {
    if ((at & 3) === 0) {
      this.store.set(this.mem, at >>> 2, v);
      return;
    }
    for (let k = 0; k < 4; k++) this.w8(at + k, v >> (8 * k));
  }
  /** Copies bytes and whether they have values; ranges may overlap. */
  copy(to: number, from: number, n: number): void {
    if (n === 0 || to === from) return;
    const src = this.bytes().slice(from, from + n);
    const known: boolean[] = [];
    let all = true;
    for (let i = 0; i < n; i++) {
      const k = ((this.init.data[(from + i) >>> 5]! >>> ((from + i) & 31)) & 1) === 1;
      known.push(k);
      if (!k) all = false;
    }
    this.put(to, src);
    if (!all) for (let i = 0; i < n; i++) if (!known[i]) this.setInit(to + i, 1, false);
  }
  /** Writes bytes; they have values from now on. */
  put(at: number, data: Uint8Array): void {
    let i = 0;
    const n = data.length;
    while (i < n && (at + i) & 3) {
      this.w8(at + i, data[i]!);
      i++;
    }
    for (; i + 4 <= n; i += 4)
      this.store.set(
        this.mem,
        (at + i) >>> 2,
        data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24),
      );
    for (; i < n; i++) this.w8(at + i, data[i]!);
    this.setInit(at, n, true);
  }
  fill(at: number, n: number, value: number): void {
    let i = 0;
    while (i < n && (at + i) & 3) this.w8(at + i++, value);
    const word = (value & 255) * 0x01010101;
    for (; i + 4 <= n; i += 4) this.store.set(this.mem, (at + i) >>> 2, word | 0);
    for (; i < n; i++) this.w8(at + i, value);
    this.setInit(at, n, true);
  }
  /** A copy of a range with its objects and what is known of its bytes: for fork(). Both ends on 32 bytes. */
  copyRange(to: number, from: number, n: number): void {
    const { store, mem, init, own, base } = this;
    for (let i = 0; i < n >> 2; i++) store.set(mem, (to >> 2) + i, mem.data[(from >> 2) + i]!);
    for (let i = 0; i <= n >> 5; i++) store.set(init, (to >> 5) + i, init.data[(from >> 5) + i]!);
    const copies = new Map<number, number>();
    for (let g = 0; g < n >> 4; g++) {
      const o = own.data[(from >> 4) + g]!;
      if (o > 0 && o !== DEAD) {
        let c = copies.get(o);
        if (c === undefined) {
          c = this.scalar.data[SC.objects]!;
          store.set(this.scalar, SC.objects, c + 1);
          for (const col of [this.objSize, this.objKind, this.objState, this.objSpan, this.objFreed, this.objName])
            store.set(col, c, col.data[o]!);
          store.set(this.objAddress, c, this.objAddress.data[o]! + to - from);
          copies.set(o, c);
        }
        store.set(own, (to >> 4) + g, c);
      } else store.set(own, (to >> 4) + g, o);
      store.set(base, (to >> 4) + g, base.data[(from >> 4) + g]! + to - from);
    }
  }
  /** The local that lies at an address, for messages. */
  localAt(at: number): LocalInfo | undefined {
    const o = this.own.data[at >>> 4] ?? 0;
    return o < 0 ? this.program.locals[-o - 1] : undefined;
  }
}
