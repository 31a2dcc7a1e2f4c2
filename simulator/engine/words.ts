/** Values of the model in the kernel's words. */
import { MAPPING, PG, PTE, VM } from '../mm/flags.ts';
import { FS } from '../mm/filemap.ts';
import type { State } from '../mm/state.ts';

/** Page flags that people are shown, in the order of enum pageflags where they have a place there. */
export const SHOWN_FLAGS = [
  'locked',
  'writeback',
  'referenced',
  'uptodate',
  'dirty',
  'lru',
  'active',
  'workingset',
  'private',
  'reclaim',
  'swapbacked',
  'swapcache',
  'unevictable',
  'mlocked',
  'anon_exclusive',
  'hwpoison',
] as const;

/** Names of the page flags in a value; flags of the model's own are left out. */
export function flagNames(flags: number): string[] {
  return SHOWN_FLAGS.filter((f) => flags & PG[f]);
}
/** What became set and unset: `+dirty -active`; '' if only the model's own flags differ. */
export function flagChange(before: number, after: number): string {
  const out: string[] = [];
  for (const f of [...SHOWN_FLAGS, 'pinned' as const, 'batched' as const, 'isolated' as const]) {
    if ((before ^ after) & PG[f]) out.push(`${after & PG[f] ? '+' : '−'}${f === 'batched' ? 'in LRU batch' : f}`);
  }
  if ((before ^ after) & PG.allocated) out.unshift(after & PG.allocated ? 'allocated' : 'freed');
  return out.join(' ');
}
/** folio->mapping. */
export function mappingName(s: State, mapping: number): string {
  if (mapping >= MAPPING.file) return s.names.text(s.fileName.at(mapping - MAPPING.file)) || 'a kernel file';
  return mapping === MAPPING.anon ? 'anon' : mapping === MAPPING.ksm ? 'ksm' : 'none';
}
/** Bits of a page-table entry. */
export function pteNames(bits: number): string[] {
  const out: string[] = [];
  if (bits & PTE.present) out.push('present');
  if (bits & PTE.write) out.push('write');
  if (bits & PTE.dirty) out.push('dirty');
  if (bits & PTE.young) out.push('accessed');
  if (bits & PTE.exclusive) out.push('exclusive');
  if (bits & PTE.special) out.push('special');
  if (bits & PTE.protnone) out.push('protnone');
  if (bits & PTE.leaf) out.push('huge');
  if (bits & PTE.devmap) out.push('devmap');
  return out;
}
/** What an entry points to. */
export function pteTarget(value: number, bits: number): string {
  if (bits & PTE.present) return `page ${value}`;
  if (bits & PTE.swap) return `swap slot ${value}`;
  if (bits & PTE.migration) return `migration entry, page ${value}`;
  if (bits & PTE.hwpoison) return 'hwpoison entry';
  return 'nothing';
}
/** VMA flags as /proc/PID/maps and smaps abbreviate them. */
export function vmaFlagNames(flags: number): string {
  const rwx = `${flags & VM.READ ? 'r' : '-'}${flags & VM.WRITE ? 'w' : '-'}${flags & VM.SHARED ? 's' : 'p'}`;
  const more: string[] = [];
  if (flags & VM.LOCKED) more.push('locked');
  if (flags & VM.DONTCOPY) more.push('dontfork');
  if (flags & VM.PFNMAP) more.push('pfnmap');
  if (flags & VM.MIXEDMAP) more.push('mixedmap');
  if (flags & VM.IO) more.push('io');
  if (flags & VM.HUGETLB) more.push('hugetlb');
  return [rwx, ...more].join(' ');
}
/** Name of a file system. */
export function fsName(fs: number): string {
  return Object.entries(FS).find(([, v]) => v === fs)?.[0] ?? 'none';
}
/** The beginning of a page as text: its token, or bytes in hex; `zeroes` if it is empty. */
export function contentText(s: State, content: number): string {
  if (content === 0) return 'zeroes';
  const bytes = s.contents.page(content);
  if (!bytes.some((b) => b !== 0)) return 'zeroes';
  const token = s.contents.token(content);
  if (/^[!-~]{2,7}$/.test(token)) return `“${token}”`;
  if (bytes.every((b) => b === bytes[0])) return `all ${hex2(bytes[0]!)}`;
  let last = bytes.length;
  while (bytes[last - 1] === 0) last--;
  const text = [...bytes.subarray(0, Math.min(8, last))].map(hex2).join(' ');
  return last > 8 ? `${text} …` : text;
}
/** A byte in hex. */
function hex2(n: number): string {
  return n.toString(16).padStart(2, '0');
}
