/**
 * Convert to pin_user_pages: the acquires of a group of pages and every release of them in the file, in one fix. All or
 * nothing: a release that is not found, not understood or shared with other pages means no fix, and a note that says so.
 */
import type { CallExpr } from '../../language/c/ast.ts';
import { compareVersions, facts, formatVersion } from '../../language/kernel/index.ts';
import { calleeName } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { isOf, namingOf, wordKind } from '../analysis/naming.ts';
import type { ReleaseSite } from '../analysis/sites.ts';
import type { Fix } from '../findings.ts';
import { defOf, disjoint } from './edits.ts';
import { addFlag, flagEdits } from './flags.ts';
import { type Component, componentOf } from './flow.ts';
import { acquireTo, callAt, joined, lineNumber, releaseToGet, releaseToPin, type Rewrite } from './rewrite.ts';

/** A conversion, or why there is none. */
export interface Conversion {
  readonly fixes: readonly Fix[];
  /** Why there is no fix. */
  readonly note?: string;
}

const FIRST_PIN = { major: 5, minor: 6, patch: 0 };
const none = (why: string): Conversion => ({ fixes: [], note: `No conversion is offered: ${why}.` });

/** Converts the pages that `acquire` takes, everywhere in the file, to pins. */
export function convertToPin(file: FileAnalysis, acquire: CallExpr): Conversion {
  const { kernel } = file.unit.target;
  if (compareVersions(kernel, FIRST_PIN) < 0)
    return none(`kernel ${formatVersion(kernel)} has no pin_user_pages(), which came in 5.6`);
  const group = componentOf(file, acquire);
  if (!group) return none(`it is not known where the pages of ${callAt(file, acquire)} go`);
  const obstacle = obstacleIn(file, group, 'get');
  if (obstacle) return none(obstacle);
  const acquires = group.acquires.filter((a) => a.kind === 'get');
  const releases = group.releases.filter((r) => r.effect.of === 'get');
  const scope = new Set([...acquires, ...releases].map((s) => s.call.start));
  const calls = group.acquires.map((a) => a.call);
  const takes: Rewrite[] = [];
  for (const a of acquires) {
    takes.push(acquireTo(file, a, 'pin', scope));
    const flags = flagEdits(file, a, new Set(['FOLL_GET', 'FOLL_PIN']));
    if (!flags.complete) return none(`an internal flag reaches ${callAt(file, a.call)} from outside of this function`);
    takes.push({ edits: flags.edits });
  }
  const gives = (fold: boolean): Rewrite[] =>
    releases.map((r) => releaseToPin(file, r.fn, r.call, r.effect, calls, scope, fold));
  // pages that are kept want the flag as well
  const keeps = acquires.flatMap((a): Rewrite[] =>
    addFlag(file, a.call, 'FOLL_LONGTERM').map((fix) => ({ edits: fix.edits })),
  );
  const title = `Convert to ${partnerName(group)}() with ${releases.length === 1 ? 'its release' : 'all releases'}`;
  const first = finish(file, [...takes, ...gives(true)], title);
  if (!first.fixes.length) return first;
  const others = [
    ...(keeps.length ? [[...takes, ...keeps, ...gives(true)]] : []),
    [...takes, ...gives(false)],
    ...(keeps.length ? [[...takes, ...keeps, ...gives(false)]] : []),
  ];
  const fixes = [...first.fixes, ...others.flatMap((rewrites) => finish(file, rewrites, title).fixes)];
  return { fixes: fixes.map((fix) => ({ ...fix, choice: 'convert' })) };
}

/** Converts pins to plain references, everywhere in the file. Never safe: most pages want the pin. */
export function convertToGet(file: FileAnalysis, group: Component): Conversion {
  const obstacle = obstacleIn(file, group, 'pin');
  if (obstacle) return none(obstacle);
  const acquires = group.acquires.filter((a) => a.kind === 'pin');
  if (acquires.some((a) => a.flags.names.has('FOLL_LONGTERM'))) return none('FOLL_LONGTERM needs a pin');
  const releases = group.releases.filter((r) => r.effect.of === 'pin');
  const scope = new Set([...acquires, ...releases].map((s) => s.call.start));
  const rewrites = [
    ...acquires.map((a) => acquireTo(file, a, 'get', scope)),
    ...releases.map((r) => releaseToGet(file, r.fn, r.call, scope)),
  ];
  const done = finish(
    file,
    rewrites,
    `Change ${calleeName(acquires[0]?.call ?? group.acquires[0]!.call) ?? 'the acquire'}() to its get_user_pages form`,
  );
  return { ...done, fixes: done.fixes.map((f) => ({ ...f, safe: false, preferred: false })) };
}

