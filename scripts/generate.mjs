/**
 * Writes what is generated from the sources; `--check` writes nothing and fails if a generated file is stale.
 * Every generator is a module of scripts/generators/ that exports `generate(): Promise<Map<path, text>>`.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './lib/paths.mjs';
import { say } from './lib/say.mjs';

const check = process.argv.includes('--check');
const folder = join(ROOT, 'scripts/generators');
let stale = 0;
for (const name of readdirSync(folder).sort()) {
  if (!name.endsWith('.mjs')) continue;
  const { generate } = await import(pathToFileURL(join(folder, name)).href);
  for (const [path, text] of await generate()) {
    const file = join(ROOT, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    stale++;
    if (check) {
      say(`${path} is stale: run \`npm run docs\``);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    say(`wrote ${path}`);
  }
}
if (check && stale) process.exitCode = 1;
