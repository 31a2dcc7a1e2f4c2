/** Fix for pages given back clean: the release that dirties them. */
import { existsIn } from '../../language/kernel/index.ts';
import { calleeName } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { ReleaseSite } from '../analysis/groups.ts';
import type { Fix } from '../findings.ts';
import { argSpan, defOf, edit, eolOf, holdsDirective, indentAt, isLiteral, locate, placesOf, slice } from './edits.ts';

/** unpin_user_pages(p, n) → unpin_user_pages_dirty_lock(p, n, true); a put gets its set_page_dirty_lock(). */
export function dirtyRelease(file: FileAnalysis, release: ReleaseSite): readonly Fix[] {
  const { call } = release;
  const name = calleeName(call);
  const def = defOf(file, release.fn, call);
  if (!name || !def || !isLiteral(file, call)) return [];
  const arg = (i: number): string | undefined => {
    const span = argSpan(file, call, i);
    return span && slice(file, span);
  };
  const first = arg(0);
  if (!first) return [];
  const to = 'unpin_user_pages_dirty_lock';
  const known = existsIn(to, file.unit.target.kernel);
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
  if (name !== 'put_page' && name !== 'unpin_user_page') return [];
  const located = locate(def, call);
  if (!located?.whole || !placesOf(def).get(located.stmt)?.list || holdsDirective(file.unit.text, located.stmt))
    return [];
  const { stmt } = located;
  return [
    {
      title: 'Mark the page dirty with set_page_dirty_lock() first',
      safe: true,
      preferred: true,
      edits: [
        edit(
          file,
          stmt.start,
          stmt.start,
          `set_page_dirty_lock(${first});${eolOf(file.unit.text)}${indentAt(file.unit.text, stmt.start)}`,
        ),
      ],
    },
  ];
}
