/** What the oracle's module reports after an operation: pages, page tables, handles, counters. */
import { MAPPING, PG, PTE } from './flags.ts';
import { FS, cachedPage, xaSlot } from './filemap.ts';
import { SCALAR } from './state.ts';
import { VMSTAT } from './vmstat.ts';
import { findVma, mapBase } from './vma.ts';
import { folioAnon, folioHasPincount, folioMapcount, folioMaybeDmaPinned, pageMapcount } from './rmap.ts';
import { isHugeZero, isZeroPage } from './thp.ts';
import { pgoffOf } from './fault.ts';
import { pmdSlot, pteSlot } from './pagetable.ts';
import { procByName } from './process.ts';
import { lruAddDrain } from './lru.ts';
import { VM } from './flags.ts';
import type { Model } from './model.ts';

/** An address that is looked at: `map[index]` of a process. */
export interface Watch {
  proc: string;
  at: string;
}
/** One page of an observation. */
export interface PageRecord {
  id: string;
  freed?: true;
  refcount?: number;
  mapcount?: number;
  pincount?: number | null;
  maybe_dma_pinned?: boolean;
  order?: number;
  folio_mapcount?: number;
  entire_mapcount?: number;
  subpage?: number;
  kind?: string;
  flags?: string[];
  zone?: string;
  node?: number;
}
/** One page-table entry of an observation. */
export type PteRecord = Record<string, unknown> & Watch;
/** An observation as the traces give it. */
export interface Observation {
  op: 'observe';
  pages: PageRecord[];
  ptes: PteRecord[];
  handles: Record<string, string[] | { nr: number; first: string; last: string }>;
  vmstat: Record<string, number>;
}

const FLAG_ORDER: readonly (readonly [string, number])[] = [
  ['referenced', PG.referenced],
  ['uptodate', PG.uptodate],
  ['dirty', PG.dirty],
  ['lru', PG.lru],
  ['active', PG.active],
  ['workingset', PG.workingset],
  ['reclaim', PG.reclaim],
  ['private', PG.private],
  ['swapcache', PG.swapcache],
  ['swapbacked', PG.swapbacked],
  ['unevictable', PG.unevictable],
  ['mlocked', PG.mlocked],
  ['writeback', PG.writeback],
  ['hwpoison', PG.hwpoison],
  ['reserved', PG.reserved],
  ['hugetlb', PG.hugetlb],
];
/** Counters that only tell something while there is no child. */
const QUIET = new Set<string>(['thp_swpout_fallback', 'unevictable_pgs_cleared', 'unevictable_pgs_stranded']);

/** Remembers from observation to observation which page got which letter. */
export class Observer {
  private readonly letters = new Map<number, string>();
  private known: { id: string; pfn: number; serial: number; sub: number; gone: boolean }[] = [];
  private last: number[];
  constructor(readonly m: Model) {
    this.last = VMSTAT.map((_, i) => m.s.vmstat.at(i));
  }

  private letter(serial: number): string {
    let l = this.letters.get(serial);
    if (!l) {
      let n = this.letters.size;
      l = '';
      do {
        l = String.fromCharCode(65 + (n % 26)) + l;
        n = Math.floor(n / 26) - 1;
      } while (n >= 0);
      this.letters.set(serial, l);
    }
    return l;
  }
  /** Identity of a page; it is known from now on. */
  private id(pfn: number, seen?: Set<number>): string {
    const s = this.m.s;
    seen?.add(pfn);
    if (isZeroPage(s, pfn)) {
      if (!this.known.some((k) => k.pfn === pfn))
        this.known.push({ id: 'ZERO', pfn, serial: s.serial.at(pfn), sub: 0, gone: false });
      return 'ZERO';
    }
    const serial = s.serial.at(pfn);
    const sub = s.sub.at(pfn);
    const have = this.known.find((k) => k.pfn === pfn && k.serial === serial && !k.gone);
    if (have) return have.id;
    // a page that was reported gone and turns up again counts as another one
    const again = this.known.some((k) => k.pfn === pfn && k.serial === serial && k.gone);
    const base = this.letter(again ? -(this.letters.size + 1) : serial);
    const id = sub ? `${base}+${sub}` : base;
    this.known.push({ id, pfn, serial, sub, gone: false });
    return id;
  }

