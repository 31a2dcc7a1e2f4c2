/** Hover on calls of the gup family and FOLL_* flags (what it takes, how to give it back, since which kernel) and on `//@` annotations. */
import { MarkupKind, type Hover } from 'vscode-languageserver';
import { annotationAt } from '../../language/annotations/index.ts';
import { describeAcquire, describeFlag, existsIn, formatVersion } from '../../language/kernel/index.ts';
import type { KernelVersion } from '../../language/c/unit.ts';
import { toRange } from './convert.ts';
import { stopIf, type Session } from './session.ts';

/** textDocument/hover on the gup family, its flags, and annotations. */
export function registerHover(session: Session): void {
  session.connection.onHover(async ({ textDocument: { uri }, position }, token): Promise<Hover | null> => {
    const { kernelVersions } = await session.settings.get(uri);
    stopIf(token);
    const document = session.documents.get(uri);
    if (!document) return null;
    const text = document.getText();
    const note = annotationAt(text, document.offsetAt(position));
    if (note) return { contents: { kind: MarkupKind.Markdown, value: note.text }, range: toRange(document, note) };
    const word = wordAt(text, document.offsetAt(position));
    if (!word || !isCode(text, word.start)) return null;
    const value = describe(text.slice(word.start, word.end), kernelVersions);
    return value === undefined
      ? null
      : { contents: { kind: MarkupKind.Markdown, value }, range: toRange(document, word) };
  });
}

function describe(name: string, kernels: readonly KernelVersion[]): string | undefined {
  const [first, ...others] = kernels;
  if (!first) return undefined;
  const text = describeAcquire(name, first) ?? describeFlag(name, first);
  const missing = others.filter((kernel) => text !== undefined && !name.startsWith('FOLL_') && !existsIn(name, kernel));
  return missing.length === 0 ? text : `${text}\n\n**Not in Linux ${missing.map(formatVersion).join(', ')}.**`;
}

function wordAt(text: string, offset: number): { start: number; end: number } | undefined {
  let start = offset;
  let end = offset;
  while (start > 0 && /\w/.test(text[start - 1] ?? '')) start--;
  while (end < text.length && /\w/.test(text[end] ?? '')) end++;
  return start < end ? { start, end } : undefined;
}

/** Is the offset neither in a comment nor in a string? */
function isCode(text: string, offset: number): boolean {
  for (const match of text.matchAll(/\/\*[^]*?(?:\*\/|$)|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g)) {
    if (match.index > offset) return true;
    if (offset < match.index + match[0].length) return false;
  }
  return true;
}
