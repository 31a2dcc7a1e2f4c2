/** struct vm_area_struct, and what a driver puts into a mapping. */
import { type Args, type Kernel } from '../kernel.ts';
import { HI, KIND, MachineFault } from '../memory.ts';
import {
  copyFromUser,
  E,
  findVma,
  folioGet,
  KINDS,
  mapPte,
  PAGE_SIZE,
  PTE,
  pteSlot,
  setEntry,
  VM,
  zapRange,
} from '../model.ts';
import type { Builtins } from './index.ts';
import { member, pointerBytes, ptr, setPtr } from './vfs.ts';

/** The driver's mappings that a change of [start, end) concerns: those that lie in it are gone, others lose a part. */
export function shrinkVmas(k: Kernel, mm: number, start: number, end: number): void {
  for (let r = 1; r <= k.vmas.count; r++) {
    const from = k.vmas.get(r, 'start');
    const to = k.vmas.get(r, 'end');
    if (k.vmas.get(r, 'gone') || k.vmas.get(r, 'mm') !== mm || from >= end || to <= start) continue;
    if (from >= start && to <= end) k.vmas.set(r, 'gone', 1);
    else if (from >= start) placeVma(k, r, end, to);
    else if (to <= end) placeVma(k, r, from, start);
  }
}
/** A driver's mapping lies at [start, end) now. */
export function placeVma(k: Kernel, row: number, start: number, end: number): void {
  k.vmas.set(row, 'start', start);
  k.vmas.set(row, 'end', end);
  const v = k.vmas.get(row, 'struct');
  const put = (name: string, vpn: number): void => {
    const at = v + member(k, 'vm_area_struct', name);
    k.vm.memory.w32(at, (vpn % 1048576) << 12);
    k.vm.memory.w32(at + 4, Math.floor(vpn / 1048576));
  };
  put('vm_start', start);
  put('vm_end', end);
}
/** dup_mmap(): a child has the mappings of drivers too; vm_ops->open() is told. */
export function copyVmas(k: Kernel, from: number, to: number, thread: number): void {
  const size = k.program.record('vm_area_struct')!.size;
  const m = k.vm.memory;
  for (let r = 1, n = k.vmas.count; r <= n; r++) {
    if (k.vmas.get(r, 'gone') || k.vmas.get(r, 'mm') !== from || !k.vmas.get(r, 'file')) continue;
    const start = k.vmas.get(r, 'start');
    const vma = findVma(k.model.s, to, start);
    if (!vma) continue;
    const v = m.address(m.alloc(size, KIND.device, -1, true, 16, 'the vm_area_struct'));
    const old = k.vmas.get(r, 'struct');
    for (let i = 0; i < size; i += 4) m.w32(v + i, m.r32(old + i));
    const count = k.vmas.get(r, 'file') + member(k, 'file', 'f_count');
    m.w32(count, m.r32(count) + 1);
    setPtr(k, v + member(k, 'vm_area_struct', 'vm_mm'), k.mmStructOf(to));
    m.w32(v + member(k, 'vm_area_struct', '__vma'), vma);
    k.vmas.add({ mm: to, start, end: k.vmas.get(r, 'end'), struct: v, file: k.vmas.get(r, 'file') });
    const open = k.program.byName.get('__pinscope_vma_open');
    if (open) k.runNow(open, [ptr(v)], `${k.actorName(thread)}: vm_ops->open`, k.vm.tProc.at(thread));
  }
}

/** Row of the driver's mapping that has `vpn` in its middle; 0: none. */
function rowAround(k: Kernel, mm: number, vpn: number): number {
  return k.vmas.find(
    (r) =>
      !k.vmas.get(r, 'gone') &&
      k.vmas.get(r, 'file') !== 0 &&
      k.vmas.get(r, 'mm') === mm &&
      k.vmas.get(r, 'start') < vpn &&
      k.vmas.get(r, 'end') > vpn,
  );
}
/** __split_vma(): the part of a driver's mapping behind an address becomes a mapping of its own. */
function splitVma(k: Kernel, row: number, vpn: number): number {
  const m = k.vm.memory;
  const size = k.program.record('vm_area_struct')!.size;
  const mm = k.vmas.get(row, 'mm');
  const old = k.vmas.get(row, 'struct');
  const end = k.vmas.get(row, 'end');
  const v = m.address(m.alloc(size, KIND.device, -1, true, 16, 'the vm_area_struct'));
  for (let i = 0; i < size; i += 4) m.w32(v + i, m.r32(old + i));
  const pgoff = v + member(k, 'vm_area_struct', 'vm_pgoff');
  m.w32(pgoff, m.r32(pgoff) + vpn - k.vmas.get(row, 'start'));
  const fresh = k.vmas.add({ mm, start: vpn, end, struct: v, file: k.vmas.get(row, 'file') });
  placeVma(k, fresh, vpn, end);
  placeVma(k, row, k.vmas.get(row, 'start'), vpn);
  return v;
}
/** A pointer as what an argument points to. */
function giveOut(k: Kernel, a: Args, i: number, lo: number): void {
  const out = a.w(i);
  if (out.hi || out.lo) k.vm.writeBytes(out.hi, out.lo, pointerBytes(ptr(lo)), a.thread);
}

/** struct vm_area_struct of a VMA of the model. */
export function vmaStruct(k: Kernel, mm: number, vma: number, file: number, thread: number): number {
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

/** Built-ins of this file. */
export const mappings: Builtins = {
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
  // the nth of the driver's mappings that a range touches
  __pinscope_vma_between: (k, a) => {
    const mm = k.mmOf(a.thread);
    const start = Math.floor(a.u(0) / PAGE_SIZE);
    const end = Math.ceil(a.u(1) / PAGE_SIZE);
    let n = a.n(2);
    const row = k.vmas.find(
      (r) =>
        !k.vmas.get(r, 'gone') &&
        k.vmas.get(r, 'file') !== 0 &&
        k.vmas.get(r, 'mm') === mm &&
        k.vmas.get(r, 'start') < end &&
        k.vmas.get(r, 'end') > start &&
        n-- === 0,
    );
    giveOut(k, a, 3, row ? k.vmas.get(row, 'struct') : 0);
    return row ? 1 : 0;
  },
  // which of the driver's mappings an address divides; with a third argument it is divided
  __pinscope_vma_split: (k, a) => {
    const vpn = Math.floor(a.u(0) / PAGE_SIZE);
    const row = rowAround(k, k.mmOf(a.thread), vpn);
    if (!row) return 0;
    giveOut(k, a, 1, k.vmas.get(row, 'struct'));
    if (!a.isNull(2)) giveOut(k, a, 2, splitVma(k, row, vpn));
    return 1;
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
  __pinscope_gup_writable: (k, a) => {
    const s = k.model.s;
    const slot = pteSlot(s, k.modelMm(a.w(0)), Math.floor(a.u(1) / PAGE_SIZE));
    return slot && s.entf.at(slot) & PTE.write ? 1 : 0;
  },
  fixup_user_fault: (k, a) => {
    const w = { hi: Math.floor(a.u(1) / 4294967296), lo: a.u(1) | 0 };
    return copyFromUser(k.model.s, k.modelMm(a.w(0)), w.hi * 4294967296 + (w.lo >>> 0), new Uint8Array(1))
      ? -E.FAULT
      : 0;
  },
};
