/**
 * One run of a snippet: a deterministic scheduler over the machine's threads, devices and the events that annotations ask for. The run
 * is recorded step by step; seek() goes to any step, backwards or forwards, at once.
 */
import type { Bus, Fault } from '../device/index.ts';
import type { Action } from '../../language/annotations/index.ts';
import {
  ACTOR,
  BLOCK,
  findMember,
  HI,
  Kernel,
  KIND,
  MachineFault,
  PRELUDE_BASE,
  readVariables,
  SC,
  STATE,
  THREAD,
  type Answer,
  type Director,
  type Event,
  type FnInfo,
  type FrameInfo,
  type Variable,
  type Word,
} from '../machine/index.ts';
import {
  attachBuffers,
  cachedPage,
  dropCaches,
  ERAS,
  featuresOf,
  forkProc,
  FS,
  ensureCapacity,
  fsyncFile,
  lruAddDrain,
  machineConfig,
  memcgReclaim,
  Model,
  movePages,
  newFile,
  PG,
  readIntoCache,
  SCALAR,
  truncateFile,
  type Features,
} from '../machine/model.ts';
import type { Loaded } from './load.ts';
import { fillAssumed, makeArguments } from './arguments.ts';

/** Choices of a run. */
export interface RunOptions {
  /** Statements after which the run is stopped. Default 1,000,000. */
  readonly steps?: number;
  /** Seed of random scheduling; 0: everybody runs until he waits. */
  readonly seed?: number;
  /** MiB of memory for the program. Default 64. */
  readonly memory?: number;
}
/** One row of the trace. */
export interface Step {
  readonly index: number;
  readonly thread: number;
  readonly actor: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** Number of the statement: row of the program's spans. */
  readonly row: number;
  /** Depth of the call stack, functions of the headers included. */
  readonly depth: number;
}
/** A fault of the run. */
export interface RunFault {
  readonly kind: string;
  readonly text: string;
  /** Steps: from when it could not be avoided, and when it showed; -1: it never showed. */
  readonly inevitable: number;
  readonly shown: number;
  readonly line: number;
  readonly actor: string;
}
/** Outcome of a property. */
export interface PropertyResult {
  readonly text: string;
  readonly holds: boolean;
  readonly step: number;
  readonly line: number;
  /** Offset of the annotation. */
  readonly at: number;
}

const IDLE_LIMIT = 4000;
/** Statements that a thread may run before others get their turn, if it never comes to a visible point. */
const QUANTUM = 400;

/** A run. */
export class Simulation implements Director {
  readonly kernel: Kernel;
  readonly model: Model;
  readonly faults: RunFault[] = [];
  readonly results: PropertyResult[] = [];
  /** Journal position, thread and span row of each step. */
  private readonly positions: number[] = [];
  private readonly threads: number[] = [];
  private readonly rows: number[] = [];
  private readonly names: number[] = [];
  private readonly depths: number[] = [];
  /** Step of the trace at each tick of the bus. */
  private readonly tickSteps: number[] = [];
  private readonly counters = new Map<string, number>();
  private failures: { call: string; at: number }[] = [];
  private short: number | undefined;
  private endPosition = 0;
  private broken = new Map<number, { step: number; line: number }>();
  private readonly points = new Map<string, Action[]>();
  private readonly limit: number;
  private random: number;
  private seenFaults = 0;
  private writebacks: { file: number; index: number; until: number }[] = [];
  private readonly mainThreads = new Set<number>();
  /** Why the run ended early, if it did. */
  stopped: string | undefined;

  constructor(
    readonly loaded: Loaded,
    readonly options: RunOptions = {},
  ) {
    const machine: Record<string, string> = {};
    for (const a of loaded.annotations) if (a.kind === 'machine') Object.assign(machine, a.options);
    const pages = (name: string, fallback: number): number =>
      machine[name] === undefined ? fallback : Math.round(parseFloat(machine[name]) * 256);
    const tracking = machine['tracking'];
    const features: Features =
      (tracking && tracking !== 'bias' ? ERAS[`6.12+${tracking}`] : undefined) ?? featuresOf(loaded.kernel);
    const swap = pages('swap', 16384);
    const movable = pages('movable', 0);
    this.model = new Model(
      machineConfig(features, {
        pages: Math.max(4096, pages('ram', 16384) + movable + pages('pmem', 4096) + 2048),
        movable,
        dax: pages('pmem', 4096),
        cma: pages('cma', 0),
        lru: machine['lru'] === 'mglru' ? 'mglru' : 'classic',
        swap: swap === 0 ? 'none' : 'disk',
        swapPages: Math.max(64, swap),
        daxPolicy: (machine['dax'] as 'wait' | undefined) ?? 'wait',
      }),
    );
    this.limit = options.steps ?? (machine['steps'] ? Number(machine['steps']) : 1_000_000);
    const seed = options.seed ?? loaded.annotations.find((a) => a.kind === 'seed')?.seed ?? 0;
    this.random = seed;
    this.kernel = new Kernel(this.model, loaded.program, this, {
      iommu: machine['iommu'] === 'on',
      memory: (options.memory ?? Number(machine['memory'] ?? 64)) << 20,
    });
    const k = this.kernel;
    k.preludeBase = PRELUDE_BASE;
    k.assumed = loaded.assumed;
    k.lineOf = (row) => (row >= 0 && loaded.program.spans[row] ? loaded.lineOf(loaded.program.spans[row]!.start) : 0);
    k.vm.memory.lineOf = (row) => k.lineOf(row);
    k.onNotify = (row, start, end, thread) => this.notifier(row, start, end, thread);
    k.vm.onStep = (t, pc) => this.onStep(t, pc);
    for (const a of loaded.annotations) {
      if (a.kind === 'device') {
        const p = a.options['pattern'];
        const byte = p !== undefined && /^(0x[\da-f]+|\d+)$/i.test(p) ? Number(p) & 255 : undefined;
        const d = k.bus.device({
          kind: a.type as 'capture',
          name: a.name,
          latency: Number(a.options['latency'] ?? 2),
          ring: Number(a.options['ring'] ?? 256),
          ...(byte === undefined ? (p === undefined ? { fill: 0xaa } : { pattern: p.slice(0, 7) }) : { fill: byte }),
        });
        k.devices.push(d);
        const index = k.devices.length - 1;
        d.requestIrq(() => this.interrupt(index));
      } else if (a.kind === 'file')
        this.makeFile(
          a.path,
          Number(a.options['pages'] ?? 1),
          a.options['fs'] ?? (/pmem|dax/.test(a.path) ? 'dax' : 'ext4'),
        );
      else if (a.kind === 'at') {
        const list = this.points.get(a.label) ?? [];
        list.push(a.action);
        this.points.set(a.label, list);
      } else if (a.kind === 'action' && !loaded.notes.some((n) => n.span.start === a.start)) this.act(a.action, 0);
    }
  }

