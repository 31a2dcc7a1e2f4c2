/** The cells of the page grid: kind and state of each page, packed into one number; and the ways to lay them out. */
import { PG, PTE } from '../mm/flags.ts';
import { MAPPING } from '../mm/flags.ts';
import { FS } from '../mm/filemap.ts';
import { addressName } from '../mm/owners.ts';
import { folioMaybeDmaPinned } from '../mm/rmap.ts';
import { pmdSlot, pteSlot } from '../mm/pagetable.ts';
import { vmasIn } from '../mm/vma.ts';
import { SCALAR } from '../mm/state.ts';
import { CELL, CELL_KIND, type Arrangement, type CellGroup, type Grid } from './snapshot-protocol.ts';
import { lruLists } from './lists.ts';
import type { Simulation } from '../scenario/index.ts';

/** What is known of pages besides their own struct: computed once for a picture. */
export interface PageMarks {
  readonly end: number;
  /** CELL bits by page frame. */
  readonly bits: Uint32Array;
}

/** One past the last page frame of the machine. */
export function endOfMemory(sim: Simulation): number {
  return sim.model.s.machine.zones.reduce((m, z) => Math.max(m, z.start + z.pages), 0);
}

/** Marks of all pages at the present place: held, mapped for DMA, waited for by a descriptor, faulty. `changed`: pages of the last step. */
export function pageMarks(sim: Simulation, changed: Iterable<number>): PageMarks {
  const { s } = sim.model;
  const end = endOfMemory(sim);
  const bits = new Uint32Array(end);
  const nrHandles = s.scalar.at(SCALAR.nextHandle);
  for (let h = 1; h < nrHandles; h++) {
    if (s.handlePin.at(h)) continue;
    const first = s.handleFirst.at(h);
    for (let i = first + s.handleNr.at(h) - 1; i >= first; i--) {
      const p = s.slotPage.at(i);
      if (p > 0 && p < end) bits[s.head(p)]! |= CELL.held;
    }
  }
  const at = new Map<number, number>();
  sim.bus.iommu.each((address, pfn) => {
    at.set(address, pfn);
    if (pfn > 0 && pfn < end) bits[pfn]! |= CELL.dma;
  });
  for (const d of sim.bus.devices)
    for (const x of d.pending()) {
      if (x.mirror) continue;
      const pfn = at.get(x.address) ?? (sim.bus.iommu.on ? 0 : x.address);
      if (pfn > 0 && pfn < end) bits[pfn]! |= CELL.queued;
    }
  for (const f of sim.bus.faults())
    if (f.kind !== 'iommu-fault' && f.pfn > 0 && f.pfn < end) bits[f.pfn]! |= CELL.fault;
  for (const p of changed) if (p >= 0 && p < end) bits[p]! |= CELL.changed;
  return { end, bits };
}

/** Kind and state of a page frame. */
export function cellOf(sim: Simulation, pfn: number, marks: PageMarks): number {
  const { s } = sim.model;
  const own = s.flags.at(pfn);
  const more = pfn < marks.end ? marks.bits[pfn]! : 0;
  const head = s.head(pfn);
  const flags = head === pfn ? own : s.flags.at(head);
  if (!(own & PG.allocated) && !(flags & PG.allocated)) return CELL_KIND.free | more;
  let cell = more;
  if (pfn !== head) cell |= CELL.tail | (marks.bits[head]! & CELL.held);
  const mapping = s.mapping.at(head);
  const mapped = s.fmap.at(head) > 0 || s.mapcount.at(pfn) > 0 || s.entire.at(head) > 0;
  if (pfn === s.scalar.at(SCALAR.zeroPage) && pfn) cell |= CELL_KIND.zero;
  else if (flags & PG.hugetlb) cell |= CELL_KIND.hugetlb;
  else if (mapping >= MAPPING.file) {
    const fs = s.fileFs.at(mapping - MAPPING.file);
    cell |= fs === FS['ext4-dax'] ? CELL_KIND.dax : fs === FS.tmpfs ? CELL_KIND.tmpfs : CELL_KIND.file;
  } else if (mapping) cell |= CELL_KIND.anon;
  else if (flags & (PG.driver | PG.reserved)) cell |= CELL_KIND.kernel;
  else cell |= CELL_KIND.orphan;
  if (mapped) cell |= CELL.mapped;
  if (flags & PG.dirty) cell |= CELL.dirty;
  if (flags & PG.writeback) cell |= CELL.writeback;
  if (flags & PG.locked) cell |= CELL.locked;
  if (flags & PG.unevictable) cell |= CELL.unevictable;
  if (flags & PG.swapcache) cell |= CELL.swapcache;
  if (flags & PG.active) cell |= CELL.active;
  if (s.order.at(head)) cell |= CELL.large;
  if (s.refcount.at(head) > 0 && (cell & 15) !== CELL_KIND.kernel && folioMaybeDmaPinned(s, head)) cell |= CELL.pinned;
  return cell;
}

