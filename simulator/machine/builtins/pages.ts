/** Pages: references, GUP, allocation, flags, user copies. */
import { HI, MachineFault } from '../memory.ts';
import { BLOCK, type Word } from '../vm.ts';
import { cString, framed, pagePointer, type Args, type Kernel } from '../kernel.ts';
import {
  allocPages,
  copyFromUser,
  copyToUser,
  E,
  folioMapcount,
  folioMarkAccessed,
  folioMarkDirty,
  folioMaybeDmaPinned,
  folioAnon,
  freePages,
  GUP_CALLS,
  isZeroPage,
  PG,
  readUser,
  setPageDirtyLock,
  type GupCall,
} from '../model.ts';
import { latin } from '../vm.ts';
import type { Builtins } from './index.ts';
import { HOLD } from '../../mm/holders.ts';

const ownerName = (k: Kernel, a: Args, call: string): string => {
  const line = k.lineOf(k.spanAt(a.thread));
  return `h:${call}()${line ? ` at line ${line}` : ''}`;
};

/** A GUP call: pages go to the array, and are remembered with the line that took them. */
function gupCall(k: Kernel, a: Args): number {
  const s = k.model.s;
  const name = a.text(0);
  const call = (GUP_CALLS as readonly string[]).includes(name) ? (name as GupCall) : 'get_user_pages';
  const mm = k.modelMm(a.w(1));
  const start = a.u(2);
  let nr = a.u(3);
  const flags = a.n(4);
  const array = a.w(5);
  const wants = array.hi !== 0 || array.lo !== 0;
  if (!call.endsWith('_only')) k.mayBlock(a.thread);
  if (k.director.fails(name)) {
    k.event('injected', `${name}() fails, as asked`, a.thread);
    k.touched = true;
    return -E.FAULT;
  }
  if (start >= 2 ** 47) return -E.FAULT;
  if (Math.floor(start / 4294967296) === HI.user) {
    k.event(
      'warning',
      `${name}(): 0x${start.toString(16)} is a variable of the program; only memory from mmap() or malloc() has pages here`,
      a.thread,
    );
    return -E.FAULT;
  }
  if (nr > 1 << 20) nr = 1 << 20;
  const short = k.director.shorten(name, nr);
  if (short !== undefined && short < nr) {
    k.event('injected', `${name}() gets ${short} of ${nr} pages, as asked`, a.thread);
    nr = short;
    if (nr === 0) return -E.FAULT;
  }
  const vpn = Math.floor(start / 4096);
  const owner = ownerName(k, a, name);
  const r = mm
    ? wants
      ? k.model.acquire(owner, call, mm, vpn, nr, flags)
      : { ret: k.model.acquire(owner, call, mm, vpn, nr, flags).ret, pages: [] }
    : { ret: -E.SRCH, pages: [] };
  const bytes = new Uint8Array(r.pages.length * 8);
  const v = new DataView(bytes.buffer);
  const pin = call.startsWith('pin_');
  const span = k.spanAt(a.thread);
  r.pages.forEach((pfn, i) => {
    const w = pagePointer(pfn);
    v.setInt32(i * 8, w.lo, true);
    v.setInt32(i * 8 + 4, w.hi, true);
    k.pins.add({
      pfn,
      mm,
      vpn: vpn + i,
      span,
      pin: pin ? 1 : 0,
      live: 1,
      thread: a.thread,
      call: k.nameId(name),
      serial: s.serial.at(pfn),
    });
  });
  if (bytes.length) k.vm.writeBytes(array.hi, array.lo, bytes, a.thread);
  for (const line of s.dmesg.splice(0)) k.event('warning', line, a.thread, true);
  k.event('gup', `${name}(0x${start.toString(16)}, ${nr}) = ${r.ret}`, a.thread);
  k.touched = true;
  return r.ret;
}

