/** Operations on processes and on the machine: fork, reclaim, migration, merging. */
import { ksmScan } from '../ksm.ts';
import { lruAddDrain } from '../lru.ts';
import { movePages } from '../migrate.ts';
import { exitProc, forkProc, procByName } from '../process.ts';
import { compactMemory } from '../compaction.ts';
import { kswapd, memcgReclaim } from '../reclaim.ts';
import { splitHugePagesRange } from '../thp.ts';
import { done, type Operations } from './table.ts';

/** Operations on processes and on the machine, by name. */
export const MACHINE_OPERATIONS: Operations = {
  memcg_reclaim: (m) => {
    memcgReclaim(m.s);
    return done();
  },
  /** kswapd runs now: pages freed. */
  kswapd: (m) => done(kswapd(m.s)),
  /** /proc/sys/vm/compact_memory: pages moved; `status`: folios that could not be moved. */
  compact: (m) => {
    const { moved, failed } = compactMemory(m.s);
    return { ret: moved, status: failed };
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
};
