/** Files, char devices, and the memory calls of user programs. */
import { HI, KIND, MachineFault, STATE } from '../memory.ts';
import { BLOCK, THREAD, ACTOR, type Word } from '../vm.ts';
import { type Args, type Kernel } from '../kernel.ts';
import {
  ADVICE,
  attachBuffers,
  cachedPage,
  daxStorage,
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
  folioMarkAccessed,
  folioMarkDirty,
  forkProc,
  FS,
  fsyncFile,
  mapPte,
  nameMap,
  newFile,
  newVma,
  PAGE_SIZE,
  pteSlot,
  PTE,
  punchHole,
  readFrame,
  readIntoCache,
  setEntry,
  shmemGetPage,
  truncateFile,
  unmappedArea,
  VM,
  writeFrame,
  zapRange,
  copyFromUser,
  copyToUser,
  SCALAR,
  KINDS,
  type Advice,
} from '../model.ts';
import type { Builtins } from './index.ts';

const ptr = (lo: number): Word => ({ hi: lo ? HI.kernel : 0, lo });
/** Row of an open file behind a descriptor; 0: none. */
function openFile(k: Kernel, thread: number, fd: number): number {
  const p = k.vm.tProc.at(thread);
  const r = k.files.find(
    (x) => k.files.get(x, 'open') !== 0 && k.files.get(x, 'proc') === p && k.files.get(x, 'fd') === fd,
  );
  return r ? k.files.get(r, 'open') : 0;
}
function member(k: Kernel, record: string, name: string): number {
  return k.program.record(record)?.members.find((m) => m.name === name)?.offset ?? 0;
}
function setPtr(k: Kernel, at: number, w: Word): void {
  k.vm.memory.w32(at, w.lo);
  k.vm.memory.w32(at + 4, w.hi);
  k.vm.memory.setInit(at, 8, true);
}
/** struct file and its inode. */
function makeFile(k: Kernel, ops: Word, flags: number, devt: number, object: number): number {
  const m = k.vm.memory;
  const file = k.program.record('file')!;
  const inode = k.program.record('inode')!;
  const f = m.address(m.alloc(file.size, KIND.device, -1, true, 16, 'the struct file'));
  const i = m.address(m.alloc(inode.size, KIND.device, -1, true, 16, 'the inode'));
  setPtr(k, f + member(k, 'file', 'f_op'), ops);
  m.w32(f + member(k, 'file', 'f_flags'), flags);
  m.w32(f + member(k, 'file', 'f_mode'), (flags & 3) === 0 ? 1 : (flags & 3) === 1 ? 2 : 3);
  setPtr(k, f + member(k, 'file', 'f_inode'), ptr(i));
  m.w32(f + member(k, 'file', 'f_count'), 1);
  setPtr(k, f + member(k, 'file', 'f_mapping'), ptr(i + member(k, 'inode', 'i_data')));
  setPtr(k, i + member(k, 'inode', 'i_mapping'), ptr(i + member(k, 'inode', 'i_data')));
  setPtr(k, i + member(k, 'inode', 'i_cdev'), ptr(object));
  m.w32(i + member(k, 'inode', 'i_rdev'), devt);
  return f;
}
function addDescriptor(k: Kernel, thread: number, open: number): number {
  const p = k.vm.tProc.at(thread);
  let fd = 3;
  while (openFile(k, thread, fd)) fd++;
  k.files.add({ proc: p, fd, open });
  return fd;
}
function openPath(k: Kernel, a: Args): number {
  const path = a.text(0);
  const flags = a.n(1);
  k.touched = true;
  const base = path.split('/').pop() ?? path;
  const live = (r: number): boolean => !k.chardevs.get(r, 'gone');
  let ops: Word | undefined;
  let devt = 0;
  let object = 0;
  if (path.startsWith('/dev/') && !path.startsWith('/dev/shm/')) {
    const byName = k.chardevs.find((r) => live(r) && k.nameText(k.chardevs.get(r, 'name')) === base);
    const withOps = (r: number): boolean => live(r) && k.chardevs.get(r, 'ops') !== 0;
    let row = byName && k.chardevs.get(byName, 'ops') ? byName : 0;
    if (byName && !row)
      row = k.chardevs.find(
        (r) => withOps(r) && k.chardevs.get(r, 'devt') >>> 20 === k.chardevs.get(byName, 'devt') >>> 20,
      );
    // one device and a name that only udev would know: that device
    if (!row && !byName) {
      const all: number[] = [];
      for (let r = 1; r <= k.chardevs.count; r++) if (withOps(r)) all.push(r);
      if (all.length === 1) row = all[0]!;
    }
    if (!row) return -E.NOENT;
    devt = byName ? k.chardevs.get(byName, 'devt') : k.chardevs.get(row, 'devt');
    ops = ptr(k.chardevs.get(row, 'ops'));
    object = k.chardevs.get(row, 'object');
    if (k.vm.memory.objState.at(k.vm.memory.rowAt(object)) === STATE.freed)
      throw new MachineFault(
        'use-after-free',
        `open("${path}"): the device was freed without misc_deregister()/cdev_del()`,
      );
  }
  let disk = 0;
  if (!ops) {
    const fs = /pmem|dax/.test(path) ? FS['ext4-dax'] : /^\/dev\/shm|^\/tmp|^memfd:/.test(path) ? FS.tmpfs : FS.ext4;
    disk = diskFile(k, path);
    if (!disk) {
      if (!(flags & 0o100)) return -E.NOENT;
      disk = newDiskFile(k, path, fs, 0);
    } else if (flags & 0o1000) truncateFile(k.model.s, disk, 0);
  }
  const f = makeFile(k, ops ?? { hi: 0, lo: 0 }, flags, devt, object);
  const open = k.open.add({ count: 1, struct: f, disk, flags, dev: object, path: k.nameId(path) });
  k.vm.memory.w32(f + member(k, 'file', '__row'), open);
  // a char device: open() of the driver gets the file; private_data of a misc device is the device
  if (
    ops &&
    k.chardevs.find((r) => live(r) && k.chardevs.get(r, 'object') === object && k.chardevs.get(r, 'devt') >>> 20 === 10)
  )
    setPtr(k, f + member(k, 'file', 'private_data'), ptr(object));
  const out = a.w(2);
  k.vm.writeBytes(out.hi, out.lo, pointerBytes(ptr(f)), a.thread);
  return addDescriptor(k, a.thread, open);
}
function pointerBytes(w: Word): Uint8Array {
  const b = new Uint8Array(8);
  const v = new DataView(b.buffer);
  v.setInt32(0, w.lo, true);
  v.setInt32(4, w.hi, true);
  return b;
}
/** Model file of a path; 0: none. */
export function diskFile(k: Kernel, path: string): number {
  const s = k.model.s;
  const id = s.names.id(path);
  for (let f = s.scalar.at(SCALAR.nextFile) - 1; f > 0; f--) if (s.fileName.at(f) === id) return f;
  return 0;
}
/** A new file of `pages` pages. */
export function newDiskFile(k: Kernel, path: string, fs: number, pages: number): number {
  return newFile(k.model.s, path, fs, pages);
}
/** Page of a file for reading or writing; 0: a hole. */
function filePage(k: Kernel, file: number, index: number, write: boolean): number {
  const s = k.model.s;
  ensureCapacity(s, file, index + 1);
  const fs = s.fileFs.at(file);
  if (fs === FS['ext4-dax']) return daxStorage(s, file, index, write);
  if (fs === FS.tmpfs)
    return shmemGetPage(s, file, index, { gfp: { movable: true, node: 0 }, ...(write ? { write: true } : {}) });
  const page = cachedPage(s, file, index) || readIntoCache(s, file, index);
  if (write) attachBuffers(s, page);
  else folioMarkAccessed(s, s.head(page));
  return page;
}
function userRead(k: Kernel, a: Args, w: Word, n: number): Uint8Array | undefined {
  const at = k.vm.physical(w.hi, w.lo, a.thread);
  if (at >= 0) return k.vm.readBytes(w.hi, w.lo, n, a.thread, true).slice();
  const b = new Uint8Array(n);
  return copyFromUser(k.model.s, k.mmOf(a.thread), w.hi * 4294967296 + (w.lo >>> 0), b) ? undefined : b;
}
/** Files on a disk: bytes through the page cache. */
function disk(k: Kernel, a: Args): number | typeof BLOCK {
  const s = k.model.s;
  const op = a.n(0);
  k.touched = true;
  if (op === 6) {
    for (let f = 1; f < s.scalar.at(SCALAR.nextFile); f++) fsyncFile(s, f);
    return 0;
  }
  const open = openFile(k, a.thread, a.n(1));
  if (!open) return -9;
  const file = k.open.get(open, 'disk');
  const size = (): number => s.filePages.at(file) * PAGE_SIZE;
  switch (op) {
    case 0:
    case 1: {
      const n = a.s(3);
      const given = a.s(4);
      let at = given >= 0 ? given : k.open.get(open, 'pos');
      let done = 0;
      const w = a.w(2);
      if (op === 1) {
        if ((k.open.get(open, 'flags') & 3) === 0) return -9;
        const data = userRead(k, a, w, n);
        if (!data) return -E.FAULT;
        const last = Math.floor((at + n - 1) / PAGE_SIZE) + 1;
        if (last > s.filePages.at(file)) s.set(s.filePages, file, last);
        while (done < n) {
          const index = Math.floor(at / PAGE_SIZE);
          const off = at % PAGE_SIZE;
          const c = Math.min(n - done, PAGE_SIZE - off);
          const page = filePage(k, file, index, true);
          if (!page) return done || -E.NOSPC;
          writeFrame(s, page, off, data.subarray(done, done + c));
          if (s.fileFs.at(file) !== FS['ext4-dax']) folioMarkDirty(s, s.head(page));
          at += c;
          done += c;
        }
        if (k.open.get(open, 'flags') & 0o4010000) fsyncFile(s, file);
      } else {
        const left = Math.min(n, Math.max(0, size() - at));
        while (done < left) {
          const index = Math.floor(at / PAGE_SIZE);
          const off = at % PAGE_SIZE;
          const c = Math.min(left - done, PAGE_SIZE - off);
          const page = filePage(k, file, index, false);
          const data = page ? readFrame(s, page, off, c).slice() : new Uint8Array(c);
          const lo = (w.lo + done) | 0;
          if (k.vm.physical(w.hi, lo, a.thread) >= 0) k.vm.writeBytes(w.hi, lo, data, a.thread);
          else if (copyToUser(s, k.mmOf(a.thread), w.hi * 4294967296 + (w.lo >>> 0) + done, data))
            return done || -E.FAULT;
          at += c;
          done += c;
        }
      }
      if (given < 0) k.open.set(open, 'pos', at);
      return done;
    }
    case 2:
      fsyncFile(s, file);
      return 0;
    case 3:
    case 4: {
      const pages = op === 3 ? Math.ceil(a.s(3) / PAGE_SIZE) : 0;
      ensureCapacity(s, file, Math.max(1, pages));
      const r = k.tPhase.at(a.thread);
      if (r === 2 || r === 3) k.store.set(k.tPhase, a.thread, 0);
      const ok =
        op === 3
          ? truncateFile(s, file, pages)
          : punchHole(s, file, Math.floor(a.s(4) / PAGE_SIZE), Math.ceil(a.s(3) / PAGE_SIZE));
      if (ok) {
        k.store.set(k.tKey, a.thread, 0);
        return 0;
      }
      if (s.machine.daxPolicy === 'fail') return -E.BUSY;
      // truncate waits until nobody holds a page of the file: ext4_break_layouts()
      k.store.set(k.tPhase, a.thread, 0);
      if (k.store.add(k.tKey, a.thread, 1) > 64) {
        const r0 = k.pins.find((x) => k.pins.get(x, 'live') === 1);
        throw new MachineFault(
          'hung-truncate',
          `truncate waits for a page of the file that ${r0 ? `line ${k.lineOf(k.pins.get(r0, 'span'))} holds` : 'somebody holds'} and does not give back`,
        );
      }
      return k.block(a.thread, TRUNCATE, 4) === BLOCK ? BLOCK : 0;
    }
    case 5: {
      const w = a.s(4);
      const at = w === 1 ? k.open.get(open, 'pos') + a.s(3) : w === 2 ? size() + a.s(3) : a.s(3);
      k.open.set(open, 'pos', at);
      return at;
    }
    case 7: {
      const last = Math.ceil((a.s(3) + a.s(4)) / PAGE_SIZE);
      ensureCapacity(s, file, Math.max(1, last));
      if (last > s.filePages.at(file)) s.set(s.filePages, file, last);
      if (s.fileFs.at(file) === FS['ext4-dax']) for (let i = 0; i < last; i++) daxStorage(s, file, i, true);
      return 0;
    }
    default:
      return -22;
  }
}
/** Channel of truncates that wait for DAX pages. */
export const TRUNCATE = -3;

