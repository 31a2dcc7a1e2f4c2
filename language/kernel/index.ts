/** The facts about the kernel's API: one entry for analysis, hover, quick fixes and simulator. */
import type { KernelVersion } from '../c/unit.ts';
import { accounting } from './accounting.ts';
import { aliases } from './alias.ts';
import { cases } from './cases.ts';
import { containers } from './containers.ts';
import { contexts } from './context.ts';
import { dirtying } from './dirty.ts';
import { dma } from './dma.ts';
import { errPointers } from './errptr.ts';
import { fallible } from './fallible.ts';
import { flags } from './flags.ts';
import { acquires } from './gup.ts';
import { kmaps } from './kmap.ts';
import { locks } from './locks.ts';
import { memory } from './memory.ts';
import { opsMembers } from './ops.ts';
import { pureCalls } from './pure.ts';
import { refs } from './ref.ts';
import { releases } from './release.ts';
import { scatter } from './scatter.ts';
import type { AcquireFact, CallFact, KernelFacts, OpsMember } from './types.ts';
import { userCopies } from './user-copy.ts';
import { inRange } from './version.ts';

export { accountingNames } from './accounting.ts';
export { describeAcquire, describeFlag, releasesOf } from './describe.ts';
export type { ReleasePartner } from './describe.ts';
export { guardClasses, mmapRwsemEffects } from './locks.ts';
export * from './version.ts';

const calls: readonly CallFact[] = [
  ...releases,
  ...dirtying,
  ...dma,
  ...scatter,
  ...kmaps,
  ...aliases,
  ...refs,
  ...memory,
  ...locks,
  ...userCopies,
  ...containers,
  ...errPointers,
  ...contexts,
  ...accounting,
  ...pureCalls,
];

/** Calls that can fail: what takes pages, what allocates, maps for DMA, copies from and to users, or can be interrupted. */
export const fallibleCalls: readonly string[] = [
  ...new Set([...acquires.map((fact) => fact.name), ...fallible(calls)]),
];

const acquireByName = new Map(acquires.map((fact) => [fact.name, fact]));
const flagByName = new Map(flags.map((fact) => [fact.name, fact]));
const callsByName = group(calls);
const opsByKey = new Map<string, OpsMember>(opsMembers.map((member) => [`${member.record}.${member.member}`, member]));

function group(facts: readonly CallFact[]): Map<string, CallFact[]> {
  const map = new Map<string, CallFact[]>();
  for (const fact of facts) {
    const known = map.get(fact.name);
    if (known) known.push(fact);
    else map.set(fact.name, [fact]);
  }
  return map;
}

/**
 * All facts, with look-ups by name in constant time. Ranges are exact for acquires, releases, flags and whatever has
 * `replacedBy`; other rows without ends may stand for calls that only some kernels have. What a call does is asked without a
 * kernel (stable trees and compat headers have many before their time); with one it is asked whether it is there.
 */
export const facts: KernelFacts = {
  acquire: (name) => acquireByName.get(name),
  formIn: (fact, kernel) => fact.forms.find((form) => inRange(form, kernel)),
  /** Without `kernel`: the newest fact of that name. With one: the fact that holds there, undefined if the kernel lacks the call. */
  call(name, kernel) {
    const known = callsByName.get(name);
    if (!kernel || !known) return known?.at(-1);
    return known.find((fact) => inRange(fact, kernel));
  },
  acquires,
  calls,
  flags,
  cases,
  flag: (name) => flagByName.get(name),
  ops: (record, member) => opsByKey.get(`${record}.${member}`),
  findOps: (member) => opsMembers.filter((candidate) => candidate.member === member),
};

/** A release and the one that does the same for the other kind of reference. */
const releasePairs: readonly (readonly [get: string, pin: string])[] = [
  ['put_page', 'unpin_user_page'],
  ['release_pages', 'unpin_user_pages'],
  ['folio_put', 'unpin_folio'],
  ['folio_put_refs', 'unpin_user_folio'],
];

const releasePartners = new Map([
  ...releasePairs.map(([get, pin]) => [pin, get] as const),
  ...releasePairs.map(([get, pin]) => [get, pin] as const),
]);

/** Calls that went without a partner of the same arguments: what a conversion to pins makes of them. */
const oneWay: ReadonlyMap<string, string> = new Map([
  ['get_user_pages_longterm', 'pin_user_pages'],
  ['put_user_page', 'unpin_user_page'],
  ['put_user_pages', 'unpin_user_pages'],
  ['put_user_pages_dirty', 'unpin_user_pages_dirty_lock'],
  ['put_user_pages_dirty_lock', 'unpin_user_pages_dirty_lock'],
  ['page_cache_release', 'unpin_user_page'],
]);

/**
 * The call to write in place of `name` when its references change kind: get_user_pages_fast ↔ pin_user_pages_fast, put_page ↔
 * unpin_user_page; for what only older kernels have, the pin call that took its place. With `kernel`, only calls that it has.
 */
export function conversionPartner(name: string, kernel?: KernelVersion): string | undefined {
  const partner = acquireByName.get(name)?.partner ?? releasePartners.get(name) ?? oneWay.get(name);
  if (partner === undefined || !kernel || existsIn(partner, kernel)) return partner;
  return undefined;
}

/** Has `kernel` a function of this name, as far as the tables know it? False for names that they do not have. */
export function existsIn(name: string, kernel: KernelVersion): boolean {
  const acquire = acquireByName.get(name);
  if (acquire) return facts.formIn(acquire, kernel) !== undefined;
  return facts.call(name, kernel) !== undefined;
}

/** Is it a call that takes references on user pages, in any kernel? */
export function isAcquireName(name: string): boolean {
  return acquireByName.has(name);
}

/** Is it a call that gives page references back or frees pages, in any kernel? */
export function isReleaseName(name: string): boolean {
  return callsByName.get(name)?.some((fact) => fact.effects.some((effect) => effect.kind === 'release')) ?? false;
}

/** The acquire and its form in `kernel`; `form` is undefined where the kernel has none. */
export function acquireIn(
  name: string,
  kernel: KernelVersion,
): { fact: AcquireFact; form: ReturnType<KernelFacts['formIn']> } | undefined {
  const fact = acquireByName.get(name);
  return fact && { fact, form: facts.formIn(fact, kernel) };
}

/** Value of a FOLL_* flag in 6.12 (its last value, if it is gone). */
export function flagValue(name: string): number | undefined {
  return flagByName.get(name)?.value;
}

/** Names whose presence makes a file worth analysing: acquires, releases of pins, and both as old kernels had them. No name of general use (put_page). */
export const gupFamilyNames: readonly string[] = [
  ...new Set([
    ...acquires.map((fact) => fact.name),
    ...releases
      .filter(
        (fact) =>
          fact.effects.some((effect) => effect.kind === 'release' && effect.of === 'pin') ||
          /^put_user_page/.test(fact.name),
      )
      .map((fact) => fact.name),
    'folio_add_pin',
    'iov_iter_extract_will_pin',
  ]),
];
