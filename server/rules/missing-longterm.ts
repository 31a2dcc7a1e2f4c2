/** missing-longterm: a pin that outlives the call without FOLL_LONGTERM. */
import type { OutlivesEvent } from '../analysis/events.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite, Group, ReleaseSite } from '../analysis/sites.ts';
import { accountedIn } from '../analysis/memlock.ts';
import { undoes } from '../analysis/opposites.ts';
import { compareVersions } from '../../language/kernel/version.ts';
import { addFlag } from '../fixes/flags.ts';
import type { RuleMeta } from '../findings.ts';
import { isEither } from './chosen-release.ts';
import { usesNotifiers } from './notifiers.ts';
import { callName, lineAt, pagesName, pathSteps, siteOf, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'missing-longterm',
  level: 'warning',
  summary: 'A pin that outlives the call needs FOLL_LONGTERM',
  docs: `Pages that stay pinned after the system call returns (kept in an object, on a list, until another ioctl, close or unmap) are
long-term pins. Without FOLL_LONGTERM they may sit in ZONE_MOVABLE or CMA and block hot-unplug and contiguous allocation for as
long as they live, and on a DAX file they block truncation for ever. With the flag the kernel migrates the pages first, or refuses.

Add FOLL_LONGTERM to the flags.`,
  fixable: true,
  source: 'Documentation/core-api/pin_user_pages.rst (CASE 2); mm/gup.c (check_and_migrate_movable_pages)',
  examples: [
    {
      title: 'Pinned by one ioctl, released by another',
      bad: `struct buffer { struct page **pages; int nr; };

int buffer_register(struct buffer *buf, unsigned long start)
{
	int ret = pin_user_pages_fast(start, buf->nr, FOLL_WRITE, buf->pages); //~ missing-longterm

	if (ret != buf->nr) {
		if (ret > 0)
			unpin_user_pages(buf->pages, ret);
		return -EFAULT;
	}
	return 0;
}

void buffer_unregister(struct buffer *buf)
{
	unpin_user_pages_dirty_lock(buf->pages, buf->nr, true);
}
`,
      good: `struct buffer { struct page **pages; int nr; };

int buffer_register(struct buffer *buf, unsigned long start)
{
	int ret = pin_user_pages_fast(start, buf->nr, FOLL_WRITE | FOLL_LONGTERM, buf->pages);

	if (ret != buf->nr) {
		if (ret > 0)
			unpin_user_pages(buf->pages, ret);
		return -EFAULT;
	}
	return 0;
}

void buffer_unregister(struct buffer *buf)
{
	unpin_user_pages_dirty_lock(buf->pages, buf->nr, true);
}
`,
    },
  ],
};

/**
 * I/O in flight is short-term by the document's own words: pages in a bio, an skb or an iterator, given back by a completion; or taken by
 * what says in its name that it is direct I/O.
 */
const isIo = (g: Group): boolean =>
  g.acquires.some((a) => /(?:^|_)(?:dio|direct_?io)(?:_|$)/.test(a.fn)) ||
  g.uses.some((u) => u.effect.kind === 'put-in' && ['bio', 'skb', 'iov_iter', 'bvec'].includes(u.effect.what));

/** Names and table members that end an object's life, as opposed to the completion of one transfer. */
const ENDS =
  /release|close|free|destroy|unmap|dereg|unreg|fini|remove|detach|exit|put|drop|unpin|clean|deinit|delete|kill|stop|teardown|clear|ioctl/i;

/** Names of functions that end something when nobody uses it any more. */
const LAST_USER = /(^|_)(free|put|kref|done|complete)(_|$)/i;

/** A release of the group in a function that is entered on its own: not from the root that pinned. */
function releasedElsewhere(
  file: FileAnalysis,
  g: Group,
  root: string,
  releases: readonly ReleaseSite[] = g.releases,
): string | null {
  const takers = [root, ...g.acquires.map((a) => a.fn)];
  for (const r of releases) {
    for (const entry of file.entriesAbove(r.fn)) {
      if (entry === root) continue;
      // a helper that the root's own error path uses counts only if others can call it too
      const shared = file.reaches(root, entry) && file.functions.get(entry)?.def.isStatic !== false;
      if (shared || !ENDS.test(entry)) continue;
      // what another file calls may as well end one transfer, unless its name undoes that of the acquire
      const registered = file.functions.get(entry)?.def.isStatic !== false;
      if (registered || takers.some((fn) => undoes(entry, fn))) return entry;
    }
  }
  return null;
}

/** No walk came to an end that could tell: every way into the function that takes the pages is too much to follow, or too long. */
function isUnfollowed(file: FileAnalysis, { fn, call }: AcquireSite): boolean {
  const tooMuch = new Set(file.stats.overBudget);
  if (tooMuch.has(fn)) return true;
  const reaching = file.reaching(fn);
  // where only ways that fail were seen to their end, the others are the ones that are too long
  const told = new Set(
    file.events.flatMap((e) =>
      'root' in e && e.resource.site.start === call.start && e.outcome !== 'error' ? [e.root] : [],
    ),
  );
  const isAbove = [...tooMuch].some((name) => reaching.has(name));
  return isAbove && file.entriesAbove(fn).every((entry) => tooMuch.has(entry) || !told.has(entry));
}

/**
 * Pins that no walk could follow, which a function gives back that is entered on its own and never takes any: through the object
 * that keeps them, or by the numbers of the pages.
 */
