/** The operation list of the oracle: names, arguments and results as in its README. Bad input is refused before anything changes. */
import { ADVICE, doMadvise, type Advice } from './madvise.ts';
import { ERRNO_NAME, E, FOLL, PG } from './flags.ts';
import {
  FS,
  attachBuffers,
  cachedPage,
  ensureCapacity,
  fileByName,
  filemapGet,
  newFile,
  readIntoCache,
  xaSlot,
  type FsName,
  addToPageCache,
} from './filemap.ts';
import { GUP_CALLS, gup, gupPutFolio, pinWeight, unpinUserPages, type GupCall } from './gup.ts';
import { GFP_USER, allocFolio, folioGet, folioPut } from './page_alloc.ts';
import { KINDS, mapBase, type Kind } from './vma.ts';
import { SCALAR, State, type MachineConfig } from './state.ts';
import { contentOf, cpuAccess, exitProc, forkProc, newProc, procByName } from './process.ts';
import { daxStorage } from './dax.ts';
import { doMlock, doMmap, doMprotect, doMremap, doMsync, doMunlock, doMunmap } from './mmap.ts';
import { directIo, ioPinPages, processVmWritev, vmsplice } from './users.ts';
import { diskContent } from './fault.ts';
import { dropCaches, invalidateInodePages2, punchHole, truncateFile } from './truncate.ts';
import { folioAddLru, folioMarkAccessed, lruAddDrain } from './lru.ts';
import { folioMarkDirty, fsyncFile, setPageDirtyLock, writeFile } from './writeback.ts';
import { splitHugePagesRange, zeroPage } from './thp.ts';
import { ksmScan } from './ksm.ts';
import { memcgReclaim } from './reclaim.ts';
import { movePages } from './migrate.ts';
import { shmemGetPage } from './shmem.ts';

/** An operation as traces and scripts write it. */
export interface Operation {
  op: string;
  proc?: string;
  args?: Record<string, unknown>;
}
/** What an operation answered. */
export interface Result {
  ret: number | null;
  errno?: string;
  data?: string;
  signal?: string;
  blocked?: true;
  status?: number;
  dmesg?: string[];
}

/** A refused operation: names the step and the argument; the state is as it was. */
export class OperationError extends Error {
  constructor(
    readonly step: number,
    readonly argument: string,
    message: string,
  ) {
    super(`step ${step}: ${argument}: ${message}`);
    this.name = 'OperationError';
  }
}

const FLAG_NAMES = {
  FOLL_WRITE: FOLL.WRITE,
  FOLL_FORCE: FOLL.FORCE,
  FOLL_LONGTERM: FOLL.LONGTERM,
  FOLL_GET: FOLL.GET,
  FOLL_PIN: FOLL.PIN,
  FOLL_NOWAIT: FOLL.NOWAIT,
  FOLL_NOFAULT: FOLL.NOFAULT,
  FOLL_HWPOISON: FOLL.HWPOISON,
  FOLL_TOUCH: FOLL.TOUCH,
  FOLL_REMOTE: FOLL.REMOTE,
  FOLL_FAST_ONLY: FOLL.FAST_ONLY,
} as const;
const MAX_PAGES = 2 ** 24;

