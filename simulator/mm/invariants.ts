/** What must hold in every state, checked by tests after every step. */
import { LRU, folioLruList } from './lru.ts';
import { MAPPING, PG, PTE } from './flags.ts';
import { SCALAR, type State } from './state.ts';
import { folioMapcount, folioSlots } from './rmap.ts';
import { heldRefs, ownersOf } from './owners.ts';
import { isHugeZero, isZeroPage } from './thp.ts';
import { slotIsPmd } from './pagetable.ts';
import { xaSlot } from './filemap.ts';
import type { Model } from './model.ts';

/** Everything that is wrong with the present state; empty when all is well. `limit` violations at most. */
export function violations(m: Model, limit = 10): string[] {
  const s = m.s;
  const out: string[] = [];
  const bad = (text: string): void => {
    if (out.length < limit) out.push(text);
  };
  const held = heldRefs(m);
  const listed = checkLists(s, bad);
  s.machine.zones.forEach((zone, z) => {
    for (let pfn = zone.start; pfn < zone.start + zone.pages && out.length < limit; pfn++) {
      if (pfn >= s.zoneLow.at(z) && pfn < s.zoneHigh.at(z)) {
        pfn = s.zoneHigh.at(z) - 1;
        continue;
      }
      const flags = s.flags.at(pfn);
      if (!(flags & PG.allocated)) {
        if (flags & PG.bad_large || s.refcount.at(pfn) !== 0) continue;
        if (s.rmap.at(pfn) && s.mapcount.at(pfn) === 0) bad(`page ${pfn} is free but has a reverse map`);
        if (flags & PG.lru) bad(`page ${pfn} is free but on an LRU list`);
        continue;
      }
      if (s.tail.at(pfn)) continue;
      checkFolio(m, pfn, held, listed, bad);
    }
  });
  checkTables(s, bad);
  checkCaches(s, bad);
  return out;
}

function checkLists(s: State, bad: (t: string) => void): Map<number, number> {
  const listed = new Map<number, number>();
  for (let list = 0; list < 64; list++) {
    let size = 0;
    let prev = 0;
    for (let f = s.lruHead.at(list); f; f = s.lruNext.at(f)) {
      if (listed.has(f)) return (bad(`folio ${f} is on two LRU lists`), listed);
      if (s.lruPrev.at(f) !== prev) bad(`LRU list ${list}: back link of folio ${f}`);
      listed.set(f, list);
      size += s.nr(f);
      prev = f;
    }
    if (size !== s.lruSize.at(list)) bad(`LRU list ${list} holds ${size} pages and says ${s.lruSize.at(list)}`);
  }
  return listed;
}

