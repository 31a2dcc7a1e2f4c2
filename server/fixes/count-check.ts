/** Fixes for a result that is not checked, or not for all that it can be: the missing comparison, with the way out that the function has. */
import type { Expr, IfStmt, Stmt } from '../../language/c/ast.ts';
import type { FunctionDef } from '../../language/c/unit.ts';
import { walkExpr } from '../../language/c/index.ts';
import type { CountFault } from '../analysis/counts.ts';
import { signIn } from '../analysis/flow.ts';
import { calleeName, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { Fix } from '../findings.ts';
import {
  argSpan,
  defOf,
  edit,
  eolOf,
  holdsDirective,
  indentAt,
  indentUnit,
  isPure,
  locate,
  placesOf,
  slice,
  stripCasts,
  type Located,
} from './edits.ts';
import { lastOf, waysOut } from './way-out.ts';

/** The acquire, and the names that the check will have. */
interface Target {
  readonly file: FileAnalysis;
  readonly f: FunctionContext;
  readonly def: FunctionDef;
  readonly fault: CountFault;
  readonly located: Located;
  readonly list: readonly Stmt[];
  readonly index: number;
  /** The count that was asked for, and the array, as they are written. */
  readonly nr: string;
  readonly nrExpr: Expr;
  readonly pages: string;
}

/** Why there is none, where none can be made. */
export const NO_CHECK =
  'No check is offered: what this function has to undo before it returns an error here is not clear. Add the check, and leave by the way that gives back what was taken in front of the call.';

/** Offers the check. */
export function insertCheck(file: FileAnalysis, fault: CountFault): readonly Fix[] {
  const target = targetOf(file, fault);
  if (!target) return [];
  if (!fault.result) return testOf(target);
  switch (fault.kind) {
    case 'short-unasked':
      return compareWithAsked(target, fault.result);
    case 'short-passes':
      return failIfShort(target, fault.result);
    case 'none-passes':
      return failIfNone(target, fault.result);
    default:
      return failOnError(target, fault.result);
  }
}

function targetOf(file: FileAnalysis, fault: CountFault): Target | undefined {
  const { site } = fault;
  const f = file.functions.get(site.fn);
  const def = f && defOf(file, site.fn, site.call);
  const located = def && locate(def, site.call);
  if (!f || !def || !located || located.stmt.macro) return undefined;
  const place = placesOf(def).get(located.stmt);
  if (!place?.list || holdsDirective(file.unit.text, located.stmt)) return undefined;
  const at = (site.form?.params ?? []).indexOf('nr');
  const nrSpan = argSpan(file, site.call, at);
  const pagesSpan = argSpan(file, site.call, site.pagesArg);
  const nrExpr = site.call.args[at];
  if (!nrSpan || !pagesSpan || !nrExpr) return undefined;
  const { list, index } = place;
  return { file, f, def, fault, located, list, index, nr: slice(file, nrSpan), nrExpr, pages: slice(file, pagesSpan) };
}

/** A call whose result goes nowhere. One page is taken or not; of several the ones that were taken would be lost. */
function testOf({ file, f, def, fault, located, nr }: Target): readonly Fix[] {
  if (fault.kind !== 'ignored' || !located.whole || nr !== '1') return [];
  const { site } = fault;
  const { stmt } = located;
  const indent = indentAt(file.unit.text, stmt.start);
  return waysOut(file, f, site, '', '-EFAULT').map((way) => ({
    title: `Return if ${calleeName(site.call) ?? 'the call'}() takes no page`,
    safe: false,
    preferred: true,
    choice: 'check',
    edits: [
      edit(file, site.call.start, site.call.start, 'if ('),
      edit(file, site.call.argsEnd, stmt.end, ` != 1)${body(file, def, indent, way)}`),
    ],
  }));
}

/** `ret < 0`, behind which stands what to do with a short count, becomes `ret != nr`. */
function compareWithAsked({ file, f, fault, nr, nrExpr }: Target, result: string): readonly Fix[] {
  if (!isPure(nrExpr)) return [];
  const tests: Expr[] = [];
  for (const s of placesOf(f.def).keys())
    if (s.kind === 'if' && !s.macro && s.start <= fault.at.start && s.end >= fault.at.end)
      walkExpr(s.test, (x) => void (isErrorTest(x, result) && tests.push(x)));
  const count = /^[\w.>[\]()-]+$/.test(nr.replace(/->/g, '')) || nr.startsWith('(') ? nr : `(${nr})`;
  return tests.map((test) => ({
    title: `Compare \`${result}\` with \`${nr}\``,
    safe: false,
    preferred: true,
    choice: 'check',
    edits: [edit(file, test.start, test.end, `${result} != ${count}`)],
  }));
}

/** Behind the check for an error: what was taken is given back if it is short. */
function failIfShort(target: Target, result: string): readonly Fix[] {
  const { fault, nr, pages } = target;
  const release =
    fault.site.kind === 'pin' ? `unpin_user_pages(${pages}, ${result});` : `release_pages(${pages}, ${result});`;
  const title = `Release the pages and fail if fewer than \`${nr}\` were taken`;
  return behindCheck(target, result, `${result} != ${nr}`, [release], title);
}

/** Behind the check for an error: zero pages are none. */
const failIfNone = (target: Target, result: string): readonly Fix[] =>
  behindCheck(target, result, `!${result}`, [], 'Fail if no page was taken');

/** A second test behind the check for an error, which leaves as that one does, or by the unwinding of the function. */
function behindCheck(
  target: Target,
  result: string,
  test: string,
  first: readonly string[],
  title: string,
): readonly Fix[] {
  const { file, f, fault } = target;
  const check = errorCheck(target, result);
  if (!check) return [];
  return [exitOf(file, check, result, '-EFAULT'), ...waysOut(file, f, fault.site, result, '-EFAULT')]
    .filter((way) => way !== undefined)
    .map((way) => behind(target, check, test, [...first, ...way], title));
}

/** Right behind the call, and the declarations that it is one of. */
function failOnError(target: Target, result: string): readonly Fix[] {
  const { file, f, fault, located, list, index, nr } = target;
  const type = f.types.get(result);
  const signed = type?.kind === 'base' && !type.name.startsWith('unsigned') && type.name !== 'bool';
  if (!signed || located.stmt.kind === 'if') return [];
  let at = index;
  while (list[at]!.kind === 'decl' && list[at + 1]?.kind === 'decl') at++;
  const title = `Return if ${calleeName(fault.site.call) ?? 'the call'}() failed`;
  const failIf = (test: string, error: string): readonly Fix[] =>
    waysOut(file, f, fault.site, result, error).map((way) => behind(target, list[at]!, test, way, title));
  // of one page there is nothing between an error and all
  const single = nr === '1' ? failIf(`${result} != 1`, `${result} < 0 ? ${result} : -EFAULT`) : [];
  return [...single, ...failIf(`${result} < 0`, result)];
}

/** `if (test) way` behind a statement. */
function behind(target: Target, stmt: Stmt, test: string, way: readonly string[], title: string): Fix {
  const { file, def } = target;
  const { text } = file.unit;
  const indent = indentAt(text, stmt.start);
  const gap = stmt.kind === 'decl' ? eolOf(text) : '';
  const lines = `${gap}${eolOf(text)}${indent}if (${test})${body(file, def, indent, way)}`;
  return { title, safe: false, preferred: true, choice: 'check', edits: [edit(file, stmt.end, stmt.end, lines)] };
}

/** What stands behind `if (…)`: braces where there are several lines. */
function body(file: FileAnalysis, def: FunctionDef, indent: string, way: readonly string[]): string {
  const eol = eolOf(file.unit.text);
  const inner = way.map((line) => `${eol}${indent}${indentUnit(file, def)}${line}`).join('');
  return way.length === 1 ? inner : ` {${inner}${eol}${indent}}`;
}

/** `ret < 0` or `ret <= 0`. */
function isErrorTest(e: Expr, result: string): boolean {
  if (e.kind !== 'binary' || (e.op !== '<' && e.op !== '<=')) return false;
  const [left, right] = [stripCasts(e.left), stripCasts(e.right)];
  return left.kind === 'id' && left.name === result && right.kind === 'num' && right.value === 0n;
}

/** The `if` behind the call that leaves on an error: `if (ret < 0) return ret;`. */
function errorCheck({ list, index }: Target, result: string): IfStmt | undefined {
  return list
    .slice(index + 1, index + 4)
    .find((s): s is IfStmt => s.kind === 'if' && !s.else && !s.macro && isErrorTest(stripCasts(s.test), result));
}

/** The same way out as that of a check for an error, with another error. */
function exitOf(file: FileAnalysis, check: IfStmt, result: string, error: string): string[] | undefined {
  const exit = lastOf(check.then);
  if (exit?.kind === 'goto' && exit.label) {
    // where the check puts its error, this one goes too
    const set = check.then.kind === 'block' ? check.then.body.find((s) => isCopyOf(s, result)) : undefined;
    const into = set?.kind === 'expr' && set.expr.kind === 'assign' ? slice(file, set.expr.left) : result;
    return [`${into} = ${error};`, `goto ${exit.label};`];
  }
  if (exit?.kind !== 'return') return undefined;
  const value = exit.value && stripCasts(exit.value);
  if (value && signIn(value, new Map(), file.unit) === 1) return [`return ${slice(file, value)};`];
  return value?.kind === 'id' && value.name === result ? [`return ${error};`] : undefined;
}

const isCopyOf = (s: Stmt, result: string): boolean => {
  const from =
    s.kind === 'expr' && s.expr.kind === 'assign' && s.expr.op === '=' ? stripCasts(s.expr.right) : undefined;
  return from?.kind === 'id' && from.name === result;
};