/** Reads and checks the arguments of one operation. */
class Args {
  constructor(
    readonly m: Model,
    readonly op: Operation,
    readonly step: number,
  ) {}
  fail(argument: string, message: string): never {
    throw new OperationError(this.step, argument, `${message} (operation ${this.op.op})`);
  }
  raw(name: string): unknown {
    return this.op.args?.[name];
  }
  text(name: string): string {
    const v = this.raw(name);
    if (typeof v !== 'string' || v === '') this.fail(name, `expected a name, got ${JSON.stringify(v)}`);
    return v;
  }
  int(name: string, fallback?: number, min = 0, max = MAX_PAGES): number {
    const v = this.raw(name) ?? fallback;
    if (typeof v !== 'number' || !Number.isInteger(v) || v < min || v > max)
      this.fail(name, `expected a whole number from ${min} to ${max}, got ${JSON.stringify(v)}`);
    return v;
  }
  one<T extends string>(name: string, values: readonly T[]): T {
    const v = this.raw(name);
    if (typeof v !== 'string' || !(values as readonly string[]).includes(v))
      this.fail(name, `${JSON.stringify(v)} is none of ${values.join(', ')}`);
    return v as T;
  }
  data(): number {
    const v = this.raw('data');
    if (typeof v !== 'string' || v.length > 7)
      this.fail('data', `expected up to 7 characters, got ${JSON.stringify(v)}`);
    return this.m.s.contents.ofToken(v);
  }
  /** Row of the process that acts. */
  proc(name = this.op.proc ?? 'P'): number {
    const p = procByName(this.m.s, name);
    if (!p) this.fail('proc', `process ${name} does not exist`);
    return p;
  }
  mm(): number {
    return this.m.s.procMm.at(this.proc());
  }
  /** An address: `map[index]`, `C1:map[index]`, or a raw one (`kernel:0x…`). `mm` 0: that process is gone. */
  addr(): { mm: number; vpn: number } {
    const v = this.text('addr');
    const raw = /^(\w+):0x([0-9a-f]+)$/i.exec(v);
    if (raw) {
      const address = BigInt('0x' + raw[2]!);
      return { mm: this.mm(), vpn: address < 1n << 47n ? Number(address >> 12n) : -1 };
    }
    const m = /^(?:(\w+):)?([\w.-]+)\[(\d+)\]$/.exec(v);
    if (!m) this.fail('addr', `${JSON.stringify(v)} is not of the form map[index]`);
    const s = this.m.s;
    const owner = m[1] ?? this.op.proc ?? 'P';
    const proc = procByName(s, owner);
    if (!proc) {
      if (m[1] && this.m.everProc(owner)) return { mm: 0, vpn: 0 };
      this.fail('addr', `process ${owner} does not exist`);
    }
    const base = mapBase(s, s.procMm.at(proc), m[2]!);
    if (base < 0) this.fail('addr', `process ${owner} has no map ${m[2]}`);
    return { mm: s.procMm.at(proc), vpn: base + Number(m[3]) };
  }
  range(): { mm: number; start: number; end: number } {
    const a = this.addr();
    return { mm: a.mm, start: a.vpn, end: a.vpn + this.int('pages', undefined, 1) };
  }
  file(): number {
    const name = this.text('file');
    const f = fileByName(this.m.s, name);
    if (!f) this.fail('file', `file ${name} does not exist`);
    return f;
  }
  flags(): number {
    const v = this.raw('flags') ?? [];
    if (!Array.isArray(v)) this.fail('flags', `expected a list, got ${JSON.stringify(v)}`);
    let out = 0;
    for (const f of v) {
      const bit = FLAG_NAMES[f as keyof typeof FLAG_NAMES];
      if (bit === undefined) this.fail('flags', `unknown flag ${JSON.stringify(f)}`);
      out |= bit;
    }
    return out;
  }
  handle(): number {
    const name = this.text('handle');
    const h = this.m.handleRow(name);
    if (!h || this.m.handlePages(h).length === 0) this.fail('handle', `handle ${name} does not exist`);
    return h;
  }
  handlePage(): { handle: number; page: number } {
    const h = this.handle();
    const all = this.m.handlePages(h);
    const i = this.int('index', 0);
    const page = all[i];
    if (page === undefined) this.fail('index', `handle ${this.text('handle')} has ${all.length} pages, not page ${i}`);
    return { handle: h, page };
  }
}

/** Number of operations that take a model from step to step; `step` counts from 1. */
export class Model {
  readonly s: State;
  private step = 0;
  constructor(readonly machine: MachineConfig) {
    this.s = new State(machine);
    zeroPage(this.s);
    newProc(this.s, 'P');
    this.s.store.forget();
  }

