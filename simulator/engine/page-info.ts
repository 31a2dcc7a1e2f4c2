/** One page in detail: counts, flags, the refcount as a stack of named parts, who maps it, what it holds. */
import { MAPPING, PG } from '../mm/flags.ts';
import { diskContent } from '../mm/fault.ts';
import { FS } from '../mm/filemap.ts';
import { holderWeight } from '../mm/holders.ts';
import { addressName, ownersOf, type Owner } from '../mm/owners.ts';
import { slotMm, slotVpn } from '../mm/pagetable.ts';
import { folioHasPincount, folioMapcount, folioMaybeDmaPinned, folioSlots, pageMapcount } from '../mm/rmap.ts';
import { folioLruList } from '../mm/lru.ts';
import { SCALAR, type State } from '../mm/state.ts';
import { cellOf, type PageMarks } from './cells.ts';
import { flagNames, mappingName, SHOWN_FLAGS, contentText } from './words.ts';
import { CELL_KIND, type Card, type Holder, type PageField, type PageInfo } from './snapshot-protocol.ts';
import type { Simulation } from '../scenario/index.ts';

const LISTS = ['inactive_anon', 'active_anon', 'inactive_file', 'active_file', 'unevictable'];
/** Bytes of a page that are sent. */
const BYTES = 64;

/** Holders with names and lines, of one folio only (heldRefs does it for all). */
function holdersOf(s: State, folio: number): Map<number, Owner[]> {
  const list: Owner[] = [];
  for (let h = 1; h < s.scalar.at(SCALAR.nextHandle); h++) {
    const first = s.handleFirst.at(h);
    let refs = 0;
    for (let i = first; i < first + s.handleNr.at(h); i++) {
      const p = s.slotPage.at(i);
      if (p && s.head(p) === folio) refs += holderWeight(s, h, p);
    }
    if (!refs) continue;
    const name = s.names.text(s.handleName.at(h));
    list.push({ kind: s.handlePin.at(h) ? 'driver' : 'handle', name: name.replace(/^h:/, ''), refs });
  }
  return new Map([[folio, list]]);
}

/** What the name of a reference says about where it was taken, and how. */
const TAKEN = / at line (\d+)(?: \((?:pin|get)\))?$/;

/** The parts of a folio's refcount, those with one reference each of the same kind together. */
export function holders(sim: Simulation, folio: number): Holder[] {
  const { s } = sim.model;
  const held = holdersOf(s, folio);
  const pins = new Set(held.get(folio)?.flatMap((o) => (o.kind === 'driver' ? [o.name] : [])));
  return ownersOf(sim.model, folio, held).map((o) => ({
    kind: o.kind === 'driver' && pins.has(o.name) ? 'pin' : o.kind === 'handle' ? 'get' : o.kind,
    name: o.name.replace(TAKEN, ''),
    refs: o.refs,
    line: Number(TAKEN.exec(o.name)?.[1] ?? 0),
  }));
}

/** What the card of a page says. `page` -1: nothing. */
export function card(sim: Simulation, page: number): Card {
  const { s } = sim.model;
  if (page < 0 || !s.has(s.head(page), PG.allocated)) return { title: '', holders: [] };
  const head = s.head(page);
  const slots = folioSlots(s, head);
  const mapping = s.mapping.at(head);
  const names = slots.map((slot) => addressName(s, slotMm(s, slot), slotVpn(s, slot)));
  if (mapping >= MAPPING.file) names.unshift(`${mappingName(s, mapping)}[${s.index.at(head) + page - head}]`);
  return { title: names.join(', '), holders: holders(sim, head) };
}

const KIND_TEXT: Readonly<Record<number, string>> = {
  [CELL_KIND.free]: 'free page',
  [CELL_KIND.anon]: 'anonymous page',
  [CELL_KIND.file]: 'page cache',
  [CELL_KIND.tmpfs]: 'tmpfs page',
  [CELL_KIND.dax]: 'DAX page (the storage itself)',
  [CELL_KIND.kernel]: 'memory of a driver',
  [CELL_KIND.zero]: 'the zero page',
  [CELL_KIND.hugetlb]: 'hugetlb page',
  [CELL_KIND.orphan]: 'page that belongs to nobody any more',
};

