/**
 * How a function is left when something fails at a place: by the unwinding that it has, or at once where there is nothing to
 * undo. Only ways that undo as much as was done in front of the place are told; which of them hold is for the proof to say.
 */
import type { GotoStmt, LabelStmt, ReturnStmt, Stmt } from '../../language/c/ast.ts';
import { walkStmt } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite } from '../analysis/sites.ts';
import { placesOf, slice, stripCasts } from './edits.ts';

/** What the function holds at a place, besides pages. */
interface Debts {
  readonly memory: number;
  readonly locks: number;
}

/** The last statement of a block, or the statement itself. */
export const lastOf = (s: Stmt): Stmt | undefined =>
  s.kind === 'block' ? (s.body.length ? lastOf(s.body.at(-1)!) : undefined) : s;

const leaves = (s: Stmt | undefined): boolean =>
  s?.kind === 'goto' || s?.kind === 'return' || s?.kind === 'break' || s?.kind === 'continue';

/**
 * The statements that leave the function behind the acquire with the error `error` (an expression), most likely ones first; each a list of lines. None of the pages are held there: none were taken, or they were given back in front of it.
 */
export function waysOut(
  file: FileAnalysis,
  f: FunctionContext,
  site: AcquireSite,
  result: string,
  error: string,
): readonly (readonly string[])[] {
  const { def } = f;
  const returns = def.returns;
  const isNumber = returns.kind === 'base' && /int|long/.test(returns.name) && !returns.name.startsWith('unsigned');
  const debts = debtsAt(f, site.call.start);
  if (!debts) return [];
  const before = exitsBefore(f, site.call.start);
  const jumps = before.filter((s): s is GotoStmt => s.kind === 'goto');
  const ways: string[][] = [];
  if (isNumber && !debts.memory && !debts.locks && !jumps.length) ways.push([`return ${error};`]);
  const { body } = def.body();
  // a jump from in front of the acquire undoes less than one from behind it has to
  const limit = jumps.at(-1)?.label;
  for (const [i, s] of body.entries()) {
    if (s.kind !== 'label' || s.macro || s.start < site.call.end) continue;
    const end = lines(body.slice(i + 1));
    if (end && undoes(file, f, site, end, debts)) {
      const way = jump(file, f, s, end.at(-1), result, error);
      if (way) ways.push(way);
    }
    if (s.name === limit) break;
  }
  return ways;
}

/** From a label to the return that it comes to; undefined if it comes to none, or jumps. */
function lines(stmts: readonly Stmt[]): readonly Stmt[] | undefined {
  const end = stmts.findIndex((s) => s.kind === 'return');
  const list = end < 0 ? stmts : stmts.slice(0, end + 1);
  let jumps = 0;
  for (const s of list) walkStmt(s, { stmt: (x) => void (jumps += x.kind === 'goto' ? 1 : 0) });
  return jumps ? undefined : list;
}

/** Gives back what is owed, no pages of this acquire, and nothing that comes only behind it. */
function undoes(
  file: FileAnalysis,
  f: FunctionContext,
  site: AcquireSite,
  list: readonly Stmt[],
  { memory, locks }: Debts,
): boolean {
  const [first, last] = [list[0], list.at(-1)];
  if (!first || !last) return memory === 0 && locks === 0;
  const inside = f.calls.filter((c) => c.start >= first.start && c.end <= last.end);
  const releases = file.groups.groupOfAcquire(site.call)?.releases ?? [];
  if (inside.some((c) => releases.some((r) => r.fn === f.def.name && r.call === c))) return false;
  const effects = inside.flatMap((c) => facts.call(calleeName(c) ?? '')?.effects ?? []);
  if (effects.some((e) => e.kind === 'release' || e.kind === 'dma-unmap')) return false;
  const frees = effects.filter((e) => e.kind === 'free').length;
  return frees === memory && effects.filter((e) => e.kind === 'unlock').length === locks;
}

/** What was allocated and locked in front of `at` and not given back there; undefined: pages, too. */
function debtsAt(f: FunctionContext, at: number): Debts | undefined {
  let [memory, locks] = [0, 0];
  const map = placesOf(f.def);
  // what is given back on the way to an exit is still held by whoever goes on
  const isOnExit = (start: number): boolean =>
    [...map].some(
      ([s, place]) =>
        s.start <= start && s.end > start && place.parent?.kind === 'if' && leaves(lastOf(s)) && s !== place.parent,
    );
  for (const c of f.calls) {
    if (c.start >= at) continue;
    const name = calleeName(c) ?? '';
    if (facts.acquire(name)) return undefined;
    for (const e of facts.call(name)?.effects ?? []) {
      if (e.kind === 'ref') return undefined;
      if (e.kind === 'alloc' && !e.managed) memory++;
      else if (e.kind === 'lock') locks++;
      else if (e.kind === 'free' && !isOnExit(c.start)) memory--;
      else if (e.kind === 'unlock' && !isOnExit(c.start)) locks--;
    }
  }
  return memory < 0 || locks < 0 ? undefined : { memory, locks };
}

/** The exits in front of the acquire: jumps and returns on errors. */
const exitsBefore = (f: FunctionContext, at: number): (GotoStmt | ReturnStmt)[] =>
  [...placesOf(f.def).keys()].filter(
    (s): s is GotoStmt | ReturnStmt => (s.kind === 'goto' || s.kind === 'return') && s.end <= at,
  );

/** `goto label;`, with the error in the variable that is returned there. */
function jump(
  file: FileAnalysis,
  f: FunctionContext,
  label: LabelStmt,
  end: Stmt | undefined,
  result: string,
  error: string,
): string[] | undefined {
  const go = `goto ${label.name};`;
  if (end?.kind !== 'return') return f.def.returns.kind === 'base' && f.def.returns.name === 'void' ? [go] : undefined;
  const value = end.value && stripCasts(end.value);
  const told =
    value?.kind === 'call' && calleeName(value) === 'ERR_PTR' ? value.args[0] && stripCasts(value.args[0]) : value;
  if (told?.kind !== 'id') return undefined;
  if (told.name === error) return [go];
  const type = f.types.get(told.name);
  if (type?.kind !== 'base' || !/^(int|long|ssize_t|long long|long int)$/.test(type.name)) return undefined;
  return [`${slice(file, told)} = ${error};`, go].filter((line) => line !== `${result} = ${result};`);
}
