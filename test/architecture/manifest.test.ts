/** I-8: package.json and the code name the same settings, commands and rules. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SyntaxKind } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { SETTING_KEYS } from '../../server/config.ts';
import { RULE_IDS } from '../../server/rule-ids.ts';
import { ruleMetas } from '../../server/index.ts';
import { pathOf, ROOT, sources } from './sources.ts';

interface Setting {
  readonly scope: string;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly properties?: Record<string, { enum: string[]; default?: string; description?: string }>;
}
interface Manifest {
  readonly main: string;
  readonly browser: string;
  readonly files: string[];
  readonly contributes: {
    readonly commands: { command: string; title: string; category: string }[];
    readonly configuration: { readonly properties: Record<string, Setting> };
    readonly views: { readonly pinscope: { id: string }[] };
  };
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const settings = manifest.contributes.configuration.properties;
const commands = manifest.contributes.commands.map((one) => one.command);

/** The status item, and the context key of menus. */
const OTHER_NAMES = ['pinscope.status', 'pinscope.running'];

/** String literals of the editor client that look like a name of ours. */
const literals = sources
  .filter((file) => pathOf(file).startsWith('client/vscode/'))
  .flatMap((file) => file.getDescendantsOfKind(SyntaxKind.StringLiteral).map((node) => node.getLiteralValue()));

describe('manifest', () => {
  test('the severity setting lists every rule, with its level and summary', () => {
    const listed = settings['pinscope.severity']?.properties ?? {};
    expect(Object.keys(listed)).toEqual(RULE_IDS);
    for (const meta of ruleMetas) {
      expect(listed[meta.id], meta.id).toMatchObject({ default: meta.level, description: meta.summary });
    }
  });

  test('severities can be turned off', () => {
    for (const rule of Object.values(settings['pinscope.severity']?.properties ?? {})) {
      expect(rule.enum).toEqual(['off', 'hint', 'info', 'warning', 'error']);
    }
  });

  test('settings are of resource scope (the trace, of the window) and described', () => {
    for (const [name, setting] of Object.entries(settings)) {
      expect(name).toMatch(/^pinscope\./);
      expect(setting.scope, name).toBe(name === 'pinscope.trace.server' ? 'window' : 'resource');
      expect(setting.markdownDescription ?? setting.description, name).toBeTruthy();
    }
  });

  test('the server reads every setting but those of the client', () => {
    const clients = /^pinscope\.(trace|simulator)\./;
    const read = Object.keys(settings).filter((name) => !clients.test(name));
    expect([...SETTING_KEYS].map((key) => `pinscope.${key}`).sort()).toEqual(read.sort());
  });

  test('commands of the manifest are registered, and the other way round', () => {
    const registered = sources
      .filter((file) => pathOf(file).startsWith('client/vscode/'))
      .flatMap((file) => file.getDescendantsOfKind(SyntaxKind.CallExpression))
      .filter((call) => /(^|\.)registerCommand$/.test(call.getExpression().getText()))
      .map((call) => call.getArguments()[0]?.asKind(SyntaxKind.StringLiteral)?.getLiteralValue());
    expect([...registered].sort()).toEqual([...commands].sort());
  });

  test('the client names no setting and no command that is not there', () => {
    const views = manifest.contributes.views.pinscope.flatMap(({ id }) => [id, `${id}.focus`]);
    const known = new Set([...Object.keys(settings), ...commands, ...views, ...OTHER_NAMES]);
    // A section of settings is named by its beginning.
    const isSection = (text: string): boolean => Object.keys(settings).some((name) => name.startsWith(`${text}.`));
    const ours = literals.filter((text) => /^pinscope\.[a-z]/i.test(text));
    expect(ours.filter((text) => !known.has(text) && !isSection(text))).toEqual([]);
  });

  test('texts of the manifest that can be translated are in package.nls.json, and no others', () => {
    const texts = JSON.parse(readFileSync(join(ROOT, 'package.nls.json'), 'utf8')) as Record<string, string>;
    const used = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]!);
    expect(Object.keys(texts).sort()).toEqual([...new Set(used)].sort());
  });

  test('every command that a text links to is there', () => {
    const texts = readFileSync(join(ROOT, 'package.nls.json'), 'utf8');
    const linked = [...texts.matchAll(/\(command:([\w.]+)/g)].map((match) => match[1]!);
    expect(linked.length).toBeGreaterThan(3);
    expect(linked.filter((name) => !commands.includes(name))).toEqual([]);
  });

  test('what `files` lists by name is built or there', () => {
    for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) expect(existsSync(join(ROOT, name)), name).toBe(true);
    for (const entry of [manifest.main, manifest.browser]) expect(manifest.files).toContain(entry.replace('./', ''));
  });

  test('no definitions, and completion in annotations only: clangd has the rest', () => {
    const server = sources.filter((file) => pathOf(file).startsWith('server/lsp/'));
    for (const file of server) expect(file.getFullText(), pathOf(file)).not.toMatch(/\bdefinitionProvider\b/);
    const completing = server.filter((file) => file.getFullText().includes('onCompletion(')).map(pathOf);
    expect(completing).toEqual(['server/lsp/annotations.ts']);
  });
});
