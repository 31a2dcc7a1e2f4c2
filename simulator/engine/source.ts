/** What is done to a source text before it runs: statements left out, failures forced; and advice on what can't be run. */
import type { Span, Stmt } from '../../language/c/index.ts';
import { load } from '../scenario/index.ts';
import type { LoadOptions } from './protocol.ts';

/** The text that runs. Offsets of what stands in it stay as they are. */
export function prepareSource(text: string, o: LoadOptions): string {
  const muted = o.muted?.length ? mute(text, new Set(o.muted)) : text;
  const extra = [
    ...(o.failures ?? []).map((f) => `//@ fail ${f.call} ${f.nth}`),
    ...(o.shortPin === undefined ? [] : [`//@ short-pin ${o.shortPin}`]),
  ];
  return extra.length ? `${muted}\n${extra.join('\n')}\n` : muted;
}

/** Leaves out the outermost statement that starts on each of these lines, and the annotations there. */
function mute(text: string, lines: ReadonlySet<number>): string {
  const starts: number[] = [];
  for (let i = 0, at = 0; at >= 0; i++) {
    if (lines.has(i + 1)) starts.push(at);
    const next = text.indexOf('\n', at);
    at = next < 0 ? -1 : next + 1;
  }
  const cuts: { span: Span; with: string }[] = [];
  const onLine = (offset: number): boolean =>
    starts.some((at) => offset >= at && !text.slice(at, offset).includes('\n'));
  const visit = (s: Stmt): void => {
    if (s.kind !== 'block' && s.kind !== 'case' && s.kind !== 'label' && onLine(s.start) && isWritten(s)) {
      if (s.kind !== 'decl') cuts.push({ span: s, with: ';' });
      else {
        // the variable stays, its value goes
        for (const d of s.decls) {
          if (!d.init || !isWritten(d.init)) continue;
          const equals = text.lastIndexOf('=', d.init.start);
          if (equals > d.start) cuts.push({ span: { start: equals, end: d.init.end }, with: '' });
        }
      }
      return;
    }
    for (const child of children(s)) visit(child);
  };
  for (const f of load(text).source.functions.values())
    if (f.start >= 0 && f.end <= text.length) for (const s of f.body.body) visit(s);
  for (const m of text.matchAll(/\/\/@/g))
    if (onLine(m.index)) cuts.push({ span: { start: m.index, end: m.index + 3 }, with: '// ' });
  let out = text;
  for (const { span, with: by } of cuts) {
    const old = out.slice(span.start, span.end);
    out = out.slice(0, span.start) + by + old.slice(by.length).replace(/[^\n]/g, ' ') + out.slice(span.end);
  }
  return out;

  function isWritten(s: Span): boolean {
    return s.start >= 0 && s.end <= text.length && s.end > s.start;
  }
}

function children(s: Stmt): Stmt[] {
  switch (s.kind) {
    case 'block':
      return [...s.body];
    case 'if':
      return s.else ? [s.then, s.else] : [s.then];
    case 'while':
    case 'do':
    case 'for':
    case 'foreach':
    case 'switch':
      return [s.body];
    case 'guard':
      return s.body ? [s.body] : [];
    default:
      return [];
  }
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/variable length/, 'Give the array a constant size, or allocate it with kmalloc_array().'],
  [/unknown type|is not defined/, 'Include the header that defines it, or declare it in this file.'],
  [
    /(?:is|are) not supported|can.t be|cannot do/,
    'Leave this out of the simulated code, for example with #ifndef __PINSCOPE__.',
  ],
  [
    /unknown annotation|is no fault/,
    'The annotations are listed in docs/annotations.md; completion offers them behind //@.',
  ],
  [/there is no \/\/@ point/, 'Write //@ point NAME at the statement that is meant.'],
  [/no function behind/, 'Write //@ process NAME on the line above the function that the process runs.'],
  [/schedule can’t be read/, 'Give one that `simulate --explore` reports, or see //@ schedule in docs/annotations.md.'],
  [/is not declared|undeclared|implicit/, 'Declare it, include its header, or define a stand-in in this file.'],
];
/** What to do about a problem of the source; '' if its message says all. */
export function adviceFor(message: string): string {
  return ADVICE.find(([pattern]) => pattern.test(message))?.[1] ?? '';
}
