/** mismatched-release: a get given back with unpin_*, or a pin with put_page and friends. */
import type { Expr, Span } from '../../language/c/ast.ts';
import { presumedWrong } from '../analysis/beliefs.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite, Group, ReleaseSite } from '../analysis/sites.ts';
import { matchRelease } from '../fixes/release.ts';
import {
  ALLOCATES,
  chosenTheWrongWay,
  isChosenByData,
  isEither,
  isOnlyBehind,
  neitherUnpins,
} from './chosen-release.ts';
import type { PathStep, RuleMeta } from '../findings.ts';
import { callName, describeAcquire, lineAt, pagesName, pathSteps, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'mismatched-release',
  level: 'error',
  summary: 'Pages are given back with the wrong partner call',
  docs: `get_user_pages*() takes one reference (FOLL_GET) and is undone by put_page(); pin_user_pages*() takes a pin (FOLL_PIN, 1024
references on a small folio, an exact count on a large one) and is undone by unpin_user_page(). Crossing them corrupts the count: put_page() on a
pin leaves 1023 references behind, so the page is never freed and looks pinned for ever; unpin_user_page() on a get takes
1024 references that belong to others, and the page is freed under its users.

Use the partner of the acquire, in every function that the pages reach.`,
  fixable: true,
  source: 'Documentation/core-api/pin_user_pages.rst; mm/gup.c (gup_put_folio)',
  examples: [
    {
      title: 'A pin released by put_page()',
      bad: `int sum(unsigned long addr)
{
	struct page *page;
	int ret = pin_user_pages_fast(addr, 1, 0, &page);

	if (ret != 1)
		return -EFAULT;
	ret = checksum(page_address(page));
	put_page(page); //~ mismatched-release
	return ret;
}
`,
      good: `int sum(unsigned long addr)
{
	struct page *page;
	int ret = pin_user_pages_fast(addr, 1, 0, &page);

	if (ret != 1)
		return -EFAULT;
	ret = checksum(page_address(page));
	unpin_user_page(page);
	return ret;
}
`,
    },
  ],
};

const rightCall = (kind: 'get' | 'pin', what: string): string =>
  kind === 'pin' ? (what.includes('folio') ? 'unpin_folio()' : 'unpin_user_page*()') : 'put_page()';

/** In the group nothing takes what the release gives back, and every page in it is known to come from gup. */
function wrongReleases(g: Group): ReleaseSite[] {
  if (!g.acquires.length || g.foreign.length) return [];
  return g.releases.filter(
    (r) =>
      !g.acquires.some((a) => a.kind === r.effect.of || (a.fact.takes === 'by-iter' && a.fact.into === 'bio')) &&
      !g.uses.some((u) => u.effect.kind === 'ref' && u.effect.of === r.effect.of),
  );
}

/** `get_kernel_pages` → `put_kernel_pages`. */
const partnerName = (fn: string): string => fn.replace(/(?<![a-z])get(?![a-z])/, 'put');

/** Acquires of a kind that nothing in the group gives back, while everything there gives back the other kind. */
function wrongAcquires(g: Group): AcquireSite[] {
  if (!g.releases.length || g.foreign.length) return [];
  return g.acquires.filter(
    (a) =>
      a.fact.takes !== 'by-iter' &&
      !g.releases.some((r) => r.effect.of === a.kind) &&
      g.acquires.some((b) => b.kind !== a.kind),
  );
}

/**
 * Pins that are kept in an object, and the only calls outside of the acquiring functions that release what the object
 * holds give back plain references: whatever else the array may hold, the pins are not undone.
 */
function keptPins(file: FileAnalysis, g: Group): ReleaseSite[] {
  const pins = g.acquires.filter((a) => a.kind === 'pin');
  if (!pins.length || pins.length !== g.acquires.length || !g.foreign.length || !file.groups.isKept(g)) return [];
  if (g.foreign.some((x) => x.what.startsWith('parameter'))) return [];
  const takers = new Set(pins.map((a) => a.fn));
  // a reference that the file takes itself (get_page() on kernel pages) is given back by the function named after it
  const refs = g.uses.filter((u) => u.effect.kind === 'ref').map((u) => u.fn);
  if (refs.some((fn) => partnerName(fn) === fn)) return [];
  const outside = g.releases.filter((r) => !takers.has(r.fn) && !refs.some((fn) => partnerName(fn) === r.fn));
  if (outside.some((r) => r.effect.of === 'pin')) return [];
  // what frees to the allocator goes with what it gave
  const puts = g.foreign.every((x) => ALLOCATES.test(x.what)) ? outside.filter((r) => !r.effect.frees) : [];
  return puts.length ? puts : outside;
}

