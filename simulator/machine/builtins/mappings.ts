/** Mappings: mmap() and its relatives, struct vm_area_struct, what a driver puts into a VMA, MMU notifiers. */
import { type Args, type Kernel } from '../kernel.ts';
import { HI, KIND, MachineFault } from '../memory.ts';
import {
  ADVICE,
  copyFromUser,
  doMadvise,
  doMlock,
  doMmap,
  doMprotect,
  doMremap,
  doMsync,
  doMunlock,
  doMunmap,
  E,
  ensureCapacity,
  findVma,
  folioGet,
  FS,
  KINDS,
  mapPte,
  nameMap,
  newVma,
  PAGE_SIZE,
  PTE,
  pteSlot,
  SCALAR,
  setEntry,
  unmappedArea,
  VM,
  zapRange,
  type Advice,
} from '../model.ts';
import { type Word } from '../vm.ts';
import type { Builtins } from './index.ts';
import { member, newDiskFile, openFile, pointerBytes, ptr, setPtr } from './vfs.ts';

/** A name for a new mapping in the model. */
export function mapNumber(k: Kernel): string {
  return `m${k.store.add(k.vm.memory.scalar, 12, 1)}`;
}

function mmapCall(k: Kernel, a: Args): Word | number {
  const s = k.model.s;
  const mm = k.mmOf(a.thread);
  const len = a.u(0);
  const prot = a.n(1);
  const flags = a.n(2);
  const fd = a.n(3);
  k.touched = true;
  if (!len) return -E.INVAL;
  const pages = Math.ceil(len / PAGE_SIZE);
  const name = mapNumber(k);
  const p = (prot & 1 ? 'r' : '') + (prot & 2 ? 'w' : '') || 'none';
  const shared = (flags & 3) === 1 || (flags & 3) === 3;
  const address = (vpn: number): Word => ({ hi: Math.floor(vpn / 1048576), lo: (vpn % 1048576) << 12 });
  const open = flags & 0x20 || fd < 0 ? 0 : openFile(k, a.thread, fd);
  if (!(flags & 0x20) && fd >= 0 && !open) return -9;
  if (open && !k.open.get(open, 'disk')) {
    // a driver's mapping: no pages yet; the driver's mmap() puts them there
    const base = unmappedArea(s, mm, pages);
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
      pgoff: a.u(4) / PAGE_SIZE,
      kind: KINDS.indexOf('mixedmap'),
    });
    nameMap(s, mm, name, base);
    const v = vmaStruct(k, mm, findVma(s, mm, base), k.open.get(open, 'struct'), a.thread);
    const out = a.w(5);
    k.vm.writeBytes(out.hi, out.lo, pointerBytes(ptr(v)), a.thread);
    return address(base);
  }
  const file = open ? k.open.get(open, 'disk') : 0;
  let kind: (typeof KINDS)[number] = 'anon';
  let f = file;
  if (file) {
    const fs = s.fileFs.at(file);
    kind =
      fs === FS.tmpfs
        ? shared
          ? 'shmem'
          : 'shmem-private'
        : fs === FS['ext4-dax']
          ? shared
            ? 'dax-shared'
            : 'dax-private'
          : shared
            ? 'ext4-shared'
            : 'ext4-private';
    ensureCapacity(s, file, pages);
  } else if (flags & 0x40000) kind = shared ? 'hugetlb-shared' : 'hugetlb';
  else if (shared) {
    kind = 'shmem';
    f = newDiskFile(k, '', FS.tmpfs, pages);
    ensureCapacity(s, f, pages);
  }
  const size = kind.startsWith('hugetlb') ? Math.ceil(pages / 512) * 512 : pages;
  const base = doMmap(s, mm, name, kind, size, p, f);
  if (flags & 0x8000)
    doMadvise(s, mm, base, base + size, prot & 2 ? ('populate_write' as Advice) : ('populate_read' as Advice));
  if (flags & 0x2000) doMlock(s, mm, base, base + size, false);
  k.event(
    'mmap',
    `mmap() of ${pages} page${pages === 1 ? '' : 's'} at 0x${(base * PAGE_SIZE).toString(16)} (${kind})`,
    a.thread,
  );
  return address(base);
}

