/** What annotations inside of functions do: reclaim, writeback, fork, assertions … */
import type { Action } from '../../language/annotations/index.ts';
import { BLOCK, MachineFault, type Answer, type Word } from '../machine/index.ts';
import {
  cachedPage,
  dropCaches,
  forkProc,
  FS,
  fsyncFile,
  lruAddDrain,
  memcgReclaim,
  movePages,
  PG,
  SCALAR,
  truncateFile,
} from '../machine/model.ts';
import type { Simulation } from './simulation.ts';

/** Channel of those who wait until a process is gone. */
export const goneChannel = (p: number): number => -2_000_000 - p;

/** Carries out an annotation. `BLOCK`: call again when the thread is woken. */
export function act(
  sim: Simulation,
  action: Action,
  thread: number,
  args: readonly Word[] = [],
  texts: readonly string[] = [],
): Answer {
  const k = sim.kernel;
  const { s } = sim.model;
  switch (action.kind) {
    case 'assert': {
      const w = args[0]!;
      const holds = w.hi !== 0 || w.lo !== 0;
      sim.record.results.push({
        text: `assert ${texts[0]}`,
        holds,
        step: sim.record.length,
        line: k.lineOf(k.spanAt(thread)),
        at: action.expr.start,
      });
      if (!holds) k.event('assertion', `assertion failed: ${texts[0]}`, thread, true);
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
      break;
    case 'reclaim':
      k.event('reclaim', 'memory pressure: reclaim', thread);
      lruAddDrain(s);
      memcgReclaim(s, action.times);
      sim.tellWarnings(thread);
      break;
    case 'writeback':
      k.event('writeback', 'the flusher writes dirty pages', thread);
      flush(sim, action.steps);
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
      const p = liveProcess(sim, action.process);
      if (!p) throw new MachineFault('unsupported', `//@ fork: there is no process ${action.process}`);
      forkProc(s, k.modelProc(p), `${action.process}-child${sim.control.add('children', 1)}`);
      k.event('fork', `${action.process} forks`, thread);
      break;
    }
    case 'exit': {
      // woken again: the process is gone
      if (k.tPhase.at(thread) === 2) {
        k.store.set(k.tPhase, thread, 0);
        break;
      }
      const p = liveProcess(sim, action.process);
      if (!p) break;
      for (let t = 1; t < k.threadCount; t++) if (k.vm.tProc.at(t) === p && t !== thread) k.kill(t);
      sim.scheduler.leave(p, 137, thread);
      if (!k.procs.get(p, 'exited') && thread && k.tAtomic.at(thread) <= 0)
        return k.block(thread, goneChannel(p), -1) === BLOCK ? BLOCK : undefined;
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
        if (!done && s.machine.daxPolicy === 'wait') sim.model.block(k.modelProc(1), 'truncate', f, action.pages, 0);
        break;
      }
      break;
    }
    case 'fail': {
      const call = k.nameId(action.call);
      sim.control.failures.add({ call, at: sim.control.callsOf(call) + action.nth, live: 1 });
      return undefined;
    }
    case 'short':
      sim.control.set('short', action.pages + 1);
      return undefined;
  }
  k.touched = true;
  return undefined;
}

function liveProcess(sim: Simulation, name: string): number {
  const k = sim.kernel;
  return k.procs.find((r) => k.nameText(k.procs.get(r, 'name')) === name && !k.procs.get(r, 'exited'));
}

/** The flusher: at once, or with pages under writeback for some steps. */
function flush(sim: Simulation, steps: number): void {
  const { s } = sim.model;
  const { bus } = sim.kernel;
  for (let f = 1; f < s.scalar.at(SCALAR.nextFile); f++) {
    if (s.fileFs.at(f) !== FS.ext4) continue;
    if (steps === 0) {
      fsyncFile(s, f);
      continue;
    }
    for (let i = 0; i < s.fileCap.at(f); i++) {
      const page = cachedPage(s, f, i);
      if (!page || !s.has(page, PG.dirty)) continue;
      bus.startWriteback(f, i);
      sim.control.writebacks.add({ file: f, index: i, until: bus.step() + steps, live: 1 });
    }
  }
}
