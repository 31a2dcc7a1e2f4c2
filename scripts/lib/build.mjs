import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, ROOT } from './paths.mjs';
import { must } from './run.mjs';

const SOURCES = [
  'client',
  'language',
  'server',
  'simulator',
  'syntaxes',
  'esbuild.mjs',
  'package.json',
  'package-lock.json',
];

/** Builds dist/ if a source is newer than the last build. */
export async function ensureBuilt() {
  const mark = join(DIST, '.built');
  if (existsSync(mark) && newest(SOURCES.map((name) => join(ROOT, name))) <= statSync(mark).mtimeMs) return;
  await build();
}

/** Builds dist/; `args` as for esbuild.mjs. */
export async function build(...args) {
  await must(process.execPath, [join(ROOT, 'esbuild.mjs'), ...args]);
}

function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const stat = statSync(path);
    latest = Math.max(latest, stat.mtimeMs);
    if (stat.isDirectory()) latest = Math.max(latest, newest(readdirSync(path).map((name) => join(path, name))));
  }
  return latest;
}
