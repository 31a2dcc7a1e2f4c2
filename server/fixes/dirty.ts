/** Fix for pages given back clean: the release that dirties them. */
import type { CallExpr, Stmt } from '../../language/c/ast.ts';
import type { FunctionDef } from '../../language/c/unit.ts';
import { compareVersions } from '../../language/kernel/version.ts';
import { existsIn } from '../../language/kernel/index.ts';
import { calleeName } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { ReleaseSite } from '../analysis/sites.ts';
import type { Fix } from '../findings.ts';
import { argSpan, defOf, edit, eolOf, holdsDirective, indentAt, isLiteral, locate, placesOf, slice } from './edits.ts';

/** unpin_user_pages(p, n) → unpin_user_pages_dirty_lock(p, n, true); a put gets its set_page_dirty_lock(). */
export function dirtyRelease(file: FileAnalysis, release: ReleaseSite): readonly Fix[] {
  const { call } = release;
  const name = calleeName(call);
  const def = defOf(file, release.fn, call);
  if (!name || !def) return [];
  const arg = (i: number): string | undefined => {
    const e = call.args[i];
    // out of a macro's body: what was given to the macro is written here, what is not cannot be named
    if (call.macro) return e && !e.macro ? slice(file, e) : undefined;
    const span = argSpan(file, call, i);
    return span && slice(file, span);
  };
  const first = arg(0);
  if (!first) return [];
  const to = 'unpin_user_pages_dirty_lock';
  const known = existsIn(to, file.unit.target.kernel) && isLiteral(file, call);
  const change = (text: string): readonly Fix[] => [
    {
      title: 'Give the pages back with unpin_user_pages_dirty_lock(…, true)',
      safe: true,
      preferred: true,
      edits: [edit(file, call.callee.start, call.argsEnd, text)],
    },
  ];
  if (known && name === 'unpin_user_pages' && arg(1)) return change(`${to}(${first}, ${arg(1)!}, true)`);
  if (known && (name === to || name === 'unpin_user_page_range_dirty_lock') && arg(1))
    return change(`${name}(${first}, ${arg(1)!}, true)`);
  if (known && name === 'unpin_user_page' && /^[A-Za-z_]\w*(((->|\.)\w+)|\[\w+\])*$/.test(first))
    return change(`${to}(&${first}, 1, true)`);
  const mark = marking(file, call, name, first, arg(1));
  const stmt = statementOf(def, call);
  if (!mark || !stmt || holdsDirective(file.unit.text, stmt)) return [];
  const { text } = file.unit;
  const indent = indentAt(text, stmt.start);
  const place = placesOf(def).get(stmt);
  const before = edit(file, stmt.start, stmt.start, mark.map((l) => `${l}${eolOf(text)}${indent}`).join(''));
  // a macro's use ends in front of its semicolon; the only statement of a loop or an if gets its braces
  const end = stmt.end + (call.macro ? (/^\s*;/.exec(text.slice(stmt.end, stmt.end + 80))?.[0].length ?? 0) : 0);
  const head = behindHead(text, stmt.start);
  const outside = indentAt(text, place?.parent?.start ?? stmt.start);
  const edits = place?.list
    ? [before]
    : [edit(file, head, head, ' {'), before, edit(file, end, end, `${eolOf(text)}${outside}}`)];
  return [{ title: 'Mark the page dirty with set_page_dirty_lock() first', safe: true, preferred: true, edits }];
}

/** Lines that mark what the release gives back. */
function marking(
  file: FileAnalysis,
  call: CallExpr,
  name: string,
  first: string,
  count: string | undefined,
): readonly string[] | null {
  const { kernel } = file.unit.target;
  const plainName = /^[A-Za-z_]\w*(((->|\.)\w+)|\[\w+\])*$/.test(first);
  if (name === 'put_page' || name === 'unpin_user_page') return [`set_page_dirty_lock(${first});`];
  if (name === 'folio_put' || name === 'unpin_folio') {
    const inner =
      call.args[0]?.kind === 'call' && calleeName(call.args[0]) === 'page_folio' ? call.args[0].args[0] : undefined;
    if (inner && !inner.macro) return [`set_page_dirty_lock(${slice(file, inner)});`];
    // a folio is marked as its page before 6.13
    if (existsIn('folio_mark_dirty_lock', kernel)) return [`folio_mark_dirty_lock(${first});`];
    return plainName ? [`set_page_dirty_lock(&${first}->page);`] : null;
  }
  // declarations in the head of a loop: the kernel is C11 since 5.18
  if (
    name !== 'release_pages' ||
    !plainName ||
    !count ||
    compareVersions(kernel, { major: 5, minor: 18, patch: 0 }) < 0
  )
    return null;
  return [
    `for (unsigned long page_nr = 0; page_nr < ${count}; page_nr++)`,
    `\tset_page_dirty_lock(${first}[page_nr]);`,
  ];
}

/** The statement of the call; of a macro's, the use of the macro. */
function statementOf(def: FunctionDef, call: CallExpr): Stmt | undefined {
  if (!call.macro) {
    const located = locate(def, call);
    return located?.whole ? located.stmt : undefined;
  }
  return [...placesOf(def).keys()].find((s) => s.start === call.start && s.end >= call.end);
}

/** Just behind the last thing in front of the offset: the `)` of a loop's head. */
function behindHead(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && /\s/.test(text[at - 1]!)) at--;
  return at;
}
