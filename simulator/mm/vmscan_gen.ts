/** Reclaim from the multi-generational LRU: aging and eviction (lru_gen_shrink_lruvec; mm/vmscan.c). */
import { PG } from './flags.ts';
import { folioEvictable, isFileLru, listDelete, lruAddDrain, lruDelete } from './lru.ts';
import { MIN_NR_GENS, genList, minSeq } from './lru_gen.ts';
import { folioGet } from './page_alloc.ts';
import { folioMapcount, folioReferenced } from './rmap.ts';
import { SCALAR, type State } from './state.ts';
import { moveFoliosToLru, pagesOf, shrinkFolioList, type ReclaimStat, type ScanControl } from './vmscan.ts';
import { wakeupFlusherThreads } from './writeback.ts';

function typeSize(s: State, node: number, type: number): number {
  let n = 0;
  for (let g = 0; g < 4; g++) n += s.lruSize.at(32 + node * 8 + type * 4 + g);
  return n;
}

/** try_to_inc_min_seq: empty oldest generations go. */
function incMinSeq(s: State): void {
  for (const type of [0, 1]) {
    const row = type ? SCALAR.minSeqFile : SCALAR.minSeqAnon;
    while (minSeq(s, type) + MIN_NR_GENS <= s.scalar.at(SCALAR.maxSeq)) {
      const seq = minSeq(s, type);
      if (s.lruHead.at(genList(0, type, seq)) || s.lruHead.at(genList(1, type, seq))) break;
      s.set(s.scalar, row, seq + 1);
    }
  }
}

/** try_to_inc_max_seq (aging): walks page tables — young pages move to the youngest generation — and starts a new one. */
function incMaxSeq(s: State): void {
  const max = s.scalar.at(SCALAR.maxSeq);
  incMinSeq(s);
  for (const type of [0, 1]) {
    if (max - minSeq(s, type) < 3) continue;
    // inc_min_seq: the oldest generation joins the next one
    for (const node of [0, 1]) {
      const from = genList(node, type, minSeq(s, type));
      for (let f = s.lruTail.at(from); f; f = s.lruTail.at(from)) {
        folioIncGen(s, f, from, genList(node, type, minSeq(s, type) + 1));
      }
    }
    s.set(s.scalar, type ? SCALAR.minSeqFile : SCALAR.minSeqAnon, minSeq(s, type) + 1);
  }
  for (const node of [0, 1]) {
    for (let l = 32 + node * 8; l < 40 + node * 8; l++) {
      for (let f = s.lruHead.at(l); f;) {
        const next = s.lruNext.at(f);
        const target = genList(node, isFileLru(s, f) ? 1 : 0, max);
        if (folioMapcount(s, f) && folioReferenced(s, f).ptes && l !== target) {
          folioIncGen(s, f, l, target);
        }
        f = next;
      }
    }
  }
  s.set(s.scalar, SCALAR.maxSeq, max + 1);
}

/** folio_inc_gen, folio_update_gen: to another generation; what was counted in the old one (LRU_REFS_FLAGS) is forgotten. */
function folioIncGen(s: State, folio: number, from: number, to: number): void {
  listDelete(s, from, folio);
  s.clearFlag(folio, PG.referenced | PG.workingset | PG.refs0 | PG.refs1);
  s.set(s.gen, folio, to + 1);
  lruRelink(s, folio);
}

function lruRelink(s: State, f: number): void {
  const list = s.gen.at(f) - 1;
  const head = s.lruHead.at(list);
  if (head) {
    s.set(s.lruPrev, head, f);
    s.set(s.lruNext, f, head);
  } else s.set(s.lruTail, list, f);
  s.set(s.lruHead, list, f);
  s.add(s.lruSize, list, s.nr(f));
}

/** try_to_shrink_lruvec, evict_folios: ages when the cold generations run out, evicts the oldest. */
export function genShrinkLruvec(s: State, node: number, priority: number, sc: ScanControl): number {
  lruAddDrain(s);
  const total = typeSize(s, node, 0) + typeSize(s, node, 1);
  if (!(total >> priority)) return 0;
  let reclaimed = 0;
  incMinSeq(s);
  const max = s.scalar.at(SCALAR.maxSeq);
  if (Math.min(minSeq(s, 0), minSeq(s, 1)) + MIN_NR_GENS > max - 0 || priority < 12) incMaxSeq(s);
  for (const type of [0, 1]) {
    const list = genList(node, type, minSeq(s, type));
    if (minSeq(s, type) + MIN_NR_GENS > s.scalar.at(SCALAR.maxSeq)) continue;
    const folios: number[] = [];
    for (let f = s.lruTail.at(list); f; f = s.lruTail.at(list)) {
      if (s.f.mglruSkipsDirtyFiles && type === 1 && s.has(f, PG.dirty | PG.writeback)) {
        // sort_folio: waiting for writeback, one generation on
        folioIncGen(s, f, list, genList(node, 1, minSeq(s, 1) + 1));
        s.setFlag(f, PG.reclaim);
        continue;
      }
      lruDelete(s, f, true);
      s.clearFlag(f, PG.lru);
      if (!s.has(f, PG.referenced)) s.clearFlag(f, PG.refs0 | PG.refs1);
      s.clearFlag(f, PG.referenced);
      s.setFlag(f, PG.isolated);
      folioGet(s, f);
      folios.push(f);
    }
    incMinSeq(s);
    if (!folios.length) continue;
    const taken = pagesOf(s, folios);
    const stat: ReclaimStat = { nrUnqueuedDirty: 0 };
    const n = shrinkFolioList(s, folios, sc, stat, false);
    s.count(type ? 'pgsteal_file' : 'pgsteal_anon', n);
    reclaimed += n;
    for (const f of folios) {
      if (!folioEvictable(s, f)) continue;
      if (s.has(f, PG.reclaim) && s.has(f, PG.dirty | PG.writeback)) {
        if (s.has(f, PG.workingset)) s.setFlag(f, PG.referenced);
        continue;
      }
      s.clearFlag(f, PG.referenced | PG.workingset | PG.refs0 | PG.refs1);
      s.setFlag(f, PG.active);
    }
    moveFoliosToLru(s, folios, true);
    if (s.f.mglruWakesFlusher && stat.nrUnqueuedDirty && stat.nrUnqueuedDirty === taken) wakeupFlusherThreads(s);
  }
  return reclaimed;
}
