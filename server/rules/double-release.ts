/** double-release: the same reference given back twice on one path, or slots that were never filled. */
import type { DoubleReleaseEvent } from '../analysis/events.ts';
import { wrongBounds } from '../analysis/release-bounds.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { releasedTwice } from '../analysis/twice.ts';
import { dropRelease, narrowRelease } from '../fixes/duplicate.ts';
import type { RuleMeta } from '../findings.ts';
import { callName, describeAcquire, isOwn, lineAt, pathSteps, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'double-release',
  level: 'error',
  summary: 'The same page references are released twice on one path, or more than were taken',
  docs: `A reference can be given back once. The second release takes away somebody else's reference: the page goes back to the
allocator while it is still mapped or still under I/O, and is handed to another user. After a short count (0 < ret < nr) only
\`ret\` slots of the array were filled: unpin_user_pages(pages, nr) then releases whatever the rest of the array holds.

Drop the second release, or narrow it to what is still held.`,
  fixable: true,
  source: 'mm/gup.c (sanity_check_pinned_pages, gup_put_folio); include/linux/mm.h',
  examples: [
    {
      title: 'Released before the goto and again at the label',
      bad: `int send(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, 0, pages);

	if (ret != nr) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	ret = queue_pages(nr);
	if (ret) {
		unpin_user_pages(pages, nr);
		goto out;
	}
	ret = 0;
out:
	unpin_user_pages(pages, nr); //~ double-release
	return ret;
}
`,
      good: `int send(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, 0, pages);

	if (ret != nr) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	ret = queue_pages(nr);
	unpin_user_pages(pages, nr);
	return ret;
}
`,
    },
  ],
};

/** A second put of a page that this function did not take is a fault only where the file takes such pages from gup. */
function counts(file: FileAnalysis, e: DoubleReleaseEvent): boolean {
  if (e.resource) return true;
  if (e.refKind === 'pin') return true;
  const site = file.groups.releases.find((r) => r.call.start === e.call.start);
  const g = site && file.groups.groupOf(site.key);
  return !!g && g.acquires.some((a) => a.kind === 'get') && !g.uses.some((u) => u.effect.kind === 'ref');
}

/** What is said of a release, and at the last step of its path. */
function words(
  why: DoubleReleaseEvent['why'],
  name: string,
  what: string,
  line: string,
): { readonly message: string; readonly fault: string } {
  switch (why) {
    case 'nothing':
      return {
        message: `${name}() releases ${what}, but on this path the call took nothing: what is given back was never filled in. Take this way out of the release.`,
        fault: 'nothing was taken, and it is released',
      };
    case 'unfilled':
      return {
        message: `${name}() releases slots of ${what} that were never filled: on this path the result is below the count given here. Release only as many as the call returned.`,
        fault: 'more pages are released than were taken',
      };
    case 'again':
      return {
        message: `${what} is released a second time by ${name}() here; the first release is on ${line}. Drop one of them.`,
        fault: `released again (first on ${line})`,
      };
  }
}

export const doubleRelease: Rule = {
  meta,
  *check(file): Iterable<Report> {
    const seen = new Set<string>();
    const twice = releasedTwice(file);
    const helpers = new Set(twice.map((t) => callName(t.call)));
    for (const e of file.events) {
      if (e.kind !== 'double' || !counts(file, e)) continue;
      // the same release in a helper that is called twice: the second call is the mistake
      if (e.first.start === e.at.start && helpers.has(e.functionName)) continue;
      const key = `${e.at.start}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const name = callName(e.call);
      const line = lineAt(file, e.first.start);
      const what = e.resource ? describeAcquire(file, e.resource.site, e.resource.kind) : `\`${e.name}\``;
      const { message, fault } = words(e.why, name, what, line);
      const steps = e.resource
        ? pathSteps(file, e.trace, e.resource.site, e.at, fault)
        : [stepAt(file, e.first, 'released here first', 'event'), stepAt(file, e.at, 'released again', 'fault')];
      yield {
        span: e.at,
        functionName: e.functionName,
        message,
        steps,
        shape: `${name}:${e.name}:${e.why}`,
        fixes: () =>
          e.why === 'again'
            ? dropRelease(file, e.call, e.first)
            : [...narrowRelease(file, e.call), ...(e.why === 'nothing' ? dropRelease(file, e.call) : [])],
      };
    }
    for (const b of wrongBounds(file)) {
      if (b.kind !== 'far' || !isOwn(file, b.release.fn)) continue;
      const name = callName(b.release.call);
      yield {
        span: b.at,
        functionName: b.release.fn,
        message: `${name}() is called for one slot more than there are pages: \`${b.count}\` were taken, and the loop goes on to the slot behind the last. Compare with \`<\`.`,
        steps: [
          stepAt(file, b.at, 'the loop goes one slot too far', 'event'),
          stepAt(file, b.release.call, 'what stands there is given back', 'fault'),
        ],
        shape: `${name}:far`,
      };
    }
    for (const t of twice) {
      if (seen.has(`${t.call.start}`) || !isOwn(file, t.fn)) continue;
      const name = callName(t.call);
      const line = lineAt(file, t.first.start);
      yield {
        span: t.call,
        functionName: t.fn,
        message: `${name}() gives the same pages back a second time here; the first call is on ${line}, and nothing between them takes new ones. Drop one of them.`,
        steps: [
          stepAt(file, t.first, 'given back here first', 'event'),
          stepAt(file, t.call, 'given back again', 'fault'),
        ],
        shape: `${name}:twice`,
        fixes: () => dropRelease(file, t.call, t.first),
      };
    }
  },
};
