/** package.json: the severity setting lists every rule. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTs } from '../lib/load-ts.mjs';
import { ROOT } from '../lib/paths.mjs';

export async function generate() {
  const { RULE_IDS, LEVELS, levelOf } = await loadTs('server/rule-ids.ts');
  const metas = existsSync(join(ROOT, 'server/rules/index.ts')) ? (await loadTs('server/rules/index.ts')).ruleMetas : [];
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const properties = {};
  for (const id of RULE_IDS) {
    const meta = metas?.find((one) => one.id === id);
    properties[id] = { type: 'string', enum: ['off', ...[...LEVELS].reverse()] };
    if (meta) Object.assign(properties[id], { default: meta.level, description: meta.summary });
    else if (levelOf) properties[id].default = levelOf(id);
  }
  manifest.contributes.configuration.properties['pinscope.severity'].properties = properties;
  return new Map([['package.json', `${JSON.stringify(manifest, null, 2)}\n`]]);
}
