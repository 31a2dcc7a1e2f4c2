/** Random operation sequences against the invariants and against undo. PINSCOPE_STEPS sets how many steps (default 4000; 100000 for a long run). */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Chooser, smallModel, type Dice } from './random.ts';
import { OperationError } from '../../../simulator/mm/model.ts';
import { violations } from '../../../simulator/mm/invariants.ts';

const STEPS = Number(process.env['PINSCOPE_STEPS'] ?? 4000);
const LENGTH = 100;
const dice = fc.tuple(
  fc.nat(1 << 30),
  fc.nat(1 << 30),
  fc.nat(1 << 30),
  fc.nat(1 << 30),
  fc.nat(1 << 30),
  fc.nat(1 << 30),
);
const sequence = fc.tuple(fc.nat(1000), fc.array(dice, { minLength: LENGTH / 2, maxLength: LENGTH }));

describe('random operations', () => {
  it('keep every invariant', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(sequence, ([seed, rolls]) => {
        const { model, dax } = smallModel(seed);
        const chooser = new Chooser(model, dax);
        for (const roll of rolls) {
          const op = chooser.next(roll as Dice);
          if (!op) continue;
          try {
            model.run(op);
          } catch (e) {
            if (!(e instanceof OperationError)) throw e;
            continue;
          }
          const v = violations(model, 2);
          if (v.length) throw new Error(`after ${JSON.stringify(op)}: ${v.join('; ')}`);
        }
      }),
      { numRuns: Math.ceil(STEPS / LENGTH), seed: 42 },
    );
  });

  it('go back n steps and forward again to the same state', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(sequence, fc.nat(1000), ([seed, rolls], back) => {
        const { model, dax } = smallModel(seed);
        const chooser = new Chooser(model, dax);
        const { store } = model.s;
        const points: { position: number; hash: string }[] = [{ position: 0, hash: store.hash() }];
        for (const roll of rolls.slice(0, 40)) {
          const op = chooser.next(roll as Dice);
          if (!op) continue;
          try {
            model.run(op);
          } catch (e) {
            if (!(e instanceof OperationError)) throw e;
          }
          points.push({ position: store.boundary(), hash: store.hash() });
        }
        const to = points[back % points.length]!;
        const end = points[points.length - 1]!;
        store.seek(to.position);
        expect(store.hash()).toBe(to.hash);
        store.seek(end.position);
        expect(store.hash()).toBe(end.hash);
      }),
      { numRuns: Math.ceil(STEPS / LENGTH / 4), seed: 7 },
    );
  });
});
