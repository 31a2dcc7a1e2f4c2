/** Descriptors that are made by drivers and system calls, not by open(): anonymous inodes, dup(), memfd. */
import type { Args, Kernel } from '../kernel.ts';
import { FS } from '../model.ts';
import type { Builtins } from './index.ts';
import { addDescriptor, freeDescriptor, makeFile, member, newDiskFile, openFile, ptr } from './vfs.ts';

/** What holds the place of a descriptor that is not installed yet: an open file of nothing. */
const RESERVED = 0x7fffffff;
const MFD_HUGETLB = 4;

/** A new file of a disk under a descriptor, as memfd_create() and memfd_secret() make them. */
function unnamed(k: Kernel, a: Args, path: string, fs: number): number {
  const disk = newDiskFile(k, path, fs, 0);
  const file = makeFile(k, { hi: 0, lo: 0 }, 2, 0, 0);
  const open = k.open.add({ count: 1, struct: file, disk, flags: 2, path: k.nameId(path) });
  k.vm.memory.w32(file + member(k, 'file', '__row'), open);
  k.touched = true;
  return addDescriptor(k, a.thread, open);
}

/** Built-ins of this file. */
export const descriptors: Builtins = {
  __pinscope_anon_file: (k, a) => {
    const f = makeFile(k, a.w(0), a.n(2), 0, 0);
    const at = f + member(k, 'file', 'private_data');
    const priv = a.w(1);
    k.vm.memory.w32(at, priv.lo);
    k.vm.memory.w32(at + 4, priv.hi);
    const open = k.open.add({ count: 0, struct: f, flags: a.n(2), path: k.nameId('anon_inode') });
    k.vm.memory.w32(f + member(k, 'file', '__row'), open);
    return ptr(f);
  },
  __pinscope_unused_fd: (k, a) => addDescriptor(k, a.thread, RESERVED),
  __pinscope_unused_put: (k, a) => {
    freeDescriptor(k, a.thread, a.n(0));
    return undefined;
  },
  __pinscope_install: (k, a) => {
    const open = k.vm.memory.r32(a.w(1).lo + member(k, 'file', '__row'));
    const p = k.vm.tProc.at(a.thread);
    const r = k.files.find(
      (x) => k.files.get(x, 'open') !== 0 && k.files.get(x, 'proc') === p && k.files.get(x, 'fd') === a.n(0),
    );
    if (!open || !r) return undefined;
    k.files.set(r, 'open', open);
    k.open.set(open, 'count', k.open.get(open, 'count') + 1);
    k.touched = true;
    return undefined;
  },
  __pinscope_dup: (k, a) => {
    const open = openFile(k, a.thread, a.n(0));
    if (!open) return -9;
    k.open.set(open, 'count', k.open.get(open, 'count') + 1);
    return addDescriptor(k, a.thread, open, a.n(1));
  },
  __pinscope_memfd: (k, a) => unnamed(k, a, `memfd:${a.text(0)}`, a.n(1) & MFD_HUGETLB ? FS.hugetlbfs : FS.tmpfs),
  __pinscope_secret: (k, a) => unnamed(k, a, 'secretmem', FS.secretmem),
  __pinscope_task_of: (k, a) => {
    const p = k.procs.find((r) => k.procs.get(r, 'pid') === a.n(0) && !k.procs.get(r, 'exited'));
    return ptr(p ? k.procs.get(p, 'task') : 0);
  },
};
