/**
 * The virtual machine: runs a thread of a compiled program statement by statement. Registers and stacks are columns of the
 * journal; between two statements nothing lives outside of it, so any step can be undone, and any state be run on.
 */
import type { Column, Store } from '../trace/journal.ts';
import { HI, MachineFault, Memory, SC, TEXT_BASE } from './memory.ts';
import { OP, WIDTH } from './opcodes.ts';
import type { FnInfo, Program } from './program.ts';

/** Slots and frames of one thread. */
const SLOTS = 1 << 13;
const FRAMES = 512;
const MAX_THREADS = 96;
/** Bytes of a kernel stack and of a user program's arena. */
const STACK = 1 << 16;
/** Variables of user programs of this size or more lie in mapped pages. */
export const BIG = 2048;

/** State of a thread. */
export const THREAD = { none: 0, ready: 1, blocked: 2, done: 3, dead: 4 } as const;
/** What a thread is. */
export const ACTOR = { process: 1, kthread: 2, irq: 3, work: 4, timer: 5, thread: 6, init: 7 } as const;

/** Why run() came back. */
export type Stop = 'yield' | 'blocked' | 'exit' | 'budget';

/** A 64-bit value. */
export interface Word {
  readonly hi: number;
  readonly lo: number;
}
/** Answer of a built-in: `BLOCK`: run the call again when the thread is woken. */
export const BLOCK = Symbol('block');
/** What a built-in returns. Numbers are extended by sign. */
export type Answer = number | bigint | Word | undefined | typeof BLOCK;

/** What the machine asks of the kernel around it. */
export interface Host {
  /** Calls built-in `index`; arguments from slot `args` on. */
  call(index: number, args: number, count: number, thread: number): Answer;
  /** Runs an annotation; values from slot `args` on. */
  note(id: number, args: number, count: number, thread: number): Answer;
  /** Reads memory that is not the machine's own (user pages, direct map, registers, struct page). */
  read(hi: number, lo: number, size: number, thread: number): Uint8Array;
  write(hi: number, lo: number, data: Uint8Array, thread: number): void;
  /** Start of the arena of a process. */
  arena(proc: number): number;
  /** Address of a variable of a program that is large enough to have pages of its own. */
  bigGlobal(proc: number, index: number): Word;
  /** Should the thread give way after this built-in or annotation? */
  yields(thread: number): boolean;
}

/** Where a thread stands: one row of its call stack. */
export interface FrameInfo {
  readonly fn: FnInfo;
  readonly pc: number;
  readonly fp: number;
  readonly memory: number;
  /** Memory of the frame is user memory. */
  readonly user: boolean;
}

const f64 = new Float64Array(1);
const f64w = new Int32Array(f64.buffer);
const f32 = new Float32Array(1);
const f32w = new Int32Array(f32.buffer);

/** The machine. */
export class Vm {
  readonly memory: Memory;
  readonly slots: Column;
  private readonly floats: Float64Array;
  readonly tState: Column;
  readonly tPc: Column;
  readonly tFp: Column;
  readonly tDepth: Column;
  readonly tSp: Column;
  readonly tUsp: Column;
  readonly tProc: Column;
  readonly tKind: Column;
  readonly tStack: Column;
  readonly tResult: Column;
  readonly tName: Column;
  private readonly frPc: Column;
  private readonly frFp: Column;
  private readonly frFn: Column;
  private readonly frMem: Column;
  private readonly frDest: Column;
  private readonly frUser: Column;
  /** Instructions carried out so far (not undone by going back). */
  executed = 0;
  /** Statements carried out. */
  steps = 0;
  /** Called at every statement boundary before it runs; true: stop there. */
  onStep: (thread: number, pc: number) => boolean = () => false;

  constructor(
    readonly store: Store,
    readonly program: Program,
    readonly host: Host,
    limit?: number,
  ) {
    this.memory = new Memory(store, program, limit);
    this.slots = store.column('vm.slots', MAX_THREADS * SLOTS * 2);
    this.floats = new Float64Array(this.slots.data.buffer);
    const c = (name: string): Column => store.column(`thread.${name}`, 64);
    this.tState = c('state');
    this.tPc = c('pc');
    this.tFp = c('frame');
    this.tDepth = c('depth');
    this.tSp = c('stack');
    this.tUsp = c('user stack');
    this.tProc = c('process');
    this.tKind = c('kind');
    this.tStack = c('stack base');
    this.tResult = c('result');
    this.tName = c('name');
    const f = (name: string): Column => store.column(`frame.${name}`, MAX_THREADS * FRAMES);
    this.frPc = f('pc');
    this.frFp = f('slots');
    this.frFn = f('function');
    this.frMem = f('memory');
    this.frDest = f('result');
    this.frUser = f('user');
    store.set(this.memory.scalar, SC.threads, 1);
    this.place();
  }

