/** Bad input is refused with the step and the argument, and the state stays. */
import { describe, expect, it } from 'vitest';
import { ERAS, featuresOf } from '../../../simulator/mm/era.ts';
import { Model, OperationError, type Operation } from '../../../simulator/mm/model.ts';
import { machineConfig } from '../../../simulator/mm/machine.ts';
import { ownersOf } from '../../../simulator/mm/owners.ts';
import { runScript } from '../../../client/cli/model.ts';

const model = (era = '6.12'): Model => new Model(machineConfig(ERAS[era]!, { pages: 8192 }));
const start: Operation[] = [
  { op: 'mmap', args: { map: 'm', kind: 'anon', pages: 4, prot: 'rw' } },
  { op: 'write', args: { addr: 'm[0]', data: 'u1' } },
  { op: 'pin_user_pages_fast', args: { addr: 'm[0]', nr: 1, flags: ['FOLL_WRITE'], handle: 'h0' } },
];

describe('bad input', () => {
  const cases: [string, Operation, string][] = [
    ['an unknown operation', { op: 'frobnicate' }, 'op'],
    ['a bad address', { op: 'read', args: { addr: 'm0' } }, 'addr'],
    ['a map that does not exist', { op: 'read', args: { addr: 'x[0]' } }, 'addr'],
    ['a process that does not exist', { op: 'read', proc: 'C9', args: { addr: 'm[0]' } }, 'addr'],
    ['a handle that does not exist', { op: 'put_page', args: { handle: 'h7' } }, 'handle'],
    ['a negative count', { op: 'get_page', args: { handle: 'h0', index: 0, count: -1 } }, 'count'],
    ['a negative number of pages', { op: 'munmap', args: { addr: 'm[0]', pages: -4 } }, 'pages'],
    ['a page beyond the handle', { op: 'dma_write', args: { handle: 'h0', index: 5, data: 'x' } }, 'index'],
    ['more pages than the handle has', { op: 'unpin_user_pages', args: { handle: 'h0', first: 0, nr: 3 } }, 'nr'],
    [
      'an unknown flag',
      { op: 'get_user_pages', args: { addr: 'm[0]', nr: 1, flags: ['FOLL_MAGIC'], handle: 'h1' } },
      'flags',
    ],
    ['unknown advice', { op: 'madvise', args: { addr: 'm[0]', pages: 1, advice: 'HOPE' } }, 'advice'],
    ['content that is too long', { op: 'write', args: { addr: 'm[0]', data: 'twelve chars' } }, 'data'],
    ['a negative number of pages to pin', { op: 'pin_user_pages', args: { addr: 'm[0]', nr: -1, handle: 'h1' } }, 'nr'],
    ['a page that is not locked', { op: 'unlock_page', args: { handle: 'h0', index: 0 } }, 'index'],
    ['a notifier that does not exist', { op: 'mmu_interval_read', args: { name: 'gpu' } }, 'name'],
    ['writeback of nothing', { op: 'writeback_end', args: { file: 'F', page: 0 } }, 'file'],
    ['a node that does not exist', { op: 'move_pages', args: { addr: 'm[0]', node: 7 } }, 'node'],
    ['a name that every object has', { op: 'toString' }, 'op'],
    ['a call that waits for nothing', { op: 'wait_blocked' }, 'proc'],
    [
      'a kind of memory that does not exist',
      { op: 'mmap', args: { map: 'x', kind: 'gold', pages: 1, prot: 'rw' } },
      'kind',
    ],
    ['a fraction of a page', { op: 'munmap', args: { addr: 'm[0]', pages: 0.5 } }, 'pages'],
    ['a file that does not exist', { op: 'fsync', args: { file: 'F' } }, 'file'],
  ];
  for (const [what, op, argument] of cases) {
    it(`refuses ${what}`, () => {
      const m = model();
      for (const s of start) m.run(s);
      const hash = m.s.store.hash();
      let error: unknown;
      try {
        m.run(op);
      } catch (e) {
        error = e;
      }
      expect(error).toBeInstanceOf(OperationError);
      expect(error).toMatchObject({ step: 4, argument });
      expect(m.s.store.hash()).toBe(hash);
    });
  }
});

describe('owners', () => {
  it('name every part of a refcount', () => {
    const m = model();
    for (const s of start) m.run(s);
    m.run({ op: 'lru_drain' });
    const page = m.handles()[0]!.pages[0]!;
    expect(ownersOf(m, page).map((o) => [o.name, o.refs])).toEqual([
      ['PTE of P:m[0]', 1],
      ['handle h0 (pin)', 1024],
    ]);
    expect(m.s.refcount.at(page)).toBe(1025);
  });
});

describe('eras', () => {
  it('are chosen by release', () => {
    expect(featuresOf('6.12.117').name).toBe('6.12');
    expect(featuresOf('6.1.192').name).toBe('6.1');
    expect(featuresOf('5.10').name).toBe('5.6');
    expect(featuresOf('4.19').name).toBe('4.0');
    expect(() => featuresOf('2.6')).toThrow('no era');
  });
  it('before FOLL_PIN a pin is a reference', () => {
    const m = model('5.2');
    for (const s of start) m.run(s);
    m.run({ op: 'lru_drain' });
    expect(m.s.refcount.at(m.handles()[0]!.pages[0]!)).toBe(2);
  });
});

describe('model scripts', () => {
  it('run and observe after every operation', () => {
    const t = runScript({ steps: start });
    expect(t.steps.length).toBe(6);
    expect(t.steps[5]).toMatchObject({ op: 'observe', handles: { h0: ['A'] }, vmstat: { nr_foll_pin_acquired: 1 } });
  });
});