  private makeFile(path: string, pages: number, fs: string): void {
    const s = this.model.s;
    const kind = fs === 'tmpfs' ? FS.tmpfs : fs === 'dax' || fs === 'ext4-dax' ? FS['ext4-dax'] : FS.ext4;
    const f = newFile(s, path, kind, pages);
    ensureCapacity(s, f, pages);
    if (kind === FS.ext4) for (let i = 0; i < pages; i++) attachBuffers(s, readIntoCache(s, f, i));
  }

  // ---- the run

  /** Runs to the end. */
  run(): this {
    const k = this.kernel;
    const { program } = this.loaded;
    this.model.s.store.forget();
    try {
      this.finishThread(k.spawn(program.functions[program.init]!, [], { kind: ACTOR.init, name: 'initialisers' }));
      const init = this.loaded.whole === undefined ? this.globalFunction('__pinscope_module_init') : undefined;
      if (init) {
        const t = k.spawn(init, [], { kind: ACTOR.init, name: 'insmod', proc: k.newProcess('insmod') });
        this.loop([t]);
        const code = k.vm.tResult.at(t);
        if (code < 0) k.event('insmod', `module_init() returned ${code}: the module is not loaded`, t);
        k.exitProcess(k.vm.tProc.at(t), 0);
        if (code < 0 && this.loaded.processes.length === 0) return this.finish(true);
      }
      const mains: number[] = [];
      for (const p of this.loaded.processes) mains.push(this.startProcess(p.name, program.byName.get(p.fn)!));
      if (!mains.length && this.loaded.whole) {
        const fn = program.byName.get(this.loaded.whole);
        if (fn) mains.push(this.startWhole(fn));
      }
      if (!mains.length && init) mains.push(...this.exercise());
      this.loop(mains);
      this.tellResult(mains[0]);
      const exit = this.globalFunction('__pinscope_module_exit');
      if (exit && init) {
        const t = k.spawn(exit, [], { kind: ACTOR.init, name: 'rmmod', proc: k.newProcess('rmmod') });
        this.loop([t]);
      }
      return this.finish(exit !== undefined);
    } catch (e) {
      if (!(e instanceof MachineFault)) throw e;
      this.machineFault(e, this.active);
      return this.finish(false);
    }
  }

  private globalFunction(name: string): FnInfo | undefined {
    const k = this.kernel;
    const decl = this.loaded.source.globals.get(name);
    if (decl?.init?.kind !== 'id') return undefined;
    return k.program.byName.get(decl.init.name);
  }
  private startProcess(name: string, fn: FnInfo): number {
    const k = this.kernel;
    const first = k.procs.count === 0 && this.model.s.scalar.at(SCALAR.nextProc) === 2;
    const p = k.newProcess(name, first ? {} : {});
    const { program } = this.loaded;
    this.finishThread(
      k.spawn(program.functions[program.userInit]!, [], { kind: ACTOR.init, name: 'initialisers', proc: p }),
    );
    const args: Word[] = fn.params.map(() => ({ hi: 0, lo: 0 }));
    const t = k.spawn(fn, args, { kind: ACTOR.process, name, proc: p });
    this.mainThreads.add(t);
    return t;
  }
  /** A function without annotations: process, buffer and arguments are made from its signature. */
  private startWhole(fn: FnInfo): number {
    const k = this.kernel;
    const p = k.newProcess('app');
    fillAssumed(k, p);
    const args = makeArguments(k, this.loaded, fn, p);
    k.event('call', `${fn.name}(${args.texts.join(', ')})`, 0);
    const t = k.spawn(fn, args.words, { kind: ACTOR.process, name: 'app', proc: p });
    this.mainThreads.add(t);
    return t;
  }
  /** A loaded driver without a program: each of its entry points is called once, in the order of their use. */
  private exercise(): number[] {
    const k = this.kernel;
    const row = k.chardevs.find((r) => !k.chardevs.get(r, 'gone') && k.chardevs.get(r, 'ops') !== 0);
    const ops = k.program.record('file_operations');
    if (!row || !ops) return [];
    const p = k.newProcess('app');
    const at = k.chardevs.get(row, 'ops');
    const order = ['open', 'mmap', 'write', 'read', 'unlocked_ioctl', 'release'];
    const file = makeArguments(k, this.loaded, undefined, p).file();
    for (const name of order) {
      const m = findMember(ops, name);
      if (!m || !k.vm.memory.isInit(at + m.offset, 8) || k.vm.memory.r32(at + m.offset) === 0) continue;
      const fn = k.vm.functionAt(k.vm.memory.r32(at + m.offset + 4), k.vm.memory.r32(at + m.offset));
      if (fn.builtin >= 0 || fn.entry < 0) continue;
      const args = makeArguments(k, this.loaded, fn, p, file);
      k.event('call', `${fn.name}(${args.texts.join(', ')})`, 0);
      this.loop([k.spawn(fn, args.words, { kind: ACTOR.thread, name: `app: ${name}`, proc: p })]);
    }
    k.exitProcess(p, 0);
    return [];
  }
  /** What the function returned that ran alone. */
  private tellResult(t: number | undefined): void {
    const k = this.kernel;
    const fn = this.loaded.whole === undefined ? undefined : k.program.byName.get(this.loaded.whole);
    if (fn?.returns.kind !== 'int' || t === undefined) return;
    k.event('return', `${fn.name}() returned ${k.vm.tResult.at(t)}`, t);
  }
  /** Runs a thread to its end with nobody else. */
  private finishThread(t: number): void {
    const k = this.kernel;
    this.active = t;
    for (let guard = 0; guard < 100_000; guard++) {
      const r = k.vm.run(t, 10_000);
      if (r === 'exit') {
        k.kill(t);
        return;
      }
      if (r === 'blocked') throw new MachineFault('hang', 'this waits where nothing can wake it');
    }
    throw new MachineFault('step-limit', 'the initialisers do not end');
  }

