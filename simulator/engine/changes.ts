/** What one step did to the machine: which pages it changed, and its changes in words with marks for added, changed and removed. */
import { BIAS, PTE } from '../mm/flags.ts';
import { addressName } from '../mm/owners.ts';
import { slotMm, slotVpn } from '../mm/pagetable.ts';
import { SCALAR, type State } from '../mm/state.ts';
import { VMSTAT } from '../mm/vmstat.ts';
import { REG } from '../device/index.ts';
import { contentText, flagChange, mappingName, pteNames, pteTarget, vmaFlagNames } from './words.ts';
import type { Column } from '../trace/journal.ts';
import type { Simulation } from '../scenario/index.ts';
import type { Change } from './snapshot-protocol.ts';

/** Changes that are put into words; the rest is counted. */
const CAP = 120;
/** Cells of one step that are looked at one by one. */
const CELL_CAP = 4000;

/** Columns whose row is a page frame, and how the panel calls them. */
export function pageColumns(s: State): Map<number, string> {
  const out = new Map<number, string>();
  const add = (c: Column, name: string): void => void out.set(c.id, name);
  add(s.refcount, 'refcount');
  add(s.mapcount, 'mapcount');
  add(s.fmap, 'folio_mapcount');
  add(s.pincount, 'pincount');
  add(s.flags, 'flags');
  add(s.order, 'order');
  add(s.mapping, 'mapping');
  add(s.content, 'contents');
  add(s.priv, 'swap entry');
  return out;
}

/** Pages that the steps from `from` up to, not including, `to` changed, in the order in which they did. */
export function changedPages(sim: Simulation, from: number, to: number, limit = Infinity): Set<number> {
  const columns = pageColumns(sim.model.s);
  const isPage = new Uint8Array(sim.model.s.store.columns.length);
  for (const id of columns.keys()) isPage[id] = 1;
  const out = new Set<number>();
  sim.model.s.store.scan(sim.position(from), sim.position(to), (field, index) => {
    if (isPage[field] && out.size < limit) out.add(index);
  });
  return out;
}

/** First and last value of a cell within a step. */
interface Cell {
  readonly field: number;
  readonly index: number;
  readonly before: number;
  after: number;
}

function cellsOf(sim: Simulation, step: number): { cells: Cell[]; total: number } {
  const { store } = sim.model.s;
  const known = new Map<number, Cell>();
  const cells: Cell[] = [];
  let total = 0;
  store.scan(sim.position(step), sim.position(step + 1), (field, index, before, after) => {
    total++;
    if (cells.length >= CELL_CAP) return;
    const key = field * 4294967296 + index;
    const have = known.get(key);
    if (have) have.after = after;
    else {
      const cell = { field, index, before, after };
      known.set(key, cell);
      cells.push(cell);
    }
  });
  return { cells: cells.filter((c) => c.before !== c.after), total };
}

/** Changes of step `step`; the present place must be the one behind it. */
export function changesOf(sim: Simulation, step: number): { changes: Change[]; total: number } {
  if (step < 0 || step >= sim.length) return { changes: [], total: 0 };
  const { cells } = cellsOf(sim, step);
  const words = new Words(sim, cells);
  const changes: Change[] = [];
  let total = 0;
  for (const cell of cells) {
    const change = words.of(cell);
    if (!change) continue;
    total++;
    if (changes.length < CAP) changes.push(change);
  }
  return { changes, total };
}

