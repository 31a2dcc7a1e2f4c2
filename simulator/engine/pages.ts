/** Pages as trees of values: counts, flags, holders, contents. */
import { type Kernel } from '../machine/index.ts';
import { folioMapcount, folioMaybeDmaPinned, heldRefs, MAPPING, ownersOf, PG, readFrame } from '../machine/model.ts';

/** Flags that the kernel has; the others are the model's own. */
const KERNEL_FLAGS = Object.entries(PG).filter(
  ([name]) =>
    !['batched', 'isolated', 'allocated', 'tail', 'driver', 'refs0', 'refs1', 'bad_large', 'pinned'].includes(name),
);

/** Pins of a folio: exact for large ones, what GUP_PIN_COUNTING_BIAS makes of the refcount for small ones. */
export function pagePincount(k: Kernel, head: number): number {
  const { s } = k.model;
  return s.order.at(head) > 1 ? s.pincount.at(head) : Math.floor(s.refcount.at(head) / 1024);
}

/** Frames that something of the run has to do with: allocated, and held by more than the machine at its start. */
export function pagesInUse(k: Kernel): number[] {
  const { s } = k.model;
  const out: number[] = [];
  const n = s.flags.data.length;
  for (let pfn = 0; pfn < n; pfn++) {
    const flags = s.flags.data[pfn]!;
    if (flags & PG.allocated && !(flags & PG.tail) && !(flags & PG.reserved)) out.push(pfn);
  }
  return out;
}

/** One row of a page's tree. */
export interface PageRow {
  readonly name: string;
  readonly value: string;
  /** Field that can be watched. */
  readonly field?: 'refcount' | 'mapcount' | 'pincount';
  readonly rows?: readonly PageRow[];
}

/** A page in one line. */
export function pageLine(k: Kernel, pfn: number): string {
  const { s } = k.model;
  const head = s.head(pfn);
  const pins = pagePincount(k, head);
  const parts = [`refcount ${s.refcount.at(head)}`, `mapcount ${folioMapcount(s, head)}`];
  if (pins || folioMaybeDmaPinned(s, head)) parts.push(`pincount ${pins}`);
  if (!(s.flags.at(pfn) & PG.allocated)) return 'free';
  const where = whereMapped(k, pfn);
  if (where) parts.push(where);
  return parts.join(', ');
}
function whereMapped(k: Kernel, pfn: number): string {
  const { s } = k.model;
  const head = s.head(pfn);
  const mapping = s.mapping.at(head);
  if (mapping >= MAPPING.file) {
    const name = s.names.text(s.fileName.at(mapping - MAPPING.file));
    return name ? `${name} page ${s.index.at(head)}` : '';
  }
  return mapping ? 'anonymous' : '';
}

/** Everything about a page. */
export function pageRows(k: Kernel, pfn: number): PageRow[] {
  const m = k.model;
  const { s } = m;
  const head = s.head(pfn);
  const flags = KERNEL_FLAGS.filter(([, bit]) =>
    s.has(bit === PG.hwpoison || bit === PG.anon_exclusive ? pfn : head, bit),
  );
  const owners = ownersOf(m, head, heldRefs(m));
  const pins = holdersByCall(k, head);
  const rows: PageRow[] = [
    { name: 'refcount', value: String(s.refcount.at(head)), field: 'refcount' },
    { name: 'mapcount', value: String(folioMapcount(s, head)), field: 'mapcount' },
    { name: 'pincount', value: String(pagePincount(k, head)), field: 'pincount' },
    { name: 'maybe pinned', value: folioMaybeDmaPinned(s, head) ? 'yes' : 'no' },
    { name: 'flags', value: flags.map(([name]) => name).join(' ') || 'none' },
    {
      name: 'holders',
      value: `${owners.length}`,
      rows: owners.map((o) => ({ name: o.name, value: `${o.refs} reference${o.refs === 1 ? '' : 's'}` })),
    },
    { name: 'mapping', value: whereMapped(k, pfn) || 'none' },
    { name: 'index', value: String(s.index.at(head)) },
    { name: 'zone', value: s.machine.zones[s.zoneOf(pfn)]?.zone ?? 'none' },
  ];
  if (pins.length) rows.splice(6, 0, { name: 'taken by', value: String(pins.length), rows: pins });
  if (s.order.at(head)) rows.push({ name: 'folio', value: `${s.nr(head)} pages from ${head}` });
  rows.push({ name: 'contents', value: hex(readFrame(s, pfn, 0, 16)) });
  return rows;
}
/** The calls that took references which are still held. */
function holdersByCall(k: Kernel, head: number): PageRow[] {
  const out: PageRow[] = [];
  for (let r = 1; r <= k.pins.count; r++) {
    if (k.pins.get(r, 'live') !== 1 || k.model.s.head(k.pins.get(r, 'pfn')) !== head) continue;
    const line = k.lineOf(k.pins.get(r, 'span'));
    out.push({
      name: `${k.nameText(k.pins.get(r, 'call'))}()`,
      value: `${k.pins.get(r, 'pin') === 1 ? 'pin' : 'reference'} taken at line ${line} by ${k.actorName(k.pins.get(r, 'thread'))}`,
    });
  }
  return out;
}
function hex(bytes: Uint8Array): string {
  return `${Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ')} …`;
}