  private onStep(t: number, pc: number): boolean {
    const k = this.kernel;
    const row = this.loaded.program.spanOf[pc / 5]!;
    const span = this.loaded.program.spans[row]!;
    if (span.start < PRELUDE_BASE) {
      this.positions.push(this.model.s.store.boundary());
      this.threads.push(t);
      this.rows.push(row);
      this.names.push(k.vm.tName.at(t));
      this.depths.push(k.vm.tDepth.at(t));
      k.stepNumber = this.positions.length;
      if (this.positions.length >= this.limit)
        throw new MachineFault('step-limit', `the run was stopped after ${this.limit} steps (an endless loop?)`);
    } else if (k.vm.steps > this.limit * 20)
      throw new MachineFault('step-limit', `the run was stopped after ${k.vm.steps} statements`);
    if (this.model.s.store.length > 60_000_000)
      throw new MachineFault('memory-limit', 'the run was stopped: its history needs too much memory');
    return k.touched;
  }

  /** Runs everybody until these threads have ended (and what they left running is done). */
  private loop(mains: readonly number[]): void {
    const k = this.kernel;
    const { vm } = k;
    let current = mains[0] ?? 0;
    let idle = 0;
    let since = 0;
    const alive = (t: number): boolean => vm.tState.at(t) === THREAD.ready || vm.tState.at(t) === THREAD.blocked;
    for (;;) {
      const waiting = mains.some(alive) || this.children();
      if (!waiting) {
        // work that is due still gets done
        const due = this.pick(current);
        if (!due || vm.tKind.at(due) === ACTOR.kthread) return;
      }
      const t = this.pick(current);
      if (!t) {
        if (!waiting) return;
        if (++idle > IDLE_LIMIT || !this.mayHappen()) {
          this.deadlock(mains.filter(alive));
          return;
        }
        this.tick();
        continue;
      }
      idle = 0;
      since = t === current ? since + 1 : 0;
      current = t;
      let r: string;
      try {
        this.active = t;
        r = vm.run(t, QUANTUM);
      } catch (e) {
        if (!(e instanceof MachineFault)) throw e;
        if (!this.recoverable(e, t)) throw e;
        r = 'exit';
      }
      if (r === 'exit') this.threadEnded(t);
      if (k.touched || r === 'budget') this.tick();
      // who never waits gives way now and then
      if (r === 'budget' && since > 2) {
        current = 0;
        since = 0;
        this.rotate = t;
      }
    }
  }
  private rotate = 0;
  /** The thread that runs or ran last. */
  private active = 0;
  /** A signal ends the process; the run goes on. */
  private recoverable(e: MachineFault, t: number): boolean {
    const k = this.kernel;
    if (e.kind !== 'segfault' && e.kind !== 'sigbus') return false;
    if (!k.vm.inUser(t)) return false;
    this.machineFault(e, t);
    k.exitProcess(k.vm.tProc.at(t), 139);
    k.store.set(k.vm.tState, t, THREAD.done);
    return true;
  }
  private children(): boolean {
    const k = this.kernel;
    for (let t = 1; t < k.threadCount; t++) {
      const kind = k.vm.tKind.at(t);
      const st = k.vm.tState.at(t);
      if (
        (st === THREAD.ready || st === THREAD.blocked) &&
        kind === ACTOR.process &&
        !k.procs.get(k.vm.tProc.at(t), 'exited')
      )
        return true;
    }
    return false;
  }
  private threadEnded(t: number): void {
    const k = this.kernel;
    const kind = k.vm.tKind.at(t);
    if (kind === ACTOR.process) {
      const p = k.vm.tProc.at(t);
      if (!k.procs.get(p, 'exited')) {
        // main() returned: exit(), which closes the files
        this.closeAll(t, p);
        k.exitProcess(p, k.vm.tResult.at(t));
      }
      k.wake(-4, true);
    }
    if (kind === ACTOR.irq) this.threadedHandler(t);
    const leftover = k.held.find(
      (r) => k.held.get(r, 'live') === 1 && k.held.get(r, 'thread') === t && k.held.get(r, 'kind') !== 4,
    );
    if (leftover && kind !== ACTOR.process)
      k.event(
        'warning',
        `${k.actorName(t)} ends with a lock held that it took at line ${k.lineOf(k.held.get(leftover, 'span'))}`,
        t,
        true,
      );
    for (let r = 1; r <= k.held.count; r++)
      if (k.held.get(r, 'thread') === t && k.held.get(r, 'kind') !== 4) k.held.set(r, 'live', 0);
    if (kind !== ACTOR.process) k.store.set(k.vm.tState, t, THREAD.dead);
    k.wake(-1000 - t, true);
  }
  /** The end of a process closes its descriptors: release() of the driver runs. */
  private closeAll(t: number, p: number): void {
    const k = this.kernel;
    for (const name of ['__exit_vmas', '__exit_files']) {
      const fn = this.loaded.program.byName.get(name);
      if (!fn) continue;
      if (!k.files.find((r) => k.files.get(r, 'open') !== 0 && k.files.get(r, 'proc') === p) && name === '__exit_files')
        continue;
      const c = k.spawn(fn, [], { kind: ACTOR.thread, name: `${k.nameText(k.procs.get(p, 'name'))}: exit`, proc: p });
      this.loop([c]);
    }
    void t;
  }

