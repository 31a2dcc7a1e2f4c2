/**
 * Parses every .c file below drivers/ of a kernel tree and prints the share of files and functions with syntax
 * errors after masking, and the speed.
 *
 *     node test/bench/parse.mjs [--dir drivers] [--limit N] [--bodies] [--cfg] [--list FILE]
 *
 * KERNEL_SRC points at the tree (default /root/kernel/linux-source-6.12). --bodies lowers every body, --cfg also
 * builds its graph; --list writes the functions with errors. Each file is parsed alone, without its headers.
 */
import { build } from 'esbuild';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = new URL('../..', import.meta.url).pathname;
const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const kernel = process.env.KERNEL_SRC ?? '/root/kernel/linux-source-6.12';
if (!existsSync(kernel)) {
  console.error(`bench:parse: no kernel tree at ${kernel}; set KERNEL_SRC`);
  process.exit(2);
}
const require = createRequire(import.meta.url);
const out = join(mkdtempSync(join(tmpdir(), 'pinscope-bench-')), 'c.mjs');
await build({ stdin: { contents: `export * from './language/c/index.ts'; export { maskSource } from './language/c/mask.ts'; export { scanText } from './language/c/scan.ts';`, resolveDir: root, loader: 'ts' }, bundle: true, format: 'esm', platform: 'node', outfile: out, external: ['web-tree-sitter'], logLevel: 'error', alias: {}, plugins: [{ name: 'wts', setup(b) { b.onResolve({ filter: /^web-tree-sitter$/ }, () => ({ path: pathToFileURL(require.resolve('web-tree-sitter').replace(/\.cjs$/, '.js')).href, external: true })); } }] });
const c = await import(pathToFileURL(out).href);
const parser = await c.createCParser({ treeSitter: readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')), c: readFileSync(require.resolve('tree-sitter-c/tree-sitter-c.wasm')) });

function* files(dir) {
  for (const e of readdirSync(dir, { withFileTypes: true })) {
    const p = join(dir, e.name);
    if (e.isDirectory()) yield* files(p);
    else if (e.isFile() && p.endsWith('.c')) yield p;
  }
}

const target = { kernel: { major: 6, minor: 12, patch: 0 }, defines: new Map() };
const bodies = args.includes('--bodies') || args.includes('--cfg');
const limit = Number(option('--limit', Infinity));
let count = 0, bytes = 0, badFiles = 0, functions = 0, badFunctions = 0, crashes = 0, nodes = 0, slowest = 0, slowestPath = '', maskMs = 0;
const bad = [];
const start = performance.now();
for (const path of files(join(kernel, option('--dir', 'drivers')))) {
  if (count >= limit) break;
  const text = readFileSync(path, 'utf8');
  count++;
  bytes += text.length;
  const t0 = performance.now();
  c.maskSource(text);
  const t1 = performance.now();
  maskMs += t1 - t0;
  try {
    const unit = c.parseUnit(parser, { path, text, headers: [], target });
    let errors = unit.problems.length;
    for (const f of unit.functions) {
      functions++;
      if (f.hasError) {
        errors++;
        badFunctions++;
        bad.push(`${relative(kernel, path)}:${text.slice(0, f.start).split('\n').length}: ${f.name}`);
      }
      if (bodies) {
        f.body();
        if (args.includes('--cfg')) nodes += c.buildCfg(f).nodes.length;
      }
    }
    for (const p of unit.problems) bad.push(`${relative(kernel, path)}:${text.slice(0, p.start).split('\n').length}: - ${p.message}`);
    if (errors > 0) badFiles++;
  } catch (e) {
    crashes++;
    console.error(`${relative(kernel, path)}: ${e.stack}`);
  }
  parser.close(path);
  const ms = performance.now() - t1;
  if (ms > slowest) [slowest, slowestPath] = [ms, relative(kernel, path)];
}
const seconds = (performance.now() - start) / 1000;
const pct = (a, b) => `${((100 * a) / Math.max(1, b)).toFixed(2)} %`;
console.log(`files             ${count}, ${(bytes / 2 ** 20).toFixed(1)} MiB`);
console.log(`files with errors ${badFiles} (${pct(badFiles, count)})`);
console.log(`functions         ${functions}, with errors ${badFunctions} (${pct(badFunctions, functions)})`);
console.log(`time              ${seconds.toFixed(1)} s, ${(bytes / 1e6 / seconds).toFixed(2)} MB/s${bodies ? ' (bodies lowered)' : ''}; masking alone ${(bytes / 2 ** 20 / (maskMs / 1000)).toFixed(0)} MiB/s`);
console.log(`slowest file      ${slowest.toFixed(0)} ms ${slowestPath}`);
if (nodes > 0) console.log(`graph nodes       ${nodes}`);
console.log(`crashes           ${crashes}, in the parser ${parser.crashes}`);
const list = option('--list', '');
if (list) writeFileSync(list, bad.join('\n') + '\n');
process.exit(crashes > 0 ? 1 : 0);
