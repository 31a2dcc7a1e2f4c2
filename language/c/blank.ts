/** Overwriting ranges of a text with spaces. */
import type { Span } from './ast.ts';
import { type Change, cutAt, editedPiece, movedBy, shiftOf } from './edit.ts';

/** A text, and what of it was overwritten. */
export interface Blanked {
  readonly text: string;
  /** In order of their starts. */
  readonly ranges: readonly Span[];
  /** The text without them; line ends stay. */
  readonly raw: string;
}

/** Overwrites ranges with spaces, line ends kept. */
export function blank(text: string, ranges: readonly Span[]): string {
  return ranges.length === 0 ? text : blankSorted(text, ranges.toSorted(inOrder));
}

/** The same, for one who will edit the text: outside of the piece that differs from an `earlier` text, that one's result is taken. */
export function blankAgain(text: string, unsorted: readonly Span[], earlier: Blanked | undefined): Blanked {
  const ranges = unsorted.toSorted(inOrder);
  return { text, ranges, raw: (earlier && blankEdited(text, ranges, earlier)) ?? blankSorted(text, ranges) };
}

const inOrder = (a: Span, b: Span): number => a.start - b.start;

function blankEdited(text: string, ranges: readonly Span[], earlier: Blanked): string | undefined {
  const piece = editedPiece(earlier.text, text);
  if (!piece) return undefined;
  const was = cutAt(earlier.ranges, piece.start, piece.oldEnd);
  const is = cutAt(ranges, piece.start, piece.newEnd);
  if (!was || !is || !isSame(was.before, is.before, 0) || !isSame(was.behind, is.behind, shiftOf(piece)))
    return undefined;
  return withPiece(earlier, piece, text, is.inside);
}

/** An earlier result with another piece in it, of which `inside` is overwritten. */
function withPiece(earlier: Blanked, piece: Change, text: string, inside: readonly Span[]): string {
  const ranges = inside.map((r) => movedBy({ start: r.start, end: r.end }, -piece.start));
  const middle = blankSorted(text.slice(piece.start, piece.newEnd), ranges);
  return earlier.raw.slice(0, piece.start) + middle + earlier.raw.slice(piece.oldEnd);
}

/** An earlier result where nothing but a piece has changed, of which `inside` is overwritten; undefined: a range goes across its end. */
export function blankPiece(
  earlier: Blanked,
  piece: Change,
  text: string,
  inside: readonly Span[],
): Blanked | undefined {
  const was = cutAt(earlier.ranges, piece.start, piece.oldEnd);
  if (!was) return undefined;
  const ranges = [...was.before, ...inside, ...was.behind.map((r) => movedBy(r, shiftOf(piece)))];
  return { text, ranges, raw: withPiece(earlier, piece, text, inside) };
}

function isSame(a: readonly Span[], b: readonly Span[], by: number): boolean {
  return a.length === b.length && a.every((r, i) => r.start + by === b[i]!.start && r.end + by === b[i]!.end);
}

function blankSorted(text: string, ranges: readonly Span[]): string {
  const out: string[] = [];
  let last = 0;
  for (const r of ranges) {
    const start = Math.max(r.start, last);
    if (r.end <= start) continue;
    out.push(text.slice(last, start), spaces(text, start, r.end));
    last = r.end;
  }
  out.push(text.slice(last));
  return out.join('');
}

const SPACES = ' '.repeat(256);

function spaces(text: string, start: number, end: number): string {
  let out = '';
  let at = start;
  for (;;) {
    const line = text.indexOf('\n', at);
    const stop = line < 0 || line >= end ? end : text.charCodeAt(line - 1) === 13 && line > at ? line - 1 : line;
    const n = stop - at;
    out += n <= 256 ? SPACES.slice(0, n) : ' '.repeat(n);
    if (stop === end) return out;
    out += text.slice(stop, line + 1);
    at = line + 1;
    if (at >= end) return out;
  }
}