  /** Who runs next: interrupts, then who ran last, then the others in turn. */
  private pick(current: number): number {
    const k = this.kernel;
    const { vm } = k;
    const ready: number[] = [];
    for (let t = 1; t < k.threadCount; t++) {
      if (vm.tState.at(t) !== THREAD.ready) continue;
      if (vm.tKind.at(t) === ACTOR.irq) return t;
      ready.push(t);
    }
    if (!ready.length) return 0;
    if (this.random) {
      this.random = (Math.imul(this.random, 1103515245) + 12345) & 0x7fffffff;
      return ready[(this.random >> 8) % ready.length]!;
    }
    if (current && ready.includes(current)) return current;
    return ready.find((t) => t > this.rotate) ?? ready[0]!;
  }
  /** Can anything still happen by itself? */
  private mayHappen(): boolean {
    const k = this.kernel;
    if (k.devices.some((d) => d.pending().length) || this.writebacks.length) return true;
    for (let t = 1; t < k.threadCount; t++)
      if (k.vm.tState.at(t) === THREAD.blocked && k.tUntil.at(t) < 0x10000000 && k.tUntil.at(t) > 0) return true;
    return false;
  }

  /** A visible step is over: devices work, time passes, properties are looked at. */
  private tick(): void {
    const k = this.kernel;
    const { store } = k;
    k.touched = false;
    k.bus.idle(1);
    this.model.wakeBlocked();
    const now = k.bus.step();
    this.tickSteps[now] = this.positions.length;
    for (const w of [...this.writebacks]) {
      if (w.until > now) continue;
      k.bus.endWriteback(w.file, w.index);
      this.writebacks = this.writebacks.filter((x) => x !== w);
    }
    for (let t = 1; t < k.threadCount; t++) {
      if (k.vm.tState.at(t) === THREAD.blocked && k.tUntil.at(t) <= now) {
        const waits = k.tPhase.at(t) === 1;
        store.set(k.tUntil, t, 0x7fffffff);
        k.wakeThread(t, waits ? 3 : 0);
      }
    }
    this.interrupts();
    k.touched = false;
    this.watch();
  }
  private interrupt(device: number): void {
    const k = this.kernel;
    const row = k.irqs.find((r) => !k.irqs.get(r, 'gone'));
    if (row) k.irqs.set(row, 'pending', 1);
    void device;
  }
  private interrupts(): void {
    const k = this.kernel;
    for (let r = 1; r <= k.irqs.count; r++) {
      if (!k.irqs.get(r, 'pending') || k.irqs.get(r, 'gone') || k.irqs.get(r, 'masked')) continue;
      // a CPU with interrupts off takes them later; there is one CPU
      let off = false;
      for (let t = 1; t < k.threadCount; t++)
        if ((k.vm.tState.at(t) === THREAD.ready || k.vm.tState.at(t) === THREAD.blocked) && k.tIrqOff.at(t) > 0)
          off = true;
      if (off) continue;
      k.irqs.set(r, 'pending', 0);
      const fn = this.loaded.program.functions[k.irqs.get(r, 'handler') - 1];
      if (!fn) {
        this.threaded(r);
        continue;
      }
      const dev = k.irqs.get(r, 'dev');
      k.spawn(
        fn,
        [
          { hi: 0, lo: k.irqs.get(r, 'irq') },
          { hi: dev ? HI.kernel : 0, lo: dev },
        ],
        { kind: ACTOR.irq, name: `irq ${k.irqs.get(r, 'irq')}: ${fn.name}`, key: r },
      );
    }
  }
  private threadedHandler(t: number): void {
    if (this.kernel.vm.tResult.at(t) === 2) this.threaded(this.kernel.tKey.at(t));
  }
  private threaded(r: number): void {
    const k = this.kernel;
    const fn = this.loaded.program.functions[k.irqs.get(r, 'thread') - 1];
    const dev = k.irqs.get(r, 'dev');
    if (fn)
      k.spawn(
        fn,
        [
          { hi: 0, lo: k.irqs.get(r, 'irq') },
          { hi: dev ? HI.kernel : 0, lo: dev },
        ],
        { kind: ACTOR.kthread, name: `irq/${k.irqs.get(r, 'irq')}: ${fn.name}` },
      );
  }
  /** invalidate() of an MMU notifier, before the mapping changes. */
  private notifier(row: number, start: number, end: number, thread: number): void {
    const k = this.kernel;
    const { program } = this.loaded;
    const object = k.notifiers.get(row, 'object');
    const interval = k.notifiers.get(row, 'kind') === 1;
    const type = program.record(interval ? 'mmu_interval_notifier' : 'mmu_notifier');
    const opsType = program.record(interval ? 'mmu_interval_notifier_ops' : 'mmu_notifier_ops');
    const rangeType = program.record('mmu_notifier_range');
    if (!type || !opsType || !rangeType) return;
    const m = k.vm.memory;
    const ops = m.r32(object + findMember(type, 'ops')!.offset);
    const slot = ops + findMember(opsType, interval ? 'invalidate' : 'invalidate_range_start')!.offset;
    if (!m.r32(slot)) return;
    const fn = k.vm.functionAt(m.r32(slot + 4), m.r32(slot));
    const range = m.address(m.alloc(rangeType.size, KIND.device, -1, true, 16, 'the mmu_notifier_range'));
    const u64 = (name: string, v: number): void => {
      const at = range + findMember(rangeType, name)!.offset;
      m.w32(at, v | 0);
      m.w32(at + 4, Math.floor(v / 4294967296) | 0);
    };
    u64('start', start * 4096);
    u64('end', end * 4096);
    const args: Word[] = [
      { hi: HI.kernel, lo: object },
      { hi: HI.kernel, lo: range },
    ];
    if (interval) args.push({ hi: 0, lo: 2 });
    const t = k.spawn(fn, args, { kind: ACTOR.kthread, name: `notifier: ${fn.name}`, proc: 0 });
    k.event(
      'notifier',
      `${fn.name}() is told that 0x${(start * 4096).toString(16)}–0x${(end * 4096).toString(16)} goes`,
      thread,
    );
    this.active = t;
    for (let guard = 0; guard < 1000; guard++) {
      k.touched = false;
      const r = k.vm.run(t, 10_000);
      if (r === 'exit') break;
      if (r === 'blocked') throw new MachineFault('deadlock', `${fn.name}() waits for a lock while the mm changes`);
    }
    k.touched = true;
    k.kill(t);
  }

