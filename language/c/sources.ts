/**
 * Positions in several files at once. The positions of the file that is read are indices into its text; those of every other
 * file (a header, another file of the driver) lie in a range of that file's own further up. So a position says of which file it
 * is, and two of different files are never equal.
 */
import type { Span } from './ast.ts';

/** No file is that long. */
const RANGE = 2 ** 23;
const bases = new Map<string, number>();

/** Where the positions of a file begin when it is not the one that is read. */
export function baseOf(path: string): number {
  let base = bases.get(path);
  if (base === undefined) bases.set(path, (base = (bases.size + 1) * RANGE));
  return base;
}

/** A file that positions can lie in. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A place in the text of one file. */
export interface Located {
  readonly path: string;
  readonly text: string;
  readonly span: Span;
}

/** The texts behind the positions of a unit. */
export class Sources {
  private readonly others: ReadonlyMap<number, SourceFile>;

  constructor(
    readonly main: SourceFile,
    others: Iterable<SourceFile>,
  ) {
    this.others = new Map([...others].map((file) => [Math.floor(baseOf(file.path) / RANGE), file]));
  }

  /** Also with what lies in other units. */
  with(more: Iterable<Sources>): Sources {
    const files = [...this.others.values()];
    for (const sources of more) files.push(...sources.others.values());
    return new Sources(this.main, files);
  }

  /** File and place of a position; what lies in no known file is taken to be in the one that is read. */
  locate({ start, end }: Span): Located {
    const other = start < RANGE ? undefined : this.others.get(Math.floor(start / RANGE));
    if (!other) return { ...this.main, span: { start, end } };
    const base = baseOf(other.path);
    return { ...other, span: { start: start - base, end: end - base } };
  }

  /** The text between two positions of one file. */
  slice(start: number, end: number): string {
    const { text, span } = this.locate({ start, end });
    return text.slice(span.start, span.end);
  }
}

/** Tells the files of positions apart: 0 is the one that is read. */
export const fileNumber = (position: number): number => Math.floor(position / RANGE);

/** True of a position in the file that is read itself. */
export const isInMain = (position: number): boolean => position < RANGE;
