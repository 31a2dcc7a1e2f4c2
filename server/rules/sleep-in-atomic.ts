/** sleep-in-atomic: a call of the family that may sleep, where sleeping is forbidden. */
import type { CallExpr } from '../../language/c/ast.ts';
import { facts } from '../../language/kernel/index.ts';
import type { Effect } from '../../language/kernel/types.ts';
import { calleeName } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { namingOf, wordKind } from '../analysis/naming.ts';
import { constantOf } from '../analysis/flow.ts';
import { comesThrough, crossingsTo, type Crossing } from '../analysis/crossings.ts';
import { describeToken } from '../analysis/held.ts';
import { locksOf, type Locks } from '../analysis/locks.ts';
import { perFunction } from '../analysis/per-function.ts';
import type { RuleMeta } from '../findings.ts';
import { crossingSteps, enteredBy, lineAt, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'sleep-in-atomic',
  level: 'error',
  summary: 'A call that may sleep is made under a spinlock, in an interrupt, under RCU or with preemption off',
  docs: `Every call that takes user pages may fault them in, wait for I/O and take mmap_lock: it sleeps. So do set_page_dirty_lock() and
unpin_user_pages_dirty_lock() with \`make_dirty\`, which wait for the page lock. None of them may be called under a spinlock, in an RCU read section, with
preemption or interrupts off, or in an interrupt handler, tasklet or timer. get_user_pages_fast_only() is the one that never sleeps, and finds mapped pages only.

Take the pages before the lock; give them back behind it, or from a work item. Where the call stands in another file of the driver, the rule tells of it
where the lock is held.`,
  fixable: false,
  source:
    'mm/gup.c (might_sleep in pin_user_pages_fast and gup_longterm_locked); mm/page-writeback.c (set_page_dirty_lock)',
  examples: [
    {
      title: 'Pinning under a spinlock',
      bad: `int take(struct demo *d, unsigned long addr)
{
	int ret;

	spin_lock_irq(&d->lock);
	ret = pin_user_pages_fast(addr, d->nr, FOLL_WRITE, d->pages); //~ sleep-in-atomic
	spin_unlock_irq(&d->lock);
	return ret;
}
`,
      good: `int take(struct demo *d, unsigned long addr)
{
	int ret = pin_user_pages_fast(addr, d->nr, FOLL_WRITE, d->pages);

	spin_lock_irq(&d->lock);
	d->busy = true;
	spin_unlock_irq(&d->lock);
	return ret;
}
`,
    },
    {
      title: 'Dirtying in an interrupt handler',
      bad: `static irqreturn_t demo_irq(int irq, void *data)
{
	struct demo *d = data;

	unpin_user_pages_dirty_lock(d->pages, d->nr, true); //~ sleep-in-atomic
	return IRQ_HANDLED;
}

static int demo_probe(struct demo *d, int irq)
{
	return request_irq(irq, demo_irq, 0, "demo", d);
}
`,
      good: `static irqreturn_t demo_irq(int irq, void *data)
{
	return IRQ_WAKE_THREAD;
}

static irqreturn_t demo_thread(int irq, void *data)
{
	struct demo *d = data;

	unpin_user_pages_dirty_lock(d->pages, d->nr, true);
	return IRQ_HANDLED;
}

static int demo_probe(struct demo *d, int irq)
{
	return request_threaded_irq(irq, demo_irq, demo_thread, 0, "demo", d);
}
`,
    },
  ],
};

/** A call that may sleep, or by which the file enters another one where such a call is made. */
interface Sleeper {
  readonly fn: string;
  readonly call: CallExpr;
  readonly why: string;
  /** It is the caller's word whether it does: what kind an iterator is of, whether the pages are to be dirtied. */
  readonly asTold: boolean;
  readonly crossing?: Crossing;
}

/** Calls of the family that may sleep, with what they do in words. */
function* sleepers(file: FileAnalysis): Iterable<Sleeper> {
  for (const { fn, call, fact, form } of file.groups.acquires)
    if (fact.maySleep) yield { fn, call, why: 'may fault pages in', asTold: form?.params.includes('iter') ?? false };
  for (const f of namingOf(file.functions).holding(DIRTIES))
    for (const call of dirtying(f))
      if (!file.functions.has(calleeName(call)!))
        yield { fn: f.def.name, call, why: 'waits for the page lock', asTold: !alwaysDirties(call) };
}