  /** New faults of the devices, and the properties that are conditions. */
  private watch(): void {
    const all = this.kernel.bus.faults();
    for (let i = this.seenFaults; i < all.length; i++)
      this.kernel.event(all[i]!.kind, `becomes inevitable: ${all[i]!.text}`, this.threads.at(-1) ?? 0);
    this.seenFaults = all.length;
    this.loaded.properties.forEach((p, i) => {
      if (!p.fn || (p.mode !== 'exists' && this.broken.has(i)) || (p.mode === 'exists' && this.broken.has(i))) return;
      const fn = this.loaded.program.byName.get(p.fn);
      if (!fn) return;
      const k = this.kernel;
      const t = k.spawn(fn, [], { kind: ACTOR.init, name: 'property', proc: 1 });
      let value: number;
      const onStep = k.vm.onStep;
      k.vm.onStep = () => false;
      try {
        while (k.vm.run(t, 1000) !== 'exit');
        value = k.vm.tResult.at(t);
      } catch (e) {
        if (!(e instanceof MachineFault)) throw e;
        value = p.mode === 'always' ? 1 : 0;
      } finally {
        k.vm.onStep = onStep;
        k.touched = false;
      }
      k.kill(t);
      const hit = p.mode === 'always' ? !value : value !== 0;
      if (hit) this.broken.set(i, { step: this.positions.length, line: this.lineOfStep(this.positions.length - 1) });
    });
  }

  // ---- director

  fails(name: string): boolean {
    const n = (this.counters.get(name) ?? 0) + 1;
    this.counters.set(name, n);
    const i = this.failures.findIndex((f) => f.call === name && f.at === n);
    if (i < 0) return false;
    this.failures.splice(i, 1);
    return true;
  }
  shorten(_name: string, nr: number): number | undefined {
    if (this.short === undefined) return undefined;
    const n = Math.min(this.short, nr);
    this.short = undefined;
    return n;
  }
  ended(): void {
    // nothing to do: the loop looks at states
  }
  note(id: number, args: readonly Word[], thread: number): Answer {
    const n = this.loaded.notes[id]!;
    return this.act(n.action, thread, args, n.texts);
  }