/** A reference went: the newest record of its kind is closed. */
function closePin(k: Kernel, pfn: number, pin: boolean): void {
  let other = 0;
  for (let r = k.pins.count; r > 0; r--) {
    if (k.pins.get(r, 'live') !== 1 || k.pins.get(r, 'pfn') !== pfn) continue;
    if ((k.pins.get(r, 'pin') === HOLD.pin) === pin) {
      k.pins.set(r, 'live', 0);
      return;
    }
    other ||= r;
  }
  if (other) {
    k.pins.set(other, 'live', 0);
    return;
  }
}
const hasPin = (k: Kernel, pfn: number): boolean =>
  k.pins.find((r) => k.pins.get(r, 'live') === 1 && k.pins.get(r, 'pfn') === pfn) !== 0;

function checkRelease(k: Kernel, pfn: number, name: string): void {
  const s = k.model.s;
  if (!s.has(pfn, PG.allocated) || s.refcount.at(s.head(pfn)) <= 0)
    throw new MachineFault(
      'use-after-free',
      `${name}() of a page (frame ${pfn}) that has been freed: more references are given back than were taken`,
    );
}

function put(k: Kernel, a: Args): undefined {
  const pfn = a.pfn(0);
  const n = a.n(1);
  for (let i = 0; i < n; i++) {
    checkRelease(k, pfn, 'put_page');
    const s = k.model.s;
    const row = k.heapPages.find((r) => k.heapPages.get(r, 'live') === 1 && k.heapPages.get(r, 'pfn') === s.head(pfn));
    if (row && !hasPin(k, pfn) && s.has(s.head(pfn), PG.driver)) {
      k.heapPages.set(row, 'live', 0);
      freePages(s, pfn);
    } else {
      const pinned = !hasGet(k, pfn) && hasPin(k, pfn);
      if (pinned)
        k.event(
          'mismatch',
          `put_page() of page ${pfn}, which is held by a pin: unpin_user_page() gives pins back`,
          a.thread,
        );
      k.model.putPage(pfn);
      closePin(k, pfn, false);
    }
  }
  k.touched = true;
  return undefined;
}
const hasGet = (k: Kernel, pfn: number): boolean =>
  k.pins.find((r) => k.pins.get(r, 'live') === 1 && k.pins.get(r, 'pfn') === pfn && k.pins.get(r, 'pin') === 0) !== 0;

function unpin(k: Kernel, a: Args): undefined {
  const at = a.w(0);
  const n = a.u(1);
  if (n > 1 << 24)
    throw new MachineFault('bad-count', `unpin_user_pages() of ${a.s(1)} pages: a negative result was not tested`);
  const bytes = k.vm.readBytes(at.hi, at.lo, n * 8, a.thread);
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < n; i++) {
    const w = { lo: v.getInt32(i * 8, true), hi: v.getInt32(i * 8 + 4, true) };
    const pfn = framed(k, w);
    checkRelease(k, pfn, 'unpin_user_pages');
    k.model.unpinPages([pfn], a.n(2) !== 0);
    closePin(k, pfn, true);
  }
  for (const line of k.model.s.dmesg.splice(0)) k.event('warning', line, a.thread, true);
  k.touched = true;
  return undefined;
}

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
/** Channel of those who wait for a page. */
export const pageChannel = (head: number): number => -100_000 - head;

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

