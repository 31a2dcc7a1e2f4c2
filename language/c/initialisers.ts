/** What initialiser lists write where, item by item: `{ .pages = pages, .nr = n }`, `{ [2] = x }`, `{ a, b }`. */
import type { CType, Expr, InitListExpr, RecordDef } from './ast.ts';
import { foldConstant } from './fold.ts';
import { fieldType, recordOf, resolveType, type TypeScope } from './infer.ts';
import type { TranslationUnit } from './unit.ts';

type Scope = TypeScope & { readonly unit: TranslationUnit };

/** One item: the way from the object to the place that it fills, by names of fields and indices, and its value. */
export interface Initial {
  readonly path: readonly (string | number)[];
  readonly value: Expr;
}

/** More items of a range say no more. */
const MAX_RANGE = 8;

/**
 * The items of an initialiser of an object of that type, nested ones taken apart, in the order of the text. Items of which the place is
 * not known (the record is not, an index is no constant) are left out; so is what follows braces that are left out.
 */
export function initialsOf(type: CType | undefined, init: InitListExpr, scope: Scope): Initial[] {
  const out: Initial[] = [];
  collect(type, init, [], scope, out);
  return out;
}

function collect(
  type: CType | undefined,
  init: InitListExpr,
  path: readonly (string | number)[],
  scope: Scope,
  out: Initial[],
): void {
  const own = resolveType(type, scope);
  const record = recordOf(type, scope);
  const isScalar = own !== undefined && own.kind !== 'array' && own.kind !== 'record' && own.kind !== 'named';
  let next: number | undefined = 0;
  for (const { designators, value } of init.items) {
    const [first, ...others] = designators;
    let steps: (string | number)[][] = [];
    if (!first) {
      const at = next === undefined ? undefined : own?.kind === 'array' ? next : fieldAt(record, next);
      if (isScalar) steps = [[]];
      else if (at !== undefined) steps = [[at]];
      next = next === undefined ? undefined : next + 1;
    } else if ('field' in first) {
      steps = [[first.field]];
      const at: number = record?.fields.findIndex((f) => f.name === first.field) ?? -1;
      next = at < 0 ? undefined : at + 1;
    } else {
      const from = indexOf(first.index, scope);
      const to: number | undefined = first.to ? indexOf(first.to, scope) : from;
      next = to === undefined ? undefined : to + 1;
      if (from !== undefined && to !== undefined)
        for (let i = from; i <= to && i < from + MAX_RANGE; i++) steps.push([i]);
    }
    for (const d of others) {
      const step = 'field' in d ? d.field : d.to ? undefined : indexOf(d.index, scope);
      if (step === undefined) steps = [];
      for (const way of steps) way.push(step ?? 0);
    }
    for (const way of steps) {
      const inner = typeAt(type, way, scope);
      if (value.kind === 'init') collect(inner, value, [...path, ...way], scope, out);
      else if (resolveType(inner, scope)?.kind !== 'array' || value.kind === 'str')
        out.push({ path: [...path, ...way], value });
      // braces were left out: which item fills what is not told
      else return;
    }
  }
}

const indexOf = (e: Expr, scope: Scope): number | undefined => {
  const n = foldConstant(e, scope.unit);
  return n === undefined ? undefined : Number(n);
};

/** A field that has a place of its own in the order: not behind members without a name. */
function fieldAt(record: RecordDef | undefined, at: number): string | undefined {
  const before = record?.fields.slice(0, at + 1);
  return before?.length === at + 1 && before.every((f) => f.name !== null)
    ? (before[at]!.name ?? undefined)
    : undefined;
}

function typeAt(type: CType | undefined, way: readonly (string | number)[], scope: Scope): CType | undefined {
  let at = type;
  for (const step of way) {
    const here = resolveType(at, scope);
    if (typeof step === 'number') at = here?.kind === 'array' ? here.of : undefined;
    else {
      const record = recordOf(at, scope);
      at = record && fieldType(record, step, scope);
    }
  }
  return at;
}
