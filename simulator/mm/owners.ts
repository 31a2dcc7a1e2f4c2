/** Who refers to a page: every reference has a named owner, so that the refcount is the sum of its owners. */
import { MAPPING, PG } from './flags.ts';
import { SCALAR, type State } from './state.ts';
import { folioSlots } from './rmap.ts';
import { hugetlbCacheRefs } from './hugetlb.ts';
import { slotMm, slotVpn } from './pagetable.ts';
import { xaSlot } from './filemap.ts';
import { holderPages, holderWeight } from './holders.ts';
import type { Model } from './model.ts';

/** Kind of an owner. */
export type OwnerKind =
  | 'pte'
  | 'page-cache'
  | 'swap-cache'
  | 'buffers'
  | 'lru-batch'
  | 'isolation'
  | 'handle'
  | 'kernel-user'
  | 'driver'
  | 'poison'
  | 'unaccounted';
/** One named part of a refcount. */
export interface Owner {
  kind: OwnerKind;
  /** For people: `PTE of P at m[3]`, `page cache of Fm`, `handle h0`. */
  name: string;
  refs: number;
}

/** Name of a virtual page of an mm: `P:m[3]`. */
export function addressName(s: State, mm: number, vpn: number): string {
  let proc = '?';
  for (let p = 1; p < s.scalar.at(SCALAR.nextProc); p++)
    if (s.procMm.at(p) === mm) proc = s.names.text(s.procName.at(p));
  let best = -1;
  let name = '';
  for (let m = 1; m < s.scalar.at(SCALAR.nextMap); m++) {
    if (s.mapMm.at(m) !== mm || s.mapBase.at(m) > vpn || s.mapBase.at(m) < best) continue;
    best = s.mapBase.at(m);
    name = s.names.text(s.mapName.at(m));
  }
  return best < 0 ? `${proc}:0x${(vpn * 4096).toString(16)}` : `${proc}:${name}[${vpn - best}]`;
}

/** References that handles and kernel users hold, by folio: computed once for many folios. */
export function heldRefs(m: Model): Map<number, Owner[]> {
  const s = m.s;
  const out = new Map<number, Owner[]>();
  for (let h = 1; h < s.scalar.at(SCALAR.nextHandle); h++) {
    const full = s.names.text(s.handleName.at(h));
    const isHandle = full.startsWith('h:');
    for (const page of holderPages(s, h)) {
      const refs = holderWeight(s, h, page);
      if (!refs) continue;
      const head = s.head(page);
      const list = out.get(head) ?? [];
      const name = isHandle ? `handle ${full.slice(2)}${s.handlePin.at(h) ? ' (pin)' : ''}` : full;
      const same = list.find((o) => o.name === name);
      if (same) same.refs += refs;
      else list.push({ kind: isHandle ? 'handle' : 'kernel-user', name, refs });
      out.set(head, list);
    }
  }
  return out;
}

/** All owners of a folio's references. */
export function ownersOf(m: Model, folio: number, held: Map<number, Owner[]> = heldRefs(m)): Owner[] {
  const s = m.s;
  const out: Owner[] = [];
  for (const slot of folioSlots(s, folio))
    out.push({ kind: 'pte', name: `PTE of ${addressName(s, slotMm(s, slot), slotVpn(s, slot))}`, refs: 1 });
  const mapping = s.mapping.at(folio);
  if (mapping >= MAPPING.file && !s.has(folio, PG.driver)) {
    const file = mapping - MAPPING.file;
    if (s.xa.at(xaSlot(s, file, s.index.at(folio))) === folio) {
      out.push({
        kind: 'page-cache',
        name: `page cache of ${s.names.text(s.fileName.at(file)) || 'a kernel file'}`,
        refs: s.has(folio, PG.hugetlb) ? hugetlbCacheRefs(s) : s.nr(folio),
      });
    }
  }
  if (s.has(folio, PG.swapcache)) out.push({ kind: 'swap-cache', name: 'swap cache', refs: s.nr(folio) });
  if (s.has(folio, PG.private)) out.push({ kind: 'buffers', name: 'buffers of the file system', refs: 1 });
  if (s.has(folio, PG.batched)) out.push({ kind: 'lru-batch', name: 'LRU batch', refs: 1 });
  if (s.has(folio, PG.isolated)) out.push({ kind: 'isolation', name: 'isolation', refs: 1 });
  if (s.has(folio, PG.driver))
    out.push({ kind: 'driver', name: s.has(folio, PG.reserved) ? 'reserved memory' : 'its driver', refs: 1 });
  if (s.has(folio, PG.hwpoison)) out.push({ kind: 'poison', name: 'hwpoison', refs: 1 });
  out.push(...(held.get(folio) ?? []));
  if (s.stray.at(folio))
    out.push({ kind: 'unaccounted', name: 'nobody (mismatched calls, get_page)', refs: s.stray.at(folio) });
  return out;
}
