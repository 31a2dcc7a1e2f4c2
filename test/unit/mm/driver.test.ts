/** What a driver and the snippet machine use: bytes through page tables, kernel pages, named holders. */
import { describe, expect, it } from 'vitest';
import {
  ERAS,
  FOLL,
  Model,
  allocPages,
  copyFromUser,
  copyToUser,
  doMmap,
  dumpPage,
  freePages,
  machineConfig,
  ownersOf,
  procByName,
  readUser,
  smaps,
  violations,
  vmstat,
  writeFrame,
  writeUser,
} from '../../../simulator/mm/index.ts';

const start = (): { m: Model; mm: number; base: number } => {
  const m = new Model(machineConfig(ERAS['6.12']!, { pages: 8192 }));
  const mm = m.s.procMm.at(procByName(m.s, 'P'));
  const base = doMmap(m.s, mm, 'buf', 'anon', 2, 'rw', 0);
  return { m, mm, base: base * 4096 };
};
const bytes = (...b: number[]): Uint8Array => Uint8Array.from(b);

describe('bytes of user memory', () => {
  it('go through page tables, over page borders, and back in time', () => {
    const { m, mm, base } = start();
    const { store } = m.s;
    const before = { position: store.boundary(), hash: store.hash() };
    expect(writeUser(m.s, mm, base + 4094, bytes(1, 2, 3, 4))).toEqual({ ok: true });
    const got = new Uint8Array(6);
    expect(readUser(m.s, mm, base + 4093, got)).toEqual({ ok: true });
    expect([...got]).toEqual([0, 1, 2, 3, 4, 0]);
    expect(violations(m)).toEqual([]);
    store.seek(before.position);
    expect(store.hash()).toBe(before.hash);
  });
  it('end where the map ends', () => {
    const { m, mm, base } = start();
    expect(copyToUser(m.s, mm, base + 8190, bytes(1, 2, 3, 4))).toBe(2);
    const got = new Uint8Array(4);
    expect(copyFromUser(m.s, mm, base + 8190, got)).toBe(2);
    expect([...got]).toEqual([1, 2, 0, 0]);
    expect(readUser(m.s, mm, 0, got)).toEqual({ signal: 'SIGSEGV', at: 0 });
  });
  it('keep many small writes apart', () => {
    const { m, mm, base } = start();
    for (let i = 0; i < 1000; i++) writeUser(m.s, mm, base + i, bytes(i & 255 || 7));
    const got = new Uint8Array(1000);
    readUser(m.s, mm, base, got);
    expect([...got]).toEqual(Array.from({ length: 1000 }, (_, i) => i & 255 || 7));
  });
});

describe('a driver', () => {
  it('holds pages under its own names', () => {
    const { m, mm, base } = start();
    writeUser(m.s, mm, base, bytes(1));
    const { ret, pages } = m.acquire('cam->pages', 'pin_user_pages_fast', mm, base / 4096, 1, FOLL.WRITE);
    expect(ret).toBe(1);
    m.getPage('cam->last', pages[0]!);
    m.run({ op: 'lru_drain' });
    const named = (): unknown[] => ownersOf(m, pages[0]!).map((o) => [o.name, o.refs]);
    expect(named()).toEqual([
      ['PTE of P:buf[0]', 1],
      ['cam->pages (pin)', 1024],
      ['cam->last', 1],
    ]);
    m.putPage(pages[0]!);
    m.unpinPages(pages, true);
    expect(named()).toEqual([['PTE of P:buf[0]', 1]]);
    expect(violations(m)).toEqual([]);
  });
  it('is found out when it puts what it pinned', () => {
    const { m, mm, base } = start();
    const { pages } = m.acquire('pages', 'pin_user_pages_fast', mm, base / 4096, 1, FOLL.WRITE);
    m.putPage(pages[0]!);
    expect(ownersOf(m, pages[0]!).find((o) => o.kind === 'unaccounted')?.refs).toBe(1023);
    expect(violations(m)).toEqual([]);
  });
  it('allocates and maps kernel pages', () => {
    const { m } = start();
    const pfn = allocPages(m.s, 1);
    writeFrame(m.s, pfn + 1, 8, bytes(9));
    expect(ownersOf(m, pfn).map((o) => [o.kind, o.refs])).toEqual([['driver', 1]]);
    freePages(m.s, pfn);
    expect(m.s.refcount.at(pfn)).toBe(0);
    expect(violations(m)).toEqual([]);
  });
});

describe('what the kernel prints', () => {
  it('dump_page, smaps and vmstat', () => {
    const { m, mm, base } = start();
    writeUser(m.s, mm, base, bytes(1));
    const { pages } = m.acquire('cam', 'pin_user_pages_fast', mm, base / 4096, 1, FOLL.WRITE);
    m.run({ op: 'lru_drain' });
    expect(dumpPage(m, pages[0]!)).toEqual([
      `page: refcount:1025 mapcount:1 mapping:anon index:0x${(base / 4096).toString(16)} pfn:0x${pages[0]!.toString(16)}`,
      'flags: referenced|uptodate|lru|swapbacked|anon_exclusive',
      'page_maybe_dma_pinned: yes',
      'held by PTE of P:buf[0]: 1',
      'held by cam (pin): 1024',
    ]);
    m.run({ op: 'fork', args: { child: 'C1' } });
    m.run({ op: 'write', args: { addr: 'buf[1]', data: 'x' } });
    expect(smaps(m, mm)).toMatchObject([
      { kind: 'anon', Rss: 8, Pss: 8, Shared: 0, Private: 8, Anonymous: 8, Swap: 0 },
    ]);
    expect(vmstat(m)).toMatchObject({ nr_foll_pin_acquired: 1, nr_foll_pin_released: 0 });
  });
});
