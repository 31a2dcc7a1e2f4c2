/** Pictures of gallery runs: what a person sees of the machine at a step. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CELL, CELL_KIND, TICK } from '../../simulator/engine/snapshot-protocol.ts';
import { snapshot, timeline } from '../../simulator/engine/picture.ts';
import { lineValues, pageHistory, pagesOfLine } from '../../simulator/engine/history.ts';
import { run, type Simulation } from '../../simulator/scenario/index.ts';

const gallery = (name: string): Simulation =>
  run(readFileSync(new URL(`../../examples/gallery/${name}`, import.meta.url), 'utf8'));

/** First step that runs the line with this text, and the state behind it. */
function after(sim: Simulation, text: string): number {
  const line = sim.loaded.text.split('\n').findIndex((l) => l.includes(text)) + 1;
  for (let i = 0; i < sim.length; i++) if (sim.step(i).line === line) return i + 1;
  throw new Error(`no step at "${text}"`);
}
const at = (sim: Simulation, step: number, more: Partial<Parameters<typeof snapshot>[1]> = {}) =>
  snapshot(sim, { step, arrangement: 'pfn', ...more });

describe('a page under reclaim (gallery 1)', () => {
  const sim = gallery('01-swap.c');
  const page = at(sim, 0).grid.pages[0]!;

  test('only the pages that the run uses are shown, or all', () => {
    expect([...at(sim, 0).grid.pages]).toEqual([page]);
    const all = at(sim, 0, { all: true }).grid;
    expect(all.pages.length).toBe(timeline(sim).pages - 512);
    expect(all.groups.map((g) => g.count).reduce((a, b) => a + b)).toBe(all.pages.length);
  });

  test('cells say what the page is', () => {
    expect(at(sim, 0).grid.cells[0]! & CELL.kind).toBe(CELL_KIND.free);
    const start = at(sim, after(sim, 'virtual_device_start'));
    const cell = start.grid.cells[0]!;
    expect(cell & CELL.kind).toBe(CELL_KIND.anon);
    expect(cell & (CELL.mapped | CELL.held | CELL.dma | CELL.queued)).toBe(
      CELL.mapped | CELL.held | CELL.dma | CELL.queued,
    );
    expect(cell & CELL.swapcache).toBe(0);
    const sim2 = at(sim, after(sim, 'assert page(buf) == before'));
    expect(sim2.grid.cells[0]! & (CELL.swapcache | CELL.mapped)).toBe(CELL.swapcache);
  });

  test('the parts of the refcount add up to it, at every step', () => {
    for (let i = 0; i <= sim.length; i++) {
      const info = at(sim, i, { page }).page!;
      expect([i, info.holders.reduce((sum, h) => sum + h.refs, 0)]).toEqual([i, info.refcount]);
    }
  });

  test('a holder has the line that took the page', () => {
    const info = at(sim, after(sim, 'virtual_device_start'), { page }).page!;
    const line = sim.loaded.text.split('\n').findIndex((l) => l.includes('get_user_pages_fast(addr')) + 1;
    expect(info.holders.filter((h) => h.kind === 'get')).toEqual([
      { kind: 'get', name: 'get_user_pages_fast()', refs: 1, line },
    ]);
  });

  test('what a step changed is told with marks', () => {
    const taken = at(sim, after(sim, 'get_user_pages_fast(addr'), { page });
    expect(taken.changes.map((c) => `${c.mark} ${c.what}: ${c.text}`)).toContain(
      `~ page ${page}: refcount ${taken.page!.refcount - 1} → ${taken.page!.refcount}`,
    );
    expect(taken.changes.some((c) => c.mark === '+' && c.what === `reference on page ${page}`)).toBe(true);
    expect(taken.grid.cells[0]! & CELL.changed).toBe(CELL.changed);
    expect(taken.page!.fields.find((f) => f.id === 'refcount')!.before).toBe(String(taken.page!.refcount - 1));
  });

  test('the swap slot holds something else than memory once the device has written', () => {
    const end = at(sim, after(sim, 'set_page_dirty_lock'), {
      parts: ['storage', 'tables', 'device', 'lists', 'counters'],
    });
    const swap = end.storage!.find((x) => x.kind === 'swap')!;
    expect(swap.rows).toHaveLength(1);
    expect(swap.rows[0]).toMatchObject({ page, memory: 'all aa', differs: true });
    expect(end.spaces![0]!.vmas[0]!.entries[0]).toMatchObject({ page, target: 'swap slot 1' });
    expect(end.hardware!.devices[0]!.ring).toEqual([
      { number: 0, state: 'done', text: `writes 0x${page.toString(16)}000`, page },
    ]);
  });

  test('the history leads to steps and lines', () => {
    const history = pageHistory(sim, page);
    expect(history.steps.length).toBeGreaterThan(5);
    const end = at(sim, sim.length, { page });
    expect(history.refs.at(-1)).toBe(end.page!.refcount);
    const written = history.causes.filter((c) => c.field === 'contents').at(-1)!;
    expect(written).toMatchObject({ actor: 'cam', after: 'all aa' });
    expect(pagesOfLine(sim, written.line)).toContain(page);
    expect(lineValues(sim, sim.length).length).toBeGreaterThan(3);
  });

  test('a snapshot does not depend on where one came from', () => {
    const forward = at(sim, 9, { page, parts: ['storage', 'tables', 'device', 'lists', 'counters'] });
    at(sim, sim.length);
    expect(at(sim, 9, { page, parts: ['storage', 'tables', 'device', 'lists', 'counters'] })).toEqual(forward);
  });
});

