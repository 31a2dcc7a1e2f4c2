/** Calls that can fail, and so can be made to: `//@ fail CALL`. */
import type { CallFact, Effect } from './types.ts';

function mayFail(effect: Effect): boolean {
  return (
    (effect.kind === 'alloc' && effect.fails !== 'never') ||
    effect.kind === 'dma-map' ||
    effect.kind === 'user-copy' ||
    (effect.kind === 'lock' && effect.when !== undefined)
  );
}

/** Names of the calls that can fail, of those given. */
export function fallible(calls: readonly CallFact[]): string[] {
  // A table is filled by pages that are put in, and allocated for them.
  const isTable = (name: string): boolean => /^sg_alloc_/.test(name);
  return [...new Set(calls.filter((c) => isTable(c.name) || c.effects.some(mayFail)).map((c) => c.name))];
}
