/** Threads of the virtual machine: registers, call stacks and states, all in columns of the journal. */
import type { Column, Store } from '../trace/journal.ts';
import { HI, MachineFault, Memory, SC, TEXT_BASE } from './memory.ts';
import { CONSTANTS, FRAME, TEMPORARIES, WIDTH } from './opcodes.ts';
import type { FnInfo, Program } from './program.ts';

/** Words of the registers and temporaries of one thread's frames, and the number of its frames. */
export const SLOTS = 1 << 14;
export const FRAMES = 512;
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
  /** Calls built-in `index`; arguments from place `args` of the window on. */
  call(index: number, args: number, count: number, thread: number): Answer;
  /** Runs an annotation; values from place `args` of the window on. */
  note(id: number, args: number, count: number, thread: number): Answer;
  /** Reads memory that is not the machine's own (user pages, direct map, registers, struct page). */
  read(hi: number, lo: number, size: number, thread: number): Uint8Array;
  write(hi: number, lo: number, data: Uint8Array, thread: number): void;
  /** Bytes of the page of user memory, if reading `size` bytes there is nobody's work; undefined: read() is to be called. */
  peek(hi: number, lo: number, size: number, thread: number): Uint8Array | undefined;
  /** The same for a write; false: write() is to be called. `data` may be used again. */
  poke(hi: number, lo: number, data: Uint8Array, thread: number): boolean;
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

/** What a function that runs sees (opcodes.ts): copies of its registers, temporaries that nobody else sees, constants. */
interface Window {
  readonly words: Int32Array;
  readonly floats: Float64Array;
  /** Process whose variables the addresses among the constants are. */
  proc: number;
  /** Thread that runs in it, and the start of its process's arena. */
  thread: number;
  arena: number;
}

/**
 * Threads and their stacks. A function runs in a window. Its variables are written to the column of the registers too, and so to the journal,
 * as they change. Temporaries are not: they are kept there only while the thread is elsewhere in the middle of a statement (in a function
 * that it called, or stopped). Position and depth of the running thread reach the journal when it stops; of the steps in between the
 * record of the run knows them.
 */
export class VmThreads {
  readonly memory: Memory;
  readonly slots: Column;
  protected readonly floats: Float64Array;
  readonly tState: Column;
  readonly tPc: Column;
  readonly tDepth: Column;
  readonly tSp: Column;
  readonly tUsp: Column;
  readonly tProc: Column;
  readonly tKind: Column;
  readonly tStack: Column;
  readonly tResult: Column;
  readonly tName: Column;
  protected readonly frPc: Column;
  protected readonly frFp: Column;
  protected readonly frFn: Column;
  protected readonly frMem: Column;
  protected readonly frUser: Column;
  constructor(
    readonly store: Store,
    readonly program: Program,
    readonly host: Host,
    limit?: number,
  ) {
    this.memory = new Memory(store, program, limit);
    this.slots = store.column('vm.slots', MAX_THREADS * SLOTS);
    this.floats = new Float64Array(this.slots.data.buffer);
    const c = (name: string): Column => store.column(`thread.${name}`, MAX_THREADS);
    this.tState = c('state');
    this.tPc = c('pc');
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
    this.frUser = f('user');
    store.set(this.memory.scalar, SC.threads, 1);
    this.place();
    this.window = this.newWindow();
    this.windows.push(this.window);
  }

  // ---- windows

