/** Searching in what is sorted. */

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
