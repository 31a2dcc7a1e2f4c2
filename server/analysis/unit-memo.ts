/** What all walks in a unit share of its types and names. */
import type { CType, Expr } from '../../language/c/ast.ts';
import { foldConstant, spelledNumber } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';

/** What is the same for all walks in a unit. */
export interface UnitMemo {
  /** Static types; an expression stands in one function. */
  readonly types: Map<Expr, CType | null>;
  /** Functions of the file. */
  readonly names: ReadonlySet<string>;
  /** Constants by name; null: none. */
  readonly numbers: Map<string, number | null>;
}

/** The number that a name which is no variable stands for; undefined: none is known. */
export function constantIn(unit: TranslationUnit, name: string): number | undefined {
  const { numbers } = memoOf(unit);
  let known = numbers.get(name);
  if (known === undefined) {
    known = errno(name) ?? foldToNumber({ kind: 'id', name, start: 0, end: 0 }, unit) ?? spelledNumber(name) ?? null;
    numbers.set(name, known);
  }
  return known ?? undefined;
}

const memos = new WeakMap<TranslationUnit, UnitMemo>();

/** See UnitMemo. */
export function memoOf(unit: TranslationUnit): UnitMemo {
  let known = memos.get(unit);
  if (!known)
    memos.set(
      unit,
      (known = { types: new Map(), names: new Set(unit.functions.map((f) => f.name)), numbers: new Map() }),
    );
  return known;
}

/** A number that is never below zero. */
export const isUnsigned = (t: CType | undefined): boolean =>
  t?.kind === 'base'
    ? t.name.startsWith('unsigned')
    : t?.kind === 'named' &&
      /^(__)?(u|uint)(8|16|32|64)(_t)?$|^(size_t|uint|ulong|pgoff_t|sector_t|dma_addr_t|phys_addr_t)$/.test(t.name);

/** A number, as opposed to an address or an object. */
export const isNumber = (t: CType | undefined): boolean =>
  (t?.kind === 'base' && t.name !== 'void') ||
  (t?.kind === 'named' &&
    /^(s?size_t|(__)?([su]|[bl]e)(8|16|32|64)|u?int\d+_t|uint|ulong|dma_addr_t|phys_addr_t)$/.test(t.name));

/** Numbers by which a call says that it has begun what ends later (include/linux/errno.h); the others are below these. */
const BEGUN: ReadonlyMap<string, number> = new Map([
  ['EIOCBQUEUED', 529],
  ['EINPROGRESS', 530],
]);

/** A result that is an error number but tells of no failure: `return -EIOCBQUEUED;`. */
export const isBegun = (result: number): boolean => BEGUN_NUMBERS.has(-result);
const BEGUN_NUMBERS: ReadonlySet<number> = new Set(BEGUN.values());

/** Every error number is "negative" to the analysis; which one does not matter, that they differ does. */
function errno(name: string): number | undefined {
  const begun = BEGUN.get(name);
  if (begun !== undefined) return begun;
  if (!/^E[A-Z0-9]{2,}$/.test(name)) return undefined;
  let h = 7;
  for (const c of name) h = (h * 31 + c.charCodeAt(0)) % 500;
  return h + 1;
}

function foldToNumber(e: Expr, unit: TranslationUnit): number | undefined {
  const n = foldConstant(e, unit);
  return n === undefined || n > BigInt(Number.MAX_SAFE_INTEGER) || n < -BigInt(Number.MAX_SAFE_INTEGER)
    ? undefined
    : Number(n);
}