  /** One for each run within a run. */
  private readonly windows: Window[] = [];
  private level = 0;
  protected window: Window;
  private newWindow(): Window {
    const { constants, addresses, globals } = this.program;
    const words = new Int32Array(CONSTANTS + constants.length);
    words.set(constants, CONSTANTS);
    for (const { row, of, index } of addresses) {
      const at = CONSTANTS + row;
      words[at] = of === 'function' ? (TEXT_BASE + index * 16) | 0 : globals[index]!.address;
      words[at + 1] = of === 'function' ? HI.text : HI.kernel;
    }
    return { words, floats: new Float64Array(words.buffer), proc: 0, thread: 0, arena: 0 };
  }
  /** Opens a window for thread `t`. */
  protected openWindow(t: number): Window {
    const w = (this.windows[++this.level] ??= this.newWindow());
    const proc = this.tProc.data[t]!;
    w.thread = t;
    w.arena = proc ? this.host.arena(proc) : 0;
    if (w.proc !== proc) {
      w.proc = proc;
      for (const { row, of, index } of this.program.addresses) {
        if (of !== 'global') continue;
        const g = this.program.globals[index]!;
        if (!g.user) continue;
        const at = proc && g.size >= BIG ? this.host.bigGlobal(proc, index) : undefined;
        w.words[CONSTANTS + row] = at ? at.lo : g.address;
        w.words[CONSTANTS + row + 1] = at ? at.hi : proc ? HI.user : HI.kernel;
      }
    }
    return (this.window = w);
  }
  protected closeWindow(): void {
    this.window = this.windows[--this.level]!;
  }
  /** Calls `f` with the place of arguments for a built-in that no thread calls. */
  withArguments<T>(words: readonly Word[], thread: number, f: (args: number) => T): T {
    const w = this.openWindow(thread);
    words.forEach((x, i) => {
      w.words[TEMPORARIES + 2 * i] = x.lo;
      w.words[TEMPORARIES + 2 * i + 1] = x.hi;
    });
    try {
      return f(TEMPORARIES);
    } finally {
      this.closeWindow();
    }
  }
  /** Low and high word of argument `i` of those at `args`. */
  argLo(args: number, i: number): number {
    return this.window.words[args + 2 * i]!;
  }
  argHi(args: number, i: number): number {
    return this.window.words[args + 2 * i + 1]!;
  }
  argDouble(args: number, i: number): number {
    return this.window.floats[(args >> 1) + i]!;
  }
  /** Keeps the temporaries before `end` that hold something at `pc`, where the innermost frame of a running thread stands. */
  protected keepTemporaries(t: number, pc: number, end: number): void {
    const live = this.program.liveSets[this.program.live[pc / WIDTH]!]!;
    if (!live.length) return;
    const r = t * FRAMES + this.tDepth.data[t]! - 1;
    const at = this.frFp.data[r]! + this.program.functions[this.frFn.data[r]!]!.registers;
    const { words } = this.window;
    for (const w of live) {
      if (TEMPORARIES + w >= end) break;
      this.store.set(this.slots, at + w, words[TEMPORARIES + w]!);
      this.store.set(this.slots, at + w + 1, words[TEMPORARIES + w + 1]!);
    }
  }
  /** Fills the window from the innermost frame of a thread, which stands at `pc`, with temporaries up to `end`. Returns the frame's place. */
  protected fillWindow(t: number, pc: number, end: number): number {
    const r = t * FRAMES + this.tDepth.data[t]! - 1;
    const fp = this.frFp.data[r]!;
    const { registers } = this.program.functions[this.frFn.data[r]!]!;
    const { words } = this.window;
    const { data } = this.slots;
    for (let i = 0; i < registers; i++) words[i] = data[fp + i]!;
    for (const w of this.program.liveSets[this.program.live[pc / WIDTH]!]!) {
      if (TEMPORARIES + w >= end) break;
      words[TEMPORARIES + w] = data[fp + registers + w]!;
      words[TEMPORARIES + w + 1] = data[fp + registers + w + 1]!;
    }
    const at = this.frMem.data[r]!;
    const user = this.frUser.data[r] === 1;
    words[FRAME] = user ? at - this.window.arena : at;
    words[FRAME + 1] = user ? HI.user : HI.kernel;
    return fp;
  }

