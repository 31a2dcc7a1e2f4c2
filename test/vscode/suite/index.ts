/** Entry of the extension-host suite: mocha inside VS Code. Results also go to the file in PINSCOPE_TEST_RESULTS. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** What scripts/test.mjs adds up. */
interface Results {
  passed: number;
  failed: number;
  skipped: string[];
}

/** Called by VS Code; a rejection fails the run. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 60_000, reporter: 'spec' });
  mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, '', mocha);
  await import('./extension.ts');
  const results: Results = { passed: 0, failed: 0, skipped: [] };
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on('pass', () => results.passed++)
      .on('fail', () => results.failed++)
      .on('pending', (test) => results.skipped.push(test.fullTitle()));
  });
  const file = process.env.PINSCOPE_TEST_RESULTS;
  if (file) writeFileSync(file, JSON.stringify(results));
  if (results.failed) throw new Error(`${results.failed} tests failed`);
}
