/** Writes pinscope.vsix: a production build, packed by vsce; `files` in package.json is the list of what goes in. */
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { ensurePackages } from './lib/install.mjs';
import { ROOT, VSIX } from './lib/paths.mjs';
import { must } from './lib/run.mjs';
import { runMain, say } from './lib/say.mjs';

await runMain(async () => {
  await ensurePackages();
  say('building for production…');
  await build('--production');
  say('packing…');
  await must(process.execPath, [
    join(ROOT, 'node_modules/@vscode/vsce/vsce'),
    ...[
      'package',
      '--allow-unused-files-pattern',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      VSIX,
    ],
  ]);
});
