/** Fix for a release that comes too early: it moves behind the last use. */
import type { Stmt } from '../../language/c/ast.ts';
import type { LateUse } from '../analysis/afterlife.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { isPure, removeSpan } from './edits.ts';
import type { Fix } from '../findings.ts';
import { defOf, edit, eolOf, holdsDirective, indentAt, locate, placesOf, slice, statementAt } from './edits.ts';

/** The statement of `list` that holds the offset. */
const holder = (list: readonly Stmt[], from: number, offset: number): Stmt | undefined =>
  list.slice(from).find((s) => s.start <= offset && offset < s.end);

/** Moves the statement that releases (with the loop or `if` around it) behind the statement that holds the late use. */
export function moveRelease(file: FileAnalysis, use: LateUse): readonly Fix[] {
  const { call } = use.release;
  const def = defOf(file, use.fn, call);
  const located = def && locate(def, call);
  if (!def || !located?.whole || located.stmt.macro) return [];
  const map = placesOf(def);
  let stmt: Stmt = located.stmt;
  for (;;) {
    const place = map.get(stmt);
    if (!place) return [];
    const behind = place.list && holder(place.list, place.index + 1, use.at.start);
    if (place.list && behind) {
      const between = place.list.slice(place.index + 1, place.list.indexOf(behind) + 1);
      // what is moved over must not leave the function, or the pages would be kept there
      if (between.some((s) => leaves(s)) || behind.kind === 'decl' || behind.kind === 'label') return [];
      if (!call.args.every(isPure) || holdsDirective(file.unit.text, { start: stmt.start, end: behind.end })) return [];
      const { text } = file.unit;
      return [
        {
          title: 'Release the pages behind the last use',
          safe: false,
          preferred: true,
          edits: [
            removeSpan(file, stmt),
            edit(file, behind.end, behind.end, `${eolOf(text)}${indentAt(text, stmt.start)}${slice(file, stmt)}`),
          ],
        },
      ];
    }
    const parent = place.parent;
    if (!parent || statementAt(def, parent.start) === undefined || parent.kind === 'switch') return [];
    stmt = parent;
  }
}

function leaves(s: Stmt): boolean {
  switch (s.kind) {
    case 'return':
    case 'goto':
    case 'break':
    case 'continue':
    case 'label':
    case 'case':
      return true;
    case 'block':
      return s.body.some(leaves);
    case 'if':
      return leaves(s.then) || (s.else !== undefined && leaves(s.else));
    case 'for':
    case 'while':
    case 'do':
    case 'foreach':
      return leaves(s.body);
    default:
      return false;
  }
}
