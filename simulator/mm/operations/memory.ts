/** Operations on address spaces: maps, CPU accesses, advice, locking. */
import { notifierInsert, notifierRemove, notifierRow, notifierSeq } from '../mmu_notifier.ts';
import { FS } from '../filemap.ts';
import { ADVICE, doMadvise, type Advice } from '../madvise.ts';
import { doMlock, doMmap, doMprotect, doMremap, doMsync, doMunlock, doMunmap } from '../mmap.ts';
import { contentOf, cpuAccess } from '../process.ts';
import { KINDS, mapBase, type Kind } from '../vma.ts';
import { done, type Operations } from './table.ts';

/** Operations on address spaces, by name. */
export const MEMORY_OPERATIONS: Operations = {
  mmap: (m, a) => {
    const { s } = m;
    const kind = a.one<Kind>('kind', KINDS);
    const pages = a.int('pages', undefined, 1);
    const needsFile = /^(shmem|ext4|dax)/.test(kind);
    const file = needsFile ? a.file() : 0;
    if (needsFile) {
      const want = kind.startsWith('shmem') ? FS.tmpfs : kind.startsWith('ext4') ? FS.ext4 : FS['ext4-dax'];
      if (s.fileFs.at(file) !== want) a.fail('file', `a ${kind} map needs a file of another file system`);
    }
    if (kind.startsWith('hugetlb') && pages % 512) a.fail('pages', 'hugetlb maps are multiples of 512 pages');
    doMmap(s, a.mm(), a.text('map'), kind, pages, a.one('prot', ['rw', 'r', 'w', 'none', 'rwx', 'rx'] as const), file);
    return done();
  },
  read: (m, a) => {
    const { mm, vpn } = a.addr();
    const r = cpuAccess(m.s, mm, vpn, false);
    return 'signal' in r
      ? { ret: null, signal: r.signal }
      : { ret: 0, data: m.s.contents.token(contentOf(m.s, r.page)) };
  },
  write: (m, a) => {
    const { mm, vpn } = a.addr();
    const content = a.data();
    const r = cpuAccess(m.s, mm, vpn, true);
    if ('signal' in r) return { ret: null, signal: r.signal };
    m.s.set(m.s.content, r.page, content);
    return done();
  },
  madvise: (m, a) => {
    const { mm, start, end } = a.range();
    return done(doMadvise(m.s, mm, start, end, a.one<Advice>('advice', ADVICE)));
  },
  munmap: (m, a) => {
    const { mm, start, end } = a.range();
    return done(doMunmap(m.s, mm, start, end));
  },
  mprotect: (m, a) => {
    const { mm, start, end } = a.range();
    return done(doMprotect(m.s, mm, start, end, a.one('prot', ['rw', 'r', 'w', 'none', 'rwx', 'rx'] as const)));
  },
  mremap: (m, a) => {
    const mm = a.mm();
    const from = a.text('map');
    if (mapBase(m.s, mm, from) < 0) a.fail('map', `no map ${from}`);
    const r = doMremap(m.s, mm, from, a.text('to'));
    return done(r < 0 ? r : 0);
  },
  /** mmu_interval_notifier_insert: a mirror of a range, which is told what changes. */
  mmu_notifier_register: (m, a) => {
    const { mm, start, end } = a.range();
    const name = a.text('name');
    if (notifierRow(m.s, name)) a.fail('name', `a notifier ${name} is registered`);
    notifierInsert(m.s, name, mm, start, end);
    return done();
  },
  mmu_notifier_unregister: (m, a) => {
    notifierRemove(m.s, notifierRow(m.s, a.text('name')) || a.fail('name', 'no such notifier'));
    return done();
  },
  /** mmu_interval_read_begin: the number of invalidations so far. */
  mmu_interval_read: (m, a) =>
    done(notifierSeq(m.s, notifierRow(m.s, a.text('name')) || a.fail('name', 'no such notifier'))),
  mlock: (m, a) => {
    const { mm, start, end } = a.range();
    return done(doMlock(m.s, mm, start, end, false));
  },
  mlock_onfault: (m, a) => {
    const { mm, start, end } = a.range();
    return done(doMlock(m.s, mm, start, end, true));
  },
  munlock: (m, a) => {
    const { mm, start, end } = a.range();
    return done(doMunlock(m.s, mm, start, end));
  },
  msync: (m, a) => {
    const { mm, start, end } = a.range();
    return done(doMsync(m.s, mm, start, end));
  },
};