  /** Has there ever been a process of this name? */
  everProc(name: string): boolean {
    const id = this.s.names.id(name);
    for (let p = 1; p < this.s.scalar.at(SCALAR.nextProc); p++) if (this.s.procName.at(p) === id) return true;
    return false;
  }
  /** Row of a handle; 0 if the name was never used. */
  handleRow(name: string): number {
    const id = this.s.names.id(`h:${name}`);
    for (let h = this.s.scalar.at(SCALAR.nextHandle) - 1; h > 0; h--) if (this.s.handleName.at(h) === id) return h;
    return 0;
  }
  /** Pages that a handle still lists. */
  handlePages(h: number): number[] {
    const s = this.s;
    const first = s.handleFirst.at(h);
    const out: number[] = [];
    for (let i = 0; i < s.handleNr.at(h); i++) {
      const p = s.slotPage.at(first + i);
      if (p) out.push(p);
    }
    return out;
  }
  /** Filled handles by name, in order of appearance. */
  handles(): { name: string; row: number; pages: number[] }[] {
    const out = [];
    for (let h = 1; h < this.s.scalar.at(SCALAR.nextHandle); h++) {
      const name = this.s.names.text(this.s.handleName.at(h));
      if (!name.startsWith('h:')) continue;
      const pages = this.handlePages(h);
      if (pages.length) out.push({ name: name.slice(2), row: h, pages });
    }
    return out;
  }
  private fillHandle(name: string, pages: readonly number[], pin: boolean): void {
    const s = this.s;
    let h = 0;
    const id = s.names.id(name);
    for (let i = s.scalar.at(SCALAR.nextHandle) - 1; i > 0; i--) if (s.handleName.at(i) === id) h = i;
    if (!h) {
      h = s.next(SCALAR.nextHandle);
      s.set(s.handleName, h, id);
    }
    const first = s.next(SCALAR.nextHandlePage, pages.length);
    s.set(s.handleFirst, h, first);
    s.set(s.handleNr, h, pages.length);
    s.set(s.handlePin, h, pin ? 1 : 0);
    pages.forEach((p, i) => s.set(s.slotPage, first + i, p));
  }
  private rowByFullName(name: string): number {
    const id = this.s.names.id(name);
    for (let h = this.s.scalar.at(SCALAR.nextHandle) - 1; h > 0; h--) if (this.s.handleName.at(h) === id) return h;
    return 0;
  }
  /** What one page of a handle adds to the refcount. */
  weight(h: number, page: number): number {
    return this.s.handlePin.at(h) === 1 ? pinWeight(this.s, page) : 1;
  }

  /** Runs one operation. Refused ones (OperationError) leave the state as it was. */
  run(op: Operation): Result {
    this.step++;
    const s = this.s;
    const fn = OPS[op.op];
    if (!fn) throw new OperationError(this.step, 'op', `unknown operation ${JSON.stringify(op.op)}`);
    s.dmesg = [];
    const before = s.store.position;
    s.store.mark(op.op);
    let r: Result;
    try {
      r = fn(this, new Args(this, op, this.step));
    } catch (e) {
      if (s.store.recording) s.store.rollback(before);
      throw e;
    }
    this.wakeBlocked();
    if (r.ret !== null && r.ret < 0) r.errno = ERRNO_NAME[-r.ret] ?? String(-r.ret);
    if (s.dmesg.length) r.dmesg = s.dmesg;
    return r;
  }

