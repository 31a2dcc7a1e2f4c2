/** Watches the pages that devices were told to use, and finds faults at the step where they become inevitable. */
import { BIAS, MAPPING, PG, PTE } from '../mm/flags.ts';
import { FS, cachedPage, xaSlot } from '../mm/filemap.ts';
import { findVma } from '../mm/vma.ts';
import { folioSlots } from '../mm/rmap.ts';
import { isZeroPage } from '../mm/thp.ts';
import { pgoffOf } from '../mm/fault.ts';
import { pmdSlot, pteSlot, slotMm } from '../mm/pagetable.ts';
import type { Column } from '../trace/journal.ts';
import type { FaultList } from './faults.ts';
import type { Iommu } from './iommu.ts';
import type { Model } from '../mm/model.ts';

/** What is remembered of a page that a device was told to use. `diverged`, `freed`: the step of it, 0 before. */
const FIELDS = ['address', 'pfn', 'serial', 'write', 'mm', 'vpn', 'diverged', 'freed', 'written', 'touched'] as const;
type Field = (typeof FIELDS)[number];
type Watched = Readonly<Record<Field, number>> & { readonly row: number };

/** A page that a descriptor uses: its device address (in pages), and where a process has it, if it is a user's. */
export interface WatchedUse {
  readonly address: number;
  readonly write: boolean;
  readonly mm: number;
  readonly vpn: number;
}

/** The monitor of one bus. All that it remembers is in the journal. */
export class Monitor {
  private readonly columns: Readonly<Record<Field, Column>>;
  constructor(
    private readonly m: Model,
    private readonly iommu: Iommu,
    private readonly faults: FaultList,
    /** Is a descriptor queued that uses this device page? */
    private readonly pending: (address: number) => boolean,
  ) {
    const { store } = m.s;
    this.columns = Object.fromEntries(FIELDS.map((f) => [f, store.column(`watch.${f}`)])) as Record<Field, Column>;
  }

  /** Is there nothing to look at? */
  get idle(): boolean {
    return this.columns.serial.at(0) === 0;
  }
  private *all(): Generator<Watched> {
    const c = this.columns;
    for (let row = 0; c.serial.at(row); row++) {
      const w = { row } as Record<Field, number> & { row: number };
      for (const f of FIELDS) w[f] = c[f].at(row);
      yield w;
    }
  }
  private set(w: Watched, f: Field, v: number): void {
    this.m.s.set(this.columns[f], w.row, v);
  }

  /** A descriptor is queued: from now on this page of it is watched. */
  watch(use: WatchedUse, now: number): void {
    const { s } = this.m;
    const t = this.iommu.translate(use.address, use.write);
    if ('fault' in t) return;
    const serial = s.serial.at(t.pfn);
    let row = 0;
    for (const w of this.all()) {
      const same = w.pfn === t.pfn && w.serial === serial && w.mm === use.mm && w.vpn === use.vpn;
      if (same && w.address === use.address && w.write === (use.write ? 1 : 0) && !w.freed && !w.diverged) return;
      row = w.row + 1;
    }
    const values = {
      ...use,
      pfn: t.pfn,
      serial,
      write: use.write ? 1 : 0,
      diverged: 0,
      freed: 0,
      written: 0,
      touched: 0,
    };
    for (const f of FIELDS) s.set(this.columns[f], row, values[f]);
    if (use.write && isZeroPage(s, t.pfn)) this.faults.add('zero-page-write', t.pfn, now);
  }

  /** The page that a virtual page means now or would mean at the next access; 0 if it will be another one. */
  private meaning(mm: number, vpn: number): number {
    const { s } = this.m;
    const vma = findVma(s, mm, vpn);
    if (!vma) return 0;
    const pmd = pmdSlot(s, mm, vpn);
    if (pmd && s.entf.at(pmd) & PTE.leaf) return s.ent.at(pmd) + (vpn & 511);
    const slot = pteSlot(s, mm, vpn);
    const bits = slot ? s.entf.at(slot) : 0;
    if (bits & PTE.present) return s.ent.at(slot);
    if (bits & PTE.swap) return s.swapCache.at(s.ent.at(slot));
    const file = s.vmaFile.at(vma);
    return file && !bits ? cachedPage(s, file, pgoffOf(s, vma, vpn)) : 0;
  }

