/** Searching in what is sorted, and in texts. */

/** How many of the first `length` places come before the first one that `isBefore` denies; it must deny all that follow. */
export function countBefore(length: number, isBefore: (i: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Tells the line of an offset in a text, from 1. */
export function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return (offset) => countBefore(starts.length, (i) => starts[i]! <= offset);
}

/** A letter, a digit or an underscore, by its code. */
export const isWordPart = (c: number): boolean =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 95;

/** Where a word stands next in a text, from an offset on, not as a part of another word; -1: nowhere. */
export function nextWord(text: string, word: string, from = 0): number {
  for (let at = text.indexOf(word, from); at >= 0; at = text.indexOf(word, at + 1))
    if (!isWordPart(text.charCodeAt(at - 1)) && !isWordPart(text.charCodeAt(at + word.length))) return at;
  return -1;
}