  /** First free offset of an arena behind the globals. */
  userGlobals = 0x1000;
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
    this.push(row, fn, fp, -1);
    args.forEach((a, i) => {
      store.set(this.slots, fp + 2 * i, a.lo);
      store.set(this.slots, fp + 2 * i + 1, a.hi);
    });
    store.set(this.tDepth, row, 1);
    store.set(this.tPc, row, fn.entry);
    return row;
  }
  /** Makes a frame on top of the present depth; who calls it counts the depth up. */
  protected push(t: number, fn: FnInfo, fp: number, ret: number): void {
    const { store } = this;
    const depth = this.tDepth.data[t]!;
    if (depth >= FRAMES - 1 || fp + fn.registers + fn.temporaries >= (t + 1) * SLOTS)
      throw new MachineFault('stack-overflow', `the kernel stack is used up in ${fn.name}() after ${depth} calls`);
    const r = t * FRAMES + depth;
    const user = fn.user && this.tProc.data[t] ? 1 : 0;
    store.set(this.frPc, r, ret);
    store.set(this.frFp, r, fp);
    store.set(this.frFn, r, fn.index);
    store.set(this.frUser, r, user);
    const free = user ? this.tUsp.data[t]! : this.tSp.data[t]!;
    const sp = fn.align > 16 ? Math.ceil(free / fn.align) * fn.align : free;
    store.set(this.frMem, r, sp);
    if (fn.frame) {
      const base = user ? 0 : this.tStack.data[t]!;
      if (!user && sp + fn.frame > base + STACK)
        throw new MachineFault('stack-overflow', `the ${STACK >> 10} KiB stack is used up in ${fn.name}()`);
      store.set(user ? this.tUsp : this.tSp, t, sp + fn.frame);
    }
  }
  /** fork(): a second thread at the same place, in another process; the built-in in progress answers 0 there. */
  cloneThread(t: number, proc: number, name: number): number {
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
      store.set(this.frUser, to, this.frUser.data[from]!);
      store.set(this.frMem, to, this.frMem.data[from]! + (this.frUser.data[from] ? shift : dStack));
    }
    this.keepTemporaries(t, this.tPc.data[t]!, FRAME);
    const inner = t * FRAMES + depth - 1;
    const caller = this.program.functions[this.frFn.data[inner]!]!;
    const top = this.frFp.data[inner]! + caller.registers + caller.temporaries - t * SLOTS;
    for (let i = 0; i < top; i++) store.set(this.slots, c * SLOTS + i, this.slots.data[t * SLOTS + i]!);
    // what lies on the kernel's stack of the parent is copied too
    const used = this.tSp.data[t]! - this.tStack.data[t]!;
    this.memory.copyRange(this.tStack.data[c]!, this.tStack.data[t]!, used);
    store.set(this.tDepth, c, depth);
    store.set(this.tSp, c, this.tSp.data[t]! + dStack);
    store.set(this.tUsp, c, this.tUsp.data[t]! + shift);
    // behind the call of fork(), with 0 as its result
    const pc = this.tPc.data[t]!;
    store.set(this.tPc, c, pc + WIDTH);
    const result = this.program.code[pc + 3]!;
    const at = this.frFp.data[inner]! + dFp + (result < TEMPORARIES ? result : caller.registers + result - TEMPORARIES);
    store.set(this.slots, at, 0);
    store.set(this.slots, at + 1, 0);
    return c;
  }
  /** Low and high word of a variable, by its place in the registers of all threads. */
  lo(slot: number): number {
    return this.slots.data[slot]!;
  }
  hi(slot: number): number {
    return this.slots.data[slot + 1]!;
  }
  double(slot: number): number {
    return this.floats[slot >> 1]!;
  }
  /** The call stack of a thread, innermost first. */
  frames(t: number): FrameInfo[] {
    const out: FrameInfo[] = [];
    let pc = this.tPc.data[t]!;
    for (let d = this.tDepth.data[t]! - 1; d >= 0; d--) {
      const r = t * FRAMES + d;
      const fn = this.program.functions[this.frFn.data[r]!]!;
      out.push({ fn, pc, fp: this.frFp.data[r]!, memory: this.frMem.data[r]!, user: this.frUser.data[r] === 1 });
      pc = this.frPc.data[r]! - WIDTH;
    }
    return out;
  }
  /** Is the thread running code of its user program? */
  inUser(t: number): boolean {
    let d = this.tDepth.data[t]! - 1;
    // functions of the headers run for whoever calls them
    while (d > 0 && this.program.functions[this.frFn.data[t * FRAMES + d]!]!.prelude) d--;
    return d >= 0 && this.frUser.data[t * FRAMES + d] === 1;
  }
}

/** Bytes of a string whose characters are bytes. */
export function latin(s: string): Uint8Array {
  const out = new Uint8Array(s.length);
  for (let i = 0; i < s.length; i++) out[i] = s.charCodeAt(i);
  return out;
}
