/** mmap-lock: the lock state that an acquire wants, and the one that it meets. */
import type { CallExpr, Span } from '../../language/c/ast.ts';
import { facts } from '../../language/kernel/index.ts';
import { exprsOf, type FunctionContext } from '../analysis/context.ts';
import { comesThrough, crossingsTo } from '../analysis/crossings.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { makes, wayTo } from '../analysis/flow.ts';
import type { AcquireSite } from '../analysis/sites.ts';
import { ASSERTED, MMAP, PERHAPS } from '../analysis/held.ts';
import { takesLockItself } from '../analysis/lock-beliefs.ts';
import { locksOf, type Locks, type Seen } from '../analysis/locks.ts';
import { dropLock, keepLock, takeLock } from '../fixes/locking.ts';
import type { PathStep, RuleMeta } from '../findings.ts';
import { callName, crossingSteps, enteredBy, lineAt, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'mmap-lock',
  level: 'error',
  summary: 'mmap_lock is not held where the call needs it, or held where the call takes it itself',
  docs: `get_user_pages(), pin_user_pages() and their *_remote() forms walk the VMAs of the process: the caller must hold mmap_lock (for
reading is enough). The *_fast() and *_unlocked() forms take the lock themselves when they need it: called with the lock held they can deadlock as
soon as a writer waits in between. A *_remote() call with a \`locked\` argument may drop the lock and says so in \`*locked\`.

Take the lock around the call, or use the *_fast() form, which needs none; and give the lock back on every way out. The rule follows the lock through
mmap_read_lock(), its killable, try and write forms, \`down_read(&mm->mmap_sem)\`, guards, macros and functions of the file, and through callers;
a call in another file of the driver is told where the lock is held, or not. A function that takes the lock itself, or copies from user memory, is not
entered with it. Where a lock may be taken by code that it does not see, the rule says nothing.`,
  fixable: true,
  source: 'mm/gup.c; include/linux/mmap_lock.h; Documentation/core-api/pin_user_pages.rst',
  examples: [
    {
      title: 'pin_user_pages() without the lock',
      bad: `static long demo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct page *page;

	if (pin_user_pages(arg, 1, FOLL_WRITE, &page) != 1) //~ mmap-lock
		return -EFAULT;
	memset(page_address(page), 0, PAGE_SIZE);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}

static const struct file_operations demo_fops = { .unlocked_ioctl = demo_ioctl };
`,
      good: `static long demo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct page *page;
	long ret;

	mmap_read_lock(current->mm);
	ret = pin_user_pages(arg, 1, FOLL_WRITE, &page);
	mmap_read_unlock(current->mm);
	if (ret != 1)
		return -EFAULT;
	memset(page_address(page), 0, PAGE_SIZE);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}

static const struct file_operations demo_fops = { .unlocked_ioctl = demo_ioctl };
`,
    },
    {
      title: 'The fast form under the lock',
      bad: `int take(unsigned long addr, struct page **pages, int nr)
{
	int ret;

	mmap_read_lock(current->mm);
	ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages); //~ mmap-lock
	mmap_read_unlock(current->mm);
	return ret;
}
`,
      good: `int take(unsigned long addr, struct page **pages, int nr)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
}
`,
    },
    {
      title: 'A return that keeps the lock',
      bad: `int take(unsigned long addr, struct page **pages, int nr)
{
	long ret;

	if (mmap_read_lock_killable(current->mm))
		return -EINTR;
	ret = pin_user_pages(addr, nr, FOLL_WRITE, pages);
	if (ret < 0)
		return ret; //~ mmap-lock
	mmap_read_unlock(current->mm);
	return ret;
}
`,
      good: `int take(unsigned long addr, struct page **pages, int nr)
{
	long ret;

	if (mmap_read_lock_killable(current->mm))
		return -EINTR;
	ret = pin_user_pages(addr, nr, FOLL_WRITE, pages);
	mmap_read_unlock(current->mm);
	return ret;
}
`,
    },
  ],
};

const needs = (a: AcquireSite): boolean => a.fact.mmapLock === 'required' || a.fact.mmapLock === 'if-locked-arg';

function steps(file: FileAnalysis, seen: Seen, site: AcquireSite, fault: string, lock?: Span): PathStep[] {
  const decisions = wayTo(seen.entry)
    .slice(-6)
    .map((d) => stepAt(file, d.span, d.message, 'branch'));
  const words = seen.held.has(ASSERTED) ? 'says that mmap_lock is held' : 'mmap_lock is taken here';
  const taken = lock ? [stepAt(file, lock, words, 'event')] : [];
  return [...taken, ...decisions, stepAt(file, site.call, fault, 'fault')];
}

