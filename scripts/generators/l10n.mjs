/** l10n/bundle.l10n.json: every text that the editor client shows, from the calls of l10n.t() in its sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Project, SyntaxKind } from 'ts-morph';
import { ROOT } from '../lib/paths.mjs';

/** The bundle, texts sorted. */
export function generate() {
  const project = new Project({ skipAddingFilesFromTsConfig: true });
  const folder = join(ROOT, 'client/vscode');
  for (const name of readdirSync(folder, { recursive: true }))
    if (name.endsWith('.ts') && readFileSync(join(folder, name), 'utf8').includes('l10n.t('))
      project.addSourceFileAtPath(join(folder, name));
  const texts = new Set();
  for (const file of project.getSourceFiles())
    for (const call of file.getDescendantsOfKind(SyntaxKind.CallExpression)) {
      if (call.getExpression().getText() !== 'l10n.t') continue;
      const text = call.getArguments()[0];
      const literal = text?.asKind(SyntaxKind.StringLiteral) ?? text?.asKind(SyntaxKind.NoSubstitutionTemplateLiteral);
      if (!literal) throw new Error(`${file.getFilePath()}: l10n.t() takes a literal, not ${text?.getText()}`);
      texts.add(literal.getLiteralValue());
    }
  const bundle = Object.fromEntries([...texts].sort().map((text) => [text, text]));
  return new Map([['l10n/bundle.l10n.json', `${JSON.stringify(bundle, null, 2)}\n`]]);
}
