import { expect, it } from 'vitest';
import { gupFamilyNames } from '../../../language/kernel/index.ts';
import { holdsNeedle } from '../../../client/cli/scan.ts';

it('finds every name of the family', () => {
  expect(gupFamilyNames.filter((name) => !holdsNeedle(Buffer.from(`x = ${name}(a);`)))).toEqual([]);
});