function* unfollowed(file: FileAnalysis, seen: ReadonlySet<number>): Iterable<{ site: AcquireSite; by: string }> {
  const { acquires } = file.groups;
  if (acquires.some((a) => a.kind !== 'pin' || a.flags.unknown || a.flags.names.has('FOLL_LONGTERM'))) return;
  const takers = new Set(acquires.map((a) => a.fn));
  const ofNobody = file.groups.releases.filter((r) => {
    const g = file.groups.groupOf(r.key);
    return r.effect.of === 'pin' && !takers.has(r.fn) && !!g && !g.acquires.length && !g.foreign.length;
  });
  for (const site of acquires) {
    const g = file.groups.groupOfAcquire(site.call);
    if (!site.flagsExpr || !g || seen.has(site.call.start) || isIo(g) || !isUnfollowed(file, site)) continue;
    const theirs = g.releases.filter((r) => r.effect.of === 'pin' && !takers.has(r.fn));
    const by = releasedElsewhere(file, g, site.fn, [...theirs, ...ofNobody]);
    // what is freed when its last user goes may be one transfer
    if (by && !LAST_USER.test(by) && ![...takers].some((fn) => file.reaches(by, fn))) yield { site, by };
  }
}

/**
 * Another pin of the same function has the flag, on the ways on which this one is kept too, and nothing chooses between the two: they
 * are kept for as long.
 */
function sibling(file: FileAnalysis, e: OutlivesEvent, site: AcquireSite): AcquireSite | undefined {
  const outlive = (a: AcquireSite): boolean =>
    file.events.some(
      (x) =>
        x.kind === 'outlives' &&
        x.root === e.root &&
        x.at.start === e.at.start &&
        x.resource.site.start === a.call.start,
    );
  return file.groups.acquires.find(
    (a) =>
      a.fn === site.fn &&
      a !== site &&
      a.kind === 'pin' &&
      a.flags.names.has('FOLL_LONGTERM') &&
      outlive(a) &&
      !isEither(file, a, site),
  );
}

export const missingLongterm: Rule = {
  meta,
  *check(file): Iterable<Report> {
    if (compareVersions(file.unit.target.kernel, { major: 5, minor: 6, patch: 0 }) < 0) return;
    const seen = new Set<number>();
    for (const e of file.events) {
      if (
        e.kind !== 'outlives' ||
        e.outcome === 'error' ||
        // an I/O that was begun keeps its pages until it ends
        e.outcome === 'begun' ||
        e.resource.kind !== 'pin' ||
        seen.has(e.resource.site.start)
      )
        continue;
      if (!kept(e)) continue;
      const site = siteOf(file, e.resource);
      if (!site?.flagsExpr || site.flags.names.has('FOLL_LONGTERM')) continue;
      if (site.flags.unknown) continue;
      const g = file.groups.groupOfAcquire(site.call);
      if (!g || isIo(g)) continue;
      const isEntry = file.isEntry(e.root);
      const like = sibling(file, e, site);
      const by = isEntry ? releasedElsewhere(file, g, e.root) : null;
      const counted = by || !isEntry ? null : accountedIn(file, site.fn);
      if (!like && !by && !counted && !(isEntry && ofOpenFile(e))) continue;
      if (usesNotifiers(file)) return;
      seen.add(site.call.start);
      const name = callName(site.call);
      yield {
        span: site.call,
        functionName: site.fn,
        message: `\`${pagesName(file, site.call)}\` stays pinned after ${e.root}() returns (${how(e)}, ${by ? `released by ${by}()` : like ? `as what ${callName(like.call)}() pins on ${lineAt(file, like.call.start)} with FOLL_LONGTERM` : counted ? `counted as locked memory in ${counted}()` : 'an object of the open file'}), but ${name}() is called without FOLL_LONGTERM; add the flag.`,
        steps: pathSteps(file, e.trace, site.call, e.at, `${e.root}() returns with the pages pinned`),
        shape: `${name}`,
        caseNumber: 2,
        fixes: () => addFlag(file, site.call, 'FOLL_LONGTERM'),
      };
    }
    for (const { site, by } of unfollowed(file, seen)) {
      if (usesNotifiers(file)) return;
      const name = callName(site.call);
      yield {
        span: site.call,
        functionName: site.fn,
        message: `\`${pagesName(file, site.call)}\` is pinned by ${name}() without FOLL_LONGTERM, but the pins of this file are given back by ${by}(), which is entered on its own: they stay in place between the two; add the flag.`,
        steps: [
          stepAt(file, site.call, `${name}() pins the pages`, 'acquire'),
          stepAt(file, file.functions.get(by)!.def.nameSpan, `${by}() is what ends the pins`, 'fault'),
        ],
        shape: `${name}:unfollowed`,
        caseNumber: 2,
        fixes: () => addFlag(file, site.call, 'FOLL_LONGTERM'),
      };
    }
  },
};

/** `vm->page` where `vm` is what the open file keeps from one call to the next. */
const ofOpenFile = (e: OutlivesEvent): boolean => e.reach.some((r) => /(->|\.)private_data(->|\.)\w+$/.test(r));

/** Kept in an object or with code that is not seen, not merely given to the caller. */
const kept = (e: OutlivesEvent): boolean =>
  e.reach.some((r) => !r.startsWith('~') && (r !== 'the result' || e.inResult));

const how = (e: OutlivesEvent): string => {
  const place = e.reach.find((r) => r !== 'the result' && !r.startsWith('~'));
  if (!place) return 'kept in the object that it returns';
  return /^(passed|linked)/.test(place) ? place : `kept in ${place}`;
};
