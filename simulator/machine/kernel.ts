/** The kernel around the virtual machine: what built-ins and the scenario use. */
import type { Device } from '../device/index.ts';
import { Args } from './args.ts';
import { BUILTINS, type Builtin } from './builtins/index.ts';
import { KernelProcesses } from './kernel-processes.ts';
import type { Director } from './kernel-tables.ts';
import { contentOf, tlbPage, WouldBlock, writeFrame, type Model } from './model.ts';
import { ObjectMaker, type Assumed } from './objects.ts';
import { Outside } from './outside.ts';
import type { Program } from './program.ts';
import { Rows } from './rows.ts';
import { BLOCK, PREEMPT, Vm, type Answer, type Host, type Word } from './vm.ts';

export { Args, cString, framed, pagePointer, slabAddress, slabPage } from './args.ts';
export type { Director, Event } from './kernel-tables.ts';

/** In the table of what was told: a test was taken to pass against the values there were. */
export const STEERED = "'steered";

/** The kernel. */
export class Kernel extends KernelProcesses implements Host {
  readonly vm: Vm;
  readonly table: readonly Builtin[];
  private readonly outside: Outside;
  /** What was inferred, for a program that is not complete. */
  assumed: Assumed | undefined;
  /** One function runs alone, without a caller. */
  cutOut = false;
  /** Functions whose assumed success has been told, by name. */
  readonly told: Rows<'name'>;
  /** Objects that an assumed function may have put into the one that it returned. */
  readonly kept: Rows<'object'>;
  /** Objects that were made for cut-out functions. */
  readonly made: Rows<'proc' | 'name' | 'hi' | 'lo'>;
  private readonly makers = new Map<number, ObjectMaker>();
  /** Called before a built-in or an annotation runs: may throw PREEMPT. */
  beforeCall: ((name: string, thread: number) => void) | undefined;

  constructor(model: Model, program: Program, director: Director, o: { iommu?: boolean; memory?: number } = {}) {
    super(model, program, director, o.iommu ?? false);
    this.outside = new Outside(this);
    this.told = new Rows(model.s.store, 'assumed functions', ['name']);
    this.kept = new Rows(model.s.store, 'kept objects', ['object']);
    this.made = new Rows(model.s.store, 'made objects', ['proc', 'name', 'hi', 'lo']);
    this.vm = new Vm(model.s.store, program, this, o.memory);
    this.table = program.builtins.map((name) => BUILTINS[name]!);
  }

  /** Did a function that runs alone go on against its own tests? */
  get steered(): boolean {
    const id = this.nameId(STEERED);
    return this.told.find((r) => this.told.get(r, 'name') === id) !== 0;
  }
  /** Who makes the objects that a cut-out function is given in the process of a thread. */
  objectsOf(thread: number): ObjectMaker {
    return this.objectsOfProcess(this.vm.tProc.at(thread));
  }
  /** The same for a process. */
  objectsOfProcess(proc: number): ObjectMaker {
    let m = this.makers.get(proc);
    if (!m) this.makers.set(proc, (m = new ObjectMaker(this, proc)));
    return m;
  }
  call(index: number, args: number, count: number, thread: number): Answer {
    this.beforeCall?.(this.program.builtins[index]!, thread);
    this.quiet = false;
    this.argThread = thread;
    const builtin = this.table[index]!;
    const given = new Args(this, args, count, thread);
    const answer = this.unlessLocked(thread, BLOCK, () => {
      if (this.beforeCall === undefined) return builtin(this, given);
      this.calling++;
      try {
        return builtin(this, given);
      } finally {
        this.calling--;
      }
    });
    // how a wait ended concerns the call that waited, not the next one
    if (answer !== BLOCK && this.tPhase.at(thread) > 1) this.store.set(this.tPhase, thread, 0);
    return answer;
  }
  /** Does something that may need a page lock: if somebody holds it, nothing of it has happened and the thread waits (`waits`). */
  private unlessLocked<T>(thread: number, waits: T | typeof PREEMPT, f: () => T): T {
    const { store } = this;
    const before = store.boundary();
    const told = this.events.length;
    try {
      const r = f();
      if (this.ends.length) this.tellEnds();
      return r;
    } catch (e) {
      if (!(e instanceof WouldBlock) || !store.recording) throw e;
      store.rollback(before);
      this.events.length = told;
      this.ends.length = 0;
      this.waitForPage(thread, e.folio);
      if (waits === PREEMPT) throw PREEMPT;
      return waits as T;
    }
  }
  note(id: number, args: number, count: number, thread: number): Answer {
    this.beforeCall?.('note', thread);
    this.quiet = false;
    const words: Word[] = [];
    for (let i = 0; i < count; i++) words.push({ hi: this.vm.argHi(args, i), lo: this.vm.argLo(args, i) });
    return this.unlessLocked(thread, BLOCK, () => this.director.note(id, words, thread));
  }
  yields(): boolean {
    this.settleAccess();
    return this.touched;
  }
  /** What was accessed quietly counts as a visible operation after all. */
  settleAccess(): void {
    if (!this.accessed) return;
    this.accessed = false;
    this.touched = true;
  }
  /** The page of a quiet access; 0: there is more to it. */
  private quietPage(hi: number, lo: number, size: number, thread: number, write: boolean): number {
    if (!this.quiet || hi < 0 || hi >= 0x8000 || (lo & 4095) + size > 4096 || !this.vm.inUser(thread)) return 0;
    const mm = this.mmOf(thread);
    const page = mm ? tlbPage(this.model.s, mm, hi * 1048576 + (lo >>> 12), write) : 0;
    if (page) this.accessed = true;
    return page;
  }
  peek(hi: number, lo: number, size: number, thread: number): Uint8Array | undefined {
    const page = this.quietPage(hi, lo, size, thread, false);
    return page ? this.model.s.contents.page(contentOf(this.model.s, page)) : undefined;
  }
  poke(hi: number, lo: number, data: Uint8Array, thread: number): boolean {
    const page = this.quietPage(hi, lo, data.length, thread, true);
    if (page) writeFrame(this.model.s, page, lo & 4095, data);
    return page !== 0;
  }
  read(hi: number, lo: number, size: number, thread: number): Uint8Array {
    this.beforeCall?.('read', thread);
    return this.unlessLocked(thread, PREEMPT, () => this.outside.read(hi, lo, size, thread));
  }
  write(hi: number, lo: number, data: Uint8Array, thread: number): void {
    this.beforeCall?.('write', thread);
    this.unlessLocked(thread, PREEMPT, () => this.outside.write(hi, lo, data, thread));
  }
  /** Starts a transfer: one descriptor for each page. */
  submit(d: Device, address: number, length: number, dir: number): void {
    this.outside.submit(d, address, length, dir);
  }
}