  /** Carries out an annotation. */
  private act(action: Action, thread: number, args: readonly Word[] = [], texts: readonly string[] = []): Answer {
    const k = this.kernel;
    const s = this.model.s;
    switch (action.kind) {
      case 'assert': {
        const w = args[0]!;
        if (w.hi === 0 && w.lo === 0) {
          this.results.push({
            text: `assert ${texts[0]}`,
            holds: false,
            step: this.positions.length,
            line: k.lineOf(k.spanAt(thread)),
            at: action.expr.start,
          });
          k.event('assertion', `assertion failed: ${texts[0]}${this.sides(texts[0]!)}`, thread, true);
        } else
          this.results.push({
            text: `assert ${texts[0]}`,
            holds: true,
            step: this.positions.length,
            line: k.lineOf(k.spanAt(thread)),
            at: action.expr.start,
          });
        return undefined;
      }
      case 'show':
        texts.forEach((t, i) => {
          const w = args[i]!;
          const v = (BigInt(w.hi) << 32n) | BigInt(w.lo >>> 0);
          k.event(
            'show',
            `${t} = ${v >= -4096n && v < 1n << 20n ? v : `0x${BigInt.asUintN(64, v).toString(16)}`}`,
            thread,
          );
        });
        return undefined;
      case 'point':
        k.event('point', action.label, thread);
        for (const a of this.points.get(action.label) ?? []) this.act(a, thread);
        k.touched = true;
        return undefined;
      case 'reclaim':
        k.event('reclaim', 'memory pressure: reclaim', thread);
        lruAddDrain(s);
        memcgReclaim(s, action.times);
        this.writebackLines(thread);
        break;
      case 'writeback':
        k.event('writeback', 'the flusher writes dirty pages', thread);
        this.flush(action.steps);
        break;
      case 'drop-caches':
        dropCaches(s);
        k.event('drop-caches', 'drop_caches', thread);
        break;
      case 'compact': {
        let moved = 0;
        for (let p = 1; p <= k.procs.count; p++) {
          const mm = k.procs.get(p, 'mm');
          if (k.procs.get(p, 'exited') || !mm) continue;
          for (let v = s.mmVmas.at(mm); v; v = s.vmaNext.at(v))
            for (let vpn = s.vmaStart.at(v); vpn < Math.min(s.vmaEnd.at(v), s.vmaStart.at(v) + 64); vpn++)
              if (movePages(s, mm, vpn, 1).status === 1) moved++;
        }
        k.event('compact', `compaction moves ${moved} pages`, thread);
        break;
      }
      case 'migrate': {
        const w = args[0]!;
        const r = movePages(s, k.mmOf(thread), Math.floor((w.hi * 4294967296 + (w.lo >>> 0)) / 4096), 1);
        k.event(
          'migrate',
          `migration of ${texts[0]}: ${r.status === 1 ? 'moved' : `refused (${r.status ?? r.ret})`}`,
          thread,
        );
        break;
      }
      case 'fork': {
        const p = k.procs.find(
          (r) => k.nameText(k.procs.get(r, 'name')) === action.process && !k.procs.get(r, 'exited'),
        );
        if (!p) throw new MachineFault('unsupported', `//@ fork: there is no process ${action.process}`);
        forkProc(s, k.modelProc(p), `${action.process}-child${k.store.add(k.vm.memory.scalar, 13, 1)}`);
        k.event('fork', `${action.process} forks`, thread);
        break;
      }
      case 'exit': {
        const p = k.procs.find(
          (r) => k.nameText(k.procs.get(r, 'name')) === action.process && !k.procs.get(r, 'exited'),
        );
        if (!p) break;
        for (let t = 1; t < k.threadCount; t++) if (k.vm.tProc.at(t) === p && t !== thread) k.kill(t);
        this.closeAll(thread, p);
        k.exitProcess(p, 137);
        break;
      }
      case 'wait': {
        const r = k.block(thread, -5, action.steps);
        return r === BLOCK ? BLOCK : undefined;
      }
      case 'truncate': {
        for (let f = s.scalar.at(SCALAR.nextFile) - 1; f > 0; f--) {
          if (s.names.text(s.fileName.at(f)) !== action.path) continue;
          const done = truncateFile(s, f, action.pages);
          k.event(
            'truncate',
            `${action.path} is truncated to ${action.pages} pages${done ? '' : ': it has to wait'}`,
            thread,
          );
          if (!done && s.machine.daxPolicy === 'wait') this.model.block(k.modelProc(1), 'truncate', f, action.pages, 0);
          break;
        }
        break;
      }
      case 'fail':
        this.failures.push({ call: action.call, at: (this.counters.get(action.call) ?? 0) + action.nth });
        return undefined;
      case 'short':
        this.short = action.pages;
        return undefined;
    }
    k.touched = true;
    return undefined;
  }
  private sides(text: string): string {
    void text;
    return '';
  }
  private writebackLines(thread: number): void {
    for (const line of this.model.s.dmesg.splice(0)) this.kernel.event('warning', line, thread, true);
  }
  /** The flusher: at once, or with pages under writeback for some steps. */
  private flush(steps: number): void {
    const s = this.model.s;
    const k = this.kernel;
    for (let f = 1; f < s.scalar.at(SCALAR.nextFile); f++) {
      if (s.fileFs.at(f) !== FS.ext4) continue;
      if (steps === 0) {
        fsyncFile(s, f);
        continue;
      }
      for (let i = 0; i < s.fileCap.at(f); i++) {
        const page = cachedPage(s, f, i);
        if (!page || !s.has(page, PG.dirty)) continue;
        k.bus.startWriteback(f, i);
        this.writebacks.push({ file: f, index: i, until: k.bus.step() + steps });
      }
    }
  }

  // ---- the end

