/** Processes and threads of user programs, and their heap. */
import { type Args, type Kernel } from '../kernel.ts';
import { HI, KIND, MachineFault, STATE } from '../memory.ts';
import { doMmap, findVma, forkProc, isCowMapping, PAGE_SIZE } from '../model.ts';
import { ACTOR, BLOCK, THREAD, type Word } from '../vm.ts';
import type { Builtins } from './index.ts';
import { copyVmas } from './mappings.ts';
import { mapNumber } from './mmap.ts';

/** fork(2): a copy of the address space, the arena, the descriptors and the thread. */
function fork(k: Kernel, a: Args): number {
  const p = k.vm.tProc.at(a.thread);
  const name = `${k.nameText(k.procs.get(p, 'name'))}'${k.procs.count}`;
  const s = k.model.s;
  const modelParent = k.modelProc(p);
  // copy_page_range(): what is shared copy-on-write from now on loses the right to write
  const mm = k.procs.get(p, 'mm');
  let copy = (): number => forkProc(s, modelParent, name);
  for (let v = s.mmVmas.at(mm); v; v = s.vmaNext.at(v)) {
    const rest = copy;
    if (isCowMapping(s.vmaFlags.at(v))) copy = () => k.notify(mm, s.vmaStart.at(v), s.vmaEnd.at(v), a.thread, rest);
  }
  const child = copy();
  const c = k.newProcess(name, { modelProc: child, parent: p });
  k.procs.set(c, 'heap', k.procs.get(p, 'heap'));
  k.procs.set(c, 'heapEnd', k.procs.get(p, 'heapEnd'));
  k.copyArena(p, c);
  for (let r = 1, n = k.files.count; r <= n; r++) {
    const open = k.files.get(r, 'open');
    if (!open || k.files.get(r, 'proc') !== p) continue;
    k.files.add({ proc: c, fd: k.files.get(r, 'fd'), open });
    k.open.set(open, 'count', k.open.get(open, 'count') + 1);
  }
  copyVmas(k, mm, k.procs.get(c, 'mm'), a.thread);
  const t = k.vm.cloneThread(a.thread, c, k.nameId(name));
  k.store.set(k.tAtomic, t, 0);
  k.store.set(k.tIrqOff, t, 0);
  k.store.set(k.tPhase, t, 0);
  k.queue(t, 0, false);
  k.store.set(k.tMm, t, 0);
  k.event('fork', `${k.nameText(k.procs.get(p, 'name'))} forks ${name}`, a.thread);
  k.touched = true;
  return k.procs.get(c, 'pid');
}

const CHILD = -4;

/** Bytes of a large block: malloc() maps it. */
function bigBlock(k: Kernel, a: Args, w: Word): number {
  const s = k.model.s;
  const vpn = Math.floor((w.hi * 4294967296 + (w.lo >>> 0)) / PAGE_SIZE);
  const v = findVma(s, k.mmOf(a.thread), vpn);
  return v ? (s.vmaEnd.at(v) - vpn) * PAGE_SIZE : 0;
}

/** Built-ins of this file. */
export const processes: Builtins = {
  __pinscope_fork: fork,
  __pinscope_waitpid: (k, a) => {
    const pid = a.n(0);
    const p = k.vm.tProc.at(a.thread);
    const mine = (r: number): boolean =>
      k.procs.get(r, 'parent') === p && !k.procs.get(r, 'waited') && (pid <= 0 || k.procs.get(r, 'pid') === pid);
    const done = k.procs.find((r) => mine(r) && k.procs.get(r, 'exited') === 1);
    if (done) {
      k.store.set(k.tPhase, a.thread, 0);
      k.procs.set(done, 'waited', 1);
      return (k.procs.get(done, 'pid') << 8) | (k.procs.get(done, 'code') & 255);
    }
    if (!k.procs.find(mine)) return -10;
    k.store.set(k.tPhase, a.thread, 0);
    return k.block(a.thread, CHILD, -1) === BLOCK ? BLOCK : 0;
  },
  __pinscope_exit_process: (k, a) => {
    k.exitProcess(k.vm.tProc.at(a.thread), a.n(0));
    k.wake(CHILD, true);
    k.store.set(k.vm.tState, a.thread, THREAD.done);
    return undefined;
  },
  __pinscope_thread: (k, a) => {
    const fn = k.vm.functionAt(a.w(0).hi, a.w(0).lo);
    const p = k.vm.tProc.at(a.thread);
    return k.spawn(fn, [a.w(1)], {
      kind: ACTOR.thread,
      name: `${k.nameText(k.procs.get(p, 'name'))}: ${fn.name}`,
      proc: p,
    });
  },
  __pinscope_join: (k, a) => {
    const t = a.n(0);
    const st = k.vm.tState.at(t);
    if (st === THREAD.done || st === THREAD.dead) {
      k.store.set(k.tPhase, a.thread, 0);
      return k.vm.tResult.at(t);
    }
    return k.block(a.thread, -1000 - t, -1) === BLOCK ? BLOCK : 0;
  },
  __pinscope_malloc: (k, a) => {
    const n = a.u(0);
    const align = Math.max(16, a.u(1));
    const p = k.vm.tProc.at(a.thread);
    if (!p) throw new MachineFault('unsupported', 'malloc() in kernel code');
    k.touched = true;
    if (n < 1024 && align <= 16) {
      const at = k.userHeap(p, n);
      k.vm.memory.object(at, n, KIND.heap, k.spanAt(a.thread), a.n(2) !== 0);
      k.store.set(k.vm.memory.objKind, k.vm.memory.scalar.at(1) - 1, KIND.user);
      return { hi: HI.user, lo: at - k.arena(p) };
    }
    const s = k.model.s;
    const pages = Math.ceil(n / PAGE_SIZE);
    const base = doMmap(s, k.mmOf(a.thread), mapNumber(k), 'anon', pages, 'rw', 0);
    return { hi: Math.floor(base / 1048576), lo: (base % 1048576) << 12 };
  },
  __pinscope_user_size: (k, a) => {
    const w = a.w(0);
    if (w.hi !== HI.user) return bigBlock(k, a, w);
    const row = k.vm.memory.rowAt(k.vm.physical(w.hi, w.lo, a.thread));
    return row ? k.vm.memory.objSize.at(row) : 0;
  },
  free: (k, a) => {
    const w = a.w(0);
    if (w.hi !== HI.user) return undefined; // a large block: its pages stay until exit
    const at = k.vm.physical(w.hi, w.lo, a.thread);
    const row = k.vm.memory.rowAt(at);
    if (!row || k.vm.memory.address(row) !== at)
      throw new MachineFault('bad-free', 'free() of a pointer that malloc() did not return');
    if (k.vm.memory.objState.at(row) === STATE.freed)
      throw new MachineFault('double-free', 'free() of a block for the second time');
    k.vm.memory.free(row, k.spanAt(a.thread));
    return undefined;
  },
};
