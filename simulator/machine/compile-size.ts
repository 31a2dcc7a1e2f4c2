/** The size of an array without one, from its initialiser. */
import type { Expr } from '../../language/c/ast.ts';
import { array, type Ty } from './types.ts';

/** An array type. */
export type ArrayTy = Ty & { kind: 'array' };
/** What has to be asked about the parts of an initialiser. */
export interface SizeQueries {
  readonly constant: (e: Expr) => bigint | undefined;
  readonly typeOf: (e: Expr & { kind: 'compound' }) => Ty;
  /** Is it a value of a struct or union type? */
  readonly isRecord: (e: Expr) => boolean;
}

/** An array whose size its initialiser gives. */
export function sizedBy(t: ArrayTy, init: Expr, o: SizeQueries): ArrayTy {
  if (init.kind === 'str') return array(t.of, init.value.length + 1);
  if (init.kind === 'init') {
    const only = init.items[0];
    if (
      init.items.length === 1 &&
      only!.value.kind === 'str' &&
      t.of.kind === 'int' &&
      t.of.size === 1 &&
      !only!.designators.length
    )
      return array(t.of, only!.value.value.length + 1);
    let at = 0;
    let n = 0;
    const leaves = scalarCount(t.of);
    let flat = 0;
    for (const item of init.items) {
      const d = item.designators[0];
      if (d && 'index' in d) {
        at = Number(o.constant(d.to ?? d.index) ?? 0n);
        flat = 0;
      }
      // without inner braces, several values make one element
      if (
        leaves > 1 &&
        item.value.kind !== 'init' &&
        item.value.kind !== 'str' &&
        !(t.of.kind === 'record' && o.isRecord(item.value))
      ) {
        flat++;
        n = Math.max(n, at + 1);
        if (flat >= leaves) {
          flat = 0;
          at++;
        }
        continue;
      }
      at++;
      n = Math.max(n, at);
    }
    return array(t.of, n);
  }
  if (init.kind === 'compound') {
    const inner = o.typeOf(init);
    if (inner.kind === 'array') return inner.n < 0 ? sizedBy(inner, init.init, o) : inner;
  }
  return t;
}
/** Bytes of an object with its initialiser: the values of a flexible member come on top. */
export function sizeWith(t: Ty, init: Expr | undefined, o: SizeQueries): number {
  const last = t.kind === 'record' && t.tag === 'struct' ? t.members.at(-1) : undefined;
  if (t.kind !== 'record' || last?.type.kind !== 'array' || last.type.n > 0 || init?.kind !== 'init') return t.size;
  const plain = init.items.every((x) => !x.designators.length) ? init.items[t.members.length - 1] : undefined;
  const item = plain ?? init.items.find((x) => x.designators.some((d) => 'field' in d && d.field === last.name));
  return item ? Math.max(t.size, last.offset + sizedBy(last.type, item.value, o).size) : t.size;
}
function scalarCount(t: Ty): number {
  if (t.kind === 'array') return Math.max(1, t.n) * scalarCount(t.of);
  if (t.kind === 'record')
    return t.tag === 'union'
      ? t.members[0]
        ? scalarCount(t.members[0].type)
        : 1
      : t.members.reduce((n, m) => n + scalarCount(m.type), 0);
  return 1;
}
