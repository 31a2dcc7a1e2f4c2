/** `gup-test`: the kernel's benchmark of the GUP family, with its option letters, on the modelled MM. */
import { parseArgs } from 'node:util';
import { ERAS, featuresOf } from '../../simulator/mm/era.ts';
import { machineConfig } from '../../simulator/mm/machine.ts';
import { Model } from '../../simulator/mm/model.ts';
import { GUP_TESTS, gupTest } from '../../simulator/mm/gup_test.ts';
import { EXIT, type Io } from './io.ts';

/** Pages in a MiB. */
const PER_MIB = 256;

/** What `gup-test --help` prints. */
export const GUP_TEST_HELP = `pinscope gup-test [options]

Times get_user_pages and pin_user_pages on the modelled memory management, like tools/testing/selftests/mm/gup_test does it in a kernel.

  -u, -U      get_user_pages_fast (the default), get_user_pages
  -a, -b, -L  pin_user_pages_fast, pin_user_pages, pin_user_pages with FOLL_LONGTERM
  -m MIB      size of the mapping (128)
  -n PAGES    pages a call (1)
  -r ROUNDS   rounds (1)
  -t, -H, -S, -f  transparent huge pages, hugetlb, shared memory, a shared file on ext4; default: anonymous pages
  -W          do not ask for write access
  -z          let GUP fault the pages in
  --kernel V  kernel whose rules are modelled (6.12)
`;

/** The command; returns the exit code: 0 all pages were held, 1 a round was cut short, 2 bad options. */
export function gupTestCommand(argv: readonly string[], io: Pick<Io, 'stdout' | 'stderr'>): number {
  const flag = { type: 'boolean' } as const;
  const fail = (message: string): number => {
    io.stderr(`gup-test: ${message}\n${GUP_TEST_HELP}`);
    return EXIT.failure;
  };
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        ...Object.fromEntries([...'uUabLtHSfWz'].map((letter) => [letter, { ...flag, short: letter }])),
        m: { type: 'string', short: 'm', default: '128' },
        n: { type: 'string', short: 'n', default: '1' },
        r: { type: 'string', short: 'r', default: '1' },
        kernel: { type: 'string', default: '6.12' },
      },
    }));
  } catch (e) {
    return fail((e as Error).message);
  }
  const number = (name: 'm' | 'n' | 'r'): number | undefined => {
    const value = Number(values[name]);
    return Number.isInteger(value) && value > 0 && value <= 1_000_000 ? value : undefined;
  };
  const [mib, perCall, rounds] = [number('m'), number('n'), number('r')];
  if (!mib || !perCall || !rounds) return fail('-m, -n and -r take a whole number above 0');
  if (mib > 8192) return fail('-m: the model has at most 8192 MiB');
  const test = (Object.keys(GUP_TESTS) as (keyof typeof GUP_TESTS)[]).find((letter) => values[letter]) ?? 'u';
  const kind = values['H']
    ? 'hugetlb'
    : values['t']
      ? 'thp'
      : values['S']
        ? 'shmem'
        : values['f']
          ? 'ext4-shared'
          : 'anon';
  const kernel = String(values['kernel']);
  const granule = kind === 'thp' || kind === 'hugetlb' ? 2 : 1;
  const pages = Math.ceil(mib / granule) * granule * PER_MIB;
  let features;
  try {
    features = featuresOf(kernel);
  } catch (e) {
    return fail(`--kernel: ${(e as Error).message}; known are ${Object.keys(ERAS).join(', ')}`);
  }
  const m = new Model(machineConfig(features, { pages: Math.ceil(pages * 1.1) + 16_384 }));
  // A benchmark is not gone back in.
  m.s.store.recording = false;
  let short = false;
  for (let round = 0; round < rounds; round++) {
    const r = gupTest(m, { test, pages, perCall, kind, write: !values['W'], touch: values['z'] === true }, () =>
      performance.now(),
    );
    const truncated = r.held === pages ? '' : `, truncated (size: ${r.held * 4096}, the last call returned ${r.ret})`;
    io.stdout(
      `${GUP_TESTS[test].name}: Time: get:${Math.round(r.getUs)} put:${Math.round(r.putUs)} us${truncated}\n` +
        `  ${r.held} pages of ${kind}, ${perCall} a call; ${
          Object.entries(r.vmstat)
            .map(([name, value]) => `${name} +${value}`)
            .join(', ') || 'no counter changed'
        }\n`,
    );
    if (r.notPinned) io.stdout(`  ${r.notPinned} pages are pinned and do not look so\n`);
    short ||= r.held !== pages || r.notPinned > 0;
  }
  return short ? EXIT.findings : EXIT.clean;
}
