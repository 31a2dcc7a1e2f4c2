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
    expect(bad('{')).toContain('model:');
    expect(run('--frob').code).toBe(2);
    expect(run(join(dir, 'missing.json')).err).toContain('ENOENT');
  });
  it('builds the machine that the script asks for', () => {
    const r = run(file({ machine: { pages: 4096, nodes: 1, cma: 512 }, steps }));
    expect(r.out).toContain('"zone":"CMA"');
  });
});
