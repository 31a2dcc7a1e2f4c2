/** Putting lines into a function: in front of a statement, behind a label, at the end; in the indentation of the place. */
import type { LabelStmt, Stmt } from '../../language/c/ast.ts';
import type { FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { TextEdit } from '../findings.ts';
import { edit, eolOf, holdsDirective, indentAt, indentUnit, isBlank, lineEnd, placesOf } from './edits.ts';

/** Puts a condition in front of a statement, which moves in by one step. */
export function guardStatement(file: FileAnalysis, f: FunctionContext, stmt: Stmt, test: string): TextEdit[] {
  const { text } = file.unit;
  const place = placesOf(f.def).get(stmt);
  if (!place || stmt.macro || holdsDirective(text, stmt)) return [];
  // an else behind it would become that of the new if
  if (!place.list && place.parent?.kind === 'if' && place.parent.else) return [];
  const step = indentUnit(file, f.def);
  const own = isBlank(text, text.lastIndexOf('\n', stmt.start - 1) + 1, stmt.start);
  if (!own) return [edit(file, stmt.start, stmt.start, `if (${test}) `)];
  const indent = indentAt(text, stmt.start);
  const edits = [edit(file, stmt.start, stmt.start, `if (${test})${eolOf(text)}${indent}${step}`)];
  for (let at = lineEnd(text, stmt.start); at < stmt.end; at = lineEnd(text, at))
    if (!/[\r\n]/.test(text[at] ?? '\n')) edits.push(edit(file, at, at, step));
  return edits;
}

/** Puts lines directly behind a label; an empty statement that stood for code there goes. */
export function insertBehindLabel(
  file: FileAnalysis,
  f: FunctionContext,
  label: LabelStmt,
  lines: readonly string[],
): TextEdit[] {
  const { text } = file.unit;
  const place = placesOf(f.def).get(label);
  if (!place?.list || label.macro) return [];
  const nl = eolOf(text);
  const next = place.list[place.index + 1];
  const colon = text.indexOf(':', label.start + label.name.length);
  if (colon < 0 || colon >= (next?.start ?? f.def.end)) return [];
  const code = place.list.slice(place.index + 1).find((s) => s.kind !== 'label' && s.kind !== 'empty');
  const indent = code && lineOnly(text, code) ? indentAt(text, code.start) : indentUnit(file, f.def);
  const added = lines.map((l) => nl + indent + l).join('');
  if (next?.kind === 'empty' && isBlank(text, colon + 1, next.start)) return [edit(file, colon + 1, next.end, added)];
  // behind a comment on the label's line
  const end = lineEnd(text, colon);
  const tail = file.unit.comments.find((c) => c.start > colon && c.end < end && isBlank(text, colon + 1, c.start));
  const at = tail ? tail.end : colon + 1;
  if (!isBlank(text, at, end)) return [];
  return [edit(file, at, at, added)];
}

const lineOnly = (text: string, s: Stmt): boolean => isBlank(text, text.lastIndexOf('\n', s.start - 1) + 1, s.start);

/** Puts lines in front of the closing brace of the function. */
export function insertAtEnd(file: FileAnalysis, f: FunctionContext, lines: readonly string[]): TextEdit[] {
  const { text } = file.unit;
  const close = f.def.bodySpan.end - 1;
  if (text[close] !== '}') return [];
  const nl = eolOf(text);
  const last = f.def.body().body.at(-1);
  const indent = last ? indentAt(text, last.start) || indentUnit(file, f.def) : indentUnit(file, f.def);
  const from = text.lastIndexOf('\n', close) + 1;
  if (isBlank(text, from, close)) return [edit(file, from, from, lines.map((l) => indent + l + nl).join(''))];
  return [edit(file, close, close, ` ${lines.join(' ')} `)];
}

/** Puts lines in front of a statement; braces are added where it is the unbraced body of an if or a loop. */
export function insertBefore(file: FileAnalysis, f: FunctionContext, stmt: Stmt, lines: readonly string[]): TextEdit[] {
  const { text } = file.unit;
  const place = placesOf(f.def).get(stmt);
  if (!place || stmt.kind === 'decl') return [];
  const nl = eolOf(text);
  const own = isBlank(text, text.lastIndexOf('\n', stmt.start - 1) + 1, stmt.start);
  if (place.list) {
    const indent = indentAt(text, stmt.start);
    return [
      edit(file, stmt.start, stmt.start, own ? lines.map((l) => l + nl + indent).join('') : `${lines.join(' ')} `),
    ];
  }
  const { parent } = place;
  if (!parent || parent.macro) return [];
  // behind the head's `)` or `else`
  let head = stmt.start;
  for (;;) {
    while (head > 0 && /\s/.test(text[head - 1]!)) head--;
    const c = file.unit.comments.find((x) => x.end === head && x.start > parent.start);
    if (!c) break;
    head = c.start;
  }
  if (holdsDirective(text, { start: head, end: stmt.end })) return [];
  const outerIndent = indentAt(text, text[head - 1] === ')' ? parent.start : head);
  const inner = own ? indentAt(text, stmt.start) : outerIndent + indentUnit(file, f.def);
  const edits: TextEdit[] = [];
  if (own) {
    edits.push(
      edit(file, head, head, ' {'),
      edit(file, stmt.start, stmt.start, lines.map((l) => l + nl + inner).join('')),
    );
  } else {
    edits.push(edit(file, head, stmt.start, ` {${nl}${inner}${lines.map((l) => l + nl + inner).join('')}`));
    if (!isBlank(text, head, stmt.start)) return [];
  }
  // behind the statement and a comment on its line
  const eol = lineEnd(text, stmt.end);
  let end = stmt.end;
  const tail = file.unit.comments
    .filter((c) => c.start >= stmt.end && c.start < eol && isBlank(text, stmt.end, c.start))
    .at(-1);
  if (tail && tail.end <= eol) end = tail.end;
  let next = end;
  while (next < text.length && /\s/.test(text[next]!)) next++;
  const isElse = parent.kind === 'if' && parent.then === stmt && parent.else !== undefined;
  if (isElse && text.startsWith('else', next)) edits.push(edit(file, end, next, `${nl}${outerIndent}} `));
  else if (isElse) return [];
  else edits.push(edit(file, end, end, `${nl}${outerIndent}}`));
  return edits;
}
