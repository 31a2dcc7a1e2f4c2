/** What a call is to the walk, by its name. */
import { facts } from '../../language/kernel/index.ts';
import type { Machine } from './frame.ts';
import { isIterTest } from './iterators.ts';

/** Calls that give back their first argument. */
const TRANSPARENT = new Set([
  'likely',
  'unlikely',
  'READ_ONCE',
  'ACCESS_ONCE',
  '__builtin_expect',
  'WARN_ON',
  'WARN_ON_ONCE',
  'WARN',
  'WARN_ONCE',
  'untagged_addr',
]);

/** What a call by that name is. */
export interface Callee {
  readonly acquire: ReturnType<typeof facts.acquire>;
  readonly fact: ReturnType<typeof facts.call>;
  readonly what: 'transparent' | 'iterator' | 'min-max' | 'macro' | undefined;
}
/** A call through a pointer. */
export const UNNAMED: Callee = { acquire: undefined, fact: undefined, what: undefined };

/** The names that one walk meets. */
export class Callees {
  private readonly known = new Map<string, Callee>();

  constructor(private readonly machine: Pick<Machine, 'isLocal' | 'unit'>) {}

  of(name: string): Callee {
    let known = this.known.get(name);
    if (!known) {
      const own = this.machine.isLocal(name);
      known = {
        acquire: own ? undefined : facts.acquire(name),
        fact: own ? undefined : (facts.call(name, this.machine.unit.target.kernel) ?? facts.call(name)),
        what: TRANSPARENT.has(name)
          ? 'transparent'
          : isIterTest(name)
            ? 'iterator'
            : /^(min|max|min_t|max_t|umin|umax)$/.test(name)
              ? 'min-max'
              : /^_*[A-Z][A-Z0-9_]*$/.test(name)
                ? 'macro'
                : undefined,
      };
      this.known.set(name, known);
    }
    return known;
  }
}
