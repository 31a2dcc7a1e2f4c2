/** The rules, in the order of rules.md. One file a rule. */
import { dirtyWithoutLock } from './dirty-without-lock.ts';
import { doubleRelease } from './double-release.ts';
import { follForce } from './foll-force.ts';
import { getForDma } from './get-for-dma.ts';
import { internalFlag } from './internal-flag.ts';
import { leakedPin } from './leaked-pin.ts';
import { longtermWithoutPin } from './longterm-without-pin.ts';
import { mismatchedRelease } from './mismatched-release.ts';
import { missingDirty } from './missing-dirty.ts';
import { missingLongterm } from './missing-longterm.ts';
import { mmapLock } from './mmap-lock.ts';
import { nullPages } from './null-pages.ts';
import { preferMmuNotifier } from './prefer-mmu-notifier.ts';
import { refcountMisuse } from './refcount-misuse.ts';
import { removedApi } from './removed-api.ts';
import type { Rule } from './rule.ts';
import { sleepInAtomic } from './sleep-in-atomic.ts';
import { unaccountedLongterm } from './unaccounted-longterm.ts';
import { uncheckedPinCount } from './unchecked-pin-count.ts';
import { useAfterRelease } from './use-after-release.ts';
import { writeDirectionMismatch } from './write-direction-mismatch.ts';

export const rules: readonly Rule[] = [
  mismatchedRelease,
  leakedPin,
  doubleRelease,
  useAfterRelease,
  getForDma,
  missingLongterm,
  longtermWithoutPin,
  internalFlag,
  missingDirty,
  dirtyWithoutLock,
  writeDirectionMismatch,
  uncheckedPinCount,
  mmapLock,
  sleepInAtomic,
  removedApi,
  nullPages,
  follForce,
  refcountMisuse,
  unaccountedLongterm,
  preferMmuNotifier,
];
