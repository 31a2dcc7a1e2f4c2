/** Fix for a result that is not checked: the missing comparison, with the way out that the code around it takes. */
import type { IfStmt, Stmt } from '../../language/c/ast.ts';
import type { CountFault } from '../analysis/counts.ts';
import { signIn } from '../analysis/flow.ts';
import type { FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName } from '../analysis/context.ts';
import type { Fix } from '../findings.ts';
import {
  argSpan,
  defOf,
  edit,
  eolOf,
  holdsDirective,
  indentAt,
  indentUnit,
  locate,
  mentions,
  placesOf,
  slice,
  stripCasts,
} from './edits.ts';

const last = (s: Stmt): Stmt | undefined =>
  s.kind === 'block' ? (s.body.length ? last(s.body.at(-1)!) : undefined) : s;

/** The `if` behind the call that leaves on an error: `if (ret < 0) return ret;`. */
function errorCheck(stmts: readonly Stmt[], from: number, result: string): IfStmt | undefined {
  for (const s of stmts.slice(from, from + 3)) {
    if (s.kind !== 'if' || s.else || s.macro) continue;
    const t = stripCasts(s.test);
    if (t.kind !== 'binary' || !mentions(t.left, result)) continue;
    if ((t.op === '<' || t.op === '<=') && t.right.kind === 'num' && t.right.value === 0n) return s;
  }
  return undefined;
}

/** Between the start of the function and the call nothing was allocated or locked: there is nothing to undo. */
function nothingToUndo(f: FunctionContext, before: number): boolean {
  return f.calls.every((c) => {
    if (c.start >= before) return true;
    const effects = facts.call(calleeName(c) ?? '')?.effects ?? [];
    return (
      !effects.some((e) => e.kind === 'alloc' || e.kind === 'lock' || e.kind === 'ref') &&
      !facts.acquire(calleeName(c) ?? '')
    );
  });
}

/** Offers the check. */
export function insertCheck(file: FileAnalysis, fault: CountFault): readonly Fix[] {
  const { site, result } = fault;
  const f = file.functions.get(site.fn);
  const def = f && defOf(file, site.fn, site.call);
  const located = def && locate(def, site.call);
  if (!f || !def || !located || located.stmt.macro) return [];
  const place = placesOf(def).get(located.stmt);
  if (!place?.list || holdsDirective(file.unit.text, located.stmt)) return [];
  const roles = site.form?.params ?? [];
  const nrSpan = argSpan(file, site.call, roles.indexOf('nr'));
  const pagesSpan = argSpan(file, site.call, site.pagesArg);
  if (!nrSpan || !pagesSpan) return [];
  const nr = slice(file, nrSpan);
  const pages = slice(file, pagesSpan);
  const eol = eolOf(file.unit.text);
  const returnsInt = def.returns.kind === 'base' && /int|long/.test(def.returns.name);
  const canReturn = returnsInt && nothingToUndo(f, site.call.start);
  if (!result) {
    // one page: taken or not; of several the ones that were taken would be lost
    if (fault.kind !== 'ignored' || !located.whole || nr !== '1' || !canReturn) return [];
    const { stmt } = located;
    const inner = `${indentAt(file.unit.text, stmt.start)}${indentUnit(file, def)}`;
    return [
      {
        title: `Return if ${calleeName(site.call) ?? 'the call'}() takes no page`,
        safe: false,
        preferred: true,
        edits: [
          edit(file, site.call.start, site.call.start, 'if ('),
          edit(file, site.call.argsEnd, stmt.end, ` != 1)${eol}${inner}return -EFAULT;`),
        ],
      },
    ];
  }
  const unit = indentUnit(file, def);
  const release =
    site.kind === 'pin' ? `unpin_user_pages(${pages}, ${result});` : `release_pages(${pages}, ${result});`;
  const check = errorCheck(place.list, place.index + 1, result);
  if (fault.kind === 'short-passes' && check) {
    const exit = last(check.then);
    const indent = indentAt(file.unit.text, check.start);
    let out: string[];
    if (exit?.kind === 'return') {
      const v = exit.value && stripCasts(exit.value);
      const failing =
        v &&
        (signIn(v, new Map(), file.unit) === 1
          ? slice(file, v)
          : v.kind === 'id' && v.name === result
            ? '-EFAULT'
            : null);
      if (!failing) return [];
      out = [`return ${failing};`];
    } else if (exit?.kind === 'goto' && exit.label) out = [`${result} = -EFAULT;`, `goto ${exit.label};`];
    else return [];
    const lines = [`if (${result} != ${nr}) {`, `${unit}${release}`, ...out.map((l) => unit + l), '}'];
    return [
      {
        title: `Release the pages and fail if fewer than \`${nr}\` were taken`,
        safe: false,
        preferred: true,
        edits: [edit(file, check.end, check.end, lines.map((l) => `${eol}${indent}${l}`).join(''))],
      },
    ];
  }
  if (fault.kind !== 'error-passes' && fault.kind !== 'error-as-count') return [];
  const type = f.types.get(result);
  const signed = type?.kind === 'base' && !type.name.startsWith('unsigned') && type.name !== 'bool';
  if (!signed || !canReturn || located.stmt.kind === 'if') return [];
  const indent = indentAt(file.unit.text, located.stmt.start);
  return [
    {
      title: `Return if ${calleeName(site.call) ?? 'the call'}() failed`,
      safe: false,
      preferred: true,
      edits: [
        edit(
          file,
          located.stmt.end,
          located.stmt.end,
          `${eol}${indent}if (${result} < 0)${eol}${indent}${unit}return ${result};`,
        ),
      ],
    },
  ];
}
