import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { CACHE, ROOT } from './paths.mjs';
import { mkdirSync } from 'node:fs';

/** Imports a TypeScript module of ours (path from the root), bundled on the way: Node 20 reads no TypeScript. */
export async function loadTs(path) {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'load-'));
  const outfile = join(folder, 'module.mjs');
  try {
    await build({
      entryPoints: [join(ROOT, path)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