  private machineFault(e: MachineFault, thread: number): void {
    const k = this.kernel;
    const row = thread ? k.spanAt(thread) : -1;
    const step = Math.max(0, this.positions.length - 1);
    this.faults.push({
      kind: e.kind,
      text: e.message,
      inevitable: step,
      shown: step,
      line: k.lineOf(row),
      actor: thread ? k.actorName(thread) : 'machine',
    });
    k.event(e.kind, e.message, thread, true);
    this.stopped = e.message;
  }
  private deadlock(stuck: readonly number[]): void {
    const k = this.kernel;
    const parts: string[] = [];
    let lock = false;
    for (let t = 1; t < k.threadCount; t++) {
      if (k.vm.tState.at(t) !== THREAD.blocked || (k.tUntil.at(t) < 0x7fffffff && k.tUntil.at(t) > 0)) continue;
      const on = k.tWait.at(t);
      const owner = k.held.find((r) => k.held.get(r, 'live') === 1 && k.held.get(r, 'lock') === on);
      const page = k.pageLocks.find(
        (r) => k.pageLocks.get(r, 'live') === 1 && -100_000 - k.pageLocks.get(r, 'pfn') === on,
      );
      const line = k.lineOf(k.spanAt(t));
      if (owner) {
        lock = true;
        parts.push(
          `${k.actorName(t)} waits at line ${line} for a lock that ${k.actorName(k.held.get(owner, 'thread'))} took at line ${k.lineOf(k.held.get(owner, 'span'))}`,
        );
      } else if (page) {
        lock = true;
        parts.push(
          `${k.actorName(t)} waits at line ${line} for a page lock that ${k.actorName(k.pageLocks.get(page, 'thread'))} took at line ${k.lineOf(k.pageLocks.get(page, 'span'))}`,
        );
      } else
        parts.push(
          `${k.actorName(t)} waits at line ${line}${on === -3 ? ' in truncate, for pages that are held' : ''} and nobody will wake it`,
        );
    }
    const t = stuck[0] ?? 0;
    const kind = lock
      ? 'deadlock'
      : k.tWait.at(t) === -3 || stuck.some((x) => k.tWait.at(x) === -3)
        ? 'hung-truncate'
        : 'hang';
    const step = Math.max(0, this.positions.length - 1);
    const text = parts.join('; ') || 'nobody can run';
    this.faults.push({
      kind,
      text,
      inevitable: step,
      shown: step,
      line: t ? k.lineOf(k.spanAt(t)) : 0,
      actor: t ? k.actorName(t) : 'machine',
    });
    k.event(kind, text, t, true);
    this.stopped = text;
  }
  private lineOfStep(i: number): number {
    return i >= 0 && i < this.rows.length ? this.kernel.lineOf(this.rows[i]!) : 0;
  }

  private finish(unloaded: boolean): this {
    const k = this.kernel;
    const last = Math.max(0, this.positions.length - 1);
    const done = this.stopped === undefined;
    if (done) {
      this.leaks(unloaded);
      for (let p = 1; p < this.model.s.scalar.at(SCALAR.nextProc); p++) {
        const at = this.model.s.procPending.at(p * 4);
        if (at !== 0 && at !== 9)
          this.add('hung-truncate', 'a truncate still waits for pages that somebody holds', last);
      }
    }
    for (const f of k.bus.faults()) this.addFault(f);
    for (const e of k.events) {
      if (e.kind === 'warning' || e.kind === 'info-leak' || e.kind === 'mismatch') {
        if (e.failure)
          this.faults.push({
            kind: e.kind === 'mismatch' ? 'warning' : e.kind,
            text: e.text,
            inevitable: e.step - 1,
            shown: e.step - 1,
            line: k.lineOf(e.span),
            actor: e.actor,
          });
      }
    }
    this.loaded.properties.forEach((p, i) => {
      const text = `${p.mode} ${p.fault ?? p.expr?.text ?? ''}`;
      if (p.fault) {
        const f = this.faults.find((x) => x.kind === p.fault);
        this.results.push({
          text,
          holds: p.mode === 'exists' ? f !== undefined : f === undefined,
          step: f?.inevitable ?? last,
          line: f?.line ?? 0,
          at: p.start,
        });
      } else {
        const b = this.broken.get(i);
        this.results.push({
          text,
          holds: p.mode === 'exists' ? b !== undefined : b === undefined,
          step: b?.step ?? last,
          line: b?.line ?? 0,
          at: p.start,
        });
      }
    });
    this.endPosition = this.model.s.store.position;
    return this;
  }
  private add(kind: string, text: string, step: number, line = 0, actor = 'machine'): void {
    this.faults.push({ kind, text, inevitable: step, shown: step, line, actor });
    this.kernel.events.push({ kind, text, step, thread: 0, actor, span: -1, failure: true });
  }
  private addFault(f: Fault): void {
    const at = this.tickSteps[f.inevitable] ?? this.positions.length;
    const shown = f.shown ? (this.tickSteps[f.shown] ?? this.positions.length) : 0;
    const step = Math.max(0, at - 1);
    this.faults.push({
      kind: f.kind,
      text: f.text,
      inevitable: step,
      shown: f.shown ? Math.max(0, shown - 1) : -1,
      line: this.lineOfStep(step),
      actor: this.names[step] ? this.kernel.nameText(this.names[step]!) : 'machine',
    });
  }
  /** What is still held when everybody is gone. */
  private leaks(unloaded: boolean): void {
    const k = this.kernel;
    const m = k.vm.memory;
    const last = Math.max(0, this.positions.length - 1);
    // memory: all of it if the module is gone, what nobody points to otherwise; what the objects made for a function hold is not lost
    const reached = unloaded ? new Set<number>() : this.reachable();
    const kept = this.loaded.processes.length === 0 && !unloaded;
    const groups = new Map<string, { n: number; span: number; call: string; pin: boolean; actor: string }>();
    for (let r = 1; r <= k.pins.count; r++) {
      if (k.pins.get(r, 'live') !== 1) continue;
      if (kept && reached.has(-k.pins.get(r, 'pfn'))) continue;
      const span = k.pins.get(r, 'span');
      const call = k.nameText(k.pins.get(r, 'call'));
      const key = `${span}:${call}`;
      const g = groups.get(key) ?? {
        n: 0,
        span,
        call,
        pin: k.pins.get(r, 'pin') === 1,
        actor: k.actorName(k.pins.get(r, 'thread')),
      };
      g.n++;
      groups.set(key, g);
    }
    // functions that are not here may keep what they are given
    const others = kept && k.told.size > 0;
    for (const g of groups.values())
      if (others)
        k.event(
          'held',
          `${g.n} page reference${g.n === 1 ? '' : 's'} of ${g.call}() at line ${k.lineOf(g.span)} ${g.n === 1 ? 'is' : 'are'} still held at the end; a function that is not defined here may give them back`,
          0,
        );
      else
        this.add(
          'leak',
          `${g.n} page reference${g.n === 1 ? '' : 's'} of ${g.call}() at line ${k.lineOf(g.span)} ${g.n === 1 ? 'is' : 'are'} never given back`,
          last,
          k.lineOf(g.span),
          g.actor,
        );
    for (let r = 1; r <= k.maps.count; r++)
      if (k.maps.get(r, 'live') === 1 && !others)
        this.add(
          'leak',
          `the DMA mapping made at line ${k.lineOf(k.maps.get(r, 'span'))} is never unmapped`,
          last,
          k.lineOf(k.maps.get(r, 'span')),
        );
    for (let r = 1; r <= k.heapPages.count; r++) {
      if (k.heapPages.get(r, 'live') !== 1 || (!unloaded && reached.has(-k.heapPages.get(r, 'pfn')))) continue;
      this.add(
        'memory-leak',
        `the page allocated at line ${k.lineOf(k.heapPages.get(r, 'span'))} is never freed`,
        last,
        k.lineOf(k.heapPages.get(r, 'span')),
      );
    }
    for (let o = 1; o < m.scalar.at(SC.objects); o++) {
      if (m.objKind.at(o) !== KIND.heap || m.objState.at(o) !== STATE.alive || reached.has(o)) continue;
      const span = m.objSpan.at(o) - 1;
      this.add(
        'memory-leak',
        `the ${m.objSize.at(o)} bytes allocated at line ${k.lineOf(span)} are never freed`,
        last,
        k.lineOf(span),
      );
    }
  }
  /** Objects that globals reach, as conservatively as kmemleak. Pages as negative frame numbers. */
  private reachable(): Set<number> {
    const k = this.kernel;
    const m = k.vm.memory;
    const seen = new Set<number>();
    const queue: number[] = [];
    const look = (from: number, size: number): void => {
      for (let a = Math.ceil(from / 8) * 8; a + 8 <= from + size; a += 8) {
        const hi = m.r32(a + 4);
        const lo = m.r32(a);
        if (hi === HI.kernel && lo > 0) {
          const o = m.rowAt(lo);
          if (o && !seen.has(o)) {
            seen.add(o);
            queue.push(o);
          }
        } else if (hi === HI.direct) seen.add(-(lo >>> 12));
        else if (hi === HI.vmemmap) seen.add(-(lo >>> 6));
      }
    };
    for (const g of this.loaded.program.globals) if (!g.user) look(g.address, g.size);
    for (let r = 1; r <= k.chardevs.count; r++) {
      const o = m.rowAt(k.chardevs.get(r, 'object'));
      if (o && !k.chardevs.get(r, 'gone') && !seen.has(o)) {
        seen.add(o);
        queue.push(o);
      }
    }
    for (let r = 1; r <= k.irqs.count; r++) {
      const o = m.rowAt(k.irqs.get(r, 'dev'));
      if (o && !seen.has(o)) {
        seen.add(o);
        queue.push(o);
      }
    }
    if (this.loaded.processes.length === 0) {
      // objects that were made as arguments
      for (let o = 1; o < m.scalar.at(SC.objects); o++) {
        if (m.objKind.at(o) !== KIND.device || seen.has(o)) continue;
        seen.add(o);
        queue.push(o);
      }
    }
    for (let o = queue.pop(); o; o = queue.pop())
      if (m.objState.at(o) === STATE.alive) look(m.objAddress.at(o), m.objSize.at(o));
    return seen;
  }