/** Is the address one that user programs may use? */
function isUser(k: Kernel, w: Word): boolean {
  if (w.hi >= 0 && w.hi < 0x8000) return w.hi !== 0 || w.lo >>> 0 >= 4096;
  // string constants and shared variables of the snippet serve as user memory too
  if (w.hi !== HI.kernel) return false;
  const o = k.vm.memory.describe(w.lo);
  return o?.kind === 2 || o?.kind === 1;
}
/** copy_from_user: bytes that could not be copied. */
function fromUser(k: Kernel, a: Args): number {
  const to = a.w(0);
  const from = a.w(1);
  const n = a.u(2);
  k.touched = true;
  if (n === 0) return 0;
  if (n > 1 << 30) throw new MachineFault('out-of-bounds', `copy_from_user() of ${a.s(2)} bytes`);
  k.mayFault(a.thread);
  if (k.director.fails('copy_from_user')) return n;
  if (!isUser(k, from)) return n;
  const at = k.vm.physical(from.hi, from.lo, a.thread);
  if (at >= 0) {
    if (!k.vm.memory.ok(at, n)) {
      k.vm.memory.check(at, n, false);
      return n;
    }
    k.vm.copy(to.hi, to.lo, from.hi, from.lo, n, a.thread);
    return 0;
  }
  const data = new Uint8Array(n);
  const mm = k.mmOf(a.thread);
  const left = mm ? copyFromUser(k.model.s, mm, from.hi * 4294967296 + (from.lo >>> 0), data) : n;
  if (mm) k.bus.userRead(mm, Math.floor((from.hi * 4294967296 + (from.lo >>> 0)) / 4096));
  k.vm.writeBytes(to.hi, to.lo, data.subarray(0, n - left), a.thread);
  return left;
}
function toUser(k: Kernel, a: Args): number {
  const to = a.w(0);
  const from = a.w(1);
  const n = a.u(2);
  k.touched = true;
  if (n === 0) return 0;
  if (n > 1 << 30) throw new MachineFault('out-of-bounds', `copy_to_user() of ${a.s(2)} bytes`);
  k.mayFault(a.thread);
  if (k.director.fails('copy_to_user')) return n;
  if (!isUser(k, to)) return n;
  const src = k.vm.physical(from.hi, from.lo, a.thread);
  if (src >= 0) {
    k.vm.memory.check(src, n, false);
    if (!k.vm.memory.isInit(src, n)) {
      const o = k.vm.memory.describe(src);
      let bad = 0;
      for (let i = 0; i < n; i++) if (!k.vm.memory.isInit(src + i, 1)) bad++;
      k.event(
        'info-leak',
        `copy_to_user() gives ${bad} uninitialised byte${bad === 1 ? '' : 's'} of ${o?.name ?? 'kernel memory'} to the user`,
        a.thread,
        true,
      );
    }
  }
  const data = k.vm.readBytes(from.hi, from.lo, n, a.thread, true);
  return store(k, a, to, data);
}
function store(k: Kernel, a: Args, to: Word, data: Uint8Array): number {
  const at = k.vm.physical(to.hi, to.lo, a.thread);
  if (at >= 0) {
    k.vm.memory.check(at, data.length, true);
    k.vm.memory.put(at, data);
    return 0;
  }
  const mm = k.mmOf(a.thread);
  return mm ? copyToUser(k.model.s, mm, to.hi * 4294967296 + (to.lo >>> 0), data) : data.length;
}

