/**
 * What a function believes of mmap_lock at its start. One that takes the lock itself, as its caller left it, would hang if the caller held it; one that
 * copies from or to user memory there may fault, which takes it too. Nobody who calls such a function holds the lock, whatever is not seen of them.
 */
import type { CallExpr } from '../../language/c/ast.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import type { AcquireFact } from '../../language/kernel/types.ts';
import { calleeName, type FunctionContext } from './context.ts';
import { looksLocked } from './entry-context.ts';
import type { FileAnalysis } from './file.ts';
import { MMAP, PERHAPS, type Held } from './held.ts';
import type { Locks } from './locks.ts';
import { namingOf, wordKind } from './naming.ts';
import { perFile } from './per-function.ts';

/** Copies that handle a fault without sleeping, or that do not check whether they may. */
const COPIES = /^(copy_(to|from|struct_from)_user|clear_user|(get|put)_user|strncpy_from_user|strnlen_user)$/;
/** A decision on whether somebody has the lock already. */
const ON_LOCKS = /lock|held|flag|atomic/i;

const copies = (name: string): boolean => COPIES.test(name);
const hasEffect = (name: string): boolean =>
  kernel.call(name)?.effects.some((e) => e.kind === 'takes-mmap-lock') ?? false;
/** The call of the family takes mmap_lock itself: who makes it must not hold it. */
export const takesLockItself = ({ mmapLock, name }: AcquireFact): boolean =>
  mmapLock === 'forbidden' && /_(fast|unlocked)$/.test(name);
const takesWithin = (name: string): boolean => {
  const acquire = kernel.acquire(name);
  return hasEffect(name) || (acquire !== undefined && takesLockItself(acquire));
};
/** Words of functions that may believe so. */
const BELIEVING = wordKind(
  (word) => copies(word) || takesWithin(word) || /^mmap_(read|write)_lock(_killable)?$|^mmap_(sem|lock)$/.test(word),
);

/** Functions that hold such a word, and those that reach them by calls. */
const believers = perFile((file): ReadonlySet<string> => {
  const out = new Set<string>();
  for (const f of namingOf(file.functions).holding(BELIEVING)) for (const n of file.reaching(f.def.name)) out.add(n);
  return out;
});

/** As the function was entered: neither it nor what it called has touched the lock. */
const isUntouched = (held: Held): boolean => !held.has(MMAP) && !held.has(PERHAPS) && !held.has(`-${MMAP}`);

/** The call can be made only by who does not hold mmap_lock. */
function wantsUnlocked(locks: Locks, call: CallExpr, mayCopy: boolean): boolean {
  const name = calleeName(call) ?? '';
  if (takesWithin(name)) return true;
  if (mayCopy && copies(name)) return true;
  return (
    !/try|nested/.test(name) &&
    locks.effectsOf(call).some((e) => e.kind === 'lock' && (e.what === 'mmap-read' || e.what === 'mmap-write'))
  );
}

/** What holds a VMA, or speaks of the lock, may well copy under it; so may code for which a fault is no sleep. */
const copiesFreely = (f: FunctionContext, file: FileAnalysis): boolean =>
  f.calls.some((c) => copies(calleeName(c) ?? '')) &&
  !f.calls.some((c) => calleeName(c) === 'pagefault_disable') &&
  !looksLocked(f, file);

/** Nobody who calls the function holds mmap_lock. */
export function startsUnlocked(locks: Locks, fn: string, depth = 0): boolean {
  const { file } = locks;
  const f = file.functions.get(fn);
  if (!f || depth > 4 || !believers(file).has(fn)) return false;
  const mayCopy = copiesFreely(f, file);
  return f.calls.some((call) => {
    const callee = calleeName(call);
    if (callee === undefined || callee === fn) return false;
    const own = file.functions.has(callee);
    if (own ? !believers(file).has(callee) : !wantsUnlocked(locks, call, mayCopy)) return false;
    // another call of the family may be made under the lock where this one is not chosen
    const choice = takesWithin(callee) && !hasEffect(callee) ? /^/ : ON_LOCKS;
    const comes = locks
      .at(fn, call)
      .some(
        ({ held, entry }) =>
          isUntouched(held) && ![...entry.facts.keys()].some((text) => !text.includes('(') && choice.test(text)),
      );
    return comes && (!own || startsUnlocked(locks, callee, depth + 1));
  });
}