  /** A call that waits for a DAX page goes on when the page is idle. */
  private wakeBlocked(): void {
    const s = this.s;
    for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++) {
      const at = s.procPending.at(p * 4);
      if (at === 0 || at === 9) continue;
      const [a, b, c] = [s.procPending.at(p * 4 + 1), s.procPending.at(p * 4 + 2), s.procPending.at(p * 4 + 3)];
      const done = at === 1 ? punchHole(s, a, b, c) : truncateFile(s, a, b);
      if (done) s.set(s.procPending, p * 4, 9);
    }
  }
  /** Remembers a blocked call. */
  block(proc: number, kind: 1 | 2, a: number, b: number, c: number): Result {
    const s = this.s;
    [kind, a, b, c].forEach((v, i) => s.set(s.procPending, proc * 4 + i, v));
    return { ret: null, blocked: true };
  }
  /** Releases pages of a handle in some way; keeps account of references that lose their owner. */
  release(a: Args, put: (pages: number[]) => void, releaseWeight: (page: number) => number): Result {
    const s = this.s;
    const h = a.handle();
    const all = this.handlePages(h);
    const first = a.int('first', 0);
    const nr = a.int('nr', all.length - Math.min(first, all.length));
    if (first + nr > all.length)
      a.fail(first > all.length ? 'first' : 'nr', `handle ${a.text('handle')} has ${all.length} pages`);
    const pages = all.slice(first, first + nr);
    const keep = a.raw('keep_handle') === true;
    for (const page of pages) {
      const head = s.head(page);
      const owned = keep ? 0 : this.weight(h, page);
      const extra = owned - releaseWeight(page);
      if (extra) s.add(s.stray, head, extra);
    }
    if (!keep) {
      const base = s.handleFirst.at(h);
      let k = 0;
      for (let i = 0; i < s.handleNr.at(h); i++) {
        if (!s.slotPage.at(base + i)) continue;
        if (k >= first && k < first + nr) s.set(s.slotPage, base + i, 0);
        k++;
      }
    }
    put(pages);
    return { ret: 0 };
  }
  /** Stores a GUP result under a handle. */
  gup(a: Args, call: GupCall): Result {
    const { mm, vpn } = a.addr();
    const nr = a.int('nr', 1);
    const flags = a.flags();
    const name = a.text('handle');
    if (!mm) return { ret: -E.SRCH };
    const out: number[] | null = a.raw('pages') === 'null' || a.raw('pages') === null ? null : [];
    const ret = gup(this.s, call, mm, vpn, nr, flags, out);
    if (out?.length) this.fillHandle(`h:${name}`, out, call.startsWith('pin_') || (flags & FOLL.PIN) !== 0);
    return { ret };
  }
  /** Pages that a kernel user (the pipe, io_uring) holds. */
  namedPages(name: string): number[] {
    const row = this.rowByFullName(name);
    return row ? this.handlePages(row) : [];
  }
  /** Gives pages to a kernel user. */
  fillNamed(name: string, pages: readonly number[], pin: boolean): void {
    this.fillHandle(name, pages, pin);
  }
  /** Takes all pages from a kernel user. */
  takeNamed(name: string): { row: number; pages: number[] } {
    const row = this.rowByFullName(name);
    const pages = row ? this.handlePages(row) : [];
    if (row) {
      const base = this.s.handleFirst.at(row);
      for (let i = 0; i < this.s.handleNr.at(row); i++) this.s.set(this.s.slotPage, base + i, 0);
      this.s.set(this.s.handleNr, row, 0);
    }
    return { row, pages };
  }
}

type Op = (m: Model, a: Args) => Result;
const done = (ret = 0): Result => ({ ret });

