/** States of a page in words, for screen readers, tool tips and the legend. */
import { CELL, CELL_KIND } from '../engine/snapshot-protocol.ts';
import { t, type TextId } from './strings.ts';

const KIND_TEXT: Readonly<Record<number, TextId>> = {
  [CELL_KIND.free]: 'free',
  [CELL_KIND.anon]: 'anon',
  [CELL_KIND.file]: 'file',
  [CELL_KIND.tmpfs]: 'tmpfs',
  [CELL_KIND.dax]: 'dax',
  [CELL_KIND.kernel]: 'kernelPage',
  [CELL_KIND.zero]: 'zero',
  [CELL_KIND.hugetlb]: 'hugetlb',
  [CELL_KIND.orphan]: 'orphan',
  [CELL_KIND.none]: 'none',
  [CELL_KIND.swap]: 'swap',
};
/** States in the order in which they are told: what matters most comes first. */
const STATES = [
  ['fault', CELL.fault],
  ['pinned', CELL.pinned],
  ['held', CELL.held],
  ['dma', CELL.dma],
  ['queued', CELL.queued],
  ['writeback', CELL.writeback],
  ['dirty', CELL.dirty],
  ['locked', CELL.locked],
  ['swapcache', CELL.swapcache],
  ['unevictable', CELL.unevictable],
] as const;

/** Name of a cell's kind. */
export function kindText(cell: number): string {
  return t(KIND_TEXT[cell & CELL.kind] ?? 'none');
}
/** States of a cell, most important first. Being mapped by nobody is one where pages usually are. */
export function stateTexts(cell: number): string[] {
  const out: string[] = STATES.filter(([, bit]) => cell & bit).map(([id]) => t(id));
  const kind = cell & CELL.kind;
  if (!(cell & CELL.mapped) && (kind === CELL_KIND.anon || kind === CELL_KIND.hugetlb)) out.push(t('unmapped'));
  return out;
}
/** A page in one sentence. */
export function describePage(page: number, cell: number, refs: number): string {
  const kind = cell & CELL.kind;
  const parts = [kindText(cell)];
  if (kind !== CELL_KIND.free && kind !== CELL_KIND.none && kind !== CELL_KIND.swap) parts.push(t('refcount', refs));
  parts.push(...stateTexts(cell));
  if (cell & CELL.changed) parts.push(t('changed'));
  return t('sayPage', page, parts.join(', '));
}
