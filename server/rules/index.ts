/** The rules, in the order of rules.md. One file a rule. */
import { doubleRelease } from './double-release.ts';
import { getForDma } from './get-for-dma.ts';
import { internalFlag } from './internal-flag.ts';
import { leakedPin } from './leaked-pin.ts';
import { longtermWithoutPin } from './longterm-without-pin.ts';
import { mismatchedRelease } from './mismatched-release.ts';
import { missingLongterm } from './missing-longterm.ts';
import type { Rule } from './rule.ts';

export const rules: readonly Rule[] = [
  mismatchedRelease,
  leakedPin,
  doubleRelease,
  getForDma,
  missingLongterm,
  longtermWithoutPin,
  internalFlag,
];
