/** The arrows of docs/architecture.md (I-1 to I-4). A failing test names every import that points the wrong way. */
import { describe, expect, test } from 'vitest';
import { imports, roomOf, type Import } from './sources.ts';

/** Which rooms a room may import from, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  language: [],
  server: ['language'],
  simulator: ['language'],
  client: ['server', 'simulator', 'language'],
};

/** Folders and files that must run in a browser as they are: no Node. */
const PURE = ['language/', 'server/analysis/', 'server/rules/', 'server/fixes/', 'simulator/mm/', 'simulator/device/'];
const PURE_SIMULATOR = [
  'simulator/machine/',
  'simulator/scenario/',
  'simulator/explore/',
  'simulator/trace/',
  'simulator/engine/',
  'simulator/panel/',
];

const show = (wrong: readonly Import[]): string[] => wrong.map((one) => `${one.where} imports ${one.to}`);
const isVsCode = (name: string): boolean => name === 'vscode';
const isPackage = (name: string, family: string): boolean => name === family || name.startsWith(`${family}/`);

describe('layers', () => {
  test.each(Object.entries(MAY_IMPORT))('%s imports only from %j', (room, allowed) => {
    const wrong = imports.filter(
      (one) =>
        one.ours &&
        one.to !== 'package.json' &&
        roomOf(one.from) === room &&
        roomOf(one.to) !== room &&
        !allowed.includes(roomOf(one.to)),
    );
    expect(show(wrong)).toEqual([]);
  });

  test('vscode is imported in client/vscode only', () => {
    expect(show(imports.filter((one) => isVsCode(one.to) && !one.from.startsWith('client/vscode/')))).toEqual([]);
  });

  test('the language client is imported in client/vscode only', () => {
    const wrong = imports.filter(
      (one) => isPackage(one.to, 'vscode-languageclient') && !one.from.startsWith('client/vscode/'),
    );
    expect(show(wrong)).toEqual([]);
  });

  test('the language server protocol is imported in server/lsp only', () => {
    const families = ['vscode-languageserver', 'vscode-languageserver-textdocument', 'vscode-languageserver-protocol'];
    const wrong = imports.filter(
      (one) => families.some((family) => isPackage(one.to, family)) && !one.from.startsWith('server/lsp/'),
    );
    expect(show(wrong)).toEqual([]);
  });

  test('the editor client talks to both engines by messages: it takes types, and what makes messages and the page of the panel', () => {
    // schemas of the messages; the questions that lead to a first picture, and its message in the page's text; how programs stand in a page
    const panel = ['messages.ts', 'first.ts', 'told.ts', 'export/html.ts'].map((file) => `simulator/panel/${file}`);
    const wrong = imports.filter(
      (one) =>
        one.ours &&
        one.from.startsWith('client/vscode/') &&
        roomOf(one.to) !== 'client' &&
        !(one.typeOnly && /^(server\/lsp|simulator\/engine)\/protocol\.ts$/.test(one.to)) &&
        !panel.includes(one.to),
    );
    expect(show(wrong)).toEqual([]);
  });

  test('web-tree-sitter is imported in one file', () => {
    const files = new Set(imports.filter((one) => isPackage(one.to, 'web-tree-sitter')).map((one) => one.from));
    expect([...files]).toEqual(['language/c/parser.ts']);
  });

  test('the cores import nothing of Node', () => {
    const builtin = /^(node:|fs$|path$|os$|url$|util$|child_process$|worker_threads$|crypto$|buffer$|process$)/;
    const wrong = imports.filter(
      (one) =>
        // the worker's entry under Node is the edge
        one.from !== 'simulator/engine/node.ts' &&
        [...PURE, ...PURE_SIMULATOR].some((folder) => one.from.startsWith(folder)) &&
        builtin.test(one.to),
    );
    expect(show(wrong)).toEqual([]);
  });

  test('the rules and the analysis know no file of lsp', () => {
    const wrong = imports.filter((one) => one.to.startsWith('server/lsp/') && /^server\/(?!lsp\/)/.test(one.from));
    expect(show(wrong)).toEqual([]);
  });

  test('relative imports name their file with its extension', () => {
    expect(show(imports.filter((one) => one.ours && !/\.(tsx?|json|md|css)$/.test(one.to)))).toEqual([]);
  });
});
