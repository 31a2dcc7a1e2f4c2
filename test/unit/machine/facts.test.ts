/** The kernel's API in language/kernel and the calls that the machine knows are one list. */
import { describe, expect, it } from 'vitest';
import { facts } from '../../../language/kernel/index.ts';
import { BUILTIN_NAMES, prelude } from '../../../simulator/machine/index.ts';

/** Words of the compiler, not calls. */
const COMPILER = /^(?:__builtin_\w+|sizeof|typeof|__typeof__|static_assert)$/;
/** Calls that the machine does not run, and why. A use is an error at its place. */
const MISSING: readonly (readonly [RegExp, string])[] = [
  [/^(?:kernel_sendpage|sock_no_sendpage)$/, 'gone since 6.5; sockets are not modelled'],
  [/^iov_iter_xarray$/, 'an iterator over the page cache of a file'],
  [/^(?:xas_store|rhashtable_\w+)$/, 'the insides of xarrays, and resizable hash tables'],
  [/^blk_(?:execute_rq|mq_start)\w*$/, 'requests of the multi-queue block layer; bios run'],
  [/^(?:folio|page)_remove_rmap\w*$/, 'reverse mappings are kept by the model, from its page tables'],
  [/^hmm_mirror_register$/, 'mirrors before 5.5'],
];
const missing = (name: string): boolean => MISSING.some(([names]) => names.test(name));

describe('language/kernel and the machine', () => {
  const { macros, program } = prelude('6.12');
  const builtins = new Set(BUILTIN_NAMES);
  const known = (name: string): boolean =>
    macros.has(name) || program.functions.has(name) || (builtins.has(name) && program.prototypes.has(name));

  it('the headers are read without a problem', () => {
    expect(program.problems).toEqual([]);
  });
  it('every call of the tables can be run, but for subsystems that are left out', () => {
    const names = new Set([...facts.acquires.map((a) => a.name), ...facts.calls.map((c) => c.name)]);
    expect([...names].filter((n) => !known(n) && !COMPILER.test(n) && !missing(n))).toEqual([]);
    expect([...names].filter((n) => known(n) && missing(n))).toEqual([]);
    // most of the tables, not a token of them
    expect([...names].filter(known).length).toBeGreaterThan(1700);
  });
  it('every declared built-in has code, and the other way round', () => {
    expect([...program.prototypes.keys()].filter((n) => !program.functions.has(n) && !builtins.has(n))).toEqual([]);
    expect(BUILTIN_NAMES.filter((n) => !program.prototypes.has(n))).toEqual([]);
  });
});
