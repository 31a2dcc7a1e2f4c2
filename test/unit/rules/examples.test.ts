/** The examples of every rule's documentation: the bad one is reported where it says, the good one is clean. */
import { describe, it } from 'vitest';
import { rules } from '../../../server/rules/index.ts';
import { check } from './check.ts';

for (const rule of rules) {
  describe(rule.meta.id, () => {
    for (const example of rule.meta.examples) {
      it(`${example.title}: bad`, () => check(example.bad, { only: rule.meta.id }));
      it(`${example.title}: good`, () => check(example.good));
    }
  });
}