export const mmapLock: Rule = {
  meta,
  *check(file): Iterable<Report> {
    if (!file.groups.acquires.length) return;
    const locks = locksOf(file);
    const sites = file.groups.acquires.filter((a) => !file.isElsewhere(a.fn));
    for (const site of sites) {
      if (needs(site)) yield* notHeld(file, locks, site);
      else if (takesLockItself(site.fact)) yield* isHeld(file, locks, site);
    }
    yield* acrossFiles(file, locks);
    const needing = sites.filter(needs);
    yield* kept(file, locks, needing);
    yield* droppedTwice(file, locks, needing);
  },
};

/** A function takes the lock and gives it back, and then, on every way to a second call, gives it back again. */
function* droppedTwice(file: FileAnalysis, locks: Locks, sites: readonly AcquireSite[]): Iterable<Report> {
  for (const fn of new Set(sites.map((a) => a.fn))) {
    const f = file.functions.get(fn);
    const calls = (f?.calls ?? []).filter((c) => /^mmap_(read|write)_(\w+_)?(un)?lock/.test(callName(c)) && c.args[0]);
    const drops = calls.filter((c) => /unlock$/.test(callName(c)));
    if (!f || drops.length < 2 || new Set(calls.map((c) => file.groups.text(c.args[0]!))).size > 1) continue;
    const isHeldAt = (c: CallExpr): boolean => locks.at(fn, c).some((s) => s.held.has(MMAP) || s.held.has(PERHAPS));
    const second = drops.find(
      (c) =>
        locks.at(fn, c).length > 0 &&
        !isHeldAt(c) &&
        drops.some((d) => d !== c && isHeldAt(d) && leads(f, d, c, calls)),
    );
    if (second)
      yield {
        span: second,
        functionName: fn,
        message: `${callName(second)}() gives mmap_lock back a second time: on every way here it was given back before. Drop this call.`,
        steps: [stepAt(file, second, 'mmap_lock is not held any more', 'fault')],
        shape: 'mmap_lock:twice',
      };
  }
}

/** `to` is reached from `from` with no call of the lock between them. */
function leads(f: FunctionContext, from: CallExpr, to: CallExpr, calls: readonly CallExpr[]): boolean {
  const { nodes } = f.cfg;
  const nodeOf = (c: CallExpr): number => nodes.findIndex((n) => exprsOf(n).some((e) => makes(e, c)));
  const others = new Set(calls.filter((c) => c !== from && c !== to).map(nodeOf));
  const end = nodeOf(to);
  const seen = new Set<number>();
  const work = nodes[nodeOf(from)]?.succs.map((s) => s.to) ?? [];
  while (work.length) {
    const id = work.pop()!;
    if (id === end) return true;
    if (seen.has(id) || others.has(id)) continue;
    seen.add(id);
    for (const s of nodes[id]!.succs) work.push(s.to);
  }
  return false;
}

function* notHeld(file: FileAnalysis, locks: Locks, site: AcquireSite): Iterable<Report> {
  const states = locks.at(site.fn, site.call).map((seen) => ({ seen, state: locks.mmapAt(seen) }));
  // held on one path and not on another: a condition that is not followed may decide which is taken
  if (states.some((s) => s.state === 'held' || s.state === 'unknown')) return;
  for (const { seen, state } of states) {
    const name = callName(site.call);
    const remote = site.form?.params.includes('mm') ?? false;
    yield {
      span: site.call,
      functionName: site.fn,
      message:
        state === 'dropped'
          ? `${name}() needs mmap_lock, which was given back before it in ${site.fn}(). Keep it until the call has returned${remote ? '' : `, or use ${site.fact.name}_fast()`}.`
          : `${name}() needs mmap_lock, and nobody on the way to ${site.fn}() takes it. Take it with mmap_read_lock()${remote ? '' : `, or use ${site.fact.name}_fast(), which needs no lock`}.`,
      steps: steps(file, seen, site, `${name}() is called without mmap_lock`),
      shape: `${name}:not-held`,
      fixes: () => takeLock(file, site),
    };
    return;
  }
}

function* isHeld(file: FileAnalysis, locks: Locks, site: AcquireSite): Iterable<Report> {
  if (!locks.mayBeMmapHeld(site.fn, site.call)) return;
  const states = locks.at(site.fn, site.call);
  if (!states.every((s) => locks.isMmapHeld(s))) return;
  for (const seen of states) {
    const taken = seen.held.get(MMAP);
    const name = callName(site.call);
    const plain = site.fact.name.replace(/_(fast|unlocked)$/, '');
    yield {
      span: site.call,
      functionName: site.fn,
      message: `${name}() takes mmap_lock itself, but it is held here${taken ? ` (since ${lineAt(file, taken.start)})` : ' by the caller'}: this deadlocks as soon as a writer waits for the lock. Drop the lock first, or call ${plain}().`,
      steps: steps(file, seen, site, `${name}() is called with mmap_lock held`, taken),
      shape: `${name}:held`,
      fixes: () => keepLock(file, site),
    };
    return;
  }
}

