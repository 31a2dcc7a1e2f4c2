/** Pages: allocation, flags, locks, mappings into the kernel. */
import { cString, framed, pagePointer, slabAddress, slabPage, type Args, type Kernel } from '../kernel.ts';
import { mapPages, unmapPages } from './vmap.ts';
import { HI, MachineFault } from '../memory.ts';
import {
  allocPages,
  folioAnon,
  folioMapcount,
  folioMarkAccessed,
  folioMarkDirty,
  folioMaybeDmaPinned,
  freePages,
  isZeroPage,
  PG,
  setPageDirtyLock,
} from '../model.ts';
import { BLOCK } from '../vm.ts';
import { pageChannel } from '../kernel-threads.ts';
import type { Builtins } from './index.ts';
import { checkRelease, closePin } from './references.ts';

/** What __pinscope_page(p, what) asks. */
function query(k: Kernel, a: Args): number {
  const s = k.model.s;
  const pfn = a.pfn(0);
  const head = s.head(pfn);
  const flag = (f: number): number => (s.has(head, f) ? 1 : 0);
  switch (a.n(1)) {
    case 0:
      return s.nr(head);
    case 1:
      return s.order.at(head);
    case 2:
      return s.refcount.at(head);
    case 3:
      return s.mapcount.at(pfn);
    case 4:
      return folioMapcount(s, head);
    case 5:
      return folioMaybeDmaPinned(s, head) ? 1 : 0;
    case 6:
      return flag(PG.dirty);
    case 7:
      return pageLock(k, head) ? 1 : 0;
    case 8:
      return flag(PG.uptodate);
    case 9:
      return folioAnon(s, head) ? 1 : 0;
    case 10:
      return s.order.at(head) > 0 ? 1 : 0;
    case 11:
      return flag(PG.hugetlb);
    case 12:
      return flag(PG.reserved);
    case 13:
      return flag(PG.writeback);
    case 14:
      return flag(PG.swapcache);
    case 15:
      return flag(PG.lru);
    case 16:
      return s.nodeOf(pfn);
    case 17:
      return zone(k, pfn) === 'Movable' ? 3 : zone(k, pfn) === 'Device' ? 4 : 1;
    case 18:
      return zone(k, pfn) === 'Device' ? 1 : 0;
    case 19:
      return isZeroPage(s, pfn) ? 1 : 0;
    default:
      return zone(k, pfn) === 'Movable' || zone(k, pfn) === 'CMA' ? 0 : 1;
  }
}

/** Zone of a frame. */
export function zone(k: Kernel, pfn: number): string {
  const s = k.model.s;
  return s.machine.zones[s.zoneOf(pfn)]?.zone ?? 'none';
}

/** Row of the lock of a folio; 0: not locked. */
export function pageLock(k: Kernel, head: number): number {
  return k.pageLocks.find((r) => k.pageLocks.get(r, 'live') === 1 && k.pageLocks.get(r, 'pfn') === head);
}

function lockPage(k: Kernel, a: Args): number | typeof BLOCK {
  const s = k.model.s;
  const head = s.head(a.pfn(0));
  const how = a.n(1);
  const row = pageLock(k, head);
  if (how === 3) {
    if (!row) throw new MachineFault('unlock', 'unlock_page() of a page that is not locked');
    k.pageLocks.set(row, 'live', 0);
    s.clearFlag(head, PG.locked);
    k.wake(pageChannel(head), true);
    return 1;
  }
  if (how === 4) return 0;
  if (how !== 1) k.mayBlock(a.thread);
  if (row) {
    if (how === 1) return 0;
    if (k.pageLocks.get(row, 'thread') === a.thread)
      throw new MachineFault(
        'deadlock',
        `lock_page() of a page that ${k.actorName(a.thread)} has locked itself at line ${k.lineOf(k.pageLocks.get(row, 'span'))}`,
      );
    k.store.set(k.tPhase, a.thread, 0);
    const r = k.block(a.thread, pageChannel(head), -1);
    return r === BLOCK ? BLOCK : 0;
  }
  k.store.set(k.tPhase, a.thread, 0);
  if (how === 5) return 0;
  k.pageLocks.add({ pfn: head, thread: a.thread, span: k.spanAt(a.thread), live: 1 });
  s.setFlag(head, PG.locked);
  k.touched = true;
  return how === 2 ? 0 : 1;
}

