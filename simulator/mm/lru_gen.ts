/** The multi-generational LRU (lru_gen_*, mm/vmscan.c, include/linux/mm_inline.h): generations as lists, tiers as reference bits. */
import { PG } from './flags.ts';
import { isFileLru, listAdd, listDelete } from './lru.ts';
import { SCALAR, type State } from './state.ts';

/** MIN_NR_GENS: the two youngest generations count as active. */
export const MIN_NR_GENS = 2;

/** min_seq of a type (0 anon, 1 file). */
export function minSeq(s: State, type: number): number {
  return s.scalar.at(type ? SCALAR.minSeqFile : SCALAR.minSeqAnon);
}
/** List number of a generation. */
export function genList(node: number, type: number, seq: number): number {
  return 32 + node * 8 + type * 4 + (seq & 3);
}
/** lru_gen_add_folio (include/linux/mm_inline.h). */
export function genAdd(s: State, folio: number, reclaiming: boolean): void {
  const type = isFileLru(s, folio) ? 1 : 0;
  const max = s.scalar.at(SCALAR.maxSeq);
  const min = minSeq(s, type);
  let seq: number;
  if (s.has(folio, PG.active)) seq = max;
  else if (
    (type === 0 && !s.has(folio, PG.swapcache)) ||
    (s.has(folio, PG.reclaim) && s.has(folio, PG.dirty | PG.writeback))
  )
    seq = max - 1;
  else if (reclaiming || min + MIN_NR_GENS >= max) seq = min;
  else seq = min + 1;
  if (s.has(folio, PG.active)) s.clearFlag(folio, PG.refs0 | PG.refs1 | PG.referenced | PG.active);
  const list = genList(s.nodeOf(folio), type, seq);
  s.set(s.gen, folio, list + 1);
  listAdd(s, list, folio, reclaiming);
}
/** lru_gen_del_folio: outside reclaim a folio of a young generation leaves as active. */
export function genDelete(s: State, folio: number, reclaiming: boolean): void {
  const list = s.gen.at(folio) - 1;
  listDelete(s, list, folio);
  s.set(s.gen, folio, 0);
  const max = s.scalar.at(SCALAR.maxSeq) & 3;
  const gen = list & 3;
  const active = gen === max || gen === ((max + 3) & 3);
  if (!reclaiming && active) s.setFlag(folio, PG.active);
}
/** folio_inc_refs (mm/swap.c): accesses through file descriptors and GUP move a folio up its tiers. */
export function genIncRefs(s: State, folio: number): void {
  if (s.has(folio, PG.unevictable)) return;
  if (!s.has(folio, PG.referenced)) s.setFlag(folio, PG.referenced);
  else if (!s.has(folio, PG.workingset)) s.setFlag(folio, PG.workingset);
  else if (!s.has(folio, PG.refs0)) s.setFlag(folio, PG.refs0);
  else if (!s.has(folio, PG.refs1)) {
    s.clearFlag(folio, PG.refs0);
    s.setFlag(folio, PG.refs1);
  } else s.setFlag(folio, PG.refs0);
}
/** folio_lru_refs: accesses beyond PG_referenced. */
export function genRefs(s: State, folio: number): number {
  const f = s.flags.at(folio);
  return (f & PG.refs0 ? 1 : 0) + (f & PG.refs1 ? 2 : 0) + (f & PG.workingset ? 1 : 0);
}
