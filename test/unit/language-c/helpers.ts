/** Shared by the tests of language/c: a parser, and short ways to parse a snippet. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import {
  createCParser,
  type CParser,
  type FunctionDef,
  parseUnit,
  parseVariants,
  type Target,
  type TranslationUnit,
} from '../../../language/c/index.ts';

const require = createRequire(import.meta.url);

/** A parser made from the wasm files of the npm packages. */
export async function testParser(): Promise<CParser> {
  return createCParser({
    treeSitter: readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    c: readFileSync(require.resolve('tree-sitter-c/tree-sitter-c.wasm')),
  });
}

/** A target of the given version, e.g. '6.12'. */
export function target(version = '6.12', defines: Record<string, string | null> = {}): Target {
  const [major = 6, minor = 12, patch = 0] = version.split('.').map(Number);
  return { kernel: { major, minor, patch }, defines: new Map(Object.entries(defines)) };
}

export interface SnippetOptions {
  readonly version?: string;
  readonly defines?: Record<string, string | null>;
  readonly headers?: Record<string, string>;
}

/** Parses a snippet. */
export function unit(parser: CParser, text: string, options: SnippetOptions = {}): TranslationUnit {
  return units(parser, text, options, true)[0]!;
}

/** Parses a snippet in all variants. */
export function units(parser: CParser, text: string, options: SnippetOptions = {}, one = false): TranslationUnit[] {
  const headers = Object.entries(options.headers ?? {}).map(([path, t]) => ({ path, text: t }));
  const input = { path: 'test.c', text, headers, target: target(options.version, options.defines) };
  parser.close('test.c');
  return one ? [parseUnit(parser, input)] : parseVariants(parser, input);
}

/** The function of that name. */
export function fn(u: TranslationUnit, name = 'f'): FunctionDef {
  const found = u.functions.find((f) => f.name === name);
  if (!found) throw new Error(`no function ${name}; there are: ${u.functions.map((f) => f.name).join(', ')}`);
  return found;
}