  /** Gives the kernel's globals their places. Globals of user programs get theirs in each arena. */
  private place(): void {
    let user = 0x1000;
    for (const g of this.program.globals) {
      if (g.user) {
        g.address = user;
        if (g.size < BIG) user = Math.ceil((user + g.size + 16) / 16) * 16 + 16;
        continue;
      }
      const row = this.memory.alloc(
        g.size,
        g.literal === undefined ? 1 : 2,
        this.spanRowOf(g.span.start),
        true,
        Math.max(16, g.type.align),
        g.literal === undefined ? `'${g.name}'` : 'a string',
      );
      g.address = this.memory.address(row);
      if (g.literal !== undefined) this.memory.put(g.address, latin(g.literal + '\0'));
    }
    this.userGlobals = user;
  }
  /** First free offset of an arena behind the globals. */
  userGlobals = 0x1000;
  private spanRowOf(start: number): number {
    return this.program.spans.findIndex((s) => s.start === start);
  }
  /** Lays the globals of a user program into its arena. */
  placeUser(base: number): void {
    for (const g of this.program.globals) {
      if (g.user && g.size < BIG) this.memory.object(base + g.address, g.size, 5, -1, true, `'${g.name}'`);
    }
  }

  /** A new thread that calls `fn`. */
  spawn(
    fn: FnInfo,
    args: readonly Word[],
    o: { proc?: number; kind: number; name?: number; userStack?: number },
  ): number {
    const { store } = this;
    const t = this.memory.scalar.data[SC.threads]!;
    let row = 0;
    // rows of finished threads are used again, stacks and all
    for (let i = 1; i < t && !row; i++) if (this.tState.data[i] === THREAD.dead) row = i;
    if (!row) {
      row = t;
      if (t >= MAX_THREADS) throw new MachineFault('limit', `more than ${MAX_THREADS - 1} threads`);
      store.set(this.memory.scalar, SC.threads, t + 1);
      store.set(this.tStack, row, this.memory.reserve(STACK));
    }
    store.set(this.tState, row, THREAD.ready);
    store.set(this.tProc, row, o.proc ?? 0);
    store.set(this.tKind, row, o.kind);
    store.set(this.tName, row, o.name ?? 0);
    store.set(this.tDepth, row, 0);
    store.set(this.tSp, row, this.tStack.data[row]!);
    store.set(this.tUsp, row, o.userStack ?? 0);
    store.set(this.tResult, row, 0);
    const fp = row * SLOTS;
    store.set(this.tFp, row, fp);
    args.forEach((a, i) => this.setWord(fp + i, a.lo, a.hi));
    this.push(row, fn, fp, -1, -1, fp);
    return row;
  }

  /** Enters a function: its frame becomes the current one. */
  private push(t: number, fn: FnInfo, fp: number, ret: number, dest: number, oldFp: number): void {
    const { store } = this;
    const depth = this.tDepth.data[t]!;
    if (depth >= FRAMES - 1 || fp + fn.slots + 8 >= (t + 1) * SLOTS)
      throw new MachineFault('stack-overflow', `the kernel stack is used up in ${fn.name}() after ${depth} calls`);
    const r = t * FRAMES + depth;
    const user = fn.user && this.tProc.data[t] ? 1 : 0;
    store.set(this.frPc, r, ret);
    store.set(this.frFp, r, oldFp);
    store.set(this.frFn, r, fn.index);
    store.set(this.frDest, r, dest);
    store.set(this.frUser, r, user);
    const sp = user ? this.tUsp.data[t]! : this.tSp.data[t]!;
    store.set(this.frMem, r, sp);
    if (fn.frame) {
      const base = user ? 0 : this.tStack.data[t]!;
      if (!user && sp + fn.frame > base + STACK)
        throw new MachineFault('stack-overflow', `the ${STACK >> 10} KiB stack is used up in ${fn.name}()`);
      store.set(user ? this.tUsp : this.tSp, t, sp + fn.frame);
    }
    store.set(this.tFp, t, fp);
    store.set(this.tDepth, t, depth + 1);
    store.set(this.tPc, t, fn.entry);
  }

  /** fork(): a second thread at the same place, in another process; the built-in in progress answers 0 there. */
  cloneThread(t: number, proc: number, name: number, argBase: number): number {
    const { store } = this;
    const fn = this.program.functions[0]!;
    const c = this.spawn(fn, [], { proc, kind: this.tKind.data[t]!, name });
    const shift = this.host.arena(proc) - this.host.arena(this.tProc.data[t]!);
    const depth = this.tDepth.data[t]!;
    const dFp = (c - t) * SLOTS;
    const dStack = this.tStack.data[c]! - this.tStack.data[t]!;
    for (let d = 0; d < depth; d++) {
      const from = t * FRAMES + d;
      const to = c * FRAMES + d;
      store.set(this.frPc, to, this.frPc.data[from]!);
      store.set(this.frFp, to, this.frFp.data[from]! + dFp);
      store.set(this.frFn, to, this.frFn.data[from]!);
      store.set(this.frDest, to, this.frDest.data[from]!);
      store.set(this.frUser, to, this.frUser.data[from]!);
      store.set(this.frMem, to, this.frMem.data[from]! + (this.frUser.data[from] ? shift : dStack));
    }
    const top = argBase + 64 - t * SLOTS;
    for (let i = 0; i < top * 2; i++) store.set(this.slots, c * SLOTS * 2 + i, this.slots.data[t * SLOTS * 2 + i]!);
    // what lies on the kernel's stack of the parent is copied too
    const used = this.tSp.data[t]! - this.tStack.data[t]!;
    this.memory.copyRange(this.tStack.data[c]!, this.tStack.data[t]!, used);
    store.set(this.tDepth, c, depth);
    store.set(this.tFp, c, this.tFp.data[t]! + dFp);
    store.set(this.tSp, c, this.tSp.data[t]! + dStack);
    store.set(this.tUsp, c, this.tUsp.data[t]! + shift);
    // behind the call of fork(), with 0 as its result
    const pc = this.tPc.data[t]!;
    store.set(this.tPc, c, pc + WIDTH);
    this.setWord(this.tFp.data[t]! + dFp + this.program.code[pc + 3]!, 0, 0);
    return c;
  }