/** Growing list of cells. */
class Cells {
  readonly groups: CellGroup[] = [];
  private pages = new Int32Array(1024);
  private places = new Int32Array(1024);
  private cells = new Uint32Array(1024);
  private n = 0;
  private start = 0;
  add(page: number, place: number, cell: number): void {
    if (this.n === this.pages.length) {
      const size = this.n * 2;
      const grow = <T extends Int32Array | Uint32Array>(from: T, to: T): T => (to.set(from), to);
      this.pages = grow(this.pages, new Int32Array(size));
      this.places = grow(this.places, new Int32Array(size));
      this.cells = grow(this.cells, new Uint32Array(size));
    }
    this.pages[this.n] = page;
    this.places[this.n] = place;
    this.cells[this.n++] = cell;
  }
  /** Ends a group; one without cells is left out unless it is asked for. */
  group(label: string, total = this.n - this.start, keep = false): void {
    if (this.n > this.start || keep) this.groups.push({ label, total, start: this.start, count: this.n - this.start });
    this.start = this.n;
  }
  grid(sim: Simulation): Grid {
    const { s } = sim.model;
    const pages = this.pages.slice(0, this.n);
    const refs = new Int32Array(this.n);
    for (let i = 0; i < this.n; i++) if (pages[i]! >= 0) refs[i] = s.refcount.at(s.head(pages[i]!));
    return {
      groups: this.groups,
      pages,
      refs,
      places: this.places.slice(0, this.n),
      cells: this.cells.slice(0, this.n),
    };
  }
}

/** The grid at the present place. `used`: page frames that the run uses, ascending; undefined: all of the machine are shown. */
export function grid(
  sim: Simulation,
  arrangement: Arrangement,
  marks: PageMarks,
  used: Int32Array | undefined,
  touched: Uint8Array,
): Grid {
  const out = new Cells();
  if (arrangement === 'pfn') byFrame(sim, marks, used, out);
  else if (arrangement === 'lru') byList(sim, marks, touched, out);
  else if (arrangement === 'address') byAddress(sim, marks, used === undefined, out);
  else byDevice(sim, marks, out);
  return out.grid(sim);
}

function byFrame(sim: Simulation, marks: PageMarks, used: Int32Array | undefined, out: Cells): void {
  const { zones } = sim.model.s.machine;
  let k = 0;
  for (const z of zones) {
    if (!used) for (let p = z.start; p < z.start + z.pages; p++) out.add(p, p, cellOf(sim, p, marks));
    else {
      while (k < used.length && used[k]! < z.start) k++;
      for (; k < used.length && used[k]! < z.start + z.pages; k++)
        out.add(used[k]!, used[k]!, cellOf(sim, used[k]!, marks));
    }
    const nodes = new Set(zones.map((x) => x.node)).size > 1 ? ` · node ${z.node}` : '';
    out.group(`ZONE_${z.zone === 'DMA32' ? 'NORMAL' : z.zone.toUpperCase()}${nodes}`, z.pages);
  }
}

function byList(sim: Simulation, marks: PageMarks, touched: Uint8Array, out: Cells): void {
  const { s } = sim.model;
  const seen = new Uint8Array(marks.end);
  for (const list of lruLists(s)) {
    let place = 0;
    for (const p of list.walk()) {
      for (let i = 0; i < s.nr(p); i++) {
        seen[p + i] = 1;
        out.add(p + i, place++, cellOf(sim, p + i, marks));
      }
    }
    out.group(list.name, list.size);
  }
  for (let p = 0; p < marks.end; p++) {
    if (seen[p] || !touched[p] || !(s.flags.at(s.head(p)) & PG.allocated)) continue;
    if (seen[s.head(p)]) continue;
    out.add(p, p, cellOf(sim, p, marks));
  }
  out.group('on no list');
}

function byAddress(sim: Simulation, marks: PageMarks, all: boolean, out: Cells): void {
  const { s } = sim.model;
  for (let proc = 1; proc < s.scalar.at(SCALAR.nextProc); proc++) {
    const mm = s.procMm.at(proc);
    if (!mm) continue;
    const name = s.names.text(s.procName.at(proc));
    for (const vma of vmasIn(s, mm, 0, 2 ** 31 - 1)) {
      const [start, end] = [s.vmaStart.at(vma), s.vmaEnd.at(vma)];
      for (let vpn = start; vpn < end; vpn++) {
        const pmd = pmdSlot(s, mm, vpn);
        const leaf = pmd !== 0 && (s.entf.at(pmd) & PTE.leaf) !== 0;
        const slot = leaf ? pmd : pmd ? pteSlot(s, mm, vpn) : 0;
        const bits = slot ? s.entf.at(slot) : 0;
        if (bits & PTE.present) {
          const page = s.ent.at(slot) + (leaf ? vpn & 511 : 0);
          out.add(page, vpn, cellOf(sim, page, marks));
        } else if (bits & PTE.swap) {
          // the page may still be in the swap cache: then it is shown, as unmapped
          const cached = s.swapCache.at(s.ent.at(slot));
          out.add(cached || -1, vpn, cached ? cellOf(sim, cached, marks) : CELL_KIND.swap);
        } else if (all || end - start <= 512) out.add(-1, vpn, CELL_KIND.none);
      }
      const at = addressName(s, mm, start);
      const label = /\[0\]$/.test(at) ? at.slice(0, -3) : at;
      out.group(`${label.startsWith(name) ? label : `${name}: ${label}`}`, end - start, true);
    }
  }
}

function byDevice(sim: Simulation, marks: PageMarks, out: Cells): void {
  sim.bus.iommu.each((address, pfn) => {
    out.add(pfn, address, cellOf(sim, pfn, marks));
  });
  out.group(sim.bus.iommu.on ? 'IOMMU: device addresses' : 'no IOMMU: device address = page frame');
}
