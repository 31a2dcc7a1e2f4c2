/** The kernel around the virtual machine: processes, threads, locks, devices and what built-ins share. */
import type { Column } from '../trace/journal.ts';
import { Bus, REG, type Device } from '../device/index.ts';
import {
  addressName,
  doMmap,
  exitProc,
  type Model,
  newProc,
  readUser,
  readFrame,
  SCALAR,
  writeFrame,
  writeUser,
  PG,
} from './model.ts';
import { HI, MachineFault, SC } from './memory.ts';
import type { FnInfo, Program } from './program.ts';
import { Rows } from './rows.ts';
import { ACTOR, BIG, BLOCK, THREAD, Vm, type Answer, type Host, type Word } from './vm.ts';
import { BUILTINS, type Builtin } from './builtins/index.ts';

/** A message of the run: something that happened and is worth telling. */
export interface Event {
  /** Stable kind: a fault's name, `printk`, `warning`, `actor`, … */
  readonly kind: string;
  readonly text: string;
  /** Step of the trace. */
  readonly step: number;
  readonly thread: number;
  readonly actor: string;
  /** Span row of the statement; -1: none. */
  readonly span: number;
  /** Does it count as a failure of the program? */
  readonly failure: boolean;
}

/** What the scenario does for the kernel. */
export interface Director {
  /** Runs an annotation of the source. */
  note(id: number, args: readonly Word[], thread: number): Answer;
  /** Should this call fail now (`//@ fail kmalloc 2`)? */
  fails(name: string): boolean;
  /** How a call of the GUP family is cut short; undefined: not. */
  shorten(name: string, nr: number): number | undefined;
  /** A thread ended. */
  ended(thread: number): void;
}

/** Bytes of the private memory of a process: variables, stacks from 64 KiB on, the small heap from 448 KiB on. */
const ARENA = 0x80000;
/** How long a blocked thread waits. */
const FOREVER = 0x7fffffff;

/** The kernel. */
export class Kernel implements Host {
  readonly vm: Vm;
  readonly bus: Bus;
  readonly events: Event[] = [];
  /** Output of user programs and printk, in order. */
  readonly output: string[] = [];
  readonly table: readonly Builtin[];
  readonly tWait: Column;
  readonly tUntil: Column;
  readonly tPhase: Column;
  readonly tAtomic: Column;
  readonly tIrqOff: Column;
  readonly tKey: Column;
  readonly tMm: Column;
  readonly tParent: Column;
  readonly procs: Rows<
    | 'name'
    | 'mm'
    | 'arena'
    | 'task'
    | 'mmStruct'
    | 'parent'
    | 'exited'
    | 'code'
    | 'heap'
    | 'heapEnd'
    | 'waited'
    | 'pid'
    | 'vm'
  >;
  readonly files: Rows<'proc' | 'fd' | 'file' | 'open'>;
  readonly open: Rows<'count' | 'struct' | 'disk' | 'pos' | 'flags' | 'dev' | 'path'>;
  readonly chardevs: Rows<'name' | 'ops' | 'object' | 'devt' | 'gone'>;
  readonly irqs: Rows<'irq' | 'handler' | 'thread' | 'dev' | 'gone' | 'masked' | 'pending'>;
  readonly pins: Rows<'pfn' | 'mm' | 'vpn' | 'span' | 'pin' | 'live' | 'thread' | 'call' | 'serial'>;
  readonly heapPages: Rows<'pfn' | 'order' | 'span' | 'live'>;
  readonly maps: Rows<'dma' | 'virt' | 'size' | 'dir' | 'pfn' | 'live' | 'span' | 'bounce'>;
  readonly vmas: Rows<'mm' | 'start' | 'end' | 'struct' | 'file' | 'gone'>;
  readonly held: Rows<'lock' | 'thread' | 'kind' | 'span' | 'live'>;
  readonly notifiers: Rows<'object' | 'mm' | 'start' | 'end' | 'kind' | 'gone' | 'pending'>;
  readonly pageLocks: Rows<'pfn' | 'thread' | 'span' | 'live'>;
  readonly bigs: Rows<'proc' | 'global' | 'vpn'>;
  readonly devices: Device[] = [];
  /** A visible operation happened since the scheduler last looked. */
  touched = false;
  /** Steps of the trace so far. */
  stepNumber = 0;
  warnings = 0;
  private readonly names = new Map<string, number>();
  private readonly nameTexts: string[] = [''];
  private argThread = 0;

