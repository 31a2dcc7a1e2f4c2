/** The undo journal by itself. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Store } from '../../../simulator/trace/journal.ts';

describe('the journal', () => {
  it('goes to every boundary and back, whatever was written', () => {
    const write = fc.tuple(fc.nat(2), fc.nat(40), fc.integer({ min: -5, max: 5 }));
    fc.assert(
      fc.property(
        fc.array(fc.array(write, { maxLength: 30 }), { maxLength: 20 }),
        fc.array(fc.nat(100), { maxLength: 20 }),
        (steps, visits) => {
          const store = new Store();
          const columns = [store.column('a', 2), store.column('b', 2, true), store.column('c', 64)];
          const points = [{ position: store.boundary(), hash: store.hash() }];
          for (const step of steps) {
            store.mark('step');
            for (const [c, i, v] of step) store.set(columns[c]!, i, v);
            points.push({ position: store.boundary(), hash: store.hash() });
          }
          for (const v of visits) {
            const p = points[v % points.length]!;
            store.seek(p.position);
            expect(store.hash()).toBe(p.hash);
          }
        },
      ),
    );
  });
  it('drops the future when something new is written in the past', () => {
    const store = new Store();
    const a = store.column('a');
    store.set(a, 0, 1);
    const p = store.boundary();
    store.mark('later');
    store.set(a, 0, 2);
    store.seek(p);
    store.mark('other');
    store.set(a, 1, 7);
    expect(store.length).toBe(2);
    expect([a.at(0), a.at(1)]).toEqual([1, 7]);
    expect(() => store.seek(99)).toThrow('0..2');
  });
  it('knows its entries', () => {
    const store = new Store();
    const a = store.column('_refcount');
    store.set(a, 3, 5);
    expect(store.entry(0)).toMatchObject({ index: 3, before: 0, after: 5, column: { name: '_refcount' } });
  });
});
