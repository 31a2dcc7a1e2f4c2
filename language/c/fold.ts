/** Integer constants. */
import type { Expr } from './ast.ts';
import { evaluateInteger } from './condition.ts';
import { foldBinary } from './operators.ts';
import type { MacroDef, TranslationUnit } from './unit.ts';

type FoldUnit = Pick<TranslationUnit, 'macros' | 'enums'>;
/** Value of an integer constant expression, with the unit's macros and enumerators; undefined if it is none. */
export function foldConstant(
  expr: Expr,
  unit: FoldUnit,
  known?: (name: string) => bigint | undefined,
): bigint | undefined {
  return fold(expr, unit, known, 0);
}

function fold(
  e: Expr,
  unit: FoldUnit,
  known: ((name: string) => bigint | undefined) | undefined,
  depth: number,
): bigint | undefined {
  if (depth > 200) return undefined;
  const f = (x: Expr): bigint | undefined => fold(x, unit, known, depth + 1);
  switch (e.kind) {
    case 'num':
      return e.float === undefined ? e.value : undefined;
    case 'id': {
      if (e.name === 'NULL' || e.name === 'false') return 0n;
      if (e.name === 'true') return 1n;
      const outside = known?.(e.name);
      if (outside !== undefined) return outside;
      const macro = unit.macros.get(e.name);
      if (macro) return foldMacro(macro, unit, known, depth + 1);
      return enumerator(e.name, unit, known, depth);
    }
    case 'unary': {
      const v = f(e.arg);
      if (v === undefined) return undefined;
      switch (e.op) {
        case '-':
          return -v;
        case '+':
          return v;
        case '~':
          return ~v;
        case '!':
          return v === 0n ? 1n : 0n;
        default:
          return undefined;
      }
    }
    case 'cast':
      return e.type.kind === 'pointer' || e.type.kind === 'record' ? undefined : f(e.arg);
    case 'cond': {
      const t = f(e.test);
      if (t === undefined) return undefined;
      return t !== 0n ? (e.then ? f(e.then) : t) : f(e.else);
    }
    case 'binary': {
      const a = f(e.left);
      if (e.op === '&&' && a === 0n) return 0n;
      if (e.op === '||' && a !== undefined && a !== 0n) return 1n;
      const b = f(e.right);
      if (a === undefined || b === undefined) return undefined;
      return foldBinary(e.op, a, b);
    }
    case 'call':
      return e.callee.kind === 'id' && e.callee.name === 'BIT' && e.args[0] ? bit(f(e.args[0])) : undefined;
    default:
      return undefined;
  }
}

const bit = (n: bigint | undefined): bigint | undefined => (n === undefined ? undefined : foldBinary('<<', 1n, n));

/** A macro's body as an integer: the grammar of #if is the grammar of these. */
function foldMacro(
  macro: MacroDef,
  unit: FoldUnit,
  known: ((name: string) => bigint | undefined) | undefined,
  depth: number,
): bigint | undefined {
  if (macro.params !== null || macro.body === '' || macro.body.length > 400) return undefined;
  return evaluateInteger(macro.body, (name) => {
    const outside = known?.(name);
    if (outside !== undefined) return outside;
    const inner = unit.macros.get(name);
    if (inner) return depth > 20 ? undefined : foldMacro(inner, unit, known, depth + 1);
    return enumerator(name, unit, known, depth + 1);
  });
}

function enumerator(
  name: string,
  unit: FoldUnit,
  known: ((name: string) => bigint | undefined) | undefined,
  depth: number,
): bigint | undefined {
  const items = unit.enums.get(name)?.items ?? [];
  const at = items.findLastIndex((one) => one.name === name);
  const item = items[at];
  if (!item) return undefined;
  if (item.value) return fold(item.value, unit, known, depth + 1);
  const from = items.findLastIndex(({ value }, i) => i < at && value !== null);
  const last = items[from];
  if (!last) return BigInt(at);
  const base = enumerator(last.name, unit, known, depth + 1);
  return base === undefined ? undefined : base + BigInt(at - from);
}

const NOTHING_WRONG = /^(?:[A-Z][A-Z0-9]*_)*SUCCESS$|^(?:ERR|NV|RC|RESULT|RET|S|STATUS)_OK$/;

/**
 * What a name says by itself, where no definition of it was read: NULL, true, the TRUE, B_FALSE, NV_TRUE of projects, and their
 * VM_SUCCESS, NV_OK, which are 0 wherever errors are told by numbers.
 */
export function spelledNumber(name: string): number | undefined {
  if (name === 'NULL' || name === 'false' || /^(?:[A-Z]+_)?FALSE$/.test(name) || NOTHING_WRONG.test(name)) return 0;
  return name === 'true' || /^(?:[A-Z]+_)?TRUE$/.test(name) ? 1 : undefined;
}

/**
 * The name of an error code (VM_ERROR_NO_MEM, NV_ERR_INVALID), where no definition of it was read: less than zero, as the kernel's are. Names of
 * bits and registers that tell of errors are none.
 */
export const spellsError = (name: string): boolean =>
  /^[A-Z][A-Z0-9_]*$/.test(name) &&
  /(?:^|_)(?:ERR|ERROR|FAIL|FAILED|FAILURE)(?:_|$)/.test(name) &&
  !/(?:^|_)(?:BITS?|CNT|COUNT|CTRL|EN|ENABLE|FLAGS?|INTR?|IRQ|MASK|REG|SHIFT|STAT|STATUS)(?:_|$)/.test(name);
