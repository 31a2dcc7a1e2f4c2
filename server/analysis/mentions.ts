/** How often a name stands in the code of a function. */
import { countBefore } from '../../language/search.ts';
import type { FileAnalysis } from './file.ts';
import type { FunctionContext } from './context.ts';
import { perFunction } from './per-function.ts';

/** Names that were counted in the text of a function's body. */
const counted = perFunction(() => ({ text: '', counts: new Map<string, number>() }));

/**
 * Counts a variable's name in the text of a body, branches of conditionals that are not taken included; comments, members
 * and tags (`struct page`) of that name are none.
 */
export function mentions(file: FileAnalysis, f: FunctionContext, name: string): number {
  const { start, end } = f.def.bodySpan;
  const whole = file.unit.sources.slice(start, end);
  const known = counted(f);
  // the same body may come with other comments
  if (known.text !== whole) {
    known.text = whole;
    known.counts.clear();
  }
  const before = known.counts.get(name);
  if (before !== undefined) return before;
  let text = whole;
  const { comments } = file.unit;
  for (
    let i = countBefore(comments.length, (k) => comments[k]!.start < start);
    i < comments.length && comments[i]!.end <= end;
    i++
  ) {
    const c = comments[i]!;
    text = text.slice(0, c.start - start) + ' '.repeat(c.end - c.start) + text.slice(c.end - start);
  }
  const count = text.match(new RegExp(`(?<!struct\\s+)(?<![.>]\\s*)\\b${name}\\b`, 'g'))?.length ?? 0;
  known.counts.set(name, count);
  return count;
}
