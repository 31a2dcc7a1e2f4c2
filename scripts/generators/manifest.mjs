/** package.json: the severity setting lists every rule, the kernel setting every release. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTs } from '../lib/load-ts.mjs';
import { ROOT } from '../lib/paths.mjs';

/** The manifest with its lists brought up to date. */
export async function generate() {
  const { RULE_IDS, LEVELS } = await loadTs('server/rule-ids.ts');
  const { knownVersions } = await loadTs('language/kernel/version.ts');
  const { ruleMetas } = await loadTs('server/index.ts');
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const settings = manifest.contributes.configuration.properties;
  settings['pinscope.kernelVersions'].items.examples = knownVersions;
  settings['pinscope.severity'].properties = Object.fromEntries(
    RULE_IDS.map((id) => {
      const meta = ruleMetas.find((one) => one.id === id);
      const described = meta
        ? { default: meta.level, description: meta.summary }
        : { description: 'Not reported by this version yet.' };
      return [id, { type: 'string', enum: ['off', ...LEVELS.toReversed()], ...described }];
    }),
  );
  return new Map([['package.json', `${JSON.stringify(manifest, null, 2)}\n`]]);
}