  setWord(slot: number, lo: number, hi: number): void {
    this.store.set(this.slots, slot * 2, lo);
    this.store.set(this.slots, slot * 2 + 1, hi);
  }
  lo(slot: number): number {
    return this.slots.data[slot * 2]!;
  }
  hi(slot: number): number {
    return this.slots.data[slot * 2 + 1]!;
  }
  double(slot: number): number {
    return this.floats[slot]!;
  }

  /** The call stack of a thread, innermost first. */
  frames(t: number): FrameInfo[] {
    const out: FrameInfo[] = [];
    let pc = this.tPc.data[t]!;
    let fp = this.tFp.data[t]!;
    for (let d = this.tDepth.data[t]! - 1; d >= 0; d--) {
      const r = t * FRAMES + d;
      const fn = this.program.functions[this.frFn.data[r]!]!;
      out.push({ fn, pc, fp, memory: this.frMem.data[r]!, user: this.frUser.data[r] === 1 });
      pc = this.frPc.data[r]! - WIDTH;
      fp = this.frFp.data[r]!;
    }
    return out;
  }
  /** Is the thread running code of its user program? */
  inUser(t: number): boolean {
    const d = this.tDepth.data[t]! - 1;
    return d >= 0 && this.frUser.data[t * FRAMES + d] === 1;
  }

