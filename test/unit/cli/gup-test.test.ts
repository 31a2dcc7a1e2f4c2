/** `gup-test`: what is held, what the counters say, and what bad options get. */
import { describe, expect, it } from 'vitest';
import { gupTestCommand } from '../../../client/cli/gup-test.ts';

/** Runs the command. */
const run = (...argv: string[]): { code: number; out: string; err: string } => {
  const r = { code: 0, out: '', err: '' };
  r.code = gupTestCommand(argv, { stdout: (t) => (r.out += t), stderr: (t) => (r.err += t) });
  return r;
};

describe('gup-test', () => {
  it.each([
    ['-u', 'GUP_FAST_BENCHMARK', ''],
    ['-U', 'GUP_BASIC_TEST', ''],
    ['-a', 'PIN_FAST_BENCHMARK', 'nr_foll_pin_acquired +512'],
    ['-b', 'PIN_BASIC_TEST', 'nr_foll_pin_acquired +512, nr_foll_pin_released +512'],
    ['-L', 'PIN_LONGTERM_BENCHMARK', 'nr_foll_pin_released +512'],
  ])('%s holds all pages and gives them back', (option, name, counters) => {
    const r = run(option, '-m', '2', '-n', '16');
    expect(r).toMatchObject({ code: 0, err: '' });
    expect(r.out).toMatch(new RegExp(`^${name}: Time: get:\\d+ put:\\d+ us\\n`));
    expect(r.out).toContain('512 pages of anon, 16 a call');
    expect(r.out).toContain(counters);
  });
  it.each(['-t', '-H', '-S', '-f'])('knows the memory of %s', (option) => {
    const r = run('-a', option, '-m', '2', '-n', '100', '-r', '2');
    expect(r.code).toBe(0);
    expect(r.out.match(/512 pages of/g)).toHaveLength(2);
  });
  it('says where a round was cut short', () => {
    // Since 6.2, file pages on which writeback happens can't be held for long with write access.
    const r = run('-L', '-f', '-m', '1');
    expect(r.code).toBe(1);
    expect(r.out).toContain('truncated (size: 0, the last call returned -14)');
    expect(run('-L', '-f', '-m', '1', '--kernel', '6.1').code).toBe(0);
  });
  it('faults pages in by itself with -z', () => {
    expect(run('-a', '-z', '-m', '1').out).toContain('256 pages of anon');
  });
  it.each([
    [['-q'], "'-q'"],
    [['-m', '0'], 'above 0'],
    [['-m', '100000'], 'at most 8192'],
    [['--kernel', 'x'], 'known are'],
    [['file'], 'file'],
  ])('refuses %j', (argv, message) => {
    const r = run(...argv);
    expect(r.code).toBe(2);
    expect(r.out).toBe('');
    expect(r.err).toContain(message);
  });
});