  // ---- the trace

  /** Number of steps. */
  get length(): number {
    return this.positions.length;
  }
  get events(): readonly Event[] {
    return this.kernel.events;
  }
  get bus(): Bus {
    return this.kernel.bus;
  }
  /** What step `i` was. */
  step(i: number): Step {
    const span = this.loaded.program.spans[this.rows[i]!]!;
    return {
      index: i,
      thread: this.threads[i]!,
      actor: this.kernel.nameText(this.names[i]!),
      line: this.loaded.lineOf(span.start),
      start: span.start,
      end: span.end,
      row: this.rows[i]!,
      depth: this.depths[i]!,
    };
  }
  /** Thread of step `i`; 0: there is no such step. */
  threadOf(i: number): number {
    return this.threads[i] ?? 0;
  }
  /** Goes to the state before step `i` (length: the end). */
  seek(i: number): void {
    this.model.s.store.seek(i >= this.positions.length ? this.endPosition : this.positions[Math.max(0, i)]!);
  }
  /** Frames at the present place: innermost first, functions of the headers left out. */
  frames(thread: number): FrameInfo[] {
    return this.kernel.vm.frames(thread).filter((f) => !f.fn.prelude);
  }
  /** Call stack at the present place: innermost first, functions of the headers left out. */
  callStack(thread: number): { name: string; line: number; start: number; end: number; variables: () => Variable[] }[] {
    const { program } = this.loaded;
    return this.frames(thread).map((f) => {
      const span = program.spans[program.spanOf[f.pc / 5] ?? 0]!;
      return {
        name: f.fn.name,
        line: this.loaded.lineOf(span.start),
        start: span.start,
        end: span.end,
        variables: () => readVariables(this.kernel.vm, f, thread),
      };
    });
  }
  /** Did everything go as the annotations say, with no fault that they do not ask for? */
  get ok(): boolean {
    const wanted = new Set(this.loaded.properties.filter((p) => p.mode === 'exists' && p.fault).map((p) => p.fault!));
    if (this.loaded.diagnostics.some((d) => d.severity === 'error')) return false;
    if (this.results.some((r) => !r.holds)) return false;
    return this.faults.every((f) => wanted.has(f.kind));
  }
}
