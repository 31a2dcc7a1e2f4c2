/** What the traces cannot show: other ways of tracking pins, CMA, policies of DAX. */
import { describe, expect, it } from 'vitest';
import { ERAS } from '../../../simulator/mm/era.ts';
import { Model, type Operation, type Result } from '../../../simulator/mm/model.ts';
import { machineConfig, type MachineOptions } from '../../../simulator/mm/machine.ts';
import { notifierInsert } from '../../../simulator/mm/mmu_notifier.ts';
import { Observer } from '../../../simulator/mm/observe.ts';
import { violations } from '../../../simulator/mm/invariants.ts';

function run(
  ops: Operation[],
  era = '6.12',
  o: MachineOptions = {},
): { m: Model; last: Result; zone: () => string | undefined } {
  const m = new Model(machineConfig(ERAS[era]!, { pages: 8192, ...o }));
  let last: Result = { ret: 0 };
  for (const op of ops) {
    last = m.run(op);
    expect(violations(m)).toEqual([]);
  }
  return { m, last, zone: () => new Observer(m).observe([{ proc: 'P', at: 'm[0]' }], true).pages[0]?.zone };
}
const anon: Operation[] = [
  { op: 'mmap', args: { map: 'm', kind: 'anon', pages: 1, prot: 'rw' } },
  { op: 'write', args: { addr: 'm[0]', data: 'u1' } },
];
const pin = (h: string, ...flags: string[]): Operation => ({
  op: 'pin_user_pages_fast',
  args: { addr: 'm[0]', nr: 1, flags: ['FOLL_WRITE', ...flags], handle: h },
});
const pageout: Operation = { op: 'madvise', args: { addr: 'm[0]', pages: 1, advice: 'PAGEOUT' } };
const mapped = (m: Model): boolean =>
  new Observer(m).observe([{ proc: 'P', at: 'm[0]' }], true).ptes[0]!['present'] === true;

describe('ways of tracking pins', () => {
  it('bias: two pins, one put, still pinned', () => {
    expect(
      mapped(run([...anon, pin('a'), pin('b'), { op: 'unpin_user_pages', args: { handle: 'a' } }, pageout]).m),
    ).toBe(true);
  });
  it('one page bit forgets the second pin', () => {
    expect(mapped(run([...anon, pin('a'), pin('b'), pageout], '6.12+page-bit').m)).toBe(true);
    expect(
      mapped(
        run([...anon, pin('a'), pin('b'), { op: 'unpin_user_pages', args: { handle: 'a' } }, pageout], '6.12+page-bit')
          .m,
      ),
    ).toBe(false);
  });
  it('off the LRU: reclaim cannot find the page until the last unpin', () => {
    expect(
      mapped(
        run([...anon, pin('a'), pin('b'), { op: 'unpin_user_pages', args: { handle: 'a' } }, pageout], '6.12+off-lru')
          .m,
      ),
    ).toBe(true);
    expect(
      mapped(run([...anon, pin('a'), { op: 'unpin_user_pages', args: { handle: 'a' } }, pageout], '6.12+off-lru').m),
    ).toBe(false);
  });
  it('no tracking: a pin is unmapped like a reference', () => {
    expect(mapped(run([...anon, pin('a'), pageout], '6.12+none').m)).toBe(false);
  });
});

describe('CMA', () => {
  it('is left by a long-term pin, not by a short one', () => {
    const o = { cma: 512 };
    expect(run(anon, '6.12', o).zone()).toBe('CMA');
    expect(run([...anon, pin('a')], '6.12', o).zone()).toBe('CMA');
    expect(run([...anon, pin('a', 'FOLL_LONGTERM')], '6.12', o).zone()).toBe('DMA32');
  });
});

describe('truncating a DAX file under a pin', () => {
  const ops: Operation[] = [
    { op: 'create_file', args: { file: 'F', fs: 'ext4-dax', pages: 2 } },
    { op: 'mmap', args: { map: 'm', kind: 'dax-shared', pages: 2, prot: 'rw', file: 'F' } },
    { op: 'write', args: { addr: 'm[0]', data: 'u1' } },
    pin('a'),
    { op: 'punch_hole', proc: 'P', args: { file: 'F', first: 0, pages: 1 } },
  ];
  it('waits', () => {
    const { m, last } = run(ops, '6.12', { dax: 512 });
    expect(last.blocked).toBe(true);
    m.run({ op: 'unpin_user_pages', args: { handle: 'a' } });
    expect(m.run({ op: 'wait_blocked', proc: 'P' }).ret).toBe(0);
  });
  it('fails', () => {
    expect(run(ops, '6.12', { dax: 512, daxPolicy: 'fail' }).last.errno).toBe('EBUSY');
  });
  it('cuts the holder off', () => {
    const { m, last } = run(ops, '6.12', { dax: 512, daxPolicy: 'sigbus' });
    expect(last.ret).toBe(0);
    m.run({ op: 'unpin_user_pages', args: { handle: 'a' } });
    expect(violations(m)).toEqual([]);
  });
});

describe('MMU notifiers', () => {
  it('hear of every translation that goes or loses rights', () => {
    const m = new Model(machineConfig(ERAS['6.12']!, { pages: 8192 }));
    for (const op of anon) m.run(op);
    const mm = m.s.procMm.at(1);
    const heard: string[] = [];
    let now = '';
    notifierInsert(m.s, 'mirror', mm, 0, 1 << 26, () => heard.push(now));
    const steps: [string, Operation][] = [
      ['read', { op: 'read', args: { addr: 'm[0]' } }],
      ['fork', { op: 'fork', args: { child: 'C1' } }],
      ['write', { op: 'write', args: { addr: 'm[0]', data: 'u2' } }],
      ['pageout', pageout],
      ['swap in', { op: 'read', args: { addr: 'm[0]' } }],
      ['munmap', { op: 'munmap', args: { addr: 'm[0]', pages: 1 } }],
    ];
    for (const [name, op] of steps) {
      now = name;
      m.run(op);
    }
    expect([...new Set(heard)]).toEqual(['fork', 'write', 'pageout', 'munmap']);
  });
});
