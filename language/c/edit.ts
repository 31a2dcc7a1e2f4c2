/**
 * What was edited between two texts, and how far it reaches: in the kernel's style a brace in column 0, alone on its line, ends a
 * definition, and nothing in front of it matters to what stands behind. What was made of a text can be kept outside of the piece
 * that was edited; each reader makes sure that the ends of the piece are ends for what it reads as well.
 */
import type { Span } from './ast.ts';

/** A range that was replaced: from `start` to `oldEnd` in the earlier text, to `newEnd` in the later one. */
export interface Change {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** How much further down stands what is behind a change. */
export const shiftOf = ({ oldEnd, newEnd }: Change): number => newEnd - oldEnd;

/** Characters compared at once. */
const BLOCK = 1024;

/** The single replacement that turns one text into the other. */
export function changeBetween(before: string, after: string): Change {
  const limit = Math.min(before.length, after.length);
  let start = 0;
  while (start + BLOCK <= limit && before.slice(start, start + BLOCK) === after.slice(start, start + BLOCK))
    start += BLOCK;
  while (start < limit && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  const blockAt = (text: string): string => text.slice(text.length - tail - BLOCK, text.length - tail);
  while (tail + BLOCK <= limit - start && blockAt(before) === blockAt(after)) tail += BLOCK;
  while (
    tail < limit - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  return { start, oldEnd: before.length - tail, newEnd: after.length - tail };
}

/** The brace at `at + 1`, behind a line end, has its line for itself. */
function endsPiece(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 2);
  return next === 10 || (next === 13 && text.charCodeAt(at + 3) === 10);
}

/** Behind the first brace from `from` on that is in column 0 and has its line for itself; the end of the text if there is none. */
export function endOfPiece(text: string, from: number): number {
  for (let at = text.indexOf('\n}', from); at >= 0; at = text.indexOf('\n}', at + 2))
    if (endsPiece(text, at)) return at + 2;
  return text.length;
}

/** Behind the last such brace whose line ends in front of `upTo`; 0 if there is none. */
export function startOfPiece(text: string, upTo: number): number {
  for (let at = text.lastIndexOf('\n}', upTo); at >= 0; at = at === 0 ? -1 : text.lastIndexOf('\n}', at - 1))
    if (endsPiece(text, at) && at + (text.charCodeAt(at + 2) === 13 ? 4 : 3) <= upTo) return at + 2;
  return 0;
}

/** The piece that was edited: it begins and ends where pieces do, or the text does. Undefined: that would be all of the text. */
export function editedPiece(before: string, after: string): Change | undefined {
  const change = changeBetween(before, after);
  const from = startOfPiece(before, change.start);
  const to = endOfPiece(before, change.oldEnd);
  return from === 0 && to === before.length ? undefined : { start: from, oldEnd: to, newEnd: to + shiftOf(change) };
}

/** Where an offset of the earlier text, outside of what was replaced, is in the later one; NaN for one inside. */
export function movedOffset(change: Change, at: number): number {
  return at <= change.start ? at : at >= change.oldEnd ? at + shiftOf(change) : Number.NaN;
}

/** The same range, so much further down. */
export const movedBy = <T extends Span>(one: T, by: number): T => ({
  ...one,
  start: one.start + by,
  end: one.end + by,
});

/** What lies in front of, in, and behind the replaced range of the earlier text. */
export interface Cut<T> {
  readonly before: readonly T[];
  readonly inside: readonly T[];
  readonly behind: readonly T[];
}

/** Sorts ranges (which are in order of their starts) by where they lie; undefined if one lies across an end of the replaced range. */
export function cutAt<T extends Span>(ranges: readonly T[], start: number, end: number): Cut<T> | undefined {
  let first = 0;
  while (first < ranges.length && ranges[first]!.start < start) if (ranges[first++]!.end > start) return undefined;
  let last = first;
  while (last < ranges.length && ranges[last]!.start < end) if (ranges[last++]!.end > end) return undefined;
  return { before: ranges.slice(0, first), inside: ranges.slice(first, last), behind: ranges.slice(last) };
}
