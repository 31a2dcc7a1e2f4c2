/** Imports TypeScript of the tests (a person at the workbench, a page of the panel) into a script, which Node 20 can't read as it is. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from './paths.mjs';

/** Bundles a module of ours (path from the root) without its packages, and imports it. */
export async function loadTestTs(path) {
  // As deep below the root as the files that ask where the root is.
  const folder = join(ROOT, 'out/lib');
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(ROOT, 'test/vscode/lib/drive.js'), join(folder, 'drive.js'));
  const outfile = join(folder, `${basename(path, '.ts')}.mjs`);
  await build({
    entryPoints: [join(ROOT, path)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}
