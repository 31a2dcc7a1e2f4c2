/** How often a name stands in the code of a function. */
import { countBefore } from '../../language/search.ts';
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
  for (
    let i = countBefore(comments.length, (k) => comments[k]!.start < start);
    i < comments.length && comments[i]!.end <= end;
    i++
  ) {
    const c = comments[i]!;
    text = text.slice(0, c.start - start) + ' '.repeat(c.end - c.start) + text.slice(c.end - start);
  }
  return text.match(new RegExp(`(?<!struct\\s+)(?<![.>]\\s*)\\b${name}\\b`, 'g'))?.length ?? 0;
}
