/** Leaks that no single path tells: what is returned, kept, freed or left undone, as the file as a whole shows it. */
import type { OutlivesEvent } from '../analysis/events.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { forgottenPages, type Forgotten } from '../analysis/forgotten.ts';
import { idleReleases, type IdleRelease } from '../analysis/idle-release.ts';
import { overwrittenPages, type Overwritten } from '../analysis/overwritten.ts';
import { wrongBounds, type WrongBound } from '../analysis/release-bounds.ts';
import type { Group } from '../analysis/sites.ts';
import { releaseInTeardown } from '../fixes/teardown.ts';
import { callName, describeAcquire, lineAt, pathSteps, stepAt, type Report } from './rule.ts';

/** The call that gives back what such an acquire takes. */
export const partner = (kind: 'get' | 'pin'): string => (kind === 'pin' ? 'unpin_user_pages()' : 'put_page()');

/** Code that is being typed: the release may be what cannot be read yet. */
export const isUnfinished = (file: FileAnalysis, ...functions: readonly string[]): boolean =>
  functions.some((name) => file.functions.get(name)?.def.hasError);

/** What was found on paths already. */
interface Told {
  /** Acquires that are lost on one, by where they start. */
  readonly lost: Set<number>;
  /** Functions with a finding. */
  readonly told: ReadonlySet<string>;
  readonly any: boolean;
}

/** All of a file. */
export function* leftHeld(file: FileAnalysis, { lost, told, any }: Told): Iterable<Report> {
  for (const e of addressOnly(file)) {
    if (lost.has(e.resource.site.start)) continue;
    lost.add(e.resource.site.start);
    yield fromAddress(file, e);
  }
  // a path that ends behind such a label is told as a path
  const idle = idleReleases(file).filter((r) => r.kind !== 'label' || !told.has(r.fn));
  for (const r of idle) yield fromIdle(file, r);
  for (const x of overwrittenPages(file)) yield fromOverwritten(file, x);
  for (const b of wrongBounds(file)) if (b.kind !== 'far') yield fromBound(file, b);
  const forgotten = idle.length ? [] : forgottenPages(file).filter((x) => x.apart || !lost.has(x.acquire.call.start));
  for (const x of forgotten) yield fromForgotten(file, x);
  const never = idle.length || forgotten.length ? [] : [...neverReleased(file, lost)];
  yield* never;
  if (!never.length && !idle.length && !forgotten.length && !any) yield* keptForEver(file);
}

/**
 * A function of the file gives its callers an address inside of the page and keeps nothing, and nothing in the file gives a page
 * back that was found by its number.
 */
function* addressOnly(file: FileAnalysis): Iterable<OutlivesEvent> {
  for (const e of file.events) {
    if (e.kind !== 'outlives' || !e.onlyAddress || e.root !== e.resource.functionName) continue;
    const g = file.groups.groupOfAcquire(e.resource.site);
    const { text } = file.unit;
    if (!g || g.releases.length || isUnfinished(file, e.root) || !file.functions.get(e.root)?.def.isStatic) continue;
    if (!/\b((pfn|phys|virt)_to_(page|folio)|pfn_folio)\b/.test(text)) yield e;
  }
}

/** The page is lost with the address that is returned. */
const fromAddress = (file: FileAnalysis, e: OutlivesEvent): Report => ({
  span: e.at,
  functionName: e.root,
  message: `${describeAcquire(file, e.resource.site, e.resource.kind)} is leaked by this return: what ${e.root}() gives its caller is an address inside of the page, and nothing in this file gives a page back that is known by its address; release it with ${partner(e.resource.kind)} first.`,
  steps: pathSteps(file, e.trace, e.resource.site, e.at, 'the page is lost here: only an address in it is returned'),
  shape: `${callName(e.resource.site)}:address`,
});

/** A teardown that leaves the pages held. */
const fromForgotten = (file: FileAnalysis, x: Forgotten): Report => ({
  span: x.at,
  functionName: x.fn,
  message: `${describeAcquire(file, x.acquire.call, x.acquire.kind)} is not given back here: ${x.words}; call ${partner(x.acquire.kind)}.`,
  steps: [
    stepAt(file, x.acquire.call, `${callName(x.acquire.call)}() takes the pages`, 'acquire'),
    stepAt(file, x.at, 'the object is taken apart with the pages still held', 'fault'),
  ],
  shape: `${callName(x.acquire.call)}:forgotten:${x.fn}`,
  fixes: () => releaseInTeardown(file, x.acquire),
});