  /** One observation. `drain`: the LRU batches are drained first. */
  observe(watch: readonly Watch[], drain: boolean): Observation {
    const s = this.m.s;
    if (drain) lruAddDrain(s);
    const seen = new Set<number>();
    const ptes = watch.map((w) => this.pte(w, seen));
    const handles: Observation['handles'] = {};
    for (const h of this.m.handles()) {
      const ids = h.pages.length > 8 ? null : h.pages.map((p) => this.id(p, seen));
      handles[h.name] = ids ?? {
        nr: h.pages.length,
        first: this.id(h.pages[0]!, seen),
        last: this.id(h.pages[h.pages.length - 1]!, seen),
      };
    }
    const pages: PageRecord[] = [];
    for (const k of this.known) {
      if (k.gone) continue;
      const reachable = seen.has(k.pfn);
      if (k.id === 'ZERO') {
        if (reachable) pages.push(this.page(k.pfn, k.id));
        continue;
      }
      const same =
        s.serial.at(k.pfn) === k.serial &&
        (s.has(k.pfn, PG.allocated) || s.refcount.at(s.head(k.pfn)) !== 0 || reachable);
      const alive = same && (reachable || this.stillThere(k.pfn));
      if (alive) pages.push(this.page(k.pfn, k.id));
      else {
        k.gone = true;
        pages.push({ id: k.id, freed: true });
      }
    }
    const vmstat: Record<string, number> = {};
    // a child's exit and start would mix in: the recorder leaves these out while there is one
    let alive = 0;
    for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++) if (s.procMm.at(p)) alive++;
    VMSTAT.forEach((name, i) => {
      const v = s.vmstat.at(i);
      const d = v - this.last[i]!;
      this.last[i] = v;
      if (d && !QUIET.has(name) && !(alive > 1 && name.startsWith('unevictable_'))) vmstat[name] = d;
    });
    return { op: 'observe', pages, ptes, handles, vmstat };
  }

  /** A known page that nobody on the watch list reaches: in a cache, or held by a reference nobody lists. */
  private stillThere(pfn: number): boolean {
    const s = this.m.s;
    const head = s.head(pfn);
    const m = s.mapping.at(head);
    if (m === MAPPING.none) return !s.has(head, PG.allocated) && s.refcount.at(head) !== 0;
    return true;
  }

  private page(pfn: number, id: string): PageRecord {
    const s = this.m.s;
    const head = s.head(pfn);
    const order = s.order.at(head);
    const zero = isZeroPage(s, pfn);
    const dax = s.machine.zones[s.zoneOf(pfn)]?.zone === 'Device';
    const hugetlb = s.has(head, PG.hugetlb);
    const flags: string[] = [];
    const bits = s.flags.at(head);
    for (const [name, bit] of FLAG_ORDER) {
      if (name === 'hwpoison' ? !s.has(pfn, bit) : !(bits & bit)) continue;
      if (name === 'referenced' && (zero || dax || hugetlb)) continue;
      if (name === 'dirty' && (hugetlb || zero)) continue;
      flags.push(name);
    }
    if (s.has(hugetlb ? head : pfn, PG.anon_exclusive)) flags.push('anon_exclusive');
    const mapping = s.mapping.at(head);
    const kind = zero
      ? 'zero'
      : mapping === MAPPING.ksm
        ? 'ksm'
        : mapping === MAPPING.anon
          ? 'anon'
          : mapping >= MAPPING.file
            ? 'file'
            : 'none';
    const z = s.machine.zones[s.zoneOf(pfn)];
    const r: PageRecord = {
      id,
      refcount: s.refcount.at(head),
      mapcount: dax || isHugeZero(s, head) ? 0 : pageMapcount(s, pfn),
      pincount: order ? s.pincount.at(head) : null,
      maybe_dma_pinned: folioMaybeDmaPinned(s, head),
      order,
    };
    if (order) {
      r.folio_mapcount = folioMapcount(s, head);
      r.entire_mapcount = s.entire.at(head);
      r.subpage = pfn - head;
    }
    r.kind = kind;
    r.flags = flags;
    r.zone = z?.zone ?? 'none';
    r.node = z?.node ?? 0;
    return r;
  }

  private pte(w: Watch, seen: Set<number>): PteRecord {
    const s = this.m.s;
    const proc = procByName(s, w.proc);
    const at = /^(.*)\[(\d+)\]$/.exec(w.at)!;
    const mm = s.procMm.at(proc);
    const base = proc ? mapBase(s, mm, at[1]!) : -1;
    const vpn = base + Number(at[2]);
    const vma = base < 0 ? 0 : findVma(s, mm, vpn);
    if (!vma) return { proc: w.proc, at: w.at, vma: false };
    const core = w.proc === 'P' ? { mincore: this.mincore(mm, vma, vpn) } : {};
    const pmd = pmdSlot(s, mm, vpn);
    const leaf = pmd !== 0 && (s.entf.at(pmd) & PTE.leaf) !== 0;
    const slot = leaf ? pmd : pteSlot(s, mm, vpn);
    const bits = slot ? s.entf.at(slot) : 0;
    if (bits & PTE.present) {
      const page = leaf ? s.ent.at(slot) + (vpn & 511) : s.ent.at(slot);
      return {
        proc: w.proc,
        at: w.at,
        present: true,
        id: this.id(page, seen),
        level: leaf ? 'pmd' : 'pte',
        write: (bits & PTE.write) !== 0,
        dirty: (bits & PTE.dirty) !== 0,
        young: (bits & PTE.young) !== 0,
        ...(bits & PTE.protnone ? { protnone: true } : {}),
        ...(bits & PTE.special ? { special: true } : {}),
        ...core,
      };
    }
    if (bits & PTE.swap) {
      const cached = s.swapCache.at(s.ent.at(slot));
      return {
        proc: w.proc,
        at: w.at,
        present: false,
        swap: true,
        swapcache_id: cached ? this.id(cached, seen) : null,
        swap_exclusive: (bits & PTE.exclusive) !== 0,
        ...core,
      };
    }
    if (bits & PTE.migration) return { proc: w.proc, at: w.at, present: false, migration: true, ...core };
    if (bits) return { proc: w.proc, at: w.at, present: false, other_entry: true, ...core };
    return { proc: w.proc, at: w.at, present: false, none: true, ...core };
  }

  /** mincore(2) of one page (mm/mincore.c). */
  private mincore(mm: number, vma: number, vpn: number): boolean {
    const s = this.m.s;
    if (s.vmaFlags.at(vma) & VM.PFNMAP) return false;
    const pmd = pmdSlot(s, mm, vpn);
    if (pmd && s.entf.at(pmd) & PTE.leaf) return true;
    const slot = pteSlot(s, mm, vpn);
    const bits = slot ? s.entf.at(slot) : 0;
    if (bits & PTE.present) return true;
    if (bits & PTE.swap) return s.swapCache.at(s.ent.at(slot)) !== 0;
    if (bits) return true;
    const file = s.vmaFile.at(vma);
    if (!file || s.vmaFlags.at(vma) & VM.HUGETLB) return false;
    const index = pgoffOf(s, vma, vpn);
    const page = cachedPage(s, file, index);
    if (page) return s.fileFs.at(file) !== FS['ext4-dax'];
    if (s.fileFs.at(file) === FS.tmpfs && index < s.fileCap.at(file)) {
      const v = s.xa.at(xaSlot(s, file, index));
      return v < 0 && s.swapCache.at(-v) !== 0;
    }
    return false;
  }
}
export { folioAnon, folioHasPincount };
