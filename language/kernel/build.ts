/** Short forms in which the fact tables of this folder are written. */
import type { KernelVersion } from '../c/unit.ts';
import type { CallFact, Effect, PagesArg, VersionRange } from './types.ts';
import { isVersionError, parseVersion } from './version.ts';

/** A version written in a table. Throws for one that `parseVersion` refuses: the table is wrong. */
export function v(text: string): KernelVersion {
  const version = parseVersion(text);
  if (isVersionError(version)) throw new RangeError(version.error);
  return version;
}

/** Half-open range; "" stands for "always" / "still". */
export function range(since: string, until = ''): VersionRange {
  return { since: since ? v(since) : null, until: until ? v(until) : null };
}

/** What a row says beyond names and effects. */
export interface RowExtra {
  readonly since?: string;
  readonly until?: string;
  readonly replacedBy?: string;
  readonly prototype?: string;
  readonly doc?: string;
  /** Kernel file, where it is another than the table's. */
  readonly source?: string;
}

/** One line of a table: several calls (names parted by spaces) of the same effects. */
export interface Row extends RowExtra {
  readonly names: string;
  readonly effects: readonly Effect[];
}

/** A line of a table. */
export function row(names: string, effects: readonly Effect[], extra: RowExtra = {}): Row {
  return { names, effects, ...extra };
}

/** The facts of a table whose calls are declared in the kernel file `source`. */
export function table(source: string, rows: readonly Row[]): readonly CallFact[] {
  return rows.flatMap((line) =>
    words(line.names).map((name) => ({
      name,
      effects: line.effects,
      ...range(line.since ?? '', line.until ?? ''),
      source: line.source ?? source,
      ...(line.replacedBy === undefined ? {} : { replacedBy: line.replacedBy }),
      ...(line.prototype === undefined ? {} : { prototype: line.prototype }),
      ...(line.doc === undefined ? {} : { doc: line.doc }),
    })),
  );
}

/** Words of a text, by white space. */
export function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

const named =
  (as: PagesArg['as']) =>
  (arg: number, count?: number): PagesArg =>
    count === undefined ? { arg, as } : { arg, as, count };

/** Argument `arg` is a `struct page *` (with `count`: the first of so many consecutive pages). */
export const page = named('page');
/** Argument `arg` is a `struct page **` with `count` entries. */
export const pages = named('page-array');
/** Argument `arg` is a `struct folio *`. */
export const folio = named('folio');
/** Argument `arg` is a `struct folio **` with `count` entries. */
export const folios = named('folio-array');
/** Argument `arg` is a `struct scatterlist *` with `count` entries. */
export const sg = named('sg');
/** Argument `arg` is a `struct sg_table *`. */
export const sgTable = named('sg-table');
/** Argument `arg` is a `struct bio *`. */
export const bio = named('bio');
/** Argument `arg` is a page frame number or a physical address. */
export const pfn = named('pfn');
/** Argument `arg` is a kernel address within the page. */
export const vaddr = named('vaddr');
/** Argument `arg` is a DMA address. */
export const dmaAddr = named('dma-addr');
