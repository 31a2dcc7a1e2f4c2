/** mmap() and its relatives, as programs call them (mm/mmap.c, mm/mremap.c, mm/mincore.c, mm/madvise.c: what they refuse, too). */
import type { Args, Kernel } from '../kernel.ts';
import { MachineFault, NO_MEMORY } from '../memory.ts';
import {
  cachedPage,
  doMadvise,
  doMlock,
  doMmap,
  doMprotect,
  doMsync,
  doMunlock,
  doMunmap,
  E,
  ensureCapacity,
  findVma,
  FS,
  growVma,
  KINDS,
  moveVma,
  nameMap,
  newVma,
  PAGE_SIZE,
  PTE,
  pteSlot,
  unmappedArea,
  VM,
  vmasIn,
  type Advice,
} from '../model.ts';
import type { Word } from '../vm.ts';
import type { Builtins } from './index.ts';
import { placeVma, shrinkVmas, vmaStruct } from './mappings.ts';
import { newDiskFile, openFile, pointerBytes, ptr } from './vfs.ts';

const MAP = {
  shared: 1,
  private: 2,
  fixed: 0x10,
  anonymous: 0x20,
  locked: 0x2000,
  populate: 0x8000,
  hugetlb: 0x40000,
  noreplace: 0x100000,
};
/** Virtual pages are numbers of 31 bits here: addresses beyond 8 TiB cannot be asked for. */
const LAST = 2 ** 31;
const EBADF = 9;
/** Where mappings may begin (mmap_min_addr, and room for the machine's own addresses below). */
const FIRST = 16;

/** A name for a new mapping in the model. */
export function mapNumber(k: Kernel): string {
  return `m${k.store.add(k.vm.memory.scalar, 12, 1)}`;
}
const address = (vpn: number): Word => ({ hi: Math.floor(vpn / 1048576), lo: (vpn % 1048576) << 12 });

/** Unmaps a range; what mirrors it is told before. */
function unmap(k: Kernel, mm: number, start: number, end: number, thread: number): number {
  const r = k.notify(mm, start, end, thread, () => doMunmap(k.model.s, mm, start, end));
  if (r === 0) shrinkVmas(k, mm, start, end);
  return r;
}

/** Where a mapping goes: -errno, 0 for anywhere, or its first page. */
function place(k: Kernel, a: Args, mm: number, pages: number, flags: number): number {
  const s = k.model.s;
  const hint = a.u(6);
  const fixed = flags & (MAP.fixed | MAP.noreplace);
  const at = fixed ? hint / PAGE_SIZE : Math.floor(hint / PAGE_SIZE);
  if (!fixed) return at >= FIRST && at + pages < LAST && !vmasIn(s, mm, at, at + pages).length ? at : 0;
  if (!Number.isInteger(at)) return -E.INVAL;
  if (at < FIRST) return -E.PERM;
  if (at + pages >= LAST) return -E.NOMEM;
  if (flags & MAP.noreplace) return vmasIn(s, mm, at, at + pages).length ? -E.EXIST : at;
  return vmasIn(s, mm, at, at + pages).length ? unmap(k, mm, at, at + pages, a.thread) || at : at;
}

/** The kind of a mapping of a file. */
function kindOf(k: Kernel, file: number, shared: boolean): (typeof KINDS)[number] {
  const fs = k.model.s.fileFs.at(file);
  if (fs === FS.hugetlbfs) return shared ? 'hugetlb-shared' : 'hugetlb';
  if (fs === FS.secretmem) return 'secretmem';
  if (fs === FS.tmpfs) return shared ? 'shmem' : 'shmem-private';
  if (fs === FS['ext4-dax']) return shared ? 'dax-shared' : 'dax-private';
  return shared ? 'ext4-shared' : 'ext4-private';
}

