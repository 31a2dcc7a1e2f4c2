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
  it('packs what is no longer written, and unpacks it to go back or to write there again', () => {
    const store = new Store();
    const columns = [store.column('a'), store.column('b', 64, true), store.column('c')];
    const points: { position: number; hash: string }[] = [];
    let seed = 1;
    const random = (n: number): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % n;
    const write = (steps: number): void => {
      for (let i = 0; i < steps; i++) {
        store.mark('step');
        // regular work, as on page after page, with some noise in between
        store.set(columns[0]!, i % 5000, i);
        store.set(columns[1]!, i % 5000, i ^ 1);
        store.set(columns[2]!, i % 700, -i);
        if (random(10) === 0) store.set(columns[random(3)]!, random(6000), random(2 ** 31) - 2 ** 30);
        if (i % 2000 === 0) points.push({ position: store.boundary(), hash: store.hash() });
      }
    };
    write(60_000);
    expect(store.length).toBeGreaterThan(2.5 * 2 ** 16);
    expect(store.bytes().journal).toBeLessThan(store.length * 10);
    const check = (p: { position: number; hash: string }): void => {
      store.seek(p.position);
      expect(store.hash()).toBe(p.hash);
    };
    for (let i = 0; i < 20; i++) check(points[random(points.length)]!);
    // a new future from the middle of a packed run
    const middle = points[7]!;
    check(middle);
    points.length = 8;
    write(30_000);
    for (let i = 0; i < 20; i++) check(points[random(points.length)]!);
    expect(store.markAt(store.stepAt(store.length - 1)).cause).toBe('step');
  });
});
