/** The `//@` comments: every form of the grammar, and what is said of those that can't be read. */
import { describe, expect, it } from 'vitest';
import { KEYWORDS, parseAnnotations, type Annotation } from '../../../language/annotations/index.ts';

/** The annotations of a text without their places; its problems as `offset text`. */
function parsed(text: string): unknown {
  const { list, problems } = parseAnnotations(text);
  if (problems.length) return problems.map((p) => p.message);
  return list.map(
    (a) =>
      JSON.parse(JSON.stringify(a, (k, v: unknown) => (k === 'start' || k === 'end' ? undefined : v))) as Annotation,
  );
}

describe('annotations', () => {
  it.each([
    ['kernel 6.12', { kind: 'kernel', version: '6.12' }],
    ['machine ram=32 iommu=on', { kind: 'machine', options: { ram: '32', iommu: 'on' } }],
    [
      'device cam capture pattern=0xAA latency=2',
      { kind: 'device', name: 'cam', type: 'capture', options: { pattern: '0xAA', latency: '2' } },
    ],
    ['file /data pages=4 fs=ext4', { kind: 'file', path: '/data', options: { pages: '4', fs: 'ext4' } }],
    ['process app', { kind: 'process', name: 'app' }],
    ['seed 7', { kind: 'seed', seed: 7 }],
    ['never lost-write', { kind: 'property', property: { mode: 'never', fault: 'lost-write' } }],
    ['always n <= 1', { kind: 'property', property: { mode: 'always', expr: { text: 'n <= 1' } } }],
    ['schedule a b@2 time*3', { kind: 'schedule', turns: 'a b@2 time*3' }],
    ['at here: fork app', { kind: 'at', label: 'here', action: { kind: 'fork', process: 'app' } }],
    ['reclaim 2', { kind: 'action', action: { kind: 'reclaim', times: 2 } }],
    ['writeback', { kind: 'action', action: { kind: 'writeback', steps: 0 } }],
    ['truncate /data 0', { kind: 'action', action: { kind: 'truncate', path: '/data', pages: 0 } }],
    ['fail kmalloc 2', { kind: 'action', action: { kind: 'fail', call: 'kmalloc', nth: 2 } }],
    [
      'assert a[f(1, 2)] == 3 // why',
      { kind: 'action', action: { kind: 'assert', expr: { text: 'a[f(1, 2)] == 3' } } },
    ],
    ['show f(a, b), c', { kind: 'action', action: { kind: 'show', exprs: [{ text: 'f(a, b)' }, { text: 'c' }] } }],
  ])('reads %s', (text, expected) => {
    expect(parsed(`//@ ${text}\n`)).toEqual([expected]);
  });

  it('reads what the explorer may do: actions and actors', () => {
    expect(parsed('//@ explore reclaim, fork app, fail kmalloc, short-pin, worker')).toEqual([
      {
        kind: 'explore',
        items: [
          { text: 'reclaim', action: { kind: 'reclaim', times: 6 } },
          { text: 'fork app', action: { kind: 'fork', process: 'app' } },
          { text: 'fail kmalloc', action: { kind: 'fail', call: 'kmalloc', nth: 1 } },
          { text: 'short-pin', action: { kind: 'short', pages: 1 } },
          { text: 'worker' },
        ],
      },
    ]);
  });

  it.each([
    ['recliam', "did you mean 'reclaim'?"],
    ['kernel six', 'six is no kernel version'],
    ['device cam camera', 'camera is no kind of device'],
    ['never lost-writes', 'lost-writes is no fault'],
    ['machine rum=3', "'rum=3' is not one of"],
    ['explore assert x', "'assert x' can't happen by itself"],
    ['schedule', 'schedule takes turns'],
    ['wait x', "'x' is no number"],
    ['fork', 'fork takes the name of a process'],
    ['3', 'an annotation starts with a keyword'],
  ])('says what is wrong with %s', (text, said) => {
    expect(parsed(`int x; //@ ${text}\n`)).toEqual([expect.stringContaining(said)]);
  });

  it('gives places in the text, and reads the form of every keyword', () => {
    const text = 'int x;\n  //@ seed 3\n';
    expect(parseAnnotations(text).list[0]).toMatchObject({ start: text.indexOf('//@'), end: text.length - 1 });
    for (const k of KEYWORDS)
      expect(parseAnnotations(`//@ ${k.form.replace(/ \[.*/, '')}`).problems, k.form).toEqual([]);
  });
});
