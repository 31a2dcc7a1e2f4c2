/** How often a name stands in the code of a function. */
import type { FunctionDef } from '../../language/c/unit.ts';
import { countBefore, nextWord } from '../../language/search.ts';
import type { FileAnalysis } from './file.ts';
import type { FunctionContext } from './context.ts';
import { perDefinition, perFunction, perSurroundings } from './per-function.ts';

/**
 * A function of an analysed file and of one of its functions that keeps its results as long as what stands around the function does,
 * and as its body's text does: comments, and branches of conditionals that are not taken, included.
 */
export function perBody<T>(
  compute: (file: FileAnalysis, f: FunctionContext) => T,
): (file: FileAnalysis, f: FunctionContext) => T {
  const known = perSurroundings((): { text?: string; value?: T } => ({}));
  return (file, f) => {
    const kept = known(file, f);
    const text = file.unit.sources.slice(f.def.bodySpan.start, f.def.bodySpan.end);
    if (kept.text !== text) {
      kept.value = compute(file, f);
      kept.text = text;
    }
    return kept.value!;
  };
}

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

/** The text of a body without comments. */
export const bodyText = perDefinition((def) => {
  const text = def.source;
  const body = text.slice(text.indexOf('{'));
  return body.includes('/*') || body.includes('//') ? body.replace(/\/\*[^]*?\*\/|\/\/.*/g, ' ') : body;
});

/** How a name stands in the text of a body. */
interface Standing {
  /** Behind `&`. */
  readonly given: number;
  /** In front of an assignment. */
  readonly written: number;
  /** In all other places. */
  readonly read: number;
}

/** Counts as `mentions` does, but by the text alone: to ask whether a function is worth reading for what `mentions` says. */
export function standing(def: FunctionDef, name: string): Standing {
  const text = bodyText(def);
  let [given, written, read] = [0, 0, 0];
  for (let at = nextWord(text, name); at >= 0; at = nextWord(text, name, at + 1)) {
    let before = at - 1;
    while (before >= 0 && text.charCodeAt(before) <= 32) before--;
    const c = text[before];
    if (c === '.' || c === '>' || (before < at - 1 && text.endsWith('struct', before + 1))) continue;
    if (c === '&') given++;
    else if (/^\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)/.test(text.slice(at + name.length, at + name.length + 16))) written++;
    else read++;
  }
  return { given, written, read };
}

/** Names that a body declares as pointers to pages, as far as its text shows. */
export const pagePointers = perDefinition((def): readonly string[] => {
  const out: string[] = [];
  for (const [, first, rest] of bodyText(def).matchAll(
    /\b(?:page|folio)\s*\*[\s*]*(?:(?:const|volatile|restrict|__\w+)\s+)*(\w+)([^;{}]*)/g,
  )) {
    out.push(first!);
    for (const [, next] of rest!.matchAll(/,[\s*]*\*[\s*]*(?:(?:const|volatile|restrict|__\w+)\s+)*(\w+)/g))
      out.push(next!);
  }
  return out;
});

/** Names that a body gives by their address, as far as its text shows. */
export const givenByAddress = perDefinition((def): readonly string[] =>
  Array.from(bodyText(def).matchAll(/&\s*(\w+)\s*[,)]/g), ([, name]) => name!),
);