  /** Physical address of a machine address, or -1 if it is not the machine's own memory. */
  physical(hi: number, lo: number, t: number): number {
    if (hi === HI.kernel) return lo >= 0 ? lo : -1;
    if (hi === HI.user) {
      const p = this.tProc.data[t]!;
      return p && lo >= 0 ? this.host.arena(p) + lo : -1;
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
  private uninitialised(at: number, n: number): never {
    const o = this.memory.describe(at);
    let first = at;
    while (first < at + n && this.memory.isInit(first, 1)) first++;
    const what = o ? ` of ${o.name}` : '';
    throw new MachineFault(
      'uninitialised',
      `read of a value${what} that was never written${o ? ` (byte ${first - o.address} of ${o.size})` : ''}`,
    );
  }

  private load(slot: number, off: number, size: number, t: number): number {
    const i = slot * 2;
    const d = this.slots.data;
    const lo = (d[i]! + off) | 0;
    let at: number;
    const hi = d[i + 1]!;
    if (hi === HI.kernel && lo >= 0) at = lo;
    else at = this.physical(this.carry(hi, d[i]!, off), lo, t);
    if (at < 0) return this.loadSlow(this.carry(hi, d[i]!, off), lo, size, t);
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
  private carry(hi: number, lo: number, off: number): number {
    const sum = (lo >>> 0) + off;
    return sum > 0xffffffff ? (hi + 1) | 0 : sum < 0 ? (hi - 1) | 0 : hi;
  }
  /** High word of the value that load() read. */
  private high = 0;
  private loadSlow(hi: number, lo: number, size: number, t: number): number {
    const b = this.host.read(hi, lo, size, t);
    const w = (k: number): number =>
      (b[k] ?? 0) | ((b[k + 1] ?? 0) << 8) | ((b[k + 2] ?? 0) << 16) | ((b[k + 3] ?? 0) << 24);
    if (size === 1) return b[0]!;
    if (size === 2) return b[0]! | (b[1]! << 8);
    if (size === 8) this.high = w(4);
    return w(0);
  }
  private save(slot: number, off: number, size: number, lo: number, hiWord: number, t: number): void {
    const i = slot * 2;
    const d = this.slots.data;
    const a = (d[i]! + off) | 0;
    let at: number;
    const hi = d[i + 1]!;
    if (hi === HI.kernel && a >= 0) at = a;
    else at = this.physical(this.carry(hi, d[i]!, off), a, t);
    if (at < 0) {
      const b = new Uint8Array(size);
      for (let k = 0; k < size; k++) b[k] = (k < 4 ? lo >> (8 * k) : hiWord >> (8 * (k - 4))) & 255;
      this.host.write(this.carry(hi, d[i]!, off), a, b, t);
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

  /** Runs a thread until it blocks, ends, gives way, or `budget` statements are done. Throws MachineFault. */
  run(t: number, budget: number): Stop {
    const { store, program, slots } = this;
    const { code, constants } = program;
    let pc = this.tPc.data[t]!;
    let fp = this.tFp.data[t]!;
    let left = budget;
    let count = 0;
    const set = (slot: number, v: number): void => store.set(slots, (fp + slot) * 2, v);
    const set2 = (slot: number, lo: number, hi: number): void => {
      const i = (fp + slot) * 2;
      store.set(slots, i, lo);
      store.set(slots, i + 1, hi);
    };
    const setF = (slot: number, v: number): void => {
      f64[0] = v;
      set2(slot, f64w[0]!, f64w[1]!);
    };
    const R = slots.data;
    const F = this.floats;
    try {
      for (;;) {
        count++;
        const a = code[pc + 1]!;
        const b = code[pc + 2]!;
        const c = code[pc + 3]!;
        switch (code[pc]!) {
          case OP.STEP:
            store.set(this.tPc, t, pc);
            if (left-- <= 0) return 'budget';
            this.steps++;
            if (this.onStep(t, pc)) return 'yield';
            break;
          case OP.NOP:
            break;
          case OP.MOV:
            set2(a, R[(fp + b) * 2]!, R[(fp + b) * 2 + 1]!);
            break;
          case OP.LDI:
            set2(a, b, b >> 31);
            break;
          case OP.LDC:
            set2(a, constants[b]!, constants[b + 1]!);
            break;
          case OP.TRAP:
            throw new MachineFault('unsupported', program.messages[a]!);
          case OP.ADD:
            set(a, (R[(fp + b) * 2]! + R[(fp + c) * 2]!) | 0);
            break;
          case OP.SUB:
            set(a, (R[(fp + b) * 2]! - R[(fp + c) * 2]!) | 0);
            break;
          case OP.MUL:
            set(a, Math.imul(R[(fp + b) * 2]!, R[(fp + c) * 2]!));
            break;
          case OP.DIVS: {
            const y = R[(fp + c) * 2]!;
            if (y === 0) throw new MachineFault('division-by-zero', 'division by zero');
            set(a, (R[(fp + b) * 2]! / y) | 0);
            break;
          }
          case OP.DIVU: {
            const y = R[(fp + c) * 2]! >>> 0;
            if (y === 0) throw new MachineFault('division-by-zero', 'division by zero');
            set(a, ((R[(fp + b) * 2]! >>> 0) / y) | 0);
            break;
          }
          case OP.REMS: {
            const y = R[(fp + c) * 2]!;
            if (y === 0) throw new MachineFault('division-by-zero', 'remainder of a division by zero');
            set(a, (R[(fp + b) * 2]! % y) | 0);
            break;
          }
          case OP.REMU: {
            const y = R[(fp + c) * 2]! >>> 0;
            if (y === 0) throw new MachineFault('division-by-zero', 'remainder of a division by zero');
            set(a, ((R[(fp + b) * 2]! >>> 0) % y) | 0);
            break;
          }
          case OP.AND:
            set(a, R[(fp + b) * 2]! & R[(fp + c) * 2]!);
            break;
          case OP.OR:
            set(a, R[(fp + b) * 2]! | R[(fp + c) * 2]!);
            break;
          case OP.XOR:
            set(a, R[(fp + b) * 2]! ^ R[(fp + c) * 2]!);
            break;
          case OP.SHL:
            set(a, R[(fp + b) * 2]! << R[(fp + c) * 2]!);
            break;
          case OP.SHRS:
            set(a, R[(fp + b) * 2]! >> R[(fp + c) * 2]!);
            break;
          case OP.SHRU:
            set(a, (R[(fp + b) * 2]! >>> R[(fp + c) * 2]!) | 0);
            break;
          case OP.NEG:
            set(a, -R[(fp + b) * 2]! | 0);
            break;
          case OP.NOT:
            set(a, ~R[(fp + b) * 2]!);
            break;
          case OP.EQ:
            set(a, R[(fp + b) * 2]! === R[(fp + c) * 2]! ? 1 : 0);
            break;
          case OP.NE:
            set(a, R[(fp + b) * 2]! !== R[(fp + c) * 2]! ? 1 : 0);
            break;
          case OP.LTS:
            set(a, R[(fp + b) * 2]! < R[(fp + c) * 2]! ? 1 : 0);
            break;
          case OP.LTU:
            set(a, R[(fp + b) * 2]! >>> 0 < R[(fp + c) * 2]! >>> 0 ? 1 : 0);
            break;
          case OP.LES:
            set(a, R[(fp + b) * 2]! <= R[(fp + c) * 2]! ? 1 : 0);
            break;
          case OP.LEU:
            set(a, R[(fp + b) * 2]! >>> 0 <= R[(fp + c) * 2]! >>> 0 ? 1 : 0);
            break;
          case OP.ADDI:
            set(a, (R[(fp + b) * 2]! + c) | 0);
            break;
          case OP.ADDL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            const lo = (R[x]! + R[y]!) | 0;
            set2(a, lo, (R[x + 1]! + R[y + 1]! + (lo >>> 0 < R[x]! >>> 0 ? 1 : 0)) | 0);
            break;
          }
          case OP.SUBL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set2(a, (R[x]! - R[y]!) | 0, (R[x + 1]! - R[y + 1]! - (R[x]! >>> 0 < R[y]! >>> 0 ? 1 : 0)) | 0);
            break;
          }
          case OP.MULL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            this.multiply(R[x]!, R[x + 1]!, R[y]!, R[y + 1]!);
            set2(a, this.resLo, this.resHi);
            break;
          }
          case OP.DIVSL:
          case OP.DIVUL:
          case OP.REMSL:
          case OP.REMUL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            this.divide(R[x]!, R[x + 1]!, R[y]!, R[y + 1]!, code[pc]!);
            set2(a, this.resLo, this.resHi);
            break;
          }
          case OP.ANDL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set2(a, R[x]! & R[y]!, R[x + 1]! & R[y + 1]!);
            break;
          }
          case OP.ORL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set2(a, R[x]! | R[y]!, R[x + 1]! | R[y + 1]!);
            break;
          }
          case OP.XORL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set2(a, R[x]! ^ R[y]!, R[x + 1]! ^ R[y + 1]!);
            break;
          }
          case OP.SHLL: {
            const x = (fp + b) * 2;
            const n = R[(fp + c) * 2]! & 63;
            if (n === 0) set2(a, R[x]!, R[x + 1]!);
            else if (n < 32) set2(a, R[x]! << n, (R[x + 1]! << n) | (R[x]! >>> (32 - n)));
            else set2(a, 0, R[x]! << (n - 32));
            break;
          }
          case OP.SHRSL: {
            const x = (fp + b) * 2;
            const n = R[(fp + c) * 2]! & 63;
            if (n === 0) set2(a, R[x]!, R[x + 1]!);
            else if (n < 32) set2(a, (R[x]! >>> n) | (R[x + 1]! << (32 - n)), R[x + 1]! >> n);
            else set2(a, R[x + 1]! >> (n - 32), R[x + 1]! >> 31);
            break;
          }
          case OP.SHRUL: {
            const x = (fp + b) * 2;
            const n = R[(fp + c) * 2]! & 63;
            if (n === 0) set2(a, R[x]!, R[x + 1]!);
            else if (n < 32) set2(a, (R[x]! >>> n) | (R[x + 1]! << (32 - n)), (R[x + 1]! >>> n) | 0);
            else set2(a, (R[x + 1]! >>> (n - 32)) | 0, 0);
            break;
          }
          case OP.NEGL: {
            const x = (fp + b) * 2;
            const lo = -R[x]! | 0;
            set2(a, lo, (~R[x + 1]! + (R[x]! === 0 ? 1 : 0)) | 0);
            break;
          }
          case OP.NOTL:
            set2(a, ~R[(fp + b) * 2]!, ~R[(fp + b) * 2 + 1]!);
            break;
          case OP.EQL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(a, R[x]! === R[y]! && R[x + 1]! === R[y + 1]! ? 1 : 0);
            break;
          }
          case OP.NEL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(a, R[x]! !== R[y]! || R[x + 1]! !== R[y + 1]! ? 1 : 0);
            break;
          }
          case OP.LTSL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(a, R[x + 1]! < R[y + 1]! || (R[x + 1]! === R[y + 1]! && R[x]! >>> 0 < R[y]! >>> 0) ? 1 : 0);
            break;
          }
          case OP.LTUL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(a, R[x + 1]! >>> 0 < R[y + 1]! >>> 0 || (R[x + 1]! === R[y + 1]! && R[x]! >>> 0 < R[y]! >>> 0) ? 1 : 0);
            break;
          }
          case OP.LESL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(a, R[x + 1]! < R[y + 1]! || (R[x + 1]! === R[y + 1]! && R[x]! >>> 0 <= R[y]! >>> 0) ? 1 : 0);
            break;
          }
          case OP.LEUL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(
              a,
              R[x + 1]! >>> 0 < R[y + 1]! >>> 0 || (R[x + 1]! === R[y + 1]! && R[x]! >>> 0 <= R[y]! >>> 0) ? 1 : 0,
            );
            break;
          }
          case OP.ADDLI: {
            const x = (fp + b) * 2;
            const lo = (R[x]! + c) | 0;
            set2(a, lo, (R[x + 1]! + (c >> 31) + (lo >>> 0 < R[x]! >>> 0 ? 1 : 0)) | 0);
            break;
          }
          case OP.ADDF:
            setF(a, F[fp + b]! + F[fp + c]!);
            break;
          case OP.SUBF:
            setF(a, F[fp + b]! - F[fp + c]!);
            break;
          case OP.MULF:
            setF(a, F[fp + b]! * F[fp + c]!);
            break;
          case OP.DIVF:
            setF(a, F[fp + b]! / F[fp + c]!);
            break;
          case OP.NEGF:
            setF(a, -F[fp + b]!);
            break;
          case OP.EQF:
            set(a, F[fp + b]! === F[fp + c]! ? 1 : 0);
            break;
          case OP.NEF:
            set(a, F[fp + b]! !== F[fp + c]! ? 1 : 0);
            break;
          case OP.LTF:
            set(a, F[fp + b]! < F[fp + c]! ? 1 : 0);
            break;
          case OP.LEF:
            set(a, F[fp + b]! <= F[fp + c]! ? 1 : 0);
            break;
          case OP.FROUND:
            setF(a, Math.fround(F[fp + b]!));
            break;
          case OP.SX8:
            set(a, (R[(fp + b) * 2]! << 24) >> 24);
            break;
          case OP.SX16:
            set(a, (R[(fp + b) * 2]! << 16) >> 16);
            break;
          case OP.ZX8:
            set(a, R[(fp + b) * 2]! & 255);
            break;
          case OP.ZX16:
            set(a, R[(fp + b) * 2]! & 65535);
            break;
          case OP.SXL:
            set2(a, R[(fp + b) * 2]!, R[(fp + b) * 2]! >> 31);
            break;
          case OP.ZXL:
            set2(a, R[(fp + b) * 2]!, 0);
            break;
          case OP.NEZ:
            set(a, R[(fp + b) * 2]! !== 0 ? 1 : 0);
            break;
          case OP.NEZL:
            set(a, (R[(fp + b) * 2]! | R[(fp + b) * 2 + 1]!) !== 0 ? 1 : 0);
            break;
          case OP.NEZF:
            set(a, F[fp + b]! !== 0 ? 1 : 0);
            break;
          case OP.SF:
            setF(a, R[(fp + b) * 2]!);
            break;
          case OP.UF:
            setF(a, R[(fp + b) * 2]! >>> 0);
            break;
          case OP.SLF:
            setF(a, R[(fp + b) * 2 + 1]! * 4294967296 + (R[(fp + b) * 2]! >>> 0));
            break;
          case OP.ULF:
            setF(a, (R[(fp + b) * 2 + 1]! >>> 0) * 4294967296 + (R[(fp + b) * 2]! >>> 0));
            break;
          case OP.FS:
          case OP.FU:
            set(a, Math.trunc(F[fp + b]!) | 0);
            break;
          case OP.FSL:
          case OP.FUL: {
            const v = Math.trunc(F[fp + b]!);
            const big = Number.isFinite(v) ? BigInt(v) : 0n;
            set2(a, Number(BigInt.asIntN(32, big)), Number(BigInt.asIntN(32, big >> 32n)));
            break;
          }
          case OP.JMP:
            pc = a;
            continue;
          case OP.JZ:
            if (R[(fp + a) * 2] === 0) {
              pc = b;
              continue;
            }
            break;
          case OP.JNZ:
            if (R[(fp + a) * 2] !== 0) {
              pc = b;
              continue;
            }
            break;
          case OP.JZL:
            if ((R[(fp + a) * 2]! | R[(fp + a) * 2 + 1]!) === 0) {
              pc = b;
              continue;
            }
            break;
          case OP.JNZL:
            if ((R[(fp + a) * 2]! | R[(fp + a) * 2 + 1]!) !== 0) {
              pc = b;
              continue;
            }
            break;
          case OP.JEQ:
            if (R[(fp + a) * 2]! === R[(fp + b) * 2]!) {
              pc = c;
              continue;
            }
            break;
          case OP.JNE:
            if (R[(fp + a) * 2]! !== R[(fp + b) * 2]!) {
              pc = c;
              continue;
            }
            break;
          case OP.JLTS:
            if (R[(fp + a) * 2]! < R[(fp + b) * 2]!) {
              pc = c;
              continue;
            }
            break;
          case OP.JGES:
            if (R[(fp + a) * 2]! >= R[(fp + b) * 2]!) {
              pc = c;
              continue;
            }
            break;
          case OP.JLTU:
            if (R[(fp + a) * 2]! >>> 0 < R[(fp + b) * 2]! >>> 0) {
              pc = c;
              continue;
            }
            break;
          case OP.JGEU:
            if (R[(fp + a) * 2]! >>> 0 >= R[(fp + b) * 2]! >>> 0) {
              pc = c;
              continue;
            }
            break;
          case OP.LEA: {
            const r = t * FRAMES + this.tDepth.data[t]! - 1;
            const at = this.frMem.data[r]! + b;
            if (this.frUser.data[r]) set2(a, at - this.host.arena(this.tProc.data[t]!), HI.user);
            else set2(a, at, HI.kernel);
            break;
          }
          case OP.GADDR: {
            const g = program.globals[b]!;
            if (g.user && this.tProc.data[t]) {
              if (g.size >= BIG) {
                const w = this.host.bigGlobal(this.tProc.data[t]!, b);
                set2(a, w.lo, w.hi);
              } else set2(a, g.address, HI.user);
            } else set2(a, g.address, HI.kernel);
            break;
          }
          case OP.LD8S:
            set(a, (this.load(fp + b, c, 1, t) << 24) >> 24);
            break;
          case OP.LD8U:
            set(a, this.load(fp + b, c, 1, t));
            break;
          case OP.LD16S:
            set(a, (this.load(fp + b, c, 2, t) << 16) >> 16);
            break;
          case OP.LD16U:
            set(a, this.load(fp + b, c, 2, t));
            break;
          case OP.LD32:
            set(a, this.load(fp + b, c, 4, t));
            break;
          case OP.LD64: {
            const lo = this.load(fp + b, c, 8, t);
            set2(a, lo, this.high);
            break;
          }
          case OP.LDF:
            f32w[0] = this.load(fp + b, c, 4, t);
            setF(a, f32[0]!);
            break;
          case OP.ST8:
            this.save(fp + a, c, 1, R[(fp + b) * 2]!, 0, t);
            break;
          case OP.ST16:
            this.save(fp + a, c, 2, R[(fp + b) * 2]!, 0, t);
            break;
          case OP.ST32:
            this.save(fp + a, c, 4, R[(fp + b) * 2]!, 0, t);
            break;
          case OP.ST64:
            this.save(fp + a, c, 8, R[(fp + b) * 2]!, R[(fp + b) * 2 + 1]!, t);
            break;
          case OP.STF:
            f32[0] = F[fp + b]!;
            this.save(fp + a, c, 4, f32w[0]!, 0, t);
            break;
          case OP.LDB:
            this.loadBits(fp + b, c, t);
            set2(a, this.resLo, this.resHi);
            break;
          case OP.STB:
            this.storeBits(fp + a, c, R[(fp + b) * 2]!, R[(fp + b) * 2 + 1]!, t);
            break;
          case OP.COPY: {
            const x = (fp + a) * 2;
            const y = (fp + b) * 2;
            this.copy(R[x + 1]!, R[x]!, R[y + 1]!, R[y]!, c, t);
            break;
          }
          case OP.ZERO: {
            const x = (fp + a) * 2;
            const at = this.physical(R[x + 1]!, (R[x]! + b) | 0, t);
            if (at < 0) this.host.write(R[x + 1]!, (R[x]! + b) | 0, new Uint8Array(c), t);
            else if (c > 0) {
              this.memory.check(at, c, true);
              this.memory.fill(at, c, 0);
            }
            break;
          }
          case OP.PIDX: {
            const x = (fp + b) * 2;
            const d = R[(fp + c) * 2]! * code[pc + 4]!;
            const sum = (R[x]! >>> 0) + d;
            set2(a, sum | 0, (R[x + 1]! + Math.floor(sum / 4294967296)) | 0);
            break;
          }
          case OP.PIDXL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            const scale = code[pc + 4]!;
            if (scale === 1) {
              this.resLo = R[y]!;
              this.resHi = R[y + 1]!;
            } else this.multiply(R[y]!, R[y + 1]!, scale, scale >> 31);
            const lo = (R[x]! + this.resLo) | 0;
            set2(a, lo, (R[x + 1]! + this.resHi + (lo >>> 0 < R[x]! >>> 0 ? 1 : 0)) | 0);
            break;
          }
          case OP.PDIFF: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            const d = (R[x + 1]! - R[y + 1]!) * 4294967296 + ((R[x]! >>> 0) - (R[y]! >>> 0));
            const v = Math.trunc(d / code[pc + 4]!);
            set2(a, v | 0, Math.floor(v / 4294967296) | 0);
            break;
          }
          case OP.DECL:
            this.memory.declare(this.frMem.data[t * FRAMES + this.tDepth.data[t]! - 1]! + a, b);
            break;
          case OP.CHK:
            if (R[(fp + a) * 2] === 0)
              throw new MachineFault('uninitialised', `'${program.messages[b]!}' is used, but was never given a value`);
            break;
          case OP.FADDR:
            set2(a, (TEXT_BASE + b * 16) | 0, HI.text);
            break;
          case OP.CALL: {
            const fn = program.functions[a]!;
            store.set(this.tPc, t, pc);
            this.push(t, fn, fp + b, pc + WIDTH, c, fp);
            fp += b;
            pc = fn.entry;
            continue;
          }
          case OP.CALLI: {
            const x = (fp + a) * 2;
            store.set(this.tPc, t, pc);
            const fn = this.functionAt(R[x + 1]!, R[x]!);
            if (fn.builtin < 0) {
              this.push(t, fn, fp + b, pc + WIDTH, c, fp);
              fp += b;
              pc = fn.entry;
              continue;
            }
            if (this.answer(this.host.call(fn.builtin, fp + b, code[pc + 4]!, t), fp + c, t, pc)) {
              if (this.tState.data[t] === THREAD.dead || this.tState.data[t] === THREAD.done) return 'exit';
              return 'blocked';
            }
            break;
          }
          case OP.CALLB: {
            store.set(this.tPc, t, pc);
            if (this.answer(this.host.call(a, fp + b, code[pc + 4]!, t), fp + c, t, pc)) {
              if (this.tState.data[t] === THREAD.dead || this.tState.data[t] === THREAD.done) return 'exit';
              return 'blocked';
            }
            if (this.host.yields(t)) {
              store.set(this.tPc, t, pc + WIDTH);
              return 'yield';
            }
            break;
          }
          case OP.NOTE: {
            store.set(this.tPc, t, pc);
            if (this.host.note(a, fp + b, c, t) === BLOCK) return 'blocked';
            if (this.host.yields(t)) {
              store.set(this.tPc, t, pc + WIDTH);
              return 'yield';
            }
            break;
          }
          case OP.RET: {
            const x = (fp + a) * 2;
            const lo = R[x]!;
            const hi = R[x + 1]!;
            const r = t * FRAMES + this.tDepth.data[t]! - 1;
            const fn = program.functions[this.frFn.data[r]!]!;
            if (fn.frame) {
              const base = this.frMem.data[r]!;
              this.memory.dropFrame(base, fn.frame);
              store.set(this.frUser.data[r] ? this.tUsp : this.tSp, t, base);
            }
            store.set(this.tDepth, t, this.tDepth.data[t]! - 1);
            const dest = this.frDest.data[r]!;
            pc = this.frPc.data[r]!;
            fp = this.frFp.data[r]!;
            store.set(this.tFp, t, fp);
            if (pc < 0) {
              store.set(this.tResult, t, lo);
              store.set(this.tState, t, THREAD.done);
              return 'exit';
            }
            if (b === 0) set2(dest, lo, hi);
            continue;
          }
          default:
            throw new Error(`bad instruction ${code[pc]} at ${pc}`);
        }
        pc += WIDTH;
      }
    } catch (e) {
      if (e instanceof MachineFault) store.set(this.tPc, t, pc);
      throw e;
    } finally {
      this.executed += count;
    }
  }

  /** Puts a built-in's answer into a slot; true: the thread has to wait (or is gone). */
  private answer(v: Answer, slot: number, t: number, pc: number): boolean {
    void pc;
    if (v === BLOCK) return true;
    if (typeof v === 'number') {
      if (Number.isInteger(v) && v >= -0x80000000 && v <= 0x7fffffff) this.setWord(slot, v, v >> 31);
      else this.setWord(slot, v | 0, Math.floor(v / 4294967296) | 0);
    } else if (typeof v === 'bigint')
      this.setWord(slot, Number(BigInt.asIntN(32, v)), Number(BigInt.asIntN(32, v >> 32n)));
    else if (v) this.setWord(slot, v.lo, v.hi);
    const s = this.tState.data[t];
    return s === THREAD.done || s === THREAD.dead;
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

  resLo = 0;
  resHi = 0;
  private multiply(al: number, ah: number, bl: number, bh: number): void {
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
  private divide(al: number, ah: number, bl: number, bh: number, op: number): void {
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

  private loadBits(slot: number, row: number, t: number): void {
    const b = this.program.bits[row]!;
    const n = (b.bit + b.width + 7) >> 3;
    const i = slot * 2;
    const d = this.slots.data;
    const bytes = this.readBytes(this.carry(d[i + 1]!, d[i]!, b.offset), (d[i]! + b.offset) | 0, n, t);
    let v = 0n;
    for (let k = n - 1; k >= 0; k--) v = (v << 8n) | BigInt(bytes[k]!);
    v >>= BigInt(b.bit);
    v = b.signed ? BigInt.asIntN(b.width, v) : BigInt.asUintN(b.width, v);
    this.resLo = Number(BigInt.asIntN(32, v));
    this.resHi = Number(BigInt.asIntN(32, v >> 32n));
  }
  private storeBits(slot: number, row: number, lo: number, hi: number, t: number): void {
    const b = this.program.bits[row]!;
    const n = (b.bit + b.width + 7) >> 3;
    const i = slot * 2;
    const d = this.slots.data;
    const at = (d[i]! + b.offset) | 0;
    const h = this.carry(d[i + 1]!, d[i]!, b.offset);
    const bytes = this.readBytes(h, at, n, t, true).slice();
    let v = 0n;
    for (let k = n - 1; k >= 0; k--) v = (v << 8n) | BigInt(bytes[k]!);
    const mask = ((1n << BigInt(b.width)) - 1n) << BigInt(b.bit);
    const value = (BigInt.asUintN(32, BigInt(hi)) << 32n) | BigInt.asUintN(32, BigInt(lo));
    v = (v & ~mask) | ((value << BigInt(b.bit)) & mask);
    for (let k = 0; k < n; k++) bytes[k] = Number((v >> BigInt(8 * k)) & 255n);
    this.writeBytes(h, at, bytes, t);
  }
}

/** Bytes of a string whose characters are bytes. */
export function latin(s: string): Uint8Array {
  const out = new Uint8Array(s.length);
  for (let i = 0; i < s.length; i++) out[i] = s.charCodeAt(i);
  return out;
}
