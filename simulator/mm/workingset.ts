/** Refault detection: shadow entries and what they say when the page comes back (mm/workingset.c). */
import { PG } from './flags.ts';
import { ageNonresident, isFileLru } from './lru.ts';
import { genRefs, minSeq } from './lru_gen.ts';
import { SCALAR, type State } from './state.ts';

/** workingset_eviction: the shadow of a folio that reclaim frees. `memcg`: reclaim of the scenario's cgroup, else of the whole machine. */
export function workingsetEviction(s: State, folio: number, memcg: boolean): number {
  const ws = s.has(folio, PG.workingset) ? 1 : 0;
  if (s.machine.lru === 'mglru') {
    const type = isFileLru(s, folio) ? 1 : 0;
    return ((minSeq(s, type) << 3) | (genRefs(s, folio) ? 4 : 0) | 2 | ws) + 1;
  }
  const age = s.scalar.at(memcg ? SCALAR.nonresMemcg : SCALAR.nonresRoot);
  ageNonresident(s, memcg, s.nr(folio));
  return ((age << 3) | (memcg ? 1 : 0) << 2 | ws) + 1;
}

/** workingset_refault: a page whose eviction was recent comes back active. `readahead`: not in the fault itself. */
export function workingsetRefault(s: State, folio: number, shadow: number, readahead = false): void {
  const v = shadow - 1;
  const ws = v & 1;
  if (s.machine.lru === 'mglru') {
    const type = isFileLru(s, folio) ? 1 : 0;
    if (v >> 3 !== minSeq(s, type)) return;
    if (!readahead) s.setFlag(folio, PG.workingset | PG.refs0 | PG.refs1);
    return;
  }
  const memcg = (v & 4) !== 0;
  const age = v >> 3;
  const now = s.scalar.at(memcg ? SCALAR.nonresMemcg : SCALAR.nonresRoot);
  const distance = now - age;
  if (distance > workingsetSize(s, memcg, isFileLru(s, folio))) return;
  s.setFlag(folio, PG.active);
  ageNonresident(s, true, s.nr(folio));
  if (ws) s.setFlag(folio, PG.workingset);
}

/** Size that a refault distance is compared with (workingset_test_recent): what the lruvec could have kept instead. */
function workingsetSize(s: State, memcg: boolean, file: boolean): number {
  let n = memcg ? 0 : s.machine.rootWorkingset;
  for (const node of [0, 8]) {
    n += s.lruSize.at(node + 3) + s.lruSize.at(node + 1);
    if (!file) n += s.lruSize.at(node + 2);
    else n += s.lruSize.at(node + 0);
  }
  return n;
}
