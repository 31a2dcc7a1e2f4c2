/** What an operation's implementation looks like. */
import type { Args } from '../args.ts';
import type { Model, Result } from '../model.ts';

/** Operations by name: each checks its arguments before it changes anything. */
export type Operations = Record<string, (m: Model, a: Args) => Result>;

/** The answer of a call that returns `ret`. */
export const done = (ret = 0): Result => ({ ret });
