/** References to pages: the GUP family, get_page() and put_page(), pins and their release. */
import { HOLD } from '../../mm/holders.ts';
import { framed, pagePointer, type Args, type Kernel } from '../kernel.ts';
import { HI, MachineFault } from '../memory.ts';
import { E, freePages, GUP_CALLS, PG, pinWeight, type GupCall } from '../model.ts';
import type { Word } from '../vm.ts';
import type { Builtins } from './index.ts';
import { member } from './vfs.ts';

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
  let start = a.u(2);
  let nr = a.u(3);
  if (k.cutOut && k.assumed && start < 65536) {
    // made up: nobody has said where the user's memory is
    const b = k.objectsOf(a.thread).userBuffer();
    start += b.hi * 4294967296 + (b.lo >>> 0);
    k.event('assumed', `${name}(): the address is not known here; it is taken to lie in a user buffer`, a.thread);
  }
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
      `${name}(): 0x${start.toString(16)} is a small object of the program; only those of 2 KiB and more, and memory from mmap(), have pages here`,
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
  storePages(k, a, array, r.pages);
  remember(k, a, r.pages, name, call.startsWith('pin_'), mm, vpn);
  for (const line of s.dmesg.splice(0)) k.event('warning', line, a.thread, true);
  k.event('gup', `${name}(0x${start.toString(16)}, ${nr}) = ${r.ret}`, a.thread);
  k.touched = true;
  return r.ret;
}

/** Remembers who took pages, and where. */
function remember(k: Kernel, a: Args, pages: readonly number[], name: string, pin: boolean, mm = 0, vpn = 0): void {
  const span = k.spanAt(a.thread);
  pages.forEach((pfn, i) =>
    k.pins.add({
      pfn,
      mm,
      vpn: vpn + i,
      span,
      pin: pin ? 1 : 0,
      live: 1,
      thread: a.thread,
      call: k.nameId(name),
      serial: k.model.s.serial.at(pfn),
    }),
  );
}

/** Pages as an array of struct page pointers in the caller's memory. */
function storePages(k: Kernel, a: Args, array: Word, pages: readonly number[]): void {
  const bytes = new Uint8Array(pages.length * 8);
  const v = new DataView(bytes.buffer);
  pages.forEach((pfn, i) => {
    const w = pagePointer(pfn);
    v.setInt32(i * 8, w.lo, true);
    v.setInt32(i * 8 + 4, w.hi, true);
  });
  if (bytes.length) k.vm.writeBytes(array.hi, array.lo, bytes, a.thread);
}

/** memfd_pin_folios(file, first byte, last byte, folios, room, offset). */
function memfdPin(k: Kernel, a: Args): number {
  const f = a.w(0).lo;
  const open = f ? k.vm.memory.r32(f + member(k, 'file', '__row')) : 0;
  const file = open ? k.open.get(open, 'disk') : 0;
  const first = Math.floor(a.s(1) / 4096);
  const last = Math.floor(a.s(2) / 4096);
  k.mayBlock(a.thread);
  k.touched = true;
  if (k.director.fails('memfd_pin_folios')) return -E.NOMEM;
  if (!file || last < first || a.s(1) < 0) return -E.INVAL;
  const r = k.model.pinFolios(ownerName(k, a, 'memfd_pin_folios'), file, first, Math.min(last - first + 1, a.u(4)));
  storePages(k, a, a.w(3), r.pages);
  remember(k, a, r.pages, 'memfd_pin_folios', true);
  k.event('gup', `memfd_pin_folios(pages ${first} to ${last}) = ${r.ret}`, a.thread);
  return r.ret;
}

/** A reference went: the newest record of its kind is closed. */
export function closePin(k: Kernel, pfn: number, pin: boolean): void {
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

/** May a reference to this page still be used or given back? Throws what is wrong. */
export function checkRelease(k: Kernel, pfn: number, name: string): void {
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
      // 1023 of the 1024 references of a pin are still there
      if (!pinned || pinWeight(s, pfn) === 1) closePin(k, pfn, false);
      for (const line of s.dmesg.splice(0)) k.event('warning', line, a.thread, true);
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
    const s = k.model.s;
    const before = s.refcount.at(s.head(pfn));
    k.model.unpinPages([pfn], a.n(2) !== 0);
    closePin(k, pfn, true);
    const left = s.refcount.at(s.head(pfn));
    if (left < 0 || s.pincount.at(s.head(pfn)) < 0) {
      k.touched = true;
      throw new MachineFault(
        'refcount-underflow',
        `unpin_user_page() of page ${pfn}, which is not pinned: its reference count goes from ${before} to ${left}`,
      );
    }
  }
  for (const line of k.model.s.dmesg.splice(0)) k.event('warning', line, a.thread, true);
  k.touched = true;
  return undefined;
}

/** Built-ins of this file. */
export const references: Builtins = {
  __pinscope_gup: gupCall,
  __pinscope_memfd_pin: memfdPin,
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
  __pinscope_kernel_pages: () => -22,
};