/** Values of the fields that have a history, as text by id. */
export function fieldValues(s: State, page: number): Map<string, string> {
  const head = s.head(page);
  const out = new Map<string, string>();
  out.set('refcount', String(s.refcount.at(head)));
  out.set('mapcount', String(s.order.at(head) ? folioMapcount(s, head) : pageMapcount(s, page)));
  if (folioHasPincount(s, head)) out.set('pincount', String(s.pincount.at(head)));
  out.set(
    'flags',
    flagNames(s.flags.at(head) | (s.flags.at(page) & (PG.anon_exclusive | PG.hwpoison))).join(' ') || 'none',
  );
  const mapping = s.mapping.at(head);
  out.set('mapping', mapping ? `${mappingName(s, mapping)}, index ${s.index.at(head) + page - head}` : 'none');
  out.set('contents', contentText(s, s.content.at(page)));
  if (s.has(head, PG.swapcache)) out.set('swap entry', `slot ${s.priv.at(head) + page - head}`);
  return out;
}

/** Details of a page at the present place. `before`: values of its fields and flags before the last step. */
export function pageInfo(
  sim: Simulation,
  page: number,
  marks: PageMarks,
  before: { fields: Map<string, string>; flags: number },
): PageInfo {
  const { s } = sim.model;
  const head = s.head(page);
  const order = s.order.at(head);
  const cell = cellOf(sim, page, marks);
  const slots = folioSlots(s, head).map((slot) => addressName(s, slotMm(s, slot), slotVpn(s, slot)));
  const kind = KIND_TEXT[cell & 15] ?? '';
  const mapping = s.mapping.at(head);
  const file = mapping >= MAPPING.file ? mappingName(s, mapping) : '';
  const zone = s.machine.zones[s.zoneOf(page)];
  const fields: PageField[] = [];
  for (const [id, value] of fieldValues(s, page)) {
    const old = before.fields.get(id);
    fields.push({ id, value, ...(old !== undefined && old !== value ? { before: old } : {}) });
  }
  const flags = s.flags.at(head);
  const content = s.contents.page(s.content.at(page));
  let nonZero = 0;
  for (const b of content) if (b) nonZero++;
  const dma: string[] = [];
  sim.bus.iommu.each((address, pfn, direction) => {
    if (pfn !== page) return;
    const way = ['both directions', 'device reads', 'device writes'][direction] ?? '';
    dma.push(`0x${address.toString(16)}000 · ${way}`);
  });
  const medium = mediumOf(s, page);
  const list = s.gen.at(head) ? `generation ${(s.gen.at(head) - 1) & 3}` : (LISTS[folioLruList(s, head)] ?? '');
  return {
    page,
    title: `${kind}${file ? ` of ${file}` : ''}${slots.length ? ` at ${slots[0]}` : ''}`,
    cell,
    zone: zone ? `ZONE_${zone.zone === 'DMA32' ? 'NORMAL' : zone.zone.toUpperCase()}, node ${zone.node}` : '',
    list: s.has(head, PG.lru) ? list : s.has(head, PG.batched) ? 'per-CPU batch' : 'on no LRU list',
    head,
    order,
    refcount: s.refcount.at(head),
    maybePinned: (cell & 15) !== CELL_KIND.free && folioMaybeDmaPinned(s, head),
    holders: holders(sim, head),
    fields,
    flags: SHOWN_FLAGS.map((name) => ({
      name,
      set: (flags & PG[name]) !== 0,
      changed: ((flags ^ before.flags) & PG[name]) !== 0,
    })),
    mappings: slots,
    dma,
    bytes: content.slice(0, BYTES),
    nonZero,
    ...(medium ? { medium } : {}),
    faults: sim.bus
      .faults()
      .filter((f) => f.pfn === page && f.kind !== 'iommu-fault')
      .map((f) => `${f.kind}: ${f.text}`),
  };
}

/** Where the data of a page lives outside of memory. */
function mediumOf(s: State, page: number): PageInfo['medium'] {
  const head = s.head(page);
  const mapping = s.mapping.at(head);
  if (mapping >= MAPPING.file) {
    const file = mapping - MAPPING.file;
    if (s.fileFs.at(file) === FS.tmpfs || s.fileFs.at(file) === FS['ext4-dax']) return undefined;
    const index = s.index.at(head) + page - head;
    const content = diskContent(s, file, index);
    return {
      name: `${mappingName(s, mapping)}[${index}] on the medium`,
      bytes: s.contents.page(content).slice(0, BYTES),
      same: s.contents.identical(content, s.content.at(page)),
    };
  }
  if (s.has(head, PG.swapcache)) {
    const slot = s.priv.at(head) + page - head;
    const content = s.swapContent.at(slot);
    return {
      name: `swap slot ${slot}`,
      bytes: s.contents.page(content).slice(0, BYTES),
      same: s.contents.identical(content, s.content.at(page)),
    };
  }
  return undefined;
}
