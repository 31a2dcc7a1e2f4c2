/** The undo journal by itself. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Store } from '../../../simulator/trace/journal.ts';

/** The changes between two positions, as text. */
function changes(store: Store, from: number, to: number): string[] {
  const out: string[] = [];
  store.scan(from, to, (c, i, before, after, p) =>
    out.push(`${store.columns[c]!.name}[${i}] ${before}→${after} @${p}`),
  );
  return out;
}

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
    store.set(a, 3, 6);
    expect(changes(store, 0, store.length)).toEqual(['_refcount[3] 0→5 @0', '_refcount[3] 5→6 @1']);
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

  describe('in bulk', () => {
    /** Steps of many writes, regular ones and noise, to columns that may be written in bulk and to others. */
    function fill(
      seed: number,
      steps: readonly number[],
    ): { store: Store; points: { position: number; hash: string }[] } {
      const store = new Store();
      const columns = [
        store.column('a', 64, false, true),
        store.column('b', 64, true, true),
        store.column('c', 64, true),
        store.column('d', 3000, false, true),
      ];
      const points = [{ position: store.boundary(), hash: store.hash() }];
      let n = seed;
      const random = (k: number): number => (n = (Math.imul(n, 1103515245) + 12345) >>> 0) % k;
      for (const writes of steps) {
        store.mark('step');
        const from = random(5000);
        for (let i = 0; i < writes; i++) {
          store.set(columns[0]!, from + i, i + 1);
          store.set(columns[1]!, (from + i) % 3000, random(3));
          if (i % 7 === 0) store.set(columns[2]!, random(50), random(9));
          if (i % 3 === 0) store.set(columns[3]!, random(6000), random(2 ** 31) - 2 ** 30);
        }
        points.push({ position: store.boundary(), hash: store.hash() });
      }
      return { store, points };
    }
    it('goes back and forth over steps of any size', () => {
      const size = fc.oneof(fc.nat(50), fc.integer({ min: 10_000, max: 60_000 }));
      fc.assert(
        fc.property(
          fc.nat(),
          fc.array(size, { minLength: 1, maxLength: 5 }),
          fc.array(fc.nat(100), { maxLength: 10 }),
          (seed, steps, visits) => {
            const { store, points } = fill(seed, steps);
            for (const v of visits) {
              const p = points[v % points.length]!;
              store.seek(p.position);
              expect(store.hash()).toBe(p.hash);
            }
          },
        ),
        { numRuns: 25, seed: 7 },
      );
    });
    it('writes far fewer entries, and still tells each change of each step', () => {
      const { store, points } = fill(1, [100_000, 20]);
      expect(store.length).toBeLessThan(70_000);
      const seen = new Map<number, number>();
      const wrong: string[] = [];
      store.scan(0, points[1]!.position, (c, i, before, after) => {
        const cell = c * 1e6 + i;
        if (before !== (seen.get(cell) ?? 0)) wrong.push(`${c} ${i} was ${before}`);
        seen.set(cell, after);
      });
      store.seek(points[1]!.position);
      for (const c of store.columns)
        c.data.forEach((v, i) => {
          if (v !== (seen.get(c.id * 1e6 + i) ?? 0)) wrong.push(`${c.id} ${i} is ${v}`);
        });
      expect(wrong).toEqual([]);
      expect(seen.size).toBeGreaterThan(5000);
    });
    it('takes back a step that is given up in the middle, and tries', () => {
      const { store, points } = fill(3, [50, 60_000]);
      const [a] = store.columns;
      const end = points[2]!;
      store.mark('given up');
      for (let i = 0; i < 80_000; i++) store.set(a!, i, -i);
      store.attempt(() => {
        for (let i = 0; i < 10_000; i++) store.set(a!, i, 7);
      });
      for (let i = 0; i < 10; i++) expect(a!.at(i)).toBe(-i | 0);
      store.rollback(end.position);
      expect(store.hash()).toBe(end.hash);
      expect(store.length).toBe(end.position);
      store.seek(points[1]!.position);
      expect(store.hash()).toBe(points[1]!.hash);
    });
    it('drops records with the future they belong to', () => {
      const { store, points } = fill(5, [90_000, 90_000]);
      const middle = points[1]!;
      store.seek(middle.position);
      store.mark('other');
      const a = store.columns[0]!;
      for (let i = 0; i < 90_000; i++) store.set(a, i, 3);
      const end = { position: store.boundary(), hash: store.hash() };
      for (const p of [points[0]!, end, middle, end]) {
        store.seek(p.position);
        expect(store.hash()).toBe(p.hash);
      }
    });
  });
});
