/** How often a name stands in the code of a function. */
import type { Span } from '../../language/c/ast.ts';
import type { FileAnalysis } from './file.ts';
import type { FunctionContext } from './context.ts';

/**
 * Counts a variable's name in the text of a body, branches of conditionals that are not taken included; comments, members
 * and tags (`struct page`) of that name are none.
 */
export function mentions(file: FileAnalysis, f: FunctionContext, name: string): number {
  const { start, end } = f.def.bodySpan;
  let text = file.unit.sources.slice(start, end);
  const { comments } = file.unit;
  for (let i = firstFrom(comments, start); i < comments.length && comments[i]!.end <= end; i++) {
    const c = comments[i]!;
    text = text.slice(0, c.start - start) + ' '.repeat(c.end - c.start) + text.slice(c.end - start);
  }
  return text.match(new RegExp(`(?<!struct\\s+)(?<![.>]\\s*)\\b${name}\\b`, 'g'))?.length ?? 0;
}

/** Index of the first of the spans, which stand in order, that does not begin before `at`. */
function firstFrom(spans: readonly Span[], at: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.start < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
