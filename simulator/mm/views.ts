/** What the kernel prints about pages and address spaces, from the model: dump_page(), /proc/PID/smaps, /proc/vmstat. */
import { MAPPING, PG, PTE, VM } from './flags.ts';
import { folioMapcount, folioMaybeDmaPinned, pageMapcount } from './rmap.ts';
import { ownersOf } from './owners.ts';
import { pmdSlot, pteSlot, PMD_NR } from './pagetable.ts';
import { isHugeZero, isZeroPage } from './thp.ts';
import { vmaKind, vmasIn } from './vma.ts';
import { VMSTAT } from './vmstat.ts';
import type { Model } from './model.ts';

const PRINTED = [
  'locked',
  'referenced',
  'uptodate',
  'dirty',
  'lru',
  'active',
  'workingset',
  'private',
  'reclaim',
  'swapcache',
  'swapbacked',
  'unevictable',
  'mlocked',
  'writeback',
  'hwpoison',
  'reserved',
] as const;

/** dump_page() (mm/debug.c) of a page, and who holds it. */
export function dumpPage(m: Model, pfn: number): string[] {
  const { s } = m;
  const head = s.head(pfn);
  const mapping = s.mapping.at(head);
  const hex = (n: number): string => `0x${n.toString(16)}`;
  const out = [
    `page: refcount:${s.refcount.at(head)} mapcount:${pageMapcount(s, pfn)} mapping:${mapping >= MAPPING.file ? s.names.text(s.fileName.at(mapping - MAPPING.file)) || 'a kernel file' : mapping ? 'anon' : 'none'} index:${hex(s.index.at(head) + pfn - head)} pfn:${hex(pfn)}`,
  ];
  if (s.order.at(head))
    out.push(
      `head: order:${s.order.at(head)} mapcount:${folioMapcount(s, head)} entire_mapcount:${s.entire.at(head)} pincount:${s.pincount.at(head)}`,
    );
  const flags = PRINTED.filter((f) => s.has(f === 'hwpoison' ? pfn : head, PG[f]));
  if (s.has(pfn, PG.anon_exclusive)) out.push(`flags: ${[...flags, 'anon_exclusive'].join('|')}`);
  else out.push(`flags: ${flags.join('|')}`);
  if (folioMaybeDmaPinned(s, head)) out.push('page_maybe_dma_pinned: yes');
  for (const o of ownersOf(m, head)) out.push(`held by ${o.name}: ${o.refs}`);
  return out;
}

/** One mapping as smaps tells it; sizes in kB. */
export interface SmapsEntry {
  /** First and one past the last virtual page. */
  start: number;
  end: number;
  kind: string;
  Rss: number;
  Pss: number;
  Shared: number;
  Private: number;
  Referenced: number;
  Anonymous: number;
  AnonHugePages: number;
  Swap: number;
  Locked: number;
}

/** /proc/PID/smaps (fs/proc/task_mmu.c) of an mm. */
export function smaps(m: Model, mm: number): SmapsEntry[] {
  const { s } = m;
  return vmasIn(s, mm, 0, 2 ** 31 - 1).map((vma) => {
    const e: SmapsEntry = {
      start: s.vmaStart.at(vma),
      end: s.vmaEnd.at(vma),
      kind: vmaKind(s, vma),
      Rss: 0,
      Pss: 0,
      Shared: 0,
      Private: 0,
      Referenced: 0,
      Anonymous: 0,
      AnonHugePages: 0,
      Swap: 0,
      Locked: 0,
    };
    for (let vpn = e.start; vpn < e.end; vpn++) {
      const pmd = pmdSlot(s, mm, vpn);
      const leaf = pmd !== 0 && (s.entf.at(pmd) & PTE.leaf) !== 0;
      const slot = leaf ? pmd : pteSlot(s, mm, vpn);
      const bits = slot ? s.entf.at(slot) : 0;
      if (bits & PTE.swap) e.Swap += 4;
      if (!(bits & PTE.present) || bits & PTE.special) continue;
      const page = leaf ? s.ent.at(slot) + (vpn & (PMD_NR - 1)) : s.ent.at(slot);
      const folio = s.head(page);
      if (isZeroPage(s, page) || isHugeZero(s, folio)) continue;
      const mapped = Math.max(1, pageMapcount(s, page));
      e.Rss += 4;
      e.Pss += 4 / mapped;
      e[mapped > 1 ? 'Shared' : 'Private'] += 4;
      if (bits & PTE.young || s.has(folio, PG.referenced)) e.Referenced += 4;
      const mapping = s.mapping.at(folio);
      if (mapping === MAPPING.anon || mapping === MAPPING.ksm) {
        e.Anonymous += 4;
        if (leaf && !s.has(folio, PG.hugetlb)) e.AnonHugePages += 4;
      }
      if (s.vmaFlags.at(vma) & VM.LOCKED) e.Locked += 4;
    }
    return e;
  });
}

/** /proc/vmstat: every counter by its name. */
export function vmstat(m: Model): Record<string, number> {
  return Object.fromEntries(VMSTAT.map((name, i) => [name, m.s.vmstat.at(i)]));
}