const takesLock = (e: Effect): boolean => e.kind === 'dirty' && e.lock === 'takes' && e.pages.as !== 'bio';
const mayTakeLock = (e: Effect): e is Extract<Effect, { kind: 'release' }> =>
  e.kind === 'release' && e.pages.as !== 'bio' && e.dirties !== false;
const DIRTIES = wordKind((word) => facts.call(word)?.effects.some((e) => takesLock(e) || mayTakeLock(e)) ?? false);

/** The pages are dirtied whatever the caller says. */
const alwaysDirties = (call: CallExpr): boolean =>
  (facts.call(calleeName(call) ?? '')?.effects ?? []).some((e) => {
    if (e.kind !== 'release') return e.kind === 'dirty';
    const flag = typeof e.dirties === 'number' ? call.args[e.dirties] : undefined;
    return e.dirties === true || (flag !== undefined && !!constantOf(flag));
  });

/** Calls that dirty pages under their lock, if they are the kernel's. */
const dirtying = perFunction((f) => {
  const out: CallExpr[] = [];
  for (const call of f.calls) {
    for (const e of facts.call(calleeName(call) ?? '')?.effects ?? []) {
      if (takesLock(e)) out.push(call);
      if (!mayTakeLock(e)) continue;
      const flag = typeof e.dirties === 'number' ? call.args[e.dirties] : undefined;
      if (flag && constantOf(flag) === 0) continue;
      out.push(call);
    }
  }
  return out;
});

/** What is said in this file: calls of its own functions, and those by which it comes to calls of other files. */
function* toldHere(file: FileAnalysis, locks: Locks): Iterable<Sleeper> {
  const crossed = new Set<CallExpr>();
  for (const sleeper of sleepers(file)) {
    const { fn, call, asTold } = sleeper;
    if (!file.isElsewhere(fn)) {
      if (locks.mayBeAtomic(fn, call)) yield sleeper;
      continue;
    }
    if (asTold) continue;
    for (const crossing of crossingsTo(file, locks, fn, call)) {
      if (crossed.has(crossing.call) || !locks.mayBeAtomic(crossing.fn, crossing.call)) continue;
      if (!comesThrough(locks, crossing)) continue;
      crossed.add(crossing.call);
      yield { ...sleeper, fn: crossing.fn, call: crossing.call, crossing };
    }
  }
}

export const sleepInAtomic: Rule = {
  meta,
  *check(file): Iterable<Report> {
    const locks = locksOf(file);
    for (const { fn, call, why, crossing } of toldHere(file, locks)) {
      for (const seen of locks.at(fn, call)) {
        const found = locks.atomicAt(seen);
        if (!found) continue;
        const sleeps = crossing?.way.at(-1)?.call ?? call;
        const name = calleeName(sleeps)!;
        const line = lineAt(file, found.at.start);
        const by = found.via.at(-1);
        const where = /^atomic:(hardirq|softirq|timer)$/.test(found.token)
          ? `in ${describeToken(found.token)} (registered on ${line})`
          : `under ${describeToken(found.token)} (taken on ${line}${by ? ` in ${by.fn}()` : ''})`;
        const what = crossing
          ? `${enteredBy(crossing)} leads to ${name}() (${lineAt(file, sleeps.start)}), which`
          : `${name}()`;
        yield {
          span: call,
          functionName: fn,
          message: `${what} ${why} and so may sleep, but it is called ${where}. ${why.startsWith('may') ? 'Take the pages before that' : 'Give the pages back outside of it, or from a work item'}.`,
          steps: [
            stepAt(file, found.at, `sleeping is forbidden from here on: ${describeToken(found.token)}`, 'event'),
            ...[...found.via].reverse().map((s) => stepAt(file, s.call, `${s.fn}() calls on`, 'event')),
            ...(crossing ? crossingSteps(file, crossing) : []),
            stepAt(file, sleeps, `${name}() may sleep`, 'fault'),
          ],
          shape: `${crossing ? `${enteredBy(crossing)}:` : ''}${name}:${found.token}`,
        };
        break;
      }
    }
  },
};
