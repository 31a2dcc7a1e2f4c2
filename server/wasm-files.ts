/** Where the parser's two wasm files lie on disk: beside the bundled program, or in node_modules when run from source. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILES = {
  treeSitter: ['web-tree-sitter.wasm', 'node_modules/web-tree-sitter/web-tree-sitter.wasm'],
  c: ['tree-sitter-c.wasm', 'node_modules/tree-sitter-c/tree-sitter-c.wasm'],
} as const;

/** @throws Error that names the missing file. */
export function loadWasm(): { treeSitter: Uint8Array; c: Uint8Array } {
  return { treeSitter: load(FILES.treeSitter), c: load(FILES.c) };
}

function load([beside, fromRoot]: readonly [string, string]): Uint8Array {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    for (const path of [join(folder, beside), join(folder, fromRoot)]) if (existsSync(path)) return readFileSync(path);
    if (folder === dirname(folder)) throw new Error(`${beside} is missing; build again with "npm run build".`);
  }
}
