/** Fixes for mmap_lock: take it around the call, drop it before an exit, or use the call that fits the lock state. */
import type { CallExpr, Span } from '../../language/c/ast.ts';
import { existsIn, facts } from '../../language/kernel/index.ts';
import { compareVersions } from '../../language/kernel/version.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite } from '../analysis/sites.ts';
import type { Fix } from '../findings.ts';
import {
  argSpan,
  defOf,
  edit,
  eolOf,
  holdsDirective,
  indentAt,
  indentUnit,
  isLiteral,
  locate,
  placesOf,
  slice,
  statementAt,
} from './edits.ts';

/** The call as `name` takes it: the same values by role; null if a role has no value here. */
function rewritten(file: FileAnalysis, site: AcquireSite, name: string): Fix | null {
  const { call } = site;
  const { kernel } = file.unit.target;
  const to = facts.acquire(name);
  const form = to && facts.formIn(to, kernel);
  if (!form || !site.form || !existsIn(name, kernel) || !isLiteral(file, call) || !defOf(file, site.fn, call))
    return null;
  const args: string[] = [];
  for (const role of form.params) {
    const i = site.form.params.indexOf(role);
    const span = i < 0 ? undefined : argSpan(file, call, i);
    if (span) args.push(slice(file, span));
    else if (role === 'vmas' || role === 'locked') args.push('NULL');
    else return null;
  }
  return {
    title: `Use ${name}()`,
    safe: true,
    preferred: true,
    edits: [edit(file, call.callee.start, call.argsEnd, `${name}(${args.join(', ')})`)],
  };
}

const baseOf = (name: string): string => name.replace(/_(fast|unlocked|locked|remote)$/, '');

/** The mm whose lock the call needs, as text. */
function mmOf(file: FileAnalysis, site: AcquireSite): string {
  const i = site.form?.params.indexOf('mm') ?? -1;
  const span = i < 0 ? undefined : argSpan(file, site.call, i);
  return span ? slice(file, span) : 'current->mm';
}

const lockCalls = (file: FileAnalysis, mm: string): { take: string; drop: string } => {
  const old = compareVersions(file.unit.target.kernel, { major: 5, minor: 8, patch: 0 }) < 0;
  return old
    ? { take: `down_read(&${mm}->mmap_sem);`, drop: `up_read(&${mm}->mmap_sem);` }
    : { take: `mmap_read_lock(${mm});`, drop: `mmap_read_unlock(${mm});` };
};

/** The lock is not held: the variant that takes it itself, or the lock around the call. */
export function takeLock(file: FileAnalysis, site: AcquireSite): readonly Fix[] {
  const out: Fix[] = [];
  const base = baseOf(site.fact.name);
  if (!site.form?.params.includes('mm') && !site.form?.params.includes('tsk')) {
    const fast = rewritten(file, site, `${base}_fast`);
    if (fast) out.push(fast);
  }
  const around = lockAround(file, site.fn, site.call, mmOf(file, site));
  if (around) out.push(out.length ? { ...around, preferred: false } : around);
  return out;
}

function lockAround(file: FileAnalysis, fn: string, call: CallExpr, mm: string): Fix | null {
  const def = defOf(file, fn, call);
  const located = def && isLiteral(file, call) ? locate(def, call) : undefined;
  if (!def || !located || located.stmt.kind !== 'expr' || located.stmt.macro) return null;
  const { stmt } = located;
  if (holdsDirective(file.unit.text, stmt) || !placesOf(def).has(stmt)) return null;
  const eol = eolOf(file.unit.text);
  const { take, drop } = lockCalls(file, mm);
  const listed = placesOf(def).get(stmt)!.list !== null;
  const indent = indentAt(file.unit.text, stmt.start);
  const edits = listed
    ? [
        edit(file, stmt.start, stmt.start, `${take}${eol}${indent}`),
        edit(file, stmt.end, stmt.end, `${eol}${indent}${drop}`),
      ]
    : [
        edit(file, stmt.start, stmt.start, `{${eol}${indent}${take}${eol}${indent}`),
        edit(file, stmt.end, stmt.end, `${eol}${indent}${drop}${eol}${indent.slice(indentUnit(file, def).length)}}`),
      ];
  return { title: `Take mmap_lock around ${site(call)}()`, safe: false, preferred: true, edits };
}

const site = (call: CallExpr): string => (call.callee.kind === 'id' ? call.callee.name : 'the call');

/** The lock is held already: the variant that wants it held. */
export function keepLock(file: FileAnalysis, acquire: AcquireSite): readonly Fix[] {
  const plain = rewritten(file, acquire, baseOf(acquire.fact.name));
  return plain ? [plain] : [];
}

/** The lock is still held at an exit: drop it there. */
export function dropLock(file: FileAnalysis, fn: string, exit: Span, acquire: AcquireSite): readonly Fix[] {
  const f = file.functions.get(fn);
  const def = f && defOf(file, fn, acquire.call);
  const stmt = def && statementAt(def, exit.start);
  if (!def || stmt?.kind !== 'return' || stmt.macro || holdsDirective(file.unit.text, stmt)) return [];
  const { drop } = lockCalls(file, mmOf(file, acquire));
  const eol = eolOf(file.unit.text);
  const indent = indentAt(file.unit.text, stmt.start);
  const listed = placesOf(def).get(stmt)?.list;
  const edits = listed
    ? [edit(file, stmt.start, stmt.start, `${drop}${eol}${indent}`)]
    : [
        edit(file, stmt.start, stmt.start, `{${eol}${indent}${drop}${eol}${indent}`),
        edit(file, stmt.end, stmt.end, `${eol}${indent.slice(indentUnit(file, def).length)}}`),
      ];
  return [{ title: 'Drop mmap_lock before the return', safe: false, preferred: true, edits }];
}