function mmapCall(k: Kernel, a: Args): Word | number {
  const s = k.model.s;
  const mm = k.mmOf(a.thread);
  const len = a.u(0);
  const prot = a.n(1);
  const flags = a.n(2);
  const fd = a.n(3);
  const offset = a.u(4);
  const anonymous = (flags & MAP.anonymous) !== 0;
  k.touched = true;
  if (!len || !(flags & 3) || offset % PAGE_SIZE) return -E.INVAL;
  const pages = Math.ceil(len / PAGE_SIZE);
  if (pages >= LAST) return -E.NOMEM;
  const shared = (flags & MAP.shared) !== 0;
  const open = anonymous ? 0 : openFile(k, a.thread, fd);
  if (!anonymous && !open) return -EBADF;
  if (open) {
    const mode = k.open.get(open, 'flags') & 3;
    if (mode === 1 || (shared && prot & 2 && mode === 0)) return -E.ACCES;
  }
  const at = place(k, a, mm, pages, flags);
  if (at < 0) return at;
  const name = mapNumber(k);
  if (open && !k.open.get(open, 'disk')) {
    // a driver's mapping: no pages yet; the driver's mmap() puts them there
    const base = at || unmappedArea(s, mm, pages);
    newVma(s, mm, {
      start: base,
      end: base + pages,
      flags:
        (prot & 1 ? VM.READ : 0) |
        (prot & 2 ? VM.WRITE : 0) |
        VM.MAYREAD |
        VM.MAYWRITE |
        (shared ? VM.SHARED : 0) |
        VM.MIXEDMAP,
      file: 0,
      pgoff: offset / PAGE_SIZE,
      kind: KINDS.indexOf('mixedmap'),
    });
    nameMap(s, mm, name, base);
    const v = vmaStruct(k, mm, findVma(s, mm, base), k.open.get(open, 'struct'), a.thread);
    const out = a.w(5);
    k.vm.writeBytes(out.hi, out.lo, pointerBytes(ptr(v)), a.thread);
    return address(base);
  }
  let file = open ? k.open.get(open, 'disk') : 0;
  let kind: (typeof KINDS)[number] = 'anon';
  if (file) {
    kind = kindOf(k, file, shared);
    ensureCapacity(s, file, offset / PAGE_SIZE + pages);
  } else if (flags & MAP.hugetlb) kind = shared ? 'hugetlb-shared' : 'hugetlb';
  else if (shared) {
    kind = 'shmem';
    file = newDiskFile(k, '', FS.tmpfs, pages);
    ensureCapacity(s, file, pages);
  }
  const size = kind.startsWith('hugetlb') ? Math.ceil(pages / 512) * 512 : pages;
  const p = (prot & 1 ? 'r' : '') + (prot & 2 ? 'w' : '') || 'none';
  const base = doMmap(s, mm, name, kind, size, p, file, { at, pgoff: offset / PAGE_SIZE });
  if (flags & MAP.populate) {
    const r = doMadvise(s, mm, base, base + size, prot & 2 ? 'POPULATE_WRITE' : 'POPULATE_READ');
    if (r === -E.NOMEM && kind === 'anon') throw new MachineFault('out-of-memory', `MAP_POPULATE: ${NO_MEMORY}`);
  }
  if (flags & MAP.locked || k.procs.get(k.vm.tProc.at(a.thread), 'lockAll')) doMlock(s, mm, base, base + size, false);
  k.event(
    'mmap',
    `mmap() of ${pages} page${pages === 1 ? '' : 's'} at 0x${(base * PAGE_SIZE).toString(16)} (${kind})`,
    a.thread,
  );
  return address(base);
}

/** mremap(old, old bytes, new bytes, flags, new): its new address, or -errno. */
function mremap(k: Kernel, a: Args): Word | number {
  const s = k.model.s;
  const mm = k.mmOf(a.thread);
  const start = a.u(0) / PAGE_SIZE;
  const have = Math.ceil(a.u(1) / PAGE_SIZE);
  const want = Math.ceil(a.u(2) / PAGE_SIZE);
  const flags = a.n(3);
  const fixed = (flags & 2) !== 0;
  k.touched = true;
  if (!Number.isInteger(start) || !want || flags & ~7 || (flags & 6 && !(flags & 1))) return -E.INVAL;
  let to = fixed ? a.u(4) / PAGE_SIZE : 0;
  if (fixed && (!Number.isInteger(to) || (to < start + have && start < to + want))) return -E.INVAL;
  if (have > want) unmap(k, mm, start + want, start + have, a.thread);
  const vma = findVma(s, mm, start);
  const left = Math.min(have, want);
  if (!vma || s.vmaEnd.at(vma) < start + left) return -E.FAULT;
  if (!fixed && want <= have) return address(start);
  if (!fixed && s.vmaEnd.at(vma) === start + left && !vmasIn(s, mm, start + left, start + want).length) {
    growVma(s, mm, vma, start + want);
    return address(start);
  }
  if (!(flags & 1)) return -E.NOMEM;
  if (fixed && vmasIn(s, mm, to, to + want).length) unmap(k, mm, to, to + want, a.thread);
  to ||= unmappedArea(s, mm, want);
  k.notify(mm, start, start + left, a.thread, () => moveVma(s, mm, start, left, to));
  if (want > left) growVma(s, mm, findVma(s, mm, to), to + want);
  for (let r = 1; r <= k.vmas.count; r++)
    if (!k.vmas.get(r, 'gone') && k.vmas.get(r, 'mm') === mm && k.vmas.get(r, 'start') === start)
      placeVma(k, r, to, to + want);
  nameMap(s, mm, mapNumber(k), to);
  return address(to);
}

