/** leaked-pin: a path on which acquired pages are neither released nor handed on. */
import type { Span } from '../../language/c/ast.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, type FunctionContext } from '../analysis/context.ts';
import type { LeakEvent, OutlivesEvent, ReturnedEvent } from '../analysis/events.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { resultOf } from '../analysis/sites.ts';
import { insertRelease } from '../fixes/insert-release.ts';
import type { RuleMeta } from '../findings.ts';
import { isUnfinished, leftHeld, partner } from './left-held.ts';
import { callName, describeAcquire, lastDecision, lineAt, pathSteps, siteOf, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'leaked-pin',
  level: 'error',
  summary: 'Acquired pages are neither released nor handed on, on some path',
  docs: `Every page that get_user_pages*() or pin_user_pages*() returned must be given back on every path: early returns,
wrong goto labels, loop exits, a failing copy_to_user() after the acquire. A short count (0 < ret < nr) still holds \`ret\` pages:
returning an error for it without releasing them leaks them. A leaked pin keeps the page in memory for ever, makes
nr_foll_pin_acquired and nr_foll_pin_released drift apart, and blocks migration, hot-unplug and, on DAX, truncation.

Release exactly what is held, \`ret\` pages and not \`nr\`, before the exit or at an unwinding label.`,
  fixable: true,
  source: 'Documentation/core-api/pin_user_pages.rst; mm/gup.c',
  examples: [
    {
      title: 'A short count thrown away',
      bad: `int grab(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);

	if (ret < 0)
		return ret;
	if (setup_engine(nr)) {
		return -EIO; //~ leaked-pin
	}
	unpin_user_pages(pages, ret);
	return 0;
}
`,
      good: `int grab(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);

	if (ret < 0)
		return ret;
	if (setup_engine(nr)) {
		unpin_user_pages(pages, ret);
		return -EIO;
	}
	unpin_user_pages(pages, ret);
	return 0;
}
`,
    },
  ],
};

function fromLeak(file: FileAnalysis, e: LeakEvent): Report {
  const what = describeAcquire(file, e.resource.site, e.resource.kind);
  const when = lastDecision(e.trace, e.resource.site);
  if (e.why === 'rest')
    return {
      span: e.at,
      functionName: e.functionName,
      message: `${what}: this way out leaves the loop that gives them back one by one${when ? ` when ${when}` : ''}, and the pages behind the last one are leaked; give them back with ${partner(e.resource.kind)} first.`,
      steps: pathSteps(
        file,
        e.trace,
        e.resource.site,
        e.at,
        `the rest of the pages taken on ${lineAt(file, e.resource.site.start)} is lost here`,
      ),
      shape: `${callName(e.resource.site)}:rest:${when}`,
    };
  const how =
    e.why === 'array-freed'
      ? `is still held when ${e.by}() frees the array that names the pages: they can no longer be given back`
      : e.why === 'owner-freed'
        ? `is still held when ${e.by}() frees the object that names the pages`
        : e.why === 'end'
          ? `is never given back on the path to the end of ${e.functionName}()`
          : e.why === 'forgotten'
            ? `is still held at this error return${when ? ` (${when})` : ''}, though \`${e.by}\` beside it says that nothing is`
            : e.why === 'uncounted'
              ? `is still held at this error return${when ? ` (${when})` : ''}, and how many there are is told to nobody`
              : `is leaked by this return${when ? ` when ${when}` : ''}`;
  return {
    span: e.at,
    functionName: e.functionName,
    message: `${what} ${how}${e.short ? ' (fewer pages than asked for were taken, but those are held)' : ''}; release ${heldCount(file, e)} with ${partner(e.resource.kind)} first.`,
    steps: pathSteps(
      file,
      e.trace,
      e.resource.site,
      e.at,
      `the pages taken on ${lineAt(file, e.resource.site.start)} are lost here`,
    ),
    shape: `${callName(e.resource.site)}:${e.why}:${when}`,
    fixes: () => insertRelease(file, e),
  };
}

function heldCount(file: FileAnalysis, e: LeakEvent | OutlivesEvent): string {
  if (e.kind === 'leak' && e.why === 'uncounted' && e.resource.earlier.length) return 'what the earlier rounds took';
  const name = file.groups.unit && resultName(file, e);
  return name ? `the \`${name}\` pages held` : 'what is held';
}

