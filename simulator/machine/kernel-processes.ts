/** Processes: address spaces, arenas, task_struct and mm_struct, exit. */
import { KernelThreads } from './kernel-threads.ts';
import { HI, MachineFault } from './memory.ts';
import { doMmap, exitProc, newProc, notifierInsert, notifierRemove, SCALAR } from './model.ts';
import type { FnInfo } from './program.ts';
import { ACTOR, BIG, THREAD, type Word } from './vm.ts';

/** Bytes of the private memory of a process: variables, stacks from 64 KiB on, the small heap from 448 KiB on. */
const ARENA = 0x80000;

/** What a notifier is told: a range begins to change, has changed, or its address space ends. */
export type Notice = 'start' | 'end' | 'release';

/** Processes. */
export abstract class KernelProcesses extends KernelThreads {
  /** A program touches a page of a driver's mapping that is not there: true if the driver has put one there. */
  onDriverFault: (vma: number, at: number, write: boolean, thread: number) => boolean = () => false;
  /** Runs a function to its end before anything else happens; its thread. */
  runNow: (fn: FnInfo, args: readonly Word[], name: string, proc: number) => number = () => 0;
  /** Runs a notifier's callback to its end. */
  onNotify: (row: number, start: number, end: number, thread: number, how: Notice) => void = () => undefined;
  /** Range notifications under way: changes of single pages are part of them. */
  private telling = 0;
  /** Notifiers that were told of a start and not yet of the end of it. */
  protected readonly ends: { readonly row: number; readonly from: number; readonly to: number }[] = [];

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
    this.tell(this.procs.get(p, 'mm'), 0, 2 ** 31, this.argThread, true);
    const row = this.modelProc(p);
    this.procs.set(p, 'exited', 1);
    this.procs.set(p, 'code', code);
    this.telling++;
    try {
      if (row) exitProc(this.model.s, row);
    } finally {
      this.telling--;
    }
    this.tellEnds();
    for (let t = 1; t < this.threadCount; t++) {
      if (this.vm.tProc.at(t) !== p || t === this.argThread) continue;
      const k = this.vm.tKind.at(t);
      if (k === ACTOR.process || k === ACTOR.thread) this.store.set(this.vm.tState, t, THREAD.dead);
    }
    this.event(
      'exit',
      `${this.nameText(this.procs.get(p, 'name'))} exits${code ? ` with ${code}` : ''}`,
      this.argThread,
    );
    this.touched = true;
  }
  /** MMU notifiers of a range: their callbacks run before `change`, as threads of their own; what it tells page by page is told already. */
  notify<T>(mm: number, start: number, end: number, thread: number, change: () => T): T {
    this.tell(mm, start, end, thread, false);
    this.telling++;
    try {
      return change();
    } finally {
      this.telling--;
    }
  }
  /** Tells the notifiers of a range that it changes; `gone`: that its address space ends. */
  private tell(mm: number, start: number, end: number, thread: number, gone: boolean): void {
    const { notifiers } = this;
    for (let r = 1, n = notifiers.count; r <= n; r++) {
      if (notifiers.get(r, 'gone') || notifiers.get(r, 'mm') !== mm) continue;
      if (notifiers.get(r, 'end') <= start || notifiers.get(r, 'start') >= end) continue;
      const whole = notifiers.get(r, 'kind') !== 1;
      // mmu_notifier_release(): the list is empty afterwards
      if (gone && whole) this.removeNotifier(r);
      const from = Math.max(start, notifiers.get(r, 'start'));
      const to = Math.min(end, notifiers.get(r, 'end'));
      this.onNotify(r, from, to, thread, gone && whole ? 'release' : 'start');
      if (whole && !gone) this.ends.push({ row: r, from, to });
    }
  }
  /** A notifier of the program hears of every change of its range, whoever makes it: reclaim, migration, copy-on-write … */
  addNotifier(object: number, mm: number, start: number, end: number, kind: number): void {
    const s = this.model.s;
    const row = this.notifiers.add({ object, mm, start, end, kind });
    const model: number = notifierInsert(s, `notifier ${row}`, mm, start, end, (from, to) => {
      const r = this.notifiers.find((n) => !this.notifiers.get(n, 'gone') && this.notifiers.get(n, 'model') === model);
      if (!r || this.telling) return;
      this.onNotify(r, from, to, this.argThread, 'start');
      if (this.notifiers.get(r, 'kind') !== 1) this.ends.push({ row: r, from, to });
    });
    this.notifiers.set(row, 'model', model);
  }
  /** It hears of nothing any more. */
  removeNotifier(row: number): void {
    notifierRemove(this.model.s, this.notifiers.get(row, 'model'));
    this.notifiers.set(row, 'gone', 1);
    this.notifiers.set(row, 'model', 0);
  }
  /** What was announced has happened: invalidate_range_end(). */
  tellEnds(): void {
    for (const { row, from, to } of this.ends.splice(0))
      if (!this.notifiers.get(row, 'gone')) this.onNotify(row, from, to, this.argThread, 'end');
  }
  /** Process of an mm_struct; 0: none. */
  procOfMm(w: Word): number {
    return this.procs.find((p) => this.procs.get(p, 'mmStruct') === w.lo && w.hi === HI.kernel);
  }
  /** mm_struct of an mm of the model. */
  mmStructOf(mm: number): Word {
    const p = this.procs.find((r) => this.procs.get(r, 'mm') === mm);
    return p ? { hi: HI.kernel, lo: this.procs.get(p, 'mmStruct') } : { hi: 0, lo: 0 };
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
  arena(proc: number): number {
    return this.procs.get(proc, 'arena');
  }
}