  constructor(
    readonly model: Model,
    readonly program: Program,
    readonly director: Director,
    o: { iommu?: boolean; memory?: number } = {},
  ) {
    const { store } = model.s;
    this.bus = new Bus(model, { iommu: o.iommu ?? false });
    const c = (name: string): Column => store.column(`thread.${name}`, 64);
    this.tWait = c('waits for');
    this.tUntil = c('until');
    this.tPhase = c('phase');
    this.tAtomic = c('atomic');
    this.tIrqOff = c('irqs off');
    this.tKey = c('key');
    this.tMm = c('mm');
    this.tParent = c('parent');
    this.procs = new Rows(store, 'processes', [
      'name',
      'mm',
      'arena',
      'task',
      'mmStruct',
      'parent',
      'exited',
      'code',
      'heap',
      'heapEnd',
      'waited',
      'pid',
      'vm',
    ]);
    this.files = new Rows(store, 'descriptors', ['proc', 'fd', 'file', 'open']);
    this.open = new Rows(store, 'open files', ['count', 'struct', 'disk', 'pos', 'flags', 'dev', 'path']);
    this.chardevs = new Rows(store, 'char devices', ['name', 'ops', 'object', 'devt', 'gone']);
    this.irqs = new Rows(store, 'interrupts', ['irq', 'handler', 'thread', 'dev', 'gone', 'masked', 'pending']);
    this.pins = new Rows(store, 'references', ['pfn', 'mm', 'vpn', 'span', 'pin', 'live', 'thread', 'call', 'serial']);
    this.heapPages = new Rows(store, 'allocated pages', ['pfn', 'order', 'span', 'live']);
    this.maps = new Rows(store, 'dma mappings', ['dma', 'virt', 'size', 'dir', 'pfn', 'live', 'span', 'bounce']);
    this.vmas = new Rows(store, 'driver vmas', ['mm', 'start', 'end', 'struct', 'file', 'gone']);
    this.held = new Rows(store, 'held locks', ['lock', 'thread', 'kind', 'span', 'live']);
    this.notifiers = new Rows(store, 'notifiers', ['object', 'mm', 'start', 'end', 'kind', 'gone', 'pending']);
    this.pageLocks = new Rows(store, 'page locks', ['pfn', 'thread', 'span', 'live']);
    this.bigs = new Rows(store, 'large variables', ['proc', 'global', 'vpn']);
    this.vm = new Vm(store, program, this, o.memory);
    this.table = program.builtins.map((name) => BUILTINS[name]!);
  }

  get store(): Kernel['model']['s']['store'] {
    return this.model.s.store;
  }
  /** Number of a name; the same name, the same number. */
  nameId(text: string): number {
    let id = this.names.get(text);
    if (id === undefined) {
      id = this.nameTexts.push(text) - 1;
      this.names.set(text, id);
    }
    return id;
  }
  nameText(id: number): string {
    return this.nameTexts[id] ?? '';
  }

  // ---- host of the machine

  call(index: number, args: number, count: number, thread: number): Answer {
    this.argThread = thread;
    return this.table[index]!(this, new Args(this, args, count, thread));
  }
  note(id: number, args: number, count: number, thread: number): Answer {
    const words: Word[] = [];
    for (let i = 0; i < count; i++) words.push({ hi: this.vm.hi(args + i), lo: this.vm.lo(args + i) });
    return this.director.note(id, words, thread);
  }
  yields(): boolean {
    return this.touched;
  }
  arena(proc: number): number {
    return this.procs.get(proc, 'arena');
  }