/** Calls of the file by which it comes to acquires in other files, with mmap_lock held where it must not be, or not held where it must. */
function* acrossFiles(file: FileAnalysis, locks: Locks): Iterable<Report> {
  const told = new Set<CallExpr>();
  for (const site of file.groups.acquires) {
    if (!file.isElsewhere(site.fn)) continue;
    const takes = takesLockItself(site.fact);
    if (!takes && !needs(site)) continue;
    for (const crossing of crossingsTo(file, locks, site.fn, site.call)) {
      const { fn, call, way } = crossing;
      if (told.has(call) || (takes && !locks.mayBeMmapHeld(fn, call))) continue;
      // where it says nothing of the lock that its callers are to hold, it is told in its own file that nobody takes it
      if (needs(site) && !locks.contextsAt(way[0]!.fn).some((c) => c.mmap === 'unknown')) continue;
      const states = locks.at(fn, call);
      const isWrong = (s: Seen): boolean => (takes ? locks.isMmapHeld(s) : /free|dropped/.test(locks.mmapAt(s)));
      const [seen] = states;
      if (!seen || !states.every(isWrong) || !comesThrough(locks, crossing)) continue;
      told.add(call);
      const name = callName(site.call);
      const taken = seen.held.get(MMAP);
      const place = `${enteredBy(crossing)} leads to ${name}() (${lineAt(file, site.call.start)}), which`;
      const decisions = wayTo(seen.entry).slice(-6);
      yield {
        span: call,
        functionName: fn,
        message: takes
          ? `${place} takes mmap_lock itself, but it is held here${taken ? ` (since ${lineAt(file, taken.start)})` : ' by the caller'}: this deadlocks as soon as a writer waits for the lock. Drop the lock first.`
          : `${place} needs mmap_lock, and nobody on the way to ${fn}() takes it. Take it with mmap_read_lock().`,
        steps: [
          ...(taken ? [stepAt(file, taken, 'mmap_lock is taken here', 'event')] : []),
          ...decisions.map((d) => stepAt(file, d.span, d.message, 'branch')),
          ...crossingSteps(file, crossing),
          stepAt(
            file,
            site.call,
            `${name}() is called ${takes ? 'with mmap_lock held' : 'without mmap_lock'}`,
            'fault',
          ),
        ],
        shape: `${enteredBy(crossing)}:${name}:${takes ? 'held' : 'not-held'}`,
      };
    }
  }
}

/** Functions that take the lock for an acquire and return with it. */
function* kept(file: FileAnalysis, locks: Locks, sites: readonly AcquireSite[]): Iterable<Report> {
  const done = new Set<string>();
  for (const site of sites) {
    if (done.has(site.fn)) continue;
    done.add(site.fn);
    if (!locks.at(site.fn, site.call).some((s) => s.held.has(MMAP) && !s.held.has(PERHAPS))) continue;
    if (/(^|_)lock/.test(site.fn) || locks.isUnlockedOutside(site.fn)) continue;
    const fn = file.functions.get(site.fn)!;
    for (const entry of locks.atExit(site.fn)) {
      const taken = entry.data.held.get(MMAP);
      if (!taken || entry.data.held.has(PERHAPS) || entry.data.held.has(ASSERTED)) continue;
      const from = entry.from ? fn.cfg.nodes[entry.from.node]! : null;
      const exit: Span = from?.what.kind === 'return' ? from.span : { start: fn.def.end - 1, end: fn.def.end };
      const decisions = wayTo(entry).slice(-6);
      yield {
        span: exit,
        functionName: site.fn,
        message: `${site.fn}() returns here with mmap_lock held (taken on ${lineAt(file, taken.start)} for ${callName(site.call)}()): the next writer waits for ever. Drop it with mmap_read_unlock() on this way out.`,
        steps: [
          stepAt(file, taken, 'mmap_lock is taken', 'event'),
          ...decisions.map((d) => stepAt(file, d.span, d.message, 'branch')),
          stepAt(file, exit, 'returns with the lock held', 'fault'),
        ],
        shape: `${facts.acquire(callName(site.call))?.name ?? 'gup'}:kept`,
        fixes: () => dropLock(file, site.fn, exit, site),
      };
      break;
    }
  }
}