function mapNumber(k: Kernel): string {
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

/** fork(2): a copy of the address space, the arena, the descriptors and the thread. */
function fork(k: Kernel, a: Args): number {
  const p = k.vm.tProc.at(a.thread);
  const name = `${k.nameText(k.procs.get(p, 'name'))}'${k.procs.count}`;
  const s = k.model.s;
  const modelParent = k.modelProc(p);
  const child = forkProc(s, modelParent, name);
  const c = k.newProcess(name, { modelProc: child, parent: p });
  k.procs.set(c, 'heap', k.procs.get(p, 'heap'));
  k.procs.set(c, 'heapEnd', k.procs.get(p, 'heapEnd'));
  k.copyArena(p, c);
  for (let r = 1, n = k.files.count; r <= n; r++) {
    const open = k.files.get(r, 'open');
    if (!open || k.files.get(r, 'proc') !== p) continue;
    k.files.add({ proc: c, fd: k.files.get(r, 'fd'), open });
    k.open.set(open, 'count', k.open.get(open, 'count') + 1);
  }
  const t = k.vm.cloneThread(a.thread, c, k.nameId(name), a.base);
  k.store.set(k.tAtomic, t, 0);
  k.store.set(k.tIrqOff, t, 0);
  k.store.set(k.tPhase, t, 0);
  k.store.set(k.tMm, t, 0);
  k.event('fork', `${k.nameText(k.procs.get(p, 'name'))} forks ${name}`, a.thread);
  k.touched = true;
  return k.procs.get(c, 'pid');
}
const CHILD = -4;

/** Built-ins of this file. */
export const files: Builtins = {
  __pinscope_open: openPath,
  __pinscope_memfd: (k, a) => {
    const path = `memfd:${a.text(0)}`;
    const f = newDiskFile(k, path, FS.tmpfs, 0);
    const file = makeFile(k, { hi: 0, lo: 0 }, 2, 0, 0);
    return addDescriptor(k, a.thread, k.open.add({ count: 1, struct: file, disk: f, flags: 2, path: k.nameId(path) }));
  },
  __pinscope_file: (k, a) => {
    const o = openFile(k, a.thread, a.n(0));
    return ptr(o ? k.open.get(o, 'struct') : 0);
  },
  __pinscope_fget: (k, a) => {
    const o = openFile(k, a.thread, a.n(0));
    if (!o) return ptr(0);
    const f = k.open.get(o, 'struct');
    k.vm.memory.w32(f + member(k, 'file', 'f_count'), k.vm.memory.r32(f + member(k, 'file', 'f_count')) + 1);
    return ptr(f);
  },
  __pinscope_close: (k, a) => {
    const fd = a.n(0);
    k.touched = true;
    if (fd < 0) {
      // after release(): the struct file is gone
      const row = k.vm.memory.rowAt(k.open.get(-1 - fd, 'struct'));
      if (row) k.vm.memory.free(row, k.spanAt(a.thread));
      return 0;
    }
    const p = k.vm.tProc.at(a.thread);
    const r = k.files.find(
      (x) => k.files.get(x, 'open') !== 0 && k.files.get(x, 'proc') === p && k.files.get(x, 'fd') === fd,
    );
    if (!r) return -9;
    const open = k.files.get(r, 'open');
    k.files.set(r, 'open', 0);
    const left = k.open.get(open, 'count') - 1;
    k.open.set(open, 'count', left);
    return left === 0 ? 1 : 0;
  },
  __pinscope_disk: disk,
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
  __pinscope_fork: fork,
  __pinscope_waitpid: (k, a) => {
    const pid = a.n(0);
    const p = k.vm.tProc.at(a.thread);
    const mine = (r: number): boolean =>
      k.procs.get(r, 'parent') === p && !k.procs.get(r, 'waited') && (pid <= 0 || k.procs.get(r, 'pid') === pid);
    const done = k.procs.find((r) => mine(r) && k.procs.get(r, 'exited') === 1);
    if (done) {
      k.store.set(k.tPhase, a.thread, 0);
      k.procs.set(done, 'waited', 1);
      return (k.procs.get(done, 'pid') << 8) | (k.procs.get(done, 'code') & 255);
    }
    if (!k.procs.find(mine)) return -10;
    k.store.set(k.tPhase, a.thread, 0);
    return k.block(a.thread, CHILD, -1) === BLOCK ? BLOCK : 0;
  },
  __pinscope_exit_process: (k, a) => {
    k.exitProcess(k.vm.tProc.at(a.thread), a.n(0));
    k.wake(CHILD, true);
    k.store.set(k.vm.tState, a.thread, THREAD.done);
    return undefined;
  },
  __pinscope_thread: (k, a) => {
    const fn = k.vm.functionAt(a.w(0).hi, a.w(0).lo);
    const p = k.vm.tProc.at(a.thread);
    return k.spawn(fn, [a.w(1)], {
      kind: ACTOR.thread,
      name: `${k.nameText(k.procs.get(p, 'name'))}: ${fn.name}`,
      proc: p,
    });
  },
  __pinscope_join: (k, a) => {
    const t = a.n(0);
    const st = k.vm.tState.at(t);
    if (st === THREAD.done || st === THREAD.dead) return 0;
    return k.block(a.thread, -1000 - t, -1) === BLOCK ? BLOCK : 0;
  },
  __pinscope_malloc: (k, a) => {
    const n = a.u(0);
    const align = Math.max(16, a.u(1));
    const p = k.vm.tProc.at(a.thread);
    if (!p) throw new MachineFault('unsupported', 'malloc() in kernel code');
    k.touched = true;
    if (n < 1024 && align <= 16) {
      const at = k.userHeap(p, n);
      k.vm.memory.object(at, n, KIND.heap, k.spanAt(a.thread), a.n(2) !== 0);
      k.store.set(k.vm.memory.objKind, k.vm.memory.scalar.at(1) - 1, KIND.user);
      return { hi: HI.user, lo: at - k.arena(p) };
    }
    const s = k.model.s;
    const pages = Math.ceil(n / PAGE_SIZE);
    const base = doMmap(s, k.mmOf(a.thread), mapNumber(k), 'anon', pages, 'rw', 0);
    return { hi: Math.floor(base / 1048576), lo: (base % 1048576) << 12 };
  },
  __pinscope_user_realloc: (k, a) => {
    void k;
    void a;
    throw new MachineFault('unsupported', 'realloc() is not modelled in user programs');
  },
  free: (k, a) => {
    const w = a.w(0);
    if (w.hi !== HI.user) return undefined; // a large block: its pages stay until exit
    const at = k.vm.physical(w.hi, w.lo, a.thread);
    const row = k.vm.memory.rowAt(at);
    if (!row || k.vm.memory.address(row) !== at)
      throw new MachineFault('bad-free', 'free() of a pointer that malloc() did not return');
    if (k.vm.memory.objState.at(row) === STATE.freed)
      throw new MachineFault('double-free', 'free() of a block for the second time');
    k.vm.memory.free(row, k.spanAt(a.thread));
    return undefined;
  },
  __pinscope_register: (k, a) => {
    k.chardevs.add({ name: a.isNull(0) ? 0 : k.nameId(a.text(0)), ops: a.w(1).lo, object: a.w(2).lo, devt: a.n(3) });
    if (!a.isNull(0)) k.event('device', `/dev/${a.text(0)} appears`, a.thread);
    k.touched = true;
    return undefined;
  },
  __pinscope_unregister: (k, a) => {
    const w = a.w(0);
    k.chardevs.find((r) => {
      if (k.chardevs.get(r, 'object') === w.lo) k.chardevs.set(r, 'gone', 1);
      return false;
    });
    return undefined;
  },
  __pinscope_by_devt: (k, a) => {
    const r = k.chardevs.find(
      (x) => !k.chardevs.get(x, 'gone') && !k.chardevs.get(x, 'ops') && k.chardevs.get(x, 'devt') === a.n(0),
    );
    return ptr(r ? k.chardevs.get(r, 'object') : 0);
  },
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
