/**
 * Calls by which a file enters functions of other files on the way to a place there. What the callers hold at such a call is known in
 * their file alone: where the place itself stands nobody sees them.
 */
import type { CallExpr } from '../../language/c/ast.ts';
import type { Caller } from './entry-context.ts';
import type { FileAnalysis } from './file.ts';
import type { Locks, Seen } from './locks.ts';

/** A call in the file itself, and how it goes on from there. */
export interface Crossing extends Caller {
  /** Calls in the other files, outermost first; the last is the place. */
  readonly way: readonly Caller[];
}

/** Calls between the file and the place, at most. */
const MAX_WAY = 3;

/** A decision on what the caller is able to do: code that asks knows more of it than is seen. */
const ASKS =
  /\bin_(interrupt|irq|softirq|task)\b|irqs_disabled|preemptible|atomic|sleep|wait|block|gfp|lock|flag|held/i;

/** Nothing is taken or given up there, and the way to it depends on no such decision. */
const isPlain = ({ held, entry }: Seen): boolean =>
  held.size === 0 && ![...entry.facts.keys()].some((text) => ASKS.test(text));

/** The calls of the file itself by which a place in another file is reached; told by names, so that few are left to be followed. */
export function crossingsTo(file: FileAnalysis, locks: Locks, fn: string, call: CallExpr): readonly Crossing[] {
  const out: Crossing[] = [];
  const follow = (way: readonly Caller[]): void => {
    const entered = way[0]!.fn;
    for (const caller of locks.callersOf(entered)) {
      if (!file.isElsewhere(caller.fn)) out.push({ ...caller, way });
      else if (way.length < MAX_WAY && !way.some((w) => w.fn === caller.fn)) follow([caller, ...way]);
    }
  };
  follow([{ fn, call }]);
  return out;
}

/** On some way from the call the place is reached with nothing but what is held at the call. */
export function comesThrough(locks: Locks, { way, call }: Crossing): boolean {
  return way.every((at, i) => {
    const enteredBy = i ? way[i - 1]!.call : call;
    return locks.at(at.fn, at.call).some((s) => isPlain(s) && !locks.contradicts(s, at.fn, enteredBy));
  });
}
