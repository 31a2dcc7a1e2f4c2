// Packs recorded traces: node test/conformance/pack.mjs DIR (a folder with one folder per kernel) → traces.<kernel>.jsonl.br
import { brotliCompressSync, constants } from 'node:zlib';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
const home = dirname(fileURLToPath(import.meta.url));
const dir = process.argv[2];
if (!dir) throw new Error('usage: node pack.mjs DIR');
for (const kernel of readdirSync(dir)) {
  const lines = readdirSync(join(dir, kernel))
    .filter((f) => f.endsWith('.json'))
    .sort()
    .map((f) => JSON.stringify(JSON.parse(readFileSync(join(dir, kernel, f), 'utf8'))));
  const data = Buffer.from(lines.join('\n') + '\n');
  const packed = brotliCompressSync(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  });
  writeFileSync(join(home, `traces.${kernel}.jsonl.br`), packed);
  console.log(kernel, lines.length, 'traces', packed.length, 'bytes');
}