/** struct vm_area_struct of a VMA of the model. */
function vmaStruct(k: Kernel, mm: number, vma: number, file: number, thread: number): number {
  const s = k.model.s;
  const start = s.vmaStart.at(vma);
  const have = k.vmas.find(
    (r) => !k.vmas.get(r, 'gone') && k.vmas.get(r, 'mm') === mm && k.vmas.get(r, 'start') === start,
  );
  if (have) return k.vmas.get(have, 'struct');
  const m = k.vm.memory;
  const type = k.program.record('vm_area_struct')!;
  const v = m.address(m.alloc(type.size, KIND.device, -1, true, 16, 'the vm_area_struct'));
  const u64 = (name: string, value: number): void => {
    m.w32(v + member(k, 'vm_area_struct', name), value | 0);
    m.w32(v + member(k, 'vm_area_struct', name) + 4, Math.floor(value / 4294967296) | 0);
  };
  u64('vm_start', start * PAGE_SIZE);
  u64('vm_end', s.vmaEnd.at(vma) * PAGE_SIZE);
  u64('vm_pgoff', s.vmaPgoff.at(vma));
  const f = s.vmaFlags.at(vma);
  u64(
    'vm_flags',
    (f & VM.READ ? 1 : 0) |
      (f & VM.WRITE ? 2 : 0) |
      (f & VM.SHARED ? 8 : 0) |
      (f & VM.LOCKED ? 0x2000 : 0) |
      (f & VM.HUGETLB ? 0x400000 : 0) |
      (f & VM.PFNMAP ? 0x400 : 0) |
      (f & VM.IO ? 0x4000 : 0) |
      0x70,
  );
  const p = k.procs.find((r) => k.procs.get(r, 'mm') === mm);
  setPtr(k, v + member(k, 'vm_area_struct', 'vm_mm'), ptr(p ? k.procs.get(p, 'mmStruct') : 0));
  setPtr(k, v + member(k, 'vm_area_struct', 'vm_file'), ptr(file));
  m.w32(v + member(k, 'vm_area_struct', '__vma'), vma);
  k.vmas.add({ mm, start, end: s.vmaEnd.at(vma), struct: v, file });
  void thread;
  return v;
}

/** VMA and mm of a vm_area_struct argument. */
function vmaArg(k: Kernel, a: Args, i: number): { row: number; mm: number } {
  const w = a.w(i);
  const row = k.vmas.find((r) => k.vmas.get(r, 'struct') === w.lo);
  if (w.hi !== HI.kernel || !row) throw new MachineFault('wild-pointer', 'this is no vm_area_struct');
  return { row, mm: k.vmas.get(row, 'mm') };
}

function putInto(k: Kernel, a: Args, vpn: number, pfn: number, insert: boolean): number {
  const s = k.model.s;
  const { row, mm } = vmaArg(k, a, 0);
  if (vpn < k.vmas.get(row, 'start') || vpn >= k.vmas.get(row, 'end')) return -E.FAULT;
  const slot = pteSlot(s, mm, vpn, true);
  if (s.entf.at(slot)) return -E.BUSY;
  const vma = findVma(s, mm, vpn);
  const w = s.vmaFlags.at(vma) & VM.WRITE ? PTE.write : 0;
  if (insert) {
    folioGet(s, s.head(pfn));
    mapPte(s, slot, pfn, PTE.young | w);
  } else {
    s.set(s.vmaFlags, vma, s.vmaFlags.at(vma) | VM.PFNMAP | VM.IO);
    s.set(s.vmaKind, vma, KINDS.indexOf('pfnmap'));
    setEntry(s, slot, pfn, PTE.present | PTE.special | PTE.young | w);
  }
  return 0;
}

/** munmap and its like on [a, a + n). */
function vmCall(k: Kernel, a: Args): number {
  const s = k.model.s;
  const mm = k.mmOf(a.thread);
  const op = a.n(0);
  const start = Math.floor(a.u(1) / PAGE_SIZE);
  const end = start + Math.ceil(a.u(2) / PAGE_SIZE);
  const x = a.n(3);
  k.touched = true;
  k.notify(mm, start, end, a.thread);
  switch (op) {
    case 0: {
      const r = doMunmap(s, mm, start, end);
      k.vmas.find((v) => {
        if (k.vmas.get(v, 'mm') === mm && k.vmas.get(v, 'start') >= start && k.vmas.get(v, 'end') <= end)
          k.vmas.set(v, 'gone', 1);
        return false;
      });
      return r;
    }
    case 1:
      return doMprotect(s, mm, start, end, (x & 1 ? 'r' : '') + (x & 2 ? 'w' : '') || 'none');
    case 2: {
      const name = ADVICE_OF[x];
      if (name === undefined || !(ADVICE as readonly string[]).includes(name)) return name === 'normal' ? 0 : -E.INVAL;
      return doMadvise(s, mm, start, end, name as Advice);
    }
    case 3:
      return doMlock(s, mm, start, end, false);
    case 4:
      return doMunlock(s, mm, start, end);
    case 5:
      return x & 4 || x === 0 ? doMsync(s, mm, start, end) : 0;
    case 6: {
      const from = nameAt(k, mm, start);
      if (from === undefined) return -E.FAULT;
      const to = mapNumber(k);
      const r = doMremap(s, mm, from, to);
      return r < 0 ? r : mapStart(k, mm, to) * PAGE_SIZE;
    }
    case 8:
      for (let v = s.mmVmas.at(mm); v; v = s.vmaNext.at(v)) doMlock(s, mm, s.vmaStart.at(v), s.vmaEnd.at(v), false);
      return 0;
    case 9:
      for (let v = s.mmVmas.at(mm); v; v = s.vmaNext.at(v)) doMunlock(s, mm, s.vmaStart.at(v), s.vmaEnd.at(v));
      return 0;
    default:
      return -E.INVAL;
  }
}

