/** What annotations ask: //@ assert refcount(page(buf)) == 1026. */
import { HI, MachineFault } from '../memory.ts';
import { pagePointer, type Args, type Kernel } from '../kernel.ts';
import {
  diskContent,
  findVma,
  folioMapcount,
  folioMaybeDmaPinned,
  FS,
  isZeroPage,
  PG,
  PTE,
  pmdSlot,
  pteSlot,
  readFrame,
  cachedPage,
  daxStorage,
} from '../model.ts';
import { zone, pageLock } from './pages.ts';
import { VMSTAT, VMSTAT_ROW } from '../../mm/vmstat.ts';
import type { Builtins } from './index.ts';
import type { Word } from '../vm.ts';

/** Entry of a virtual address: bits and value. Looking does not fault. */
function entry(k: Kernel, a: Args, w: Word): { bits: number; value: number; vpn: number; mm: number } {
  const s = k.model.s;
  const mm = k.mmOf(a.thread) || k.procs.get(1, 'mm');
  const vpn = Math.floor((w.hi * 4294967296 + (w.lo >>> 0)) / 4096);
  const pmd = pmdSlot(s, mm, vpn);
  if (pmd && s.entf.at(pmd) & PTE.leaf) return { bits: s.entf.at(pmd), value: s.ent.at(pmd) + (vpn & 511), vpn, mm };
  const slot = pteSlot(s, mm, vpn);
  return { bits: slot ? s.entf.at(slot) : 0, value: slot ? s.ent.at(slot) : 0, vpn, mm };
}
/** Frame behind an address (user address, struct page, or kernel mapping); 0: none. */
function frame(k: Kernel, a: Args, w: Word): number {
  const s = k.model.s;
  if (w.hi === HI.vmemmap) return w.lo >>> 6;
  if (w.hi === HI.direct) return w.lo >>> 12;
  const e = entry(k, a, w);
  if (e.bits & PTE.present) return e.value;
  if (e.bits & PTE.swap) return s.swapCache.at(e.value);
  const vma = findVma(s, e.mm, e.vpn);
  const file = vma ? s.vmaFile.at(vma) : 0;
  return file && !e.bits ? cachedPage(s, file, s.vmaPgoff.at(vma) + e.vpn - s.vmaStart.at(vma)) : 0;
}
const head = (k: Kernel, a: Args, i: number): number => {
  const w = a.w(i);
  if (w.hi === 0 && w.lo === 0) return 0;
  return k.model.s.head(a.pfn(i));
};
const flag =
  (f: number) =>
  (k: Kernel, a: Args): number => {
    const h = head(k, a, 0);
    return h && k.model.s.has(h, f) ? 1 : 0;
  };

/** Built-ins of this file. */
export const queries: Builtins = {
  page: (k, a) => {
    const pfn = frame(k, a, a.w(0));
    return pfn ? pagePointer(pfn) : { hi: 0, lo: 0 };
  },
  refcount: (k, a) => (head(k, a, 0) ? k.model.s.refcount.at(head(k, a, 0)) : 0),
  mapcount: (k, a) => (head(k, a, 0) ? folioMapcount(k.model.s, head(k, a, 0)) : 0),
  pincount: (k, a) => {
    const s = k.model.s;
    const h = head(k, a, 0);
    if (!h) return 0;
    return s.order.at(h) > 1 ? s.pincount.at(h) : Math.floor(s.refcount.at(h) / 1024);
  },
  pinned: (k, a) => (head(k, a, 0) && folioMaybeDmaPinned(k.model.s, head(k, a, 0)) ? 1 : 0),
  dirty: flag(PG.dirty),
  writeback: flag(PG.writeback),
  on_lru: flag(PG.lru),
  mlocked: flag(PG.mlocked),
  locked: (k, a) => (pageLock(k, head(k, a, 0)) ? 1 : 0),
  movable: (k, a) => (zone(k, head(k, a, 0)) === 'Movable' ? 1 : 0),
  shared_zero: (k, a) => (head(k, a, 0) && isZeroPage(k.model.s, a.pfn(0)) ? 1 : 0),
  present: (k, a) => (entry(k, a, a.w(0)).bits & PTE.present ? 1 : 0),
  swapped: (k, a) => (entry(k, a, a.w(0)).bits & PTE.swap ? 1 : 0),
  writable: (k, a) => (entry(k, a, a.w(0)).bits & PTE.write ? 1 : 0),
  same_page: (k, a) => (frame(k, a, a.w(0)) === frame(k, a, a.w(1)) ? 1 : 0),
  free_page_of: (k, a) => (k.model.s.has(a.pfn(0), PG.allocated) ? 0 : 1),
  byte_of: (k, a) => readFrame(k.model.s, a.pfn(0), a.u(1) & 4095, 1)[0]!,
  mem: (k, a) => {
    const w = a.w(0);
    const pfn = frame(k, a, w);
    if (!pfn) {
      const e = entry(k, a, w);
      if (e.bits & PTE.swap) return k.model.s.contents.page(k.model.s.swapContent.at(e.value))[w.lo & 4095]!;
      return 0;
    }
    return readFrame(k.model.s, pfn, w.lo & 4095, 1)[0]!;
  },
  disk: (k, a) => {
    const s = k.model.s;
    const p = k.vm.tProc.at(a.thread);
    const r = k.files.find(
      (x) => k.files.get(x, 'open') !== 0 && k.files.get(x, 'proc') === p && k.files.get(x, 'fd') === a.n(0),
    );
    const file = r ? k.open.get(k.files.get(r, 'open'), 'disk') : 0;
    if (!file) throw new MachineFault('assertion', 'disk(fd, offset) needs the descriptor of a file');
    const index = Math.floor(a.u(1) / 4096);
    if (index >= s.fileCap.at(file)) return 0;
    if (s.fileFs.at(file) === FS['ext4-dax']) {
      const pfn = daxStorage(s, file, index, false);
      return pfn ? s.contents.page(s.content.at(pfn))[a.u(1) % 4096]! : 0;
    }
    return s.contents.page(diskContent(s, file, index))[a.u(1) % 4096]!;
  },
  device_data: (k, a) => {
    const d = k.devices.find((x) => x.o.name === a.text(0));
    return d?.readl(14) ?? 0;
  },
  vmstat: (k, a) => {
    const name = a.text(0);
    if (!(VMSTAT as readonly string[]).includes(name))
      throw new MachineFault('assertion', `there is no counter ${name}`);
    return k.model.s.vmstat.at(VMSTAT_ROW[name as (typeof VMSTAT)[number]]);
  },
  faults: (k, a) => {
    const kind = a.isNull(0) ? '' : a.text(0);
    return k.bus.faults().filter((f) => kind === '' || f.kind === kind).length;
  },
  refs_held: (k) => {
    let n = 0;
    for (let r = 1; r <= k.pins.count; r++) n += k.pins.get(r, 'live');
    return n;
  },
};