/** Every operation by name. */
const OPS: Record<string, Op> = {
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
      for (let i = 0; i < pages; i++) attachBuffers(s, readIntoCache(s, file, i));
    return done();
  },
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
  put_page: (m, a) =>
    m.release(
      a,
      (pages) => pages.forEach((p) => folioPut(m.s, m.s.head(p))),
      () => 1,
    ),
  unpin_user_pages: (m, a) =>
    m.release(
      a,
      (pages) => unpinUserPages(m.s, pages, false),
      (p) => pinWeight(m.s, p),
    ),
  unpin_user_pages_dirty_lock: (m, a) =>
    m.release(
      a,
      (pages) => unpinUserPages(m.s, pages, a.raw('dirty') !== false),
      (p) => pinWeight(m.s, p),
    ),
  set_page_dirty_lock: (m, a) => {
    setPageDirtyLock(m.s, a.handlePage().page);
    return done(1);
  },
  get_page: (m, a) => {
    const { page } = a.handlePage();
    const n = a.int('count', 1, 1);
    folioGet(m.s, m.s.head(page), n);
    m.s.add(m.s.stray, m.s.head(page), n);
    return done();
  },
  put_page_extra: (m, a) => {
    const { page } = a.handlePage();
    const n = a.int('count', 1, 1);
    const head = m.s.head(page);
    m.s.add(m.s.stray, head, -n);
    for (let i = 0; i < n; i++) folioPut(m.s, head);
    return done();
  },
  dma_write: (m, a) => {
    const { page } = a.handlePage();
    m.s.set(m.s.content, page, a.data());
    return done();
  },
  dma_read: (m, a) => ({ ret: 0, data: m.s.contents.token(contentOf(m.s, a.handlePage().page)) }),
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
  memcg_reclaim: (m) => {
    memcgReclaim(m.s);
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
    return m.block(a.proc(), 2, file, pages, 0);
  },
  punch_hole: (m, a) => {
    const file = a.file();
    const first = a.int('first');
    const pages = a.int('pages', undefined, 1);
    if (punchHole(m.s, file, first, pages)) return done();
    if (m.machine.daxPolicy === 'fail') return done(-E.BUSY);
    return m.block(a.proc(), 1, file, first, pages);
  },
  wait_blocked: (m, a) => {
    const p = a.proc();
    const at = m.s.procPending.at(p * 4);
    if (at === 0) a.fail('proc', 'no call of this process is blocked');
    if (at !== 9) return { ret: null, blocked: true };
    m.s.set(m.s.procPending, p * 4, 0);
    return done();
  },
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
      if (had) folioMarkAccessed(s, s.head(page));
      else s.setFlag(s.head(page), PG.referenced);
      s.set(s.content, page, content);
      folioMarkDirty(s, s.head(page));
      return done(8);
    }
    const page = cachedPage(s, file, index) || readIntoCache(s, file, index);
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
  fork: (m, a) => {
    const name = a.text('child');
    if (procByName(m.s, name)) a.fail('child', `process ${name} exists`);
    forkProc(m.s, a.proc(), name);
    return done();
  },
  exit: (m, a) => {
    exitProc(m.s, a.proc());
    return done();
  },
  move_pages: (m, a) => {
    const { mm, vpn } = a.addr();
    return movePages(m.s, mm, vpn, a.int('node', undefined, 0, 1));
  },
  split_huge_pages: (m, a) => {
    const { mm, start, end } = a.range();
    splitHugePagesRange(m.s, mm, start, end);
    return done();
  },
  ksm_scan: (m) => {
    ksmScan(m.s);
    return done();
  },
  lru_drain: (m) => {
    lruAddDrain(m.s);
    return done();
  },
  vmsplice: (m, a) => {
    const { mm, start, end } = a.range();
    const out: number[] = [];
    const ret = vmsplice(m.s, mm, start, end - start, out);
    if (out.length) m.fillNamed('pipe', [...m.takeNamed('pipe').pages, ...out], false);
    return done(ret);
  },
  pipe_read: (m, a) => {
    const { pages } = m.takeNamed('pipe');
    if (!pages.length) a.fail('op', 'the pipe is empty');
    const data = m.s.contents.token(contentOf(m.s, pages[0]!));
    for (const p of pages) folioPut(m.s, m.s.head(p));
    return { ret: pages.length * 4096, data };
  },
  odirect_read_into: (m, a) => {
    const { mm, vpn } = a.addr();
    return done(directIo(m.s, mm, vpn, true, (page) => m.s.set(m.s.content, page, m.s.contents.ofToken(''))));
  },
  odirect_write_from: (m, a) => {
    const { mm, vpn } = a.addr();
    return done(directIo(m.s, mm, vpn, false, () => undefined));
  },
  process_vm_writev: (m, a) => {
    const { mm, vpn } = a.addr();
    return done(mm ? processVmWritev(m.s, mm, vpn, a.data()) : -E.SRCH);
  },
  io_uring_register_buffers: (m, a) => {
    const { mm, start, end } = a.range();
    if (m.namedPages('io_uring').length) return done(-E.BUSY);
    const out: number[] = [];
    const ret = ioPinPages(m.s, mm, start, end - start, out);
    if (out.length) m.fillNamed('io_uring', out, true);
    return done(ret);
  },
  io_uring_unregister_buffers: (m) => {
    const { pages } = m.takeNamed('io_uring');
    if (!pages.length) return done(-E.NXIO);
    for (const p of pages) gupPutFolio(m.s, m.s.head(p), 1, FOLL.PIN);
    return done();
  },
};
for (const call of GUP_CALLS) OPS[call] = (m, a) => m.gup(a, call);

/** Names of all operations. */
export const OPERATION_NAMES: readonly string[] = Object.keys(OPS);

/** The directory and the inode table leave two clean, often used pages of the block device on the scenario's LRU. */
function addMetadataPages(s: State): void {
  if (s.scalar.at(SCALAR.metaFile)) return;
  const file = newFile(s, '', FS.blockdev, 2);
  s.set(s.scalar, SCALAR.metaFile, file);
  for (let i = 0; i < 2; i++) {
    const folio = allocFolio(s, 0, { movable: false, node: 0 });
    addToPageCache(s, file, i, folio);
    s.setFlag(folio, PG.uptodate | PG.active);
    folioAddLru(s, folio);
    folioPut(s, folio);
  }
  lruAddDrain(s);
}
