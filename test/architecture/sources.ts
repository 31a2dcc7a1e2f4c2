/** The sources as ts-morph reads them, and what the rules of the house are stated on. */
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Project, SyntaxKind, type SourceFile } from 'ts-morph';

/** The repository's root. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const project = new Project({ tsConfigFilePath: join(ROOT, 'tsconfig.json'), skipAddingFilesFromTsConfig: true });
project.addSourceFilesAtPaths(
  ['language', 'server', 'simulator', 'client'].map((room) => join(ROOT, room, '**/*.{ts,tsx}')),
);

/** Path from the root, with slashes. */
export function pathOf(file: SourceFile): string {
  return relative(ROOT, file.getFilePath()).replaceAll('\\', '/');
}

/** Every source file of the product; tests that lie beside their sources are left out. */
export const sources: readonly SourceFile[] = project
  .getSourceFiles()
  .filter((file) => !/\.(test|bench)\.tsx?$/.test(file.getFilePath()));

/** One import, re-export or import() of a file. */
export interface Import {
  readonly from: string;
  /** A path from the root for files of ours, the specifier as written for packages. */
  readonly to: string;
  readonly ours: boolean;
  readonly typeOnly: boolean;
  readonly where: string;
}

function importsOf(file: SourceFile): Import[] {
  const from = pathOf(file);
  const found: { specifier: string; typeOnly: boolean; line: number }[] = [];
  for (const one of file.getImportDeclarations()) {
    const named = one.getNamedImports();
    const typeOnly =
      one.isTypeOnly() || (named.length > 0 && !one.getDefaultImport() && named.every((name) => name.isTypeOnly()));
    found.push({ specifier: one.getModuleSpecifierValue(), typeOnly, line: one.getStartLineNumber() });
  }
  for (const one of file.getExportDeclarations()) {
    const specifier = one.getModuleSpecifierValue();
    if (specifier) found.push({ specifier, typeOnly: one.isTypeOnly(), line: one.getStartLineNumber() });
  }
  for (const call of file.getDescendantsOfKind(SyntaxKind.CallExpression)) {
    if (call.getExpression().getKind() !== SyntaxKind.ImportKeyword) continue;
    const argument = call.getArguments()[0]?.asKind(SyntaxKind.StringLiteral);
    if (argument)
      found.push({ specifier: argument.getLiteralValue(), typeOnly: false, line: call.getStartLineNumber() });
  }
  return found.map(({ specifier, typeOnly, line }) => {
    const ours = specifier.startsWith('.');
    const to = ours ? join(dirname(from), specifier).replaceAll('\\', '/') : specifier;
    return { from, to, ours, typeOnly, where: `${from}:${line}` };
  });
}

/** Every import of every source file. */
export const imports: readonly Import[] = sources.flatMap(importsOf);

/** The first folder of a path: its room. */
export function roomOf(path: string): string {
  return path.split('/')[0] ?? '';
}
