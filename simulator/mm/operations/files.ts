/** Operations on files: reading, writing, truncation, the medium. */
import { folioLock } from '../wait.ts';
import { folioWaitStable } from '../writeback.ts';
import { LEASE, daxStorage } from '../dax.ts';
import { diskContent } from '../fault.ts';
import {
  FS,
  addToPageCache,
  attachBuffers,
  cachedPage,
  ensureCapacity,
  filemapGet,
  newFile,
  readIntoCache,
  type FsName,
  xaSlot,
} from '../filemap.ts';
import { E, PG } from '../flags.ts';
import { folioAddLru, folioMarkAccessed, lruAddDrain } from '../lru.ts';
import { GFP_USER, allocFolio, folioPut } from '../page_alloc.ts';
import { shmemGetPage } from '../shmem.ts';
import type { State } from '../state.ts';
import { SCALAR } from '../state.ts';
import { dropCaches, invalidateInodePages2, punchHole, truncateFile } from '../truncate.ts';
import { endWriteback, folioMarkDirty, fsyncFile, startWriteback, writeFile, writebackUnstable } from '../writeback.ts';
import { done, type Operations } from './table.ts';

/** Operations on files, by name. */
export const FILES_OPERATIONS: Operations = {
  create_file: (m, a) => {
    const { s } = m;
    const name = a.text('file');
    const fs = a.one('fs', ['ext4', 'tmpfs', 'ext4-dax'] as const satisfies readonly FsName[]);
    const pages = a.int('pages', undefined, 1);
    if (fs === 'ext4-dax' && !s.machine.zones.some((z) => z.zone === 'Device'))
      a.fail('fs', 'the machine has no persistent memory');
    const file = newFile(s, name, FS[fs], pages);
    if (fs === 'tmpfs') return done();
    for (let i = 0; i < pages; i++) {
      const content = s.contents.ofToken(`f${i}`);
      if (fs === 'ext4-dax') s.set(s.content, daxStorage(s, file, i, true), content);
      else s.set(s.xaDisk, xaSlot(s, file, i), content + 1);
    }
    // the file system's own blocks: inode table, bitmaps, directory, descriptors
    const METADATA = 6;
    s.count('nr_dirtied', METADATA + (fs === 'ext4' ? pages : 0));
    s.add(s.scalar, SCALAR.flushers, METADATA);
    if (fs === 'ext4') s.count('nr_written', pages);
    addMetadataPages(s);
    if (fs === 'ext4' && a.raw('cached') === true)
      for (let i = 0; i < pages; i++) {
        const page = readIntoCache(s, file, i);
        if (page) attachBuffers(s, page);
      }
    return done();
  },
  fsync: (m, a) => {
    fsyncFile(m.s, a.file());
    return done();
  },
  truncate: (m, a) => {
    const file = a.file();
    const pages = a.int('pages');
    ensureCapacity(m.s, file, Math.max(1, pages));
    if (truncateFile(m.s, file, pages)) return done();
    if (m.machine.daxPolicy === 'fail') return done(-E.BUSY);
    return m.block(a.proc(), 'truncate', file, pages, 0);
  },
  punch_hole: (m, a) => {
    const file = a.file();
    const first = a.int('first');
    const pages = a.int('pages', undefined, 1);
    if (punchHole(m.s, file, first, pages)) return done();
    if (m.machine.daxPolicy === 'fail') return done(-E.BUSY);
    return m.block(a.proc(), 'punchHole', file, first, pages);
  },
  wait_blocked: (m, a) => m.takeBlocked(a.proc()) ?? a.fail('proc', 'no call of this process is blocked'),
  /** Starts writeback of one page and leaves the I/O in flight; 0 pages if it is clean. */
  writeback_start: (m, a) => {
    const page = a.int('page');
    return done(startWriteback(m.s, a.file(), page, a.raw('bounce') === true) ? 1 : 0);
  },
  /** The I/O of a page ends. `ret` -EIO: the page changed meanwhile, so that a checksum taken at its start does not fit. */
  writeback_end: (m, a) => {
    const page = cachedPage(m.s, a.file(), a.int('page'));
    if (!page || !m.s.wbContent.at(page)) a.fail('page', 'the page is not under writeback');
    const unstable = writebackUnstable(m.s, page);
    endWriteback(m.s, page);
    return done(unstable && m.machine.stablePages ? -E.IO : 0);
  },
  /** A layout lease (F_LAYOUT, as proposed for long-term pins of DAX files): its holder is told before the file's blocks go. */
  lease_take: (m, a) => {
    const file = a.file();
    if (m.s.fileFs.at(file) !== FS['ext4-dax']) return done(-E.INVAL);
    if (m.s.fileLease.at(file)) return done(-E.AGAIN);
    m.s.set(m.s.fileLease, file, LEASE.held);
    return done();
  },
  lease_release: (m, a) => {
    const file = a.file();
    if (!m.s.fileLease.at(file)) return done(-E.INVAL);
    m.s.set(m.s.fileLease, file, LEASE.none);
    return done();
  },
  /** 0: no lease; 1: held; 2: recalled, its holder should let go. */
  lease_state: (m, a) => done(m.s.fileLease.at(a.file())),
  file_read: (m, a) => {
    const { s } = m;
    const file = a.file();
    const index = a.int('page');
    if (index >= s.filePages.at(file)) return { ret: 0, data: '' };
    const fs = s.fileFs.at(file);
    let content = 0;
    if (fs === FS['ext4-dax']) {
      const pfn = daxStorage(s, file, index, false);
      content = pfn ? s.content.at(pfn) : 0;
    } else if (fs === FS.tmpfs) {
      ensureCapacity(s, file, index + 1);
      const page = s.xa.at(xaSlot(s, file, index)) ? shmemGetPage(s, file, index, { gfp: GFP_USER }) : 0;
      if (page) {
        folioMarkAccessed(s, s.head(page));
        content = s.content.at(page);
      }
    } else {
      const page = filemapGet(s, file, index);
      if (!page) return done(-E.NOMEM);
      if (s.filePrev.at(file) !== index + 1) folioMarkAccessed(s, s.head(page));
      s.set(s.filePrev, file, index + 1);
      content = s.content.at(page);
    }
    return { ret: 8, data: s.contents.token(content) };
  },
  file_write: (m, a) => {
    const { s } = m;
    const file = a.file();
    const index = a.int('page');
    const content = a.data();
    ensureCapacity(s, file, index + 1);
    const fs = s.fileFs.at(file);
    if (index >= s.filePages.at(file)) s.set(s.filePages, file, index + 1);
    if (fs === FS['ext4-dax']) {
      const pfn = daxStorage(s, file, index, true);
      if (!pfn) return done(-E.NOSPC);
      s.set(s.content, pfn, content);
      return done(8);
    }
    if (fs === FS.tmpfs) {
      const had = s.xa.at(xaSlot(s, file, index)) !== 0;
      const page = shmemGetPage(s, file, index, { gfp: GFP_USER, write: true });
      if (!page) return done(-E.NOMEM);
      if (had) folioMarkAccessed(s, s.head(page));
      else s.setFlag(s.head(page), PG.referenced);
      s.set(s.content, page, content);
      folioMarkDirty(s, s.head(page));
      return done(8);
    }
    const page = cachedPage(s, file, index) || readIntoCache(s, file, index);
    if (!page) return done(-E.NOMEM);
    folioLock(s, page);
    folioWaitStable(s, page);
    attachBuffers(s, page);
    s.set(s.content, page, content);
    folioMarkDirty(s, page);
    return done(8);
  },
  file_write_direct: (m, a) => {
    const { s } = m;
    const file = a.file();
    const index = a.int('page');
    const content = a.data();
    if (s.fileFs.at(file) === FS['ext4-dax']) {
      s.set(s.content, daxStorage(s, file, index, true), content);
      return done(4096);
    }
    if (s.fileFs.at(file) !== FS.ext4) return done(-E.INVAL);
    writeFile(s, file);
    invalidateInodePages2(s, file, index, index + 1);
    if (s.f.directIoPins) {
      s.count('nr_foll_pin_acquired');
      s.count('nr_foll_pin_released');
    }
    s.set(s.xaDisk, xaSlot(s, file, index), content + 1);
    invalidateInodePages2(s, file, index, index + 1);
    return done(4096);
  },
  disk_read: (m, a) => {
    const { s } = m;
    const file = a.file();
    const index = a.int('page');
    if (s.fileFs.at(file) === FS['ext4-dax']) {
      const pfn = daxStorage(s, file, index, false);
      return { ret: 8, data: pfn ? s.contents.token(s.content.at(pfn)) : '' };
    }
    return { ret: 8, data: s.contents.token(diskContent(s, file, index)) };
  },
  drop_caches: (m) => {
    dropCaches(m.s);
    return done();
  },
};

/** The directory and the inode table leave two clean, often used pages of the block device on the scenario's LRU. */
function addMetadataPages(s: State): void {
  if (s.scalar.at(SCALAR.metaFile)) return;
  const file = newFile(s, '', FS.blockdev, 2);
  s.set(s.scalar, SCALAR.metaFile, file);
  for (let i = 0; i < 2; i++) {
    const folio = allocFolio(s, 0, { movable: false, node: 0 });
    if (!folio) return;
    addToPageCache(s, file, i, folio);
    s.setFlag(folio, PG.uptodate | PG.active);
    folioAddLru(s, folio);
    folioPut(s, folio);
  }
  lruAddDrain(s);
}