function finish(file: FileAnalysis, rewrites: readonly Rewrite[], title: string): Conversion {
  const problems = rewrites.flatMap((r) => ('problem' in r ? [r.problem] : []));
  if (problems.length) return none(`no half fix, and ${[...new Set(problems)].slice(0, 3).join('; ')}`);
  const edits = joined(file, rewrites);
  if (!edits.length) return { fixes: [] };
  if (!disjoint(edits)) return none('the calls stand too close together to be rewritten');
  const broken = file.unit.functions.some(
    (f) => f.hasError && edits.some((e) => e.span.start >= f.start && e.span.end <= f.end),
  );
  const safe = !broken && !rewrites.some((r) => 'risky' in r && r.risky);
  return { fixes: [{ title, safe, preferred: true, edits }] };
}

function partnerName(g: Component): string {
  const get = g.acquires.find((a) => a.kind === 'get') ?? g.acquires[0];
  return get?.fact.partner ?? 'pin_user_pages';
}

/** What keeps all references of kind `from` in a group from becoming the other kind. */
function obstacleIn(file: FileAnalysis, group: Component, from: 'get' | 'pin'): string | undefined {
  const line = (at: number): number => lineNumber(file.unit.text, at);
  const local = (fn: string): boolean =>
    file.functions.get(fn) !== undefined && file.unit.functions.includes(file.functions.get(fn)!.def);
  // what is of the other kind already is not touched: whose pages it releases is not the question here
  const touched = (r: ReleaseSite): boolean => r.effect.of === from;
  const shared = group.shared.find((x) => touched(x.release));
  if (shared) {
    const { release, source } = shared;
    const where = local(source.fn) ? ` (line ${line(source.span.start)})` : '';
    return `${callAt(file, release.call)} also releases pages from ${source.what}${where}, which are not ${from === 'get' ? 'taken by get_user_pages' : 'pinned'}`;
  }
  const iter = group.acquires.find(
    (a) =>
      a.fact.takes === 'by-iter' || (a.kind === from && !a.fact.partner && !facts.acquire(a.fact.name)?.replacedBy),
  );
  if (iter)
    return `${callAt(file, iter.call)} shares a release with these pages and has no ${from === 'get' ? 'pin' : 'get'} form with these arguments`;
  if (!group.releases.length) return 'no release of these pages is found in this file';
  const ref = group.uses.find((u) => u.effect.kind === 'ref');
  if (ref)
    return `${callAt(file, ref.call)} takes another reference on the same pages, and it is not known which release gives that one back`;
  const bio =
    group.releases.find((r) => r.effect.pages.as === 'bio') ??
    group.uses.find((u) => u.effect.kind === 'put-in' && (u.effect.what === 'bio' || u.effect.what === 'skb'));
  if (bio) return `${callAt(file, bio.call)} hands the pages to code that releases them itself`;
  const missing = [...group.acquires.filter((a) => a.kind === from), ...group.releases.filter(touched)].find(
    (s) => !defOf(file, s.fn, s.call),
  );
  if (missing) return `${calleeName(missing.call) ?? 'a call'}() in ${missing.fn}() is in another file`;
  const unclear = group.unclear.find(touched);
  if (unclear) return `it is not known whose pages ${callAt(file, unclear.call)} releases`;
  return unseenRelease(file, group);
}

/** Names of calls that may give pages back, and of which the tables know nothing. */
const GIVING = wordKind(
  (name) =>
    /(^|_)(put|release|unpin|free)(_|s?$)/.test(name) &&
    /page|folio|umem|user/.test(name) &&
    !facts.call(name) &&
    !facts.acquire(name),
);

/** A call of code that is not seen, which by its name gives the pages back. */
function unseenRelease(file: FileAnalysis, group: Component): string | undefined {
  for (const f of namingOf(file.functions).holding(GIVING)) {
    for (const call of f.calls) {
      const name = calleeName(call);
      if (!name || group.ownReleases.has(name) || file.functions.has(name) || !isOf(name, GIVING)) continue;
      for (const a of call.args) {
        const key = a.kind === 'cond' ? null : file.groups.keyOf(a, f);
        if (key && group.keys.has(key))
          return `${callAt(file, call)} may release the pages, in code that is not in this file`;
      }
    }
  }
  return undefined;
}