  /** Looks for what has become inevitable by step `now`. */
  inspect(now: number): void {
    const { s } = this.m;
    for (const w of this.all()) {
      const busy = this.pending(w.address);
      let { freed } = w;
      if (!freed && (s.serial.at(w.pfn) !== w.serial || !s.has(w.pfn, PG.allocated))) {
        this.set(w, 'freed', (freed = now));
        if (busy && w.write && !this.iommu.on) this.faults.add('freed-page-write', w.pfn, now);
      }
      if (busy && this.iommu.on && !this.iommu.mapped(w.address)) this.faults.add('iommu-fault', w.pfn, now);
      if (w.mm && !w.diverged && !freed && this.meaning(w.mm, w.vpn) !== w.pfn) {
        this.set(w, 'diverged', now);
        if (busy) this.faults.add(w.write ? 'lost-write' : 'stale-read', w.pfn, now);
      }
      if (s.refcount.at(s.head(w.pfn)) < 0) this.faults.add('refcount-underflow', w.pfn, now, now);
      if (w.touched) this.inspectTouched(w, now);
    }
    for (const p of this.m.deadlocked()) this.faults.add('deadlock', s.procPending.at(p * 4 + 2), now, now);
  }

  /** A file page that the device wrote: does anything still say that it is newer than the medium? */
  private inspectTouched(w: Watched, now: number): void {
    const { s } = this.m;
    const folio = s.head(w.pfn);
    const mapping = s.mapping.at(folio);
    if (mapping >= MAPPING.file && s.fileFs.at(mapping - MAPPING.file) === FS.ext4) {
      const held = s.refcount.at(folio) >= BIAS || this.held(w.pfn);
      const disk = s.xaDisk.at(xaSlot(s, mapping - MAPPING.file, s.index.at(folio)));
      const dirty = s.has(folio, PG.dirty) || folioSlots(s, folio).some((x) => s.entf.at(x) & PTE.dirty);
      if (!dirty && !held && disk !== s.content.at(w.pfn) + 1) this.faults.add('dirty-lost', w.pfn, now);
    } else if (!s.has(w.pfn, PG.allocated)) {
      this.faults.show('dirty-lost', w.pfn, now);
      this.set(w, 'touched', 0);
    }
  }
  private held(pfn: number): boolean {
    return this.m.handles().some((h) => h.pages.includes(pfn));
  }

  /** A process reads a page of its memory: what was lost shows. */
  userReads(mm: number, vpn: number, now: number): void {
    for (const w of this.all())
      if (w.mm === mm && w.vpn === vpn && w.diverged && w.written) this.faults.show('lost-write', w.pfn, now);
  }

  /** The device is about to write the page behind a device address; false: it cannot. */
  deviceWrites(address: number, pfn: number, now: number): void {
    const { s } = this.m;
    if (isZeroPage(s, pfn)) this.faults.add('zero-page-write', pfn, now, now);
    if (s.has(s.head(pfn), PG.writeback) && !s.wbBounce.at(pfn)) this.faults.add('unstable-writeback', pfn, now);
    for (const w of this.all()) {
      if (w.address !== address || w.pfn !== pfn || !w.write) continue;
      if (w.freed || s.serial.at(pfn) !== w.serial) {
        this.faults.add('freed-page-write', pfn, w.freed || now, now);
        const users = folioSlots(s, s.head(pfn)).map((x) => slotMm(s, x));
        if (users.length && w.mm && !users.includes(w.mm)) this.faults.add('other-process-write', pfn, now, now);
      } else if (w.diverged) this.faults.add('lost-write', pfn, w.diverged);
      this.set(w, 'written', 1);
      if (s.mapping.at(s.head(pfn)) >= MAPPING.file) this.set(w, 'touched', 1);
    }
  }
  /** The device reads the page behind a device address. */
  deviceReads(address: number, pfn: number, now: number): void {
    for (const w of this.all())
      if (w.address === address && w.pfn === pfn && !w.write && (w.diverged || w.freed))
        this.faults.add('stale-read', pfn, w.diverged || w.freed, now);
  }
  /** An access failed in the IOMMU. */
  refused(fault: 'iommu-fault' | 'direction', address: number, now: number): void {
    let pfn = address;
    for (const w of this.all()) if (w.address === address) pfn = w.pfn;
    this.faults.add(fault, pfn, now, now);
  }
}