/** Variable that takes the result of the acquire, where the finding is in the same function. */
function resultName(file: FileAnalysis, e: LeakEvent | OutlivesEvent): string | undefined {
  const site = siteOf(file, e.resource);
  const f = site?.fn === (e.kind === 'leak' ? e.functionName : e.root) ? file.functions.get(site.fn) : undefined;
  return site && f ? resultOf(site.call, f) : undefined;
}

/** What it gives back is what the round of the loop took in which it does: of earlier rounds that says nothing. */
function givesRoundOnly(file: FileAnalysis, { resource, root }: ReturnedEvent): boolean {
  const f = file.functions.get(root);
  if (!f || resource.functionName !== root) return false;
  const loopsAround = (g: FunctionContext, at: Span): number =>
    [...g.loops.values()].filter(({ span }) => span.start <= at.start && at.end <= span.end).length;
  const rounds = loopsAround(f, resource.site);
  const isInRound = (at: Span): boolean =>
    [...f.loops.values()].some(({ span }) =>
      [at, resource.site].every((x) => span.start <= x.start && x.end <= span.end),
    ) && loopsAround(f, at) === rounds;
  return resource.releasedAt.every((at) => {
    if (f.def.start <= at.start && at.end <= f.def.end) return isInRound(at);
    const inner = [...file.functions.values()].find((g) => g.def.start <= at.start && at.end <= g.def.end);
    if (!inner || loopsAround(inner, at) > 0) return false;
    const calls = f.calls.filter((c) => file.reaches(calleeName(c) ?? '', inner.def.name));
    return calls.length > 0 && calls.every(isInRound);
  });
}

/**
 * An error return with the pages still in an object: a leak if another return of the function, with the pages
 * reachable no better than here, does give them back. (If none does, the caller or the object's owner may.)
 */
function inconsistent(file: FileAnalysis, e: OutlivesEvent, returned: readonly ReturnedEvent[]): boolean {
  if (e.outcome !== 'error') return false;
  return returned.some(
    (r) =>
      !(e.ofEarlier && givesRoundOnly(file, r)) &&
      r.resource.site === e.resource.site &&
      r.root === e.root &&
      r.resource.outflow === e.resource.outflow &&
      e.reach.every((x) => r.reach.includes(x)),
  );
}

/**
 * A call that got the pages failed: it keeps nothing, unless it is of the kind that takes a reference over whatever happens
 * (memory_failure()). That is told by the paths on which it succeeds: there the function still owns the pages, for it gives
 * them back or stores them.
 */
function keepsElsewhere(file: FileAnalysis, e: LeakEvent, returned: readonly ReturnedEvent[]): boolean {
  const site = e.resource.site.start;
  return (
    returned.some((r) => r.resource.site.start === site) ||
    file.events.some(
      (x) =>
        x.kind === 'outlives' &&
        x.resource.site.start === site &&
        x.outcome !== 'error' &&
        x.reach.some((how) => !/^(passed|linked|~)/.test(how)),
    )
  );
}

/** Tells somebody who waits that it is done (kernel/sched/completion.c, kernel/sched/wait.c). */
const SIGNALS = /^(complete(_all)?|s?wake_up\w*)$/;

/**
 * Between the acquire and the loss the function waits, and a function that it does not call gives such pages back and tells who waits
 * that it is done: the completion of the transfer.
 */
function isGivenMeanwhile(file: FileAnalysis, e: LeakEvent): boolean {
  const { site, functionName } = e.resource;
  const f = file.functions.get(functionName);
  const waits = f?.calls.some(
    (c) =>
      c.start > site.start &&
      c.start < e.at.start &&
      facts.call(callName(c))?.effects.some(({ kind }) => kind === 'wait'),
  );
  if (!waits || e.functionName !== functionName) return false;
  const releases = file.groups.groupOfAcquire(site)?.releases ?? [];
  return releases.some(
    (r) =>
      !file.reaches(functionName, r.fn) &&
      !!file.functions.get(r.fn)?.calls.some((c) => c.start > r.call.start && SIGNALS.test(callName(c))),
  );
}

/** As many as were asked for are given back later, where fewer were taken: those that were are not lost, and what is wrong is said there. */
const isGivenInFull = (file: FileAnalysis, { resource }: LeakEvent): boolean =>
  file.events.some(
    (x) => x.kind === 'double' && x.why === 'unfilled' && x.resource?.site.start === resource.site.start,
  );

