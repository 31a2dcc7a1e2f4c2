/** The kernel's own benchmark of GUP (mm/gup_test.c and tools/testing/selftests/mm/gup_test.c) on the model. */
import { FOLL } from './flags.ts';
import { gup, unpinUserPages, type GupCall } from './gup.ts';
import { emptyHolder, fillHolder, holderRow } from './holders.ts';
import type { Model } from './model.ts';
import { folioPut } from './page_alloc.ts';
import { cpuAccess } from './process.ts';
import { folioMaybeDmaPinned } from './rmap.ts';
import { mapBase } from './vma.ts';
import { vmstat } from './views.ts';

/** The commands of gup_test: its option letter, the call, and what it adds to the flags. */
export const GUP_TESTS = {
  u: { name: 'GUP_FAST_BENCHMARK', call: 'get_user_pages_fast', flags: 0 },
  U: { name: 'GUP_BASIC_TEST', call: 'get_user_pages', flags: 0 },
  a: { name: 'PIN_FAST_BENCHMARK', call: 'pin_user_pages_fast', flags: 0 },
  b: { name: 'PIN_BASIC_TEST', call: 'pin_user_pages', flags: 0 },
  L: { name: 'PIN_LONGTERM_BENCHMARK', call: 'pin_user_pages', flags: FOLL.LONGTERM },
} as const satisfies Record<string, { name: string; call: GupCall; flags: number }>;

/** What to measure. */
export interface GupTest {
  readonly test: keyof typeof GUP_TESTS;
  /** Size of the mapping in pages. */
  readonly pages: number;
  /** Pages a call; gup_test's nr_pages_per_call. */
  readonly perCall: number;
  /** Kind of the mapping, as the `mmap` operation names them. */
  readonly kind: string;
  readonly write: boolean;
  /** The pages are faulted in by GUP itself instead of by the program (gup_test -z). */
  readonly touch: boolean;
}

/** File systems of the mappings that have a file, by the start of their kind. */
const FILE_SYSTEMS = [
  ['ext4', 'ext4'],
  ['dax', 'ext4-dax'],
  ['shmem', 'tmpfs'],
] as const;

/** What came out of one round. */
export interface GupTestResult {
  /** Pages held, which is less than asked for when a call took fewer ("truncated"), and what the last call returned then. */
  readonly held: number;
  readonly ret: number;
  /** Pages that were pinned and do not look so; always 0 for a correct model (verify_dma_pinned). */
  readonly notPinned: number;
  /** Microseconds by the clock that was given. */
  readonly getUs: number;
  readonly putUs: number;
  /** Counters of /proc/vmstat that changed. */
  readonly vmstat: Readonly<Record<string, number>>;
}

/**
 * One round of __gup_test_ioctl (mm/gup_test.c) on a mapping of its own, which is gone afterwards. `clock` returns milliseconds: the core
 * has none. Throws OperationError where the mapping can't be made.
 */
export function gupTest(m: Model, test: GupTest, clock: () => number): GupTestResult {
  const { s } = m;
  const { call, flags } = GUP_TESTS[test.test];
  const [, fs] = FILE_SYSTEMS.find(([kind]) => test.kind.startsWith(kind)) ?? [];
  if (fs) m.run({ op: 'create_file', args: { file: 'gup_test', fs, pages: test.pages } });
  const file = fs ? { file: 'gup_test' } : {};
  m.run({ op: 'mmap', args: { map: 'gup_test', kind: test.kind, pages: test.pages, prot: 'rw', ...file } });
  const mm = s.procMm.at(1);
  const base = mapBase(s, mm, 'gup_test');
  if (!test.touch) for (let i = 0; i < test.pages; i++) cpuAccess(s, mm, base + i, true);

  const before = vmstat(m);
  const out: number[] = [];
  const gupFlags = flags | (test.write ? FOLL.WRITE : 0);
  let ret = 0;
  const started = clock();
  for (let i = 0; i < test.pages; i += test.perCall) {
    const nr = Math.min(test.perCall, test.pages - i);
    ret = gup(s, call, mm, base + i, nr, gupFlags, out);
    if (ret !== nr) break;
  }
  const got = clock();
  const pin = call.startsWith('pin_');
  fillHolder(s, 'gup_test', out, pin);
  const notPinned = pin ? out.filter((page) => !folioMaybeDmaPinned(s, s.head(page))).length : 0;
  const put = clock();
  const pages = emptyHolder(s, holderRow(s, 'gup_test'));
  if (pin) unpinUserPages(s, pages, false);
  else for (const page of pages) folioPut(s, s.head(page));
  const ended = clock();

  const now = vmstat(m);
  const changed = Object.keys(now).filter((name) => now[name] !== before[name]);
  m.run({ op: 'munmap', args: { addr: 'gup_test[0]', pages: test.pages } });
  return {
    held: out.length,
    ret,
    notPinned,
    getUs: (got - started) * 1000,
    putUs: (ended - put) * 1000,
    vmstat: Object.fromEntries(changed.map((name) => [name, now[name]! - before[name]!])),
  };
}
