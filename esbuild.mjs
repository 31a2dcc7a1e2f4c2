/**
 * Builds dist/ (and, with --tests, out/test/): every program is one bundled file, the two wasm files lie beside them.
 * Usage: node esbuild.mjs [--production] [--tests] [--watch]
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { context } from 'esbuild';
import { writeGallery } from './scripts/lib/gallery.mjs';
import { packedPrelude } from './scripts/lib/packed-prelude.mjs';

const root = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const tests = process.argv.includes('--tests');

/** Some CommonJS dependencies call require() for Node's own modules; an ES module has none. */
const requireBanner =
  "import { createRequire as pinscopeCreateRequire } from 'node:module'; const require = pinscopeCreateRequire(import.meta.url);";
const common = {
  bundle: true,
  absWorkingDir: root,
  target: 'es2022',
  sourcemap: production ? false : 'linked',
  minifyWhitespace: production,
  minifySyntax: production,
  // Short names in the package only: it is to stay below 2 MB. (keepNames would leave stacks readable, at a tenth of the running time.)
  minifyIdentifiers: production,
  legalComments: 'none',
  logLevel: 'warning',
  loader: { '.md': 'text' },
  jsx: 'automatic',
  jsxImportSource: 'preact',
  plugins: [packedPrelude],
};
const nodeEsm = { ...common, platform: 'node', format: 'esm', target: 'node20', banner: { js: requireBanner } };
const nodeCjs = { ...common, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'] };
/**
 * A web worker, and the web extension host: one file, no modules, no Node. web-tree-sitter makes an address out of
 * import.meta.url although it is given the bytes; the worker's own is a blob:, of which none can be made.
 */
const browser = {
  ...common,
  platform: 'browser',
  define: {
    'import.meta.url': '"https://pinscope.invalid/"',
    'process.env.NODE_ENV': '"production"',
    global: 'globalThis',
  },
  external: ['vscode', 'node:*', 'module', 'fs', 'fs/promises'],
};

/** An import that is left to be made while running: of a file that is built beside. */
function fileOfItsOwn(path, built) {
  const filter = new RegExp(`^${path.replaceAll('.', '\\.')}$`);
  return {
    name: 'file-of-its-own',
    setup: (build) => void build.onResolve({ filter }, () => ({ path: built, external: true })),
  };
}

const targets = [
  {
    ...nodeEsm,
    entryPoints: ['client/cli/main.ts'],
    outfile: 'dist/cli.js',
    plugins: [...common.plugins, fileOfItsOwn('./simulator.ts', './simulator.js')],
  },
  { ...nodeEsm, entryPoints: ['client/cli/simulator.ts'], outfile: 'dist/simulator.js' },
  { ...nodeEsm, entryPoints: ['client/cli/worker.ts'], outfile: 'dist/worker.js' },
  { ...nodeEsm, entryPoints: ['server/lsp/node.ts'], outfile: 'dist/server.js' },
  { ...browser, format: 'iife', entryPoints: ['server/lsp/browser.ts'], outfile: 'dist/server.browser.js' },
  { ...nodeEsm, entryPoints: ['simulator/engine/node.ts'], outfile: 'dist/engine.js' },
  { ...browser, format: 'iife', entryPoints: ['simulator/engine/browser.ts'], outfile: 'dist/engine.browser.js' },
  {
    ...browser,
    format: 'iife',
    entryPoints: ['simulator/panel/main.tsx'],
    outfile: 'dist/panel.js',
    loader: { ...common.loader, '.svg': 'text' },
  },
  // .cjs: this package is of type "module", which neither VS Code before 1.100 nor the web extension host can load.
  // The language client is the largest part of it and no part of activation: a file of its own, which the other one asks for.
  {
    ...nodeCjs,
    entryPoints: ['client/vscode/node.ts'],
    outfile: 'dist/extension.cjs',
    plugins: [...common.plugins, fileOfItsOwn('./language-client/node.ts', './client.cjs')],
    supported: { 'dynamic-import': false },
  },
  { ...nodeCjs, entryPoints: ['client/vscode/language-client/node.ts'], outfile: 'dist/client.cjs' },
  { ...browser, format: 'cjs', entryPoints: ['client/vscode/browser.ts'], outfile: 'dist/extension.browser.cjs' },
];
if (tests) {
  targets.push({
    ...nodeCjs,
    minify: false,
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    entryPoints: ['test/vscode/suite/index.ts'],
    outfile: 'out/test/index.cjs',
  });
}

const wasm = [
  ['node_modules/web-tree-sitter/web-tree-sitter.wasm', 'dist/web-tree-sitter.wasm'],
  ['node_modules/tree-sitter-c/tree-sitter-c.wasm', 'dist/tree-sitter-c.wasm'],
];

if (production) rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(join(root, 'dist'), { recursive: true });
for (const [from, to] of wasm) copyFileSync(join(root, from), join(root, to));
writeGallery(join(root, 'dist/gallery.json'));

const started = performance.now();
const present = targets.filter((target) => {
  const there = existsSync(join(root, target.entryPoints[0]));
  if (!there && target.entryPoints[0] !== 'client/cli/worker.ts') {
    process.stderr.write(`build: ${target.outfile} left out: ${target.entryPoints[0]} does not exist yet\n`);
  }
  return there;
});
const contexts = await Promise.all(present.map((target) => context(target)));
if (watch) {
  await Promise.all(contexts.map((one) => one.watch()));
  process.stderr.write('build: watching\n');
} else {
  try {
    await Promise.all(contexts.map((one) => one.rebuild()));
  } catch {
    // esbuild has printed the errors.
    process.exitCode = 1;
  }
  await Promise.all(contexts.map((one) => one.dispose()));
  if (!process.exitCode) {
    writeFileSync(join(root, 'dist/.built'), `${JSON.stringify({ production, version: readVersion() })}\n`);
    const sizes = present.map(
      (target) => `${target.outfile} ${Math.ceil(statSync(join(root, target.outfile)).size / 1024)} kB`,
    );
    process.stderr.write(`build: ${sizes.join(', ')} in ${Math.round(performance.now() - started)} ms\n`);
  }
}

function readVersion() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}
