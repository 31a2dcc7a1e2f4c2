/** The ids of shared/rules.md, in its order. A list beside the type, for what must be checked at run time. */
import type { Level, RuleId } from './findings.ts';

/** A record, so that the compiler misses none. */
const KNOWN: Record<RuleId, true> = {
  'mismatched-release': true,
  'leaked-pin': true,
  'double-release': true,
  'use-after-release': true,
  'get-for-dma': true,
  'missing-longterm': true,
  'longterm-without-pin': true,
  'internal-flag': true,
  'missing-dirty': true,
  'dirty-without-lock': true,
  'write-direction-mismatch': true,
  'unchecked-pin-count': true,
  'mmap-lock': true,
  'sleep-in-atomic': true,
  'removed-api': true,
  'null-pages': true,
  'foll-force': true,
  'refcount-misuse': true,
  'unaccounted-longterm': true,
  'prefer-mmu-notifier': true,
};

export const RULE_IDS = Object.keys(KNOWN) as readonly RuleId[];

export const LEVELS = ['error', 'warning', 'info', 'hint'] as const satisfies readonly Level[];

/** True if the name is the id of a rule of rules.md. */
export function isRuleId(name: string): name is RuleId {
  return Object.hasOwn(KNOWN, name);
}
