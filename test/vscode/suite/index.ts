/** Entry of the extension-host suite: mocha inside VS Code. Results also go to the file in PINSCOPE_TEST_RESULTS. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { tell } from './tell.ts';

/** What scripts/test.mjs adds up; names for what did not pass. */
interface Results {
  passed: number;
  readonly failed: string[];
  readonly skipped: string[];
}

/** One suite a file, in the order of running. */
const SUITES = [
  () => import('./activation.ts'),
  () => import('./diagnostics.ts'),
  () => import('./fixes.ts'),
  () => import('./hover.ts'),
  () => import('./annotations.ts'),
  () => import('./debug.ts'),
  () => import('./simulate.ts'),
  () => import('./tests.ts'),
  () => import('./settings.ts'),
  () => import('./crash.ts'),
];

/** Called by VS Code; a rejection fails the run. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: class {} as never });
  mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, '', mocha);
  for (const load of SUITES) await load();
  const only = process.env.PINSCOPE_GREP;
  if (only) mocha.grep(new RegExp(only));
  const results: Results = { passed: 0, failed: [], skipped: [] };
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on('pass', (test) => {
        results.passed++;
        tell(`  ok    ${test.fullTitle()} (${test.duration} ms)`);
      })
      .on('fail', (test, error: Error) => {
        results.failed.push(test.fullTitle());
        tell(`  FAIL  ${test.fullTitle()}\n${error.stack ?? error.message}`);
      })
      .on('pending', (test) => {
        results.skipped.push(test.fullTitle());
        tell(`  skip  ${test.fullTitle()}`);
      });
  });
  const file = process.env.PINSCOPE_TEST_RESULTS;
  if (file) writeFileSync(file, JSON.stringify(results));
  if (results.failed.length) throw new Error(`${results.failed.length} tests failed`);
}