/** madvise(): the advice that the model knows, and those that have no effect on it. */
const ADVICE_OF: Readonly<Record<number, Advice | 'nothing'>> = {
  0: 'NORMAL',
  1: 'RANDOM',
  2: 'SEQUENTIAL',
  3: 'WILLNEED',
  4: 'DONTNEED',
  8: 'FREE',
  9: 'REMOVE',
  10: 'DONTFORK',
  11: 'DOFORK',
  12: 'MERGEABLE',
  13: 'UNMERGEABLE',
  14: 'HUGEPAGE',
  15: 'NOHUGEPAGE',
  16: 'nothing',
  17: 'nothing',
  18: 'WIPEONFORK',
  19: 'KEEPONFORK',
  20: 'COLD',
  21: 'PAGEOUT',
  22: 'POPULATE_READ',
  23: 'POPULATE_WRITE',
  24: 'DONTNEED_LOCKED',
  25: 'COLLAPSE',
  101: 'SOFT_OFFLINE',
};

function madvise(k: Kernel, mm: number, start: number, end: number, behavior: number, thread: number): number {
  const advice = ADVICE_OF[behavior];
  if (advice === undefined) return -E.INVAL;
  if (advice === 'nothing') return vmasIn(k.model.s, mm, start, end).length ? 0 : -E.NOMEM;
  const advise = (): number => doMadvise(k.model.s, mm, start, end, advice);
  const tells = advice === 'DONTNEED' || advice === 'DONTNEED_LOCKED' || advice === 'FREE';
  return tells ? k.notify(mm, start, end, thread, advise) : advise();
}

/** mincore(): a byte for each page, 1 if it need not be read in. */
function mincore(k: Kernel, a: Args, mm: number, start: number, end: number): number {
  const s = k.model.s;
  const out = new Uint8Array(end - start);
  for (let vpn = start; vpn < end; vpn++) {
    const vma = findVma(s, mm, vpn);
    if (!vma) return -E.NOMEM;
    const slot = pteSlot(s, mm, vpn);
    const bits = slot ? s.entf.at(slot) : 0;
    const file = s.vmaFile.at(vma);
    const there =
      bits & PTE.present ||
      (bits & PTE.swap && s.swapCache.at(s.ent.at(slot))) ||
      (!bits && file && cachedPage(s, file, s.vmaPgoff.at(vma) + vpn - s.vmaStart.at(vma)));
    out[vpn - start] = there ? 1 : 0;
  }
  const w = a.w(3);
  k.vm.writeBytes(w.hi, w.lo, out, a.thread);
  return 0;
}

/** munmap and its like on [a, a + n). */
function vmCall(k: Kernel, a: Args): number {
  const s = k.model.s;
  const mm = k.mmOf(a.thread);
  const op = a.n(0);
  const whole = a.u(1) / PAGE_SIZE;
  const start = Math.floor(whole);
  const lock = op === 3 || op === 4;
  // mlock() rounds down, the others refuse
  if (!lock && op < 8 && start !== whole) return -E.INVAL;
  const end = lock ? Math.ceil((a.u(1) + a.u(2)) / PAGE_SIZE) : start + Math.ceil(a.u(2) / PAGE_SIZE);
  const x = a.n(3);
  k.touched = true;
  if (op === 0 && end === start) return -E.INVAL;
  if (op < 8 && end === start) return 0;
  switch (op) {
    case 0:
      return unmap(k, mm, start, end, a.thread);
    case 1: {
      const prot = (x & 1 ? 'r' : '') + (x & 2 ? 'w' : '') || 'none';
      return k.notify(mm, start, end, a.thread, () => doMprotect(s, mm, start, end, prot));
    }
    case 2:
      return madvise(k, mm, start, end, x, a.thread);
    case 3:
      return doMlock(s, mm, start, end, (x & 1) !== 0);
    case 4:
      return doMunlock(s, mm, start, end);
    case 5:
      return x & 4 || x === 0 ? doMsync(s, mm, start, end) : 0;
    case 7:
      return mincore(k, a, mm, start, end);
    case 8:
      if (x & 1)
        for (let v = s.mmVmas.at(mm); v; v = s.vmaNext.at(v)) doMlock(s, mm, s.vmaStart.at(v), s.vmaEnd.at(v), false);
      if (x & 2) k.procs.set(k.vm.tProc.at(a.thread), 'lockAll', 1);
      return 0;
    case 9:
      for (let v = s.mmVmas.at(mm); v; v = s.vmaNext.at(v)) doMunlock(s, mm, s.vmaStart.at(v), s.vmaEnd.at(v));
      k.procs.set(k.vm.tProc.at(a.thread), 'lockAll', 0);
      return 0;
    default:
      return -E.INVAL;
  }
}

/** Built-ins of this file. */
export const mmap: Builtins = {
  __pinscope_mmap: mmapCall,
  __pinscope_vm: vmCall,
  __pinscope_mremap: mremap,
};