test('lanes have actors, the device and the kernel, and the fault is a tick', () => {
  const sim = gallery('03-fork-get.c');
  const { lanes } = timeline(sim);
  expect(lanes.map((l) => `${l.kind} ${l.name}`)).toEqual(['actor app', 'device cam']);
  const fault = sim.faults.find((f) => f.kind === 'lost-write')!;
  const app = lanes[0]!;
  expect(app.ticks[app.steps.indexOf(fault.inevitable)]).toBe(TICK.fault);
  expect(app.ticks[app.steps.indexOf(sim.events.find((e) => e.kind === 'fork')!.step - 1)]).toBe(TICK.branch);
  expect(lanes[1]!.steps).toHaveLength(1);
  expect(lanes[1]!.steps[0]).toBeGreaterThan(fault.inevitable);
  expect(timeline(gallery('01-swap.c')).lanes.map((l) => l.name)).toEqual(['app', 'cam', 'kswapd']);
});

test.each(['pfn', 'lru', 'address', 'dma'] as const)('gallery snippets are shown by %s', (arrangement) => {
  for (const name of ['04-writeback.c', '05-dax-fail.c', '06-bias.c', '10-case2-rdma.c', '17-movable.c']) {
    const sim = gallery(name);
    for (let i = 0; i <= sim.length; i += 1 + Math.floor(sim.length / 20)) {
      const { grid } = at(sim, i, { arrangement });
      expect(grid.cells.length).toBe(grid.pages.length);
      expect(grid.groups.reduce((n, g) => n + g.count, 0)).toBe(grid.pages.length);
    }
  }
});

test('a huge page is counted exactly, and its parts are shown as parts', () => {
  const sim = gallery('06-bias.c');
  const step = after(sim, 'pin_user_pages_fast(huge');
  const { grid } = at(sim, step);
  const head = grid.pages.findIndex((_, i) => (grid.cells[i]! & (CELL.large | CELL.tail)) === CELL.large);
  expect(grid.cells[head]! & CELL.kind).toBe(CELL_KIND.hugetlb);
  expect(grid.cells[head + 511]! & CELL.tail).toBe(CELL.tail);
  const info = at(sim, step, { page: grid.pages[head]! }).page!;
  expect(info.maybePinned).toBe(true);
  expect(info.fields.find((f) => f.id === 'pincount')!.value).toBe('1');
});

test('one more reference is one change, however many the holder has already', () => {
  const sim = gallery('06-bias.c');
  const { line } = sim.step(after(sim, 'get_page(p[0]);') - 1);
  const steps = Array.from({ length: sim.length }, (_, i) => i).filter((i) => sim.step(i).line === line);
  const taken = (step: number): string[] =>
    at(sim, step + 1)
      .changes.filter((c) => c.what.startsWith('reference on page'))
      .map((c) => c.mark);
  expect(steps.length).toBeGreaterThan(1000);
  expect(steps.filter((_, i) => i % 200 === 0).map(taken)).toEqual(
    steps.filter((_, i) => i % 200 === 0).map(() => ['+']),
  );
});