/** Puts the changes of one step into words. */
class Words {
  private readonly s: State;
  private readonly pages: Map<number, string>;
  private readonly slots = new Map<number, { value: number; bits: number }>();
  /** How many more references of a page each holder has than before: a list that has outgrown its slots is written anew as a whole. */
  private readonly more = new Map<string, number>();
  constructor(
    private readonly sim: Simulation,
    cells: readonly Cell[],
  ) {
    this.s = sim.model.s;
    this.pages = pageColumns(this.s);
    const { ent, entf } = this.s;
    for (const c of cells) {
      if (c.field !== ent.id && c.field !== entf.id) continue;
      const old = this.slots.get(c.index) ?? { value: ent.at(c.index), bits: entf.at(c.index) };
      this.slots.set(c.index, c.field === ent.id ? { ...old, value: c.before } : { ...old, bits: c.before });
    }
    this.countHolders(cells);
  }
  private countHolders(cells: readonly Cell[]): void {
    const { slotPage, handleFirst, handleNr } = this.s;
    const was = new Map([handleFirst, handleNr, slotPage].map(({ id }) => [id, new Map<number, number>()]));
    const rows = new Set<number>();
    for (const { field, index, before } of cells) {
      was.get(field)?.set(index, before);
      if (field === slotPage.id) rows.add(this.holderOfSlot(index));
    }
    const before = (c: Column, i: number): number => was.get(c.id)!.get(i) ?? c.at(i);
    const count = (row: number, page: number, n: number): void => {
      const key = `${row} ${page}`;
      this.more.set(key, (this.more.get(key) ?? 0) + n);
    };
    for (const row of rows) {
      const [first, old] = [handleFirst.at(row), before(handleFirst, row)];
      for (let i = 0; i < handleNr.at(row); i++) count(row, slotPage.at(first + i), 1);
      for (let i = 0; i < before(handleNr, row); i++) count(row, before(slotPage, old + i), -1);
    }
  }
  private holderOfSlot(slot: number): number {
    const { s } = this;
    let row = s.scalar.at(SCALAR.nextHandle) - 1;
    while (row > 0 && !(slot >= s.handleFirst.at(row) && slot < s.handleFirst.at(row) + s.handleRoom.at(row))) row--;
    return row;
  }

  of(c: Cell): Change | undefined {
    const { s } = this;
    const field = this.pages.get(c.field);
    if (field) return this.page(c, field);
    switch (c.field) {
      case s.ent.id:
      case s.entf.id:
        return this.entry(c);
      case s.vmstat.id:
        return { mark: '~', what: VMSTAT[c.index] ?? 'vmstat', text: `${c.before} → ${c.after}`, field: 'vmstat' };
      case s.slotPage.id:
        return this.holder(c);
      case s.swapCount.id:
        return changed(`swap slot ${c.index}`, c, 'swap_map');
      case s.xa.id:
        return this.cache(c);
      case s.xaDisk.id:
        return this.disk(c);
      case s.vmaMm.id:
        return this.mapping(c);
      case s.vmaFlags.id:
        if (!c.before || !c.after || !s.vmaMm.at(c.index)) return undefined;
        return {
          mark: '~',
          what: `VMA ${addressName(s, s.vmaMm.at(c.index), s.vmaStart.at(c.index))}`,
          text: `${vmaFlagNames(c.before)} → ${vmaFlagNames(c.after)}`,
        };
      case s.procMm.id:
        return {
          mark: c.after ? (c.before ? '~' : '+') : '-',
          what: `process ${s.names.text(s.procName.at(c.index))}`,
          text: c.after ? 'has an address space' : 'exits',
        };
      default:
        return this.device(c);
    }
  }

