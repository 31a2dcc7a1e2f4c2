/** Threads that fail. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { Pool, type WorkerOptions } from '../../../client/cli/pool.ts';
import { Sweep } from '../../../client/cli/sweep.ts';

test('threads that do not start end the check with the reason, not with one more thread for each file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pinscope-pool-'));
  try {
    const script = join(folder, 'worker.mjs');
    writeFileSync(script, "throw new Error('no parser here');\n");
    const sweep = new Sweep(() => true);
    for (let i = 0; i < 3000; i++) sweep.add(join(folder, `${i}.c`), false);
    sweep.close([folder]);
    const pool = new Pool(pathToFileURL(script), {} as WorkerOptions, 2, sweep);
    await expect(pool.finish()).rejects.toThrow('the threads of the check do not start: no parser here');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