  read(hi: number, lo: number, size: number, thread: number): Uint8Array {
    if (hi >= 0 && hi < 0x8000 && (hi !== 0 || lo >>> 0 >= 65536)) {
      const mm = this.mmOf(thread);
      if (!this.vm.inUser(thread)) this.smap(hi, lo, 'reads');
      const into = new Uint8Array(size);
      const at = hi * 4294967296 + (lo >>> 0);
      const r = mm ? readUser(this.model.s, mm, at, into) : { signal: 'SIGSEGV' as const, at };
      this.touched = true;
      if ('signal' in r)
        throw new MachineFault(
          r.signal === 'SIGBUS' ? 'sigbus' : 'segfault',
          `${r.signal}: a read of 0x${at.toString(16)}, ${this.whyNot(mm, at)}`,
        );
      this.bus.userRead(mm, Math.floor(at / 4096));
      return into;
    }
    if (hi === HI.direct) {
      const pfn = lo >>> 12;
      this.checkFrame(pfn, 'read');
      return readFrame(this.model.s, pfn, lo & 4095, Math.min(size, 4096 - (lo & 4095)));
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
      const mm = this.mmOf(thread);
      if (!this.vm.inUser(thread)) this.smap(hi, lo, 'writes');
      const at = hi * 4294967296 + (lo >>> 0);
      const r = mm ? writeUser(this.model.s, mm, at, data) : { signal: 'SIGSEGV' as const, at };
      this.touched = true;
      if ('signal' in r)
        throw new MachineFault(
          r.signal === 'SIGBUS' ? 'sigbus' : 'segfault',
          `${r.signal}: a write to 0x${at.toString(16)}, ${this.whyNot(mm, at)}`,
        );
      return;
    }
    if (hi === HI.direct) {
      let done = 0;
      while (done < data.length) {
        const a = (lo >>> 0) + done;
        const pfn = Math.floor(a / 4096);
        this.checkFrame(pfn, 'write');
        const n = Math.min(data.length - done, 4096 - (a & 4095));
        writeFrame(this.model.s, pfn, a & 4095, data.subarray(done, done + n));
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
  private whyNot(mm: number, at: number): string {
    const s = this.model.s;
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
  private checkFrame(pfn: number, verb: string): void {
    const s = this.model.s;
    if (s.zoneOf(pfn) < 0) throw new MachineFault('wild-pointer', `${verb} of page frame ${pfn}, which does not exist`);
    if (!s.has(pfn, PG.allocated))
      throw new MachineFault('use-after-free', `${verb} of a page (frame ${pfn}) that has been freed`);
  }
  /** Bytes of a struct page, made from the model. */
  private pageStruct(lo: number, size: number): Uint8Array {
    const s = this.model.s;
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

  // ---- registers of the devices: 0x1000 bytes each

  private readRegister(lo: number): number {
    const d = this.devices[(lo >>> 0) >>> 12];
    if (!d) throw new MachineFault('wild-pointer', 'a read of a register of no device');
    this.touched = true;
    return d.readl((lo & 0xfff) >> 2);
  }
  private writeRegister(lo: number, value: number): void {
    const d = this.devices[(lo >>> 0) >>> 12];
    if (!d) throw new MachineFault('wild-pointer', 'a write to a register of no device');
    this.touched = true;
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
    if (reg === REG.IRQ_STATUS) this.irqs.find((r) => (this.irqs.set(r, 'pending', 0), false));
  }
  /** Memory as the device sees it. */
  private readDma(address: number, n: number): Uint8Array {
    const t = this.bus.iommu.translate(Math.floor(address / 4096), false);
    if ('fault' in t) return new Uint8Array(n);
    return readFrame(this.model.s, t.pfn, address % 4096, n);
  }
  /** Starts a transfer: one descriptor for each page. */
  submit(d: Device, address: number, length: number, dir: number): void {
    let at = address;
    const end = address + Math.max(1, length);
    while (at < end) {
      const page = Math.floor(at / 4096);
      const offset = at - page * 4096;
      const n = Math.min(end - at, 4096 - offset);
      const t = this.bus.iommu.translate(page, dir !== 1);
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
    this.touched = true;
  }
  /** Whose buffer a pinned page is, by the reference taken last. */
  private bufferOf(pfn: number): { proc: string; addr: string } | undefined {
    for (let r = this.pins.count; r > 0; r--) {
      if (this.pins.get(r, 'pfn') !== pfn || !this.pins.get(r, 'mm')) continue;
      const name = addressName(this.model.s, this.pins.get(r, 'mm'), this.pins.get(r, 'vpn'));
      const m = /^([^:]+):(.+\[\d+\])$/.exec(name);
      return m ? { proc: m[1]!, addr: m[2]! } : undefined;
    }
    return undefined;
  }

  // ---- threads

  /** mm that a thread uses; 0: none. */
  mmOf(thread: number): number {
    const other = this.tMm.at(thread);
    if (other) return other - 1;
    const p = this.vm.tProc.at(thread);
    return p ? this.procs.get(p, 'mm') : 0;
  }
  /** Name of a thread for people. */
  actorName(thread: number): string {
    return this.nameText(this.vm.tName.at(thread)) || `thread ${thread}`;
  }
  /** Starts a function in a new thread. */
  spawn(
    fn: FnInfo,
    args: readonly Word[],
    o: { kind: number; name: string; proc?: number; key?: number; delay?: number },
  ): number {
    const proc = o.proc ?? 0;
    const t = this.vm.spawn(fn, args, {
      kind: o.kind,
      name: this.nameId(o.name),
      proc,
      userStack: proc ? this.userStack(proc) : 0,
    });
    this.store.set(this.tKey, t, o.key ?? 0);
    this.store.set(this.tPhase, t, 0);
    this.store.set(this.tAtomic, t, o.kind === ACTOR.irq || o.kind === ACTOR.timer ? 1 : 0);
    this.store.set(this.tIrqOff, t, o.kind === ACTOR.irq ? 1 : 0);
    this.store.set(this.tMm, t, 0);
    this.store.set(this.tWait, t, 0);
    this.store.set(this.tUntil, t, 0);
    if (o.delay && o.delay > 0) {
      this.store.set(this.vm.tState, t, THREAD.blocked);
      this.store.set(this.tUntil, t, this.bus.step() + o.delay);
    }
    return t;
  }
  /** A stack in the arena of a process; each thread has its own. */
  private userStack(proc: number): number {
    const used = this.procs.get(proc, 'vm');
    this.procs.set(proc, 'vm', used + 1);
    return this.arena(proc) + 0x10000 + (used % 12) * 0x8000;
  }
  /**
   * Blocks the calling thread on a channel (an address or another number) until it is woken or `ticks` have passed. To be called again
   * when the thread runs: then it says what happened. `ticks` < 0: no limit.
   */
  block(thread: number, channel: number, ticks: number): typeof BLOCK | 'woken' | 'timeout' {
    const { store } = this;
    const phase = this.tPhase.at(thread);
    if (phase === 2 || phase === 3) {
      store.set(this.tPhase, thread, 0);
      return phase === 2 ? 'woken' : 'timeout';
    }
    this.mayBlock(thread);
    store.set(this.tPhase, thread, 1);
    store.set(this.tWait, thread, channel);
    store.set(this.tUntil, thread, ticks < 0 ? FOREVER : this.bus.step() + Math.max(1, ticks));
    store.set(this.vm.tState, thread, THREAD.blocked);
    this.touched = true;
    return BLOCK;
  }
  /** Sleeping is not allowed with a spinlock held or in an interrupt. */
  mayBlock(thread: number): void {
    if (this.tAtomic.at(thread) <= 0) return;
    const lock = this.held.find(
      (r) =>
        this.held.get(r, 'live') === 1 &&
        this.held.get(r, 'thread') === thread &&
        this.held.get(r, 'kind') !== 1 &&
        this.held.get(r, 'kind') !== 4,
    );
    const kind = this.vm.tKind.at(thread);
    throw new MachineFault(
      'sleep-in-atomic',
      `this sleeps in atomic context${lock ? ` (a spinlock is held since line ${this.lineOf(this.held.get(lock, 'span'))})` : kind === ACTOR.irq ? ' (an interrupt handler)' : kind === ACTOR.timer ? ' (a timer or tasklet)' : ' (preemption or RCU section)'}`,
    );
  }
  /** Wakes threads that wait on a channel. Returns how many. */
  wake(channel: number, all: boolean): number {
    let n = 0;
    for (let t = 1; t < this.threadCount; t++) {
      if (this.vm.tState.at(t) !== THREAD.blocked || this.tWait.at(t) !== channel || this.tPhase.at(t) !== 1) continue;
      this.wakeThread(t, 2);
      n++;
      if (!all) break;
    }
    this.touched = true;
    return n;
  }
  wakeThread(t: number, phase: number): void {
    this.store.set(this.tPhase, t, phase);
    this.store.set(this.tWait, t, 0);
    this.store.set(this.vm.tState, t, THREAD.ready);
  }
  get threadCount(): number {
    return this.vm.memory.scalar.at(SC.threads);
  }
  /** Ends a thread. */
  kill(t: number): void {
    this.store.set(this.vm.tState, t, THREAD.dead);
  }

  // ---- processes

  /** A new process with its arena, task and mm. `mm` 0: a new address space named like it. */
  newProcess(name: string, o: { modelProc?: number; parent?: number } = {}): number {
    const s = this.model.s;
    const row = o.modelProc ?? newProc(s, name);
    const p = this.procs.add({
      name: this.nameId(name),
      mm: s.procMm.at(row),
      parent: o.parent ?? 0,
      pid: 100 + this.procs.count + 1,
    });
    const arena = this.vm.memory.reserve(ARENA, 4096);
    this.procs.set(p, 'arena', arena);
    if (!o.parent) {
      this.vm.placeUser(arena);
      this.mapBigGlobals(p);
    }
    this.makeTask(p, name);
    return p;
  }
  private makeTask(p: number, name: string): void {
    const task = this.program.record('task_struct');
    const mm = this.program.record('mm_struct');
    const mem = this.vm.memory;
    if (!task || !mm) return;
    const t = mem.address(mem.alloc(task.size, 1, -1, true, 16, `task_struct of ${name}`));
    const m = mem.address(mem.alloc(mm.size, 1, -1, true, 16, `mm_struct of ${name}`));
    this.procs.set(p, 'task', t);
    this.procs.set(p, 'mmStruct', m);
    const off = (r: typeof task, n: string): number => r.members.find((x) => x.name === n)?.offset ?? 0;
    const word = (at: number, lo: number): void => {
      mem.w32(at, lo);
      mem.w32(at + 4, lo ? HI.kernel : 0);
    };
    word(t + off(task, 'mm'), m);
    word(t + off(task, 'active_mm'), m);
    word(t + off(task, 'group_leader'), t);
    mem.w32(t + off(task, 'pid'), this.procs.get(p, 'pid'));
    mem.w32(t + off(task, 'tgid'), this.procs.get(p, 'pid'));
    mem.put(t + off(task, 'comm'), new TextEncoder().encode(name.slice(0, 15)));
    mem.w32(m + off(mm, 'mm_users'), 1);
    mem.w32(m + off(mm, 'mm_count'), 1);
    word(m + off(mm, 'owner'), t);
    mem.w32(m + off(mm, '__row'), p);
  }
  /** Row of the model's process. */
  modelProc(p: number): number {
    const s = this.model.s;
    for (let r = s.scalar.at(SCALAR.nextProc) - 1; r > 0; r--) if (s.procMm.at(r) === this.procs.get(p, 'mm')) return r;
    return 0;
  }
  bigGlobal(proc: number, index: number): Word {
    const r = this.bigs.find((x) => this.bigs.get(x, 'proc') === proc && this.bigs.get(x, 'global') === index);
    const vpn = r ? this.bigs.get(r, 'vpn') : 0;
    return { hi: Math.floor(vpn / 1048576), lo: (vpn % 1048576) << 12 };
  }
  /** Large variables of a program get pages. */
  private mapBigGlobals(p: number): void {
    this.program.globals.forEach((g, i) => {
      if (!g.user || g.size < BIG) return;
      const vpn = doMmap(this.model.s, this.procs.get(p, 'mm'), g.name, 'anon', Math.ceil(g.size / 4096), 'rw', 0);
      this.bigs.add({ proc: p, global: i, vpn });
    });
  }
  /** fork(): the child's arena is the parent's. */
  copyArena(p: number, c: number): void {
    this.vm.memory.copyRange(this.arena(c), this.arena(p), ARENA);
    this.procs.set(c, 'vm', this.procs.get(p, 'vm'));
    for (let r = 1, n = this.bigs.count; r <= n; r++)
      if (this.bigs.get(r, 'proc') === p)
        this.bigs.add({ proc: c, global: this.bigs.get(r, 'global'), vpn: this.bigs.get(r, 'vpn') });
  }
  /** Memory of the small heap of a process. */
  userHeap(p: number, n: number): number {
    const at = this.procs.get(p, 'heap') || 0x70000;
    const next = Math.ceil((at + n + 16) / 16) * 16;
    if (next > ARENA) throw new MachineFault('memory-limit', 'the small heap of a user program is used up (64 KiB)');
    this.procs.set(p, 'heap', next);
    return this.arena(p) + at;
  }
  /** exit(2): the address space goes. */
  exitProcess(p: number, code: number): void {
    if (!p || this.procs.get(p, 'exited')) return;
    this.notify(this.procs.get(p, 'mm'), 0, 2 ** 31, this.argThread);
    const row = this.modelProc(p);
    this.procs.set(p, 'exited', 1);
    this.procs.set(p, 'code', code);
    if (row) exitProc(this.model.s, row);
    for (let t = 1; t < this.threadCount; t++) {
      if (this.vm.tProc.at(t) !== p || t === this.argThread) continue;
      const k = this.vm.tKind.at(t);
      if (k === ACTOR.process || k === ACTOR.thread) this.store.set(this.vm.tState, t, THREAD.dead);
    }
    this.event('exit', `${this.nameText(this.procs.get(p, 'name'))} exits`, this.argThread);
    this.touched = true;
  }
  /** MMU notifiers of a range: their callbacks run before the change, as a thread of their own. */
  notify(mm: number, start: number, end: number, thread: number): void {
    this.notifiers.find((r) => {
      if (this.notifiers.get(r, 'gone') || this.notifiers.get(r, 'mm') !== mm) return false;
      if (this.notifiers.get(r, 'end') <= start || this.notifiers.get(r, 'start') >= end) return false;
      this.onNotify(
        r,
        Math.max(start, this.notifiers.get(r, 'start')),
        Math.min(end, this.notifiers.get(r, 'end')),
        thread,
      );
      return false;
    });
  }
  /** Runs a notifier's callback to its end. */
  onNotify: (row: number, start: number, end: number, thread: number) => void = () => undefined;
  /** A user copy may sleep in a fault: not in atomic context. */
  mayFault(thread: number): void {
    if (this.vm.tKind.at(thread) === ACTOR.irq) this.mayBlock(thread);
    if (
      this.tAtomic.at(thread) > 0 &&
      this.held.find(
        (r) =>
          this.held.get(r, 'live') === 1 &&
          this.held.get(r, 'thread') === thread &&
          [0, 5, 6].includes(this.held.get(r, 'kind')),
      )
    )
      this.mayBlock(thread);
  }
  /** Process of an mm_struct; 0: none. */
  procOfMm(w: Word): number {
    return this.procs.find((p) => this.procs.get(p, 'mmStruct') === w.lo && w.hi === HI.kernel);
  }
  /** mm number of the model for an mm_struct. */
  modelMm(w: Word): number {
    const p = this.procOfMm(w);
    if (!p) {
      if (w.hi === 0 && w.lo === 0)
        throw new MachineFault('null-dereference', 'the mm is NULL: a kernel thread has none');
      throw new MachineFault('wild-pointer', 'this is no mm_struct');
    }
    return this.procs.get(p, 'exited') ? 0 : this.procs.get(p, 'mm');
  }

  // ---- messages

  /** Span row of the statement that a thread is at (in the user's files, innermost frame). */
  spanAt(thread: number): number {
    const { spanOf, spans } = this.program;
    for (const f of this.vm.frames(thread)) {
      const row = spanOf[f.pc / 5] ?? -1;
      if (!f.fn.prelude && row >= 0) {
        const s = spans[row]!;
        if (s.start < this.preludeBase) return row;
      }
    }
    return -1;
  }
  preludeBase = Number.MAX_SAFE_INTEGER;
  lineOf: (span: number) => number = () => 0;
  event(kind: string, text: string, thread: number, failure = false): void {
    this.events.push({
      kind,
      text,
      step: this.stepNumber,
      thread,
      actor: thread ? this.actorName(thread) : 'machine',
      span: thread ? this.spanAt(thread) : -1,
      failure,
    });
  }
  /** The thread whose built-in is running. */
  get running(): number {
    return this.argThread;
  }
}

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
    return this.k.vm.lo(this.base + i);
  }
  /** 64-bit integer as a number (exact up to 2^53). */
  u(i: number): number {
    return (this.k.vm.hi(this.base + i) >>> 0) * 4294967296 + (this.k.vm.lo(this.base + i) >>> 0);
  }
  /** Signed 64-bit integer as a number. */
  s(i: number): number {
    return this.k.vm.hi(this.base + i) * 4294967296 + (this.k.vm.lo(this.base + i) >>> 0);
  }
  w(i: number): Word {
    return { hi: this.k.vm.hi(this.base + i), lo: this.k.vm.lo(this.base + i) };
  }
  big(i: number): bigint {
    return (BigInt(this.k.vm.hi(this.base + i)) << 32n) | BigInt(this.k.vm.lo(this.base + i) >>> 0);
  }
  isNull(i: number): boolean {
    return (this.k.vm.hi(this.base + i) | this.k.vm.lo(this.base + i)) === 0;
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
  if (k.model.s.zoneOf(pfn) < 0) throw new MachineFault('wild-pointer', `page frame ${pfn} does not exist`);
  return pfn;
}
/** The struct page pointer of a frame. */
export function pagePointer(pfn: number): Word {
  return { hi: HI.vmemmap, lo: (pfn << 6) | 0 };
}
