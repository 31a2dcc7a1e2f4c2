/** Where annotations stand: inside or outside of functions, in front of a function, and whether the points and processes that they name are there. */
import { scanText, skipString } from '../c/scan.ts';
import type { Annotation, AnnotationProblem } from './parse.ts';

/** A function of the file: its first character, and its body with the braces. */
export interface FunctionPlace {
  readonly name: string;
  readonly start: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/**
 * Function definitions of a text, found by their braces only: quick enough for every keystroke, and a line that is half written hides no
 * function behind it (a brace in column 0 ends whatever is open, as in the kernel's style).
 */
export function functionsOf(text: string): FunctionPlace[] {
  const { comments, directives } = scanText(text);
  const skip = [...comments, ...directives].sort((a, b) => a.start - b.start);
  const out: FunctionPlace[] = [];
  let next = 0;
  let depth = 0;
  /** First significant character of the declaration at hand, and its text without comments. */
  let start = -1;
  let head = '';
  let open: { name: string; start: number; bodyStart: number } | undefined;
  for (let i = 0; i < text.length; i++) {
    while (next < skip.length && skip[next]!.end <= i) next++;
    if (skip[next]?.start === i) {
      i = skip[next]!.end - 1;
      continue;
    }
    const c = text[i]!;
    if (c === '"' || c === "'") {
      i = skipString(text, i) - 1;
      head += '""';
    } else if (c === '{') {
      if (depth === 0) {
        const name = /\)\s*$/.test(head) ? nameOf(head) : undefined;
        open = name === undefined ? undefined : { name, start, bodyStart: i };
      }
      depth++;
    } else if (c === '}') {
      depth = text[i - 1] === '\n' || depth === 0 ? 0 : depth - 1;
      if (depth > 0) continue;
      if (open) {
        out.push({ ...open, bodyEnd: i + 1 });
        open = undefined;
        start = -1;
        head = '';
      }
    } else if (depth === 0) {
      if (c === ';') {
        start = -1;
        head = '';
      } else {
        if (start < 0 && c > ' ') start = i;
        head += c;
      }
    }
  }
  if (open) out.push({ ...open, bodyEnd: text.length });
  return out;
}

/** The name in front of the first parenthesis that belongs to no attribute. */
function nameOf(head: string): string | undefined {
  for (const m of head.matchAll(/\b([A-Za-z_]\w*)\s*\(/g))
    if (!/^(?:__\w+|typeof|if|for|while|switch)$/.test(m[1]!)) return m[1];
  return undefined;
}

/** A problem with the place of an annotation. */
export interface PlaceProblem extends AnnotationProblem {
  readonly severity: 'error' | 'warning';
}

/** What is wrong with the places of annotations, given the functions of the file. */
export function checkPlaces(list: readonly Annotation[], functions: readonly FunctionPlace[]): PlaceProblem[] {
  const problems: PlaceProblem[] = [];
  const say = ({ start, end }: Annotation, severity: 'error' | 'warning', message: string): void =>
    void problems.push({ start, end, severity, message });
  const points = new Set(
    list.flatMap((a) => (a.kind === 'action' && a.action.kind === 'point' ? [a.action.label] : [])),
  );
  const processes = new Set(list.flatMap((a) => (a.kind === 'process' ? [a.name] : [])));
  for (const a of list) {
    const inside = functions.some((f) => a.start > f.bodyStart && a.end < f.bodyEnd);
    const action = a.kind === 'action' || a.kind === 'at' ? a.action : undefined;
    if (a.kind === 'process' && !functions.some((f) => f.start > a.start))
      say(a, 'error', 'there is no function behind this annotation');
    if (a.kind === 'action' && !inside && a.action.kind !== 'fail' && a.action.kind !== 'short')
      say(a, 'error', `'${a.action.kind}' belongs into a function, or behind 'at POINT:'`);
    if (inside && a.kind !== 'at' && a.kind !== 'action' && a.kind !== 'property')
      say(a, 'warning', `'${a.kind}' stands outside of functions`);
    if (a.kind === 'at' && !points.has(a.label)) say(a, 'error', `there is no //@ point ${a.label}`);
    if ((action?.kind === 'fork' || action?.kind === 'exit') && processes.size > 0 && !processes.has(action.process))
      say(a, 'error', `there is no //@ process ${action.process}; there is ${[...processes].join(', ')}`);
  }
  return problems;
}
