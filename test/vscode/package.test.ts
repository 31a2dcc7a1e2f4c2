/** What pinscope.vsix holds: the allow-list of package.json, and nothing that a user has no use for. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { VSIX } from '../../scripts/lib/paths.mjs';

/** Names in the archive, by a Python or unzip that every developer's machine has. */
function names(): string[] {
  const list = execFileSync('unzip', ['-Z1', VSIX], { encoding: 'utf8' });
  return list
    .trim()
    .split('\n')
    .filter((name) => !name.endsWith('/'))
    .sort();
}

const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|readme\.md|changelog\.md|LICENSE\.txt)$/i,
  /^extension\/dist\/(extension|extension\.browser|server|server\.browser|cli|worker)\.c?js$/,
  /^extension\/dist\/(web-tree-sitter|tree-sitter-c)\.wasm$/,
  /^extension\/docs\/rules\/[a-z-]+\.md$/i,
  /^extension\/docs\/images\/[a-z-]+\.png$/,
];

test('the package holds what is listed, and nothing else', () => {
  expect(names().filter((name) => !ALLOWED.some((pattern) => pattern.test(name)))).toEqual([]);
});

test('it holds both hosts, the server for each, the checker and the parsers', () => {
  const files = ['extension.cjs', 'extension.browser.js', 'server.js', 'server.browser.js', 'cli.js', 'worker.js'];
  const wanted = [...files, 'web-tree-sitter.wasm', 'tree-sitter-c.wasm'].map((name) => `extension/dist/${name}`);
  expect(names()).toEqual(expect.arrayContaining(wanted));
});

test('it is small', () => {
  expect(statSync(VSIX).size).toBeLessThan(4_000_000);
});
