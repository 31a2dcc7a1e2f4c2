// Bundles run.ts and runs it: node test/conformance/run.mjs [--traces DIR] [--kernel K] [--filter RE] [--json F] [--brief]
import { build } from 'esbuild';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
const home = dirname(fileURLToPath(import.meta.url));
const { outputFiles } = await build({
  entryPoints: [join(home, 'run.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
});
const { main } = await import('data:text/javascript;base64,' + Buffer.from(outputFiles[0].contents).toString('base64'));
process.exitCode = main(process.argv.slice(2), home);