/** A store over pages that an earlier call left. */
const fromOverwritten = (file: FileAnalysis, x: Overwritten): Report => ({
  span: x.at,
  functionName: x.fn,
  message: `${describeAcquire(file, x.acquire.call, x.acquire.kind)} is kept in \`${x.field}\`, which is written here without a look at what is there: a second call of ${x.entry}() writes over the pages of the first, and those are leaked. Give back what \`${x.field}\` holds with ${partner(x.acquire.kind)} first, or refuse the call.`,
  steps: [
    stepAt(file, x.acquire.call, `${callName(x.acquire.call)}() takes the pages`, 'acquire'),
    stepAt(file, x.at, 'what an earlier call left here is lost', 'fault'),
  ],
  shape: `${callName(x.acquire.call)}:overwritten:${x.fn}`,
});

/** A release that leaves the first or the last page. */
function fromBound(file: FileAnalysis, b: WrongBound): Report {
  const name = callName(b.release.call);
  const acquire = file.groups.groupOf(b.release.key)?.acquires[0];
  const left = b.kind === 'short' ? 'the last page stays' : 'the first page stays';
  const why =
    b.kind === 'short'
      ? `${name}() gives back fewer pages than \`${b.count}\``
      : `the loop that gives them back does not begin with the first of \`${b.count}\``;
  return {
    span: b.at,
    functionName: b.release.fn,
    message: `${acquire ? describeAcquire(file, acquire.call, acquire.kind) : 'What is released here'} is not given back whole: ${why}, so ${left} held.`,
    steps: [
      ...(acquire ? [stepAt(file, acquire.call, `${callName(acquire.call)}() takes the pages`, 'acquire')] : []),
      stepAt(file, b.at, left + ' held', 'fault'),
    ],
    shape: `${name}:bound:${b.kind}`,
  };
}

/** A function whose name, or whose look at a page, says that it releases: it does not. */
function fromIdle(file: FileAnalysis, r: IdleRelease): Report {
  const what: Record<IdleRelease['kind'], string> = {
    unread: `\`${r.name}\` is looked up in ${r.fn}() and nothing is done with it: if this is where the page is given back, the release is missing`,
    dirtied: `\`${r.name}\` is dirtied in ${r.fn}() and then kept: a function that ends the use of pages must give them back as well`,
    parameter: `${r.fn}() is given \`${r.name}\` to release, and does nothing with it: the pages stay held`,
    tested: `\`${r.name}\` is looked up in ${r.fn}() and only asked whether it is there: if this is where the page is given back, the release is missing`,
    branch: `nothing is done where \`${r.name}\` holds: if this is where pages are given back, the release is missing`,
    label: `behind the label \`${r.name}\` nothing is given back, though its name says so: the pages stay held`,
    count: `\`${r.name}\` is worked out in ${r.fn}() and not used: as many pages should be given back`,
    unused: `\`${r.name}\` is declared in ${r.fn}() and not used: if pages were to be given back by it, the release is missing`,
    index: `\`${r.name}\` is declared in ${r.fn}() and not used, and what is ended there holds many pages: if they were to be given back one by one, the loop is missing`,
    keeper: `${r.fn}() is given \`${r.name}\`, which keeps the pages, and does nothing with it: the pages stay held`,
    answer: `\`${r.name}\` is asked for in ${r.fn}() and not read, where ${r.like ?? ''}() gives a page back if it is true: the release is missing`,
    empty: `${r.fn}() says by its name that it gives pages back, and nothing in it does: the pages stay held`,
  };
  return {
    span: r.at,
    functionName: r.fn,
    message: `${what[r.kind]}. Call unpin_user_page() (or put_page() for pages of get_user_pages*()).`,
    steps: [stepAt(file, r.at, 'no release follows', 'fault')],
    shape: `idle:${r.kind}:${r.name}`,
  };
}

/** Something that is not followed may release the pages. What only this file can name gets to another one by a call. */
const mayBeReleasedUnseen = (file: FileAnalysis, g: Group): boolean =>
  file.groups.mayBeReleasedUnseen(
    g,
    (fn) =>
      !file.isElsewhere(fn) ||
      !file.groups.isPrivate(g) ||
      [...file.reaching(fn)].some((name) => !file.isElsewhere(name)),
  );

