/** What pinscope.vsix holds: the allow-list of package.json, and nothing that a user has no use for. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, VSIX } from '../../scripts/lib/paths.mjs';

/** Names in the archive, from its central directory (APPNOTE.TXT 4.3.12, 4.3.16). */
function names(): string[] {
  const zip = readFileSync(VSIX);
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const found: string[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    found.push(zip.toString('utf8', at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return found.sort();
}

const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|package\.nls\.json|readme\.md|changelog\.md|LICENSE\.txt)$/i,
  /^extension\/dist\/(extension|client|extension\.browser|server|server\.browser|engine|engine\.browser|panel)\.c?js$/,
  /^extension\/dist\/(panel\.css|gallery\.json)$/,
  /^extension\/media\/[a-z-]+\.svg$/,
  /^extension\/media\/walkthrough\/[a-z-]+\.(md|svg)$/,
  /^extension\/l10n\/bundle\.l10n\.json$/,
  /^extension\/syntaxes\/[a-z.-]+\.tmLanguage\.json$/i,
  /^extension\/dist\/(web-tree-sitter|tree-sitter-c)\.wasm$/,
  /^extension\/docs\/rules\/[a-z-]+\.md$/i,
  /^extension\/docs\/images\/[a-z-]+\.(?:png|gif)$/,
];

test('the package holds what is listed, and nothing else', () => {
  expect(names().filter((name) => !ALLOWED.some((pattern) => pattern.test(name)))).toEqual([]);
});

test('it holds both hosts, with the server and the simulator for each, the panel and the parsers', () => {
  const files = ['extension.cjs', 'client.cjs', 'extension.browser.cjs', 'server.js', 'server.browser.js', 'engine.js'];
  const simulator = ['engine.browser.js', 'panel.js', 'panel.css', 'gallery.json'];
  const wanted = [...files, ...simulator, 'web-tree-sitter.wasm', 'tree-sitter-c.wasm'];
  expect(names()).toEqual(expect.arrayContaining(wanted.map((name) => `extension/dist/${name}`)));
});

test('the pictures of README.md are in it, and no others', () => {
  const shown = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/\]\((docs\/images\/[^)]+)\)/g)].map(
    (m) => m[1]!,
  );
  const packed = names().flatMap((name) => /^extension\/(docs\/images\/.*)/.exec(name)?.[1] ?? []);
  expect(packed).toEqual([...new Set(shown)].sort());
});

test('it is small', () => {
  expect(statSync(VSIX).size).toBeLessThanOrEqual(2_000_000);
});
