/** What is still held at the end: references, mappings, memory. */
import { HI, KIND, SC, STATE } from '../machine/index.ts';
import { readFrame } from '../machine/model.ts';
import type { Simulation } from './simulation.ts';

/** What is still held when everybody is gone. */
export function reportLeaks(sim: Simulation, unloaded: boolean): void {
  const k = sim.kernel;
  const m = k.vm.memory;
  const last = Math.max(0, sim.record.length - 1);
  // memory: all of it if the module is gone, what nobody points to otherwise; what the objects made for a function hold is not lost
  const kept = sim.loaded.processes.length === 0 && !unloaded;
  const words = new Set<number>();
  const reached = unloaded ? new Set<number>() : reachable(sim, kept ? words : undefined);
  const groups = new Map<string, { n: number; span: number; call: string; pin: boolean; actor: string }>();
  for (let r = 1; r <= k.pins.count; r++) {
    if (k.pins.get(r, 'live') !== 1) continue;
    const span = k.pins.get(r, 'span');
    // what a caller took it gives back itself; what is handed on, by pointer or by number, is the next one's
    if (kept && (span < 0 || handedOn(sim, r, reached, words))) continue;
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
  const others = kept && k.told.count > 0;
  for (const g of groups.values())
    if (others)
      k.event(
        'held',
        `${g.n} page reference${g.n === 1 ? '' : 's'} of ${g.call}() at line ${k.lineOf(g.span)} ${g.n === 1 ? 'is' : 'are'} still held at the end; a function that is not defined here may give them back`,
        0,
      );
    else
      sim.addFault(
        'leak',
        `${g.n} page reference${g.n === 1 ? '' : 's'} of ${g.call}() at line ${k.lineOf(g.span)} ${g.n === 1 ? 'is' : 'are'} never given back`,
        last,
        k.lineOf(g.span),
        g.actor,
      );
  // a function that succeeds leaves its mappings to whoever undoes it, in whatever form it stored their addresses
  const went = kept && sim.loaded.whole !== undefined && sim.control.get('result') >= 0;
  for (let r = 1; r <= k.maps.count; r++)
    if (
      k.maps.get(r, 'live') === 1 &&
      !others &&
      !went &&
      !words.has(k.maps.get(r, 'dma') * 4096 + k.maps.get(r, 'virt'))
    )
      sim.addFault(
        'leak',
        `the DMA mapping made at line ${k.lineOf(k.maps.get(r, 'span'))} is never unmapped`,
        last,
        k.lineOf(k.maps.get(r, 'span')),
      );
  for (let r = 1; r <= k.heapPages.count; r++) {
    if (
      k.heapPages.get(r, 'live') !== 1 ||
      k.heapPages.get(r, 'span') < 0 ||
      (!unloaded && reached.has(-k.heapPages.get(r, 'pfn')))
    )
      continue;
    sim.addFault(
      'memory-leak',
      `the page allocated at line ${k.lineOf(k.heapPages.get(r, 'span'))} is never freed`,
      last,
      k.lineOf(k.heapPages.get(r, 'span')),
    );
  }
  for (let o = 1; o < m.scalar.at(SC.objects); o++) {
    if (m.objKind.at(o) !== KIND.heap || m.objState.at(o) !== STATE.alive || reached.has(o)) continue;
    const span = m.objSpan.at(o) - 1;
    sim.addFault(
      'memory-leak',
      `the ${m.objSize.at(o)} bytes allocated at line ${k.lineOf(span)} are never freed`,
      last,
      k.lineOf(span),
    );
  }
}
/** Can a page be found from what is left: by its struct page, its frame number or address, or behind a neighbour in one entry of a table? */
function handedOn(sim: Simulation, row: number, reached: ReadonlySet<number>, words: ReadonlySet<number>): boolean {
  const { pins } = sim.kernel;
  const span = pins.get(row, 'span');
  const found = (pfn: number): boolean => reached.has(-pfn) || words.has(pfn) || words.has(pfn * 4096);
  // sg_alloc_table_from_pages() and bios put neighbours into one entry
  for (let pfn = pins.get(row, 'pfn'); ; pfn--) {
    if (found(pfn)) return true;
    if (!pins.find((r) => pins.get(r, 'live') === 1 && pins.get(r, 'pfn') === pfn - 1 && pins.get(r, 'span') === span))
      return false;
  }
}
/** Pages whose struct page or address an allocated page holds, and those behind it in the same allocation. */
function inFrame(sim: Simulation, pfn: number, seen: Set<number>): void {
  const { kernel: k, model } = sim;
  const row = k.heapPages.find((r) => {
    const first = k.heapPages.get(r, 'pfn');
    return k.heapPages.get(r, 'live') === 1 && pfn >= first && pfn < first + (1 << k.heapPages.get(r, 'order'));
  });
  if (!row) return;
  for (let i = 0; i < 1 << k.heapPages.get(row, 'order'); i++) {
    const bytes = readFrame(model.s, k.heapPages.get(row, 'pfn') + i, 0, 4096);
    const v = new DataView(bytes.buffer, bytes.byteOffset, 4096);
    for (let at = 0; at < 4096; at += 8)
      if (v.getInt32(at + 4, true) === HI.vmemmap) seen.add(-(v.getInt32(at, true) >>> 6));
  }
}
/** Objects that globals reach, as conservatively as kmemleak. Pages as negative frame numbers. */
function reachable(sim: Simulation, words?: Set<number>): Set<number> {
  const k = sim.kernel;
  const m = k.vm.memory;
  const seen = new Set<number>();
  const queue: number[] = [];
  // pages that the driver allocated hold pointers too (dma_alloc_coherent())
  const frames: number[] = [];
  const frame = (pfn: number): void => {
    if (!seen.has(-pfn)) frames.push(pfn);
    seen.add(-pfn);
  };
  const look = (from: number, size: number): void => {
    for (let a = Math.ceil(from / 8) * 8; a + 8 <= from + size; a += 8) {
      const hi = m.r32(a + 4);
      const lo = m.r32(a);
      words?.add((hi >>> 0) * 4294967296 + (lo >>> 0));
      if (hi === HI.kernel && lo > 0) {
        const o = m.rowAt(lo);
        if (o && !seen.has(o)) {
          seen.add(o);
          queue.push(o);
        }
      } else if (hi === HI.direct) frame(lo >>> 12);
      else if (hi === HI.vmemmap) seen.add(-(lo >>> 6));
    }
  };
  for (const g of sim.loaded.program.globals) if (!g.user) look(g.address, g.size);
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
  if (sim.loaded.processes.length === 0) {
    // what a function returns is its caller's
    const whole = sim.loaded.whole === undefined ? undefined : sim.loaded.program.byName.get(sim.loaded.whole);
    if (whole?.returns.kind === 'int') for (let t = 1; t < k.threadCount; t++) words?.add(k.vm.tResult.at(t));
    if (whole?.returns.kind === 'ptr')
      for (let t = 1; t < k.threadCount; t++) {
        seen.add(-(k.vm.tResult.at(t) >>> 6));
        frame(k.vm.tResult.at(t) >>> 12);
        const o = m.rowAt(k.vm.tResult.at(t));
        if (o && !seen.has(o)) {
          seen.add(o);
          queue.push(o);
        }
      }
    for (let r = 1; r <= k.kept.count; r++) {
      const o = k.kept.get(r, 'object');
      if (!seen.has(o)) queue.push(o);
      seen.add(o);
    }
    // objects that were made as arguments
    for (let o = 1; o < m.scalar.at(SC.objects); o++) {
      if (m.objKind.at(o) !== KIND.device || seen.has(o)) continue;
      seen.add(o);
      queue.push(o);
    }
  }
  do {
    for (let o = queue.pop(); o; o = queue.pop())
      if (m.objState.at(o) === STATE.alive) look(m.objAddress.at(o), m.objSize.at(o));
    for (const pfn of frames.splice(0)) inFrame(sim, pfn, seen);
  } while (queue.length || frames.length);
  return seen;
}
