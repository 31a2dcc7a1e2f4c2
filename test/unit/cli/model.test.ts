/** `model SCRIPT.json`: a script becomes a trace, a trace is compared, mistakes are named. */
import { describe, expect, it } from 'vitest';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { modelCommand } from '../../../client/cli/model.ts';

const dir = mkdtempSync(join(tmpdir(), 'pinscope-model-'));
let files = 0;
/** Writes JSON to a file; its path. */
const file = (value: unknown): string => {
  const path = join(dir, `${files++}.json`);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
};
/** Runs the command. */
const run = (...argv: string[]): { code: number; out: string; err: string } => {
  const r = { code: 0, out: '', err: '' };
  r.code = modelCommand(argv, { out: (t) => (r.out += t), err: (t) => (r.err += t) });
  return r;
};
const steps = [
  { op: 'mmap', args: { map: 'm', kind: 'anon', pages: 1, prot: 'rw' } },
  { op: 'write', args: { addr: 'm[0]', data: 'u1' } },
  { op: 'pin_user_pages_fast', args: { addr: 'm[0]', nr: 1, flags: ['FOLL_WRITE'], handle: 'h0' } },
];

describe('model', () => {
  it('prints a trace that is equal to itself, and says how another kernel differs', () => {
    const script = file({ steps });
    const trace = run(script);
    expect(trace.code).toBe(0);
    const parsed = JSON.parse(trace.out) as { steps: { op: string; ret?: number; pages?: unknown[] }[] };
    expect(parsed.steps[4]).toMatchObject({ op: 'pin_user_pages_fast', ret: 1 });
    expect(parsed.steps[5]).toMatchObject({ op: 'observe', pages: [{ refcount: 1025, mapcount: 1 }] });
    expect(run(script, '--against', file(trace.out))).toMatchObject({ code: 0, out: 'equal\n' });
    const old = run(file({ kernel: '5.2', steps }), '--against', file(trace.out));
    expect(old.code).toBe(1);
    expect(old.out).toContain('step 3 pin_user_pages_fast(addr=m[0] nr=1 flags=FOLL_WRITE handle=h0)');
    expect(old.out).toContain('page A.refcount: trace 1025, model 2');
  });
  it('names the step and the argument of a mistake', () => {
    const bad = (script: unknown): string => {
      const r = run(file(script));
      expect(r.code).toBe(2);
      return r.err;
    };
    expect(bad([...steps, { op: 'put_page', args: { handle: 'h9' } }])).toContain(
      'step 4: handle: handle h9 does not exist',
    );
    expect(bad([...steps, null])).toContain('step 4: op: expected an operation');
    expect(bad([{ op: 'frobnicate' }])).toContain('step 1: op: unknown operation "frobnicate"');
    expect(bad({ kernel: '2.4', steps })).toContain('no era for kernel 2.4');
    expect(bad({ lru: 'none', steps })).toContain('lru: "none" is none of classic, mglru');
    expect(bad('{')).toContain('.json: ');
    expect(bad(null)).toContain('expected Object, got null');
    expect(bad({ steps: [...steps, { op: 'read', args: 'm[0]' }] })).toContain(
      'step 4: args: expected Object, got "m[0]"',
    );
    expect(bad({ steps: [steps[0], { op: 'observe', ptes: [{ proc: 'P', at: 'm' }] }] })).toContain(
      'observation after step 1: ptes.0.at: expected an address of the form map[index], got "m"',
    );
    expect(bad({ machine: { pages: -1 }, steps })).toContain('machine.pages: expected a whole number from 1024 to');
    expect(bad({ machine: { nodes: 3 }, steps })).toContain('machine.nodes: 3 is none of 1, 2');
    expect(bad({ watch: [null], steps })).toContain('watch.0: expected Object, got null');
    expect(bad({})).toContain('steps: is missing');
    expect(run('--frob').code).toBe(2);
    expect(run(join(dir, 'missing.json')).err).toContain('ENOENT');
  });
  it('names what is wrong with a trace to compare with, and operations that only one side has', () => {
    const script = file({ steps });
    const against = (trace: unknown): { code: number; out: string; err: string } =>
      run(script, '--against', file(trace));
    expect(against(5)).toMatchObject({ code: 2, err: expect.stringContaining('expected Object, got 5') });
    expect(against({ steps: [{ op: 'observe', pages: 3 }] }).err).toContain(
      'observation after step 0: pages: expected Array, got 3',
    );
    const trace = JSON.parse(run(script).out) as { steps: object[] };
    const shorter = against({ ...trace, steps: trace.steps.slice(0, 4) });
    expect(shorter.code).toBe(1);
    expect(shorter.out).toContain('step 3 pin_user_pages_fast(addr=m[0] nr=1 flags=FOLL_WRITE handle=h0)');
    const longer = against({ ...trace, steps: [...trace.steps, { op: 'fsync', args: { file: 'F' }, ret: 0 }] });
    expect(longer.out).toContain('operation: trace "fsync(file=F)", model undefined\n1 difference\n');
  });
  it('builds the machine that the script asks for', () => {
    const r = run(file({ machine: { pages: 4096, nodes: 1, cma: 512 }, steps }));
    expect(r.out).toContain('"zone":"CMA"');
  });
});
