/** I-10: what a module exports says what it is for. */
import { Node } from 'ts-morph';
import { expect, test } from 'vitest';
import { pathOf, sources } from './sources.ts';

/** The node that carries the doc comment of a declaration. */
function documented(node: Node): boolean {
  if (Node.isVariableDeclaration(node)) return node.getVariableStatement()?.getJsDocs().length !== 0;
  return Node.isJSDocable(node) ? node.getJsDocs().length > 0 : true;
}

/** Types and constants of a file that opens with a comment are told of there, as a group. */
function toldInHeader(node: Node, text: string): boolean {
  const grouped =
    Node.isInterfaceDeclaration(node) || Node.isTypeAliasDeclaration(node) || Node.isVariableDeclaration(node);
  return grouped && /^(#!.*\n)?\/\*\*/.test(text);
}

test('exported symbols have a doc comment', () => {
  const missing: string[] = [];
  for (const file of sources) {
    for (const [name, nodes] of file.getExportedDeclarations()) {
      const own = nodes.filter((node) => node.getSourceFile() === file);
      if (!own.length || own.some((node) => documented(node) || toldInHeader(node, file.getFullText()))) continue;
      missing.push(`${pathOf(file)}:${own[0]?.getStartLineNumber()} ${name}`);
    }
  }
  expect(missing).toEqual([]);
});