const ADVICE_OF: Readonly<Record<number, string>> = {
  0: 'normal',
  1: 'random',
  2: 'sequential',
  3: 'willneed',
  4: 'dontneed',
  8: 'free',
  9: 'remove',
  10: 'dontfork',
  11: 'dofork',
  12: 'mergeable',
  13: 'unmergeable',
  14: 'hugepage',
  15: 'nohugepage',
  18: 'wipeonfork',
  20: 'cold',
  21: 'pageout',
  22: 'populate_read',
  23: 'populate_write',
  25: 'collapse',
};

function nameAt(k: Kernel, mm: number, vpn: number): string | undefined {
  const s = k.model.s;
  for (let m = s.scalar.at(SCALAR.nextMap) - 1; m > 0; m--)
    if (s.mapMm.at(m) === mm && s.mapBase.at(m) === vpn) return s.names.text(s.mapName.at(m));
  return undefined;
}

function mapStart(k: Kernel, mm: number, name: string): number {
  const s = k.model.s;
  for (let m = s.scalar.at(SCALAR.nextMap) - 1; m > 0; m--)
    if (s.mapMm.at(m) === mm && s.names.text(s.mapName.at(m)) === name) return s.mapBase.at(m);
  return 0;
}

/** Built-ins of this file. */
export const mappings: Builtins = {
  __pinscope_mmap: mmapCall,
  __pinscope_vm: vmCall,
  __pinscope_find_vma: (k, a) => {
    const s = k.model.s;
    const mm = k.modelMm(a.w(0));
    const vpn = Math.floor(a.u(1) / PAGE_SIZE);
    const how = a.n(2);
    let best = findVma(s, mm, vpn);
    if (!best && how === 0)
      for (let v = s.mmVmas.at(mm); v; v = s.vmaNext.at(v))
        if (s.vmaStart.at(v) > vpn && (!best || s.vmaStart.at(v) < s.vmaStart.at(best))) best = v;
    if (!best) return ptr(0);
    if (how === 2) {
      const row = k.vmas.find(
        (r) => !k.vmas.get(r, 'gone') && k.vmas.get(r, 'mm') === mm && k.vmas.get(r, 'start') === s.vmaStart.at(best),
      );
      return ptr(row ? k.vmas.get(row, 'struct') : 0);
    }
    return ptr(vmaStruct(k, mm, best, 0, a.thread));
  },
  __pinscope_copy_vma: (k, a) => {
    const mm = k.mmOf(a.thread);
    let n = a.n(0);
    const row = k.vmas.find((r) => !k.vmas.get(r, 'gone') && k.vmas.get(r, 'mm') === mm && n-- === 0);
    const out = a.w(1);
    k.vm.writeBytes(out.hi, out.lo, pointerBytes(ptr(row ? k.vmas.get(row, 'struct') : 0)), a.thread);
    return row ? 1 : 0;
  },
  remap_pfn_range: (k, a) => {
    const n = Math.ceil(a.u(3) / PAGE_SIZE);
    k.touched = true;
    for (let i = 0; i < n; i++) {
      const r = putInto(k, a, Math.floor(a.u(1) / PAGE_SIZE) + i, a.u(2) + i, false);
      if (r) return r;
    }
    return 0;
  },
  vm_insert_page: (k, a) => {
    k.touched = true;
    return putInto(k, a, Math.floor(a.u(1) / PAGE_SIZE), a.pfn(2), true);
  },
  __pinscope_zap: (k, a) => {
    const { mm } = vmaArg(k, a, 0);
    zapRange(k.model.s, mm, Math.floor(a.u(1) / PAGE_SIZE), Math.ceil((a.u(1) + a.u(2)) / PAGE_SIZE));
    k.touched = true;
    return undefined;
  },
  __pinscope_follow_pfn: (k, a) => {
    const { mm } = vmaArg(k, a, 0);
    const s = k.model.s;
    const vpn = Math.floor(a.u(1) / PAGE_SIZE);
    const slot = pteSlot(s, mm, vpn);
    if (!slot || !(s.entf.at(slot) & PTE.present)) return -E.INVAL;
    const out = a.w(2);
    k.vm.writeBytes(out.hi, out.lo, pointerBytes({ lo: s.ent.at(slot), hi: 0 }), a.thread);
    return 0;
  },
  fixup_user_fault: (k, a) => {
    const w = { hi: Math.floor(a.u(1) / 4294967296), lo: a.u(1) | 0 };
    return copyFromUser(k.model.s, k.modelMm(a.w(0)), w.hi * 4294967296 + (w.lo >>> 0), new Uint8Array(1))
      ? -E.FAULT
      : 0;
  },
  __pinscope_vma_close: () => undefined,
  __pinscope_notifier: (k, a) => {
    const mm = k.modelMm(a.w(1));
    k.notifiers.add({
      object: a.w(0).lo,
      mm,
      start: Math.floor(a.u(2) / PAGE_SIZE),
      end: Math.ceil(a.u(3) / PAGE_SIZE),
      kind: a.n(4),
    });
    return undefined;
  },
  __pinscope_notifier_remove: (k, a) => {
    const w = a.w(0);
    k.notifiers.find((r) => {
      if (k.notifiers.get(r, 'object') === w.lo) k.notifiers.set(r, 'gone', 1);
      return false;
    });
    return undefined;
  },
};