/** The pages are given back, or may be where that is not seen. */
const isGivenBack = (file: FileAnalysis, g: Group): boolean =>
  !file.groups.isKept(g) ||
  mayBeReleasedUnseen(file, g) ||
  releasedOutside(g, new Set(g.acquires.map((a) => a.fn))) ||
  g.foreign.some((x) => x.what.startsWith('parameter')) ||
  g.uses.some((u) => u.effect.kind === 'put-in' && (u.effect.what === 'bio' || u.effect.what === 'skb'));

/** A function that does not take the pages itself gives them back; what undoes a get_page() of the file's own is not it. */
const releasedOutside = (g: Group, takers: ReadonlySet<string>): boolean =>
  g.releases.some(
    (r) =>
      !takers.has(r.fn) &&
      (g.acquires.some((a) => a.kind === r.effect.of) ||
        !g.uses.some((u) => u.effect.kind === 'ref' && u.effect.of === r.effect.of)),
  );

/** Pages kept in an object of a type that only this file knows, which nothing in the file ever gives back. */
function* keptForEver(file: FileAnalysis): Iterable<Report> {
  for (const g of file.groups.all().values()) {
    const takers = new Set(g.acquires.map((a) => a.fn));
    if (
      !file.groups.isPrivate(g) ||
      mayBeReleasedUnseen(file, g) ||
      releasedOutside(g, takers) ||
      g.uses.some((u) => u.effect.kind === 'put-in' && (u.effect.what === 'bio' || u.effect.what === 'skb'))
    )
      continue;
    for (const e of file.events) {
      if (e.kind !== 'outlives' || e.outcome === 'error' || !file.isEntry(e.root)) continue;
      const a = g.acquires.find((x) => x.call.start === e.resource.site.start);
      // handed to code that is not seen: it may release them
      if (!a || e.reach.some((r) => /^(passed|linked|the result)/.test(r))) continue;
      yield {
        span: a.call,
        functionName: a.fn,
        message: `${describeAcquire(file, a.call, a.kind)} stays held after ${e.root}() and nothing in this file gives it back, though the object that keeps it is private to the file; call ${partner(a.kind)}.`,
        steps: pathSteps(file, e.trace, a.call, e.at, `${e.root}() returns with the pages held`),
        shape: `${callName(a.call)}:kept`,
        fixes: () => releaseInTeardown(file, a),
      };
      break;
    }
  }
}

/**
 * Objects that are taken apart though nothing outside of the acquiring function releases the pages that it put into
 * them: the array, or the object whose field names it, is freed with the pages still held.
 */
function* neverReleased(file: FileAnalysis, lost: ReadonlySet<number>): Iterable<Report> {
  const open = [...file.groups.all().values()].some((g) => g.acquires.length && !isGivenBack(file, g));
  if (!open) return;
  const done = new Set<object>();
  for (const f of [...file.groups.frees].sort((x, y) => Number(y.own) - Number(x.own))) {
    const g = f.keys.map((k) => file.groups.groupOf(k)).find((x) => x && x.acquires.length);
    if (!g || done.has(g) || isGivenBack(file, g) || (!f.own && !file.groups.isPrivate(g))) continue;
    if (g.acquires.some((a) => a.fn === f.fn)) continue;
    // the acquire must have left pages behind on success, in an object
    const a = g.acquires.find((x) =>
      file.events.some((e) => e.kind === 'outlives' && e.outcome !== 'error' && e.resource.site.start === x.call.start),
    );
    if (!a || lost.has(a.call.start)) continue;
    done.add(g);
    yield {
      span: a.call,
      functionName: a.fn,
      message: `${describeAcquire(file, a.call, a.kind)} is never given back: ${f.how} what names the pages on ${lineAt(file, f.span.start)} in ${f.fn}(), and nothing outside of ${a.fn}() in this file releases them; call ${partner(a.kind)} first.`,
      steps: [
        stepAt(file, a.call, `${callName(a.call)}() takes the pages`, 'acquire'),
        stepAt(file, f.span, 'what names them goes away', 'fault'),
      ],
      shape: `${callName(a.call)}:never`,
      fixes: () => releaseInTeardown(file, a),
    };
  }
}
