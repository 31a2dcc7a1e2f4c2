/** Open files: descriptors, char devices, and bytes of files through the page cache. */
import { type Args, type Kernel } from '../kernel.ts';
import { HI, KIND, MachineFault, STATE } from '../memory.ts';
import {
  attachBuffers,
  cachedPage,
  copyFromUser,
  copyToUser,
  daxStorage,
  E,
  ensureCapacity,
  folioMarkAccessed,
  folioMarkDirty,
  FS,
  fsyncFile,
  invalidateInodePages2,
  newFile,
  PAGE_SIZE,
  punchHole,
  readFrame,
  readIntoCache,
  SCALAR,
  shmemGetPage,
  truncateFile,
  writeFrame,
} from '../model.ts';
import { BLOCK, type Word } from '../vm.ts';
import type { Builtins } from './index.ts';

/** A pointer to kernel memory; NULL for 0. */
export const ptr = (lo: number): Word => ({ hi: lo ? HI.kernel : 0, lo });

/** Row of an open file behind a descriptor; 0: none. */
export function openFile(k: Kernel, thread: number, fd: number): number {
  const p = k.vm.tProc.at(thread);
  const r = k.files.find(
    (x) => k.files.get(x, 'open') !== 0 && k.files.get(x, 'proc') === p && k.files.get(x, 'fd') === fd,
  );
  return r ? k.files.get(r, 'open') : 0;
}

/** Offset of a member of a record of the headers. */
export function member(k: Kernel, record: string, name: string): number {
  return k.program.record(record)?.members.find((m) => m.name === name)?.offset ?? 0;
}

/** Writes a pointer into the machine's memory. */
export function setPtr(k: Kernel, at: number, w: Word): void {
  k.vm.memory.w32(at, w.lo);
  k.vm.memory.w32(at + 4, w.hi);
  k.vm.memory.setInit(at, 8, true);
}

/** struct file and its inode. */
export function makeFile(k: Kernel, ops: Word, flags: number, devt: number, object: number): number {
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

/** The lowest free descriptor of the process (or `at`) for an open file. */
export function addDescriptor(k: Kernel, thread: number, open: number, at = -1): number {
  const p = k.vm.tProc.at(thread);
  let fd = at < 0 ? 3 : at;
  if (at < 0) while (openFile(k, thread, fd)) fd++;
  k.files.add({ proc: p, fd, open });
  return fd;
}
/** A descriptor is free again. */
export function freeDescriptor(k: Kernel, thread: number, fd: number): void {
  const p = k.vm.tProc.at(thread);
  const r = k.files.find(
    (x) => k.files.get(x, 'open') !== 0 && k.files.get(x, 'proc') === p && k.files.get(x, 'fd') === fd,
  );
  if (r) k.files.set(r, 'open', 0);
}

/** What files of debugfs, procfs and sysfs have as their device number. */
const VIRTUAL = 0xfff00000 | 0;
/** Is it a device of /dev? */
export const isDevice = (k: Kernel, row: number): boolean => k.chardevs.get(row, 'devt') !== VIRTUAL;

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
    const byName = k.chardevs.find((r) => live(r) && isDevice(k, r) && k.nameText(k.chardevs.get(r, 'name')) === base);
    const withOps = (r: number): boolean => live(r) && isDevice(k, r) && k.chardevs.get(r, 'ops') !== 0;
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
  const virtual = /^\/(?:sys|proc)\//.test(path)
    ? k.chardevs.find(
        (r) => live(r) && k.chardevs.get(r, 'devt') === VIRTUAL && k.nameText(k.chardevs.get(r, 'name')) === base,
      )
    : 0;
  if (virtual) {
    ops = ptr(k.chardevs.get(virtual, 'ops'));
    object = k.chardevs.get(virtual, 'object');
  }
  let disk = 0;
  if (!ops) {
    const fs = /pmem|dax/.test(path)
      ? FS['ext4-dax']
      : /huge/.test(path)
        ? FS.hugetlbfs
        : /^\/dev\/shm|^\/tmp|^memfd:/.test(path)
          ? FS.tmpfs
          : FS.ext4;
    disk = diskFile(k, path);
    if (!disk) {
      if (!(flags & 0o100)) return -E.NOENT;
      disk = newDiskFile(k, path, fs, 0);
    } else if (flags & 0o1000) truncateFile(k.model.s, disk, 0);
  }
  const f = makeFile(k, ops ?? { hi: 0, lo: 0 }, flags, devt, object);
  if (virtual) {
    const inode = object + member(k, '__virtual', 'inode') + member(k, 'inode', 'i_private');
    const own = k.vm.memory.r32(f + member(k, 'file', 'f_inode')) + member(k, 'inode', 'i_private');
    k.vm.memory.w32(own, k.vm.memory.r32(inode));
    k.vm.memory.w32(own + 4, k.vm.memory.r32(inode + 4));
  }
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

/** The eight bytes of a pointer. */
export function pointerBytes(w: Word): Uint8Array {
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
    case 8:
      return size();
    case 9:
      // direct writes go around the page cache: what it has of the file is written and dropped
      fsyncFile(s, file);
      if (s.fileFs.at(file) === FS.ext4) invalidateInodePages2(s, file, 0, s.filePages.at(file));
      return 0;
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

/** Built-ins of this file. */
export const vfs: Builtins = {
  __pinscope_open: openPath,
  __pinscope_file: (k, a) => {
    const o = openFile(k, a.thread, a.n(0));
    return ptr(o ? k.open.get(o, 'struct') : 0);
  },
  __pinscope_fget: (k, a) => {
    const o = openFile(k, a.thread, a.n(0));
    // a cut-out function is given descriptors that nobody has opened
    if (!o) return (k.assumed && !k.open.count && k.objectsOf(a.thread).object('file')) || ptr(0);
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
  __pinscope_register: (k, a) => {
    k.chardevs.add({ name: a.isNull(0) ? 0 : k.nameId(a.text(0)), ops: a.w(1).lo, object: a.w(2).lo, devt: a.n(3) });
    if (!a.isNull(0) && a.n(3) !== VIRTUAL) k.event('device', `/dev/${a.text(0)} appears`, a.thread);
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
};