/** Built-ins of this file. */
export const pages: Builtins = {
  __pinscope_gup: gupCall,
  __pinscope_put: put,
  __pinscope_unpin: unpin,
  __pinscope_ref: (k, a) => {
    const pfn = a.pfn(0);
    checkRelease(k, pfn, 'get_page');
    for (let i = 0; i < a.n(1); i++) {
      k.model.getPage(ownerName(k, a, 'get_page'), pfn);
      k.pins.add({
        pfn,
        span: k.spanAt(a.thread),
        pin: 0,
        live: 1,
        thread: a.thread,
        call: k.nameId('get_page'),
        serial: k.model.s.serial.at(pfn),
      });
    }
    k.touched = true;
    return 1;
  },
  __pinscope_add_pin: (k, a) => {
    const pfn = a.pfn(0);
    const r = k.pins.find(
      (x) => k.pins.get(x, 'live') === 1 && k.pins.get(x, 'pfn') === pfn && k.pins.get(x, 'pin') === 1,
    );
    if (!r) throw new MachineFault('bad-count', 'folio_add_pin() of a folio that is not pinned');
    k.model.acquire(
      ownerName(k, a, 'folio_add_pin'),
      'pin_user_pages_fast',
      k.pins.get(r, 'mm'),
      k.pins.get(r, 'vpn'),
      1,
      0,
    );
    k.pins.add({
      pfn,
      mm: k.pins.get(r, 'mm'),
      vpn: k.pins.get(r, 'vpn'),
      span: k.spanAt(a.thread),
      pin: 1,
      live: 1,
      thread: a.thread,
      call: k.nameId('folio_add_pin'),
      serial: k.model.s.serial.at(pfn),
    });
    return undefined;
  },
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
  __pinscope_head: (k, a) => pagePointer(k.model.s.head(a.pfn(0))),
  __pinscope_pfn: (_, a) => a.pfn(0),
  pfn_to_page: (_, a) => pagePointer(a.u(0)),
  pfn_valid: (k, a) => (k.model.s.zoneOf(a.u(0)) >= 0 ? 1 : 0),
  page_address: (_, a) => ({ hi: HI.direct, lo: (a.pfn(0) << 12) | 0 }),
  virt_to_page: (_, a) => {
    const w = a.w(0);
    if (w.hi === HI.direct) return pagePointer(w.lo >>> 12);
    throw new MachineFault('unsupported', 'virt_to_page() of memory that did not come from the page allocator');
  },
  __pinscope_vmalloc_page: (_, a) => {
    const w = a.w(0);
    if (w.hi === HI.direct) return pagePointer(w.lo >>> 12);
    throw new MachineFault('unsupported', 'vmalloc_to_page() needs memory of vmap() or the page allocator here');
  },
  __pinscope_kmap: (k, a) => {
    const pfn = a.pfn(0);
    if (a.n(1) === 1) k.mayBlock(a.thread);
    if (a.n(1) === 2) k.store.add(k.tAtomic, a.thread, 1);
    return { hi: HI.direct, lo: (pfn << 12) | 0 };
  },
  __pinscope_kunmap: (k, a) => {
    const w = a.w(0);
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
    const first = framed(k, { lo: v.getInt32(0, true), hi: v.getInt32(4, true) });
    for (let i = 1; i < n; i++) {
      if (framed(k, { lo: v.getInt32(i * 8, true), hi: v.getInt32(i * 8 + 4, true) }) !== first + i)
        throw new MachineFault('unsupported', 'vmap() of pages that are not next to each other is not modelled');
    }
    return { hi: HI.direct, lo: (first << 12) | 0 };
  },
  vunmap: () => undefined,
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
  __pinscope_kernel_pages: () => -22,
  copy_from_user: fromUser,
  copy_to_user: toUser,
  clear_user: (k, a) => (isUser(k, a.w(0)) ? store(k, a, a.w(0), new Uint8Array(a.u(1))) : a.u(1)),
  __pinscope_access_ok: (k, a) => (isUser(k, a.w(0)) && a.u(1) < 2 ** 47 ? 1 : 0),
  strncpy_from_user: (k, a) => {
    const t = userString(k, a, a.w(1), a.s(2));
    if (t === undefined) return -E.FAULT;
    const d = a.w(0);
    k.vm.writeBytes(d.hi, d.lo, latin(t.length < a.s(2) ? t + '\0' : t), a.thread);
    return t.length;
  },
  strnlen_user: (k, a) => {
    const t = userString(k, a, a.w(0), a.s(1));
    return t === undefined ? 0 : t.length + 1;
  },
};

function userString(k: Kernel, a: Args, w: Word, limit: number): string | undefined {
  if (!isUser(k, w)) return undefined;
  k.touched = true;
  if (k.vm.physical(w.hi, w.lo, a.thread) >= 0) return cString(k, w, a.thread, limit);
  let out = '';
  const one = new Uint8Array(1);
  const at = w.hi * 4294967296 + (w.lo >>> 0);
  for (let i = 0; i < limit; i++) {
    if ('signal' in readUser(k.model.s, k.mmOf(a.thread), at + i, one)) return undefined;
    if (one[0] === 0) break;
    out += String.fromCharCode(one[0]!);
  }
  return out;
}