/** Once the pages can be found elsewhere too, the array is their owner only if some path releases them through it even then. */
function stillOwner(e: LeakEvent, returned: readonly ReturnedEvent[]): boolean {
  return (
    !e.resource.outflow || returned.some((r) => r.resource.site.start === e.resource.site.start && r.resource.outflow)
  );
}

/** The same acquire leaks in a function that this one calls already: one defect, reported where it is. */
function inCallee(file: FileAnalysis, e: LeakEvent): boolean {
  return file.events.some(
    (x) =>
      x.kind === 'leak' &&
      x.resource.site.start === e.resource.site.start &&
      x.functionName !== e.functionName &&
      file.reaches(e.functionName, x.functionName) &&
      !file.reaches(x.functionName, e.functionName),
  );
}

/** A function that this one calls forgets the same pages on an error path of its own: one defect, reported there. */
function missedBelow(file: FileAnalysis, e: OutlivesEvent, returned: readonly ReturnedEvent[]): boolean {
  return file.events.some(
    (x) =>
      x.kind === 'outlives' &&
      x.resource.site.start === e.resource.site.start &&
      x.root !== e.root &&
      file.reaches(e.root, x.root) &&
      !file.reaches(x.root, e.root) &&
      inconsistent(file, x, returned),
  );
}

/**
 * A function that gives pages back itself, though none on this path, frees what names them: whoever took them should not have called it
 * before they were given back, or told it of them.
 */
function atCaller(file: FileAnalysis, e: LeakEvent): LeakEvent {
  if (!e.from || !file.groups.releases.some((r) => r.fn === e.functionName)) return e;
  return { ...e, at: e.from, functionName: e.resource.functionName, by: e.functionName };
}

/** The function itself takes the pages, or calls the one that does: further up, counters that are not followed decide. */
function isNear(file: FileAnalysis, e: OutlivesEvent): boolean {
  const fn = e.resource.functionName;
  if (e.resource.outflow) return e.root === fn;
  return e.root === fn || (file.functions.get(e.root)?.calls.some((c) => callName(c) === fn) ?? false);
}

export const leakedPin: Rule = {
  meta,
  *check(file) {
    const returned = file.events.filter((e): e is ReturnedEvent => e.kind === 'given-back');
    const seen = new Set<string>();
    const lost = new Set<number>();
    const told = new Set<string>();
    for (const e of file.events) {
      if (e.kind === 'leak') {
        if (e.refused && !keepsElsewhere(file, e, returned)) continue;
        if (isUnfinished(file, e.functionName, e.resource.functionName) || isGivenMeanwhile(file, e)) continue;
        if (inCallee(file, e) || (e.why !== 'forgotten' && !stillOwner(e, returned))) continue;
        if (e.why === 'uncounted' && isGivenInFull(file, e)) continue;
        const key = `${e.resource.site.start}:${e.at.start}`;
        if (seen.has(key)) continue;
        seen.add(key);
        lost.add(e.resource.site.start);
        const here = atCaller(file, e);
        told.add(here.functionName);
        yield fromLeak(file, here);
      } else if (e.kind === 'outlives' && isUnfinished(file, e.root, e.resource.functionName)) {
        continue;
      } else if (
        e.kind === 'outlives' &&
        isNear(file, e) &&
        inconsistent(file, e, returned) &&
        !missedBelow(file, e, returned)
      ) {
        const key = `${e.resource.site.start}:${e.at.start}`;
        if (seen.has(key)) continue;
        seen.add(key);
        told.add(e.root);
        const when = lastDecision(e.trace, e.resource.site);
        yield {
          span: e.at,
          functionName: e.root,
          message: `${describeAcquire(file, e.resource.site, e.resource.kind)} is not given back on this error path${when ? ` (${when})` : ''}, though another path of ${e.root}() does; release ${heldCount(file, e)} with ${partner(e.resource.kind)} first.`,
          steps: pathSteps(file, e.trace, e.resource.site, e.at, 'an error is returned with the pages still held'),
          shape: `${callName(e.resource.site)}:error:${when}`,
          fixes: () => insertRelease(file, e),
        };
      }
    }
    yield* leftHeld(file, { lost, told, any: seen.size > 0 });
  },
};
