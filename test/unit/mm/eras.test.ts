/** What the selectable eras of the kernel do differently, in the situations that the traces of two kernels cannot show. */
import { describe, expect, it } from 'vitest';
import { ERAS } from '../../../simulator/mm/era.ts';
import { Model, type Operation, type Result } from '../../../simulator/mm/model.ts';
import { machineConfig } from '../../../simulator/mm/machine.ts';
import { violations } from '../../../simulator/mm/invariants.ts';

const ALL = ['4.0', '5.2', '5.6', '6.1', '6.12'] as const;
type Era = (typeof ALL)[number];
const op = (name: string, args: Record<string, unknown> = {}, proc?: string): Operation => ({
  op: name,
  args,
  ...(proc ? { proc } : {}),
});
const anon = [op('mmap', { map: 'm', kind: 'anon', pages: 1, prot: 'rw' }), op('write', { addr: 'm[0]', data: 'u1' })];
const take = (call: string, ...flags: string[]): Operation =>
  op(call, { addr: 'm[0]', nr: 1, flags: ['FOLL_WRITE', ...flags], handle: 'h' });
const pageout = op('madvise', { addr: 'm[0]', pages: 1, advice: 'PAGEOUT' });

/** Runs operations on a kernel of that era, with every invariant checked; the answer of the last. */
function last(era: Era, ops: Operation[]): Result {
  const m = new Model(machineConfig(ERAS[era]!, { pages: 8192 }));
  let r: Result = { ret: 0 };
  for (const o of ops) {
    r = m.run(o);
    expect(violations(m)).toEqual([]);
  }
  return r;
}
/** One answer per era, in the order of ALL. */
const eachEra = <T>(f: (era: Era) => T): T[] => ALL.map(f);

describe('eras', () => {
  it('a pin survives fork since fork copies pinned pages (5.9)', () => {
    const read = (call: string) => (era: Era) =>
      last(era, [
        ...anon,
        take(call),
        op('fork', { child: 'C1' }),
        op('write', { addr: 'm[0]', data: 'u2' }),
        op('dma_write', { handle: 'h', index: 0, data: 'dma' }),
        op('read', { addr: 'm[0]' }),
      ]).data;
    expect(eachEra(read('get_user_pages_fast'))).toEqual(['u2', 'u2', 'u2', 'u2', 'u2']);
    expect(eachEra(read('pin_user_pages_fast'))).toEqual(['u2', 'u2', 'u2', 'dma', 'dma']);
  });
  it('a page that is mapped once was reused for writing, whoever else held it (until 5.19)', () => {
    const read = (era: Era): unknown =>
      last(era, [
        ...anon,
        take('get_user_pages_fast'),
        op('fork', { child: 'C1' }),
        op('exit', {}, 'C1'),
        op('write', { addr: 'm[0]', data: 'u2' }),
        op('dma_read', { handle: 'h', index: 0 }),
      ]).data;
    expect(eachEra(read)).toEqual(['u2', 'u2', 'u2', 'u1', 'u1']);
  });
  it('reclaim leaves pinned pages mapped since it asks for pins (5.11)', () => {
    const mapped = (era: Era): number => {
      const m = new Model(machineConfig(ERAS[era]!, { pages: 8192 }));
      for (const o of [...anon, take('pin_user_pages_fast'), pageout]) m.run(o);
      return m.s.mapcount.at(m.handles()[0]!.pages[0]!);
    };
    expect(eachEra(mapped)).toEqual([0, 0, 0, 1, 1]);
  });
  it('a pin counts 1024 from 5.6 on', () => {
    const refs = (era: Era): number => {
      const m = new Model(machineConfig(ERAS[era]!, { pages: 8192 }));
      for (const o of [...anon, op('lru_drain'), take('pin_user_pages_fast')]) m.run(o);
      return m.s.refcount.at(m.handles()[0]!.pages[0]!);
    };
    expect(eachEra(refs)).toEqual([2, 2, 1025, 1025, 1025]);
  });
  it('put_user_pages() is there from 5.2 to 5.5', () => {
    const release = (era: Era): unknown => {
      try {
        return last(era, [...anon, take('get_user_pages_fast'), op('put_user_pages', { handle: 'h' })]).ret;
      } catch (e) {
        return (e as Error).message;
      }
    };
    const none = (era: string): string =>
      `step 4: op: kernel ${era} has no put_user_pages() (operation put_user_pages)`;
    expect(eachEra(release)).toEqual([none('4.0'), 0, none('5.6'), none('6.1'), none('6.12')]);
  });
  it('a long-term write pin of a shared file mapping is refused since 6.5', () => {
    const pin = (era: Era): unknown =>
      last(era, [
        op('create_file', { file: 'F', fs: 'ext4', pages: 1 }),
        op('mmap', { map: 'm', kind: 'ext4-shared', pages: 1, prot: 'rw', file: 'F' }),
        take('pin_user_pages_fast', 'FOLL_LONGTERM'),
      ]).ret;
    expect(eachEra(pin)).toEqual([1, 1, 1, 1, -14]);
  });
});
