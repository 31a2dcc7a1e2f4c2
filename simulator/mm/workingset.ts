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
  const node = s.nodeOf(folio);
  const age = lruvecAge(s, memcg, node);
  ageNonresident(s, memcg, s.nr(folio), node);
  return ((age << 3) | ((memcg ? 1 : 0) << 2) | (node << 1) | ws) + 1;
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
  const node = (v >> 1) & 1;
  const distance = lruvecAge(s, memcg, node) - (v >> 3);
  if (distance > workingsetSize(s, memcg, node, isFileLru(s, folio))) return;
  s.setFlag(folio, PG.active);
  ageNonresident(s, true, s.nr(folio), s.nodeOf(folio));
  if (ws) s.setFlag(folio, PG.workingset);
}

/** Size that a refault distance is compared with (workingset_test_recent): what the lruvec could have kept instead. */
function workingsetSize(s: State, memcg: boolean, node: number, file: boolean): number {
  const base = node * 8;
  const own = memcg ? 0 : s.machine.rootWorkingset[node]!;
  return own + s.lruSize.at(base + 3) + s.lruSize.at(base + 1) + s.lruSize.at(base + (file ? 0 : 2));
}

/** nonresident_age of a lruvec. */
function lruvecAge(s: State, memcg: boolean, node: number): number {
  if (node) return s.scalar.at(memcg ? SCALAR.nonresMemcg1 : SCALAR.nonresRoot1);
  return s.scalar.at(memcg ? SCALAR.nonresMemcg : SCALAR.nonresRoot);
}