  private page(c: Cell, field: string): Change | undefined {
    const { s } = this;
    const what = `page ${c.index}`;
    const make = (mark: Change['mark'], text: string): Change => ({ mark, what, text, page: c.index, field });
    switch (field) {
      case 'flags': {
        const text = flagChange(c.before, c.after);
        if (!text) return undefined;
        return make(text.startsWith('allocated') ? '+' : text.startsWith('freed') ? '-' : '~', text);
      }
      case 'mapping':
        return make(mark(c), `mapping ${mappingName(s, c.before)} → ${mappingName(s, c.after)}`);
      case 'contents':
        return make('~', `contents ${contentText(s, c.before)} → ${contentText(s, c.after)}`);
      case 'order':
        return make(mark(c), `order ${c.before} → ${c.after}`);
      case 'swap entry':
        return c.before || c.after
          ? make(mark(c), c.after ? `swap slot ${c.after}` : `gives up swap slot ${c.before}`)
          : undefined;
      case 'folio_mapcount':
        return s.order.at(s.head(c.index)) ? make('~', `folio_mapcount ${c.before} → ${c.after}`) : undefined;
      case 'refcount': {
        const delta = c.after - c.before;
        const pins =
          delta % BIAS === 0 && delta ? ` (${delta > 0 ? '+' : '−'}${Math.abs(delta / BIAS)} × ${BIAS})` : '';
        return make('~', `refcount ${c.before} → ${c.after}${pins}`);
      }
      default:
        return make('~', `${field} ${c.before} → ${c.after}`);
    }
  }
  private entry(c: Cell): Change | undefined {
    const { s } = this;
    const old = this.slots.get(c.index);
    if (!old) return undefined;
    this.slots.delete(c.index);
    const now = { value: s.ent.at(c.index), bits: s.entf.at(c.index) };
    if ((now.bits | old.bits) & PTE.table) return undefined;
    const mm = slotMm(s, c.index);
    const what = mm ? `PTE ${addressName(s, mm, slotVpn(s, c.index))}` : 'PTE of a freed table';
    const target = (e: typeof now): string =>
      `${pteTarget(e.value, e.bits)} ${pteNames(e.bits)
        .filter((n) => n !== 'present')
        .join(' ')}`.trim();
    const page = now.bits & PTE.present ? now.value : old.bits & PTE.present ? old.value : undefined;
    const more = page === undefined ? {} : { page };
    if (!old.bits) return { mark: '+', what, text: target(now), ...more };
    if (!now.bits) return { mark: '-', what, text: target(old), ...more };
    return { mark: '~', what, text: `${target(old)} → ${target(now)}`, ...more };
  }
  private holder(c: Cell): Change | undefined {
    const { s } = this;
    const row = this.holderOfSlot(c.index);
    const key = `${row} ${c.after || c.before}`;
    const more = this.more.get(key) ?? 0;
    if (c.after ? more <= 0 : more >= 0) return undefined;
    this.more.set(key, more - Math.sign(more));
    const name = s.names.text(s.handleName.at(row)).replace(/^h:/, '');
    const page = c.after || c.before;
    const kind = s.handlePin.at(row) ? 'pin' : 'reference';
    return {
      mark: c.after ? '+' : '-',
      what: `${kind} on page ${page}`,
      text: c.after ? `taken by ${name}` : `given back, was of ${name}`,
      page,
    };
  }
  private fileOf(slot: number): string {
    const { s } = this;
    for (let f = 1; f < s.scalar.at(SCALAR.nextFile); f++) {
      const first = s.fileXa.at(f);
      if (slot >= first && slot < first + s.fileCap.at(f))
        return `${s.names.text(s.fileName.at(f)) || 'a kernel file'}[${slot - first}]`;
    }
    return 'a file';
  }
  private cache(c: Cell): Change {
    const page = c.after > 0 ? c.after : c.before > 0 ? c.before : undefined;
    const name = (v: number): string => (v > 0 ? `page ${v}` : v < 0 ? `swap slot ${-v}` : 'empty');
    return {
      mark: mark(c),
      what: `page cache ${this.fileOf(c.index)}`,
      text: `${name(c.before)} → ${name(c.after)}`,
      ...(page === undefined ? {} : { page }),
    };
  }
  private disk(c: Cell): Change {
    const name = (v: number): string => (v ? contentText(this.s, v - 1) : 'hole');
    return { mark: mark(c), what: `medium ${this.fileOf(c.index)}`, text: `${name(c.before)} → ${name(c.after)}` };
  }
  private mapping(c: Cell): Change {
    const { s } = this;
    if (!c.after) return { mark: '-', what: 'VMA', text: 'unmapped' };
    const [start, end] = [s.vmaStart.at(c.index), s.vmaEnd.at(c.index)];
    return {
      mark: '+',
      what: `VMA ${addressName(s, c.after, start).replace(/\[0\]$/, '')}`,
      text: `${end - start} page${end - start === 1 ? '' : 's'} ${vmaFlagNames(s.vmaFlags.at(c.index))}`,
    };
  }
  private device(c: Cell): Change | undefined {
    const column = this.s.store.columns[c.field]!;
    if (column.name === 'iova.direction') {
      const on = this.sim.bus.iommu.on;
      const what = on ? `DMA mapping 0x${(0x100000 + c.index).toString(16)}000` : `DMA mapping of page ${c.index}`;
      return {
        mark: c.after ? (c.before ? '~' : '+') : '-',
        what,
        text: ['unmapped', 'both directions', 'to the device', 'from the device'][c.after] ?? '',
        ...(on ? {} : { page: c.index }),
      };
    }
    const device = this.sim.bus.devices.find((d) => column.name === `${d.o.name}.registers`);
    if (!device) return undefined;
    const name = Object.entries(REG).find(([, at]) => at === c.index)?.[0] ?? `[${c.index}]`;
    if (name === 'HEAD') {
      const done = c.after - c.before;
      return {
        mark: '~',
        what: `device ${device.o.name}`,
        text: `carries out ${done} descriptor${done === 1 ? '' : 's'}`,
      };
    }
    return { mark: '~', what: `device ${device.o.name}`, text: `${name} ${c.before} → ${c.after}` };
  }
}

function mark(c: Cell): Change['mark'] {
  return c.after ? (c.before ? '~' : '+') : '-';
}
function changed(what: string, c: Cell, name: string): Change {
  return { mark: mark(c), what, text: `${name} ${c.before} → ${c.after}` };
}