/** Built-ins of this file. */
export const pages: Builtins = {
  __pinscope_page: query,
  __pinscope_page_set: (k, a) => {
    const s = k.model.s;
    const pfn = a.pfn(0);
    if (a.n(1) === 3) {
      if (a.n(2)) s.setFlag(pfn, PG.reserved);
      else s.clearFlag(pfn, PG.reserved);
    } else if (a.n(1) === 4) folioMarkAccessed(s, s.head(pfn));
    return undefined;
  },
  __pinscope_head: (k, a) => (slabAddress(a.w(0)) ? a.w(0) : pagePointer(k.model.s.head(a.pfn(0)))),
  __pinscope_pfn: (_, a) => (slabAddress(a.w(0)) ? a.w(0).lo >>> 6 : a.pfn(0)),
  pfn_to_page: (_, a) => pagePointer(a.u(0)),
  pfn_valid: (k, a) => (k.model.s.zoneOf(a.u(0)) >= 0 ? 1 : 0),
  page_address: (_, a) => slabAddress(a.w(0)) ?? { hi: HI.direct, lo: (a.pfn(0) << 12) | 0 },
  virt_to_page: (_, a) => {
    const w = a.w(0);
    if (w.hi === HI.direct) return pagePointer(w.lo >>> 12);
    if (w.hi === HI.kernel) return slabPage(w.lo);
    throw new MachineFault(
      'wild-pointer',
      'virt_to_page() needs an address of the direct map: not one of vmalloc(), vmap() or of the user',
    );
  },
  __pinscope_vmalloc_page: (k, a) => {
    const w = a.w(0);
    const row = w.hi === HI.vmap ? w.lo >>> 12 : 0;
    if (row && k.vpages.get(row, 'live')) return pagePointer(k.vpages.get(row, 'pfn'));
    throw new MachineFault('wild-pointer', 'vmalloc_to_page() needs an address of vmalloc() or vmap()');
  },
  __pinscope_kmap: (k, a) => {
    const slab = slabAddress(a.w(0));
    if (slab) return slab;
    const pfn = a.pfn(0);
    if (a.n(1) === 1) k.mayBlock(a.thread);
    if (a.n(1) === 2) k.store.add(k.tAtomic, a.thread, 1);
    return { hi: HI.direct, lo: (pfn << 12) | 0 };
  },
  __pinscope_kunmap: (k, a) => {
    const w = a.w(0);
    if (w.hi === HI.kernel) return undefined;
    if (w.hi !== HI.direct)
      throw new MachineFault(
        'bad-free',
        'kunmap_local()/kunmap_atomic() takes the address that kmap returned, not the page',
      );
    if (a.n(1) === 2) k.store.add(k.tAtomic, a.thread, -1);
    return undefined;
  },
  alloc_pages: (k, a) => {
    if (k.director.fails('alloc_pages') || k.director.fails('alloc_page')) {
      k.event('injected', 'alloc_pages() fails, as asked', a.thread);
      return { hi: 0, lo: 0 };
    }
    if (a.n(0) & 0x400) k.mayBlock(a.thread);
    const pfn = allocPages(k.model.s, a.n(1));
    k.touched = true;
    if (!pfn) return { hi: 0, lo: 0 };
    k.heapPages.add({ pfn, order: a.n(1), span: k.spanAt(a.thread), live: 1 });
    return pagePointer(pfn);
  },
  __free_pages: (k, a) => {
    if (a.isNull(0)) return undefined;
    const pfn = a.pfn(0);
    checkRelease(k, pfn, '__free_pages');
    const row = k.heapPages.find((r) => k.heapPages.get(r, 'live') === 1 && k.heapPages.get(r, 'pfn') === pfn);
    if (!row) {
      k.event('mismatch', `__free_page() of page ${pfn}, which was not allocated here`, a.thread, true);
      k.model.putPage(pfn);
      closePin(k, pfn, false);
    } else {
      k.heapPages.set(row, 'live', 0);
      freePages(k.model.s, pfn);
    }
    k.touched = true;
    return undefined;
  },
  vmap: (k, a) => {
    const at = a.w(0);
    const n = a.n(1);
    const b = k.vm.readBytes(at.hi, at.lo, n * 8, a.thread);
    const v = new DataView(b.buffer, b.byteOffset, b.length);
    k.mayBlock(a.thread);
    if (k.director.fails('vmap')) return { hi: 0, lo: 0 };
    const pfns = Array.from({ length: n }, (_, i) =>
      framed(k, { lo: v.getInt32(i * 8, true), hi: v.getInt32(i * 8 + 4, true) }),
    );
    return mapPages(k, pfns, false);
  },
  vunmap: (k, a) => {
    if (!a.isNull(0)) unmapPages(k, a.w(0), 'vunmap');
    return undefined;
  },
  dump_page: (k, a) => {
    const s = k.model.s;
    const pfn = a.pfn(0);
    const head = s.head(pfn);
    k.event(
      'printk',
      `page: refcount:${s.refcount.at(head)} mapcount:${folioMapcount(s, head)} mapping:${s.mapping.at(head)} index:0x${s.index.at(head).toString(16)} pfn:0x${pfn.toString(16)}${a.isNull(1) ? '' : ` (${cString(k, a.w(1), a.thread)})`}`,
      a.thread,
    );
    return undefined;
  },
  __pinscope_dirty: (k, a) => {
    const s = k.model.s;
    const pfn = a.pfn(0);
    checkRelease(k, pfn, 'set_page_dirty');
    const how = a.n(1);
    if (how === 1) {
      k.mayBlock(a.thread);
      const row = pageLock(k, s.head(pfn));
      if (row) {
        if (k.pageLocks.get(row, 'thread') === a.thread)
          throw new MachineFault('deadlock', 'set_page_dirty_lock() of a page that this thread has locked');
        k.store.set(k.tPhase, a.thread, 0);
        if (k.block(a.thread, pageChannel(s.head(pfn)), -1) === BLOCK) return BLOCK;
      }
      k.store.set(k.tPhase, a.thread, 0);
      k.touched = true;
      return setPageDirtyLock(s, pfn) ? 1 : 0;
    }
    k.touched = true;
    return folioMarkDirty(s, s.head(pfn)) ? 1 : 0;
  },
  __pinscope_lock_page: lockPage,
};