/**
 * Pages of a call that is not seen but says by its name that it pins (`pages = dev_pin_pages(…)`), which one function of
 * the file unpins and another puts: they cannot both be right.
 */
function presumedPins(file: FileAnalysis, g: Group): { release: ReleaseSite; source: Span; what: string }[] {
  const source = g.foreign.length === 1 ? g.foreign[0] : undefined;
  if (!source || g.acquires.length || !/(^|_)pin_(user_)?(page|folio)s?(_|\(|$)/.test(source.what)) return [];
  if (g.uses.some((u) => u.effect.kind === 'ref')) return [];
  const unpins = g.releases.filter((r) => r.effect.of === 'pin');
  if (!unpins.length) return [];
  return g.releases
    .filter(
      (r) => r.effect.of === 'get' && !unpins.some((u) => u.fn === r.fn && (u.key !== r.key || isEither(file, r, u))),
    )
    .map((release) => ({ release, source: source.span, what: source.what }));
}

/** Calls that drop a plain reference where a flag says that the pages are to be unpinned: `if (obj->need_unpin) put_page(…)`. */
function* againstFlags(file: FileAnalysis): Iterable<{ release: ReleaseSite; flag: Expr }> {
  for (const release of file.groups.releases) {
    if (release.effect.of !== 'get' || release.effect.frees) continue;
    const f = file.functions.get(release.fn);
    if (!f) continue;
    for (const node of f.cfg.nodes) {
      if (node.what.kind !== 'branch') continue;
      const { test } = node.what;
      const name = test.kind === 'id' || test.kind === 'member' ? test.name : '';
      if (!/(^|_)unpin(_|$)/.test(name)) continue;
      const yes = node.succs.find((e) => e.label.kind === 'true');
      const no = node.succs.find((e) => e.label.kind === 'false');
      if (yes && no && isOnlyBehind(f.cfg, release.call, yes.to, no.to)) yield { release, flag: test };
    }
  }
}

export const mismatchedRelease: Rule = {
  meta,
  *check(file): Iterable<Report> {
    const seen = new Set<number>();
    for (const e of file.events) {
      if (e.kind !== 'mismatch' || seen.has(e.at.start)) continue;
      if (isChosenByData(file, e.call, e.functionName, e.resource.kind, e.resource.site)) continue;
      seen.add(e.at.start);
      yield report(
        file,
        e.call,
        e.functionName,
        e.resource.site,
        e.resource.kind,
        pathSteps(file, e.trace, e.resource.site, e.at, 'released with the wrong partner'),
      );
    }
    for (const { release: r, flag } of [...againstFlags(file), ...chosenTheWrongWay(file)]) {
      if (seen.has(r.call.start)) continue;
      seen.add(r.call.start);
      const name = file.groups.text(flag);
      yield {
        span: r.call,
        functionName: r.fn,
        message: `${callName(r.call)}() drops a plain reference where \`${name}\` says that the pages are pinned: the pin stays in place. Use ${rightCall('pin', callName(r.call))}.`,
        steps: [
          stepAt(file, flag, `\`${name}\` is true`, 'branch'),
          stepAt(file, r.call, `released with the wrong partner in ${r.fn}()`, 'fault'),
        ],
        shape: `${callName(r.call)}:${name}`,
      };
    }
    for (const { release: r, acquire: a } of presumedWrong(file)) {
      if (seen.has(r.call.start) || isChosenByData(file, r.call, r.fn, a.kind, a.call)) continue;
      seen.add(r.call.start);
      yield report(file, r.call, r.fn, a.call, a.kind, [
        stepAt(file, a.call, `${callName(a.call)}() takes pages of this kind in ${a.fn}()`, 'acquire'),
        stepAt(file, r.call, `released with the wrong partner in ${r.fn}()`, 'fault'),
      ]);
    }
    for (const { release: r, acquire: a, test } of neitherUnpins(file)) {
      if (seen.has(r.call.start)) continue;
      seen.add(r.call.start);
      yield report(file, r.call, r.fn, a.call, 'pin', [
        stepAt(file, a.call, `${callName(a.call)}() takes the pages in ${a.fn}()`, 'acquire'),
        stepAt(file, test, `\`${file.groups.text(test)}\` tells them from pages of the allocator`, 'branch'),
        stepAt(file, r.call, `released with the wrong partner in ${r.fn}(): neither way gives back a pin`, 'fault'),
      ]);
    }
    for (const g of file.groups.all().values()) {
      for (const r of [...wrongReleases(g), ...keptPins(file, g)]) {
        if (seen.has(r.call.start)) continue;
        seen.add(r.call.start);
        const a = g.acquires.find((x) => x.kind !== r.effect.of) ?? g.acquires[0]!;
        yield report(file, r.call, r.fn, a.call, a.kind, [
          stepAt(file, a.call, `${callName(a.call)}() takes the pages in ${a.fn}()`, 'acquire'),
          stepAt(file, r.call, `released with the wrong partner in ${r.fn}()`, 'fault'),
        ]);
      }
      for (const { release: r, source, what } of presumedPins(file, g)) {
        if (seen.has(r.call.start)) continue;
        seen.add(r.call.start);
        yield {
          span: r.call,
          functionName: r.fn,
          message: `\`${file.groups.text(r.call.args[r.effect.pages.arg]!)}\` (pinned on ${lineAt(file, source.start)} by ${what.replace('()', '')}) is released by ${callName(r.call)}() here, though ${g.releases.some((u) => u.fn === r.fn && u.effect.of === 'pin') ? 'others of them are unpinned in the same function' : 'another function of the file unpins such pages'}: it drops one reference and leaves the pin in place. Use ${rightCall('pin', callName(r.call))}.`,
          steps: [
            stepAt(file, source, `${what} pins the pages, by its name and by what releases them elsewhere`, 'acquire'),
            stepAt(file, r.call, `released with the wrong partner in ${r.fn}()`, 'fault'),
          ],
          shape: `${callName(r.call)}:presumed`,
        };
      }
      for (const a of wrongAcquires(g)) {
        if (
          seen.has(a.call.start) ||
          file.events.some((e) => e.kind === 'mismatch' && e.resource.site.start === a.call.start)
        )
          continue;
        seen.add(a.call.start);
        const r = g.releases[0]!;
        yield {
          span: a.call,
          functionName: a.fn,
          message: `\`${pagesName(file, a.call)}\` is ${a.kind === 'get' ? 'taken with a plain reference' : 'pinned'} by ${callName(a.call)}() here, but everything that releases these pages (${callName(r.call)}() in ${r.fn}()) gives back ${a.kind === 'get' ? 'a pin' : 'a plain reference'}; use ${a.fact.partner ?? 'the partner call'}() here or ${rightCall(a.kind, callName(r.call))} there.`,
          steps: [
            stepAt(file, a.call, `${callName(a.call)}() takes the pages`, 'acquire'),
            stepAt(file, r.call, 'released with the wrong partner', 'fault'),
          ],
          shape: `${callName(a.call)}:acquire`,
          fixes: () => matchRelease(file, r.call, a.kind),
        };
      }
    }
  },
};

function report(
  file: FileAnalysis,
  release: ReleaseSite['call'],
  fn: string,
  acquire: AcquireSite['call'],
  kind: 'get' | 'pin',
  steps: PathStep[],
): Report {
  const name = callName(release);
  const frees = /^_*free_|^__free/.test(name);
  const effect = frees
    ? 'it frees the page to the allocator though user space still maps it'
    : kind === 'pin'
      ? 'it drops one reference and leaves the pin in place'
      : 'it takes away a pin that was never taken';
  return {
    span: release,
    functionName: fn,
    message: `${describeAcquire(file, acquire, kind)} is released by ${name}() here: ${effect}. Use ${rightCall(kind, name)}, the partner of ${callName(acquire)}().`,
    steps,
    shape: `${callName(acquire)}:${name}`,
    fixes: () => matchRelease(file, release, kind),
  };
}