function checkFolio(
  m: Model,
  f: number,
  held: ReturnType<typeof heldRefs>,
  listed: ReadonlyMap<number, number>,
  bad: (t: string) => void,
): void {
  const s = m.s;
  const nr = s.nr(f);
  const owners = ownersOf(m, f, held);
  const sum = owners.reduce((n, o) => n + o.refs, 0);
  if (sum !== s.refcount.at(f))
    bad(
      `folio ${f}: refcount ${s.refcount.at(f)}, owners ${sum} (${owners.map((o) => `${o.name} ${o.refs}`).join(', ')})`,
    );
  if (s.has(f, PG.isolated)) bad(`folio ${f} is still isolated`);
  let pte = 0;
  let pmd = 0;
  for (const slot of folioSlots(s, f)) {
    if (slotIsPmd(s, slot)) pmd++;
    else pte++;
    if (!(s.entf.at(slot) & PTE.present)) bad(`folio ${f}: slot ${slot} in its reverse map is not present`);
    else if (s.head(s.ent.at(slot)) !== f) bad(`folio ${f}: slot ${slot} maps another folio`);
  }
  let mapcount = 0;
  for (let i = 0; i < nr; i++) mapcount += s.mapcount.at(f + i);
  if (mapcount !== pte) bad(`folio ${f}: _mapcount ${mapcount}, PTEs ${pte}`);
  if (s.entire.at(f) !== pmd) bad(`folio ${f}: entire mapcount ${s.entire.at(f)}, PMDs ${pmd}`);
  if (nr > 1 && folioMapcount(s, f) !== pte + pmd)
    bad(`folio ${f}: folio_mapcount ${folioMapcount(s, f)}, mappings ${pte + pmd}`);
  if (nr > 1 && s.pincount.at(f) !== 0) {
    const pins = owners
      .filter((o) => (o.kind === 'handle' && o.name.endsWith('(pin)')) || o.name === 'io_uring')
      .reduce((n, o) => n + o.refs, 0);
    if (pins + s.strayPins.at(f) !== s.pincount.at(f) && !s.stray.at(f))
      bad(`folio ${f}: pincount ${s.pincount.at(f)}, pins held ${pins}`);
  }
  const on = listed.get(f);
  if (s.has(f, PG.lru)) {
    if (on === undefined) bad(`folio ${f} has PG_lru and is on no list`);
    else if (on < 32 && (on & 7) !== folioLruList(s, f))
      bad(`folio ${f} is on list ${on & 7}, its flags say ${folioLruList(s, f)}`);
    else if (on < 32 && (on & 7) === LRU.UNEVICTABLE && !s.has(f, PG.unevictable))
      bad(`folio ${f} is evictable on the unevictable list`);
  } else if (on !== undefined) bad(`folio ${f} is on list ${on} without PG_lru`);
}

/** Every present entry is in the reverse map of the page it maps. */
function checkTables(s: State, bad: (t: string) => void): void {
  const blocks = s.scalar.at(SCALAR.nextBlock);
  const swap = new Map<number, number>();
  for (let b = 1; b < blocks; b++) {
    const level = s.blockLevel.at(b);
    if (level !== 1 && level !== 2) continue;
    for (let i = b * 512; i < b * 512 + 512; i++) {
      const bits = s.entf.at(i);
      if (bits & PTE.swap) swap.set(s.ent.at(i), (swap.get(s.ent.at(i)) ?? 0) + 1);
      if (!(bits & PTE.present) || bits & PTE.table) continue;
      const page = s.ent.at(i);
      if (bits & PTE.special || isZeroPage(s, page) || isHugeZero(s, page)) continue;
      let at = s.rmap.at(page);
      while (at && at !== i) at = s.entNext.at(at);
      if (!at) bad(`slot ${i} maps page ${page}, which does not know it`);
      if (
        !s.has(page, PG.allocated) &&
        !s.has(page, PG.bad_large) &&
        s.refcount.at(page) === 0 &&
        !s.stray.at(page) &&
        s.mapcount.at(page) === 0
      )
        bad(`slot ${i} maps the free page ${page}`);
    }
  }
  for (let f = 1; f < s.scalar.at(SCALAR.nextFile); f++) {
    for (let i = 0; i < s.fileCap.at(f); i++) {
      const v = s.xa.at(xaSlot(s, f, i));
      if (v < 0) swap.set(-v, (swap.get(-v) ?? 0) + 1);
    }
  }
  for (const [e, n] of swap) if (s.swapCount.at(e) !== n) bad(`swap slot ${e}: count ${s.swapCount.at(e)}, users ${n}`);
}

/** The page cache and its pages agree. */
function checkCaches(s: State, bad: (t: string) => void): void {
  for (let f = 1; f < s.scalar.at(SCALAR.nextFile); f++) {
    for (let i = 0; i < s.fileCap.at(f); i++) {
      const page = s.xa.at(xaSlot(s, f, i));
      if (page <= 0) continue;
      const head = s.head(page);
      if (s.mapping.at(head) !== MAPPING.file + f && !s.has(head, PG.bad_large) && s.has(head, PG.allocated))
        bad(`page cache of file ${f} at ${i} holds page ${page} of another mapping`);
      else if (s.has(head, PG.allocated) && s.index.at(head) + (page - head) !== i)
        bad(`page ${page} is at index ${i} and says ${s.index.at(head)}`);
    }
  }
}
