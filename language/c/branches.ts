/** The conditionals of a file as they are written, and which text a kernel's compiler sees; for code about versions. */
import type { Span } from './ast.ts';
import { Environment } from './environment.ts';
import { preprocess } from './preprocessor.ts';
import { cleanArgument, scanText } from './scan.ts';
import type { MacroDef, Target, UncertainBranch } from './unit.ts';

/** One branch: the directive that opens it and the text up to the next one. */
export interface WrittenBranch extends Span {
  readonly directive: 'if' | 'ifdef' | 'ifndef' | 'elif' | 'elifdef' | 'elifndef' | 'else';
  /** What stands behind the directive, without comments; '' behind #else. */
  readonly condition: string;
  /** Range of the condition in the file. */
  readonly conditionSpan: Span;
}

/** #if … #endif, whatever its conditions are worth. */
export interface WrittenConditional extends Span {
  readonly branches: readonly WrittenBranch[];
}

/** Every conditional of a file, an outer one before those inside of it. */
export function writtenConditionals(text: string): WrittenConditional[] {
  const found: { start: number; end: number; branches: (WrittenBranch & { end: number })[] }[] = [];
  const open: typeof found = [];
  for (const d of scanText(text).directives) {
    const { name } = d;
    if (name === 'if' || name === 'ifdef' || name === 'ifndef') {
      const c = { start: d.start, end: text.length, branches: [] };
      found.push(c);
      open.push(c);
    }
    const c = open.at(-1);
    if (!c) continue;
    const last = c.branches.at(-1);
    if (name === 'endif') {
      if (last) last.end = d.start;
      c.end = d.end;
      open.pop();
    } else if (/^(if|el)/.test(name)) {
      if (last) last.end = d.start;
      c.branches.push({
        start: d.end,
        end: text.length,
        directive: name as WrittenBranch['directive'],
        condition: cleanArgument(text.slice(d.argStart, d.argEnd)),
        conditionSpan: { start: d.argStart, end: d.argEnd },
      });
    }
  }
  return found;
}

/** What the compiler of `target` sees of a file, at the offsets of the file, and the macros it defines there; headers are not looked at. */
export function compiledText(
  path: string,
  text: string,
  target: Target,
): {
  readonly text: string;
  readonly uncertain: readonly UncertainBranch[];
  readonly definitions: readonly MacroDef[];
} {
  const { raw, uncertain, definitions } = preprocess(path, text, scanText(text), new Environment(target, new Map()));
  return { text: raw, uncertain, definitions };
}

/** Does the compiler of `target` see the text at an offset? What is unknown counts as seen. Headers are not looked at. */
export function isCompiled(path: string, text: string, target: Target, offset: number): boolean {
  return compiledText(path, text, target).text[offset] === text[offset];
}
